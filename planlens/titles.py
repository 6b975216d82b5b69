"""What the title of a plan says: which place it is of, for which years, and who issues what it announces.

Only what stands there plainly is taken: a guess that needs knowledge of the place is left to the person.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from planlens import regions
from planlens.regions import Region
from planlens.traditional import simplified

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_YEAR = r"(?:19|20)[0-9]{2}"
_TO = r"\s*年?(?:度)?\s*(?:[-－—–~～]{1,2}|至|到)\s*"
_PERIOD = re.compile(rf"(?<![0-9])({_YEAR}){_TO}({_YEAR})(?![0-9])")
_SHORT_PERIOD = re.compile(rf"(?<![0-9])({_YEAR}){_TO}([0-9]{{2}})\s*年")
_FIVE_YEAR = re.compile(r"第?([一二三四五六七八九十]{1,3})个?五(?:年规划|年计划)?(?![一二三四五六七八九十])")
_ORDINALS = {
    "八": 8, "九": 9, "十": 10, "十一": 11, "十二": 12, "十三": 13, "十四": 14, "十五": 15, "十六": 16, "十七": 17,
}  # fmt: skip
# The year a budget or a plan is drafted for, not the year whose execution is told beside it.
_DRAFTED = re.compile(rf"({_YEAR})\s*年?[^，。；、0-9]{{0,24}}草案")
# 2035年远景目标, 到2030年, “健康中国2030”: how far a plan looks, not the years it is for.
_SINGLE = re.compile(rf"(?<![0-9至到])({_YEAR})(?![0-9])(?!\s*年?\s*(?:远景|愿景|以前|年?底?前))")
_HORIZON = re.compile(
    rf"[“\"‘《]?[\u4e00-\u9fff]{{2,12}}{_YEAR}[”\"’](?!\s*年)|{_YEAR}(?!\s*年)\s*(?:行动|规划|议程|策略)"
)
_DIGITS = str.maketrans("〇○Ｏ零一二三四五六七八九０１２３４５６７８９", "00001234567890123456789")
_CHINESE_YEAR = re.compile(r"[一二][〇○Ｏ零一二三四五六七八九]{3}(?=\s*年|\s*[-－—–~～至到])")

_LEAD = re.compile(
    rf"^[（(《“\"\s]*(?:{_YEAR}{_TO}{_YEAR}\s*年?度?|{_YEAR}\s*年?度?)?\s*(?:关于)?"
    r"(?:中国共产党|中共|共青团|中国共产主义青年团|政协|九三学社)?"
)
_NATIONAL = re.compile(r"全国(?!性|各)|国家|国务院|中华人民共和国|中共中央|中央(?!厨房|公园|商务区|活力)")
_MADE_UP = re.compile(
    r"(?P<province>[\u4e00-\u9fff]{2,4}?(?:省(?![级域部])|自治区))?"
    r"(?P<city>[\u4e00-\u9fff]{2,5}?(?:市(?![场域容值价]|民(?!政|族|宗|营))|自治州|盟(?![约校])|州(?![际])))?"
    r"(?P<district>[\u4e00-\u9fff]{1,6}?(?:区(?![域位块划间分])|自治县|县(?![域城级])|旗(?![舰下帜])))?"
)
_TOWN = re.compile(
    r"[\u4e00-\u9fff]{1,6}?(?:(?<![城村乡集重小])镇(?![域区街村])|(?<![城下返归水老])乡(?![村镇土贤])|街道(?!社区|办事)|街道办事处|苏木)"
)
_ZONE = re.compile(
    r"[\u4e00-\u9fff]{2,12}?(?:新区|高新区|经开区|开发区|工业园区|合作区|管理区|示范区|试验区|实验区|度假区|保税区|自贸区|自由贸易港)"
)
# 地区, 社区, 城市, 全县 … are kinds of places, not names of one.
_NO_REGION = re.compile(
    r"(?:[特地社园湾片城校厂院库景小辖牧林灾]区|[城都超门上楼股]市|[全各本我该外跨省市县区][省市县区])$"
)
_CORPS = "新疆生产建设兵团"  # ranks as a province and is none: 新疆 in front of it is not the autonomous region
_NOT_OF_PLACE = re.compile("大学|大学生|医科|医院|学院|银行|集团|路|大道|大厦|港珠澳|口岸|师范|理工")
_LONGEST_NAME = 20  # 双江拉祜族佤族布朗族傣族自治县 has 15


@dataclass(frozen=True, slots=True)
class Place:
    """A place as a text names it: `region` is its division, None where no list has it or several bear the name."""

    name: str
    level: str
    parent: str | None = None
    region: Region | None = None
    end: int = 0
    doubt: str = ""


@cache
def words() -> dict[str, Any]:
    """planlens/data/metadata.toml, read once."""
    return tomllib.loads(files(__package__).joinpath("data/metadata.toml").read_text("utf-8"))


def period(text: str) -> tuple[int, int] | None:
    """First and last year that `text` names, or None.

    >>> period("2025"), period("2021—2025年"), period("“十四五”规划")
    ((2025, 2025), (2021, 2025), (2021, 2025))
    >>> period("第十四个五年规划和2035年远景目标纲要"), period("2024年预算执行情况和2025年预算草案")
    ((2021, 2025), (2025, 2025))
    >>> period("二〇二五年工作要点")
    (2025, 2025)
    >>> period("卫生健康工作要点"), period("“健康中国2030”规划纲要")
    (None, None)
    """
    text = _CHINESE_YEAR.sub(lambda found: found[0].translate(_DIGITS), text)
    if found := _PERIOD.search(text):
        return _ordered(int(found[1]), int(found[2]))
    if found := _SHORT_PERIOD.search(text):
        return _ordered(int(found[1]), int(found[1][:2] + found[2]))
    if (found := _FIVE_YEAR.search(text)) and found[1] in _ORDINALS:
        first = 1951 + 5 * _ORDINALS[found[1]]  # the first five-year plan ran 1953–1957, the sixth on from x1 to x5
        return first, first + 4
    if "草案" in text and (drafted := _DRAFTED.findall(text)):
        return int(drafted[-1]), int(drafted[-1])
    if (found := _SINGLE.search(text)) and not _HORIZON.search(text):
        return int(found[1]), int(found[1])
    return None


def _ordered(first: int, last: int) -> tuple[int, int] | None:
    return (first, last) if first <= last else None


def region(title: str) -> tuple[str | None, str | None, str | None]:
    """Region, level and parent that a title begins with.

    >>> region("2022年深圳市卫生健康工作要点")
    ('深圳市', 'city', '广东省')
    >>> region("宁波市海曙区卫生健康事业发展规划")
    ('海曙区', 'district', '宁波市')
    >>> region("卫生健康工作要点"), region("经济特区发展规划")
    ((None, None, None), (None, None, None))
    """
    found = place(title)
    return (found.name, found.level, found.parent) if found else (None, None, None)


def place(text: str, years: tuple[int, int] | None = None) -> Place | None:
    """The place that a title or the name of a body begins with, the lowest of 省, 市, 县, 乡 that it names.

    >>> place("昆山市花桥镇2025年工作要点").name, place("内蒙古自治区鄂温克族自治旗规划").region.code
    ('花桥镇', '150724')
    >>> place("朝阳区2025年工作要点").region is None, place("教育部等八部门").level
    (True, 'national')
    """
    text = simplified(re.sub(r"\s", "", text))
    start = _LEAD.match(text)
    at = start.end() if start else 0
    rest = text[at:]
    if nation := _nation(rest):
        return nation
    if rest.startswith(_CORPS):
        return Place(_CORPS, "province", end=at + len(_CORPS))
    chain = list(_chain(rest))
    if not chain:
        return _town_alone(rest, at) or _zone(rest, at, None)
    last = _placed(chain, years)
    end = at + chain[-1][1]
    below = _below(text, end, last)
    return below or Place(last.name, last.level, last.parent, last.region, end, last.doubt)


def _nation(rest: str) -> Place | None:
    if any(rest.startswith(name) for name in words()["national"] if len(name) > 2):
        return Place("全国", "national")
    found = _NATIONAL.match(rest)
    if found and not re.match(words()["not_national"], rest):
        return Place("全国", "national", end=found.end())
    return None


def _chain(rest: str) -> Iterator[tuple[str, int, str | None]]:
    """(name, where it ends, level of a name that is in no list) from 省 downwards; nothing where no place stands."""
    at, above = 0, ""
    while name := _listed(rest, at, above):
        at, above = at + len(name), name
        yield name, at, None
    if not at and (name := _called(rest)):
        yield name, len(name), None
        return
    found = _MADE_UP.match(rest, at)
    for level in ("province", "city", "district"):
        name = (found[level] if found else None) or ""
        if not name or _NO_REGION.search(name) or re.match(words()["not_names"], name):
            if name:
                return
            continue
        if above and level == "province":
            return
        assert found is not None
        yield name, found.end(level), level


def _listed(rest: str, at: int, above: str) -> str:
    """The longest full name of a listed division that begins here; 城区 and 新区 only below the place they are in."""
    for length in range(min(_LONGEST_NAME, len(rest) - at), 1, -1):
        name = rest[at : at + length]
        found = [r for r in regions.find(name) if r.name == name]
        if above:
            found = [r for r in found if any(above == a.name for a in regions.above(r))]
        if found and (length > 2 or above) and not _goes_on(rest, at + length):
            return name
    return ""


def _goes_on(rest: str, at: int) -> bool:
    """Whether the last character of a name belongs to the next word: 上海市场, 广州市区."""
    return rest[at - 1] == "市" and bool(re.match("[场域]|容(?!环)|民(?!政|族|宗|营)", rest[at:]))


def _called(rest: str) -> str:
    """A place by its short name: a province before anything, a city before a year or a quotation mark."""
    for length in (5, 4, 3, 2):
        name = rest[:length]
        found = [r for r in regions.find(name) if r.level != "district"]
        if len(name) < length or not found or _NOT_OF_PLACE.match(rest, length):
            continue
        if re.match(r"[0-9“\"‘]", rest[length:]) or found[0].level == "province":
            return name
    return ""


def _placed(chain: list[tuple[str, int, str | None]], years: tuple[int, int] | None) -> Place:
    """The last name of a chain with its division, level and parent."""
    name, _, level = chain[-1]
    named_above = chain[-2][0] if len(chain) > 1 else None
    if level and not (name := _prefecture(name)):
        return Place(chain[-1][0], level, named_above)
    found = regions.in_years(name, years)
    if named_above:
        found = tuple(r for r in found if any(named_above in (a.name, a.short) for a in regions.above(r))) or found
    found = tuple(r for r in found if r.level == found[0].level)
    one = found[0] if len(found) == 1 else None
    if one is None:
        several = "、".join(f"{regions.above(r)[0].name}{r.name}" for r in found if regions.above(r))
        return Place(found[0].name, found[0].level, named_above, doubt=f"同名：{several}")
    over = regions.above(one)
    then = years is None or one.first == one.last or any(one.stands_in(year) for year in _around(years))
    return Place(one.name, one.level, over[0].name if over else None, one, doubt="" if then else _out_of_date(one))


def _prefecture(name: str) -> str:
    """凉山州 → 凉山彝族自治州, as an autonomous prefecture is called for short; empty where there is none."""
    found = [r for r in regions.find(name[:-1]) if name[-1] == "州" and r.name.endswith("自治州")]
    return found[0].name if len(found) == 1 else ""


def _out_of_date(one: Region) -> str:
    return f"{one.name}存续于{one.first or ''}—{one.last or ''}，不在规划期内"


def _around(years: tuple[int, int]) -> range:
    """The years of a plan and the one before, in which it may have been issued."""
    return range(years[0] - 1, years[1] + 1)


def _below(text: str, at: int, over: Place) -> Place | None:
    """A town or a zone that is named right behind its district or city."""
    if over.level in ("city", "district") and (found := _TOWN.match(text, at)):
        name = found[0].removesuffix("办事处")
        if not re.match(words()["not_names"], name):
            return Place(name, "town", over.name, end=found.end())
    if over.level in ("province", "city"):
        return _zone(text[at:], at, over.name)
    return None


def _town_alone(rest: str, at: int) -> Place | None:
    """A town without its county, where a year or its own government stands behind it."""
    found = _TOWN.match(rest)
    if not found or not re.match(r"[0-9“\"‘]|人民政府|党委|党工委", rest[found.end() :]):
        return None
    return Place(found[0], "town", end=at + found.end())


def _zone(rest: str, at: int, parent: str | None) -> Place | None:
    """A development zone under its own name: 贵安新区, 火炬高技术产业开发区; generic phrases (重点开发区) are none."""
    found = _ZONE.match(rest)
    if not found or re.search(words()["not_zones"], re.sub("(?:高?新?技术产业|经济技术|综合保税)", "", found[0][:-3])):
        return None
    if _NO_REGION.search(found[0]) or re.match(words()["not_names"], found[0]):
        return None
    over = (r.name for length in (4, 3, 2) for r in regions.find(found[0][:length]) if r.level != "district")
    parent = parent or next(over, None)  # 广州开发区 begins with the place it lies in
    return Place(found[0], "district", parent, end=at + found.end())
