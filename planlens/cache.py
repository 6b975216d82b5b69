"""What one run leaves for the next: parsed plans, comparisons, vectors and jieba's words in one SQLite file.

    recall(kind, parts, make)   what `make` gave before for the same parts, code and installation, else what it gives
    get, put                    bytes by key, many at once
    info(), clear()             what `planlens cache` prints and does

The file lies in PLANLENS_CACHE, else in the folder where the platform keeps what may be deleted at any time. Nothing
in it is needed: where it is missing, damaged, locked or not to be written, a run works the result out.
PLANLENS_NO_CACHE leaves it aside.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import os
import pickle
import sqlite3
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from . import __version__, model

T = TypeVar("T")

NAME = "planlens.sqlite"
LIMIT = 256 * 1024 * 1024
"""Bytes of values: a thousand plans of the usual length with their comparisons, or 300,000 vectors."""
_ROOM = 0.9  # share of LIMIT that is left when it was passed: not every run should have to remove something
_APPLICATION = 0x504C4E53  # "PLNS", SQLite's field for whose file it is
_FORMAT = 1
_WAITS = 2.0  # seconds for another process to end its transaction; one takes milliseconds
_FRESH = 3600  # seconds in which a value need not be marked as used again: a warm run writes nothing
_AT_ONCE = 500  # keys in one query; SQLite takes 999 on old builds
_TABLE = (
    "CREATE TABLE kept (id INTEGER PRIMARY KEY, kind TEXT, key BLOB, used INTEGER, size INTEGER, sum INTEGER,"
    " value BLOB, UNIQUE (kind, key))",
    "CREATE INDEX by_use ON kept (used, size)",
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {_FORMAT}",
)


@dataclass(frozen=True, slots=True)
class Info:
    """The file, whether it is used, its bytes, and for each kind of value how many there are and their bytes."""

    path: Path
    on: bool
    size: int
    kinds: tuple[tuple[str, int, int], ...]


def folder() -> Path:
    """PLANLENS_CACHE, else the folder where this platform keeps what may be deleted at any time."""
    if chosen := os.environ.get("PLANLENS_CACHE"):
        return Path(chosen)
    home = Path.home()
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "planlens"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "planlens" / "Cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "planlens"


def on() -> bool:
    """Whether the cache is used: PLANLENS_NO_CACHE is not set, or to 0, false, no or off."""
    return os.environ.get("PLANLENS_NO_CACHE", "").strip().lower() in ("", "0", "false", "no", "off")


@contextlib.contextmanager
def aside() -> Iterator[None]:
    """Leave the cache alone until the end of the block: what --no-cache does."""
    before = os.environ.get("PLANLENS_NO_CACHE")
    os.environ["PLANLENS_NO_CACHE"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PLANLENS_NO_CACHE"]
        else:
            os.environ["PLANLENS_NO_CACHE"] = before


def recall(kind: str, parts: Iterable[object], make: Callable[[], T]) -> T:
    """What `make` gives, taken from the cache where it was made before from the same `parts`.

    `parts` are all that the result depends on besides the code and the installed packages; their `repr` must tell them
    apart. A result is built of the types of planlens.model.
    """
    if not on():
        return make()
    key = _key(parts)
    if (data := get(kind, [key]).get(key)) is not None:
        with contextlib.suppress(Exception):  # whatever a pickle of another hand raises
            found: T = _Reader(io.BytesIO(data)).load()
            return found
    made = make()
    _keep(kind, key, made)
    return made


def replace(kind: str, parts: Iterable[object], made: object) -> None:
    """Put another result in the place of what `recall` gives for these parts."""
    if on():
        _keep(kind, _key(parts), made)


def _key(parts: Iterable[object]) -> bytes:
    return digest(installation(), *map(repr, parts))


def _keep(kind: str, key: bytes, made: object) -> None:
    with contextlib.suppress(pickle.PicklingError, TypeError, RecursionError):
        put(kind, {key: pickle.dumps(made, protocol=5)})


def digest(*parts: str) -> bytes:
    """A key: 16 bytes, different for different parts."""
    whole = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        whole.update(b"%d:" % len(data))
        whole.update(data)
    return whole.digest()


@functools.cache
def installation() -> str:
    """Changes with every file of planlens, with Python, and with every package installed or removed beside it."""
    home = Path(__file__).parent
    states = [__version__, sys.version]
    for place, folders, files in os.walk(home):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(files):
            with contextlib.suppress(OSError):
                state = Path(place, name).stat()
                states.append(f"{place[len(str(home)) :]}/{name} {state.st_size} {state.st_mtime_ns}")
    for place in sys.path:
        if place.endswith(("site-packages", "dist-packages")):
            with contextlib.suppress(OSError):
                states.append(f"{place} {Path(place).stat().st_mtime_ns}")
    return hashlib.blake2b("\n".join(states).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class _Reader(pickle.Unpickler):
    """Reads the types of planlens.model and Decimal, and nothing else that a pickle may name."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("decimal", "Decimal"):
            from decimal import Decimal

            return Decimal
        found = vars(model).get(name) if module == model.__name__ else None
        if isinstance(found, type) and found.__module__ == module and hasattr(found, "__dataclass_fields__"):
            return found
        raise pickle.UnpicklingError(f"{module}.{name} does not belong in the cache")


# --- the file -------------------------------------------------------------------------------------------------------


def get(kind: str, keys: Iterable[bytes]) -> dict[bytes, bytes]:
    """The values that are there, whole as they were put."""
    wanted, found, now = list(keys), dict[bytes, bytes](), int(time.time())

    def look(file: sqlite3.Connection) -> None:
        aged: list[tuple[int, int]] = []
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            asked = (
                f"SELECT id, key, used, sum, value FROM kept WHERE kind = ? AND key IN ({','.join('?' * len(some))})"
            )
            for number, key, used, check, value in file.execute(asked, (kind, *some)):
                if zlib.crc32(value) == check:
                    found[key] = value
                    aged += [(now, number)] * (abs(now - used) > _FRESH)
        file.executemany("UPDATE kept SET used = ? WHERE id = ?", aged)

    _with_file(look)
    return found


def put(kind: str, values: Mapping[bytes, bytes]) -> None:
    """Keep values, and let go of those that were not used for longest where there are too many bytes."""
    now = int(time.time())
    rows = [
        (kind, key, now, len(value), zlib.crc32(value), value) for key, value in values.items() if len(value) <= LIMIT
    ]

    def add(file: sqlite3.Connection) -> None:
        file.execute("BEGIN IMMEDIATE")
        file.executemany("INSERT OR REPLACE INTO kept VALUES (NULL, ?, ?, ?, ?, ?, ?)", rows)
        _bound(file)

    _with_file(add, make=True)


def _bound(file: sqlite3.Connection) -> None:
    total = file.execute("SELECT total(size) FROM kept").fetchone()[0]
    if total <= LIMIT:
        return
    last = []
    for number, size in file.execute("SELECT id, size FROM kept ORDER BY used, id"):
        last.append((number,))
        total -= size
        if total <= LIMIT * _ROOM:
            break
    file.executemany("DELETE FROM kept WHERE id = ?", last)


def info() -> Info:
    path = folder() / NAME
    kinds: list[tuple[str, int, int]] = []
    counted = "SELECT kind, count(*), sum(size) FROM kept GROUP BY kind ORDER BY kind"
    _with_file(lambda file: kinds.extend(file.execute(counted)), anyway=True)
    return Info(path, on(), path.stat().st_size if path.is_file() else 0, tuple(kinds))


def clear() -> int:
    """Remove the file and those that earlier versions left; the bytes that were freed. Raises OSError."""
    home, freed = folder(), 0
    for path in (home / NAME, *sorted(home.glob("vectors-*.bin"))):
        if path.is_file():
            freed += path.stat().st_size
            _remove(path)
    return freed


def _with_file(work: Callable[[sqlite3.Connection], object], *, make: bool = False, anyway: bool = False) -> None:
    """Do something with the open file where there is one (`make`: there will be). What goes wrong goes unsaid.

    A file that is damaged, or no cache of this format, is thrown away.
    """
    path = folder() / NAME
    try:
        if not (on() or anyway) or not (make or path.is_file()):
            return
        if make:
            path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(_connected(path)) as file:
            work(file)
            file.commit()
    except (sqlite3.OperationalError, OSError):  # locked, read only, disk full
        pass
    except (sqlite3.DatabaseError, TypeError):  # TypeError: a value of another type than was put
        with contextlib.suppress(OSError):
            _remove(path)


def _connected(path: Path) -> sqlite3.Connection:
    """The open file with its table. Raises sqlite3.DatabaseError where it is another's."""
    file = sqlite3.connect(path, timeout=_WAITS)
    try:
        file.execute("PRAGMA synchronous = OFF")  # after a loss of power the file may be damaged, and is thrown away
        if not _ours(file):
            file.execute("BEGIN EXCLUSIVE")
            if not _ours(file):
                for statement in _TABLE:
                    file.execute(statement)
            file.commit()
    except BaseException:
        file.close()
        raise
    return file


def _ours(file: sqlite3.Connection) -> bool:
    """Whether the file holds the table; an empty one does not yet."""
    (whose,), (form,) = (file.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version"))
    if (whose, form) == (_APPLICATION, _FORMAT):
        return True
    if whose or form or file.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise sqlite3.DatabaseError(f"{whose} {form}")
    return False


def _remove(path: Path) -> None:
    for one in (path, path.with_name(path.name + "-journal")):
        one.unlink(missing_ok=True)
