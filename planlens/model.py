"""Every type that passes between stages: frozen, made of tuples, and importing nothing of ours.

All offsets are code points into `Document.text`, and `text[span.start:span.end]` is always what was found.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

BlockKind = Literal["heading", "paragraph", "row"]
Role = Literal["preamble", "review", "task", "safeguard", "glossary", "attachment"]
Bound = Literal["=", ">=", "<=", ">", "<", "~", "range"]
Measure = Literal["level", "increment", "count"]
TargetRole = Literal["target", "baseline", "name", "other"]
Source = Literal["reviewed", "equal", "scored"]
Status = Literal["kept", "changed", "new", "dropped"]
ShiftKind = Literal["like", "substituted", "quantity_dropped", "quantity_added", "dropped", "new"]
Verdict = Literal["comparable", "convertible", "redefined", "not_comparable"]
Direction = Literal["up", "down", "same", "n/a"]
SharedKind = Literal["verbatim", "same", "variant"]
Answered = Literal["exceeds", "meets", "below", "unquantified", "covered", "partial", "absent", "incomparable"]
Weight = Literal["binding", "numbered", "dated", "task", "frame"]
Apart = Literal["total", "upper", "elsewhere", "field", "document"]
Firmness = Literal["firmer", "equal", "weaker"]

CARRIED = ("number", "deadline", "document", "above", "body")
"""What may be lost with a commitment, the weightiest first."""


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of code points in `Document.text`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]

    def overlap(self, other: Span) -> int:
        """How many characters two spans share."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was skipped, repaired or doubted, and why.

    `kind`: encoding, chrome (page furniture), advertising, damage, repair, blank, outline, restated, table.
    `span` is None where the note speaks of the whole document.
    """

    kind: str
    span: Span | None
    why: str


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a heading that the format itself marks (`level` 1–9), or one row of a table.

    A row's text is its cells joined by " | " whatever the format was. `table` numbers the tables of a document from 1
    (0: no table), so that two adjacent tables stay apart.
    """

    kind: BlockKind
    span: Span
    level: int = 0
    table: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it was read. Kept blocks and the spans of `notes` account for every character but white space.

    `written` is None unless `text` was made comparable (simplified characters, entities read, advertising blank): then
    it is the text as it stands in the file, character for character as long. `pages` are
    (start, page number) wherever another page begins, in order of start; empty where a format has none.
    """

    path: str
    sha256: str
    text: str
    encoding: str
    blocks: tuple[Block, ...]
    notes: tuple[Note, ...] = ()
    written: str | None = None
    pages: tuple[tuple[int, int], ...] = ()

    def page(self, at: int) -> int | None:
        """The number of the page that the character at offset `at` stands on."""
        before = bisect_right(self.pages, at, key=lambda mark: mark[0])
        return self.pages[before - 1][1] if before else None


@dataclass(frozen=True, slots=True)
class Clause:
    """A node of the outline.

    `key` is its path ("四/十二", "专栏3", "表2", and "落款" for what stands below the last clause); `label` the number
    or mark as written ("（十二）", "——"); `heading` the heading without the number, empty where a number runs straight
    into its text. `span` covers the number, the heading, the
    text and all descendants; `body` the clause's own text, without number, heading and descendants; where there is
    none, start == end.
    `parent` is the key of the clause above, None at the top. An attachment has the role attachment only where it
    restates the body; one with matter of its own is a task.
    """

    key: str
    label: str
    heading: str
    span: Span
    body: Span
    depth: int
    parent: str | None
    role: Role


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit and bound: 不少于20名 → lo = hi = 20, unit 名, bound >=.

    In base units: 1.6万个 → 16000 个, 2万元 → 20000 元; % ‰ /10万 个百分点 1: stay as units. `lo` differs from `hi`
    only where `bound` is range. `lo` and `hi` are None where damage took part of the number.
    """

    lo: Decimal | None
    hi: Decimal | None
    unit: str
    bound: Bound
    text: str


@dataclass(frozen=True, slots=True)
class Target:
    """One number of a plan in its place.

    `key` is unique in the plan; `unit_key` the commitment it stands in, else the clause. `indicator` is what a table's
    first column would say; `span` bounds the number with its bound and unit; `quote` the words that carry it.
    `repeats` is the key of the target that says the same in a better place: a table row, the chapter of goals.
    """

    key: str
    unit_key: str
    indicator: str
    quantity: Quantity
    measure: Measure
    role: TargetRole
    period: str | None
    scope: str | None
    damaged: bool
    span: Span
    quote: Span
    repeats: str | None = None


@dataclass(frozen=True, slots=True)
class Commitment:
    """One statement of what will be done: a sentence, or an item between semicolons.

    `text` is `Document.text[span]`. `strength` and `stage` are names of levels in the lexicon, weakest first there;
    None where nothing says. `bodies` are the responsible bodies as written, the leading one first.
    """

    key: str
    clause: str
    text: str
    verb: str | None
    object: str | None
    strength: str | None
    stage: str | None
    deadline: str | None
    bodies: tuple[str, ...]
    documents: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class PlanInfo:
    """What a catalogue or the document itself says of a plan. `start_year` equals `end_year` for an annual plan.

    `date` is that of issue, `effect` the day from which it holds, `expiry` the last day; all as 2025-03-01.
    """

    id: str
    title: str
    region: str | None = None
    level: str | None = None
    parent: str | None = None
    start_year: int | None = None
    end_year: int | None = None
    issuer: str | None = None
    number: str | None = None
    date: str | None = None
    effect: str | None = None
    expiry: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One document with a region and a period, read and parsed."""

    info: PlanInfo
    document: Document
    clauses: tuple[Clause, ...]
    commitments: tuple[Commitment, ...]
    targets: tuple[Target, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of evidence: its name, the value it took and what it adds to the log-odds."""

    name: str
    value: float
    weight: float


@dataclass(frozen=True, slots=True)
class Score:
    """How probable a pair is: `parts` add up to `total`, the log-odds."""

    total: float
    probability: float
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A correspondence of two keys (of clauses, or of commitments)."""

    old: str
    new: str
    score: Score
    source: Source
    items: tuple[tuple[Span, Span], ...] = ()
    """The pieces that correspond, the best first, where a sentence has several."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """What `align` found: clause pairs, commitment pairs, and the best rejected candidate of what stayed alone."""

    clauses: tuple[Link, ...]
    links: tuple[Link, ...]
    nearest_old: tuple[tuple[str, str, float], ...]
    """(old key left alone, its best rejected new key, probability)"""
    nearest_new: tuple[tuple[str, str, float], ...]
    """(new key left alone, its best rejected old key, probability)"""
    evidence: str = ""
    """What the links rest on, as reports say it."""
    weak: tuple[Link, ...] = ()
    """Pairs that are no links and too likely to be passed over; for a person to look at."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A passage of the other plan that speaks of a commitment without being its counterpart.

    `kind`: completed (of a dropped one: the new plan's review says it was done), mentioned (it speaks of it), continued
    (of a new one: the old plan's review speaks of it already).
    """

    kind: str
    span: Span


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a group of linked commitments; every commitment of both plans stands in exactly one."""

    status: Status
    kinds: tuple[str, ...]
    old: tuple[str, ...]
    new: tuple[str, ...]
    score: float | None
    source: Source | None
    nearest: tuple[str, float] | None = None
    details: tuple[str, ...] = ()
    """One line a kind, in the form "strength: 探索 → 建立", for a person to read."""
    carried: tuple[str, ...] = ()
    """What a new or dropped commitment holds that weighs: number, deadline, body, document, parent."""
    trace: Trace | None = None
    """Where the same matter is told in the other plan although it is no commitment there."""


@dataclass(frozen=True, slots=True)
class Shift:
    """What happened to a target; `old` and `new` are target keys."""

    kind: ShiftKind
    verdict: Verdict
    direction: Direction
    indicator: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    difference: Decimal | None
    percent: Decimal | None
    note: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of `diff`: plain data that every report reads."""

    old: Plan
    new: Plan
    clauses: tuple[Link, ...]
    links: tuple[Link, ...]
    changes: tuple[Change, ...]
    shifts: tuple[Shift, ...]
    evidence: str
    weak: tuple[Link, ...] = ()
    """Pairs that are no links and too likely to be passed over."""
    lexicon: str = ""
    """A person's own lists and their digest; empty for the shipped lexicon alone."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One thing a plan asks of the level below: a number, or a task.

    `units` are the places where it is said (commitments, else clauses), the headline first; `target` the key of its
    number, None for a task; `asks` the items of a task, those with a number of their own left out. `weight` falls from
    binding (约束性) over numbered, dated and task to frame (指导思想, a vision beyond the plan's years).
    """

    units: tuple[str, ...]
    target: str | None
    asks: tuple[Span, ...]
    weight: Weight


@dataclass(frozen=True, slots=True)
class Answer:
    """What a plan says to a goal.

    `units` are its commitments (a table row without one: the clause) that answer, the best first, `target` the key of
    the number that was compared. `firmness` says how its promise stands to the goal's. `missing` are the items of the
    goal that nothing answers, `nearest` the best passage that does not answer, with its probability. `circular` marks
    a task that was itself derived from this plan. `apart` says why the goal does not address the plan's level: such
    an answer is no gap.
    """

    verdict: Answered
    units: tuple[str, ...] = ()
    target: str | None = None
    score: float | None = None
    firmness: Firmness | None = None
    missing: tuple[Span, ...] = ()
    nearest: tuple[str, float] | None = None
    note: str = ""
    circular: bool = False
    apart: Apart | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """One indicator at several levels, highest first: (place of the plan in `Coverage`, target key, ratio).

    The goals are number 0, the plans follow from 1. `ratio` is that to the rung above, None where it cannot be told;
    `more` is the place of the plan that asks most, None where they ask alike or a difference means nothing.
    """

    indicator: str
    steps: tuple[tuple[int, str, Decimal | None], ...]
    more: int | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How plans answer the goals of the level above: for each goal one answer a plan, in the order of `plans`.

    `unasked` are, for each plan, the commitments that no goal asks for; `caveats` what a reader must know of all rows.
    """

    goals: Plan
    plans: tuple[Plan, ...]
    rows: tuple[tuple[Goal, tuple[Answer, ...]], ...]
    unasked: tuple[tuple[str, ...], ...]
    cascade: tuple[Rung, ...]
    caveats: tuple[str, ...]
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Shared:
    """Two commitments of plans of different places that commit to the same instrument or action.

    `a` and `b` are keys in `plan_a` and `plan_b` (ids), `items` the pieces that correspond, the best first; `kind` and
    `stronger` speak of that one. `stronger` is the side that promises more, None where neither does or it cannot be
    said, and `why` says by what (数值: 2个 → 未写明). `labels` name the themes. `above` is true where both have it from
    the plan above.
    """

    plan_a: str
    plan_b: str
    a: str
    b: str
    items: tuple[tuple[Span, Span], ...]
    kind: SharedKind
    score: Score
    stronger: Literal["a", "b"] | None
    why: tuple[str, ...]
    labels: tuple[str, ...]
    above: bool


@dataclass(frozen=True, slots=True)
class Theme:
    """What two places or more commit to: for each plan id that has it its keys.

    `mentions` are the plans that name it without a counterpart, with keys of commitments, else of clauses; `first` the
    only plan of the earliest year, None where several are; `above` whether all of it is from the plan above.
    """

    label: str
    units: tuple[tuple[str, tuple[str, ...]], ...]
    mentions: tuple[tuple[str, tuple[str, ...]], ...]
    first: str | None
    above: bool


@dataclass(frozen=True, slots=True)
class Share:
    """The share of the commitments of plan `row` found in plan `column`, with a 95% bootstrap interval.

    `count` of `size` commitments; `level` is the share expected were every plan as short as the shortest one.
    """

    row: str
    column: str
    count: int
    size: int
    share: float
    low: float
    high: float
    level: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """What plans of different places share: `pairs`, most probable first, `weak` ones too doubtful to count.

    `clauses` are pairs of clauses (plan ids and a link); `stock` pairs that share stock phrases alone; `unique` the
    commitments without any counterpart, by plan; `above` the plan above that was looked at, None where there is none.
    """

    plans: tuple[Plan, ...]
    pairs: tuple[Shared, ...]
    weak: tuple[Shared, ...]
    stock: tuple[Shared, ...]
    clauses: tuple[tuple[str, str, Link], ...]
    themes: tuple[Theme, ...]
    unique: tuple[tuple[str, tuple[str, ...]], ...]
    matrix: tuple[Share, ...]
    above: tuple[Plan, ...]
    caveats: tuple[str, ...]
    evidence: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table ready to be written: `columns` and `rows` are text already in the report's language."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of a written report that does not follow: its part and number there, what it says and what does follow.

    Either text is empty where the report, or what follows, has no such row.
    """

    place: str
    number: int
    said: str
    follows: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of deriving a report again by its `command`: `rows` were compared.

    `changed` are the inputs whose bytes are others now; `goes_by` is (what, then, now) for the version, the word lists,
    the weights or the semantic model that is another one; `left` files of a pack that were not compared.
    """

    command: tuple[str, ...]
    rows: int
    changed: tuple[str, ...]
    goes_by: tuple[tuple[str, str, str], ...]
    differences: tuple[Difference, ...]
    left: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the report follows from what it names; another version that gives the same rows is no harm."""
        return not self.changed and not self.differences
