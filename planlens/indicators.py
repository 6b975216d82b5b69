"""Names what a number counts, from the words around it: 新增公园12个、球场80片 → 新增公园, 新增球场.

    read(segment, found, earlier) -> one Phrase a number

A segment is what stands between two commas; `earlier` is the phrase before it in the sentence, to which 总数达1000家
and a list without a verb of its own refer. The cases stand in `_phrase`, the first that fits wins.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from .phrases import (
    BRACKETED,
    LONGEST_NAME,
    PER_MANY,
    Phrase,
    completed,
    dealt,
    is_qualifier,
    short_name,
    split_list,
)
from .quantity import Found, family, table
from .wording import (
    VAIN,
    adverb_at_end,
    all_verbs,
    has_verb,
    is_metric,
    lists,
    starts_with_verb,
    strong,
    verb_and_thing,
    verbs_at_end,
    verbs_at_start,
    without_help,
)

_FLAT = str.maketrans("０１２３４５６７８９％，；：（）", "0123456789%,;:()")


_JOINT = "、|以及|和|与|及|并|或"


_ENDS_JOINED = re.compile(rf"(?:{_JOINT})\s*$")


_STARTS_JOINED = re.compile(rf"^\s*(?:{_JOINT})(?!谐|睦|平|田|法|肩|联)")


_DATE = (
    r"(?:力争)?(?:到|至|在|于|自|从|截至|截止)?(?:(?:19|20)\d{2}(?:\s*[—–-]+\s*(?:19|20)?\d{2})?年(?:度|\d{1,2}月(?:\d{1,2}日)?)?(?:底|末|初|内|期间|起)?(?:之?前|以前)?"
    r"|[“\"]?十[一二三四五六七八九]?五[”\"]?(?:规划)?(?:期间|时期|末|期末)?|\d{1,2}月(?:底|末|份)?(?:之?前)?|\d{2,3}年底?(?:之?前)?|年[底末](?:之?前)?|年内|全年|今年|明年|去年|上一?年度|上年|同期|每年|当年|每[周月天季](?:度)?|每半年|每学[年期]|上半年|下半年|未来[一二三四五六七八九十\d]+年|(?:\d{1,2}|[一二三四五六七八九十两]+)个?[年月]内|[一二三四五六七八九十两]+年(?:间|来|内|累计|共计|(?=培训|培养|发放|建设|建成|完成|新增|新建|改造|引进|培育|打造|累计|投入)))"
)


_COMPARED = re.compile(
    r"(?:同比|环比|按可比(?:价格?|口径)(?:计算)?|按现价(?:计算)?|同口径|扣除价格因素后?|(?:比|较|同|与)(?:(?:19|20)\d{2}年?|上年|去年|上一年|前一年|前年|同期|往年|年初|基期|基准|原|上届|全国|全省|全市|“?十[一二三四五]五)"
    r"[^，,；;]{0,10}?(?:相比)?|在[^，,；;]{2,14}基础上)"
    r"(?=再|比|较|同比|平均|新|增|提|上|下|降|减|扩|压|高|低|翻|缩|年均|多|少|实际|累计|净|$)"
)


_ALL = "全市|全省|全区|全县|全国|全域|全系统|我市|我省|我区|我县|本市|全州|全镇|全行业"


_NO_SCOPE = "首|覆盖|面|程|民|员|一流|百强|知名|文明|先进|优秀|统一|重点|性|[^，,；;、]{0,6}(?:示范|试点|敬老)"
"""Behind 全国 and 全市: there these words name a grade and no scope."""


_EACH = re.compile(
    r"(?P<each>(?:各设区的?市|每(?:一?[个家所名座处张位户人县区镇乡村市省校社院街园万千百]|\d+(?:\.\d+)?[百千万]?|[一二三四五六七八九十百千万]+)|各(?!设区|[类项种大部有界自国方级]))[^，,；;、达（(]{0,14}?(?:[（(][^）)]{0,10}[)）])?)"
    r"(?=每年|从|辐射|带动|联系|对接|结对|补助|补贴|奖补|奖励|资助|给予|至少|最少|重点|分别|都|均|要|须|应|不少于|不低于|配|建|设|可|选|指|开|培|打|新|完|推|遴|落|拥有|有|引|确|创|组|达|保|实|累计|$)"
)


_PER = re.compile(
    r"^每(?:\d+(?:\.\d+)?[百千万]*|[一二三四五六七八九十百千万]+)(?:名|位)?"
    r"(?:(?:常住|户籍|农业|城镇)?人口|就业人员|从业人员|儿童|老年人|老人|学生|居民|人|户|辆|公斤|斤|吨|亩|平方公里|公里|万元|元)?"
)


_PER_AT_END = re.compile(rf"(?:{_PER.pattern[1:]}|(?:每[人名户亩吨件次生床年月天]+)+|(?<=[到至为按])[人户亩生]均)$")


_PART = re.compile("其中|(?:分别为|包括|含有?)(?=.)")


_SCOPE_BEHIND = re.compile(
    r"(?<=..)(?:在(?P<at>(?:[各每]|[省市区县镇]级)[^，,]{0,8}?)|(?P<scope>每[个家所名座处位户人县区镇乡村市省校社院街园][^，,、率数比额]{0,8}))$"
)


_TURNED = re.compile(
    "(?:阶段性|逐步|进一步|稳步|力争|推动|确保|将|再)*(?P<verb>提高|降低|提升|增加|压缩|缩短|扩大|下调|上调|延长|压减)"
    "(?P<thing>[^，,到至]{2,24})(?P<to>[到至])"
)
"""降低费率至1%: the thing between the two halves of its predicate."""

_WHOLE_RANKED = re.compile(
    r"(?:进入|跻身|位居|位列|稳居|保持|居|列)?(全国|全省|全市|全球|世界|国内|国际|亚洲|同类)[^，,；;]{0,8}$"
)


_MOVED = re.compile(
    r"(?<=..)(?:新增|建成|建设|创建|引进|培育|招聘|精准招聘|遴选|认定|新建|打造|发布|制定|培养|选拔|评选|开行|举办|增加|净增|增设)$"
)


_MORE_OF = re.compile("(?P<of>.{2,}?)(?P<verb>新增|增加|建成|新建|创建|培育)(?P<part>.{2,6})$")


_OWN_RATE = re.compile("(?<=..)..率$|(?:通车|运营|建成)?里程$|总数$|总量$|数量$|(?:播种|种植)?面积$")


_IN_PLACE = re.compile(r"^(?:在|为|于|向|对|从|面向|针对|依托|通过|按照?|按)")


_RISES = re.compile(r"(?:.{0,6}[^0-9])?(?:到|至)(?:20\d{2}年的?)?")


_BOUND_WORD = re.compile(r"至少|最少|起码|至多|最多|各|\s|有$")


_HAS_DIGIT = re.compile(r"[（(][^（）()]*\d[^（）()]*[)）]?")


_BASE = re.compile(
    r"(?P<verb>[到至达]|相当于|超过)(?:20\d{2}年(?:同期|水平|底|末)?|现有|目前|现在|当前|去年(?:同期)?|上年(?:同期)?)[^，,；;、]{0,4}?的?$"
)
"""What a number is measured by: 增至现有的 2倍."""


_NO_LESS_THAN_NOW = re.compile(r"(?<=..)不[低少高超](?:于|过)(?:去年|上年|20\d{2}年|现有|目前)[^，,]{0,4}的?$")


_CHOSEN = re.compile(
    "(?:[^，,从]{0,10})从(?:有条件的)?(?P<of>[^，,]{2,30}?)(?:当中|之中|中|里)(?P<verb>选取|遴选|选择|指定|评选|确定|选拔)$"
)


_GRANTED = re.compile("(?:给予|予以|享受|发放)([^，,；;。给予的]{0,8}(?:奖励|补助|补贴|资助|奖补|补偿|支持))$")


def read(
    segment: str, found: Sequence[Found], earlier: Phrase | None = None, before: str = "", topic: str = ""
) -> list[Phrase]:
    """One phrase for each number of `found` in `segment`; `before` is the segment in front of it.

    `topic` is the noun that heads the clause, for what names no owner: 粮食。播种面积稳定在….

    >>> from .quantity import find
    >>> def names(*segments: str) -> list[str]:
    ...     earlier, before, out = None, "", []
    ...     for text in segments:
    ...         for earlier in read(text, find(text), earlier, before):
    ...             out.append(earlier.indicator)
    ...         before = text
    ...     return out
    >>> names("新增公园12个、球场80片以上"), names("精准引进8个科研创新团队")
    (['新增公园', '新增球场'], ['引进科研创新团队'])
    >>> names("新建社区医院12家以上", "总数达80家"), names("老年人健康管理率达到75%以上")
    (['新建社区医院', '社区医院总数'], ['老年人健康管理率'])
    >>> names("60%以上乡镇卫生院设立中医馆"), names("公交站点100%达到无障碍标准")
    (['乡镇卫生院设立中医馆比例'], ['公交站点达到无障碍标准比例'])
    >>> names("新增国家、省重点实验室2个、12个"), names("单位能耗和碳排放分别降低13.5%、18%")
    (['新增国家重点实验室', '新增省重点实验室'], ['单位能耗降低', '碳排放降低'])
    >>> names("国内生产总值增长6%以上"), names("城镇化率从60%提高到65%")
    (['国内生产总值增长'], ['城镇化率', '城镇化率'])
    """
    if not found:
        return []
    segment = segment.translate(_FLAT)
    out: list[Phrase] = []
    for first, last, left, right in _groups(segment, found):
        last_word = out[-1] if out else earlier
        beside = bool(out) and found[first - 1].span.end == found[first].span.start
        if beside and out[-1].thing and not out[-1].right:  # 监测对象516户1703人
            out.extend(dealt(replace(out[-1], unit=found[first].quantity.unit), last - first + 1))
            continue
        around = last_word, before, bool(out), last - first + 1, topic
        out.extend(dealt(_phrase(left, right, found[first], *around), last - first + 1))
    return completed(out, found, earlier)


def _groups(segment: str, found: Sequence[Found]) -> list[tuple[int, int, str, str]]:
    """Numbers side by side form one group; each group with the words on its left and right."""
    starts = [0]
    for i in range(1, len(found)):
        gap = segment[found[i - 1].span.end : found[i].span.start]
        kinds = {family(one.quantity.unit) for one in found[i - 1 : i + 1]}
        timed = len(kinds) > 1 and "time" in kinds  # 核查率100%、5日内办结
        if timed or not re.fullmatch(rf"\s*(?:{_JOINT})\s*", gap):
            starts.append(i)
    groups: list[tuple[int, int, str, str]] = []
    left = _left(segment, 0, found[0])
    for index, first in enumerate(starts):
        last = (starts[index + 1] if index + 1 < len(starts) else len(found)) - 1
        end = found[last].span.end
        if index + 1 == len(starts):
            right = segment[end:]
            groups.append((first, last, left, "" if _STARTS_JOINED.match(right) else right))
            break
        gap = _left(segment, end, found[last + 1])
        right, following = ("", gap) if _RISES.fullmatch(gap.strip()) else _split(gap)
        if right and right == following and _counts_from(left, gap):
            following = _divided(gap)[1]
            right = gap[: len(gap) - len(following)]
        if right and right == following and verbs_at_end(right) < len(right):
            right = right + _noun_after(segment, found, last + 1)
        groups.append((first, last, left, right))
        left = following
    return groups


def _counts_from(left: str, gap: str) -> bool:
    """覆盖200所小学7万名学生: what stands between is counted by the number before it."""
    opens = left.rstrip().endswith("等") or all_verbs(_subject(left)) or bool(verbs_at_end(left) < len(left))
    ends = _predicate(gap)
    return opens and not (ends[1] or ends[2]) and verbs_at_end(gap) == len(gap)


def _left(segment: str, start: int, item: Found) -> str:
    """The words before a number; of 至少配备1名 the verb."""
    inside = _BOUND_WORD.sub("", segment[item.span.start : item.core.start])
    return segment[start : item.span.start] + (inside if lists().verbs.at_start(inside) else "")


def _noun_after(segment: str, found: Sequence[Found], index: int) -> str:
    end = found[index + 1].span.start if index + 1 < len(found) else len(segment)
    return re.split("[、,(（]", segment[found[index].span.end : end])[0]


def _split(gap: str) -> tuple[str, str]:
    """Words between two numbers: what belongs to the first, what to the second."""
    if joined := _STARTS_JOINED.match(gap):
        return "", gap[joined.end() :]
    if joined := _ENDS_JOINED.search(gap):
        return gap[: joined.start()], ""
    for mark in re.finditer("、|并|和", gap):
        if verbs_at_start(gap[mark.end() :]):
            return gap[: mark.start()], gap[mark.end() :]
    head, mark_found, tail = gap.partition("、")
    return (head, tail) if mark_found else (gap, gap)


@dataclass(frozen=True, slots=True)
class _Place:
    """One number with what stands around it: `earlier` the phrase before, `before` the segment before."""

    head: Found
    left: str
    right: str
    scope: str | None
    earlier: Phrase | None
    before: str
    inside: bool
    count: int = 1
    part: bool = False
    topic: str = ""

    def phrase(self, indicator: str, thing: str, **slots: Any) -> Phrase:
        """The phrase found here, cut to the length of a name."""
        around: dict[str, Any] = {"scope": self.scope, "left": self.left, "right": self.right}
        around |= {"unit": self.head.quantity.unit, "part": self.part}
        return Phrase(short_name(indicator), thing, **(around | slots))

    def percent(self) -> bool:
        return self.head.quantity.unit in ("%", "‰")

    def takes_up(self, earlier: Phrase) -> bool:
        """遴选13家医院，争取3家完成评审: the same things again."""
        return bool(self.kind()) and not self.percent() and earlier.unit == self.head.quantity.unit

    def kind(self) -> str:
        return family(self.head.quantity.unit)


def _phrase(
    left: str, right: str, head: Found, earlier: Phrase | None, before: str, inside: bool, count: int, topic: str
) -> Phrase:
    """The first case that fits: rank, share, time limit, state or change, verb and thing, thing alone."""
    part = _PART.match(left.strip(VAIN))
    scope, left = _scope(left[left.find(part[0]) + len(part[0]) :] if part else left)
    based = _BASE.search(left) if head.quantity.unit in ("%", "‰", "倍") else None
    left = re.sub("最[高低多长]$", "", _trimmed(left[: based.end("verb")] if based else left))
    scope, left = _scope_at_end(scope, left)
    if turned := _TURNED.fullmatch(left):
        left = turned["thing"] + turned["verb"] + turned["to"]
    left = "" if right and left.endswith("的") and all_verbs(left[:-1]) else left
    right = "" if right in ("台阶", "大关", "目标", "关口") else _right(right)
    left = _NO_LESS_THAN_NOW.sub("", left)
    place = _Place(head, left, right, scope, earlier, before, inside, count, bool(part), topic)
    cases = (
        _of_plan,
        _portion,
        _rank,
        _grant,
        _allotted,
        _share,
        _share_dealt,
        _those,
        _time_limit,
        _stated,
        _share_of_named,
        _counted,
    )
    phrase = next((phrase for case in cases if (phrase := case(place)) is not None), None) or _thing(place)
    if based and place.percent() and phrase.level and not is_metric(phrase.thing):  # 客流恢复至2019年的80%
        name = short_name(
            phrase.thing + phrase.level + based[0].removeprefix(based["verb"]).removesuffix("的") + "比例"
        )
        phrase = replace(phrase, indicator=name)
    return phrase


def _scope_at_end(scope: str | None, left: str) -> tuple[str | None, str]:
    """床位数每千人达到, 病床每家医院, 护理院在每个区: whom it is for may stand behind the thing."""
    body = _predicate(left)[0]
    per = _PER_AT_END.search(body)
    if per and (body == left or (per.start() and not re.search("每[年月天]", per[0]))):
        return scope or per[0], body[: per.start()] + left[len(body) :]
    body = body[: verbs_at_end(body)]
    behind = _SCOPE_BEHIND.search(body)
    if behind and not has_verb((behind["at"] or behind["scope"])[2:]):
        return scope or behind["scope"] or behind["at"], body[: behind.start()] + left[len(body) :]
    return scope, left


_PLANNED = re.compile(
    "(?:占|为|是|完成)(?:了|全年|年度|年初|调整|全省|下达)*(?P<plan>预算|计划|任务|目标)(?:数|任务|目标)?的?(?:比例达?)?"
)


def _of_plan(place: _Place) -> Phrase | None:
    """收入完成20亿元，为预算的101%: how much was done of what had been planned for the thing before."""
    told = _PLANNED.fullmatch(place.left) if place.percent() and not place.right else None
    if told is None or place.earlier is None or not place.earlier.thing:
        return None
    thing = place.earlier.thing
    return place.phrase(f"{thing}{told['plan']}完成率", thing, level="为")


_PORTION = re.compile(
    r"(?P<what>[^按对，,]{2,20}?)(?:原则上|一般)?不得?(?:超过|低于|少于|高于|大于|小于)"
    r"(?P<whole>(?![去上]年|20|现有|目前|当地)[^，,\d]{2,16})的"
)


def _portion(place: _Place) -> Phrase | None:
    """保证金不得超过项目估算价的2%: a share by what it is and what it is taken of."""
    told = _PORTION.fullmatch(place.left) if place.percent() and not place.right else None
    what = _subject(told["what"]) if told else ""
    if told is None or not what or is_metric(what) or all_verbs(what):
        return None
    name = f"{what}占{told['whole']}比例"
    return place.phrase(name, name, level="占")


def _allotted(place: _Place) -> Phrase | None:
    """小区按每百户30平方米配建用房, 老年人按每人每月60元发放津贴: so much of a thing for each of those named."""
    named = re.fullmatch(r"([^，,]{2,40}?)(?:分别|均)?(?:按照?|为)((?:常住|户籍|服务)?人口|)的?", place.left)
    what = place.right[verbs_at_start(place.right) :] if starts_with_verb(place.right) else ""
    last = place.earlier
    if named is None or not (named[2] or (place.scope or "").startswith("每")) or (place.right and not what):
        return None
    if not what and not named[2] and not place.left.endswith("按") and (last is None or last.level != "按"):
        return None
    of = f"占{named[2]}比例" if named[2] and place.percent() else ""
    name = named[1].removeprefix("对")
    open_end = not what and place.left.endswith(("按", "口"))
    return place.phrase(name + what + of, name, level="按", tail="" if open_end else what + of)


def _rank(place: _Place) -> Phrase | None:
    """进入全国前100名: the rank of those before in the whole named."""
    head = place.head
    found = _WHOLE_RANKED.search(place.left)
    if found is None or head.quantity.bound != "<=" or head.span.start == head.core.start:
        return None
    name = _subject(place.left[: found.start()]) + found[1] + "排名"
    return place.phrase(name, name, level="进入")


def _grant(place: _Place) -> Phrase | None:
    """每个示范村补助100万元: so much for each."""
    if place.kind() == "money" and not _subject(place.left) and not place.right:
        told = _GRANTED.search(place.before.rstrip(VAIN))  # 给予一次性奖励，最高不超过80万元
        if told:
            return place.phrase(told[1], told[1], level="最高")
    given = re.fullmatch("(?:再|给予|一次性|分别|财政|最高|奖励性|新增)*(补助|补贴|奖补|奖励|资助|补偿)", place.left)
    if given is None or not (place.scope or "").startswith(("每", "各")) or place.kind() != "money" or place.right:
        return None
    return place.phrase(given[1] + "标准", given[1] + "标准", verb="")


def _share(place: _Place) -> Phrase | None:
    """60%以上的医院设立老年医学科: some of those that are named first."""
    named = without_help(place.left)
    if not place.percent() or not place.right or starts_with_verb(place.right):
        return None
    if named and not (named.endswith("在") and all_verbs(named[:-1])):
        return None
    who, what = _divided(place.right.removeprefix("的"))
    return place.phrase(_share_name(who, what), who, scope=who or place.scope, share=True, level=what)


def _share_name(who: str, what: str) -> str:
    what = f"{what}比例" if what else "占比"
    name = who + what
    name = BRACKETED.sub("", name) if len(name) > LONGEST_NAME else name
    if len(name) > LONGEST_NAME and re.search("[、(]", who):
        name = f"{re.split('[、(]', who)[0]}等{what}"
    return short_name(name)


def _divided(text: str) -> tuple[str, str]:
    """Those meant, and what they are to do; "" where no verb says it."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char in "(（“《") - (char in ")）”》")
        if depth or at < 1 or (at == 1 and text[0] not in "村县镇乡校"):
            continue
        for verb in lists().share:
            if text.startswith(verb, at) and not lists().names.at_start(text[at:]):
                who, what = text[:at], text[at:]
                later = re.match("[^的]{2,14}的(.+)", what)
                again = _divided(later[1]) if later else ("", "")
                return (text[: len(text) - len(again[1])], again[1]) if again[1] else (who, what)
    return text, ""


def _time_limit(place: _Place) -> Phrase | None:
    """30分钟内响应: how long something may take."""
    if place.kind() != "time" or place.head.quantity.bound not in ("<=", "=") or not place.right:
        return None
    done = re.match(r"[^、,，”\"的]{2,8}", place.right)
    name = (done[0] if done else place.right) + "时限"
    return place.phrase(name, name, level="时限")


def _stated(place: _Place) -> Phrase | None:
    """老年人健康管理率达到…, 国内生产总值增长…; without a subject of its own it speaks of the one before."""
    body, level, change = _predicate(place.left)
    subject = _subject(body)
    subject = "" if place.earlier is not None and subject == place.scope else subject  # 每万人拥有5名
    if not (level or change) or (level in ("有", "是", "为") and place.right and not place.percent()):
        return None
    if change in lists().more.words and not level and place.kind() in ("body", "person", "thing"):
        return None
    if (
        subject
        and all_verbs(subject)
        and (place.inside or place.right or level == "")
        and place.kind() not in ("rate", "")
    ):
        return None  # 改造提升1.8万亩
    listed = "" if subject else _listed(place)
    if (
        not (subject or listed)
        and (place.earlier is None or (place.right and not place.percent()))
        and not _spoken_of(place.before)
    ):
        return None
    earlier = place.earlier
    subject = subject or listed
    thing = _whole_thing(subject.removeprefix("安排") if change else subject, place)
    change = _FULL.get(change.removeprefix("再"), change.removeprefix("再"))
    if not thing:
        again = earlier is not None and bool(level) and earlier.verb == level
        thing = _spoken_of(place.before)
        if earlier is not None:
            thing = earlier.indicator if again else _recalled(place, earlier).thing
    if place.inside and earlier is not None and earlier.scope and _PER.match(earlier.thing) and is_metric(thing):
        thing = thing if re.match("每|人均|户均|[万千百]", thing) else earlier.scope + thing
    how = re.search(f"(年均|实际)(?:再|累计|约)?{change}[^年实]{{0,4}}$", place.left) if change else None
    name = thing + (how[1] if how else "") + (change if change and not thing.endswith(change) else "")
    name = change + thing if change in ("新增", "净增") and subject == "" else name
    if place.percent() and level in ("按", "拟按") and re.search("生产总值$|增加值$", thing):  # 国内生产总值按6%安排
        change, level, name = "增长", "", thing + "增长"
    name += f"{level}资金" if level in ("安排", "投入", "挤出", "拿出", "列支") and thing.endswith("财政") else ""
    return place.phrase(name, thing, verb=lists().more.at_start(subject), level=level, change=change)


_FULL = {"高": "提高", "低": "降低", "降": "降低", "减": "减少"}
"""Changes said in one character, as a name says them."""


def _listed(place: _Place) -> str:
    """小学、初中班额，到2025年分别控制在…; 货物6亿吨、旅客1亿人次，分别增长…: the list that 分别 takes up."""
    if place.count < 2:
        return ""
    listed = verb_and_thing(_subject(_scope(place.before.translate(_FLAT))[1]))[1] if "分别" in place.left else ""
    if not re.search(r"\d", listed) and split_list(listed, place.count):
        return listed
    return "、".join(_told_last(place))


def _told_last(place: _Place) -> list[str]:
    """The last things counted, as many as numbers are dealt out; [] where a list would not keep them apart."""
    told = [thing for thing, _ in place.earlier.told[-place.count :]] if place.earlier else []
    apart = len(set(told)) == place.count and not re.search("[、和与及]", "".join(told))
    return told if place.count > 1 and apart else []


def _spoken_of(before: str) -> str:
    """经济增速是综合性指标，预期目标设定为6%: what the segment before speaks of."""
    subject = re.match(r"([^，,；;。是为]{2,12})[是为]", before.translate(_FLAT).strip())
    if subject:
        return subject[1]
    spoken = before.translate(_FLAT)
    kept = re.sub("连续[0-9一二三四五六七八九十两]+年.*$", "", spoken)  # 粮食总产连续两年增产，达到…
    thing = verb_and_thing(_subject(kept))[1]
    return thing if (is_metric(thing) or kept != spoken) and 2 <= len(thing) <= 24 else ""


def _share_of_named(place: _Place) -> Phrase | None:
    """公交站点100%达到无障碍标准、40%建成雨棚: a share of those that stand before."""
    if not place.percent() or not place.right:
        return None
    subject = _subject(place.left)
    named = subject and len(place.right) > 2 and not is_metric(subject) and not all_verbs(subject)
    if not named and not (starts_with_verb(place.right) and (without_help(place.left) or place.earlier)):
        return None
    if not subject and place.earlier is not None:
        subject = place.earlier.scope or place.earlier.thing
    name = _share_name(subject, place.right)
    return place.phrase(name, subject, scope=place.scope or subject or None, share=True, right="")


_SHARE_DEALT = re.compile(r"^([^，,；;。]{2,24}?(?:比例|占比|比重|率))(?:分别)?[为是]([^率比占达]{2,24})$")
"""A share and the first of those it is dealt out to: 达标比例为小学…"""


def _share_dealt(place: _Place) -> Phrase | None:
    """达标比例为小学80%、初中90%: one share, told for each of those named."""
    if not place.percent() or place.right:
        return None
    if told := _SHARE_DEALT.match(place.left):
        metric, who = told[1], told[2]
    elif place.earlier is not None and place.earlier.level == "为" and place.earlier.share:
        metric, who = place.earlier.thing, _subject(place.left)
        if len(who) < 2 or is_metric(who) or starts_with_verb(who):
            return None
    else:
        return None
    return place.phrase(who + metric, metric, scope=who, share=True, level="为")


def _those(place: _Place) -> Phrase | None:
    """社康机构达到基本标准的为90%、达到推荐标准的为30%: a share of those named, told by what they do."""
    told = re.search("的(?:为|占|达到?|有|不低于|超过)?$", place.left)
    if not place.percent() or told is None or place.right:
        return None
    who, what = _divided(_subject(place.left[: told.start()]))
    if not what and starts_with_verb(who) and place.earlier is not None and place.earlier.share:
        who, what = place.earlier.scope or "", who
    if not who or not what:
        return None
    if is_metric(who):  # 轮岗比例达到符合条件人数的10%
        return place.phrase(who, who, level=what)
    return place.phrase(_share_name(who, what), who, scope=who, share=True)


def _counted(place: _Place) -> Phrase | None:
    """引进20个医学团队; 优化市属医院15个项目; 、2—3名国医名师."""
    right, earlier = place.right, place.earlier
    left = re.sub(r"[“\"]([^“”\"]{1,8})[”\"]$", r"\1", _ENDS_JOINED.sub("", place.left).rstrip(VAIN))
    subject = _subject(left)
    if not right or (place.percent() and subject and not all_verbs(subject)):
        return None
    begin = verbs_at_end(left)
    verb = strong(left[begin:])
    named = left[:begin]
    if re.fullmatch("在|于|围绕|面向|针对", left) and (divided := _divided(right))[1]:
        who, what = divided  # 在12个县推广积分制
        return place.phrase(f"{what}的{who}" if len(what) <= 20 else who, who, right=what)
    if earlier is not None and not without_help(left) and starts_with_verb(right) and place.takes_up(earlier):
        who = re.sub("全部$|均$", "", _divided(earlier.right or earlier.thing)[0])
        who = "" if verbs_at_start(who) else who
        return place.phrase(who + right, who + right, right=right)  # 争取3家完成评审
    if not verb and left:
        verb, rest = verb_and_thing(subject)
        named = ""
        if left.endswith("等") and len(_divided(right)[0]) <= 6:
            first = re.split("[、,]", rest)[0].removesuffix("等").rpartition("在")[2]
            done = _object(first)
            verb = verb or strong(first[verbs_at_end(first[: len(first) - len(done)]) : len(first) - len(done)])
            right = f"{done or first}等{right}"
        elif is_qualifier(rest) and place.inside and earlier is not None:
            right, verb = rest + right, verb or earlier.verb  # 培育国家级3家、省级10家龙头企业
        elif rest and (starts_with_verb(right) or right in table("targets")["generic"]["words"]):
            right = re.sub("到$|至$", "", rest) + right  # 港资机构2家落户前海, 推广到12家单位
    scope = place.scope
    if not left and place.inside and earlier is not None and not starts_with_verb(right):
        verb, scope, left = earlier.verb, scope or earlier.scope, earlier.left
    if not left and place.part and earlier and earlier.unit == place.head.quantity.unit and right[0] in "由为用是":
        return place.phrase(f"{earlier.indicator}({right})", earlier.thing, verb=earlier.verb)
    verb = "" if verb in ("有", "是", "为") else verb
    where = _trimmed(named)
    if not scope and place.inside and earlier is not None and re.match("[各每]", earlier.scope or ""):
        scope = earlier.scope  # 各区至少选1家医院建1个病区: the ward, too, is one a district
    if not scope and 1 < len(where) <= 14 and not _IN_PLACE.match(where):
        scope = verb_and_thing(where)[1] or None
    right = right.removeprefix("的")  # 设立规模50亿元的基金
    return place.phrase(verb + right, right, verb=verb, scope=scope, left=left)


def _object(text: str, again: str = "") -> str:
    """What the last verb of a text, or the one said `again`, acts on: 推动医院开展评审认证 → 评审认证; "" for none."""
    if again and again in text:
        return text[text.rindex(again) + len(again) :]
    for at in range(len(text) - 2, -1, -1):
        word = lists().verbs.at_start(text[at:])
        if len(word) > 1 and at + len(word) < len(text) - 1 and not lists().names.at_start(text[at:]):
            rest = text[at + len(word) :]
            if verbs_at_start(text[at:]) == len(word) and not _enclosing(text, at) and _stands_free(text, at):
                return rest
    return ""


def _enclosing(text: str, at: int) -> bool:
    return any(text.rfind(left, 0, at) > text.rfind(right, 0, at) for left, right in ("《》", "“”", "()"))


def _stands_free(text: str, at: int) -> bool:
    """Whether a verb opens the text or a share verb says that it governs what follows."""
    return at == 0 or any(text.startswith(verb, at) for verb in lists().share) or bool(verbs_at_end(text[:at]) < at)


def _thing(place: _Place) -> Phrase:
    """新增社康机构35家: the thing stands before its number."""
    earlier = place.earlier
    subject = _subject(place.left)
    counted = place.kind() in ("body", "person", "thing")
    moved = _MOVED.search(subject) if counted else None
    if moved and (lists().more.at_start(moved[0]) or not verbs_at_start(subject)):
        begin = min(moved.start(), max(2, verbs_at_end(subject)))
        subject = subject[begin:] + subject[:begin]
    if (parted := _MORE_OF.match(subject)) and is_qualifier(parted["part"]):  # 专科项目新增国家级2个
        subject = parted["verb"] + parted["part"] + parted["of"]
    if subject.startswith("是") and earlier is not None:  # 是上年的1.8倍
        return place.phrase(earlier.thing, earlier.thing, level="是")
    verb, thing = verb_and_thing(subject)
    if verb and thing and (told := _told_last(place)):  # 新建小学9所、中学5所，分别新增学位3000个、2000个
        thing = "、".join(one + thing for one in told)
    change = verb if not counted and verb in lists().change.words else ""
    added = lists().more.at_start(verb) and not re.search("平均|人均|率$|年限$", subject)
    if place.kind() == "money" and (given := re.search("(?:给予|予以)([^，,给予]{0,8}[奖补资津][励助贴])$", subject)):
        return place.phrase(given[1], given[1])
    if is_metric(subject) and not added and not re.match("完成|守住|严守|坚守", verb):
        verb, thing = "", subject
    if not thing:
        return _unnamed(place, verb, change)
    if not verb and _OWN_DEED.match(thing):  # 建沼气池, 修水渠
        verb, thing = thing[:1], thing[1:]
    if not verb and earlier is not None and _carries(place, thing):
        verb = earlier.verb
    if not verb:
        thing = _whole_thing(thing, place)
    if place.head.each and re.search("[、和及与]", thing):
        thing += "(各)"
    if not verb and place.kind() == "money" and re.match("(?:积极|全年|力争)*争取(?!到|实现)", place.left):
        verb = "争取"
    more = "" if verb or not _has_more(thing) or is_metric(thing) else "新增"
    return place.phrase(verb + thing, thing, verb=verb or more, change=change)


def _unnamed(place: _Place, verb: str, change: str) -> Phrase:
    """总数达80家, 争取3家, 10月底前完工八成: the thing was named before, or the heading names it."""
    earlier = place.earlier
    if verb and place.percent() and not change:
        owner = place.topic or (_core(earlier.thing) if earlier and not is_metric(earlier.thing) else "")
        return place.phrase(f"{owner}{verb}比例" if owner else verb, owner, verb=verb)
    if verb and not _goes_on(place):
        thing = place.topic or _named_before(place, verb)
        return place.phrase(verb + thing, thing, verb=verb, change=change)
    if earlier is not None and not earlier.thing:
        return place.phrase(earlier.indicator + verb, "", verb=verb)
    if not verb and earlier is not None and earlier.change and earlier.unit == place.head.quantity.unit:
        return replace(earlier, left=place.left, right=place.right, scope=place.scope)  # 增长5%，力争6%
    if not verb and (thing := _for_each(place)):
        return place.phrase(thing, thing)
    thing = _lent(_recalled(place, earlier), verb) if earlier else ""
    verb = verb or (earlier.verb if earlier else "")
    return place.phrase(verb + thing, thing, verb=verb)


def _named_before(place: _Place, verb: str = "") -> str:
    """加强公园建设，新建20个: what the segment before acts on, as far as `verb` can make or end it."""
    before = _trimmed(place.before.translate(_FLAT))
    thing = "" if re.search(r"[\d?]", before) else _object(before, verb)
    if verb in table("targets")["ended"]["verbs"] and _REFORM.search(thing):  # 推进减证便民，取消30项
        return "事项" if place.head.quantity.unit in ("项", "件") else ""
    return _WORK.sub("", thing) if not verb or verb in table("targets")["more"]["words"] or verb in _MAKES else thing


def _for_each(place: _Place) -> str:
    """推进消防站建设，每街道1座: each is to have what the segment before speaks of."""
    each = re.match("[每各]", place.scope or "") and not PER_MANY.match(place.scope or "")
    return _named_before(place) if each and not place.inside and place.kind() in ("body", "thing", "person") else ""


_REFORM = re.compile('(?:改革|便民|放权|行动|工作|活动|环境|管理|服务|清单)[”"]?$')
"""What no one cancels: the aim for which something is."""

_WORK = re.compile("(?<=..)(?:体系|工程|项目)?(?:建设|工作|布局)$")
_MAKES = frozenset(
    ("新建", "建成", "改造", "改建", "引进", "招聘", "招引", "培育", "打造", "创建", "配备", "布设", "设立")
)
_OWN_DEED = re.compile("(?:建(?!筑|制|档|材|有|成|立|设)|修(?!复|订|理)|购(?!物)|架(?!构)|铺)[^成设立、]{2,}")
_FOR_OTHERS = re.compile("支持|带动|惠及|支撑|助力|保障")


def _carries(place: _Place, thing: str) -> bool:
    """Whether the verb before holds on: 新增床位20张、医生5名; 新发展蔬菜300亩、茶园80亩."""
    earlier = place.earlier
    if earlier is None or not earlier.verb or earlier.level or _has_more(thing):
        return False
    if not place.inside and _FOR_OTHERS.match(place.left):
        return False
    if verbs_at_start(thing) or (verbs_at_end(thing) < len(thing) and not place.inside):
        return False
    if PER_MANY.match(place.scope or ""):
        return False
    if place.kind() in ("body", "person", "thing"):
        return place.inside or not is_metric(thing)
    built = place.kind() in ("length", "area") and family(earlier.unit) in ("thing", "body", "length", "area")
    alike = built or earlier.unit == place.head.quantity.unit
    return place.inside and not place.percent() and alike and not is_metric(thing)


def _goes_on(place: _Place) -> bool:
    """新开工项目40个，竣工投产25个: the same things are counted again."""
    earlier = place.earlier
    if earlier is None:
        return False
    one, two = earlier.unit, place.head.quantity.unit
    return place.inside or _core(earlier.thing) != earlier.thing or (bool(two) and one.startswith(two)) or one == two


def _recalled(place: _Place, earlier: Phrase) -> Phrase:
    """The phrase before; of 改造小区9个，投资3亿元，完成5个 the one that was counted in the same unit."""
    unit = place.head.quantity.unit
    same = [thing for thing, other in earlier.told if other == unit and thing]
    if same and earlier.unit != unit:
        return replace(earlier, thing=same[-1])
    paid = family(earlier.unit) == "money" and place.kind() in ("thing", "body", "person")
    return replace(earlier, thing=re.sub("(?<=..)(?:总?投资|资金|投入)$", "", earlier.thing)) if paid else earlier


def _lent(earlier: Phrase, verb: str) -> str:
    """The thing before as it is counted again: 安平等高速公路5条 → 高速公路, 新增: 助餐点总数 → 助餐点."""
    thing = re.sub("^[^等]{2,}等(?=..)", "", earlier.thing if earlier.verb else _core(earlier.thing))
    return re.sub("(?<=..)总[数量]$", "", thing) if lists().more.at_start(verb) else thing


def _core(thing: str) -> str:
    """棚户区改造新开工, then 基本建成: the thing without the verbs behind it."""
    begin = verbs_at_end(thing)
    return thing[:begin] if begin >= 2 else thing


def _has_more(thing: str) -> bool:
    return any(word in thing for word in ("新增", "增加", "增设"))


def _whole_thing(thing: str, place: _Place) -> str:
    """总数 alone means that of the thing before; 占户籍人口比重 that of the subject before."""
    if thing in table("targets")["bare"]["topical"]:
        return place.topic + thing
    if thing not in lists().bare and not thing.startswith("占"):
        return thing
    owner = place.earlier.thing if place.earlier is not None else ""
    if not owner and place.before:
        owner = verb_and_thing(_subject(_trimmed(place.before.translate(_FLAT))))[1]
        owner = "" if len(owner) > 20 or owner.endswith(("计划", "安排", "情况", "概况", "要求")) else owner
    owner = re.sub("用于.*$", "", _OWN_RATE.sub("", owner)) if thing in lists().bare else owner
    if owner in lists().bare or owner.endswith(thing):
        return owner if owner.endswith(thing) else thing
    return owner + thing


def _scope(left: str) -> tuple[str | None, str]:
    """Whom it is for, where the segment says so in front: 全市, 各区, 每个社康机构."""
    text = _trimmed(left)
    text = re.sub(
        rf"^(?:其中|并|同时|为|在|推动|确保|实现|力争|争取|支持|鼓励|指导|按照|按|逐步|使|统筹)*(?={_ALL}|每|各)",
        "",
        text,
    )
    if found := re.match(rf"(?:{_ALL})(?!{_NO_SCOPE})", text):
        return found[0], _trimmed(text[found.end() :])
    if found := _PER.match(text):
        return found[0], text
    if found := _EACH.match(text):
        each = found["each"][: max(2, verbs_at_end(found["each"]))] if found.end() == len(text) else found["each"]
        return re.sub("[中内里]$", "", each), text[len(each) :]
    return None, text


def _trimmed(text: str) -> str:
    """Without dates, comparisons and brackets that hold numbers."""
    text = _HAS_DIGIT.sub("", re.sub(r"^\s*\d{1,2}[.、．]\s*(?=\D)", "", text))
    text = _COMPARED.sub("", text)
    text = re.sub(r"^(?:20\d{2}年(?:、|和|及|与))+(?=20\d{2}年)", "", text.strip(VAIN))
    while (cut := re.sub(rf"^(?:{_DATE})", "", text).lstrip(VAIN)) != text:
        text = cut
    if ":" in text:
        text = text.rsplit(":", 1)[1]
    return re.sub(rf"(?:{_DATE})$", "", text).strip(VAIN)


def _subject(text: str) -> str:
    if chosen := _CHOSEN.match(text):  # 从社区医院中选取2家
        return chosen["verb"] + chosen["of"]
    text = re.sub(r"^(?:将|把|使(?!用)|让|对|预期(?!寿命))", "", without_help(_trimmed(text)))
    if (given := re.match(r"(?:为|向|给)[^，,；;]{1,8}?(?=[减让退提发])", text)) and starts_with_verb(
        text[given.end() :]
    ):
        text = text[given.end() :]
    if (cut := re.sub(r"(?:从|由)[^从由]{0,10}$|连续\d+年", "", text)) != text:
        text = _trimmed(cut)
    text = re.sub("^先(?=发行|建成|启动|实施|安排|改造)|^再(?=[建开引培招改])", "", text)
    for mark in re.finditer("并", text):
        if verbs_at_start(text[mark.end() :]):
            text = text[mark.end() :]
            break
    while word := adverb_at_end(text):
        text = text[: -len(word)]
    text = re.sub(r"(?<=..)(?:预期)?目标$", "", text)
    text = re.sub(r"^(?:共|现|已|拥)?有(?![机效关序线色])", "", text)
    return "" if text in ("最高", "最低", "最多") else text.rstrip("的").strip(VAIN)


def _predicate(left: str) -> tuple[str, str, str]:
    """(what stands before it, the predicate of a state, the predicate of a change) at the end of `left`."""
    text = left.rstrip(VAIN)
    level = change = ""
    aim = False
    for _ in range(5):
        if found := re.search(r"(?:预期|发展|增长)?目标(?:设定|确定|定)?$|(?<=..)预期$", text):
            text = text[: found.start()] + ("增长" if found[0].startswith("增长") else "")
            aim = True
        elif word := lists().level.at_end(text):
            level = level or word
            text = text[: -len(word)]
        elif (
            (aim or not level or (level in ("为", "均为") and text.endswith("增长")))
            and (word := lists().change.at_end(text))
            and not change
        ):
            change = word
            text = text[: -len(word)]
        elif word := adverb_at_end(text):
            text = text[: -len(word)]
        else:
            break
        text = text.rstrip(VAIN)
    return text, "" if (aim or level in ("为", "均为")) and change else level, change


def _right(text: str) -> str:
    """The thing behind a number, to where its sentence goes on."""
    text = re.sub(f"^(?:{_DATE})", "", _HAS_DIGIT.sub("", text).strip(VAIN))
    text = "" if text in ("交付", "投用", "投产", "完工", "竣工", "开工", "建成") else text
    text = re.split(r"(?:^|(?<=..))的(?:标准|要求|原则|比例)(?=.)", text.removeprefix("用于"))[0]
    text = re.split(r"、(?=规模|增幅|比|较|占|同比|增长|力争|为)", text)[0]
    text = re.split(r"(?<=.)(?:进行|并(?![列行轨购网联])|用于|给予|予以|以便|来自)", text)[0]
    text = re.split("(?<=..)(?:牵头|负责)(?=..)", text)[0]
    text = re.sub("(?<=..)(?:(?:将于|于|在)?(?:今年|年内|年底前)(?:全部|均)?)(?=.)", "", text)
    if seats := re.match("(床位|座位|学位|泊位|车位)的(.{3,})", text):  # 300张床位的医院
        text = seats[2] + seats[1]
    return _abstract().sub("", text.strip(VAIN).removesuffix("及").removesuffix("和"))


@functools.cache
def _abstract() -> re.Pattern[str]:
    """What is done about the things counted, not the things: 12个项目建设进度."""
    tails = "|".join(table("targets")["abstract"]["tails"])
    return re.compile(f"(?<=..)的?(?:{tails})(?=(?:床位|座位|学位|泊位|车位)?$)")
