"""The k greatest products of every row of a sparse matrix with the rows of another, the same from three libraries.

    topk(left, right_t, k, least)   -> a sparse matrix of scores, each row sorted
    some(left, right_t, k, least)   -> the same without looking into ties, and how far it can be trusted
    available()                     -> the libraries that are installed, the fastest first

sp_matmul_rs keeps its sums in the processor's first cache, sparse_dot_topn does not and takes some three times as long,
scipy makes every product before any is dropped and takes some twenty times as long: it is always there.
"""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
from numpy.typing import NDArray

KERNELS = ("sp_matmul_rs", "sparse_dot_topn", "scipy")
_MORE = 4  # so many times as many are asked for where the k-th is not told from those left out
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
    found, floor = some(left, right_t, k + 1, least, threads, kernel)
    tied = np.flatnonzero(floor > 0)
    tied = tied[floor[tied] == found.data[found.indptr[tied] + k - 1]]
    best = cut(ordered(found, least), np.full(found.shape[0], k))
    asked = (k + 1) * _MORE
    while len(tied):
        found, floor = some(left[tied], right_t, asked, least, threads, kernel)
        best = replaced(best, tied, cut(ordered(found, least), np.full(len(tied), k)))
        tied = tied[floor == found.data[found.indptr[:-1] + k - 1]]
        asked *= _MORE
    return best


def some(
    left: Csr, right_t: Csr, asked: int, least: float, threads: int = 1, kernel: str | None = None
) -> tuple[Csr, NDArray[Any]]:
    """Of each row so many of the greatest values, and its floor.

    A floor of 0: the row has no others that are `least` or more. Else: no others above the floor, and some of those
    that equal it may be missing, which ones depends on the library. The values of a row are sorted, not the columns.
    """
    if not left.nnz or not right_t.nnz:
        none = np.zeros(left.shape[0], np.intp)
        return _matrix(left.data[:0], left.indices[:0], none, (left.shape[0], right_t.shape[1])), none.astype(
            left.dtype
        )
    product = {"sp_matmul_rs": _rust, "sparse_dot_topn": _cython, "scipy": _blocks}[kernel or available()[0]]
    found = product(left, right_t, min(asked, right_t.shape[1]), least, threads)
    floor = np.zeros(left.shape[0], left.dtype)
    if asked < right_t.shape[1]:
        full = np.flatnonzero(np.diff(found.indptr) == asked)
        floor[full] = found.data[found.indptr[full + 1] - 1]
    return found, floor


def ordered(found: Csr, least: Any) -> Csr:
    """The entries of `least` or more (one value, or one a row), those of each row by value, then by column."""
    rows = np.repeat(np.arange(found.shape[0]), np.diff(found.indptr))
    indices, data = found.indices[: len(rows)], found.data[: len(rows)]
    kept = data >= (least[rows] if isinstance(least, np.ndarray) else least)
    if not kept.all():
        rows, indices, data = rows[kept], indices[kept], data[kept]
    wrong = (data[:-1] < data[1:]) | ((data[:-1] == data[1:]) & (indices[:-1] > indices[1:]))
    mixed = np.zeros(found.shape[0], bool)  # most rows come in order from the faster kernels
    mixed[rows[:-1][wrong & (rows[:-1] == rows[1:])]] = True
    apart = np.flatnonzero(mixed[rows])
    if len(apart):
        order = apart[np.lexsort((indices[apart], -data[apart], rows[apart]))]
        indices, data = indices.copy(), data.copy()
        indices[apart], data[apart] = indices[order], data[order]
    return _matrix(data, indices, np.bincount(rows, minlength=found.shape[0]), found.shape)


def cut(found: Csr, lengths: NDArray[Any]) -> Csr:
    """The first entries of each row, at most so many."""
    had = np.diff(found.indptr)
    place = np.arange(len(found.data)) - np.repeat(found.indptr[:-1], had)
    kept = place < np.repeat(lengths, had)
    return _matrix(found.data[kept], found.indices[kept], np.minimum(had, lengths), found.shape)


def replaced(found: Csr, rows: NDArray[Any], others: Csr) -> Csr:
    """The same with other entries in some rows."""
    from scipy import sparse

    place = np.arange(found.shape[0])
    place[rows] = found.shape[0] + np.arange(len(rows))
    return sparse.vstack([found, others], format="csr")[place]


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
