"""A workbook whose every cell is text or a number, never a formula: how it is opened, how its cells look, what fits."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from planlens.errors import OutputError
from planlens.report.cells import Mark
from planlens.report.look import safe

_LONGEST = 16_000  # characters, each of two units at most: the format ends a cell at 32,767 units
_NOT_XML = re.compile("[\ufffe\uffff]")  # no .xlsx file can hold them
_WIDE = re.compile("[“”‘’—…\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uffe6]")
_MARKUP = ("<r>", "</r>")  # XlsxWriter takes a cell that begins and ends so for rich text of its own making
_LINE, _HIGHEST = 13.5, 409  # points: of a line, and of the highest row the format knows
_FONT = "宋体"  # what Excel, WPS and LibreOffice have, or have a stand-in for, wherever Chinese is read


class Book:
    """A workbook being written: XlsxWriter's own, its formats by name, and its bytes at the end.

    `created` is the time it carries: the same report gives the same bytes.
    """

    def __init__(self, created: datetime, title: str = "") -> None:
        try:
            import xlsxwriter
        except ImportError:
            raise OutputError("writing .xlsx needs XlsxWriter: pip install 'planlens[office]'") from None
        self._stream = io.BytesIO()
        nothing_run = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.file: Any = xlsxwriter.Workbook(self._stream, {**nothing_run, "in_memory": True, "max_url_length": 2079})
        self.file.set_properties({"created": created, "title": clean(title)[:200]})
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}
        self.text = self.format(num_format="@")
        self.head = self.format(bold=True, bg_color="#D9E1F2", bottom_color="#7F7F7F", valign="vcenter")
        self.deleted = self.format(font_color="#C00000", font_strikeout=True)
        self.inserted = self.format(font_color="#00703C", underline=1)

    def format(self, **properties: object) -> Any:
        """A format on top of what all cells have, each made once."""
        whole = {"text_wrap": True, "valign": "top", "font_name": _FONT, "font_size": 10.5}
        whole |= {"bottom": 1, "bottom_color": "#D9D9D9", **properties}
        key = tuple(sorted(whole.items()))
        if key not in self._formats:
            self._formats[key] = self.file.add_format(whole)
        return self._formats[key]

    def put(
        self, sheet: Any, row: int, column: int, text: str, runs: Sequence[tuple[str, Mark]] = (), form: Any = None
    ) -> None:
        """A cell of text; `runs` are its pieces with the words struck out and put in."""
        form = form or self.text
        whole = clean(text)
        pieces = [
            ("".join(clean(piece) for piece, _ in same), mark) for mark, same in groupby(runs, key=lambda run: run[1])
        ]
        if len(pieces) < 2 or "".join(piece for piece, _ in pieces) != whole:  # a rich text has two pieces at least
            if whole:
                sheet.write_string(row, column, whole, form)
            else:
                sheet.write_blank(row, column, None, form)
            return
        flat: list[Any] = []
        for piece, mark in pieces:
            flat += [{"deleted": self.deleted, "inserted": self.inserted}[mark], piece] if mark else [piece]
        sheet.write_rich_string(row, column, *flat, form)

    def fit(self, sheet: Any, row: int, cells: Sequence[tuple[str, float]]) -> None:
        """Make a row as high as its cells need, each a text in a column of some width.

        Excel would find the height by itself; LibreOffice and most viewers show one line where none is given.
        """
        lines = max((_lines(text, wide) for text, wide in cells), default=1)
        sheet.set_row(row, min(max(lines, 1) * _LINE + 2, _HIGHEST))

    def bytes(self) -> bytes:
        self.file.close()
        return self._stream.getvalue()


def _lines(text: str, wide: float) -> int:
    """The lines a text takes in a column: one character fewer than it is wide, for words that do not break."""
    room = max(int(wide) - 1, 2)
    return sum(max(-(-width(line) // room), 1) for line in text.split("\n"))


def clean(text: str) -> str:
    """Text as a cell can hold it: lines kept, control characters as �, cut with … where the format ends.

    >>> clean("一\\n二\\x07"), clean("<r>甲</r>")
    ('一\\n二�', ' <r>甲</r>')
    """
    text = "\n".join(_NOT_XML.sub("\ufffd", safe(line)) for line in text.split("\n"))
    if text.startswith(_MARKUP[0]) and text.endswith(_MARKUP[1]):
        text = " " + text
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def width(text: str) -> int:
    """How wide a cell must be for the longest line of a text, in digits: a Chinese character takes two.

    >>> width("新增35家"), width("ab\\n一二三")
    (8, 6)
    """
    return max(len(line) + len(_WIDE.findall(line)) for line in text.split("\n"))
