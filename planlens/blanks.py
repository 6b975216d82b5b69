"""Blanks that typesetters put around figures: 到 2025 年底 is read as 到2025年底, and what is found keeps its place.

closed_up(document)   the document without them, and what gives a span of it its place in the document as it stands
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import accumulate
from typing import Any, TypeVar, cast

from .model import Block, Commitment, Document, Span, Target

T = TypeVar("T")

_HAN = "㐀-鿿"
_BLANK = "[ \u00a0\u2002\u2005\u2009\u200a\u202f]"
_SET = re.compile(
    rf"(?<=[{_HAN}“”《》（）、，。；：）)])(?P<in>{_BLANK})(?=[0-9０-９≥≤><])"
    rf"|(?<=[0-9０-９%％‰])(?P<out>{_BLANK})(?=[{_HAN}%％‰“《（(—–～~])"
    rf"|(?<=[≥≤><—–～~/])(?P<next>{_BLANK})(?=[0-9０-９])"
)
_PROSE = re.compile("[，。；：、]")
_NUMBERED = re.compile(r"\s*[（(]?[0-9０-９.．]{1,8}[)）]?")
"""What may number a line: its blank parts the number from the text, unless the number is a year."""


@dataclass(frozen=True)
class Places:
    """Where each character of a text without some blanks stands in the text with them."""

    gone: Sequence[int]
    """Offsets of the blanks, in order."""
    before: Sequence[int]
    """For each of them, how far the text without it has come there."""

    def at(self, offset: int) -> int:
        """The offset in the whole text of the character at an offset of the shorter one."""
        return offset + bisect_left(self.before, offset + 1)

    def span(self, span: Span) -> Span:
        start = self.at(span.start)
        return Span(start, self.at(span.end - 1) + 1 if len(span) else start)

    def short(self, span: Span) -> Span:
        """A span of the whole text in the shorter one."""
        return Span(*(offset - bisect_left(self.gone, offset) for offset in (span.start, span.end)))


def closed_up(document: Document) -> tuple[Document, Places]:
    """The document without the blanks between figures and Chinese in its sentences; rows of tables keep theirs."""
    gone = [at for block in document.blocks if block.kind != "row" for at in _blanks(document.text, block)]
    before = [offset - n for n, offset in enumerate(gone)]
    places = Places(gone, before)
    if not gone:
        return document, places
    starts, ends = [0, *(at + 1 for at in gone)], [*gone, len(document.text)]
    text = "".join(document.text[start:end] for start, end in zip(starts, ends, strict=True))
    short = replace(
        document,
        text=text,
        blocks=tuple(replace(block, span=places.short(block.span)) for block in document.blocks),
        notes=tuple(replace(n, span=places.short(n.span)) if n.span is not None else n for n in document.notes),
        pages=tuple((places.short(Span(start, start)).start, page) for start, page in document.pages),
    )
    return short, places


def _blanks(text: str, block: Block) -> list[int]:
    """Where the blanks of one block stand; a line without the marks of a sentence may be a row of a lost table."""
    lines = block.span.of(text).split("\n")
    starts = accumulate((len(line) + 1 for line in lines), initial=block.span.start)
    return [
        start + found.start()
        for start, line in zip(starts, lines, strict=False)
        if _PROSE.search(line)
        for found in _SET.finditer(line)
        if not (_NUMBERED.fullmatch(line, 0, found.start()) and not line.startswith("年", found.end()))
    ]


def in_place(found: T, places: Places, text: str) -> T:
    """What was found in the shorter text, with every span where it stands in `text`, and the words that stand there."""
    if not places.gone:
        return found
    if isinstance(found, Span):
        return cast("T", places.span(found))
    if isinstance(found, tuple):
        return cast("T", tuple(in_place(item, places, text) for item in found))
    if not is_dataclass(found) or isinstance(found, type):
        return found
    held: dict[str, Any] = {field.name: getattr(found, field.name) for field in fields(found)}
    moved = replace(found, **{name: in_place(value, places, text) for name, value in held.items()})
    if isinstance(moved, Commitment):
        return cast("T", replace(moved, text=moved.span.of(text)))
    if isinstance(moved, Target):
        return cast("T", replace(moved, quantity=replace(moved.quantity, text=moved.span.of(text))))
    return cast("T", moved)
