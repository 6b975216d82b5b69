"""Comparisons and alignments turned into tables of text in one language: what every written report is made of.

What ends in `_rows` is data for a spreadsheet: one row a finding, with keys, offsets and uncut text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, get_args

from planlens.model import (
    CARRIED,
    Alignment,
    Change,
    Comparison,
    Link,
    Plan,
    Score,
    Shift,
    ShiftKind,
    Status,
    Table,
    Target,
    Verdict,
)
from planlens.report.cells import Cell, Mark, compared
from planlens.report.closing import closing
from planlens.report.look import one_line
from planlens.report.messages import Messages
from planlens.report.places import Places, percentage, period, plain, probability, signed

if TYPE_CHECKING:
    from planlens.alignments import Orphan

SECTIONS = ("targets", "new", "dropped", "changed", "kept", "weak")
SHOWN = SECTIONS[:4]  # what `diff` lists unless asked: kept commitments are many and say nothing
ROWS = SECTIONS[:5]  # what a spreadsheet holds unless asked: weak pairs are no finding yet
_SHIFT_ORDER: tuple[ShiftKind, ...] = ("like", "substituted", "quantity_dropped", "quantity_added", "new", "dropped")
_PAIRED = _SHIFT_ORDER[:2]  # the number stands in both plans
_VERDICT_ORDER: tuple[Verdict, ...] = ("comparable", "convertible", "redefined", "not_comparable")
_COMPUTED = _VERDICT_ORDER[:2]  # only these say how much moved
_TRACES = {"completed": 0, "mentioned": 0, "continued": 0}
_STATUS_ORDER: tuple[Status, ...] = ("new", "dropped", "changed", "kept")


@dataclass(frozen=True)
class _Diff:
    """A comparison with both plans' findings by key and the words to tell it in."""

    result: Comparison
    m: Messages
    marked: bool = False
    """Whether a changed sentence comes with the words that were struck out and put in."""
    old: Places = field(init=False)
    new: Places = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "old", Places(self.result.old))
        object.__setattr__(self, "new", Places(self.result.new))

    def changes(self, status: Status) -> list[Change]:
        return [change for change in self.result.changes if change.status == status]

    def shifts(self, kinds: Collection[str] = _SHIFT_ORDER) -> list[Shift]:
        """Like for like first, what may be computed before what may not; then as the comparison gives them."""
        chosen = [shift for shift in self.result.shifts if shift.kind in kinds]
        return sorted(chosen, key=lambda s: (_SHIFT_ORDER.index(s.kind), _VERDICT_ORDER.index(s.verdict)))

    def what_changed(self, change: Change) -> tuple[str, str]:
        """The kinds by name, and what the comparison says of each: 力度、期限 and 力度: 探索 → 建立；…"""
        kinds = [self.m.word("kind", kind) for kind in change.kinds]
        return self.m.join(kinds), self.m("mark.stop").join(map(self.m.told, change.details))

    def nearest(self, change: Change) -> tuple[str, str, str]:
        """The best rejected candidate of a new or dropped commitment: where it stands, its text, its probability."""
        if change.nearest is None:
            return "", "", ""
        key, chance = change.nearest
        other = self.old if change.status == "new" else self.new
        return other.label(key), other.text([key]), probability(chance)

    def carried(self, change: Change) -> str:
        """What a new or dropped commitment holds that weighs: 含数值、时限."""
        return self.m("mark.carried", list=self.m.join([self.m("carried." + name) for name in change.carried])) * bool(
            change.carried
        )

    def trace(self, change: Change) -> str:
        """Where the other plan's review speaks of it: 新规划回顾称已完成：“…”."""
        if change.trace is None:
            return ""
        other = self.old if change.status == "new" else self.new
        text = one_line(change.trace.span.of(other.plan.document.text))
        return self.m("trace." + change.trace.kind, text=text)

    def verdict(self, shift: Shift) -> str:
        """What may be computed, in words: 可比，上升; 替换、不可比; 举措仍在，不再给出数值."""
        words = [] if shift.kind == "like" else [self.m("shift." + shift.kind)]
        if shift.kind in ("like", "substituted"):
            words.append(self.m("verdict." + shift.verdict))
        if shift.direction != "n/a" and shift.kind == "like" and shift.verdict in _COMPUTED:
            words.append(self.m("direction." + shift.direction))
        return self.m.join(words)

    def movement(self, shift: Shift) -> Cell:
        """+200人（+67%）, in the unit of the new plan, to which the old number is converted."""
        units = {t.quantity.unit for t in self.new.found(shift.new)}
        unit = units.pop() if len(units) == 1 else ""
        unit = "个百分点" if unit == "%" else unit
        text = signed(shift.difference, unit)
        text += f"（{percentage(shift.percent)}）" if shift.percent is not None else ""
        shown = unit if shift.difference is not None else ""
        figures = (("difference", shift.difference), ("difference_unit", shown), ("percent_number", shift.percent))
        return Cell(text, figures=figures)


def diff(
    result: Comparison,
    m: Messages,
    *,
    only: Collection[str] = SHOWN,
    cut: bool = False,
    marked: bool = True,
    orphaned: Sequence[Orphan] = (),
) -> tuple[Table, ...]:
    """The report of `diff` for a reader: head, counts, the sections asked for, and what to doubt.

    `cut` says that long text will be cut, which the closing block then tells; `marked` that the form shows the words
    struck out and put in; `orphaned` are decisions of reviewers that no longer apply.
    """
    told = _Diff(result, m, marked)
    body = [made for section in SECTIONS if section in only for made in _section(told, section)]
    end = closing(result, m, hidden="kept" not in only, cut=cut, orphaned=orphaned)
    return (_head(result, m), _counts(result, m), *body, end)


def _section(told: _Diff, name: str) -> tuple[Table, ...]:
    if name == "targets":
        return _paired(told), _one_sided(told)
    if name == "weak":
        return (_weak(told),)
    status = next(status for status in _STATUS_ORDER if status == name)
    return (_alone(told, status) if status in ("new", "dropped") else _linked(told, status),)


def _head(result: Comparison, m: Messages) -> Table:
    rows = []
    for name, values in _facts(m, (result.old, result.new)):
        if any(values):
            rows.append((name, *values))
    return Table("head", m("title.head"), ("", m("column.old"), m("column.new")), tuple(rows))


def _facts(m: Messages, plans: Sequence[Plan]) -> list[tuple[str, list[str]]]:
    infos = [plan.info for plan in plans]
    return [
        (m("column.id"), [info.id for info in infos]),
        (m("column.title"), [info.title for info in infos]),
        (m("column.region"), [info.region or "" for info in infos]),
        (m("column.period"), [period(info) for info in infos]),
        (m("column.source"), [info.source or "" for info in infos]),
        (m("column.clauses"), [str(len(plan.clauses)) for plan in plans]),
        (m("column.commitments"), [str(len(plan.commitments)) for plan in plans]),
        (m("column.targets"), [str(len(goals(plan))) for plan in plans]),
    ]


def goals(plan: Plan) -> list[Target]:
    """Targets, each once however often said."""
    return [target for target in plan.targets if target.role == "target" and target.repeats is None]


def _counts(result: Comparison, m: Messages) -> Table:
    statuses = Counter(change.status for change in result.changes)
    kinds = Counter(shift.kind for shift in result.shifts)
    like = [s for s in result.shifts if s.kind == "like" and s.verdict in _COMPUTED]
    ways = Counter(shift.direction for shift in like)
    unlike = kinds["like"] - len(like) + kinds["substituted"]
    shifts = [
        m("counts.like", count=len(like), **{way: ways[way] for way in ("up", "down", "same")}),
        m("counts.incomparable", count=unlike),
        m("counts.others", **{kind: kinds[kind] for kind in get_args(ShiftKind)}),
    ]
    changes = m("counts.changes", **{status: statuses[status] for status in get_args(Status)})
    went = Counter(kind for change in result.changes for kind in change.kinds)
    told = Counter(change.trace.kind for change in result.changes if change.trace)
    where = m("counts.where", **{kind: went[kind] for kind in ("merged", "split", "moved", "repeated")})
    changes = m("mark.stop").join([changes, where, *([m("counts.traces", **{**_TRACES, **told})] if told else [])])
    rows = ((m("counts.commitments"), changes), (m("counts.shifts"), m("mark.stop").join(shifts)))
    return Table("counts", m("title.counts"), ("", ""), rows)


def _paired(told: _Diff) -> Table:
    """Targets with a number on both sides: old and new value, what moved, and what may be said of it."""
    rows = []
    for shift in told.shifts(_PAIRED):
        verdict = _lines(told.verdict(shift), told.m.told(shift.note))
        rows.append((shift.indicator, *_values(told, shift), told.movement(shift), verdict))
    names = ("indicator", "old_value", "new_value", "movement", "verdict")
    return table(told.m, "shifts", names, rows, count=len(rows))


def _one_sided(told: _Diff) -> Table:
    """Targets with a number in one plan only; their notes say no more than the verdict."""
    kinds = [kind for kind in _SHIFT_ORDER if kind not in _PAIRED]
    rows = [(shift.indicator, *_values(told, shift), told.verdict(shift)) for shift in told.shifts(kinds)]
    return table(told.m, "one_sided", ("indicator", "old_value", "new_value", "verdict"), rows, count=len(rows))


def _values(told: _Diff, shift: Shift) -> list[Cell]:
    """Both sides' numbers as written, each over the places it stands in; the thing counted where the two differ."""
    differs = shift.kind == "substituted" or shift.verdict in ("redefined", "not_comparable")
    cells: list[Cell] = []
    for places, keys, side in ((told.old, shift.old, "old"), (told.new, shift.new, "new")):
        found = places.found(keys)
        text = _lines(places.values(keys, shift.indicator, named=differs) or told.m("mark.none"), places.where(found))
        number, unit = places.number(keys, summed=shift.kind == "like")
        figures = ((f"{side}_number", number), (f"{side}_unit", unit))
        cells.append(Cell(text, plan=places.plan.info.id, keys=[target.unit_key for target in found], figures=figures))
    return cells


def _alone(told: _Diff, status: Status) -> Table:
    """New or dropped commitments: claims about absence, each with the candidate that came nearest."""
    m, rows = told.m, []
    for change in sorted(told.changes(status), key=_lightness):
        places, keys = (told.new, change.new) if status == "new" else (told.old, change.old)
        label, text, chance = told.nearest(change)
        chance = m("basis.reviewed") if change.source == "reviewed" else chance
        mine = _cell(places, keys, one_line(places.text(keys)), _lines(told.carried(change)))
        rows.append((mine, _lines(label, text, told.trace(change)), chance or m("mark.none")))
    names, other = (("new_text", "nearest_old"), "old") if status == "new" else (("old_text", "nearest_new"), "new")
    return table(m, status, (*names, "probability"), rows, count=len(rows), plan=m("plan." + other))


def _lightness(change: Change) -> tuple[int, ...]:
    """What carried most comes first: numbers before deadlines, documents, a higher level, bodies."""
    return tuple(int(name not in change.carried) for name in CARRIED)


def _weak(told: _Diff) -> Table:
    """Pairs that are no links and too likely to be passed over, with the items that resemble each other."""
    rows = [_pair(told.old, told.new, link, told.m) for link in told.result.weak]
    return table(told.m, "weak", ("old_text", "new_text", "probability"), rows, count=len(rows))


def _pair(a: Places, b: Places, link: Link, m: Messages) -> tuple[str, str, str]:
    """Both sides of a link with their places and the item it rests on, and how sure it is."""
    sides = (a, link.old, 0), (b, link.new, 1)
    cells = [_cell(p, [key], one_line(p.text([key])), _item(m, p, link, at)) for p, key, at in sides]
    return cells[0], cells[1], _link_certainty(link, m)


def _item(m: Messages, places: Places, link: Link, side: int) -> str:
    """The item a link rests on, where its sentence says more than that."""
    if not link.items:
        return ""
    text = link.items[0][side].of(places.plan.document.text)
    whole = places.commitments[link.old if side == 0 else link.new].text
    return "" if len(text) + 2 >= len(whole.strip()) else m("mark.item", text=text)


def _linked(told: _Diff, status: Status) -> Table:
    """Changed or kept commitments, both sides with their places."""
    rows = []
    for change in told.changes(status):
        texts = [one_line(p.text(keys)) for p, keys in ((told.old, change.old), (told.new, change.new))]
        marked = compared(*texts) if told.marked and status == "changed" else ((), ())
        sides = [
            _cell(places, keys, text, runs=runs)
            for places, keys, text, runs in zip(
                (told.old, told.new), (change.old, change.new), texts, marked, strict=True
            )
        ]
        what = (_lines(*told.what_changed(change)),) if status == "changed" else ()
        rows.append((*sides, *what, _certainty(change, told.m)))
    names = ("old_text", "new_text", *(("kinds",) if status == "changed" else ()), "probability")
    return table(told.m, status, names, rows, count=len(rows))


def _cell(places: Places, keys: Sequence[str], text: str, *more: str, runs: Sequence[tuple[str, Mark]] = ()) -> Cell:
    """Where commitments stand, over what they say, the words that differ marked, over lines that follow."""
    lead, tail = _lines(places.labels(keys)), _lines(*more)
    whole = "\n".join(filter(None, (lead, text, tail)))
    around = (lead + "\n" if lead else "", "\n" + tail if tail else "")
    pieces = [(around[0], ""), *runs, (around[1], "")] if runs else []
    return Cell(whole, runs=[(piece, mark) for piece, mark in pieces if piece], plan=places.plan.info.id, keys=keys)


def _lines(*parts: str) -> str:
    """Parts of one cell, each on a line of its own; a line break inside a plan's words is none here."""
    return "\n".join(one_line(part) for part in parts if part)


def _certainty(change: Change, m: Messages) -> str:
    """The probability of a scored link; what it rests on where nobody had to guess."""
    if change.source in ("reviewed", "equal"):
        return m("basis." + change.source)
    return probability(change.score)


def diff_rows(result: Comparison, m: Messages, *, only: Collection[str] = SECTIONS) -> Table:
    """Every shift and change as one row of a single table, both sides with keys and offsets."""
    told = _Diff(result, m)
    rows = [_shift_row(told, shift) for shift in told.shifts()] if "targets" in only else []
    for status in _STATUS_ORDER:
        if status in only:
            rows += [_change_row(told, change) for change in told.changes(status)]
    rows += [_weak_row(told, link) for link in told.result.weak] if "weak" in only else []
    names = (
        "item", "status", "kinds", "indicator",
        "old_clause", "old_key", "old_text", "old_start", "old_end", "old_value",
        "new_clause", "new_key", "new_text", "new_start", "new_end", "new_value",
        "difference", "percent_number", "verdict", "probability", "basis",
        "nearest_clause", "nearest", "nearest_probability", "note", "carried", "trace",
    )  # fmt: skip
    return table(m, "diff", names, rows)


def _weak_row(told: _Diff, link: Link) -> tuple[str, ...]:
    sides: list[str] = []
    for places, key in ((told.old, link.old), (told.new, link.new)):
        span = places.commitments[key].span
        sides += [places.label(key), key, places.text([key]), str(span.start), str(span.end), ""]
    chance = probability(link.score.probability)
    m = told.m
    return (m("item.commitment"), m("status.weak"), "", "", *sides, "", "", "", chance, "", "", "", "", "", "", "")


def _shift_row(told: _Diff, shift: Shift) -> tuple[str, ...]:
    sides: list[str] = []
    for places, keys in ((told.old, shift.old), (told.new, shift.new)):
        found = places.found(keys)
        text = places.plan.document.text
        quotes = " ／ ".join(target.quote.of(text) for target in found)
        starts, ends = places.spans(target.span for target in found)
        label = places.where(found)
        sides += [label, ";".join(keys), quotes, starts, ends, places.values(keys, shift.indicator, named=True)]
    m = told.m
    return (
        m("item.target"), m("shift_short." + shift.kind), "", shift.indicator, *sides,
        plain(shift.difference), plain(shift.percent), told.verdict(shift), "", "", "", "", "",
        told.m.told(shift.note), "", "",
    )  # fmt: skip


def _change_row(told: _Diff, change: Change) -> tuple[str, ...]:
    sides: list[str] = []
    for places, keys in ((told.old, change.old), (told.new, change.new)):
        starts, ends = places.spans(places.commitments[key].span for key in keys if key in places.commitments)
        sides += [places.labels(keys), ";".join(keys), places.text(keys), starts, ends, ""]
    m = told.m
    kinds, details = told.what_changed(change)
    basis = m("basis." + change.source) if change.source else ""
    return (
        m("item.commitment"), m("status." + change.status), kinds, "", *sides,
        "", "", "", probability(change.score), basis, *told.nearest(change), details,
        told.carried(change), told.trace(change),
    )  # fmt: skip


def align(old: Plan, new: Plan, found: Alignment, m: Messages) -> tuple[Table, ...]:
    """Clause pairs and commitment pairs with their probability, for a reader."""
    a, b = Places(old), Places(new)
    links = [_pair(a, b, link, m) for link in found.links]
    return (
        clause_map(a, b, found.clauses, m),
        table(m, "links", ("old_text", "new_text", "probability"), links, count=len(links)),
    )


def clause_map(a: Places, b: Places, links: Iterable[Link], m: Messages) -> Table:
    """Which clauses of two plans correspond, with the probability of each pair."""
    rows = [(_cell(a, [x.old], ""), _cell(b, [x.new], ""), probability(x.score.probability)) for x in links]
    return table(m, "clauses", ("old_clause", "new_clause", "probability"), rows, count=len(rows))


def _link_certainty(link: Link, m: Messages) -> str:
    return probability(link.score.probability) if link.source == "scored" else m("basis." + link.source)


def explain(old: Plan, new: Plan, keys: tuple[str, str], score: Score | None, m: Messages) -> tuple[Table, ...]:
    """Why two commitments are thought to correspond, or not: each piece of evidence, what it adds, and the sum."""
    a, b = Places(old), Places(new)
    texts = [(m("column.old_text"), _lines(a.label(keys[0]), a.text([keys[0]])))]
    texts.append((m("column.new_text"), _lines(b.label(keys[1]), b.text([keys[1]]))))
    pair = Table("pair", m("title.pair"), ("", ""), tuple(texts))
    if score is None:
        return (pair, Table("explain", m("title.explain_none"), ("",), ()))
    rows, sum_so_far = [], 0.0
    for part in sorted(score.parts, key=lambda p: (p.name != "start", -abs(p.weight), p.name)):
        sum_so_far += part.weight
        value = "" if part.name == "start" else f"{part.value:.3f}"
        rows.append((m("evidence_part." + part.name), value, f"{part.weight:+.2f}", f"{sum_so_far:+.2f}"))
    title = m("title.explain", probability=probability(score.probability))
    return (pair, Table("explain", title, headers(m, ("evidence", "measured", "adds", "sum")), tuple(rows)))


def align_rows(old: Plan, new: Plan, found: Alignment, m: Messages) -> Table:
    """Every pair of clauses and of commitments as one row, with keys and offsets."""
    a, b = Places(old), Places(new)
    rows = []
    for item, links in (("clause", found.clauses), ("commitment", found.links)):
        for link in links:
            sides: list[str] = []
            for places, key in ((a, link.old), (b, link.new)):
                clause = places.clauses.get(key) if item == "clause" else None
                span = clause.body if clause else places.commitments[key].span
                text = span.of(places.plan.document.text)
                sides += [places.label(key), key, text, str(span.start), str(span.end)]
            rows.append((m("item." + item), *sides, f"{link.score.probability:.4f}", m("basis." + link.source)))
    names = (
        "item", "old_clause", "old_key", "old_text", "old_start", "old_end",
        "new_clause", "new_key", "new_text", "new_start", "new_end", "probability", "basis",
    )  # fmt: skip
    return table(m, "links", names, rows, count=len(rows))


def headers(m: Messages, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(m("column." + name) for name in names)


def table(m: Messages, name: str, columns: Iterable[str], rows: Sequence[tuple[str, ...]], **values: object) -> Table:
    return Table(name, m("title." + name, **values), headers(m, columns), tuple(rows))
