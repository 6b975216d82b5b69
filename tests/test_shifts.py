"""Is a number compared with its own kind, and does the verdict say what may be computed?

`cases/shifts.tsv` holds pairs of sentences with the shift expected first; `cases/shifts/` pairs of whole plans.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from planlens import align, parse, shifts
from planlens.model import Plan, PlanInfo, Shift
from planlens.read import read_document

CASES = Path(__file__).parent / "cases"


def rows(path: Path, width: int) -> list[list[str]]:
    lines = path.read_text("utf-8").splitlines()
    cells = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [row + [""] * (width - len(row)) for row in cells]


def plan(folder: Path, name: str, sentences: str) -> Plan:
    path = folder / f"{name}.txt"
    path.write_text(f"一、重点任务\n（一）事项。{sentences}\n（二）其他。加强宣传引导，营造良好氛围。\n", "utf-8")
    return read(path)


def read(path: Path) -> Plan:
    return parse.build(read_document(path), PlanInfo(path.stem, path.stem))


def compared(folder: Path, old: str, new: str) -> tuple[tuple[Shift, ...], dict[str, str]]:
    plans = plan(folder, "old", old), plan(folder, "new", new)
    found = shifts.pair(*plans, align.align(*plans))
    texts = {t.key: t.quantity.text for p in plans for t in p.targets}
    return found, texts


def number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


SENTENCES = rows(CASES / "shifts.tsv", 8)


@pytest.mark.parametrize("case", SENTENCES, ids=[row[0][:12] for row in SENTENCES])
def test_pairs_of_sentences(tmp_path: Path, case: list[str]) -> None:
    old, new, kind, verdict, direction, difference, percent, note = case
    first = compared(tmp_path, old, new)[0][0]
    assert (first.kind, first.verdict, first.direction) == (kind, verdict, direction)
    assert (first.difference, first.percent) == (number(difference), number(percent))
    assert note in first.note


@pytest.fixture(scope="module")
def told() -> dict[str, list[tuple[str, str, Shift]]]:
    """For each sector, every shift of its two plans with the values of both sides as written."""
    found = {}
    for expected in sorted((CASES / "shifts").glob("*.tsv")):
        old, new = map(read, sorted((CASES / "shifts").glob(f"{expected.stem}-*.txt")))
        values = [{t.key: t.quantity.text for t in p.targets} for p in (old, new)]
        found[expected.stem] = [
            ("+".join(values[0][k] for k in s.old) or "-", "+".join(values[1][k] for k in s.new) or "-", s)
            for s in shifts.pair(old, new, align.align(old, new))
        ]
    return found


PLANS = [(path.stem, row) for path in sorted((CASES / "shifts").glob("*.tsv")) for row in rows(path, 6)]


@pytest.mark.parametrize(("sector", "row"), PLANS, ids=[f"{s}-{r[0]}-{r[1]}" for s, r in PLANS])
def test_pairs_of_plans(told: dict[str, list[tuple[str, str, Shift]]], sector: str, row: list[str]) -> None:
    old, new, kind, verdict, direction, note = row
    here = [s for a, b, s in told[sector] if (a, b) == (old.removeprefix("~"), new)]
    right = any((s.kind, s.verdict, s.direction) == (kind, verdict, direction) and note in s.note for s in here)
    if old.startswith("~") and not right:
        pytest.xfail("known")
    assert right, [(a, b, s.kind, s.verdict, s.direction, s.note) for a, b, s in told[sector] if new == b]


def test_no_pair_of_plans_has_a_like_shift_that_a_reader_did_not_expect(
    told: dict[str, list[tuple[str, str, Shift]]],
) -> None:
    for sector, found in told.items():
        expected = {(row[0].removeprefix("~"), row[1]) for name, row in PLANS if name == sector and row[2] == "like"}
        assert {(a, b) for a, b, s in found if s.kind == "like"} <= expected


def test_equal_figures_of_different_things_are_no_pair(tmp_path: Path) -> None:
    found, _ = compared(tmp_path, "新建农村幼儿园12所。", "培训电商带头人12名。")
    assert {s.kind for s in found} <= {"dropped", "quantity_dropped", "new", "quantity_added"}


def test_opposed_kinds_of_one_thing_are_no_pair(tmp_path: Path) -> None:
    found, _ = compared(tmp_path, "新增义务教育学位3000个。", "新增高中学位3000个。")
    assert "like" not in {s.kind for s in found}


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
    assert [len(s.old) for s in found if s.kind == "like"] == [2]


def test_a_number_said_twice_is_compared_once(tmp_path: Path) -> None:
    twice = "到2025年，新建改造农贸市场46个。继续新建改造农贸市场46个，方便居民。"
    found, _ = compared(tmp_path, twice, "新建改造农贸市场52个。")
    assert [(s.kind, len(s.old)) for s in found] == [("like", 1)]


def test_a_damaged_number_never_takes_part(tmp_path: Path) -> None:
    damaged = "新增社区食堂?5家，覆盖?0%以上街道，建设?6个站点。完善?ldquo;助餐?rdquo;服务。"
    found, _ = compared(tmp_path, damaged, "新增社区食堂35家。")
    assert {s.kind for s in found} <= {"new", "quantity_added"}
