"""A task list in an attachment that names other responsible bodies than the clause it restates.

    check(plan) -> findings

Only blocks that bear the very heading of a clause are compared, and only where both end in a list of bodies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..commitments import bodies_listed
from ..lexicon import Lexicon, load
from ..model import Clause, Plan, Span
from ..outline import statements
from .findings import Finding, found, place

_SHORTEST = 6
"""Characters of a heading that is not met twice by chance: 组织实施 is."""


def check(plan: Plan) -> Iterator[Finding]:
    """One finding a block of an attachment whose bodies are not those of its clause."""
    lexicon = load()
    annexed = [c for c in plan.clauses if c.key.startswith("附件")]
    headed = {_bare(c.heading): c for c in plan.clauses if c.role == "task" and not c.key.startswith("附件")}
    for block in annexed:
        clause = headed.get(_bare(block.heading)) if len(_bare(block.heading)) >= _SHORTEST else None
        if clause is not None:
            lists = _lists(plan, block, lexicon), _lists(plan, clause, lexicon)
            if len(lists[0]) == len(lists[1]) == 1 and (told := _difference(lists[0][0][1], lists[1][0][1], lexicon)):
                spots = (place(plan, c.key, found_in[0][0]) for c, found_in in zip((block, clause), lists, strict=True))
                yield found("annex_bodies", *spots, told=told)


def _bare(heading: str) -> str:
    return re.sub(r"\W", "", heading)


def _lists(plan: Plan, clause: Clause, lexicon: Lexicon) -> list[tuple[Span, tuple[str, ...]]]:
    """The statements of a clause, and of those below it, that end in a list of bodies."""
    text = plan.document.text
    listed = ((span, bodies_listed(span.of(text), lexicon)) for span in statements(text, clause.span))
    return [(span, bodies) for span, bodies in listed if bodies]


def _difference(annex: Sequence[str], clause: Sequence[str], lexicon: Lexicon) -> str:
    """+市科技局；−市财政局: what the annex has more and less; 各镇街 is nobody in particular."""
    mine, theirs = ({lexicon.body(n): n for n in names if not n.startswith("各")} for names in (annex, clause))
    more = "、".join(name for body, name in mine.items() if body not in theirs)
    less = "、".join(name for body, name in theirs.items() if body not in mine)
    return "；".join(sign + names for sign, names in (("+", more), ("−", less)) if names)
