"""One indicator over the places and years of a corpus: the number a person would quote from each plan.

    track(corpus, "每千人口床位数", Filter()) -> Track

What answers to a name, and which of a plan's numbers is its headline, is decided as `planlens track` decides it. A
number stands under the year it is set for: its own, else the last one of its plan.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from planlens import naming, shifts
from planlens.corpus import judge, overlap
from planlens.corpus.overlap import Filter
from planlens.errors import CorpusError
from planlens.model import Clause, Document, Plan, PlanInfo, Quantity, Span, Target
from planlens.track import NAMED, headline, named

if TYPE_CHECKING:
    from planlens.corpus.store import Corpus

_TARGETS = (
    *("plan", "key", "unit_key", "indicator", "measure", "role", "comparator", "low", "high", "exact", "unit"),
    *("period", "to_year", "scope", "text", "start", "end", "damaged", "repeats"),
)
_NEAREST = 5  # indicators named where no plan has the one asked for
_NEAR = 0.2  # likeness below which a name is no help
_NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Point:
    """The headline number of one plan. `in_line`: it counts what most numbers count, and may stand beside them."""

    place: str
    plan: str
    year: int | None
    text: str
    """As written."""
    target: Target
    in_line: bool


@dataclass(frozen=True, slots=True)
class Track:
    """An indicator over places: `points` by place and year; `places` in the order of their first year."""

    indicator: str
    places: tuple[str, ...]
    points: tuple[Point, ...]
    plans: int
    """Plans that were looked at."""
    without: tuple[str, ...]
    """Plans without the indicator."""
    names: tuple[tuple[str, str, int], ...]
    """(indicator, unit, numbers) as the plans write it, the most frequent first."""
    left_out: tuple[tuple[str, int], ...]
    """(why, numbers that answer to the name and are no headline): baseline, damaged, repeated, further."""
    nearest: tuple[str, ...]
    """Where no plan has the indicator: the names that come closest to it."""


def track(corpus: Corpus, indicator: str, of: Filter | None = None) -> Track:
    """The headline number for `indicator` in each plan that the filter names.

    Raises CorpusError where the name has no word in it or no plan fits the filter.
    """
    if not any(char.isalnum() for char in indicator):
        raise CorpusError(f"{indicator!r}: nothing to look for; give the name of an indicator")
    infos = corpus.plans()
    chosen = [infos[n] for n in overlap.plans_of(infos, of or Filter()).tolist()]
    called = dict(zip((info.id for info in infos), judge.places_of(corpus, infos)[1], strict=True))
    answering, names = _answering(corpus, indicator, {info.id for info in chosen})
    headings = _headings(corpus, answering)
    found = [
        (info, row, target)
        for info in chosen
        if (told := _headline(indicator, info, answering.get(info.id, ()), headings[info.id]))
        for row, target in (told,)
    ]
    points = _points(found, called)
    had = {point.plan for point in points}
    return Track(
        indicator,
        tuple(dict.fromkeys(point.place for point in points)),
        tuple(points),
        len(chosen),
        tuple(info.id for info in chosen if info.id not in had),
        tuple((name, unit, n) for (name, unit), n in _counted(points)),
        _left_out(answering, len(points)),
        () if points else _closest(indicator, names),
    )


_Row = Mapping[str, Any]


def _answering(corpus: Corpus, indicator: str, plans: set[str]) -> tuple[dict[str, list[_Row]], list[str]]:
    """The rows of the chosen plans whose names answer to the indicator, by plan; and all names there are."""
    close: dict[tuple[str, str], bool] = {}
    out: dict[str, list[_Row]] = defaultdict(list)
    names: dict[str, None] = {}
    for batch in corpus.batches("targets", _TARGETS):
        for row in batch.to_pylist():
            if row["plan"] not in plans:
                continue
            names.setdefault(row["indicator"])
            asked = row["indicator"], row["unit"]
            if asked not in close:
                close[asked] = named(indicator, _target(row)) >= NAMED
            if close[asked]:
                out[row["plan"]].append(row)
    return out, list(names)


def _target(row: _Row) -> Target:
    ends = map(Decimal, row["exact"]) if row["exact"] else (_number(row[end]) for end in ("low", "high"))
    low, high = ends
    span = Span(row["start"], row["end"])
    same = {name: row[name] for name in ("key", "unit_key", "indicator", "measure", "role", "period", "scope")}
    return Target(
        **cast("Any", same),
        quantity=Quantity(low, high, row["unit"], row["comparator"], row["text"]),
        damaged=row["damaged"],
        span=span,
        quote=span,
        repeats=row["repeats"],
    )


def _number(value: float | None) -> Decimal | None:
    """The decimal number that a double stands for: 20 of 20.0, 7.5 of 7.5."""
    if value is None:
        return None
    return Decimal(int(value)) if value.is_integer() else Decimal(repr(value))


def _headings(corpus: Corpus, plans: Mapping[str, object]) -> dict[str, list[Clause]]:
    """The clauses of some plans, with nothing but key and heading."""
    out: dict[str, list[Clause]] = defaultdict(list)
    for batch in corpus.batches("clauses", ("plan", "key", "heading")):
        for row in batch.to_pylist():
            if row["plan"] in plans:
                clause = Clause(row["key"], "", row["heading"], _NOWHERE, _NOWHERE, 0, None, "task")
                out[row["plan"]].append(clause)
    return out


def _headline(
    indicator: str, info: PlanInfo, rows: Sequence[_Row], clauses: Sequence[Clause]
) -> tuple[_Row, Target] | None:
    """The row that `planlens track` would quote from a plan, and its target."""
    targets = tuple(map(_target, rows))
    plan = Plan(info, Document("", "", "", "", ()), tuple(clauses), (), targets)
    best = headline(indicator, plan)
    return next(((r, t) for r, t in zip(rows, targets, strict=True) if t is best), None)


def _points(found: Sequence[tuple[PlanInfo, _Row, Target]], called: Mapping[str, str]) -> list[Point]:
    """Points by place, those of the earliest year first, then by year and plan."""
    usual = _usual([target for _, _, target in found])
    points = [
        Point(
            called[info.id],
            info.id,
            row["to_year"] or info.end_year or info.start_year,
            row["text"],
            target,
            usual is not None and _beside(usual, target),
        )
        for info, row, target in found
    ]
    last = 9999
    begins: dict[str, int] = {}
    for point in points:
        begins[point.place] = min(begins.get(point.place, last), point.year or last)
    return sorted(points, key=lambda p: (begins[p.place], p.place, p.year or last, p.plan))


def _usual(targets: Sequence[Target]) -> Target | None:
    """One of those that count as most do."""
    ways = [(t.quantity.unit, t.measure, naming.kinds(t.indicator)) for t in targets]
    counted = Counter(ways)
    return max(zip(targets, ways, strict=True), key=lambda one: counted[one[1]], default=(None,))[0]


def _beside(usual: Target, target: Target) -> bool:
    return shifts.same_measure(usual, target) and naming.kinds(usual.indicator) == naming.kinds(target.indicator)


def _counted(points: Sequence[Point]) -> list[tuple[tuple[str, str], int]]:
    counted = Counter((p.target.indicator, p.target.quantity.unit) for p in points)
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))


def _left_out(answering: Mapping[str, Sequence[_Row]], points: int) -> tuple[tuple[str, int], ...]:
    """Why numbers that answer to the name are not shown."""
    rows = [row for found in answering.values() for row in found]
    why = Counter(
        "damaged"
        if row["damaged"]
        else row["role"]
        if row["role"] != "target"
        else "repeated"
        if row["repeats"] is not None
        else "further"
        for row in rows
    )
    why["further"] -= points
    return tuple((name, count) for name, count in sorted(why.items()) if count > 0)


def _closest(indicator: str, names: Sequence[str]) -> tuple[str, ...]:
    close = {name: naming.likeness(indicator, name) for name in names}
    best = sorted((name for name in names if close[name] >= _NEAR), key=lambda name: (-close[name], name))
    return tuple(best[:_NEAREST])
