"""How a report is to look: what the place it goes to can show."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPACE = re.compile(r"\s+")
# Control characters, lone surrogates, and explicit directions, which can make a terminal or a page show another text
# than the plan has.
_UNSAFE = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]")


@dataclass(frozen=True, slots=True)
class Look:
    """`width` in terminal cells; `full` leaves long text uncut; `nothing` stands where a table has no rows.

    `style` is how a terminal's tables are drawn: plain (no lines), grid (lines of - and |), markdown; "" for what suits
    each. `tracked` shows changed words as revisions that an office program can accept or reject.
    """

    width: int = 120
    colour: bool = False
    full: bool = False
    nothing: str = "—"
    tracked: bool = False
    style: str = ""


def one_line(text: str) -> str:
    """Text safe to show: white space as single spaces, control and direction characters as �.

    >>> one_line("第一行\\n第二行\\x1b[31m")
    '第一行 第二行�[31m'
    """
    return safe(_SPACE.sub(" ", text).strip())


def safe(text: str) -> str:
    """Text of one line with control and direction characters as �; its spaces stay."""
    return _UNSAFE.sub("\ufffd", text)
