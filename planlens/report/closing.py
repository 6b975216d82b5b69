"""The block that ends a comparison: what was not read, not compared or not sure, so that nobody takes it for whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from planlens.model import Comparison, Plan, Span, Table
from planlens.report.messages import Messages
from planlens.report.places import Places

if TYPE_CHECKING:
    from planlens.alignments import Decision, Orphan

# Where the probabilities are honest, two in five links at this one are wrong: below it a person should look.
REVIEW_BELOW = 0.6
_DAMAGED_LISTED = 5
_ORPHANS_LISTED = 5


def closing(result: Comparison, m: Messages, *, hidden: bool, cut: bool, orphaned: Sequence[Orphan] = ()) -> Table:
    """One row a doubt. `hidden`: kept commitments are not listed; `cut`: long text is cut; `orphaned`: decisions of
    reviewers that could not be applied.
    """
    rows: list[tuple[str, str]] = []
    for plan, name in ((result.old, m("plan.old")), (result.new, m("plan.new"))):
        rows.append((m("closing.skipped", plan=name), skipped(plan, m)))
        rows.append((m("closing.outside", plan=name), _outside(plan, m)))
    rows += damaged((result.old, result.new), m)
    weak = sum(link.source == "scored" and link.score.probability < REVIEW_BELOW for link in result.links)
    text = m("closing.weak_text", weak=weak, links=len(result.links), below=REVIEW_BELOW)
    rows.append((m("closing.weak"), text))
    if result.weak:
        least = f"{min(link.score.probability for link in result.weak):.2f}"
        rows.append((m("closing.weak_pairs"), m("closing.weak_pairs_text", count=len(result.weak), least=least)))
    reviewed = sum(change.source == "reviewed" for change in result.changes)
    rows.append((m("closing.reviewed"), m("closing.reviewed_text", rows=reviewed, all=len(result.changes))))
    applied = any(link.source == "reviewed" for link in result.links) or reviewed > 0
    rows += _orphaned(orphaned, m, listed=(_ORPHANS_LISTED if cut else len(orphaned)) if applied else 0)
    lexical, plus, model = result.evidence.partition(" + ")
    rows.append((m("closing.evidence"), m.word("evidence", lexical) + plus + model))
    kept = sum(change.status == "kept" for change in result.changes)
    left_out = [m("closing.kept_hint", count=kept)] if hidden and kept else []
    left_out += [m("closing.cut_hint")] if cut else []
    if left_out:
        rows.append((m("closing.left_out"), m("mark.stop").join(left_out)))
    return Table("closing", m("title.closing"), ("", ""), tuple(rows))


def skipped(plan: Plan, m: Messages) -> str:
    """Notes of reading by kind, with how many places and characters each touches."""
    places: Counter[str] = Counter()
    chars: Counter[str] = Counter()
    whole: dict[str, None] = {}
    for note in plan.notes:
        if note.span is None:
            whole[m("closing.note_whole", kind=m.word("note", note.kind), why=m.told(note.why, "reading"))] = None
        else:
            places[note.kind] += 1
            chars[note.kind] += ink(plan, note.span)
    counted = [
        m("closing.note_kind", kind=m.word("note", kind), count=count, chars=chars[kind])
        for kind, count in places.items()
        if chars[kind]
    ]
    return m("mark.stop").join([*counted, *whole]) or m("closing.nothing")


def _outside(plan: Plan, m: Messages) -> str:
    """Characters of clauses that are no commitment, by the clause's role: preamble, review, glossary …"""
    chars: Counter[str] = Counter()
    told = Places(plan)
    spans: dict[str, list[Span]] = {}
    for commitment in plan.commitments:
        spans.setdefault(commitment.clause, []).append(commitment.span)
    for clause in told.clauses.values():
        left = ink(plan, clause.body)
        for span in spans.get(clause.key, ()):
            shared = Span(max(span.start, clause.body.start), min(span.end, clause.body.end))
            left -= ink(plan, shared) if shared.start < shared.end else 0
        if left > 0:
            chars[clause.role] += left
    listed = [m("closing.outside_role", role=m("role." + role), chars=count) for role, count in chars.items()]
    return m.join(listed) or m("closing.nothing")


def ink(plan: Plan, span: Span) -> int:
    """Characters of a span that are not white space."""
    return len("".join(span.of(plan.document.text).split()))


def damaged(plans: Iterable[Plan], m: Messages) -> list[tuple[str, str]]:
    """Numbers that damage took part of, the first few with their places; no row where there are none."""
    found = []
    for plan in plans:
        told = Places(plan)
        for target in plan.targets:
            if target.damaged:
                value = target.quote.of(plan.document.text)
                found.append(f"{value}（{plan.info.id} {told.label(target.unit_key)}）")
    if not found:
        return []
    more = "…" if len(found) > _DAMAGED_LISTED else ""
    listed = m.join(found[:_DAMAGED_LISTED]) + more
    return [(m("closing.damaged"), m("closing.damaged_list", count=len(found), list=listed))]


def _orphaned(orphaned: Sequence[Orphan], m: Messages, *, listed: int) -> list[tuple[str, str]]:
    """How many decisions were not applied for which reason, then some of them: what each said of whom, and by whom.

    Where not one decision applied, they speak of other plans of the same name, and listing them says nothing.
    """
    if not orphaned:
        return []
    reasons = Counter(orphan.reason for orphan in orphaned)
    counted = [m("closing.orphaned_count", count=n, why=m("orphaned." + reason)) for reason, n in reasons.items()]
    lines = [orphan_line(orphan, m) for orphan in orphaned[:listed]]
    lines += ["…"] if 0 < listed < len(orphaned) else []
    return [(m("closing.orphaned"), "\n".join([m("mark.stop").join(counted), *lines]))]


def orphan_line(orphan: Orphan, m: Messages) -> str:
    """不对应：一/二#3 新增社康机构 × 二/四#1 … （甲，2025-03-01）：新规划中已无此文."""
    decision = orphan.decision
    why = m("orphaned." + orphan.reason)
    if orphan.other is not None:
        why += m("closing.orphaned_by", verdict=m("decision." + orphan.other.verdict), signed=_signed(orphan.other, m))
    sides = [f"{key} {text}" for key, text in ((decision.old, decision.old_text), (decision.new, decision.new_text))]
    pair = " × ".join(side.strip() for side in sides if side.strip())
    return m(
        "closing.orphaned_line",
        verdict=m("decision." + decision.verdict), pair=pair, signed=_signed(decision, m), why=why,
    )  # fmt: skip


def _signed(decision: Decision, m: Messages) -> str:
    return m.join([part for part in (decision.who, decision.when) if part]) or m("mark.none")
