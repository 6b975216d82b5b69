"""Plans turned into tables of text in one language: the library, an outline, targets, the notes of reading.

What ends in `_rows` is data for a spreadsheet: one row a finding, with keys, offsets and uncut text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from planlens import naming
from planlens.model import Commitment, Plan, PlanInfo, Table, Target
from planlens.report.about import region_of
from planlens.report.cells import Cell
from planlens.report.look import one_line
from planlens.report.messages import Messages
from planlens.report.places import Places, period, plain
from planlens.report.tables import goals, headers, table
from planlens.track import Ledger, Track

_DIGEST_SHOWN = 10  # characters of a SHA-256 that tell the files of a library apart
_LISTED_ROLES = ("target", "baseline")


def targets(plans: Sequence[Plan], m: Messages, *, full: bool = False) -> tuple[Table, ...]:
    """Targets and baselines of each plan, one row each however often said; `full`: also those of names and rules."""
    tables = []
    for plan in plans:
        places = Places(plan)
        listed = plan.targets if full else of_interest(plan.targets)
        rows = [
            _target_cells(places, target, places.said[target.key], m) for target in listed if target.repeats is None
        ]
        names = ("clause", "indicator", "value", "role", "measure", "period", "scope")
        title = f"{plan.info.title}（{plan.info.id}，{len(rows)}）"
        tables.append(Table("targets", title, headers(m, names), tuple(rows)))
        if hidden := len(plan.targets) - len(listed):
            hint = ((m("closing.left_out"), m("closing.numbers_hint", count=hidden)),)
            tables.append(Table("closing", "", ("", ""), hint))
    return tuple(tables)


def of_interest(found: Iterable[Target]) -> tuple[Target, ...]:
    """Targets, baselines and damaged numbers: without those of names (“十四五”) and rules (65岁以上)."""
    return tuple(target for target in found if target.damaged or target.role in _LISTED_ROLES)


def _target_cells(places: Places, target: Target, said: Sequence[Target], m: Messages) -> tuple[str, ...]:
    """`said` are all records of the number: its places stand under each other in one cell."""
    value = places.value(target)
    quantity = target.quantity
    figures = (("lo", quantity.lo), ("hi", quantity.hi), ("unit", quantity.unit), ("bound", quantity.bound))
    where = "\n".join(dict.fromkeys(places.label(t.unit_key) for t in said))
    return (
        Cell(where, plan=places.plan.info.id, keys=[t.unit_key for t in said]),
        target.indicator,
        Cell(f"{value}（{m('column.damaged')}）" if target.damaged else value, figures=figures),
        m("target_role." + target.role),
        m("measure." + target.measure),
        next((t.period for t in said if t.period), ""),
        target.scope or "",
    )


def target_rows(plans: Sequence[Plan], m: Messages) -> Table:
    """Every number of the plans as one row, with value, offsets and the words that carry it.

    A number said twice is one row: keys and offsets of its places are joined by ";", the headline first.
    """
    rows = []
    for places in map(Places, plans):
        rows += [_target_row(places, places.said[t.key], m) for t in places.plan.targets if t.repeats is None]
    names = (
        "plan", "key", "clause", "indicator", "value", "start", "end", "lo", "hi", "unit", "bound",
        "measure", "role", "period", "scope", "damaged", "quote",
    )  # fmt: skip
    return table(m, "targets", names, rows)


def track(found: Track, m: Messages) -> tuple[Table, ...]:
    """One indicator through the years: value, what it is called there, where it stands, and a line of blocks."""
    rows = []
    for plan, point in zip(found.plans, found.points, strict=True):
        places, t = Places(plan), point.target
        cells = ("", m("mark.none"), "", "")
        if t:
            figures = (("lo", t.quantity.lo), ("hi", t.quantity.hi), ("unit", t.quantity.unit))
            where = Cell(places.label(t.unit_key), plan=plan.info.id, keys=[t.unit_key])
            cells = (t.indicator, Cell(places.value(t), figures=figures), m("measure." + t.measure), where)
        rows.append((period(plan.info), plan.info.id, *cells))
    names = ("period", "plan", "indicator", "value", "measure", "clause")
    title = f"{found.indicator}  {sparkline([p.target for p in found.points])}".rstrip()
    made = Table("track", title, headers(m, names), tuple(rows))
    if not found.nearest:
        return (made,)
    return made, Table(
        "closing", "", ("", ""), ((m("closing.not_found"), m("closing.nearest", names=m.join(list(found.nearest)))),)
    )


def sparkline(found: Sequence[Target | None]) -> str:
    """▁▄█ from the lowest value to the highest, · where `in_line` has none; empty under two values."""
    values = in_line(found)
    known = [v for v in values if v is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    blocks = "▁▂▃▄▅▆▇█"
    height = [None if v is None else 3 if high == low else round((v - low) / (high - low) * 7) for v in values]
    return "".join("·" if h is None else blocks[h] for h in height)


def in_line(found: Sequence[Target | None]) -> list[Decimal | None]:
    """The values that stand in one line; None where there is none or it counts otherwise than most.

    新增1200张 and 每千人2.5张 do not stand in one line, nor 登记失业率 and 调查失业率.
    """
    ways = [(t.quantity.unit, t.measure, naming.kinds(t.indicator)) if t else None for t in found]
    counted = Counter(way for way in ways if way)
    most = max(counted, key=lambda way: counted[way], default=None)
    return [_middle(t) if t and way == most else None for t, way in zip(found, ways, strict=True)]


def _middle(target: Target) -> Decimal | None:
    lo, hi = target.quantity.lo, target.quantity.hi
    return None if lo is None or hi is None else (lo + hi) / 2


def ledger(found: Ledger, m: Messages) -> tuple[Table, ...]:
    """Indicators × plans; those that stand in several plans first."""
    places = [Places(plan) for plan in found.plans]
    rows = [
        (name, *(_placed(p, t) if t else "" for p, t in zip(places, cells, strict=True)))
        for name, cells in sorted(found.rows, key=lambda row: -sum(t is not None for t in row[1]))
    ]
    columns = (m("column.indicator"), *(f"{plan.info.id}" for plan in found.plans))
    return (Table("ledger", m("title.ledger", count=len(rows)), columns, tuple(rows)),)


def _placed(places: Places, target: Target) -> Cell:
    return Cell(places.value(target), plan=places.plan.info.id, keys=[target.unit_key])


def _target_row(places: Places, said: Sequence[Target], m: Messages) -> tuple[str, ...]:
    text, t = places.plan.document.text, said[0]
    q, (starts, ends) = t.quantity, places.spans(x.span for x in said)
    return (
        places.plan.info.id, ";".join(x.key for x in said), places.labels(x.unit_key for x in said), t.indicator,
        t.span.of(text), starts, ends, plain(q.lo), plain(q.hi), q.unit, q.bound,
        m("measure." + t.measure), m("target_role." + t.role), t.period or "", t.scope or "",
        m("mark.yes") if t.damaged else "", " ／ ".join(x.quote.of(text) for x in said),
    )  # fmt: skip


LIBRARY = ("id", "title", "region", "code", "level", "period", "number", "format", "digest", "clauses", "targets")
_ASIDE = ("code", "number", "digest")  # what a terminal has no room for


def library(rows: Iterable[tuple[str, ...]], m: Messages, *, whole: bool) -> Table:
    """The plans of a library: what is known of each and what it holds; `whole`: codes and digests too."""
    kept = [at for at, name in enumerate(LIBRARY) if whole or name not in _ASIDE]
    return table(m, "plans", [LIBRARY[at] for at in kept], [tuple(row[at] for at in kept) for row in rows])


def library_row(plan: Plan, file: str, m: Messages) -> tuple[str, ...]:
    cells = unread_row(plan.info, file, plan.document.sha256, m)
    return (*cells[:-2], str(len(plan.clauses)), str(len(goals(plan))))


def unread_row(info: PlanInfo, file: str, digest: str | None, m: Messages) -> tuple[str, ...]:
    """The line of a plan whose file cannot be read: what the catalogue knows, no counts."""
    level, division, unknown = m.word("level", info.level) if info.level else "", region_of(info), m("mark.none")
    place = (info.region or "", division.code if division else "", level, period(info), info.number or "")
    kind, short = file.rpartition(".")[2], (digest or "")[:_DIGEST_SHOWN]
    return (info.id, info.title, *place, kind, short, unknown, unknown)


def outline_rows(plan: Plan, m: Messages) -> Table:
    """Clauses and commitments in reading order, one row each, with offsets."""
    places = Places(plan)
    inside: dict[str, list[Commitment]] = {}
    for commitment in plan.commitments:
        inside.setdefault(commitment.clause, []).append(commitment)
    rows: list[tuple[str, ...]] = []
    for clause in plan.clauses:
        label, role, text = places.label(clause.key), m("role." + clause.role), places.own_text(clause)
        start, end = str(clause.body.start), str(clause.body.end)
        rows.append((m("item.clause"), clause.key, label, role, text, start, end, *("",) * 7))
        rows += [_commitment_row(places, commitment, m) for commitment in inside.get(clause.key, ())]
    names = (
        "item", "key", "clause", "role", "text", "start", "end",
        "verb", "object", "strength", "stage", "deadline", "bodies", "documents",
    )  # fmt: skip
    return table(m, "outline", names, rows)


def _commitment_row(places: Places, c: Commitment, m: Messages) -> tuple[str, ...]:
    return (
        m("item.commitment"), c.key, places.label(c.key), "", c.text, str(c.span.start), str(c.span.end),
        c.verb or "", c.object or "", m.word("strength", c.strength) if c.strength else "", c.stage or "",
        c.deadline or "", "、".join(c.bodies), "、".join(c.documents),
    )  # fmt: skip


def notes(plan: Plan, m: Messages, *, longest: int | None = None) -> Table:
    """All that was skipped, repaired or doubted in reading, with the words it touches: those over `longest` cut."""
    rows = []
    for note in plan.notes:
        span = note.span
        quote = one_line(span.of(plan.document.text)) if span is not None else ""
        if longest is not None and len(quote) > longest:
            quote = quote[:longest] + "…"
        where = (str(span.start), str(span.end), quote) if span is not None else ("", "", "")
        rows.append((m.word("note", note.kind), *where, m.told(note.why, "reading")))
    return table(m, "notes", ("kind", "start", "end", "quote", "note"), rows, count=len(rows))
