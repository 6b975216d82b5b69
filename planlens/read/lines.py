"""Cuts text into its lines with true offsets, each stripped of what prints nothing: spaces, zero-width marks, NULs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from planlens.model import Span

BLANK = (
    "".join(map(chr, (*range(0x21), *range(0x7F, 0xA1), *range(0x2000, 0x2010), *range(0x2028, 0x2030))))
    + "".join(map(chr, range(0x205F, 0x2070)))
    + "\u00ad\u061c\u1680\u180e\u3000\ufeff"
)
"""Every character that leaves no ink: controls, all widths of space, joiners, direction and byte order marks."""

_LINE = re.compile("[^\r\n\v\f\x85\u2028\u2029]+")


def strip(text: str, start: int, end: int) -> Span:
    """The part of text[start:end] that prints; empty (start == end) where nothing does."""
    piece = text[start:end]
    kept = piece.lstrip(BLANK)
    start += len(piece) - len(kept)
    return Span(start, start + len(kept.rstrip(BLANK)))


def cut(text: str) -> Iterator[Span]:
    """Every line of the text as it stands between line ends, blank ones included, in order.

    >>> [s.of("a\\r\\n  b\\n") for s in cut("a\\r\\n  b\\n")]
    ['a', '  b']
    """
    for found in _LINE.finditer(text):
        yield Span(found.start(), found.end())


def printed(text: str) -> Iterator[Span]:
    """Every line that prints something, stripped.

    >>> text = "\\u3000一、目标 \\r\\n\\u200b\\n二"
    >>> [s.of(text) for s in printed(text)]
    ['一、目标', '二']
    """
    for line in cut(text):
        span = strip(text, line.start, line.end)
        if len(span):
            yield span
