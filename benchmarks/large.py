"""Time and peak memory of planlens on plans of hundreds and thousands of commitments, each with a number of its own.

    python benchmarks/large.py [SIZE …]                 diff as JSON of 300, 1,000, 2,000 and 4,000 commitments a plan
    python benchmarks/large.py --all [SIZE …]           page, Word and Excel, coverage and check too
    python benchmarks/large.py --sentence CHARACTERS    two plans of one sentence of so many characters
    python benchmarks/large.py --write FOLDER SIZE      write a pair of plans and stop

Each line is a process of its own, started as a user starts it: reading, comparing and writing are all in the figures.
The exponent is that of the processor time between the smallest and the largest size. There is no evidence of meaning.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from plansynth import ROOT, Draw, chinese, tomllib

SIZES = (300, 1000, 2000, 4000)
_CLAUSE = 8  # statements a clause
_CHAPTER = 6  # clauses a chapter
_SAME, _NUMBER, _REWORDED = 15, 60, 15  # of a hundred old statements; the rest is dropped, and others come

COMMANDS = {
    "diff json": ("diff", "old", "new", "--format", "json"),
    "html+docx+xlsx": ("diff", "old", "new", "-o", "out.html", "-o", "out.docx", "-o", "out.xlsx"),
    "coverage": ("coverage", "old", "new", "--format", "json"),
    "check": ("check", "new", "--last", "old", "--format", "json"),
}
"""What is run, by name; old and new are the made-up plans, the outputs go to a folder of their own."""


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((ROOT / "benchmarks/large.toml").read_text("utf-8"))


def pair(size: int, seed: int = 1) -> tuple[str, str]:
    """An old and a new plan of so many statements: most numbers changed, some statements reworded, dropped and new."""
    draw = Draw("large", size, seed)
    names = _names(draw)
    old = [_statement(draw, next(names)) for _ in range(size)]
    return _outlined(size, [_text(s) for s in old], 2024), _outlined(size, list(_revised(draw, old, names)), 2025)


def _names(draw: Draw) -> Iterator[tuple[str, str, str, str]]:
    """(verb, field, thing, unit), no two alike, those of one sector in runs as a plan has them."""
    sectors = [draw.some(_all_names(sector), 10**6) for sector in _data()["sector"]]
    while any(sectors):
        for left in sectors:
            for _ in range(min(len(left), _CLAUSE * _CHAPTER)):
                yield left.pop()


def _all_names(sector: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    things = [tuple(thing.split()) for thing in sector["things"]]
    return [(verb, field, *thing) for verb in sector["verbs"] for field in sector["fields"] for thing in things]


def _statement(draw: Draw, name: tuple[str, str, str, str]) -> dict[str, str]:
    data = _data()
    place = draw.one(data["places"]) + draw.one(data["kinds"]) if draw.yes() else ""
    second = draw.one(data["seconds"]).replace("{p}", str(draw.between(20, 99)))
    told = dict(zip(("verb", "field", "thing", "unit"), name, strict=True))
    return {
        **told,
        "opening": draw.one(data["openings"]),
        "place": place,
        "second": second,
        "number": _number(draw, name[3]),
    }


def _number(draw: Draw, unit: str) -> str:
    low = draw.between(2, 400)
    shape: str = draw.one(_data()["bounds"])
    return shape.replace("{n}", str(low)).replace("{m}", str(low + draw.between(1, 60))).replace("{unit}", unit)


def _text(said: dict[str, str]) -> str:
    place = f"在{said['place']}" if said["place"] else ""
    return f"{said['opening']}{place}{said['verb']}{said['field']}{said['thing']}{said['number']}，{said['second']}。"


def _revised(draw: Draw, old: Sequence[dict[str, str]], names: Iterator[tuple[str, str, str, str]]) -> Iterator[str]:
    for said in old:
        lot = draw.below(100)
        if lot < _SAME:
            yield _text(said)
        elif lot < _SAME + _NUMBER:
            yield _text({**said, "number": _number(draw, said["unit"])})
        elif lot < _SAME + _NUMBER + _REWORDED:
            other = _statement(draw, (said["verb"], said["field"], said["thing"], said["unit"]))
            yield _text({**other, "verb": draw.one(["推进", "持续新增", "加快建设", said["verb"]])})
        else:
            yield _text(_statement(draw, next(names)))


def _outlined(size: int, statements: Sequence[str], year: int) -> str:
    """A plan with chapters 一、 and clauses （一）, each clause a run of statements."""
    lines = [f"云台市{year}年重点工作计划"]
    for n in range(0, size, _CLAUSE):
        clause = n // _CLAUSE
        if clause % _CHAPTER == 0:
            sector = _data()["sector"][clause // _CHAPTER % len(_data()["sector"])]["name"]
            lines.append(f"{chinese(clause // _CHAPTER + 1)}、推进{sector}重点工作")
        lines.append(f"（{chinese(clause % _CHAPTER + 1)}）落实第{clause + 1}批任务")
        lines += statements[n : n + _CLAUSE]
    return "\n".join(lines) + "\n"


def one_sentence(characters: int) -> tuple[str, str]:
    """Two plans that are one sentence of items each: what no plan is, and a file may be."""
    sides = [text.replace("。\n", "，").split("\n") for text in pair(min(4000, characters // 25 + 8))]
    flat = ["，".join(line for line in side if "，" in line)[:characters] for side in sides]
    return f"一、工作\n{flat[0]}。\n", f"一、工作\n{flat[1]}。\n"


# --- measuring ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cost:
    """What one process took: seconds on the clock and of the processors, megabytes at the peak."""

    clock: float
    processor: float
    peak: float

    def __str__(self) -> str:
        return f"{self.clock:8.1f} s on the clock{self.processor:8.1f} s of processor{self.peak:8.0f} MB"


def run(command: Sequence[str], plans: tuple[str, str]) -> Cost:
    """What one command takes on a pair of plans; of POSIX alone. Raises RuntimeError where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in zip(("old", "new"), plans, strict=True):
            Path(folder, f"{name}.txt").write_text(text, "utf-8")
        words = [f"{word}.txt" if word in ("old", "new") else word for word in command]
        with Path(folder, "stdout").open("wb") as out:
            start = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, "-m", "planlens", *words, "--no-semantic"],
                cwd=folder,
                stdout=out,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
            _, status, used = os.wait4(process.pid, 0)
            clock = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"planlens {' '.join(words)} ended with {process.returncode}")
        return Cost(clock, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def print_table(sizes: Sequence[int], names: Sequence[str]) -> None:
    for name in names:
        costs = []
        for size in sizes:
            costs.append(run(COMMANDS[name], pair(size)))
            print(f"{name:16}{size:6} × {size:<6}{costs[-1]}", flush=True)
        if len(sizes) > 1:
            exponent = math.log(costs[-1].processor / costs[0].processor) / math.log(sizes[-1] / sizes[0])
            print(f"{name:16}processor time grows with the size to the power of {exponent:.2f}")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("sizes", metavar="SIZE", type=int, nargs="*", default=SIZES)
    parser.add_argument("--all", action="store_true", help="page, Word and Excel, coverage and check too")
    parser.add_argument("--sentence", metavar="CHARACTERS", type=int)
    parser.add_argument("--write", metavar="FOLDER", type=Path)
    asked = parser.parse_args(arguments)
    if asked.write:
        for name, text in zip(("old", "new"), pair(asked.sizes[0]), strict=True):
            (asked.write / f"{name}.txt").write_text(text, "utf-8")
    elif asked.sentence:
        cost = run(COMMANDS["diff json"], one_sentence(asked.sentence))
        print(f"one sentence of {asked.sentence} characters: {cost}")
    else:
        print_table(asked.sizes, list(COMMANDS) if asked.all else ["diff json"])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
