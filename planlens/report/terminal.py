"""Tables for a terminal, right with double-width characters and on narrow windows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from planlens.model import Table
from planlens.report.look import Look, one_line

_LEAST = 12  # cells: under six Chinese characters a line a column is not read, so rows become blocks of lines
_LINES = 4  # lines a text may take in a cell before it is cut
_GAP = 2  # what tabulate's "simple" puts between columns, and what every style adds to the width of a column's name
_WORD = re.compile(r"[A-Za-z0-9.,%+\-]+|.", re.DOTALL)

_CLOSING = frozenset("，。；：、！？）》」』】〕”’…)")  # no line begins with them

_COLOURS = {"new": "green", "dropped": "red", "changed": "yellow", "shifts": "cyan", "one_sided": "cyan"}


def write(tables: Sequence[Table], look: Look) -> str:
    """All tables one under the other, each under its title, in the style asked for."""
    if look.style == "markdown":
        from planlens.report import markdown

        return markdown.write(tables, look)
    return "\n\n".join(_one(table, look) for table in tables) + "\n"


def _one(table: Table, look: Look) -> str:
    lines = [_heading(table, look)] if table.title else []
    if not table.rows:
        return "\n".join([*lines, look.nothing])
    rows = [[_clean(cell) for cell in row] for row in table.rows]
    columns = [_clean(name) for name in table.columns]
    widths = _widths([columns, *rows], look.width)
    lines.append(_grid(columns, rows, widths, look) if widths else _blocks(columns, rows, look))
    return "\n".join(lines)


def _clean(cell: str) -> str:
    return "\n".join(one_line(line) for line in cell.split("\n"))


def _heading(table: Table, look: Look) -> str:
    if not look.colour:
        return one_line(table.title)
    import click

    return click.style(one_line(table.title), fg=_COLOURS.get(table.name), bold=True)


def _grid(columns: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int], look: Look) -> str:
    from tabulate import tabulate

    limit = None if look.full or not any(columns) else _LINES
    cells = [[_cell(cell, width, limit) for cell, width in zip(row, widths, strict=True)] for row in rows]
    if not any(columns):
        return str(tabulate(cells, tablefmt=look.style or "plain", disable_numparse=True))
    head = [_cell(name, width, None) for name, width in zip(columns, widths, strict=True)]
    tall = bool(columns[0]) and any("\n" in cell for row in cells for cell in row)  # rows with names need no lines
    if tall and look.style == "plain":  # nothing but an empty line parts the rows
        cells = [line for row in cells for line in (row, [""] * len(row))][:-1]
    style = look.style or ("simple_grid" if tall else "simple")
    return str(tabulate(cells, head, tablefmt=style, disable_numparse=True))


def _cell(text: str, width: int, limit: int | None) -> str:
    return "\n".join(line for part in text.split("\n") for line in wrap(part, width, limit))


def _widths(rows: Sequence[Sequence[str]], total: int) -> list[int]:
    """Cells a column: what it needs while all fit, else the long ones share what the short ones leave; none where
    that is too little to read.
    """
    natural = [
        max(display_width(line) for cell in column for line in cell.split("\n")) for column in zip(*rows, strict=True)
    ]
    natural = [max(need, display_width(name) + _GAP) for need, name in zip(natural, rows[0], strict=True)]
    left = total - (len(natural) * 3 + 1)  # "simple_grid" puts "│ " before and " " after a cell, one "│" at the end
    one_line_each = not any("\n" in cell for row in rows for cell in row)
    if sum(natural) <= (total - _GAP * (len(natural) - 1) if one_line_each else left):
        return natural
    widths, waiting = list(natural), len(natural)
    for i in sorted(range(len(natural)), key=lambda i: natural[i]):
        widths[i] = min(natural[i], left // waiting)  # shortest first: what it leaves goes to the longer ones
        left, waiting = left - widths[i], waiting - 1
    readable = all(width >= min(_LEAST, need) for width, need in zip(widths, natural, strict=True))
    return [max(width, 1) for width in widths] if readable else []


def _blocks(columns: Sequence[str], rows: Sequence[Sequence[str]], look: Look) -> str:
    """For narrow windows: each row as lines of "name: text", a blank line after it."""
    lines: list[str] = []
    for row in rows:
        for name, cell in zip(columns, row, strict=True):
            if cell:
                first, *rest = cell.split("\n")
                parts = [f"{name}: {first}" if name else first, *(f"  {part}" for part in rest)]
                lines += [_cell(part, look.width, None if look.full else _LINES) for part in parts]
        lines.append("")
    return "\n".join(lines[:-1])


def wrap(text: str, width: int, lines: int | None) -> list[str]:
    """Text broken to `width` cells, a number or Latin word kept whole where it fits, cut with … after `lines` lines.

    >>> wrap("新增社康机构35家以上", 10, None)
    ['新增社康机', '构35家以上']
    >>> wrap("新增社康机构35家以上", 10, 1)
    ['新增社康…']
    """
    found: list[str] = []
    line: list[str] = []
    used = 0
    for piece in _pieces(text, width):
        size = display_width(piece)
        if used + size > width and line:
            carry = piece in _CLOSING and len(line) > 1 and line[-1] not in _CLOSING
            carried = [line.pop()] if carry else []
            found.append("".join(line))
            line, used = carried, sum(map(display_width, carried))
            if len(found) == lines:  # more would follow
                return [*found[:-1], _cut(found[-1], width)]
        if line or piece != " ":
            line.append(piece)
            used += size
    return [*found, "".join(line)]


def _cut(line: str, width: int) -> str:
    while line and display_width(line) > width - 1:
        line = line[:-1]
    return line + "…"


def _pieces(text: str, width: int) -> Iterator[str]:
    """What a line is made of: Latin words and numbers whole, unless one is longer than a line; else characters."""
    for piece in _WORD.findall(text):
        yield from (piece[i : i + width] for i in range(0, len(piece), width))


@lru_cache(maxsize=8192)  # a report asks for the same few thousand characters again and again
def display_width(text: str) -> int:
    """Cells that `text` takes in a terminal: 2 for a Chinese character."""
    from wcwidth import wcswidth

    return max(wcswidth(text), 0)
