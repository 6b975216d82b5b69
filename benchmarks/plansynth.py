"""Make pairs of plans with known truth: change a plan step by step and remember where every statement went.

    python benchmarks/plansynth.py FOLDER [SEED]    write each pair as NAME.old.txt, NAME.new.txt, NAME.truth.json

    pairs(seed, counts)  -> the same as data; equal seeds give equal bytes on every machine

A plan is drawn from the sample plans or from the made-up sectors of plansynth.toml. FAMILIES says what may happen to
it. Every statement of the new plan knows the old ones it comes from; all that was done to it is an `Event`.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
SAMPLES = ("shenzhen-2022", "shenzhen-2023", "shenzhen-2025", "zhongshan-2023")
"""The samples that are all 一、 and （一）; the outlines of the others would need a reader of their own."""
SEED = 20250101
COUNTS = {
    "noise": 500, "renumber": 20, "move": 40, "move_edit": 20, "split": 40, "merge": 40, "reword": 30, "slots": 40,
    "drop_add": 20, "lists": 40, "mixed": 30,
}  # fmt: skip
"""How many pairs of each family make the whole benchmark."""

_T = TypeVar("_T")


class Draw:
    """Chance that is the same everywhere: of random.Random only `random()` is promised to give the same sequence."""

    def __init__(self, *seed: object) -> None:
        self._random = random.Random(" ".join(map(str, seed)))

    def below(self, n: int) -> int:
        return int(self._random.random() * n)

    def between(self, low: int, high: int) -> int:
        return low + self.below(high - low + 1)

    def one(self, among: Sequence[_T]) -> _T:
        return among[self.below(len(among))]

    def some(self, among: Sequence[_T], n: int) -> list[_T]:
        """Up to n members in chance order."""
        left = list(among)
        return [left.pop(self.below(len(left))) for _ in range(min(n, len(left)))]

    def yes(self) -> bool:
        return self._random.random() < 0.5


# --- plans --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Quantity:
    """A number with its unit and the form that bounds it: {}以上, 不少于{}, 约{} …"""

    number: int
    unit: str
    form: str = "{}"

    def __str__(self) -> str:
        return self.form.format(f"{self.number}{self.unit}")


@dataclass(frozen=True)
class Word:
    """A word that fills a slot, and what else could stand there. `kind` is what a change of it must be called."""

    kind: str
    word: str
    others: tuple[str, ...]

    def __str__(self) -> str:
        return self.word


Piece = str | Quantity | Word
_BOUNDS = ("{}", "{}以上", "约{}")
_SAME_BOUND = {"{}以上": "不少于{}"}


@dataclass(frozen=True)
class Statement:
    """A sentence made of pieces, without the mark at its end; ／ in a piece is a comma where it may be split."""

    name: str
    pieces: tuple[Piece, ...]
    origins: tuple[str, ...]
    mark: str = "。"

    @property
    def text(self) -> str:
        return "".join(map(str, self.pieces)).replace("／", "，") + self.mark

    def parts(self) -> list[tuple[Piece, ...]]:
        """The pieces, cut where the sentence may be split."""
        out: list[list[Piece]] = [[]]
        for piece in self.pieces:
            first, *more = piece.split("／") if isinstance(piece, str) else [piece]
            out[-1].append(first)
            out += [[part] for part in more]
        return [tuple(part) for part in out]


@dataclass
class Clause:
    heading: str
    statements: list[Statement]
    reserve: list[Statement] = field(default_factory=list)


@dataclass
class Chapter:
    heading: str
    clauses: list[Clause]


@dataclass(frozen=True)
class Event:
    """One thing that was done, to which old statements, and the new ones that came of it."""

    kind: str
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True)
class Written:
    """A plan as text, and where each statement stands in it."""

    text: str
    spans: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Pair:
    """An old and a new plan with what is true of them: links by the names of statements, and events."""

    name: str
    family: str
    old: Written
    new: Written
    links: frozenset[tuple[str, str]]
    events: tuple[Event, ...]


# --- where plans come from ------------------------------------------------------------------------------------------


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def sources() -> tuple[str, ...]:
    """Names of the sample plans and of the made-up sectors."""
    return (*SAMPLES, *(sector["name"] for sector in _data()["sector"]))


def drawn(source: str, draw: Draw) -> list[Chapter]:
    """A plan of this source: three chapters of a sample, or a sector with its slots filled."""
    if source in SAMPLES:
        chapters = [c for c in _sample(source) if sum(len(k.statements) for k in c.clauses) >= 6]
        chosen = draw.some(range(len(chapters)), 3)
        return [_copy(chapters[n]) for n in sorted(chosen)]
    sector = next(s for s in _data()["sector"] if s["name"] == source)
    chapters = []
    for n, chapter in enumerate(sector["chapter"]):
        clauses = [_drawn_clause(c, f"{n}.{k}", sector, draw) for k, c in enumerate(chapter["clauses"])]
        chapters.append(Chapter(chapter["heading"], clauses))
    return chapters


def _copy(chapter: Chapter) -> Chapter:
    return Chapter(chapter.heading, [Clause(c.heading, list(c.statements), list(c.reserve)) for c in chapter.clauses])


def _drawn_clause(written: Sequence[str], place: str, sector: Mapping[str, Any], draw: Draw) -> Clause:
    heading, *templates = written
    made = [_filled(text, f"{place}.{n}", sector["bodies"], draw) for n, text in enumerate(templates)]
    return Clause(heading, made[:-1], made[-1:])


def _filled(template: str, name: str, bodies: Sequence[str], draw: Draw) -> Statement:
    pieces: list[Piece] = []
    for piece in re.split(r"(\{[^}]+\})", template.rstrip("。")):
        kind, _, rest = piece.strip("{}").partition(" ")
        if not piece.startswith("{"):
            pieces.append(piece)
        elif kind == "q":
            pieces.append(Quantity(draw.between(12, 90), rest, draw.one(_BOUNDS)))
        elif kind == "by":
            pieces.append(_word("deadline", _data()["deadlines"], draw))
        elif kind == "body":
            pieces.append(_word("actors", bodies, draw))
        else:
            pieces.append(_word("strength", rest.split("|"), draw))
    return Statement(name, tuple(p for p in pieces if p), (name,))


def _word(kind: str, words: Sequence[str], draw: Draw) -> Word:
    word = draw.one(words)
    return Word(kind, word, tuple(w for w in words if w != word))


@cache
def _sample(name: str) -> tuple[Chapter, ...]:
    """The chapters 一、 and clauses （一） of a sample, its statements cut at 。 and ；."""
    chapters: list[Chapter] = []
    for line in (ROOT / "samples" / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("附件"):
            break
        if chapter := re.match(r"[一二三四五六七八九十]+、(.+)", line):
            chapters.append(Chapter(chapter[1].strip(), []))
        elif chapters and (clause := re.match(r"（[一二三四五六七八九十]+）([^。]{2,30})。(.+)", line)):
            place = f"{len(chapters)}.{len(chapters[-1].clauses)}"
            cut = [s for s in _sentences(clause[2]) if len(s) >= 10]
            named = [(f"{place}.{n}", sentence) for n, sentence in enumerate(cut)]
            made = [Statement(name, tuple(_slots(s[:-1])), (name,), s[-1]) for name, s in named]
            chapters[-1].clauses.append(Clause(clause[1], made[:6], made[6:]))
    return tuple(chapter for chapter in chapters if chapter.heading != "总体要求")


def _sentences(text: str) -> Iterator[str]:
    start = depth = 0
    for at, char in enumerate(text):
        depth += (char in "（《“") - (char in "）》”")
        if char in "。；" and depth == 0:
            yield text[start : at + 1]
            start = at + 1


_COUNT = re.compile(r"(?<=[一-鿿])(\d{2,5})(家|个|名|张|项|所|次|套|支|间|处|台|辆|人)(?![\d以及内多余、—－-])")
_BOUND_BEFORE = re.compile(r"(?:不少于|至少|不低于|超过|达|约|第|不超|近|前|后|岁|每)$")


def _slots(text: str) -> Iterator[Piece]:
    """A sentence of a sample in pieces: plain counts are slots, commas between longer items may split it."""
    last = 0
    for match in _COUNT.finditer(text):
        before = text[: match.start()]
        inside = any(before.count(a) > before.count(b) for a, b in ("（）", "《》", "“”"))
        if inside or _BOUND_BEFORE.search(before):
            continue
        yield _with_cuts(text, last, match.start())
        yield Quantity(int(match[1]), match[2])
        last = match.end()
    yield _with_cuts(text, last, len(text))


def _with_cuts(text: str, start: int, end: int) -> str:
    """text[start:end], with ／ for each comma outside brackets that has an item of ten characters or more around it."""
    out = list(text[start:end])
    for at in range(start, end):
        before, after = re.split(r"[，；]", text[:at])[-1], re.split(r"[，；]", text[at + 1 :])[0]
        opened = any(text[:at].count(a) > text[:at].count(b) for a, b in ("（）", "《》", "“”"))
        if text[at] == "，" and not opened and min(len(before), len(after)) >= 10 and not _LEADS_ON.match(before):
            out[at - start] = "／"
    return "".join(out)


_LEADS_ON = re.compile(r"以|按|在|对|从|为|围绕|依托|通过|根据|结合|落实《")


# --- writing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Style:
    """How a plan is set: labels, whether clauses are counted on through chapters, line ends, and what marks become."""

    chapter: str = "{cn}、"
    clause: str = "（{cn}）"
    through: bool = True
    line: str = "\n"
    indent: str = ""
    dress: Callable[[str], str] = str


PLAIN = Style()
_LABELS = (
    ("{cn}、", "（{cn}）"), ("{cn}、", "({cn})"), ("{cn}、", "{n}."), ("{cn}、", "{n}、"), ("{cn}．", "（{cn}）"),
    ("第{cn}章　", "{cn}、"), ("{cn}、", "（ {cn} ）"), ("{cn}、", "{n}．"),
)  # fmt: skip


def write(chapters: Sequence[Chapter], style: Style = PLAIN) -> Written:
    """The plan as text in a style."""
    out = ["某市年度工作要点", style.line, style.line]
    at = sum(map(len, out))
    spans: dict[str, tuple[int, int]] = {}
    count = 0

    def put(text: str) -> None:
        nonlocal at
        out.append(text)
        at += len(text)

    for n, chapter in enumerate(chapters, 1):
        put(style.indent + style.chapter.format(cn=chinese(n), n=n) + chapter.heading + style.line)
        count = count if style.through else 0
        for clause in chapter.clauses:
            count += 1
            put(style.indent + style.clause.format(cn=chinese(count), n=count) + clause.heading + "。")
            for statement in clause.statements:
                start = at
                put(style.dress(statement.text))
                spans[statement.name] = (start, at)
            put(style.line)
    return Written("".join(out), spans)


def chinese(n: int) -> str:
    """1 → 一, 12 → 十二, 30 → 三十."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(n, 10)
    return ("" if tens == 0 else "十" if tens == 1 else digits[tens] + "十") + (digits[ones] if ones or not n else "")


def _noisy(draw: Draw) -> Style:
    """A style in which width, marks, spaces and numbering differ, and nothing else."""
    chapter, clause = draw.one(_LABELS)
    rules = [rule for rule in _NOISE if draw.yes()] or [draw.one(_NOISE)]

    def dress(text: str) -> str:
        for rule in rules:
            text = rule(text)
        return text

    indent, line = draw.one(("", "　　", "  ")), draw.one(("\n", "\r\n", "\n\n"))
    return Style(chapter, clause, draw.yes(), line, indent, dress)


_FULL = {n: n + 0xFEE0 for n in (*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B), 0x25)}
_NOISE: tuple[Callable[[str], str], ...] = (
    lambda text: text.translate(_FULL),
    lambda text: text.translate(str.maketrans("，；：（）", ",;:()")),
    lambda text: re.sub(r"(?<=[一-鿿])(?=\d)|(?<=\d)(?=[一-鿿])", " ", text),
    lambda text: re.sub(r"“([^“”]*)”", r'"\1"', text),
    lambda text: re.sub(r"(?<=[，。；])", " ", text).rstrip(" ") + " ",
    lambda text: text.replace("—", "-").replace("～", "~"),
)


# --- what may happen ------------------------------------------------------------------------------------------------


class Bench:
    """A plan under change: each statement is worked on once, so that it is plain what must be said of it."""

    def __init__(self, chapters: Sequence[Chapter], draw: Draw) -> None:
        self.chapters = [_copy(chapter) for chapter in chapters]
        self.draw = draw
        self.touched: set[str] = set()
        self.events: list[Event] = []

    @property
    def clauses(self) -> list[Clause]:
        return [clause for chapter in self.chapters for clause in chapter.clauses]

    def order(self) -> list[str]:
        return [statement.name for clause in self.clauses for statement in clause.statements]

    def fresh(self, wanted: Callable[[Statement], bool] = lambda _: True) -> list[tuple[Clause, int]]:
        """Places of statements that nothing has been done to."""
        return [
            (clause, n)
            for clause in self.clauses
            for n, statement in enumerate(clause.statements)
            if statement.name not in self.touched and wanted(statement)
        ]

    def said(self, kind: str, old: Sequence[str], new: Sequence[str]) -> None:
        self.events.append(Event(kind, tuple(old), tuple(new)))
        self.touched.update(old)
        self.touched.update(new)


def move_statement(bench: Bench, *, edit: bool = False) -> None:
    """One statement to another clause, past more than one other statement; with `edit` its number changes as well."""
    places = bench.fresh(lambda s: not edit or any(isinstance(p, Quantity) for p in s.pieces))
    for home, n in bench.draw.some([(c, n) for c, n in places if len(c.statements) >= 3], 5):
        statement = home.statements[n]
        before = bench.order()
        del home.statements[n]
        goals = [c for c in bench.clauses if c is not home and len(c.statements) >= 3]
        goal = bench.draw.one(goals)
        goal.statements.insert(bench.draw.between(0, len(goal.statements)), statement)
        if abs(bench.order().index(statement.name) - before.index(statement.name)) < 2:
            goal.statements.remove(statement)
            home.statements.insert(n, statement)
            continue
        if edit:
            _put(goal, statement, _other_number(statement, bench.draw))
        bench.said("move", [statement.name], [statement.name])
        return


def move_clause(bench: Bench) -> None:
    """A clause to another chapter, past more statements than it holds: else the others would be the ones that moved."""
    homes = [(c, k) for c in bench.chapters for k in c.clauses if len(c.clauses) >= 2 and 2 <= len(k.statements) <= 4]
    for home, clause in bench.draw.some(homes, 5):
        inside = [statement.name for statement in clause.statements]
        if bench.touched & set(inside):
            continue
        at, before = home.clauses.index(clause), bench.order()
        goal = bench.draw.one([c for c in bench.chapters if c is not home])
        home.clauses.remove(clause)
        goal.clauses.insert(bench.draw.between(0, len(goal.clauses)), clause)
        if abs(bench.order().index(inside[0]) - before.index(inside[0])) > len(inside) + 1:
            for name in inside:
                bench.said("move", [name], [name])
            return
        goal.clauses.remove(clause)
        home.clauses.insert(at, clause)


def split(bench: Bench) -> None:
    """One sentence into two or three."""
    places = bench.fresh(lambda s: len(s.parts()) > 1)
    if not places:
        return
    clause, n = bench.draw.one(places)
    whole = clause.statements[n]
    parts = whole.parts()
    if len(parts) > 3 or (len(parts) == 3 and bench.draw.yes()):
        cut = bench.draw.between(1, len(parts) - 1)
        parts = [_joined(parts[:cut]), _joined(parts[cut:])]
    made = [Statement(f"{whole.name}{'abc'[k]}", part, (whole.name,)) for k, part in enumerate(parts)]
    clause.statements[n : n + 1] = made
    bench.said("split", [whole.name], [statement.name for statement in made])


def merge(bench: Bench) -> None:
    """Two or three neighbours into one sentence."""
    size = bench.draw.between(2, 3)
    fresh = {id(clause): {n for c, n in bench.fresh() if c is clause} for clause in bench.clauses}
    places = [
        (clause, n)
        for clause in bench.clauses
        for n in range(len(clause.statements) - size + 1)
        if all(n + k in fresh[id(clause)] for k in range(size))
    ]
    if not places:
        return
    clause, n = bench.draw.one(places)
    olds = clause.statements[n : n + size]
    names = [statement.name for statement in olds]
    one = Statement("+".join(names), _joined([statement.pieces for statement in olds]), tuple(names))
    clause.statements[n : n + size] = [one]
    bench.said("merge", names, [one.name])


def _joined(parts: Sequence[tuple[Piece, ...]]) -> tuple[Piece, ...]:
    out: list[Piece] = list(parts[0])
    for part in parts[1:]:
        out += ["，", *part]
    return tuple(out)


def drop(bench: Bench) -> None:
    places = [(c, n) for c, n in bench.fresh() if len(c.statements) >= 3]
    clause, n = bench.draw.one(places)
    bench.said("drop", [clause.statements.pop(n).name], [])


def add(bench: Bench) -> None:
    """A statement that was held back comes in."""
    clauses = [clause for clause in bench.clauses if clause.reserve]
    if not clauses:
        return
    clause = bench.draw.one(clauses)
    statement = replace(clause.reserve.pop(), origins=())
    clause.statements.insert(bench.draw.between(0, len(clause.statements)), statement)
    bench.said("add", [], [statement.name])


def renumber(bench: Bench) -> None:
    """A new clause in front, or the first one gone: all labels after it change, no statement does."""
    chapter = bench.chapters[0]
    if bench.draw.yes() and len(chapter.clauses) > 1:
        for statement in chapter.clauses.pop(0).statements:
            bench.said("drop", [statement.name], [])
        return
    lent = [clause.reserve.pop() for clause in bench.clauses if clause.reserve][:3]
    if lent:
        chapter.clauses.insert(0, Clause("开局起步", [replace(s, origins=()) for s in lent]))
        for statement in lent:
            bench.said("add", [], [statement.name])


def change_slot(bench: Bench, kind: str) -> None:
    """Another number, bound, deadline, body or word of strength; nothing else in the statement."""
    places = bench.fresh(lambda s: any(_is_slot(p, kind) for p in s.pieces))
    if not places:
        return
    clause, n = bench.draw.one(places)
    statement = clause.statements[n]
    if kind == "number":
        clause.statements[n] = _other_number(statement, bench.draw)
    else:
        at = next(k for k, piece in enumerate(statement.pieces) if _is_slot(piece, kind))
        clause.statements[n] = _with_piece(statement, at, _other(statement.pieces[at], bench.draw))
    bench.said(kind, [statement.name], [statement.name])


def _is_slot(piece: Piece, kind: str) -> bool:
    if kind in ("number", "bound"):
        return isinstance(piece, Quantity)
    return isinstance(piece, Word) and piece.kind == kind


def _other(piece: Piece, draw: Draw) -> Piece:
    if isinstance(piece, Quantity):
        form = draw.one([form for form in _BOUNDS if form != piece.form])
        return replace(piece, form=_SAME_BOUND.get(form, form) if draw.yes() else form)
    assert isinstance(piece, Word)
    return replace(piece, word=draw.one(piece.others))


def _other_number(statement: Statement, draw: Draw) -> Statement:
    at = draw.one([k for k, piece in enumerate(statement.pieces) if isinstance(piece, Quantity)])
    piece = statement.pieces[at]
    assert isinstance(piece, Quantity)
    number = draw.one((piece.number * 2, piece.number + 5, piece.number // 2))
    return _with_piece(statement, at, replace(piece, number=number if piece.unit != "%" else piece.number - 3))


def _with_piece(statement: Statement, at: int, piece: Piece) -> Statement:
    return replace(statement, pieces=(*statement.pieces[:at], piece, *statement.pieces[at + 1 :]))


def _put(clause: Clause, old: Statement, new: Statement) -> None:
    clause.statements[clause.statements.index(old)] = new


def reword(bench: Bench) -> None:
    """The same in other words: a synonym, items in another order, a stock word more or less."""
    for clause, n in bench.draw.some(bench.fresh(), 12):
        statement = clause.statements[n]
        rules = bench.draw.some(_REWORDINGS, len(_REWORDINGS))
        for rule in rules:
            pieces = rule(statement.pieces, bench.draw)
            if pieces is not None:
                clause.statements[n] = replace(statement, pieces=pieces)
                bench.said("reword", [statement.name], [statement.name])
                return


Rewording = Callable[[tuple[Piece, ...], Draw], tuple[Piece, ...] | None]


@cache
def _groups() -> list[list[str]]:
    groups: list[list[str]] = tomllib.loads((ROOT / "planlens/data/terms.toml").read_text("utf-8"))["same"]["groups"]
    return groups


@cache
def _synonyms() -> dict[str, tuple[str, ...]]:
    """Word → others of its group that share a character with it and hold one another not: 慢性病 and 慢病."""
    groups = _groups()
    words = [word for group in groups for word in group]
    out = {}
    for group in groups:
        for word in group:
            near = [w for w in group if set(w) & set(word) and w not in word and word not in w and words.count(w) == 1]
            if near and words.count(word) == 1:
                out[word] = tuple(near)
    return out


def _synonym(pieces: tuple[Piece, ...], draw: Draw) -> tuple[Piece, ...] | None:
    """One word in another form of its group, never a part of a longer word of the lists."""
    listed = [word for group in _groups() for word in group]
    for at, piece in enumerate(pieces):
        if not isinstance(piece, str) or "《" in piece or "“" in piece:
            continue
        stands = [word for word in listed if word in piece]
        alone = [word for word in stands if not any(word in other and word != other for other in stands)]
        word = next((word for word in alone if word in _synonyms()), None)
        if word:
            return (*pieces[:at], piece.replace(word, draw.one(_synonyms()[word]), 1), *pieces[at + 1 :])
    return None


def _reorder(pieces: tuple[Piece, ...], _: Draw) -> tuple[Piece, ...] | None:
    """The middle members of an enumeration in another order: 棋类、合唱、木工、足球 → 棋类、木工、合唱、足球."""
    for at, piece in enumerate(pieces):
        found = re.search(r"、((?:[一-鿿]{2,5}、){2,5})", piece) if isinstance(piece, str) else None
        if found and isinstance(piece, str) and "《" not in piece and "“" not in piece:
            members = found[1].rstrip("、").split("、")
            turned = [*members[1:], members[0]]
            changed = piece[: found.start(1)] + "、".join(turned) + "、" + piece[found.end(1) :]
            return (*pieces[:at], changed, *pieces[at + 1 :])
    return None


def _stock(pieces: tuple[Piece, ...], draw: Draw) -> tuple[Piece, ...] | None:
    """A stock word taken away from the head of an item, or put in front of the statement."""
    words = _data()["stock"]
    first = pieces[0]
    if not isinstance(first, str) or first.startswith("由"):  # nobody writes 稳步由市教育局牵头
        return None
    word = next((w for w in words if first.startswith(w)), None)
    return (first.removeprefix(word) if word else draw.one(words) + first, *pieces[1:])


_REWORDINGS: tuple[Rewording, ...] = (_synonym, _reorder, _stock)


# --- families -------------------------------------------------------------------------------------------------------


def _moves(bench: Bench) -> None:
    if bench.draw.yes():
        move_clause(bench)
    for _ in range(3):
        move_statement(bench)


def _slots_changed(bench: Bench) -> None:
    for kind in ("number", "bound", "deadline", "strength", "actors"):
        change_slot(bench, kind)
        change_slot(bench, kind)


def _all_sorts(bench: Bench) -> None:
    for done in (move_statement, split, merge, drop, add, reword, lambda b: change_slot(b, "number")):
        done(bench)
    for kind in ("bound", "deadline", "strength", "actors"):
        change_slot(bench, kind)


def _times(n: int, *done: Callable[[Bench], None]) -> Callable[[Bench], None]:
    def run(bench: Bench) -> None:
        for _ in range(n):
            for one in done:
                one(bench)

    return run


FAMILIES: Mapping[str, Callable[[Bench], None]] = {
    "noise": lambda _: None,
    "renumber": renumber,
    "move": _moves,
    "move_edit": _times(3, lambda b: move_statement(b, edit=True)),
    "split": _times(4, split),
    "merge": _times(4, merge),
    "reword": _times(6, reword),
    "slots": _slots_changed,
    "drop_add": _times(3, drop, add),
    "mixed": _all_sorts,
    "lists": lambda bench: _list_changed(bench),
}


def _listed(draw: Draw) -> list[Chapter]:
    """Two lists of two dozen items that differ in a name, or in a name and a number, between other clauses."""
    data = _data()
    names = [a + b for a in data["places"]["first"] for b in data["places"]["second"]]
    source = draw.one([sector["name"] for sector in data["sector"]])
    chapters = drawn(source, draw)[:1]
    for k, kind in enumerate(draw.some(data["list"], 2)):
        numbered = draw.yes()
        chosen = [f"第{n}" for n in range(1, 25)] if numbered else draw.some(names, 24)
        made = []
        for n, name in enumerate(chosen):
            statement = _filled(kind["item"].replace("{name}", name + "片区" * numbered), f"L{k}.{n}", (), draw)
            bare = [replace(p, form="{}") if isinstance(p, Quantity) else p for p in statement.pieces]
            made.append(replace(statement, pieces=tuple(bare)))
        chapters.append(Chapter(kind["chapter"], [Clause(kind["clause"], made[:21], made[21:])]))
    return chapters


def _list_changed(bench: Bench) -> None:
    """In each list: two out, three in, four other numbers; half the lists in another order."""
    for chapter in bench.chapters[1:]:
        clause = chapter.clauses[0]
        for _ in range(2):
            bench.said("drop", [clause.statements.pop(bench.draw.below(len(clause.statements))).name], [])
        for n in bench.draw.some(range(len(clause.statements)), 4):
            statement = clause.statements[n]
            clause.statements[n] = _other_number(statement, bench.draw)
            bench.said("number", [statement.name], [statement.name])
        for held in clause.reserve:
            at = bench.draw.between(0, len(clause.statements))
            clause.statements.insert(at, replace(held, origins=()))
            bench.said("add", [], [held.name])
        if bench.draw.yes():
            clause.statements = bench.draw.some(clause.statements, len(clause.statements))
            names = [s.name for s in clause.statements if s.name not in bench.touched]
            bench.said("reorder", names, names)
        clause.reserve = []


def make(family: str, number: int, seed: int = SEED) -> Pair:
    """One pair: the same for the same family, number and seed."""
    draw = Draw("plansynth", seed, family, number)
    made_up = [s for s in sources() if s not in SAMPLES]
    fits = made_up if family == "slots" else sources()
    source = fits[number % len(fits)]
    chapters = _listed(draw) if family == "lists" else drawn(source, draw)
    bench = Bench(chapters, draw)
    FAMILIES[family](bench)
    style = _noisy(draw) if family == "noise" else PLAIN
    old, new = write(chapters), write(bench.chapters, style)
    links = {(o, s.name) for clause in bench.clauses for s in clause.statements for o in s.origins}
    return Pair(f"{family}-{number:03}", family, old, new, frozenset(links), tuple(bench.events))


def pairs(seed: int = SEED, counts: Mapping[str, int] = COUNTS) -> Iterator[Pair]:
    """All pairs, family by family."""
    for family, count in counts.items():
        for number in range(count):
            yield make(family, number, seed)


def as_json(pair: Pair) -> str:
    """What is true of a pair: statements with their places, links and events."""
    truth = {
        "old": {name: list(span) for name, span in pair.old.spans.items()},
        "new": {name: list(span) for name, span in pair.new.spans.items()},
        "links": sorted(pair.links),
        "events": [[event.kind, event.old, event.new] for event in pair.events],
    }
    return json.dumps(truth, ensure_ascii=False, indent=1) + "\n"


def main(arguments: Sequence[str]) -> int:
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for pair in pairs(int(arguments[1]) if arguments[1:] else SEED):
        for side, text in (("old.txt", pair.old.text), ("new.txt", pair.new.text), ("truth.json", as_json(pair))):
            (folder / f"{pair.name}.{side}").write_bytes(text.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
