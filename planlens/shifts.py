"""Decide what happened to each target: compared with its own kind, replaced by another measure, dropped or added.

Two numbers are compared when the same thing is counted, never because the figures agree. The thing counted is read
from the indicators (naming.py), the links of the statements are evidence beside it; a number said twice counts once,
with the links of all its places. What may be computed of a pair is for verdicts.py to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from . import convert, naming, restated, verdicts, words
from .convert import Meeting, Wholes
from .model import Alignment, Plan, Shift, ShiftKind, Span, Target
from .naming import SAME_THING, likeness
from .verdicts import Group

_SAME_THING_LINKED = 0.34  # likeness of two indicators from which they name the same thing in linked statements
_LINKED = 0.3  # probability of a link that counts as evidence
_PLACED = 0.5  # probability of a link from which two statements hold one place, whatever they count
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
    out += _alone(olds, news, linked, out, met_old, met_new)
    return tuple(out)


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
        self.places = [
            {key: tuple(t.unit_key for t in said) for key, said in restated.places(plan.targets).items()}
            for plan in (old, new)
        ]
        self.old_links: dict[str, list[str]] = {}
        for link in alignment.links:
            self.old_links.setdefault(link.old, []).append(link.new)
        linked = {link.new for link in alignment.links}
        self.new_linked = {key for key, units in self.places[1].items() if not linked.isdisjoint(units)}

        self.alone = [_only_ones(plan.targets) for plan in (old, new)]

    def one_place(self, a: Target, b: Target) -> bool:
        """Whether two statements are one, and these their only numbers of one unit and act: 遴选13家 → 新启动10家."""
        acts = {naming.act(t.indicator) for t in (a, b)}
        only = a.key in self.alone[0] and b.key in self.alone[1]
        same_unit = a.quantity.unit == b.quantity.unit or convert.dimension(a.quantity.unit) == "people"
        return only and same_unit and len(acts) == 1 and None not in acts and self.of(a, b) >= _SURE

    def elsewhere(self, a: Target, replaced_by: str | None) -> bool:
        """Whether an old number's statement survives in the new plan, in another than the one that replaced it."""
        taken = self.places[1].get(replaced_by or "", ())
        return any(new not in taken for unit in self.places[0][a.key] for new in self.old_links.get(unit, ()))

    def of(self, a: Target, b: Target) -> float:
        olds, news = self.places[0][a.key], self.places[1][b.key]
        return max(self.statements.get((x, y), 0.0) for x in olds for y in news)

    def around(self, a: Target, b: Target) -> float:
        olds, news = ({unit.split("#")[0] for unit in side[t.key]} for side, t in zip(self.places, (a, b), strict=True))
        return max(self.clauses.get((x, y), 0.0) for x in olds for y in news)


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


def _like(
    olds: Sequence[Target], news: Sequence[Target], linked: _Linked, wholes: Wholes
) -> list[tuple[Group, Meeting]]:
    """Greedy from the surest: each new target with its best old; olds of one list may add up to it."""
    found, met = [], {}
    for i, a in enumerate(olds):
        for j, b in enumerate(news):
            sure, meeting = _sureness(a, b, linked, wholes)
            if meeting is not None:
                found.append((sure, i, j))
                met[i, j] = meeting
    found.sort(key=lambda row: (-row[0], row[1], row[2]))
    of_new: dict[int, int] = {}
    of_old: dict[int, int] = {}
    for _, i, j in found:
        if j not in of_new and (i not in of_old or _split_by_level(olds[i], news[of_old[i]], news[j])):
            of_new[j] = i
            of_old.setdefault(i, j)
    return [(Group(_summed(olds, i, news[j], of_old), (news[j],)), met[i, j]) for j, i in sorted(of_new.items())]


def _sureness(a: Target, b: Target, linked: _Linked, wholes: Wholes) -> tuple[float, Meeting | None]:
    """How surely two targets count the same thing and how their numbers meet; None where they do not."""
    meeting = _meeting(a, b, wholes)
    if meeting is None:
        return 0.0, None
    if naming.opposed(a.indicator, b.indicator):
        return 0.0, None
    p = linked.of(a, b)
    if p < _LINKED and (_bare_share(a) or _bare_share(b)):
        return 0.0, None
    sim = _alike_targets(a, b)
    enough = _SAME_THING_LINKED if p >= _LINKED else SAME_THING
    if sim < enough:
        if sim < _SAME_ACT or not linked.one_place(a, b):
            return 0.0, None
        meeting = replace(meeting, renamed=True)
    alike = 0.1 * (a.measure == b.measure) + 0.05 * (a.period == b.period)
    return sim + 0.5 * p + 0.1 * linked.around(a, b) + alike, meeting


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


def _summed(olds: Sequence[Target], first: int, new: Target, taken: dict[int, int]) -> tuple[Target, ...]:
    """The old target, with those listed beside it that the new one takes in: 国家2个、省12个 → 省级以上12个."""
    one = olds[first]
    listed = [other for k, other in enumerate(olds) if k != first and k not in taken and _one_list(one, other)]
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
    return bool(parted and naming.levels(old.indicator))


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
    found = []
    for i, a in enumerate(olds):
        if a.key in met_old:
            continue
        for j, b in enumerate(news):
            place = _place(a, b, linked, wholes)
            if place > 0:
                found.append((place - _TAKEN * (b.key in met_new), i, j))
    found.sort(key=lambda row: (-row[0], row[1], row[2]))
    used_old: set[int] = set()
    used_new: set[int] = set()
    out = []
    for _, i, j in found:
        if i in used_old or j in used_new:
            continue
        used_old.add(i)
        used_new.add(j)
        a, b = olds[i], news[j]
        name, why = f"{a.indicator} → {b.indicator}", _why_not(a, b, wholes)
        out.append(Shift("substituted", "not_comparable", "n/a", name, (a.key,), (b.key,), None, None, why))
    return out


def _place(a: Target, b: Target, linked: _Linked, wholes: Wholes) -> float:
    """How surely b stands where a stood although it counts something else, 0 for not at all.

    Either the statements are linked and the numbers share a rare word, or both say how many people of rank the same
    action brings in (引进…团队20个 → 引进…人才500人).
    """
    if _meeting(a, b, wholes) is not None:
        return 0.0
    sim = likeness(naming.without_scope(a), naming.without_scope(b))
    p = linked.of(a, b)
    place = max(p, 0.5 * linked.around(a, b) if sim >= SAME_THING else 0.0)
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


def _single(kind: ShiftKind, target: Target, old: tuple[str, ...], new: tuple[str, ...]) -> Shift:
    return Shift(kind, "not_comparable", "n/a", target.indicator, old, new, None, None, "")
