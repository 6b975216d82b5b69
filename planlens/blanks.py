"""Blanks and line ends that typesetting put into sentences: what is found without them keeps its place.

到 2025 年底 is read as 到2025年底, and lines that were all cut at one width as the paragraphs they were.

closed_up(document)   the document without them, and what gives a span of it its place in the document as it stands
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
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
_ENDED = re.compile("[。；：！？.;:!?|]$")
_OPENS = re.compile(
    r"\s|[（(]?[一二三四五六七八九十]{1,3}[、.）)]|[（(]?\d{1,3}(?:[、.．）)]|\s)|第[一二三四五六七八九十\d]{1,3}[章节条编]|[①-⑳●○■◆•·]"
    r"|——|附件|专栏|表\d|注[：:]|[【〔]"
)
"""How a line begins that is no rest of the line before."""
_WIDTHS = (20, 80)
_FULL = 3  # characters that a full line may lack
_FULL_LINES = 0.4
_CUT_LINES = 0.5
"""Share of the lines that are full, and of the full ones that end amid a sentence, from which lines were cut."""


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
    """The document without the blanks between figures and Chinese in its sentences, and without the line ends of a text
    that was cut at one width; rows of tables keep theirs.
    """
    document = _in_paragraphs(document)
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
    out, start = [], block.span.start
    for line in block.span.of(text).split("\n"):
        if start > block.span.start:
            out.append(start - 1)  # the end of the line before
        if _PROSE.search(line):
            out += [start + found.start() for found in _SET.finditer(line) if not _numbers(line, found)]
        start += len(line) + 1
    return out


def _numbers(line: str, blank: re.Match[str]) -> bool:
    """Whether a blank parts the number of a line from its text; a year is no number."""
    return bool(_NUMBERED.fullmatch(line, 0, blank.start())) and not line.startswith("年", blank.end())


def _in_paragraphs(document: Document) -> Document:
    """The document with the lines of each paragraph in one block, where its text was cut into lines of one width."""
    width = _width([block.span.of(document.text) for block in document.blocks if block.kind == "paragraph"])
    if width is None:
        return document
    made: list[Block] = []
    for block in document.blocks:
        last = made[-1] if made else None
        if last is not None and _goes_on(last, block, document.text, width):
            made[-1] = replace(last, span=Span(last.span.start, block.span.end))
        else:
            made.append(block)
    return replace(document, blocks=tuple(made))


def _width(lines: Sequence[str]) -> int | None:
    """The width at which the lines of a text were cut, in characters; None where they end as they please."""
    long = sorted(len(line) for line in lines if len(line) >= _WIDTHS[0])
    if not long or long[-1] > _WIDTHS[1]:
        return None
    full = [line for line in lines if len(line) >= long[-1] - _FULL]
    cut = [line for line in full if not _ENDED.search(line)]
    return long[-1] if len(full) >= _FULL_LINES * len(long) and len(cut) >= _CUT_LINES * len(full) else None


def _goes_on(block: Block, following: Block, text: str, width: int) -> bool:
    line = block.span.of(text).rpartition("\n")[2]
    between = text[block.span.end : following.span.start]
    return (
        block.kind == following.kind == "paragraph"
        and between == "\n"
        and len(line) >= width - _FULL
        and not _ENDED.search(line)
        and not _OPENS.match(following.span.of(text))
    )


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
