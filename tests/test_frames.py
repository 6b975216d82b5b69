"""Frames hold what the results hold, with the documented columns and dtypes; the examples of docs/api.md run."""

from __future__ import annotations

import doctest
import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import planlens
from planlens import frames
from planlens.model import Comparison

ROOT = Path(__file__).parents[1]
API = ROOT / "docs" / "api.md"


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return planlens.diff(
        "shenzhen-2023", "shenzhen-2025", library=str(ROOT / "samples"), reviewed=False, semantic=False
    )


def made(comparison: Comparison) -> dict[str, pd.DataFrame]:
    plans = (comparison.old, comparison.new)
    of_plans = {name: getattr(frames, name)(*plans) for name in ("targets", "commitments", "clauses")}
    return {name: getattr(frames, name)(comparison) for name in ("shifts", "changes", "links")} | of_plans


@pytest.fixture(scope="module")
def results() -> dict[str, pd.DataFrame]:
    """The frames of every other result, by name."""
    options: dict[str, Any] = {"library": str(ROOT / "samples"), "semantic": False}
    shelf = {"library": options["library"]}
    coverage = planlens.coverage("guangdong-2021-2025", "shenzhen-2025", **options)
    overlap = planlens.overlap("shenzhen-2023", "zhongshan-2023", **options)
    check = planlens.check("shenzhen-2025", last="shenzhen-2023", **options)
    track = planlens.track("新增社康机构", "shenzhen-2022", "shenzhen-2023", **shelf)
    trace = planlens.trace("家庭医生签约", "shenzhen-2022", "shenzhen-2023", **options)
    found = {"coverage": coverage.rows, "findings": check.findings, "points": track.points}
    found |= {name: getattr(overlap, name) for name in ("pairs", "themes", "matrix")}
    found |= {name: getattr(trace, name) for name in ("appearances", "steps", "lines")}
    found |= {
        "adoption": planlens.adoption("shenzhen-2022", "zhongshan-2023", **shelf),
        "plans": planlens.plans(**shelf),
    }
    assert all(found.values())
    return {name: rows.to_frame() for name, rows in found.items()}


def test_every_result_has_the_documented_frame(comparison: Comparison, results: dict[str, pd.DataFrame]) -> None:
    assert {*results, *made(comparison)} == set(frames.NAMES)
    for name, frame in results.items():
        documented = frames.columns(name)
        assert list(frame.columns) == documented["column"].tolist()
        assert [str(dtype) for dtype in frame.dtypes] == documented["dtype"].tolist(), name


def test_an_answer_and_a_finding_can_be_quoted(results: dict[str, pd.DataFrame]) -> None:
    answers = results["coverage"]
    assert answers.answer_text[answers.verdict == "covered"].notna().all()
    plan = planlens.read("shenzhen-2025", library=str(ROOT / "samples"))
    for row in results["findings"].dropna(subset="start").itertuples():
        assert plan.document.text[row.start : row.end] == row.quote


def test_a_result_tells_itself_in_a_line_and_as_a_table(comparison: Comparison) -> None:
    assert repr(comparison).startswith("<Comparison shenzhen-2023 → shenzhen-2025: ") and len(repr(comparison)) < 200
    assert comparison.shifts.to_frame().equals(frames.shifts(comparison))
    for shown in (comparison, comparison.shifts, comparison.old, comparison.old.targets):
        assert "<table" in shown._repr_html_() and "more rows" in shown._repr_html_()


def test_words_of_a_plan_are_escaped_in_a_notebook(tmp_path: Path) -> None:
    page = tmp_path / "一.txt"
    page.write_text("某市2025年工作要点\n\n一、工作\n\n（一）建设<script>alert(1)</script>平台3个。\n", "utf-8")
    assert "<script" not in planlens.read(page, library=str(ROOT / "samples"))._repr_html_()


def test_commands_can_be_called_whatever_was_imported_before() -> None:
    import planlens.coverage
    import planlens.read
    from planlens.overlap import overlap

    assert planlens.overlap.overlap is overlap
    for name in ("read", "coverage", "check", "overlap", "track"):
        assert callable(getattr(planlens, name))


def empty(comparison: Comparison) -> Comparison:
    old, new = (replace(p, clauses=(), commitments=(), targets=()) for p in (comparison.old, comparison.new))
    return replace(comparison, old=old, new=new, clauses=(), links=(), changes=(), shifts=())


@pytest.mark.parametrize("found", ["whole", "nothing"])
def test_columns_and_dtypes_are_those_documented(comparison: Comparison, found: str) -> None:
    for name, frame in made(comparison if found == "whole" else empty(comparison)).items():
        documented = frames.columns(name)
        assert list(frame.columns) == documented["column"].tolist()
        assert [str(dtype) for dtype in frame.dtypes] == documented["dtype"].tolist(), name


def test_one_row_a_finding(comparison: Comparison) -> None:
    rows = {name: len(frame) for name, frame in made(comparison).items()}
    plans = (comparison.old, comparison.new)
    assert rows == {
        "shifts": len(comparison.shifts),
        "changes": len(comparison.changes),
        "links": len(comparison.links),
        "targets": sum(len(plan.targets) for plan in plans),
        "commitments": sum(len(plan.commitments) for plan in plans),
        "clauses": sum(len(plan.clauses) for plan in plans),
    }


def test_no_name_of_a_closed_list_is_lost(comparison: Comparison) -> None:
    found = made(comparison)
    assert found["shifts"][["kind", "verdict", "direction"]].notna().all(axis=None)
    assert found["targets"][["cmp", "measure", "role"]].notna().all(axis=None)
    assert found["clauses"].role.notna().all() and found["changes"].status.notna().all()
    assert found["changes"].trace.notna().sum() == sum(change.trace is not None for change in comparison.changes)
    assert found["links"].source.tolist() == [link.source for link in comparison.links]


def test_numbers_are_those_of_the_comparison(comparison: Comparison) -> None:
    frame = frames.shifts(comparison)
    differences = [None if s.difference is None else float(s.difference) for s in comparison.shifts]
    assert [None if pd.isna(v) else v for v in frame.difference] == differences
    same = frame[(frame.verdict == "comparable") & frame.difference.notna()]
    assert len(same) and ((same.new_number - same.old_number) == same.difference).all()


def test_a_damaged_number_has_no_value(comparison: Comparison) -> None:
    target = comparison.old.targets[0]
    damaged = replace(target, damaged=True, quantity=replace(target.quantity, lo=None, hi=None))
    frame = frames.targets(replace(comparison.old, targets=(damaged,)))
    assert frame.damaged.tolist() == [True]
    assert frame[["lo", "hi"]].isna().all(axis=None)


def test_several_numbers_add_up_only_where_they_are_like(comparison: Comparison) -> None:
    parts = comparison.old.targets[:2]
    alike = [replace(t, quantity=replace(t.quantity, lo=Decimal(n), hi=Decimal(n), unit="个")) for n, t in
             zip((2, 12), parts, strict=True)]  # fmt: skip
    plan = replace(comparison.old, targets=tuple(alike))
    shift = replace(comparison.shifts[0], old=tuple(t.key for t in alike), new=())
    for kind, number in (("like", 14.0), ("substituted", None)):
        one = replace(comparison, old=plan, shifts=(replace(shift, kind=kind),))
        value = frames.shifts(one).old_number[0]
        assert value == number if number is not None else pd.isna(value)


def test_frames_of_two_pairs_join(comparison: Comparison) -> None:
    frame = frames.shifts(comparison)
    joined = pd.concat([frame, frames.shifts(empty(comparison))])
    assert (joined.dtypes == frame.dtypes).all()


def test_the_public_names_are_there() -> None:
    assert planlens.frames is frames
    for name in planlens.__all__:
        assert getattr(planlens, name) is not None


def test_the_guide_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for name in [name for name in os.environ if name.startswith("PLANLENS")]:
        monkeypatch.delenv(name)
    failed, tried = doctest.testfile(str(API), module_relative=False, encoding="utf-8")
    assert tried > 10 and failed == 0


def test_the_guide_lists_every_column() -> None:
    guide = API.read_text("utf-8")
    for name in frames.NAMES:
        rows = [f"| `{row.column}` | {row.dtype} | {row.about} |" for row in frames.columns(name).itertuples()]
        table = "\n".join((f"### {name}\n", "| column | dtype | what it holds |", "| --- | --- | --- |", *rows))
        assert table in guide, f"docs/api.md is stale on {name}"
