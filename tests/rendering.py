"""Programs that draw a report as its reader sees it: Chromium, LibreOffice and poppler, as Debian has them.

A test that needs one says so with `need`: without it the test skips and gives the reason, but fails where the variable
CI is set, so that nothing goes unseen there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import unicodedata
from functools import cache
from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def need(*programs: str) -> None:
    """Skip the test that asks unless all are there, on the path or by their full names; fail it under CI."""
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        lacking(f"not installed: {', '.join(missing)}")


def lacking(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"{reason}; .ci/run installs it")
    pytest.skip(reason)


def to_pdf(folder: Path, *files: Path) -> list[Path]:
    """Word and Excel files as LibreOffice prints them, into the folder; one start for all of them."""
    need("soffice")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return [folder / f"{file.stem}.pdf" for file in files]


def pages(pdf: Path) -> list[str]:
    """The text of each page, in columns where it stands in columns."""
    need("pdftotext")
    command = ["pdftotext", "-layout", str(pdf), "-"]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode().split("\f")[:-1]


def letters(text: str) -> set[str]:
    """What has to be drawn: every character but white space and what has no shape of its own.

    NFKC: fonts have one glyph for 一 and ⼀ (a Kangxi radical), and a PDF may name either.
    """
    return {char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char)[0] not in "ZC"}


def without_glyph(pdf: Path, text: str) -> set[str]:
    """Characters of a text that none of the fonts in the PDF has, so that a box stands for them.

    What pdftotext reads does not say it: a box is read as the character it stands for.
    """
    need("pdffonts", "fc-list")
    listed = subprocess.run(["pdffonts", str(pdf)], check=True, capture_output=True, timeout=60).stdout.decode()
    names = {line.split()[0].partition("+")[2] for line in listed.splitlines()[2:]}
    return {char for char in letters(text) if not any(_has(name, char) for name in names)}


def _has(font: str, char: str) -> bool:
    return any(first <= ord(char) <= last for first, last in _charset(font))


@cache
def _charset(font: str) -> list[tuple[int, int]]:
    """The characters of a font, named as in a PDF (by its PostScript name)."""
    command = ["fc-list", f":postscriptname={font}", "--format", "%{charset} "]
    told = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode()
    ends = [part.partition("-") for part in told.split()]
    return [(int(first, 16), int(last or first, 16)) for first, _, last in ends]


def to_xlsx(folder: Path, *files: Path) -> list[Path]:
    """Sheets as LibreOffice reads and saves them again, each in a folder of its own: two may share a name."""
    need("soffice")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    by_suffix: dict[str, list[Path]] = {}
    for file in files:
        by_suffix.setdefault(file.suffix, []).append(file)
    for suffix, group in by_suffix.items():
        command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder / suffix[1:])]
        if suffix == ".csv":
            command.insert(3, "--infilter=CSV:44,34,76,1")
        subprocess.run([*command, *map(str, group)], check=True, capture_output=True, timeout=180)
    return [folder / file.suffix[1:] / f"{file.stem}.xlsx" for file in files]
