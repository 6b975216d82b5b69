"""Results as a notebook wants them: the types of the command line's results, whose findings make frames and tables.

Every list of findings in them is `Rows`: a tuple with `to_frame()`. What a column holds: `frames.columns(name)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from planlens import lineage as lineages
from planlens import model
from planlens.check import Check as _Check
from planlens.track import Point
from planlens.track import Track as _Track

if TYPE_CHECKING:
    import pandas as pd

    from planlens.check.findings import Finding

T = TypeVar("T")
R = TypeVar("R")
_SHOWN = 20  # rows of a frame that a notebook shows before a person asks for more


class Rows(tuple[T, ...]):
    """Findings of one kind: a tuple, and a pandas frame when asked.

    >>> found = Rows([1, 2])
    >>> found == (1, 2), len(found)
    (True, 2)
    """

    _make: Callable[[], pd.DataFrame] | None

    def __new__(cls, rows: Iterable[T] = (), make: Callable[[], pd.DataFrame] | None = None) -> Rows[T]:
        self = super().__new__(cls, tuple(rows))
        self._make = make
        return self

    def to_frame(self) -> pd.DataFrame:
        """One row a finding, with documented columns and dtypes (docs/api.md)."""
        if self._make is None:
            import pandas as pd

            return pd.DataFrame({"value": list(self)})
        return self._make()

    def _repr_html_(self) -> str:
        return _table(self.to_frame())


class _Result(Protocol):
    """What a result says of itself in one line, and the findings that stand below it in a notebook."""

    def _head(self) -> str: ...

    def to_frame(self) -> pd.DataFrame: ...


class _Shown:
    """A short repr, and a heading with a table in a notebook."""

    __slots__ = ()

    def __repr__(self: _Result) -> str:
        return f"<{type(self).__name__} {self._head()}>"

    def _repr_html_(self: _Result) -> str:
        return f"<p>{escape(self._head())}</p>{_table(self.to_frame())}"


@dataclass(frozen=True, slots=True, repr=False)
class Plan(_Shown, model.Plan):
    """One plan, read: `clauses`, `commitments`, `targets` and `notes` make frames."""

    clauses: Rows[model.Clause]
    commitments: Rows[model.Commitment]
    targets: Rows[model.Target]

    def to_frame(self) -> pd.DataFrame:
        """Its commitments."""
        return self.commitments.to_frame()

    def _head(self) -> str:
        counts = f"{len(self.clauses)} clauses, {len(self.commitments)} commitments, {len(self.targets)} numbers"
        return f"{self.info.id}: {self.info.title}; {counts}"


@dataclass(frozen=True, slots=True, repr=False)
class Comparison(_Shown, model.Comparison):
    """What changed from one plan to another: `shifts`, `changes` and `links` make frames."""

    links: Rows[model.Link]
    changes: Rows[model.Change]
    shifts: Rows[model.Shift]

    def to_frame(self) -> pd.DataFrame:
        """Its changes: every commitment of both plans in exactly one row."""
        return self.changes.to_frame()

    def _head(self) -> str:
        count = dict.fromkeys(("changed", "new", "dropped", "kept"), 0)
        for change in self.changes:
            count[change.status] += 1
        told = ", ".join(f"{number} {status}" for status, number in count.items())
        return f"{self.old.info.id} → {self.new.info.id}: {told}; {len(self.shifts)} shifts"


@dataclass(frozen=True, slots=True, repr=False)
class Coverage(_Shown, model.Coverage):
    """How plans answer the goals of another: `rows` make a frame, one row a goal and plan."""

    rows: Rows[tuple[model.Goal, tuple[model.Answer, ...]]]

    def to_frame(self) -> pd.DataFrame:
        """Its rows."""
        return self.rows.to_frame()

    def _head(self) -> str:
        return f"{self.goals.info.id} ← {', '.join(plan.info.id for plan in self.plans)}: {len(self.rows)} goals"


@dataclass(frozen=True, slots=True, repr=False)
class Overlap(_Shown, model.Overlap):
    """What plans of different places share: `pairs`, `themes` and `matrix` make frames."""

    pairs: Rows[model.Shared]
    themes: Rows[model.Theme]
    matrix: Rows[model.Share]

    def to_frame(self) -> pd.DataFrame:
        """Its pairs."""
        return self.pairs.to_frame()

    def _head(self) -> str:
        names = " × ".join(plan.info.id for plan in self.plans)
        return f"{names}: {len(self.pairs)} pairs, {len(self.themes)} themes"


@dataclass(frozen=True, slots=True, repr=False)
class Check(_Shown, _Check):
    """A draft looked through: `findings` make a frame."""

    findings: Rows[Finding]

    def to_frame(self) -> pd.DataFrame:
        """Its findings, the severest first."""
        return self.findings.to_frame()

    def _head(self) -> str:
        return f"{self.draft.info.id}: {len(self.findings)} findings"


@dataclass(frozen=True, slots=True, repr=False)
class Track(_Shown, _Track):
    """One indicator through plans: `points` make a frame."""

    points: Rows[Point]

    def to_frame(self) -> pd.DataFrame:
        """Its points, in order of years."""
        return self.points.to_frame()

    def _head(self) -> str:
        return f"{self.indicator}: {', '.join(plan.info.id for plan in self.plans)}"


@dataclass(frozen=True, slots=True, repr=False)
class Lineage(_Shown, lineages.Lineage):
    """One commitment through years and places: `appearances`, `steps` and `lines` make frames."""

    appearances: Rows[lineages.Appearance]
    steps: Rows[lineages.Step]
    lines: Rows[lineages.Line]

    def to_frame(self) -> pd.DataFrame:
        """Where it is said."""
        return self.appearances.to_frame()

    def _head(self) -> str:
        return f"{self.query}: {len(self.appearances)} statements in {len(self.plans)} plans"


def made(kind: Callable[..., R], result: Any, **lists: Callable[[Any], pd.DataFrame]) -> R:
    """`result` as `kind`, the lists named as Rows, each with the frame of the whole result that holds it."""
    held = {field.name: getattr(result, field.name) for field in fields(result)}
    rows = {name: Rows(held[name], partial(frame, result)) for name, frame in lists.items()}
    return kind(**{**held, **rows})


def _table(frame: pd.DataFrame) -> str:
    table = str(frame.head(_SHOWN).to_html(na_rep="", index=False, notebook=True))
    more = len(frame) - _SHOWN
    return table + (f"<p>… {more} more rows: to_frame() has all {len(frame)}</p>" if more > 0 else "")
