"""Does each commitment meet its counterpart wherever it stands, and can every score be taken apart?"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from planlens import align, evidence, parse
from planlens.errors import LibraryError
from planlens.model import Plan, PlanInfo
from planlens.read import read_document
from planlens.report import messages

SAMPLES = Path(__file__).parents[1] / "samples"


def plan(path: Path) -> Plan:
    return parse.build(read_document(path), PlanInfo(path.stem, path.stem))


def written(folder: Path, name: str, text: str) -> Plan:
    path = folder / f"{name}.txt"
    path.write_text(text, "utf-8")
    return plan(path)


@pytest.fixture(scope="module")
def pair() -> tuple[Plan, Plan]:
    return plan(SAMPLES / "shenzhen-2023.txt"), plan(SAMPLES / "shenzhen-2025.txt")


def test_a_plan_aligned_with_itself_is_all_equal(pair: tuple[Plan, Plan]) -> None:
    found = align.align(pair[0], pair[0])
    assert [(link.old, link.new) for link in found.links] == [(c.key, c.key) for c in pair[0].commitments]
    assert {link.source for link in found.links} == {"equal"}
    assert not found.nearest_old and not found.nearest_new


def test_parts_add_up(pair: tuple[Plan, Plan]) -> None:
    for link in align.align(*pair).links:
        if link.source == "scored":
            total = sum(part.weight for part in link.score.parts)
            assert total == pytest.approx(link.score.total)
            assert 1 / (1 + math.exp(-total)) == pytest.approx(link.score.probability)


def test_the_same_input_gives_the_same_result(pair: tuple[Plan, Plan]) -> None:
    assert align.align(*pair) == align.align(*pair)


def test_what_stays_alone_names_its_nearest(pair: tuple[Plan, Plan]) -> None:
    found = align.align(*pair)
    linked = {link.new for link in found.links}
    for key, other, p in found.nearest_new:
        assert key not in linked and 0 < p < 1
        assert other in {c.key for c in pair[0].commitments}


OLD = """一、水利
（一）灌溉。整修干支渠道120公里，更新泵站8座。推行按方计量收费，完善用水协会章程。
（二）防洪。加固堤防35公里，清淤河道。建立汛情会商制度。
二、教育
（三）学校。新建寄宿制学校4所，改造操场。落实乡村教师岗位津贴。
"""
MOVED = """一、教育惠民
（一）办好学校。新建寄宿制学校6所，改造操场。继续落实乡村教师岗位津贴。
二、水利强基
（二）防洪保安。建立汛情会商制度。加固堤防50公里，清淤河道。发放蓄滞洪区补偿款。
（三）灌溉提质。更新泵站8座。整修干支渠道150公里。
"""


def test_moved_split_dropped_and_new(tmp_path: Path) -> None:
    old, new = written(tmp_path, "old", OLD), written(tmp_path, "new", MOVED)
    found = align.align(old, new)
    texts = [{c.key: c.text for c in p.commitments} for p in (old, new)]
    links = {(texts[0][link.old][:4], texts[1][link.new][:4]) for link in found.links}
    assert {("新建寄宿", "新建寄宿"), ("建立汛情", "建立汛情"), ("加固堤防", "加固堤防")} <= links
    assert {("整修干支", "更新泵站"), ("整修干支", "整修干支"), ("落实乡村", "继续落实")} <= links
    lonely_new = {texts[1][c.key][:4] for c in new.commitments} - {b for _, b in links}
    lonely_old = {texts[0][c.key][:4] for c in old.commitments} - {a for a, _ in links}
    assert (lonely_old, lonely_new) == ({"推行按方"}, {"发放蓄滞"})


def test_a_link_rests_on_what_is_said_not_on_the_place_alone(tmp_path: Path) -> None:
    frame = "一、水务\n（一）节水。推行阶梯水价。{}改造老旧管网12公里。\n（二）供水。新建水厂2座。完善水质通报制度。\n"
    old, new = (
        written(tmp_path, name, frame.format(text))
        for name, text in (("old", "举办摄影比赛。"), ("new", "补贴农户滴灌设施。"))
    )
    texts = [{c.key: c.text for c in p.commitments} for p in (old, new)]
    for plans in ((old, new), (new, old)):
        assert {link.source for link in align.align(*plans).links} == {"equal"}
    assert "举办摄影比赛。" in texts[0].values() and "补贴农户滴灌设施。" in texts[1].values()


def test_rivals_and_crowds() -> None:
    rows, cols = np.array([0, 0, 1]), np.array([0, 1, 0])
    found = align.competition(np.array([2.0, -1.0, 0.5]), rows, cols)
    np.testing.assert_allclose(found[:, 0], [1.5, -1.0 - align._LONELY, -1.5])
    np.testing.assert_allclose(found[:, 1], [3.0, -3.0, 0.5 - align._LONELY])
    assert np.isfinite(found).all()


def test_weights_fit_the_features() -> None:
    for semantic, names in ((False, evidence.FEATURES), (True, evidence.FEATURES + evidence.MEANING)):
        weights = align.load_weights(semantic=semantic)
        assert weights.features == names
        assert 0 < weights.thresholds.first <= weights.thresholds.further < 1


def test_explain_takes_a_pair_apart(pair: tuple[Plan, Plan]) -> None:
    link = next(link for link in align.align(*pair).links if link.source == "scored")
    score = align.explain(*pair, link.old, link.new)
    assert score is not None
    assert score.probability == pytest.approx(link.score.probability)
    assert [part.name for part in score.parts] == ["start", *evidence.FEATURES, *align.COMPETITION]
    with pytest.raises(LibraryError, match="no commitment"):
        align.explain(*pair, "零/零#0", link.new)


def test_every_part_has_a_name_in_both_languages() -> None:
    for lang in ("zh", "en"):
        m = messages.load(lang)
        for name in ("start", *evidence.FEATURES, *align.COMPETITION):
            assert m("evidence_part." + name)
