"""Is a number that a plan says twice known to be one, and are two numbers of one figure left apart?"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from planlens import parse, restated
from planlens.cli import cli
from planlens.model import Plan, PlanInfo
from planlens.read import read_document

TABLE = """某区“十四五”养老服务规划

一、发展目标
（一）总体目标。到2025年，护理型床位占比达到60%以上，每千名老年人拥有养老床位42张，居民人均期望寿命达到81.5岁。
表1 主要指标
| 序号 | 指标 | 单位 | 2020年 | 2025年 |
| 1 | 人均预期寿命 | 岁 | 80.2 | 81.5 |
| 2 | 护理型床位占比 | % | 42 | ≥60 |
| 3 | 每千名老年人养老床位数 | 张 | 35 | 42 |
| 4 | 社区助餐点 | 个 | 60 | 120 |

二、主要任务
（一）建设设施。护理型床位占比达到60%以上，社区助餐点达到120个，每年新增社区食堂20家。
（二）服务老人。到2025年新增社区食堂20家，家庭养老床位达到60张。
"""


def plan(folder: Path, text: str) -> Plan:
    path = folder / "plan.md"
    path.write_text(text, "utf-8")
    return parse.build(read_document(path), PlanInfo("plan", "plan", start_year=2021, end_year=2025))


def told(found: Plan) -> set[tuple[str, str, str]]:
    """(indicator, value, the value of the headline) of every restatement."""
    by_key = {t.key: t for t in found.targets}
    return {(t.indicator, t.quantity.text, by_key[t.repeats].quantity.text) for t in found.targets if t.repeats}


def test_a_sentence_repeats_the_row_of_the_table(tmp_path: Path) -> None:
    found = plan(tmp_path, TABLE)
    repeated = sorted(t.quantity.text for t in found.targets if t.repeats)
    assert repeated == ["120个", "42张", "60%以上", "60%以上", "81.5岁"]
    assert all(t.repeats.startswith("表") for t in found.targets if t.repeats)
    names = [t.indicator for t in restated.headlines(found.targets)]
    assert len(names) == len(set(names)) + 1  # 社区食堂 stands twice: every year, and in all


APART = [
    ("城镇调查失业率控制在5.5%以内。", "城镇登记失业率控制在5.5%以内。"),
    ("公交准点率达到90%以上。", "公交准点率达到90%左右。"),
    ("各区新建体育公园3个。", "全市新建体育公园3个。"),
    ("到2023年，绿色建筑占比达到75%。", "到2025年，绿色建筑占比达到75%。"),
    ("新增公园绿地120公顷。", "新增生态绿地120公顷。"),
    ("每年培训社工300名。", "到2025年培训社工300名。"),
    ("城镇居民人均可支配收入增长6.5%。", "农村居民人均可支配收入增长6.5%。"),
]
ONE = [
    ("公交准点率达到90%以上。", "公交准点率达到90%。"),
    ("单位GDP能耗降低13.5%。", "单位地区生产总值能耗下降13.5%。"),
    ("新增公园绿地120公顷。", "新增公园绿地1800亩。"),
    ("居民健康素养水平达到32.5%。", "健康素养水平达到32.5%。"),
    ("新建体育公园3个。", "全市新建体育公园3个。"),
    ("每千人口拥有床位7.5张。", "每万人口床位数达到75张。"),
]


def two(folder: Path, sentences: tuple[str, str]) -> Plan:
    return plan(folder, "一、总体要求\n{}\n\n二、重点任务\n（一）事项。{}\n（二）其他。加强宣传。\n".format(*sentences))


@pytest.mark.parametrize("sentences", APART, ids=[a[:10] for a, _ in APART])
def test_two_numbers_of_one_figure_stay_two(tmp_path: Path, sentences: tuple[str, str]) -> None:
    assert told(two(tmp_path, sentences)) == set()


@pytest.mark.parametrize("sentences", ONE, ids=[a[:10] for a, _ in ONE])
def test_one_number_said_twice_is_one(tmp_path: Path, sentences: tuple[str, str]) -> None:
    found = two(tmp_path, sentences)
    assert [t.repeats is None for t in found.targets] == [True, False]


def test_the_table_for_people_has_one_row_with_both_places(tmp_path: Path) -> None:
    path = tmp_path / "plan.md"
    path.write_text(TABLE, "utf-8")
    rows = CliRunner().invoke(cli, ["targets", str(path), "--format", "csv"]).stdout.splitlines()
    here = [row for row in rows if "护理型床位" in row and ",60,60," in row]
    assert len(here) == 1
    assert here[0].split(",")[1].count(";") == 2 and "一、（一）" in here[0] and "二、（一）" in here[0]


def test_many_equal_figures_take_no_time(tmp_path: Path) -> None:
    sentences = "".join(f"（{n}）事项。第{n}街道新建口袋公园1个。\n" for n in range(1500))
    assert len(plan(tmp_path, "一、重点任务\n" + sentences).targets) >= 1500
