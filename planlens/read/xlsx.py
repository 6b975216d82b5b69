"""Workbooks of indicators and tasks: every sheet a table, its cells as Excel shows them, merged ones repeated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from planlens.errors import InputError
from planlens.model import Block, Note
from planlens.read.made import Piece, join, one_line, row
from planlens.read.workbook import opened

_MOST_CELLS = 2_000_000  # a sheet formatted to its last column must not fill the memory


def read_xlsx(data: bytes, where: str) -> tuple[str, str, tuple[Block, ...], tuple[Note, ...]]:
    """Text, encoding, blocks and notes of an .xlsx file. Raises InputError for what is none."""
    book = opened(data, where, data_only=True)
    notes = [Note("chrome", None, f"未读隐藏的工作表“{s.title}”") for s in book.worksheets if _hidden(s)]
    shown = [sheet for sheet in book.worksheets if not _hidden(sheet)]
    pieces = [piece for number, sheet in enumerate(shown, 1) for piece in _sheet(sheet, number, where)]
    text, blocks = join(pieces)
    return text, "xlsx", blocks, tuple(notes)


def _hidden(sheet: Any) -> bool:
    return str(sheet.sheet_state) != "visible"


def _sheet(sheet: Any, number: int, where: str) -> Iterator[Piece]:
    """Rows with one filled cell are titles and remarks; all others are rows of the table."""
    if sheet.max_row * sheet.max_column > _MOST_CELLS:
        raise InputError(f"{where}: sheet {sheet.title} spans {sheet.max_row} × {sheet.max_column} cells; cut it down")
    merged = _merged(sheet)
    for line in sheet.iter_rows():
        cells = [shown(merged.get((cell.row, cell.column), cell)) for cell in line]
        while cells and not cells[-1]:
            cells.pop()
        filled = list(dict.fromkeys(filter(None, cells)))
        if len(filled) == 1:
            yield Piece("paragraph", one_line(filled[0]))
        elif filled:
            yield row(cells, number)


def _merged(sheet: Any) -> dict[tuple[int, int], Any]:
    """The cell whose value each cell of a merged range shows."""
    found = {}
    for area in sheet.merged_cells.ranges:
        first = sheet.cell(area.min_row, area.min_col)
        for place in area.cells:
            found[place] = first
    return found


def shown(cell: Any) -> str:
    """A cell's value as Excel shows it: 0.955 formatted as a percentage is 95.5%, 7.0 is 7, dates are ISO."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value.date().isoformat() if isinstance(value, datetime) else _text(value)
    exact = Decimal(repr(value))
    if "%" in str(cell.number_format):
        return f"{_plain(exact * 100)}%"
    return _plain(exact)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
