"""Makes the text of a format that has none of its own: pieces joined by line ends, each piece a block."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from planlens.model import Block, BlockKind, Span
from planlens.read.lines import BLANK

_SPACES = re.compile(r"[ \t\r\n\f\v\u00a0]+")
_CHINESE = r"[\u2e80-\u9fff\uff00-\uffef]"
_BETWEEN_CHINESE = re.compile(rf"(?<={_CHINESE})[ \t]*[\r\n][ \t\r\n]*(?={_CHINESE})")


@dataclass(frozen=True, slots=True)
class Piece:
    """One block to be: its text is a single line."""

    kind: BlockKind
    text: str
    level: int = 0
    table: int = 0


def join(pieces: Iterable[Piece]) -> tuple[str, tuple[Block, ...]]:
    """The text and its blocks; pieces that print nothing are left out.

    >>> join([Piece("heading", "一、目标", level=1), Piece("paragraph", " "), Piece("paragraph", "到2025年")])[0]
    '一、目标\\n到2025年'
    """
    text: list[str] = []
    blocks: list[Block] = []
    at = 0
    for piece in pieces:
        line = piece.text.strip(BLANK)
        if line:
            blocks.append(Block(piece.kind, Span(at, at + len(line)), piece.level, piece.table))
            text.append(line)
            at += len(line) + 1
    return "\n".join(text), tuple(blocks)


def one_line(text: str) -> str:
    """Source text as it is shown: a line break between two Chinese characters is nothing, other space is one space."""
    return _SPACES.sub(" ", _BETWEEN_CHINESE.sub("", text)).strip(BLANK)


def whole(value: str | None) -> int | None:
    """A whole number of markup; None for none, and for one of more than nine digits, which counts nothing.

    >>> whole("12"), whole("1" * 5000), whole("-1"), whole(None)
    (12, None, None, None)
    """
    return int(value) if value and value.isdecimal() and len(value) <= 9 else None


def row(cells: Iterable[str], table: int) -> Piece:
    """A row of a table; a bar inside a cell is made full-width, so that bars only part cells."""
    shown = [one_line(cell).replace("|", "｜") for cell in cells]
    return Piece("row", " | ".join(shown) if any(shown) else "", table=table)


_LONG_CELL = 600
"""Characters; a cell longer than this that holds most of its table is the page itself, not a value."""


def holds_values(sizes: list[list[int]]) -> bool:
    """Whether a table holds values, from the sizes of its cells row by row, or only frames text.

    >>> holds_values([[4, 5], [4, 1]]), holds_values([[300]]), holds_values([[8, 9], [20, 3000]])
    (True, False, False)
    """
    if sum(sum(size > 0 for size in cells) >= 2 for cells in sizes) < 2:
        return False
    flat = [size for cells in sizes for size in cells]
    return max(flat) < max(_LONG_CELL, sum(flat) / 2)
