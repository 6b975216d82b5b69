"""Are the words the ones jieba finds, and are they ready without its slow start?"""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from planlens import words

SAMPLES = sorted((Path(__file__).parents[1] / "samples").glob("*.txt"))


@pytest.mark.parametrize("path", SAMPLES, ids=[p.stem for p in SAMPLES])
def test_the_same_words_as_jieba(path: Path) -> None:
    jieba = pytest.importorskip("jieba")
    jieba.setLogLevel(logging.ERROR)
    lines = path.read_text("utf-8").splitlines()
    assert [words.tokens(line) for line in lines] == [jieba.lcut(line) for line in lines]


def test_tokens_join_to_the_text() -> None:
    text = "到2025年,每千人口托位数5.5个（含“示范”园所）。\n二、保障"
    assert "".join(words.tokens(text)) == text


def test_cutting_run_by_run_finds_the_same_terms() -> None:
    text = "建成15分钟生活圈、新增公园3座；AI+教育（试点）推广到“十四五”末，达到98.5%以上。"
    whole = [w for w in words.tokens(text) if words._CARRIES.fullmatch(w)]
    assert words.terms(text) == whole


def test_common_words_say_little() -> None:
    assert words.informative("发展") < words.informative("渠道") < words.informative("榫卯结构")
