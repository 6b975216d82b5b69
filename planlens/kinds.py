"""In what a commitment differs from its counterparts, each kind read from a slot of its own.

    side_of(plan, lexicon)            -> a plan with its commitments cut into items, each with its words and targets
    meet(olds, new, …)                -> which items of a new commitment correspond to which of its counterparts
    differences(meeting)              -> (kind, the line that shows it)

Numbers come from the plans' targets, strength and stage from the verb that governs the item, then deadlines, bodies,
titles, words that forbid or allow, words of coverage. What is said anew beyond that is means where an item names an
instrument the old text does not work with, and scope otherwise; what only says what for (为…提供支撑) is neither.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq, Postfix, Prefix

from . import naming, quantity, redline
from .commitments import items
from .lexicon import Action, Lexicon, fold
from .model import Commitment, Plan, Target
from .shifts import same_thing
from .words import informative, terms

_SAME_ITEM = 0.30
"""Similarity from which two items speak of one thing; below it a difference of slots is a difference of subject."""

_SAME_ACTION = 0.45
"""The same, for the verbs that govern them: to compare 探索 with 建立 the thing itself must be the same."""

_SAME_STAGE = 0.35
"""The same, among the items of the old text that name a stage at all."""

_SAID_ANEW = 10.0
"""Weight of words (see words.informative; about two of middling rarity) that a text must say anew to say something
else; with less, and all slots equal, it is kept. 6 to 12 do alike on two annotated pairs."""

_SLIPPED_IN = 4.0
"""The same where one text is otherwise the other (_VERBATIM): one word put in or taken out is then meant."""

_VERBATIM = 0.9
"""Share of the shorter text that stands in the longer one in the same order."""

_ONE_PLACE = 0.7
"""Share of the longer text that the two begin and end with alike where they differ in one place."""

_REACHES_FURTHER = 6.0
"""The same for the things covered, instruments aside, where something else has changed too: from here on the scope has
grown. It must also be _PART_OF_IT, or it is an aside of what changed."""

_PART_OF_IT = 0.2

_OTHER_WAY = 0.4
"""Share of an item's words that is new from which its new instrument is another way and not a name for the old one."""

_LOST = 20.0
_MOSTLY = 0.7
"""Weight of words (four of middling rarity) and share of its words from which an old item has been left out."""

_ALSO = 0.6
"""Share of the weightiest item's new words from which a second item is quoted beside it."""

_SURELY_SAME = 0.55
"""The same where the new stage is the earlier one, or the new verb the weaker: that is said of the same thing only."""

_HEADS = frozenset({"名", "人", "位"})
"""Units that count people alike; 人次 counts visits."""

_MUCH_SHARED = 10.0
_HELD_COUNTS_LESS = 0.2
"""An item may stand whole in a longer one: what they share must then weigh two words, and count for less."""

_PIECES = frozenset({"thing", "body"})
"""Families of units that 个 may stand for: 2个 and 3家 count alike, 10家 and 30张 do not."""

_RESULTS = frozenset({"全面推行", "建成", "投用"})
_NEXT_ROUND = frozenset({"评估", "修订"})
_GOES_ON = ("全面推行", "实施")
"""全面落实 said later as 落实 or 深入实施: the thing goes on, and has not gone back."""

_ONCE = frozenset({"起草", "出台", "建成", "投用", "修订"})
_DUTY = frozenset({"应当", "自愿"})
_TITLE = re.compile(r"《([^《》]{1,80})》")
_YEAR = re.compile(r"20[0-9]{2}(?=年|[—–~-]20[0-9]{2})")
_FIGURE = re.compile(r"[0-9]+(?:[.][0-9]+)?")

Finding = tuple[str, str]
"""A kind and the line that shows it."""


@dataclass(frozen=True)
class Item:
    """One comma-separated item of a commitment with everything that is compared."""

    text: str
    acting: str
    """The text with the bodies blanked out: 市审计局 audits nothing."""
    words: Mapping[str, float]
    targets: tuple[Target, ...]
    lexicon: Lexicon

    @functools.cached_property
    def mass(self) -> float:
        return sum(self.words.values())

    @functools.cached_property
    def things(self) -> Mapping[str, float]:
        """The words without verbs and manner: what it is about, whatever is done with it."""
        return {word: weight for word, weight in self.words.items() if not _is_manner(word, self.lexicon)}

    @functools.cached_property
    def weight_of_things(self) -> float:
        return sum(self.things.values())

    @functools.cached_property
    def actions(self) -> tuple[Action, ...]:
        return self.lexicon.actions(self.acting)

    @functools.cached_property
    def strength(self) -> str | None:
        return self.lexicon.strength_in(self.acting, self.actions)

    @functools.cached_property
    def plain(self) -> bool:
        """Whether the stage is that of its verb alone: 发挥…作用 is one only where the thing was being set up."""
        return not self.lexicon.stage_framed(self.acting)

    @functools.cached_property
    def stage(self) -> str | None:
        return self.lexicon.stage_in(self.acting, self.actions)


@dataclass(frozen=True)
class Side:
    """One plan, with its commitments cut into items."""

    plan: Plan
    items: Mapping[str, tuple[Item, ...]]
    commitments: Mapping[str, Commitment]
    lists_bodies: bool
    above: Mapping[str, str | None]
    """Clause → the clause above it."""
    headings: Mapping[str, str]

    def words(self, key: str) -> dict[str, float]:
        """The words of a commitment that carry meaning, with their weights."""
        return {word: weight for item in self.items[key] for word, weight in item.words.items()}


@dataclass(frozen=True)
class Pair:
    """Two corresponding items."""

    old: Item
    new: Item
    similarity: float


@dataclass(frozen=True)
class Meeting:
    """One new commitment with all its counterparts, and which items met."""

    old: tuple[Commitment, ...]
    new: Commitment
    pairs: tuple[Pair, ...]
    novel: Mapping[str, float]
    """Words of the new text that no old one says, verbs aside, with their weights."""
    gone: Mapping[str, float]
    """Words of the old text that the new does not say; only where no other commitment could have taken them up."""
    verbatim: bool
    """Whether one text is the other with something put in or taken out."""
    old_items: tuple[Item, ...]
    new_items: tuple[Item, ...]
    heirs: tuple[Item, ...]
    """Items of the other new commitments that the olds went to: what stands there is not gone."""
    lexicon: Lexicon
    years: tuple[int | None, int | None]
    both_list_bodies: bool


def side_of(plan: Plan, lexicon: Lexicon) -> Side:
    targets: dict[str, list[Target]] = defaultdict(list)
    for target in plan.targets:
        if target.role == "target" and not target.damaged:
            targets[target.unit_key].append(target)
    cut = {c.key: _items(c, targets[c.key], lexicon) for c in plan.commitments}
    listed = sum(bool(c.bodies) for c in plan.commitments)
    return Side(
        plan,
        cut,
        {c.key: c for c in plan.commitments},
        listed * 4 >= len(plan.commitments) > 0,
        {c.key: c.parent for c in plan.clauses},
        {c.key: c.heading for c in plan.clauses},
    )


def _items(commitment: Commitment, targets: Sequence[Target], lexicon: Lexicon) -> tuple[Item, ...]:
    out = []
    targets = sorted(targets, key=lambda target: target.span.start)
    places = [target.span.start - commitment.span.start for target in targets]
    for start, end in items(commitment.text):
        text = commitment.text[start:end]
        inside = tuple(targets[bisect_left(places, start) : bisect_left(places, end)])
        acting = _without(commitment.bodies, text)
        out.append(Item(text, acting, content(acting, lexicon), inside, lexicon))
    return tuple(out)


def _without(bodies: Sequence[str], text: str) -> str:
    """The text with the names of these bodies blanked out: they are compared apart."""
    for body in bodies:
        text = text.replace(body, "\u0000" * len(body))
    return text


def content(text: str, lexicon: Lexicon) -> dict[str, float]:
    """The words that carry meaning, in today's terms, with their weights."""
    return {word: informative(word) for word in terms(_wording(text, lexicon)) if word not in lexicon.stock}


def _wording(text: str, lexicon: Lexicon) -> str:
    """The text in today's terms, without numbers and deadlines: they are compared apart."""
    for date in lexicon.deadlines_in(text):
        text = text.replace(date, " ", 1)
    for found in quantity.find(text):
        text = text[: found.span.start] + " " * len(found.span) + text[found.span.end :]
    return lexicon.canonical(text)


def meet(
    olds: Sequence[Commitment], new: Commitment, before: Side, after: Side, lexicon: Lexicon, heirs: Sequence[str] = ()
) -> Meeting:
    """Each item of the new commitment with the best item of its olds; `heirs`: keys of what else the olds went to."""
    mine = after.items[new.key]
    theirs = tuple(item for c in olds for item in before.items[c.key])
    pairs = []
    for item in mine:
        similarity, n = max(((_alike(other, item), -n) for n, other in enumerate(theirs)))
        if similarity >= _SAME_ITEM or (len(mine) == 1 and len(theirs) == 1):
            pairs.append(Pair(theirs[-n], item, similarity))
    novel = _unsaid(mine, " ".join(_wording(c.text, lexicon) for c in olds), lexicon)
    alone = len(olds) == 1 and not heirs
    gone = _unsaid(theirs, _wording(new.text, lexicon), lexicon) if alone else {}
    others = tuple(item for key in heirs for item in after.items[key])
    verbatim = len(olds) == 1 and _is_verbatim(olds[0].text, new.text)
    years = before.plan.info.end_year, after.plan.info.end_year
    both = before.lists_bodies and after.lists_bodies
    return Meeting(tuple(olds), new, tuple(pairs), novel, gone, verbatim, theirs, mine, others, lexicon, years, both)


def _unsaid(said: Sequence[Item], elsewhere: str, lexicon: Lexicon) -> dict[str, float]:
    """The words that the other text does not hold; verbs and manner aside, and what only says what for."""
    words = {
        word: weight for n, item in enumerate(said) if not _is_purpose(item, n) for word, weight in item.words.items()
    }
    return {
        w: weight
        for w, weight in words.items()
        if w not in elsewhere and not (_is_manner(w, lexicon) or quantity.is_bound(w))
    }


def _is_purpose(item: Item, place: int) -> bool:
    """Whether an item says what for (让群众…, 为…提供支撑); what opens a statement is the statement itself."""
    return place > 0 and item.lexicon.is_purpose(item.text)


@functools.lru_cache(maxsize=1 << 14)
def _is_manner(word: str, lexicon: Lexicon) -> bool:
    """A word of manner, or a verb with one before it: 积极探索 is 探索."""
    return lexicon.is_manner(word) or lexicon.is_manner(lexicon.without_stock(word))


def _is_verbatim(a: str, b: str) -> bool:
    """Whether one text is the other with something put in or taken out, or with other words in one place."""
    if _carried(a, b) >= _VERBATIM:
        return True
    a, b = redline.bare(a), redline.bare(b)
    ends = Prefix.similarity(a, b) + Postfix.similarity(a, b)
    return min(ends, len(a), len(b)) >= _ONE_PLACE * max(len(a), len(b))


def _carried(a: str, b: str) -> float:
    """Share of the shorter text that stands in the longer one in the same order, marks aside."""
    a, b = redline.bare(a), redline.bare(b)
    return LCSseq.similarity(a, b) / max(1, min(len(a), len(b)))


def _alike(a: Item, b: Item) -> float:
    """Share of weighted words in common; equal text counts as 1 even where it has no words."""
    if a.text == b.text:
        return 1.0
    if a.words.keys().isdisjoint(b.words):
        return 0.0
    shared = sum(weight for word, weight in a.words.items() if word in b.words)
    return shared / math.sqrt(a.mass * b.mass) if shared else 0.0


def differences(meeting: Meeting) -> list[Finding]:
    """All kinds of one meeting, each read from its own slot."""
    if len(meeting.old) == 1 and redline.same_said(meeting.old[0].text, meeting.new.text):
        # what a list or a column beside it says may differ all the same
        beside = {c.deadline if _is_beside(c) else None for c in (*meeting.old, meeting.new)}
        dated = _deadline(meeting) if len(beside) > 1 else []
        return [*dated, *_bodies(meeting), *_repeated(meeting)]
    found = [finding for rule in _SLOTS for finding in rule(meeting)] or _digits(meeting)
    found += _means(meeting)
    found = found or _edited(meeting)
    if found or sum(meeting.novel.values()) >= (_SLIPPED_IN if meeting.verbatim else _SAID_ANEW):
        found += _reach(meeting)
        found = found or [("scope", f"范围: 增加{_said(meeting.new_items, meeting.novel)}")]
    return found + _left_out(meeting) + _repeated(meeting)


def _is_beside(commitment: Commitment) -> bool:
    """Whether its deadline stands elsewhere than in its text, whatever blanks that has around figures."""
    return (commitment.deadline or "") not in "".join(commitment.text.split())


def _left_out(meeting: Meeting) -> list[Finding]:
    """scope by what a text otherwise unchanged no longer covers."""
    if meeting.verbatim and sum(meeting.gone.values()) >= _SLIPPED_IN:
        return [("scope", f"范围: 减少{_said(meeting.old_items, meeting.gone)}")]
    lost = [item for n, item in enumerate(meeting.old_items) if not _is_purpose(item, n) and _is_lost(item, meeting)]
    return [("scope", f"范围: 减少{'、'.join(f'“{_short(item.text)}”' for item in lost[:2])}")] if lost else []


def _is_lost(item: Item, meeting: Meeting) -> bool:
    """Whether an old item of weight has no part in the new text at all."""
    gone = sum(weight for word, weight in item.words.items() if word in meeting.gone)
    return gone >= max(_LOST, _MOSTLY * item.mass)


def _numbers(meeting: Meeting) -> list[Finding]:
    """number, unit and bound: what the targets of corresponding items say."""
    found: list[Finding] = []
    left = [t for item in meeting.old_items for t in item.targets]
    counterpart = {id(t): pair for pair in meeting.pairs for t in pair.new.targets}
    changed: list[Target] = []
    for target in (t for item in meeting.new_items for t in item.targets):
        equal = (t for t in left if _value(t) == _value(target) and _one_unit(t, target))
        same = next((t for t in equal if same_thing(t, target)), None)
        if same is None:
            changed.append(target)
            continue
        left.remove(same)
        if same.quantity.bound != target.quantity.bound:
            found.append(("bound", f"界: {same.quantity.text} → {target.quantity.text}"))
    for target in changed:
        pair = counterpart.get(id(target))
        here = [t for t in left if pair is not None and t in pair.old.targets and same_thing(t, target)]
        other = here[0] if here and pair is not None and pair.similarity >= _SAME_ACTION else None
        was = next((t for t in here if _one_unit(t, target)), other)
        if was is None:
            found += _against_text(target, meeting, gone=False)
            continue
        left.remove(was)
        found += _between(was, target)
    met = {id(pair.old) for pair in meeting.pairs}
    cut = bool(meeting.gone) and meeting.verbatim  # what is not here is nowhere
    gone = [t for item in meeting.old_items if cut or id(item) in met for t in item.targets if t in left]
    elsewhere = [t for item in meeting.heirs for t in item.targets]
    gone = [t for t in gone if not any(same_thing(t, other) for other in elsewhere)]
    return found + [finding for t in gone for finding in _against_text(t, meeting, gone=True)]


def _against_text(target: Target, meeting: Meeting, *, gone: bool) -> list[Finding]:
    """What is said of a target that meets none: unless the other text writes the number too, though as no target."""
    texts = "\n".join(c.text for c in meeting.old), "\n".join((meeting.new.text, *(i.text for i in meeting.heirs)))
    here, there = texts if gone else texts[::-1]
    written = [f for f in quantity.find(there) if _writes(f, target)]
    if not written or len(written) < sum(_writes(f, target) for f in quantity.find(here)):
        sides = (target.quantity.text, "未写明")
        return [("number", "数值: " + " → ".join(sides if gone else sides[::-1]))]
    if any(f.quantity.bound == target.quantity.bound for f in written):
        return []
    sides = (target.quantity.text, written[0].quantity.text)
    return [("bound", "界: " + " → ".join(sides if gone else sides[::-1]))]


def _writes(found: quantity.Found, target: Target) -> bool:
    """Whether a number of the text is that of a target, whatever it is there."""
    value, other = found.quantity, target.quantity
    return (value.lo, value.hi, value.unit) == (other.lo, other.hi, other.unit)


def _edited(meeting: Meeting) -> list[Finding]:
    """What a text otherwise unchanged says in another way at one place, where no slot of it has told: 鼓励 → 要求."""
    if len(meeting.old) != 1 or not meeting.verbatim:
        return []
    runs = redline.words(meeting.old[0].text, meeting.new.text)
    pairs = [
        (run.old, after.new if after.kind == "inserted" else "")
        for run, after in itertools.zip_longest(runs, runs[1:], fillvalue=redline.Op("kept", "", ""))
        if run.kind == "deleted"
    ]
    pairs += [
        ("", run.new)
        for before, run in zip((redline.Op("kept", "", ""), *runs), runs, strict=False)
        if run.kind == "inserted" and before.kind != "deleted"
    ]
    return [finding for gone, come in pairs for finding in _replaced(gone, come, meeting.lexicon)]


def _replaced(gone: str, come: str, lexicon: Lexicon) -> list[Finding]:
    """What one run of words says in the place of another: of its number, unit or bound, how firmly, of which level."""
    numbers = quantity.find(gone), quantity.find(come)
    if len(numbers[0]) == len(numbers[1]) == 1:
        a, b = numbers[0][0].quantity, numbers[1][0].quantity
        line = f"{gone} → {come}"
        found = [("number", f"数值: {line}")] if (a.lo, a.hi) != (b.lo, b.hi) else []
        found += [("unit", f"单位: {line}")] if a.unit != b.unit else []
        return found or ([("bound", f"界: {line}")] if a.bound != b.bound else [])
    if any(numbers):
        return []
    if all(quantity.is_bound(words) for words in (gone, come) if words):
        return [("bound", f"界: {gone or '未写明'} → {come or '未写明'}")]
    acts = _acts(gone, lexicon), _acts(come, lexicon)
    if acts[0].keys() != acts[1].keys():
        show = [" ".join(side.values()) or "无" for side in acts]
        return [("negation", f"限定: {show[0]} → {show[1]}")]
    levels = naming.levels(gone), naming.levels(come)
    if levels[0] != levels[1] and all(levels):
        return [("scope", f"范围: {gone} → {come}")]
    firm = [lexicon.strength_in(words) for words in (gone, come)]
    if firm[0] and firm[0] != firm[1] and come:
        return [("strength", f"力度: {gone} → {come}")]
    return []


def _digits(meeting: Meeting) -> list[Finding]:
    """number, where one text is the other but for figures that are no targets (18项制度 → 23项制度); years aside."""
    if len(meeting.old) != 1:
        return []
    texts = [_YEAR.sub("", redline.bare(c.text)) for c in (meeting.old[0], meeting.new)]
    figures = [_FIGURE.findall(text) for text in texts]
    if figures[0] == figures[1] or _FIGURE.sub("0", texts[0]) != _FIGURE.sub("0", texts[1]):
        return []
    return [("number", f"数值: {a} → {b}") for a, b in zip(*figures, strict=True) if a != b]


def _between(a: Target, b: Target) -> list[Finding]:
    """What differs between two numbers of corresponding items; only a number of one unit has a bound to compare."""
    line = f"{a.quantity.text} → {b.quantity.text}"
    found = [] if _value(a) == _value(b) else [("number", f"数值: {line}")]
    if not _one_unit(a, b):
        return [*found, ("unit", f"单位: {line}")]
    return found if a.quantity.bound == b.quantity.bound else [*found, ("bound", f"界: {line}")]


def _one_unit(a: Target, b: Target) -> bool:
    """Whether two numbers count alike: the same unit, two names of bodies or of people, or 个 for either."""
    units = a.quantity.unit, b.quantity.unit
    families = {quantity.family(unit) for unit in units}
    return (
        units[0] == units[1] or families == {"body"} or set(units) <= _HEADS or ("个" in units and families <= _PIECES)
    )


def _value(target: Target) -> tuple[object, ...]:
    return target.quantity.lo, target.quantity.hi


def _strength(meeting: Meeting) -> list[Finding]:
    """Corresponding items whose verbs stand far enough apart: 探索 → 建立, 争取完成 → 完成, 推动 → 确保.

    Where what was pushed on is now done (推进 → 建成) its stage says so, and the firmer verb says nothing more; where
    only one item has a number (服务人数达2.7万人), the number does.
    """
    found = []
    for pair in _actions(meeting):
        a, b = pair.old.strength, pair.new.strength
        if (
            not a
            or not b
            or a == b
            or not pair.new.plain
            or _counts_alone(pair)
            or (_done(meeting, pair) and not _hedged(pair))
        ):
            continue
        low, high = sorted((meeting.lexicon.rank("strength", a), meeting.lexicon.rank("strength", b)))
        back = meeting.lexicon.rank("strength", b) == low
        if (high - low >= 2 or low <= 1) and not (back and pair.similarity < _SURELY_SAME):
            found.append(("strength", f"力度: {a} → {b}" + ("（减弱）" if back else "")))
    return found


def _done(meeting: Meeting, pair: Pair) -> bool:
    """Whether the stage of a pair's new item is told as a result of mere pushing."""
    return any(item is pair.new and stage is None for item, stage in _stages(meeting))


def _counts_alone(pair: Pair) -> bool:
    """Whether one item of a pair says how much and the other does not."""
    return bool(pair.old.targets) != bool(pair.new.targets)


def _hedged(pair: Pair) -> bool:
    """Whether one of the two promises less by a word in front of its verb: 争取完成."""
    return any(item.lexicon.hedged(item.acting) for item in (pair.old, pair.new))


def _stage(meeting: Meeting) -> list[Finding]:
    """Where the thing stands; a step back is said to be one, but to draft or issue anew after a review is none."""
    found = []
    for item, stage in _stages(meeting):
        back = _is_back(meeting, stage, item.stage)
        found.append(("stage", f"阶段: {stage or '推进中'} → {item.stage}" + ("（后退）" if back else "")))
    return found


def _stages(meeting: Meeting) -> list[tuple[Item, str | None]]:
    """The new items that stand elsewhere than before, with the stage of the old item most alike that names one.

    A result (建成, 投用, 全面推行) that follows mere pushing (推进, 加快: None) is a step as well.
    """
    found: list[tuple[Item, str | None]] = []
    for item in meeting.new_items:
        if not item.stage:
            continue
        staged = [(nearness(old, item), old.stage) for old in meeting.old_items if old.stage and _one_paper(old, item)]
        near = [one for one in staged if one[0] >= _SAME_STAGE]
        if near:
            likeness, stage = max(near, key=lambda one: one[0])
            same = any(was == item.stage or (was, item.stage) == _GOES_ON for _, was in near)
            doubtful = _is_back(meeting, stage, item.stage) and likeness < _SURELY_SAME
            found += [] if same or doubtful else [(item, stage)]
        elif (
            item.plain
            and item.stage in _RESULTS
            and any(_pushed(pair) for pair in _actions(meeting) if pair.new is item)
        ):
            found.append((item, None))
    return found


def _is_back(meeting: Meeting, was: str | None, now: str | None) -> bool:
    """Whether a thing stands earlier than before; to draft or issue anew after a review is a next round."""
    return was is not None and was not in _NEXT_ROUND and _rank(meeting, now) < _rank(meeting, was)


def _pushed(pair: Pair) -> bool:
    return not pair.old.stage and pair.old.strength == "推动"


def nearness(a: Item, b: Item) -> float:
    """Likeness of two items, or, a little less, how far the longer one holds the shorter one."""
    if a.words.keys().isdisjoint(b.words):  # as most are, where a sentence has hundreds of items
        return _alike(a, b)
    shared = sum(weight for word, weight in a.things.items() if word in b.things)
    if not shared:
        return _alike(a, b)
    masses = a.weight_of_things, b.weight_of_things
    held = shared / min(masses) if shared >= _MUCH_SHARED else 0.0
    return max(_alike(a, b), shared / math.sqrt(masses[0] * masses[1]), held - _HELD_COUNTS_LESS)


def _one_paper(a: Item, b: Item) -> bool:
    """Whether two items can speak of one paper: 落实《…意见》 and 出台…细则 are two, and so are two titles."""
    titles = [{_title(name) for name in _TITLE.findall(item.text)} for item in (a, b)]
    if all(titles):
        return bool(titles[0] & titles[1])
    kinds = [item.lexicon.papers_in(item.text) for item in (a, b)]
    return not all(kinds) or bool(kinds[0] & kinds[1])


def _rank(meeting: Meeting, stage: str | None) -> int:
    return -1 if stage is None else meeting.lexicon.rank("stage", stage)


def _actions(meeting: Meeting) -> list[Pair]:
    return [pair for pair in meeting.pairs if pair.similarity >= _SAME_ACTION]


def _deadline(meeting: Meeting) -> list[Finding]:
    a, b = meeting.old[0].deadline, meeting.new.deadline
    if _when(a, meeting.years[0]) != _when(b, meeting.years[1]):
        return [("deadline", f"时限: {a or '未写明'} → {b or '未写明'}")]
    return _later_deadlines(meeting) if len(meeting.old) == 1 and meeting.verbatim else []


def _later_deadlines(meeting: Meeting) -> list[Finding]:
    """The further dates of a text that is otherwise the same: 6月底前达到60%，9月底前达到85%."""
    sides = [meeting.lexicon.deadlines_in(text) for text in (meeting.old[0].text, meeting.new.text)]
    dates = [Counter(_when(date, year) for date in side) for side, year in zip(sides, meeting.years, strict=True)]
    if dates[0] == dates[1]:
        return []
    gone, come = (
        [d for d in side if _when(d, year) in less]
        for side, year, less in zip(sides, meeting.years, (dates[0] - dates[1], dates[1] - dates[0]), strict=True)
    )
    return [("deadline", f"时限: {'、'.join(gone) or '未写明'} → {'、'.join(come) or '未写明'}")]


def _when(deadline: str | None, year: int | None) -> str | None:
    """A deadline without its manner of speaking; in an annual plan 年底前, 2025年底 and 年内 are one."""
    if deadline is None:
        return None
    deadline = quantity.in_figures("".join(fold(deadline).split()))
    bare = re.sub(r"^(?:力争)?(?:到|至|在|于)?|(?:之?前|以前|以内|之内|内|底|末){1,4}$", "", deadline)
    relative = "年" if year is not None and bare in (f"{year}年", "年", "今年", "本年", "当年", "全年") else bare
    return relative.replace(f"{year}年", "") or "年"


def _bodies(meeting: Meeting) -> list[Finding]:
    """actors: who answers for it. A plan that lists no bodies at all has not taken them away."""
    lexicon = meeting.lexicon
    a = [lexicon.body(name) for name in dict.fromkeys(n for c in meeting.old for n in c.bodies)]
    b = [lexicon.body(name) for name in meeting.new.bodies]
    if set(a) == set(b) and a[:1] == b[:1]:
        return []
    if not (a and b) and not meeting.both_list_bodies:
        named = [n for n in b if n not in a] if b else []
        return [("actors", f"责任主体: 增加{'、'.join(named)}")] if named else []
    parts = []
    if a and b and a[0] != b[0]:
        parts.append(f"牵头 {a[0]} → {b[0]}")
    come, gone = [n for n in b if n not in a], [n for n in a if n not in b]
    parts += [f"增加{'、'.join(come)}"] if come else []
    parts += [f"减少{'、'.join(gone)}"] if gone else []
    return [("actors", "责任主体: " + "，".join(parts))]


def _documents(meeting: Meeting) -> list[Finding]:
    """documents: titles named on one side only; a title written without its marks is still named."""
    before, now = _bare_titles(" ".join(c.text for c in meeting.old)), _bare_titles(meeting.new.text)
    met = {id(pair.old) for pair in meeting.pairs}
    olds = [d for item in meeting.old_items if id(item) in met for d in _TITLE.findall(item.text)]
    come = [d for d in meeting.new.documents if _title(d) not in before]
    now += _bare_titles("".join(item.text for item in meeting.heirs))
    gone = [d for d in olds if _title(d) not in now]
    return [("documents", f"文件: {_titles(gone)} → {_titles(come)}")] if come or gone else []


def _bare_titles(text: str) -> str:
    return "".join(_title(part) for part in re.split("[《》]", text))  # a region is cut off one title, not across two


def _titles(names: Sequence[str]) -> str:
    return "".join(f"《{name}》" for name in names) or "无"


def _title(name: str) -> str:
    """A title without what changes from year to year: years, (试行), its region."""
    bare = unicodedata.normalize("NFKC", name)
    bare = re.sub(r"[（(][^（()）]*[）)]|[0-9]{4}(?:[—–~-][0-9]{4})?年?|(?:[一-鿿]{2,3}(?:省|市|区|县))", "", bare)
    return re.sub(r"[\s—–~-]", "", bare)


def _negation(meeting: Meeting) -> list[Finding]:
    """negation: words that forbid, allow or stop, on corresponding items.

    That something must be done (应当, 必须) counts only against a word that forbids or allows it: alone it is strength.
    """
    found = []
    for pair in meeting.pairs:
        a, b = _acts(pair.old.text, meeting.lexicon), _acts(pair.new.text, meeting.lexicon)
        if set(a) == set(b) or (set(a) ^ set(b) <= _DUTY and not (a and b)):
            continue
        show = [" ".join(dict.fromkeys(side.values())) or "无" for side in (a, b)]
        found.append(("negation", f"限定: {show[0]} → {show[1]}"))
    return found


def _acts(text: str, lexicon: Lexicon) -> dict[str, str]:
    """Class of act → the word that shows it, plain negation among them."""
    plain = lexicon.negations_in(text)
    return {**({"否定": plain[0]} if plain else {}), **dict(lexicon.acts_in(text))}


def _coverage(meeting: Meeting) -> list[Finding]:
    """scope by words of coverage: 试点 → 全市, 各区 → 每个街道."""
    found = []
    for pair in _actions(meeting):
        a, b = _widest(pair.old.text, meeting.lexicon), _widest(pair.new.text, meeting.lexicon)
        if a and b and a[0] != b[0]:
            found.append(("scope", f"范围: {a[1]} → {b[1]}"))
    return found


def _reach(meeting: Meeting) -> list[Finding]:
    """scope by what is covered: people, places and things that the old text does not name."""
    staged = frozenset(word for item, _ in _stages(meeting) for word in item.words)
    things = {
        word: weight
        for word, weight in meeting.novel.items()
        if word not in staged and not meeting.lexicon.instruments_in(word)
    }
    whole = sum(item.mass for item in meeting.new_items)
    if sum(things.values()) < max(_REACHES_FURTHER, _PART_OF_IT * whole):
        return []
    return [("scope", f"范围: 增加{_said(meeting.new_items, things)}")]


def _said(items: Sequence[Item], words: Mapping[str, float]) -> str:
    """What is said anew, in the plan's own words: the one or two items that carry most of it."""
    weight = {item.text: sum(w for word, w in item.words.items() if word in words) for item in items}
    first, *others = sorted(weight, key=lambda text: -weight[text])
    second = [text for text in others[:1] if weight[text] >= _ALSO * weight[first]]
    return "、".join(f"“{_short(text)}”" for text in weight if text in (first, *second))


def _widest(text: str, lexicon: Lexicon) -> tuple[str, str] | None:
    found = lexicon.scope_in(text)
    return max(found, key=lambda f: lexicon.rank("scope", f[0])) if found else None


def _means(meeting: Meeting) -> list[Finding]:
    """How it is done: an item that mostly says something else and names an instrument the old text does not."""
    before = frozenset().union(*(meeting.lexicon.instruments_in(item.text) for item in meeting.old_items))
    tools = [tool for item in meeting.new_items if _says_else(item, meeting) for tool in _tools(item, before)]
    return [("means", f"做法: 增加{'、'.join(dict.fromkeys(tools[:4]))}")] if tools else []


def _tools(item: Item, before: frozenset[str]) -> list[str]:
    return sorted(item.lexicon.instruments_in(item.text) - before, key=item.text.find)


def _says_else(item: Item, meeting: Meeting) -> bool:
    """Whether enough of an item's words are new, in weight and in share."""
    novel = sum(weight for word, weight in item.things.items() if word in meeting.novel)
    return novel >= max(_REACHES_FURTHER, _OTHER_WAY * sum(item.things.values()))


def _repeated(meeting: Meeting) -> list[Finding]:
    """A thing that is done once, promised again in a later plan: 出台《…办法》 in both."""
    if meeting.years[0] == meeting.years[1]:
        return []
    for pair in meeting.pairs:
        if pair.new.stage in _ONCE and pair.old.stage == pair.new.stage and _same_thing(pair):
            return [("repeated", f"重复: 再次提出“{_short(pair.new.text)}”")]
    return []


def _same_thing(pair: Pair) -> bool:
    """The same title, whether it has its marks or not; without titles, nearly the same words."""
    sides = pair.old.text, pair.new.text
    titles = [_title(title) for text in sides for title in _TITLE.findall(text)]
    return any(all(t in _bare_titles(text) for text in sides) for t in titles) or (not titles and pair.similarity > 0.8)


def _short(text: str) -> str:
    text = text.strip("，,。；;：: \r\n\u3000")
    return text if len(text) <= 18 else text[:17].rstrip("0123456789.") + "…"


_SLOTS = (_numbers, _coverage, _strength, _stage, _deadline, _bodies, _documents, _negation)
