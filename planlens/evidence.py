"""Measure every pair of an old and a new statement: what they share, how rare it is, and who else shares it.

    measure(old, new)           -> candidate pairs and, for each, the values of FEATURES
    measure(old, new, encoder)  -> the same, and what an encoder finds alike in meaning: the values of MEANING

No score here judges a change: it only says how likely two statements are counterparts. Every feature is a number
that means the same in any pair of plans; the weights that turn them into a probability are fitted (`planlens.fit`)
and live in data/weights.json and data/weights_semantic.json.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from . import semantic, words
from .semantic import Encoder

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
    bags = [[Counter(words.terms(text)) for text in side.texts] for side in (old, new)]
    grams = [[Counter(character_grams(text)) for text in side.texts] for side in (old, new)]
    local, rare = _idf(bags[0] + bags[1]), _idf_rare(bags[0] + bags[1])
    word = cosines(bags, words.informative)
    word_local = cosines(bags, local)
    word_rare = cosines(bags, rare)
    char_local = cosines(grams, _idf(grams[0] + grams[1]))
    items = _Items(old.texts, new.texts)
    best, squares, lead_new, lead_old = items.compare()
    base: Matrix = ((word + char_local + best) / 3).astype(np.float64)
    pick = _candidates(base)
    clause = cosines([[Counter(words.terms(t)) for t in s.clause_texts] for s in (old, new)], words.informative)
    shared = _Shared(bags)
    ensemble = sum((_standard(above_hubs(m)) for m in (word_local, char_local, best, squares)), np.zeros_like(base))
    soft_new, soft_old = _soft(bags)
    rows, cols = pick
    oc, nc = np.array(old.clause_of, dtype=np.intp), np.array(new.clause_of, dtype=np.intp)
    columns = {
        "hubness": ensemble[pick],
        "hubness_rare": above_hubs(word_rare)[pick],
        "item": best[pick],
        "items": squares[pick],
        "items_lead": lead_new[pick],
        "items_lead_old": lead_old[pick],
        "share": shared.of_smaller[pick],
        "share_old": shared.of_old[pick],
        "anchors": shared.anchors[pick],
        "rarest": shared.rarest[pick],
        "names": _names(old.texts, new.texts, rows, cols),
        "soft_new": soft_new[pick],
        "soft_old": soft_old[pick],
        "indicator": _indicators(old.indicators, new.indicators, rows, cols),
        "clause": clause[oc[rows], nc[cols]],
        "clause_votes": _votes(base, oc, nc)[pick],
        "margin_new": _margin(base)[pick],
        "margin_old": _margin(base.T).T[pick],
        "best_new": base.max(axis=0)[cols] if len(old.texts) else np.zeros(0),
        "novelty": shared.novelty[cols],
    }
    names: tuple[str, ...] = FEATURES
    if encoder is not None and len(old.texts) and len(new.texts):
        columns |= {name: found[pick] for name, found in _meanings(old.texts, new.texts, encoder).items()}
        names += MEANING
    values = np.column_stack([columns[name] for name in names]).astype(np.float64)
    return Measured(names, rows, cols, values.round(_DIGITS), clause)


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
    frequency = Counter(term for bag in bags for term in bag)
    n = len(bags)
    return lambda term: math.log((1 + n) / (1 + frequency[term])) + 1.0


def _idf_rare(bags: Sequence[Counter[str]]) -> Callable[[str], float]:
    """Weight of a word that is rare in the background and in the two plans; the smaller of the two counts."""
    frequency = Counter(term for bag in bags for term in bag)
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
    index: dict[str, int] = {}
    sizes = [len(side) for side in bags]
    sides = [_coordinates(side, index, idf) for side in bags]
    shared = np.intersect1d(sides[0][1], sides[1][1])
    out = np.zeros(sizes, dtype=np.float64)
    for start in range(0, len(shared), _CHUNK):
        part = shared[start : start + _CHUNK]
        left, right = (_dense(side, part, n) for side, n in zip(sides, sizes, strict=True))
        out += left @ right.T
    return out


_CHUNK = 4096  # terms multiplied at once: bounds memory to 4096 × statements × 4 bytes a side


def _coordinates(
    bags: Sequence[Counter[str]], index: dict[str, int], idf: Callable[[str], float]
) -> tuple[NDArray[np.intp], NDArray[np.intp], Matrix]:
    """Row, term and L2-normalised weight of every term of every bag."""
    rows: list[int] = []
    terms: list[int] = []
    weights: list[float] = []
    known: dict[str, float] = {}
    for row, bag in enumerate(bags):
        values = []
        for term, count in bag.items():
            if term not in known:
                known[term] = idf(term)
                index.setdefault(term, len(index))
            values.append((1 + math.log(count)) * known[term])
            rows.append(row)
            terms.append(index[term])
        norm = math.sqrt(sum(v * v for v in values)) or 1.0
        weights.extend(v / norm for v in values)
    return np.array(rows, dtype=np.intp), np.array(terms, dtype=np.intp), np.array(weights, dtype=np.float64)


def _dense(side: tuple[NDArray[np.intp], NDArray[np.intp], Matrix], part: NDArray[np.intp], n: int) -> Matrix:
    rows, terms, weights = side
    at = np.searchsorted(part, terms)
    inside = (at < len(part)) & (part[np.minimum(at, len(part) - 1)] == terms)
    out = np.zeros((n, len(part)), dtype=np.float64)
    out[rows[inside], at[inside]] = weights[inside]
    return out


def items_of(text: str) -> list[str]:
    """The pieces between marks that hold four characters or more; the whole text where there is none.

    >>> items_of("新增社区食堂30家、配送站点90处以上，投诉率下降。")
    ['新增社区食堂30家', '配送站点90处以上', '投诉率下降']
    """
    pieces = [p.strip() for p in re.split(r"[，,、。；;：:！!？?]", unicodedata.normalize("NFKC", text))]
    return [p for p in pieces if len(p) >= 4] or [text]


class _Items:
    """Similarity of comma-separated items, gathered per pair of statements."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        self.sides = [[items_of(text) for text in texts] for texts in (old, new)]

    def compare(self) -> tuple[Matrix, Matrix, Matrix, Matrix]:
        """Best item pair; log(1 + sum of squared best matches); position-weighted means for new and for old items."""
        flat = [[item for items in side for item in items] for side in self.sides]
        similarity = (
            cosines([[Counter(words.terms(i)) for i in side] for side in flat], words.informative)
            + cosines([[Counter(character_grams(i)) for i in side] for side in flat], _one)
        ) / 2
        starts = [np.cumsum([0] + [len(items) for items in side])[:-1] for side in self.sides]
        if not len(starts[0]) or not len(starts[1]):
            empty = np.zeros((len(starts[0]), len(starts[1])), dtype=np.float64)
            return empty, empty, empty, empty
        of_new = np.maximum.reduceat(similarity, starts[0], axis=0)  # old statements × new items
        of_old = np.maximum.reduceat(similarity, starts[1], axis=1)  # old items × new statements
        best = np.maximum.reduceat(of_new, starts[1], axis=1)
        squares = np.log1p(np.add.reduceat(of_new**2, starts[1], axis=1))
        decay_new, decay_old = (_decay(side) for side in self.sides[::-1])
        lead_new = np.add.reduceat(of_new * decay_new, starts[1], axis=1)
        lead_old = np.add.reduceat(of_old * decay_old[:, None], starts[0], axis=0)
        return best, squares, lead_new, lead_old


def _decay(side: Sequence[Sequence[str]]) -> Matrix:
    """Weights ½^position of the items of each statement, summing to 1 a statement."""
    parts = [0.5 ** np.arange(len(items)) for items in side]
    return np.concatenate([p / p.sum() for p in parts]).astype(np.float64)


class _Shared:
    """Words that two statements share, by the information they carry."""

    def __init__(self, bags: Sequence[Sequence[Counter[str]]]) -> None:
        sets = [[frozenset(bag) for bag in side] for side in bags]
        vocabulary = sorted(set().union(*sets[0], *sets[1]))
        index = {word: k for k, word in enumerate(vocabulary)}
        weight = np.array([words.informative(word) for word in vocabulary], dtype=np.float64)
        frequency = [Counter(word for s in side for word in s) for side in sets]
        mass = [np.array([math.fsum(weight[index[w]] for w in s) for s in side], dtype=np.float64) for side in sets]
        shape = (len(sets[0]), len(sets[1]))
        total, anchors = np.zeros(shape, np.float64), np.zeros(shape, np.float64)
        top = np.zeros((3, *shape), np.float64)
        where = [_postings(side) for side in sets]
        for word in vocabulary:
            rows, cols = where[0].get(word), where[1].get(word)
            if rows is None or cols is None:
                continue
            g = weight[index[word]]
            at = np.ix_(rows, cols)
            total[at] += g
            anchors[at] += g / math.sqrt(frequency[0][word] * frequency[1][word])
            _push_top(top, at, g)
        self.of_smaller = total / np.maximum(np.minimum(mass[0][:, None], mass[1][None, :]), 1.0)
        self.of_old = total / np.maximum(mass[0][:, None], 1.0)
        self.anchors = np.log1p(anchors)
        self.rarest = top.sum(axis=0)
        unseen = [math.fsum(weight[index[w]] for w in s if w not in frequency[0]) for s in sets[1]]
        self.novelty = np.array(unseen, dtype=np.float64) / np.maximum(mass[1], 1.0)


def _postings(sets: Sequence[frozenset[str]]) -> dict[str, list[int]]:
    where: dict[str, list[int]] = {}
    for row, members in enumerate(sets):
        for word in members:
            where.setdefault(word, []).append(row)
    return where


def _push_top(top: NDArray[np.float64], at: tuple[NDArray[np.intp], ...], value: float) -> None:
    """Keep the three largest values met so far at each cell of `at`."""
    carry = np.full((len(at[0]), at[1].shape[1]), value, dtype=np.float64)
    for level in top:
        held = level[at]
        level[at] = np.maximum(held, carry)
        carry = np.minimum(held, carry)


def _soft(bags: Sequence[Sequence[Counter[str]]]) -> tuple[Matrix, Matrix]:
    """How much of each side's information meets an equal or a partly equal word (医疗联合体 ~ 医联体) of the other."""
    vocab = [sorted(set().union(*side)) for side in bags]
    if not vocab[0] or not vocab[1]:
        empty = np.zeros((len(bags[0]), len(bags[1])), dtype=np.float64)
        return empty, empty
    alike = _alike(*vocab)
    member = [_member(side, v) for side, v in zip(bags, vocab, strict=True)]
    mass = [np.maximum(m.sum(axis=1), 1.0) for m in member]
    met_new = _best_per_statement(alike, bags[0], vocab[0])  # old statements × new words
    met_old = _best_per_statement(alike.T, bags[1], vocab[1])  # new statements × old words
    return met_new @ member[1].T / mass[1][None, :], (met_old @ member[0].T / mass[0][None, :]).T


def _alike(old: Sequence[str], new: Sequence[str]) -> Matrix:
    """1 for equal words, 0.6 × the shared share of the longer word's characters where that is half or more."""
    characters = sorted(set("".join(old)) | set("".join(new)))
    index = {c: k for k, c in enumerate(characters)}
    tables = []
    for vocabulary in (old, new):
        table = np.zeros((len(vocabulary), len(characters)), dtype=np.float64)
        for row, word in enumerate(vocabulary):
            for c in word:
                table[row, index[c]] = 1.0
        tables.append(table)
    longer = np.maximum(
        np.array([len(w) for w in old], dtype=np.float64)[:, None],
        np.array([len(w) for w in new], dtype=np.float64)[None, :],
    )
    share = tables[0] @ tables[1].T / longer
    out = np.where(share >= 0.5, 0.6 * share, 0.0).astype(np.float64)
    at = {word: k for k, word in enumerate(new)}
    for row, word in enumerate(old):
        if word in at:
            out[row, at[word]] = 1.0
    return out


def _member(side: Sequence[Counter[str]], vocabulary: Sequence[str]) -> Matrix:
    index = {word: k for k, word in enumerate(vocabulary)}
    out = np.zeros((len(side), len(vocabulary)), dtype=np.float64)
    for row, bag in enumerate(side):
        for word in bag:
            out[row, index[word]] = words.informative(word)
    return out


def _best_per_statement(alike: Matrix, side: Sequence[Counter[str]], vocabulary: Sequence[str]) -> Matrix:
    index = {word: k for k, word in enumerate(vocabulary)}
    out = np.zeros((len(side), alike.shape[1]), dtype=np.float64)
    for row, bag in enumerate(side):
        if bag:
            out[row] = alike[[index[word] for word in bag]].max(axis=0)
    return out


_NAME = re.compile(r"《([^《》\n]{2,60})》|“([^“”\n]{2,30})”")


def _names(
    old: Sequence[str], new: Sequence[str], rows: NDArray[np.intp], cols: NDArray[np.intp]
) -> NDArray[np.float64]:
    """1 where a 《title》 or “quoted name” of one side stands in the other, else up to 0.75 for a nearly equal one."""
    from rapidfuzz import fuzz

    folded = [[unicodedata.normalize("NFKC", t) for t in side] for side in (old, new)]
    named = [[[a or b for a, b in _NAME.findall(t)] for t in side] for side in folded]
    out = np.zeros(len(rows))
    for k, (i, j) in enumerate(zip(rows, cols, strict=True)):
        mine = [(n, folded[1][j]) for n in named[0][i]] + [(n, folded[0][i]) for n in named[1][j]]
        for name, other in mine:
            if name in other:
                out[k] = 1.0
                break
            if len(name) >= 6:
                out[k] = max(out[k], 1.5 * (fuzz.partial_ratio(name, other, score_cutoff=50) / 100 - 0.5))
    return np.clip(out, 0.0, 1.0)


def _indicators(
    old: Sequence[tuple[str, ...]], new: Sequence[tuple[str, ...]], rows: NDArray[np.intp], cols: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Likeness of the two most alike indicators counted on both sides; 0 where a side counts nothing."""
    out = np.zeros(len(rows))
    for k, (i, j) in enumerate(zip(rows, cols, strict=True)):
        if old[i] and new[j]:
            out[k] = max(_dice(a, b) for a in old[i] for b in new[j])
    return out


def _dice(a: str, b: str) -> float:
    left, right = ({s[i : i + 2] for i in range(len(s) - 1)} or {s} for s in (a, b))
    return 2 * len(left & right) / (len(left) + len(right))


def above_hubs(m: NDArray[Real]) -> NDArray[Real]:
    """Twice a similarity less the mean of the eight highest of its row and of its column."""
    if m.size == 0:
        return m
    k_row, k_col = min(_HUBS, m.shape[1]), min(_HUBS, m.shape[0])
    row = np.partition(m, m.shape[1] - k_row, axis=1)[:, -k_row:].mean(axis=1, keepdims=True)
    col = np.partition(m, m.shape[0] - k_col, axis=0)[-k_col:, :].mean(axis=0, keepdims=True)
    out: NDArray[Real] = 2 * m - row - col
    return out


def _standard(m: Matrix) -> Matrix:
    return m / (float(m.std()) or 1.0) if m.size else m


def _margin(m: Matrix) -> Matrix:
    """Each value less the best other value in its column."""
    if m.shape[0] < 2:
        return m.copy()
    second, first = np.partition(m, m.shape[0] - 2, axis=0)[-2:, :]
    rival = np.where(m >= first[None, :], second[None, :], first[None, :])
    out: Matrix = m - rival
    return out


def _votes(base: Matrix, old_clause: NDArray[np.intp], new_clause: NDArray[np.intp]) -> Matrix:
    """Sum of the three best other pairs between the two clauses, without this pair's own row and column."""
    out = np.zeros_like(base)
    news = [np.flatnonzero(new_clause == c) for c in range(int(new_clause.max(initial=-1)) + 1)]
    for c in range(int(old_clause.max(initial=-1)) + 1):
        rows = np.flatnonzero(old_clause == c)
        for cols in news:
            block = base[np.ix_(rows, cols)]
            if block.size:
                out[np.ix_(rows, cols)] = _votes_in(block)
    return out


def _votes_in(block: Matrix) -> Matrix:
    n, m = block.shape
    out = np.zeros_like(block)
    flat = [(float(block[i, j]), i, j) for i in range(n) for j in range(m)]
    flat.sort(reverse=True)
    flat = flat[: n + m + 3]  # a cell's row and column hide n + m - 1 of these at most
    for i in range(n):
        for j in range(m):
            others = [v for v, a, b in flat if a != i and b != j]
            out[i, j] = sum(others[:3])
    return out


def _candidates(base: Matrix) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the pairs worth measuring, in a fixed order."""
    keep = np.zeros(base.shape, dtype=bool)
    if base.size:
        top = min(NEAREST_OLD, base.shape[0])
        keep[np.argpartition(-base, top - 1, axis=0)[:top], np.arange(base.shape[1])[None, :]] = True
        top = min(NEAREST_NEW, base.shape[1])
        keep[np.arange(base.shape[0])[:, None], np.argpartition(-base, top - 1, axis=1)[:, :top]] = True
    rows, cols = np.nonzero(keep)
    return rows, cols
