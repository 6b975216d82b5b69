"""Turn a document into a plan: outline, then commitments, then targets, and which of them are said twice."""

from __future__ import annotations

from . import commitments, outline, restated, targets
from .lexicon import Lexicon
from .model import Document, Plan, PlanInfo
from .traditional import comparable


def build(document: Document, info: PlanInfo, lexicon: Lexicon | None = None) -> Plan:
    """The plan that a document holds, read with a lexicon (the shipped one unless another is given).

    Its notes are the reader's and then the outline's. A text in traditional characters is read, and kept, in simplified
    ones; `traditional.as_written` gives a result its own back.
    """
    document = comparable(document)
    clauses, notes = outline.parse(document)
    statements = commitments.extract(document, clauses, lexicon)
    numbers = targets.extract(document, clauses, statements)
    numbers = restated.mark(document, clauses, numbers)
    return Plan(info, document, clauses, statements, numbers, document.notes + notes)
