"""For every statement of a corpus the k statements of other plans that share most of what its words say.

    neighbours(words, group)        -> all pairs at once
    blocks(words, group, asked)     -> the same in parts, for more rows than one wants to hold
    Index(words, group)             -> a corpus held in memory, of which a new plan's nearest are asked

A similarity is the cosine of TF-IDF as in planlens.evidence: sublinear counts, each word weighted by how much it says
in government plans (words.informative), L2 norm. It is a property of the two statements, whatever else the corpus
holds. Rows of the same words count as one text: no clause that stands in five thousand plans takes all k places.

Up to EXACT texts every pair is measured. Beyond, a text is compared with those that share its rarest words and pairs of
neighbouring words (as passim does, Smith et al. 2014, "Detecting and modeling local text reuse"; a cap on what each
text may meet makes the cost grow with the number of texts and no faster), and the best CANDIDATES of them are measured.

Weights are multiples of a power of two, so that every sum is held exactly and no result depends on the order of sums:
the kernel, the sizes of blocks, threads, and where a block is computed change not a bit.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import OutputError
from ..words import informative
from . import kernel

Csr = kernel.Csr
Ints = NDArray[Any]

EXACT = 100_000
"""Texts up to which every pair is measured: there a pass over all takes some 6 s of two processors, and the short way
is hardly faster (it touches a new candidate with nearly every product)."""
CANDIDATES = 30  # of each text beyond EXACT, measured exactly
_MEETS = 8_000  # postings a text beyond EXACT may meet; its rarest words and pairs of words come first
_ALWAYS = 2  # words or pairs of words that a text asks with, however often they stand elsewhere
_BUCKETS = 16  # a text, that pairs of words are counted in; two in one bucket only make a candidate more
_MEMORY = 1 << 30
_BITS = 24  # of a weight: a product has 48, and a sum of them is exact in 53
_CANDIDATE_BITS = 11  # of a weight of candidates: a product has 22, and a sum of them below 4 is exact in 24
_ROUNDING = 2.0**-20  # that a similarity of exactly `least` may lose to rounded weights
_CHUNK = 1 << 14  # rows cut, hashed and weighted at once
_ROWS = 1 << 15  # of a block in this process: large, because each call copies what it is compared with
_SENT_ROWS = 1 << 13  # of a block that a scheduler sends elsewhere: 1 to 10 s of work
_MORE = 4  # so many times as many are asked for where a row's own plan took the places
_CELLS = 1 << 22  # results held at once when more are asked for: 50 MB
_LOW = 0xFFFFFFFF  # the lower half of row · 2^32 + number
_PAIRS = 1 << 17  # measured at once: some 60 MB


class Mapper(Protocol):
    """What a join uses of a planlens.corpus.scheduler.Scheduler."""

    def map(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]: ...


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Pairs of rows of different plans, sorted by left row, then falling similarity, then right row.

    Each row is asked for its own nearest: a pair stands twice where each row is among the other's.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    similarity: NDArray[np.float32]
    copies: NDArray[np.int32]
    """Rows outside left's plan that hold right's very words, right among them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a join looks for, and what it may use."""

    k: int = 10
    """Texts kept for each row."""
    least: float = 0.3
    """Similarity below which nothing is kept."""
    each: int = 10
    """Rows named of each of these texts, the first outside left's plan; `copies` counts all."""
    exact: bool | None = None
    """Whether every pair is measured; None: up to EXACT texts."""
    memory: int = _MEMORY
    """Bytes that matrices may take at once; the rest waits on disk."""
    scheduler: Mapper | None = None
    """What runs the blocks; None: this process. Every worker must see `folder`."""
    threads: int | None = None
    """Of one block; None: all processors, or one where a scheduler is given."""
    folder: Path | None = None
    """Where a temporary folder is made; None: where the system keeps such. It is removed in any case."""
    kernel: str | None = None
    """One of kernel.KERNELS; None: the fastest that is installed."""


def neighbours(
    words: Any,
    group: Any,
    *,
    k: int = 10,
    least: float = 0.3,
    each: int = 10,
    exact: bool | None = None,
    memory: int = _MEMORY,
    scheduler: Mapper | None = None,
    threads: int | None = None,
    folder: Path | None = None,
    kernel: str | None = None,
) -> Neighbours:
    """The nearest rows of other plans of each row.

    `words` are the words of each row (a list of lists or an Arrow list array), `group` a number for its plan. The
    options are those of Asked. Raises OutputError where the temporary folder cannot be written.
    """
    asked = Asked(k, least, each, exact, memory, scheduler, threads, folder, kernel)
    parts = [_NONE, *blocks(words, group, asked)]
    return Neighbours(*(np.concatenate([getattr(part, name) for part in parts]) for name in Neighbours.__slots__))


_NONE = Neighbours(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.int32))


def blocks(words: Any, group: Any, asked: Asked) -> Iterator[Neighbours]:
    """The same in parts: the neighbours of some thousand rows at a time, in order. Raises the same."""
    if not len(words):
        return
    try:
        with tempfile.TemporaryDirectory(prefix=".planlens-join-", dir=asked.folder) as made:
            folder = Path(made)
            texts = _Texts.read(words, np.asarray(group), folder, keep_order=asked.exact is None or not asked.exact)
            exact = asked.exact if asked.exact is not None else len(texts.first) <= EXACT
            plan = _prepare(texts, folder, asked, exact)
            with _Writer(folder, "found") as out:
                for done in _run(plan, asked):
                    _append(out, Path(done))
            _column.cache_clear()
            found = _stored(folder, "found", len(texts.first), np.float32)
            for start in range(0, len(words), _CHUNK):
                yield _of_rows(texts, found, start, min(start + _CHUNK, len(words)), asked)
    except OSError as error:
        raise OutputError(
            f"{asked.folder or tempfile.gettempdir()}: no room to compare in ({error.strerror})"
        ) from None


class Index:
    """A corpus held in memory: some 12 bytes a word and 100 a row."""

    def __init__(self, words: Any, group: Any, *, threads: int | None = None, kernel: str | None = None) -> None:
        """`words` and `group` are those of `neighbours`."""
        self._threads, self._kernel = threads or _processors(), kernel
        with tempfile.TemporaryDirectory(prefix=".planlens-join-") as made:
            self._texts = _Texts.read(words, np.asarray(group), Path(made), keep_order=False)
            _weigh(self._texts, Path(made))
            matrix = _stored(Path(made), "words", len(self._texts.vocabulary), np.float32)
            self._right_t = matrix.astype(np.float64).T.tocsr()
        self._solo = self._texts.readers()[2]

    def nearest(
        self, words: Any, *, k: int = 10, least: float = 0.3, each: int = 10, without: int | None = None
    ) -> Neighbours:
        """Of each row of a new plan (left) the nearest rows of the corpus (right), those of plan `without` left out."""
        left = self._weighed(words)
        held = np.flatnonzero(self._texts.plans == without)
        plan = int(held[0]) if len(held) else len(self._texts.plans)
        found = self._first(left, k, 2 * k, _at_least(least), plan)
        rows = np.repeat(np.arange(found.shape[0]), np.diff(found.indptr))
        asked = Asked(k=k, least=least, each=each)
        plans = np.full(found.shape[0], plan)
        return _expanded(self._texts, rows, found.indices, found.data.astype(np.float32), plans, asked)

    def _weighed(self, words: Any) -> Csr:
        """The rows as the corpus' own; words that it does not hold count in their length alone."""
        from scipy import sparse

        vocabulary = Vocabulary()
        lengths, numbers, counts = _bags(*vocabulary.numbers(words))
        weights = fixed(lengths, _weights(counts, numbers, vocabulary), _BITS)
        known = self._texts.vocabulary.known(vocabulary)[numbers]
        rows = np.repeat(np.arange(len(lengths)), lengths)[known >= 0]
        shape = (len(lengths), self._right_t.shape[0])
        return sparse.csr_matrix((weights[known >= 0], (rows, known[known >= 0])), shape=shape)

    def _first(self, left: Csr, k: int, asked: int, least: float, plan: int) -> Csr:
        """The best texts of each row, until k of them stand in another plan than this."""
        found = kernel.topk(left, self._right_t, asked, least, self._threads, self._kernel)
        rows = np.repeat(np.arange(found.shape[0]), np.diff(found.indptr))
        outside = np.bincount(rows[self._solo[found.indices] != plan], minlength=found.shape[0])
        short = np.flatnonzero((np.diff(found.indptr) == asked) & (outside < k))
        if not len(short):
            return found
        return kernel.replaced(found, short, self._first(left[short], k, _MORE * asked, least, plan))


# --- rows to texts ----------------------------------------------------------------------------------------------------


class Vocabulary:
    """Numbers and weights of words, in order of appearance."""

    def __init__(self) -> None:
        self._numbers: defaultdict[str, int] = defaultdict(itertools.count().__next__)
        self._weights = np.zeros(0)

    def __len__(self) -> int:
        return len(self._numbers)

    def numbers(self, rows: Any) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The words of all rows one after the other, and how many each row has; rows are lists or an Arrow array."""
        if hasattr(rows, "to_pylist"):
            return self._numbers_of_arrow(rows)
        lengths = np.fromiter(map(len, rows), np.int64, len(rows))
        every = itertools.chain.from_iterable(rows)
        return np.fromiter(map(self._numbers.__getitem__, every), np.int32, int(lengths.sum())), lengths

    def _numbers_of_arrow(self, rows: Any) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The same without making a Python string of each word: the words of a chunk are told apart by Arrow."""
        import pyarrow
        from pyarrow import compute

        rows = pyarrow.chunked_array(rows) if isinstance(rows, pyarrow.Array) else rows
        lengths = compute.fill_null(compute.list_value_length(rows), 0).to_numpy().astype(np.int64)
        words = compute.list_flatten(rows).combine_chunks().cast(pyarrow.string()).dictionary_encode()
        known = np.fromiter(map(self._numbers.__getitem__, words.dictionary.to_pylist()), np.int32)
        return known[words.indices.to_numpy()], lengths

    def known(self, other: Vocabulary) -> NDArray[np.int64]:
        """The number here of each word of another vocabulary, -1 where it is not."""
        return np.array([self._numbers.get(word, -1) for word in other._numbers], np.int64)

    def weights(self) -> NDArray[np.float64]:
        """How much each word says."""
        if len(self._weights) < len(self):
            new = itertools.islice(self._numbers, len(self._weights), None)
            self._weights = np.concatenate([self._weights, [informative(word) for word in new]])
        return self._weights


@dataclass(frozen=True, slots=True)
class _Texts:
    """The rows of a corpus and the texts they hold: rows of the same words are one text."""

    vocabulary: Vocabulary
    group: NDArray[np.int64]
    """Plan of each row, counted from 0."""
    text: NDArray[np.int64]
    """Number of each row's text; texts are numbered as they appear."""
    first: NDArray[np.int64]
    """First row of each text."""
    members: NDArray[np.int64]
    """Rows by text, then by number."""
    starts: NDArray[np.int64]
    """Where the members of each text begin, and the end."""
    keys: NDArray[np.int64]
    """text · (plans + 1) + plan of each row, sorted; the last number is no plan."""
    plans: NDArray[Any]
    """What the caller calls each plan."""
    blank: int
    """The text of no words, which is like nothing; -1 where there is none."""

    @classmethod
    def read(cls, words: Any, group: Ints, folder: Path, keep_order: bool) -> _Texts:
        """Count the words of each row into the files `bags`, their order into `order`."""
        vocabulary, digests, blank = Vocabulary(), [], -1
        with _Writer(folder, "bags") as bags, _Writer(folder, "order") as order:
            for start in range(0, len(words), _CHUNK):
                numbers, lengths = vocabulary.numbers(words[start : start + _CHUNK])
                bag = _bags(numbers, lengths)
                bags.add(*bag)
                digests.append(_digests(*bag))
                if not bag[0].all():
                    blank = start + int(np.argmin(bag[0]))
                if keep_order:
                    order.add(lengths, numbers, np.zeros(0, np.float32))
        text, first = _numbered(np.concatenate(digests))
        plans, group = np.unique(group, return_inverse=True)
        members = np.argsort(text, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(text, minlength=len(first)))])
        keys = np.sort(text * (len(plans) + 1) + group)
        blank = int(text[blank]) if blank >= 0 else -1
        return cls(vocabulary, group, text, first, members, starts, keys, plans, blank)

    def in_plan(self, text: Ints, plan: Ints) -> Ints:
        """How many rows of each of these plans hold the text."""
        key = text * (len(self.plans) + 1) + plan
        return np.searchsorted(self.keys, key, side="right") - np.searchsorted(self.keys, key, side="left")

    def readers(self) -> tuple[Ints, Ints, Ints]:
        """Plans that hold each text: where they begin, the plans, and of each text the only plan or -1."""
        held = np.unique(self.keys)
        starts = np.searchsorted(held, np.arange(len(self.first) + 1) * (len(self.plans) + 1))
        plans = held % (len(self.plans) + 1)
        return starts, plans, np.where(np.diff(starts) == 1, plans[starts[:-1]], -1)


Bag = tuple[Ints, Ints, Ints]
"""Of rows one after the other: how many words each has, the words in order of their numbers, how often each stands."""


def _bags(numbers: Ints, lengths: Ints) -> Bag:
    rows = np.repeat(np.arange(len(lengths)), lengths)
    found, counts = np.unique((rows << 32) | numbers, return_counts=True)
    of_row = np.bincount(found >> 32, minlength=len(lengths))
    return of_row, (found & _LOW).astype(np.int32), counts.astype(np.float32)


def _digests(lengths: Ints, indices: Ints, counts: Ints) -> NDArray[np.uint64]:
    """128 bits of each row's words and counts."""
    data = np.column_stack([indices, counts.astype(np.int32)]).tobytes()
    ends = (np.concatenate([[0], np.cumsum(lengths)]) * 8).tolist()
    made = b"".join(hashlib.blake2b(data[a:b], digest_size=16).digest() for a, b in itertools.pairwise(ends))
    return np.frombuffer(made, np.uint64).reshape(-1, 2)


def _numbered(digests: NDArray[np.uint64]) -> tuple[Ints, Ints]:
    """The number of each row's text in order of appearance, and the first row of each text."""
    order = np.lexsort((digests[:, 1], digests[:, 0]))  # stable: equal ones stay in order of rows
    fresh = np.concatenate([[True], np.any(digests[order[1:]] != digests[order[:-1]], axis=1)])
    lead = np.empty(len(order), np.int64)
    lead[order] = order[fresh][np.cumsum(fresh) - 1]
    first, text = np.unique(lead, return_inverse=True)
    return text, first


# --- texts to matrices ------------------------------------------------------------------------------------------------


def fixed(lengths: Ints, weights: Ints, bits: int) -> NDArray[np.float64]:
    """The weights of rows, each row of length 1, in multiples of 2^-bits."""
    rows = np.repeat(np.arange(len(lengths)), lengths)
    norm = np.sqrt(np.bincount(rows, weights**2, minlength=len(lengths)))
    return _rounded(weights / norm[rows], bits)


def _rounded(weights: NDArray[Any], bits: int) -> NDArray[Any]:
    return np.round(weights * 2.0**bits) / 2.0**bits


@dataclass(frozen=True, slots=True)
class _Block:
    """One piece of work: some texts against all, by the names of files."""

    folder: str
    rows: tuple[int, int]
    columns: tuple[tuple[str, int, int], ...]
    """Name of each block of columns, where it begins and ends."""
    texts: int
    width: int
    """Of the matrix that is compared."""
    words: int
    """Of the matrix of words; both are one where every pair is measured."""
    asked: Asked
    exact: bool


def _prepare(texts: _Texts, folder: Path, asked: Asked, exact: bool) -> list[_Block]:
    """Write the matrices, and say which blocks there are."""
    _weigh(texts, folder)
    starts, plans, solo = texts.readers()
    for name, values in (("starts", starts), ("plans", plans), ("solo", solo)):
        np.save(folder / f"{name}.npy", values)
    width = len(texts.vocabulary)
    if not exact:
        width = _features(texts, folder)
    name, kind = ("words", np.float64) if exact else ("features", np.float32)
    columns = tuple(_transposed(folder, name, len(texts.first), width, kind, asked.memory))
    step = _SENT_ROWS if asked.scheduler else _ROWS
    threads = asked.threads or (1 if asked.scheduler else _processors())
    told = replace(asked, scheduler=None, threads=threads, folder=None)
    size = len(texts.first)
    return [
        _Block(str(folder), (at, min(at + step, size)), columns, size, width, len(texts.vocabulary), told, exact)
        for at in range(0, size, step)
    ]


def _at_least(similarity: float) -> float:
    """The same but for rounding; never 0, which any two texts reach."""
    return max(similarity - _ROUNDING, _ROUNDING)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _weigh(texts: _Texts, folder: Path) -> None:
    """The matrix `words`: a row a text, (1 + ln tf) · informative(word), L2 norm."""
    bags = _stored(folder, "bags", len(texts.vocabulary), np.float32)
    with _Writer(folder, "words") as out:
        for start in range(0, len(texts.first), _CHUNK):
            part = bags[texts.first[start : start + _CHUNK]]
            lengths = np.diff(part.indptr)
            weights = _weights(part.data, part.indices, texts.vocabulary)
            out.add(lengths, part.indices, fixed(lengths, weights, _BITS).astype(np.float32))


def _weights(counts: Ints, numbers: Ints, vocabulary: Vocabulary) -> NDArray[np.float64]:
    made: NDArray[np.float64] = (1 + np.log(counts.astype(np.float64))) * vocabulary.weights()[numbers]
    return made


def _transposed(
    folder: Path, name: str, size: int, width: int, kind: Any, memory: int
) -> Iterator[tuple[str, int, int]]:
    """Blocks of columns for the kernel; one takes, with the kernel's copy of its indices, an eighth of the memory."""
    starts = _starts(folder, name)
    entries = max(1, memory // 8 // (4 + 4 + np.dtype(kind).itemsize))
    start = 0
    while start < size:
        end = max(start + 1, int(np.searchsorted(starts, starts[start] + entries, side="right")) - 1)
        part = _between(folder, name, width, start, end).T.tocsr()
        with _Writer(folder, f"{name}-{start}") as out:
            out.add(np.diff(part.indptr), part.indices, part.data.astype(kind))
        yield f"{name}-{start}", start, end
        start = end


def _features(texts: _Texts, folder: Path) -> int:
    """The matrix `features` for candidates: words and pairs of words that two texts or more hold, the rarest first.

    A word weighs what it weighs in `words`, a pair the root of the mean square of its two: what two texts add up by
    the features they share comes near the similarity of their words. Returns its width.
    """
    number = np.zeros(len(texts.vocabulary) + _buckets(texts), np.int32)  # in how many texts each feature stands
    for _, keys, _ in _each_features(texts, folder):
        np.add.at(number, keys & _LOW, 1)
    shared = np.flatnonzero(number > 1)
    shared = shared[np.argsort(number[shared], kind="stable")]
    np.save(folder / "held.npy", number[shared])
    number[:] = len(shared)  # the same memory: from here on the new number of each, the last one where it has none
    number[shared] = np.arange(len(shared), dtype=np.int32)
    with _Writer(folder, "features") as out:
        for size, keys, weights in _each_features(texts, folder):
            new = number[keys & _LOW]
            kept = np.flatnonzero(new < len(shared))
            rows, new = keys[kept] >> 32, new[kept]
            order = np.lexsort((new, rows))
            lengths = np.bincount(rows, minlength=size)
            out.add(lengths, new[order], _rounded(weights[kept][order], _CANDIDATE_BITS).astype(np.float32))
    return len(shared)


def _each_features(texts: _Texts, folder: Path) -> Iterator[tuple[int, Ints, Ints]]:
    """Of so many texts at a time row · 2^32 + feature, sorted, and the weights; pairs have numbers above words."""
    starts, order = _listed(folder, "order")
    for start in range(0, len(texts.first), _CHUNK):
        some = texts.first[start : start + _CHUNK]
        bag = _between(folder, "words", len(texts.vocabulary), start, start + len(some))
        own = (np.repeat(np.arange(len(some)), np.diff(bag.indptr)) << 32) | bag.indices
        at, rows = _runs(starts[some], starts[some + 1] - starts[some])
        read = order[at].astype(np.int64)
        weight = bag.data[np.searchsorted(own, (rows << 32) | read)].astype(np.float64)
        inside = np.flatnonzero(rows[1:] == rows[:-1])
        pairs = (rows[inside] << 32) | (
            _bucket(read[inside], read[inside + 1], _buckets(texts)) + len(texts.vocabulary)
        )
        of_pairs = np.sqrt((weight[inside] ** 2 + weight[inside + 1] ** 2) / 2)
        keys, first = np.unique(np.concatenate([own, pairs]), return_index=True)
        yield len(some), keys, np.concatenate([bag.data, of_pairs])[first]


def _buckets(texts: _Texts) -> int:
    return 1 << max(16, (_BUCKETS * len(texts.first) - 1).bit_length())


def _bucket(first: Ints, second: Ints, buckets: int) -> Ints:
    """A number below `buckets` for each pair (multiplicative hashing, Knuth 6.4)."""
    mixed = (first.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ (second.astype(np.uint64) + np.uint64(1))
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    return ((mixed >> np.uint64(32)) % np.uint64(buckets)).astype(np.int64)


# --- blocks -----------------------------------------------------------------------------------------------------------


def _run(plan: list[_Block], asked: Asked) -> Iterator[str]:
    return asked.scheduler.map(_find, plan) if asked.scheduler else map(_find, plan)


def _find(block: _Block) -> str:
    """Write the neighbours of the texts of a block, and say where."""
    folder, asked = Path(block.folder), block.asked
    rows = np.arange(*block.rows)
    if block.exact:
        left = _between(folder, "words", block.width, *block.rows).astype(np.float64)
        found = _nearest(block, left, rows, asked.k, 2 * asked.k + 4, _at_least(asked.least))
    else:
        left = _rarest(_between(folder, "features", block.width, *block.rows), folder)
        some = _nearest(block, left, rows, CANDIDATES, CANDIDATES + 6, 2.0 ** (-2 * _CANDIDATE_BITS))
        found = _measured(block, some, rows)
        found = kernel.cut(found, _until(found, rows, folder, asked.k)[0])
    name = folder / f"found-{block.rows[0]}-{os.getpid()}.npz"  # a scheduler may have a block done twice
    np.savez(name, lengths=np.diff(found.indptr), indices=found.indices, data=found.data.astype(np.float32))
    return str(name)


def _append(out: _Writer, path: Path) -> None:
    with np.load(path) as found:
        out.add(found["lengths"], found["indices"], found["data"])
    path.unlink()


def _nearest(block: _Block, left: Csr, rows: Ints, need: int, asked: int, least: float) -> Csr:
    """The best of all columns for each row: as many as leave every plan that holds the row `need` outside it."""
    found, floor = _above_floor(block, left, asked, least)
    others = _without_self(found, rows)
    lengths, enough = _until(others, rows, Path(block.folder), need)
    best = kernel.cut(others, lengths)
    again = np.flatnonzero((floor > 0) & ~enough)
    size = max(1, _CELLS // (_MORE * asked))
    for start in range(0, len(again), size):
        part = again[start : start + size]
        best = kernel.replaced(best, part, _nearest(block, left[part], rows[part], need, _MORE * asked, least))
    return best


def _above_floor(block: _Block, left: Csr, asked: int, least: float) -> tuple[Csr, NDArray[Any]]:
    """What is sure to be all of the best of each row, from all blocks of columns; floors of 0 where all is there."""
    from scipy import sparse

    parts, floor = [], np.zeros(left.shape[0], left.dtype)
    for name, start, end in block.columns:
        right_t = _column(block.folder, name, end - start, block.exact)
        found, of_part = kernel.some(left, right_t, asked, least, block.asked.threads or 1, block.asked.kernel)
        parts.append(found)
        floor = np.maximum(floor, of_part)
    above = np.nextafter(floor, floor.dtype.type(np.inf))
    found = parts[0] if len(parts) == 1 else sparse.hstack(parts, format="csr")
    return kernel.ordered(found, np.maximum(above, floor.dtype.type(least))), floor


@lru_cache(maxsize=1)
def _column(folder: str, name: str, size: int, exact: bool) -> Csr:
    return _stored(Path(folder), name, size, np.float64 if exact else np.float32)


def _without_self(found: Csr, rows: Ints) -> Csr:
    from scipy import sparse

    owner = np.repeat(np.arange(len(rows)), np.diff(found.indptr))
    kept = found.indices != rows[owner]
    starts = np.concatenate([[0], np.cumsum(np.bincount(owner[kept], minlength=len(rows)))])
    return sparse.csr_matrix((found.data[kept], found.indices[kept], starts), shape=found.shape)


def _until(found: Csr, rows: Ints, folder: Path, need: int) -> tuple[Ints, NDArray[np.bool_]]:
    """How much of each row every plan that holds it reads to find `need` texts outside, and whether it finds them."""
    starts, plans, solo = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("starts", "plans", "solo"))
    at, of_row = _runs(starts[rows], starts[rows + 1] - starts[rows])  # one reader a plan that holds the text
    lengths = np.diff(found.indptr)[of_row]
    entries, reader = _runs(found.indptr[:-1][of_row], lengths)
    outside = np.asarray(solo[found.indices[entries]] != plans[at][reader])
    begins = np.cumsum(lengths) - lengths
    seen = np.concatenate([[0], np.cumsum(outside)])
    rank = seen[1:] - seen[begins][reader]
    reached = outside & (rank == need)
    ends, finds = lengths.copy(), np.zeros(len(of_row), bool)
    ends[reader[reached]] = np.flatnonzero(reached) - begins[reader[reached]] + 1
    finds[reader[reached]] = True
    longest, all_find = np.zeros(len(rows), np.int64), np.ones(len(rows), bool)
    np.maximum.at(longest, of_row, ends)
    np.logical_and.at(all_find, of_row, finds)
    return longest, all_find


def _rarest(features: Csr, folder: Path) -> Csr:
    """Of each row the first features, which are the rarest, until they meet as many texts as they may."""
    held = np.load(folder / "held.npy", mmap_mode="r")
    lengths = np.diff(features.indptr)
    met = np.concatenate([[0], np.cumsum(held[features.indices], dtype=np.int64)])
    rows = np.repeat(np.arange(len(lengths)), lengths)
    kept = met[1:] - met[features.indptr[:-1]][rows] <= _MEETS
    kept |= np.arange(len(rows)) - features.indptr[:-1][rows] < _ALWAYS
    return kernel.cut(features, np.bincount(rows[kept], minlength=len(lengths)))


def _measured(block: _Block, found: Csr, rows: Ints) -> Csr:
    """The same pairs with the similarity of their words."""
    from scipy import sparse

    words = _stored(Path(block.folder), "words", block.words, np.float32)
    left = rows[np.repeat(np.arange(len(rows)), np.diff(found.indptr))]
    scores = np.zeros(len(left))
    for start in range(0, len(left), _PAIRS):
        part = slice(start, start + _PAIRS)
        pair = [words[side[part]].astype(np.float64) for side in (left, found.indices)]
        scores[part] = np.asarray(pair[0].multiply(pair[1]).sum(axis=1)).ravel()
    made = sparse.csr_matrix((scores, found.indices, found.indptr), shape=found.shape)
    return kernel.ordered(made, _at_least(block.asked.least))


# --- texts to rows ----------------------------------------------------------------------------------------------------


def _of_rows(texts: _Texts, found: Csr, start: int, end: int, asked: Asked) -> Neighbours:
    """The neighbours of some rows: other rows of the same text, then those of the texts near it."""
    text = texts.text[start:end]
    near = found[text]
    rows = np.concatenate([np.arange(end - start), np.repeat(np.arange(end - start), np.diff(near.indptr))])
    order = np.argsort(rows, kind="stable")  # a row's own text is first
    right = np.concatenate([text, near.indices])[order]
    similarity = np.concatenate([np.ones(end - start, np.float32), near.data])[order]
    made = _expanded(texts, rows[order], right, similarity, texts.group[start:end], asked)
    return replace(made, left=made.left + start)


def _expanded(
    texts: _Texts, rows: Ints, right: Ints, similarity: NDArray[np.float32], plan: Ints, asked: Asked
) -> Neighbours:
    """Texts found for rows, the best of a row first, as rows outside each row's plan."""
    own = texts.in_plan(right, plan[rows])
    copies = np.diff(texts.starts)[right] - own
    kept = _among_first((copies > 0) & (right != texts.blank), rows, asked.k)
    rows, right, similarity = rows[kept], right[kept], similarity[kept]
    own, copies = own[kept], copies[kept]
    at, entry = _runs(texts.starts[right], np.minimum(np.diff(texts.starts)[right], asked.each + own))
    members = texts.members[at]
    chosen = _among_first(texts.group[members] != plan[rows[entry]], entry, asked.each)
    members, entry = members[chosen], entry[chosen]
    order = np.lexsort((members, -similarity[entry], rows[entry]))
    members, entry = members[order], entry[order]
    return Neighbours(rows[entry], members, similarity[entry], copies[entry].astype(np.int32))


def _among_first(fits: NDArray[np.bool_], owner: Ints, most: int) -> NDArray[np.bool_]:
    """The first so many of each owner that fit; `owner` is sorted."""
    seen = np.concatenate([[0], np.cumsum(fits)])
    rank: Ints = seen[1:] - seen[np.searchsorted(owner, owner)]
    return fits & (rank <= most)


def _runs(starts: Ints, lengths: Ints) -> tuple[Ints, Ints]:
    """The numbers start, start + 1 … of runs one after the other, and the run of each."""
    owner = np.repeat(np.arange(len(starts)), lengths)
    return np.arange(len(owner)) - (np.cumsum(lengths) - lengths)[owner] + np.asarray(starts)[owner], owner


# --- matrices on disk -------------------------------------------------------------------------------------------------


class _Writer:
    """A sparse matrix written row by row into three files: lengths of rows, indices, data."""

    def __init__(self, folder: Path, name: str) -> None:
        self._files = [(folder / f"{name}.{part}").open("wb") for part in ("lengths", "indices", "data")]

    def add(self, lengths: Ints, indices: Ints, data: Ints) -> None:
        """More rows: how many entries each has, and all of them."""
        for file, values in zip(self._files, (lengths.astype(np.int32), indices.astype(np.int32), data), strict=True):
            file.write(np.ascontiguousarray(values).data)

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files:
            file.close()


def _stored(folder: Path, name: str, width: int, kind: Any) -> Csr:
    """What a _Writer wrote, left on disk until it is looked at."""
    from scipy import sparse

    starts, indices = _listed(folder, name)
    data = _mapped(folder / f"{name}.data", kind)
    return sparse.csr_matrix((data, indices, starts), shape=(len(starts) - 1, width), copy=False)


def _between(folder: Path, name: str, width: int, start: int, end: int) -> Csr:
    """Some rows of what a _Writer wrote, in memory."""
    from scipy import sparse

    starts = _starts(folder, name)[start : end + 1]
    count, offset = int(starts[-1] - starts[0]), 4 * int(starts[0])
    indices, data = (
        np.fromfile(folder / f"{name}.{part}", kind, count, offset=offset)
        for part, kind in (("indices", np.int32), ("data", np.float32))
    )
    return sparse.csr_matrix((data, indices, starts - starts[0]), shape=(end - start, width), copy=False)


def _listed(folder: Path, name: str) -> tuple[Ints, Ints]:
    """Where each row begins, and the indices of all."""
    return _starts(folder, name), _mapped(folder / f"{name}.indices", np.int32)


def _starts(folder: Path, name: str) -> Ints:
    starts = np.concatenate([[0], np.cumsum(np.fromfile(folder / f"{name}.lengths", np.int32), dtype=np.int64)])
    return starts.astype(np.int32) if starts[-1] < 2**31 else starts  # else scipy makes 64 bits of the indices too


def _mapped(path: Path, kind: Any) -> NDArray[Any]:
    """A file as an array; mode c, because a kernel may refuse what cannot be written, and none writes."""
    return np.memmap(path, kind, "c") if path.stat().st_size else np.zeros(0, kind)
