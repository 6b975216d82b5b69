"""Reads a Word document as it looks: with its automatic numbers, inserted words kept and deleted ones left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planlens.errors import InputError
from planlens.model import Block, Note
from planlens.read import limits, package
from planlens.read.made import Piece, holds_values, join, one_line, row, whole
from planlens.read.numbering import Numbering, numbering_of

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from lxml.etree import _Element as Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BOX = f"{_W}txbxContent"
_DELETED = frozenset((f"{_W}del", f"{_W}moveFrom"))
_INSERTED = frozenset((f"{_W}ins", f"{_W}moveTo"))
_UNSEEN = frozenset((f"{_W}pPr", f"{_W}rPr", f"{_W}instrText", f"{_W}rt", _FALLBACK, _BOX, f"{_W}p", f"{_W}tbl"))
_WRAPPERS = frozenset(_W + name for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"))
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录)\s*\d*(?:\s*heading|标题)?", re.IGNORECASE)
_TITLES = frozenset(("title", "标题", "大标题", "文档标题"))
_MAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_OOXML = b"http://schemas.openxmlformats.org/"
_SAME_NAMES = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", _OOXML + b"wordprocessingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", _OOXML + b"officeDocument/2006/math"),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", _OOXML + b"officeDocument/2006/relationships"),
    (b"application/vnd.ms-word.document.macroEnabled.main+xml", _MAIN),
    (b"application/vnd.ms-word.template.macroEnabledTemplate.main+xml", _MAIN),
    (b"application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml", _MAIN),
)
_MOST_PARAGRAPHS = 500_000
"""Paragraphs and their properties; a plan of 200 pages has 10,000."""
_LONGEST_HEADING = 120
"""Characters; a longer paragraph in a heading's style is a paragraph whose style was chosen for its look."""
_STYLE_CHAIN = 20
_WIDEST = 100
"""Columns that a cell may span, or a row leave out at its head."""
_ASIDE = {"/header": "页眉", "/footer": "页脚", "/comments": "批注"}


@dataclass(slots=True)
class _Reading:
    """What has been read of a document so far."""

    styles: dict[str, tuple[int, bool]]
    """style id -> (heading level or 0, whether it is a line of the table of contents)"""
    numbering: Numbering
    pieces: list[Piece] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    tables: int = 0
    begun: str = ""
    """The words of a paragraph whose end is deleted: it runs on in the next one."""


def read_docx(data: bytes, where: str) -> tuple[str, str, tuple[Block, ...], tuple[Note, ...]]:
    """A .docx: (text, "utf-8", blocks, notes); the notes count what is not shown or not part of the text."""
    document = _open(data, where)
    reading = _Reading(_styles(document), numbering_of(document))
    _read(document.element.body, reading)
    if reading.begun:
        reading.pieces.append(Piece("paragraph", one_line(reading.begun)))
    _footnotes(document, reading)
    _aside(document, reading)
    text, blocks = join(reading.pieces)
    notes = tuple(Note("chrome", None, f"{why}：{count}") for why, count in reading.dropped.items())
    return text, "utf-8", blocks, notes


def _open(data: bytes, where: str) -> WordDocument:
    members = package.parts(data, where)
    paragraphs = members.get("word/document.xml", b"").count(b"<w:p")
    limits.check(paragraphs, _MOST_PARAGRAPHS, where, "paragraphs, empty ones among them")
    if "[Content_Types].xml" not in members:
        raise InputError(f"{where}: a zip file but no Word document; save it again as .docx")
    import docx

    try:
        document = docx.Document(package.packed({name: _transitional(part) for name, part in members.items()}))
        document.styles.element  # noqa: B018 python-docx follows these references only when asked
        numbering_of(document)
        if document.element.body is None:
            raise ValueError("no body")
        return document
    except Exception as error:  # python-docx and lxml have many kinds for a broken package
        raise InputError(f"{where}: cannot be read as a Word document; open it in Word and save it as .docx") from error


def _transitional(part: bytes) -> bytes:
    """A part with the names of the usual kind of .docx: those of the strict kind (ISO/IEC 29500-1), of templates and of
    documents with macros stand for the same."""
    for name, usual in _SAME_NAMES:
        part = part.replace(name, usual)
    return part


def _styles(document: WordDocument) -> dict[str, tuple[int, bool]]:
    """What every paragraph style means, by its name, its outline level, or the style it is based on."""
    nodes = {node.get(f"{_W}styleId"): node for node in document.styles.element.findall(f"{_W}style")}
    return {style_id: _meaning(style_id, nodes) for style_id in nodes if style_id is not None}


def _meaning(style_id: str | None, nodes: dict[str | None, Element]) -> tuple[int, bool]:
    for _ in range(_STYLE_CHAIN):
        node = nodes.get(style_id)
        if node is None:
            break
        name = (_value(node, "name") or "").strip()
        if heading := _HEADING.fullmatch(name):
            return int(heading[1]), False
        if name.lower() in _TITLES:
            return 1, False
        if _CONTENTS.fullmatch(name):
            return 0, True
        if level := _outline_level(node):
            return level, False
        style_id = _value(node, "basedOn")
    return 0, False


def _outline_level(node: Element) -> int:
    """1–9 where the properties give an outline level, else 0 (Word counts from 0 and writes 9 for body text)."""
    properties = node.find(f"{_W}pPr")
    value = _value(properties, "outlineLvl") if properties is not None else None
    level = whole(value)
    return level + 1 if level is not None and level < 9 else 0


def _value(node: Element, name: str) -> str | None:
    child = node.find(_W + name)
    return None if child is None else child.get(f"{_W}val")


def _read(parent: Element, reading: _Reading) -> None:
    for node in _parts(parent):
        if node.tag == f"{_W}tbl":
            _table(node, reading)
        else:
            _paragraph(node, reading)


def _parts(parent: Element) -> Iterator[Element]:
    """Paragraphs and tables in order, also those inside content controls and inserted passages."""
    for node in parent:
        if node.tag in (f"{_W}p", f"{_W}tbl"):
            yield node
        elif node.tag in _WRAPPERS:
            yield from _parts(node)


def _paragraph(node: Element, reading: _Reading) -> None:
    level, contents = _kind(node, reading)
    lines = _lines(node, reading)
    if contents:
        reading.dropped["目录行"] += 1
    else:
        for line in lines:
            heading = level > 0 and len(line) <= _LONGEST_HEADING
            reading.pieces.append(Piece("heading", line, level) if heading else Piece("paragraph", line))
    for box in _boxes(node):
        _read(box, reading)


def _kind(node: Element, reading: _Reading) -> tuple[int, bool]:
    properties = node.find(f"{_W}pPr")
    style = _value(properties, "pStyle") if properties is not None else None
    level, contents = reading.styles.get(style or "", (0, False))
    return _outline_level(node) or level, contents


def _lines(node: Element, reading: _Reading) -> list[str]:
    """The lines of a paragraph as shown, its number before the first; none where its words and mark are deleted."""
    shown = reading.begun + "".join(_words(node, reading))
    reading.begun = shown if _mark_deleted(node) else ""
    if reading.begun or (_mark_deleted(node) and not shown.strip()):
        return []
    number = reading.numbering.number(node)
    lines = [line for text in shown.split("\n") if (line := one_line(text))]
    return [number + lines[0], *lines[1:]] if lines else []


def _words(node: Element, reading: _Reading) -> Iterator[str]:
    """The text of an element in order: without deleted, hidden and alternative parts, fields' codes and text boxes."""
    for child in node:
        tag = child.tag
        if tag in (f"{_W}t", _MATH_TEXT):
            yield child.text or ""
        elif tag in (f"{_W}br", f"{_W}cr"):
            yield "\n"
        elif tag in (f"{_W}tab", f"{_W}ptab"):
            yield "\t"
        elif tag == f"{_W}noBreakHyphen":
            yield "-"
        elif tag in _DELETED:
            reading.dropped["修订中已删除的文字"] += 1
        elif tag in _INSERTED and child.find(f"{_W}r") is not None:
            reading.dropped["修订中插入的文字，照接受读入"] += 1
            yield from _words(child, reading)
        elif tag == f"{_W}r" and _is_hidden(child):
            reading.dropped["设为隐藏的文字"] += 1
        elif tag not in _UNSEEN and isinstance(tag, str):
            yield from _words(child, reading)


def _is_hidden(run: Element) -> bool:
    properties = run.find(f"{_W}rPr")
    hidden = properties.find(f"{_W}vanish") if properties is not None else None
    return hidden is not None and hidden.get(f"{_W}val") not in ("0", "false")


def _mark_deleted(node: Element) -> bool:
    return node.find(f"{_W}pPr/{_W}rPr/{_W}del") is not None


def _boxes(node: Element) -> list[Element]:
    """Text boxes anchored in a paragraph, each once: Word stores every one a second time for older versions."""
    found = (box for box in node.iter(_BOX) if not any(parent.tag == _FALLBACK for parent in box.iterancestors()))
    return [box for box in found if next(box.iterancestors(f"{_W}p"), None) is node]


def _table(node: Element, reading: _Reading) -> None:
    """Rows with every merged cell repeated where it spans; a table that only frames text is read as text."""
    rows = [tr for tr in _rows(node) if not _row_deleted(tr)]
    if deleted := sum(_row_deleted(tr) for tr in _rows(node)):
        reading.dropped["修订中已删除的表行"] += deleted
    sizes = [[len("".join(text.text or "" for text in tc.iter(f"{_W}t"))) for tc in _cells(tr)] for tr in rows]
    nested = any(tc.find(f"{_W}tbl") is not None for tr in rows for tc in _cells(tr))
    if nested or not holds_values(sizes):
        for tr in rows:
            for tc in _cells(tr):
                _read(tc, reading)
        return
    reading.tables += 1
    above: dict[int, str] = {}
    for tr in rows:
        above = dict(enumerate(_values(tr, above, reading)))
        reading.pieces.append(row(above.values(), reading.tables))


def _values(tr: Element, above: dict[int, str], reading: _Reading) -> list[str]:
    values = [""] * min(_property(tr, "trPr", "gridBefore") or 0, _WIDEST)
    for tc in _cells(tr):
        text = " ".join(line for part in _parts(tc) for line in _lines(part, reading))
        if _continues(tc) and not text:
            text = above.get(len(values), "")
        values += [text] * min(_property(tc, "tcPr", "gridSpan") or 1, _WIDEST)
    return values


def _continues(tc: Element) -> bool:
    """Whether a cell hangs down from the one above it."""
    merge = tc.find(f"{_W}tcPr/{_W}vMerge")
    return merge is not None and merge.get(f"{_W}val") != "restart"


def _property(node: Element, properties: str, name: str) -> int | None:
    found = node.find(f"{_W}{properties}/{_W}{name}")
    return None if found is None else whole(found.get(f"{_W}val"))


def _rows(node: Element) -> Iterator[Element]:
    for child in node:
        if child.tag == f"{_W}tr":
            yield child
        elif child.tag in _WRAPPERS:
            yield from _rows(child)


def _row_deleted(tr: Element) -> bool:
    return tr.find(f"{_W}trPr/{_W}del") is not None


def _cells(tr: Element) -> Iterator[Element]:
    for child in tr:
        if child.tag == f"{_W}tc":
            yield child
        elif child.tag in _WRAPPERS:
            yield from _cells(child)


def _footnotes(document: WordDocument, reading: _Reading) -> None:
    """Footnotes and endnotes after the text, each marked 注: they explain terms, and must not cut a sentence."""
    from docx.oxml.parser import parse_xml

    for relation in document.part.rels.values():
        if relation.is_external or not (relation.reltype or "").endswith(("/footnotes", "/endnotes")):
            continue
        try:
            notes = parse_xml(relation.target_part.blob)
        except SyntaxError:  # lxml's error for XML that is not well formed
            reading.dropped["未能读出的脚注"] += 1
            continue
        for note in notes:
            if note.get(f"{_W}type") not in (None, "normal"):
                continue
            lines = (one_line("".join(_words(paragraph, reading))) for paragraph in note.iter(f"{_W}p"))
            text = " ".join(line for line in lines if line)
            if text:
                reading.pieces.append(Piece("paragraph", f"注：{text}"))
                reading.dropped["移到文末的脚注"] += 1


def _aside(document: WordDocument, reading: _Reading) -> None:
    """Count what stands beside the text: running heads and feet, comments."""
    for relation in document.part.rels.values():
        why = next((why for end, why in _ASIDE.items() if (relation.reltype or "").endswith(end)), None)
        if why and not relation.is_external and re.search(rb"<w:t[ >][^<]*[^<\s]", relation.target_part.blob):
            reading.dropped[why] += 1
