"""Builds a corpus: files to parts of Parquet, reading only what is new or changed, to be broken off at any moment.

1. List the files, with what a catalogue says of them, and take the digest of each; equal bytes count once.
2. Read those that neither the corpus nor a build that was broken off has, each to a file of its own in `.building`.
3. Give ids, which depend on the plans alone and not on the order they were read in, and cut their list into parts.
4. Write the parts that are not there yet, then corpus.json, which makes them count; then take away what is left over.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from planlens import __version__
from planlens.corpus import schema
from planlens.corpus.earlier import Stage, Standing
from planlens.corpus.parts import pack
from planlens.corpus.reading import Reading, read_one, settings_of
from planlens.corpus.scheduler import Lost, Scheduler
from planlens.corpus.schema import TABLES
from planlens.corpus.sources import Job, jobs, shown, sources
from planlens.corpus.store import BUILDING, MANIFEST, Failure, Manifest, Part
from planlens.errors import CorpusError, OutputError
from planlens.files import locked, write_atomically

LOCK = ".corpus.lock"
Progress = Callable[[int, int], None]
"""Told how many files of how many are done."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did: how many plans were read anew, how many left, what was not taken and why."""

    folder: Path
    read: int
    removed: int
    copies: tuple[tuple[str, str], ...]
    """(file, the file with the same bytes that was taken)"""
    failures: tuple[Failure, ...]
    unread: tuple[tuple[str, int], ...]
    """Suffixes without a reader and how many files bear them."""
    links: tuple[str, ...]
    counts: Mapping[str, int]
    """Rows of every table."""


def build(
    named: Sequence[str],
    folder: str | os.PathLike[str],
    *,
    scheduler: Scheduler,
    lexicon: str | None = None,
    progress: Progress | None = None,
) -> Built:
    """Bring the corpus at `folder` up to the plans in the folders and lists `named`.

    `lexicon` is the path of a person's own lists. Raises CorpusError where nothing can be built, InputError for a list
    or folder that cannot be read, OutputError where the corpus cannot be written; what was read stays in `.building`
    for the next build.
    """
    schema.pyarrow()
    root = Path(folder)
    settings, origin = settings_of(lexicon)
    files, unread, links = sources(named, root)
    _prepare(root)
    with locked(root, LOCK, waits=0):  # another build takes hours: not waited for
        standing, stage = Standing(root), Stage(root)
        found, failed = jobs(files, settings)
        todo = [job for job in found if job.reading not in standing.homes]
        failed += _read(todo, stage, scheduler, partial(read_one, settings=settings, lexicon=lexicon), progress)
        lost = {failure.source for failure in failed}
        taken = [job for job in found if shown(job.source.path) not in lost]
        if not taken:
            shutil.rmtree(stage.folder, ignore_errors=True)
            raise _nothing(named, failed)
        made = tuple(pack(root, taken, standing, stage, settings))
        manifest = Manifest(__version__, settings, origin, made, tuple(sorted(failed, key=lambda f: (f.source, f.why))))
        write_atomically(root / MANIFEST, manifest.text().encode())
        _sweep(root, made)
    before, now = standing.homes.keys(), {job.reading for job in taken}
    copies = tuple((shown(copy), shown(job.source.path)) for job in taken for copy in job.copies)
    return Built(
        folder=root,
        read=len(now - before),
        removed=len(before - now),
        copies=copies,
        failures=manifest.failures,
        unread=unread,
        links=links,
        counts=manifest.counts,
    )


def _nothing(named: Sequence[str], failed: Sequence[Failure]) -> CorpusError:
    first = f"; the first: {failed[0]}" if failed else ""
    return CorpusError(f"{', '.join(named)}: none of {len(failed)} files could be read{first}")


def _prepare(root: Path) -> None:
    """A folder that is a corpus, or may become one: not one with a person's files in it."""
    if root.exists() and not root.is_dir():
        raise OutputError(f"{root}: not a folder")
    try:
        root.mkdir(parents=True, exist_ok=True)
        there = {path.name for path in root.iterdir()} - {LOCK}
        if there and not there & {MANIFEST, BUILDING}:
            raise OutputError(f"{root}: holds other files and no corpus; name an empty or a new folder")
        (root / BUILDING).mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"{root}: cannot be written ({error.strerror or error})") from None


def _read(
    todo: Sequence[Job],
    stage: Stage,
    scheduler: Scheduler,
    read: Callable[[Job], Reading],
    progress: Progress | None,
) -> list[Failure]:
    """Read what a build that was broken off has not read yet; the failures."""
    waiting = [job for job in todo if not stage.has(job.reading)]
    done, failed = len(todo) - len(waiting), list[Failure]()
    if progress:
        progress(done, len(todo))
    for number, result in scheduler.each(read, waiting):
        job = waiting[number]
        if isinstance(result, Lost) or result.why:
            why = result.why.removeprefix(f"{job.source.path}: ").encode("utf-8", "backslashreplace").decode()
            failed.append(Failure(shown(job.source.path), why))
        else:
            stage.put(job.reading, result.data)
        done += 1
        if progress:
            progress(done, len(todo))
    return failed


def _sweep(root: Path, parts: Sequence[Part]) -> None:
    """Take away what counts no more: parts of earlier builds, half-written ones, and what was read for this one."""
    names = {f"{part.name}.parquet" for part in parts}
    for table in TABLES:
        for path in (root / table).glob("part-*.parquet"):
            if path.name not in names:
                with suppress(OSError):
                    path.unlink()
    shutil.rmtree(root / BUILDING, ignore_errors=True)
