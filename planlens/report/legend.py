"""What the columns and verdicts of a report mean, for a reader who opens it without the program at hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from planlens.model import Table
from planlens.report.messages import Messages
from planlens.report.tables import headers

# The groups of words that the rows of a table speak in.
_SPOKEN = {
    "shifts": ("verdict", "shift"),
    "one_sided": ("shift",),
    "new": ("status",),
    "dropped": ("status",),
    "changed": ("kind", "basis"),
    "kept": ("basis",),
    "weak": ("status",),
    "targets": ("target_role", "measure"),
    "track": ("measure",),
    "matrix": ("answer",),
    "gaps": ("answer",),
    "shared": ("shared",),
}


def legend(tables: Sequence[Table], m: Messages, *, columns: Iterable[str] = ()) -> Table:
    """One row a column or word of the report that has an explanation; `columns` are names a writer adds to those."""
    rows = [*_columns(tables, columns, m), *_words(tables, m)]
    return Table("legend", m("title.legend"), headers(m, ("term", "meaning")), tuple(rows))


def _columns(tables: Sequence[Table], more: Iterable[str], m: Messages) -> Iterator[tuple[str, str]]:
    shown = {title for table in tables for title in table.columns} | {m("column." + name) for name in more}
    for name in (key.partition(".")[2] for key in m.texts if key.startswith("about_column.")):
        if m("column." + name) in shown:
            yield m("column." + name), m("about_column." + name)


def _words(tables: Sequence[Table], m: Messages) -> Iterator[tuple[str, str]]:
    groups = dict.fromkeys(group for table in tables if table.rows for group in _SPOKEN.get(table.name, ()))
    for group in groups:
        for key in m.texts:
            about, _, name = key.partition(".")
            if about == f"about_{group}":
                yield m(f"{group}.{name}"), m(key)
