"""Find the clauses of a plan: 一、 (一) 1. (1) ① 第一章 第一条 专栏1 表2 附件, whatever run into, restarted or lost.

    parse(document)          -> clauses in reading order, notes on what was inferred
    statements(text, span)   -> the sentences and semicolon items of a stretch of text

A clause is a number at the head of a block, with its heading, its own text and its descendants. The order of the
levels is the custom of Chinese official documents (GB/T 9704-2012, 7.3.3: 一、 then (一) then 1. then (1)), widened by
chapters, articles and boxes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from .model import Block, Clause, Document, Note, Role, Span

_CN = "一二三四五六七八九十百零〇"
# Rank of each style of label: a label closes all open clauses of its own rank and deeper.
_LABELS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (10, re.compile(rf"第\s*([{_CN}]{{1,5}}|\d{{1,3}})\s*(?:编|篇|部分)(?=[\s、，,:：]|[^\s、，,:：的])")),
    (20, re.compile(rf"第\s*([{_CN}]{{1,5}}|\d{{1,3}})\s*章(?![的所至之和及、，。]|规定)")),
    (30, re.compile(rf"第\s*([{_CN}]{{1,5}}|\d{{1,3}})\s*节(?![的所至之和及、，。]|规定)")),
    (35, re.compile(rf"第\s*([{_CN}]{{1,6}}|\d{{1,3}})\s*条(?=[\s:：]|[^\s:：规所的至款之、和或])")),
    (40, re.compile(rf"([{_CN}]{{1,5}})[、．.](?!\s*[{_CN}]{{1,4}}[、．])")),
    (50, re.compile(rf"[（(〔]\s*([{_CN}]{{1,5}})\s*[）)〕][、.．]?(?![至、和项款]|[（(])")),
    (60, re.compile(r"(\d{1,3})\s*(?:[．、]|\.(?!\d))(?!\d)")),
    (70, re.compile(r"[（(]\s*(\d{1,3})\s*[）)](?![至、和项款])")),
    (75, re.compile(r"(\d{1,3})\s*[）)]")),
    (80, re.compile(r"([①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳])")),
)
_BOXED = {60: 160, 70: 170, 75: 175, 80: 180}  # the ranks of numbers inside a box, below that of the box (90)
_BOX = re.compile(rf"(专\s*栏|专\s*题|图\s*表|框)\s*([{_CN}]{{1,3}}|\d{{1,3}})?[:：、.\s]*")
_TABLE = re.compile(rf"(附?表)\s*([{_CN}]{{1,3}}|\d{{1,3}})?(?=[:：\s“\"《\u4e00-\u9fff]|$)")
_ATTACHMENT = re.compile(rf"附\s*件\s*([{_CN}]{{1,3}}|\d{{1,3}})?\s*(?:[:：.]|$|(?=\s))")
_FIRST_OF_LIST = re.compile(r"\s*[1１]\s*[.．、]")  # 附件：1.任务清单 is a list of attachments, not one of them
_DAY = r"(?:\d{4}|[一二三四五六七八九零〇○]{4})年\s?[\d一二三四五六七八九十]{1,3}月\s?[\d一二三四五六七八九十]{1,3}日"
# What stands below the last clause (GB/T 9704-2012, 7.3.4 to 7.4): its attachments named, the signature with its date,
# a remark in brackets, the imprint.
_CLOSING = re.compile(
    rf"附\s{{0,4}}(?:件\s{{0,4}})?[:：]|[（(](?:此件|联系人|联系电话)|抄\s*[送报]\s*[:：]|(?:[^，,。；;：:]{{2,30}}\s)?{_DAY}(?:印发)?$"
)
_DATE = re.compile(_DAY + "$")
_SIGNATURE = re.compile(r"[^，,。；;：:、！？\d]{4,40}$")
_CLOSING_REACH = 40  # blocks looked ahead: behind the end of a document stands less
_DASH = re.compile(r"[—–-]{2,}\s*|[●■◆▲★▪•]\s*")
_NOTE_LINE = re.compile(r"(?:备注|说明|注释?|数据来源|资料来源)\s*[:：]")
_GLOSSARY = re.compile(
    r"(?:附\s*[:：]?\s*)?(?:主要)?(?:名词|术语|专有名词|指标|概念)(?:的)?(?:解释|注释|释义)(?:说明)?[:：]?$"
)

# Which words of a heading say what a clause is for; the first that matches wins.
_TASK_WORDS = re.compile(r"目标|任务|政策取向|工作安排|工作重点|建议")
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("glossary", re.compile(r"^(?:主要)?(?:名词|术语|概念)(?:解释|注释|释义)")),
    (
        "review",
        re.compile(
            r"工作回顾|发展回顾|回顾与|发展背景|规划背景|编制背景|现实基础|发展基础|工作基础|基础条件|发展现状|现状与|基本情况"
            r"|主要成[就效绩]|发展成[就效绩]|取得的?成[就效绩]|工作成[就效绩]|存在(?:的)?(?:主要)?问题|主要问题|问题(?:和|与)挑战|短板弱项"
            r"|面临(?:的)?(?:形势|机遇|挑战)|形势(?:和|与|分析)|机遇(?:和|与)挑战|发展环境|完成情况|执行情况"
            r"|(?:过去的?|上|近|这)[一两三四五几]?年来?的?(?:主要)?工作|[一两三四五几]年来的?(?:主要)?工作|^去年的?工作|工作总结|工作情况$"
        ),
    ),
    (
        "safeguard",
        re.compile(
            r"^(?:(?:组织|实施|政策|规划)*保障(?:措施|机制|体系)?|保障规划实施|(?:规划)?组织实施|规划实施|(?:规划)?实施(?:机制|保障)"
            r"|(?:加强|强化)组织(?:领导|实施|保障))$|^保障措施"
        ),
    ),
    (
        "preamble",
        re.compile(r"^(?:工作)?总体(?:要求|思路)$|指导思想|基本原则|^(?:发展|工作)?(?:思路|理念|原则)$|^工作原则"),
    ),
)

_END = "。！？；!;"
_NEXT_LINE = re.compile(r"[\r\n \u3000\t\u200b]*([^\r\n \u3000\t\u200b].{0,11})", re.DOTALL)
_OPEN, _CLOSE = "（(“《【〔「『‘", "）)”》】〕」』’"
_LONGEST_BRACKET = 400  # an opening mark whose partner is further away was lost or never had one
_RUN_IN = 32  # longest heading that runs into its text; headings of the five sample plans end at 26
_LONGEST_HEADING = 40  # of a heading on a line of its own under its number
_TOPIC = 18  # longest topic sentence that heads an unnumbered paragraph


def statements(text: str, span: Span) -> tuple[Span, ...]:
    """The sentences of `text[span]`, and the items between semicolons, without surrounding white space.

    A mark of punctuation inside brackets or quotes does not end a sentence. A line break does, unless the line was
    broken in the middle of a sentence.

    >>> text = "建成3家(含新建；改建)。推广经验；扩大试点"
    >>> [s.of(text) for s in statements(text, Span(0, len(text)))]
    ['建成3家(含新建；改建)。', '推广经验；', '扩大试点']
    """
    out: list[Span] = []
    start, at, close_by = span.start, span.start, -1
    depth: list[int] = []
    while at < span.end:
        char = text[at]
        if char in _OPEN:
            depth.append(at)
            close_by = depth[0] + _LONGEST_BRACKET
        elif char in _CLOSE and depth:
            depth.pop()
        elif char in "\r\n" and not _broken_line(text, start, at, span.end):
            depth.clear()
            _keep(text, start, at, out)
            start = at + 1
        elif (not depth or at > close_by) and _ends(text, at, span.end):
            end = at + 1
            while end < span.end and text[end] in _CLOSE + _END:
                end += 1
            _keep(text, start, end, out)
            depth.clear()
            start, at = end, end - 1
        at += 1
    _keep(text, start, span.end, out)
    return tuple(out)


def _ends(text: str, at: int, end: int) -> bool:
    char = text[at]
    if char == "?":  # in a damaged text this sign stands for a lost character
        return at + 1 >= end or text[at + 1] in ' \r\n\t”’"）)'
    if char == ";" and at and text[at - 1].isascii() and text[at - 1].isalpha():  # the end of an entity: &ldquo;
        return False
    return char in _END


def _broken_line(text: str, start: int, at: int, end: int) -> bool:
    """Whether the break at `at` falls inside a sentence: long line, no closing mark, no label or gap after it."""
    line_start = max(text.rfind("\n", 0, at) + 1, start)
    line = text[line_start:at].rstrip("\r\u200b \u3000")
    if (len(line) < 24 and line[-1:] not in tuple("，、")) or line[-1] in _END + "：:" + _CLOSE or "|" in line:
        return False
    following = _NEXT_LINE.match(text, at, end)
    return following is not None and _label(following[1]) is None and following[1][0] not in "—●（("


def _keep(text: str, start: int, end: int, out: list[Span]) -> None:
    while start < end and (text[start].isspace() or text[start] in "\u200b\ufeff|"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in "\u200b\ufeff|"):
        end -= 1
    if any(c.isalnum() for c in text[start:end]):
        out.append(Span(start, end))


@dataclass(slots=True)
class _Node:
    """A clause while it grows: `own` are the blocks of its own text, in order."""

    rank: int
    name: str
    number: int | None
    label: str
    heading: str
    start: int
    body_start: int
    parent: _Node | None
    role: Role | None = None
    own: list[Span] = field(default_factory=list)
    head: Span | None = None  # where the heading stands, with the mark that ends it
    holds_paragraphs: bool = False  # a box whose first line is its title alone holds what follows
    key: str = ""
    children: int = 0
    end: int = 0

    def depth(self) -> int:
        return 0 if self.parent is None else self.parent.depth() + 1


def parse(document: Document) -> tuple[tuple[Clause, ...], tuple[Note, ...]]:
    """The outline of a document, in reading order, and notes on lost headings and restated attachments.

    Text before the first label is a clause of role preamble with key "序", signature and names of attachments below the
    last one likewise with key "落款". A document without any label is one clause with key "全文", said in a note.
    """
    builder = _Builder(document)
    for index, block in enumerate(document.blocks):
        builder.take(index, block)
    nodes = builder.nodes
    notes = builder.notes
    if all(node.rank == _Builder.PREAMBLE for node in nodes):
        return _whole(document, nodes)
    nodes = list(_split_paragraphs(document.text, nodes))
    _heading_is_text(document.text, nodes)
    _name(nodes, notes)
    _assign_roles(nodes)
    clauses = _freeze(nodes)
    return _restated(document.text, clauses, notes)


class _Builder:
    """Reads blocks in order and keeps the chain of open clauses."""

    PREAMBLE, ATTACHMENT, GLOSSARY, BOX, TABLE, DASH = 199, 1, 2, 90, 195, 192

    def __init__(self, document: Document) -> None:
        self.text = document.text
        self.blocks = document.blocks
        self.nodes: list[_Node] = []
        self.notes: list[Note] = []
        self.open: list[_Node] = []
        self.article_rank = 35
        self.numbered = 0
        self.table = 0
        self.listed = 0  # the last number of a list of attachments, 0 outside of one

    def take(self, index: int, block: Block) -> None:
        """Put one block where it belongs: rows, special headings, labels, in this order; else it is text."""
        line = block.span.of(self.text)
        if block.kind == "row":
            self._row(block, line)
        elif _GLOSSARY.match(line):
            self._push(self.GLOSSARY, "名词解释", None, "", line, block, len(line), role="glossary")
        elif self._starts_attachment(index, line):
            match = _ATTACHMENT.match(line)
            assert match is not None
            name = "附件" + (match[1] or "")
            self._push(self.ATTACHMENT, name, None, match[0].strip(), line[match.end() :].strip(), block, len(line))
        elif (match := _BOX.match(line)) and self._is_box(match, line):
            self._box(match, line, block)
        elif (match := _TABLE.match(line)) and self._row_follows(index) and len(line) <= 60:
            self._push(self.TABLE, f"表{match[2] or ''}", None, match[0].strip(), line, block, len(line))
        elif (found := _label(line)) is not None:
            self._labelled(found, line, block)
        elif dash := _DASH.match(line):
            self._dashed(dash, line, block)
        elif self._closes(index, line):
            self._close(block)
        else:
            self._text(block, line)

    def _starts_attachment(self, index: int, line: str) -> bool:
        """A line 附件 opens an attachment when the plan has begun and a label follows; a list of them does not."""
        match = _ATTACHMENT.match(line)
        if match is None or not self.numbered or len(line) > 60 or _FIRST_OF_LIST.match(line, match.end()):
            return False
        for block in self.blocks[index + 1 : index + 12]:
            following = block.span.of(self.text)
            if _ATTACHMENT.match(following):
                return False
            if block.kind == "row" or _label(following) is not None:
                return True
        return False

    def _closes(self, index: int, line: str) -> bool:
        """Whether a line opens what stands below the last clause: 附件：…, a signature, its date, （此件公开发布）."""
        if not self.numbered or not self.open or self.open[-1].name == "落款":
            return False
        if not (_CLOSING.match(line) or self._signs(index, line)):
            return False
        own = self.open[-1].own
        return not (own and self._unfinished(own[-1])) and self._is_last(index, line)

    def _close(self, block: Block) -> None:
        """What stands below the last clause belongs to no chapter: a clause at the top, until another label follows."""
        closing = _Node(self.DASH, "落款", None, "", "", block.span.start, block.span.start, None, "preamble")
        closing.own.append(block.span)
        self.nodes.append(closing)
        self.open.append(closing)

    def _signs(self, index: int, line: str) -> bool:
        """Names of bodies above a date."""
        for block in self.blocks[index + 1 : index + 4]:
            if not _SIGNATURE.match(line):
                return False
            line = block.span.of(self.text)
            if _DATE.match(line):
                return True
        return False

    def _is_last(self, index: int, line: str) -> bool:
        """Whether no number goes on behind a line before an attachment, a document of its own or the end."""
        named = _ATTACHMENT.match(line)
        listed = 1 if named is not None and _FIRST_OF_LIST.match(line, named.end()) else 0
        for at in range(index + 1, min(index + _CLOSING_REACH, len(self.blocks))):
            following = self.blocks[at].span.of(self.text)
            if _GLOSSARY.match(following) or self._starts_attachment(at, following):
                return True
            label = label_of(following)
            if listed and label == (60, listed + 1):
                listed += 1
            elif label is not None or self.blocks[at].kind == "row":
                return label is not None and label[1] == 1
        return len(self.blocks) <= index + _CLOSING_REACH

    def _row_follows(self, index: int) -> bool:
        return any(b.kind == "row" for b in self.blocks[index + 1 : index + 4])

    @staticmethod
    def _is_box(match: re.Match[str], line: str) -> bool:
        if match[1].startswith("专"):
            return bool(match[2]) or len(line) <= 30
        return bool(match[2]) and len(line) <= 40

    def _box(self, match: re.Match[str], line: str, block: Block) -> None:
        rest = line[match.end() :]
        cut = re.search(r"\s{1,}|[。|]", rest)
        head = rest[: cut.start()] if cut and cut.start() <= 40 else (rest if len(rest) <= 40 else "")
        body = match.end() + (cut.end() if cut and head else len(head))
        name = match[1].replace(" ", "") + (match[2] or "")
        self._push(self.BOX, name, None, match[0].strip(" :：、"), head, block, body)

    def _row(self, block: Block, line: str) -> None:
        if block.table != self.table:
            self.table = block.table
            if not (self.open and self.open[-1].rank == self.TABLE and not self.open[-1].own):
                self._push(self.TABLE, "表", None, "", "", block, 0)
                return
        self._text(block, line)

    def _dashed(self, dash: re.Match[str], line: str, block: Block) -> None:
        """An item behind a dash is a clause of its own where it has a topic sentence, else it is text."""
        topic = _topic(line[dash.end() :], _RUN_IN)
        if topic is None:
            self._text(block, line)
            return
        heading, offset = topic
        self._push(self.DASH, "¶", None, dash[0].strip(), heading, block, dash.end() + offset)

    def _labelled(self, found: tuple[int, int, str, int], line: str, block: Block) -> None:
        rank, number, label, end = found
        if self._in_list_of_attachments(rank, number):
            self._text(block, line)
            return
        inside = self._box_rank(rank, number)
        if inside is not None:
            rank = inside
        elif rank == 35:
            rank = self._article(rank)
        elif rank == 40 and self._in_box_list(rank, number):
            self._text(block, line)
            return
        self._mend_lost_parent(rank, number, block)
        heading, offset = _heading(line[end:], block.kind == "heading")
        self.numbered += 1
        self._push(rank, label_name(label), number, label, heading, block, end + offset)

    def _in_list_of_attachments(self, rank: int, number: int) -> bool:
        """2.指标表 after 附件：1.任务清单 goes on with that list."""
        last = self.open[-1].own[-1].of(self.text) if self.open and self.open[-1].own else ""
        named = _ATTACHMENT.match(last)
        listed = named is not None and _FIRST_OF_LIST.match(last, named.end()) is not None
        self.listed = 1 if listed else self.listed
        if rank != 60 or not self.listed or number != self.listed + 1:
            self.listed = 0
            return False
        self.listed = number
        return True

    def _box_rank(self, rank: int, number: int) -> int | None:
        """The rank of a number in a box's own list: one that begins below the box's title, or goes on there."""
        at = next((n for n, node in enumerate(self.open) if node.rank == self.BOX), None)
        if at is None or rank not in _BOXED:
            return None
        within = _BOXED[rank]
        last = next((node.number for node in self.open[at + 1 :] if node.rank == within), None)
        if last is not None:
            return within if number == last + 1 else None
        return within if number == 1 and not self.open[-1].own else None

    def _in_box_list(self, rank: int, number: int) -> bool:
        """Inside a box, a label that does not go on from the chapters outside belongs to the box's own text."""
        if not (self.open and self.open[-1].rank == self.BOX):
            return False
        last = next((n.number for n in reversed(self.open[:-1]) if n.rank == rank), None)
        return last is not None and number != last + 1

    def _article(self, rank: int) -> int:
        """第X条 stands under chapters, but also inside 一、: then it ranks below that."""
        if any(node.rank == 40 for node in self.open):
            self.article_rank = 45
        return self.article_rank if rank == 35 else rank

    def _mend_lost_parent(self, rank: int, number: int, block: Block) -> None:
        """Numbering that starts again at 1 under the same parent means that a heading between them was lost."""
        siblings = [node for node in self.open if node.rank == rank]
        if number != 1 or not siblings or (siblings[-1].number or 0) < 2:
            return
        parent = siblings[-1].parent
        if parent is None or parent.number is None or parent.rank not in (40, 50):
            return
        self.notes.append(
            Note(
                "outline",
                Span(block.span.start, block.span.start),
                f"编号从“{siblings[-1].label}”回到1，推断此处缺一个上级标题",
            )
        )
        self._push(parent.rank, "缺", parent.number + 1, "", "", block, 0, own=False)

    def _push(
        self,
        rank: int,
        name: str,
        number: int | None,
        label: str,
        heading: str,
        block: Block,
        offset: int,
        *,
        role: Role | None = None,
        own: bool = True,
    ) -> None:
        while self.open and self.open[-1].rank >= (self.DASH if rank == self.TABLE else rank):
            self.open.pop()  # a table stands in a numbered clause or a box, never in a paragraph of it
        parent = self.open[-1] if self.open else None
        start = block.span.start
        body = _skip(self.text, start + offset, block.span.end)
        node = _Node(rank, name, number, label, heading.strip(), start, body, parent, role)
        if own and body < block.span.end:
            node.own.append(Span(body, block.span.end))
        node.holds_paragraphs = rank == self.BOX and not node.own
        at = self.text.find(node.heading, start, body) if node.heading else -1
        node.head = Span(at, _skip_back(self.text, at, body)) if at >= 0 else None
        self.nodes.append(node)
        self.open.append(node)

    @staticmethod
    def _awaits_heading(top: _Node, block: Block, line: str) -> bool:
        """Whether a number stood on a line of its own, as <br> leaves it and as 附件1 does, and this is its heading."""
        numbered = top.number is not None or top.rank == _Builder.ATTACHMENT
        bare = numbered and bool(top.label) and not top.heading and not top.own
        return bare and block.kind != "row" and len(line) <= _LONGEST_HEADING and not re.search("[。；！？;，：]", line)

    def _unfinished(self, last: Span) -> bool:
        """Whether a line was broken in the middle of a sentence."""
        return len(last) >= 24 and self.text[last.end - 1] not in _END + "：:|" + _CLOSE

    def _text(self, block: Block, line: str) -> None:
        """Text goes to the open clause; after a table or a box it goes on in the clause around that."""
        if not self.open:
            self._push(self.PREAMBLE, "序", None, "", "", block, 0, role="preamble")
            return
        top = self.open[-1]
        if self._awaits_heading(top, block, line):
            top.heading, top.head, top.body_start = line, block.span, block.span.end
            return
        if top.own and self._unfinished(top.own[-1]):
            top.own.append(block.span)
            return
        closed = top.rank in (self.TABLE, self.BOX) and block.kind != "row"
        if closed and not (_NOTE_LINE.match(line) or top.holds_paragraphs):
            self.open.pop()
            self._push(self.DASH, "¶", None, "", "", block, 0)
            return
        if top.rank == self.DASH and top.heading:  # a paragraph after —— items is the parent's again
            self._push(self.DASH, "¶", None, "", "", block, 0)
            return
        top.own.append(block.span)


def _label(line: str) -> tuple[int, int, str, int] | None:
    """Rank, number, label as written and its length where a line starts with a number of the outline.

    >>> _label("（十二）加快发展")
    (50, 12, '（十二）', 4)
    >>> _label("一、二、三级医院共享资源"), _label("1.6万个托位"), _label("（一）至（三）项"), _label("第三条所称单位")
    (None, None, None, None)
    """
    for rank, pattern in _LABELS:
        match = pattern.match(line)
        if match is not None:
            number = _number(match[1])
            rest = line[match.end() :]
            if number is None or _is_row_of_grades(rank, number, rest):
                continue
            if rank == 60 and re.match(r"\s*[年月日%％个]", rest):
                continue
            return rank, number, match[0].strip(), match.end()
    return None


def _is_row_of_grades(rank: int, number: int, rest: str) -> bool:
    """一、二类疫苗, 二、三级医院: two numbers that follow each other and share a measure word."""
    found = re.match(rf"([{_CN}]{{1,2}})(?:类|级|期|线|等|产业)", rest) if rank == 40 else None
    return found is not None and _number(found[1]) == number + 1


def label_of(line: str) -> tuple[int, int] | None:
    """Rank and number of the label that a line starts with; a lower rank stands higher in the outline.

    >>> label_of("（十二）加快发展"), label_of("加快发展")
    ((50, 12), None)
    """
    label = _label(line)
    return label[:2] if label else None


def label_name(label: str) -> str:
    """The number inside a label, as it stands in a key: （十二） → 十二, 3. → 3, 第二章 → 第二章."""
    bare = re.sub(r"\d", lambda digit: str(int(digit[0])), re.sub(r"\s", "", label))
    return bare if label.startswith("第") else re.sub(r"[（()）〔〕、.．]", "", bare)


_CN_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0}


def _number(text: str) -> int | None:
    """十二 → 12, 一百零一 → 101, ③ → 3; None where the characters make no number."""
    if text.isdecimal():
        return int(text)
    if text[0] in "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳":
        return ord(text[0]) - ord("①") + 1
    total, digit = 0, 0
    for char in text:
        if char in _CN_DIGITS:
            digit = _CN_DIGITS[char]
        elif char in "十百":
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            return None
    return total + digit or None


def _heading(rest: str, marked: bool) -> tuple[str, int]:
    """The heading at the start of `rest` and where the text after it begins.

    A heading that runs into its text is a short first sentence without figures: “深化改革。落实……”, “总体要求：……”.
    """
    lead = len(rest) - len(rest.lstrip())
    stripped = rest.strip()
    stop = re.search(r"[。；！!？]|(?<![a-z]);", stripped)
    if stop is None:
        gap = re.search(r"\u3000+|\s{2,}", stripped)
        if gap and 2 <= gap.start() <= _RUN_IN and len(stripped) - gap.end() > 20:
            return stripped[: gap.start()], lead + gap.end()
        colon = re.match(r"([^:：，,。]{2,14})[:：](?=.{15,})", stripped)
        if colon and not marked:
            return colon[1], lead + colon.end()
        broken = stripped.endswith(("，", "、")) and not marked  # a sentence that goes on in the next line
        if (marked or len(stripped) <= 50) and not broken:
            return stripped, len(rest)
        return "", lead
    colon = re.match(r"([^:：，,。]{2,14})[:：]", stripped)
    if colon:
        return colon[1], lead + colon.end()
    first = stripped[: stop.start()]
    if stop[0] == "。" and (_is_heading(first) or (marked and len(stripped) == stop.end())):
        return first, lead + stop.end()
    gap = re.search(r"\u3000|\s{2,}", stripped)  # one space may stand inside a word: 达到 70%以上
    before = stripped[: gap.start()] if gap else ""
    if gap and len(before) >= 4 and _is_heading(before) and "，" not in before:
        return before, lead + gap.end()
    return "", lead


def _is_heading(sentence: str) -> bool:
    bare = re.sub(r"“[^“”]*”|20\d\d年?", "", sentence)
    return len(sentence) <= _RUN_IN and not re.search(r"\d", bare) and len(re.findall(r"[，,]", sentence)) <= 2


def _topic(paragraph: str, longest: int = _TOPIC) -> tuple[str, int] | None:
    """The topic sentence that opens an unnumbered paragraph and where the text after it begins."""
    stop = re.search(r"[。：:]", paragraph[: longest + 2])
    if stop is None or stop.start() < 4 or len(paragraph) < 2.5 * stop.end():
        return None
    topic = paragraph[: stop.start()]
    return None if re.search(r"\d", topic) else (topic, stop.end())


def _slogan(topic: str) -> bool:
    """Two halves of one length: 统筹兼顾，协调发展."""
    halves = re.split(r"[，,、]", topic)
    return len(halves) == 2 and len(halves[0]) == len(halves[1])


def _skip(text: str, start: int, end: int) -> int:
    while start < end and (text[start].isspace() or text[start] in "\u200b|"):
        start += 1
    return start


def _skip_back(text: str, start: int, end: int) -> int:
    while end > start and (text[end - 1].isspace() or text[end - 1] in "\u200b|"):
        end -= 1
    return end


def _split_paragraphs(text: str, nodes: Sequence[_Node]) -> Iterator[_Node]:
    """Paragraphs that all open with a topic sentence are clauses of their own (健康导向，以人为本。…)."""
    parents = {id(node.parent) for node in nodes if node.parent is not None}
    for node in nodes:
        yield node
        special = node.rank in (_Builder.PREAMBLE, _Builder.BOX, _Builder.TABLE, _Builder.DASH)
        if special or id(node) in parents or len(node.own) < 2:
            continue
        topics = [_topic(span.of(text)) for span in node.own]
        if any(topic is None for topic in topics) or node.heading == "":
            continue
        if node.parent is not None and not all(_slogan(topic[0]) for topic in topics if topic):
            continue  # below a chapter a first sentence such as 强化就业优先政策。 is a statement like the rest
        for span, topic in zip(node.own, topics, strict=True):
            assert topic is not None
            heading, offset = topic
            child = _Node(_Builder.DASH, "¶", None, "", heading, span.start, span.start + offset, node)
            child.own.append(Span(_skip(text, span.start + offset, span.end), span.end))
            yield child
        node.own.clear()


def _heading_is_text(text: str, nodes: Sequence[_Node]) -> None:
    """A numbered line with nothing below it, or only its responsible bodies, is a statement: 15.建设示范点。"""
    parents = {id(node.parent) for node in nodes}
    for node in nodes:
        if id(node) in parents or node.head is None or any("。" in span.of(text) for span in node.own):
            continue
        sentence = len(node.head) > len(node.heading) and node.number is not None
        listed = 60 <= node.rank <= 80 or node.rank in (35, 45, *_BOXED.values())
        if sentence or (not node.own and listed):
            node.own.insert(0, node.head)
            node.heading = ""


def _name(nodes: Sequence[_Node], notes: list[Note]) -> None:
    """Give each clause its path; a path met again gets a mark, so that every key is unique."""
    seen: Counter[str] = Counter()
    tables = 0
    for node in nodes:
        if node.rank == _Builder.TABLE:
            tables += 1
            own = node.name if node.name != "表" else f"表{tables}"
            key = own if _attachment(node) is None else f"{_attachment(node)}/{own}"
        elif node.rank == _Builder.BOX:
            key = node.name
        elif node.rank == _Builder.DASH:
            if node.parent is None:
                key = node.name
            else:
                node.parent.children += 1
                key = f"{node.parent.key}/¶{node.parent.children}"
        else:
            name = f"{_chinese(node.number or 0)}缺" if node.name == "缺" else node.name
            key = name if node.parent is None else f"{node.parent.key}/{name}"
        seen[key] += 1
        if seen[key] > 1:
            if node.number is not None:
                why = f"编号“{key}”重复出现，此处记作“{key}′{seen[key]}”"
                notes.append(Note("outline", Span(node.start, node.start), why))
            key = f"{key}′{seen[key]}"
        node.key = key


def _attachment(node: _Node) -> str | None:
    above = node.parent
    while above is not None:
        if above.rank == _Builder.ATTACHMENT:
            return above.key
        above = above.parent
    return None


def _chinese(number: int) -> str:
    digits = "零一二三四五六七八九"
    if number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    return (digits[tens] if tens > 1 else "") + ("十" if tens else "") + (digits[ones] if ones else "")


def _assign_roles(nodes: Sequence[_Node]) -> None:
    """A heading says what its clause is for; what it does not say is inherited; a goal inside a preamble is a task."""
    for node in nodes:
        if node.role is not None:
            continue
        inherited = node.parent.role if node.parent else None
        said = _role_of(node.heading)
        if node.rank == _Builder.ATTACHMENT:
            node.role = "attachment"
        elif inherited in ("glossary", "attachment"):
            node.role = inherited
        elif said is not None:
            node.role = said
        elif inherited == "preamble" and _TASK_WORDS.search(node.heading):
            node.role = "task"
        else:
            node.role = inherited or "task"


def _role_of(heading: str) -> Role | None:
    bare = re.sub(r"[“”\"\s]", "", heading)
    for role, pattern in _ROLES:
        if pattern.search(bare):
            return None if role in ("preamble", "review") and _TASK_WORDS.search(bare) else role
    return None


def _freeze(nodes: Sequence[_Node]) -> tuple[Clause, ...]:
    """Close the spans: a clause ends where the next one of its rank or higher starts."""
    ends: dict[int, int] = {}
    for node in reversed(nodes):
        end = max([ends.get(id(node), 0), node.own[-1].end if node.own else 0, node.body_start])
        ends[id(node)] = end
        if node.parent is not None:
            ends[id(node.parent)] = max(ends.get(id(node.parent), 0), end)
    clauses = []
    for node in nodes:
        body = Span(node.own[0].start, node.own[-1].end) if node.own else Span(node.body_start, node.body_start)
        clauses.append(
            Clause(
                key=node.key,
                label=node.label,
                heading=node.heading,
                span=Span(node.start, ends[id(node)]),
                body=body,
                depth=node.depth(),
                parent=node.parent.key if node.parent else None,
                role=node.role or "task",
            )
        )
    return tuple(clauses)


def _whole(document: Document, nodes: Sequence[_Node]) -> tuple[tuple[Clause, ...], tuple[Note, ...]]:
    note = Note("outline", None, "未见任何编号标题，全文按一个条款处理")
    if not nodes:
        return (), (note,)
    blocks = document.blocks
    span = Span(blocks[0].span.start, blocks[-1].span.end)
    return (Clause("全文", "", "", span, span, 0, None, "task"),), (note,)


_RESTATED = 0.6  # share of an attachment's statements found in the body before it counts as a restatement
_CONTAINED = 0.6  # share of a statement's character pairs that one clause of the body must hold


def _restated(text: str, clauses: Sequence[Clause], notes: list[Note]) -> tuple[tuple[Clause, ...], tuple[Note, ...]]:
    """Attachments that repeat the body keep the role attachment; one with matter of its own is a task."""
    roots = [c for c in clauses if c.role == "attachment" and (c.parent is None)]
    main = [c for c in clauses if c.role in ("task", "safeguard") and len(c.body)]
    grams = [_pairs(c.heading + c.body.of(text)) for c in main]
    own: set[str] = set()
    for root in roots:
        members = [c for c in clauses if c.key == root.key or c.key.startswith(root.key + "/")]
        parts = [s.of(text) for c in members for s in statements(text, c.body) if len(s) >= 12]
        found = sum(_contained(part, grams) for part in parts)
        if parts and found >= _RESTATED * len(parts):
            notes.append(Note("restated", root.span, f"附件与正文重复（{found}/{len(parts)}条），不重复计入举措"))
        else:
            own |= {c.key for c in members}
    return tuple(replace(c, role="task") if c.key in own else c for c in clauses), tuple(notes)


def _pairs(text: str) -> frozenset[str]:
    kept = re.sub(r"\W", "", text)
    return frozenset(kept[i : i + 2] for i in range(len(kept) - 1))


def _contained(part: str, grams: Sequence[frozenset[str]]) -> bool:
    mine = _pairs(part)
    return any(len(mine & other) >= _CONTAINED * len(mine) for other in grams)
