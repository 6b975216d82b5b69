"""What a file says of its plan beside the text: a page's <meta> tags, a Word file's properties, a workbook's sheet."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

_LONGEST = 4 * 2**20  # bytes of a page that are looked at: its head stands at the beginning
_PART = 2**20  # bytes of a part of an Office file; properties and sheet names are far smaller
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
# Titles that a program gave of itself.
_EMPTY_TITLE = re.compile(
    r"(?:sheet\d*|工作表\d*|文档\d*|document\d*|untitled|microsoft word.*|\.+|无标题.*)", re.IGNORECASE
)


def properties(path: Path) -> dict[str, str]:
    """What there is of "meta.title", "meta.date", "meta.issuer", "meta.number", "meta.site" and "properties.title".

    Never an error: a file that says nothing beside its text, or is damaged there, gives an empty dict.
    """
    suffix = path.suffix.lower()
    try:
        if not path.is_file():
            return {}
        if suffix in (".html", ".htm"):
            return _of_page(path)
        if suffix in (".docx", ".xlsx"):
            return dict(_of_office(path, suffix))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, RuntimeError):
        return {}
    return {}


def _of_page(path: Path) -> dict[str, str]:
    from lxml import etree, html

    from planlens.errors import InputError
    from planlens.read.encoding import decode
    from planlens.titles import words

    with path.open("rb") as stream:
        data = stream.read(_LONGEST)
    declared = re.search(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]{2,20})""", data[:4096], re.IGNORECASE)
    try:
        text = decode(data, str(path), declared=declared[1].decode("ascii") if declared else None).text
        head = re.split("(?i)<body", text, maxsplit=1)[0]
        root = html.document_fromstring(head.encode("utf-8", "replace") or b"<p>", html.HTMLParser(encoding="utf-8"))
    except (InputError, etree.LxmlError):
        return {}
    said = {(node.get("name") or node.get("property") or "").lower(): node.get("content") for node in root.iter("meta")}
    found: dict[str, str] = {}
    for kind, names in words()["meta"].items():
        value = next((text for name in names if (text := (said.get(name) or "").strip())), "")
        if value:
            found[f"meta.{kind}"] = value
    return found


def _of_office(path: Path, suffix: str) -> Iterator[tuple[str, str]]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    with zipfile.ZipFile(path) as package:
        names = []
        if suffix == ".xlsx":
            book = etree.fromstring(_part(package, "xl/workbook.xml"), parser)
            names = [sheet.get("name") or "" for sheet in book.iter("{*}sheet")][:1]
        if "docProps/core.xml" in package.namelist():
            core = etree.fromstring(_part(package, "docProps/core.xml"), parser)
            names += [node.text or "" for node in core.iter(_TITLE)]
    for name in names:
        if name.strip() and not _EMPTY_TITLE.fullmatch(name.strip()):
            yield "properties.title", name.strip()
            return


def _part(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as stream:
        return stream.read(_PART)
