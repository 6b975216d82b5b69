"""The findings of a check as tables for a writer's desk, as rows for a spreadsheet and as JSON."""

from __future__ import annotations

from collections import Counter
from typing import Any

from planlens.check import Check
from planlens.check.findings import SEVERITIES, Finding, Place
from planlens.model import Plan, Span, Table
from planlens.quantity import table
from planlens.report.cells import Cell
from planlens.report.json import FORMAT, Row, plans
from planlens.report.look import one_line
from planlens.report.messages import Messages
from planlens.report.places import Places


def tables(result: Check, m: Messages) -> tuple[Table, ...]:
    """How many findings of each severity, then every finding, the severest first."""
    counts = Counter(finding.severity for finding in result.findings)
    heads = tuple((_word("severity", name, m), str(counts[name])) for name in SEVERITIES)
    rows = tuple(_row(result, finding, m) for finding in result.findings)
    title = _word("title", "findings", m).format(count=len(rows))
    columns = tuple(_word("column", name, m) for name in ("severity", "kind", "place", "quote", "reason", "settle"))
    draft = result.draft.info
    made = [Table("counts", f"{draft.title}（{draft.id}）", ("", ""), heads), Table("check", title, columns, rows)]
    if result.notes:
        notes = tuple(
            (_word("note", note, m).format(**{name: m.told(value) for name, value in values}),)
            for note, values in result.notes
        )
        made.append(Table("closing", _word("title", "notes", m), ("",), notes))
    return tuple(made)


def rows(result: Check, m: Messages) -> Table:
    """One row a finding with keys and offsets of both places."""
    names = (
        "severity", "kind", "place", "key", "quote", "start", "end",
        "other_plan", "other_place", "other_key", "other", "other_start", "other_end", "reason", "settle",
    )  # fmt: skip
    made = []
    for finding in result.findings:
        sides: list[str] = []
        for spot in (finding.place, finding.other):
            sides += _side(result, spot)
        told = (_word("severity", finding.severity, m), _word("kind", finding.kind, m))
        made.append((*told, *sides[1:6], *sides[6:], reason(finding, m), settle(finding, m)))
    title = _word("title", "findings", m).format(count=len(made))
    return Table("check", title, tuple(_word("column", name, m) for name in names), tuple(made))


def json(result: Check, m: Messages) -> Row:
    """Offsets of `start`, `end` and `quote` are in the draft; those of `other` in the plan `other_plan` names."""
    return {
        "format": FORMAT,
        "plan": plans([result.draft.info])["plans"][0],
        "findings": [_json_row(result, finding, m) for finding in result.findings],
    }


def fails(result: Check, level: str | None) -> bool:
    """Whether a finding is as severe as `level`, or more so; None asks for nothing."""
    grave = SEVERITIES[: SEVERITIES.index("error" if level == "error" else "warning") + 1]
    return level is not None and any(finding.severity in grave for finding in result.findings)


def reason(finding: Finding, m: Messages) -> str:
    """The sentence that says what is wrong."""
    told = table("check")["reason"][finding.reason]
    return str(told[m.lang]).format(**dict(finding.values))


def settle(finding: Finding, m: Messages) -> str:
    """What would settle it."""
    return str(table("check")["reason"][finding.reason]["settle"][m.lang])


def _word(group: str, name: str, m: Messages) -> str:
    return str(table("check")[group][name][m.lang])


def _row(result: Check, finding: Finding, m: Messages) -> tuple[str, ...]:
    quotes = []
    for spot in (finding.place, finding.other):
        if spot is not None:
            plan = result.plan(spot.plan)
            words = one_line(spot.span.of(plan.document.text))
            where = "" if spot is finding.place else f"（{_whereabouts(result, spot)}）"
            quotes.append(f"“{words}”{where}")
    return (
        _word("severity", finding.severity, m),
        _word("kind", finding.kind, m),
        _linked(result, finding.place) if finding.place else "—",
        "\n".join(quotes),
        reason(finding, m),
        settle(finding, m),
    )


def _linked(result: Check, spot: Place) -> Cell:
    return Cell(_whereabouts(result, spot), plan=spot.plan, keys=[spot.key])


def _whereabouts(result: Check, spot: Place) -> str:
    """The labels above a place, behind the plan's name where it is not the draft."""
    label = Places(result.plan(spot.plan)).label(spot.key) or spot.key
    return label if spot.plan == result.draft.info.id else f"{spot.plan} {label}"


def _side(result: Check, spot: Place | None) -> list[str]:
    if spot is None:
        return [""] * 6
    plan = result.plan(spot.plan)
    quote = spot.span.of(plan.document.text)
    label = Places(plan).label(spot.key)
    return [spot.plan, label, spot.key, quote, str(spot.span.start), str(spot.span.end)]


def _json_row(result: Check, finding: Finding, m: Messages) -> dict[str, Any]:
    spot, other = finding.place, finding.other
    text = result.draft.document.text
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "unit": _unit(result.draft, spot.key) if spot else None,
        "other": _unit(result.plan(other.plan), other.key) if other else None,
        "other_plan": other.plan if other else None,
        "other_start": other.span.start if other else None,
        "other_end": other.span.end if other else None,
        "start": spot.span.start if spot else None,
        "end": spot.span.end if spot else None,
        "quote": spot.span.of(text) if spot else "",
        "reason": reason(finding, m),
        "settle": settle(finding, m),
    }


def _unit(plan: Plan, key: str) -> Row:
    """The commitment or the clause of a key."""
    places = Places(plan)
    commitment, clause = places.commitments.get(key), places.clauses.get(key)
    span = commitment.span if commitment else (clause.body if clause and len(clause.body) else None)
    span = span or (clause.span if clause else Span(0, 0))
    return {"key": key, "text": span.of(plan.document.text), "start": span.start, "end": span.end}
