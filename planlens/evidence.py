"""Measure every pair of an old and a new statement: what they share, how rare it is, and who else shares it.

    measure(old, new)           -> candidate pairs and, for each, the values of FEATURES
    measure(old, new, encoder)  -> the same, and what an encoder finds alike in meaning: the values of MEANING

No score here judges a change: it only says how likely two statements are counterparts. Every feature is a number
that means the same in any pair of plans; the weights that turn them into a probability are fitted (`planlens.fit`)
and live in data/weights.json and data/weights_semantic.json.
"""

from __future__ import annotations

import functools
import importlib.resources
import itertools
import math
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from . import semantic, words
from .semantic import Encoder

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Matrix = NDArray[np.float64]
Real = TypeVar("Real", np.float32, np.float64)

FEATURES = (
    "hubness",  # word, character, item similarity above what either side has with everything else
    "hubness_rare",  # the same for words rare in both plans
    "item",  # the best pair of comma-separated items
    "items",  # how many items find a counterpart
    "items_lead",  # the same, the first items weighing most (new side)
    "items_lead_old",
    "share",  # shared information over the smaller side
    "share_old",
    "anchors",  # shared words that stand in few statements
    "rarest",  # the three rarest shared words
    "names",  # a 《title》 or “name” in common
    "soft_new",  # words of one side met by words of the other that share characters
    "soft_old",
    "indicator",  # the same thing counted
    "clause",  # the clauses around them
    "clause_votes",  # other pairs of the same two clauses
    "margin_new",  # above the best rival for the same new statement
    "margin_old",
    "best_new",  # how good the best candidate of the new statement is
    "novelty",  # how much of the new statement the old plan never mentions
)
MEANING = (
    "meaning",  # cosine of the sentence vectors
    "meaning_hubness",  # the same, above what either side has with everything else
    "meaning_item",  # the best pair of comma-separated items
    "meaning_item_hubness",
    "meaning_margin_new",  # above the best rival for the same new statement
    "meaning_margin_old",
)


@dataclass(frozen=True, slots=True)
class Side:
    """The statements of one plan: their texts, the clause each stands in, and what each counts."""

    texts: tuple[str, ...]
    clause_of: tuple[int, ...]
    clause_texts: tuple[str, ...]
    indicators: tuple[tuple[str, ...], ...]
    """One tuple a statement: the indicators of its targets, each ending in its unit."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Candidate pairs (`old[k]`, `new[k]`) and their features, one row a pair, one column a name of `features`."""

    features: tuple[str, ...]
    old: NDArray[np.intp]
    new: NDArray[np.intp]
    values: NDArray[np.float64]
    clause_similarity: Matrix


# What of all pairs is looked at closely. On the two annotated pairs 98–99% of the links are among these.
NEAREST_OLD = 30  # olds kept for each new
NEAREST_NEW = 12  # news kept for each old
_DIGITS = 6  # of a feature: what is left of the order in which a processor adds is far below
_HUBS = 8  # neighbours that say how much a statement resembles everything (k of CSLS, Conneau et al. 2018)


def measure(old: Side, new: Side, encoder: Encoder | None = None) -> Measured:
    """Values of FEATURES for the candidate pairs of two plans; with an encoder those of MEANING too.

    Cosines are of TF-IDF as scikit-learn computes it (sublinear tf, smooth idf, L2 norm). Hubness correction follows
    CSLS (Conneau et al. 2018, "Word translation without parallel data").
    """
    texts = [[titles_by_subject(text) for text in side.texts] for side in (old, new)]
    bags = [[Counter(words.terms(text)) for text in side] for side in texts]
    base, hubness, pick = _ensemble(texts, bags)
    rows, cols = pick
    clause = cosines([[Counter(words.terms(t)) for t in s.clause_texts] for s in (old, new)], words.informative)
    shared = _shared(bags, rows, cols)
    soft_new, soft_old = _soft(bags, rows, cols)
    oc, nc = np.array(old.clause_of, dtype=np.intp), np.array(new.clause_of, dtype=np.intp)
    columns = hubness | {
        "hubness_rare": _hub_values(cosines(bags, _idf_rare(bags[0] + bags[1])), pick)[0],
        "share": shared.of_smaller,
        "share_old": shared.of_old,
        "anchors": shared.anchors,
        "rarest": shared.rarest,
        "names": _names(old.texts, new.texts, rows, cols),
        "soft_new": soft_new,
        "soft_old": soft_old,
        "indicator": _indicators(old.indicators, new.indicators, rows, cols),
        "clause": clause[oc[rows], nc[cols]],
        "clause_votes": _votes(base, oc, nc, rows, cols),
        "margin_new": _margins(base, pick, axis=0),
        "margin_old": _margins(base, pick, axis=1),
        "best_new": base.max(axis=0)[cols] if len(old.texts) else np.zeros(0),
        "novelty": shared.novelty,
    }
    names: tuple[str, ...] = FEATURES
    if encoder is not None and len(old.texts) and len(new.texts):
        columns |= {name: found[pick] for name, found in _meanings(old.texts, new.texts, encoder).items()}
        names += MEANING
    values = np.column_stack([columns[name] for name in names]).astype(np.float64)
    return Measured(names, rows, cols, values.round(_DIGITS), clause)


Pick = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Rows and columns of the candidates."""


def _ensemble(
    texts: Sequence[Sequence[str]], bags: Sequence[Sequence[Counter[str]]]
) -> tuple[Matrix, dict[str, Matrix], Pick]:
    """The similarity that picks the candidates, of every pair; what all similarities say of these; and which they are.

    A matrix of 2,000 × 2,000 takes 32 MB: each is let go as soon as its candidates are read from it.
    """
    items = _Items(*texts)
    best, squares = items.best()
    base = cosines(bags, words.informative)
    char = _by_characters(texts)
    base += char
    base += best
    base /= 3
    pick = _candidates(base)
    columns = {"item": best[pick], "items": squares[pick], **items.leads(pick)}
    waiting = [squares, best, char]
    del squares, best, char
    hubness = np.zeros(len(pick[0]))
    while waiting:
        hubness += _in_spreads(waiting.pop(), pick)
    hubness += _in_spreads(cosines(bags, _idf([*bags[0], *bags[1]])), pick)
    return base, columns | {"hubness": hubness}, pick


def _in_spreads(similarity: Matrix, pick: Pick) -> Matrix:
    found, spread = _hub_values(similarity, pick)
    return found / (spread or 1.0)


def _by_characters(texts: Sequence[Sequence[str]]) -> Matrix:
    grams = [[Counter(character_grams(text)) for text in side] for side in texts]
    return cosines(grams, _idf(grams[0] + grams[1]))


def _meanings(old: Sequence[str], new: Sequence[str], encoder: Encoder) -> dict[str, Matrix]:
    """MEANING of every pair."""
    whole = semantic.cosines(*_spread(old, new, encoder)).astype(np.float64)
    items = [[items_of(text) for text in texts] for texts in (old, new)]
    flat = [[item for several in side for item in several] for side in items]
    starts = [np.cumsum([0] + [len(several) for several in side])[:-1] for side in items]
    parts = semantic.cosines(*_spread(flat[0], flat[1], encoder))

    def best(m: NDArray[np.float32]) -> Matrix:
        rows = np.maximum.reduceat(m, starts[0], axis=0)
        return np.maximum.reduceat(rows, starts[1], axis=1).astype(np.float64)

    found = (whole, above_hubs(whole), best(parts), best(above_hubs(parts)), _margin(whole), _margin(whole.T).T)
    return dict(zip(MEANING, found, strict=True))


def _spread(old: Sequence[str], new: Sequence[str], encoder: Encoder) -> tuple[semantic.Vectors, semantic.Vectors]:
    vectors = semantic.spread(encoder.vectors([*old, *new]))
    return vectors[: len(old)], vectors[len(old) :]


def _one(_: str) -> float:
    return 1.0


def _idf(bags: Sequence[Counter[str]]) -> Callable[[str], float]:
    """Smooth inverse document frequency within the two plans: ln((1+n)/(1+df)) + 1."""
    frequency = _frequencies(bags)
    logs = [math.log((1 + len(bags)) / (1 + df)) + 1.0 for df in range(len(bags) + 1)]
    return lambda term: logs[frequency[term]]


def _frequencies(bags: Sequence[Counter[str]]) -> Counter[str]:
    """In how many bags each term stands."""
    return Counter(itertools.chain.from_iterable(bags))


def _idf_rare(bags: Sequence[Counter[str]]) -> Callable[[str], float]:
    """Weight of a word that is rare in the background and in the two plans; the smaller of the two counts."""
    frequency = _frequencies(bags)
    n = len(bags)
    highest, scale = words.informative("\0"), math.log(max(n / 2, 2))
    return lambda term: max(
        min(words.informative(term) / highest, math.log((n + 1) / (frequency[term] + 1)) / scale), 0.0
    )


_RUN = re.compile(r"[\u4e00-\u9fffA-Za-z]+")


def character_grams(text: str) -> list[str]:
    """All runs of 2, 3 and 4 letters or Han characters, never across a number or a mark.

    >>> character_grams("托位数5.9个")
    ['托位', '位数', '托位数']
    """
    found: list[str] = []
    for run in _RUN.findall(unicodedata.normalize("NFKC", text)):
        for size in (2, 3, 4):
            found.extend(run[i : i + size] for i in range(len(run) - size + 1))
    return found


def cosines(bags: Sequence[Sequence[Counter[str]]], idf: Callable[[str], float]) -> Matrix:
    """Cosine of every old bag with every new one, weighted by (1 + ln tf) · idf; shape (old, new)."""
    old, new = _sparse(bags, idf)
    return product(old, new)


@dataclass(frozen=True, slots=True)
class Sparse:
    """A matrix by its entries, in order of rows: entry k stands at (rows[k], terms[k])."""

    shape: tuple[int, int]
    rows: NDArray[np.intp]
    terms: NDArray[np.intp]
    weights: Matrix

    def between(self, start: int, end: int) -> Sparse:
        """Some of the rows, counted from `start`."""
        part = slice(*np.searchsorted(self.rows, (start, end)))
        return Sparse((end - start, self.shape[1]), self.rows[part] - start, self.terms[part], self.weights[part])


def _sparse(bags: Sequence[Sequence[Counter[str]]], idf: Callable[[str], float]) -> tuple[Sparse, Sparse]:
    """L2-normalised weights of the terms of every bag, old side and new side."""
    terms = [list(itertools.chain.from_iterable(side)) for side in bags]
    index = {term: at for at, term in enumerate(dict.fromkeys(itertools.chain(*terms)))}
    ids = [np.fromiter(map(index.__getitem__, side), np.intp, len(side)) for side in terms]
    known = np.fromiter(map(idf, index), np.float64, len(index))
    out = []
    for side, at in zip(bags, ids, strict=True):
        rows = np.repeat(np.arange(len(side)), [len(bag) for bag in side]).astype(np.intp)
        counts = np.fromiter(itertools.chain.from_iterable(bag.values() for bag in side), np.intp, len(at))
        logs = np.array([1 + math.log(n) for n in range(1, int(counts.max(initial=1)) + 1)])
        weights = logs[counts - 1] * known[at]
        length = np.sqrt(np.bincount(rows, weights**2, minlength=len(side)))
        out.append(Sparse((len(side), len(index)), rows, at, weights / np.maximum(length, 1e-300)[rows]))
    return out[0], out[1]


def product(old: Sparse, new: Sparse) -> Matrix:
    """Every row of one times every row of the other. Terms in many rows of both go through a dense product, the rest
    are met pair by pair.
    """
    size = old.shape[1]
    met = np.bincount(old.terms, minlength=size) * np.bincount(new.terms, minlength=size)
    often = met * _DENSE > old.shape[0] * new.shape[0]
    common, rest = ([_only(side, keep) for side in (old, new)] for keep in (often, (met > 0) & ~often))
    out = np.zeros((old.shape[0], new.shape[0]))
    places = np.cumsum(often) - 1
    if often.any():
        left, right = (_dense(side, places, int(often.sum())) for side in common)
        out += left @ right.T
    order = np.argsort(rest[1].terms, kind="stable")
    starts = np.searchsorted(rest[1].terms[order], np.arange(size + 1))
    lengths = np.diff(starts)[rest[0].terms]
    for part in _portions(rest[0].rows, lengths):
        _meet(out, rest, order, starts, lengths, part)
    return out


_DENSE = 50  # a term is common where it meets in one cell of so many
_PORTION = 1 << 19  # meetings added up at once: bounds memory to some 30 MB


def _only(side: Sparse, keep: NDArray[np.bool_]) -> Sparse:
    kept = keep[side.terms]
    return Sparse(side.shape, side.rows[kept], side.terms[kept], side.weights[kept])


def _dense(side: Sparse, places: NDArray[np.intp], width: int) -> Matrix:
    out = np.zeros((side.shape[0], width))
    out[side.rows, places[side.terms]] = side.weights
    return out


def _portions(rows: NDArray[np.intp], lengths: NDArray[np.intp]) -> Iterator[slice]:
    """Runs of entries of whole rows that meet _PORTION entries of the other side or little more."""
    ends = np.flatnonzero(np.diff(rows, append=-1)) + 1
    until = np.cumsum(lengths)[ends - 1]
    start = at = done = 0
    while at < len(ends):
        at = max(int(np.searchsorted(until, done + _PORTION, side="right")), at + 1)
        yield slice(start, int(ends[at - 1]))
        start, done = int(ends[at - 1]), int(until[at - 1])


def _meet(
    out: Matrix,
    sides: Sequence[Sparse],
    order: NDArray[np.intp],
    starts: NDArray[np.intp],
    lengths: NDArray[np.intp],
    part: slice,
) -> None:
    """Add the products of some entries of the first side with all entries of the same term on the second."""
    rows, terms, weights, times = sides[0].rows[part], sides[0].terms[part], sides[0].weights[part], lengths[part]
    ends = np.cumsum(times)
    if not len(ends) or not ends[-1]:
        return
    within = np.arange(ends[-1]) - np.repeat(ends - times, times)
    other = order[np.repeat(starts[terms], times) + within]
    first, last = int(rows[0]), int(rows[-1]) + 1
    cells = np.repeat((rows - first) * out.shape[1], times) + sides[1].rows[other]
    values = np.repeat(weights, times) * sides[1].weights[other]
    out[first:last] += np.bincount(cells, values, minlength=(last - first) * out.shape[1]).reshape(last - first, -1)


def items_of(text: str) -> list[str]:
    """The pieces between marks that hold four characters or more; the whole text where there is none.

    >>> items_of("新增社区食堂30家、配送站点90处以上，投诉率下降。")
    ['新增社区食堂30家', '配送站点90处以上', '投诉率下降']
    """
    pieces = [p.strip() for p in re.split(r"[，,、。；;：:！!？?]", unicodedata.normalize("NFKC", text))]
    return [p for p in pieces if len(p) >= 4] or [text]


class _Items:
    """The comma-separated items of the statements of two plans, compared block by block."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        sides = [[items_of(text) for text in texts] for texts in (old, new)]
        self.shape = len(old), len(new)
        self.starts = [np.cumsum([0] + [len(items) for items in side]) for side in sides]
        self.decay = [_decay(side) for side in sides] if old and new else []
        flat = [[item for items in side for item in items] for side in sides]
        self.by_word = _sparse([[Counter(words.terms(i)) for i in side] for side in flat], words.informative)
        self.by_character = _sparse([[Counter(character_grams(i)) for i in side] for side in flat], _one)

    def _blocks(self) -> Iterator[tuple[slice, Matrix]]:
        """Some old statements, and the similarity of their items to all new ones."""
        for first in range(0, self.shape[0] if self.shape[1] else 0, _STATEMENTS):
            rows = slice(first, min(first + _STATEMENTS, self.shape[0]))
            a, b = int(self.starts[0][rows.start]), int(self.starts[0][rows.stop])
            similarity = product(self.by_word[0].between(a, b), self.by_word[1])
            similarity += product(self.by_character[0].between(a, b), self.by_character[1])
            similarity /= 2
            yield rows, similarity

    def best(self) -> tuple[Matrix, Matrix]:
        """Of every pair of statements the best pair of items, and log(1 + sum of squared best matches)."""
        best, squares = np.zeros(self.shape), np.zeros(self.shape)
        ends = self.starts[1][:-1]
        for rows, similarity in self._blocks():
            of_new = np.maximum.reduceat(similarity, self._inner(rows), axis=0)  # old statements × new items
            best[rows] = np.maximum.reduceat(of_new, ends, axis=1)
            squares[rows] = np.log1p(np.add.reduceat(of_new**2, ends, axis=1))
        return best, squares

    def leads(self, pick: Pick) -> dict[str, Matrix]:
        """Of the candidates the means of the best matches of new and of old items, the first items weighing most."""
        out = {"items_lead": np.zeros(len(pick[0])), "items_lead_old": np.zeros(len(pick[0]))}
        ends = self.starts[1][:-1]
        for rows, similarity in self._blocks():
            inner = self._inner(rows)
            at = slice(*np.searchsorted(pick[0], (rows.start, rows.stop)))
            here = pick[0][at] - rows.start, pick[1][at]
            of_new = np.maximum.reduceat(similarity, inner, axis=0)
            out["items_lead"][at] = np.add.reduceat(of_new * self.decay[1], ends, axis=1)[here]
            of_old = np.maximum.reduceat(similarity, ends, axis=1)  # old items × new statements
            first, last = int(self.starts[0][rows.start]), int(self.starts[0][rows.stop])
            out["items_lead_old"][at] = np.add.reduceat(of_old * self.decay[0][first:last, None], inner, axis=0)[here]
        return out

    def _inner(self, rows: slice) -> NDArray[np.intp]:
        """Where the items of each statement of a block begin."""
        return np.asarray(self.starts[0][rows] - self.starts[0][rows.start], dtype=np.intp)


_STATEMENTS = 256  # old statements whose items are compared at once: bounds memory


def _decay(side: Sequence[Sequence[str]]) -> Matrix:
    """Weights ½^position of the items of each statement, summing to 1 a statement."""
    parts = [0.5 ** np.arange(len(items)) for items in side]
    return np.concatenate([p / p.sum() for p in parts]).astype(np.float64)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the words say that the two statements of each candidate share, and of each new one what is never shared."""

    of_smaller: Matrix
    of_old: Matrix
    anchors: Matrix
    rarest: Matrix
    novelty: Matrix


def _shared(bags: Sequence[Sequence[Counter[str]]], rows: NDArray[np.intp], cols: NDArray[np.intp]) -> _Shared:
    weight = {word: words.informative(word) for side in bags for bag in side for word in bag}
    frequency = [_frequencies(side) for side in bags]
    anchor = {w: weight[w] / math.sqrt(n * frequency[1][w]) for w, n in frequency[0].items() if w in frequency[1]}
    mass = [np.array([math.fsum(weight[w] for w in bag) for bag in side]) for side in bags]
    total, anchors, rarest = np.zeros(len(rows)), np.zeros(len(rows)), np.zeros(len(rows))
    for k, (i, j) in enumerate(zip(rows.tolist(), cols.tolist(), strict=True)):
        both = bags[0][i].keys() & bags[1][j].keys()
        if both:
            known = sorted([weight[w] for w in both], reverse=True)
            total[k], rarest[k] = math.fsum(known), math.fsum(known[:3])
            anchors[k] = math.fsum(anchor[w] for w in both)
    unseen = np.array([math.fsum(weight[w] for w in bag if w not in frequency[0]) for bag in bags[1]])
    smaller = np.minimum(mass[0][rows], mass[1][cols])
    return _Shared(
        of_smaller=total / np.maximum(smaller, 1.0),
        of_old=total / np.maximum(mass[0][rows], 1.0),
        anchors=np.log1p(anchors),
        rarest=rarest,
        novelty=(unseen / np.maximum(mass[1], 1.0))[cols],
    )


def _soft(
    bags: Sequence[Sequence[Counter[str]]], rows: NDArray[np.intp], cols: NDArray[np.intp]
) -> tuple[Matrix, Matrix]:
    """How much of each side's information meets an equal or a partly equal word (医疗联合体 ~ 医联体) of the other; of
    the new side, of the old side.
    """
    alike = alike_words(*(sorted({word for bag in side for word in bag}) for side in bags))
    return _met(bags[0], bags[1], alike[0], rows, cols), _met(bags[1], bags[0], alike[1], cols, rows)


_Likeness = dict[str, dict[str, float]]


def alike_words(old: Sequence[str], new: Sequence[str]) -> tuple[_Likeness, _Likeness]:
    """Of every word the words of the other side that are like it: 1 where equal, else 0.6 × the shared share of the
    longer one's characters where that is half or more.
    """
    shared = [Counter(dict.fromkeys(word, 1)) for word in old], [Counter(dict.fromkeys(word, 1)) for word in new]
    out: tuple[_Likeness, _Likeness] = ({word: {} for word in old}, {word: {} for word in new})
    index = {c: k for k, c in enumerate(sorted(set("".join(old)) | set("".join(new))))}
    sides = [_incidence(side, index) for side in shared]
    lengths = [np.array([len(word) for word in side], dtype=np.float64) for side in (old, new)]
    for first in range(0, len(old), _WORDS):
        last = min(first + _WORDS, len(old))
        share = product(sides[0].between(first, last), sides[1])
        share /= np.maximum(lengths[0][first:last, None], lengths[1][None, :])
        for i, j in zip(*(at.tolist() for at in np.nonzero(share >= 0.5)), strict=True):
            a, b = old[first + i], new[j]
            out[0][a][b] = out[1][b][a] = 1.0 if a == b else 0.6 * float(share[i, j])
    return out


_WORDS = 1024  # words compared at once


def _incidence(side: Sequence[Counter[str]], index: Mapping[str, int]) -> Sparse:
    rows = np.repeat(np.arange(len(side)), [len(bag) for bag in side]).astype(np.intp)
    terms = np.array([index[c] for bag in side for c in bag], dtype=np.intp)
    return Sparse((len(side), len(index)), rows, terms, np.ones(len(terms)))


def _met(
    has: Sequence[Counter[str]],
    wants: Sequence[Counter[str]],
    alike: _Likeness,
    here: NDArray[np.intp],
    there: NDArray[np.intp],
) -> Matrix:
    """Share of the information of `wants[there]` that the words of `has[here]` meet, for each candidate."""
    best: list[dict[str, float]] = []
    for bag in has:
        reach: dict[str, float] = {}
        for word in bag:
            for other, likeness in alike[word].items():
                if likeness > reach.get(other, 0.0):
                    reach[other] = likeness
        best.append(reach)
    weights = [{word: words.informative(word) for word in bag} for bag in wants]
    mass = np.maximum(np.array([math.fsum(bag.values()) for bag in weights]), 1.0)
    out = np.zeros(len(here))
    for k, (i, j) in enumerate(zip(here.tolist(), there.tolist(), strict=True)):
        reach, wanted = best[i], weights[j]
        out[k] = math.fsum([wanted[word] * reach[word] for word in wanted.keys() & reach.keys()])
    share: Matrix = out / mass[there]
    return share


_NAME = re.compile(r"《([^《》\n]{2,60})》|“([^“”\n]{2,30})”")


def _names(
    old: Sequence[str], new: Sequence[str], rows: NDArray[np.intp], cols: NDArray[np.intp]
) -> NDArray[np.float64]:
    """1 where a 《title》 or “quoted name” of one side stands in the other, else up to 0.75 for a nearly equal one."""
    from rapidfuzz import fuzz

    folded = [[unicodedata.normalize("NFKC", t) for t in side] for side in (old, new)]
    named = [[[a or b for a, b in _NAME.findall(t)] for t in side] for side in folded]
    out = np.zeros(len(rows))
    for k, (i, j) in enumerate(zip(rows.tolist(), cols.tolist(), strict=True)):
        if not (named[0][i] or named[1][j]):
            continue
        mine = [(n, folded[1][j]) for n in named[0][i]] + [(n, folded[0][i]) for n in named[1][j]]
        for name, other in mine:
            if name in other:
                out[k] = 1.0
                break
            if len(name) >= 6:
                out[k] = max(out[k], 1.5 * (fuzz.partial_ratio(name, other, score_cutoff=50) / 100 - 0.5))
    return np.clip(out, 0.0, 1.0)


def subject(title: str) -> str:
    """What a title is about, without whose it is and what sort of document; the title where nothing else is left.

    >>> subject("甘肃省养老机构管理办法（试行）"), subject("社区矫正条例"), subject("管理办法")
    ('养老机构', '社区矫正', '管理办法')
    """
    left = title
    for frame in _frames():
        left = frame.sub("", left)
    return left or title


@functools.cache
def _frames() -> tuple[re.Pattern[str], re.Pattern[str]]:
    data = tomllib.loads(importlib.resources.files(__package__).joinpath("data/titles.toml").read_text("utf-8"))
    place, genre, purpose = ("|".join(sorted(data[k], key=len, reverse=True)) for k in ("places", "genres", "purposes"))
    owner = re.compile(rf"^[^的和与及]{{0,6}}?(?<![{data['words_end_so']}])(?:{place})(?![{data['words_go_on_so']}])")
    return owner, re.compile(rf"(?:{purpose}){{0,3}}(?:{genre})(?:[（(][^（）()]{{1,8}}[）)])?$")


_TITLE = re.compile(r"《([^《》\n]{2,60})》")


def titles_by_subject(text: str) -> str:
    """A text whose titles are shortened to their subjects, so that the frame they share says nothing.

    >>> titles_by_subject("出台《甘肃省养老机构管理办法（试行）》。")
    '出台《养老机构》。'
    """
    return _TITLE.sub(lambda found: f"《{subject(found[1])}》", text)


def _indicators(
    old: Sequence[tuple[str, ...]], new: Sequence[tuple[str, ...]], rows: NDArray[np.intp], cols: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Likeness of the two most alike indicators counted on both sides; 0 where a side counts nothing."""
    out = np.zeros(len(rows))
    pairs = [[{_pairs(name) for name in names} for names in side] for side in (old, new)]
    for k, (i, j) in enumerate(zip(rows.tolist(), cols.tolist(), strict=True)):
        if old[i] and new[j]:
            mine, other = pairs[0][i], pairs[1][j]
            same = not mine.isdisjoint(other)  # spares trying hundreds of names with hundreds
            out[k] = 1.0 if same else max(2 * len(a & b) / (len(a) + len(b)) for a in mine for b in other)
    return out


def _pairs(text: str) -> frozenset[str]:
    """Every two characters that follow each other."""
    return frozenset(text[at : at + 2] for at in range(len(text) - 1)) or frozenset((text,))


def above_hubs(m: NDArray[Real]) -> NDArray[Real]:
    """Twice a similarity less the mean of the eight highest of its row and of its column."""
    if m.size == 0:
        return m
    row, col = (_highest(m, axis) for axis in (1, 0))
    out: NDArray[Real] = 2 * m
    out -= row[:, None]
    out -= col[None, :]
    return out


def _highest(m: NDArray[Real], axis: int) -> NDArray[Real]:
    """The mean of the _HUBS highest values of each row (axis 1) or column (axis 0)."""
    size = m.shape[axis]
    k = min(_HUBS, size)
    found = [
        np.partition(part, size - k, axis=axis).take(range(size - k, size), axis=axis).mean(axis=axis)
        for part in _bands(m, axis)
    ]
    out: NDArray[Real] = np.concatenate(found)
    return out


_BAND = 1 << 20  # values sorted at once: bounds memory to some 10 MB


def _bands(m: NDArray[Real], axis: int) -> Iterator[NDArray[Real]]:
    """A matrix in bands of whole rows (axis 1) or whole columns (axis 0)."""
    wide = max(_BAND // max(m.shape[axis], 1), 1)
    for first in range(0, m.shape[1 - axis], wide):
        yield m[first : first + wide] if axis else m[:, first : first + wide]


def _hub_values(m: Matrix, pick: Pick) -> tuple[Matrix, float]:
    """A similarity above its hubs at the candidates, and the standard deviation over all pairs."""
    found = above_hubs(m)
    if not found.size:
        return found[pick], 0.0
    mean = found.mean()
    squares = math.fsum(float(((part - mean) ** 2).sum()) for part in _bands(found, axis=1))
    return found[pick], math.sqrt(squares / found.size)


def _margin(m: Matrix) -> Matrix:
    """Each value less the best other value in its column."""
    if m.shape[0] < 2:
        return m.copy()
    second, first = np.partition(m, m.shape[0] - 2, axis=0)[-2:, :]
    rival = np.where(m >= first[None, :], second[None, :], first[None, :])
    out: Matrix = m - rival
    return out


def _margins(m: Matrix, pick: Pick, *, axis: int) -> Matrix:
    """The candidates less the best other value in their column (axis 0) or row (axis 1)."""
    size = m.shape[axis]
    mine: Matrix = m[pick]
    if size < 2 or not m.size:
        return mine
    top = [np.partition(part, size - 2, axis=axis).take([size - 2, size - 1], axis=axis) for part in _bands(m, axis)]
    best = np.concatenate(top, axis=1 - axis)
    second, first = best if axis == 0 else best.T
    at = pick[1 - axis]
    out: Matrix = mine - np.where(mine >= first[at], second[at], first[at])
    return out


def _votes(
    base: Matrix,
    old_clause: NDArray[np.intp],
    new_clause: NDArray[np.intp],
    rows: NDArray[np.intp],
    cols: NDArray[np.intp],
) -> Matrix:
    """Of each candidate the sum of the three best other pairs between its two clauses, its own row and column aside."""
    members = [_members(clause) for clause in (old_clause, new_clause)]
    between: dict[tuple[int, int], list[int]] = {}
    for k, home in enumerate(zip(old_clause[rows].tolist(), new_clause[cols].tolist(), strict=True)):
        between.setdefault(home, []).append(k)
    out = np.zeros(len(rows))
    for home, candidates in between.items():
        ranked = _ranked(base, members[0][home[0]], members[1][home[1]])
        for k in candidates:
            i, j = rows[k], cols[k]
            out[k] = math.fsum(itertools.islice((value for value, a, b in ranked if a != i and b != j), 3))
    return out


def _members(clause: NDArray[np.intp]) -> dict[int, NDArray[np.intp]]:
    order = np.argsort(clause, kind="stable")
    starts = np.flatnonzero(np.diff(clause[order], prepend=-1))
    return {int(clause[part[0]]): part for part in np.split(order, starts[1:]) if len(part)}


def _ranked(base: Matrix, rows: NDArray[np.intp], cols: NDArray[np.intp]) -> list[tuple[float, int, int]]:
    """The best pairs of a block, as many as a pair's own row and column may hide and three more."""
    block = base[np.ix_(rows, cols)]
    wanted = len(rows) + len(cols) + 2
    least = np.partition(block, block.size - wanted, axis=None)[-wanted] if block.size > 4 * wanted else -np.inf
    values = zip(rows.tolist(), block.tolist(), strict=True)
    names = cols.tolist()
    found = [(value, i, j) for i, row in values for j, value in zip(names, row, strict=True) if value >= least]
    return sorted(found, reverse=True)


def _candidates(base: Matrix) -> Pick:
    """Rows and columns of the pairs worth measuring, in a fixed order."""
    keep = np.zeros(base.shape, dtype=bool)
    if base.size:
        for axis, most in ((0, NEAREST_OLD), (1, NEAREST_NEW)):
            top = min(most, base.shape[axis])
            for part, kept in zip(_bands(base, axis), _bands(keep, axis), strict=True):
                nearest = np.argpartition(-part, top - 1, axis=axis).take(range(top), axis=axis)
                np.put_along_axis(kept, nearest, True, axis=axis)
    rows, cols = np.nonzero(keep)
    return rows, cols
