"""Reviewed links: a table that survives people, git and spreadsheets; nothing lost, nothing applied to another text."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planlens import align, alignments, cli, compare, parse
from planlens.alignments import Decision, agreement, decide, digest, read, record, replay, take_back, write
from planlens.errors import SettingsError
from planlens.library import Library
from planlens.model import Plan, PlanInfo
from planlens.read import read_document

ROOT = Path(__file__).parents[1]
PAIRS = [("shenzhen-2022", "shenzhen-2023"), ("shenzhen-2023", "shenzhen-2025")]
TODAY = {"who": "甲", "when": "2026-03-01"}

OLD = ["新增社康机构35家。", "引进高层次团队20个。", "探索建立家庭病床制度。", "开展健康讲座100场。", "修订应急预案。"]
NEW = ["开展健康讲座150场以上。", "社康机构增加30家。", "推动建立家庭病床制度。", "采购救护车12辆。", "修订应急预案。"]


def plan(folder: Path, name: str, statements: Sequence[str], *, before: str = "") -> Plan:
    """A plan with one clause a statement; `before` puts clauses in front, which moves every number."""
    lines = [*before.split("|"), *statements] if before else list(statements)
    text = "某某市卫生健康工作要点\n\n一、任务\n" + "".join(
        f"（{'一二三四五六七八九'[n]}）{t}\n" for n, t in enumerate(lines)
    )
    path = folder / f"{name}.txt"
    path.write_text(text, "utf-8")
    return parse.build(read_document(path), PlanInfo(name, name))


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Plan, Plan]:
    return plan(tmp_path, "old", OLD), plan(tmp_path, "new", NEW)


def key(of: Plan, words: str) -> str:
    return next(c.key for c in of.commitments if words in c.text)


def linked(old: Plan, new: Plan, a: str, b: str, verdict: alignments.Verdict = "linked", **signed: str) -> Decision:
    return decide(verdict, old, new, key(old, a) if a else "", key(new, b) if b else "", **{**TODAY, **signed})


# --- the table ------------------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(codec=None), max_size=12) | st.sampled_from(
    ["=1+1", "'", "\t", "a\\tb", '"', '"x"', "-5", "\ufeff", "\ud800"]
)


KEY, DIGEST, DATE = TEXT.filter(bool), st.just("0" * 16), st.sampled_from(["", "2026-03-01"])
ROWS = st.builds(Decision, st.just("unsure"), KEY, KEY, DIGEST, DIGEST, TEXT, TEXT, TEXT, DATE, TEXT)


@given(st.lists(ROWS, max_size=4))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_written_is_read_back(tmp_path: Path, rows: list[Decision]) -> None:
    path = tmp_path / "a.tsv"
    write(path, rows)
    assert set(read(path)) == set(rows)
    lines = path.read_text("utf-8").split("\n")
    assert len(lines) == len(set(rows)) + 2
    for cell in (cell for line in lines for cell in line.split("\t")):
        assert not cell.lstrip().startswith(("=", "+", "-", "@", '"', "＝")), cell


def test_rows_stand_in_the_order_of_the_new_plan_whoever_wrote_first(tmp_path: Path, pair: tuple[Plan, Plan]) -> None:
    rows = [linked(*pair, a, b) for a in ("社康", "团队", "讲座") for b in ("社康", "讲座", "救护车")]
    rows += [linked(*pair, "预案", "", "no_counterpart")]
    written = set()
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        write(tmp_path / "a.tsv", rows)
        written.add((tmp_path / "a.tsv").read_bytes())
    assert len(written) == 1
    assert [d.new for d in read(tmp_path / "a.tsv")] == ["一/一#1"] * 3 + ["一/二#1"] * 3 + ["一/四#1"] * 3 + [""]


def test_keys_are_ordered_by_value() -> None:
    keys = ["一/二十一#1", "一/二#10", "一/十#1", "一/二#9", "表2/15", "表2/6"]
    rows = [Decision("unsure", "x", k, "0" * 16, "0" * 16, "", "") for k in keys]
    assert [d.new for d in sorted(rows, key=alignments._order)] == [
        "一/二#9", "一/二#10", "一/十#1", "一/二十一#1", "表2/6", "表2/15",
    ]  # fmt: skip


def test_one_decision_is_one_line_of_a_diff(tmp_path: Path, pair: tuple[Plan, Plan]) -> None:
    path = tmp_path / "a.tsv"
    write(path, [linked(*pair, "社康", "社康"), linked(*pair, "讲座", "讲座")])
    before = path.read_text("utf-8").splitlines()
    record(path, [linked(*pair, "病床", "病床")], *pair)
    after = path.read_text("utf-8").splitlines()
    assert [line for line in after if line in before] == before and len(after) == len(before) + 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.decode().encode("utf-16"),
        lambda data: data + b"\n\n",
        lambda data: "\n".join("\t".join(f'"{c}"' for c in x.split("\t")) for x in data.decode().split("\n")).encode(),
        lambda data: "\n".join(x.rstrip("\t") for x in data.decode().split("\n")).encode(),
        lambda data: "\n".join("\t".join(reversed(x.split("\t"))) for x in data.decode().split("\n")).encode(),
    ],
    ids=["bom", "crlf", "utf-16", "blank lines", "quoted", "trailing tabs cut", "columns reversed"],
)
def test_what_a_spreadsheet_does_to_a_table_is_forgiven(tmp_path: Path, pair: tuple[Plan, Plan], spoil) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "a.tsv"
    rows = [linked(*pair, "社康", "社康", why="数\t减"), linked(*pair, "", "救护车", "no_counterpart", why="")]
    write(path, rows)
    path.write_bytes(spoil(path.read_bytes()))
    assert set(read(path)) == set(rows)


GOOD = "linked\t一#1\t一#2\t0123456789abcdef\t0123456789abcdef\t\t\t甲\t2026-03-01\t"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (GOOD.replace("linked", "maybe"), "row 2: 'maybe' is no verdict; there are linked"),
        (GOOD.replace("一#2", ""), "row 2: linked needs a key of both plans"),
        (GOOD.replace("linked", "no_counterpart"), "row 2: no_counterpart needs the key of one plan"),
        (GOOD.replace("0123456789abcdef\t\t", "xyz\t\t"), "row 2: new_digest must be 16"),
        (GOOD.replace("2026-03-01", "last week"), "row 2: when: 'last week' is no date"),
        (GOOD + "\tmore", "row 2: has 11 cells for 10 columns"),
        ("<<<<<<< HEAD", "row 2: a merge conflict was left in the file"),
        (GOOD + "\n\n" + GOOD.replace("linked", ""), "row 4: '' is no verdict"),
    ],
)
def test_a_row_that_cannot_be_taken_is_named(tmp_path: Path, row: str, said: str) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("\t".join(alignments.COLUMNS) + "\n" + row + "\n", "utf-8")
    with pytest.raises(SettingsError, match="a.tsv: " + said.replace("'", ".")) as error:
        read(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"verdict\told\n", "row 1: the columns must be verdict old new"), ("规".encode("gb18030"), "row 1: not UTF-8")],
)
def test_what_is_no_table_of_decisions_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "a.tsv").write_bytes(data)
    with pytest.raises(SettingsError, match=said):
        read(tmp_path / "a.tsv")


def test_names_of_files_are_safe() -> None:
    assert alignments.file_name("../a/b.docx", "c:d*") == "a-b.docx__c-d.tsv"
    long = alignments.file_name("规" * 200, "划" * 200)
    assert len(long) < 120 and long != alignments.file_name("规" * 200, "划" * 199)


# --- replay ---------------------------------------------------------------------------------------------------------


def test_a_decision_applies_where_the_text_still_stands(pair: tuple[Plan, Plan]) -> None:
    rows = [linked(*pair, "社康", "社康"), linked(*pair, "团队", "", "no_counterpart")]
    assert replay(rows, *pair) == alignments.Replay(tuple(rows))


def test_only_the_numbering_moved(tmp_path: Path, pair: tuple[Plan, Plan]) -> None:
    rows = [
        linked(*pair, "社康", "社康"),
        linked(*pair, "团队", "", "no_counterpart"),
        linked(*pair, "", "救护车", "no_counterpart"),
    ]
    moved = plan(tmp_path, "new", [t.replace("30", "３０") for t in NEW], before="完善制度。|加强监督。")
    done = replay(rows, pair[0], moved)
    assert (done.carried, done.orphaned) == (2, ())
    assert [d.new for d in done.settled] == [key(moved, "社康"), "", key(moved, "救护车")]
    assert all(digest(NEW[1]) == d.new_digest for d in done.settled[:1])


def test_a_text_that_changed_is_not_judged_by_an_old_decision(tmp_path: Path, pair: tuple[Plan, Plan]) -> None:
    rows = [linked(*pair, "社康", "社康"), linked(*pair, "讲座", "讲座"), linked(*pair, "团队", "", "no_counterpart")]
    changed = plan(tmp_path, "old", [OLD[0].replace("35", "36"), "引进团队。", *OLD[2:]])
    done = replay(rows, changed, pair[1])
    assert done.settled == (rows[1],)
    assert [(o.decision, o.reason) for o in done.orphaned] == [(rows[0], "old_gone"), (rows[2], "old_gone")]
    elsewhere = plan(tmp_path, "new", ["别的事。"])
    assert {o.reason for o in replay(rows, changed, elsewhere).orphaned} == {"both_gone", "new_gone", "old_gone"}


def test_a_text_that_stands_twice_under_other_keys_is_not_guessed(tmp_path: Path, pair: tuple[Plan, Plan]) -> None:
    row = linked(*pair, "社康", "社康")
    twice = plan(tmp_path, "new", [NEW[1], NEW[1]], before="完善制度。|加强监督。")
    assert [o.reason for o in replay([row], pair[0], twice).orphaned] == ["several"]
    again = plan(tmp_path, "new", [NEW[0], NEW[1], NEW[1]])  # still under its own key
    assert replay([row], pair[0], again).settled == (row,)


@pytest.mark.parametrize("other", ["not_linked", "no_counterpart old", "no_counterpart new"])
def test_of_two_that_contradict_the_later_holds_and_neither_on_one_day(pair: tuple[Plan, Plan], other: str) -> None:
    yes = linked(*pair, "社康", "社康")
    verdict: alignments.Verdict = "not_linked" if other == "not_linked" else "no_counterpart"
    sides = ("" if other.endswith("new") else "社康", "" if other.endswith("old") else "社康")
    no = linked(*pair, *sides, verdict, when="2026-03-02", who="乙")
    done = replay([yes, no], *pair)
    assert done.settled == (no,) and done.orphaned == (alignments.Orphan(yes, "overruled", no),)
    same_day = replace(no, when="2026-03-01T10:00")
    assert replay([yes, same_day], *pair).settled == ()
    assert {o.reason for o in replay([yes, same_day], *pair).orphaned} == {"contradicted"}


@given(st.data())
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_decision_is_lost(tmp_path: Path, data: st.DataObject) -> None:
    pool = [*OLD, *NEW, OLD[0], "其他。"]
    texts = st.lists(st.sampled_from(pool), min_size=1, max_size=6)
    first = plan(tmp_path, "old", data.draw(texts)), plan(tmp_path, "new", data.draw(texts))
    later = plan(tmp_path, "old", data.draw(texts)), plan(tmp_path, "new", data.draw(texts))
    keys = [st.sampled_from([c.key for c in side.commitments]) for side in first]
    draws = st.tuples(st.sampled_from(alignments.VERDICTS), *keys, st.sampled_from(["2026-03-01", "2026-03-02"]))
    rows = []
    for verdict, a, b, when in data.draw(st.lists(draws, max_size=6)):
        side = data.draw(st.booleans())
        a, b = (a if side else "", "" if side else b) if verdict == "no_counterpart" else (a, b)
        rows.append(decide(verdict, *first, a, b, who="甲", when=when))
    done = replay(rows, *later)
    assert len(done.settled) + len(done.orphaned) == len(rows)
    found = align.align(*later, done.settled)
    pairs = {(k.old, k.new) for k in found.links}
    for d in done.settled:
        if d.verdict == "linked":
            assert (d.old, d.new) in pairs
        elif d.verdict == "not_linked":
            assert (d.old, d.new) not in pairs
        elif d.verdict == "no_counterpart":
            assert not any(d.old == a if d.old else d.new == b for a, b in pairs)
    assert len(pairs) == len(found.links)


# --- record ---------------------------------------------------------------------------------------------------------


def test_a_decision_replaces_what_it_contradicts_and_can_be_taken_back(tmp_path: Path, pair: tuple[Plan, Plan]) -> None:
    path = tmp_path / "reviews" / "a.tsv"
    first, second = linked(*pair, "社康", "社康"), linked(*pair, "讲座", "讲座")
    record(path, [first, second], *pair)
    none = linked(*pair, "", "社康", "no_counterpart")
    replaced = record(path, [none], *pair)
    assert replaced == [first] and set(read(path)) == {none, second}
    take_back(path, [none], replaced)
    assert set(read(path)) == {first, second}


def test_rows_about_other_texts_stay_in_the_file(tmp_path: Path, pair: tuple[Plan, Plan]) -> None:
    path = tmp_path / "a.tsv"
    gone = replace(linked(*pair, "社康", "社康"), old_digest="0" * 16)
    write(path, [gone])
    record(path, [linked(*pair, "社康", "社康", "not_linked")], *pair)
    assert gone in read(path) and len(read(path)) == 2


# --- alignment and report -------------------------------------------------------------------------------------------


def test_a_reviewed_link_outranks_every_score(pair: tuple[Plan, Plan]) -> None:
    old, new = pair
    rows = (linked(old, new, "团队", "救护车"), linked(old, new, "预案", "预案", "not_linked"),
            linked(old, new, "病床", "", "no_counterpart"))  # fmt: skip
    found = align.align(old, new, rows)
    by_pair = {(k.old, k.new): k for k in found.links}
    mine = by_pair[key(old, "团队"), key(new, "救护车")]
    assert (mine.source, mine.score.probability) == ("reviewed", 1.0)
    assert (key(old, "预案"), key(new, "预案")) not in by_pair  # though the texts are equal
    assert not any(a == key(old, "病床") for a, _ in by_pair)
    assert not any(a == key(old, "病床") for a, *_ in found.nearest_old)
    assert not any((b, a) == (key(new, "预案"), key(old, "预案")) for b, a, _ in found.nearest_new)


def test_changes_that_rest_on_a_review_say_so(pair: tuple[Plan, Plan]) -> None:
    old, new = pair
    rows = (linked(old, new, "团队", "救护车"), linked(old, new, "病床", "", "no_counterpart"))
    changes = compare.compare(old, new, rows).changes
    told = {(c.status, c.old, c.new) for c in changes if c.source == "reviewed"}
    assert told == {
        ("changed", (key(old, "团队"),), (key(new, "救护车"),)),
        ("dropped", (key(old, "病床"),), ()),
    }


def test_decisions_about_keys_that_are_not_there_are_no_danger(pair: tuple[Plan, Plan]) -> None:
    stray = Decision("linked", "九#1", "一/一#1", "0" * 16, "0" * 16, "", "")
    assert align.align(*pair, [stray, replace(stray, verdict="no_counterpart", new="")]) == align.align(*pair)


def test_a_pair_equal_in_text_and_reviewed_is_one_link(pair: tuple[Plan, Plan]) -> None:
    found = align.align(*pair, [linked(*pair, "预案", "预案")])
    mine = [k for k in found.links if k.new == key(pair[1], "预案")]
    assert [k.source for k in mine] == ["reviewed"]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pair: tuple[Plan, Plan]) -> Path:
    """A folder with two plans (old.txt, new.txt) and a file of decisions about them: one holds, one is orphaned."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLANLENS_LIBRARY", raising=False)
    gone = replace(linked(*pair, "讲座", "讲座", why="旧稿"), new_digest="0" * 16)
    write(tmp_path / "alignments" / "old__new.tsv", [linked(*pair, "团队", "救护车"), gone])
    return tmp_path


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    assert cli.main(arguments) == 0
    return capsys.readouterr()


def test_the_report_marks_reviewed_rows_and_lists_the_orphaned(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = ran(capsys, "diff", "old.txt", "new.txt")
    assert "1 行依据人工复核" in out and "人工复核 │" in out
    assert "未能沿用的复核" in out and "1 条：新规划中已无此文" in out
    assert "对应 一/四#1 开展健康讲座100场。 × 一/一#1" in " ".join(out.split())
    english, _ = ran(capsys, "diff", "old.txt", "new.txt", "--lang", "en", "--format", "md")
    assert "its text no longer stands in the new plan" in english
    data = json.loads(ran(capsys, "diff", "old.txt", "new.txt", "--format", "json")[0])
    assert [(o["why"], o["reason"]) for o in data["orphaned"]] == [("旧稿", "new_gone")]
    assert sum(link["source"] == "reviewed" for link in data["links"]) == 1
    for command in (("align",), ("diff", "--format", "csv")):
        assert "1 reviewed decisions no longer apply" in ran(capsys, command[0], "old.txt", "new.txt", *command[1:])[1]
    assert (desk / "alignments" / "old__new.tsv").read_text("utf-8").count("\n") == 3


def test_reviews_can_be_left_aside_or_taken_from_elsewhere(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, err = ran(capsys, "diff", "old.txt", "new.txt", "--no-reviewed")
    assert "0 行依据人工复核" in out and "未能沿用" not in out + err
    (desk / "empty").mkdir()
    assert "0 行依据人工复核" in ran(capsys, "diff", "old.txt", "new.txt", "--alignments", "empty")[0]
    assert cli.main(["diff", "old.txt", "new.txt", "--alignments", "nowhere"]) == 2
    assert "no such folder of reviewed links" in capsys.readouterr().err
    (desk / "alignments" / "old__new.tsv").write_text("x\n", "utf-8")
    assert cli.main(["diff", "old.txt", "new.txt"]) == 2
    assert capsys.readouterr().err.startswith("planlens: alignments/old__new.tsv: row 1: the columns must be")


def test_where_reviewed_links_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = tmp_path / "plans"
    library.mkdir()
    monkeypatch.chdir(tmp_path)
    assert alignments.homes(library, shipped=False)[0] == tmp_path / "alignments"
    (library / "alignments").mkdir()
    assert alignments.homes(library, shipped=False)[0] == library / "alignments"
    assert alignments.homes(library, shipped=True) == (
        Path("alignments"),
        library / "alignments",
        tmp_path / "alignments",
    )
    assert alignments.homes(library, shipped=False, chosen="x") == (Path("x"),)
    assert alignments.homes(Path("samples"), shipped=False)[0] == Path("alignments")  # printed as short as it is
    monkeypatch.chdir(library)
    assert alignments.homes(Path(), shipped=False) == (Path("alignments"), tmp_path / "alignments")


# --- what ships -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ids", PAIRS, ids="__".join)
def test_shipped_reviews_hold_for_the_samples(ids: tuple[str, str]) -> None:
    library = Library.open(ROOT / "samples")
    old, new = (library.read(library.find(name)) for name in ids)
    path = ROOT / "alignments" / alignments.file_name(*ids)
    rows = read(path)
    done = replay(rows, old, new)
    assert (len(done.settled), done.orphaned) == (len(rows), ())
    assert {d.who for d in rows} == {"planlens maintainers"}
    write_again = path.read_bytes()
    assert "\n".join("\t".join(map(alignments._escaped, alignments._row(d))) for d in rows) in write_again.decode()


# --- agreement ------------------------------------------------------------------------------------------------------


def test_agreement_of_a_file_with_itself(pair: tuple[Plan, Plan]) -> None:
    rows = [linked(*pair, "社康", "社康"), linked(*pair, "团队", "", "no_counterpart"), linked(*pair, "讲座", "讲座")]
    same = agreement(rows, rows)
    assert (same.links_f1, same.kappa, same.disagreements) == (1.0, 1.0, ())


def test_agreement_counts_what_both_judged(pair: tuple[Plan, Plan]) -> None:
    a = [
        linked(*pair, "社康", "社康"),
        linked(*pair, "讲座", "讲座"),
        linked(*pair, "团队", "", "no_counterpart"),
        linked(*pair, "", "救护车", "no_counterpart"),
        linked(*pair, "病床", "病床"),  # b did not look at it
    ]
    b = [
        linked(*pair, "社康", "社康"),
        linked(*pair, "讲座", "讲座", "not_linked"),
        linked(*pair, "团队", "救护车"),
    ]
    found = agreement(a, b)
    assert found.links == (2, 2, 1) and found.links_f1 == 0.5 and found.alone == (1, 0)
    assert dict(found.statuses) == {("linked", "linked"): 2, ("none", "linked"): 2}
    assert found.kappa == 0.0
    assert [(d.a, d.b) for d in found.disagreements] == [("linked", "not_linked"), ("no_counterpart", "linked")]


def test_kappa_of_a_known_table() -> None:
    def rows(statuses: str) -> list[Decision]:
        made = []
        for n, status in enumerate(statuses):
            k = f"一#{n}"
            verdict: alignments.Verdict = "linked" if status == "l" else "no_counterpart"
            new = ("x", "0" * 16) if status == "l" else ("", "")
            made.append(Decision(verdict, k, new[0], f"{n:016x}", new[1], "", ""))
        return made

    found = agreement(rows("l" * 25 + "n" * 25), rows("l" * 20 + "n" * 5 + "l" * 10 + "n" * 15))
    counted = dict(found.statuses)
    assert counted == {("linked", "linked"): 21, ("linked", "none"): 5, ("none", "linked"): 10, ("none", "none"): 15}
    share, chance = 36 / 51, (26 * 31 + 25 * 20) / 51**2  # "x", linked by both, is the 51st
    assert found.kappa == pytest.approx((share - chance) / (1 - chance))


def test_nothing_to_compare_is_no_figure() -> None:
    assert (agreement([], []).links_f1, agreement([], []).kappa) == (None, None)


def test_agreement_looks_past_the_numbering(tmp_path: Path, pair: tuple[Plan, Plan]) -> None:
    moved = plan(tmp_path, "new", NEW, before="完善制度。")
    assert agreement([linked(*pair, "社康", "社康")], [linked(pair[0], moved, "社康", "社康")]).links_f1 == 1.0


def test_agree_in_every_format(desk: Path, capsys: pytest.CaptureFixture[str], pair: tuple[Plan, Plan]) -> None:
    write(desk / "b.tsv", [linked(*pair, "团队", "救护车", "not_linked", who="乙", why="两回事")])
    files = ("agree", "alignments/old__new.tsv", "b.tsv")
    assert "F1 0.000" in ran(capsys, *files)[0]
    assert "Cohen's kappa" in ran(capsys, *files, "--lang", "en", "--format", "md")[0]
    assert ran(capsys, *files, "--format", "csv")[0].count("\n") == 2
    data = json.loads(ran(capsys, *files, "--format", "json")[0])
    assert data["links"] == {"a": 1, "b": 0, "both": 0, "only_a_judged": 1, "only_b_judged": 0}
    assert [(d["a"], d["b"]) for d in data["disagreements"]] == [("linked", "not_linked")]
    assert cli.main([*files[:2], "nowhere.tsv"]) == 2
    assert "nowhere.tsv: cannot be read" in capsys.readouterr().err
