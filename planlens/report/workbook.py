"""The sheet in which a reviewer decides about links: a drop-down and a note beside texts that stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from planlens.model import Table
from planlens.report.cells import compared
from planlens.report.look import one_line
from planlens.report.sheets import Book

_WIDTHS = {"old_text": 50, "new_text": 50, "note": 24, "old_clause": 18, "new_clause": 18, "verdict": 12, "state": 16}
_NARROW = 9
_HIDDEN = ("old_digest", "new_digest")


def review(
    table: Table, columns: Sequence[str], open_columns: Sequence[str], choices: Sequence[str], others: Sequence[Table],
    *, refusal: str,
) -> bytes:  # fmt: skip
    """A workbook: `table` to be filled in, its `columns` by name, then `others` to look statements up in.

    Only `open_columns` can be written in; `verdict` offers `choices`. Every cell is text: nothing in it is run.
    """
    book = Book(datetime(2000, 1, 1))  # the same review gives the same bytes
    _to_fill_in(book, book.file.add_worksheet(table.title), table, columns, open_columns, choices, refusal)
    for other in others:
        _to_look_up(book, book.file.add_worksheet(other.title), other)
    return book.bytes()


def _to_fill_in(
    book: Book, sheet: Any, table: Table, columns: Sequence[str], open_columns: Sequence[str],
    choices: Sequence[str], refusal: str,
) -> None:  # fmt: skip
    at = {name: n for n, name in enumerate(columns)}
    to_write_in = book.format(num_format="@", locked=False, bg_color="#FFF9E5", border=1)
    for n, (name, title) in enumerate(zip(columns, table.columns, strict=True)):
        sheet.set_column(n, n, _WIDTHS.get(name, _NARROW), None, {"hidden": True} if name in _HIDDEN else {})
        sheet.write_string(0, n, title, book.head)
    for r, row in enumerate(table.rows, 1):
        for n, name in enumerate(columns):
            if name not in ("old_text", "new_text"):
                book.put(sheet, r, n, one_line(row[n]), form=to_write_in if name in open_columns else None)
        old, new = one_line(row[at["old_text"]]), one_line(row[at["new_text"]])
        marked = compared(old, new) if old and new else ((), ())
        for name, text, runs in zip(("old_text", "new_text"), (old, new), marked, strict=True):
            book.put(sheet, r, at[name], text, runs)
    last, verdict = max(len(table.rows), 1), at["verdict"]
    rule = {
        "validate": "list",
        "source": list(choices),
        "error_title": table.columns[verdict],
        "error_message": refusal,
    }
    sheet.data_validation(1, verdict, last, verdict, rule)
    sheet.freeze_panes(1, at["verdict"] + 1)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})


def _to_look_up(book: Book, sheet: Any, table: Table) -> None:
    for n, (title, width) in enumerate(zip(table.columns, (14, 30, 90), strict=True)):
        sheet.set_column(n, n, width)
        sheet.write_string(0, n, title, book.head)
    for r, row in enumerate(table.rows, 1):
        for n, cell in enumerate(row):
            book.put(sheet, r, n, one_line(cell))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
    sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})
