"""How large a file may be in each respect; PLANLENS_LIMITS=4 allows four times as much of everything.

A limit keeps a file that was built to harm, or saved wrongly, from taking the memory and the time of the machine. Each
is several times what the longest five-year plans need, and each is named, with the setting, in the line that refuses.
"""

from __future__ import annotations

import os
import re

from planlens.errors import InputError, SettingsError

SETTING = "PLANLENS_LIMITS"
_MOST = 10_000
_TAG = re.compile(r"<[A-Za-z][^<>]*>")
_MOST_ATTRIBUTES = 2_000
"""Words in one tag; reading attributes takes the square of their number."""


def times() -> float:
    """How often the usual limits are allowed, 1 unless PLANLENS_LIMITS says otherwise.

    Raises SettingsError where that is no number between 1 and 10000.
    """
    told = os.environ.get(SETTING, "").strip()
    if not told:
        return 1
    if not re.fullmatch(r"\d{1,5}(?:\.\d{1,3})?", told, re.ASCII) or not 1 <= float(told) <= _MOST:
        raise SettingsError(f"{SETTING}={told[:40]!r}: no number from 1 to {_MOST}; 4 allows four times the usual")
    return float(told)


def check(count: int, usual: int, where: str, what: str) -> None:
    """Raises InputError, with the setting to change, where there are more than `usual` of something.

    >>> check(3, 2, "a.docx", "pages")
    Traceback (most recent call last):
    planlens.errors.InputError: a.docx: 3 pages, more than 2; part it, or set PLANLENS_LIMITS=2
    """
    if count > usual * times():
        more = -(-count // usual)
        raise InputError(
            f"{where}: {count:,} {what}, more than {usual * times():,.0f}; part it, or set {SETTING}={more}"
        )


def check_attributes(source: str, where: str) -> None:
    """Raises InputError where one tag of a page has thousands of attributes."""
    for tag in _TAG.finditer(source):
        if tag.end() - tag.start() > 2 * _MOST_ATTRIBUTES:
            check(len(tag[0].split()), _MOST_ATTRIBUTES, where, "attributes in one tag")
