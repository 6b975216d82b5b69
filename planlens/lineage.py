"""Follow one commitment through years and places: who says it, what became of it, how long it lasts, who had it first.

    lineage("家庭医生签约", plans)        -> Lineage: every statement that says it, names it otherwise or continues one
    lineage("shenzhen-2023:四/十二#1", …)  -> the same, from one commitment
    adoption(plans)                       -> when each instrument first appears in each place

Within a place the statements of one plan are linked to those of the next by `align`; from place to place by
`counterparts`. A path of links is followed while the product of their probabilities stays above _PATH, so that a chain
of fair guesses does not end at something else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from . import align, counterparts, instruments, places, words
from .changes import classify
from .commitments import items
from .compare import located
from .errors import LibraryError
from .lexicon import Lexicon
from .model import Change, Link, Plan, Target
from .redline import bare

if TYPE_CHECKING:
    from .semantic import Encoder

How = Literal["says", "names", "continues"]
_PATH = 0.3
"""Probability of a whole path of links below which it is not followed: two links of .55 are as doubtful as a coin."""
_NEAREST = 3  # statements named where none says what is asked for


@dataclass(frozen=True, slots=True)
class Appearance:
    """A statement of the lineage.

    `how`: says (has the words), names (the same instrument under another name), continues (linked to one that does).
    `source` is (plan id, key) of the statement it is linked to and `probability` that of the whole path; None and 1.0
    where the words say it.
    """

    plan: str
    key: str
    how: How
    source: tuple[str, str] | None
    probability: float


@dataclass(frozen=True, slots=True)
class Step:
    """What became of statements of the lineage from one plan of a place to its next: one `Change` between the two."""

    old_plan: str
    new_plan: str
    change: Change


@dataclass(frozen=True, slots=True)
class Line:
    """The lineage in one place: its plans oldest first, those that have it, and when it was first and last had.

    `since_start` is true where the oldest plan that was looked at has it already, so that it may be older.
    """

    place: str
    plans: tuple[str, ...]
    having: tuple[str, ...]
    first: int | None
    last: int | None
    since_start: bool
    lag: int | None
    """Years after the first place that has it; None where a year is not known."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """Everything found of one commitment; plans in order of years within each place."""

    query: str
    plans: tuple[Plan, ...]
    appearances: tuple[Appearance, ...]
    steps: tuple[Step, ...]
    lines: tuple[Line, ...]
    evidence: str


@dataclass(frozen=True, slots=True)
class Adopted:
    """One instrument: the lines of the places that name it, the first to have it first."""

    label: str
    lines: tuple[Line, ...]


def lineage(
    query: str, plans: Sequence[Plan], *, lexicon: Lexicon | None = None, encoder: Encoder | None = None
) -> Lineage:
    """The statements that say `query` (a phrase, or PLAN:KEY) and those linked to them, in every plan given.

    Raises LibraryError where no statement has the words, with the statements that come nearest.
    """
    ordered = _by_place(plans)
    web = _Web(ordered, lexicon, encoder)
    found = _said(query, ordered)
    if _of_key(query, plans) is not None:
        web.spread(found)
        for group in ordered:
            if not any(place[0] == plan.info.id for place in found for plan in group):
                web.cross(found, group, _sources(found, ordered))
        web.spread(found)
    else:
        web.fill(query, found)
    flat = tuple(plan for group in ordered for plan in group)
    order = {(plan.info.id, c.key): n for n, (plan, c) in enumerate((p, c) for p in flat for c in p.commitments)}
    appearances = tuple(found[place] for place in sorted(found, key=order.__getitem__))
    having = {place[0] for place in found}
    lines = _lagged([_line(group, having) for group in ordered])
    return Lineage(query, flat, appearances, tuple(web.steps(found)), lines, align.evidence_used(encoder))


def numbers(appearance: Appearance, plan: Plan, query: str) -> tuple[Target, ...]:
    """The targets of a statement; of one found by a phrase only those told of it."""
    asked, labels = bare(query), instruments.labels(query)
    mine = [t for t in plan.targets if t.unit_key == appearance.key and t.role == "target"]
    told = [t for t in mine if _how(asked, labels, t.quote.of(plan.document.text) + "，" + t.indicator)]
    return tuple(mine if ":" in query else told)


def adoption(plans: Sequence[Plan]) -> tuple[Adopted, ...]:
    """Instruments that two places or more name in a commitment: those in most places first, then by name."""
    ordered = _by_place(plans)
    naming: dict[str, set[str]] = defaultdict(set)
    for plan in plans:
        for commitment in plan.commitments:
            for label in instruments.labels(commitment.text):
                naming[label].add(plan.info.id)
    found = []
    for label, having in naming.items():
        lines = [line for line in (_line(group, having) for group in ordered) if line.having]
        if len(lines) > 1:
            found.append(Adopted(label, _lagged(lines)))
    return tuple(sorted(found, key=lambda adopted: (-len(adopted.lines), adopted.label)))


def place_of(plan: Plan) -> str:
    """The name of the place a plan is of; its id where that cannot be told."""
    region = places.of(plan)
    return region.name if region else plan.info.region or plan.info.id


def _by_place(plans: Sequence[Plan]) -> list[list[Plan]]:
    """The plans of each place, oldest first; places in the order given."""
    groups: dict[str, list[Plan]] = defaultdict(list)
    for plan in plans:
        groups[place_of(plan)].append(plan)
    return [sorted(group, key=_when) for group in groups.values()]


def _when(plan: Plan) -> tuple[int, int, str]:
    return plan.info.start_year or 0, plan.info.end_year or 0, plan.info.id


_Place = tuple[str, str]  # plan id, key
_Found = dict[_Place, Appearance]


def _said(query: str, ordered: Sequence[Sequence[Plan]]) -> _Found:
    """The statements that have the words of the query; of a key, that one statement."""
    plans = [plan for group in ordered for plan in group]
    if (place := _of_key(query, plans)) is not None:
        return {place: Appearance(*place, "says", None, 1.0)}
    asked, labels = bare(query), instruments.labels(query)
    if not asked:
        raise LibraryError(f"{query!r}: nothing to look for; give a phrase or PLAN:KEY")
    found: _Found = {}
    for plan in plans:
        for c in plan.commitments:
            if how := _how(asked, labels, c.text):
                found[plan.info.id, c.key] = Appearance(plan.info.id, c.key, how, None, 1.0)
    if not found:
        raise LibraryError(f"{query}: no commitment of {len(plans)} plans says so{_nearest(query, plans)}")
    return found


def _how(asked: str, labels: frozenset[str], text: str) -> How | None:
    return "says" if asked in bare(text) else "names" if labels & instruments.labels(text) else None


def _of_key(query: str, plans: Sequence[Plan]) -> _Place | None:
    """PLAN:KEY as a place, None for a phrase. Raises LibraryError for a key that the plan has not."""
    for plan in plans:
        name, key = plan.info.id, query.removeprefix(plan.info.id + ":")
        if key != query:
            if all(c.key != key for c in plan.commitments):
                raise LibraryError(f"{name}: no commitment {key}; `planlens show {name} --format csv` lists the keys")
            return name, key
    return None


def _nearest(query: str, plans: Sequence[Plan]) -> str:
    asked = set(words.terms(query))
    ranked = [
        (sum(words.informative(term) for term in asked & set(words.terms(c.text))), n, plan.info.id, c)
        for plan in plans
        for n, c in enumerate(plan.commitments)
    ]
    best = sorted((r for r in ranked if r[0] > 0), key=lambda r: (-r[0], r[1]))[:_NEAREST]
    return "; nearest: " + ", ".join(f"{name}:{c.key} {c.text[:24]}" for _, _, name, c in best) if best else ""


def _sources(found: _Found, ordered: Sequence[Sequence[Plan]]) -> tuple[Plan, ...]:
    """Plans with a statement of the lineage: what plans of other places are compared with."""
    having = {place[0] for place in found}
    return tuple(plan for group in ordered for plan in group if plan.info.id in having)


@dataclass(slots=True)
class _Web:
    """Alignments between consecutive plans of each place, made when first asked for."""

    ordered: Sequence[Sequence[Plan]]
    lexicon: Lexicon | None
    encoder: Encoder | None
    _changes: dict[tuple[str, str], tuple[Change, ...]] = field(default_factory=dict)
    _links: dict[tuple[str, str], Sequence[Link]] = field(default_factory=dict)

    def between(self, old: Plan, new: Plan) -> Sequence[Link]:
        at = old.info.id, new.info.id
        if at not in self._links:
            made = align.align(old, new, encoder=self.encoder)
            self._links[at] = located(old, new, made, self.lexicon).links
            self._changes[at] = classify(old, new, made, self.lexicon)
        return self._links[at]

    def spread(self, found: _Found) -> None:
        """Add what the links within each place lead to, forward and backward, while a path is likely enough."""
        for group in self.ordered:
            pairs = [*pairwise(group), *reversed(list(pairwise(group)))]
            for old, new in pairs:
                if not any(place[0] in (old.info.id, new.info.id) for place in found):
                    continue
                for link in self.between(old, new):
                    ends = (old.info.id, link.old), (new.info.id, link.new)
                    for here, there in (ends, ends[::-1]):
                        if here in found:
                            _continue(found, here, there, link.score.probability)

    def fill(self, query: str, found: _Found) -> None:
        """Where a plan does not say a phrase, add what statements that do, of the plan before or after, are linked to.

        Only where the item that the link rests on has the phrase: a long sentence is linked for other reasons too.
        """
        asked, said = bare(query), dict(found)
        saying = {place[0] for place in said}
        for old, new in (pair for group in self.ordered for pair in pairwise(group)):
            if (old.info.id in saying) == (new.info.id in saying):
                continue
            for link in self.between(old, new):
                side = int(new.info.id in saying)
                ends = (old.info.id, link.old), (new.info.id, link.new)
                here, there = ends[side], ends[1 - side]
                if here in said and _rests(link, side, (old, new)[side], asked):
                    _continue(found, here, there, link.score.probability)

    def cross(self, found: _Found, group: Sequence[Plan], sources: Sequence[Plan]) -> None:
        """Add the counterparts that a place without the commitment has to that of the plans nearest in time."""
        for plan in group:
            year = plan.info.start_year or 0
            for source in sorted(sources, key=lambda p: (abs((p.info.start_year or 0) - year), p.info.id))[:1]:
                for link in counterparts.find(source, plan, encoder=self.encoder).links:
                    here, there = (source.info.id, link.old), (plan.info.id, link.new)
                    if here in found:
                        _continue(found, here, there, link.score.probability)

    def steps(self, found: _Found) -> Iterator[Step]:
        """The changes that statements of the lineage take part in."""
        for group in self.ordered:
            for old, new in pairwise(group):
                at = old.info.id, new.info.id
                if not any(place[0] in at for place in found):
                    continue
                self.between(old, new)
                for change in self._changes[at]:
                    sides = zip((old, new), (change.old, change.new), strict=True)
                    if any((plan.info.id, key) in found for plan, keys in sides for key in keys):
                        yield Step(*at, change)


def _rests(link: Link, side: int, plan: Plan, asked: str) -> bool:
    """Whether what a link rests on, on one side, says the phrase: its item, or a statement that is one item.

    The name of the same instrument is not enough: 每个家庭医生团队配备中医师 is no 家庭医生签约 to follow further.
    """
    if link.items:
        return asked in bare(link.items[0][side].of(plan.document.text))
    key = (link.old, link.new)[side]
    return any(c.key == key and asked in bare(c.text) and len(items(c.text)) == 1 for c in plan.commitments)


def _continue(found: _Found, here: _Place, there: _Place, chance: float) -> None:
    path = found[here].probability * chance
    if path >= _PATH and (there not in found or (found[there].how == "continues" and found[there].probability < path)):
        found[there] = Appearance(*there, "continues", here, path)


def _line(group: Sequence[Plan], having: set[str]) -> Line:
    have = [plan for plan in group if plan.info.id in having]
    return Line(
        place=place_of(group[0]),
        plans=tuple(plan.info.id for plan in group),
        having=tuple(plan.info.id for plan in have),
        first=have[0].info.start_year if have else None,
        last=have[-1].info.end_year if have else None,
        since_start=bool(have) and have[0] is group[0],
        lag=None,
    )


def _lagged(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Lines in the order of their first year, each with its years after the first; those without stand last."""
    years = [line.first for line in lines if line.first is not None]
    start = min(years, default=0)
    told = [replace(line, lag=None if line.first is None else line.first - start) for line in lines]
    return tuple(sorted(told, key=lambda line: (line.lag is None, line.lag or 0)))
