"""Commands about a corpus, many plans at once: build it from files, say what it holds, ask it in SQL."""

from __future__ import annotations

import functools
import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

import click

from planlens.cli.options import cli, form_options, manner_options, running
from planlens.cli.run import OK, Run

if TYPE_CHECKING:
    from planlens.corpus.overlap import Filter
    from planlens.corpus.scheduler import Scheduler
    from planlens.corpus.store import Corpus

_SECONDS = 600.0  # for one plan; the longest five-year plan takes 3
_GIGABYTES = 2.0  # of memory for one plan


class _Finite(click.FloatRange):
    """A number in a range; nan, which is in every range, and inf are none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a number", param, ctx)
        return number


@cli.group()
def corpus() -> None:
    """Many plans at once: built from files into Parquet, kept up to date, asked as two plans are."""


@corpus.command()
@click.argument("source", metavar="DIR|LIST...", nargs=-1, required=True)
@click.option("-o", "--output", metavar="CORPUS", required=True, help="The folder of the corpus; may be there already.")
@click.option("--lexicon", metavar="PATH", help="Your own word lists (a folder, or one .toml) beside the shipped.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes that read (else one a core).")
@click.option("--scheduler", metavar="ADDRESS", help="Read on a dask cluster: tcp://HOST:8786.")
@click.option("--seconds", type=_Finite(min=1), default=_SECONDS, show_default=True, help="For one plan.")
@click.option("--memory", type=_Finite(min=0.2), default=_GIGABYTES, show_default=True, help="For one plan, in GB.")
@click.option("--quiet", is_flag=True, help="No bar; failures and the summary are said.")
def build(
    source: tuple[str, ...],
    output: str,
    lexicon: str | None,
    workers: int | None,
    scheduler: str | None,
    seconds: float,
    memory: float,
    quiet: bool,
) -> int:
    """Read plans into a corpus: all readable files of a DIR (with its catalogue), or of a LIST, one path a line.

    Only new and changed files are read, and files that are gone leave. A build that was broken off goes on where it
    was. A file that cannot be read is said, and the rest are done.
    """
    from planlens.corpus.build import build as make
    from planlens.corpus.scheduler import of
    from planlens.report.look import one_line

    started = time.monotonic()
    with of(scheduler, workers, seconds=seconds, memory=int(memory * 2**30)) as done_by, _bar(quiet) as progress:
        built = make(source, output, scheduler=done_by, lexicon=lexicon, progress=progress)
    lines = [f"{copy}: the same bytes as {taken}, counted once" for copy, taken in built.copies]
    lines += [f"passed over: {count} {suffix}" for suffix, count in built.unread]
    lines += [f"not followed: {link}, a link" for link in built.links]
    for line in (*lines, *map(str, built.failures)):
        click.echo(f"planlens: {one_line(line)}", err=True)
    took, count = time.monotonic() - started, built.counts["plans"]
    rate = f" ({built.read / took:.1f} plans/s)" if built.read else ""
    summary = f"{count} plans: {built.read} read, {count - built.read} kept"
    left = f"{built.removed} left, {len(built.copies)} copies, {len(built.failures)} failed"
    click.echo(f"planlens: {summary}; {left}; {took:.1f} s{rate}", err=True)
    click.echo(" · ".join([str(built.folder), *(f"{count} {name}" for name, count in built.counts.items())]))
    return OK


@contextmanager
def _bar(quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar with the rate and the time that remains, where a person is looking; else nothing."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    started, bars = time.monotonic(), list[tuple[Any, int]]()

    def progress(done: int, count: int) -> None:
        if not bars and done < count:
            bar: Any = click.progressbar(
                length=count, file=sys.stderr, label="reading", show_pos=True, show_eta=False, item_show_func=str
            )
            bars.append((bar.__enter__(), done))
        for bar, first in bars:
            bar.update(done - bar.pos, _pace(done - first, count - done, time.monotonic() - started))

    try:
        yield progress
    finally:
        for bar, _ in bars:
            bar.__exit__(None, None, None)


def _pace(done: int, left: int, seconds: float) -> str:
    """The rate and the time that remains at it; click's own is that of the last steps, which differ by a hundred times.

    >>> _pace(30, 90, 10.0)
    '3.0 plans/s, 0:00:30 left'
    """
    if not done:
        return ""
    rate = done / max(seconds, 0.001)
    return f"{rate:.1f} plans/s, {timedelta(seconds=round(left / rate))} left"


def _opened(run: Run, name: str) -> Corpus:
    """The corpus, which the report then names as what it rests on, and is not written into."""
    from planlens.corpus import store
    from planlens.errors import OutputError
    from planlens.report.manifest import File

    found = store.open(name)
    for _, path in run.outputs:
        if path is not None and path.resolve().is_relative_to(found.folder.resolve()):
            raise OutputError(f"{path}: inside the corpus, whose files are planlens' own; name a place outside of it")
    run.files = [File.of(found.folder / store.MANIFEST)]
    return found


@corpus.command()
@click.argument("name", metavar="CORPUS")
@running(form_options, manner_options)
def info(run: Run, name: str) -> None:
    """Say what a corpus holds, of which years and places, and what could not be read."""
    from planlens.report import corpora as told

    found = _opened(run, name)
    run.report(
        json=lambda: told.info_row(found.summary()),
        tables=lambda: told.info(found.summary(), run.m, full=run.look.full),
    )


@corpus.command(context_settings={"ignore_unknown_options": True})  # a query may begin with a comment: -- which
@click.argument("name", metavar="CORPUS")
@click.argument("query", metavar="SQL")
@running(form_options, manner_options)
def sql(run: Run, name: str, query: str) -> None:
    """Ask a corpus in SQL (DuckDB): the tables are plans, clauses, commitments and targets."""
    from planlens.report import corpora as told

    rows = _opened(run, name).query(query)
    run.report(json=lambda: told.result_row(rows), tables=lambda: [told.result(rows)])


# --- questions ------------------------------------------------------------------------------------------------------

Question = TypeVar("Question", bound=Callable[..., Any])
_ASKED = (
    click.argument("name", metavar="CORPUS"),
    click.option("--region", "place", metavar="NAME", help="Plans of this place, or of places inside it."),
    click.option("--year", type=click.IntRange(1949, 2100), help="Plans that hold in this year."),
    click.option("--plan", metavar="ID", multiple=True, help="These plans; may be given again."),
)
_scheduler = click.option(
    "--scheduler", metavar="ADDRESS", help="Look for near texts on a dask cluster: tcp://HOST:8786."
)
_limit = click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="Rows shown; 0: all.")


def _question(command: Question) -> Question:
    """Adds the corpus and the options that narrow its plans, and hands the command the latter as one Filter `of`."""

    @functools.wraps(command)
    def asked(*, place: str | None, year: int | None, plan: tuple[str, ...], **given: Any) -> Any:
        from planlens.corpus.overlap import Filter

        return command(of=Filter(place, year, plan), **given)

    return functools.reduce(lambda inner, option: option(inner), reversed(_ASKED), cast("Question", asked))


def _cluster(address: str | None) -> AbstractContextManager[Scheduler | None]:
    """The cluster at an address; nothing where none is given: then the join shares its work out among threads."""
    from planlens.corpus import scheduler

    return scheduler.of(address) if address is not None else nullcontext()


@corpus.command()
@_question
@click.option(
    "--across",
    type=click.Choice(("all", "places", "years")),
    default="all",
    show_default=True,
    help="Between any plans, plans of different places, or plans of one place.",
)
@click.option("--least", type=_Finite(0, 1), default=0.0, help="Leave out what is less probable.")
@click.option(
    "--nearest", type=click.IntRange(min=1), default=3, show_default=True, help="Counterparts of each, with a filter."
)
@click.option(
    "--exact",
    type=click.IntRange(min=0),
    default=12,
    show_default=True,
    help="Pairs of plans among the rows shown to judge by all evidence.",
)
@_scheduler
@_limit
@running(form_options, manner_options)
def overlap(
    run: Run,
    name: str,
    of: Filter,
    across: Literal["all", "places", "years"],
    least: float,
    nearest: int,
    exact: int,
    scheduler: str | None,
    limit: int,
) -> None:
    """Say which commitments stand in several plans, word for word or in other words, and which plans share most.

    With --region, --year or --plan: every commitment of these plans with its nearest counterparts elsewhere.
    """
    from planlens.corpus import tables as told
    from planlens.corpus.overlap import Asked
    from planlens.corpus.overlap import overlap as find

    asked = Asked(of, across, least, nearest, limit, exact)
    with _cluster(scheduler) as done_by:
        found = find(_opened(run, name), asked, scheduler=done_by)
    run.report(
        json=lambda: told.overlap_row(found),
        csv=lambda: [told.overlap_rows(found, run.m)],
        tables=lambda: told.overlap(found, run.m),
    )


@corpus.command()
@_question
@click.option(
    "--places", type=click.IntRange(min=1), default=1, show_default=True, help="Only themes of so many places."
)
@_scheduler
@_limit
@running(form_options, manner_options)
def themes(run: Run, name: str, of: Filter, places: int, scheduler: str | None, limit: int) -> None:
    """Group what several plans commit to: who has it, who had it first, how it spread over the years.

    With --region, --year or --plan: the themes that these plans have a part in.
    """
    from planlens.corpus import tables as told
    from planlens.corpus.themes import Asked
    from planlens.corpus.themes import themes as find

    with _cluster(scheduler) as done_by:
        found = find(_opened(run, name), Asked(of, places, limit), scheduler=done_by)
    run.report(
        json=lambda: told.themes_row(found),
        csv=lambda: [told.themes_rows(found, run.m)],
        tables=lambda: told.themes(found, run.m),
    )


@corpus.command()
@_question
@click.argument("indicator")
@_limit
@running(form_options, manner_options)
def track(run: Run, name: str, of: Filter, indicator: str, limit: int) -> None:
    """Follow one indicator over places and years: one row a place, one column a year."""
    from planlens.corpus import tables as told
    from planlens.corpus.track import track as find

    found = find(_opened(run, name), indicator, of)
    run.report(
        json=lambda: told.track_row(found),
        csv=lambda: [told.track_rows(found, run.m)],
        tables=lambda: told.track(found, run.m, limit),
    )


@corpus.command()
@_question
@click.argument("query", metavar="WORDS")
@click.option("--targets", is_flag=True, help="Among indicators of targets too.")
@_limit
@running(form_options, manner_options)
def search(
    run: Run,
    name: str,
    of: Filter,
    query: str,
    targets: bool,
    limit: int,
) -> None:
    """Find words or a sentence: first where they stand, then other names of the same, then what comes near."""
    from planlens.corpus import tables as told
    from planlens.corpus.search import KINDS, Asked
    from planlens.corpus.search import search as find

    found = find(_opened(run, name), query, Asked(of, KINDS[: 2 + targets], limit))
    run.report(
        json=lambda: told.search_row(found),
        csv=lambda: [told.search_rows(found, run.m)],
        tables=lambda: told.search(found, run.m),
    )
