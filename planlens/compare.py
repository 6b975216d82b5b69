"""The order of the stages of `diff`, and the only file that knows it.

align     which commitments and clauses correspond
changes   what each correspondence means
shifts    what happened to each target
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from . import align, changes, shifts
from .alignments import Decision
from .model import Change, Comparison, Plan

EVIDENCE = "word and character TF-IDF, items, names, outline; fitted weights"


def compare(old: Plan, new: Plan, reviewed: Sequence[Decision] = ()) -> Comparison:
    """Everything that can be said of two plans, the older first; `reviewed` decisions outrank what is found."""
    alignment = align.align(old, new, reviewed)
    return Comparison(
        old=old,
        new=new,
        clauses=alignment.clauses,
        links=alignment.links,
        changes=_marked(changes.classify(old, new, alignment), reviewed),
        shifts=shifts.pair(old, new, alignment),
        evidence=EVIDENCE,
    )


def _marked(found: Sequence[Change], reviewed: Sequence[Decision]) -> tuple[Change, ...]:
    """Changes with those marked as reviewed that a person said have no counterpart."""
    alone = {("dropped", d.old) if d.old else ("new", d.new) for d in reviewed if d.verdict == "no_counterpart"}
    return tuple(replace(c, source="reviewed") if (c.status, (c.old or c.new)[0]) in alone else c for c in found)
