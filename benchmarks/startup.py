"""How long `planlens diff 2023 2025` takes as a whole process, beside the imports it does without.

    python benchmarks/startup.py [RUNS]

Prints the median of RUNS (5) of each, taken in turn so that a busy machine weighs on both, their ratio, and the peak
memory of either. Exits with 1 where planlens is the slower one or takes more than 300 MB.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLANLENS = ["-m", "planlens", "diff", "2023", "2025", "--library", str(ROOT / "samples")]
IMPORTS = ["-c", "import pandas, sklearn.feature_extraction.text, jieba; jieba.initialize()"]
MEMORY_LIMIT = 300  # MB


def run(arguments: list[str]) -> tuple[float, float]:
    """Seconds and peak megabytes of one Python process, from its start to its end."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    begin = time.perf_counter()
    child = os.posix_spawn(
        sys.executable,
        [sys.executable, *arguments],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, quiet, 1), (os.POSIX_SPAWN_DUP2, quiet, 2)],
    )
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - begin
    os.close(quiet)
    if status:
        raise SystemExit(f"{' '.join(arguments)}: exit status {status}")
    unit = 1024**2 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes there, kilobytes elsewhere
    return seconds, usage.ru_maxrss / unit


def main() -> int:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    taken = [(run(PLANLENS), run(IMPORTS)) for _ in range(runs)]
    ours, theirs = ([pair[side] for pair in taken] for side in (0, 1))
    medians = [statistics.median(seconds for seconds, _ in side) for side in (ours, theirs)]
    peaks = [max(peak for _, peak in side) for side in (ours, theirs)]
    print(f"planlens diff 2023 2025           {medians[0]:6.2f} s   peak {peaks[0]:4.0f} MB")
    print(f"import pandas, sklearn, jieba     {medians[1]:6.2f} s   peak {peaks[1]:4.0f} MB")
    print(f"ratio                             {medians[0] / medians[1]:6.2f}     (median of {runs})")
    return int(medians[0] > medians[1] or peaks[0] > MEMORY_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
