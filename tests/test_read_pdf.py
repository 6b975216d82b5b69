"""PDF files drawn line by line: paragraphs, columns, running heads, tables over a page's end, scans, broken layers."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planlens.errors import InputError
from planlens.model import Document
from planlens.read import read_document

pytest.importorskip("pypdfium2")
canvas_module = pytest.importorskip("reportlab.pdfgen.canvas")

FONT = "STSong-Light"
"""A font every viewer has: the file names it and holds no glyphs."""
LEFT, WIDTH, TOP, PITCH, SIZE = 80.0, 27, 750.0, 28.0, 16.0
SENTENCE = "推进基层医疗集团建设，新增社康机构35家，家庭医生签约率达到45%以上，重点人群签约率达到80%。"


def canvas() -> tuple[Any, io.BytesIO]:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    return canvas_module.Canvas(out, pagesize=(595, 842)), out


class Page:
    """Draws lines as a text processor sets them: `text` cut at `width` characters, the first two ems further in."""

    def __init__(
        self, pdf: Any, *, left: float = LEFT, top: float = TOP, width: int = WIDTH, size: float = SIZE
    ) -> None:
        self.pdf, self.left, self.y, self.width, self.size = pdf, left, top, width, size

    def line(self, text: str, x: float | None = None, size: float | None = None) -> None:
        self.pdf.setFont(FONT, size or self.size)
        self.pdf.drawString(self.left if x is None else x, self.y, text)
        self.y -= PITCH * (size or self.size) / SIZE

    def centred(self, text: str, size: float) -> None:
        self.line(text, self.left + (self.width * self.size - self.pdf.stringWidth(text, FONT, size)) / 2, size)

    def paragraph(self, text: str, indent: float = 2) -> None:
        for at, line in enumerate(self.cut(text, indent)):
            self.line(line, self.left + (0 if at else indent * self.size))

    def cut(self, text: str, indent: float = 2) -> list[str]:
        out, room = [""], (self.width - indent) * self.size
        for char in text:
            wide = self.pdf.stringWidth(out[-1] + char, FONT, self.size)
            if wide > room and char not in "，。、；：）》”%":
                out.append("")
                room = self.width * self.size
            out[-1] += char
        return out


def read(path: Path, draw: Callable[[Any], None]) -> Document:
    pdf, out = canvas()
    draw(pdf)
    pdf.save()
    (path / "plan.pdf").write_bytes(out.getvalue())
    return read_document(path / "plan.pdf")


def lines(document: Document) -> list[str]:
    return [block.span.of(document.text) for block in document.blocks]


def told(document: Document) -> str:
    return "\n".join(note.why for note in document.notes)


def test_lines_are_joined_into_paragraphs(tmp_path: Path) -> None:
    def draw(pdf: Any) -> None:
        page = Page(pdf)
        page.paragraph("一、总体要求")
        page.paragraph(SENTENCE * 3)
        page.paragraph("（一）建设医院。" + SENTENCE)

    assert lines(read(tmp_path, draw)) == ["一、总体要求", SENTENCE * 3, "（一）建设医院。" + SENTENCE]


def test_paragraph_over_a_page_without_heads_and_numbers(tmp_path: Path) -> None:
    text = SENTENCE * 12

    def draw(pdf: Any) -> None:
        cut = Page(pdf).cut(text)
        for number in range(3):
            page = Page(pdf)
            pdf.setFont(FONT, 9)
            pdf.drawString(80, 800, "某市卫生健康规划")
            pdf.drawString(280, 40, f"— {number + 1} —")
            for at, line in enumerate(cut[number * 8 : (number + 1) * 8]):
                page.line(line, LEFT + 32 if not number and not at else None)
            pdf.showPage()

    document = read(tmp_path, draw)
    assert lines(document) == [text]
    assert "页眉：“某市卫生健康规划”（第1—3页）" in told(document)
    assert "页码：“— 1 —”……“— 3 —”（第1—3页）" in told(document)
    assert [page for _, page in document.pages] == [1, 2, 3]
    assert document.page(0) == 1
    assert document.page(len(text) - 1) == 3


def test_what_is_no_pdf(tmp_path: Path) -> None:
    (tmp_path / "plan.pdf").write_bytes(b"%PDF-1.7\n" + b"\x00" * 200)
    with pytest.raises(InputError, match="broken or cut"):
        read_document(tmp_path / "plan.pdf")
