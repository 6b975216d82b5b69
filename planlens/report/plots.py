"""Charts on paper: where every box, line and word of a chart stands, and all that as SVG for a page.

    drawing(chart) -> marks in pixels, each with the name of its look
    svg(drawing)   -> one element that takes its colours from the classes of data/page.css
    dumbbell(chart) -> moves as a list of the page, which wraps as text does

Nothing is computed here but places: the numbers and the words beside them come from the chart.
"""

from __future__ import annotations

import html
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from planlens.report.charts import Chart, Flow, Flows, Matrix, Moves, Point, Series, Shares, Strengths
from planlens.report.look import safe

_EM = 13  # px of the charts' text
_LINE = 18.0
_WIDTH = 960
_FULL = "“”‘’—…"  # as wide as a Chinese character in fonts for Chinese
_NOT_FIRST = "，。、；：！？）》”’%％"  # no line of Chinese begins with these
_TICKS = 5
_CAPPED = 200.0  # percent: beyond it the line ends in an arrow, or one outlier flattens all others
_BAND = 232.0  # pixels of one band of a series
_ACROSS = 10  # plans side by side in one band of a series; those behind them stand in a band below
_SHADES = {
    "exceeds": "st5", "meets": "st4", "covered": "st4", "partial": "st2", "unquantified": "lack1", "below": "lack2",
    "absent": "hole", "incomparable": "st6",
    "before": "st6", "first": "st5", "open": "st4", "later": "st2",
}  # fmt: skip
_DARK = ("st4", "st5")  # words on these have the colour of the page


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; `tip` is what a pointer on it shows, `depth` how much of its colour it has."""

    x: float
    y: float
    width: float
    height: float
    name: str
    tip: str = ""
    depth: float = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    name: str


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    radius: float
    name: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """A head that points to the right, or to the left: the value stands beyond the scale."""

    x: float
    y: float
    name: str
    left: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A curved band from `left` to `right`; `a` and `b` are top and width of its ends."""

    left: float
    right: float
    a: tuple[float, float]
    b: tuple[float, float]
    name: str
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text on its base line; `anchor` is start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    name: str = ""


Mark = Box | Line | Dot | Arrow | Band | Words


@dataclass(frozen=True, slots=True)
class Drawing:
    width: float
    height: float
    title: str
    marks: tuple[Mark, ...]


def drawing(chart: Chart) -> Drawing:
    """A chart without its title, legend and note."""
    if isinstance(chart, Moves):
        return _moves(chart)
    if isinstance(chart, Flows):
        return _flows(chart)
    if isinstance(chart, Strengths):
        return _strengths(chart)
    if isinstance(chart, Shares):
        return _shares(chart)
    if isinstance(chart, Matrix):
        return _matrix(chart)
    assert isinstance(chart, Series), chart
    return _series(chart)


def legend(chart: Chart) -> list[tuple[str, str]]:
    """Looks with what they mean, where the chart itself does not say it in words."""
    if isinstance(chart, Flows):
        return list(zip(("band", "gone", "come"), chart.words, strict=True))
    if isinstance(chart, Strengths):
        return [(_shade(n, len(chart.levels)), level) for n, level in enumerate(chart.levels)]
    return [(_SHADES[name], word) for name, word in chart.words] if isinstance(chart, Matrix) else []


def parts(chart: Chart, room: float) -> list[Chart]:
    """The chart cut into charts that are at most `room` pixels high, where it is a list of rows; else the chart."""
    if not isinstance(chart, Moves | Matrix) or drawing(chart).height <= room:
        return [chart]
    made: list[Chart] = []
    first, last = 0, len(chart.rows)
    for end in range(1, last + 1):
        if end == last or drawing(_cut(chart, first, end + 1)).height > room:
            part = _cut(chart, first, end)
            made.append(part if end == last else replace(part, note=""))
            first = end
    return made


def _cut(chart: Moves | Matrix, first: int, end: int) -> Chart:
    if isinstance(chart, Moves):
        return replace(chart, rows=chart.rows[first:end])
    return replace(chart, rows=chart.rows[first:end])


# ---- how far targets moved


@dataclass(frozen=True, slots=True)
class _Scale:
    """A scale with round ticks from `low` to `high` that holds zero."""

    low: float
    high: float
    ticks: tuple[float, ...]

    @classmethod
    def of(cls, amounts: Sequence[float]) -> _Scale:
        reach = [0.0, *(min(max(amount, -_CAPPED), _CAPPED) for amount in amounts)]
        step = _step(max(reach) - min(reach))
        first, last = math.floor(min(reach) / step), math.ceil(max(reach) / step)
        return cls(first * step, last * step, tuple(n * step for n in range(first, last + 1)))

    def at(self, amount: float) -> float:
        """Where an amount stands, as a share of the width; what is beyond the scale at its end."""
        return (min(max(amount, self.low), self.high) - self.low) / ((self.high - self.low) or 1)


def _step(width: float) -> float:
    """A round distance of ticks, at most five of them to the width.

    >>> _step(117), _step(0.9), _step(4.9)
    (50.0, 0.2, 1.0)
    """
    size = 10.0 ** math.floor(math.log10(width / 5 or 1))
    return next((round(m * size, 9) for m in (1, 2, 5) if width / (m * size) <= _TICKS), 10 * size)


def _told(tick: float, unit: str) -> str:
    return f"{tick:+g}{unit}" if tick else "0"


def _way(amount: float) -> str:
    return "up" if amount > 0 else "down" if amount < 0 else "same"


def dumbbell(chart: Moves) -> str:
    """A line a target from the old value (0) to where the new one stands, what was written beside it.

    A list, so that it reads and wraps as text; only its tracks are drawn, in shares of whatever width they get.
    """
    scale = _Scale.of([row.amount for row in chart.rows])

    def at(amount: float) -> str:
        return _n(100 * scale.at(amount)) + "%"

    grid = "".join(_line(at(t), 0, at(t), "100%", "grid zero" if t == 0 else "grid") for t in scale.ticks)
    axis = "".join(_text(at(t), 13, _told(t, chart.unit), "middle", "muted") for t in scale.ticks)
    items = [f'<li class="axis" aria-hidden="true">{_track(axis)}</li>']
    for row in chart.rows:
        drawn = _track(
            grid + _pair(at(0), at(row.amount), row.amount, capped=not scale.low <= row.amount <= scale.high)
        )
        told = f"{_escape(row.old)} → {_escape(row.new)}"
        name = f'<span class="name">{_escape(row.name)}</span>'
        items.append(f"<li>{name}{drawn}<span>{told}</span><strong>{_escape(row.movement)}</strong></li>")
    return f'<ul class="moves" aria-label="{_escape(chart.title)}">{"".join(items)}</ul>'


def _track(inside: str) -> str:
    return f'<svg class="track" width="100%" height="18" aria-hidden="true">{inside}</svg>'


def _pair(start: str, end: str, amount: float, *, capped: bool) -> str:
    """The old value hollow, the new one filled; an arrow where it stands beyond the scale."""
    way = _way(amount)
    mark = f'<circle class="{way}" cx="{end}" cy="50%" r="6"/>'
    if capped:
        mark = f'<svg x="{end}" y="50%" overflow="visible"><path class="{way}" d="{_HEADS[amount < 0]}"/></svg>'
    return f'{_line(start, "50%", end, "50%", "span " + way)}<circle class="was" cx="{start}" cy="50%" r="5"/>{mark}'


_HEADS = ("M-8 -7l11 7l-11 7z", "M8 -7l-11 7l11 7z")  # to the right, to the left


def _moves(chart: Moves) -> Drawing:
    """The same in pixels: name, track, both values, what moved; long names and values in several lines."""
    left, right, told, last = 265.0, 565.0, 590.0, 790.0
    scale = _Scale.of([row.amount for row in chart.rows])

    def at(amount: float) -> float:
        return left + (right - left) * scale.at(amount)

    marks: list[Mark] = []
    y = 24.0
    for row in chart.rows:
        texts = (
            (left - 22, "end", "", wrapped(row.name, left - 27)),
            (told, "start", "", wrapped(f"{row.old} → {row.new}", last - told - 15)),
            (last, "start", _way(row.amount), wrapped(row.movement, _WIDTH - last)),
        )
        tall = 10 + _LINE * max(len(lines) for *_, lines in texts)
        middle = y + tall / 2
        for x, anchor, name, lines in texts:
            marks += _lines(x, middle, lines, anchor, name)
        way = _way(row.amount)
        end = at(row.amount)
        marks += [Line(at(0), middle, end, middle, "span " + way), Dot(at(0), middle, 5, "was")]
        within = scale.low <= row.amount <= scale.high
        marks.append(Dot(end, middle, 6, way) if within else Arrow(end, middle, way, row.amount < 0))
        y += tall
    grid: list[Mark] = [Line(at(t), 22, at(t), y, "grid zero" if t == 0 else "grid") for t in scale.ticks]
    grid += [Words(at(t), 15, _told(t, chart.unit), "middle", "muted") for t in scale.ticks]
    return Drawing(_WIDTH, y + 4, chart.title, (*grid, *marks))


def _lines(x: float, middle: float, lines: Sequence[str], anchor: str, name: str = "") -> list[Mark]:
    """Lines of text around the height `middle`."""
    first = middle - _LINE * (len(lines) - 1) / 2 + _EM * 0.36
    return [Words(x, first + _LINE * n, line, anchor, name) for n, line in enumerate(lines)]


# ---- where commitments went


def _flows(chart: Flows) -> Drawing:
    """Sections of the old plan at the left, of the new one at the right; a band is as wide as it holds commitments.

    Commitments without a counterpart leave (dropped) or enter (new) as short stubs.
    """
    sizes: list[defaultdict[int, float]] = [defaultdict(float), defaultdict(float)]
    for flow in chart.flows:
        for side, (at, size) in enumerate(((flow.old, flow.leaves), (flow.new, flow.enters))):
            if at is not None:
                sizes[side][at] += size
    unit = 420 / max(1, *(sum(side.values()) for side in sizes))
    sections = (chart.old, chart.new)
    starts = [_stacked([sizes[s][n] for n in range(len(names))], unit) for s, names in enumerate(sections)]
    height = max(max(tops, default=0) + sizes[s][len(tops) - 1] * unit for s, tops in enumerate(starts)) + 16
    room = min(max([170.0, *(wide(name) for names in sections for name in names)]), 400.0)
    left = room + 42  # for the count behind the name
    right = left + 360
    marks: list[Mark] = [
        Words(left + 10, 14, fitted(chart.heads[0], left), "end", "strong"),
        Words(right - 10, 14, fitted(chart.heads[1], left), "start", "strong"),
    ]
    marks += _bands(chart, starts, unit, left + 10, right - 10)
    for side, names in enumerate(sections):
        for n, name in enumerate(names):
            if not sizes[side][n]:
                continue
            y, tall = starts[side][n], max(sizes[side][n] * unit, 2)
            x, anchor, beside = (left, "end", left - 8) if side == 0 else (right - 10, "start", right + 8)
            marks.append(Box(x, y, 10, tall, "node"))
            marks.append(Words(beside, y + tall / 2 + 4, f"{fitted(name, room)} {sizes[side][n]:.0f}", anchor))
    return Drawing(right + left, height, chart.title, tuple(marks))


def _stacked(sizes: Sequence[float], unit: float) -> list[float]:
    """Where each node begins: under one another, each in the middle of the room for its label."""
    rooms = [max(size * unit + 6, _EM + 5.0) if size else 0.0 for size in sizes]
    tops = accumulate([25.0, *rooms])
    return [top + (room - size * unit) / 2 for top, room, size in zip(tops, rooms, sizes, strict=False)]


def _bands(
    chart: Flows, starts: Sequence[Sequence[float]], unit: float, left: float, right: float
) -> Iterator[Mark]:  # fmt: skip
    at = [list(starts[0]), list(starts[1])]
    order = len(chart.new) + len(chart.old)  # stubs come last on both sides
    for flow in sorted(chart.flows, key=lambda f: (_or(f.old, order), _or(f.new, order))):
        ends: list[tuple[float, float] | None] = []
        for side, (node, size) in enumerate(((flow.old, flow.leaves), (flow.new, flow.enters))):
            ends.append(None if node is None else (at[side][node], size * unit))
            if node is not None:
                at[side][node] += size * unit
        yield _band(ends[0], ends[1], left, right, _tip(chart, flow))


def _tip(chart: Flows, flow: Flow) -> str:
    names = (
        chart.old[flow.old] if flow.old is not None else "—",
        chart.new[flow.new] if flow.new is not None else "—",
    )
    return f"{names[0]} → {names[1]}: {flow.links or round(flow.leaves + flow.enters)}"


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value


def _band(a: tuple[float, float] | None, b: tuple[float, float] | None, left: float, right: float, tip: str) -> Mark:
    """A band from `a` to `b` (top and width of each end), or a stub where there is only one of them."""
    if a is not None and b is not None:
        return Band(left, right, a, b, "band", tip)
    y, wide = a or b or (0.0, 0.0)
    x, name = (left, "gone") if a is not None else (right - 46, "come")
    return Box(x, y, 46, wide, name, tip)


# ---- how firmly sections promise


def _strengths(chart: Strengths) -> Drawing:
    """A bar a section, its commitments by strength."""
    left = min(max([0.0, *(wide(name) for name in chart.sections)]) + 16, 400.0)
    right = left + 300
    unit = (right - left) / max(chart.most, 1)
    marks: list[Mark] = []
    for n, (name, counts) in enumerate(zip(chart.sections, chart.counted, strict=True)):
        y = 4 + 26.0 * n
        marks.append(Words(left - 10, y + 14, fitted(name, left - 12), "end"))
        x = float(left)
        for level, count in enumerate(counts):
            if count:
                tip = f"{name} {chart.levels[level]}: {count}"
                marks.append(Box(x, y, count * unit, 19, _shade(level, len(chart.levels)), tip))
            x += count * unit
        marks.append(Words(x + 6, y + 14, str(sum(counts)), "start", "muted"))
    return Drawing(right + 40, 8 + 26 * len(chart.sections), chart.title, tuple(marks))


def _shade(level: int, count: int) -> str:
    """The shade of a level: the darker the firmer; the last of `count` says nothing and has the shade apart."""
    return "st6" if level == count - 1 else f"st{min(level, 5)}"


# ---- how much of whom is in whom


def _shares(chart: Shares) -> Drawing:
    """A heat map: the darker, the more of the row is found in the column, and the share in words."""
    names = chart.names
    left = min(20 + max(wide(name) for name in names), 300)
    across, down = min(max(20 + max(wide(name) for name in names), 74), 150), 38
    heads = [wrapped(name, across - 8) for name in names]
    top = 12 + _LINE * max(map(len, heads))
    most = max(chart.shares.values(), default=0) or 1
    marks: list[Mark] = []
    for n, head in enumerate(heads):
        marks += _lines(left + across * (n + 0.5), top / 2, head, "middle", "muted")
    for i, row in enumerate(names):
        y = top + down * i
        marks.append(Words(left - 10, y + down / 2 + 5, fitted(row, left - 12), "end"))
        for j, column in enumerate(names):
            share = chart.shares.get((row, column))
            tip = "" if share is None else f"{row} → {column}: {share:.0%}"
            x = left + across * j
            depth = 0.0 if share is None else 0.06 + 0.54 * share / most  # words stay legible on the deepest
            marks.append(Box(x, y, across - 3, down - 3, "heat" if share is not None else "blank", tip, depth))
            told = "—" if share is None else f"{share:.0%}"
            marks.append(Words(x + across / 2, y + down / 2 + 4, told, "middle", "" if told != "—" else "muted"))
    return Drawing(left + across * len(names) + 4, top + down * len(names) + 4, chart.title, tuple(marks))


# ---- how plans answer goals, who had what first


def _matrix(chart: Matrix) -> Drawing:
    """A row a goal, a column a plan; each cell has its words on the shade of its kind."""
    left = min(max(wide(name) for name, _ in chart.rows) + 24, 430.0)
    said = [[cell for _, cell in cells] for _, cells in chart.rows]
    columns = [max([wide(plan), *(wide(row[n]) for row in said)]) for n, plan in enumerate(chart.columns)]
    widths = [min(max(needed + 22, 90.0), 190.0) for needed in columns]
    starts = [left, *accumulate(widths, initial=left)][1:]
    heads = [wrapped(plan, across - 8) for plan, across in zip(chart.columns, widths, strict=True)]
    y = 8 + _LINE * max(map(len, heads))
    marks = [
        mark for x, head in zip(starts, heads, strict=False) for mark in _lines(x + 4, y / 2, head, "start", "muted")
    ]
    for name, cells in chart.rows:
        texts = [wrapped(cell, across - 18) for (_, cell), across in zip(cells, widths, strict=True)]
        lines = wrapped(name, left - 18)
        tall = 8 + _LINE * max(len(text) for text in (lines, *texts))
        marks += _lines(left - 12, y + tall / 2, lines, "end")
        for (kind, cell), x, across, text in zip(cells, starts, widths, texts, strict=False):
            shade = _SHADES.get(kind, "blank")
            marks.append(Box(x, y + 2, across - 4, tall - 4, shade, f"{name} · {cell}"))
            look = "on" if shade in _DARK else {"blank": "muted", "hole": "down"}.get(shade, "")
            marks += _lines(x + 8, y + tall / 2, text, "start", look)
        y += tall
    return Drawing(starts[-1] + 2, y + 4, chart.title, tuple(marks))


# ---- one indicator through years


def _series(chart: Series) -> Drawing:
    """A column a plan, the value as written over its dot; dots of one place are joined. Long series go on below."""
    flat = [(n, point) for n, points in enumerate(chart.places) for point in points]
    known = [point.value for _, point in flat if point.value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    needs = [max(wide(p.plan), wide(p.told), wide(p.period)) for _, p in flat]
    across = min(max([96.0, *(need + 16 for need in needs)]), 180.0)
    bands = [flat[n : n + _ACROSS] for n in range(0, len(flat), _ACROSS)]
    marks: list[Mark] = []
    for n, band in enumerate(bands):
        marks += _series_band(band, _BAND * n, across, low, high)
    return Drawing(across * min(len(flat), _ACROSS), _BAND * len(bands), chart.title, tuple(marks))


def _series_band(band: Sequence[tuple[int, Point]], top: float, across: float, low: float, high: float) -> list[Mark]:
    floor = top + 165
    marks: list[Mark] = [Line(0, floor, across * len(band), floor, "grid zero")]
    last: tuple[int, float, float] | None = None
    dots: list[Mark] = []
    for n, (place, point) in enumerate(band):
        x = across * (n + 0.5)
        marks.append(Words(x, floor + 20, fitted(point.period, across - 6), "middle"))
        named = wrapped(point.plan, across - 6, 2)
        marks += [Words(x, floor + 38 + _LINE * n, line, "middle", "muted") for n, line in enumerate(named)]
        if point.value is None:
            dots.append(Words(x, floor - 8, fitted(point.told, across - 6), "middle", "muted"))
            continue
        y = floor - 35 - 90 * ((point.value - low) / (high - low) if high > low else 0.5)
        if last is not None and last[0] == place:
            marks.append(Line(last[1], last[2], x, y, "span up"))
        last = (place, x, y)
        dots += [Dot(x, y, 6, "up"), Words(x, y - 12, fitted(point.told, across - 6), "middle")]
    return marks + dots


# ---- words and their widths


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


def wrapped(text: str, room: float, most: int = 3) -> list[str]:
    """The text in at most `most` lines of `room` pixels, the last one cut with … where that is not enough.

    >>> wrapped("提供夜间门诊服务的社康机构数", 110, 2)
    ['提供夜间门诊服务', '的社康机构数']
    """
    lines, rest = list[str](), text.strip()
    while wide(rest) > room and len(lines) < most - 1:
        taken = list(accumulate(wide(char) for char in rest))
        cut = max(sum(1 for end in taken if end <= room), 1)
        cut = _breakable(rest, cut)
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*lines, fitted(rest, room)]


def _breakable(text: str, cut: int) -> int:
    """The last place up to `cut` where a line may end: not within a number or a Latin word, nor before a mark."""
    for at in range(cut, cut // 2, -1):
        before, after = text[at - 1], text[at]
        within = before.isascii() and after.isascii() and " " not in (before, after) and before != "-"
        if after not in _NOT_FIRST and not within and before not in "（“《":
            return at
    return cut


# ---- SVG


def svg(made: Drawing) -> str:
    """The drawing as an element for a page."""
    size = f'viewBox="0 0 {_n(made.width)} {_n(made.height)}" width="{_n(made.width)}" height="{_n(made.height)}"'
    return f'<svg role="img" aria-label="{_escape(made.title)}" {size}>{"".join(map(_svg, made.marks))}</svg>'


def _svg(mark: Mark) -> str:
    if isinstance(mark, Words):
        return _text(mark.x, mark.y, mark.text, mark.anchor, mark.name)
    if isinstance(mark, Line):
        return _line(_n(mark.x1), _n(mark.y1), _n(mark.x2), _n(mark.y2), mark.name)
    if isinstance(mark, Dot):
        return f'<circle class="{mark.name}" cx="{_n(mark.x)}" cy="{_n(mark.y)}" r="{_n(mark.radius)}"/>'
    if isinstance(mark, Arrow):
        return f'<path class="{mark.name}" transform="translate({_n(mark.x)} {_n(mark.y)})" d="{_HEADS[mark.left]}"/>'
    if isinstance(mark, Band):
        shape = f'<path class="{mark.name}" d="{_outline(mark)}"/>'
    else:
        depth = f' fill-opacity="{mark.depth:.2f}"' if mark.depth < 1 else ""
        size = f'width="{_n(mark.width)}" height="{_n(mark.height)}"'
        shape = f'<rect class="{mark.name}" x="{_n(mark.x)}" y="{_n(mark.y)}" {size}{depth}/>'
    return f"<g><title>{_escape(mark.tip)}</title>{shape}</g>" if mark.tip else shape


def _outline(band: Band) -> str:
    left, right, a, b = _n(band.left), _n(band.right), band.a, band.b
    mid = _n((band.left + band.right) / 2)
    down = f"M{left} {_n(a[0])}C{mid} {_n(a[0])} {mid} {_n(b[0])} {right} {_n(b[0])}v{_n(b[1])}"
    return f"{down}C{mid} {_n(sum(b))} {mid} {_n(sum(a))} {left} {_n(sum(a))}z"


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
