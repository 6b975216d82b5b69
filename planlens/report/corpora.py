"""What a corpus holds, as one table and as JSON, and the rows that SQL over it gives."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from planlens.model import Table
from planlens.report.json import FORMAT, Row
from planlens.report.messages import Messages

_FAILED = 20  # failures that a terminal lists before it says how many more there are


def info_row(told: Row) -> Row:
    """What `Corpus.summary` gives."""
    return {"format": FORMAT, **told}


def info(told: Row, m: Messages, *, full: bool = False) -> tuple[Table, ...]:
    """The same for a reader; `full`: every failure."""
    counts, size = told["counts"], sum(told["bytes"].values())
    levels = [f"{m.word('level', name) if name else m('mark.none')} {count}" for name, count in told["levels"].items()]
    rows = [
        (m("corpus.holds"), m("corpus.counts", **counts, characters=told["characters"])),
        (m("corpus.years"), "–".join(map(str, dict.fromkeys(told["years"]))) if told["years"] else m("mark.none")),
        (m("corpus.places"), m("corpus.places_text", regions=told["regions"], provinces=told["provinces"])),
        (m("corpus.levels"), m.join(levels)),
        (m("corpus.size"), m("corpus.size_text", size=f"{size / 2**20:.1f} MB", parts=told["parts"])),
        (m("corpus.copies"), str(told["copies"])),
        (m("corpus.made"), f"planlens {told['planlens']}" + (f" · {told['lexicon']}" if told["lexicon"] else "")),
    ]
    tables = [Table("corpus", m("corpus.title", corpus=told["corpus"]), ("", ""), tuple(rows))]
    if failures := told["failures"]:
        shown = failures if full else failures[:_FAILED]
        listed = [(f["source"], f["why"]) for f in shown]
        if more := len(failures) - len(shown):
            listed.append(("…", m("corpus.more_failed", count=more)))
        title = m("corpus.failed", count=len(failures))
        tables.append(Table("failures", title, (m("corpus.file"), m("corpus.why")), tuple(listed)))
    return tuple(tables)


def result(rows: Any) -> Table:
    """What a query gave, as text; a list stands with 、 between its items."""
    cells = tuple(tuple(map(_cell, row)) for row in _values(rows))
    return Table("sql", "", tuple(rows.column_names), cells)


def result_row(rows: Any) -> Row:
    """The same as JSON: numbers as numbers, days and what else JSON has not as text."""
    names = rows.column_names
    return {
        "format": FORMAT,
        "columns": list(names),
        "rows": [[_plain(value) for value in row] for row in _values(rows)],
    }


def _values(rows: Any) -> Iterable[tuple[Any, ...]]:
    columns = [column.to_pylist() for column in rows.columns]
    return zip(*columns, strict=True)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _cell(value: Any) -> str:
    plain = _plain(value)
    if plain is None:
        return ""
    if isinstance(plain, float) and plain.is_integer() and abs(plain) < 1e15:
        return str(int(plain))
    if isinstance(plain, list) and all(isinstance(item, str) for item in plain):
        return "、".join(plain)
    return json.dumps(plain, ensure_ascii=False) if isinstance(plain, (list, dict, bool)) else str(plain)
