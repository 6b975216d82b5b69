"""The lexicon: its files hold together, its scales are read in order, a person's own lists are added."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planlens.cli import main
from planlens.errors import SettingsError
from planlens.lexicon import Words, load


def test_scales_are_those_of_the_design() -> None:
    lexicon = load()
    assert [level.name for level in lexicon.strength] == ["探索", "试点", "鼓励", "推动", "建立", "确保"]
    assert [level.name for level in lexicon.stage] == [
        "研究", "起草", "出台", "试点", "实施", "全面推行", "建成", "投用", "评估", "修订",
    ]  # fmt: skip


def test_the_lexicon_is_serious() -> None:
    lexicon = load()
    assert sum(len(level.words) for level in lexicon.strength) > 500
    assert sum(len(level.words) for level in lexicon.stage) > 250
    assert len(lexicon.families) > 400
    assert len(lexicon.renamed) > 120
    assert len(lexicon.same) > 150


def test_no_synonym_stands_for_two_things() -> None:
    words = [word for group in load().same for word in group]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ("探索建立结算办法", "建立结算办法"),
        ("试点开展长者食堂", "全面开展长者食堂"),
        ("鼓励建设充电桩", "建设充电桩"),
        ("争取完成堤防加固", "完成堤防加固"),
        ("推动机场扩建", "建成机场扩建工程"),
        ("研究出台补贴政策", "出台补贴政策"),
    ],
)
def test_strength_rises(weaker: str, stronger: str) -> None:
    lexicon = load()
    ranks = [lexicon.rank("strength", lexicon.strength_in(text) or "") for text in (weaker, stronger)]
    assert ranks[0] < ranks[1]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("研究数据交易规则", "制定数据交易规则"),
        ("制定数据交易规则", "出台数据交易规则"),
        ("开展家庭病床试点", "全面推行家庭病床"),
        ("开工建设净水厂", "建成净水厂"),
        ("建成净水厂", "净水厂投入使用"),
        ("实施三年行动计划", "总结评估三年行动计划"),
    ],
)
def test_stage_advances(earlier: str, later: str) -> None:
    lexicon = load()
    ranks = [lexicon.rank("stage", lexicon.stage_in(text) or "") for text in (earlier, later)]
    assert ranks[0] < ranks[1]


@pytest.mark.parametrize(
    ("text", "deadline"),
    [
        ("到2027年，建成绿道200公里", "到2027年"),
        ("2026年底前完成改造", "2026年底前"),
        ("年内新增泊位", "年内"),
        ("9月底前开学", "9月底前"),
        ("上半年开工", "上半年"),
        ("“十四五”期末达到标准", "“十四五”期末"),
        ("两年内消除危房", "两年内"),
        ("落实《水利规划（2021—2025年）》", None),
        ("实施2023—2025年行动计划", None),
        ("加强队伍建设", None),
    ],
)
def test_deadlines(text: str, deadline: str | None) -> None:
    assert load().deadline_in(text) == deadline


def test_no_deadline_begins_otherwise_than_the_list_says(tmp_path: Path) -> None:
    (tmp_path / "deadlines.toml").write_text('patterns = ["哪年哪月"]\n', "utf-8")
    own = load(tmp_path).deadlines  # tried at every character
    for path in sorted((Path(__file__).parents[1] / "samples").glob("*.txt")):
        text = path.read_text("utf-8", "replace")
        assert [found.span() for found in load().deadlines.finditer(text)] == [m.span() for m in own.finditer(text)]


@pytest.mark.parametrize(
    "text", ["不断完善服务", "坚持不懈抓落实", "建设无障碍设施", "方便可及的服务", "建设无废城市", "未来产业"]
)
def test_no_negation_where_there_is_none(text: str) -> None:
    assert not load().acts_in(text)
    assert not load().negations_in(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("市卫计委", "市卫生健康委"),
        ("区发改局", "区发展改革局"),
        ("县环保局", "县生态环境局"),
        ("省银保监局", "省金融监管局"),
    ],
)
def test_bodies_keep_their_identity_through_reforms(old: str, new: str) -> None:
    assert load().body(old) == load().body(new)


def test_words_stay_inside_the_text() -> None:
    assert list(Words(["研究", "研究制定办法"]).find("开展研究")) == [(2, 4)]


def test_own_lists_are_added(tmp_path: Path) -> None:
    (tmp_path / "strength.toml").write_text('[[level]]\nname = "探索"\nwords = ["琢磨", "推动"]\n', "utf-8")
    lexicon = load(tmp_path)
    assert lexicon.strength_in("琢磨新路子") == "探索"
    assert lexicon.strength_in("推动新路子") == "探索"
    assert load().strength_in("推动新路子") == "推动"


def test_a_damaged_list_is_said(tmp_path: Path) -> None:
    (tmp_path / "stage.toml").write_text("[[level]\n", "utf-8")
    with pytest.raises(SettingsError, match=r"stage\.toml"):
        load(tmp_path)


def test_an_unknown_level_is_said(tmp_path: Path) -> None:
    (tmp_path / "strength.toml").write_text('[[level]]\nname = "最强"\nwords = ["必成"]\n', "utf-8")
    with pytest.raises(SettingsError, match="最强"):
        load(tmp_path)


def test_one_file_will_do_and_names_its_origin(tmp_path: Path) -> None:
    own = tmp_path / "bodies.toml"
    own.write_text('[renamed]\n"数管办" = "数据局"\n', "utf-8")
    lexicon = load(own)
    assert lexicon.body("市数管办") == "市数据局"
    assert lexicon.origin.startswith("bodies.toml sha256:") and len(lexicon.origin) == len("bodies.toml sha256:") + 12
    assert load().origin == ""


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("strength.toml", "levels = []", "levels: no such key; there are level, hedge, assurance"),
        ("strength.toml", '[[level]]\nname = "探索"\n', "level: needs a name and words"),
        ("strength.toml", '[hedge]\nwords = "力争"\n', "hedge: words: must be a list of texts"),
        (
            "strength.toml",
            '[[level]]\nname = "最强"\nwords = ["必成"]\n',
            "there are 探索, 试点, 鼓励, 推动, 建立, 确保",
        ),
        ("bodies.toml", '[renamed]\n"甲局" = 1\n', "renamed: 甲局: must be text"),
        ("terms.toml", '[same]\ngroups = ["甲"]\n', "same: groups: must be a list of lists"),
        ("terms.toml", "[same]\ngroups = [[1, 2]]\n", "same: groups: must be a list of texts"),
        ("terms.toml", '[same]\ngroups = [["甲", ""]]\n', "same: groups: must be text"),
        ("stock.toml", 'phrases = [" "]\n', "phrases: must be text"),
        ("verbs.toml", '[families]\n"推动" = [""]\n', "must be text"),
        ("bodies.toml", '[renamed]\n"" = "乙局"\n', "renamed: a key is empty"),
        ("deadlines.toml", 'patterns = ["("]\n', "patterns: (: no regular expression"),
        ("deadlines.toml", 'patterns = ["年?"]\n', "would be found everywhere"),
        ("stage.toml", '[[frame]]\npattern = "甲"\nlevel = "无"\n', "frame: no level 无; there are 研究"),
        ("strenght.toml", "", "no list of a lexicon has this name; there are strength.toml, stage.toml"),
    ],
)
def test_what_is_wrong_with_a_list_is_said_in_one_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(SettingsError) as error:
        load(tmp_path)
    assert said in str(error.value) and name in str(error.value) and "\n" not in str(error.value)


def test_a_folder_without_lists_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="holds no list"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "tools"),
    [
        ("建设高标准农田", set()),
        ("支持行业协会商会发展", set()),
        ("建立联席会议制度", {"联席会议", "制度"}),
        ("发行专项债券", {"专项债券"}),
    ],
)
def test_an_instrument_is_what_a_measure_works_with(text: str, tools: set[str]) -> None:
    assert load().instruments_in(text) == tools


def test_the_command_line_takes_a_persons_own_lists(tmp_path: Path) -> None:
    own, out = tmp_path / "scope.toml", tmp_path / "diff.json"
    own.write_text('[[level]]\nname = "全部"\nwords = ["市里市外"]\n', "utf-8")
    plans = []
    for year, text in (
        (2023, "一、商业\n试点发放消费券，方便居民采购年货。\n"),
        (2024, "一、商业\n市里市外发放消费券，方便居民采购年货。\n"),
    ):
        plans.append(tmp_path / f"{year}.txt")
        plans[-1].write_text(f"某市{year}年工作要点\n{text}", "utf-8")
    assert main(["diff", *map(str, plans), "--no-reviewed", "--lexicon", str(own), "-o", str(out)]) == 0
    told = json.loads(out.read_text("utf-8"))
    assert told["lexicon"].startswith("scope.toml sha256:")
    assert any("范围: 试点 → 市里市外" in change["details"] for change in told["changes"])
    assert main(["show", str(plans[0]), "--lexicon", str(tmp_path / "none.toml")]) == 2
