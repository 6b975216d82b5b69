"""Comparisons that were made before, and the words their reports mark, from the cache.

compared(old, new, …)   what compare.compare gives for two plans
redlines(old, new)      a block in which reports of two plans work out no redline that an earlier one has
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from . import cache
from .model import Comparison, Plan

if TYPE_CHECKING:
    from .alignments import Decision
    from .lexicon import Lexicon
    from .semantic import Encoder

_FOUND = tuple(field.name for field in fields(Comparison) if field.name not in ("old", "new"))


def compared(
    old: Plan,
    new: Plan,
    reviewed: Sequence[Decision] = (),
    *,
    encoder: Encoder | None = None,
    lexicon: Lexicon | None = None,
) -> Comparison:
    """`compare.compare` of two plans that a library has read, worked out once."""

    def made() -> tuple[Any, ...]:
        from .compare import compare

        whole = compare(old, new, reviewed, encoder=encoder, lexicon=lexicon)
        return tuple(getattr(whole, name) for name in _FOUND)

    meaning = (encoder.name, encoder.digest) if encoder else None
    parts = (_told(old), _told(new), tuple(reviewed), meaning, lexicon.origin if lexicon else "")
    return Comparison(old, new, **dict(zip(_FOUND, cache.recall("comparison", parts, made), strict=True)))


@contextmanager
def redlines(old: Plan, new: Plan) -> Iterator[None]:
    """Redlines in the block are looked up among those of earlier reports on the two plans, and kept for later ones."""
    from .report.cells import Redline, knowing

    parts = (_told(old), _told(new))

    @functools.cache
    def known() -> tuple[dict[tuple[str, str], Redline], int]:
        """Those of earlier reports, among which later ones come to stand, and how many there were."""
        found: dict[tuple[str, str], Redline] = cache.recall("redline", parts, dict)
        return found, len(found)

    with knowing(lambda: known()[0]):
        yield
    if known.cache_info().currsize and len(known()[0]) > known()[1]:
        cache.replace("redline", parts, known()[0])


def _told(plan: Plan) -> tuple[object, ...]:
    """All that a plan depends on besides the lexicon."""
    return plan.document.path, plan.document.sha256, plan.info
