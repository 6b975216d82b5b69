"""Does a plan in traditional characters give what the same plan in simplified ones gives, quoted in its own?"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from planlens import redline
from planlens.cli import cli
from planlens.compare import compare
from planlens.model import Plan, PlanInfo
from planlens.parse import build
from planlens.read import read_document
from planlens.traditional import as_written, is_traditional, simplified

ROOT = Path(__file__).parents[1]
SAMPLES = sorted((ROOT / "samples").glob("*.txt"))


@cache
def converted(path: Path) -> str:
    return str(OpenCC("s2t").convert(path.read_text("utf-8")))


def read(path: Path) -> Plan:
    return build(read_document(path), PlanInfo(path.stem, path.stem))


def shape(plan: Plan) -> list[tuple[object, ...]]:
    """Every clause, target and commitment: its place, its value, its class."""
    return [
        *((c.key, c.span, c.body, c.depth, c.role) for c in plan.clauses),
        *((t.key, t.span, t.quantity, t.measure, t.role, t.indicator, t.period, t.scope) for t in plan.targets),
        *((c.key, c.span, c.verb, c.strength, c.stage, c.bodies) for c in plan.commitments),
    ]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_plan_and_its_traditional_version_are_the_same(path: Path, tmp_path: Path) -> None:
    text = converted(path)
    (tmp_path / "plan.txt").write_text(text, "utf-8")
    old, new = read(path), read(tmp_path / "plan.txt")
    assert shape(old) == shape(new)
    result = compare(old, new)
    assert {change.status for change in result.changes} == {"kept"}
    assert {shift.direction for shift in result.shifts} <= {"same"}
    told = as_written(result)
    assert told.new.document.text == text and told.old == result.old
    for commitment in told.new.commitments:
        assert commitment.text == commitment.span.of(text)
    for clause in told.new.clauses:
        assert clause.heading in clause.span.of(text)


@pytest.mark.parametrize("encoding", ["big5", "gb18030", "utf-16"])
def test_whatever_a_traditional_plan_was_saved_in(encoding: str, tmp_path: Path) -> None:
    text = converted(SAMPLES[0]).encode(encoding, "ignore").decode(encoding)
    (tmp_path / "plan.txt").write_bytes(text.encode(encoding))
    (tmp_path / "simple.txt").write_text(simplified(text), "utf-8")
    assert read_document(tmp_path / "plan.txt").text == text
    assert shape(read(tmp_path / "plan.txt")) == shape(read(tmp_path / "simple.txt"))


def test_reports_quote_a_traditional_plan_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text("北屏縣2025年工作要點\n一、醫療衛生\n新增床位300張，由衛生局牽頭。\n", "utf-8")
    for command in (["show", path], ["targets", path], ["show", path, "--text"], ["diff", path, SAMPLES[0]]):
        made = CliRunner().invoke(cli, [*map(str, command), "--full", "--no-reviewed"][: len(command) + 1])
        assert made.exit_code == 0, made.output
        assert "300張" in made.output and "张" not in made.output.replace("北屏", "")


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
