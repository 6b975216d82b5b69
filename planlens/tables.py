"""Reads tables of indicators: name, unit, base and goal columns in any order, merged cells and two-line heads included.

    Tables(text, first_year).read(clause, rows) -> the targets of the tables of a clause; returns the spans it has read

A table is recognised by its head: a column of names and one of goals or of base values, or places (地区) down and years
across under a title that says what is counted, or years (年度) down. Other tables are prose to us.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from .columns import goes_on
from .model import Block, Clause, Document, Measure, Span, Target, TargetRole
from .quantity import Found, cell, family, table

_YEAR = re.compile(r"(20\d{2})年?")
_DASH = re.compile(r"[\s—–－\-/~*…．.]*")
_UNIT_IN_NAME = re.compile(r"[（(]([^（()）]{1,10})[)）]\s*$")
_CUMULATIVE = re.compile(r"\s*[〔\[【［]")
_GROWN = re.compile(r"新增|增加(?!值)|增长(?!率)|降低(?!率)|下降|减少|累计")
_DEED = re.compile("新建|新改扩建|新开工|改扩建|改造(?!率)|建成|创建|培育|培训|引进|招聘|完成")
_AVERAGE = re.compile("平均|人均|年限$")
_TITLE = re.compile(
    r"\s*[表图]?\s*\d*\s*(?:各?分?(?:市|县|区|州|盟|街道|乡镇|年度|地区)|[（(][市县区州盟、]{1,5}[)）])*"
)
_TITLE_ENDS = re.compile(r"(?:年度|分解|任务|目标|计划|指标|安排|情况|分配|分解表|一览|表)+$")
_TITLE_UNIT = re.compile(r"[（(]\s*(?:计量)?单位[:：]\s*([^（()）]{1,8})[)）]")
_PART_ROW = re.compile("其中[:：]?|[①②③④⑤]")
_GROUP_LINE = 40
"""Characters of the longest line between rows that only names a group of them (二、师资与条件)."""
_TITLE_AT = 120
"""How far before its first row the title of a table is looked for."""
_LONGEST_ORDINAL = 3
_MOST_SHIFT = 2
"""Merged cells that a row may lack in front: category and sub-category."""


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class _Column:
    """What a column holds: number, category, name, unit, goal, base, growth or other; with the year of its head."""

    kind: str
    head: str
    year: int | None


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the rows of a table are read: its columns, where it ended, and of places by years what its title counts."""

    columns: tuple[_Column, ...]
    end: int
    counted: str = ""
    unit: str = ""


def blocks_by_clause(document: Document, clauses: Sequence[Clause]) -> Mapping[str, Sequence[Block]]:
    """The table rows that stand in the own text of each clause."""
    ordered = sorted((clause for clause in clauses if len(clause.body)), key=lambda clause: clause.body.start)
    starts = [clause.body.start for clause in ordered]
    out: dict[str, list[Block]] = {}
    for block in document.blocks:
        at = bisect_right(starts, block.span.start) - 1
        if block.kind == "row" and at >= 0 and block.span.end <= ordered[at].body.end:
            out.setdefault(ordered[at].key, []).append(block)
    return out


class Tables:
    """Reads the tables of one document in their order: a head holds on where a group's name parts the rows."""

    def __init__(self, text: str, first_year: int | None) -> None:
        self.text = text
        self.first_year = first_year
        self.layout = _Layout((), -1)

    def read(self, clause: Clause, rows: Sequence[Block]) -> Generator[Target, None, tuple[Span, ...]]:
        """The numbers of the indicator tables among `rows`; returns the spans of the rows that were read as a table."""
        done: list[Span] = []
        for _, group in groupby(rows, key=lambda row: row.table):
            own = list(group)
            cells = [_cells(self.text, row.span) for row in own]
            size = self._laid_out(own, cells)
            if not self.layout.columns:
                done.extend(_ordinal(line) for line in cells if _is_numbered(line))
                continue
            done.extend(row.span for row in own)
            last = ""
            for row, line in zip(own[size:], cells[size:], strict=True):
                placed = _placed(line, self.layout.columns)
                last = _main_name(placed, self.layout.columns) or last
                if self.layout.columns[0].kind == "years":
                    yield from _row_of_year(clause, row, line, self.layout.columns, self.first_year)
                else:
                    yield from _row(clause, row, placed, self.layout, last)
        return tuple(done)

    def _laid_out(self, rows: Sequence[Block], cells: Sequence[Sequence[_Cell]]) -> int:
        """Finds the layout of a table and says how many rows its head has, 0 where an earlier head holds on."""
        size, columns = _head(cells, self.first_year)
        end = rows[-1].span.end
        between = self.text[self.layout.end : rows[0].span.start] if self.layout.end >= 0 else ""
        if columns:
            self.layout = _Layout(columns, end)
        elif by_place := _by_place(cells[0], self.first_year):
            size, title = 1, self.text[max(0, rows[0].span.start - _TITLE_AT) : rows[0].span.start]
            counted, unit = _titled(title)
            self.layout = _Layout(by_place if counted else (), end, counted, unit)
        elif by_year := _by_year(cells):
            size, self.layout = 1, _Layout(by_year, end)
        elif self._goes_on(between, cells[0]):
            self.layout = replace(self.layout, end=end)
        else:
            self.layout = _Layout((), end)
        return size

    def _goes_on(self, between: str, row: Sequence[_Cell]) -> bool:
        """Whether rows below the short name of a group belong to the table above."""
        columns = self.layout.columns
        one_line = len(between.strip()) <= _GROUP_LINE and "\n" not in between.strip()
        return bool(columns) and one_line and abs(len(row) - len(columns)) <= 1 and _fit(row, columns, 0) > 0


def _by_place(head: Sequence[_Cell], first_year: int | None) -> tuple[_Column, ...]:
    """The columns of a table with places down and years across; () where it is none."""
    words = [re.sub(r"\s+", "", item.text) for item in head]
    if len(words) < 3 or words[0] not in table("targets")["columns_of_places"]["place"]:
        return ()
    columns = [_column(word, first_year) for word in words[1:]]
    years = [column for column in columns if column.kind in ("goal", "base") and column.year]
    if len(years) < 2:
        return ()
    totals = table("targets")["columns_of_places"]["total"]
    whole = [replace(c, kind="goal") if c.head.endswith(tuple(totals)) else c for c in columns]
    return (_Column("name", words[0], None), *whole)


def _by_year(cells: Sequence[Sequence[_Cell]]) -> tuple[_Column, ...]:
    """The columns of a table with years down and indicators across; () where it is none."""
    words = [re.sub(r"\s+", "", item.text) for item in cells[0]]
    if len(cells) < 2 or len(words) < 2 or words[0] not in table("targets")["columns_of_places"]["year"]:
        return ()
    if not all(_YEAR.match(row[0].text) for row in cells[1:]):
        return ()
    return (_Column("years", words[0], None), *(_Column("counted", word, None) for word in words[1:]))


def _titled(before: str) -> tuple[str, str]:
    """What the title above a table counts, and its unit: 表3 各县新增学位计划（单位：个） → 新增学位, 个."""
    lines = [line.strip() for line in before.strip().splitlines()[-2:]]
    unit = next((found[1] for line in reversed(lines) if (found := _TITLE_UNIT.search(line))), "")
    title = next((name for line in reversed(lines) if (name := _TITLE_UNIT.sub("", line).strip())), "")
    return _TITLE_ENDS.sub("", _TITLE.sub("", title, count=1).strip()), unit


def _main_name(row: Sequence[_Cell | None], columns: Sequence[_Column]) -> str:
    """The indicator of a row that stands for itself; "" of one that tells a part of the row above."""
    names = [i.text for i, column in zip(row, columns, strict=True) if i and i.text and column.kind == "name"]
    return "" if not names or _PART_ROW.match(names[-1]) else _named(names[-1], row, columns)[0]


def _cells(text: str, span: Span) -> list[_Cell]:
    """The cells of a row with their places."""
    out, start = [], span.start
    for part in span.of(text).split("|"):
        stripped = part.strip()
        out.append(_Cell(stripped, start + len(part) - len(part.lstrip()) if stripped else start))
        start += len(part) + 1
    return out


def _head(rows: Sequence[Sequence[_Cell]], first_year: int | None) -> tuple[int, tuple[_Column, ...]]:
    """How many rows the head has, one or two and a title over all columns, and its columns; () where there is none."""
    title = next((at for at, row in enumerate(rows) if len({item.text for item in row if item.text}) > 1), 0)
    rows = rows[title:]
    for size in (2, 1):
        if len(rows) < size or (size == 2 and not _is_head_of_two(rows)):
            continue
        columns = tuple(_column(text, first_year) for text in _joined(rows[:size]))
        kinds = [column.kind for column in columns]
        if "name" in kinds and ("goal" in kinds or "base" in kinds):
            return title + size, columns
    return 0, ()


def _is_head_of_two(rows: Sequence[Sequence[_Cell]]) -> bool:
    """Whether the first two rows are the head; where there are no others, the second must be heads through and through,
    above the name of a group."""
    if len(rows) > 2:
        return _continues_head(rows[0], rows[1])
    return goes_on(*([cell.text for cell in row] for row in rows[:2]))


def _is_numbered(row: Sequence[_Cell]) -> bool:
    return len(row) > 1 and row[0].text.isdecimal() and len(row[0].text) <= _LONGEST_ORDINAL


def _ordinal(row: Sequence[_Cell]) -> Span:
    """The number of a row, which counts nothing."""
    return Span(row[0].start, row[0].start + len(row[0].text))


def _continues_head(first: Sequence[_Cell], second: Sequence[_Cell]) -> bool:
    """Whether the second row belongs to the head: it names years and 目标, and holds no value."""
    words = [cell.text for cell in second if cell.text]
    if not words or any(re.search(r"\d", word) and not _YEAR.search(word) for word in words):
        return False
    known = sum(_kind(word) != "other" or word in [c.text for c in first] for word in words)
    return known * 2 >= len(words)


def _joined(rows: Sequence[Sequence[_Cell]]) -> list[str]:
    """One text a column; an empty cell of the upper row repeats its left neighbour where the lower row has a word."""
    upper = [re.sub(r"\s+", "", cell.text) for cell in rows[0]]
    if len(rows) == 1:
        return _without_tail(upper)
    lower = [re.sub(r"\s+", "", cell.text) for cell in rows[1]]
    if len(_without_tail(lower)) < len(_without_tail(upper)) and _spread(upper, lower):
        return _spread(upper, lower)
    width = max(len(upper), len(lower))
    upper += [""] * (width - len(upper))
    lower += [""] * (width - len(lower))
    out, last = [], ""
    for above, below in zip(upper, lower, strict=True):
        last = above or (last if below else "")
        out.append(last if below == last else last + below)
    return _without_tail(out)


def _spread(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """A lower row that was written without the empty cells under merged ones belongs to the columns of years."""
    words = [word for word in lower if word]
    if filled := _under_merged(upper, words):
        return filled
    years = [i for i, word in enumerate(upper) if _YEAR.search(word) or _kind(word) in ("goal", "base")]
    if len(years) != 1 or len(words) < 2:
        return []
    at = years[0]
    return [*upper[:at], *(upper[at] + word for word in words), *_without_tail(list(upper[at + 1 :]))]


def _under_merged(upper: Sequence[str], words: Sequence[str]) -> list[str]:
    """The head where a lower row has one word for each column under the merged cells 基期值 and 目标值."""
    out, owner = list(upper), ""
    under = []
    for i, word in enumerate(upper):
        owner = word if word and _kind(word) in ("year", "goal", "base") else "" if word else owner
        if owner:
            under.append(i)
            out[i] = owner
    if len(under) != len(words) or len(words) < 2 or all(upper[i] for i in under):
        return []
    for i, word in zip(under, words, strict=True):
        out[i] += word
    return out


def _without_tail(words: list[str]) -> list[str]:
    while words and not words[-1]:
        words.pop()
    return words


def _kind(head: str) -> str:
    """The kind of a column by the words of its head; the first list of data/targets.toml that fits."""
    for kind, words in table("targets")["columns"].items():
        if any(word in head for word in words):
            return str(kind)
    return "year" if _YEAR.search(head) else "other"


def _column(head: str, first_year: int | None) -> _Column:
    """A goal of a year before the plan begins is past: 2020年规划目标 in a plan for 2021–2025."""
    kind = _kind(head)
    year = max((int(found) for found in _YEAR.findall(head)), default=None)
    if kind == "year":
        kind = "base" if first_year is not None and year is not None and year < first_year else "goal"
    elif kind == "goal" and first_year is not None and year is not None and year < first_year:
        kind = "base"
    return _Column(kind, head, year)


def _placed(row: Sequence[_Cell], columns: Sequence[_Column]) -> list[_Cell | None]:
    """The cells under their columns: a row that lacks a merged cell in front is moved to the right."""
    best = max(range(_MOST_SHIFT + 1), key=lambda shift: (_fit(row, columns, shift), -shift))
    return [row[i - best] if 0 <= i - best < len(row) else None for i in range(len(columns))]


def _fit(row: Sequence[_Cell], columns: Sequence[_Column], shift: int) -> int:
    """How well the cells fit their columns; full cells pushed off the table count against."""
    score = 0
    for i, item in enumerate(row):
        at = i + shift
        if at >= len(columns):
            score -= 3 * bool(item.text)
            continue
        score += _suits(item.text, columns[at].kind)
    return score


def _suits(text: str, kind: str) -> int:
    if not text:
        return 0
    number = bool(re.fullmatch(r"\d{1,3}", text))
    if kind == "number":
        return 3 if number else -2
    if kind == "name":
        return 2 if re.search("[\u4e00-\u9fff]{2}", text) and not number else -3
    if kind == "unit":
        return 2 if len(text) <= 8 and not re.fullmatch(r"[\d.]+", text) else -2
    if kind in ("goal", "base", "growth"):
        return 1 if re.search(r"\d", text) or not _DASH.sub("", text) else 0
    return -1 if number else 0


def _row(clause: Clause, block: Block, row: Sequence[_Cell | None], layout: _Layout, main: str) -> Iterator[Target]:
    """The values of one row: base columns are baselines, goal columns targets; `main` is the indicator parted."""
    columns = layout.columns
    names = [
        item.text for item, column in zip(row, columns, strict=True) if item and item.text and column.kind == "name"
    ]
    if not names:
        return
    name, unit = _named(names[-1], row, columns)
    scope = None
    if layout.counted:
        name, unit, scope = name + layout.counted, layout.unit, name
    elif part := _PART_ROW.match(name):
        name = f"{main}（{name[part.end() :]}）" if main else name
    for item, column in zip(row, columns, strict=True):
        if item is None or column.kind not in ("goal", "base", "growth"):
            continue
        role: TargetRole = "baseline" if column.kind == "base" or clause.role == "review" else "target"
        grows = column.kind == "growth" and not _CUMULATIVE.match(item.text)
        for found in cell(item.text, "%" if grows else unit):
            indicator = name + ("年均增长" if grows else "")
            if column.kind == "growth" and not grows and not _GROWN.search(name):
                indicator = name + "累计提高"
            target = _target(clause, block, item, column, found, role, indicator)
            yield replace(target, scope=target.scope or scope)


def _row_of_year(
    clause: Clause, block: Block, row: Sequence[_Cell], columns: Sequence[_Column], first_year: int | None
) -> Iterator[Target]:
    """The values of one year: a year before the plan begins holds baselines."""
    year = int(_YEAR.findall(row[0].text)[0])
    past = clause.role == "review" or (first_year is not None and year < first_year)
    for item, column in zip(row[1:], columns[1:], strict=False):
        name, unit = _named(column.head, (), ())
        for found in cell(item.text, unit):
            dated = replace(column, year=year)
            yield _target(clause, block, item, dated, found, "baseline" if past else "target", name)


def _named(name: str, row: Sequence[_Cell | None], columns: Sequence[_Column]) -> tuple[str, str]:
    """The indicator and its unit, from the unit column or from brackets behind the name."""
    name = re.sub(r"\s+", "", name)
    for item, column in zip(row, columns, strict=True):
        if item and item.text and column.kind == "unit":
            return name.rstrip("*＊#"), item.text
    if (found := _UNIT_IN_NAME.search(name)) and _is_unit(found[1]):
        return name[: found.start()].rstrip("*＊#"), found[1]
    return name.rstrip("*＊#"), ""


def _is_unit(text: str) -> bool:
    """个, 万元, 人/年; of （小学，元） the last word."""
    unit = re.split("[,，、]", text)[-1]
    return bool(family(re.sub("^[百千万亿]+", "", unit))) or bool(re.search("[%‰万亿/年]$", text))


def _target(
    clause: Clause, block: Block, item: _Cell, column: _Column, found: Found, role: TargetRole, indicator: str
) -> Target:
    span = Span(item.start + found.span.start, item.start + found.span.end)
    bracketed = found.span.start > 0 and item.text[found.span.start - 1] in "(（"
    done: Measure = "count" if _DEED.match(indicator) else "level"
    measure: Measure = "increment" if _grows(indicator, item.text, column) else done
    period = f"{column.year}年" if column.year else None
    return Target(
        "", clause.key, indicator, found.quantity, measure, role, period, "括号内" if bracketed else None,
        found.damaged, span, block.span,
    )  # fmt: skip


def _grows(indicator: str, text: str, column: _Column) -> bool:
    """新增就业, 能耗降低 and values in 〔〕 are changes over the period."""
    grown = _GROWN.search(indicator) and not _AVERAGE.search(indicator)
    return bool(grown or column.kind == "growth" or _CUMULATIVE.match(text))
