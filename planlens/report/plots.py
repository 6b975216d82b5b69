"""Charts of a comparison as SVG: how far targets moved, where commitments went, how firmly sections promise.

Each function gives one element that takes its colours from the classes of data/page.css. Nothing is computed
here but places on paper: the numbers and the words beside them come from the tables.
"""

from __future__ import annotations

import html
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from planlens.report.look import safe

_EM = 13  # px of the charts' text
_WIDTH = 960
_FULL = "“”‘’—…"  # as wide as a Chinese character in fonts for Chinese
_TICKS = 5
_CAPPED = 200.0  # percent: beyond it the line ends in an arrow, or one outlier flattens all others


@dataclass(frozen=True, slots=True)
class Moved:
    """A target with a number on both sides: its values as written, what moved, and by how much on the chart's scale."""

    name: str
    old: str
    new: str
    movement: str
    amount: float


@dataclass(frozen=True, slots=True)
class Flow:
    """`links` between section `old` and section `new`; one of them None where commitments stand alone.

    `leaves` and `enters` say how many commitments that is on either side.
    """

    old: int | None
    new: int | None
    leaves: float
    enters: float
    links: int = 0


def dumbbell(rows: Sequence[Moved], title: str, unit: str = "%") -> str:
    """A line a target from the old value (0) to where the new one stands, what was written beside it.

    A list, so that it reads and wraps as text; only its tracks are drawn, in shares of whatever width they get.
    """
    reach = [0.0, *(min(max(row.amount, -_CAPPED), _CAPPED) for row in rows)]
    step = _step(max(reach) - min(reach))
    first, last = math.floor(min(reach) / step), math.ceil(max(reach) / step)
    low, high = first * step, last * step
    ticks = [n * step for n in range(first, last + 1)]

    def at(amount: float) -> str:
        return _n(100 * (min(max(amount, low), high) - low) / ((high - low) or 1)) + "%"

    grid = "".join(_line(at(t), 0, at(t), "100%", "grid zero" if t == 0 else "grid") for t in ticks)
    axis = "".join(_text(at(t), 13, f"{t:+g}{unit}" if t else "0", "middle", "muted") for t in ticks)
    items = [f'<li class="axis" aria-hidden="true">{_track(axis)}</li>']
    for row in rows:
        drawn = _track(grid + _pair(at(0), at(row.amount), row.amount, capped=row.amount > high))
        told = f"{_escape(row.old)} → {_escape(row.new)}"
        name = f'<span class="name">{_escape(row.name)}</span>'
        items.append(f"<li>{name}{drawn}<span>{told}</span><strong>{_escape(row.movement)}</strong></li>")
    return f'<ul class="moves" aria-label="{_escape(title)}">{"".join(items)}</ul>'


def _step(width: float) -> float:
    """A round distance of ticks, at most five of them to the width.

    >>> _step(117), _step(0.9), _step(4.9)
    (50.0, 0.2, 1.0)
    """
    size = 10.0 ** math.floor(math.log10(width / 5 or 1))
    return next((round(m * size, 9) for m in (1, 2, 5) if width / (m * size) <= _TICKS), 10 * size)


def _track(inside: str) -> str:
    return f'<svg class="track" width="100%" height="18" aria-hidden="true">{inside}</svg>'


def _pair(start: str, end: str, amount: float, *, capped: bool) -> str:
    """The old value hollow, the new one filled; an arrow where it stands beyond the scale."""
    way = "up" if amount > 0 else "down" if amount < 0 else "same"
    mark = f'<circle class="{way}" cx="{end}" cy="50%" r="6"/>'
    if capped:
        mark = f'<svg x="{end}" y="50%" overflow="visible"><path class="{way}" d="M-8 -7l11 7l-11 7z"/></svg>'
    return f'{_line(start, "50%", end, "50%", "span " + way)}<circle class="was" cx="{start}" cy="50%" r="5"/>{mark}'


def sankey(old: Sequence[str], new: Sequence[str], flows: Sequence[Flow], heads: tuple[str, str], title: str) -> str:
    """Sections of the old plan at the left, of the new one at the right; a band is as wide as it holds commitments.

    Commitments without a counterpart leave (dropped) or enter (new) as short stubs.
    """
    sizes: list[defaultdict[int, float]] = [defaultdict(float), defaultdict(float)]
    for flow in flows:
        for side, (at, size) in enumerate(((flow.old, flow.leaves), (flow.new, flow.enters))):
            if at is not None:
                sizes[side][at] += size
    unit = 420 / max(1, *(sum(side.values()) for side in sizes))
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
            label = f"{fitted(name, 240)} {sizes[side][n]:.0f}"
            parts.append(_text(beside, y + tall / 2 + 4, label, anchor))
    return _svg(height, title, parts)


def _stacked(sizes: Sequence[float], unit: float) -> list[float]:
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
        ends: list[tuple[float, float] | None] = []
        for side, (node, size) in enumerate(((flow.old, flow.leaves), (flow.new, flow.enters))):
            ends.append(None if node is None else (at[side][node], size * unit))
            if node is not None:
                at[side][node] += size * unit
        names = (old[flow.old] if flow.old is not None else "—", new[flow.new] if flow.new is not None else "—")
        told = flow.links or round(flow.leaves + flow.enters)
        parts.append(_band(ends[0], ends[1], left, right, f"{names[0]} → {names[1]}: {told}"))
    return parts


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value


def _band(a: tuple[float, float] | None, b: tuple[float, float] | None, left: float, right: float, tip: str) -> str:
    """A band from `a` to `b` (top and width of each end), or a stub where there is only one of them."""
    if a is not None and b is not None:
        mid = (left + right) / 2
        down = f"M{_n(left)} {_n(a[0])}C{_n(mid)} {_n(a[0])} {_n(mid)} {_n(b[0])} {_n(right)} {_n(b[0])}v{_n(b[1])}"
        back = f"C{_n(mid)} {_n(sum(b))} {_n(mid)} {_n(sum(a))} {_n(left)} {_n(sum(a))}z"
        shape = f'<path class="band" d="{down}{back}"/>'
    else:
        y, wide = a or b or (0.0, 0.0)
        x, name = (left, "gone") if a is not None else (right - 46, "come")
        shape = f'<rect class="{name}" x="{_n(x)}" y="{_n(y)}" width="46" height="{_n(wide)}"/>'
    return f"<g><title>{_escape(tip)}</title>{shape}</g>"


def strengths(
    sections: Sequence[str], counted: Sequence[Sequence[int]], levels: Sequence[str], most: int, title: str
) -> str:
    """A bar a section: how many commitments it has of each strength, weakest first; `most` fits the scale of another.

    `levels` names the counts in order, the last one those of which nothing is said.
    """
    left, right = 225, 540
    unit = (right - left) / max(most, 1)
    parts = []
    for n, (name, counts) in enumerate(zip(sections, counted, strict=True)):
        y = 4 + 26.0 * n
        parts.append(_text(left - 10, y + 14, fitted(name, 210), "end"))
        x = float(left)
        for level, count in enumerate(counts):
            if count:
                tip = f"{name} {levels[level]}: {count}"
                shade = level_class(level, len(levels))
                box = f'<rect class="{shade}" x="{_n(x)}" y="{_n(y)}" width="{_n(count * unit)}" height="19"/>'
                parts.append(f"<g><title>{_escape(tip)}</title>{box}</g>")
            x += count * unit
        parts.append(_text(x + 6, y + 14, str(sum(counts)), "start", "muted"))
    return _svg(8 + 26 * len(sections), title, parts, width=right + 40)


def matrix(names: Sequence[str], shares: Mapping[tuple[str, str], float], title: str) -> str:
    """A square a pair of names, its area the share of the row found in the column, the share beside it in words."""
    left, top, across, down = 165, 30, 140, 44
    parts = [
        _text(left + across * n + 8, 18, fitted(name, across - 12), "start", "muted") for n, name in enumerate(names)
    ]
    for i, row in enumerate(names):
        middle = top + down * i + down / 2
        parts.append(_text(left - 10, middle + 5, fitted(row, left - 20), "end"))
        for j, column in enumerate(names):
            if (share := shares.get((row, column))) is None:
                continue
            side = (down - 8) * math.sqrt(share)
            x, tip = left + across * j + 8, f"{row} → {column}: {share:.0%}"
            box = f'<rect class="st4" x="{_n(x)}" y="{_n(middle - side / 2)}" width="{_n(side)}" height="{_n(side)}"/>'
            parts.append(f"<g><title>{_escape(tip)}</title>{box}</g>")
            parts.append(_text(x + down, middle + 5, f"{share:.0%}", "start"))
    return _svg(top + down * len(names) + 4, title, parts, width=left + across * len(names) + 10)


def level_class(level: int, count: int) -> str:
    """The shade of a level: the darker the firmer; the last of `count` says nothing and has the shade apart."""
    return "st6" if level == count - 1 else f"st{min(level, 5)}"


def wide(text: str) -> float:
    """About how many pixels a text takes: a full-width character is one em, others a little over half."""
    return sum(_EM if char > "\u2e7f" or char in _FULL else _EM * 0.58 for char in text)


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
    return f'<svg role="img" aria-label="{_escape(title)}" {size}>{"".join(parts)}</svg>'


def _line(x1: str, y1: int | str, x2: str, y2: int | str, name: str) -> str:
    return f'<line class="{name}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'


def _text(x: float | str, y: float, text: str, anchor: str, name: str = "") -> str:
    kind = f' class="{name}"' if name else ""
    where = x if isinstance(x, str) else _n(x)
    return f'<text{kind} x="{where}" y="{_n(y)}" text-anchor="{anchor}">{_escape(text)}</text>'


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _escape(text: str) -> str:
    return html.escape(safe(text))
