"""Compare government plans: what was kept, changed, added and dropped, and which numeric targets moved.

>>> import planlens
>>> library = planlens.Library.open("samples")
>>> library.find("shenzhen-2025").info.region
'深圳市'

`diff` and `read_plan` take ids, years, periods or paths, as the command line does; `frames` turns what they give into
pandas frames. Their stages are verbs of their own modules: `read.read_document`, `parse.build`, `align.align`,
`compare.compare`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planlens import frames
    from planlens.errors import PlanlensError
    from planlens.library import Library
    from planlens.model import Comparison, Document, Plan
    from planlens.parse import build
    from planlens.read import read_document

__version__ = "0.1.0"

__all__ = [
    "Comparison",
    "Document",
    "Library",
    "Plan",
    "PlanlensError",
    "build",
    "diff",
    "frames",
    "read_document",
    "read_plan",
]

# Where each public name lives: imported when first asked for, so that `import planlens` costs nothing.
_HOMES = {
    "Comparison": "planlens.model",
    "Document": "planlens.model",
    "Library": "planlens.library",
    "Plan": "planlens.model",
    "PlanlensError": "planlens.errors",
    "build": "planlens.parse",
    "read_document": "planlens.read",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "frames":
        return import_module("planlens.frames")
    if name not in _HOMES:
        raise AttributeError(f"module 'planlens' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def diff(
    old: str,
    new: str,
    *,
    library: str | None = None,
    region: str | None = None,
    reviewed: bool = True,
    lexicon: str | None = None,
    semantic: bool = True,
) -> Comparison:
    """Compare two plans named by id, year, period or path: what `planlens diff OLD NEW` reports.

    `reviewed`: whether links that a person has reviewed (alignments/) outrank what is found. `lexicon`: a folder or
    file of word lists to lay over the shipped ones. `semantic`: whether evidence of meaning is used where the semantic
    extra is installed.
    """
    from pathlib import Path

    from planlens.alignments import decided, homes
    from planlens.compare import compare
    from planlens.lexicon import load
    from planlens.library import Library
    from planlens.semantic import installed
    from planlens.traditional import as_written

    words = load(Path(lexicon) if lexicon is not None else None)
    shelf = Library.open(library)
    first, second = (shelf.read(entry, words) for entry in shelf.pair(old, new, region=region))
    folders = homes(shelf.folder, shipped=shelf.shipped) if reviewed else ()
    settled = decided(folders, first, second).settled
    return as_written(compare(first, second, settled, encoder=installed() if semantic else None, lexicon=words))


def read_plan(name: str, *, library: str | None = None, region: str | None = None, lexicon: str | None = None) -> Plan:
    """One plan named by id, year, period or path, read and parsed: what `planlens show PLAN` tells of.

    >>> plan = read_plan("shenzhen-2025", library="samples")
    >>> plan.commitments[0].key
    '一/一#1'
    """
    from pathlib import Path

    from planlens.lexicon import load
    from planlens.library import Library
    from planlens.traditional import as_written

    shelf = Library.open(library)
    words = load(Path(lexicon) if lexicon is not None else None)
    return as_written(shelf.read(shelf.find(name, region=region), words))
