"""What can go wrong with what a person gives planlens, one class a kind.

PlanlensError
├── InputError        a file that cannot be read as a plan
├── LibraryError      an id, year or region that the library cannot answer
│   └── KnownError    a plan that the library has already
├── OutputError       a report that cannot be written
├── CorpusError       a corpus that cannot be built, opened or asked
└── SettingsError     a lexicon or catalogue that does not hold what it must

The message is one line that says what is wrong, where, and what to do; the command line prints it and exits with 2.
"""

from __future__ import annotations


class PlanlensError(Exception):
    """Base of every error a person can mend.

    >>> str(PlanlensError("a.docx: its part x\\ny is damaged"))  # a message may name what a file calls its parts
    'a.docx: its part x y is damaged'
    """

    def __str__(self) -> str:
        return " ".join(super().__str__().splitlines())


class InputError(PlanlensError):
    """A file that is missing, empty, binary, encrypted, or otherwise no plan."""


class LibraryError(PlanlensError):
    """An id, year, period or region that names no plan, or more than one."""


class KnownError(LibraryError):
    """A plan that is added and that the library has already, in the same bytes or the same words."""


class OutputError(PlanlensError):
    """A place a report cannot be written to."""


class CorpusError(PlanlensError):
    """A corpus that is missing, damaged or of another version, or a scheduler that does not answer."""


class SettingsError(PlanlensError):
    """A catalogue, lexicon or weights file that is damaged or incomplete."""
