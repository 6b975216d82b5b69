"""What of a comparison goes on its first page: the shifts and the dropped commitments that matter most.

Both are chosen from the rows of the report's own tables, so that the page says what the tables say.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import chain, zip_longest

from planlens.model import Table
from planlens.report.messages import Messages

LISTED = 10
COLUMNS = ("indicator", "old_value", "new_value", "movement", "verdict")
_MOVED = 6  # of these at most numbers that moved, where others changed their meaning or were given up
_FEW = 5
_PERCENT = re.compile(r"（([+-]?[0-9.]+)([万亿]?)%）$")
_SIZES = {"": 1.0, "万": 1e4, "亿": 1e8}
_STOPS = "，、；：。）”》"

Row = tuple[str, ...]


def named(tables: Sequence[Table], name: str) -> Table | None:
    """The table of that name, if the report has it."""
    return next((table for table in tables if table.name == name), None)


def title(tables: Sequence[Table], m: Messages) -> str:
    """What this kind of report is called; a table that stands alone gives its own name."""
    if len(tables) == 1 and tables[0].title:
        return tables[0].title
    names = [f"report_title.{table.name}" for table in tables]
    return next((m.texts[name] for name in names if name in m.texts), m("report_title.other"))


def shifts(tables: Sequence[Table], m: Messages) -> list[Row]:
    """Rows (indicator, old value, new value, movement, verdict), the weightiest first, each value without its place.

    Numbers that may be computed come first, the greatest relative move leading (half and double weigh alike); then in
    turn those that now count something else and those given up while the commitment stays. What stood still is left
    out.
    """
    pairs = _short(named(tables, "shifts"))
    moved = sorted((row for row in pairs if _moved(row, m)), key=lambda row: -_size(row[3]))
    still = [row for row in pairs if m("direction.same") in _words(row, m)]
    unlike = [row for row in pairs if row not in moved and row not in still]
    lost = [row for row in _short(named(tables, "one_sided")) if row[-1] == m("shift.quantity_dropped")]
    given_up = [(*row[:3], "", m("shift_short.quantity_dropped")) for row in lost]
    others = [row for row in chain(*zip_longest(unlike, given_up)) if row is not None]
    leading = moved[: max(_MOVED, LISTED - len(others))]
    return (leading + others)[:LISTED]


def dropped(tables: Sequence[Table]) -> list[str]:
    """The dropped commitments that carry something (a number, a deadline, a document …), those with numbers first.

    Where none carries anything, the first few; each is a cell of its table: place, text, what it carries.
    """
    table = named(tables, "dropped")
    cells = [row[0] for row in table.rows] if table else []
    carrying = [cell for cell in cells if cell.count("\n") > 1]
    return carrying[:LISTED] or cells[:_FEW]


def leading(tables: Sequence[Table], m: Messages) -> list[Table]:
    """Both as tables under their titles; none where there is nothing to list."""
    made = []
    if moved := shifts(tables, m):
        columns = tuple(m("column." + name) for name in COLUMNS)
        made.append(Table("leading", m("docx.shifts", listed=len(moved)), columns, tuple(moved)))
    if gone := dropped(tables):
        rows = tuple(text.partition("\n")[::2] for text in gone)
        made.append(Table("leading", m("docx.dropped", listed=len(gone)), ("", ""), rows))
    return made


def cut(text: str, longest: int) -> str:
    """At most `longest` characters, ended with … behind a mark, and never inside a number or before its unit.

    >>> cut("新建社区医院12家，改造病房。", 11), cut("新建社区医院12家", 7)
    ('新建社区医院12家，…', '新建社区医院…')
    """
    if len(text) <= longest:
        return text
    kept = text[: longest - 1]
    mark = max(map(kept.rfind, _STOPS))
    if mark >= longest // 2:
        return kept[: mark + 1] + "…"
    return kept.rstrip("0123456789.") + "…"


def _short(table: Table | None) -> list[Row]:
    return [tuple(cell.split("\n")[0] for cell in row) for row in table.rows] if table else []


def _words(row: Row, m: Messages) -> list[str]:
    return row[-1].split(m.join(["", ""]))


def _moved(row: Row, m: Messages) -> bool:
    return any(m("direction." + way) in _words(row, m) for way in ("up", "down"))


def _size(movement: str) -> float:
    """How far a number moved as the logarithm of the ratio; a move nobody could compute comes last."""
    found = _PERCENT.search(movement)
    if found is None:
        return 0.0
    ratio = 1 + float(found[1]) * _SIZES[found[2]] / 100
    return abs(math.log(ratio)) if ratio > 0 else math.inf
