"""Administrative divisions: names, what contains them, and texts without local names."""

from __future__ import annotations

import pytest

from planlens import regions


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("内蒙古自治区", "内蒙古"), ("宁夏回族自治区", "宁夏"), ("香港特别行政区", "香港"), ("凉山彝族自治州", "凉山"),
        ("大兴安岭地区", "大兴安岭"), ("长阳土家族自治县", "长阳"), ("双江拉祜族佤族布朗族傣族自治县", "双江"),
        ("莎车县", "莎车"),
        ("神农架林区", "神农架"), ("城区", "城区"), ("克孜勒苏柯尔克孜自治州", "克孜勒苏柯尔克孜"),
    ],
)  # fmt: skip
def test_short_names(name: str, short: str) -> None:
    assert regions.short(name) == short


def test_every_division_has_a_province_above_and_is_inside_it() -> None:
    for region in regions.find("吉安市") + regions.find("宝安区") + regions.find("仙桃市"):
        assert regions.above(region)[-1].level == "province"
        assert region in regions.below(regions.above(region)[-1])


def test_names_that_several_places_share_are_not_guessed() -> None:
    assert regions.one("鼓楼区") is None
    assert regions.one("鼓楼区", "福州").code.startswith("3501")  # type: ignore[union-attr]
    assert regions.one(None) is None and regions.one("不存在市") is None


def test_former_divisions_know_their_years() -> None:
    (merged,) = regions.find("宣武区")
    assert merged.stands_in(2005) and not merged.stands_in(2015)


def test_the_nearest_names_of_an_unknown_one() -> None:
    assert "深州市" in regions.nearest("深川市")


def test_local_names_are_masked_and_words_are_left() -> None:
    names = regions.local_names(regions.one("深圳市"))  # type: ignore[arg-type]
    assert (
        regions.mask("广东省、深圳市和南山区共建，我市各区推进，全市场统一", names)
        == "、和共建，全域各区推进，全市场统一"
    )
