"""What is asked of a corpus: counterparts, themes, an indicator, words; and that it says what two plans alone say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from planlens.cli import cli

pytest.importorskip("pyarrow")
pytest.importorskip("scipy")

from planlens.corpus import build, judge, overlap, scheduler, search, store, themes, track
from planlens.corpus.overlap import Asked, Filter
from planlens.corpus.store import Corpus
from planlens.errors import CorpusError
from planlens.model import PlanInfo
from planlens.track import track as track_plans

SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("corpus") / "samples"
    build.build([str(SAMPLES)], made, scheduler=scheduler.of(None, 0))
    return made


@pytest.fixture(scope="module")
def corpus(folder: Path) -> Corpus:
    return store.open(folder)


@pytest.fixture(scope="module")
def statements(corpus: Corpus) -> judge.Statements:
    return judge.gather(corpus)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["corpus", *arguments])


# --- judge ----------------------------------------------------------------------------------------------------------


def test_the_estimate_decides_as_the_evidence_does(corpus: Corpus, statements: judge.Statements) -> None:
    """Shenzhen 2023 and 2025, and Shenzhen beside Zhongshan; benchmarks/corpus_judge.py has the figures of all."""
    s = statements
    left, right = judge.candidates(s, s.plan)
    found = judge.estimate(s, left, right)
    for older, newer in (("shenzhen-2023", "shenzhen-2025"), ("shenzhen-2023", "zhongshan-2023")):
        told = judge.exact(corpus.plan(older), corpus.plan(newer), one_place=older[:8] == newer[:8])
        same, size = 0, 0
        for i, j, accepted in zip(left.tolist(), right.tolist(), found.accepted.tolist(), strict=True):
            if (s.plans[s.plan[i]].id, s.plans[s.plan[j]].id) == (older, newer):
                size += 1
                same += accepted == ((s.key[i], s.key[j]) in told.accepted)
        assert size > 200
        assert same / size > 0.95


def test_a_statement_is_read_without_the_names_of_its_place(statements: judge.Statements) -> None:
    plain = dict(zip(zip(statements.plan.tolist(), statements.key, strict=True), statements.plain, strict=True))
    assert not any("深圳市" in text for (n, _), text in plain.items() if statements.plans[n].id == "shenzhen-2025")


# --- overlap --------------------------------------------------------------------------------------------------------


def test_pairs_are_of_the_places_asked_for(corpus: Corpus) -> None:
    between = overlap.overlap(corpus, Asked(across="places", limit=0, exact=0))
    assert {pair.a.plan[:8] == pair.b.plan[:8] for pair in between.pairs} == {False}
    within = overlap.overlap(corpus, Asked(across="years", limit=0, exact=0))
    assert {pair.a.plan[:8] for pair in within.pairs} == {pair.b.plan[:8] for pair in within.pairs} == {"shenzhen"}


def test_rows_of_a_filter_are_of_its_plans_in_their_order(corpus: Corpus) -> None:
    found = overlap.overlap(corpus, Asked(Filter(plans=("zhongshan-2023",)), limit=0, exact=0, nearest=2))
    keys = [pair.a.key for pair in found.pairs]
    order = [c.key for c in corpus.plan("zhongshan-2023").commitments]
    assert {pair.a.plan for pair in found.pairs} == {"zhongshan-2023"}
    assert keys == sorted(keys, key=order.index)
    assert max(map(keys.count, keys)) == 2


def test_rows_judged_by_evidence_say_what_it_says(corpus: Corpus) -> None:
    found = overlap.overlap(corpus, Asked(Filter(plans=("zhongshan-2023",)), across="places", limit=20, exact=1))
    exact = [pair for pair in found.pairs if pair.exact]
    assert exact
    a, b = exact[0].b.plan, exact[0].a.plan
    order = (a, b) if (a < b if a[-4:] == b[-4:] else a[-4:] < b[-4:]) else (b, a)
    told = judge.exact(corpus.plan(order[0]), corpus.plan(order[1]), one_place=False)
    for pair in exact:
        keys = (pair.b.key, pair.a.key) if order[0] == pair.b.plan else (pair.a.key, pair.b.key)
        assert pair.probability == round(told.probability[keys], 4)


def test_copies_are_told_from_the_same_matter(tmp_path: Path) -> None:
    texts = {
        "甲市2023年工作要点": "（一）新增社区食堂三十家，方便老人就近用餐。\n（二）建成第二水厂并网供水。",
        "乙市2024年工作要点": "（一）新增社区食堂三十家，方便老人就近用餐。\n（二）整修城北旧桥。",
    }
    for title, text in texts.items():
        (tmp_path / f"{title}.txt").write_text(f"{title}\n\n一、民生\n{text}\n", "utf-8")
    build.build([str(tmp_path)], tmp_path / "made", scheduler=scheduler.of(None, 0))
    found = overlap.overlap(store.open(tmp_path / "made"), Asked(exact=0))
    (pair,) = [pair for pair in found.pairs if pair.how == "equal"]
    assert pair.run.startswith("新增社区食堂三十家")
    assert found.plans[0].verbatim == 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Asked(Filter(plans=("shenzen-2025",))), "shenzen-2025: no plan of this id .*, …$"),
        (Asked(Filter(plans=("",))), "^'': no plan of this id"),
        (Asked(Filter(region="")), "^no plan of '' in"),
        (Asked(Filter(region="杭州市")), "no plan of 杭州市"),
        (Asked(Filter(year=1999)), "no plan of 1999"),
    ],
)
def test_a_filter_that_fits_no_plan_is_one_line(corpus: Corpus, asked: Asked, said: str) -> None:
    with pytest.raises(CorpusError, match=said) as raised:
        overlap.overlap(corpus, asked)
    assert "\n" not in str(raised.value)


def test_overlap_as_table_and_json_twice_the_same(folder: Path) -> None:
    told = [run("overlap", str(folder), "--limit", "4", "--exact", "0", "--format", "json") for _ in range(2)]
    assert told[0].exit_code == 0
    assert told[0].output == told[1].output
    made = json.loads(told[0].output)
    assert len(made["pairs"]) == 4
    assert made["counts"]["found"] > 4
    table = run("overlap", str(folder), "--limit", "4", "--exact", "0", "--lang", "en")
    assert f"first 4 of {made['counts']['found']:,}; --limit 0 for all" in table.output


# --- themes ---------------------------------------------------------------------------------------------------------


def test_a_theme_says_who_has_it_and_since_when(corpus: Corpus) -> None:
    found = themes.themes(corpus, themes.Asked(limit=0))
    assert found.found == len(found.themes) > 50
    years = {info.id: info.start_year or 0 for info in corpus.plans()}
    for theme in found.themes:
        assert theme.plans > 1
        assert theme.year == min(years[unit.plan] for unit in theme.units)
        assert theme.first == theme.places[: len(theme.first)]
        assert theme.likest in theme.units
        assert [having for _, having, _ in theme.spread] == sorted(having for _, having, _ in theme.spread)
    held = [unit for theme in found.themes for unit in theme.units]
    assert len(held) == len(set(held)) == found.inside


def test_a_chain_is_cut_where_its_ends_say_other_things() -> None:
    """a and b, b and c resemble each other, a and c do not: average linkage keeps the better pair."""
    probability = np.array([0.9, 0.1, 0.7])  # a-b, a-c, b-c
    parts = {tuple(part.tolist()) for part, _, _ in themes._parts(np.arange(3), probability)}
    assert parts == {(0, 1), (2,)}


def test_a_chain_too_long_is_taken_apart_where_it_is_weakest() -> None:
    size = 2 * themes._LONGEST
    one, other = np.arange(size - 1), np.arange(1, size)
    probability = np.where(one == themes._LONGEST - 1, 0.55, 0.95)
    chains, apart = themes._chains(one, other, probability, size)
    assert apart == 1
    assert [len(chain) for chain in chains] == [themes._LONGEST] * 2


def test_themes_as_table_and_csv(folder: Path) -> None:
    told = run("themes", str(folder), "--limit", "3")
    assert "先提出" in told.output
    listed = run("themes", str(folder), "--limit", "3", "--format", "csv", "--lang", "en").output
    assert listed.startswith("theme,")


# --- track ----------------------------------------------------------------------------------------------------------


def test_an_indicator_is_the_one_that_a_plan_alone_gives(corpus: Corpus) -> None:
    names = [info.id for info in corpus.plans()]
    for indicator in ("新增社康机构", "每千人口床位数", "人均预期寿命"):
        alone = track_plans(indicator, [corpus.plan(name) for name in names])
        told = {point.plan: point.target.key for point in alone.points if point.target}
        assert {point.plan: point.target.key for point in track.track(corpus, indicator).points} == told


def test_a_number_stands_under_the_year_it_is_set_for(tmp_path: Path) -> None:
    texts = {
        "甲市国民经济和社会发展第十四个五年规划": "到2025年，每千人口床位数达到7.5张。",
        "甲市2023年工作要点": "每千人口床位数达到7.1张。",
        "乙市2023年工作要点": "新增每千人口床位数0.3张。",
    }
    for title, text in texts.items():
        (tmp_path / f"{title}.txt").write_text(f"{title}\n\n一、主要目标\n（一）{text}\n", "utf-8")
    build.build([str(tmp_path)], tmp_path / "made", scheduler=scheduler.of(None, 0))
    found = track.track(store.open(tmp_path / "made"), "每千人口床位数")
    told = {(point.year, point.text, point.in_line) for point in found.points}
    assert {(2025, "7.5张", True), (2023, "7.1张", True)} <= told


def test_a_name_that_no_plan_has_names_the_nearest(folder: Path) -> None:
    told = run("track", str(folder), "床位供给量", "--lang", "en")
    assert told.exit_code == 0
    assert "none of 6 plans has it" in told.output
    assert run("track", str(folder), "？").exit_code != 0


# --- search ---------------------------------------------------------------------------------------------------------


def test_the_very_words_stand_before_other_names_and_what_is_near(corpus: Corpus) -> None:
    found = search.search(corpus, "家庭医生签约", search.Asked(limit=0))
    order = [search._ORDER[hit.how] for hit in found.hits]
    assert order == sorted(order)
    assert order[0] == 0
    assert all("家庭医生签约" in hit.text for hit in found.hits if hit.how == "phrase")
    assert len(found.hits) == found.found


def test_a_sentence_finds_the_commitment_that_says_it(corpus: Corpus) -> None:
    plan = corpus.plan("shenzhen-2025")
    for item in plan.commitments[5:50:9]:
        hit = search.search(corpus, item.text).hits[0]
        assert (hit.plan, hit.key, hit.how) == (plan.info.id, item.key, "phrase")


def test_search_within_a_filter_and_among_targets(folder: Path) -> None:
    told = run(
        "search", str(folder), "床位", "--targets", "--plan", "zhongshan-2023", "--format", "json", "--limit", "0"
    )
    made = json.loads(told.output)
    assert {hit["plan"] for hit in made["hits"]} <= {"zhongshan-2023"}
    assert made["of"] == 1
    assert "nothing to look for" in str(run("search", str(folder), "。").exception)


def test_every_passage_says_where_it_stands(corpus: Corpus) -> None:
    text = dict(
        zip(*(corpus.table("plans", ["plan", "text"])[name].to_pylist() for name in ("plan", "text")), strict=True)
    )
    found = overlap.overlap(corpus, Asked(limit=20, exact=0))
    units = [unit for pair in found.pairs for unit in (pair.a, pair.b)]
    units += [unit for theme in themes.themes(corpus).themes for unit in theme.units]
    assert len(units) > 100
    assert all(text[unit.plan][unit.start : unit.end] == unit.text for unit in units)
    hits = search.search(corpus, "床位", search.Asked(kinds=search.KINDS, limit=0)).hits
    assert {hit.kind for hit in hits} >= {"commitment", "target"}
    for hit in hits:
        stands = text[hit.plan][hit.start : hit.end]
        assert stands == hit.text if hit.kind == "commitment" else stands in hit.text or hit.text in stands


def test_pairs_of_the_same_two_texts_stand_in_one_row(tmp_path: Path) -> None:
    for place in ("甲", "乙", "丙"):
        title = f"{place}市2024年工作要点"
        text = f"{title}\n\n一、民生\n（一）建设老年人助餐点四十处，其中农村十五处。\n（二）{place}市自有一事。\n"
        (tmp_path / f"{title}.txt").write_text(text, "utf-8")
    build.build([str(tmp_path)], tmp_path / "made", scheduler=scheduler.of(None, 0))
    found = overlap.overlap(store.open(tmp_path / "made"), Asked(exact=0))
    copied = [pair for pair in found.pairs if "助餐点" in pair.a.text]
    assert [(pair.how, pair.copies) for pair in copied] == [("equal", 2)]


@pytest.mark.parametrize("question", [("overlap",), ("themes",), ("track", "小学"), ("search", "小学")])
def test_a_corpus_of_plans_that_commit_to_nothing_is_answered(tmp_path: Path, question: tuple[str, ...]) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(f"{name}市2024年工作要点\n\n一、教育\n", "utf-8")
    build.build([str(tmp_path)], tmp_path / "made", scheduler=scheduler.of(None, 0))
    told = run(question[0], str(tmp_path / "made"), *question[1:])
    assert told.exit_code == 0, told.exception


def test_plans_of_one_zone_are_of_one_place() -> None:
    """云岭高新区 stands in no gazetteer; its plans are of one place all the same."""
    infos = [PlanInfo(f"zone-{year}", "要点", region="云岭高新区", start_year=year) for year in (2023, 2024)]
    assert judge._place(infos[0]) == judge._place(infos[1]) == ("云岭高新区", "云岭高新区", frozenset(("云岭高新区",)))
