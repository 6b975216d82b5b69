"""What a document says of itself: made-up heads and tails in cases/metadata.toml, and the real plans."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from planlens import metadata
from planlens.cli import main
from planlens.library import recognised
from planlens.parse import comparable
from planlens.read import read_document

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
SEEDS = ROOT.parent / "shared" / "seeds"
CASES = tomllib.loads((ROOT / "tests/cases/metadata.toml").read_text("utf-8"))["case"]


def told(found: metadata.Recognised) -> dict[str, str]:
    info = found.info
    years = {str(year): None for year in (info.start_year, info.end_year) if year}
    names = ("title", "region", "level", "parent", "issuer", "number", "date", "effect", "expiry")
    code = next((fact.value for fact in found.facts if fact.field == "code"), "")
    return {name: getattr(info, name) or "" for name in names} | {"period": "-".join(years), "code": code}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_document_says_this_of_itself(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / case.get("file", "plan.txt")
    path.write_text(case["text"].lstrip("\n"), "utf-8")
    document = comparable(read_document(path))
    found = metadata.recognise(document)
    got = told(found)
    expected = {key: value for key, value in case.items() if key not in ("name", "text", "file")}
    assert {key: got[key] for key in expected} == expected
    for fact in found.facts:
        assert fact.span is None or fact.span.of(document.text).strip()
        if fact.field == "number" and fact.span:
            assert fact.value[:2] in fact.span.of(document.text)


def test_what_is_damaged_is_told_with_its_doubt(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text("文号：青卫发?023?5号\n青溪市2023年卫生健康工作要点\n一、目标\n新建站点12个。", "utf-8")
    (fact,) = (fact for fact in metadata.recognise(read_document(path)).facts if fact.field == "number")
    assert fact.doubt and "青卫发" in fact.value


def test_a_page_says_in_its_tags_what_its_text_does_not(tmp_path: Path) -> None:
    path = tmp_path / "post_1.html"
    tags = '<meta name="ArticleTitle" content="青溪市人民政府关于印发青溪市托育服务规划（2024—2026年）的通知">'
    tags += '<meta name="PubDate" content="2024-07-10 09:00"><meta name="ContentSource" content="青溪市人民政府">'
    body = "<p>一、目标</p><p>新增托位300个，覆盖率达到60%以上，全市各区均有普惠机构。</p>"
    path.write_text(f"<html><head><meta charset='utf-8'>{tags}</head><body>{body}</body></html>", "utf-8")
    got = told(recognised(read_document(path)))
    assert (got["date"], got["issuer"], got["region"]) == ("2024-07-10", "青溪市人民政府", "青溪市")
    assert got["title"] == "青溪市托育服务规划（2024—2026年）" and got["period"] == "2024-2026"


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the real plans are not here")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("haishu-2021-2025", ("海曙区", "330203", "2021-2025", "海政办发〔2021〕55号", "2021-12-31")),
        ("zhongshan-2023", ("中山市", "442000", "2023", "中府函〔2023〕225号", "2023-09-11")),
        ("shenzhen-2022", ("深圳市", "440300", "2022", "", "2022-04-29")),
        ("shenzhen-2025", ("", "", "2025", "", "")),
    ],
)
def test_the_real_plans(name: str, expected: tuple[str, ...]) -> None:
    got = told(metadata.recognise(comparable(read_document(SEEDS / f"{name}.txt"))))
    assert tuple(got[key] for key in ("region", "code", "period", "number", "date")) == expected


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_show_says_what_is_known_and_from_where(lang: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text("文号：青卫发?023?5号\n密云县2022年卫生健康工作要点\n一、目标\n新建站点12个。", "utf-8")
    assert main(["show", str(path), "--lang", lang]) == 0
    said = capsys.readouterr().out
    assert "密云县" in said and "2015" in said
    assert ("文号受损或不全" in said) == (lang == "zh")
    assert ("the number is damaged" in said) == (lang == "en")


def test_the_library_lists_code_number_and_format_of_each_plan(capsys: pytest.CaptureFixture[str]) -> None:
    samples = str(ROOT / "samples")
    assert main(["plans", "--library", samples, "--format", "json"]) == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)["plans"]}
    row = rows["zhongshan-2023"]
    assert (row["code"], row["number"], row["file"]) == ("442000", "中府函〔2023〕225号", "zhongshan-2023.txt")
    assert rows["haishu-2021-2025"]["parent"] == "宁波市"
