"""Targets: the tables of cases in tests/cases/targets-*.tsv, tables of indicators, damage, keys and speed."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import pytest

from planlens.model import Block, Clause, Document, Note, Role, Span, Target
from planlens.targets import extract

CASES = sorted((Path(__file__).parent / "cases").glob("targets-*.tsv"))
ROLES: dict[str, Role] = {"[review]": "review", "[glossary]": "glossary"}


def plan_of(text: str, role: Role = "task", notes: tuple[Note, ...] = (), rows: bool = False) -> tuple[Target, ...]:
    """The targets of a text that is one clause of a plan for 2025."""
    span = Span(0, len(text))
    blocks: list[Block] = []
    at = 0
    for line in text.split("\n"):
        kind = "row" if rows and "|" in line else "paragraph"
        blocks.append(Block(kind, Span(at, at + len(line)), table=1 if kind == "row" else 0))  # type: ignore[arg-type]
        at += len(line) + 1
    document = Document("2025.txt", "", text, "utf-8", tuple(blocks), notes)
    clause = Clause("一", "一、", "", span, span, 1, None, role)
    return extract(document, (clause,), (), first_year=2025)


def read_cases() -> list[tuple[str, str, list[list[str]]]]:
    """(file and line, text, expected rows) of every case."""
    out: list[tuple[str, str, list[list[str]]]] = []
    for path in CASES:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            text, *want = line.split("\t")
            if text:
                out.append((f"{path.stem}:{number}", text, []))
            if want:
                out[-1][2].append([*want, *[""] * (8 - len(want))])
    return out


def read_text(text: str) -> tuple[Target, ...]:
    role: Role = "task"
    for mark, meant in ROLES.items():
        if text.startswith(mark):
            text, role = text.removeprefix(mark), meant
    notes: tuple[Note, ...] = ()
    if text.startswith("[damaged]"):
        text = text.removeprefix("[damaged]")
        notes = tuple(Note("damage", Span(i, i + 1), "lost") for i, char in enumerate(text) if char == "?")
    text = text.replace("\\n", "\n")
    return plan_of(text if text[-1] in "。|" else text + "。", role, notes, rows="|" in text)


def as_row(target: Target) -> list[str]:
    """A target in the columns of the case files."""
    lo, hi = target.quantity.lo, target.quantity.hi
    value = "-" if lo is None else f"{lo.normalize():f}"
    value += f"..{hi.normalize():f}" if hi is not None and hi != lo else ""
    unit, bound = target.quantity.unit, target.quantity.bound
    period, scope = target.period or "", target.scope or ""
    return [target.indicator, value, unit, bound, target.measure, target.role, period, scope]


def differences(text: str, want: list[list[str]]) -> list[str]:
    """What a case's targets and baselines, and the names and others it lists, say otherwise."""
    got = [as_row(target) for target in read_text(text)]
    left = list(got)
    problems = []
    for row in want:
        same = [
            g
            for g in left
            if g[1] == row[1] and g[5] == row[5] and (g[0] == row[0] or row[0] not in [x[0] for x in left])
        ]
        if not same:
            problems.append(f"missing {row} in {got}")
            continue
        found = same[0]
        left.remove(found)
        for i, column in enumerate(("indicator", "value", "unit", "bound", "measure", "role", "period", "scope")):
            unchecked = (column in ("period", "scope") and not row[i]) or (row[5] in ("name", "other") and i in (0, 4))
            if row[i] != found[i] and not unchecked:
                problems.append(f"{column}: {found[i]!r}, not {row[i]!r}")
    problems += [f"extra {row}" for row in left if row[5] in ("target", "baseline")]
    return problems


@pytest.mark.parametrize(("text", "want"), [pytest.param(*case, id=where) for where, *case in read_cases()])
def test_case(text: str, want: list[list[str]]) -> None:
    assert not differences(text, want), text


def test_enough_cases() -> None:
    assert sum(max(1, len(want)) for _, _, want in read_cases()) >= 400


TABLE = """指标类别 | 序号 | 指标名称 | 单位 | 2024年 | 2025年目标 | 属性 |
发展 | 1 | 示范校 | 所 | 12 | 20以上 | 预期性 |
2 | 每千人座位数 | 个 | 5.1(4.9) | 6.5 | 约束性 | |
保障 | 3 | 事故死亡率 | 1/10万 | — | ≤1.2 | 约束性 |
4 | 师生比 | — | 1:15 | 逐步达到1:13.5 | 预期性 | |
5 | 新增学位 | 万个 | - | 2—3 | 预期性 | |
6 | 满意度 | % | 85.0 | 持续提高 | 预期性 | |"""


def rows_of(text: str, role: Role = "task") -> list[tuple[str, str, str, str, str, str]]:
    return [tuple(as_row(t)[:6]) for t in plan_of(text, role, rows=True)]  # type: ignore[misc]


def test_table_of_indicators() -> None:
    assert rows_of(TABLE) == [
        ("示范校", "12", "所", "=", "level", "baseline"),
        ("示范校", "20", "所", ">=", "level", "target"),
        ("每千人座位数", "5.1", "个", "=", "level", "baseline"),
        ("每千人座位数", "4.9", "个", "=", "level", "baseline"),
        ("每千人座位数", "6.5", "个", "=", "level", "target"),
        ("事故死亡率", "1.2", "/10万", "<=", "level", "target"),
        ("师生比", "15", "1:", "=", "level", "baseline"),
        ("师生比", "13.5", "1:", "=", "level", "target"),
        ("新增学位", "20000..30000", "个", "range", "increment", "target"),
        ("满意度", "85", "%", "=", "level", "baseline"),
    ]


@pytest.mark.parametrize(
    ("head", "row", "want"),
    [
        ("指标 | 单位 | 目标值 | 现状值", "通车里程 | 公里 | 320 | 280", [("320", "target"), ("280", "baseline")]),
        ("序号 | 主要指标 | 2025年 | 2020年", "1 | 常住人口（万人） | 150 | 138", [
            ("1500000", "target"), ("1380000", "baseline"),
        ]),
        ("指标 | 单位 | 2025年 | | 属性\n | | 目标 | 完成", "绿地率 | % | 40 | 38", [
            ("40", "target"), ("38", "baseline"),
        ]),
        ("指标名称 | 2024年完成 | 2025年计划 | 年均增速（%）", "总产值（亿元） | 80 | 100 | 8", [
            ("8000000000", "baseline"), ("10000000000", "target"), ("8", "target"),
        ]),
    ],
)  # fmt: skip
def test_columns_in_any_order(head: str, row: str, want: list[tuple[str, str]]) -> None:
    assert [(value, role) for _, value, _, _, _, role in rows_of(f"{head}\n{row}")] == want


def test_a_table_in_a_review_holds_baselines_only() -> None:
    assert {row[5] for row in rows_of(TABLE, "review")} == {"baseline"}


def test_a_table_without_indicators_is_prose() -> None:
    got = rows_of("责任单位 | 工作安排\n市教育局 | 新建学校12所")
    assert got == [("新建学校", "12", "所", "=", "count", "target")]


def test_a_damaged_cell_has_no_value() -> None:
    text = "指标 | 单位 | 目标\n入园率 | % | 9?\n巩固率 | % | 99"
    at = text.index("?")
    got = plan_of(text, notes=(Note("damage", Span(at, at + 1), ""),), rows=True)
    assert [(t.indicator, t.quantity.lo, t.damaged) for t in got] == [
        ("入园率", None, True),
        ("巩固率", Decimal(99), False),
    ]


def test_keys_are_unique_and_spans_hold_what_was_found() -> None:
    text = "新建学校12所、改造8所。\n到2027年，覆盖率达到95%以上；新增学位3万个（其中乡镇1万个）。"
    got = plan_of(text)
    assert len({target.key for target in got}) == len(got) == 5
    assert all(target.span.of(text) == target.quantity.text for target in got)
    assert all(target.quote.start <= target.span.start and target.span.end <= target.quote.end for target in got)
    assert [target.period for target in got] == [None, None, "到2027年", "到2027年", "到2027年"]


@pytest.mark.parametrize("line", ["1" * 10**6, "以上" * 500_000])
def test_linear(line: str) -> None:
    start = time.process_time()
    plan_of(line)
    assert time.process_time() - start < 10  # a quadratic reader takes hours
