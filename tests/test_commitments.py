"""Commitments: slots of single statements, lists of bodies, rows of tables, nothing dropped in silence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from planlens import outline
from planlens.commitments import extract, items, read
from planlens.lexicon import load
from planlens.model import Block, BlockKind, Clause, Commitment, Document, Role, Span
from planlens.read import read_document

ROOT = Path(__file__).parents[1]
CASES = [json.loads(line) for line in (ROOT / "tests/cases/commitments.jsonl").read_text("utf-8").splitlines()]
SEEDS = ROOT.parent / "shared" / "seeds"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:12])
def test_slots(case: dict[str, Any]) -> None:
    found = read("k", "c", case["text"], Span(0, len(case["text"])), load())
    got = {name: getattr(found, name) for name in case if name != "text"}
    assert got == {n: tuple(v) if isinstance(v, list) else v for n, v in case.items() if n != "text"}


def commitments_of(lines: list[tuple[BlockKind, str]], key: str = "一", role: Role = "task") -> tuple[Commitment, ...]:
    text, blocks = "", []
    for kind, line in lines:
        blocks.append(Block(kind, Span(len(text), len(text) + len(line)), table=1 if kind == "row" else 0))
        text += line + "\n"
    whole = Span(0, len(text))
    document = Document("x", "", text, "utf-8", tuple(blocks))
    return extract(document, (Clause(key, "", "", whole, whole, 1, None, role),))


def test_a_list_at_the_end_goes_to_every_statement_of_the_clause() -> None:
    found = commitments_of([("paragraph", "建设绿道。修复湿地。（市林业局、市水务局，各镇街）")])
    assert [c.text for c in found] == ["建设绿道。", "修复湿地。"]
    assert {c.bodies for c in found} == {("市林业局", "市水务局", "各镇街")}


def test_each_list_goes_to_the_statements_since_the_last_one() -> None:
    found = commitments_of(
        [
            ("paragraph", "建设绿道。（市林业局）"),
            ("paragraph", "修复湿地。"),
            ("paragraph", "责任单位：市水务局、各区政府"),
        ]
    )
    assert [c.bodies for c in found] == [("市林业局",), ("市水务局", "各区政府")]


def test_a_bracket_that_lists_no_bodies_stays_text() -> None:
    found = commitments_of([("paragraph", "改造老旧小区12个（含续建3个、新开工9个）。")])
    assert len(found) == 1
    assert found[0].bodies == ()


def test_background_is_not_dropped() -> None:
    assert len(commitments_of([("paragraph", "当前就业形势总体稳定。稳岗工作成效明显。")])) == 2


@pytest.mark.parametrize("role", ["preamble", "review", "glossary"])
def test_roles_that_commit_to_nothing(role: Role) -> None:
    assert commitments_of([("paragraph", "建设绿道。")], role=role) == ()


def test_rows_of_a_task_table() -> None:
    found = commitments_of(
        [
            ("row", "序号 | 重点任务 | 责任单位 | 完成时限"),
            ("row", "1 | 建成智慧水务平台 | 市水务局、市政数局 | 2026年6月"),
            ("row", "2 | 修订供水应急预案 | 市水务局 | 第三季度"),
        ],
        key="表1",
    )
    assert [c.key for c in found] == ["表1/1", "表1/2"]
    assert found[0].bodies == ("市水务局", "市政数局")
    assert [c.deadline for c in found] == ["2026年6月", "第三季度"]
    assert [c.stage for c in found] == ["建成", "修订"]


def test_rows_without_a_number_of_their_own_are_counted() -> None:
    found = commitments_of(
        [("row", "指标 | 单位 | 目标值"), ("row", "森林覆盖率 | % | 55"), ("row", "绿道 | 公里 | 200")], key="表3"
    )
    assert [c.key for c in found] == ["表3/1", "表3/2"]
    assert [c.verb for c in found] == [None, None]


def test_items_split_outside_brackets_and_numbers() -> None:
    text = "新增床位1,200张,建成“一站,一街”3处,配套(含道路,管网)同步实施。"
    assert "".join(text[s:e] for s, e in items(text)) == text
    assert next(text[s:e] for s, e in items(text)) == "新增床位1,200张,"


@pytest.mark.parametrize(
    "name", ["shenzhen-2023", "shenzhen-2025", "zhongshan-2023", "haishu-2021-2025", "shenzhen-2022"]
)
@pytest.mark.parametrize("folder", ["samples", "seeds"])
def test_real_plans_keep_their_text(folder: str, name: str) -> None:
    path = (ROOT / "samples" if folder == "samples" else SEEDS) / f"{name}.txt"
    if not path.exists():
        pytest.skip("the plan is not at hand")
    document = read_document(path)
    clauses, _ = outline.parse(document)
    found = extract(document, clauses)
    assert len(found) > 50
    assert all(c.span.of(document.text) == c.text for c in found)
    assert len({c.key for c in found}) == len(found)
    sentences = [c for c in found if "|" not in c.text]
    assert sum(c.verb is None for c in sentences) < 0.1 * len(sentences)


def test_a_line_of_bodies_without_brackets_is_no_commitment() -> None:
    found = commitments_of(
        [("paragraph", "修复湿地。"), ("paragraph", "市林业局、市人力资源社会保障局和各镇街按职责负责")]
    )
    assert [(c.text, c.bodies) for c in found] == [("修复湿地。", ("市林业局", "市人力资源社会保障局", "各镇街"))]


def test_words_that_only_end_like_a_body() -> None:
    found = commitments_of([("paragraph", "打造协同高效的发展格局，联合开展干部培训。")])
    assert found[0].bodies == ()
