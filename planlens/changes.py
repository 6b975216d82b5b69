"""What a link means: kept, changed and in what, new, dropped; judged from what is said, never from how alike it looks.

    classify(old, new, alignment)  -> every commitment of both plans in exactly one change

A change is a star: one new commitment with the olds it took up, or one old with the news it was split into. In a longer
chain the weakest links are left out of the grouping (they stay links, and count for merged and split).
Each kind is read from slots of corresponding items: numbers from the plans' targets, the strength and stage of the verb
that governs the item, deadlines, bodies, titles, words that forbid or allow, words of coverage.
"""

from __future__ import annotations

import bisect
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from . import quantity, redline
from .commitments import items
from .lexicon import Lexicon, load
from .model import Alignment, Change, Commitment, Link, Plan, Status, Target
from .words import informative, terms

KINDS = (
    "number", "bound", "unit", "scope", "strength", "stage", "deadline", "actors", "documents", "means", "negation",
    "merged", "split", "moved", "repeated",
)  # fmt: skip
_NO_CHANGE = frozenset({"merged", "split", "moved", "repeated"})
"""Kinds that may stand beside `kept`: they say where a commitment went, not that it says something else."""

_SAME_ITEM = 0.30
"""Similarity from which two items speak of one thing; below it a difference of slots is a difference of subject."""

_SAME_ACTION = 0.45
"""The same, for the verbs that govern them: to compare 探索 with 建立 the thing itself must be the same."""

_SAME_STAGE = 0.40
"""The same, among the items of the old text that name a stage at all."""

_SAID_ANEW = 10.0
"""Weight of words (see words.informative; about two of middling rarity) that a text must say anew to say something
else; with less, and all slots equal, it is kept. 6 to 12 do alike on two annotated pairs."""

_REACHES_FURTHER = 6.0
"""The same for the things covered, instruments aside: from here on the scope has grown."""

_DONE_OTHERWISE = 0.7
"""Share of the words that is new from which a thing is done another way; where a new instrument comes in, half as much
text will do (_WITH_INSTRUMENT)."""

_WITH_INSTRUMENT = 0.5


@dataclass(frozen=True)
class _Item:
    """One comma-separated item of a commitment with everything that is compared."""

    text: str
    words: Mapping[str, float]
    targets: tuple[Target, ...]
    lexicon: Lexicon

    @cached_property
    def mass(self) -> float:
        return sum(self.words.values())

    @cached_property
    def strength(self) -> str | None:
        return self.lexicon.strength_in(self.text)

    @cached_property
    def stage(self) -> str | None:
        return self.lexicon.stage_in(self.text)


@dataclass(frozen=True)
class _Side:
    """One plan, with its commitments cut into items."""

    plan: Plan
    items: Mapping[str, tuple[_Item, ...]]
    commitments: Mapping[str, Commitment]
    lists_bodies: bool
    above: Mapping[str, str | None]
    """Clause → the clause above it."""


@dataclass(frozen=True)
class _Pair:
    """Two corresponding items."""

    old: _Item
    new: _Item
    similarity: float


@dataclass(frozen=True)
class _Meeting:
    """One new commitment with all its counterparts, and which items met."""

    old: tuple[Commitment, ...]
    new: Commitment
    pairs: tuple[_Pair, ...]
    novel: Mapping[str, float]
    """Words of the new text that no old one says, verbs aside, with their weights."""
    novelty: float
    """Their share."""
    old_items: tuple[_Item, ...]
    new_items: tuple[_Item, ...]
    lexicon: Lexicon
    years: tuple[int | None, int | None]
    both_list_bodies: bool


_TITLE = re.compile(r"《([^《》]{1,80})》")
_HOME = 1.5
"""Summed probability of links from which another clause is the home of a clause: two links at least."""

_RESULTS = frozenset({"全面推行", "建成", "投用"})
_DUTY = frozenset({"应当", "自愿"})
_PIECES = frozenset({"thing", "body"})
"""Units that count single things, interchangeable in use: 个, 家, 所, 项."""

_Finding = tuple[str, str]
"""A kind and the line that shows it."""


def classify(old: Plan, new: Plan, alignment: Alignment, lexicon: Lexicon | None = None) -> tuple[Change, ...]:
    """Every commitment of both plans in exactly one change: in the order of the new plan, dropped ones last."""
    lexicon = lexicon or load()
    before, after = _side(old, lexicon), _side(new, lexicon)
    links = [k for k in alignment.links if k.old in before.commitments and k.new in after.commitments]
    heirs, moved = _main_heirs(links), _moved(links, before, after)
    changes = [
        _linked(group, links_of, heirs, moved, before, after, lexicon) for group, links_of in _groups(links, after)
    ]
    changes += _alone("new", new.commitments, {k.new for k in links}, alignment.nearest_new)
    changes += _alone("dropped", old.commitments, {k.old for k in links}, alignment.nearest_old)
    order_new = {c.key: n for n, c in enumerate(new.commitments)}
    order_old = {c.key: n for n, c in enumerate(old.commitments)}
    last = len(order_new)
    return tuple(
        sorted(changes, key=lambda c: (order_new[c.new[0]] if c.new else last, order_old[c.old[0]] if c.old else -1))
    )


def _side(plan: Plan, lexicon: Lexicon) -> _Side:
    targets: dict[str, list[Target]] = defaultdict(list)
    for target in plan.targets:
        if target.role == "target" and not target.damaged:
            targets[target.unit_key].append(target)
    cut = {c.key: _items(c, targets[c.key], lexicon) for c in plan.commitments}
    listed = sum(bool(c.bodies) for c in plan.commitments)
    return _Side(
        plan,
        cut,
        {c.key: c for c in plan.commitments},
        listed * 4 >= len(plan.commitments) > 0,
        {c.key: c.parent for c in plan.clauses},
    )


def _items(commitment: Commitment, targets: Sequence[Target], lexicon: Lexicon) -> tuple[_Item, ...]:
    out = []
    for start, end in items(commitment.text):
        text = commitment.text[start:end]
        at = commitment.span.start + start, commitment.span.start + end
        inside = tuple(t for t in targets if at[0] <= t.span.start < at[1])
        out.append(_Item(text, _content(text, lexicon), inside, lexicon))
    return tuple(out)


def _content(text: str, lexicon: Lexicon) -> dict[str, float]:
    """The words that carry meaning, in today's terms, each with its weight; numbers and units are compared apart."""
    for found in quantity.find(text):
        text = text[: found.span.start] + " " * len(found.span) + text[found.span.end :]
    return {word: informative(word) for word in terms(lexicon.canonical(text)) if word not in lexicon.stock}


def _groups(links: Sequence[Link], after: _Side) -> list[tuple[tuple[list[str], list[str]], list[Link]]]:
    """Stars of linked commitments, the strongest links first; nobody who has a link is left alone."""
    order = {key: n for n, key in enumerate(after.commitments)}
    ranked = sorted(links, key=lambda k: (-_trust(k), order[k.new], k.old))
    group_of: dict[tuple[str, str], list[tuple[str, str]]] = {}
    waiting = []
    for link in ranked:
        a, b = ("old", link.old), ("new", link.new)
        mine, theirs = group_of.get(a), group_of.get(b)
        if mine is None and theirs is None:
            group_of[a] = group_of[b] = [a, b]
        elif mine is None or theirs is None:
            group, one = (theirs, a) if mine is None else (mine, b)
            assert group is not None
            if _is_star([*group, one]):
                group.append(one)
                group_of[one] = group
            else:
                waiting.append((link, one))
    for link, one in waiting:  # its partner sits in another star: better a larger group than a false "dropped"
        if one not in group_of:
            group = group_of[("new", link.new) if one[0] == "old" else ("old", link.old)]
            group.append(one)
            group_of[one] = group
    unique = {id(group): group for group in group_of.values()}
    out = []
    for group in unique.values():
        olds, news = [k for side, k in group if side == "old"], [k for side, k in group if side == "new"]
        inside = [k for k in links if k.old in olds or k.new in news]
        out.append(((olds, news), inside))
    return out


def _is_star(group: Sequence[tuple[str, str]]) -> bool:
    olds = sum(side == "old" for side, _ in group)
    return olds <= 1 or len(group) - olds <= 1


def _trust(link: Link) -> float:
    return link.score.probability + {"reviewed": 2.0, "equal": 1.0, "scored": 0.0}[link.source]


def _alone(
    status: Status, commitments: Iterable[Commitment], linked: set[str], nearest: Iterable[tuple[str, str, float]]
) -> list[Change]:
    near = {key: (other, p) for key, other, p in nearest}
    sides: Callable[[str], tuple[tuple[str, ...], tuple[str, ...]]] = (
        (lambda key: ((), (key,))) if status == "new" else (lambda key: ((key,), ()))
    )
    return [
        Change(status, (), *sides(c.key), score=None, source=None, nearest=near.get(c.key))
        for c in commitments
        if c.key not in linked
    ]


def _main_heirs(links: Sequence[Link]) -> dict[str, str]:
    """Where most of each old commitment went."""
    best: dict[str, Link] = {}
    for link in links:
        if link.old not in best or _trust(link) > _trust(best[link.old]):
            best[link.old] = link
    return {old: link.new for old, link in best.items()}


def _linked(
    group: tuple[list[str], list[str]],
    links: Sequence[Link],
    heirs: Mapping[str, str],
    moved: frozenset[tuple[str, str]],
    before: _Side,
    after: _Side,
    lexicon: Lexicon,
) -> Change:
    olds, news = _in_order(group[0], before), _in_order(group[1], after)
    found: list[_Finding] = []
    for key in news:
        mine = [k.old for k in sorted(links, key=_trust, reverse=True) if k.new == key]
        meeting = _meet([before.commitments[k] for k in mine], after.commitments[key], before, after, lexicon)
        mark = f"{key} " if len(news) > 1 else ""
        found += [(kind, mark + line) for kind, line in _compare(meeting)]
    found += _where(olds, news, links, heirs, moved, before, after)
    kinds = tuple(kind for kind in KINDS if any(kind == k for k, _ in found))
    best = max((k for k in links if k.old in olds and k.new in news), key=_trust)
    return Change(
        status="changed" if set(kinds) - _NO_CHANGE else "kept",
        kinds=kinds,
        old=tuple(olds),
        new=tuple(news),
        score=best.score.probability,
        source=best.source,
        details=tuple(dict.fromkeys(line for kind in kinds for k, line in found if k == kind)),
    )


def _in_order(keys: Sequence[str], side: _Side) -> list[str]:
    wanted = set(keys)
    return [key for key in side.commitments if key in wanted]


def _meet(olds: Sequence[Commitment], new: Commitment, before: _Side, after: _Side, lexicon: Lexicon) -> _Meeting:
    """Each item of the new commitment with the best item of its olds."""
    mine = after.items[new.key]
    theirs = tuple(item for c in olds for item in before.items[c.key])
    pairs = []
    for item in mine:
        similarity, n = max(((_alike(other, item), -n) for n, other in enumerate(theirs)))
        if similarity >= _SAME_ITEM or (len(mine) == 1 and len(theirs) == 1):
            pairs.append(_Pair(theirs[-n], item, similarity))
    said = " ".join(lexicon.canonical(c.text) for c in olds)
    says = {word: weight for item in mine for word, weight in item.words.items() if word not in lexicon.families}
    novel = {word: weight for word, weight in says.items() if word not in said}
    novelty = sum(novel.values()) / sum(says.values()) if novel else 0.0
    years = before.plan.info.end_year, after.plan.info.end_year
    both = before.lists_bodies and after.lists_bodies
    return _Meeting(tuple(olds), new, tuple(pairs), novel, novelty, theirs, mine, lexicon, years, both)


def _alike(a: _Item, b: _Item) -> float:
    """Share of weighted words in common; equal text counts as 1 even where it has no words."""
    if a.text == b.text:
        return 1.0
    shared = sum(weight for word, weight in a.words.items() if word in b.words)
    return shared / math.sqrt(a.mass * b.mass) if shared else 0.0


def _compare(meeting: _Meeting) -> list[_Finding]:
    """All kinds of one meeting, each read from its own slot."""
    if (
        len(meeting.old) == 1
        and redline.same_text(meeting.old[0].text, meeting.new.text)
        and not meeting.both_list_bodies
    ):
        return [*_repeated(meeting)]
    found = [finding for rule in _SLOTS for finding in rule(meeting)]
    if found or sum(meeting.novel.values()) >= _SAID_ANEW:
        found += [finding for rule in _CONTENT for finding in rule(meeting)]
        found = found or [("means", f"做法: 表述有改动{_named(meeting.novel)}")]
    return found + _repeated(meeting)


def _numbers(meeting: _Meeting) -> list[_Finding]:
    """number, unit and bound: what the targets of corresponding items say."""
    found: list[_Finding] = []
    left = [t for item in meeting.old_items for t in item.targets]
    counterpart = {id(t): pair.old for pair in meeting.pairs for t in pair.new.targets}
    changed: list[Target] = []
    for target in (t for item in meeting.new_items for t in item.targets):
        same = next((t for t in left if _value(t) == _value(target) and _one_unit(t, target)), None)
        if same is None:
            changed.append(target)
            continue
        left.remove(same)
        if same.quantity.bound != target.quantity.bound:
            found.append(("bound", f"界: {same.quantity.text} → {target.quantity.text}"))
    for target in changed:
        item = counterpart.get(id(target))
        here = [t for t in left if item is not None and t in item.targets]
        was = next((t for t in here if _one_unit(t, target)), here[0] if here else None)
        if was is None:
            found.append(("number", f"数值: 未写明 → {target.quantity.text}"))
            continue
        left.remove(was)
        found += _differences(was, target)
    met = {id(pair.old) for pair in meeting.pairs}
    gone = [t for item in meeting.old_items if id(item) in met for t in item.targets if t in left]
    return found + [("number", f"数值: {t.quantity.text} → 未写明") for t in gone]


def _differences(a: Target, b: Target) -> list[_Finding]:
    """What differs between two numbers of corresponding items; only a number of one unit has a bound to compare."""
    line = f"{a.quantity.text} → {b.quantity.text}"
    found = [] if _value(a) == _value(b) else [("number", f"数值: {line}")]
    if not _one_unit(a, b):
        return [*found, ("unit", f"单位: {line}")]
    return found if a.quantity.bound == b.quantity.bound else [*found, ("bound", f"界: {line}")]


def _one_unit(a: Target, b: Target) -> bool:
    """Whether two numbers count alike: 2个 and 3家 do, 20个 and 500名 do not."""
    units = a.quantity.unit, b.quantity.unit
    if units[0] == units[1]:
        return True
    families = {quantity.family(unit) for unit in units}
    return families <= _PIECES and bool(units[0] and units[1])


def _value(target: Target) -> tuple[object, ...]:
    return target.quantity.lo, target.quantity.hi


def _strength(meeting: _Meeting) -> list[_Finding]:
    """Corresponding items whose verbs stand far enough apart: 探索 → 建立, 争取完成 → 完成, 推动 → 确保."""
    found = []
    for pair in _actions(meeting):
        a, b = pair.old.strength, pair.new.strength
        if not a or not b or a == b:
            continue
        low, high = sorted((meeting.lexicon.rank("strength", a), meeting.lexicon.rank("strength", b)))
        if high - low >= 2 or (low <= 1 and high > low):
            found.append(("strength", f"力度: {a} → {b}"))
    return found


def _stage(meeting: _Meeting) -> list[_Finding]:
    """Where the thing stands, against the old item most alike of those that say where it stood.

    A result (建成, 投用, 全面推行) that follows mere pushing (推进, 加快) is a step as well.
    """
    found = []
    for item in meeting.new_items:
        if not item.stage:
            continue
        staged = [(_alike(old, item), old.stage) for old in meeting.old_items if old.stage]
        similarity, stage = max(staged, key=lambda s: s[0], default=(0.0, None))
        if similarity < _SAME_STAGE:
            stage = None
            pushed = [p for p in _actions(meeting) if p.new is item and not p.old.stage and p.old.strength == "推动"]
            if not pushed or item.stage not in _RESULTS:
                continue
        if stage != item.stage:
            back = stage is not None and _rank(meeting, item.stage) < _rank(meeting, stage)
            found.append(("stage", f"阶段: {stage or '推进中'} → {item.stage}" + ("（后退）" if back else "")))
    return found


def _rank(meeting: _Meeting, stage: str) -> int:
    return meeting.lexicon.rank("stage", stage)


def _actions(meeting: _Meeting) -> list[_Pair]:
    return [pair for pair in meeting.pairs if pair.similarity >= _SAME_ACTION]


def _deadline(meeting: _Meeting) -> list[_Finding]:
    a, b = meeting.old[0].deadline, meeting.new.deadline
    if _when(a, meeting.years[0]) == _when(b, meeting.years[1]):
        return []
    return [("deadline", f"时限: {a or '未写明'} → {b or '未写明'}")]


def _when(deadline: str | None, year: int | None) -> str | None:
    """A deadline without its manner of speaking; in an annual plan 年底前, 2025年底 and 年内 are one."""
    if deadline is None:
        return None
    bare = re.sub(r"^(?:力争)?(?:到|至|在|于)?|(?:之?前|以前|以内|之内|内|底|末)+$", "", deadline)
    relative = "年" if year is not None and bare in (f"{year}年", "年", "今年", "本年", "当年", "全年") else bare
    return relative.replace(f"{year}年", "") or "年"


def _bodies(meeting: _Meeting) -> list[_Finding]:
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


def _documents(meeting: _Meeting) -> list[_Finding]:
    """documents: titles named on one side only; a title written without its marks is still named."""
    before, now = _bare_titles(" ".join(c.text for c in meeting.old)), _bare_titles(meeting.new.text)
    met = {id(pair.old) for pair in meeting.pairs}
    olds = [d for item in meeting.old_items if id(item) in met for d in _TITLE.findall(item.text)]
    come = [d for d in meeting.new.documents if _title(d) not in before]
    gone = [d for d in olds if _title(d) not in now]
    return [("documents", f"文件: {_titles(gone)} → {_titles(come)}")] if come or gone else []


def _bare_titles(text: str) -> str:
    return _title(text.replace("《", "").replace("》", ""))


def _titles(names: Sequence[str]) -> str:
    return "".join(f"《{name}》" for name in names) or "无"


def _title(name: str) -> str:
    """A title without what changes from year to year: years, (试行), its region."""
    bare = re.sub(r"[（(][^（()）]*[）)]|[0-9]{4}(?:[—–~-][0-9]{4})?年?|(?:[一-鿿]{2,3}(?:省|市|区|县))", "", name)
    return re.sub(r"\s|-", "", bare)


def _negation(meeting: _Meeting) -> list[_Finding]:
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


def _coverage(meeting: _Meeting) -> list[_Finding]:
    """scope by words of coverage: 试点 → 全市, 各区 → 每个街道."""
    found = []
    for pair in _actions(meeting):
        a, b = _widest(pair.old.text, meeting.lexicon), _widest(pair.new.text, meeting.lexicon)
        if a and b and a[0] != b[0]:
            found.append(("scope", f"范围: {a[1]} → {b[1]}"))
    return found


def _reach(meeting: _Meeting) -> list[_Finding]:
    """scope by what is covered: people, places and things that the old text does not name."""
    things = {word: weight for word, weight in meeting.novel.items() if not meeting.lexicon.instruments_in(word)}
    if sum(things.values()) < _REACHES_FURTHER:
        return []
    return [("scope", f"范围: 增加{_named(things)}")]


def _widest(text: str, lexicon: Lexicon) -> tuple[str, str] | None:
    found = lexicon.scope_in(text)
    return max(found, key=lambda f: lexicon.rank("scope", f[0])) if found else None


def _means(meeting: _Meeting) -> list[_Finding]:
    """How it is done: mostly in other words, or half so and with an instrument that the old text does not name."""
    lexicon = meeting.lexicon
    before = frozenset().union(*(lexicon.instruments_in(item.text) for item in meeting.old_items))
    now = frozenset().union(*(lexicon.instruments_in(item.text) for item in meeting.new_items))
    tools = sorted(now - before, key=meeting.new.text.find)
    if meeting.novelty < (_WITH_INSTRUMENT if tools else _DONE_OTHERWISE):
        return []
    return [("means", f"做法: 增加{'、'.join(tools[:4])}" if tools else f"做法: 改为{_named(meeting.novel)}")]


def _named(words: Mapping[str, float]) -> str:
    """The weightiest few words, in the order they stand."""
    top = set(sorted(words, key=lambda word: -words[word])[:4])
    return "、".join(word for word in words if word in top)


def _repeated(meeting: _Meeting) -> list[_Finding]:
    """A thing that is done once, promised again: 出台《…办法》 in both plans."""
    once = {"出台", "建成", "投用", "修订"}
    for pair in meeting.pairs:
        if pair.new.stage in once and pair.old.stage == pair.new.stage and _same_thing(pair):
            return [("repeated", f"重复: 再次提出“{_short(pair.new.text)}”")]
    return []


def _same_thing(pair: _Pair) -> bool:
    titles = [{_title(t) for t in _TITLE.findall(item.text)} for item in (pair.old, pair.new)]
    return bool(titles[0] & titles[1]) or (not any(titles) and pair.similarity > 0.8)


def _short(text: str) -> str:
    text = text.strip("，,。；;：: \r\n\u3000")
    return text if len(text) <= 18 else text[:17] + "…"


_SLOTS = (_numbers, _coverage, _strength, _stage, _deadline, _bodies, _documents, _negation)
_CONTENT = (_reach, _means)


def _where(
    olds: Sequence[str],
    news: Sequence[str],
    links: Sequence[Link],
    main_heir: Mapping[str, str],
    moved: frozenset[tuple[str, str]],
    before: _Side,
    after: _Side,
) -> list[_Finding]:
    """merged, split and moved: where the commitment went in the new plan."""
    found: list[_Finding] = []
    sources = {key: [k.old for k in links if k.new == key] for key in news}
    heirs = {key: [k.new for k in links if k.old == key] for key in olds}
    for key, parts in sources.items():
        if sum(main_heir[old] == key for old in parts) > 1:
            found.append(("merged", f"合并: {len(parts)}条并入{key}"))
    for key, parts in heirs.items():
        if len(parts) > 1:
            found.append(("split", f"拆分: {key}分为{len(parts)}条"))
    if any((k.old, k.new) in moved for k in links if k.old in olds and k.new in news):
        where = before.commitments[olds[0]].clause, after.commitments[news[0]].clause
        found.append(("moved", f"移动: {where[0]} → {where[1]}" if where[0] != where[1] else f"移动: {where[0]}内次序"))
    return found


def _moved(links: Sequence[Link], before: _Side, after: _Side) -> frozenset[tuple[str, str]]:
    """The links that cross: to another clause or chapter than the rest of theirs, or, word for word, out of order."""
    return frozenset(_strayed(links, before, after) | _overtaken(links, before, after))


def _strayed(links: Sequence[Link], before: _Side, after: _Side) -> set[tuple[str, str]]:
    """Links between containers (clause, chapter) that are each mainly linked to another one."""
    paths = [
        (k, _containers(before.commitments[k.old].clause, before), _containers(after.commitments[k.new].clause, after))
        for k in links
    ]
    votes: dict[tuple[str, str], float] = defaultdict(float)
    for link, olds, news in paths:
        for pair in ((a, b) for a in olds for b in news):
            votes[pair] += link.score.probability
    ranked_old: dict[str, list[tuple[float, str]]] = defaultdict(list)
    ranked_new: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for (a, b), vote in votes.items():
        ranked_old[a].append((vote, b))
        ranked_new[b].append((vote, a))
    out = set()
    for link, olds, news in paths:
        for a, b in zip(reversed(olds), reversed(news), strict=False):
            p = link.score.probability
            if _mainly_elsewhere(ranked_old[a], b, news, p) and _mainly_elsewhere(ranked_new[b], a, olds, p):
                out.add((link.old, link.new))
                break
    return out


def _mainly_elsewhere(ranked: Sequence[tuple[float, str]], here: str, level: Sequence[str], own: float) -> bool:
    """Whether most of a container's other links go to one container that is not `here` nor above or below it."""
    rivals = [(vote, key) for vote, key in ranked if key not in level and key.count("/") == here.count("/")]
    best = max(rivals, default=(0.0, ""))[0]
    staying = next((vote for vote, key in ranked if key == here), 0.0) - own
    return best >= _HOME and best > 2 * staying


def _containers(clause: str, side: _Side) -> tuple[str, ...]:
    """A clause and all above it, the nearest first."""
    out: list[str] = []
    at: str | None = clause
    while at is not None:
        out.append(at)
        at = side.above.get(at)
    return tuple(out)


def _overtaken(links: Sequence[Link], before: _Side, after: _Side) -> set[tuple[str, str]]:
    """Statements repeated word for word that do not stand in the order of the others (longest increasing run)."""
    place = {key: n for n, key in enumerate(before.commitments)}
    order = {key: n for n, key in enumerate(after.commitments)}
    equal = [k for k in links if redline.same_text(before.commitments[k.old].text, after.commitments[k.new].text)]
    equal.sort(key=lambda k: (order[k.new], place[k.old]))
    kept = _longest_run([place[k.old] for k in equal])
    return {(k.old, k.new) for n, k in enumerate(equal) if n not in kept}


def _longest_run(numbers: Sequence[int]) -> frozenset[int]:
    """Positions of a longest increasing subsequence.

    >>> sorted(_longest_run([3, 0, 1, 2]))
    [1, 2, 3]
    """
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, number in enumerate(numbers):
        n = bisect.bisect_left(tops, number)
        tops[n:] = [number, *tops[n + 1 :]]
        ends[n:] = [at, *ends[n + 1 :]]
        before.append(ends[n - 1] if n else -1)
    out = []
    at = ends[-1] if ends else -1
    while at >= 0:
        out.append(at)
        at = before[at]
    return frozenset(out)
