"""Marks the numbers that say again what another number of the plan says: a table row and the sentence that quotes it.

    mark(document, clauses, targets) -> the same targets, `repeats` filled in

The headline is the row of a table, where a plan defines its indicators with unit and years; without one the number that
stands under a heading of goals, else the first. All others repeat it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from . import convert, naming
from .model import Clause, Document, Target

_CROWD = 40
"""Equal figures beyond which only equal names are looked for: 1个 stands a thousand times in a long plan."""

_TELLING = 3
"""Digits from which a figure is hardly met twice by chance, so that freer names do."""

_YEAR = re.compile(r"20\d{2}|每[年月季]|十[一二三四五六七八九]?五")
_GOALS = ("目标", "总体要求", "总体思路", "主要指标", "预期")

_Value = tuple[str, Fraction, Fraction]


def mark(document: Document, clauses: Sequence[Clause], targets: Sequence[Target]) -> tuple[Target, ...]:
    """Targets in their order, each that restates another with the key of its headline."""
    rows = {block.span for block in document.blocks if block.kind == "row"}
    goals = {clause.key for clause in clauses if any(word in clause.heading for word in _GOALS)}
    rank = {t.key: (t.quote not in rows, not _under(t.unit_key, goals), order) for order, t in enumerate(targets)}
    of: dict[str, str] = {}
    for crowd in _equal_figures(targets):
        crowd.sort(key=lambda t: rank[t.key])
        for later, headline in _restatements(crowd):
            of[later.key] = headline.key
    return tuple(replace(t, repeats=of[t.key]) if t.key in of else t for t in targets)


def headlines(targets: Iterable[Target]) -> list[Target]:
    """Targets with a value, each once: no baselines, no damaged numbers, no restatements."""
    return [
        t for t in targets if t.role == "target" and not t.damaged and t.quantity.lo is not None and t.repeats is None
    ]


def _under(key: str, goals: set[str]) -> bool:
    path = key.split("#")[0].split("/")
    return any("/".join(path[: end + 1]) in goals for end in range(len(path)))


def _equal_figures(targets: Iterable[Target]) -> Iterable[list[Target]]:
    found: dict[tuple[str, _Value], list[Target]] = {}
    for target in targets:
        value = _value(target)
        if value is not None:
            found.setdefault((target.role, value), []).append(target)
    return (crowd for crowd in found.values() if len(crowd) > 1)


def _value(target: Target) -> _Value | None:
    """The figure in the smallest unit of its dimension, per one where it is a rate."""
    told = target.quantity
    if target.role not in ("target", "baseline") or target.damaged or told.lo is None or told.hi is None:
        return None
    way = convert.way(target)
    times = Fraction(way.factor) / (way.per or 1)
    return way.dimension, Fraction(told.lo) * times, Fraction(told.hi) * times


def _restatements(crowd: Sequence[Target]) -> Iterable[tuple[Target, Target]]:
    """(later, headline) among targets of one figure, the best headline first."""
    if len(crowd) > _CROWD:
        by_name: dict[str, list[Target]] = {}
        for target in crowd:
            by_name.setdefault(naming.core(target.indicator), []).append(target)
        groups: list[Sequence[Target]] = [group[:_CROWD] for group in by_name.values()]
    else:
        groups = [crowd]
    for group in groups:
        heads: list[Target] = []
        for target in group:
            head = next((h for h in heads if _same(h, target)), None)
            if head is None:
                heads.append(target)
            else:
                yield target, head


def _same(a: Target, b: Target) -> bool:
    """Whether two targets of one figure in different statements are one: name, scope, period and measure agree."""
    if a.unit_key == b.unit_key or not (_scopes_agree(a, b) and _periods_agree(a, b) and _bounds_agree(a, b)):
        return False
    if _adds(a) != _adds(b) and not a.unit_key.startswith("表"):
        return False
    if naming.same_name(a.indicator, b.indicator):
        return len(naming.core(a.indicator)) >= 3
    return _telling(a) and naming.near_name(a.indicator, b.indicator)


def _adds(target: Target) -> bool:
    """Whether a number is told as an increase; the row of a table may leave that to its head."""
    return target.measure == "increment" and naming.patterns()["adds"].search(target.indicator) is not None


def _bounds_agree(a: Target, b: Target) -> bool:
    """以上 and 左右 are two targets, a bare number and either are one."""
    bounds = {t.quantity.bound.rstrip("=") for t in (a, b)}
    return len(bounds - {""}) < 2


def _telling(target: Target) -> bool:
    digits = re.sub(r"\D", "", str(target.quantity.lo)).strip("0")
    return len(digits) >= _TELLING or (target.quantity.lo is not None and target.quantity.lo % 1 != 0)


def _scopes_agree(a: Target, b: Target) -> bool:
    if naming.each(a) != naming.each(b):
        return False
    scopes = [naming.core(t.scope) if t.scope and t.scope not in t.indicator else "" for t in (a, b)]
    return not all(scopes) or scopes[0] == scopes[1] or convert.way(a).per is not None


def _periods_agree(a: Target, b: Target) -> bool:
    years = [set(_YEAR.findall(t.period or "")) for t in (a, b)]
    return not all(years) or bool(years[0] & years[1])
