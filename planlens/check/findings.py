"""What a check of a draft found: one record for one slip, with its place, its reason and what weighs on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ..model import Plan, Span
from ..quantity import table

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Place:
    """Where words stand: the plan, the key of the clause or commitment, the exact span."""

    plan: str
    key: str
    span: Span


@dataclass(frozen=True, slots=True)
class Finding:
    """One slip. `reason` names the sentence of data/check.toml that tells it, `values` fill its gaps.

    `place` is in the draft, None where the draft has no words at all for what it lacks; `other` is the words beside
    which it is wrong: elsewhere in the draft, in the goals, in the plan of last year.
    """

    reason: str
    place: Place | None
    other: Place | None = None
    values: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> str:
        return str(table("check")["reason"][self.reason]["kind"])

    @property
    def severity(self) -> Severity:
        level: Severity = table("check")["reason"][self.reason]["severity"]
        return level


def found(reason: str, place: Place | None, other: Place | None = None, **values: str) -> Finding:
    """A finding with the values of its sentence by name."""
    return Finding(reason, place, other, tuple(values.items()))


def place(plan: Plan, key: str, span: Span) -> Place:
    return Place(plan.info.id, key, span)


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each once, the severest first, then as they stand in the draft; what has no place there comes last."""

    def rank(finding: Finding) -> tuple[int, float, str, int]:
        start = finding.place.span.start if finding.place else float("inf")
        return SEVERITIES.index(finding.severity), start, finding.kind, finding.other.span.start if finding.other else 0

    return tuple(sorted(dict.fromkeys(findings), key=rank))
