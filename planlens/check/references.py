"""References inside a plan to a box, a table, an attachment or an article that it does not have.

    check(plan) -> findings

Where the parts that are there do not run 1, 2, 3 the text is an excerpt, and nothing is said of the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..model import Plan, Span
from ..outline import label_of, statements
from .findings import Finding, found, place

_NUMBER = r"(\d{1,2}|[一二三四五六七八九十]{1,3})"
_PART = re.compile(rf"(专栏|附件|(?:(?<=见)|(?<=附)|(?<=（)|(?<=\())表)\s*{_NUMBER}(?![\d个项家类条年月%.、])")
_OWN = re.compile(rf"本(?:规划|方案|意见|办法|要点|计划|纲要|实施方案)第{_NUMBER}(章|条|部分)")
_TITLE = re.compile(r"《[^《》]{1,120}》")
_DIGITS = "零一二三四五六七八九"


def check(plan: Plan) -> Iterator[Finding]:
    """References in reading order whose part is not there."""
    text = plan.document.text
    parts = {kind: numbers for kind, numbers in _parts(plan).items() if numbers == set(range(1, max(numbers) + 1))}
    for clause in plan.clauses:
        for span in statements(text, clause.body):
            written = _TITLE.sub(lambda title: "＿" * len(title[0]), span.of(text))
            for kind, number, start, end in _references(written):
                if kind in parts and number is not None and number not in parts[kind]:
                    spot = Span(span.start + start, span.start + end)
                    yield found("no_such_part", place(plan, clause.key, spot), name=spot.of(text))


def _references(text: str) -> Iterator[tuple[str, int | None, int, int]]:
    for match in _PART.finditer(text):
        if match.start():  # at the head of a line stands the part itself, or an item in a list of parts
            yield match[1], _number(match[2]), *match.span()
    for match in _OWN.finditer(text):
        yield {"部分": "章"}.get(match[2], match[2]), _number(match[1]), *match.span()


def _parts(plan: Plan) -> dict[str, set[int]]:
    """The numbers of each kind of part that the plan has: 专栏, 附件, 表, 章, 条."""
    parts: dict[str, set[int]] = {}
    for clause in plan.clauses:
        opening = plan.document.text[clause.span.start : clause.span.start + 16]
        named = re.match(rf"附?(专\s*栏|附\s*件|表)\s*{_NUMBER}", opening)
        if named and (number := _number(named[2])):
            parts.setdefault(re.sub(r"\s", "", named[1]), set()).add(number)
        label = label_of(opening)
        if label and opening[0] == "第" and (unit := re.search("[章条]", opening[:8])):
            parts.setdefault(unit[0], set()).add(label[1])
        elif label and clause.parent is None:
            parts.setdefault("章", set()).add(label[1])
    return parts


def _number(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if any(char not in _DIGITS for char in tens + ones) or len(tens) > 1 or len(ones) > 1:
        return None
    return (_DIGITS.index(tens) if tens else 1) * 10 * bool(ten) + (_DIGITS.index(ones) if ones else 0)
