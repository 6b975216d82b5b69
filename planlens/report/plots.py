"""Charts of a comparison as SVG: how far targets moved, where commitments went, how firmly sections promise.

Each function gives one `<svg>` element that takes its colours from the classes of data/page.css. Nothing is computed
here but places on paper: the numbers and the words beside them come from the tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate

_EM = 13  # px of the charts' text
_WIDTH = 960
_ROW = 30
_CAPPED = 200.0  # percent: beyond it the line ends in an arrow, or one outlier flattens all others


@dataclass(frozen=True, slots=True)
class Moved:
    """A target with a number on both sides: its values as written, what moved, and by how many percent."""

    name: str
    old: str
    new: str
    movement: str
    percent: float


@dataclass(frozen=True, slots=True)
class Flow:
    """`count` links between section `old` and section `new`; one of them None where commitments stand alone."""

    old: int | None
    new: int | None
    count: int


def dumbbell(rows: Sequence[Moved], title: str) -> str:
    """A line a target from the old value (0%) to where the new one stands, what was written beside it."""
    least = min(0.0, *(row.percent for row in rows))
    most = max(0.0, *(row.percent for row in rows))
    low, high = max(-100.0, _rounded(least)), min(_CAPPED, _rounded(most))
    left, right, top = 290, 620, 28
    scale = (right - left) / ((high - low) or 1)
    height = top + _ROW * len(rows) + 8
    parts = []
    for tick in _ticks(low, high):
        x = left + (tick - low) * scale
        parts.append(_line(x, top - 6, x, height - 8, "grid zero" if tick == 0 else "grid"))
        parts.append(_text(x, top - 12, f"{tick:+.0f}%" if tick else "0", "middle", "muted"))
    for n, row in enumerate(rows):
        y = top + _ROW * n + _ROW / 2
        end = left + (min(max(row.percent, low), high) - low) * scale
        parts.append(_pair(row, left - low * scale, end, y, capped=row.percent > high))
        parts.append(_text(left - 14, y + 4, fitted(row.name, 265), "end"))
        told = f"{row.old} → {row.new}"
        parts.append(_text(right + 18, y + 4, fitted(told, 190), "start"))
        parts.append(_text(_WIDTH, y + 4, fitted(row.movement, 140), "end", "strong"))
    return _svg(height, title, parts)


def _rounded(percent: float) -> float:
    """Away from zero to whole steps of 50."""
    steps = abs(percent) / 50
    whole = int(steps) + (steps > int(steps))
    return (50.0 if percent > 0 else -50.0) * whole


def _ticks(low: float, high: float) -> list[int]:
    return list(range(int(low), int(high) + 1, 50))


def _pair(row: Moved, start: float, end: float, y: float, *, capped: bool) -> str:
    way = "up" if row.percent > 0 else "down" if row.percent < 0 else "same"
    tip = f"{row.name}: {row.old} → {row.new} {row.movement}"
    mark = (
        f'<path class="{way}" d="M{_n(end - 6)} {_n(y - 6)}l9 6l-9 6z"/>'
        if capped
        else f'<circle class="{way}" cx="{_n(end)}" cy="{_n(y)}" r="6"/>'
    )
    shape = f'{_line(start, y, end, y, "span " + way)}<circle class="was" cx="{_n(start)}" cy="{_n(y)}" r="5"/>{mark}'
    return f"<g><title>{escape(tip)}</title>{shape}</g>"


def sankey(old: Sequence[str], new: Sequence[str], flows: Sequence[Flow], heads: tuple[str, str], title: str) -> str:
    """Sections of the old plan at the left, of the new one at the right; a band is as wide as it holds links.

    Commitments without a counterpart leave (dropped) or enter (new) as short stubs.
    """
    sizes = [Counter[int](), Counter[int]()]
    for flow in flows:
        for side, at in enumerate((flow.old, flow.new)):
            if at is not None:
                sizes[side][at] += flow.count
    unit = 420 / max(1, *(sum(size.values()) for size in sizes))
    starts = [_stacked([sizes[s][n] for n in range(len(names))], unit) for s, names in enumerate((old, new))]
    height = max(max(tops, default=0) + sizes[s][len(tops) - 1] * unit for s, tops in enumerate(starts)) + 16
    left, right = 300, _WIDTH - 300
    parts = [_text(left, 14, heads[0], "end", "strong"), _text(right, 14, heads[1], "start", "strong")]
    parts += _bands(flows, starts, unit, left + 10, right - 10, old, new)
    for side, names in enumerate((old, new)):
        for n, name in enumerate(names):
            if not sizes[side][n]:
                continue
            y, tall = starts[side][n], max(sizes[side][n] * unit, 2)
            x, anchor, beside = (left, "end", left - 8) if side == 0 else (right - 10, "start", right + 8)
            parts.append(f'<rect class="node" x="{x}" y="{_n(y)}" width="10" height="{_n(tall)}"/>')
            label = f"{fitted(name, 240)} {sizes[side][n]}"
            parts.append(_text(beside, y + tall / 2 + 4, label, anchor))
    return _svg(height, title, parts)


def _stacked(sizes: Sequence[int], unit: float) -> list[float]:
    """Where each node begins: under one another, each with room for its label."""
    rooms = [max(size * unit + 6, _EM + 5.0) if size else 0.0 for size in sizes]
    return [28 + top for top in accumulate([0.0, *rooms[:-1]])] if rooms else []


def _bands(
    flows: Sequence[Flow], starts: Sequence[Sequence[float]], unit: float, left: float, right: float,
    old: Sequence[str], new: Sequence[str],
) -> list[str]:  # fmt: skip
    at = [list(starts[0]), list(starts[1])]
    parts = []
    order = len(new) + len(old)  # stubs come last on both sides
    for flow in sorted(flows, key=lambda f: (_or(f.old, order), _or(f.new, order))):
        wide = flow.count * unit
        ends = []
        for side, node in enumerate((flow.old, flow.new)):
            ends.append(None if node is None else at[side][node])
            if node is not None:
                at[side][node] += wide
        names = (old[flow.old] if flow.old is not None else "—", new[flow.new] if flow.new is not None else "—")
        parts.append(_band(ends[0], ends[1], wide, left, right, f"{names[0]} → {names[1]}: {flow.count}"))
    return parts


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value


def _band(a: float | None, b: float | None, wide: float, left: float, right: float, tip: str) -> str:
    if a is None or b is None:
        x, y, name = (left, a, "gone") if a is not None else (right - 46, b, "come")
        shape = f'<rect class="{name}" x="{_n(x)}" y="{_n(y or 0)}" width="46" height="{_n(wide)}"/>'
    else:
        mid = (left + right) / 2
        down = f"M{_n(left)} {_n(a)}C{_n(mid)} {_n(a)} {_n(mid)} {_n(b)} {_n(right)} {_n(b)}v{_n(wide)}"
        back = f"C{_n(mid)} {_n(b + wide)} {_n(mid)} {_n(a + wide)} {_n(left)} {_n(a + wide)}z"
        shape = f'<path class="band" d="{down}{back}"/>'
    return f"<g><title>{escape(tip)}</title>{shape}</g>"


def strengths(
    sections: Sequence[str], counted: Sequence[Sequence[int]], levels: Sequence[str], most: int, title: str
) -> str:
    """A bar a section: how many commitments it has of each strength, weakest first; `most` fits the scale of another.

    `levels` names the counts in order, the last one those of which nothing is said.
    """
    left, right = 250, _WIDTH / 2 + 90
    unit = (right - left) / max(most, 1)
    parts = []
    for n, (name, counts) in enumerate(zip(sections, counted, strict=True)):
        y = 4 + 26.0 * n
        parts.append(_text(left - 10, y + 14, fitted(name, 235), "end"))
        x = float(left)
        for level, count in enumerate(counts):
            if count:
                tip = f"{name} {levels[level]}: {count}"
                shade = level_class(level, len(levels))
                box = f'<rect class="{shade}" x="{_n(x)}" y="{_n(y)}" width="{_n(count * unit)}" height="19"/>'
                parts.append(f"<g><title>{escape(tip)}</title>{box}</g>")
            x += count * unit
        parts.append(_text(x + 6, y + 14, str(sum(counts)), "start", "muted"))
    return _svg(8 + 26 * len(sections), title, parts, width=round(right + 40))


def level_class(level: int, count: int) -> str:
    """The shade of a level: the darker the firmer; the last of `count` says nothing and has the shade apart."""
    return "st6" if level == count - 1 else f"st{min(level, 5)}"


def wide(text: str) -> float:
    """About how many pixels a text takes: a full-width character is one em, others a little over half."""
    return sum(_EM if char > "\u2e7f" else _EM * 0.58 for char in text)


def fitted(text: str, room: float) -> str:
    """The text, cut with … where it is wider than `room` pixels.

    >>> fitted("新增社康机构", 60)
    '新增社…'
    """
    if wide(text) <= room:
        return text
    taken = list(accumulate(wide(char) for char in text))
    return text[: sum(1 for end in taken if end <= room - _EM)] + "…"


def _svg(height: float, title: str, parts: Sequence[str], *, width: int = _WIDTH) -> str:
    size = f'viewBox="0 0 {width} {_n(height)}" width="{width}" height="{_n(height)}"'
    return f'<svg role="img" aria-label="{escape(title)}" {size}>{"".join(parts)}</svg>'


def _line(x1: float, y1: float, x2: float, y2: float, name: str) -> str:
    return f'<line class="{name}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"/>'


def _text(x: float, y: float, text: str, anchor: str, name: str = "") -> str:
    kind = f' class="{name}"' if name else ""
    return f'<text{kind} x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}">{escape(text)}</text>'


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
