"""Commands about plans themselves: what a library holds, what a plan says, and the cache of what was read."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from planlens.cli.options import cli, manner_options, plan_argument, plot_option, reporting, running
from planlens.cli.run import BAD_INPUT, OK, Run, open_library
from planlens.errors import InputError

if TYPE_CHECKING:
    from planlens.intake import Outcome
    from planlens.library import Entry

_NOTE_SHOWN = 120  # characters of a note's quote: a whole attachment may be set aside, and csv and --full have it all


@cli.command()
@reporting
def plans(run: Run) -> None:
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
@plan_argument("plan")
@click.option("--text", "part", flag_value="text", help="Print the text that all offsets point into.")
@click.option("--notes", "part", flag_value="notes", help="List what was skipped, repaired or doubted.")
@reporting
def show(run: Run, plan: str, part: str | None) -> None:
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
@plan_argument("plan", nargs=-1, required=True)
@click.option("--ledger", is_flag=True, help="One row an indicator, one column a plan.")
@reporting
def targets(run: Run, plan: tuple[str, ...], ledger: bool) -> None:
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
@plan_argument("plan", nargs=-1, required=True)
@plot_option
@reporting
def track(run: Run, indicator: str, plan: tuple[str, ...]) -> None:
    """Follow one indicator through plans: one headline target each, in order of years."""
    from planlens.report import json, listings
    from planlens.track import track as follow

    made = run.told(follow(indicator, run.read(plan)))
    run.report(json=lambda: json.track(made), tables=lambda: listings.track(made, run.m), result=made)


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

    shelf, found = open_library(library), intake.sources(source)
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
@click.argument("folder", metavar="DIR")
def init(folder: str) -> None:
    """Start an empty library in a folder."""
    from planlens.library import init as start

    click.echo(str(start(folder)))


@cli.group(name="cache")
def cache_() -> None:
    """What earlier runs left, so that the next ones are fast: nothing that is lost by removing it."""


@cache_.command()
@running(manner_options)
def info(run: Run) -> None:
    """Say where the cache lies and what it holds."""
    from planlens import cache

    found = cache.info()
    click.echo(run.m("cache.on" if found.on else "cache.off", path=found.path, size=_megabytes(found.size)))
    for kind, count, size in found.kinds:
        click.echo(run.m("cache.kind", kind=run.m.word("cache_kind", kind), count=count, size=_megabytes(size)))


@cache_.command()
@running(manner_options)
def clear(run: Run) -> None:
    """Remove what the cache holds."""
    from planlens import cache

    click.echo(run.m("cache.cleared", size=_megabytes(cache.clear()), path=cache.folder()))


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.1f} MB"
