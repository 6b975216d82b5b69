"""Decide what happened to each target: compared with its own kind, replaced by another measure, dropped or added.

Two numbers are compared when the same thing is counted, never because the figures agree. The thing counted is read
from the indicators (naming.py), the links of the statements are evidence beside it; a number said twice counts once,
with the links of all its places. What may be computed of a pair is for verdicts.py to say.
"""

from __future__ import annotations

import heapq
import itertools
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from . import convert, namesakes, naming, repeats, restated, verdicts, words
from .convert import Meeting, Wholes
from .model import Alignment, Plan, Shift, ShiftKind, Span, Target
from .naming import SAME_THING, likeness
from .verdicts import Group

_SAME_THING_LINKED = 0.34  # likeness of two indicators from which they name the same thing in linked statements
_LINKED = 0.3  # probability of a link that counts as evidence
_PLACED = 0.5  # probability of a link from which two statements hold one place, whatever they count
_CLAUSE_COUNTS = 0.5  # of the probability that their clauses are counterparts, where two statements are not
_SURE = 0.9  # probability of a link from which two statements are one
_SAME_ACT = 0.15  # likeness asked of the only two numbers of one unit and act in statements that are one
_SAME_PLACE = 0.25  # likeness below which two measures in linked statements have nothing to do with each other
_OTHER_END = 0.2  # taken off where one starts what the other finishes, or one is a described part of the other
_TAKEN = 0.3  # taken off a place that another old number of the same thing has already
_RARE = 6.0  # information of a word that stands in fewer than one of 150 background sentences


def pair(old: Plan, new: Plan, alignment: Alignment) -> tuple[Shift, ...]:
    """All shifts, the compared ones first in the order of the new plan, then replaced, dropped and new targets."""
    olds, news = restated.headlines(old.targets), restated.headlines(new.targets)
    linked, wholes = _Linked(old, new, alignment), Wholes((old, new))
    like = _like(olds, news, linked, wholes)
    out = [verdicts.compared(group, meeting, _words_of(old, new, group)) for group, meeting in like]
    met_old = {t.key for group, _ in like for t in group.old}
    met_new = {t.key for group, _ in like for t in group.new}
    out += _substituted(olds, news, linked, wholes, met_old, met_new)
    written = _still_written(old, new, linked), _still_written(new, old, linked, back=True)
    return tuple(out + _alone(olds, news, linked, out, met_old | written[0], met_new | written[1]))


def _words_of(old: Plan, new: Plan, group: Group) -> tuple[str, str]:
    """The words of each statement up to the number, as far as its comma."""
    sides = ((old, group.old[0]), (new, group.new[0]))
    before, after = (plan.document.text[t.quote.start : max(t.quote.start, t.span.start)] for plan, t in sides)
    return before, after


class _Linked:
    """Probability that two statements, or the clauses around them, are counterparts; the best of a number's places.

    `alone` holds the numbers that are the only one of their unit and act in their statement.
    """

    def __init__(self, old: Plan, new: Plan, alignment: Alignment) -> None:
        self.statements = {(link.old, link.new): link.score.probability for link in alignment.links}
        self.clauses = {(link.old, link.new): link.score.probability for link in alignment.clauses}
        self.old_clauses: dict[str, list[str]] = defaultdict(list)
        for link in alignment.clauses:
            self.old_clauses[link.old].append(link.new)
        self.places = [
            {key: tuple(t.unit_key for t in said) for key, said in repeats.places(plan.targets).items()}
            for plan in (old, new)
        ]
        self.homes = [
            {key: frozenset(unit.split("#")[0] for unit in units) for key, units in side.items()}
            for side in self.places
        ]
        self.old_links: dict[str, list[str]] = {}
        for link in alignment.links:
            self.old_links.setdefault(link.old, []).append(link.new)
        linked = {link.new for link in alignment.links}
        self.new_linked = {key for key, units in self.places[1].items() if not linked.isdisjoint(units)}

        self.alone = [_only_ones(plan.targets) for plan in (old, new)]

    def one_place(self, a: Target, b: Target, p: float) -> bool:
        """Whether two statements are one, and these their only numbers of one unit and act: 遴选13家 → 新启动10家."""
        if p < _SURE or a.key not in self.alone[0] or b.key not in self.alone[1]:
            return False
        acts = {naming.act(t.indicator) for t in (a, b)}
        same_unit = a.quantity.unit == b.quantity.unit or convert.dimension(a.quantity.unit) == "people"
        return same_unit and len(acts) == 1 and None not in acts

    def elsewhere(self, a: Target, replaced_by: str | None) -> bool:
        """Whether an old number's statement survives in the new plan, in another than the one that replaced it."""
        taken = self.places[1].get(replaced_by or "", ())
        return any(new not in taken for unit in self.places[0][a.key] for new in self.old_links.get(unit, ()))

    def of(self, a: Target, b: Target) -> float:
        olds, news = self.places[0][a.key], self.places[1][b.key]
        return max(self.statements.get((x, y), 0.0) for x in olds for y in news)

    def around(self, a: Target, b: Target) -> float:
        olds, news = self.homes[0][a.key], self.homes[1][b.key]
        return max(self.clauses.get((x, y), 0.0) for x in olds for y in news)

    def met(self, olds: Sequence[Target], news: Sequence[Target]) -> Iterable[tuple[int, int]]:
        """Places of the numbers that stand in linked statements."""
        at = [_by_unit(side, places) for side, places in zip((olds, news), self.places, strict=True)]
        return {(i, j) for x, y in self.statements for i in at[0].get(x, ()) for j in at[1].get(y, ())}


def _by_unit(targets: Sequence[Target], places: Mapping[str, Sequence[str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for n, target in enumerate(targets):
        for unit in dict.fromkeys(places[target.key]):
            found[unit].append(n)
    return found


def _only_ones(targets: Iterable[Target]) -> set[str]:
    found: dict[tuple[str, str, str | None], list[str]] = {}
    for t in targets:
        if t.role == "target" and not t.damaged:
            found.setdefault((t.unit_key, t.quantity.unit, naming.act(t.indicator)), []).append(t.key)
    return {keys[0] for keys in found.values() if len(keys) == 1}


def _alike_targets(a: Target, b: Target) -> float:
    """Likeness of what two targets count, their scopes left out; starting something is not finishing it."""
    left, right = naming.without_scope(a), naming.without_scope(b)
    found = naming.patterns()
    actions = [set(found["actions"].findall(t.indicator)) for t in (a, b)]
    if actions[0] & actions[1] and any(naming.names_nothing(t) for t in (a, b)):
        return 0.5  # 招聘人数 names no more than its action
    value = likeness(left, right)
    begins, ends = ([bool(found[name].search(t)) for t in (left, right)] for name in ("begins", "ends"))
    if (begins[0] and ends[1]) or (ends[0] and begins[1]):
        value -= _OTHER_END
    if not actions[0] & actions[1] and (naming.described(left, right) or naming.each(a) != naming.each(b)):
        value -= _OTHER_END
    return value


def same_thing(a: Target, b: Target) -> bool:
    """Whether two targets of linked statements count the same thing, in whatever unit."""
    return _alike_targets(a, b) >= _SAME_THING_LINKED


def same_measure(a: Target, b: Target) -> bool:
    """Whether two targets may stand in one row of a ledger: units of one family, not level against increment."""
    return convert.dimension(a.quantity.unit) == convert.dimension(b.quantity.unit) and _measures_meet(a, b)


def _measures_meet(a: Target, b: Target) -> bool:
    """A level is never compared with an increment; a count of things to do goes with both where units allow."""
    return {a.measure, b.measure} != {"level", "increment"} and (
        a.measure == b.measure or convert.dimension(a.quantity.unit) not in ("share", "points")
    )


@dataclass(frozen=True)
class _Kin:
    """Numbers of one plan that nothing tells apart but where they stand: what is true of `one` is true of all."""

    one: Target
    members: deque[int]
    """Their places in the list of all, in order; of the new plan those that are taken are dropped from the front."""
    homes: dict[str, deque[int]]
    """The same by the clauses they stand in."""


def _kin(targets: Mapping[int, Target], homes: Mapping[str, frozenset[str]], apart: Collection[str] = ()) -> list[_Kin]:
    """Numbers by what they say, those with a key in `apart` for themselves."""
    found: dict[tuple[object, ...], _Kin] = {}
    for n, t in targets.items():
        facts = (t.indicator, t.scope, t.quantity.unit, t.measure, t.period, t.key in apart)
        kin = found.setdefault(facts, _Kin(t, deque(), defaultdict(deque)))
        kin.members.append(n)
        for home in homes[t.key]:
            kin.homes[home].append(n)
    return list(found.values())


def _namesakes(olds: Sequence[_Kin], news: Sequence[_Kin]) -> Iterable[tuple[_Kin, _Kin]]:
    """Numbers that may count the same thing wherever they stand."""
    of: list[dict[str, list[_Kin]]] = [defaultdict(list), defaultdict(list)]
    for side, kins in zip(of, (olds, news), strict=True):
        for kin in kins:
            side[naming.compared(kin.one)].append(kin)
    names = [list(side) for side in of]
    for i, j in namesakes.near(names[0], names[1], SAME_THING):
        yield from itertools.product(of[0][names[0][i]], of[1][names[1][j]])


def _between(a: _Kin, b: _Kin, linked: _Linked, least: float) -> Iterable[tuple[float, Collection[int], deque[int]]]:
    """How probably clauses are counterparts that hold some of either, and which."""
    for x, olds in a.homes.items():
        for y in linked.old_clauses.get(x, ()):
            around = linked.clauses[x, y]
            if y in b.homes and around >= least:
                yield around, olds, b.homes[y]


_Lot = tuple[float, Collection[int], deque[int]]
"""How surely each of some old numbers goes with each of some new ones."""


def _surest_first(
    lots: Iterable[_Lot], shared: Collection[int], also: Callable[[int, int, int], bool]
) -> dict[int, int]:
    """The old number of each new one, the surest pairs first, of equals those that stand first; each is taken once.

    Only an old one of the `shared` goes with further new ones, where `also` (old, its first new, this new) holds. A
    pair may stand in several lots: the surest counts.
    """
    levels: dict[float, list[_Lot]] = defaultdict(list)
    for lot in lots:
        levels[lot[0]].append(lot)
    of_new: dict[int, int] = {}
    of_old: dict[int, int] = {}
    for sure in sorted(levels, reverse=True):
        rows: dict[int, list[deque[int]]] = defaultdict(list)
        for _, olds, news in levels[sure]:
            for i in olds:
                if i not in of_old or i in shared:
                    rows[i].append(news)
        for i in sorted(rows):
            for j in _free(rows[i], of_new):
                if i not in of_old or also(i, of_old[i], j):
                    of_new[j] = i
                    of_old.setdefault(i, j)
                if i not in shared:
                    break
    return of_new


def _free(several: Sequence[deque[int]], taken: Mapping[int, int]) -> Iterator[int]:
    """The numbers that are not taken, in order."""
    for news in several:
        while news and news[0] in taken:
            news.popleft()
    return (j for j in heapq.merge(*several) if j not in taken)


def _like(
    olds: Sequence[Target], news: Sequence[Target], linked: _Linked, wholes: Wholes
) -> list[tuple[Group, Meeting]]:
    """Greedy from the surest: each new target with its best old; olds of one list may add up to it."""
    sides = [_kin(dict(enumerate(side)), homes) for side, homes in zip((olds, news), linked.homes, strict=True)]
    lots: list[_Lot] = []
    for i, j in linked.met(olds, news):
        p, around = linked.of(olds[i], news[j]), linked.around(olds[i], news[j])
        sure, meeting = _sureness(olds[i], news[j], p, around, linked, wholes)
        lots += [(sure, (i,), deque((j,)))] if meeting else []
    for mine, other in _namesakes(*sides):
        sure, meeting = _sureness(mine.one, other.one, 0.0, 0.0, linked, wholes)
        if meeting:
            lots.append((sure, mine.members, other.members))
            for around, here, there in _between(mine, other, linked, 0.0):
                lots.append((_sureness(mine.one, other.one, 0.0, around, linked, wholes)[0], here, there))
    leveled = {i for i, a in enumerate(olds) if naming.levels(a.indicator)}
    of_new = _surest_first(lots, leveled, lambda i, met, j: _split_by_level(olds[i], news[met], news[j]))
    listed = _by_unit(olds, {t.key: (t.unit_key,) for t in olds})
    taken = set(of_new.values())
    out = []
    for j, i in sorted(of_new.items()):
        a, b = olds[i], news[j]
        beside = [olds[k] for k in listed[a.unit_key] if k != i and k not in taken and _one_list(a, olds[k])]
        meeting = _sureness(a, b, linked.of(a, b), linked.around(a, b), linked, wholes)[1]
        if meeting:
            out.append((Group(_summed(a, beside, b), (b,)), meeting))
    return out


def _sureness(
    a: Target, b: Target, p: float, around: float, linked: _Linked, wholes: Wholes
) -> tuple[float, Meeting | None]:
    """How surely two targets count the same thing and how their numbers meet; None where they do not.

    `p` and `around` are the probabilities that their statements and their clauses are counterparts.
    """
    meeting = _meeting(a, b, wholes)
    if meeting is None:
        return 0.0, None
    if naming.opposed(a.indicator, b.indicator):
        return 0.0, None
    if p < _LINKED and (_bare_share(a) or _bare_share(b)):
        return 0.0, None
    sim = _alike_targets(a, b)
    enough = _SAME_THING_LINKED if p >= _LINKED else SAME_THING
    if sim < enough:
        if sim < _SAME_ACT or not linked.one_place(a, b, p):
            return 0.0, None
        meeting = replace(meeting, renamed=True)
    alike = 0.1 * (a.measure == b.measure) + 0.05 * (a.period == b.period)
    return sim + 0.5 * p + 0.1 * around + alike, meeting


def _meeting(a: Target, b: Target, wholes: Wholes) -> Meeting | None:
    """How the numbers of two targets meet, None where they cannot: level against increment, a base no plan states."""
    dimensions = {convert.dimension(t.quantity.unit) for t in (a, b)}
    if len(dimensions) == 2 and "share" not in dimensions and "visits" not in dimensions:
        return None
    if len(dimensions) == 1 and not _measures_meet(a, b):
        return None
    meeting = convert.meeting(a, b, wholes)
    return None if meeting is None or meeting.missing else meeting


def _bare_share(target: Target) -> bool:
    """A share whose indicator says of whom but not of what: it meets nothing that is not linked to it."""
    share = convert.dimension(target.quantity.unit) == "share"
    return share and not naming.patterns()["metric"].search(target.indicator)


def _summed(one: Target, listed: Sequence[Target], new: Target) -> tuple[Target, ...]:
    """The old target, with those listed beside it that the new one takes in: 国家2个、省12个 → 省级以上12个."""
    if named := [other for other in listed if _both_named(one, other, new)]:
        return tuple(sorted([one, *named], key=lambda t: t.span.start))
    level = naming.levels(new.indicator)
    wide = not level or any(name.endswith("以上") for name in level)
    if not wide or len(naming.levels(one.indicator)) != 1:
        return (one,)
    beside = [other for other in listed if _same_but_for_level(one, other)]
    return tuple(sorted([one, *beside], key=lambda t: t.span.start))


def _both_named(a: Target, b: Target, whole: Target) -> bool:
    """Whether a name tells in one word what two others tell apart: 国道、省道改线项目 and 国省道改线项目."""
    start = _shared(a.indicator, b.indicator)
    left, right = a.indicator[start:], b.indicator[start:]
    end = _shared(left[::-1], right[::-1])
    apart, tail = [left[: len(left) - end], right[: len(right) - end]], left[len(left) - end :]
    if end < 2 or not all(0 < len(part) <= 4 for part in apart):
        return False
    return any("".join(parts) + tail[:2] in whole.indicator for parts in (apart, apart[::-1]))


def _shared(a: str, b: str) -> int:
    """How many characters two texts begin with alike."""
    return next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _same_but_for_level(a: Target, b: Target) -> bool:
    """新增国家级 and 新增省级 in one list, whatever follows them."""
    levels = naming.levels(a.indicator), naming.levels(b.indicator)
    if len(levels[1]) != 1 or levels[0] == levels[1]:
        return False
    return naming.without_levels(a.indicator) == naming.without_levels(b.indicator)


def _split_by_level(old: Target, met: Target, other: Target) -> bool:
    """One old number that two new ones share out by level: 国家或省级2个 → 全国2项 and 市级8家."""
    levels = naming.levels(met.indicator), naming.levels(other.indicator)
    parted = all(levels) and levels[0] != levels[1] and met.unit_key == other.unit_key
    own = naming.levels(old.indicator)
    return bool(parted and own and own != levels[0])


def _one_list(a: Target, b: Target) -> bool:
    """Whether two targets stand side by side in one statement with the same unit: 2个、12个."""
    return a.unit_key == b.unit_key and a.quantity.unit == b.quantity.unit and _gap(a.span, b.span) <= 24


def _gap(a: Span, b: Span) -> int:
    return max(a.start, b.start) - min(a.end, b.end)


def _substituted(
    olds: Sequence[Target],
    news: Sequence[Target],
    linked: _Linked,
    wholes: Wholes,
    met_old: set[str],
    met_new: set[str],
) -> list[Shift]:
    """A number that stands in the place of another that counts something else; each number replaces one at most."""
    left = {i: a for i, a in enumerate(olds) if a.key not in met_old}
    kin_old, kin_new = _kin(left, linked.homes[0]), _kin(dict(enumerate(news)), linked.homes[1], met_new)
    lots: list[_Lot] = []
    for i, j in linked.met(olds, news):
        if i in left:
            p, around = linked.of(olds[i], news[j]), linked.around(olds[i], news[j])
            lots.append((_place(olds[i], news[j], p, around, wholes), (i,), deque((j,))))
    for mine, other in _namesakes(kin_old, kin_new):
        for around, here, there in _between(mine, other, linked, _PLACED / _CLAUSE_COUNTS):
            lots.append((_place(mine.one, other.one, 0.0, around, wholes), here, there))
    for mine, other in _both_recruit(kin_old, kin_new):
        lots.append((_place(mine.one, other.one, 0.0, 0.0, wholes), mine.members, other.members))
    taken = {j for j, b in enumerate(news) if b.key in met_new}
    placed = [(sure - _TAKEN * (there[0] in taken), here, there) for sure, here, there in lots if sure > 0]
    of_new = _surest_first(placed, (), lambda *_: False)
    out = []
    for j, i in of_new.items():
        a, b = olds[i], news[j]
        name, why = f"{a.indicator} → {b.indicator}", _why_not(a, b, wholes)
        out.append(Shift("substituted", "not_comparable", "n/a", name, (a.key,), (b.key,), None, None, why))
    return out


def _both_recruit(olds: Sequence[_Kin], news: Sequence[_Kin]) -> Iterable[tuple[_Kin, _Kin]]:
    """Numbers that say how many people of rank one action brings in."""
    by: dict[str, list[_Kin]] = defaultdict(list)
    for kin in news:
        for action in _recruits(kin.one):
            by[action].append(kin)
    for kin in olds:
        met = {id(other): other for action in sorted(_recruits(kin.one)) for other in by.get(action, ())}
        yield from ((kin, other) for other in met.values())


def _place(a: Target, b: Target, p: float, around: float, wholes: Wholes) -> float:
    """How surely b stands where a stood although it counts something else, 0 for not at all.

    Either the statements are linked and the numbers share a rare word, or both say how many people of rank the same
    action brings in (引进…团队20个 → 引进…人才500人).
    """
    if _meeting(a, b, wholes) is not None:
        return 0.0
    sim = likeness(naming.without_scope(a), naming.without_scope(b))
    place = max(p, _CLAUSE_COUNTS * around if sim >= SAME_THING else 0.0)
    if place >= _PLACED and sim >= _SAME_PLACE and _rare_word(a, b):
        return place + sim + 0.2 * (a.quantity.unit == b.quantity.unit)
    apart = _fields_apart(a, b)
    if _recruits(a) & _recruits(b) and apart <= 1:
        return 0.3 + p + sim - 0.1 * apart
    return 0.0


def _rare_word(a: Target, b: Target) -> bool:
    """Whether two names share a word that few statements have, or one is the other told by a base: 千人口托位数."""
    names = [naming.without_scope(t) for t in (a, b)]
    short, long = sorted((naming.thing(naming.without_base(name)) for name in names), key=len)
    if short in long and not naming.own_words(long, short):
        return True
    shared = set(words.terms(names[0])) & set(words.terms(names[1]))
    return any(words.informative(word) >= _RARE for word in shared)


def _recruits(target: Target) -> set[str]:
    """The actions by which a target brings in people of rank."""
    if not naming.patterns()["people"].search(target.indicator):
        return set()
    return set(naming.patterns()["recruits"].findall(target.indicator))


def _fields_apart(a: Target, b: Target) -> int:
    """How many words confine one of them to a field that the other does not name (中医药…团队)."""
    fields = [
        {
            word
            for word in words.terms(naming.thing(t.indicator))
            if words.informative(word) >= naming.FIELD
            and not naming.patterns()["people"].search(word)
            and not naming.patterns()["lead"].match(word)
        }
        for t in (a, b)
    ]
    return len(fields[0] ^ fields[1])


def _why_not(a: Target, b: Target, wholes: Wholes) -> str:
    meeting = convert.meeting(a, b, wholes)
    if meeting is not None and meeting.missing:
        return f"计量基数不同，两份规划均未写明{meeting.missing}，无法换算"
    if convert.dimension(a.quantity.unit) != convert.dimension(b.quantity.unit):
        return f"计量对象不同：{a.quantity.unit or '无单位'} → {b.quantity.unit or '无单位'}，不可比"
    names = {"level": "总量或水平", "increment": "增量", "count": "件数"}
    return f"口径不同：{names[a.measure]} → {names[b.measure]}，不可比"


def _alone(
    olds: Sequence[Target],
    news: Sequence[Target],
    linked: _Linked,
    so_far: Iterable[Shift],
    met_old: set[str],
    met_new: set[str],
) -> list[Shift]:
    """Targets without a counterpart: their statement survives without the number, or is gone; new ones likewise."""
    substituted = [shift for shift in so_far if shift.kind == "substituted"]
    replaced_old = {key: shift.new[0] for shift in substituted for key in shift.old}
    replaced_new = {key for shift in substituted for key in shift.new}
    out = []
    for a in olds:
        if a.key not in met_old:
            survives = linked.elsewhere(a, replaced_old.get(a.key))
            if a.key in replaced_old and not survives:
                continue
            out.append(_single("quantity_dropped" if survives else "dropped", a, (a.key,), ()))
    for b in news:
        if b.key not in met_new and b.key not in replaced_new:
            known = b.key in linked.new_linked
            out.append(_single("quantity_added" if known else "new", b, (), (b.key,)))
    return out


def _still_written(plan: Plan, other: Plan, linked: _Linked, *, back: bool = False) -> set[str]:
    """Targets whose number the linked statement of the other plan writes too, as a name or a rule: 4家 → 四家.

    Such a number has not been dropped, nor added.
    """
    written: dict[str, set[tuple[object, ...]]] = defaultdict(set)
    for t in other.targets:
        if t.role in ("name", "other") and not t.damaged:
            written[t.unit_key].add((t.quantity.lo, t.quantity.hi, t.quantity.unit))
    links = ((new, old) if back else (old, new) for (old, new), p in linked.statements.items() if p >= _SURE)
    at: dict[str, set[tuple[object, ...]]] = defaultdict(set)
    for mine, theirs in links:
        at[mine] |= written.get(theirs, set())
    return {t.key for t in plan.targets if (t.quantity.lo, t.quantity.hi, t.quantity.unit) in at.get(t.unit_key, ())}


def _single(kind: ShiftKind, target: Target, old: tuple[str, ...], new: tuple[str, ...]) -> Shift:
    return Shift(kind, "not_comparable", "n/a", target.indicator, old, new, None, None, "")
