"""A plan made to attack, opened as its reader opens it: Chromium shows its words and asks no network, LibreOffice too.

The library is the one of test_hostile_outputs: attacks as title, headings, statements, indicators, file names, ids,
issuer and source; here a note and a reviewer as well.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rendering import CHROMIUM, FLAGS, lacking, need, pages, to_pdf
from test_hostile_outputs import ATTACKS, FORMULA, FORMULAS, MARKUP, plan

from planlens.cli import main
from planlens.library import Library, init

COMMANDS: dict[str, tuple[str, ...]] = {
    "diff": ("diff", "p2023", "p2025", "--full"),
    "files": ("diff", "=1+1<b>2023.md", "=1+1<b>2025.md"),
    "check": ("check", "p2025", "--last", "p2023"),
    "coverage": ("coverage", "p2023", "p2025"),
    "overlap": ("overlap", "p2023", "q2025"),
    "trace": ("trace", "人才"),
    "targets": ("targets", "p2023", "p2025"),
    "track": ("track", "床位", "p2023", "p2025"),
    "align": ("align", "p2023", "p2025"),
    "plans": ("plans",),
    "adoption": ("adoption",),
}
SHEETS = ("diff.xlsx", "targets.xlsx", "check.xlsx", "plans.xlsx", "diff.csv", "targets.csv", "plans.csv")
PRINTED = ("diff.docx", "check.docx")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Every report of the attacking library, each in every form it is opened in here."""
    folder = tmp_path_factory.mktemp("attack")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("PLANLENS_LIBRARY", "shelf")
        patch.setenv("PLANLENS_NO_SEMANTIC", "1")
        patch.delenv("PLANLENS_LANG", raising=False)
        init("shelf")
        for name, year, count, place in (
            ("p2023", 2023, 20, "中山市"),
            ("p2025", 2025, 50, "中山市"),
            ("q2025", 2025, 70, "江门市"),
        ):
            file = Path(f"=1+1<b>{year}{'q' * (name[0] == 'q')}.md")
            file.write_text(plan(year, count).replace("中山市", name), "utf-8")
            title = FORMULAS[5] + MARKUP[0] + name
            Library.open("shelf").add(
                file, name=name, region=place, issuer=FORMULAS[0], source=MARKUP[0], title=title, period=str(year)
            )
        answers = "".join(f"y {attack}\n" for attack in ATTACKS if "\x1b" not in attack)
        patch.setattr("sys.stdin", io.StringIO(answers))
        assert main(["review", "p2023", "p2025", "--reviewer", FORMULAS[5] + MARKUP[0]]) == 0
        for name, command in COMMANDS.items():
            wanted = [f"{name}.html", *(sheet for sheet in (*SHEETS, *PRINTED) if sheet.partition(".")[0] == name)]
            files = [word for file in wanted for word in ("-o", file)]
            assert main([*command, *files]) == 0, name
        assert main([*COMMANDS["diff"], "--plot", "diff.svg", "-o", "again.json"]) == 0
        assert main(["pack", "p2023", "p2025", "-o", "pack"]) == 0
        yield folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    need(str(CHROMIUM))
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        lacking("not installed: playwright (it is in the extra dev)")
    with sync_playwright() as running:
        started = running.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield started
        started.close()


def test_every_page_shows_words_and_asks_nothing(out: Path, browser: Any) -> None:
    """No dialog, no request but for the file itself, no error, no element of a plan; the attack is there to be read."""
    opened = [path for path in sorted(out.rglob("*")) if path.suffix in (".html", ".svg")]
    assert len(opened) >= len(COMMANDS) + 2
    for path in opened:
        page = browser.new_page()
        asked: list[str] = []
        went_wrong: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("dialog", lambda dialog, wrong=went_wrong: (wrong.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error, wrong=went_wrong: wrong.append(str(error)))
        page.on("console", lambda said, wrong=went_wrong: wrong.append(said.text))
        page.goto(path.as_uri())
        page.wait_for_load_state("networkidle")
        assert asked == [path.as_uri()] and went_wrong == [], (path.name, asked, went_wrong)
        assert page.evaluate("document.querySelectorAll('img, iframe, object, embed, [onerror], [onload]').length") == 0
        if path.suffix == ".html" and path.stem not in ("adoption", "track", "index"):
            said = page.evaluate("document.body.textContent")
            assert "<script>alert(1)</script>" in said or "<img src=x" in said, path.name
            policy = page.evaluate("document.querySelector('meta[http-equiv=Content-Security-Policy]').content")
            assert policy.startswith("default-src 'none'") and "unsafe" not in policy.replace("style-src 'unsafe", "")
        page.close()


def test_a_page_lets_nothing_that_is_put_in_run(out: Path, browser: Any) -> None:
    """The policy holds where the escaping would not: what is put into the page by hand does not run or load."""
    page = browser.new_page()
    page.goto((out / "diff.html").as_uri())
    page.evaluate(
        """() => { window.refused = [];
          document.addEventListener('securitypolicyviolation', e => refused.push(e.effectiveDirective));
          document.body.insertAdjacentHTML('beforeend',
          '<img src="http://127.0.0.1:9/a.png" onerror="window.ran = 1"><iframe src="http://127.0.0.1:9/"></iframe>');
          const s = document.createElement('script'); s.textContent = 'window.ran = 2'; document.body.append(s);
          fetch('http://127.0.0.1:9/x').catch(() => 0); }"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran") is None
    refused = set(page.evaluate("window.refused"))
    assert refused >= {"img-src", "frame-src", "connect-src", "script-src-elem", "script-src-attr"}
    page.close()


def test_libreoffice_opens_sheets_without_a_formula(out: Path, tmp_path: Path) -> None:
    """Each sheet saved again by LibreOffice, which reads a .csv and an .xlsx as a person's click does."""
    need("soffice")
    import openpyxl
    from rendering import to_xlsx

    raw = tmp_path / "raw.csv"
    raw.write_text("任务\n=1+1\n", "utf-8")
    *all_made, seen = to_xlsx(tmp_path, *(out / name for name in SHEETS), raw)
    assert openpyxl.load_workbook(seen).worksheets[0]["A2"].data_type == "f"  # the test sees what is one
    for name, made in zip(SHEETS, all_made, strict=True):
        book = openpyxl.load_workbook(made)
        cells = [
            cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None
        ]
        assert cells and not [cell.coordinate for cell in cells if cell.data_type == "f"], name
        assert not [cell for cell in cells if cell.hyperlink is not None and cell.hyperlink.target], name
        assert any("HYPERLINK" in str(cell.value) or "SUM(" in str(cell.value) for cell in cells), name


def test_libreoffice_prints_the_words_of_a_word_file(out: Path, tmp_path: Path) -> None:
    need("soffice", "pdftotext")
    for pdf in to_pdf(tmp_path, *(out / name for name in PRINTED)):
        said = "".join("".join(pages(pdf)).split())
        assert "alert(1)</script>" in said and "onerror=alert(2)" in said, pdf.name


def test_no_cell_of_a_csv_begins_as_a_formula(out: Path) -> None:
    number = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?%?")
    for path in sorted(out.rglob("*.csv")):
        rows = csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
        cells = [cell for row in rows for cell in row]
        assert not [c for c in cells if c.lstrip(" ").startswith(FORMULA) and not number.fullmatch(c)], path.name
