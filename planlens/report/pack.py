"""A comparison as a folder to take into a meeting: the same result in every form, with one page to read first.

    make(report, tables, rows) -> Pack       every file in memory, and why one could not be made
    Pack.write(folder)                       each file whole; files of others stay as they are

A file that cannot be made here (a PDF without a browser) is named in the summary and keeps back no other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from planlens.errors import OutputError, PlanlensError
from planlens.files import inside, made, write_together
from planlens.model import Table
from planlens.report import Report, csv, docx, html, markdown, pdf, summary, write
from planlens.report import json as as_json
from planlens.report.charts import charts
from planlens.report.embed import into
from planlens.report.figures import picture
from planlens.report.messages import Messages
from planlens.report.stamp import stamp

SUMMARY = ("summary.docx", "summary.md")
REPORTS = ("report.docx", "report.xlsx", "report.html", "report.pdf")
RESULT = "result.json"
CHARTS = "charts.png"
TABLES = ("shifts.csv", "changes.csv")
FILES = (*SUMMARY, *REPORTS, CHARTS, *TABLES, RESULT)

# Columns of the rows of a comparison that only one of the two tables fills.
_OF_CHANGES = ("kinds", "probability", "basis", "nearest_clause", "nearest", "nearest_probability", "carried", "trace")
_OF_SHIFTS = ("indicator", "old_value", "new_value", "difference", "percent_number", "verdict")


@dataclass(frozen=True, slots=True)
class Pack:
    """The files of a pack by name, and for each that could not be made why."""

    files: dict[str, bytes]
    missing: dict[str, str]

    def write(self, folder: Path) -> None:
        """Put all files in their places, or none; what an earlier pack left there and this one lacks is taken away.

        Raises OutputError where the folder cannot be written.
        """
        first = sorted(self.files, key=lambda name: name != RESULT)  # what marks the folder as a pack's
        with made(folder):
            write_together({inside(folder / name, folder): self.files[name] for name in first})
        for name in set(FILES) - self.files.keys():
            with suppress(FileNotFoundError):
                (folder / name).unlink()


def check(folder: Path) -> None:
    """Raise OutputError where a pack cannot go: into a file, or among files that are no pack's."""
    if not folder.exists():
        if not folder.parent.is_dir():
            raise OutputError(f"{folder}: there is no folder {folder.parent}")
        return
    if not folder.is_dir():
        raise OutputError(f"{folder}: a file, not a folder")
    if any(folder.iterdir()) and not is_pack(folder):
        raise OutputError(f"{folder}: holds other files and no pack; name a new or empty folder")


def is_pack(folder: Path) -> bool:
    """Whether a folder holds the result of a pack."""
    result = folder / RESULT
    try:
        found = json.loads(result.read_text("utf-8")) if result.is_file() else {}  # a pipe would be waited for
        return bool(found["manifest"]["command"][0] == "pack")
    except (OSError, ValueError, KeyError, IndexError, TypeError, RecursionError):
        return False


def make(report: Report, rows: Callable[[str], Table]) -> Pack:
    """All files of a comparison; `rows` gives the rows of "shifts" or "changes" for a spreadsheet.

    The browser that makes the PDF works while the other files are written.
    """
    report = replace(report, tables=cache(report.tables), json=cache(report.json))
    page = html.write(report)
    found: dict[str, bytes] = {"report.html": _bytes(into("html", page, report))}
    missing: dict[str, str] = {}

    def put(name: str, made: Callable[[], bytes]) -> None:
        try:
            found[name] = made()
        except PlanlensError as error:
            missing[name] = str(error)

    with ThreadPoolExecutor(1) as beside:
        printing = beside.submit(pdf.of_page, page, stamp(report.result))
        put("report.docx", lambda: _bytes(write("docx", report)))
        put("report.xlsx", lambda: _bytes(write("xlsx", report)))
        if drawn := charts(report):
            put(CHARTS, lambda: picture(drawn, "png"))
        put(RESULT, lambda: as_json.dumps(report.json()).encode())
        put("shifts.csv", lambda: _csv(rows("shifts"), report, _OF_CHANGES))
        put("changes.csv", lambda: _csv(rows("changes"), report, _OF_SHIFTS))
        put("report.pdf", lambda: _bytes(into("pdf", printing.result(), report)))
    there = [name for name in FILES if name in found or name in SUMMARY]
    listed = contents({**dict.fromkeys(there, ""), **missing}, report.m)
    put("summary.docx", lambda: docx.brief(report, _lines(report, there, missing)))
    put("summary.md", lambda: markdown.write(_summary(report, listed), report.look).encode())
    return Pack({name: found[name] for name in FILES if name in found}, missing)


def _lines(report: Report, there: Sequence[str], missing: dict[str, str]) -> list[str]:
    """What the summary says at its end: the other files, those that are not there, what was compared, a caution."""
    m = report.m
    read = [f"{file['file']} sha256:{file['sha256'][:12]}" for file in report.json()["manifest"]["inputs"]]
    return [
        m("docx.lead", label=m("pack.files")) + " · ".join(there),
        *(m("docx.lead", label=name) + m("pack.missing", why=why) for name, why in missing.items()),
        m("docx.lead", label=m("manifest.inputs")) + " · ".join(read),
        m("pack.caution"),
    ]


def contents(files: dict[str, str], m: Messages) -> Table:
    """What each file is, or why it is not there."""
    rows = [
        (name, m("pack.missing", why=why) if why else m("pack." + name.replace(".", "_")))
        for name, why in files.items()
    ]
    return Table("contents", m("pack.files"), ("", ""), tuple(rows))


def _summary(report: Report, listed: Table) -> list[Table]:
    tables = report.tables()
    first = [summary.named(tables, name) for name in ("counts", "head")]
    ends = [table for table in tables if table.name == "closing"]
    facts = [table for table in first if table is not None]
    return [*facts[:1], *summary.leading(tables, report.m), *facts[1:], listed, *ends]


def _csv(table: Table, report: Report, without: Sequence[str]) -> bytes:
    left_out = {report.m("column." + name) for name in without}
    kept = [n for n, name in enumerate(table.columns) if name not in left_out]
    rows = tuple(tuple(row[n] for n in kept) for row in table.rows)
    narrow = replace(table, columns=tuple(table.columns[n] for n in kept), rows=rows)
    return csv.BOM + csv.write([narrow], report.look).encode("utf-8", "backslashreplace")


def _bytes(made: str | bytes) -> bytes:
    return made if isinstance(made, bytes) else made.encode()
