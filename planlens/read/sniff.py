"""Tells a file's format from its first bytes, whatever its name says, and refuses what has no text."""

from __future__ import annotations

import re

from planlens.errors import InputError
from planlens.read import package

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FIB = b"\xec\xa5"
"""The first two bytes of the stream of text in a Word file of 1997 to 2003 ([MS-DOC] 2.5.2)."""
_FIB_FLAGS, _FIB_ENCRYPTED = 0x0A, 0x0100
_SECTOR = 512
_PASSWORD = "protected by a password; open it, remove the password, save it and try again"
_SCAN = "a picture without a text layer; recognise its text first (OCR) and save that as .docx, .pdf or .txt"
_ARCHIVE = "an archive; unpack it and name a file in it"
_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", _SCAN),
    (b"\xff\xd8\xff", _SCAN),
    (b"GIF8", _SCAN),
    (b"BM", _SCAN),
    (b"II*\0", _SCAN),
    (b"MM\0*", _SCAN),
    (b"7z\xbc\xaf", _ARCHIVE),
    (b"Rar!", _ARCHIVE),
    (b"\x1f\x8b", _ARCHIVE),
    (b"\x7fELF", "a program, not a plan"),
    (b"MZ\x90\0", "a program, not a plan"),
)
_PICTURES = frozenset(
    (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".heic", ".heif", ".webp", ".djvu", ".svg")
)
_OLE_STREAMS = (
    ("EncryptedPackage", _PASSWORD),
    ("WordDocument", ".doc"),
    ("Workbook", ".xls"),
    ("Book", ".xls"),
    ("PowerPoint Document", "slides; save their text as .docx or .txt"),
    ("MatOST", "a Microsoft Works file; save it as .docx or .txt"),
)
_MEMBERS = (
    ("word/", ".docx"),
    ("xl/", ".xlsx"),
    ("ppt/", "slides; save their text as .docx or .txt"),
)
_OPEN_DOCUMENTS = ((b"opendocument.text", ".odt"), (b"opendocument.spreadsheet", ".ods"))
_MIME = re.compile(rb"(?:^|\n)(?:MIME-Version|Content-Type:\s*multipart/related|Content-Location):?", re.IGNORECASE)
_HEAD = 4096


def picture(suffix: str) -> str | None:
    """Why a file with the suffix of a picture is not read; None for other suffixes."""
    return _SCAN if suffix in _PICTURES else None


def kind(data: bytes, where: str) -> str | None:
    """The suffix of the format the bytes are in, None for plain text. Raises InputError for what has no text in it.

    >>> kind(b"{\\\\rtf1 ...", "a"), kind(b"%PDF-1.7", "a"), kind("一、目标".encode(), "a")
    ('.rtf', '.pdf', None)
    """
    found = _binary(data, where)
    if found is None:
        found = _marked(data[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n"))
    if found is not None and not found.startswith("."):
        raise InputError(f"{where}: this is {found}")
    return found


def _binary(data: bytes, where: str) -> str | None:
    if data.startswith(_OLE):
        return _compound(data, where)
    if data.startswith(b"PK\x03\x04"):
        return _zip(data, where)
    if b"%PDF-" in data[:1024]:
        return ".pdf"
    if data[4:12] in (b"ftypheic", b"ftypmif1", b"ftypavif") or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return _SCAN
    # BM, II and MM also begin words: a picture holds NULs right after
    return next((what for start, what in _STARTS if data.startswith(start) and _is_binary(data)), None)


def _is_binary(data: bytes) -> bool:
    return b"\0" in data[:64] or data[0] > 0x7E


def _compound(data: bytes, where: str) -> str:
    """What an OLE2 file holds, by the names in its directory, which are UTF-16."""
    found = next((what for name, what in _OLE_STREAMS if name.encode("utf-16-le") in data), None)
    if found is None:
        raise InputError(f"{where}: an Office file that is damaged or of an unknown kind; save it again as .docx")
    if found == _PASSWORD or (found == ".doc" and _is_protected(data)):
        raise InputError(f"{where}: {_PASSWORD}")
    return found


def _is_protected(data: bytes) -> bool:
    """Whether the flags at the head of a Word file's text say that it is encrypted."""
    for at in range(_SECTOR, len(data) - _SECTOR, _SECTOR):
        if data.startswith(_FIB, at):
            flags = int.from_bytes(data[at + _FIB_FLAGS : at + _FIB_FLAGS + 2], "little")
            return bool(flags & _FIB_ENCRYPTED)
    return False


def _zip(data: bytes, where: str) -> str:
    members = package.names(data, where)
    if any(name.lower().lstrip("/") == "ofd.xml" for name in members):
        return ".ofd"
    if members[:1] == ["mimetype"]:
        found = next((suffix for name, suffix in _OPEN_DOCUMENTS if name in data[:200]), None)
        if found:
            return found
    if "[Content_Types].xml" in members:
        found = next((suffix for start, suffix in _MEMBERS if any(name.startswith(start) for name in members)), None)
        if found:
            return found
    raise InputError(f"{where}: a zip archive, but no document in any known form; unpack it, or save the file again")


def _marked(head: bytes) -> str | None:
    """Formats that are text with a mark at their head; UTF-16 is looked at without its NULs."""
    start = head.lstrip(b"\xff\xfe").replace(b"\0", b"").lstrip().lower()
    if start.startswith(b"{\\rtf"):
        return ".rtf"
    if start.startswith((b"<!doctype html", b"<html")):
        return ".html"
    if start.startswith(b"<?xml"):
        if b"w:worddocument" in start or b"pkg:package" in start:
            return ".xml"
        return ".html" if b"<html" in start else None
    if start.startswith((b"mime-version", b"from:", b"content-type", b"subject:")) and _MIME.search(start):
        return ".mhtml"
    return None
