"""Figures of one sentence or one row that do not add up: 从A提高到B，增长x%; 在a的基础上新增b，达到c.

    check(plan) -> findings

A figure with decimals stands for all values that round to it, a bound for all values it allows; only what no such
values can make true is a slip.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby, pairwise

from .. import convert
from ..model import Plan, Quantity, Span, Target
from ..outline import statements
from ..quantity import Found, find
from .findings import Finding, found, place

_UP = "提高|提升|增加|增长|上升|扩大|拓展|延长|回升|上涨|增|升"
_DOWN = "降低|下降|减少|压减|压缩|缩短|缩减|压降|下调|回落|降|减"
_FROM = re.compile(r"(?:从|由)[^，。；;从由]{0,14}$")
_TO = re.compile(rf"^[^，。；;]{{0,8}}(?:(?P<up>{_UP})|(?P<down>{_DOWN}))了?(?:到|至|为)[^，。；;]{{0,10}}$")
_BY = re.compile(
    rf"^[，,、（(]?[^，。；;]{{0,12}}?(?P<mean>年均|平均每年)?(?:(?P<up>{_UP}|增幅|涨幅)|(?P<down>{_DOWN}|降幅))了?(?:达到?|为)?$"
)
_ON = re.compile(r"(?:在|现有|已有|原有|由|从)[^，。；;]{0,14}$")
_ADDS = re.compile(
    r"^[^。；;其每各]{0,14}?(?:(?P<up>新增|再增加|再增|净增|增加|提高|提升|新建|增设)|(?P<down>减少|下降|降低|压减))[^，。；;\d到至]{0,12}$"
)
_MAKES = re.compile(
    r"^[^，。；;其每各]{0,8}[，,、][^，。；;其每各]{0,10}?(?:达到?|增至|增加到|提高到|升至|降至|降到|降低到|减少到|合计|共计|总计|累计)$"
)
_CONSTANT_PRICES = re.compile(r"生产总值|增加值|GDP|收入|产值|消费|投资|支出|生产率")
_DOUBLED = (Fraction(19, 10), Fraction(22, 10))
"""What 翻一番 is allowed to be, in times of the base."""

_ABOUT = Fraction(1, 10)
"""How far 约 and 左右 may be from the figure."""

_GAP = 40  # characters between two figures that one relation may hold together

_Interval = tuple[Fraction, Fraction]
_EVER = Fraction(10**18)


def check(plan: Plan) -> Iterator[Finding]:
    """The slips of sentences in reading order, then those of tables."""
    text = plan.document.text
    damaged = [t.span for t in plan.targets if t.damaged]
    for clause in plan.clauses:
        for span in statements(text, clause.body):
            written = span.of(text)
            if "|" not in written and "?" not in written and not any(span.overlap(spot) for spot in damaged):
                for reason, first, last, told in _slips(written):
                    where = place(plan, clause.key, Span(span.start + first, span.start + last))
                    yield found(reason, where, None, **told)
    yield from _rows(plan)


def _slips(text: str) -> Iterator[tuple[str, int, int, dict[str, str]]]:
    """(reason, start, end, values) of what does not add up in one sentence."""
    figures = [f for f in find(text) if not f.name and f.quantity.lo is not None and not f.each]
    for at, (a, b) in enumerate(pairwise(figures)):
        between = text[a.span.end : b.span.start]
        before = text[max(0, a.span.start - 20) : a.span.start]
        if len(between) > _GAP or not _one_unit(a, b):
            continue
        c = figures[at + 2] if at + 2 < len(figures) else None
        gap = text[b.span.end : c.span.start] if c else ""
        told = {"a": a.quantity.text, "b": b.quantity.text, "c": c.quantity.text if c else ""}
        to = _TO.match(between)
        if to and _FROM.search(before):
            if _wrong_way(a, b, up=bool(to["up"])):
                yield "wrong_way", a.span.start, b.span.end, {**told, "way": to["up"] or to["down"]}
            elif c and (by := _BY.match(gap)) and (right := _growth_missed(text, a, b, c, by)):
                yield "growth_missed", a.span.start, c.span.end, {**told, "right": right}
        elif c and _one_unit(a, c) and _ON.search(before) and (adds := _ADDS.match(between)) and _MAKES.match(gap):
            right = _sum_missed(a, b, c, up=bool(adds["up"]))
            if right:
                yield "sum_missed", a.span.start, c.span.end, {**told, "right": right}


def _one_unit(a: Found, b: Found) -> bool:
    return a.quantity.unit == b.quantity.unit


def _wrong_way(a: Found, b: Found, *, up: bool) -> bool:
    """提高到 a value that is lower."""
    low, high = _interval(a.quantity), _interval(b.quantity)
    return high[1] < low[0] if up else high[0] > low[1]


def _growth_missed(text: str, a: Found, b: Found, c: Found, by: re.Match[str]) -> str:
    """What the growth should be where the one told cannot be; empty where it can."""
    kind = convert.dimension(c.quantity.unit)
    if c.quantity.text.startswith("翻"):
        times = _ratio(_interval(b.quantity), _interval(a.quantity))
        return "" if times is None or _meets(times, _DOUBLED) or c.quantity.lo != 2 else f"{float(times[0]):.3g}倍"
    sign = -1 if by["down"] else 1
    if kind == "points" or _one_unit(b, c):
        missed = _difference_missed(a, b, c, sign)
        if not missed or kind != "share":
            return missed
        return _rate_missed(text, a, b, c, sign, mean=bool(by["mean"])) and missed
    if kind == "share" or c.quantity.unit == "倍":
        return _rate_missed(text, a, b, c, sign, mean=bool(by["mean"]))
    return ""


def _difference_missed(a: Found, b: Found, c: Found, sign: int) -> str:
    if c.quantity.unit == "个百分点" and a.quantity.unit != "%":
        return ""
    one, two, told = (_interval(f.quantity) for f in (a, b, c))
    moved = sorted((sign * (two[0] - one[1]), sign * (two[1] - one[0])))
    return "" if _meets((moved[0], moved[1]), told) else _shown(sign * (_middle(b) - _middle(a)), c.quantity.unit)


def _rate_missed(text: str, a: Found, b: Found, c: Found, sign: int, *, mean: bool) -> str:
    times = _ratio(_interval(b.quantity), _interval(a.quantity))
    if times is None:
        return ""
    per = 1 if c.quantity.unit == "倍" else 1000 if c.quantity.unit == "‰" else 100
    told = _interval(c.quantity, rate=True)
    years = _years(text[: c.span.start]) if mean else 1
    if not years or (mean and _CONSTANT_PRICES.search(text)):
        return ""
    low, high = (sign * (_root(t, years) - 1) * per for t in times)
    if _meets((min(low, high), max(low, high)), told):
        return ""
    right = sign * (_root(_middle(b) / _middle(a), years) - 1) * per
    return _shown(right, c.quantity.unit)


def _sum_missed(a: Found, b: Found, c: Found, *, up: bool) -> str:
    one, two, told = (_interval(f.quantity) for f in (a, b, c))
    made = (one[0] + two[0], one[1] + two[1]) if up else (one[0] - two[1], one[1] - two[0])
    right = _middle(a) + (_middle(b) if up else -_middle(b))
    return "" if _meets(made, told) else _shown(right, c.quantity.unit)


def _interval(told: Quantity, *, rate: bool = False) -> _Interval:
    """The values that a figure as written may stand for."""
    assert told.lo is not None and told.hi is not None
    low, high = Fraction(told.lo), Fraction(told.hi)
    slack = _half_unit(told.text, rate=rate)
    if told.bound == "~":
        slack = max(slack, abs(low) * _ABOUT)
    low, high = low - slack, high + slack
    if told.bound in (">=", ">"):
        high = _EVER
    if told.bound in ("<=", "<"):
        low = -_EVER
    return low, high


def _half_unit(text: str, *, rate: bool) -> Fraction:
    """Half a unit of the last decimal; a whole number is exact but as a rate of growth, which is rounded."""
    written = re.search(r"\d+(?:\.(\d+))?\s*(万亿|亿|万)?", text)
    if written is None or not (written[1] or rate):
        return Fraction(0)
    scale = {"万亿": 10**12, "亿": 10**8, "万": 10**4}.get(written[2] or "", 1)
    return Fraction(scale, 2 * 10 ** len(written[1] or ""))


def _ratio(upper: _Interval, lower: _Interval) -> _Interval | None:
    return None if lower[0] <= 0 or upper[0] <= 0 else (upper[0] / lower[1], upper[1] / lower[0])


def _root(value: Fraction, years: int) -> Fraction:
    return value if years == 1 else Fraction(float(value) ** (1 / years))


def _years(text: str) -> int:
    """Years between the first and the last that a sentence names; 0 where it names none."""
    named = [int(year) for year in re.findall(r"(?<!\d)((?:19|20)\d\d)(?!\d)", text)]
    return max(named) - min(named) if named else 0


def _meets(a: _Interval, b: _Interval) -> bool:
    return a[0] <= b[1] and b[0] <= a[1]


def _middle(figure: Found) -> Fraction:
    assert figure.quantity.lo is not None and figure.quantity.hi is not None
    return (Fraction(figure.quantity.lo) + Fraction(figure.quantity.hi)) / 2


def _shown(value: Fraction, unit: str) -> str:
    """A figure for a person: 3000个, 1.6亿元, 12.35%."""
    scale, name = next((one for one in ((10**8, "亿"), (10**4, "万")) if abs(value) >= one[0]), (1, ""))
    return f"{float(value / scale):.2f}".rstrip("0").rstrip(".") + name + unit


def _rows(plan: Plan) -> Iterator[Finding]:
    """A row of a table whose base and growth do not give its goal."""
    for _, group in groupby(plan.targets, key=lambda t: t.quote):
        row = [t for t in group if not t.damaged and t.quantity.lo is not None]
        base = _only(t for t in row if t.role == "baseline" and t.measure == "level")
        goal = _only(t for t in row if t.role == "target" and t.measure == "level")
        rate = _only(t for t in row if t.role == "target" and t.indicator.endswith("年均增长"))
        if base and goal and rate and (right := _row_missed(plan, base, goal, rate)):
            told = {"a": base.quantity.text, "b": goal.quantity.text, "c": rate.quantity.text, "right": right}
            yield found("growth_missed", place(plan, rate.unit_key, rate.quote), None, **told)


def _only(found_targets: Iterator[Target]) -> Target | None:
    several = list(found_targets)
    return several[0] if len(several) == 1 else None


def _row_missed(plan: Plan, base: Target, goal: Target, rate: Target) -> str:
    """Cumulative in brackets is a difference or a growth over all years, else the growth of each year."""
    a, b, c = (Found(t.quantity, t.span, t.span) for t in (base, goal, rate))
    years = _years(f"{base.period} {goal.period}")
    bracketed = plan.document.text[rate.span.start - 1] in "〔[【［" or rate.quantity.text[:1] in "〔[【［"
    if bracketed:
        if not _difference_missed(a, b, c, 1) or not _difference_missed(a, b, c, -1):
            return ""
        return _rate_missed("", a, b, c, 1, mean=False) and _shown(_middle(b) - _middle(a), b.quantity.unit)
    if not years or _CONSTANT_PRICES.search(base.indicator):
        return ""
    return _rate_missed(f"{base.period} {goal.period}", a, b, c, 1, mean=True)
