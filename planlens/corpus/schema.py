"""The four tables of a corpus, plans, clauses, commitments and targets: their columns, types and what they mean.

The columns stand in data/corpus.toml. VERSION goes up when a column is renamed, removed or means something else.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib.resources import files
from typing import Any

from planlens.errors import CorpusError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

VERSION = 1
FORMAT = "planlens-corpus"
TABLES = ("plans", "clauses", "commitments", "targets")
_STRUCTS = {
    "note": (("kind", "string"), ("start", "int32"), ("end", "int32"), ("why", "string"), ("reader", "bool")),
    "block": (("kind", "string"), ("start", "int32"), ("end", "int32"), ("level", "int32"), ("table", "int32")),
    "page": (("start", "int32"), ("page", "int32")),
}
"""Fields of the structs that a type names."""


@cache
def columns() -> dict[str, dict[str, tuple[str, str]]]:
    """table → column → (type, meaning), in the order they are written."""
    told = tomllib.loads((files("planlens") / "data" / "corpus.toml").read_text("utf-8"))
    return {table: {name: (kind, what) for name, (kind, what) in told[table].items()} for table in TABLES}


@cache
def arrow(table: str) -> Any:
    """The pyarrow.Schema of a table, with the version in its metadata."""
    pa = pyarrow()
    fields = [pa.field(name, _type(kind)) for name, (kind, _) in columns()[table].items()]
    return pa.schema(fields, metadata={FORMAT: str(VERSION)})


@cache
def nested() -> Any:
    """The schema of one plan in one row: the columns of plans, and the rows of each other table as a list."""
    pa = pyarrow()
    lists = [pa.field(table, pa.list_(pa.struct(list(arrow(table))[1:]))) for table in TABLES[1:]]
    return pa.schema([*arrow("plans"), *lists])


def _type(kind: str) -> Any:
    pa = pyarrow()
    if kind.startswith("list<"):
        return pa.list_(_type(kind[len("list<") : -1]))
    if kind in _STRUCTS:
        return pa.struct([pa.field(name, _type(of)) for name, of in _STRUCTS[kind]])
    return {"string": pa.string(), "int32": pa.int32(), "double": pa.float64(), "bool": pa.bool_()}[kind]


def pyarrow() -> Any:
    """The library that tables are written and read by; CorpusError where it is not installed."""
    try:
        import pyarrow as pa
        import pyarrow.parquet
    except ImportError:
        raise CorpusError("a corpus needs pyarrow: pip install 'planlens[corpus]'") from None
    return pa
