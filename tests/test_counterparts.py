"""Counterparts of plans of different places: instruments under other names, probabilities, what is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from planlens import counterparts, instruments
from planlens.library import Library
from planlens.model import Plan, PlanInfo
from planlens.parse import build
from planlens.read import read_document

SAMPLES = Path(__file__).parents[1] / "samples"

NORTH = """\
北山市2023年卫生健康工作要点
一、深化改革
（一）建设整合型体系。做实北山市基层医疗集团，推动十个镇全部纳入集团管理。探索公立医院院长年薪制。
（二）服务老年人。每区建成1个安宁疗护病区，二级以上综合医院70%以上设立老年医学科。
二、夯实基础
（三）改善居住。开展城中村供水改造，更换老旧水表三千只。
（四）建设队伍。柔性引进医学团队5个，住院医师规范化培训招收200人。
"""
SOUTH = """\
南湖市推进卫生健康高质量发展实施方案
一、改革
（一）优化布局。组建南湖市紧密型医联体，覆盖所有镇街。公立医院主要负责人实行年薪制。
（二）照护老人。扩大安宁疗护服务，支持综合医院发展老年医学科。
二、保障
（三）完善投入。健全财政补助办法，资金列入年度预算。
（四）充实队伍。建立柔性引才机制，开展护士进修。
"""


def plan(tmp_path: Path, name: str, text: str, region: str | None = None) -> Plan:
    path = tmp_path / f"{name}.txt"
    path.write_text(text, "utf-8")
    return build(read_document(path), PlanInfo(name, name, region=region, start_year=2023, end_year=2023))


@pytest.fixture
def found(tmp_path: Path) -> tuple[Plan, Plan, counterparts.Counterparts]:
    a, b = plan(tmp_path, "north", NORTH), plan(tmp_path, "south", SOUTH)
    return a, b, counterparts.find(a, b)


def test_one_institution_under_two_names_is_found(found: tuple[Plan, Plan, counterparts.Counterparts]) -> None:
    a, b, shared = found
    texts = [{c.key: c.text for c in p.commitments} for p in (a, b)]
    pairs = [(texts[0][link.old], texts[1][link.new]) for link in shared.links]
    for left, right in (
        ("医疗集团", "医联体"),
        ("年薪制", "年薪制"),
        ("安宁疗护", "安宁疗护"),
        ("柔性引进", "柔性引才"),
    ):
        assert any(left in one and right in other for one, other in pairs), (left, pairs)


def test_what_only_one_place_promises_stays_alone(found: tuple[Plan, Plan, counterparts.Counterparts]) -> None:
    a, _, shared = found
    water = next(c.key for c in a.commitments if "供水" in c.text)
    assert water not in {link.old for link in (*shared.links, *shared.weak)}


def test_pieces_are_spans_of_both_documents(found: tuple[Plan, Plan, counterparts.Counterparts]) -> None:
    a, b, shared = found
    for link in shared.links:
        for one, other in link.items:
            home = {c.key: c.span for c in a.commitments}[link.old], {c.key: c.span for c in b.commitments}[link.new]
            assert home[0].start <= one.start < one.end <= home[0].end
            assert home[1].start <= other.start < other.end <= home[1].end


def test_links_fall_in_probability_and_weak_ones_lie_below(
    found: tuple[Plan, Plan, counterparts.Counterparts],
) -> None:
    *_, shared = found
    sure = [link.score.probability for link in shared.links]
    assert sure == sorted(sure, reverse=True)
    assert all(counterparts.LEAST <= link.score.probability < sure[-1] for link in shared.weak)
    linked = {link.old for link in shared.links}
    assert not linked & {key for key, _, _ in shared.nearest_a}


def test_parts_of_a_score_add_up(found: tuple[Plan, Plan, counterparts.Counterparts]) -> None:
    for link in found[2].links:
        assert sum(part.weight for part in link.score.parts) == pytest.approx(link.score.total)


def test_plans_without_known_instruments_are_judged_without_them(tmp_path: Path) -> None:
    a = plan(
        tmp_path,
        "a",
        "甲市要点\n一、林业\n（一）护林。新造防火林带四十公里，聘用护林员三百名。建立古树名木保护名录。\n",
    )
    b = plan(tmp_path, "b", "乙市要点\n一、林业\n（一）护林。新造防火林带二十公里。编制古树名木保护名录，逐株挂牌。\n")
    assert counterparts.measure(a, b).kind == "words_alone"
    assert counterparts.find(a, b).links or counterparts.find(a, b).weak


def test_an_empty_side_gives_nothing(tmp_path: Path) -> None:
    a, b = plan(tmp_path, "a", "甲市要点\n"), plan(tmp_path, "b", SOUTH)
    shared = counterparts.find(a, b)
    assert (shared.links, shared.weak, shared.nearest_a) == ((), (), ())


def test_the_same_input_gives_the_same_result() -> None:
    library = Library.open(SAMPLES)
    a, b = (library.read(library.find(name)) for name in ("shenzhen-2023", "zhongshan-2023"))
    assert counterparts.find(a, b) == counterparts.find(a, b)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("加强慢性病防控", set()),  # 性病 stands in 慢性病
        ("推进医共体建设", {"紧密型医联体"}),
        ("创建社区医院", {"社区医院"}),
        ("建设国家区域医疗中心", {"国家区域医疗中心"}),
        ("打造镇街区域中心医院", {"区域中心医院"}),
        ("为65岁以上长者免费体检，加强健康管理", set()),  # two items: neither names it by itself
        ("推行“一件事”改革", {"一件事改革"}),
    ],
)
def test_instruments(text: str, labels: set[str]) -> None:
    assert set(instruments.labels(text)) == labels


def test_no_name_stands_for_two_instruments() -> None:
    names = instruments.names()
    assert len(names) == len(set(names))
