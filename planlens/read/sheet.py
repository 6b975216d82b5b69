"""Parts the rows of a sheet into titles, tables and remarks, and sees where one table ends and the next begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from planlens.columns import goes_on, is_head
from planlens.model import Note
from planlens.read.made import Piece, one_line, row


@dataclass(slots=True)
class Sheets:
    """Reads the sheets of one file in order; counts their tables, and the heads that are printed once more."""

    tables: int = 0
    repeated: int = 0

    def pieces(self, lines: Iterable[Sequence[str]]) -> Iterator[Piece]:
        """The rows of one sheet: a lone cell is a title, the name of a group or a remark, other rows are of a table.

        A head of columns begins a table, unless one stands right above it; the head of the same table once more, as
        printed on every page, is left out.
        """
        head: list[list[str]] = []
        inside = directly_below = False
        width = 0
        for line in lines:
            cells = _without_tail([one_line(cell) for cell in line])
            if not any(cells):
                continue
            if _stands_alone(cells, inside):
                directly_below = False
                yield Piece("paragraph", next(filter(None, cells)))
                continue
            if is_head(cells) or (directly_below and goes_on(head[-1], cells)):
                if cells in head and not directly_below:
                    self.repeated += 1
                    continue
                if not directly_below:
                    self.tables += 1
                    head, width = [], 0
                head.append(cells)
                width = max(width, len(cells))
                inside = directly_below = True
            elif not inside:
                self.tables += 1
                inside = True
            else:
                directly_below = False
            yield row([*cells, *[""] * (width - len(cells))], self.tables)

    def notes(self) -> tuple[Note, ...]:
        return (Note("table", None, f"重复的表头：{self.repeated}"),) if self.repeated else ()


def _stands_alone(cells: Sequence[str], inside: bool) -> bool:
    """Whether one text is all there is; in a table it must fill the row or open it, and be no number."""
    if len(set(filter(None, cells))) > 1:
        return False
    return not inside or (bool(cells[0]) and not cells[0].isdecimal())


def _without_tail(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells
