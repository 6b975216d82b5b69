"""Reports, packs, catalogues and names made to mislead `verify` and whatever writes: one line, and nothing outside."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest

from planlens.cli import main
from planlens.library import Library, init
from planlens.report import readback

sys.path.append(str(Path(__file__).parents[1] / "fuzz"))

import sizes

TEXT = "中山市{year}年卫生健康工作要点\n\n一、队伍\n（一）引才。引进人才{count}名。\n（二）培训。培训{count}人次。\n"


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of two plans and a report of them, in a folder of its own; what lies above must stay as it is."""
    for name in ("PLANLENS_LIBRARY", "PLANLENS_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PLANLENS_NO_SEMANTIC", "1")
    shelf = tmp_path / "desk" / "shelf"
    init(shelf)
    for year in (2024, 2025):
        file = shelf.parent / f"{year}.txt"
        file.write_text(TEXT.format(year=year, count=year - 2000), "utf-8")
        Library.open(shelf).add(file, name=f"plan-{year}", region="中山市")
    (tmp_path / "secret.txt").write_text(TEXT.format(year=2030, count=99), "utf-8")
    monkeypatch.chdir(shelf)
    return shelf


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line that a command is refused with."""
    capsys.readouterr()
    assert main(words) == 2, words
    said = capsys.readouterr()
    assert re.fullmatch(r"planlens: [^\n]{1,1000}\n", said.err) and not said.out, said
    return said.err


def report(change: Any = None) -> dict[str, Any]:
    assert main(["diff", "2024", "2025", "-o", "report.json"]) == 0
    told: dict[str, Any] = json.loads(Path("report.json").read_text("utf-8"))
    if change is not None:
        change(told)
        Path("report.json").write_text(json.dumps(told), "utf-8")
    return told


# --- verify ---------------------------------------------------------------------------------------------------------

DEEP = "[" * 100_000
LAUGHS = sizes.packed({"word/document.xml": sizes.LAUGHS + "<a>&l9;</a>", "[Content_Types].xml": "<a/>"})
REPORTS: dict[str, bytes] = {
    "list.json": b"[1, 2]",
    "null.json": b"null",
    "number.json": b"9" * 5000,
    "long-number.json": b'{"manifest": {"command": ["diff"], "inputs": [' + b"9" * 5000 + b"]}}",
    "nan.json": b'{"manifest": NaN}',
    "surrogate.json": b'{"manifest": {"command": ["\\ud800"], "inputs": [{"id": "\\ud800", "file": "\\ud800"}]}}',
    "deep.json": b'{"manifest": ' + DEEP.encode(),
    "other.json": json.dumps({"manifest": {"version": 2, "files": ["../../etc/passwd"]}}).encode(),
    "deep.html": b"<div>" * 100_000 + b'<script id="manifest">{}</script>',
    "deep-manifest.html": f'<script id="manifest">{DEEP}</script>'.encode(),
    "entities.html": (sizes.LAUGHS + "<p>&l9;</p>").encode(),
    "entities.docx": LAUGHS,
    "entities.xlsx": LAUGHS.replace(b"word/document.xml", b"xl/a_workbook.xml"),
    "bomb.docx": sizes.word("<w:p/>" * 6_000_000),
    "rows.xlsx": sizes.book("<row/>" * 2_500_000),
    "outside.docx": sizes.packed({"../../x": "a", "word/document.xml": "<a/>"}),
    "deep.docx": sizes.packed({"word/document.xml": "<a>" * 100_000}),
    "deep.md": f"<!-- planlens:manifest {DEEP} -->".encode(),
    "quotes.csv": b'"' * 1001,
    "pages.pdf": sizes.tree("3 0 R " * 6000, "6000"),
}


@pytest.mark.parametrize("name", REPORTS)
def test_what_was_made_to_mislead_is_one_line(capsys: pytest.CaptureFixture[str], name: str) -> None:
    Path(name).write_bytes(REPORTS[name])
    Path(name + "-metadata.json").write_bytes(REPORTS["deep.json"])
    refused(capsys, "verify", name)


def test_a_report_too_large_and_one_that_is_no_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Path("large.json").open("wb") as stream:
        stream.truncate(readback._LARGEST + 1)
    assert "200 MB" in refused(capsys, "verify", "large.json")
    if hasattr(os, "mkfifo"):
        os.mkfifo("pipe.json")
        timer = threading.Timer(20, lambda: os._exit(9))  # a pipe that is waited for would wait for ever
        timer.start()
        assert "not a file" in refused(capsys, "verify", "pipe.json")
        Path("pack").mkdir()
        os.mkfifo("pack/result.json")
        refused(capsys, "verify", "pack")
        timer.cancel()


@pytest.mark.parametrize(
    "told",
    [
        "[]",
        DEEP,
        '{"manifest": {"command": ["pack"]}}',
        '{"manifest": {"command": ["pack", 1], "inputs": 3}}',
        '{"manifest": {"command": ["pack", "a", "b"], "inputs": [{"id": "a", "file": "../../x", "sha256": "0"}]}}',
    ],
    ids=range(5),
)
def test_a_pack_made_to_mislead_is_one_line(capsys: pytest.CaptureFixture[str], told: str) -> None:
    Path("pack").mkdir()
    Path("pack/result.json").write_text(told, "utf-8")
    Path("pack/summary.md").write_text("# a\n", "utf-8")
    refused(capsys, "verify", "pack")


@pytest.mark.parametrize(
    "name",
    ["../../secret.txt", "/etc/hostname", "..\\..\\secret.txt", "\\\\host\\share\\a.txt", "//host/share/a", "a\0b"],
)
def test_names_in_a_manifest_lead_nowhere_else(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, desk: Path, name: str
) -> None:
    """A digest that no file has, under a name outside: not read, and no share of the network is asked for."""
    asked: list[str] = []
    is_file = Path.is_file
    monkeypatch.setattr(Path, "is_file", lambda path: asked.append(str(path)) or is_file(path))

    def change(manifest: dict[str, Any]) -> None:
        manifest["command"] = ["diff", name, "plan-2025"]
        manifest["inputs"][0] |= {"id": "x", "file": name, "sha256": "0" * 64}

    report(lambda told: change(told["manifest"]))
    asked.clear()
    refused(capsys, "verify", "report.json")
    assert not [path for path in asked if "host/share" in path.replace("\\", "/")]
    assert {path.name for path in desk.parent.parent.iterdir()} == {"desk", "secret.txt"}


def test_reviewed_links_outside_are_not_copied(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    links = desk.parent / "stolen.tsv"
    links.write_text("", "utf-8")
    report(lambda told: told["manifest"].update(alignments={"file": "../stolen.tsv", "sha256": "0" * 64}))
    capsys.readouterr()
    assert main(["verify", "report.json"]) == 1
    assert "../stolen.tsv" in capsys.readouterr().out
    assert {path.name for path in desk.parent.parent.iterdir()} == {"desk", "secret.txt"}


# --- places ---------------------------------------------------------------------------------------------------------

OUTSIDE = (
    "../../secret.txt", "/etc/hostname", "..\\..\\secret.txt", "C:\\x.txt", "C:x.txt", "\\\\host\\share\\a.txt",
    "a/../../../secret.txt", "link.txt", "folder/secret.txt", "a\0b",
)  # fmt: skip


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_catalogue_does_not_lead_outside(capsys: pytest.CaptureFixture[str], name: str) -> None:
    if sys.platform != "win32":
        Path("link.txt").symlink_to("../../secret.txt")
        Path("folder").symlink_to("../..", target_is_directory=True)
    entry = f'\n[[plan]]\nid = "x"\nfile = {json.dumps(name)}\n'
    with Path("plans.toml").open("a", encoding="utf-8") as stream:
        stream.write(entry)
    said = refused(capsys, "show", "x")
    assert "folder" in said or "TOML" in said


@pytest.mark.parametrize(
    "told",
    [
        'id = "\\ud800"',
        "a = " + DEEP,
        "x = 1\x00",
        "[[plan]]\n" * 3,
        "plan = 3",
        "\ufeff\ufeff",
        "plan = [[]]",
        "a" * 10**6,
    ],
    ids=range(8),
)
def test_a_catalogue_made_to_mislead_is_one_line(capsys: pytest.CaptureFixture[str], told: str) -> None:
    Path("plans.toml").write_text(told, "utf-8")
    refused(capsys, "plans")


@pytest.mark.parametrize(
    "name",
    ["../x", "/x", "..", ".", "a/b", "a\\b", "C:x", "con", "CON.txt", "nul", "com1", "LPT9.a", "aux.b", ".hidden", "-o",
     "a\0b", "a\nb", "x.", "x ", "a:b", "a*", "名" * 300, "\u202ex", ""],
)  # fmt: skip
def test_an_id_is_a_name_on_every_system(capsys: pytest.CaptureFixture[str], desk: Path, name: str) -> None:
    """Windows takes a point or a blank at the end away, and keeps names of devices."""
    file = desk.parent / "new.txt"
    file.write_text(TEXT.format(year=2026, count=7), "utf-8")
    before = sorted(path.name for path in desk.iterdir())
    refused(capsys, "add", str(file), "--id", name)
    assert sorted(path.name for path in desk.iterdir() if path.name != ".plans.lock") == [
        n for n in before if n != ".plans.lock"
    ]


def test_a_name_made_of_a_file_stays_inside(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for n, stem in enumerate(("con", "=1+1 ..x", "..x", "名" * 80, "a:b", "x. ", "\u202e倒")):
        file = desk.parent / f"{stem}.txt"
        file.write_text(TEXT.format(year=2030 + n, count=50 + n).replace("中山", "珠海"), "utf-8")
        assert main(["add", str(file)]) == 0, (stem, capsys.readouterr().err)
    for path in desk.iterdir():
        assert not re.search(r'[<>:"|?*\\\u202e\x00-\x1f]|[. ]$', path.name), path.name
        assert path.name.partition(".")[0].casefold() not in ("con", "nul", "aux", "prn")


@pytest.mark.parametrize("name", ["../out.html", "a/../../out.html"])
def test_an_output_goes_where_it_is_named_and_nowhere_else(name: str, desk: Path) -> None:
    (desk / "a").mkdir()
    assert main(["diff", "2024", "2025", "-o", name]) == 0
    assert (desk / name).resolve().is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a right there")
def test_a_pack_follows_no_link_out_of_its_folder(desk: Path) -> None:
    assert main(["pack", "2024", "2025", "-o", "pack"]) == 0
    target = desk.parent.parent / "secret.txt"
    before = target.read_bytes()
    (desk / "pack" / "summary.md").unlink()
    (desk / "pack" / "summary.md").symlink_to(target)
    main(["pack", "2024", "2025", "-o", "pack"])
    assert target.read_bytes() == before


def test_word_lists_made_to_mislead_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for told in (b"\xff\xfe", b"a = " + DEEP.encode(), b"\0", b'[[verbs]]\nx = "=1+1"', b"verbs = 1"):
        Path("own.toml").write_bytes(told)
        refused(capsys, "diff", "2024", "2025", "--lexicon", "own.toml")


def test_decisions_made_to_mislead_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    bombs = {
        "a.xlsx": sizes.book("<row/>" * 2_500_000),
        "b.xlsx": sizes.word("a"),
        "c.xlsx": b"PK\x03\x04",
        "d.xlsx": sizes.book(sizes.line(1, "&l9;"), sizes.LAUGHS),
        "e.csv": b"\xff\xfe\x00",
    }
    for name, data in bombs.items():
        Path(name).write_bytes(data)
        refused(capsys, "review", "2024", "2025", "--import", name)


def test_an_archive_is_not_unpacked_anywhere(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("../../escaped.txt", "a")
    Path("a.docx").write_bytes(out.getvalue())
    refused(capsys, "show", "a.docx")
    assert {path.name for path in desk.parent.parent.iterdir()} == {"desk", "secret.txt"}
