"""Knows the heads of the columns of tables: 工作任务, 牵头单位, 时间节点 of a task list, 单位, 目标 of indicators."""

from __future__ import annotations

import functools
import importlib.resources
import re
import sys
from collections.abc import Sequence

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_LONGEST = 20
"""Characters; a longer cell is a value or a sentence."""
_VALUE = re.compile(r"[<>≤≥=约]?\s*[\d.,]+\s*[%％‰]?")
_YEAR = re.compile(r"20\d\d")
_ENDS_SENTENCE = ("。", "；", ";")


@functools.cache
def _kinds() -> dict[str, list[str]]:
    text = importlib.resources.files(__package__).joinpath("data/columns.toml").read_text("utf-8")
    kinds: dict[str, list[str]] = tomllib.loads(text)["kinds"]
    return kinds


def kind(head: str) -> str | None:
    """What a column holds by its head: number, deadline, body, task or other; None where no word of it is known.

    >>> [kind(head) for head in ("序号", "时间节点", "牵头单位", "主要举措", "计量单位", "市教育局")]
    ['number', 'deadline', 'body', 'task', 'other', None]
    """
    bare = re.sub(r"\s", "", head)
    return next((name for name, words in _kinds().items() if any(word in bare for word in words)), None)


def is_head(cells: Sequence[str]) -> bool:
    """Whether a row is the head of a table: short cells, more than one, no values, half of them known heads.

    >>> is_head(["序号", "工作任务", "责任单位"]), is_head(["1", "项目建设", "市发展改革委"])
    (True, False)
    """
    filled = [cell for cell in cells if cell]
    if len(filled) < 2 or any(len(cell) > _LONGEST or cell.endswith(_ENDS_SENTENCE) for cell in filled):
        return False
    if any(_VALUE.fullmatch(cell) and not _YEAR.fullmatch(cell) for cell in filled):
        return False
    return sum(kind(cell) is not None for cell in filled) * 2 >= len(filled)


def heads(rows: Sequence[Sequence[str]]) -> tuple[int, list[str]]:
    """How many of the first rows are the head, and its words a column; (0, []) where the table has none.

    A further row belongs to the head where cells are merged: it repeats or lacks some of what stands above, and what it
    adds are heads too. Rows of one text above it, a title over all columns, are counted with it.

    >>> heads([["任务", "单位", "单位"], ["任务", "牵头单位", "配合单位"], ["修路", "市交通局", "各区"]])
    (2, ['任务', '单位牵头单位', '单位配合单位'])
    """
    first = next((at for at, cells in enumerate(rows) if len(set(filter(None, cells))) > 1), len(rows))
    if first == len(rows) or not is_head(rows[first]):
        return 0, []
    size, words = first + 1, list(rows[first])
    while size < len(rows) and goes_on(rows[size - 1], rows[size]):
        words = _under(words, rows[size])
        size += 1
    return size, words


def _under(words: Sequence[str], below: Sequence[str]) -> list[str]:
    """The words of the columns with those of a further row; an empty cell above belongs to its left neighbour."""
    out, owner = [], ""
    for at in range(max(len(words), len(below))):
        above = words[at] if at < len(words) else ""
        cell = below[at] if at < len(below) else ""
        owner = above or (owner if cell else "")
        out.append(owner if owner.endswith(cell) else owner + cell)
    return out


def goes_on(above: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether a row below a row of the head belongs to it as well."""
    same = {at for at, cell in enumerate(cells) if cell and at < len(above) and cell == above[at]}
    added = [cell for at, cell in enumerate(cells) if cell and at not in same]
    merged = bool(same) or not all(cells) or not all(above) or len(set(above)) < len(above) or len(cells) < len(above)
    return merged and bool(added) and all(_is_subhead(cell) for cell in added)


def _is_subhead(cell: str) -> bool:
    if _YEAR.fullmatch(cell):
        return True
    return len(cell) <= _LONGEST and kind(cell) is not None and not _VALUE.fullmatch(cell)
