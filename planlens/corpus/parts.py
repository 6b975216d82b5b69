"""Gives the plans of a corpus their ids, cuts their list into parts, and writes the parts that are not there yet.

A part ends after a plan whose id says so (a digest of it), so that one file more or less changes one part, and the
same files give the same bytes however they came together: content-defined chunking (Muthitacharoen et al., LBFS 2001).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from planlens.corpus import rows, schema
from planlens.corpus.earlier import Stage, Standing
from planlens.corpus.schema import TABLES
from planlens.corpus.sources import Job, shown
from planlens.corpus.store import File, Part, short_digest
from planlens.errors import OutputError
from planlens.files import write_atomically
from planlens.library import UNSAFE_IN_ID, free_id
from planlens.model import PlanInfo

_PLANS_A_PART = 64  # on average: a few MB of Parquet, read in a few ms
_LARGEST_PART = 8_000_000  # characters, from which on a part ends anyway: 400 plans of the usual length
_DIGEST_IN_ID = 8  # hexadecimal digits that tell plans of one name apart


@dataclass(frozen=True, slots=True)
class Card:
    """A plan that has been read: what its id is made of, and its length."""

    job: Job
    info: PlanInfo
    characters: int
    plan: str = ""


def pack(root: Path, jobs: Sequence[Job], standing: Standing, stage: Stage, settings: str) -> list[Part]:
    """The parts of all plans in order of ids: those that stand there already, and the others written.

    Raises OutputError where one cannot be written.
    """
    made = []
    for cards in _runs(ids(_cards(jobs, standing, stage))):
        name = f"part-{_name(cards, settings)}"
        plans = (_tables(card, standing, stage) for card in cards)
        made.append(standing.parts.get(name) or _written(root, name, list(plans)))
    return made


def _cards(jobs: Sequence[Job], standing: Standing, stage: Stage) -> list[Card]:
    """What is known of every plan, in no order."""
    names = ["plan", *rows.ABOUT, "origin", "characters", "reading"]
    waiting = {job.reading: job for job in jobs}
    told = (row for row in standing.about(names) if row["reading"] in waiting)
    cards = [Card(waiting.pop(row["reading"]), rows.info(row), row["characters"]) for row in told]
    for job in waiting.values():
        row = stage.about(job.reading, names)
        cards.append(Card(job, rows.info(row, "-"), row["characters"]))
    return cards


def ids(cards: Sequence[Card]) -> list[Card]:
    """The cards with the ids of their plans, in order of these.

    An id is the one of the catalogue, else what `add` would propose: 深圳-2025, or the name of a file that is named by
    its years. Plans of one id take the longer one (深圳-2025-卫生健康工作要点), and where that is the same too, the
    digest of the file behind it: an id depends on the plans that share it and on nothing else.
    """
    left, taken, named = [(card, _proposed(card)) for card in cards], set[str](), list[Card]()
    for step, catalogued in ((0, True), (0, False), (1, False), (2, False)):
        asked = [item for item in left if not catalogued or item[0].job.source.entry]
        names = Counter(proposed[step].casefold() for _, proposed in asked)
        given = [item for item in asked if names[name := item[1][step].casefold()] == 1 and name not in taken]
        named += [replace(card, plan=proposed[step]) for card, proposed in given]
        taken |= names.keys()
        done = {card.job.reading for card, _ in given}
        left = [item for item in left if item[0].job.reading not in done]
    named += [replace(card, plan=f"{proposed[1]}-{card.job.sha256}") for card, proposed in left]
    return sorted(named, key=lambda card: card.plan)


def _proposed(card: Card) -> tuple[str, str, str]:
    """The id that is tried first, second and third."""
    entry, digest = card.job.source.entry, card.job.sha256[:_DIGEST_IN_ID]
    if entry is not None:
        return entry.info.id, entry.info.id, f"{entry.info.id}-{digest}"
    first = second = UNSAFE_IN_ID.sub("-", Path(shown(card.job.source.path)).stem).strip("-._") or "plan"
    if card.info.start_year is not None:
        info = replace(card.info, id=first)
        first = free_id(info, ())
        longer = free_id(info, {first.casefold()})
        second = first if longer == f"{first}-2" else longer  # there is no longer one, only a count
    return first, second, f"{second}-{digest}"


def _runs(cards: Sequence[Card]) -> Iterator[list[Card]]:
    """Plans that stand in one part."""
    run: list[Card] = []
    size = 0
    for card in cards:
        run.append(card)
        size += card.characters
        ends = int(short_digest(card.plan), 16) % _PLANS_A_PART == 0
        if ends or size >= _LARGEST_PART:
            yield run
            run, size = [], 0
    if run:
        yield run


def _name(cards: Sequence[Card], settings: str) -> str:
    """What the bytes of a part depend on, as 16 hexadecimal digits."""
    told = [(card.plan, card.job.reading, card.job.source.path, card.job.copies) for card in cards]
    return short_digest(settings, repr(told))[:16]


def _tables(card: Card, standing: Standing, stage: Stage) -> dict[str, Any]:
    """The rows of one plan in the four tables, under its id, its source and copies as they are now."""
    pa = schema.pyarrow()
    reading, source, copies = card.job.reading, shown(card.job.source.path), list(map(shown, card.job.copies))
    tables = standing.tables(reading) if reading in standing.homes else stage.tables(reading)
    own = {"source": pa.array([source]), "copies": pa.array([copies], pa.list_(pa.string()))}
    made = {}
    for name in TABLES:
        named = pa.repeat(pa.scalar(card.plan, pa.string()), tables[name].num_rows)
        made[name] = _with(tables[name], name, {"plan": named, **(own if name == "plans" else {})})
    return made


def _with(table: Any, name: str, columns: Mapping[str, Any]) -> Any:
    """A table of the schema `name`, some of its columns given anew."""
    fields = schema.arrow(name)
    arrays = [columns[field.name] if field.name in columns else table[field.name] for field in fields]
    return schema.pyarrow().table(arrays, schema=fields)


def _written(root: Path, name: str, plans: Sequence[Mapping[str, Any]]) -> Part:
    """Write the four files of a part, that of plans last."""
    pa = schema.pyarrow()
    files: dict[str, File] = {}
    for table in reversed(TABLES):
        whole = pa.concat_tables([plan[table] for plan in plans]).combine_chunks()
        sink = pa.BufferOutputStream()
        pa.parquet.write_table(whole, sink, compression="zstd", write_page_checksum=True)
        data = bytes(sink.getvalue())
        try:
            (root / table).mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(f"{root / table}: cannot be made ({error.strerror or error})") from None
        write_atomically(root / table / f"{name}.parquet", data)
        files[table] = File(whole.num_rows, len(data), hashlib.sha256(data).hexdigest())
    return Part(name, {table: files[table] for table in TABLES})
