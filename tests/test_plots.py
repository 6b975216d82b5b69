"""Charts hold the numbers of the tables, and as pictures every word of theirs, at any length, the same on each run."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from planlens.cli import main
from planlens.report import charts as of
from planlens.report import plots
from planlens.report.charts import (
    Chart,
    Flow,
    Flows,
    Matrix,
    Moved,
    Moves,
    Point,
    Series,
    Shares,
    Strengths,
)  # fmt: skip

pytest.importorskip("matplotlib", reason="the extra plots is not installed")
from planlens.report import figures

SAMPLES = Path(__file__).parents[1] / "samples"
LONG = "每千常住人口拥有经过规范化培训并在基层注册执业的全科医生数（含助理全科医生与乡村全科执业助理医师）"


@pytest.fixture(autouse=True)
def _in_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANLENS_LIBRARY", str(SAMPLES))


def moves(count: int) -> Moves:
    rows = tuple(
        Moved(
            LONG if n % 7 == 3 else f"指标{n}", f"{n + 1}家", f"{n * 5}家以上", f"+{n}家（+{n}%）", (-1) ** n * n * 9.0
        )
        for n in range(count)
    )
    return Moves("shifts-percent", "shifts", "变动", "空心为旧值 $x$", rows, "%")


def flows(count: int) -> Flows:
    names = tuple(f"第{n}部分{LONG[: n % 40]}" for n in range(count))
    found = tuple(Flow(n, (n * 7) % count, 3, 3, 3) for n in range(count))
    alone = tuple(Flow(*side, 1, 1) for n in range(count) for side in ((n, None), (None, n)))
    return Flows(
        "flow", "counts", "去向", "", names, names, (*found, *alone), ("旧", "新"), ("对应", "未再出现", "新增")
    )


def strengths(count: int) -> Strengths:
    counted = tuple((n % 3, n % 5, 4, 1, n % 2) for n in range(count))
    names = tuple(f"第{n}部分" for n in range(count))
    return Strengths(
        "strength-old", "counts", "力度", "", names, counted, ("探索", "鼓励", "推动", "确保", "未写明"), 13
    )


def verdicts(count: int, plans: int = 3) -> Matrix:
    words = (("exceeds", "超过"), ("absent", "缺"), ("incomparable", "不可比"), ("partial", "部分"))
    cells = tuple((name, f"{word} 84.2（岁）") for name, word in words[:plans]) + (("", "—"),) * (plans - 4)
    rows = tuple((LONG * (1 + n % 4), cells) for n in range(count))
    return Matrix("coverage", "matrix", "目标", "", tuple(f"somewhere-{n}" for n in range(plans)), rows, words)


def shares(count: int) -> Shares:
    names = tuple(f"district-of-a-city-{n}-2021-2025" for n in range(count))
    found = {(a, b): (i + j) / (2 * count) for i, a in enumerate(names) for j, b in enumerate(names) if a != b}
    return Shares("overlap", "overlap_matrix", "重合", "", names, found)


def series(count: int) -> Series:
    points = tuple(
        Point(str(2000 + n), f"somewhere-{2000 + n}", f"不少于{n}家" if n % 6 else "—", n * 1.5 if n % 6 else None)
        for n in range(count)
    )
    return Series("track", "track", "新增机构", "", (points[: count // 2], points[count // 2 :]))


def every(count: int) -> list[Chart]:
    return [make(count) for make in (moves, flows, strengths, verdicts, shares, series)]


def words(chart: Chart) -> list[plots.Words]:
    return [mark for mark in plots.drawing(chart).marks if isinstance(mark, plots.Words)]


def box(mark: plots.Words) -> tuple[float, float, float, float]:
    wide = plots.wide(mark.text)
    left = mark.x - {"start": 0, "middle": wide / 2, "end": wide}[mark.anchor]
    return left, mark.y - 11, left + wide, mark.y + 2


@pytest.mark.parametrize("count", [1, 10, 60])
@pytest.mark.parametrize("kind", range(6))
def test_no_words_lie_on_others_or_are_cut_by_the_edge(kind: int, count: int) -> None:
    chart = every(count)[kind]
    made = plots.drawing(chart)
    boxes = sorted(map(box, words(chart)), key=lambda b: b[1])
    for n, (left, top, right, bottom) in enumerate(boxes):
        assert left >= -0.5 and right <= made.width + 0.5 and top >= 0 and bottom <= made.height, (chart.name, n)
        for other in boxes[n + 1 :]:
            if other[1] >= bottom:
                break
            apart = other[0] >= right or other[2] <= left
            assert apart, (chart.name, boxes[n], other)


@pytest.fixture
def strict() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of each glyph that no font has
        yield


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("form", ["png", "svg"])
def test_a_picture_has_every_glyph_and_the_same_bytes_again(form: str) -> None:
    found = every(3)
    made = figures.picture(found, form)
    assert made == figures.picture(found, form)
    if form == "png":
        assert made.startswith(b"\x89PNG") and b"Software" not in made
    else:
        assert b"<dc:date>" not in made and b"<script" not in made


@pytest.mark.usefixtures("strict")
def test_settings_of_a_person_change_nothing() -> None:
    import matplotlib

    plain = figures.picture([moves(2)], "png")
    with matplotlib.rc_context({"savefig.bbox": "tight", "path.sketch": (3, 100, 2), "font.weight": "bold"}):
        assert figures.picture([moves(2)], "png") == plain
    assert "matplotlib.pyplot" not in sys.modules


def test_a_character_that_no_font_has_is_named_and_nothing_drawn() -> None:
    odd = replace(moves(1), title="\U000e0fff新增")
    with pytest.raises(figures.NotDrawnError, match=r"U\+E0FFF"):
        figures.picture([odd], "png")


def test_a_machine_without_a_chinese_font_draws_with_the_one_of_the_extra() -> None:
    """In a process of its own: what fonts there are is known once."""
    pytest.importorskip("pylopdf_fonts_zh_cn", reason="the font of the extra is not installed")
    alone = """
from matplotlib import font_manager
known = font_manager.fontManager
known.ttflist = [font for font in known.ttflist if font.name.startswith("DejaVu")]
from planlens.report import figures
print(figures.families(["新增"])[0])
"""
    done = subprocess.run([sys.executable, "-c", alone], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "Noto Sans SC"


def test_long_lists_go_on_in_another_picture() -> None:
    for chart in (moves(60), verdicts(60)):
        cut: list[Any] = plots.parts(chart, 500)
        assert len(cut) > 3 and sum((part.rows for part in cut), ()) == chart.rows
        assert all(plots.drawing(part).height <= 500 for part in cut)
        assert [bool(part.note) for part in cut] == [False] * (len(cut) - 1) + [bool(chart.note)]
    assert plots.parts(flows(60), 10) == [flows(60)]


def test_every_look_has_its_colour_in_both_forms() -> None:
    page = (Path(plots.__file__).parents[1] / "data" / "page.css").read_text("utf-8")
    for chart in every(8):
        for mark in [*plots.drawing(chart).marks, *(plots.Box(0, 0, 1, 1, name) for name, _ in plots.legend(chart))]:
            for look in filter(None, mark.name.split() if not isinstance(mark, plots.Arrow) else [mark.name]):
                assert f".{look}" in page, look


@pytest.mark.parametrize(
    "command",
    [
        ("diff", "shenzhen-2023", "shenzhen-2025"),
        ("coverage", "guangdong-2021-2025", "shenzhen-2025"),
        ("overlap", "shenzhen-2023", "zhongshan-2023"),
        ("track", "新增社康机构", "shenzhen-2022", "shenzhen-2023", "shenzhen-2025"),
        ("adoption",),
    ],
    ids=lambda command: command[0],
)
@pytest.mark.usefixtures("strict")
def test_plot_writes_what_the_report_says(command: tuple[str, ...], tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    png, each, page = tmp_path / "a.png", tmp_path / "one-{chart}.svg", tmp_path / "page.html"
    files = ["-o", str(report), "-o", str(page), "--plot", str(png), "--plot", str(each)]
    assert main([*command, *files]) == 0
    width, height = struct.unpack(">II", png.read_bytes()[16:24])
    assert width > 600 and height > 300
    names = sorted(path.name for path in tmp_path.glob("one-*.svg"))
    assert names and not any("{" in name for name in names)
    assert '<svg role="img"' in page.read_text("utf-8")


def test_numbers_drawn_are_those_of_the_table(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    drawn = list[Chart]()
    real = of.charts

    def kept(*given: Any) -> tuple[Chart, ...]:
        drawn.extend(real(*given))
        return tuple(drawn)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(of, "charts", kept)
        main(["diff", "shenzhen-2023", "shenzhen-2025", "--format", "md", "--plot", str(tmp_path / "a.svg")])
    table = re.sub(r"\s|<br>|\\", "", capsys.readouterr().out)
    rows = [row for chart in drawn if isinstance(chart, Moves) for row in chart.rows]
    assert rows
    for row in rows:
        assert row.name in table and row.movement in table
    counted = [sum(map(sum, chart.counted)) for chart in drawn if isinstance(chart, Strengths)]
    assert [f"{n}" in table for n in counted] == [True, True]


@pytest.mark.parametrize(
    ("name", "says"),
    [("a.gif", "FILE.png or FILE.svg"), ("no/such/a.png", "there is no folder"), ("twice.png", "named twice")],
)
def test_a_bad_place_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, says: str) -> None:
    given = ["--plot", str(tmp_path / name)] * (2 if name == "twice.png" else 1)
    assert main(["track", "床位", "shenzhen-2023", *given]) == 2
    told = capsys.readouterr().err
    assert says in told and told.count("\n") == 1


def test_nothing_to_draw_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["track", "航天发射次数", "shenzhen-2023", "--plot", str(tmp_path / "a.png")]) == 0
    assert "没有可画的" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_without_matplotlib_it_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    asked = ["track", "新增社康机构", "shenzhen-2023", "shenzhen-2025"]
    assert main([*asked, "--plot", str(tmp_path / "a.png"), "-o", str(tmp_path / "a.md")]) == 2
    assert "pip install 'planlens[plots]'" in capsys.readouterr().err and not list(tmp_path.iterdir())
    assert main([*asked, "-o", str(tmp_path / "a.docx"), "-o", str(tmp_path / "a.xlsx")]) == 0
    import docx
    import openpyxl

    told = "\n".join(
        cell.text
        for table in docx.Document(str(tmp_path / "a.docx")).tables
        for row in table.rows
        for cell in row.cells
    )
    assert "图未画" in told and "matplotlib" in told
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert "图表" not in book.sheetnames
    assert any("matplotlib" in str(cell.value) for row in book["未读与存疑"] for cell in row)


def test_documents_hold_the_pictures(tmp_path: Path) -> None:
    import docx

    asked = ["track", "新增社康机构", "shenzhen-2023", "shenzhen-2025"]
    assert main([*asked, "-o", str(tmp_path / "a.docx"), "-o", str(tmp_path / "a.xlsx")]) == 0
    held = docx.Document(str(tmp_path / "a.docx"))
    (shape,) = held.inline_shapes
    section = held.sections[0]
    assert shape.width <= section.page_width - section.left_margin - section.right_margin
    again = tmp_path / "b.docx"
    assert main([*asked, "-o", str(again)]) == 0 and again.read_bytes() == (tmp_path / "a.docx").read_bytes()
