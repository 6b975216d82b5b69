"""PDF files drawn line by line: paragraphs, columns, running heads, tables over a page's end, scans, broken layers."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rendering import to_pdf

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


def test_title_over_centred_lines_and_head_of_a_letter(tmp_path: Path) -> None:
    def draw(pdf: Any) -> None:
        page = Page(pdf)
        page.centred("某市人民政府文件", 36)
        pdf.setFont(FONT, SIZE)
        pdf.drawString(420, page.y, "签发人：张三")
        page.line("某府〔2023〕25号")
        page.centred("某市人民政府关于印发某市", 22)
        page.centred("卫生健康事业发展规划的通知", 22)
        page.line("各区人民政府：")
        page.paragraph(SENTENCE)

    assert lines(read(tmp_path, draw)) == [
        "某市人民政府文件",
        "某府〔2023〕25号 签发人：张三",
        "某市人民政府关于印发某市卫生健康事业发展规划的通知",
        "各区人民政府：",
        SENTENCE,
    ]


def test_two_columns(tmp_path: Path) -> None:
    text = SENTENCE * 8

    def draw(pdf: Any) -> None:
        title = Page(pdf)
        title.centred("某市卫生健康工作要点", 22)
        cut = Page(pdf, width=17, size=12).cut(text)
        for left, part in ((70, cut[:12]), (70 + 19 * 12, cut[12:])):
            page = Page(pdf, left=left, top=title.y, size=12)
            for at, line in enumerate(part):
                page.line(line, left + (24 if left == 70 and not at else 0))

    assert lines(read(tmp_path, draw)) == ["某市卫生健康工作要点", text]


def grid(pdf: Any, rows: list[list[str]], top: float, *, height: float = 24, widths: tuple[int, ...]) -> None:
    """A ruled table, each row's text on its first line."""
    xs = [LEFT + sum(widths[:at]) for at in range(len(widths) + 1)]
    ys = [top - height * at for at in range(len(rows) + 1)]
    for y in ys:
        pdf.line(xs[0], y, xs[-1], y)
    for x in xs:
        pdf.line(x, ys[0], x, ys[-1])
    pdf.setFont(FONT, 12)
    for row, y in zip(rows, ys, strict=False):
        for text, x in zip(row, xs, strict=False):
            pdf.drawString(x + 4, y - 16, text)


def test_table_over_a_page_with_its_head_again_and_a_row_cut(tmp_path: Path) -> None:
    head, widths = ["指标", "单位", "2025年"], (200, 100, 100)

    def draw(pdf: Any) -> None:
        Page(pdf).paragraph("二、主要指标")
        grid(pdf, [head, ["人均预期寿命", "岁", "83.5"], ["提供中医药服务的基层", "%", "100"]], 300, widths=widths)
        pdf.showPage()
        grid(pdf, [head, ["医疗机构占比", "", ""], ["每千人口床位数", "张", "6.1"]], 750, widths=widths)
        page = Page(pdf, top=600)
        page.paragraph("三、重点任务")

    document = read(tmp_path, draw)
    assert lines(document) == [
        "二、主要指标",
        "指标 | 单位 | 2025年",
        "人均预期寿命 | 岁 | 83.5",
        "提供中医药服务的基层医疗机构占比 | % | 100",
        "每千人口床位数 | 张 | 6.1",
        "三、重点任务",
    ]
    assert {block.table for block in document.blocks if block.kind == "row"} == {1}
    assert "分页处重复的表头" in told(document)


def test_table_without_rules(tmp_path: Path) -> None:
    def draw(pdf: Any) -> None:
        page = Page(pdf)
        page.paragraph("二、主要指标")
        for row in (["指标", "单位", "2025年"], ["人均预期寿命", "岁", "83.5"], ["孕产妇死亡率", "1/10万", "8以下"]):
            for text, x in zip(row, (90, 260, 420), strict=True):
                pdf.drawString(x, page.y, text)
            page.y -= 24
        page.paragraph(SENTENCE)

    assert lines(read(tmp_path, draw)) == [
        "二、主要指标",
        "指标 | 单位 | 2025年",
        "人均预期寿命 | 岁 | 83.5",
        "孕产妇死亡率 | 1/10万 | 8以下",
        SENTENCE,
    ]


def test_box_keeps_its_paragraphs(tmp_path: Path) -> None:
    def draw(pdf: Any) -> None:
        page = Page(pdf)
        page.paragraph("（一）建设医院")
        top = page.y + 18
        inner = Page(pdf, left=LEFT + 8, top=page.y, width=26)
        inner.line("专栏1 医院建设工程")
        inner.paragraph("1." + SENTENCE)
        pdf.rect(LEFT, inner.y + 10, WIDTH * SIZE, top - inner.y - 10)
        Page(pdf, top=inner.y - 20).paragraph("（二）培养人才")

    found = lines(read(tmp_path, draw))
    assert found == ["（一）建设医院", "专栏1 医院建设工程", "1." + SENTENCE, "（二）培养人才"]


def test_footnotes_stand_at_the_end_and_their_marks_join_no_number(tmp_path: Path) -> None:
    def draw(pdf: Any) -> None:
        page = Page(pdf)
        page.paragraph("一、总体要求")
        page.line("新增社康机构35")
        pdf.setFont(FONT, 8)
        pdf.drawString(LEFT + pdf.stringWidth("新增社康机构35", FONT, SIZE), page.y + PITCH + 7, "1")
        page.paragraph(SENTENCE * 2)
        pdf.setFont(FONT, 9)
        pdf.drawString(LEFT, 90, "① 社康机构：社区健康服务中心和社区健康服务站")
        pdf.drawString(LEFT, 78, "的统称。")

    document = read(tmp_path, draw)
    assert lines(document)[1] == "新增社康机构35¹"
    assert lines(document)[-1] == "注：① 社康机构：社区健康服务中心和社区健康服务站的统称。"
    assert "移到文末的脚注：1" in told(document)


def test_contents_watermark_and_turned_pages(tmp_path: Path) -> None:
    def draw(pdf: Any) -> None:
        page = Page(pdf)
        page.centred("目 录", 22)
        page.line("一、总体要求" + "." * 60 + "1")
        page.line("二、重点任务" + "." * 60 + "2")
        pdf.showPage()
        for number, name in enumerate(("一、总体要求", "二、重点任务")):
            pdf.saveState()
            if number:
                pdf.translate(595, 0)
                pdf.rotate(90)
            page = Page(pdf, top=500)
            page.paragraph(name)
            page.paragraph(SENTENCE)
            pdf.translate(200, 200)
            pdf.rotate(45)
            pdf.drawString(0, 0, "内部资料")
            pdf.restoreState()
            pdf.showPage()

    document = read(tmp_path, draw)
    assert lines(document) == ["一、总体要求", SENTENCE, "二、重点任务", SENTENCE]
    assert [note.why for note in document.notes].count("目录") == 3
    assert "旋转的文字，未读：“内部资料”（第2—3页）" in told(document)


def picture(pdf: Any) -> None:
    image = pytest.importorskip("PIL.Image").new("RGB", (60, 80), "white")
    from reportlab.lib.utils import ImageReader

    pdf.drawImage(ImageReader(image), 0, 0, 595, 842)
    pdf.showPage()


def test_scanned_pages_are_told_and_a_scan_is_refused(tmp_path: Path) -> None:
    def draw(pdf: Any) -> None:
        Page(pdf).paragraph("一、总体要求")
        pdf.showPage()
        picture(pdf)
        picture(pdf)

    assert "没有文字层的页，未读（第2—3页）" in told(read(tmp_path, draw))
    with pytest.raises(InputError, match="a scan: pictures on 1 of 1 pages"):
        read(tmp_path, picture)


def test_hidden_layer_of_recognition_is_doubted(tmp_path: Path) -> None:
    def draw(pdf: Any) -> None:
        text = pdf.beginText(LEFT, TOP)
        text.setFont(FONT, SIZE)
        text.setTextRenderMode(3)
        text.textLine("一、总体要求")
        pdf.drawText(text)

    assert "识别（OCR）所得" in told(read(tmp_path, draw))


def mapped(path: Path, text: str, change: Callable[[bytes], bytes]) -> Document:
    """A file with a font of its own, whose table from glyphs to characters is changed."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    try:
        pdfmetrics.registerFont(TTFont("own", "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", subfontIndex=0))
    except Exception:
        pytest.skip("no font to embed")
    out = io.BytesIO()
    pdf = canvas_module.Canvas(out, pagesize=(595, 842), pageCompression=0)
    pdf.setFont("own", 16)
    for at in range(12):
        pdf.drawString(LEFT, TOP - 40 * at, text)
    pdf.save()
    (path / "plan.pdf").write_bytes(change(out.getvalue()))
    return read_document(path / "plan.pdf")


def test_radicals_are_written_as_ideographs(tmp_path: Path) -> None:
    def change(data: bytes) -> bytes:
        return data.replace(b"<4EBA>", b"<2F08>").replace(b"<957F>", b"<2ED3>")

    document = mapped(tmp_path, "人均预期寿命增长", change)
    assert document.text.startswith("人均预期寿命增长")
    assert "通用字符：24（⻓→长、⼈→人）" in told(document)


def test_lost_digits_are_no_numbers_and_a_lost_layer_is_refused(tmp_path: Path) -> None:
    document = mapped(tmp_path, "新增床位300张。", lambda data: data.replace(b"<0033>", b"<FFFD>"))
    assert document.text.startswith("新增床位\ufffd00张。")
    assert "字体未给出含义的字符：12" in told(document)
    with pytest.raises(InputError, match="no meaning to 60 of 108"):
        mapped(tmp_path, "新增床位300张。", lambda data: data.replace(b"/ToUnicode", b"/ToUnicodX"))


def test_plan_printed_by_libreoffice(tmp_path: Path) -> None:
    """Justified lines of 16 points under a running head, over several pages."""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    texts = [f"（{number}）{SENTENCE * (3 + number_at % 4)}" for number_at, number in enumerate("一二三四五六七八九")]
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "某市卫生健康规划汇编"
    for text in ["一、重点任务", *texts]:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.first_line_indent = Pt(32)
        paragraph.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        paragraph.add_run(text).font.size = Pt(16)
    document.save(str(tmp_path / "plan.docx"))
    found = read_document(to_pdf(tmp_path, tmp_path / "plan.docx")[0])
    assert lines(found) == ["一、重点任务", *texts]
    assert "页眉：“某市卫生健康规划汇编”" in told(found)


def test_what_is_no_pdf_or_locked(tmp_path: Path) -> None:
    pdf, out = canvas()
    Page(pdf).paragraph("一、总体要求")
    pdf.save()
    locked = io.BytesIO()
    pdf = canvas_module.Canvas(locked, encrypt=pytest.importorskip("reportlab.lib.pdfencrypt").StandardEncryption("x"))
    pdf.drawString(80, 700, "plan")
    pdf.save()
    for data, message in (
        (b"%PDF-1.7\n" + b"\x00" * 200, "broken or cut"),
        (out.getvalue()[: len(out.getvalue()) // 2], "broken or cut"),
        (locked.getvalue(), "needs a password"),
    ):
        (tmp_path / "plan.pdf").write_bytes(data)
        with pytest.raises(InputError, match=message):
            read_document(tmp_path / "plan.pdf")
