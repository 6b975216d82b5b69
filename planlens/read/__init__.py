"""From a file to a Document: decoded, cut into blocks, with a note for everything that was skipped or doubted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from planlens.errors import InputError
from planlens.model import Block, Document, Note, Span
from planlens.read import damage, furniture, lines
from planlens.read.text import read_markdown, read_text

Parts = tuple[str, str, tuple[Block, ...], tuple[Note, ...]]
"""What a format's reader gives back: text, encoding, blocks, notes."""
Reader = Callable[[bytes, str], Parts]


def _read_html(data: bytes, where: str) -> Parts:
    from planlens.read.html import read_html

    return read_html(data, where)


def _read_docx(data: bytes, where: str) -> Parts:
    from planlens.read.docx import read_docx

    return read_docx(data, where)


def _read_xlsx(data: bytes, where: str) -> Parts:
    from planlens.read.xlsx import read_xlsx

    return read_xlsx(data, where)


READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".docx": _read_docx,
    ".xlsx": _read_xlsx,
}

_LARGEST = 200 * 1024 * 1024
"""Bytes; the longest five-year plan is under 1 MB of text."""
_CONVERT = {".pdf", ".doc", ".wps", ".wpt", ".ofd", ".xls", ".et", ".rtf", ".odt", ".ppt", ".pptx", ".dotx"}
_MAGIC = (
    (b"%PDF", "a PDF; convert it to .docx or .txt first"),
    (b"\xd0\xcf\x11\xe0", "an old or encrypted Office file; save it without a password as .docx"),
    (b"PK\x03\x04", "a zip or Office file; if it is a Word file, name it .docx"),
    (b"\x89PNG", "a picture; planlens reads text, not scans"),
    (b"\xff\xd8\xff", "a picture; planlens reads text, not scans"),
    (b"GIF8", "a picture; planlens reads text, not scans"),
    (b"7z\xbc\xaf", "an archive; unpack it first"),
    (b"Rar!", "an archive; unpack it first"),
    (b"\x1f\x8b", "an archive; unpack it first"),
    (b"\x7fELF", "a program, not a plan"),
)
_BINARY_SHARE = 0.05
"""A text with more control characters than this is binary; a few stray NULs are not."""


def read_document(path: Path) -> Document:
    """The file as a Document. Raises InputError, one line, where it is missing, unreadable or no text."""
    reader = _reader(path)
    data = _bytes(path)
    text, encoding, blocks, notes = reader(data, str(path))
    _check_text(text, path, plain=reader in (read_text, read_markdown))
    blocks, more = _examined(text, blocks)
    if not blocks:
        raise InputError(f"{path}: no text in it; recognise a scan first, or copy what you see into a .txt")
    ordered = sorted((*notes, *more), key=lambda note: -1 if note.span is None else note.span.start)
    digest = hashlib.sha256(data).hexdigest()
    return Document(str(path), digest, text, encoding, blocks, tuple(ordered))


def _examined(text: str, blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], tuple[Note, ...]]:
    """Page furniture out, then advertising and damage marked in what is left of the text."""
    blocks, notes = furniture.separate(text, blocks)
    spots = damage.find(text)
    found = [Note("damage", spot, "转码时丢失的字符") for spot in spots]
    return _trimmed(text, blocks, spots), (*notes, *furniture.advertising(text), *found)


def _trimmed(text: str, blocks: tuple[Block, ...], spots: tuple[Span, ...]) -> tuple[Block, ...]:
    """Blocks without the rest of a tag at their end: 体糺/p> ends after 糺; the note keeps the whole spot."""
    ends = {spot.end: spot for spot in spots if text[spot.end - 1] == ">"}
    return tuple(_trim(text, block, ends[block.span.end]) if block.span.end in ends else block for block in blocks)


def _trim(text: str, block: Block, spot: Span) -> Block:
    keeps = spot.start + (text[spot.start] > "\x7f" or text[spot.start] in "?9")
    end = lines.strip(text, block.span.start, keeps).end
    if end <= block.span.start:
        return block
    return Block(block.kind, Span(block.span.start, end), block.level, block.table)


def _reader(path: Path) -> Reader:
    if not path.exists():
        raise InputError(f"{path}: no such file")
    if path.is_dir():
        raise InputError(f"{path}: a folder; name a file in it")
    suffix = path.suffix.lower()
    if suffix in _CONVERT:
        raise InputError(f"{path}: {suffix} is not supported yet; convert it to .docx or .txt")
    if suffix in READERS:
        return READERS[suffix]
    if not suffix:
        return read_text
    raise InputError(f"{path}: unknown format {suffix}; planlens reads {', '.join(READERS)}")


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > _LARGEST:
            raise InputError(f"{path}: {size // 2**20} MB, more than the limit of {_LARGEST // 2**20} MB")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    if not data.strip():
        raise InputError(f"{path}: the file is empty")
    if path.suffix.lower() not in (".docx", ".xlsx"):
        for magic, kind in _MAGIC:
            if data.startswith(magic):
                raise InputError(f"{path}: this is {kind}")
    return data


def _check_text(text: str, path: Path, *, plain: bool) -> None:
    sample = text[:100_000]
    controls = sum(char < " " and char not in "\t\n\v\f\r" for char in sample)
    if controls > len(sample) * _BINARY_SHARE:
        raise InputError(f"{path}: a binary file, not text")
    if plain and sample.lstrip(lines.BLANK)[:14].lower().startswith(("<!doctype html", "<html")):
        raise InputError(f"{path}: this is a web page; name it .html")
