"""层层加码: one indicator at the levels of several plans, the ratio from level to level, and who asks more.

cascade(plans) -> rungs, each an indicator that two plans of different levels or more give a number for
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .. import convert, restated
from ..model import Plan, Rung, Target
from . import goals
from .reach import better, closeness

_Step = tuple[int, Target]


def cascade(plans: Sequence[Plan]) -> tuple[Rung, ...]:
    """Indicators shared by plans of different levels, in the order of the highest plan that has them."""
    known = [n for n, plan in enumerate(plans) if goals.known_level(plan) is not None]
    order = sorted(known, key=lambda n: (goals.level_of(plans[n]), n))
    groups: list[list[_Step]] = []
    for place in order:
        taken: set[int] = set()
        for target in restated.headlines(plans[place].targets):
            number = _group_for(target, place, groups, taken, plans)
            if number is None:
                groups.append([(place, target)])
                taken.add(len(groups) - 1)
            else:
                groups[number].append((place, target))
                taken.add(number)
    return tuple(_rung(group, plans) for group in groups if len({goals.level_of(plans[n]) for n, _ in group}) > 1)


def _group_for(
    target: Target, place: int, groups: Sequence[Sequence[_Step]], taken: set[int], plans: Sequence[Plan]
) -> int | None:
    """The indicator that a target belongs to; every plan gives one number to it."""
    best, found = 0.0, None
    for number, group in enumerate(groups):
        first = group[0][1]
        if number in taken or {first.measure, target.measure} == {"level", "increment"}:
            continue
        close = closeness(first, target)
        if close > best and _factor(first, target, plans[place]) is not None:
            best, found = close, number
    return found


def _factor(a: Target, b: Target, plan: Plan) -> Fraction | None:
    """What turns b's number into the unit of a; None where they cannot be brought to one."""
    meeting = convert.meeting(b, a, convert.Wholes((plan,)))
    return None if meeting is None or meeting.missing or meeting.redefined else meeting.factor


@dataclass(frozen=True)
class _Value:
    place: int
    level: int
    target: Target
    number: Fraction


def _rung(group: Sequence[_Step], plans: Sequence[Plan]) -> Rung:
    first = group[0][1]
    values = [_Value(n, goals.level_of(plans[n]), t, _number(t, first, plans[n])) for n, t in group]
    steps = tuple((v.place, v.target.key, _ratio(v, values)) for v in values)
    if goals.is_total(first):
        return Rung(first.indicator, steps, None, "总量：比值为占上一级的份额")
    way = better(first)
    if way == "near":
        return Rung(first.indicator, steps, None, "该指标以接近为好，不比高低")
    ranked = sorted(values, key=lambda v: v.number, reverse=way == "more")
    alone = len(ranked) > 1 and ranked[0].number != ranked[1].number
    notes = ["该指标越低越好"] if way == "less" else []
    if _climbs(values, way == "more"):
        notes.append("逐级加码")
    return Rung(first.indicator, steps, ranked[0].place if alone else None, "；".join(notes))


def _number(target: Target, first: Target, plan: Plan) -> Fraction:
    told = target.quantity.lo if target.quantity.lo is not None else Decimal(0)
    return Fraction(told) * (_factor(first, target, plan) or 1)


def _ratio(value: _Value, values: Sequence[_Value]) -> Decimal | None:
    """To the nearest level above that gives a number; None at the top, and where that number is nothing."""
    above = [v for v in values if v.level < value.level]
    if not above or above[-1].number == 0:
        return None
    return convert.rounded(value.number / above[-1].number)


def _climbs(values: Sequence[_Value], more: bool) -> bool:
    """Whether every level asks more than the one above it."""
    pairs = list(itertools.pairwise(values))
    return all(a.level < b.level and (b.number > a.number if more else b.number < a.number) for a, b in pairs)
