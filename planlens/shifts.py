"""Decide what happened to each target: compared with its own kind, replaced by another measure, dropped or added.

Two numbers are compared when the same thing is counted, never because the figures agree. The thing counted is read
from the indicators, the links of the statements are evidence beside it. What may be computed is a verdict of its own:

    comparable       same thing, same measure                 新增社康机构 35家 → 30家以上
    convertible      same thing, units of one family          托位 1.6万个 → 16000个
    redefined        same thing, other scope or level         国家或省级2个 → 市级以上8家
    not_comparable   level against increment, teams against people, a count against a share
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from . import quantity, words
from .model import Alignment, Direction, Plan, Quantity, Shift, ShiftKind, Span, Target, Verdict

_SAME_THING = 0.62  # likeness of two indicators from which they name the same thing wherever they stand
_SAME_THING_LINKED = 0.34  # the same where their statements are linked
_SAME_SCOPE = 0.3  # likeness of two scopes below which the base of a share has changed
_LINKED = 0.3  # probability of a link that counts as evidence


@dataclass(frozen=True, slots=True)
class _Words:
    """data/counting.toml, ready to match."""

    family: dict[str, str]
    lead: re.Pattern[str]
    tail: re.Pattern[str]
    actions: re.Pattern[str]
    begins: re.Pattern[str]
    ends: re.Pattern[str]
    recruits: re.Pattern[str]
    generic: re.Pattern[str]
    people: re.Pattern[str]
    metric: re.Pattern[str]
    lower: re.Pattern[str]
    reduced: re.Pattern[str]
    levels: tuple[tuple[str, re.Pattern[str]], ...]


@functools.cache
def _words() -> _Words:
    raw = quantity.table("counting")
    action = raw["action"]

    def any_of(found: Iterable[str]) -> str:
        return "|".join(map(re.escape, sorted(found, key=len, reverse=True)))

    return _Words(
        family={unit: name for name, units in raw["units"].items() for unit in units},
        lead=re.compile(rf"^(?:{any_of(action['lead'] + action['specific'])})+"),
        tail=re.compile(rf"的?(?:{any_of(raw['tail']['words'])})$"),
        actions=re.compile(any_of(action["specific"])),
        begins=re.compile(any_of(action["begins"])),
        ends=re.compile(any_of(action["ends"])),
        recruits=re.compile(any_of(action["recruits"])),
        generic=re.compile(rf"^(?:{any_of(raw['generic']['words'])})?$"),
        people=re.compile(any_of(raw["people"]["words"])),
        metric=re.compile(any_of(raw["metric"]["words"])),
        lower=re.compile(any_of(raw["lower_is_better"]["words"])),
        reduced=re.compile(any_of(raw["lower_is_better"]["reductions"])),
        levels=tuple((name, re.compile(rf"(?:{pattern})(及?以上)?")) for name, pattern in raw["levels"].items()),
    )


def pair(old: Plan, new: Plan, alignment: Alignment) -> tuple[Shift, ...]:
    """All shifts, the compared ones first in the order of the new plan, then replaced, dropped and new targets."""
    olds, news = headlines(old), headlines(new)
    linked = _Linked(alignment)
    like = _like(olds, news, linked)
    out = [_compared(group) for group in like]
    met_old = {t.key for group in like for t in group.old}
    met_new = {t.key for group in like for t in group.new}
    out += _substituted(olds, news, linked, met_old)
    out += _alone(olds, news, linked, out, met_old, met_new)
    return tuple(out)


def headlines(plan: Plan) -> list[Target]:
    """Targets with a value, each once: a table row and the sentence that repeats it are one target."""
    kept: list[Target] = []
    seen: dict[tuple[str, str, Decimal | None, Decimal | None], str] = {}
    for target in plan.targets:
        quantity = target.quantity
        if target.role != "target" or target.damaged or quantity.lo is None:
            continue
        same = (thing(target.indicator), quantity.unit, quantity.lo, quantity.hi)
        if seen.get(same, target.unit_key) != target.unit_key and len(same[0]) >= 4:
            continue
        seen.setdefault(same, target.unit_key)
        kept.append(target)
    return kept


class _Linked:
    """Probability that two statements, or the clauses around them, are counterparts."""

    def __init__(self, alignment: Alignment) -> None:
        self.statements = {(link.old, link.new): link.score.probability for link in alignment.links}
        self.clauses = {(link.old, link.new): link.score.probability for link in alignment.clauses}
        self.old_linked = {link.old for link in alignment.links}
        self.new_linked = {link.new for link in alignment.links}

    def of(self, a: Target, b: Target) -> float:
        return self.statements.get((a.unit_key, b.unit_key), 0.0)

    def around(self, a: Target, b: Target) -> float:
        return self.clauses.get((a.unit_key.split("#")[0], b.unit_key.split("#")[0]), 0.0)


@dataclass(frozen=True, slots=True)
class _Group:
    old: tuple[Target, ...]
    new: tuple[Target, ...]


def family(unit: str) -> str:
    """The family a unit belongs to: 名 and 人 are people, 家 and 个 are things.

    >>> family("名") == family("人"), family("家") == family("人"), family("%")
    (True, False, 'share')
    """
    return _words().family.get(unit, unit)


def thing(indicator: str) -> str:
    """What an indicator counts, without the action before it and the counting word behind it.

    >>> thing("新增社康机构"), thing("招聘人数"), thing("引进高精尖缺人才")
    ('社康机构', '招聘人数', '高精尖缺人才')
    """
    folded = re.sub(r"[“”\"《》\s]", "", unicodedata.normalize("NFKC", indicator))
    bare = _words().tail.sub("", _words().lead.sub("", folded))
    return bare if len(bare) >= 2 else folded


def likeness(a: str, b: str) -> float:
    """How alike two indicators are, 0 to 1: shared information of words and shared character pairs, half each.

    >>> likeness("新增社康机构", "新增社康机构")
    1.0
    >>> likeness("引进高层次医学团队", "引进高精尖缺人才") < 0.3
    True
    """
    left, right = thing(a), thing(b)
    if left == right:
        return 1.0
    value = (_by_characters(left, right) + _by_words(left, right)) / 2
    return min(value, _SAME_THING - 0.05) if _each_has_its_own(left, right) else value


def _each_has_its_own(a: str, b: str) -> bool:
    """Whether both name something the other has no word for: 提供中医服务的机构占比 and 提供儿科服务的机构占比."""
    bags = [{w for w in words.terms(s) if not _level(w)} for s in (a, b)]
    return all(
        any(words.informative(w) >= _FIELD and not any(_alike(w, v) for v in others) for w in mine)
        for mine, others in (bags, bags[::-1])
    )


def _alike_targets(a: Target, b: Target) -> float:
    """Likeness of what two targets count, their scopes left out; starting something is not finishing it."""
    left, right = _without_scope(a), _without_scope(b)
    actions = [set(_words().actions.findall(t.indicator)) for t in (a, b)]
    if actions[0] & actions[1] and any(_names_nothing(t) for t in (a, b)):
        return 0.5  # 招聘人数 names no more than its action
    value = likeness(left, right)
    begins, ends = ([bool(p.search(t)) for t in (left, right)] for p in (_words().begins, _words().ends))
    if (begins[0] and ends[1]) or (ends[0] and begins[1]):
        value -= 0.2
    return value


def same_thing(a: Target, b: Target) -> bool:
    """Whether two targets of linked statements count the same thing, in whatever unit."""
    return _alike_targets(a, b) >= _SAME_THING_LINKED


def same_measure(a: Target, b: Target) -> bool:
    """Whether two targets may stand in one row of a ledger: units of one family, not level against increment."""
    return family(a.quantity.unit) == family(b.quantity.unit) and _measures_meet(a, b)


def _names_nothing(target: Target) -> bool:
    return _words().generic.match(_words().lead.sub("", target.indicator)) is not None


def _without_scope(target: Target) -> str:
    """The indicator less the words of its scope, where enough is left: 设立中医科的二级医院占比 → 设立中医科."""
    scope = re.sub(r"^(?:全市|全区|全省|全国|每个?|各个?|所有)", "", target.scope or "")
    left = target.indicator.replace(scope, "") if len(scope) >= 3 else target.indicator
    left = re.sub(r"的?(?:比例|占比|比重|率|数)$", "", left) if left != target.indicator else left
    return left if len(left) >= 4 else target.indicator


def _by_characters(a: str, b: str) -> float:
    """Share of the character pairs of the shorter name, eased towards the longer."""
    left, right = (Counter(s[i : i + 2] for i in range(len(s) - 1)) or Counter([s]) for s in (a, b))
    common = sum((left & right).values())
    small, large = sorted((sum(left.values()), sum(right.values())))
    return common / (0.7 * small + 0.3 * large)


def _by_words(a: str, b: str) -> float:
    bags = [set(words.terms(s)) or {s} for s in (a, b)]
    mass = [math.fsum(map(words.informative, bag)) for bag in bags]
    common = math.fsum(max((_alike(w, v) for v in bags[1]), default=0.0) * words.informative(w) for w in bags[0])
    return min(1.0, common / (0.7 * min(mass) + 0.3 * max(mass)))


def _alike(a: str, b: str) -> float:
    if a == b:
        return 1.0
    share = len(set(a) & set(b)) / max(len(a), len(b))
    return 0.6 * share if share >= 0.5 else 0.0


def _measures_meet(a: Target, b: Target) -> bool:
    """A level is never compared with an increment; a count of things to do goes with both where units allow."""
    return {a.measure, b.measure} != {"level", "increment"} and (
        a.measure == b.measure or family(a.quantity.unit) not in ("share", "个百分点")
    )


def _like(olds: Sequence[Target], news: Sequence[Target], linked: _Linked) -> list[_Group]:
    """Greedy from the surest: each new target with its best old; olds of one list may add up to it."""
    found = []
    for i, a in enumerate(olds):
        for j, b in enumerate(news):
            if not same_measure(a, b):
                continue
            p = linked.of(a, b)
            if p < _LINKED and (_bare_share(a) or _bare_share(b)):
                continue
            sim = _alike_targets(a, b)
            if sim >= (_SAME_THING_LINKED if p >= _LINKED else _SAME_THING):
                found.append((sim + 0.5 * p + 0.1 * linked.around(a, b) + 0.1 * (a.measure == b.measure), i, j))
    found.sort(key=lambda row: (-row[0], row[1], row[2]))
    of_new: dict[int, int] = {}
    of_old: dict[int, int] = {}
    for _, i, j in found:
        if j not in of_new and (i not in of_old or _split_by_level(olds[i], news[of_old[i]], news[j])):
            of_new[j] = i
            of_old.setdefault(i, j)
    return [_Group(_summed(olds, i, news[j], of_old), (news[j],)) for j, i in sorted(of_new.items())]


def _bare_share(target: Target) -> bool:
    """A share whose indicator says of whom but not of what: it meets nothing that is not linked to it."""
    return family(target.quantity.unit) == "share" and not _words().metric.search(target.indicator)


def _summed(olds: Sequence[Target], first: int, new: Target, taken: dict[int, int]) -> tuple[Target, ...]:
    """The old target, with those listed beside it that the new one takes in: 国家2个、省12个 → 省级以上12个."""
    one = olds[first]
    wide = not _level(new.indicator) or any(level.endswith("以上") for level in _level(new.indicator))
    if not wide or len(_level(one.indicator)) != 1:
        return (one,)
    beside = [
        other
        for k, other in enumerate(olds)
        if k != first
        and k not in taken
        and _one_list(one, other)
        and len(_level(other.indicator)) == 1
        and likeness(one.indicator, other.indicator) >= _SAME_THING
    ]
    return tuple(sorted([one, *beside], key=lambda t: t.span.start))


def _split_by_level(old: Target, met: Target, other: Target) -> bool:
    """One old number that two new ones share out by level: 国家或省级2个 → 全国2项 and 市级8家."""
    levels = _level(met.indicator), _level(other.indicator)
    return bool(all(levels) and levels[0] != levels[1] and met.unit_key == other.unit_key and _level(old.indicator))


def _one_list(a: Target, b: Target) -> bool:
    """Whether two targets stand side by side in one statement with the same unit: 2个、12个."""
    return a.unit_key == b.unit_key and a.quantity.unit == b.quantity.unit and _gap(a.span, b.span) <= 24


def _gap(a: Span, b: Span) -> int:
    return max(a.start, b.start) - min(a.end, b.end)


def _compared(group: _Group) -> Shift:
    verdict, reason = _verdict(group)
    before, after = _total(group.old), _total(group.new)
    direction: Direction = "n/a"
    difference = percent = None
    if verdict in ("comparable", "convertible"):
        direction = _direction(before, after)
        if "range" not in (before.bound, after.bound) and before.lo is not None and after.lo is not None:
            difference = after.lo - before.lo
            if before.lo > 0 and after.unit not in ("%", "‰", "个百分点"):
                percent = (difference * 100 / before.lo).quantize(Decimal("0.1"), ROUND_HALF_EVEN).normalize()
                percent = percent.quantize(Decimal(1)) if percent == percent.to_integral_value() else percent
    elif verdict == "redefined":
        direction = _direction(before, after) if _each(group.old[0]) == _each(group.new[0]) else "n/a"
    notes = [reason, _bound_note(before, after), _sum_note(group), _better_note(group.new[0].indicator)]
    return Shift(
        kind="like",
        verdict=verdict,
        direction=direction,
        indicator=group.new[0].indicator,
        old=tuple(t.key for t in group.old),
        new=tuple(t.key for t in group.new),
        difference=difference,
        percent=percent,
        note="；".join(note for note in notes if note),
    )


def _verdict(group: _Group) -> tuple[Verdict, str]:
    a, b = group.old[0], group.new[0]
    levels = _level(a.indicator), _level(b.indicator)
    if len(group.old) == 1 and all(levels) and levels[0] != levels[1]:
        return "redefined", f"层级不同：{'、'.join(levels[0])} → {'、'.join(levels[1])}"
    if _each(a) != _each(b) or _other_scope(a, b):
        return "redefined", f"范围不同：{a.scope or '未写明'} → {b.scope or '未写明'}"
    if (more := _more_things(a, b)) is not None:
        return "redefined", more
    if a.quantity.unit != b.quantity.unit and family(a.quantity.unit) == "share":
        return "convertible", f"单位不同：{a.quantity.unit} → {b.quantity.unit}"
    return "comparable", ""


def _other_scope(a: Target, b: Target) -> bool:
    """Whether both name whom they hold for, and it is not the same: 各区 and 每个区 are."""
    scopes = [re.sub(r"^(?:每一?个?|各个?|全部|所有)|[（()）]|各$", "", t.scope or "") for t in (a, b)]
    return bool(all(scopes) and scopes[0] != scopes[1] and likeness(*scopes) < _SAME_SCOPE)


def _more_things(a: Target, b: Target) -> str | None:
    """A number that counts several things together is not the number of one of them."""
    parts = [[thing(p) for p in _listed(t.indicator)] for t in (a, b)]
    if len(parts[0]) == len(parts[1]) == 1:
        return None
    strange = [
        piece
        for mine, others in (parts, parts[::-1])
        for piece in mine
        if max(likeness(piece, other) for other in others) < _SAME_THING_LINKED
    ]
    return f"计量范围不同：仅一方含{'、'.join(strange)}" if strange else None


def _listed(indicator: str) -> list[str]:
    """The things an indicator counts together: 研究型医院和重点实验室 → both; short pieces belong to a name."""
    pieces = re.split(r"[、和及或与]", indicator)
    return pieces if all(len(p) >= 4 for p in pieces) else [indicator]


def _level(indicator: str) -> tuple[str, ...]:
    """Administrative levels an indicator names, highest first.

    >>> _level("创建国家或省级示范区"), _level("市级以上示范机构"), _level("新增床位")
    (('国家', '省'), ('市以上',), ())
    """
    found = []
    for name, pattern in _words().levels:
        match = pattern.search(indicator)
        if match:
            found.append(name + ("以上" if match[1] else ""))
    return tuple(found)


def _each(target: Target) -> bool:
    """Whether a number holds for each of several: 各区1个 is not 全市1个."""
    return re.match(r"每|各|逐", target.scope or "") is not None


def _total(targets: Sequence[Target]) -> Quantity:
    if len(targets) == 1:
        return targets[0].quantity
    parts = [t.quantity for t in targets]
    lo = sum((q.lo for q in parts if q.lo is not None), Decimal(0))
    hi = sum((q.hi for q in parts if q.hi is not None), Decimal(0))
    bound = parts[0].bound if len({q.bound for q in parts}) == 1 else "="
    return Quantity(lo, hi, parts[0].unit, "range" if lo != hi else bound, "、".join(q.text for q in parts))


def _direction(before: Quantity, after: Quantity) -> Direction:
    if before.lo is None or before.hi is None or after.lo is None or after.hi is None:
        return "n/a"
    low, high = after.lo - before.lo, after.hi - before.hi
    if low == 0 and high == 0:
        return "same"
    if low >= 0 and high >= 0:
        return "up"
    if low <= 0 and high <= 0:
        return "down"
    return "n/a"


_BOUND_WORDS = {"=": "确数", ">=": "下限", ">": "超过", "<=": "上限", "<": "低于", "~": "约数", "range": "区间"}


def _bound_note(before: Quantity, after: Quantity) -> str:
    if before.bound == after.bound:
        return ""
    return f"限定不同：{_BOUND_WORDS[before.bound]} → {_BOUND_WORDS[after.bound]}"


def _better_note(indicator: str) -> str:
    """Said where a fall is progress: 越低越好 for 死亡率, not for 死亡率降低.

    >>> _better_note("婴儿死亡率"), _better_note("单位国内生产总值能耗降低"), _better_note("床位数")
    ('该指标越低越好', '', '')
    """
    lower = _words().lower.search(indicator) and not _words().reduced.search(indicator)
    return "该指标越低越好" if lower else ""


def _sum_note(group: _Group) -> str:
    if len(group.old) == 1:
        return ""
    return "旧值合计：" + " + ".join(t.quantity.text for t in group.old)


def _substituted(olds: Sequence[Target], news: Sequence[Target], linked: _Linked, met_old: set[str]) -> list[Shift]:
    """A number that stands in the place of another that counts something else; each number replaces one at most."""
    found = []
    for i, a in enumerate(olds):
        if a.key in met_old:
            continue
        for j, b in enumerate(news):
            place = _place(a, b, linked)
            if place > 0:
                found.append((place, i, j))
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
        name = f"{a.indicator} → {b.indicator}"
        out.append(Shift("substituted", "not_comparable", "n/a", name, (a.key,), (b.key,), None, None, _why_not(a, b)))
    return out


def _place(a: Target, b: Target, linked: _Linked) -> float:
    """How surely b stands where a stood although it counts something else, 0 for not at all.

    Either the statements are linked and the numbers share a rare word, or both say how many people of rank the same
    action brings in (引进…团队20个 → 引进…人才500人).
    """
    if same_measure(a, b):
        return 0.0
    sim = likeness(_without_scope(a), _without_scope(b))
    p = linked.of(a, b)
    place = max(p, 0.5 * linked.around(a, b) if sim >= _SAME_THING else 0.0)
    if place >= _LINKED and sim >= _SAME_PLACE and _rare_word(a, b):
        return place + sim + 0.2 * (a.quantity.unit == b.quantity.unit)
    apart = _fields_apart(a, b)
    if _recruits(a) & _recruits(b) and apart <= 1:
        return 0.3 + p + sim - 0.1 * apart
    return 0.0


_SAME_PLACE = 0.25  # likeness below which two measures in linked statements have nothing to do with each other
_FIELD = 5.0  # information from which a word narrows a field: 中医药 does, 卫生 and 建设 do not
_RARE = 6.0  # information of a word that stands in fewer than one of 150 background sentences


def _rare_word(a: Target, b: Target) -> bool:
    things = sorted((thing(_without_scope(a)), thing(_without_scope(b))), key=len)
    if things[0] in things[1]:  # 托位 in 千人口托位: no word of jieba's, and yet the same thing
        return True
    shared = set(words.terms(_without_scope(a))) & set(words.terms(_without_scope(b)))
    return any(words.informative(word) >= _RARE for word in shared)


def _recruits(target: Target) -> set[str]:
    """The actions by which a target brings in people of rank."""
    if not _words().people.search(target.indicator):
        return set()
    return set(_words().recruits.findall(target.indicator))


def _fields_apart(a: Target, b: Target) -> int:
    """How many words confine one of them to a field that the other does not name (中医药…团队)."""
    fields = [
        {
            word
            for word in words.terms(thing(t.indicator))
            if words.informative(word) >= _FIELD and not _words().people.search(word) and not _words().lead.match(word)
        }
        for t in (a, b)
    ]
    return len(fields[0] ^ fields[1])


def _why_not(a: Target, b: Target) -> str:
    if family(a.quantity.unit) != family(b.quantity.unit):
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
    replaced_old = {key for shift in substituted for key in shift.old}
    replaced_new = {key for shift in substituted for key in shift.new}
    out = []
    for a in olds:
        if a.key not in met_old:
            survives = a.unit_key in linked.old_linked
            if a.key in replaced_old and not survives:
                continue
            out.append(_single("quantity_dropped" if survives else "dropped", a, (a.key,), ()))
    for b in news:
        if b.key not in met_new and b.key not in replaced_new:
            known = b.unit_key in linked.new_linked
            out.append(_single("quantity_added" if known else "new", b, (), (b.key,)))
    return out


def _single(kind: ShiftKind, target: Target, old: tuple[str, ...], new: tuple[str, ...]) -> Shift:
    return Shift(kind, "not_comparable", "n/a", target.indicator, old, new, None, None, "")
