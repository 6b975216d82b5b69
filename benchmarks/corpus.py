"""The join of a corpus beside what one would take instead, on statements of which it is known who was copied from whom.

    python benchmarks/corpus.py [SIZE …]     planlens and the peers on 1,000 and 10,000 statements
    python benchmarks/corpus.py --plans      200 plans of 300 commitments, all pairs
    python benchmarks/corpus.py --one        one plan of 200 clauses against 300,000
    python benchmarks/corpus.py --million    10,000, 100,000 and a million, cut into words and joined: how the cost
                                             grows, what is found, what is lost against comparing every pair

A statement is one or two items of the sample plans and two or three made-up ones (large.toml), each with a number, half
of these with a place. A planted pair is a statement and its copy, or two copies, in different plans; a reader would
call them the same commitment. A copy has other numbers, and one or two of these are done to it: an opening or a stock
word is put in, the verb of an item is another of the same sense, the items stand in another order, one of the four is
left out, one is added. One statement in fifty is boilerplate, word for word in many plans: it is right to find it, and
it is not counted. All others are unrelated, but share items by chance, and no pair of them is right.

Each line is a process of its own: its time on the clock and of the processors, without imports, making the statements
and cutting them into words, and its peak memory with everything. planlens takes a pair for the same from one similarity
on, whatever the size; each peer is given the threshold that is best on the very data. A ratio is of processor time to
that of planlens. `--folder` keeps the statements that are cut into words for the next run. Peers that are not installed
are left out (datasketch is no dependency of planlens).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import multiprocessing
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from large import _all_names, _data
from numpy.typing import NDArray
from plansynth import ROOT, Draw

sys.path.insert(0, str(ROOT))

from planlens.corpus import join, kernel
from planlens.words import terms

SAME = 0.65  # similarity from which neighbours are taken for the same here; chosen at 10,000 and 100,000
K = 10
PLAN = 300  # statements a plan
_COPIED = 0.1  # of the statements have copies
_COPIES = 3  # at most
_BOILERPLATE = 0.02
_BOILERPLATES = 50
_ITEMS = 4  # of a statement: some 55 characters and 19 words, as a commitment of a real plan has
_SENSES = (
    ("新增", "增加"), ("新建", "兴建"), ("改造", "改建"), ("建成", "完成建设"), ("引进", "引入"), ("培训", "轮训"),
    ("推进", "推动"), ("完善", "健全"), ("加强", "强化"), ("打造", "创建"), ("开展", "组织开展"),
)  # fmt: skip
_STOCK = ("进一步", "切实", "着力", "持续", "扎实", "有序", "积极", "全面")
_OPENINGS = ("6月底前", "9月底前", "年内", "到年底", "分批", "会同有关部门")


# --- statements with known truth --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """Statements, the plan of each, and its family: copies of one original share one; -1 is boilerplate."""

    texts: list[str]
    group: NDArray[np.int64]
    family: NDArray[np.int64]

    def planted(self) -> NDArray[np.int64]:
        """Pairs of one family in different plans, as `keys`."""
        order = np.argsort(self.family, kind="stable")
        order = order[self.family[order] >= 0]
        left, right = [], []
        for apart in range(1, _COPIES + 1):  # a family is so many rows in a row of this order
            same = self.family[order[apart:]] == self.family[order[:-apart]]
            left.append(order[:-apart][same])
            right.append(order[apart:][same])
        return self.keys(np.concatenate(left), np.concatenate(right))

    def keys(self, left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.int64]:
        """One number a pair of rows of different plans, each pair once, in order; pairs with boilerplate left out."""
        kept = (self.group[left] != self.group[right]) & (self.family[left] >= 0) & (self.family[right] >= 0)
        left, right = left[kept].astype(np.int64), right[kept].astype(np.int64)
        return np.unique(np.minimum(left, right) * len(self.group) + np.maximum(left, right))


@cache
def _items() -> list[str]:
    """What stands between the marks of the sample plans."""
    lines = [line for file in sorted((ROOT / "samples").glob("*.txt")) for line in file.read_text("utf-8").splitlines()]
    pieces = {piece for line in lines for piece in re.split(r"[，。；：、（）《》“”！\s]+", line)}
    return sorted(piece for piece in pieces if re.fullmatch(r"[\u4e00-\u9fff]{6,20}", piece))


@cache
def _names() -> list[tuple[str, ...]]:
    return [name for sector in _data()["sector"] for name in _all_names(sector)]


def statements(size: int, seed: int = 1) -> Made:
    """So many statements in plans of PLAN, with their copies; equal seeds give equal statements."""
    draw, texts, family = Draw("corpus", size, seed), [], []
    boilerplate = [_text(_base(draw), draw) for _ in range(_BOILERPLATES)]
    while len(texts) < size:
        if draw.below(1000) < 1000 * _BOILERPLATE:
            texts.append(draw.one(boilerplate))
            family.append(-1)
            continue
        base, number = _base(draw), len(texts)
        texts.append(_text(base, draw))
        family.append(number)
        for _ in range(draw.between(1, _COPIES) if draw.below(1000) < 1000 * _COPIED else 0):
            texts.append(_text(_copy(base, draw), draw))
            family.append(number)
    order = np.random.default_rng(seed).permutation(size)
    return Made([texts[n] for n in order], np.arange(size) // PLAN, np.array(family)[order])


def _base(draw: Draw) -> list[str]:
    samples = draw.between(1, 2)
    items = [_made_up(draw) for _ in range(_ITEMS - samples)] + [draw.one(_items()) for _ in range(samples)]
    return draw.some(items, _ITEMS)


def _made_up(draw: Draw) -> str:
    """An item whose number is still {n}."""
    verb, field, thing, unit = draw.one(_names())
    place = f"在{draw.one(_syllables())}{draw.one(_syllables())}{draw.one(_data()['kinds'])}" if draw.yes() else ""
    return f"{place}{verb}{field}{thing}{{n}}{unit}"


@cache
def _syllables() -> list[str]:
    return sorted(set("".join(_data()["places"])))


def _text(items: Sequence[str], draw: Draw) -> str:
    return re.sub(r"\{n\}", lambda _: str(draw.between(2, 400)), "，".join(items)) + "。"


def _copy(base: Sequence[str], draw: Draw) -> list[str]:
    items = list(base)
    for change in draw.some(_CHANGES, draw.between(1, 2)):
        items = change(items, draw)
    return items


def _opened(items: list[str], draw: Draw) -> list[str]:
    return [draw.one(_OPENINGS) + items[0], *items[1:]]


def _stocked(items: list[str], draw: Draw) -> list[str]:
    at = draw.below(len(items))
    return [*items[:at], draw.one(_STOCK) + items[at], *items[at + 1 :]]


def _reworded(items: list[str], draw: Draw) -> list[str]:
    known = [(n, a, b) for n, item in enumerate(items) for a, b in _SENSES if a in item]
    if not known:
        return _stocked(items, draw)
    at, old, new = draw.one(known)
    return [*items[:at], items[at].replace(old, new, 1), *items[at + 1 :]]


def _reordered(items: list[str], draw: Draw) -> list[str]:
    return draw.some(items, len(items))


def _left_out(items: list[str], draw: Draw) -> list[str]:
    at = draw.below(len(items))
    return [*items[:at], *items[at + 1 :]]


def _added(items: list[str], draw: Draw) -> list[str]:
    return [*items, draw.one(_items())]


_CHANGES: tuple[Callable[[list[str], Draw], list[str]], ...] = (
    _opened, _stocked, _reworded, _reordered, _left_out, _added,
)  # fmt: skip


def cut(size: int, folder: Path) -> float:
    """Cut so many statements into words, into a file of the folder, on all processors; how many seconds of them."""
    import pyarrow as pa

    target = folder / f"{size}.arrow"
    if target.exists():
        return float(np.load(folder / f"{size}.npz")["seconds"])
    before = time.process_time()
    schema = pa.schema([("words", pa.list_(pa.string()))])
    made = statements(size)
    texts = made.texts
    portions = [texts[at : at + 2000] for at in range(0, size, 2000)]
    part, spent = target.with_suffix(".part"), 0.0
    with (
        multiprocessing.get_context("spawn").Pool() as pool,
        pa.OSFile(str(part), "wb") as file,
        pa.ipc.new_file(file, schema) as out,
    ):
        for rows, seconds in pool.imap(_terms, portions):
            out.write(pa.record_batch([pa.array(rows, schema.field(0).type)], schema=schema))
            spent += seconds
    spent += time.process_time() - before
    np.savez(folder / f"{size}.npz", group=made.group, family=made.family, seconds=spent)
    part.rename(target)
    return spent


def _terms(texts: Sequence[str]) -> tuple[list[list[str]], float]:
    before = time.process_time()
    return [terms(text) for text in texts], time.process_time() - before


def words_of(size: int, folder: Path) -> Any:
    """The words of the statements, as an Arrow array that stays in its file until it is read."""
    import pyarrow as pa

    return pa.ipc.open_file(pa.memory_map(str(folder / f"{size}.arrow"))).read_all().column("words")


def _truth(size: int, folder: Path) -> Made:
    """What is known of the statements, without their texts."""
    kept = np.load(folder / f"{size}.npz")
    return Made([], kept["group"], kept["family"])


# --- methods ----------------------------------------------------------------------------------------------------------


Found = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]
"""Left rows, right rows and scores."""


def _planlens(words: list[list[str]], made: Made) -> Found:
    found = join.neighbours(words, made.group, k=K)
    return found.left, found.right, found.similarity


def _vectors(words: list[list[str]]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer=lambda row: row, sublinear_tf=True, dtype=np.float32).fit_transform(words)


def _sparse_dot_topn(words: list[list[str]], made: Made) -> Found:  # noqa: ARG001 - all methods are called alike
    from sparse_dot_topn import sp_matmul_topn

    x = _vectors(words)
    found = sp_matmul_topn(x, x.T.tocsr(), 2 * K, threshold=0.3, n_threads=os.cpu_count()).tocoo()
    return found.row, found.col, found.data


def _scikit_learn(words: list[list[str]], made: Made) -> Found:  # noqa: ARG001
    x = _vectors(words)
    return _best_of_blocks(len(words), 0.3, lambda part: (x[part] @ x.T).toarray())


def _rapidfuzz(words: list[list[str]], made: Made) -> Found:  # noqa: ARG001
    from rapidfuzz import fuzz, process

    def scores(part: slice) -> NDArray[Any]:
        return process.cdist(made.texts[part], made.texts, scorer=fuzz.ratio, workers=-1, dtype=np.uint8)

    return _best_of_blocks(len(made.texts), 40, scores)


def _best_of_blocks(size: int, least: float, scores: Callable[[slice], NDArray[Any]]) -> Found:
    """The 2 K best of each row from dense blocks of a thousand rows."""
    found = []
    for start in range(0, size, 1000):
        block = scores(slice(start, start + 1000))
        best = np.argpartition(block, -2 * K, axis=1)[:, -2 * K :]
        value = np.take_along_axis(block, best, axis=1)
        rows, places = np.nonzero(value >= least)
        found.append((rows + start, best[rows, places], value[rows, places]))
    left, right, value = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return left, right, value


def _datasketch(words: list[list[str]], made: Made) -> Found:  # noqa: ARG001
    from datasketch import MinHash, MinHashLSH

    hashes = list(MinHash.generator([[word.encode() for word in row] for row in words], num_perm=128))
    index = MinHashLSH(threshold=0.4, num_perm=128)
    with index.insertion_session() as session:
        for number, one in enumerate(hashes):
            session.insert(number, one, check_duplication=False)
    pairs = [(a, b) for a, one in enumerate(hashes) for b in index.query(one) if a < b]
    left, right = np.array(pairs, np.int64).reshape(-1, 2).T
    return left, right, np.array([hashes[a].jaccard(hashes[b]) for a, b in pairs])


@dataclass(frozen=True)
class Peer:
    """A method, up to which size it is run, and what must be installed."""

    find: Callable[[list[list[str]], Made], Found]
    most: int
    needs: str = "numpy"


PEERS = {
    "planlens": Peer(_planlens, 10**6),
    "sparse_dot_topn": Peer(_sparse_dot_topn, 10**5, "sparse_dot_topn"),
    "scikit-learn in blocks": Peer(_scikit_learn, 10**4),
    "rapidfuzz.cdist": Peer(_rapidfuzz, 10**4),
    "datasketch MinHash LSH": Peer(_datasketch, 10**5, "datasketch"),
}


def _peer(size: int, folder: Path, name: str) -> dict[str, float]:
    words, made = words_of(size, folder).to_pylist(), statements(size)
    PEERS[name].find(words[:100], Made(made.texts[:100], made.group[:100], made.family[:100]))  # imports and tables
    with _Clock() as clock:
        left, right, score = PEERS[name].find(words, made)
    choices = [SAME] if name == "planlens" else sorted(set(np.quantile(score, np.linspace(0, 0.999, 100))))
    planted = made.planted()
    scored = [_scored(made.keys(left[score >= least], right[score >= least]), planted) for least in choices]
    return clock.told() | max(scored, key=lambda told: told["recall"] * told["precision"])


def _scored(found: NDArray[Any], planted: NDArray[Any]) -> dict[str, float]:
    right = len(np.intersect1d(found, planted, assume_unique=True))
    return {"recall": right / len(planted), "precision": right / max(1, len(found))}


def _bare(size: int, folder: Path, name: str) -> dict[str, float]:  # noqa: ARG001
    """The product alone, of the very matrix that planlens makes, with what it asks of each row."""
    with tempfile.TemporaryDirectory() as made:
        group = np.arange(size)
        texts = join._Texts.read(words_of(size, folder), group, Path(made), keep_order=False)
        join._weigh(texts, Path(made))
        x = join._stored(Path(made), "words", len(texts.vocabulary), np.float32).astype(np.float64)
        x_t = x.T.tocsr()
    from sp_matmul_rs import sp_matmul_topn

    with _Clock() as clock:
        sp_matmul_topn(x, x_t, 2 * K + 5, threshold=0.3, sort=True, n_threads=os.cpu_count())
    return clock.told()


def _joined(size: int, folder: Path, name: str) -> dict[str, float]:
    """The join as a corpus does it, told block by block; with `lost` also against every pair, on seven plans."""
    made, words = _truth(size, folder), words_of(size, folder)
    planted, found, sample = made.planted(), [], []
    join.neighbours(words[:100], made.group[:100])  # imports and tables
    plans = np.unique(made.group)[:: max(1, size // PLAN // 7)]
    asked = join.Asked(k=K, each=K)
    with _Clock() as clock:
        for block in join.blocks(words, made.group, asked):
            same = block.similarity >= SAME
            found.append(made.keys(block.left[same], block.right[same]))
            some = np.isin(made.group[block.left], plans)
            sample.append((block.left[some], block.right[some]))
    told = clock.told() | _scored(np.unique(np.concatenate(found)), planted)
    return told | (_lost(words, made, plans, sample) if name == "lost" else {})


def _lost(words: Any, made: Made, plans: NDArray[Any], sample: list[tuple[NDArray[Any], ...]]) -> dict[str, float]:
    """The share of all neighbours from a similarity on that the join has found, of some plans."""
    size = len(made.group)
    have = np.concatenate([left * size + right for left, right in sample])
    index, every, scores = join.Index(words, made.group), [], []
    for plan in plans:
        rows = np.flatnonzero(made.group == plan)
        near = index.nearest(words.take(rows), k=K, each=K, without=int(plan))
        every.append(rows[near.left] * size + near.right)
        scores.append(near.similarity)
    keys, similarity = np.concatenate(every), np.concatenate(scores)
    met = np.isin(keys, have)
    return {f"of {least}": float(met[similarity >= least].mean()) for least in (0.3, 0.4, 0.5, SAME, 0.8)}


def _asked_once(size: int, folder: Path, name: str) -> dict[str, float]:  # noqa: ARG001
    words, made = words_of(size, folder), _truth(size, folder)
    with _Clock() as loading:
        index = join.Index(words, made.group)
    new = words[1000:1200].to_pylist()
    index.nearest(new[:1], k=K)
    times = []
    for _ in range(5):
        with _Clock() as clock:
            index.nearest(new, k=K)
        times.append(clock.told())
    return sorted(times, key=lambda told: told["clock"])[2] | {"loading": loading.told()["clock"]}


# --- measuring --------------------------------------------------------------------------------------------------------


class _Clock:
    """Seconds on the clock and of the processors, and megabytes at the peak of this process."""

    def __enter__(self) -> _Clock:
        self._start = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self._end = time.perf_counter(), time.process_time()
        self._peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    def told(self) -> dict[str, float]:
        clock, processor = (end - start for start, end in zip(self._start, self._end, strict=True))
        return {"clock": clock, "processor": processor, "peak": self._peak}


TASKS = {"peer": _peer, "bare": _bare, "joined": _joined, "one": _asked_once}


def measured(task: str, size: int, folder: Path, name: str = "") -> dict[str, float]:
    """What one task says of itself, run in a process of its own."""
    command = [sys.executable, __file__, "--task", task, name, str(size), "--folder", str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def line(name: str, size: int, told: dict[str, float], beside: dict[str, float] | None = None) -> None:
    """Print one measurement; `ratio` is of processor time to another's."""
    ratio = f"{told['processor'] / beside['processor']:8.2f} ×" if beside else ""
    scored = f"   recall {told['recall']:.4f}  precision {told['precision']:.4f}" if "recall" in told else ""
    cost = f"{told['clock']:9.2f} s clock{told['processor']:9.2f} s processor{told['peak']:7.0f} MB"
    load = f"   load {os.getloadavg()[0]:.1f}"
    print(f"{name:26}{size:>9,}{cost}{ratio}{scored}{load}", flush=True)


def peers(sizes: Iterable[int], folder: Path) -> None:
    for size in sizes:
        cut(size, folder)
        ours: dict[str, float] | None = None
        for name, peer in PEERS.items():
            if size <= peer.most and importlib.util.find_spec(peer.needs):
                told = measured("peer", size, folder, name)
                ours = ours or told
                line(name, size, told, ours)
        if kernel.available()[0] == "sp_matmul_rs" and size <= join.EXACT:
            line("the product alone", size, measured("bare", size, folder), ours)


def million(folder: Path) -> None:
    sizes, costs, cuts = (10**4, 10**5, 10**6), [], []
    for size in sizes:
        cuts.append(cut(size, folder))
        costs.append(measured("joined", size, folder, "lost" if size > join.EXACT else ""))
        print(f"{'cut into words':26}{size:>9,}{cuts[-1]:38.2f} s processor")
        line("joined", size, costs[-1])
        lost = [f"{name[3:]}+ {share:.3f}" for name, share in costs[-1].items() if name.startswith("of ")]
        if lost:
            print(f"   found of all pairs, by similarity: {', '.join(lost)}")
    joins = [cost["processor"] for cost in costs]
    totals = [join + cutting for join, cutting in zip(joins, cuts, strict=True)]
    for what, spent in (("the join", joins), ("cutting and the join", totals)):
        exponent = math.log(spent[-1] / spent[0]) / math.log(sizes[-1] / sizes[0])
        print(f"processor time of {what} grows with the size to the power of {exponent:.2f}")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("sizes", metavar="SIZE", type=int, nargs="*", default=(1000, 10000))
    parser.add_argument("--plans", action="store_true", help="200 plans of 300 commitments, all pairs")
    parser.add_argument("--one", action="store_true", help="one plan against 300,000")
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--folder", type=Path, help="where statements cut into words are kept")
    parser.add_argument("--task", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.task:
        print(json.dumps(TASKS[asked.task[0]](asked.sizes[0], asked.folder, asked.task[1])))
        return 0
    with tempfile.TemporaryDirectory() as made:
        folder = asked.folder or Path(made)
        if asked.plans:
            cut(60_000, folder)
            line("200 × 300, all pairs", 60_000, measured("joined", 60_000, folder))
        elif asked.one:
            cut(300_000, folder)
            told = measured("one", 300_000, folder)
            line(f"200 (loaded in {told['loading']:.0f} s)", 300_000, told)
        elif asked.million:
            million(folder)
        else:
            peers(asked.sizes, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
