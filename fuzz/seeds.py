"""Whole files of each format the readers know, made from passages of the sample plans."""

from __future__ import annotations

import email.message
import html
import io
import random
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

LENGTHS = (6,) * 8 + (12,) * 8 + (40,) * 4
"""The most lines of each file of a format: many short ones, which take little time, and some with whole chapters."""
SAMPLES = Path(__file__).parents[1] / "samples"
TABLE = (
    ("序号", "主要指标", "单位", "2020年", "2025年目标", "属性"),
    ("1", "每千人口床位数", "张", "3.63", "4.5", "预期性"),
    ("2", "家庭医生签约率", "%", "38.2", "不低于45", "约束性"),
    ("3", "孕产妇死亡率", "1/10万", "7.2", "≤6", "约束性"),
)


@cache
def sample_lines() -> tuple[tuple[str, ...], ...]:
    """The lines of each sample plan."""
    return tuple(tuple(path.read_text("utf-8").splitlines()) for path in sorted(SAMPLES.glob("*.txt")))


@cache
def pool(suffix: str) -> tuple[bytes, ...]:
    """Whole files of one format, short ones and longer ones."""
    chance = random.Random(suffix)
    return tuple((FORMATS | BY_OFFICE)[suffix](passage(chance, most)) for most in LENGTHS)


def passage(chance: random.Random, most: int) -> list[str]:
    """The title of a sample and some of its lines in a row, at most `most`."""
    lines = chance.choice(sample_lines())
    count = min(len(lines) - 1, chance.randint(3, most))
    start = chance.randrange(1, len(lines) - count + 1)
    return [lines[0], *lines[start : start + count]]


def plain(lines: list[str]) -> bytes:
    return "\n".join([*lines, "", *(" | ".join(row) for row in TABLE)]).encode()


def markdown(lines: list[str]) -> bytes:
    head = [f"# {lines[0]}", *(f"## {line}" if len(line) < 20 else line for line in lines[1:])]
    rows = [f"| {' | '.join(row)} |" for row in TABLE]
    return "\n\n".join([*head, "\n".join([rows[0], "|---" * len(TABLE[0]) + "|", *rows[1:]])]).encode()


def page(lines: list[str]) -> bytes:
    body = "".join(f'<p style="text-indent:2em">{html.escape(line)}</p>\n' for line in lines[1:])
    rows = "".join(
        "<tr>" + "".join(f'<td colspan="1" rowspan="1">{cell}</td>' for cell in row) + "</tr>" for row in TABLE
    )
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{lines[0]}</title><script>var a = 1</script></head>'
        f'<body><div class="nav"><a href="/">首页</a></div><div id="content"><h1>{lines[0]}</h1>{body}'
        f"<table>{rows}</table></div></body></html>"
    ).encode()


def archive(lines: list[str]) -> bytes:
    message, part = email.message.Message(), email.message.Message()
    message["MIME-Version"], message["Content-Type"] = "1.0", 'multipart/related; type="text/html"; boundary="b"'
    part["Content-Type"], part["Content-Transfer-Encoding"] = 'text/html; charset="utf-8"', "8bit"
    part.set_payload(page(lines).decode())
    message.attach(part)
    return message.as_string().encode()


def word(lines: list[str]) -> bytes:
    import docx

    document = docx.Document()
    document.add_heading(lines[0], 0)
    for at, line in enumerate(lines[1:]):
        if len(line) < 20:
            document.add_heading(line, 1 + at % 3)
        else:
            document.add_paragraph(line, "List Number" if at % 7 == 3 else None)
    table = document.add_table(0, len(TABLE[0]))
    for row in TABLE:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    out = io.BytesIO()
    document.save(out)
    return _small(out.getvalue())


def _small(data: bytes) -> bytes:
    """The archive with nothing in the parts that no reader opens: themes and pictures would draw most mutations."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            idle = not entry.filename.endswith(".rels") and any(
                part in entry.filename for part in ("theme", "thumbnail", "customXml", "stylesWithEffects")
            )
            body = b"<a/>" if idle else old.read(entry)
            new.writestr(zipfile.ZipInfo(entry.filename), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def workbook(lines: list[str]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in TABLE:
        sheet.append([float(cell) if cell.replace(".", "").isdecimal() else cell for cell in row])
    tasks = book.create_sheet("任务")
    tasks.append(("序号", "工作任务", "具体举措", "牵头单位", "时间节点"))
    for at, line in enumerate(lines):
        tasks.append((at, line[:9], line, "市卫生健康委", "2025年11月底前"))
    tasks.merge_cells("A3:A4")
    out = io.BytesIO()
    book.save(out)
    return _small(out.getvalue())


def values(lines: list[str]) -> bytes:
    rows = [
        *TABLE,
        (),
        ("序号", "工作任务", "牵头单位"),
        *((str(at), line, "市教育局") for at, line in enumerate(lines)),
    ]
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows).encode()


def printed(lines: list[str]) -> bytes:
    """A PDF with text and a ruled table, its streams not compressed, so that mutations reach the operators."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    pdf = Canvas(out, pagesize=(595, 842), pageCompression=0, invariant=1)
    y = 780
    for line in lines:
        for at in range(0, max(1, len(line)), 27):
            pdf.setFont("STSong-Light", 16)
            pdf.drawString(80 if at else 112, y, line[at : at + 27])
            y -= 28
            if y < 80:
                pdf.showPage()
                y = 780
    pdf.setFont("STSong-Light", 10)
    pdf.grid([80 + 70 * x for x in range(7)], [y - 20 * n for n in range(5)])
    for n, row in enumerate(TABLE):
        for x, cell in enumerate(row):
            pdf.drawString(84 + 70 * x, y - 20 * n - 15, cell)
    pdf.save()
    return out.getvalue()


def ofd(lines: list[str]) -> bytes:
    cut = [line[at : at + 28] for line in lines for at in range(0, max(1, len(line)), 28)]
    objects = "".join(
        f'<ofd:TextObject ID="{at}" Boundary="27 {35 + 8.5 * at} {len(line) * 5.6:.1f} 7" Font="1" Size="5.6">'
        f'<ofd:TextCode X="0" Y="5" DeltaX="g {max(1, len(line) - 1)} 5.6">{html.escape(line)}</ofd:TextCode>'
        "</ofd:TextObject>"
        for at, line in enumerate(cut)
    )
    name = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    area = (
        "<ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
    )
    pages = '<ofd:Pages><ofd:Page ID="9" BaseLoc="P.xml"/></ofd:Pages>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for member, text in (
            (
                "OFD.xml",
                f"<ofd:OFD {name}><ofd:DocBody><ofd:DocRoot>D/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
            ),
            ("D/Document.xml", f"<ofd:Document {name}>{area}{pages}</ofd:Document>"),
            (
                "D/P.xml",
                f'<ofd:Page {name}><ofd:Content><ofd:Layer ID="1">{objects}</ofd:Layer></ofd:Content></ofd:Page>',
            ),
        ):
            package.writestr(zipfile.ZipInfo(member), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


@cache
def _by_office(suffix: str) -> bytes | None:
    """One plan in a format that only LibreOffice writes; None where it is not installed."""
    from planlens.read import libreoffice

    if libreoffice.program() is None:
        return None
    return libreoffice.converted(word(list(sample_lines()[0][:12])), "seed", ".docx", suffix)


def old_word(_: list[str]) -> bytes:
    return _by_office(".doc") or b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)


def rich_text(_: list[str]) -> bytes:
    return _by_office(".rtf") or b"{\\rtf1\\ansi \\u19968?\\par}"


def open_text(lines: list[str]) -> bytes:
    return _by_office(".odt") or plain(lines)


FORMATS: dict[str, Callable[[list[str]], bytes]] = {
    ".txt": plain,
    ".md": markdown,
    ".html": page,
    ".mhtml": archive,
    ".docx": word,
    ".xlsx": workbook,
    ".csv": values,
    ".pdf": printed,
    ".ofd": ofd,
    ".doc": old_word,
}
BY_OFFICE: dict[str, Callable[[list[str]], bytes]] = {".rtf": rich_text, ".odt": open_text}
"""Formats that another program reads, seconds a file: only where they are asked for."""
