"""Targets: the tables of cases in tests/cases/targets-*.tsv, tables of indicators, damage, keys and speed."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import pytest

from planlens.model import Block, Clause, Document, Note, Role, Span, Target
from planlens.targets import extract

CASES = sorted((Path(__file__).parent / "cases").glob("targets-*.tsv"))
ROLES: dict[str, Role] = {"[review]": "review", "[glossary]": "glossary"}


def plan_of(text: str, role: Role = "task", notes: tuple[Note, ...] = (), rows: bool = False) -> tuple[Target, ...]:
    """The targets of a text that is one clause of a plan for 2025."""
    span = Span(0, len(text))
    blocks: list[Block] = []
    at = 0
    for line in text.split("\n"):
        kind = "row" if rows and "|" in line else "paragraph"
        blocks.append(Block(kind, Span(at, at + len(line)), table=1 if kind == "row" else 0))  # type: ignore[arg-type]
        at += len(line) + 1
    document = Document("2025.txt", "", text, "utf-8", tuple(blocks), notes)
    clause = Clause("一", "一、", "", span, span, 1, None, role)
    return extract(document, (clause,), ())


def read_cases() -> list[tuple[str, str, list[list[str]]]]:
    """(file and line, text, expected rows) of every case."""
    out: list[tuple[str, str, list[list[str]]]] = []
    for path in CASES:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            text, *want = line.split("\t")
            if text:
                out.append((f"{path.stem}:{number}", text, []))
            if want:
                out[-1][2].append([*want, *[""] * (8 - len(want))])
    return out


def read_text(text: str) -> tuple[Target, ...]:
    role: Role = "task"
    for mark, meant in ROLES.items():
        if text.startswith(mark):
            text, role = text.removeprefix(mark), meant
    notes: tuple[Note, ...] = ()
    if text.startswith("[damaged]"):
        text = text.removeprefix("[damaged]")
        notes = tuple(Note("damage", Span(i, i + 1), "lost") for i, char in enumerate(text) if char == "?")
    text = text.replace("\\n", "\n")
    return plan_of(text if text[-1] in "。|" else text + "。", role, notes, rows="|" in text)


def as_row(target: Target) -> list[str]:
    """A target in the columns of the case files."""
    lo, hi = target.quantity.lo, target.quantity.hi
    value = "-" if lo is None else f"{lo.normalize():f}"
    value += f"..{hi.normalize():f}" if hi is not None and hi != lo else ""
    unit, bound = target.quantity.unit, target.quantity.bound
    period, scope = target.period or "", target.scope or ""
    return [target.indicator, value, unit, bound, target.measure, target.role, period, scope]


def differences(text: str, want: list[list[str]]) -> list[str]:
    """What a case's targets and baselines, and the names and others it lists, say otherwise."""
    got = [as_row(target) for target in read_text(text)]
    left = list(got)
    problems = []
    for row in want:
        same = [g for g in left if g[1] == row[1] and g[5] == row[5] and (g[0] == row[0] or row[0] not in [x[0] for x in left])]
        if not same:
            problems.append(f"missing {row} in {got}")
            continue
        found = same[0]
        left.remove(found)
        for i, column in enumerate(("indicator", "value", "unit", "bound", "measure", "role", "period", "scope")):
            unchecked = (column in ("period", "scope") and not row[i]) or (row[5] in ("name", "other") and i in (0, 4))
            if row[i] != found[i] and not unchecked:
                problems.append(f"{column}: {found[i]!r}, not {row[i]!r}")
    problems += [f"extra {row}" for row in left if row[5] in ("target", "baseline")]
    return problems


@pytest.mark.parametrize(("where", "text", "want"), read_cases(), ids=lambda x: x if isinstance(x, str) and ":" in x else "")
def test_case(where: str, text: str, want: list[list[str]]) -> None:
    assert not differences(text, want), text


def test_enough_cases() -> None:
    assert sum(max(1, len(want)) for _, _, want in read_cases()) >= 400
