"""What came of deriving a report again: one verdict, what is not as it was, and the rows that differ."""

from __future__ import annotations

from typing import Any

from planlens.model import Proof, Table
from planlens.report.messages import Messages


def tables(proof: Proof, m: Messages) -> list[Table]:
    """A table of facts under the verdict, then one row a difference, where there is any."""
    verdict = m("verify.holds" if proof.holds else "verify.differs")
    facts = [(m("verify.command"), " ".join(("planlens", *proof.command))), (m("verify.rows"), str(proof.rows))]
    if proof.changed:
        facts.append((m("verify.changed"), m.join(list(proof.changed))))
    facts += [(m("verify." + name), m("verify.then_now", then=then, now=now)) for name, then, now in proof.goes_by]
    if proof.left:
        facts.append((m("verify.left"), m.join(list(proof.left))))
    made = [Table("verify", m("verify.title", verdict=verdict), ("", ""), tuple(facts))]
    if proof.differences:
        none = m("verify.no_row")
        rows = [(d.place, str(d.number), d.said or none, d.follows or none) for d in proof.differences]
        title = m("verify.differences", count=len(rows))
        names = tuple(m("verify." + name) for name in ("place", "number", "said", "follows"))
        made.append(Table("differences", title, names, tuple(rows)))
    return made


def row(proof: Proof) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "format": 1,
        "follows": proof.holds,
        "command": list(proof.command),
        "rows": proof.rows,
        "changed": list(proof.changed),
        "not_compared": list(proof.left),
        "goes_by": [{"what": what, "then": then, "now": now} for what, then, now in proof.goes_by],
        "differences": [
            {"part": d.place, "row": d.number, "said": d.said, "follows": d.follows} for d in proof.differences
        ],
    }
