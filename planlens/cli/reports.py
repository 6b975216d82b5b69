"""The command that takes a written report and says whether it still follows from its plans."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planlens.cli.options import cli, form_options, manner_options, running
from planlens.cli.run import CHANGED, OK, Run
from planlens.errors import InputError

if TYPE_CHECKING:
    from planlens.verify import Again


@cli.command()
@click.argument("report", metavar="REPORT|FOLDER")
@click.argument("files", metavar="[FILE|FOLDER]...", nargs=-1)
@click.option("--library", metavar="DIR", help="Where its plans may be (else PLANLENS_LIBRARY, else this folder).")
@click.option("--lexicon", metavar="PATH", help="The word lists of your own that it was made with.")
@click.option("--semantic-model", metavar="DIR", help="The model of your own that it was made with.")
@running(form_options, manner_options)
def verify(run: Run, report: str, files: tuple[str, ...]) -> int:
    """Derive a report again from what it says it rests on, and list every row that no longer follows.

    A FOLDER is one of `planlens pack`. Its plans are known by their digests, wherever they are: among the FILES, beside
    the report, in the library. Exit code 0: it follows; 1: rows differ, or an input has changed; 2: it cannot be told.
    """
    from planlens import verify as proving
    from planlens.report import readback
    from planlens.report import verify as told
    from planlens.report.manifest import File

    path = Path(report)
    written = readback.read(path)
    found = proving.inputs(written, path, [Path(name) for name in files], proving.opened(run.folder))
    own = {"--lexicon": run.lists, "--semantic-model": run._semantic_model}
    proof = proving.check(written, found, own, _again)
    run.files = [File.of(path / name) for name in written.files] if path.is_dir() else [File.of(path)]
    run.report(json=lambda: told.row(proof), tables=lambda: told.tables(proof, run.m))
    return OK if proof.holds else CHANGED


def _again(words: Sequence[str], again: Again) -> None:
    """Run a command once more without a word of its own; what the cache remembers proves nothing."""
    from planlens.cache import aside

    silent = io.StringIO()
    try:
        with aside(), contextlib.redirect_stdout(silent), contextlib.redirect_stderr(silent):
            cli.main(args=words, prog_name="planlens", standalone_mode=False, obj=again)
    except click.ClickException as error:
        raise InputError(f"its command cannot be run again: {error.format_message()}") from None
