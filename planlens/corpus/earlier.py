"""What builds before this one have read: plans of the corpus as it stands, and those of a build that was broken off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from planlens.corpus import schema, store
from planlens.corpus.schema import TABLES
from planlens.corpus.store import BUILDING, Corpus, Manifest, Part
from planlens.errors import CorpusError, OutputError

_PARTS_HELD = 4  # plans are asked for in order of their ids, as they stand in the parts


@dataclass(frozen=True, slots=True)
class Home:
    """Where a plan stands in the corpus: its part and its id there."""

    part: str
    plan: str


class Standing:
    """The corpus as it stands, without the parts that are damaged; empty where there is none of this version."""

    def __init__(self, root: Path) -> None:
        try:
            manifest = store.read_manifest(root)
        except CorpusError:  # to be built anew, which is what the message would say
            manifest = None
        parts = tuple(part for part in manifest.parts if _sound(root, part)) if manifest else ()
        self.parts = {part.name: part for part in parts}
        self._corpus = Corpus(root, replace(manifest, parts=parts) if manifest else Manifest("", ""))
        self.homes: dict[str, Home] = {}
        """The digest of a reading → where its plan stands."""
        for part in parts:
            found = self._corpus.read(part, "plans", ["plan", "reading"]).to_pylist()
            self.homes |= {row["reading"]: Home(part.name, row["plan"]) for row in found}
        self._part = lru_cache(maxsize=_PARTS_HELD)(self._read)

    def about(self, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Some columns of all its plans."""
        for found in self._corpus.batches("plans", columns):
            yield from found.to_pylist()

    def tables(self, reading: str) -> dict[str, Any]:
        """The rows of one plan in the four tables."""
        import pyarrow.compute as pc

        home = self.homes[reading]
        return {name: table.filter(pc.equal(table["plan"], home.plan)) for name, table in self._part(home.part).items()}

    def _read(self, name: str) -> dict[str, Any]:
        return {table: self._corpus.read(self.parts[name], table) for table in TABLES}


def _sound(root: Path, part: Part) -> bool:
    """Whether all files of a part are there with their bytes."""
    try:
        digests = ((store.digest(root / name / f"{part.name}.parquet"), file) for name, file in part.files.items())
        return all(found == (file.size, file.sha256) for found, file in digests)
    except OSError:
        return False


class Stage:
    """What a build has read, one file a plan, until its end: rows of `schema.nested`."""

    def __init__(self, root: Path) -> None:
        self.folder = root / BUILDING

    def path(self, reading: str) -> Path:
        return self.folder / reading[:2] / f"{reading}.arrow"

    def put(self, reading: str, data: bytes) -> None:
        """Whole or not at all where the process is killed; what a loss of power leaves, `has` finds out."""
        path = self.path(reading)
        part = path.with_suffix(".part")
        try:
            path.parent.mkdir(exist_ok=True)
            part.write_bytes(data)
            part.replace(path)
        except OSError as error:
            why = error.strerror or error
            raise OutputError(f"{path}: cannot be written ({why}); run again to go on: what was read is kept") from None

    def has(self, reading: str) -> bool:
        """Whether a plan was read and its file can be opened."""
        pa = schema.pyarrow()
        try:
            with pa.memory_map(str(self.path(reading))) as data:
                return bool(pa.ipc.open_file(data).num_record_batches == 1)
        except (OSError, pa.ArrowException):
            return False

    def about(self, reading: str, columns: Sequence[str]) -> dict[str, Any]:
        """Some columns of one plan."""
        (row,) = self._row(reading, columns).to_pylist()
        return dict(row)

    def tables(self, reading: str) -> dict[str, Any]:
        """The rows of one plan in the four tables, its id aside, which is not known yet."""
        pa = schema.pyarrow()
        row = self._row(reading)
        made: dict[str, Any] = {"plans": row}
        for name in TABLES[1:]:
            items = row[name].combine_chunks().flatten()
            made[name] = pa.table(items.flatten(), names=[field.name for field in items.type])
        return made

    def _row(self, reading: str, columns: Sequence[str] | None = None) -> Any:
        pa = schema.pyarrow()
        path, names = self.path(reading), schema.nested().names
        options = pa.ipc.IpcReadOptions(included_fields=[names.index(name) for name in columns or names])
        with store.damaged(path, self.folder.parent), pa.memory_map(str(path)) as data:
            return pa.ipc.open_file(data, options=options).read_all()


def packed(row: Mapping[str, Any]) -> bytes:
    """A row of `schema.nested` as the file that `Stage` holds."""
    pa = schema.pyarrow()
    sink = pa.BufferOutputStream()
    try:
        batch = pa.RecordBatch.from_pylist([row], schema=schema.nested())
    except UnicodeEncodeError:
        batch = pa.RecordBatch.from_pylist([_encodable(row)], schema=schema.nested())
    with pa.ipc.new_file(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def _encodable(value: Any) -> Any:
    """The same with � for halves of characters, which no UTF-8 has; every offset holds."""
    if isinstance(value, str):
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in value)
    if isinstance(value, dict):
        return {name: _encodable(item) for name, item in value.items()}
    return [_encodable(item) for item in value] if isinstance(value, list) else value
