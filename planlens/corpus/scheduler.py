"""Where many pieces of work are done: in this process, in a pool of processes, or on a dask cluster.

    with of(address, workers) as scheduler:
        for result in scheduler.map(function, items): …           in the order of the items
        for number, result in scheduler.each(function, items): …  as they are done; Lost where none came back

`function` and items are pickled, so the function is one of a module, not of a script. Only a few items are under way
at a time: neither items nor results pile up.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Protocol, TypeVar, cast

from planlens.errors import CorpusError

T = TypeVar("T")
R = TypeVar("R")

ANSWERS_WITHIN = 5.0  # seconds for a cluster to answer; one in the same building takes 0.1
_TRIES = 2  # a worker may have been ended from outside; who ends the second one too is to blame
_LOOKS_EVERY = 0.5  # seconds between two looks at how long and how large the workers are
_AHEAD = 2  # items a thread of a cluster has before it: one under way, one waiting
_NO_WORKERS = 60.0  # seconds a cluster may be without any worker, as while they are started again


@dataclass(frozen=True, slots=True)
class Lost:
    """In the place of a result: why none came back."""

    why: str


class Scheduler(Protocol):
    """Does work somewhere; a context manager that lets go of its workers at the end."""

    @property
    def workers(self) -> int:
        """How many items are worked on at a time."""

    def each(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[int, R | Lost]]:
        """(number of the item, its result) as they are done. What `function` raises is raised here."""

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """The results in the order of the items. Raises CorpusError where a worker was lost with one of them."""

    def __enter__(self) -> Scheduler: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...


def of(
    address: str | None = None,
    workers: int | None = None,
    *,
    seconds: float | None = None,
    memory: int | None = None,
) -> Scheduler:
    """A cluster where an address is given, this process for 0 workers, else a pool of processes (one a core).

    `seconds` and `memory` (bytes) are what one item may take in a pool before its worker is ended; a cluster has
    limits of its own. Raises CorpusError where the cluster does not answer.
    """
    if address is not None:
        return Cluster(address)
    if workers == 0:
        return Here()
    return Pool(workers or cores(), seconds=seconds, memory=memory)


def cores() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Ordered:
    """What all schedulers share: results in order are results as they come, held back."""

    workers = 1

    def each(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[int, R | Lost]]:
        raise NotImplementedError

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        held: dict[int, R] = {}
        following = 0
        for number, result in self.each(function, items):
            if isinstance(result, Lost):
                raise CorpusError(f"part {number + 1} of the work was lost: {result.why}")
            held[number] = result
            while following in held:
                yield held.pop(following)
                following += 1

    def close(self) -> None:
        """Let go of the workers."""

    def __enter__(self) -> Any:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class Here(_Ordered):
    """One item after the other in this process."""

    def each(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[int, R | Lost]]:
        for number, item in enumerate(items):
            yield number, function(item)


# --- a pool of processes --------------------------------------------------------------------------------------------


_READY = "ready"


def _serve(channel: connection.Connection) -> None:
    """What a worker does: items from the channel, results back, until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    channel.send(_READY)
    while True:
        try:
            function, item = channel.recv()
        except (EOFError, OSError):
            return
        try:
            made = True, function(item)
        except Exception as error:
            made = False, error
        try:
            channel.send(made)
        except OSError:  # the parent is gone
            return


@contextmanager
def _no_main() -> Iterator[None]:
    """Until the end of the block a process that is started does not import the caller's script once more.

    It would take its time, and a script without `if __name__ == "__main__"` would start workers of workers.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@dataclass(slots=True)
class _Worker:
    """A process, the channel to it, and what it is doing."""

    process: Any
    channel: connection.Connection
    number: int = -1
    item: Any = None
    ready: bool = False
    since: float | None = None
    """When it began, None while it is starting: that takes a second, and more where all processors are busy."""
    tries: int = 0


class Pool(_Ordered):
    """Processes of this machine, each with one item at a time, so that one that ends is known by its item.

    `concurrent.futures` gives up a whole pool when one process dies, and cannot end one that takes too long.
    """

    def __init__(self, workers: int, *, seconds: float | None = None, memory: int | None = None) -> None:
        self.workers = workers
        self._seconds, self._memory = seconds, memory
        self._idle: list[_Worker] = []
        self._busy: dict[connection.Connection, _Worker] = {}

    def each(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[int, R | Lost]]:
        waiting = ((number, item, 1) for number, item in enumerate(items))
        again: list[tuple[int, T, int]] = []
        more = True
        try:
            while more or again or self._busy:
                while len(self._busy) < self.workers and (more or again):
                    todo = again.pop() if again else next(waiting, None)
                    if todo is None:
                        more = False
                    else:
                        self._give(function, *todo)
                for worker, done, result in self._finished():
                    if done:
                        yield worker.number, result
                    elif worker.tries < _TRIES:
                        again.append((worker.number, worker.item, worker.tries + 1))
                    else:
                        yield worker.number, Lost(result)
        finally:
            self._drop_busy()

    def _give(self, function: Callable[[Any], Any], number: int, item: Any, tries: int) -> None:
        worker = self._idle.pop() if self._idle else self._started()
        worker.number, worker.item, worker.tries = number, item, tries
        worker.since = time.monotonic() if worker.ready else None
        self._busy[worker.channel] = worker
        with suppress(OSError):  # it has ended meanwhile: `_finished` will find that out
            worker.channel.send((function, item))

    def _started(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs,), daemon=True)
        with _no_main():
            process.start()
        theirs.close()
        return _Worker(process, ours)

    def _finished(self) -> Iterator[tuple[_Worker, bool, Any]]:
        """(worker, whether it gave a result, the result or why there is none) of those that are through."""
        for channel in connection.wait(list(self._busy), timeout=_LOOKS_EVERY):
            worker = self._busy.pop(cast("connection.Connection", channel))
            try:
                told = worker.channel.recv()
            except (EOFError, OSError):
                yield worker, False, _end(worker)
                continue
            if told == _READY:
                worker.ready, worker.since = True, time.monotonic()
                self._busy[worker.channel] = worker
                continue
            fine, result = told
            self._idle.append(worker)
            if not fine:
                raise result
            yield worker, True, result
        for worker in list(self._busy.values()):
            if why := self._beyond(worker):
                del self._busy[worker.channel]
                worker.process.kill()
                _end(worker)
                yield worker, True, Lost(why)

    def _beyond(self, worker: _Worker) -> str:
        """Which limit a worker has passed; empty where none."""
        if self._seconds is not None and worker.since is not None and time.monotonic() - worker.since > self._seconds:
            return f"not done within {self._seconds:g} s"
        if self._memory is not None and (size := _resident(worker.process.pid)) > self._memory:
            return f"{size / 2**30:.1f} GB of memory, more than the limit of {self._memory / 2**30:.3g} GB"
        return ""

    def _drop_busy(self) -> None:
        """End what is under way and will be asked for no more."""
        for worker in self._busy.values():
            worker.process.kill()
            _end(worker)
        self._busy.clear()

    def close(self) -> None:
        self._drop_busy()
        for worker in self._idle:
            worker.channel.close()
        for worker in self._idle:
            worker.process.join()
        self._idle.clear()


def _end(worker: _Worker) -> str:
    """Take leave of a worker that has ended or is about to; how it ended."""
    worker.channel.close()
    worker.process.join()
    code = worker.process.exitcode
    if code is not None and code < 0:
        name = signal.Signals(-code).name if -code in iter(signal.Signals) else str(-code)
        return f"the process that read it was ended by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")
    return f"the process that read it ended with code {code}"


def _resident(pid: int | None) -> int:
    """Bytes of memory a process holds, where the system tells (Linux); else 0."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


# --- a cluster ------------------------------------------------------------------------------------------------------


class Cluster(_Ordered):
    """A dask.distributed cluster by the address of its scheduler, through its futures alone.

    Files are named by path, so every worker must see them under the same one. A worker that ends is replaced by what
    started it (a nanny, SLURM, Kubernetes); its items go to others.
    """

    def __init__(self, address: str) -> None:
        try:
            import distributed
        except ImportError:
            raise CorpusError("--scheduler needs dask.distributed: pip install 'planlens[cluster]'") from None
        import logging

        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # one line of ours says what is wrong
        self._dask: Any = distributed
        self._address = address
        self._client: Any = self._dask.Client.__new__(self._dask.Client)
        try:
            self._client.__init__(address, timeout=ANSWERS_WITHIN, set_as_default=False)
        except Exception as error:  # nothing there, or what is no scheduler: its bytes may even ask for all memory
            self._client.status = "closed"  # else it waits for an end to what never began
            known = isinstance(error, (OSError, ValueError))
            why = _brief(error) if known else "what answers is no scheduler of dask"
            raise CorpusError(f"{address}: no scheduler answers there ({why}); {_START}") from None
        try:
            self._client.wait_for_workers(1, timeout=ANSWERS_WITHIN)
        except TimeoutError:
            self.close()
            raise CorpusError(f"{address}: the scheduler has no workers; `dask worker {address}` starts one") from None

    @property
    def workers(self) -> int:  # type: ignore[override]
        return max(1, int(sum(self._client.nthreads().values())))

    def each(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[int, R | Lost]]:
        waiting = enumerate(items)
        under_way: dict[Any, tuple[int, T, int]] = {}
        again: list[tuple[int, T, int]] = []
        more = True
        try:
            while more or again or under_way:
                ahead = _AHEAD * self.workers  # workers come and go
                while more and len(under_way) < ahead:
                    todo = next(waiting, None)
                    if todo is None:
                        more = False
                    else:
                        under_way[self._client.submit(function, todo[1], pure=False)] = (*todo, 1)
                if not under_way and again:  # alone, so that none is lost through another
                    todo_again = again.pop()
                    under_way[self._client.submit(function, todo_again[1], pure=False)] = todo_again
                for future in self._done(list(under_way)):
                    number, item, tries = under_way.pop(future)
                    if future.status == "lost":
                        raise CorpusError(f"{self._address}: the scheduler has gone")
                    error = future.exception() if future.status == "error" else None
                    if error is None:
                        yield number, future.result()
                    elif not isinstance(error, self._dask.scheduler.KilledWorker):
                        raise error
                    elif tries < _TRIES:
                        again.append((number, item, tries + 1))
                    else:
                        yield number, Lost("the workers that read it were ended, one after the other")
        finally:
            for future in under_way:
                future.cancel()

    def _done(self, futures: list[Any]) -> list[Any]:
        """The futures that are through, at least one. Raises CorpusError where the cluster has gone."""
        alone = 0.0
        while futures:
            try:
                with self._client.as_current():
                    done = self._dask.wait(futures, timeout=_LOOKS_EVERY * 10, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                pass
            except (OSError, self._dask.CancelledError):
                raise CorpusError(f"{self._address}: the scheduler has gone; run again to go on") from None
            else:
                return list(done)
            if self._client.status != "running":
                raise CorpusError(f"{self._address}: the scheduler has gone; run again to go on")
            alone = 0.0 if self._client.nthreads() else alone + _LOOKS_EVERY * 10
            if alone > _NO_WORKERS:
                raise CorpusError(f"{self._address}: no workers left for {_NO_WORKERS:g} s; run again to go on")
        return []

    def close(self) -> None:
        self._client.close(timeout=ANSWERS_WITHIN)


_START = "`dask scheduler` starts one, and its address is tcp://HOST:8786"


def _brief(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
