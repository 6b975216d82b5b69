"""Turns bytes of unknown encoding into text by decoding them every likely way and keeping what reads as Chinese."""

from __future__ import annotations

import codecs
import re
from collections import Counter
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
_CODECS = {"big5": "big5hkscs"}
"""What a candidate is decoded with: files called Big5 hold the characters of Hong Kong and of Windows as well."""
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
_ONE_SIDE = 0.9
"""Share of the NULs at odd (or even) places from which on they are the upper halves of UTF-16's digits and letters."""
_SURE = 0.8
"""Least readability of a line in another encoding than the file's before it is taken for one pasted in."""
_GAIN = 2
"""Characters that must read well after a byte is passed over, and did not before: one may be chance."""
_LEAST = 6
"""Bytes beyond ASCII in such a line: fewer tell nothing."""
_HIGH = re.compile(rb"[\x80-\xff]")
_RUN = re.compile(rb"(?<![\x80-\xff])[\xa1-\xfe]{3,}(?![\x80-\xff])")
_MISREADINGS = (
    ("gb18030", "utf-8"),
    ("cp1252", "utf-8"),
    ("latin-1", "utf-8"),
    ("cp1252", "gb18030"),
    ("big5hkscs", "utf-8"),
)
"""What text was taken for, and what it was."""
_GAPS = "\x81\x8d\x8f\x90\x9d"
_ONCE_MISREAD = re.compile("[\x80-\x9fÀ-ÿ]{2}|[\xa0-ÿŒœŠšŸŽžƒˆ˜\u2013-\u2122]{3}|[锛銆鈥锘鐨鏄鍦鍏鍚蝎嚗撌]")
"""Signs that are dear to no plan: without one the text is taken as it is."""
_LOST = re.compile("\ufffd+")
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
            return _undone(data.decode("utf-8"))
        except UnicodeDecodeError:
            pass
        if len(_HIGH.findall(data)) < len(data) * _STRAY:
            return _decoded(data, "utf-8")
    elif half := _halves(data):
        return _decoded(data, half)
    return _best(data, where, declared)


def _undone(text: str) -> Decoded:
    """UTF-8 text, its lines put right that were once read in a wrong encoding and saved so: 鐨勫彂灞, ä¸å›½, ÉîÛÚ.

    The line goes back to bytes and on to readable text, without a byte left over. Where the misreading itself lost
    bytes (\ufffd), what is left is read and the lost places stay marked.
    """
    if not _ONCE_MISREAD.search(text):
        return Decoded(text, "utf-8")
    lines, mended = text.split("\n"), Counter[str]()
    for at, line in enumerate(lines):
        if _ONCE_MISREAD.search(line) and (found := _back(line)):
            lines[at] = found[0]
            mended[found[1]] += 1
    notes = [Note("encoding", None, f"误按{how}保存的行，已还原：{count}") for how, count in sorted(mended.items())]
    return Decoded("\n".join(lines), "utf-8", tuple(notes))


def _back(line: str) -> tuple[str, str] | None:
    """The line as it was before it was misread, and as what it was: the first way back that reads far better."""
    before = readable(line)
    for taken, meant in _MISREADINGS:
        made = _bytes_again(line, taken)
        text = made.decode(meant, "replace") if made is not None else line
        if text.count("\ufffd") > 3 * line.count("\ufffd"):  # a lost byte leaves at most three in a character
            continue
        if text != line and readable(text.replace("\ufffd", "")) >= max(_SURE, before + _CLOSE):
            return _LOST.sub("\ufffd", text), taken
    return None


def _bytes_again(line: str, taken: str) -> bytes | None:
    """The bytes that were taken for `line` in an encoding; Windows' has five gaps that programs fill from Latin-1."""
    try:
        if taken == "gb18030":
            return line.encode(taken).replace("\ufffd".encode(taken), b"\xff")
        if taken != "cp1252":
            return line.encode(taken)
        return b"".join(char.encode("latin-1" if char in _GAPS else taken) for char in line)
    except UnicodeEncodeError:
        return None


def _halves(data: bytes) -> str | None:
    """UTF-16 without its mark, by the side on which the NULs of its digits, spaces and letters stand."""
    whole = data[: len(data) & ~1]
    if not whole.count(0) or 2 * whole.count(0) > len(whole):
        return None
    odd = whole[1::2].count(0) / whole.count(0)
    half = "utf-16-le" if odd >= _ONE_SIDE else "utf-16-be" if odd <= 1 - _ONE_SIDE else None
    return half if half and readable(_read(whole[:_SAMPLE], half)) >= _READABLE else None


def _best(data: bytes, where: str, declared: str | None) -> Decoded:
    sample = _sample(data)
    ranked = sorted(((readable(_read(sample, name)), name) for name in _CANDIDATES), reverse=True)
    (first, winner), (second, runner_up) = ranked[:2]
    if first < _READABLE and readable(_decoded(data, winner).text[:_SAMPLE]) < _READABLE:
        raise InputError(f"{where}: text in no known encoding; save it as UTF-8 and try again")
    if first - second < _CLOSE and declared and _python_name(declared) == runner_up:
        winner, runner_up = runner_up, winner
    decoded = _decoded(data, winner)
    if first - second >= _CLOSE:
        return decoded
    doubt = Note("encoding", None, f"按{winner}读取；{runner_up}几乎同样吻合")
    return Decoded(decoded.text, winner, (*decoded.notes, doubt))


def _read(data: bytes, encoding: str) -> str:
    return data.decode(_CODECS.get(encoding, encoding), "replace")


def _decoded(data: bytes, encoding: str) -> Decoded:
    text = _read(data, encoding)
    notes: list[Note] = []
    if encoding in ("utf-8", "gb18030", "big5"):
        text, strays = _by_line(data, text, encoding)
        notes = [Note("encoding", None, f"夹有按{name}读取的行：{count}") for name, count in sorted(strays.items())]
    if lost := text.count("\ufffd"):
        notes.append(Note("encoding", None, f"按{encoding}读取；未能读出的字符：{lost}"))
    return Decoded(text, encoding, tuple(notes))


def _by_line(data: bytes, text: str, encoding: str) -> tuple[str, Counter[str]]:
    """The text with lines that were pasted in from a file of another encoding, and how many there are of each."""
    strays = Counter[str]()
    made = []
    for raw, line in zip(data.split(b"\n"), text.split("\n"), strict=True):
        if raw.isascii():
            made.append(line)
            continue
        other = _stray(raw, line, encoding)
        strays.update([other] if other else [])
        made.append(_read(raw, other) if other else _resumed(raw) if encoding == "gb18030" else line)
    return "\n".join(made), strays


def _stray(raw: bytes, line: str, encoding: str) -> str | None:
    """The encoding of a line that is not the file's, where it reads far better in that one, without a fault."""
    if len(_HIGH.findall(raw)) < _LEAST or ("\ufffd" not in line and (encoding == "utf-8" or readable(line) >= _SURE)):
        return None
    for other in ("utf-8", "gb18030", "big5"):
        if other == encoding:
            continue
        read = _read(raw.rstrip(b"\r"), other)
        if "\ufffd" not in read and readable(read) >= max(_SURE, readable(line) + _CLOSE):
            return other
    return None


def _resumed(raw: bytes) -> str:
    """A line of GB 18030 in which the pairs of bytes are found again behind a lost one.

    A byte that was overwritten leaves its partner, and every pair behind it is read across two characters up to the
    next ASCII one: 卫生 becomes 郎. In a run of an odd number of bytes the partner is where both sides read best.
    """
    out, at = [], 0
    for found in _RUN.finditer(raw):
        partner = _partner(found[0]) if len(found[0]) % 2 else None
        if partner is not None:
            cut = found.start() + partner
            out += [raw[at:cut].decode("gb18030", "replace"), "\ufffd"]
            at = cut + 1
    return "".join([*out, raw[at:].decode("gb18030", "replace")])


def _partner(run: bytes) -> int | None:
    """Where in a run of an odd number of bytes the one without a partner stands; None where all pairs read well.

    A run may be odd because a rare character ends in an ASCII byte, or because the file was cut.
    """
    left = [_reads(run[at : at + 2]) for at in range(0, len(run) - 1, 2)]
    right = [_reads(run[at : at + 2]) for at in range(1, len(run), 2)]
    best, score = 0, sum(right)
    here = score
    for at, (before, after) in enumerate(zip(left, right, strict=True)):
        here += before - after
        if here > score:
            best, score = at + 1, here
    return 2 * best if score >= sum(left) + _GAIN else None


def _reads(pair: bytes) -> bool:
    char = pair.decode("gb18030", "replace")
    return char in common_characters() or bool(_PUNCTUATION.match(char))


def _sample(data: bytes) -> bytes:
    found = _HIGH.search(data)
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
