"""Which item of a long sentence a link rests on, on both sides.

located(links, before, after)  -> the same links, each with the spans of the two items that meet
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .commitments import items
from .kinds import Side, nearness
from .model import Commitment, Link, Span

_MEETS = 0.3
"""Likeness from which two items are shown as the place where a link rests; below it the link rests on the whole."""


def located(links: Sequence[Link], before: Side, after: Side) -> tuple[Link, ...]:
    """The links with `items` set where one side has several items and a pair of them is clearly the one that meets."""
    return tuple(replace(link, items=_meeting(link, before, after)) for link in links)


def _meeting(link: Link, before: Side, after: Side) -> tuple[tuple[Span, Span], ...]:
    olds, news = before.items[link.old], after.items[link.new]
    if len(olds) == len(news) == 1 or link.source == "equal":
        return ()
    likeness, i, j = max((nearness(a, b), -i, -j) for i, a in enumerate(olds) for j, b in enumerate(news))
    if likeness < _MEETS:
        return ()
    return ((_span(before.commitments[link.old], -i), _span(after.commitments[link.new], -j)),)


def _span(commitment: Commitment, place: int) -> Span:
    """Where an item stands in its document, without the mark that joins it to the one before."""
    start, end = items(commitment.text)[place]
    text = commitment.text[start:end]
    start += len(text) - len(text.lstrip("，,；;、 \t\r\n\u3000"))
    end -= len(text) - len(text.rstrip("，,；;。 \t\r\n\u3000"))
    return Span(commitment.span.start + start, commitment.span.start + max(start, end))
