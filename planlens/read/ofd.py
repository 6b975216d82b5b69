"""Reads .ofd, the national layout format (GB/T 33190): text objects where they stand on the page, read like a PDF's."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from planlens.errors import InputError
from planlens.model import Note
from planlens.read import limits, package
from planlens.read.layout import Glyph, Page
from planlens.read.pdf import Paged, of_pages

if TYPE_CHECKING:
    import ofdkit

_POINTS = 72 / 25.4  # a millimetre, the unit of the format
_MOST_PAGES = 5000
_MOST_TAGS = 500_000
"""Of one part; a page of 3,000 characters, each an object of its own, has some 20,000."""


def read_ofd(data: bytes, where: str) -> Paged:
    """A .ofd: text, "utf-8", blocks, notes and the places where pages begin.

    Raises InputError for a broken or encrypted file, one of pictures alone, and where ofdkit is not installed.
    """
    package.names(data, where)
    package.check_tags(data, where, _MOST_TAGS)
    try:
        import ofdkit
    except ImportError:
        raise InputError(f"{where}: reading .ofd needs ofdkit: pip install 'planlens[ofd]'") from None
    try:
        with ofdkit.open(data) as document:
            limits.check(len(document.pages), _MOST_PAGES, where, "pages")
            pages, broken = _pages(document)
    except InputError:
        raise
    except Exception as error:  # a library of others on a file that may be built to harm: a nameless part, a cycle
        told = " ".join(str(error).split())[:100]
        raise InputError(f"{where}: a broken or encrypted .ofd ({told}); save it again, or as .pdf") from error
    if broken and not pages:
        raise InputError(f"{where}: none of its pages can be read; save it again, or as .pdf")
    if not any(page.glyphs for page in pages):
        raise InputError(f"{where}: pages of pictures without text; recognise a scan first, or save it as .docx")
    text, encoding, blocks, notes, marks = of_pages(pages)
    if broken:
        listed = "、".join(map(str, broken))
        notes = (Note("chrome", None, f"未能读出的页：{listed}"), *notes)
    return text, encoding, blocks, notes, marks


def _pages(document: ofdkit.OFDDocument) -> tuple[list[Page], list[int]]:
    """The pages, and the numbers of those whose part is missing or damaged."""
    import ofdkit

    pages, broken = [], []
    for number, page in enumerate(document.pages, 1):
        try:
            x, y, width, height = page.box
            glyphs = tuple(dict.fromkeys(glyph for run in page.runs for glyph in _glyphs(run, x, y)))
        except ofdkit.OFDError:
            broken.append(number)
            continue
        if not all(math.isfinite(place) for glyph in glyphs for place in (glyph.x0, glyph.x1, glyph.y, glyph.size)):
            broken.append(number)
            continue
        pages.append(Page(number, width * _POINTS, height * _POINTS, glyphs))
    return pages, broken


def _glyphs(run: ofdkit.TextRun, left: float, top: float) -> Iterator[Glyph]:
    """The characters of a run side by side, letters and digits half as wide as ideographs.

    What is drawn twice for a bold look gives the same glyph twice.
    """
    wide = [2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in run.text]
    step = run.width / sum(wide) if wide else 0.0
    at = run.x - left
    for char, size in zip(run.text, wide, strict=True):
        end = at + step * size
        yield Glyph(char, at * _POINTS, end * _POINTS, (run.y - top) * _POINTS, run.size * _POINTS)
        at = end
