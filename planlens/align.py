"""Pair the commitments and the clauses of two plans, many to many, in no assumed order, each pair with its reasons.

What a person decided comes first, then equal statements; all others by the fitted evidence: log-odds of a pair from
its features, then once more knowing its rivals (who else wants this old, who else wants this new). A new statement
takes its best old, and an old one its best new, from a probability on that is fitted with the weights, and further ones
from a higher one; what is left alone keeps its best rejected candidate. Thresholds did as well as assignment or integer
programming on the annotated pairs.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import evidence, quantity
from .alignments import Decision
from .alignments import plain as plain
from .errors import LibraryError, SettingsError
from .model import Alignment, Commitment, Link, Part, Plan, Score, Source
from .semantic import Encoder
from .settings import WEIGHTS as WEIGHTS

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
COMPETITION = ("rivals_new", "rivals_old", "crowd_new", "crowd_old")
EVIDENCE = "word and character TF-IDF, items, names, outline; fitted weights"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability on a candidate becomes a link."""

    first: float
    """The best of a new statement."""
    first_old: float
    """The best of an old one."""
    further: float
    """Any other."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What turns features into a probability; read from a file of WEIGHTS, fitted by planlens.fit."""

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
    thresholds: Thresholds


_LONELY = -9.0  # log-odds of a rival where there is none: a probability of about one in eight thousand
_ALONE = 0.05  # keeps the logarithm of no other counterpart finite
_WEAK = 0.15  # from here on a rejected pair deserves a look: about one in six is a counterpart after all
_NEAREST_SHOWN = 0.01  # a rejected candidate less likely than this is no candidate
_DASHES = str.maketrans("—–~", "---")
_LONG_FRAME = 6  # characters beside the numbers from which a text is one of its own
_LIKE_ITEMS = 70.0  # likeness (rapidfuzz ratio) of two statements of one plan from which they are items of a list
_AT_ONCE = 256  # statements held against their plan at once: bounds memory
_CLAUSE = 0.3  # sum of the probabilities of the links between two clauses from which they correspond


def align(old: Plan, new: Plan, reviewed: Sequence[Decision] = (), *, encoder: Encoder | None = None) -> Alignment:
    """Links of commitments and of clauses, strongest first within reading order of the new plan.

    `encoder` adds evidence of meaning (`semantic.installed()`).

    `reviewed` are decisions that hold for these plans (`alignments.replay`): what they link is linked, what they
    reject is not, and nothing is found for a statement that they say has no counterpart.
    """
    ruling = _Ruling.of(old, new, reviewed)
    equal = _equal(old.commitments, new.commitments, ruling)
    measured, scores, weights = _judged(old, new, encoder)
    taken_old = {i for i, _ in equal}
    taken_new = {j for _, j in equal}
    open_to = [k for k in range(len(scores.probability)) if not ruling.decides(*_ends(measured, k))]
    grounded = _grounded(measured)
    free = [k for k in open_to if grounded[k] and _free(measured, k, taken_old, taken_new)]
    renumbered, free = _renumbered(old.commitments, new.commitments, measured, free)
    served = {i for i, _ in ruling.linked}, {j for _, j in ruling.linked}
    left = np.array(free, dtype=np.intp)
    chosen = decode(measured.old, measured.new, scores.probability, left, weights.thresholds, served).tolist()
    chosen += renumbered
    links = [_link(old, new, i, j, _certain(), "reviewed") for i, j in sorted(ruling.linked)]
    links += [_link(old, new, i, j, _certain(), "equal") for i, j in equal]
    links += [_scored(old, new, measured, scores, k) for k in chosen]
    order = {c.key: n for n, c in enumerate(new.commitments)}
    links.sort(key=lambda link: (order[link.new], -link.score.probability, link.old))
    lonely = _nearest(old, new, measured, scores, links, open_to)
    weak = _weak(old, new, measured, scores, links, open_to)
    return Alignment(_clauses(old, new, links), tuple(links), *lonely, evidence=evidence_used(encoder), weak=weak)


def evidence_used(encoder: Encoder | None) -> str:
    """What reports say of the evidence that links rest on."""
    return EVIDENCE if encoder is None else f"{EVIDENCE} + {encoder.name}"


def _judged(old: Plan, new: Plan, encoder: Encoder | None) -> tuple[evidence.Measured, Judged, Weights]:
    measured = evidence.measure(side_of(old), side_of(new), encoder)
    weights = load_weights(semantic=measured.features != evidence.FEATURES)
    return measured, judge(measured, weights), weights


def candidates(old: Plan, new: Plan, least: float, *, encoder: Encoder | None = None) -> tuple[Link, ...]:
    """Every pair that the evidence finds at least so probable, whether it becomes a link or not."""
    measured, scores, _ = _judged(old, new, encoder)
    return tuple(_scored(old, new, measured, scores, int(k)) for k in np.flatnonzero(scores.probability >= least))


@dataclass(frozen=True, slots=True)
class _Ruling:
    """Reviewed decisions by the places of their statements."""

    linked: frozenset[tuple[int, int]]
    rejected: frozenset[tuple[int, int]]
    lone_old: frozenset[int]
    lone_new: frozenset[int]

    @classmethod
    def of(cls, old: Plan, new: Plan, reviewed: Sequence[Decision]) -> _Ruling:
        at = [{c.key: n for n, c in enumerate(plan.commitments)} for plan in (old, new)]
        pairs: dict[str, set[tuple[int, int]]] = defaultdict(set)
        for d in reviewed:
            here = at[0].get(d.old, -1), at[1].get(d.new, -1)
            if all(place >= 0 for place, key in zip(here, (d.old, d.new), strict=True) if key):
                pairs[d.verdict].add(here)
        alone = pairs["no_counterpart"]
        return cls(
            frozenset(pairs["linked"]),
            frozenset(pairs["not_linked"]),
            frozenset(i for i, _ in alone if i >= 0),
            frozenset(j for _, j in alone if j >= 0),
        )

    def decides(self, i: int, j: int) -> bool:
        """Whether a person has said what becomes of this pair."""
        return (i, j) in self.linked or (i, j) in self.rejected or i in self.lone_old or j in self.lone_new


def explain(old: Plan, new: Plan, old_key: str, new_key: str, *, encoder: Encoder | None = None) -> Score | None:
    """The score of one pair of commitments with its parts; None where too little is shared for it to be a candidate.

    Raises LibraryError for a key that no commitment of the plan has.
    """
    i, j = (_place(plan, key) for plan, key in ((old, old_key), (new, new_key)))
    measured, scores, _ = _judged(old, new, encoder)
    at = np.flatnonzero((measured.old == i) & (measured.new == j))
    return score_of(scores, int(at[0])) if len(at) else None


def _place(plan: Plan, key: str) -> int:
    for at, commitment in enumerate(plan.commitments):
        if commitment.key == key:
            return at
    raise LibraryError(
        f"{plan.info.id}: no commitment {key}; `planlens show {plan.info.id} --format csv` lists the keys"
    )


def side_of(plan: Plan) -> evidence.Side:
    """What the evidence needs of a plan: statements, the clauses around them and what they count."""
    homes = {c.clause for c in plan.commitments}
    holding = [clause for clause in plan.clauses if clause.key in homes]
    index = {clause.key: n for n, clause in enumerate(holding)}
    counted: dict[str, list[str]] = defaultdict(list)
    for target in plan.targets:
        if target.role == "target" and not target.damaged:
            counted[target.unit_key].append(target.indicator + target.quantity.unit)
    text = plan.document.text
    return evidence.Side(
        texts=tuple(_matter(c) for c in plan.commitments),
        clause_of=tuple(index[c.clause] for c in plan.commitments),
        clause_texts=tuple(clause.heading + clause.body.of(text) for clause in holding),
        indicators=tuple(tuple(counted[c.key]) for c in plan.commitments),
    )


_LEFT_OVER = re.compile(
    r"由[、，]*(?:牵头|负责)|会同[、，]*(?=[^、，])|(?:责任|牵头|配合|主责|落实)单位[：:][、，；;]*"
)


def _matter(commitment: Commitment) -> str:
    """The text without those who are to do it: 由市教育局牵头 says nothing of what is to be done."""
    left = commitment.text
    for body in sorted(commitment.bodies, key=len, reverse=True):
        left = left.replace(body, "")
    left = _LEFT_OVER.sub("", left) if commitment.bodies else left
    return left if len(left) >= _LONG_FRAME else commitment.text


def _equal(old: Sequence[Commitment], new: Sequence[Commitment], ruling: _Ruling) -> list[tuple[int, int]]:
    """Statements with the same plain text, in order where one stands several times, but for what a person decided."""
    texts = [_level_dashes(c.text) for c in old], [_level_dashes(c.text) for c in new]
    matched = {(i, j) for i, j in ruling.linked if texts[0][i] == texts[1][j]}
    done_old, done_new = {i for i, _ in matched}, {j for _, j in matched}
    places: dict[str, list[int]] = defaultdict(list)
    for i, text in enumerate(texts[0]):
        if i not in done_old:
            places[text].append(i)
    pairs = []
    for j, text in enumerate(texts[1]):
        at = None if j in done_new else next((i for i in places.get(text, ()) if not ruling.decides(i, j)), None)
        if at is not None:
            places[text].remove(at)
            pairs.append((at, j))
    return pairs


def _level_dashes(text: str) -> str:
    """The plain text with every dash the same: 1—2家 and 1-2家 are one text."""
    return plain(text).translate(_DASHES)


def _renumbered(
    old: Sequence[Commitment], new: Sequence[Commitment], measured: evidence.Measured, free: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Of the free candidates those that differ in their numbers alone, and those that are still free after that.

    Where plans list like items (某镇新建公厕5座), each resembles every other, and the evidence cannot tell them apart.
    What is the same but for its numbers, and the only one so on either side, is the counterpart; an item that
    resembles one of its own list as much as the candidate has none.
    """
    frames = [_frame(c.text) for c in old], [_frame(c.text) for c in new]
    often = [Counter(side) for side in frames]
    same = [
        k
        for k in free
        if len(frames[0][measured.old[k]]) >= _LONG_FRAME
        and frames[0][measured.old[k]] == frames[1][measured.new[k]]
        and all(count[frames[0][measured.old[k]]] == 1 for count in often)
    ]
    taken = {int(measured.old[k]) for k in same}, {int(measured.new[k]) for k in same}
    left = [k for k in free if _free(measured, k, *taken)]
    ends = [sorted({int(at[k]) for k in left}) for at in (measured.old, measured.new)]
    listed = [_nearest_in_list(side, wanted) for side, wanted in zip(frames, ends, strict=True)]
    return same, [k for k in left if _stands_out(measured, k, frames, listed)]


def _frame(text: str) -> str:
    """A plain text without the values of its numbers; an ordinal (第3片区) is a name and stays.

    >>> _frame("第3片区新建公厕12座以上。") == _frame("第3片区新建公厕不少于9座")
    True
    """
    out, last = [], 0
    for found in quantity.find(text):
        if not found.name:
            out += [text[last : found.span.start], found.quantity.unit]
            last = found.span.end
    return plain("".join([*out, text[last:]]))


def _nearest_in_list(frames: Sequence[str], wanted: Sequence[int]) -> dict[int, float]:
    """How much each statement that is wanted resembles the most alike other one of its plan, 0 below _LIKE_ITEMS."""
    from rapidfuzz import fuzz, process

    out: dict[int, float] = {}
    for first in range(0, len(wanted), _AT_ONCE):
        some = wanted[first : first + _AT_ONCE]
        asked = [frames[n] for n in some]
        alike = process.cdist(asked, frames, scorer=fuzz.ratio, score_cutoff=_LIKE_ITEMS, dtype=np.float32)
        alike[np.arange(len(some)), some] = 0
        out |= zip(some, alike.max(axis=1, initial=0).tolist(), strict=True)
    return out


def _stands_out(
    measured: evidence.Measured, k: int, frames: tuple[list[str], list[str]], listed: Sequence[Mapping[int, float]]
) -> bool:
    """Whether a candidate is more alike than the other items of the lists that its two statements may stand in."""
    from rapidfuzz import fuzz

    i, j = int(measured.old[k]), int(measured.new[k])
    own = max(listed[0][i], listed[1][j])
    if own == 0 or frames[0][i] == frames[1][j]:
        return True
    return fuzz.ratio(frames[0][i], frames[1][j]) > own


@dataclass(frozen=True, slots=True)
class Judged:
    """Probability and parts (columns: intercept, `features`, competition) of each candidate pair."""

    features: tuple[str, ...]
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
    return Judged(measured.features, 1 / (1 + np.exp(-total)), total, parts, np.column_stack([measured.values, lead]))


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


def decode(
    old: Places,
    new: Places,
    probability: Floats,
    free: Places,
    thresholds: Thresholds,
    served: tuple[Collection[int], Collection[int]] = ((), ()),
) -> Places:
    """Which of the `free` candidates become links. Statements that are `served` already (old ones, new ones) have found
    their best.
    """
    least = np.full(len(free), thresholds.further)
    for group, side, first in ((old, 0, thresholds.first_old), (new, 1, thresholds.first)):
        best = _best(group[free], probability[free]) & ~np.isin(group[free], list(served[side]))
        least[best] = np.minimum(least[best], first)
    return np.sort(free[probability[free] >= least])


def _best(group: Places, probability: Floats) -> NDArray[np.bool_]:
    """Whether a candidate is the most probable of its group, the first of equals."""
    order = np.lexsort((np.arange(len(group)), -probability, group))
    best = np.zeros(len(group), dtype=bool)
    best[order] = np.diff(group[order], prepend=-1) > 0
    return best


def _ends(measured: evidence.Measured, k: int) -> tuple[int, int]:
    return int(measured.old[k]), int(measured.new[k])


def _grounded(measured: evidence.Measured) -> NDArray[np.bool_]:
    """Whether two statements share a word, a name or a meaning. In a plan that is hardly revised two leftovers of one
    clause look like counterparts by their place alone; a link rests on what they say.
    """
    names = [n for n in ("item", "share", "names", "meaning_item_hubness") if n in measured.features]
    columns = [measured.features.index(name) for name in names]
    return np.asarray(measured.values[:, columns].max(axis=1, initial=0.0) > 0, dtype=np.bool_)


def _free(measured: evidence.Measured, k: int, taken_old: set[int], taken_new: set[int]) -> bool:
    i, j = _ends(measured, k)
    return i not in taken_old and j not in taken_new


def _certain() -> Score:
    return Score(math.inf, 1.0, ())


def _link(old: Plan, new: Plan, i: int, j: int, score: Score, source: Source) -> Link:
    return Link(old.commitments[i].key, new.commitments[j].key, score, source)


def _scored(old: Plan, new: Plan, measured: evidence.Measured, scores: Judged, k: int) -> Link:
    return _link(old, new, int(measured.old[k]), int(measured.new[k]), score_of(scores, k), "scored")


def score_of(scores: Judged, k: int) -> Score:
    """The score of one candidate with its parts by name; the first part is what every pair starts from."""
    names = ("start", *scores.features, *COMPETITION)
    values = (1.0, *scores.values[k])
    parts = tuple(
        Part(name, float(value), float(part)) for name, value, part in zip(names, values, scores.parts[k], strict=True)
    )
    return Score(float(scores.total[k]), float(scores.probability[k]), parts)


def _nearest(
    old: Plan,
    new: Plan,
    measured: evidence.Measured,
    scores: Judged,
    links: Sequence[Link],
    open_to: Sequence[int],
) -> tuple[tuple[tuple[str, str, float], ...], tuple[tuple[str, str, float], ...]]:
    """The best rejected candidate of every statement left alone, old side then new side, of those `open_to` links."""
    linked = ({link.old for link in links}, {link.new for link in links})
    best: tuple[dict[str, tuple[float, str]], dict[str, tuple[float, str]]] = ({}, {})
    for k in open_to:
        p = scores.probability[k]
        keys = old.commitments[int(measured.old[k])].key, new.commitments[int(measured.new[k])].key
        for side in (0, 1):
            mine, other = keys[side], keys[1 - side]
            if mine not in linked[side] and p >= _NEAREST_SHOWN and p > best[side].get(mine, (0.0, ""))[0]:
                best[side][mine] = (float(p), other)
    found = [tuple((key, other, p) for key, (p, other) in sorted(side.items())) for side in best]
    return found[0], found[1]


def _weak(
    old: Plan, new: Plan, measured: evidence.Measured, scores: Judged, links: Sequence[Link], open_to: Sequence[int]
) -> tuple[Link, ...]:
    """Pairs too doubtful to be links and too likely to be passed over, the likeliest first."""
    linked = {(link.old, link.new) for link in links}
    found = [_scored(old, new, measured, scores, k) for k in open_to if scores.probability[k] >= _WEAK]
    found = [link for link in found if (link.old, link.new) not in linked]
    return tuple(sorted(found, key=lambda link: (-link.score.probability, link.new, link.old)))


def _clauses(old: Plan, new: Plan, links: Sequence[Link]) -> tuple[Link, ...]:
    """Pairs of clauses that share links: 1 − ∏(1 − p) over them, where they add up to enough."""
    homes = ({c.key: c.clause for c in old.commitments}, {c.key: c.clause for c in new.commitments})
    between: dict[tuple[str, str], list[float]] = defaultdict(list)
    seen: set[tuple[str, str]] = set()
    for link in links:
        home = homes[0][link.old], homes[1][link.new]
        between[home].append(link.score.probability)
        if link.source == "reviewed":
            seen.add(home)
    order = {clause.key: n for n, clause in enumerate(new.clauses)}
    out = []
    for (a, b), found in between.items():
        if sum(found) < _CLAUSE:
            continue
        miss = math.prod(1 - p for p in found)
        odds = math.log((1 - miss) / miss) if miss > 0 else math.inf
        source: Source = "reviewed" if (a, b) in seen else "equal" if miss == 0 else "scored"
        out.append(Link(a, b, Score(odds, 1 - miss, ()), source))
    return tuple(sorted(out, key=lambda link: (order[link.new], -link.score.probability, link.old)))


@functools.cache
def load_weights(*, semantic: bool = False) -> Weights:
    """The fitted weights that ship with the package. Raises SettingsError where the file does not fit the features."""
    file = WEIGHTS[semantic]
    raw = json.loads(importlib.resources.files(__package__).joinpath("data", file).read_text("utf-8"))
    rows = raw["features"]
    names = tuple(row["name"] for row in rows)
    if names != evidence.FEATURES + (evidence.MEANING if semantic else ()):
        raise SettingsError(f"data/{file} was fitted on other features than this version measures: fit it again")
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
        Thresholds(**raw["thresholds"]),
    )
