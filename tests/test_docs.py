"""The READMEs: every command shown runs and prints what is shown; the set-up is two lines, and CI runs the second.

python tests/test_docs.py     write the commands' present output into the READMEs
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
WIDTH = "100"  # cells, as both READMEs say

# ```console, one line "$ command", its output, ```
BLOCK = re.compile(r"^```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)^```$", re.MULTILINE | re.DOTALL)
SETUP = re.compile(r"^```sh\n(?P<line>[^\n]*\.venv[^\n]*)\n```$", re.MULTILINE)


def output(command: str) -> str:
    """What a command prints in a fresh clone, with the tools of this environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PLANLENS")}
    environment["PATH"] = str(Path(sys.executable).parent) + os.pathsep + environment["PATH"]
    environment |= {"COLUMNS": WIDTH, "NO_COLOR": "1"}
    environment["PLANLENS_NO_SEMANTIC"] = "1"  # what the first line of the set-up installs
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=environment, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0 and not done.stderr, (command, done.stderr.decode())
    return "".join(line.rstrip() + "\n" for line in done.stdout.decode().splitlines())


def blocks() -> list[tuple[str, str, str]]:
    return [(path.name, found["command"], found["output"]) for path in READMES for found in BLOCK.finditer(read(path))]


def read(path: Path) -> str:
    return path.read_text("utf-8")


@pytest.mark.parametrize(("readme", "command", "shown"), blocks())
def test_a_command_prints_what_the_readme_shows(readme: str, command: str, shown: str) -> None:
    assert output(command) == shown, f"{readme} is stale: python tests/test_docs.py"


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_the_set_up_is_two_lines(path: Path) -> None:
    first, second = (found["line"] for found in SETUP.finditer(read(path)))
    for line in (first, second):
        assert line.startswith("python3 -m venv .venv && ")
        assert not re.search(r"\b(?:make|uv|gcc|conda|poetry)\b", line)
    assert first.endswith("planlens diff 2023 2025")
    assert second.endswith("pytest") and "[dev]" in second


def test_both_readmes_have_the_same_set_up_and_commands() -> None:
    lines = [[found["line"] for found in SETUP.finditer(read(path))] for path in READMES]
    assert lines[0] == lines[1]
    commands = [[re.sub(r" --lang en", "", c) for name, c, _ in blocks() if name == path.name] for path in READMES]
    assert commands[0] == commands[1]


def test_ci_runs_the_second_line_as_printed() -> None:
    second = [found["line"] for found in SETUP.finditer(read(READMES[0]))][1]
    wanted = re.search(r"grep -m 1 -F '([^']+)' README\.md", read(ROOT / ".ci" / "run"))
    assert wanted
    assert next(line for line in read(READMES[0]).splitlines() if wanted[1] in line) == second


def test_every_command_and_option_is_explained() -> None:
    from planlens.cli import cli

    for path in READMES:
        text = read(path)
        for name, command in cli.commands.items():
            assert f"planlens {name}" in text, (path.name, name)
            if name == "add":
                continue
            for option in command.params:
                if option.param_type_name == "option":
                    assert any(flag in text for flag in option.opts), (path.name, name, option.opts)


def test_files_that_the_readmes_name_are_there() -> None:
    for path in READMES:
        for target in re.findall(r"\]\(([^)#:]+)\)", read(path)):
            assert (ROOT / target).exists(), (path.name, target)


def test_the_changelog_names_the_version_or_what_is_unreleased() -> None:
    assert "## [Unreleased]" in read(ROOT / "CHANGELOG.md")


def refresh() -> None:
    for path in READMES:
        text = BLOCK.sub(lambda m: f"```console\n$ {m['command']}\n{output(m['command'])}```", read(path))
        path.write_text(text, "utf-8")


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
