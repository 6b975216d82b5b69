"""What is asked of a corpus as tables and as JSON: how much is shown of how much there is stands in every title."""

from __future__ import annotations

from dataclasses import asdict

from planlens.corpus.overlap import Overlap, Pair, Shares
from planlens.corpus.search import Search
from planlens.corpus.themes import Theme, Themes
from planlens.corpus.track import Point, Track
from planlens.model import Table
from planlens.report.cells import Cell
from planlens.report.json import FORMAT, Row
from planlens.report.look import one_line
from planlens.report.messages import Messages
from planlens.report.places import probability
from planlens.report.tables import headers, table
from planlens.traditional import simplified

_RUN = 30  # characters of a shared run that a table shows
_PLACES = 6  # places that a cell names


def overlap_row(found: Overlap) -> Row:
    """Everything that was shown, and the counts of what there is."""
    counts = {
        name: value
        for name, value in asdict(found).items()
        if name not in ("pairs", "plans") and isinstance(value, int)
    }
    return {
        "format": FORMAT,
        "counts": counts,
        "pairs": [{**asdict(pair), "run": len(pair.run)} for pair in found.pairs],
        "plans": [{**asdict(shares), "share": shares.share} for shares in found.plans],
    }


def overlap(found: Overlap, m: Messages) -> tuple[Table, ...]:
    """The plans that share most, the pairs of commitments, and how to read them."""
    plans = [_plans(shares, m) for shares in found.plans]
    pairs = [_pair(pair, m) for pair in found.pairs]
    shown = shown_of(len(plans), found.plan_pairs, m), shown_of(len(pairs), found.found, m)
    return (
        table(
            m, "corpus_plans", ("plan_a", "plan_b", "shared_a", "shared_b", "verbatim", "run"), plans, shown=shown[0]
        ),
        table(m, "corpus_pairs", ("plan_a", "text_a", "plan_b", "text_b", "how"), pairs, shown=shown[1]),
        Table("notes", m("corpus_overlap.notes"), ("",), tuple((line,) for line in notes(found, m))),
    )


def overlap_rows(found: Overlap, m: Messages) -> Table:
    """One row a pair, its texts whole."""
    columns = (
        *("plan_a", "key_a", "text_a", "plan_b", "key_b", "text_b"),
        *("similarity", "probability", "how", "judged_by", "copies"),
    )
    listed = [
        (
            *(pair.a.plan, pair.a.key, pair.a.text, pair.b.plan, pair.b.key, pair.b.text),
            *(f"{pair.similarity:.3f}", f"{pair.probability:.3f}"),
            m("corpus_how." + pair.how),
            m("corpus_overlap.evidence" if pair.exact else "corpus_overlap.estimate"),
            str(pair.copies or ""),
        )
        for pair in found.pairs
    ]
    return table(m, "corpus_pairs", columns, listed, shown=shown_of(len(listed), found.found, m))


def shown_of(shown: int, found: int, m: Messages) -> str:
    """All 12, or the first 50 of 1,234 and how to see the rest."""
    return m("corpus_shown.all" if shown >= found else "corpus_shown.some", shown=f"{shown:,}", found=f"{found:,}")


def notes(found: Overlap, m: Messages) -> list[str]:
    """What was compared, what was set aside, and what the probabilities rest on."""
    told = [m("corpus_overlap.having", having=f"{found.having:,}", of=f"{found.of:,}"), m("corpus_overlap.rests")]
    counted = ("stock", "struck", "estimated", "passed_over", "unplaced")
    told += [m("corpus_overlap." + name, count=f"{count:,}") for name in counted if (count := getattr(found, name))]
    return told


def _plans(shares: Shares, m: Messages) -> tuple[str, ...]:
    held = [
        m("corpus_overlap.share", count=n, size=size, percent=f"{n / max(size, 1):.0%}")
        for n, size in zip(shares.shared, shares.size, strict=True)
    ]
    run = shares.run if len(shares.run) <= _RUN else f"{shares.run[:_RUN]}…"
    copied = str(shares.verbatim or "")
    return shares.a, shares.b, *held, copied, f"{run}（{len(shares.run)}）" if run else ""


def _pair(pair: Pair, m: Messages) -> tuple[str, ...]:
    sides = [
        text
        for unit in (pair.a, pair.b)
        for text in (f"{unit.plan}\n{unit.key}", Cell(one_line(unit.text), plan=unit.plan, keys=[unit.key]))
    ]
    by = "" if pair.exact or pair.how != "same" else m("corpus_overlap.about")
    more = f"\n{m('corpus_overlap.copies', count=f'{pair.copies:,}')}" if pair.copies else ""
    return *sides, f"{m('corpus_how.' + pair.how)}\n{by}{probability(pair.probability)}{more}"


# --- themes ---------------------------------------------------------------------------------------------------------


def themes_row(found: Themes) -> Row:
    """Every theme shown with all its commitments, and the counts of what there is."""
    counts = {name: value for name, value in asdict(found).items() if isinstance(value, int)}
    return {"format": FORMAT, "counts": counts, "themes": [asdict(theme) for theme in found.themes]}


def themes(found: Themes, m: Messages) -> tuple[Table, ...]:
    """One row a theme, those in most places first, and how to read them."""
    columns = ("theme", "places", "plans", "first", "spread", "typical")
    told = [_theme(theme, m) for theme in found.themes]
    lines = [m("corpus_themes.grouped", inside=f"{found.inside:,}", of=f"{found.commitments:,}")]
    lines += [
        m("corpus_themes." + name, count=f"{count:,}")
        for name in ("apart", "undated")
        if (count := getattr(found, name))
    ]
    return (
        table(m, "corpus_themes", columns, told, shown=shown_of(len(told), found.found, m)),
        Table("notes", m("corpus_overlap.notes"), ("",), tuple((line,) for line in lines)),
    )


def themes_rows(found: Themes, m: Messages) -> Table:
    """One row a commitment of a theme, its text whole."""
    columns = ("theme", "order", "plan", "key", "text")
    listed = [
        (theme.label, str(n), unit.plan, unit.key, unit.text)
        for n, theme in enumerate(found.themes, 1)
        for unit in theme.units
    ]
    return table(m, "corpus_themes", columns, listed, shown=shown_of(len(found.themes), found.found, m))


def _theme(theme: Theme, m: Messages) -> tuple[str, ...]:
    spread = "\n".join(f"{year}  {having}/{of}" for year, having, of in theme.spread)
    text = f"{theme.likest.plan} {theme.likest.key}\n{one_line(theme.likest.text)}"
    return (
        theme.label,
        f"{len(theme.places)}\n{_named(theme.places, m)}",
        m("corpus_themes.plans", plans=theme.plans, commitments=len(theme.units)),
        _first(theme, m),
        spread,
        Cell(text, plan=theme.likest.plan, keys=[theme.likest.key]),
    )


def _first(theme: Theme, m: Messages) -> str:
    """2023 深圳市; 2021（或更早） 海曙区、全国（同年）."""
    if theme.year is None:
        return m("corpus_themes.no_year")
    year = m("lineage.or_before", year=theme.year) if theme.or_before else str(theme.year)
    tie = m("corpus_themes.tie") if len(theme.first) > 1 else ""
    return f"{year}\n{_named(theme.first, m)}{tie}"


def _named(places: tuple[str, ...], m: Messages) -> str:
    more = len(places) - _PLACES
    return m.join(list(places[:_PLACES])) + (m("corpus_themes.more", count=more) if more > 0 else "")


# --- track ----------------------------------------------------------------------------------------------------------


def track_row(found: Track) -> Row:
    """Every point with its value in base units, and what was left out."""
    return {
        "format": FORMAT,
        "indicator": found.indicator,
        "plans": found.plans,
        "points": [_point(point) for point in found.points],
        "names": [{"indicator": name, "unit": unit, "count": n} for name, unit, n in found.names],
        "without": list(found.without),
        "left_out": dict(found.left_out),
        "nearest": list(found.nearest),
    }


def _point(point: Point) -> Row:
    t = point.target
    low, high = (None if end is None else float(end) for end in (t.quantity.lo, t.quantity.hi))
    return {
        "place": point.place,
        "year": point.year,
        "plan": point.plan,
        "key": t.key,
        "indicator": t.indicator,
        "value_text": point.text,
        "lo": low,
        "hi": high,
        "unit": t.quantity.unit,
        "cmp": t.quantity.bound,
        "measure": t.measure,
        "scope": t.scope,
        "start": t.span.start,
        "end": t.span.end,
        "in_line": point.in_line,
    }


def track(found: Track, m: Messages, limit: int) -> tuple[Table, ...]:
    """One row a place, one column a year; what plans call the indicator, and what is not shown and why."""
    years = sorted({point.year for point in found.points if point.year is not None})
    columns = [*map(str, years), *([m("corpus_track.no_year")] if any(p.year is None for p in found.points) else [])]
    shown = found.places[:limit] if limit else found.places
    listed = [(place, *(_cells(found, place, year, m) for year in [*years, None][: len(columns)])) for place in shown]
    title = m("title.corpus_track", indicator=found.indicator, shown=shown_of(len(shown), len(found.places), m))
    return (
        Table("corpus_track", title, (*headers(m, ("place",)), *columns), tuple(listed)),
        Table("notes", m("corpus_overlap.notes"), ("",), tuple((line,) for line in _told(found, m))),
    )


def track_rows(found: Track, m: Messages) -> Table:
    """One row a number."""
    columns = ("place", "year", "plan", "key", "indicator", "value", "lo", "hi", "unit", "bound", "measure", "in_line")
    listed = [
        (
            *(point.place, str(point.year or ""), point.plan, point.target.key, point.target.indicator, point.text),
            *("" if end is None else str(end) for end in (point.target.quantity.lo, point.target.quantity.hi)),
            *(point.target.quantity.unit, point.target.quantity.bound, m("measure." + point.target.measure)),
            m("corpus_track.yes" if point.in_line else "corpus_track.no"),
        )
        for point in found.points
    ]
    title = m("title.corpus_track", indicator=found.indicator, shown=shown_of(len(found.places), len(found.places), m))
    return Table("corpus_track", title, headers(m, columns), tuple(listed))


def _cells(found: Track, place: str, year: int | None, m: Messages) -> str:
    here = [point for point in found.points if (point.place, point.year) == (place, year)]
    return "\n".join(f"{_written(point, m)}\n{point.plan} {point.target.unit_key}" for point in here)


def _written(point: Point, m: Messages) -> str:
    """不少于30张 as written, with the unit where a table keeps it apart; marked where it counts something else."""
    unit = point.target.quantity.unit
    told = point.text if unit in simplified(point.text) else f"{point.text}（{unit}）"
    return told if point.in_line else f"{told}{m('corpus_track.mark')}"


def _told(found: Track, m: Messages) -> list[str]:
    if not found.points:
        nearest = m("closing.nearest", names=m.join(list(found.nearest))) if found.nearest else ""
        return [m("corpus_track.nowhere", plans=found.plans), *filter(None, [nearest])]
    names = [f"{name}（{unit}）{count}" for name, unit, count in found.names]
    lines = [m("corpus_track.found", having=len(found.points), plans=found.plans, names=m.join(names))]
    if apart := sum(not point.in_line for point in found.points):
        lines.append(m("corpus_track.apart", count=apart, mark=m("corpus_track.mark")))
    if found.left_out:
        why = m.join([f"{m('corpus_left_out.' + name)} {count}" for name, count in found.left_out])
        lines.append(m("corpus_track.left_out", why=why))
    if found.without:
        named = m.join(list(found.without[:_PLACES])) + m("corpus_track.more") * (len(found.without) > _PLACES)
        lines.append(m("corpus_track.without", count=len(found.without), names=named))
    return lines


# --- search ---------------------------------------------------------------------------------------------------------


def search_row(found: Search) -> Row:
    """Every hit shown and the counts of all."""
    return {"format": FORMAT, **asdict(found)}


def search(found: Search, m: Messages) -> tuple[Table, ...]:
    """One row a passage."""
    listed = [
        (
            f"{hit.plan}\n{hit.key}" + (f"\n{m('corpus_search.copies', count=hit.copies)}" if hit.copies else ""),
            m("corpus_kind." + hit.kind),
            Cell(one_line(hit.text), plan=hit.plan, keys=[hit.key]),
            f"{m('corpus_found.' + hit.how)}\n{probability(hit.similarity)}",
        )
        for hit in found.hits
    ]
    lines = [m("corpus_search.plans", plans=f"{found.plans:,}", of=f"{found.of:,}")]
    lines += [m("corpus_search.names", names=m.join(list(found.names)))] if found.names else []
    shown = shown_of(len(listed), found.found, m)
    return (
        table(m, "corpus_search", ("plan", "item", "text", "how"), listed, query=found.query, shown=shown),
        Table("notes", m("corpus_overlap.notes"), ("",), tuple((line,) for line in lines)),
    )


def search_rows(found: Search, m: Messages) -> Table:
    """One row a passage, its text whole."""
    columns = ("plan", "key", "copies", "item", "text", "how", "similarity")
    listed = [
        (
            *(h.plan, h.key, str(h.copies or ""), m("corpus_kind." + h.kind), h.text, m("corpus_found." + h.how)),
            f"{h.similarity:.3f}",
        )
        for h in found.hits
    ]
    shown = shown_of(len(listed), found.found, m)
    return table(m, "corpus_search", columns, listed, query=found.query, shown=shown)
