"""Cut a sample plan into numbered sentences for annotation, by means that share nothing with the program under test.

    python tests/gold/segment.py shenzhen-2023 shenzhen-2025

writes `tests/gold/sentences/NAME.jsonl`. A sentence ends at 。 or ； or at the end of a line; a clause is what a
numbered line opens, `H…` marks a chapter heading or the glossary, `0` what stands before the first clause.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

GOLD = Path(__file__).parent
SAMPLES = GOLD.parents[1] / "samples"
NUMERALS = "一二三四五六七八九十"
CHAPTER = re.compile(f"([{NUMERALS}]+)、")
CLAUSE = re.compile(f"（([{NUMERALS}]+)）")
ITEM = re.compile(r"([0-9]+)\.")
BOX = re.compile(r"(专栏[0-9]+|表[0-9]*)：")


class Sentence(TypedDict):
    id: str
    sec: str
    clause: str
    start: int
    end: int
    text: str


def cuts(line: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence of a line, white space left out.

    >>> list(cuts("甲事。乙事；丙事"))
    [(0, 3), (3, 6), (6, 8)]
    """
    at = 0
    for end in [*(i + 1 for i, c in enumerate(line) if c in "。；"), len(line)]:
        text = line[at:end]
        if text.strip():
            yield at + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip())
        at = end


def place(line: str, sec: str, clause: str) -> tuple[str, str]:
    """Chapter and clause of a line, given those of the line before."""
    if line.strip() == "名词解释":
        return "名词解释", "H名词解释"
    if sec == "名词解释":
        return sec, clause
    if found := CHAPTER.match(line):
        return found[1], f"H{found[1]}"
    if found := CLAUSE.match(line):
        return sec, found[1]
    if found := ITEM.match(line):
        return sec, f"{clause.split('.')[0]}.{found[1]}"
    if found := BOX.match(line):
        return sec, f"{clause.split('.')[0]}.{found[1]}"
    return sec, clause


def sentences(name: str, text: str) -> Iterator[Sentence]:
    """Every sentence of a plan with its id, chapter, clause and offsets."""
    start, number, sec, clause = 0, 0, "", "0"
    for line in text.splitlines(keepends=True):
        sec, clause = place(line, sec, clause)
        for a, b in cuts(line):
            number += 1
            key = f"{name}#{number:04d}"
            yield Sentence(id=key, sec=sec, clause=clause, start=start + a, end=start + b, text=line[a:b])
        start += len(line)


def main() -> None:
    for name in sys.argv[1:]:
        text = (SAMPLES / f"{name}.txt").read_bytes().decode("utf-8-sig")
        rows = list(sentences(name, text))
        assert all(text[r["start"] : r["end"]] == r["text"] for r in rows)
        out = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)
        (GOLD / "sentences" / f"{name}.jsonl").write_text(out, "utf-8")
        print(name, len(rows))


if __name__ == "__main__":
    main()
