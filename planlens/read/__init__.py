"""From a file to a Document: decoded, cut into blocks, with a note for everything that was skipped or doubted."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from planlens.errors import InputError, SettingsError
from planlens.model import Block, Document, Note, Span
from planlens.read import damage, furniture, limits, lines, sniff
from planlens.read.text import read_markdown, read_text
from planlens.traditional import simplified

Parts = tuple[str, str, tuple[Block, ...], tuple[Note, ...]]
"""What a format's reader gives back: text, encoding, blocks, notes."""
Paged = tuple[str, str, tuple[Block, ...], tuple[Note, ...], tuple[tuple[int, int], ...]]
"""The same of a format with pages, and where each page begins."""
Reader = Callable[[bytes, str], Parts | Paged]


def _by(module: str) -> Reader:
    """The function read_MODULE of planlens.read.MODULE, imported when a file needs it; office.rtf is read_rtf there."""
    name, _, function = module.partition(".")

    def read(data: bytes, where: str) -> Parts | Paged:
        found: Reader = getattr(import_module(f"planlens.read.{name}"), f"read_{function or name}")
        return found(data, where)

    return read


READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".html": _by("html"),
    ".htm": _by("html"),
    ".mhtml": _by("mhtml"),
    ".mht": _by("mhtml"),
    ".docx": _by("docx"),
    ".pdf": _by("pdf"),
    ".xlsx": _by("xlsx"),
    ".csv": _by("csv"),
    ".tsv": _by("csv"),
    ".doc": _by("office.doc"),
    ".wps": _by("office.doc"),
    ".rtf": _by("office.rtf"),
    ".odt": _by("office.odt"),
    ".xls": _by("office.xls"),
    ".et": _by("office.xls"),
    ".ods": _by("office.ods"),
    ".ofd": _by("ofd"),
    ".xml": _by("office.word_xml"),
}
"""The reader of each suffix; what the bytes say comes first (planlens.read.sniff)."""
_TEXTS = frozenset((".txt", ".md", ".html", ".htm", ".mhtml", ".mht", ".csv", ".tsv"))
"""Formats that are text; the bytes of all others must say what they are."""
_KINDS = {
    ".doc": (".doc", ".dot", ".wps", ".wpt"),
    ".docx": (".docx", ".docm", ".dotx", ".dotm"),
    ".xlsx": (".xlsx", ".xlsm", ".xltx", ".xltm"),
    ".xls": (".xls", ".xlt", ".et", ".ett"),
    ".html": (".html", ".htm", ".xhtml", ".shtml"),
    ".mhtml": (".mhtml", ".mht"),
}
"""The suffixes that go with what the bytes are, where there is more than one."""
_LARGEST = 100 * 1024 * 1024
"""Bytes, unless PLANLENS_MAX_BYTES says otherwise; the longest five-year plan is under 1 MB of text."""
_LONGEST_PLAIN = 30 * 1024 * 1024
"""Bytes of a file that is nothing but text, unless PLANLENS_MAX_BYTES is given: ten million characters."""
_PLAIN = frozenset((".txt", ".md", ".csv", ".tsv"))
_LONGEST_TEXT = 20_000_000
"""Characters; the plans of a whole province for a year are fewer."""
_LONGEST_PARAGRAPH = 1_000_000
"""Characters; the longest plan as one paragraph is a fifth of it."""
_BINARY_SHARE = 0.05
"""A text with more control characters than this is binary; a few stray NULs are not."""


def read_document(path: Path) -> Document:
    """The file as a Document. Raises InputError, one line, where it is missing, unreadable or no text."""
    data = _bytes(path)
    suffix = _format(path, data)
    made = READERS[suffix](data, str(path))
    text, encoding, blocks, notes = made[:4]
    pages = made[4] if len(made) == 5 else ()
    _check_text(text, blocks, path)
    blocks, more = _examined(text, blocks)
    if not blocks:
        raise InputError(f"{path}: no text in it; recognise a scan first, or copy what you see into a .txt")
    named = path.suffix.lower()
    if named not in ("", suffix, *_KINDS.get(suffix, ())):
        notes = (Note("encoding", None, f"扩展名为 {named}，按内容读作 {suffix}"), *notes)
    ordered = sorted((*notes, *more), key=lambda note: -1 if note.span is None else note.span.start)
    digest = hashlib.sha256(data).hexdigest()
    return Document(str(path), digest, text, encoding, blocks, tuple(ordered), pages=pages)


def _examined(text: str, blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], tuple[Note, ...]]:
    """Page furniture out, then advertising and damage marked in what is left of the text."""
    plain = simplified(text)
    blocks, notes = furniture.separate(plain, blocks)
    spots = damage.find(text)
    found = [Note("damage", spot, "转码时丢失的字符") for spot in spots]
    return _trimmed(text, blocks, spots), (*notes, *furniture.advertising(plain), *found, *damage.repairs(text))


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


def _format(path: Path, data: bytes) -> str:
    """The suffix whose reader reads the file: what the bytes say, and what the name says where they are plain text."""
    suffix = path.suffix.lower()
    found = sniff.kind(data, str(path))
    if why := sniff.picture(suffix):
        raise InputError(f"{path}: this is {why}")
    if found in READERS:
        return found
    if found:
        raise InputError(f"{path}: {found} is not supported yet; convert it to .docx or .txt")
    if suffix in _TEXTS or not suffix:
        if suffix in (*_PLAIN, "") and len(data) > _limit(_LONGEST_PLAIN):
            size = f"{len(data) / 2**20:.0f} MB of plain text"
            raise InputError(f"{path}: {size} is no plan; part it into files (PLANLENS_MAX_BYTES sets another limit)")
        return suffix or ".txt"
    if suffix in READERS or any(suffix in suffixes for suffixes in _KINDS.values()):
        raise InputError(f"{path}: no {suffix} file although named so, or a broken one; save it again, text as .txt")
    raise InputError(f"{path}: unknown format {suffix}; planlens reads {', '.join(READERS)}")


def _bytes(path: Path) -> bytes:
    """The bytes of a regular file within the limit; a pipe or a device is not waited for."""
    limit = _limit()
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError(f"{path}: a folder; name a file in it")
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{path}: a pipe or a device, not a file; save it as a file first")
        with path.open("rb") as stream:
            data = stream.read(limit + 1) if status.st_size <= limit else b""
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if max(len(data), status.st_size) > limit:
        size = max(len(data), status.st_size) / 2**20
        raise InputError(
            f"{path}: {size:.1f} MB, more than the limit of {limit / 2**20:g} MB; PLANLENS_MAX_BYTES sets another"
        )
    if not data.strip():
        raise InputError(f"{path}: the file is empty")
    return data


def _limit(usual: int = _LARGEST) -> int:
    """The most bytes that are read: PLANLENS_MAX_BYTES, else `usual`. Raises SettingsError where it is no number."""
    told = os.environ.get("PLANLENS_MAX_BYTES", "").strip()
    if not told:
        return usual
    if not (told.isascii() and told.isdecimal() and len(told) <= 18 and int(told) > 0):
        raise SettingsError(f"PLANLENS_MAX_BYTES={told[:40]!r}: no number of bytes; 200000000 is 200 MB")
    return int(told)


def _check_text(text: str, blocks: tuple[Block, ...], path: Path) -> None:
    sample = text[:100_000]
    controls = sum(char < " " and char not in "\t\n\v\f\r" for char in sample)
    if controls > len(sample) * _BINARY_SHARE:
        raise InputError(f"{path}: a binary file, not text")
    longest = max((len(block.span) for block in blocks), default=0)
    limits.check(longest, _LONGEST_PARAGRAPH, str(path), "characters in one paragraph or row")
    limits.check(len(text), _LONGEST_TEXT, str(path), "characters")
