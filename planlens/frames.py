"""Results as pandas frames: one row a finding, one column a fact, dtypes that do not depend on what was found.

    shifts(comparison)       what happened to each numeric target
    changes(comparison)      every commitment of both plans, in exactly one row
    links(comparison)        one row a linked pair of commitments
    targets(plan, ...)       one row a number
    commitments(plan, ...)   one row a commitment
    clauses(plan, ...)       one row a clause
    coverage(coverage)       one row a goal and plan
    pairs, themes, matrix(overlap)      what places share: a pair, a theme in a plan, a plan in a plan
    findings(check)          one row a finding
    points(track)            one row a plan
    appearances, steps, lines(lineage)  a commitment: where it is said, what became of it, place by place
    adoption(adopted)        one row an instrument and place
    plans(infos)             one row a plan of a catalogue

Texts are "string", names of a closed list "category" in the order of the model, numbers "float64"; what is not there
is missing, never "" or 0. Every column and its meaning: `columns(name)`, and docs/api.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, get_args

from planlens import model
from planlens.model import Answer, Change, Comparison, Coverage, Overlap, Plan, PlanInfo, Shift, Target
from planlens.report.places import Places

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    import pandas as pd

    from planlens.check import Check
    from planlens.check.findings import Place
    from planlens.lineage import Adopted, Line, Lineage
    from planlens.track import Track

NAMES = (
    "shifts", "changes", "links", "targets", "commitments", "clauses", "coverage", "pairs", "themes", "matrix",
    "findings", "points", "appearances", "steps", "lines", "adoption", "plans",
)  # fmt: skip

_CLOSED: dict[tuple[str, str], tuple[str, ...]] = {
    ("shifts", "kind"): get_args(model.ShiftKind),
    ("shifts", "verdict"): get_args(model.Verdict),
    ("shifts", "direction"): get_args(model.Direction),
    ("changes", "status"): get_args(model.Status),
    ("changes", "source"): get_args(model.Source),
    ("changes", "trace"): ("completed", "mentioned", "continued"),
    ("links", "source"): get_args(model.Source),
    ("targets", "cmp"): get_args(model.Bound),
    ("targets", "measure"): get_args(model.Measure),
    ("targets", "role"): get_args(model.TargetRole),
    ("clauses", "role"): get_args(model.Role),
    ("coverage", "weight"): get_args(model.Weight),
    ("coverage", "verdict"): get_args(model.Answered),
    ("coverage", "firmness"): get_args(model.Firmness),
    ("coverage", "apart"): get_args(model.Apart),
    ("pairs", "kind"): get_args(model.SharedKind),
    ("pairs", "stronger"): ("a", "b"),
    ("findings", "severity"): ("error", "warning", "info"),
    ("points", "cmp"): get_args(model.Bound),
    ("points", "measure"): get_args(model.Measure),
    ("appearances", "how"): ("says", "names", "continues"),
    ("steps", "status"): get_args(model.Status),
    ("plans", "level"): ("national", "province", "city", "district", "town"),
}

Row = tuple[Any, ...]


def columns(name: str) -> pd.DataFrame:
    """The columns of one frame: name, dtype, what it holds.

    >>> columns("links")["column"].tolist()
    ['old_key', 'new_key', 'old_text', 'new_text', 'score', 'source']
    """
    import pandas as pd

    rows = [(column, dtype, about) for column, (dtype, about) in _documented()[name].items()]
    return pd.DataFrame(rows, columns=["column", "dtype", "about"]).astype("string")


def shifts(comparison: Comparison) -> pd.DataFrame:
    """What happened to each numeric target, in the order of the comparison.

    >>> import planlens
    >>> found = shifts(planlens.diff("shenzhen-2023", "shenzhen-2025", library="samples", semantic=False))
    >>> row = found[found.indicator.str.contains("高精尖缺人才") & (found.kind == "like")].iloc[0]
    >>> print(row.old_number, row.new_number, row.verdict, row.percent)
    300.0 500.0 comparable 66.7
    """
    old, new = Places(comparison.old), Places(comparison.new)
    return _frame("shifts", (_shift(old, new, shift) for shift in comparison.shifts))


def changes(comparison: Comparison) -> pd.DataFrame:
    """Every commitment of both plans in exactly one row, linked ones grouped."""
    old, new = Places(comparison.old), Places(comparison.new)
    return _frame("changes", (_change(old, new, change) for change in comparison.changes))


def links(comparison: Comparison) -> pd.DataFrame:
    """One row a linked pair of commitments: an m-to-n correspondence is several rows."""
    old, new = Places(comparison.old).commitments, Places(comparison.new).commitments
    return _frame(
        "links",
        (
            (link.old, link.new, old[link.old].text, new[link.new].text, link.score.probability, link.source)
            for link in comparison.links
        ),
    )


def targets(*plans: Plan) -> pd.DataFrame:
    """Every number of the plans, those of names and rules included: `role` tells them apart, `repeats` the doubles."""
    return _frame(
        "targets", (_target(places, target) for places in map(Places, plans) for target in places.plan.targets)
    )


def commitments(*plans: Plan) -> pd.DataFrame:
    """Every commitment of the plans, in reading order."""
    rows = []
    for places in map(Places, plans):
        for c in places.plan.commitments:
            said = (
                c.text,
                c.verb,
                c.object,
                c.strength,
                c.stage,
                c.deadline,
                "、".join(c.bodies),
                "、".join(c.documents),
            )
            rows.append((places.plan.info.id, c.key, c.clause, places.label(c.key), *said, c.span.start, c.span.end))
    return _frame("commitments", rows)


def clauses(*plans: Plan) -> pd.DataFrame:
    """Every clause of the plans, in reading order."""
    rows = []
    for places in map(Places, plans):
        for c in places.plan.clauses:
            above = (places.plan.info.id, c.key, c.parent, c.depth, c.role)
            told = (c.label, c.heading, places.label(c.key), places.own_text(c))
            rows.append((*above, *told, c.body.start, c.body.end))
    return _frame("clauses", rows)


def coverage(found: Coverage) -> pd.DataFrame:
    """Every goal beside what each plan says to it, goals in their order."""
    above, below = Places(found.goals), [Places(plan) for plan in found.plans]
    rows = []
    for goal, answers in found.rows:
        head = (";".join(goal.units), above.label(goal.units[0]), _said(above, goal.units[:1]))
        number = _value(above, goal.target)
        rows += [
            (*head, goal.weight, number, places.plan.info.id, *_answer(above, places, answer))
            for places, answer in zip(below, answers, strict=True)
        ]
    return _frame("coverage", rows)


def pairs(found: Overlap) -> pd.DataFrame:
    """Commitments of plans of different places to the same thing, the most probable first."""
    of = {plan.info.id: Places(plan) for plan in found.plans}
    rows = []
    for pair in found.pairs:
        a, b = of[pair.plan_a], of[pair.plan_b]
        told = (
            pair.kind,
            pair.score.probability,
            pair.stronger,
            "；".join(pair.why),
            "、".join(pair.labels),
            pair.above,
        )
        sides = (a.label(pair.a), b.label(pair.b), a.text([pair.a]), b.text([pair.b]))
        rows.append((pair.plan_a, pair.plan_b, pair.a, pair.b, *sides, *told))
    return _frame("pairs", rows)


def themes(found: Overlap) -> pd.DataFrame:
    """Every theme in every plan that has it or names it."""
    rows = [
        (theme.label, plan, _joined(keys), committed, plan == theme.first, theme.above)
        for theme in found.themes
        for committed, listed in ((True, theme.units), (False, theme.mentions))
        for plan, keys in listed
    ]
    return _frame("themes", rows)


def matrix(found: Overlap) -> pd.DataFrame:
    """How much of each plan stands in each other one."""
    return _frame("matrix", ((s.row, s.column, s.count, s.size, s.share, s.low, s.high, s.level) for s in found.matrix))


def findings(found: Check) -> pd.DataFrame:
    """What is wrong in a draft, the severest first."""
    from planlens.report.check import reason, settle
    from planlens.report.messages import load

    m = load("zh")
    rows = []
    for finding in found.findings:
        sides = (*_spot(found, finding.place), finding.other.plan if finding.other else None)
        told = (*_spot(found, finding.other), reason(finding, m), settle(finding, m))
        rows.append((finding.severity, finding.kind, *sides, *told))
    return _frame("findings", rows)


def points(found: Track) -> pd.DataFrame:
    """The headline target of each plan, in order of years; missing where a plan has none."""
    rows = []
    for plan, point in zip(found.plans, found.points, strict=True):
        target, places = point.target, Places(plan)
        numbers: Row = (None,) * 8
        if target is not None:
            q, written = target.quantity, target.span.of(plan.document.text)
            where = (target.key, places.label(target.unit_key))
            numbers = (target.indicator, written, q.lo, q.hi, q.unit, q.bound, target.measure, where)
        *values, at = numbers
        rows.append((point.plan, point.year, *values, *(at or (None, None))))
    return _frame("points", rows)


def appearances(found: Lineage) -> pd.DataFrame:
    """Every statement that says, names or continues a commitment, place by place."""
    of = {plan.info.id: Places(plan) for plan in found.plans}
    rows = []
    for one in found.appearances:
        places = of[one.plan]
        info, source = places.plan.info, one.source or (None, None)
        where = (info.region, info.start_year, one.key, places.label(one.key), places.text([one.key]))
        rows.append((one.plan, *where, one.how, one.probability, *source))
    return _frame("appearances", rows)


def steps(found: Lineage) -> pd.DataFrame:
    """What became of a commitment from one plan of a place to the next."""
    of = {plan.info.id: Places(plan) for plan in found.plans}
    rows = []
    for step in found.steps:
        change, old, new = step.change, of[step.old_plan], of[step.new_plan]
        told = (change.status, _joined(change.kinds), _joined(change.old), _joined(change.new))
        rows.append((step.old_plan, step.new_plan, *told, old.text(change.old), new.text(change.new)))
    return _frame("steps", rows)


def lines(found: Lineage) -> pd.DataFrame:
    """When each place had a commitment first and last."""
    return _frame("lines", (_line(line) for line in found.lines))


def adoption(found: Sequence[Adopted]) -> pd.DataFrame:
    """When each place had each instrument first and last, the first to have it first."""
    return _frame("adoption", ((one.label, *_line(line)) for one in found for line in one.lines))


def plans(infos: Sequence[PlanInfo]) -> pd.DataFrame:
    """What a catalogue says of its plans."""
    return _frame("plans", (tuple(getattr(info, name) for name in _documented()["plans"]) for info in infos))


def _answer(above: Places, places: Places, answer: Answer) -> Row:
    nearest, score = answer.nearest or (None, None)
    missing = "；".join(span.of(above.plan.document.text) for span in answer.missing)
    return (
        answer.verdict, answer.firmness, answer.apart, _joined(answer.units), places.labels(answer.units),
        _said(places, answer.units), _value(places, answer.target), answer.score, missing,
        nearest, _said(places, [nearest]) if nearest else None, score, answer.note,
    )  # fmt: skip


def _said(places: Places, keys: Sequence[str]) -> str:
    """The words of commitments, or of clauses (a table's row) that hold none."""
    texts = [
        places.commitments[key].text if key in places.commitments else places.own_text(places.clauses[key])
        for key in keys
    ]
    return " ／ ".join(texts)


def _value(places: Places, key: str | None) -> str | None:
    return places.value(places.targets[key]) if key else None


def _spot(found: Check, spot: Place | None) -> Row:
    if spot is None:
        return (None,) * 5
    places = Places(found.plan(spot.plan))
    quote = spot.span.of(places.plan.document.text)
    return (spot.key, places.label(spot.key), quote, spot.span.start, spot.span.end)


def _line(line: Line) -> Row:
    return (line.place, _joined(line.plans), _joined(line.having), line.first, line.last, line.since_start, line.lag)


def _shift(old: Places, new: Places, shift: Shift) -> Row:
    sides: list[Any] = []
    for places, keys in ((old, shift.old), (new, shift.new)):
        numbers = places.number(keys, summed=shift.kind == "like")
        sides += [places.values(keys, shift.indicator, named=False), *numbers]
    where = [places.where(places.found(keys)) for places, keys in ((old, shift.old), (new, shift.new))]
    head = (shift.kind, shift.verdict, shift.direction, shift.indicator)
    return (*head, *sides, shift.difference, shift.percent, shift.note, *where, _joined(shift.old), _joined(shift.new))


def _change(old: Places, new: Places, change: Change) -> Row:
    other = old if change.status == "new" else new
    nearest, score = change.nearest or (None, None)
    trace = change.trace
    return (
        change.status, _joined(change.kinds), _joined(change.old), _joined(change.new),
        old.labels(change.old), new.labels(change.new), old.text(change.old), new.text(change.new),
        change.score, change.source, "；".join(change.details), _joined(change.carried),
        nearest, other.text([nearest]) if nearest else None, score,
        trace.kind if trace else None, trace.span.of(other.plan.document.text) if trace else None,
    )  # fmt: skip


def _target(places: Places, t: Target) -> Row:
    text, q = places.plan.document.text, t.quantity
    return (
        places.plan.info.id, t.key, t.unit_key, places.label(t.unit_key), t.indicator, t.span.of(text),
        q.lo, q.hi, q.unit, q.bound, t.measure, t.role, t.period, t.scope, t.damaged, t.repeats,
        t.quote.of(text), t.span.start, t.span.end,
    )  # fmt: skip


def _joined(keys: Sequence[str]) -> str:
    return ";".join(keys)


def _frame(name: str, rows: Iterable[Row]) -> pd.DataFrame:
    """Rows under the documented columns, each of the documented dtype whatever the rows hold."""
    import pandas as pd

    listed, made = list(rows), {}
    for at, (column, (dtype, _)) in enumerate(_documented()[name].items()):
        values = [row[at] for row in listed]
        if dtype == "category":
            made[column] = pd.Series(pd.Categorical(values, categories=_CLOSED[name, column]))
        elif dtype == "float64":
            made[column] = pd.Series([None if v is None else float(v) for v in values], dtype=dtype)
        elif dtype == "string":
            made[column] = pd.Series([v or None for v in values], dtype=dtype)
        else:
            made[column] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(made)


@lru_cache(maxsize=1)
def _documented() -> dict[str, dict[str, tuple[str, str]]]:
    """name of a frame → column → (dtype, what it holds), as data/frames.toml has it."""
    data = tomllib.loads((files("planlens") / "data" / "frames.toml").read_text("utf-8"))
    return {name: {column: (told[0], told[1]) for column, told in entries.items()} for name, entries in data.items()}
