"""Turn the annotation of a sample pair into reviewed links.

    python tests/gold/decisions.py shenzhen-2023 shenzhen-2025

writes `alignments/OLD__NEW.tsv` from `alignment/sentences/OLD__NEW.jsonl`: a row for every annotated pair, one for
every sentence without counterpart, and a `not_linked` for every pair that planlens finds at least LEAST probable and
that the annotation, which lists all counterparts of a sentence, does not have. Sentences whose reading is doubtful,
and those that planlens cuts otherwise, are left out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from planlens import Library, align
from planlens.alignments import Decision, decide, file_name, write
from planlens.model import Plan

GOLD = Path(__file__).parent
ROOT = GOLD.parents[1]
LEAST = 0.15
WHO = "planlens maintainers"
WHEN = "2026-11-22"


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def keys(plan: Plan) -> dict[str, str]:
    """Sentence of the gold → the one commitment that is that sentence."""
    found = {}
    for sentence in rows(GOLD / "sentences" / f"{plan.info.id}.jsonl"):
        inside = [c for c in plan.commitments if c.span.start < sentence["end"] and sentence["start"] < c.span.end]
        if len(inside) == 1 and inside[0].text.strip() in sentence["text"]:
            found[sentence["id"]] = inside[0].key
    return found


def decisions(old: Plan, new: Plan) -> Iterator[Decision]:
    """The annotation as decisions: links and statements without counterpart as written, then what it rules out."""
    annotated = rows(GOLD / "alignment" / "sentences" / f"{old.info.id}__{new.info.id}.jsonl")
    annotated = [row for row in annotated if not row.get("ambiguous")]
    olds, news = keys(old), keys(new)
    signed: dict[str, str] = {"who": WHO, "when": WHEN}
    for row in annotated:
        why = row.get("why", "")
        if "new" not in row and row["old"] in olds:
            yield decide("no_counterpart", old, new, olds[row["old"]], "", **signed, why=why)
        elif row.get("new") in news and not row["old"] and not row.get("also"):
            yield decide("no_counterpart", old, new, "", news[row["new"]], **signed, why=why)
        elif row.get("new") in news:
            for sentence in (s for s in row["old"] if s in olds):
                yield decide("linked", old, new, olds[sentence], news[row["new"]], **signed, why=why)
    yield from ruled_out(old, new, annotated, signed)


def ruled_out(old: Plan, new: Plan, annotated: list[dict[str, Any]], signed: dict[str, str]) -> Iterator[Decision]:
    """Probable pairs that are no counterparts, but for those whose statement has none at all: that is said already."""
    olds, news = keys(old), keys(new)
    dropped = {olds.get(row["old"]) for row in annotated if "new" not in row}
    fair = {
        news[row["new"]]: {olds.get(s) for s in (*row["old"], *row.get("also", ()))}
        for row in annotated
        if row.get("new") in news and (row["old"] or row.get("also"))
    }
    judged = set(olds.values()) - dropped
    for link in align.candidates(old, new, LEAST):
        if link.new in fair and link.old in judged - fair[link.new]:
            yield decide("not_linked", old, new, link.old, link.new, **signed, why="标注未列为对应")


def main(names: list[str]) -> None:
    library = Library.open(ROOT / "samples")
    old, new = (library.read(library.find(name)) for name in names)
    found = list(decisions(old, new))
    write(ROOT / "alignments" / file_name(old.info.id, new.info.id), found)
    print(*names, *(f"{v} {sum(d.verdict == v for d in found)}" for v in ("linked", "not_linked", "no_counterpart")))


if __name__ == "__main__":
    main(sys.argv[1:])
