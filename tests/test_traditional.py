"""Does a plan in traditional characters give what the same plan in simplified ones gives, quoted in its own?"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from planlens import redline
from planlens.cli import cli
from planlens.traditional import as_written, is_traditional, simplified

ROOT = Path(__file__).parents[1]
SAMPLES = sorted((ROOT / "samples").glob("*.txt"))


@cache
def converted(path: Path) -> str:
    return str(OpenCC("s2t").convert(path.read_text("utf-8")))


def run(*arguments: object) -> dict[str, list[dict[str, object]]]:
    """The JSON of a command, without what names files and quotes words."""
    made = CliRunner().invoke(cli, [*map(str, arguments), "--library", str(ROOT / "samples"), "--format", "json"])
    assert made.exit_code == 0, made.output
    found: dict[str, list[dict[str, object]]] = json.loads(made.stdout)
    return found


def shape(path: Path) -> list[tuple[object, ...]]:
    """Every target and commitment by key, place, value and class."""
    found = run("show", path)
    rows = [(t["key"], t["start"], t["end"], t["lo"], t["hi"], t["unit"], t["cmp"], t["measure"], t["role"],
             t["indicator"]) for t in found["targets"]]  # fmt: skip
    return rows + [(c["key"], c["start"], c["end"], c["strength"], c["stage"]) for c in found["commitments"]]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("encoding", ["utf-8", "big5hkscs"])
def test_targets_and_clauses_are_those_of_the_simplified_plan(path: Path, encoding: str, tmp_path: Path) -> None:
    if encoding != "utf-8" and path != SAMPLES[-1]:
        pytest.skip("one plan is enough to see that Big5 is read")
    text = converted(path).replace("〔", "（").replace("〕", "）").replace("·", "．")
    plain = simplified(text)
    (tmp_path / "old").mkdir()
    (tmp_path / "old/plan.txt").write_text(plain, "utf-8")
    (tmp_path / "plan.txt").write_bytes(text.encode(encoding, "replace"))
    assert shape(tmp_path / "plan.txt") == shape(tmp_path / "old/plan.txt")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_plan_and_its_traditional_version_are_the_same(path: Path, tmp_path: Path) -> None:
    text = converted(path)
    (tmp_path / "plan.txt").write_text(text, "utf-8")
    found = run("diff", path, tmp_path / "plan.txt", "--no-reviewed", "--no-semantic")
    assert {change["status"] for change in found["changes"]} == {"kept"}
    assert {shift["direction"] for shift in found["shifts"]} <= {"same"}
    for change in found["changes"]:
        for unit in change["new"]:  # type: ignore[attr-defined]
            assert text[unit["start"] : unit["end"]] == unit["text"]


@given(st.text(alphabet="第三節醫療衛生億元萬個乾隆著名瞭解於是后後囵糺𫄙抬擡 \n，12", max_size=60))
def test_offsets_stay(text: str) -> None:
    assert len(simplified(text)) == len(text)


def test_what_is_no_traditional_text_stays() -> None:
    for path in SAMPLES:
        text = path.read_text("utf-8")
        assert not is_traditional(text) and simplified(text) is text
    assert simplified("朱镕基与喆堃两家合作，建设学校三所，扩建医院五所，引进教师二十人，更新设备。").startswith(
        "朱镕基与喆堃"
    )


def test_only_words_that_differ_are_struck_out() -> None:
    found = [(op.kind, op.old, op.new) for op in redline.words("新增床位300张。", "新增牀位500張。")]
    assert ("deleted", "300张", "") in found and ("inserted", "", "500張") in found
    assert redline.same_text("建設３家醫院", "建设3家医院")


def test_a_result_without_traditional_plans_is_itself() -> None:
    held = (1, ("a",), [2])
    assert as_written(held) is held
