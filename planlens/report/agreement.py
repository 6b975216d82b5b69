"""How far two reviewers agree, as tables and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from planlens.alignments import Agreement
from planlens.model import Table
from planlens.report.messages import Messages


def tables(found: Agreement, m: Messages) -> tuple[Table, Table]:
    """The two figures with what they are counted from, and every pair about which the two differ."""
    figures = ((m("agree.links"), _links(found, m)), (m("agree.status"), _status(found, m)))
    names = tuple(m(name) for name in ("agree.old", "agree.new", "agree.a", "agree.b", "column.note"))
    title = m("agree.disagreements", count=len(found.disagreements))
    return Table("figures", m("agree.figures"), ("", ""), figures), Table(
        "disagreements", title, names, _rows(found, m)
    )


def _rows(found: Agreement, m: Messages) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            f"{told.decision.old} {told.decision.old_text}",
            f"{told.decision.new} {told.decision.new_text}",
            m("decision." + told.a),
            m("decision." + told.b),
            told.decision.why,
        )
        for told in found.disagreements
    )


def _links(found: Agreement, m: Messages) -> str:
    a, b, both = found.links
    f1 = _figure(found.links_f1, m)
    return m("agree.links_text", f1=f1, a=a, b=b, both=both, alone_a=found.alone[0], alone_b=found.alone[1])


def _status(found: Agreement, m: Messages) -> str:
    cells = [
        m("agree.cell", a=m("agree.status_" + a), b=m("agree.status_" + b), count=n) for (a, b), n in found.statuses
    ]
    told = m.join(cells) or m("mark.none")
    return m("agree.status_text", kappa=_figure(found.kappa, m), count=found.statements, cells=told)


def _figure(value: float | None, m: Messages) -> str:
    return m("mark.none") if value is None else f"{value:.3f}"


def row(found: Agreement) -> dict[str, Any]:
    """The same as data. A figure is null where there is nothing to count."""
    a, b, both = found.links
    return {
        "format": 1,
        "links_f1": _rounded(found.links_f1),
        "links": {"a": a, "b": b, "both": both, "only_a_judged": found.alone[0], "only_b_judged": found.alone[1]},
        "kappa": _rounded(found.kappa),
        "statements": found.statements,
        "statuses": [{"a": a, "b": b, "count": count} for (a, b), count in found.statuses],
        "disagreements": [{**asdict(told.decision), "a": told.a, "b": told.b} for told in found.disagreements],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
