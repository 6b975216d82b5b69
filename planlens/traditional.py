"""Traditional characters: a plan of Hong Kong, Macao or Taiwan is compared in simplified ones and quoted in its own.

is_traditional(text)   whether a text is written in traditional characters
simplified(text)       the same text in simplified characters, character for character: offsets stay
as_written(result)     a result with the plans in it, and what it quotes of them, in their own characters again
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from operator import is_
from typing import Any, TypeVar

from .model import Clause, Commitment, Document, Plan, Span

T = TypeVar("T")

_SHARE = 0.05
"""Share of the Chinese characters that simplified writing does not have: 0.30 in traditional texts, 0 in simplified
ones but for names; tried on the sample plans and their conversions."""


def is_traditional(text: str) -> bool:
    """Whether a text is written in traditional characters: those that Big5 has and GB 2312 has not.

    >>> is_traditional("第三節 醫療衛生"), is_traditional("第三节 医疗卫生")
    (True, False)
    """
    chinese = {char for char in set(text) if "\u4e00" <= char <= "\u9fff"}
    own = [char for char in chinese if _only_traditional(char)]
    return bool(own) and sum(map(text.count, own)) >= _SHARE * sum(map(text.count, chinese))


def simplified(text: str) -> str:
    """The text in simplified characters, as long as before; a text that is not traditional as it is.

    >>> simplified("新增床位3萬個，投資5億元")
    '新增床位3万个，投资5亿元'
    """
    if not is_traditional(text):
        return text
    made = "\n".join(map(_converted, text.split("\n")))
    return "".join(new if new <= "\uffff" else old for old, new in zip(text, made, strict=True))


def as_written(result: T) -> T:
    """The result with every plan in it as its file writes it: text, headings, commitments.

    What is normalised stays so: the names of indicators, strengths, stages. Offsets and keys stay.
    """
    if isinstance(result, Plan):
        return _plan(result) if result.document.written is not None else result  # type: ignore[return-value]
    if type(result) in (tuple, list):
        return _items(result)  # type: ignore[arg-type,return-value]
    if not is_dataclass(result) or isinstance(result, type):
        return result
    held = {field.name: getattr(result, field.name) for field in fields(result)}
    changed = {name: new for name, old in held.items() if (new := as_written(old)) is not old}
    return replace(result, **changed) if changed else result


def _items(held: Sequence[T]) -> Sequence[T]:
    made = [as_written(item) for item in held]
    return held if all(map(is_, made, held)) else type(held)(made)  # type: ignore[call-arg]


@cache
def _only_traditional(char: str) -> bool:
    return _has("big5", char) and not _has("gb2312", char)


def _has(charset: str, char: str) -> bool:
    try:
        char.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def _converted(line: str) -> str:
    """A line by OpenCC's words (著名 stays, 著 elsewhere is 着), by its characters where words change the length."""
    made: str = _converter().convert(line)
    return made if len(made) == len(line) else "".join(map(_character, line))


@cache
def _character(char: str) -> str:
    made: str = _converter().convert(char)
    return made if len(made) == 1 else char


def _plan(plan: Plan) -> Plan:
    written = plan.document.written or plan.document.text
    whole, info = Span(0, len(written)), plan.info
    issuer = _own(plan.document, info.issuer, whole) if info.issuer else info.issuer
    return replace(
        plan,
        info=replace(info, title=_own(plan.document, info.title, whole), issuer=issuer),
        document=replace(plan.document, text=written, written=None),
        clauses=tuple(_clause(plan.document, clause) for clause in plan.clauses),
        commitments=tuple(_commitment(plan.document, item) for item in plan.commitments),
    )


def _clause(document: Document, clause: Clause) -> Clause:
    label, heading = (_own(document, words, clause.span) for words in (clause.label, clause.heading))
    return replace(clause, label=label, heading=heading)


def _commitment(document: Document, item: Commitment) -> Commitment:
    return replace(
        item,
        text=item.span.of(document.written or document.text),
        verb=item.verb and _own(document, item.verb, item.span),
        object=item.object and _own(document, item.object, item.span),
        bodies=tuple(_own(document, body, item.span) for body in item.bodies),
        documents=tuple(_own(document, name, item.span) for name in item.documents),
    )


def _own(document: Document, words: str, span: Span) -> str:
    """Words of the comparable text as the file writes them; words that do not stand there as they are."""
    at = document.text.find(words, span.start, span.end)
    return words if at < 0 or document.written is None else document.written[at : at + len(words)]
