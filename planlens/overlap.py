"""What plans of several places share: pairs of commitments, themes, who has what alone, how much of whom is in whom.

    overlap(plans) -> Overlap

pairs     commitments to the same instrument or action: word for word, the same, or a variant; who promises more
stock     pairs that share phrases any plan has, set aside
above     what both have from a plan of a region that contains them, told apart from the rest
themes    pairs grouped by the instrument, with who has it, who only mentions it, who had it first
matrix    the share of each plan found in each other, with the sizes and bootstrap intervals
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations, permutations
from typing import TYPE_CHECKING

import numpy as np

from . import counterparts, instruments, places, pledge, regions, sections, words
from .counterparts import Counterparts
from .coverage import goals
from .errors import LibraryError
from .lexicon import Lexicon, load
from .model import Commitment, Link, Overlap, Plan, Share, Shared, Theme

if TYPE_CHECKING:
    from .semantic import Encoder

_RESAMPLES = 1000  # of the bootstrap: the ends of a 95% interval move by less than .01 beyond it
_SEED = 20230911  # any fixed number: intervals must be the same on every machine
_RARE = 6.5  # information of a word that stands in about one of 250 sentences: below it every plan has it
_LABEL_RARE = 5.5  # and of one that can stand in a label
_SHORTEST_LABEL = 4  # characters: a shorter run is a word, not a thing
_Unit = tuple[str, str]  # plan id, key


def overlap(
    plans: Sequence[Plan],
    *,
    above: Sequence[Plan] = (),
    lexicon: Lexicon | None = None,
    encoder: Encoder | None = None,
) -> Overlap:
    """What two plans or more of different places share; `above` are plans of regions that contain some of them.

    Raises LibraryError for fewer than two plans, one given twice, two of one place, and a region that is not known.
    """
    check(plans)
    lexicon = lexicon or load()
    found = {
        (a.info.id, b.info.id): counterparts.find(a, b, least=sections.LEAST, encoder=encoder)
        for a, b in combinations(plans, 2)
    }
    uppers = tuple(plan for plan in above if all(plan.document.sha256 != p.document.sha256 for p in plans))
    origins = _Origins(plans, uppers, encoder)
    pairs: list[Shared] = []
    weak: list[Shared] = []
    stock: list[Shared] = []
    for a, b in combinations(plans, 2):
        judge, between = pledge.Judge(a, b, lexicon), found[a.info.id, b.info.id]
        for link in between.links:
            shared = judge.shared(link, origins.both((a.info.id, link.old), (b.info.id, link.new)))
            (stock if _is_stock(shared, judge) else pairs).append(shared)
        for link in _doubtful(between):
            weak.append(judge.shared(link, origins.both((a.info.id, link.old), (b.info.id, link.new))))
    return Overlap(
        plans=tuple(plans),
        pairs=tuple(sorted(pairs, key=_order)),
        weak=tuple(sorted(weak, key=_order)),
        stock=tuple(sorted(stock, key=_order)),
        clauses=tuple(
            (a.info.id, b.info.id, link)
            for a, b in combinations(plans, 2)
            for link in sections.pair(a, b, found[a.info.id, b.info.id], encoder)
        ),
        themes=_themes(plans, pairs),
        unique=_unique(plans, found.items()),
        matrix=_matrix(plans, pairs, {unit for s in stock for unit in _units(s)}),
        above=uppers,
        caveats=origins.caveats,
        evidence=next(iter(found.values())).evidence,
    )


def _doubtful(between: Counterparts) -> list[Link]:
    return [link for link in between.weak if link.score.probability >= counterparts.LEAST]


def check(plans: Sequence[Plan]) -> None:
    """Raise LibraryError unless these are two plans or more, each of another place that is known."""
    if len(plans) < 2:
        raise LibraryError("one plan overlaps with nothing; name two plans or more, of different places")
    seen: dict[str, str] = {}
    by_place: dict[str, str] = {}
    for plan in plans:
        name = plan.info.id
        if plan.document.sha256 in seen:
            raise LibraryError(f"{name}: the same text as {seen[plan.document.sha256]}; name each plan once")
        seen[plan.document.sha256] = name
        place = _place(plan)
        if place in by_place:
            raise LibraryError(
                f"{name}: of the same place as {by_place[place]} ({plan.info.region or place}); "
                "`planlens diff` compares plans of one place"
            )
        by_place[place] = name


def _place(plan: Plan) -> str:
    """A code that two plans of one place share."""
    region = places.of(plan)
    if region is not None:
        return region.code
    name, asked = plan.info.region, plan.info.id
    if places.national(plan):
        return "全国"
    if name is None:
        raise LibraryError(
            f"{asked}: its text does not say which place it is of; `planlens add FILE --region 深圳市` records it"
        )
    if several := regions.find(name):
        listed = "、".join(f"{regions.above(r)[0].name}{r.name}" if regions.above(r) else r.name for r in several[:3])
        raise LibraryError(f"{asked}: {name} may be {listed}; name the region above in the catalogue: parent")
    near = "、".join(regions.nearest(name))
    raise LibraryError(f"{asked}: no region is called {name}" + (f"; did you mean {near}?" if near else ""))


def _order(shared: Shared) -> tuple[object, ...]:
    return shared.plan_a, shared.plan_b, -shared.score.probability, shared.a, shared.b


def _units(shared: Shared) -> tuple[_Unit, _Unit]:
    return (shared.plan_a, shared.a), (shared.plan_b, shared.b)


def _is_stock(shared: Shared, judge: pledge.Judge) -> bool:
    """Whether two pieces share no instrument and no word rarer than any plan's: 加强组织领导, 健康融入所有政策."""
    if shared.labels:
        return False
    one, other = (frozenset(words.terms(text)) for text in judge.pieces(shared.items[0]))
    return max(map(words.informative, one & other), default=0.0) < _RARE


# --- from above -----------------------------------------------------------------------------------------------------


class _Origins:
    """Which commitments have a counterpart in a plan of a region above, and in which commitment of it."""

    def __init__(self, plans: Sequence[Plan], uppers: Sequence[Plan], encoder: Encoder | None) -> None:
        self.found: dict[_Unit, set[_Unit]] = defaultdict(set)
        told = []
        for upper in uppers:
            for plan in plans:
                if not goals.belongs(upper, plan):
                    continue
                label = goals.circular(upper, plan)
                if label is not None:
                    told.append(f"{plan.info.id}：上级规划中标有{label}的任务由本规划归纳而来，不作来源")
                self._add(upper, plan, label, counterparts.find(upper, plan, encoder=encoder))
        self.caveats = tuple(told)

    def _add(self, upper: Plan, plan: Plan, circular: str | None, between: Counterparts) -> None:
        headings = {c.key: c.heading for c in upper.clauses}
        homes = {c.key: c.clause for c in upper.commitments}
        for link in between.links:
            if circular is None or circular not in headings.get(homes[link.old], ""):
                self.found[plan.info.id, link.new].add((upper.info.id, link.old))

    def both(self, a: _Unit, b: _Unit) -> bool:
        """Whether two commitments answer the same one above."""
        return bool(self.found.get(a, set()) & self.found.get(b, set()))


# --- themes ---------------------------------------------------------------------------------------------------------


def _themes(plans: Sequence[Plan], pairs: Sequence[Shared]) -> tuple[Theme, ...]:
    """Pairs grouped by label, those in most places first, then those with most commitments."""
    groups: dict[str, list[Shared]] = defaultdict(list)
    for shared in pairs:
        for label in shared.labels or (_label(shared, plans),):
            groups[label].append(shared)
    order = {plan.info.id: n for n, plan in enumerate(plans)}
    made = [_theme(label, group, plans) for label, group in groups.items() if label]
    return tuple(
        sorted(
            made,
            key=lambda t: (
                -len(t.units),
                -sum(len(keys) for _, keys in t.units),
                [order[p] for p, _ in t.units],
                t.label,
            ),
        )
    )


def _theme(label: str, group: Sequence[Shared], plans: Sequence[Plan]) -> Theme:
    having: dict[str, set[str]] = defaultdict(set)
    for shared in group:
        for plan, key in _units(shared):
            having[plan].add(key)
    named = {p.info.id: _naming(label, p) for p in plans if p.info.id not in having}
    in_order = [(p.info.id, tuple(c.key for c in p.commitments if c.key in having.get(p.info.id, ()))) for p in plans]
    return Theme(
        label,
        tuple((name, keys) for name, keys in in_order if keys),
        tuple((name, keys) for name, keys in named.items() if keys),
        _first([p for p in plans if p.info.id in having]),
        all(shared.above for shared in group),
    )


def _naming(label: str, plan: Plan) -> tuple[str, ...]:
    """Commitments whose text names an instrument, else clauses whose heading does."""
    found = [c.key for c in plan.commitments if label in instruments.labels(c.text)]
    return tuple(found or (c.key for c in plan.clauses if label in instruments.labels(c.heading)))


def _first(having: Sequence[Plan]) -> str | None:
    """The only plan of the earliest year; None where several begin in it or a year is not known."""
    years = [plan.info.start_year for plan in having]
    if any(year is None for year in years):
        return None
    earliest = [p.info.id for p, year in zip(having, years, strict=True) if year == min(y for y in years if y)]
    return earliest[0] if len(earliest) == 1 else None


def _label(shared: Shared, plans: Sequence[Plan]) -> str:
    """The longest run of words that two pieces share, without the verb it begins with; "" where it says nothing."""
    by_id = {plan.info.id: plan for plan in plans}
    texts = [
        regions.mask(span.of(by_id[name].document.text), places.local_names(by_id[name]))
        for name, span in zip((shared.plan_a, shared.plan_b), shared.items[0], strict=True)
    ]
    runs = [_noun(run) for run in _shared_runs(*texts)]
    kept = [run for run in runs if len(run) >= _SHORTEST_LABEL and _tells(run)]
    return max(kept, key=lambda run: (math.fsum(map(words.informative, words.terms(run))), run), default="")


def _tells(run: str) -> bool:
    return max(map(words.informative, words.terms(run)), default=0.0) >= _LABEL_RARE


_PLAIN = re.compile(r"[^\w“”+《》]+")


def _shared_runs(one: str, other: str) -> list[str]:
    """Runs of whole words of one text that stand in the other."""
    runs, current = [], ""
    flat = _PLAIN.sub("|", other)
    for word in words.tokens(_PLAIN.sub("|", one)):
        if word != "|" and current + word in flat:
            current += word
        else:
            runs.append(current)
            current = word if word != "|" and word in flat else ""
    return [run for run in (*runs, current) if run]


def _noun(run: str) -> str:
    """A run without the verbs before it and the particles around it: 完善健康科普 -> 健康科普."""
    verbs = {verb for level in load().strength for verb in level.words}
    parts = words.tokens(run)
    while len(parts) > 1 and (parts[0] in verbs or parts[0] in "的和与及对为在等以将"):
        parts.pop(0)
    while len(parts) > 1 and (parts[-1] in verbs or parts[-1] in "的和与及对为在等以将"):
        parts.pop()
    return "".join(parts)


# --- who has what alone, and how much ---------------------------------------------------------------------------------


def _unique(
    plans: Sequence[Plan], found: Iterable[tuple[tuple[str, str], Counterparts]]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Commitments that no other plan has, not even doubtfully."""
    met: dict[str, set[str]] = defaultdict(set)
    for (a, b), between in found:
        for link in (*between.links, *_doubtful(between)):
            met[a].add(link.old)
            met[b].add(link.new)
    return tuple(
        (p.info.id, tuple(c.key for c in p.commitments if counterparts.states(c) and c.key not in met[p.info.id]))
        for p in plans
    )


def _matrix(plans: Sequence[Plan], pairs: Sequence[Shared], stock: set[_Unit]) -> tuple[Share, ...]:
    """One share for every ordered pair of plans; stock phrases and bare headings are no commitments here."""
    counted = {
        p.info.id: [c for c in p.commitments if counterparts.states(c) and (p.info.id, c.key) not in stock]
        for p in plans
    }
    met: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for s in pairs:
        met[s.plan_a, s.plan_b][s.a].add(s.b)
        met[s.plan_b, s.plan_a][s.b].add(s.a)
    shortest = min(map(len, counted.values()))
    return tuple(
        _share(row, column, counted[row], len(counted[column]), met[row, column], shortest)
        for row, column in permutations(counted, 2)
    )


def _share(
    row: str, column: str, mine: Sequence[Commitment], theirs: int, met: dict[str, set[str]], shortest: int
) -> Share:
    hits = np.array([bool(met.get(c.key)) for c in mine], dtype=np.float64)
    low, high = _interval(hits, [c.clause for c in mine])
    level = sum(_at_least_one(len(met.get(c.key, ())), theirs, shortest) for c in mine) / max(1, len(mine))
    count = int(hits.sum())
    return Share(row, column, count, len(mine), count / max(1, len(mine)), low, high, level)


def _interval(hits: np.ndarray[tuple[int], np.dtype[np.float64]], clauses: Sequence[str]) -> tuple[float, float]:
    """Percentile bootstrap (Efron 1979) of a share, clauses drawn whole: what stands in one clause hangs together."""
    if not len(hits):
        return 0.0, 0.0
    _, group = np.unique(np.array(clauses), return_inverse=True)
    right, size = np.bincount(group, weights=hits), np.bincount(group)
    drawn = np.random.RandomState(_SEED).randint(0, len(size), (_RESAMPLES, len(size)))
    shares = right[drawn].sum(axis=1) / size[drawn].sum(axis=1)
    low, high = np.percentile(shares, (2.5, 97.5))
    return float(low), float(high)


def _at_least_one(found: int, of: int, drawn: int) -> float:
    """Probability that of `of` commitments, `found` of them counterparts, `drawn` at random hold one or more.

    >>> _at_least_one(1, 4, 2), _at_least_one(0, 4, 2), _at_least_one(3, 4, 4)
    (0.5, 0.0, 1.0)
    """
    return 1 - math.comb(max(of - found, 0), min(drawn, of)) / math.comb(of, min(drawn, of)) if of else 0.0
