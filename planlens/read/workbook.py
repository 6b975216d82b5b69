"""The first sheet of an .xlsx file as rows of text."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path

from planlens.errors import InputError

_MOST_UNPACKED = 200_000_000  # bytes; a sheet with a row a statement stays far below
_MOST_ROWS = 100_000
_MOST_COLUMNS = 100


def rows(path: Path) -> list[list[str]]:
    """Every row, an empty cell as ""; formulas as they are written. Raises InputError for what is no such file."""
    if not path.is_file():
        raise InputError(f"{path}: {'a folder, not a file' if path.is_dir() else 'no such file'}")
    try:
        import openpyxl
    except ImportError:
        raise InputError("reading .xlsx needs openpyxl: pip install 'planlens[office]'") from None
    try:
        with zipfile.ZipFile(path) as parts:
            if sum(part.file_size for part in parts.infolist()) > _MOST_UNPACKED:
                raise ValueError("unpacked it is too large for a sheet of decisions")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # drop-downs and the like, which are not read
            book = openpyxl.load_workbook(path, read_only=True)
            try:
                return _rows(book.worksheets[0])
            finally:
                book.close()
    except Exception as error:  # openpyxl lets through whatever a damaged file makes zipfile, lxml and itself raise
        told = " ".join(str(error).split())[:100] or type(error).__name__
        raise InputError(f"{path}: cannot be read as .xlsx ({told})") from None


def _rows(sheet: object) -> list[list[str]]:
    found: list[list[str]] = []
    iterate = sheet.iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS, values_only=True)  # type: ignore[attr-defined]
    for row in iterate:
        cells = ["" if cell is None else str(cell) for cell in row]
        found.append(cells)
    while found and not any(found[-1]):
        found.pop()
    return found
