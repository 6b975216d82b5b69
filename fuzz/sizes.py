"""Files of full size and files built to harm, each with what must become of it: `python fuzz/sizes.py [NAME…]`.

Each is made in one process and taken through every stage in another. A fault is what is a fault in `fuzz/run.py`, and
an answer other than the one beside the case. Told as slow is what takes more than 5 s for each megabyte (5 s for a
smaller file; the megabytes of an archive are those of its parts); after six times that a file is given up.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import re
import resource
import struct
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

import pipeline  # noqa: E402
import run as runs  # noqa: E402
import seeds  # noqa: E402

TELL = "新增床位5张。"
"""What a file says that is to be read: one target."""
READ = ""
"""The answer of a case that is read, TELL among its targets."""
MILLION = 10**6
GIVEN_UP = 6
"""Times five seconds a megabyte: a text of nothing but short lines with a number each takes fifteen, however long."""


@dataclass(frozen=True, slots=True)
class Case:
    """A file, and what must be said of it: READ, or words of the one line that refuses it."""

    suffix: str
    make: Callable[[], bytes | str]
    answer: str = READ
    slow: bool = False
    """Takes more than a second or two to make or to read."""

    def data(self) -> bytes:
        made = self.make()
        return made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass")


# --- packages ---------------------------------------------------------------------------------------------------------

_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'
_DOCUMENTS = "application/vnd.openxmlformats-officedocument."


def packed(members: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in members.items():
            package.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


OUT = 'TargetMode="External"'


def related(*links: tuple[str, str, str]) -> str:
    """Relations of a part: (kind, target, OUT or nothing)."""
    made = "".join(
        f'<Relationship Id="r{n}" Type="{_OFFICE}/{kind}" Target="{target}" {mode}/>'
        for n, (kind, target, mode) in enumerate(links)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{made}</Relationships>'


def types(main: str, kind: str) -> str:
    return (
        f'<Types xmlns="{_TYPES}"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{main}" ContentType="{_DOCUMENTS}{kind}.main+xml"/></Types>'
    )


def word(body: str | bytes, head: str = "", **more: str | bytes) -> bytes:
    """A .docx of this body; `head` stands before its root."""
    inside = body if isinstance(body, bytes) else body.encode()
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": types("word/document.xml", "wordprocessingml.document"),
        "_rels/.rels": related(("officeDocument", "word/document.xml", "")),
        "word/document.xml": f"{head}<w:document {_WORD}><w:body>".encode() + inside + b"</w:body></w:document>",
    }
    return packed({**members, **{name.replace("__", "/").replace("_xml", ".xml"): part for name, part in more.items()}})


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def cells(*texts: str) -> str:
    return f"<w:tr>{''.join(f'<w:tc>{paragraph(text)}</w:tc>' for text in texts)}</w:tr>"


def book(rows: str, head: str = "", **more: str) -> bytes:
    """An .xlsx of one sheet with these rows."""
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": types("xl/workbook.xml", "spreadsheetml.sheet"),
        "_rels/.rels": related(("officeDocument", "xl/workbook.xml", "")),
        "xl/workbook.xml": f'<workbook {_SHEET} xmlns:r="{_OFFICE}"><sheets><sheet name="指标" sheetId="1" r:id="r0"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": related(("worksheet", "worksheets/sheet1.xml", "")),
        "xl/worksheets/sheet1.xml": f"{head}<worksheet {_SHEET}><sheetData>{rows}</sheetData></worksheet>",
    }
    return packed({**members, **more})


def line(number: int, *texts: str) -> str:
    told = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f'<row r="{number}">{told}</row>'


_INDICATORS = (line(1, "指标", "单位", "2025年目标"), line(2, "床位", "张", "5"))


def ofd(objects: str, head: str = "", pages: int = 1, **more: str) -> bytes:
    listed = "".join(f'<ofd:Page ID="{n + 9}" BaseLoc="P.xml"/>' for n in range(pages))
    return packed(
        {
            "OFD.xml": f"<ofd:OFD {_OFD}><ofd:DocBody><ofd:DocRoot>D/Document.xml</ofd:DocRoot></ofd:DocBody>"
            "</ofd:OFD>",
            "D/Document.xml": f"<ofd:Document {_OFD}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297"
            f"</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
            "D/P.xml": f'{head}<ofd:Page {_OFD}><ofd:Content><ofd:Layer ID="1">{objects}</ofd:Layer></ofd:Content>'
            "</ofd:Page>",
            **more,
        }
    )


def drawn(text: str, y: float = 40) -> str:
    return (
        f'<ofd:TextObject ID="1" Boundary="27 {y} {len(text) * 5.6:.1f} 7" Font="1" Size="5.6"><ofd:TextCode X="0" '
        f'Y="5" DeltaX="g {max(1, len(text) - 1)} 5.6">{text}</ofd:TextCode></ofd:TextObject>'
    )


# --- archives built to harm -------------------------------------------------------------------------------------------


def bomb(name: str = "word/document.xml", size: int = 1 << 30) -> bytes:
    """A part that inflates to `size` bytes of spaces, a thousandth of it packed, and says so."""
    return _raw(_zeros(size), ((name, size),))


def _zeros(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    return b"".join(packer.compress(b" " * (1 << 20)) for _ in range(size >> 20)) + packer.flush()


def _raw(body: bytes, named: tuple[tuple[str, int], ...], *, method: int = 8) -> bytes:
    """A .docx with members whose entries in the directory all lead to one body and claim any size."""
    types_part = packed({"[Content_Types].xml": types("word/document.xml", "wordprocessingml.document")})
    end = types_part.rfind(b"PK\1\2")
    out, listed = bytearray(types_part[:end]), bytearray(types_part[end : types_part.rfind(b"PK\5\6")])
    crc, at = 0, len(out)
    for number, (name, size) in enumerate(named):
        label = name.encode()
        sizes = struct.pack("<III", crc, len(body), min(size, 0xFFFFFFFE))
        if not number:
            out += struct.pack("<4sHHHHH", b"PK\3\4", 20, 0, method, 0, 33) + sizes
            out += struct.pack("<HH", len(label), 0) + label + body
        listed += struct.pack("<4sHHHHHH", b"PK\1\2", 20, 20, 0, method, 0, 33) + sizes
        listed += struct.pack("<HHHHHII", len(label), 0, 0, 0, 0, 0, at) + label
    count = len(named) + 1
    return bytes(out + listed) + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(listed), len(out), 0)


def quoted() -> bytes:
    """Local headers quoted inside one another, so that many members share one compressed kernel (Fifield 2019)."""
    kernel = _zeros(8 << 20)
    names = [f"word/{n:04}.xml".encode() for n in range(250)]
    out, places, body, size = b"", [], kernel, 8 << 20
    for name in reversed(names):
        header = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 33, 0, len(body), size, len(name), 0) + name
        out = header + body
        places.append((name, len(body), size, len(out)))
        body = b"\0" + struct.pack("<HH", len(header), len(header) ^ 0xFFFF) + header + body
        size += len(header)
    listed = b"".join(
        struct.pack("<4sHHHHHHIII", b"PK\1\2", 20, 20, 0, 8, 0, 33, 0, held, whole)
        + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, len(out) - length)
        + name
        for name, held, whole, length in places
    )
    count = len(places)
    return out + listed + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(listed), len(out), 0)


def nested_archives(depth: int = 6, wide: int = 16) -> bytes:
    """Archives in archives, as 42.zip has them."""
    data = packed({"0.txt": b" " * (4 << 20)})
    for _ in range(depth):
        data = packed({f"{n}.zip": data for n in range(wide)})
        if len(data) > 1 << 20:
            break
    return data


def linked() -> bytes:
    """A symbolic link to /etc/passwd where the text is to be."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word(paragraph(TELL)))) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            at = zipfile.ZipInfo(entry.filename)
            is_text = entry.filename == "word/document.xml"
            at.external_attr = (0o120777 if is_text else 0o100644) << 16
            new.writestr(at, "/etc/passwd" if is_text else old.read(entry))
    return out.getvalue()


def with_part(data: bytes, name: str, body: bytes = b"<a/>") -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as package:
        package.writestr(zipfile.ZipInfo(name), body)
    return out.getvalue()


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "床位">'
    + "".join(f'<!ENTITY l{n} "{10 * ("&l" + str(n - 1) + ";")}">' for n in range(1, 10))
    + "]>"
)
FILE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>'
WEB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l9 SYSTEM "http://127.0.0.1:9/x">]>'
# --- PDFs -------------------------------------------------------------------------------------------------------------


def pdf(*objects: str | bytes, root: int = 1, more: str = "") -> bytes:
    """A PDF of these objects, numbered from 1."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + (body if isinstance(body, bytes) else body.encode()) + b"\nendobj\n"
    at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += f"trailer\n<</Size {len(places) + 1}/Root {root} 0 R{more}>>\nstartxref\n{at}\n%%EOF\n".encode()
    return bytes(out)


def stream(body: bytes, more: str = "") -> bytes:
    return f"<</Length {len(body)}{more}>>stream\n".encode() + body + b"\nendstream"


_FONT = (
    "<</Type/Font/Subtype/Type0/BaseFont/NoSuchFont/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font/Subtype/"
    "CIDFontType0/BaseFont/NoSuchFont/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/FontDescriptor"
    "<</Type/FontDescriptor/FontName/NoSuchFont/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent -200"
    "/CapHeight 800/StemV 80>>>>]>>"
)


def shown(text: str = TELL) -> bytes:
    return f"BT /F 16 Tf 80 700 Td <{text.encode('utf-16-be').hex()}> Tj ET".encode()


def one_page(content: bytes | None = None, *, catalogue: str = "", more: tuple[str | bytes, ...] = ()) -> bytes:
    """One page that says TELL in a font that no system has."""
    return pdf(
        f"<</Type/Catalog/Pages 2 0 R{catalogue}>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        stream(content or shown()),
        _FONT,
        *more,
    )


def tree(kids: str, count: str = "1", more: tuple[str | bytes, ...] = ()) -> bytes:
    return pdf(
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {count}>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        stream(shown()),
        _FONT,
        *more,
    )


def inflating() -> bytes:
    body = zlib.compress(b" " * (400 << 20), 9)
    return pdf(
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        stream(body, "/Filter/FlateDecode"),
        _FONT,
    )


def with_password() -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption("secret", ownerPassword="secret2"))
    canvas.drawString(80, 700, "5")
    canvas.save()
    return out.getvalue()


_SCRIPT = "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\); this.submitForm\\('http://example.org'\\))>>"
_EMBEDDED = "/Names<</EmbeddedFiles<</Names[(evil.exe)6 0 R]>>>>"

# --- texts ------------------------------------------------------------------------------------------------------------


def planes() -> Iterator[str]:
    """Every code point but the surrogates, 1,000 a line."""
    for start in range(1, 0x110000, 1000):
        yield "".join(chr(n) for n in range(start, min(start + 1000, 0x110000)) if not 0xD800 <= n < 0xE000)


def each_plane() -> str:
    """Lines of 60 characters of each plane, between lines of a plan."""
    starts = [n << 16 | low for n in range(17) for low in (0x100, 0x4E00, 0xF000)]
    return "\n".join(f"{''.join(map(chr, range(start, start + 60)))}\n{TELL}" for start in starts)


_MARKS = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u061c"
HEADINGS = "".join(f"第{n}章 工作{n}\n{TELL}\n" for n in range(10**5))
FIXED_ROW = "床位,张,5\n"


def page(body: str) -> str:
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>要点</title></head><body>{body}</body></html>"


CASES: dict[str, Case] = {
    # many columns, headings, rows; long lines
    "txt-columns": Case(
        ".txt",
        lambda: "指标 | " + " | ".join(map(str, range(MILLION))) + f"\n{TELL}",
        "characters in one paragraph or row",
        slow=True,
    ),
    "md-columns": Case(
        ".md",
        lambda: f"{TELL}\n\n" + "|1" * MILLION + "|\n" + "|-" * MILLION + "|\n" + "|5" * MILLION,
        "characters in one paragraph or row",
        slow=True,
    ),
    "csv-columns": Case(
        ".csv",
        lambda: ",".join(map(str, range(MILLION))) + f"\n床位,{TELL}\n",
        "characters in one paragraph or row",
        slow=True,
    ),
    "csv-columns-empty": Case(".csv", lambda: "," * MILLION + f"\n床位,{TELL}\n" + "," * MILLION),
    "xlsx-columns": Case(
        ".xlsx", lambda: book('<row r="1">' + "<c><v>1</v></c>" * MILLION + "</row>"), "tags, more than", slow=True
    ),
    "xlsx-far-cell": Case(".xlsx", lambda: book('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "cells"),
    "xlsx-beyond": Case(".xlsx", lambda: book('<row r="99999999"><c r="ZZZZZZ99999999"><v>1</v></c></row>'), ".xlsx"),
    "html-columns": Case(
        ".html",
        lambda: page(f"<p>{TELL}</p><table><tr>{'<td>1' * MILLION}<tr><td>1<td>2</table>"),
        "tags, more than",
        slow=True,
    ),
    "docx-columns": Case(
        ".docx", lambda: word(paragraph(TELL) + f"<w:tbl>{cells(*'1' * 10**5)}{cells('a', 'b')}</w:tbl>"), slow=True
    ),
    "txt-headings": Case(".txt", lambda: HEADINGS, slow=True),
    "md-headings": Case(".md", lambda: "".join(f"# 第{n}章\n\n{TELL}\n\n" for n in range(10**5)), slow=True),
    "html-headings": Case(".html", lambda: page(f"<h1>工作</h1><p>{TELL}</p>" * 10**5), slow=True),
    "docx-headings": Case(".docx", lambda: word((paragraph("第一章 工作") + paragraph(TELL)) * 10**5), slow=True),
    "txt-rows": Case(".txt", lambda: "指标 | 单位 | 2025年\n" + "床位 | 张 | 5\n" * 10**5 + TELL, slow=True),
    "md-rows": Case(".md", lambda: f"{TELL}\n\n|指标|单位|2025年|\n|-|-|-|\n" + "|床位|张|5|\n" * 10**5, slow=True),
    "csv-rows": Case(".csv", lambda: "指标,单位,2025年目标\n" + FIXED_ROW * 10**5, slow=True),
    "xlsx-rows": Case(
        ".xlsx", lambda: book(_INDICATORS[0] + "".join(line(n, "床位", "张", "5") for n in range(2, 10**5))), slow=True
    ),
    "html-rows": Case(
        ".html",
        lambda: page(
            f"<p>{TELL}</p><table><tr><td>指标<td>单位<td>2025年</tr>{'<tr><td>床位<td>张<td>5</tr>' * 10**5}</table>"
        ),
        slow=True,
    ),
    "docx-rows": Case(
        ".docx",
        lambda: word(
            paragraph(TELL) + f"<w:tbl>{cells('指标', '单位', '2025年')}{cells('床位', '张', '5') * 10**5}</w:tbl>"
        ),
        "tags",
        slow=True,
    ),
    "txt-line": Case(".txt", lambda: "，".join(["新增床位5张"] * (MILLION // 7)), slow=True),
    "txt-line-plain": Case(".txt", lambda: TELL + "医" * (MILLION - 20), slow=True),
    "txt-line-longer": Case(".txt", lambda: TELL + "医" * (3 * MILLION), "3,000,007 characters in one"),
    "csv-line": Case(".csv", lambda: f"任务,单位\n{TELL}{'医' * (MILLION - 20)},甲\n", slow=True),
    "html-line": Case(".html", lambda: page(f"<p>{TELL}{'医' * (MILLION - 20)}</p>"), slow=True),
    "docx-line": Case(".docx", lambda: word(paragraph(TELL + "医" * (MILLION - 20))), slow=True),
    "txt-blank-lines": Case(".txt", lambda: "\n" * MILLION + TELL, slow=True),
    # nested deeply
    "html-nested": Case(".html", lambda: page("<div>" * 20_000 + f"<p>{TELL}</p>" + "</div>" * 20_000), "nested"),
    "html-nested-more": Case(".html", lambda: page("<div>" * 200_000 + f"<p>{TELL}</p>"), "nested", slow=True),
    "html-nested-inline": Case(".html", lambda: page("<p>" + "<b><span>" * 20_000 + TELL), "nested"),
    "html-nested-tables": Case(".html", lambda: page("<table><tr><td>" * 5_000 + TELL), "nested"),
    "html-nested-lists": Case(".html", lambda: page("<ul><li>" * 10_000 + TELL), "nested"),
    "mhtml-nested": Case(
        ".mhtml",
        lambda: (
            "MIME-Version: 1.0\n"
            + "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(3000))
            + f"Content-Type: text/html; charset=utf-8\n\n{page(TELL)}"
        ),
        "web archive",
    ),
    "docx-nested-tables": Case(
        ".docx",
        lambda: word("<w:tbl><w:tr><w:tc>" * 5_000 + paragraph(TELL) + "</w:tc></w:tr></w:tbl>" * 5_000),
        "nested|Word document",
    ),
    "docx-nested-controls": Case(
        ".docx",
        lambda: word("<w:sdt><w:sdtContent>" * 5_000 + paragraph(TELL) + "</w:sdtContent></w:sdt>" * 5_000),
        "nested|Word document",
    ),
    "docx-nested-runs": Case(
        ".docx",
        lambda: word(f"<w:p>{'<w:ins>' * 5_000}<w:r><w:t>{TELL}</w:t></w:r>{'</w:ins>' * 5_000}</w:p>"),
        "nested|Word document",
    ),
    "docx-nested-200": Case(
        ".docx", lambda: word("<w:sdt><w:sdtContent>" * 60 + paragraph(TELL) + "</w:sdtContent></w:sdt>" * 60)
    ),
    "xlsx-nested": Case(".xlsx", lambda: book("<row>" * 20_000 + "</row>" * 20_000), ".xlsx"),
    "ofd-nested": Case(
        ".ofd", lambda: ofd("<ofd:PageBlock>" * 5_000 + drawn(TELL) + "</ofd:PageBlock>" * 5_000), "ofd|page"
    ),
    "txt-nested-brackets": Case(".txt", lambda: "（" * 10**5 + TELL + "）" * 10**5),
    "md-nested-quotes": Case(".md", lambda: "> " * 10**5 + TELL),
    # characters
    "txt-unicode": Case(".txt", lambda: "\n".join((TELL, *planes(), TELL)), slow=True),
    "txt-planes": Case(".txt", each_plane),
    "md-planes": Case(".md", each_plane),
    "csv-planes": Case(
        ".csv", lambda: "任务,单位\n" + "".join(f'"{row}",甲\n' for row in each_plane().replace('"', "").splitlines())
    ),
    "html-planes": Case(
        ".html",
        lambda: page("".join(f"<p>{row}</p>" for row in each_plane().replace("<", "").replace("&", "").splitlines())),
    ),
    "docx-planes": Case(
        ".docx",
        lambda: word("".join(paragraph(row) for row in re.sub("[\ufffe\uffff&<]", "", each_plane()).splitlines())),
    ),
    "txt-marks": Case(".txt", lambda: "\n".join(_MARKS.join(TELL) for _ in range(1000)) + "\n" + TELL),
    "txt-marks-only": Case(".txt", lambda: _MARKS * 1000, "no text|empty"),
    "txt-nul": Case(".txt", lambda: "\0".join(TELL * 20) + f"\n{TELL}" * 2000),
    "txt-nul-only": Case(".txt", lambda: b"\0" * MILLION, "no known encoding"),
    "txt-surrogates": Case(".txt", lambda: f"{TELL}\n\ud800床位\udfff\n{TELL}", "no known encoding"),
    "html-surrogates": Case(
        ".html", lambda: page(f"<p>&#xD800;&#xDFFF;&#55357;&#x110000;&#0;&#x1F600;</p><p>{TELL}</p>")
    ),
    "docx-surrogates": Case(".docx", lambda: word(paragraph("&#xD800;") + paragraph(TELL)), "Word document"),
    "xlsx-surrogates": Case(".xlsx", lambda: book(line(1, "_xD800_", TELL, "_x0000_") + _INDICATORS[1])),
    "txt-line-ends": Case(
        ".txt",
        lambda: "".join(
            f"第{n}章 工作{end}{TELL}{end}"
            for n in range(300)
            for end in ("\n", "\r", "\r\n", "\n\r", "\x85", "\u2028", "\u2029", "\v", "\f", "\x1c", "\x1d", "\x1e")
        ),
    ),
    "txt-utf-16": Case(".txt", lambda: ("\n" + TELL * 3).encode("utf-16") * 1),
    "txt-utf-32": Case(".txt", lambda: (f"一、目标\n{TELL}" * 30).encode("utf-32")),
    "txt-half-utf-16": Case(".txt", lambda: (f"一、目标\n{TELL}\n" * 30).encode("utf-16-le") + b"\x41"),
    # archives
    "zip-bomb": Case(".docx", lambda: bomb(size=1 << 30), "when unpacked", slow=True),
    "zip-bomb-below-limit": Case(".docx", lambda: bomb(size=280 << 20), "times its own size", slow=True),
    "zip-bomb-of-tags": Case(".docx", lambda: word("<w:p/>" * (10 * MILLION)), "times its own size", slow=True),
    "zip-bomb-of-runs": Case(
        ".docx", lambda: word(f"<w:p>{'<w:r/>' * (10 * MILLION)}</w:p>"), "times its own size", slow=True
    ),
    "zip-bomb-xlsx": Case(".xlsx", lambda: book("<row/>" * (10 * MILLION)), "times its own size", slow=True),
    "zip-lies-small": Case(
        ".docx", lambda: _raw(_zeros(1 << 30), (("word/document.xml", 100),)), "damaged|unpacks|Word", slow=True
    ),
    "zip-lies-large": Case(".docx", lambda: _raw(b"\3\0", (("word/document.xml", 10 << 30),)), "when unpacked"),
    "zip-overlapping": Case(
        ".docx",
        lambda: _raw(_zeros(8 << 20), tuple((f"word/{n}.xml", 8 << 20) for n in range(30))),
        "when unpacked|damaged",
    ),
    "zip-quoted": Case(".docx", quoted, "when unpacked", "when unpacked"),
    "zip-nested": Case(".docx", nested_archives, "a zip archive, but no document"),
    "zip-named-docx": Case(".docx", lambda: with_part(word(paragraph(TELL)), "word/a.zip", nested_archives())),
    "zip-entries": Case(
        ".docx", lambda: packed({f"word/{n}.xml": "" for n in range(100_000)}), "100,001 parts|100,000 parts", slow=True
    ),
    "zip-entries-claimed": Case(
        ".docx",
        lambda: (
            word(paragraph(TELL))[:-22] + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFE, 0xFFFE, 0x7FFFFFFF, 0, 0)
        ),
        "broken archive",
    ),
    "zip-absolute": Case(".docx", lambda: with_part(word(paragraph(TELL)), "/etc/passwd"), READ),
    "zip-up": Case(".docx", lambda: with_part(word(paragraph(TELL)), "../../x.xml"), "a place outside"),
    "zip-windows": Case(".docx", lambda: with_part(word(paragraph(TELL)), "C:\\x.xml"), "a place outside"),
    "zip-link": Case(".docx", linked, "Word document|link"),
    "zip-encrypted": Case(".docx", lambda: _flagged(word(paragraph(TELL))), "password"),
    "zip-lzma": Case(".docx", lambda: _raw(b"\0" * 100, (("word/document.xml", 100),), method=14), "damaged|archive"),
    # markup
    "docx-laughs": Case(".docx", lambda: word(paragraph("&l9;"), LAUGHS), "declares entities"),
    "docx-file": Case(".docx", lambda: word(paragraph("&l9;"), FILE), "declares entities"),
    "docx-web": Case(".docx", lambda: word(paragraph("&l9;"), WEB), "declares entities"),
    "docx-laughs-utf-16": Case(
        ".docx", lambda: word("", **{"word/document.xml": f"{LAUGHS}<a>&l9;</a>".encode("utf-16")}), "declares entities"
    ),
    "docx-external": Case(
        ".docx",
        lambda: word(
            paragraph(TELL),
            **{
                "word/_rels/document.xml.rels": related(
                    ("image", "http://127.0.0.1:9/a.png", OUT),
                    ("attachedTemplate", "file:///etc/passwd", OUT),
                    ("footnotes", "http://127.0.0.1:9/f.xml", OUT),
                )
            },
        ),
    ),
    "docx-outside-target": Case(
        ".docx",
        lambda: word(
            paragraph(TELL), **{"word/_rels/document.xml.rels": related(("styles", "../../../../etc/passwd", ""))}
        ),
        "Word document",
    ),
    "xlsx-laughs": Case(".xlsx", lambda: book(line(1, "&l9;"), LAUGHS), "declares entities"),
    "xlsx-web": Case(".xlsx", lambda: book(line(1, "&l9;"), WEB), "declares entities"),
    "xlsx-external": Case(
        ".xlsx",
        lambda: book(
            "".join(_INDICATORS),
            **{
                "xl/_rels/workbook.xml.rels": related(
                    ("worksheet", "worksheets/sheet1.xml", ""), ("externalLink", "http://127.0.0.1:9/x.xlsx", OUT)
                )
            },
        ),
    ),
    "ofd-laughs": Case(".ofd", lambda: ofd(drawn("&l9;"), LAUGHS), "entit|ofd|page"),
    "ofd-file": Case(".ofd", lambda: ofd(drawn("&l9;"), FILE), "entit|ofd|page"),
    "ofd-outside": Case(
        ".ofd", lambda: ofd(drawn(TELL)).replace(b"D/Document.xml", b"../../../x.xml"), "ofd|archive|outside"
    ),
    "ofd-pages": Case(".ofd", lambda: ofd(drawn(TELL), pages=20_000), "20,000 pages"),
    "html-laughs": Case(".html", lambda: LAUGHS + page(f"<p>&l9;</p><p>{TELL}</p>")),
    "html-active": Case(
        ".html",
        lambda: page(
            '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/"><base href="http://127.0.0.1:9/">'
            '<script src="http://127.0.0.1:9/a.js">新增床位9张。</script><link rel="stylesheet" href="//127.0.0.1/a">'
            '<iframe src="file:///etc/passwd">新增床位8张。</iframe><object data="x">新增床位7张。</object>'
            f'<img src="data:image/svg+xml,<svg onload=alert(1)>"><p>{TELL}</p>'
        ),
    ),
    "html-frames": Case(
        ".html",
        lambda: "<html><frameset><frame src='http://127.0.0.1:9/'><frame src='file:///etc/passwd'></frameset></html>",
        "no text",
    ),
    "html-data-urls": Case(
        ".html", lambda: page(f"<p>{TELL}</p>" + "<img src='data:image/png;base64," + "A" * (5 * MILLION) + "'>")
    ),
    "html-attributes": Case(
        ".html", lambda: page(f"<p {' '.join(f'a{n}=1' for n in range(10**5))}>{TELL}</p>"), "attributes"
    ),
    "html-comment": Case(".html", lambda: page(f"<p>{TELL}</p>" + "<!-- " * 10**5)),
    # PDFs
    "pdf-no-font": Case(".pdf", one_page),
    "pdf-password": Case(".pdf", with_password, "needs a password"),
    "pdf-script": Case(".pdf", lambda: one_page(catalogue=_SCRIPT)),
    "pdf-embedded": Case(
        ".pdf",
        lambda: one_page(
            catalogue=_EMBEDDED,
            more=("<</Type/Filespec/F(evil.exe)/EF<</F 7 0 R>>>>", stream(b"MZ" * 1000, "/Type/EmbeddedFile")),
        ),
    ),
    "pdf-count": Case(".pdf", lambda: tree("3 0 R", str(10**9))),
    "pdf-count-negative": Case(".pdf", lambda: tree("3 0 R", "-1")),
    "pdf-many-pages": Case(".pdf", lambda: tree("3 0 R " * 6000, "6000"), "6,000 pages"),
    "pdf-most-pages": Case(".pdf", lambda: tree("3 0 R " * 5000, "5000"), slow=True),
    "pdf-cyclic": Case(".pdf", lambda: tree("2 0 R 3 0 R", "2")),
    "pdf-cyclic-deep": Case(
        ".pdf", lambda: tree("6 0 R", "3", ("<</Type/Pages/Parent 2 0 R/Kids[2 0 R 6 0 R]/Count 2>>",)), "pages|pdf"
    ),
    "pdf-cyclic-contents": Case(
        ".pdf",
        lambda: pdf(
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents[3 0 R 4 0 R]/Resources 3 0 R>>",
            "[4 0 R 3 0 R]",
        ),
        "pdf|picture|text",
    ),
    "pdf-nested-arrays": Case(".pdf", lambda: one_page(b"[" * 10**5 + shown()), "no text"),
    "pdf-nested-forms": Case(
        ".pdf",
        lambda: pdf(
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>"
            "/XObject<</X 6 0 R>>>>>>",
            stream(shown() + b" /X Do"),
            _FONT,
            stream(b"/X Do /X Do", "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>"),
        ),
        "forms drawn on one page",
    ),
    "pdf-inflating": Case(".pdf", inflating, "when unpacked", slow=True),
    "pdf-huge-page": Case(".pdf", lambda: one_page().replace(b"[0 0 595 842]", b"[0 0 9e30 9e30]")),
    "pdf-strokes": Case(".pdf", lambda: one_page(shown() + b" 0 0 m 9 9 l S" * 200_000), slow=True),
    "pdf-characters": Case(".pdf", lambda: one_page(shown(TELL * 50_000)), slow=True),
}


def _flagged(data: bytes) -> bytes:
    """The archive with the mark of encryption on every member."""
    out = bytearray(data)
    for sign, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        for found in re.finditer(re.escape(sign), data):
            out[found.start() + at] |= 1
    return bytes(out)


# --- running ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a case: empty `fault` where it is as it must be."""

    fault: str
    said: str
    size: int
    seconds: float
    megabytes: int
    slow: bool = False


def read(case: Case, path: Path) -> Told:
    """Take the file of a case through every stage, in this process."""
    size = path.stat().st_size
    usual = pipeline.SECONDS * max(1.0, _unpacked(path) / 2**20)
    outcome = pipeline.read(path, seconds=GIVEN_UP * usual)
    fault = ""
    if outcome.failed:
        fault = f"{outcome.said} at {outcome.where}"
    elif outcome.said == "refused" and (case.answer == READ or not re.search(case.answer, outcome.message)):
        fault = "refused"
    elif outcome.said == "plan" and case.answer != READ:
        fault = "read"
    said = outcome.message or outcome.said
    return Told(fault, said, size, outcome.seconds, outcome.kilobytes // 1024, outcome.seconds > usual)


def _unpacked(path: Path) -> int:
    """Bytes that are to be read: of an archive, within the limit, those of its parts."""
    size = path.stat().st_size
    try:
        with zipfile.ZipFile(path) as package:
            unpacked = sum(entry.file_size for entry in package.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return size
    return max(size, unpacked) if unpacked < 100 << 20 else size


def _apart(work: Callable[[], object]) -> object:
    """What some work gives in a process of its own; None where that died."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=lambda: theirs.send(work()), daemon=True)
    process.start()
    theirs.close()
    try:
        return ours.recv()
    except EOFError:
        return None
    finally:
        process.join()


def _made(case: Case, path: Path) -> bool:
    path.write_bytes(case.data())
    return True


def told(name: str, folder: Path) -> Told:
    """Make and read one case."""
    case = CASES[name]
    path = folder / f"{name}{case.suffix}"
    if not _apart(lambda: _made(case, path)):
        return Told("not made", "", 0, 0, 0)
    found = _apart(lambda: read(case, path))
    size = path.stat().st_size
    path.unlink()
    return found if isinstance(found, Told) else Told("died", "", size, 0, 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="cases, or beginnings of their names; all")
    asked = parser.parse_args()
    runs.prepare(office=False)
    pipeline.run(seeds.plain(list(seeds.sample_lines()[0])), ".txt", thorough=True)
    resource.setrlimit(resource.RLIMIT_AS, (16 << 30, resource.RLIM_INFINITY))
    names = [name for name in CASES if not asked.names or name.startswith(tuple(asked.names))]
    begun, faults, slow = time.monotonic(), 0, 0
    with tempfile.TemporaryDirectory(prefix="planlens-sizes-", ignore_cleanup_errors=True) as folder:
        for name in names:
            found = told(name, Path(folder))
            faults += bool(found.fault)
            slow += found.slow
            tag = f"FAULT {found.fault}: " if found.fault else "slow: " if found.slow else ""
            print(
                f"{name:24} {found.size / 2**20:7.1f} MB {found.seconds:6.1f} s {found.megabytes:5} MB  "
                f"{tag}{found.said.replace(folder, '')[:150]}",
                flush=True,
            )
    print(f"{len(names)} cases, {faults} faults, {slow} slow, {time.monotonic() - begun:.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
