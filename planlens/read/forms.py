"""Counts the forms that a page of a PDF draws, forms in forms multiplied: thirty that draw the next one twice are 2^30.

pdfium, which reads the text, draws every one of them, and cannot be stopped; so they are counted before it begins.
"""

from __future__ import annotations

import io
import re
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
