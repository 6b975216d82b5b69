"""The clauses of the five real plans against tests/gold/outline/*.tsv: where each label stands, its words, its depth.

The rows were noted down from the raw text before planlens was run on it: one row for each numbered heading or numbered
paragraph, item behind a dash with a heading of its own, box, table and attachment. `line` counts from 1 and is for
reading; `start` is the offset of the label in the decoded file; a heading without a number is its own label; depth 1
is the top; `form` is h for a heading alone on its line, b where text follows. `doubt` says why a row is not scored:
inline (一是 inside a paragraph), mention (附件：… announces an attachment), repeated (the heading of a table printed
again on the next page), unnumbered; with depth only the depth is not scored, as both readings are good.
Paragraphs that planlens sets apart without a label are no boundaries here, neither right nor wrong.

`python tests/test_outline_gold.py` prints the figures.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import pytest

from planlens import outline
from planlens.model import Clause
from planlens.parse import comparable
from planlens.read import read_document

GOLD = sorted((Path(__file__).parent / "gold/outline").glob("*.tsv"))
PLANS = Path(__file__).parents[2] / "shared/seeds"


@dataclass(frozen=True)
class Row:
    start: int
    label: str
    depth: int
    form: str
    doubt: str


@dataclass(frozen=True)
class Figures:
    rows: int
    precision: float
    recall: float
    label: float
    depth: float
    form: float


# What was measured; the one depth that differs is a table that planlens hangs below the item before it.
FLOORS = {
    "haishu-2021-2025": Figures(72, 1, 1, 1, 0.98, 1),
    "shenzhen-2022": Figures(46, 1, 1, 1, 1, 1),
    "shenzhen-2023": Figures(60, 1, 1, 1, 1, 1),
    "shenzhen-2025": Figures(43, 1, 1, 1, 1, 1),
    "zhongshan-2023": Figures(120, 1, 1, 1, 1, 1),
}


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Row(int(row["start"]), row["label"], int(row["depth"]), row["form"], row["doubt"])
            for row in csv.DictReader(file, delimiter="\t")
        ]


def clauses(name: str) -> tuple[str, tuple[Clause, ...]]:
    document = comparable(read_document(PLANS / f"{name}.txt"))
    return document.text, outline.parse(document)[0]


def figures(gold: list[Row], text: str, found: Iterable[Clause]) -> Figures:
    """Boundaries found and right, and how far label, depth and form of the right ones agree."""
    at = {clause.span.start: clause for clause in found}
    firm = [row for row in gold if row.doubt in ("", "depth")]
    open_to_doubt = {row.start for row in gold} - {row.start for row in firm}
    right = [row for row in firm if row.start in at]
    labelled = {start for start, clause in at.items() if clause.label} - open_to_doubt
    wrong = labelled - {row.start for row in right}
    sure = [row for row in right if not row.doubt]
    return Figures(
        rows=len(firm),
        precision=share(len(right), len(right) + len(wrong)),
        recall=share(len(right), len(firm)),
        label=share(sum(bare(row.label) == bare(named(at[row.start])) for row in right), len(right)),
        depth=share(sum(row.depth == at[row.start].depth + 1 for row in sure), len(sure)),
        form=share(sum(row.form == form(at[row.start], text) for row in right), len(right)),
    )


def share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def named(clause: Clause) -> str:
    return clause.label or clause.heading


def bare(label: str) -> str:
    return label.rstrip("、.．:： ")


def form(clause: Clause, text: str) -> str:
    line_end = text.find("\n", clause.span.start) % (len(text) + 1)
    return "b" if clause.body.start < min(clause.body.end, line_end) else "h"


@pytest.mark.parametrize("path", GOLD, ids=[path.stem for path in GOLD])
def test_clauses_stand_where_a_reader_sees_them(path: Path) -> None:
    if not PLANS.exists():
        pytest.skip("the plans are not at hand")
    measured, floor = figures(rows(path), *clauses(path.stem)), FLOORS[path.stem]
    low = [f.name for f in fields(Figures) if getattr(measured, f.name) < getattr(floor, f.name)]
    assert not low, f"{measured} is below {floor}"


def test_the_rows_are_in_order_and_well_formed() -> None:
    for path in GOLD:
        starts = [row.start for row in rows(path)]
        assert starts == sorted(set(starts))
        assert {row.doubt for row in rows(path)} <= {"", "depth", "inline", "mention", "repeated", "unnumbered"}


if __name__ == "__main__":
    print("plan", *(f.name for f in fields(Figures)), sep="\t")
    for path in GOLD:
        measured = figures(rows(path), *clauses(path.stem))
        print(path.stem, *(f"{value:.3f}".removesuffix(".000") for value in astuple(measured)), sep="\t")
