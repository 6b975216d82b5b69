"""Reads one file into one row of Arrow: what a worker does, and what its result depends on."""

from __future__ import annotations

import hashlib
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path

from planlens import __version__
from planlens.corpus import rows, schema
from planlens.corpus.earlier import packed
from planlens.corpus.sources import Job
from planlens.corpus.store import short_digest
from planlens.errors import CorpusError, PlanlensError
from planlens.lexicon import Lexicon, load
from planlens.model import Note, Plan

_ABOVE_READING = ("cli", "report", "corpus", "check", "coverage", "samples")
"""Folders of planlens that no reading depends on."""
_READ_BY = (
    "doc2docx", "jieba", "lxml", "msdoc2docx", "numpy", "ofdkit", "opencc-python-reimplemented", "openpyxl",
    "pdfplumber", "pypdfium2", "python-docx",
)  # fmt: skip


def settings_of(lexicon: str | None) -> tuple[str, str]:
    """Digest of what all reading depends on, the same on any machine with the same code; the origin of the lexicon."""
    origin = load(Path(lexicon)).origin if lexicon is not None else ""
    return short_digest(_code(), origin), origin


@lru_cache(maxsize=2)
def _lexicon(settings: str, path: str | None) -> Lexicon | None:
    """A person's own lists, loaded once for a build.

    Raises CorpusError where a worker's planlens, or a library it reads by, is another than that of the build.
    """
    if settings_of(path)[0] != settings:
        raise CorpusError("a worker has another planlens, Python, reader's library or lexicon; install the same there")
    return load(Path(path)) if path is not None else None


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


_ONE = threading.Lock()  # threads of a cluster's worker: PDFium may be used by one thread of a process only


@dataclass(frozen=True, slots=True)
class Reading:
    """One row of `schema.nested` as `earlier.packed` gives it, or why there is none."""

    data: bytes = b""
    why: str = ""


def read_one(job: Job, settings: str, lexicon: str | None = None) -> Reading:
    """The plan of a file; what a worker does. Raises CorpusError for a worker that would read it otherwise."""
    with _ONE:
        lists = _lexicon(settings, lexicon)
        try:
            plan = _plan(job, lists)
            if plan.document.sha256 != job.sha256:
                return Reading(why="changed while it was read; build again")
            return Reading(packed(rows.row(plan, job.reading)))
        except PlanlensError as error:
            return Reading(why=" ".join(str(error).split()))
        except MemoryError:
            return Reading(why="does not fit into memory")
        except RecursionError:
            return Reading(why="nested too deeply")
        except Exception as error:  # whatever else a file makes a reader do: one file, not the build
            said = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
            return Reading(why=f"cannot be read ({said})")


def _plan(job: Job, lexicon: Lexicon | None) -> Plan:
    """What `Library.read` gives, but not by way of its cache: a corpus is one."""
    from planlens.library import recognised
    from planlens.parse import build, comparable
    from planlens.read import read_document

    document = comparable(read_document(Path(job.source.path)))
    entry = job.source.entry
    plan = build(document, entry.info if entry else recognised(document).info, lexicon)
    if entry and entry.sha256 and entry.sha256 != document.sha256:
        changed = Note("catalogue", None, f"与编目时的文件不同（sha256 不符）：{entry.path.name}")
        plan = replace(plan, notes=(*plan.notes, changed))
    return plan
