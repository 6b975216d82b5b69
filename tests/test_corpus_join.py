"""The join of a corpus: what it finds, and that no kernel, block, thread or scheduler changes a bit of it."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planlens import evidence
from planlens.corpus import join, kernel, scheduler
from planlens.corpus.join import Asked, Index, Neighbours, blocks, neighbours
from planlens.errors import OutputError
from planlens.words import informative, terms

SAMPLES = Path(__file__).parents[1] / "samples"
sparse = pytest.importorskip("scipy.sparse")


def matrix(rows: int, columns: int, length: int, bits: int, kind: Any, seed: int = 3) -> Any:
    """Rows of few words of a small vocabulary: nearly all products are met many times."""
    rng = np.random.default_rng(seed)
    made = sparse.csr_matrix(
        (np.ones(rows * length), (np.repeat(np.arange(rows), length), rng.integers(0, columns, rows * length))),
        shape=(rows, columns),
    )
    made.sum_duplicates()
    made.data = join.fixed(np.diff(made.indptr), made.data, bits)
    return made.astype(kind)


@pytest.mark.parametrize(("bits", "kind"), [(24, np.float64), (11, np.float32)])
@pytest.mark.parametrize("k", [1, 7, 400])
def test_kernels_agree_to_the_bit_and_equal_scores_stand_by_column(bits: int, kind: Any, k: int) -> None:
    left = matrix(600, 40, 5, bits, kind)
    dense = (left @ left.T).toarray()
    wanted = [[c for _, c in sorted((-v, c) for c, v in enumerate(row) if v >= 0.3)[:k]] for row in dense]
    for name in kernel.available():
        for threads in (1, 2):
            found = kernel.topk(left, left.T.tocsr(), k, 0.3, threads, name)
            assert [part.tolist() for part in np.split(found.indices, found.indptr[1:-1])] == wanted, name
            rows = np.repeat(np.arange(600), np.diff(found.indptr))
            assert np.array_equal(found.data, dense[rows, found.indices]), name


def test_kernels_agree_on_any_floats_but_for_rounding() -> None:
    left = matrix(300, 200, 12, 24, np.float32)
    left.data *= np.random.default_rng(1).random(len(left.data), np.float32)
    found = [kernel.topk(left, left.T.tocsr(), 5, 0.05, 1, name).data for name in kernel.available()]
    for other in found[1:]:
        assert np.allclose(other, found[0], atol=1e-6)


def test_kernel_of_nothing() -> None:
    left = matrix(3, 5, 2, 24, np.float64)
    none = sparse.csr_matrix((0, 5))
    for name in kernel.available():
        assert kernel.topk(none, left.T.tocsr(), 2, 0.1, 1, name).shape == (0, 3)
        assert kernel.topk(left, none.T.tocsr(), 2, 0.1, 1, name).nnz == 0


def corpus(size: int = 400, seed: int = 5) -> tuple[list[list[str]], list[int]]:
    """Rows of drawn words in plans, some of them the same as others, one of them in nearly every plan."""
    rng = np.random.default_rng(seed)
    words = list(dict.fromkeys(terms((SAMPLES / "shenzhen-2025.txt").read_text("utf-8"))))[:300]
    share = 1 / np.arange(1, 301) ** 0.8
    rows = [[words[n] for n in rng.choice(300, rng.integers(0, 9), p=share / share.sum())] for _ in range(size)]
    for n in range(0, size, 7):
        rows[n] = list(rows[n * 3 % size])
    for n in range(0, size, 11):
        rows[n] = list(reversed(rows[5]))
    return rows, sorted(rng.integers(0, 25, size).tolist())


Pair = tuple[int, int, float, int]


def by_hand(rows: list[list[str]], group: list[int], asked: Asked) -> list[Pair]:
    """The same from all cosines of planlens.evidence."""
    bags = [Counter(row) for row in rows]
    cosines = evidence.cosines([bags, bags], informative).round(6)
    texts: dict[Any, list[int]] = {}
    for n, bag in enumerate(bags):
        texts.setdefault(tuple(sorted(bag.items())), []).append(n)
    out = []
    for n, bag in enumerate(bags):
        near = []
        for place, (text, held) in enumerate(texts.items()):
            others = [row for row in held if group[row] != group[n]]
            same = dict(text) == bag
            if others and cosines[n, held[0]] >= asked.least:
                near.append((-2.0 if same else -cosines[n, held[0]], place, others))
        named = [
            (n, row, round(float(cosines[n, row]), 3), len(others))
            for _, _, others in sorted(near)[: asked.k]
            for row in others[: asked.each]
        ]
        out += sorted(named, key=lambda pair: (-pair[2], pair[1]))
    return out


def pairs(found: Neighbours) -> list[Pair]:
    columns = (found.left.tolist(), found.right.tolist(), found.similarity.tolist(), found.copies.tolist())
    return [(a, b, round(s, 3), n) for a, b, s, n in zip(*columns, strict=True)]


@pytest.mark.parametrize("asked", [Asked(k=3, each=1), Asked(), Asked(k=2, each=100, least=0.5)])
def test_neighbours_are_those_of_all_cosines(asked: Asked) -> None:
    rows, group = corpus()
    found = neighbours(rows, group, k=asked.k, each=asked.each, least=asked.least)
    assert sorted(pairs(found)) == sorted(by_hand(rows, group, asked))
    assert found.left.dtype == found.right.dtype == np.int64
    assert found.similarity.dtype == np.float32
    order = np.lexsort((found.right, -found.similarity, found.left))
    assert np.array_equal(order, np.arange(len(order)))


class Here:
    """A scheduler that runs its items in this process, the last first."""

    def map(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        done = [function(item) for item in reversed(list(items))]
        return iter(done[::-1])


@pytest.mark.parametrize("exact", [True, False])
def test_nothing_but_the_rows_changes_the_result(exact: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, group = corpus()

    def run(**options: Any) -> bytes:
        found = neighbours(rows, group, exact=exact, **options)
        return b"".join(getattr(found, name).tobytes() for name in Neighbours.__slots__)

    expected = run()
    assert len(expected) > 1000
    for name in kernel.available():
        assert run(kernel=name, threads=1) == expected
    assert run(memory=20_000) == expected
    assert run(scheduler=Here()) == expected
    for chunk, size in ((7, 5), (64, 100)):
        monkeypatch.setattr(join, "_CHUNK", chunk)
        monkeypatch.setattr(join, "_ROWS", size)
        assert run(threads=2, memory=100_000) == expected


class Interrupted:
    """A cluster one of whose workers is killed when the first block is done."""

    def __init__(self, cluster: Any, workers: Any) -> None:
        self.cluster, self.workers = cluster, workers

    def map(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        for number, result in enumerate(self.cluster.map(function, items)):
            if number == 0:
                os.kill(next(iter(self.workers.values())).pid, signal.SIGKILL)
            yield result


def test_a_pool_of_processes_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, group = corpus(120)
    expected = pairs(neighbours(rows, group))
    monkeypatch.setattr(join, "_SENT_ROWS", 40)
    with scheduler.of(workers=2) as pool:
        assert pairs(neighbours(rows, group, scheduler=pool)) == expected


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_finds_the_same_though_a_worker_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    rows, group = corpus(200)
    expected = pairs(neighbours(rows, group, exact=False))
    monkeypatch.setattr(join, "_SENT_ROWS", 20)
    options = {"processes": True, "dashboard_address": None, "threads_per_worker": 1}
    with (
        distributed.LocalCluster(n_workers=2, **options) as two,
        scheduler.of(two.scheduler_address) as cluster,
    ):
        found = neighbours(rows, group, exact=False, scheduler=Interrupted(cluster, two.workers))
    assert pairs(found) == expected


def test_beyond_exact_near_copies_are_found() -> None:
    rows, group = corpus(2000)
    found, exact = (pairs(neighbours(rows, group, exact=way)) for way in (False, True))
    near = {pair for pair in exact if pair[2] >= 0.8}
    assert len(near & set(found)) >= 0.95 * len(near)


def test_a_text_of_every_plan_takes_one_place() -> None:
    same = terms("加强组织领导，压实工作责任")
    rows = [row for n in range(50) for row in (same, [*same, f"甲{chr(0x4E00 + n // 2)}", "社康", "机构"])]
    group = [n // 2 for n in range(100)]
    found = neighbours(rows, group, k=2, each=3)
    of_first = found.left == 0
    assert found.right[of_first].tolist()[:3] == [2, 4, 6]
    assert found.copies[of_first].tolist()[:3] == [49, 49, 49]
    of_second = found.left == 1
    assert 3 in found.right[of_second]  # the other of its kind, though fifty of the same text are near


def test_an_index_finds_what_the_join_finds() -> None:
    rows, group = corpus()
    index = Index(rows, group)
    joined = pairs(neighbours(rows, group, k=3))
    for plan in (0, 7, 24):
        own = [n for n, of in enumerate(group) if of == plan]
        asked = [[*rows[n]] for n in own]
        found = [(own[a], b, s, n) for a, b, s, n in pairs(index.nearest(asked, k=3, without=plan))]
        assert found == [pair for pair in joined if group[pair[0]] == plan]


def test_an_index_is_asked_of_words_it_does_not_hold() -> None:
    index = Index([["社康", "机构"], ["社康"], ["托育"]], [1, 1, 2])
    found = pairs(index.nearest([["社康", "机构", "量子"], ["量子"], []], least=0.1))
    assert [pair[:2] for pair in found] == [(0, 0), (0, 1)]
    assert found[0][2] < 1
    assert pairs(index.nearest([["托育"]], without=2)) == []


def test_arrow_lists_are_read() -> None:
    arrow = pytest.importorskip("pyarrow")
    rows, group = corpus(60)
    chunks = arrow.chunked_array([arrow.array(rows[:20]), arrow.array(rows[20:])])
    assert pairs(neighbours(chunks, np.array(group))) == pairs(neighbours(rows, group))


def test_nothing_to_compare() -> None:
    assert pairs(neighbours([], [])) == []
    assert pairs(neighbours([[], []], [0, 1])) == []
    assert pairs(neighbours([["社康"], ["社康"]], [7, 7])) == []
    assert pairs(neighbours([["社康"], ["社康"]], [7, 8])) == [(0, 1, 1.0, 1), (1, 0, 1.0, 1)]


def test_the_temporary_folder_is_removed(tmp_path: Path) -> None:
    rows, group = corpus(60)
    found = blocks(rows, group, replace(Asked(), folder=tmp_path))
    next(found)
    assert list(tmp_path.iterdir())
    found.close()  # type: ignore[attr-defined]
    assert not list(tmp_path.iterdir())

    class Broken:
        def map(self, *_: object) -> Iterator[Any]:
            raise RuntimeError("lost")

    with pytest.raises(RuntimeError):
        neighbours(rows, group, scheduler=Broken(), folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_no_folder_to_work_in_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="missing"):
        neighbours([["社康"]], [1], folder=tmp_path / "missing")
