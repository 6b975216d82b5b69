"""Reviewed links: what a person decided about pairs of statements, one decision a row of a plain table.

    read, write, record   the table of one pair of plans: alignments/<old>__<new>.tsv
    replay                which decisions hold for two plans as they are now, under which keys, and which no longer do
    agreement             how far two reviewers agree

A decision knows each statement by its key and by a digest of its text, so that it survives renumbering and is not
applied to a text that nobody judged.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Literal

from . import files
from .errors import OutputError, SettingsError
from .files import locked, write_atomically
from .model import Plan

Verdict = Literal["linked", "not_linked", "no_counterpart", "unsure"]
VERDICTS: tuple[Verdict, ...] = ("linked", "not_linked", "no_counterpart", "unsure")
Reason = Literal["old_gone", "new_gone", "both_gone", "several", "overruled", "contradicted"]
FOLDER = "alignments"
LOCK = ".alignments.lock"

SHOWN = 20  # characters of a text that stand in a row, for a person to recognise it by
_DIGEST = 16  # hexadecimal digits: among a million texts the chance that two share them is one in thirty million
_LONGEST_NAME = 100  # characters of a file's name; most file systems end at 255 bytes


@dataclass(frozen=True, slots=True)
class Decision:
    """One row. A `no_counterpart` speaks of one statement and leaves the other side empty.

    `old` and `new` are keys; `old_text` and `new_text` the beginnings of the texts, for human eyes; `when` an ISO date.
    """

    verdict: Verdict
    old: str
    new: str
    old_digest: str
    new_digest: str
    old_text: str
    new_text: str
    who: str = ""
    when: str = ""
    why: str = ""


COLUMNS = tuple(field.name for field in fields(Decision))
_NEEDED = COLUMNS[:5]


@dataclass(frozen=True, slots=True)
class Orphan:
    """A decision that is not applied, and why. `other` is the later or contradicting decision, where that is why."""

    decision: Decision
    reason: Reason
    other: Decision | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """Decisions that hold, under the keys their statements have now, and those that do not."""

    settled: tuple[Decision, ...] = ()
    orphaned: tuple[Orphan, ...] = ()
    carried: int = 0
    """How many of the settled ones were found under another key than the one they were made for."""


# --- texts and digests ----------------------------------------------------------------------------------------------


def plain(text: str) -> str:
    """A text without what carries no meaning: width, marks, white space, numbering at its head.

    Digests are made of it: a change here orphans every decision ever made.

    >>> plain("（三）新增社康机构３５家。") == plain("新增社康机构35家")
    True
    """
    folded = unicodedata.normalize("NFKC", text)
    bare = re.sub(r"^(?:\([一二三四五六七八九十\d]{1,3}\)|\d{1,2}[.、](?!\d))", "", folded.strip())
    return re.sub(r"[^\w%‰+/.\-~—–]|_", "", bare).rstrip(".")


@functools.lru_cache(maxsize=16384)  # two plans' statements, asked for again with every decision
def digest(text: str) -> str:
    """Sixteen hexadecimal digits of the SHA-256 of the plain text.

    >>> digest("新增床位35张。") == digest("新增床位 ３５张"), digest("新增床位35张") == digest("新增床位30张")
    (True, False)
    """
    return hashlib.sha256(plain(text).encode("utf-8", "backslashreplace")).hexdigest()[:_DIGEST]


def decide(
    verdict: Verdict, old: Plan, new: Plan, old_key: str, new_key: str, *, who: str, when: str, why: str = ""
) -> Decision:
    """A decision about two commitments of these plans; for no_counterpart one key is empty."""
    sides = [_text(plan, key) for plan, key in ((old, old_key), (new, new_key))]
    digests = [digest(text) if key else "" for text, key in zip(sides, (old_key, new_key), strict=True)]
    shown = [" ".join(text.split())[:SHOWN] for text in sides]
    return Decision(verdict, old_key, new_key, digests[0], digests[1], shown[0], shown[1], who, when, why)


def _text(plan: Plan, key: str) -> str:
    return next((c.text for c in plan.commitments if c.key == key), "")


# --- files ----------------------------------------------------------------------------------------------------------


def file_name(old: str, new: str) -> str:
    """The file of a pair of plans; what ids made of paths hold besides letters and digits becomes "-".

    >>> file_name("shenzhen-2023", "shenzhen-2025"), file_name("drafts/a b.docx", "c")
    ('shenzhen-2023__shenzhen-2025.tsv', 'drafts-a-b.docx__c.tsv')
    """
    name = "__".join(re.sub(r"[^\w.-]+", "-", part).strip("-.") for part in (old, new))
    if len(name) > _LONGEST_NAME:
        name = name[: _LONGEST_NAME - 9] + "-" + hashlib.sha256(f"{old}\0{new}".encode()).hexdigest()[:8]
    return name + ".tsv"


def homes(library: Path, *, shipped: bool, chosen: str | os.PathLike[str] | None = None) -> tuple[Path, ...]:
    """Folders that may hold reviewed links of a library, the one to write to first.

    `chosen` alone where one is; else alignments/ inside the library's folder (where there is one, or the library is
    the current folder) and beside it. What ships with planlens is read but not written: there, the current folder.
    """
    if chosen is not None:
        return (Path(chosen),)
    above = library.parent if library.name not in ("", "..") else library.resolve().parent
    inside, beside = library / FOLDER, above / FOLDER
    if not inside.resolve().is_relative_to(library.resolve()):
        raise SettingsError(f"{inside}: a link that leads out of the library; name its folder with --alignments")
    if shipped:
        return Path(FOLDER), inside, beside
    if inside.is_dir() or library.resolve() == Path.cwd():
        return inside, beside
    return beside, inside


def find(folders: Sequence[Path], name: str) -> Path | None:
    """The first of the folders' files of this name."""
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def decided(folders: Sequence[Path], old: Plan, new: Plan) -> Replay:
    """What reviewers decided about two plans, as far as it still holds; nothing where no folder has their file."""
    path = find(folders, file_name(old.info.id, new.info.id))
    return replay(read(path), old, new) if path else Replay()


def read(path: Path) -> tuple[Decision, ...]:
    """The decisions of a file in the order of its rows. Raises SettingsError that names the row it cannot take.

    Forgives what spreadsheets and git do to a table: a byte order mark, UTF-16, \\r\\n, quoted cells, empty lines,
    columns in another order.
    """
    lines = _decoded(path).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    rows = [(n, cells) for n, cells in enumerate(map(_cells, lines), 1) if any(map(str.strip, cells))]
    if not rows:
        return ()
    at = _columns(path, rows[0][1])
    return tuple(_decision(f"{path}: row {n}", cells, at) for n, cells in rows[1:])


def _decoded(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror or error})") from None
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise SettingsError(f"{path}: row {row}: not UTF-8 text; save the file as UTF-8") from None


def _columns(path: Path, cells: Sequence[str]) -> dict[str, int]:
    at = {name: n for n, name in enumerate(cells) if name}
    missing = [name for name in _NEEDED if name not in at]
    unknown = [name for name in at if name not in COLUMNS]
    if missing or unknown or len(at) < len([name for name in cells if name]):
        raise SettingsError(f"{path}: row 1: the columns must be {' '.join(COLUMNS)}, separated by tabs")
    return at


def _decision(where: str, cells: Sequence[str], at: Mapping[str, int]) -> Decision:
    """One row checked. The texts shown, who, when and why may be empty; the rest may not be wrong."""
    if cells[0].startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
        raise SettingsError(f"{where}: a merge conflict was left in the file")
    if any(cells[max(at.values()) + 1 :]):
        raise SettingsError(f"{where}: has {len(cells)} cells for {max(at.values()) + 1} columns")
    row = {name: cells[n] if n < len(cells) else "" for name, n in at.items()}
    verdict = next((known for known in VERDICTS if known == row["verdict"]), None)
    if verdict is None:
        raise SettingsError(f"{where}: {row['verdict']!r} is no verdict; there are {', '.join(VERDICTS)}")
    sides = [bool(row["old"]), bool(row["new"])]
    if sum(sides) != (1 if verdict == "no_counterpart" else 2):
        needs = "the key of one plan" if verdict == "no_counterpart" else "a key of both plans"
        raise SettingsError(f"{where}: {verdict} needs {needs}")
    for side, there in zip(("old", "new"), sides, strict=True):
        if there != bool(re.fullmatch(f"[0-9a-f]{{{_DIGEST}}}" if there else ".+", row[f"{side}_digest"])):
            raise SettingsError(f"{where}: {side}_digest must be {_DIGEST} hexadecimal digits beside a key, else empty")
    if row.get("when") and not _is_date(row["when"]):
        raise SettingsError(f"{where}: when: {row['when']!r} is no date; write 2025-03-01")
    return Decision(verdict, **{name: row.get(name, "") for name in COLUMNS[1:]})


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


def write(path: Path, decisions: Iterable[Decision]) -> None:
    """Write all decisions, whole or not at all, in the order of the new plan, so that one decision is one line of a
    diff. The folder is made where it is missing.
    """
    rows = [COLUMNS, *(_row(decision) for decision in sorted(set(decisions), key=_order))]
    _make(path.parent)
    write_atomically(
        files.inside(path, path.parent), "".join("\t".join(map(_escaped, row)) + "\n" for row in rows).encode()
    )


def _row(decision: Decision) -> tuple[str, ...]:
    return tuple(getattr(decision, name) for name in COLUMNS)


def _order(decision: Decision) -> tuple[object, ...]:
    """By new key, then old key, numerals by value (二 before 十); what has no new side comes last."""
    return not decision.new, _natural(decision.new), _natural(decision.old), _row(decision)


def _natural(key: str) -> list[tuple[int, float, str]]:
    from .quantity import number

    parts = re.findall(r"[零〇一二三四五六七八九十百]+|[0-9]+|[^零〇一二三四五六七八九十百0-9]+", key)
    values = [number(part) for part in parts]
    return [(0, float(v), p) if v is not None else (1, 0.0, p) for p, v in zip(parts, values, strict=True)]


# A cell that begins so is a formula or an open quotation to a spreadsheet; an apostrophe in front keeps it text.
_UNSAFE_START = tuple("=+-@＝＋－＠\"'")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_UNESCAPES = {escape[1]: char for char, escape in _ESCAPES.items()}


def _escaped(cell: str) -> str:
    r"""A cell on one line that no spreadsheet runs; `_cells` gives the same text back.

    >>> _escaped("甲\t乙\n丙\\"), _escaped("=1+1"), _escaped("\x1b")
    ('甲\\t乙\\n丙\\\\', "'=1+1", '\\u001b')
    """
    guarded = "'" + cell if cell.lstrip().startswith(_UNSAFE_START) else cell
    return "".join(_ESCAPES.get(c) or (f"\\u{ord(c):04x}" if _is_control(c) else c) for c in guarded)


def _is_control(char: str) -> bool:
    return char <= "\uffff" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _cells(line: str) -> list[str]:
    return [_unescaped(cell) for cell in line.split("\t")]


def _unescaped(cell: str) -> str:
    if len(cell) > 1 and cell[0] == cell[-1] == '"':  # a spreadsheet wrote it
        cell = cell[1:-1].replace('""', '"')
    bare = re.sub(r"\\(?:u([0-9a-f]{4})|(.))", _meant, cell)
    return bare[1:] if bare.startswith("'") else bare


def _meant(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else _UNESCAPES.get(match[2], match[0])


# --- replay ---------------------------------------------------------------------------------------------------------


class _Side:
    """The statements of one plan by key and by digest."""

    def __init__(self, plan: Plan) -> None:
        self.digest_at = {c.key: digest(c.text) for c in plan.commitments}
        self.keys_of: dict[str, list[str]] = defaultdict(list)
        for key, value in self.digest_at.items():
            self.keys_of[value].append(key)

    def find(self, key: str, value: str) -> list[str]:
        """Where the text stands now: under its key, else wherever it is found."""
        return [key] if not key or self.digest_at.get(key) == value else self.keys_of.get(value, [])


def replay(decisions: Iterable[Decision], old: Plan, new: Plan) -> Replay:
    """Every decision either settled or orphaned: applied where its texts still stand, carried over where only their
    keys moved. Of two that contradict each other the later holds; on the same day neither does.
    """
    sides = _Side(old), _Side(new)
    found: list[tuple[Decision, Decision]] = []  # as written, as it stands now
    orphaned: list[Orphan] = []
    for decision in decisions:
        olds, news = sides[0].find(decision.old, decision.old_digest), sides[1].find(decision.new, decision.new_digest)
        if len(olds) == len(news) == 1:
            found.append((decision, replace(decision, old=olds[0], new=news[0])))
        elif olds and news:
            orphaned.append(Orphan(decision, "several"))
        else:
            orphaned.append(Orphan(decision, "new_gone" if olds else "old_gone" if news else "both_gone"))
    settled: list[Decision] = []
    carried = 0
    against = rivals([now for _, now in found])
    for written, now in found:
        rival = max(against(now), key=_day, default=None)
        if rival is not None and _day(rival) >= _day(now):
            orphaned.append(Orphan(written, "overruled" if _day(rival) > _day(now) else "contradicted", rival))
        else:
            settled.append(now)
            carried += written != now
    return Replay(tuple(settled), tuple(orphaned), carried)


def _day(decision: Decision) -> str:
    return decision.when[:10]


def rivals(decisions: Sequence[Decision]) -> Callable[[Decision], list[Decision]]:
    """Which decisions say the opposite of one: linked against not linked, or against no counterpart on either side."""
    pairs: dict[tuple[str, str, str], list[Decision]] = defaultdict(list)
    for d in decisions:
        for name in {(d.verdict, d.old, d.new), (d.verdict, d.old, ""), (d.verdict, "", d.new)}:
            pairs[name].append(d)

    def against(d: Decision) -> list[Decision]:
        if d.verdict == "linked":
            opposite = [("not_linked", d.old, d.new), ("no_counterpart", d.old, ""), ("no_counterpart", "", d.new)]
        else:
            opposite = [("linked", d.old, d.new)] if d.verdict in ("not_linked", "no_counterpart") else []
        return [rival for name in opposite for rival in pairs.get(name, ())]

    return against


def record(
    path: Path, decisions: Sequence[Decision], old: Plan, new: Plan, *, start: Iterable[Decision] = ()
) -> list[Decision]:
    """Put decisions into a file at once, one after the other. Each takes the place of what the file said of the same
    pair and of what it contradicts; these rows are returned. Rows about texts that no longer stand stay as they are.

    `start` are the rows of a file that is not there yet. The file is read and written under a lock, so that several
    reviewers may decide at once.
    """
    with _alone(path):
        before = read(path) if path.exists() else tuple(start)
        after = list(before)
        for decision in decisions:
            holds = replay([decision], old, new).settled
            after = [*without(after, holds[0], old, new), holds[0]] if holds else [*after, decision]
        write(path, after)
    return [row for row in before if row not in after]


def take_back(path: Path, decisions: Sequence[Decision], replaced: Sequence[Decision]) -> None:
    """Undo a `record`: its decisions go, and what they replaced comes back."""
    with _alone(path):
        write(path, [*(row for row in read(path) if row not in decisions), *replaced])


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """The folder of a file made where it is missing, and locked."""
    _make(path.parent)
    with locked(path.parent, LOCK):
        yield


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror or error})") from None


def without(decisions: Iterable[Decision], decision: Decision, old: Plan, new: Plan) -> list[Decision]:
    """The decisions that can stand beside a later one."""
    sides = _Side(old), _Side(new)
    kept = []
    for row in decisions:
        olds, news = sides[0].find(row.old, row.old_digest), sides[1].find(row.new, row.new_digest)
        now = replace(row, old=olds[0], new=news[0]) if len(olds) == len(news) == 1 else None
        if now is None or not (_same_subject(now, decision) or rivals([decision])(now)):
            kept.append(row)
    return kept


def _same_subject(a: Decision, b: Decision) -> bool:
    return (a.old, a.new) == (b.old, b.new)


# --- agreement ------------------------------------------------------------------------------------------------------

_Statement = tuple[str, str, str]
"""A side, a key and a digest."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A pair that one reviewer linked and the other, who judged it, did not; what either says of it."""

    decision: Decision
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two reviewers agree. Figures are None where there is nothing to count.

    `links`: linked pairs that both judged, by (a, b, both); `alone`: linked pairs that only one of them judged, which
    count for nothing. `statuses`: (a, b) → statements, linked or none, of those both gave a status.
    """

    links: tuple[int, int, int]
    alone: tuple[int, int]
    statuses: tuple[tuple[tuple[str, str], int], ...]
    disagreements: tuple[Disagreement, ...]

    @property
    def links_f1(self) -> float | None:
        a, b, both = self.links
        return 2 * both / (a + b) if a + b else None

    @property
    def statements(self) -> int:
        return sum(count for _, count in self.statuses)

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa; None too where both gave all statements one and the same status, which says nothing."""
        total = self.statements
        if not total:
            return None
        same = sum(count for (a, b), count in self.statuses if a == b) / total
        margins: tuple[Counter[str], Counter[str]] = Counter(), Counter()
        for pair, count in self.statuses:
            for margin, status in zip(margins, pair, strict=True):
                margin[status] += count
        chance = sum(margins[0][status] * margins[1][status] for status in margins[0]) / total**2
        return (same - chance) / (1 - chance) if chance < 1 else None


class _Reviewer:
    """What one file says of pairs and of statements."""

    def __init__(self, decisions: Iterable[Decision]) -> None:
        self.verdict_of: dict[tuple[_Statement, _Statement], str] = {}
        self.linked: dict[tuple[_Statement, _Statement], Decision] = {}
        self.status: dict[_Statement, str] = {}
        for d in decisions:
            pair = ("old", d.old, d.old_digest), ("new", d.new, d.new_digest)
            if d.verdict == "no_counterpart":
                self.status.setdefault(pair[0] if d.old else pair[1], "none")
                continue
            self.verdict_of[pair] = d.verdict
            if d.verdict == "linked":
                self.linked[pair] = d
                self.status |= dict.fromkeys(pair, "linked")

    def says(self, pair: tuple[_Statement, _Statement]) -> str | None:
        """The verdict on a pair; not_linked too where the new statement went elsewhere or either has no counterpart;
        None where the reviewer did not judge it.
        """
        if pair in self.verdict_of:
            verdict = self.verdict_of[pair]
            return None if verdict == "unsure" else verdict
        if self.status.get(pair[0]) == "none" or self.status.get(pair[1]) == "none":
            return "no_counterpart"
        return "not_linked" if pair[1] in self.status else None


def agreement(a: Sequence[Decision], b: Sequence[Decision]) -> Agreement:
    """Compare two reviewers of one pair of plans. A statement is the same where key and text are, or, where only the
    numbering differs, where its text is and stands once.
    """
    first, second = _Reviewer(a), _Reviewer(list(_as_in(b, a)))
    judged = [
        {pair: d for pair, d in mine.linked.items() if other.says(pair) is not None}
        for mine, other in ((first, second), (second, first))
    ]
    both = judged[0].keys() & judged[1].keys()
    alone = len(first.linked) - len(judged[0]), len(second.linked) - len(judged[1])
    shared = [s for s in first.status if s in second.status]
    statuses = Counter((first.status[s], second.status[s]) for s in shared)
    different = {pair: d for mine in judged for pair, d in mine.items() if pair not in both}
    listed = [
        Disagreement(d, first.says(pair) or "", second.says(pair) or "")
        for pair, d in sorted(different.items(), key=lambda item: _order(item[1]))
    ]
    return Agreement((len(judged[0]), len(judged[1]), len(both)), alone, tuple(sorted(statuses.items())), tuple(listed))


def _as_in(decisions: Iterable[Decision], others: Iterable[Decision]) -> Iterator[Decision]:
    """Decisions with the keys that other decisions have for the same texts."""
    known: tuple[dict[str, set[str]], dict[str, set[str]]] = defaultdict(set), defaultdict(set)
    for d in others:
        known[0][d.old_digest].add(d.old)
        known[1][d.new_digest].add(d.new)
    for d in decisions:
        keys = [
            next(iter(there[value])) if key not in there.get(value, ()) and len(there.get(value, ())) == 1 else key
            for there, key, value in ((known[0], d.old, d.old_digest), (known[1], d.new, d.new_digest))
        ]
        yield replace(d, old=keys[0], new=keys[1])
