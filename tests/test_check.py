"""What a writer is told of a draft: cases/check.jsonl and check_last.jsonl, planted errors, and the command."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from planlens import cli, parse
from planlens.check import Check, against, check, within
from planlens.check.findings import Finding
from planlens.compare import compare
from planlens.errors import LibraryError
from planlens.library import Library
from planlens.model import Plan, PlanInfo
from planlens.quantity import table
from planlens.read import read_document
from planlens.report import check as report
from planlens.report.messages import load

ROOT = Path(__file__).parents[1]
SEEDS = ROOT.parent / "shared" / "seeds"
CASES = ROOT / "tests" / "cases"
sys.path.insert(0, str(ROOT / "benchmarks"))


def cases(name: str) -> list[Any]:
    rows = [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text("utf-8").splitlines()]
    return [pytest.param(row, id=row["name"]) for row in rows]


def plan_of(text: str, folder: Path, name: str, years: tuple[int, int]) -> Plan:
    path = folder / f"{name}-{years[0]}-{years[1]}.txt"  # what is past is told by the years a file names
    path.write_text(text, "utf-8")
    return parse.build(read_document(path), PlanInfo(name, name, start_year=years[0], end_year=years[1]))


def told(plan: Plan, findings: list[Finding]) -> list[list[str]]:
    text = plan.document.text
    return sorted([f.kind, f.place.span.of(text) if f.place else ""] for f in findings)


@pytest.mark.parametrize("case", cases("check"))
def test_what_is_wrong_within_a_draft(case: dict[str, Any], tmp_path: Path) -> None:
    years = tuple(case.get("years", [case.get("year", 2025)] * 2))
    plan = plan_of(case["text"], tmp_path, "draft", (years[0], years[1]))
    found, expected = told(plan, within(plan)), sorted(case["expected"])
    if case.get("loose"):  # the words may be a part of what was expected, or more
        assert len(found) == len(expected)
        for mine, theirs in zip(found, expected, strict=True):
            assert mine[0] == theirs[0]
            assert mine[1] in theirs[1] or theirs[1] in mine[1]
    else:
        assert found == expected


@pytest.mark.parametrize("case", cases("check_last"))
def test_what_is_worse_than_last_year(case: dict[str, Any], tmp_path: Path) -> None:
    last = plan_of(case["last"], tmp_path, "last", (2024, 2024))
    draft = plan_of(case["text"], tmp_path, "draft", (2025, 2025))
    assert told(draft, list(against.last(compare(last, draft)))) == sorted(case["expected"])


# --- planted errors ---------------------------------------------------------------------------------------------------


@cache
def planted() -> dict[str, tuple[int, int, int]]:
    from drafts import score

    return score(3)


def test_planted_errors_are_found_and_nothing_else() -> None:
    for kind, (made, found, false) in planted().items():
        assert made == 3, kind
        assert found == (0 if kind in ("right sums", "spared names") else made), kind
        assert false == 0, kind


# --- real plans -------------------------------------------------------------------------------------------------------


def test_the_samples_raise_what_reading_them_raised() -> None:
    shelf = Library.open(str(ROOT / "samples"))
    said = {entry.info.id: told(plan := shelf.read(entry), within(plan)) for entry in shelf.entries}
    rates = [["above_base", "5.0以下"], ["above_base", "6.5以下"]]
    assert said.pop("haishu-2021-2025") == [*rates, ["two_values", "建成省级健康促进区"]]
    assert said.pop("guangdong-2021-2025") == [["above_base", "低于3‰"]]
    assert said.pop("zhongshan-2023") == [["old_name", "国家工程实验室"]]
    assert not any(said.values())


@pytest.mark.skipif(not SEEDS.is_dir(), reason="needs the plans of ../shared")
def test_real_plans_raise_no_false_alarm() -> None:
    """Every finding was read and judged right on 2025-11; a new one must be, too."""
    shelf = Library.open(str(ROOT / "samples"))
    reasons = {}
    for path in sorted(SEEDS.glob("*.txt")):
        plan = shelf.read(shelf.find(str(path)))
        reasons[path.stem] = sorted(finding.reason for finding in within(plan))
    assert reasons["shenzhen-2022"] == reasons["shenzhen-2023"] == reasons["shenzhen-2025"] == []
    assert reasons["zhongshan-2023"] == ["annex_bodies"] * 3 + ["old_name_thing"]
    assert reasons["haishu-2021-2025"] == ["above_base"] * 2 + ["heading_lost"] * 6 + ["two_levels"]


# --- beside other plans -----------------------------------------------------------------------------------------------


@cache
def sample(name: str) -> Plan:
    shelf = Library.open(str(ROOT / "samples"))
    return shelf.read(shelf.find(name))


@cache
def beside() -> Check:
    return check(
        sample("shenzhen-2025"),
        goals=sample("guangdong-2021-2025"),
        last=sample("shenzhen-2023"),
        peers=(sample("zhongshan-2023"), sample("haishu-2021-2025")),
    )


def words(result: Check, finding: Finding) -> str:
    return finding.place.span.of(result.plan(finding.place.plan).document.text) if finding.place else ""


def test_like_targets_below_last_year_are_told() -> None:
    result = beside()
    lower = [words(result, f) for f in result.findings if f.reason == "lower"]
    assert lower == ["12个", "30家以上", "2家"]
    assert "4500人" not in "".join(words(result, f) for f in result.findings if f.kind == "lower")


def test_goals_due_after_an_annual_plan_are_information() -> None:
    absent = [f for f in beside().findings if f.kind == "absent"]
    assert absent
    assert {f.severity for f in absent} == {"info"}
    assert all(f.place is None and f.other for f in absent)


def test_what_peers_have_is_information() -> None:
    theirs = [f for f in beside().findings if f.kind == "peers"]
    assert theirs
    assert all(f.severity == "info" and dict(f.values)["have"] == "2" for f in theirs)


def test_one_peer_alone_is_no_majority() -> None:
    result = check(sample("shenzhen-2025"), peers=(sample("zhongshan-2023"),))
    assert not result.findings
    assert result.notes == (("one_peer", ()),)


def test_goals_of_another_province_bind_nobody() -> None:
    result = check(sample("haishu-2021-2025"), goals=sample("guangdong-2021-2025"))
    assert {f.kind for f in result.findings} == {"two_values", "above_base"}
    assert [name for name, _ in result.notes] == ["caveat"]


def test_wrong_company_is_refused() -> None:
    draft = sample("shenzhen-2025")
    with pytest.raises(LibraryError, match="the draft itself"):
        check(draft, last=draft)
    with pytest.raises(LibraryError, match="of 中山市, the draft of 深圳市"):
        check(draft, last=sample("zhongshan-2023"))


# --- reports ----------------------------------------------------------------------------------------------------------


def test_every_reason_can_be_told_in_both_languages() -> None:
    data = table("check")
    for name, told_as in data["reason"].items():
        assert told_as["kind"] in data["kind"], name
        assert told_as["severity"] in data["severity"], name
        assert all(told_as[lang] and told_as["settle"][lang] for lang in ("zh", "en")), name


def test_reports_quote_the_draft() -> None:
    result = beside()
    for lang in ("zh", "en"):
        rows = report.json(result, load(lang))["findings"]
        assert len(rows) == len(result.findings) == len(report.rows(result, load(lang)).rows)
        for row in rows:
            if row["unit"]:
                assert result.draft.document.text[row["start"] : row["end"]] == row["quote"]
            if row["other"]:
                other = result.plan(row["other_plan"]).document.text
                assert other[row["other"]["start"] : row["other"]["end"]] == row["other"]["text"]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.main(["check", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANLENS_LIBRARY", str(ROOT / "samples"))
    code, out, _ = run(capsys, "haishu-2021-2025")
    assert code == 0
    assert "建成省级健康促进区" in out
    assert run(capsys, "haishu-2021-2025", "--fail-on", "warning")[0] == 1
    assert run(capsys, "haishu-2021-2025", "--fail-on", "error")[0] == 0
    code, out, _ = run(capsys, "haishu-2021-2025", "--format", "json", "--lang", "en")
    row = json.loads(out)["findings"][0]
    assert (row["kind"], row["severity"], row["quote"]) == ("two_values", "warning", "建成省级健康促进区")
    assert "level" in row["reason"]


def test_bad_input_is_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANLENS_LIBRARY", str(ROOT / "samples"))
    for arguments in (
        ["shenzhen-2025", "zhongshan-2023"],
        ["shenzhen-2025", "--last", "shenzhen-2025"],
        ["shenzhen-2025", "--last", "zhongshan-2023"],
        ["shenzhen-2025", "--goals", "nowhere-2025"],
        ["nowhere-2025"],
    ):
        code, out, err = run(capsys, *arguments)
        assert code == 2, arguments
        assert not out
        assert err.startswith("planlens: ")
        assert err.count("\n") == 1
