"""The Word report: what it says is what the tables say, and Word can act on its revisions."""

from __future__ import annotations

import io
import re
import time
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from click.testing import CliRunner
from lxml import etree
from rendering import pages, to_pdf

from planlens.cli import cli
from planlens.compare import compare
from planlens.errors import SettingsError
from planlens.library import Library
from planlens.model import Comparison, Table
from planlens.report import Report, messages, summary, tables, write
from planlens.report.cells import Cell, compared
from planlens.report.docx import numeral, revisions
from planlens.report.look import Look

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    library = Library.open(str(SAMPLES))
    old, new = (library.read(library.all([name])[0]) for name in ("shenzhen-2023", "shenzhen-2025"))
    return compare(old, new)


def report(made: list[Table], result: object = None, lang: str = "zh", **look: Any) -> Report:
    m = messages.load(lang)
    return Report(m, Look(nothing=m("mark.no_rows"), **look), lambda: made, lambda: made, dict, result)


def of(comparison: Comparison, lang: str = "zh", **look: Any) -> tuple[Report, list[Table]]:
    made = list(tables.diff(comparison, messages.load(lang)))
    return report(made, comparison, lang, **look), made


def written(told: Report) -> bytes:
    made = write("docx", told)
    assert isinstance(made, bytes)
    return made


def opened(data: bytes) -> Any:
    return docx.Document(io.BytesIO(data))


def body(data: bytes) -> Any:
    return etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml"))


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_every_cell_of_every_table_stands_in_the_file(comparison: Comparison, lang: str) -> None:
    told, made = of(comparison, lang)
    document = opened(written(told))
    found = document.tables[1:]  # the first one is on the first page
    wanted = [table for table in made if table.rows]
    assert len(found) == len(wanted)
    for mine, table in zip(found, wanted, strict=True):
        cells = [[cell.text for cell in row.cells] for row in mine.rows]
        head = [list(table.columns)] if any(table.columns) else []
        assert cells == head + [list(map(str, row)) for row in table.rows]
    titles = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert [title.partition("、" if lang == "zh" else ". ")[2] for title in titles] == [table.title for table in made]


def test_the_first_page_says_what_the_tables_say(comparison: Comparison) -> None:
    told, made = of(comparison)
    document = opened(written(told))
    text = "\n".join(p.text for p in document.paragraphs)
    for _, counted in summary.named(made, "counts").rows:  # type: ignore[union-attr]
        assert counted in text
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows][1:]
    assert len(rows) == summary.LISTED
    values = {(row[0], row[1].split("\n")[0]) for table in made[2:4] for row in table.rows}
    assert all((row[0], row[1]) in values for row in rows)
    assert rows[0][3] and "持平" not in {word for row in rows for word in row[4].split("、")}
    listed = [p.text for p in document.paragraphs if p.style.name == "Item"]
    assert listed and all("〔含" in item for item in listed)


def test_what_moved_most_leads_whichever_way_it_went() -> None:
    rows = [
        ("甲", "10个", "11个", "+1个（+10%）", "可比、上升\n说明"),
        ("乙", "10个", "5个", "-5个（-50%）", "可比、下降"),
        ("丙", "10个", "18个", "+8个（+80%）", "换算后可比、上升"),
        ("丁", "10个", "10个", "0（0%）", "可比、持平"),
        ("戊", "20个", "500人", "", "替换、不可比"),
    ]
    one_sided = [("己", "3家\n一、甲", "—", "举措仍在，不再给出数值"), ("庚", "3家", "—", "新规划中未找到对应的目标")]
    made = [Table("shifts", "", ("",) * 5, tuple(rows)), Table("one_sided", "", ("",) * 4, tuple(one_sided))]
    found = summary.shifts(made, messages.load("zh"))
    assert [row[0] for row in found] == ["乙", "丙", "甲", "戊", "己"]
    assert found[4] == ("己", "3家", "—", "", "不再给数")


def test_fonts_of_official_documents_on_every_run(comparison: Comparison) -> None:
    told, _ = of(comparison)
    fonts = [run.find(f"{W}rPr/{W}rFonts") for run in body(written(told)).iter(f"{W}r")]
    assert {font.get(f"{W}eastAsia") for font in fonts} == {"方正小标宋简体", "黑体", "楷体", "仿宋_GB2312"}
    assert {font.get(f"{W}ascii") for font in fonts} == {"Times New Roman"}


def test_wide_tables_lie_on_their_side_and_fit(comparison: Comparison) -> None:
    told, _ = of(comparison)
    document = opened(written(told))
    assert [section.orientation for section in document.sections] == [0, 1]
    for at, table in enumerate(document.tables):
        section = document.sections[min(at, 1)]
        room = section.page_width - section.left_margin - section.right_margin
        assert abs(sum(column.width for column in table.columns) - room) < 1000  # EMU
        assert min(column.width for column in table.columns) > 300_000
        repeated = table._tbl.tr_lst[0].find(f"{W}trPr/{W}tblHeader")
        assert (repeated is not None) == (at not in (2, len(document.tables) - 1))  # counts, closing: no header
    assert " PAGE " in document.sections[0].footer._element.xml


def test_deleted_words_are_struck_and_inserted_ones_underlined(comparison: Comparison) -> None:
    told, made = of(comparison)
    marked = [cell for row in summary.named(made, "changed").rows for cell in row if isinstance(cell, Cell)]  # type: ignore[union-attr]
    root = body(written(told))
    for mark, tag in (("deleted", "strike"), ("inserted", "u")):
        wanted = "".join(text for cell in marked for text, what in cell.runs if what == mark)
        runs = [run for run in root.iter(f"{W}r") if run.find(f"{W}rPr/{W}{tag}") is not None]
        assert "".join(run.findtext(f"{W}t") for run in runs) == wanted != ""


def settled(paragraph: Any, *, accept: bool) -> str:
    """The text of a paragraph when all its revisions are accepted, or rejected."""
    gone = f"{W}del" if accept else f"{W}ins"
    texts = paragraph.iter(f"{W}t", f"{W}delText")
    return "".join(node.text or "" for node in texts if gone not in {above.tag for above in node.iterancestors()})


def test_revisions_accepted_are_the_new_text_and_rejected_the_old_one(comparison: Comparison) -> None:
    told, made = of(comparison, tracked=True)
    root = body(written(told))
    changed = summary.named(made, "changed")
    assert changed
    at = [table.name for table in made if table.rows].index("changed") + 1
    rows = list(root.iter(f"{W}tbl"))[at].findall(f"{W}tr")[1:]
    assert len(rows) == len(changed.rows)
    for row, (old, new, *_) in zip(rows, changed.rows, strict=True):
        (paragraph,) = row.findall(f"{W}tc")[1].findall(f"{W}p")
        assert settled(paragraph, accept=False) == old.partition("\n")[2]
        assert settled(paragraph, accept=True) == new.partition("\n")[2]
    edits = list(root.iter(f"{W}ins", f"{W}del"))
    assert len({edit.get(f"{W}id") for edit in edits}) == len(edits) > 50
    assert {edit.get(f"{W}author") for edit in edits} == {"planlens"}
    assert not list(body(written(of(comparison)[0])).iter(f"{W}ins", f"{W}del"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("新建医院3家。", "新建医院5家。"),
        ("（一）引才", "(1) 引才，育才"),
        ("甲乙", "丙丁"),
        ("同文，", "同文,"),
        ("", "新"),
    ],
)
def test_any_two_texts_as_revisions(old: str, new: str) -> None:
    made = revisions(*compared(old, new))
    assert "".join(text for text, mark in made if mark != "inserted") == old
    assert "".join(text for text, mark in made if mark != "deleted") == new


def test_hostile_text_stays_text() -> None:
    evil = "=1+1 <w:p/> ]]> &amp; \x00\x0b\ufffe\ud800\u202e倒"
    row = (Cell(evil + "甲", runs=[(evil, "deleted"), ("甲", "inserted")]), evil, "\n\n")
    document = opened(written(report([Table("any", evil, ("a", "b", "c"), (row,))])))
    assert document.tables[0].rows[1].cells[1].text == "=1+1 <w:p/> ]]> &amp; " + "\ufffd" * 5 + "倒"
    assert document.tables[0].rows[1].cells[2].text == "\n\n"


def test_tables_of_any_shape() -> None:
    made = [
        Table("one", "甲", ("",), (("文",),)),
        Table("none", "乙", ("a", "b"), ()),
        Table("many", "丙", tuple("abcdefghijklmnop"), (tuple("值" * n for n in range(16)),)),
    ]
    document = opened(written(report(made)))
    assert [len(table.columns) for table in document.tables] == [1, 16]
    assert "（无）" in [paragraph.text for paragraph in document.paragraphs]
    assert opened(written(report([]))).paragraphs[0].text == "规划分析"


def test_a_long_row_may_break_and_a_short_one_does_not() -> None:
    made = Table("any", "甲", ("a", "b"), (("短", "文"), ("长" * 2000, "文")))
    rows = opened(written(report([made]))).tables[0]._tbl.tr_lst
    assert [row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows] == [True, True, False]


def test_same_report_same_bytes(comparison: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    told, _ = of(comparison)
    first = written(told)
    time.sleep(0.01)
    assert written(told) == first
    archive = zipfile.ZipFile(io.BytesIO(first))
    assert len({member.date_time for member in archive.infolist()}) == 1
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert opened(written(told)).core_properties.modified.year == 2023
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(SettingsError, match="SOURCE_DATE_EPOCH=soon"):
        written(told)


def test_two_thousand_rows_in_no_time() -> None:
    text = "推进基层医疗卫生服务体系建设，新增社康机构35家。"
    cell = Cell(text, runs=[(text[:9], ""), (text[9:], "deleted")])
    start = time.process_time()
    written(report([Table("any", "甲", ("a", "b", "c"), ((cell, cell, "0.9"),) * 2000)]))
    assert time.process_time() - start < 5


def test_numerals_end_at_a_hundred() -> None:
    assert [numeral(n) for n in (9, 11, 40, 99, 100)] == ["九", "十一", "四十", "九十九", "100"]


def test_a_value_on_the_first_page_is_never_cut_in_two() -> None:
    text = "新建社区医院1200家及其他若干机构"
    for longest in range(4, 20):
        assert re.fullmatch(r"[^0-9]*(1200家.*|…)", summary.cut(text, longest)), longest


def test_from_the_command_line(tmp_path: Path) -> None:
    out = tmp_path / "r.docx"
    command = ["diff", "shenzhen-2023", "shenzhen-2025", "--library", str(SAMPLES), "--no-semantic", "--tracked"]
    run = CliRunner().invoke(cli, [*command, "-o", str(out)])
    assert run.exit_code == 0, run.output
    assert list(body(out.read_bytes()).iter(f"{W}ins"))
    refused = CliRunner().invoke(cli, ["diff", "2023", "2025", "--library", str(SAMPLES), "--tracked"])
    assert refused.exit_code == 2 and "-o FILE.docx" in str(refused.output) + str(refused.exception)


def test_the_summary_is_one_page_where_it_is_printed(comparison: Comparison, tmp_path: Path) -> None:
    (tmp_path / "r.docx").write_bytes(written(of(comparison)[0]))
    told = pages(to_pdf(tmp_path, tmp_path / "r.docx")[0])
    assert "不等于取消" in told[0] and "一、对比" in told[1]
