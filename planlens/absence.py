"""What a commitment without counterpart carried, and where the other plan's review speaks of it all the same.

    carried(commitment, side)           -> number, deadline, document, above, body: what it weighs in a ranking
    Review(plan, lexicon).speaks_of(…)  -> the passage of a review that tells the same matter, and whether as done

A plan's review is no promise, so nothing in it is a counterpart; yet what the new plan reports as done was not given
up, and what the old plan reports as under way is not new.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .commitments import items as items_of
from .kinds import Item, Side, content
from .lexicon import Lexicon
from .model import CARRIED, Commitment, Plan, Span, Trace

_HELD = 0.6
_SHARED = 16.0
"""A passage of a review tells an item's matter where it holds this share of the item's words, and so much of them (see
words.informative; three of middling rarity). Read on two national reports: below .5 most were of another matter."""

_ABOVE = {
    "district": re.compile("国家|全国|省|市级|市委|市政府"),
    "city": re.compile("国家|全国|省级|省委|省政府|全省"),
    "province": re.compile("国家|全国|国务院|党中央"),
}
_TOGETHER = 3
_MARKS = "，,；;、。 \t\r\n\u3000"
_SENTENCE = re.compile(r"[^。；;！!？?\n]+[。；;！!？?]?")


def carried(commitment: Commitment, side: Side) -> tuple[str, ...]:
    """What a commitment holds that weighs, of CARRIED: number, deadline, document, higher level, body."""
    level = _ABOVE.get(side.plan.info.level or "")
    held = {
        "number": any(item.targets for item in side.items[commitment.key]),
        "deadline": commitment.deadline is not None,
        "document": bool(commitment.documents),
        "above": bool(level and level.search(commitment.text)),
        "body": bool(commitment.bodies),
    }
    return tuple(name for name in CARRIED if held[name])


@dataclass(frozen=True)
class Review:
    """The passages of a plan that tell and do not promise, found by their words."""

    passages: tuple[Span, ...]
    holding: Mapping[str, tuple[int, ...]]
    """Word → the passages that hold it."""
    plan: Plan
    lexicon: Lexicon

    @classmethod
    def of(cls, plan: Plan, lexicon: Lexicon) -> Review:
        text, holding = plan.document.text, defaultdict(list)
        passages = tuple(_passages(plan))
        for at, span in enumerate(passages):
            for word in content(span.of(text), lexicon):
                holding[word].append(at)
        return cls(passages, {word: tuple(places) for word, places in holding.items()}, plan, lexicon)

    def speaks_of(self, items: tuple[Item, ...], *, of_new: bool) -> Trace | None:
        """The passage that tells most of one of these items, and how; `of_new`: they stand in the later plan."""
        best, most = None, 0.0
        for item in items:
            at, shared = self._nearest(item)
            if shared >= max(_SHARED, _HELD * item.mass) and shared > most:
                best, most = self.passages[at], shared
        if best is None:
            return None
        if of_new:
            return Trace("continued", best)
        done = self.lexicon.says_done(best.of(self.plan.document.text))
        return Trace("completed" if done else "mentioned", best)

    def _nearest(self, item: Item) -> tuple[int, float]:
        """The passage that shares most with an item, the shortest of equals, and how much that weighs."""
        shared: dict[int, float] = defaultdict(float)
        for word, weight in item.words.items():
            for at in self.holding.get(word, ()):
                shared[at] += weight
        return max(shared.items(), key=lambda one: (one[1], -len(self.passages[one[0]])), default=(0, 0.0))


def _passages(plan: Plan) -> Iterator[Span]:
    """Up to _TOGETHER neighbouring items of a review: a long sentence speaks of everything."""
    taken = [c.span for c in plan.commitments]
    for clause in plan.clauses:
        if clause.role != "review" or not len(clause.body):
            continue
        for match in _SENTENCE.finditer(plan.document.text, clause.body.start, clause.body.end):
            if any(Span(*match.span()).overlap(other) for other in taken):
                continue
            cut = [(match.start() + start, match.start() + end) for start, end in items_of(match.group())]
            for first in range(len(cut)):
                for last in range(first, min(first + _TOGETHER, len(cut))):
                    yield _trimmed(plan.document.text, cut[first][0], cut[last][1])


def _trimmed(text: str, start: int, end: int) -> Span:
    """A span without the marks and white space at its ends."""
    piece = text[start:end]
    return Span(
        end - len(piece.lstrip(_MARKS)), max(end - len(piece.lstrip(_MARKS)), start + len(piece.rstrip(_MARKS)))
    )
