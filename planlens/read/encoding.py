"""Turns bytes of unknown encoding into text by decoding them every likely way and keeping what reads as Chinese."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from planlens.errors import InputError
from planlens.model import Note

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_CANDIDATES = ("utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be")
_SAMPLE = 8192
"""Bytes that are scored, from the first one that is not ASCII: 40 were enough to tell the encodings apart."""
_READABLE = 0.5
"""Least share of common characters: real text has over 0.9 in its own encoding and under 0.6 in a wrong one."""
_CLOSE = 0.15
"""A runner-up nearer than this leaves a doubt, and lets the declared encoding decide."""
_STRAY = 0.01
"""Below this share of non-ASCII bytes there is nothing to judge by: the text is ASCII with a few broken bytes."""
_NUL_SHARE = 0.1
"""UTF-16 text in Latin letters is valid UTF-8 full of NULs; a stray NUL is not yet UTF-16."""
_PUNCTUATION = re.compile("[\u2010-\u2027\u2030-\u203b\u2103\u2160-\u217f\u2460-\u249b\u3000-\u301f\uff00-\uff5e·×°±÷]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ue000-\uf8ff\ufffd\uffff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text without its byte order mark, the encoding it was read in, and what was doubtful about it."""

    text: str
    encoding: str
    notes: tuple[Note, ...] = ()


@cache
def common_characters() -> frozenset[str]:
    """The characters that make up 97 % of Chinese text."""
    lines = files("planlens").joinpath("data/common_chars.txt").read_text("utf-8").splitlines()
    return frozenset("".join(line for line in lines if not line.startswith("#")))


def decode(data: bytes, where: str, *, declared: str | None = None) -> Decoded:
    """The text of a file, whatever it was saved in; `declared` (a page's charset) only breaks a tie.

    Raises InputError where no encoding gives readable text; `where` names the file in the message.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding)
    if data.count(0) <= len(data) * _NUL_SHARE:
        try:
            return Decoded(data.decode("utf-8"), "utf-8")
        except UnicodeDecodeError:
            pass
        if len(re.findall(rb"[\x80-\xff]", data)) < len(data) * _STRAY:
            return _decoded(data, "utf-8")
    return _best(data, where, declared)


def _best(data: bytes, where: str, declared: str | None) -> Decoded:
    sample = _sample(data)
    ranked = sorted(((readable(sample.decode(name, "replace")), name) for name in _CANDIDATES), reverse=True)
    (first, winner), (second, runner_up) = ranked[:2]
    if first < _READABLE:
        raise InputError(f"{where}: text in no known encoding; save it as UTF-8 and try again")
    if first - second < _CLOSE and declared and _python_name(declared) == runner_up:
        winner, runner_up = runner_up, winner
    decoded = _decoded(data, winner)
    if first - second >= _CLOSE:
        return decoded
    doubt = Note("encoding", None, f"按{winner}读取；{runner_up}几乎同样吻合")
    return Decoded(decoded.text, winner, (*decoded.notes, doubt))


def _decoded(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace")
    lost = text.count("\ufffd")
    if not lost:
        return Decoded(text, encoding)
    return Decoded(text, encoding, (Note("encoding", None, f"按{encoding}读取；未能读出的字符：{lost}"),))


def _sample(data: bytes) -> bytes:
    found = re.search(rb"[\x80-\xff]", data)
    start = found.start() & ~1 if found else 0  # even, so that UTF-16 stays aligned
    return data[start : start + _SAMPLE]


def readable(text: str) -> float:
    """How much the characters beyond ASCII look like Chinese text, at most 1; controls count against."""
    common = common_characters()
    beyond = [char for char in text if char > "\x7f"]
    broken = len(_CONTROL.findall(text))
    good = sum(char in common for char in beyond) + len(_PUNCTUATION.findall(text))
    return (good - broken) / max(1, len(beyond) + broken)


def _python_name(charset: str) -> str:
    """The candidate a page's charset means: gb2312 and gbk are read as gb18030, which contains them."""
    name = charset.strip().lower().replace("_", "-")
    return {"gb2312": "gb18030", "gbk": "gb18030", "utf8": "utf-8", "utf-16": "utf-16-le"}.get(name, name)
