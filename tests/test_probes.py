"""A short draw of the probes of truth: small edits of made-up plans, told as exactly that (benchmarks/probes.py)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

import probes  # noqa: E402

MADE_UP = sorted(path for path in Path(__file__).parent.glob("gold_sectors*") if path.is_dir())
FLOOR = 0.95


@pytest.fixture(scope="module")
def outcomes() -> list[probes.Outcome]:
    return probes.run(60, seed=5, at=MADE_UP, each=2)


def _missed(outcomes: list[probes.Outcome]) -> str:
    return "\n".join(f"{o.group} {o.name} {o.edits}\n  told: {o.told}" for o in outcomes if o.name != "exact")


def test_edits_are_told_as_exactly_that(outcomes: list[probes.Outcome]) -> None:
    changes = [o for o in outcomes if any(edit.kinds for edit in o.edits)]
    assert sum(o.name == "exact" for o in changes) >= FLOOR * len(changes), _missed(changes)


def test_the_same_said_in_another_way_is_no_change(outcomes: list[probes.Outcome]) -> None:
    same = [o for o in outcomes if not any(edit.kinds for edit in o.edits)]
    assert sum(o.name == "exact" for o in same) >= FLOOR * len(same), _missed(same)


def test_every_kind_of_edit_is_drawn(outcomes: list[probes.Outcome]) -> None:
    assert len({edit.name for o in outcomes for edit in o.edits}) >= 40


@pytest.mark.parametrize(
    ("put", "outcome"),
    [("45", "exact"), ("35", "missed")],
)
def test_a_probe_tells_a_miss_from_a_hit(put: str, outcome: str) -> None:
    text = "某市2025年工作要点\n一、加强建设\n（一）强化服务。新增社康机构35家。\n（二）提升能力。培训护士120名。"
    plan = probes.plan_of(text, "plan")
    at = text.index("35家")
    edit = probes.Edit("plan", "number", at, at + 2, put, ("number",))
    case = probes.Case(text, plan, probes.compare(plan, plan))
    assert probes.judged((edit,), case).name == outcome
