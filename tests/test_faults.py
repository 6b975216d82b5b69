"""Bad days: killed processes, several writers, full disks, files that change or vanish, links that lead out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from planlens import alignments, files, library, parse
from planlens.cli import main
from planlens.errors import InputError, LibraryError, OutputError, SettingsError
from planlens.files import write_atomically
from planlens.library import Library, init
from planlens.model import Plan, PlanInfo
from planlens.read import read_document

ROOT = Path(__file__).parents[1]
TEXT = "中山市{year}年卫生健康工作要点\n\n一、队伍\n（一）引才。引进人才{count}名。\n（二）培训。培训{count}人次。\n"

posix = pytest.mark.skipif(os.name != "posix", reason="signals, locks and limits of POSIX")


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an empty library and two plans, in which the tests stand."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLANLENS_LIBRARY", "shelf")
    init("shelf")
    for year in (2023, 2025):
        Path(f"{year}.txt").write_text(TEXT.format(year=year, count=year - 2000), "utf-8")
    files._sweep.cache_clear()
    return tmp_path


def failed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("planlens: ") and said.count("\n") == 1
    return said


def listed(folder: str = ".") -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def python(code: str, *arguments: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stderr=subprocess.PIPE, env=environment)


# --- killed ---------------------------------------------------------------------------------------------------------


@posix
def test_nothing_is_lost_when_it_is_killed() -> None:
    """Fifteen kills; `python fuzz/kills.py 500` is the long run. In a process of its own: the kills fork."""
    command = [sys.executable, str(ROOT / "fuzz" / "kills.py"), "15"]
    done = subprocess.run(command, capture_output=True, timeout=120, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0 and b"nothing lost" in done.stdout, done.stderr.decode()


@posix
def test_what_a_killed_writer_left_goes_and_what_another_is_writing_stays() -> None:
    dead = Path(".report.md.abc.planlens.part")
    dead.write_bytes(b"half")
    other = Path(".download.part")  # of another program
    other.write_bytes(b"half")
    handle, alive = files._part(Path("report.md").resolve())
    write_atomically(Path("report.md"), b"whole")
    assert not dead.exists() and other.exists() and Path(alive).exists()
    os.close(handle)
    files._sweep.cache_clear()
    write_atomically(Path("report.md"), b"whole")
    assert not Path(alive).exists()


def test_an_add_that_was_cut_off_is_undone_by_the_next() -> None:
    shelf = Library.open("shelf")
    entry = shelf.add("2023.txt", name="a")
    catalogue = Path("shelf/plans.toml")
    (Path("shelf") / ".plans.adding").write_text(f"{entry.sha256} a.txt\n", "utf-8")
    Library.open("shelf").add("2025.txt", name="b")  # catalogued: the file stays
    assert listed("shelf") == [library.LOCK, "a.txt", "b.txt", "plans.toml"]
    catalogue.write_text(catalogue.read_text("utf-8").split("[[plan]]")[0], "utf-8")
    (Path("shelf") / ".plans.adding").write_text(f"{entry.sha256} a.txt\n", "utf-8")
    Path("shelf/b.txt").unlink()
    Library.open("shelf").add("2023.txt", name="a")
    assert listed("shelf") == [library.LOCK, "a.txt", "plans.toml"]
    for said in (f"{entry.sha256} ../2023.txt\n", f"{'0' * 64} b.txt\n", "", "\0"):
        Path("shelf/b.txt").write_text("a person's own", "utf-8")
        (Path("shelf") / ".plans.adding").write_text(said, "utf-8")
        with pytest.raises(LibraryError):
            Library.open("shelf").add("2025.txt", name="b")
        assert Path("2023.txt").exists() and Path("shelf/b.txt").read_text("utf-8") == "a person's own"


# --- at once --------------------------------------------------------------------------------------------------------

_WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1] + "/fuzz")
import kills
from planlens import alignments
for n in range(8):
    alignments.record(Path("alignments/a__b.tsv"), [kills.decision(f"{sys.argv[2]}.{n}")], *kills.PLANS)
"""


def test_eight_reviewers_of_one_file_lose_no_row() -> None:
    writers = [python(_WRITER, str(ROOT), str(n)) for n in range(8)]
    assert [writer.communicate()[1] for writer in writers] == [b""] * 8
    rows = alignments.read(Path("alignments/a__b.tsv"))
    assert {row.old for row in rows} == {f"{writer}.{n}" for writer in range(8) for n in range(8)} and len(rows) == 64


_ADDER = """
import sys
from pathlib import Path
from planlens.library import Library
for n in range(3):
    name = f"{sys.argv[1]}{n}"
    Path(name + ".txt").write_text(sys.argv[2].replace("COUNT", str(int(sys.argv[1]) * 10 + n + 1)), "utf-8")
    Library.open("shelf").add(name + ".txt", name="p" + name)
"""


def test_eight_that_add_to_one_library_lose_no_plan() -> None:
    text = TEXT.format(year=2024, count="COUNT")
    writers = [python(_ADDER, str(n), text) for n in range(8)]
    assert [writer.communicate()[1] for writer in writers] == [b""] * 8
    shelf = Library.open("shelf")
    assert len(shelf.entries) == 24 and all(entry.path.is_file() for entry in shelf.entries)
    assert len(listed("shelf")) == 24 + 2


def test_who_waits_too_long_for_a_lock_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LOCK_WAITS", 0.05)
    with files.locked(Path("shelf"), library.LOCK), pytest.raises(OutputError, match="another planlens"):
        Library.open("shelf").add("2023.txt")


# --- no room, no rights ---------------------------------------------------------------------------------------------

_NO_ROOM = """
import resource, sys
from planlens.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.exit(main(sys.argv[2:]))
"""


@posix
@pytest.mark.parametrize(
    "command",
    [
        ("diff", "2023.txt", "2025.txt", "-o", "out.json"),
        ("diff", "2023.txt", "2025.txt", "--only", "new", "-o", "out.csv", "-o", "out.html"),
        ("add", "2025.txt"),
        ("review", "2023.txt", "2025.txt", "--export", "out.xlsx"),
        ("init", "another"),
    ],
    ids=" ".join,
)
def test_a_full_disk_is_one_line_and_leaves_all_as_it_was(command: tuple[str, ...]) -> None:
    Library.open("shelf").add("2023.txt", name="kept")
    kept = Path(command[-1])
    if kept.suffix and not kept.exists():
        kept.write_bytes(b"the report of before")
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    environment = {**os.environ, "PLANLENS_NO_CACHE": "1", "PYTHONPATH": str(ROOT)}
    room = "4000" if "out.html" in command else "100"  # for the table, not for the page after it
    done = subprocess.run([sys.executable, "-c", _NO_ROOM, room, *command], capture_output=True, env=environment)
    assert done.returncode == 2 and done.stderr.decode().count("\n") == 1, done.stderr.decode()
    after = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    assert after == before


_ON_A_DISK = """
import os, shutil, subprocess, sys
from pathlib import Path
from planlens.cli import main
home, spoil = Path(sys.argv[1]), sys.argv[2]
desk = Path("desk").resolve()
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "none", str(home)], check=True)
shutil.copytree(desk, home, dirs_exist_ok=True)
os.chdir(home)
if spoil == "full":
    with open("fill", "wb", buffering=0) as fill:
        try:
            while True:
                fill.write(bytes(4096))
        except OSError:
            pass
else:
    subprocess.run(["mount", "-o", "remount,ro", str(home)], check=True)
def found():
    return {path: path.read_bytes() if path.is_file() else b"" for path in Path().rglob("*") if path.name != "fill"}
before = found()
for command in sys.argv[3:]:
    print(main(command.split()), found() == before, command, flush=True)
"""
_WRITING = (
    "diff 2023.txt 2025.txt -o was.json -o new.html",
    "diff 2023.txt 2025.txt -o new.docx -o new.xlsx -o new.csv -o new.md -o new.txt",
    "diff 2023.txt 2025.txt --plot new.svg",
    "pack 2023.txt 2025.txt -o meeting",
    "pack 2023.txt 2025.txt -o before",
    "init another",
    "add 2025.txt --library shelf",
    "review 2023.txt 2025.txt --export new.xlsx",
    "agree a.tsv a.tsv -o new.xlsx",
)


@pytest.mark.skipif(not Path("/proc/self/ns/mnt").exists() or os.geteuid() != 0, reason="mounts a disk of its own")
@pytest.mark.parametrize("spoil", ["full", "read-only"])
def test_whatever_writes_says_in_a_line_that_it_cannot_and_changes_nothing(
    spoil: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = tmp_path_factory.mktemp("away")
    (away / "disk").mkdir()
    Library.open("shelf").add("2023.txt", name="kept")
    shutil.copytree(".", away / "desk")
    old, new = plans()
    keys = old.commitments[0].key, new.commitments[0].key
    decision = alignments.decide("linked", old, new, *keys, who="甲", when="2026-03-01")
    monkeypatch.chdir(away / "desk")
    alignments.write(Path("a.tsv"), [decision])
    Path("was.json").write_text("the report of before", "utf-8")
    Path("before").mkdir()
    Path("before/result.json").write_text('{"manifest":{"command":["pack"]}}', "utf-8")
    monkeypatch.chdir(away)
    script = [sys.executable, "-c", _ON_A_DISK, str(away / "disk"), spoil, *_WRITING]
    environment = {**os.environ, "PLANLENS_CHROMIUM": "false", "PLANLENS_NO_CACHE": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["unshare", "-m", *script], capture_output=True, text=True, env=environment, timeout=120)
    if "unshare" in done.stderr or "mount" in done.stderr.partition("planlens: ")[0]:
        pytest.skip(f"no disk of its own here: {done.stderr[:80]}")
    assert done.stdout.splitlines() == [f"2 True {command}" for command in _WRITING], done.stderr
    assert len(done.stderr.splitlines()) == len(_WRITING), done.stderr


@posix
def test_a_decision_that_finds_no_room_is_said_and_the_others_stay() -> None:
    old, new = plans()
    path = Path("alignments") / "2023__2025.tsv"
    keys = old.commitments[0].key, new.commitments[0].key
    alignments.record(path, [alignments.decide("linked", old, new, *keys, who="甲", when="2026-03-01")], old, new)
    before = path.read_bytes()
    answers = subprocess.run(
        [sys.executable, "-c", _NO_ROOM, str(len(before)), "review", "2023.txt", "2025.txt", "--reviewer", "乙"],
        input=b"y\ny\n", capture_output=True, env={**os.environ, "PLANLENS_NO_CACHE": "1"},
    )  # fmt: skip
    assert answers.returncode == 2 and answers.stderr.decode().count("\n") == 1
    assert path.read_bytes() == before and listed("alignments") == [alignments.LOCK, path.name]


def plans() -> tuple[Plan, Plan]:
    old, new = (parse.build(read_document(Path(f"{year}.txt")), PlanInfo(str(year), "")) for year in (2023, 2025))
    return old, new


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_standard_output_is_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "planlens", "targets", "2023.txt"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2 and done.stderr.decode().count("\n") == 1, done.stderr.decode()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_is_read_only(capsys: pytest.CaptureFixture[str]) -> None:
    Path("shelf").chmod(0o500)
    assert "cannot be written" in failed(capsys, "add", "2023.txt")
    Path("shelf").chmod(0o700)


def test_a_folder_that_cannot_be_made(capsys: pytest.CaptureFixture[str]) -> None:
    Path("alignments").write_text("a file of this name", "utf-8")
    with pytest.raises(OutputError):
        alignments.write(Path("alignments/a.tsv"), [])
    assert "cannot be made" in failed(capsys, "init", "2023.txt/deeper")


def test_a_folder_that_vanishes_while_a_report_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("gone").mkdir()

    def vanishing(path: Path) -> int:  # noqa: ARG001
        shutil.rmtree("gone")
        return 0o644

    monkeypatch.setattr(files, "_mode", vanishing)
    with pytest.raises(OutputError, match="cannot be written"):
        write_atomically(Path("gone/report.md"), b"x")
    assert not Path("gone").exists()


def test_a_library_that_vanishes(capsys: pytest.CaptureFixture[str]) -> None:
    shelf = Library.open("shelf")
    Path("shelf/plans.toml").unlink()
    with pytest.raises(LibraryError, match="cannot be read"):
        shelf.add("2023.txt")
    assert "holds no plans.toml" in failed(capsys, "add", "2023.txt")


def test_a_file_that_changes_while_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def changing(path: Path) -> object:
        document = read_document(path)
        path.write_text(TEXT.format(year=2023, count=99), "utf-8")
        return document

    monkeypatch.setattr(library, "_read", changing)
    with pytest.raises(InputError, match="changed while it was read"):
        Library.open("shelf").add("2023.txt")
    assert "2023.txt" not in listed("shelf") and not Library.open("shelf").entries


# --- leading out ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../x", "a/b", "/etc/x", "a\\b", "..", ".x", "-x", "a\0", "con", "NUL.x", ""])
def test_an_id_is_a_plain_name(capsys: pytest.CaptureFixture[str], name: str) -> None:
    before = listed()
    failed(capsys, "add", "2023.txt", "--id", name)
    assert listed() == before and set(listed("shelf")) <= {"plans.toml", library.LOCK}


@posix
@pytest.mark.parametrize("name", ["plans.toml", library.LOCK, ".plans.adding"])
def test_nothing_is_written_through_a_link_out_of_a_library(name: str) -> None:
    outside = Path("outside")
    outside.write_text("precious = 1\n", "utf-8")
    link = Path("shelf", name)
    link.unlink(missing_ok=True)
    link.symlink_to(outside.resolve())
    with pytest.raises(OutputError):
        Library.open("shelf").add("2023.txt")
    assert outside.read_text("utf-8") == "precious = 1\n"
    assert not [name for name in listed("shelf") if name.endswith(".txt")]


@posix
def test_reviewed_links_are_not_written_through_a_link() -> None:
    Path("alignments").mkdir()
    Path("outside").write_text("", "utf-8")
    Path("alignments/2023__2025.tsv").symlink_to(Path("outside").resolve())
    old, new = plans()
    made = alignments.decide("unsure", old, new, old.commitments[0].key, new.commitments[0].key, who="", when="")
    with pytest.raises(OutputError, match="leads out"):
        alignments.record(Path("alignments/2023__2025.tsv"), [made], old, new)
    assert Path("outside").read_bytes() == b""


@posix
def test_a_librarys_reviewed_links_do_not_lie_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    Path("shelf/alignments").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SettingsError, match="leads out"):
        alignments.homes(Path("shelf"), shipped=False)
    assert alignments.homes(Path("shelf"), shipped=False, chosen="elsewhere") == (Path("elsewhere"),)
