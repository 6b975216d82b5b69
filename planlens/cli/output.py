"""Where what a command gave goes: the terminal, or files that are written whole once nothing can fail."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

EACH = "{chart}"  # in the name of a picture: one file a chart


class ReaderGoneError(Exception):
    """Whoever read our output has seen enough: `planlens diff 2023 2025 | head`. click would make it exit code 1."""


def deliver_all(made: Sequence[tuple[str | bytes, Path | None, bool]], *, colour: bool) -> None:
    """Every file (what is in it, where it goes, whether a byte order mark leads) in its place, or none; then the rest.

    What has no place is printed.
    """
    from planlens.files import write_together

    write_together({path: _encoded(data, bom) for data, path, bom in made if path is not None})
    for data, path, _ in made:
        if path is None:
            deliver(data, None, colour=colour)


def deliver(made: str | bytes, path: Path | None, *, colour: bool, exact: bool = False) -> None:
    if path is None:
        assert isinstance(made, str)
        return _print(made, exact=exact, colour=colour)
    from planlens.files import write_atomically

    return write_atomically(path, _encoded(made, bom=False))


def _encoded(made: str | bytes, bom: bool) -> bytes:
    from planlens.report.csv import BOM

    data = made if isinstance(made, bytes) else made.encode("utf-8", "backslashreplace")
    return BOM + data if bom else data


def _print(text: str, *, exact: bool, colour: bool) -> None:
    try:
        if exact:
            sys.stdout.write(text)
        else:
            click.echo(text, nl=False, color=colour)
        sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderGoneError from None


def output_files(names: Sequence[str], form: str | None) -> list[tuple[str, Path | None]]:
    """Where a report goes and in what form there, the form asked for or that of the suffix; "-" is standard output."""
    from planlens.report import IN_TERMINAL, SUFFIXES

    made: list[tuple[str, Path | None]] = []
    for name in names or ["-"]:
        path = None if name == "-" else Path(name)
        suffix = path.suffix.lower() if path else ""
        if suffix and suffix not in SUFFIXES and not form:
            raise click.UsageError(f"{path}: no form has the suffix {suffix}; there are {', '.join(SUFFIXES)}")
        chosen = form or SUFFIXES.get(suffix, "table")
        meant = SUFFIXES.get(suffix, chosen)
        if meant != chosen and not (suffix == ".txt" and chosen in IN_TERMINAL):
            raise click.UsageError(
                f"{path}: --format {chosen} writes no {suffix} file; leave out one or change the other"
            )
        if path is None and chosen not in IN_TERMINAL:
            raise click.UsageError(f"{chosen} is a file: name it with -o FILE.{chosen}")
        if path:
            check_place(path)
        if (same := path and path.resolve()) in [other and other.resolve() for _, other in made]:
            raise click.UsageError(f"{same or 'standard output'}: named twice; one report a file")
        made.append((chosen, path))
    return made


def plot_files(names: Sequence[str], outputs: Sequence[tuple[str, Path | None]]) -> tuple[Path, ...]:
    """Where pictures go: files of the two forms, none named twice."""
    made: list[Path] = []
    taken = {path.resolve() for _, path in outputs if path}
    for path in map(Path, names):
        if path.suffix.lower() not in (".png", ".svg"):
            raise click.UsageError(f"--plot {path}: a picture is FILE.png or FILE.svg")
        check_place(path)
        if path.resolve() in taken:
            raise click.UsageError(f"{path.resolve()}: named twice; one report a file")
        taken.add(path.resolve())
        made.append(path)
    return tuple(made)


def check_place(path: Path) -> None:
    from planlens.errors import OutputError

    if path.is_dir():
        raise OutputError(f"{path}: a folder, not a file")
    if not path.parent.is_dir():
        raise OutputError(f"{path}: there is no folder {path.parent}")


def say(text: str, *, colour: bool) -> None:
    try:
        click.echo(text, color=colour)
    except BrokenPipeError:
        raise ReaderGoneError from None
