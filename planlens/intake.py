"""Takes files, folders and web addresses into a library one by one, and says of each what became of it.

found = sources(["plans/", "https://www.example.gov.cn/plan.html"])
for outcome in take(library, found.jobs): …
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal
from urllib.parse import unquote, urlsplit

from planlens import fetch
from planlens.errors import InputError, KnownError, LibraryError, PlanlensError
from planlens.library import CATALOGUE, NO_LIBRARY, Entry, Library

_STEM = 60  # characters of a name made of an address


@dataclass(frozen=True, slots=True)
class Sources:
    """What there is to take: files and addresses in order, and what was passed over in folders."""

    jobs: tuple[str, ...]
    unread: tuple[tuple[str, int], ...]
    """Suffixes that no reader has and how many files bear them, the most frequent first."""
    links: tuple[str, ...]
    """Links in a folder that lead out of it, and links to folders: not followed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one source: the entry it was added as, or why it was not. `known` ones are in the library."""

    source: str
    status: Literal["added", "known", "failed"]
    entry: Entry | None = None
    why: str = ""


def sources(named: Sequence[str]) -> Sources:
    """Every file named, every readable one in the folders named and below, and every address, each once.

    Hidden files and folders are no plans, nor is the catalogue of a library. Raises InputError for a folder that
    cannot be read and for one that holds nothing to read.
    """
    jobs: dict[str, None] = {}
    unread: Counter[str] = Counter()
    links: list[str] = []
    for name in named:
        if fetch.is_address(name) or not Path(name).is_dir():
            jobs[name] = None
            continue
        files = list(_files(Path(name), links))
        readable = [path for path in files if path.suffix.lower() in _readable()]
        unread.update(path.suffix.lower() or path.name for path in files if path.suffix.lower() not in _readable())
        if not readable and len(named) == 1:
            raise InputError(f"{name}: no file in this folder that planlens reads ({', '.join(sorted(_readable()))})")
        jobs |= dict.fromkeys(str(path) for path in readable)
    return Sources(tuple(jobs), tuple(sorted(unread.items(), key=lambda item: (-item[1], item[0]))), tuple(links))


def take(
    library: Library,
    jobs: Iterable[str],
    *,
    hosts: Collection[str] = (),
    name: str | None = None,
    period: str | None = None,
    facts: Mapping[str, str | None] | None = None,
) -> Iterator[Outcome]:
    """Add each source to the library; one that fails is told and the rest are done.

    `hosts` may be in a private network and be redirected to; `name`, `period` and `facts` are those of `Library.add`.
    """
    if library.shipped:
        raise LibraryError(NO_LIBRARY)
    asked = False
    for job in jobs:
        try:
            if fetch.is_address(job):
                if asked:
                    fetch.pause()
                asked = True
                entry = _downloaded(library, job, hosts, name, period, facts or {})
            else:
                entry = library.add(job, name=name, period=period, **(facts or {}))
        except KnownError as error:
            yield Outcome(job, "known", why=str(error))
        except (PlanlensError, OSError, RecursionError, MemoryError) as error:
            yield Outcome(job, "failed", why=_said(error, job))
        else:
            yield Outcome(job, "added", entry)


def _said(error: BaseException, job: str) -> str:
    if isinstance(error, PlanlensError):
        return str(error)
    if isinstance(error, OSError):
        return f"{job}: cannot be read ({error.strerror or error})"
    return f"{job}: too large or nested too deeply"


def _downloaded(
    library: Library,
    url: str,
    hosts: Collection[str],
    name: str | None,
    period: str | None,
    facts: Mapping[str, str | None],
) -> Entry:
    """Fetch an address into a file of its own and add that; its errors speak of the address."""
    got = fetch.fetch(url, allowed=hosts)
    with tempfile.TemporaryDirectory(prefix="planlens-") as folder:
        path = Path(folder, _stem(got.url) + got.suffix)
        path.write_bytes(got.data)
        told = {**facts, "source": facts.get("source") or url}
        try:
            return library.add(path, name=name, period=period, fetched=got.when, **told)
        except PlanlensError as error:
            raise type(error)(str(error).replace(str(path), url)) from None


def _stem(url: str) -> str:
    """The last part of an address as the name of a file, without what no file name may hold."""
    stem = PurePosixPath(unquote(urlsplit(url).path)).stem
    safe = "".join(char if char.isalnum() or char in "-_" else "-" for char in stem).strip("-")
    return safe[:_STEM] or "page"


def _readable() -> Collection[str]:
    from planlens.read import READERS

    return READERS.keys()


def _files(folder: Path, links: list[str]) -> Iterator[Path]:
    """The files in a folder and below it, in order of names; `links` gets those that lead out, or to folders."""
    root = folder.resolve()

    def stop(error: OSError) -> None:
        raise InputError(f"{error.filename}: cannot be read ({error.strerror or error})")

    for place, folders, names in os.walk(folder, onerror=stop, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links += [str(Path(place, name)) for name in folders if Path(place, name).is_symlink()]
        for name in sorted(names):
            path = Path(place, name)
            if name.startswith((".", "~$")) or name == CATALOGUE:
                continue
            if path.is_symlink() and not path.resolve().is_relative_to(root):
                links.append(str(path))
            elif path.is_file():
                yield path
