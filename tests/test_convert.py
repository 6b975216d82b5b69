"""Does a number keep its worth from one unit to another, and is a base that nobody states never guessed?"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planlens import convert
from planlens.convert import Meeting, Wholes
from planlens.model import Quantity, Span, Target
from planlens.quantity import table

DIMENSIONS = table("conversion")["dimension"]


def target(value: str, unit: str, indicator: str, scope: str | None = None) -> Target:
    told = Quantity(Decimal(value), Decimal(value), unit, "=", value + unit)
    return Target("k", "k", indicator, told, "level", "target", None, scope, False, Span(0, 1), Span(0, 1))


def meeting(a: Target, b: Target) -> Meeting | None:
    return convert.meeting(a, b, Wholes(()))


WORTH = [
    (target("1", "公顷", "绿地"), target("1", "亩", "绿地"), Fraction(15)),
    (target("1", "亩", "绿地"), target("1", "平方米", "绿地"), Fraction(2000, 3)),
    (target("1", "平方公里", "绿地"), target("1", "公顷", "绿地"), Fraction(100)),
    (target("1", "吨", "产量"), target("1", "斤", "产量"), Fraction(2000)),
    (target("1", "%", "死亡率"), target("1", "/10万", "死亡率"), Fraction(1000)),
    (target("1", "人", "每千人口医师"), target("1", "人", "每万人口医师"), Fraction(10)),
    (target("1", "人", "医师", "每千人口"), target("1", "人", "每10万常住人口医师"), Fraction(100)),
    (target("1", "张/千人", "床位"), target("1", "张", "每万人口床位"), Fraction(10)),
    (target("1", "家", "机构"), target("1", "个", "机构"), Fraction(1)),
    (target("1", "个月", "工期"), target("1", "年", "工期"), Fraction(1, 12)),
]


@pytest.mark.parametrize(("a", "b", "factor"), WORTH, ids=[f"{a.quantity.unit}-{b.quantity.unit}" for a, b, _ in WORTH])
def test_factors(a: Target, b: Target, factor: Fraction) -> None:
    met = meeting(a, b)
    assert met is not None and met.factor == factor


def test_what_has_nothing_in_common_does_not_meet() -> None:
    assert meeting(target("1", "元", "投资"), target("1", "亩", "投资")) is None
    assert meeting(target("1", "吨", "能耗"), target("1", "吨标准煤", "能耗")) is None
    assert meeting(target("1", "美元", "外资"), target("1", "元", "外资")) is None


def test_a_base_that_no_plan_states_is_missing() -> None:
    met = meeting(target("8000", "张", "养老床位总数"), target("4", "张", "每千人口养老床位"))
    assert met is not None and met.factor is None and met.missing == "常住人口"


def test_bases_that_differ_redefine() -> None:
    met = meeting(target("6", "张", "每千户籍人口床位"), target("6", "张", "每千常住人口床位"))
    assert met is not None and met.redefined


SAME_DIMENSION = st.sampled_from(sorted(DIMENSIONS)).flatmap(
    lambda name: st.tuples(st.sampled_from(sorted(DIMENSIONS[name])), st.sampled_from(sorted(DIMENSIONS[name])))
)


@given(SAME_DIMENSION, st.decimals("0.01", "100000", places=2))
def test_there_and_back_again(units: tuple[str, str], value: Decimal) -> None:
    a, b = (target(str(value), unit, "某指标") for unit in units)
    there, back = meeting(a, b), meeting(b, a)
    assert there is not None and back is not None and there.factor and back.factor
    assert Fraction(value) * there.factor * back.factor == Fraction(value)
