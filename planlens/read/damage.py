"""Finds the places where a conversion swallowed or replaced characters: 达?0%, 体糺/p>, ?ldquo;, 锟斤拷.

A page whose bytes were cut at the wrong place loses a character together with its neighbour, which may be a digit:
there is no telling 达到50% from 达到80%. So a spot is only named, never mended. A '?' is accused only in a document
that shows enough signs of damage, and never where it asks a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from planlens.model import Span
from planlens.read.encoding import readable

_SIGNS = 2
"""Signs before a '?' is accused: one alone may be a real question in a text with Western punctuation.

A '?' glued to the number after it, with no question word before it, counts as two: nobody asks like that.
"""

_ENTITY = (
    "(?:[lr][ds]quo|[mn]dash|hellip|middot|[en][mn]sp|nbsp|quot|amp|permil|times|deg|plusmn|le|ge|bull|la?quo|raquo);"
)
_TAG = "(?:p|div|span|t[dhr]|table|tbody|strong|b|i|u|a|li|ul|ol|font|em|h[1-6]|o:p|br|img|hr|section)"
_REMNANT = re.compile(
    # The '<' or '&' went with the last byte of the character before it, so that character is wrong too.
    rf"(?:[^\x00-\x7f\s]|\?|(?<=[^\x00-\x7f])9)?(?:"
    rf"(?<![&A-Za-z]){_ENTITY}"
    rf"|(?<![<A-Za-z/]){_TAG}\s[a-z-]{{1,20}}=[^<>\n]{{0,300}}>"
    rf"|(?<![<A-Za-z/:]){_TAG} ?/?>"
    rf"|(?<![<A-Za-z/:])/{_TAG}>)"
)
_REPLACED = re.compile("[\ufffd\ud800-\udfff]+|(?:锟斤拷?|锟)+|[烫屯]{3,}|糺")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]+")
_AS_GBK = re.compile("[锛銆鈥锘鐨鏄鍦鍏鍚]")
_AS_LATIN = re.compile("(?:[Â-ô][\x80-\xbf\u0152-\u0178\u02c6\u02dc\u2013-\u203a€™]{1,3}){2,}")
_MARKS = re.compile(r"\?+")
_QUESTION = re.compile(r"[吗呢么何哪谁怎几]|多少|是否|[能可会]否|(.)[不没]\1|有无")
_SEGMENT = re.compile(r"[。！？!?;；，,\n]")
_ADDRESS = re.compile(r"[A-Za-z]{2,10}://|www\.|[\w.-]+\.(?:com|cn|net|org|gov)\b|=|/\?")
_CLOSING = frozenset("”’」』）)】》〉\"'…~，。；、,;!！")
_LOOK = 40
"""Characters looked back for a question word: no clause between commas is longer."""


def find(text: str) -> tuple[Span, ...]:
    """The damaged spots of a text in order, not overlapping; () for a text without damage.

    >>> text = "坚?ldquo;外防输入，覆盖率达?0%，新建?个</p>"
    >>> [span.of(text) for span in find(text)]
    ['?ldquo;', '?', '?']
    >>> find("目标是多少?80%。为什么?见 http://a.cn/?id=3")
    ()
    """
    sure = [Span(*found.span()) for pattern in (_REMNANT, _REPLACED) for found in pattern.finditer(text)]
    sure += _misread(text)
    plain, weak = _question_marks(text)
    signs = len(sure) + sum(2 if text[span.end : span.end + 1].isdigit() else 1 for span in plain)
    if signs >= _SIGNS:
        sure += plain + weak
    return _merged(sure)


def _misread(text: str) -> list[Span]:
    """UTF-8 read as GBK (鐨勫彂灞) or as Latin-1 (ä¸å›½)."""
    spans = [Span(*found.span()) for found in _AS_LATIN.finditer(text)]
    for found in _BEYOND_ASCII.finditer(text):
        if not _AS_GBK.search(found.group()):
            continue
        meant = found.group().encode("gb18030", "replace").decode("utf-8", "replace")
        if readable(meant) > readable(found.group()):
            spans.append(Span(*found.span()))
    return spans


def _question_marks(text: str) -> tuple[list[Span], list[Span]]:
    """The '?' that no one would write there, and those that are suspect only where others are."""
    plain: list[Span] = []
    weak: list[Span] = []
    for found in _MARKS.finditer(text):
        start, end = found.span()
        if _in_address(text, start, end) or _asks(text, start):
            continue
        before, after = text[start - 1 : start], text[end : end + 1]
        if not (_beyond_ascii(before) or before.isdigit() or _beyond_ascii(after) or after.isdigit()):
            continue  # English, code, a lone mark
        glued = bool(after) and not after.isspace() and after not in _CLOSING
        before_a_stop = bool(after) and after in "，。；、"
        (plain if glued or before_a_stop else weak).append(Span(start, end))
    return plain, weak


def _in_address(text: str, start: int, end: int) -> bool:
    left, right = start, end
    while left > 0 and start - left < 200 and "!" <= text[left - 1] <= "~":
        left -= 1
    while right < len(text) and right - end < 50 and "!" <= text[right] <= "~":
        right += 1
    return bool(_ADDRESS.search(text, left, right)) and ";" not in text[end:right]


def _asks(text: str, at: int) -> bool:
    """Whether the clause that the mark ends holds a question word: 怎么办? 效果好不好?"""
    segment = _SEGMENT.split(text[max(0, at - _LOOK) : at])[-1]
    return bool(_QUESTION.search(segment))


def _beyond_ascii(char: str) -> bool:
    return char > "\x7f"


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    """Spans that touch or overlap become one: ?ldquo; is one spot, not two."""
    return tuple(_joined(sorted(spans, key=lambda span: (span.start, span.end))))


def _joined(spans: list[Span]) -> Iterator[Span]:
    current: Span | None = None
    for span in spans:
        if current is not None and span.start <= current.end:
            current = Span(current.start, max(current.end, span.end))
            continue
        if current is not None:
            yield current
        current = span
    if current is not None:
        yield current
