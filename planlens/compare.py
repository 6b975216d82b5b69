"""The order of the stages of `diff`, and the only file that knows it.

align     which commitments and clauses correspond
changes   what each correspondence means
shifts    what happened to each target
"""

from __future__ import annotations

from . import align, changes, shifts
from .model import Comparison, Plan

EVIDENCE = "word and character TF-IDF, items, names, outline; fitted weights"


def compare(old: Plan, new: Plan) -> Comparison:
    """Everything that can be said of two plans, the older first."""
    alignment = align.align(old, new)
    return Comparison(
        old=old,
        new=new,
        clauses=alignment.clauses,
        links=alignment.links,
        changes=changes.classify(old, new, alignment),
        shifts=shifts.pair(old, new, alignment),
        evidence=EVIDENCE,
    )
