"""What the benchmarks printed when they were last run, beside what was aimed at: docs/benchmarks.json and its page.

run(names)    runs those of docs/benchmarks.toml (all where none is named) and keeps what they print
page()        docs/benchmarks.md, from what was kept; no timing
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DOCS = Path(__file__).parent
ROOT = DOCS.parent
KEPT = DOCS / "benchmarks.json"
PAGE = DOCS / "benchmarks.md"

HEAD = """# Benchmarks, as they were last run

Written by `python docs/pages.py benchmarks [NAME…]`, which runs the programs below and keeps what they print in
docs/benchmarks.json; what is read off and the aims are in docs/benchmarks.toml. Each table says when, at which commit
and on what it was measured. *Load*: how many processes waited for the processors, before and after; above the number of
cores, seconds on the wall are not the program's own. How well plans are read and compared is on quality.md.

"""
_TAKES = {"least": min, "most": max, "sum": sum}


def asked() -> dict[str, dict[str, Any]]:
    """Name → command, about, figures, as docs/benchmarks.toml has them."""
    return tomllib.loads((DOCS / "benchmarks.toml").read_text("utf-8"))


def kept() -> dict[str, dict[str, Any]]:
    """Name → what was measured, when and on what."""
    return dict(json.loads(KEPT.read_text("utf-8"))) if KEPT.exists() else {}


def run(names: Sequence[str]) -> None:
    """Run the benchmarks, one after the other, and keep each as soon as it is done. SystemExit for an unknown name."""
    known = asked()
    if unknown := [name for name in names if name not in known]:
        raise SystemExit(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}")
    for name in names or known:
        print(f"{name}: {known[name]['command']}", flush=True)
        found = kept() | {name: measured(known[name])}
        in_order = {each: found[each] for each in known if each in found}
        KEPT.write_text(json.dumps(in_order, ensure_ascii=False, indent=1) + "\n", "utf-8")


def measured(bench: dict[str, Any]) -> dict[str, Any]:
    """What one benchmark printed; figures that it did not print are None."""
    before = os.getloadavg()[0]
    done = subprocess.run(
        [sys.executable, *bench["command"].split()],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return {
        "date": date.today().isoformat(),
        "commit": head.stdout.strip(),
        "cores": os.cpu_count(),
        "python": f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        "load": [round(before, 1), round(os.getloadavg()[0], 1)],
        "exit": done.returncode,
        "figures": {figure["name"]: read_off(done.stdout, figure) for figure in bench["figures"]},
    }


def read_off(printed: str, figure: dict[str, Any]) -> float | None:
    """The figure in what was printed.

    >>> read_off("a 0.5 s\\nb 0.25 s", {"find": r"(\\S+) s$", "take": "least"})
    0.25
    """
    hits = [match[1] for line in printed.splitlines() if (match := re.search(figure["find"], line))]
    values = [float(hit.replace(",", "")) for hit in hits]
    return _TAKES[figure.get("take", "most")](values) if values else None


def page() -> str:
    """The page, what failed first."""
    found = kept()
    failing, sections = [], []
    for name, bench in asked().items():
        if name not in found:
            sections.append(f"### {name}\n\n{bench['about']}: `python {bench['command']}`. Not run.")
            continue
        rows = list(_rows(bench, found[name]))
        failing += [f"| {name} | {figure} | {value} | {aim} |" for figure, value, aim, state in rows if state != "ok"]
        sections.append(_section(name, bench, found[name], rows))
    head = ["| benchmark | figure | measured | aim |", "|---|---|---|---|"]
    fails = "\n".join([f"## Failing ({len(failing)})\n", *(head + failing if failing else ["None."])])
    return HEAD + fails + "\n\n## All figures\n\n" + "\n\n".join(sections) + "\n"


def _rows(bench: dict[str, Any], got: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """(figure, measured, aim, verdict) of each figure."""
    for figure in bench["figures"]:
        value, least, most = got["figures"].get(figure["name"]), figure.get("least"), figure.get("most")
        aim = f"≥ {least:,}" if least is not None else f"≤ {most:,}" if most is not None else ""
        missed = value is None or (least is not None and value < least) or (most is not None and value > most)
        told = "not printed" if value is None else f"{value:,.10g}"
        yield figure["name"], told, aim, "**FAILS**" if missed else "ok"


def _section(name: str, bench: dict[str, Any], got: dict[str, Any], rows: Sequence[Sequence[str]]) -> str:
    load = " → ".join(map(str, got["load"]))
    where = f"commit {got['commit']}, Python {got['python']}, {got['cores']} cores, load {load}"
    ended = "" if got["exit"] == 0 else f" It ended with exit status {got['exit']}."
    told = f"{bench['about']}: `python {bench['command']}`.\n{got['date']}, {where}.{ended}\n"
    table = ["| figure | measured | aim | |", "|---|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join([f"### {name}\n", told, *table])
