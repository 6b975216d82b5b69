"""Word and Excel reports as a reader sees them: printed by LibreOffice, without boxes for characters."""

from __future__ import annotations

import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree
from rendering import letters, need, pages, to_pdf, without_glyph

from planlens.cli import cli

SAMPLES = Path(__file__).parents[1] / "samples"
REPORTS = {
    "diff.docx": ["diff", "shenzhen-2023", "shenzhen-2025"],
    "tracked.docx": ["diff", "shenzhen-2023", "shenzhen-2025", "--only", "changed", "--tracked"],
    "coverage.docx": ["coverage", "guangdong-2021-2025", "shenzhen-2025"],
    "overlap.docx": ["overlap", "shenzhen-2023", "zhongshan-2023"],
    "check.docx": ["check", "haishu-2021-2025"],
    "sheets.xlsx": ["diff", "shenzhen-2023", "shenzhen-2025"],
}
A4, ON_ITS_SIDE = (595, 842), (842, 595)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path]]:
    """Each report and what LibreOffice prints of it."""
    need("soffice", "pdftotext", "pdffonts", "pdfinfo")
    folder = tmp_path_factory.mktemp("printed")
    for name, command in REPORTS.items():
        run = CliRunner().invoke(cli, [*command, "--library", str(SAMPLES), "-o", str(folder / name)])
        assert run.exit_code == 0, run.output
    files = [folder / name for name in REPORTS]
    return dict(zip(REPORTS, zip(files, to_pdf(folder, *files), strict=True), strict=True))


def said(file: Path) -> str:
    """All text of a Word or Excel file."""
    with zipfile.ZipFile(file) as parts:
        names = [name for name in parts.namelist() if re.search(r"(document|sharedStrings|header)\.xml$", name)]
        return "".join("".join(etree.fromstring(parts.read(name)).itertext()) for name in names)


def sizes(pdf: Path) -> list[tuple[int, int]]:
    """Width and height of each page in points."""
    told = subprocess.run(["pdfinfo", "-l", "999", str(pdf)], check=True, capture_output=True, timeout=60).stdout
    return [(round(float(w)), round(float(h))) for w, h in re.findall(r"size: +([\d.]+) x ([\d.]+)", told.decode())]


@pytest.mark.parametrize("name", REPORTS)
def test_no_character_is_printed_as_a_box(printed: dict[str, tuple[Path, Path]], name: str) -> None:
    file, pdf = printed[name]
    text = said(file)
    assert len(letters(text)) > 100
    assert without_glyph(pdf, text) == set()
    assert without_glyph(pdf, "\U00013000") == {"\U00013000"}  # a hieroglyph: the test sees what is missing


@pytest.mark.parametrize("name", [name for name in REPORTS if name.endswith(".docx")])
def test_every_word_of_a_report_is_printed(printed: dict[str, tuple[Path, Path]], name: str) -> None:
    file, pdf = printed[name]
    assert letters(said(file)) <= letters("".join(pages(pdf)))


@pytest.mark.parametrize("name", [name for name in REPORTS if name.endswith(".docx")])
def test_pages_are_numbered_and_a4(printed: dict[str, tuple[Path, Path]], name: str) -> None:
    pdf = printed[name][1]
    for number, page in enumerate(pages(pdf), 1):
        assert page.strip().splitlines()[-1].replace(" ", "") == f"—{number}—"
    assert set(sizes(pdf)) <= {A4, ON_ITS_SIDE}


def test_a_comparison_opens_upright_and_its_tables_lie_on_their_side(printed: dict[str, tuple[Path, Path]]) -> None:
    first, *others = sizes(printed["diff.docx"][1])
    assert first == A4 and set(others) == {ON_ITS_SIDE}


def test_the_names_of_columns_stand_on_every_page_of_a_table(printed: dict[str, tuple[Path, Path]]) -> None:
    told = pages(printed["diff.docx"][1])
    start = next(n for n, page in enumerate(told) if re.search("有变化的举措", page)) + 1
    redline = told[start : start + 5]
    assert len(redline) == 5 and all("变在何处" in page and "概率" in page for page in redline)
