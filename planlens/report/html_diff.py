"""The page of a comparison: charts, changes as cards to filter and step through, both plans with their links.

    page(report, result) -> what goes into the frame of `html`

Cards and tables come from the report's tables; ids are the keys of commitments, so that an address can name one:
#n-三/十#5 in the new plan, #o-… in the old one, #c-n-… the card of its change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from planlens.model import Change, Clause, Commitment, Comparison, Link, Status, Table
from planlens.report import Report, charts, plots
from planlens.report.cells import Cell
from planlens.report.closing import REVIEW_BELOW
from planlens.report.html import Page, Section, anchor, cell, identified, keys, plotted, search_box, table, text
from planlens.report.look import one_line
from planlens.report.messages import Messages
from planlens.report.places import Places, numbered, probability

_CARDS = ("changed", "new", "dropped", "kept", "weak")  # tables of changes, in the order of the page
_SHIFTS = ("shifts", "one_sided")
_STATUSES: tuple[Status, ...] = ("changed", "new", "dropped", "kept")
_LOT = 40  # cards that a browser lays out together: one by one, 2,000 cost it 80 ms a frame, in lots 17 ms


def page(report: Report, result: Comparison) -> Page:
    """Everything that goes into the frame for one comparison."""
    told = _Told(report, result)
    m = report.m
    parts = [
        ("summary", m("page.summary"), _summary(told)),
        ("shifts", m("page.shifts"), _shifts(told)),
        ("changes", m("page.changes"), _changes(told)),
        ("flow", m("page.flow"), _flow(told)),
        ("plans", m("page.plans"), _plans(told)),
        ("closing", m("title.closing"), _generic(told, ["closing"], titled=False)),
    ]
    plans = (told.old.plan.info, told.new.plan.info)
    alike = plans[0].title == plans[1].title  # a report of every year
    titles = [f"{plan.title}（{plan.id}）" if alike else plan.title for plan in plans]
    heading = f'{text(titles[0])} <span class="to">→</span> {text(titles[1])}'
    sections = [Section(name, title, html) for name, title, html in parts if html]
    return Page(" → ".join(titles), heading, sections, _steps(m) * bool(told.cards), data=_data(told))


class _Told:
    """A comparison by key: what stands where in the page, and which change it belongs to."""

    def __init__(self, report: Report, result: Comparison) -> None:
        self.m, self.result = report.m, result
        self.old, self.new = Places(result.old), Places(result.new)
        self.sides = (("o", self.old), ("n", self.new))
        self.tables = {made.name: made for made in report.tables()}
        self.sections = {side: charts.Sections(places.plan) for side, places in self.sides}
        self.at = {
            side + key: n
            for n, change in enumerate(result.changes)
            for side, keys in (("o", change.old), ("n", change.new))
            for key in keys
        }

    @cached_property
    def cards(self) -> list[Table]:
        return [self.tables[name] for name in _CARDS if name in self.tables]

    @cached_property
    def links(self) -> list[Link]:
        """Links and, behind them, weak pairs where they are listed: the script knows them by number."""
        return [*self.result.links, *(self.result.weak if "weak" in self.tables else ())]

    @cached_property
    def links_of(self) -> dict[int, list[int]]:
        """Numbers of the links inside each change."""
        inside: dict[int, list[int]] = {}
        for n, link in enumerate(self.result.links):
            inside.setdefault(self.at.get("n" + link.new, -1), []).append(n)
        return inside

    def side(self, status: str, column: int) -> tuple[str, Places]:
        """The plan that a column of a table of changes quotes: its letter and its findings."""
        return self.sides[1] if status == "new" or column == 1 else self.sides[0]


def _generic(told: _Told, names: Sequence[str], *, titled: bool = True) -> str:
    found = [told.tables[name] for name in names if name in told.tables]
    return "".join(table(made, told.m, titled=titled) for made in found)


def _summary(told: _Told) -> str:
    """Counts as a bar over the tables that no other section shows."""
    counts = Counter(change.status for change in told.result.changes)
    whole = max(1, sum(counts.values()))
    boxes, at = [], 0.0
    for status in _STATUSES:
        wide = 1000 * counts[status] / whole
        tip = f"{told.m('status.' + status)} {counts[status]}"
        boxes.append(
            f'<g><title>{text(tip)}</title><rect class="{status}" x="{at:.1f}" width="{wide:.1f}" height="20"/></g>'
        )
        at += wide
    label = "，".join(f"{told.m('status.' + s)} {counts[s]}" for s in _STATUSES)
    bar = (
        f'<svg class="bar" role="img" aria-label="{text(label)}" viewBox="0 0 1000 20" preserveAspectRatio="none" '
        f'width="100%" height="28">{"".join(boxes)}</svg>'
    )
    shown = [(status, f"{told.m('status.' + status)} {counts[status]}") for status in _STATUSES]
    others = [name for name in told.tables if name not in (*_CARDS, *_SHIFTS, "closing")]
    order = sorted(others, key=lambda name: name != "counts")
    first, rest = order[:1], order[1:]
    return _generic(told, first, titled=False) + bar + keys(shown) + _generic(told, rest)


def _shifts(told: _Told) -> str:
    return _moved(told) + _generic(told, _SHIFTS)


def _moved(told: _Told) -> str:
    """The dumbbell charts of what may be compared and did move."""
    return "".join(map(plotted, charts.moves(told.result, list(told.tables.values()), told.m)))


def _changes(told: _Told) -> str:
    if not told.cards:
        return ""
    return _filter(told) + "".join(_group(told, made) for made in told.cards)


def _group(told: _Told, made: Table) -> str:
    changes = {_first(c): n for n, c in enumerate(told.result.changes) if c.status == made.name}
    cards = [_card(told, made, n, row, changes) for n, row in enumerate(made.rows)]
    lots = [cards[n : n + _LOT] for n in range(0, len(cards), _LOT)]
    body = "".join(f'<div class="lot">{"".join(lot)}</div>' for lot in lots)
    body = body or f"<p>{text(told.m('mark.no_rows'))}</p>"
    return f'<div class="group"><h3>{text(made.title)}</h3>{body}</div>'


def _first(change: Change) -> str:
    """The commitment that a change is known by: the first of the new plan, else of the old one."""
    return "n" + change.new[0] if change.new else "o" + change.old[0]


def _card(told: _Told, made: Table, number: int, row: Sequence[str], changes: Mapping[str, int]) -> str:
    """One row of a table of changes: two texts side by side, what is said of them below, how sure at the right."""
    m, status = told.m, made.name
    keyed = [(*told.side(status, n), v) for n, v in enumerate(row[:2]) if isinstance(v, Cell) and v.keys]
    names = [side + value.keys[0] for side, _, value in keyed]
    at = next((changes[name] for name in reversed(names) if name in changes), None)
    links = told.links_of.get(at, []) if at is not None else []
    if status == "weak":
        links = [len(told.result.links) + number]
    key = f"c-{names[-1][0]}-{names[-1][1:]}" if names else f"c-{status}-{number}"
    sides = "".join(_side(told.side(status, n)[1], made.columns[n], value) for n, value in enumerate(row[:2]))
    more = "".join(f'<p class="what">{cell(value)}</p>' for value in row[2:-1] if value)
    head = f'<span class="badge">{text(m("status." + status))}</span>{number + 1}'
    sure = f"<span>{text(made.columns[-1])} {text(row[-1])}</span>"
    plan = f'<a href="#{text(anchor(names[-1][0] + "-" + names[-1][1:]))}">{text(m("page.in_plans"))}</a>' * bool(names)
    address = f'<a href="#{text(anchor(key))}" aria-label="{text(m("page.address"))}">#</a>'
    why = ""
    if links:
        listed = ",".join(map(str, links))
        why = f'<details class="why" data-links="{listed}" hidden><summary>{text(m("page.why"))}</summary></details>'
    return (
        f'<article class="card s-{status}"{identified(key)} tabindex="-1"{_facts(told, status, at, keyed)}>'
        f"<header><h4>{head}</h4>{sure}{plan}{address}</header>"
        f'<div class="sides">{sides}</div>{more}{why}</article>'
    )


def _side(places: Places, name: str, value: str) -> str:
    """A text under its column's name; the place it stands in, its first line, set apart."""
    place = ""
    if isinstance(value, Cell) and value.keys:
        place = one_line(places.labels(value.keys))
    body = cell(value)
    lead = text(place) + "\n"
    if place and body.startswith(lead):
        body = f'<span class="where">{text(place)}</span>{body[len(lead) :]}'
    return f'<div><div class="col">{text(name)}</div><p lang="zh-CN">{body}</p></div>'


def _facts(told: _Told, status: str, at: int | None, keyed: Sequence[tuple[str, Places, Cell]]) -> str:
    """What the filter asks of a card, as data attributes."""
    change = told.result.changes[at] if at is not None else None
    sections, strengths = set(), set()
    for side, places, value in keyed:
        for key in value.keys:
            if key in places.commitments:
                sections.add(f"{side}{told.sections[side].of[key]}")
                strengths.add(places.commitments[key].strength or "")
    doubtful = change is not None and change.source == "scored" and (change.score or 0) < REVIEW_BELOW
    facts = {
        "status": status,
        "change": "" if at is None else str(at),
        "kinds": " ".join(change.kinds) if change else "",
        "sections": " ".join(sorted(sections)),
        "strengths": " ".join(sorted(strengths - {""})),
        "doubt": "1" if doubtful or status == "weak" else "",
    }
    return "".join(f' data-{name}="{text(value)}"' for name, value in facts.items() if value)


def _filter(told: _Told) -> str:
    """Choices by status, kind, section, strength and doubt beside the search; each offers only what there is."""
    m = told.m
    boxes = "".join(
        f'<label><input type="checkbox" name="status" value="{made.name}" checked> {text(m("status." + made.name))}'
        f"（{len(made.rows)}）</label>"
        for made in told.cards
    )
    kinds = dict.fromkeys(kind for change in told.result.changes for kind in change.kinds)
    known = list(dict.fromkeys([*_words(m, "kind"), *kinds]))
    choices = [(kind, m.word("kind", kind)) for kind in known if kind in kinds]
    levels = charts.levels((told.result.old, told.result.new), m)
    parts = [
        f"<fieldset><legend>{text(m('column.status'))}</legend>{boxes}</fieldset>",
        _select("kind", m("column.kinds"), m("page.all"), _options(choices)),
        _select("section", m("page.section"), m("page.all"), _section_options(told)),
        _select("strength", m("column.strength"), m("page.all"), _options(levels)),
        f'<label><input type="checkbox" name="doubt"> {text(m("page.doubt", below=REVIEW_BELOW))}</label>',
        f'<button type="reset">{text(m("page.reset"))}</button>',
    ]
    hint = f'<p class="note screen" id="hint" hidden>{text(m("page.keys"))}</p>'
    return search_box(m).replace("</form>", "".join(parts) + "</form>") + hint


def _words(m: Messages, group: str) -> list[str]:
    return [key.partition(".")[2] for key in m.texts if key.startswith(group + ".")]


def _section_options(told: _Told) -> str:
    groups = []
    for side, name in (("n", told.m("column.new")), ("o", told.m("column.old"))):
        options = _options([(f"{side}{n}", label) for n, label in enumerate(told.sections[side].names)])
        groups.append(f'<optgroup label="{text(name)}">{options}</optgroup>')
    return "".join(groups)


def _options(choices: Sequence[tuple[str, str]]) -> str:
    return "".join(f'<option value="{text(value)}">{text(label)}</option>' for value, label in choices)


def _select(name: str, label: str, none: str, options: str) -> str:
    return (
        f'<label class="over">{text(label)}<select name="{name}"><option value="">{text(none)}</option>'
        f"{options}</select></label>"
    )


def _steps(m: Messages) -> str:
    return (
        f'<div class="steps" role="group" aria-label="{text(m("page.steps"))}" hidden>'
        f'<button type="button" id="back" aria-keyshortcuts="k">‹ {text(m("page.back"))}</button>'
        f'<output id="step"></output>'
        f'<button type="button" id="on" aria-keyshortcuts="j">{text(m("page.on"))} ›</button></div>'
    )


def _flow(told: _Told) -> str:
    """Where the commitments of each section went, and how firmly the sections of either plan promise."""
    drawn = charts.flows(told.result, told.m)
    if not drawn:
        return ""
    firm = charts.strengths(told.result, told.m)
    twin = "".join(plotted(one, keyed=False) for one in firm)
    shades = "".join(keys(plots.legend(one)) for one in firm[:1])
    return "".join(map(plotted, drawn)) + f'<div class="twin">{twin}</div>{shades}'


def _plans(told: _Told) -> str:
    """Both plans in full, commitments marked by what became of them; the script draws the links between."""
    m = told.m
    columns = []
    for (side, places), name in zip(told.sides, ("old", "new"), strict=True):
        title = f"{m('column.' + name)}：{one_line(places.plan.info.title)}"
        body = "".join(_clause(told, side, places, clause) for clause in places.plan.clauses)
        columns.append(
            f'<h3 class="of-{name}">{text(title)}</h3><div class="text" id="text-{name}" tabindex="0" role="region" '
            f'aria-label="{text(title)}" lang="zh-CN">{body}</div>'
        )
    return (
        f'<p class="note">{text(m("page.plans_note"))}</p>{keys([(s, m("status." + s)) for s in _STATUSES])}'
        f'<div class="pair">{columns[0]}<svg id="links" aria-hidden="true"></svg>{columns[1]}</div>'
        f'<div id="now" aria-live="polite" hidden></div>'
    )


def _clause(told: _Told, side: str, places: Places, clause: Clause) -> str:
    """A clause's heading over its text; commitments outside of that text (a heading that promises) follow it."""
    source = places.plan.document.text
    level = min(clause.depth + 4, 6)
    heading = one_line(numbered(clause, " "))
    head = f"<h{level}>{text(heading)}</h{level}>" if heading else ""
    inside, outside, at = [], [], clause.body.start
    for commitment in _said_in(places, clause.key):
        span = commitment.span
        if at <= span.start and span.end <= clause.body.end:
            inside += [text(source[at : span.start]), _unit(told, side, commitment.key, commitment.text)]
            at = span.end
        else:
            outside.append(_unit(told, side, commitment.key, commitment.text))
    inside.append(text(source[at : clause.body.end]))
    body = "\n".join(line for line in "".join(inside).split("\n") if line.strip())
    paragraphs = "".join(f"<p>{told}</p>" for told in [body] * bool(body) + outside)
    return f'<div class="clause"{identified(f"{side}-{clause.key}")}>{head}{paragraphs}</div>'


def _said_in(places: Places, key: str) -> list[Commitment]:
    return sorted((c for c in places.plan.commitments if c.clause == key), key=lambda c: c.span.start)


def _unit(told: _Told, side: str, key: str, words: str) -> str:
    at = told.at.get(side + key)
    status = told.result.changes[at].status if at is not None else "kept"
    name = text(anchor(f"{side}-{key}"))
    number = f' data-change="{at}"' if at is not None else ""
    return f'<a class="u s-{status}" id="{name}" href="#{name}"{number}>{text(words)}</a>'


def _data(told: _Told) -> dict[str, Any]:
    """What the script needs: links with the parts of their scores, changes with the ids of both sides."""
    names = list(dict.fromkeys(part.name for link in told.links for part in link.score.parts))
    at = {name: n for n, name in enumerate(names)}
    return {
        "parts": [told.m.word("evidence_part", name) for name in names],
        "links": [
            {
                "o": anchor("o-" + link.old),
                "n": anchor("n-" + link.new),
                "p": probability(link.score.probability),
                "s": "" if link.source == "scored" else told.m("basis." + link.source),
                "why": [[at[p.name], round(p.value, 3), round(p.weight, 3)] for p in link.score.parts],
            }
            for link in told.links
        ],
        "changes": [
            {
                "s": change.status,
                "t": told.m("status." + change.status),
                "k": told.m.join([told.m.word("kind", kind) for kind in change.kinds]),
                "o": [anchor("o-" + key) for key in change.old],
                "n": [anchor("n-" + key) for key in change.new],
                "l": told.links_of.get(n, []),
            }
            for n, change in enumerate(told.result.changes)
        ],
    }
