"""The review: what is asked, what an answer does, what a kill leaves, and the round trip through a spreadsheet."""

from __future__ import annotations

import io
import os
import random
import signal
import sys
import time
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from planlens import alignments, cli, parse, review
from planlens.alignments import Decision, read, replay
from planlens.library import Library
from planlens.model import Plan, PlanInfo
from planlens.read import read_document
from planlens.report.messages import load

ROOT = Path(__file__).parents[1]
FILE = Path("alignments") / "old__new.tsv"

OLD = ["新增社康机构35家。", "引进高层次团队20个。", "探索建立家庭病床制度。", "开展健康讲座100场。", "修订应急预案。"]
NEW = ["开展健康讲座150场以上。", "社康机构增加30家。", "推动建立家庭病床制度。", "采购救护车12辆。", "修订应急预案。"]


def text(statements: list[str]) -> str:
    lines = (f"（{'一二三四五六七八九'[n]}）{t}\n" for n, t in enumerate(statements))
    return "某某市卫生健康工作要点\n\n一、任务\n" + "".join(lines)


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two plans and nothing else."""
    monkeypatch.chdir(tmp_path)
    for name in ("PLANLENS_LIBRARY", "PLANLENS_REVIEWER", "PLANLENS_LANG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    Path("old.txt").write_text(text(OLD), "utf-8")
    Path("new.txt").write_text(text(NEW), "utf-8")
    return tmp_path


def plans() -> tuple[Plan, Plan]:
    old, new = (parse.build(read_document(Path(f"{name}.txt")), PlanInfo(name, name)) for name in ("old", "new"))
    return old, new


def answered(*lines: str, options: tuple[str, ...] = ()) -> Result:
    arguments = ["review", "old.txt", "new.txt", "--reviewer", "甲", *options]
    return CliRunner().invoke(cli.cli, arguments, input="".join(f"{line}\n" for line in lines))


def ok(result: Result) -> str:
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def pairs(*verdicts: str) -> set[tuple[str, str, str]]:
    return {(d.verdict, d.old, d.new) for d in read(FILE) if not verdicts or d.verdict in verdicts}


def items() -> list[review.Item]:
    return review.queue(*plans(), [])


# --- what is asked --------------------------------------------------------------------------------------------------


def test_most_doubtful_first_and_every_open_statement_is_asked_about() -> None:
    old, new = plans()
    asked = items()
    doubts = [1.0 if i.probability is None else abs(i.probability - 0.5) for i in asked]
    assert doubts == sorted(doubts) and len({(i.old, i.new) for i in asked}) == len(asked)
    sure = {c.key for c in old.commitments if "预案" in c.text} | {c.key for c in new.commitments if "预案" in c.text}
    assert {i.new for i in asked} - {""} == {c.key for c in new.commitments} - sure
    assert {i.old for i in asked} - {""} == {c.key for c in old.commitments} - sure


def test_the_queue_of_the_samples_holds_links_weak_ones_and_lone_ones() -> None:
    library = Library.open(ROOT / "samples")
    old, new = (library.read(library.find(name)) for name in ("shenzhen-2023", "shenzhen-2025"))
    asked = review.queue(old, new, [])
    assert {i.kind for i in asked} == {"linked", "weak", "lone_old", "lone_new"}
    named = {("old", i.old) for i in asked} | {("new", i.new) for i in asked}
    equal = {("old", k.old) for k in review.align.align(old, new).links if k.source == "equal"}
    assert {("old", c.key) for c in old.commitments} <= named | equal
    assert all(i.probability is None or i.probability >= review.WEAK for i in asked if i.kind in ("linked", "weak"))
    assert review.queue(
        old, new, replay(read(ROOT / "alignments" / "shenzhen-2023__shenzhen-2025.tsv"), old, new).settled
    )


# --- answers --------------------------------------------------------------------------------------------------------


def test_each_answer_is_a_row_with_who_when_and_why() -> None:
    first, second = items()[:2]
    out = ok(answered("y 同一件事", "n", "q"))
    rows = {(d.old, d.new): d for d in read(FILE)}
    assert {k: d.verdict for k, d in rows.items()} == {
        (first.old, first.new): "linked",
        (second.old, second.new): "not_linked",
    }
    mine = rows[first.old, first.new]
    assert (mine.who, mine.why) == ("甲", "同一件事") and len(mine.when) == 10
    assert "本次复核 2 条" in out and str(FILE) in out


def test_side_by_side_with_what_differs() -> None:
    old, _ = plans()
    at = next(n for n, i in enumerate(items()) if i.old and "100场" in review._text(old, i.old) and i.new == "一/一#1")
    out = ok(answered(*["s"] * at, "q"))
    line = next(line for line in out.split(f"〔{at + 1}/")[1].splitlines() if "│" in line and "讲座" in line)
    assert line.split("│")[0].strip() == "开展健康讲座[-100场-]。"
    assert line.split("│")[1].strip() == "开展健康讲座{+150场以上+}。"
    coloured = ok(answered("q", options=("--colour", "always", "--lang", "en")))
    assert "\x1b[32;4m" in coloured and "y linked" in coloured


@pytest.mark.parametrize("width", [20, 60, 200])
def test_both_sides_lose_no_word_at_any_width(width: int) -> None:
    old, new = plans()
    session = review.Session(old, new, [i for i in items() if i.old and i.new][:1], FILE, "", "")
    for colour in (False, True):
        shown = review._ESCAPE.sub("", review.card(session, load("zh"), width=width, colour=colour))
        left = "".join(line.split("│")[0] for line in shown.splitlines() if "│" in line)
        for char in review._text(old, session.items[0].old):
            assert char in left


def test_no_counterpart_and_skipping_what_it_settles() -> None:
    first = items()[0]
    ok(answered("w", "q"))
    assert pairs() == {("no_counterpart", "", first.new)}
    after = review.queue(*plans(), read(FILE))
    assert first.new not in {i.new for i in after}


def test_another_link_is_drawn() -> None:
    first = items()[0]
    other = next(c.key for c in plans()[0 if first.kind != "lone_old" else 1].commitments if "预案" not in c.text and
                 c.key not in (first.old, first.new))  # fmt: skip
    out = ok(answered("r 九#9", f"r {other} 换一处", "q"))
    assert "没有键为 九#9 的举措" in out
    drawn = (first.old, other) if first.kind == "lone_old" else (other, first.new)
    assert pairs() == {("not_linked", first.old, first.new), ("linked", *drawn)}
    assert {d.why for d in read(FILE)} == {"换一处"}


def test_words_find_the_key_of_another_statement() -> None:
    out = ok(answered("f 家庭 病床", "f 没有的词", "f", "q"))
    assert "一/三#1" in out and out.count("未找到") == 2 and not FILE.exists()


def test_undo_gives_back_the_file_and_the_question() -> None:
    ok(answered("y", "q"))
    before = FILE.read_bytes()
    out = ok(answered("n", "s", "u", "b", "b", "b", "b", "q"))
    assert FILE.read_bytes() == before
    assert "没有可撤销的回答" in out and "本次复核 0 条" in out


def test_unknown_keys_and_empty_lines_do_nothing() -> None:
    assert ok(answered("", "x", "ж", "=1", "y y y", "")).count("y 对应") >= 4
    assert len(read(FILE)) == 1


def test_a_pair_that_is_decided_is_not_asked_again_unless_unsure() -> None:
    first = items()[0]
    ok(answered("u", "q"))
    assert "概率" in ok(answered("q")) and (first.old, first.new) not in {
        (i.old, i.new) for i in review.queue(*plans(), read(FILE))
    }
    again = review.queue(*plans(), read(FILE), unsure=True)
    assert (first.old, first.new) in {(i.old, i.new) for i in again}
    ok(answered("y", "q", options=("--unsure",)))
    assert pairs() == {("linked", first.old, first.new)}


def test_to_the_end_of_the_queue_and_nothing_is_left() -> None:
    for _ in range(10):  # a rejected candidate may bring up another
        out = ok(answered(*["n"] * 40, *["w"] * 40, *["o"] * 40))
        if "本次复核 0 条，尚余 0 条" in out:
            break
    assert "尚余 0 条" in out
    old, new = plans()
    assert not replay(read(FILE), old, new).orphaned


def test_diff_goes_by_the_review() -> None:
    first = items()[0]
    ok(answered("y", "q"))
    out = ok(CliRunner().invoke(cli.cli, ["diff", "old.txt", "new.txt", "--format", "json"]))
    assert f'"key": "{first.new}"' in out and '"source": "reviewed"' in out


def test_reviews_of_the_shipped_samples_are_written_here() -> None:
    shipped = ROOT / "alignments" / "shenzhen-2023__shenzhen-2025.tsv"
    before = shipped.read_bytes()
    ok(CliRunner().invoke(cli.cli, ["review", "shenzhen-2023", "shenzhen-2025", "--reviewer", "甲"], input="u\nq\n"))
    mine = read(Path("alignments") / shipped.name)
    assert shipped.read_bytes() == before and set(read(shipped)) < set(mine)
    assert [d.who for d in mine if d not in read(shipped)] == ["甲"]


def test_a_file_that_cannot_be_read_is_not_written_over() -> None:
    FILE.parent.mkdir()
    FILE.write_text("precious\n", "utf-8")
    assert cli.main(["review", "old.txt", "new.txt"]) == 2
    assert FILE.read_text("utf-8") == "precious\n"


# --- killed ---------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_nothing_is_lost_when_it_is_killed(tmp_path: Path) -> None:
    """Forty reviews, each killed at a moment of its own: every answer that was acknowledged is in the file."""
    old, new = plans()
    told = tmp_path / "told"
    last: dict[tuple[str, str], str] = {}  # the latest answer about each pair that was acknowledged
    chance = random.Random(7)
    for run in range(40):
        told.write_bytes(b"")
        reviewer = _forked(old, new, told, run)
        answers, patience = chance.randint(0, 3), time.monotonic() + 20
        while told.read_bytes().count(b"\n") < answers and time.monotonic() < patience:
            time.sleep(0.001)
        time.sleep(chance.uniform(0.0, 0.005))
        os.kill(reviewer, signal.SIGKILL)
        os.waitpid(reviewer, 0)
        for line in told.read_text("utf-8").split("\n")[:-1]:
            a, b, why = line.split(" ")
            last[a, b] = why
        rows = read(FILE) if FILE.exists() else ()
        assert not replay(rows, old, new).orphaned
        assert len({(d.old, d.new) for d in rows}) == len(rows)
        held = {(d.old, d.new): d.why for d in rows}
        assert all(held[pair] >= why for pair, why in last.items())
    assert len(last) >= len(new.commitments) and max(last.values()) > "03"


def _forked(old: Plan, new: Plan, told: Path, run: int) -> int:
    """A reviewer in a process of its own that answers as fast as it can and says so after each answer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        child = os.fork()
    if child:
        return child
    try:
        out = os.open(told, os.O_WRONLY | os.O_APPEND)
        every = [review.Item("weak", a.key, b.key, 0.5) for a in old.commitments for b in new.commitments]
        for n in range(100):
            session = review.Session(old, new, every[(n + run) % len(every) :], FILE, "甲", "2026-03-01")
            why = f"{run:03}.{n:03}"
            item = session.items[0]
            session.answer("unsure", why=why)
            os.write(out, f"{item.old} {item.new} {why}\n".encode())
    finally:
        os._exit(0)


# --- spreadsheets ---------------------------------------------------------------------------------------------------


@pytest.fixture
def sheet() -> Iterator[Any]:
    """The exported sheet, opened; saved as sheet.xlsx when `save` is called on the book."""
    import openpyxl

    said = ok(answered(options=("--export", "sheet.xlsx")))
    assert "待复核" in said
    yield openpyxl.load_workbook("sheet.xlsx")


def taken(book: Any, *options: str) -> str:
    book.save("sheet.xlsx")
    return ok(answered(options=("--import", "sheet.xlsx", *options)))


def test_the_sheet_has_a_drop_down_locked_texts_and_a_frozen_header(sheet: Any) -> None:
    page = sheet.worksheets[0]
    assert sheet.sheetnames == ["复核", "旧规划", "新规划"] and page.freeze_panes == "C2" and page.protection.sheet
    (rule,) = page.data_validations.dataValidation
    assert rule.type == "list" and rule.formula1 == '"对应,不对应,旧文无对应,新文无对应,不确定"'
    assert str(rule.sqref) == f"B2:B{page.max_row}"
    open_cells = {cell.column_letter for cell in page[2] if not cell.protection.locked}
    assert open_cells == set("BCDE") and page.max_row == len(items()) + 1
    assert {page[f"{c}1"].value for c in "BCIJ"} == {"判断", "备注", "旧文", "新文"}


def test_the_same_review_gives_the_same_bytes(sheet: Any) -> None:  # noqa: ARG001
    before = Path("sheet.xlsx").read_bytes()
    ok(answered(options=("--export", "again.xlsx")))
    assert Path("again.xlsx").read_bytes() == before


def test_the_round_trip(sheet: Any) -> None:
    page, asked = sheet.worksheets[0], items()
    page["B2"], page["C2"] = "对应", "=HYPERLINK(1)"
    page["B3"] = "不对应"
    page["C4"] = "只有备注"
    said = taken(sheet)
    assert "已记录 2 条" in said and "1 行有备注而无判断" in said
    assert pairs() == {("linked", asked[0].old, asked[0].new), ("not_linked", asked[1].old, asked[1].new)}
    assert {d.why for d in read(FILE)} == {"=HYPERLINK(1)", ""} and {d.who for d in read(FILE)} == {"甲"}
    assert "已记录 0 条" in taken(sheet, "--reviewer", "乙")
    import openpyxl

    ok(answered(options=("--export", "next.xlsx")))
    rows = list(openpyxl.load_workbook("next.xlsx").worksheets[0].iter_rows(values_only=True))
    assert sorted(str(row[1]) for row in rows[1:] if row[1]) == ["不对应", "对应"]
    assert not any(cell.data_type == "f" for row in openpyxl.load_workbook("next.xlsx").worksheets[0] for cell in row)


def test_links_are_drawn_in_the_sheet(sheet: Any) -> None:
    page, asked = sheet.worksheets[0], items()
    other = next(c.key for c in plans()[0].commitments if c.key != asked[0].old)
    page["D2"] = other
    taken(sheet)
    assert pairs() == {("not_linked", asked[0].old, asked[0].new), ("linked", other, asked[0].new)}


def test_english_and_chinese_sheets_are_both_taken(sheet: Any) -> None:  # noqa: ARG001
    import openpyxl

    ok(answered(options=("--export", "sheet.xlsx", "--lang", "en")))
    book = openpyxl.load_workbook("sheet.xlsx")
    book.worksheets[0]["B2"] = "new has none"
    taken(book)
    assert pairs() == {("no_counterpart", "", items()[0].new)}


def test_a_sheet_made_before_the_plan_was_renumbered(sheet: Any) -> None:
    asked = items()[0]
    sheet.worksheets[0]["B2"] = "对应"
    Path("new.txt").write_text(text(["完善制度。", *NEW]), "utf-8")
    taken(sheet)
    (row,) = read(FILE)
    assert row.new != asked.new and not replay([row], *plans()).orphaned
    Path("new.txt").write_text(text(["完善制度。"]), "utf-8")
    sheet.worksheets[0]["B2"] = "不对应"
    assert "其中 1 条所据文本已不在规划中" in taken(sheet)
    assert len(read(FILE)) == 2  # both kept; neither applies any more


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"B2": "也许"}, "row 2: '也许' is no verdict; there are 对应"),
        ({"D3": "九#9"}, "row 3: old has no statement '九#9' to link to"),
        ({"B2": "对应", "N2": "x"}, "row 2: 对应 needs a statement of the old plan"),
        ({"B1": "别的"}, "no sheet that `planlens review --export` made: the columns 判断 are missing"),
    ],
)
def test_a_row_that_cannot_be_taken_is_named(sheet: Any, cells: dict[str, str], said: str, capsys: Any) -> None:
    for place, value in cells.items():
        sheet.worksheets[0][place] = value
    sheet.save("sheet.xlsx")
    assert cli.main(["review", "old.txt", "new.txt", "--import", "sheet.xlsx"]) == 2
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 1 and not FILE.exists()


def test_rows_that_contradict_each_other_are_named(sheet: Any, capsys: Any) -> None:
    page = sheet.worksheets[0]
    page["B2"], page["D3"] = "新文无对应", page["L2"].value or "一/一#1"
    page["M3"] = page["M2"].value
    sheet.save("sheet.xlsx")
    assert cli.main(["review", "old.txt", "new.txt", "--import", "sheet.xlsx"]) == 2
    assert "row 2 and row 3 contradict each other" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x00" * 100, None])
def test_what_is_no_workbook_is_one_line(content: bytes | None, capsys: Any) -> None:
    if content is not None:
        Path("bad.xlsx").write_bytes(content)
    assert cli.main(["review", "old.txt", "new.txt", "--import", "bad.xlsx"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("x", "y")
    Path("bad.xlsx").write_bytes(stream.getvalue())
    assert cli.main(["review", "old.txt", "new.txt", "--import", "bad.xlsx"]) == 2
    assert "cannot be read as .xlsx" in capsys.readouterr().err


@pytest.mark.parametrize(("missing", "option"), [("xlsxwriter", "--export"), ("openpyxl", "--import")])
def test_without_the_extra_one_line_says_what_to_install(
    missing: str, option: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    Path("sheet.xlsx").write_bytes(b"PK")
    monkeypatch.setitem(sys.modules, missing, None)
    assert cli.main(["review", "old.txt", "new.txt", option, "sheet.xlsx"]) == 2
    err = capsys.readouterr().err
    assert "pip install 'planlens[office]'" in err and err.count("\n") == 1
    assert Path("sheet.xlsx").read_bytes() == b"PK"


def test_texts_that_look_like_formulas_or_hold_control_characters_stay_text(desk: Path) -> None:
    Path("old.txt").write_text(text(["=1+1建设医院\x0b3家，http://a.b。", *OLD]), "utf-8")
    ok(answered(options=("--export", "sheet.xlsx")))
    with zipfile.ZipFile(desk / "sheet.xlsx") as parts:
        pages = [parts.read(n) for n in parts.namelist() if n.startswith("xl/worksheets/sheet")]
    assert not any(b"<f>" in page or b"hyperlink" in page for page in pages)


def test_who_reviews_is_told_by_option_environment_or_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANLENS_REVIEWER", "丙")
    CliRunner().invoke(cli.cli, ["review", "old.txt", "new.txt"], input="u\n")
    monkeypatch.delenv("PLANLENS_REVIEWER")
    monkeypatch.setenv("LOGNAME", "ding")
    CliRunner().invoke(cli.cli, ["review", "old.txt", "new.txt"], input="u\n")
    assert sorted(d.who for d in read(FILE)) == ["ding", "丙"]


def test_a_decision_is_a_line_git_can_merge() -> None:
    ok(answered("y", "n", "u"))
    rows: tuple[Decision, ...] = read(FILE)
    assert len(FILE.read_text("utf-8").splitlines()) == len(rows) + 1
    assert tuple(FILE.read_text("utf-8").splitlines()[0].split("\t")) == alignments.COLUMNS


def test_in_a_terminal_one_key_answers(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    pressed, typed = iter(["y", "m", "n", "r", "b", "f", "q"]), iter(["两回事", "九#9", "病床"])
    monkeypatch.setattr(sys, "stdin", type("Terminal", (), {"isatty": lambda _: True})())
    monkeypatch.setattr("click.getchar", lambda: next(pressed))
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(typed))
    first = items()[0]
    assert cli.main(["review", "old.txt", "new.txt", "--reviewer", "甲"]) == 0
    out = capsys.readouterr().out
    assert "没有键为 九#9 的举措" in out and "一/三#1" in out
    assert pairs() == {("linked", first.old, first.new)}  # the second was undone


def test_a_sheet_is_named_as_what_it_is(capsys: Any) -> None:
    assert cli.main(["review", "old.txt", "new.txt", "--export", "sheet.csv"]) == 2
    assert "sheet.csv: the sheet is an .xlsx file" in capsys.readouterr().err and not Path("sheet.csv").exists()
    assert cli.main(["review", "old.txt", "new.txt", "--export", "nowhere/sheet.xlsx"]) == 2
    assert cli.main(["review", "old.txt", "new.txt", "--export", "a.xlsx", "--import", "b.xlsx"]) == 2


def test_a_list_of_like_items_is_reviewed_in_time() -> None:
    """Many statements, many candidates: the queue and a large sheet are no matter of minutes."""
    lines = [f"（{n}）新增{'东西南北'[n % 4]}部第{n}社康机构{n}家。\n" for n in range(1, 200)]
    for name in ("old", "new"):
        body = "".join(lines if name == "old" else [line.replace("新增", "建成") for line in lines])
        Path(f"{name}.txt").write_text("某某市工作要点\n\n一、任务\n" + body, "utf-8")
    old, new = plans()
    started = time.process_time()
    rows = [alignments.decide("linked", old, new, a.key, b.key, who="甲", when="2026-03-01")
            for a, b in zip(old.commitments, new.commitments, strict=True)]  # fmt: skip
    alignments.record(FILE, rows, old, new)
    assert review.queue(old, new, replay(read(FILE), old, new).settled) is not None
    assert time.process_time() - started < 20
