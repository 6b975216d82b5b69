"""What a plan asks of the level below: its numbers, each once, and its tasks, each with the items it is made of.

read(plan)                    -> goals, in reading order
apart(goal, goals, plan)      -> why a goal does not address the level of a plan, None where it does
circular(goals, plan)         -> the goals that were derived from the very plan, by what the document says of itself
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from .. import convert, counterparts, kinds, naming, regions, repeats, restated
from ..commitments import items
from ..lexicon import Lexicon
from ..model import Apart, Clause, Commitment, Goal, Plan, Span, Target, Weight
from ..quantity import table
from ..regions import Region

LEVELS = ("national", "province", "city", "district")
WEIGHTS: tuple[Weight, ...] = ("binding", "numbered", "dated", "task", "frame")

_TELLING = 6.0
"""Information that an item needs to ask for anything: one word that is not on every page."""

_OPENING = 300
"""Characters in which a document says who speaks."""

_OF_FIELD = 0.4
"""Share of a paragraph's goals that a plan of one field answers where the paragraph is of its field."""

_YEAR = re.compile(r"20\d\d")
_DATED = re.compile(r"\d年|\d月|年底|年内|季度|月底")
_AFTER_DATE = re.compile(r"^(?:到|至|在)?(?:20\d\d年)?[底末前]*[，,]?")


@cache
def lists() -> dict[str, Any]:
    """data/coverage.toml."""
    return table("coverage")


def read(plan: Plan, lexicon: Lexicon) -> tuple[Goal, ...]:
    """Every number of a plan, said twice or once, and every commitment less its numbers; in reading order."""
    view = _View.of(plan, lexicon)
    numbered = [_number(view, target) for target in restated.headlines(plan.targets)]
    tasks = [goal for c in plan.commitments if (goal := _task(view, c)) is not None]
    return tuple(sorted((*numbered, *tasks), key=lambda goal: view.start(goal)))


@dataclass(frozen=True)
class _View:
    """A plan's findings by key, as far as its goals need them."""

    plan: Plan
    lexicon: Lexicon
    side: kinds.Side
    commitments: dict[str, Commitment]
    clauses: dict[str, Clause]
    targets: dict[str, Target]
    places: dict[str, list[Target]]

    @classmethod
    def of(cls, plan: Plan, lexicon: Lexicon) -> _View:
        return cls(
            plan,
            lexicon,
            kinds.side_of(plan, lexicon),
            {c.key: c for c in plan.commitments},
            {c.key: c for c in plan.clauses},
            {t.key: t for t in plan.targets},
            repeats.places(plan.targets),
        )

    def start(self, goal: Goal) -> tuple[int, int]:
        """Where a goal is first said; a number before the task around it."""
        starts = [span_of(self.plan, key).start for key in goal.units]
        first = min(starts, default=0)
        return first, self.targets[goal.target].span.start - first if goal.target else len(self.plan.document.text)


def span_of(plan: Plan, key: str) -> Span:
    """The words of a commitment, or of a clause where a number stands in no commitment."""
    for commitment in plan.commitments:
        if commitment.key == key:
            return commitment.span
    return next((c.body if len(c.body) else c.span for c in plan.clauses if c.key == key), Span(0, 0))


def _number(view: _View, target: Target) -> Goal:
    units = tuple(dict.fromkeys(t.unit_key for t in view.places[target.key]))
    said = "".join(span_of(view.plan, key).of(view.plan.document.text) for key in units)
    return Goal(units, target.key, (), "binding" if "约束性" in said else "numbered")


def _task(view: _View, commitment: Commitment) -> Goal | None:
    """A commitment less the items that give a number; None where nothing is left to do, or it is a bare heading."""
    if not counterparts.states(commitment) or not view.lexicon.actions(commitment.text):
        return None
    asks = []
    cut = items(commitment.text)
    for place, ((start, end), item) in enumerate(zip(cut, view.side.items[commitment.key], strict=True)):
        if not item.targets and not _is_aim(item, place) and item.mass >= _TELLING:
            asks.append(Span(commitment.span.start + start, commitment.span.start + end))
    if not asks or _only_values(view, commitment):
        return None
    return Goal((commitment.key,), None, tuple(asks), _weight(view, commitment))


def _is_aim(item: kinds.Item, place: int) -> bool:
    """Whether an item says what for, by what rule or in what way, and so asks for nothing itself."""
    manner = lists()["manner"]
    text = item.text.strip("，；。、：")
    if text.startswith(tuple(manner["heads"])) or text.endswith(tuple(manner["tails"])):
        return True
    return place > 0 and item.lexicon.is_purpose(item.text)


def _only_values(view: _View, commitment: Commitment) -> bool:
    """A row of an indicator table: with its number told apart, or without any, it asks for nothing more."""
    row = " | " in commitment.text
    return row and any(t.unit_key == commitment.key and t.role in ("target", "baseline") for t in view.plan.targets)


def _weight(view: _View, commitment: Commitment) -> Weight:
    if _in_frame(view, commitment) or _beyond(view.plan, commitment.deadline):
        return "frame"
    return "dated" if commitment.deadline and _DATED.search(commitment.deadline) else "task"


def _in_frame(view: _View, commitment: Commitment) -> bool:
    key: str | None = commitment.clause
    while key is not None and key in view.clauses:
        clause = view.clauses[key]
        if any(word in clause.heading for word in lists()["frame"]["headings"]):
            return True
        key = clause.parent
    return False


def _beyond(plan: Plan, deadline: str | None) -> bool:
    """Whether a date lies beyond the years of the plan: a vision (到2035年), not a goal of this one."""
    years = [int(year) for year in _YEAR.findall(deadline or "")]
    return bool(years and plan.info.end_year and min(years) > plan.info.end_year)


# --- whom a goal addresses ----------------------------------------------------------------------------------------


def level_of(plan: Plan) -> int:
    """The level of a plan as a number, 0 for the nation; where nothing tells it, the lowest."""
    level = known_level(plan)
    return len(LEVELS) - 1 if level is None else level


def known_level(plan: Plan) -> int | None:
    """The level by the catalogue, by the region, or by who speaks in the first lines; None where nothing tells it."""
    region = region_of(plan)
    level = plan.info.level or (region.level if region else None)
    if level in LEVELS:
        return LEVELS.index(level)
    opening = plan.document.text[:_OPENING]
    national = plan.info.region is None and any(word in opening for word in lists()["nation"]["opening"])
    return 0 if national else None


def region_of(plan: Plan) -> Region | None:
    return regions.one(plan.info.region, plan.info.parent)


def belongs(goals: Plan, plan: Plan) -> bool:
    """Whether a plan's region is that of the goals or lies in it; where it is not known, it is taken to."""
    if level_of(goals) == 0:
        return True
    mine, theirs = region_of(goals), region_of(plan)
    if mine is None or theirs is None:
        return mine is None or plan.info.parent is None or plan.info.parent == goals.info.region
    return mine.code == theirs.code or mine.code in {region.code for region in regions.above(theirs)}


def same_place(goals: Plan, plan: Plan) -> bool:
    return level_of(goals) == level_of(plan) and goals.info.region == plan.info.region


@dataclass(frozen=True)
class Addressees:
    """Tells whom the goals of one plan address; made once, asked for every goal and plan."""

    goals: Plan

    def apart(self, goal: Goal, plan: Plan) -> Apart | None:
        """The first of these that holds: the document's own words, a total of the whole, the upper level, elsewhere."""
        text = self._said(goal)
        if goal.target is None and _of_document(text):
            return "document"
        if level_of(self.goals) >= level_of(plan) or same_place(self.goals, plan):
            return None
        target = next((t for t in self.goals.targets if t.key == goal.target), None)
        if self._upper(text):
            return "upper"
        if target is not None and is_total(target):
            return "total"
        return "elsewhere" if _other_area(text, plan) or self._elsewhere(text, plan) else None

    def _said(self, goal: Goal) -> str:
        spans = goal.asks or tuple(span_of(self.goals, key) for key in goal.units[-1:])
        return "".join(span.of(self.goals.document.text) for span in spans)

    def _upper(self, text: str) -> bool:
        """省级财政安排…: the upper level acts itself, or the matter is the centre's alone."""
        level = LEVELS[level_of(self.goals)]
        opening = _AFTER_DATE.sub("", text)
        reserved = level == "national" and any(word in text for word in lists()["reserved"]["words"])
        return reserved or opening.startswith(tuple(lists()["upper"].get(level, ())))

    def _elsewhere(self, text: str, plan: Plan) -> bool:
        """Whether other parts of the goals' region are named, and not the one of the plan."""
        inside = _inside(self.goals)
        theirs = region_of(plan)
        if not inside or theirs is None:
            return False
        named = _named(text, inside)
        line = {theirs.code, *(r.code for r in regions.above(theirs)), *(r.code for r in regions.below(theirs))}
        return bool(named) and not named & line


def _other_area(text: str, plan: Plan) -> bool:
    """Whether a task is for areas (京津冀, 长三角, 港澳) that the plan's province does not lie in."""
    theirs = region_of(plan)
    named = [provinces for area, provinces in lists()["areas"].items() if area in text]
    if theirs is None or not named:
        return False
    line = {region.short for region in (theirs, *regions.above(theirs))}
    return not any(line.intersection(provinces) for provinces in named)


@cache
def _names(code: str | None) -> tuple[re.Pattern[str], dict[str, frozenset[str]]] | None:
    """Names of the divisions inside a region, cities in short too, and their codes."""
    found: dict[str, set[str]] = {}
    top = next((r for name in (code,) if name for r in regions.find(name)), None)
    inside = regions.below(top) if top else ()
    for region in inside:
        for name in {region.name} | ({region.short} if region.level != "district" else set()):
            if len(name) >= 2:
                found.setdefault(name, set()).add(region.code)
    if not found:
        return None
    words = lists()["model"]
    pattern = rf"(?<!{')(?<!'.join(words['before'])})(?:{naming.any_of(found)})(?!{naming.any_of(words['behind'])})"
    return re.compile(pattern), {name: frozenset(codes) for name, codes in found.items()}


def _inside(goals: Plan) -> tuple[re.Pattern[str], dict[str, frozenset[str]]] | None:
    region = region_of(goals)
    return _names(region.name) if region else None


def _named(text: str, inside: tuple[re.Pattern[str], dict[str, frozenset[str]]]) -> frozenset[str]:
    pattern, codes = inside
    return frozenset(code for name in pattern.findall(text) for code in codes[name])


def is_total(target: Target) -> bool:
    """Whether a number grows with the size of the place: 床位10万张 does; 每千人口7张, 各区1家 and 95% do not."""
    way = convert.way(target)
    shared_out = naming.each(target) or any(word in target.indicator for word in lists()["total"]["rates"])
    return way.per is None and way.dimension in lists()["total"]["dimensions"] and not shared_out


def is_supply(target: Target) -> bool:
    """Whether a number counts what is to be provided: places, beds, doctors, for so many people or in all."""
    return convert.way(target).dimension in lists()["total"]["supply"]


def _of_document(text: str) -> bool:
    told = lists()["document"]
    return text.startswith(tuple(told["heads"])) or any(word in text for word in told["inside"])


def outside_field(goals: Plan, plan: Plan, wanted: Sequence[Goal], answered: Sequence[bool]) -> frozenset[int]:
    """Places of goals in paragraphs of other fields, where a plan of one field is held against a report on all.

    A paragraph is of the plan's field where the plan answers a good part of it; nothing else tells fields apart.
    """
    titles = lists()["comprehensive"]["titles"]
    wide = [any(word in p.info.title for word in titles) for p in (goals, plan)]
    if not wide[0] or wide[1]:
        return frozenset()
    starts = [block.span.start for block in goals.document.blocks]
    paragraphs: dict[int, list[int]] = {}
    for place, goal in enumerate(wanted):
        at = bisect.bisect_right(starts, span_of(goals, goal.units[0]).start)
        paragraphs.setdefault(at, []).append(place)
    outside = [places for places in paragraphs.values() if sum(answered[n] for n in places) < _OF_FIELD * len(places)]
    return frozenset(n for places in outside for n in places)


# --- goals derived from the plan that is to answer them -----------------------------------------------------------


def circular(goals: Plan, plan: Plan) -> str | None:
    """The label of the tasks that were derived from this plan, by the goals document's own note; "" for all tasks.

    标有“省级要求”的任务，由编者从中山市…方案归纳: the tasks labelled 省级要求 say nothing about 中山市's plan.
    """
    told = lists()["derived"]
    region = region_of(plan)
    names = [name for name in (plan.info.title, plan.info.region, region.short if region else None) if name]
    for sentence in _remarks(goals):
        derived = any(word in sentence for word in told["words"])
        if derived and any(origin + name in sentence for origin in told["from"] for name in names):
            label = re.search("“([^”]{2,12})”", sentence)
            return label[1] if label else ""
    return None


def _remarks(plan: Plan) -> Iterable[str]:
    """The sentences before the first task and under the tables: what a document says of itself."""
    body = min((c.span.start for c in plan.commitments), default=0)
    text = plan.document.text
    return (sentence for sentence in re.split("[。\n]", text[:body]) if sentence)


def labelled(goal: Goal, plan: Plan, label: str) -> bool:
    """Whether a task bears a label, in its heading or before its first word."""
    keys = {key.split("#")[0] for key in goal.units}
    headings = [c.heading for c in plan.clauses if c.key in keys]
    return goal.target is None and any(label in heading for heading in headings)
