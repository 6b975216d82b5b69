"""Kills planlens at random moments and looks at what it left: run with the number of kills, `python fuzz/kills.py 500`.

Each round starts one command (add, review, diff -o, corpus build) in a process of its own, kills it (SIGKILL) at a
moment drawn between its start and its usual end, most of them where it writes, and checks: every file is whole, every
decision that was acknowledged is there, every plan of the catalogue is there with its bytes, the corpus opens and holds
the files it was built of before or is built of now. At the end the commands run once to their end, nothing but what
they are to leave may lie in the folders, and the corpus has the bytes of one built in one go.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from planlens import alignments, cli, files, library
from planlens.alignments import Decision
from planlens.corpus import earlier, store
from planlens.corpus.schema import TABLES
from planlens.library import Library

PLAN = "中山市{year}年卫生健康工作要点\n\n一、队伍\n（一）引才。引进人才{count}名。\n（二）培训。培训{count}人次。\n"
REPORTS = ("report.json", "report.csv", "report.html", "report.docx")
_FILES = {"add": 2, "review": 2, "diff": 2, "build": 8}  # that a command may begin to write before it is killed
_LEFT = {"plans.toml", library.LOCK}


@dataclass
class Desk:
    """A folder with a library, reviewed links and reports, and what has been acknowledged so far."""

    home: Path
    chance: random.Random
    decided: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    listed: tuple[set[str], set[str]] = (set(), set())
    """Digests of the files of which the corpus was and is being built."""

    @property
    def shelf(self) -> Path:
        return self.home / "shelf"

    @property
    def decisions(self) -> Path:
        return self.home / "alignments" / "a__b.tsv"

    @property
    def corpus(self) -> Path:
        return self.home / "corpus"

    @property
    def told(self) -> Path:
        return self.home / "told"


def start(home: Path, seed: int) -> Desk:
    os.environ["PLANLENS_CACHE"] = str(home / "cache")  # written to by what is killed, as in life
    os.environ["PLANLENS_NO_SEMANTIC"] = "1"
    desk = Desk(home, random.Random(seed))
    library.init(desk.shelf)
    (home / "plans").mkdir()
    for year in (2023, 2025):
        (home / f"{year}.txt").write_text(PLAN.format(year=year, count=year - 2000), "utf-8")
    for form in REPORTS:  # import what the children need, once
        diff(desk, form)
    return desk


# --- what is killed -------------------------------------------------------------------------------------------------


def add(desk: Desk, number: int) -> None:
    """A plan that the library does not have, and the one of the round before, which it may have."""
    for n in (number - 1, number):
        file = desk.home / f"{3000 + n}.txt"
        file.write_text(PLAN.format(year=2000 + n % 50, count=n + 1), "utf-8")
        run("add", str(file), "--id", f"plan-{n}", "--library", str(desk.shelf))


def review(desk: Desk, number: int) -> None:
    """Decisions about pairs of this round, each acknowledged once it is recorded."""
    with desk.told.open("a", encoding="utf-8") as told:
        for n in range(20):
            alignments.record(desk.decisions, [decision(f"{number}.{n}")], *PLANS)
            told.write(f"{number}.{n}\n")
            told.flush()


def decision(key: str) -> Decision:
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    return Decision("linked", key, key, digest, digest, "", "", "甲", "2026-03-01")


def diff(desk: Desk, form: str) -> None:
    run("diff", str(desk.home / "2023.txt"), str(desk.home / "2025.txt"), "-o", str(desk.home / form))


def change(desk: Desk, number: int) -> None:
    """The plans of this round: two files that are new, and one of the last eight gone."""
    folder = desk.home / "plans"
    for n in (2 * number, 2 * number + 1):
        (folder / f"{n}.txt").write_text(PLAN.format(year=2000 + n % 50, count=n + 1), "utf-8")
    there = sorted(folder.iterdir())
    if len(there) > 8:
        for path in desk.chance.sample(there, len(there) - 8):
            path.unlink()
    desk.listed = (desk.listed[0], {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()})


def build(desk: Desk, corpus: Path | None = None) -> None:
    run("corpus", "build", str(desk.home / "plans"), "-o", str(corpus or desk.corpus), "--workers", "1")


def run(*arguments: str) -> None:
    cli.main(arguments)


# --- killing --------------------------------------------------------------------------------------------------------


def killed(work: Callable[[], None], chance: random.Random, files: int = 2) -> bool:
    """Run some work in a process of its own and kill it; False where it had come to its end.

    `files` is how many files it may begin to write before.
    """
    ready, signalled = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(ready)
            _tell_when_writing(signalled)
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            work()
        finally:
            os._exit(0)
    os.close(signalled)
    for _ in range(chance.randint(0, files)):
        os.read(ready, 1)
    time.sleep(chance.choice((0.0, chance.uniform(0, 0.0005), chance.uniform(0, 0.003), chance.uniform(0, 0.02))))
    os.kill(child, signal.SIGKILL)
    os.close(ready)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _tell_when_writing(signalled: int) -> None:
    """Say so on a pipe whenever a file is about to be written, so that kills fall where they may do harm."""
    begin, put = files._part, earlier.Stage.put

    def part(path: Path) -> tuple[int, str]:
        os.write(signalled, b".")
        return begin(path)

    def staged(stage: earlier.Stage, reading: str, data: bytes) -> None:
        os.write(signalled, b".")
        put(stage, reading, data)

    files._part, earlier.Stage.put = part, staged  # type: ignore[method-assign]


# --- what must hold -------------------------------------------------------------------------------------------------


def check(desk: Desk) -> None:
    shelf = Library.open(desk.shelf)
    for entry in shelf.entries:
        assert hashlib.sha256(entry.path.read_bytes()).hexdigest() == entry.sha256, entry.path
    if desk.told.exists():
        for key in desk.told.read_text("utf-8").split("\n")[:-1]:
            desk.decided[key] = key
    held = {row.old for row in alignments.read(desk.decisions)} if desk.decisions.exists() else set()
    assert desk.decided.keys() <= held, sorted(desk.decided.keys() - held)
    for name in REPORTS:
        check_report(desk.home / name)
    if (desk.corpus / store.MANIFEST).exists():
        check_corpus(desk)


def check_corpus(desk: Desk) -> None:
    """It holds what a build was asked for, and all of it."""
    found = store.open(desk.corpus)
    digests = set(found.table("plans", ["digest"])["digest"].to_pylist())
    assert digests in desk.listed, len(digests)
    desk.listed = (digests, desk.listed[1])
    for name in TABLES[1:]:
        counted = found.table("plans", [f"n_{name}"])[f"n_{name}"].to_pylist()
        assert found.table(name, ["plan"]).num_rows == sum(counted), name


def check_report(path: Path) -> None:
    from planlens.report import readback

    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest not in _WHOLE:
        assert readback.read(path).rows
        _WHOLE.add(digest)
    metadata = path.with_name(path.name + "-metadata.json")
    if metadata.exists():
        json.loads(metadata.read_text("utf-8"))


_WHOLE: set[str] = set()


def finish(desk: Desk, number: int) -> None:
    """One run of each to its end; then nothing may lie about."""
    files._sweep.cache_clear()
    child = os.fork()
    if child == 0:
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            add(desk, number)
            review(desk, number)
            diff(desk, REPORTS[0])
            build(desk)
            build(desk, desk.home / "anew")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    check(desk)
    catalogued = {entry.path.name for entry in Library.open(desk.shelf).entries}
    assert f"plan-{number}.txt" in catalogued
    assert {path.name for path in desk.shelf.iterdir()} == catalogued | _LEFT
    assert {path.name for path in desk.decisions.parent.iterdir()} == {desk.decisions.name, alignments.LOCK}
    assert not [path for path in desk.home.iterdir() if path.name.startswith(".")]
    corpora = [
        {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (desk.corpus, desk.home / "anew")
    ]
    assert corpora[0] == corpora[1]


def kills(count: int, home: Path, seed: int = 8, only: str | None = None) -> Counter[str]:
    """Kill `count` processes and check after each; how many of each command were killed. AssertionError: a loss."""
    desk = start(home, seed)
    number = 0
    while sum(desk.counts.values()) < count:
        number += 1
        what = only or ("add", "review", "diff", "build")[number % 4]
        form = desk.chance.choice(REPORTS)
        if what == "build":
            change(desk, number)
        work = {
            "add": lambda n=number: add(desk, n),
            "review": lambda n=number: review(desk, n),
            "diff": lambda f=form: diff(desk, f),
            "build": lambda: build(desk),
        }
        if killed(work[what], desk.chance, _FILES[what]):
            desk.counts[what] += 1
        check(desk)
    finish(desk, number + 1)
    return desk.counts


def _plans() -> tuple[object, object]:
    """Two plans that no decision of the rounds speaks of: the rows stay as they are."""
    from planlens.model import Document, Plan, PlanInfo

    def plan(name: str) -> Plan:
        return Plan(PlanInfo(name, name), Document("", "", "", "utf-8", ()), (), (), ())

    return plan("a"), plan("b")


PLANS = _plans()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=500)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--only", choices=_FILES, help="kill this command alone")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        told = kills(asked.count, Path(folder), asked.seed, asked.only)
    print(
        f"{sum(told.values())} kills ({dict(sorted(told.items()))}), nothing lost, {time.monotonic() - started:.0f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
