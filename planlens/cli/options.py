"""What commands share of their command lines: the group, the options in sets, and what turns them into one run."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import click

from planlens import __version__
from planlens.cli.run import Run, open_library
from planlens.errors import PlanlensError

FORMATS = ("table", "md", "csv", "json", "docx", "xlsx", "html", "pdf")
STYLES = ("plain", "grid", "markdown")
Command = TypeVar("Command", bound=Callable[..., Any])


def complete_plan(context: click.Context, _: click.Parameter, incomplete: str) -> list[Any]:
    """Ids of the library for shell completion, and file names where none fits."""
    from click.shell_completion import CompletionItem

    try:
        ids = [entry.info.id for entry in open_library(context.params.get("library")).entries]
    except PlanlensError:
        ids = []
    found = [CompletionItem(name) for name in ids if name.startswith(incomplete)]
    return found or [CompletionItem(incomplete, type="file")]


def plan_argument(name: str, **options: Any) -> Callable[[Command], Command]:
    several = "..." if options.get("nargs") == -1 else ""
    return click.argument(name, metavar=name.upper() + several, shell_complete=complete_plan, **options)


def _options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    return lambda command: functools.reduce(lambda inner, option: option(inner), reversed(options), command)


def _leave_cache(context: click.Context, _: click.Parameter, aside: bool) -> None:
    if aside:
        from planlens.cache import aside as leave

        context.with_resource(leave())


shelf_options = _options(
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


form_options = _options(
    click.option(
        "--format", "form", type=click.Choice(FORMATS), help="table is the default; -o FILE's suffix decides."
    ),
    click.option(
        "-o", "--output", metavar="FILE", multiple=True, help="Write a file, whole or not at all; may be given again."
    ),
    click.option("--full", is_flag=True, help="Everything, uncut."),
    click.option("--style", type=click.Choice(STYLES), help="How tables in a terminal are drawn."),
)


manner_options = _options(
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


meaning_options = _options(
    click.option("--no-semantic", is_flag=True, envvar="PLANLENS_NO_SEMANTIC", help="Leave the semantic extra aside."),
    click.option("--semantic-model", metavar="DIR", help="A model of your own: sentence-transformers or ONNX."),
)


plot_option = click.option(
    "--plot",
    metavar="FILE",
    multiple=True,
    help="Draw the charts as .png or .svg, one under the other; {chart} in the name: one file each.",
)


_RUN = (
    "library", "region", "lexicon", "form", "output", "plot", "full", "style", "lang", "colour", "no_semantic",
    "semantic_model",
)  # fmt: skip


def running(*groups: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Adds groups of options to a command and hands it what they say as one `Run`."""

    def made(command: Command) -> Command:
        @functools.wraps(command)
        def called(**given: Any) -> Any:
            return command(Run(**{name: given.pop(name) for name in _RUN if name in given}), **given)

        return _options(*groups)(cast("Command", called))

    return made


reporting = running(shelf_options, form_options, manner_options)  # what every report has


review_options = _options(
    click.option("--no-reviewed", is_flag=True, help="Leave reviewed links aside."),
    click.option("--alignments", metavar="DIR", help="Folder of reviewed links (else alignments/ by the library)."),
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="planlens")
def cli() -> None:
    """Compare government plans: what was kept, changed, added and dropped, and which numeric targets moved.

    PLAN, OLD and NEW are an id (shenzhen-2025), a year or period (2025, 2021-2025), or a path to any file.
    """


def sections_of(only: str | None, form: str, known: Sequence[str]) -> tuple[str, ...]:
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
