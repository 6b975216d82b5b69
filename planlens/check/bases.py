"""Ceilings set above what has been reached already: 婴儿死亡率 2.34‰ in the base year, 5.0‰以下 as the goal.

    check(plan) -> findings

A small place has reason for it, since a single case moves its rate; a reader asks all the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from .. import naming
from ..model import Plan, Target
from ..verdicts import better_note
from .findings import Finding, found, place


def check(plan: Plan) -> Iterator[Finding]:
    """Goals of which less is better, each beside the base value of its own row or sentence."""
    bases: dict[str, list[Target]] = {}
    for target in plan.targets:
        if target.role == "baseline" and not target.damaged and target.quantity.lo is not None:
            bases.setdefault(naming.core(target.indicator), []).append(target)
    for goal in plan.targets:
        if goal.role != "target" or goal.damaged or goal.quantity.lo is None or not better_note(goal.indicator):
            continue
        base = next((b for b in bases.get(naming.core(goal.indicator), ()) if _beside(b, goal)), None)
        if base is not None and base.quantity.hi is not None and goal.quantity.lo > base.quantity.hi:
            del bases[naming.core(goal.indicator)]  # once, where a table says it again
            spots = place(plan, goal.unit_key, goal.span), place(plan, base.unit_key, base.span)
            here, there = goal.quantity.text, base.quantity.text
            yield found("above_base", *spots, indicator=goal.indicator, here=here, there=there)


def _beside(base: Target, goal: Target) -> bool:
    """Whether both stand in one row or statement, in one unit and way of counting."""
    same = base.quantity.unit == goal.quantity.unit and base.measure == goal.measure == "level"
    return same and (base.quote == goal.quote or base.unit_key == goal.unit_key) and base.scope == goal.scope
