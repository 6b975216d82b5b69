"""Measures what a PDF unfolds into: forms in forms multiplied (thirty that draw the next one twice are 2^30), streams.

pdfium, which reads the text, unfolds all of it at once and cannot be stopped; so it is measured before pdfium begins.
"""

from __future__ import annotations

import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from planlens.read import limits

if TYPE_CHECKING:
    from pdfminer.pdftypes import PDFStream

_FORM = re.compile(rb"/(?:Form|#[0-9A-Fa-f]{2})")
_DRAWN = re.compile(rb"/([^\s/<>\[\](){}%]{1,200})\s{1,9}Do\b")
_MOST = 100_000
"""Forms on one page; a map of 3,000 symbols draws each of them as one."""
_DEEPEST = 100
"""Forms in each other; pdfium leaves out what is deeper than some forty."""


_STREAM = re.compile(rb"stream\r?\n")
_SAMPLE = 1 << 16
_DENSE = 100
"""Unpacked bytes for each packed one from which on a stream is measured; the text of a page comes to ten."""
_MOST_UNPACKED = 100 * 1024 * 1024
"""Bytes of all such streams; pdfium takes twice the memory."""


def check_streams(data: bytes, where: str) -> None:
    """Raises InputError where densely packed streams, pictures aside, unfold into more than any plan."""
    total = 0
    for found in _STREAM.finditer(data):
        if b"/Image" not in data[max(0, found.start() - 300) : found.start()]:
            total += _unpacked(data, found.end())
            limits.check(total, _MOST_UNPACKED, where, "bytes of its pages when unpacked")


def _unpacked(data: bytes, at: int) -> int:
    """Bytes that the packed stream at a place unfolds into, counted no further than the limit; 0 where not dense."""
    unpacker = zlib.decompressobj()
    size, most = 0, int(_MOST_UNPACKED * limits.times())
    piece = data[at : at + _SAMPLE]
    try:
        while piece and size <= most:
            size += len(unpacker.decompress(piece, _SAMPLE * _DENSE))
            if size < _SAMPLE * _DENSE:
                return 0
            piece = unpacker.unconsumed_tail
            if not piece and not unpacker.eof:
                at += _SAMPLE
                piece = data[at : at + _SAMPLE]
    except zlib.error:
        return size
    return size


def check(data: bytes, where: str) -> None:
    """Raises InputError where a page draws more forms than any plan has, or one that draws itself.

    A file too damaged for pdfminer to find its pages is passed on.
    """
    if not _FORM.search(data):
        return
    counts: dict[int, int] = {}
    for resources, content in _pages(data):
        count = _count(resources, content, counts, ())
        limits.check(count, _MOST, where, "forms drawn on one page")


def _pages(data: bytes) -> Iterator[tuple[Any, bytes]]:
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser

    try:
        document = PDFDocument(PDFParser(io.BytesIO(data)))
        for page in PDFPage.create_pages(document):
            yield page.resources, b"\n".join(map(_content, page.contents))
    except Exception:  # pdfminer has many kinds for a damaged file; pdfium may know better
        return


def _content(stream: object) -> bytes:
    from pdfminer.pdftypes import PDFStream, resolve1

    found = resolve1(stream)
    return found.get_data() if isinstance(found, PDFStream) else b""


def _count(resources: object, content: bytes, counts: dict[int, int], above: tuple[int, ...]) -> int:
    """Forms that some content draws; `counts` holds what each form draws with itself, `above` those it stands in."""
    total = 0
    forms = _forms(resources)
    for name, times in Counter(_DRAWN.findall(content)).items():
        form = forms.get(name.decode("latin-1"))
        if form is None:
            continue
        number = id(form) if form.objid is None else form.objid
        if number in above or len(above) > _DEEPEST:
            return _MOST * _MOST
        if number not in counts:
            inner = form.attrs.get("Resources") or resources
            counts[number] = 1 + _count(inner, form.get_data(), counts, (*above, number))
        total += times * counts[number]
    return total


def _forms(resources: object) -> dict[str, PDFStream]:
    from pdfminer.pdftypes import PDFStream, resolve1
    from pdfminer.psparser import PSLiteral

    known = resolve1(resources)
    named = resolve1(known.get("XObject")) if isinstance(known, dict) else None
    found = {str(name): resolve1(item) for name, item in named.items()} if isinstance(named, dict) else {}
    streams = {name: item for name, item in found.items() if isinstance(item, PDFStream)}
    kinds = {name: resolve1(item.get("Subtype")) for name, item in streams.items()}
    return {name: streams[name] for name, kind in kinds.items() if isinstance(kind, PSLiteral) and kind.name == "Form"}
