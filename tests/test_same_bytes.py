"""The same plans give the same bytes, whatever the hash seed, locale, time zone and folder a report is made in."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FORMS = ("json", "csv", "md", "txt", "html", "docx", "xlsx")
SURROUNDINGS = (
    {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC", "COLUMNS": "100"},
    {"PYTHONHASHSEED": "4242", "LC_ALL": "zh_CN.UTF-8", "TZ": "Asia/Shanghai", "PYTHONUTF8": "0", "COLUMNS": "100"},
)
COMMANDS = {
    ("diff", "shenzhen-2023", "shenzhen-2025", "--plot", "charts.svg"): FORMS,
    ("coverage", "guangdong-2021-2025", "shenzhen-2025", "zhongshan-2023"): ("json", "html"),
}


def digests(folder: Path, command: tuple[str, ...], surroundings: dict[str, str]) -> dict[str, str]:
    """Run one command in a folder of its own; the digest of every file that it wrote."""
    folder.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PLANLENS_"))}
    environment = {**kept, **surroundings, "PLANLENS_NO_SEMANTIC": "1", "PLANLENS_NO_CACHE": "1"}
    environment |= {"PLANLENS_LIBRARY": str(ROOT / "samples"), "PYTHONPATH": str(ROOT)}
    outputs = [word for form in COMMANDS[command] for word in ("-o", f"report.{form}")]
    run = [sys.executable, "-m", "planlens", *command, *outputs]
    done = subprocess.run(run, cwd=folder, env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_surroundings_change_no_byte(tmp_path: Path, command: tuple[str, ...]) -> None:
    with ThreadPoolExecutor(2) as at_once:
        first, second = (
            at_once.submit(digests, tmp_path / name, command, surroundings)
            for name, surroundings in zip(("a", "另一个 文件夹"), SURROUNDINGS, strict=True)
        )
        assert {f"report.{form}" for form in COMMANDS[command]} <= first.result().keys()
        assert first.result() == second.result()


@pytest.mark.skipif(not any(map(shutil.which, ("chromium", "google-chrome"))), reason="no browser prints a PDF here")
def test_a_pdf_has_the_same_bytes(tmp_path: Path) -> None:
    environment = {**os.environ, "PLANLENS_LIBRARY": str(ROOT / "samples"), "PYTHONPATH": str(ROOT)}
    found = []
    for surroundings in SURROUNDINGS:
        command = [sys.executable, "-m", "planlens", "targets", "shenzhen-2022", "-o", "report.pdf"]
        subprocess.run(command, cwd=tmp_path, env={**environment, **surroundings}, check=True, capture_output=True)
        found.append((tmp_path / "report.pdf").read_bytes())
    assert found[0] == found[1]
