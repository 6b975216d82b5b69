"""Does the cache give back what was put, whatever happens to its file, and nothing else than a run without it?"""

from __future__ import annotations

import json
import os
import pickle
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from planlens import cache
from planlens.cli import cli
from planlens.library import Library
from planlens.model import Note, Span

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples"
A, B = b"a" * 16, b"b" * 16


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLANLENS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("PLANLENS_NO_CACHE")
    return tmp_path / "cache" / cache.NAME


def printed(*arguments: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments], standalone_mode=False)
    assert result.exception is None and (result.return_value or 0) == code, result.output
    return result.stdout


def never() -> str:
    raise AssertionError("made again")


def test_what_was_put_comes_back() -> None:
    cache.put("vector", {A: b"one", B: b"two"})
    assert cache.get("vector", [A, B, b"c"]) == {A: b"one", B: b"two"}
    assert cache.get("plan", [A]) == {}
    cache.put("vector", {A: b"another"})
    assert cache.get("vector", [A]) == {A: b"another"}


def test_a_result_is_made_once_for_the_same_parts() -> None:
    assert cache.recall("plan", ("x", 1), lambda: (Span(1, 2),)) == (Span(1, 2),)
    assert cache.recall("plan", ("x", 1), never) == (Span(1, 2),)
    assert cache.recall("plan", ("x", 2), lambda: "other") == "other"


def test_other_code_makes_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.recall("plan", ("x",), lambda: "old")
    monkeypatch.setattr(cache, "installation", lambda: "another")
    assert cache.recall("plan", ("x",), lambda: "new") == "new"


class _Harm:
    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return exec, ("raise SystemExit",)


@pytest.mark.parametrize("foreign", [_Harm(), Path("x"), [Note, os.getcwd], {"a": eval}])
def test_a_pickle_of_another_hand_is_not_run(foreign: object) -> None:
    key = cache.digest(cache.installation(), "'x'")
    cache.put("plan", {key: pickle.dumps(foreign)})
    assert cache.recall("plan", ("x",), lambda: "made") == "made"
    assert cache.recall("plan", ("x",), never) == "made"


def _table_of_another(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE theirs (a)")
    file.close()


def _numbers_for_bytes(path: Path) -> None:
    with sqlite3.connect(path) as file:
        file.execute("UPDATE kept SET value = 1, used = 'never'")
    file.close()


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"no database at all, but as long as the head of one" * 50),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
        lambda path: path.write_bytes(path.read_bytes().replace(b"eight words of text", b"eight words of TEXT")),
        lambda path: path.write_bytes(path.read_bytes()[:100] + os.urandom(8000)),
        _table_of_another,
        _numbers_for_bytes,
    ],
)
def test_a_damaged_or_foreign_file_is_thrown_away(damage: Callable[[Path], object], place: Path) -> None:
    cache.recall("plan", ("x",), lambda: "eight words of text")
    damage(place)
    assert cache.recall("plan", ("x",), lambda: "eight words of text") == "eight words of text"
    cache.recall("plan", ("x",), lambda: "eight words of text")
    assert cache.recall("plan", ("x",), never) == "eight words of text"


def test_no_place_for_a_cache_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    for folder in ("file", "file/below"):
        monkeypatch.setenv("PLANLENS_CACHE", str(tmp_path / folder))
        assert cache.recall("plan", ("x",), lambda: "made") == "made"
        assert cache.info().kinds == ()
        assert cache.clear() == 0


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_file_that_cannot_be_written_is_read(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.recall("plan", ("x",), lambda: "made")
    place.chmod(0o400)
    place.parent.chmod(0o500)
    monkeypatch.setattr(cache, "_FRESH", -1)
    assert cache.recall("plan", ("x",), never) == "made"
    assert cache.recall("plan", ("y",), lambda: "other") == "other"
    place.parent.chmod(0o700)


def test_a_locked_file_is_not_waited_for_long(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.recall("plan", ("x",), lambda: "made")
    monkeypatch.setattr(cache, "_WAITS", 0.05)
    holder = sqlite3.connect(place)
    holder.execute("BEGIN EXCLUSIVE")
    assert cache.recall("plan", ("x",), lambda: "made again") == "made again"
    holder.rollback()
    holder.close()
    assert cache.recall("plan", ("x",), never) == "made"


def test_what_was_not_used_for_longest_leaves_first(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    monkeypatch.setattr(cache, "LIMIT", 100_000)
    monkeypatch.setattr(cache, "_FRESH", 0)
    now = 1_000_000.0
    monkeypatch.setattr(cache.time, "time", lambda: now)
    for number in range(12):
        now += 1
        cache.put("plan", {bytes([number]): bytes(9_000)})
        cache.get("plan", [b"\0"])  # the first is in use all along
    kept = set(cache.get("plan", [bytes([number]) for number in range(12)]))
    assert b"\0" in kept and b"\x0b" in kept and b"\x01" not in kept
    assert 80_000 <= 9_000 * len(kept) <= 100_000
    cache.put("plan", {A: bytes(100_001)})  # larger than the whole cache: not kept, and nothing else lost
    assert cache.get("plan", [A]) == {} and len(cache.get("plan", list(kept))) == len(kept)
    assert place.stat().st_size < 200_000


def test_eight_processes_at_once(place: Path) -> None:
    code = (
        "import sys; from planlens import cache\n"
        "for n in range(25):\n"
        "    key = b'%d' % (n % 20)\n"
        "    cache.put('plan', {key: key * 3000, b'own' + sys.argv[1].encode(): b'x' * n})\n"
        "    assert cache.get('plan', [key]) == {key: key * 3000}\n"
    )

    def run(number: int) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([sys.executable, "-c", code, str(number)], capture_output=True, timeout=120)

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(run, range(8)))
    assert [(one.returncode, one.stderr) for one in done] == [(0, b"")] * 8
    assert len(cache.get("plan", [b"%d" % n for n in range(20)] + [b"own%d" % n for n in range(8)])) == 28
    with sqlite3.connect(place) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    file.close()


def test_with_and_without_the_cache_the_same_bytes(tmp_path: Path) -> None:
    """Every form; the cache is filled by the second run and read by the third."""
    pytest.importorskip("xlsxwriter")
    names = ("report.txt", "report.md", "report.csv", "report.json", "report.html", "report.docx", "report.xlsx")
    made = []
    for number, more in enumerate((["--no-cache"], [], [])):
        folder = tmp_path / str(number)
        folder.mkdir()
        outputs = [word for name in names for word in ("-o", str(folder / name))]
        printed("diff", "2023", "2025", "--library", SAMPLES, *outputs, *more)
        made.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert made[0] == made[1] == made[2] and len(made[0]) > len(names)


@pytest.mark.parametrize(
    "command", [("show", "2025"), ("targets", "2025", "--format", "json"), ("plans",)], ids=lambda command: command[0]
)
def test_every_command_prints_the_same_from_the_cache(command: tuple[str, ...]) -> None:
    made = [printed(*command, "--library", SAMPLES, *more) for more in (["--no-cache"], [], [])]
    assert made[0] == made[1] == made[2]


def test_plans_come_back_equal() -> None:
    library = Library.open(SAMPLES)
    for entry in library.entries[:3]:
        with cache.aside():
            fresh = library.read(entry)
        assert library.read(entry) == fresh
        assert repr(library.read(entry)) == repr(fresh)


def test_warm_diff_reads_and_aligns_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    first = printed("diff", "2023", "2025", "--library", SAMPLES)
    monkeypatch.setattr("planlens.read.read_document", never)
    monkeypatch.setattr("planlens.compare.compare", never)
    assert printed("diff", "2023", "2025", "--library", SAMPLES) == first


def test_a_changed_plan_or_list_is_looked_at(tmp_path: Path) -> None:
    old, new, lists = tmp_path / "old.txt", tmp_path / "new.txt", tmp_path / "strength.toml"
    old.write_text("一、水利\n（一）灌溉。整修干支渠道120公里。\n", "utf-8")
    command = ("diff", old, new, "--format", "json")

    def changes(length: int, *more: str | Path) -> list[tuple[str, list[str]]]:
        new.write_text(f"一、水利\n（一）灌溉。着手整修干支渠道{length}公里。\n", "utf-8")
        return [(change["status"], change["kinds"]) for change in json.loads(printed(*command, *more))["changes"]]

    seen = [changes(120), changes(150)]
    assert seen[0] != seen[1] and [changes(120), changes(150)] == seen
    lists.write_text('[[level]]\nname = "确保"\nwords = ["着手"]\n', "utf-8")
    assert changes(150, "--lexicon", lists) != seen[1]


def test_no_cache_leaves_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed("show", "2025", "--library", SAMPLES, "--no-cache")
    assert not place.exists() and "PLANLENS_NO_CACHE" not in os.environ
    monkeypatch.setenv("PLANLENS_NO_CACHE", "1")
    printed("show", "2025", "--library", SAMPLES)
    assert not place.exists()
    monkeypatch.setenv("PLANLENS_NO_CACHE", "0")
    printed("show", "2025", "--library", SAMPLES)
    assert place.exists()


def test_info_and_clear(place: Path) -> None:
    printed("show", "2025", "--library", SAMPLES)
    (place.parent / "vectors-0123456789ab.bin").write_bytes(b"of an earlier version")
    told = printed("cache", "info", "--lang", "en")
    assert str(place) in told and "plans read: 1," in told
    assert "MB removed" in printed("cache", "clear", "--lang", "en")
    assert list(place.parent.iterdir()) == []
    assert "0.0 MB" in printed("cache", "info")
