"""Follow one indicator, or all of them, through any number of plans.

    track("国内生产总值增长", plans)  -> at most one headline target a plan, in order of years
    ledger(plans)                    -> one row an indicator, one column a plan

The headline of an indicator is the target a person would quote: the one that names it and nothing more, and of several
the one for the plan's own years, that stands among the goals, or first. Baselines, damaged numbers and restatements
are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from . import convert, naming, restated, shifts, words
from .errors import LibraryError
from .model import Plan, PlanInfo, Target

NAMED = 0.6  # likeness from which a target is the indicator asked for
_EXTRA = 0.15  # taken off for each word that narrows the target to something else (单位国内生产总值能耗)
_HEAD = 0.9  # closeness of a target whose name ends in the name asked for
_HEAD_EXTRA = 0.08
_ADDS = 0.15  # taken off where one of the two is told as an increase and the other is not
_SAME_SCOPE = 0.05  # added in a ledger where two numbers hold for the same
_NEAR = 0.2  # likeness below which a name is no help to somebody looking for another
_NEAREST = 3  # indicators named where no plan has the one asked for
_NARROWS = 5.0  # information from which a word narrows an indicator


@dataclass(frozen=True, slots=True)
class Point:
    """The headline target of one plan, None where the plan has none."""

    plan: str
    year: int | None
    target: Target | None


@dataclass(frozen=True, slots=True)
class Track:
    """One indicator through plans in order of years."""

    indicator: str
    plans: tuple[Plan, ...]
    points: tuple[Point, ...]
    nearest: tuple[str, ...] = ()
    """Where no plan has the indicator: the names that come closest to it."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Indicators × plans: `rows` hold a name and, for each of `plans`, a target or None."""

    plans: tuple[Plan, ...]
    rows: tuple[tuple[str, tuple[Target | None, ...]], ...]


def track(indicator: str, plans: Sequence[Plan]) -> Track:
    """The headline target for `indicator` in each plan, oldest first; plans without a year stand last.

    Raises LibraryError where the name has no word in it.
    """
    if not any(char.isalnum() for char in indicator):
        raise LibraryError(f"{indicator!r}: nothing to look for; give the name of an indicator")
    ordered = _by_year(plans)
    points = tuple(Point(p.info.id, p.info.start_year, headline(indicator, p)) for p in ordered)
    found = any(point.target for point in points)
    return Track(indicator, ordered, points, () if found else nearest(indicator, ordered))


def nearest(indicator: str, plans: Sequence[Plan]) -> tuple[str, ...]:
    """The indicators of all plans that come closest to a name, the closest first; those with nothing in common not."""
    names = dict.fromkeys(target.indicator for plan in plans for target in _quotable(plan))
    close = {name: naming.likeness(indicator, name) for name in names}
    best = sorted((name for name in names if close[name] >= _NEAR), key=lambda name: -close[name])
    return tuple(best[:_NEAREST])


def headline(indicator: str, plan: Plan) -> Target | None:
    """The target of a plan that best answers to a name, None where nothing is close enough."""
    goals = {c.key for c in plan.clauses if "目标" in c.heading}
    headings = {c.key: c.heading for c in plan.clauses}
    best: tuple[tuple[float, int, int, int], Target] | None = None
    for order, target in enumerate(_quotable(plan)):
        closeness = named(indicator, target)
        if closeness < NAMED:
            continue
        clause = _clause(target)
        timely = _timely(target, plan.info, headings.get(clause, ""))
        rank = (round(closeness, 2), timely, int(clause in goals), -order)
        if best is None or rank > best[0]:
            best = rank, target
    return best[1] if best else None


_YEAR = re.compile(r"20\d{2}")
_OF_YEARS = re.compile("时期|五年|十[一二三四五六七八九]五|十五五|中长期|20[3-9]5年")
_OF_ONE_YEAR = re.compile("今年|全年|年内|本年|年底")


def _clause(target: Target) -> str:
    return target.unit_key.split("#")[0].split("/¶")[0]


def _timely(target: Target, info: PlanInfo, heading: str) -> int:
    """2 where a target is set for the plan's own (last) year, 0 where it is set for other years, 1 where nothing says.

    An annual report tells the goals of the five years beside its own: 单位能耗五年降低13.5%, 今年降低3%.
    """
    period = target.period or ""
    years = set(map(int, _YEAR.findall(period)))
    annual = info.start_year == info.end_year
    if years:
        return 2 if info.end_year in years else 0
    if annual and _OF_ONE_YEAR.search(period):
        return 2
    return 0 if annual and _OF_YEARS.search(period or heading) else 1


def named(indicator: str, target: Target) -> float:
    """How closely a target answers to a name, 0 to 1; words that narrow it to something else count against it."""
    asked, given = naming.plain(indicator), naming.plain(target.indicator)
    if _RATE.search(asked) and convert.dimension(target.quantity.unit) in _AMOUNTS:
        return 0.0  # 赤字率 is not 赤字
    if naming.core(asked) == naming.core(given) and _adds(asked) == _adds(given):
        return 1.0
    added = _ADDS * (_adds(given) != _adds(asked))
    if ends_alike(given, asked):  # 失业率 asks for 城镇调查失业率 where there is no other
        return _HEAD - _HEAD_EXTRA * _narrowing(given, asked) - added
    return naming.likeness(asked, given) - _EXTRA * (_narrowing(given, asked) + _narrowing(asked, given)) - added


def ends_alike(given: str, asked: str) -> bool:
    """Whether a name ends in the one asked for, told of the same base: 每千人医疗机构床位数 for 每千人口床位."""
    heads = [_PER_HEAD.match(naming.core(name)) for name in (given, asked)]
    if heads[0] and heads[1] and heads[0][0] == heads[1][0]:
        return naming.core(given).endswith(naming.core(asked)[heads[1].end() :])
    return naming.thing(given).endswith(naming.thing(asked))


_PER_HEAD = re.compile(r"(?:[百千万]+|\d+万)人")
_RATE = re.compile("(?:率|比例|占比|比重|涨幅|增速|增幅)$")
_AMOUNTS = ("money", "people", "things", "beds", "mass", "area", "length", "volume")


def _narrowing(mine: str, other: str) -> int:
    """How many words of one name narrow it in a way the other does not say."""
    thing = naming.thing(mine)
    clause = "的" in thing and thing.rsplit("的", 1)[0] not in other  # 提供夜诊的机构 are not all 机构
    return clause + sum(words.informative(w) >= _NARROWS and w not in other for w in set(words.terms(thing)))


def _adds(name: str) -> bool:
    """Whether a name speaks of what is added, not of all there is."""
    return any(word in name for word in ("新增", "净增", "增加", "新建"))


def ledger(plans: Sequence[Plan]) -> Ledger:
    """All targets of all plans, those of one indicator in one row; rows in order of first appearance."""
    ordered = _by_year(plans)
    names: list[str] = []
    cells: list[list[Target | None]] = []
    for column, plan in enumerate(ordered):
        headings = {c.key: c.heading for c in plan.clauses}
        for target in sorted(_quotable(plan), key=lambda t: -_timely(t, plan.info, headings.get(_clause(t), ""))):
            row = _row_for(target, column, cells)
            if row is None:
                names.append(target.indicator)
                cells.append([None] * len(ordered))
                row = len(cells) - 1
            cells[row][column] = target
    return Ledger(ordered, tuple((name, tuple(row)) for name, row in zip(names, cells, strict=True)))


def _row_for(target: Target, column: int, cells: Sequence[Sequence[Target | None]]) -> int | None:
    best, found = 0.0, None
    for number, row in enumerate(cells):
        last = next((t for t in reversed(row[:column]) if t is not None), None)
        if row[column] is not None or last is None:
            continue
        likeness = named(last.indicator, target) if _one_row(last, target) else 0.0
        likeness += _SAME_SCOPE * (likeness >= NAMED and last.scope == target.scope)
        if likeness >= NAMED and likeness > best:
            best, found = likeness, number
    return found


def _one_row(a: Target, b: Target) -> bool:
    """Whether two targets may stand in one row: of one measure, and a count beside a level only of the very same."""
    if not shifts.same_measure(a, b) or naming.kinds(a.indicator) != naming.kinds(b.indicator):
        return False
    narrowed = _narrowing(a.indicator, b.indicator) + _narrowing(b.indicator, a.indicator)
    return a.measure == b.measure or not narrowed


def _by_year(plans: Sequence[Plan]) -> tuple[Plan, ...]:
    return tuple(sorted(plans, key=lambda p: (p.info.start_year is None, p.info.start_year or 0, p.info.end_year or 0)))


def _quotable(plan: Plan) -> list[Target]:
    return restated.headlines(plan.targets)
