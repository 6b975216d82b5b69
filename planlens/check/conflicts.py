"""One indicator with two values inside a plan: in two sentences, in a table and a sentence, a title of two levels.

    check(plan) -> findings

Figures conflict only where name, measure, scope and time are the same and no rounding and no bound reconciles them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from .. import convert, naming, words
from ..model import Commitment, Plan, Span, Target
from ..quantity import table
from .findings import Finding, found, place

_CLOSE = 0.8
"""Likeness of a row's name and a sentence's from which they are one indicator, where no word of either is its own."""

_SHORTEST = 4
"""Characters of a name that says what is counted; a rate may do with three: 失业率."""

_CROWD = 60  # a name borne by more numbers than this is no name
_YEAR = re.compile(r"20\d\d")
_PART = re.compile(r"上半年|季度|(?<!\d)(?:[1-9]|1[01])月|每[年月季]|年均|近期|中期")
_ASIDE = re.compile(r"[（(]([^（()）]{2,20})[)）]$")
_LONGER = re.compile(r"十[一二三四五]五|五年")
_DOCUMENT = re.compile("《[^《》]{1,80}》")
_WHOLE = re.compile(r"^(?:全|本)[市区省国县州旗]|^居民$")
_RATE = re.compile(r"[率比数量值度]$|比[例重]$|水平$|寿命$|规模$|总额$|面积$|里程$|产值$")
_TITLE = re.compile(
    r"(?:建成|创建成?|创成|获评|打造|建设)(?:成为?)?(?P<level>国家|全国|省|市)级?的?"
    r"(?P<title>[一-鿿“”]{2,14}?(?:区|县|市|城|镇|街区))(?=[，。；、,;（(]|$)"
)


@dataclass(frozen=True, slots=True)
class _Draft:
    """The plan, and its headings by the keys of their clauses."""

    plan: Plan
    headings: Mapping[str, str]


def check(plan: Plan) -> Iterator[Finding]:
    """Two values of one indicator, the later against the first; then titles of two levels."""
    rows = {block.span for block in plan.document.blocks if block.kind == "row"}
    told: set[frozenset[str]] = set()
    draft = _Draft(plan, {clause.key: clause.heading for clause in plan.clauses})
    for a, b in _pairs(
        draft, [t for t in plan.targets if _usable(t)], {t.key for t in plan.targets if t.quote in rows}
    ):
        heads = frozenset({a.repeats or a.key, b.repeats or b.key})
        if heads not in told:
            told.add(heads)
            yield _finding(plan, a, b, rows)
    yield from _titles(plan)


def _usable(target: Target) -> bool:
    """A target or a baseline with a value whose indicator says what is counted."""
    if target.damaged or target.quantity.lo is None or target.scope == "括号内":
        return False
    return target.role in ("target", "baseline") and _telling(target)


def _telling(target: Target) -> bool:
    """Whether a name says what is counted: a rate but for 覆盖率 and its like, else by a word that tells."""
    name = naming.thing(target.indicator)
    if _RATE.search(name):
        return len(name) >= _SHORTEST - 1 and name not in table("targets")["bare"]["words"]
    rare = any(words.informative(word) >= naming.FIELD for word in words.terms(name))
    return len(target.indicator) >= _SHORTEST and rare and not naming.names_nothing(target)


def _pairs(draft: _Draft, told: list[Target], rows: set[str]) -> Iterator[tuple[Target, Target]]:
    """Conflicting pairs; of a row and a sentence only where no other row of that name agrees with the sentence."""
    by_name: dict[str, list[Target]] = {}
    for target in told:
        by_name.setdefault(naming.core(target.indicator), []).append(target)
    tabled = [target for target in told if target.key in rows]
    names = dict.fromkeys(row.indicator for row in tabled)
    meant = functools.cache(lambda sentence: {row for row in names if _one_name(row, sentence)})
    for target in told:
        if target.key not in rows:
            like = meant(target.indicator)
            of_row = [row for row in tabled if row.indicator in like] if like else []
            clashing = [row for row in of_row if _conflict(draft, row, target)]
            if clashing and not any(_value(row) == _value(target) for row in of_row):
                yield clashing[0], target
    yield from _between_tables(draft, list(by_name.values()), rows)
    for crowd in by_name.values():
        if len(crowd) <= _CROWD:
            for a, b in combinations(crowd, 2):
                if a.role == b.role == "target" and not ({a.key, b.key} & rows) and _conflict(draft, a, b):
                    yield a, b


def _between_tables(draft: _Draft, crowds: Iterable[list[Target]], rows: set[str]) -> Iterator[tuple[Target, Target]]:
    for crowd in crowds:
        told = [t for t in crowd if t.key in rows and t.role == "target"]
        for a, b in combinations(told if len(told) <= _CROWD else [], 2):
            if a.quote != b.quote and _conflict(draft, a, b):
                yield a, b


def _one_name(a: str, b: str) -> bool:
    if naming.same_name(a, b):
        return True
    if not naming.may_reach(a, b, _CLOSE) or naming.likeness(a, b) < _CLOSE or not naming.near_name(a, b):
        return False
    return not naming.own_words(a, b) and not naming.own_words(b, a)


def _conflict(draft: _Draft, a: Target, b: Target) -> bool:
    """Whether two numbers of one name cannot both hold."""
    if a.unit_key == b.unit_key or a.role != b.role or a.measure != b.measure or naming.each(a) != naming.each(b):
        return False
    if a.role == "baseline" and not (_YEAR.search(a.period or "") and _YEAR.search(b.period or "")):
        return False  # 由95%提高到97%: nobody says when the first was true
    if _ASIDE.findall(a.indicator) != _ASIDE.findall(b.indicator):
        return False
    ways = convert.way(a), convert.way(b)
    if (ways[0].dimension, ways[0].base or "", ways[0].per is None) != (
        ways[1].dimension,
        ways[1].base or "",
        ways[1].per is None,
    ):
        return False
    if (
        _scope(a) != _scope(b)
        or _when(draft, a) != _when(draft, b)
        or ("年均" in a.indicator) != ("年均" in b.indicator)
    ):
        return False
    return _apart(a, b)


def _scope(target: Target) -> str:
    scope = _WHOLE.sub("", target.scope or "")
    return "" if scope in target.indicator or convert.way(target).per is not None else naming.core(scope)


def _when(draft: _Draft, target: Target) -> tuple[str, str]:
    """The last year named and the part of it; a target without one is of the plan's end, a baseline of its eve."""
    said = target.period or _told_before(draft, target)
    part = _PART.search(said)
    if part is None and draft.plan.info.start_year == draft.plan.info.end_year:
        part = _LONGER.search(said)  # an annual plan may speak of the five years around it
    years = _YEAR.findall(said)
    default = draft.plan.info.end_year if target.role == "target" else (draft.plan.info.start_year or 1) - 1
    return max(years, default=str(default)), part[0] if part else ""


def _told_before(draft: _Draft, target: Target) -> str:
    """The longer time that an annual plan speaks of in the sentence, or a heading above: “十四五”时期, 今后五年."""
    if draft.plan.info.start_year != draft.plan.info.end_year:
        return ""
    text = draft.plan.document.text
    start = max(text.rfind(mark, 0, target.span.start) for mark in "\n。")
    spoken = text[start + 1 : target.span.start]
    path = target.unit_key.split("#")[0].split("/")
    above = "".join(draft.headings.get("/".join(path[:end]), "") for end in range(1, len(path) + 1))
    longer = _LONGER.search(_DOCUMENT.sub("", above + spoken))
    return longer[0] if longer else ""


def _value(target: Target) -> tuple[Fraction, Fraction]:
    assert target.quantity.lo is not None and target.quantity.hi is not None
    way = convert.way(target)
    times = Fraction(way.factor) / (way.per or 1)
    return Fraction(target.quantity.lo) * times, Fraction(target.quantity.hi) * times


def _apart(a: Target, b: Target) -> bool:
    """Whether neither rounding to the coarser figure nor 约 nor a range makes them one value."""
    one, two = _value(a), _value(b)
    if one[0] <= two[1] and two[0] <= one[1]:
        return False
    gap = max(one[0] - two[1], two[0] - one[1])
    slack = max(_grain(a), _grain(b))
    about = max((abs(v[0]) / 20 for t, v in ((a, one), (b, two)) if t.quantity.bound == "~"), default=Fraction(0))
    return gap > max(slack / 2, about)


def _grain(target: Target) -> Fraction:
    """The worth of the last digit written, where decimals or 万 show that it was rounded."""
    written = re.search(r"\d+(?:\.(\d+))?\s*(万亿|亿|万)?", target.quantity.text)
    if written is None or not (written[1] or written[2]):
        return Fraction(0)
    way = convert.way(target)
    scale = {"万亿": 10**12, "亿": 10**8, "万": 10**4}.get(written[2] or "", 1)
    return Fraction(scale, 10 ** len(written[1] or "")) * way.factor / (way.per or 1)


def _finding(plan: Plan, a: Target, b: Target, rows: set[Span]) -> Finding:
    first, later = (a, b) if a.quote in rows and b.quote not in rows else sorted((a, b), key=lambda t: t.span.start)
    tabled = (first.quote in rows) != (later.quote in rows)
    reason = "table_and_sentence" if tabled else "two_values"
    if later.role == "baseline":
        reason = "table_and_sentence_base"
    return found(
        reason, place(plan, later.unit_key, later.span), place(plan, first.unit_key, first.span),
        indicator=later.indicator, here=later.quantity.text, there=first.quantity.text,
    )  # fmt: skip


def _titles(plan: Plan) -> Iterator[Finding]:
    """国家级健康促进区 in one commitment and 省级健康促进区 in another."""
    first: dict[str, tuple[str, Commitment, re.Match[str]]] = {}
    for commitment in plan.commitments:
        for match in _TITLE.finditer(commitment.text):
            level = naming.levels(match["level"] + "级")[0]
            known = first.setdefault(match["title"], (level, commitment, match))
            if known[0] != level and known[1].key != commitment.key:
                spots = [place(plan, c.key, _within(c, m)) for c, m in ((commitment, match), known[1:])]
                yield found("two_levels", *spots, title=match["title"], here=match["level"], there=known[2]["level"])


def _within(commitment: Commitment, match: re.Match[str]) -> Span:
    return Span(commitment.span.start + match.start(), commitment.span.start + match.end())
