"""Cut Chinese text into jieba's words, without the 0.7 s that jieba takes to load its dictionary.

tokens(text)      every word and mark, joined equal to the text
terms(text)       the words that carry meaning: two characters or more, no numbers
with_years(text)  二〇二五年 as 2025年
informative(word) how much a word says: its inverse sentence frequency in plans and reports
"""

from __future__ import annotations

import functools
import importlib.resources
import itertools
import logging
import math
import re
import sys
import unicodedata
import warnings
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import cache

_SLOTS = 1 << 18
"""Lists that the dictionary is kept in: 350,000 words have 130,000 openings, so a list holds three words or so. Words
of one character have a list of their own, the first."""
_KEPT = "words"  # kind in the cache
_LAYOUT = 2  # of that value


@functools.cache
def _tokenizer() -> Any:
    """jieba's own algorithm on a dictionary of which only the words that a text may hold are looked at.

    jieba stores every prefix of every word, to know when to stop looking; that, and reading its cache with
    `marshal.load`, is most of its start (fxsjy/jieba#862). Here two characters say how long the words are that they
    open, which are looked up as the path is found. The longest path is the same one: each sum is made of the same
    figures in the same order, and of equal ones the longer word is taken.
    """
    jieba = _jieba()

    class Tokenizer(jieba.Tokenizer):  # type: ignore[misc, name-defined]
        def get_DAG(self, sentence: str) -> None:  # noqa: N802 - jieba's name
            """No graph of all words: `calc` alone would look at it."""

        def calc(self, sentence: str, _: None, route: dict[int, tuple[float, int]]) -> None:
            freq, lengths, weight, size = self.FREQ, self.lengths, self.weight, len(sentence)
            sums = [0.0] * (size + 1)  # of the best path from each place to the end
            for at in range(size - 1, -1, -1):
                best, last = -math.inf, at
                openings = lengths[sentence[at : at + 2]]
                one = sentence[at]
                if one in freq:
                    best = weight[one] + sums[at + 1]
                for length in openings:
                    end = at + length
                    if end <= size and sentence[at:end] in freq:
                        total = weight[sentence[at:end]] + sums[end]
                        if total >= best:
                            best, last = total, end - 1
                if best == -math.inf:
                    best = weight[one] + sums[at + 1]
                sums[at] = best
                route[at] = best, last

    tokenizer = Tokenizer()
    tokenizer.FREQ, tokenizer.total, tokenizer.lengths = _dictionary(Path(jieba.__file__).with_name("dict.txt"))
    tokenizer.weight = _Weights(tokenizer.FREQ, tokenizer.total)
    tokenizer.initialized = True
    return tokenizer


def _jieba() -> Any:
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
    return jieba


class _Weights(dict[str, float]):
    """Word → the logarithm of its share of all words, as jieba computes it; an unknown word counts as seen once."""

    def __init__(self, frequencies: Mapping[str, int], total: int) -> None:
        self._frequencies, self._total = frequencies, math.log(total)

    def __missing__(self, word: str) -> float:
        made = self[word] = math.log(self._frequencies.get(word) or 1) - self._total
        return made


class _Lengths(dict[str, tuple[int, ...]]):
    """First two characters → lengths of the words that open with them, whose frequencies are looked up with them."""

    def __init__(self, data: bytes, frequencies: dict[str, int]) -> None:
        self._frequencies = frequencies
        self._starts = memoryview(data)[: 4 * (_SLOTS + 2)].cast("I")
        self._words = memoryview(data)[4 * (_SLOTS + 2) :]
        self._read("")

    def __missing__(self, opening: str) -> tuple[int, ...]:
        words = self._read(opening) if len(opening) > 1 else ()
        made = self[opening] = tuple(sorted({len(word) for word in words if word.startswith(opening)}))
        return made

    def _read(self, opening: str) -> Sequence[str]:
        """The words of one list, whose frequencies are known from now on."""
        slot = _slot(opening)
        start, end = self._starts[slot], self._starts[slot + 1]
        if start == end:
            return ()
        fields = str(self._words[start:end], "utf-8").split()
        words = fields[0::2]
        self._frequencies.update(zip(words, map(int, fields[1::2]), strict=True))
        return words


def _slot(opening: str) -> int:
    return 1 + zlib.crc32(opening.encode("utf-8", "surrogatepass")) % _SLOTS if len(opening) > 1 else 0


def _dictionary(path: Path) -> tuple[dict[str, int], int, Mapping[str, Iterable[int]]]:
    """Frequencies, their sum, and how long the words are that two characters open.

    From the cache, where the words come as they are asked for; without one all are read, in a fifth of a second.
    """
    state = path.stat()
    key = cache.digest(_KEPT, str(_LAYOUT), sys.byteorder, str(_SLOTS), str(state.st_size), str(state.st_mtime_ns))
    if kept := cache.get(_KEPT, [key]).get(key):
        frequencies: dict[str, int] = {}
        return frequencies, int.from_bytes(kept[:8], "little"), _Lengths(kept[8:], frequencies)
    fields = path.read_text("utf-8").split()
    numbers = list(map(int, fields[1::3]))
    frequencies = dict(zip(fields[0::3], numbers, strict=True))
    if cache.on():
        cache.put(_KEPT, {key: sum(numbers).to_bytes(8, "little") + _packed(frequencies)})
    longest = max(map(len, frequencies))
    return frequencies, sum(numbers), defaultdict(lambda: range(2, longest + 1))


def _packed(frequencies: Mapping[str, int]) -> bytes:
    """The dictionary as lists that can be read one by one: where each begins, then `word frequency` of all."""
    lists: list[list[str]] = [[] for _ in range(_SLOTS + 1)]
    for word, frequency in frequencies.items():
        lists[_slot(word[:2])].append(f"{word} {frequency}")
    parts = [" ".join(one).encode() for one in lists]
    return array("I", [0, *itertools.accumulate(map(len, parts))]).tobytes() + b"".join(parts)


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


@functools.lru_cache(maxsize=1 << 16)
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
