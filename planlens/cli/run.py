"""One run of a command: its library, its plans, its lexicon, and the report it gives in every form asked for."""

from __future__ import annotations

import functools
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from planlens.cli.output import EACH, check_place, deliver, deliver_all, output_files, plot_files

if TYPE_CHECKING:
    from planlens.alignments import Replay
    from planlens.lexicon import Lexicon
    from planlens.library import Library
    from planlens.model import Comparison, Plan, Table
    from planlens.report import Report
    from planlens.report.manifest import File, Manifest, Reviewed
    from planlens.report.messages import Messages
    from planlens.semantic import Encoder
    from planlens.verify import Again

OK, CHANGED, BAD_INPUT = 0, 1, 2
_PIPED_WIDTH = 120  # cells, where the output is no terminal and COLUMNS does not say


_MANNERS = ("output", "form", "colour", "style", "full", "plot", "tracked", "folder")  # what does not touch a result


_LINKED = {  # what the links of a command are between: plans of two years, of two places
    "diff": "years", "align": "years", "pack": "years", "coverage": "places", "overlap": "places",
    "trace": "years places", "check": "years places",
}  # fmt: skip


T = TypeVar("T")


class Run:
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
        self.outputs: list[tuple[str, Path | None]] = output_files(output, form)
        self.form = self.outputs[0][0]
        self.plots = plot_files(plot, self.outputs)
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
            check_place(Path(sheet))
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

    @property
    def marks(self) -> bool:
        """Whether the form being written shows which words of a sentence were struck out and put in."""
        from planlens.report import MARKED

        return self.form in MARKED

    def _colour(self, asked: str) -> bool:
        if asked != "auto":
            return asked == "always"
        return self.outputs == [("table", None)] and sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    @functools.cached_property
    def shelf(self) -> Library:
        again: Again | None = click.get_current_context().obj
        return again.library if again else open_library(self.folder)

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

    def compared(self, old: Plan, new: Plan, reviewed: Replay) -> Comparison:
        """The comparison that every report of two plans tells, in the characters of their files."""
        from planlens.recall import compared

        return self.told(compared(old, new, reviewed.settled, encoder=self.encoder, lexicon=self.lexicon))

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
        deliver_all(written, colour=self.look.colour)  # once nothing can fail but the disk

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
            parts = [(c.name, [c]) for c in found] if EACH in path.name else [("", found)]
            drawn += [
                (path.with_name(path.name.replace(EACH, name)), picture(part, path.suffix[1:].lower()))
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
            deliver(text, path, colour=self.look.colour, exact=exact)


def open_library(folder: str | None) -> Library:
    from planlens.library import Library

    return Library.open(folder)


def tell_orphans(reviewed: Replay) -> None:
    """Where no closing block lists them: how many decisions were not applied."""
    if reviewed.orphaned:
        click.echo(
            f"planlens: {len(reviewed.orphaned)} reviewed decisions no longer apply; `planlens diff` lists them",
            err=True,
        )


def _typed(context: click.Context) -> tuple[str, ...]:
    """The command and what it was given, as it would be typed, without what says where a report goes and its looks."""
    words, options = context.command_path.split()[1:], list[str]()
    for parameter in context.command.params:
        name, value = parameter.name or "", context.params.get(parameter.name or "")
        if name in _MANNERS or value in (None, False, ()) or value == parameter.get_default(context):
            continue
        values = [str(one) for one in value] if isinstance(value, (tuple, list)) else [str(value)]
        if isinstance(parameter, click.Argument):
            words += values
        elif getattr(parameter, "is_flag", False):  # several may set one name: --text, --notes
            options += [parameter.opts[0]] if value in (True, getattr(parameter, "flag_value", None)) else []
        else:
            options += [word for one in values for word in (parameter.opts[0], one)]
    return (*words, *options)


def _weights(command: str, plans: int, *, semantic: bool) -> tuple[str, ...]:
    """The files of weights that a command goes by, those of pairs of years first; none where it links nothing."""
    from planlens.settings import PLACES_WEIGHTS, WEIGHTS

    linked = _LINKED.get(command, "") if plans > 1 else ""
    years = (WEIGHTS[semantic],) if "years" in linked else ()
    return (*years, *((PLACES_WEIGHTS,) if "places" in linked else ()))
