"""A written report derived again from its manifest, and every row of it that no longer follows.

    written = readback.read(path)
    found = inputs(written, path, places, library)      the plans by the digests of their files, else by id or name
    proof = check(written, found, run)                  runs the command again and compares row by row

A report may come from anyone: of its command only what the commands of planlens read is run again, into a folder that
is thrown away, and word lists and models are those the person who verifies names.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from difflib import SequenceMatcher
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from planlens import alignments
from planlens.errors import InputError, PlanlensError
from planlens.library import Entry, Library
from planlens.model import Difference, PlanInfo, Proof
from planlens.report.readback import PACK, Row, Written, read, values

# command → plan references among its arguments: from which on (None: they are files of reviewed links)
COMMANDS: dict[str, int | None] = {
    "targets": 0, "track": 1, "align": 0, "diff": 0, "pack": 0, "check": 0, "coverage": 0, "overlap": 0, "trace": 1,
    "adoption": 0, "agree": None,
}  # fmt: skip
_FLAGS = ("--ledger", "--no-reviewed", "--exit-code", "--no-semantic")
_VALUED = {"--region": 1, "--lang": 1, "--only": 1, "--explain": 2, "--fail-on": 1}
_PLANS = ("--goals", "--last", "--peers", "--above")  # options whose values are plans, in the order they are read
_OURS = ("--library", "--alignments")  # what stands in for them is found by digest
_NAMED = ("--lexicon", "--semantic-model")  # whoever verifies names them
_SEMANTIC = frozenset(("align", "diff", "pack", "check", "coverage", "overlap", "trace"))
_GOES_BY = ("planlens", "lexicon", "weights", "semantic")  # of a manifest: what is not read but gone by
_LARGEST = 100 * 1024 * 1024  # bytes of a file that may be a plan
_MOST_FILES = 5_000  # of a folder that are looked at
_SHOWN = 60  # characters of a cell around what differs
_BEFORE = 12


@dataclass(frozen=True, slots=True)
class Again:
    """What stands in for the person's library and typed words while a command runs again."""

    command: tuple[str, ...]
    library: Library


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a report was made of as it is found now. `changed` are those whose bytes are others, by their names."""

    entries: tuple[Entry, ...]
    files: tuple[Path, ...]
    reviewed: Path | None
    changed: tuple[str, ...]


# --- what it was made of --------------------------------------------------------------------------------------------


def inputs(written: Written, report: Path, given: Sequence[Path], library: Library | None) -> Inputs:
    """The plans and files of a manifest: among those given, beside the report, in the library, where its words say.

    Raises InputError for one that is nowhere, and for a report of a command that cannot be run again.
    """
    _verifiable(written)
    wanted = written.manifest.get("inputs")
    if not isinstance(wanted, list) or not all(isinstance(item, dict) for item in wanted):
        raise InputError(f"{report}: its manifest names no inputs")
    pool = _Pool(list(_places(given, report, library, written.manifest["command"])))
    known = {entry.info.id: entry.path for entry in library.entries} if library else {}
    entries, files, changed = list[Entry](), list[Path](), list[str]()
    for item in wanted:
        name, digest, plan = _text(item, "file", report), _text(item, "sha256", report), item.get("id")
        path = pool.by_digest(digest)
        if path is None:
            path = known.get(str(plan)) or pool.by_name(name)
            changed.append(name)
        if path is None:
            raise InputError(f"{name}: no file here has sha256 {digest[:12]}…; name it: planlens verify {report} FILE")
        if plan is None:
            files.append(path)
        else:
            entries.append(Entry(_info(item), path, _digest(path)))
    return Inputs(tuple(entries), tuple(files), *_reviewed(written, report, pool, library, changed))


def _reviewed(
    written: Written, report: Path, pool: _Pool, library: Library | None, changed: list[str]
) -> tuple[Path | None, tuple[str, ...]]:
    """The file of reviewed links, and with it all that changed."""
    told = written.manifest.get("alignments")
    if not isinstance(told, dict):
        return None, tuple(changed)
    name, digest = _text(told, "file", report), _text(told, "sha256", report)
    homes = alignments.homes(library.folder, shipped=library.shipped) if library else ()
    there = [folder / name for folder in homes if _is_name(name) and (folder / name).is_file()]
    path = next((path for path in there if _digest(path) == digest), None) or pool.by_digest(digest)
    if path is not None:
        return path, tuple(changed)
    path = next(iter(there), None) or pool.by_name(name)
    return path, (*changed, name)


class _Pool:
    """Files that may be what a manifest names; each is read once, and only when asked for."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = list(dict.fromkeys(paths))
        self._digests: dict[Path, str | None] = {}

    def by_digest(self, digest: str) -> Path | None:
        return next((path for path in self._paths if self._digest(path) == digest), None)

    def by_name(self, name: str) -> Path | None:
        return next((path for path in self._paths if path.name == name), None)

    def _digest(self, path: Path) -> str | None:
        if path not in self._digests:
            self._digests[path] = _digest(path)
        return self._digests[path]


def _places(given: Sequence[Path], report: Path, library: Library | None, command: Sequence[str]) -> Iterator[Path]:
    """Where a plan may lie: the most likely first."""
    for path in given:
        if not path.exists():
            raise InputError(f"{path}: no such file")
        yield from _below(path) if path.is_dir() else (path,)
    for word in command[1:]:
        if PureWindowsPath(word).drive.startswith("\\\\"):  # a share, whose host would be asked
            continue
        try:
            yield from (path for path in (Path(word), report.parent / word) if path.is_file())
        except (OSError, ValueError):  # words too long for a name, or with a NUL
            continue
    yield from (entry.path for entry in library.entries) if library else ()
    yield from _below(report.parent)


def _below(folder: Path) -> Iterator[Path]:
    listed = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    yield from (path for path in listed[:_MOST_FILES] if path.is_file())


def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.stat().st_size <= _LARGEST else None
    except OSError:
        return None


def _text(item: dict[str, Any], name: str, report: Path) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not value:
        raise InputError(f"{report}: its manifest names an input without {name}")
    return value


def _info(item: dict[str, Any]) -> PlanInfo:
    """What the run knew of a plan, as the manifest tells it."""
    about = item.get("about")
    told = about if isinstance(about, dict) else {}
    known = {field.name: told[field.name] for field in fields(PlanInfo) if field.name in told and field.name != "id"}
    kept = {name: v for name, v in known.items() if isinstance(v, int if name.endswith("_year") else str)}
    name = str(item["id"])
    return PlanInfo(name, **{"title": name, **kept})  # type: ignore[arg-type]  # each of its field's type, as checked


# --- the command again ----------------------------------------------------------------------------------------------


def arguments(written: Written, found: Inputs, own: dict[str, str | None]) -> list[str]:
    """The command as it is run again: its plans by the ids they have in `found`, nothing that writes or fetches.

    `own` are the values of --lexicon and --semantic-model. Raises InputError for any other word.
    """
    name, *words = written.manifest["command"]
    _verifiable(written)
    plain, options, plans, needed = _parted(words)
    named = [str(path) for path in found.files] if COMMANDS[name] is None else [e.info.id for e in found.entries]
    first = COMMANDS[name] or 0
    if len(named) < len(plain[first:]) + len(plans):
        raise InputError("the manifest names fewer inputs than its command")
    ids = iter(named)
    ahead = plain[first : first + 1] if name == "check" else plain[first:]  # of its peers the options come first
    made = [*plain[:first], *(next(ids) for _ in ahead)]
    for option, _ in sorted(plans, key=lambda pair: _PLANS.index(pair[0])):
        made += [option, next(ids)]
    made += [next(ids) for _ in plain[first + len(ahead) :]]
    for option in needed:
        if (value := own.get(option)) is None:
            raise InputError(f"the report was made with {option}; name it: planlens verify REPORT {option} …")
        options += [option, value]
    if "--lang" not in options:
        options += ["--lang", "zh"]
    if name in _SEMANTIC and written.manifest.get("semantic") is None and "--no-semantic" not in options:
        options.append("--no-semantic")
    asked = "diff" if name == "pack" and written.form != PACK else name  # one file of a pack is a report of diff
    return [asked, *made, *options, *(word for word in written.shown if word in _LOOKS)]


def _verifiable(written: Written) -> None:
    name = written.manifest["command"][0]
    if name not in COMMANDS:
        raise InputError(f"`planlens {name[:40]}` makes no report to verify; these do: {', '.join(COMMANDS)}")


_LOOKS = ("--full", "--tracked")


def _parted(words: Sequence[str]) -> tuple[list[str], list[str], list[tuple[str, str]], list[str]]:
    """The words of a command: arguments, options as they stand, options that name plans, options to be named anew."""
    left = list(words)
    plain, options, plans, needed = list[str](), list[str](), list[tuple[str, str]](), list[str]()
    while left:
        word = left.pop(0)
        if not word.startswith("-"):
            plain.append(word)
            continue
        count = 0 if word in _FLAGS else _VALUED.get(word, 1)
        known = word in (*_FLAGS, *_VALUED, *_PLANS, *_OURS, *_NAMED)
        if not known or len(left) < count or any(value.startswith("-") for value in left[:count]):
            raise InputError(f"its command has {word[:40]!r}, which is not run again")
        given, left = left[:count], left[count:]
        if word in _PLANS:
            plans.append((word, given[0]))
        elif word in _NAMED:
            needed.append(word)
        elif word not in _OURS:
            options += [word, *given]
    return plain, options, plans, needed


def check(
    written: Written, found: Inputs, own: dict[str, str | None], run: Callable[[Sequence[str], Again], None]
) -> Proof:
    """Run the command again, by `run`, and compare what it gives with what the report says."""
    words = arguments(written, found, own)
    command = tuple(written.manifest["command"])
    with tempfile.TemporaryDirectory(prefix="planlens-", ignore_cleanup_errors=True) as name:
        folder = Path(name, "library")
        entries = _named(found.entries, written, folder)
        if found.reviewed is not None:
            home = folder / alignments.FOLDER
            home.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found.reviewed, home / _reviewed_name(written))
        target = Path(name, PACK if written.form == PACK else f"report.{written.form}")
        run([*words, "-o", str(target)], Again(command, Library(folder, entries)))
        again = read(target)
    goes_by = tuple(_goes_by(written.manifest, again.manifest))
    told = {name for name, _, _ in goes_by}
    files = [name for name in written.files if name in again.files]
    if written.files and not files:
        raise InputError(f"{', '.join(written.files)}: cannot be made here to be compared; `planlens pack` says why")
    left = (*(name for name in written.files if name not in files), *written.others)
    mine, theirs = ((*_of_manifest(each.manifest, told | {"command"}), *each.of(files)) for each in (written, again))
    return Proof(command, len(written.of(files)), found.changed, goes_by, tuple(differences(mine, theirs)), left)


def _named(entries: Sequence[Entry], written: Written, folder: Path) -> tuple[Entry, ...]:
    """The entries, each once; a file that bears another name by now is copied under the one it had."""
    folder.mkdir()
    made: dict[str, Entry] = {}
    for number, (entry, item) in enumerate(
        zip(entries, (i for i in written.manifest["inputs"] if i.get("id") is not None), strict=True)
    ):
        name = item["file"]
        if entry.path.name != name and _is_name(name):
            place = folder / str(number)
            place.mkdir()
            entry = replace(entry, path=Path(shutil.copyfile(entry.path, place / name)))
        made.setdefault(entry.info.id, entry)
    return tuple(made.values())


def _reviewed_name(written: Written) -> str:
    name = str(written.manifest["alignments"]["file"])
    if not _is_name(name):
        raise InputError(f"its manifest names reviewed links {name[:40]!r}, which is no file's name")
    return name


def _is_name(name: str) -> bool:
    """Whether a name is that of a file and leads nowhere else, on any system."""
    bare = name == PurePosixPath(name).name == PureWindowsPath(name).name
    return bare and name not in ("", ".", "..") and "\0" not in name


def _goes_by(said: dict[str, Any], now: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What the report was made by and the run again was not: its name, then and now."""
    for name in _GOES_BY:
        if said.get(name) != now.get(name):
            yield name, _short(said.get(name)), _short(now.get(name))


def _short(value: object) -> str:
    """A part of a manifest for a person: digests by their beginnings."""
    told = ", ".join(cell for _, cells in values(value) for cell in cells)
    return re.sub("([0-9a-f]{12})[0-9a-f]{52}", r"\1", told)[:200]


def _of_manifest(manifest: dict[str, Any], without: set[str]) -> list[Row]:
    rows = values({name: value for name, value in manifest.items() if name not in without})
    return [Row(f"manifest {place}", 1, cells) for place, cells in rows]


# --- row by row -----------------------------------------------------------------------------------------------------


def differences(said: Sequence[Row], follow: Sequence[Row]) -> Iterator[Difference]:
    """Rows of a report that differ from those that follow, in the report's order; rows that it lacks among them."""
    mine, theirs = ([(row.place, row.cells) for row in rows] for rows in (said, follow))
    for kind, a, b, c, d in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for n in range(max(b - a, d - c)):
            here = said[a + n] if a + n < b else None
            there = follow[c + n] if c + n < d else None
            row = here or there
            assert row is not None
            cells = _apart(here.cells if here else (), there.cells if there else ())
            yield Difference(row.place, row.number, *cells)


def _apart(said: Sequence[str], follows: Sequence[str]) -> tuple[str, str]:
    """The cells that differ, each cut around what differs; whole rows where one of them is missing."""
    if len(said) != len(follows):
        return " | ".join(filter(None, said))[: _SHOWN * 2], " | ".join(filter(None, follows))[: _SHOWN * 2]
    pairs = [_cut(a, b) for a, b in zip(said, follows, strict=True) if a != b]
    return " | ".join(a for a, _ in pairs), " | ".join(b for _, b in pairs)


def _cut(a: str, b: str) -> tuple[str, str]:
    """Two texts from shortly before they part.

    >>> _cut("引进人才20名", "引进人才50名")
    ('引进人才20名', '引进人才50名')
    """
    same = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    start = max(same - _BEFORE, 0)
    lead = "…" if start else ""
    made = [lead + text[start : start + _SHOWN] + ("…" if len(text) > start + _SHOWN else "") for text in (a, b)]
    return made[0], made[1]


def opened(folder: str | None) -> Library | None:
    """The library to look in; None where none is named and there is none."""
    try:
        return Library.open(folder)
    except PlanlensError:
        if folder is not None:
            raise
        return None
