"""Pair the clauses of two plans of different places, chapters as well as leaves, by what they hold and their heads.

    pair(a, b, found) -> links of clause keys, with probabilities

Plans of different places are cut differently: what one gives a chapter is a clause of the other, so a chapter may
correspond to a clause. The weights are fitted with those of commitments (`planlens.fit_places`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import counterparts, evidence, places, regions, semantic, words
from .counterparts import Counterparts
from .model import Clause, Link, Plan
from .semantic import Encoder

FEATURES = (
    "held",  # ln(1 + sum of the probabilities of the pairs between them)
    "held_share",  # that sum over √(commitments of both)
    "best",  # the most probable pair between them
    "heading",  # cosine of the headings' words
    "text",  # cosine of all their words, above what either has with every clause
    "chapters",  # how many of the two hold other clauses
    "mixed",  # 1 where one of them does
)
MEANING = ("heading_meaning",)  # cosine of the headings' vectors, above what either has with every heading
LEAST = 0.03  # probability from which a pair of commitments counts for their clauses


@dataclass(frozen=True, slots=True)
class Measured:
    """Every clause of a with every clause of b, row by row, and their features."""

    features: tuple[str, ...]
    a: tuple[str, ...]
    b: tuple[str, ...]
    values: NDArray[np.float64]


def pair(a: Plan, b: Plan, found: Counterparts, encoder: Encoder | None = None) -> tuple[Link, ...]:
    """Clauses that correspond, in the order of plan a; `found` are all counterparts from LEAST up."""
    measured = measure(a, b, found, encoder)
    if not len(measured.values):
        return ()
    weights = counterparts.load_weights("clauses_semantic" if encoder else "clauses", measured.features)
    judged = counterparts.judge(measured.features, measured.values, weights)
    sure = np.flatnonzero(judged.probability >= weights.threshold).tolist()
    at = [(measured.a[row // len(measured.b)], measured.b[row % len(measured.b)], row) for row in sure]
    return tuple(Link(old, new, judged.score(row), "scored") for old, new, row in at)


def measure(a: Plan, b: Plan, found: Counterparts, encoder: Encoder | None = None) -> Measured:
    """The features of all pairs of clauses with a heading that hold commitments."""
    sides = _Side(a), _Side(b)
    shape = len(sides[0].clauses), len(sides[1].clauses)
    names = FEATURES + (MEANING if encoder else ())
    if not all(shape):
        return Measured(names, (), (), np.zeros((0, len(names))))
    texts = evidence.cosines([[Counter(words.terms(t)) for t in s.texts] for s in sides], words.informative)
    heads = evidence.cosines([[Counter(words.terms(h)) for h in s.headings] for s in sides], words.informative)
    chapters = sides[0].chapters[:, None] + sides[1].chapters[None, :]
    columns = [*_held(sides, found), heads, evidence.above_hubs(texts), chapters, (chapters == 1).astype(np.float64)]
    if encoder:
        alike = semantic.cosines(*(encoder.vectors(side.headings) for side in sides))
        columns.append(evidence.above_hubs(alike.astype(np.float64)))
    keys = [tuple(c.key for c in side.clauses) for side in sides]
    return Measured(names, keys[0], keys[1], np.column_stack([column.ravel() for column in columns]))


class _Side:
    """The clauses of one plan that have a heading and hold commitments, their own or their descendants'."""

    def __init__(self, plan: Plan) -> None:
        parents = {clause.key: clause.parent for clause in plan.clauses}
        self.holding: dict[str, list[str]] = defaultdict(list)
        texts: dict[str, list[str]] = defaultdict(list)
        for commitment in plan.commitments:
            above: str | None = commitment.clause
            while above is not None:
                self.holding[above].append(commitment.key)
                texts[above].append(commitment.text)
                above = parents[above]
        names = places.local_names(plan)
        self.clauses = [c for c in plan.clauses if _counts(c) and c.key in self.holding]
        self.headings = [regions.mask(c.heading, names) for c in self.clauses]
        self.texts = [regions.mask("".join(texts[c.key]), names) for c in self.clauses]
        self.chapters = np.array([c.key in set(parents.values()) for c in self.clauses], dtype=np.float64)


def _counts(clause: Clause) -> bool:
    """A preamble promises nothing, and the title of an attachment names a paper, not a matter."""
    paper = clause.parent is None and clause.key.startswith("附件")
    return bool(clause.heading) and clause.role != "preamble" and not paper


def _held(sides: tuple[_Side, _Side], found: Counterparts) -> list[NDArray[np.float64]]:
    """`held`, `held_share` and `best` of every pair of clauses."""
    between = {(link.old, link.new): link.score.probability for link in (*found.links, *found.weak)}
    inside = [[(n, frozenset(side.holding[c.key])) for n, c in enumerate(side.clauses)] for side in sides]
    shape = len(inside[0]), len(inside[1])
    total, best = np.zeros(shape), np.zeros(shape)
    for (old, new), p in between.items():
        at = np.ix_([n for n, keys in inside[0] if old in keys], [n for n, keys in inside[1] if new in keys])
        total[at] += p
        best[at] = np.maximum(best[at], p)
    size = [np.array([len(keys) for _, keys in side], dtype=np.float64) for side in inside]
    return [np.log1p(total), total / np.sqrt(np.outer(*size)), best]
