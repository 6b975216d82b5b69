"""Unpacks the zip that a Word, Excel or OFD file is, within limits, and trusts none of its names, sizes and references.

Members are inflated piece by piece, so that a size the directory lies about fills no memory; a document type
declaration, which could name entities or files elsewhere, is refused (ECMA-376 part 2, 8.2.2 forbids it).
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import PurePosixPath

from planlens.errors import InputError

_MOST_UNPACKED = 300 * 1024 * 1024
"""Bytes; the longest plans unpack to a tenth of it."""
_MOST_MEMBERS = 20_000
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
    if len(entries) > _MOST_MEMBERS:
        raise InputError(f"{where}: an archive of {len(entries)} parts, more than {_MOST_MEMBERS}; this is no plan")
    if sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
        raise InputError(
            f"{where}: unpacks to more than {_MOST_UNPACKED // 2**20} MB; remove its pictures and save it again"
        )
    for entry in entries:
        if _is_outside(entry.filename):
            raise InputError(f"{where}: a part of it names a place outside the file; refused, this is no plan")
        if entry.flag_bits & _ENCRYPTED:
            raise InputError(f"{where}: protected by a password; save it without one and try again")
    return [entry.filename for entry in entries]


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
            if entry.is_dir() or name in out:
                continue
            out[name] = b"" if _PICTURES.search(name.lower()) else _inflated(package, entry, where)
            if name.lower().endswith(_XML) and _declares_type(out[name]):
                raise InputError(f"{where}: its part {name[:80]} declares entities; refused, save the file again")
    return out


def _inflated(package: zipfile.ZipFile, entry: zipfile.ZipInfo, where: str) -> bytes:
    out = bytearray()
    try:
        with package.open(entry) as stream:
            while piece := stream.read(_PIECE):
                out += piece
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise InputError(f"{where}: its part {entry.filename[:80]} is damaged; copy or save the file again") from error
    return bytes(out)


def check_tags(data: bytes, where: str, most: int) -> None:
    """Raise InputError where a part of XML has more than `most` tags, or is damaged."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for entry in package.infolist():
            if (
                entry.filename.lower().endswith(".xml")
                and (count := _inflated(package, entry, where).count(b"<")) > most
            ):
                name = entry.filename[:80]
                raise InputError(f"{where}: its part {name} has {count} tags, more than {most}; this is no plan")


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
