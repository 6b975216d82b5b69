"""The sheet in which a reviewer decides about links: a drop-down and a note beside texts that stay as they are."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from planlens.errors import OutputError
from planlens.model import Table
from planlens.redline import words
from planlens.report.look import one_line

_WIDTHS = {"old_text": 50, "new_text": 50, "note": 24, "old_clause": 18, "new_clause": 18, "verdict": 12, "state": 16}
_NARROW = 9
_LONGEST = 32_000  # characters a cell may hold; the format ends at 32,767
_HIDDEN = ("old_digest", "new_digest")


def review(
    table: Table, columns: Sequence[str], open_columns: Sequence[str], choices: Sequence[str], others: Sequence[Table],
    *, refusal: str,
) -> bytes:  # fmt: skip
    """A workbook: `table` to be filled in, its `columns` by name, then `others` to look statements up in.

    Only `open_columns` can be written in; `verdict` offers `choices`. Every cell is text: nothing in it is run.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise OutputError("writing .xlsx needs XlsxWriter: pip install 'planlens[office]'") from None
    stream = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(stream, plain)
    book.set_properties({"created": datetime(2000, 1, 1)})  # the same review gives the same bytes
    looks = _Looks(book)
    _to_fill_in(book.add_worksheet(table.title), looks, table, columns, open_columns, choices, refusal)
    for other in others:
        _to_look_up(book.add_worksheet(other.title), looks, other)
    book.close()
    return stream.getvalue()


class _Looks:
    """How cells look: `open` ones can be written in."""

    def __init__(self, book: Any) -> None:
        cell = {"text_wrap": True, "valign": "top", "num_format": "@"}
        self.head = book.add_format({**cell, "bold": True, "bg_color": "#D9E1F2", "border": 1})
        self.text = book.add_format(cell)
        self.open = book.add_format({**cell, "locked": False, "bg_color": "#FFF9E5", "border": 1})
        self.gone = book.add_format({"font_color": "#C00000", "font_strikeout": True})
        self.come = book.add_format({"font_color": "#00703C", "underline": 1})


def _to_fill_in(
    sheet: Any, looks: _Looks, table: Table, columns: Sequence[str], open_columns: Sequence[str],
    choices: Sequence[str], refusal: str,
) -> None:  # fmt: skip
    at = {name: n for n, name in enumerate(columns)}
    for n, (name, title) in enumerate(zip(columns, table.columns, strict=True)):
        sheet.set_column(n, n, _WIDTHS.get(name, _NARROW), None, {"hidden": True} if name in _HIDDEN else {})
        sheet.write_string(0, n, title, looks.head)
    for r, row in enumerate(table.rows, 1):
        for n, name in enumerate(columns):
            if name not in ("old_text", "new_text"):
                sheet.write_string(r, n, _safe(row[n]), looks.open if name in open_columns else looks.text)
        old, new = row[at["old_text"]], row[at["new_text"]]
        for name, pieces in (("old_text", _pieces(old, new, 0, looks)), ("new_text", _pieces(old, new, 1, looks))):
            _put(sheet, r, at[name], row[at[name]], pieces, looks)
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


def _pieces(old: str, new: str, side: int, looks: _Looks) -> Iterator[tuple[Any, str]]:
    """One side of the redline: (format or None, text)."""
    if old and new:
        for op in words(_safe(old), _safe(new)):
            text = (op.old, op.new)[side]
            if text:
                yield (None if op.kind == "kept" else (looks.gone, looks.come)[side]), text


def _put(sheet: Any, row: int, column: int, text: str, pieces: Iterator[tuple[Any, str]], looks: _Looks) -> None:
    listed = list(pieces)
    if len(listed) < 2 or len(text) > _LONGEST:  # a rich text has two pieces at least
        sheet.write_string(row, column, _safe(text), looks.text)
        return
    flat: list[Any] = []
    for form, piece in listed:
        flat += [piece] if form is None else [form, piece]
    sheet.write_rich_string(row, column, *flat, looks.text)


def _to_look_up(sheet: Any, looks: _Looks, table: Table) -> None:
    for n, (title, width) in enumerate(zip(table.columns, (14, 30, 90), strict=True)):
        sheet.set_column(n, n, width)
        sheet.write_string(0, n, title, looks.head)
    for r, row in enumerate(table.rows, 1):
        for n, cell in enumerate(row):
            sheet.write_string(r, n, _safe(cell), looks.text)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
    sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})


def _safe(text: str) -> str:
    return one_line(text)[:_LONGEST]
