"""Find commitments of two plans of different places that commit to the same instrument or action, with probabilities.

    find(a, b)  -> Counterparts: accepted pairs, doubtful pairs, and the nearest passage to what has none

Nothing is assumed of order or of one to one: a district's sentence may answer three of a city's. Each text is read
without the names of its own place, for a plan's own city stands in most of its sentences. Plans of different places
share few words, so beside the features of `evidence` it counts which instruments both name (`instruments`) and the
longest words they share. The weights are fitted on pairs of plans of different places (`planlens.fit_places`).
"""

from __future__ import annotations

import functools
import importlib.resources
import json
import math
import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import align, evidence, instruments, places, regions, words
from .errors import SettingsError
from .evidence import Side
from .model import Commitment, Link, Part, Plan, Score, Span
from .semantic import Encoder
from .settings import PLACES_WEIGHTS

Floats = NDArray[np.float64]
Nearest = tuple[tuple[str, str, float], ...]
WORDS = (  # of evidence.FEATURES
    *("hubness", "hubness_rare", "item", "items", "items_lead", "items_lead_old", "share", "share_old", "anchors"),
    *("rarest", "names", "soft_new", "soft_old", "indicator", "clause", "clause_votes", "margin_new", "margin_old"),
    *("best_new", "novelty"),
)
MEANING = (  # of evidence.MEANING
    *("meaning", "meaning_hubness", "meaning_item", "meaning_item_hubness", "meaning_margin_new", "meaning_margin_old"),
)
WORDING = ("phrase",)  # the longest run of characters that both have, the shorter the more statements have it
INSTRUMENTS = (
    "instruments",  # shared instruments, each the weightier the fewer statements name it
    "instrument",  # 1 where one is shared
    "instruments_apart",  # 1 where both name instruments and none is shared
    "instrument_item",  # the best pair of items: shared instruments over all of both
)
LEAST = 0.15  # below it fewer than one pair in ten is a counterpart: not worth a reader's look
_NEAREST_SHOWN = 0.01  # a candidate less likely than this is no candidate
_NAMED = 0.4  # share of commitments with a known instrument from which the lack of a shared one says something
_RUNS = range(3, 9)  # lengths of shared runs: three characters are the shortest term, eight the longest common name


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
    nearest_a: Nearest
    """(key of a without a link, its best rejected key of b, probability)"""
    nearest_b: Nearest
    evidence: str


@dataclass(frozen=True, slots=True)
class Measured:
    """Candidate pairs (places of commitments in `a` and `b`) and their features; `kind` names the weights to use."""

    features: tuple[str, ...]
    a: NDArray[np.intp]
    b: NDArray[np.intp]
    values: Floats
    kind: str


def find(a: Plan, b: Plan, *, least: float = LEAST, encoder: Encoder | None = None) -> Counterparts:
    """Pairs of commitments of two plans; `encoder` adds evidence of meaning (`semantic.installed()`).

    Raises SettingsError where the shipped weights do not fit the features.
    """
    measured, judged = judged_pairs(a, b, encoder)
    weights = judged.weights
    found = []
    for row in np.flatnonzero(judged.probability >= least).tolist():
        i, j = int(measured.a[row]), int(measured.b[row])
        keys = a.commitments[i].key, b.commitments[j].key
        found.append(Link(*keys, judged.score(row), "scored", _pieces(a, b, i, j)))
    found.sort(key=lambda link: (-link.score.probability, link.old, link.new))
    links = tuple(link for link in found if link.score.probability >= weights.threshold)
    weak = tuple(link for link in found if link.score.probability < weights.threshold)
    nearest = _nearest(a, b, measured, judged.probability, links)
    return Counterparts(links, weak, *nearest, evidence=evidence_used(encoder))


def judged_pairs(a: Plan, b: Plan, encoder: Encoder | None = None) -> tuple[Measured, Judged]:
    """Every candidate pair of two plans and how probable it is; raises as `find`."""
    measured = measure(a, b, encoder)
    weights = load_weights(measured.kind, features_of(measured.kind))
    return measured, judge(measured.features, measured.values, weights)


def evidence_used(encoder: Encoder | None) -> str:
    return f"{align.evidence_used(encoder)}, instruments"


# --- measuring ------------------------------------------------------------------------------------------------------


def measure(a: Plan, b: Plan, encoder: Encoder | None = None) -> Measured:
    """The features of the candidate pairs of two plans, read without local names."""
    sides = side_of(a), side_of(b)
    found = evidence.measure(*sides, encoder)
    says = np.array([states(c) for c in a.commitments]), np.array([states(c) for c in b.commitments])
    kept = says[0][found.old] & says[1][found.new] if len(found.old) else np.zeros(0, bool)
    rows, cols = found.old[kept], found.new[kept]
    named = _Named(a, b)
    columns = [found.values[kept], _phrases(*sides)[rows, cols][:, None], named.features(rows, cols)]
    kind = f"{'semantic' if set(MEANING) <= set(found.features) else 'words'}{'' if named.enough else '_alone'}"
    return Measured(found.features + WORDING + INSTRUMENTS, rows, cols, np.hstack(columns), kind)


def features_of(kind: str) -> tuple[str, ...]:
    """What the weights of a kind weigh: words, semantic, and each without instruments (`_alone`)."""
    meaning = MEANING if kind.startswith("semantic") else ()
    return WORDS + meaning + WORDING + (() if kind.endswith("_alone") else INSTRUMENTS)


_GUIDING = re.compile("(?:以|坚持|在)[^，。；]{0,12}思想[^，。；]{0,8}(?:为?指导|指引)|指示精神")
_LABEL = 10  # characters: a run-in heading such as 人才培储。 has no verb and says nothing by itself


def states(commitment: Commitment) -> bool:
    """Whether a commitment says something that another place may say too: no bare heading, no guiding thought."""
    if _GUIDING.search(commitment.text):
        return False
    return len(commitment.text) > _LABEL or commitment.verb is not None


def side_of(plan: Plan) -> Side:
    """What the evidence needs of a plan, without the names of its place and those that contain it or lie inside it."""
    side = align.side_of(plan)
    names = places.local_names(plan)
    return Side(
        tuple(regions.mask(text, names) for text in side.texts),
        side.clause_of,
        tuple(regions.mask(text, names) for text in side.clause_texts),
        side.indicators,
    )


def _phrases(*sides: Side) -> Floats:
    """Length of the longest shared run of characters over √(statements of a × of b that have it)."""
    runs = [[_runs(text) for text in side.texts] for side in sides]
    where: list[dict[str, list[int]]] = [{}, {}]
    for rows, side in zip(where, runs, strict=True):
        for row, found in enumerate(side):
            for run in found:
                rows.setdefault(run, []).append(row)
    out = np.zeros([len(side) for side in runs], dtype=np.float64)
    for run in where[0].keys() & where[1].keys():
        at = np.ix_(where[0][run], where[1][run])
        out[at] = np.maximum(out[at], len(run) / math.sqrt(len(where[0][run]) * len(where[1][run])))
    return out


_LETTERS = re.compile(r"[\u4e00-\u9fffA-Za-z+]+")


def _runs(text: str) -> set[str]:
    found = _LETTERS.findall(text)
    return {run[i : i + size] for run in found for size in _RUNS for i in range(len(run) - size + 1)}


class _Named:
    """Which instruments the statements of two plans name, as a whole and item by item."""

    def __init__(self, a: Plan, b: Plan) -> None:
        self.items = [[_item_labels(c) for c in plan.commitments] for plan in (a, b)]
        self.whole = [[frozenset[str]().union(*items) for items in side] for side in self.items]
        self.often = [Counter(label for labels in side for label in labels) for side in self.whole]

    @property
    def enough(self) -> bool:
        """Whether the lexicon knows the field of both plans."""
        return all(side and sum(map(bool, side)) / len(side) >= _NAMED for side in self.whole)

    def features(self, rows: NDArray[np.intp], cols: NDArray[np.intp]) -> Floats:
        """INSTRUMENTS of the pairs."""
        found = [self._pair(i, j) for i, j in zip(rows.tolist(), cols.tolist(), strict=True)]
        return np.array(found, dtype=np.float64).reshape(len(found), len(INSTRUMENTS))

    def _pair(self, i: int, j: int) -> tuple[float, float, float, float]:
        one, other = self.whole[0][i], self.whole[1][j]
        shared = one & other
        rare = math.fsum(1 / math.sqrt(self.often[0][label] * self.often[1][label]) for label in shared)
        best = max((len(x & y) / len(x | y) for x in self.items[0][i] for y in self.items[1][j] if x & y), default=0.0)
        return math.log1p(rare), float(bool(shared)), float(bool(one and other and not shared)), best


def _item_labels(commitment: Commitment) -> list[frozenset[str]]:
    return [instruments.labels(commitment.text[s.start : s.end]) for s in items(commitment.text, 0)]


_ITEM = re.compile(r"[^，,；;。：:！!？?\n]+")
_SHORTEST_ITEM = 4  # characters


def items(text: str, start: int) -> list[Span]:
    """The comma-separated pieces of a statement that begins at `start`; the whole where none is long enough.

    A row of a table is one piece: its number says nothing without its name.
    """
    if "|" in text:
        return [Span(start, start + len(text))]
    found = [Span(start + m.start(), start + m.end()) for m in _ITEM.finditer(text) if len(m[0]) >= _SHORTEST_ITEM]
    return found or [Span(start, start + len(text))]


# --- judging --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judged:
    """The probability of each row, and what each feature adds to its log-odds."""

    weights: Weights
    values: Floats
    parts: Floats
    probability: Floats

    def score(self, row: int) -> Score:
        """One row with its parts by name; the first part is what every pair starts from."""
        named = zip(self.weights.features, self.values[row], self.parts[row], strict=True)
        parts = (Part("start", 1.0, self.weights.intercept), *(Part(n, float(v), float(p)) for n, v, p in named))
        total = self.weights.intercept + math.fsum(self.parts[row])
        return Score(total, float(self.probability[row]), parts)


def judge(features: tuple[str, ...], values: Floats, weights: Weights) -> Judged:
    """Every row of `values` (columns: `features`) by the weights."""
    values = values[:, [features.index(name) for name in weights.features]]
    parts = (values - weights.mean) / weights.scale * weights.weight
    total = parts.sum(axis=1) + weights.intercept
    return Judged(weights, values, parts, np.asarray(1 / (1 + np.exp(-total)), dtype=np.float64))


def _pieces(a: Plan, b: Plan, i: int, j: int) -> tuple[tuple[Span, Span], ...]:
    """The pieces of two statements that correspond, the most alike first: each once, further ones by an instrument."""
    sides = [items(c.text, c.span.start) for c in (a.commitments[i], b.commitments[j])]
    texts = [[s.of(p.document.text) for s in side] for p, side in zip((a, b), sides, strict=True)]
    alike = evidence.cosines([[Counter(words.terms(t)) for t in side] for side in texts], words.informative)
    alike += evidence.cosines([[Counter(evidence.character_grams(t)) for t in side] for side in texts], lambda _: 1.0)
    named = [[instruments.labels(t) for t in side] for side in texts]
    shared = {(n, m) for n, m in np.ndindex(alike.shape) if named[0][n] & named[1][m]}
    ranked = sorted(np.ndindex(alike.shape), key=lambda at: (at not in shared, -alike[at], at))
    chosen: list[tuple[int, int]] = []
    for n, m in ranked:
        if not chosen or ((n, m) in shared and all(n != x and m != y for x, y in chosen)):
            chosen.append((n, m))
    return tuple((sides[0][n], sides[1][m]) for n, m in chosen)


def _nearest(
    a: Plan, b: Plan, measured: Measured, probability: Floats, links: tuple[Link, ...]
) -> tuple[Nearest, Nearest]:
    """The best candidate of every commitment without a link, a side then b side."""
    linked = {link.old for link in links}, {link.new for link in links}
    best: tuple[dict[str, tuple[float, str]], dict[str, tuple[float, str]]] = ({}, {})
    for i, j, p in zip(measured.a.tolist(), measured.b.tolist(), probability.tolist(), strict=True):
        keys = a.commitments[i].key, b.commitments[j].key
        for side in (0, 1):
            mine, other = keys[side], keys[1 - side]
            if mine not in linked[side] and p >= _NEAREST_SHOWN and p > best[side].get(mine, (0.0, ""))[0]:
                best[side][mine] = (p, other)
    found = [tuple((key, other, p) for key, (p, other) in sorted(side.items())) for side in best]
    return found[0], found[1]


@functools.cache
def load_weights(kind: str, features: tuple[str, ...]) -> Weights:
    """The fitted weights of a kind. Raises SettingsError where they do not fit the features."""
    raw = json.loads(importlib.resources.files(__package__).joinpath("data", PLACES_WEIGHTS).read_text("utf-8"))[kind]
    names = tuple(row["name"] for row in raw["features"])
    if names != features:
        raise SettingsError(
            f"data/{PLACES_WEIGHTS} was fitted on other features than this version measures: fit it again"
        )
    column = {field: np.array([row[field] for row in raw["features"]]) for field in ("mean", "scale", "weight")}
    return Weights(names, column["mean"], column["scale"], column["weight"], raw["intercept"], raw["accept"])
