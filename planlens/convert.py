"""Bring two numbers of one thing to one unit: 亩 and 公顷, per 1000 and per 10,000, a share and a count of a whole.

    meeting(a, b, wholes) -> Meeting with the factor that turns a's number into b's unit, or the base that is missing

All arithmetic is exact in fractions; only what a person sees is rounded (SHOWN digits).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from . import naming
from .model import Plan, Quantity, Target
from .quantity import table

SHOWN = 4
"""Significant digits of a converted number: no plan states an indicator more finely."""

_SIZES = {"百": 10**2, "千": 10**3, "万": 10**4, "10万": 10**5, "十万": 10**5, "百万": 10**6, "100万": 10**6}
_SIZE = r"(?:十万|百万|[百千万]|\d{1,6}万?)"


@dataclass(frozen=True, slots=True)
class Way:
    """How a number is told: its dimension, how many of the smallest unit one is, and per how many of what base."""

    dimension: str
    factor: int
    per: Fraction | None = None
    base: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """`factor` turns the first number into the unit of the second; `missing` names the base that no plan states.

    `redefined`: the units part them, say by the base of a rate. `renamed`: only their statements say that they are one.
    """

    factor: Fraction | None
    note: str = ""
    missing: str = ""
    redefined: bool = False
    renamed: bool = False


@functools.cache
def _units() -> dict[str, tuple[str, int]]:
    dimensions = table("conversion")["dimension"]
    return {unit: (name, factor) for name, units in dimensions.items() for unit, factor in units.items()}


@functools.cache
def _bases() -> tuple[re.Pattern[str], dict[str, str]]:
    lines = table("conversion")["base"]["names"]
    names = {name: line[0] for line in lines for name in line}
    people = naming.any_of(names)
    return re.compile(rf"(?:每?(?P<size>{_SIZE})\s*[名位个]?|人均|户均)(?P<who>{people})?|每(?P<one>户|人)"), names


@functools.lru_cache(maxsize=1 << 14)
def dimension(unit: str) -> str:
    """What a unit measures; one that stands in no list is a dimension of its own, 张/千人 is that of 张.

    >>> dimension("名"), dimension("公顷"), dimension("吨标准煤"), dimension("泊位")
    ('people', 'area', 'coal', '泊位')
    """
    whole = _units().get(unit)
    return whole[0] if whole else _units().get(unit.split("/")[0], (unit, 1))[0]


def way(target: Target) -> Way:
    """How a target's number is told, from its unit, then from its indicator and scope: 每千人口…数, 人均…."""
    unit = target.quantity.unit
    told = _units().get(unit)
    before, stroke, behind = unit.partition("/")
    if told is None and stroke:
        size, base = _per("每" + re.sub(r"^(?=[^\d百千万十])", "1", behind))
        if size is not None:
            name, factor = _units().get(before, (before, 1))
            return Way(name, factor, size, base)
    name, factor = told or (unit, 1)
    if name == "share":
        return Way(name, factor)
    for text in (target.indicator, target.scope or ""):
        size, base = _per(text)
        if size is not None:
            return Way(name, factor, size, base)
    return Way(name, factor)


@functools.lru_cache(maxsize=1 << 14)
def _per(text: str) -> tuple[Fraction | None, str]:
    """Per how many of what: 每千人口 → 1000 of the population; nothing where a text tells no rate."""
    pattern, names = _bases()
    found = pattern.match(re.sub(r"^(?:全[市省区县国]|居民|新增|城乡)", "", text))
    if found is None:
        return None, ""
    if found["size"] is None:
        family = "户" if "户" in found[0] else "常住人口"
        return Fraction(1), family if found[0] in ("户均", "每户") else names.get(found["who"] or "", family)
    if found["who"] is None and not found[0].startswith("每"):
        return None, ""
    size = found["size"]
    return Fraction(_SIZES.get(size) or _number(size)), names.get(found["who"] or "", "")


def _number(size: str) -> int:
    return max(1, int(size.replace("万", "0000")))


class Wholes:
    """The totals that either plan states: 常住人口1700万人, 全市60所学校."""

    def __init__(self, plans: Iterable[Plan]) -> None:
        self.stated = [t for plan in plans for t in plan.targets if _total(t)]

    def of(self, name: str) -> Target | None:
        """The total that is called by a name, the last stated first: a later plan knows better."""
        wanted = naming.core(name)
        for target in reversed(self.stated):
            if wanted and naming.core(target.indicator).removesuffix("总") == wanted:
                return target
        return None

    def population(self, base: str) -> Target | None:
        """How many a base holds: of 常住人口, 总人口 and 人口总数 the last stated."""
        names = {name for name, first in _bases()[1].items() if first == base and len(name) > 1}
        return next((t for t in reversed(self.stated) if naming.thing(t.indicator).strip("总") in names), None)


def _total(target: Target) -> bool:
    """Whether a number tells how many there are in all."""
    told = target.quantity
    if target.damaged or target.role == "name" or told.lo is None or told.lo != told.hi or told.lo <= 0:
        return False
    adds = target.measure == "increment" or naming.patterns()["lead"].match(target.indicator)
    return not adds and dimension(told.unit) in ("people", "things", "beds", "户") and not naming.each(target)


def meeting(a: Target, b: Target, wholes: Wholes) -> Meeting | None:
    """How two numbers of one thing meet; None where their dimensions have nothing to do with each other."""
    one, two = way(a), way(b)
    if "share" in (one.dimension, two.dimension) and one.dimension != two.dimension:
        return _share_and_count(a, b, one, two, wholes)
    if {one.dimension, two.dimension} == {"people", "visits"}:
        return Meeting(None, f"计数单位不同：{a.quantity.unit} → {b.quantity.unit}", redefined=True)
    if one.dimension != two.dimension:
        return None
    if (one.per is None) != (two.per is None):
        return _rate_and_total(a, b, one, two, wholes)
    factor = Fraction(one.factor, two.factor)
    if one.per is None or two.per is None:
        return Meeting(factor)
    if one.base and two.base and one.base != two.base:
        return Meeting(None, f"分母不同：{one.base} → {two.base}", redefined=True)
    return Meeting(factor * two.per / one.per)


def _rate_and_total(a: Target, b: Target, one: Way, two: Way, wholes: Wholes) -> Meeting | None:
    """千人口托位4.5个 against 托位总数6万个: by the population that a plan states."""
    rate = one if one.per is not None else two
    if "increment" in (a.measure, b.measure) or rate.per is None:
        return None
    base = rate.base or "常住人口"
    whole = wholes.population(base)
    if whole is None or whole.quantity.lo is None:
        return Meeting(None, missing=base)
    times = Fraction(whole.quantity.lo) / rate.per
    factor = Fraction(one.factor, two.factor) * (times if rate is one else 1 / times)
    return Meeting(factor, f"折算基数：{base}{whole.quantity.text}")


def _share_and_count(a: Target, b: Target, one: Way, two: Way, wholes: Wholes) -> Meeting | None:
    """40所 against 95%的学校: by the number of schools that a plan states."""
    share, count = (a, b) if one.dimension == "share" else (b, a)
    told = two if share is a else one
    if told.dimension not in ("things", "people", "beds") or told.per is not None:
        return None
    if "increment" in (a.measure, b.measure) or naming.each(count):
        return None
    name = share.scope or ""
    whole = wholes.of(name) if name and not naming.each(share) else None
    if whole is None or whole.quantity.lo is None or dimension(whole.quantity.unit) != told.dimension:
        return Meeting(None, missing=f"{name or naming.thing(count.indicator)}总数")
    times = Fraction(whole.quantity.lo) * (one if share is a else two).factor / 10**7
    return Meeting(times if share is a else 1 / times, f"折算基数：{name}{whole.quantity.text}")


def applied(value: Quantity, factor: Fraction, unit: str) -> Quantity:
    """A quantity in another unit, its bound and its words kept."""
    if factor == 1 or value.lo is None or value.hi is None:
        return Quantity(value.lo, value.hi, unit, value.bound, value.text)
    lo, hi = (rounded(Fraction(v) * factor) for v in (value.lo, value.hi))
    return Quantity(lo, hi, unit, value.bound, value.text)


def rounded(value: Fraction) -> Decimal:
    """Exact where a decimal can be, else to SHOWN digits.

    >>> rounded(Fraction(32)), rounded(Fraction(2000, 3))
    (Decimal('32'), Decimal('666.7'))
    """
    left = value.denominator
    for prime in (2, 5):
        while left % prime == 0:
            left //= prime
    with localcontext() as context:
        context.prec = 28 if left == 1 else SHOWN
        return Decimal(value.numerator) / Decimal(value.denominator)


def size(told: Way) -> str:
    """千, 万, 10万 of a rate, as plans write it.

    >>> size(Way("people", 1, Fraction(100000))), size(Way("people", 1, Fraction(1000)))
    ('10万', '千')
    """
    per = int(told.per or 1)
    return next((name for name, number in _SIZES.items() if number == per), "" if per == 1 else str(per))
