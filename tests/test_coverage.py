"""Coverage: the expected table of the samples, planted goals, bad input, and what the reports say."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from planlens import cli
from planlens.coverage import cover, goals
from planlens.coverage.reach import reach
from planlens.lexicon import load
from planlens.model import Answer, Coverage, Document, Plan, PlanInfo, Quantity
from planlens.parse import build

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))
import gaps as bench  # noqa: E402

NAMES = bench.SAMPLES
# Floors of what benchmarks/gaps.py prints; raise them when it gets better.
FLOORS = {"tasks right": 0.80, "absent precision": 0.90, "absent": 0.95, "answered": 0.95}


@cache
def samples() -> Coverage:
    return cover(bench.sample("guangdong-2021-2025"), [bench.sample(name) for name in NAMES])


@cache
def judged() -> tuple[tuple[dict[str, Any], str, Any, Answer], ...]:
    return tuple(bench.judged(samples()))


def plan(
    text: str, name: str = "draft", region: str | None = "中山市", level: str | None = "city", **years: int
) -> Plan:
    from planlens.model import Block, Span

    spans, start = [], 0
    for line in text.split("\n"):
        spans.append(Span(start, start + len(line)))
        start += len(line) + 1
    blocks = tuple(Block("paragraph", span) for span in spans if len(span))
    info = PlanInfo(name, text.split("\n")[0], region, level, None, years.get("start"), years.get("end"))
    return build(Document(name, name + text, text, "utf-8", blocks), info)


def upper(*sentences: str) -> Plan:
    lines = [f"{n}.{sentence}" for n, sentence in enumerate(sentences, 1)]
    text = "\n".join(["广东省民生规划（2021—2025年）", "一、重点任务", *lines])
    return plan(text, "upper", "广东省", "province", start=2021, end=2025)


def city(*sentences: str) -> Plan:
    lines = [f"{n}.{sentence}" for n, sentence in enumerate(sentences, 1)]
    return plan("\n".join(["中山市民生规划（2021—2025年）", "一、重点任务", *lines]), start=2021, end=2025)


def verdicts(goals_: Plan, plan_: Plan) -> list[str]:
    return [answers[0].apart or answers[0].verdict for _, answers in cover(goals_, [plan_]).rows]


def share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits)


# --- the expected table of the samples ----------------------------------------------------------------------------


def accepted(row: dict[str, Any], name: str) -> set[str]:
    gold = row["answers"][name]
    return {gold["verdict"], *gold.get("also", ())}


def test_numbers_of_the_samples() -> None:
    wrong = [
        (row["goal"], name, answer.verdict)
        for row, name, _, answer in judged()
        if row["target"] and ("set_apart" if answer.apart else answer.verdict) not in accepted(row, name)
    ]
    assert wrong == []


def test_tasks_and_absences_of_the_samples() -> None:
    tasks = [answer.verdict in accepted(row, name) for row, name, _, answer in judged() if not row["target"]]
    assert share(tasks) >= FLOORS["tasks right"]
    absent = [
        "absent" in accepted(row, name)
        for row, name, _, answer in judged()
        if answer.verdict == "absent" and not answer.apart
    ]
    assert share(absent) >= FLOORS["absent precision"]


def test_a_goal_told_in_a_table_and_a_sentence_is_one_goal_with_two_places() -> None:
    found = [goal for goal, _ in samples().rows if goal.target and len(goal.units) > 1]
    assert len(found) == 15
    assert sum(goal.target is not None for goal, _ in samples().rows) == 15


def test_totals_of_the_province_are_set_apart() -> None:
    apart = {a.apart for row, _, _, a in judged() if row["addresses"] == "province"}
    assert apart == {"total"}


def test_tasks_derived_from_a_plan_are_circular_for_it_alone() -> None:
    columns = dict(zip(NAMES, zip(*(answers for _, answers in samples().rows), strict=True), strict=True))
    tasks = [n for n, (goal, _) in enumerate(samples().rows) if goal.units[0].startswith("四/")]
    for name, column in columns.items():
        assert all(column[n].circular for n in tasks) == (name == "zhongshan-2023")
    assert any("zhongshan-2023" in caveat and "省级要求" in caveat for caveat in samples().caveats)


def test_a_plan_of_another_province_is_compared_and_the_reader_told() -> None:
    assert any("海曙区不在广东省辖内" in caveat for caveat in samples().caveats)


def test_what_no_goal_asks_for() -> None:
    rows = [json.loads(line) for line in (bench.GOLD / "unasked.jsonl").read_text("utf-8").splitlines()]
    unasked = dict(zip(NAMES, samples().unasked, strict=True))
    hits = []
    for row in rows:
        at = [c.key for c in bench.sample(row["plan"]).commitments if c.span.start <= row["start"] < c.span.end]
        hits.append(bool(at) and at[0] in unasked[row["plan"]])
    assert share(hits) >= 0.9


# --- planted goals ------------------------------------------------------------------------------------------------


def test_planted_goals_are_found_and_removed_ones_are_absent() -> None:
    hits: dict[str, list[bool]] = {"absent": [], "answered": []}
    for _, planted, answer in bench.rounds(1):
        hits["absent" if planted.kind is None else "answered"].append(answer.verdict in planted.expected)
    assert {name: share(found) >= FLOORS[name] for name, found in hits.items()} == {"absent": True, "answered": True}


@pytest.mark.parametrize(
    ("asked", "promised", "verdict"),
    [
        ("婴儿死亡率低于4‰", "婴儿死亡率控制在5‰以下", "below"),
        ("婴儿死亡率低于4‰", "婴儿死亡率控制在3‰以下", "exceeds"),
        ("失业率控制在5%以内", "失业率控制在5%以内", "meets"),
        ("每万人口药师数不少于5人", "每千人口药师数不少于0.5人", "meets"),
        ("每万人口药师数不少于5人", "每千人口药师数不少于0.6人", "exceeds"),
        ("人均预期寿命高于79岁", "人均预期寿命达到80岁左右", "exceeds"),
        ("人均预期寿命高于79岁", "人均预期寿命达到79岁", "below"),
        ("单位国内生产总值能耗降低13%", "单位国内生产总值能耗降低14%", "exceeds"),
        ("单位国内生产总值能耗降低13%", "加强节能管理，降低单位国内生产总值能耗", "unquantified"),
        ("森林覆盖率达到58%", "推进学校食堂建设", "absent"),
    ],
)
def test_numbers_are_judged_by_what_is_better(asked: str, promised: str, verdict: str) -> None:
    assert verdicts(upper(f"到2025年，{asked}。"), city(f"到2025年，{promised}。")) == [verdict]


def test_a_number_without_its_base_is_not_comparable() -> None:
    assert verdicts(upper("到2025年，每千人口托位数达到5.5个。"), city("到2025年，新增托位6000个。")) == [
        "incomparable"
    ]


def test_one_of_two_items_is_partial_and_the_missing_one_is_named() -> None:
    above = upper("规范血液透析中心设置，扶持盲人按摩机构。")
    ((_, (answer,)),) = cover(above, [city("出台血液透析中心设置细则。", "建设学校食堂。")]).rows
    assert answer.verdict == "partial"
    assert [span.of(above.document.text) for span in answer.missing] == ["扶持盲人按摩机构。"]


def test_weaker_than_asked_is_said() -> None:
    ((_, (answer,)),) = cover(upper("建成血液透析中心。"), [city("探索建设血液透析中心。")]).rows
    assert (answer.verdict, answer.firmness) == ("covered", "weaker")


def test_duties_of_the_upper_level_and_other_places_are_set_apart() -> None:
    above = upper(
        "省级财政安排专项资金支持老旧管网改造。", "支持广州、深圳建设国际消费中心城市。", "推广三明医改经验。"
    )
    assert verdicts(above, city("改造老旧小区。")) == ["upper", "elsewhere", "absent"]


def test_goals_come_heaviest_first() -> None:
    above = plan(
        "广东省规划（2021—2025年）\n一、主要目标\n（一）生态环境治理能力显著增强，基本建成美丽家园。\n"
        "二、重点任务\n（一）推动城市老旧供水管网更新改造，降低漏损。\n（二）到2023年底，完成危旧桥梁维修加固，消除隐患。\n"
        "（三）森林覆盖率达到58%。",
        "upper", "广东省", "province", start=2021, end=2025,
    )  # fmt: skip
    found = goals.read(above, load())
    assert [goal.weight for goal in sorted(found, key=lambda g: goals.WEIGHTS.index(g.weight))] == [
        "numbered", "dated", "task", "frame",
    ]  # fmt: skip


def test_tasks_for_an_area_are_not_asked_of_a_place_outside_it() -> None:
    above = plan(
        "国家民生规划（2021—2025年）\n一、重点任务\n1.推进京津冀养老服务协同，互认养老机构等级。\n2.推进长三角、粤港澳大湾区养老服务协同。",
        "nation", None, "national", start=2021, end=2025,
    )  # fmt: skip
    assert verdicts(above, city("改造老旧小区。")) == ["elsewhere", "absent"]


def test_a_report_on_all_fields_asks_a_plan_of_one_field_for_its_own() -> None:
    text = (
        "广东省政府工作报告\n一、工作任务\n推进粮食收储改革，实施积极的消费政策。发展远洋渔业，建设海洋牧场。\n"
        "规范血液透析中心设置，扶持盲人按摩机构。"
    )
    above = plan(text, "upper", "广东省", "province", start=2023, end=2023)
    assert verdicts(above, city("出台血液透析中心设置细则，扶持盲人按摩机构。")) == ["field", "field", "covered"]


def test_the_cascade_tells_ratio_and_who_asks_more() -> None:
    above, below = upper("到2025年，婴儿死亡率低于4‰。"), city("到2025年，婴儿死亡率控制在3‰以下。")
    (rung,) = cover(above, [below]).cascade
    assert [str(ratio) for _, _, ratio in rung.steps] == ["None", "0.75"]
    assert rung.more == 1
    assert "逐级加码" in rung.note


def test_a_plan_that_commits_to_nothing_leaves_everything_absent() -> None:
    empty = plan("中山市会议通知\n各单位：", "notice", start=2023, end=2023)
    assert verdicts(upper("到2025年，婴儿死亡率低于4‰。", "规范血液透析中心设置。"), empty) == ["absent", "absent"]


def test_a_range_is_met_inside_it() -> None:
    from decimal import Decimal

    asked = Quantity(Decimal(2), Decimal(3), "家", "range", "2—3家")
    found = [reach(asked, Quantity(Decimal(n), Decimal(n), "家", "=", ""), "more") for n in (1, 2, 3, 4)]
    assert [answer[0] for answer in found if answer] == ["below", "meets", "meets", "exceeds"]


# --- the command --------------------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.main(["coverage", *arguments, "--library", str(ROOT / "samples"), "--no-semantic"])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["guangdong-2021-2025", "guangdong-2021-2025"], "the goals document itself"),
        (["guangdong-2021-2025", "shenzhen-2025", "shenzhen-2025"], "given twice"),
        (["guangdong-2021-2025", "shenzhen-2031"], "no plan"),
        (["guangdong-2021-2025", "shenzhen-2025", "--only", "gap"], "no section gap"),
    ],
)
def test_bad_input_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_goals_without_goals_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "notice.txt"
    empty.write_text("关于转发会议通知的函\n各单位：\n现将会议通知转发给你们。\n", "utf-8")
    code, _, err = run(capsys, str(empty), "shenzhen-2025")
    assert code == 2
    assert "asks for nothing" in err or "notice" in err


def test_json_keeps_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "guangdong-2021-2025", "shenzhen-2025", "zhongshan-2023", "--format", "json")
    data = json.loads(out)
    assert code == 0
    assert data["format"] == 1
    assert [plan["id"] for plan in data["plans"]] == ["shenzhen-2025", "zhongshan-2023"]
    texts = {name: bench.sample(name).document.text for name in ("guangdong-2021-2025", "shenzhen-2025")}
    for row in data["rows"]:
        assert texts["guangdong-2021-2025"][row["goal"]["start"] : row["goal"]["end"]] == row["goal"]["text"]
        for unit in row["answers"]["shenzhen-2025"]["units"]:
            assert texts["shenzhen-2025"][unit["start"] : unit["end"]] == unit["text"]
    assert {entry["why"] for entry in data["set_apart"]} == {"total", "document"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_reports_speak_one_language(capsys: pytest.CaptureFixture[str], lang: str) -> None:
    code, out, _ = run(
        capsys, "guangdong-2021-2025", "haishu-2021-2025", "zhongshan-2023", "--lang", lang, "--format", "csv"
    )
    assert code == 0
    notes = [line for line in out.splitlines() if "haishu" in line]
    assert any("less is better" in line for line in notes) == (lang == "en")
    assert any("该指标越低越好" in line for line in notes) == (lang == "zh")


def test_the_gap_list_names_the_nearest_passage(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "guangdong-2021-2025", "shenzhen-2025", "--only", "gaps", "--format", "md")
    assert code == 0
    assert "最接近：" in out
    assert "国家医学中心" not in out  # a total of the province is no gap
