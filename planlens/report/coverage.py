"""Coverage turned into tables and rows: the matrix, the gaps to work through, what nobody asked for, 层层加码."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

from planlens.coverage.goals import WEIGHTS, span_of
from planlens.model import Answer, Answered, Coverage, Goal, Plan, Table, Target
from planlens.report import json
from planlens.report.cells import Cell
from planlens.report.look import one_line
from planlens.report.messages import Messages
from planlens.report.places import Places, plain, probability
from planlens.report.tables import headers, table

SECTIONS = ("matrix", "gaps", "cascade", "unasked", "apart")
_GAPS: tuple[Answered, ...] = ("absent", "below", "unquantified", "incomparable", "partial")


@dataclass(frozen=True)
class _Told:
    """A coverage with all plans' findings by key and the words to tell it in."""

    result: Coverage
    m: Messages

    @cached_property
    def goals(self) -> Places:
        return Places(self.result.goals)

    @cached_property
    def plans(self) -> tuple[Places, ...]:
        return tuple(map(Places, self.result.plans))

    def goal_text(self, goal: Goal) -> str:
        """人均预期寿命 高于79岁, or the words of a task."""
        if goal.target is not None:
            target = self.goals.targets[goal.target]
            return f"{target.indicator} {self.goals.value(target)}"
        text = self.result.goals.document.text
        return one_line("".join(span.of(text) for span in goal.asks)).rstrip("，；。、")

    def cell(self, places: Places, answer: Answer) -> str:
        """What a plan says to a goal, in the fewest words: 超过 84.2（岁）."""
        if answer.apart is not None:
            return self.m("mark.none")
        if answer.circular:
            return self.m("coverage.circular")
        value = places.value(places.targets[answer.target]) if answer.target else ""
        weaker = self.m("firmness.weaker") if answer.firmness == "weaker" and answer.verdict in _TASKS else ""
        return " ".join(filter(None, (self.m("answer." + answer.verdict), value, weaker)))

    def goal_cell(self, goal: Goal, *more: str) -> Cell:
        """The goal over what follows, and where it stands."""
        return Cell("\n".join((self.goal_text(goal), *more)), plan=self.result.goals.info.id, keys=[goal.units[-1]])

    def answered(self, places: Places, answer: Answer) -> str:
        """The best answer with its place; the others by their places."""
        return "\n".join(self.passage(places, key) for key in answer.units[:2])

    def passage(self, places: Places, key: str) -> str:
        return f"{places.label(key)}：{one_line(text_of(places.plan, key))}"

    def why(self, goal: Goal, answer: Answer) -> str:
        """What is missing and what must be known of it; where all is in doubt, the note says so."""
        asked = len(goal.asks)
        text = self.result.goals.document.text
        missing = [one_line(span.of(text)).rstrip("，；。、") for span in answer.missing]
        some = answer.verdict == "partial" and 0 < len(missing) < asked
        told = self.m("coverage.missing", list=self.m("mark.stop").join(missing)) if some else ""
        weaker = self.m("firmness.weaker") if answer.firmness == "weaker" and answer.verdict in _TASKS else ""
        return self.m("mark.stop").join(filter(None, (told, self.m.told(answer.note), weaker)))


_TASKS = ("covered", "partial")


def _some_missing(answer: Answer) -> bool:
    return answer.verdict == "partial" and bool(answer.missing)


def text_of(plan: Plan, key: str) -> str:
    return span_of(plan, key).of(plan.document.text)


def tables(result: Coverage, m: Messages, *, only: Collection[str] = SECTIONS, full: bool = False) -> list[Table]:
    """The report: what to know first, counts, and the sections asked for; `full` lists visions and plain tasks too."""
    told = _Told(result, m)
    made = [_caveats(told), _counts(told)] if result.caveats else [_counts(told)]
    for section in SECTIONS:
        if section in only:
            made += _SECTIONS[section](told, full)
    return made


def _caveats(told: _Told) -> Table:
    rows = tuple((told.m.told(caveat),) for caveat in told.result.caveats)
    return Table("caveats", told.m("title.caveats"), ("",), rows)


def _counts(told: _Told) -> Table:
    """One row a plan: how many goals have which answer; what is set apart, circular or a vision is not counted."""
    names: tuple[Answered, ...] = get_args(Answered)
    rows = []
    for number, places in enumerate(told.plans):
        found = Counter(a.verdict for goal, answers in told.result.rows if counts(goal, a := answers[number]))
        apart = sum(answers[number].apart is not None for _, answers in told.result.rows)
        rows.append((places.plan.info.id, *(str(found[name] or "") for name in names), str(apart or "")))
    columns = (told.m("column.plan"), *(told.m("answer." + name) for name in names), told.m("coverage.apart"))
    goals = told.result.goals.info
    return Table(
        "coverage_counts", told.m("title.coverage_counts", goals=f"{goals.title}（{goals.id}）"), columns, tuple(rows)
    )


def counts(goal: Goal, answer: Answer) -> bool:
    """Whether an answer counts: the goal addresses the plan, is no vision, and was not derived from the plan."""
    return answer.apart is None and not answer.circular and goal.weight != "frame"


def _matrix(told: _Told, full: bool) -> list[Table]:
    """Goal × plan, the most weighty first; goals that address none of the plans are listed apart."""
    rows = []
    for goal, answers in _by_weight(told.result):
        if all(a.apart for a in answers) or (goal.weight == "frame" and not full):
            continue
        cells = [told.cell(places, answer) for places, answer in zip(told.plans, answers, strict=True)]
        rows.append((told.m("weight." + goal.weight), told.goal_cell(goal), *cells))
    columns = (told.m("column.weight"), told.m("column.goal"), *(p.plan.info.id for p in told.plans))
    return [Table("matrix", told.m("title.matrix", count=len(rows)), columns, tuple(rows))]


def _by_weight(result: Coverage) -> list[tuple[Goal, tuple[Answer, ...]]]:
    return sorted(result.rows, key=lambda row: WEIGHTS.index(row[0].weight))


def _gaps(told: _Told, full: bool) -> list[Table]:
    """For each plan the goals it does not reach, the most weighty first and the barest answers first."""
    return [_gaps_of(told, number, full) for number in range(len(told.plans))]


def gaps(result: Coverage, number: int, *, frames: bool = False) -> list[tuple[Goal, Answer]]:
    """The goals that a plan does not reach, as a writer works through them."""
    found = [
        (goal, answers[number])
        for goal, answers in result.rows
        if answers[number].verdict in _GAPS
        and (counts(goal, answers[number]) or (frames and goal.weight == "frame" and answers[number].apart is None))
    ]
    return sorted(found, key=lambda row: (WEIGHTS.index(row[0].weight), _GAPS.index(row[1].verdict)))


def _gaps_of(told: _Told, number: int, full: bool) -> Table:
    m, places, rows = told.m, told.plans[number], []
    for goal, answer in gaps(told.result, number, frames=full):
        place = told.goals.label(goal.units[-1])
        nearest, chance, keys = "", "", answer.units[:2]
        if answer.units:
            nearest, chance = told.answered(places, answer), probability(answer.score)
        elif answer.nearest is not None:
            keys = (answer.nearest[0],)
            nearest = m("coverage.nearest") + told.passage(places, answer.nearest[0])
            chance = probability(answer.nearest[1])
        rows.append(
            (
                m("weight." + goal.weight),
                told.goal_cell(goal, place),
                "\n".join(filter(None, (m("answer." + answer.verdict), told.why(goal, answer)))),
                Cell(nearest or m("mark.none"), plan=places.plan.info.id, keys=keys),
                chance,
            )
        )
    names = ("weight", "goal", "answer", "passage", "probability")
    return table(m, "gaps", names, rows, count=len(rows), plan=places.plan.info.id)


def _unasked(told: _Told, full: bool) -> list[Table]:
    """What each plan promises that no goal asks for: those with a number; with `full` all of them."""
    made = []
    for places, keys in zip(told.plans, told.result.unasked, strict=True):
        numbered = {t.unit_key for t in places.plan.targets if t.role == "target"}
        listed = [key for key in keys if full or key in numbered]
        texts = [Cell(one_line(text_of(places.plan, key)), plan=places.plan.info.id, keys=[key]) for key in listed]
        rows = zip((places.label(key) for key in listed), texts, strict=True)
        named = {"plan": places.plan.info.id, "count": len(keys)}
        title = told.m("title.unasked_all", **named) if full else told.m("title.unasked", **named, listed=len(listed))
        made.append(Table("unasked", title, headers(told.m, ("clause", "text")), tuple(rows)))
    return made


def _apart(told: _Told, _: bool) -> list[Table]:
    """The goals that do not address a plan's level, each once, with the reason and the plans it holds for."""
    rows = []
    for goal, answers in told.result.rows:
        reasons: dict[str, list[str]] = {}
        for places, answer in zip(told.plans, answers, strict=True):
            if answer.apart is not None:
                reasons.setdefault(answer.apart, []).append(places.plan.info.id)
        for reason, plans in reasons.items():
            whom = told.m("coverage.all") if len(plans) == len(told.plans) else told.m.join(plans)
            rows.append((told.goal_cell(goal), told.m("apart." + reason), whom))
    return [table(told.m, "apart", ("goal", "reason", "plan"), rows, count=len(rows))] if rows else []


def _cascade(told: _Told, _: bool) -> list[Table]:
    """One row an indicator, one column a plan, highest level first; the ratio to the level above in brackets."""
    everyone = (told.goals, *told.plans)
    order = sorted(
        {place for rung in told.result.cascade for place, _, _ in rung.steps}, key=lambda n: (_level(everyone[n]), n)
    )
    rows = []
    for rung in told.result.cascade:
        at = {place: (key, ratio) for place, key, ratio in rung.steps}
        cells = []
        for place in order:
            key, ratio = at.get(place, (None, None))
            value = everyone[place].value(everyone[place].targets[key]) if key else ""
            cells.append(value + (f"（×{plain(ratio)}）" if ratio is not None else ""))
        more = everyone[rung.more].plan.info.id if rung.more is not None else told.m("mark.none")
        rows.append((rung.indicator, *cells, more, told.m.told(rung.note)))
    names = [f"{everyone[n].plan.info.id}" for n in order]
    columns = (told.m("column.indicator"), *names, told.m("column.more"), told.m("column.note"))
    return [Table("cascade", told.m("title.cascade", count=len(rows)), columns, tuple(rows))] if rows else []


def _level(places: Places) -> int:
    from planlens.coverage.goals import level_of

    return level_of(places.plan)


_SECTIONS = {"matrix": _matrix, "gaps": _gaps, "cascade": _cascade, "unasked": _unasked, "apart": _apart}


def rows(result: Coverage, m: Messages) -> Table:
    """Every goal and plan as one row with keys and offsets, then what no goal asks for."""
    told = _Told(result, m)
    found = [
        _row(told, goal, places, a)
        for goal, answers in result.rows
        for places, a in zip(told.plans, answers, strict=True)
    ]
    for places, keys in zip(told.plans, result.unasked, strict=True):
        found += [_unasked_row(told, places, key) for key in keys]
    names = (
        "item", "plan", "weight", "goal_clause", "goal_key", "goal", "start", "end", "goal_value",
        "answer", "answer_clause", "answer_key", "passage", "answer_start", "answer_end", "answer_value",
        "firmness", "missing", "note", "probability", "nearest_clause", "nearest", "nearest_probability", "reason",
    )  # fmt: skip
    return table(m, "coverage", names, found)


def _row(told: _Told, goal: Goal, places: Places, answer: Answer) -> tuple[str, ...]:
    m, text = told.m, told.result.goals.document.text
    first = goal.units[0]
    span = span_of(told.result.goals, first)
    target = told.goals.targets[goal.target] if goal.target else None
    best = answer.units[0] if answer.units else ""
    reply = span_of(places.plan, best) if best else None
    reason = m("apart." + answer.apart) if answer.apart else m("coverage.circular") if answer.circular else ""
    return (
        m("item.goal"), places.plan.info.id, m("weight." + goal.weight),
        told.goals.label(first), first, told.goal_text(goal), str(span.start), str(span.end),
        told.goals.value(target) if target else "",
        m("answer." + answer.verdict), places.label(best), ";".join(answer.units),
        one_line(reply.of(places.plan.document.text)) if reply else "",
        str(reply.start) if reply else "", str(reply.end) if reply else "",
        places.value(places.targets[answer.target]) if answer.target else "",
        m("firmness." + answer.firmness) if answer.firmness else "",
        "；".join(one_line(s.of(text)) for s in answer.missing) if _some_missing(answer) else "",
        m.told(answer.note), "" if answer.score is None else f"{answer.score:.4f}",
        *_nearest(places, answer), reason,
    )  # fmt: skip


def _nearest(places: Places, answer: Answer) -> tuple[str, str, str]:
    if answer.nearest is None:
        return "", "", ""
    key, chance = answer.nearest
    return places.label(key), one_line(text_of(places.plan, key)), f"{chance:.4f}"


def _unasked_row(told: _Told, places: Places, key: str) -> tuple[str, ...]:
    span = span_of(places.plan, key)
    text = one_line(span.of(places.plan.document.text))
    answer = (places.label(key), key, text, str(span.start), str(span.end))
    return (told.m("item.unasked"), places.plan.info.id, *("",) * 8, *answer, *("",) * 9)


def as_json(result: Coverage) -> dict[str, Any]:
    """Format 1: rows hold the goals that address a plan; those that do not are under set_apart with the reason."""
    everyone = (result.goals, *result.plans)
    return {
        "format": json.FORMAT,
        "goals": json.plan_row(result.goals.info),
        "plans": [json.plan_row(plan.info) for plan in result.plans],
        "evidence": result.evidence,
        "caveats": list(result.caveats),
        "rows": list(_json_rows(result)),
        "set_apart": [
            {**_goal_json(result.goals, goal), "plan": plan.info.id, "why": answer.apart}
            for goal, answers in result.rows
            for plan, answer in zip(result.plans, answers, strict=True)
            if answer.apart is not None
        ],
        "unasked": {
            plan.info.id: [_unit(plan, key) for key in keys]
            for plan, keys in zip(result.plans, result.unasked, strict=True)
        },
        "cascade": [
            {
                "indicator": rung.indicator,
                "steps": [
                    {
                        "target": json.target_row(everyone[place], _target(everyone[place], key)),
                        "ratio": json.number(ratio),
                    }
                    for place, key, ratio in rung.steps
                ],
                "more": everyone[rung.more].info.id if rung.more is not None else None,
                "note": rung.note,
            }
            for rung in result.cascade
        ],
    }


def _json_rows(result: Coverage) -> Iterable[dict[str, Any]]:
    for goal, answers in result.rows:
        given = {
            plan.info.id: _answer_json(result.goals, plan, answer)
            for plan, answer in zip(result.plans, answers, strict=True)
            if answer.apart is None
        }
        if given:
            yield {**_goal_json(result.goals, goal), "answers": given}


def _goal_json(plan: Plan, goal: Goal) -> dict[str, Any]:
    return {
        "goal": _unit(plan, goal.units[0]),
        "target": json.target_row(plan, _target(plan, goal.target)) if goal.target else None,
        "weight": goal.weight,
        "places": [_unit(plan, key) for key in goal.units],
        "asks": [_span_json(plan, span) for span in goal.asks],
    }


def _answer_json(goals: Plan, plan: Plan, answer: Answer) -> dict[str, Any]:
    return {
        "verdict": answer.verdict,
        "units": [_unit(plan, key) for key in answer.units],
        "target": json.target_row(plan, _target(plan, answer.target)) if answer.target else None,
        "score": None if answer.score is None else json.rounded(answer.score),
        "firmness": answer.firmness,
        "missing": [_span_json(goals, span) for span in answer.missing],
        "nearest": _unit(plan, answer.nearest[0]) if answer.nearest else None,
        "nearest_score": json.rounded(answer.nearest[1]) if answer.nearest else None,
        "note": answer.note,
        "circular": answer.circular,
    }


def _target(plan: Plan, key: str) -> Target:
    return next(target for target in plan.targets if target.key == key)


def _unit(plan: Plan, key: str) -> dict[str, Any]:
    span = span_of(plan, key)
    return {"key": key, **_span_json(plan, span)}


def _span_json(plan: Plan, span: Any) -> dict[str, Any]:
    return {"text": span.of(plan.document.text), "start": span.start, "end": span.end}


def sections(asked: Sequence[str]) -> tuple[str, ...]:
    """Sections in the order they are told."""
    return tuple(section for section in SECTIONS if section in asked)
