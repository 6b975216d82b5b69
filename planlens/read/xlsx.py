"""Workbooks of indicators and tasks: sheets as Excel shows them, merged cells repeated, hidden ones left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from planlens.model import Block, Note
from planlens.read import limits, package
from planlens.read.made import Piece, join
from planlens.read.sheet import Sheets
from planlens.read.workbook import opened

_MOST_CELLS = 2_000_000  # a sheet formatted to its last column must not fill the memory
_GIVEN_NAME = re.compile(r"(?:Sheet|Feuil|工作表)\s*\d*", re.IGNORECASE)
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[[^\[\]]*\]|_.|\*.')
_PLACES = re.compile(r"[0#?](?:[0#?,]*)(?:\.([0#?]+))?")
_SCALED = re.compile(r"[0#?],+(?![0#?])|!")
"""Formats that show a number in thousands: the number itself is read."""
_MOST_ROUNDED = 10**15
_NO_VALUE = re.compile(rb"</f>\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_SIGNIFICANT = 12
"""Digits; beyond them a float only shows how it is stored (Excel's General shows 11)."""


def read_xlsx(data: bytes, where: str) -> tuple[str, str, tuple[Block, ...], tuple[Note, ...]]:
    """Text, encoding, blocks and notes of an .xlsx file. Raises InputError for what is none."""
    book = opened(data, where, data_only=True)
    shown_sheets = [sheet for sheet in book.worksheets if not _hidden(sheet)]
    notes = [Note("chrome", None, f"未读隐藏的工作表“{s.title}”") for s in book.worksheets if _hidden(s)]
    notes += [note for sheet in shown_sheets for note in _left_out(sheet)]
    notes += _not_computed(data, where)
    sheets = Sheets()
    pieces = [piece for sheet in shown_sheets for piece in _sheet(sheet, sheets, where)]
    text, blocks = join(pieces)
    return text, "xlsx", blocks, (*notes, *sheets.notes())


def _hidden(sheet: Any) -> bool:
    return str(sheet.sheet_state) != "visible"


def _sheet(sheet: Any, sheets: Sheets, where: str) -> Iterator[Piece]:
    limits.check(sheet.max_row * sheet.max_column, _MOST_CELLS, where, f"cells in sheet {sheet.title}")
    yield from sheets.pieces(_lines(sheet))


def _lines(sheet: Any) -> Iterator[list[str]]:
    merged, rows, columns = _merged(sheet), _hidden_rows(sheet), _hidden_columns(sheet)
    for line in sheet.iter_rows():
        if line and line[0].row in rows:
            continue
        yield [shown(merged.get((cell.row, cell.column), cell)) for cell in line if cell.column not in columns]


def _hidden_rows(sheet: Any) -> set[int]:
    """Rows that a person has hidden; those a filter hides for the moment belong to the table."""
    if sheet.auto_filter.filterColumn:
        return set()
    return {number for number, row in sheet.row_dimensions.items() if row.hidden}


def _hidden_columns(sheet: Any) -> set[int]:
    hidden = [column for column in sheet.column_dimensions.values() if column.hidden]
    return {number for column in hidden for number in range(column.min or 0, (column.max or 0) + 1)}


def _left_out(sheet: Any) -> Iterator[Note]:
    rows, columns = len(_hidden_rows(sheet)), len(_hidden_columns(sheet))
    if rows or columns:
        yield Note("chrome", None, f"未读隐藏的行列：{rows}、{columns}（工作表“{sheet.title}”）")


def _not_computed(data: bytes, where: str) -> list[Note]:
    """A program other than Excel may store a formula without its value; such a cell is empty to us."""
    parts = package.parts(data, where)
    sheets = (part for name, part in parts.items() if name.startswith("xl/worksheets/") and b"<f" in part)
    count = sum(len(_NO_VALUE.findall(part)) for part in sheets)
    return [Note("table", None, f"没有存值的公式，未读：{count}")] if count else []


def _merged(sheet: Any) -> dict[tuple[int, int], Any]:
    """The cell whose value each cell of a merged range shows."""
    found = {}
    for area in sheet.merged_cells.ranges:
        first = sheet.cell(area.min_row, area.min_col)
        for place in area.cells:
            found[place] = first
    return found


def shown(cell: Any) -> str:
    """A cell's value as Excel shows it: 0.955 as a percentage is 95.5%, 7.0 is 7, 2025-12-31 as a month 2025年12月."""
    value = cell.value
    if value is None:
        return ""
    code = str(cell.number_format).split(";")[0]
    if isinstance(value, (datetime, date)):
        return _day(value, code)
    if isinstance(value, (bool, time)) or not isinstance(value, (int, float)):
        return str(value)
    return _number(Decimal(repr(value)), code)


def _day(value: date, code: str) -> str:
    bare = re.sub(r"\[[^\[\]]*\]|[\"\\]", "", code)
    if "年" not in bare:
        return f"{value:%Y-%m-%d}"
    day = f"{value.day}日" if "日" in bare else ""
    return f"{value.year}年" + (f"{value.month}月{day}" if "月" in bare else "")


def _number(value: Decimal, code: str) -> str:
    """The number with the words its format puts before and behind it (0.0"以上"), rounded where the format rounds."""
    place = _PLACES.search(_LITERAL.sub(lambda found: " " * len(found[0]), code))
    if place is None or _SCALED.search(code) or abs(value) > _MOST_ROUNDED:
        return _plain(Decimal(format(value, f".{_SIGNIFICANT}g")))
    percent = "%" in _LITERAL.sub("", code)
    exact = value * 100 if percent else value
    step = Decimal(1).scaleb(-len(place[1] or ""))
    rounded = exact.quantize(step, ROUND_HALF_UP)
    before, behind = (_words(part) for part in (code[: place.start()], code[place.end() :]))
    return f"{before}{_plain(rounded)}{'%' if percent else ''}{behind}"


def _words(code: str) -> str:
    return "".join(quoted or escaped for quoted, escaped in _LITERAL.findall(code)).strip()


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
