"""What a plan's own words and file name say of its title, region, level and period, where no catalogue does.

Only what stands there plainly is taken: a guess that needs knowledge of the place is left to the person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from planlens.model import Document, PlanInfo

# What the last words of a plan's title are; a line that ends so is a title, a sentence is not.
_KINDS = r"(?:规划|纲要|要点|方案|计划|意见|工作报告|行动|目标|办法|安排|细则|任务|清单|指标)"
_TITLE = re.compile(rf"^[^。；;！？!?]{{2,60}}{_KINDS}(?:[（(〔\[][^）)〕\]]{{1,30}}[）)〕\]])?$")
_ISSUED = re.compile(r"关于印发[《<]?(?P<title>[^》>]{4,60}?)[》>]?的通知$")
_LINES_SEARCHED = 40  # a title stands above the outline; government pages put up to about 30 lines of form before it

_YEAR = r"(?:19|20)[0-9]{2}"
_PERIOD = re.compile(rf"(?<![0-9])({_YEAR})\s*年?\s*(?:[-－—–~～]{{1,2}}|至|到)\s*({_YEAR})(?![0-9])")
_SINGLE = re.compile(rf"(?<![0-9])({_YEAR})(?![0-9])")
_FIVE_YEAR = re.compile(r"第?([一二三四五六七八九十]{1,3})个?五(?![一二三四五六七八九十])")
_ORDINALS = {
    "八": 8, "九": 9, "十": 10, "十一": 11, "十二": 12, "十三": 13, "十四": 14, "十五": 15, "十六": 16, "十七": 17,
}  # fmt: skip

_REGION = re.compile(
    r"^(?P<province>[\u4e00-\u9fff]{2,8}?(?:省|自治区))?(?P<city>[\u4e00-\u9fff]{2,6}?(?:市|自治州|盟))?"
    r"(?P<district>[\u4e00-\u9fff]{1,7}?(?:区|县|旗))?"
)
# 地区, 社区, 城市, 全县 … are kinds of places, not names of one.
_NO_REGION = re.compile(
    r"(?:[特地社园湾片城校厂院库景小辖牧林灾]区|[城都超门上楼股]市|[全各本我该外跨省市县区][省市县区])$"
)
_MUNICIPALITIES = ("北京市", "天津市", "上海市", "重庆市")
_NATIONAL = re.compile(r"^(?:中华人民共和国|全国|国家|国务院)")


def period(text: str) -> tuple[int, int] | None:
    """First and last year that `text` names, or None.

    >>> period("2025"), period("2021—2025年"), period("“十四五”规划")
    ((2025, 2025), (2021, 2025), (2021, 2025))
    >>> period("卫生健康工作要点") is None
    True
    """
    if found := _PERIOD.search(text):
        return int(found[1]), int(found[2])
    if found := _SINGLE.search(text):
        return int(found[1]), int(found[1])
    if (found := _FIVE_YEAR.search(text)) and found[1] in _ORDINALS:
        first = 1951 + 5 * _ORDINALS[found[1]]  # the first five-year plan ran 1953–1957, the sixth on from x1 to x5
        return first, first + 4
    return None


def region(title: str) -> tuple[str | None, str | None, str | None]:
    """Region, level and parent that a title begins with.

    >>> region("2022年深圳市卫生健康工作要点")
    ('深圳市', 'city', None)
    >>> region("宁波市海曙区卫生健康事业发展规划")
    ('海曙区', 'district', '宁波市')
    >>> region("卫生健康工作要点"), region("经济特区发展规划")
    ((None, None, None), (None, None, None))
    """
    rest = re.sub(rf"^[（(《\s]*(?:{_YEAR}\s*年度?)?", "", title)
    if _NATIONAL.match(rest):
        return "全国", "national", None
    found = _REGION.match(rest)
    names = [(level, found[level]) for level in ("province", "city", "district") if found and found[level]]
    names = [(level, name) for level, name in names if not _NO_REGION.search(name)]
    if not names:
        return None, None, None
    level, name = names[-1]
    parent = names[-2][1] if len(names) > 1 else None
    return name, "province" if name in _MUNICIPALITIES else level, parent


def title(lines: Sequence[str]) -> str | None:
    """The title among the first lines of a plan: a line that ends as titles do, the issued plan before the notice.

    >>> title(["各有关单位：", "2024年某市卫生健康工作要点", "一、总体要求"])
    '2024年某市卫生健康工作要点'
    """
    notice = None
    for line in lines[:_LINES_SEARCHED]:
        line = re.sub(r"\s+", "", line)
        if found := _ISSUED.search(line):
            notice = notice or found["title"]
        elif _TITLE.match(line) and not re.match(r"[（(]?[一二三四五六七八九十0-9]+[、）).．]", line):
            return line
    return notice


def describe(document: Document) -> PlanInfo:
    """All that a file says of itself; the file's name stands in for a title or a year that the text does not give."""
    stem = PurePath(document.path).stem
    lines = [line for block in document.blocks for line in block.span.of(document.text).splitlines() if line.strip()]
    named = title(lines)
    name, level, parent = region(named or stem)
    years = period(named or "") or period(stem)
    start, end = years or (None, None)
    return PlanInfo(stem, named or stem, name, level, parent, start, end, source=document.path)
