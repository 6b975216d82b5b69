"""How plans answer the goals of the level above: every goal with one verdict a plan, and what no goal asks for.

    cover(goals, plans) -> Coverage

exceeds, meets, below   the same indicator with a number, judged by what is better (死亡率 lower, 签约率 higher)
unquantified            the plan speaks of the indicator and gives no number
incomparable            it gives a number, but of another scope, base or measure, or only for the past
covered, partial        all items of a task are answered, or some
absent                  nothing answers; the nearest passage is named
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .. import convert, counterparts, instruments, kinds, naming, repeats, restated, shifts, verdicts, words
from ..commitments import items
from ..convert import Meeting
from ..errors import InputError, LibraryError
from ..lexicon import Lexicon, load
from ..model import Answer, Coverage, Firmness, Goal, Plan, Span, Target
from ..verdicts import Group
from . import cascade as cascades
from . import goals as asked
from .goals import Addressees
from .reach import better, closeness, reach, share_a_pair

if TYPE_CHECKING:
    from ..semantic import Encoder

Floats = NDArray[np.float64]

# Log-odds that a commitment answers an item of a task, fitted on the 143 items of the expected table of the samples
# (tests/gold/coverage). Of pairs of an answered and an unanswered item 0.84 stand in the right order; the probability
# of a counterpart alone orders 0.72, the share of telling words 0.76.
_START = -1.8
_COUNTERPART = 0.25
"""Of the log-odds that the two statements are counterparts: they are of whole statements, an item is a part."""
_SAYS = 3.5
"""Of the share of the item's telling words that the commitment says, or of its instruments and subjects."""
_INSTRUMENTS = 0.8
_IN_HEADING = 0.8
"""What stands in the heading alone counts less."""

_ABSENT = 0.4
"""Probability below which nothing answers an item."""

_ANSWERED = 0.6
"""From here an item is answered; between the two it is shown as a doubtful part, for a person to decide."""

_UNLIKELY = 0.02
"""What is no candidate counterpart counts as this probable."""

_SHOWN = 0.1
"""A nearest passage less probable than this has nothing to do with the goal."""

_NAMED, _NAMED_PAIRS = 0.7, 0.6
"""Shares of an indicator's telling words, and of its pairs of characters, that make a commitment speak of it."""

_LIKELY = 0.5
"""A counterpart of this probability speaks of the indicator when it says its rarest word."""

_LESS_OF_A_NAME = 0.6
"""Taken of that probability, so that a number of the full name is compared first."""

_NAMED_IN_PART = 0.2
"""Of the telling words, for a measure of the same subject where what is asked for is to be provided: places, beds."""

_NEAR = 0.38
"""Likeness from which a number of another measure stands where the goal's should stand."""

_TELLING = 5.0
"""Information of a word that tells one task from another: 建立 and 服务 do not."""

_MEMBER = 7.0
"""Information of a word that names a member of a list: 糖尿病 does, 医疗 in 医疗、医保、医药 does not."""

_LIST = 3
_OTHER_FORM = 0.8
_COUNTED = ("things", "beds")
_BASE = re.compile(r"^每?[十百千万\d]+(?:名|个)?(?:常住|户籍)?(?:人口|人|儿童|老人|学生)?")
_LEAD = re.compile(r"^(?:进一步|积极|加快|大力|着力|持续)?(?:加强|做好|完善|推进|推动|开展|强化|抓好|围绕|实施|落实)")


def cover(
    goals: Plan, plans: Sequence[Plan], lexicon: Lexicon | None = None, *, encoder: Encoder | None = None
) -> Coverage:
    """Coverage of `goals` by each of `plans`, read with one lexicon; `encoder` adds evidence of meaning.

    Raises LibraryError where a plan is given twice or is the goals themselves, InputError where the goals ask nothing.
    """
    _check(goals, plans)
    lexicon = lexicon or load()
    wanted = asked.read(goals, lexicon)
    if not wanted:
        raise InputError(f"{goals.info.id}: it asks for nothing, neither a task nor a number; give the plan with goals")
    columns = [_Column(goals, plan, lexicon, encoder) for plan in plans]
    answers = [column.answers(wanted) for column in columns]
    return Coverage(
        goals,
        tuple(plans),
        tuple((goal, tuple(column[n] for column in answers)) for n, goal in enumerate(wanted)),
        tuple(column.unasked(found) for column, found in zip(columns, answers, strict=True)),
        cascades.cascade((goals, *plans)),
        tuple(caveat for column in columns for caveat in column.caveats()),
        columns[0].evidence if columns else "",
    )


def _check(goals: Plan, plans: Sequence[Plan]) -> None:
    seen = {goals.document.sha256}
    for plan in plans:
        if plan.document.sha256 == goals.document.sha256:
            raise LibraryError(f"{plan.info.id}: this is the goals document itself; name a plan that is to answer it")
        if plan.document.sha256 in seen:
            raise LibraryError(f"{plan.info.id}: given twice; name each plan once")
        seen.add(plan.document.sha256)


class _Column:
    """One plan before the goals."""

    def __init__(self, goals: Plan, plan: Plan, lexicon: Lexicon, encoder: Encoder | None) -> None:
        self.goals, self.plan, self.lexicon = goals, plan, lexicon
        self.addressees = Addressees(goals)
        self.belongs, self.same_place = asked.belongs(goals, plan), asked.same_place(goals, plan)
        self.label = asked.circular(goals, plan)
        self.wanted = {t.key: t for t in goals.targets}
        self.theirs = restated.headlines(plan.targets)
        self.places = repeats.places(plan.targets)
        self.wholes = convert.Wholes((plan,))
        self.texts = _Texts(plan, lexicon)
        self.strength = [{c.key: c.strength for c in p.commitments} for p in (goals, plan)]
        self.evidence = counterparts.evidence_used(encoder)
        self.probable: dict[str, dict[str, float]] = defaultdict(dict)
        self.asked_for: set[str] = set()
        self._read_counterparts(*counterparts.judged_pairs(goals, plan, encoder))
        self.words = _Words(goals, lexicon)

    def _read_counterparts(self, measured: counterparts.Measured, judged: counterparts.Judged) -> None:
        """How probably each commitment is a counterpart of each of the goals', and which surely are."""
        for row in np.flatnonzero(judged.probability >= _UNLIKELY).tolist():
            old = self.goals.commitments[int(measured.a[row])].key
            new = self.plan.commitments[int(measured.b[row])].key
            self.probable[old][new] = float(judged.probability[row])
            if judged.probability[row] >= judged.weights.threshold:
                self.asked_for.add(new)

    def answers(self, wanted: Sequence[Goal]) -> list[Answer]:
        found = [self._answer(goal) for goal in wanted]
        outside = asked.outside_field(self.goals, self.plan, wanted, [a.verdict != "absent" for a in found])
        return [
            replace(a, apart="field") if n in outside and a.apart is None and a.verdict == "absent" else a
            for n, a in enumerate(found)
        ]

    def _answer(self, goal: Goal) -> Answer:
        found = self._number(goal, self.wanted[goal.target]) if goal.target else self._task(goal)
        derived = self.label is not None and asked.labelled(goal, self.goals, self.label)
        return replace(found, apart=self.addressees.apart(goal, self.plan), circular=derived)

    # --- numbers ---------------------------------------------------------------------------------------------------

    def _number(self, goal: Goal, target: Target) -> Answer:
        """The first of these that finds something: the same indicator, its past, another number there, mere words."""
        same = max(self._same(goal, target), default=None, key=lambda found: found[0])
        if same is not None:
            return self._compared(target, same[1], same[2], same[0][0])
        for find in (self._past, self._beside, self._unquantified):
            answer = find(goal, target)
            if answer is not None:
                return answer
        return Answer("absent", nearest=self._near(goal, target))

    def _same(self, goal: Goal, target: Target) -> Iterable[tuple[tuple[float, bool, int], Target, Meeting]]:
        """Numbers of the plan for the same indicator, with how close the name is; a period near the goal's decides."""
        for order, other in enumerate(self.theirs):
            close = closeness(target, other) or self._linked(goal, target, other)
            meeting = self._meeting(target, other) if close else None
            if meeting is not None and (not meeting.missing or close >= 1):
                yield (close, _years(target) == _years(other), -order), other, meeting

    def _linked(self, goal: Goal, target: Target, other: Target) -> float:
        """In statements that are counterparts less of a name need be shared; the probability that they are."""
        p = max(self.probable[unit].get(other.unit_key, 0.0) for unit in goal.units)
        same = p >= _LIKELY and shifts.same_measure(target, other) and shifts.same_thing(target, other)
        return p * _LESS_OF_A_NAME if same else 0.0

    def _meeting(self, target: Target, other: Target) -> Meeting | None:
        """As units convert; of one indicator told per so many people 张 and 个 count the same."""
        meeting = convert.meeting(target, other, self.wholes)
        rates = convert.way(target), convert.way(other)
        if meeting is None and all(rate.per is not None and rate.dimension in _COUNTED for rate in rates):
            told = replace(other, quantity=replace(other.quantity, unit=target.quantity.unit))
            return convert.meeting(target, told, self.wholes)
        return meeting

    def _compared(self, target: Target, other: Target, meeting: Meeting, close: float) -> Answer:
        units = tuple(dict.fromkeys(t.unit_key for t in self.places[other.key]))
        notes = [self._period_note(target, other)]
        shift = verdicts.compared(Group((target,), (other,)), meeting, ("", ""))
        verdict = None
        if meeting.missing:
            notes.append(f"计量基数不同，规划未写明{meeting.missing}，无法换算")
        elif shift.verdict == "redefined":
            notes.append(shift.note.split("；")[0])
        elif {target.measure, other.measure} == {"level", "increment"}:
            notes.append("口径不同：总量或水平与增量")
        elif asked.is_total(target) and not (self.same_place or asked.level_of(self.goals) > asked.level_of(self.plan)):
            notes.append("总量随地区规模而异，不宜直接比较")
        else:
            told = convert.applied(target.quantity, meeting.factor or Fraction(1), other.quantity.unit)
            verdict = reach(told, other.quantity, better(target))
            notes.append(verdict[1] if verdict else "双方界限方向相反")
            notes.append(meeting.note)
        notes.append("该指标越低越好" if better(target) == "less" else "")
        return Answer(
            verdict[0] if verdict else "incomparable",
            units,
            other.key,
            close,
            _firmer(verdict[0]) if verdict else None,
            note="；".join(filter(None, notes)),
        )

    def _period_note(self, target: Target, other: Target) -> str:
        mine, theirs = _years(target) or self.goals.info.end_year, _years(other) or self.plan.info.end_year
        if mine is None or theirs is None or mine == theirs:
            return ""
        return f"期限不同：目标{mine}年，规划{theirs}年"

    def _past(self, goal: Goal, target: Target) -> Answer | None:
        """The plan tells how things were, and promises nothing."""
        for other in self.plan.targets:
            if other.role == "baseline" and not other.damaged and closeness(target, other) >= 1:
                note = f"仅有基期值{other.quantity.text}，未提出目标"
                return Answer("incomparable", (other.unit_key,), other.key, note=note, nearest=self._near(goal, target))
        return None

    def _beside(self, goal: Goal, target: Target) -> Answer | None:
        """A number of another measure for the same thing: 新增托位1.6万个 where 每千人口托位数 is asked for."""
        mine = _wider_subjects(target.indicator)
        best = max(self.theirs, key=lambda other: _besides(target, other, mine), default=None)
        if best is None or _besides(target, best, mine) < _NEAR:
            return None
        note = f"计量对象不同：目标为{target.indicator}，规划为{best.indicator}，不可比"
        return Answer(
            "incomparable", (best.unit_key,), best.key, note=note, firmness="weaker", nearest=self._near(goal, target)
        )

    def _unquantified(self, goal: Goal, target: Target) -> Answer | None:
        """The plan speaks of the indicator without its number, or of the subject where places are to be provided."""
        wanted = self.words.of_indicator(target)
        if not wanted:
            return None
        says = self.texts.says(wanted)
        pairs = self.texts.says(dict.fromkeys(_pairs(naming.core(target.indicator)), 1.0))
        rarest = self.texts.says({max(wanted, key=lambda word: wanted[word]): 1.0})
        likely = np.array(
            [max(self.probable[u].get(key, 0.0) for u in goal.units) >= _LIKELY for key in self.texts.keys], dtype=bool
        )
        named = ((says >= _NAMED) & (pairs >= _NAMED_PAIRS) | likely) & (rarest >= _OTHER_FORM)
        if not named.any() and asked.is_supply(target):
            named = self.texts.about(_wider_subjects(target.indicator)) & (says >= _NAMED_IN_PART)
        units = {key: says[n] + pairs[n] for n, key in enumerate(self.texts.keys) if named[n]}
        if not units:
            return None
        return Answer("unquantified", _best_first(units)[:2], firmness="weaker", note="未给出数值")

    def _near(self, goal: Goal, target: Target) -> tuple[str, float] | None:
        """The passage that comes nearest to a number, as if the number were a task; None where nothing comes near."""
        chances = self._chances(goal, self.words.of_indicator(target), _subjects(target.indicator))
        n = int(chances.argmax()) if len(chances) else 0
        return (self.texts.keys[n], float(chances[n])) if len(chances) and chances[n] >= _SHOWN else None

    # --- tasks -----------------------------------------------------------------------------------------------------

    def _task(self, goal: Goal) -> Answer:
        """Each item with the commitments that answer it; an item without any is missing."""
        if not self.texts.keys:
            return Answer("absent", missing=goal.asks)
        chances = [self._chances(goal, self.words.of_item(item), self.words.subjects(item)) for item in goal.asks]
        best = [int(found.argmax()) for found in chances]
        sure = [float(found[at]) for found, at in zip(chances, best, strict=True)]
        if max(sure) < _ABSENT:
            n = sure.index(max(sure))
            near = (self.texts.keys[best[n]], sure[n]) if sure[n] >= _SHOWN else None
            return Answer("absent", missing=goal.asks, nearest=near)
        answered = [p >= _ANSWERED for p in sure]
        shown = [n for n, p in enumerate(sure) if p >= (_ANSWERED if any(answered) else max(sure))]
        units = _best_first({self.texts.keys[best[n]]: sure[n] for n in shown})
        lacking = self._lacking(goal, units) if all(answered) else []
        missing = tuple(item for item, yes in zip(goal.asks, answered, strict=True) if not yes)
        weakest = min(range(len(sure)), key=lambda n: sure[n])
        return Answer(
            "partial" if missing or lacking else "covered",
            units,
            None,
            max(sure),
            self._firmness(goal, units),
            missing,
            nearest=(self.texts.keys[best[weakest]], sure[weakest]) if missing and any(answered) else None,
            note=f"未提及{'、'.join(lacking)}" if lacking else "" if any(answered) else "依据较弱，宜核对",
        )

    def _chances(self, goal: Goal, wanted: Mapping[str, float], subjects: frozenset[str]) -> Floats:
        """For each commitment of the plan the probability that it answers what these words and subjects ask."""
        given = [max(self.probable[unit].get(key, _UNLIKELY) for unit in goal.units) for key in self.texts.keys]
        p = np.array(given).clip(_UNLIKELY, 1 - _UNLIKELY)
        says = np.maximum(self.texts.says(wanted), self.texts.names(subjects))
        odds: Floats = _START + _COUNTERPART * np.log(p / (1 - p)) + _SAYS * says
        return 1 / (1 + np.exp(-odds))

    def _lacking(self, goal: Goal, units: Sequence[str]) -> list[str]:
        """Members of a list (癌症、糖尿病、…) that no answer names."""
        said = "".join(self.texts.whole[key] for key in units)
        return [piece for item in goal.asks for piece, word in self.words.listed(item) if word not in said]

    def _firmness(self, goal: Goal, units: Sequence[str]) -> Firmness | None:
        mine = self.strength[0].get(goal.units[0])
        theirs = [level for key in units if (level := self.strength[1].get(key)) is not None]
        if mine is None or not theirs:
            return None
        ranks = self.lexicon.rank("strength", mine), max(self.lexicon.rank("strength", level) for level in theirs)
        return "equal" if ranks[0] == ranks[1] else "firmer" if ranks[1] > ranks[0] else "weaker"

    # --- the other way round ---------------------------------------------------------------------------------------

    def unasked(self, answers: Sequence[Answer]) -> tuple[str, ...]:
        """Commitments that answer no goal and resemble none."""
        used = {key for answer in answers for key in answer.units} | self.asked_for
        return tuple(c.key for c in self.plan.commitments if c.key not in used)

    def caveats(self) -> Iterable[str]:
        if self.label is not None:
            which = f"中标有“{self.label}”的" if self.label else "的"
            yield f"{self.plan.info.id}：目标文件{which}任务由本规划归纳而来，互为因果，只评数值目标"
        if asked.known_level(self.plan) is None:
            yield f"{self.plan.info.id}：文件未写明地区和层级，按最低一级对待，不列入层层加码"
        if not self.belongs:
            yield (
                f"{self.plan.info.id}：{self.plan.info.region}不在{self.goals.info.region}辖内，"
                "目标对其没有约束力，对照仅供参考"
            )


def _years(target: Target) -> int | None:
    found = re.findall(r"20\d\d", target.period or "")
    return int(found[-1]) if found else None


def _firmer(verdict: str) -> Firmness:
    return "firmer" if verdict == "exceeds" else "weaker" if verdict == "below" else "equal"


class _Words:
    """What is telling in the goals: the words of an item, of an indicator, the members of a list."""

    def __init__(self, goals: Plan, lexicon: Lexicon) -> None:
        self.text, self.lexicon = goals.document.text, lexicon
        side = kinds.side_of(goals, lexicon)
        self.items = {
            c.span.start + start: item
            for c in goals.commitments
            for (start, _), item in zip(items(c.text), side.items[c.key], strict=True)
        }

    def of_item(self, item: Span) -> dict[str, float]:
        """The words that tell an item from others, with their information; all its words where none does."""
        found = self.items[item.start].words
        telling = {w: m for w, m in found.items() if m >= _TELLING and not self.lexicon.is_manner(w)}
        return telling or dict(found)

    def of_indicator(self, target: Target) -> dict[str, float]:
        """人均预期寿命 → 预期寿命: the words that name what is measured."""
        name = self.lexicon.canonical(_BASE.sub("", naming.core(target.indicator)))
        found = {word: words.informative(word) for word in words.terms(name)}
        return {word: mass for word, mass in found.items() if mass >= _TELLING}

    def subjects(self, item: Span) -> frozenset[str]:
        return _subjects(item.of(self.text))

    def listed(self, item: Span) -> list[tuple[str, str]]:
        """Members of a list of three or more (癌症、糖尿病、…), each with its rarest word; common words name none."""
        pieces = re.split("[、和及与]", _LEAD.sub("", item.of(self.text)).rstrip("，；。"))
        if len(pieces) < _LIST:
            return []
        return [(piece, word) for piece in pieces if (word := self._rarest(piece))]

    def _rarest(self, piece: str) -> str:
        found = [w for w in words.terms(self.lexicon.canonical(piece)) if not self.lexicon.is_manner(w)]
        word = max(found, key=words.informative, default="")
        return word if word and words.informative(word) >= _MEMBER else ""


class _Texts:
    """The commitments of a plan, in today's terms, as far as they say given words and name given instruments."""

    def __init__(self, plan: Plan, lexicon: Lexicon) -> None:
        headings = {c.key: lexicon.canonical(c.heading) for c in plan.clauses}
        self.keys = [c.key for c in plan.commitments]
        self.own = [lexicon.canonical(c.text) for c in plan.commitments]
        self.above = [headings.get(c.clause, "") for c in plan.commitments]
        self.whole = {key: above + own for key, above, own in zip(self.keys, self.above, self.own, strict=True)}
        self.labels = [(_subjects(c.text), _subjects(headings.get(c.clause, ""))) for c in plan.commitments]
        self.known: dict[str, Floats] = {}

    def about(self, subjects: frozenset[str]) -> NDArray[np.bool_]:
        """Whether each commitment itself, not its heading, speaks of a subject."""
        return np.array([bool(subjects & labels) for labels, _ in self.labels], dtype=bool)

    def says(self, wanted: Mapping[str, float]) -> Floats:
        """For each commitment the share of the words' information that it says."""
        mass = sum(wanted.values())
        if not mass:
            return np.zeros(len(self.keys))
        said: Floats = np.sum([weight * self._says(word) for word, weight in wanted.items()], axis=0) / mass
        return said

    def _says(self, word: str) -> Floats:
        if word not in self.known:
            own = np.array([_said(word, text) for text in self.own])
            above = np.array([_said(word, text) for text in self.above])
            self.known[word] = np.maximum(own, _IN_HEADING * above)
        return self.known[word]

    def names(self, wanted: frozenset[str]) -> Floats:
        """For each commitment the share of the instruments that it names."""
        if not wanted:
            return np.zeros(len(self.keys))
        own = np.array([_met(wanted, labels) for labels, _ in self.labels])
        either = np.array([_met(wanted, labels | above) for labels, above in self.labels])
        shared: Floats = _INSTRUMENTS * np.maximum(own, _IN_HEADING * either)
        return shared


def _subjects(text: str) -> frozenset[str]:
    """The instruments that a text names, and the subjects it speaks of."""
    return instruments.labels(text) | _wider_subjects(text)


def _met(wanted: frozenset[str], labels: frozenset[str]) -> float:
    """The share of the labels that are met; a subject in common is enough, for it is what they are about."""
    shared = wanted & labels
    return 1.0 if shared & asked.lists()["subjects"].keys() else len(shared) / len(wanted)


def _wider_subjects(text: str) -> frozenset[str]:
    known = asked.lists()["subjects"]
    return frozenset(subject for subject, names in known.items() if any(name in text for name in names))


def _besides(target: Target, other: Target, subjects: frozenset[str]) -> float:
    """How nearly a number of another measure stands where the goal's should: by its name, or by a subject in common."""
    mine, theirs = convert.way(target), convert.way(other)
    if mine.dimension == theirs.dimension and (mine.per is None) == (theirs.per is None):
        return 0.0
    near = share_a_pair(target.indicator, other.indicator)
    likeness = naming.likeness(target.indicator, other.indicator) if near else 0.0
    if likeness >= _NEAR and not naming.each_has_its_own(naming.thing(target.indicator), naming.thing(other.indicator)):
        return likeness
    return _NEAR if mine.per is not None and subjects & _wider_subjects(other.indicator) else 0.0


def _said(word: str, text: str) -> float:
    """1 where a text has a word; a word in other form counts by its pairs of characters."""
    if word in text:
        return 1.0
    pairs = _pairs(word)
    return _OTHER_FORM * sum(pair in text for pair in pairs) / len(pairs) if len(pairs) > 1 else 0.0


def _pairs(word: str) -> list[str]:
    return [word[at : at + 2] for at in range(len(word) - 1)]


def _best_first(units: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(sorted(units, key=lambda key: (-units[key], key)))
