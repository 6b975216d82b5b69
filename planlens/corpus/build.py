"""Builds a corpus: files to parts of Parquet, reading only what is new or changed, to be broken off at any moment.

1. List the files, with what a catalogue says of them, and take the digest of each; equal bytes count once.
2. Read those that neither the corpus nor a build that was broken off has, each to a file of its own in `.building`.
3. Give ids, which depend on the plans alone and not on the order they were read in, and cut their list into parts.
4. Write the parts that are not there yet, then corpus.json, which makes them count; then take away what is left over.

A part ends after a plan whose id says so (a digest of it), so that one file more or less changes one part, and the
same files give the same bytes however they came together: content-defined chunking (Muthitacharoen et al., LBFS 2001).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from importlib import metadata
from pathlib import Path
from typing import Any

from planlens import __version__, fetch, intake
from planlens.corpus import rows, schema, store
from planlens.corpus.scheduler import Lost, Scheduler
from planlens.corpus.schema import TABLES
from planlens.corpus.store import BUILDING, MANIFEST, Corpus, Failure, File, Manifest, Part
from planlens.errors import CorpusError, InputError, OutputError, PlanlensError
from planlens.files import write_atomically
from planlens.library import _UNSAFE_IN_ID, CATALOGUE, Entry, Library, _free
from planlens.model import Note, Plan, PlanInfo

LOCK = ".corpus.lock"
_LIST = 16 * 2**20  # bytes of a list of paths: 200,000 of them
_PLANS_A_PART = 64  # on average: a few MB of Parquet, read in a few ms
_LARGEST_PART = 8_000_000  # characters, from which on a part ends anyway: 400 plans of the usual length
_HASHERS = 4  # threads that take digests: SHA-256 lets go of the interpreter
_ABOVE_READING = ("cli", "report", "corpus", "check", "coverage", "samples")
"""Folders of planlens that no reading depends on."""
_READ_BY = (
    "doc2docx", "jieba", "lxml", "msdoc2docx", "numpy", "ofdkit", "opencc-python-reimplemented", "openpyxl",
    "pdfplumber", "pypdfium2", "python-docx",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did: plans in the corpus now, how many of them were read anew, what was not taken and why."""

    folder: Path
    plans: int
    read: int
    removed: int
    copies: tuple[tuple[str, str], ...]
    """(file, the file with the same bytes that was taken)"""
    failures: tuple[Failure, ...]
    unread: tuple[tuple[str, int], ...]
    """Suffixes without a reader and how many files bear them."""
    links: tuple[str, ...]
    counts: Mapping[str, int]


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


def build(
    named: Sequence[str],
    folder: str | os.PathLike[str],
    *,
    scheduler: Scheduler,
    lexicon: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Built:
    """Bring the corpus at `folder` up to the plans in the folders and lists `named`.

    `lexicon` is the path of a person's own lists, `progress` is told how many files of how many have been read. Raises
    CorpusError where nothing can be built, InputError for a list or folder that cannot be read, OutputError where the
    corpus cannot be written; what was read stays in `.building` for the next build.
    """
    schema.pyarrow()
    root = Path(folder)
    _prepare(root)
    with _alone(root):
        settings, origin = reading_settings(lexicon)
        before = _before(root)
        sources, unread, links = _sources(named, root)
        jobs, failed = _jobs(sources, settings)
        had = _had(before)
        known = _refused(before, jobs)
        todo = [job for job in jobs if job.reading not in had and job.reading not in known]
        failed += _read_all(todo, root, scheduler, settings, lexicon, progress or _silent)
        failed += known.values()
        jobs = [job for job in jobs if job.reading in had or _staged(root, job.reading).is_file()]
        if not jobs:
            raise _nothing(named, failed)
        parts = _pack(root, jobs, before, had, settings)
        counts = _counts(root, parts)
        manifest = Manifest(__version__, settings, origin, counts, tuple(parts), tuple(sorted(failed, key=_by_source)))
        write_atomically(root / MANIFEST, manifest.text().encode())
        _sweep(root, parts)
    now = {job.reading for job in jobs}
    return Built(
        root,
        len(jobs),
        len(now - had.keys()),
        len(had.keys() - now),
        tuple((copy, job.source.path) for job in jobs for copy in job.copies),
        manifest.failures,
        unread,
        links,
        counts,
    )


def _silent(done: int, count: int) -> None:
    """The progress that nobody asked for."""


def _by_source(failure: Failure) -> str:
    return failure.source


def _nothing(named: Sequence[str], failed: Sequence[Failure]) -> CorpusError:
    first = f"; the first: {failed[0].why}" if failed else ""
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


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """The only build in a folder. Raises CorpusError at once where another is at work there."""
    from filelock import FileLock, Timeout

    lock = FileLock(root / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise CorpusError(f"{root}: another build is at work here; wait for its end, or name another folder") from None
    except OSError as error:
        raise OutputError(f"{root}: cannot be written ({error.strerror or error})") from None
    try:
        yield
    finally:
        lock.release()


# --- what there is to read ------------------------------------------------------------------------------------------


def _sources(named: Sequence[str], root: Path) -> tuple[list[Source], tuple[tuple[str, int], ...], tuple[str, ...]]:
    """Every file in the folders and lists, in order of paths, with the entries of the catalogues beside them.

    Raises InputError where a folder or a list holds nothing to read.
    """
    found = intake.sources([path for name in named for path in _listed(name)])
    corpus = root.resolve()
    jobs = [path for path in found.jobs if fetch.is_address(path) or corpus not in Path(path).resolve().parents]
    entries = _entries(jobs)
    paths = {path: Source(path, entries.pop(Path(path).resolve(), None)) for path in jobs}
    missing = {str(entry.path): Source(str(entry.path), entry) for entry in entries.values()}
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


def _jobs(sources: Sequence[Source], settings: str) -> tuple[list[Job], list[Failure]]:
    """One job for all files of the same bytes: the catalogued one, else the first by path."""
    failed: list[Failure] = []
    by_bytes: dict[str, list[Source]] = {}
    with ThreadPoolExecutor(_HASHERS) as threads:
        for source, found in zip(sources, threads.map(_digest, sources), strict=True):
            if found.startswith("!"):
                failed.append(Failure(source.path, found[1:]))
            else:
                by_bytes.setdefault(found, []).append(source)
    jobs = []
    for sha256, same in by_bytes.items():
        first = min(same, key=lambda source: (source.entry is None, source.path))
        copies = tuple(source.path for source in same if source is not first)
        jobs.append(Job(first, sha256, _reading(first, sha256, settings), copies))
    return jobs, failed


def _digest(source: Source) -> str:
    """SHA-256 of a file, or why there is none behind a "!"."""
    if fetch.is_address(source.path):
        return f"!{source.path}: an address; `planlens add` downloads it into a library first"
    try:
        path = Path(source.path)
        if path.exists() and not path.is_file():
            return f"!{path}: a pipe or a device, not a file"
        return store.digest(path).sha256
    except FileNotFoundError:
        return f"!{source.path}: no such file"
    except (OSError, ValueError) as error:
        return f"!{source.path}: cannot be read ({getattr(error, 'strerror', None) or error})"


def _reading(source: Source, sha256: str, settings: str) -> str:
    """Digest of all that the reading of a file depends on; its name may stand in for a title or a year."""
    entry = source.entry
    told = (settings, sha256, Path(source.path).name, repr(entry and (entry.info, entry.sha256)))
    return _short_digest(*told, size=16)


def _short_digest(*parts: str, size: int) -> str:
    whole = hashlib.blake2b(digest_size=size)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        whole.update(b"%d:" % len(data) + data)
    return whole.hexdigest()


def reading_settings(lexicon: str | None) -> tuple[str, str]:
    """Digest of what all reading depends on, the same on any machine with the same code; the origin of a lexicon."""
    origin = ""
    if lexicon is not None:
        origin = _lexicon(lexicon).origin
    return _short_digest(_code(), origin, size=16), origin


@cache
def _code() -> str:
    """Digest of the code and data that reading depends on, of Python's version and those of the readers' libraries."""
    home, whole = Path(__file__).parents[1], hashlib.blake2b(digest_size=16)
    whole.update(f"{schema.VERSION} {__version__} {sys.version_info[:2]}".encode())
    for name in _READ_BY:
        with suppress(metadata.PackageNotFoundError):
            whole.update(f"{name} {metadata.version(name)}".encode())
    for path in sorted(home.rglob("*")):
        inside = path.relative_to(home)
        if inside.parts[0] not in _ABOVE_READING and "__pycache__" not in inside.parts and path.is_file():
            whole.update(f"\n{inside.as_posix()} {path.stat().st_size}\n".encode() + path.read_bytes())
    whole.update((home / "corpus" / "rows.py").read_bytes() + (home / "data" / "corpus.toml").read_bytes())
    return whole.hexdigest()


@lru_cache(maxsize=1)
def _lexicon(path: str) -> Any:
    from planlens.lexicon import load

    return load(Path(path))


# --- reading --------------------------------------------------------------------------------------------------------

_ONE = threading.Lock()  # threads of a cluster's worker: PDFium may be used by one thread of a process only


def read_one(job: Job, settings: str, lexicon: str | None = None) -> tuple[str, bytes]:
    """("", one row of `schema.nested` as an Arrow file), or why there is none; what a worker does."""
    with _ONE:
        try:
            if reading_settings(lexicon)[0] != settings:
                return f"{job.source.path}: the worker has another version of planlens or of a reader's library", b""
            plan = _plan(job, lexicon)
            if plan.document.sha256 != job.sha256:
                return f"{job.source.path}: changed while it was read; build again", b""
            return "", _packed(rows.row(plan, job.reading))
        except PlanlensError as error:
            return " ".join(str(error).split()), b""
        except (RecursionError, MemoryError):
            return f"{job.source.path}: too large or nested too deeply", b""
        except Exception as error:  # whatever else a file makes a reader do: one file, not the build
            return (
                f"{job.source.path}: cannot be read ({type(error).__name__}: {' '.join(str(error).split())[:200]})",
                b"",
            )


def _plan(job: Job, lexicon: str | None) -> Plan:
    """What `Library.read` gives, but not by way of its cache: a corpus is one."""
    from planlens.library import recognised
    from planlens.parse import build, comparable
    from planlens.read import read_document

    document = comparable(read_document(Path(job.source.path)))
    entry = job.source.entry
    plan = build(document, entry.info if entry else recognised(document).info, _lexicon(lexicon) if lexicon else None)
    if entry and entry.sha256 and entry.sha256 != document.sha256:
        changed = Note("catalogue", None, f"与编目时的文件不同（sha256 不符）：{entry.path.name}")
        plan = replace(plan, notes=(*plan.notes, changed))
    return plan


def _packed(row: rows.Row) -> bytes:
    pa = schema.pyarrow()
    sink = pa.BufferOutputStream()
    batch = pa.RecordBatch.from_pylist([row], schema=schema.nested())
    with pa.ipc.new_file(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def _read_all(
    todo: Sequence[Job],
    root: Path,
    scheduler: Scheduler,
    settings: str,
    lexicon: str | None,
    progress: Callable[[int, int], None],
) -> list[Failure]:
    """Read what a build that was broken off has not read yet; the failures."""
    waiting = [job for job in todo if not _whole(_staged(root, job.reading))]
    failed: list[Failure] = []
    progress(len(todo) - len(waiting), len(todo))
    read = partial(read_one, settings=settings, lexicon=lexicon)
    for done, (number, result) in enumerate(scheduler.each(read, waiting), len(todo) - len(waiting) + 1):
        job = waiting[number]
        if isinstance(result, Lost):
            failed.append(Failure(job.source.path, f"{job.source.path}: {result.why}"))
        elif result[0]:
            failed.append(Failure(job.source.path, result[0], _refusal(job)))
        else:
            _put(_staged(root, job.reading), result[1])
        progress(done, len(todo))
    return failed


def _staged(root: Path, reading: str) -> Path:
    return root / BUILDING / reading[:2] / f"{reading}.arrow"


def _put(path: Path, data: bytes) -> None:
    """Whole or not at all where the process is killed. What a loss of power leaves, `_whole` finds out."""
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error}); what was read is kept") from None


def _whole(path: Path) -> bool:
    """Whether what an earlier build has read is there and can be opened."""
    pa = schema.pyarrow()
    try:
        with pa.memory_map(str(path)) as data:
            return bool(pa.ipc.open_file(data).num_record_batches == 1)
    except (OSError, pa.ArrowException):
        return False


def _refusal(job: Job) -> str:
    """Digest of what a failure depends on: another limit may let the file pass."""
    return _short_digest(job.reading, os.environ.get("PLANLENS_MAX_BYTES", ""), size=16)


# --- what there was -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Home:
    """Where a plan stands in the corpus as it was: its part and its id there."""

    part: Part
    plan: str


def _before(root: Path) -> Corpus | None:
    """The corpus as it was, without the parts that are damaged; None where there is none of this version."""
    try:
        manifest = store.read_manifest(root)
    except CorpusError:
        return None
    if manifest is None:
        return None
    sound = tuple(part for part in manifest.parts if _sound(root, part))
    return Corpus(root, replace(manifest, parts=sound))


def _sound(root: Path, part: Part) -> bool:
    """Whether all files of a part are there with their bytes."""
    try:
        return all(store.digest(root / name / f"{part.name}.parquet") == file for name, file in part.files.items())
    except OSError:
        return False


def _had(before: Corpus | None) -> dict[str, Home]:
    """reading → where its plan stands."""
    had: dict[str, Home] = {}
    for part in before.manifest.parts if before else ():
        assert before is not None
        found = before.read(part, "plans", ["plan", "reading"])
        had |= {
            reading: Home(part, name)
            for name, reading in zip(found["plan"].to_pylist(), found["reading"].to_pylist(), strict=True)
        }
    return had


def _refused(before: Corpus | None, jobs: Sequence[Job]) -> dict[str, Failure]:
    """Files that could not be read last time and are the same: reading → the failure."""
    refused = {failure.reading: failure for failure in before.manifest.failures} if before else {}
    found = ((job, refused.get(_refusal(job))) for job in jobs)
    return {job.reading: replace(failure, source=job.source.path) for job, failure in found if failure}


# --- ids and parts --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Card:
    """A plan that has been read: what its id is made of, and its length."""

    job: Job
    info: PlanInfo
    characters: int
    plan: str = ""


def ids(cards: Sequence[Card]) -> list[Card]:
    """The cards with the ids of their plans, in order of these.

    An id is the one of the catalogue, else what `add` would propose: 深圳-2025, or the name of a file that is named by
    its years. Plans of one id take the longer one (深圳-2025-卫生健康工作要点), and where that is the same too, the
    digest of the file behind it: an id depends on the plans that share it and on nothing else.
    """
    left, taken, named = [(card, _proposed(card)) for card in cards], set[str](), list[Card]()
    for step, catalogued in ((0, True), (0, False), (1, False), (2, False)):
        asked = [item for item in left if not catalogued or item[0].job.source.entry]
        names = Counter(proposed[step].casefold() for _, proposed in asked)
        given = [item for item in asked if names[name := item[1][step].casefold()] == 1 and name not in taken]
        named += [replace(card, plan=proposed[step]) for card, proposed in given]
        taken |= names.keys()
        done = {card.job.reading for card, _ in given}
        left = [item for item in left if item[0].job.reading not in done]
    named += [replace(card, plan=f"{proposed[2]}-{card.job.sha256}") for card, proposed in left]
    return sorted(named, key=lambda card: card.plan)


def _proposed(card: Card) -> tuple[str, str, str]:
    """The id that is tried first, second and third."""
    entry = card.job.source.entry
    if entry is not None:
        first = second = entry.info.id
    else:
        stem = _UNSAFE_IN_ID.sub("-", Path(card.job.source.path).stem).strip("-._")
        info = replace(card.info, id=stem)
        first = second = stem or "plan"
        if info.start_year is not None:
            first = _free(info, ())
            longer = _free(info, {first.casefold()})
            second = first if re.fullmatch(rf"{re.escape(first)}-2", longer) else longer
    return first, second, f"{second}-{card.job.sha256[:8]}"


def _cards(root: Path, jobs: Sequence[Job], before: Corpus | None) -> list[Card]:
    names = [name for name in schema.columns()["plans"] if name in store._ABOUT] + ["characters", "reading"]
    by_reading = {job.reading: job for job in jobs}
    cards = []
    for part in before.manifest.parts if before else ():
        assert before is not None
        for told in before.read(part, "plans", names).to_pylist():
            if job := by_reading.pop(told["reading"], None):
                cards.append(Card(job, rows.info(told), told["characters"]))
    for job in by_reading.values():
        (told,) = _read_staged(root, job.reading, names).to_pylist()
        cards.append(Card(job, rows.info(told, "-"), told["characters"]))
    return cards


def _read_staged(root: Path, reading: str, columns: Sequence[str] | None = None) -> Any:
    """The row of a plan that was read, or some of its columns, as a pyarrow.Table."""
    pa = schema.pyarrow()
    path = _staged(root, reading)
    with store.damaged(path, root), pa.memory_map(str(path)) as data:
        whole = schema.nested().names
        options = pa.ipc.IpcReadOptions(included_fields=[whole.index(name) for name in columns or whole])
        return pa.ipc.open_file(data, options=options).read_all()


def _pack(root: Path, jobs: Sequence[Job], before: Corpus | None, had: Mapping[str, Home], settings: str) -> list[Part]:
    """The parts of all plans in order of ids: those that are there already, and the others written."""
    there = {part.name: part for part in before.manifest.parts} if before else {}
    old = _Old(before)
    made = []
    for cards in _runs(ids(_cards(root, jobs, before))):
        name = f"part-{_part_name(cards, settings)}"
        made.append(there.get(name) or _written(root, name, [_tables(root, card, old, had) for card in cards]))
    return made


def _runs(cards: Sequence[Card]) -> Iterator[list[Card]]:
    """Plans that stand in one part."""
    run: list[Card] = []
    size = 0
    for card in cards:
        run.append(card)
        size += card.characters
        ends = int(_short_digest(card.plan, size=8), 16) % _PLANS_A_PART == 0
        if ends or size >= _LARGEST_PART:
            yield run
            run, size = [], 0
    if run:
        yield run


def _part_name(cards: Sequence[Card], settings: str) -> str:
    told = [(card.plan, card.job.reading, card.job.source.path, card.job.copies) for card in cards]
    return _short_digest(settings, repr(told), size=8)


class _Old:
    """Tables of the corpus as it was, the last parts that were asked for kept: plans come in order of ids."""

    def __init__(self, before: Corpus | None) -> None:
        self._before = before
        self._part = lru_cache(maxsize=4)(self._read)

    def _read(self, name: str) -> dict[str, Any]:
        assert self._before is not None
        part = next(part for part in self._before.manifest.parts if part.name == name)
        return {table: self._before.read(part, table) for table in TABLES}

    def tables(self, home: Home) -> dict[str, Any]:
        import pyarrow.compute as pc

        return {
            name: table.filter(pc.equal(table["plan"], home.plan)) for name, table in self._part(home.part.name).items()
        }


def _tables(root: Path, card: Card, old: _Old, had: Mapping[str, Home]) -> dict[str, Any]:
    """The rows of one plan in the four tables, under its id."""
    home = had.get(card.job.reading)
    tables = old.tables(home) if home else _unfolded(_read_staged(root, card.job.reading))
    pa = schema.pyarrow()
    made = {}
    for name, table in tables.items():
        ids_ = pa.repeat(pa.scalar(card.plan, pa.string()), table.num_rows)
        made[name] = _with(table, name, {"plan": ids_})
    own = {
        "source": pa.array([card.job.source.path]),
        "copies": pa.array([list(card.job.copies)], pa.list_(pa.string())),
    }
    return {**made, "plans": _with(made["plans"], "plans", own)}


def _unfolded(row: Any) -> dict[str, Any]:
    """The four tables of a row of `schema.nested`."""
    pa = schema.pyarrow()
    made = {"plans": row}
    for name in TABLES[1:]:
        items = row[name].combine_chunks().flatten()
        fields = [field.name for field in items.type]
        made[name] = pa.table(items.flatten(), names=fields)
    return made


def _with(table: Any, name: str, columns: Mapping[str, Any]) -> Any:
    """A table of the schema `name`, some of its columns given anew."""
    pa = schema.pyarrow()
    fields = schema.arrow(name)
    arrays = [columns[field.name] if field.name in columns else table[field.name] for field in fields]
    return pa.table(arrays, schema=fields)


def _written(root: Path, name: str, plans: Sequence[Mapping[str, Any]]) -> Part:
    """Write the four files of a part, that of plans last."""
    pa = schema.pyarrow()
    files: dict[str, File] = {}
    for table in reversed(TABLES):
        whole = pa.concat_tables([plan[table] for plan in plans]).combine_chunks()
        sink = pa.BufferOutputStream()
        pa.parquet.write_table(whole, sink, compression="zstd", write_page_checksum=True)
        data = bytes(sink.getvalue())
        _make(root / table)
        write_atomically(root / table / f"{name}.parquet", data)
        files[table] = File(len(data), hashlib.sha256(data).hexdigest())
    return Part(name, len(plans), {table: files[table] for table in TABLES})


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror or error})") from None


def _counts(root: Path, parts: Sequence[Part]) -> dict[str, int]:
    pa = schema.pyarrow()
    return {
        table: sum(pa.parquet.read_metadata(root / table / f"{part.name}.parquet").num_rows for part in parts)
        for table in TABLES
    }


def _sweep(root: Path, parts: Sequence[Part]) -> None:
    """Take away what counts no more: parts of earlier builds, half-written ones, and what was read for this one."""
    names = {f"{part.name}.parquet" for part in parts}
    for table in TABLES:
        for path in (root / table).glob("part-*.parquet"):
            if path.name not in names:
                with suppress(OSError):
                    path.unlink()
    shutil.rmtree(root / BUILDING, ignore_errors=True)
