"""Whether `diff` tells one small edit of a plan as exactly that, and nothing beside it.

    python benchmarks/probes.py [N]            N edits (1,000) over the plans at hand, a table of what became of them
    python benchmarks/probes.py [N] --misses   the same, then every edit that was not told exactly
    python benchmarks/probes.py --write        1,000 edits, the table written to docs/probes.md

Where to edit is found by patterns over the plain text (probes.toml), not by what planlens reads there, so that a number
the reader misses is a miss here too. Passages that are no promise (preamble, review, glossary) are left alone.

exact      one change, of the one commitment, of the right kind alone; of a number one shift more or less
more       the right commitment and the right kind, with other kinds beside it
other      the right commitment, told as something else
missed     nothing told
spurious   something told of another commitment or another number
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from synthscore import plan_of  # noqa: E402

from planlens.compare import compare  # noqa: E402
from planlens.model import Comparison, Plan  # noqa: E402

OUTCOMES = ("exact", "more", "other", "missed", "spurious")
SHARED = ROOT.parent / "shared" / "seeds"
_UNPROMISED = ("preamble", "review", "glossary")
_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_EDITS_OF_A_KIND = 12
"""Edits of one name in one plan at most, so that no plan and no name decides the figure."""


@dataclass(frozen=True)
class Edit:
    """A passage `start:end` of a plan and what stands there instead."""

    plan: str
    name: str
    start: int
    end: int
    put: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    edit: Edit
    name: str
    told: str


def folders() -> list[Path]:
    """Where plans lie: the samples, the made-up plans of other sectors, real plans where they are at hand."""
    made_up = sorted((ROOT / "tests").glob("gold_sectors*"))
    return [folder for folder in (SHARED, ROOT / "samples", *made_up) if folder.is_dir()]


def edits(name: str, text: str, plan: Plan) -> Iterator[Edit]:
    """Every edit that the rules make in what a plan promises."""
    rules = tomllib.loads((ROOT / "benchmarks/probes.toml").read_text("utf-8"))["edit"]
    shut = [c.body for c in plan.clauses if c.role in _UNPROMISED]
    told = [(c.body.start, c.body.end) for c in plan.clauses if c.role not in _UNPROMISED]
    for rule in rules:
        kinds = (rule["kind"], *rule.get("or", ())) if "kind" in rule else ()
        for found in re.finditer(rule["find"], text):
            at = found.start()
            if not any(start <= at < end for start, end in told) or any(s.start <= at < s.end for s in shut):
                continue
            start, end, put = _put(rule, found)
            if text[start:end] != put:
                yield Edit(name, rule["name"], start, end, put, kinds)


def _put(rule: dict[str, Any], found: re.Match[str]) -> tuple[int, int, str]:
    if "sum" in rule:
        return *found.span("n"), str(int(found["n"]) + rule["sum"] if len(found["n"]) > 1 or rule["sum"] > 5
                                     else (int(found["n"]) + rule["sum"]) % 10 or 1)  # fmt: skip
    if "turn" in rule:
        return *found.span(), _TURNS[rule["turn"]](found)
    return *found.span(), found.expand(rule["put"])


_TURNS = {
    "wide": lambda found: found[0].translate(_WIDE),
    "numeral": lambda found: "两" if found[0] == "2" else found[0].translate(_DIGITS),
    "written out": lambda found: str(round(float(found["n"]) * 10000)),
    "percent": lambda found: "百分之" + _numeral(int(found[0][:-1])),
}


def _numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = {0: "", 1: "十"}.get(tens, f"{str(tens).translate(_DIGITS)}十")
    return head + (str(ones).translate(_DIGITS) if ones or not tens else "")


def chosen(texts: dict[str, str], plans: dict[str, Plan], count: int) -> list[Edit]:
    """`count` edits, drawn in turn from every plan and every name."""
    drawn = random.Random(1)
    heaps: dict[tuple[str, str], list[Edit]] = defaultdict(list)
    for name, text in texts.items():
        for edit in edits(name, text, plans[name]):
            heaps[edit.name, name].append(edit)
    for heap in heaps.values():
        drawn.shuffle(heap)
    by_name: dict[str, list[Edit]] = defaultdict(list)
    for (name, _), heap in sorted(heaps.items()):
        by_name[name] += heap[:_EDITS_OF_A_KIND]
    for heap in by_name.values():
        drawn.shuffle(heap)
    in_turn = [heap[n] for n in range(max(map(len, by_name.values()))) for heap in by_name.values() if n < len(heap)]
    return in_turn[:count]


def judged(edit: Edit, text: str, old: Plan, base: Comparison) -> Outcome:
    """What `diff` makes of one edit."""
    after = text[: edit.start] + edit.put + text[edit.end :]
    result = compare(old, plan_of(after, "plan"))
    rows = [change for change in result.changes if change.status != "kept" or change.kinds]
    moved = _shifts(result) - _shifts(base)
    here = [c.key for c in old.commitments if c.span.start <= edit.start <= c.span.end]
    right = [row for row in rows if set(row.old) & set(here) and row.status == "changed"]
    if "actors" in edit.kinds:  # one line of bodies answers for all statements of a clause
        clauses = {key.split("#")[0] for row in right for key in row.old} or _clauses(old, edit.start)
        right = [row for row in rows if {key.split("#")[0] for key in row.old} <= clauses] or right
    told = "; ".join(
        [f"{r.status} {'/'.join(r.kinds)} {' | '.join(r.details)}" for r in rows] + [str(s) for s in moved]
    )
    beside = sum(t.repeats is not None and edit.start in range(t.span.start - 30, t.span.end + 1) for t in old.targets)
    beside += sum(_said_again(old, t.key) for t in old.targets if edit.start in range(t.quote.start, t.span.end + 1))
    return Outcome(edit, _outcome(edit, rows, right, max(0, sum(moved.values()) - beside), bool(here)), told)


def _clauses(plan: Plan, at: int) -> set[str]:
    """Keys of the clauses whose own text or span a place lies in, the innermost alone."""
    around = [c for c in plan.clauses if c.span.start <= at < c.span.end]
    return {max(around, key=lambda c: c.depth).key} if around else set()


def _said_again(plan: Plan, key: str) -> bool:
    """A number that is said twice: changed in one place, the two no longer agree, and both are told."""
    return any(t.repeats == key for t in plan.targets)


def _outcome(edit: Edit, rows: Sequence[Any], right: Sequence[Any], moved: int, in_statement: bool) -> str:
    if not edit.kinds:
        return "spurious" if rows or moved else "exact"
    if len(right) < len(rows) or moved > 1:
        return "spurious"
    if not right:
        return "missed" if in_statement or not moved else "exact"  # a row of a table is no statement
    kinds = set(right[0].kinds)
    if not kinds & set(edit.kinds):
        return "other"
    return "exact" if kinds <= set(edit.kinds) else "more"


def _shifts(result: Comparison) -> Counter[tuple[str, ...]]:
    values = {
        t.key + side: f"{t.quantity.bound}{t.quantity.lo}~{t.quantity.hi}{t.quantity.unit}"
        for side, plan in (("<", result.old), (">", result.new))
        for t in plan.targets
    }
    return Counter(
        (s.kind, s.verdict, s.direction, s.indicator, "+".join(values[k + "<"] for k in s.old),
         "+".join(values[k + ">"] for k in s.new), s.note)
        for s in result.shifts
    )  # fmt: skip


def run(count: int, only: Iterable[Path] | None = None) -> Iterator[Outcome]:
    """Outcomes of `count` edits over the plans of the folders."""
    texts, plans, bases = {}, {}, {}
    for folder in only or folders():
        for path in sorted(folder.glob("*.txt")):
            name = f"{folder.name}/{path.stem}"
            plan = plan_of(path.read_text("utf-8", errors="replace"), "plan")
            texts[name], plans[name] = plan.document.text, plan
    for edit in chosen(texts, plans, count):
        if edit.plan not in bases:
            plan = plan_of(texts[edit.plan], "plan")
            bases[edit.plan] = (plan, compare(plan, plan))
        yield judged(edit, texts[edit.plan], *bases[edit.plan])


def table(outcomes: Sequence[Outcome]) -> str:
    """A row an edit's name, a column an outcome."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        for name in (outcome.edit.name, "all changes" if outcome.edit.kinds else "all that say the same"):
            counted[name][outcome.name] += 1
    lines = ["| edit | edits | " + " | ".join(OUTCOMES) + " | share exact |", "|---|---:|" + "---:|" * 6]
    for name in sorted(counted, key=lambda n: (n.startswith("all"), n.startswith("same"), n)):
        row = counted[name]
        total = sum(row.values())
        lines.append(
            f"| {name} | {total} | " + " | ".join(str(row[o]) for o in OUTCOMES) + f" | {row['exact'] / total:.3f} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> None:
    count = next((int(a) for a in arguments if a.isdigit()), 1000)
    outcomes = list(run(count))
    print(table(outcomes))
    if "--misses" in arguments:
        for o in sorted((o for o in outcomes if o.name != "exact"), key=lambda o: (o.edit.name, o.name)):
            print(f"{o.edit.name}\t{o.name}\t{o.edit.plan}\t{o.edit.start}-{o.edit.end} → {o.edit.put}\t{o.told}")


if __name__ == "__main__":
    main(sys.argv[1:])
