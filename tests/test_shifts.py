"""Is a number compared with its own kind, and does the verdict say what may be computed?"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from planlens import align, parse, shifts
from planlens.model import Plan, PlanInfo, Shift
from planlens.read import read_document


def plan(folder: Path, name: str, sentences: str) -> Plan:
    path = folder / f"{name}.txt"
    path.write_text(f"一、重点任务\n（一）事项。{sentences}\n（二）其他。加强宣传引导，营造良好氛围。\n", "utf-8")
    return parse.build(read_document(path), PlanInfo(name, name))


def compared(folder: Path, old: str, new: str) -> tuple[tuple[Shift, ...], dict[str, str]]:
    plans = plan(folder, "old", old), plan(folder, "new", new)
    found = shifts.pair(*plans, align.align(*plans))
    texts = {t.key: t.quantity.text for p in plans for t in p.targets}
    return found, texts


# (old sentence, new sentence, kind, verdict, direction, difference, percent)
CASES = [
    ("新增社区食堂30家。", "新增社区食堂50家。", "like", "comparable", "up", 20, "66.7"),
    ("新增社区食堂30家以上。", "新增社区食堂30家左右。", "like", "comparable", "same", 0, "0"),
    ("整修灌溉渠道120公里。", "整修灌溉渠道90公里。", "like", "comparable", "down", -30, "-25"),
    ("污水处理率达到95%以上。", "污水处理率达到97%。", "like", "comparable", "up", 2, None),
    ("引进高技能人才约300名。", "引进高技能人才500人。", "like", "comparable", "up", 200, "66.7"),
    ("新增公园10—12座。", "新增公园不少于14座。", "like", "comparable", "up", None, None),
    ("引进高层次创业团队20个。", "引进高层次紧缺人才500人。", "substituted", "not_comparable", "n/a", None, None),
    ("新增停车位1.2万个。", "停车位总数达到5万个。", "substituted", "not_comparable", "n/a", None, None),
]


@pytest.mark.parametrize("case", CASES, ids=[c[0][:10] for c in CASES])
def test_pairs(tmp_path: Path, case: tuple[str, str, str, str, str, int | None, str | None]) -> None:
    old, new, kind, verdict, direction, difference, percent = case
    first = compared(tmp_path, old, new)[0][0]
    assert (first.kind, first.verdict, first.direction) == (kind, verdict, direction)
    assert first.difference == (None if difference is None else Decimal(difference))
    assert first.percent == (None if percent is None else Decimal(percent))


def test_equal_figures_of_different_things_are_no_pair(tmp_path: Path) -> None:
    found, _ = compared(tmp_path, "新建农村幼儿园12所。", "培训电商带头人12名。")
    assert {s.kind for s in found} <= {"dropped", "quantity_dropped", "new", "quantity_added"}


def test_a_number_that_is_gone_and_one_that_is_added(tmp_path: Path) -> None:
    found, texts = compared(
        tmp_path,
        "新增社区食堂30家，完善助餐服务。整修灌溉渠道，更新泵站。",
        "继续新增社区食堂，完善助餐服务。整修灌溉渠道80公里，更新泵站。",
    )
    said = {(s.kind, texts[(s.old or s.new)[0]]) for s in found}
    assert said == {("quantity_dropped", "30家"), ("quantity_added", "80公里")}


def test_two_numbers_of_one_list_add_up(tmp_path: Path) -> None:
    found, _ = compared(tmp_path, "新增国家级、省级示范农场2个、12个。", "新增省级以上示范农场12个。")
    like = [s for s in found if s.kind == "like"]
    assert [(len(s.old), s.direction, s.difference) for s in like] == [(2, "down", Decimal(-2))]


def test_a_wider_thing_is_redefined_without_a_percentage(tmp_path: Path) -> None:
    found, _ = compared(tmp_path, "新建乡村图书馆2个。", "新建乡村图书馆和农民夜校教学点10个。")
    assert (found[0].verdict, found[0].difference, found[0].percent) == ("redefined", None, None)


def test_a_fall_that_is_progress_is_said(tmp_path: Path) -> None:
    found, _ = compared(tmp_path, "城镇调查失业率控制在5.5%以内。", "城镇调查失业率控制在5.2%以内。")
    assert (found[0].direction, found[0].note) == ("down", "该指标越低越好")


def test_a_damaged_number_never_takes_part(tmp_path: Path) -> None:
    damaged = "新增社区食堂?5家，覆盖?0%以上街道，建设?6个站点。完善?ldquo;助餐?rdquo;服务。"
    found, _ = compared(tmp_path, damaged, "新增社区食堂35家。")
    assert {s.kind for s in found} <= {"new", "quantity_added"}
