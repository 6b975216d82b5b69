"""Whether `diff` tells one small edit of a plan as exactly that, and nothing beside it.

    python benchmarks/probes.py [N]            N edits (1,000) over the plans at hand, a table of what became of them
    python benchmarks/probes.py [N] --misses   the same, then every edit that was not told exactly
    python benchmarks/probes.py --write        1,000 edits, the table written to docs/probes.md
    --seed=7   another draw (1)   --only=PART   edits whose names hold PART   --samples   no plans but the project's own
    --jobs=2   in two processes

Where to edit is found by patterns over the plain text (probes.toml), not by what planlens reads there, so that a number
the reader misses is a miss here too. Passages that are no promise (preamble, review, glossary) are left alone, and so
are attachments that restate the body. One edit in ten is made together with a second one, in another statement.

exact      one change, of the one commitment, of the right kind alone; of a number one shift, with its value
more       the right commitment and the right kind, with other kinds beside it
other      the right commitment, told as something else
missed     nothing told
spurious   something told of another commitment or another number
"""

from __future__ import annotations

import itertools
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
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
from planlens.model import Change, Comparison, Plan, Shift  # noqa: E402

OUTCOMES = ("exact", "more", "other", "missed", "spurious")
REPORT = ROOT / "docs/probes.md"
SHARED = ROOT.parent / "shared" / "seeds"
_UNPROMISED = ("preamble", "review", "glossary", "attachment")
_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_YEAR_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
_WIDE = str.maketrans("0123456789%", "０１２３４５６７８９％")
_EDITS_OF_A_KIND = 12
"""Edits of one name in one plan at most, so that no plan and no name decides the figure."""

_PAIRED = 10
"""Every so many edits, one is made together with another."""

_FIGURE = re.compile(r"\d+(?:[.]\d+)?")


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
    """What became of one edit, or of two made at once (then `name` says of both)."""

    edits: tuple[Edit, ...]
    name: str
    told: str

    @property
    def group(self) -> str:
        return self.edits[0].name if len(self.edits) == 1 else "two at once"


@dataclass(frozen=True)
class Case:
    """A plan with its text and what `diff` says of it and itself."""

    text: str
    plan: Plan
    base: Comparison


def folders(*, shared: bool = True) -> list[Path]:
    """Where plans lie: the samples, the made-up plans of other sectors, real plans where they are at hand."""
    made_up = sorted((ROOT / "tests").glob("gold_sectors*"))
    return [folder for folder in (*([SHARED] if shared else []), ROOT / "samples", *made_up) if folder.is_dir()]


def edits(name: str, text: str, plan: Plan) -> Iterator[Edit]:
    """Every edit that the rules make in what a plan promises."""
    rules = tomllib.loads((ROOT / "benchmarks/probes.toml").read_text("utf-8"))["edit"]
    shut = [c.body for c in plan.clauses if c.role in _UNPROMISED]
    told = [(c.body.start, c.body.end) for c in plan.clauses if c.role not in _UNPROMISED]
    labels = [(c.span.start, c.body.start) for c in plan.clauses if c.role not in _UNPROMISED]
    for rule in rules:
        kinds = (rule["kind"], *rule.get("or", ())) if "kind" in rule else ()
        places = labels if rule.get("of") == "labels" else told
        for found in re.finditer(rule["find"], text):
            at = found.start()
            if not any(start <= at < end for start, end in places) or any(s.start <= at < s.end for s in shut):
                continue
            if "unless" in rule and re.search(rule["unless"], _said_before(text, at)):
                continue
            start, end, put = _put(rule, found)
            if text[start:end] != put:
                yield Edit(name, rule["name"], start, end, put, kinds)


def _said_before(text: str, at: int) -> str:
    """The words before a place, as far as the comma."""
    return re.split("[，,；;。：\n]", text[max(0, at - 40) : at])[-1]


def _put(rule: dict[str, Any], found: re.Match[str]) -> tuple[int, int, str]:
    if "sum" in rule:
        more = int(found["n"]) + rule["sum"]
        return *found.span("n"), str(more if len(found["n"]) > 1 or rule["sum"] > 5 else more % 10 or 1)
    if "turn" in rule:
        return *found.span(), _TURNS[rule["turn"]](found)
    return *found.span(), found.expand(rule["put"])


_TURNS = {
    "wide": lambda found: found[0].translate(_WIDE),
    "numeral": lambda found: "两" if found[0] == "2" else found[0].translate(_DIGITS),
    "year": lambda found: found[0].translate(_YEAR_DIGITS),
    "written out": lambda found: str(round(float(found["n"]) * 10000)),
    "grouped": lambda found: f"{int(found[0]):,}",
    "percent": lambda found: "百分之" + _numeral(int(found[0][:-1])),
}


def _numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = {0: "", 1: "十"}.get(tens, f"{str(tens).translate(_DIGITS)}十")
    return head + (str(ones).translate(_DIGITS) if ones or not tens else "")


def chosen(texts: dict[str, str], plans: dict[str, Plan], count: int, seed: int, only: str = "") -> list[Edit]:
    """`count` edits, drawn in turn from every name and, within it, from every plan."""
    drawn = random.Random(seed)
    heaps: dict[tuple[str, str], list[Edit]] = defaultdict(list)
    for name, text in texts.items():
        for edit in edits(name, text, plans[name]):
            if only in edit.name:
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


def paired(single: Sequence[Edit], plans: dict[str, Plan]) -> Iterator[tuple[Edit, ...]]:
    """The edits one by one, every tenth with the next one of its plan that is made in another statement."""
    for at, edit in enumerate(single):
        if at % _PAIRED == _PAIRED - 1:
            here = _statements(plans[edit.plan], edit)
            later = (e for e in single[at + 1 :] if e.plan == edit.plan and not here & _statements(plans[e.plan], e))
            yield (edit, *itertools.islice(later, 1))
        else:
            yield (edit,)


def _statements(plan: Plan, edit: Edit) -> set[str]:
    """Keys of the clauses that an edit touches."""
    return _clauses(plan, edit.start)


def judged(made: tuple[Edit, ...], case: Case) -> Outcome:
    """What `diff` makes of one edit, or of several at once."""
    after = case.text
    for edit in sorted(made, key=lambda e: -e.start):
        after = after[: edit.start] + edit.put + after[edit.end :]
    result = compare(case.plan, plan_of(after, "plan"))
    rows = [change for change in result.changes if change.status != "kept" or set(change.kinds)]
    moved = _moved(result, case.base)
    said = "; ".join(
        [f"{r.status} {'/'.join(r.kinds)} {' | '.join(r.details)}" for r in rows]
        + [f"{s.kind} {s.verdict} {s.direction} {s.indicator} {s.note}" for s in moved]
    )
    own = [_own_rows(edit, rows, case.plan) for edit in made]
    if any(row not in itertools.chain(*own) for row in rows) or any(not _may_move(s, made, result) for s in moved):
        return Outcome(made, "spurious", said)
    counted = [shift for shift in moved if shift.kind == "like"] if all("number" in e.kinds[:1] for e in made) else []
    if len(counted) > sum(1 + _said_again(edit, case.plan) for edit in made):
        return Outcome(made, "spurious", said)
    each = [_outcome(edit, right, case.plan, bool(moved)) for edit, right in zip(made, own, strict=True)]
    return Outcome(made, max(each, key=OUTCOMES.index), said)


def _moved(result: Comparison, base: Comparison) -> list[Shift]:
    """The shifts that stand in one comparison and not in the other; that a number stays the same is none."""
    known = Counter(_worth(shift, base) for shift in base.shifts)
    out = []
    for shift in result.shifts:
        worth = _worth(shift, result)
        silent = shift.kind == "like" and shift.direction == "same" and not shift.note
        if known[worth]:
            known[worth] -= 1
        elif not silent:
            out.append(shift)
    return out


def _worth(shift: Shift, result: Comparison) -> tuple[str, ...]:
    """What a shift says, without the places that it stands at."""
    targets = {("<", t.key): t for t in result.old.targets} | {(">", t.key): t for t in result.new.targets}
    numbers = [targets[side, key].quantity for side, keys in (("<", shift.old), (">", shift.new)) for key in keys]
    values = (f"{q.bound}{q.lo}~{q.hi}{q.unit}" for q in numbers)
    return (shift.kind, shift.verdict, shift.direction, shift.indicator, shift.note, *values)


def _may_move(shift: Shift, made: Sequence[Edit], result: Comparison) -> bool:
    """Whether all numbers of a shift stand in the statements of edits that change something, or say them again."""
    real = [edit for edit in made if edit.kinds]
    places = [_around(edit, made, result.old, new=False) for edit in real]
    near = {t.key for t in result.old.targets if any(start <= t.span.start <= end for start, end in places)}
    kin = {t.repeats for t in result.old.targets if t.key in near}
    again = [t.span.start for t in result.old.targets if t.key in kin or t.repeats in near | kin - {None}]
    for plan, keys, new in ((result.old, shift.old, False), (result.new, shift.new, True)):
        places = [_around(edit, made, plan, new=new) for edit in real]
        places += [(at + moved, at + moved) for at in again for moved in (_moved_by(made, at) if new else 0,)]
        at = {t.key: t.span.start for t in plan.targets}
        if not all(any(start <= at[key] <= end for start, end in places) for key in keys):
            return False
    return True


def _moved_by(made: Sequence[Edit], at: int) -> int:
    """How far the edits before a place move it."""
    return sum(len(e.put) - (e.end - e.start) for e in made if e.start < at)


def _around(edit: Edit, made: Sequence[Edit], plan: Plan, *, new: bool) -> tuple[int, int]:
    """The statement that an edit stands in, or the line where it is a row that makes none."""
    at = edit.start + (_moved_by(made, edit.start) if new else 0)
    if "deadline" in edit.kinds:  # 到2025年 at the head of a paragraph is the date of all its numbers
        return min(
            ((c.span.start, c.span.end) for c in plan.clauses if c.body.start <= at <= c.body.end), default=(at, at)
        )
    spans = [c.span for c in plan.commitments if c.span.start <= at <= c.span.end]
    spans = spans or [b.span for b in plan.document.blocks if b.span.start <= at <= b.span.end]
    return (min(s.start for s in spans), max(s.end for s in spans)) if spans else (at, at)


def _own_rows(edit: Edit, rows: Sequence[Change], plan: Plan) -> list[Change]:
    """The rows that tell of the statement an edit was made in; of a list of bodies, all that the list answers for."""
    here = {c.key for c in plan.commitments if c.span.start <= edit.start <= c.span.end}
    right = [row for row in rows if set(row.old) & here and row.status == "changed"]
    if "actors" not in edit.kinds and (here or "deadline" not in edit.kinds):
        return right
    clauses = {key.split("#")[0] for row in right for key in row.old} or _clauses(plan, edit.start)
    return [row for row in rows if {key.split("#")[0] for key in row.old} <= clauses] or right


def _said_again(edit: Edit, plan: Plan) -> int:
    """In how many other places the number of an edit is said: changed in one, all of them are told."""
    near = [t for t in plan.targets if edit.start in range(t.span.start, t.span.end + 1)]
    again = sum(t.repeats is not None for t in near)
    return again + sum(any(other.repeats == t.key for other in plan.targets) for t in near)


def _clauses(plan: Plan, at: int) -> set[str]:
    """Key of the innermost clause that a place lies in."""
    around = [c for c in plan.clauses if c.span.start <= at < c.span.end]
    return {max(around, key=lambda c: c.depth).key} if around else set()


def _outcome(edit: Edit, right: Sequence[Change], plan: Plan, moved: bool) -> str:
    """What one edit's own rows say of it; nothing is told of another."""
    if not edit.kinds:
        return "spurious" if right else "exact"
    in_statement = any(c.span.start <= edit.start <= c.span.end for c in plan.commitments)
    if not right:
        return "missed" if in_statement or not moved else "exact"  # a row of a table is no statement
    kinds = set(right[0].kinds)
    if not kinds & set(edit.kinds) or not _valued(edit, right[0], plan, moved):
        return "other"
    return "exact" if kinds <= set(edit.kinds) else "more"


def _valued(edit: Edit, row: Change, plan: Plan, moved: bool) -> bool:
    """Whether a row tells the figure that was put in, and a shift does where the number is a target."""
    if edit.kinds != ("number",) or not edit.put.isdigit():
        return True
    counted = any(t.role == "target" and t.span.start <= edit.start < t.span.end for t in plan.targets)
    return any(edit.put in "".join(_FIGURE.findall(line)) for line in row.details) and (moved or not counted)


def run(
    count: int, seed: int = 1, only: str = "", at: Iterable[Path] | None = None, each: int = 1, jobs: int = 1
) -> list[Outcome]:
    """Outcomes of `count` edits over every `each`-th plan of the folders, plan by plan in `jobs` processes."""
    plans = {}
    for folder in folders() if at is None else at:
        for path in sorted(folder.glob("*.txt"))[::each]:
            plan = plan_of(path.read_text("utf-8", errors="replace"), "plan")
            # read from what was read, as the edited text will be
            plans[f"{folder.name}/{path.stem}"] = plan_of(plan.document.text, "plan")
    texts = {name: plan.document.text for name, plan in plans.items()}
    of_plan: dict[str, list[tuple[Edit, ...]]] = defaultdict(list)
    for made in paired(chosen(texts, plans, count, seed, only), plans):
        of_plan[made[0].plan].append(made)
    work = [(plans[name], several) for name, several in sorted(of_plan.items(), key=lambda item: -len(item[1]))]
    if jobs == 1:
        return [outcome for one in work for outcome in _judged_all(one)]
    with ProcessPoolExecutor(jobs) as pool:
        return [outcome for several in pool.map(_judged_all, work) for outcome in several]


def _judged_all(work: tuple[Plan, Sequence[tuple[Edit, ...]]]) -> list[Outcome]:
    plan, several = work
    case = Case(plan.document.text, plan, compare(plan, plan))
    return [judged(made, case) for made in several]


def table(outcomes: Sequence[Outcome], names: Callable[[Outcome], Sequence[str]] | None = None) -> str:
    """A row an edit's name (or what `names` calls it), a column an outcome."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        for name in names(outcome) if names else (outcome.group, _sort(outcome)):
            counted[name][outcome.name] += 1
    lines = ["| edit | edits | " + " | ".join(OUTCOMES) + " | share exact |", "|---|---:|" + "---:|" * 6]
    for name in sorted(counted, key=lambda n: (n.startswith("all"), n.startswith("two"), n.startswith("same"), n)):
        row = counted[name]
        total = sum(row.values())
        lines.append(
            f"| {name} | {total} | " + " | ".join(str(row[o]) for o in OUTCOMES) + f" | {row['exact'] / total:.3f} |"
        )
    return "\n".join(lines)


def _sort(outcome: Outcome) -> str:
    if len(outcome.edits) > 1:
        return "all made two at once"
    return "all changes" if outcome.edits[0].kinds else "all that say the same"


def written(outcomes: Sequence[Outcome], seed: int) -> str:
    """The page docs/probes.md: both tables, and how many edits each way of failing has."""
    missed = Counter((o.group, o.name) for o in outcomes if o.name != "exact")
    classes = "\n".join(f"- {group}: {name} {n}" for (group, name), n in sorted(missed.items()))
    by_plan = table(outcomes, lambda o: (o.edits[0].plan,))
    rules = tomllib.loads((ROOT / "benchmarks/probes.toml").read_text("utf-8"))
    known = "\n".join(f"- {line}" for line in rules.get("known", {}).get("limits", ()))
    return f"""# Probes of truth

{len(outcomes)} seeded edits of plans, one at a time and some two at once. Each must be reported by `diff` as
exactly that change, and nothing else may be. Edits that say the same in another way (`same: …`) must not be reported.
`python benchmarks/probes.py --write --seed={seed}` writes this page; benchmarks/probes.py says what the columns mean.

{table(outcomes)}

## By plan

{by_plan}

## What was not told exactly

{classes or "Nothing."}

## Classes of misses

{known or "None known."}
"""


def main(arguments: Sequence[str]) -> None:
    options = dict(a.removeprefix("--").partition("=")[::2] for a in arguments if a.startswith("--"))
    count = next((int(a) for a in arguments if a.isdigit()), 1000)
    seed = int(options.get("seed", 1))
    at = folders(shared="samples" not in options)
    outcomes = run(count, seed, options.get("only", ""), at, jobs=int(options.get("jobs", 1)))
    if "write" in options:
        REPORT.write_text(written(outcomes, seed), "utf-8")
    print(table(outcomes))
    if "misses" in options:
        for o in sorted((o for o in outcomes if o.name != "exact"), key=lambda o: (o.group, o.name)):
            at = ", ".join(f"{e.start}-{e.end} → {e.put!r}" for e in o.edits)
            print(f"{o.group}\t{o.name}\t{o.edits[0].plan}\t{at}\t{o.told}")


if __name__ == "__main__":
    main(sys.argv[1:])
