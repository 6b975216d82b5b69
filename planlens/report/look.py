"""How a report is to look: what the place it goes to can show."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_SPACE = re.compile(r"\s+")
# Explicit directions can make a terminal or a page show another text than the plan has.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Look:
    """`width` in terminal cells; `full` leaves long text uncut; `nothing` stands where a table has no rows."""

    width: int = 120
    colour: bool = False
    full: bool = False
    nothing: str = "—"


def one_line(text: str) -> str:
    """Text safe to show: white space as single spaces, control and direction characters as �.

    >>> one_line("第一行\\n第二行\\x1b[31m")
    '第一行 第二行�[31m'
    """
    text = _SPACE.sub(" ", text).strip()
    return "".join("\ufffd" if c in _DIRECTIONS or unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
