"""Bodies called by a name they bore before a reform: 卫生计生委 in a plan of 2025.

    check(plan) -> findings, with the name of today and the year of the reform

What is called so by law or in history is spared: 《…》, 原卫生计生委, a sentence that tells of the change.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..model import Plan, Span
from ..outline import statements
from ..quantity import table
from .findings import Finding, found, place

_UNDATED = 2020
_TITLE = re.compile(r"《[^《》]{1,120}》|〔[^〔〕]{1,40}〕")
_HISTORY = re.compile(r"(?:原|前身为?|时任|曾任|撤销|不再保留)[^，。；,;]{0,8}$")
_CHANGE = re.compile(r"更名|改组为|改称|重组为|划转|整合为|组建为|机构改革|前身|（现|\(现")


@dataclass(frozen=True, slots=True)
class _Former:
    pattern: re.Pattern[str]
    new: str
    year: int
    thing: bool


@functools.cache
def _formers() -> tuple[_Former, ...]:
    return tuple(
        _Former(_pattern(body), body["new"], body["year"], bool(body.get("thing")))
        for body in table("reformed_bodies")["body"]
    )


def _pattern(body: dict[str, str]) -> re.Pattern[str]:
    names = "|".join(map(re.escape, sorted(body["old"], key=len, reverse=True)))
    before = f"(?<![{body['not_after']}])" if "not_after" in body else ""
    after = f"(?![{body['not_before']}])" if "not_before" in body else ""
    return re.compile(f"{before}(?:{names}){after}")


def check(plan: Plan) -> Iterator[Finding]:
    """Old names in the clauses of a plan; a plan of the year of the reform may still bear them.

    A plan without a year is taken for one of today as far as the reform of 2018 goes.
    """
    year = _year(plan) or _UNDATED
    text, names = plan.document.text, tuple(f for f in _formers() if f.year < year)
    for clause in plan.clauses:
        for span in statements(text, clause.body):
            yield from _of_statement(plan, clause.key, span, names)


def _year(plan: Plan) -> int | None:
    """The year a plan was issued in, else the year it begins."""
    issued = re.match(r"(?:19|20)\d\d", plan.info.date or "")
    return int(issued[0]) if issued else plan.info.start_year


def _of_statement(plan: Plan, key: str, span: Span, names: tuple[_Former, ...]) -> Iterator[Finding]:
    written = _TITLE.sub(lambda title: "＿" * len(title[0]), span.of(plan.document.text))
    if _CHANGE.search(written):
        return
    taken: list[tuple[int, int]] = []
    for former in names:
        for match in former.pattern.finditer(written):
            inside = any(start < match.end() and match.start() < end for start, end in taken)
            if inside or _HISTORY.search(written[max(0, match.start() - 14) : match.start()]):
                continue
            taken.append(match.span())
            where = place(plan, key, Span(span.start + match.start(), span.start + match.end()))
            reason = "old_name_thing" if former.thing else "old_name"
            yield found(reason, where, old=match[0], new=former.new, year=str(former.year))
