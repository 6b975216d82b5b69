"""Reports as Excel workbooks: a sheet a table, numbers as numbers, changed words marked, every row led to its source.

Behind the tables stand what was not read, what the columns and words mean, and the text of each plan, clause by
clause, to which the rows are linked.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from planlens.model import Clause, Comparison, Plan, Span, Table
from planlens.report import Report, summary
from planlens.report.cells import Cell
from planlens.report.figures import Picture, illustrated
from planlens.report.legend import legend
from planlens.report.places import Places
from planlens.report.sheets import Book, clean, width
from planlens.report.stamp import plans, stamp
from planlens.report.tables import clause_map, headers

_FACTS = ("head", "counts", "caveats", "coverage_counts", "figures", "pair")  # small tables that say what it is about
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,10})?")
_COUNTED = re.compile(r"[（(][^（）()0-9]*[0-9][^（）()]*[）)]$")  # 缺口（12）: a sheet's name says no count
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_LONGEST_NAME = 31
_NARROWEST, _LEAST, _WIDEST = 7, 16, 48  # of a column, and of one of text, in digits
_BESIDE = 13  # the widest a column beside a text gets
_SHEET = 165  # of all columns, where their texts can give way: what a page on its side still shows in legible letters
_KEPT_IN_SIGHT = 28  # a first column no wider than this stays when the sheet is moved sideways
_LINKS = 65_000  # of one sheet: the format ends at 65,530
_PIECE = 1_200  # characters of a clause in one row: a row shows no more than some thirty lines
_PICTURE = 1_400.0  # pixels: a list longer than that goes on in another picture
_ROW = 21  # pixels of a row under pictures: not the usual height, which programs take for none at all
_MOVES = ("difference", "percent_number")


def write(report: Report) -> bytes:
    """The report as an .xlsx file; the same report gives the same bytes."""
    return _Workbook(report).bytes()


@dataclass(frozen=True)
class _Column:
    """A column of a sheet: column `at` of the table (-1: which of several tables), or what stands beside it.

    `part` is "" for the text itself, "place" for its keys with a link, else the name of a figure.
    """

    title: str
    at: int
    part: str = ""


@dataclass(frozen=True)
class _Workbook:
    """One report on its way into a workbook."""

    report: Report

    @cached_property
    def book(self) -> Book:
        return Book(stamp(self.report.result), self.tables[0].title if self.tables else "")

    @cached_property
    def illustrated(self) -> tuple[Sequence[Table], tuple[Picture, ...]]:
        return illustrated(self.report, self.report.tables(), _PICTURE)

    @cached_property
    def tables(self) -> list[Table]:
        made, result = list(self.illustrated[0]), self.report.result
        if isinstance(result, Comparison):
            made.append(clause_map(Places(result.old), Places(result.new), result.clauses, self.report.m))
        return made

    @cached_property
    def plans(self) -> dict[str, Places]:
        return {plan.info.id: Places(plan) for plan in plans(self.report.result)}

    @cached_property
    def listed(self) -> dict[str, list[Table]]:
        """The tables that have a sheet, those of one name on one."""
        found: dict[str, list[Table]] = {}
        for table in self.tables:
            if table.name not in (*_FACTS, "closing"):
                found.setdefault(table.name, []).append(table)
        return found

    @cached_property
    def legend(self) -> Table:
        names = {figure for t in self.tables for row in t.rows for cell in row for figure, _ in _figures(cell)}
        linked = any(_keys(cell) for table in self.tables for row in table.rows for cell in row)
        return legend(self.tables, self.report.m, columns=[*names, *(["found_at"] if linked else [])])

    @cached_property
    def sheets(self) -> dict[str, str]:
        """What each sheet is called, by the table on it, or by the id of the plan whose text it holds."""
        m, texts = self.report.m, self.report.m.texts
        wanted = {"summary": m("tab.summary"), "charts": m("tab.charts")}
        for name, found in self.listed.items():
            wanted[name] = texts.get(f"tab.{name}", _COUNTED.sub("", found[0].title)) or name
        wanted |= {"closing": m("tab.closing"), "legend": m("tab.legend")}
        for plan in self.plans:
            wanted[f"source {plan}"] = m("tab.source", id=plan)
        return _named(wanted)

    @cached_property
    def lines(self) -> dict[str, dict[str, list[tuple[Span, int]]]]:
        """For each plan and clause the rows that hold its text."""
        found: dict[str, dict[str, list[tuple[Span, int]]]] = {}
        for name, places in self.plans.items():
            rows: dict[str, list[tuple[Span, int]]] = {}
            for number, (clause, piece) in enumerate(_pieces(places.plan), 1):
                rows.setdefault(clause.key, []).append((piece, number))
            found[name] = rows
        return found

    def bytes(self) -> bytes:
        self.summary()
        self.charts()
        for name, found in self.listed.items():
            self.table(name, found)
        self.closing()
        if self.legend.rows:
            self.plain("legend", self.legend, (22, 100))
        for plan in self.plans.values():
            self.source(plan)
        return self.book.bytes()

    def sheet(self, name: str) -> Any:
        sheet = self.book.file.add_worksheet(self.sheets[name])
        sheet.set_paper(9)  # A4
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_header("&L&A")
        sheet.set_footer("&C&P / &N")
        return sheet

    def summary(self) -> None:
        """What was compared, the counts, and which sheet has what."""
        m, sheet = self.report.m, self.sheet("summary")
        facts = [table for table in self.tables if table.name in _FACTS] + self.leading()
        compared = isinstance(self.report.result, Comparison)
        widths = (28, 60, 60, 20, 30) if compared else (26, *(18,) * 12)
        self.set_widths(sheet, widths)
        row = 0
        for table in facts:
            row = self.facts(sheet, row, table, widths) + 1
        contents = [("charts", m("tab.charts"))] if self.illustrated[1] else []
        contents += [(name, found.title) for name, tables in self.listed.items() for found in tables]
        contents += [("closing", m("title.closing"))] if self.notes else []
        contents += [("legend", self.legend.title)] if self.legend.rows else []
        for plan in self.plans.values():
            title = m("title.source", title=plan.plan.info.title, id=plan.plan.info.id)
            contents.append((f"source {plan.plan.info.id}", title))
        rows = tuple((self.sheets[name], title) for name, title in contents)
        self.facts(sheet, row, Table("contents", m("title.contents"), ("", ""), rows), (widths[0], 64))
        for number, (name, _) in enumerate(contents, row + 1):
            self.link(sheet, number, 0, self.sheets[name], 0, self.sheets[name])

    def leading(self) -> list[Table]:
        """Of a comparison: the numbers that moved most and the dropped commitments that carried most."""
        return summary.leading(self.tables, self.report.m) if isinstance(self.report.result, Comparison) else []

    def charts(self) -> None:
        """The pictures under each other."""
        if not (pictures := self.illustrated[1]):
            return
        sheet, row = self.sheet("charts"), 0
        sheet.set_default_row(_ROW * 0.75)
        for number, picture in enumerate(pictures, 1):
            told = {"image_data": io.BytesIO(picture.data), "description": clean(picture.title)[:255]}
            sheet.insert_image(row, 0, f"{number}.png", told)
            row += math.ceil(picture.height / _ROW) + 1

    def set_widths(self, sheet: Any, widths: Sequence[int]) -> None:
        for at, wide in enumerate(widths):
            sheet.set_column(at, at, wide)

    def facts(self, sheet: Any, row: int, table: Table, widths: Sequence[int]) -> int:
        """A small table below others: its title, its rows; the row after it."""
        self.book.put(
            sheet, row, 0, table.title, form=self.book.format(bold=True, font_size=13, text_wrap=False, bottom=0)
        )
        row += 1
        if any(table.columns):
            for n, title in enumerate(table.columns):
                self.book.put(sheet, row, n, title, form=self.book.head)
            row += 1
        for cells in table.rows:
            for n, cell in enumerate(cells):
                self.cell(sheet, row, n, cell, number=n > 0)
            self.book.fit(sheet, row, list(zip(cells, widths, strict=False)))
            row += 1
        return row

    @cached_property
    def notes(self) -> tuple[Table, ...]:
        """The closing blocks: what was not read, what is not sure, what all of it rests on."""
        return tuple(table for table in self.tables if table.name == "closing")

    def closing(self) -> None:
        if not self.notes:
            return
        sheet, row = self.sheet("closing"), 0
        widths = (26, 100)
        self.set_widths(sheet, widths)
        for table in self.notes:
            row = self.facts(sheet, row, table, widths) + 1

    def table(self, name: str, found: Sequence[Table]) -> None:
        """Tables of one name on a sheet, what belongs beside a column next to it; named in front where several."""
        sheet, columns = self.sheet(name), self.columns(found)
        rows = [(table, row) for table in found for row in table.rows]
        numeric = {n for n in range(len(found[0].columns)) if _is_numeric([row[n] for _, row in rows])}
        links = 0
        widths = self.widths(columns, rows)
        self.headed(sheet, [column.title for column in columns], widths)
        for number, (table, row) in enumerate(rows, 1):
            for at, column in enumerate(columns):
                if column.at < 0:
                    self.book.put(sheet, number, at, self.which(table))
                elif column.part == "":
                    self.cell(sheet, number, at, row[column.at], number=column.at in numeric)
                elif column.part == "place":
                    links += self.place(sheet, number, at, row[column.at], linked=links < _LINKS)
                else:
                    self.figure(sheet, number, at, dict(_figures(row[column.at])).get(column.part), column.part)
            texts = [self.shown(column, table, row) for column in columns]
            self.book.fit(sheet, number, list(zip(texts, widths, strict=True)))
        if not rows:
            self.book.put(sheet, 1, 0, self.report.look.nothing)
        self.finish(sheet, columns, len(rows))

    def shown(self, column: _Column, table: Table, row: tuple[str, ...]) -> str:
        """The text a column shows in a row."""
        if column.at < 0:
            return self.which(table)
        cell = row[column.at]
        if column.part == "":
            return cell
        return _told(_keys(cell)) if column.part == "place" else str(dict(_figures(cell)).get(column.part) or "")

    def which(self, table: Table) -> str:
        """Which of several tables of one name: the plans it is about, else its title."""
        return " × ".join(plan for plan in self.plans if plan in table.title) or _COUNTED.sub("", table.title)

    def headed(self, sheet: Any, titles: Sequence[str], widths: Sequence[int]) -> None:
        """The first row: in sight wherever the reader is, and on every page; a narrow first column stays as well."""
        for at, (title, wide) in enumerate(zip(titles, widths, strict=True)):
            sheet.set_column(at, at, wide)
            self.book.put(sheet, 0, at, title, form=self.book.head)
        self.book.fit(sheet, 0, list(zip(titles, widths, strict=True)))
        sheet.freeze_panes(1, 1 if widths[0] <= _KEPT_IN_SIGHT else 0)
        sheet.repeat_rows(0)

    def columns(self, found: Sequence[Table]) -> list[_Column]:
        m, made = self.report.m, []
        sided = iter(("plan_a", "plan_b"))  # tables of several pairs of plans, each with the ids over its columns
        for at, title in enumerate(found[0].columns):
            if any(table.columns[at] != title for table in found):
                title = m("column." + next(sided, "text"))
            cells = [row[at] for table in found for row in table.rows]
            names = dict.fromkeys(name for cell in cells for name, _ in _figures(cell))
            made.append(_Column(title, at))
            made += [_Column(m("column." + name), at, name) for name in names]
            if any(map(_keys, cells)):
                made.append(_Column(f"{m('column.found_at')}·{title}", at, "place"))
        return [_Column(m("column.group"), -1), *made] if len(found) > 1 else made

    def widths(self, columns: Sequence[_Column], rows: Sequence[tuple[Table, tuple[str, ...]]]) -> list[int]:
        """How wide each column is: what its texts need, the widest giving way where all are too much for a page."""
        needs = []
        for column in columns:
            longest = max([_NARROWEST, *(width(self.shown(column, *row)) for row in rows)])
            titled = max(longest, min(width(column.title), _BESIDE - 2)) + 2
            needs.append(min(titled, _BESIDE if column.part else _WIDEST))
        room, texts = _SHEET, [n for n, column in enumerate(columns) if not column.part]
        room -= sum(needs[n] for n in range(len(columns)) if n not in texts)
        cap = next(
            c for c in range(_WIDEST, _LEAST - 1, -1) if c == _LEAST or sum(min(needs[n], c) for n in texts) <= room
        )
        return [min(need, cap) if n in texts else need for n, need in enumerate(needs)]

    def finish(self, sheet: Any, columns: Sequence[_Column], count: int) -> None:
        """A filter, and a colour for the direction of what moved."""
        last = max(count, 1)
        sheet.autofilter(0, 0, last, len(columns) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:{_letters(len(columns) - 1)}{last + 1}"})
        for at, column in enumerate(columns):
            if column.part in _MOVES:
                for sign, colour in ((">", "#DDEBF7"), ("<", "#FCE4D6")):
                    look = self.book.file.add_format({"bg_color": colour})
                    sheet.conditional_format(
                        1, at, last, at, {"type": "cell", "criteria": sign, "value": 0, "format": look}
                    )

    def plain(self, name: str, table: Table, widths: Sequence[int]) -> None:
        sheet = self.sheet(name)
        self.headed(sheet, table.columns, widths)
        for number, row in enumerate(table.rows, 1):
            for at, cell in enumerate(row):
                self.book.put(sheet, number, at, cell)
            self.book.fit(sheet, number, list(zip(row, widths, strict=True)))
        sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)

    def source(self, places: Places) -> None:
        """The plan's text, one row a clause, a long one in several of the same key."""
        m, plan = self.report.m, places.plan
        rows = tuple(
            (clause.key, places.label(clause.key), piece.of(plan.document.text).strip())
            for clause, piece in _pieces(plan)
        )
        name = f"source {plan.info.id}"
        self.plain(name, Table(name, "", headers(m, ("key", "clause", "text")), rows), (18, 40, 100))

    def cell(self, sheet: Any, row: int, column: int, cell: str, *, number: bool) -> None:
        if number and _NUMBER.fullmatch(cell):
            decimals = len(cell.partition(".")[2])
            form = self.book.format(num_format="0." + "0" * decimals if decimals else "0", align="left")
            sheet.write_number(row, column, float(cell), form)
        else:
            self.book.put(sheet, row, column, cell, getattr(cell, "runs", ()))

    def figure(self, sheet: Any, row: int, column: int, value: Decimal | str | None, name: str) -> None:
        if isinstance(value, Decimal):
            sign = "+" if name in _MOVES else ""
            whole = "#,##0" if value == value.to_integral_value() else "#,##0.0###"
            form = self.book.format(num_format=f"{sign}{whole}_ ;-{whole}_ ;0_ ", text_wrap=False)  # "_ ": off the unit
            sheet.write_number(row, column, float(value), form)
        else:
            self.book.put(sheet, row, column, value or "")

    def place(self, sheet: Any, row: int, column: int, cell: str, *, linked: bool) -> int:
        """The keys of a cell, the first one linked to the row of its text; how many links that made."""
        keys, plan = _keys(cell), getattr(cell, "plan", "")
        at = self.line(plan, keys[0]) if keys and linked else None
        if at is None:
            self.book.put(sheet, row, column, _told(keys))
            return 0
        self.link(sheet, row, column, self.sheets[f"source {plan}"], at, _told(keys))
        return 1

    def line(self, plan: str, key: str) -> int | None:
        """The row of a plan's sheet in which a clause begins, or in which a commitment does."""
        places = self.plans.get(plan)
        clause = places.clause_of(key) if places else None
        if places is None or clause is None:
            return None
        rows = self.lines[plan][clause.key]
        start = places.commitments[key].span.start if key in places.commitments else rows[0][0].start
        return next((row for piece, row in rows if piece.start <= start < piece.end), rows[0][1])

    def link(self, sheet: Any, row: int, column: int, target: str, line: int, text: str) -> None:
        look = self.book.format(font_color="#0563C1", underline=1)
        sheet.write_url(row, column, f"internal:'{target}'!A{line + 1}", look, string=text)


def _pieces(plan: Plan) -> Iterator[tuple[Clause, Span]]:
    """Every clause with its own text, in pieces that a row can show, ending at a line or a sentence where one does."""
    text = plan.document.text
    for clause in plan.clauses:
        start, end = clause.body.start, clause.body.end
        while end - start > _PIECE:
            cut = max(text.rfind(mark, start + _PIECE // 2, start + _PIECE) for mark in "\n。；")
            stop = cut + 1 if cut >= 0 else start + _PIECE
            yield clause, Span(start, stop)
            start = stop
        yield clause, Span(start, end)


def _named(wanted: dict[str, str]) -> dict[str, str]:
    """Names as a workbook can have them: short, without marks of its own, each once whatever its case."""
    taken: set[str] = set()
    made = {}
    for name, title in wanted.items():
        plain = _NOT_IN_A_NAME.sub(" ", title).strip() or name
        tried, number = plain[:_LONGEST_NAME], 2
        while tried.casefold() in taken or tried.casefold() == "history":
            tail = f" {number}"
            tried, number = plain[: _LONGEST_NAME - len(tail)] + tail, number + 1
        taken.add(tried.casefold())
        made[name] = tried
    return made


def _is_numeric(cells: Sequence[str]) -> bool:
    """Whether every cell that holds a digit is a number and nothing else; keys and texts are none."""
    return all(_NUMBER.fullmatch(cell) for cell in cells if any("0" <= char <= "9" for char in cell))


def _figures(cell: str) -> Sequence[tuple[str, Any]]:
    return cell.figures if isinstance(cell, Cell) else ()


def _keys(cell: str) -> Sequence[str]:
    return cell.keys if isinstance(cell, Cell) and cell.plan else ()


def _told(keys: Sequence[str]) -> str:
    return "；".join(dict.fromkeys(keys))


def _letters(column: int) -> str:
    """The letters over a column: 0 is A, 26 is AA."""
    return (_letters(column // 26 - 1) if column >= 26 else "") + chr(ord("A") + column % 26)
