"""What a report rests on, so that anyone can make it again: inputs, lists and weights by digest, decisions, doubts.

    Manifest.table(m)   the rows that end every report
    Manifest.json()     the object `manifest` of every JSON output

The command stands in it as it was given, without what only says where the report goes and how it looks.
"""

from __future__ import annotations

import functools
import hashlib
import re
import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path, PurePath
from typing import Any

from planlens import __version__
from planlens.model import Comparison, Coverage, Overlap, Plan, Table
from planlens.report.closing import REVIEW_BELOW, damaged, ink, skipped
from planlens.report.messages import Messages

_SHORT = 12  # hexadecimal digits of a digest where room is scarce
_LISTED = 4  # inputs that a terminal names one by one
_PLAIN = re.compile(r"[\w./:,#%+=@-]+")
_WORDS_OF_REPORTS = "messages"  # the only lists that no finding depends on


@dataclass(frozen=True, slots=True)
class File:
    """A file that was read, by name and SHA-256 of its bytes."""

    name: str
    sha256: str

    @classmethod
    def of(cls, path: Path) -> File:
        return cls(path.name, hashlib.sha256(path.read_bytes()).hexdigest())


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A file of reviewed links, how many of its decisions hold and how many do not."""

    file: File
    applied: int
    orphaned: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one run of a command read and went by.

    `command` are its arguments as they would be typed, `lexicon` a person's own lists ("" for none), `weights` names of
    the shipped files of weights, `semantic` the name and digest of the encoder, `result` what the run found.
    """

    command: tuple[str, ...]
    plans: tuple[Plan, ...] = ()
    files: tuple[File, ...] = ()
    lexicon: str = ""
    weights: tuple[str, ...] = ()
    semantic: tuple[str, str] | None = None
    reviewed: Reviewed | None = None
    result: object = None

    def json(self) -> dict[str, Any]:
        """The same whatever the language and the place it is written to."""
        scored = probabilities(self.result)
        links = {"count": len(scored), "below": REVIEW_BELOW, "to_review": to_review(scored)}
        replayed = self.reviewed
        return {
            "planlens": __version__,
            "command": list(self.command),
            "inputs": [_input(plan) for plan in self.plans]
            + [{"file": file.name, "sha256": file.sha256} for file in self.files],
            "lexicon": {"shipped": shipped_lists(), "own": self.lexicon or None},
            "weights": [{"file": name, "sha256": shipped(name)} for name in self.weights],
            "semantic": None if self.semantic is None else dict(zip(("model", "digest"), self.semantic, strict=True)),
            "alignments": replayed
            and {
                "file": replayed.file.name,
                "sha256": replayed.file.sha256,
                "applied": replayed.applied,
                "not_applied": replayed.orphaned,
            },
            "links": links if scored else None,
            "reviewed": _confirmed(self.result),
        }

    def table(self, m: Messages, *, cut: bool) -> Table:
        """One row a fact; `cut`: digests are shortened and of many inputs only the first are named."""
        rows = [] if isinstance(self.result, Comparison) else self._doubts(m)
        read = [*(_read(plan, cut) for plan in self.plans), *(_named(file, cut) for file in self.files)]
        if cut and len(read) > _LISTED:
            read = [*read[: _LISTED - 1], m("manifest.more_inputs", count=len(read) - _LISTED + 1)]
        rows += [(m("manifest.inputs"), "\n".join(read))] if read else []
        rows.append((m("manifest.command"), " ".join(map(_quoted, ("planlens", *self.command)))))
        own = m("manifest.own_lists", own=self.lexicon) if self.lexicon else ""
        rows.append((m("manifest.lexicon"), m("manifest.shipped", digest=_digest(shipped_lists(), cut)) + own))
        if self.weights:
            listed = [_named(File(name, shipped(name)), cut) for name in self.weights]
            model = m("manifest.semantic", model=self.semantic[0]) if self.semantic else m("manifest.no_semantic")
            rows.append((m("manifest.weights"), m("mark.stop").join([*listed, model])))
        if self.reviewed is not None:
            counts = {"applied": self.reviewed.applied, "orphaned": self.reviewed.orphaned}
            told = m("manifest.reviewed_text", file=_named(self.reviewed.file, cut), **counts)
            rows.append((m("manifest.reviewed"), told))
        rows.append((m("closing.version"), f"planlens {__version__}"))
        return Table("closing", m("title.closing"), ("", ""), tuple(rows))

    def _doubts(self, m: Messages) -> list[tuple[str, str]]:
        """What was not read and what is not sure; of a comparison its own closing block says it."""
        nothing = m("closing.nothing")
        told = [(plan.info.id, skipped(plan, m)) for plan in self.plans]
        left = [m("closing.note_whole", kind=name, why=what) for name, what in told if what != nothing]
        rows = [(m("manifest.skipped"), "\n".join(left) or nothing)] if self.plans else []
        rows += damaged(self.plans, m)
        if scored := probabilities(self.result):
            counts = {"weak": to_review(scored), "links": len(scored), "below": REVIEW_BELOW}
            rows.append((m("closing.weak"), m("closing.weak_text", **counts)))
        return rows


def closed(tables: Sequence[Table], end: Table) -> list[Table]:
    """The tables with `end` behind them, its rows in the closing block where the report ends with one."""
    last = tables[-1] if tables else None
    if last is None or last.name != "closing" or not last.title or len(last.columns) != len(end.columns):
        return [*tables, end]
    return [*tables[:-1], Table(last.name, last.title, last.columns, (*last.rows, *end.rows))]


def probabilities(result: object) -> list[float]:
    """How probable the links are that a result rests on; those that are certain are left out."""
    if isinstance(result, Comparison):
        return [link.score.probability for link in result.links if link.source == "scored"]
    if isinstance(result, Overlap):
        return [shared.score.probability for shared in result.pairs]
    if isinstance(result, Coverage):
        return [a.score for _, answers in result.rows for a in answers if a.units and a.score is not None]
    return []


def to_review(scored: Iterable[float]) -> int:
    return sum(probability < REVIEW_BELOW for probability in scored)


@functools.cache
def shipped(name: str) -> str:
    """SHA-256 of a file that ships with planlens."""
    return hashlib.sha256((resources.files("planlens") / "data" / name).read_bytes()).hexdigest()


@functools.cache
def shipped_lists() -> str:
    """One digest of all shipped lists that reading and comparing go by."""
    whole = hashlib.sha256()
    for file in sorted((resources.files("planlens") / "data").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml") and not file.name.startswith(_WORDS_OF_REPORTS):
            whole.update(file.name.encode() + b"\0" + file.read_bytes())
    return whole.hexdigest()


def _confirmed(result: object) -> int | None:
    """How many changes rest on a person's decision."""
    if not isinstance(result, Comparison):
        return None
    return sum(change.source == "reviewed" for change in result.changes)


def _input(plan: Plan) -> dict[str, Any]:
    places, chars = Counter[str](), Counter[str]()
    for note in plan.notes:
        places[note.kind] += 1
        chars[note.kind] += ink(plan, note.span) if note.span is not None else 0
    return {
        "id": plan.info.id,
        "about": {name: value for name, value in asdict(plan.info).items() if value is not None and name != "id"},
        "file": PurePath(plan.document.path).name,
        "sha256": plan.document.sha256,
        "skipped": [{"kind": kind, "places": count, "characters": chars[kind]} for kind, count in places.items()],
        "damaged": sum(target.damaged for target in plan.targets),
    }


def _read(plan: Plan, cut: bool) -> str:
    return _named(File(PurePath(plan.document.path).name, plan.document.sha256), cut)


def _named(file: File, cut: bool) -> str:
    return f"{file.name} sha256:{_digest(file.sha256, cut)}"


def _quoted(word: str) -> str:
    """A word as a shell takes it; Chinese ones need no quotation marks.

    >>> _quoted("深圳市"), _quoted("a b")
    ('深圳市', "'a b'")
    """
    return word if _PLAIN.fullmatch(word) else shlex.quote(word)


def _digest(digest: str, cut: bool) -> str:
    return digest[:_SHORT] if cut else digest
