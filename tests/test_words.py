"""Are the words the ones jieba finds, and are they ready without its slow start?"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from planlens import words

ROOT = Path(__file__).parents[1]
TEXTS = [
    path for folder in ("samples", "../shared/seeds", "../shared/corpus") for path in (ROOT / folder).glob("*.txt")
]
DICTIONARY = Path(importlib.util.find_spec("jieba").origin).with_name("dict.txt")  # type: ignore[union-attr, arg-type]


@pytest.fixture(params=["read", "kept"])
def dictionary(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """jieba's words read whole, and looked up one by one in the cache."""
    if request.param == "kept":
        monkeypatch.setenv("PLANLENS_CACHE", str(tmp_path))
        monkeypatch.delenv("PLANLENS_NO_CACHE")
        words._dictionary(DICTIONARY)  # puts it there
    words._tokenizer.cache_clear()
    yield request.param
    words._tokenizer.cache_clear()


def test_the_same_words_as_jieba(dictionary: str) -> None:
    jieba = pytest.importorskip("jieba")
    jieba.setLogLevel(logging.ERROR)
    lines = [line for path in TEXTS for line in path.read_text("utf-8", "replace").splitlines()]
    lines += ["", "㐀𠀀a1\ud800", "的的的", "龘", "AT&T和c++、3G。", "中华人民共和国中央人民政府"]
    assert [words.tokens(line) for line in lines] == [jieba.lcut(line) for line in lines]
    assert isinstance(words._tokenizer().lengths, words._Lengths) == (dictionary == "kept")


def test_tokens_join_to_the_text() -> None:
    text = "到2025年,每千人口托位数5.5个（含“示范”园所）。\n二、保障"
    assert "".join(words.tokens(text)) == text


def test_cutting_run_by_run_finds_the_same_terms() -> None:
    text = "建成15分钟生活圈、新增公园3座；AI+教育（试点）推广到“十四五”末，达到98.5%以上。"
    whole = [w for w in words.tokens(text) if words._CARRIES.fullmatch(w)]
    assert words.terms(text) == whole


def test_common_words_say_little() -> None:
    assert words.informative("发展") < words.informative("渠道") < words.informative("榫卯结构")
