"""The command line: arguments, one call, and what it gave; the only place that prints, exits or reports an error."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from planlens import __version__
from planlens.errors import InputError, PlanlensError

if TYPE_CHECKING:
    from planlens.alignments import Replay
    from planlens.intake import Outcome
    from planlens.lexicon import Lexicon
    from planlens.library import Entry, Library
    from planlens.model import Comparison, Plan, Table
    from planlens.report import Report
    from planlens.report.look import Look
    from planlens.report.manifest import File, Manifest, Reviewed
    from planlens.report.messages import Messages
    from planlens.semantic import Encoder
    from planlens.verify import Again

OK, CHANGED, BAD_INPUT = 0, 1, 2
FORMATS = ("table", "md", "csv", "json", "docx", "xlsx", "html", "pdf")
STYLES = ("plain", "grid", "markdown")
_SAME = ("like", "comparable", "same")
_PIPED_WIDTH = 120  # cells, where the output is no terminal and COLUMNS does not say
_NOTE_SHOWN = 120  # characters of a note's quote: a whole attachment may be set aside, and csv and --full have it all
_MANNERS = ("output", "form", "colour", "style", "full", "plot", "tracked", "folder")  # what does not touch a result
_LINKED = {  # what the links of a command are between: plans of two years, of two places
    "diff": "years", "align": "years", "pack": "years", "coverage": "places", "overlap": "places",
    "trace": "years places", "check": "years places",
}  # fmt: skip
_EACH = "{chart}"  # in the name of a picture: one file a chart

Command = TypeVar("Command", bound=Callable[..., Any])
T = TypeVar("T")


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
    except click.UsageError as error:
        return _misused(error)
    except click.ClickException as error:
        return _fail(error.format_message())
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


def _misused(error: click.UsageError) -> int:
    """One line on what is wrong and where to look; the whole help where no command was given."""
    if type(error).__name__ == "NoArgsIsHelpError":  # click before 8.2 has no such class, and shows the help itself
        error.show()
        return BAD_INPUT
    path = error.ctx.command_path if error.ctx else "planlens"
    return _fail(f"{error.format_message().rstrip('.')}; see `{path} --help`")


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
    several = "..." if options.get("nargs") == -1 else ""
    return click.argument(name, metavar=name.upper() + several, shell_complete=_complete_plan, **options)


def _options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    return lambda command: functools.reduce(lambda inner, option: option(inner), reversed(options), command)


def _leave_cache(context: click.Context, _: click.Parameter, aside: bool) -> None:
    if aside:
        from planlens.cache import aside as leave

        context.with_resource(leave())


_shelf = _options(
    click.option("--library", metavar="DIR", help="The library to use (else PLANLENS_LIBRARY, else this folder)."),
    click.option("--region", metavar="NAME", help="Narrow a year to one region: 深圳市."),
    click.option("--lexicon", metavar="PATH", help="Your own word lists (a folder, or one .toml) beside the shipped."),
    click.option(
        "--no-cache",
        is_flag=True,
        callback=_leave_cache,
        expose_value=False,
        help="Work everything out anew (PLANLENS_NO_CACHE): the same result, later.",
    ),
)
_form = _options(
    click.option(
        "--format", "form", type=click.Choice(FORMATS), help="table is the default; -o FILE's suffix decides."
    ),
    click.option(
        "-o", "--output", metavar="FILE", multiple=True, help="Write a file, whole or not at all; may be given again."
    ),
    click.option("--full", is_flag=True, help="Everything, uncut."),
    click.option("--style", type=click.Choice(STYLES), help="How tables in a terminal are drawn."),
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
_meaning = _options(
    click.option("--no-semantic", is_flag=True, envvar="PLANLENS_NO_SEMANTIC", help="Leave the semantic extra aside."),
    click.option("--semantic-model", metavar="DIR", help="A model of your own: sentence-transformers or ONNX."),
)
_drawing = click.option(
    "--plot",
    metavar="FILE",
    multiple=True,
    help="Draw the charts as .png or .svg, one under the other; {chart} in the name: one file each.",
)
_RUN = (
    "library", "region", "lexicon", "form", "output", "plot", "full", "style", "lang", "colour", "no_semantic",
    "semantic_model",
)  # fmt: skip


def _running(*groups: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Adds groups of options to a command and hands it what they say as one `_Run`."""

    def made(command: Command) -> Command:
        @functools.wraps(command)
        def called(**given: Any) -> Any:
            return command(_Run(**{name: given.pop(name) for name in _RUN if name in given}), **given)

        return _options(*groups)(cast("Command", called))

    return made


_reporting = _running(_shelf, _form, _manner)  # what every report has
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
@_reporting
def plans(run: _Run) -> None:
    """List the plans of the library."""
    from planlens.report import json, listings

    entries = run.shelf.of_region(run.region)

    @functools.cache
    def rows() -> list[tuple[str, ...]]:
        made = []
        for entry in entries:
            try:
                made.append(listings.library_row(run.shelf.read(entry, run.lexicon), entry.path.name, run.m))
            except InputError as error:
                click.echo(f"planlens: {entry.info.id}: {run.m('plans.unread', why=error)}", err=True)
                made.append(listings.unread_row(entry.info, entry.path.name, entry.sha256, run.m))
        return made

    run.report(
        json=lambda: json.library(entries),
        csv=lambda: [listings.library(rows(), run.m, whole=True)],
        tables=lambda: [listings.library(rows(), run.m, whole=run.look.full)],
    )
    if not entries and run.form == "table":
        click.echo(run.m("plans.none"), err=True)


@cli.command()
@_plan_argument("plan")
@click.option("--text", "part", flag_value="text", help="Print the text that all offsets point into.")
@click.option("--notes", "part", flag_value="notes", help="List what was skipped, repaired or doubted.")
@_reporting
def show(run: _Run, plan: str, part: str | None) -> None:
    """Show one plan: what is known of it and from where, its outline, commitments and targets."""
    from planlens.library import recognised
    from planlens.report import about, json, listings, markdown, terminal, tree

    (read,) = run.read([plan])
    found = run.told(read)
    entry = run.shelf.find(plan, region=run.region)
    known = about.known(found, recognised(read.document).facts, catalogued=entry.catalogued)
    if part == "text":
        run.put(found.document.text, exact=True)
    elif run.form == "json":
        told = {"metadata": [item.row() for item in known], "manifest": run.manifest().json()}
        run.put(json.dumps({**json.show(found), **told}))
    elif part == "notes":
        longest = None if run.look.full or run.form == "csv" else _NOTE_SHOWN
        run.tables([listings.notes(found, run.m, longest=longest)])
    elif run.form == "csv":
        run.tables([listings.outline_rows(found, run.m)])
    else:
        head = tuple(about.lines(known, run.m))
        writer = markdown if run.form == "md" else terminal
        end = writer.write([run.manifest().table(run.m, cut=run.cuts)], run.look)
        run.put(tree.write(found, run.m, run.look, markdown=run.form == "md", about=head) + "\n" + end)


@cli.command()
@_plan_argument("plan", nargs=-1, required=True)
@click.option("--ledger", is_flag=True, help="One row an indicator, one column a plan.")
@_reporting
def targets(run: _Run, plan: tuple[str, ...], ledger: bool) -> None:
    """List the numeric targets of plans."""
    from planlens.report import json, listings

    found = run.read(plan)
    if ledger:
        from planlens.track import ledger as ledger_of

        made = run.told(ledger_of(found))
        run.report(json=lambda: json.ledger(made), tables=lambda: listings.ledger(made, run.m), result=made)
    else:
        found = run.told(found)
        run.report(
            json=lambda: json.targets(found),
            csv=lambda: [listings.target_rows(found, run.m)],
            tables=lambda: listings.targets(found, run.m, full=run.look.full),
            result=found,
        )


@cli.command()
@click.argument("indicator", metavar="INDICATOR")
@_plan_argument("plan", nargs=-1, required=True)
@_drawing
@_reporting
def track(run: _Run, indicator: str, plan: tuple[str, ...]) -> None:
    """Follow one indicator through plans: one headline target each, in order of years."""
    from planlens.report import json, listings
    from planlens.track import track as follow

    made = run.told(follow(indicator, run.read(plan)))
    run.report(json=lambda: json.track(made), tables=lambda: listings.track(made, run.m), result=made)


@cli.command()
@_plan_argument("old")
@_plan_argument("new")
@click.option(
    "--explain", nargs=2, metavar="OLDKEY NEWKEY", help="Take the score of one pair apart: 四/十二#3 一/四#1."
)
@_reviews
@_meaning
@_reporting
def align(
    run: _Run, old: str, new: str, explain: tuple[str, str] | None, no_reviewed: bool, alignments: str | None
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
    _tell_orphans(reviewed)
    first, second = run.told((first, second))
    return run.report(
        json=lambda: json.align(first, second, found),
        csv=lambda: [tables.align_rows(first, second, found, run.m)],
        tables=lambda: tables.align(first, second, found, run.m),
        result=(first, second),
    )


@cli.command()
@_plan_argument("old")
@_plan_argument("new")
@click.option("--only", metavar="LIST", help="Sections to list: targets,new,dropped,changed,kept,weak.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 where the plans differ.")
@click.option("--tracked", is_flag=True, help="In .docx: changed commitments as revisions to accept or reject.")
@_reviews
@_meaning
@_drawing
@_reporting
def diff(
    run: _Run,
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
    from planlens.recall import compared, redlines
    from planlens.report import json, tables

    asked = _sections(only, run.form, tables.SECTIONS)
    if tracked:
        run.track_changes()
    first, second = run.pair(old, new)
    reviewed = run.replayed(first, second, alignments, no_reviewed)
    result = run.told(compared(first, second, reviewed.settled, encoder=run.encoder, lexicon=run.lexicon))
    if run.form == "csv":
        _tell_orphans(reviewed)
    shown = asked or (tables.SECTIONS if run.look.full else tables.SHOWN)
    with redlines(first, second):
        run.report(
            json=lambda: json.diff(result, reviewed.orphaned),
            csv=lambda: [tables.diff_rows(result, run.m, only=asked or tables.ROWS)],
            tables=lambda: tables.diff(result, run.m, only=shown, cut=run.cuts, orphaned=reviewed.orphaned),
            result=result,
        )
    return CHANGED if exit_code and _differ(result) else OK


@cli.command()
@_plan_argument("old")
@_plan_argument("new")
@click.option("-o", "--output", "folder", metavar="DIR", required=True, help="The folder: new, empty, or a pack's.")
@click.option("--full", is_flag=True, help="Everything, uncut: kept commitments as well.")
@click.option("--tracked", is_flag=True, help="In report.docx: changed commitments as revisions.")
@_reviews
@_meaning
@_running(_shelf, _manner)
def pack(run: _Run, old: str, new: str, folder: str, tracked: bool, no_reviewed: bool, alignments: str | None) -> None:
    """Write a comparison in every form into one folder, to take into a meeting.

    A one-page summary, the report as Word, Excel, a page and PDF, its tables as .csv, the whole result as .json; all
    from one comparison. What cannot be made here is said and keeps back no other file.
    """
    from planlens.recall import compared
    from planlens.report import json, tables
    from planlens.report import pack as packed

    home = Path(folder)
    packed.check(home)
    run.form, run.outputs = "pack", [("pack", home / name) for name in packed.FILES]
    run.look = replace(run.look, tracked=tracked)
    first, second = run.pair(old, new)
    reviewed = run.replayed(first, second, alignments, no_reviewed)
    result = compared(first, second, reviewed.settled, encoder=run.encoder, lexicon=run.lexicon)
    listed = tables.SECTIONS if run.look.full else tables.SHOWN
    report = run.made(
        json=lambda: json.diff(result, reviewed.orphaned),
        tables=lambda: tables.diff(result, run.m, only=listed, orphaned=reviewed.orphaned),
        result=result,
    )
    parts = {"shifts": tables.ROWS[:1], "changes": tables.ROWS[1:]}
    made = packed.make(report, lambda name: tables.diff_rows(result, run.m, only=parts[name]))
    made.write(home)
    for name in made.files:
        click.echo(f"{home / name}")
    for name, why in made.missing.items():
        click.echo(f"planlens: {name}: {run.m('pack.missing', why=why)}", err=True)


@cli.command()
@_plan_argument("draft")
@click.argument("peers", metavar="", nargs=-1, shell_complete=_complete_plan)
@click.option("--goals", metavar="PLAN", help="The plan of the level above that the draft is to answer.")
@click.option("--last", metavar="PLAN", help="Last year's plan of the same place.")
@click.option("--peers", "first", metavar="PLAN...", multiple=True, help="Plans of other places.")
@click.option("--fail-on", type=click.Choice(("error", "warning")), help="Exit with 1 where there is one (or worse).")
@_meaning
@_reporting
def check(
    run: _Run,
    draft: str,
    goals: str | None,
    last: str | None,
    first: tuple[str, ...],
    peers: tuple[str, ...],
    fail_on: str | None,
) -> int:
    """Look a draft through before it goes up.

    Within it: one indicator with two values, figures that do not add up, bodies or deadlines missing, old names of
    bodies, broken numbering. Beside others: goals not answered, numbers below last year's, what most peers have.
    """
    from planlens.check import check as look_through
    from planlens.report import check as report

    if peers and not first:
        raise click.UsageError(f"one DRAFT at a time; {peers[0]} goes behind --goals, --last or --peers")
    (found,) = run.read([draft])
    above, before = (run.read([name])[0] if name is not None else None for name in (goals, last))
    beside = run.read((*first, *peers)) if first else []
    made = look_through(found, goals=above, last=before, peers=beside, encoder=run.encoder, lexicon=run.lexicon)
    result = run.told(made)
    run.report(
        json=lambda: report.json(result, run.m),
        csv=lambda: [report.rows(result, run.m)],
        tables=lambda: report.tables(result, run.m),
        result=result,
    )
    return CHANGED if report.fails(result, fail_on) else OK


@cli.command()
@_plan_argument("old")
@_plan_argument("new")
@click.option("--export", "sheet_out", metavar="FILE", help="Write what is to be decided to an .xlsx file.")
@click.option("--import", "sheet_in", metavar="FILE", help="Take the decisions of such a file, filled in.")
@click.option("--reviewer", metavar="NAME", envvar="PLANLENS_REVIEWER", help="Who decides (else the user's name).")
@click.option("--unsure", is_flag=True, help="Ask again about what was left unsure.")
@click.option("--alignments", metavar="DIR", help="Folder of reviewed links (else alignments/ by the library).")
@_meaning
@_running(_shelf, _manner)
def review(
    run: _Run,
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
        say = functools.partial(_say, colour=run.look.colour)
        session = desk.session(unsure=unsure)
        ask(session, _answers(run.m), say, run.m, width=run.look.width, colour=run.look.colour)


@cli.command()
@_plan_argument("goals")
@_plan_argument("plan", nargs=-1, required=True)
@click.option("--only", metavar="LIST", help="Sections to list: matrix,gaps,cascade,unasked,apart.")
@_meaning
@_drawing
@_reporting
def coverage(run: _Run, goals: str, plan: tuple[str, ...], only: str | None) -> None:
    """Say how plans answer the goals of the level above.

    For every goal of GOALS, number or task: whether each PLAN exceeds, meets or misses it, where, and what comes
    nearest; then the gaps, what no goal asks for, and the same indicator at every level (层层加码).
    """
    from planlens.coverage import cover
    from planlens.report import coverage as told

    asked = _sections(only, run.form, told.SECTIONS)
    (above,) = run.read([goals])
    plans = [found for name in plan for found in run.read([name])]
    made = run.told(cover(above, plans, run.lexicon, encoder=run.encoder))
    run.report(
        json=lambda: told.as_json(made),
        csv=lambda: [told.rows(made, run.m)],
        tables=lambda: told.tables(made, run.m, only=asked or told.SECTIONS, full=run.look.full),
        result=made,
    )


@cli.command()
@_plan_argument("plan", nargs=-1, required=True)
@click.option("--above", multiple=True, metavar="PLAN", help="A plan of a region above (else those of the library).")
@click.option("--only", metavar="LIST", help="Sections: matrix,themes,pairs,above,unique,stock,clauses,weak.")
@_meaning
@_drawing
@_reporting
def overlap(run: _Run, plan: tuple[str, ...], above: tuple[str, ...], only: str | None) -> None:
    """Say what plans of different places share, and what each has alone.

    Commitments to the same instrument or action, whatever a place calls it; who promises more; themes with who has
    them, lacks them and had them first; stock phrases and what comes from the plan above set apart.
    """
    from planlens.overlap import check
    from planlens.overlap import overlap as find
    from planlens.report import overlap as told

    asked = _sections(only, run.form, told.SECTIONS)
    plans = [found for name in plan for found in run.read([name])]
    check(plans)
    uppers = [found for name in above for found in run.read([name])] if above else run.uppers(plans)
    made = run.told(find(plans, above=uppers, lexicon=run.lexicon, encoder=run.encoder))
    run.report(
        json=lambda: told.as_json(made),
        csv=lambda: [told.rows(made, run.m)],
        tables=lambda: told.tables(
            made, run.m, only=asked or (told.SECTIONS if run.look.full else told.SHOWN), full=run.look.full
        ),
        result=made,
    )


@cli.command()
@click.argument("query", metavar="PHRASE|PLAN:KEY")
@_plan_argument("plan", nargs=-1)
@_meaning
@_reporting
def trace(run: _Run, query: str, plan: tuple[str, ...]) -> None:
    """Follow one commitment through years and places: a phrase, or one commitment by its key.

    Through the plans named, else through the whole library: who says it and since when, what became of it from one
    plan of a place to the next, its numbers.
    """
    from planlens.lineage import lineage
    from planlens.report import json
    from planlens.report import lineage as told

    found = run.told(lineage(query, run.read_all(plan), lexicon=run.lexicon, encoder=run.encoder))
    run.report(json=lambda: json.lineage(found), tables=lambda: told.tables(found, run.m))


@cli.command()
@_plan_argument("plan", nargs=-1)
@_drawing
@_reporting
def adoption(run: _Run, plan: tuple[str, ...]) -> None:
    """Tell which place names which instrument first, over the plans named or the whole library."""
    from planlens.lineage import adoption as adopted
    from planlens.report import json
    from planlens.report import lineage as told

    found = adopted(run.read_all(plan))
    run.report(json=lambda: json.adoption(found), tables=lambda: told.adoption(found, run.m), result=tuple(found))


@cli.command()
@click.argument("a", metavar="A.tsv")
@click.argument("b", metavar="B.tsv")
@_running(_form, _manner)
def agree(run: _Run, a: str, b: str) -> None:
    """Say how far two reviewers agree: F1 of the links, Cohen's kappa of linked or not, every disagreement."""
    from planlens.alignments import agreement, read
    from planlens.report import agreement as told
    from planlens.report.manifest import File

    found = agreement(read(Path(a)), read(Path(b)))
    run.files = [File.of(Path(a)), File.of(Path(b))]
    figures, differences = told.tables(found, run.m)
    run.report(json=lambda: told.row(found), csv=lambda: [differences], tables=lambda: [figures, differences])


@cli.command()
@click.argument("source", metavar="FILE|FOLDER|URL...", nargs=-1, required=True)
@click.option("--id", "name", help="The plan's id (else made of place and period: 深圳-2025).")
@click.option("--title", help="Title (else taken from the document).")
@click.option("--region", help="Administrative name: 深圳市.")
@click.option("--level", type=click.Choice(("national", "province", "city", "district", "town")))
@click.option("--parent", help="The region above.")
@click.option("--year", "--period", "year", help="Year or period: 2025, 2021-2025.")
@click.option("--issuer", help="Who issued it.")
@click.option("--number", help="Document number: 〔2023〕225号 in full.")
@click.option("--date", help="Date of issue: 2025-03-01.")
@click.option("--effect", help="Day from which it holds: 2025-04-01.")
@click.option("--source", "origin", help="Where it comes from: an address, a gazette.")
@click.option(
    "--allow-host", "hosts", metavar="HOST", multiple=True, help="A host that may be private or redirected to."
)
@click.option("--library", metavar="DIR", help="The library to add to (else PLANLENS_LIBRARY, else this folder).")
def add(
    source: tuple[str, ...],
    name: str | None,
    year: str | None,
    origin: str | None,
    hosts: tuple[str, ...],
    library: str | None,
    **facts: str | None,
) -> int:
    """Put plans into a library: files, all readable files of a folder, pages and files at web addresses.

    Each file is copied in as it is and an entry of the catalogue written. What the options do not say is taken from
    the document where it stands there plainly. What the library has already is said and left; so is what cannot be
    read, and then the exit code is 2, the rest being added. A web address is fetched only when it is given here.
    """
    from planlens import intake

    shelf, found = _library(library), intake.sources(source)
    own = [option for option, value in (("--id", name), ("--title", facts["title"])) if value]
    if own and len(found.jobs) > 1:
        raise click.UsageError(f"{own[0]} goes with one file; there are {len(found.jobs)}")
    told = intake.take(
        shelf,
        found.jobs,
        hosts=[host.lower() for host in hosts],
        name=name,
        period=year,
        facts={**facts, "source": origin},
    )
    counts = {"added": 0, "known": 0, "failed": 0}
    for outcome in _with_progress(told, len(found.jobs)):
        counts[outcome.status] += 1
        if outcome.entry:
            click.echo(_added(outcome.entry))
        else:
            click.echo(f"planlens: {' '.join(outcome.why.split())}", err=True)
    for suffix, count in found.unread:
        click.echo(f"planlens: passed over: {count} {suffix}", err=True)
    for link in found.links:
        click.echo(f"planlens: not followed: {link}, a link", err=True)
    if len(found.jobs) > 1:
        summary = f"{counts['added']} added, {counts['known']} there already, {counts['failed']} not read"
        click.echo(f"planlens: {summary}", err=True)
    return BAD_INPUT if counts["failed"] else OK


def _with_progress(outcomes: Iterator[Outcome], count: int) -> Iterator[Outcome]:
    """The outcomes as they come, below a bar where there are several and a person is looking."""
    if count < 2 or not sys.stderr.isatty():
        yield from outcomes
        return
    with click.progressbar(outcomes, length=count, file=sys.stderr) as bar:
        found = list(bar)
    yield from found


def _added(entry: Entry) -> str:
    info = entry.info
    years = {str(year): None for year in (info.start_year, info.end_year)}
    return " · ".join(filter(None, (info.id, info.title, info.region, "-".join(years), info.number, str(entry.path))))


@cli.command()
@click.argument("report", metavar="REPORT")
@click.argument("files", metavar="[FILE|FOLDER]...", nargs=-1)
@click.option("--library", metavar="DIR", help="Where its plans may be (else PLANLENS_LIBRARY, else this folder).")
@click.option("--lexicon", metavar="PATH", help="The word lists of your own that it was made with.")
@click.option("--semantic-model", metavar="DIR", help="The model of your own that it was made with.")
@_running(_form, _manner)
def verify(run: _Run, report: str, files: tuple[str, ...]) -> int:
    """Derive a report again from what it says it rests on, and list every row that no longer follows.

    Its plans are known by their digests, wherever they are: among the FILES, beside the report, in the library. Exit
    code 0: it follows; 1: rows differ, or an input has changed; 2: it cannot be told.
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
    run.files = [File.of(path)]
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


@cli.command()
@click.argument("folder", metavar="DIR")
def init(folder: str) -> None:
    """Start an empty library in a folder."""
    from planlens.library import init as start

    click.echo(str(start(folder)))


def _explain(run: _Run, old: Plan, new: Plan, keys: tuple[str, str]) -> None:
    """One pair's evidence piece by piece."""
    from planlens.align import explain
    from planlens.report import json, tables

    score = explain(old, new, *keys, encoder=run.encoder)
    old, new = run.told((old, new))
    run.report(
        json=lambda: json.explain(old, new, keys, score), tables=lambda: tables.explain(old, new, keys, score, run.m)
    )


@cli.group(name="cache")
def cache_() -> None:
    """What earlier runs left, so that the next ones are fast: nothing that is lost by removing it."""


@cache_.command()
@_running(_manner)
def info(run: _Run) -> None:
    """Say where the cache lies and what it holds."""
    from planlens import cache

    found = cache.info()
    click.echo(run.m("cache.on" if found.on else "cache.off", path=found.path, size=_megabytes(found.size)))
    for kind, count, size in found.kinds:
        click.echo(run.m("cache.kind", kind=run.m.word("cache_kind", kind), count=count, size=_megabytes(size)))


@cache_.command()
@_running(_manner)
def clear(run: _Run) -> None:
    """Remove what the cache holds."""
    from planlens import cache

    click.echo(run.m("cache.cleared", size=_megabytes(cache.clear()), path=cache.folder()))


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.1f} MB"


class _Run:
    """One run of a command: the library it reads from, where its report goes, in what form and language.

    The suffix of the output file decides the form where no option does; without a file it is standard output. `form`
    is the first of several, and while they are written the one being written.
    """

    def __init__(
        self,
        *,
        library: str | None = None,
        region: str | None = None,
        lexicon: str | None = None,
        form: str | None = None,
        output: Sequence[str] = (),
        plot: Sequence[str] = (),
        full: bool = False,
        style: str | None = None,
        lang: str = "zh",
        colour: str = "auto",
        no_semantic: bool = False,
        semantic_model: str | None = None,
    ) -> None:
        from planlens.report.look import Look
        from planlens.report.messages import load

        self.folder, self.region, self.lists = library, region, lexicon
        self._no_semantic, self._semantic_model = no_semantic, semantic_model
        if form and len(output) > 1:
            raise click.UsageError("--format goes with one file; with several -o each file's suffix decides")
        self.outputs: list[tuple[str, Path | None]] = _outputs(output, form)
        self.form = self.outputs[0][0]
        self.plots = _plots(plot, self.outputs)
        self.m: Messages = load(lang)
        width = shutil.get_terminal_size((_PIPED_WIDTH, 24)).columns
        self.look: Look = Look(width, self._colour(colour), full, self.m("mark.no_rows"))
        self.look = replace(self.look, style=style or "")
        self.inputs: list[Plan] = []  # what the report rests on, in the order it was read
        self.files: list[File] = []
        self.reviewed: Reviewed | None = None

    def send_to(self, sheet: str | None) -> None:
        """Name a file that the command writes itself."""
        if sheet is not None:
            _check_place(Path(sheet))
            self.outputs = [("table", Path(sheet))]

    def track_changes(self) -> None:
        """Ask for revisions, which only a Word file holds."""
        if "docx" not in [form for form, _ in self.outputs]:
            raise click.UsageError("--tracked goes with -o FILE.docx")
        self.look = replace(self.look, tracked=True)

    @property
    def cuts(self) -> bool:
        """Whether the form being written cuts long text to its columns."""
        return self.form == "table" and not self.look.full

    def _colour(self, asked: str) -> bool:
        if asked != "auto":
            return asked == "always"
        return self.outputs == [("table", None)] and sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    @functools.cached_property
    def shelf(self) -> Library:
        again: Again | None = click.get_current_context().obj
        return again.library if again else _library(self.folder)

    @functools.cached_property
    def lexicon(self) -> Lexicon | None:
        """A person's own lists over the shipped ones; None for the shipped ones, loaded where they are used."""
        if self.lists is None:
            return None
        from planlens.lexicon import load

        return load(Path(self.lists))

    @functools.cached_property
    def encoder(self) -> Encoder | None:
        """What finds statements alike in meaning: the model named, else the semantic extra where it is installed."""
        from planlens.semantic import from_folder, installed

        if self._semantic_model is not None:
            return from_folder(self._semantic_model)
        return None if self._no_semantic else installed()

    def read(self, names: Sequence[str]) -> list[Plan]:
        """The plans named, each once."""
        return self._checked(
            [self.shelf.read(entry, self.lexicon) for entry in self.shelf.all(names, region=self.region)]
        )

    def read_all(self, names: Sequence[str]) -> list[Plan]:
        """The plans named; all of the library, or of its region asked for, where none is."""
        return self.read(names or [entry.info.id for entry in self.shelf.of_region(self.region)])

    def pair(self, old: str, new: str) -> tuple[Plan, Plan]:
        first, second = (
            self.shelf.read(entry, self.lexicon) for entry in self.shelf.pair(old, new, region=self.region)
        )
        self._checked([first, second])
        return first, second

    def told(self, result: T) -> T:
        """A result with its plans in the characters of their files."""
        from planlens.traditional import as_written

        return as_written(result) if any(plan.document.written for plan in self.inputs) else result

    def uppers(self, plans: Sequence[Plan]) -> list[Plan]:
        """The library's plans of higher levels that may have been there before these."""
        found = [self.shelf.read(entry, self.lexicon) for entry in self.shelf.uppers(plans)]
        self.inputs += found
        return found

    def _checked(self, plans: list[Plan]) -> list[Plan]:
        """Refuse to write over a plan; say doubts about a whole document where no table or JSON hides them."""
        from planlens.errors import OutputError

        self.inputs += plans
        for plan in plans:
            for path in [*(path for _, path in self.outputs), *self.plots]:
                if path is not None and path.exists() and path.samefile(plan.document.path):
                    raise OutputError(f"{path}: this is the plan itself; give the report another name")
            for note in plan.notes:
                if note.span is None:
                    click.echo(f"planlens: {plan.info.id}: {self.m.told(note.why, 'reading')}", err=True)
        return plans

    def homes(self, folder: str | None, *, made: bool = False) -> tuple[Path, ...]:
        """Where reviewed links may lie, the folder to write to first; `made`: one that is missing will be made."""
        from planlens.alignments import homes
        from planlens.errors import SettingsError

        if folder is not None and not made and not Path(folder).is_dir():
            raise SettingsError(f"{folder}: no such folder of reviewed links")
        return homes(self.shelf.folder, shipped=self.shelf.shipped, chosen=folder)

    def replayed(self, old: Plan, new: Plan, folder: str | None, left_aside: bool) -> Replay:
        """What reviewers decided about two plans, as far as it still holds."""
        from planlens.alignments import Replay, decided, file_name, find
        from planlens.report.manifest import File, Reviewed

        if left_aside:
            return Replay()
        homes = self.homes(folder)
        found = decided(homes, old, new)
        if path := find(homes, file_name(old.info.id, new.info.id)):
            self.reviewed = Reviewed(File.of(path), len(found.settled), len(found.orphaned))
        return found

    def report(
        self,
        *,
        json: Callable[[], dict[str, Any]],
        tables: Callable[[], Sequence[Table]],
        csv: Callable[[], Sequence[Table]] | None = None,
        result: object = None,
    ) -> None:
        """Write a result in every form asked for; `csv` where its rows differ from those of the tables."""
        from planlens.report import write

        made = self.made(json=json, tables=tables, csv=csv, result=result)
        written: list[tuple[str | bytes, Path | None, bool]] = [
            (drawn, place, False) for place, drawn in self._drawn(made)
        ]
        for form, path in self.outputs:
            self.form = form
            written.append((write(form, made), path, form == "csv"))
            if form == "csv" and path is not None:
                written.append((*self._beside(path, made, result), False))
        for data, path, bom in written:  # once nothing can fail but the disk
            _put(data, path, colour=self.look.colour, bom=bom)

    def _drawn(self, made: Report) -> list[tuple[Path, bytes]]:
        """The pictures asked for, each drawn before any file is written."""
        if not self.plots:
            return []
        from planlens.report.charts import charts
        from planlens.report.figures import picture

        found = charts(made)
        if not found:
            click.echo(f"planlens: {self.m('chart.none')}", err=True)
            return []
        drawn = []
        for path in self.plots:
            parts = [(c.name, [c]) for c in found] if _EACH in path.name else [("", found)]
            drawn += [
                (path.with_name(path.name.replace(_EACH, name)), picture(part, path.suffix[1:].lower()))
                for name, part in parts
            ]
        return drawn

    def _beside(self, path: Path, made: Report, result: object) -> tuple[str, Path]:
        """What a table of values cannot say itself, in the file where the web's standard for CSV looks for it."""
        from planlens.report.csv import metadata

        told = metadata(path.name, made.rows(), self.manifest(result).json())
        return told, path.with_name(path.name + "-metadata.json")

    def made(
        self,
        *,
        json: Callable[[], dict[str, Any]],
        tables: Callable[[], Sequence[Table]],
        csv: Callable[[], Sequence[Table]] | None = None,
        result: object = None,
    ) -> Report:
        """A result in every form, each ending with what it rests on."""
        from planlens.report import Report
        from planlens.report.manifest import closed

        rests_on = functools.cache(lambda: self.manifest(result))
        return Report(
            self.m,
            self.look,
            lambda: closed(tables(), rests_on().table(self.m, cut=self.cuts)),
            csv or tables,
            lambda: {**json(), "manifest": rests_on().json()},
            result,
            lambda: rests_on().json(),
        )

    def manifest(self, result: object = None) -> Manifest:
        """What this run read and went by."""
        from planlens.report.manifest import Manifest

        context = click.get_current_context()
        command, plans = context.command.name or "", len(self.inputs)
        encoder = self.encoder if command in _LINKED and plans > 1 else None
        return Manifest(
            command=context.obj.command if context.obj else _typed(context),
            plans=tuple(self.inputs),
            files=tuple(self.files),
            lexicon=self.lexicon.origin if self.lexicon and self.inputs else "",
            weights=_weights(command, plans, semantic=encoder is not None),
            semantic=(encoder.name, encoder.digest) if encoder else None,
            reviewed=self.reviewed,
            result=result,
        )

    def tables(self, made: Sequence[Table]) -> None:
        """Write tables that no JSON stands beside."""
        self.report(json=dict, tables=lambda: made)

    def put(self, text: str, *, exact: bool = False) -> None:
        """Write a finished text; `exact` keeps a plan's text to the character."""
        from planlens.report import IN_TERMINAL

        if len({form for form, _ in self.outputs}) > 1:
            raise click.UsageError("this is told in one form at a time; run it once a form")
        for form, path in self.outputs:
            if form not in IN_TERMINAL:
                raise click.UsageError(f"{path}: this is told in text only: {', '.join(IN_TERMINAL)}")
            _put(text, path, colour=self.look.colour, exact=exact)


def _put(made: str | bytes, path: Path | None, *, colour: bool, exact: bool = False, bom: bool = False) -> None:
    if path is None:
        assert isinstance(made, str)
        return _print(made, exact=exact, colour=colour)
    from planlens.files import write_atomically
    from planlens.report.csv import BOM

    data = made if isinstance(made, bytes) else made.encode("utf-8", "backslashreplace")
    return write_atomically(path, BOM + data if bom else data)


def _print(text: str, *, exact: bool, colour: bool) -> None:
    try:
        if exact:
            sys.stdout.write(text)
        else:
            click.echo(text, nl=False, color=colour)
        sys.stdout.flush()
    except BrokenPipeError:
        raise _ReaderGoneError from None


def _outputs(names: Sequence[str], form: str | None) -> list[tuple[str, Path | None]]:
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
            _check_place(path)
        if (same := path and path.resolve()) in [other and other.resolve() for _, other in made]:
            raise click.UsageError(f"{same or 'standard output'}: named twice; one report a file")
        made.append((chosen, path))
    return made


def _plots(names: Sequence[str], outputs: Sequence[tuple[str, Path | None]]) -> tuple[Path, ...]:
    """Where pictures go: files of the two forms, none named twice."""
    made: list[Path] = []
    taken = {path.resolve() for _, path in outputs if path}
    for path in map(Path, names):
        if path.suffix.lower() not in (".png", ".svg"):
            raise click.UsageError(f"--plot {path}: a picture is FILE.png or FILE.svg")
        _check_place(path)
        if path.resolve() in taken:
            raise click.UsageError(f"{path.resolve()}: named twice; one report a file")
        taken.add(path.resolve())
        made.append(path)
    return tuple(made)


def _check_place(path: Path) -> None:
    from planlens.errors import OutputError

    if path.is_dir():
        raise OutputError(f"{path}: a folder, not a file")
    if not path.parent.is_dir():
        raise OutputError(f"{path}: there is no folder {path.parent}")


def _library(folder: str | None) -> Library:
    from planlens.library import Library

    return Library.open(folder)


def _tell_orphans(reviewed: Replay) -> None:
    """Where no closing block lists them: how many decisions were not applied."""
    if reviewed.orphaned:
        click.echo(
            f"planlens: {len(reviewed.orphaned)} reviewed decisions no longer apply; `planlens diff` lists them",
            err=True,
        )


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


def _typed(context: click.Context) -> tuple[str, ...]:
    """The command and what it was given, as it would be typed, without what says where a report goes and its looks."""
    words, options = [context.info_name or ""], list[str]()
    for parameter in context.command.params:
        name, value = parameter.name or "", context.params.get(parameter.name or "")
        if name in _MANNERS or value in (None, False, ()) or value == parameter.get_default(context):
            continue
        values = [str(one) for one in value] if isinstance(value, (tuple, list)) else [str(value)]
        if isinstance(parameter, click.Argument):
            words += values
        elif value is True:
            options.append(parameter.opts[0])
        else:
            options += [word for one in values for word in (parameter.opts[0], one)]
    return (*words, *options)


def _weights(command: str, plans: int, *, semantic: bool) -> tuple[str, ...]:
    """The files of weights that a command goes by, those of pairs of years first; none where it links nothing."""
    from planlens.settings import PLACES_WEIGHTS, WEIGHTS

    linked = _LINKED.get(command, "") if plans > 1 else ""
    years = (WEIGHTS[semantic],) if "years" in linked else ()
    return (*years, *((PLACES_WEIGHTS,) if "places" in linked else ()))


def _sections(only: str | None, form: str, known: Sequence[str]) -> tuple[str, ...]:
    if only is None:
        return ()
    if form == "json":
        raise click.UsageError("--only narrows tables; json carries everything")
    asked = tuple(part.strip() for part in only.split(",") if part.strip())
    if not asked:
        raise click.UsageError(f"--only: names no section; there are {', '.join(known)}")
    if unknown := [part for part in asked if part not in known]:
        raise click.UsageError(f"--only: no section {', '.join(unknown)}; there are {', '.join(known)}")
    return asked


def _differ(result: Comparison) -> bool:
    """Whether anything changed; a target that is the same in both plans did not."""
    moved = (shift for shift in result.shifts if (shift.kind, shift.verdict, shift.direction) != _SAME)
    return any(change.status != "kept" for change in result.changes) or any(moved)
