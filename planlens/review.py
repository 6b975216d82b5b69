"""A person goes through the doubtful links of two plans: the queue, the card of each pair, and what an answer does.

queue        what there is to decide, most doubtful first
Session      one reviewer at one pair of plans; every decision is in the file before the next question
run          questions and answers, wherever they come from
sheet_rows, from_sheet    the same decisions as rows of a spreadsheet and back
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

from . import align, alignments
from .alignments import Decision, Replay, Verdict, decide
from .errors import OutputError, SettingsError
from .files import write_atomically
from .model import Link, Plan, Table
from .redline import Op, words
from .report.look import one_line
from .report.messages import Messages, raw
from .report.places import Places, probability
from .report.terminal import display_width, wrap
from .semantic import Encoder

WEAK = 0.15  # candidates that did not become links are asked about from here up; below, four in five are rightly none
_FOUND = 8  # statements that a search lists
_LEAST = 20  # cells a side of a card has at least

Kind = Literal["linked", "weak", "lone_old", "lone_new", "decided"]


@dataclass(frozen=True, slots=True)
class Item:
    """A pair to judge, or one statement for which there is no candidate (the other key is empty)."""

    kind: Kind
    old: str
    new: str
    probability: float | None


# --- what to ask ----------------------------------------------------------------------------------------------------


def queue(
    old: Plan, new: Plan, settled: Sequence[Decision], *, unsure: bool = False, encoder: Encoder | None = None
) -> list[Item]:
    """Everything undecided, most doubtful first: links and candidates by how near their probability is to 0.5, then
    statements without any candidate. Equal texts are beyond doubt. `unsure` asks again about what was left unsure.
    """
    decided = [d for d in settled if not (unsure and d.verdict == "unsure")]
    found = align.align(old, new, decided, encoder=encoder)
    scored = [k for k in found.links if k.source == "scored"]
    items = {(k.old, k.new): Item("linked", k.old, k.new, k.score.probability) for k in scored}
    equal = [k for k in found.links if k.source == "equal"]
    sure = {("old", k.old) for k in equal} | {("new", k.new) for k in equal}
    for link in align.candidates(old, new, WEAK, encoder=encoder):
        if ("old", link.old) not in sure and ("new", link.new) not in sure:
            items.setdefault((link.old, link.new), Item("weak", link.old, link.new, link.score.probability))
    looked_at = {(side, key) for d in decided for side, key in (("old", d.old), ("new", d.new)) if key}
    for item in _lone(old, new, found.links, found.nearest_old, found.nearest_new):
        mine = ("old", item.old) if item.kind == "lone_old" else ("new", item.new)
        known = items.get((item.old, item.new))
        if known is not None and known.kind == "weak":
            items[item.old, item.new] = replace(known, kind=item.kind)
        elif known is None and mine not in looked_at:
            items[item.old, item.new] = item
    place = {c.key: n for n, c in enumerate(new.commitments)}
    settles = _settled(decided)
    left = [item for item in items.values() if not settles(item)]
    return sorted(left, key=lambda item: (_certainty(item), place.get(item.new, len(place)), item.old))


def _lone(
    old: Plan,
    new: Plan,
    links: Iterable[Link],
    nearest_old: Iterable[tuple[str, str, float]],
    nearest_new: Iterable[tuple[str, str, float]],
) -> Iterator[Item]:
    """What has no link, each with the candidate that came nearest."""
    linked = {("old", k.old) for k in links} | {("new", k.new) for k in links}
    near = {("old", key): (other, p) for key, other, p in nearest_old}
    near |= {("new", key): (other, p) for key, other, p in nearest_new}
    for c in new.commitments:
        if ("new", c.key) not in linked:
            other, p = near.get(("new", c.key), ("", None))
            yield Item("lone_new", other, c.key, p)
    for c in old.commitments:
        if ("old", c.key) not in linked:
            other, p = near.get(("old", c.key), ("", None))
            yield Item("lone_old", c.key, other, p)


def _certainty(item: Item) -> float:
    return 1.0 if item.probability is None else abs(item.probability - 0.5)


def _settled(decided: Iterable[Decision]) -> Callable[[Item], bool]:
    """Whether decisions leave nothing to ask about an item: its pair is decided, or one of its statements has none."""
    judged = {(d.old, d.new) for d in decided}

    def settled(item: Item) -> bool:
        return not judged.isdisjoint({(item.old, item.new), (item.old or None, ""), ("", item.new or None)})

    return settled


# --- one reviewer ---------------------------------------------------------------------------------------------------


@dataclass
class Session:
    """One reviewer at one pair of plans. `path` is the file; `start` the rows it begins with where it is not there."""

    old: Plan
    new: Plan
    items: Sequence[Item]
    path: Path
    who: str
    when: str
    start: Sequence[Decision] = ()
    at: int = 0
    history: list[tuple[int, list[Decision], list[Decision]]] = field(default_factory=list)
    """(place, decisions made there, rows they replaced), the last one last; no decisions where it was skipped."""

    @property
    def item(self) -> Item | None:
        """What is to be judged now; what an earlier answer settled is passed over."""
        settles = _settled(self.made)
        while self.at < len(self.items) and settles(self.items[self.at]):
            self.at += 1
        return self.items[self.at] if self.at < len(self.items) else None

    @property
    def made(self) -> list[Decision]:
        """The decisions of this session."""
        return [d for _, decisions, _ in self.history for d in decisions]

    @property
    def left(self) -> int:
        """How many items are undecided, those skipped included."""
        settles = _settled(self.made)
        return sum(not settles(item) for item in self.items)

    def answer(self, verdict: Verdict, *, side: str = "", why: str = "") -> None:
        """Judge the pair; `no_counterpart` judges the statement of one `side`, old or new."""
        item = self._now()
        old = "" if side == "new" else item.old
        new = "" if side == "old" else item.new
        self._put([self._decision(verdict, old, new, why)])

    def redraw(self, other: str, *, why: str = "") -> None:
        """Not this pair, but a link to another statement, by its key in the plan that `other_plan` names."""
        item = self._now()
        if other not in {c.key for c in self.other_plan.commitments}:
            raise SettingsError(other)
        old, new = (item.old, other) if item.kind == "lone_old" else (other, item.new)
        apart = [self._decision("not_linked", item.old, item.new, why)] if item.old and item.new else []
        self._put([*(apart if (old, new) != (item.old, item.new) else []), self._decision("linked", old, new, why)])

    @property
    def other_plan(self) -> Plan:
        """Where `redraw` looks for another counterpart: the new plan for an old statement left alone, else the old."""
        return self.new if self._now().kind == "lone_old" else self.old

    def skip(self) -> None:
        self.history.append((self.at, [], []))
        self.at += 1

    def back(self) -> bool:
        """Undo the last answer and return to it; False where there is none."""
        if not self.history:
            return False
        self.at, decisions, replaced = self.history.pop()
        if decisions:
            alignments.take_back(self.path, decisions, replaced)
        return True

    def _now(self) -> Item:
        item = self.item
        assert item is not None
        return item

    def _decision(self, verdict: Verdict, old: str, new: str, why: str) -> Decision:
        return decide(verdict, self.old, self.new, old, new, who=self.who, when=self.when, why=why)

    def _put(self, decisions: list[Decision]) -> None:
        replaced = alignments.record(self.path, decisions, self.old, self.new, start=self.start)
        self.history.append((self.at, decisions, replaced))
        self.at += 1


@dataclass(frozen=True)
class Desk:
    """What lies before a reviewer: two plans, the file that decisions go to, and what was decided before."""

    old: Plan
    new: Plan
    path: Path
    start: Sequence[Decision]
    who: str
    when: str
    encoder: Encoder | None = None

    @classmethod
    def of(
        cls,
        old: Plan,
        new: Plan,
        folders: Sequence[Path],
        *,
        shipped: bool,
        who: str,
        encoder: Encoder | None = None,
    ) -> Desk:
        """`folders` are those of `alignments.homes`; of a `shipped` library what is found there is not written to."""
        name = alignments.file_name(old.info.id, new.info.id)
        found = alignments.find(folders, name)
        path = found if found and not shipped else folders[0] / name
        return cls(old, new, path, alignments.read(found) if found else (), who, date.today().isoformat(), encoder)

    def replayed(self, more: Sequence[Decision] = ()) -> Replay:
        return alignments.replay([*self.start, *more], self.old, self.new)

    def session(self, *, unsure: bool) -> Session:
        items = queue(self.old, self.new, self.replayed().settled, unsure=unsure, encoder=self.encoder)
        return Session(self.old, self.new, items, self.path, self.who, self.when, self.start)

    def export(self, file: Path, m: Messages, *, unsure: bool) -> str:
        """Write the sheet; what there is to say of it."""
        from .report import workbook

        if file.suffix.lower() != ".xlsx":
            raise OutputError(f"{file}: the sheet is an .xlsx file; give it that suffix")
        settled = self.replayed().settled
        items = queue(self.old, self.new, settled, unsure=unsure, encoder=self.encoder)
        rows = sheet_rows(self.old, self.new, items, settled, m)
        table = Table("review", m("sheet.review"), tuple(m("sheet." + name) for name in SHEET), tuple(rows))
        others = [_statements(plan, m("sheet." + side), m) for plan, side in ((self.old, "old"), (self.new, "new"))]
        choices = [m("choice." + name) for name in CHOICES]
        data = workbook.review(table, SHEET, OPEN, choices, others, refusal=m("sheet.bad_choice"))
        write_atomically(file, data)
        return m("review.exported", rows=len(rows), open=len(items), file=file)

    def take(self, file: Path, m: Messages) -> str:
        """Record what a filled-in sheet decides; what there is to say of it."""
        from .read import workbook

        rows = workbook.rows(file)
        settled = self.replayed().settled
        made = from_sheet(rows, self.old, self.new, settled, where=str(file), who=self.who, when=self.when)
        if made:
            alignments.record(self.path, made, self.old, self.new, start=self.start)
        gone = len(alignments.replay(made, self.old, self.new).orphaned)
        told = [m("review.imported", made=len(made), file=self.path)]
        told += [m("review.gone", count=gone)] if gone else []
        unread = _notes_alone(rows, str(file))
        told += [m("review.without_verdict", count=unread)] if unread else []
        return "\n".join(told)


def _statements(plan: Plan, title: str, m: Messages) -> Table:
    """All statements of a plan, to look keys up in."""
    told = Places(plan)
    rows = tuple((c.key, told.label(c.key), c.text) for c in plan.commitments)
    return Table("statements", title, tuple(m("column." + name) for name in ("key", "clause", "text")), rows)


# --- questions and answers ------------------------------------------------------------------------------------------

Ask = Callable[[], tuple[str, str] | None]
"""Gives a key and the words behind it; None at the end of the input."""


def run(session: Session, ask: Ask, say: Callable[[str], None], m: Messages, *, width: int, colour: bool) -> None:
    """Ask about one item after the other until the reviewer quits or nothing is left."""
    shown = None
    while session.item is not None or session.history:
        done = session.item is None
        if shown != len(session.history):
            say(m("review.done") if done else card(session, m, width=width, colour=colour))
        shown = len(session.history)
        given = ask()
        if given is None or given[0] == "q" or (done and given[0] != "b"):
            break
        if told := _act(session, *given, m):
            say(told)
    say(m("review.end", made=len(session.made), left=session.left, file=session.path))


def _act(session: Session, key: str, words_given: str, m: Messages) -> str | None:
    """Do what a key means; what there is to say about it, None where all is done."""
    if key == "b":
        return None if session.back() else m("review.no_back")
    item = session.item
    assert item is not None
    pair = bool(item.old and item.new)
    if key in _VERDICTS and pair:
        session.answer(_VERDICTS[key], why=words_given)
    elif key in ("o", "w") and (item.old if key == "o" else item.new):
        session.answer("no_counterpart", side="old" if key == "o" else "new", why=words_given)
    elif key == "r":
        other, _, why = words_given.partition(" ")
        try:
            session.redraw(other, why=why.strip())
        except SettingsError:
            return m("review.no_key", name=one_line(other) or "—", plan=session.other_plan.info.id)
    elif key == "f":
        return _search(session.other_plan, words_given, m)
    elif key == "s":
        session.skip()
    else:
        return m("review.keys" if pair else "review.keys_lone")
    return None


_VERDICTS: dict[str, Verdict] = {"y": "linked", "n": "not_linked", "u": "unsure"}


def _search(plan: Plan, wanted: str, m: Messages) -> str:
    """Statements that hold all the words given, with their keys."""
    told = Places(plan)
    parts = wanted.split()
    hits = [c for c in plan.commitments if parts and all(part in c.text for part in parts)]
    lines = [f"  {c.key}  {told.label(c.key)}  {one_line(c.text)[:60]}" for c in hits[:_FOUND]]
    lines += ["  …"] if len(hits) > _FOUND else []
    return "\n".join(lines) or m("review.not_found")


def card(session: Session, m: Messages, *, width: int, colour: bool) -> str:
    """The item to judge: where it stands, both texts side by side with what differs, and the keys that answer."""
    item = session.item
    assert item is not None
    chance = m("mark.none") if item.probability is None else probability(item.probability)
    head = m("review.head", at=session.at + 1, all=len(session.items), kind=m("review." + item.kind), chance=chance)
    column = max((width - 3) // 2, _LEAST)
    sides = [_side(Places(plan), key, column) for plan, key in ((session.old, item.old), (session.new, item.new))]
    texts = [_text(plan, key) for plan, key in ((session.old, item.old), (session.new, item.new))]
    ops = words(*texts) if all(texts) else (Op("kept", texts[0], texts[1]),)
    bodies = [
        _marked([(op.old, op.kind == "deleted") for op in ops], ("[-", "-]"), "31;9", column, colour),
        _marked([(op.new, op.kind == "inserted") for op in ops], ("{+", "+}"), "32;4", column, colour),
    ]
    lines = [*_beside(sides[0], sides[1], column), *_beside(bodies[0], bodies[1], column)]
    keys = m("review.keys" if item.old and item.new else "review.keys_lone")
    return "\n".join(["", head, "─" * min(width, 2 * column + 3), *lines, *_folded(keys, width)])


def _folded(keys: str, width: int) -> list[str]:
    """The keys in lines that fit, none of them torn from what it does."""
    lines = [""]
    for key in keys.split("  "):
        longer = f"{lines[-1]}  {key}" if lines[-1] else key
        lines[-1:] = [longer] if display_width(longer) <= width else [lines[-1], key]
    return lines


def _text(plan: Plan, key: str) -> str:
    return next((one_line(c.text) for c in plan.commitments if c.key == key), "")


def _side(places: Places, key: str, column: int) -> list[str]:
    head = f"{places.plan.info.id}  {key}" if key else f"{places.plan.info.id}  —"
    return [*wrap(one_line(head), column, 2), *(wrap(one_line(places.label(key)), column, 2) if key else [])]


def _marked(
    pieces: Sequence[tuple[str, bool]], marks: tuple[str, str], style: str, column: int, colour: bool
) -> list[str]:
    """Lines of a text whose marked pieces stand in brackets, or in colour."""
    chars = [(char, marked) for text, marked in _bracketed(pieces, marks, colour) for char in text]
    lines, at = [], 0
    for line in wrap("".join(char for char, _ in chars), column, None):
        out, on = [], False
        for char in line:
            while chars[at][0] != char:  # a space at the end of a line falls out
                at += 1
            if colour and chars[at][1] != on:
                on = not on
                out.append(f"\x1b[{style}m" if on else "\x1b[0m")
            out.append(char)
            at += 1
        lines.append("".join(out) + ("\x1b[0m" if on else ""))
    return lines


def _bracketed(pieces: Sequence[tuple[str, bool]], marks: tuple[str, str], colour: bool) -> Iterator[tuple[str, bool]]:
    for text, marked in pieces:
        if text:
            yield (f"{marks[0]}{text}{marks[1]}" if marked and not colour else text), marked


_ESCAPE = re.compile("\x1b\\[[0-9;]*m")


def _beside(left: Sequence[str], right: Sequence[str], column: int) -> Iterator[str]:
    for n in range(max(len(left), len(right))):
        a, b = (side[n] if n < len(side) else "" for side in (left, right))
        yield f"{a}{' ' * (column - display_width(_ESCAPE.sub('', a)))} │ {b}".rstrip()


# --- spreadsheets ---------------------------------------------------------------------------------------------------

CHOICES: tuple[str, ...] = ("linked", "not_linked", "lone_old", "lone_new", "unsure")
"""What the drop-down offers, by the names of messages."""
SHEET = (
    "number", "verdict", "note", "other_old", "other_new", "probability", "state",
    "old_clause", "old_text", "new_text", "new_clause", "old_key", "new_key", "old_digest", "new_digest",
)  # fmt: skip
"""Columns of the sheet, by the names of messages."""
OPEN = ("verdict", "note", "other_old", "other_new")
"""Columns a reviewer may write in."""


def choice(name: str, m: Messages) -> str:
    return m("choice." + name)


def sheet_rows(
    old: Plan, new: Plan, items: Sequence[Item], settled: Sequence[Decision], m: Messages
) -> list[tuple[str, ...]]:
    """Rows of the sheet: what is to be decided, most doubtful first, then what was decided, to be changed."""
    a, b = Places(old), Places(new)
    decided = [Item("decided", d.old, d.new, None) for d in settled]
    verdicts = {(d.old, d.new): d for d in settled}
    rows: list[tuple[str, ...]] = []
    for n, item in enumerate([*items, *decided], 1):
        decision = verdicts.get((item.old, item.new)) if item.kind == "decided" else None
        chosen = choice(_choice_of(decision), m) if decision else ""
        chance = "" if item.probability is None else probability(item.probability)
        texts = [_text(plan, key) for plan, key in ((old, item.old), (new, item.new))]
        digests = [alignments.digest(text) if text else "" for text in texts]
        row = (
            str(n), chosen, decision.why if decision else "", "", "", chance, m("review." + item.kind),
            a.label(item.old) if item.old else "", *texts, b.label(item.new) if item.new else "",
            item.old, item.new, *digests,
        )  # fmt: skip
        rows.append(row)
    return rows


def _choice_of(decision: Decision) -> str:
    if decision.verdict == "no_counterpart":
        return "lone_old" if decision.old else "lone_new"
    return decision.verdict


def from_sheet(
    rows: Sequence[Sequence[str]], old: Plan, new: Plan, settled: Sequence[Decision], *, where: str, who: str, when: str
) -> list[Decision]:
    """The decisions that a filled-in sheet adds or changes. Raises SettingsError that names the row it cannot take."""
    at = _columns(rows[0] if rows else (), where)
    known = {(d.verdict, d.old, d.new): d.why for d in settled}
    said: dict[Decision, int] = {}  # decision → row
    for n, cells in enumerate(rows[1:], 2):
        row = {name: cells[at[name]].strip() if at[name] < len(cells) else "" for name in at}
        said |= {replace(d, who=who, when=when): n for d in _row_decisions(row, old, new, f"{where}: row {n}")}
    against = alignments.rivals(list(said))
    for decision, n in said.items():
        if rival := next(iter(against(decision)), None):
            raise SettingsError(f"{where}: row {n} and row {said[rival]} contradict each other")
    return [d for d in said if known.get((d.verdict, d.old, d.new)) != d.why]


def _notes_alone(rows: Sequence[Sequence[str]], where: str) -> int:
    """Rows with a note and nothing decided."""
    at = _columns(rows[0], where)
    said = [[cells[at[name]].strip() if at[name] < len(cells) else "" for name in OPEN] for cells in rows[1:]]
    return sum(bool(note) and not any((verdict, *others)) for verdict, note, *others in said)


def _columns(header: Sequence[str], where: str) -> dict[str, int]:
    """Where each column of SHEET stands, whatever language its name is in."""
    names = {text: name for name in SHEET for text in raw()["sheet." + name].values()}
    at = {names[cell.strip()]: n for n, cell in enumerate(header) if cell.strip() in names}
    needed = [name for name in SHEET if name not in ("number", "probability", "state", "old_clause", "new_clause")]
    if missing := [name for name in needed if name not in at]:
        wanted = ", ".join(raw()["sheet." + name]["zh"] for name in missing)
        raise SettingsError(f"{where}: no sheet that `planlens review --export` made: the columns {wanted} are missing")
    return at


def _row_decisions(row: Mapping[str, str], old: Plan, new: Plan, where: str) -> Iterator[Decision]:
    """What one row says: its verdict, and links to other statements drawn in it."""
    names = {text: name for name in CHOICES for text in (name, *raw()["choice." + name].values())}
    drawn = [("", ""), ("", "")]
    if row["other_old"]:
        drawn[0] = row["other_old"], row["new_key"]
    if row["other_new"]:
        drawn[1] = row["old_key"], row["other_new"]
    verdict = names.get(row["verdict"])
    if row["verdict"] and verdict is None:
        offered = ", ".join(raw()["choice." + name]["zh"] for name in CHOICES)
        raise SettingsError(f"{where}: {one_line(row['verdict'])!r} is no verdict; there are {offered}")
    if verdict is None and any(map(any, drawn)) and row["old_key"] and row["new_key"]:
        verdict = "not_linked"
    if verdict is not None:
        yield _as_said(verdict, row, where)
    for keys in drawn:
        if any(keys):
            for key, plan in zip(keys, (old, new), strict=True):
                if key not in {c.key for c in plan.commitments}:
                    raise SettingsError(f"{where}: {plan.info.id} has no statement {one_line(key) or '—'!r} to link to")
            yield decide("linked", old, new, *keys, who="", when="", why=row["note"])


def _as_said(name: str, row: Mapping[str, str], where: str) -> Decision:
    """The verdict on the row's pair, about the texts it had when the sheet was made."""
    sides = {"lone_old": ("old",), "lone_new": ("new",)}.get(name, ("old", "new"))
    for side in sides:
        if not row[f"{side}_key"] or not re.fullmatch("[0-9a-f]{16}", row[f"{side}_digest"]):
            raise SettingsError(f"{where}: {row['verdict'] or name} needs a statement of the {side} plan in this row")
    said = {column: row[column] if column.startswith(sides) else "" for column in _ABOUT}
    return Decision(
        next((v for v in alignments.VERDICTS if v == name), "no_counterpart"),
        said["old_key"],
        said["new_key"],
        said["old_digest"],
        said["new_digest"],
        said["old_text"][: alignments.SHOWN],
        said["new_text"][: alignments.SHOWN],
        why=row["note"],
    )


_ABOUT = ("old_key", "new_key", "old_digest", "new_digest", "old_text", "new_text")
