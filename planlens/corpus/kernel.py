"""The k greatest products of every row of a sparse matrix with the rows of another, the same from three libraries.

    topk(left, right_t, k, least)   -> a sparse matrix of scores, each row sorted
    available()                     -> the libraries that are installed, the fastest first

sp_matmul_rs keeps its sums in the processor's first cache, sparse_dot_topn does not and takes some three times as long,
scipy makes every product before any is dropped and takes some twenty times as long: it is always there.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

KERNELS = ("sp_matmul_rs", "sparse_dot_topn", "scipy")
_MORE = 4  # so many times as many are asked for where the k-th is not told from those left out
_CELLS = 1 << 22  # results held at once when more are asked for: 50 MB
_PRODUCTS = 1 << 22  # multiplications of one block by scipy, which holds a result of each: 50 MB
_MANY = 1 << 17  # columns from which sp_matmul_rs' own width, 2,048 columns at a time, costs more than it saves
_WIDE = 1 << 15  # columns at a time then: for 22 words of 8,000 rows against 635,852, 0.47 s instead of 0.74

Csr = Any
"""scipy.sparse.csr_matrix; scipy has no types of its own."""


def available() -> tuple[str, ...]:
    """The installed ones of KERNELS, the fastest first."""
    return tuple(name for name in KERNELS if importlib.util.find_spec(name))


def topk(left: Csr, right_t: Csr, k: int, least: float, threads: int = 1, kernel: str | None = None) -> Csr:
    """Of each row of `left @ right_t` the k greatest values that are `least` (above 0) or more.

    `right_t` is the other matrix transposed, both CSR of one floating type. Rows of the result are sorted by value,
    equal values by column, and where the k-th equals others the lower columns are kept. Sums that the type holds
    exactly (planlens.corpus.join.fixed makes them so) are the same bits from every kernel and with any `threads`;
    other sums differ by the order in which they are made.
    """
    if not left.nnz or not right_t.nnz:
        none = np.zeros(left.shape[0], np.intp)
        return _matrix(left.data[:0], left.indices[:0], none, (left.shape[0], right_t.shape[1]))
    product = {"sp_matmul_rs": _rust, "sparse_dot_topn": _cython, "scipy": _blocks}[kernel or available()[0]]
    return _first(product, left, right_t, k, k + 1, least, threads)


Product = Callable[[Csr, Csr, int, float, int], Csr]
"""(left, right_t, how many of a row, least, threads) → the greatest of every row; which of equal ones is not said."""


def _first(product: Product, left: Csr, right_t: Csr, k: int, asked: int, least: float, threads: int) -> Csr:
    """The first k of `asked` a row; where the last ones are equal others may have been left out, and more are asked."""
    found = ordered(product(left, right_t, asked, least, threads), least)
    full = np.flatnonzero(np.diff(found.indptr) == asked) if asked < right_t.shape[1] else np.zeros(0, np.intp)
    tied = full[found.data[found.indptr[full] + k - 1] == found.data[found.indptr[full] + asked - 1]]
    more = min(asked * _MORE, right_t.shape[1])
    size = max(1, _CELLS // more)
    parts = [tied[at : at + size] for at in range(0, len(tied), size)]
    again = [_first(product, left[part], right_t, k, more, least, threads) for part in parts]
    return replaced(cut(found, np.full(found.shape[0], k)), tied, again)


def ordered(found: Csr, least: float) -> Csr:
    """The entries of `least` or more, those of each row by value, then by column."""
    rows = np.repeat(np.arange(found.shape[0]), np.diff(found.indptr))
    indices, data = found.indices[: len(rows)], found.data[: len(rows)]
    kept = data >= least
    if not kept.all():
        rows, indices, data = rows[kept], indices[kept], data[kept]
    wrong = (data[:-1] < data[1:]) | ((data[:-1] == data[1:]) & (indices[:-1] > indices[1:]))
    mixed = np.zeros(found.shape[0], bool)  # most rows come in order from the faster kernels
    mixed[rows[:-1][wrong & (rows[:-1] == rows[1:])]] = True
    some = np.flatnonzero(mixed[rows])
    order = np.arange(len(rows))
    order[some] = some[np.lexsort((indices[some], -data[some], rows[some]))]
    return _matrix(data[order], indices[order], np.bincount(rows, minlength=found.shape[0]), found.shape)


def cut(found: Csr, lengths: NDArray[Any]) -> Csr:
    """The first entries of each row, at most so many."""
    had = np.diff(found.indptr)
    place = np.arange(len(found.data)) - np.repeat(found.indptr[:-1], had)
    kept = place < np.repeat(lengths, had)
    return _matrix(found.data[kept], found.indices[kept], np.minimum(had, lengths), found.shape)


def replaced(found: Csr, rows: NDArray[Any], parts: list[Csr]) -> Csr:
    """The same with other entries in some rows: those of `parts`, one after the other."""
    if not len(rows):
        return found
    from scipy import sparse

    place = np.arange(found.shape[0])
    place[rows] = found.shape[0] + np.arange(len(rows))
    return sparse.vstack([found, *parts], format="csr")[place]


def _matrix(data: NDArray[Any], indices: NDArray[Any], lengths: NDArray[Any], shape: tuple[int, int]) -> Csr:
    from scipy import sparse

    return sparse.csr_matrix((data, indices, np.concatenate([[0], np.cumsum(lengths)])), shape=shape)


def _rust(left: Csr, right_t: Csr, k: int, least: float, threads: int) -> Csr:
    from sp_matmul_rs import sp_matmul_topn

    width = _WIDE if right_t.shape[1] > _MANY else None
    return sp_matmul_topn(
        left, right_t, k, threshold=_below(least, left), sort=True, n_threads=threads, chunk_cols=width
    )


def _cython(left: Csr, right_t: Csr, k: int, least: float, threads: int) -> Csr:
    from sparse_dot_topn import sp_matmul_topn

    return sp_matmul_topn(left, right_t, k, threshold=_below(least, left), sort=True, n_threads=threads)


def _below(least: float, left: Csr) -> float:
    """Both libraries keep what is greater than a threshold; `least` itself is wanted."""
    return float(np.nextafter(left.dtype.type(least), left.dtype.type(0)))


def _blocks(left: Csr, right_t: Csr, k: int, least: float, threads: int) -> Csr:  # noqa: ARG001 - one thread
    from scipy import sparse

    work = np.concatenate([[0], np.cumsum(np.diff(right_t.indptr)[left.indices], dtype=np.int64)])[left.indptr]
    parts, at = [], 0
    while at < left.shape[0]:
        end = max(at + 1, int(np.searchsorted(work, work[at] + _PRODUCTS, side="right")) - 1)
        found = ordered(left[at:end] @ right_t, least)
        parts.append(cut(found, np.full(end - at, k)))
        at = end
    return sparse.vstack(parts, format="csr") if parts else sparse.csr_matrix((0, right_t.shape[1]), dtype=left.dtype)
