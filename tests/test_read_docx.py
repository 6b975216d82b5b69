"""Word documents built part by part: automatic numbers, tracked changes, merged cells, text boxes, broken packages."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from planlens.errors import InputError
from planlens.model import Document
from planlens.read import read_document
from planlens.read.numbering import FORMATS

W = nsdecls("w")


def level(depth: int, numfmt: str, text: str, extra: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{numfmt}"/>{extra}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def add_list(document: WordDocument, list_id: int, levels: str, nums: dict[int, str]) -> None:
    root = document.part.numbering_part.element
    first = root.find("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}num")
    first.addprevious(parse_xml(f'<w:abstractNum {W} w:abstractNumId="{list_id}">{levels}</w:abstractNum>'))
    for num, override in nums.items():
        root.append(parse_xml(f'<w:num {W} w:numId="{num}"><w:abstractNumId w:val="{list_id}"/>{override}</w:num>'))


def add(document: Any, text: str, num: int | None = None, depth: int | None = None, style: str | None = None) -> Any:
    paragraph = document.add_paragraph(text, style=style)
    if num is not None:
        ilvl = f'<w:ilvl w:val="{depth}"/>' if depth is not None else ""
        paragraph._p.get_or_add_pPr().append(parse_xml(f'<w:numPr {W}>{ilvl}<w:numId w:val="{num}"/></w:numPr>'))
    return paragraph


def read(document: WordDocument, tmp_path: Path) -> Document:
    document.save(str(tmp_path / "plan.docx"))
    return read_document(tmp_path / "plan.docx")


def lines(document: Document) -> list[str]:
    return [block.span.of(document.text) for block in document.blocks]


PLAN_LEVELS = (
    level(0, "chineseCountingThousand", "%1、")
    + level(1, "chineseCounting", "（%2）")
    + level(2, "decimal", "%3.")
    + level(3, "decimalEnclosedCircle", "%4")
    + level(4, "decimal", "%1.%5", "<w:isLgl/>")
)


def test_numbers_of_a_plan_with_restarts(tmp_path: Path) -> None:
    document = docx.Document()
    restart = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    add_list(document, 70, PLAN_LEVELS, {70: "", 71: restart})
    for text, num, depth in [
        ("总体要求", 70, 0),
        ("指导思想。", 70, 1),
        ("基本原则。", 70, 1),
        ("重点任务", 70, 0),
        ("建设医院。", 70, 1),
        ("新建3家。", 70, 2),
        ("改造5家。", 70, 2),
        ("分两期。", 70, 3),
        ("按法定格式", 70, 4),
        ("培训医生。", 70, 1),
        ("招聘10名。", 70, 2),
        ("附则", 71, 0),
    ]:
        add(document, text, num, depth)
    assert lines(read(document, tmp_path)) == [
        "一、总体要求",
        "（一）指导思想。",
        "（二）基本原则。",
        "二、重点任务",
        "（一）建设医院。",
        "1.新建3家。",
        "2.改造5家。",
        "① 分两期。",
        "2.1 按法定格式",
        "（二）培训医生。",
        "1.招聘10名。",
        "五、附则",
    ]


def test_a_list_linked_to_styles_and_switched_off(tmp_path: Path) -> None:
    document = docx.Document()
    linked = level(0, "chineseCounting", "第%1章", '<w:pStyle w:val="Heading1"/>') + level(
        1, "chineseCounting", "第%2节", '<w:pStyle w:val="Heading2"/>'
    )
    add_list(document, 80, linked, {80: ""})
    for name in ("Heading 1", "Heading 2"):
        style = document.styles[name].element
        style.get_or_add_pPr().append(parse_xml(f'<w:numPr {W}><w:numId w:val="80"/></w:numPr>'))
    for text, style_name in [
        ("总则", "Heading 1"),
        ("目标", "Heading 2"),
        ("原则", "Heading 2"),
        ("任务", "Heading 1"),
    ]:
        add(document, text, style=style_name)
    add(document, "没有号", num=0, style="Heading 1")
    found = read(document, tmp_path)
    assert lines(found) == ["第一章 总则", "第一节 目标", "第二节 原则", "第二章 任务", "没有号"]
    assert [(block.kind, block.level) for block in found.blocks][:2] == [("heading", 1), ("heading", 2)]


@pytest.mark.parametrize(
    ("name", "number", "shown"),
    [
        ("chineseCounting", 10, "十"),
        ("chineseCounting", 21, "二十一"),
        ("chineseCounting", 101, "一〇一"),
        ("chineseCountingThousand", 101, "一百〇一"),
        ("chineseCountingThousand", 1010, "一千〇一十"),
        ("chineseLegalSimplified", 11, "壹拾壹"),
        ("ideographDigital", 11, "一一"),
        ("japaneseCounting", 101, "百一"),
        ("decimalEnclosedCircle", 21, "21"),
        ("ideographTraditional", 10, "癸"),
        ("decimalFullWidth", 12, "１２"),
        ("decimalZero", 7, "07"),
        ("lowerLetter", 28, "bb"),
        ("upperRoman", 14, "XIV"),
    ],
)
def test_formats(name: str, number: int, shown: str) -> None:
    assert FORMATS[name](number) == shown


def test_tracked_changes_hidden_text_and_breaks(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("新增床位")
    for xml in (
        '<w:ins {} w:id="1" w:author="a"><w:r><w:t>500</w:t></w:r></w:ins>',
        '<w:del {} w:id="2" w:author="a"><w:r><w:delText>300</w:delText></w:r></w:del>',
        "<w:r {}><w:t>张。</w:t></w:r>",
        "<w:r {}><w:rPr><w:vanish/></w:rPr><w:t>内部</w:t></w:r>",
        "<w:r {}><w:br/><w:t>（一）另起一行</w:t></w:r>",
    ):
        paragraph._p.append(parse_xml(xml.format(W)))
    found = read(document, tmp_path)
    assert lines(found) == ["新增床位500张。", "（一）另起一行"]
    assert sorted(note.why for note in found.notes) == [
        "修订中已删除的文字：1",
        "修订中插入的文字，照接受读入：1",
        "设为隐藏的文字：1",
    ]


def test_merged_cells_are_repeated_and_frames_are_text(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    for row, values in enumerate([("类别", "2024年", "2025年"), ("资源", "5", "6"), ("", "7", "8")]):
        for column, value in enumerate(values):
            table.cell(row, column).text = value
    table.cell(1, 0).merge(table.cell(2, 0))
    wide = document.add_table(rows=3, cols=2)
    wide.cell(0, 0).merge(wide.cell(0, 1)).text = "目标"
    wide.cell(1, 0).text, wide.cell(1, 1).text = "3|家", "4家"
    wide.cell(2, 0).text, wide.cell(2, 1).text = "5家", "6家"
    box = document.add_table(rows=1, cols=1)
    box.cell(0, 0).text = "专栏1 床位建设"
    box.cell(0, 0).add_paragraph("新增500张。")
    found = read(document, tmp_path)
    assert [(b.kind, b.table, b.span.of(found.text)) for b in found.blocks] == [
        ("row", 1, "类别 | 2024年 | 2025年"),
        ("row", 1, "资源 | 5 | 6"),
        ("row", 1, "资源 | 7 | 8"),
        ("row", 2, "目标 | 目标"),
        ("row", 2, "3｜家 | 4家"),
        ("row", 2, "5家 | 6家"),
        ("paragraph", 0, "专栏1 床位建设"),
        ("paragraph", 0, "新增500张。"),
    ]


def test_a_text_box_is_read_once(tmp_path: Path) -> None:
    document = docx.Document()
    inner = "<w:txbxContent><w:p><w:r><w:t>框内文字</w:t></w:r></w:p></w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    document.add_paragraph("正文")._p.append(
        parse_xml(
            f"<w:r {W} {mc}><mc:AlternateContent><mc:Choice Requires='wps'>{inner}</mc:Choice>"
            f"<mc:Fallback>{inner}</mc:Fallback></mc:AlternateContent></w:r>"
        )
    )
    assert lines(read(document, tmp_path)) == ["正文", "框内文字"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"no zip at all", "no .docx file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"PK\x03\x04 cut off", "broken archive"),
    ],
)
def test_what_is_no_word_file(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "plan.docx"
    path.write_bytes(data)
    with pytest.raises(InputError, match=says):
        read_document(path)


def test_zips_that_are_no_documents(tmp_path: Path) -> None:
    for name, says in (("notes.txt", "no document"), ("word/document.xml", "no document")):
        path = tmp_path / "plan.docx"
        with zipfile.ZipFile(path, "w") as package:
            package.writestr(name, "<a/>")
        with pytest.raises(InputError, match=says):
            read_document(path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planlens.read.package._MOST_UNPACKED", 1024)
    path = tmp_path / "plan.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", b"0" * 2048)
    with pytest.raises(InputError, match="2,048 bytes when unpacked"):
        read_document(path)


def test_a_document_without_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no text"):
        read(docx.Document(), tmp_path)


def test_a_paragraph_whose_end_is_deleted_runs_on_in_the_next(tmp_path: Path) -> None:
    document = docx.Document()
    for words in ("新增床位", "300张。", "改造"):
        paragraph = document.add_paragraph(words)
        if words != "300张。":
            mark = f'<w:rPr {W}><w:del w:id="9" w:author="a"/></w:rPr>'
            paragraph._p.get_or_add_pPr().append(parse_xml(mark))
    assert lines(read(document, tmp_path)) == ["新增床位300张。", "改造"]
