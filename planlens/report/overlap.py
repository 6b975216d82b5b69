"""Overlap turned into tables and rows: how much of whom is in whom, themes, pairs, who promises more, what is alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from planlens import instruments
from planlens.model import Overlap, Share, Shared, Span, Table, Theme
from planlens.report import json
from planlens.report.cells import Cell
from planlens.report.look import one_line
from planlens.report.messages import Messages
from planlens.report.places import Places, probability
from planlens.report.tables import headers, table

SECTIONS = ("matrix", "themes", "pairs", "above", "unique", "stock", "clauses", "weak")
SHOWN = ("matrix", "themes", "pairs", "above", "unique", "stock")
_UNIQUE_SHOWN = 15  # commitments of one place alone that a terminal lists, those that name an instrument first


@dataclass(frozen=True)
class _Told:
    """An overlap with all plans' findings by key and the words to tell it in."""

    result: Overlap
    m: Messages

    @cached_property
    def places(self) -> dict[str, Places]:
        return {plan.info.id: Places(plan) for plan in self.result.plans}

    def pieces(self, plan: str, key: str, spans: Sequence[Span]) -> Cell:
        """The words that correspond, under the place they stand in."""
        places = self.places[plan]
        words = "；".join(one_line(span.of(places.plan.document.text)) for span in spans)
        return Cell(f"{places.label(key)}：{words}", plan=plan, keys=[key])


def tables(result: Overlap, m: Messages, *, only: Collection[str] = SHOWN, full: bool = False) -> list[Table]:
    """The report: what to know first and the sections asked for; `full` lists every commitment of one place alone."""
    told = _Told(result, m)
    made = [_caveats(told)] if result.caveats else []
    for section in SECTIONS:
        if section in only:
            made += _SECTIONS[section](told, full)
    return made


def _caveats(told: _Told) -> Table:
    return Table("caveats", told.m("title.caveats"), ("",), tuple((told.m.told(c),) for c in told.result.caveats))


def _matrix(told: _Told, _: bool) -> list[Table]:
    """Row plan, its size, and of each column plan the share of the row found there, its interval, and at one size."""
    cells = {(share.row, share.column): share for share in told.result.matrix}
    names = [plan.info.id for plan in told.result.plans]
    sizes = {share.row: share.size for share in told.result.matrix}
    rows = [
        (row, str(sizes[row]), *(_cell(told.m, cells[row, column]) if row != column else "" for column in names))
        for row in names
    ]
    columns = (told.m("column.plan"), told.m("column.commitments"), *names)
    return [Table("overlap_matrix", told.m("title.overlap_matrix"), columns, tuple(rows))]


def _cell(m: Messages, share: Share) -> str:
    interval = f"{share.low:.0%}–{share.high:.0%}"
    return m("overlap.share", share=f"{share.share:.0%}", interval=interval, level=f"{share.level:.0%}")


def _themes(told: _Told, _: bool) -> list[Table]:
    m = told.m
    plans = [plan.info.id for plan in told.result.plans]
    rows = tuple(
        (
            theme.label,
            *(_having(told, theme, plan) for plan in plans),
            theme.first or m("overlap.same_year"),
            m("overlap.from_above") if theme.above else "",
        )
        for theme in told.result.themes
    )
    columns = (m("column.theme"), *plans, *headers(m, ("first", "origin")))
    return [Table("themes", m("title.themes", count=len(rows)), columns, rows)]


def _having(told: _Told, theme: Theme, plan: str) -> str:
    """The numbers of the clauses that have it, or that it is only named there; — where it is not even that."""
    having, naming = dict(theme.units), dict(theme.mentions)
    keys = having.get(plan, naming.get(plan, ()))
    clauses = filter(None, map(told.places[plan].clause_of, keys))
    where = told.m.join(list(dict.fromkeys(clause.key for clause in clauses)))
    return where if plan in having else told.m("overlap.named", where=where) if plan in naming else told.m("mark.none")


def _lacking(told: _Told, theme: Theme) -> list[str]:
    known = {plan for plan, _ in (*theme.units, *theme.mentions)}
    return [plan.info.id for plan in told.result.plans if plan.info.id not in known]


def _pairs(told: _Told, _: bool) -> list[Table]:
    return _listed(told, "shared", [s for s in told.result.pairs if not s.above])


def _above(told: _Told, _: bool) -> list[Table]:
    return _listed(told, "shared_above", [s for s in told.result.pairs if s.above])


def _stock(told: _Told, _: bool) -> list[Table]:
    return _listed(told, "shared_stock", told.result.stock)


def _weak(told: _Told, _: bool) -> list[Table]:
    return _listed(told, "shared_weak", told.result.weak)


def _listed(told: _Told, name: str, pairs: Sequence[Shared]) -> list[Table]:
    """One table for each two plans that have such pairs."""
    m, made = told.m, []
    for a, b in dict.fromkeys((s.plan_a, s.plan_b) for s in pairs):
        found = [s for s in pairs if (s.plan_a, s.plan_b) == (a, b)]
        rows = tuple(
            (
                m.join(list(s.labels)),
                told.pieces(a, s.a, [one for one, _ in s.items]),
                told.pieces(b, s.b, [other for _, other in s.items]),
                m("shared." + s.kind),
                "\n".join(filter(None, (_stronger(s), *map(m.told, s.why)))),
                probability(s.score.probability),
            )
            for s in found
        )
        columns = (m("column.theme"), a, b, *headers(m, ("kind", "stronger", "probability")))
        made.append(Table(name, m("title." + name, a=a, b=b, count=len(rows)), columns, rows))
    return made


def _stronger(shared: Shared) -> str:
    return {"a": shared.plan_a, "b": shared.plan_b, None: ""}[shared.stronger]


def _unique(told: _Told, full: bool) -> list[Table]:
    """What one place alone commits to: instruments first, then what has a number; not all of it in a terminal."""
    made = []
    for plan, keys in told.result.unique:
        places = told.places[plan]
        numbered = {t.unit_key for t in places.plan.targets if t.role == "target"}
        weight = {k: (not instruments.labels(places.commitments[k].text), k not in numbered) for k in keys}
        chosen = set(keys if full else sorted(keys, key=lambda k: weight[k])[:_UNIQUE_SHOWN])
        listed = [k for k in keys if k in chosen]
        texts = [Cell(one_line(places.commitments[k].text), plan=plan, keys=[k]) for k in listed]
        rows = tuple(zip(map(places.label, listed), texts, strict=True))
        title = told.m("title.unique", plan=plan, count=len(keys), listed=len(rows))
        made.append(Table("unique", title, headers(told.m, ("clause", "text")), rows))
    return made


def _clauses(told: _Told, _: bool) -> list[Table]:
    made = []
    for a, b in dict.fromkeys((a, b) for a, b, _ in told.result.clauses):
        links = [link for x, y, link in told.result.clauses if (x, y) == (a, b)]
        rows = tuple(
            (told.places[a].label(k.old), told.places[b].label(k.new), probability(k.score.probability)) for k in links
        )
        columns = (a, b, told.m("column.probability"))
        made.append(Table("clauses", told.m("title.clauses", count=len(rows)), columns, rows))
    return made


_SECTIONS: dict[str, Callable[[_Told, bool], list[Table]]] = {
    "matrix": _matrix,
    "themes": _themes,
    "pairs": _pairs,
    "above": _above,
    "unique": _unique,
    "stock": _stock,
    "clauses": _clauses,
    "weak": _weak,
}


def rows(result: Overlap, m: Messages) -> Table:
    """Every pair as one row with keys and offsets, then what one place alone has."""
    told = _Told(result, m)
    sections = (("pair", result.pairs), ("stock", result.stock), ("weak", result.weak))
    found = [_row(told, section, shared) for section, pairs in sections for shared in pairs]
    for plan, keys in result.unique:
        found += [
            (m("item.alone"), "", "", "", "", "", plan, *_unit_cells(told, plan, key), *("",) * 7) for key in keys
        ]
    names = (
        "item", "theme", "kind", "stronger", "note", "probability",
        "plan_a", "clause_a", "key_a", "text_a", "start_a", "end_a",
        "plan_b", "clause_b", "key_b", "text_b", "start_b", "end_b", "origin",
    )  # fmt: skip
    return table(m, "overlap", names, found)


def _row(told: _Told, section: str, s: Shared) -> tuple[str, ...]:
    m = told.m
    return (
        m("item.shared_" + section), m.join(list(s.labels)), m("shared." + s.kind), _stronger(s),
        "；".join(map(m.told, s.why)), f"{s.score.probability:.4f}",
        s.plan_a, *_unit_cells(told, s.plan_a, s.a), s.plan_b, *_unit_cells(told, s.plan_b, s.b),
        m("overlap.from_above") if s.above else "",
    )  # fmt: skip


def _unit_cells(told: _Told, plan: str, key: str) -> tuple[str, str, str, str, str]:
    places = told.places[plan]
    unit = places.commitments[key]
    return places.label(key), key, one_line(unit.text), str(unit.span.start), str(unit.span.end)


# --- JSON -----------------------------------------------------------------------------------------------------------


def as_json(result: Overlap) -> dict[str, Any]:
    """Format 1. `a` and `b` are the commitments, `items` the pieces of them that correspond."""
    told = _Told(result, _NO_MESSAGES)
    shares: dict[str, dict[str, Share]] = {plan.info.id: {} for plan in result.plans}
    for share in result.matrix:
        shares[share.row][share.column] = share
    return {
        "format": json.FORMAT,
        "plans": [json.plan_row(plan.info) for plan in result.plans],
        "above": [json.plan_row(plan.info) for plan in result.above],
        "evidence": result.evidence,
        "caveats": list(result.caveats),
        "pairs": [_pair_json(told, s) for s in result.pairs],
        "themes": [_theme_json(told, theme) for theme in result.themes],
        "matrix": {row: {c: json.rounded(s.share) for c, s in cells.items()} for row, cells in shares.items()},
        "intervals": {
            row: {c: [json.rounded(s.low), json.rounded(s.high)] for c, s in cells.items()}
            for row, cells in shares.items()
        },
        "matrix_at_one_size": {
            row: {c: json.rounded(s.level) for c, s in cells.items()} for row, cells in shares.items()
        },
        "sizes": {share.row: share.size for share in result.matrix},
        "clauses": [
            {
                "plan_a": a,
                "plan_b": b,
                "a": _clause_json(told, a, link.old),
                "b": _clause_json(told, b, link.new),
                "score": json.rounded(link.score.probability),
            }
            for a, b, link in result.clauses
        ],
        "unique": {plan: [_unit_json(told, plan, key) for key in keys] for plan, keys in result.unique},
        "stock": [_pair_json(told, s) for s in result.stock],
        "weak": [_pair_json(told, s) for s in result.weak],
    }


_NO_MESSAGES = Messages("zh", {}, {})


def _pair_json(told: _Told, s: Shared) -> dict[str, Any]:
    return {
        "plan_a": s.plan_a,
        "plan_b": s.plan_b,
        "a": _unit_json(told, s.plan_a, s.a),
        "b": _unit_json(told, s.plan_b, s.b),
        "kind": s.kind,
        "score": json.rounded(s.score.probability),
        "stronger": s.stronger,
        "why": list(s.why),
        "themes": list(s.labels),
        "above": s.above,
        "items": [
            {"a": _span_json(told, s.plan_a, one), "b": _span_json(told, s.plan_b, other)} for one, other in s.items
        ],
    }


def _theme_json(told: _Told, theme: Theme) -> dict[str, Any]:
    return {
        "label": theme.label,
        "units": {plan: [_unit_json(told, plan, key) for key in keys] for plan, keys in theme.units},
        "mentions": {plan: [_unit_json(told, plan, key) for key in keys] for plan, keys in theme.mentions},
        "lacking": _lacking(told, theme),
        "first": theme.first,
        "above": theme.above,
    }


def _unit_json(told: _Told, plan: str, key: str) -> dict[str, Any]:
    places = told.places[plan]
    return {"key": key, **_span_json(told, plan, (places.commitments.get(key) or places.clauses[key]).span)}


def _clause_json(told: _Told, plan: str, key: str) -> dict[str, Any]:
    clause = told.places[plan].clauses[key]
    return {"key": key, "label": clause.label, "heading": clause.heading, **_span_json(told, plan, clause.span)}


def _span_json(told: _Told, plan: str, span: Span) -> dict[str, Any]:
    return {"text": span.of(told.places[plan].plan.document.text), "start": span.start, "end": span.end}
