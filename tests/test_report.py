"""Reports of a small made-up comparison: every format says the same, and says it safely."""

from __future__ import annotations

import ast
import csv as stdlib_csv
import io
import json as stdlib_json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from wcwidth import wcswidth

from planlens import model
from planlens.model import (
    Alignment,
    Block,
    Change,
    Clause,
    Commitment,
    Comparison,
    Document,
    Link,
    Note,
    Plan,
    PlanInfo,
    Quantity,
    Score,
    Shift,
    Span,
    Target,
)
from planlens.report import (
    FORMATS,
    SUFFIXES,
    Report,
    csv,
    json,
    listings,
    markdown,
    messages,
    tables,
    terminal,
    tree,
    write,
)
from planlens.report.look import Look

ROOT = Path(__file__).parents[1]

OLD = (
    "总体要求：稳步发展。\n一、人才\n（一）引才。引进约300名高精尖缺人才。引进20个高层次医学团队；新建?0家社康。\n广告"
)
NEW = "总体要求：稳步发展。\n一、队伍\n（二）引才。引进高精尖缺人才500人。支持高层次医学团队。\n"


def span(text: str, part: str) -> Span:
    start = text.index(part)
    return Span(start, start + len(part))


def commitment(text: str, key: str, clause: str, part: str) -> Commitment:
    return Commitment(key, clause, part, "引进", None, "推动", None, None, (), (), span(text, part))


def target(
    text: str, key: str, unit_key: str, name: str, part: str, quote: str, number: int | None, unit: str
) -> Target:
    value = None if number is None else Decimal(number)
    quantity = Quantity(value, value, unit, "~" if "约" in part else "=", part)
    inside = span(text, quote)
    start = inside.start + quote.index(part)
    where = Span(start, start + len(part))
    return Target(key, unit_key, name, quantity, "count", "target", None, None, number is None, where, inside)


def plan(name: str, year: int, text: str, label: str, heading: str, parts: list[str], targets: list[Target]) -> Plan:
    body = text[text.index(parts[0]) : text.index(parts[-1]) + len(parts[-1])]
    inner = Span(text.index(f"（{label}）"), text.index(body) + len(body))
    top = text.index("一、")
    clauses = (
        Clause(
            "序", "", "", span(text, "总体要求：稳步发展。"), span(text, "总体要求：稳步发展。"), 0, None, "preamble"
        ),
        Clause("一", "一、", heading, Span(top, inner.end), Span(inner.end, inner.end), 0, None, "task"),
        Clause(f"一/{label}", f"（{label}）", "引才", inner, span(text, body), 1, "一", "task"),
    )
    commitments = tuple(commitment(text, f"一/{label}#{n}", f"一/{label}", part) for n, part in enumerate(parts, 1))
    blocks = (Block("paragraph", Span(0, len(text))),)
    notes = (Note("advertising", span(text, "广告"), "inserted"),) if "广告" in text else ()
    document = Document(f"{name}.txt", "0" * 64, text, "utf-8", blocks, notes)
    info = PlanInfo(name, f"某市{year}年要点", "某市", "city", None, year, year, source="《某市要点》")
    return Plan(info, document, clauses, commitments, tuple(targets), notes)


@pytest.fixture
def comparison() -> Comparison:
    old_targets = [
        target(OLD, "t1", "一/一#1", "高精尖缺人才", "约300名", "引进约300名高精尖缺人才", 300, "名"),
        target(OLD, "t2", "一/一#2", "高层次医学团队", "20个", "引进20个高层次医学团队", 20, "个"),
        target(OLD, "t3", "一/一#3", "社康", "?0家", "新建?0家社康", None, "家"),
    ]
    new_targets = [target(NEW, "t1", "一/二#1", "高精尖缺人才", "500人", "引进高精尖缺人才500人", 500, "人")]
    parts = ["引进约300名高精尖缺人才。", "引进20个高层次医学团队；", "新建?0家社康。"]
    old = plan("old", 2023, OLD, "一", "人才", parts, old_targets)
    new = plan("new", 2025, NEW, "二", "队伍", ["引进高精尖缺人才500人。", "支持高层次医学团队。"], new_targets)
    links = (
        Link("一/一#1", "一/二#1", Score(1.4, 0.8), "scored"),
        Link("一/一#2", "一/二#2", Score(0.1, 0.52), "scored"),
    )
    changes = (
        Change("changed", ("number",), ("一/一#1",), ("一/二#1",), 0.8, "scored", None, ("数值: 约300名 → 500人",)),
        Change("changed", ("strength",), ("一/一#2",), ("一/二#2",), 0.52, "scored"),
        Change("dropped", (), ("一/一#3",), (), None, None, ("一/二#2", 0.12)),
    )
    shifts = (
        Shift("substituted", "not_comparable", "n/a", "高精尖缺人才", ("t2",), ("t1",), None, None, "团队 → 人"),
        Shift(
            "like", "comparable", "up", "高精尖缺人才", ("t1",), ("t1",), Decimal(200), Decimal("66.6667"), "去掉“约”"
        ),
    )
    clauses = (Link("一/一", "一/二", Score(2, 0.9), "scored"),)
    return Comparison(old, new, clauses, links, changes, shifts, "words")


def written(comparison: Comparison, form: str, lang: str = "zh", **look: object) -> str:
    m = messages.load(lang)
    made = Report(
        m,
        replace(Look(), **look),  # type: ignore[arg-type]
        tables=lambda: tables.diff(comparison, m),
        rows=lambda: [tables.diff_rows(comparison, m)],
        json=lambda: json.diff(comparison),
        result=comparison,
    )
    return write(form, made)  # type: ignore[return-value]


def test_a_reader_sees_the_shift_the_substitution_and_the_doubts(comparison: Comparison) -> None:
    text = written(comparison, "table", width=200)
    assert "+200人（+67%）" in text and "可比、上升" in text
    assert "替换、不可比" in text
    assert "20个（高层次医学团队）" in text
    assert "在新规划中未找到对应" in text and "0.12" in text
    assert "1 条举措对应概率低于 0.6（共 2 条）" in text
    assert "插入的广告 1 处 2 字" in text
    assert "新建?0家社康（old 一、（一）引才）" in text
    assert "总述 10 字" in text


def test_the_substitution_has_no_percentage(comparison: Comparison) -> None:
    row = tables.diff(comparison, messages.load("zh"), only=("targets",))[2].rows[1]
    assert row[0] == "高精尖缺人才" and row[3] == ""


@pytest.mark.parametrize("lang", messages.LANGUAGES)
@pytest.mark.parametrize("form", ["table", "md", "csv"])
def test_every_format_in_every_language(comparison: Comparison, form: str, lang: str) -> None:
    text = written(comparison, form, lang)
    for value in ("约300名", "500人", "高层次医学团队"):
        assert value in "".join(text.split())
    assert ("dropped" in text) == (lang == "en")


@pytest.mark.parametrize("width", [30, 50, 64, 80, 100, 140])
def test_no_line_is_wider_than_the_terminal(comparison: Comparison, width: int) -> None:
    wide = [line for line in written(comparison, "table", width=width).splitlines() if wcswidth(line) > width]
    titles = {table.title for table in tables.diff(comparison, messages.load("zh"))}
    assert [line for line in wide if line not in titles] == []


def test_columns_stand_under_each_other(comparison: Comparison) -> None:
    boxed = [line for line in written(comparison, "table", width=90).splitlines() if line[:1] in "┌├│└"]
    runs = {wcswidth(line) for line in boxed}
    assert boxed and len(runs) <= 6  # one width a table, not one a line


def test_colour_only_where_asked(comparison: Comparison) -> None:
    assert "\x1b[" in written(comparison, "table", colour=True)
    assert "\x1b" not in written(comparison, "table")


def test_only_names_the_sections_listed(comparison: Comparison) -> None:
    names = [table.name for table in tables.diff(comparison, messages.load("zh"), only=("dropped",))]
    assert names == ["head", "counts", "dropped", "closing"]


def test_json_is_the_contract(comparison: Comparison) -> None:
    data = stdlib_json.loads(json.dumps(json.diff(comparison)))
    assert list(data) == ["format", "old", "new", "evidence", "clauses", "links", "weak", "changes", "shifts"]
    assert list(data["old"]) == ["id", "title", "region", "level", "start_year", "end_year", "issuer", "source"]
    assert list(data["clauses"][0]) == ["old", "new", "score"]
    assert list(data["links"][0]) == ["old", "new", "score", "source"]
    fields = ["status", "kinds", "old", "new", "score", "source", "nearest", "details"]
    assert list(data["changes"][0]) == fields
    assert list(data["changes"][2]) == [*fields, "nearest_score", "carried", "trace"]
    shift = data["shifts"][1]
    assert list(shift) == ["kind", "verdict", "direction", "indicator", "old", "new", "difference", "percent", "note"]
    assert shift["difference"] == 200 and isinstance(shift["difference"], int) and shift["percent"] == 66.6667
    assert list(shift["old"][0]) == [
        "plan", "key", "indicator", "value_text", "start", "end", "quote", "lo", "hi", "unit", "cmp",
        "measure", "role", "period", "scope", "damaged", "repeats",
    ]  # fmt: skip
    for side, text in (("old", OLD), ("new", NEW)):
        units = [unit for row in data["links"] + data["clauses"] + data["changes"] for unit in row[side]]
        assert units and all(text[unit["start"] : unit["end"]] == unit["text"] for unit in units)
    assert data["changes"][2]["nearest"]["text"] == "支持高层次医学团队。"


def test_a_unit_from_a_tables_column_is_shown(comparison: Comparison) -> None:
    number = replace(comparison.old.targets[1], span=span(OLD, "20"))
    old = replace(comparison.old, targets=(number,))
    assert listings.targets([old], messages.load("zh"))[0].rows[0][2] == "20（个）"
    assert "高层次医学团队: 20（个）" in tree.write(old, messages.load("zh"), Look())


def test_a_damaged_number_has_no_value_anywhere(comparison: Comparison) -> None:
    damaged = json.targets([comparison.old])["targets"][2]
    assert damaged["damaged"] is True and damaged["lo"] is None and damaged["hi"] is None
    row = listings.target_rows([comparison.old], messages.load("zh")).rows[2]
    assert row[7:9] == ("", "") and row[15] == "是"


def test_numbers_in_json_are_numbers() -> None:
    values = [json.number(Decimal(text)) for text in ("16000", "1.50", "-5", "1E+3")]
    assert [repr(value) for value in values] == ["16000", "1.5", "-5", "1000"]


def test_csv_reads_back_with_offsets(comparison: Comparison) -> None:
    rows = list(stdlib_csv.DictReader(io.StringIO(written(comparison, "csv"))))
    assert len(rows) == len(comparison.shifts) + len(comparison.changes)
    like = rows[0]
    assert (like["差值"], like["变幅（%）"], like["旧值"], like["新值"]) == ("200", "66.6667", "约300名", "500人")
    assert OLD[int(like["旧起"]) : int(like["旧止"])] == "约300名"


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("=1+1", "'=1+1"), ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"), ("@SUM(A1)", "'@SUM(A1)"), ("-2+3", "'-2+3"),
        ("\t=1", "'\t=1"), ("\r=1", "'\r=1"), ("＝1+1", "'＝1+1"), ("\u3000=1", "'\u3000=1"), ("-5", "-5"),
        ("+7%", "+7%"),
        ("+1.5", "+1.5"), ("-", "'-"), ("- 名称", "'- 名称"), ("", ""), ("5=5", "5=5"),
        ("甲\x1b[31m\u202e乙\n丙", "甲�[31m�乙\n丙"),
    ],
)  # fmt: skip
def test_a_cell_is_never_a_formula_and_a_number_stays_one(cell: str, kept: str) -> None:
    assert csv.guard(cell) == kept


def test_the_head_of_a_column_is_never_a_formula() -> None:
    from planlens.model import Table

    table = Table("t", "", ("=1+1", "数值"), (("甲", "1"),))
    assert csv.write([table], Look()).startswith("'=1+1,数值\n")


def test_hostile_text_stays_text(comparison: Comparison) -> None:
    evil = "\x1b[31m<script>|`a`|\u202e倒"
    changes = (replace(comparison.changes[1], details=(f"strength: {evil}",)),)
    result = replace(comparison, changes=changes)
    shown = written(result, "table")
    assert "\x1b" not in shown and "\u202e" not in shown
    page = written(result, "md")
    assert "<script>" not in page and "\\|" in page and "\u202e" not in page


def test_markdown_tables_keep_their_columns(comparison: Comparison) -> None:
    for line in written(comparison, "md").splitlines():
        if line.startswith("|"):
            assert line.replace("\\|", "").count("|") in (3, 4, 5, 6)


def test_the_outline_as_a_tree(comparison: Comparison) -> None:
    m = messages.load("zh")
    lines = tree.write(comparison.old, m, Look(width=100)).splitlines()
    assert lines[2:6] == ["序 [总述]", "一、 人才", "  （一） 引才", "    • [推动] 引进约300名高精尖缺人才。"]
    assert lines[6] == "      → 高精尖缺人才: 约300名"
    assert "损坏" in lines[-1]
    assert tree.write(comparison.old, m, Look(), markdown=True).count("\n- ") == 2


def test_align_lists_pairs_with_probability(comparison: Comparison) -> None:
    found = Alignment(comparison.clauses, comparison.links, (), ())
    m = messages.load("en")
    clauses, links = tables.align(comparison.old, comparison.new, found, m)
    assert clauses.rows == (("一、（一）引才", "一、（二）引才", "0.90"),)
    assert links.rows[1] == ("一、（一）引才\n引进20个高层次医学团队；", "一、（二）引才\n支持高层次医学团队。", "0.52")
    rows = tables.align_rows(comparison.old, comparison.new, found, m).rows
    assert len(rows) == 3 and rows[0][0] == "clause" and rows[1][11] == "0.8000"


def test_an_empty_result_says_so() -> None:
    empty = model.Table("new", "新增", ("a", "b", "c"), ())
    assert terminal.write([empty], Look(nothing="（无）")) == "新增\n（无）\n"
    assert markdown.write([empty], Look(nothing="（无）")) == "## 新增\n\n（无）\n"


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_message_stands_in_both_languages_with_the_same_values() -> None:
    for key, texts in messages.raw().items():
        assert set(texts) == set(messages.LANGUAGES), key
        assert all(texts.values()), key
        assert fields(texts["zh"]) == fields(texts["en"]), key


def test_every_message_that_the_code_names_is_there() -> None:
    known = messages.raw()
    named = set()
    for file in [*(ROOT / "planlens/cli").glob("*.py"), *(ROOT / "planlens/report").glob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute) and node.args:
                called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                first = node.args[0]
                if called == "m" and isinstance(first, ast.Constant):
                    named.add(first.value)
    assert len(named) > 40
    assert named <= set(known), named - set(known)


def test_every_name_a_result_can_carry_has_a_word() -> None:
    groups = {
        "status": get_args(model.Status),
        "shift": get_args(model.ShiftKind),
        "shift_short": get_args(model.ShiftKind),
        "verdict": get_args(model.Verdict),
        "role": get_args(model.Role),
        "target_role": get_args(model.TargetRole),
        "measure": get_args(model.Measure),
        "basis": get_args(model.Source),
        "kind": (
            *("number", "bound", "unit", "scope", "strength", "stage", "deadline", "actors", "documents", "means"),
            *("negation", "merged", "split", "moved", "repeated"),
        ),
    }
    for group, names in groups.items():
        for name in names:
            assert f"{group}.{name}" in messages.raw()


def test_an_unknown_language_is_one_line() -> None:
    with pytest.raises(Exception, match="no such language"):
        messages.load("fr")


def test_suffixes_name_formats() -> None:
    assert set(SUFFIXES.values()) == set(FORMATS)
