"""Paragraphs, tables and sections of a Word document as its XML, and the parts of one as a file.

Nothing here knows what a report says. Fonts are those of official documents (GB/T 9704); the fixed parts lie under
data/docx. A document library would bring its own template along (styles by the thousand, a thumbnail, the time of
day), so the few parts are written as they are.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

TITLE, HEADING, PLACE, TEXT = "方正小标宋简体", "黑体", "楷体", "仿宋_GB2312"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/"
_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:r="{_RELATED}" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    f'xmlns:pic="{_DRAWING}picture"'
)
_PIXEL = 9525  # units of a drawing in 1/96 inch
_OPENING = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# What XML cannot hold, and explicit directions, which would show another text than the plan has.
_UNSAFE = re.compile(
    "[^\\t\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]|[\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]"
)
_MARKS = {
    "": "",
    "deleted": '<w:strike/><w:color w:val="C00000"/>',
    "inserted": '<w:color w:val="1F4E9E"/>',
}
_UNDERLINED = {"inserted": '<w:u w:val="single"/>'}


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text in one face; `mark` shows it as deleted or inserted, `tracked` makes that a revision."""

    text: str
    font: str = TEXT
    mark: str = ""
    tracked: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A page in twentieths of a point; `across` is what a line of text has."""

    width: int
    height: int
    side: int
    top: int
    bottom: int

    @property
    def across(self) -> int:
        return self.width - 2 * self.side


PORTRAIT = Paper(11906, 16838, 1304, 1077, 1077)  # A4
LANDSCAPE = Paper(16838, 11906, 1134, 1134, 1021)


@dataclass
class Revisions:
    """Numbers the revisions of one document, all of one author and time."""

    when: datetime
    made: int = 0

    def attributes(self) -> str:
        self.made += 1
        return f'w:id="{self.made}" w:author="planlens" w:date="{self.when:%Y-%m-%dT%H:%M:%SZ}"'


def safe(text: str) -> str:
    """Text that XML can hold, as XML writes it; what it cannot hold becomes �.

    >>> safe("<8/10万 & \\x0b")
    '&lt;8/10万 &amp; \ufffd'
    """
    return escape(_UNSAFE.sub("\ufffd", text))


def quoted(text: str) -> str:
    """The same for the value of an attribute."""
    return safe(text).replace('"', "&quot;")


def run(piece: Run, revisions: Revisions) -> str:
    """One piece of text; a tracked one inside w:ins or w:del."""
    tracked = piece.tracked and piece.mark
    looks = "" if tracked else _MARKS[piece.mark] + _UNDERLINED.get(piece.mark, "")
    tag = "w:delText" if tracked == "deleted" else "w:t"
    made = (
        f'<w:r><w:rPr>{_fonts(piece.font)}{looks}</w:rPr><{tag} xml:space="preserve">{safe(piece.text)}</{tag}></w:r>'
    )
    if not tracked:
        return made
    kind = "w:del" if tracked == "deleted" else "w:ins"
    return f"<{kind} {revisions.attributes()}>{made}</{kind}>"


def _fonts(font: str) -> str:
    return (
        f'<w:rFonts w:hint="eastAsia" w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="{font}" '
        'w:cs="Times New Roman"/>'
    )


def paragraph(pieces: Iterable[Run], revisions: Revisions, style: str = "Normal", *, centred: bool = False) -> str:
    centre = '<w:jc w:val="center"/>' if centred else ""
    inside = "".join(run(piece, revisions) for piece in pieces if piece.text)
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{centre}</w:pPr>{inside}</w:p>'


def row(cells: Sequence[str], widths: Sequence[int], *, head: bool = False, whole: bool = True) -> str:
    """A row of a table; `cells` hold paragraphs. A `head` stands again on each page, a `whole` row is not broken."""
    keep = "<w:cantSplit/>" * whole + "<w:tblHeader/>" * head
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="EDF1F7"/>' * head
    tall = '<w:vAlign w:val="center"/>' * head
    made = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}{tall}</w:tcPr>{cell}</w:tc>'
        for cell, width in zip(cells, widths, strict=True)
    )
    return f"<w:tr><w:trPr>{keep}</w:trPr>{made}</w:tr>" if keep else f"<w:tr>{made}</w:tr>"


def table(rows: Iterable[str], widths: Sequence[int]) -> str:
    """A table with light lines; Word wants a paragraph behind it, which the caller gives."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    looks = (
        f'<w:tblStyle w:val="Rows"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" '
        'w:noVBand="1"/>'
    )
    return f"<w:tbl><w:tblPr>{looks}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def picture(number: int, told: str, width: float, height: float) -> str:
    """A paragraph with picture `number` of the document; `told` stands for it where it is read aloud; in pixels."""
    size = f'cx="{round(width * _PIXEL)}" cy="{round(height * _PIXEL)}"'
    name = f'id="{number}" name="{_picture(number)}"'
    return (
        f'<w:p><w:pPr><w:pStyle w:val="Picture"/></w:pPr><w:r><w:rPr>{_fonts(TEXT)}</w:rPr><w:drawing>'
        f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
        f'<wp:docPr {name} descr="{quoted(told)}"/><wp:cNvGraphicFramePr/>'
        f'<a:graphic><a:graphicData uri="{_DRAWING}picture"><pic:pic>'
        f"<pic:nvPicPr><pic:cNvPr {name}/><pic:cNvPicPr/></pic:nvPicPr>"
        f'<pic:blipFill><a:blip r:embed="{_picture(number)}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )


def _picture(number: int) -> str:
    return f"picture{number}"


def gap() -> str:
    """A paragraph too low to be seen: behind a table, where one must stand."""
    return '<w:p><w:pPr><w:pStyle w:val="Gap"/></w:pPr></w:p>'


def section(paper: Paper, *, first: bool = False, last: bool = False) -> str:
    """What ends a section and says what its pages look like; the `first` one has no header on its first page.

    Header and footer of the first section hold in those that follow.
    """
    parts = '<w:headerReference w:type="default" r:id="header"/><w:footerReference w:type="default" r:id="footer"/>'
    parts += '<w:footerReference w:type="first" r:id="footer"/>'
    turned = ' w:orient="landscape"' if paper.width > paper.height else ""
    made = (
        f'<w:sectPr>{parts * first}<w:type w:val="nextPage"/>'
        f'<w:pgSz w:w="{paper.width}" w:h="{paper.height}"{turned}/>'
        f'<w:pgMar w:top="{paper.top}" w:right="{paper.side}" w:bottom="{paper.bottom}" w:left="{paper.side}" '
        f'w:header="567" w:footer="510" w:gutter="0"/>{"<w:titlePg/>" * first}</w:sectPr>'
    )
    return made if last else f'<w:p><w:pPr><w:pStyle w:val="Gap"/>{made}</w:pPr></w:p>'


def ems(text: str) -> float:
    """The width of a line in characters of Chinese.

    >>> ems("不少于20家")
    5.0
    """
    return sum(0.5 if east_asian_width(char) in ("Na", "N", "H") else 1.0 for char in text)


def document(body: str, *, title: str, header: str, when: datetime, pictures: Sequence[bytes] = ()) -> bytes:
    """The file; the same body, pictures (PNG, numbered from 1) and time give the same bytes."""
    folder = files("planlens") / "data" / "docx"
    fixed = {
        name: (folder / f"{name}.xml").read_text("utf-8") for name in ("styles", "settings", "fontTable", "footer")
    }
    related = (folder / "relations.xml").read_text("utf-8")
    for number in range(1, len(pictures) + 1):
        name = _picture(number)
        link = f'<Relationship Id="{name}" Type="{_RELATED}/image" Target="media/{name}.png"/>'
        related = related.replace("</Relationships>", f"{link}\n</Relationships>")
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": (folder / "types.xml").read_text("utf-8"),
        "_rels/.rels": (folder / "package.xml").read_text("utf-8"),
        "docProps/core.xml": _core(title, when),
        "word/document.xml": f"{_OPENING}<w:document {_NAMESPACES}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": related,
        **{f"word/{name}.xml": text for name, text in fixed.items()},
        "word/header.xml": f"{_OPENING}<w:hdr {_NAMESPACES}>{header}</w:hdr>",
        **{f"word/media/{_picture(number)}.png": data for number, data in enumerate(pictures, 1)},
    }
    return _zipped(parts, when)


def _core(title: str, when: datetime) -> str:
    time = f"{when:%Y-%m-%dT%H:%M:%SZ}"
    return (
        f"{_OPENING}<cp:coreProperties "
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{safe(title)}</dc:title><dc:creator>planlens</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{time}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{time}</dcterms:modified></cp:coreProperties>'
    )


def _zipped(parts: Mapping[str, str | bytes], when: datetime) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, held in parts.items():
            member = zipfile.ZipInfo(name, when.timetuple()[:6])
            member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            member.create_system = 3  # else the machine the report is made on
            archive.writestr(member, held.encode("utf-8") if isinstance(held, str) else held)
    return made.getvalue()
