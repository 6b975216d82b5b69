"""Does an indicator sheet give the same targets as the table it was typed from?"""

from __future__ import annotations

from pathlib import Path

import pytest

from planlens import parse
from planlens.errors import InputError
from planlens.model import PlanInfo
from planlens.read import read_document

openpyxl = pytest.importorskip("openpyxl")

HEAD = ("类别", "序号", "指标名称", "单位", "2020年完成", "2025年目标", "属性")
ROWS = (
    ("水利", 1, "有效灌溉面积", "万亩", 31.5, 36, "约束性"),
    (None, 2, "农村自来水普及率", "%", 88.5, "95以上", "预期性"),
    ("防灾", 3, "洪涝灾害直接损失占比", "‰", 6.2, "5.0以下", "预期性"),
)


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(("表1 主要指标",))
    sheet.append(HEAD)
    for cells in ROWS:
        sheet.append(cells)
    sheet.merge_cells("A3:A4")
    share = book.create_sheet("占比")
    share.append(("指标名称", "单位", "2025年目标"))
    share.append(("节水灌溉占比", "%", 0.655))
    share["C2"].number_format = "0.0%"
    book.create_sheet("隐藏").sheet_state = "hidden"
    book.save(path)
    return path


def test_an_indicator_sheet_is_a_table_of_targets(tmp_path: Path) -> None:
    plan = parse.build(read_document(workbook(tmp_path / "a.xlsx")), PlanInfo("a", "a"))
    found = [(t.indicator, t.role, t.quantity.lo, t.quantity.unit, t.quantity.bound) for t in plan.targets]
    told = [(name, role, float(lo or 0), unit, bound) for name, role, lo, unit, bound in found]
    assert ("有效灌溉面积", "target", 360000.0, "亩", "=") in told
    assert ("农村自来水普及率", "target", 95.0, "%", ">=") in told
    assert ("农村自来水普及率", "baseline", 88.5, "%", "=") in told
    assert ("洪涝灾害直接损失占比", "target", 5.0, "‰", "<=") in told
    assert ("节水灌溉占比", "target", 65.5, "%", "=") in told
    assert any("隐藏" in note.why for note in plan.document.notes)


def test_offsets_point_into_the_text(tmp_path: Path) -> None:
    plan = parse.build(read_document(workbook(tmp_path / "a.xlsx")), PlanInfo("a", "a"))
    text = plan.document.text
    assert all(t.quantity.text == t.span.of(text) for t in plan.targets)
    assert "水利 | 2 | 农村自来水普及率" in text


@pytest.mark.parametrize("data", [b"PK\x03\x04 not a workbook", b"just text", b"\xd0\xcf\x11\xe0" + b"\0" * 600])
def test_what_is_no_workbook_is_one_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"a\.xlsx") as told:
        read_document(path)
    assert "\n" not in str(told.value)
