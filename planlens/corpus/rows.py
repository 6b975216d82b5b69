"""A plan as rows of the corpus tables, and rows as the plan they were made of.

    row(plan, …)          one row of plans that holds the rows of the other tables as lists
    plan(tables)          the Plan again, equal to the one that `row` was given

`text` columns hold the file's own characters; what the stages name (verb, heading, words …) is in the simplified ones
that they read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from functools import cache
from typing import Any, cast

from planlens import parse, regions, words
from planlens.model import Block, Clause, Commitment, Document, Note, Plan, PlanInfo, Quantity, Span, Target
from planlens.quantity import table

Row = dict[str, Any]

_YEAR = re.compile(r"20\d{2}")
_FIVE_YEARS = re.compile("十([一二三四五六七八九]?)五")
_OF_THE_PLAN = re.compile("今年|当年|全年|年内|年底|年末|半年|季度|月|每[年季]")
ABOUT = tuple(field.name for field in fields(PlanInfo) if field.name not in ("id", "source"))


def row(plan: Plan, reading: str) -> Row:
    """One row of `schema.nested`, but for the id, the source and its copies, which depend on what else there is."""
    info, document = plan.info, plan.document
    text, readers = document.written or document.text, frozenset(document.notes)
    return {
        **place(info),
        **{name: getattr(info, name) for name in ABOUT},
        "origin": info.source,
        "year": info.start_year if info.start_year == info.end_year else None,
        "kind": genre(info.title),
        "digest": document.sha256,
        "reading": reading,
        "encoding": document.encoding,
        "text": text,
        "characters": len(text),
        "n_clauses": len(plan.clauses),
        "n_commitments": len(plan.commitments),
        "n_targets": len(plan.targets),
        "notes": [note.why for note in plan.notes if note.span is None],
        "spots": [_spot(note, note in readers) for note in plan.notes],
        "blocks": [
            {"kind": b.kind, "start": b.span.start, "end": b.span.end, "level": b.level, "table": b.table}
            for b in document.blocks
        ],
        "pages": [{"start": start, "page": page} for start, page in document.pages],
        "clauses": [_clause(clause, text) for clause in plan.clauses],
        "commitments": _commitments(plan, text),
        "targets": [_target(target, info, text) for target in plan.targets],
    }


def place(info: PlanInfo) -> Row:
    """The city and the province that a plan's place is or lies in."""
    years = (info.start_year, info.end_year) if info.start_year and info.end_year else None
    found = regions.coded(info.region, info.parent, years)
    chain = (found, *regions.above(found)) if found else ()
    named = {division.level: division.name for division in chain}
    return {"city": named.get("city"), "province": named.get("province")}


def genre(title: str) -> str | None:
    """What a title calls itself: the last of the known genres in it, without what stands in brackets behind.

    >>> genre("深圳市2025年卫生健康工作要点"), genre("宁波市海曙区“十四五”规划（草案）"), genre("卷一")
    ('要点', '规划', None)
    """
    bare = re.sub(r"[（(][^（(]{0,40}$", "", title)
    found = [(bare.rfind(name) + len(name), len(name), name) for name in _genres() if name in bare]
    return max(found)[2] if found else None


@cache
def _genres() -> tuple[str, ...]:
    return tuple(table("titles")["genres"])


def _spot(note: Note, reader: bool) -> Row:
    start, end = (None, None) if note.span is None else (note.span.start, note.span.end)  # an empty one is false
    return {"kind": note.kind, "start": start, "end": end, "why": note.why, "reader": reader}


def _clause(clause: Clause, text: str) -> Row:
    return {
        "key": clause.key,
        "parent": clause.parent,
        "depth": clause.depth,
        "role": clause.role,
        "label": clause.label,
        "heading": clause.heading,
        "text": clause.body.of(text),
        "start": clause.body.start,
        "end": clause.body.end,
        "whole_start": clause.span.start,
        "whole_end": clause.span.end,
    }


def _commitments(plan: Plan, text: str) -> list[Row]:
    counted: dict[str, list[str]] = {}
    for target in plan.targets:
        counted.setdefault(target.unit_key, []).append(target.indicator)
    return [
        {
            "key": item.key,
            "clause": item.clause,
            "text": item.span.of(text),
            "start": item.span.start,
            "end": item.span.end,
            "words": words.terms(item.text),
            "indicators": list(dict.fromkeys(counted.get(item.key, ()))),
            "verb": item.verb,
            "object": item.object,
            "strength": item.strength,
            "stage": item.stage,
            "deadline": item.deadline,
            "bodies": list(item.bodies),
            "documents": list(item.documents),
        }
        for item in plan.commitments
    ]


def _target(target: Target, info: PlanInfo, text: str) -> Row:
    ends = target.quantity.lo, target.quantity.hi
    low, high = (None if end is None else float(end) for end in ends)
    exact = all(_decimal(value) == end for value, end in zip((low, high), ends, strict=True))
    first, last = years(target.period, info)
    return {
        "key": target.key,
        "unit_key": target.unit_key,
        "indicator": target.indicator,
        "measure": target.measure,
        "role": target.role,
        "comparator": target.quantity.bound,
        "low": low,
        "high": high,
        "value": low if low == high else None,
        "exact": None if exact else list(map(str, ends)),
        "unit": target.quantity.unit,
        "period": target.period,
        "from_year": first,
        "to_year": last,
        "scope": target.scope,
        "text": target.span.of(text),
        "start": target.span.start,
        "end": target.span.end,
        "quote_start": target.quote.start,
        "quote_end": target.quote.end,
        "damaged": target.damaged,
        "repeats": target.repeats,
        "flags": ["damaged"] * target.damaged + ["repeated"] * (target.repeats is not None),
    }


def years(period: str | None, info: PlanInfo) -> tuple[int | None, int | None]:
    """First and last year of a time as plans name it; that of an annual plan for 年底, 全年, 每年.

    >>> plan = PlanInfo("a", "a", start_year=2025, end_year=2025)
    >>> years("2021-2025年", plan), years("“十四五”期间", plan), years("年底前", plan), years(None, plan)
    ((2021, 2025), (2021, 2025), (2025, 2025), (None, None))
    """
    if not period:
        return None, None
    if named := list(map(int, _YEAR.findall(period))):
        return min(named), max(named)
    if five := _FIVE_YEARS.search(period):
        first = 1951 + 5 * (10 + " 一二三四五六七八九".index(five[1] or " "))  # 十四五, the 14th, began in 2021
        last = first + 4
        return (last if re.search("末", period) else first), last
    return (info.start_year, info.end_year) if _OF_THE_PLAN.search(period) else (None, None)


# --- and back -------------------------------------------------------------------------------------------------------


def info(found: Mapping[str, Any], name: str | None = None) -> PlanInfo:
    """What is known of the plan in a row of plans; `name` in the place of its id."""
    return PlanInfo(id=name or found["plan"], source=found["origin"], **{field: found[field] for field in ABOUT})


def plan(tables: Mapping[str, Sequence[Row]]) -> Plan:
    """The plan that the rows of the four tables were made of."""
    (told,) = tables["plans"]
    spots = [(_note(spot), spot["reader"]) for spot in told["spots"]]
    document = Document(
        told["source"],
        told["digest"],
        told["text"],
        told["encoding"],
        tuple(Block(b["kind"], Span(b["start"], b["end"]), b["level"], b["table"]) for b in told["blocks"]),
        tuple(note for note, reader in spots if reader),
        pages=tuple((page["start"], page["page"]) for page in told["pages"]),
    )
    document = parse.comparable(document)
    return Plan(
        info(told),
        document,
        tuple(map(_to_clause, tables["clauses"])),
        tuple(_to_commitment(found, document.text) for found in tables["commitments"]),
        tuple(_to_target(found, document.text) for found in tables["targets"]),
        tuple(note for note, _ in spots),
    )


def _note(spot: Row) -> Note:
    return Note(spot["kind"], None if spot["start"] is None else Span(spot["start"], spot["end"]), spot["why"])


def _to_clause(found: Row) -> Clause:
    names = ("key", "label", "heading", "depth", "parent", "role")
    spans = {"span": Span(found["whole_start"], found["whole_end"]), "body": Span(found["start"], found["end"])}
    return Clause(**{name: found[name] for name in names}, **cast("Any", spans))


def _to_commitment(found: Row, text: str) -> Commitment:
    names = ("key", "clause", "verb", "object", "strength", "stage", "deadline")
    span = Span(found["start"], found["end"])
    lists: dict[str, Any] = {name: tuple(found[name]) for name in ("bodies", "documents")}
    return Commitment(**{name: found[name] for name in names}, **lists, text=span.of(text), span=span)


def _to_target(found: Row, text: str) -> Target:
    names = ("key", "unit_key", "indicator", "measure", "role", "period", "scope", "damaged", "repeats")
    span = Span(found["start"], found["end"])
    low, high = map(Decimal, found["exact"]) if found["exact"] else map(_decimal, (found["low"], found["high"]))
    return Target(
        **{name: found[name] for name in names},
        quantity=Quantity(low, high, found["unit"], found["comparator"], span.of(text)),
        span=span,
        quote=Span(found["quote_start"], found["quote_end"]),
    )


def _decimal(value: float | None) -> Decimal | None:
    """The decimal number that a double was made of: its shortest writing, the one of the text up to 15 digits."""
    if value is None:
        return None
    return Decimal(int(value)) if value.is_integer() else Decimal(repr(value))
