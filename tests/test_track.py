"""Does one indicator stay the same indicator through the years, whatever it is called?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from planlens import parse, track
from planlens.cli import cli
from planlens.model import Plan, PlanInfo
from planlens.read import read_document
from planlens.report import listings

REPORTS = {
    2019: (
        "一、去年工作回顾\n地区生产总值增长6.1%，城镇新增就业1300万人，居民消费价格上涨2.1%。\n二、今年工作\n"
        "（一）目标。主要预期目标是：地区生产总值增长6%—6.5%，城镇新增就业1100万人以上，城镇调查失业率5.5%左右，"
        "居民消费价格涨幅3%左右，单位生产总值能耗下降3%左右，粮食产量稳定在1.3万亿斤以上。\n"
        "（二）财政。赤字率拟按2.8%安排，新建高标准农田8000万亩。\n"
    ),
    2020: (
        "一、今年工作\n（一）就业。城镇新增就业900万人以上，城镇登记失业率控制在5.5%左右。\n"
        "（二）价格。居民消费价格涨幅3.5%左右。\n"
    ),
    2021: (
        "一、去年工作回顾\n地区生产总值增长2.3%。\n二、今年工作\n"
        "（一）目标。地区生产总值增长6%以上，城镇新增就业1100万人以上，居民消费价格涨幅3%左右，单位生产总值能耗降低3%左右。\n"
    ),
}


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = []
    for year, text in REPORTS.items():
        path = tmp_path / f"{year}.txt"
        path.write_text(text, "utf-8")
        paths.append(path)
    return paths


def plans(files: list[Path]) -> list[Plan]:
    return [
        parse.build(read_document(p), PlanInfo(p.stem, p.stem, start_year=int(p.stem), end_year=int(p.stem)))
        for p in files
    ]


def values(indicator: str, files: list[Path]) -> list[str | None]:
    found = track.track(indicator, plans(files))
    return [point.target.quantity.text if point.target else None for point in found.points]


CASES = [
    ("地区生产总值增长", ["6%—6.5%", None, "6%以上"]),
    ("GDP增速", ["6%—6.5%", None, "6%以上"]),
    ("城镇新增就业", ["1100万人以上", "900万人以上", "1100万人以上"]),
    ("居民消费价格涨幅", ["3%左右", "3.5%左右", "3%左右"]),
    ("赤字率", ["2.8%", None, None]),
    ("进出口", [None, None, None]),
]


@pytest.mark.parametrize(("indicator", "expected"), CASES, ids=[c[0] for c in CASES])
def test_headline_values(indicator: str, expected: list[str | None], files: list[Path]) -> None:
    found = values(indicator, files)
    assert [v and v.lstrip("按") for v in found] == expected


NATIONAL = {
    2009: (
        "政府工作报告\n一、2008年工作回顾\n国内生产总值增长9%，城镇新增就业1113万人。\n二、2009年主要任务\n"
        "主要预期目标：国内生产总值增长8%左右，城镇新增就业900万人以上，城镇登记失业率4.6%以内，"
        "居民消费价格总水平涨幅4%左右。拟安排财政赤字7500亿元。\n"
    ),
    2015: (
        "政府工作报告\n一、2014年工作回顾\n粮食产量达到1.21万亿斤，单位国内生产总值能耗下降4.8%。\n二、2015年总体部署\n"
        "今年主要预期目标：经济增长7%左右，居民消费价格涨幅3%左右，城镇登记失业率4.5%以内，能耗强度下降3.1%以上。"
        "今年赤字率从去年的2.1%提高到2.3%。粮食产量稳定在1.1万亿斤以上。\n"
    ),
    2021: (
        "政府工作报告\n一、2020年工作回顾\n城镇新增就业1186万人。\n二、“十四五”时期主要目标任务\n"
        "单位国内生产总值能耗降低13.5%，城镇调查失业率控制在5.8%以内。\n三、2021年重点工作\n"
        "今年主要预期目标：国内生产总值增长6%以上，城镇调查失业率5.5%左右，单位国内生产总值能耗降低3%左右。\n"
    ),
    2024: (
        "政府工作报告\n一、2023年工作回顾\n国内生产总值增长5.2%。\n二、2024年总体要求\n"
        "今年主要预期目标：GDP增长5%左右，CPI涨幅3%左右，赤字率拟按3%安排，粮食产量1.3万亿斤以上，"
        "单位GDP能耗降低2.5%左右。\n"
    ),
}
WANTED = [
    ("国内生产总值增长", ["8%左右", "7%左右", "6%以上", "5%左右"]),
    ("经济增长预期目标", ["8%左右", "7%左右", "6%以上", "5%左右"]),
    ("城镇新增就业", ["900万人以上", None, None, None]),
    ("调查失业率", [None, None, "5.5%左右", None]),
    ("城镇登记失业率", ["4.6%以内", "4.5%以内", None, None]),
    ("CPI", ["4%左右", "3%左右", None, "3%左右"]),
    ("赤字率", [None, "2.3%", None, "3%"]),
    ("粮食产量", [None, "1.1万亿斤以上", None, "1.3万亿斤以上"]),
    ("单位国内生产总值能耗降低", [None, "3.1%以上", "3%左右", "2.5%左右"]),
]


@pytest.fixture(scope="module")
def national(tmp_path_factory: pytest.TempPathFactory) -> list[Plan]:
    folder, paths = tmp_path_factory.mktemp("national"), []
    for year, text in NATIONAL.items():
        paths.append(folder / f"{year}.txt")
        paths[-1].write_text(text, "utf-8")
    return plans(paths)


@pytest.mark.parametrize(("indicator", "expected"), WANTED, ids=[c[0] for c in WANTED])
def test_headlines_of_national_reports(indicator: str, expected: list[str | None], national: list[Plan]) -> None:
    points = track.track(indicator, national).points
    found = [p.target.quantity.text if p.target else None for p in points]
    assert [v and v.removeprefix("按") for v in found] == expected


def test_rates_of_two_kinds_do_not_stand_in_one_line(national: list[Plan]) -> None:
    found = track.track("失业率", national)
    assert listings.sparkline([p.target for p in found.points]) == "█▁··"


def test_the_nearest_indicators_are_named_where_none_is_found(national: list[Plan]) -> None:
    found = track.track("城镇新增岗位", national)
    assert all(p.target is None for p in found.points)
    assert "城镇新增就业" in found.nearest
    assert track.track("珍稀鸟类种数", national).nearest == ()


CORPUS = Path(__file__).parents[1].parent / "shared" / "corpus"


@pytest.mark.skipif(not CORPUS.exists(), reason="the national reports are not beside the repository")
def test_the_national_reports_of_2021_and_2022() -> None:
    found = []
    for path in sorted(CORPUS.glob("national-*.txt")):
        year = int(path.stem[-4:])
        found.append(parse.build(read_document(path), PlanInfo(path.stem, path.stem, start_year=year, end_year=year)))
    said = {}
    for name in (
        "国内生产总值增长",
        "城镇新增就业",
        "调查失业率",
        "居民消费价格涨幅",
        "赤字率",
        "粮食产量",
        "能耗强度",
    ):
        points = track.track(name, found).points
        said[name] = [float(p.target.quantity.lo or 0) if p.target else None for p in points]
    assert said == {
        "国内生产总值增长": [6, 5.5],
        "城镇新增就业": [11000000, 11000000],
        "调查失业率": [5.5, 5.5],
        "居民消费价格涨幅": [3, 3],
        "赤字率": [3.2, 2.8],
        "粮食产量": [1.3e12, 1.3e12],
        "能耗强度": [3, None],
    }


def test_plans_stand_in_order_of_years(files: list[Path]) -> None:
    found = track.track("城镇新增就业", plans(files)[::-1])
    assert [point.year for point in found.points] == [2019, 2020, 2021]


def test_sparkline_shows_gaps(files: list[Path]) -> None:
    found = track.track("地区生产总值增长", plans(files))
    assert listings.sparkline([p.target for p in found.points]) == "█·▁"
    found = track.track("城镇新增就业", plans(files))
    assert listings.sparkline([p.target for p in found.points]) == "█▁█"


def test_ledger_puts_one_indicator_in_one_row(files: list[Path]) -> None:
    rows = dict(track.ledger(plans(files)).rows)
    filled = {name: [c is not None for c in cells] for name, cells in rows.items()}
    assert filled["城镇新增就业"] == [True, True, True]
    assert filled["赤字率"] == [True, False, False]


def test_the_command_prints_the_contract(files: list[Path]) -> None:
    found = CliRunner().invoke(cli, ["track", "城镇新增就业", *map(str, files), "--format", "json"])
    data = json.loads(found.stdout)
    assert (data["format"], data["indicator"]) == (1, "城镇新增就业")
    assert [(p["plan"], p["year"], p["target"]["lo"]) for p in data["points"]] == [
        ("2019", 2019, 11000000),
        ("2020", 2020, 9000000),
        ("2021", 2021, 11000000),
    ]
