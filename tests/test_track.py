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
