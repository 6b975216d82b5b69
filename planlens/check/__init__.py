"""The order in which a draft is looked through before it goes up, and what each look needs beside the draft.

within(draft)                              -> what is wrong in the draft taken by itself
check(draft, goals=…, last=…, peers=…)     -> that, and what is wrong beside other plans
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..compare import compare
from ..coverage import cover
from ..coverage import goals as asked
from ..errors import LibraryError
from ..lexicon import Lexicon
from ..model import Plan
from ..semantic import Encoder
from . import against, annex, bases, conflicts, former_names, neighbours, numbering, references, sums
from .findings import Finding, ordered

Note = tuple[str, tuple[tuple[str, str], ...]]
"""Why something was not looked at: a sentence of data/check.toml and what fills its gaps."""


@dataclass(frozen=True, slots=True)
class Check:
    """A draft, the plans it was held against, what was found, and what could not be looked at."""

    draft: Plan
    others: tuple[Plan, ...]
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...] = ()

    def plan(self, name: str) -> Plan:
        """The plan of an id."""
        return next(plan for plan in (self.draft, *self.others) if plan.info.id == name)


def check(
    draft: Plan,
    *,
    goals: Plan | None = None,
    last: Plan | None = None,
    peers: Sequence[Plan] = (),
    encoder: Encoder | None = None,
    lexicon: Lexicon | None = None,
) -> Check:
    """All findings, the severest first. Damaged numbers take part in none.

    Raises LibraryError where another plan is the draft itself or the one of last year is of another place, InputError
    where the goals ask for nothing.
    """
    others = tuple(dict.fromkeys(plan for plan in (goals, last, *peers) if plan is not None))
    _refuse(draft, others, last)
    found, notes = within(draft), list[Note]()
    if goals is not None:
        covered = cover(goals, (draft,), encoder=encoder)
        notes += [("caveat", (("why", caveat),)) for caveat in covered.caveats]
        if asked.belongs(goals, draft):
            found += against.goals(covered)
    if last is not None:
        found += against.last(compare(last, draft, encoder=encoder, lexicon=lexicon))
    if len(peers) > 1:
        found += against.peers(draft, peers, encoder=encoder)
    elif peers:
        notes.append(("one_peer", ()))
    return Check(draft, others, ordered(found), tuple(notes))


def within(draft: Plan) -> list[Finding]:
    """What is wrong in a plan taken by itself."""
    looks = (conflicts, sums, neighbours, former_names, numbering, annex, references, bases)
    return [finding for look in looks for finding in look.check(draft)]


def _refuse(draft: Plan, others: Sequence[Plan], last: Plan | None) -> None:
    for plan in others:
        if plan.document.sha256 == draft.document.sha256:
            raise LibraryError(f"{plan.info.id}: this is the draft itself; name another plan to hold it against")
    places = [plan.info.region for plan in (draft, last) if plan is not None]
    if last is not None and all(places) and places[0] != places[1]:
        raise LibraryError(
            f"{last.info.id}: is of {places[1]}, the draft of {places[0]}; --last takes a plan of the same place"
        )
