"""A commitment through years and places as tables: who says it, what became of it, who had it first."""

from __future__ import annotations

from collections.abc import Sequence

from planlens.lineage import Adopted, Appearance, Line, Lineage, Step, numbers, place_of
from planlens.model import Table
from planlens.report.cells import Cell
from planlens.report.look import one_line
from planlens.report.messages import Messages
from planlens.report.places import Places, period, probability
from planlens.report.tables import table


def tables(found: Lineage, m: Messages) -> tuple[Table, ...]:
    """Places and their years first, then every statement in order of years, then what became of them."""
    places = {plan.info.id: Places(plan) for plan in found.plans}
    said = [_appearance(found, a, places, m) for a in sorted(found.appearances, key=lambda a: _year(places[a.plan]))]
    steps = [_step(step, places, m) for step in found.steps]
    return (
        table(m, "lineage_places", ("place", "first_year", "last_year", "held", "lag"), _lines(found.lines, m)),
        table(m, "lineage", ("period", "place", "text", "how", "numbers"), said, count=len(said), query=found.query),
        table(m, "lineage_steps", ("plans", "old_text", "new_text", "kinds"), steps, count=len(steps)),
    )


def _year(places: Places) -> tuple[int, int]:
    return places.plan.info.start_year or 0, places.plan.info.end_year or 0


def _appearance(found: Lineage, a: Appearance, places: dict[str, Places], m: Messages) -> tuple[str, ...]:
    mine = places[a.plan]
    values = [f"{t.indicator} {mine.value(t)}" for t in numbers(a, mine.plan, found.query)]
    how = m("how." + a.how)
    if a.source is not None:
        other = places[a.source[0]]
        how = f"{how}\n{a.source[0]} {other.label(a.source[1])}（{probability(a.probability)}）"
    text = f"{mine.label(a.key)}\n{one_line(mine.text([a.key]))}"
    return period(mine.plan.info), place_of(mine.plan), Cell(text, plan=a.plan, keys=[a.key]), how, "\n".join(values)


def _step(step: Step, places: dict[str, Places], m: Messages) -> tuple[str, ...]:
    sides = []
    for name, keys in ((step.old_plan, step.change.old), (step.new_plan, step.change.new)):
        text = f"{places[name].labels(keys)}\n{one_line(places[name].text(keys))}" if keys else m("mark.none")
        sides.append(Cell(text, plan=name, keys=keys))
    kinds = m.join([m.word("kind", kind) for kind in step.change.kinds])
    told = "\n".join(filter(None, (m("status." + step.change.status), kinds)))
    return f"{step.old_plan} → {step.new_plan}", *sides, told


def _lines(lines: Sequence[Line], m: Messages) -> list[tuple[str, ...]]:
    """First year: 2021 or before where the oldest plan looked at has it already, for then nobody can say since when."""
    rows: list[tuple[str, ...]] = []
    for line in lines:
        held = m("lineage.held", having=len(line.having), plans=len(line.plans))
        last = str(line.last or "")
        rows.append((line.place, first_year(line, m), last, held, _lag(line, m)))
    return rows


def first_year(line: Line, m: Messages) -> str:
    """2023, or 2021 or before; that it is nowhere where no plan of the place has it."""
    if line.first is None:
        return m("lineage.nowhere" if not line.having else "lineage.no_year")
    return m("lineage.or_before", year=line.first) if line.since_start else str(line.first)


def _lag(line: Line, m: Messages) -> str:
    """Years after the first place; only for a place that had a plan without it before: of others nobody can tell."""
    return "" if line.lag is None or line.since_start else m("lineage.lag", years=line.lag)


def adoption(found: Sequence[Adopted], m: Messages) -> tuple[Table, ...]:
    """Instruments whose order of adoption can be told, then how many cannot and why."""
    told = [adopted for adopted in found if any(not line.since_start for line in adopted.lines)]
    rows: list[tuple[str, ...]] = [
        (
            a.label,
            "\n".join(f"{x.place} {first_year(x, m)}" + (f"（{lag}）" if (lag := _lag(x, m)) else "") for x in a.lines),
        )
        for a in told
    ]
    rest = len(found) - len(told)
    note = Table("closing", "", ("", ""), ((m("closing.left_out"), m("lineage.untold", count=rest)),))
    return (table(m, "adoption", ("theme", "order"), rows, count=len(rows)), *((note,) if rest else ()))
