"""A plan made to attack whoever opens its report: through every command and format its words stay words."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from planlens.cli import main
from planlens.library import Library, init

FORMULAS = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "＝HYPERLINK(1)", '=HYPERLINK("http://a.example","点")')
MARKUP = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "]]><!--",
    "<a href=javascript:x>点</a>",
)
ATTACKS = (*FORMULAS, *MARKUP, "\x1b[31m红", "\u202e倒", "{{7*7}}", "${x}", "&lt;b&gt;", "--><b>")
FORMULA = tuple("=+-@\t\r＝＋－＠")
FORMS = ("json", "csv", "md", "txt", "html", "docx", "xlsx")


def plan(year: int, count: int) -> str:
    """An attack in the title, the headings, the statements and the names of indicators."""
    lines = [f"中山市{year}年卫生健康工作要点{MARKUP[0]}", "", f"一、{FORMULAS[0]}队伍{MARKUP[1]}"]
    for n, attack in enumerate(ATTACKS):
        lines.append(
            f"（{'一二三四五六七八九十'[n % 10]}）{attack}。{attack}新增床位{count + n}张，推进{attack}建设{year}。"
        )
    lines += ["二、服务", *(f"{attack}，引进人才{count + n}名。" for n, attack in enumerate(ATTACKS))]
    names = ("甲类床位", "乙类床位", "丙类床位", "=1+1", "@SUM(A1)")
    lines += ["三、床位", "", "| 指标 | 单位 | 目标 |", "|---|---|---|"]
    lines += [f"| {name} | 张 | {count + n} |" for n, name in enumerate(names)]
    return "\n".join(lines) + "\n"


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of two such plans, whose files, ids and reviewer are named to attack as well."""
    monkeypatch.chdir(tmp_path)
    for name in ("PLANLENS_LANG", "PLANLENS_REVIEWER"):
        monkeypatch.delenv(name, raising=False)
    init("shelf")
    monkeypatch.setenv("PLANLENS_LIBRARY", "shelf")
    for year, count in ((2023, 20), (2025, 50)):
        file = Path(f"=1+1<b>{year}.md")
        file.write_text(plan(year, count), "utf-8")
        Library.open("shelf").add(file, name=f"p{year}", region="中山市", issuer=FORMULAS[0], source=MARKUP[0])
    Path("own").mkdir()
    Path("own/verbs.toml").write_text("", "utf-8")
    return tmp_path


COMMANDS: tuple[tuple[str, ...], ...] = (
    ("plans",),
    ("targets", "p2023", "p2025"),
    ("targets", "p2023", "p2025", "--ledger"),
    ("track", "床位", "p2023", "p2025"),
    ("align", "p2023", "p2025"),
    ("diff", "p2023", "p2025", "--full"),
    ("diff", "=1+1<b>2023.md", "=1+1<b>2025.md"),
    ("check", "p2025", "--last", "p2023"),
    ("coverage", "p2023", "p2025"),
    ("trace", "人才"),
    ("adoption",),
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0] + str(len(command)))
def test_words_stay_words(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    outputs = [word for form in FORMS for word in ("-o", f"out.{form}")]
    code = main([*command, *outputs])
    assert code == 0, capsys.readouterr().err
    json.loads(Path("out.json").read_text("utf-8"))
    check_csv(Path("out.csv").read_bytes())
    check_text(Path("out.txt").read_text("utf-8"))
    check_text(Path("out.md").read_text("utf-8"))
    assert not re.search(r"<(?!br>|!-- planlens:manifest )", Path("out.md").read_text("utf-8"))
    check_page(Path("out.html").read_bytes())
    check_word(Path("out.docx").read_bytes())
    check_workbook(Path("out.xlsx").read_bytes())


def test_a_reviewer_and_a_note_stay_words(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    answers = "".join(f"y {attack}\n" for attack in ATTACKS if "\x1b" not in attack)
    monkeypatch.setattr("sys.stdin", io.StringIO(answers))
    assert main(["review", "p2023", "p2025", "--reviewer", FORMULAS[5] + MARKUP[0]]) == 0
    (file,) = Path("alignments").glob("*.tsv")
    rows = [line.split("\t") for line in file.read_text("utf-8").splitlines()]
    assert len(rows) > 5 and not [cell for row in rows for cell in row if cell.lstrip().startswith(FORMULA)]
    assert main(["review", "p2023", "p2025", "--export", "sheet.xlsx"]) == 0
    check_workbook(Path("sheet.xlsx").read_bytes())
    test_words_stay_words(("diff", "p2023", "p2025"), capsys)


def test_what_a_terminal_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    for command in (("show", "p2023"), ("show", "p2023", "--notes"), ("diff", "p2023", "p2025"), ("plans",)):
        assert main([*command, "--colour", "never"]) == 0
        said = capsys.readouterr()
        check_text(said.out + said.err)


# --- what must hold of a file ---------------------------------------------------------------------------------------


def check_text(text: str) -> None:
    assert not set("\x1b\u202e\x07") & set(text)


def check_csv(data: bytes) -> None:
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    number = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?%?")
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.lstrip(" ").startswith(FORMULA) and not number.fullmatch(cell)]


def check_page(data: bytes) -> None:
    """No element and no attribute that a plan brought: only planlens' own scripts, and nothing that acts or loads."""
    from lxml import html

    page = html.document_fromstring(data.decode("utf-8"))
    scripts = [(script.get("id"), script.get("type")) for script in page.iter("script")]
    assert set(scripts) <= {("data", "application/json"), ("manifest", "application/json"), (None, None)}
    assert scripts.count((None, None)) == 1 and len(scripts) == 3
    for element in page.iter():
        if isinstance(element.tag, str):
            assert (
                element.tag not in ("img", "iframe", "object", "embed", "base", "form") or element.get("id") == "filter"
            )
            assert not [name for name in element.keys() if str(name).startswith("on")], element.tag  # noqa: SIM118
            assert all(str(element.get(name, "#")).startswith("#") for name in ("href", "src"))
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert "default-src 'none'" in str(policy)


def check_word(data: bytes) -> None:
    import docx
    from lxml import etree

    docx.Document(io.BytesIO(data))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                root = etree.fromstring(package.read(name))
                tags = {etree.QName(element).localname for element in root.iter() if isinstance(element.tag, str)}
                assert not tags & {"fldSimple", "instrText", "altChunk", "object", "script", "img"} - FIELDS, name
                assert b'TargetMode="External"' not in package.read(name)


FIELDS = {"instrText", "fldSimple"}  # the number of a page, in the footer


def check_workbook(data: bytes) -> None:
    import openpyxl

    book: Any = openpyxl.load_workbook(io.BytesIO(data))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert cells and not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert not [cell for cell in cells if cell.hyperlink and cell.hyperlink.target]
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert not [n for n in package.namelist() if b"<f>" in package.read(n) and n.startswith("xl/worksheets/")]
        assert not [n for n in package.namelist() if b'TargetMode="External"' in package.read(n)]
