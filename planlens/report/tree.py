"""The outline of one plan as indented lines, with what each clause promises and the numbers in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from planlens.model import Clause, Commitment, Plan, Target
from planlens.report import listings
from planlens.report.look import Look, one_line
from planlens.report.markdown import escape
from planlens.report.messages import Messages
from planlens.report.places import Places, numbered, period
from planlens.report.terminal import wrap

_INDENT = 2


def write(plan: Plan, m: Messages, look: Look, *, markdown: bool = False, about: Sequence[str] = ()) -> str:
    """A head line and what is known `about` the plan, then every clause under its parent, with what stands in it."""
    lines = list(_markdown(plan, m, look, about)) if markdown else list(_terminal(plan, m, look, about))
    return "\n".join(lines) + "\n"


def _terminal(plan: Plan, m: Messages, look: Look, about: Sequence[str]) -> Iterator[str]:
    yield from wrap(_title(plan, m, one_line), look.width, None)
    for line in about:
        yield from wrap(one_line(line), look.width, None)
    yield ""
    for depth, mark, text in _lines(plan, m, look):
        pad = " " * (_INDENT * depth) + mark
        cut = wrap(one_line(text), max(look.width - len(pad) - 2, 16), None if look.full or not mark else 1)
        for number, line in enumerate(cut):
            yield (pad if number == 0 else " " * (len(pad) + 1)) + line


def _markdown(plan: Plan, m: Messages, look: Look, about: Sequence[str]) -> Iterator[str]:
    yield "# " + _title(plan, m, escape)
    yield ""
    for line in about:
        yield "- " + escape(line)
    if about:
        yield ""
    for depth, _, text in _lines(plan, m, look):
        yield " " * (_INDENT * depth) + "- " + escape(text)


def _title(plan: Plan, m: Messages, shown: Callable[[str], str]) -> str:
    info = plan.info
    facts = filter(None, (info.id, info.region, period(info), info.source))
    counts = (
        f"{m('column.clauses')} {len(plan.clauses)}",
        f"{m('column.commitments')} {len(plan.commitments)}",
        f"{m('column.targets')} {sum(target.role == 'target' for target in plan.targets)}",
    )
    return shown(f"{info.title}（{' · '.join((*facts, *counts))}）")


def _lines(plan: Plan, m: Messages, look: Look) -> Iterator[tuple[int, str, str]]:
    """(depth, mark, text) of every clause, commitment (•) and target (→) in reading order; all numbers when full."""
    commitments: dict[str, list[Commitment]] = {}
    for commitment in plan.commitments:
        commitments.setdefault(commitment.clause, []).append(commitment)
    targets: dict[str, list[Target]] = {}
    for target in plan.targets if look.full else listings.of_interest(plan.targets):
        targets.setdefault(target.unit_key, []).append(target)
    for clause in plan.clauses:
        yield clause.depth, "", _clause(plan, clause, m)
        for target in targets.get(clause.key, ()):
            yield clause.depth + 1, "→ ", _target(plan, target, m)
        for commitment in commitments.get(clause.key, ()):
            yield clause.depth + 1, "• ", _commitment(commitment, m)
            for target in targets.get(commitment.key, ()):
                yield clause.depth + 2, "→ ", _target(plan, target, m)


def _clause(plan: Plan, clause: Clause, m: Messages) -> str:
    role = "" if clause.role == "task" else f" [{m('role.' + clause.role)}]"
    page = plan.document.page(clause.span.start)
    return numbered(clause, " ") + role + ("" if page is None else f" [{m('phrase.page', number=page)}]")


def _commitment(commitment: Commitment, m: Messages) -> str:
    strength = m.word("strength", commitment.strength) if commitment.strength else None
    found = (strength, commitment.stage, commitment.deadline, "、".join(commitment.bodies))
    facts = " · ".join(dict.fromkeys(filter(None, found)))  # 试点 is a strength and a stage: said once
    return f"[{facts}] {commitment.text}" if facts else commitment.text


def _target(plan: Plan, target: Target, m: Messages) -> str:
    facts = [] if target.role == "target" else [m("target_role." + target.role)]
    facts += filter(None, (target.period, target.scope))
    facts += [m("column.damaged")] if target.damaged else []
    return f"{target.indicator}: {Places(plan).value(target)}" + (f"（{'，'.join(facts)}）" if facts else "")
