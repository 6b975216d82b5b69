"""Find commitments of two plans of different places that commit to the same instrument or action, with probabilities.

    find(a, b)  -> Counterparts: accepted pairs, doubtful pairs, and the nearest passage to what has none

Nothing is assumed of order or of one to one: a district's sentence may answer three of a city's. Each text is read
without the names of its own place, for a plan's own city stands in most of its sentences. The features are those of
`evidence`; the weights are fitted on pairs of plans of different places (`planlens.fit_places`), which share far fewer
words than two plans of one place.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import align, evidence, regions
from .errors import SettingsError
from .evidence import Side
from .model import Link, Part, Plan, Score, Span
from .semantic import Encoder

Floats = NDArray[np.float64]
WEIGHTS = ("weights_places.json", "weights_places_semantic.json")
"""Files in data/: fitted on evidence.FEATURES alone, and on evidence.MEANING too."""
LEAST = 0.15  # below it about one pair in ten is a counterpart: not worth a reader's look
_NEAREST_SHOWN = 0.01  # a candidate less likely than this is no candidate


@dataclass(frozen=True, slots=True)
class Weights:
    """What turns features into a probability, and the probability from which a pair is accepted."""

    features: tuple[str, ...]
    mean: Floats
    scale: Floats
    weight: Floats
    intercept: float
    threshold: float


@dataclass(frozen=True, slots=True)
class Counterparts:
    """What two plans share. In every link `old` is a key of plan a, `new` one of plan b; most probable first."""

    links: tuple[Link, ...]
    """Accepted pairs; `items` of each are the pieces of the two statements that correspond, the best first."""
    weak: tuple[Link, ...]
    """Pairs between `least` and the threshold."""
    nearest_a: tuple[tuple[str, str, float], ...]
    """(key of a without a link, its best rejected key of b, probability)"""
    nearest_b: tuple[tuple[str, str, float], ...]
    evidence: str


def find(a: Plan, b: Plan, *, least: float = LEAST, encoder: Encoder | None = None) -> Counterparts:
    """Pairs of commitments of two plans; `encoder` adds evidence of meaning (`semantic.installed()`).

    Raises SettingsError where the shipped weights do not fit the features.
    """
    measured = measure(a, b, encoder)
    weights = load_weights(semantic=measured.features != evidence.FEATURES)
    scores = _scores(measured, weights)
    found = [
        Link(a.commitments[i].key, b.commitments[j].key, score, "scored", _pieces(a, b, i, j))
        for i, j, score in zip(measured.old.tolist(), measured.new.tolist(), scores, strict=True)
        if score.probability >= least
    ]
    found.sort(key=lambda link: (-link.score.probability, link.old, link.new))
    links = tuple(link for link in found if link.score.probability >= weights.threshold)
    weak = tuple(link for link in found if link.score.probability < weights.threshold)
    nearest = _nearest(a, b, measured, scores, links)
    return Counterparts(links, weak, *nearest, evidence=align.evidence_used(encoder))


def measure(a: Plan, b: Plan, encoder: Encoder | None = None) -> evidence.Measured:
    """The features of the candidate pairs of two plans, read without local names."""
    return evidence.measure(side_of(a), side_of(b), encoder)


def side_of(plan: Plan) -> Side:
    """What the evidence needs of a plan, without the names of its place and those that contain it or lie inside it."""
    side = align.side_of(plan)
    names = local_names(plan)
    return Side(
        tuple(regions.mask(text, names) for text in side.texts),
        side.clause_of,
        tuple(regions.mask(text, names) for text in side.clause_texts),
        side.indicators,
    )


def local_names(plan: Plan) -> frozenset[str]:
    """Names that say no more than which place the plan is of; none where its region is not known."""
    region = regions.one(plan.info.region, plan.info.parent)
    return regions.local_names(region) if region else frozenset()


def _scores(measured: evidence.Measured, weights: Weights) -> list[Score]:
    parts = (measured.values - weights.mean) / weights.scale * weights.weight
    totals = parts.sum(axis=1) + weights.intercept
    names = weights.features
    out = []
    for values, row, total in zip(measured.values, parts, totals, strict=True):
        taken = tuple(Part(n, float(v), float(p)) for n, v, p in zip(names, values, row, strict=True))
        start = Part("start", 1.0, weights.intercept)
        out.append(Score(float(total), float(1 / (1 + np.exp(-total))), (start, *taken)))
    return out


_ITEM = re.compile(r"[^，,；;。：:！!？?|\n]+")
_SHORTEST_ITEM = 4  # characters


def items(text: str, start: int) -> list[Span]:
    """The comma-separated pieces of a statement that begins at `start`; the whole where none is long enough."""
    found = [Span(start + m.start(), start + m.end()) for m in _ITEM.finditer(text) if len(m[0]) >= _SHORTEST_ITEM]
    return found or [Span(start, start + len(text))]


def _pieces(a: Plan, b: Plan, i: int, j: int) -> tuple[tuple[Span, Span], ...]:
    """The two pieces of two statements that resemble each other most."""
    from collections import Counter

    from . import words

    left, right = a.commitments[i], b.commitments[j]
    sides = [items(c.text, c.span.start) for c in (left, right)]
    texts = [[s.of(p.document.text) for s in side] for p, side in zip((a, b), sides, strict=True)]
    alike = evidence.cosines([[Counter(words.terms(t)) for t in side] for side in texts], words.informative)
    alike += evidence.cosines([[Counter(evidence.character_grams(t)) for t in side] for side in texts], lambda _: 1.0)
    best = int(alike.argmax())
    return ((sides[0][best // alike.shape[1]], sides[1][best % alike.shape[1]]),)


def _nearest(
    a: Plan, b: Plan, measured: evidence.Measured, scores: list[Score], links: tuple[Link, ...]
) -> tuple[tuple[tuple[str, str, float], ...], tuple[tuple[str, str, float], ...]]:
    """The best candidate of every commitment without a link, a side then b side."""
    linked = {link.old for link in links}, {link.new for link in links}
    best: tuple[dict[str, tuple[float, str]], dict[str, tuple[float, str]]] = ({}, {})
    for i, j, score in zip(measured.old.tolist(), measured.new.tolist(), scores, strict=True):
        keys = a.commitments[i].key, b.commitments[j].key
        for side in (0, 1):
            mine, other, p = keys[side], keys[1 - side], score.probability
            if mine not in linked[side] and p >= _NEAREST_SHOWN and p > best[side].get(mine, (0.0, ""))[0]:
                best[side][mine] = (p, other)
    found = [tuple((key, other, p) for key, (p, other) in sorted(side.items())) for side in best]
    return found[0], found[1]


@functools.cache
def load_weights(*, semantic: bool = False) -> Weights:
    """The fitted weights that ship with the package. Raises SettingsError where the file does not fit the features."""
    file = WEIGHTS[semantic]
    raw = json.loads(importlib.resources.files(__package__).joinpath("data", file).read_text("utf-8"))
    names = tuple(row["name"] for row in raw["features"])
    if names != evidence.FEATURES + (evidence.MEANING if semantic else ()):
        raise SettingsError(f"data/{file} was fitted on other features than this version measures: fit it again")
    column = {field: np.array([row[field] for row in raw["features"]]) for field in ("mean", "scale", "weight")}
    return Weights(
        names, column["mean"], column["scale"], column["weight"], raw["intercept"], raw["thresholds"]["accept"]
    )
