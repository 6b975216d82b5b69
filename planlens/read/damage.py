"""Finds the places where a conversion swallowed or replaced characters: 达?0%, 体糺/p>, ?ldquo;, 锟斤拷.

    find(text)            -> the damaged spots
    repairs(text)         -> notes on what has one reading all the same: entities (ldquo; is “) and rests of tags
    mended(text, notes)   -> the text to compare, as long as before: entities read, tags and advertising blank

A page whose bytes were cut at the wrong place loses a character together with its neighbour, which may be a digit:
there is no telling 达到50% from 达到80%. So a spot is only named, never mended. A '?' is accused only in a document
that shows enough signs of damage, and never where it asks a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.entities import html5

from planlens.model import Note, Span
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
_NAMED = re.compile(rf"&?{_ENTITY}|&#(?:\d{{2,5}}|x[0-9A-Fa-f]{{2,4}});")
_TAG_END = r"(?: ?/?>(?!\s?\d)|\s[a-z-]{1,20}=[^<>\n]{0,300}>)"  # p>0.05 is no tag
_MARKUP = re.compile(rf"</?{_TAG}{_TAG_END}|(?<![A-Za-z/:<])(?:(?<=[^\x00-\x7f])9)?(?:/{_TAG}>|{_TAG}{_TAG_END})")
_OPENS, _CLOSES = "\ue000", "\ue001"
_HELD = {"“": _OPENS, "”": _CLOSES}
_QUOTES = {ord(_OPENS): "“", ord(_CLOSES): "”"}
_QUOTED = re.compile(rf"[“{_OPENS}][^“”。\n{_OPENS}{_CLOSES}]{{0,60}}[”{_CLOSES}]")
"""While entities are read, their quotation marks are private characters, so that the text's own stay as they are."""
_NOTHING = "\u200b"
"""What stands for a character that is no part of the sentence: it prints nothing and belongs to no word."""
_REPLACED = re.compile("[\ufffd\ud800-\udfff糺]+|锟[锟斤拷]*|烫{3,}|屯{3,}")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]+")
_AS_GBK = re.compile("[锛銆鈥锘鐨鏄鍦鍏鍚]")
_AS_LATIN = re.compile("(?:[Â-ô][\x80-\xbf\u0152-\u0178\u02c6\u02dc\u2013-\u203a€™]{1,3}){2,}")
_MARKS = re.compile(r"\?+")
_QUESTION = re.compile(r"[吗呢么何哪谁怎几]|多少|是否|[能可会]否|(.)[不没]\1|有无")
_SEGMENT = re.compile(r"[。！？!?;；，,\n]")
_ADDRESS = re.compile(r"[A-Za-z]{2,10}://|www\.|[\w.-]\.(?:com|cn|net|org|gov)\b|=|/\?")
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
    sure = [Span(*found.span()) for found in _REPLACED.finditer(text)]
    if _NAMED.search(text) or _MARKUP.search(text):  # quicker than looking for what stands before each
        sure += [Span(*found.span()) for found in _REMNANT.finditer(text)]
    sure += _misread(text)
    plain, weak = _question_marks(text)
    signs = len(sure) + sum(2 if text[span.end : span.end + 1].isdigit() else 1 for span in plain)
    if signs >= _SIGNS:
        sure += plain + weak
    return _merged(sure)


def repairs(text: str) -> tuple[Note, ...]:
    """A note for every entity and every (rest of a) tag that a page left in its text.

    >>> [(note.span.of("坚?ldquo;外防</p>"), note.why) for note in repairs("坚?ldquo;外防</p>")]
    [('ldquo;', '网页字符，代表 “'), ('</p>', '网页标记的残余')]
    """
    found = [(Span(*match.span()), f"网页字符，代表 {_reading(match[0])}") for match in _NAMED.finditer(text)]
    found += [(Span(*match.span()), "网页标记的残余") for match in _MARKUP.finditer(text)]
    return tuple(Note("repair", span, why) for span, why in sorted(found, key=lambda item: item[0].start))


def mended(text: str, notes: Iterable[Note]) -> str:
    """The text in which what `notes` call repaired or advertising reads as it should; every offset stays.

    A quotation mark whose partner the conversion took is left out: it would hold the next sentence fast.

    >>> text = "坚?ldquo;外防&rdquo;；?ldquo;两癌防治。"
    >>> mended(text, repairs(text)).replace("\u200b", "_")
    '坚?_____“外防______”；?______两癌防治。'
    """
    out, at = [], 0
    for note in notes:
        if note.kind not in ("repair", "advertising") or note.span is None or note.span.start < at:
            continue
        piece = note.span.of(text)
        read = _reading(piece) if note.kind == "repair" else ""
        out += [text[at : note.span.start], _HELD.get(read, read).rjust(len(piece), _NOTHING)]
        at = note.span.end
    return _paired("".join([*out, text[at:]]))


def _paired(text: str) -> str:
    """Marks of quotation that were read from entities where both are there, nothing where one is alone."""
    met = _QUOTED.sub(lambda found: found[0].translate(_QUOTES), text)
    return met.translate(dict.fromkeys(_QUOTES, _NOTHING))


def _reading(piece: str) -> str:
    """The character that an entity stands for: ldquo; and &#8220; are “; nothing for a tag."""
    name = piece.removeprefix("&")
    if name.startswith("#"):
        code = int(name[2:-1], 16) if name[1] in "xX" else int(name[1:-1])
        return chr(code) if chr(code).isprintable() else " "
    return html5.get(name, "")


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
