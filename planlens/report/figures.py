"""Charts as pictures: PNG for documents and slides, SVG that stands alone, drawn by matplotlib in a font for Chinese.

    picture(charts, "png") -> the bytes of one file, the charts under each other
    pictures(charts, room) -> one PNG a chart, a long list in several that fit on a page

matplotlib (the extra `plots`) only puts marks on paper: what stands where is told by `plots`. Without it, or without a
font that has every character, there is an OutputError and never a picture with boxes in place of words.
"""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import count
from typing import Any

from planlens.errors import OutputError
from planlens.model import Table
from planlens.report import Report
from planlens.report.charts import Chart, Strengths, charts
from planlens.report.look import safe
from planlens.report.manifest import closed
from planlens.report.messages import Messages, load
from planlens.report.plots import (
    Arrow,
    Band,
    Box,
    Dot,
    Drawing,
    Line,
    Mark,
    Words,
    drawing,
    legend,
    parts,
    wide,
    wrapped,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FORMS = ("png", "svg")
_INCH = 96  # pixels of a drawing to the inch
_DPI = 192  # of a PNG: sharp on paper and on screens of two pixels to one
_POINT = 72 / _INCH
_EDGE = 20.0  # white around a picture
_LEAST = 640.0  # width for a legend or a note
_BETWEEN = 26.0  # and between charts
_TITLE, _TEXT, _NOTE = 16.0, 13.0, 12.0  # px of letters
_LINE = 19.0
_AROUND = 140.0  # pixels of a title, a legend and a note
_BEYOND = 65_000  # pixels of a PNG's side, which matplotlib and most programs cannot pass
_SHOWN = 5  # characters named that no font has
_ANCHORS = {"start": "left", "middle": "center", "end": "right"}
_SETTINGS: Any = {"svg.fonttype": "path", "svg.hashsalt": "planlens", "axes.unicode_minus": False}


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart as PNG; width and height in pixels of 1/96 inch."""

    beside: str
    title: str
    data: bytes
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Panel:
    """A chart with what is written around it."""

    chart: Chart
    made: Drawing
    keys: list[tuple[str, str]]
    note: list[str]

    @classmethod
    def of(cls, chart: Chart) -> _Panel:
        made = drawing(chart)
        note = wrapped(chart.note, max(made.width, _LEAST), 9) if chart.note else []
        return cls(chart, made, legend(chart), note)

    def marks(self) -> Iterator[tuple[Mark, float]]:
        """Every mark with how far down it stands, the title first, then the drawing, the legend and the note."""
        yield Words(0, _TITLE, self.chart.title, "start", "title"), 0
        top = _TITLE + 14
        yield from ((mark, top) for mark in self.made.marks)
        top += self.made.height + 8
        for n, row in enumerate(self.legend_rows):
            for x, (name, word) in row:
                yield Box(x, n * _LINE, 14, 14, name), top
                yield Words(x + 20, n * _LINE + 12, word), top
        top += _LINE * len(self.legend_rows) + 4
        for n, line in enumerate(self.note):
            yield Words(0, 11 + n * _LINE, line, "start", "note"), top

    @property
    def legend_rows(self) -> list[list[tuple[float, tuple[str, str]]]]:
        rows, x = list[list[tuple[float, tuple[str, str]]]](), self.width
        for name, word in self.keys:
            if x + 22 + wide(word) > self.width:
                rows.append([])
                x = 0.0
            rows[-1].append((x, (name, word)))
            x += 40 + wide(word)
        return rows

    @property
    def width(self) -> float:
        around = _LEAST if self.keys or self.note else 0.0
        return max(self.made.width, wide(self.chart.title) * _TITLE / _TEXT, around)

    @property
    def height(self) -> float:
        return _TITLE + 26 + self.made.height + _LINE * (len(self.legend_rows) + len(self.note))


class NotDrawnError(OutputError):
    """What keeps charts from being drawn; `told` says it in the language of a report."""

    def __init__(self, why: str, **values: object) -> None:
        self._why, self._values = f"chart.{why}", values
        super().__init__(self.told(load("en")))

    def told(self, m: Messages) -> str:
        return m(self._why, **self._values)


def picture(found: Sequence[Chart], form: str) -> bytes:
    """All charts under each other in one file, the same bytes for the same charts.

    `form` is png or svg. Raises NotDrawnError where matplotlib or a font is missing, or the picture would be too large.
    """
    return _drawn(_rows(found), form)[0]


def pictures(found: Sequence[Chart], room: float) -> tuple[Picture, ...]:
    """A PNG a chart, lists of rows cut so that no picture is higher than `room` pixels. Raises as `picture` does."""
    cut = [part for chart in found for part in parts(chart, room - _AROUND)]
    rows = [tuple(panel.chart for panel in row) for row in _rows(cut)]
    return tuple(Picture(row[0].beside, row[0].title, *_drawn_once(row)) for row in rows)


@lru_cache(maxsize=32)  # Word and Excel show the same ones
def _drawn_once(row: tuple[Chart, ...]) -> tuple[bytes, float, float]:
    return _drawn([[_Panel.of(chart) for chart in row]], "png")


def _rows(found: Sequence[Chart]) -> list[list[_Panel]]:
    """Charts under each other, the strengths of two plans side by side."""
    rows = list[list[_Panel]]()
    for chart in found:
        if rows and isinstance(chart, Strengths) and isinstance(rows[-1][-1].chart, Strengths):
            rows[-1].append(_Panel.of(chart))
        else:
            rows.append([_Panel.of(chart)])
    return rows


def illustrated(report: Report, tables: Sequence[Table], room: float) -> tuple[Sequence[Table], tuple[Picture, ...]]:
    """The pictures of a report that go with its tables; where they cannot be drawn, the closing table says why."""
    found = charts(report, tables)
    if not found:
        return tables, ()
    try:
        return tables, pictures(found, room)
    except NotDrawnError as error:
        row = (report.m("chart.left_out"), error.told(report.m))
        return closed(tables, Table("closing", report.m("title.closing"), ("", ""), (row,))), ()


def _drawn(rows: Sequence[Sequence[_Panel]], form: str) -> tuple[bytes, float, float]:
    """A file with its width and height in pixels."""
    with _matplotlib():
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        width = max(sum(panel.width + _BETWEEN for panel in row) for row in rows) - _BETWEEN + 2 * _EDGE
        height = sum(max(panel.height for panel in row) + _BETWEEN for row in rows) - _BETWEEN + 2 * _EDGE
        if max(width, height) * _DPI / _INCH > _BEYOND:
            raise NotDrawnError("too_large", width=round(width), height=round(height))
        figure = Figure(figsize=(width / _INCH, height / _INCH), dpi=_DPI, facecolor=_look("page"))
        FigureCanvasAgg(figure)
        _fill(figure, rows, width, height)
        return _saved(figure, form), width, height


@contextmanager
def _matplotlib() -> Iterator[None]:
    """matplotlib with settings of its own, whatever a person has set for other pictures."""
    try:
        import matplotlib
        from matplotlib import style
    except ImportError:
        raise NotDrawnError("no_library") from None
    log = logging.getLogger("matplotlib.font_manager")  # it reports every family that is not there
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        with style.context("default"), matplotlib.rc_context(_SETTINGS):
            yield
    finally:
        log.setLevel(before)


def _fill(figure: Any, rows: Sequence[Sequence[_Panel]], width: float, height: float) -> None:
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(-_EDGE, width - _EDGE)
    axes.set_ylim(height - _EDGE, -_EDGE)
    axes.set_axis_off()
    fonts = families(
        safe(mark.text) for row in rows for panel in row for mark, _ in panel.marks() if isinstance(mark, Words)
    )
    top, order = 0.0, count(1)
    for row in rows:
        left = 0.0
        for panel in row:
            for mark, down in panel.marks():
                _put(axes, mark, (left, top + down), next(order), fonts)
            left += panel.width + _BETWEEN
        top += max(panel.height for panel in row) + _BETWEEN


def _saved(figure: Any, form: str) -> bytes:
    stream = io.BytesIO()
    silent: dict[str, Any] = {"Software": None} if form == "png" else {"Date": None, "Creator": None}
    figure.savefig(stream, format=form, metadata=silent, facecolor=_look("page"))
    return stream.getvalue()


def _put(axes: Any, mark: Mark, at: tuple[float, float], order: int, fonts: list[str]) -> None:
    """One mark on the axes, counted from `at`; marks of a higher order cover those below."""
    right, down = at
    if isinstance(mark, Words):
        size = {"title": _TITLE, "note": _NOTE}.get(mark.name, _TEXT)
        axes.text(
            mark.x + right, mark.y + down, safe(mark.text), ha=_ANCHORS[mark.anchor], va="baseline", family=fonts,
            size=size * _POINT, color=_ink(mark.name), parse_math=False, zorder=order,
        )  # fmt: skip
    elif isinstance(mark, Line):
        thick = 3 if mark.name.startswith("span") else 1
        look = {"color": _look(mark.name.rpartition(" ")[2]), "linewidth": thick * _POINT, "solid_capstyle": "butt"}
        axes.plot([mark.x1 + right, mark.x2 + right], [mark.y1 + down, mark.y2 + down], zorder=order, **look)
    else:
        axes.add_patch(_shape(mark, right, down)).set_zorder(order)


def _shape(mark: Box | Dot | Arrow | Band, right: float, down: float) -> Any:
    from matplotlib import patches

    if isinstance(mark, Dot):
        hollow = mark.name == "was"
        face, edge = (_look("page"), _look("muted")) if hollow else (_look(mark.name),) * 2
        edged = {"edgecolor": edge, "linewidth": 2 * _POINT * hollow}
        return patches.Circle((mark.x + right, mark.y + down), mark.radius, facecolor=face, **edged)
    if isinstance(mark, Arrow):
        x, y = mark.x + right, mark.y + down
        back, tip = (x + 8, x - 3) if mark.left else (x - 8, x + 3)
        return patches.Polygon([(back, y - 7), (tip, y), (back, y + 7)], color=_look(mark.name), linewidth=0)
    if isinstance(mark, Band):
        return patches.PathPatch(_path(mark, right, down), color=_look(mark.name), alpha=0.45, linewidth=0)
    hatch, edge = (_looks()[kind].get(mark.name) for kind in ("hatches", "edges"))
    return patches.Rectangle(
        (mark.x + right, mark.y + down), mark.width, mark.height, facecolor=_look(mark.name), alpha=mark.depth,
        hatch=hatch, edgecolor=edge or _look("page"), linewidth=1.6 * _POINT * bool(edge),
    )  # fmt: skip


def _path(band: Band, across: float, down: float) -> Any:
    from matplotlib.path import Path

    left, right, mid = band.left, band.right, (band.left + band.right) / 2
    (a, wide_a), (b, wide_b) = band.a, band.b
    curve = [(left, a), (mid, a), (mid, b), (right, b), (right, b + wide_b)]
    curve += [(mid, b + wide_b), (mid, a + wide_a), (left, a + wide_a), (left, a)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return Path([(x + across, y + down) for x, y in curve], codes)


def _ink(name: str) -> str:
    if name == "on":
        return _look("page")
    return _look({"muted": "muted", "note": "muted", "up": "up", "down": "down"}.get(name, "ink"))


def _look(name: str) -> str:
    colour: str = _looks()["colours"][name]
    return colour


@lru_cache(maxsize=1)
def _looks() -> dict[str, Any]:
    return tomllib.loads((files("planlens") / "data" / "plots.toml").read_text("utf-8"))


# ---- fonts


def families(texts: Iterable[str]) -> list[str]:
    """The font families that together have every character: one for Chinese, and matplotlib's own behind it.

    Raises NotDrawnError with the characters that no font has.
    """
    needed = {char for text in texts for char in text if not char.isspace()}
    beside: str = _looks()["fonts"]["beside"]
    lacking = needed = needed - _characters(beside)
    if not needed:
        return [beside]
    for family in _candidates():
        if not (left := needed - _characters(family)):
            return [family, beside]
        lacking = min(lacking, left, key=len)
    named = " ".join(f"{char} (U+{ord(char):04X})" for char in sorted(lacking)[:_SHOWN])
    raise NotDrawnError("no_font", chars=named + " …" * (len(lacking) > _SHOWN))


def _candidates() -> Iterator[str]:
    yield from _looks()["fonts"]["families"]
    if (packed := _packed()) is not None:
        yield packed


@lru_cache(maxsize=1)
def _packed() -> str | None:
    """The family of the font that the extra brings, made known to matplotlib; None where it is not installed."""
    try:
        from pylopdf_fonts_zh_cn import sans_path
    except ImportError:
        return None
    from matplotlib import font_manager

    font_manager.fontManager.addfont(sans_path())
    _characters.cache_clear()  # a family of the same name was asked for before it was known
    return str(font_manager.get_font(sans_path()).family_name)


@lru_cache(maxsize=64)
def _characters(family: str) -> frozenset[str]:
    """The characters a family has; none where the machine has no such family."""
    from matplotlib import font_manager

    try:
        place = font_manager.findfont(font_manager.FontProperties(family=[family]), fallback_to_default=False)
    except ValueError:
        return frozenset()
    return frozenset(map(chr, font_manager.get_font(place).get_charmap()))
