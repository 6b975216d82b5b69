"""Decides the role of a number: a target, a baseline (it tells what is), a name (“5个100”, 三年行动) or other (a rule).

    by_words(text, found)  -> a role for each number whose own words tell it, None for what counts something
    of_counted(text, item) -> target or baseline, for what counts something
    tense(words, past)     -> whether a stretch of a sentence tells of the past

A name and a rule show in the words right around the number; whether what counts is still to come is told by the dates
before it, by words such as 目前 and 已有, and by the tense of its sentence.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from . import periods
from .model import Span, TargetRole
from .phrases import Phrase
from .quantity import Found, family, table
from .wording import lists

_YEAR = re.compile(r"(20\d{2})年")
_PLAN_ENDS = {"十五": 2005, "十一五": 2010, "十二五": 2015, "十三五": 2020, "十四五": 2025, "十五五": 2030}
_BREAKS = "，；。：！？,;:!?|、)）"
"""Behind one of these a number describes nothing."""


@functools.cache
def _words() -> dict[str, re.Pattern[str]]:
    """Patterns made from data/targets.toml, compiled once."""
    own = table("targets")

    def either(words: Sequence[str]) -> str:
        return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))

    return {
        "whole": re.compile(
            rf"[^，,；;。、]{{0,18}}?(?:{either(own['whole']['heads'])})(?=[，,；;。、：:)）”》\s]|和|与|及|为|建设|工作|管理|的|任务|推进|推动|落地|落实|改革|实施|见效|全面|同步|要求|纳入|进行|等|$|[“（(?])"
        ),
        "made": re.compile(rf"(?:{either(own['whole']['made'])})[^，,；;。]{{0,12}}$"),
        "described": re.compile(rf"(?:的)?[^，,；;。、]{{0,12}}?(?:{either(own['described']['heads'])})"),
        "span": re.compile(rf"[^，,；;。、]{{0,8}}?(?:{either(own['span_names']['heads'])})"),
        "past_lead": re.compile(rf"\s{{0,9}}(?:[一二三四五六七八九十]是)?(?:{either(own['past']['lead'])})"),
        "past_near": re.compile(rf"(?:{either(own['past']['near'])})"),
        "lifespan": re.compile(rf"(?:{either(own['lifespan']['words'])})"),
        "given": re.compile(rf"(?:{either(own['given']['words'])})(?:人数|总数|规模)?(?:预计(?:达到?|有|为|超过)?)?$"),
        "condition": re.compile(rf"(?:{either(own['condition']['words'])})$"),
    }


def by_words(
    text: str, found: Sequence[Found], *, glossary: bool = False, lifelong: bool = False
) -> list[TargetRole | None]:
    """name or other for each number of a segment where the words right around it say so, None where it counts.

    `glossary`: the segment explains terms, so that all its numbers are names. `lifelong`: it is a bracket behind a
    span of life, where an age is a value.

    >>> from .quantity import find
    >>> def roles(text: str) -> list[TargetRole | None]:
    ...     return by_words(text, find(text))
    >>> roles("落实18项核心制度"), roles("新建2座110千伏变电站"), roles("实施三年行动"), roles("为65岁以上老年人体检")
    (['name'], [None, 'other'], ['name'], ['other'])
    """
    roles: list[TargetRole | None] = []
    previous: Found | None = None
    for item in found:
        role = _own(text, item, glossary, lifelong)
        roles.append(role or ("other" if _sizes(previous, item) else None))
        previous = item
    return roles


def of_counted(
    text: str, item: Found, phrase: Phrase, *, dealt: str | None, dated: bool, past: bool, first_year: int | None
) -> TargetRole:
    """Target or baseline for a number of the segment `text` that counts what `phrase` says.

    `dealt` is the date of one number of several (2024年、2025年分别…), `dated` whether any date holds for it, `past`
    the tense in which the segment is told, `first_year` that of the plan, None where it is unknown.
    """
    before = _without_bases(text, item, phrase)
    year = _YEAR.match(dealt or "")
    if year and first_year is not None:
        return "baseline" if int(year[1]) < first_year else "target"
    near = list(_words()["past_near"].finditer(before))
    if phrase.base or (near and not periods.compared().search(before[: near[-1].start()])):
        return "baseline"
    if _HAS.search(before) and not dated:
        return "baseline"
    if _dated_back(before, first_year) or _OURS.search(before.rstrip()) or _BASE_OF.search(text[: item.span.start]):
        return "baseline"
    stock = _words()["given"].search(before) and family(item.quantity.unit) in ("person", "")
    if stock and not phrase.verb and not _MOVES.search(text):
        return "baseline"
    return "baseline" if past and not _AIMS.search(text) else "target"


def of_reviewed(before: str, around: str, first_year: int | None) -> TargetRole:
    """The role of a number in a review, which tells what is; only a forecast is no baseline: 到2025年，人口预计达到….

    `before` are the words of the sentence up to the number, `around` those that may name a year to come.
    """
    years = [int(year) for year in _YEAR.findall(around)]
    ahead = bool(years) and (first_year is None or max(years) >= first_year)
    return "other" if ahead and _FORECAST.search(before) else "baseline"


_OPENER = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十\d]{1,2}[)）、.．是]\s*)?(?:[全我本][国省市区县州镇乡校院系统]{1,2}|其中|但|而|同时)*(?:"
    r"(?P<past>截至|截止|去年|上年|上一年|目前|当前(?![和及与、])|现共?有[^，,；;\d]{0,14}\d|现已|近[两三五几\d]?年|过去"
    r"|[自从]?(?:20\d{2}年|“?[一二三四五十]{2,3}”?|[^，,；;\d]{2,6})以来)"
    r"|(?P<coming>今年|明年|下一步|未来|力争|展望)"
    r"|[到至]?(?P<year>20\d{2})(?:\s*[—–~-]+\s*(?P<last>20\d{2}))?年(?!的|版|起|以来|印发|发布|出台|制定|颁布|修订)"
    r"|[“\"]?(?P<plan>十[一二三四五六七八九]?五)[”\"]?(?:规划)?(?:期间|时期|末|期末))"
)
"""The time phrase that opens a clause and holds until the next one: 2022年，…；目前，…；今年…."""

LEFT_OVER = re.compile(r"\s*(?:去年|上年|上一?年度|20\d{2}年)(?:度|底)?(?:结转|遗留|未完成|剩余|续建|在建)(?!的)")
"""去年结转项目12个: the number tells of the past, what comes behind it does not."""

_BEGUN = re.compile(r"(?:去年|上年|20\d{2}年)[^，,；;\d]{1,8}的")
"""2023年启动的8个片区今年完工: when they were begun, not when they are counted."""

_ENDS_NOW = re.compile("今年|年内|年底|全部|竣工|完工|建成|完成|投用|验收")
_PAST_PLAN = re.compile(r"[“\"]?(十[一二三四五六七八九]?五)[”\"]?(?:规划)?(?:期间|时期|以来|末|期末)")


def opens_past(words: str, first_year: int | None) -> bool:
    """Whether the sentence that opens a paragraph says that all of it tells of the past: 过去一年，…"""
    if _words()["past_lead"].match(words):
        return LEFT_OVER.match(words) is None
    plan = _PAST_PLAN.match(words.lstrip())
    if plan is None or first_year is None:
        return False
    return _PLAN_ENDS.get(plan[1], 9999) < first_year


def tense(words: str, past: bool, first_year: int | None) -> bool:
    """Whether a segment tells of the past: its own time phrase decides, else what was before it (`past`)."""
    opened = _OPENER.match(words)
    if opened is None:
        return past or bool(re.search("截至|截止", words))
    if (begun := _BEGUN.match(words.lstrip())) and _ENDS_NOW.search(words, begun.end()):
        return False
    if opened["past"] or opened["coming"]:
        return bool(opened["past"])
    if first_year is None:
        return past
    end = _PLAN_ENDS.get(opened["plan"], 9999) if opened["plan"] else int(opened["last"] or opened["year"])
    return end < first_year


def tense_after(words: str, past: bool, first_year: int | None) -> bool:
    """The tense in which a statement ends that began in the tense `past`."""
    for part in re.split("[，,：:；;]", re.sub(r"[（(][^（）()]*[)）]", "", words)):
        past = past if LEFT_OVER.match(part) else tense(part, past, first_year)
    return past


_TOWARDS = r"(?:[到至达]|相当于|是|为|超过|超)(?:20\d{2}年|现有|目前|现在|当前|去年|上年)[^，,；;、]{0,6}?(?:的|同期)$"
_BASED = re.compile(
    rf"(?P<towards>{_TOWARDS})"
    r"|在(?:20\d{2}年|现有|目前|去年|上年|已有)[^，,；;]{0,16}?基础上"
    r"|(?:比|较|同|与|和|相比)(?:全[国省市区县])?(?:20\d{2}年|现有|目前|现在|当前|去年|上年度?|同期|基期)"
)
"""A year or a present state that another number is measured by: 恢复至2019年的80%, 在现有基础上, 较2020年."""

_BASE_OF = re.compile(r"(?:比|较|由|从)(?:20\d{2}年|现有|目前|现在|当前|去年|上年)[^，,；;、]{0,4}的$")
"""What the number behind it was or is: 比上年的120亿元增加…."""

_AMONG = re.compile("(?:从|将|把|对|依托)(?:现有|已有|目前|原有)[^，,；;。]{0,20}?(?:中|里)")
"""从现有企业中遴选20家: what there is, from which more is to come."""

_HAS = re.compile(r"(?:^|[，,])(?:[全我本][国省市区县州镇乡村校院])(?:共|现)有[^，,；;、\d]{0,14}$")
"""全镇共有卫生室…: without a date it tells what is there."""

_OURS = re.compile("(?:我国|我省|我市|我区|我县|本市|中国)(?:现?有|拥有)$")
"""我国有…: a number about the country as it is."""

_FORECAST = re.compile("预计|预测")
_AIMS = re.compile("力争|确保|争取|将达")
_MOVES = re.compile("控制|达到|提高|新增|增加|减少|引导|转移")
"""People who are there in any case become a target where something is to move them."""

_SAYS_WHICH = re.compile(
    r"起|(?:底|末)?(?:之?前|以前|以后)?(?:建成|竣工|建设|投用|建造|购置|购买|生产|出厂|注册|投运|投产|登记|开工|批准|交付|入住|成立)的[^，,；;、\d]{2,}"
)
"""2000年底前建成的老旧小区96个: the year tells one thing from another."""


def _dated_back(before: str, first_year: int | None) -> bool:
    """2020年为78.4岁 in a plan from 2021; 比2020年提高 only compares."""
    years = [
        match
        for match in _YEAR.finditer(before)
        if not periods.compared().search(before[: match.start()]) and not _SAYS_WHICH.match(before, match.end())
    ]
    return bool(years) and first_year is not None and int(years[-1][1]) < first_year


def _without_bases(text: str, item: Found, phrase: Phrase) -> str:
    """The words before a number without those that say what it is measured by."""
    before, after = text[: item.span.start], text[item.span.end :]
    if phrase.level == "到" and not phrase.base:  # 由目前的640公里增至700公里: 目前 is over
        before = re.split("[0-9]", before)[-1]
    before = _AMONG.sub("", before)
    begun = _BEGUN.search(before)
    before = before[begun.end() :] if begun and _ENDS_NOW.search(after) else before
    share = item.quantity.unit in ("%", "‰", "倍") and not re.search("[由从][^，,由从]*[0-9][%倍]", before)
    return _BASED.sub(lambda match: "" if share or not match["towards"] else match[0], before)


_SPANNED = re.compile("累计|合计|总共|共计|共(?!同|享|建)|内|间|来")
_DONE_IN = re.compile(
    "内?(?:签收|联系|办[结理成]|响应|到[达场]|通达|互达|直达|可达|抵达|送达|完成|回[应复]|答复|反馈|处置|审结)"
)
_PROMISE = ("分钟", "小时", "天", "日", "个工作日", "工作日", "公里", "秒")


def _own(text: str, item: Found, glossary: bool, lifelong: bool) -> TargetRole | None:
    """The role of one number by the words right around it, None where it counts something."""
    if item.name or glossary:
        return "name"
    span, quantity, kind = item.span, item.quantity, family(item.quantity.unit)
    before, after = text[: span.start], text[span.end :]
    promised = quantity.unit in _PROMISE and quantity.bound != "="
    if _enclosed(text, span, "《", "》") or (_enclosed(text, span, "“", "”") and not promised):
        return "name"
    if quantity.unit == "强" and quantity.bound == "=":  # 世界500强
        return "name"
    if quantity.unit in ("年", "个月") and quantity.bound == "=" and _SPANNED.match(after):
        return "other"
    if kind == "age":
        return None if _ages(before, after, lifelong) else "other"
    if kind == "rank" or quantity.unit in ("人间", "周年", "阶段"):
        return "other" if quantity.unit in ("级", "层", "人间") else "name"
    spans = kind == "time" or re.match("[^，,；;。、]{0,8}?(?:圈|长廊|大道)", after)
    if spans and kind in ("time", "length") and quantity.bound == "=" and _words()["span"].match(after):
        return "name"
    return _described(text, item, kind) or _enumerated(text, item, kind) or _ungoverned(text, item)


def of_life(thing: str) -> bool:
    """Whether a thing is a span of life, of which an age is a value: 人均预期寿命."""
    return _words()["lifespan"].search(thing) is not None


def _ages(before: str, after: str, lifelong: bool) -> bool:
    """人均预期寿命提高到79岁: an age that is itself to move; 65岁以上老年人 are those meant."""
    moving = lifelong or of_life(before) or _AGE_MOVES.search(before.rstrip("再约"))
    return bool(moving) and not re.match("[^，,；;。]{0,3}(?:儿童|老年人|人群|婴幼儿)", after)


_AGE_MOVES = re.compile("(?:[高长升增]到|[高长升增]至|延迟|提高|延长)$")


def _enclosed(text: str, span: Span, left: str, right: str) -> bool:
    start = text.rfind(left, 0, span.start)
    if start < 0 or text.find(right, start, span.start) >= 0:
        return False
    end = text.find(right, span.end)
    return 0 <= end - start <= 60


def _sizes(previous: Found | None, item: Found) -> bool:
    """2座110千伏变电站: the second number says which, not how many."""
    sizes = ("energy", "length", "area", "mass", "volume", "money", "data")
    return previous is not None and previous.span.end == item.span.start and family(item.quantity.unit) in sizes


def _described(text: str, item: Found, kind: str) -> TargetRole | None:
    """A size that only says which: 100亿元以上项目, 占比60%以上的项目, 3年以上应用历史, 30万以上常住人口区."""
    after, before = text[item.span.end :], text[: item.span.start]
    if _of_a_rule(before, after, item, kind):
        return "other"
    if not after or after[0] in _BREAKS:
        return None
    if _threshold(text, item):
        return "other"
    bounded = item.quantity.bound != "="
    if _condition(before, after, item, kind):
        return "other"
    if after.startswith("级") and kind in ("mass", "energy", "money", "length", "area", "volume", ""):
        return "other"
    if bounded and after.startswith("的") and re.search(r"(?:^|[，,])(?:对|凡|凡是|将)[^，,]{1,12}$", before):
        return "other"
    counts_people = kind in ("person", "") and item.quantity.bound in ("=", "~")
    if counts_people and after.startswith(("的", "中国人", "人民", "同胞")):
        return "other"
    if kind in ("time", "length") and re.match(r"[^，,；;。、]{0,8}率", after):
        return "other"
    if kind == "time" and re.match(r"[^，,；;。、\d]{0,6}[到至为][^，,；;。、\d]{0,4}\d", after):
        return None
    if kind == "time" and not _DONE_IN.match(after) and (bounded or _lasts(text, item, after)):
        return "other"
    return "other" if _sized(before, after, item, kind) else None


def _sized(before: str, after: str, item: Found, kind: str) -> bool:
    """投资5亿元以上项目, 面积2万平方米以上的场馆, 年满60岁: an amount that tells which ones are meant."""
    bounded = item.quantity.bound != "="
    if kind == "money" and (bounded or after.startswith("级")) and _words()["described"].match(after):
        return True
    if kind in ("", "area", "mass", "length", "energy") and bounded and not _GOVERNED.search(before):
        described = _words()["described"].match(after) or re.match("常住|户籍|以上", after)
        return bool(described) or after.startswith("的")
    if kind == "rate" and bounded and after.startswith("的") and _tail(before):
        return True
    measured = kind in ("money", "time", "mass", "volume", "area", "energy")
    if after.startswith("的") and measured and (bounded or _words()["condition"].search(before)):
        return True
    return item.quantity.text.startswith(("满", "年满"))


_TERM = re.compile(
    "(?:有效|试用|任|服务|保修|质保|试点|示范|过渡|建设|实施|执行|合同|公示|租赁|聘|保护)期限?(?:为|至少|一般|最长)*$|(?:期限|周期)(?:为|至少|最长)*$"
)
_SUCH_AS = re.compile("的(?:[，,]|部分|情形|情况|按|可|一律)")
_SETTLED_BY = re.compile(r"按照?[^，,；;\d]{0,14}$")
_SETTLES = re.compile("的?(?:标准)?(?:核定|征[收缴]|缴纳|计[算征收提]|收取|折算|测算)")
_IF = re.compile("\\s*(?:如?遇|一旦|若|如果|凡)")


def _of_a_rule(before: str, after: str, item: Found, kind: str) -> bool:
    """试点期3年, 正负5%以内, 按100人核定, 达到20%以上的部分, 遇100毫米以上降雨: no number to be reached."""
    bounded = item.quantity.bound != "="
    return bool(
        (kind == "time" and _TERM.search(before))
        or before.endswith(("正负", "上下浮动", "±"))
        or (bounded and _SUCH_AS.match(after))
        or (_SETTLED_BY.search(before) and _SETTLES.match(after))
        or _IF.match(before)
    )


_ORDERED = re.compile(
    "(?:的?(?:情况|单位|企业|地区|项目)?(?:一律|均)?(?:不予|不再|给予|予以|不得|须|应当?|要|可(?![持再])|方可))"
)
_ASSIGNED = re.compile("(?:确定|部署|提出|规定|列出)的$")


def _condition(before: str, after: str, item: Found, kind: str) -> bool:
    """不足30户的不予发布, 100毫米以上等天气, 5000人以上演唱会30场, 市政府确定的12件实事: which, not how many."""
    if _ASSIGNED.search(before) and kind in ("thing", "body"):
        return True
    if kind in ("energy", "degree") and (_before_a_count(after) or after[0] == "/" or before.endswith("/")):
        return True
    if item.quantity.bound == "=":
        return False
    if after.startswith("的") and _ORDERED.match(after, 1) and not _tail(before):
        return True
    if item.after and after.startswith("等"):
        return True
    sized = item.after and kind in ("person", "money", "area", "volume", "length", "mass", "energy", "thing")
    return sized and _before_a_count(after)


def _before_a_count(after: str) -> bool:
    """16兆瓦风机75台, 5000人以上演唱会30场: behind the size stands what is counted next."""
    following = re.match(r"[^，,；;。、\d每各并和]{2,12}?(?=\d|[两二三四五六七八九十]+[家所座台套条名辆个项])", after)
    ends = lists().verbs.at_end(following[0]) or lists().level.at_end(following[0]) if following else "-"
    return not ends and not lists().verbs.at_start(after)


def _lasts(text: str, item: Found, after: str) -> bool:
    """24小时值守: digits with a time that no bound makes a limit."""
    return item.core.of(text)[0].isdigit() and not re.match("、|和|及", after)


def _threshold(text: str, item: Found) -> bool:
    """30户以上自然村…比例, 500人以上企业建会率, 规模100头以上养殖场: a size by which places are told apart."""
    own = table("targets")["threshold"]
    unit, after, before = item.quantity.unit, text[item.span.end :], text[: item.span.start]
    behind = re.match(r"(?:床位|座位|学位|床|人口)?(?:及以上|以上|以下)", after) if item.quantity.bound == "=" else None
    if item.quantity.bound in ("=", "~", "range") and behind is None:
        return False
    after = after[behind.end() :] if behind else after
    heads = "|".join(own["places"] + (own["bodies"] if unit not in own["units"]["of_bodies"] else []))
    if unit not in own["units"]["of_bodies"] + own["units"]["of_members"]:
        return False
    if after.startswith("的") and (
        not before.strip() or _tail(before) or before.endswith(tuple(own["measured"]["by"]))
    ):
        return True
    head = re.match(rf"的?[^，,；;。、\d]{{0,6}}?(?:{heads})(?![家级民干医主员])", after)
    if head is None:
        return False
    governed = _GOVERNED.search(before) or lists().verbs.at_end(before)
    return not governed or after.startswith("的") or bool(re.match(r"[\d一二三四五六七八九十]", after[head.end() :]))


def _tail(before: str) -> bool:
    """Whether a thing stands right before the number: 占比60%以上的 describes, 推动60%以上的 counts."""
    return bool(lists().metric.at_end(before.rstrip())) or before.endswith(("超过", "达到", "达", "占"))


def _enumerated(text: str, item: Found, kind: str) -> TargetRole | None:
    """18项核心制度, 10大行动, 五大中心: a whole known by its number."""
    if item.quantity.bound != "=" or kind not in ("thing", "person") or item.each or item.damaged:
        return None
    after, before = text[item.span.end :], text[: item.span.start]
    if _KNOWN.match(after) and not _words()["made"].search(before):
        return "name"
    if item.quantity.unit == "大" and not _GOVERNED.search(before):
        return "name"
    if item.quantity.unit in ("个", "项", "大", "条", "类", "种", "张", "位") and _words()["whole"].match(after):
        return None if _words()["made"].search(before) else "name"
    return None


_KNOWN = re.compile(
    r"(?:[、和]?[^，,；;。、\d]{0,4}\d{1,3}[件项])?(?:为民|利民|惠民|民生|便民|[省市区县]级|[省市区县]政府|重点|年度)*(?:办)?实事(?!\d)"
)
"""办好12件民生实事: the list that a government makes known each year, by its number."""


def _ungoverned(text: str, item: Found) -> TargetRole | None:
    """A Chinese numeral that no verb of doing governs is a manner of speaking: 两个市场, 三大区域."""
    core, before, kind = item.core.of(text), text[: item.span.start], family(item.quantity.unit)
    if core[0].isdigit() or item.damaged or item.each or item.quantity.bound != "=" or "分之" in core:
        return None
    if kind == "time":
        limited = item.quantity.unit in _LIMITS or lists().metric.at_end(before) or _BROUGHT_TO.search(before[-8:])
        return None if limited else "other"
    if kind not in ("body", "person", "thing"):
        return None
    if _sums_up(text, item):
        return "name"
    after = text[item.span.end :]
    behind = _DONE_TO.search(before[-40:]) and re.match(r"[，,；;。、）)]|以上|左右|$", after)  # 布局加氢站五座
    helped = kind == "body" and item.quantity.unit in _COUNTED_ALONE and lists().verbs.at_end(before)  # 支持三所高校
    return None if behind or helped or _GOVERNED.search(before) or _tail(before) else "name"


_LIMITS = frozenset({"小时", "个小时", "工作日", "个工作日"})
"""Units of time that set a limit however the number is written: 三个工作日办结."""

_COUNTED_ALONE = frozenset({"家", "所", "座"})
"""Units that are used of real things one can count, and seldom as a manner of speaking."""

_DOING = (
    "(?:建设|建成|开办|新建|打造|引进|创建|争创|新增|培育|设立|组建|布局|筹建|配备|配置|举办|开设|遴选|选取|认定|评选|完成|改造|引入|招引|增设|建立|形成"
    "|创办|选派|培养|招聘|开通|获批|配|各|每[个家所名区县]|每年[^，,；;。]{0,4})"
)
_GOVERNED = re.compile(
    rf"{_DOING}(?:[^，,；;。]{{0,60}}(?:等|、[^，,；;。、]{{1,10}}))?(?:全国|全省|国家|省|市|和|并)?$"
)


_DONE_TO = re.compile(rf"{_DOING}[^，,；;。、]{{1,30}}$")
_BROUGHT_TO = re.compile(r"(?:压缩|压减|缩短|缩减|降低|减少|控制|延长|提高)(?:[到至在]|为)$")


def _sums_up(text: str, item: Found) -> bool:
    """打造研发、转化两个平台: the number only sums up the list in front of it."""
    listed = re.search("[^，,；;等]{2,60}$", text[: item.span.start])
    if listed is None or not re.match(_SUMMED, text[item.span.end :]):
        return False
    return len(re.split("[、和与及]", listed[0])) == item.quantity.lo


_SUMMED = "[^，,；;。、]{0,12}?(?:高地|平台|领域|方面|产业|环节|板块|品牌|名片)(?:[，,；;。、（(]|$)"
