"""Compare government plans: what was kept, changed, added and dropped, and which numeric targets moved.

>>> import planlens as pl
>>> pl.read("shenzhen-2025", library="samples").info.region
'深圳市'

The calls are named as the commands are: `diff`, `read` (show), `coverage`, `check`, `overlap`, `track`, `trace`,
`adoption`, `plans`. They take ids, years, periods or paths, as the command line does, and every list of findings in
what they give has `to_frame()` (planlens/verbs.py, planlens/results.py, docs/api.md). The stages behind them are verbs
of their own modules: `read.read_document`, `parse.build`, `align.align`, `compare.compare`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planlens import frames
    from planlens.errors import PlanlensError
    from planlens.library import Library
    from planlens.model import Comparison, Document, Plan
    from planlens.parse import build
    from planlens.read import read_document
    from planlens.verbs import adoption, check, coverage, diff, overlap, plans, read, trace, track
    from planlens.verbs import read as read_plan

__version__ = "0.1.0"

__all__ = [
    "Comparison",
    "Document",
    "Library",
    "Plan",
    "PlanlensError",
    "adoption",
    "build",
    "check",
    "coverage",
    "diff",
    "frames",
    "overlap",
    "plans",
    "read",
    "read_document",
    "read_plan",
    "trace",
    "track",
]

# Where each public name lives: imported when first asked for, so that `import planlens` costs nothing.
_HOMES = {
    "Comparison": "planlens.model",
    "Document": "planlens.model",
    "Library": "planlens.library",
    "Plan": "planlens.model",
    "PlanlensError": "planlens.errors",
    "adoption": "planlens.verbs",
    "build": "planlens.parse",
    "diff": "planlens.verbs",
    "plans": "planlens.verbs",
    "read_document": "planlens.read",
    "trace": "planlens.verbs",
}
# Commands whose name is that of the module with their stages: that module is what is called.
_STAGES = ("check", "coverage", "overlap", "read", "track")


class _Stage(ModuleType):
    """A module that can be called as the command of its name."""

    def __call__(self, *given: Any, **options: Any) -> Any:
        from planlens import verbs

        return getattr(verbs, self.__name__.rpartition(".")[2])(*given, **options)


class _Package(ModuleType):
    """The import system sets a module as an attribute of its package, over any name there: it becomes callable here."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _STAGES and isinstance(value, ModuleType):
            value.__class__ = _Stage
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "frames" or name in _STAGES:
        return import_module(f"planlens.{name}")
    if name == "read_plan":
        return __getattr__("read")
    if name not in _HOMES:
        raise AttributeError(f"module 'planlens' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
