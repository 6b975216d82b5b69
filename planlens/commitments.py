"""From clauses to commitments: every sentence that says what will be done, with who, until when and how firmly.

    extract(document, clauses)  -> the commitments of a plan
    items(text)                 -> the comma-separated items of one sentence

Nothing is dropped in silence: a sentence without a verb is still a commitment, with empty slots. Only a statement that
is nothing but a list of responsible bodies is not; its bodies go to the statements before it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from . import columns, outline
from .lexicon import Action, Lexicon, head, load, mask
from .model import Block, Clause, Commitment, Document, Role, Span

_COMMITS: frozenset[Role] = frozenset({"task", "safeguard"})
_TITLE = re.compile(r"《([^《》]{1,80})》")
_ITEM_END = "，,；;：:。！？!?|\n"
_OPEN, _CLOSE = "（(“《【", "）)”》】"
_SHORTEST_ITEM = 4  # a shorter piece (同时, 其中) goes with the item after it
_LONGEST_OBJECT = 24
_SHORTEST_SUBJECT = 2
_LONGEST_LIST = 300
_LONGEST_NAME = 4  # a verb in the first characters makes a sentence of a list
# An item that opens so says under what circumstances; the action stands in a later item.
_CIRCUMSTANCE = re.compile(
    r"(?:按照|根据|依照|围绕|针对|为了?|随着|依托|结合|对照|聚焦|通过|坚持|遵循|紧扣|立足|以|在|对|从)"
)
_LABELLED = re.compile(r"(?:[（(【]\s*)?((?:[一-鿿]{0,4}(?:单位|部门|主体|处室|领导)))\s*[:：]\s*")
# with one bracket inside: 各县（市、区）
_BRACKETED = re.compile(r"[（(【]((?:[^（(【）)】]|[（(][^（(【）)】]{1,8}[）)]){2,300})[）)】][。；;，,\s]*$")
_DUTIES = re.compile(r"(?:等)?(?:按照?|根据)?(?:各自)?(?:职责|职能)?(?:分工)?(?:分别)?负责$")
_COLUMN_HEAD = re.compile(
    r"序号|(?:主要|重点|工作|具体)(?:任务|内容|举措|措施|指标)|(?:责任|牵头|配合|主责|负责)(?:部门|单位|处室)|完成时[间限]|备注|进度安排"
)
_REMARK = re.compile(r"(?:备注|注|说明|数据来源|资料来源)\s*[:：]")
_BY = re.compile(r"由([^，。；;,由]{2,60}?)(?:牵头|负责)")
_WITH = re.compile(r"(?:会同|协同|联合)([^，。；;,]{2,60})")
_SUBJECT = re.compile(r"([^，。；;,：:、的]{2,14}?(?:、[^，。；;,：:、的]{2,14}?){0,6})(?:要|应当|须|必须|牵头|负责)")
_NUMBER_NEXT = re.compile(r"(?:了|约|至少|不少于|不低于|不超过)?[0-9０-９]")
_ASIDE = re.compile(r"[（(][^（()）]*[）)]")
_EDGES = re.compile(r"^[（(【）)】。.;；,，\s]+|[（(【）)】。.;；,，\s]+$")
_BETWEEN_BODIES = re.compile(r"[、，,；;：:\s/和与及]+(?![县市区旗]{1,2}[）)])")  # 各县（市、区）政府 is one
_HEAD_ROWS = 4  # rows that are looked at for the head of a table: a title, and three of heads at most


@dataclass(frozen=True, slots=True)
class _Head:
    """What the columns of a table hold, and the rows of its head."""

    kinds: tuple[str | None, ...]
    rows: tuple[tuple[str, ...], ...]


_HEADLESS = _Head((), ())


def extract(document: Document, clauses: Sequence[Clause], lexicon: Lexicon | None = None) -> tuple[Commitment, ...]:
    """The commitments of all clauses that make any, in reading order.

    A sentence of clause 四/十二 has the key 四/十二#1, #2 …; a row of table 表2 has 表2/5, after its own number where
    that is unique. Preambles, reviews, glossaries and attachments that restate the body make none.
    """
    lexicon = lexicon or load()
    heads = _heads(document)
    rows = [block for block in document.blocks if block.kind == "row"]
    starts = [row.span.start for row in rows]
    out: list[Commitment] = []
    for clause in clauses:
        if clause.role in _COMMITS and len(clause.body):
            first, last = (bisect_left(starts, at) for at in (clause.body.start, clause.body.end))
            out += _of_clause(document.text, clause, rows[first:last], heads, lexicon)
    return tuple(out)


def _heads(document: Document) -> dict[int, _Head]:
    """The head of every table that has one, by the table's number: groups of rows in several clauses share it."""
    rows: dict[int, list[Block]] = {}
    for block in document.blocks:
        if block.kind == "row" and len(rows.setdefault(block.table, [])) < _HEAD_ROWS:
            rows[block.table].append(block)
    out = {}
    for table, own in rows.items():
        cells = [_cells(row.span.of(document.text)) for row in own]
        size, words = columns.heads(cells)
        if size:
            out[table] = _Head(tuple(map(columns.kind, words)), tuple(tuple(line) for line in cells[:size]))
    return out


def items(text: str) -> tuple[tuple[int, int], ...]:
    """(start, end) of the items of a sentence: split at commas and colons outside brackets, quotes and titles.

    >>> text = "新增病房(含改建,扩建)5间,培训护士120名。"
    >>> [text[s:e] for s, e in items(text)]
    ['新增病房(含改建,扩建)5间,', '培训护士120名。']
    """
    out: list[tuple[int, int]] = []
    start, depth = 0, 0
    for at, char in enumerate(text):
        if char in _OPEN:
            depth += 1
        elif char in _CLOSE:
            depth = max(0, depth - 1)
        elif char in _ITEM_END and not depth and not _inside_number(text, at) and at + 1 - start > _SHORTEST_ITEM:
            out.append((start, at + 1))
            start = at + 1
    if len(text) - start > _SHORTEST_ITEM or not out:
        out.append((start, len(text)))
    else:
        out[-1] = (out[-1][0], len(text))
    return tuple(out)


def _inside_number(text: str, at: int) -> bool:
    return 0 < at < len(text) - 1 and text[at] in ",:：" and text[at - 1].isdigit() and text[at + 1].isdigit()


def _of_clause(
    text: str, clause: Clause, rows: Sequence[Block], heads: Mapping[int, _Head], lexicon: Lexicon
) -> Iterator[Commitment]:
    inside = [row for row in rows if row.span.end <= clause.body.end]
    yield from _sentences(text, clause, _between(clause.body, inside), lexicon)
    yield from _rows(text, clause, inside, heads, lexicon)


def _between(body: Span, rows: Sequence[Block]) -> Iterator[Span]:
    """What is left of a body when the rows of its tables are taken out."""
    start = body.start
    for row in rows:
        if row.span.start > start:
            yield Span(start, row.span.start)
        start = row.span.end
    if body.end > start:
        yield Span(start, body.end)


def _sentences(text: str, clause: Clause, spans: Iterator[Span], lexicon: Lexicon) -> list[Commitment]:
    out: list[Commitment] = []
    waiting = 0  # the first commitment that still waits for a list of responsible bodies
    for span in (s for part in spans for s in outline.statements(text, part)):
        written = span.of(text)
        if not any(char.isalnum() for char in written) or _says_nothing(written, clause):
            continue
        listed = bodies_listed(written, lexicon)
        if not listed or not _only_a_list(written, lexicon):
            out.append(read(f"{clause.key}#{len(out) + 1}", clause.key, written, span, lexicon))
        if listed:
            when = lexicon.deadline_in(written) if _only_a_list(written, lexicon) else None
            out[waiting:] = [_with_list(commitment, listed, when) for commitment in out[waiting:]]
            waiting = len(out)
    return out


def _says_nothing(written: str, clause: Clause) -> bool:
    """A remark under a table, or the head of a column that a flattened table left on a line of its own."""
    return bool(_COLUMN_HEAD.fullmatch(written) or (clause.key.startswith("表") and _REMARK.match(written)))


def _with_bodies(commitment: Commitment, listed: tuple[str, ...]) -> Commitment:
    return replace(commitment, bodies=tuple(dict.fromkeys((*commitment.bodies, *listed))))


def _with_list(commitment: Commitment, bodies: tuple[str, ...], when: str | None) -> Commitment:
    """A statement with what the list behind it says: who answers for it and, where it names no date, until when."""
    answered = _with_bodies(commitment, bodies)
    return answered if when is None or answered.deadline else replace(answered, deadline=when)


def read(key: str, clause: str, text: str, span: Span, lexicon: Lexicon) -> Commitment:
    """One statement with its slots filled from its own words."""
    item, actions = _acting(text, lexicon)
    return Commitment(
        key=key,
        clause=clause,
        text=text,
        verb=actions[0].word if actions else None,
        object=_object(item, actions, lexicon),
        strength=lexicon.strength_in(item, actions),
        stage=lexicon.stage_in(item, actions),
        deadline=lexicon.deadline_in(text),
        bodies=_bodies_named(text, lexicon),
        documents=tuple(dict.fromkeys(_TITLE.findall(text))),
        span=span,
    )


def _acting(text: str, lexicon: Lexicon) -> tuple[str, tuple[Action, ...]]:
    """The first item that acts, and its verbs; one that opens with 按照 or 围绕 only where no other does."""
    if "|" in text:
        return _acting_cell(text, lexicon)
    acting = [text[s:e] for s, e in items(text) if lexicon.actions(text[s:e])]
    plain = [item for item in acting if not _CIRCUMSTANCE.match(item)]
    item = (plain or acting or [text])[0]
    return item, _from_main_verb(item, lexicon.actions(item), lexicon)


def _acting_cell(row: str, lexicon: Lexicon) -> tuple[str, tuple[Action, ...]]:
    """A row acts only where a cell opens with a verb: 每千人注册护士数 names an indicator."""
    for cell in _cells(row):
        actions = lexicon.actions(cell)
        if actions and not _lead(cell, actions[0].start, lexicon):
            return cell, actions
    return row, ()


def _from_main_verb(item: str, actions: tuple[Action, ...], lexicon: Lexicon) -> tuple[Action, ...]:
    """The verbs from the main one on: in 健康服务体系建设更趋完善 that is the last, in 完善体系建设 the first."""
    if len(actions) > 1 and len(_lead(item, actions[0].start, lexicon)) > _SHORTEST_SUBJECT:
        tail = item[actions[-1].end :].strip("，,。；; \u3000\r\n")
        return actions[-1:] if not tail else actions
    reached = [a for a in actions[1:] if _NUMBER_NEXT.match(item, a.end)]
    return tuple(reached[-1:]) if reached and reached[-1].strength == "确保" else actions


def _lead(item: str, end: int, lexicon: Lexicon) -> str:
    """What stands before the first verb, without adverbs and deadline."""
    before = item[:end]
    deadline = lexicon.deadline_in(before)
    if deadline:
        before = before.replace(deadline, "", 1)
    for _ in range(4):  # 要进一步全面…
        before = before.strip(" \u3000，,")
        if not before.endswith(lexicon.adverbs) and not before.startswith(lexicon.adverbs):
            break
        word = next((w for w in lexicon.adverbs if before.endswith(w)), "")
        before = before.removesuffix(word)
        word = next((w for w in lexicon.adverbs if before.startswith(w) and len(w) > 1), "")
        before = before.removeprefix(word)
    return before.strip(" \u3000，,")


def _object(item: str, actions: Sequence[Action], lexicon: Lexicon) -> str | None:
    """What the first verb acts on; where a number follows it, what stands before the verb (千人口托位数 达到 5.9个)."""
    if not actions:
        return None
    end = head(item, tuple(actions))[-1].end
    after = re.split(r"[，,。；;：:|\r\n]", _ASIDE.sub("", item[end:]), maxsplit=1)[0].strip("了着 \u3000")
    before = _lead(item, actions[0].start, lexicon)
    phrase = before if before and (not after or after[0].isdigit()) else after
    return phrase[:_LONGEST_OBJECT] or None


def bodies_listed(statement: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The bodies of a list at the end of a statement, the leading ones first.

    >>> bodies_listed("抓好落实。(市卫生健康局、市财政局，各镇街)", load())
    ('市卫生健康局', '市财政局', '各镇街')
    >>> bodies_listed("牵头单位：市教育局；配合单位：市财政局、各区政府", load())
    ('市教育局', '市财政局', '各区政府')
    >>> bodies_listed("建设改造项目(含新建、扩建)", load())
    ()
    """
    labelled = _LABELLED.search(statement)
    if labelled and any(labelled[1].endswith(w) for w in (*lexicon.leads, *lexicon.supports)):
        return _split_bodies(_LABELLED.sub("、", statement[labelled.end() :]), lexicon)
    whole = _bare_list(statement, lexicon)
    if whole:
        return whole
    bracket = _BRACKETED.search(statement)
    if not bracket:
        return ()
    inside = _LABELLED.sub("、", bracket[1])
    found = _split_bodies(inside, lexicon)
    pieces = _names_apart(inside, lexicon)
    return found if len(found) * 2 > len(pieces) else ()


def _bare_list(statement: str, lexicon: Lexicon) -> tuple[str, ...]:
    """A statement that is nothing but bodies: 市医保局和各镇街按职责负责. One name alone must be a public body's."""
    names = _DUTIES.sub("", statement.strip("。；;，, \u3000"))
    found = _split_bodies(names, lexicon)
    pieces = _names_apart(names, lexicon)
    if not found or len(found) < len(pieces) or len(names) > _LONGEST_LIST:
        return ()
    public = sum(name.endswith(lexicon.public_suffixes) for name in found)
    return found if public * 2 >= len(found) and not lexicon.actions(mask(names)[:_LONGEST_NAME]) else ()


def _split_bodies(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    found: list[str] = []
    for piece in _names_apart(text, lexicon):
        name = _EDGES.sub("", piece).removeprefix("由")
        for word in lexicon.body_joins:
            name = name.removeprefix(word).removesuffix(word)
        name = name.removesuffix("等")
        if 2 <= len(name) <= 30 and is_body(name, lexicon):
            found.append(name)
    return tuple(dict.fromkeys(found))


def _names_apart(text: str, lexicon: Lexicon) -> list[str]:
    """The names of a list; where what stands before 和 is no body, 和 belongs to the name: 市工业和信息化局."""
    apart: list[str] = []
    last = 0
    for mark in _BETWEEN_BODIES.finditer(text):
        if mark[0] in "和与及" and not is_body(text[last : mark.start()], lexicon):
            continue
        apart.append(text[last : mark.start()])
        last = mark.end()
    return [piece for piece in (*apart, text[last:]) if piece]


def is_body(name: str, lexicon: Lexicon) -> bool:
    """Whether a name ends as the name of a public body does.

    >>> [is_body(name, load()) for name in ["市卫生健康局", "各区", "重点人群"]]
    [True, True, False]
    """
    if name.endswith(lexicon.not_bodies):
        return False
    return name.endswith(lexicon.body_suffixes) or bool(
        re.fullmatch(r"各[一-鿿（）()、]{1,8}(?:区|市|县|地|方)?", name)
    )


def _only_a_list(statement: str, lexicon: Lexicon) -> bool:
    """Whether nothing is left when the list of bodies is taken away."""
    if _LABELLED.match(statement.strip("（(【 ")) or _bare_list(statement, lexicon):
        return True
    bracket = _BRACKETED.search(statement)
    return bool(bracket) and not statement[: bracket.start() if bracket else 0].strip("。；;，, \u3000")


def _bodies_named(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Bodies that the statement itself puts in charge: 由…牵头, 会同…, …要. Only names that no company bears."""
    masked = mask(text)
    found: list[str] = []
    for match in _BY.finditer(masked):
        found += _split_bodies(text[slice(*match.span(1))], lexicon)
    subject = _SUBJECT.match(masked)
    if subject:
        found += _split_bodies(text[slice(*subject.span(1))].rpartition("由")[2], lexicon)
    for match in _WITH.finditer(masked):
        names = text[slice(*match.span(1))]
        actions = lexicon.actions(names)
        found += _split_bodies(names[: actions[0].start] if actions else names, lexicon)
    return tuple(dict.fromkeys(name for name in found if name.endswith(lexicon.public_suffixes)))


def _rows(
    text: str, clause: Clause, rows: Sequence[Block], heads: Mapping[int, _Head], lexicon: Lexicon
) -> Iterator[Commitment]:
    """One commitment a row that is none of the head, keyed by its own number where that is unique."""
    data: list[tuple[Block, list[str], _Head]] = []
    for row in rows:
        cells, head = _cells(row.span.of(text)), heads.get(row.table, _HEADLESS)
        if not _is_rule(cells) and tuple(cells) not in head.rows:
            data.append((row, cells, head))
    numbers = [_number_of(cells, head) for _, cells, head in data]
    unique = all(numbers) and len(set(numbers)) == len(numbers)
    for position, (row, cells, head) in enumerate(data, 1):
        number = numbers[position - 1] if unique else str(position)
        yield _of_row(f"{clause.key}/{number}", clause.key, row.span, text, cells, head, lexicon)


def _of_row(
    key: str, clause: str, span: Span, text: str, cells: Sequence[str], head: _Head, lexicon: Lexicon
) -> Commitment:
    """A row of a task list: what its task says, with the bodies and the deadline of their columns; else its words."""
    row = span.of(text)
    told = max((cell for cell in _column(cells, head, "task") if lexicon.actions(cell)), key=len, default=row)
    said = read(key, clause, told, span, lexicon)
    bodies = [body for cell in _column(cells, head, "body") for body in _split_bodies(cell, lexicon)]
    when = next(iter(_column(cells, head, "deadline")), None)
    documents = tuple(dict.fromkeys(_TITLE.findall(row)))
    return replace(_with_bodies(_with_deadline(said, when), tuple(bodies)), text=row, documents=documents)


def _with_deadline(commitment: Commitment, when: str | None) -> Commitment:
    """With what the column of deadlines says; a cell of strokes says nothing."""
    if not when or not any(char.isalnum() for char in when):
        return commitment
    return replace(commitment, deadline=when)


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _is_rule(cells: Sequence[str]) -> bool:
    return all(set(cell) <= set("-:—= ") for cell in cells)


def _number_of(cells: Sequence[str], head: _Head) -> str:
    """The row's own number: its 序号 cell, or a first cell that is a number where no head says what it is."""
    if head.kinds and head.kinds[0] != "number":
        return ""
    return cells[0].rstrip(".、") if cells and cells[0].rstrip(".、").isdigit() else ""


def _column(cells: Sequence[str], head: _Head, kind: str) -> list[str]:
    return [cell for cell, held in zip(cells, head.kinds, strict=False) if cell and held == kind]
