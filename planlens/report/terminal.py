"""Tables for a terminal, right with double-width characters and on narrow windows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from planlens.model import Table
from planlens.report.look import Look, one_line

_NARROW = 64  # cells: below, columns of Chinese text get under six characters each, so rows become blocks of lines
_LEAST = 8  # cells a column keeps however long the others are
_LINES = 4  # lines a cell may take before it is cut
_GAP = 2  # what tabulate's "simple" puts between columns
_WORD = re.compile(r"[A-Za-z0-9.,%+\-]+|.", re.DOTALL)

_COLOURS = {"new": "green", "dropped": "red", "changed": "yellow", "shifts": "cyan"}


def write(tables: Sequence[Table], look: Look) -> str:
    """All tables one under the other, each under its title."""
    return "\n\n".join(_one(table, look) for table in tables) + "\n"


def _one(table: Table, look: Look) -> str:
    lines = [_heading(table, look)] if table.title else []
    if not table.rows:
        lines.append(look.nothing)
    elif look.width < _NARROW and len(table.columns) > 2:
        lines += _blocks(table, look)
    else:
        lines.append(_grid(table, look))
    return "\n".join(lines)


def _heading(table: Table, look: Look) -> str:
    if not look.colour:
        return one_line(table.title)
    import click

    return click.style(one_line(table.title), fg=_COLOURS.get(table.name), bold=True)


def _grid(table: Table, look: Look) -> str:
    from tabulate import tabulate

    rows = [[one_line(cell) for cell in row] for row in table.rows]
    columns = [one_line(name) for name in table.columns]
    widths = _widths([columns, *rows], look.width)
    lines = None if look.full or not any(columns) else _LINES
    cells = [["\n".join(wrap(cell, width, lines)) for cell, width in zip(row, widths, strict=True)] for row in rows]
    head = ["\n".join(wrap(name, width, None)) for name, width in zip(columns, widths, strict=True)]
    long = any("\n" in cell for row in cells for cell in row)
    if any(columns):
        style = "simple_grid" if long else "simple"
        return str(tabulate(cells, head, tablefmt=style, disable_numparse=True))
    return str(tabulate(cells, tablefmt="plain", disable_numparse=True))


def _widths(rows: Sequence[Sequence[str]], total: int) -> list[int]:
    """Cells a column: what it needs while all fit, else the long ones share what the short ones leave."""
    natural = [max(display_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    room = total - (len(natural) * 3 + 1)  # "simple_grid" puts "│ " before, " " after and one "│" at the end
    if sum(natural) <= total - _GAP * (len(natural) - 1) and max(natural) * 2 <= total:
        return natural
    widths = list(natural)
    long = sorted(range(len(natural)), key=lambda i: natural[i])
    left, waiting = room, len(long)
    for i in long:  # shortest first: whoever needs less than an even share leaves the rest to the others
        widths[i] = max(min(natural[i], left // waiting), min(_LEAST, natural[i]))
        left, waiting = left - widths[i], waiting - 1
    return [max(width, 1) for width in widths]


def _blocks(table: Table, look: Look) -> list[str]:
    """For narrow windows: each row as lines of "name: text", a blank line after it."""
    lines: list[str] = []
    for row in table.rows:
        for name, cell in zip(table.columns, row, strict=True):
            if cell:
                text = f"{one_line(name)}: {one_line(cell)}"
                lines += wrap(text, look.width, None if look.full else _LINES)
        lines.append("")
    return lines[:-1]


def wrap(text: str, width: int, lines: int | None) -> list[str]:
    """Text broken to `width` cells, a number or Latin word kept whole where it fits, cut with … after `lines` lines.

    >>> wrap("新增社康机构35家以上", 10, None)
    ['新增社康机', '构35家以上']
    >>> wrap("新增社康机构35家以上", 10, 1)
    ['新增社康…']
    """
    found, line, used = [], "", 0
    for piece in _WORD.findall(text):
        size = display_width(piece)
        if used + size > width and line:
            found.append(line)
            line, used = "", 0
        while size > width and len(piece) > 1:  # a word longer than the column
            found.append(piece[:width])
            piece = piece[width:]
            size = display_width(piece)
        line, used = line + piece, used + size
    found.append(line)
    if lines is None or len(found) <= lines:
        return found
    last = found[lines - 1]
    while last and display_width(last) > width - 1:
        last = last[:-1]
    return [*found[: lines - 1], last + "…"]


def display_width(text: str) -> int:
    """Cells that `text` takes in a terminal: 2 for a Chinese character."""
    from wcwidth import wcswidth

    return max(wcswidth(text), 0)
