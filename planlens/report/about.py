"""What is known of a plan, from where and how surely: the head of `show`, and the columns of `plans`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from planlens import regions
from planlens.model import Plan, PlanInfo, Span
from planlens.report.messages import Messages
from planlens.report.places import period

if TYPE_CHECKING:
    from planlens.metadata import Fact
    from planlens.regions import Region

_FIELDS = ("region", "level", "period", "issuer", "number", "date", "effect", "expiry")
_CATALOGUE = "catalogue"


@dataclass(frozen=True, slots=True)
class Known:
    """One thing known of a plan: its value, where that was found, and what is doubtful about it."""

    field: str
    value: str
    source: str
    span: Span | None = None
    doubt: str = ""

    def row(self) -> dict[str, Any]:
        start, end = (self.span.start, self.span.end) if self.span else (None, None)
        return {
            "field": self.field,
            "value": self.value or None,
            "source": self.source or None,
            "start": start,
            "end": end,
            "doubt": self.doubt or None,
        }


def region_of(info: PlanInfo) -> Region | None:
    """The division a plan is of, in its years."""
    years = (info.start_year, info.end_year) if info.start_year and info.end_year else None
    return regions.coded(info.region, info.parent, years)


def known(plan: Plan, facts: Sequence[Fact], *, catalogued: bool) -> tuple[Known, ...]:
    """Title, place with its code and what contains it, period, issuer, number and dates, as far as they are known.

    The catalogue's word goes before what the document says; where the two differ, that is the doubt. A place that
    nothing but the text's own mentions suggest is no more than a doubt.
    """
    from planlens import places
    from planlens.metadata import Fact

    found = {fact.field: fact for fact in facts}
    likely = None if plan.info.region else places.of(plan)
    if likely:
        found["region"] = Fact("region", "", "text", doubt=f"正文提到最多的是{likely.name}，未采用")
    return tuple(_known(plan.info, found, catalogued))


def _known(info: PlanInfo, found: dict[str, Fact], catalogued: bool) -> Iterator[Known]:
    yield _one("title", info.title, found.get("title"), catalogued)
    for field in _FIELDS:
        value = period(info).replace("–", "-") if field == "period" else getattr(info, field) or ""
        fact = found.get("region" if field == "level" else field)
        if field == "level" and fact:
            fact = replace(fact, field="level", value=value, doubt="")
        if value or (fact and fact.doubt):
            yield _one(field, value, fact, catalogued)
        if field == "region":
            yield from _place(info, found.get("code"))


def _place(info: PlanInfo, code: Fact | None) -> Iterator[Known]:
    division = region_of(info)
    over = [r.name for r in regions.above(division)] if division else [name for name in (info.parent,) if name]
    if division:
        yield Known("code", division.code, "regions")
    elif code is not None and code.doubt:
        yield Known("code", "", code.source, code.span, code.doubt)
    if over:
        yield Known("ancestors", "、".join(over), "regions" if division else "")


def _one(field: str, value: str, fact: Fact | None, catalogued: bool) -> Known:
    if fact is None:
        return Known(field, value, _CATALOGUE if catalogued else "")
    if not catalogued:
        return Known(field, value, fact.source, fact.span, fact.doubt)
    if not value:
        return Known(field, "", fact.source, fact.span, fact.doubt)
    if fact.value == value or fact.doubt or fact.source == "file":
        return Known(field, value, _CATALOGUE, fact.span if fact.value == value else None)
    return Known(field, value, _CATALOGUE, fact.span, f"文中：{fact.value}")


def lines(known_: Sequence[Known], m: Messages) -> Iterator[str]:
    """文号：中府函〔2023〕225号（登记项 93–106）, a line each; what is doubtful says why."""
    for item in known_:
        if item.field == "title":
            continue
        value = m.word("level", item.value) if item.field == "level" else item.value or m("mark.none")
        where = m.word("found_in", item.source) if item.source else ""
        if item.span and item.source != _CATALOGUE:
            where += f" {item.span.start}–{item.span.end}"
        told = m("about.joint").join(filter(None, (where, m.told(item.doubt, "reading"))))
        yield m("about.line", name=m("column." + item.field), value=value) + (
            m("about.told", told=told) if told else ""
        )
