"""Settles the names of numbers that stand together: a list shares its tail, a part the noun of its whole.

dealt(phrase, count)              -> one phrase for each of several numbers side by side
completed(phrases, found, earlier) -> the phrases of a segment with what they take from one another
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .quantity import Found, family, table
from .wording import VAIN, all_verbs, is_metric, lists, verbs_at_end, verbs_at_start

LONGEST_NAME = 34
"""Characters of the longest indicator: about what a first column of a printed table holds."""


_MOST_TOLD = 6
"""Things of a sentence that 分别 may take up again: longer lists name them anew."""


PER_MANY = re.compile(r"每(?:\d+(?:\.\d+)?[百千万]*|[一二三四五六七八九十]*[百千万]+)(?![元斤亩])")


BRACKETED = re.compile("[（(][^（()）]{0,60}[)）]")


_LONE_BRACKET = re.compile("[（(][^（()）]*$|[()（）]")


_ODD_START = re.compile(r"^(?:的(?![士])|仍(?=.)|均(?![衡等值质])|共(?![享同建青产有用性治]))+")


_ODD_END = re.compile("(?<=..)(?<![行认作因])(?:由|保持|达到|为|的)$")


@dataclass(frozen=True, slots=True)
class Phrase:
    """What the words around a number say: the indicator, its parts and how the number is introduced.

    `thing` is the indicator without its verb; `verb` carries over a list; `level` is the predicate of a state (达到),
    `change` that of a change (增长); `base`: the first number of 从2.1%提高到2.5%. `part`: 其中大豆…; `tail`: what
    all of a list share (发放津贴); `told`: the things counted so far with units.
    """

    indicator: str
    thing: str = ""
    verb: str = ""
    level: str = ""
    change: str = ""
    scope: str | None = None
    share: bool = False
    base: bool = False
    left: str = ""
    right: str = ""
    unit: str = ""
    part: bool = False
    tail: str = ""
    told: tuple[tuple[str, str], ...] = ()


def completed(phrases: Sequence[Phrase], found: Sequence[Found], earlier: Phrase | None) -> list[Phrase]:
    """The phrases of a segment, one for each number of `found`, with what they take from one another and `earlier`."""
    out = list(phrases)
    for i in range(len(out) - 1):
        lone = not out[i].thing or out[i].indicator == out[i].verb
        if (lone and not is_metric(out[i + 1].thing)) or _lends(out[i + 1], out[i]):
            out[i] = replace(out[i], indicator=short_name(out[i].verb + out[i + 1].thing), thing=out[i + 1].thing)
    out = _whole_parts(_shared_deed(_shared_tail(out)), earlier)
    out = _averages(_from_to(_shared_predicate(out, found), found), found, earlier)
    return _with_told([_finished(phrase) for phrase in out], earlier)


def _averages(phrases: Sequence[Phrase], found: Sequence[Found], earlier: Phrase | None) -> list[Phrase]:
    """每千人医师不少于5.9人，护士不少于6.3人: only an average has parts of a person, for as many as the one before."""
    out: list[Phrase] = []
    for phrase, item in zip(phrases, found, strict=True):
        last, lo = out[-1] if out else earlier, item.quantity.lo
        parted = family(phrase.unit) in ("person", "body") and lo is not None and lo != lo.to_integral_value()
        if parted and not phrase.scope and last is not None and last.unit == phrase.unit:
            phrase = replace(phrase, scope=last.scope if PER_MANY.match(last.scope or "") else None)
        if lo == 1 and phrase.scope is None and last is not None and _goes_on_each(phrase, last):
            phrase = replace(phrase, scope=last.scope)
        out.append(phrase)
    return out


def _goes_on_each(phrase: Phrase, last: Phrase) -> bool:
    """各区选择1家医院，建1个病区: the one ward, too, is one for each."""
    each = re.match("[各每]", last.scope or "") and not PER_MANY.match(last.scope or "")
    return bool(
        each
        and phrase.verb
        and not verbs_at_end(phrase.left)
        and not re.search("[全省市县区]级|全[省市县区]", phrase.thing)
    )


def _lends(after: Phrase, bare: Phrase) -> bool:
    """完成5家、新启动10家医院评审: verbs alone take the thing behind the next number."""
    return bool(after.right and bare.verb and not bare.right and all_verbs(bare.left)) and after.unit == bare.unit


def _with_told(phrases: Sequence[Phrase], earlier: Phrase | None) -> list[Phrase]:
    """Each phrase with the last things counted in its sentence, which 分别增长 takes up again."""
    told = earlier.told if earlier else ()
    out = []
    for phrase in phrases:
        told = (*told, (phrase.thing, phrase.unit))[-_MOST_TOLD:]
        out.append(replace(phrase, told=told))
    return out


def _finished(phrase: Phrase) -> Phrase:
    """A share is called one, and a number for every thousand people says so."""
    name, per = phrase.indicator, phrase.scope or ""
    name = re.sub("总[数量]$", "", name) if PER_MANY.match(per) else name
    if PER_MANY.match(per) and not re.search("每|密度$", name) and not name.startswith(per.removeprefix("每")):
        name = per + name
    if phrase.unit in ("%", "‰") and not phrase.change and re.search("占[^占率比重例]{2,}$", name):
        name += "比例"
    if phrase.unit in ("%", "‰") and not (phrase.change or phrase.share or is_metric(name)):
        if phrase.level in ("占", "占到", "约占") and "占" not in name:
            name += "占比"
        elif phrase.verb in ("完成", "延续执行", "执行") and not name.endswith("比例"):
            name = phrase.thing + ("完成" if phrase.verb == "完成" else "") + "比例"
        elif name.endswith("覆盖"):
            name += (phrase.right.removeprefix("的") + "比例") if phrase.right else "率"
    return phrase if name == phrase.indicator else replace(phrase, indicator=short_name(name))


def _shared_tail(phrases: list[Phrase]) -> list[Phrase]:
    """甲按每百户30平方米、乙按每百户20平方米配建用房: what is allotted holds for all."""
    tail = ""
    for i in range(len(phrases) - 1, -1, -1):
        phrase = phrases[i]
        tail = phrase.tail or (tail if phrase.level == "按" else "")
        if phrase.level == "按" and tail and not phrase.tail:
            phrases[i] = replace(phrase, indicator=short_name(phrase.thing + tail), tail=tail)
    return phrases


def _shared_deed(phrases: list[Phrase]) -> list[Phrase]:
    """完成30个老旧小区、5000户、45万平方米改造: the deed behind the last is done to all."""
    if len(phrases) < 2 or not phrases[0].right or verbs_at_end(phrases[0].right) < len(phrases[0].right):
        return phrases
    deed = phrases[-1].right
    alone = deed and len(deed) <= 4 and not phrases[-1].share and verbs_at_start(deed) == len(deed)
    if not alone or any(phrase.left or phrase.right not in ("", deed) for phrase in phrases[1:]):
        return phrases
    first = phrases[0]
    thing = first.thing + deed
    return [
        replace(phrase, indicator=short_name(first.verb + thing), thing=thing, verb=first.verb) for phrase in phrases
    ]


def _whole_parts(phrases: list[Phrase], earlier: Phrase | None) -> list[Phrase]:
    """专科项目国家级2个、省级12个; 其中大豆3.5万亩: what is only a part takes its noun from the whole."""
    out: list[Phrase] = []
    for i, phrase in enumerate(phrases):
        last = out[-1] if out else earlier
        goes_on = bool(out and not phrase.level) or bool(_PLACE.search(phrase.thing))
        part = phrase.part or bool(last and last.part and goes_on)
        whole = last if last is not None and _same_kind(last.unit, phrase.unit) else None
        if part and whole is None and earlier is not None:  # 播种面积80万亩，产量6亿斤，其中大豆5万亩
            same = [thing for thing, unit in earlier.told if thing and _same_kind(unit, phrase.unit)]
            whole = Phrase("", same[-1], unit=phrase.unit) if same else None
        if is_qualifier(phrase.thing) and not phrase.right:
            phrase = _qualified(phrase, whole, phrases[i + 1 :])
        elif part and whole is not None and phrase.thing:
            phrase = _of_whole(phrase, whole)
        elif whole is not None and phrase.unit == "%":
            phrase = _of_kin(phrase, whole)
        out.append(replace(phrase, part=part))
    return out


def _qualified(phrase: Phrase, whole: Phrase | None, after: Sequence[Phrase]) -> Phrase:
    """国家级2个 with the noun of the whole before it, else of the first behind it that has one."""
    if (own := _own_noun(phrase)) is not None:
        return own
    noun = _unqualified(whole.thing) if whole is not None else ""
    noun = noun or next((noun for later in after if (noun := _unqualified(later.thing))), "")
    if not noun or noun.startswith(phrase.thing):
        return phrase
    name = (phrase.thing + noun).replace("级等级", "级")
    verb = phrase.verb or (whole.verb if whole is not None and phrase.level in ("", "为") else "")
    level = "" if phrase.level == "为" else phrase.level
    return replace(phrase, indicator=short_name(verb + name + phrase.change), thing=name, verb=verb, level=level)


def _own_noun(phrase: Phrase) -> Phrase | None:
    """民宿甲级10家 → 甲级民宿; None where only the grade is said, or no things are counted."""
    grades = "|".join(ending for ending in table("targets")["part"]["endings"] if ending.endswith("级"))
    own = re.fullmatch(f"(?P<noun>[^、和与]{{2,}}?)(?P<grade>{grades})", phrase.thing)
    counted = family(phrase.unit) in ("body", "person", "thing") and not phrase.change
    if own is None or not counted or is_qualifier(own["noun"]) or verbs_at_start(own["noun"]):
        return None
    name = own["grade"] + own["noun"]
    return replace(phrase, indicator=short_name(phrase.verb + name), thing=name)


def _of_whole(phrase: Phrase, whole: Phrase) -> Phrase:
    """其中省级财政4亿元, 其中大豆5万亩: the part with what the whole has at its end."""
    if phrase.thing.endswith("财政") and not whole.thing.endswith("财政"):
        name = phrase.thing + re.sub("^.{2,6}财政(?=..)", "", whole.thing)
        return replace(phrase, indicator=short_name(name), thing=name)
    tail = _tails().search(whole.thing)
    deed = phrase.verb or verbs_at_start(phrase.thing) or verbs_at_end(phrase.thing) < len(phrase.thing)
    if is_metric(phrase.thing) or deed or tail is None or tail.start() <= 1:
        return phrase
    name = phrase.thing + tail["tail"]
    return replace(phrase, indicator=short_name(name + phrase.change), thing=name)


def _of_kin(phrase: Phrase, last: Phrase) -> Phrase:
    """新建园区管网配套率达到100%，存量园区不低于60%: the same rate of others of its kind."""
    told = bool(phrase.right or phrase.verb or phrase.change or phrase.share) or is_metric(phrase.thing)
    at = last.thing.rfind(phrase.thing[-2:]) if len(phrase.thing) > 2 and is_metric(last.thing) and not told else -1
    rate = last.thing[at + 2 :] if at > 0 else ""
    if len(rate) < 2 or not is_metric(rate):
        return phrase
    name = phrase.thing + rate
    return replace(phrase, indicator=short_name(name), thing=name)


_PLACE = re.compile("(?:地区|流域|区域|中下游|山区|牧区|平原|城市群|都市圈|沿线|[市县区省州])$")
"""Behind 其中, one place after the other has its own number of the same rate."""


def _same_kind(one: str, two: str) -> bool:
    return one == two or (family(one) == family(two) and family(one) not in ("thing", "person", "body", "rate"))


def is_qualifier(thing: str) -> bool:
    """省级, 区属公办, 乡镇: which ones, but not of what."""
    own = table("targets")["part"]
    return len(thing) <= 12 and (thing.endswith(tuple(own["endings"])) or thing in own["words"])


def _unqualified(thing: str) -> str:
    """国家级专科项目 → 专科项目; "" where nothing is left."""
    rest = re.sub(r"^(?:辖区|区内|全市|全区)?(?:共?有)?(?:各级各类|各级|各类)?", "", thing)
    endings = "|".join(sorted(table("targets")["part"]["endings"], key=len, reverse=True))
    rest = re.sub(f"^(?:.{{0,4}}?(?:{endings}))+", "", rest)
    return "" if len(rest) < 2 or is_qualifier(rest) else rest


def short_name(text: str) -> str:
    """A name that fits a first column: cut at the last comma of a list, then at the end."""
    text = (
        re.sub(r"\s+|\u200b|拟(?=安排|投入|发行)|现行", "", text)
        .strip(VAIN)
        .lstrip(")）")
        .lstrip(VAIN)
        .replace("()", "")
    )
    text = _ODD_START.sub("", re.sub("(?<=..)年内(?=..)", "", text))
    text = _ODD_END.sub("", text)
    if text.count("“") != text.count("”"):
        text = text.replace("“", "").replace("”", "")
    if len(text) > LONGEST_NAME:
        text = BRACKETED.sub("", text)
    if len(text) > LONGEST_NAME:
        head = text[:LONGEST_NAME]
        cut = max(head.rfind("、"), head.rfind("等"))
        text = (head[:cut] + "等") if cut > 8 else head + "…"
    return text if len(re.findall("[(（]", text)) == len(re.findall("[)）]", text)) else _LONE_BRACKET.sub("", text)


def dealt(phrase: Phrase, count: int) -> list[Phrase]:
    """国家、省重点专科2个、12个: as many things as numbers are dealt out, else all share one name."""
    if count == 1:
        return [phrase]
    parts = split_list(phrase.thing, count)
    if parts is None:
        return [phrase] * count
    tail = phrase.change or phrase.tail
    return [replace(phrase, indicator=short_name(phrase.verb + part + tail), thing=part) for part in parts]


_AMOUNT = re.compile("(?<=..)(?:[户人起家]数|数量|总[数量额]|余额|金额|规模|面积|产量|产值|..率)$")


_LEVELS = re.compile(
    r"\d+(?:—\d+)?周?岁(?:[及以]*[上下])?|学前|幼儿园|小学|初中|(?:普通)?高中|中职|高职"
    r"|国家级?|省级?|城市|乡村|县城|市级?|区级?|县级?|镇级?|乡级?|村级?|全国|全省|全市|城镇|农村|城乡|男性?|女性?"
)
"""What the items of a list may differ in, so that all share what stands behind the last: 国家、省重点专科."""


def split_list(thing: str, count: int) -> list[str] | None:
    """The items of a list, each with what all share: 国家、省重点专科 → 国家重点专科, 省重点专科; None for none."""
    if thing.startswith("城乡") and count == 2:
        return ["城镇" + thing[2:], "农村" + thing[2:]]
    parts = [part for part in re.split(r"、|以及|和(?![谐平])|与|及(?![时其格以])", thing) if part]
    if len(parts) != count:
        return None
    heads = [_LEVELS.match(part) for part in parts]
    if all(heads) and all(head[0] == part for head, part in zip(heads[:-1], parts[:-1], strict=True) if head):
        last = heads[-1]
        assert last is not None
        tail = parts[-1][last.end() :]
        return [head[0] + tail for head in heads if head]
    per = re.match(r"每[^，,]*?人口?|单位(?:国内|地区)?生产总值|单位GDP", parts[0])
    if per:
        parts = [part if i == 0 or re.match("每|单位", part) else per[0] + part for i, part in enumerate(parts)]
    if (
        not is_metric(parts[0])
        and is_metric(parts[-1])
        and (tail_found := re.search("(?:人均|户均|平均).*$", parts[-1]))
    ):
        parts = [*(part + tail_found[0] for part in parts[:-1]), parts[-1]]
    owner = _AMOUNT.sub("", parts[0])
    parts = [part if i == 0 or part not in lists().bare else owner + part for i, part in enumerate(parts)]
    tail = _tails().search(parts[-1])
    if tail and tail.start() > 1 and not any(_has_own(part) for part in parts[:-1]):
        parts = [*(part + tail["tail"] for part in parts[:-1]), parts[-1][: tail.start()] + tail["tail"]]
    return parts


def _has_own(part: str) -> bool:
    """Whether an item of a list is a rate, an amount or a deed itself; 化学需氧量 is a substance."""
    return bool(verbs_at_start(part)) or (is_metric(part) and not part.endswith("需氧量"))


@functools.cache
def _tails() -> re.Pattern[str]:
    """What a list shares at its end: 重点工程减排量, 产值."""
    own = table("targets")["tails"]
    return re.compile(
        f"(?:[三四五六七八九十]大(?:产业|行业|领域|集群))?(?P<tail>(?:{'|'.join(own['before'])}){{0,6}}(?:{'|'.join(own['heads'])}))$"
    )


def _shared_predicate(phrases: list[Phrase], found: Sequence[Found]) -> list[Phrase]:
    """70%妇幼保健机构、30%综合医院建成友好医院: what the last is to do holds for all."""
    what = ""
    for i in range(len(phrases) - 1, -1, -1):
        phrase = phrases[i]
        if not phrase.share or found[i].quantity.unit != "%":
            what = ""
        elif phrase.level:
            what = phrase.level
        elif what and phrase.right:
            phrases[i] = replace(phrase, indicator=short_name(f"{phrase.thing}{what}比例"), level=what)
    return phrases


_ARROWS = ("→", "->", "—>", "⇒", "➔")


def _from_to(phrases: list[Phrase], found: Sequence[Found]) -> list[Phrase]:
    """从60%提高到65%: the first number is the base of the second."""
    for i in range(len(phrases) - 1):
        one, two = phrases[i], phrases[i + 1]
        if told := re.fullmatch(
            r"的([^，,、]{1,10}?)(?:降低|提高|下降|提升|下调|上调|增加|调整|降|升)?(?:到|至|为)", two.left
        ):
            name = one.thing.removesuffix("的") + told[1]
            phrases[i] = replace(one, base=True, indicator=short_name(name), thing=name)
            phrases[i + 1] = replace(two, indicator=short_name(name), thing=name, level="到")
            continue
        later = re.sub(r"(?<=[到至为])20\d{2}年的?$", "", two.left)
        if two.left.strip() in _ARROWS:
            phrases[i] = replace(one, base=True)
            phrases[i + 1] = replace(two, indicator=one.indicator, thing=one.thing, level="到")
            continue
        two = replace(two, left=later, level="到" if later != two.left else two.level)
        moved = two.level == two.left or later != phrases[i + 1].left or all_verbs(two.left.rstrip("到至为") or "到")
        rises = moved and re.search(r"(?:到|至|为)$", two.left)
        if (
            rises
            and re.search(r"(?:从|由)[^，,]{0,16}$", one.left)
            and found[i].quantity.unit == found[i + 1].quantity.unit
        ):
            phrases[i] = replace(one, base=True, indicator=short_name(one.thing or one.indicator))
            phrases[i + 1] = replace(two, indicator=short_name(one.thing or one.indicator), thing=one.thing, level="到")
    return phrases
