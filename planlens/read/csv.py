"""Reads a .csv of indicators or tasks: finds out its encoding and its separator; its rows are those of tables."""

from __future__ import annotations

import contextlib
import csv
import io

from planlens.errors import InputError
from planlens.model import Block, Note
from planlens.read.encoding import decode
from planlens.read.made import join
from planlens.read.sheet import Sheets

_SEPARATORS = (",", "\t", ";", "，", "|")
_SAMPLE_ROWS = 50
_LONGEST_CELL = 1_000_000


def read_csv(data: bytes, where: str) -> tuple[str, str, tuple[Block, ...], tuple[Note, ...]]:
    """The rows of a .csv or .tsv: (text, encoding, blocks, notes). Raises InputError where quotes swallow the file."""
    decoded = decode(data, where)
    source = decoded.text.replace("\0", "")
    csv.field_size_limit(_LONGEST_CELL)
    sheets = Sheets()
    try:
        rows = csv.reader(io.StringIO(source, newline=""), delimiter=_separator(source))
        text, blocks = join(sheets.pieces(rows))
    except csv.Error as error:
        raise InputError(f"{where}: cannot be read as .csv ({error}); save it again as .xlsx") from error
    return text, decoded.encoding, blocks, (*decoded.notes, *sheets.notes())


def _separator(source: str) -> str:
    """The mark that cuts most rows into the same number of cells, two or more.

    >>> _separator("任务;单位\\n修路，植树;市交通局\\n"), _separator("任务\\n修路\\n")
    (';', ',')
    """
    return max(_SEPARATORS, key=lambda mark: _agreeing(source, mark))


def _agreeing(source: str, mark: str) -> int:
    sizes: dict[int, int] = {}
    rows = csv.reader(io.StringIO(source, newline=""), delimiter=mark)
    with contextlib.suppress(csv.Error):  # a mark that cuts nothing leaves a line as one cell, which may be too long
        for cells, _ in zip(rows, range(_SAMPLE_ROWS), strict=False):
            sizes[len(cells)] = sizes.get(len(cells), 0) + 1
    return max((count for size, count in sizes.items() if size > 1), default=0)
