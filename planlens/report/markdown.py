"""Tables in Markdown, for a document or a page: full text, every character of a plan shown as itself."""

from __future__ import annotations

from collections.abc import Sequence

from planlens.model import Table
from planlens.report.look import Look, one_line

# Characters that Markdown or the HTML inside it would act on. "." "-" "+" act only at the start of a line, where no
# cell stands.
_ACTIVE = str.maketrans({c: "\\" + c for c in "\\`*_[]|~#$"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"})


def write(tables: Sequence[Table], look: Look) -> str:
    return "\n\n".join(_one(table, look) for table in tables) + "\n"


def _one(table: Table, look: Look) -> str:
    lines = [f"## {escape(table.title)}", ""] if table.title else []
    if not table.rows:
        return "\n".join([*lines, look.nothing])
    lines += [_row(table.columns), _row(["---"] * len(table.columns))]
    lines += [_row([escape(cell) for cell in row]) for row in table.rows]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def escape(text: str) -> str:
    """Text that Markdown shows as it stands, its lines one under the other.

    >>> escape("<8/10万 | *注")
    '&lt;8/10万 \\\\| \\\\*注'
    """
    return "<br>".join(one_line(line).translate(_ACTIVE) for line in text.split("\n"))
