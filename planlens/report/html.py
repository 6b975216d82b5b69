"""One page with everything on it: it opens without a network, runs nothing but its own script, and prints on A4.

    write(report) -> bytes

The frame and the tables of any command stand here; what only a comparison has, in `html_diff`. The page is whole
without its script, which sorts, filters, steps and draws. Its policy (Content Security Policy, W3C, level 3) lets run
and load nothing but the script and the style whose hashes it names.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from planlens import __version__
from planlens.model import Comparison, Table
from planlens.report import Report, plots, summary
from planlens.report.cells import Cell
from planlens.report.charts import Chart, Moves, charts
from planlens.report.look import safe
from planlens.report.messages import Messages

_WORDY = 4  # columns from which a table's cells get a least width, and it scrolls where the window is narrow


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page that the menu leads to; `html` is finished markup."""

    id: str
    title: str
    html: str


@dataclass(frozen=True, slots=True)
class Page:
    """What goes into the frame: `tools` stand beside the menu, `lead` before the sections; `data` is for the script."""

    title: str
    heading: str
    sections: Sequence[Section]
    tools: str
    lead: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def write(report: Report) -> bytes:
    """The page as UTF-8, the same bytes for the same report."""
    if isinstance(report.result, Comparison):
        from planlens.report.html_diff import page

        return _framed(page(report, report.result), report.m)
    return _framed(_listing(report), report.m)


def _framed(page: Page, m: Messages) -> bytes:
    script, style = _shipped("page.js"), _shipped("page.css")
    made = Template(_shipped("page.html")).substitute(
        lang="zh-CN" if m.lang == "zh" else m.lang,
        script_hash=_digest(script), style_hash=_digest(style), script=script, style=style,
        version=__version__, title=text(page.title), heading=page.heading,
        skip=text(m("page.skip")), contents=text(m("page.contents")),
        menu="".join(f'<li><a href="#{s.id}">{text(s.title)}</a></li>' for s in page.sections),
        tools=page.tools,
        main=page.lead + "\n".join(f'<section id="{s.id}" aria-labelledby="{s.id}-h">'
                       f'<h2 id="{s.id}-h">{text(s.title)}</h2>\n{s.html}\n</section>' for s in page.sections),
        foot=text(m("page.foot", version=__version__)),
        data=embedded({"words": _words(m), **page.data}),
    )  # fmt: skip
    return made.encode("utf-8", "backslashreplace")


def _shipped(name: str) -> str:
    return (files("planlens") / "data" / name).read_text("utf-8")


def _digest(source: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(source.encode()).digest()).decode()


def embedded(data: object) -> str:
    """JSON that cannot end the element it stands in.

    >>> embedded("</script>")
    '"\\\\u003c/script\\\\u003e"'
    """
    made = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        made = made.replace(char, f"\\u{ord(char):04x}")
    return made


def _words(m: Messages) -> dict[str, str]:
    """What the script says: messages named page.js_*, without that."""
    return {key.removeprefix("page.js_"): told for key, told in m.texts.items() if key.startswith("page.js_")}


def text(plain: str) -> str:
    """Text as markup that shows it as it stands, lines kept, control and direction characters as �."""
    return "\n".join(escape(safe(line)) for line in plain.replace("\r\n", "\n").split("\n"))


def cell(value: str) -> str:
    """A cell as markup, the words struck out and put in as <del> and <ins>."""
    if not isinstance(value, Cell) or not value.runs:
        return text(value)
    names = {"deleted": "del", "inserted": "ins"}
    return "".join(f"<{names[k]}>{text(t)}</{names[k]}>" if k else text(t) for t, k in value.runs)


def _placed(value: str) -> str:
    """A cell whose lines below the first say where that one stands has them set apart."""
    first, line, places = value.partition("\n")
    if not isinstance(value, Cell) or not value.keys or value.runs or not line:
        return cell(value)
    return f'{text(first)}<span class="where">{text(places)}</span>'


def table(made: Table, m: Messages, *, titled: bool = True) -> str:
    """A table under its title; one whose first column has no name has its first cells as the names of its rows."""
    title = f"<h3>{text(made.title)}</h3>" if made.title and titled else ""
    if not made.rows:
        return f"{title}<p>{text(m('mark.no_rows'))}</p>"
    rows = "".join(_row(row, made.columns) for row in made.rows)
    head = f"<thead><tr>{''.join(map(_column, made.columns))}</tr></thead>" if any(made.columns) else ""
    kind = "plain" if not made.columns[0] else "stack sort" + (" wordy" if len(made.columns) >= _WORDY else "")
    label = text(made.title or m("page.table"))
    return (
        f'{title}<div class="scroll" role="group" tabindex="0" aria-label="{label}">'
        f'<table class="{kind}" aria-label="{label}">{head}<tbody>{rows}</tbody></table></div>'
    )


def _column(name: str) -> str:
    return f'<th scope="col">{text(name)}</th>' if name else "<td></td>"


def _row(row: Sequence[str], columns: Sequence[str]) -> str:
    cells = []
    for n, value in enumerate(row):
        if n == 0 and not columns[0] and len(row) > 1:
            cells.append(f'<th scope="row">{cell(value)}</th>')
        else:
            name = f' data-name="{text(columns[n])}"' if columns[n] and n else ""
            cells.append(f"<td{name}>{_placed(value)}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def identified(key: str) -> str:
    """An id attribute, nothing where there is no key; a key's spaces would end it."""
    return f' id="{text(anchor(key))}"' if key else ""


def anchor(key: str) -> str:
    return "_".join(key.split())


def search_box(m: Messages) -> str:
    """The box that narrows what the page lists, shown once its script runs."""
    label = text(m("page.search"))
    return (
        f'<form class="filter" id="filter" role="search" hidden><label class="over">{label}'
        f'<input type="search" id="find" autocomplete="off"></label></form>'
        f'<p id="count" role="status" aria-live="polite"></p>'
    )


def plotted(chart: Chart, *, keyed: bool = True) -> str:
    """A chart under its title, with its legend where it is `keyed` and what it leaves out.

    It keeps its size and scrolls in a narrow window; moves are a list, which wraps.
    """
    title = text(chart.title)
    if isinstance(chart, Moves):
        drawn = f"<h3>{title}</h3>{plots.dumbbell(chart)}"
    else:
        svg = plots.svg(plots.drawing(chart))
        scroll = f'<div class="scroll" tabindex="0" role="region" aria-label="{title}">{svg}</div>'
        drawn = f'<figure class="chart"><figcaption><h3>{title}</h3></figcaption>{scroll}</figure>'
    note = f'<p class="note">{text(chart.note)}</p>' if chart.note else ""
    return drawn + keys(plots.legend(chart) if keyed else []) + note


def keys(entries: Sequence[tuple[str, str]]) -> str:
    """A legend: looks with what they mean."""
    boxes = "".join(
        f'<li><svg width="14" height="14" aria-hidden="true"><rect class="{name}" width="14" height="14" rx="3"/></svg>'
        f"{text(word)}</li>"
        for name, word in entries
    )
    return f'<ul class="legend">{boxes}</ul>' if entries else ""


def _listing(report: Report) -> Page:
    """The tables of any command, to be sorted and searched: a section for each, one without a title with the last."""
    m, sections = report.m, list[Section]()
    made = report.tables()
    drawn = charts(report, made)
    for n, found in enumerate(made):
        if sections and not found.title:
            last = sections.pop()
            sections.append(Section(last.id, last.title, last.html + table(found, m)))
        else:
            html = "".join(plotted(one) for one in drawn if one.beside == found.name)
            html += table(found, m, titled=False)
            sections.append(Section(f"t{n}", found.title or m("page.table"), html))
    title = summary.title(made, m)
    return Page(title, text(title), sections, "", search_box(m))
