"""Plans changed on purpose: does planlens say of each statement what was done to it, and nothing else?

A small share of PlanSynth; `python benchmarks/synthscore.py` runs all of it. A floor is what was measured.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from planlens.compare import compare
from planlens.model import Change, Comparison, Plan

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

from plansynth import FAMILIES, Pair, as_json, make, pairs  # noqa: E402
from synthscore import SLOTS, compared, plan_of, prf, run, share_right  # noqa: E402

COUNTS = {
    "noise": 50, "renumber": 2, "move": 6, "move_edit": 3, "split": 5, "merge": 5, "reword": 4, "slots": 10,
    "drop_add": 4, "lists": 4, "mixed": 3,
}  # fmt: skip


@cache
def totals() -> dict[str, Counter[str]]:
    return run(COUNTS)


def everything() -> Counter[str]:
    return sum(totals().values(), Counter[str]())


# --- the generator --------------------------------------------------------------------------------------------------


def test_equal_seeds_give_equal_bytes_whatever_the_hashes() -> None:
    code = (
        "import hashlib, plansynth as p; h = hashlib.sha256();"
        "made = p.pairs(7, dict.fromkeys(p.FAMILIES, 2));"
        "[h.update((x.old.text + x.new.text + p.as_json(x)).encode()) for x in made];"
        "print(h.hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "benchmarks")},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    here = hashlib.sha256()
    for pair in pairs(7, dict.fromkeys(FAMILIES, 2)):
        here.update((pair.old.text + pair.new.text + as_json(pair)).encode())
    assert seen == {here.hexdigest()}


def test_another_seed_gives_other_plans() -> None:
    assert make("mixed", 0, 1) != make("mixed", 0, 2)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_truth_speaks_of_statements_that_stand_in_the_texts(family: str) -> None:
    for number in range(3):
        pair = make(family, number)
        for written in (pair.old, pair.new):
            spans = sorted(written.spans.values())
            assert all(a < b <= c for (a, b), (c, _) in pairwise(spans))
            assert all(written.text[a:b].strip() for a, b in spans)
        assert {o for o, _ in pair.links} <= set(pair.old.spans)
        assert {n for _, n in pair.links} <= set(pair.new.spans)
        for event in pair.events:
            assert set(event.old) <= set(pair.old.spans) and set(event.new) <= set(pair.new.spans)


@pytest.mark.parametrize("kind", ["move", "split", "merge", "drop", "add", "reword", *SLOTS])
def test_every_kind_of_event_is_there_to_be_found(kind: str) -> None:
    """A figure over no events would be perfect."""
    found = [e for family, n in COUNTS.items() for k in range(n) for e in make(family, k).events if e.kind == kind]
    assert len(found) >= 10


# --- the figures ----------------------------------------------------------------------------------------------------


def test_noise_is_no_change() -> None:
    assert totals()["noise"]["untouched"] > 1000
    # One clause of one pair is taken for the foot of a web page: its label has blanks in it and it says 新媒体.
    assert totals()["noise"]["spurious"] <= 4


def test_what_was_not_touched_is_kept() -> None:
    assert sum(total["spurious"] for family, total in totals().items() if family != "noise") == 0


def test_moves() -> None:
    precision, recall, _ = prf(everything(), "move")
    assert precision == 1.0
    assert recall >= 0.97


@pytest.mark.parametrize("event", ["split", "merge"])
def test_splits_and_merges(event: str) -> None:
    assert prf(everything(), event)[2] >= 0.92


def test_lists_of_like_items() -> None:
    assert prf(totals()["lists"], "links")[2] >= 0.97


@pytest.mark.parametrize("kind", [*SLOTS, "reword"])
def test_a_change_of_one_thing_is_told_as_that(kind: str) -> None:
    # Two short statements that name the same body, and nothing else, are sometimes linked: 由市财政局牵头…
    assert share_right(everything(), kind) >= (0.90 if kind == "actors" else 1.0)


# --- properties -----------------------------------------------------------------------------------------------------


def sides(pair: Pair) -> tuple[Plan, Plan]:
    return plan_of(pair.old.text, "old"), plan_of(pair.new.text, "new")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_plan_against_itself_is_all_kept(family: str) -> None:
    old, new = sides(make(family, 4))
    for plan in (old, new):
        changes = compare(plan, plan).changes
        assert [(c.status, c.kinds, c.old) for c in changes] == [("kept", (), (k.key,)) for k in plan.commitments]
        assert all(c.old == c.new for c in changes)


def mirrored(change: Change) -> tuple[object, ...]:
    other = {"new": "dropped", "dropped": "new", "merged": "split", "split": "merged"}
    kinds = frozenset(other.get(kind, kind) for kind in change.kinds)
    return other.get(change.status, change.status), kinds, change.new, change.old


def told(change: Change) -> tuple[object, ...]:
    return change.status, frozenset(change.kinds), change.old, change.new


@pytest.mark.parametrize("family", ["noise", "renumber", "move", "drop_add"])
@pytest.mark.parametrize("number", [4, 5])
def test_near_equal_plans_mirror_each_other(family: str, number: int) -> None:
    old, new = sides(make(family, number))
    there, back = compare(old, new), compare(new, old)
    assert {(k.old, k.new) for k in there.links} == {(k.new, k.old) for k in back.links}
    assert {told(c) for c in there.changes} == {mirrored(c) for c in back.changes}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_commitment_stands_in_one_change_and_every_change_in_its_links(family: str) -> None:
    found = compared(make(family, 6))
    for side, plan in (("old", found.old), ("new", found.new)):
        stands = Counter(key for change in found.changes for key in getattr(change, side))
        assert stands == Counter(c.key for c in plan.commitments)
    links = {(link.old, link.new) for link in found.links}
    for change in found.changes:
        if not (change.old and change.new):
            assert change.status in ("new", "dropped")
            continue
        assert all(any((o, n) in links for n in change.new) for o in change.old)
        assert all(any((o, n) in links for o in change.old) for n in change.new)
    alone = {("old", k) for c in found.changes if not c.new for k in c.old}
    alone |= {("new", k) for c in found.changes if not c.old for k in c.new}
    assert not alone & {end for o, n in links for end in (("old", o), ("new", n))}


@pytest.mark.parametrize("family", FAMILIES)
def test_offsets_are_true(family: str) -> None:
    found: Comparison = compared(make(family, 7))
    for plan in (found.old, found.new):
        text = plan.document.text
        assert plan.commitments
        assert all(c.span.of(text) == c.text for c in plan.commitments)
        assert all(t.span.of(text) == t.quantity.text for t in plan.targets)


# --- what PlanSynth found, in small -----------------------------------------------------------------------------------


def of(old: str, new: str) -> Comparison:
    head = "一、重点任务\n（一）有关工作。"
    return compare(plan_of(head + old, "old"), plan_of(head + new, "new"))


def items(numbers: dict[str, int]) -> str:
    return "".join(f"{name}新建凉亭{n}座。" for name, n in numbers.items())


def test_an_item_of_a_list_meets_its_namesake_alone() -> None:
    names = ["甲溪镇", "丙岭镇", "丁湾镇", "戊桥镇", "己坪镇", "庚湖镇", "辛洲镇", "壬塔镇"]
    old = dict(zip(names, range(3, 11), strict=True))
    new = {name: n + 20 for name, n in old.items() if name != "丁湾镇"} | {"癸田镇": 9}
    found = of(items(old), items(new))
    texts = [{c.key: c.text[:3] for c in plan.commitments} for plan in (found.old, found.new)]
    assert {(texts[0][k.old], texts[1][k.new]) for k in found.links} == {(n, n) for n in names if n != "丁湾镇"}
    alone = {c.status: (*c.old, *c.new) for c in found.changes if c.status in ("new", "dropped")}
    assert texts[0][alone["dropped"][0]] == "丁湾镇" and texts[1][alone["new"][0]] == "癸田镇"


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ("由市财政局牵头拟订补贴规则。", "由市审计局牵头拟订补贴规则。", ("actors",)),
        ("积极探索共享农机租赁。", "探索共享农机租赁。", ()),
        ("扩大长者券使用，再添2家医疗机构。", "扩大长者券使用，稳步再添2家医疗机构。", ()),
        ("执行18项护林制度，定期抽查。", "执行23项护林制度，定期抽查。", ("number",)),
        ("印发《关于做好护林的意见》《滨海市古树保护方案（2023—2025年）》。",
         "进一步印发《关于做好护林的意见》《滨海市古树保护方案（2023—2025年）》。", ()),
    ],
)  # fmt: skip
def test_one_slot_one_kind(old: str, new: str, kinds: tuple[str, ...]) -> None:
    rest = "举办捕鱼节。整治违建码头。"
    changes = of(old + rest, new + rest).changes
    assert [c.kinds for c in changes] == [kinds, (), ()]
