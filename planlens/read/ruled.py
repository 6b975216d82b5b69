"""Finds the tables and boxes that ruled lines draw on a page, and which glyphs stand in which cell."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from planlens.read.layout import Frame, Glyph

_SNAP = 3.0
"""Points within which edges are one: a rule of a printed table is two points thick at most, drawn as two edges."""
_SHORTEST = 4.0
"""Points; shorter strokes are marks and parts of letters."""
_MOST_EDGES = 20_000
"""Edges on one page as they are drawn, cell by cell; a map has more."""
_MOST_POINTS = 3000
"""Corners of cells on one page; the largest table of a plan has 600."""
_PAGE_SHARE = 0.9
"""A box that takes more of the page than this is the border of the page."""

Cell = tuple[float, float, float, float]


class Edge(NamedTuple):
    """A straight stroke along the page: x0 == x1 or top == bottom, but for its thickness."""

    x0: float
    top: float
    x1: float
    bottom: float


def frames(edges: Sequence[Edge], glyphs: Sequence[Glyph], area: float) -> tuple[list[Frame], list[Glyph]]:
    """The tables and boxes of a page of `area` square points, from the top, and the glyphs outside of them."""
    groups = [group for group in _groups(edges) if _size(group) < _PAGE_SHARE * area or len(group) > 1]
    taken: set[Glyph] = set()
    made = []
    for group in groups:
        bounds = _bounds(group)
        frame = _frame(group, [g for g in glyphs if _inside(g, bounds) and g not in taken])
        if frame is not None:
            made.append(frame)
            taken.update(glyph for line in frame.cells for cell in line for glyph in cell)
    made.sort(key=lambda frame: (frame.top, frame.x0))
    return made, [glyph for glyph in glyphs if glyph not in taken]


def _groups(edges: Sequence[Edge]) -> list[list[Cell]]:
    """Cells that touch each other, as pdfplumber finds them from strokes; a cell that touches none is a box."""
    drawn = [drawn for edge in edges if (drawn := _drawn(edge)) is not None]
    if len(drawn) < 4 or len(drawn) > _MOST_EDGES:
        return []
    from pdfplumber import table

    merged = table.merge_edges(drawn, _SNAP, _SNAP, _SNAP, _SNAP)
    upright = sum(edge["orientation"] == "v" for edge in merged)
    if upright * (len(merged) - upright) > 20 * _MOST_POINTS:
        return []
    points = table.edges_to_intersections(merged, _SNAP, _SNAP)
    if len(points) > _MOST_POINTS:
        return []
    cells = table.intersections_to_cells(points)
    tables = table.cells_to_tables(cells)
    within = {cell for group in tables for cell in group}
    boxes = [[cell] for cell in cells if cell not in within]
    return [*tables, *boxes]


def _drawn(edge: Edge) -> dict[str, Any] | None:
    """The stroke in pdfplumber's words."""
    width, height = edge.x1 - edge.x0, edge.bottom - edge.top
    if max(width, height) < _SHORTEST:
        return None
    orientation = "h" if width > height else "v"
    return {**edge._asdict(), "width": width, "height": height, "orientation": orientation}


def _bounds(cells: Iterable[Cell]) -> Cell:
    lefts, tops, rights, bottoms = zip(*cells, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _size(cells: Iterable[Cell]) -> float:
    x0, top, x1, bottom = _bounds(cells)
    return (x1 - x0) * (bottom - top)


def _inside(glyph: Glyph, cell: Cell) -> bool:
    x0, top, x1, bottom = cell
    return x0 <= (glyph.x0 + glyph.x1) / 2 <= x1 and top <= glyph.y - glyph.size / 3 <= bottom


def _frame(group: Sequence[Cell], glyphs: Sequence[Glyph]) -> Frame | None:
    """The cells by row and column, a merged one in every place it spans; None where there is nothing in them."""
    columns = sorted({cell[0] for cell in group})
    lines = sorted({cell[1] for cell in group})
    grid: list[list[tuple[Glyph, ...]]] = [[()] * len(columns) for _ in lines]
    filled = False
    for cell in group:
        held = tuple(glyph for glyph in glyphs if _inside(glyph, cell))
        filled = filled or any(glyph.char != " " for glyph in held)
        for row in range(bisect_left(lines, cell[1]), bisect_left(lines, cell[3] - _SNAP)):
            for column in range(bisect_left(columns, cell[0]), bisect_left(columns, cell[2] - _SNAP)):
                grid[row][column] = held
    if not filled:
        return None
    x0, top, x1, bottom = _bounds(group)
    return Frame(x0, top, x1, bottom, tuple(tuple(line) for line in grid), tuple(columns))
