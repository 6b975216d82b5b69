"""Say how near two counterparts of different places are in wording, and which promises more.

    Judge(a, b, lexicon).shared(link, above) -> Shared

Both are judged on the pieces that correspond, not on whole sentences: a city's sentence holds five promises, and only
one of them is the district's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

from . import instruments, places, regions, words
from .coverage.reach import better, closeness
from .lexicon import Lexicon
from .model import Link, Plan, Shared, SharedKind, Span, Target

_Side = Literal["a", "b"]
_VERBATIM = 82.0  # likeness (rapidfuzz ratio) without stock words: 推广X经验, 深入推广X经验 and one article or adverb
_SAME = 66.0  # likeness of their word sets; best on three annotated pairs, where it agrees with a reader on 70%
_FIRMER = 2  # levels of strength from which one promise is firmer: 推动 and 建立 stand too near for readers to agree
_COMPARABLE = 0.7  # closeness of two indicators from which their numbers are compared
_NO_LETTER = re.compile(r"[\W\d_]+")


class Judge:
    """Judges pairs of one plan and another."""

    def __init__(self, a: Plan, b: Plan, lexicon: Lexicon) -> None:
        self.plans, self.lexicon = (a, b), lexicon
        self.names = places.local_names(a), places.local_names(b)
        self.said = [{c.key: c for c in plan.commitments} for plan in self.plans]
        self.numbers = [_by_unit(plan) for plan in self.plans]

    def shared(self, link: Link, above: bool) -> Shared:
        """A link with all that is said of it."""
        pieces = link.items[0]
        stronger, why = self._stronger(link, pieces)
        return Shared(
            plan_a=self.plans[0].info.id,
            plan_b=self.plans[1].info.id,
            a=link.old,
            b=link.new,
            items=link.items,
            kind=self._kind(*self.pieces(pieces)),
            score=link.score,
            stronger=stronger,
            why=why,
            labels=self._labels(link),
            above=above,
        )

    def pieces(self, spans: tuple[Span, Span]) -> tuple[str, str]:
        """Two pieces without the names of their places."""
        one, other = (
            regions.mask(span.of(plan.document.text), names)
            for plan, span, names in zip(self.plans, spans, self.names, strict=True)
        )
        return one, other

    def _labels(self, link: Link) -> tuple[str, ...]:
        """Instruments that two pieces name, in their order, else those that both statements name."""
        texts = map(self.pieces, link.items)
        found = [label for one, other in texts for label in sorted(instruments.labels(one) & instruments.labels(other))]
        if not found:
            keys = zip(self.said, (link.old, link.new), strict=True)
            one, other = (instruments.labels(said[key].text) for said, key in keys)
            found = sorted(one & other)
        return tuple(dict.fromkeys(found))

    def _kind(self, one: str, other: str) -> SharedKind:
        from rapidfuzz import fuzz

        bare = [_NO_LETTER.sub("", self.lexicon.without_stock(text)) for text in (one, other)]
        if bare[0] and fuzz.ratio(*bare) >= _VERBATIM:
            return "verbatim"
        sets = [" ".join(words.terms(text)) for text in bare]
        return "same" if fuzz.token_set_ratio(*sets) >= _SAME else "variant"

    def _stronger(self, link: Link, spans: tuple[Span, Span]) -> tuple[_Side | None, tuple[str, ...]]:
        """Which side promises more and by what: numbers first, then strength, then reach; the first that tells."""
        texts = [span.of(plan.document.text) for plan, span in zip(self.plans, spans, strict=True)]
        for side, why in (self._by_number(link, spans), self._by_strength(texts), self._by_scope(texts)):
            if why:
                return side, (why,)
        return None, ()

    def _by_number(self, link: Link, spans: tuple[Span, Span]) -> tuple[_Side | None, str]:
        found = [
            [t for t in numbers.get(key, ()) if span.overlap(t.span)]
            for numbers, key, span in zip(self.numbers, (link.old, link.new), spans, strict=True)
        ]
        written = [found[n][0].span.of(self.plans[n].document.text) if found[n] else "未写明" for n in (0, 1)]
        if found[0] and found[1]:
            side = _higher(found[0], found[1])
            return side, f"数值: {written[0]} → {written[1]}" if side else ""
        if found[0] or found[1]:
            return ("a" if found[0] else "b"), f"数值: {written[0]} → {written[1]}"
        return None, ""

    def _by_strength(self, texts: Sequence[str]) -> tuple[_Side | None, str]:
        levels = [self.lexicon.strength_in(text) for text in texts]
        if levels[0] is None or levels[1] is None:
            return None, ""
        lead = self.lexicon.rank("strength", levels[0]) - self.lexicon.rank("strength", levels[1])
        if abs(lead) < _FIRMER:
            return None, ""
        return ("a" if lead > 0 else "b"), f"力度: {levels[0]} → {levels[1]}"

    def _by_scope(self, texts: Sequence[str]) -> tuple[_Side | None, str]:
        """全部 against 试点: one side reaches everybody, the other a part of them."""
        levels = [{level for level, _ in self.lexicon.scope_in(text)} for text in texts]
        widest, narrowest = self.lexicon.scope[-1].name, self.lexicon.scope[0].name
        for n, side in enumerate(("a", "b")):
            if widest in levels[n] and narrowest in levels[1 - n] and widest not in levels[1 - n]:
                told = (widest, narrowest) if n == 0 else (narrowest, widest)
                return ("a" if side == "a" else "b"), f"范围: {told[0]} → {told[1]}"
        return None, ""


def _by_unit(plan: Plan) -> dict[str, list[Target]]:
    out: dict[str, list[Target]] = defaultdict(list)
    for target in plan.targets:
        if target.role == "target" and not target.damaged:
            out[target.unit_key].append(target)
    return out


def _higher(mine: Sequence[Target], theirs: Sequence[Target]) -> _Side | None:
    """The side with the better number of one indicator; None where none is comparable or they are equal."""
    for one in mine:
        for other in theirs:
            same = one.quantity.unit == other.quantity.unit and one.measure == other.measure != "count"
            first, second = one.quantity.lo, other.quantity.lo
            if not same or first is None or second is None or closeness(one, other) < _COMPARABLE or first == second:
                continue
            way = better(one)
            if way != "near":
                return "a" if (first > second) == (way == "more") else "b"
    return None
