"""Which links cross: to another clause or chapter than the rest of theirs, or, word for word, out of order.

moved_links(links, before, after)  -> the (old key, new key) pairs that moved; renumbering alone moves nothing
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Sequence

from . import redline
from .kinds import Side
from .model import Link

_HOME = 1.5
"""Summed probability of links from which another clause is the home of a clause: two links at least."""


def moved_links(links: Sequence[Link], before: Side, after: Side) -> frozenset[tuple[str, str]]:
    """The links that cross: to another clause or chapter than the rest of theirs, or, word for word, out of order."""
    return frozenset(_strayed(links, before, after) | _overtaken(links, before, after))


def _strayed(links: Sequence[Link], before: Side, after: Side) -> set[tuple[str, str]]:
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


def _containers(clause: str, side: Side) -> tuple[str, ...]:
    """A clause and all above it, the nearest first."""
    out: list[str] = []
    at: str | None = clause
    while at is not None:
        out.append(at)
        at = side.above.get(at)
    return tuple(out)


def _overtaken(links: Sequence[Link], before: Side, after: Side) -> set[tuple[str, str]]:
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
