"""Reads a saved web page: the part that holds the text, a line for every paragraph and <br>, tables as rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planlens.errors import InputError
from planlens.model import Block, Note
from planlens.read import limits
from planlens.read.encoding import decode
from planlens.read.made import Piece, holds_values, join, one_line, row, whole

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SILENT = frozenset(
    (
        "script",
        "style",
        "noscript",
        "noframes",
        "template",
        "head",
        "title",
        "meta",
        "link",
        "svg",
        "iframe",
        "object",
        "embed",
        "canvas",
        "map",
        "area",
        "audio",
        "video",
        "select",
        "option",
        "datalist",
        "button",
        "input",
        "textarea",
        "dialog",
        "math",
    )
)
_FURNITURE = frozenset(("nav", "footer", "aside"))
_BLOCKS = frozenset(
    (
        "address",
        "article",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "figcaption",
        "footer",
        "form",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "aside",
    )
)
_NAMEABLE = frozenset(("div", "ul", "section", "p", "span", "header", "table"))
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_NAMED = re.compile(
    r"(?:^|[-_ ])(?:share|bshare|bdshare|crumbs?|breadcrumbs?|location|position|dqwz|wz|nav|navbar|menu|sidebar|"
    r"toolbar|footer|foot|copyright|qrcode|erweima|ewm|related|xgyd|xglj|print|prev|next|fontsize)(?:$|[-_ \d])",
    re.IGNORECASE,
)
_SENTENCE = re.compile("[，。；、]|[\u4e00-\u9fff][,;]")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CHARSET = re.compile(
    rb"""<(?:meta[^>]{0,200}charset|\?xml[^>]{0,100}encoding)\s*=\s*["']?\s*([\w-]{2,20})""", re.IGNORECASE
)
_TITLE = re.compile("(?:规划|要点|方案|计划|纲要|报告|意见|通知)[）)]?(?:的通知)?$")
_TITLE_SHORTEST = 6
_SITE = re.compile(r"(?<!\s)\s*(?:[-_—|–]{1,2}|>>)\s*[^-_—|–]{0,30}$")
_SHARE = 0.95
"""The main block is the deepest that still holds this share of the page's sentences outside links.

0.85 finds it as well, but may leave an attachment out; what a larger block lets in, the rules for single lines find.
"""
_MOST_TAGS = 1_000_000
"""Of a page; the longest saved plans have 50,000."""
_SHORT = 200
"""A block named like furniture (class="share") is dropped only below this many characters: names lie."""


@dataclass(slots=True)
class _Page:
    """What has been read of a page so far."""

    pieces: list[Piece] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    level: int = 0
    tables: int = 0
    dropped: Counter[str] = field(default_factory=Counter)

    def flush(self) -> None:
        text = one_line("".join(self.line))
        self.line.clear()
        if text:
            self.pieces.append(Piece("heading" if self.level else "paragraph", text, self.level))


def read_html(data: bytes, where: str) -> tuple[str, str, tuple[Block, ...], tuple[Note, ...]]:
    """A page: (text, encoding, blocks, notes); what stands outside the main block is counted in a note."""
    from lxml import html

    declared = _CHARSET.search(data[:4096])
    decoded = decode(data, where, declared=declared[1].decode("ascii") if declared else None)
    source = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", decoded.text.replace("\0", ""))
    limits.check(source.count("<"), _MOST_TAGS, where, "tags")
    limits.check_attributes(source, where)
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        root = html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except Exception as error:  # lxml has many kinds; all mean that there is nothing to read
        raise InputError(f"{where}: no text in this page; save it again from the browser as HTML") from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):  # the rest is not read
        raise InputError(f"{where}: elements nested in thousands of others; copy what the browser shows into a .txt")
    body = root.find("body")
    body = root if body is None else body
    _unveil(body)
    main = _main(body)
    page = _Page()
    _walk(main, page)
    page.flush()
    before, after = _outside(body, main)
    title = _title(root, main, before, page.pieces)
    pieces = [Piece("heading", title, level=1), *page.pieces] if title else page.pieces
    text, blocks = join(pieces)
    notes = [*decoded.notes, *_notes([line for line in (*before, *after) if line != title], page.dropped)]
    return text, decoded.encoding, blocks, tuple(notes)


def _notes(outside: list[str], dropped: Counter[str]) -> Iterator[Note]:
    if outside:
        shown = " · ".join(line[:20] for line in outside[:4])
        yield Note("chrome", None, f"页面正文之外的行：{len(outside)}（“{shown} …”）")
    for why, count in dropped.items():
        yield Note("chrome", None, f"{why}：{count}")


def _tag(node: HtmlElement) -> str:
    """The name of an element; empty for comments and processing instructions, whose tag is a function."""
    return node.tag.lower() if isinstance(node.tag, str) else ""


def _is_silent(node: HtmlElement) -> bool:
    tag = _tag(node)
    return not tag or tag in _SILENT or _is_hidden(node)


def _is_hidden(node: HtmlElement) -> bool:
    return "hidden" in node.attrib or bool(_HIDDEN.search(node.get("style") or ""))


def _unveil(body: HtmlElement) -> None:
    """Show what a page hides until its script runs, where that is most of the page: the text of a WeChat article."""
    hidden = [node for node in body.iter() if _tag(node) not in _SILENT and _tag(node) and _is_hidden(node)]
    shown = _weigh(body, {}) if hidden else 0
    for node in hidden:
        if not any(map(_is_hidden, node.iterancestors())) and _inside(node) > shown:
            node.attrib.pop("hidden", None)
            node.attrib.pop("style", None)


def _inside(node: HtmlElement) -> int:
    """Characters of sentences in an element, hidden or not, those of scripts left out."""
    parts = (part for part in node.iter() if _tag(part) and _tag(part) not in _SILENT)
    return sum(_sentences(part.text) + _sentences(part.tail) * (part is not node) for part in parts)


def _main(body: HtmlElement) -> HtmlElement:
    """The deepest element with _SHARE of the sentences: where a page's text is, whatever its parts are called."""
    weights: dict[HtmlElement, int] = {}
    total = _weigh(body, weights)
    best = body
    while total:
        child = next((node for node in best if weights.get(node, 0) >= _SHARE * total), None)
        if child is None or _tag(child) in ("p", "span", "font", "ul", "ol"):
            break
        if _tag(child) == "table" and _is_data(child):
            break
        best = child
    return best


def _weigh(body: HtmlElement, weights: dict[HtmlElement, int]) -> int:
    """Characters of text that reads like sentences, outside links, for every element; children before parents."""
    skipped: set[HtmlElement] = set()
    for node in body.iter():
        parent = node.getparent()
        if node is not body and (parent in skipped or _is_silent(node) or _tag(node) in {"a", *_FURNITURE}):
            skipped.add(node)
    for node in reversed(list(body.iter())):
        tail = _sentences(node.tail)
        own = 0 if node in skipped else _sentences(node.text)
        weights[node] = 0 if node in skipped else weights.get(node, 0) + own
        parent = node.getparent()
        if parent is not None and node is not body:
            weights[parent] = weights.get(parent, 0) + weights[node] + (0 if parent in skipped else tail)
    return weights[body]


def _sentences(text: str | None) -> int:
    return len(text.strip()) if text and _SENTENCE.search(text) else 0


def _walk(root: HtmlElement, page: _Page) -> None:
    """Depth first without recursion: saved pages nest deeper than Python likes."""
    stack: list[tuple[HtmlElement, bool]] = [(root, False)]
    while stack:
        node, leaving = stack.pop()
        if leaving:
            _leave(node, root, page)
            continue
        if not _enter(node, root, page):
            if node is not root and node.tail:
                page.line.append(node.tail)
            continue
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node))


def _enter(node: HtmlElement, root: HtmlElement, page: _Page) -> bool:
    """Begin an element; False where its inside is not read (any further)."""
    tag = _tag(node)
    if _is_silent(node):
        if tag and tag not in _SILENT and "".join(node.itertext()).strip():
            page.dropped["页面的隐藏部分"] += 1
        return False
    if node is not root and _is_furniture(node, tag):
        page.flush()
        page.dropped["正文块中标明为页面框架的部分"] += 1
        return False
    if tag == "br":
        page.flush()
        return False
    if tag == "table" and _is_data(node):
        page.flush()
        _table(node, page)
        return False
    if tag in _BLOCKS:
        page.flush()
    if tag in _HEADINGS:
        page.level = _HEADINGS[tag]
    if node.text:
        _text(node.text, tag, page)
    return True


def _text(text: str, tag: str, page: _Page) -> None:
    if tag != "pre":
        page.line.append(text)
        return
    for line in text.splitlines():
        page.line.append(line)
        page.flush()


def _leave(node: HtmlElement, root: HtmlElement, page: _Page) -> None:
    tag = _tag(node)
    if tag in _BLOCKS:
        page.flush()
    if tag in _HEADINGS:
        page.level = 0
    if node is not root and node.tail:
        page.line.append(node.tail)


def _is_furniture(node: HtmlElement, tag: str) -> bool:
    if tag in _FURNITURE:
        return True
    name = f"{node.get('class') or ''} {node.get('id') or ''}"
    if tag not in _NAMEABLE or not _NAMED.search(name):
        return False
    text = "".join(node.itertext())
    return len(text.strip()) < _SHORT and "。" not in text


def _is_data(table: HtmlElement) -> bool:
    """Whether a table holds values and not the page: no table inside, no cell that holds it."""
    if table.find(".//table") is not None:
        return False
    return holds_values([[len("".join(cell.itertext()).strip()) for cell in _cells(tr)] for tr in table.iter("tr")])


def _cells(tr: HtmlElement) -> list[HtmlElement]:
    return [node for node in tr if _tag(node) in ("td", "th")]


def _table(table: HtmlElement, page: _Page) -> None:
    """Rows with every merged cell repeated in each place that it covers."""
    caption = table.find("caption")
    if caption is not None:
        page.pieces.append(Piece("paragraph", one_line("".join(caption.itertext()))))
    page.tables += 1
    hanging: dict[int, tuple[int, str]] = {}  # column -> (rows still covered, text)
    for tr in table.iter("tr"):
        values: list[str] = []
        for cell in _cells(tr):
            _fill(values, hanging)
            text, wide, high = _shown(cell), _number(cell, "colspan"), _number(cell, "rowspan")
            for _ in range(wide):
                if high > 1:
                    hanging[len(values)] = (high - 1, text)
                values.append(text)
        _fill(values, hanging)
        page.pieces.append(row(values, page.tables))


def _fill(values: list[str], hanging: dict[int, tuple[int, str]]) -> None:
    """Put the cells that hang down from rows above into the places they cover."""
    while len(values) in hanging:
        column = len(values)
        left, text = hanging.pop(column)
        if left > 1:
            hanging[column] = (left - 1, text)
        values.append(text)


def _number(cell: HtmlElement, name: str) -> int:
    return min(max(whole((cell.get(name) or "").strip()) or 1, 1), 100)


def _shown(cell: HtmlElement) -> str:
    """The text of a cell, with a space where it breaks a line."""
    inside = _Page()
    _walk(cell, inside)
    inside.flush()
    return " ".join(piece.text for piece in inside.pieces)


def _outside(body: HtmlElement, main: HtmlElement) -> tuple[list[str], list[str]]:
    """What the page says before the main block and after it, line by line."""
    inside = set(main.iter())
    before: list[str] = []
    after: list[str] = []
    lines = before
    for node in body.iter():
        if node is main:
            lines = after
        if node not in inside and not _is_silent(node):
            lines.append(one_line(node.text or ""))
        if node is not body and (node is main or node not in inside):
            lines.append(one_line(node.tail or ""))
    return [line for line in before if line], [line for line in after if line]


def _title(root: HtmlElement, main: HtmlElement, before: list[str], pieces: list[Piece]) -> str | None:
    """The title where the main block begins without it: ArticleTitle, <h1>, a line above that reads so, <title>."""
    inside = set(main.iter())
    named = (node for node in root.iter("meta") if (node.get("name") or "").lower() == "articletitle")
    metas = [node.get("content") or "" for node in named]
    headings = ["".join(node.itertext()) for node in root.iter("h1") if node not in inside and not _is_silent(node)]
    above = [line for line in reversed(before) if _TITLE.search(line)][:1]
    titles = [_SITE.sub("", one_line(node.text or "")) for node in root.iter("title")][:1]
    begins = _bare("".join(piece.text for piece in pieces[:8]))
    for title in map(one_line, (*metas, *headings, *above, *titles)):
        if len(title) >= _TITLE_SHORTEST:
            return None if _bare(title) in begins else title
    return None


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)
