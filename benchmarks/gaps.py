"""Score `planlens coverage` where the answers are known: on the expected table of the samples, and on planted goals.

    python benchmarks/gaps.py [ROUNDS]      both, ROUNDS drawings of what is planted (default 6)

The goals of gaps.toml are things that no sample plan speaks of. In each round chance decides for every sample plan
which of them it answers, how far a number goes, and where the answer stands; all others have been left out, and the
plan must be told to lack them.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from plansynth import Draw

from planlens import coverage, library, parse
from planlens.coverage import goals
from planlens.model import Answer, Block, Coverage, Document, Goal, Plan, PlanInfo, Span

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
SAMPLES = ("shenzhen-2022", "shenzhen-2023", "shenzhen-2025", "zhongshan-2023", "haishu-2021-2025")
GOLD = ROOT / "tests" / "gold" / "coverage"
SEED = 20250601
_ANSWERED = {"task": ("covered", "partial"), "words": ("unquantified",)}


@cache
def sample(name: str) -> Plan:
    shelf = library.Library.open(str(ROOT / "samples"))
    return shelf.read(shelf.find(name))


@dataclass(frozen=True)
class Planted:
    """One goal of gaps.toml and what became of it in one plan: `kind` is None where its answer was left out."""

    goal: str
    number: bool
    kind: str | None
    sentence: str

    @property
    def expected(self) -> tuple[str, ...]:
        return ("absent",) if self.kind is None else _ANSWERED.get(self.kind, (self.kind,))


@cache
def wanted() -> dict[str, list[dict[str, str]]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def goals_plan() -> Plan:
    """A provincial plan that asks for everything in gaps.toml."""
    numbers = [row["goal"] for row in wanted()["number"]]
    tasks = [row["goal"] for row in wanted()["task"]]
    lines = [
        "广东省卫生健康任务清单（2021—2025年）",
        "一、主要指标",
        *_numbered(numbers),
        "二、重点任务",
        *_numbered(tasks),
    ]
    info = PlanInfo("planted", lines[0], "广东省", "province", None, 2021, 2025)
    return _plan("\n".join(lines), info)


def _numbered(sentences: Sequence[str]) -> list[str]:
    return [f"{n}.{sentence}" for n, sentence in enumerate(sentences, 1)]


def _plan(text: str, info: PlanInfo) -> Plan:
    spans, start = [], 0
    for line in text.split("\n"):
        spans.append(Span(start, start + len(line)))
        start += len(line) + 1
    blocks = tuple(Block("paragraph", span) for span in spans if len(span))
    return parse.build(Document(info.id, info.id, text, "utf-8", blocks), info)


def plant(name: str, draw: Draw) -> tuple[Plan, list[Planted]]:
    """A sample plan with about half of the goals answered, each answer behind a chance commitment that ends a line."""
    plan = sample(name)
    drawn = [*(_task(row, draw) for row in wanted()["task"]), *(_number(row, draw) for row in wanted()["number"])]
    text = plan.document.text
    homes = [c.span.end for c in plan.commitments if text[c.span.end :][:1] == "\n" and " | " not in c.text]
    put: dict[int, str] = {}
    for planted in drawn:
        if planted.kind is not None:
            home = draw.one(homes)
            put[home] = put.get(home, "") + planted.sentence
    for home in sorted(put, reverse=True):
        text = text[:home] + put[home] + text[home:]
    return _planted(ROOT / "samples" / f"{name}.txt", text, plan.info), drawn


def _planted(path: Path, text: str, info: PlanInfo) -> Plan:
    """The text read as a .txt file is, tables and all."""
    import tempfile

    from planlens import read

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        copy.write_text(text, "utf-8")
        return parse.build(read.read_document(copy), info)


def _task(row: dict[str, str], draw: Draw) -> Planted:
    return Planted(row["goal"], False, "task" if draw.yes() else None, row["answer"])


def _number(row: dict[str, str], draw: Draw) -> Planted:
    kind = draw.one([k for k in ("exceeds", "meets", "below", "words") if k in row]) if draw.yes() else None
    said = row["words"] if kind == "words" else row["answer"].format(row[kind]) if kind else ""
    return Planted(row["goal"], True, kind, said)


def rounds(count: int, seed: int = SEED) -> Iterator[tuple[str, Planted, Answer]]:
    """Every planted goal with the answer found, for each sample plan in each round."""
    upper = goals_plan()
    for number in range(count):
        for name in SAMPLES:
            plan, planted = plant(name, Draw(seed, number, name))
            found = coverage.cover(upper, [plan])
            for one in planted:
                yield name, one, _answer_to(one, found)


def _answer_to(planted: Planted, found: Coverage) -> Answer:
    at = found.goals.document.text.index(planted.goal)
    for goal, answers in found.rows:
        spans = [goals.span_of(found.goals, key) for key in goal.units]
        if (goal.target is not None) == planted.number and any(s.start <= at + 6 < s.end for s in spans):
            return answers[0]
    raise LookupError(planted.goal)


def expected() -> list[dict[str, Any]]:
    """The expected table of the samples, one row a goal: tests/gold/coverage/guangdong.jsonl."""
    return [json.loads(line) for line in (GOLD / "guangdong.jsonl").read_text("utf-8").splitlines()]


def judged(found: Coverage | None = None) -> Iterator[tuple[dict[str, Any], str, Goal, Answer]]:
    """Each row of the expected table with what was found, once a goal and plan; circular tasks and visions aside."""
    found = found or coverage.cover(sample("guangdong-2021-2025"), [sample(name) for name in SAMPLES])
    for row in expected():
        if row.get("repeats") or row["addresses"] == "frame":
            continue
        goal, answers = _row_of(row, found)
        for name, answer in zip(SAMPLES, answers, strict=True):
            if not answer.circular:
                yield row, name, goal, answer


def _row_of(row: dict[str, Any], found: Coverage) -> tuple[Goal, tuple[Answer, ...]]:
    targets = {t.key: t for t in found.goals.targets}
    for goal, answers in found.rows:
        inside = any(s.start <= row["start"] < s.end for s in (goals.span_of(found.goals, k) for k in goal.units))
        named = targets[goal.target].indicator == row["target"]["indicator"] if goal.target and row["target"] else None
        if inside and (goal.target is not None) == (row["target"] is not None) and named is not False:
            return goal, answers
    raise LookupError(row["goal"])


def figures(planted_answers: Sequence[tuple[str, Planted, Answer]]) -> dict[str, float]:
    """Shares: numeric verdicts, task verdicts, precision of absent; on planted goals absent-recall and the rest."""
    out: dict[str, list[bool]] = {}
    for row, name, _, answer in judged():
        gold = row["answers"][name]
        accepted = {gold["verdict"], *gold.get("also", ())}
        verdict = "set_apart" if answer.apart else answer.verdict
        out.setdefault("numbers right" if row["target"] else "tasks right", []).append(verdict in accepted)
        if verdict == "absent":
            out.setdefault("absent precision", []).append("absent" in accepted)
    for _, planted, answer in planted_answers:
        kind = "absent" if planted.kind is None else "answered"
        name = f"planted {'numbers' if planted.number else 'tasks'}, {kind}"
        out.setdefault(name, []).append(answer.verdict in planted.expected)
    return {name: round(sum(hits) / len(hits), 3) for name, hits in sorted(out.items())}


def main(arguments: Sequence[str]) -> None:
    count = int(arguments[0]) if arguments else 6
    planted_answers = list(rounds(count))
    for name, value in figures(planted_answers).items():
        print(f"{value:.3f}  {name}")
    wrong = Counter(
        (planted.goal, planted.kind, answer.verdict)
        for _, planted, answer in planted_answers
        if answer.verdict not in planted.expected
    )
    for (goal, kind, verdict), times in wrong.most_common(20):
        print(f"{times:4}  {goal} planted {kind}: {verdict}")


if __name__ == "__main__":
    main(sys.argv[1:])
