"""Reads the text layer of a PDF, what its fonts say is drawn where; scans and layers without meaning are refused."""

from __future__ import annotations

import ctypes
import math
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from planlens.errors import InputError
from planlens.model import Block, Note
from planlens.read import forms, layout, limits
from planlens.read.encoding import readable
from planlens.read.layout import Frame, Glyph, Line, Page, Paragraph
from planlens.read.made import Piece, holds_values, join, row
from planlens.read.ruled import Edge, frames

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_MOST_PAGES = 5000
_MOST_CHARACTERS = 10_000_000
"""The longest five-year plan has 300 pages and 200,000 characters."""
_WIDEST = 150_000
"""Points of a page, ten times what ISO 32000-1 (annex C) allows; the memory for its text grows with its size."""
_LOST = "\ufffd"
_LOST_SHARE = 0.2
"""Share of characters that the fonts give no meaning, above which the layer is of no use."""
_READABLE = 0.3
"""Least share of common characters; plans have over 0.9, layers with a wrong table of characters under 0.2."""
_JUDGED = 100
"""Characters beyond ASCII that such a judgement needs."""
_RULES = 6
"""Paths on a page from which on there may be a table: a box has four, a table more."""
_MOST_SEGMENTS = 40_000
"""Strokes on one page beyond which they draw a map or a chart."""
_SHORT_CELL = 200
"""Characters of the longest cell in a table of a row or two."""
_COLUMN = 4.0
"""Points by which the columns of a table may differ on the next page."""
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_HYPHEN = 2  # what pdfium gives for a hyphen at the end of a line

Marks = tuple[tuple[int, int], ...]
Paged = tuple[str, str, tuple[Block, ...], tuple[Note, ...], Marks]


@dataclass(slots=True)
class _Reading:
    """What has been read of a file: its pages, and what was left out of each."""

    pages: list[Page] = field(default_factory=list)
    scanned: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    turned: list[tuple[int, str]] = field(default_factory=list)
    folded: Counter[str] = field(default_factory=Counter)
    characters: int = 0
    lost: int = 0
    recognised: int = 0
    beyond: int = 0


def read_pdf(data: bytes, where: str) -> Paged:
    """A .pdf: (text, "utf-8", blocks, notes, (start, page) marks); the notes tell what stands beside the text.

    Raises InputError, one line, for what is no PDF, needs a password, has no text layer or one that cannot be read.
    """
    reading = _read(data, where)
    _check(reading, where)
    text, encoding, blocks, notes, marks = of_pages(reading.pages)
    return text, encoding, blocks, (*_whole(data), *_notes(reading), *notes), marks


def words(data: bytes, where: str) -> str:
    """The text layer of a .pdf as it was drawn, page after page, nothing left out and nothing put in order.

    Raises InputError, one line, for what cannot be opened.
    """
    import pypdfium2

    document = _open(data, where)
    try:
        said = "\n".join(page.get_textpage().get_text_range() for page in document)
    except pypdfium2.PdfiumError:
        raise InputError(f"{where}: a page of it cannot be read") from None
    finally:
        document.close()
    return said.replace(chr(_HYPHEN), "-")


def of_pages(pages: Sequence[Page]) -> Paged:
    """What glyphs on pages say in reading order: running heads and feet left out with notes, footnotes at the end."""
    heads, told = layout.furniture(pages)
    pieces, footnotes, again = _pieces(pages, heads)
    text, blocks, marks = _joined([*pieces, *footnotes])
    notes = list(_furniture_notes(told))
    if footnotes:
        notes.append(Note("chrome", None, f"移到文末的脚注：{len(footnotes)}"))
    if again:
        notes.append(Note("table", None, f"分页处重复的表头（{_listed(again)}）"))
    return text, "utf-8", blocks, tuple(notes), marks


def _read(data: bytes, where: str) -> _Reading:
    forms.check_streams(data, where)
    document = _open(data, where)
    try:
        forms.check(data, where)
        reading = _Reading()
        for number in range(1, len(document) + 1):
            _read_page(document, number, reading)
            limits.check(reading.characters, _MOST_CHARACTERS, where, "characters")
        return reading
    finally:
        document.close()


def _open(data: bytes, where: str) -> Any:
    try:
        import pdfplumber  # noqa: F401
        import pypdfium2
    except ImportError:
        raise InputError(f"{where}: reading .pdf needs pypdfium2 and pdfplumber: pip install 'planlens[pdf]'") from None
    if b"%PDF" not in data[:1024]:
        raise InputError(f"{where}: not a PDF, whatever its name says; name it by what it is")
    try:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD or "password" in str(error).lower():
            raise InputError(f"{where}: needs a password; save it without one") from None
        raise InputError(f"{where}: a broken or cut .pdf; download it again, or print it to a new one") from None
    try:
        limits.check(count, _MOST_PAGES, where, "pages")
    except InputError:
        document.close()
        raise
    if not count:
        document.close()
        raise InputError(f"{where}: a .pdf without pages")
    return document


# One page


def _read_page(document: Any, number: int, reading: _Reading) -> None:
    import pypdfium2

    try:
        page = document[number - 1]
        if max(map(abs, (*page.get_size(), *page.get_bbox()))) > _WIDEST:
            raise pypdfium2.PdfiumError("no page is so large")
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError:
        reading.broken.append(number)
        return
    turn = _Turn(page)
    drawn = list(_glyphs(text_page, turn, reading))
    quarter = _quarter(drawn)
    if quarter:
        turn = _Turn(page, quarter)
        drawn = [(turn.glyph(glyph, angle), angle - 90 * quarter) for glyph, angle in drawn]
    upright = [glyph for glyph, angle in drawn if _is_upright(angle)]
    if aslant := "".join(glyph.char for glyph, angle in drawn if not _is_upright(angle)).strip():
        reading.turned.append((number, aslant))
    if not any(glyph.char != " " for glyph in upright) and _has_picture(page):
        reading.scanned.append(number)
    edges = list(_edges(page, turn))
    made, outside = frames(edges, upright, turn.width * turn.height) if edges else ([], upright)
    reading.pages.append(Page(number, turn.width, turn.height, tuple(outside), tuple(made)))
    text_page.close()
    page.close()


class _Turn:
    """Where a point of the file lies on the page as it is shown: turned, and measured from its top left corner."""

    def __init__(self, page: Any, quarter: int = 0) -> None:
        left, bottom, right, top = page.get_bbox()
        self.rotation = page.get_rotation() // 90 % 4
        self.left, self.bottom, self.right, self.top = left, bottom, right, top
        self.width, self.height = right - left, top - bottom
        if self.rotation % 2:
            self.width, self.height = self.height, self.width
        self.quarter = quarter
        self.flat = self.width, self.height
        if quarter % 2:
            self.width, self.height = self.height, self.width

    def point(self, x: float, y: float) -> tuple[float, float]:
        right, down = (
            (x - self.left, self.top - y),
            (y - self.bottom, x - self.left),
            (self.right - x, y - self.bottom),
            (self.top - y, self.right - x),
        )[self.rotation]
        return self._quartered(right, down)

    def _quartered(self, right: float, down: float) -> tuple[float, float]:
        """Text that runs up the page (quarter 1) or down (3) laid level."""
        width, height = self.flat
        return (
            (right, down),
            (height - down, right),
            (width - right, height - down),
            (down, width - right),
        )[self.quarter]

    def glyph(self, glyph: Glyph, angle: float) -> Glyph:
        """A glyph already placed on the page, laid level with the page's own text."""
        reach = glyph.x1 - glyph.x0
        x, y = self._quartered(glyph.x0, glyph.y)
        return Glyph(glyph.char, x, x + reach, y, glyph.size) if angle else Glyph(glyph.char, x, x, y, glyph.size)


def _is_upright(angle: float) -> bool:
    return min(angle % 360, -angle % 360) < 5


def _quarter(drawn: Sequence[tuple[Glyph, float]]) -> int:
    """How many quarters most of the text of a page is turned to the left; 0 for upright pages."""
    if not drawn:
        return 0
    quarter, count = Counter(round(angle / 90) % 4 for _, angle in drawn).most_common(1)[0]
    return quarter if 2 * count > len(drawn) else 0


def _glyphs(text_page: Any, turn: _Turn, reading: _Reading) -> Iterator[tuple[Glyph, float]]:
    """Every character of the page where it is drawn, with the angle of its line; blanks among them."""
    from pypdfium2 import raw

    box, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    looks: dict[int, tuple[float, float, bool]] = {}
    reading.characters += text_page.count_chars()
    for at in range(text_page.count_chars()):
        if raw.FPDFText_IsGenerated(text_page, at) == 1:
            continue
        code = raw.FPDFText_GetUnicode(text_page, at)
        unmapped = raw.FPDFText_HasUnicodeMapError(text_page, at) == 1
        char = "-" if code == _HYPHEN else _LOST if unmapped else _character(code, reading)
        handle = ctypes.cast(raw.FPDFText_GetTextObject(text_page, at), ctypes.c_void_p).value or 0
        if handle not in looks:
            looks[handle] = _look(text_page, at, handle)
        size, angle, hidden = looks[handle]
        if not char or not raw.FPDFText_GetLooseCharBox(text_page, at, box):
            continue
        raw.FPDFText_GetCharOrigin(text_page, at, x, y)
        reading.lost += char == _LOST
        reading.recognised += hidden and char != " "
        left, base = turn.point(x.value, y.value)
        angle += 90 * -turn.rotation
        reach = (
            max(box.right - box.left, 0.0) if _is_level(angle + 90 * turn.rotation) else max(box.top - box.bottom, 0)
        )
        if not (-1 <= left <= turn.width + 1 and -1 <= base <= turn.height + 1):
            reading.beyond += char != " "
            continue
        yield Glyph(char, left, left + reach, base, size), angle


def _is_level(angle: float) -> bool:
    return round(angle / 90) % 2 == 0


def _look(text_page: Any, at: int, handle: int) -> tuple[float, float, bool]:
    """Size in points as shown, angle in degrees, and whether it is drawn without ink, as recognition lays it."""
    from pypdfium2 import raw

    matrix = raw.FS_MATRIX()
    size = raw.FPDFText_GetFontSize(text_page, at)
    if not raw.FPDFText_GetMatrix(text_page, at, matrix):
        return size, 0.0, False
    angle = math.degrees(math.atan2(matrix.b, matrix.a))
    mode = raw.FPDFTextObj_GetTextRenderMode(raw.FPDFText_GetTextObject(text_page, at)) if handle else 0
    return abs(size) * math.hypot(matrix.c, matrix.d), angle, mode == raw.FPDF_TEXTRENDERMODE_INVISIBLE


@cache
def _ordinary() -> dict[int, str]:
    """Radicals and signs of symbol fonts, and the character meant by each (planlens/data/glyphs.toml)."""
    data = tomllib.loads(files("planlens").joinpath("data/glyphs.toml").read_text("utf-8"))
    radicals, bullets = data["radicals"], data["bullets"]
    out = {ord(a): b for a, b in zip(radicals["written"], radicals["meant"], strict=True)}
    out |= dict.fromkeys(range(bullets["first"], bullets["last"] + 1), bullets["written_as"])
    return out


def _character(code: int, reading: _Reading) -> str:
    """The ordinary character for a code: ⼈ → 人, ２ → 2, ﬁ → fi; "" for what prints nothing, " " for any blank."""
    char = chr(code) if 0 < code < 0x110000 else ""
    if 0x21 <= code < 0x7F or 0x4E00 <= code < 0xA000 or 0x3001 <= code < 0x3020:
        return char
    if not char or code == 0xFFFD:
        return _LOST
    category = unicodedata.category(char)
    if category == "Zs" or char in "\t\r\n":
        return " "
    if code in _ordinary():
        reading.folded[char] += 1
        return _ordinary()[code]
    if category in ("Cc", "Cn", "Co", "Cs"):
        return _LOST
    if category == "Cf":
        return ""
    if _is_folded(code):
        reading.folded[char] += 1
        return unicodedata.normalize("NFKC", char)
    return char


def _is_folded(code: int) -> bool:
    """Kangxi radicals, compatibility ideographs, Latin ligatures, full-width letters and digits."""
    ranges = ((0x2E80, 0x2FE0), (0xF900, 0xFB00), (0x2F800, 0x2FA20), (0xFB00, 0xFB07))
    wide = ((0xFF10, 0xFF1A), (0xFF21, 0xFF3B), (0xFF41, 0xFF5B))
    return any(first <= code < end for first, end in (*ranges, *wide))


def _has_picture(page: Any) -> bool:
    from pypdfium2 import raw

    return any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4))


def _edges(page: Any, turn: _Turn) -> Iterator[Edge]:
    """The straight strokes of a page that has enough paths for a table, level or upright."""
    from pypdfium2 import raw

    found = list(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=6))
    segments = sum(max(0, raw.FPDFPath_CountSegments(path.raw)) for path in found)
    if (len(found) < _RULES and segments < 2 * _RULES) or segments > _MOST_SEGMENTS:
        return
    for path in found:
        if _is_drawn(path):
            for (x0, y0), (x1, y1) in _strokes(path):
                (a, b), (c, d) = turn.point(x0, y0), turn.point(x1, y1)
                if min(abs(a - c), abs(b - d)) < 1:
                    yield Edge(min(a, c), min(b, d), max(a, c), max(b, d))


def _is_drawn(path: Any) -> bool:
    from pypdfium2 import raw

    mode, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(raw.FPDFPath_GetDrawMode(path.raw, mode, stroke)) and bool(mode.value or stroke.value)


def _strokes(path: Any) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """The straight parts of a path from point to point, in the page's own measure."""
    from pypdfium2 import raw

    matrices = list(_matrices(path))
    start = last = (0.0, 0.0)
    for at in range(max(0, raw.FPDFPath_CountSegments(path.raw))):
        segment = raw.FPDFPath_GetPathSegment(path.raw, at)
        x, y = ctypes.c_float(), ctypes.c_float()
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = (x.value, y.value)
        for matrix in matrices:
            point = matrix.on_point(*point)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == raw.FPDF_SEGMENT_LINETO:
            yield last, point
        last = point
        if raw.FPDFPathSegment_GetClose(segment) and point != start:
            yield point, start


def _matrices(item: Any) -> Iterator[Any]:
    """The matrix of an object, and of every form it stands in."""
    while item is not None:
        yield item.get_matrix()
        item = item.container


# The whole document


def _check(reading: _Reading, where: str) -> None:
    """Raises InputError where there is no text layer, or none that can be used."""
    shown = [glyph.char for page in reading.pages for glyph in _all_glyphs(page) if glyph.char != " "]
    count = len(reading.pages) + len(reading.broken)
    if not shown:
        if reading.scanned:
            raise InputError(
                f"{where}: a scan: pictures on {len(reading.scanned)} of {count} pages and no text layer; recognise it "
                "(OCR) first, or take the text from the web page it was published on"
            )
        raise InputError(f"{where}: no text on any of its {count} pages")
    if reading.lost > _LOST_SHARE * len(shown):
        raise InputError(
            f"{where}: its text layer is of no use: the fonts give no meaning to {reading.lost} of {len(shown)} "
            "characters; recognise it (OCR) as if it were a scan"
        )
    beyond = [char for char in shown if char > "\x7f" and char != _LOST]
    if len(beyond) > _JUDGED and readable("".join(beyond)) < _READABLE:
        raise InputError(
            f"{where}: its text layer is of no use: its {len(shown)} characters make no words, so its fonts map them "
            "wrongly; recognise it (OCR) as if it were a scan"
        )


def _all_glyphs(page: Page) -> Iterator[Glyph]:
    yield from page.glyphs
    for frame in page.frames:
        for line in frame.cells:
            for cell in line:
                yield from cell


@dataclass(slots=True)
class _Made:
    """A piece of the text and where in it each page begins."""

    piece: Piece
    starts: list[tuple[int, int]]


Stream = list[Line | tuple[int, Frame]]
"""Lines, and tables with their page, in reading order."""


def _pieces(
    pages: Sequence[Page], heads: dict[int, frozenset[float]]
) -> tuple[list[_Made], list[_Made], Sequence[int]]:
    """The document in reading order, its footnotes, and the pages where the head of a table comes again."""
    columns = list(_columns(pages, heads))
    body = layout.body_size([line for column in columns for line in column if isinstance(line, Line)])
    stream: Stream = []
    asides: list[Line] = []
    for column in columns:
        keep = len(column)
        while keep and isinstance(column[keep - 1], Line):
            keep -= 1
        own, aside = layout.split_footnotes([line for line in column[keep:] if isinstance(line, Line)], body)
        stream += [*column[:keep], *own]
        asides += aside
    notes = [_Made(Piece("paragraph", f"注：{p.text}"), p.starts) for p in layout.footnotes(asides)]
    lines = [item for item in stream if isinstance(item, Line)]
    tables = _Tables()
    return list(_merged(stream, iter(layout.paragraphs(lines)), tables)), notes, tables.heads


def _columns(pages: Sequence[Page], heads: dict[int, frozenset[float]]) -> Iterator[Stream]:
    """Column by column its lines and tables; a frame that holds no values gives the lines of its cells."""
    last: Frame | None = None
    for page, parts in layout.flows(pages, heads):
        for mark, items in parts:
            column: Stream = []
            for item in items:
                if not isinstance(item, Frame):
                    column.append(layout.line_of(item, page.number, mark))
                    last = None
                elif _same_columns(last, item) or _is_table(item):
                    column.append((page.number, item))
                    last = item
                else:
                    cells = dict.fromkeys(cell for line in item.cells for cell in line)
                    column += [line for cell in cells for line in layout.box_lines(cell, page.number, item)]
                    last = None
            yield column


def _same_columns(last: Frame | None, frame: Frame) -> bool:
    """Whether the cells of two frames stand under each other, as those of one table over a page's end do."""
    if last is None or len(last.edges) != len(frame.edges) or len(frame.edges) < 2:
        return False
    pairs = zip(last.edges, frame.edges, strict=True)
    return all(abs((a - last.x0) - (b - frame.x0)) < _COLUMN for a, b in pairs)


def _is_table(frame: Frame) -> bool:
    """Whether a frame holds values, or is the last short rows of a table that a page's end cut off."""
    sizes = [[len(cell) for cell in line] for line in frame.cells]
    filled = [size for line in sizes for size in line if size]
    return holds_values(sizes) or (len(frame.edges) > 2 and len(filled) > 1 and max(filled) < _SHORT_CELL)


def _merged(stream: Stream, paragraphs: Iterator[Paragraph], tables: _Tables) -> Iterator[_Made]:
    """Paragraphs and tables in their order; a table between the lines of a paragraph follows it."""
    left = 0
    for item in stream:
        if not isinstance(item, Line):
            yield from tables.take(*item)
        elif left:
            left -= 1
        else:
            paragraph = next(paragraphs)
            left = len(paragraph.lines) - 1
            yield from tables.end()
            yield _Made(Piece("paragraph", paragraph.text), paragraph.starts)
    yield from tables.end()


class _Tables:
    """Numbers tables, and lets one go on where the next page begins with the same columns."""

    def __init__(self) -> None:
        self.number = 0
        self.last: Frame | None = None
        self.head: list[str] = []
        self.made: list[_Made] = []
        self.cells: list[list[str]] = []
        self.heads: list[int] = []
        """Pages that begin with the head of the table again."""

    def end(self) -> Iterator[_Made]:
        """The rows of the table that is over."""
        for cells, made in zip(self.cells, self.made, strict=True):
            yield _Made(row(cells, self.number), made.starts)
        self.last, self.cells, self.made = None, [], []

    def take(self, page: int, frame: Frame) -> Iterator[_Made]:
        """A frame with values: of the table before it, or of a new one, before which the old one is given out."""
        lines = [[layout.cell_text(cell) for cell in line] for line in frame.cells]
        lines = [line for line in lines if any(line)]
        if not _same_columns(self.last, frame):
            yield from self.end()
            self.number += 1
            self.head = lines[0]
        else:
            lines = self._continued(page, lines)
        self.last = frame
        self.cells += lines
        self.made += [_Made(Piece("row", ""), [(0, page)]) for _ in lines]

    def _continued(self, page: int, lines: list[list[str]]) -> list[list[str]]:
        """What is new on the next page: without the head repeated, the rest of a row that the page's end cut given back
        to it, and what a cell merged over the break says said again."""
        if lines[0] == self.head and len(lines) > 1:
            lines = lines[1:]
            self.heads.append(page)
        above, first = self.cells[-1], lines[0]
        if _rest_of(above, first):
            self.cells[-1] = [_run_on(a, b) for a, b in zip(above, first, strict=True)]
            return lines[1:]
        return lines


def _rest_of(above: Sequence[str], first: Sequence[str]) -> bool:
    """Whether a row has only words that go on in cells of the row above: no numbers, nothing where that is empty."""
    pairs = list(zip(above, first, strict=True))
    if not any(a and not b for a, b in pairs):
        return False
    return all(not b or (a and (not b[0].isdigit() or _is_open(a))) for a, b in pairs)


def _is_open(text: str) -> bool:
    """Whether a number is cut at the end of a text: 5. of 5.67, 6.62(6.1 of 6.62(6.18)."""
    return text.endswith(".") or text.count("(") + text.count("（") > text.count(")") + text.count("）")


def _run_on(text: str, more: str) -> str:
    return f"{text} {more}" if more and text[-1:].isascii() and more[0].isascii() and text else text + more


def _joined(made: Sequence[_Made]) -> tuple[str, tuple[Block, ...], Marks]:
    """The text, its blocks, and where each page begins in it."""
    text, blocks = join(item.piece for item in made)
    printed = [item for item in made if item.piece.text.strip()]
    marks: list[tuple[int, int]] = []
    for item, block in zip(printed, blocks, strict=True):
        for at, page in item.starts:
            if not marks or marks[-1][1] != page:
                marks.append((block.span.start + at, page))
    return text, blocks, tuple(marks)


# Notes


def _whole(data: bytes) -> Iterator[Note]:
    if b"%%EOF" not in data[-4096:]:
        yield Note("damage", None, "文件没有结尾标记，可能未下载完整")


def _notes(reading: _Reading) -> Iterator[Note]:
    if reading.scanned:
        yield Note("damage", None, f"只有图像、没有文字层的页，未读（{_listed(reading.scanned)}）")
    if reading.broken:
        yield Note("damage", None, f"损坏的页，未读（{_listed(reading.broken)}）")
    if reading.lost:
        yield Note("damage", None, f"字体未给出含义的字符：{reading.lost}")
    if reading.recognised * 2 > reading.characters:
        yield Note("damage", None, "文字层是识别（OCR）所得，数字请与图像核对")
    if reading.beyond:
        yield Note("chrome", None, f"落在页面之外的字符：{reading.beyond}")
    turned: dict[str, list[int]] = {}
    for page, text in reading.turned:
        turned.setdefault(text, []).append(page)
    for text, pages in turned.items():
        yield Note("chrome", None, f"旋转的文字，未读：“{text}”（{_listed(pages)}）")
    if reading.folded:
        pairs = "、".join(
            f"{a}→{_folded(a)}" for a, _ in sorted(reading.folded.items(), key=lambda p: (-p[1], p[0]))[:10]
        )
        yield Note("encoding", None, f"字形相同的异码字符改为通用字符：{sum(reading.folded.values())}（{pairs}）")


def _folded(char: str) -> str:
    return _ordinary().get(ord(char)) or unicodedata.normalize("NFKC", char)


def _furniture_notes(found: Iterable[layout.Furniture]) -> Iterator[Note]:
    for item in found:
        yield Note("chrome", None, f"{item.kind}：“{item.text}”（{_listed(item.pages)}）")


def _listed(pages: Sequence[int]) -> str:
    """第1—3、7页."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return f"第{'、'.join(str(a) if a == b else f'{a}—{b}' for a, b in runs)}页"
