"""One made-up plan in every format gives one outline; what is no plan, whatever its name, is one clear line."""

from __future__ import annotations

import email.message
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest

from planlens import parse
from planlens.errors import InputError, SettingsError
from planlens.model import Plan, PlanInfo
from planlens.read import libreoffice, package, read_document

LINES = (
    "青河市2025年公共服务重点工作方案",
    "一、总体要求",
    "坚持需求导向，到2025年底新增托位480个以上。",
    "二、重点任务",
    "（一）完善托育服务",
    "1.新建公办托育机构6家，扩建2家。",
    "2.出台托育机构运营补助办法。",
    "（二）提升养老服务",
    "1.改造社区养老驿站25个。",
    "2.培训养老护理员1200人次，覆盖率达到85%以上。",
    "三、保障措施",
    "健全部门会商机制，每季度通报进展。",
)
TASKS = (
    ("序号", "工作任务", "具体举措", "责任单位", "责任单位", "时间节点"),
    ("序号", "工作任务", "具体举措", "牵头单位", "配合单位", "时间节点"),
    ("1", "完善托育", "新建公办托育机构6家", "市卫生健康局", "市教育局、各区政府", "2025年11月底前"),
    ("2", "提升养老", "探索建立长期护理险制度", "市医保局", "市财政局", "长期坚持"),
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def plan_of(path: Path) -> Plan:
    return parse.build(read_document(path), PlanInfo("a", "a"))


def digests(plan: Plan) -> list[tuple[str, str, str]]:
    text = plan.document.text
    return [(clause.key, clause.heading, "".join(clause.body.of(text).split())) for clause in plan.clauses]


def as_text(path: Path) -> None:
    path.write_text("\n".join(LINES), "utf-8")


def as_page(path: Path) -> None:
    body = "".join(f"<p>{line}</p>" for line in LINES)
    path.write_bytes(f'<html><head><meta charset="gbk"></head><body>{body}</body></html>'.encode("gbk"))


def as_archive(path: Path) -> None:
    message, page = email.message.Message(), email.message.Message()
    message["MIME-Version"], message["Content-Type"] = "1.0", 'multipart/related; type="text/html"'
    page["Content-Type"], page["Content-Transfer-Encoding"] = 'text/html; charset="utf-8"', "quoted-printable"
    body = "<html><body>" + "".join(f"<p>{line}</p>" for line in LINES) + "</body></html>"
    page.set_payload("".join(f"={byte:02X}" for byte in body.encode()).replace("=3C=70=3E", "=\r\n=3C=70=3E"))
    message.attach(page)
    path.write_bytes(message.as_bytes())


def as_word(path: Path) -> None:
    document = docx.Document()
    for line in LINES:
        document.add_paragraph(line)
    document.save(str(path))


def ofd_page(lines: list[tuple[float, float, str]]) -> str:
    objects = "".join(
        f'<ofd:TextObject ID="{at}" Boundary="{x} {y - 5} {len(text) * 5.6:.1f} 7" Font="1" Size="5.6">'
        f'<ofd:TextCode X="0" Y="5" DeltaX="g {max(1, len(text) - 1)} 5.6">{text}</ofd:TextCode></ofd:TextObject>'
        for at, (x, y, text) in enumerate(lines, 100)
    )
    return f'<ofd:Content><ofd:Layer ID="1">{objects}</ofd:Layer></ofd:Content>'


def as_ofd(path: Path) -> None:
    """The lines on one page, 28 characters a row, the first of a paragraph indented by two."""
    rows: list[tuple[float, float, str]] = []
    for line in LINES:
        rest, indent = line, 2
        while rest:
            rows.append((27 + 5.6 * indent, 40 + 8.5 * len(rows), rest[: 28 - indent]))
            rest, indent = rest[28 - indent :], 0
    name = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    area = (
        "<ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        root = "<ofd:DocBody><ofd:DocRoot>D/Document.xml</ofd:DocRoot></ofd:DocBody>"
        archive.writestr("OFD.xml", f"<ofd:OFD {name}>{root}</ofd:OFD>")
        pages = '<ofd:Pages><ofd:Page ID="9" BaseLoc="P.xml"/></ofd:Pages>'
        archive.writestr("D/Document.xml", f"<ofd:Document {name}>{area}{pages}</ofd:Document>")
        archive.writestr("D/P.xml", f"<ofd:Page {name}>{ofd_page(rows)}</ofd:Page>")


FORMATS: dict[str, Callable[[Path], None]] = {
    ".html": as_page,
    ".mhtml": as_archive,
    ".docx": as_word,
    ".ofd": as_ofd,
}


@pytest.mark.parametrize("suffix", FORMATS)
def test_one_plan_in_many_formats(tmp_path: Path, suffix: str) -> None:
    if suffix == ".ofd":
        pytest.importorskip("ofdkit")
    as_text(tmp_path / "plan.txt")
    FORMATS[suffix](tmp_path / f"plan{suffix}")
    assert digests(plan_of(tmp_path / f"plan{suffix}")) == digests(plan_of(tmp_path / "plan.txt"))


@pytest.mark.skipif(libreoffice.program() is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("suffix", [".doc", ".wps", ".odt", ".rtf"])
def test_office_formats(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    left = tmp_path / "temporary"
    left.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(left))
    as_text(tmp_path / "plan.txt")
    as_word(tmp_path / "plan.docx")
    made = libreoffice.converted((tmp_path / "plan.docx").read_bytes(), "x", ".docx", suffix.replace("wps", "doc"))
    (tmp_path / f"plan{suffix}").write_bytes(made)
    assert digests(plan_of(tmp_path / f"plan{suffix}")) == digests(plan_of(tmp_path / "plan.txt"))
    assert list(left.iterdir()) == []


def test_without_libreoffice_a_line_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libreoffice, "program", lambda: None)
    (tmp_path / "plan.rtf").write_bytes(b"{\\rtf1 a}")
    with pytest.raises(InputError, match="needs LibreOffice; install it"):
        read_document(tmp_path / "plan.rtf")


@pytest.mark.skipif(os.name != "posix", reason="a script stands in for LibreOffice")
def test_a_converter_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "soffice"
    slow.write_text("#!/bin/sh\nsleep 60 &\necho $! > " + str(tmp_path / "child") + "\nwait\n")
    slow.chmod(0o755)
    monkeypatch.setattr(libreoffice, "program", lambda: str(slow))
    monkeypatch.setattr(libreoffice, "_SECONDS", 0.5)
    (tmp_path / "plan.odt.rtf").write_bytes(b"{\\rtf1 a}")
    with pytest.raises(InputError, match="was not done"):
        read_document(tmp_path / "plan.odt.rtf")
    child = int((tmp_path / "child").read_text())
    state = Path(f"/proc/{child}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_task_list_in_csv(tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "tasks.csv"
    rows = "\r\n".join(separator.join(f'"{cell}"' if "、" in cell else cell for cell in row) for row in TASKS)
    path.write_bytes(rows.encode(encoding))
    plan = plan_of(path)
    told = [(c.key, c.strength, c.deadline, c.bodies) for c in plan.commitments]
    assert told == [
        ("表1/1", "建立", "2025年11月底前", ("市卫生健康局", "市教育局", "各区政府")),
        ("表1/2", "探索", "长期坚持", ("市医保局", "市财政局")),
    ]
    assert [(t.indicator, t.span.of(plan.document.text)) for t in plan.targets] == [("新建公办托育机构", "6家")]


def test_an_indicator_sheet_in_csv_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "单位,2025年目标值,2020年实际值,指标,性质\n张,5200,4100,医疗机构床位数,预期性\n%,≥95,90.2,签约率,约束性\n"
    )
    found = [
        (t.indicator, t.role, str(t.quantity.lo), t.quantity.unit, t.quantity.bound) for t in plan_of(path).targets
    ]
    assert found == [
        ("医疗机构床位数", "target", "5200", "张", "="),
        ("医疗机构床位数", "baseline", "4100", "张", "="),
        ("签约率", "target", "95", "%", ">="),
        ("签约率", "baseline", "90.2", "%", "="),
    ]


def test_a_workbook_of_tasks_and_indicators(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (("青河市任务分解表",), *TASKS, TASKS[0], ("备注：按既有分工推进。",)):
        sheet.append(row)
    sheet.merge_cells("A1:F1")
    second = book.create_sheet("指标")
    for line in (
        ("指标", "单位", "基期", "", "目标"),
        ("", "", "2020年", "年均增长", "2025年"),
        ("一、民生",),
        ("千人托位数", "个", 1.8, None, 4.5),
    ):
        second.append(line)
    second.merge_cells("C1:D1")
    for cell, code, value in (("F1", '0.0"以上"', 95.55), ("G1", 'yyyy"年"m"月"', None)):
        second[cell].number_format, second[cell].value = code, value
    second.merge_cells("A3:E3")
    second["H4"].value = "=D4*2"
    book.save(tmp_path / "a.xlsx")
    plan = plan_of(tmp_path / "a.xlsx")
    assert [c.deadline for c in plan.commitments if c.key.startswith("表1")] == ["2025年11月底前", "长期坚持"]
    assert any("重复的表头" in note.why for note in plan.document.notes)
    assert any("没有存值的公式，未读：1" in note.why for note in plan.document.notes)
    assert "95.6以上" in plan.document.text
    told = [(t.role, str(t.quantity.lo), t.period) for t in plan.targets if t.indicator == "千人托位数"]
    assert told == [("baseline", "1.8", "2020年"), ("target", "4.5", "2025年")]


def zipped(*members: tuple[str, str]) -> bytes:
    return package.packed({name: text.encode() for name, text in members}).getvalue()


TYPES = ("[Content_Types].xml", "<a/>")
BAD = [
    ("scan.png", b"\x89PNG\r\n\x1a\n" + bytes(20), "without a text layer"),
    ("scan.heic", b"\0\0\0\x18ftypheic" + bytes(20), "without a text layer"),
    ("scan.tif", b"II*\0" + bytes(20), "without a text layer"),
    ("scan.docx", b"\xff\xd8\xff\xe0" + bytes(20), "without a text layer"),
    ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
    ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
    ("a.doc", OLE + b"\xec\xa5\xc1\0" + bytes(6) + b"\0\x01" + "WordDocument".encode("utf-16-le") * 99, "password"),
    ("a.doc", OLE + bytes(600), "damaged or of an unknown kind"),
    ("a.docx", zipped(("photo.txt", "x")), "no document in any known form"),
    ("a.docx", zipped(TYPES, ("word/document.xml", "<a/>"), ("../x", "y")), "outside the file"),
    ("a.xlsx", zipped(TYPES, ("xl/workbook.xml", "<a/>"), ("C:\\x", "y")), "outside the file"),
    ("a.docx", zipped(TYPES, ("word/document.xml", "<!DOCTYPE a><a/>")), "declares entities"),
    ("a.docx", zipped(TYPES, ("word/document.xml", "<w:p/>" * 500_001)), "500,001 paragraphs"),
    ("a.ofd", zipped(("OFD.xml", "<a/>")), "broken or encrypted|needs ofdkit"),
    ("a.pptx", zipped(TYPES, ("ppt/a.xml", "<a/>")), "slides"),
    (
        "a.mhtml",
        b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=a\n\n--a--\n",
        "no page in this web archive",
    ),
    ("a.txt", "新增床位".encode() * 300_000, "1,200,000 characters in one paragraph"),
]


@pytest.mark.parametrize(("name", "data", "says"), BAD)
def test_what_is_no_plan_is_one_line(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=says) as told:
        read_document(tmp_path / name)
    assert "\n" not in str(told.value) and name in str(told.value)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_bytes_decide_and_a_note_says_so(tmp_path: Path) -> None:
    as_page(tmp_path / "plan.doc")
    document = read_document(tmp_path / "plan.doc")
    assert LINES[1] in document.text
    assert [note.why for note in document.notes] == ["扩展名为 .doc，按内容读作 .html"]


def test_too_many_members_and_lies_about_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "_MOST_MEMBERS", 2)
    (tmp_path / "a.docx").write_bytes(zipped(TYPES, ("word/a", ""), ("word/b", "")))
    with pytest.raises(InputError, match="3 parts in one archive"):
        read_document(tmp_path / "a.docx")
    data = zipped(("word/a.xml", "x" * 5000)).replace((5000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    with pytest.raises(InputError, match=r"damaged|broken"):
        package.parts(data, "a")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "plan.txt")
    with pytest.raises(InputError, match="a pipe or a device"):
        read_document(tmp_path / "plan.txt")


def test_a_file_that_vanishes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_text(tmp_path / "plan.txt")
    kept = Path.open

    def gone(path: Path, *arguments: object, **options: object) -> object:
        path.unlink()
        return kept(path, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", gone)
    with pytest.raises(InputError, match="no such file"):
        read_document(tmp_path / "plan.txt")


def test_a_limit_that_is_no_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_text(tmp_path / "plan.txt")
    monkeypatch.setenv("PLANLENS_MAX_BYTES", "10 MB")
    with pytest.raises(SettingsError, match="no number of bytes"):
        read_document(tmp_path / "plan.txt")
    monkeypatch.setenv("PLANLENS_MAX_BYTES", "1000000")
    assert read_document(tmp_path / "plan.txt").text
