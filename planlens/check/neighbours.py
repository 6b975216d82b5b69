"""Clauses and rows without a responsible body or a deadline where nearly all of their neighbours have one.

check(plan) -> findings
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from ..commitments import bodies_listed
from ..lexicon import Lexicon, load
from ..model import Clause, Commitment, Plan, Span
from ..outline import label_of, statements
from .findings import Finding, found, place

_NEIGHBOURS = 3
"""Neighbours that must have one before its absence says anything."""

_SHARE = 0.8
"""Share of the neighbours from which it is the custom of the document."""

_NO_TASKS = re.compile(r"目标|指标|思路|要求|原则|形势|意义")
_DUE = re.compile(
    r"[（(；;，,：:。、][^（()）。；;，,]{0,14}?(?:[年月季]|上半年|全年|年内|长期|持续)[^（()）。；;，,]{0,6}[)）]"
    r"|(?:完成|办结|落实)?(?:时限|时间)[:：]"
    r"|(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:底|末|中旬|上旬|下旬|\d{1,2}日)?之?[前内]|季度末?之?[前内]|(?:年底|年末)之?前"
)
_LONGEST_LABEL = 16


def check(plan: Plan) -> Iterator[Finding]:
    """What lacks a body, then what lacks a deadline: among clauses of one level, then rows of a table."""
    lexicon = load()
    for clauses in _levels(plan):
        bodies = [_has_bodies(plan, clause, lexicon) for clause in clauses]
        yield from _of_level(plan, clauses, bodies, "no_body")
        yield from _of_level(plan, clauses, [_has_deadline(plan, clause) for clause in clauses], "no_deadline")
    yield from _statements(plan, lexicon)
    for rows in _tables(plan):
        places = [(row.key, row.span) for row in rows]
        gaps = [_has_gap(row) for row in rows]
        bodies = [bool(row.bodies) or not gap for row, gap in zip(rows, gaps, strict=True)]
        deadlines = [row.deadline is not None or not gap for row, gap in zip(rows, gaps, strict=True)]
        if any(row.bodies for row in rows):
            yield from _alone(plan, places, bodies, "no_body")
        if any(row.deadline for row in rows):
            yield from _alone(plan, places, deadlines, "no_deadline")


def _statements(plan: Plan, lexicon: Lexicon) -> Iterator[Finding]:
    """Statements of one clause that each end in a list of their own, or each say when they are due."""
    text = plan.document.text
    clauses = {clause.key: clause for clause in plan.clauses if clause.role == "task"}
    for key, group in groupby(plan.commitments, key=lambda c: c.clause):
        own = [c for c in group if "|" not in c.text]
        if key in clauses and len(own) > _NEIGHBOURS:
            places = [(c.key, c.span) for c in own]
            listed = [bool(bodies_listed(c.span.of(text), lexicon)) for c in own]
            yield from _alone(plan, places, listed, "no_body")
            yield from _alone(plan, places, [_is_due(c.text) for c in own], "no_deadline")


def _of_level(plan: Plan, clauses: Sequence[Clause], have: Sequence[bool], reason: str) -> Iterator[Finding]:
    """Those under one heading, or all of the plan where a heading holds few.

    A heading under which half of the others have none has its own custom and is left aside.
    """
    under: dict[str | None, list[int]] = {}
    for at, clause in enumerate(clauses):
        under.setdefault(clause.parent, []).append(at)
    kept = [group for group in under.values() if 2 * sum(have[at] for at in group) > len(group) - 1]
    everywhere = [at for group in kept for at in group]
    for group in kept:
        judged = group if len(group) > _NEIGHBOURS else everywhere
        missing = {clauses[at].key for at in group if not have[at]}
        places = [(clauses[at].key, _head(plan, clauses[at])) for at in judged]
        told = _alone(plan, places, [have[at] for at in judged], reason)
        yield from (finding for finding in told if finding.place and finding.place.key in missing)


def _alone(plan: Plan, places: Sequence[tuple[str, Span]], have: Sequence[bool], reason: str) -> Iterator[Finding]:
    """Those that have none where at least `_SHARE` of the others do."""
    others, count = len(have) - 1, sum(have)
    if count < _NEIGHBOURS or count < _SHARE * others:
        return
    for (key, span), has in zip(places, have, strict=True):
        if not has:
            yield found(reason, place(plan, key, span), have=str(count), others=str(others))


def _levels(plan: Plan) -> Iterator[list[Clause]]:
    """Tasks without clauses below them, level by level of the outline."""
    levels: dict[int, list[Clause]] = {}
    acting = {commitment.clause for commitment in plan.commitments}
    parents = {clause.parent for clause in plan.clauses}
    for clause in plan.clauses:
        label = label_of(plan.document.text[clause.span.start : clause.span.start + _LONGEST_LABEL])
        leaf = clause.key in acting and clause.key not in parents
        if clause.role == "task" and label is not None and leaf and not _NO_TASKS.search(clause.heading):
            levels.setdefault(label[0], []).append(clause)
    yield from levels.values()


def _tables(plan: Plan) -> Iterator[list[Commitment]]:
    """The rows of each table, but for the second line of a head."""
    rows = [c for c in plan.commitments if "|" in c.text and re.search("[一-鿿]{3}", c.text)]
    for _, group in groupby(rows, key=lambda row: row.clause):
        yield list(group)


def _has_gap(row: Commitment) -> bool:
    """Whether a cell is empty: one filled with a name we do not know is not."""
    return any(not cell.strip(" \u3000—-/") for cell in row.text.split("|"))


def _has_bodies(plan: Plan, clause: Clause, lexicon: Lexicon) -> bool:
    """Whether a list of bodies ends a statement of the clause."""
    text = plan.document.text
    return any(bodies_listed(span.of(text), lexicon) for span in statements(text, clause.body))


def _has_deadline(plan: Plan, clause: Clause) -> bool:
    """Whether a clause says when it is due, to the month: （6月底前）, 完成时限：12月, 年底前建成."""
    return _is_due(clause.body.of(plan.document.text))


def _is_due(text: str) -> bool:
    return _DUE.search(text) is not None


def _head(plan: Plan, clause: Clause) -> Span:
    """The number and the heading, or the first words of the text."""
    start = clause.span.start
    line = re.match(r"[^\n\r。；，,;]{1,60}", plan.document.text[start : clause.span.end])
    return Span(start, start + (len(line[0].rstrip()) if line else 1))
