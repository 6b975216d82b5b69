"""The commands as calls: plans named as on the command line go in, results that make frames come out.

A plan is named by its id, a year or period, or a path. `library`, `region` and `lexicon` mean what the options of the
same names do, and so do `reviewed=False` (--no-reviewed) and `semantic=False` (--no-semantic). What cannot be read or
compared raises a child of PlanlensError with one line that says what, where and what to do.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from planlens import frames, model, results
from planlens.lexicon import Lexicon
from planlens.lexicon import load as load_lexicon
from planlens.library import Library
from planlens.results import Rows
from planlens.traditional import as_written

if TYPE_CHECKING:
    from planlens.lineage import Adopted
    from planlens.semantic import Encoder

Name = str | os.PathLike[str]


def diff(
    old: Name,
    new: Name,
    *,
    library: Name | None = None,
    region: str | None = None,
    reviewed: bool = True,
    alignments: Name | None = None,
    lexicon: Name | None = None,
    semantic: bool = True,
) -> results.Comparison:
    """What changed from one plan to another: what `planlens diff OLD NEW` reports.

    `reviewed`: whether links that a person has reviewed outrank what is found; `alignments` is the folder of such
    links, else the one by the library.

    >>> d = diff("2023", "2025", library="samples", reviewed=False, semantic=False)
    >>> d.shifts.to_frame().query("indicator == '新增社康机构'")[["old_value", "new_value"]].values.tolist()
    [['35家', '30家以上']]
    """
    from planlens.alignments import decided, homes
    from planlens.recall import compared

    shelf, words = Library.open(library), _words(lexicon)
    first, second = (shelf.read(entry, words) for entry in shelf.pair(str(old), str(new), region=region))
    chosen = None if alignments is None else str(alignments)
    folders = homes(shelf.folder, shipped=shelf.shipped, chosen=chosen) if reviewed else ()
    settled = decided(folders, first, second).settled
    found = as_written(compared(first, second, settled, encoder=_encoder(semantic), lexicon=words))
    return results.made(
        results.Comparison,
        replace(found, old=_framed(found.old), new=_framed(found.new)),
        links=frames.links,
        changes=frames.changes,
        shifts=frames.shifts,
    )


def read(
    name: Name, *, library: Name | None = None, region: str | None = None, lexicon: Name | None = None
) -> results.Plan:
    """One plan, read: what `planlens show PLAN` tells of.

    >>> plan = read("shenzhen-2025", library="samples")
    >>> plan.commitments[0].key, len(plan.targets.to_frame()) == len(plan.targets)
    ('一/一#1', True)
    """
    shelf = Library.open(library)
    return _framed(as_written(shelf.read(shelf.find(str(name), region=region), _words(lexicon))))


def coverage(
    goals: Name,
    *plans: Name,
    library: Name | None = None,
    region: str | None = None,
    lexicon: Name | None = None,
    semantic: bool = True,
) -> results.Coverage:
    """How plans answer the goals of the level above: what `planlens coverage GOALS PLAN…` reports.

    >>> found = coverage("guangdong-2021-2025", "shenzhen-2025", library="samples", semantic=False)
    >>> "absent" in set(found.rows.to_frame().verdict)
    True
    """
    from planlens.coverage import cover

    words = _words(lexicon)
    above, *below = _plans((goals, *plans), library, region, words)
    found = as_written(cover(above, below, words, encoder=_encoder(semantic)))
    return results.made(results.Coverage, found, rows=frames.coverage)


def check(
    draft: Name,
    *,
    goals: Name | None = None,
    last: Name | None = None,
    peers: tuple[Name, ...] | list[Name] = (),
    library: Name | None = None,
    region: str | None = None,
    lexicon: Name | None = None,
    semantic: bool = True,
) -> results.Check:
    """A draft looked through before it goes up: what `planlens check DRAFT` reports."""
    from planlens.check import check as look_through

    words = _words(lexicon)

    def held(name: Name | None) -> model.Plan | None:
        return None if name is None else _plans((name,), library, region, words)[0]

    (plan,) = _plans((draft,), library, region, words)
    beside = _plans(peers, library, region, words) if peers else []
    encoder = _encoder(semantic)
    found = look_through(plan, goals=held(goals), last=held(last), peers=beside, encoder=encoder, lexicon=words)
    return results.made(results.Check, as_written(found), findings=frames.findings)


def overlap(
    *plans: Name,
    above: tuple[Name, ...] | list[Name] = (),
    library: Name | None = None,
    region: str | None = None,
    lexicon: Name | None = None,
    semantic: bool = True,
) -> results.Overlap:
    """What plans of different places share: what `planlens overlap PLAN PLAN…` reports.

    `above`: plans of regions above, else those that the library has.
    """
    from planlens.overlap import check as refuse
    from planlens.overlap import overlap as find

    words = _words(lexicon)
    read_plans = _plans(plans, library, region, words)
    refuse(read_plans)
    shelf = Library.open(library)
    uppers = shelf.all(list(map(str, above)), region=region) if above else shelf.uppers(read_plans)
    over = [shelf.read(entry, words) for entry in uppers]
    found = as_written(find(read_plans, above=over, lexicon=words, encoder=_encoder(semantic)))
    return results.made(results.Overlap, found, pairs=frames.pairs, themes=frames.themes, matrix=frames.matrix)


def track(
    indicator: str,
    *plans: Name,
    library: Name | None = None,
    region: str | None = None,
    lexicon: Name | None = None,
) -> results.Track:
    """One indicator through plans, one headline target each: what `planlens track INDICATOR PLAN…` reports.

    >>> found = track("新增社康机构", "shenzhen-2023", "shenzhen-2025", library="samples")
    >>> found.points.to_frame()[["year", "value_text"]].values.tolist()
    [[2023, '35家'], [2025, '30家以上']]
    """
    from planlens.track import track as follow

    found = as_written(follow(indicator, _plans(plans, library, region, _words(lexicon))))
    return results.made(results.Track, found, points=frames.points)


def trace(
    query: str,
    *plans: Name,
    library: Name | None = None,
    region: str | None = None,
    lexicon: Name | None = None,
    semantic: bool = True,
) -> results.Lineage:
    """One commitment through years and places: what `planlens trace PHRASE|PLAN:KEY PLAN…` reports.

    Through the plans named, else through the whole library.
    """
    from planlens.lineage import lineage

    words = _words(lexicon)
    found = as_written(lineage(query, _all(plans, library, region, words), lexicon=words, encoder=_encoder(semantic)))
    return results.made(results.Lineage, found, appearances=frames.appearances, steps=frames.steps, lines=frames.lines)


def adoption(
    *plans: Name, library: Name | None = None, region: str | None = None, lexicon: Name | None = None
) -> Rows[Adopted]:
    """Which place names which instrument first: what `planlens adoption` reports."""
    from planlens.lineage import adoption as adopted

    found = adopted(_all(plans, library, region, _words(lexicon)))
    return Rows(found, partial(frames.adoption, found))


def plans(*, library: Name | None = None, region: str | None = None) -> Rows[model.PlanInfo]:
    """What the catalogue of a library says of its plans: what `planlens plans` lists, unread.

    >>> [info.id for info in plans(library="samples", region="中山市")]
    ['zhongshan-2023']
    """
    found = tuple(entry.info for entry in Library.open(library).of_region(region))
    return Rows(found, partial(frames.plans, found))


def _framed(plan: model.Plan) -> results.Plan:
    lists = {"clauses": frames.clauses, "commitments": frames.commitments, "targets": frames.targets}
    return results.made(results.Plan, plan, **lists)


def _words(lexicon: Name | None) -> Lexicon:
    return load_lexicon(None if lexicon is None else Path(lexicon))


def _encoder(semantic: bool) -> Encoder | None:
    from planlens.semantic import installed

    return installed() if semantic else None


def _plans(
    names: tuple[Name, ...] | list[Name], library: Name | None, region: str | None, words: Lexicon
) -> list[model.Plan]:
    """The plans named, in their order."""
    shelf = Library.open(library)
    return [shelf.read(entry, words) for entry in shelf.all([str(name) for name in names], region=region)]


def _all(names: tuple[Name, ...], library: Name | None, region: str | None, words: Lexicon) -> list[model.Plan]:
    """The plans named, else every plan of the library or of its region asked for."""
    if names:
        return _plans(names, library, region, words)
    shelf = Library.open(library)
    return [shelf.read(entry, words) for entry in shelf.of_region(region)]
