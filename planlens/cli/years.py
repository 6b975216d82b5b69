"""Commands about two plans of one place: which statements correspond, what changed, and a person's decisions."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planlens.cli.options import (
    cli,
    form_options,
    manner_options,
    meaning_options,
    plan_argument,
    plot_option,
    reporting,
    review_options,
    running,
    sections_of,
    shelf_options,
)
from planlens.cli.output import say
from planlens.cli.run import CHANGED, OK, Run, tell_orphans

if TYPE_CHECKING:
    from planlens.model import Comparison, Plan
    from planlens.report.messages import Messages

_SAME = ("like", "comparable", "same")


@cli.command()
@plan_argument("old")
@plan_argument("new")
@click.option(
    "--explain", nargs=2, metavar="OLDKEY NEWKEY", help="Take the score of one pair apart: 四/十二#3 一/四#1."
)
@review_options
@meaning_options
@reporting
def align(
    run: Run, old: str, new: str, explain: tuple[str, str] | None, no_reviewed: bool, alignments: str | None
) -> None:
    """List which clauses and commitments correspond."""
    from planlens.align import align as pair
    from planlens.compare import located
    from planlens.report import json, tables

    first, second = run.pair(old, new)
    if explain:
        return _explain(run, first, second, explain)
    reviewed = run.replayed(first, second, alignments, no_reviewed)
    found = located(first, second, pair(first, second, reviewed.settled, encoder=run.encoder), run.lexicon)
    tell_orphans(reviewed)
    first, second = run.told((first, second))
    return run.report(
        json=lambda: json.align(first, second, found),
        csv=lambda: [tables.align_rows(first, second, found, run.m)],
        tables=lambda: tables.align(first, second, found, run.m),
        result=(first, second),
    )


@cli.command()
@plan_argument("old")
@plan_argument("new")
@click.option("--only", metavar="LIST", help="Sections to list: targets,new,dropped,changed,kept,weak.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 where the plans differ.")
@click.option("--tracked", is_flag=True, help="In .docx: changed commitments as revisions to accept or reject.")
@review_options
@meaning_options
@plot_option
@reporting
def diff(
    run: Run,
    old: str,
    new: str,
    only: str | None,
    exit_code: bool,
    tracked: bool,
    no_reviewed: bool,
    alignments: str | None,
) -> int:
    """Report what changed from one plan to another.

    What was kept, changed, added and dropped, and which numeric targets moved.
    """
    from planlens.recall import redlines
    from planlens.report import json, tables

    asked = sections_of(only, run.form, tables.SECTIONS)
    if tracked:
        run.track_changes()
    first, second = run.pair(old, new)
    reviewed = run.replayed(first, second, alignments, no_reviewed)
    result = run.compared(first, second, reviewed)
    if run.form == "csv":
        tell_orphans(reviewed)
    shown = asked or (tables.SECTIONS if run.look.full else tables.SHOWN)
    with redlines(first, second):
        run.report(
            json=lambda: json.diff(result, reviewed.orphaned),
            csv=lambda: [tables.diff_rows(result, run.m, only=asked or tables.ROWS)],
            tables=lambda: tables.diff(
                result, run.m, only=shown, cut=run.cuts, marked=run.marks, orphaned=reviewed.orphaned
            ),
            result=result,
        )
    return CHANGED if exit_code and _differ(result) else OK


@cli.command()
@plan_argument("old")
@plan_argument("new")
@click.option("-o", "--output", "folder", metavar="DIR", required=True, help="The folder: new, empty, or a pack's.")
@click.option("--full", is_flag=True, help="Everything, uncut: kept commitments as well.")
@click.option("--tracked", is_flag=True, help="In report.docx: changed commitments as revisions.")
@review_options
@meaning_options
@running(shelf_options, manner_options)
def pack(run: Run, old: str, new: str, folder: str, tracked: bool, no_reviewed: bool, alignments: str | None) -> None:
    """Write a comparison in every form into one folder, to take into a meeting.

    A one-page summary, the report as Word, Excel, a page and PDF, its tables as .csv, the whole result as .json; all
    from one comparison. What cannot be made here is said and keeps back no other file.
    """
    from planlens.recall import redlines
    from planlens.report import json, tables
    from planlens.report import pack as packed

    home = Path(folder)
    packed.check(home)
    run.form, run.outputs = "pack", [("pack", home / name) for name in packed.FILES]
    run.look = replace(run.look, tracked=tracked)
    first, second = run.pair(old, new)
    reviewed = run.replayed(first, second, alignments, no_reviewed)
    result = run.compared(first, second, reviewed)
    listed = tables.SECTIONS if run.look.full else tables.SHOWN
    report = run.made(
        json=lambda: json.diff(result, reviewed.orphaned),
        tables=lambda: tables.diff(result, run.m, only=listed, orphaned=reviewed.orphaned),
        result=result,
    )
    parts = {"shifts": tables.ROWS[:1], "changes": tables.ROWS[1:]}
    with redlines(first, second):
        made = packed.make(report, lambda name: tables.diff_rows(result, run.m, only=parts[name]))
    made.write(home)
    for name in made.files:
        click.echo(f"{home / name}")
    for name, why in made.missing.items():
        click.echo(f"planlens: {name}: {run.m('pack.missing', why=why)}", err=True)


@cli.command()
@plan_argument("old")
@plan_argument("new")
@click.option("--export", "sheet_out", metavar="FILE", help="Write what is to be decided to an .xlsx file.")
@click.option("--import", "sheet_in", metavar="FILE", help="Take the decisions of such a file, filled in.")
@click.option("--reviewer", metavar="NAME", envvar="PLANLENS_REVIEWER", help="Who decides (else the user's name).")
@click.option("--unsure", is_flag=True, help="Ask again about what was left unsure.")
@click.option("--alignments", metavar="DIR", help="Folder of reviewed links (else alignments/ by the library).")
@meaning_options
@running(shelf_options, manner_options)
def review(
    run: Run,
    old: str,
    new: str,
    sheet_out: str | None,
    sheet_in: str | None,
    reviewer: str | None,
    unsure: bool,
    alignments: str | None,
) -> None:
    """Confirm, reject or redraw links, most doubtful first.

    Every decision is in alignments/OLD__NEW.tsv before the next question, with who, when and why; the next `diff` goes
    by it. Stop and go on at any time.
    """
    if sheet_out and sheet_in:
        raise click.UsageError("--export and --import are two runs")
    from planlens.review import Desk
    from planlens.review import run as ask

    run.send_to(sheet_out)
    first, second = run.pair(old, new)
    folders, shipped = run.homes(alignments, made=True), run.shelf.shipped
    desk = Desk.of(first, second, folders, shipped=shipped, who=reviewer or _user(), encoder=run.encoder)
    if sheet_out:
        click.echo(desk.export(Path(sheet_out), run.m, unsure=unsure))
    elif sheet_in:
        click.echo(desk.take(Path(sheet_in), run.m))
    else:
        speak = functools.partial(say, colour=run.look.colour)
        session = desk.session(unsure=unsure)
        ask(session, _answers(run.m), speak, run.m, width=run.look.width, colour=run.look.colour)


@cli.command()
@click.argument("a", metavar="A.tsv")
@click.argument("b", metavar="B.tsv")
@running(form_options, manner_options)
def agree(run: Run, a: str, b: str) -> None:
    """Say how far two reviewers agree: F1 of the links, Cohen's kappa of linked or not, every disagreement."""
    from planlens.alignments import agreement, read
    from planlens.report import agreement as told
    from planlens.report.manifest import File

    found = agreement(read(Path(a)), read(Path(b)))
    run.files = [File.of(Path(a)), File.of(Path(b))]
    figures, differences = told.tables(found, run.m)
    run.report(json=lambda: told.row(found), csv=lambda: [differences], tables=lambda: [figures, differences])


def _explain(run: Run, old: Plan, new: Plan, keys: tuple[str, str]) -> None:
    """One pair's evidence piece by piece."""
    from planlens.align import explain
    from planlens.report import json, tables

    score = explain(old, new, *keys, encoder=run.encoder)
    old, new = run.told((old, new))
    run.report(
        json=lambda: json.explain(old, new, keys, score), tables=lambda: tables.explain(old, new, keys, score, run.m)
    )


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user: a container started under a bare number
        return ""


def _answers(m: Messages) -> Callable[[], tuple[str, str] | None]:
    """How a reviewer answers: one key in a terminal, one line elsewhere, a key and what belongs to it."""

    def line() -> tuple[str, str] | None:
        for text in iter(sys.stdin.readline, ""):
            if text.strip():
                key, _, rest = text.strip().partition(" ")
                return key[:1].lower(), (key[1:] + " " + rest).strip()
        return None

    def key() -> tuple[str, str] | None:
        pressed, note = click.getchar().lower(), ""
        if pressed == "m":
            note = click.prompt(m("review.ask_note"), default="", show_default=False)
            click.echo(m("review.keys"))
            pressed = click.getchar().lower()
        for which, asked in (("r", "review.ask_key"), ("f", "review.ask_words")):
            if pressed == which:
                return which, f"{click.prompt(m(asked), default='', show_default=False)} {note}".strip()
        return pressed, note

    return key if sys.stdin.isatty() else line


def _differ(result: Comparison) -> bool:
    """Whether anything changed; a target that is the same in both plans did not."""
    moved = (shift for shift in result.shifts if (shift.kind, shift.verdict, shift.direction) != _SAME)
    return any(change.status != "kept" for change in result.changes) or any(moved)
