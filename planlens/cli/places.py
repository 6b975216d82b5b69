"""Commands about plans of several places and levels: coverage, check, overlap, trace, adoption."""

from __future__ import annotations

import click

from planlens.cli.options import cli, complete_plan, meaning_options, plan_argument, plot_option, reporting, sections_of
from planlens.cli.run import CHANGED, OK, Run


@cli.command()
@plan_argument("draft")
@click.argument("peers", metavar="", nargs=-1, shell_complete=complete_plan)
@click.option("--goals", metavar="PLAN", help="The plan of the level above that the draft is to answer.")
@click.option("--last", metavar="PLAN", help="Last year's plan of the same place.")
@click.option("--peers", "first", metavar="PLAN...", multiple=True, help="Plans of other places.")
@click.option("--fail-on", type=click.Choice(("error", "warning")), help="Exit with 1 where there is one (or worse).")
@meaning_options
@reporting
def check(
    run: Run,
    draft: str,
    goals: str | None,
    last: str | None,
    first: tuple[str, ...],
    peers: tuple[str, ...],
    fail_on: str | None,
) -> int:
    """Look a draft through before it goes up.

    Within it: one indicator with two values, figures that do not add up, bodies or deadlines missing, old names of
    bodies, broken numbering. Beside others: goals not answered, numbers below last year's, what most peers have.
    """
    from planlens.check import check as look_through
    from planlens.report import check as report

    if peers and not first:
        raise click.UsageError(f"one DRAFT at a time; {peers[0]} goes behind --goals, --last or --peers")
    (found,) = run.read([draft])
    above, before = (run.read([name])[0] if name is not None else None for name in (goals, last))
    beside = run.read((*first, *peers)) if first else []
    made = look_through(found, goals=above, last=before, peers=beside, encoder=run.encoder, lexicon=run.lexicon)
    result = run.told(made)
    run.report(
        json=lambda: report.json(result, run.m),
        csv=lambda: [report.rows(result, run.m)],
        tables=lambda: report.tables(result, run.m),
        result=result,
    )
    return CHANGED if report.fails(result, fail_on) else OK


@cli.command()
@plan_argument("goals")
@plan_argument("plan", nargs=-1, required=True)
@click.option("--only", metavar="LIST", help="Sections to list: matrix,gaps,cascade,unasked,apart.")
@meaning_options
@plot_option
@reporting
def coverage(run: Run, goals: str, plan: tuple[str, ...], only: str | None) -> None:
    """Say how plans answer the goals of the level above.

    For every goal of GOALS, number or task: whether each PLAN exceeds, meets or misses it, where, and what comes
    nearest; then the gaps, what no goal asks for, and the same indicator at every level (层层加码).
    """
    from planlens.coverage import cover
    from planlens.report import coverage as told

    asked = sections_of(only, run.form, told.SECTIONS)
    (above,) = run.read([goals])
    plans = [found for name in plan for found in run.read([name])]
    made = run.told(cover(above, plans, run.lexicon, encoder=run.encoder))
    run.report(
        json=lambda: told.as_json(made),
        csv=lambda: [told.rows(made, run.m)],
        tables=lambda: told.tables(made, run.m, only=asked or told.SECTIONS, full=run.look.full),
        result=made,
    )


@cli.command()
@plan_argument("plan", nargs=-1, required=True)
@click.option("--above", multiple=True, metavar="PLAN", help="A plan of a region above (else those of the library).")
@click.option("--only", metavar="LIST", help="Sections: matrix,themes,pairs,above,unique,stock,clauses,weak.")
@meaning_options
@plot_option
@reporting
def overlap(run: Run, plan: tuple[str, ...], above: tuple[str, ...], only: str | None) -> None:
    """Say what plans of different places share, and what each has alone.

    Commitments to the same instrument or action, whatever a place calls it; who promises more; themes with who has
    them, lacks them and had them first; stock phrases and what comes from the plan above set apart.
    """
    from planlens.overlap import check
    from planlens.overlap import overlap as find
    from planlens.report import overlap as told

    asked = sections_of(only, run.form, told.SECTIONS)
    plans = [found for name in plan for found in run.read([name])]
    check(plans)
    uppers = [found for name in above for found in run.read([name])] if above else run.uppers(plans)
    made = run.told(find(plans, above=uppers, lexicon=run.lexicon, encoder=run.encoder))
    run.report(
        json=lambda: told.as_json(made),
        csv=lambda: [told.rows(made, run.m)],
        tables=lambda: told.tables(
            made, run.m, only=asked or (told.SECTIONS if run.look.full else told.SHOWN), full=run.look.full
        ),
        result=made,
    )


@cli.command()
@click.argument("query", metavar="PHRASE|PLAN:KEY")
@plan_argument("plan", nargs=-1)
@meaning_options
@reporting
def trace(run: Run, query: str, plan: tuple[str, ...]) -> None:
    """Follow one commitment through years and places: a phrase, or one commitment by its key.

    Through the plans named, else through the whole library: who says it and since when, what became of it from one
    plan of a place to the next, its numbers.
    """
    from planlens.lineage import lineage
    from planlens.report import json
    from planlens.report import lineage as told

    found = run.told(lineage(query, run.read_all(plan), lexicon=run.lexicon, encoder=run.encoder))
    run.report(json=lambda: json.lineage(found), tables=lambda: told.tables(found, run.m))


@cli.command()
@plan_argument("plan", nargs=-1)
@plot_option
@reporting
def adoption(run: Run, plan: tuple[str, ...]) -> None:
    """Tell which place names which instrument first, over the plans named or the whole library."""
    from planlens.lineage import adoption as adopted
    from planlens.report import json
    from planlens.report import lineage as told

    found = adopted(run.read_all(plan))
    run.report(json=lambda: json.adoption(found), tables=lambda: told.adoption(found, run.m), result=tuple(found))
