"""Work given to processes: results in order, a worker that dies, takes too long or too much, and a cluster of two."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from planlens.corpus import scheduler
from planlens.corpus.scheduler import Here, Lost, Pool, Scheduler
from planlens.errors import CorpusError

ROOT = Path(__file__).parents[1]


def double(n: int) -> int:
    time.sleep(0.02 * (n % 3))
    return 2 * n


def dies_of_seven(n: int) -> int:
    if n == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return n


def dies_once(path: str) -> str:
    """Ends its worker the first time it is called."""
    if not Path(path).exists():
        Path(path).touch()
        os._exit(3)
    return "done"


def raises(n: int) -> int:
    raise ValueError(f"no {n}")


def takes_long(n: int) -> int:
    time.sleep(60 if n == 1 else 0)
    return n


def takes_much(n: int) -> int:
    held = bytearray((400 << 20) if n == 1 else 1)
    held[::4096] = b"x" * len(held[::4096])
    time.sleep(5 if n == 1 else 0)
    return n


@pytest.mark.parametrize("chosen", [Here(), Pool(2)], ids=["here", "pool"])
def test_results_come_in_the_order_of_the_items(chosen: Scheduler) -> None:
    with chosen:
        assert list(chosen.map(double, range(12))) == [2 * n for n in range(12)]
        assert dict(chosen.each(double, range(5))) == {n: 2 * n for n in range(5)}


def test_items_are_drawn_only_as_they_are_worked_on() -> None:
    drawn: list[int] = []

    def items() -> Iterator[int]:
        for n in range(100):
            drawn.append(n)
            yield n

    with Pool(2) as pool:
        for _ in pool.each(double, items()):
            break
    assert len(drawn) < 6


def test_a_worker_that_dies_loses_one_item() -> None:
    with Pool(2) as pool:
        found = dict(pool.each(dies_of_seven, range(12)))
    lost = found.pop(7)
    assert isinstance(lost, Lost) and "SIGKILL" in lost.why
    assert found == {n: n for n in range(12) if n != 7}


def test_a_worker_ended_from_outside_loses_nothing(tmp_path: Path) -> None:
    with Pool(1) as pool:
        assert list(pool.map(dies_once, [str(tmp_path / "mark")])) == ["done"]


def test_what_the_function_raises_is_raised() -> None:
    with Pool(1) as pool, pytest.raises(ValueError, match="no 3"):
        list(pool.map(raises, [3]))


def test_an_item_has_a_limit_of_time_and_of_memory() -> None:
    with Pool(1, seconds=1.5) as pool:
        found = dict(pool.each(takes_long, range(3)))
    assert found[0] == 0 and found[2] == 2
    assert found[1] == Lost("not done within 1.5 s")
    with Pool(1, memory=300 << 20) as pool:
        found = dict(pool.each(takes_much, range(3)))
    assert found[0] == 0 and found[2] == 2
    assert isinstance(found[1], Lost) and "more than the limit of 0.293 GB" in found[1].why


def test_a_script_needs_no_guard(tmp_path: Path) -> None:
    """Processes are started anew, and import the script that started them unless told not to."""
    script = tmp_path / "script.py"
    script.write_text(
        "from planlens.corpus.scheduler import Pool\nwith Pool(1) as pool:\n    print(list(pool.map(abs, [-1])))\n",
        "utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert (done.stdout, done.stderr) == (b"[1]\n", b"")


def test_map_says_what_was_lost() -> None:
    with Pool(1) as pool, pytest.raises(CorpusError, match="part 2 of the work was lost"):
        list(pool.map(dies_of_seven, [6, 7]))


# --- a cluster ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A cluster of two processes on this machine."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, memory_limit="1GB"
    ) as cluster:
        yield cluster.scheduler_address


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_gives_what_a_process_gives(address: str, tmp_path: Path) -> None:
    with scheduler.of(address) as cluster:
        assert cluster.workers == 2
        assert list(cluster.map(double, range(12))) == [2 * n for n in range(12)]
        assert list(cluster.map(dies_once, [str(tmp_path / "mark")])) == ["done"]
        with pytest.raises(ValueError, match="no 3"):
            list(cluster.map(raises, [3]))


@pytest.mark.filterwarnings("ignore")
def test_questions_asked_on_a_cluster_are_answered_alike(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from planlens.cli import main

    corpus = str(tmp_path / "corpus")
    assert main(["corpus", "build", str(ROOT / "samples"), "-o", corpus, "--quiet"]) == 0
    for question in ("overlap", "themes"):
        answers = []
        for where in ([], ["--scheduler", address]):
            capsys.readouterr()
            assert main(["corpus", question, corpus, "--format", "csv", "--limit", "20", *where]) == 0
            answers.append(capsys.readouterr().out)
        assert answers[0] == answers[1] and answers[0].count("\n") > 10


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_does_not_answer_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(scheduler, "ANSWERS_WITHIN", 1.0)
    for wrong in ("tcp://127.0.0.1:9", "127.0.0.1:9", "nonsense://x", "tcp://no.such.host.invalid:8786"):
        with pytest.raises(CorpusError, match="no scheduler answers there") as told:
            scheduler.of(wrong)
        assert "\n" not in str(told.value)
