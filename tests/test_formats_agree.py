"""One result read back from every format it was written in: the same tables, counts and values in all of them."""

from __future__ import annotations

import csv
import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planlens import cli

docx = pytest.importorskip("docx")
openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")

FORMS = ("txt", "md", "csv", "json", "docx", "xlsx", "html")
WHOLE = ("txt", "docx", "html")  # besides .md: every table of the report, row by row
LIBRARY = str(Path(__file__).parents[1] / "samples")
COUNTED = re.compile(r"（([0-9]+)）$")
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
COMMANDS = {
    "diff": ["diff", "shenzhen-2023", "shenzhen-2025", "--no-reviewed", "--no-semantic"],
    "coverage": ["coverage", "guangdong-2021-2025", "shenzhen-2025", "--no-semantic"],
    "overlap": ["overlap", "shenzhen-2023", "zhongshan-2023", "--no-semantic"],
    "targets": ["targets", "zhongshan-2023"],
}

Rows = list[list[str]]
Tables = list[tuple[str, Rows]]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """For each command the path of its files without their suffix; no line of the terminal's is broken."""
    folder = tmp_path_factory.mktemp("formats")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "9000")
        for name, command in COMMANDS.items():
            files = [part for form in FORMS for part in ("-o", str(folder / f"{name}.{form}"))]
            assert cli.main([*command, "--library", LIBRARY, "--full", "--style", "grid", *files]) == 0
    return {name: folder / name for name in COMMANDS}


def plain(cell: object) -> str:
    return "" if cell is None else "".join(str(cell).split())


def whole(rows: Iterator[list[object]] | list[list[object]]) -> Rows:
    """Rows as text without white space; the head of a table without one has no words."""
    made = [[plain(cell) for cell in row] for row in rows]
    return [row for row in made if any(row)]


def read(path: Path, form: str) -> Tables:
    return {"txt": read_txt, "md": read_md, "docx": read_docx, "html": read_html}[form](path.with_suffix(f".{form}"))


def read_txt(path: Path) -> Tables:
    found: Tables = []
    for block in path.read_text("utf-8").split("\n\n"):
        title, *lines = block.rstrip("\n").split("\n")
        if title.startswith("+"):
            title, lines = "", [title, *lines]
        rows: list[list[object]] = []
        for line in lines:
            if line.startswith("+"):
                rows.append([])
            elif line.startswith("|"):
                cells = line.strip("|").split("|")
                rows[-1] = [f"{a}{b}" for a, b in zip(rows[-1] or [""] * len(cells), cells, strict=True)]
        found.append((plain(title), whole(rows)))
    return found


def read_md(path: Path) -> Tables:
    found: Tables = []
    for block in re.split(r"^## ", path.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        title, *lines = block.split("\n")
        cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines if line.startswith("|") and "---" not in line]
        found.append((unescaped(title), whole([[unescaped(cell) for cell in row] for row in cells])))
    return found


def unescaped(text: str) -> str:
    return plain(html.unescape(re.sub(r"\\(.)", r"\1", text.replace("<br>", ""))))


def read_docx(path: Path) -> Tables:
    """Every table under the heading before it; the first page of a comparison has its own, which is left out."""
    found: Tables = []
    title = ""
    for element in docx.Document(str(path)).element.body:
        words = plain("".join(text.text or "" for text in element.iter(WORD + "t")))
        if element.tag == WORD + "p" and re.match("[一二三四五六七八九十]+、", words):
            title = words.partition("、")[2]
        elif element.tag == WORD + "tbl" and title:
            rows = [[worded(cell) for cell in row.iter(WORD + "tc")] for row in element.iter(WORD + "tr")]
            found.append((title, whole(rows)))
    return found


def worded(cell: Any) -> str:
    return "".join(text.text or "" for text in cell.iter(WORD + "t"))


def read_html(path: Path) -> Tables:
    from lxml import html as page

    found: Tables = []
    for table in page.fromstring(path.read_bytes()).iter("table"):
        rows = [[cell.text_content() for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
        found.append((plain(table.get("aria-label")), whole(rows)))
    return found


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.with_suffix(".csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def read_json(path: Path) -> Any:
    return json.loads(path.with_suffix(".json").read_text("utf-8"))


def sheets(path: Path) -> dict[str, list[dict[str, Any]]]:
    book = openpyxl.load_workbook(path.with_suffix(".xlsx"), read_only=True)
    found = {}
    for sheet in book:
        head, *rows = [list(row) for row in sheet.iter_rows(values_only=True)] or [[]]
        found[sheet.title] = [dict(zip(map(str, head), row, strict=False)) for row in rows]
    return found


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("form", WHOLE)
def test_every_table_is_the_same_row_by_row(name: str, form: str, written: dict[str, Path]) -> None:
    expected = dict(read(written[name], "md"))
    found = {title: rows for title, rows in read(written[name], form) if title in expected}
    cards = name == "diff" and form == "html"  # changes stand there as cards, the numbers as tables
    if not cards:
        assert found.keys() == expected.keys()
    assert len(found) >= 2
    for title, rows in found.items():
        assert rows == expected[title], title


def valued(cell: object) -> object:
    """A cell as text, one that is a number as that number: 0.30 and 0.3 are one."""
    text = plain(cell)
    return float(text) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else text


@pytest.mark.parametrize("name", COMMANDS)
def test_a_workbook_has_every_row(name: str, written: dict[str, Path]) -> None:
    told = [set(map(valued, row.values())) for rows in sheets(written[name]).values() for row in rows]
    for title, (_, *rows) in read(written[name], "md"):
        if COUNTED.search(title):
            for row in rows:
                assert any({valued(cell) for cell in row if cell} <= one for one in told), (title, row)


def test_a_comparison_counts_the_same_everywhere(written: dict[str, Path]) -> None:
    from lxml import html as page

    path, data = written["diff"], read_json(written["diff"])
    words = {"new": "新增", "dropped": "未再出现", "changed": "有变化", "kept": "保留"}
    expected = Counter(words[change["status"]] for change in data["changes"])
    assert Counter(row["变化"] for row in read_csv(path) if row["类别"] == "举措") == expected
    for form in ("txt", "md", "docx"):
        found = {title: len(rows) - 1 for title, rows in read(path, form)}
        counted = {word: n for title, n in found.items() for word in words.values() if title.startswith(word)}
        assert counted == expected, form
        assert all(title.endswith(f"（{n}）") for title, n in found.items() if COUNTED.search(title)), form
    book = sheets(path)
    assert {word: len(book[word]) for word in words.values()} == expected
    tree = page.fromstring(path.with_suffix(".html").read_bytes())
    cards = {word: len(tree.find_class(f"s-{name}")) for name, word in words.items()}
    units = Counter(unit for element in tree.find_class("u") for unit in element.classes if unit.startswith("s-"))
    assert {word: cards[word] - units[f"s-{name}"] for name, word in words.items()} == expected


def test_shifts_have_the_same_values_everywhere(written: dict[str, Path]) -> None:
    path, shifts = written["diff"], read_json(written["diff"])["shifts"]
    rows = [row for row in read_csv(path) if row["类别"] == "目标"]
    figures = [(shift["indicator"], shift["difference"], shift["percent"]) for shift in shifts]
    told = [(row["指标"], number(row["差值"]), number(row["变幅（%）"])) for row in rows]
    assert sorted(told, key=str) == sorted(((a, b, rounded(c)) for a, b, c in figures), key=str)
    book = sheets(path)["数值变动"]
    paired = [row for row in rows if row["旧值"] and row["新值"] and row["变化"] in ("同类", "替换")]
    assert [plain(row["指标"]) for row in book] == [plain(row["指标"]) for row in paired]
    assert [row["差值"] for row in book] == [number(row["差值"]) for row in paired]
    (told_rows,) = [rows for title, rows in read(path, "md") if title.startswith("数值变动：两份")]
    assert [[row[0], row[1], row[2], row[3]] for row in told_rows[1:]] == [
        [plain(row[name]) for name in ("指标", "旧值", "新值", "变动")] for row in book
    ]


def number(text: str) -> float | int | None:
    return None if not text else float(text) if "." in text else int(text)


def rounded(value: float | None) -> float | None:
    return None if value is None else value if value == int(value) else round(value, 1)


def test_coverage_has_the_same_verdicts_everywhere(written: dict[str, Path]) -> None:
    path = written["coverage"]
    given = [row["answers"]["shenzhen-2025"]["verdict"] for row in read_json(path)["rows"]]
    rows = [
        row for row in read_csv(path) if row["类别"] == "目标" and not row["缘由"]
    ]  # those set apart are no rows of .json
    assert [VERDICTS[row["回应"]] for row in rows] == given


VERDICTS = {
    "超过": "exceeds", "达到": "meets", "不及": "below", "无数值": "unquantified", "覆盖": "covered", "部分": "partial",
    "缺": "absent", "不可比": "incomparable",
}  # fmt: skip


def test_overlap_has_the_same_pairs_everywhere(written: dict[str, Path]) -> None:
    path = written["overlap"]
    pairs = [(pair["a"]["key"], pair["b"]["key"]) for pair in read_json(path)["pairs"]]
    listed = [rows for title, rows in read(path, "md") if title.startswith(("共有", "同源")) and COUNTED.search(title)]
    assert pairs and len(read_csv(path)) >= len(pairs)
    assert all(len(rows) - 1 <= len(pairs) for rows in listed)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_format_says_what_it_rests_on(name: str, written: dict[str, Path]) -> None:
    path = written[name]
    manifest = read_json(path)["manifest"]
    beside = json.loads(path.with_suffix(".csv-metadata.json").read_text("utf-8"))
    assert beside["url"] == f"{name}.csv" and beside["notes"] == [{"manifest": manifest}]
    assert manifest["command"] == [*COMMANDS[name], "--library", LIBRARY] or name == "diff"
    digests = [file["sha256"] for file in (*manifest["inputs"], *manifest["weights"])] + [
        manifest["lexicon"]["shipped"]
    ]
    texts = {form: "".join(cell for _, rows in read(path, form) for row in rows for cell in row) for form in WHOLE}
    texts["md"] = path.with_suffix(".md").read_text("utf-8")
    texts["xlsx"] = str(sheets(path)["未读与存疑"])
    for form, text in texts.items():
        assert [digest for digest in digests if digest not in text] == [], form
