"""Where the numbers of an outline break: one skipped, one given twice, one of another level, a heading lost.

    check(plan) -> findings, one a slip

Each level runs 1, 2, 3 under the same heading. It may also run on under the next heading, as items of a task list do,
and starts anew in an attachment, a glossary or a box.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..model import Clause, Plan, Span
from ..outline import label_of
from .findings import Finding, Place, found, place

_LOST_LABEL = re.compile(r"^[ \t\u3000]*[?？\ufffd]{1,2}[ \t]?[.．、)）]", re.MULTILINE)
_LOST = "缺"  # what the outline calls a heading that it had to infer
_SEEN = 16  # characters of a repeated heading by which a heading printed twice is known


@dataclass(slots=True)
class _Level:
    """One level of the outline: the number last given, how many have come, the clause that bears the last."""

    last: int
    count: int
    clause: Clause | None = None


@dataclass(slots=True)
class _Context:
    """The body, an attachment or a box: levels open now by rank, and how far each rank ever came in it."""

    open: dict[int, _Level] = field(default_factory=dict)
    ever: dict[int, _Level] = field(default_factory=dict)
    latest: int = 0

    def expected(self, rank: int) -> set[int]:
        """What may come next: by the last number, or by the count where a number before was wrong."""
        level = self.open.get(rank)
        if level is not None:
            return {level.last + 1, level.count + 1}
        ever = self.ever.get(rank, _Level(0, 0))
        return {1, ever.last + 1, ever.count + 1}

    def take(self, rank: int, number: int, count: int, clause: Clause) -> None:
        for deeper in [r for r in self.open if r > rank]:
            del self.open[deeper]
        self.open[rank] = self.ever[rank] = _Level(number, count, clause)
        self.latest = rank


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
    context.ever.pop(below, None)


def _next(plan: Plan, context: _Context, clause: Clause, rank: int, number: int) -> Iterator[Finding]:
    """One label: it goes on where its level stands, or breaks it."""
    if number in context.expected(rank):
        context.take(rank, number, number, clause)
        return
    before, beyond = context.open.get(context.latest), context.ever.get(rank)
    if before and before.clause and rank > context.latest and beyond and before.last == beyond.last + 1 == number - 1:
        # （三） 四、 （五）: the one between was of this level
        yield _told(plan, "number_level", before.clause, beyond.clause)
        before.last, before.count = before.last - 1, before.count - 1
        context.take(rank, number, number, clause)
        return
    if before and before.clause and context.latest != rank and number == before.last + 1:
        yield _told(plan, "number_level", clause, before.clause)
        before.last, before.count, before.clause = number, before.count + 1, clause
        return
    level = context.open.get(rank)
    reason = _reason(plan, clause, level, number)
    if reason:
        yield _told(plan, reason, clause, level.clause if level else None)
    count = level.count + 1 if level and reason in ("number_repeated", "number_skipped") else number
    context.take(rank, number, count, clause)


def _told(plan: Plan, reason: str, clause: Clause, before: Clause | None) -> Finding:
    labels = {"label": clause.label, "before": before.label if before else ""}
    return found(reason, _at(plan, clause), _at(plan, before) if before else None, **labels)


def _reason(plan: Plan, clause: Clause, level: _Level | None, number: int) -> str:
    """What is wrong with a number that was not expected; nothing where the text itself is damaged or printed twice."""
    before = level.clause if level else None
    start = before.span.start if before else 0
    if _LOST_LABEL.search(plan.document.text[start : clause.span.start]):
        return ""
    if level is None or before is None:
        return "number_starts"
    if number > level.last:
        return "number_skipped"
    same = number == level.last and clause.heading and clause.heading == before.heading
    return "" if same else "number_repeated"


def _at(plan: Plan, clause: Clause) -> Place:
    return place(plan, clause.key, _label_span(plan, clause))


def _label_span(plan: Plan, clause: Clause) -> Span:
    """The label with the heading behind it, or with the first words of the text."""
    start = clause.span.start
    line = re.match(r"[^\n\r。；，,;]{1,40}", plan.document.text[start : clause.span.end])
    return Span(start, start + (len(line[0].rstrip()) if line else 1))
