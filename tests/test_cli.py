"""The command line as a person uses it: every command, every kind of bad input, files written whole."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from planlens import align, cli, compare, parse

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples"
REAL = ROOT.parent / "shared" / "seeds"

PLAN = "某某市2024年卫生健康工作要点\n\n一、队伍\n（一）引才。引进人才60名，新增病床100张以上。\n"


@pytest.fixture(scope="module", autouse=True)
def read_and_compared_once() -> Iterator[None]:
    """The stages are pure: what they made of a plan once serves every test here."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in ((parse, "build"), (align, "align"), (compare, "compare")):
            patch.setattr(module, name, lru_cache(maxsize=None)(getattr(module, name)))
        yield


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PLANLENS_LIBRARY", "PLANLENS_LANG", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(ROOT)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def ok(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    code, out, err = run(capsys, *arguments)
    assert code == 0, err
    return out


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """One line on standard error, nothing on standard output, exit code 2."""
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, ""), (code, out, err)
    assert err.startswith("planlens: ") and err.count("\n") == 1 and "Traceback" not in err
    return err


def test_diff_of_two_years_finds_the_one_region_that_has_both(capsys: pytest.CaptureFixture[str]) -> None:
    out = ok(capsys, "diff", "2023", "2025")
    assert "shenzhen-2023" in out and "shenzhen-2025" in out
    for title in ("数值变动", "新增：", "未再出现：", "有变化的举措", "未读、未比与存疑"):
        assert title in out


def test_targets_of_a_year_that_several_regions_have(capsys: pytest.CaptureFixture[str]) -> None:
    err = refused(capsys, "targets", "2023")
    assert "shenzhen-2023" in err and "zhongshan-2023" in err
    assert "中山市" in ok(capsys, "targets", "2023", "--region", "中山市")


@pytest.mark.parametrize("form", ["table", "md", "csv", "json"])
@pytest.mark.parametrize(
    "command", [("plans",), ("show", "2025"), ("targets", "2025"), ("align", "2023", "2025"), ("diff", "2023", "2025")]
)
def test_every_command_in_every_format(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...], form: str, tmp_path: Path
) -> None:
    out = ok(capsys, *command, "--format", form)
    assert "shenzhen-2025" in out or command[0] == "align" or form == "csv"
    suffix = {"table": "txt"}.get(form, form)
    file = tmp_path / f"report.{suffix}"
    assert ok(capsys, *command, "-o", file) == ""
    assert file.read_text("utf-8-sig") == out
    assert file.read_bytes().startswith(b"\xef\xbb\xbf") == (form == "csv")
    if form == "json":
        assert json.loads(out)["format"] == 1


def test_english(capsys: pytest.CaptureFixture[str]) -> None:
    out = ok(capsys, "diff", "2023", "2025", "--lang", "en")
    assert "no counterpart found in the old plan" in out and "comparable, up" in out


def test_json_offsets_point_into_the_text_that_show_prints(capsys: pytest.CaptureFixture[str]) -> None:
    old, new = ok(capsys, "show", "2023", "--region", "深圳", "--text"), ok(capsys, "show", "2025", "--text")
    assert new == (SAMPLES / "shenzhen-2025.txt").read_text("utf-8")
    data = json.loads(ok(capsys, "diff", "2023", "2025", "--format", "json"))
    for row in data["links"] + data["clauses"] + data["changes"]:
        for side, text in (("old", old), ("new", new)):
            assert all(text[unit["start"] : unit["end"]] == unit["text"] for unit in row[side])
    seen = 0
    for shift in data["shifts"]:
        for side, text in (("old", old), ("new", new)):
            for target in shift[side]:
                seen += 1
                assert text[target["start"] : target["end"]] == target["value_text"]
                assert target["quote"] in text
    assert seen > 20


def test_every_commitment_stands_in_one_change(capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(ok(capsys, "diff", "2023", "2025", "--format", "json"))
    for side, name in (("old", "shenzhen-2023"), ("new", "shenzhen-2025")):
        shown = json.loads(ok(capsys, "show", name, "--format", "json"))
        told = [unit["key"] for change in data["changes"] for unit in change[side]]
        assert sorted(told) == sorted(commitment["key"] for commitment in shown["commitments"])


def test_the_example_of_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    shifts = json.loads(ok(capsys, "diff", "2023", "2025", "--format", "json"))["shifts"]

    def values(shift: dict[str, list[dict[str, str]]], side: str) -> list[str]:
        return [target["value_text"] for target in shift[side]]

    like = [s for s in shifts if s["kind"] == "like" and "约300名" in values(s, "old")]
    assert [(values(s, "new"), s["verdict"], round(s["percent"])) for s in like] == [(["500人"], "comparable", 67)]
    teams = [s for s in shifts if "20个" in values(s, "old") and "团队" in s["old"][0]["quote"]]
    substituted = [s for s in teams if s["kind"] == "substituted"]
    assert [(values(s, "new"), s["verdict"], s["percent"]) for s in substituted] == [
        (["500人"], "not_comparable", None)
    ]
    assert [s["kind"] for s in teams if s not in substituted] == ["quantity_dropped"]


def test_only_and_full(capsys: pytest.CaptureFixture[str]) -> None:
    out = ok(capsys, "diff", "2023", "2025", "--only", "new,changed")
    assert "新增：" in out and "未再出现：" not in out and "数值变动：" not in out
    full = ok(capsys, "diff", "2023", "2025", "--full")
    assert "保留的举措（" in full and "--full" not in full and "--full" in out
    assert full.count("…") * 2 < ok(capsys, "diff", "2023", "2025").count("…")
    rows = ok(capsys, "diff", "2023", "2025", "--only", "dropped", "--format", "csv").splitlines()
    assert all("未再出现" in row for row in rows[1:])


def test_exit_code_says_whether_something_changed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    a, b = tmp_path / "a.txt", tmp_path / "b.txt"
    a.write_text(PLAN, "utf-8")
    b.write_text(PLAN + "\n", "utf-8")
    assert run(capsys, "diff", "2023", "2025", "--exit-code", "-o", tmp_path / "x.md")[0] == 1
    assert run(capsys, "diff", "2023", "2025", "-o", tmp_path / "x.md")[0] == 0
    assert run(capsys, "diff", a, b, "--exit-code")[0] == 0


def test_colour_follows_the_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert "\x1b[" not in ok(capsys, "diff", "2023", "2025")
    assert "\x1b[" in ok(capsys, "diff", "2023", "2025", "--colour", "always")


def test_two_files_in_any_folder(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import docx

    document = docx.Document()
    for line in PLAN.replace("60名", "80名").splitlines():
        document.add_paragraph(line)
    document.save(str(tmp_path / "draft.docx"))
    (tmp_path / "last-year.txt").write_text(PLAN, "utf-8")
    monkeypatch.chdir(tmp_path)
    out = ok(capsys, "diff", "last-year.txt", "draft.docx")
    assert "60名" in out and "80名" in out and "+20名（+33%）" in out


def test_a_library_of_ones_own(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "plans"
    assert str(folder) in ok(capsys, "init", folder)
    file = tmp_path / "要点.txt"
    file.write_text(PLAN, "utf-8")
    assert "某某市" in ok(capsys, "add", file, "--library", folder, "--level", "city")
    code, out, err = run(capsys, "add", file, "--library", folder, "--id", "again")
    assert (code, out) == (0, "") and "as 某某-2024" in err
    assert "60名" in ok(capsys, "targets", "2024", "--library", folder)
    assert "某某-2024" in ok(capsys, "plans", "--library", folder)


def test_plans_says_which_file_cannot_be_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ok(capsys, "init", tmp_path / "plans")
    (tmp_path / "a.txt").write_text(PLAN, "utf-8")
    ok(capsys, "add", tmp_path / "a.txt", "--library", tmp_path / "plans", "--id", "a")
    (tmp_path / "plans" / "a.txt").unlink()
    code, out, err = run(capsys, "plans", "--library", tmp_path / "plans")
    assert code == 0 and "a" in out and "no such file" in err


def test_a_catalogued_file_that_changed_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ok(capsys, "init", tmp_path / "plans")
    (tmp_path / "a.txt").write_text(PLAN, "utf-8")
    ok(capsys, "add", tmp_path / "a.txt", "--library", tmp_path / "plans", "--id", "a")
    with (tmp_path / "plans" / "a.txt").open("a", encoding="utf-8") as stream:
        stream.write("（二）更多。新建医院2家。\n")
    code, _, err = run(capsys, "targets", "a", "--library", tmp_path / "plans")
    assert code == 0 and "sha256" in err


def bad_file(folder: Path, kind: str) -> Path:
    """A file that is no plan, one for each way there is."""
    path = folder / {"zipless": "a.docx", "encrypted": "b.docx", "notword": "c.docx", "strange": "d.xyz"}.get(
        kind, "a.txt"
    )
    contents = {
        "empty": b"",
        "blank": b" \n\t\n",
        "binary": bytes(range(256)) * 40,
        "zipless": b"this is no zip archive",
        "encrypted": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "encoding": bytes([0x81, 0xFF, 0x80, 0xFE, 0xFD, 0x8F, 0xA0, 0xFF]) * 200,
        "strange": PLAN.encode(),
    }
    if kind == "folder":
        path.mkdir()
    elif kind == "notword":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("readme.txt", "no word document")
    elif kind != "missing":
        path.write_bytes(contents[kind])
    return path


@pytest.mark.parametrize(
    "kind",
    ["missing", "folder", "empty", "blank", "binary", "zipless", "encrypted", "notword", "encoding", "strange"],
)
def test_a_file_that_is_no_plan_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str) -> None:
    path = bad_file(tmp_path, kind)
    for command in (("diff", path, "2025"), ("show", path), ("targets", path)):
        assert str(path) in refused(capsys, *command)


def test_a_plan_without_a_word_answers_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    plan = tmp_path / "2024.txt"
    plan.write_text("，。；、\n" * 9, "utf-8")
    rows = json.loads(ok(capsys, "coverage", "guangdong-2021-2025", plan, "--no-semantic", "--format", "json"))["rows"]
    assert {answer["verdict"] for row in rows for answer in row["answers"].values()} == {"absent"}


def test_a_plan_without_outline_is_one_clause_and_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "flat.txt").write_text("今年新增病床100张以上。引进人才60名。\n", "utf-8")
    code, out, err = run(capsys, "targets", tmp_path / "flat.txt")
    assert code == 0 and "100张以上" in out and err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("diff", "2025", "2025"), "twice"),
        (("diff", "shenzhen-2025", "samples/shenzhen-2025.txt"), "twice"),
        (("targets", "2025", "shenzhen-2025"), "twice"),
        (("show", "shenzen-2025"), "shenzhen-2025"),
        (("diff", "2023", "shenzhen-2052"), "shenzhen-2025"),
        (("diff", "2023", "2024"), "2022, 2023, 2025"),
        (("show", "2031"), "2022"),
        (("diff", "2023", "2025", "--region", "广州"), "there are"),
        (("plans", "--library", "nowhere"), "no such folder"),
        (("plans", "--library", "tests"), "plans.toml"),
        (("diff", "2023", "2025", "-o", "nowhere/report.md"), "no folder"),
        (("diff", "2023", "2025", "-o", "tests"), "a folder"),
        (("show", "2025", "-o", "README.md/report.md"), "no folder"),
        (("add", "nowhere.txt"), "no such file"),
        (("add", "planlens/report", "--library", "samples"), "no file in this folder"),
        (("init", "samples"), "already"),
        (("init", "README.md"), "not a folder"),
        (("show", "x" * 5000), ""),
        (("check", "shenzhen-2023", "--goals", ""), "folder"),
        (("track", " ？", "shenzhen-2023"), "nothing to look for"),
        (("diff", "2023", "2025", "-o", "report.odt"), "no form has the suffix .odt; there are .txt"),
        (("diff", "2023", "2025", "-o", "a.html", "-o", "./a.html"), "named twice"),
        (("diff", "2023", "2025", "-o", "-", "-o", "-"), "named twice"),
        (("diff", "2023", "2025", "-o", "a.html", "--format", "json"), "--format json writes no .html file"),
        (("diff", "2023", "2025", "-o", "-", "--format", "docx"), "-o FILE.docx"),
        (("diff", "2023", "2025", "--only", ","), "names no section"),
        (("show", "2025", "-o", "a.json", "-o", "a.csv"), "one form at a time"),
    ],
)
def test_bad_input_is_one_line(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str) -> None:
    assert says in refused(capsys, *arguments)


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/proc/self/comm").exists(), reason="root may write anywhere")
def test_a_file_that_cannot_be_written_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = Path("/proc/self") if os.geteuid() == 0 else tmp_path
    folder.exists() and os.geteuid() and folder.chmod(0o500)
    refused(capsys, "show", "2025", "-o", folder / "report.md")
    assert not list(tmp_path.iterdir())


def test_every_file_has_its_own_form_and_standard_output_too(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    names = ("a.txt", "a.md", "a.json", "a.csv")
    out = ok(capsys, "plans", "-o", "-", *(part for name in names for part in ("-o", tmp_path / name)))
    assert out == ok(capsys, "plans")
    for name in names:
        ok(capsys, "plans", "-o", tmp_path / f"alone-{name}")
        assert (tmp_path / name).read_bytes() == (tmp_path / f"alone-{name}").read_bytes()


def test_what_a_report_says_of_itself_does_not_depend_on_the_other_files(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    both, alone = tmp_path / "both.md", tmp_path / "alone.md"
    ok(capsys, "diff", "2023", "2025", "-o", tmp_path / "both.txt", "-o", both)
    ok(capsys, "diff", "2023", "2025", "-o", alone)
    assert both.read_text("utf-8") == alone.read_text("utf-8")


def test_a_report_never_takes_the_place_of_a_plan(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    plan = tmp_path / "a.txt"
    plan.write_text(PLAN, "utf-8")
    for command in (("show", plan), ("targets", plan), ("diff", plan, "2025"), ("align", "2025", plan)):
        assert "plan itself" in refused(capsys, *command, "-o", plan)
    assert plan.read_text("utf-8") == PLAN


def test_nothing_half_written_when_the_report_fails(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from planlens import files

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    report = tmp_path / "report.md"
    report.write_text("the report of yesterday", "utf-8")
    assert "No space left" in refused(capsys, "diff", "2023", "2025", "-o", report)
    assert [path.name for path in tmp_path.iterdir()] == ["report.md"]
    assert report.read_text("utf-8") == "the report of yesterday"


@pytest.mark.parametrize(
    "arguments",
    [
        ("diff",), ("diff", "2023"), ("nonsense",), ("show", "2025", "--format", "x"),
        ("diff", "2023", "2025", "--only", "x"), ("diff", "2023", "2025", "--only", "new", "--format", "json"),
    ],
)  # fmt: skip
def test_wrong_usage_exits_with_2(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "") and err.count("\n") == 1 and "--help`" in err


def shell(*arguments: str, code: str | None = None, **options: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "planlens", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=60, **options)  # type: ignore[call-overload]


def test_a_reader_that_stops_early_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "planlens", "diff", "2023", "2025"], cwd=ROOT, stdout=writer, stderr=subprocess.PIPE
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_device_is_one_line() -> None:
    with Path("/dev/full").open("wb") as stream:
        done = subprocess.run(
            [sys.executable, "-m", "planlens", "show", "2025"], cwd=ROOT, stdout=stream, stderr=subprocess.PIPE
        )
    assert done.returncode == 2 and done.stderr.count(b"\n") == 1 and b"Traceback" not in done.stderr


@pytest.mark.parametrize("locale", ["C", "en_US.ISO-8859-1"])
def test_output_is_utf_8_in_any_locale(locale: str) -> None:
    done = shell("show", "2025", "--text", env={**os.environ, "LC_ALL": locale, "PYTHONUTF8": "0"})
    assert done.returncode == 0 and done.stdout.decode("utf-8") == (SAMPLES / "shenzhen-2025.txt").read_text("utf-8")


def test_diff_imports_nothing_heavy() -> None:
    code = (
        "import sys; from planlens.cli import main; assert main(['diff', '2023', '2025']) == 0;"
        "print(*sorted({name.split('.')[0] for name in sys.modules} & {'pandas', 'sklearn', 'scipy', 'docx', 'lxml'}),"
        " file=sys.stderr)"
    )
    done = shell(code=code)
    assert done.returncode == 0 and done.stderr.decode().split() == []


def test_help_imports_next_to_nothing() -> None:
    code = (
        "import sys; from planlens.cli import main; main(['--help']);"
        "print(*[n for n in sys.modules if n.startswith('planlens.') or n in ('numpy', 'tabulate', 'jieba')],"
        " file=sys.stderr)"
    )
    found = set(shell(code=code).stderr.decode().split())
    assert {name for name in found if not name.startswith("planlens.cli")} == {"planlens.errors"}


def test_the_same_input_gives_the_same_bytes() -> None:
    runs = {
        shell("diff", "2023", "2025", "--format", "json", env={**os.environ, "PYTHONHASHSEED": seed}).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1 and len(runs.pop()) > 10_000


def test_shell_completion_knows_the_ids() -> None:
    environment = {
        **os.environ, "_PLANLENS_COMPLETE": "bash_complete", "COMP_WORDS": "planlens show shen", "COMP_CWORD": "2",
    }  # fmt: skip
    done = shell(env=environment)
    assert b"shenzhen-2025" in done.stdout


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    from planlens import __version__

    assert ok(capsys, "--version").strip() == f"planlens, version {__version__}"
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text("utf-8")


@pytest.mark.skipif(not REAL.is_dir(), reason="the real plans are not in the repository")
@pytest.mark.parametrize("name", [path.name for path in sorted(REAL.glob("*.txt"))] or ["none"])
def test_every_real_plan_reads_shows_and_compares(capsys: pytest.CaptureFixture[str], name: str) -> None:
    plan = REAL / name
    text = ok(capsys, "show", plan, "--text")
    data = json.loads(ok(capsys, "targets", plan, "--format", "json"))
    assert all(text[t["start"] : t["end"]] == t["value_text"] for t in data["targets"])
    assert all((t["lo"] is None) for t in data["targets"] if t["damaged"])
    assert re.search(r"举措\s+有变化 \d+", ok(capsys, "diff", plan, "shenzhen-2025"))
