"""Files that are damaged, built to harm, or far too large: a plan or one clear line, in little time and memory."""

from __future__ import annotations

import io
import random
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from planlens import parse
from planlens.errors import InputError, SettingsError
from planlens.model import Plan, PlanInfo
from planlens.read import ofd, package, read_document

if sys.platform == "win32":
    pytest.skip("the harness limits time by signals", allow_module_level=True)
sys.path.append(str(Path(__file__).parents[1] / "fuzz"))

import mutate
import pipeline
import seeds
import sizes

for needed in ("openpyxl", "pypdfium2", "reportlab", "ofdkit"):
    pytest.importorskip(needed)


def plan_of(path: Path, data: str | bytes) -> Plan:
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))
    return parse.build(read_document(path), PlanInfo("a", "a"))


@pytest.mark.parametrize("suffix", [suffix for suffix in seeds.FORMATS if suffix != ".doc"])
def test_mutated_files(suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few of the inputs of `python fuzz/run.py`, the same ones each time."""
    monkeypatch.setattr(seeds, "LENGTHS", (6, 6))
    whole = seeds.pool.__wrapped__(suffix)
    assert pipeline.run(whole[0], suffix).said == "plan"
    for number in range(25):
        chance = random.Random(f"{suffix}:{number}")
        outcome = pipeline.run(mutate.damaged(whole[0], suffix, chance, whole[1]), suffix, thorough=number == 24)
        assert not outcome.failed, (number, outcome.said, outcome.where, outcome.trace)


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The archive with one part changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        return package.packed(
            {name: change(old.read(name)) if name == part else old.read(name) for name in old.namelist()}
        ).getvalue()


def test_styles_elsewhere(tmp_path: Path) -> None:
    def outside(part: bytes) -> bytes:
        return part.replace(b'Target="styles.xml"', b'Target="http://example.org/s.xml" TargetMode="External"')

    data = changed(seeds.pool(".docx")[0], "word/_rels/document.xml.rels", outside)
    with pytest.raises(InputError, match="cannot be read as a Word document"):
        plan_of(tmp_path / "a.docx", data)


@pytest.mark.parametrize("name", [b"w:document", b"w:body"])
def test_a_document_of_another_name(tmp_path: Path, name: bytes) -> None:
    data = changed(seeds.pool(".docx")[0], "word/document.xml", lambda part: part.replace(name, b"w:x"))
    with pytest.raises(InputError, match="cannot be read as a Word document"):
        plan_of(tmp_path / "a.docx", data)


def test_a_part_of_no_kind_and_broken_footnotes(tmp_path: Path) -> None:
    whole = seeds.pool(".docx")[0]
    rels = "word/_rels/document.xml.rels"
    extra = b'<Relationship Id="rId99" Type="x/footnotes" Target="webSettings.xml"/></Relationships>'
    added = changed(whole, rels, lambda part: part.replace(b"</Relationships>", extra))
    broken = changed(added, "word/webSettings.xml", lambda _: b"<a")
    assert "未能读出的脚注：1" in [note.why for note in plan_of(tmp_path / "a.docx", broken).notes]
    unnamed = changed(whole, rels, lambda part: part.replace(b"</Relationships>", extra.replace(b"Type", b"Kind")))
    assert plan_of(tmp_path / "b.docx", unnamed).clauses


def test_a_member_before_the_start(tmp_path: Path) -> None:
    """The directory of a spliced archive gives a place of a member that lies before the file's first byte."""
    data = package.packed({"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a/>"}).getvalue()
    with pytest.raises(InputError, match=r"damaged|broken"):
        plan_of(tmp_path / "a.docx", data[16:])


def test_a_member_without_a_name(tmp_path: Path) -> None:
    stream = io.BytesIO(seeds.pool(".ofd")[0])
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("x", "")
    directory = stream.getvalue()
    last = directory.rindex(b"PK\x01\x02")
    nameless = bytearray(directory)
    nameless[last + 28 : last + 30] = b"\0\0"  # the length of its name; the name itself becomes a comment of one byte
    nameless[last + 32 : last + 34] = b"\1\0"
    with pytest.raises(InputError, match=r"broken or encrypted|damaged|broken archive"):
        plan_of(tmp_path / "a.ofd", bytes(nameless))


def test_endless_tags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ofd, "_MOST_TAGS", 1000)
    data = changed(seeds.pool(".ofd")[0], "D/P.xml", lambda part: part + b"<a>" * 1000)
    with pytest.raises(InputError, match="tags, more than 1,000"):
        plan_of(tmp_path / "a.ofd", data)


LARGE = {
    "headings": ("a.txt", "".join(f"第{n}章 工作{n}\n新增床位{n}张。\n" for n in range(2000))),
    "columns": ("b.txt", " | ".join(["指标", *map(str, range(20_000))]) + "\n" + " | ".join(["床位", "1"] * 9000)),
    "rows": ("c.csv", "指标,单位,2025年\n" + "床位,张,5\n" * 3000),
    "brackets": ("d.txt", "（" * 50_000 + "新增床位5张" + "）" * 50_000),
    "spans": ("f.html", '<table><tr><td rowspan="99999999" colspan="99999999">床位<td>5张</table>'),
    "spaces": ("g.txt", "新增床位" + " " * 100_000 + "5张"),
    "letters": ("h.txt", "新增床位5张" + "A" * 100_000),
    "numbers": ("i.txt", "、".join(["新增床位5张"] * 5000)),
}


@pytest.mark.parametrize("name", LARGE)
def test_large_takes_linear_time(tmp_path: Path, name: str) -> None:
    file, text = LARGE[name]
    start = time.process_time()
    plan = plan_of(tmp_path / file, text)
    assert time.process_time() - start < 10  # a quadratic reader takes minutes
    assert plan.clauses or plan.commitments or plan.notes


def test_a_page_nested_too_deeply(tmp_path: Path) -> None:
    """libxml2 stops at a depth of 2048 and gives what it has: nothing, or half of the page."""
    for before in ("", "<p>新增床位9张。</p>"):
        with pytest.raises(InputError, match="nested in thousands"):
            plan_of(tmp_path / "a.html", f"<body>{before}" + "<div>" * 20_000 + "新增床位5张。" + "</div>" * 20_000)


def test_numbers_longer_than_python_reads(tmp_path: Path) -> None:
    """int() refuses more than 4300 digits with a ValueError."""
    long = "9" * 5000
    page = f'<p>新增床位5张。</p><table><tr><td colspan="{long}">床位<td>1<tr><td rowspan="{long}">张<td>2</table>'
    assert plan_of(tmp_path / "a.html", page).targets
    levels = changed(
        seeds.pool(".docx")[0],
        "word/styles.xml",
        lambda part: part.replace(b'w:val="0"', b'w:val="%s"' % (b"9" * 5000)),
    )
    assert plan_of(tmp_path / "a.docx", levels).clauses


def test_a_member_without_a_name_and_one_packed_otherwise(tmp_path: Path) -> None:
    assert plan_of(tmp_path / "a.docx", sizes.with_part(seeds.pool(".docx")[0], "")).clauses
    with pytest.raises(InputError, match="damaged"):
        plan_of(tmp_path / "b.docx", sizes.CASES["zip-lzma"].data())


def test_limits_are_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ofd, "_MOST_PAGES", 2)
    data = sizes.CASES["ofd-pages"].data()
    with pytest.raises(InputError, match="20,000 pages, more than 2; part it, or set PLANLENS_LIMITS=10000"):
        plan_of(tmp_path / "a.ofd", data)
    small = sizes.ofd(sizes.drawn(sizes.TELL), pages=4)
    monkeypatch.setenv("PLANLENS_LIMITS", "2")
    assert plan_of(tmp_path / "a.ofd", small).targets
    for told in ("0.5", "x", "1e3", "99999999", "-1"):
        monkeypatch.setenv("PLANLENS_LIMITS", told)
        with pytest.raises(SettingsError, match="no number from 1 to 10000"):
            plan_of(tmp_path / "a.ofd", small)


@pytest.mark.parametrize("name", [name for name, case in sizes.CASES.items() if not case.slow])
def test_built_to_harm(name: str, tmp_path: Path) -> None:
    """The fast cases of `python fuzz/sizes.py`."""
    case = sizes.CASES[name]
    path = tmp_path / f"plan{case.suffix}"
    path.write_bytes(case.data())
    told = sizes.read(case, path)
    assert not told.fault, (told.fault, told.said)


def test_depths_that_are_no_numbers_and_numbers_without_end(tmp_path: Path) -> None:
    def wrong(part: bytes) -> bytes:
        return (
            part.replace(b'w:ilvl="0"', b'w:ilvl="file:///etc/passwd"', 1)
            .replace(b'<w:start w:val="1"/>', b'<w:start w:val="999999999"/>')
            .replace(b'w:val="decimal"', b'w:val="lowerLetter"')
        )

    plan = plan_of(tmp_path / "a.docx", changed(seeds.pool(".docx")[0], "word/numbering.xml", wrong))
    assert plan.clauses and len(plan.document.text) < 20_000


def test_a_part_of_numbers_under_another_type(tmp_path: Path) -> None:
    whole = seeds.pool(".docx")[0]
    other = changed(whole, "[Content_Types].xml", lambda part: part.replace(b"numbering+xml", b"other+xml"))
    assert plan_of(tmp_path / "a.docx", other).document.text == plan_of(tmp_path / "b.docx", whole).document.text
    with pytest.raises(InputError, match="cannot be read as a Word document"):
        plan_of(tmp_path / "c.docx", changed(other, "word/numbering.xml", lambda _: b"<a"))
