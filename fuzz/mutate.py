"""Damages files: bytes, text, the numbers and attributes of markup, and the parts of archives."""

from __future__ import annotations

import html
import io
import random
import re
import struct
import zipfile
from collections.abc import Callable

ARCHIVES = (".docx", ".xlsx", ".ofd", ".odt")
TEXTS = (".txt", ".md", ".csv")
ENCODINGS = (
    "utf-8", "utf-8-sig", "gb18030", "gbk", "big5", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "hz", "utf-7",
    "shift_jis", "latin-1", "cp1252",
)  # fmt: skip
NASTY = (
    "\x00", "\ud800", "\udfff", "\u200b", "\u200d", "\u2060", "\ufeff", "\u202e", "\u2066", "\u2069", "\u061c",
    "\x1b[31m", "\x07", "\x85", "\u2028", "\u2029", "\r", "\r\n", "\n\r", "\x0b", "\x0c", "�", "\ufffe", "\uffff",
    "\U0010ffff", "\U000e0041", "👨\u200d👩", "e" + "\u0301" * 40, "\u0e33", "İ", "ß", "ﬀ", "ǅ", "Ⅳ", "①", "²", "½",
    "\u0663", "\u06f5", "\u07c1", "１", "壹", "〇", "零", "万亿", "亿万", "廿", "兆", "千千万", "百分之", "‰",
    "%", "％", "：", "1:",
    "/10万", "9" * 400, "0" * 400 + "1", "1" + "0" * 5000, "1.2.3.4", "1,,2", "1,000,00", ".5", "5.", "-5", "—", "1—",
    "~", "～", "1e999", "NaN", "0/0", "1/0", "第十", "一、", "（一）", "(1)", "1.", "1．1．1．", "专栏",
    "附件", "表1", "2025年",
    "9999年", "0年", "2025—2020年", "13月", "2月30日", "以上", "不少于", "不超过不低于", "到", "。", "；",
    "，", "、", "?", "??", "锟斤拷",
    "烫烫烫", "&nbsp;", "&#0;", "&#x110000;", "&#xD800;", "?ldquo;", "/p>", "<p>",
    "</script><script>alert(1)</script>",
    "=HYPERLINK(\"http://example.org\")", "@SUM(1)", "+1", "]]>", "<!--", "|", "｜", " | | | ", "\t\t", "\"", "\"\"",
    "《", "》", "（", "）", "“", "**", "```", "---", "====", "#######", "{{x}}", "%s", "{0}", "\\", "../", "$(x)",
)  # fmt: skip
NUMBERS = (
    "", "0", "-1", "1", "2", "00", "1.5", "-0.0", "65536", "1000000", "2147483648", "99999999999999999999", "1e309",
    "NaN", "inf", "-inf", "０", "²", "x", " ", "../../etc/passwd", "http://example.org/x", "file:///etc/passwd", "#",
    "A" * 5000, "true", "none", "Z", "AAAA1", "A0", "XFE1048577", "g 999999999 1", "g -1 5", "&amp;", "\u0661",
)  # fmt: skip
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_ATTRIBUTE = re.compile(rb'="[^"<>]{0,200}"')
_TAG = re.compile(rb"<[/?]?[A-Za-z][^<>]{0,300}>")
_CONTENT = re.compile(rb">[^<>]+<")
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ELEMENT = re.compile(rb"<[A-Za-z][^<>]{0,300}>[^<>]*</[A-Za-z:]+>")
Bytes = Callable[[bytes, random.Random], bytes]
Text = Callable[[str, random.Random], str]


def damaged(data: bytes, suffix: str, chance: random.Random, other: bytes) -> bytes:
    """A file of the format with one to four wounds; `other` is another file of it, to splice from."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        kind = chance.random()
        if suffix in ARCHIVES and kind < 0.8:
            data = in_archive(data, chance)
        elif suffix in TEXTS and kind < 0.7:
            data = in_text(data, chance)
        elif suffix in (".html", ".mhtml", ".rtf") and kind < 0.7:
            data = chance.choice((in_text, in_markup, in_markup))(data, chance)
        elif suffix == ".pdf" and kind < 0.6:
            data = one_of(_NUMBER, data, chance, lambda _: chance.choice(NUMBERS).encode())
        else:
            data = chance.choice(_BYTES)(data, chance) if chance.random() < 0.9 else spliced(data, other, chance)
    return data


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def flipped(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(min(len(out), chance.choice((1, 3, 30)))):
        out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def overwritten(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    filling = chance.choice((b"\0", b"\xff", b"\x80", b"0", b"<", b"\n", chance.randbytes(1)))
    size = chance.choice((1, 2, 4, 64))
    return data[:at] + filling * size + data[at + size :]


def removed(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at + chance.choice((1, 2, 16, 300)) :]


def repeated(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    piece = data[at : at + chance.choice((1, 3, 40, 400))]
    return data[:at] + piece * chance.choice((2, 10, 100)) + data[at:]


def swapped(data: bytes, chance: random.Random) -> bytes:
    a, b, c = sorted(chance.randrange(len(data) + 1) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def sized(data: bytes, chance: random.Random) -> bytes:
    """A field of a binary structure set to an extreme."""
    at = chance.randrange(len(data) + 1)
    number = struct.pack(chance.choice(("<I", ">I", "<H", ">H")), chance.choice((0, 1, 0xFFFF, 0x7FFF, 0x100)))
    return data[:at] + number + data[at + len(number) :]


_BYTES: tuple[Bytes, ...] = (cut, flipped, flipped, overwritten, removed, repeated, swapped, sized)


def spliced(data: bytes, other: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(other) + 1) for _ in range(2))
    at = chance.randrange(len(data) + 1)
    return data[:at] + other[start:end] + data[at:]


def one_of(pattern: re.Pattern[bytes], data: bytes, chance: random.Random, made: Callable[[bytes], bytes]) -> bytes:
    """One match of the pattern, looked for from a random place on, replaced."""
    found = pattern.search(data, chance.randrange(len(data) + 1)) or pattern.search(data)
    return data if found is None else data[: found.start()] + made(found[0]) + data[found.end() :]


def in_text(data: bytes, chance: random.Random) -> bytes:
    text = chance.choice(_TEXT)(data.decode("utf-8", "replace"), chance)
    if chance.random() < 0.25:
        return encoded(text, chance)
    return text.encode("utf-8", "surrogatepass")


def encoded(text: str, chance: random.Random) -> bytes:
    """In another encoding, what it lacks lost; sometimes decoded wrongly and encoded once more."""
    name = chance.choice(ENCODINGS)
    data = text.encode(name, chance.choice(("ignore", "replace")))
    if chance.random() < 0.3:
        data = data.decode(chance.choice(("latin-1", "gbk", "utf-8")), "replace").encode()
    return data


def with_nasty(text: str, chance: random.Random) -> str:
    for _ in range(chance.choice((1, 2, 10))):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(NASTY) * chance.choice((1, 1, 1, 2, 30)) + text[at:]
    return text


def with_plane(text: str, chance: random.Random) -> str:
    """Characters of any plane of Unicode."""
    at = chance.randrange(len(text) + 1)
    strange = "".join(chr(chance.randrange(17) * 0x10000 + chance.randrange(0x10000)) for _ in range(20))
    return text[:at] + strange + text[at:]


def with_digits_changed(text: str, chance: random.Random) -> str:
    places = [match.span() for match in re.finditer(r"\d+(?:\.\d+)?", text)]
    for start, end in reversed(chance.sample(places, min(len(places), 5))):
        text = text[:start] + chance.choice((*NUMBERS, *NASTY)) + text[end:]
    return text


def lines_shuffled(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    for _ in range(min(len(lines), 5)):
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[at] = chance.choice((lines[other], "", lines[at] + lines[other], lines[at][: chance.randrange(9)]))
    return chance.choice(("\n", "\r\n", "\r", "\n\n", "", "\u2028", "\x85")).join(lines)


def characters_repeated(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    piece = text[at : at + chance.choice((1, 1, 2, 5, 60))]
    return text[:at] + piece * chance.choice((2, 5, 50, 500)) + text[at:]


def characters_lost(text: str, chance: random.Random) -> str:
    lost = chance.choice(text) if text else ""
    return text.replace(lost, chance.choice(("", "?", "\ufffd", lost * 2)))


def nested(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    left, right = chance.choice(("（）", "《》", "“”", "()", "[]", "【】"))
    depth = chance.choice((3, 50, 1500))
    return text[:at] + left * depth + text[at : at + 9] + right * depth + text[at + 9 :]


def cut_text(text: str, chance: random.Random) -> str:
    start, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    return text[start:end]


def columns_added(text: str, chance: random.Random) -> str:
    row = " | ".join(chance.choice(("1", "", "指标", "2025年", "%")) for _ in range(chance.choice((2, 9, 300))))
    at = text.find("\n", chance.randrange(len(text) + 1))
    return f"{text[:at]}\n{row}\n{text[at:]}"


_TEXT: tuple[Text, ...] = (
    with_nasty, with_nasty, with_plane, with_digits_changed, lines_shuffled, characters_repeated, characters_lost,
    nested, cut_text, columns_added,
)  # fmt: skip


def in_markup(data: bytes, chance: random.Random) -> bytes:
    """An attribute, a number or a text with what nobody expects; an element lost, doubled or nested; a tag broken."""
    return chance.choice(_MARKUP)(data, chance)


def attribute(data: bytes, chance: random.Random) -> bytes:
    return one_of(_ATTRIBUTE, data, chance, lambda _: f'="{chance.choice(NUMBERS)}"'.encode())


def number(data: bytes, chance: random.Random) -> bytes:
    return one_of(_NUMBER, data, chance, lambda _: chance.choice(NUMBERS).encode())


def content(data: bytes, chance: random.Random) -> bytes:
    """The text of one element mutated and escaped, the markup as it was."""

    def made(found: bytes) -> bytes:
        text = chance.choice(_TEXT)(html.unescape(found[1:-1].decode("utf-8", "replace")), chance)
        if chance.random() < 0.9:
            text = _NO_XML.sub("", text)
        return b">" + html.escape(text).encode("utf-8", "surrogatepass") + b"<"

    return one_of(_CONTENT, data, chance, made)


def element(data: bytes, chance: random.Random) -> bytes:
    return one_of(_ELEMENT, data, chance, lambda whole: whole * chance.choice((0, 2, 50)))


def wrapped(data: bytes, chance: random.Random) -> bytes:
    def made(whole: bytes) -> bytes:
        name, deep = whole[1:].split(b">")[0].split()[0].rstrip(b"/"), chance.choice((2, 30, 600))
        return b"<%s>" % name * deep + whole + b"</%s>" % name * deep

    return one_of(_ELEMENT, data, chance, made)


def broken_tag(data: bytes, chance: random.Random) -> bytes:
    return one_of(
        _TAG, data, chance, lambda tag: chance.choice((b"", tag * 2, tag.replace(b"/", b""), b"<![CDATA[", b"<!--"))
    )


_MARKUP: tuple[Bytes, ...] = (attribute, attribute, number, content, content, content, element, wrapped, broken_tag)


def in_archive(data: bytes, chance: random.Random) -> bytes:
    """A part damaged, lost, doubled, moved outside, blown up; the archive whole again where it can be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = [(entry.filename, package.read(entry)) for entry in package.infolist()]
    except Exception:  # damaged by an earlier wound, in any way
        return flipped(data, chance) if data else data
    main = [at for at, (name, _) in enumerate(parts) if re.search(r"document|sheet\d|shared|content|P\.xml", name)]
    at = chance.choice(main) if main and chance.random() < 0.7 else chance.randrange(len(parts)) if parts else None
    if at is None:
        return data
    name, body = parts[at]
    kind = chance.random()
    if kind < 0.75:
        parts[at] = (name, chance.choice((in_markup,) * 12 + (in_text, cut, removed, flipped))(body, chance))
    elif kind < 0.8:
        del parts[at]
    elif kind < 0.85:
        parts.insert(chance.randrange(len(parts)), (chance.choice((name, "../x", "/x", "C:\\x", name.upper())), body))
    elif kind < 0.9:
        parts[at] = (name, b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + body)
    elif kind < 0.95:
        parts[at] = (name, body.replace(b'Target="', b'TargetMode="External" Target="http://example.org/'))
    else:
        parts[at] = (name, body + chance.choice((b" ", b"<a>", b"\0")) * chance.choice((10_000, 3_000_000)))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in dict(parts).items():
            packing = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED  # as OpenDocument has it
            package.writestr(zipfile.ZipInfo(name), body, compress_type=packing)
    return out.getvalue()
