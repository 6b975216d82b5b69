"""Reads plain text and Markdown: a line is a paragraph, unless it is a heading by its marks or a row by its pipes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from planlens.model import Block, Note, Span
from planlens.read import lines
from planlens.read.encoding import decode

_HEADING = re.compile(r"(#{1,6})[ \t\u3000]+(?=[^\s#])")
_CLOSING_MARKS = re.compile(r"(?<![ \t])[ \t]+#+$")
_RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?$")
_UNDERLINE = re.compile(r"(?:={3,}|-{3,}|\*{3,}|_{3,})$")
_LIST_MARK = re.compile(r"(?:[-*+]|>)[ \t]+(?=\S)")
_FENCE = re.compile(r"(?:```|~~~)")
_PAGE_MARK = re.compile("[\u200b\u200e\u200f\u2060\ufeff\f]")
_SENTENCE_END = tuple("。！？!?；;：:”）)》")
_NUMBER = re.compile(r"[(（第]?[一二三四五六七八九十\d]{1,4}(?:[)）、章节]|[.．](?!\d))")
_NEVER_FIRST = frozenset("，。、；：！？）》”’】,;!?)")
_NEVER_LAST = frozenset("（《“‘【(")
_INDENT = ("\u3000\u3000", "    ")
_BRACKET = 30
"""Characters at the end of a line in which an open bracket is looked for."""
_WRAPPED_LINES = 10
"""Fewer lines than this are too few to see a fixed width in."""
_BOX = 60
"""A line of two cells with one this long is a box drawn around text, not a row."""


@dataclass(slots=True)
class _Page:
    """What has been read of a text so far."""

    text: str
    blocks: list[Block] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def read_text(data: bytes, where: str) -> tuple[str, str, tuple[Block, ...], tuple[Note, ...]]:
    """Plain text: (text, encoding, blocks, notes)."""
    return _read(data, where, markdown=False)


def read_markdown(data: bytes, where: str) -> tuple[str, str, tuple[Block, ...], tuple[Note, ...]]:
    """Markdown: like plain text, with # headings, and with its marks left out of the blocks."""
    return _read(data, where, markdown=True)


def _read(data: bytes, where: str, *, markdown: bool) -> tuple[str, str, tuple[Block, ...], tuple[Note, ...]]:
    decoded = decode(data, where)
    page = _Page(decoded.text, notes=list(decoded.notes))
    spans = list(_paragraphs(page))
    if markdown:
        spans = _front_matter(page, spans)
    rows = _rows(decoded.text, spans)
    bordered = _bordered(decoded.text, spans, rows)
    table = 0
    for at, span in enumerate(spans):
        if at in rows:
            table += _begins_table(decoded.text, spans, rows, at)
            _row(page, span, table, border=at in bordered)
        elif markdown:
            _markdown_line(page, span)
        else:
            _plain_line(page, span)
    return decoded.text, decoded.encoding, tuple(page.blocks), tuple(page.notes)


def _paragraphs(page: _Page) -> Iterator[Span]:
    """The lines that print, those joined that a page break, an inline mark or a fixed width has cut in two."""
    printed = list(lines.printed(page.text))
    width = _width(page.text, printed)
    held: Span | None = None
    for span in printed:
        why = _cut_because(page.text, held, span, width) if held is not None else None
        if held is None or why is None:
            if held is not None:
                yield held
            held = span
            continue
        if strayed := page.text[held.end : span.start].strip(" \r\n\t"):
            page.notes.append(Note("blank", Span(held.end, span.start), f"{why}（{strayed!a}），连读"))
        held = Span(held.start, span.end)
    if held is not None:
        yield held


def _cut_because(text: str, before: Span, after: Span, width: int) -> str | None:
    """Why two lines are one paragraph; None where they are two."""
    above, below = before.of(text), after.of(text)
    gap = text[before.end : after.start]
    line = above[above.rfind("\n") + 1 :]
    if _NUMBER.match(below) or "|" in line or "|" in below or gap.count("\n") > 2:
        return None
    if _PAGE_MARK.search(gap):
        runs_on = (len(above) > _BOX / 2 or "，" in above) and not above.endswith(_SENTENCE_END)
        return "分页" if runs_on else None
    if gap.count("\n") > 1:
        return None
    if below[0] in _NEVER_FIRST or above[-1] in _NEVER_LAST or _open_bracket(line):
        return "句中断行"
    if width and len(line) >= width and not above.endswith(_SENTENCE_END) and not gap.endswith(_INDENT):
        return "定宽断行"
    return None


def _open_bracket(line: str) -> bool:
    """Whether the end of the line stands inside brackets: 细颗粒物（PM, followed by 2.5 on the next line."""
    end = line[-_BRACKET:]
    return max(end.rfind(mark) for mark in "（《") > max(end.rfind(mark) for mark in "）》")


def _width(text: str, printed: list[Span]) -> int:
    """The width that lines were cut to, less a little; 0 where each line is a paragraph.

    Text copied from a page of print has most of its lines equally long, and few of them end a sentence.
    """
    sizes = sorted(len(span) for span in printed if len(span) > _BOX / 4)
    if len(sizes) < _WRAPPED_LINES:
        return 0
    longest = sizes[int(len(sizes) * 0.95)]
    full = [span for span in printed if longest - 3 <= len(span) <= longest + 1]
    ending = sum(text[span.end - 1] in _SENTENCE_END for span in full)
    if longest > _BOX or 2 * len(full) < len(sizes) or 2 * ending > len(full):
        return 0
    return longest - 3


def _cells(line: str) -> list[str]:
    """The cells of a line, its borders left off; a continuation row keeps its trailing empty cells.

    >>> _cells("| 2 | 床位 | |"), _cells("专栏1 床位建设 |")
    (['2', '床位', ''], ['专栏1 床位建设'])
    """
    cells = [cell.strip(lines.BLANK) for cell in line.replace("｜", "|").split("|")]
    if cells and not cells[0]:
        cells = cells[1:]
    return cells[:-1] if cells and not cells[-1] else cells


def _rows(text: str, spans: list[Span]) -> set[int]:
    """Which lines are table rows: three cells, or two where the line above or below is a row too."""
    counts = {at: len(_cells(span.of(text))) for at, span in enumerate(spans) if "|" in span.of(text)}
    rows = {at for at, count in counts.items() if count >= 3}
    pairs = {at for at, count in counts.items() if count == 2 and not _is_box(spans[at].of(text))}
    rows |= {at for at in pairs if at - 1 in rows | pairs or at + 1 in rows | pairs}
    rules = {at for at in counts if _RULE.match(spans[at].of(text)) and (at - 1 in rows or at + 1 in rows)}
    return rows | rules


def _is_box(line: str) -> bool:
    return max(map(len, _cells(line))) >= _BOX


def _begins_table(text: str, spans: list[Span], rows: set[int], at: int) -> bool:
    """Whether a row is the first of its table: no row above, or a blank line where the rows below stand close."""
    if at - 1 not in rows:
        return True
    below = at + 1 in rows and text.count("\n", spans[at].end, spans[at + 1].start) < 2
    return below and text.count("\n", spans[at - 1].end, spans[at].start) >= 2


def _bordered(text: str, spans: list[Span], rows: set[int]) -> set[int]:
    """The rows of tables in which every row begins with a pipe: elsewhere such a row begins with an empty cell."""
    out: set[int] = set()
    run: list[int] = []
    for at in sorted(rows):
        if run and at != run[-1] + 1:
            run = []
        run.append(at)
        if at + 1 not in rows and all(spans[row].of(text)[0] == "|" or _RULE.match(spans[row].of(text)) for row in run):
            out.update(run)
    return out


def _row(page: _Page, span: Span, table: int, *, border: bool) -> None:
    line = span.of(page.text)
    if _RULE.match(line):
        page.notes.append(Note("table", span, "表格行间的横线"))
        return
    if border and line.startswith("|"):
        inner = lines.strip(page.text, span.start + 1, span.end)
        page.notes.append(Note("table", Span(span.start, inner.start), "表格的边线"))
        if len(inner) and line.endswith("|"):
            page.notes.append(Note("table", Span(inner.end - 1, span.end), "表格的边线"))
            inner = lines.strip(page.text, inner.start, inner.end - 1)
        span = inner
    if len(span):
        page.blocks.append(Block("row", span, table=table))


def _plain_line(page: _Page, span: Span) -> None:
    """A paragraph; of a box drawn with pipes only what stands inside."""
    start, end = span.start, span.end
    while start < end and page.text[start] in "|｜":
        inner = lines.strip(page.text, start + 1, end)
        page.notes.append(Note("table", Span(start, start + 1), "方框的边线"))
        start = inner.start
    while start < end and page.text[end - 1] in "|｜":
        page.notes.append(Note("table", Span(end - 1, end), "方框的边线"))
        end = lines.strip(page.text, start, end - 1).end
    if start < end:
        page.blocks.append(Block("paragraph", Span(start, end)))


def _front_matter(page: _Page, spans: list[Span]) -> list[Span]:
    """Without the `---` … `---` header of a Markdown file."""
    if not spans or spans[0].of(page.text) != "---":
        return spans
    end = next((at for at, span in enumerate(spans[1:], 1) if span.of(page.text) in ("---", "...")), None)
    if end is None:
        return spans
    page.notes.append(Note("chrome", Span(spans[0].start, spans[end].end), "Markdown 文件头"))
    return spans[end + 1 :]


def _markdown_line(page: _Page, span: Span) -> None:
    line = span.of(page.text)
    underline = _UNDERLINE.match(line)
    if _FENCE.match(line) or underline:
        page.notes.append(Note("chrome", span, "Markdown 标记"))
        if underline and line[0] in "=-" and page.blocks and _directly_below(page, page.blocks[-1], span):
            page.blocks[-1] = Block("heading", page.blocks[-1].span, level=1 if line[0] == "=" else 2)
        return
    heading = _HEADING.match(line)
    mark = heading or _LIST_MARK.match(line)
    if mark:
        page.notes.append(Note("chrome", Span(span.start, span.start + mark.end()), "Markdown 标记"))
        closing = _CLOSING_MARKS.search(line, mark.end()) if heading else None
        end = span.start + closing.start() if closing else span.end
        if closing:
            page.notes.append(Note("chrome", Span(end, span.end), "Markdown 标记"))
        span = Span(span.start + mark.end(), end)
    span = _without_emphasis(page, span)
    if heading:
        page.blocks.append(Block("heading", span, level=len(heading[1])))
    else:
        _plain_line(page, span)


def _directly_below(page: _Page, block: Block, span: Span) -> bool:
    return block.kind == "paragraph" and page.text[block.span.end : span.start].count("\n") == 1


def _without_emphasis(page: _Page, span: Span) -> Span:
    """**一、总体要求** without its stars, where they hold the whole line."""
    line = span.of(page.text)
    for mark in ("**", "__"):
        inner = line[len(mark) : -len(mark)]
        if line.startswith(mark) and line.endswith(mark) and inner.strip(lines.BLANK) and mark not in inner:
            page.notes.append(Note("chrome", Span(span.start, span.start + 2), "Markdown 标记"))
            page.notes.append(Note("chrome", Span(span.end - 2, span.end), "Markdown 标记"))
            return lines.strip(page.text, span.start + 2, span.end - 2)
    return span
