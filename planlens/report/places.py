"""Where a finding stands, in words a reader can follow back: the labels above it, its text, its span."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from planlens import repeats
from planlens.model import Clause, Commitment, Plan, PlanInfo, Span, Target
from planlens.traditional import simplified


@dataclass(frozen=True)
class Places:
    """One plan's findings by key, looked up many times by one report."""

    plan: Plan

    @cached_property
    def clauses(self) -> dict[str, Clause]:
        return {clause.key: clause for clause in self.plan.clauses}

    @cached_property
    def commitments(self) -> dict[str, Commitment]:
        return {commitment.key: commitment for commitment in self.plan.commitments}

    @cached_property
    def targets(self) -> dict[str, Target]:
        return {target.key: target for target in self.plan.targets}

    def clause_of(self, key: str) -> Clause | None:
        """The clause that a clause key, or the key of a commitment in it, belongs to."""
        commitment = self.commitments.get(key)
        return self.clauses.get(commitment.clause if commitment else key)

    def label(self, key: str) -> str:
        """四、（十二）加强人才引进: the labels from the top of the outline down, and the last heading."""
        clause = self.clause_of(key)
        if clause is None:
            return ""
        labels, above = [numbered(clause)], clause.parent
        while above is not None and above in self.clauses:
            labels.append(self.clauses[above].label)
            above = self.clauses[above].parent
        return "".join(reversed(labels))

    def labels(self, keys: Iterable[str]) -> str:
        """The places of several keys, each once."""
        return "；".join(dict.fromkeys(filter(None, map(self.label, keys))))

    def text(self, keys: Iterable[str]) -> str:
        return " ／ ".join(self.commitments[key].text for key in keys if key in self.commitments)

    def own_text(self, clause: Clause) -> str:
        return clause.body.of(self.plan.document.text)

    @cached_property
    def said(self) -> dict[str, list[Target]]:
        """The records of each target, those that say it again behind the first."""
        return repeats.places(self.plan.targets)

    def where(self, targets: Iterable[Target]) -> str:
        """The places of targets, with those where the same number is said again."""
        return self.labels(t.unit_key for target in targets for t in self.said.get(target.key, [target]))

    def found(self, keys: Iterable[str]) -> list[Target]:
        return [self.targets[key] for key in keys if key in self.targets]

    def value(self, target: Target) -> str:
        """约300名 as written; where a table keeps the unit in a column of its own, with it: 82.5（岁）, <8/10万."""
        written, unit = target.span.of(self.plan.document.text), target.quantity.unit
        if unit in simplified(written) or target.damaged:
            return written
        return written + unit if unit[0] in "%‰/" and written[-1].isdigit() else f"{written}（{unit}）"

    def values(self, keys: Iterable[str], indicator: str, *, named: bool) -> str:
        """2个、12个; `named` adds what is counted where `indicator` does not say: 20个（高层次医学团队）."""
        written = []
        for target in self.found(keys):
            told = not named or target.indicator in indicator
            written.append(self.value(target) + ("" if told else f"（{target.indicator}）"))
        return "、".join(written)

    def number(self, keys: Iterable[str], *, summed: bool) -> tuple[Decimal | None, str]:
        """One number and its unit for a column of numbers: 2个、12个 → 14 个 where they may be `summed`.

        A range or a damaged number has no number; several that are not one sum have neither.
        """
        found = self.found(keys)
        units = {target.quantity.unit for target in found}
        if len(units) != 1 or (len(found) > 1 and not summed):
            return None, ""
        exact = [t.quantity.lo for t in found if t.quantity.lo is not None and t.quantity.lo == t.quantity.hi]
        return (sum(exact, Decimal(0)) if len(exact) == len(found) else None), units.pop()

    def spans(self, spans: Iterable[Span]) -> tuple[str, str]:
        """Starts and ends of several spans, each joined by ";"."""
        listed = list(spans)
        return ";".join(str(s.start) for s in listed), ";".join(str(s.end) for s in listed)


def numbered(clause: Clause, gap: str = "") -> str:
    """（十二）加强人才引进; a heading with its own number (表1：…) stands alone, as a key does for want of both."""
    if not clause.label or clause.heading.startswith(clause.label):
        return clause.heading or clause.key
    apart = clause.label[-1:].isdigit() and clause.heading[:1].isalnum()  # 专栏4 and 3岁以下… are two things
    return f"{clause.label}{gap or ' ' * apart}{clause.heading}".strip()


def plain(value: Decimal | None) -> str:
    """A number as a spreadsheet reads it: 16000, 1.5, -5."""
    if value is None:
        return ""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def signed(value: Decimal | None, unit: str = "") -> str:
    """A difference for a person: +200人, -5, 0, +300亿元.

    >>> signed(Decimal(30000000000), "元"), signed(Decimal(-5), "家"), signed(Decimal(12345))
    ('+300亿元', '-5家', '+12345')
    """
    return "" if value is None else ("+" if value > 0 else "") + _short(value) + unit


def _short(value: Decimal) -> str:
    """Large round numbers in 亿 and 万, as plans write them."""
    for name, size in (("亿", Decimal(10**8)), ("万", Decimal(10**4))):
        if abs(value) >= size and value % (size / 100) == 0:
            return plain(value / size) + name
    return plain(value)


def percentage(value: Decimal | None) -> str:
    """+67%, -3.4%: whole numbers from ten up, where the decimals say nothing."""
    if value is None:
        return ""
    digits = Decimal(1) if abs(value) >= 10 or value == value.to_integral_value() else Decimal("0.1")
    return signed(value.quantize(digits)) + "%"


def probability(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def period(info: PlanInfo) -> str:
    """2025, or 2021–2025."""
    start, end = info.start_year, info.end_year
    return str(start or "") if start == end else f"{start}–{end}"
