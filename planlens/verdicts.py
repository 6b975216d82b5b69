"""What may be computed of two targets that count the same thing, and what a reader must be told beside the figures.

compared(group, meeting) -> the like shift with its verdict, direction, difference and note

comparable       same thing, same measure                   新增社康机构 35家 → 30家以上
convertible      same thing, another unit or a stated base   每千人口3.2人 → 每万人口35人; 40所 → 全市60所学校的95%
redefined        other scope, level or denominator          国家或省级2个 → 市级以上8家
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from . import convert, naming
from .convert import Meeting
from .model import Direction, Quantity, Shift, Target, Verdict
from .quantity import in_figures

_SAME_PART = 0.34
"""Likeness below which a thing counted along with others has no counterpart on the other side."""

_SAME_SCOPE = 0.3
_SAME_BASE = 0.8
"""Likeness of two scopes below which a number holds for others; for a share the scope is its denominator."""


@dataclass(frozen=True, slots=True)
class Group:
    """Old and new targets of one thing; several old ones add up."""

    old: tuple[Target, ...]
    new: tuple[Target, ...]


def compared(group: Group, meeting: Meeting, words: tuple[str, str]) -> Shift:
    """The shift of a group; `words` are those of both statements before the number, for how firmly it is promised."""
    verdict, reason = _verdict(group, meeting)
    after = group.new[0].quantity
    before = convert.applied(_total(group.old), meeting.factor or Fraction(1), after.unit)
    direction: Direction = "n/a"
    difference = percent = None
    if verdict in ("comparable", "convertible"):
        direction = _direction(before, after)
        difference, percent = _movement(before, after)
    elif not meeting.redefined and naming.each(group.old[0]) == naming.each(group.new[0]):
        direction = _direction(before, after)
    notes = [
        reason,
        _converted_note(group, meeting, before),
        _bound_note(_total(group.old), after),
        _firmness_note(*words),
        _sum_note(group),
        better_note(group.new[0].indicator),
    ]
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


def _movement(before: Quantity, after: Quantity) -> tuple[Decimal | None, Decimal | None]:
    """Difference and percentage; a share has no percentage of its own, a range has neither."""
    if "range" in (before.bound, after.bound) or before.lo is None or after.lo is None:
        return None, None
    difference = after.lo - before.lo
    if before.lo <= 0 or convert.dimension(after.unit) in ("share", "points"):
        return difference, None
    percent = (difference * 100 / before.lo).quantize(Decimal("0.1"), ROUND_HALF_EVEN).normalize()
    return difference, percent.quantize(Decimal(1)) if percent == percent.to_integral_value() else percent


def _verdict(group: Group, meeting: Meeting) -> tuple[Verdict, str]:
    """The first of these that holds decides: base, level, scope, things counted along, field, unit."""
    a, b = group.old[0], group.new[0]
    if meeting.redefined:
        return "redefined", meeting.note
    levels = naming.levels(a.indicator), naming.levels(b.indicator)
    if len(group.old) == 1 and all(levels) and levels[0] != levels[1]:
        return "redefined", f"层级不同：{'、'.join(levels[0])} → {'、'.join(levels[1])}"
    if len(group.old) == 1 and any(levels) and not all(levels) and "级" in a.indicator + b.indicator:
        return "redefined", f"层级不同：{'、'.join(levels[0]) or '未写明'} → {'、'.join(levels[1]) or '未写明'}"
    if meeting.renamed:
        return "redefined", f"名称不同：{a.indicator} → {b.indicator}"
    if meeting.note:
        return "convertible", meeting.note
    if naming.each(a) != naming.each(b) or _other_scope(a, b):
        return "redefined", f"范围不同：{a.scope or '未写明'} → {b.scope or '未写明'}"
    if (more := _more_things(a, b) or _other_field(a, b) or _other_act(a, b)) is not None:
        return "redefined", more
    if meeting.factor != 1:
        return "convertible", ""
    return "comparable", ""


def _other_scope(a: Target, b: Target) -> bool:
    """Whether both name whom they hold for, and it is not the same: 各区 and 每个区 are; a share must be exact."""
    scopes = [re.sub(r"^(?:每一?个?|各个?|全部|所有)|[（()）]|各$", "", in_figures(t.scope or "")) for t in (a, b)]
    if not all(scopes) or scopes[0] == scopes[1] or convert.way(a).per is not None:
        return False
    if convert.dimension(a.quantity.unit) == "share":
        pieces = [set(re.split("[、和及或与]", scope)) for scope in scopes]
        return pieces[0] != pieces[1] and naming.likeness(*scopes) < _SAME_BASE
    return naming.likeness(*scopes) < _SAME_SCOPE


def _more_things(a: Target, b: Target) -> str | None:
    """A number that counts several things together is not the number of one of them."""
    parts = [[naming.thing(p) for p in _listed(t.indicator)] for t in (a, b)]
    if len(parts[0]) == len(parts[1]) == 1:
        return None
    strange = [
        piece
        for mine, others in (parts, parts[::-1])
        for piece in mine
        if max(naming.likeness(piece, other) for other in others) < _SAME_PART
    ]
    return f"计量范围不同：仅一方含{'、'.join(strange)}" if strange else None


def _listed(indicator: str) -> list[str]:
    """The things an indicator counts together: 研究型医院和重点实验室 → both; short pieces belong to a name."""
    pieces = re.split(r"[、和及或与]", indicator)
    return pieces if all(len(p) >= 4 for p in pieces) else [indicator]


def _other_field(a: Target, b: Target) -> str | None:
    """A rate or a sum of a narrower field is no rate or sum of the wider; things and people are counted in both.

    基础研究支出增长 10% → 支出增长 3%; 制造业企业加计扣除比例 → 科技型企业加计扣除比例.
    """
    if convert.dimension(a.quantity.unit) not in ("share", "points", "money"):
        return None
    names = [naming.plain(naming.without_scope(t)) for t in (a, b)]
    if naming.same_name(*names):
        return None
    short, long = sorted((naming.thing(name) for name in names), key=len)
    if long.endswith(short) and naming.own_words(long, short):
        return f"计量范围不同：仅一方含{long.removesuffix(short)}"
    mine, others = naming.own_words(*names), naming.own_words(*names[::-1])
    if mine and others:
        return f"计量范围不同：{'、'.join(mine)} → {'、'.join(others)}"
    if (mine or others) and not naming.patterns()["adds"].search(a.indicator + b.indicator):
        return f"计量范围不同：仅一方含{'、'.join(mine or others)}"
    return None


def _other_act(a: Target, b: Target) -> str | None:
    """What is added is not what is renewed: 新增公交车200辆 → 更新公交车260辆."""
    acts = [
        {name: found[0] for name in ("creates", "renews") if (found := naming.patterns()[name].search(t.indicator))}
        for t in (a, b)
    ]
    if not all(acts) or acts[0].keys() == acts[1].keys():
        return None
    said = ("、".join(dict.fromkeys(act.values())) for act in acts)
    return "举措不同：" + " → ".join(said)


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


def _converted_note(group: Group, meeting: Meeting, before: Quantity) -> str:
    """单位换算：3.2人 = 32人, with the bases of both where they are rates."""
    if meeting.factor in (None, 1) or before.lo is None:
        return ""
    ways = [convert.way(t) for t in (group.old[0], group.new[0])]
    per = [f"（每{convert.size(way)}{way.base}）" if way.per is not None else "" for way in ways]
    lo, hi = (format(value, "f") for value in (before.lo, before.hi or before.lo))
    value = lo if lo == hi else f"{lo}—{hi}"
    return f"单位换算：{_total(group.old).text}{per[0]} = {value}{before.unit}{per[1]}"


def _firmness_note(before: str, after: str) -> str:
    """争取3家 → 完成5家: said where one side holds back and the other does not."""
    hedges = [naming.patterns()["hedged"].search(text) for text in (before, after)]
    if bool(hedges[0]) == bool(hedges[1]):
        return ""
    said = [h or naming.patterns()["firm"].search(text) for h, text in zip(hedges, (before, after), strict=True)]
    return "力度不同：" + " → ".join(s[0] if s else "未写明" for s in said)


def better_note(indicator: str) -> str:
    """Said where a fall is progress: 越低越好 for 死亡率, not for 死亡率降低.

    >>> better_note("婴儿死亡率"), better_note("单位国内生产总值能耗降低"), better_note("床位数")
    ('该指标越低越好', '', '')
    """
    lower = naming.patterns()["lower"].search(indicator) and not naming.patterns()["reduced"].search(indicator)
    return "该指标越低越好" if lower else ""


def _sum_note(group: Group) -> str:
    if len(group.old) == 1:
        return ""
    return "旧值合计：" + " + ".join(t.quantity.text for t in group.old)
