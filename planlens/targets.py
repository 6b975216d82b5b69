"""Turns the clauses and tables of a plan into targets: what is counted, how much, by when, for whom, and in which role.

    extract(document, clauses, commitments) -> every number of the plan, in reading order

A number is a target, a baseline (it tells what is), a name (“5个100”, 三年行动) or something other: a rule, an age.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from . import outline, periods, roles, tables
from .indicators import read
from .model import Block, Clause, Commitment, Document, Measure, Quantity, Span, Target, TargetRole
from .phrases import Phrase
from .quantity import Found, family, find, table
from .wording import has_verb, is_metric, lists, verbs_at_end
from .words import with_years

_LONGEST_SEGMENT = 200
"""Characters of the longest stretch between two commas that is read as one; a longer one is no sentence."""

_MARKS = "，；。：！？,;:!?|"
_OPEN, _CLOSE = "（(《“‘〔【「", "）)》”’〕】」"

_HOLDS = re.compile(r"\s*(?:[一二三四五六七八九十]是)?(今年|明年|20\d{2}年)(?=[，,要我全力计])")


@dataclass(frozen=True, slots=True)
class _Segment:
    """What stands between two commas; `holds` are its numbers with spans relative to the segment."""

    span: Span
    text: str
    found: tuple[Found, ...]
    bracketed: bool


@dataclass(frozen=True, slots=True)
class _Setting:
    """What a sentence inherits: the clause and its role, the period of the lead-in, whether it tells of the past."""

    clause: Clause
    period: str | None = None
    past: bool = False


@functools.cache
def _activity() -> re.Pattern[str]:
    """Words of deeds, without which a number of bodies or things tells a state."""
    return re.compile("|".join(sorted(map(re.escape, table("targets")["activity"]["words"]), key=len, reverse=True)))


def extract(
    document: Document, clauses: Sequence[Clause], commitments: Sequence[Commitment], *, first_year: int | None
) -> tuple[Target, ...]:
    """All numbers of a plan with their roles, in reading order; keys are unique in the plan.

    `unit_key` is the commitment a number stands in, else its clause. `first_year` is the first of the plan's period:
    what lies before it is past.
    """
    reader = _Reader(document, clauses, first_year)
    found = sorted(reader.targets(), key=lambda target: (target.span.start, target.span.end))
    return _keyed(found, commitments)


def _keyed(targets: Sequence[Target], commitments: Sequence[Commitment]) -> tuple[Target, ...]:
    ordered = sorted(commitments, key=lambda commitment: commitment.span.start)
    starts = [commitment.span.start for commitment in ordered]
    count: Counter[str] = Counter()
    out = []
    for target in targets:
        at = bisect_right(starts, target.span.start) - 1
        inside = at >= 0 and target.span.end <= ordered[at].span.end
        unit = ordered[at].key if inside else target.unit_key
        count[unit] += 1
        out.append(replace(target, key=f"{unit}.{count[unit]}", unit_key=unit))
    return tuple(out)


class _Reader:
    """Walks the clauses of one document and keeps what a sentence hands on to the next."""

    def __init__(self, document: Document, clauses: Sequence[Clause], first_year: int | None) -> None:
        self.text = with_years(document.text).replace("～", "—")  # 80～89周岁 as 80—89周岁
        self.document = document
        self.clauses = clauses
        damage = [note.span for note in document.notes if note.kind == "damage" and note.span is not None]
        self.damage = sorted(damage, key=lambda span: span.start)
        self.damage_ends = [span.end for span in self.damage]
        self.found = find(document.text, self.damage)
        self.starts = [found.span.start for found in self.found]
        self.first_year = first_year
        self.tables = tables.Tables(document.text, self.first_year)
        self.horizons: dict[str, str] = {}
        self.leads: dict[str, str] = {}

    def targets(self) -> Iterator[Target]:
        """Headings, then sentences and tables of each clause."""
        rows = tables.blocks_by_clause(self.document, self.clauses)
        for clause in self.clauses:
            if lead := periods.of_heading(clause.heading) or self.leads.get(clause.parent or ""):
                self.leads[clause.key] = lead
            own_rows = rows.get(clause.key, ())
            done = yield from self._tables(clause, own_rows)
            heading_at = (
                self.document.text.find(clause.heading, clause.span.start, clause.body.start) if clause.heading else -1
            )
            if heading_at >= 0:
                yield from self._prose(clause, Span(heading_at, heading_at + len(clause.heading)))
            for part in _without(clause.body, done):
                yield from self._prose(clause, part)

    def _tables(self, clause: Clause, rows: Sequence[Block]) -> Generator[Target, None, tuple[Span, ...]]:
        """The numbers of tables; one that a damaged spot touches has no value."""
        reading = self.tables.read(clause, rows)
        while True:
            try:
                target = next(reading)
            except StopIteration as stop:
                return tuple(stop.value)
            yield self._unless_damaged(target)

    def _unless_damaged(self, target: Target) -> Target:
        at = bisect_left(self.damage_ends, target.span.start)
        if at == len(self.damage) or self.damage[at].start > target.span.end:
            return target
        return replace(target, quantity=replace(target.quantity, lo=None, hi=None), damaged=True)

    def _prose(self, clause: Clause, span: Span) -> Iterator[Target]:
        """Sentence by sentence: a paragraph that opens with the past stays there, a lead-in 到2025年 holds below it."""
        inherited = self.horizons.get(clause.parent or "") if clause.key.rsplit("/", 1)[-1].startswith("¶") else None
        inherited = inherited or self.leads.get(clause.key)
        setting = _Setting(clause, inherited)
        previous = span.start
        carried: str | None = None
        lead_in: str | None = None
        told: bool | None = None
        for sentence in _mended(self.text, outline.statements(self.text, span)):
            words = sentence.of(self.text)
            if "\n" in self.text[previous : sentence.start] or previous == span.start:
                listed = words[0] in "—–●■◆•" or self.text[max(0, previous - 1) : previous] in ("：", ":")
                period = setting.period if listed else inherited
                setting = replace(setting, past=roles.opens_past(words, self.first_year), period=period)
                told = None
            previous = sentence.end
            past = setting.past if told is None else told
            if (lead := periods.ruling(words)) and not setting.past:
                setting = replace(setting, period=lead)
                self.horizons.setdefault(clause.key, lead)
                if words[-1] in "：:，,":
                    self.leads[clause.key] = lead
            elif (holds := _HOLDS.match(words)) and not roles.tense(words, False, self.first_year):
                setting = replace(setting, period=holds[1])
            yield from self._sentence(
                replace(setting, past=past, period=lead_in or setting.period or carried), sentence
            )
            ends_open = words[-1] in "；;"
            past = roles.tense_after(words, past, self.first_year)
            told = past if ends_open else None
            setting = replace(setting, past=setting.past and past)
            lead_in = (lead_in or periods.opening(words)) if words[-1] in "；;：:" else None
            opening = periods.dated(words[:400], len(words), self.first_year, first=True)
            carried = (carried or opening) if words[-1] in "；;：:" else None

    def _within(self, span: Span) -> list[Found]:
        first = bisect_right(self.starts, span.start - 1)
        last = bisect_right(self.starts, span.end - 1)
        return [found for found in self.found[first:last] if found.span.end <= span.end]

    def _sentence(self, setting: _Setting, sentence: Span) -> Iterator[Target]:
        inside = self._within(sentence)
        if not inside:
            return
        text = sentence.of(self.text)
        earlier: Phrase | None = None
        opens = not self.text[setting.clause.body.start : sentence.start].strip()
        before = setting.clause.heading if opens else ""  # 水库加固：总投资2亿元
        topic = _topic(setting.clause.heading, text)
        glossary = setting.clause.role == "glossary"
        past = setting.past
        for segment in _segments(text, sentence.start, inside):
            if not segment.bracketed:
                past = roles.tense(segment.text, past, self.first_year)
            if not segment.found:
                before = segment.text if not segment.bracketed else before
                continue
            lifelong = segment.bracketed and earlier is not None and roles.of_life(earlier.thing)
            judged = roles.by_words(segment.text, segment.found, glossary=glossary, lifelong=lifelong)
            opaque = [item for item, role in zip(segment.found, judged, strict=True) if role is None]
            phrases = iter(read(segment.text, opaque, earlier, before, topic))
            for item, role in zip(segment.found, judged, strict=True):
                phrase = next(phrases) if role is None else None
                yield self._target(replace(setting, past=past), sentence, segment, item, phrase, role)
                earlier = phrase if phrase is not None and not segment.bracketed else earlier
            before = segment.text if not segment.bracketed else before
            past = setting.past if roles.LEFT_OVER.match(segment.text) else past

    def _target(
        self,
        setting: _Setting,
        sentence: Span,
        segment: _Segment,
        item: Found,
        phrase: Phrase | None,
        role: TargetRole | None,
    ) -> Target:
        period = self._period(sentence, segment, item) or setting.period
        span = Span(segment.span.start + item.span.start, segment.span.start + item.span.end)
        quantity = replace(item.quantity, text=span.of(self.document.text))
        if phrase is None:
            indicator, measure, scope = _name_of(segment.text, item), _plain_measure(item), None
        else:
            indicator, measure, scope = (
                phrase.indicator or _name_of(segment.text, item),
                _measure(item, phrase, _headed(setting.clause.heading, sentence.of(self.text))),
                phrase.scope,
            )
            quantity = _with_far_bound(quantity, segment.text, item)
            role = self._counted(setting, sentence, segment, item, phrase, dated=period is not None)
        before = segment.text[: item.span.start]
        if phrase is not None and phrase.base:
            period = periods.since(before)
        elif role == "baseline" and setting.clause.role != "review" and self._to_come(period):
            period = None  # 到2026年建成2个，目前已建成1个
        if family(quantity.unit) == "money" and (standing := periods.standing_for(before)):
            scope = standing if scope is None or standing.startswith(scope) else scope
        return Target(
            "", setting.clause.key, indicator, quantity, measure, role or "target", period, scope, item.damaged, span,
            segment.span,
        )  # fmt: skip

    def _counted(
        self, setting: _Setting, sentence: Span, segment: _Segment, item: Found, phrase: Phrase, *, dated: bool
    ) -> TargetRole:
        """Target or baseline, by the clause, the sentence and the words before the number."""
        if setting.clause.role == "review":
            at = segment.span.start + item.span.start
            told = self.text[max(sentence.start, at - 200) : at]
            return roles.of_reviewed(told, (setting.period or "") + sentence.of(self.text)[:400], self.first_year)
        dealt = _dealt_date(segment, item)
        return roles.of_counted(
            segment.text, item, phrase, dealt=dealt, dated=dated, past=setting.past, first_year=self.first_year
        )

    def _to_come(self, period: str | None) -> bool:
        """Whether a period is one of the plan's own: no number about the present is due then."""
        year = re.search(r"(20\d{2})年", period or "")
        return year is not None and (period or "")[0] in "到至" and int(year[1]) >= (self.first_year or 0)

    def _period(self, sentence: Span, segment: _Segment, item: Found) -> str | None:
        """The last date before the number in its sentence; 每年 holds only for its own segment."""
        at = segment.span.start + item.span.start
        if dealt := _dealt_date(segment, item):
            return dealt
        start = max(sentence.start, at - 200)
        found = periods.dated(self.text[start:at], segment.span.start - start, self.first_year)
        behind = None if found else periods.PERIOD.match(segment.text[item.span.end :].lstrip())
        return behind[0] if behind else found


def _topic(heading: str, sentence: str) -> str:
    """The noun that heads a clause or opens a sentence (粮食。…, 茶叶：…); "" for a deed or the name of a chapter."""
    said = re.match(r"[^，,；;。：:\d]{2,8}(?=[：:])", sentence)
    topic = said[0] if said else heading if 2 <= len(heading) <= 8 else ""
    vain = topic.endswith(tuple(table("targets")["bare"]["headings"])) or re.search("[、和及与“”（(]", topic)
    return "" if vain or has_verb(topic) or verbs_at_end(topic) < len(topic) else topic


def _dealt_date(segment: _Segment, item: Found) -> str | None:
    """The date of a number of several that are dealt out over as many dates."""
    return periods.dealt(segment.text, [found.span for found in segment.found], segment.found.index(item))


def _mended(text: str, statements: Sequence[Span]) -> list[Span]:
    """Statements that a page break cut in two become one again."""
    out: list[Span] = []
    for span in statements:
        gap = text[out[-1].end : span.start] if out else ""
        if out and text[out[-1].end - 1] not in "。；！？;!?" and ("\u200b" in gap or text[span.start] in "）)，,、"):
            out[-1] = Span(out[-1].start, span.end)
        else:
            out.append(span)
    return out


def _with_far_bound(quantity: Quantity, segment: str, item: Found) -> Quantity:
    """每个区至少建成A、B、C各1个: 至少 binds across the list."""
    if quantity.bound != "=" or quantity.lo is None:
        return quantity
    before = segment[: item.span.start]
    if re.search(r"不(?:得|能|应)?(?:超过|高于|大于|多于)[^，,；;\d]{2,16}的$", before):  # 不得超过合同价的3%
        return replace(quantity, bound="<=")
    at = max(before.rfind(word) for word in ("至少", "不少于", "不低于", "不得少于", "不得低于", "不得小于"))
    if at < 0 or re.search(r"\d", before[at:]):
        return quantity
    return replace(quantity, bound=">=")


def _headed(heading: str, sentence: str) -> str:
    """The heading of a clause with the words that open a sentence before a colon: 主体培育：…"""
    said = re.match(r"[^，,；;。：:\d]{2,12}(?=[：:])", sentence)
    return heading + (said[0] if said else "")


def _measure(item: Found, phrase: Phrase, headed: str) -> Measure:
    """increment against now, level to reach, or count of things to do; `headed` by a deed, things are done.

    The first that knows wins: the form of the number, the verb or predicate, the unit, the thing.
    """
    told = _by_form(item, phrase) or _by_change(item, phrase) or _by_unit(item, phrase) or _by_thing(item, phrase)
    if told:
        return told
    stands = "包含" in phrase.verb or _equipped(item, phrase) or _reached(phrase) or _state(item, phrase, headed)
    return "level" if stands else "count"


def _by_form(item: Found, phrase: Phrase) -> Measure | None:
    """翻一番, 5.9人, 3个百分点: the number alone tells."""
    lo, unit = item.quantity.lo, item.quantity.unit
    if item.quantity.text.startswith("翻"):
        return "increment"
    if family(unit) in ("person", "body", "thing") and lo is not None and lo != lo.to_integral_value():
        return "level"  # only an average has parts of a person
    if re.match("守住|严守|坚守", phrase.verb):
        return "level"
    return "increment" if unit == "个百分点" and not phrase.level else None


def _by_change(item: Found, phrase: Phrase) -> Measure | None:
    """增长5%, 新增床位: against now, unless a standard or an average is what is new."""
    if phrase.change and not phrase.level:
        return "increment"
    if _standard(item, phrase):
        return "level"
    if item.quantity.unit in ("次", "场", "轮", "趟") and not (
        phrase.level or phrase.change or lists().metric.at_end(phrase.thing)
    ):
        return "count"
    if phrase.thing.endswith("投资") and family(item.quantity.unit) == "money":
        return "count"
    average = re.search("平均|人均|年限$|率$|占?比[例重]?$", phrase.thing)
    if lists().more.at_start(phrase.verb) or (re.search("新增|净增", phrase.indicator) and not average):
        return "increment"
    more = re.search(r"(?:新增|净增|增加(?!值)|增设)[^到至，,]{1,10}$", phrase.left)
    return "increment" if more and not (phrase.level or phrase.base or average) else None


def _by_unit(item: Found, phrase: Phrase) -> Measure | None:
    """30分钟内, 达到60%, 3位: what is measured in such a unit is a state; money laid out is a sum."""
    unit, kind = item.quantity.unit, family(item.quantity.unit)
    if kind == "time" and item.quantity.bound == "<=":
        return "level"
    if phrase.level in ("安排", "投入", "挤出", "拿出", "列支", "完成", "拟按"):
        return "level" if kind == "rate" else "count"
    if kind == "rate" or phrase.share or unit in ("倍", "1:", ":1", "位") or (not unit and not phrase.right):
        return "level"
    return None


def _by_thing(item: Found, phrase: Phrase) -> Measure | None:
    """培训教师200人, 床位数达到200张: a thing that is a deed is counted, an amount has a level."""
    if re.search("招聘|培训|引进|新建|建设|改造|接种", phrase.thing) and not phrase.level:
        return "count"
    if family(item.quantity.unit) == "time" and not phrase.verb:
        return "level"
    doing = lists().verbs.at_start(phrase.thing)
    if doing and not phrase.level and len(phrase.thing) - len(doing) > 3:
        return "count"
    if re.match("招聘|培训|引进|招生", phrase.thing):
        return "count"
    if is_metric(phrase.thing) and not phrase.verb:
        return "level"
    return "level" if phrase.base or (phrase.level and phrase.level not in _NO_LEVEL) else None


def _standard(item: Found, phrase: Phrase) -> bool:
    """每户补助不超过5000元, 亩均投资, 每百户30平方米: so much for each is a standard, no sum of deeds."""
    if family(item.quantity.unit) not in ("money", "area", "length", "mass", "volume"):
        return False
    return bool(
        re.match("每(?![年月周天季])", phrase.scope or "")
        or re.search("亩均|户均|人均|标准$|每[一百千万0-9]*[户人亩名]|每[年月天日].*[补津][贴助]$", phrase.thing)
    )


_NO_LEVEL = frozenset(("实现", "完成", "安排", "有", "是", "按", "拟按", "投入"))


def _equipped(item: Found, phrase: Phrase) -> bool:
    """每个社康机构至少配备1名: what each is to have."""
    words = phrase.verb + phrase.left
    if re.search("(?:必须|须|应当?)有$", phrase.left) or re.match(r"每\d", phrase.scope or ""):
        return True
    has = re.search("有[0-9一二两三]", item.quantity.text) or words.endswith("有")
    fitted = "配备" in item.quantity.text or re.search("配[备置足上齐]?", words)
    return bool((has or fitted) and (phrase.scope or "").startswith("每" if has else ("每", "各")))


def _reached(phrase: Phrase) -> bool:
    """覆盖医疗机构300家; 9家医院进入百强."""
    covered = "覆盖" in phrase.verb or ("覆盖" in phrase.thing and not phrase.right)
    return covered or (not phrase.verb and bool(re.search("进入|跻身", phrase.right[:14])))


def _state(item: Found, phrase: Phrase, headed: str) -> bool:
    """成员单位不少于100家: no verb at all says what is there."""
    if phrase.verb or phrase.right or family(item.quantity.unit) not in ("body", "person", "thing"):
        return False
    return not (_activity().search(phrase.thing + headed) or re.search("组织|开办|办好|办实事", phrase.left))


def _plain_measure(item: Found) -> Measure:
    return "level" if family(item.quantity.unit) in ("rate", "age", "rank", "time", "money") else "count"


def _name_of(text: str, item: Found) -> str:
    """The words that a number is part of: what the quotation marks hold, else the number with what follows."""
    for left, right in (("“", "”"), ("《", "》")):
        start, end = text.rfind(left, 0, item.span.start + 1), text.find(right, item.span.end)
        if start >= 0 and end >= 0 and text.find(right, start) == end and end - start <= 40:
            return text[start + 1 : end]
    following = re.match(r"[^，,；;。、：:!?！？\s|（(）)“”《》]{0,12}", text[item.span.end :])
    return re.sub(r"\s+", "", item.span.of(text) + (following[0] if following else ""))


def _segments(text: str, offset: int, found: Sequence[Found]) -> Iterator[_Segment]:
    """A sentence cut at its commas; what a bracket holds is a segment of its own when it has numbers."""
    numbers = [Span(f.span.start - offset, f.span.end - offset) for f in found]
    brackets = _brackets(text, numbers)
    start = at = inner = 0
    for end in (*_cuts(text, numbers), len(text)):
        own: list[Found] = []
        held: dict[Span, list[Found]] = {}
        while at < len(found) and numbers[at].start < end:
            while inner < len(brackets) and brackets[inner].end <= numbers[at].start:
                inner += 1
            inside = inner < len(brackets) and brackets[inner].start <= numbers[at].start
            home = brackets[inner] if inside else Span(start, end)
            (held.setdefault(home, []) if inside else own).append(_moved(found[at], -offset - home.start))
            at += 1
        yield _Segment(Span(offset + start, offset + end), text[start:end], tuple(own), False)
        for bracket, items in held.items():
            span = Span(offset + bracket.start, offset + bracket.end)
            yield _Segment(span, bracket.of(text), tuple(items), True)
        start = end + 1 if end < len(text) and text[end] in _MARKS else end


def _moved(item: Found, by: int) -> Found:
    span, core = item.span, item.core
    return replace(item, span=Span(span.start + by, span.end + by), core=Span(core.start + by, core.end + by))


def _brackets(text: str, numbers: Sequence[Span]) -> list[Span]:
    """The insides of the round brackets that hold a number."""
    starts = [number.start for number in numbers]
    out = []
    for match in re.finditer(r"[（(]([^（()）]{1,200})[)）]", text):
        inside = Span(match.start(1), match.end(1))
        first = bisect_left(starts, inside.start)
        if first < len(numbers) and numbers[first].end <= inside.end:
            out.append(inside)
    return out


def _cuts(text: str, numbers: Sequence[Span]) -> Iterator[int]:
    """Where commas and the like stand outside numbers, quotation marks and brackets; long stretches are cut anyway."""
    depth: list[str] = []
    last = 0
    index = 0
    opened = 0
    for at, char in enumerate(text):
        while index < len(numbers) and numbers[index].end <= at:
            index += 1
        if char in _OPEN:
            depth.append(char)
            opened = at
        elif char in _CLOSE and depth:
            depth.pop()
        inside = index < len(numbers) and numbers[index].start <= at < numbers[index].end
        if depth and (at - opened > 120 or at - last > 3 * _LONGEST_SEGMENT):
            depth.clear()
        if inside or depth:
            continue
        if char in _MARKS or at - last > _LONGEST_SEGMENT:
            yield at
            last = at


def _without(span: Span, holes: Sequence[Span]) -> Iterator[Span]:
    start = span.start
    for hole in sorted(holes, key=lambda hole: hole.start):
        if hole.start > start:
            yield Span(start, hole.start)
        start = max(start, hole.end)
    if start < span.end:
        yield Span(start, span.end)
