"""What a commitment without counterpart carried, and where the other plan's review speaks of it all the same.

    carried(commitment, side)           -> number, deadline, document, above, body: what it weighs in a ranking
    Review(plan, lexicon).speaks_of(…)  -> the sentence of a review that tells the same matter, and whether as done

A plan's review is no promise, so nothing in it is a counterpart; yet what the new plan reports as done was not given
up, and what the old plan reports as under way is not new.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .kinds import Item, Side, content
from .lexicon import Lexicon
from .model import Commitment, Plan, Span, Trace

CARRIED = ("number", "deadline", "document", "above", "body")
"""What may be lost with a commitment, the weightiest first."""

_HELD = 0.6
_SHARED = 16.0
"""A sentence of a review tells an item's matter where it holds this share of the item's words, and so much of them (see
words.informative; three of middling rarity). Read on two national reports: below .5 most were of another matter."""

_ABOVE = {
    "district": re.compile("国家|全国|省|市级|市委|市政府"),
    "city": re.compile("国家|全国|省级|省委|省政府|全省"),
    "province": re.compile("国家|全国|国务院|党中央"),
}
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
    """The sentences of a plan that tell and do not promise, with their words."""

    sentences: tuple[tuple[Span, frozenset[str]], ...]
    plan: Plan
    lexicon: Lexicon

    @classmethod
    def of(cls, plan: Plan, lexicon: Lexicon) -> Review:
        text = plan.document.text
        found = [(span, frozenset(content(span.of(text), lexicon))) for span in _sentences(plan)]
        return cls(tuple(found), plan, lexicon)

    def speaks_of(self, items: tuple[Item, ...], *, of_new: bool) -> Trace | None:
        """The sentence that tells most of one of these items, and how; `of_new`: they stand in the later plan."""
        best, most = None, 0.0
        for item in items:
            for span, words in self.sentences:
                shared = sum(weight for word, weight in item.words.items() if word in words)
                if shared >= max(_SHARED, _HELD * item.mass) and shared > most:
                    best, most = span, shared
        if best is None:
            return None
        if of_new:
            return Trace("continued", best)
        done = self.lexicon.says_done(best.of(self.plan.document.text))
        return Trace("completed" if done else "mentioned", best)


def _sentences(plan: Plan) -> Iterator[Span]:
    """Sentences of reviews that are no commitment; a preamble's general requirements would speak of everything."""
    taken = [c.span for c in plan.commitments]
    for clause in plan.clauses:
        if clause.role != "review" or not len(clause.body):
            continue
        for match in _SENTENCE.finditer(plan.document.text, clause.body.start, clause.body.end):
            span = Span(*match.span())
            if match.group().strip() and not any(span.overlap(other) for other in taken):
                yield span
