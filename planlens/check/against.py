"""A draft beside other plans: what it leaves of the goals above, where it falls behind last year, what its peers have.

goals(coverage)         -> findings on absent and weaker answers
last(comparison)        -> findings on numbers that are worse than last year's, or gone
peers(draft, plans)     -> findings on commitments that most of the plans have and the draft lacks
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from .. import counterparts, naming, words
from ..coverage.goals import span_of
from ..coverage.reach import better
from ..model import Answer, Comparison, Coverage, Goal, Plan, Shift, Span, Target
from ..semantic import Encoder
from .findings import Finding, Place, found, place

_NAME = 4  # characters of a name that says what is counted: 岗位 stands in many
_RARE = 6.0  # information of a word that makes a name one's own: 医疗机构 has less
_SHOWN = 40  # characters of a passage quoted inside a reason
_MOST = 0.5  # a share of the peers above this is most of them
_FIRM = frozenset({"binding", "numbered", "dated"})


def years(plan: Plan) -> int | None:
    """How many years a plan runs; None where it does not say."""
    info = plan.info
    return None if info.start_year is None or info.end_year is None else info.end_year - info.start_year + 1


# --- the goals above ------------------------------------------------------------------------------------------------


def goals(coverage: Coverage) -> Iterator[Finding]:
    """What the one plan of a coverage owes its goals.

    Left out: goals that address others or came from the plan itself, frames and slogans. An annual plan is not blamed
    for a number that is due in a later year.
    """
    (draft,) = coverage.plans
    longer = (years(coverage.goals) or 1) > (years(draft) or 1)
    for goal, (answer,) in coverage.rows:
        if answer.apart is None and not answer.circular and goal.weight != "frame":
            yield from _owed(coverage.goals, draft, goal, answer, later=longer)


def _owed(above: Plan, draft: Plan, goal: Goal, answer: Answer, *, later: bool) -> Iterator[Finding]:
    """The first that holds: absent, below, without its number, an item missing, less firm."""
    asked = _asked(above, goal)
    mild = "_later" if later else ""
    if answer.verdict == "absent":
        reason = f"absent_number{mild}" if goal.target else "absent_dated" if goal.weight in _FIRM else "absent_task"
        near = answer.nearest
        told = _value(above, goal) if goal.target else _cut(asked, above)
        yield found(reason, None, asked, goal=told, nearest=_near(draft, near[0]) if near else "—")
    elif answer.verdict == "below":
        target = next(t for t in draft.targets if t.key == answer.target)
        where = place(draft, target.unit_key, target.span)
        yield found(f"below{mild}", where, asked, goal=_value(above, goal), here=target.quantity.text)
    elif answer.verdict == "unquantified" and answer.units:
        yield found(f"unquantified{mild}", _unit(draft, answer.units[0]), asked, goal=_value(above, goal))
    elif answer.verdict == "partial" and answer.units:
        lacking = "；".join(span.of(above.document.text).strip("，。；、 ") for span in answer.missing)
        reason = "partial_near" if answer.missing == goal.asks else "partial"
        yield found(reason, _unit(draft, answer.units[0]), asked, missing=lacking or answer.note.removeprefix("未提及"))
    elif answer.verdict == "covered" and answer.firmness == "weaker" and answer.units:
        yield found("less_firm", _unit(draft, answer.units[0]), asked)


def _asked(above: Plan, goal: Goal) -> Place:
    target = next((t for t in above.targets if t.key == goal.target), None)
    if target is not None:
        return place(above, target.unit_key, target.quote)
    return place(above, goal.units[0], span_of(above, goal.units[0]))


def _value(above: Plan, goal: Goal) -> str:
    target = next(t for t in above.targets if t.key == goal.target)
    unit = target.quantity.unit
    return f"{target.indicator} {target.quantity.text}{'' if unit in target.quantity.text else unit}"


def _unit(draft: Plan, key: str) -> Place:
    return place(draft, key, span_of(draft, key))


def _cut(spot: Place, plan: Plan) -> str:
    return _short(spot.span, plan)


def _near(draft: Plan, key: str) -> str:
    return f"“{_short(span_of(draft, key), draft)}”"


def _short(span: Span, plan: Plan) -> str:
    words = " ".join(span.of(plan.document.text).split())
    return words if len(words) <= _SHOWN else words[:_SHOWN] + "…"


# --- last year ------------------------------------------------------------------------------------------------------


def last(comparison: Comparison) -> Iterator[Finding]:
    """Numbers that are worse than last year's, like for like; numbers given up where the commitment goes on."""
    spans = years(comparison.old), years(comparison.new)
    alike = None in spans or spans[0] == spans[1]
    olds = {t.key: t for t in comparison.old.targets}
    news = {t.key: t for t in comparison.new.targets}
    for shift in comparison.shifts:
        if shift.kind == "like" and shift.verdict in ("comparable", "convertible"):
            one, two = olds[shift.old[0]], news[shift.new[0]]
            if alike or one.measure == two.measure == "level":
                yield from _worse(comparison, shift, one, two)
        elif shift.kind in ("quantity_dropped", "substituted") and alike:
            thing = naming.thing(olds[shift.old[0]].indicator)
            if not any(thing in news[key].indicator for key in shift.new):
                yield from _given_up(comparison, olds[shift.old[0]])


def _worse(comparison: Comparison, shift: Shift, one: Target, two: Target) -> Iterator[Finding]:
    way = "up" if better(two) == "less" else "down"
    here, there = place(comparison.new, two.unit_key, two.span), place(comparison.old, one.unit_key, one.quote)
    before = "、".join(t.quantity.text for t in comparison.old.targets if t.key in shift.old)
    told = {"indicator": shift.indicator, "here": two.quantity.text, "there": before, "year": _period(comparison.old)}
    if shift.direction == way:
        yield found("lower", here, there, **told)
    elif shift.direction == "same" and one.quantity.bound in (">=", ">") and two.quantity.bound == "~":
        yield found("looser", here, there, **told)


def _given_up(comparison: Comparison, target: Target) -> Iterator[Finding]:
    """A number whose commitment has a counterpart that speaks of the same thing without it."""
    texts = {commitment.key: commitment.text for commitment in comparison.new.commitments}
    links = [link for link in comparison.links if link.old == target.unit_key]
    said = [link for link in links if _speaks(texts[link.new], target)]
    if said:
        key = max(said, key=lambda link: link.score.probability).new
        there = place(comparison.old, target.unit_key, target.quote)
        told = {"indicator": target.indicator, "there": target.quantity.text, "year": _period(comparison.old)}
        yield found("number_gone", _unit(comparison.new, key), there, **told)


def _speaks(text: str, target: Target) -> bool:
    """Whether a text names all that a target counts, by words that say something."""
    name = naming.thing(naming.without_scope(target))
    telling = [word for word in words.terms(name) if words.informative(word) >= naming.FIELD]
    rare = any(words.informative(word) >= _RARE for word in telling)
    if naming.names_nothing(target) or not rare or len(name) < _NAME:
        return False
    return name in text or (not naming.own_words(name, text) and all(word in text for word in telling))


def _period(plan: Plan) -> str:
    info = plan.info
    return f"{info.start_year}年" if info.start_year == info.end_year else f"{info.start_year}—{info.end_year}年"


# --- peers ----------------------------------------------------------------------------------------------------------


def peers(draft: Plan, plans: Sequence[Plan], *, encoder: Encoder | None = None) -> Iterator[Finding]:
    """Commitments that more than half of the plans have, two at least, and to which the draft has nothing like.

    One finding a commitment, told by the first of the plans that has it.
    """
    lacking = [_lacking(plan, draft, encoder) for plan in plans]
    same: dict[tuple[int, str], set[tuple[int, str]]] = {}
    for i, one in enumerate(plans):
        for j in range(i + 1, len(plans)):
            for link in counterparts.find(one, plans[j], encoder=encoder).links:
                if link.old in lacking[i] and link.new in lacking[j]:
                    same.setdefault((i, link.old), set()).add((j, link.new))
    told: set[tuple[int, str]] = set()
    for (i, key), others in same.items():
        having = Counter({i, *(j for j, _ in others)})
        if (i, key) not in told and len(having) > _MOST * len(plans):
            told |= {(i, key), *others}
            names = "、".join(plans[n].info.region or plans[n].info.id for n in sorted(having))
            there = place(plans[i], key, span_of(plans[i], key))
            yield found("peers", None, there, have=str(len(having)), of=str(len(plans)), names=names)


def _lacking(plan: Plan, draft: Plan, encoder: Encoder | None) -> set[str]:
    """Commitments of a plan that have no counterpart in the draft, not even a doubtful one."""
    met = counterparts.find(plan, draft, encoder=encoder)
    answered = {link.old for link in (*met.links, *met.weak)}
    return {commitment.key for commitment in plan.commitments} - answered
