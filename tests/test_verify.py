"""Reports derived again: what follows, what was tampered with in each format, what changed, what is refused."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from rendering import need

from planlens.cli import main
from planlens.library import Library, init
from planlens.report.embed import REMARK

OLD = """中山市2024年卫生健康工作要点

一、队伍
（一）引才。引进人才60名。
（二）培训。培训家庭医生不少于300人次。
二、服务
（一）体检。为65岁以上老年人免费体检，体检率达到70%。
（二）探索建立家庭病床制度。
"""
NEW = OLD.replace("2024", "2025").replace("60名", "90名").replace("探索建立", "全面推行").replace("70%", "72%")
FORMS = ("json", "csv", "md", "html", "docx", "xlsx")


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of two plans, in which the tests stand."""
    for name in ("PLANLENS_LIBRARY", "PLANLENS_LANG"):
        monkeypatch.delenv(name, raising=False)
    shelf = tmp_path / "shelf"
    init(shelf)
    for year, text in ((2024, OLD), (2025, NEW)):
        file = tmp_path / f"{year}.txt"
        file.write_text(text, "utf-8")
        Library.open(shelf).add(file, name=f"plan-{year}", region="中山市")
    monkeypatch.chdir(shelf)
    return shelf


def made(*arguments: str, name: str = "report.json") -> Path:
    assert main([*arguments, "-o", name]) == 0
    return Path(name)


def verified(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, object]]:
    capsys.readouterr()
    code = main(["verify", *map(str, arguments), "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def repacked(file: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    """One part of an office file rewritten, the rest left alone."""
    with zipfile.ZipFile(file) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    assert change(parts[part]) != parts[part]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, change(data) if name == part else data)


@pytest.mark.parametrize("form", FORMS)
def test_a_report_follows_until_one_number_in_it_is_another(capsys: pytest.CaptureFixture[str], form: str) -> None:
    file = made("diff", "2024", "2025", name=f"report.{form}")
    code, proof = verified(capsys, file)
    assert (code, proof["follows"], proof["differences"]) == (0, True, []) and int(str(proof["rows"])) > 5
    before = file.read_bytes()

    def change(data: bytes) -> bytes:
        return data.replace("90名".encode(), "95名".encode(), 1)

    if form in ("docx", "xlsx"):
        repacked(file, "word/document.xml" if form == "docx" else "xl/sharedStrings.xml", change)
    else:
        file.write_bytes(change(before))
    assert file.read_bytes() != before
    code, proof = verified(capsys, file)
    found = proof["differences"]
    assert code == 1 and isinstance(found, list) and found and not proof["changed"] and not proof["goes_by"]
    assert all("95名" in row["said"] and "90名" in row["follows"] for row in found)


def test_a_number_cell_of_a_workbook_is_compared(capsys: pytest.CaptureFixture[str]) -> None:
    file = made("diff", "2024", "2025", name="report.xlsx")
    with zipfile.ZipFile(file) as book:
        sheets = [name for name in book.namelist() if b"<v>90</v>" in book.read(name)]
    repacked(file, sheets[0], lambda data: data.replace(b"<v>90</v>", b"<v>900</v>", 1))
    code, proof = verified(capsys, file)
    assert code == 1 and [(row["said"], row["follows"]) for row in proof["differences"]] == [("900", "90")]  # type: ignore[attr-defined]


def test_rows_taken_out_and_put_in_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    file = made("diff", "2024", "2025", name="report.csv")
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join([*lines[:2], *lines[3:], lines[1]]), "utf-8")
    code, proof = verified(capsys, file)
    said = [(bool(row["said"]), bool(row["follows"])) for row in proof["differences"]]  # type: ignore[attr-defined]
    assert code == 1 and (False, True) in said and (True, False) in said


def test_a_manifest_that_was_tampered_with_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    file = made("diff", "2024", "2025")
    told = json.loads(file.read_text("utf-8"))
    told["manifest"]["inputs"][0]["damaged"] = 7
    told["manifest"]["weights"][0]["sha256"] = "0" * 64
    told["manifest"]["planlens"] = "0.0.1"
    file.write_text(json.dumps(told), "utf-8")
    code, proof = verified(capsys, file)
    assert code == 1 and [row["part"] for row in proof["differences"]] == ["manifest inputs"]  # type: ignore[attr-defined]
    assert [item["what"] for item in proof["goes_by"]] == ["planlens", "weights"]  # type: ignore[attr-defined]


COMMANDS = (
    ("targets", "2024", "2025"),
    ("targets", "plan-2024", "2025", "--ledger"),
    ("track", "引进人才", "2024", "2025"),
    ("align", "2024", "2025"),
    ("diff", "2024", "2025", "--lang", "en", "--only", "new,changed"),
    ("diff", "2024.txt", "2025.txt", "--full"),
    ("check", "2025", "--last", "2024", "--goals", "2024", "--lang", "en"),
    ("coverage", "2024", "2025"),
    ("overlap", "2024", "2025"),
    ("trace", "家庭病床"),
    ("adoption",),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_is_verified(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...], tmp_path: Path
) -> None:
    for year in (2024, 2025):
        shutil.copy(tmp_path / f"{year}.txt", ".")
    if command[0] == "overlap":  # of different places
        shutil.copy("2025.txt", "other.txt")
        Path("other.txt").write_text(NEW.replace("中山市", "佛山市"), "utf-8")
        command = ("overlap", "2024", "other.txt")
    wanted = "report.html" if "--only" in command or "--full" in command else "report.json"
    file = made(*command, name=wanted)
    code, proof = verified(capsys, file)
    assert (code, proof["differences"], proof["changed"]) == (0, [], [])


def test_a_file_of_reviewed_links_is_an_input(capsys: pytest.CaptureFixture[str]) -> None:
    from planlens import alignments

    library = Library.open(".")
    old, new = (library.read(library.find(f"plan-{year}")) for year in (2024, 2025))
    path = Path("alignments") / alignments.file_name("plan-2024", "plan-2025")
    pair = "一/一#1", "二/二#1"
    alignments.record(path, [alignments.decide("linked", old, new, *pair, who="甲", when="2026-03-01")], old, new)
    file = made("diff", "2024", "2025")
    assert verified(capsys, file)[0] == 0
    alignments.write(path, [])
    code, proof = verified(capsys, file)
    assert code == 1 and proof["changed"] == [path.name] and proof["differences"]


def test_an_input_that_changed_is_named_and_what_it_changes(capsys: pytest.CaptureFixture[str]) -> None:
    file = made("diff", "2024", "2025", name="report.md")
    plan = Path("plan-2025.txt")
    plan.write_text(plan.read_text("utf-8").replace("90名", "120名"), "utf-8")
    code, proof = verified(capsys, file)
    assert code == 1 and proof["changed"] == ["plan-2025.txt"]
    assert any("90名" in row["said"] and "120名" in row["follows"] for row in proof["differences"])  # type: ignore[attr-defined]


def test_plans_are_found_wherever_they_are_by_what_is_in_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = made("diff", "2024", "2025", name="report.docx").resolve()
    away = tmp_path / "away"
    away.mkdir()
    shutil.move(str(file), away / "report.docx")
    for year in (2024, 2025):
        shutil.move(f"plan-{year}.txt", away / f"renamed {year}.txt")
    monkeypatch.chdir(away)
    assert verified(capsys, "report.docx")[0] == 0
    (away / "renamed 2025.txt").unlink()
    assert main(["verify", "report.docx"]) == 2
    assert "plan-2025.txt: no file here has sha256" in capsys.readouterr().err
    assert verified(capsys, "report.docx", tmp_path / "2025.txt")[0] == 0


def test_the_files_of_a_pack_are_verified(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")  # no browser: a PDF takes seconds
    assert main(["pack", "2024", "2025", "-o", "meeting"]) == 0
    for name in ("result.json", "report.docx", "report.html", "report.xlsx"):
        code, proof = verified(capsys, Path("meeting", name))
        assert (code, proof["differences"]) == (0, [])


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pack without a PDF, which takes a browser seconds."""
    monkeypatch.setenv("PATH", "")
    assert main(["pack", "2024", "2025", "-o", "meeting", "--full", "--lang", "en"]) == 0
    return Path("meeting")


def test_a_pack_is_verified_whole_and_each_file_that_tells_nothing_of_itself(
    capsys: pytest.CaptureFixture[str], meeting: Path
) -> None:
    code, proof = verified(capsys, meeting)
    assert (code, proof["differences"], proof["not_compared"]) == (0, [], ["charts.png"])
    rows = int(str(proof["rows"]))
    for name in ("summary.docx", "summary.md", "shifts.csv", "changes.csv"):
        code, proof = verified(capsys, meeting / name)
        assert (code, proof["differences"]) == (0, []) and 0 < int(str(proof["rows"])) < rows / 2


def test_one_number_in_one_file_of_a_pack_is_told_with_the_file(
    capsys: pytest.CaptureFixture[str], meeting: Path
) -> None:
    changes = meeting / "changes.csv"
    changes.write_bytes(changes.read_bytes().replace("90名".encode(), "95名".encode(), 1))
    (meeting / "notes.txt").write_text("of somebody else", "utf-8")
    for file in (meeting, changes):
        code, proof = verified(capsys, file)
        assert code == 1 and [row["part"] for row in proof["differences"]] == ["changes.csv: csv"]  # type: ignore[attr-defined]
        assert proof["not_compared"] == (["charts.png", "notes.txt"] if file == meeting else [])


def test_a_folder_that_is_no_pack_is_one_line(capsys: pytest.CaptureFixture[str], meeting: Path) -> None:
    for spoiled in (".", "alignments", meeting):
        Path("alignments").mkdir(exist_ok=True)
        (meeting / "result.json").write_text("{}", "utf-8")
        assert main(["verify", str(spoiled)]) == 2
        assert capsys.readouterr().err.splitlines()[-1].startswith(f"planlens: {spoiled}: no folder of `planlens pack`")


def test_a_pdf_follows_wherever_its_lines_break(capsys: pytest.CaptureFixture[str]) -> None:
    need("chromium")
    file = made("diff", "2024", "2025", name="report.pdf")
    assert verified(capsys, file)[0] == 0
    narrow = file.read_bytes()
    plan = Path("plan-2025.txt")
    plan.write_text(plan.read_text("utf-8").replace("90名", "120名"), "utf-8")
    code, proof = verified(capsys, file)
    assert code == 1 and proof["changed"] == ["plan-2025.txt"]
    assert any("90名" in row["said"] and "120名" in row["follows"] for row in proof["differences"])  # type: ignore[attr-defined]
    held = [line for line in narrow.splitlines() if line.startswith(REMARK)]
    assert held and max(map(len, held)) <= 255
    file.write_bytes(b"\n".join(line for line in narrow.splitlines() if line not in held))
    assert main(["verify", "report.pdf"]) == 2


@pytest.mark.parametrize(
    "command",
    [
        ["add", "https://a.example/x"],
        ["diff", "2024", "2025", "-o", "stolen.json"],
        ["diff", "2024", "2025", "--output=stolen.json"],
        ["diff", "2024", "2025", "-ostolen.json"],
        ["diff", "2024", "2025", "--plot", "stolen.png"],
        ["diff", "2024", "2025", "--only", "-o"],
        ["review", "2024", "2025"],
        ["diff", "2024", "2025", "--lexicon", "/etc"],
        ["diff", "2024", "2025", "--semantic-model", "/etc"],
        ["diff", "2024", "2025", "2026"],
        ["diff", "2024"],
    ],
)
def test_a_report_makes_nothing_be_run_that_writes_or_fetches(
    capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    file = made("diff", "2024", "2025")
    told = json.loads(file.read_text("utf-8"))
    told["manifest"]["command"] = command
    file.write_text(json.dumps(told), "utf-8")
    before = sorted(path.name for path in Path().iterdir())
    capsys.readouterr()
    assert main(["verify", "report.json"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and said.startswith("planlens: ")
    assert sorted(path.name for path in Path().iterdir()) == before


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b"{}"),
        ("a.json", b"\xff\xfe{"),
        ("a.json", b"[" * 100_000),
        ("a.html", b""),
        ("a.html", b"<p>no report"),
        ("a.html", b'<script type="application/json" id="manifest">[1]</script>'),
        ("a.docx", b"PK\x03\x04"),
        ("a.xlsx", b"no workbook"),
        ("a.csv", b"a,b\n"),
        ("a.md", b"# a\n"),
        ("a.pdf", b"%PDF-1.7"),
        ("a.txt", b"a"),
        ("a.md", b'<!-- planlens:manifest {"manifest":{"command":["diff","a","b"],"inputs":[{"id":"a"}]}} -->'),
        ("a.json", b'{"manifest":{"command":["diff","2024","2025"],"inputs":[]}}'),
        ("a.json", b'{"manifest":{"command":["diff","2024","2025"]}}'),
        ("missing.json", None),
    ],
)  # fmt: skip
def test_what_is_no_report_is_one_line(capsys: pytest.CaptureFixture[str], name: str, data: bytes | None) -> None:
    if data is not None:
        Path(name).write_bytes(data)
    capsys.readouterr()
    assert main(["verify", name]) == 2
    said = capsys.readouterr().err
    assert re.fullmatch(r"planlens: [^\n]+\n", said)


def test_a_command_that_is_not_run_again_is_said_before_its_inputs_are_looked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = {"command": ["corpus", "overlap", "c"], "inputs": [{"file": "gone", "sha256": "0" * 64}]}
    Path("a.json").write_text(json.dumps({"manifest": told}), "utf-8")
    assert main(["verify", "a.json"]) == 2
    assert "`planlens corpus` makes no report to verify" in capsys.readouterr().err


def test_the_verdict_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    file = made("diff", "2024", "2025", name="report.html")
    file.write_bytes(file.read_bytes().replace("90名".encode(), "95名".encode(), 1))
    capsys.readouterr()
    assert main(["verify", "report.html", "--lang", "en"]) == 1
    said = capsys.readouterr().out
    assert "the report does not follow" in said and "95名" in said and "What follows" in said
