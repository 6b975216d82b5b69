"""Overlap: kinds and who promises more, themes, what comes from above, the matrix, and input that makes no sense."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from planlens.cli import cli
from planlens.errors import LibraryError
from planlens.model import Overlap, Plan, PlanInfo
from planlens.overlap import overlap
from planlens.parse import build
from planlens.places import of
from planlens.read import read_document

SHENZHEN = """\
一、深化改革
（一）建设整合型体系。做实基层医疗集团，推动十个区全部组建。建立公立医院负责人年薪制。
（二）服务老年人。各区建成安宁疗护病区2个。二级以上综合医院70%以上设立老年医学科。
（三）推广经验。深入推广三明医改经验。
"""
ZHONGSHAN = """\
一、改革
（一）优化布局。组建紧密型医联体。探索公立医院主要负责人年薪制。
（二）照护老人。推进安宁疗护服务。支持综合医院发展老年医学科，完善爱国卫生运动。
（三）改革。推广三明医改经验。
"""
GUANGDONG = """\
一、改革
（一）各地推广三明医改经验，建设紧密型医联体。
"""
Made = Callable[[str, str, str | None, int], Plan]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    def make(name: str, text: str, region: str | None, year: int = 2023) -> Plan:
        path = tmp_path / f"{name}.txt"
        path.write_text(text, "utf-8")
        level = "province" if region and region.endswith("省") else "city"
        info = PlanInfo(name, name, region=region, level=level, start_year=year, end_year=year)
        return build(read_document(path), info)

    return make


@pytest.fixture
def both(made: Made) -> Overlap:
    return overlap([made("sz", SHENZHEN, "深圳市", 2023), made("zs", ZHONGSHAN, "中山市", 2022)])


def _pair(found: Overlap, label: str):  # type: ignore[no-untyped-def]
    return next(pair for pair in found.pairs if label in pair.labels)


def test_kinds_and_who_promises_more(both: Overlap) -> None:
    assert _pair(both, "三明医改经验").kind == "verbatim"
    hospice = _pair(both, "安宁疗护")
    assert (hospice.stronger, hospice.why) == ("a", ("数值: 2个 → 未写明",))
    wage = _pair(both, "年薪制")
    assert (wage.stronger, wage.why) == ("a", ("力度: 建立 → 探索",))


def test_themes_name_who_had_it_first(both: Overlap) -> None:
    theme = next(t for t in both.themes if t.label == "安宁疗护")
    assert [plan for plan, _ in theme.units] == ["sz", "zs"]
    assert theme.first == "zs"


def test_equal_years_have_no_first(made: Made) -> None:
    found = overlap([made("sz", SHENZHEN, "深圳市", 2023), made("zs", ZHONGSHAN, "中山市", 2023)])
    assert {theme.first for theme in found.themes} == {None}


def test_what_both_have_from_above_is_marked(made: Made) -> None:
    plans = [made("sz", SHENZHEN, "深圳市", 2023), made("zs", ZHONGSHAN, "中山市", 2023)]
    found = overlap(plans, above=[made("gd", GUANGDONG, "广东省", 2021)])
    assert _pair(found, "三明医改经验").above
    assert not _pair(found, "年薪制").above


def test_a_plan_above_of_another_province_is_no_origin(made: Made) -> None:
    plans = [made("sz", SHENZHEN, "深圳市", 2023), made("zs", ZHONGSHAN, "中山市", 2023)]
    found = overlap(plans, above=[made("zj", GUANGDONG, "浙江省", 2021)])
    assert not any(pair.above for pair in found.pairs)


def test_every_commitment_is_shared_doubtful_or_alone(both: Overlap) -> None:
    for plan, alone in both.unique:
        (found,) = (p for p in both.plans if p.info.id == plan)
        sides = [side for s in (*both.pairs, *both.stock, *both.weak) for side in ((s.plan_a, s.a), (s.plan_b, s.b))]
        met = {key for side, key in sides if side == plan}
        assert set(alone) | met >= {c.key for c in found.commitments if c.verb}
        assert not set(alone) & met


def test_the_matrix_counts_what_it_says(both: Overlap) -> None:
    for share in both.matrix:
        side = "a" if share.row == "sz" else "b"
        assert share.count == len({getattr(pair, side) for pair in both.pairs})
        assert share.low <= share.share <= share.high
    assert min(both.matrix, key=lambda s: s.size).size <= 5


def test_a_place_is_told_by_its_text(made: Made) -> None:
    assert (
        place := of(made("x", "深圳市卫生健康工作。\n" * 6 + "中山市。", None))
    ) is not None and place.name == "深圳市"
    assert of(made("y", "加强管理，健全制度。\n", None)) is None


@pytest.mark.parametrize(
    ("regions", "told"),
    [
        ((("深圳市"),), "one plan overlaps with nothing"),
        (("深圳市", "深圳市"), "of the same place as"),
        (("深圳市", "深训市"), "no region is called 深训市; did you mean .*深圳市"),
        (("深圳市", "朝阳区"), "朝阳区 may be"),
        (("深圳市", None), "does not say which place it is of"),
    ],
)
def test_input_that_makes_no_sense(made: Made, regions: tuple[str | None, ...], told: str) -> None:
    texts = (SHENZHEN, ZHONGSHAN)
    names = (regions,) if isinstance(regions, str) else regions
    plans = [made(f"p{n}", texts[n], region, 2023) for n, region in enumerate(names)]
    with pytest.raises(LibraryError, match=told):
        overlap(plans)


def test_the_same_text_twice(made: Made) -> None:
    with pytest.raises(LibraryError, match="the same text as"):
        overlap([made("a", SHENZHEN, "深圳市", 2023), made("b", SHENZHEN, "中山市", 2023)])


# --- the command ------------------------------------------------------------------------------------------------------


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["overlap", *arguments, "--no-semantic"], catch_exceptions=True)


def test_json_has_the_contract() -> None:
    result = run("shenzhen-2023", "zhongshan-2023", "--format", "json")
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    assert data["format"] == 1
    assert {p["id"] for p in data["plans"]} == {"shenzhen-2023", "zhongshan-2023"}
    pair = data["pairs"][0]
    assert {"plan_a", "plan_b", "a", "b", "kind", "score", "stronger"} <= pair.keys()
    assert pair["kind"] in ("verbatim", "same", "variant") and pair["stronger"] in ("a", "b", None)
    text = (Path(__file__).parents[1] / "samples" / "shenzhen-2023.txt").read_text("utf-8")
    assert all(text[p["a"]["start"] : p["a"]["end"]] == p["a"]["text"] for p in data["pairs"])
    pieces = [item["a"] for p in data["pairs"] for item in p["items"]]
    assert all(text[piece["start"] : piece["end"]] == piece["text"] for piece in pieces)
    assert all({"label", "units", "first"} <= theme.keys() for theme in data["themes"])
    assert 0.2 < data["matrix"]["zhongshan-2023"]["shenzhen-2023"] < 0.8
    assert any("省级要求" in caveat for caveat in data["caveats"])


@pytest.mark.parametrize("form", ["table", "md", "csv"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_reports(form: str, lang: str) -> None:
    result = run("shenzhen-2023", "zhongshan-2023", "--format", form, "--lang", lang)
    assert result.exit_code == 0, result.output
    assert "港澳药械通" in result.stdout
    assert ("重合" in result.stdout or form == "csv") if lang == "zh" else ("重合" not in result.stdout)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("shenzhen-2023",), "one plan"),
        (("shenzhen-2023", "shenzhen-2025"), "of the same place"),
        (("shenzhen-2023", "zhongshan-2023", "--only", "nothing"), "no section nothing"),
        (("shenzhen-2023", "zhongshan-2023", "--above", "nowhere"), "no plan has this id"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(arguments: tuple[str, ...], told: str) -> None:
    from planlens.cli import main

    with pytest.MonkeyPatch.context() as patch:
        lines: list[str] = []
        patch.setattr("click.echo", lambda text="", **_: lines.append(str(text)))
        assert main(["overlap", *arguments, "--no-semantic"]) == 2
    assert len(lines) == 1 and told in lines[0]
