"""The quality gate: what planlens finds, scored against gold, may not sink below the floors pinned for it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from scoring import SHARED, Case, Gold, Row, Sentence, cases, raised, read_floors, run, score_diff, score_targets

ROOT = Path(__file__).parents[1]
GOLD = Gold(ROOT / "tests" / "gold")
SCORE = SHARED / "tools" / "score.py"
PAIRS = sorted(tuple(p.stem.split("__")) for p in (GOLD.root / "alignment" / "sentences").glob("*.jsonl"))
PLANS = sorted(p.stem for p in (GOLD.root / "targets").glob("*.jsonl"))


# --- the gate -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_no_figure_sinks_below_its_floor(case: Case) -> None:
    pinned = read_floors().get(case.name)
    if pinned is None:
        pytest.skip(f"no floors for {case.name}: run `python tests/scoring.py --update`")
    if case.folder and case.digest != pinned["gold"]:
        pytest.skip(f"the gold of {case.name} is not the one its floors were pinned on")
    assert case.digest == pinned["gold"], (
        "the gold changed: read the figures and run `python tests/scoring.py --update`"
    )
    figures = case.figures()
    low = {name: (figures.get(name, 0.0), floor) for name, floor in pinned["floors"].items()}
    low = {name: (value, floor) for name, (value, floor) in low.items() if value < floor}
    assert not low, f"{case.name}: figure and floor of {low}"


def test_floors_of_the_samples_are_all_pinned() -> None:
    assert {case.name for case in cases() if case.dataset == "samples"} <= set(read_floors())


def test_a_plan_without_numbers_has_next_to_no_targets() -> None:
    assert score_targets(GOLD, "zhongshan-2023", run("targets", "zhongshan-2023"))["targets_found"] <= 2


def test_people_for_people_is_like_and_teams_for_people_is_not() -> None:
    shifts = run("diff", "shenzhen-2023", "shenzhen-2025", "--no-reviewed", "--no-semantic")["shifts"]
    stands = {(s["kind"], _values(s["old"]), _values(s["new"])): s for s in shifts}
    like = stands["like", ("约300名",), ("500人",)]
    assert (like["verdict"], like["direction"], round(like["percent"])) == ("comparable", "up", 67)
    substituted = stands["substituted", ("20个",), ("500人",)]
    assert (substituted["verdict"], substituted["percent"]) == ("not_comparable", None)
    assert any(kind == "quantity_dropped" and old == ("20个",) for kind, old, _ in stands)


def _values(targets: list[Row]) -> tuple[str, ...]:
    return tuple(t["value_text"] for t in targets)


@pytest.fixture(scope="module")
def recorded() -> ModuleType:
    """The program that keeps what the benchmarks print."""
    return _loaded("recorded", ROOT / "docs" / "recorded.py")


def test_the_page_of_benchmarks_is_what_was_kept_of_them(recorded: ModuleType) -> None:
    assert recorded.PAGE.read_text("utf-8") == recorded.page(), "python docs/pages.py benchmarks NAME writes it anew"
    assert set(recorded.kept()) <= set(recorded.asked())


def test_what_a_benchmark_prints_is_read_off(recorded: ModuleType) -> None:
    printed = "a 3 found 0.50\nb 1,200 found 0.75\n"
    for find, take, figure in (
        (r"found (\S+)$", "least", 0.5), (r"found (\S+)$", "most", 0.75), (r" ([\d,]+) found", "sum", 1203),
        ("lost (.*)", "most", None),
    ):  # fmt: skip
        assert recorded.read_off(printed, {"find": find, "take": take}) == figure


def test_a_figure_that_misses_its_aim_or_was_not_printed_fails(recorded: ModuleType) -> None:
    bench = {"figures": [{"name": name, "least": 0.9} for name in ("a", "b", "c")]}
    rows = recorded._rows(bench, {"figures": {"a": 0.9, "b": 0.89, "c": None}})
    assert [row[-1] for row in rows] == ["ok", "**FAILS**", "**FAILS**"]


# --- the gold -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", sorted(p.stem for p in (GOLD.root / "sentences").glob("*.jsonl")))
def test_gold_sentences_are_the_text(plan: str) -> None:
    text = (ROOT / "samples" / f"{plan}.txt").read_bytes().decode("utf-8-sig")
    for sentence in GOLD.sentences(plan).values():
        assert text[slice(*sentence.span)] == sentence.text


@pytest.mark.parametrize("plan", PLANS)
def test_gold_targets_are_in_the_text(plan: str) -> None:
    text = (ROOT / "samples" / f"{plan}.txt").read_bytes().decode("utf-8-sig")
    for wanted in GOLD.targets(plan):
        assert text[slice(*wanted.span)] == wanted.row["value_text"], wanted.row


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_every_sentence_of_substance_is_linked_new_or_dropped(old: str, new: str) -> None:
    rows = GOLD.aligned("sentences", old, new)
    news = [r["new"] for r in rows if "new" in r]
    dropped = [r["old"] for r in rows if "new" not in r]
    linked = {o for r in rows if "new" in r for o in r["old"]}
    assert len(news) == len(set(news))
    assert len(dropped) == len(set(dropped))
    assert not linked & set(dropped)
    assert set(news) == _substance(new)
    assert linked | set(dropped) == _substance(old)
    assert all((r["status"] == "new") == (not r["old"]) for r in rows if "new" in r)


def _substance(plan: str) -> set[str]:
    """Sentences of the clauses, their headings left out."""
    sentences = GOLD.sentences(plan).items()
    return {key for key, s in sentences if not s.clause.startswith(("H", "0")) and not s.text.startswith("（")}


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_gold_shifts_quote_the_text(old: str, new: str) -> None:
    tables = {"old": GOLD.sentences(old), "new": GOLD.sentences(new)}
    for row in GOLD.aligned("shifts", old, new):
        for side, table in tables.items():
            if f"{side}_quote" in row:
                assert table[row[f"{side}_sid"]].find(row[f"{side}_quote"]), row


# --- the scorer -----------------------------------------------------------------------------------------------------


def perfect_targets(gold: Gold, plan: str) -> Row:
    """The output of a program that reads as the annotator did."""
    rows = [dict(w.row) | {"start": w.span[0], "end": w.span[1]} for w in gold.targets(plan)]
    return {"targets": rows}


def unit(sentence: Sentence) -> Row:
    return {"start": sentence.span[0], "end": sentence.span[1]}


def perfect_diff(gold: Gold, old: str, new: str) -> Row:
    olds, news = gold.sentences(old), gold.sentences(new)
    rows = gold.aligned("sentences", old, new)
    links = [{"old": [unit(olds[o])], "new": [unit(news[r["new"]])]} for r in rows if "new" in r for o in r["old"]]
    changes = []
    for r in rows:
        gone = "new" not in r
        change = {"status": r["status"], "kinds": r.get("kinds", []), "new": [] if gone else [unit(news[r["new"]])]}
        changes.append(change | {"old": [unit(olds[o]) for o in ([r["old"]] if gone else r["old"])]})
    return {"changes": changes, "links": links, "clauses": [], "shifts": perfect_shifts(gold, old, new)}


def perfect_shifts(gold: Gold, old: str, new: str) -> list[Row]:
    def place(table: Any, row: Row, side: str) -> list[Row]:
        at = table[row[f"{side}_sid"]].find(row[f"{side}_quote"]) if f"{side}_quote" in row else None
        return [{"start": at[0], "end": at[1]}] if at else []

    olds, news = gold.sentences(old), gold.sentences(new)
    rows = gold.aligned("shifts", old, new)
    return [dict(r) | {"old": place(olds, r, "old"), "new": place(news, r, "new")} for r in rows]


@pytest.mark.parametrize("plan", PLANS)
def test_a_perfect_reading_scores_full_targets(plan: str) -> None:
    figures = score_targets(GOLD, plan, perfect_targets(GOLD, plan))
    names = ["role_accuracy"]
    if figures["targets_gold"]:
        names += ["targets_f1", "comparator_accuracy", "unit_accuracy", "measure_accuracy"]
    assert {name: figures[name] for name in names} == dict.fromkeys(names, 1.0)


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_a_perfect_reading_scores_full_links(old: str, new: str) -> None:
    figures = score_diff(GOLD, old, new, perfect_diff(GOLD, old, new))
    names = ["links_f1", "new_f1", "dropped_f1", "kept_vs_changed_accuracy", "kinds_micro_f1"]
    names += ["old_sentences_accounted_for", "new_sentences_accounted_for"]
    names += ["like_recall", "like_precision", "like_direction_accuracy"] if figures.get("like_gold") else []
    assert {name: figures[name] for name in names} == dict.fromkeys(names, 1.0)


def test_saying_nothing_scores_nothing() -> None:
    old, new = PAIRS[0]
    figures = score_diff(GOLD, old, new, {"changes": [], "links": [], "clauses": [], "shifts": []})
    assert not any(value for name, value in figures.items() if not name.endswith("_gold"))
    assert score_targets(GOLD, PLANS[0], {"targets": []})["targets_f1"] == 0


def test_a_doubtful_number_counts_neither_way() -> None:
    doubtful = [w for w in GOLD.targets("zhongshan-2023") if w.disputed]
    found = [dict(doubtful[0].row) | {"role": "target", "start": doubtful[0].span[0], "end": doubtful[0].span[1]}]
    assert score_targets(GOLD, "zhongshan-2023", {"targets": found})["targets_found"] == 0


def test_floors_do_not_sink_unasked() -> None:
    floors = raised({"links_f1": 0.7}, {"links_f1": 0.65}, allow_regression=False)
    assert floors == {"links_f1": 0.7}
    assert raised(floors, {"links_f1": 0.65}, allow_regression=True) == {"links_f1": 0.64}


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """The scorer that lies beside the repository."""
    if not SCORE.exists():
        pytest.skip("no reference scorer beside the repository")
    return _loaded("reference_score", SCORE)


def _loaded(name: str, path: Path) -> ModuleType:
    """A module that is no part of the package."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _spoiled(diff: Row) -> Row:
    """The same output with every third link gone, every fifth change called new, every shift turned round."""
    changes = list(diff["changes"])
    changes[::5] = [c | {"status": "new", "old": []} if c["new"] else c for c in changes[::5]]
    links = [link for i, link in enumerate(diff["links"]) if i % 3]
    shifts = [s | {"kind": "like", "direction": "up"} for s in diff["shifts"]]
    clauses = [{"old": c["old"], "new": c["new"]} for c in diff["changes"]]
    return {"changes": changes, "links": links, "shifts": shifts, "clauses": clauses}


@pytest.mark.parametrize("spoil", [lambda diff: diff, _spoiled], ids=["perfect", "spoiled"])
@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_diff_figures_are_those_of_the_reference(
    reference: ModuleType, old: str, new: str, spoil: Callable[[Row], Row]
) -> None:
    output = spoil(perfect_diff(GOLD, old, new))
    assert score_diff(GOLD, old, new, output) == pytest.approx(
        reference.score_diff(reference.Gold(GOLD.root), old, new, output)
    )


@pytest.mark.parametrize("plan", PLANS)
def test_target_figures_are_those_of_the_reference(reference: ModuleType, plan: str) -> None:
    output = {"targets": [t for i, t in enumerate(perfect_targets(GOLD, plan)["targets"]) if i % 4]}
    expected = reference.score_targets(reference.Gold(GOLD.root), plan, output)
    assert score_targets(GOLD, plan, output) == pytest.approx(expected)
