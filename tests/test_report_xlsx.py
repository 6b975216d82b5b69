"""Workbooks read back: the same counts and values as the tables, links that lead somewhere, and no formula."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock

import planlens
from planlens import cli
from planlens.model import Comparison, PlanInfo, Table
from planlens.parse import build
from planlens.read import read_document
from planlens.report import Report, legend, messages, tables, write
from planlens.report.cells import Cell, compared
from planlens.report.look import Look
from planlens.report.xlsx import _named

ROOT = Path(__file__).parents[1]
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return planlens.diff(
        "shenzhen-2023", "shenzhen-2025", library=str(ROOT / "samples"), reviewed=False, semantic=False
    )


def report(*made: Table, lang: str = "zh", result: object = None) -> Report:
    return Report(messages.load(lang), Look(), lambda: made, lambda: made, dict, result)


def of(comparison: Comparison, lang: str = "zh") -> Report:
    told = tables.diff(comparison, messages.load(lang), only=tables.SECTIONS)
    return report(*told, lang=lang, result=comparison)


def opened(told: Report, **options: Any) -> Any:
    data = write("xlsx", told)
    assert isinstance(data, bytes)
    return openpyxl.load_workbook(io.BytesIO(data), **options)


def cells(sheet: Any) -> list[list[Any]]:
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def column(sheet: Any, title: str) -> list[Any]:
    head, *rows = cells(sheet)
    return [row[head.index(title)] for row in rows]


@pytest.fixture(scope="module")
def book(comparison: Comparison) -> Any:
    return opened(of(comparison))


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_every_table_stands_in_the_book_with_its_values(comparison: Comparison, lang: str) -> None:
    m, book = messages.load(lang), opened(of(comparison, lang))
    for table in of(comparison, lang).tables():
        if table.name in ("head", "counts", "closing"):
            written = {str(value) for sheet in book for row in cells(sheet) for value in row}
            assert all(cell in written for row in table.rows for cell in row if cell)
            continue
        sheet = book[m("tab." + table.name)]
        for at, title in enumerate(table.columns):
            found = column(sheet, title)
            expected = [row[at] for row in table.rows]
            assert len(found) == len(expected) > 0
            for value, text in zip(found, expected, strict=True):
                assert (f"{value:.2f}" if isinstance(value, (int, float)) else value or "") == text


def test_sheets_stand_in_a_reader_s_order(book: Any) -> None:
    names = ["概要", "图表", "数值变动", "单方数值", "新增", "未再出现", "有变化", "保留", "弱对应", "条款对应"]
    assert book.sheetnames == [*names, "未读与存疑", "说明", "原文 shenzhen-2023", "原文 shenzhen-2025"]


def test_numbers_are_numbers_with_a_unit_beside(book: Any, comparison: Comparison) -> None:
    sheet = book["数值变动"]
    at = column(sheet, "指标").index("引进高精尖缺人才")
    titles = ("旧数", "旧单位", "新数", "新单位", "差值", "差值单位", "变幅（%）")
    assert [column(sheet, title)[at] for title in titles] == [300, "名", 500, "人", 200, "人", 66.7]
    computed = [s for s in comparison.shifts if s.kind in ("like", "substituted") and s.difference is not None]
    assert sum(isinstance(v, (int, float)) for v in column(sheet, "差值")) == len(computed)
    assert sheet.conditional_formatting


def test_every_row_leads_to_the_text_it_stands_in(book: Any, comparison: Comparison) -> None:
    texts = {plan.info.id: {c.key: c.text for c in plan.commitments} for plan in (comparison.old, comparison.new)}
    for name, title, plan in (("新增", "出处·新文", "shenzhen-2025"), ("未再出现", "出处·旧文", "shenzhen-2023")):
        sheet = book[name]
        at = [cell.value for cell in sheet[1]].index(title) + 1
        for row in range(2, sheet.max_row + 1):
            cell = sheet.cell(row, at)
            place = re.fullmatch(r"'(.+)'!A([0-9]+)", cell.hyperlink.location)
            assert place and place[1] == f"原文 {plan}"
            found = book[place[1]].cell(int(place[2]), 3).value
            commitment = texts[plan][cell.value.split("；")[0]]
            assert commitment.split("\n")[0].strip() in found


def test_the_sources_hold_every_character_of_their_clauses(book: Any, comparison: Comparison) -> None:
    for plan in (comparison.old, comparison.new):
        sheet = book[f"原文 {plan.info.id}"]
        for clause in plan.clauses:
            own = clause.body.of(plan.document.text)
            rows = [
                text or ""
                for key, text in zip(column(sheet, "键"), column(sheet, "内容"), strict=True)
                if key == clause.key
            ]
            assert "".join("".join(rows).split()) == "".join(own.split())


def test_a_long_clause_goes_on_in_the_next_row(tmp_path: Path) -> None:
    body = "".join(f"第{n}家社区医院建成并投入使用。" for n in range(1, 401))
    path = tmp_path / "long.txt"
    path.write_text(f"一、医院建设\n{body}\n", "utf-8")
    plan = build(read_document(path), PlanInfo("long", "长", start_year=2025, end_year=2025))
    where = Cell("第400家", plan="long", keys=[plan.commitments[-1].key])
    book = opened(report(Table("new", "新增（1）", ("新文",), ((where,),)), result=(plan,)))
    parts = [
        text
        for key, text in zip(column(book["原文 long"], "键"), column(book["原文 long"], "内容"), strict=True)
        if key == "一"
    ]
    assert len(parts) > 3 and "".join(parts) == body and all(part.endswith("。") for part in parts)
    line = int(book["新增"].cell(2, 2).hyperlink.location.rpartition("A")[2])
    assert "第400家" in book["原文 long"].cell(line, 3).value


def test_changed_words_are_marked_in_the_cell(comparison: Comparison) -> None:
    book = opened(of(comparison), rich_text=True)
    table = next(t for t in of(comparison).tables() if t.name == "changed")
    for title, mark, at in (("旧文", "deleted", 0), ("新文", "inserted", 1)):
        for value, row in zip(column(book["有变化"], title), table.rows, strict=True):
            cell = row[at]
            assert isinstance(cell, Cell)
            if len(cell.runs) < 2:
                continue
            assert isinstance(value, CellRichText) and str(value) == cell
            shown = "".join(
                piece.text
                for piece in value
                if isinstance(piece, TextBlock) and (piece.font.strike if mark == "deleted" else piece.font.u)
            )
            assert shown == "".join(piece for piece, run in cell.runs if run == mark)


@pytest.mark.parametrize(
    "runs",
    [
        [("一、", ""), ("建成医院", "")],
        [("一、", ""), ("建成", "inserted"), ("医院", "inserted")],
        [("建成", "deleted"), ("医院", "")],
        [("建成医院", "deleted")],
        [("建成医院", "")],
    ],
)
def test_no_way_of_marking_loses_words(runs: list[tuple[Any, Any]]) -> None:
    text = "".join(piece for piece, _ in runs)
    assert column(opened(report(Table("changed", "", ("旧文",), ((Cell(text, runs=runs),),))))["有变化"], "旧文") == [
        text
    ]


HOSTILE = (
    '=HYPERLINK("http://x","y")', "+1+1", "@SUM(A1)", "-2+3", "{=1}", "<b>粗</b>", "<r><t>x</t></r>", "a\x00b\x1b[31m",
    "_x0041_", "http://example.org", "甲\ufffe乙", "\u202e反", "&amp;", "'引号", "mailto:x@y.z", "internal:A1",
)  # fmt: skip


def test_what_looks_like_a_formula_a_tag_or_a_control_stays_text() -> None:
    rows = [(Cell(f"{text}旧", runs=compared(f"{text}旧", f"{text}新")[0]), text) for text in HOSTILE]
    data = write("xlsx", report(Table("changed", "=1+1", ("=2", "b"), tuple(rows))))
    assert isinstance(data, bytes)
    book = openpyxl.load_workbook(io.BytesIO(data))
    read = {cell.value for row in book["有变化"].iter_rows() for cell in row}
    for text in HOSTILE:
        shown = re.sub("[\x00-\x1f\ufffe\u202e]", "\ufffd", text)
        assert shown in {str(value).strip() for value in read}, text
        assert f"{shown}旧" in {str(value).strip() for value in read}, text
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if "worksheets/sheet" in name]
    assert not any("<f>" in sheet or "<f " in sheet for sheet in sheets)
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_the_same_report_gives_the_same_bytes(comparison: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write("xlsx", of(comparison))
    assert first == write("xlsx", of(comparison))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert write("xlsx", of(comparison)) != first
    assert opened(of(comparison)).properties.created.year == 2023


def test_headers_stay_and_rows_can_be_filtered(book: Any) -> None:
    for sheet in book:
        if sheet.title in ("概要", "图表", "未读与存疑"):
            continue
        assert sheet.freeze_panes in ("A2", "B2"), sheet.title
        assert sheet.auto_filter.ref and sheet.print_title_rows == "$1:$1", sheet.title
        assert all(cell.alignment.wrap_text for cell in sheet[2] if isinstance(cell.value, str)), sheet.title


def test_a_column_is_as_wide_as_its_chinese_needs() -> None:
    book = opened(report(Table("new", "新增（1）", ("新文", "概率"), (("二十个汉字" * 4, "0.50"),))))
    widths = {name: found.width for name, found in book["新增"].column_dimensions.items()}
    assert 40 <= widths["A"] <= 52 and widths["B"] < 12


def test_the_summary_leads_to_every_sheet(book: Any) -> None:
    sheet = book["概要"]
    places = [cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert [re.sub(r"^'(.*)'!A1$", r"\1", place) for place in places] == book.sheetnames[1:]


def test_tables_of_one_name_share_a_sheet_and_say_which_is_which(comparison: Comparison) -> None:
    made = [
        Table("gaps", f"{plan} 的缺口（1）", ("目标", plan), (("床位", plan),))
        for plan in ("shenzhen-2023", "shenzhen-2025")
    ]
    sheet = opened(report(*made, result=comparison))["缺口"]
    assert cells(sheet) == [
        ["所属", "目标", "规划甲"],
        ["shenzhen-2023", "床位", "shenzhen-2023"],
        ["shenzhen-2025", "床位", "shenzhen-2025"],
    ]


def test_an_unknown_table_is_written_under_its_title() -> None:
    book = opened(report(Table("unheard_of", "某种/从未见过的*表[甲]（3）", ("a",), (("1",), ("2.50",), ("",)))))
    assert book.sheetnames == ["概要", "某种 从未见过的 表 甲"]
    assert cells(book.worksheets[1]) == [["a"], [1], [2.5], [None]]


def test_a_table_without_rows_says_so() -> None:
    book = opened(report(Table("new", "新增（0）", ("新文", "概率"), ())))
    assert cells(book["新增"])[1][0] == Look().nothing


def test_names_of_sheets_are_short_and_differ() -> None:
    made = _named({"a": "甲" * 40, "b": "甲" * 40, "c": "History", "d": "x/y", "e": "X y", "f": "'''"})
    assert all(len(name) <= 31 for name in made.values())
    assert len({name.casefold() for name in made.values()}) == 6 and made["c"] != "History" and made["f"] == "f"


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_every_explanation_has_its_word_and_every_sheet_a_name(comparison: Comparison, lang: str) -> None:
    m = messages.load(lang)
    for key in m.texts:
        group, _, name = key.partition(".")
        if group.startswith("about_"):
            assert f"{group.removeprefix('about_')}.{name}" in m.texts, key
        if group == "tab":
            assert len(m.texts[key]) <= 31 and not re.search(r"[\[\]:*?/\\']", m.texts[key]), key
    told = legend.legend(of(comparison, lang).tables(), m)
    for word in (m("column.old_text"), m("verdict.redefined"), m("shift.substituted"), m("kind.strength")):
        assert word in {row[0] for row in told.rows}


@pytest.mark.parametrize(
    "command",
    [
        ["targets", "shenzhen-2023", "shenzhen-2025"],
        ["targets", "shenzhen-2023", "shenzhen-2025", "--ledger"],
        ["track", "社康机构", "shenzhen-2023", "shenzhen-2025"],
        ["align", "shenzhen-2023", "shenzhen-2025", "--no-semantic"],
        ["coverage", "guangdong-2021-2025", "shenzhen-2025", "--no-semantic"],
        ["overlap", "shenzhen-2023", "zhongshan-2023", "--no-semantic"],
        ["check", "shenzhen-2025"],
        ["plans"],
        ["show", "shenzhen-2025", "--notes"],
    ],
    ids=lambda command: " ".join(command[:1] + command[3:4]),
)
def test_every_command_writes_a_workbook(command: list[str], tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    library = ["--library", str(ROOT / "samples")]
    assert cli.main([*command, *library, "-o", str(path)]) == 0
    assert len(openpyxl.load_workbook(path).sheetnames) >= 2


def test_links_beyond_what_a_sheet_can_hold_are_plain_keys(
    comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planlens.report.xlsx._LINKS", 3)
    sheet = opened(of(comparison))["新增"]
    linked = [bool(row[1].hyperlink) for row in sheet.iter_rows(min_row=2)]
    assert linked[:3] == [True] * 3 and not any(linked[3:])
    assert all(column(sheet, "出处·新文"))


def test_plans_without_findings_still_make_a_book(comparison: Comparison) -> None:
    bare = replace(comparison, clauses=(), links=(), changes=(), shifts=(), weak=())
    assert cells(opened(of(bare))["数值变动"])[1][0] == Look().nothing
