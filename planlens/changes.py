"""What happened to every commitment: kept, changed and in what, new, dropped.

    classify(old, new, alignment)  -> every commitment of both plans in exactly one change

A change is a star: one new commitment with the olds it took up, or one old with the news it was split into. In a longer
chain the weakest links are left out of the grouping (they stay links, and count for merged and split). Alike or not is
for `align`; what a link means is judged from what both sides say.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .absence import Review, carried
from .kinds import Finding, Side, differences, meet, side_of
from .lexicon import Lexicon, load
from .model import Alignment, Change, Link, Plan, Status
from .moves import moved_links

KINDS = (
    "number", "bound", "unit", "scope", "strength", "stage", "deadline", "actors", "documents", "means", "negation",
    "merged", "split", "moved", "repeated",
)  # fmt: skip
"""Every kind, in the order they are reported."""

_NO_CHANGE = frozenset({"merged", "split", "moved", "repeated"})
"""Kinds that may stand beside `kept`: they say where a commitment went, not that it says something else."""

_OWN_SHARE = 5.0
"""Weight of words (words.informative; one of middling rarity) that only one piece holds: what makes it a piece."""

_Node = tuple[str, str]
"""A side, old or new, and a key."""


@dataclass(frozen=True)
class _Web:
    """All links of a pair of plans, found by either end."""

    of_new: Mapping[str, tuple[Link, ...]]
    of_old: Mapping[str, tuple[Link, ...]]
    moved: frozenset[tuple[str, str]]

    def main_heir(self, old: str) -> str:
        """Where most of an old commitment went."""
        return self.of_old[old][0].new


def classify(old: Plan, new: Plan, alignment: Alignment, lexicon: Lexicon | None = None) -> tuple[Change, ...]:
    """Every commitment of both plans in exactly one change: in the order of the new plan, dropped ones last."""
    lexicon = lexicon or load()
    return judged(side_of(old, lexicon), side_of(new, lexicon), alignment, lexicon)


def judged(before: Side, after: Side, alignment: Alignment, lexicon: Lexicon) -> tuple[Change, ...]:
    """What `classify` gives, of two plans whose commitments have been cut into items."""
    links = [k for k in alignment.links if k.old in before.commitments and k.new in after.commitments]
    web = _web(links, before, after)
    changes = [_linked(olds, news, web, before, after, lexicon) for olds, news in _groups(links, before, after)]
    changes += _alone("new", after, web.of_new, alignment.nearest_new, Review.of(before.plan, lexicon))
    changes += _alone("dropped", before, web.of_old, alignment.nearest_old, Review.of(after.plan, lexicon))
    order_old = {key: n for n, key in enumerate(before.commitments)}
    order_new = {key: n for n, key in enumerate(after.commitments)}
    last = len(order_new)
    return tuple(
        sorted(changes, key=lambda c: (order_new[c.new[0]] if c.new else last, order_old[c.old[0]] if c.old else -1))
    )


def _web(links: Sequence[Link], before: Side, after: Side) -> _Web:
    of_new: dict[str, list[Link]] = defaultdict(list)
    of_old: dict[str, list[Link]] = defaultdict(list)
    for link in sorted(links, key=_trust, reverse=True):
        of_new[link.new].append(link)
        of_old[link.old].append(link)
    return _Web(
        {key: tuple(found) for key, found in of_new.items()},
        {key: tuple(found) for key, found in of_old.items()},
        moved_links(links, before, after),
    )


def _trust(link: Link) -> float:
    """A reviewed link before an equal one before any scored one."""
    return link.score.probability + {"reviewed": 2.0, "equal": 1.0, "scored": 0.0}[link.source]


def _groups(links: Sequence[Link], before: Side, after: Side) -> list[tuple[list[str], list[str]]]:
    """Stars of linked commitments, (olds, news), the strongest links first; nobody who has a link is left alone."""
    group_of: dict[_Node, list[_Node]] = {}
    waiting: list[tuple[_Node, _Node]] = []
    for link in sorted(links, key=_trust, reverse=True):
        ends = ("old", link.old), ("new", link.new)
        grouped = [end for end in ends if end in group_of]
        if not grouped:
            group_of[ends[0]] = group_of[ends[1]] = list(ends)
        elif len(grouped) == 1:
            home, one = grouped[0], ends[0] if grouped[0] == ends[1] else ends[1]
            if _is_star([*group_of[home], one]):
                _join(group_of, home, one)
            else:
                waiting.append((home, one))
    for home, one in waiting:  # its only partner sits in another star: better a larger group than a false "dropped"
        if one not in group_of:
            _join(group_of, home, one)
    place = {("old", key): n for n, key in enumerate(before.commitments)}
    place |= {("new", key): n for n, key in enumerate(after.commitments)}
    groups = ({id(group): sorted(group, key=place.__getitem__) for group in group_of.values()}).values()
    return [([k for side, k in g if side == "old"], [k for side, k in g if side == "new"]) for g in groups]


def _is_star(group: Sequence[_Node]) -> bool:
    olds = sum(side == "old" for side, _ in group)
    return olds <= 1 or len(group) - olds <= 1


def _join(group_of: dict[_Node, list[_Node]], home: _Node, one: _Node) -> None:
    group_of[home].append(one)
    group_of[one] = group_of[home]


def _alone(
    status: Status,
    side: Side,
    linked: Mapping[str, object],
    nearest: Iterable[tuple[str, str, float]],
    review: Review,
) -> list[Change]:
    """What has no counterpart: its best rejected candidate, what it carried, what the other review tells of it."""
    near = {key: (other, probability) for key, other, probability in nearest}
    left = [c for c in side.commitments.values() if c.key not in linked]
    return [
        Change(
            status=status,
            kinds=(),
            old=(c.key,) if status == "dropped" else (),
            new=(c.key,) if status == "new" else (),
            score=None,
            source=None,
            nearest=near.get(c.key),
            carried=carried(c, side),
            trace=review.speaks_of(side.items[c.key], of_new=status == "new"),
        )
        for c in left
    ]


def _linked(olds: Sequence[str], news: Sequence[str], web: _Web, before: Side, after: Side, lexicon: Lexicon) -> Change:
    """One group: each new commitment is judged against all its counterparts, those of another group included."""
    found: list[Finding] = []
    for key in news:
        counterparts = [before.commitments[link.old] for link in web.of_new[key]]
        mark = f"{key} " if len(news) > 1 else ""
        heirs = dict.fromkeys(link.new for c in counterparts for link in web.of_old[c.key] if link.new != key)
        meeting = meet(counterparts, after.commitments[key], before, after, lexicon, tuple(heirs))
        found += [(kind, mark + line) for kind, line in differences(meeting)]
    found += _where(olds, news, web, before, after)
    kinds = tuple(kind for kind in KINDS if any(kind == k for k, _ in found))
    best = max((link for key in news for link in web.of_new[key] if link.old in olds), key=_trust)
    return Change(
        status="changed" if set(kinds) - _NO_CHANGE else "kept",
        kinds=kinds,
        old=tuple(olds),
        new=tuple(news),
        score=best.score.probability,
        source=best.source,
        details=tuple(dict.fromkeys(line for kind in kinds for k, line in found if k == kind)),
    )


def _where(olds: Sequence[str], news: Sequence[str], web: _Web, before: Side, after: Side) -> list[Finding]:
    """merged, split and moved: where a commitment went in the new plan.

    Two olds are merged where both went mainly into one new, and each brought words that the other has not: an overview
    beside the detail is no second source. An old is split where several news took up words of it that no other did.
    """
    found: list[Finding] = []
    for key in news:
        into = [link.old for link in web.of_new[key] if web.main_heir(link.old) == key]
        into = _own_share(into, before, after.words(key))
        if len(into) > 1:
            found.append(("merged", f"合并: {'、'.join(into)} → {key}"))
    for key in olds:
        heirs = _own_share([link.new for link in web.of_old[key]], after, before.words(key))
        if len(heirs) > 1:
            found.append(("split", f"拆分: {key} → {'、'.join(heirs)}"))
    for a, b in ((a, b) for a in olds for b in news if (a, b) in web.moved):
        found.append(("moved", f"移动: {_place(a, before)} → {_place(b, after)}"))
    return found


def _own_share(keys: Sequence[str], side: Side, whole: Mapping[str, float]) -> list[str]:
    """Those that share words with the whole which none of the others shares."""
    shared = {key: whole.keys() & side.words(key).keys() for key in keys}
    holders = Counter(word for words in shared.values() for word in words)
    own = {key: sum(whole[word] for word in words if holders[word] == 1) for key, words in shared.items()}
    return [key for key in keys if own[key] >= _OWN_SHARE]


def _place(key: str, side: Side) -> str:
    """The clause a commitment stands in, by key and heading: the same key may be another clause in the next plan."""
    clause = side.commitments[key].clause
    heading = side.headings.get(clause, "")
    return f"{clause} {heading}".rstrip() if heading else key
