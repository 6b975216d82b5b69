"""Turns glyphs on pages into lines, columns, running heads and paragraphs, by where they stand alone.

A page is a list of glyphs with their boxes; nothing here knows of PDF. y grows downwards.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import NamedTuple

_SAME_ROW = 0.45
"""Ems between two baselines of one row: footnote marks are raised by a third, lines stand a whole em apart."""
_GAP_LATIN, _GAP_MIXED, _GAP_CHINESE = 0.2, 0.6, 0.9
"""Ems of white between letters, between a letter and an ideograph, between ideographs, that mean a space; text
processors widen the second by a quarter on their own and stretch the last to fill a line."""
_GAP_BLANK = 0.12
"""Ems of white that a blank in the file must leave to be one: some programs write blanks without width."""
_RAISED, _SMALL = 0.2, 0.78
"""A digit this much higher (ems) and smaller (share) than its row is the mark of a footnote, or a square metre's 2."""
_WIDEST = 15_000.0  # points: what a page may be wide (PDF 1.7, Annex C), whatever a file says
_GUTTER = 0.9
"""Ems of white between two columns; Word's default is two, LibreOffice's narrowest one."""
_COLUMN_ROWS = 4
"""Rows on each side of a gutter before it is believed to be one."""
_FILLED = 0.75
"""Share of its column that a row of prose fills; half of the rows of a column do."""
_TABLE_ROWS = 3
"""Rows, and columns, that make a table where no lines are drawn."""
_ZONE = 3
"""Rows at the top and at the foot of a page among which running heads are looked for."""
_SLOT = 4.0
"""Points by which the place of a running head may differ from page to page."""
_APART = 1.15
"""Share of the usual distance of lines by which a running head in letters as large as the text's keeps off."""
_SLACK = 0.6
"""Ems a line may end short of the edge, beyond what the next word would need."""
_INDENT = 0.8
"""Ems behind the edge at which a line begins a paragraph; the custom is two."""
_SIZE = 0.08
"""Share by which the letters of two lines of one paragraph may differ in size."""
_LOOSE = 0.35
"""Ems of white above a line, beyond the usual, that part paragraphs."""
_HEADING = 1.08
"""Letters this much larger than those of the text are a heading's."""
_NOTE_SIZE = 0.93
"""Letters smaller than this share of the text's at the foot of a page are those of footnotes."""

_SENTENCE_END = tuple("。！？!?；;：:”）)》…")
_OPENING = frozenset("（《“‘【〔「『〈(")
_CLOSING = frozenset("，。、；：！？）》”’】〕」』〉…—,;:!?)%％‰“‘")
_QUOTES = frozenset("“”‘’\"'")
_LABEL = re.compile(
    r"[一二三四五六七八九十百]{1,4}[、．.]|[（(][一二三四五六七八九十百]{1,4}[）)]|\d{1,3}(?:[、．]|\.(?!\d))|[（(]\d{1,3}[）)]"
    r"|第[一二三四五六七八九十百\d]{1,5}[编篇章节条]|专栏|附件|附表|[①-⑳●■◆▲★▪•·]|——"
)
_LEADERS = re.compile(r"(?:……|(?:[.．·‥]\s?){3})\s*\d{1,4}$")
_LETTER_NUMBER = re.compile(r"\S{0,16}[〔\[［(（]20\d\d[〕\]］)）]\s?第?\d{1,5}\s?号(?:\s*签发人.{0,20})?")
_PAGE_NUMBER = re.compile(
    r"[-—–－·•~\s第页]*(\d{1,4})(?:\s{0,9}[/／]\s{0,9}\d{1,4}|\s{0,9}页?[,，\s]{0,9}共\s{0,9}\d{1,4}\s{0,9}页)?[-—–－·•~\s页]*"
)
_FOOTNOTE = re.compile(r"[①-⑳⓪]|[¹²³⁴-⁹⁰]|[\[〔［]\d{1,3}[\]〕］]|\*|注\s*\d*[:：]|\d{1,3}(?=[^\d.．、%年月日)）])")
_RAISED_DIGITS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Glyph(NamedTuple):
    """One character where it is drawn: from x0 to x1 on the baseline y, its letters `size` points high."""

    char: str
    x0: float
    x1: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class Frame:
    """Ruled lines that hold text: one cell (a box) or the rows of a table; each cell its glyphs, by row and column."""

    x0: float
    top: float
    x1: float
    bottom: float
    cells: tuple[tuple[tuple[Glyph, ...], ...], ...]
    edges: tuple[float, ...] = ()
    """Where the columns part."""


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on one page outside its frames, and the frames."""

    number: int
    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """Glyphs on one baseline, from left to right, blanks among them."""

    glyphs: tuple[Glyph, ...]
    x0: float
    x1: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class Line:
    """A row as text in its column: `need` is the width of its first word, `hang` where text behind a label begins."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    page: int
    need: float
    hang: float
    blank: bool
    """Whether a blank ends it in the file: the text goes on with one."""
    column: tuple[object, ...]
    """Lines with the same mark stand in the same column, on whatever page."""


@dataclass(slots=True)
class Paragraph:
    """Lines read as one: `starts` are (offset in the text, page) of each page it stands on."""

    lines: list[Line]
    text: str = ""
    starts: list[tuple[int, int]] = field(default_factory=list)

    def take(self, line: Line) -> None:
        """The line at the end: with a space only between words of letters, without the hyphen that parted one."""
        if self.lines and self.text:
            if re.search(r"[a-z]-$", self.text) and line.text[:1].islower():
                self.text = self.text[:-1]
            elif self.lines[-1].blank or _words_meet(self.text, line.text):
                self.text += " "
        if not self.starts or self.starts[-1][1] != line.page:
            self.starts.append((len(self.text), line.page))
        self.lines.append(line)
        self.text += line.text


Column = tuple[tuple[object, ...], list[Row | Frame]]
"""The mark of a column and what stands in it, from the top."""


def rows(glyphs: Iterable[Glyph]) -> list[Row]:
    """Glyphs gathered by baseline, from the top; one drawn twice to look bold is one."""
    found: list[list[Glyph]] = []
    anchor = Glyph("", 0, 0, float("-inf"), 0)
    for glyph in sorted(glyphs, key=lambda g: (g.y, g.x0)):
        if not found or glyph.y - anchor.y > _SAME_ROW * max(glyph.size, anchor.size):
            found.append([])
            anchor = glyph
        found[-1].append(glyph)
        if glyph.size > anchor.size * 1.1:
            anchor = glyph
    return [row for group in found if (row := _row(group)) is not None]


def _row(glyphs: Iterable[Glyph]) -> Row | None:
    """None where nothing prints."""
    ordered = sorted(glyphs, key=lambda g: (g.x0, g.x1))
    kept: list[Glyph] = []
    for glyph in ordered:
        twice = any(g.char == glyph.char and abs(g.x0 - glyph.x0) < 0.25 * glyph.size for g in kept[-3:])
        if not twice or glyph.char == " ":
            kept.append(glyph)
    inked = [g for g in kept if g.char != " "]
    if not inked:
        return None
    size = Counter(round(g.size, 1) for g in inked).most_common(1)[0][0]
    y = next((g.y for g in inked if abs(g.size - size) < 0.1), inked[0].y)
    return Row(tuple(kept), inked[0].x0, max(g.x1 for g in inked), y, size)


def text_of(row: Row) -> str:
    """The row as words: blanks where white shows, raised digits as ¹²³."""
    return "".join(_written(row))


def _written(row: Row) -> Iterator[str]:
    last: Glyph | None = None
    blank = False
    for glyph in row.glyphs:
        if glyph.char == " ":
            blank = True
            continue
        if last is not None and _parted(last, glyph, blank=blank):
            yield " "
        raised = glyph.size < _SMALL * row.size and row.y - glyph.y > _RAISED * row.size
        yield glyph.char.translate(_RAISED_DIGITS) if raised else glyph.char
        last, blank = glyph, False


def _parted(left: Glyph, right: Glyph, *, blank: bool) -> bool:
    """Whether the white between two glyphs is a space."""
    em = max(left.size, right.size)
    gap = (right.x0 - left.x1) / em if em else 0.0
    if blank:
        return gap > _GAP_BLANK
    letters = _is_letter(left.char[-1]) + _is_letter(right.char[0])
    return gap > (_GAP_CHINESE, _GAP_MIXED, _GAP_LATIN)[letters]


def _is_letter(char: str) -> bool:
    """A letter or digit of a script that parts its words by spaces."""
    return char.isalnum() and char < "\u2e80"


def _words_meet(text: str, following: str) -> bool:
    """Whether two lines part two words of letters; digits on both sides of a line's end are one number: 202 | 5年."""
    if text[-1].isdigit() and following[0].isdigit():
        return False
    return _is_letter(text[-1]) and _is_letter(following[0])


# Columns and reading order


def flows(pages: Sequence[Page], heads: Mapping[int, frozenset[float]]) -> list[tuple[Page, list[Column]]]:
    """The columns of each page in reading order; rows with the baselines that `heads` has for the page left out.

    A page that shows no gutter of its own, as the last one with a few lines on the right, is tried with that of others.
    """
    laid = []
    known: dict[tuple[int, int], float] = {}
    for page in pages:
        kept = [row for row in rows(page.glyphs) if row.y not in heads.get(page.number, frozenset())]
        items: list[Row | Frame] = sorted([*kept, *page.frames], key=_top)
        gutter = _gutter(items)
        if gutter is not None:
            known.setdefault(_size(page), gutter)
        laid.append((page, items, gutter))
    out = []
    for page, items, gutter in laid:
        parts = _columns(items, (), gutter, known.get(_size(page)))
        out.append((page, [((*_size(page), page.number % 2, *mark), _with_tables(part)) for mark, part in parts]))
    return out


def _size(page: Page) -> tuple[int, int]:
    return round(page.width), round(page.height)


def _top(item: Row | Frame) -> float:
    return item.top if isinstance(item, Frame) else item.y - item.size


def _columns(
    items: list[Row | Frame], mark: tuple[object, ...], gutter: float | None, known: float | None
) -> list[Column]:
    """Cut at a gutter where there is one: what crosses it parts the page into bands, each read column by column."""
    if gutter is None and known is None:
        return [(mark, items)] if items else []
    least = _COLUMN_ROWS if gutter is not None else 1
    gutter = known if gutter is None else gutter
    assert gutter is not None
    out: list[Column] = []
    band: list[Row | Frame] = []
    for item in [*items, None]:
        if item is not None and not _crosses(item, gutter):
            band.append(item)
            continue
        left, right = _halves(band, gutter)
        if _is_band(left, right, least):
            for side, part in (("left", left), ("right", right)):
                out += _columns(part, (*mark, side), _gutter(part), None)
        else:
            _append(out, mark, band)
        band = []
        if item is not None:
            _append(out, mark, [item])
    return out


def _append(out: list[Column], mark: tuple[object, ...], items: list[Row | Frame]) -> None:
    if out and out[-1][0] == mark:
        out[-1][1].extend(items)
    elif items:
        out.append((mark, list(items)))


def _gaps(row: Row) -> Iterator[tuple[float, float]]:
    """The white inside a row that is wide enough for a gutter."""
    inked = [g for g in row.glyphs if g.char != " "]
    end = inked[0].x1
    for glyph in inked[1:]:
        if glyph.x0 - end > _GUTTER * row.size:
            yield end, glyph.x0
        end = max(end, glyph.x1)


def _gutter(items: list[Row | Frame]) -> float | None:
    """The x that most rows leave white, with text of columns on both sides."""
    votes: Counter[int] = Counter()
    frames = [item for item in items if isinstance(item, Frame)]
    for row in items:
        if isinstance(row, Row):
            gaps = [*_gaps(row), *_gaps_to(frames, row)]
            votes.update(
                at for left, right in gaps for at in range(int(max(left, 0)) + 1, int(min(right, _WIDEST)) + 1)
            )
    if not votes:
        return None
    most = max(votes.values())
    if most < _COLUMN_ROWS:
        return None
    best = [at for at, count in votes.items() if count == most]
    gutter = float(median(best))
    left, right = _halves([item for item in items if not _crosses(item, gutter)], gutter)
    return gutter if _is_band(left, right, _COLUMN_ROWS) else None


def _gaps_to(frames: list[Frame], row: Row) -> Iterator[tuple[float, float]]:
    """The white between a row and the tables beside it."""
    for frame in frames:
        if frame.top < row.y < frame.bottom:
            left, right = (row.x1, frame.x0) if row.x1 < frame.x0 else (frame.x1, row.x0)
            if right - left > _GUTTER * row.size:
                yield left, right


def _crosses(item: Row | Frame, x: float) -> bool:
    if item.x1 <= x or item.x0 >= x:
        return False
    return isinstance(item, Frame) or not any(left <= x <= right for left, right in _gaps(item))


def _halves(items: list[Row | Frame], x: float) -> tuple[list[Row | Frame], list[Row | Frame]]:
    left: list[Row | Frame] = []
    right: list[Row | Frame] = []
    for item in items:
        if isinstance(item, Frame) or item.x1 <= x or item.x0 >= x:
            (left if item.x1 <= x else right).append(item)
            continue
        for side, part in (
            (left, [g for g in item.glyphs if g.x1 <= x]),
            (right, [g for g in item.glyphs if g.x1 > x]),
        ):
            if (half := _row(part)) is not None:
                side.append(half)
    return left, right


def _is_band(left: list[Row | Frame], right: list[Row | Frame], least: int) -> bool:
    """Whether both sides are columns of prose, not the cells of a table without rules."""
    return _is_prose(left, _COLUMN_ROWS) and _is_prose(right, least)


def _is_prose(side: list[Row | Frame], least: int) -> bool:
    """Whether most rows of a side fill it; a table in it stands for the rows that it leaves no place for."""
    found = [item for item in side if isinstance(item, Row)]
    framed = _COLUMN_ROWS * (len(side) - len(found))
    if len(found) + framed < least or not side:
        return False
    width = max(item.x1 for item in side) - min(item.x0 for item in side)
    full = sum(row.x1 - row.x0 > _FILLED * width and not any(_gaps(row)) for row in found) + framed
    wide = not found or width > 8 * median(row.size for row in found)
    return 2 * full >= len(found) + framed and (wide or least == 1)


# Tables without rules


def _with_tables(items: Iterable[Row | Frame]) -> list[Row | Frame]:
    """Items with every run of rows in three columns or more made the table it is; a wrapped cell may stand between."""
    out: list[Row | Frame] = []
    run: list[Row] = []
    for item in [*items, None]:
        if run and isinstance(item, Row) and _under(run, item):
            run.append(item)
            continue
        out += _as_table(run)
        run = []
        if isinstance(item, Row) and len(_segments(item)) > 2:
            run = [item]
        elif item is not None:
            out.append(item)
    return out


def _segments(row: Row) -> list[Row]:
    """The pieces of a row that wide white parts."""
    cuts = [(left + right) / 2 for left, right in _gaps(row)]
    parts: list[list[Glyph]] = [[] for _ in range(len(cuts) + 1)]
    for glyph in row.glyphs:
        parts[bisect_left(cuts, glyph.x0)].append(glyph)
    return [part for listed in parts if (part := _row(listed)) is not None]


def _under(run: list[Row], row: Row) -> bool:
    """Whether a row goes on with the columns of those above: in three places, or as the rest of one cell."""
    if row.y - run[-1].y > 4 * row.size:
        return False
    cells = _segments(row)
    return len(cells) > 2 or all(sum(_meet(cell, column) for column in _bands(run)) == 1 for cell in cells)


def _meet(cell: Row, band: tuple[float, float]) -> bool:
    return cell.x0 < band[1] and cell.x1 > band[0]


def _bands(found: Iterable[Row]) -> list[tuple[float, float]]:
    """The columns that the pieces of rows fill, from the left."""
    out: list[tuple[float, float]] = []
    cells = [cell for row in found if len(parts := _segments(row)) > 2 for cell in parts]
    for cell in sorted(cells, key=lambda cell: cell.x0):
        if out and cell.x0 < out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], cell.x1))
        else:
            out.append((cell.x0, cell.x1))
    return out


def _as_table(run: list[Row]) -> list[Row | Frame]:
    """The run as one table, where three rows and three columns make one; rows behind its last full one stay rows."""
    full = [at for at, row in enumerate(run) if len(_segments(row)) > 2]
    bands = _bands(run)
    if len(full) < _TABLE_ROWS or len(bands) < _TABLE_ROWS:
        return list(run)
    lines: list[list[list[Glyph]]] = []
    for row in run[: full[-1] + 1]:
        cells: list[list[Glyph]] = [[] for _ in bands]
        for part in _segments(row):
            cells[next(at for at, band in enumerate(bands) if _meet(part, band))] += part.glyphs
        if lines and not cells[0] and sum(map(bool, cells)) < 3:
            lines[-1] = [above + below for above, below in zip(lines[-1], cells, strict=True)]
        else:
            lines.append(cells)
    kept = run[: full[-1] + 1]
    held = tuple(tuple(tuple(cell) for cell in line) for line in lines)
    starts = tuple(band[0] for band in bands)
    top = kept[0].y - kept[0].size
    return [Frame(bands[0][0], top, bands[-1][1], kept[-1].y, held, starts), *run[full[-1] + 1 :]]


# Running heads, feet and page numbers


@dataclass(frozen=True, slots=True)
class Furniture:
    """What repeats at the edges of pages: kind (页眉, 页脚, 页码), text as first seen, and its pages."""

    kind: str
    text: str
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Edge:
    """A row near the top or the foot of a page, the outermost first."""

    page: int
    zone: str
    text: str
    y: float
    form: str
    apart: bool


def furniture(pages: Sequence[Page]) -> tuple[dict[int, frozenset[float]], tuple[Furniture, ...]]:
    """Baselines of running heads and feet by page, and what they say.

    A row at the edge of a page is one where the same words, whatever their digits, stand in the same place on another
    page (of five pages or more: on two others), or where its number counts the pages; and nothing else stands outside
    of it.
    """
    edges = [edge for page in pages for edge in _edges(page)]
    repeated = _repeated(edges, 2 if len(pages) < 5 else 3)
    counting = _counting(edges, len(pages))
    found: dict[int, list[_Edge]] = defaultdict(list)
    for (page, zone), outer in _by_zone(edges).items():
        slots = repeated.get(zone, [])
        for edge in outer:
            if edge not in counting and not any(_in_slot(edge, slot) for slot in slots):
                break
            found[page].append(edge)
    told = _told([edge for listed in found.values() for edge in listed], counting)
    return {page: frozenset(edge.y for edge in listed) for page, listed in found.items()}, told


def _edges(page: Page) -> Iterator[_Edge]:
    inner = [(f.top, f.bottom) for f in page.frames]
    found = [row for row in rows(page.glyphs) if not any(top < row.y < bottom for top, bottom in inner)]
    for zone, part in (("页眉", found[:_ZONE]), ("页脚", found[::-1][:_ZONE])):
        for row in part:
            if _outside(row, inner, zone):
                text = text_of(row)
                form = re.sub(r"\d+", "#", re.sub(r"\s", "", text))
                yield _Edge(page.number, zone, text, row.y, form, _stands_apart(row, found))


def _outside(row: Row, inner: list[tuple[float, float]], zone: str) -> bool:
    """Whether no frame stands between the row and the edge of the page."""
    return not any(top < row.y if zone == "页眉" else bottom > row.y for top, bottom in inner)


def _stands_apart(row: Row, found: list[Row]) -> bool:
    """Whether a row is no line of the text, which goes on above and below at the usual distance in letters as large."""
    if text_of(row).endswith(("。", "；", "，", "、", "！")):
        return False
    size = Counter(round(other.size, 1) for other in found).most_common(1)[0][0]
    if abs(row.size - size) > _SIZE / 2 * size:
        return True
    pitches = [b.y - a.y for a, b in pairwise(found)]
    nearest = min((abs(other.y - row.y) for other in found if other is not row), default=0.0)
    return not pitches or nearest > _APART * median(pitches)


def _by_zone(edges: list[_Edge]) -> dict[tuple[int, str], list[_Edge]]:
    out: dict[tuple[int, str], list[_Edge]] = defaultdict(list)
    for edge in edges:
        out[edge.page, edge.zone].append(edge)
    return out


def _repeated(edges: list[_Edge], least: int) -> dict[str, list[tuple[float, str]]]:
    """(y, form) of rows that come again on `least` pages, mostly apart from the text, by zone.

    From the first page to the last of them no more than one or two of three lack it: a salutation that happens to stand
    at the top of a few pages is no running head.
    """
    groups: dict[tuple[str, str], list[_Edge]] = defaultdict(list)
    for edge in edges:
        groups[edge.zone, edge.form].append(edge)
    out: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for (zone, form), group in groups.items():
        first: dict[float, _Edge] = {}  # edges of one height tell the same
        for edge in group:
            first.setdefault(edge.y, edge)
        for edge in first.values():
            if any(_in_slot(edge, slot) for slot in out[zone]):
                continue
            near = {other.page: other.apart for other in group if abs(other.y - edge.y) <= _SLOT}
            dense = 3 * len(near) > max(near) - min(near)
            if len(near) >= least and dense and 2 * sum(near.values()) >= len(near):
                out[zone].append((edge.y, form))
    return out


def _in_slot(edge: _Edge, slot: tuple[float, str]) -> bool:
    return edge.form == slot[1] and abs(edge.y - slot[0]) <= _SLOT


def _counting(edges: list[_Edge], pages: int) -> set[_Edge]:
    """Rows that are nothing but a number which goes up with the pages; on a single page: the page's own."""
    numbers = [(edge, int(found[1])) for edge in edges if (found := _PAGE_NUMBER.fullmatch(edge.text))]
    offsets = Counter((edge.zone, number - edge.page) for edge, number in numbers)
    return {
        edge
        for edge, number in numbers
        if offsets[edge.zone, number - edge.page] > 1 or (pages == 1 and number == edge.page)
    }


def _told(edges: list[_Edge], counting: set[_Edge]) -> tuple[Furniture, ...]:
    groups: dict[tuple[str, str], list[_Edge]] = defaultdict(list)
    for edge in edges:
        number = edge in counting or _PAGE_NUMBER.fullmatch(edge.text) is not None
        groups["页码" if number else edge.zone, edge.form].append(edge)
    out = []
    for (kind, _), group in groups.items():
        texts = list(dict.fromkeys(edge.text for edge in group))
        text = texts[0] if len(texts) == 1 else f"{texts[0]}”……“{texts[-1]}"
        out.append(Furniture(kind, text, tuple(sorted({edge.page for edge in group}))))
    return tuple(out)


# Lines and paragraphs


def line_of(row: Row, page: int, column: tuple[object, ...]) -> Line:
    """A row as a line of its column."""
    text = text_of(row)
    inked = [g for g in row.glyphs if g.char != " "]
    label = _LABEL.match(text)
    behind = inked[len(label[0].replace(" ", "")) :] if label else []
    hang = behind[0].x0 if behind else row.x0
    blank = row.glyphs[-1].char == " "
    return Line(text, row.x0, row.x1, row.y, row.size, page, _first_word(inked), hang, blank, column)


def _first_word(inked: Sequence[Glyph]) -> float:
    """The width of what cannot be parted at the head of a line: 《规, 划》， 2025年, 99.79%, 此,“十."""
    last = len(inked) - 1
    end = 0
    while end < last and inked[end].char in _OPENING:
        end += 1
    while end < last and (_one_word(inked, end) or inked[end + 1].char in _CLOSING):
        end += 1
        if inked[end].char in _QUOTES and end < last:
            end += 1
    return inked[end].x1 - inked[0].x0


def _one_word(inked: Sequence[Glyph], at: int) -> bool:
    """Whether the next glyph belongs to the same number or word of letters: 3.5, COVID-19, ，3700, 3‰（2020."""
    here, following = inked[at].char[-1], inked[at + 1].char[0]
    behind = inked[at + 2].char[0] if at + 2 < len(inked) else " "
    if _is_letter(here) or here in "%‰":
        return _is_letter(following) or (following in ".,-/:(（" and _is_letter(behind))
    return _is_letter(following) and (here in ".,-/:(（" or (here in _CLOSING and following.isdigit()))


@dataclass(frozen=True, slots=True)
class _Measure:
    """The edges of a column, the distance of its lines, the size of the document's text, and whether paragraphs and
    numbers of clauses begin behind the edge, or paragraphs below white."""

    left: float
    right: float
    pitch: float
    body: float
    indents: bool
    indents_labels: bool
    spaced: bool


def paragraphs(lines: Sequence[Line]) -> list[Paragraph]:
    """Lines in reading order joined into paragraphs."""
    measures = _measures(lines)
    out: list[Paragraph] = []
    for line in lines:
        if not out or not _goes_on(out[-1], line, measures):
            out.append(Paragraph([]))
        out[-1].take(line)
    return out


def _measures(lines: Sequence[Line]) -> dict[tuple[object, ...], _Measure]:
    body = body_size(lines)
    groups: dict[tuple[object, ...], list[Line]] = defaultdict(list)
    for line in lines:
        groups[line.column].append(line)
    return {column: _measure(group, body) for column, group in groups.items()}


def body_size(lines: Sequence[Line]) -> float:
    """The size that most characters have."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _measure(group: list[Line], body: float) -> _Measure:
    """The leftmost place where several lines begin, and the right one that only a few outreach.

    A mark of punctuation at the end may hang out into the margin: such lines do not tell the edge.
    """
    starts = Counter(round(line.x0 / 2) for line in group)
    share = max(1, len(group) // 25)
    left = 2.0 * min(at for at in starts if starts[at - 1] + starts[at] + starts[at + 1] >= share)
    ends = sorted(line.x1 for line in group if line.text[-1] not in _CLOSING) or sorted(line.x1 for line in group)
    right = ends[min(len(ends) - 1, int(len(ends) * 0.97))]
    near = [(a, b) for a, b in pairwise(group) if a.page == b.page and 0 < b.y - a.y < 4 * max(a.size, 1)]
    full = [(a, b) for a, b in near if a.x1 > right - 2 * a.size and b.x0 < left + _INDENT * b.size]
    pitches = [b.y - a.y for a, b in full or near]
    indented = sum(_INDENT < (line.x0 - left) / max(line.size, 1) < 3 for line in group)
    labels = [line.x0 - left > _INDENT * line.size for line in group if _LABEL.match(line.text)]
    pitch = median(pitches) if pitches else 2 * body
    spaced = sum(b.y - a.y > pitch + _LOOSE * b.size for a, b in near)
    return _Measure(
        left, right, pitch, body, 20 * indented > len(group), 2 * sum(labels) > len(labels), 20 * spaced > len(near)
    )


def _goes_on(paragraph: Paragraph, line: Line, measures: dict[tuple[object, ...], _Measure]) -> bool:
    """Whether a line belongs to the paragraph above it; the first rule that speaks decides."""
    above = paragraph.lines[-1]
    here, there = measures[line.column], measures[above.column]
    near = line.page == above.page and line.column == above.column
    if abs(line.size - above.size) > _SIZE * max(line.size, above.size) or _LEADERS.search(above.text):
        return False
    if _LETTER_NUMBER.fullmatch(above.text) or _LETTER_NUMBER.fullmatch(line.text):
        return False
    if near and _centred(line, here) and (_centred(above, there) or line.size > here.body * _HEADING):
        return _title_goes_on(above, line, here)
    if not _full(above, line, there):
        return False
    ended = above.text.endswith(_SENTENCE_END)
    white = line.y - above.y if near else 0.0
    if white > here.pitch + _LOOSE * line.size and (ended or not here.indents or white > 1.9 * here.pitch):
        return False
    breaks = ended or not (here.indents or here.spaced or above.text.endswith(("，", "、", "（")))
    if breaks and not here.indents_labels and _LABEL.match(line.text):
        return False
    return not _indented(paragraph, line, here)


def _title_goes_on(above: Line, line: Line, here: _Measure) -> bool:
    """A title set over several centred lines, which no number begins and no wide white parts."""
    close = 0 < line.y - above.y < 2.3 * line.size
    large = line.size > here.body * _HEADING
    return close and large and not _LABEL.match(line.text) and not above.text.endswith(("。", "；", "："))


def _centred(line: Line, measure: _Measure) -> bool:
    left, right = line.x0 - measure.left, measure.right - line.x1
    return left > 0.5 * line.size and right > -line.size and abs(left - right) < max(line.size, 0.1 * left)


def _full(above: Line, line: Line, measure: _Measure) -> bool:
    """Whether the first word of the next line would not have fitted in."""
    return measure.right - above.x1 < line.need + _SLACK * above.size


def _indented(paragraph: Paragraph, line: Line, here: _Measure) -> bool:
    """Whether a line stands behind the edge as the first of a paragraph does: not as one behind a bullet does."""
    em = line.size
    if line.x0 - here.left < _INDENT * em:
        return False
    above = paragraph.lines[-1]
    if line.column != above.column or line.page != above.page:
        return True
    if len(paragraph.lines) > 1 and abs(line.x0 - above.x0) < 0.3 * em:
        return False
    hangs = above.hang > above.x0 and abs(line.x0 - above.hang) < 0.6 * em
    return not (line.x0 < above.x0 - _INDENT * em or hangs)


def split_footnotes(lines: list[Line], body: float) -> tuple[list[Line], list[Line]]:
    """The lines of a page without those of its footnotes: smaller ones at its foot, from one with a mark on."""
    first = len(lines)
    while first and lines[first - 1].size < _NOTE_SIZE * body:
        first -= 1
    while first < len(lines) and not _FOOTNOTE.match(lines[first].text):
        first += 1
    return (lines[:first], lines[first:]) if first else (lines, [])


def footnotes(lines: Sequence[Line]) -> list[Paragraph]:
    """Footnotes one by one, each from its mark to the next."""
    out: list[Paragraph] = []
    for line in lines:
        if not out or _FOOTNOTE.match(line.text):
            out.append(Paragraph([]))
        out[-1].take(line)
    return out


def cell_text(glyphs: Iterable[Glyph]) -> str:
    """The lines of a cell run together: letters parted by spaces, ideographs not."""
    made = Paragraph([])
    for row in rows(glyphs):
        made.take(line_of(row, 0, ()))
    return made.text


def box_lines(glyphs: Iterable[Glyph], page: int, frame: Frame) -> list[Line]:
    """The lines inside a box, which has its own edges."""
    return [line_of(row, page, (page, frame.x0, frame.top)) for row in rows(glyphs)]
