"""Results as pandas frames: one row a finding, one column a fact, dtypes that do not depend on what was found.

    shifts(comparison)       what happened to each numeric target
    changes(comparison)      every commitment of both plans, in exactly one row
    links(comparison)        one row a linked pair of commitments
    targets(plan, ...)       one row a number
    commitments(plan, ...)   one row a commitment
    clauses(plan, ...)       one row a clause

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
from planlens.model import Change, Comparison, Plan, Shift, Target
from planlens.report.places import Places

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    import pandas as pd

NAMES = ("shifts", "changes", "links", "targets", "commitments", "clauses")

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
