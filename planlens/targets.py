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

from . import outline, periods, tables, titles
from .indicators import read
from .model import Block, Clause, Commitment, Document, Measure, Quantity, Span, Target, TargetRole
from .phrases import Phrase
from .quantity import Found, family, find, table
from .wording import has_verb, lists, verbs_at_end

_LONGEST_SEGMENT = 200
"""Characters of the longest stretch between two commas that is read as one; a longer one is no sentence."""

_MARKS = "，；。：！？,;:!?|"
_OPEN, _CLOSE = "（(《“‘〔【「", "）)》”’〕】」"
_TOWARDS = r"(?:[到至达]|相当于|是|为|超过|超)(?:20\d{2}年|现有|目前|现在|当前|去年|上年)[^，,；;、]{0,6}?(?:的|同期)$"
_BASED = re.compile(
    rf"(?P<towards>{_TOWARDS})"
    r"|在(?:20\d{2}年|现有|目前|去年|上年|已有)[^，,；;]{0,16}?基础上"
    r"|(?:比|较|同|与|和|相比)(?:全[国省市区县])?(?:20\d{2}年|现有|目前|现在|当前|去年|上年度?|同期|基期)"
)
"""A year or a present state that another number is measured by: 恢复至2019年的80%, 在现有基础上, 较2020年."""

_BASE_OF = re.compile(r"(?:比|较|由|从)(?:20\d{2}年|现有|目前|现在|当前|去年|上年)[^，,；;、]{0,4}的$")
"""What the number behind it was or is: 比上年的120亿元增加…."""

_OPENER = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十\d]{1,2}[)）、.．是]\s*)?(?:[全我本][国省市区县州镇乡校院系统]{1,2}|其中|但|而|同时)*(?:"
    r"(?P<past>截至|截止|去年|上年|上一年|目前|当前(?![和及与、])|现共?有[^，,；;\d]{0,14}\d|现已|近[两三五几\d]?年|过去"
    r"|[自从]?(?:20\d{2}年|“?[一二三四五十]{2,3}”?|[^，,；;\d]{2,6})以来)"
    r"|(?P<coming>今年|明年|下一步|未来|力争|展望)"
    r"|[到至]?(?P<year>20\d{2})(?:\s*[—–~-]+\s*(?P<last>20\d{2}))?年(?!的|版|起|以来|印发|发布|出台|制定|颁布|修订)"
    r"|[“\"]?(?P<plan>十[一二三四五六七八九]?五)[”\"]?(?:规划)?(?:期间|时期|末|期末))"
)
"""The time phrase that opens a clause and holds until the next one: 2022年，…；目前，…；今年…."""

_LEFT_OVER = re.compile(r"\s*(?:去年|上年|上一?年度|20\d{2}年)(?:度|底)?(?:结转|遗留|未完成|剩余|续建|在建)(?!的)")
"""去年结转项目12个: the number tells of the past, what comes behind it does not."""

_BEGUN = re.compile(r"(?:去年|上年|20\d{2}年)[^，,；;\d]{1,8}的")
"""2023年启动的8个片区今年完工: when they were begun, not when they are counted."""

_ENDS_NOW = re.compile("今年|年内|年底|全部|竣工|完工|建成|完成|投用|验收")

_SAYS_WHICH = re.compile(
    r"起|(?:底|末)?(?:之?前|以前|以后)?(?:建成|竣工|建设|投用|建造|购置|购买|生产|出厂|注册|投运|投产|登记|开工|批准|交付|入住|成立)的[^，,；;、\d]{2,}"
)
"""2000年底前建成的老旧小区96个: the year tells one thing from another."""

_HOLDS = re.compile(r"\s*(?:[一二三四五六七八九十]是)?(今年|明年|20\d{2}年)(?=[，,要我全力计])")
_YEAR_TEXT = re.compile(r"(20\d{2})年")
_PAST_PLAN = re.compile(r"[“\"]?(十[一二三四五六七八九]?五)[”\"]?(?:规划)?(?:期间|时期|以来|末|期末)")
_PLAN_ENDS = {"十五": 2005, "十一五": 2010, "十二五": 2015, "十三五": 2020, "十四五": 2025, "十五五": 2030}
_SPANNED = re.compile("累计|合计|总共|共计|共(?!同|享|建)|内|间|来")
_DONE_IN = re.compile(
    "内?(?:签收|联系|办[结理成]|响应|到[达场]|通达|互达|直达|可达|抵达|送达|完成|回[应复]|答复|反馈|处置|审结)"
)
_PROMISE = ("分钟", "小时", "天", "日", "个工作日", "工作日", "公里", "秒")


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
        "past_lead": re.compile(rf"\s*(?:[一二三四五六七八九十]是)?(?:{either(own['past']['lead'])})"),
        "past_near": re.compile(rf"(?:{either(own['past']['near'])})"),
        "future": re.compile(rf"(?:{either(own['past']['future'])})"),
        "lifespan": re.compile(rf"(?:{either(own['lifespan']['words'])})"),
        "given": re.compile(rf"(?:{either(own['given']['words'])})(?:人数|总数|规模)?(?:预计(?:达到?|有|为|超过)?)?$"),
        "activity": re.compile(either(own["activity"]["words"])),
        "condition": re.compile(rf"(?:{either(own['condition']['words'])})$"),
    }


def extract(document: Document, clauses: Sequence[Clause], commitments: Sequence[Commitment]) -> tuple[Target, ...]:
    """All numbers of a plan with their roles, in reading order; keys are unique in the plan.

    `unit_key` is the commitment a number stands in, else its clause.
    """
    reader = _Reader(document, clauses)
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

    def __init__(self, document: Document, clauses: Sequence[Clause]) -> None:
        self.text = document.text
        self.document = document
        self.clauses = clauses
        damage = [note.span for note in document.notes if note.kind == "damage" and note.span is not None]
        self.damage = sorted(damage, key=lambda span: span.start)
        self.damage_ends = [span.end for span in self.damage]
        self.found = find(document.text, self.damage)
        self.starts = [found.span.start for found in self.found]
        self.first_year = titles.describe(document).start_year
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
            heading_at = self.text.find(clause.heading, clause.span.start, clause.body.start) if clause.heading else -1
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
                setting = replace(setting, past=self._opens_past(words), period=period)
                told = None
            previous = sentence.end
            past = setting.past if told is None else told
            if (lead := periods.ruling(words)) and not setting.past:
                setting = replace(setting, period=lead)
                self.horizons.setdefault(clause.key, lead)
                if words[-1] in "：:，,":
                    self.leads[clause.key] = lead
            elif (holds := _HOLDS.match(words)) and not self._tense(words, False):
                setting = replace(setting, period=holds[1])
            yield from self._sentence(
                replace(setting, past=past, period=lead_in or setting.period or carried), sentence
            )
            ends_open = words[-1] in "；;"
            past = self._tense_after(words, past)
            told = past if ends_open else None
            setting = replace(setting, past=setting.past and past)
            lead_in = (lead_in or periods.opening(words)) if words[-1] in "；;：:" else None
            opening = periods.dated(words[:400], len(words), self.first_year, first=True)
            carried = (carried or opening) if words[-1] in "；;：:" else None

    def _opens_past(self, words: str) -> bool:
        if _words()["past_lead"].match(words):
            return _LEFT_OVER.match(words) is None
        plan = _PAST_PLAN.match(words.lstrip())
        if plan is None or self.first_year is None:
            return False
        return _PLAN_ENDS.get(plan[1], 9999) < self.first_year

    def _tense(self, words: str, past: bool) -> bool:
        """Whether a segment tells of the past: its own time phrase decides, else what was before it."""
        opened = _OPENER.match(words)
        if opened is None:
            return past or bool(re.search("截至|截止", words))
        if (begun := _BEGUN.match(words.lstrip())) and _ENDS_NOW.search(words, begun.end()):
            return False
        if opened["past"] or opened["coming"]:
            return bool(opened["past"])
        if self.first_year is None:
            return past
        end = _PLAN_ENDS.get(opened["plan"], 9999) if opened["plan"] else int(opened["last"] or opened["year"])
        return end < self.first_year

    def _tense_after(self, words: str, past: bool) -> bool:
        """The tense in which a statement ends."""
        for part in re.split("[，,：:；;]", re.sub(r"[（(][^（）()]*[)）]", "", words)):
            past = past if _LEFT_OVER.match(part) else self._tense(part, past)
        return past

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
        past = setting.past
        for segment in _segments(text, sentence.start, inside):
            if not segment.bracketed:
                past = self._tense(segment.text, past)
            if not segment.found:
                before = segment.text if not segment.bracketed else before
                continue
            lifelong = earlier is not None and bool(_words()["lifespan"].search(earlier.thing))
            judged = [self._own_role(setting, segment, item, lifelong) for item in segment.found]
            judged = [
                role or _sized_by(one, two)
                for (one, two), role in zip(_with_previous(segment.found), judged, strict=True)
            ]
            opaque = [item for item, role in zip(segment.found, judged, strict=True) if role is None]
            phrases = iter(read(segment.text, opaque, earlier, before, topic))
            for item, role in zip(segment.found, judged, strict=True):
                phrase = next(phrases) if role is None else None
                yield self._target(replace(setting, past=past), sentence, segment, item, phrase, role)
                earlier = phrase if phrase is not None and not segment.bracketed else earlier
            before = segment.text if not segment.bracketed else before
            past = setting.past if _LEFT_OVER.match(segment.text) else past

    def _own_role(self, setting: _Setting, segment: _Segment, item: Found, lifelong: bool) -> TargetRole | None:
        """name or other where the words right around a number say so; None where it counts something."""
        if item.name:
            return "name"
        text, span, quantity = segment.text, item.span, item.quantity
        after = text[span.end :]
        before = text[: span.start]
        promised = quantity.unit in _PROMISE and quantity.bound != "="
        if _enclosed(text, span, "《", "》") or (_enclosed(text, span, "“", "”") and not promised):
            return "name"
        if setting.clause.role == "glossary":
            return "name"
        kind = family(quantity.unit)
        if quantity.unit == "强" and quantity.bound == "=":  # 世界500强
            return "name"
        if quantity.unit in ("年", "个月") and quantity.bound == "=" and _SPANNED.match(after):
            return "other"
        if kind == "age":
            moving = (
                _words()["lifespan"].search(before)
                or (segment.bracketed and lifelong)
                or re.search(r"(?:[高长升增]到|[高长升增]至|延迟|提高|延长)$", before.rstrip("再约"))
            )
            return None if moving and not re.match("[^，,；;。]{0,3}(?:儿童|老年人|人群|婴幼儿)", after) else "other"
        if kind == "rank" or quantity.unit in ("人间", "周年", "阶段"):
            return "other" if quantity.unit in ("级", "层", "人间") else "name"
        spans = kind == "time" or re.match("[^，,；;。、]{0,8}?(?:圈|长廊|大道)", after)
        if spans and kind in ("time", "length") and quantity.bound == "=" and _words()["span"].match(after):
            return "name"
        return _described(text, item, kind) or _enumerated(text, item, kind) or self._ungoverned(text, item)

    def _ungoverned(self, text: str, item: Found) -> TargetRole | None:
        """A Chinese numeral that no verb of doing governs is a manner of speaking: 两个市场, 三大区域."""
        core, before, kind = item.core.of(text), text[: item.span.start], family(item.quantity.unit)
        if core[0].isdigit() or item.damaged or item.each or item.quantity.bound != "=" or "分之" in core:
            return None
        if kind == "time":
            return None if item.quantity.unit == "小时" or lists().metric.at_end(before) else "other"
        if kind not in ("body", "person", "thing"):
            return None
        if _sums_up(text, item):
            return "name"
        return None if _GOVERNED.search(before) or _tail(before) else "name"

    def _target(
        self,
        setting: _Setting,
        sentence: Span,
        segment: _Segment,
        item: Found,
        phrase: Phrase | None,
        role: TargetRole | None,
    ) -> Target:
        span = Span(segment.span.start + item.span.start, segment.span.start + item.span.end)
        quantity = replace(item.quantity, text=span.of(self.text))
        if phrase is None:
            indicator, measure, scope = _name_of(segment.text, item), _plain_measure(item), None
        else:
            indicator, measure, scope = (
                phrase.indicator or _name_of(segment.text, item),
                _measure(item, phrase, _headed(setting.clause.heading, sentence.of(self.text))),
                phrase.scope,
            )
            quantity = _with_far_bound(quantity, segment.text, item)
            role = self._judged(setting, sentence, segment, item, phrase)
        period = self._period(sentence, segment, item) or setting.period
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

    def _judged(self, setting: _Setting, sentence: Span, segment: _Segment, item: Found, phrase: Phrase) -> TargetRole:
        """Target or baseline, by the clause, the sentence and the words before the number."""
        words = _words()
        if setting.clause.role == "review":
            at = segment.span.start + item.span.start
            told = self.text[max(sentence.start, at - 200) : at]
            return "other" if re.search("预计|预测", told) and self._ahead(setting, sentence) else "baseline"
        before = _without_bases(segment.text, item, phrase)
        dealt = _YEAR_TEXT.match(_dealt_date(segment, item) or "")
        if dealt and self.first_year is not None:
            return "baseline" if int(dealt[1]) < self.first_year else "target"
        near = list(words["past_near"].finditer(before))
        if phrase.base or (near and not periods.compared().search(before[: near[-1].start()])):
            return "baseline"
        if _HAS.search(before) and not (setting.period or self._period(sentence, segment, item)):
            return "baseline"
        if self._dated_back(before) or _ours(before) or _BASE_OF.search(segment.text[: item.span.start]):
            return "baseline"
        moving = re.search("控制|达到|提高|新增|增加|减少|引导|转移", segment.text)
        stock = words["given"].search(before) and family(item.quantity.unit) in ("person", "")
        if stock and not phrase.verb and not moving:
            return "baseline"
        return "baseline" if setting.past and not re.search("力争|确保|争取|将达", segment.text) else "target"

    def _dated_back(self, before: str) -> bool:
        """2020年为78.4岁 in a plan from 2021; 比2020年提高 only compares."""
        years = [
            match
            for match in _YEAR_TEXT.finditer(before)
            if not periods.compared().search(before[: match.start()]) and not _SAYS_WHICH.match(before, match.end())
        ]
        return bool(years) and self.first_year is not None and int(years[-1][1]) < self.first_year

    def _to_come(self, period: str | None) -> bool:
        """Whether a period is one of the plan's own: no number about the present is due then."""
        year = _YEAR_TEXT.search(period or "")
        return year is not None and (period or "")[0] in "到至" and int(year[1]) >= (self.first_year or 0)

    def _ahead(self, setting: _Setting, sentence: Span) -> bool:
        """Whether a sentence of a review looks ahead: 到2025年，人口预计达到…."""
        years = [int(year) for year in _YEAR_TEXT.findall((setting.period or "") + sentence.of(self.text)[:400])]
        return bool(years) and (self.first_year is None or max(years) >= self.first_year)

    def _period(self, sentence: Span, segment: _Segment, item: Found) -> str | None:
        """The last date before the number in its sentence; 每年 holds only for its own segment."""
        at = segment.span.start + item.span.start
        if dealt := _dealt_date(segment, item):
            return dealt
        start = max(sentence.start, at - 200)
        found = periods.dated(self.text[start:at], segment.span.start - start, self.first_year)
        behind = None if found else periods.PERIOD.match(segment.text[item.span.end :].lstrip())
        return behind[0] if behind else found


_DOING = (
    "(?:建设|建成|开办|新建|打造|引进|创建|争创|新增|培育|设立|组建|布局|筹建|配备|配置|举办|开设|遴选|选取|认定|评选|完成|改造|引入|招引|增设|建立|形成"
    "|创办|选派|培养|招聘|开通|获批|配|各|每[个家所名区县]|每年[^，,；;。]{0,4})"
)
_GOVERNED = re.compile(
    rf"{_DOING}(?:[^，,；;。]{{0,60}}(?:等|、[^，,；;。、]{{1,10}}))?(?:全国|全省|国家|省|市|和|并)?$"
)


def _topic(heading: str, sentence: str) -> str:
    """The noun that heads a clause or opens a sentence (粮食。…, 茶叶：…); "" for a deed or the name of a chapter."""
    said = re.match(r"[^，,；;。：:\d]{2,8}(?=[：:])", sentence)
    topic = said[0] if said else heading if 2 <= len(heading) <= 8 else ""
    vain = topic.endswith(tuple(table("targets")["bare"]["headings"])) or re.search("[、和及与“”（(]", topic)
    return "" if vain or has_verb(topic) or verbs_at_end(topic) < len(topic) else topic


def _dealt_date(segment: _Segment, item: Found) -> str | None:
    """The date of a number of several that are dealt out over as many dates."""
    return periods.dealt(segment.text, [found.span for found in segment.found], segment.found.index(item))


def _sums_up(text: str, item: Found) -> bool:
    """打造研发、转化两个平台: the number only sums up the list in front of it."""
    listed = re.search("[^，,；;等]{2,60}$", text[: item.span.start])
    if listed is None or not re.match(_SUMMED, text[item.span.end :]):
        return False
    return len(re.split("[、和与及]", listed[0])) == item.quantity.lo


_SUMMED = "[^，,；;。、]{0,12}?(?:高地|平台|领域|方面|产业|环节|板块|品牌|名片)(?:[，,；;。、（(]|$)"


_AMONG = re.compile("(?:从|将|把|对|依托)(?:现有|已有|目前|原有)[^，,；;。]{0,20}?(?:中|里)")
"""从现有企业中遴选20家: what there is, from which more is to come."""


def _without_bases(text: str, item: Found, phrase: Phrase) -> str:
    """The words before a number without those that say what it is measured by."""
    before, after = text[: item.span.start], text[item.span.end :]
    if phrase.level == "到" and not phrase.base:  # 由目前的640公里增至700公里: 目前 is over
        before = re.split("[0-9]", before)[-1]
    before = _AMONG.sub("", before)
    begun = _BEGUN.search(before)
    before = before[begun.end() :] if begun and _ENDS_NOW.search(after) else before
    share = item.quantity.unit in ("%", "‰", "倍") and not re.search("[由从][^，,]*[0-9][%倍]", before)
    return _BASED.sub(lambda match: "" if share or not match["towards"] else match[0], before)


def _ours(before: str) -> bool:
    """我国有…: a number about the country as it is."""
    return bool(re.search(r"(?:我国|我省|我市|我区|我县|本市|中国)(?:现?有|拥有)$", before.rstrip()))


_HAS = re.compile(r"(?:^|[，,])(?:[全我本][国省市区县州镇乡村校院])(?:共|现)有[^，,；;、\d]{0,14}$")
"""全镇共有卫生室…: without a date it tells what is there."""


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


def _with_previous(found: Sequence[Found]) -> Iterator[tuple[Found | None, Found]]:
    yield from zip((None, *found), found, strict=False)


def _sized_by(previous: Found | None, item: Found) -> TargetRole | None:
    """2座110千伏变电站: the second number says which, not how many."""
    sizes = ("energy", "length", "area", "mass", "volume", "money", "data")
    beside = previous is not None and previous.span.end == item.span.start
    return "other" if beside and family(item.quantity.unit) in sizes else None


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


def _described(text: str, item: Found, kind: str) -> TargetRole | None:
    """A size that only says which: 100亿元以上项目, 占比60%以上的项目, 3年以上应用历史, 30万以上常住人口区."""
    after, before = text[item.span.end :], text[: item.span.start]
    if _of_a_rule(before, after, item, kind):
        return "other"
    if not after or after[0] in _MARKS + "、)）":
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
    following = re.match(r"[^，,；;。、\d每各并和]{2,12}(?=\d)", after)
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
    if item.quantity.unit == "大" and not _GOVERNED.search(before):
        return "name"
    if item.quantity.unit in ("个", "项", "大", "条", "类", "种", "张", "位") and _words()["whole"].match(after):
        return None if _words()["made"].search(before) else "name"
    return None


def _headed(heading: str, sentence: str) -> str:
    """The heading of a clause with the words that open a sentence before a colon: 主体培育：…"""
    said = re.match(r"[^，,；;。：:\d]{2,12}(?=[：:])", sentence)
    return heading + (said[0] if said else "")


def _measure(item: Found, phrase: Phrase, headed: str) -> Measure:
    """increment against now, level to reach, or count of things to do; `headed` by a deed, things are done."""
    unit = item.quantity.unit
    if item.quantity.text.startswith("翻"):
        return "increment"
    lo = item.quantity.lo
    if family(unit) in ("person", "body", "thing") and lo is not None and lo != lo.to_integral_value():
        return "level"  # only an average has parts of a person
    if re.match("守住|严守|坚守", phrase.verb):
        return "level"
    if unit == "个百分点" and not phrase.level:
        return "increment"
    if phrase.change and not phrase.level:
        return "increment"
    if _standard(item, phrase):
        return "level"
    if unit in ("次", "场", "轮", "趟") and not (phrase.level or phrase.change or lists().metric.at_end(phrase.thing)):
        return "count"
    if phrase.thing.endswith("投资") and family(unit) == "money":
        return "count"
    average = re.search("平均|人均|年限$|率$|占?比[例重]?$", phrase.thing)
    if lists().more.at_start(phrase.verb) or (re.search("新增|净增", phrase.indicator) and not average):
        return "increment"
    if re.search(r"(?:新增|净增|增加(?!值)|增设)[^到至，,]{1,10}$", phrase.left) and not (
        phrase.level or phrase.base or average
    ):
        return "increment"
    if family(unit) == "time" and item.quantity.bound == "<=":
        return "level"
    if phrase.level in ("安排", "投入", "挤出", "拿出", "列支", "完成", "拟按"):
        return "level" if family(unit) == "rate" else "count"
    if family(unit) == "rate" or phrase.share or unit in ("倍", "1:", ":1", "位") or (not unit and not phrase.right):
        return "level"
    if re.search("招聘|培训|引进|新建|建设|改造|接种", phrase.thing) and not phrase.level:
        return "count"
    if family(unit) == "time" and not phrase.verb:
        return "level"
    doing = lists().verbs.at_start(phrase.thing)
    if doing and not phrase.level and len(phrase.thing) - len(doing) > 3:
        return "count"
    metric = lists().metric.at_end(re.sub(r"[（(][^（）()]*[)）]$", "", phrase.thing))
    if re.match("招聘|培训|引进|招生", phrase.thing):
        return "count"
    if metric and not phrase.verb:
        return "level"
    if phrase.base or (phrase.level and phrase.level not in _NO_LEVEL):
        return "level"
    stands = "包含" in phrase.verb or _equipped(item, phrase) or _reached(phrase) or _state(item, phrase, headed)
    return "level" if stands else "count"


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
    return not (_words()["activity"].search(phrase.thing + headed) or re.search("组织|开办|办好", phrase.left))


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


def _enclosed(text: str, span: Span, left: str, right: str) -> bool:
    start = text.rfind(left, 0, span.start)
    if start < 0 or text.find(right, start, span.start) >= 0:
        return False
    end = text.find(right, span.end)
    return 0 <= end - start <= 60


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
