"""A commitment followed through years and places: made-up plans of two towns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planlens.cli import main
from planlens.errors import LibraryError
from planlens.library import Library, init
from planlens.lineage import Lineage, adoption, lineage
from planlens.model import Plan

PLANS = {
    "sz-2022": "推行家庭医生签约服务，为老人建立健康档案。新建社区食堂5家。|新增公交专用道20公里。",
    "sz-2023": "深化家庭医生签约服务，签约率达到60%以上，为老人完善健康档案。|新增公交专用道30公里。",
    "sz-2024": "签约率稳定在65%以上，为老人管好健康档案。|新增公交专用道35公里。",
    "zs-2022": "维修乡村公路40公里。|治理黑臭水体3条。",
    "zs-2023": "探索家庭医生签约服务。|新增公交专用道12公里。",
}


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> list[Plan]:
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("library")
    init(folder)
    for name, text in PLANS.items():
        place, year = {"sz": "深圳市", "zs": "中山市"}[name[:2]], name[3:]
        one, two = text.split("|")
        path = source / f"{name}.txt"
        path.write_text(f"{place}{year}年工作要点\n一、服务\n（一）民生。{one}\n（二）交通。{two}\n", "utf-8")
        Library.open(folder).add(str(path), name=name, period=year, region=place)
    library = Library.open(folder)
    return [library.read(entry) for entry in library.entries]


def places(found: Lineage) -> dict[str, tuple[tuple[str, ...], int | None, bool, int | None]]:
    return {line.place: (line.having, line.first, line.since_start, line.lag) for line in found.lines}


def test_a_phrase_is_followed_and_the_lag_is_told_only_where_it_can_be(plans: list[Plan]) -> None:
    found = lineage("家庭医生签约", plans)
    assert {(a.plan, a.how) for a in found.appearances} >= {
        ("sz-2022", "says"),
        ("sz-2023", "says"),
        ("zs-2023", "says"),
    }
    told = places(found)
    assert told["深圳市"][1:] == (2022, True, 0)
    assert told["中山市"][1:] == (2023, False, 1)


def test_a_key_leads_through_the_years_of_its_place(plans: list[Plan]) -> None:
    start = next(p for p in plans if p.info.id == "sz-2022")
    key = next(c.key for c in start.commitments if "公交" in c.text)
    found = lineage(f"sz-2022:{key}", plans)
    mine = [a.plan for a in found.appearances if a.plan.startswith("sz")]
    assert mine == ["sz-2022", "sz-2023", "sz-2024"]
    assert all(
        step.change.status == "changed" and "number" in step.change.kinds for step in found.steps if step.change.old
    )
    assert all(0.3 <= a.probability <= 1 for a in found.appearances)


def test_what_nobody_says_is_one_line_with_the_nearest(plans: list[Plan]) -> None:
    with pytest.raises(LibraryError, match=r"no commitment of 5 plans says so; nearest: .*食堂"):
        lineage("食堂补贴", plans)
    with pytest.raises(LibraryError, match="no commitment 九/九"):
        lineage("sz-2022:九/九", plans)
    with pytest.raises(LibraryError, match="nothing to look for"):
        lineage("——", plans)


def test_adoption_orders_places_by_their_first_year(plans: list[Plan]) -> None:
    found = {a.label: a for a in adoption(plans)}
    lines = found["家庭医生签约"].lines
    assert [(line.place, line.first, line.since_start, line.lag) for line in lines] == [
        ("深圳市", 2022, True, 0),
        ("中山市", 2023, False, 1),
    ]


def test_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    library = str(Path(__file__).parents[1] / "samples")
    assert main(["trace", "家庭医生签约", "--library", library, "--format", "json", "--no-semantic"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert all(a["unit"]["text"] for a in found["appearances"]) and len(found["places"]) == 4
    assert main(["adoption", "--library", library, "--lang", "en"]) == 0
    assert "or before" in capsys.readouterr().out
    assert main(["trace", "绝无此事之词", "--library", library]) == 2
