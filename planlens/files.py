"""A file put in its place whole: written beside it under another name, then moved over it; and folders locked.

write_atomically(path, data)    the old file or the new one, never half of it, whatever ends the process
write_together(files)           the same for several that belong together: where one finds no room, none is put there
locked(folder, name)            alone with a folder's files among threads and processes
made(folder)                    a folder made for something, and taken away again where that fails
inside(path, folder)            refuse what leads out of a folder through a link
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar

from planlens.errors import OutputError

T = TypeVar("T")

_PART = ".planlens.part"
LOCK_WAITS = 60  # seconds; whoever holds a lock writes one small file in a few milliseconds


def write_atomically(path: Path, data: bytes) -> None:
    """Put `data` in the place of `path`: whoever looks finds the old file or the new one, never half of it.

    What a process that was killed left half-written in the folder is taken away. Raises OutputError where the place
    cannot be written.
    """
    write_together({path: data})


def write_together(files: Mapping[Path, bytes]) -> None:
    """Put several files in their places, in this order, once all of them lie beside their places whole.

    A disk that is full or a folder that is read-only leaves every file as it was; a process that is killed while they
    are moved, which takes no room, leaves some new and some old. Raises OutputError as `write_atomically` does.
    """
    with ExitStack() as staged:
        moves = [_told(path, partial(_staged, path, data, staged)) for path, data in files.items()]
        for path, move in zip(files, moves, strict=True):
            _told(path, move)


def _told(path: Path, act: Callable[[], T]) -> T:
    """What a step gives; OutputError that names the file where the step fails."""
    try:
        return act()
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from None


def _staged(path: Path, data: bytes, staged: ExitStack) -> Callable[[], object]:
    """Write the data beside its place; what moves it there. Until then `staged` knows what is to be taken away."""
    path = path.resolve() if path.is_symlink() else path
    if path.is_dir():
        raise OutputError(f"{path}: a folder, not a file")
    if not path.parent.is_dir():
        raise OutputError(f"{path}: there is no folder {path.parent}")
    if path.exists() and not path.is_file():  # a device or a pipe cannot be replaced
        return partial(path.write_bytes, data)
    _sweep(path.parent.resolve())
    handle, name = _part(path)
    staged.callback(_forget, name)
    stream = staged.enter_context(os.fdopen(handle, "wb", 0))  # open, its lock keeps _sweep away until it was moved
    left = memoryview(data)
    while left:  # without a buffer, which would fail once more when it is closed
        left = left[stream.write(left) :]
    os.fsync(stream.fileno())
    Path(name).chmod(_mode(path))
    if os.name == "nt":  # there an open file cannot be moved
        stream.close()
    return partial(Path(name).replace, path)


def _forget(name: str) -> None:
    with suppress(OSError):  # it was moved, or the folder itself is gone
        Path(name).unlink()


def _part(path: Path) -> tuple[int, str]:
    """A file of its own beside `path`, locked as long as it is open, so that `_sweep` knows it for alive."""
    while True:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=_PART)
        try:
            held = _lock(handle)
        except OSError:  # a file system without locks, where nothing is swept either
            held = True
        if held and Path(name).exists():  # else another process swept it before it was locked
            return handle, name
        os.close(handle)


@lru_cache(maxsize=64)  # once a run is enough, and thousands of files may go into one folder
def _sweep(folder: Path) -> None:
    """Take away what killed processes left: files of `_part` that nobody holds open."""
    with suppress(OSError), os.scandir(folder) as listed:
        left = [entry.path for entry in listed if entry.name.startswith(".") and entry.name.endswith(_PART)]
        for name in left:
            with suppress(OSError):
                _unlink_if_abandoned(name)


def _unlink_if_abandoned(name: str) -> None:
    if os.name == "nt":
        Path(name).unlink()  # refused while it is open
        return
    handle = os.open(name, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if _lock(handle):
            Path(name).unlink()
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    """Hold an open file until it is closed or the process ends; False where another process holds it.

    Raises OSError where the file system has no locks.
    """
    if os.name == "nt":
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def locked(folder: Path, name: str, waits: float | None = None) -> Iterator[None]:
    """Alone with a folder, among threads and processes, until done; `name` is the lock's file, which stays there.

    Raises OutputError where the folder cannot be written or another process is not done after `waits` seconds
    (else `LOCK_WAITS`).
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / name, timeout=LOCK_WAITS if waits is None else waits)
    try:
        lock.acquire()
    except Timeout:
        raise OutputError(f"{folder}: another planlens is at work here; try again when it has ended") from None
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror or error})") from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """A folder there while something is put into it; one that was not there goes again where that fails.

    Raises OutputError where it cannot be made.
    """
    new = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror or error})") from None
    try:
        yield
    except BaseException:
        with suppress(OSError):  # not empty, or gone
            for place in new:
                place.rmdir()
        raise


def inside(path: Path, folder: Path) -> Path:
    """The path, unless a link leads from it out of the folder: then OutputError."""
    if not path.resolve().is_relative_to(folder.resolve()):
        raise OutputError(f"{path}: a link that leads out of {folder}; nothing is written through it")
    return path


def _mode(path: Path) -> int:
    """The rights of the file that is replaced, or those a new file would get."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
