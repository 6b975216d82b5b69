"""Finds the names of two plans that can be alike, by the characters and words they share, without holding all to all.

near(olds, news, least)  -> places of the pairs whose likeness (naming.likeness) may reach `least`; no pair is missed

Likeness is the mean of a share of character pairs and a share of words. The first is counted exactly, the second from
above: a word that is like several words of the other name is counted for each of them, not for the best alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence

import numpy as np

from . import evidence, naming, words
from .evidence import Matrix, Sparse

_BLOCK = 512  # names held against all others at once: bounds memory to some 30 MB for 4,000 names
_ROUNDING = 1e-9  # far above the rounding of a sum of a hundred terms, far below any step between two names


def near(olds: Sequence[str], news: Sequence[str], least: float) -> Iterator[tuple[int, int]]:
    """Places of the pairs of names (as `naming.likeness` compares them) that may be so alike, in order.

    >>> list(near(["社康机构", "公交车"], ["新能源公交车", "社康机构", "床位"], 0.62))
    [(0, 1), (1, 0)]
    """
    if not olds or not news:
        return
    read = [[naming.read(name) for name in side] for side in (olds, news)]
    by_pair = _sparse([[_occurrences(name.pairs) for name in side] for side in read])
    sizes = [np.array([name.size for name in side], dtype=np.float64) for side in read]
    by_word = _words([[name.bag for name in side] for side in read])
    masses = [np.array([name.mass for name in side], dtype=np.float64) for side in read]
    for first in range(0, len(olds), _BLOCK):
        rows = slice(first, min(first + _BLOCK, len(olds)))
        alike = np.minimum(_share(by_pair, sizes, rows), 1.0)
        alike += np.minimum(_share(by_word, masses, rows), 1.0)
        for i, j in np.argwhere(alike >= 2 * least - _ROUNDING).tolist():
            yield first + i, j


def _share(sides: tuple[Sparse, Sparse], sizes: Sequence[Matrix], rows: slice) -> Matrix:
    """What names have in common, over the size of the shorter eased towards the longer."""
    common = evidence.product(sides[0].between(rows.start, rows.stop), sides[1])
    mine, others = sizes[0][rows, None], sizes[1][None, :]
    out: Matrix = common / (naming.SHORTER * np.minimum(mine, others) + naming.LONGER * np.maximum(mine, others))
    return out


def _occurrences(found: Mapping[str, int]) -> dict[Hashable, float]:
    """Each pair once for each time it stands there, so that a product counts what two names have in common."""
    return {(pair, n): 1.0 for pair, times in found.items() for n in range(times)}


def _words(bags: Sequence[Sequence[frozenset[str]]]) -> tuple[Sparse, Sparse]:
    """Old names by the new words that theirs are like, weighted; new names by their words."""
    like, _ = evidence.alike_words(*(sorted({word for bag in side for word in bag}) for side in bags))
    reach: list[dict[Hashable, float]] = []
    for bag in bags[0]:
        met: dict[Hashable, float] = defaultdict(float)
        for word in sorted(bag):
            for other, likeness in like[word].items():
                met[other] += likeness * words.informative(word)
        reach.append(met)
    return _sparse((reach, [dict.fromkeys(sorted(bag), 1.0) for bag in bags[1]]))


def _sparse(sides: Sequence[Sequence[Mapping[Hashable, float]]]) -> tuple[Sparse, Sparse]:
    index: dict[Hashable, int] = {}
    places = [[index.setdefault(key, len(index)) for row in side for key in row] for side in sides]
    made = []
    for side, terms in zip(sides, places, strict=True):
        rows = np.repeat(np.arange(len(side)), [len(row) for row in side]).astype(np.intp)
        weights = np.array([value for row in side for value in row.values()], dtype=np.float64)
        made.append(Sparse((len(side), len(index)), rows, np.array(terms, dtype=np.intp), weights))
    return made[0], made[1]
