"""The pages that are measured, not written: how good it is, what the benchmarks say, whose work it rests on.

python docs/pages.py                      docs/quality.md and docs/licences.md; the measuring takes some minutes
python docs/pages.py licences             docs/licences.md alone, from the packages installed
python docs/pages.py benchmarks [NAME…]   docs/benchmarks.md, the benchmarks run again, all or those named
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, metadata, requires
from pathlib import Path

import recorded
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"

AIMS = {
    "links_f1": 0.76,
    "clauses_f1": 0.75,
    "new_f1": 0.55,
    "dropped_f1": 0.55,
    "like_recall": 0.85,
    "like_precision": 0.90,
    "like_direction_accuracy": 1.0,
    "substituted_recall": 0.75,
    "old_sentences_accounted_for": 1.0,
    "new_sentences_accounted_for": 1.0,
    "targets_f1": 0.95,
    "role_accuracy": 0.90,
    "comparator_accuracy": 0.97,
    "unit_accuracy": 0.97,
    "measure_accuracy": 0.90,
    "shared_precision": 0.75,
    "shared_recall": 0.75,
    "shared_clauses_f1": 0.80,
}
"""What the figures were set out to reach."""
AIM_WITH_MEANING = {"links_f1": 0.82}
"""The same where the semantic extra is used."""

QUALITY = """# How good it is, measured

Written by `python docs/pages.py`; the floors are pinned in tests/gold/floors.json and `pytest tests/test_quality.py`
fails where a figure sinks below one. `python tests/scoring.py` prints the figures alone.

- `samples` are the plans of this repository with their annotation in tests/gold. `seeds` and `corpus` are the published
  plans, which are not in the repository: their rows can be measured only where the texts lie in ../shared beside it.
- Reviewed links are left aside (`--no-reviewed`). *semantic*: with the semantic extra.
- **Read the figures of `diff` and `overlap` as favourable**: the shipped weights were fitted on all annotated pairs.
  What to expect of other plans is told by `python -m planlens.fit check` (each pair with weights fitted on the others),
  across places by `python -m planlens.fit_places check`.
- A floor stands at most one point below the figure it was pinned at; an *aim* is what the figure was set out to reach.
- Time, memory and what is told of planted changes are on benchmarks.md.
- Names: `links_f1` linked pairs of sentences, `clauses_f1` of clauses, `new_f1` and `dropped_f1` what has none,
  `like_…` targets that may be compared, `targets_f1` numbers found, `shared_…` what plans of different places share.

"""


def quality() -> str:
    """Every pinned figure beside its floor and its aim, what fails first."""
    sys.path.insert(0, str(ROOT / "tests"))
    import scoring

    floors, sections, failing = scoring.read_floors(), [], []
    for case in scoring.cases():
        figures = case.figures()
        floor = floors.get(case.name, {}).get("floors", {})
        aims = {**AIMS, **(AIM_WITH_MEANING if case.semantic else {})}
        rows = []
        for name in (n for n in scoring.PINNED if n in figures and n in floor):
            state = verdict(figures[name], floor[name], aims.get(name))
            rows.append(f"| {name} | {figures[name]:.3f} | {floor[name]:.3f} | {aims.get(name, '')} | {state} |")
            if state != "ok":
                failing.append(
                    f"| {case.name} | {name} | {figures[name]:.3f} | {floor[name]:.3f} | {aims.get(name, '')} |"
                )
        table = ["| figure | measured | floor | aim | |", "|---|---|---|---|---|", *rows]
        sections.append("\n".join([f"### {case.name}\n", *table]))
    head = ["| case | figure | measured | floor | aim |", "|---|---|---|---|---|"]
    fails = "\n".join([f"## Failing ({len(failing)})\n", *(head + failing if failing else ["None."])])
    return QUALITY + fails + "\n\n## All figures\n\n" + "\n\n".join(sections) + "\n"


def verdict(value: float, floor: float, aim: float | None) -> str:
    if value < floor:
        return "**FAILS: below its floor**"
    return "**FAILS: below its aim**" if aim is not None and round(value, 3) < aim else "ok"


LICENCES = """# Licences of what planlens rests on

Written by `python docs/pages.py licences` from the metadata of the installed packages; planlens itself is MIT. Packages
that only the tests need are not listed.

| package | licence | needed by |
|---|---|---|
"""


def needed() -> dict[str, set[str]]:
    """Package → the extras it is needed by ("" for planlens itself), with everything those packages need."""
    found: dict[str, set[str]] = {}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [(line, "") for line in project["dependencies"]]
    asked += [(line, e) for e, lines in project["optional-dependencies"].items() if e != "dev" for line in lines]
    while asked:
        line, extra = asked.pop()
        need = Requirement(line)
        name = canonicalize_name(need.name)
        if extra in found.setdefault(name, set()):
            continue
        found[name].add(extra)
        try:
            more = requires(name) or []
        except PackageNotFoundError:
            continue
        asked += [(other, extra) for other in more if name != "planlens" and _holds(Requirement(other), need.extras)]
    return found


def _holds(other: Requirement, extras: set[str]) -> bool:
    """Whether a package that is asked for with these extras needs the other here."""
    return other.marker is None or any(other.marker.evaluate({"extra": extra}) for extra in extras or {""})


def licence(name: str) -> str:
    """The licence as the package states it: the expression, else the classifiers, else the first line of the field."""
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return "not installed here"
    if expression := told.get("License-Expression"):
        return str(expression)
    classified = [c.split(" :: ")[-1] for c in told.get_all("Classifier") or () if c.startswith("License ::")]
    if classified and classified != ["OSI Approved"]:
        return ", ".join(classified)
    return str(told.get("License") or "not stated").strip().splitlines()[0]


def licences() -> str:
    rows = [
        f"| {name} | {licence(name)} | {'every command' if '' in extras else ', '.join(sorted(extras))} |"
        for name, extras in sorted(needed().items())
    ]
    return LICENCES + "\n".join(rows) + "\n"


def main(words: Sequence[str]) -> None:
    if words[:1] == ["benchmarks"]:
        recorded.run(words[1:])
        recorded.PAGE.write_text(recorded.page(), "utf-8")
        return
    (DOCS / "licences.md").write_text(licences(), "utf-8")
    if "licences" not in words:
        (DOCS / "quality.md").write_text(quality(), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
