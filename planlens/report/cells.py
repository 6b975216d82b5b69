"""What a cell of a table holds beyond its text: words struck out and put in, and where it stands in a plan.

Text writers see a `Cell` as the string that it is; Word, Excel and the page show the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from decimal import Decimal


Mark = Literal["", "deleted", "inserted"]
Figure = tuple[str, "Decimal | str | None"]
Redline = tuple[tuple[tuple[str, Mark], ...], tuple[tuple[str, Mark], ...]]
_known: Callable[[], dict[tuple[str, str], Redline]] | None = None


@contextmanager
def knowing(redlines: Callable[[], dict[tuple[str, str], Redline]]) -> Iterator[None]:
    """Until the end of the block `compared` looks its pairs up here first, and adds what it works out; `redlines` is
    asked once a pair is to be compared.
    """
    global _known
    before, _known = _known, redlines
    try:
        yield
    finally:
        _known = before


class Cell(str):
    """A cell: `str(cell)` is all of its text.

    `runs` are pieces of that text, in order and without a gap, each with its mark; empty where nothing is marked.
    `plan` and `keys` say where the text stands: the plan's id, and keys of clauses or commitments in it.
    `figures` are what a spreadsheet shows beside the text, by the name of their column: (("new_number", 35),
    ("new_unit", "家")); None where there is none to show.
    """

    runs: tuple[tuple[str, Mark], ...]
    plan: str
    keys: tuple[str, ...]
    figures: tuple[Figure, ...]

    def __new__(
        cls,
        text: str,
        *,
        runs: Sequence[tuple[str, Mark]] = (),
        plan: str = "",
        keys: Sequence[str] = (),
        figures: Sequence[Figure] = (),
    ) -> Cell:
        cell = super().__new__(cls, text)
        cell.runs, cell.plan, cell.keys, cell.figures = tuple(runs), plan, tuple(keys), tuple(figures)
        assert not cell.runs or "".join(piece for piece, _ in cell.runs) == text
        return cell


def compared(old: str, new: str) -> Redline:
    """Two versions of a sentence as runs: what was struck out of the old one, what was put into the new one.

    >>> compared("引进团队20个。", "引进团队50个。")[1]
    (('引进团队', ''), ('50个', 'inserted'), ('。', ''))
    """
    if _known is None:
        return _compared(old, new)
    known = _known()
    if (old, new) not in known:
        known[old, new] = _compared(old, new)
    return known[old, new]


def _compared(old: str, new: str) -> Redline:
    from planlens import redline

    ops = redline.words(old, new)
    before: list[tuple[str, Mark]] = [(op.old, "deleted" if op.kind == "deleted" else "") for op in ops if op.old]
    after: list[tuple[str, Mark]] = [(op.new, "inserted" if op.kind == "inserted" else "") for op in ops if op.new]
    return tuple(before), tuple(after)
