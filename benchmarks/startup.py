"""How long `planlens diff 2023 2025` takes as a whole process, beside the imports it does without.

    python benchmarks/startup.py [RUNS] [--meaning]

cold     neither plan has been read before; the dictionary of words is there, as after any earlier run
warm     both have been compared before
meaning  the same two with the semantic extra; only with --meaning, as its model may take a minute

All modules have been compiled before, as pip leaves them; the bytecode lies in a folder of the bench's own.

Prints the median of RUNS (5) of each, taken in turn so that a busy machine weighs on all, as seconds on the wall and of
the processor, the ratio of either to the imports, and the peak memory. Exits with 1 where a warm run is not faster than
a cold one, a cold one is slower than the imports, or planlens takes more than 300 MB.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
DIFF = ["-m", "planlens", "diff", "2023", "2025", "--library", str(ROOT / "samples")]
OTHER = ["-m", "planlens", "diff", "shenzhen-2022", "zhongshan-2023", "--library", str(ROOT / "samples")]
IMPORTS = ["-c", "import pandas, sklearn.feature_extraction.text, jieba; jieba.initialize()"]
MEMORY_LIMIT = 300  # MB


class Taken(NamedTuple):
    """Of one process: seconds on the wall, seconds of the processor, peak megabytes."""

    wall: float
    processor: float
    peak: float


def run(arguments: list[str], cache: Path) -> Taken:
    """One Python process from its start to its end."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin = time.perf_counter()
    child = os.posix_spawn(
        sys.executable,
        [sys.executable, *arguments],
        {**compiled, "PLANLENS_CACHE": str(cache), "PYTHONPYCACHEPREFIX": str(cache.parent / "bytecode")},
        file_actions=[(os.POSIX_SPAWN_DUP2, quiet, 1), (os.POSIX_SPAWN_DUP2, quiet, 2)],
    )
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - begin
    os.close(quiet)
    if status:
        raise SystemExit(f"{' '.join(arguments)}: exit status {status}")
    unit = 1024**2 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes there, kilobytes elsewhere
    return Taken(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def races(home: Path, *, with_meaning: bool) -> dict[str, Callable[[], Taken]]:
    """What is timed, by name; `home` is an empty folder for caches."""
    plain, meaning = [*DIFF, "--no-semantic"], DIFF
    for words in (plain, meaning) if with_meaning else (plain,):
        run(words, home / "warm")
    run([*OTHER, "--no-semantic"], home / "other")

    def cold(words: list[str]) -> Taken:
        shutil.rmtree(home / "cold", ignore_errors=True)
        shutil.copytree(home / "other", home / "cold")
        return run(words, home / "cold")

    found = {
        "imports: pandas, sklearn, jieba": lambda: run(IMPORTS, home / "other"),
        "planlens --help": lambda: run(["-m", "planlens", "--help"], home / "other"),
        "planlens diff, cold": lambda: cold(plain),
        "planlens diff, warm": lambda: run(plain, home / "warm"),
    }
    if with_meaning:
        found["with meaning, cold"] = lambda: cold(meaning)
        found["with meaning, warm"] = lambda: run(meaning, home / "warm")
    return found


def main() -> int:
    runs = next((int(word) for word in sys.argv[1:] if word.isdecimal()), 5)
    with tempfile.TemporaryDirectory() as folder:
        raced = races(Path(folder), with_meaning="--meaning" in sys.argv)
        taken: dict[str, list[Taken]] = {name: [] for name in raced}
        raced[next(iter(raced))]()  # compiled once
        for _ in range(runs):
            for name, race in raced.items():
                taken[name].append(race())
    middle = {name: Taken(*map(statistics.median, zip(*times, strict=True))) for name, times in taken.items()}
    base = next(iter(middle.values()))
    print(f"{'':32}  wall s  ratio   processor s  ratio   peak MB   (median of {runs})")
    for name, (wall, processor, peak) in middle.items():
        ratios = wall / base.wall, processor / base.processor
        print(f"{name:32}  {wall:6.2f}  {ratios[0]:5.2f}   {processor:11.2f}  {ratios[1]:5.2f}   {peak:7.0f}")
    cold, warm = middle["planlens diff, cold"], middle["planlens diff, warm"]
    slow = cold.processor > base.processor or warm.processor > cold.processor
    return int(slow or max(cold.peak, warm.peak) > MEMORY_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
