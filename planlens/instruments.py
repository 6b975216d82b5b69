"""Name the policy instruments that a text speaks of, whatever a place calls them: 基层医疗集团 is a 紧密型医联体.

    named("做实基层医疗集团，推行家庭医生个性化签约")   -> 紧密型医联体, 家庭医生签约, each with its place

The names are in data/instruments.toml. Where names overlap the longest is read.
"""

from __future__ import annotations

import functools
import importlib.resources
import re
import sys
from dataclasses import dataclass

from .model import Span

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_PIECE = re.compile(r"[^，,；;。：:！!？?|\n]+")
_GAP = "…"


@dataclass(frozen=True, slots=True)
class Named:
    """An instrument by its label, and the characters that name it."""

    label: str
    span: Span


@dataclass(frozen=True, slots=True)
class _Names:
    """Names by their first two characters, longest first, and pairs of words that name one together."""

    whole: dict[str, tuple[tuple[str, str], ...]]
    apart: tuple[tuple[str, str, str], ...]


@functools.cache
def _names() -> _Names:
    raw = importlib.resources.files(__package__).joinpath("data/instruments.toml").read_text("utf-8")
    pairs = [
        (name, label)
        for section in tomllib.loads(raw).values()
        for label, names in section.items()
        for name in dict.fromkeys((label, *names))
    ]
    whole: dict[str, list[tuple[str, str]]] = {}
    for name, label in sorted((p for p in pairs if _GAP not in p[0]), key=lambda pair: (-len(pair[0]), pair)):
        whole.setdefault(name[:2], []).append((name, label))
    apart = tuple((*name.split(_GAP, 1), label) for name, label in pairs if _GAP in name)
    return _Names({start: tuple(names) for start, names in whole.items()}, apart)


@functools.lru_cache(maxsize=1 << 14)  # a statement, its pieces and its themes ask for the same texts
def named(text: str) -> tuple[Named, ...]:
    """The instruments named in a text, in order.

    >>> [found.label for found in named("支持国家区域医疗中心，建设镇街区域中心医院")]
    ['国家区域医疗中心', '区域中心医院']
    >>> sorted(labels("为65岁以上长者提供健康管理"))
    ['老年健康管理']
    """
    found = [*_whole(text), *_apart(text)]
    return tuple(sorted(found, key=lambda n: (n.span.start, n.span.end, n.label)))


def labels(text: str) -> frozenset[str]:
    """The labels alone."""
    return frozenset(found.label for found in named(text))


def _whole(text: str) -> list[Named]:
    names, out, at = _names().whole, [], 0
    while at < len(text):
        hit = next(((n, label) for n, label in names.get(text[at : at + 2], ()) if text.startswith(n, at)), None)
        if hit is None:
            at += 1
        else:
            out.append(Named(hit[1], Span(at, at + len(hit[0]))))
            at += len(hit[0])
    return out


def _apart(text: str) -> list[Named]:
    out = []
    for piece in _PIECE.finditer(text):
        for first, second, label in _names().apart:
            at = piece[0].find(first)
            end = piece[0].find(second, at + len(first)) if at >= 0 else -1
            if end >= 0:
                start = piece.start()
                out.append(Named(label, Span(start + at, start + end + len(second))))
    return out


def names() -> tuple[str, ...]:
    """Every name in the lexicon, the labels among them."""
    whole = tuple(name for group in _names().whole.values() for name, _ in group)
    return whole + tuple(f"{first}{_GAP}{second}" for first, second, _ in _names().apart)
