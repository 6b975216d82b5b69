"""A corpus from files: what it holds, only what is new is read, the same files give the same bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("duckdb")

from planlens.corpus import store
from planlens.corpus.build import build
from planlens.corpus.scheduler import Here
from planlens.library import Library

SAMPLES = Path(__file__).parents[1] / "samples"
PLAN = "{place}{year}年卫生健康工作要点\n\n一、队伍\n（一）引才。引进人才{count}名。\n（二）培训。年底前{count}人次。\n"


def plans(folder: Path, count: int, first: int = 0) -> Path:
    """A folder of small plans, one a year."""
    folder.mkdir(exist_ok=True)
    for n in range(first, first + count):
        text = PLAN.format(place="中山市", year=2000 + n, count=n + 1)
        (folder / f"{n}.txt").write_text(text, "utf-8")
    return folder


def bytes_of(folder: Path) -> dict[str, str]:
    """Every file of a corpus with the digest of its bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_plan_of_a_corpus_is_the_plan_that_was_read(tmp_path: Path) -> None:
    build([str(SAMPLES)], tmp_path / "corpus", scheduler=Here())
    corpus, library = store.open(tmp_path / "corpus"), Library.open(SAMPLES)
    assert {info.id for info in corpus.plans()} == {entry.info.id for entry in library.entries}
    for entry in library.entries:
        assert corpus.plan(entry.info.id) == library.read(entry)
