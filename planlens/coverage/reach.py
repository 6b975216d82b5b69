"""Whether a promised number is for the indicator asked for, and reaches the number, by what is better for it.

    closeness(a, b)                 -> how surely two targets are one indicator, 0 to 1
    reach(asked, promised, better)  -> exceeds, meets or below, with a note where a bound leaves room; None if neither
    better(indicator, asked)        -> "more", "less" or "near" (价格涨幅3%左右: neither much more nor much less)

A promise counts by the worst value it allows: of 不超过5‰ five, of 1—2家 one. 80左右 counts as 80, and a note
says so.
"""

from __future__ import annotations

import functools
from decimal import Decimal
from typing import Literal

from .. import convert, naming
from ..model import Answered, Quantity, Target
from ..quantity import table
from ..track import ends_alike, named

Better = Literal["more", "less", "near"]

_FLOOR, _CEILING = (">=", ">"), ("<=", "<")
_LONGER = 0.9  # closeness of two rates whose names differ in length alone: 千人口托位数, 每千人口3岁以下婴幼儿托位数


def closeness(a: Target, b: Target) -> float:
    """How surely two targets are one indicator: 1 for one name, less for a longer one, 0 for another."""
    if not share_a_pair(a.indicator, b.indicator):
        return 0.0
    if naming.same_name(a.indicator, b.indicator):
        return 1.0
    rates = convert.way(a), convert.way(b)
    if all(rate.per is not None for rate in rates) and naming.near_name(a.indicator, b.indicator):
        return _LONGER
    left, right = naming.plain(a.indicator), naming.plain(b.indicator)
    ends = ends_alike(left, right) or ends_alike(right, left)
    if not (ends or naming.may_reach(left, right, naming.SAME_THING)):
        return 0.0
    close = max(named(a.indicator, b), named(b.indicator, a))
    return close if close >= naming.SAME_THING else 0.0


def share_a_pair(a: str, b: str) -> bool:
    """Whether two names have two characters in a row in common: without, no likeness comes near one indicator."""
    return not _pairs(a).isdisjoint(_pairs(b))


@functools.lru_cache(maxsize=1 << 14)
def _pairs(indicator: str) -> frozenset[str]:
    name = naming.plain(indicator)
    return frozenset(name[at : at + 2] for at in range(len(name) - 1)) or frozenset((name,))


def better(target: Target) -> Better:
    """What is better: told by the bound of the goal first, for 不低于 and 控制在…以内 say it, then by the name.

    >>> from planlens.model import Span
    >>> def of(name, bound):
    ...     told = Quantity(Decimal(3), Decimal(3), "%", bound, "")
    ...     return Target("k", "k", name, told, "level", "target", None, None, False, Span(0, 0), Span(0, 0))
    >>> [better(of(*told)) for told in (("婴儿死亡率", "="), ("签约率", "="), ("性别比", "<="), ("价格涨幅", "~"))]
    ['less', 'more', 'less', 'near']
    """
    name, bound = target.indicator, target.quantity.bound
    if bound in _CEILING:
        return "less"
    if bound in _FLOOR:
        return "more"
    if any(word in name for word in table("coverage")["kept_down"]["words"]):
        return "near" if bound in ("~", "range") else "less"
    found = naming.patterns()
    return "less" if found["lower"].search(name) and not found["reduced"].search(name) else "more"


def reach(asked: Quantity, promised: Quantity, way: Better) -> tuple[Answered, str] | None:
    """Verdict and note; None where the promise is bounded on the wrong side: at most, where more is asked.

    >>> def q(value, bound="=", high=None):
    ...     return Quantity(Decimal(value), Decimal(high or value), "", bound, value)
    >>> reach(q("79", ">"), q("80", "~"), "more")
    ('exceeds', '规划为约数')
    >>> reach(q("8", "<"), q("6.5", "<="), "less"), reach(q("3", "<"), q("5", "<="), "less")
    (('exceeds', ''), ('below', ''))
    >>> reach(q("79", ">"), q("79"), "more")
    ('below', '目标要求高于该值，规划仅等于该值')
    >>> reach(q("2", "range", "3"), q("3"), "more"), reach(q("95", ">="), q("90", "<="), "more")
    (('meets', ''), None)
    """
    low, high, worst = asked.lo, asked.hi, _worst(promised, way)
    if low is None or high is None or worst is None:
        return None
    if promised.bound in (_CEILING if way == "more" else _FLOOR if way == "less" else ()):
        return None
    note = "规划为约数" if promised.bound == "~" else ""
    if way == "near":
        inside = low <= worst <= high
        return ("meets" if inside else "exceeds" if worst < low else "below"), note
    if way == "less":
        low, high, worst = -high, -low, -worst
    if worst > high:
        return "exceeds", note
    if worst < low:
        return "below", note
    return _at_the_value(asked, promised, note)


def _worst(promised: Quantity, way: Better) -> Decimal | None:
    return promised.hi if way == "less" else promised.lo


def _at_the_value(asked: Quantity, promised: Quantity, note: str) -> tuple[Answered, str]:
    """The two name one value: 高于79 is not reached by 79, and 79以上 leaves it open."""
    if asked.bound not in (">", "<") or promised.bound == asked.bound:
        return "meets", note
    if promised.bound in (">=", "<="):
        return "meets", "目标不含该值，规划含该值"
    told = "高于" if asked.bound == ">" else "低于"
    return "below", f"目标要求{told}该值，规划仅等于该值"
