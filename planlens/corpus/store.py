"""A corpus on disk: which parts count, their tables, single plans out of them, and SQL over all.

    found = open("corpus/")
    found.table("targets", ["plan", "indicator", "value"])    a pyarrow.Table, by plan and place in it
    found.plan("shenzhen-2025")                               the Plan that was read
    found.query("select level, count(*) from plans group by level")

Only the parts that corpus.json names count. It is written last, so a build that was broken off changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from planlens import cache
from planlens.corpus import rows, schema
from planlens.corpus.schema import FORMAT, TABLES, VERSION
from planlens.errors import CorpusError
from planlens.model import Plan, PlanInfo

MANIFEST = "corpus.json"
BUILDING = ".building"
"""What a build has read so far; gone when it has come to its end."""
_CHUNK = 1 << 20
_PART = re.compile("part-[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class File:
    """Rows, bytes and SHA-256 of one file of a part."""

    rows: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Part:
    """A run of plans, in order of their ids, in one file of each table."""

    name: str
    files: Mapping[str, File]


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that is not in the corpus and why; the next build tries it again."""

    source: str
    why: str

    def __str__(self) -> str:
        return f"{self.source}: {self.why}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What corpus.json says: which parts count, what they were read with, and what could not be read."""

    planlens: str
    settings: str
    lexicon: str = ""
    parts: tuple[Part, ...] = ()
    failures: tuple[Failure, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Rows of every table."""
        return {table: sum(part.files[table].rows for part in self.parts) for table in TABLES}

    def text(self) -> str:
        told = {"format": FORMAT, "version": VERSION, **asdict(self)}
        return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


class Corpus:
    """The tables of one folder, read where they are asked for."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder, self.manifest = folder, manifest

    def table(self, name: str, columns: Sequence[str] | None = None) -> Any:
        """All rows of a table as a pyarrow.Table, by plan id and then by place in the plan."""
        pa = schema.pyarrow()
        _check_table(name)
        parts = list(self.batches(name, columns))
        empty = schema.arrow(name).empty_table()
        return pa.concat_tables(parts) if parts else empty.select(columns) if columns else empty

    def batches(self, name: str, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """The same a part at a time, for what need not fit into memory."""
        _check_table(name)
        for part in self.manifest.parts:
            yield self.read(part, name, columns)

    def read(self, part: Part, name: str, columns: Sequence[str] | None = None, *, plan: str | None = None) -> Any:
        """One table of one part, or its rows of one plan. Raises CorpusError where the file is damaged."""
        pa = schema.pyarrow()
        path = self.folder / name / f"{part.name}.parquet"
        chosen = [("plan", "=", plan)] if plan is not None else None
        with damaged(path, self.folder):
            return pa.parquet.read_table(
                path,
                columns=list(columns) if columns is not None else None,
                filters=chosen,
                partitioning=None,
                page_checksum_verification=True,
            )

    def plans(self) -> tuple[PlanInfo, ...]:
        """What is known of every plan, by id."""
        return tuple(map(rows.info, self.table("plans", ["plan", "origin", *rows.ABOUT]).to_pylist()))

    def plan(self, name: str) -> Plan:
        """One plan, equal to what reading its file gave. Raises CorpusError where there is none of this id."""
        part = self._homes.get(name)
        if part is None:
            raise CorpusError(f"{name}: no plan of this id in {self.folder}")
        return rows.plan({table: self.read(part, table, plan=name).to_pylist() for table in TABLES})

    @cached_property
    def _homes(self) -> dict[str, Part]:
        """Which part a plan stands in."""
        return {
            name: part
            for part in self.manifest.parts
            for name in self.read(part, "plans", ["plan"])["plan"].to_pylist()
        }

    def summary(self) -> dict[str, Any]:
        """What it holds: counts, sizes, years, places, levels, copies, and the files that could not be read."""
        about = self.table("plans", list(_SUMMED)).to_pylist()
        years = [year for plan in about for year in (plan["start_year"], plan["end_year"]) if year]
        told = self.manifest
        return {
            "corpus": str(self.folder),
            "planlens": told.planlens,
            "settings": told.settings,
            "lexicon": told.lexicon or None,
            "counts": told.counts,
            "characters": sum(plan["characters"] for plan in about),
            "parts": len(told.parts),
            "bytes": {name: sum(part.files[name].size for part in told.parts) for name in TABLES},
            "years": [min(years), max(years)] if years else None,
            "levels": dict(sorted(Counter(plan["level"] or "" for plan in about).items())),
            "regions": len({plan["region"] for plan in about if plan["region"]}),
            "provinces": len({plan["province"] for plan in about if plan["province"]}),
            "copies": sum(len(plan["copies"]) for plan in about),
            "failures": [{"source": failure.source, "why": failure.why} for failure in told.failures],
        }

    def query(self, sql: str, *, memory: int = 1 << 30) -> Any:
        """What one SQL query over plans, clauses, commitments and targets gives, as a pyarrow.Table.

        The query sees these four tables and nothing else: no file, no network, no extension. One thread, so that the
        same query gives the same rows in the same order; what passes `memory` bytes goes to a folder of its own.
        Raises CorpusError for what is no query, what DuckDB refuses and a result larger than `memory`.
        """
        try:
            import duckdb
        except ImportError:
            raise CorpusError("SQL over a corpus needs duckdb: pip install 'planlens[corpus]'") from None
        with tempfile.TemporaryDirectory(prefix="planlens-") as spill, closing(duckdb.connect(":memory:")) as database:
            for name in TABLES:
                database.register(name, self._dataset(name))
            database.execute(f"SET temp_directory = '{spill.replace(chr(39), chr(39) * 2)}'")
            for setting in (f"SET memory_limit = '{memory}B'", *_CLOSED):
                database.execute(setting)
            try:
                statements = database.extract_statements(sql)
                if len(statements) != 1 or statements[0].type.name not in _READS:
                    raise CorpusError("SQL: one query that reads: select level, count(*) from plans group by level")
                return _within(database.sql(sql).to_arrow_reader(_ROWS_AT_ONCE), memory)
            except RuntimeError as error:  # what DuckDB makes of Ctrl-C
                if "interrupted" in str(error).lower():
                    raise KeyboardInterrupt from None
                raise CorpusError(f"SQL: {_first_line(error)}") from None
            except (duckdb.Error, OSError, schema.pyarrow().ArrowException) as error:
                raise CorpusError(f"SQL: {_first_line(error)}") from None

    def _dataset(self, name: str) -> Any:
        from pyarrow import dataset

        paths = [str(self.folder / name / f"{part.name}.parquet") for part in self.manifest.parts]
        checked = dataset.ParquetFragmentScanOptions(page_checksum_verification=True)
        form = dataset.ParquetFileFormat(default_fragment_scan_options=checked)
        return dataset.dataset(paths, schema=schema.arrow(name), format=form)


_SUMMED = ("level", "region", "province", "start_year", "end_year", "characters", "copies")
_ROWS_AT_ONCE = 1 << 14  # of a result, whose size is looked at between
_READS = ("SELECT", "EXPLAIN", "MULTI")  # MULTI is what PIVOT comes to
_CLOSED = (
    "SET threads = 1",
    "SET python_enable_replacements = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


def open(folder: str | os.PathLike[str]) -> Corpus:
    """The corpus in a folder.

    Raises CorpusError, one line that says what to do, where there is none, where it is of another version, and where a
    part is missing or cut short.
    """
    schema.pyarrow()
    root = Path(folder)
    if root.exists() and not root.is_dir():
        raise CorpusError(f"{root}: a file, not the folder of a corpus")
    manifest = read_manifest(root)
    if manifest is None:
        begun = "a build was begun and not ended" if (root / BUILDING).is_dir() else "no corpus here"
        raise CorpusError(f"{root}: {begun}; {_again(root)}")
    for part in manifest.parts:
        for name, file in part.files.items():
            path = root / name / f"{part.name}.parquet"
            if not path.is_file():
                raise CorpusError(f"{path}: missing; {_again(root)}")
            if path.stat().st_size != file.size:
                raise CorpusError(f"{path}: cut short or changed; {_again(root)}")
    return Corpus(root, manifest)


def read_manifest(root: Path) -> Manifest | None:
    """What corpus.json says; None where there is none. Raises CorpusError where it is damaged or of another version."""
    path = root / MANIFEST
    if not path.is_file():
        return None
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CorpusError(f"{path}: cannot be read ({_first_line(error)}); {_again(root)}") from None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise CorpusError(f"{path}: no corpus of planlens; name another folder")
    if told.get("version") != VERSION:
        raise CorpusError(f"{root}: a corpus of version {told.get('version')}, not {VERSION}; {_again(root)}")
    try:
        return Manifest(
            told["planlens"],
            told["settings"],
            told["lexicon"],
            tuple(_part(part) for part in told["parts"]),
            tuple(Failure(**failure) for failure in told["failures"]),
        )
    except (KeyError, TypeError, AttributeError, ValueError):
        raise CorpusError(f"{path}: damaged; {_again(root)}") from None


def _part(told: Mapping[str, Any]) -> Part:
    if not _PART.fullmatch(told["name"]):  # it becomes a path
        raise ValueError(told["name"])
    return Part(told["name"], {name: File(**told["files"][name]) for name in TABLES})


def _within(reader: Any, memory: int) -> Any:
    """The rows of a result as a pyarrow.Table. Raises CorpusError where they take more than `memory` bytes."""
    batches, size = [], 0
    for batch in reader:
        size += batch.nbytes
        if size > memory:
            raise CorpusError(
                f"SQL: a result of more than {memory >> 20} MB; ask for less: limit, group by, fewer columns"
            )
        batches.append(batch)
    return schema.pyarrow().Table.from_batches(batches, reader.schema)


@contextmanager
def damaged(path: Path, root: Path) -> Iterator[None]:
    """What reading a Parquet file may raise, as one line."""
    pa = schema.pyarrow()
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise CorpusError(f"{path}: damaged ({_first_line(error)[:80]}); {_again(root)}") from None


def digest(path: Path) -> tuple[int, str]:
    """Bytes and SHA-256 of a file, read piece by piece."""
    whole, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            whole.update(piece)
            size += len(piece)
    return size, whole.hexdigest()


def short_digest(*parts: str) -> str:
    """32 hexadecimal digits, different for different parts."""
    return cache.digest(*parts).hex()


def _check_table(name: str) -> None:
    if name not in TABLES:
        raise CorpusError(f"{name}: no table of a corpus; there are {', '.join(TABLES)}")


def _again(root: Path) -> str:
    return f"`planlens corpus build DIR -o {root}` builds it"


def _first_line(error: BaseException) -> str:
    return " ".join((str(error).strip() or type(error).__name__).split("\n")[0].split())
