"""Unpacks the zip that a Word, Excel or OFD file is, within limits, and trusts none of its names, sizes and references.

Members are inflated piece by piece, so that a size the directory lies about fills no memory; a document type
declaration, which could name entities or files elsewhere, is refused (ECMA-376 part 2, 8.2.2 forbids it).
"""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from pathlib import PurePosixPath

from planlens.errors import InputError
from planlens.read import limits

_MOST_UNPACKED = 300 * 1024 * 1024
"""Bytes; the longest plans unpack to a tenth of it."""
_MOST_MEMBERS = 20_000
_MOST_TIMES = 100
"""Unpacked bytes for each packed one (Apache POI's ZipSecureFile has the same); sheets of equal rows come to 50."""
_HARMLESS = 30 * 1024 * 1024
"""Bytes up to which a part may be packed as densely as it likes."""
_MOST_TAGS = 2_000_000
"""Of one part of XML, those that close counted as well; a plan of 200 pages has some 200,000."""
_PIECE = 1 << 20
_ENCRYPTED = 0x1
_PICTURES = re.compile(r"\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|wdp|webp|odttf|fntdata|ttf|otf|jb2|mp4|wav|bin)$")
_XML = (".xml", ".rels")


def names(data: bytes, where: str) -> list[str]:
    """The names of all members. Raises InputError for what is no zip, too large, encrypted, or names places outside."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise InputError(f"{where}: a broken archive, or cut off; copy or save the file again") from error
    limits.check(len(entries), _MOST_MEMBERS, where, "parts in one archive")
    _check_size(sum(entry.file_size for entry in entries), len(data), where)
    for entry in entries:
        if _is_outside(entry.filename):
            raise InputError(f"{where}: a part of it names a place outside the file; refused, this is no plan")
        if entry.flag_bits & _ENCRYPTED:
            raise InputError(f"{where}: protected by a password; save it without one and try again")
    return [entry.filename for entry in entries]


def _check_size(unpacked: int, packed: int, where: str) -> None:
    limits.check(unpacked, _MOST_UNPACKED, where, "bytes when unpacked, its pictures among them")
    if unpacked > _HARMLESS * limits.times():
        limits.check(unpacked // max(packed, 1), _MOST_TIMES, where, "times its own size when unpacked")


def _is_outside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return ".." in path.parts or bool(re.match("[A-Za-z]:|//", str(path)))


def parts(data: bytes, where: str) -> dict[str, bytes]:
    """Every member by its name, pictures and fonts as empty ones; the same errors as `names`, and damaged members."""
    names(data, where)
    out: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for entry in package.infolist():
            name = entry.filename
            if not name or name.endswith("/") or name in out:
                continue
            out[name] = b"" if _PICTURES.search(name.lower()) else _inflated(package, entry, where)
            if name.lower().endswith(_XML):
                _check_xml(out[name], name, where, _MOST_TAGS)
                if _declares_type(out[name]):
                    raise InputError(f"{where}: its part {name[:80]} declares entities; refused, save the file again")
    return out


def _inflated(package: zipfile.ZipFile, entry: zipfile.ZipInfo, where: str) -> bytes:
    out = bytearray()
    try:
        with package.open(entry) as stream:
            while piece := stream.read(_PIECE):
                out += piece
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError) as error:
        raise InputError(f"{where}: its part {entry.filename[:80]} is damaged; copy or save the file again") from error
    return bytes(out)


def check_tags(data: bytes, where: str, most: int) -> None:
    """Raise InputError where a part of XML has more than `most` tags, or is damaged."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for entry in package.infolist():
            if entry.filename.lower().endswith(".xml"):
                _check_xml(_inflated(package, entry, where), entry.filename, where, most)


def _check_xml(xml: bytes, name: str, where: str, most: int) -> None:
    limits.check(xml.count(b"<"), most, f"{where}: {name[:80]}", "tags")


def _declares_type(xml: bytes) -> bool:
    plain = xml.replace(b"\0", b"") if xml[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in xml[:4] else xml
    return b"<!DOCTYPE" in plain


def packed(members: dict[str, bytes]) -> io.BytesIO:
    """A zip of these members, not compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in members.items():
            package.writestr(zipfile.ZipInfo(name), data)
    out.seek(0)
    return out
