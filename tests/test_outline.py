"""Does the outline of a plan come out as a reader sees it, and is no text lost on the way?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planlens import outline
from planlens.model import Block, Clause, Document, Note, Span
from planlens.parse import comparable
from planlens.read import read_document

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def document(text: str) -> Document:
    """A text as the reader gives it: one block a line, rows where a line has bars."""
    blocks, at, table, before = [], 0, 0, False
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if stripped:
            start = at + line.index(stripped)
            row = stripped.count("|") >= 2
            table += row and not before
            before = row
            span = Span(start, start + len(stripped))
            blocks.append(Block("row" if row else "paragraph", span, 0, table if row else 0))
        at += len(line)
    return Document("made-up.txt", "", text, "utf-8", tuple(blocks))


def parse(text: str) -> tuple[tuple[Clause, ...], tuple[Note, ...]]:
    return outline.parse(document(text))


def keys(text: str) -> list[str]:
    return [clause.key for clause in parse(text)[0]]


def drawn(text: str) -> list[tuple[str, str, str]]:
    return [(c.key, c.heading, c.body.of(text)) for c in parse(text)[0]]


BODY = "整修渠道三十公里，分年完成，并由各镇落实管护责任。"

TRAPS = [
    # (text, keys expected)
    ("一、总则\n（一）宗旨。落实上级部署。\n（二）范围。适用于全县。", ["一", "一/一", "一/二"]),
    ("一、总则\n(一) 宗旨。落实上级部署。\n1. 兴修水利。" + BODY, ["一", "一/一", "一/一/1"]),
    ("第一章 总则\n第一条 为了发展，制定本方案。\n第二条 适用于全县。", ["第一章", "第一章/第一条", "第一章/第二条"]),
    ("一、任务\n第一条 兴修水利。\n第二条 修路。\n二、保障\n加强领导。", ["一", "一/第一条", "一/第二条", "二"]),
    ("十、修路\n修路。\n十一、架桥\n架桥。\n二十、植树\n植树。", ["十", "十一", "二十"]),
    ("一、医疗\n一、二、三级医院共享设备。", ["一"]),
    ("一、粮食\n1.6万亩农田改造完成。", ["一"]),
    ("一、水利\n2025年建成水库。\n3年内见效。", ["一"]),
    ("一、水利\n（一）至（三）项由水利局负责。", ["一"]),
    ("一、水利\n第三条规定的事项另行安排。", ["一"]),
    ("一、农业\n① 育种。\n② 灌溉。", ["一", "一/①", "一/②"]),
    ("一、农业\n（1）育种。\n（2）灌溉。", ["一", "一/1", "一/2"]),
    ("一、农业\n1、育种。\n2、灌溉。", ["一", "一/1", "一/2"]),
    ("一、农业\n育种。\n名词解释\n一、良种：经审定的品种。", ["一", "名词解释", "名词解释/一"]),
    ("总体要求：稳中求进。\n一、农业\n育种。", ["序", "一"]),
    ("一、目标\n——水利更实。\n修渠一百里，分三年完成，到期验收。\n", ["一"]),
    ("一、农业\n育种。\n专栏1：良种工程 建设基地。\n二、水利\n修渠。", ["一", "专栏1", "二"]),
    ("一、指标\n表1：主要指标\n名称 | 单位 | 目标 |\n水库 | 座 | 3 |\n二、水利\n修渠。", ["一", "表1", "二"]),
    ("一、农业\n1.育种。\n一、林业\n1.植树。", ["一", "一/1", "一′2", "一′2/1"]),
]


@pytest.mark.parametrize(("text", "expected"), TRAPS, ids=[text[:14].replace("\n", "/") for text, _ in TRAPS])
def test_labels(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


def test_a_heading_runs_into_its_text() -> None:
    text = "一、农业\n（一）推广良种。建设基地，培训农户。\n（二）总体要求：稳步推进，分步实施，确保成效。"
    assert drawn(text) == [
        ("一", "农业", ""),
        ("一/一", "推广良种", "建设基地，培训农户。"),
        ("一/二", "总体要求", "稳步推进，分步实施，确保成效。"),
    ]


def test_a_numbered_sentence_is_text_not_heading() -> None:
    text = "一、清单\n1.建设灌溉示范点。\n水利局、农业局按职责负责\n2.推广节水设备"
    assert drawn(text)[1:] == [
        ("一/1", "", "建设灌溉示范点。\n水利局、农业局按职责负责"),
        ("一/2", "", "推广节水设备"),
    ]


def test_a_first_sentence_with_a_figure_is_a_statement() -> None:
    text = "一、水利\n（一）建成水库3座。配套渠道同步完工。"
    assert drawn(text)[1] == ("一/一", "", "建成水库3座。配套渠道同步完工。")


def test_spaces_inside_a_sentence_make_no_heading() -> None:
    text = "一、农业\n（一）良种覆盖率达到 ９５ %以上，培训农户。\n"
    text += "（二）节约用水　　推广滴灌设备，更新泵站，分年实施，不误农时。"
    found = drawn(text)
    assert found[1] == ("一/一", "", "良种覆盖率达到 ９５ %以上，培训农户。")
    assert found[2][1] == "节约用水"


def test_a_lost_heading_is_inferred_and_said() -> None:
    text = "一、任务\n（一）农业\n1.育种。甲。\n2.灌溉。乙。\n1.修路。丙。\n2.架桥。丁。\n（三）林业\n1.植树。戊。"
    found, notes = parse(text)
    assert [c.key for c in found] == [
        *("一", "一/一", "一/一/1", "一/一/2", "一/二缺", "一/二缺/1", "一/二缺/2", "一/三", "一/三/1"),
    ]
    assert [note.kind for note in notes] == ["outline"]


ROLES = [
    ("一、发展背景\n（一）现实基础\n已建水库三座。", "review"),
    ("一、2024年工作回顾\n建成水库三座。", "review"),
    ("一、总体要求\n（一）指导思想\n稳中求进。", "preamble"),
    ("一、总体要求\n（一）主要目标\n建成水库。", "task"),
    ("一、发展成就和目标任务\n建成水库。", "task"),
    ("一、保障措施\n（一）加强组织领导\n成立专班。", "safeguard"),
    ("一、人才\n（一）完善激励保障措施\n建立制度。", "task"),
    ("一、加强党的领导\n（一）党建\n建立制度。", "task"),
]


@pytest.mark.parametrize(("text", "role"), ROLES)
def test_roles(text: str, role: str) -> None:
    assert parse(text)[0][-1].role == role


def test_an_attachment_that_restates_the_body_is_told_from_one_of_its_own() -> None:
    body = "一、农业\n（一）良种。建设良种繁育基地，培训种植大户。\n（二）水利。整修干渠，更新泵站设备。\n"
    restated = body + "附件\n任务清单\n1.建设良种繁育基地，培训种植大户。\n2.整修干渠，更新泵站设备。"
    own = body + "附件\n任务清单\n1.开办乡村夜校，编写识字课本。\n2.添置图书，开放阅览室到晚间。"
    found, notes = parse(restated)
    assert {c.role for c in found if c.key.startswith("附件")} == {"attachment"}
    assert any(note.kind == "restated" for note in notes)
    assert {c.role for c in parse(own)[0] if c.key.startswith("附件")} == {"task"}


def test_a_plan_without_labels_is_one_clause_and_says_so() -> None:
    found, notes = parse("今年整修渠道。\n明年建设泵站。")
    assert [(c.key, c.role) for c in found] == [("全文", "task")]
    assert notes[0].kind == "outline"


def test_slogans_head_clauses_but_statements_do_not() -> None:
    slogans = "一、原则\n（一）基本原则\n统筹兼顾，协调发展。" + BODY + "\n以人为本，服务基层。" + BODY
    assert keys(slogans)[-2:] == ["一/一/¶1", "一/一/¶2"]
    spoken = "一、任务\n（一）水利\n强化节水优先。" + BODY + "\n落实防汛责任。" + BODY
    assert keys(spoken) == ["一", "一/一"]


def test_an_item_behind_a_dash_has_its_heading_and_a_table_stands_outside_it() -> None:
    text = "一、目标\n——坚持节水优先，持续增强水源调蓄和灌溉保障能力。" + 2 * BODY + "\n表1 主要指标\n水库 | 座 | 3 |"
    found = [(c.key, c.label, c.heading, c.parent) for c in parse(text)[0]]
    assert found[1] == ("一/¶1", "——", "坚持节水优先，持续增强水源调蓄和灌溉保障能力", "一")
    assert found[2][0] == "表1" and found[2][3] == "一"


SENTENCES = [
    ("建成水库。修好渠道。", ["建成水库。", "修好渠道。"]),
    ("建成水库；修好渠道", ["建成水库；", "修好渠道"]),
    ("出台《条例。草案》并执行。完", ["出台《条例。草案》并执行。", "完"]),
    ("喊出“抓紧！快干！”的口号。完", ["喊出“抓紧！快干！”的口号。", "完"]),
    ("第一行没有句号\n第二行也没有", ["第一行没有句号", "第二行也没有"]),
    ("这一行很长很长很长很长很长很长很长很长在句子当中\n断开了。下一句。", None),
    ("达到?0家。完成", ["达到?0家。", "完成"]),
    ("坚持&ldquo;预防&rdquo;为主。", ["坚持&ldquo;预防&rdquo;为主。"]),
]


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_statements(text: str, expected: list[str] | None) -> None:
    found = [span.of(text) for span in outline.statements(text, Span(0, len(text)))]
    assert found == (expected or ["这一行很长很长很长很长很长很长很长很长在句子当中\n断开了。", "下一句。"])


@given(st.text(alphabet="一二三（）()1.、。；\n附件表专栏第章条水利|：“”《》 ", max_size=120))
def test_no_character_of_a_block_is_lost(text: str) -> None:
    found, _ = parse(text)
    assert len({c.key for c in found}) == len(found)
    for block in document(text).blocks:
        assert any(c.span.start <= block.span.start and block.span.end <= c.span.end for c in found)
    for clause in found:
        for span in outline.statements(text, clause.body):
            assert clause.body.start <= span.start < span.end <= clause.body.end


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("过去一年的工作", "review"), ("五年来的主要工作", "review"), ("去年工作总结", "review"),
        ("2021年工作情况", "review"),
        ("未来五年的工作", "task"), ("下一年工作", "task"), ("过去一年工作和今年任务", "task"),
        ("2022年工作安排", "task"),
    ],
)  # fmt: skip
def test_what_a_heading_says_of_the_past(heading: str, role: str) -> None:
    clauses, _ = parse(f"某市政府工作报告\n一、{heading}\n新建学校5所。\n二、保障\n落实经费。\n")
    assert next(clause.role for clause in clauses if clause.key == "一") == role


CASES = tomllib.loads((Path(__file__).parent / "cases/outline.toml").read_text("utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_layouts(case: dict[str, Any]) -> None:
    """Keys as expected (with the heading, where one is given behind the key), and every line in a clause."""
    found, _ = parse(case["text"])
    headed = any(" " in clause for clause in case["clauses"])
    assert [f"{c.key} {c.heading}" if headed else c.key for c in found] == case["clauses"]
    for block in document(case["text"]).blocks:
        assert any(c.span.start <= block.span.start and block.span.end <= c.span.end for c in found)


OUTLINES = sorted((Path(__file__).parent / "gold/outline").glob("*.txt"))
SEEDS = Path(__file__).parents[2] / "shared/seeds"


@pytest.mark.parametrize("expected", OUTLINES, ids=[path.stem for path in OUTLINES])
def test_outlines_of_real_plans(expected: Path) -> None:
    """Key and depth of every clause, as read from the raw text; the plans themselves lie beside the repository."""
    plan = SEEDS / expected.name
    if not plan.exists():
        pytest.skip("the plan is not at hand")
    found, _ = outline.parse(comparable(read_document(plan)))
    assert [f"{clause.depth} {clause.key}" for clause in found] == expected.read_text("utf-8").splitlines()
