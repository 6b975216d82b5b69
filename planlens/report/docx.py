"""Reports as Word documents: a page to carry into a meeting, then every table, as official documents look.

The first page of a comparison says what matters most; its tables follow with the words that changed marked, or as
revisions that Word can accept and reject (`Look.tracked`). Any other report is its tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from planlens.model import Table
from planlens.report import Report, summary, wordml
from planlens.report.cells import Cell, Mark
from planlens.report.figures import Picture, illustrated
from planlens.report.stamp import stamp
from planlens.report.wordml import HEADING, LANDSCAPE, PLACE, PORTRAIT, TEXT, TITLE, Paper, Revisions, Run

_NUMERALS = "〇一二三四五六七八九十"
_EM = 210  # one Chinese character in a table, in twentieths of a point
_SMALL_EM = 180
_TITLE_EM = 240
_MARGINS = 190  # of one cell, left and right
_MANY = 6  # from so many columns on the letters are small
_LABEL = 9.0  # ems: a column no wider than this gets what it needs
_SLACK = 1.12  # letters, signs and bold faces are wider than reckoned
_LEAST = 6.0  # ems: what a column of text has at least
_WHOLE = 14  # lines of a row that is not broken between pages
_CALLED_WIDE = 44.0  # ems of text that a page upright cannot show well
_LISTS = PORTRAIT.height - PORTRAIT.top - PORTRAIT.bottom - 3500  # of the first page, what its lists may fill
_PIXEL = 15  # of 1/96 inch, in twentieths of a point
_HEADED = 70  # pixels of a heading
_DROPPED = 126  # characters of a dropped commitment on the first page: three lines


def write(report: Report) -> bytes:
    """The report as a .docx file; the same report gives the same bytes."""
    told = _Told(report)
    pictures = [picture.data for picture in told.pictures]
    return wordml.document(
        "".join(told.body()), title=told.title, header=told.header(), when=told.revisions.when, pictures=pictures
    )


def brief(report: Report, more: Sequence[str]) -> bytes:
    """The first page of a comparison alone, ended by some lines of its own."""
    told = _Told(report, tuple(more))
    body = [told.line(told.title, TITLE, "Title"), *told.first_page(), wordml.section(PORTRAIT, first=True, last=True)]
    return wordml.document("".join(body), title=told.title, header=told.header(), when=told.revisions.when)


@dataclass(frozen=True)
class _Told:
    """One report on its way to paper; `more` are lines at the end of its first page."""

    report: Report
    more: tuple[str, ...] = ()

    @cached_property
    def illustrated(self) -> tuple[Sequence[Table], tuple[Picture, ...]]:
        made = self.report.tables()
        if self.more:  # the first page shows none
            return made, ()
        return illustrated(self.report, made, _room(_paper(made)))

    @property
    def tables(self) -> Sequence[Table]:
        return self.illustrated[0]

    @property
    def pictures(self) -> tuple[Picture, ...]:
        return self.illustrated[1]

    @cached_property
    def revisions(self) -> Revisions:
        return Revisions(stamp(self.report.result))

    @cached_property
    def compared(self) -> bool:
        return summary.named(self.tables, "head") is not None and summary.named(self.tables, "counts") is not None

    @cached_property
    def covered(self) -> bool:
        return summary.named(self.tables, "gaps") is not None

    @cached_property
    def title(self) -> str:
        return summary.title(self.tables, self.report.m)

    def header(self) -> str:
        head = summary.named(self.tables, "head")
        ids = " → ".join(head.rows[0][1:]) if head and head.rows else ""
        return self.line("　".join(filter(None, (self.title, ids))), PLACE, "Header")

    def line(self, text: str, font: str = TEXT, style: str = "Normal") -> str:
        return wordml.paragraph([Run(text, font)], self.revisions, style)

    def body(self) -> Iterator[str]:
        """The first page, then the tables, on paper that lies on its side where one of them is wide."""
        paper = _paper(self.tables)
        yield self.line(self.title, TITLE, "Title")
        if self.compared or self.covered:
            yield from self.first_page() if self.compared else self.gaps_page()
            yield wordml.section(PORTRAIT, first=True)
        for number in range(len(self.tables)):
            yield from self.headed(number, paper)
        yield wordml.section(paper, first=not (self.compared or self.covered), last=True)

    def first_page(self) -> Iterator[str]:
        """Which plans, how many of what, and the shifts and drops that matter most, as many as the page holds."""
        m = self.report.m
        head, counts = summary.named(self.tables, "head"), summary.named(self.tables, "counts")
        assert head and counts
        left = _LISTS - sum(320 * _lines(line, PORTRAIT.across / _EM) for line in self.more)
        for side, name in enumerate(head.columns[1:], 1):
            plan = m("docx.plan", which=name, title=_title_of(head, side))
            yield self.line(plan, PLACE, "Subtitle")
            left -= 340 * (_lines(plan, PORTRAIT.across / _TITLE_EM) - 1)
        yield self.line(counts.title, HEADING, "Heading2")
        for label, text in counts.rows:
            lead = m("docx.lead", label=label)
            yield wordml.paragraph([Run(lead, HEADING), Run(text)], self.revisions)
            left -= 320 * _lines(lead + text, PORTRAIT.across / _EM) + 40
        if moved := summary.shifts(self.tables, m):
            table = self.most_moved(moved)
            yield self.line(table.title, HEADING, "Heading2")
            yield self.grid(table, PORTRAIT, small=True)
            left -= sum(80 + 250 * _height(row, self.widths(table, PORTRAIT, _SMALL_EM), _SMALL_EM)
                              for row in (table.columns, *table.rows))  # fmt: skip
        yield from self.most_missed(left)
        for line in self.more or [m("docx.caution")]:
            yield self.line(line, PLACE, "Cell")

    def most_moved(self, rows: Sequence[tuple[str, ...]]) -> Table:
        m = self.report.m
        names = ("indicator", "old_value", "new_value", "movement", "verdict")
        title = m("docx.shifts", listed=len(rows))
        return Table("summary", title, tuple(m("column." + name) for name in names), tuple(rows))

    def gaps_page(self) -> Iterator[str]:
        """How many goals have which answer, and the weightiest that each plan does not reach, as the page holds."""
        m = self.report.m
        counts = summary.named(self.tables, "coverage_counts")
        gaps = [table for table in self.tables if table.name == "gaps"]
        assert counts
        yield self.line(counts.title, HEADING, "Heading2")
        for plan, *cells in counts.rows:
            told = m.join([f"{name} {cell}" for name, cell in zip(counts.columns[1:], cells, strict=True) if cell])
            yield wordml.paragraph([Run(m("docx.lead", label=plan), HEADING), Run(told)], self.revisions)
        if caveats := summary.named(self.tables, "caveats"):
            yield from (self.line(row[0], PLACE, "Cell") for row in caveats.rows)
        left = (_LISTS - 800 * len(counts.rows)) // len(gaps)
        for table in gaps:
            items = [self.gap(row) for row in table.rows[: summary.LISTED]]
            yield from self.numbered(partial(self.gaps_listed, table.title), items, left)
        yield self.line(m("docx.caution_gaps"), PLACE, "Cell")

    def gaps_listed(self, title: str, listed: int) -> str:
        return self.report.m("docx.gaps", title=title, listed=listed)

    def gap(self, row: Sequence[str]) -> list[Run]:
        """A goal, how it is answered and why so, its weight and place."""
        weight, goal, answer = row[:3]
        (asked, _, place), (verdict, _, why) = goal.partition("\n"), answer.partition("\n")
        lead = self.report.m("docx.lead", label=summary.cut(asked, _DROPPED))
        told = self.report.m("docx.why", verdict=verdict, why=why.replace("\n", " ")) if why else verdict
        return [Run(lead, HEADING), Run(told), Run(f"　{weight}　{place}", PLACE)]

    def most_missed(self, left: int) -> Iterator[str]:
        """A numbered list of dropped commitments that fits into the height that is left."""
        items: list[list[Run]] = []
        for place, *text in (cell.split("\n") for cell in summary.dropped(self.tables)):
            said = summary.cut(text[0] if text else place, _DROPPED - len(place))
            lead = self.report.m("docx.lead", label=place) if text else ""
            items.append([Run(lead, HEADING), Run(said), *(Run(mark, PLACE) for mark in text[1:])])
        yield from self.numbered(lambda listed: self.report.m("docx.dropped", listed=listed), items, left)

    def numbered(self, title: Callable[[int], str], items: Sequence[list[Run]], left: int) -> Iterator[str]:
        """As many items as fit into `left`, under a title that says how many."""
        listed: list[list[Run]] = []
        for number, item in enumerate(items, 1):
            runs = [Run(f"{number}. "), *item]
            left -= 20 + 290 * _lines("".join(piece.text for piece in runs), PORTRAIT.across / _EM - 2)
            if left < 0:
                break
            listed.append(runs)
        if listed:
            yield self.line(title(len(listed)), HEADING, "Heading2")
            yield from (wordml.paragraph(runs, self.revisions, "Item") for runs in listed)

    def headed(self, number: int, paper: Paper) -> Iterator[str]:
        """A table under its title, numbered as official documents number their parts."""
        table = self.tables[number]
        ordinal = f"{numeral(number + 1)}、" if self.report.m.lang == "zh" else f"{number + 1}. "
        if len(self.tables) > 1:
            yield self.line(ordinal + table.title, HEADING, "Heading1")
        shown = [self.picture(n, paper) for n, made in enumerate(self.pictures, 1) if made.beside == table.name]
        facts = not any(table.columns)
        if not facts:
            yield from shown
        yield from self.rows_of(table, paper)
        if facts:
            yield from shown

    def picture(self, number: int, paper: Paper) -> str:
        """A picture as large as it is meant to be, or as the page can show it."""
        made = self.pictures[number - 1]
        scale = min(1.0, paper.across / _PIXEL / made.width, _room(paper) / made.height)
        return wordml.picture(number, made.title, made.width * scale, made.height * scale)

    def rows_of(self, table: Table, paper: Paper) -> Iterator[str]:
        if not table.rows:
            yield self.line(self.report.look.nothing)
            return
        if table.name == "changed" and self.report.look.tracked:
            table = self.revised(table)
        yield self.grid(table, paper, small=len(table.columns) >= _MANY)
        yield wordml.gap()

    def revised(self, table: Table) -> Table:
        """Old and new text of each row as one text with revisions, their places in a column before it."""
        m, rows = self.report.m, []
        for old, new, *rest in table.rows:
            (before, old_runs), (after, new_runs) = _parted(old), _parted(new)
            places = before if before == after else f"{before}\n→ {after}"
            rows.append((places, _Revised(old_runs, new_runs), *rest))
        columns = (m("column.clause"), m("docx.revised"), *table.columns[2:])
        return Table(table.name, table.title, columns, tuple(rows))

    def grid(self, table: Table, paper: Paper, *, small: bool) -> str:
        widths = self.widths(table, paper, _SMALL_EM if small else _EM)
        style, em = ("SmallCell", _SMALL_EM) if small else ("Cell", _EM)
        rows = []
        if any(table.columns):
            cells = [wordml.paragraph([Run(n, HEADING)], self.revisions, style, centred=True) for n in table.columns]
            rows.append(wordml.row(cells, widths, head=True))
        labelled = not table.columns[0] and len(table.columns) > 1
        for row in table.rows:
            cells = [self.cell(cell, style, bold=labelled and at == 0) for at, cell in enumerate(row)]
            rows.append(wordml.row(cells, widths, whole=_height(row, widths, em) <= _WHOLE))
        return wordml.table(rows, widths)

    def cell(self, cell: str, style: str, *, bold: bool = False) -> str:
        """A cell's lines as paragraphs; the first of several leads the others: a place, a value, a verdict."""
        runs = cell.runs if isinstance(cell, Cell) and cell.runs else ((cell, ""),)
        lines: list[list[Run]] = [[]]
        several = "\n" in cell
        for text, mark in runs:
            for at, piece in enumerate(text.split("\n")):
                if at:
                    lines.append([])
                font = HEADING if bold or (several and len(lines) == 1) else TEXT
                lines[-1].append(Run(piece, font, mark, isinstance(cell, _Revised)))
        return "".join(wordml.paragraph(line, self.revisions, style) for line in lines)

    def widths(self, table: Table, paper: Paper, em: int) -> list[int]:
        """Widths that fill the page: short columns get what they need, the others share by how much they say."""
        room = paper.across / em - len(table.columns) * _MARGINS / em
        needs = [max(_longest(cell) for cell in column) for column in _columns(table)]
        fixed = [need * _SLACK if need <= _LABEL else 0.0 for need in needs]
        shares = [0.0 if kept else _says(column) for kept, column in zip(fixed, _columns(table), strict=True)]
        if not any(shares) and len(needs) < 4:
            fixed, shares = [*fixed[:-1], 0.0], [*shares[:-1], 1.0]
        elif not any(shares) or sum(fixed) > room / 2:
            fixed, shares = [0.0] * len(needs), [max(need, 2.0) for need in needs]
        free = room - sum(fixed)
        found = [kept + free * share / sum(shares) for kept, share in zip(fixed, shares, strict=True)]
        found = _at_least(found, min(_LEAST, room / len(found)), shares)
        whole = [round(width * em) + _MARGINS for width in found]
        return [*whole[:-1], paper.across - sum(whole[:-1])]


class _Revised(Cell):
    """A text whose deleted and inserted runs stand as revisions: accepted it is the new one, rejected the old one."""

    def __new__(cls, old: Sequence[tuple[str, Mark]], new: Sequence[tuple[str, Mark]]) -> _Revised:
        runs = revisions(old, new)
        return super().__new__(cls, "".join(text for text, _ in runs), runs=runs)  # type: ignore[return-value]


def revisions(old: Sequence[tuple[str, Mark]], new: Sequence[tuple[str, Mark]]) -> tuple[tuple[str, Mark], ...]:
    """Both sides of a redline as one: without what is deleted it is the new text, without what is inserted the old.

    A kept run that both write in another way (a full-width mark, a space) is struck out and put in.

    >>> revisions([("引进", ""), ("20个", "deleted"), ("。", "")], [("引进", ""), ("50个", "inserted"), ("。", "")])
    (('引进', ''), ('20个', 'deleted'), ('50个', 'inserted'), ('。', ''))
    """
    made: list[tuple[str, Mark]] = []
    left, right = list(old), list(new)
    while left or right:
        if left and (left[0][1] or not right):
            made.append((left.pop(0)[0], "deleted"))
        elif right and (right[0][1] or not left):
            made.append((right.pop(0)[0], "inserted"))
        elif left[0] == right[0]:
            made.append(left.pop(0))
            right.pop(0)
        else:
            made += [(left.pop(0)[0], "deleted"), (right.pop(0)[0], "inserted")]
    return tuple(made)


def _parted(cell: str) -> tuple[str, list[tuple[str, Mark]]]:
    """The place that leads a cell, and the runs of its text."""
    runs = list(cell.runs) if isinstance(cell, Cell) else []
    if not runs:
        place, _, text = cell.rpartition("\n")
        return place, [(text, "")]
    place = runs.pop(0)[0].strip("\n") if runs[0][0].endswith("\n") else ""
    return place, runs


def numeral(number: int) -> str:
    """1 → 一, 12 → 十二, 20 → 二十; digits from 100 on.

    >>> numeral(1), numeral(10), numeral(12), numeral(20), numeral(35)
    ('一', '十', '十二', '二十', '三十五')
    """
    if number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    lead = ("" if tens < 2 else _NUMERALS[tens]) + "十" if tens else ""
    return lead + (_NUMERALS[ones] if ones else "")


def _title_of(head: Table, side: int) -> str:
    """The name of a plan, its id where the table of facts has no name."""
    named = [row[side] for row in head.rows[1:2] if row[side]]
    return named[0] if named else head.rows[0][side]


def _columns(table: Table) -> list[tuple[str, ...]]:
    return list(zip(table.columns, *table.rows, strict=True))


def _longest(cell: str) -> float:
    return max(map(wordml.ems, cell.split("\n")))


def _says(column: Sequence[str]) -> float:
    """How much room a column of text asks for: the root of what its cells hold, so that no column starves another."""
    return float(max(sum(map(wordml.ems, column)) / len(column), 1.0) ** 0.5)


def _at_least(widths: Sequence[float], least: float, shares: Sequence[float]) -> list[float]:
    """No shared column below the least width; the widest one gives what that takes."""
    found = [max(width, least) if share else width for width, share in zip(widths, shares, strict=True)]
    found[found.index(max(found))] -= sum(found) - sum(widths)
    return found


def _lines(text: str, width: float) -> int:
    """Lines that a text takes, a little generously."""
    return sum(max(1, -int(-wordml.ems(line) * 1.04 // max(width, 1.0))) for line in text.split("\n"))


def _height(row: Sequence[str], widths: Sequence[int], em: int) -> int:
    return max(_lines(cell, (width - _MARGINS) / em) for cell, width in zip(row, widths, strict=True))


def _paper(tables: Sequence[Table]) -> Paper:
    return LANDSCAPE if any(map(_is_wide, tables)) else PORTRAIT


def _room(paper: Paper) -> float:
    """The pixels that a picture under a heading may be high."""
    return (paper.height - paper.top - paper.bottom) / _PIXEL - _HEADED


def _is_wide(table: Table) -> bool:
    """Whether a table asks for paper on its side."""
    needs = [min(max(map(_longest, column)), 18.0) + 1 for column in _columns(table)]
    return len(needs) > 3 and sum(needs) > _CALLED_WIDE
