"""Fuzzes every reader and every stage after it: `python fuzz/run.py --inputs 200000 --jobs 1`.

Input number n of a seed is always the same bytes. Work is done in processes of their own, so that a library in C that
crashes or does not come back is told as well; faults and the inputs behind them are left in the folder named.
"""

from __future__ import annotations

import argparse
import collections
import logging
import multiprocessing
import os
import random
import resource
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

import mutate  # noqa: E402
import pipeline  # noqa: E402
import seeds  # noqa: E402

BATCH = 500
"""Inputs a process works on: what it holds in memory at its start stays small."""
STUCK = 60
"""Seconds of processor time after which a process ends in the middle of an input: a library in C does not return."""
THOROUGH = 100
"""Every so manieth input is also compared, checked and written out."""


def made(seed: int, number: int, formats: Sequence[str]) -> tuple[bytes, str]:
    """Input `number`: its bytes and its suffix."""
    chance = random.Random(f"{seed}:{number}")
    suffix = formats[number % len(formats)]
    whole = seeds.pool(suffix)
    return mutate.damaged(chance.choice(whole), suffix, chance, chance.choice(whole)), suffix


def prepare(office: bool) -> None:
    """Quiet libraries, no evidence that costs seconds, and no LibreOffice for broken .doc unless asked for."""
    from planlens.read import libreoffice

    os.environ["PLANLENS_NO_SEMANTIC"] = "1"
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    if not office:
        libreoffice.program = lambda: None


def work(pipe: Connection, seed: int, numbers: range, formats: Sequence[str], office: bool) -> None:
    """Answer (number, outcome) for each input; the number alone goes first, so that a crash is known by it."""
    prepare(office)
    pipeline.run(seeds.plain(list(seeds.sample_lines()[0])), ".txt", thorough=True)  # loads all that is loaded once
    for number in numbers:
        pipe.send((number, None))
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + STUCK, resource.RLIM_INFINITY))
        data, suffix = made(seed, number, formats)
        pipe.send((number, pipeline.run(data, suffix, thorough=number % THOROUGH == 0)))
    pipe.send(None)


def outcomes(seed: int, numbers: range, formats: Sequence[str], office: bool) -> Iterator[tuple[int, pipeline.Outcome]]:
    """The outcomes of these inputs, from one process after another; one that dies is followed by the next input."""
    start = numbers.start
    while start < numbers.stop:
        ours, theirs = multiprocessing.Pipe()
        batch = range(start, min(start + BATCH, numbers.stop))
        process = multiprocessing.Process(target=work, args=(theirs, seed, batch, formats, office), daemon=True)
        process.start()
        theirs.close()
        start, at = batch.stop, batch.start
        while True:
            try:
                answer = ours.recv()
            except EOFError:
                process.join()
                answer = (at, pipeline.Outcome("Died", f"exit code {process.exitcode}"))
            if answer is None:
                break
            at, outcome = answer
            if outcome is None:
                continue
            yield at, outcome
            if outcome.said == "Died":
                start = at + 1
                break
        process.kill()
        process.join()


def fuzz(seed: int, numbers: range, formats: Sequence[str], folder: Path, office: bool) -> int:
    """Run the inputs, leave one of each kind of fault in the folder, and return how many inputs failed."""
    begun, told = time.monotonic(), collections.Counter[str]()
    faults = collections.Counter[tuple[str, str]]()
    slowest, largest = (0.0, -1), (0, -1)
    for count, (number, outcome) in enumerate(outcomes(seed, numbers, formats, office), 1):
        told[f"{formats[number % len(formats)]} {outcome.said if not outcome.failed else 'FAILED'}"] += 1
        slowest, largest = max(slowest, (outcome.seconds, number)), max(largest, (outcome.kilobytes, number))
        if outcome.failed:
            fault = (outcome.said, outcome.where)
            faults[fault] += 1
            if faults[fault] <= 2:
                data, suffix = made(seed, number, formats)
                folder.mkdir(parents=True, exist_ok=True)
                (folder / f"{seed}-{number}{suffix}").write_bytes(data)
                (folder / f"{seed}-{number}.trace").write_text(outcome.trace, "utf-8", "backslashreplace")
                print(f"input {number} ({suffix}): {outcome.said} at {outcome.where}", flush=True)
        if count % 1000 == 0:
            print(f"{count} inputs, {sum(faults.values())} failed, {time.monotonic() - begun:.0f} s", flush=True)
    for name, count in sorted(told.items()):
        print(f"{name:16} {count}")
    for (said, where), count in faults.most_common():
        print(f"{count} × {said} at {where}")
    print(f"slowest: input {slowest[1]}, {slowest[0]:.1f} s; most memory: input {largest[1]}, {largest[0] // 1024} MB")
    print(f"{len(numbers)} inputs, {sum(faults.values())} failed, {time.monotonic() - begun:.0f} s")
    return sum(faults.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--formats", default=",".join(seeds.FORMATS), help=f"also {','.join(seeds.BY_OFFICE)}, slow")
    parser.add_argument("--office", action="store_true", help="let LibreOffice open what it would, seconds a file")
    parser.add_argument("--folder", type=Path, default=Path("fuzz/found"))
    asked = parser.parse_args()
    formats = asked.formats.split(",")
    for suffix in formats:
        seeds.pool(suffix)  # once, for all processes
    share = -(-asked.inputs // asked.jobs)
    parts = [
        range(n, min(n + share, asked.first + asked.inputs))
        for n in range(asked.first, asked.first + asked.inputs, share)
    ]
    if len(parts) == 1:
        return 1 if fuzz(asked.seed, parts[0], formats, asked.folder, asked.office) else 0
    workers = [
        multiprocessing.Process(
            target=lambda part=part: sys.exit(bool(fuzz(asked.seed, part, formats, asked.folder, asked.office)))
        )
        for part in parts
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return 1 if any(worker.exitcode for worker in workers) else 0


if __name__ == "__main__":
    sys.exit(main())
