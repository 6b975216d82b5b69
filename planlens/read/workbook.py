"""Opens an .xlsx file, of an indicator sheet or of decisions, and says in one line what is wrong with it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from planlens.errors import InputError
from planlens.read import package

_MOST_ROWS = 100_000
_MOST_COLUMNS = 100


def rows(path: Path) -> list[list[str]]:
    """Every row of the first sheet as text, an empty cell as ""; formulas as they are written."""
    if not path.is_file():
        raise InputError(f"{path}: {'a folder, not a file' if path.is_dir() else 'no such file'}")
    book = opened(path.read_bytes(), str(path), read_only=True)
    try:
        return _rows(book.worksheets[0])
    finally:
        book.close()


def opened(data: bytes, where: str, **options: bool) -> Any:
    """The workbook. Raises InputError for what is none and where openpyxl, which the extra `office` brings, is not."""
    try:
        import openpyxl
    except ImportError:
        raise InputError(f"{where}: reading .xlsx needs openpyxl: pip install 'planlens[office]'") from None
    members = package.parts(data, where)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # drop-downs and the like, which are not read
            return openpyxl.load_workbook(package.packed(members), **options)
    except Exception as error:  # openpyxl lets through whatever a damaged file makes zipfile, lxml and itself raise
        told = " ".join(str(error).split())[:100] or type(error).__name__
        raise InputError(f"{where}: cannot be read as .xlsx ({told})") from None


def _rows(sheet: object) -> list[list[str]]:
    found: list[list[str]] = []
    iterate = sheet.iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS, values_only=True)  # type: ignore[attr-defined]
    for row in iterate:
        cells = ["" if cell is None else str(cell) for cell in row]
        found.append(cells)
    while found and not any(found[-1]):
        found.pop()
    return found
