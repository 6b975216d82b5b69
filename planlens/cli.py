"""The command line: arguments, one call, and what it gave; the only place that prints, exits or reports an error."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from planlens import __version__
from planlens.errors import InputError, PlanlensError

if TYPE_CHECKING:
    from planlens.alignments import Replay
    from planlens.library import Library
    from planlens.model import Comparison, Plan, Table
    from planlens.report.look import Look
    from planlens.report.messages import Messages

OK, CHANGED, BAD_INPUT = 0, 1, 2
FORMATS = ("table", "md", "csv", "json")
_SAME = ("like", "comparable", "same")
_PIPED_WIDTH = 120  # cells, where the output is no terminal and COLUMNS does not say
_BOM = b"\xef\xbb\xbf"  # so that Excel opens a .csv file as UTF-8

Command = TypeVar("Command", bound=Callable[..., Any])


class _ReaderGoneError(Exception):
    """Whoever read our output has seen enough: `planlens diff 2023 2025 | head`. click would make it exit code 1."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 it ran, 1 changes with --exit-code, 2 bad input."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = cli.main(args=arguments, prog_name="planlens", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else OK
    except click.ClickException as error:
        error.show()
        return BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        return _fail("stopped")
    except _ReaderGoneError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what Python flushes at its end goes nowhere
        return OK
    except PlanlensError as error:
        return _fail(str(error))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _fail(f"{place}{error.strerror or error}")
    except RecursionError:
        return _fail("the input is nested too deeply")
    except MemoryError:
        return _fail("the input does not fit into memory")


def _fail(message: str) -> int:
    line = " ".join(message.split())
    with contextlib.suppress(OSError):  # nowhere to say it: the exit code does
        click.echo(f"planlens: {line}", err=True)
    return BAD_INPUT


def _complete_plan(context: click.Context, _: click.Parameter, incomplete: str) -> list[Any]:
    """Ids of the library for shell completion, and file names where none fits."""
    from click.shell_completion import CompletionItem

    try:
        ids = [entry.info.id for entry in _library(context.params.get("library")).entries]
    except PlanlensError:
        ids = []
    found = [CompletionItem(name) for name in ids if name.startswith(incomplete)]
    return found or [CompletionItem(incomplete, type="file")]


def _plan_argument(name: str, **options: Any) -> Callable[[Command], Command]:
    return click.argument(name, metavar=name.upper(), shell_complete=_complete_plan, **options)


def _options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    return lambda command: functools.reduce(lambda inner, option: option(inner), reversed(options), command)


_shelf = _options(
    click.option("--library", metavar="DIR", help="The library to use (else PLANLENS_LIBRARY, else this folder)."),
    click.option("--region", metavar="NAME", help="Narrow a year to one region: 深圳市."),
)
_form = _options(
    click.option(
        "--format", "form", type=click.Choice(FORMATS), help="table (default), md, csv or json; -o FILE's suffix."
    ),
    click.option("-o", "--output", metavar="FILE", help="Write to a file, whole or not at all."),
    click.option("--full", is_flag=True, help="Everything, uncut."),
)
_manner = _options(
    click.option(
        "--lang",
        type=click.Choice(("zh", "en")),
        default="zh",
        envvar="PLANLENS_LANG",
        show_default=True,
        help="Language of the report's own words.",
    ),
    click.option(
        "--colour",
        "--color",
        type=click.Choice(("auto", "always", "never")),
        default="auto",
        show_default=True,
        help="Colour in the terminal (NO_COLOR turns auto off).",
    ),
)
_shared = _options(_shelf, _form, _manner)  # what every report has
_reviews = _options(
    click.option("--no-reviewed", is_flag=True, help="Leave reviewed links aside."),
    click.option("--alignments", metavar="DIR", help="Folder of reviewed links (else alignments/ by the library)."),
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="planlens")
def cli() -> None:
    """Compare government plans: what was kept, changed, added and dropped, and which numeric targets moved.

    PLAN, OLD and NEW are an id (shenzhen-2025), a year or period (2025, 2021-2025), or a path to any file.
    """


@cli.command()
@_shared
def plans(library: str | None, region: str | None, form: str | None, output: str | None, **look: Any) -> None:
    """List the plans of the library."""
    from planlens.report import json, listings, messages

    shelf = _library(library)
    entries = shelf.of_region(region)
    sink = _Sink(form, output, look)
    if sink.form == "json":
        return sink.put(json.dumps(json.plans(entry.info for entry in entries)))
    m = messages.load(look["lang"])
    rows, unread = [], []
    for entry in entries:
        try:
            rows.append(listings.library_row(shelf.read(entry), m))
        except InputError as error:
            unread.append(f"{entry.info.id}: {m('plans.unread', why=error)}")
            rows.append(listings.unread_row(entry.info, m))
    sink.tables([listings.library(rows, m)])
    for line in unread:
        click.echo(f"planlens: {line}", err=True)
    if not entries and sink.form == "table":
        click.echo(m("plans.none"), err=True)
    return None


@cli.command()
@_plan_argument("plan")
@click.option("--text", "part", flag_value="text", help="Print the text that all offsets point into.")
@click.option("--notes", "part", flag_value="notes", help="List what was skipped, repaired or doubted.")
@_shared
def show(
    plan: str,
    part: str | None,
    library: str | None,
    region: str | None,
    form: str | None,
    output: str | None,
    **look: Any,
) -> None:
    """Show one plan: outline, commitments, targets."""
    from planlens.report import json, listings, messages, tree

    shelf = _library(library)
    found = shelf.read(shelf.find(plan, region=region))
    sink = _Sink(form, output, look)
    m = messages.load(look["lang"])
    _check([found], sink)
    if part == "text":
        sink.put(found.document.text, exact=True)
    elif sink.form == "json":
        sink.put(json.dumps(json.show(found)))
    elif part == "notes":
        sink.tables([listings.notes(found, m)])
    elif sink.form == "csv":
        sink.tables([listings.outline_rows(found, m)])
    else:
        sink.put(tree.write(found, m, sink.look, markdown=sink.form == "md"))


@cli.command()
@_plan_argument("plan", nargs=-1, required=True)
@click.option("--ledger", is_flag=True, help="One row an indicator, one column a plan.")
@_shared
def targets(
    plan: tuple[str, ...],
    ledger: bool,
    library: str | None,
    region: str | None,
    form: str | None,
    output: str | None,
    **look: Any,
) -> None:
    """List the numeric targets of plans."""
    from planlens.report import json, listings, messages

    shelf = _library(library)
    found = [shelf.read(entry) for entry in shelf.all(plan, region=region)]
    sink = _Sink(form, output, look)
    m = messages.load(look["lang"])
    _check(found, sink)
    if ledger:
        from planlens.track import ledger as ledger_of

        made = ledger_of(found)
        if sink.form == "json":
            sink.put(json.dumps(json.ledger(made)))
        else:
            sink.tables(listings.ledger(made, m))
    elif sink.form == "json":
        sink.put(json.dumps(json.targets(found)))
    elif sink.form == "csv":
        sink.tables([listings.target_rows(found, m)])
    else:
        sink.tables(listings.targets(found, m, full=look["full"]))


@cli.command()
@click.argument("indicator", metavar="INDICATOR")
@_plan_argument("plan", nargs=-1, required=True)
@_shared
def track(
    indicator: str,
    plan: tuple[str, ...],
    library: str | None,
    region: str | None,
    form: str | None,
    output: str | None,
    **look: Any,
) -> None:
    """Follow one indicator through plans: one headline target each, in order of years."""
    from planlens.report import json, listings, messages
    from planlens.track import track as follow

    shelf = _library(library)
    found = [shelf.read(entry) for entry in shelf.all(plan, region=region)]
    sink = _Sink(form, output, look)
    m = messages.load(look["lang"])
    _check(found, sink)
    made = follow(indicator, found)
    if sink.form == "json":
        sink.put(json.dumps(json.track(made)))
    else:
        sink.tables(listings.track(made, m))


@cli.command()
@_plan_argument("old")
@_plan_argument("new")
@click.option(
    "--explain", nargs=2, metavar="OLDKEY NEWKEY", help="Take the score of one pair apart: 四/十二#3 一/四#1."
)
@_reviews
@_shared
def align(
    old: str,
    new: str,
    explain: tuple[str, str] | None,
    no_reviewed: bool,
    alignments: str | None,
    library: str | None,
    region: str | None,
    form: str | None,
    output: str | None,
    **look: Any,
) -> None:
    """List which clauses and commitments correspond."""
    from planlens.align import align as pair
    from planlens.report import json, messages, tables

    first, second = _two_plans(library, old, new, region)
    if explain:
        _explain(first, second, explain, _Sink(form, output, look), messages.load(look["lang"]))
        return
    reviewed = _replayed(first, second, library, alignments, no_reviewed)
    found = pair(first, second, reviewed.settled)
    sink = _Sink(form, output, look)
    _tell_orphans(reviewed)
    m = messages.load(look["lang"])
    _check([first, second], sink)
    if sink.form == "json":
        sink.put(json.dumps(json.align(first, second, found)))
    elif sink.form == "csv":
        sink.tables([tables.align_rows(first, second, found, m)])
    else:
        sink.tables(tables.align(first, second, found, m))


@cli.command()
@_plan_argument("old")
@_plan_argument("new")
@click.option("--only", metavar="LIST", help="Sections to list: targets,new,dropped,changed,kept.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 where the plans differ.")
@_reviews
@_shared
def diff(
    old: str,
    new: str,
    only: str | None,
    exit_code: bool,
    no_reviewed: bool,
    alignments: str | None,
    library: str | None,
    region: str | None,
    form: str | None,
    output: str | None,
    **look: Any,
) -> int:
    """Report what changed from one plan to another.

    What was kept, changed, added and dropped, and which numeric targets moved.
    """
    from planlens.compare import compare
    from planlens.report import json, messages, tables

    sink = _Sink(form, output, look)
    asked = _sections(only, sink)
    first, second = _two_plans(library, old, new, region)
    reviewed = _replayed(first, second, library, alignments, no_reviewed)
    result = compare(first, second, reviewed.settled)
    m = messages.load(look["lang"])
    _check([first, second], sink)
    if sink.form == "json":
        sink.put(json.dumps(json.diff(result, reviewed.orphaned)))
    elif sink.form == "csv":
        _tell_orphans(reviewed)
        sink.tables([tables.diff_rows(result, m, only=asked or tables.SECTIONS)])
    else:
        only_these = asked or (tables.SECTIONS if look["full"] else tables.SHOWN)
        cut = sink.form == "table" and not look["full"]
        sink.tables(tables.diff(result, m, only=only_these, cut=cut, orphaned=reviewed.orphaned))
    return CHANGED if exit_code and _differ(result) else OK


@cli.command()
@_plan_argument("old")
@_plan_argument("new")
@click.option("--export", "sheet_out", metavar="FILE", help="Write what is to be decided to an .xlsx file.")
@click.option("--import", "sheet_in", metavar="FILE", help="Take the decisions of such a file, filled in.")
@click.option("--reviewer", metavar="NAME", envvar="PLANLENS_REVIEWER", help="Who decides (else the user's name).")
@click.option("--unsure", is_flag=True, help="Ask again about what was left unsure.")
@click.option("--alignments", metavar="DIR", help="Folder of reviewed links (else alignments/ by the library).")
@_shelf
@_manner
def review(
    old: str,
    new: str,
    sheet_out: str | None,
    sheet_in: str | None,
    reviewer: str | None,
    unsure: bool,
    alignments: str | None,
    library: str | None,
    region: str | None,
    **look: Any,
) -> None:
    """Confirm, reject or redraw links, most doubtful first.

    Every decision is in alignments/OLD__NEW.tsv before the next question, with who, when and why; the next `diff` goes
    by it. Stop and go on at any time.
    """
    if sheet_out and sheet_in:
        raise click.UsageError("--export and --import are two runs")
    from planlens.report.messages import load
    from planlens.review import Desk, run

    first, second = _two_plans(library, old, new, region)
    sink = _Sink(None, sheet_out, {"full": False, **look})
    _check([first, second], sink)
    folders, shipped = _homes(library, alignments, made=True), _library(library).shipped
    desk = Desk.of(first, second, folders, shipped=shipped, who=reviewer or _user())
    m = load(look["lang"])
    if sheet_out:
        click.echo(desk.export(Path(sheet_out), m, unsure=unsure))
    elif sheet_in:
        click.echo(desk.take(Path(sheet_in), m))
    else:
        say = functools.partial(_say, colour=sink.look.colour)
        run(desk.session(unsure=unsure), _answers(m), say, m, width=sink.look.width, colour=sink.look.colour)


@cli.command()
@click.argument("a", metavar="A.tsv")
@click.argument("b", metavar="B.tsv")
@_form
@_manner
def agree(a: str, b: str, form: str | None, output: str | None, full: bool, **look: Any) -> None:
    """Say how far two reviewers agree: F1 of the links, Cohen's kappa of linked or not, every disagreement."""
    from planlens.alignments import agreement, read
    from planlens.report import agreement as told
    from planlens.report import json, messages

    found = agreement(read(Path(a)), read(Path(b)))
    sink = _Sink(form, output, {"full": full, **look})
    figures, differences = told.tables(found, messages.load(look["lang"]))
    if sink.form == "json":
        sink.put(json.dumps(told.row(found)))
    else:
        sink.tables([differences] if sink.form == "csv" else [figures, differences])


@cli.command()
@click.argument("file", metavar="FILE")
@click.option("--id", "name", help="The plan's id (else made of the file's name).")
@click.option("--title", help="Title (else taken from the text).")
@click.option("--region", help="Administrative name: 深圳市.")
@click.option("--level", type=click.Choice(("national", "province", "city", "district")))
@click.option("--parent", help="The region above.")
@click.option("--year", help="Year or period: 2025, 2021-2025.")
@click.option("--issuer", help="Who issued it.")
@click.option("--number", help="Document number: 〔2023〕225号 in full.")
@click.option("--date", help="Date of issue: 2025-03-01.")
@click.option("--source", help="Where it comes from: an address, a gazette.")
@click.option("--library", metavar="DIR", help="The library to add to (else PLANLENS_LIBRARY, else this folder).")
def add(file: str, name: str | None, year: str | None, library: str | None, **facts: str | None) -> None:
    """Put a plan into a library.

    Its file is copied in and an entry of the catalogue written. What the options do not say is taken from the text
    where it stands there plainly.
    """
    entry = _library(library).add(file, name=name, period=year, **facts)
    info = entry.info
    years = {str(year): None for year in (info.start_year, info.end_year)}
    told = (info.id, info.title, info.region, "-".join(years), str(entry.path))
    click.echo(" · ".join(filter(None, told)))


@cli.command()
@click.argument("folder", metavar="DIR")
def init(folder: str) -> None:
    """Start an empty library in a folder."""
    from planlens.library import init as start

    click.echo(str(start(folder)))


def _explain(old: Plan, new: Plan, keys: tuple[str, str], sink: _Sink, m: Messages) -> None:
    """One pair's evidence piece by piece."""
    from planlens.align import explain
    from planlens.report import json, tables

    score = explain(old, new, *keys)
    if sink.form == "json":
        sink.put(json.dumps(json.explain(old, new, keys, score)))
    else:
        sink.tables(tables.explain(old, new, keys, score, m))


class _Sink:
    """Where a report goes and in what form: a file whose suffix may decide, or standard output."""

    def __init__(self, form: str | None, output: str | None, options: dict[str, Any]) -> None:
        from planlens.report import SUFFIXES
        from planlens.report.look import Look
        from planlens.report.messages import load

        self.path = Path(output) if output and output != "-" else None
        if self.path is not None:
            _check_place(self.path)
        self.form = form or (SUFFIXES.get(self.path.suffix.lower(), "table") if self.path else "table")
        width = shutil.get_terminal_size((_PIPED_WIDTH, 24)).columns
        nothing = load(options["lang"])("mark.no_rows")
        self.look: Look = Look(width, self._colour(options["colour"]), options["full"], nothing)

    def _colour(self, asked: str) -> bool:
        if asked != "auto":
            return asked == "always"
        return self.path is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def tables(self, made: Sequence[Table]) -> None:
        from planlens.report import WRITERS

        self.put(WRITERS[self.form](made, self.look))

    def put(self, text: str, *, exact: bool = False) -> None:
        """Write the finished report; `exact` keeps a plan's text to the character."""
        if self.path is None:
            return _print(text, exact=exact, colour=self.look.colour)
        from planlens.files import write_atomically

        data = text.encode("utf-8", "backslashreplace")
        return write_atomically(self.path, _BOM + data if self.form == "csv" and not exact else data)


def _print(text: str, *, exact: bool, colour: bool) -> None:
    try:
        if exact:
            sys.stdout.write(text)
        else:
            click.echo(text, nl=False, color=colour)
        sys.stdout.flush()
    except BrokenPipeError:
        raise _ReaderGoneError from None


def _check_place(path: Path) -> None:
    """Say before the work, not after it, that a report has nowhere to go."""
    from planlens.errors import OutputError

    if path.is_dir():
        raise OutputError(f"{path}: a folder, not a file")
    if not path.parent.is_dir():
        raise OutputError(f"{path}: there is no folder {path.parent}")


def _library(folder: str | None) -> Library:
    from planlens.library import Library

    return Library.open(folder)


def _two_plans(library: str | None, old: str, new: str, region: str | None) -> tuple[Plan, Plan]:
    shelf = _library(library)
    first, second = shelf.pair(old, new, region=region)
    return shelf.read(first), shelf.read(second)


def _replayed(old: Plan, new: Plan, library: str | None, folder: str | None, left_aside: bool) -> Replay:
    """What reviewers decided about two plans, as far as it still holds."""
    from planlens.alignments import Replay, decided

    return Replay() if left_aside else decided(_homes(library, folder), old, new)


def _tell_orphans(reviewed: Replay) -> None:
    """Where no closing block lists them: how many decisions were not applied."""
    if reviewed.orphaned:
        click.echo(
            f"planlens: {len(reviewed.orphaned)} reviewed decisions no longer apply; `planlens diff` lists them",
            err=True,
        )


def _homes(library: str | None, folder: str | None, *, made: bool = False) -> tuple[Path, ...]:
    """Where reviewed links may lie, the folder to write to first; `made`: a folder that is missing will be made."""
    from planlens.alignments import homes
    from planlens.errors import SettingsError

    if folder is not None and not made and not Path(folder).is_dir():
        raise SettingsError(f"{folder}: no such folder of reviewed links")
    shelf = _library(library)
    return homes(shelf.folder, shipped=shelf.shipped, chosen=folder)


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user: a container started under a bare number
        return ""


def _say(text: str, *, colour: bool) -> None:
    try:
        click.echo(text, color=colour)
    except BrokenPipeError:
        raise _ReaderGoneError from None


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


def _sections(only: str | None, sink: _Sink) -> tuple[str, ...]:
    from planlens.report.tables import SECTIONS

    if only is None:
        return ()
    if sink.form == "json":
        raise click.UsageError("--only narrows tables; json carries everything")
    asked = tuple(part.strip() for part in only.split(",") if part.strip())
    if unknown := [part for part in asked if part not in SECTIONS]:
        raise click.UsageError(f"--only: no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    return asked


def _differ(result: Comparison) -> bool:
    """Whether anything changed; a target that is the same in both plans did not."""
    moved = (shift for shift in result.shifts if (shift.kind, shift.verdict, shift.direction) != _SAME)
    return any(change.status != "kept" for change in result.changes) or any(moved)


def _check(plans: Sequence[Plan], sink: _Sink) -> None:
    """Refuse to write over a plan; say doubts about a whole document where no table or JSON hides them."""
    from planlens.errors import OutputError

    for plan in plans:
        if sink.path is not None and sink.path.exists() and sink.path.samefile(plan.document.path):
            raise OutputError(f"{sink.path}: this is the plan itself; give the report another name")
        for note in plan.notes:
            if note.span is None:
                click.echo(f"planlens: {plan.info.id}: {note.why}", err=True)
