"""Writers by name: each turns a report into one text, or the bytes of one file.

A `Report` holds a result in every form it can take, each made when a writer asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from planlens.model import Table
from planlens.report.look import Look
from planlens.report.messages import Messages


@dataclass(frozen=True)
class Report:
    """What a command found: `tables` for a reader, `rows` for a spreadsheet, `json` with every span.

    `result` is what the stages made (a Comparison, a Coverage …), for forms that show more than tables do.
    """

    m: Messages
    look: Look
    tables: Callable[[], Sequence[Table]]
    rows: Callable[[], Sequence[Table]]
    json: Callable[[], dict[str, Any]]
    result: object = None
    manifest: Callable[[], dict[str, Any]] = dict
    """What it rests on, for the file to hold."""


# What -o FILE means by its suffix where no --format is given.
SUFFIXES = {
    ".txt": "table", ".md": "md", ".csv": "csv", ".json": "json", ".docx": "docx", ".xlsx": "xlsx", ".html": "html",
    ".pdf": "pdf",
}  # fmt: skip
FORMATS = ("table", "md", "csv", "json", "docx", "xlsx", "html", "pdf")
IN_TERMINAL = FORMATS[:4]  # text; the others are files
MARKED = FORMATS[4:]  # what shows which words of a sentence were struck out and put in
_HOMES = {"table": "terminal", "md": "markdown"}


def write(form: str, report: Report) -> str | bytes:
    """The report in one form with its manifest in it; bytes where it is a file of an office program or a page."""
    from planlens.report.embed import into

    module = import_module(f"planlens.report.{_HOMES.get(form, form)}")
    if form == "json":
        return str(module.dumps(report.json()))
    if form in IN_TERMINAL:
        return into(form, str(module.write(report.rows() if form == "csv" else report.tables(), report.look)), report)
    made: bytes = module.write(report)
    return into(form, made, report)
