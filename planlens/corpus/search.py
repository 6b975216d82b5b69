"""Look through a corpus for words or a sentence: where it stands word for word, under another name, or nearly so.

    search(corpus, "家庭医生签约", Asked()) -> Search

A statement is measured by how much of what the query says it says too, and by the cosine of the two (words weighted
by how rare they are in plans and reports, as everywhere): the mean of both. What holds the query itself, or another
name of the instrument that it is, stands before all others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from planlens import instruments, words
from planlens.corpus import overlap
from planlens.corpus.overlap import Filter
from planlens.errors import CorpusError
from planlens.traditional import simplified

if TYPE_CHECKING:
    from planlens.corpus.store import Corpus

Kind = Literal["commitment", "clause", "target"]
How = Literal["phrase", "name", "near"]
KINDS: tuple[Kind, ...] = ("commitment", "clause", "target")
_LEAST = 0.3  # similarity below which nothing is told
_MOSTLY = 0.5  # share of a query that an instrument's name takes from which the query is that instrument
_GAP = "…"  # of a name of two parts
_COLUMNS: dict[Kind, tuple[str, tuple[str, ...]]] = {
    "commitment": ("commitments", ("plan", "key", "text", "start", "end", "words")),
    "clause": ("clauses", ("plan", "key", "heading", "whole_start", "whole_end")),
    "target": ("targets", ("plan", "unit_key", "indicator", "start", "end", "text")),
}
"""Of each kind the table and the columns: plan, key, what is looked through, its place, and what stands with it."""
_ORDER: dict[How, int] = {"phrase": 0, "name": 1, "near": 2}
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """Where to look: in commitments, headings of clauses, indicators of targets, of the plans that the filter names."""

    of: Filter = field(default_factory=Filter)
    kinds: tuple[Kind, ...] = ("commitment", "clause")
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage. `how`: it holds the query, another name of its instrument, or much of its words.

    `start` and `end` bound the statement, the whole clause of a heading or the number of an indicator in `plans.text`.
    `copies` further passages of the same kind have the same text.
    """

    kind: Kind
    plan: str
    key: str
    text: str
    how: How
    similarity: float
    start: int
    end: int
    copies: int = 0


@dataclass(frozen=True, slots=True)
class Search:
    """Hits shown, the query's own words first, then the most alike; `found` counts all different texts."""

    query: str
    hits: tuple[Hit, ...]
    found: int
    plans: int
    """Plans that have one of all hits."""
    of: int
    """Plans that were looked through."""
    names: tuple[str, ...]
    """Other names of the query that were looked for too."""


def search(corpus: Corpus, query: str, asked: Asked | None = None) -> Search:
    """Passages of a corpus that say what a query says, those with its own words first.

    Raises CorpusError where the query has no word in it or no plan fits the filter.
    """
    asked = asked or Asked()
    told = simplified(" ".join(query.split()))
    if not any(char.isalnum() for char in told):
        raise CorpusError(f"{query!r}: nothing to look for; give words or a sentence")
    infos = corpus.plans()
    chosen = [infos[n].id for n in overlap.plans_of(infos, asked.of).tolist()]
    names = _other_names(told)
    hits = [hit for kind in KINDS if kind in asked.kinds for hit in _hits(corpus, kind, told, names, chosen)]
    hits.sort(key=lambda hit: (_ORDER[hit.how], -hit.similarity, KINDS.index(hit.kind), hit.plan, hit.key))
    once = _once(hits)
    shown = once[: asked.limit] if asked.limit else once
    return Search(query, tuple(shown), len(once), len({hit.plan for hit in hits}), len(chosen), names)


def _once(hits: Sequence[Hit]) -> list[Hit]:
    """Passages of one text as the first of them, which says how many more there are."""
    times = Counter((hit.kind, hit.text) for hit in hits)
    first = {(hit.kind, hit.text): hit for hit in reversed(hits)}
    return [replace(hit, copies=times[hit.kind, hit.text] - 1) for hit in hits if first[hit.kind, hit.text] is hit]


def _other_names(query: str) -> tuple[str, ...]:
    """Further names of an instrument where the query is one: 医疗联合体 of 医联体."""
    found = instruments.named(query)
    label = instruments.labels(query)
    if len(label) != 1 or sum(len(one.span) for one in found) < _MOSTLY * len(query):
        return ()
    names = {name for name in instruments.names() if instruments.labels(name) == label and _GAP not in name}
    return tuple(sorted(name for name in names if query not in name))


def _hits(corpus: Corpus, kind: Kind, query: str, names: Sequence[str], chosen: Sequence[str]) -> list[Hit]:
    """The passages of one kind."""
    from pyarrow import compute

    table, columns = _COLUMNS[kind]
    found = corpus.table(table, columns)
    if len(chosen) < len(corpus.plans()):
        found = found.filter(compute.is_in(found["plan"], value_set=_strings(chosen)))
    passage = found[columns[2]].combine_chunks()
    similarity = _by_words(found["words"], query) if kind == "commitment" else _by_parts(passage, query)
    phrase = _holding(passage, (query,))
    named = _holding(passage, names)
    out = []
    for row in np.flatnonzero(phrase | named | (similarity >= _LEAST)).tolist():
        how: How = "phrase" if phrase[row] else "name" if named[row] else "near"
        plan, key, text, start, end = (found[column][row].as_py() for column in columns[:5])
        if kind == "target":
            text += f" {found['text'][row].as_py()}"
        out.append(Hit(kind, plan, key, text, how, round(float(similarity[row]), 4), start, end))
    return out


def _strings(values: Sequence[str]) -> Any:
    import pyarrow as pa

    return pa.array(values, pa.string())


def _holding(passage: Any, phrases: Sequence[str]) -> NDArray[np.bool_]:
    """Which passages hold one of the phrases as it stands."""
    from pyarrow import compute

    out = np.zeros(len(passage), dtype=np.bool_)
    for phrase in phrases:
        out |= compute.match_substring(passage, phrase).to_numpy(zero_copy_only=False).astype(np.bool_)
    return out


def _by_words(lists: Any, query: str) -> Floats:
    """Mean of coverage and cosine of each list of words with the words of the query."""
    lists = lists.combine_chunks()
    coded = lists.flatten().dictionary_encode()
    says = np.array([words.informative(word) for word in coded.dictionary.to_pylist()])
    code = coded.indices.to_numpy().astype(np.int64)
    ends = lists.offsets.to_numpy().astype(np.int64)
    row = np.repeat(np.arange(len(lists)), np.diff(ends))
    size = max(len(says), 1)
    once = np.unique(row * size + code)  # a word that stands twice says no more
    row, code = once // size, once % size
    asked = {word: words.informative(word) for word in words.terms(query)}
    wanted = np.array([word in asked for word in coded.dictionary.to_pylist()], dtype=np.bool_)
    weight = says[code] if len(says) else np.zeros(0)
    met = wanted[code] if len(says) else np.zeros(0, dtype=np.bool_)
    covered = np.bincount(row[met], weight[met], minlength=len(lists)).astype(np.float64)
    product = np.bincount(row[met], weight[met] ** 2, minlength=len(lists)).astype(np.float64)
    length = np.sqrt(np.bincount(row, weight**2, minlength=len(lists)))
    return _mean(covered, product, length, asked)


def _mean(covered: Floats, product: Floats, length: Floats, asked: dict[str, float]) -> Floats:
    whole = sum(asked.values())
    norm = sum(value**2 for value in asked.values()) ** 0.5
    if not whole:
        return np.zeros(len(covered))
    return np.asarray((covered / whole + product / np.maximum(length * norm, 1e-9)) / 2, dtype=np.float64)


def _by_parts(passage: Any, query: str) -> Floats:
    """How much of the query a short passage holds and how little else: headings and indicators need not be cut."""
    from pyarrow import compute

    asked = {word: words.informative(word) for word in words.terms(query)}
    covered = np.zeros(len(passage))
    for word, says in asked.items():
        covered += says * _holding(passage, (word,))
    whole = sum(asked.values())
    if not whole:
        return covered
    length = compute.utf8_length(passage).to_numpy(zero_copy_only=False)
    fills = np.minimum(len(query) / np.maximum(length, 1), 1.0)
    return np.asarray((covered / whole + fills * (covered > 0)) / 2, dtype=np.float64)
