"""Lists the files a corpus is built of: folders, lists of paths and catalogues; files of the same bytes are one job.

sources(["plans/", "more.txt"], corpus)     every file, with its entry in a catalogue
jobs(found, settings)                       what is to be read, and what cannot be
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from planlens import fetch, intake
from planlens.corpus import store
from planlens.corpus.store import Failure
from planlens.errors import InputError
from planlens.library import CATALOGUE, Entry, Library

_LIST = 16 * 2**20  # bytes of a list of paths: 200,000 of them
_HASHERS = 4  # threads that take digests: SHA-256 lets go of the interpreter


@dataclass(frozen=True, slots=True)
class Source:
    """A file and what a catalogue says of it."""

    path: str
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A file to be read: its digest, the digest of all that its reading depends on, files with the same bytes."""

    source: Source
    sha256: str
    reading: str
    copies: tuple[str, ...] = ()


def sources(named: Sequence[str], root: Path) -> tuple[list[Source], tuple[tuple[str, int], ...], tuple[str, ...]]:
    """Every file in the folders and lists, in order of paths, with the entries of the catalogues beside them.

    Behind them: suffixes that no reader has and how many files bear them, and links that were not followed.
    Raises InputError where a folder or a list holds nothing to read.
    """
    given = [path for name in named for path in _listed(name)]
    found = intake.sources(given)
    corpus = root.resolve()
    files = [path for path in found.jobs if fetch.is_address(path) or corpus not in Path(path).resolve().parents]
    entries = _entries(files)
    paths = {path: Source(path, entries.pop(Path(path).resolve(), None)) for path in files}
    folders = {Path(path).resolve() for path in given if Path(path).is_dir()}
    left = [entry for place, entry in entries.items() if not folders.isdisjoint(place.parents)]  # to be told: missing
    missing = {str(entry.path): Source(str(entry.path), entry) for entry in left}
    return sorted((missing | paths).values(), key=lambda source: source.path), found.unread, found.links


def _listed(name: str) -> list[str]:
    """A folder is itself; a file is a list of paths, one a line."""
    if Path(name).is_dir():
        return [name]
    try:
        with Path(name).open("rb") as stream:
            data = stream.read(_LIST + 1)
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror or error})") from None
    lines = _lines(data) if len(data) <= _LIST and b"\0" not in data else []
    paths = [line.strip() for line in lines if line.strip()]
    if not any(_there(path) for path in paths):
        raise InputError(f"{name}: no line of it is the path of a file; name a folder, or a list with one path a line")
    return paths


def _lines(data: bytes) -> list[str]:
    for encoding in ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return data.decode(encoding).splitlines()
    return []


def _there(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # a line that is no path: too long, a NUL
        return False


def _entries(paths: Iterable[str]) -> dict[Path, Entry]:
    """What the catalogues in the folders of these files, and in those above within the same tree, say of which file."""
    folders = {parent for path in paths if not fetch.is_address(path) for parent in Path(path).parents}
    libraries = [Library.open(folder) for folder in sorted(folders) if (folder / CATALOGUE).is_file()]
    return {entry.path.resolve(): entry for library in libraries for entry in library.entries}


def jobs(sources: Sequence[Source], settings: str) -> tuple[list[Job], list[Failure]]:
    """One job for all files of the same bytes: the catalogued one, else the first by path."""
    failed: list[Failure] = []
    by_bytes: dict[str, list[Source]] = {}
    with ThreadPoolExecutor(_HASHERS) as threads:
        for source, (sha256, why) in zip(sources, threads.map(_digest, sources), strict=True):
            if why:
                failed.append(Failure(shown(source.path), why))
            else:
                by_bytes.setdefault(sha256, []).append(source)
    made = []
    for sha256, same in by_bytes.items():
        first = min(same, key=lambda source: (source.entry is None, source.path))
        copies = tuple(source.path for source in same if source is not first)
        made.append(Job(first, sha256, _reading(first, sha256, settings), copies))
    return made, failed


def shown(path: str) -> str:
    """A path as text: names that are no UTF-8, as older archives have them, are read as GB 18030.

    >>> shown(os.fsdecode("深圳.txt".encode("gb18030")))
    '深圳.txt'
    """
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return os.fsencode(path).decode(encoding)
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _digest(source: Source) -> tuple[str, str]:
    """SHA-256 of a file, or why there is none."""
    if fetch.is_address(source.path):
        return "", "an address; `planlens add` downloads it into a library first"
    path = Path(source.path)
    try:
        if path.exists() and not path.is_file():
            return "", "a pipe, a device or a folder, not a file"
        return store.digest(path)[1], ""
    except FileNotFoundError:
        return "", "no such file"
    except (OSError, ValueError) as error:
        return "", f"cannot be read ({getattr(error, 'strerror', None) or error})"


def _reading(source: Source, sha256: str, settings: str) -> str:
    """Digest of all that the reading of a file depends on; its name may stand in for a title or a year."""
    entry = source.entry
    return store.short_digest(settings, sha256, Path(source.path).name, repr(entry and (entry.info, entry.sha256)))
