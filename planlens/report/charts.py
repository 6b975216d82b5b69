"""What the charts of a report show, in numbers and words taken from its tables; how they look, others say.

    charts(report) -> the charts of a comparison, coverage, overlap, track or adoption, in the order of the report

A chart names the table it belongs to (`beside`), so that every form of a report can show it there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import get_args

from planlens.lineage import Adopted, Line
from planlens.model import Answered, Clause, Comparison, Coverage, Overlap, Plan, Shift, Table
from planlens.report import Report
from planlens.report.lineage import first_year
from planlens.report.listings import in_line
from planlens.report.look import one_line
from planlens.report.messages import Messages
from planlens.report.places import Places, numbered, period
from planlens.report.summary import named
from planlens.track import Track

_MOST_SECTIONS = 20  # in a chart or a list of choices; with more of them nobody finds one
_MOST_NAMED = 60  # sections of a plan that has no fewer: the others are one
_MOST_ROWS = 120  # of one chart: what comes behind them stands in the table, which the note says
_MOST_MOVES = 60  # three pictures of a page each
_COMPUTED = ("comparable", "convertible")


@dataclass(frozen=True, slots=True)
class Chart:
    """What every chart has: a `name` for files, the name of its table, a title, and what it leaves out."""

    name: str
    beside: str
    title: str
    note: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A target with a number on both sides: its values as written, what moved, and by how much on the chart's scale."""

    name: str
    old: str
    new: str
    movement: str
    amount: float


@dataclass(frozen=True, slots=True)
class Moves(Chart):
    """How far targets moved, on one scale in `unit`."""

    rows: tuple[Moved, ...]
    unit: str


@dataclass(frozen=True, slots=True)
class Flow:
    """`links` between section `old` and section `new`; one of them None where commitments stand alone.

    `leaves` and `enters` say how many commitments that is on either side.
    """

    old: int | None
    new: int | None
    leaves: float
    enters: float
    links: int = 0


@dataclass(frozen=True, slots=True)
class Flows(Chart):
    """Where the commitments of the sections `old` went among those of `new`; `heads` name the two plans.

    `words` say linked, dropped, new.
    """

    old: tuple[str, ...]
    new: tuple[str, ...]
    flows: tuple[Flow, ...]
    heads: tuple[str, str]
    words: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Strengths(Chart):
    """How many commitments each section has of each strength, weakest first; `most` fits the scale of another.

    `levels` names the counts in order, the last one those of which nothing is said.
    """

    sections: tuple[str, ...]
    counted: tuple[tuple[int, ...], ...]
    levels: tuple[str, ...]
    most: int


@dataclass(frozen=True, slots=True)
class Shares(Chart):
    """The share of what each row has that is found in each column."""

    names: tuple[str, ...]
    shares: Mapping[tuple[str, str], float] = field(hash=False)


_Row = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Matrix(Chart):
    """What each of `columns` has for each row: pairs of a kind ("" for none) and the words of the cell."""

    columns: tuple[str, ...]
    rows: tuple[_Row, ...]
    words: tuple[tuple[str, str], ...]
    """The kinds that stand in it, with their names."""


@dataclass(frozen=True, slots=True)
class Point:
    """One plan's value as written and as a number; None where it has none or counts otherwise than most."""

    period: str
    plan: str
    told: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Series(Chart):
    """One indicator through years, a tuple of points for each place."""

    places: tuple[tuple[Point, ...], ...]


def charts(report: Report, tables: Sequence[Table] | None = None) -> tuple[Chart, ...]:
    """The charts of a report, none where its command has none; `tables` where they are made already."""
    result, m = report.result, report.m
    made = report.tables() if tables is None else tables
    if isinstance(result, Comparison):
        return (*moves(result, made, m), *flows(result, m), *strengths(result, m))
    if isinstance(result, Coverage):
        return tuple(verdicts(table, m) for table in made if table.name == "matrix" and table.rows)
    if isinstance(result, Overlap):
        return tuple(_shares(result, table, m) for table in made if table.name == "overlap_matrix")
    if isinstance(result, tuple) and all(isinstance(found, Adopted) for found in result):
        return tuple(adoption(result, table, m) for table in made if table.name == "adoption" and table.rows)
    if isinstance(result, Track):
        known = any(point.target for point in result.points)
        return tuple(_series(result, table, m) for table in made if table.name == "track" and known)
    return ()


# ---- what moved


def moves(result: Comparison, tables: Sequence[Table], m: Messages) -> tuple[Moves, ...]:
    """What may be compared and did move, in percent and in percentage points; what is left out is counted."""
    table = named(tables, "shifts")
    if table is None:
        return ()
    like = [s for v in _COMPUTED for s in result.shifts if s.kind == "like" and s.verdict == v]
    rows = table.rows[: len(like)]  # these come first there, in this order
    drawn: dict[str, list[Moved]] = {"percent": [], "points": []}
    new = Places(result.new)
    for shift, row in zip(like, rows, strict=True):
        scale, amount = ("percent", shift.percent) if shift.percent is not None else ("points", shift.difference)
        if amount and (scale == "percent" or _in_percent(new, shift)):
            old_value, new_value = (value.split("\n")[0] for value in row[1:3])
            drawn[scale].append(Moved(row[0], old_value, new_value, row[3], float(amount)))
    same = sum(shift.direction == "same" for shift in like)
    others = len(like) - same - sum(map(len, drawn.values()))
    shown = {scale: _greatest(moved) for scale, moved in drawn.items()}
    smaller = sum(len(moved) - len(shown[scale]) for scale, moved in drawn.items())
    note = m("chart.moves_note", same=same, others=others) + (m("chart.moves_less", count=smaller) if smaller else "")
    made = [
        Moves(f"shifts-{scale}", "shifts", m("chart.moves_" + scale), "", shown[scale], unit)
        for scale, unit in (("percent", "%"), ("points", ""))
        if drawn[scale]
    ]
    return (*made[:-1], *(replace(last, note=note) for last in made[-1:]))


def _greatest(moved: Sequence[Moved]) -> tuple[Moved, ...]:
    """As many as a chart can show, those that moved most, in the order of the table."""
    kept = sorted(range(len(moved)), key=lambda at: (-abs(moved[at].amount), at))[:_MOST_MOVES]
    return tuple(moved[at] for at in sorted(kept))


def _in_percent(places: Places, shift: Shift) -> bool:
    """Whether a target's numbers are percentages, so that their difference is one of percentage points."""
    return {target.quantity.unit for target in places.found(shift.new)} == {"%"}


# ---- where commitments went, and how firm they are


class Sections:
    """The parts of a plan that charts and filters speak of: the deepest cut of its outline that is not too fine.

    Where even the highest is, those behind the first are one part, which says how many they are.

    `names` in reading order; `of` gives for the key of a commitment the number of its section.
    """

    def __init__(self, plan: Plan) -> None:
        clauses = {clause.key: clause for clause in plan.clauses}
        chains = {c.key: _chain(clauses, c.clause) for c in plan.commitments}
        deepest = max((len(chain) for chain in chains.values()), default=1)
        cuts = [{key: chain[min(d, len(chain) - 1)] for key, chain in chains.items()} for d in range(deepest)]
        cut = next((c for c in reversed(cuts) if len(set(c.values())) <= _MOST_SECTIONS), cuts[0] if cuts else {})
        used = set(cut.values())
        order = {key: n for n, key in enumerate(key for key in clauses if key in used)}
        names = [one_line(numbered(clauses[key])) for key in order]
        rest = len(names) - _MOST_NAMED + 1
        self.names = names if rest < 2 else [*names[: _MOST_NAMED - 1], f"… +{rest}"]
        self.of = {key: min(order[section], len(self.names) - 1) for key, section in cut.items()}


def _chain(clauses: Mapping[str, Clause], key: str) -> list[str]:
    """A clause and what is above it, the highest first."""
    chain, above = [key], clauses[key].parent
    while above is not None and above in clauses:
        chain.append(above)
        above = clauses[above].parent
    return chain[::-1]


def flows(result: Comparison, m: Messages) -> tuple[Flows, ...]:
    """Every commitment once on its side: one with two counterparts goes half to each; without one it stands alone."""
    old, new = Sections(result.old), Sections(result.new)
    going = Counter(link.old for link in result.links)
    coming = Counter(link.new for link in result.links)
    found: dict[tuple[int | None, int | None], list[float]] = {}
    for link in result.links:
        widths = found.setdefault((old.of[link.old], new.of[link.new]), [0.0, 0.0, 0])
        for n, value in enumerate((1 / going[link.old], 1 / coming[link.new], 1)):
            widths[n] += value
    for key, section in old.of.items():
        if not going[key]:
            found.setdefault((section, None), [0.0, 0.0, 0])[0] += 1
    for key, section in new.of.items():
        if not coming[key]:
            found.setdefault((None, section), [0.0, 0.0, 0])[1] += 1
    if not found:
        return ()
    bands = tuple(Flow(a, b, wide[0], wide[1], int(wide[2])) for (a, b), wide in found.items())
    heads = (f"{m('column.old')} {result.old.info.id}", f"{m('column.new')} {result.new.info.id}")
    words = (m("chart.linked"), m("status.dropped"), m("status.new"))
    return (Flows("flow", "counts", m("chart.flows"), "", tuple(old.names), tuple(new.names), bands, heads, words),)


def strengths(result: Comparison, m: Messages) -> tuple[Strengths, ...]:
    """A chart a plan, both on one scale; none where neither has a commitment."""
    plans = (result.old, result.new)
    known = levels(plans, m)
    words = (*(label for _, label in known), m("chart.unsaid"))
    order = {name: n for n, (name, _) in enumerate(known)}
    counted: list[tuple[Sections, list[list[int]]]] = []
    for plan in plans:
        sections = Sections(plan)
        rows = [[0] * len(words) for _ in sections.names]
        for commitment in plan.commitments:
            rows[sections.of[commitment.key]][order.get(commitment.strength or "", len(known))] += 1
        counted.append((sections, rows))
    most = max((sum(row) for _, rows in counted for row in rows), default=0)
    return tuple(
        Strengths(
            f"strength-{side}", "counts", m("chart.strengths", plan=plan.info.id), "",
            tuple(sections.names), tuple(map(tuple, rows)), words, most,
        )
        for side, plan, (sections, rows) in zip(("old", "new"), plans, counted, strict=True)
        if most
    )  # fmt: skip


def levels(plans: Sequence[Plan], m: Messages) -> list[tuple[str, str]]:
    """Levels of strength that stand in any of the plans, weakest first, by name and as the report says them."""
    found = {c.strength for plan in plans for c in plan.commitments if c.strength}
    known = [key.partition(".")[2] for key in m.texts if key.startswith("strength.")]
    return [(n, m.word("strength", n)) for n in [*known, *sorted(found - set(known))] if n in found]


# ---- goals, places, years


def verdicts(table: Table, m: Messages) -> Matrix:
    """The matrix of a coverage, its cells as they stand in the table."""
    known = {name: m("answer." + name) for name in get_args(Answered)}
    rows = tuple(
        (row[1].split("\n")[0], tuple((_verdict(cell, known), cell) for cell in row[2:]))
        for row in table.rows[:_MOST_ROWS]
    )
    return _matrix("coverage", table, table.columns[2:], rows, known, m)


def adoption(found: Sequence[Adopted], table: Table, m: Messages) -> Matrix:
    """The year in which each place first has each instrument, of those in the table; "—" where it does not name it."""
    known = {name: m("chart.adopted_" + name) for name in ("before", "first", "open", "later")}
    lines = {adopted.label: {line.place: line for line in adopted.lines} for adopted in found}
    listed = [row[0] for row in table.rows[:_MOST_ROWS]]
    years = [(line.first or 9999, line.place) for label in listed for line in lines[label].values()]
    places = tuple(dict.fromkeys(place for _, place in sorted(years)))
    rows = tuple((label, tuple(_adopted(lines[label], place, m) for place in places)) for label in listed)
    return _matrix("adoption", table, places, rows, known, m)


def _adopted(lines: Mapping[str, Line], place: str, m: Messages) -> tuple[str, str]:
    """A place is first only where no other has it in its oldest plan: that one may have had it for long."""
    line = lines.get(place)
    if line is None or line.first is None:
        return "", m("mark.none")
    untold = any(other.since_start for other in lines.values())
    kind = "before" if line.since_start else "later" if line.lag else "open" if untold else "first"
    return kind, first_year(line, m)


def _matrix(
    name: str, table: Table, columns: tuple[str, ...], rows: tuple[_Row, ...], known: Mapping[str, str], m: Messages
) -> Matrix:
    given = {kind for _, cells in rows for kind, _ in cells}
    words = tuple((kind, word) for kind, word in known.items() if kind in given)
    left = len(table.rows) - len(rows)
    note = m("chart.matrix_note", left=left) if left else ""
    return Matrix(name, table.name, table.title, note, columns, rows, words)


def _verdict(cell: str, known: Mapping[str, str]) -> str:
    """The verdict that a cell begins with; "" where it gives none (set apart, circular)."""
    return next((name for name, word in known.items() if cell == word or cell.startswith(word + " ")), "")


def _shares(result: Overlap, table: Table, m: Messages) -> Shares:
    shares = {(share.row, share.column): share.share for share in result.matrix}
    names = tuple(plan.info.id for plan in result.plans)
    return Shares("overlap", table.name, table.title, m("chart.shares_note"), names, shares)


def _series(result: Track, table: Table, m: Messages) -> Series:
    """Points in order of years within each place; places in the order in which they come first."""
    values = in_line([point.target for point in result.points])
    points = []
    for plan, row, value in zip(result.plans, table.rows, values, strict=True):
        told = Point(period(plan.info), row[1], row[3], None if value is None else float(value))
        points.append((plan.info.region or plan.info.id, told))
    order = {place: n for n, (place, _) in reversed(list(enumerate(points)))}
    points.sort(key=lambda point: order[point[0]])
    groups = tuple(tuple(point for _, point in group) for _, group in groupby(points, key=lambda point: point[0]))
    return Series("track", table.name, result.indicator, m("chart.series_note"), groups)
