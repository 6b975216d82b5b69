"""Results as JSON, format 1: numbers as numbers, every finding with its span in `Document.text`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from planlens.model import Alignment, Change, Clause, Comparison, Link, Note, Plan, PlanInfo, Score, Shift, Span, Target
from planlens.report.places import Places

if TYPE_CHECKING:
    from planlens.alignments import Orphan
    from planlens.library import Entry
    from planlens.lineage import Adopted, Line, Lineage
    from planlens.track import Ledger, Track

FORMAT = 1

Row = dict[str, Any]


def dumps(data: Row) -> str:
    """One row a line for what is long, so that two outputs can be compared line by line."""
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def plans(infos: Iterable[PlanInfo]) -> Row:
    return {"format": FORMAT, "plans": [plan_row(info) for info in infos]}


def library(entries: Iterable[Entry]) -> Row:
    """The plans of a library with what the catalogue and the table of divisions say of each."""
    return {"format": FORMAT, "plans": [_entry(entry) for entry in entries]}


def _entry(entry: Entry) -> Row:
    info = entry.info
    from planlens.report.about import region_of

    division = region_of(info)
    return {
        **plan_row(info),
        "parent": info.parent,
        "code": division.code if division else None,
        "number": info.number,
        "date": info.date,
        "effect": info.effect,
        "expiry": info.expiry,
        "file": entry.path.name,
        "sha256": entry.sha256,
        "fetched": entry.fetched,
    }


def targets(found: Sequence[Plan]) -> Row:
    return {**plans(plan.info for plan in found), "targets": [target_row(p, t) for p in found for t in p.targets]}


def track(found: Track) -> Row:
    by_id = {plan.info.id: plan for plan in found.plans}
    points = [(by_id[point.plan], point) for point in found.points]
    return {
        "format": FORMAT,
        "indicator": found.indicator,
        "points": [
            {"plan": p.plan, "year": p.year, "target": target_row(plan, p.target) if p.target else None}
            for plan, p in points
        ],
        "nearest": list(found.nearest),
    }


def lineage(found: Lineage) -> Row:
    """Statements with where each comes from, the changes between plans of one place, and the years of each place."""
    from planlens.lineage import numbers

    by_id = {plan.info.id: Places(plan) for plan in found.plans}
    return {
        **plans(plan.info for plan in found.plans),
        "query": found.query,
        "evidence": found.evidence,
        "appearances": [
            {
                "plan": a.plan,
                "year": by_id[a.plan].plan.info.start_year,
                "unit": _commitment(by_id[a.plan], a.key),
                "how": a.how,
                "source": None if a.source is None else {"plan": a.source[0], "key": a.source[1]},
                "score": rounded(a.probability),
                "targets": [target_row(by_id[a.plan].plan, t) for t in numbers(a, by_id[a.plan].plan, found.query)],
            }
            for a in found.appearances
        ],
        "steps": [
            {"old_plan": s.old_plan, "new_plan": s.new_plan, **_change(by_id[s.old_plan], by_id[s.new_plan], s.change)}
            for s in found.steps
        ],
        "places": [_line(line) for line in found.lines],
    }


def adoption(found: Sequence[Adopted]) -> Row:
    """Themes with the years of each place; `since_start`: the oldest plan of the place has it, so it may be older."""
    return {"format": FORMAT, "themes": [{"label": a.label, "places": [_line(x) for x in a.lines]} for a in found]}


def _line(line: Line) -> Row:
    told = asdict(line)
    return {"place": told.pop("place"), **{name: list(v) if isinstance(v, tuple) else v for name, v in told.items()}}


def ledger(found: Ledger) -> Row:
    return {
        **plans(plan.info for plan in found.plans),
        "rows": [
            {
                "indicator": name,
                "targets": {
                    plan.info.id: target_row(plan, t) if t else None for plan, t in zip(found.plans, cells, strict=True)
                },
            }
            for name, cells in found.rows
        ],
    }


def show(plan: Plan) -> Row:
    """One plan as it was read: clauses, commitments, targets and notes, each with its span.

    In a format with pages clauses and commitments have the number of the `page` they begin on as well.
    """
    text = plan.document.text
    return {
        "format": FORMAT,
        "plan": plan_row(plan.info),
        "clauses": [_clause(plan, clause) for clause in plan.clauses],
        "commitments": [
            {
                **_unit(c.key, c.span, text),
                **_page(plan, c.span),
                "clause": c.clause,
                "verb": c.verb,
                "object": c.object,
                "strength": c.strength,
                "stage": c.stage,
                "deadline": c.deadline,
                "bodies": list(c.bodies),
                "documents": list(c.documents),
            }
            for c in plan.commitments
        ],
        "targets": [target_row(plan, target) for target in plan.targets],
        "notes": [_note(note) for note in plan.notes],
    }


def align(old: Plan, new: Plan, found: Alignment) -> Row:
    a, b = Places(old), Places(new)
    return {
        "format": FORMAT,
        "old": plan_row(old.info),
        "new": plan_row(new.info),
        "evidence": found.evidence,
        "clauses": [_clause_pair(a, b, link) for link in found.clauses],
        "links": [_link(a, b, link) for link in found.links],
        "weak": [_link(a, b, link) for link in found.weak],
    }


def explain(old: Plan, new: Plan, keys: tuple[str, str], score: Score | None) -> Row:
    """The parts add up to `total`, the log-odds; null where the pair is no candidate."""
    parts = [{"name": p.name, "value": p.value, "adds": p.weight} for p in score.parts] if score else []
    return {
        "format": FORMAT,
        "old": _commitment(Places(old), keys[0]),
        "new": _commitment(Places(new), keys[1]),
        "total": score.total if score else None,
        "probability": rounded(score.probability) if score else None,
        "parts": parts,
    }


def diff(result: Comparison, orphaned: Sequence[Orphan] = ()) -> Row:
    a, b = Places(result.old), Places(result.new)
    return {
        "format": FORMAT,
        "old": plan_row(result.old.info),
        "new": plan_row(result.new.info),
        "evidence": result.evidence,
        **({"lexicon": result.lexicon} if result.lexicon else {}),
        "clauses": [_clause_pair(a, b, link) for link in result.clauses],
        "links": [_link(a, b, link) for link in result.links],
        "weak": [_link(a, b, link) for link in result.weak],
        "changes": [_change(a, b, change) for change in result.changes],
        "shifts": [_shift(a, b, shift) for shift in result.shifts],
        **({"orphaned": [_orphan(orphan) for orphan in orphaned]} if orphaned else {}),
    }


def _orphan(orphan: Orphan) -> Row:
    """A decision of a reviewer that was not applied, as its row says it, and why."""
    return {**asdict(orphan.decision), "reason": orphan.reason}


def plan_row(info: PlanInfo) -> Row:
    names = ("id", "title", "region", "level", "start_year", "end_year", "issuer", "source")
    return {name: getattr(info, name) for name in names}


def _unit(key: str, span: Span, text: str) -> Row:
    return {"key": key, "text": span.of(text), "start": span.start, "end": span.end}


def _commitment(places: Places, key: str) -> Row:
    return _unit(key, places.commitments[key].span, places.plan.document.text)


def _clause(plan: Plan, clause: Clause) -> Row:
    return {
        "key": clause.key,
        "label": clause.label,
        "heading": clause.heading,
        "depth": clause.depth,
        "parent": clause.parent,
        "role": clause.role,
        "start": clause.span.start,
        "end": clause.span.end,
        **_page(plan, clause.span),
        "body": _unit(clause.key, clause.body, plan.document.text),
    }


def _page(plan: Plan, span: Span) -> Row:
    page = plan.document.page(span.start)
    return {} if page is None else {"page": page}


def _note(note: Note) -> Row:
    start, end = (note.span.start, note.span.end) if note.span is not None else (None, None)
    return {"kind": note.kind, "start": start, "end": end, "why": note.why}


def target_row(plan: Plan, target: Target) -> Row:
    text, quantity = plan.document.text, target.quantity
    return {
        "plan": plan.info.id,
        "key": target.key,
        "indicator": target.indicator,
        "value_text": target.span.of(text),
        "start": target.span.start,
        "end": target.span.end,
        "quote": target.quote.of(text),
        "lo": number(quantity.lo),
        "hi": number(quantity.hi),
        "unit": quantity.unit,
        "cmp": quantity.bound,
        "measure": target.measure,
        "role": target.role,
        "period": target.period,
        "scope": target.scope,
        "damaged": target.damaged,
        "repeats": target.repeats,
    }


def _clause_pair(a: Places, b: Places, link: Link) -> Row:
    """Clauses that hold text: the unit is the clause's own text, without its number or run-in heading."""
    sides = []
    for places, key in ((a, link.old), (b, link.new)):
        sides.append([_unit(key, places.clauses[key].body, places.plan.document.text)])
    return {"old": sides[0], "new": sides[1], "score": rounded(link.score.probability)}


def _link(a: Places, b: Places, link: Link) -> Row:
    return {
        "old": [_commitment(a, link.old)],
        "new": [_commitment(b, link.new)],
        "score": rounded(link.score.probability),
        "source": link.source,
        **({"item": dict(zip(("old", "new"), map(_bounds, link.items[0]), strict=True))} if link.items else {}),
    }


def _bounds(span: Span) -> list[int]:
    return [span.start, span.end]


def _change(a: Places, b: Places, change: Change) -> Row:
    nearest = None
    if change.nearest is not None:
        nearest = _commitment(a if change.status == "new" else b, change.nearest[0])
    return {
        "status": change.status,
        "kinds": list(change.kinds),
        "old": [_commitment(a, key) for key in change.old],
        "new": [_commitment(b, key) for key in change.new],
        "score": None if change.score is None else rounded(change.score),
        "source": change.source,
        "nearest": nearest,
        "details": list(change.details),
        **(_absence(a if change.status == "new" else b, change) if change.status in ("new", "dropped") else {}),
    }


def _absence(other: Places, change: Change) -> Row:
    """Of a new or dropped one: how likely its nearest candidate is, what it carried, what the other plan tells."""
    trace, text = change.trace, other.plan.document.text
    told = trace and {"kind": trace.kind, "text": trace.span.of(text), "start": trace.span.start, "end": trace.span.end}
    return {
        "nearest_score": rounded(change.nearest[1]) if change.nearest else None,
        "carried": list(change.carried),
        "trace": told,
    }


def _shift(a: Places, b: Places, shift: Shift) -> Row:
    return {
        "kind": shift.kind,
        "verdict": shift.verdict,
        "direction": shift.direction,
        "indicator": shift.indicator,
        "old": [target_row(a.plan, target) for target in a.found(shift.old)],
        "new": [target_row(b.plan, target) for target in b.found(shift.new)],
        "difference": number(shift.difference),
        "percent": number(shift.percent),
        "note": shift.note,
    }


def number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def rounded(value: float) -> float:
    """Four decimals say all that a probability can."""
    return round(float(value), 4)
