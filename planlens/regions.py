"""Administrative divisions: what a name may be, what lies above and below it, and a text without its local names.

    find("深圳")                    -> (Region 440300 深圳市,)
    above(find("海曙区")[0])        -> 宁波市, 浙江省
    mask("深圳市基层医疗集团", …)    -> 基层医疗集团

Provinces, cities and counties since 2000 with their codes (GB/T 2260), from data/regions.tsv.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Level = Literal["province", "city", "district"]

_SUFFIX = re.compile("(?:特别行政区|自治[区州县旗]|林区|特区|新区|矿区|地区|[省市区县盟旗])$")
# Peoples in the names of autonomous divisions, dropped from the short name: 延边朝鲜族自治州 is called 延边.
_PEOPLES = (
    "柯尔克孜|哈萨克|维吾尔|塔吉克|达斡尔|鄂温克|鄂伦春|塔塔尔|普米|东乡|纳西|景颇|仫佬|布朗|撒拉|毛南|仡佬|锡伯|保安|裕固|独龙|珞巴|"
    "蒙古|布依|朝鲜|土家|哈尼|傈僳|拉祜|回|藏|苗|彝|壮|满|侗|瑶|白|傣|黎|佤|畲|水|土|羌|怒|各"
)
_PEOPLE = re.compile(f"(?:(?:{_PEOPLES})族)+$")
_KNOWN_BY = {"内蒙古自治区": "内蒙古", "新疆维吾尔自治区": "新疆"}
_WHOLE_PLACE = re.compile("(?:全|我|本)[省市区县州盟旗](?![场域])")


@dataclass(frozen=True, slots=True)
class Region:
    """One division: `first` and `last` are the years it stood, None where before 2000 or still."""

    code: str
    name: str
    first: int | None = None
    last: int | None = None

    @property
    def level(self) -> Level:
        return "province" if self.code.endswith("0000") else "city" if self.code.endswith("00") else "district"

    @property
    def short(self) -> str:
        return short(self.name)

    def stands_in(self, year: int) -> bool:
        return (self.first or 0) <= year <= (self.last or year)


def short(name: str) -> str:
    """A place as people call it; the whole name where less than two characters would be left.

    >>> short("深圳市"), short("广西壮族自治区"), short("延边朝鲜族自治州"), short("忠县"), short("浦东新区")
    ('深圳', '广西', '延边', '忠县', '浦东')
    """
    if name in _KNOWN_BY:
        return _KNOWN_BY[name]
    bare = _SUFFIX.sub("", name)
    bare = _PEOPLE.sub("", bare) or bare
    return bare if len(bare) > 1 else name


@cache
def _all() -> tuple[Region, ...]:
    lines = files(__package__).joinpath("data/regions.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return tuple(
        Region(code, name, int(first) if first else None, int(last) if last else None)
        for code, name, first, last in rows
    )


@cache
def _by_name() -> dict[str, tuple[Region, ...]]:
    found: dict[str, list[Region]] = {}
    for region in _all():
        for name in {region.name, region.short}:
            found.setdefault(name, []).append(region)
    return {name: tuple(regions) for name, regions in found.items()}


def find(name: str, *, year: int | None = None) -> tuple[Region, ...]:
    """Every division so called, in full or in short, of those that stood in `year`; the highest first.

    >>> [region.code for region in find("深圳")], find("没有的地方")
    (['440300'], ())
    >>> [region.code for region in find("鄞州区", year=2001)], [region.code for region in find("鄞县", year=2001)]
    ([], ['330227'])
    """
    found = _by_name().get(name, ())
    kept = [region for region in found if year is None or region.stands_in(year)]
    order = {"province": 0, "city": 1, "district": 2}
    return tuple(sorted(kept, key=lambda region: (order[region.level], region.code)))


def in_years(name: str, years: tuple[int, int] | None) -> tuple[Region, ...]:
    """The divisions so called that stood when a plan of these years was made, else those that stand now, else all.

    A plan is issued in its first year or the one before.

    >>> [r.code for r in in_years("密云县", (2011, 2015))], [r.code for r in in_years("密云县", (2021, 2025))]
    (['110228'], ['110228'])
    """
    found = find(name)
    if years is None:
        return tuple(r for r in found if r.last is None) or found
    then = [r for r in found if any(r.stands_in(year) for year in range(years[0] - 1, years[1] + 1))] or found
    latest = {r.code[:4]: r for r in sorted(then, key=lambda r: r.first or 0)}  # one place that was given a new code
    return tuple(r for r in then if r.level != "district" or latest[r.code[:4]] == r)


def coded(name: str | None, parent: str | None, years: tuple[int, int] | None) -> Region | None:
    """The one division so called below `parent` when a plan of these years was made; None where it cannot be told.

    >>> coded("朝阳区", "北京市", (2025, 2025)).code, coded("朝阳区", None, None), coded("密云县", None, (2023, 2023))
    ('110105', None, None)
    """
    found = in_years(name, years) if name else ()
    if parent:
        found = tuple(r for r in found if any(parent in (a.name, a.short) for a in above(r))) or found
    found = tuple(r for r in found if r.level == found[0].level)
    if len(found) != 1:
        return None
    then = years is None or any(found[0].stands_in(year) for year in range(years[0] - 1, years[1] + 1))
    return found[0] if then or found[0].first == found[0].last else None


def one(name: str | None, parent: str | None = None) -> Region | None:
    """The division so called, the one inside `parent` where several are; None where there is none or still several.

    >>> one("朝阳区", "北京市").code, one("朝阳区"), one("吉林").name
    ('110105', None, '吉林省')
    """
    found = find(name) if name else ()
    if parent:
        found = tuple(r for r in found if any(parent in (a.name, a.short) for a in above(r))) or found
    standing = [r for r in found if r.last is None] or found  # codes of what was merged or renamed say the same place
    highest = [r for r in standing if r.level == standing[0].level]
    return highest[0] if len(highest) == 1 else None


def above(region: Region) -> tuple[Region, ...]:
    """The divisions that contain this one, the nearest first.

    >>> [r.name for r in above(find("海曙区")[0])], [r.name for r in above(find("浦东新区")[0])]
    (['宁波市', '浙江省'], ['上海市'])
    """
    codes = {region.code[:4] + "00", region.code[:2] + "0000"} - {region.code}
    found = [r for r in _all() if r.code in codes and r.last is None]
    return tuple(sorted(found, key=lambda r: r.code, reverse=True))


def below(region: Region) -> tuple[Region, ...]:
    """Every division inside this one, those of former years too."""
    stem = region.code.removesuffix("00").removesuffix("00")
    return tuple(r for r in _all() if r.code.startswith(stem) and r.code != region.code)


def names() -> tuple[str, ...]:
    """The full names of all divisions that stand, each once."""
    return tuple(dict.fromkeys(region.name for region in _all() if region.last is None))


def nearest(name: str, count: int = 3) -> tuple[str, ...]:
    """Names that resemble one that is not known, for a message."""
    from rapidfuzz import fuzz, process

    found = process.extract(name, names(), scorer=fuzz.ratio, limit=count, score_cutoff=40)
    return tuple(match for match, _, _ in found)


def local_names(region: Region) -> frozenset[str]:
    """What a plan of this place calls itself, the places that contain it and those inside it, in full and in short."""
    names = set()
    for other in (region, *above(region), *below(region)):
        names.add(other.name)
        if other.level != "district" or len(other.short) > 2:  # 南山, 和平 and 城区 are words as well
            names.add(other.short)
    return frozenset(names)


def mask(text: str, names: Iterable[str]) -> str:
    """A text without the local names of its place; 全市, 我市 and 本区 all read as 全域, for each is its whole place.

    For comparing plans of different places only: offsets do not survive.

    >>> mask("深圳市在全市新建福田区口岸门诊", local_names(find("深圳市")[0]))
    '在全域新建口岸门诊'
    """
    ordered = sorted(names, key=lambda name: (-len(name), name))
    if ordered:
        text = re.sub("|".join(map(re.escape, ordered)), "", text)
    return _WHOLE_PLACE.sub("全域", text)
