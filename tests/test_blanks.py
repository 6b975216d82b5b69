"""Blanks around figures change nothing of what a plan says, and everything found keeps its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from planlens import parse
from planlens.blanks import closed_up
from planlens.compare import compare
from planlens.metadata import recognise
from planlens.model import Block, Document, Plan, PlanInfo, Span
from planlens.read import read_document

ROOT = Path(__file__).parents[1]
TEXTS = sorted([*(ROOT / "samples").glob("*.txt"), *(ROOT / "tests").glob("gold_sectors*/*.txt")])
SHARED = ROOT.parent / "shared" / "seeds"


def spaced(text: str) -> str:
    """As Word sets Chinese and figures where it is told to part them."""
    return re.sub(r"(?<=[一-鿿])(?=[0-9])|(?<=[0-9%])(?=[一-鿿])", " ", text)


def plan_of(text: str, folder: Path) -> Plan:
    path = folder / "plan.txt"
    path.write_text(text, "utf-8")
    return parse.build(read_document(path), PlanInfo("plan", "plan"))


@pytest.mark.parametrize("path", [*TEXTS, *sorted(SHARED.glob("*.txt"))], ids=lambda path: path.stem)
def test_a_plan_with_blanks_says_the_same(path: Path, tmp_path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "replace")
    plain, wide = plan_of(text, tmp_path), plan_of(spaced(text), tmp_path)
    assert [c.key for c in wide.clauses] == [c.key for c in plain.clauses]
    assert [(c.key, c.strength, c.stage, c.bodies) for c in wide.commitments] == [
        (c.key, c.strength, c.stage, c.bodies) for c in plain.commitments
    ]
    values = [
        [(t.indicator, t.quantity.lo, t.quantity.hi, t.quantity.unit, t.quantity.bound, t.period) for t in plan.targets]
        for plan in (plain, wide)
    ]
    assert values[0] == values[1]
    for plan in (plain, wide):
        assert all(c.text == c.span.of(plan.document.text) for c in plan.commitments)
        assert all(t.quantity.text == t.span.of(plan.document.text) for t in plan.targets)


WIDE = str.maketrans("0123456789%", "０１２３４５６７８９％")
YEARS = str.maketrans("0123456789", "〇一二三四五六七八九")


@pytest.mark.parametrize(
    "set_as",
    [
        lambda text: text.translate(WIDE),
        lambda text: re.sub("[“”]", '"', text),
        lambda text: re.sub("20[0-9]{2}(?=年)", lambda year: year[0].translate(YEARS), text),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("，", ",").replace("；", ";").replace("：", ":"),
    ],
    ids=["wide figures", "straight quotation marks", "years in Chinese figures", "line ends", "narrow marks"],
)
def test_a_plan_set_otherwise_says_the_same(set_as: Callable[[str], str], tmp_path: Path) -> None:
    for path in TEXTS[::4]:
        plain, other = (plan_of(text, tmp_path) for text in (path.read_text("utf-8"), set_as(path.read_text("utf-8"))))
        assert [c.key for c in other.clauses] == [c.key for c in plain.clauses]
        assert [c.key for c in other.commitments] == [c.key for c in plain.commitments]
        assert [(t.quantity.lo, t.quantity.unit, t.role) for t in other.targets if t.role == "target"] == [
            (t.quantity.lo, t.quantity.unit, t.role) for t in plain.targets if t.role == "target"
        ]


def test_lines_cut_at_one_width_are_paragraphs(tmp_path: Path) -> None:
    text = (ROOT / "samples/shenzhen-2025.txt").read_text("utf-8")
    lines = ["\n".join(re.findall(".{1,40}", line)) for line in text.split("\n")]
    plain, cut = plan_of(text, tmp_path), plan_of("\n".join(lines), tmp_path)
    assert [c.key for c in cut.clauses] == [c.key for c in plain.clauses]
    assert len(cut.commitments) <= 1.05 * len(plain.commitments)
    assert len([t for t in cut.targets if t.role == "target"]) == len([t for t in plain.targets if t.role == "target"])
    assert all(c.text == c.span.of(cut.document.text) for c in cut.commitments)


def test_nothing_has_changed(tmp_path: Path) -> None:
    text = (ROOT / "samples/shenzhen-2025.txt").read_text("utf-8")
    found = compare(plan_of(text, tmp_path), plan_of(spaced(text), tmp_path))
    assert {change.status for change in found.changes} == {"kept"}
    assert {(shift.kind, shift.direction) for shift in found.shifts} == {("like", "same")}


def test_what_parts_stays() -> None:
    text = "1 总体要求，其一\n2025 年底前，新增 35 家、占 8 %。\n表1 人数 12 人\n2.1 主要目标：增加 3 个"
    blocks = tuple(Block("paragraph", Span(found.start(), found.end())) for found in re.finditer(".+", text))
    short, _ = closed_up(Document("", "", text, "utf-8", blocks))
    closed = ["1 总体要求，其一", "2025年底前，新增35家、占8%。", "表1 人数 12 人", "2.1 主要目标：增加3个"]
    assert short.text.split("\n") == closed
    assert [block.span.of(short.text) for block in short.blocks] == closed


def test_a_title_with_blanks(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text("江州市 2027 年水利工作要点\n\n一、总体要求\n完成堤防加固 12 公里。\n", "utf-8")
    info = recognise(read_document(path), {}).info
    assert (info.start_year, info.end_year) == (2027, 2027)
