"""The READMEs and guides: every command shown runs and prints what is shown; set up in two lines, CI runs the second.

python tests/test_docs.py     write the commands' present output into the READMEs and guides

A comment before a block says which lines of a long output are shown: `<!-- show: 8; 概要+4; -3 -->` is the first eight,
four from the first line with 概要 on, and the last three. A line … stands for what is left out.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import cast

import click
import pytest

ROOT = Path(__file__).parents[1]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
GUIDES = [ROOT / "docs" / f"{name}{tongue}.md" for name in ("researchers", "writers") for tongue in ("", ".zh-CN")]
REFERENCES = [ROOT / "docs" / "reference.md", ROOT / "docs" / "reference.zh-CN.md"]
PAGES = [*READMES, *GUIDES, *REFERENCES]
WIDTH = "100"  # cells, as both READMEs say
CACHE = tempfile.TemporaryDirectory()  # of these runs alone: what one command read, the next need not

# a comment that says what is shown; ```console, one line "$ command", its output, ```
BLOCK = re.compile(
    r"^(?:<!-- show: (?P<show>[^\n]+) -->\n)?```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
SETUP = re.compile(r"^```sh\n(?P<line>[^\n]*\.venv[^\n]*)\n```$", re.MULTILINE)


@cache
def output(command: str) -> str:
    """What a command prints in a fresh clone, with the tools of this environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PLANLENS")}
    environment["PATH"] = str(Path(sys.executable).parent) + os.pathsep + environment["PATH"]
    environment |= {"COLUMNS": WIDTH, "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    environment["PLANLENS_CACHE"] = str(Path(CACHE.name) / "cache")
    environment["PLANLENS_NO_SEMANTIC"] = "1"  # what the first line of the set-up installs
    with tempfile.TemporaryDirectory() as folder:
        for name in ("samples", "alignments"):
            shutil.copytree(ROOT / name, Path(folder) / name)
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, timeout=120, check=False
        )
    assert done.returncode == 0 and not done.stderr, (command, done.stderr.decode())
    return "".join(line.rstrip() + "\n" for line in done.stdout.decode().splitlines())


def selected(text: str, show: str | None) -> str:
    """The lines asked for, … where lines between them, before or after are left out."""
    lines = text.splitlines(keepends=True)
    if show is None:
        return text
    wanted: set[int] = set()
    for part in show.split("; "):
        words, plus, count = part.rpartition("+")
        if plus:
            first = next((n for n, line in enumerate(lines) if words in line), None)
            assert first is not None, f"no line of the output has {words}"
        else:
            first = 0 if int(count) > 0 else len(lines) + int(count)
        wanted |= set(range(max(first, 0), min(first + abs(int(count)), len(lines))))
    shown, before = "", -1
    for at in sorted(wanted):
        shown += ("" if at == before + 1 else "…\n") + lines[at]
        before = at
    return shown + ("" if before == len(lines) - 1 else "…\n")


def blocks() -> list[tuple[str, str, str | None, str]]:
    return [
        (path.name, found["command"], found["show"], found["output"])
        for path in PAGES
        for found in BLOCK.finditer(read(path))
    ]


def read(path: Path) -> str:
    return path.read_text("utf-8")


@pytest.mark.parametrize(("page", "command", "show", "shown"), blocks())
def test_a_command_prints_what_the_page_shows(page: str, command: str, show: str | None, shown: str) -> None:
    assert selected(output(command), show) == shown, f"{page} is stale: python tests/test_docs.py"


def test_what_is_left_out_is_marked() -> None:
    assert selected("a\nb\nc\nd\ne\n", "1; c+1; -1") == "a\n…\nc\n…\ne\n"
    assert selected("a\nb\n", "1") == "a\n…\n"


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_the_set_up_is_two_lines(path: Path) -> None:
    first, second = (found["line"] for found in SETUP.finditer(read(path)))
    for line in (first, second):
        assert line.startswith("python3 -m venv .venv && ")
        assert not re.search(r"\b(?:make|uv|gcc|conda|poetry)\b", line)
    assert first.endswith("planlens diff 2023 2025")
    assert second.endswith("pytest") and "[dev]" in second


def test_both_languages_show_the_same_set_up_and_commands() -> None:
    lines = [[found["line"] for found in SETUP.finditer(read(path))] for path in READMES]
    assert lines[0] == lines[1]
    for english in (page for page in PAGES if ".zh-CN" not in page.name):
        both = (english, english.with_name(english.name.replace(".md", ".zh-CN.md")))
        commands = [[re.sub(r" --lang en", "", found["command"]) for found in BLOCK.finditer(read(p))] for p in both]
        assert commands[0] == commands[1]


def test_ci_runs_the_second_line_as_printed() -> None:
    second = [found["line"] for found in SETUP.finditer(read(READMES[0]))][1]
    wanted = re.search(r"grep -m 1 -F '([^']+)' README\.md", read(ROOT / ".ci" / "run"))
    assert wanted
    assert next(line for line in read(READMES[0]).splitlines() if wanted[1] in line) == second


def test_every_command_and_option_is_explained() -> None:
    from planlens.cli import cli

    for path, reference in zip(READMES, REFERENCES, strict=True):
        text = read(path) + read(reference)
        for name, command in cli.commands.items():
            assert f"planlens {name}" in read(path), (path.name, name)
            for option in command.params:
                if option.param_type_name == "option":
                    assert any(flag in text for flag in option.opts), (path.name, name, option.opts)


def test_every_question_to_a_corpus_is_explained() -> None:
    from planlens.cli import cli

    questions = cast(click.Group, cli.get_command(click.Context(cli), "corpus")).commands
    shared = {flag for option in cli.commands["plans"].params for flag in option.opts}
    for page in (ROOT / "docs" / "corpus.md", ROOT / "docs" / "corpus.zh-CN.md"):
        text = read(page)
        for name, command in questions.items():
            assert f"planlens corpus {name} " in text, (page.name, name)
            for option in command.params:
                if option.param_type_name == "option" and not shared & set(option.opts):
                    assert any(flag in text for flag in option.opts), (page.name, name, option.opts)


def test_files_that_the_pages_name_are_there() -> None:
    for path in (*PAGES, ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md"):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", read(path)):
            assert (path.parent / target).exists(), (path.name, target)


def test_the_changelog_names_the_version_or_what_is_unreleased() -> None:
    assert "## [Unreleased]" in read(ROOT / "CHANGELOG.md")


def test_the_licences_of_all_dependencies_are_listed_and_none_is_copyleft() -> None:
    page = read(ROOT / "docs" / "licences.md")
    project = read(ROOT / "pyproject.toml").partition("\ndev = [")[0]
    for name in re.findall(r'^    "([a-z0-9-]+)[\[>]', project, re.MULTILINE):
        assert f"| {name} |" in page, f"{name}: python docs/pages.py licences"
    assert not re.search(r"\bA?GPL|Affero", page)


def test_the_page_of_quality_has_every_floor_that_is_pinned() -> None:
    page = read(ROOT / "docs" / "quality.md")
    for case, pinned in json.loads(read(ROOT / "tests" / "gold" / "floors.json")).items():
        section = page.partition(f"### {case}\n")[2].partition("\n### ")[0]
        for name, floor in pinned["floors"].items():
            assert f"| {floor:.3f} |" in section.partition(f"| {name} |")[2].partition("\n")[0], (case, name)


def refresh() -> None:
    """The present output into every block."""

    def fresh(found: re.Match[str]) -> str:
        above = found[0][: found.start("output") - found.start()]
        return above + selected(output(found["command"]), found["show"]) + "```"

    for path in PAGES:
        path.write_text(BLOCK.sub(fresh, read(path)), "utf-8")


def column_tables() -> None:
    """The frames' columns into docs/api.md, as planlens/data/frames.toml has them (tests/test_frames.py compares)."""
    from planlens import frames

    guide = ROOT / "docs" / "api.md"
    head = read(guide).partition("### shifts\n")[0]
    tables = []
    for name in frames.NAMES:
        rows = [f"| `{row.column}` | {row.dtype} | {row.about} |" for row in frames.columns(name).itertuples()]
        tables.append(
            "\n".join((f"### {name}\n", "| column | dtype | what it holds |", "| --- | --- | --- |", *rows, ""))
        )
    guide.write_text(head + "\n".join(tables), "utf-8")


if __name__ == "__main__":
    refresh()
    column_tables()
