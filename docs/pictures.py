"""The pictures that the READMEs show, drawn anew from the samples.

    python docs/pictures.py          needs Pillow

docs/img/page.png is the page of `planlens diff 2023 2025 -o page.html`, both plans with one pair chosen, as Debian's
Chromium shows it (with another version or other fonts it looks a little different); docs/img/terminal.svg is what
that command prints in a terminal of 100 cells, its colours kept, and the same bytes on every machine.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from html import escape
from io import BytesIO
from itertools import groupby
from pathlib import Path
from unicodedata import east_asian_width

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "img"
COMMAND = ["diff", "2023", "2025", "--no-semantic"]
CELLS, ROWS = 100, 46
PAGE = {"width": 1040, "height": 740}
CHOSEN = "n-一/四#3"  # a commitment of the plan of 2025
ESCAPE = re.compile(r"\x1b\[([0-9;]*)m")
WIDE, HIGH, LEFT, TOP = 8.4, 19, 16, 44  # px: a cell, a line, the margins
RULES = {
    "─": "lr",
    "│": "ud",
    "┌": "rd",
    "┐": "ld",
    "└": "ru",
    "┘": "lu",
    "├": "rud",
    "┤": "lud",
    "┬": "lrd",
    "┴": "lru",
    "┼": "lrud",
}
COLOURS = {"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "34": "#79c0ff", "35": "#d2a8ff", "36": "#76e3ea"}


def terminal() -> None:
    """What the command prints, as text in an SVG: each run of one look stands at its cell."""
    environment = {**os.environ, "COLUMNS": str(CELLS)}
    command = [sys.executable, "-m", "planlens", *COMMAND, "--colour", "always"]
    told = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True).stdout.decode()
    lines = told.splitlines()[:ROWS]
    body = "".join(
        line(text, TOP + HIGH * (at + 1)) for at, text in enumerate([f"$ planlens {' '.join(COMMAND[:3])}", *lines])
    )
    width, height = round(CELLS * WIDE + 2 * LEFT), TOP + HIGH * (len(lines) + 2)
    buttons = "".join(f'<circle cx="{20 + 20 * n}" cy="20" r="6" fill="#484f58"/>' for n in range(3))
    (FOLDER / "terminal.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="Sarasa Mono SC, Noto Sans Mono CJK SC, WenQuanYi Zen Hei Mono, Menlo, Consolas, monospace" '
        f'font-size="14" fill="#e6edf3"><rect width="{width}" height="{height}" rx="10" fill="#0d1117"/>{buttons}{body}'
        "</svg>\n",
        "utf-8",
    )


def line(text: str, y: int) -> str:
    """One line; letters of one width stand together, stretched to the cells they take in a terminal."""
    made, at, look = "", 0, ""
    for turn, piece in enumerate(ESCAPE.split(text)):
        if turn % 2:
            look = look_of(piece, look)
            continue
        for (wide, ruled), letters in groupby(piece, lambda char: (cells(char), char in RULES)):
            run = "".join(letters)
            length = wide * len(run) * WIDE
            if ruled:
                made += f'<path stroke="#6e7681" d="{"".join(rule(char, at + n, y) for n, char in enumerate(run))}"/>'
            elif run.strip():
                made += (
                    f'<text x="{LEFT + at * WIDE:.1f}" y="{y}" textLength="{length:.1f}" '
                    f'lengthAdjust="spacingAndGlyphs" xml:space="preserve"{look}>{escape(run)}</text>'
                )
            at += wide * len(run)
    return made


def rule(char: str, at: int, y: int) -> str:
    """A piece of a table's frame as lines from the middle of its cell, whatever the font makes of it."""
    x, y = LEFT + (at + 0.5) * WIDE, y - HIGH * 0.25
    ends = {"l": (-WIDE / 2, 0), "r": (WIDE / 2, 0), "u": (0, -HIGH / 2), "d": (0, HIGH / 2)}
    return "".join(f"M{x:.1f} {y:.2f}l{ends[way][0]:.1f} {ends[way][1]:.1f}" for way in RULES[char])


def look_of(codes: str, before: str) -> str:
    """The look after an escape of a terminal (Select Graphic Rendition), as attributes."""
    look = before
    for code in codes.split(";"):
        if code in ("", "0"):
            look = ""
        elif code in COLOURS:
            look += f' fill="{COLOURS[code]}"'
        else:
            look += {"1": ' font-weight="bold"', "2": ' opacity=".6"', "4": ' text-decoration="underline"'}.get(
                code, ""
            )
            look += ' text-decoration="line-through"' if code == "9" else ""
    return look


def cells(char: str) -> int:
    return 2 if east_asian_width(char) in "WF" else 1


def page() -> None:
    """Both plans on the page, with one pair chosen."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as running:
        file = Path(folder) / "page.html"
        subprocess.run([sys.executable, "-m", "planlens", *COMMAND, "-o", str(file)], cwd=ROOT, check=True)
        browser = running.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(viewport=PAGE)
        tab.goto(f"{file.as_uri()}#{CHOSEN}")
        tab.wait_for_selector("#links path.on", state="attached")
        tab.evaluate("document.getElementById('plans').scrollIntoView()")
        tab.wait_for_timeout(200)
        shot = tab.screenshot()
        browser.close()
    few = Image.open(BytesIO(shot)).convert("RGB").quantize(256, method=Image.Quantize.FASTOCTREE)
    few.save(FOLDER / "page.png", optimize=True)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    terminal()
    page()
