"""Cut Chinese text into jieba's words, without the 0.7 s that jieba takes to load its dictionary.

tokens(text)      every word and mark, joined equal to the text
terms(text)       the words that carry meaning: two characters or more, no numbers
with_years(text)  二〇二五年 as 2025年
informative(word) how much a word says: its inverse sentence frequency in plans and reports
"""

from __future__ import annotations

import functools
import importlib.resources
import logging
import math
import re
import sys
import unicodedata
import warnings
from typing import Any


@functools.cache
def _tokenizer() -> Any:
    """jieba's own algorithm on a dictionary of whole words.

    jieba stores every prefix of every word as well, to know when to stop looking; that, and reading its cache with
    `marshal.load`, is most of its start (fxsjy/jieba#862). Looking up to the longest word instead finds the same words.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes and pkg_resources, both in jieba's own modules
        # jieba tries pkg_resources to open its own file and falls back to a plain path; the import alone costs 0.1 s.
        spared = "pkg_resources" not in sys.modules
        if spared:
            sys.modules["pkg_resources"] = None  # type: ignore[assignment]
        try:
            import jieba
            import jieba.finalseg
        finally:
            if spared:
                del sys.modules["pkg_resources"]
    jieba.setLogLevel(logging.ERROR)

    class WholeWords(jieba.Tokenizer):  # type: ignore[misc]
        def get_DAG(self, sentence: str) -> dict[int, list[int]]:  # noqa: N802 - jieba's name
            dag = {}
            freq, longest, size = self.FREQ, self.longest, len(sentence)
            for at in range(size):
                ends = [end - 1 for end in range(at + 1, min(at + longest, size) + 1) if sentence[at:end] in freq]
                dag[at] = ends or [at]
            return dag

    tokenizer = WholeWords()
    fields = importlib.resources.files("jieba").joinpath("dict.txt").read_text("utf-8").split()
    frequencies = list(map(int, fields[1::3]))
    tokenizer.FREQ = dict(zip(fields[0::3], frequencies, strict=True))
    tokenizer.total = sum(frequencies)
    tokenizer.longest = max(map(len, fields[0::3]))
    tokenizer.initialized = True
    return tokenizer


def tokens(text: str) -> list[str]:
    """All words and marks in order; joined they are the text.

    >>> tokens("新增社康机构35家。")
    ['新增', '社康', '机构', '35', '家', '。']
    """
    return list(_tokenizer().cut(text))


_CARRIES = re.compile(r"[^\W\d_]{2,}")
_YEAR = re.compile("[一二][〇零○九][一二三四五六七八九〇零○]{2}(?=年)")
_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_MARKS = re.compile(r"[，,。、；;：:！!？?（）()《》“”\s]+")  # jieba never joins a word over any of these


def terms(text: str) -> list[str]:
    """The words that can tell one commitment from another, width folded, in order.

    >>> terms("新增社康机构３５家")
    ['新增', '社康', '机构']
    """
    return [word for run in _MARKS.split(unicodedata.normalize("NFKC", text)) for word in _terms_of_run(run)]


@functools.lru_cache(maxsize=1 << 16)  # an item, its sentence and its clause are cut once
def _terms_of_run(run: str) -> tuple[str, ...]:
    return tuple(word for word in _tokenizer().cut(run) if _CARRIES.fullmatch(word)) if run else ()


@functools.cache
def _background() -> tuple[dict[str, int], int]:
    lines = importlib.resources.files(__package__).joinpath("data/background_words.tsv").read_text("utf-8").split("\n")
    total = int(lines[0].rsplit("\t", 1)[1])
    pairs = (line.split("\t") for line in lines[1:] if line)
    return {word: int(count) for word, count in pairs}, total


def informative(word: str) -> float:
    """Smoothed inverse sentence frequency of a word in the background: 发展 is low, a word never seen highest.

    The background counts in how many of 11,262 sentences of government plans and reports each word stands
    (data/background_words.tsv); words seen once are left out there, so an unknown word counts as seen once.
    """
    counts, total = _background()
    return math.log((1 + total) / (1 + counts.get(word, 1))) + 1.0


def with_years(text: str) -> str:
    """The text with the years that are written in characters in digits, character for character as long.

    >>> with_years("二〇二五年底前")
    '2025年底前'
    """
    return _YEAR.sub(lambda year: year[0].translate(_DIGITS), text)
