"""What is asked of a corpus as tables and as JSON: how much is shown of how much there is stands in every title."""

from __future__ import annotations

from dataclasses import asdict

from planlens.corpus.overlap import Overlap, Pair, Shares
from planlens.corpus.themes import Theme, Themes
from planlens.model import Table
from planlens.report.cells import Cell
from planlens.report.json import FORMAT, Row
from planlens.report.look import one_line
from planlens.report.messages import Messages
from planlens.report.places import probability
from planlens.report.tables import table

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
        "plan_a",
        "key_a",
        "text_a",
        "plan_b",
        "key_b",
        "text_b",
        "similarity",
        "probability",
        "how",
        "judged_by",
    )
    listed = [
        (
            *(pair.a.plan, pair.a.key, pair.a.text, pair.b.plan, pair.b.key, pair.b.text),
            *(f"{pair.similarity:.3f}", f"{pair.probability:.3f}"),
            m("corpus_how." + pair.how),
            m("corpus_overlap.evidence" if pair.exact else "corpus_overlap.estimate"),
        )
        for pair in found.pairs
    ]
    return table(m, "corpus_pairs", columns, listed, shown=shown_of(len(listed), found.found, m))


def shown_of(shown: int, found: int, m: Messages) -> str:
    """All 12, or the first 50 of 1,234 and how to see the rest."""
    return m("corpus_shown.all" if shown >= found else "corpus_shown.some", shown=f"{shown:,}", found=f"{found:,}")


def notes(found: Overlap, m: Messages) -> list[str]:
    """What was compared, what was set aside, and what the probabilities rest on."""
    told = [m("corpus_overlap.having", having=f"{found.having:,}", of=f"{found.of:,}")]
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
    return *sides, f"{m('corpus_how.' + pair.how)}\n{by}{probability(pair.probability)}"


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
