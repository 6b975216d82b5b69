"""Pair the commitments and the clauses of two plans, many to many, in no assumed order, each pair with its reasons.

Equal statements are paired first; all others by the fitted evidence: log-odds of a pair from its features, then
once more knowing its rivals (who else wants this old, who else wants this new). A new statement takes its best old
where that is more likely than `settings.first`, and further ones above `settings.further`; what is left alone keeps
its best rejected candidate. Two thresholds did as well as assignment or integer programming on the annotated pairs.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import evidence
from .errors import SettingsError
from .model import Alignment, Commitment, Link, Part, Plan, Score, Source

Floats = NDArray[np.float64]
COMPETITION = ("rivals_new", "rivals_old", "crowd_new", "crowd_old")


@dataclass(frozen=True, slots=True)
class Weights:
    """What turns features into a probability; read from data/weights.json, fitted by planlens.fit."""

    features: tuple[str, ...]
    mean: Floats
    scale: Floats
    weight: Floats
    intercept: float
    own: float
    """Weight of a pair's own log-odds when it is judged again among its rivals."""
    competition: Floats
    """Weights of COMPETITION."""
    competition_intercept: float
    first: float
    further: float


_LONELY = -9.0  # log-odds of a rival where there is none: a probability of about one in eight thousand
_ALONE = 0.05  # keeps the logarithm of no other counterpart finite
_NEAREST_SHOWN = 0.01  # a rejected candidate less likely than this is no candidate
_CLAUSE = 0.3  # sum of the probabilities of the links between two clauses from which they correspond


def align(old: Plan, new: Plan) -> Alignment:
    """Links of commitments and of clauses, strongest first within reading order of the new plan."""
    equal = _equal(old.commitments, new.commitments)
    measured = evidence.measure(side_of(old), side_of(new))
    weights = load_weights()
    scores = judge(measured, weights)
    taken_old = {i for i, _ in equal}
    taken_new = {j for _, j in equal}
    free = [k for k in range(len(scores.probability)) if _free(measured, k, taken_old, taken_new)]
    chosen = decode(measured, scores.probability, free, weights)
    links = [_link(old, new, i, j, _certain(), "equal") for i, j in equal]
    links += [_scored(old, new, measured, scores, k) for k in chosen]
    order = {c.key: n for n, c in enumerate(new.commitments)}
    links.sort(key=lambda link: (order[link.new], -link.score.probability, link.old))
    lonely = _nearest(old, new, measured, scores, links)
    return Alignment(_clauses(old, new, links), tuple(links), *lonely)


def side_of(plan: Plan) -> evidence.Side:
    """What the evidence needs of a plan: statements, the clauses around them and what they count."""
    holding = [clause for clause in plan.clauses if any(c.clause == clause.key for c in plan.commitments)]
    index = {clause.key: n for n, clause in enumerate(holding)}
    counted: dict[str, list[str]] = defaultdict(list)
    for target in plan.targets:
        if target.role == "target" and not target.damaged:
            counted[target.unit_key].append(target.indicator + target.quantity.unit)
    text = plan.document.text
    return evidence.Side(
        texts=tuple(c.text for c in plan.commitments),
        clause_of=tuple(index[c.clause] for c in plan.commitments),
        clause_texts=tuple(clause.heading + clause.body.of(text) for clause in holding),
        indicators=tuple(tuple(counted[c.key]) for c in plan.commitments),
    )


def plain(text: str) -> str:
    """A text without what carries no meaning: width, marks, white space, numbering at its head.

    >>> plain("（三）新增社康机构３５家。") == plain("新增社康机构35家")
    True
    """
    folded = unicodedata.normalize("NFKC", text)
    bare = re.sub(r"^(?:\([一二三四五六七八九十\d]{1,3}\)|\d{1,2}[.、](?!\d))", "", folded.strip())
    return re.sub(r"[^\w%‰+/.\-~—–]|_", "", bare).rstrip(".")


def _equal(old: Sequence[Commitment], new: Sequence[Commitment]) -> list[tuple[int, int]]:
    """Statements with the same plain text, in order where one stands several times."""
    places: dict[str, list[int]] = defaultdict(list)
    for i, commitment in enumerate(old):
        places[plain(commitment.text)].append(i)
    pairs = []
    for j, commitment in enumerate(new):
        at = places.get(plain(commitment.text))
        if at:
            pairs.append((at.pop(0), j))
    return pairs


@dataclass(frozen=True, slots=True)
class Judged:
    """Probability and parts (columns: features, intercept, competition) of each candidate pair."""

    probability: Floats
    total: Floats
    parts: Floats
    values: Floats


def judge(measured: evidence.Measured, weights: Weights) -> Judged:
    """Log-odds of every candidate, taken apart: the columns of `parts` add up to `total`."""
    contributions = (measured.values - weights.mean) / weights.scale * weights.weight
    alone = contributions.sum(axis=1) + weights.intercept
    lead = competition(alone, measured.old, measured.new)
    parts = np.column_stack([contributions * weights.own, lead * weights.competition])
    start = weights.own * weights.intercept + weights.competition_intercept
    parts = np.column_stack([np.full(len(alone), start), parts])
    total = parts.sum(axis=1)
    return Judged(1 / (1 + np.exp(-total)), total, parts, np.column_stack([measured.values, lead]))


def competition(alone: Floats, rows: NDArray[np.intp], cols: NDArray[np.intp]) -> Floats:
    """COMPETITION of each pair: its lead over the best rival for the same new statement and for the same old one,
    and ln of how many counterparts (the sum of their probabilities) the new and the old one have besides it.
    """
    leads = [alone - _rival(alone, group) for group in (cols, rows)]
    probability = 1 / (1 + np.exp(-alone))
    return np.column_stack([*leads, *(_crowd(probability, group) for group in (cols, rows))])


def _crowd(probability: Floats, group: NDArray[np.intp]) -> Floats:
    together = np.bincount(group, weights=probability, minlength=1)
    out: Floats = np.log(together[group] - probability + _ALONE)
    return out


def _rival(alone: Floats, group: NDArray[np.intp]) -> Floats:
    size = int(group.max(initial=-1)) + 1
    first = np.full(size, -np.inf)
    np.maximum.at(first, group, alone)
    leads = alone >= first[group]
    second = np.full(size, -np.inf)
    np.maximum.at(second, group[~leads], alone[~leads])
    return np.maximum(np.where(leads, second[group], first[group]), _LONELY)


def decode(measured: evidence.Measured, probability: Floats, free: Sequence[int], weights: Weights) -> list[int]:
    """Which candidates become links: each new statement's best above `first`, and more above `further`."""
    by_new: dict[int, list[int]] = defaultdict(list)
    for k in free:
        by_new[int(measured.new[k])].append(k)
    chosen = []
    for candidates in by_new.values():
        ranked = sorted(candidates, key=lambda k: (-probability[k], k))
        chosen += [k for n, k in enumerate(ranked) if probability[k] >= (weights.further if n else weights.first)]
    return sorted(chosen)


def _free(measured: evidence.Measured, k: int, taken_old: set[int], taken_new: set[int]) -> bool:
    return int(measured.old[k]) not in taken_old and int(measured.new[k]) not in taken_new


def _certain() -> Score:
    return Score(math.inf, 1.0, ())


def _link(old: Plan, new: Plan, i: int, j: int, score: Score, source: Source) -> Link:
    return Link(old.commitments[i].key, new.commitments[j].key, score, source)


def _scored(old: Plan, new: Plan, measured: evidence.Measured, scores: Judged, k: int) -> Link:
    return _link(old, new, int(measured.old[k]), int(measured.new[k]), score_of(scores, k), "scored")


def score_of(scores: Judged, k: int) -> Score:
    """The score of one candidate with its parts by name; the first part is what every pair starts from."""
    names = ("start", *evidence.FEATURES, *COMPETITION)
    values = (1.0, *scores.values[k])
    parts = tuple(
        Part(name, float(value), float(part)) for name, value, part in zip(names, values, scores.parts[k], strict=True)
    )
    return Score(float(scores.total[k]), float(scores.probability[k]), parts)


def _nearest(
    old: Plan, new: Plan, measured: evidence.Measured, scores: Judged, links: Sequence[Link]
) -> tuple[tuple[tuple[str, str, float], ...], tuple[tuple[str, str, float], ...]]:
    """The best rejected candidate of every statement left alone, old side then new side."""
    linked = ({link.old for link in links}, {link.new for link in links})
    best: tuple[dict[str, tuple[float, str]], dict[str, tuple[float, str]]] = ({}, {})
    for k, p in enumerate(scores.probability):
        keys = old.commitments[int(measured.old[k])].key, new.commitments[int(measured.new[k])].key
        for side in (0, 1):
            mine, other = keys[side], keys[1 - side]
            if mine not in linked[side] and p >= _NEAREST_SHOWN and p > best[side].get(mine, (0.0, ""))[0]:
                best[side][mine] = (float(p), other)
    found = [tuple((key, other, p) for key, (p, other) in sorted(side.items())) for side in best]
    return found[0], found[1]


def _clauses(old: Plan, new: Plan, links: Sequence[Link]) -> tuple[Link, ...]:
    """Pairs of clauses that share links: 1 − ∏(1 − p) over them, where they add up to enough."""
    homes = ({c.key: c.clause for c in old.commitments}, {c.key: c.clause for c in new.commitments})
    between: dict[tuple[str, str], list[float]] = defaultdict(list)
    for link in links:
        between[homes[0][link.old], homes[1][link.new]].append(link.score.probability)
    order = {clause.key: n for n, clause in enumerate(new.clauses)}
    out = []
    for (a, b), found in between.items():
        if sum(found) < _CLAUSE:
            continue
        miss = math.prod(1 - p for p in found)
        odds = math.log((1 - miss) / miss) if miss > 0 else math.inf
        out.append(Link(a, b, Score(odds, 1 - miss, ()), "equal" if miss == 0 else "scored"))
    return tuple(sorted(out, key=lambda link: (order[link.new], -link.score.probability, link.old)))


@functools.cache
def load_weights() -> Weights:
    """The fitted weights that ship with the package. Raises SettingsError where the file does not fit the features."""
    raw = json.loads(importlib.resources.files(__package__).joinpath("data/weights.json").read_text("utf-8"))
    rows = raw["features"]
    names = tuple(row["name"] for row in rows)
    if names != evidence.FEATURES:
        raise SettingsError("data/weights.json was fitted on other features than this version measures: fit it again")
    column = {field: np.array([row[field] for row in rows]) for field in ("mean", "scale", "weight")}
    among = raw["competition"]
    return Weights(
        names,
        column["mean"],
        column["scale"],
        column["weight"],
        raw["intercept"],
        among["own"],
        np.array([among[name] for name in COMPETITION]),
        among["intercept"],
        raw["thresholds"]["first"],
        raw["thresholds"]["further"],
    )
