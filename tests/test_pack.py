"""A pack is whole, the same every time, and leaves alone what is not its own; a PDF comes from whatever can print."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
from datetime import datetime
from pathlib import Path

import pytest

from planlens import cli
from planlens.errors import OutputError
from planlens.report import pack, pdf

OLD = "某市2024年工作要点\n一、服务\n（一）基层。新增社康机构35家，引进全科医生约300名。\n（二）医院。推广日间手术。\n"
NEW = "某市2025年工作要点\n一、服务\n（一）基层。新增社康机构50家，引进全科医生500名。\n（二）托育。新增托位900个。\n"
NO_PDF = {name for name in pack.FILES if not name.endswith(".pdf")}

needs_browser = pytest.mark.skipif(pdf.find() is None, reason="no Chromium, Chrome or Edge on PATH")


@pytest.fixture
def plans(tmp_path: Path) -> list[str]:
    paths = [tmp_path / "old.txt", tmp_path / "new.txt"]
    for path, text in zip(paths, (OLD, NEW), strict=True):
        path.write_text(text, "utf-8")
    return [str(path) for path in paths]


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "find", lambda: None)
    monkeypatch.setitem(sys.modules, "weasyprint", None)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.usefixtures("no_browser")
def test_without_a_browser_the_rest_is_there_and_says_so(
    plans: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "meeting"
    assert cli.main(["pack", *plans, "-o", str(home)]) == 0
    said = capsys.readouterr()
    assert contents(home).keys() == NO_PDF
    assert {Path(line).name for line in said.out.splitlines()} == NO_PDF
    assert said.err.count("\n") == 1 and "report.pdf" in said.err and "install Chromium" in said.err
    assert "未能生成" in (home / "summary.md").read_text("utf-8")


@pytest.mark.usefixtures("no_browser")
def test_every_file_has_the_characters_of_the_plans_and_follows_by_itself(
    plans: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(plans[1]).write_text(NEW.replace("引进全科医生", "引進全科醫生").replace("托育", "託育"), "utf-8")
    home = tmp_path / "meeting"
    assert cli.main(["pack", *plans, "-o", str(home)]) == 0
    for name in ("changes.csv", "result.json"):
        assert "引進全科醫生500名" in (home / name).read_text("utf-8-sig")
    for name in ("result.json", "changes.csv", "shifts.csv", "report.docx", "report.html", "report.xlsx"):
        assert cli.main(["verify", str(home / name), *plans]) == 0, (name, capsys.readouterr().out)


@pytest.mark.usefixtures("no_browser")
def test_again_gives_the_same_bytes_and_takes_away_only_what_is_stale(plans: list[str], tmp_path: Path) -> None:
    home = tmp_path / "meeting"
    assert cli.main(["pack", *plans, "-o", str(home)]) == 0
    first = contents(home)
    (home / "report.pdf").write_bytes(b"of an older run")
    (home / "notes.txt").write_bytes(b"mine")
    assert cli.main(["pack", *plans, "-o", str(home)]) == 0
    assert contents(home) == {**first, "notes.txt": b"mine"}


@pytest.mark.usefixtures("no_browser")
def test_what_made_it_stands_in_the_result(plans: list[str], tmp_path: Path) -> None:
    home = tmp_path / "meeting"
    assert cli.main(["pack", *plans, "-o", str(home), "--no-reviewed", "--no-semantic"]) == 0
    found = json.loads((home / "result.json").read_text("utf-8"))["manifest"]
    assert found["command"] == ["pack", *plans, "--no-reviewed", "--no-semantic"]
    assert [given["file"] for given in found["inputs"]] == ["old.txt", "new.txt"]


@pytest.mark.parametrize("kind", ["others", "file", "nowhere"])
def test_a_place_that_is_no_packs_is_refused_and_left_alone(
    kind: str, plans: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "taken"
    if kind == "others":
        home.mkdir()
        (home / "report.docx").write_bytes(b"mine")
    elif kind == "file":
        home.write_bytes(b"mine")
    else:
        home = home / "deeper"
    before = sorted(tmp_path.rglob("*"))
    assert cli.main(["pack", *plans, "-o", str(home)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_bad_input_leaves_no_folder(tmp_path: Path, plans: list[str]) -> None:
    assert cli.main(["pack", plans[0], str(tmp_path / "none.txt"), "-o", str(tmp_path / "meeting")]) == 2
    assert not (tmp_path / "meeting").exists()


@needs_browser
def test_the_same_pdf_each_time_dated_by_the_epoch(
    plans: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1740787200")  # 2025-03-01
    files = [tmp_path / "a.pdf", tmp_path / "b.pdf"]
    for file in files:
        assert cli.main(["diff", *plans, "-o", str(file)]) == 0
    one, two = (file.read_bytes() for file in files)
    assert one == two and b"(D:20250301000000" in one


def script(tmp_path: Path, body: str) -> str:
    path = tmp_path / "browser"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for the browser")
@pytest.mark.parametrize(("body", "said"), [("echo out of paper >&2; exit 1", "out of paper"), ("sleep 30", "0.5 s")])
def test_a_browser_that_fails_or_hangs_is_one_line(tmp_path: Path, body: str, said: str) -> None:
    with pytest.raises(OutputError, match=said):
        pdf.printed(script(tmp_path, body), b"<p>x", seconds=0.5)


def test_a_named_browser_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANLENS_CHROMIUM", "no-such-browser")
    with pytest.raises(OutputError, match="no-such-browser"):
        pdf.find()


def test_no_root_no_missing_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(os, "geteuid") or shutil.which("sh") is None:
        pytest.skip("a system without root")
    told = tmp_path / "told"
    browser = script(tmp_path, f'echo "$@" > {told}')
    for user, expected in ((0, True), (1000, False)):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        with pytest.raises(OutputError):
            pdf.printed(browser, b"<p>x", seconds=10)
        assert ("--no-sandbox" in told.read_text()) == expected


def test_a_fixed_pdf_is_as_long_as_before() -> None:
    raw = b"/CreationDate (D:20260101000000Z)/ModDate(D:20260101000000Z) (node00000009)/ID [<ABCD> <1234>]"
    other = raw.replace(b"2026", b"2027").replace(b"ABCD", b"0000").replace(b"0009", b"0017")
    made = pdf.fixed(raw, datetime(2025, 3, 1))
    assert len(made) == len(raw) and made.count(b"20250301000000") == 2
    assert pdf.fixed(other, datetime(2025, 3, 1)) == made
