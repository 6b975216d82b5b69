"""Turn a document into a plan: outline, then commitments, then targets, and which of them are said twice."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from . import commitments, outline, restated, targets
from .blanks import closed_up, in_place
from .lexicon import Lexicon
from .model import Commitment, Document, Note, Plan, PlanInfo, Span, Target
from .read.damage import mended
from .traditional import simplified

_NARROW = str.maketrans("０１２３４５６７８９％．", "0123456789%.")
_FIGURES = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_YEAR = re.compile("二[〇○零][〇○零一二三四五六七八九]{2}(?=年(?![一二三四五六七八九十])|[—–～~-]+二)")
_QUOTED = re.compile('"([^"“”\n]{1,60})"')
_NAMED = 5
"""Commitments that the note on damage names; the notes of the single spots follow it."""


def build(document: Document, info: PlanInfo, lexicon: Lexicon | None = None) -> Plan:
    """The plan that a document holds, read with a lexicon (the shipped one unless another is given).

    Its notes are the reader's and then the outline's. Its text is the one to compare (see `comparable`);
    `traditional.as_written` gives a result the characters of the file back.
    """
    document = comparable(document)
    short, places = closed_up(document)
    outlined = outline.parse(short)
    statements = commitments.extract(short, outlined[0], lexicon)
    numbers = targets.extract(short, outlined[0], statements, first_year=info.start_year)
    found = (*outlined, statements, restated.mark(short, outlined[0], numbers))
    clauses, notes, statements, numbers = in_place(found, places, document.text)
    harm = _harm(document, statements, numbers)
    return Plan(info, document, clauses, statements, numbers, (*harm, *document.notes, *notes))


def comparable(document: Document) -> Document:
    """The document in simplified characters, figures written one way, entities read, tags and advertising blank.

    Its own text is `written`. Both texts are equally long, so that every offset holds in either. A document that needs
    nothing is itself.
    """
    if document.written is not None:
        return document
    made = mended(simplified(document.text), document.notes).translate(_NARROW)
    made = _QUOTED.sub(r"“\1”", _YEAR.sub(lambda found: found[0].translate(_FIGURES), made))
    return document if made == document.text else replace(document, text=made, written=document.text)


def _harm(document: Document, statements: Sequence[Commitment], numbers: Sequence[Target]) -> tuple[Note, ...]:
    """One note on the whole page: how many characters a conversion lost, and what they touch."""
    spots = [note.span for note in document.notes if note.kind == "damage" and note.span is not None]
    inside = _among(spots, [block.span for block in document.blocks])
    if not inside:
        return ()
    lost = sum(max(1, sum(char in "?\ufffd" for char in spot.of(document.text))) for spot in inside)
    hit = set(_among([item.span for item in statements], inside))
    keys = [item.key for item in statements if item.span in hit]
    numbers_hit = sum(target.damaged for target in numbers)
    named = f"（{'、'.join(keys[:_NAMED])}{'…' if len(keys) > _NAMED else ''}）" if keys else ""
    why = f"转码时丢失的字符：约{lost}个；涉及举措：{len(keys)}{named}；涉及数值：{numbers_hit}"
    return (Note("damage", None, why),)


def _among(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Those that share a character with any of the others; thousands of either are told at once.

    >>> _among([Span(0, 3), Span(3, 5), Span(9, 9)], [Span(4, 9), Span(8, 20), Span(1, 1)])
    [Span(start=3, end=5)]
    """
    ordered = sorted(other for other in ((span.start, span.end) for span in others) if other[0] < other[1])
    starts = [start for start, _ in ordered]
    ends = list(itertools.accumulate((end for _, end in ordered), max))  # of all that begin no later
    before = [bisect.bisect_left(starts, span.end) for span in spans]  # how many begin before its end
    return [span for span, n in zip(spans, before, strict=True) if n and len(span) and ends[n - 1] > span.start]
