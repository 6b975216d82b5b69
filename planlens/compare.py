"""The order of the stages of `diff`, and the only file that knows it.

align     which commitments and clauses correspond
changes   what each correspondence means
shifts    what happened to each target
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from . import align, changes, kinds, pieces, shifts
from .alignments import Decision
from .lexicon import Lexicon, load
from .model import Alignment, Change, Comparison, Plan
from .semantic import Encoder


def compare(
    old: Plan,
    new: Plan,
    reviewed: Sequence[Decision] = (),
    *,
    encoder: Encoder | None = None,
    lexicon: Lexicon | None = None,
) -> Comparison:
    """Everything that can be said of two plans, the older first; `reviewed` decisions outrank what is found.

    `encoder` adds evidence of meaning (`semantic.installed()`); `lexicon` is the one that the plans were read with.
    """
    lexicon = lexicon or load()
    sides = kinds.side_of(old, lexicon), kinds.side_of(new, lexicon)
    alignment = _located(align.align(old, new, reviewed, encoder=encoder), *sides)
    return Comparison(
        old=old,
        new=new,
        clauses=alignment.clauses,
        links=alignment.links,
        changes=_marked(changes.judged(*sides, alignment, lexicon), reviewed),
        shifts=shifts.pair(old, new, alignment),
        evidence=alignment.evidence,
        weak=alignment.weak,
        lexicon=lexicon.origin,
    )


def located(old: Plan, new: Plan, found: Alignment, lexicon: Lexicon | None = None) -> Alignment:
    """An alignment whose links say which item of a long sentence they rest on."""
    lexicon = lexicon or load()
    return _located(found, kinds.side_of(old, lexicon), kinds.side_of(new, lexicon))


def _located(found: Alignment, before: kinds.Side, after: kinds.Side) -> Alignment:
    links, weak = (pieces.located(several, before, after) for several in (found.links, found.weak))
    return replace(found, links=links, weak=weak)


def _marked(found: Sequence[Change], reviewed: Sequence[Decision]) -> tuple[Change, ...]:
    """Changes with those marked as reviewed that a person said have no counterpart."""
    alone = {("dropped", d.old) if d.old else ("new", d.new) for d in reviewed if d.verdict == "no_counterpart"}
    return tuple(replace(c, source="reviewed") if (c.status, (c.old or c.new)[0]) in alone else c for c in found)
