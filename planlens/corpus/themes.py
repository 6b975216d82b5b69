"""Matters that the plans of a corpus have in common: who has each, who had it first, how it spread over the years.

    themes(corpus, Asked(…)) -> Themes

Commitments are joined where the estimate accepts them as counterparts. Such pairs chain: a and b, b and c say the same,
a and c do not. So all pairs within a chain are judged, and it is cut by average linkage (Sokal and Michener 1958): the
parts of a theme say on average what each other says. Equal texts are one from the beginning. A chain too long to be
judged pair by pair is first taken apart where it is weakest.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from planlens import instruments, lexicon, words
from planlens.corpus import judge, overlap
from planlens.corpus.judge import Floats, Places, Statements
from planlens.corpus.overlap import Filter, Unit

if TYPE_CHECKING:
    from planlens.corpus.scheduler import Scheduler
    from planlens.corpus.store import Corpus

_AVERAGE = 0.5  # mean probability of the pairs of two parts from which they are one theme
_LONGEST = 150  # texts of a chain that are judged pair by pair: 11,000 pairs
_STEPS = (0.6, 0.7, 0.8, 0.9, 0.95, 0.99)  # probabilities that a longer chain is taken apart by, one after the other
_LABEL = range(4, 15)  # characters of a label
_TELLS = 5.5  # information of the rarest word of a label: one of 90 sentences has it
_HOLDS = 0.5  # share of the commitments of a theme that a label stands in


@dataclass(frozen=True, slots=True)
class Asked:
    """Which themes are looked for: those with a commitment of the plans of `of`, in `places` places or more."""

    of: Filter = field(default_factory=Filter)
    places: int = 1
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Theme:
    """A matter of two plans or more. `units` are in order of years; the first of `likest` says it most typically."""

    label: str
    units: tuple[Unit, ...]
    likest: Unit
    plans: int
    places: tuple[str, ...]
    """Names of the places, those that had it first first."""
    year: int | None
    """The earliest year in which a plan has it; None where no plan says its year."""
    first: tuple[str, ...]
    """The places that have it in that year."""
    or_before: bool
    """Whether one of these has no older plan without it: then nobody can say since when."""
    spread: tuple[tuple[int, int, int], ...]
    """(year, places that had it by then, places with a plan by then)"""
    probability: float
    """Mean over its pairs of different texts; 1 where there is but one text."""


@dataclass(frozen=True, slots=True)
class Themes:
    """The themes shown, in most places first, and what there is."""

    themes: tuple[Theme, ...]
    found: int
    commitments: int
    inside: int
    """Commitments that stand in a theme."""
    apart: int
    """Chains that were too long to be judged pair by pair."""
    passed_over: int
    undated: int
    """Plans that do not say their year; they count among plans and places, not in years."""


def themes(corpus: Corpus, asked: Asked | None = None, *, scheduler: Scheduler | None = None) -> Themes:
    """Groups of commitments of two plans or more; `scheduler` as in `overlap`.

    Raises CorpusError where no plan fits the filter.
    """
    asked = asked or Asked()
    s = judge.gather(corpus)
    chosen = overlap.plans_of(s.plans, asked.of)
    groups, apart = _groups(s, scheduler)
    groups = [one for one in groups if np.isin(s.plan[one.rows], chosen).any() and one.places(s) >= asked.places]
    groups.sort(key=lambda one: (-one.places(s), -len(np.unique(s.plan[one.rows])), -len(one.rows), one.rows[0]))
    shown = groups[: asked.limit] if asked.limit else groups
    return Themes(
        tuple(_theme(s, one) for one in shown),
        len(groups),
        len(s.plan),
        sum(len(one.rows) for one in groups),
        apart,
        s.passed_over,
        sum(info.start_year is None for info in s.plans),
    )


# --- groups ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Group:
    rows: Places
    likest: int
    probability: float

    def places(self, s: Statements) -> int:
        return len(np.unique(s.place[s.plan[self.rows]]))


def _groups(s: Statements, scheduler: Scheduler | None) -> tuple[list[_Group], int]:
    """Groups of statements of two plans or more, and how many chains were too long."""
    found = overlap.edges(s, "all", scheduler=scheduler)
    text, texts = s.wording()
    one, other = text[found.left], text[found.right]
    chains, apart = _chains(one, other, found.judged.probability, texts)
    members = _by(text, texts)
    tables = _judged(s, chains, [int(rows[0]) for rows in members])
    groups = [
        _Group(np.sort(np.concatenate([members[k] for k in part.tolist()])), int(members[likest][0]), mean)
        for chain, table in zip(chains, tables, strict=True)
        for part, likest, mean in _parts(chain, table)
    ]
    held = {int(k) for chain in chains for k in chain}
    groups += [_Group(rows, int(rows[0]), 1.0) for k, rows in enumerate(members) if k not in held]
    return [group for group in groups if len(np.unique(s.plan[group.rows])) > 1], apart


def _by(numbers: Places, size: int) -> list[Places]:
    """Where each number below `size` stands."""
    if not size:
        return []
    order = np.argsort(numbers, kind="stable")
    return np.split(order, np.searchsorted(numbers[order], np.arange(1, size)))


def _chains(one: Places, other: Places, probability: Floats, size: int) -> tuple[list[Places], int]:
    """Texts that hang together, in chains of _LONGEST at most; and how many were longer."""
    whole = _connected(one, other, size)
    chains = [chain for chain in whole if len(chain) <= _LONGEST]
    long = [chain for chain in whole if len(chain) > _LONGEST]
    apart = len(long)
    for least in _STEPS:
        inside = np.zeros(size, dtype=bool)
        for chain in long:
            inside[chain] = True
        kept = (probability >= least) & inside[one] & inside[other]
        parts = _connected(one[kept], other[kept], size)
        chains += [part for part in parts if len(part) <= _LONGEST]
        long = [part for part in parts if len(part) > _LONGEST]
    chains += [piece for chain in long for piece in np.array_split(chain, len(chain) // _LONGEST + 1)]
    return sorted(chains, key=lambda chain: int(chain[0])), apart


def _connected(one: Places, other: Places, size: int) -> list[Places]:
    """Connected components of two texts or more."""
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    graph = sparse.coo_array((np.ones(len(one)), (one, other)), shape=(size, size))
    count, labels = connected_components(graph, directed=False)
    return [part for part in _by(labels.astype(np.int64), count) if len(part) > 1]


def _judged(s: Statements, chains: Sequence[Places], first: Sequence[int]) -> list[Floats]:
    """Of each chain the probability of every pair of its texts, each text by its first statement."""
    sides = [np.triu_indices(len(chain), 1) for chain in chains]
    if not sides:
        return []
    rows = np.array(first, dtype=np.int64)
    left = np.concatenate([rows[chain[i]] for chain, (i, _) in zip(chains, sides, strict=True)])
    right = np.concatenate([rows[chain[j]] for chain, (_, j) in zip(chains, sides, strict=True)])
    rank = s.order()[s.plan]
    older = rank[left] <= rank[right]
    found = judge.estimate(s, np.where(older, left, right), np.where(older, right, left)).probability
    ends = np.cumsum([len(i) for i, _ in sides])[:-1]
    return np.split(found, ends)


def _parts(chain: Places, probability: Floats) -> Iterator[tuple[Places, int, float]]:
    """The parts that average linkage finds in a chain, each with its most typical text and its mean probability."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    tree = linkage(1 - probability, "average")
    labels = fcluster(tree, 1 - _AVERAGE, "distance")
    table: Any = squareform(probability)
    for label in np.unique(labels):
        at = np.flatnonzero(labels == label)
        inside = table[np.ix_(at, at)]
        pairs = len(at) * (len(at) - 1)
        yield chain[at], int(chain[at[int(inside.sum(axis=1).argmax())]]), inside.sum() / pairs if pairs else 1.0


# --- what is told of a theme ------------------------------------------------------------------------------------------


def _theme(s: Statements, group: _Group) -> Theme:
    rank = s.order()
    rows = sorted(group.rows.tolist(), key=lambda row: (rank[s.plan[row]], row))
    since: dict[int, int] = {}
    named: dict[int, str] = {}
    for row in rows:
        place, info = int(s.place[s.plan[row]]), s.plans[s.plan[row]]
        named.setdefault(place, s.place_name[s.plan[row]])
        if info.start_year is not None:
            since[place] = min(since.get(place, info.start_year), info.start_year)
    year = min(since.values(), default=None)
    first = [place for place in named if since.get(place) == year] if year is not None else []
    begins = _begins(s)
    ordered = sorted(named, key=lambda place: (since.get(place, 9999), place))
    return Theme(
        label=label([s.text[row] for row in rows], s.text[group.likest]),
        units=tuple(overlap.unit(s, row) for row in rows),
        likest=overlap.unit(s, group.likest),
        plans=len({int(s.plan[row]) for row in rows}),
        places=tuple(named[place] for place in ordered),
        year=year,
        first=tuple(named[place] for place in first),
        or_before=any(begins[place] == year for place in first),
        spread=tuple(
            (y, sum(one <= y for one in since.values()), sum(one <= y for one in begins.values()))
            for y in sorted(set(since.values()))
        ),
        probability=round(float(group.probability), 4),
    )


def _begins(s: Statements) -> dict[int, int]:
    """Of each place the year of its oldest plan in the corpus."""
    out: dict[int, int] = {}
    for n, info in enumerate(s.plans):
        if info.start_year is not None:
            place = int(s.place[n])
            out[place] = min(out.get(place, info.start_year), info.start_year)
    return out


def label(texts: Sequence[str], likest: str) -> str:
    """What a theme is about: an instrument that most of its texts name, else words of the most typical one.

    Of its runs of whole words, then of its single words, the one that stands in most texts and says most.

    >>> label(["新增儿童公园30处", "建成儿童公园12处", "改造儿童公园"], "新增儿童公园30处，方便游玩。")
    '儿童公园'
    """
    named = Counter(name for text in texts for name in instruments.labels(text))
    if named:
        name, held = min(named.items(), key=lambda one: (-one[1], one[0]))
        if held >= _HOLDS * len(texts):
            return name
    told: list[tuple[float, str]] = []
    for runs in (set(_runs(likest)), set(words.terms(likest))):
        told = [
            (held * math.fsum(map(words.informative, parts)), run)
            for run in runs
            if (held := sum(run in text for text in texts)) > 1 or len(texts) == 1
            if max(map(words.informative, parts := words.terms(run)), default=0.0) >= _TELLS
        ]
        if common := [one for one in told if sum(one[1] in text for text in texts) >= _HOLDS * len(texts)]:
            return max(common)[1]
    return max(told)[1] if told else likest[: _LABEL.stop]


def _runs(text: str) -> Iterator[str]:
    """Runs of whole words within one piece of a text that begin with a noun and end with a word."""
    verbs = {verb for level in lexicon.load().strength for verb in level.words}
    parts = words.tokens(text)
    for start, opening in enumerate(parts):
        if opening in verbs or not words.terms(opening):
            continue
        run = ""
        for part in parts[start:]:
            if not part.isalnum() or len(run) + len(part) >= _LABEL.stop:
                break
            run += part
            if len(run) in _LABEL and words.terms(part) and not any(c.isdigit() for c in run):
                yield run
