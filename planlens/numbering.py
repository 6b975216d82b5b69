"""Where the numbers of an outline break: one skipped, one given twice, one of another level, a heading lost.

    check(plan) -> findings, one a slip

Each level runs 1, 2, 3 under the same heading. It may also run on under the next heading, as items of a task list do,
and starts anew in an attachment, a glossary or a box.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .findings import Finding, Place, found, place
from .model import Clause, Plan, Span
from .outline import label_of

_LOST_LABEL = re.compile(r"^[ \t\u3000]*[?？\ufffd]{1,2}[ \t]?[.．、)）]", re.MULTILINE)
_LOST = "缺"  # what the outline calls a heading that it had to infer
_SEEN = 16  # characters of a repeated heading by which a heading printed twice is known


@dataclass(slots=True)
class _Level:
    """One level under the heading now open: the last number, how many have come, the clause that bears the last."""

    last: int
    count: int
    clause: Clause


@dataclass(slots=True)
class _Context:
    """The body, an attachment or a box: levels open now by rank, and the last number each rank ever had in it."""

    open: dict[int, _Level] = field(default_factory=dict)
    ever: dict[int, int] = field(default_factory=dict)
    latest: int = 0


def check(plan: Plan) -> Iterator[Finding]:
    """The breaks of the outline in reading order. A number lost to damage is none."""
    keys = {clause.key: clause for clause in plan.clauses}
    contexts: dict[str, _Context] = {}
    for at, clause in enumerate(plan.clauses):
        context = contexts.setdefault(_home(clause, keys), _Context())
        if _inferred(clause):
            _pass_lost(context)
            after = plan.clauses[at + 1] if at + 1 < len(plan.clauses) else clause
            yield found("heading_lost", place(plan, after.key, _label_span(plan, after)), label=after.label)
            continue
        label = label_of(plan.document.text[clause.span.start : clause.span.start + _SEEN])
        if label is not None and clause.label:
            yield from _next(plan, context, clause, *label)


def _home(clause: Clause, keys: dict[str, Clause]) -> str:
    """The key of the attachment, glossary or box around a clause; "" in the body."""
    above = clause
    while above.parent is not None and above.parent in keys:
        above = keys[above.parent]
        if re.match(r"附件|专栏|专题|图表|框|名词解释", above.key.rpartition("/")[2]):
            return above.key
    return ""


def _inferred(clause: Clause) -> bool:
    return not clause.label and clause.key.rpartition("/")[2].rstrip("′0123456789").endswith(_LOST)


def _pass_lost(context: _Context) -> None:
    """A heading that was lost takes a number of its level, and what stood below the one before is closed."""
    if len(context.open) < 2:
        return
    below = sorted(context.open)[-1]
    del context.open[below]
    level = context.open[sorted(context.open)[-1]]
    level.last, level.count = level.last + 1, level.count + 1
    context.ever[below] = 0


def _next(plan: Plan, context: _Context, clause: Clause, rank: int, number: int) -> Iterator[Finding]:
    """One label: it goes on where its level stands, or breaks it."""
    level = context.open.get(rank)
    expected = {1, context.ever.get(rank, 0) + 1} if level is None else {level.last + 1, level.count + 1}
    before = context.open.get(context.latest)
    if number not in expected and before and context.latest != rank and number == before.last + 1:
        yield found(
            "number_level", _at(plan, clause), _at(plan, before.clause), label=clause.label, before=before.clause.label
        )
        context.open[context.latest] = _Level(number, before.count + 1, clause)
        return
    reason = "" if number in expected else _reason(plan, clause, level, number)
    if reason:
        last = level.clause if level else None
        yield found(
            reason, _at(plan, clause), _at(plan, last) if last else None, label=clause.label,
            before=last.label if last else "", expected=str(min(expected) if level is None else level.last + 1),
        )  # fmt: skip
    count = number if reason in ("", "number_skipped", "number_starts") else (level.count + 1 if level else number)
    for deeper in [r for r in context.open if r > rank]:
        del context.open[deeper]
    context.open[rank] = _Level(number, count, clause)
    context.ever[rank], context.latest = number, rank


def _reason(plan: Plan, clause: Clause, level: _Level | None, number: int) -> str:
    """What is wrong with a number that was not expected; nothing where the text itself is damaged or printed twice."""
    text = plan.document.text
    start = level.clause.span.start if level else 0
    if _LOST_LABEL.search(text[start : clause.span.start]):
        return ""
    if level is None:
        return "number_starts"
    if number > level.last:
        return "number_skipped"
    same = number == level.last and clause.heading == level.clause.heading and clause.heading
    return "" if same else "number_repeated"


def _at(plan: Plan, clause: Clause) -> Place:
    return place(plan, clause.key, _label_span(plan, clause))


def _label_span(plan: Plan, clause: Clause) -> Span:
    """The label with the heading behind it, or with the first words of the text."""
    start = clause.span.start
    line = re.match(r"[^\n\r。；，,;]{1,40}", plan.document.text[start : clause.span.end])
    return Span(start, start + (len(line[0].rstrip()) if line else 1))
