"""A report that was written, read back from its file: the manifest in it and every row it shows, in order.

    read(path) -> Written       .json, .csv (with its metadata), .md, .html, .docx, .xlsx, .pdf, or a folder of `pack`

A row is what stands on one line for a reader: cells of a table, a paragraph, a value of JSON; of a PDF, whose lines
break where a browser likes, a sentence without its blanks. Pictures, looks and the positions of charts are not read;
what is drawn stands in the tables as well.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planlens.errors import InputError
from planlens.read import package
from planlens.report import pack
from planlens.report.embed import COMMENT, ELEMENT, NAMESPACE, PART, REMARK

_LARGEST = 200 * 1024 * 1024  # bytes; reports of the longest plans have a few megabytes
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav",
    "ol", "p", "pre", "section", "summary", "svg", "table", "tbody", "text", "thead", "tr", "ul",
))  # fmt: skip
_CELLS = frozenset(("td", "th"))
_UNREAD = frozenset(("script", "style", "template", "noscript"))
_SENTENCE = re.compile(r"(?<=[。；！？])|(?<=[.;!?])\s")
PACK = "pack"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a report: the part it stands in, its number there from 1, its cells."""

    place: str
    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What a file of a report holds. `shown` are the options that decided how much it shows (--full).

    Of a pack, `form` is "pack", `files` are those of its files that were read, and each begins the place of its rows;
    `others` are those that no row was read of.
    """

    form: str
    manifest: dict[str, Any]
    shown: tuple[str, ...]
    rows: tuple[Row, ...]
    files: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def of(self, files: Iterable[str]) -> tuple[Row, ...]:
        """The rows of these files of a pack; all rows of a single report."""
        kept = set(files)
        return tuple(row for row in self.rows if not self.files or row.place.partition(": ")[0] in kept)


def read(path: Path) -> Written:
    """A report, or all that a pack holds; a file that says nothing of itself is read as part of its pack.

    Raises InputError, one line, for what is no report of planlens or holds no manifest.
    """
    if path.is_dir():
        return read_pack(path)
    form, (told, rows) = _form(path), _found(path)
    manifest, shown = told.get("manifest"), told.get("shown", [])
    if manifest is None and path.name in pack.FILES and pack.is_pack(path.parent):
        return read_pack(path.parent, only=path.name)
    if not isinstance(manifest, dict) or not _is_words(manifest.get("command")) or not _is_words(shown, least=0):
        raise InputError(f"{path}: holds no manifest; verify the .json, .html, .docx or .xlsx of the same run")
    return Written(form, manifest, tuple(shown), tuple(_numbered(rows)))


def read_pack(folder: Path, *, only: str | None = None) -> Written:
    """What the files of a pack hold, or that of `only` one of them. Raises InputError where a folder is no pack.

    Left out of its summaries is which files there are: that says what could be made on a machine, not what was found.
    """
    if not pack.is_pack(folder):
        raise InputError(f"{folder}: no folder of `planlens pack`; name a file of a report")
    listed = sorted(path.name for path in folder.iterdir() if path.is_file())
    told = {name: _found(folder / name) for name in listed if name in pack.FILES and _suffix(folder / name) in _READERS}
    rows = [
        (f"{name}: {place}", cells)
        for name in (name for name in pack.FILES if name in told and only in (None, name))
        for place, cells in told[name][1]
        if name not in pack.SUMMARY or not any(file in cell for file in pack.FILES for cell in cells)
    ]
    shown: list[str] = next((about["shown"] for about, _ in told.values() if _is_words(about.get("shown"))), [])
    manifest = told[pack.RESULT][0]["manifest"]
    files = tuple(told) if only is None else (only,)
    others = tuple(name for name in listed if name not in told) if only is None else ()
    return Written(PACK, manifest, tuple(shown), tuple(_numbered(rows)), files, others)


def _suffix(path: Path) -> str:
    return path.suffix.lower().removeprefix(".")


def _form(path: Path) -> str:
    """What a file is by its name, of those that can be verified."""
    form = _suffix(path)
    if form == "txt":
        raise InputError(f"{path}: plain text tells its inputs in words alone; verify another file of that run")
    if form not in _READERS:
        held = ", ".join("." + name for name in _READERS)
        raise InputError(f"{path}: no report that can be verified; these hold what they rest on: {held}")
    return form


def _found(path: Path) -> Found:
    """What a file tells of itself, and its rows."""
    form = _suffix(path)
    try:
        if not path.is_file() and path.exists():
            raise InputError(f"{path}: a pipe or a device, not a file; save it as a file first")
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path}: more than {_LARGEST // 2**20} MB is no report")
        return _READERS[form](path.read_bytes(), path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: damaged, or no report of planlens ({' '.join(str(error).split())[:80]})") from None


def _is_words(value: object, *, least: int = 1) -> bool:
    return isinstance(value, list) and len(value) >= least and all(isinstance(word, str) for word in value)


Found = tuple[dict[str, Any], list[tuple[str, tuple[str, ...]]]]
"""What tells the manifest, and (place, cells) a row."""


def _numbered(rows: Sequence[tuple[str, tuple[str, ...]]]) -> Iterator[Row]:
    count: dict[str, int] = {}
    for place, cells in rows:
        count[place] = count.get(place, 0) + 1
        yield Row(place, count[place], cells)


def values(data: object, place: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """The rows of JSON: an entry of a list each, its values under their names; a single value is a row as well.

    >>> list(values({"old": {"id": "a"}, "links": [{"score": 1}, {"score": 0.5}]}))
    [('old.id', ('"a"',)), ('links', ('score=1',)), ('links', ('score=0.5',))]
    """
    if isinstance(data, dict):
        for name, value in data.items():
            yield from values(value, f"{place}.{name}".lstrip("."))
    elif isinstance(data, list) and data:
        for entry in data:
            yield place, tuple(f"{name}={_plain(value)}" if name else _plain(value) for name, value in _leaves(entry))
    else:
        yield place, (_plain(data),)


def _leaves(data: object, place: str = "") -> Iterator[tuple[str, object]]:
    named = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    empty = True
    for name, value in named:
        empty = False
        yield from _leaves(value, f"{place}.{name}".lstrip("."))
    if empty:
        yield place, data


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _object(text: str | bytes) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found


def _json(data: bytes, path: Path) -> Found:  # noqa: ARG001  the signature of every reader
    told = _object(data.decode("utf-8-sig"))
    return {"manifest": told.pop("manifest", None)}, list(values(told))


def _csv(data: bytes, path: Path) -> Found:
    beside = path.with_name(path.name + "-metadata.json")
    if not beside.is_file() and not (path.name in pack.FILES and pack.is_pack(path.parent)):
        raise InputError(f"{path}: {beside.name}, which says what it rests on, is not beside it")
    notes = _object(beside.read_bytes()).get("notes") if beside.is_file() else None
    told = notes[0] if isinstance(notes, list) and notes and isinstance(notes[0], dict) else {}
    csv.field_size_limit(_LARGEST)
    lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    try:
        return told, [("csv", tuple(cells)) for cells in lines]
    except csv.Error as error:
        raise ValueError(str(error)) from None


def _md(data: bytes, path: Path) -> Found:  # noqa: ARG001
    told: dict[str, Any] = {}
    rows, place = [], ""
    for line in data.decode("utf-8-sig").splitlines():
        if line.startswith(COMMENT[0]) and line.endswith(COMMENT[1]):
            told = _object(line[len(COMMENT[0]) : -len(COMMENT[1])])
        elif line.strip():
            place = line.lstrip("# ") if line.startswith("#") else place
            cells = re.split(r"(?<!\\) \| ", line.strip("| ")) if line.startswith("|") else [line]
            rows.append((place, tuple(cells)))
    return told, rows


def _html(data: bytes, path: Path) -> Found:
    from lxml import etree, html

    try:
        page = html.document_fromstring(data.decode("utf-8"), parser=html.HTMLParser(huge_tree=True))
    except etree.LxmlError as error:
        raise InputError(f"{path}: cannot be read as a page ({str(error)[:80]})") from None
    scripts = {element.get("id"): element.text or "" for element in page.iter("script") if element.get("id")}
    told = _object(scripts[ELEMENT]) if ELEMENT in scripts else {}
    rows = list(_lines(page))
    for name, text in scripts.items():
        if name != ELEMENT:
            rows += [(f"script {name}: {place}", cells) for place, cells in values(_object(text))]
    return told, rows


def _lines(page: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The lines of a page: text between the edges of blocks, the cells of a table's row apart."""
    place, line = "", [""]
    body = page.find("body")
    for event, element in _events(page if body is None else body):
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in _BLOCKS or tag == "tr":
            if any(cells := tuple(" ".join(cell.split()) for cell in line)):
                if event == "end" and tag in ("h1", "h2", "h3"):
                    place = cells[0]
                yield place, cells
            line = [""]
        elif tag in _CELLS and event == "start":
            line.append("")
        if tag not in _UNREAD or event == "end":
            line[-1] += (element.text if event == "start" and tag else element.tail if event == "end" else "") or ""


def _events(root: Any) -> Iterator[tuple[str, Any]]:
    """Where elements begin and end, without recursion: pages of others may be nested deeply."""
    stack: list[tuple[Any, Iterator[Any]]] = [(root, iter(root))]
    yield "start", root
    while stack:
        element, left = stack[-1]
        child = next(left, None)
        if child is None:
            stack.pop()
            if stack:
                yield "end", element
        else:
            yield "start", child
            stack.append((child, iter(() if child.tag in _UNREAD else child)))


def _docx(data: bytes, path: Path) -> Found:
    parts = package.parts(data, str(path))
    if "word/document.xml" not in parts:
        raise InputError(f"{path}: a broken Word file")
    rows: list[tuple[str, tuple[str, ...]]] = []
    for name in sorted(parts):
        if re.fullmatch(r"word/(?:document|header\d*|footer\d*|footnotes|comments)\.xml", name):
            rows += _paragraphs(_xml(parts[name], path))
    return _packaged(parts, path), rows


def _paragraphs(root: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Paragraphs, and the rows of tables; words struck out are read as well."""
    place = ""
    for element in root.iter(f"{_WORD}tr", f"{_WORD}p"):
        if element.tag == f"{_WORD}tr":
            yield place, tuple(_said(cell) for cell in element.iterchildren(f"{_WORD}tc"))
        elif next(element.iterancestors(f"{_WORD}tc"), None) is None and (text := _said(element)):
            style = element.find(f"{_WORD}pPr/{_WORD}pStyle")
            if style is not None and str(style.get(f"{_WORD}val")).startswith("Heading"):
                place = text
            yield place, (text,)


def _said(element: Any) -> str:
    wanted = (f"{_WORD}t", f"{_WORD}delText", f"{_WORD}br", f"{_WORD}tab", f"{_WORD}p")
    pieces = (piece.text or "" if piece.tag in wanted[:2] else " " for piece in element.iter(*wanted))
    return " ".join("".join(pieces).split())


def _xlsx(data: bytes, path: Path) -> Found:
    from planlens.read.workbook import opened

    rows: list[tuple[str, tuple[str, ...]]] = []
    book = opened(data, str(path))
    for sheet in book.worksheets:
        for cells in sheet.iter_rows(values_only=True):
            if any(cell is not None for cell in cells):
                rows.append((sheet.title, tuple(map(_value, cells))))
    return _packaged(package.parts(data, str(path)), path), rows


def _value(cell: object) -> str:
    """A cell as text; whole numbers alike whichever program saved them.

    >>> _value(35), _value(35.0), _value(1.5), _value(None)
    ('35', '35', '1.5', '')
    """
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _pdf(data: bytes, path: Path) -> Found:
    from planlens.read.pdf import words

    remarks = [line.removeprefix(REMARK) for line in data.splitlines() if line.startswith(REMARK)]
    told = _object(b"".join(remarks)) if remarks else {}
    return told, [("pdf", (sentence,)) for sentence in sentences(words(data, str(path)))]


def sentences(text: str) -> list[str]:
    """What a text says, the same wherever its lines break.

    >>> sentences("引进人\\n才90名。 Train 300 people;\\nbuild.")
    ['引进人才90名。', 'Train300people;', 'build.']
    """
    return [kept for piece in _SENTENCE.split(text) if (kept := "".join(piece.split()))]


def _packaged(parts: dict[str, bytes], path: Path) -> dict[str, Any]:
    """The custom XML part with our namespace, under whatever name a program that saved the file gave it."""
    folder = PART.rpartition("/")[0]
    for name in sorted(parts):
        if name.startswith(f"{folder}/") and name.endswith(".xml") and NAMESPACE.encode() in parts[name]:
            return _object("".join(_xml(parts[name], path).itertext()))
    return {}


def _xml(data: bytes, path: Path) -> Any:
    from lxml import etree

    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError as error:
        raise InputError(f"{path}: damaged ({str(error)[:80]})") from None


_READERS: dict[str, Callable[[bytes, Path], Found]] = {
    "json": _json, "csv": _csv, "md": _md, "html": _html, "docx": _docx, "xlsx": _xlsx,
    "pdf": _pdf,
}  # fmt: skip
