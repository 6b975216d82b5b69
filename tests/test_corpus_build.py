"""A corpus from files: what it holds, only what is new is read, the same files give the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("duckdb")

import pyarrow.parquet as pq

from planlens import cli
from planlens.corpus import schema, store
from planlens.corpus.build import Built, build
from planlens.corpus.parts import ids
from planlens.corpus.scheduler import Here, Pool, Scheduler
from planlens.corpus.store import TABLES
from planlens.errors import CorpusError, InputError, OutputError
from planlens.library import Library

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples"
PLAN = "{place}{year}年卫生健康工作要点\n\n一、队伍\n（一）引才。引进人才{count}名。\n（二）培训。年底前{count}人次。\n"


def plans(folder: Path, count: int, first: int = 0) -> Path:
    """A folder of small plans, one a year."""
    folder.mkdir(exist_ok=True)
    for n in range(first, first + count):
        text = PLAN.format(place="中山市", year=2000 + n % 80, count=n + 1)
        (folder / f"{n:03d}.txt").write_text(text, "utf-8")
    return folder


def made(source: Path | str, corpus: Path, scheduler: Scheduler | None = None, **options: Any) -> Built:
    return build([str(source)], corpus, scheduler=scheduler or Here(), **options)


def bytes_of(folder: Path) -> dict[str, str]:
    """Every file of a corpus with the digest of its bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def run(*arguments: str) -> int:
    return cli.main(arguments)


# --- what it holds --------------------------------------------------------------------------------------------------


def test_a_plan_of_a_corpus_is_the_plan_that_was_read(tmp_path: Path) -> None:
    made(SAMPLES, tmp_path / "corpus")
    corpus, library = store.open(tmp_path / "corpus"), Library.open(SAMPLES)
    assert corpus.plans() == tuple(sorted((entry.info for entry in library.entries), key=lambda info: info.id))
    for entry in library.entries:
        assert corpus.plan(entry.info.id) == library.read(entry)


def test_a_plan_in_traditional_characters_comes_back_too(tmp_path: Path) -> None:
    source = tmp_path / "plans"
    source.mkdir()
    text = "中山市2025年衛生健康工作要點\n\n一、隊伍\n（一）引才。引進人才２０名，覆蓋率達到９０％。\n"
    (source / "a.txt").write_text(text, "utf-8")
    made(source, tmp_path / "corpus")
    corpus, library = store.open(tmp_path / "corpus"), Library.open(SAMPLES)
    (info,) = corpus.plans()
    found, read = corpus.plan(info.id), library.read(library.find(str(source / "a.txt")))
    assert (found.document, found.commitments, found.targets) == (read.document, read.commitments, read.targets)
    (row,) = corpus.table("plans").to_pylist()
    assert row["text"] == text
    for item in corpus.table("commitments").to_pylist():
        assert item["text"] == text[item["start"] : item["end"]]
        assert "引进人才" in item["words"]


def test_rows_say_what_stands_in_the_text(tmp_path: Path) -> None:
    made(SAMPLES, tmp_path / "corpus")
    corpus = store.open(tmp_path / "corpus")
    texts = dict(zip(*(corpus.table("plans")[name].to_pylist() for name in ("plan", "text")), strict=True))
    for name in TABLES[1:]:
        table = corpus.table(name)
        assert table.schema.equals(schema.arrow(name))
        for row in table.to_pylist():
            assert row["text"] == texts[row["plan"]][row["start"] : row["end"]]
        order = table["plan"].to_pylist()
        assert order == sorted(order)
    told = {row["plan"]: row for row in corpus.table("plans").to_pylist()}["haishu-2021-2025"]
    assert (told["city"], told["province"], told["year"], told["end_year"]) == ("宁波市", "浙江省", None, 2025)
    assert told["kind"] == "规划"


def test_every_column_is_documented_as_it_is() -> None:
    """docs/corpus.md lists the columns of data/corpus.toml; this test prints what has to stand there."""
    page = (ROOT / "docs" / "corpus.md").read_text("utf-8")
    for table, columns in schema.columns().items():
        rows = "".join(f"| `{name}` | {kind} | {what} |\n" for name, (kind, what) in columns.items())
        assert f"| {table} | type | what it holds |\n| --- | --- | --- |\n{rows}" in page, rows


def test_other_programs_read_the_tables(tmp_path: Path) -> None:
    """A folder of Parquet files is a table to pandas, and to whatever else reads Parquet."""
    pandas = pytest.importorskip("pandas")
    made(SAMPLES, tmp_path / "corpus")
    corpus = store.open(tmp_path / "corpus")
    for name in TABLES:
        assert len(pandas.read_parquet(tmp_path / "corpus" / name)) == corpus.table(name).num_rows


# --- ids ------------------------------------------------------------------------------------------------------------


def test_ids_do_not_depend_on_order_or_on_what_was_there(tmp_path: Path) -> None:
    source = plans(tmp_path / "plans", 3)
    twin = PLAN.format(place="中山市", year=2000, count=99)
    (source / "zz.txt").write_text(twin, "utf-8")  # the place, year and title of another
    (source / "aa.txt").write_text(twin.replace("工作要点", "工作计划"), "utf-8")
    made(source, tmp_path / "whole")
    found = [info.id for info in store.open(tmp_path / "whole").plans()]
    assert len(set(found)) == 5 and "中山-2001" in found and "中山-2000-卫生健康工作计划" in found
    assert sum(re.fullmatch("中山-2000-卫生健康工作要点-[0-9a-f]{8}", name) is not None for name in found) == 2
    (tmp_path / "list.txt").write_text("\n".join(map(str, sorted(source.iterdir())[:2])), "utf-8")
    made(tmp_path / "list.txt", tmp_path / "grown")
    (tmp_path / "list.txt").write_text("\n".join(map(str, sorted(source.iterdir(), reverse=True))), "utf-8")
    made(tmp_path / "list.txt", tmp_path / "grown")
    assert bytes_of(tmp_path / "grown") == bytes_of(tmp_path / "whole")


def test_no_plans_have_no_ids() -> None:
    assert ids([]) == []


def test_a_catalogue_says_what_a_plan_is(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES, tmp_path / "plans" / "library")
    (tmp_path / "plans" / "other.txt").write_text(PLAN.format(place="深圳市", year=2025, count=3), "utf-8")
    made(tmp_path / "plans", tmp_path / "corpus")
    found = {info.id: info for info in store.open(tmp_path / "corpus").plans()}
    catalogued = {entry.info.id: entry.info for entry in Library.open(SAMPLES).entries}
    assert {name: found[name] for name in catalogued} == catalogued
    assert found.keys() - catalogued.keys() == {"深圳-2025"}


def test_a_list_takes_what_it_names_and_no_more_of_the_library(tmp_path: Path) -> None:
    """The catalogue describes a file of a list; of a folder it also says which files are missing."""
    shutil.copytree(SAMPLES, tmp_path / "library")
    (tmp_path / "list").write_text(str(tmp_path / "library" / "shenzhen-2025.txt"), "utf-8")
    built = made(tmp_path / "list", tmp_path / "corpus")
    assert (built.counts["plans"], built.failures) == (1, ())
    assert store.open(tmp_path / "corpus").plans()[0].level == "city"
    (tmp_path / "library" / "shenzhen-2022.txt").unlink()
    built = made(tmp_path / "library", tmp_path / "corpus")
    assert [failure.why for failure in built.failures] == ["no such file"]
    assert built.counts["plans"] == len(Library.open(SAMPLES).entries) - 1


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names there are characters, not bytes")
def test_names_that_are_no_utf8_and_halves_of_characters(tmp_path: Path) -> None:
    source = plans(tmp_path / "plans", 1)
    for name in ("深圳卫生.txt", "坏\n名.txt"):
        path = os.path.join(os.fsencode(source), name.encode("gb18030"))  # noqa: PTH118  a path of bytes
        with open(path, "w", encoding="utf-8") as stream:  # noqa: PTH123
            stream.write(f"一、队伍\n（一）引才。引进人才{len(name)}名。\n")
    page = "<html><body><p>一、队伍</p><p>（一）引才。&#xD800;引进人才&#55357;3名。</p></body></html>"
    (source / "half.html").write_text(page, "utf-8")
    assert made(source, tmp_path / "corpus").failures == ()
    told = store.open(tmp_path / "corpus").table("plans").to_pylist()
    assert f"{source}/深圳卫生.txt" in {row["source"] for row in told}
    assert made(source, tmp_path / "corpus").read == 0


# --- only what is new -----------------------------------------------------------------------------------------------


def test_only_new_and_changed_files_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, corpus = plans(tmp_path / "plans", 6), tmp_path / "corpus"
    assert made(source, corpus).read == 6
    before = bytes_of(corpus)
    again = made(source, corpus)
    assert (again.read, again.removed, bytes_of(corpus)) == (0, 0, before)
    plans(source, 2, first=6)
    (source / "001.txt").write_text(PLAN.format(place="中山市", year=2001, count=500), "utf-8")
    (source / "002.txt").unlink()
    changed = made(source, corpus)
    assert (changed.read, changed.removed, changed.counts["plans"]) == (3, 2, 7)
    made(source, tmp_path / "anew")
    assert bytes_of(corpus) == bytes_of(tmp_path / "anew")
    monkeypatch.setattr("planlens.corpus.reading._code", lambda: "another version")
    assert made(source, corpus).read == 7


def test_a_word_list_of_ones_own_reads_all_anew(tmp_path: Path) -> None:
    source, corpus = plans(tmp_path / "plans", 2), tmp_path / "corpus"
    made(source, corpus)
    for name in ("数据局", "数管局"):
        lists = tmp_path / name / "bodies.toml"
        lists.parent.mkdir()
        lists.write_text(f'[renamed]\n"数管办" = "{name}"\n', "utf-8")
        assert made(source, corpus, lexicon=str(lists)).read == 2
    assert "bodies.toml" in store.open(corpus).manifest.lexicon
    assert made(source, corpus, lexicon=str(lists)).read == 0


def test_files_of_the_same_bytes_count_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = plans(tmp_path / "plans", 2)
    shutil.copy(source / "001.txt", source / "copy.txt")
    assert run("corpus", "build", str(source), "-o", str(tmp_path / "corpus"), "--workers", "1") == 0
    assert f"{source}/copy.txt: the same bytes as {source}/001.txt, counted once" in capsys.readouterr().err
    told = {row["source"]: row["copies"] for row in store.open(tmp_path / "corpus").table("plans").to_pylist()}
    assert told == {f"{source}/000.txt": [], f"{source}/001.txt": [f"{source}/copy.txt"]}


def test_hundreds_of_plans_stand_in_several_parts_and_one_more_changes_one(tmp_path: Path) -> None:
    source = plans(tmp_path / "plans", 150)
    made(source, tmp_path / "corpus")
    before = bytes_of(tmp_path / "corpus")
    plans(source, 1, first=150)
    made(source, tmp_path / "corpus")
    now = bytes_of(tmp_path / "corpus")
    parts = {Path(name).name for name in before if name.endswith(".parquet")}
    assert len(parts) > 1
    assert len({Path(name).name for name in before.keys() - now.keys()}) == 1
    found = store.open(tmp_path / "corpus").table("plans", ["plan"])["plan"].to_pylist()
    assert found == sorted(found) and len(found) == 151


# --- the same bytes -------------------------------------------------------------------------------------------------


def test_any_number_of_workers_gives_the_same_bytes(tmp_path: Path) -> None:
    source = plans(tmp_path / "plans", 9)
    made(source, tmp_path / "one")
    with Pool(2) as pool:
        made(source, tmp_path / "two", pool)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


def test_a_build_killed_goes_on(tmp_path: Path) -> None:
    source, corpus = plans(tmp_path / "plans", 40), tmp_path / "corpus"
    made(source, tmp_path / "whole")
    command = [sys.executable, "-m", "planlens", "corpus", "build", str(source), "-o", str(corpus), "--workers", "1"]
    child = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while child.poll() is None and len(list(corpus.glob(".building/*/*.arrow"))) < 5:
        time.sleep(0.005)
    child.send_signal(signal.SIGKILL)
    child.wait()
    with pytest.raises(CorpusError, match="a build was begun and not ended"):
        store.open(corpus)
    kept = len(list(corpus.glob(".building/*/*.arrow")))
    done: list[tuple[int, int]] = []
    assert made(source, corpus, progress=lambda *told: done.append(told)).read == 40
    assert done[0] == (kept, 40) and kept >= 5
    assert bytes_of(corpus) == bytes_of(tmp_path / "whole")


def test_what_a_loss_of_power_leaves_is_read_again(tmp_path: Path) -> None:
    source, corpus = plans(tmp_path / "plans", 3), tmp_path / "corpus"
    made(source, tmp_path / "whole")

    class PowerLossError(Exception):
        pass

    def progress(done: int, count: int) -> None:
        if done == count:
            raise PowerLossError

    with pytest.raises(PowerLossError):
        made(source, corpus, progress=progress)
    first, second, _ = sorted(corpus.glob(".building/*/*.arrow"))
    first.write_bytes(first.read_bytes()[:200])
    second.write_bytes(b"")
    made(source, corpus)
    assert bytes_of(corpus) == bytes_of(tmp_path / "whole")


# --- what goes wrong ------------------------------------------------------------------------------------------------


def test_a_file_that_cannot_be_read_is_said_and_the_rest_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, corpus = plans(tmp_path / "plans", 3), tmp_path / "corpus"
    (source / "large.txt").write_text("一、引进人才30名。\n" * 800, "utf-8")
    (source / "empty.txt").touch()
    (source / "broken.docx").write_bytes(b"PK\x03\x04 nothing")
    (source / "picture.jpg").write_bytes(b"\xff\xd8")
    monkeypatch.setenv("PLANLENS_MAX_BYTES", "20000")
    assert run("corpus", "build", str(source), "-o", str(corpus), "--workers", "2") == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"{corpus} · 3 plans")
    assert f"{source}/empty.txt: the file is empty\n" in said.err
    assert f"{source}/large.txt: " in said.err and "more than the limit" in said.err
    assert f"{source}/broken.docx: " in said.err and "passed over: 1 .jpg" in said.err
    assert "3 plans: 3 read, 0 kept; 0 left, 0 copies, 3 failed" in said.err
    assert run("corpus", "info", str(corpus), "--format", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [Path(failure["source"]).name for failure in told["failures"]] == ["broken.docx", "empty.txt", "large.txt"]

    again = made(source, corpus)  # what cannot be read is tried again, what was read is not
    assert again.read == 0 and len(again.failures) == 3
    monkeypatch.delenv("PLANLENS_MAX_BYTES")
    assert [Path(failure.source).name for failure in made(source, corpus).failures] == ["broken.docx", "empty.txt"]


def test_what_a_limit_refused_is_read_once_it_is_raised_as_the_line_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from planlens.read import html

    source, corpus = plans(tmp_path / "plans", 1), tmp_path / "corpus"
    (source / "a.html").write_text("<h1>2025年计划</h1>" + "<p>引进人才30名。</p>" * 20, "utf-8")
    monkeypatch.setattr(html, "_MOST_TAGS", 20)
    (refused,) = made(source, corpus).failures
    assert refused.why.endswith("or set PLANLENS_LIMITS=3")
    monkeypatch.setenv("PLANLENS_LIMITS", "3")
    built = made(source, corpus)
    assert (built.read, built.failures) == (1, ())


class _Falls(Here):
    """Dies of one file, as a pool does whose worker a library brings down."""

    def each(self, function: Callable[[Any], Any], items: Any) -> Iterator[tuple[int, Any]]:
        from planlens.corpus.scheduler import Lost

        for number, item in enumerate(items):
            yield number, Lost("the process ended") if item.source.path.endswith("001.txt") else function(item)


def test_a_worker_that_dies_costs_one_file_which_is_tried_again(tmp_path: Path) -> None:
    source, corpus = plans(tmp_path / "plans", 3), tmp_path / "corpus"
    built = made(source, corpus, _Falls())
    assert [str(failure) for failure in built.failures] == [f"{source}/001.txt: the process ended"]
    assert built.counts["plans"] == 2
    built = made(source, corpus)
    assert (built.read, built.failures) == (1, ())
    made(source, tmp_path / "whole")
    assert bytes_of(corpus) == bytes_of(tmp_path / "whole")


def test_nothing_to_build_is_one_line_and_leaves_the_corpus(tmp_path: Path) -> None:
    source, corpus = plans(tmp_path / "plans", 2), tmp_path / "corpus"
    made(source, corpus)
    before = bytes_of(corpus)
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "a.txt").touch()
    with pytest.raises(CorpusError, match=r"none of 1 files could be read; the first: .*a\.txt: the file is empty"):
        made(bad, corpus)
    assert bytes_of(corpus) == before
    with pytest.raises(InputError, match="no line of it is the path of a file"):
        made(source / "000.txt", tmp_path / "new")
    assert not (tmp_path / "new").exists()
    with pytest.raises(InputError, match="cannot be read"):
        made(tmp_path / "nowhere", tmp_path / "new")


def test_a_folder_with_other_files_is_not_built_into(tmp_path: Path) -> None:
    source = plans(tmp_path / "plans", 1)
    home = tmp_path / "home"
    home.mkdir()
    (home / "letter.txt").write_text("text", "utf-8")
    with pytest.raises(OutputError, match="holds other files and no corpus"):
        made(source, home)
    assert [path.name for path in home.iterdir()] == ["letter.txt"]


def test_a_list_names_what_is_there_and_what_is_not(tmp_path: Path) -> None:
    source = plans(tmp_path / "plans", 2)
    lines = [source / "000.txt", source / "gone.txt", "https://www.example.gov.cn/plan.html", "", source / "001.txt"]
    (tmp_path / "list").write_bytes("\r\n".join(map(str, lines)).encode("utf-8-sig"))
    built = made(tmp_path / "list", tmp_path / "corpus")
    assert built.counts["plans"] == 2
    assert {failure.why.split(";")[0] for failure in built.failures} == {"no such file", "an address"}


def test_two_builds_at_once_are_one_too_many(tmp_path: Path) -> None:
    from filelock import FileLock

    source, corpus = plans(tmp_path / "plans", 1), tmp_path / "corpus"
    made(source, corpus)
    with FileLock(corpus / ".corpus.lock"), pytest.raises(OutputError, match="another planlens is at work here"):
        made(source, corpus)


@pytest.mark.parametrize("harm", ["cut", "gone", "version", "no json", "bits", "name"])
def test_a_damaged_corpus_says_so_and_is_mended(tmp_path: Path, harm: str) -> None:
    source, corpus = plans(tmp_path / "plans", 4), tmp_path / "corpus"
    made(source, corpus)
    before = bytes_of(corpus)
    (part,) = (corpus / "commitments").iterdir()
    manifest = corpus / store.MANIFEST
    if harm == "cut":
        part.write_bytes(part.read_bytes()[:-7])
    elif harm == "gone":
        part.unlink()
    elif harm == "version":
        manifest.write_text(manifest.read_text("utf-8").replace('"version": 1', '"version": 2'), "utf-8")
    elif harm == "name":
        manifest.write_text(manifest.read_text("utf-8").replace('"part-', '"../part-'), "utf-8")
    elif harm == "no json":
        manifest.write_text("{", "utf-8")
    else:
        data = bytearray(part.read_bytes())
        data[40:60] = bytes(20)
        part.write_bytes(data)
    with pytest.raises(CorpusError, match=f"`planlens corpus build DIR -o {re.escape(str(corpus))}` builds it"):
        store.open(corpus).table("commitments")
    made(source, corpus)
    assert bytes_of(corpus) == before


def test_no_corpus_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("corpus", "info", str(tmp_path)) == 2
    assert "no corpus here; `planlens corpus build DIR -o" in capsys.readouterr().err
    (tmp_path / "corpus.json").write_text("[]", "utf-8")
    assert run("corpus", "sql", str(tmp_path), "select 1") == 2
    assert "no corpus of planlens" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    source, corpus = plans(tmp_path / "plans", 1), tmp_path / "corpus"
    made(source, corpus)
    corpus.chmod(0o555)
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            made(source, corpus)
    finally:
        corpus.chmod(0o755)


def test_a_full_disk_is_one_line_and_what_was_read_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, corpus = plans(tmp_path / "plans", 4), tmp_path / "corpus"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        made(source, corpus)
    monkeypatch.undo()
    assert len(list(corpus.glob(".building/*/*.arrow"))) == 4
    made(source, corpus)
    monkeypatch.setattr(Path, "write_bytes", full)
    plans(source, 1, first=4)
    with pytest.raises(OutputError, match="run again to go on"):
        made(source, corpus)
    assert store.open(corpus).manifest.counts["plans"] == 4


# --- SQL ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    corpus = tmp_path_factory.mktemp("corpus") / "corpus"
    made(SAMPLES, corpus)
    return corpus


def test_sql_is_told_as_table_csv_and_json(samples: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    query = "select level, count(*) as plans, avg(n_targets) > 1 as many from plans group by level order by level"
    assert run("corpus", "sql", str(samples), query, "--format", "csv") == 0
    assert capsys.readouterr().out.startswith("level,plans,many\ncity,4,true\ndistrict,1,true\n")
    assert run("corpus", "sql", str(samples), query, "--format", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["columns"] == ["level", "plans", "many"] and told["rows"][0] == ["city", 4, True]
    assert told["manifest"]["command"][:2] == ["corpus", "sql"]
    assert run("corpus", "sql", str(samples), query) == 0
    assert "district" in capsys.readouterr().out
    assert run("corpus", "sql", str(samples), query, "-o", str(tmp_path / "found.csv")) == 0
    assert (tmp_path / "found.csv").read_text("utf-8-sig").startswith("level,plans,many\n")
    assert run("corpus", "sql", str(samples), "select '=1+1' as a, null as b, [1, 2] as c", "--format", "csv") == 0
    assert capsys.readouterr().out.startswith('a,b,c\n\'=1+1,,"[1, 2]"\n')


def test_the_queries_of_the_page_run(samples: Path) -> None:
    page = (ROOT / "docs" / "corpus.md").read_text("utf-8")
    (block,) = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    queries = [query for query in re.split(r"(?m)^(?=--)", block) if query.strip()]
    assert len(queries) == 2
    assert [store.open(samples).query(query).num_columns for query in queries] == [4, 2]
    assert [run("corpus", "sql", str(samples), query) for query in queries] == [0, 0]  # with their comments


def test_a_result_larger_than_memory_is_refused(samples: Path) -> None:
    with pytest.raises(CorpusError, match=r"^SQL: a result of more than 8 MB"):
        store.open(samples).query("select range as n from range(3000000)", memory=8 << 20)


def test_ctrl_c_stops_a_query_with_one_line(
    samples: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import duckdb

    def interrupted(*_: object) -> None:
        raise RuntimeError("Query interrupted")  # as DuckDB says it

    monkeypatch.setattr(duckdb.DuckDBPyRelation, "to_arrow_reader", interrupted)
    assert run("corpus", "sql", str(samples), "select 1") == 2
    assert capsys.readouterr().err.strip() == "planlens: stopped"


@pytest.mark.parametrize("name", ["corpus.json", "plans/mine.csv", "mine.json"])
@pytest.mark.parametrize("question", [("info",), ("sql", "select 1 as a"), ("track", "床位"), ("search", "床位")])
def test_no_report_is_written_into_the_corpus(samples: Path, question: tuple[str, ...], name: str) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in samples.rglob("*"))
    command, *asked = question
    assert run("corpus", command, str(samples), *asked, "-o", str(samples / name)) == 2
    assert sorted((path, path.stat().st_mtime_ns) for path in samples.rglob("*")) == before


def test_sql_reads_no_damaged_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(SAMPLES, tmp_path / "corpus")
    (part,) = (tmp_path / "corpus" / "commitments").iterdir()
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)
    assert run("corpus", "sql", str(tmp_path / "corpus"), "select sum(hash(columns(*))) from commitments") == 2
    assert "CRC" in capsys.readouterr().err


def test_a_file_is_no_corpus(tmp_path: Path) -> None:
    (tmp_path / "plan.txt").write_text("plan", "utf-8")
    with pytest.raises(CorpusError, match="a file, not the folder of a corpus"):
        store.open(tmp_path / "plan.txt")


@pytest.mark.parametrize("option", ["--memory", "--seconds"])
@pytest.mark.parametrize("value", ["nan", "inf"])
def test_a_limit_is_a_number(tmp_path: Path, option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("corpus", "build", str(tmp_path), "-o", str(tmp_path / "corpus"), option, value) == 2
    assert f"'{option}': {value} is not a number" in capsys.readouterr().err


FORBIDDEN = (
    "select * from read_text('{file}')",
    "select * from '{file}'",
    "select * from read_csv('{file}')",
    "select * from glob('{folder}/*')",
    "select * from read_parquet('{corpus}/plans/*.parquet')",
    "copy (select 1) to '{folder}/out.csv'",
    "attach '{folder}/out.db'",
    "export database '{folder}/out'",
    "install httpfs",
    "load httpfs",
    "set enable_external_access = true",
    "create table t as select 1",
    "delete from plans",
    "select 1; select 2",
    "select * from secret",
    "",
    "selec 1",
)


@pytest.mark.parametrize("query", FORBIDDEN)
def test_sql_reads_the_four_tables_and_nothing_else(samples: Path, tmp_path: Path, query: str) -> None:
    secret = schema.pyarrow().table({"x": [1]})  # DuckDB takes names for variables of the caller unless told not to
    assert secret.num_rows
    (tmp_path / "secret.csv").write_text("a\n1\n", "utf-8")
    asked = query.format(file=tmp_path / "secret.csv", folder=tmp_path, corpus=samples)
    with pytest.raises(CorpusError, match=r"^SQL: ") as told:
        store.open(samples).query(asked)
    assert "\n" not in str(told.value)
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


def test_what_does_not_fit_into_memory_goes_to_disk(samples: Path) -> None:
    corpus = store.open(samples)
    long = "select range as n, hash(range) as h, repeat('x', 20) as s from range(1000000) order by h limit 3"
    assert corpus.query(f"select n from ({long})", memory=30 << 20) == corpus.query(f"select n from ({long})")


# --- a cluster ------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_loses_a_worker_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two worker processes, each with less memory than all the work would take, one of them killed in the middle."""
    distributed = pytest.importorskip("distributed")
    from planlens.corpus.scheduler import of

    source = plans(tmp_path / "plans", 24)
    made(source, tmp_path / "one")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, memory_limit="500MB"
        ) as cluster,
        of(cluster.scheduler_address) as scheduler,
    ):
        nanny = next(iter(cluster.workers.values()))
        killed: list[int] = []

        def progress(done: int, count: int) -> None:
            if done >= count // 3 and not killed:
                killed.append(nanny.pid)
                os.kill(nanny.pid, signal.SIGKILL)

        made(source, tmp_path / "two", scheduler, progress=progress)
    assert killed
    assert bytes_of(tmp_path / "two") == bytes_of(tmp_path / "one")
    assert pq.read_table(tmp_path / "two" / "plans").num_rows == 24
