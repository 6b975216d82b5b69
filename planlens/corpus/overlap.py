"""What the commitments of a corpus have in common: the counterparts of each elsewhere, and which plans share most.

    overlap(corpus, Asked(…)) -> Overlap

Every pair is estimated (`judge.estimate`); the plan pairs of the rows that a person sees are then judged by the very
evidence of `diff` and `overlap`, as many of them as `Asked.exact` allows, and rows that it does not bear out are
struck. Equal texts and near copies need no such confirmation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from planlens import regions
from planlens.corpus import judge
from planlens.corpus.judge import Estimated, Places, Statements
from planlens.errors import CorpusError
from planlens.model import Plan, PlanInfo

if TYPE_CHECKING:
    from planlens.corpus.scheduler import Scheduler
    from planlens.corpus.store import Corpus

Across = Literal["all", "places", "years"]
How = Literal["equal", "near_copy", "same"]
_NEAR_COPY = 0.85  # ratio from which two texts are copies with a few words changed
_DIGITS = 4  # of a probability that is told
_NAMED_AT_MOST = 3  # plans that an error names


@dataclass(frozen=True, slots=True)
class Filter:
    """Which plans are asked about; None: all. A year is that of every plan that holds in it."""

    region: str | None = None
    year: int | None = None
    plans: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.region or self.year is not None or self.plans)


@dataclass(frozen=True, slots=True)
class Asked:
    """What overlap looks for and how much of it is shown."""

    of: Filter = field(default_factory=Filter)
    across: Across = "all"
    least: float = 0.0
    """Probability below which an accepted pair is left out all the same."""
    nearest: int = 3
    """Counterparts shown of each commitment, where plans are named."""
    limit: int = 50
    """Rows shown, 0: all."""
    exact: int = 12
    """Plan pairs among the rows shown that are judged by the evidence of `diff`."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A commitment in its plan."""

    plan: str
    key: str
    text: str
    start: int
    """Of the text in `plans.text`, in code points."""
    end: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two commitments that say the same. `run` is the longest run of characters both have, without marks.

    `copies` further pairs have the same two texts; they are counted where no plans are named.
    """

    a: Unit
    b: Unit
    similarity: float
    probability: float
    how: How
    exact: bool
    """Whether the evidence of `diff` has judged it; else the estimate."""
    run: str
    copies: int = 0


@dataclass(frozen=True, slots=True)
class Shares:
    """How much two plans share: commitments of each with a counterpart in the other, those word for word, and the
    longest run of characters in these.
    """

    a: str
    b: str
    shared: tuple[int, int]
    size: tuple[int, int]
    verbatim: int
    run: str

    @property
    def share(self) -> float:
        """Of the plan of which more is shared."""
        return max(n / max(size, 1) for n, size in zip(self.shared, self.size, strict=True))


@dataclass(frozen=True, slots=True)
class Overlap:
    """What was found: `pairs` and `plans` are those shown, the counts tell of all."""

    pairs: tuple[Pair, ...]
    plans: tuple[Shares, ...]
    found: int
    copies: int
    """Further pairs of the same two texts as one of those found."""
    plan_pairs: int
    commitments: int
    of: int
    """Commitments asked about."""
    having: int
    """Of these, how many have a counterpart."""
    stock: int
    """Pairs set aside because they share stock phrases alone."""
    struck: int
    """Rows that the evidence did not bear out."""
    estimated: int
    """Rows shown that rest on the estimate and on more than a copied text."""
    passed_over: int
    unplaced: int
    """Plans whose place is not known; each counts as a place of its own."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Accepted pairs of statements, the older plan left, stock phrases set aside."""

    left: Places
    right: Places
    judged: Estimated
    stock: int

    def some(self, keep: NDArray[np.bool_] | Places) -> Edges:
        j = self.judged
        kept = Estimated(*(getattr(j, name)[keep] for name in Estimated.__slots__))
        return Edges(self.left[keep], self.right[keep], kept, self.stock)


def overlap(corpus: Corpus, asked: Asked | None = None, *, scheduler: Scheduler | None = None) -> Overlap:
    """Counterparts of the commitments of a corpus in its other plans.

    `scheduler` says where the nearest texts are looked for; None: in this process, with threads.
    Raises CorpusError where no plan fits the filter, or there are no two plans to compare.
    """
    asked = asked or Asked()
    s = judge.gather(corpus)
    chosen = plans_of(s.plans, asked.of)
    found = edges(s, asked.across, chosen if asked.of else None, scheduler=scheduler)
    found = found.some(found.judged.probability >= asked.least)
    rows = _of_each(s, found, chosen, asked.nearest) if asked.of else _strongest(s, found)
    shown = rows[: asked.limit] if asked.limit else rows
    pairs = [_pair(s, found, *row) for row in shown]
    kept = _confirmed(corpus, s, pairs, asked.exact)
    kept = _best_first(kept) if asked.of else kept
    shares = _shares(s, found)
    listed = shares[: asked.limit] if asked.limit else shares
    mine = np.isin(s.plan, chosen)
    having = np.unique(np.concatenate([found.left, found.right]))
    return Overlap(
        pairs=tuple(kept),
        plans=tuple(_with_run(s, found, *one) for one in listed),
        found=len(rows),
        copies=sum(copies for _, _, copies in rows),
        plan_pairs=len(shares),
        commitments=len(s.plan),
        of=int(mine.sum()),
        having=int(mine[having].sum()),
        stock=found.stock,
        struck=len(pairs) - len(kept),
        estimated=sum(not pair.exact and pair.how == "same" for pair in kept),
        passed_over=s.passed_over,
        unplaced=int((~s.known).sum()),
    )


def plans_of(plans: Sequence[PlanInfo], of: Filter) -> Places:
    """Numbers of the plans that a filter names. Raises CorpusError where a name is unknown, or none is left."""
    ids = {info.id: n for n, info in enumerate(plans)}
    for name in of.plans:
        if name not in ids:
            near = [known for known in ids if name and name in known] or sorted(ids)
            more = ", …" if len(near) > _NAMED_AT_MOST else ""
            told = ", ".join(near[:_NAMED_AT_MOST]) + more
            raise CorpusError(f"{name or repr(name)}: no plan of this id in the corpus; there are {told}")
    wanted = [n for n, info in enumerate(plans) if _fits(info, of)]
    if not wanted:
        asked = " ".join(str(one) for one in (of.region, of.year, *of.plans) if one is not None)
        raise CorpusError(f"no plan of {asked or repr(asked)} in the corpus; `planlens corpus info` says what it holds")
    return np.array(wanted, dtype=np.int64)


def _fits(info: PlanInfo, of: Filter) -> bool:
    if of.plans and info.id not in of.plans:
        return False
    first, last = info.start_year, info.end_year or info.start_year
    if of.year is not None and not (first is not None and last is not None and first <= of.year <= last):
        return False
    if of.region is None or info.region == of.region:
        return True
    region = regions.one(info.region, info.parent)
    return region is not None and of.region in {r.name for r in (region, *regions.above(region))}


# --- pairs ----------------------------------------------------------------------------------------------------------


def edges(s: Statements, across: Across, chosen: Places | None = None, *, scheduler: Scheduler | None = None) -> Edges:
    """The accepted pairs of a corpus between plans of any places, of different places, or of one place.

    `chosen`: only those with a statement of one of these plans. Raises CorpusError where there are no two such plans.
    """
    _check(s, across)
    if across == "years":
        left, right = _within_places(s, scheduler)
    else:
        left, right = judge.candidates(s, s.plan if across == "all" else s.place[s.plan], scheduler=scheduler)
    if chosen is not None:
        kept = np.isin(s.plan[left], chosen) | np.isin(s.plan[right], chosen)
        left, right = left[kept], right[kept]
    judged = judge.estimate(s, left, right)
    found = Edges(left, right, judged, int((judged.accepted & judged.stock).sum()))
    return found.some(judged.accepted & ~judged.stock)


def _check(s: Statements, across: Across) -> None:
    places, counts = np.unique(s.place, return_counts=True)
    if len(s.plans) < 2:
        raise CorpusError("one plan shares nothing; build the corpus of two plans or more")
    if across == "places" and len(places) < 2:
        raise CorpusError("all plans of the corpus are of one place; --across years compares these")
    if across == "years" and counts.max() < 2:
        raise CorpusError("the corpus has no two plans of one place; --across places compares different ones")


def _within_places(s: Statements, scheduler: Scheduler | None) -> tuple[Places, Places]:
    """Candidates of one place at a time: those of other places would take all nearest."""
    sides: list[tuple[Places, Places]] = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    counts = np.bincount(s.place)
    for place in np.flatnonzero(counts > 1).tolist():
        rows = np.flatnonzero(s.place[s.plan] == place)
        sides.append(judge.candidates(s, s.plan, among=rows, scheduler=scheduler))
    left, right = (np.concatenate(side) for side in zip(*sides, strict=True))
    return left, right


_Chosen = tuple[int, bool, int]
"""Row of a pair, whether its right statement is to stand left, and how many further pairs have the same two texts."""


def _strongest(s: Statements, found: Edges) -> list[_Chosen]:
    """All pairs of different texts: copies of the longest texts first, then the most probable."""
    size = np.array([len(text) for text in s.plain])
    short = np.minimum(size[found.left], size[found.right])
    copied = found.judged.ratio >= _NEAR_COPY
    strength = np.where(copied, short * found.judged.ratio, 0)
    order = np.lexsort((found.right, found.left, -found.judged.probability.round(3), -strength))
    text, texts = s.wording()
    one, other = text[found.left], text[found.right]
    both = np.minimum(one, other) * texts + np.maximum(one, other)
    _, first, counts = np.unique(both[order], return_index=True, return_counts=True)
    at = np.argsort(first)
    kept = order[first[at]]
    return [(row, False, copies - 1) for row, copies in zip(kept.tolist(), counts[at].tolist(), strict=True)]


def _of_each(s: Statements, found: Edges, chosen: Places, most: int) -> list[_Chosen]:
    """Of each statement of the chosen plans, in order, its best counterparts; True where it stands right in one."""
    size = len(found.left)
    mine = np.concatenate([found.left, found.right])
    other = np.concatenate([found.right, found.left])
    order = np.lexsort((other, -np.tile(found.judged.similarity, 2), -np.tile(found.judged.probability, 2), mine))
    order = order[np.isin(s.plan[mine[order]], chosen)]
    rank = np.arange(len(order)) - np.searchsorted(mine[order], mine[order])
    return [(at % size, at >= size, 0) for at in order[rank < most].tolist()]


def how(ratio: float) -> How:
    """Whether a pair is equal but for marks and names of places, a copy with a few words changed, or neither."""
    return "equal" if ratio == 1 else "near_copy" if ratio >= _NEAR_COPY else "same"


def unit(s: Statements, row: int) -> Unit:
    text, start = s.text[row], int(s.start[row])
    return Unit(s.plans[s.plan[row]].id, s.key[row], text, start, start + len(text))


def _pair(s: Statements, found: Edges, row: int, turned: bool, copies: int) -> Pair:
    i, j = int(found.left[row]), int(found.right[row])
    a, b = (j, i) if turned else (i, j)
    j_ = found.judged
    return Pair(
        unit(s, a),
        unit(s, b),
        round(float(j_.similarity[row]), _DIGITS),
        round(float(j_.probability[row]), _DIGITS),
        how(float(j_.ratio[row])),
        False,
        longest_run(s.plain[a], s.plain[b]),
        copies,
    )


def longest_run(one: str, other: str) -> str:
    """The longest run of characters that two texts share.

    >>> longest_run("新增社康机构35家", "全市新增社康机构12家")
    '新增社康机构'
    """
    found = SequenceMatcher(None, one, other, autojunk=False).find_longest_match(0, len(one), 0, len(other))
    return one[found.a : found.a + found.size]


# --- by the evidence of diff ----------------------------------------------------------------------------------------


def _confirmed(corpus: Corpus, s: Statements, pairs: Sequence[Pair], most: int) -> list[Pair]:
    """The pairs as the evidence judges them, for the first `most` pairs of plans; without those it does not accept."""
    rank = dict(zip((info.id for info in s.plans), s.order().tolist(), strict=True))
    place = dict(zip((info.id for info in s.plans), s.place.tolist(), strict=True))
    plans: dict[str, Plan] = {}
    known: dict[tuple[str, str], judge.Exact] = {}
    kept = []
    for pair in pairs:
        older, newer = sorted((pair.a, pair.b), key=lambda u: rank[u.plan])
        between = older.plan, newer.plan
        if between not in known and len(known) < most and pair.how == "same":
            for name in between:
                plans.setdefault(name, corpus.plan(name))
            one_place = place[older.plan] == place[newer.plan]
            known[between] = judge.exact(plans[older.plan], plans[newer.plan], one_place=one_place)
        told = known.get(between)
        if told is None or (older.key, newer.key) not in told.probability:
            if told is None or pair.how != "same":
                kept.append(pair)
        elif (older.key, newer.key) in told.accepted or pair.how != "same":
            kept.append(replace(pair, probability=round(told.probability[older.key, newer.key], _DIGITS), exact=True))
    return kept


def _best_first(pairs: Sequence[Pair]) -> list[Pair]:
    """The counterparts of each commitment in order of what is now known of them."""
    order = {unit: n for n, unit in reversed(list(enumerate(pair.a for pair in pairs)))}
    return sorted(pairs, key=lambda pair: (order[pair.a], -pair.probability))


# --- plans ----------------------------------------------------------------------------------------------------------

_Met = tuple[int, int, int, int, Places]
"""Numbers of two plans, how many of the statements of each have a counterpart in the other, and rows of the pairs."""


def _shares(s: Statements, found: Edges) -> list[_Met]:
    """Every pair of plans that share anything, those of which most is shared first."""
    if not len(found.left):
        return []
    size = np.maximum(np.bincount(s.plan, minlength=len(s.plans)), 1)
    held = s.plan[found.left] * len(s.plans) + s.plan[found.right]
    order = np.argsort(held, kind="stable")
    pairs, starts = np.unique(held[order], return_index=True)
    counts = [_distinct_of(pairs, held, side, len(s.plan)) for side in (found.left, found.right)]
    made: list[tuple[float, int, _Met]] = []
    for pair, n, m, rows in zip(
        pairs.tolist(), *(c.tolist() for c in counts), np.split(order, starts[1:]), strict=True
    ):
        a, b = divmod(pair, len(s.plans))
        made.append((-max(n / size[a], m / size[b]), pair, (a, b, n, m, rows)))
    return [met for _, _, met in sorted(made, key=lambda one: one[:2])]


def _distinct_of(pairs: Places, held: Places, side: Places, size: int) -> Places:
    """How many statements of one side stand in the pairs of each pair of plans."""
    which = judge.distinct(held * size + side) // size
    return np.bincount(np.searchsorted(pairs, which), minlength=len(pairs))


def _with_run(s: Statements, found: Edges, a: int, b: int, n: int, m: int, rows: Places) -> Shares:
    copied = rows[found.judged.ratio[rows] >= _NEAR_COPY]
    runs = [longest_run(s.plain[found.left[r]], s.plain[found.right[r]]) for r in copied.tolist()]
    size = np.bincount(s.plan, minlength=len(s.plans))
    verbatim = len(np.unique(found.left[copied]))
    run = max(runs, key=len, default="")
    return Shares(s.plans[a].id, s.plans[b].id, (n, m), (int(size[a]), int(size[b])), verbatim, run)
