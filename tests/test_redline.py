"""The redline: all of both texts, whole words, whole quantities."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planlens import quantity
from planlens.align import align
from planlens.library import Library
from planlens.redline import bare, same_text, words

PIECES = st.sampled_from(
    [
        "新增",
        "35家",
        "３５家",
        "社区",
        "医院",
        "，",
        ",",
        "。",
        "（一）",
        "不少于 20 名",
        "2025年",
        "到",
        "建成",
        "的",
        "3.5%",
        " ",
        "\n",
        "试点",
        "𠮷",
        "①",
        "5—8个",
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=30)


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS)
def test_both_texts_come_back_exactly(old: str, new: str) -> None:
    ops = words(old, new)
    assert "".join(op.old for op in ops) == old
    assert "".join(op.new for op in ops) == new
    assert all(op.old or op.new for op in ops)
    assert all(op.kind != "deleted" or not op.new for op in ops)
    assert all(op.kind != "inserted" or not op.old for op in ops)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_a_text_is_kept_against_itself(text: str) -> None:
    assert {op.kind for op in words(text, text)} <= {"kept"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("新增学位1.2万个，引进教师300名。", "新增学位2.6万个，引进教师不少于350名。"),
        ("森林覆盖率提高到55%以上", "森林覆盖率提高到58%"),
        ("每千人口床位6.5张，降至15‰以下", "每千人口床位7张，降至12‰以下"),
        ("遴选2—3家示范园区", "遴选12家示范园区"),
    ],
)
def test_a_number_is_never_cut_from_its_unit(old: str, new: str) -> None:
    ops = words(old, new)
    for side, text in ((lambda op: op.old, old), (lambda op: op.new, new)):
        edges, at = set(), 0
        for op in ops:
            edges.add(at)
            at += len(side(op))
        for found in quantity.find(text):
            assert not edges & set(range(found.span.start + 1, found.span.end))


def test_width_and_marks_are_no_edit() -> None:
    old, new = "（一）建设３家医院，改造管网。", "(一)建设3家医院,改造管网。"
    assert same_text(old, new)
    assert {op.kind for op in words(old, new)} == {"kept"}


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("一、加强监管。", "三、加强监管；", True),
        ("1.推进“双减”", "2、推进双减", True),
        ("提高3.5%", "提高35%", False),
        ("5—8家", "58家", False),
        ("不得收费", "可以收费", False),
        ("15.6%的学校", "6%的学校", False),
        ("增长6%以上", "增长6%", False),
    ],
)
def test_same_text(a: str, b: str, same: bool) -> None:
    assert same_text(a, b) is same


def test_bare_keeps_what_belongs_to_a_number() -> None:
    assert bare("降低 13.5%、18%") == "降低13.5%18%"


SAMPLES = Path(__file__).parents[1] / "samples"


def test_every_pair_of_the_samples_comes_back_uncut() -> None:
    """Accept is the new text and reject the old one, and no quantity is cut, on each link of two real-sized plans."""
    shelf = Library.open(SAMPLES)
    old, new = (shelf.read(shelf.find(name)) for name in ("shenzhen-2022", "shenzhen-2023"))
    before, after = ({c.key: c.text for c in plan.commitments} for plan in (old, new))
    for link in align(old, new).links:
        texts = before[link.old], after[link.new]
        ops = words(*texts)
        for side, text in zip(("old", "new"), texts, strict=True):
            pieces = [getattr(op, side) for op in ops]
            assert "".join(pieces) == text
            edges = set(accumulate(map(len, pieces)))
            assert not any(edges & set(range(f.span.start + 1, f.span.end)) for f in quantity.find(text))
