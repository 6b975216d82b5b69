"""Reads the numbers of Chinese official prose: 不少于20名, 1.6万个, 5—6家, 6.5/10万, 百分之六十五, 上千家, 翻一番.

    find(text, damage) -> every number that someone could quote, with unit, bound and place
    number(text)       -> the value of one numeral: 1,200 １２ 三万五千 二〇二五
    in_figures(text)   -> the text with every number written one way: 不少于二十名, 20名以上 → >=20名

Dates, ordinals, document numbers and grades are no quantities. A number that is only part of a name (5G, 2+7, 十四五)
is found as such. What a number means for a plan is for `targets` to say.
"""

from __future__ import annotations

import functools
import importlib.resources
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from .model import Bound, Quantity, Span
from .words import with_years

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_LONGEST = 18
"""Digits of the longest number read as a value: longer runs are identifiers, and Decimal stays exact below 28."""

_LOOK_BACK = 24
"""Characters looked back for a bound: 至少, a verb of up to eight characters and spaces fit in."""

_HALF = str.maketrans("０１２３４５６７８９％．／＋－～：∶﹪＜＞＝｜，", "0123456789%./+-~::%<>=|，")
_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "○": 0}
_TEN = {"十": 10, "百": 100, "千": 1000}
_SCALE = {"万": 10**4, "亿": 10**8}

_AR = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_HZ = "[零〇一二两三四五六七八九十百千万亿]"
_HAN = rf"{_HZ}+(?:点[零〇一二三四五六七八九]+)?"
_TO = r"\s*(?:—{1,2}|–|-|~|─|－|至|到)\s*"
_YEAR = r"(?<![\d.,])(?:19|20)\d{2}"
_SCALES = "万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千(?![瓦米克卡伏字焦帕升赫兆])|百(?!分)"

_NUMERAL = re.compile(
    r"(?=[0-9零〇○一二两三四五六七八九十百千万亿第翻半过表图（(〔\[A-Za-z])"  # spares most places twenty trials
    rf"(?:(?P<skip>[A-Za-z][A-Za-z_]{{0,30}}[-.]?\d[A-Za-z0-9.-]{{0,20}}"  # PM2.5, N95, COVID-19
    rf"|[〔\[（(]\s*{_YEAR}\s*[〕\]）)]\s*\d*\s*号?|{_YEAR}{_TO}(?:19|20)?\d{{2}}(?!\d)(?:\s*年度?|(?=[)）》〕\]”\"，。；、,;\s]|$))"
    rf"|{_YEAR}\s*(?:年度?|/\d{{1,2}}(?![\d.百千万亿])|[-.]\d{{1,2}}[-.]\d{{1,2}})(?:\s*\d{{1,2}}\s*月)?(?:\s*\d{{1,2}}\s*日)?"
    rf"|[一二][〇零○九][一二三四五六七八九〇零○]{{2}}年?"
    rf"|(?<![\d.,])\d{{1,2}}(?:{_TO}\d{{1,2}})?\s*月(?![龄均薪])(?:\s*\d{{1,2}}\s*日)?|\d{{1,2}}世纪|\d{{2}}年代"
    rf"|(?:^|(?<=\n))[表图]\s?\d{{1,2}}(?:[-—.]\d{{1,2}})?(?=\s)"
    rf"|(?<!\d)0\d{{2,3}}\s*[-—–]{{1,2}}\s*\d{{7,8}}|第\s*(?:\d+|{_HZ}+)|\d{{1,2}}:\d{{2}}(?=[—–~至到时前后起\s-]))"
    rf"|(?P<plan>十[一二三四六七八九]五|十五五)"
    rf"|(?P<sum>\d{{1,2}}个10+(?=[”’\"])|(?:\d+|{_HZ})(?:\+(?:\d+|[A-Za-z]))+)"
    rf"|(?P<ratio>\d+(?:\.\d+)?:\d+(?:\.\d+)?)"
    rf"|(?P<part>(?:十?[百千万]|[二三四五六七八九十])分之(?:{_HAN}|{_AR}))"
    r"|(?P<over>\d/\d{1,2}(?=以上|以下|左右|的))"
    rf"|(?P<fan>翻(?:[一两三]|[1-3])?番)|(?P<half>半数|一半|过半)"
    rf"|(?P<digits>{_AR}(?:[亿万](?=\d)\d+(?:\.\d+)?)*)|(?P<han>{_HAN}))"
)
_TENTHS = re.compile(
    r"成(?![不立为员果本功效长分都品熟绩份套型就交人片团体])(?:(?P<rest>[一二三四五六七八九半])(?=[，。；、,;）)\s和与及以左的]|$))?"
)
_MOVES = re.compile(r"[降升提增减下上缩扩调压回][^，,；;\d]{0,3}[到至为]")
_INSIDE = re.compile(rf"\s?(?P<vague>[余多来])?(?P<scale>{_SCALES})?(?P<more>[余多])?\s?")
_GRADE_OF_NET = re.compile("[^，。；、,;]{0,12}?(?:网络|体系|架构|机制|联动|平台|贯通|统筹|协同|联系)")
_GRADED = re.compile(
    "[医甲乙等及公路河]|以[上下]|中医|综合|机构|专科|妇幼|单位|学科|市场|指标|资质|标准|响应|预警|防护|建造"
)
_LEVELS = frozenset("市区县省镇乡村道社")
_SAYS = re.compile(r"(?:达到?|为|是|至|到|在|[率数比值量]|指数|得分|评分|[^提]高于|[^以]前)\s*$")
_RANKED = re.compile(
    r"(?:全国|全省|全市|全球|世界|同类|国内|国际|亚洲|排名|排位|位居|位列|进入|跻身|保持)[^，。；,;]{0,12}前\s*$"
)
_DEALT_OUT = re.compile("分别[^，。；,;]{0,20}$")
_BUILT_ONE = re.compile(r"(?:建成|新建|建设|筹建|引进|举办|创建|开通|开办|新增)\s*$")
_AT_LEAST = re.compile(r"(?:至少|不少于|最少)[^，。；,;]{1,20}$")
_EACH = re.compile(r"[每各][^，。；,;]{1,20}$")
_JOINT = re.compile(r"\s*(?:、|和|与|及|以及|或)\s*")
_SPAN_OF_PAST = re.compile(r"(?:过去的?|经过|未来|近|最近|这|今后|前|后|头|个|完整)$")


_LONGEST_BOUND = 8
"""Characters of a bound that says nothing but the bound: 控制在…以内; one that reaches over other words is longer."""

_FAR_BOUND = re.compile("不(?:少|低|小|短)于|不(?:超过|高于|大于|多于|长于)|不得(?:少于|低于|超过|高于)|至[少多]|最少")
"""Bounds that other words part from their number: 不少于农户总数的15%."""

_BASE = re.compile(
    rf"(?<=每)(?:\d+(?:\.\d+)?(?:{_SCALES})|[一二两三四五六七八九]?[十百千万]+)(?=人|名|户|张|个|家|平方|公里|常住|元|老)"
)
"""What a rate is counted by: 每3万人口, 每千人."""


@dataclass(frozen=True, slots=True)
class Found:
    """A quantity in its place: `span` bounds it with bound and unit, `core` the number and unit alone.

    `name` marks a number that is part of a name by its form. `each`: 各3个. `damaged`: lo and hi are None.
    `before` and `after` say on which side the bound stands; both are False for a bare number.
    """

    quantity: Quantity
    span: Span
    core: Span
    name: bool = False
    each: bool = False
    damaged: bool = False
    before: bool = False
    after: bool = False


@functools.cache
def table(name: str) -> dict[str, Any]:
    """One of the word lists under data/ that reading numbers needs."""
    text = importlib.resources.files(__package__).joinpath(f"data/{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


@functools.cache
def _units() -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern of all units, the longest first, and the family of each."""
    tables = table("units")
    families = {unit: family for family, units in tables["families"].items() for unit in units}
    guards = tables["not_before"]
    bounds = "|".join(tables["still_before"]["words"])

    def alternative(unit: str) -> str:
        if unit.isascii() and unit[-1].isalpha():
            return re.escape(unit) + "(?![A-Za-z])"
        return re.escape(unit) + (f"(?!(?!{bounds})[{guards[unit]}])" if guards.get(unit) else "")

    ordered = sorted(families, key=lambda unit: (-len(unit), unit))
    per = "|".join(re.escape(word) for word in sorted(tables["per"]["words"], key=lambda word: -len(word)))
    sizes = rf"\d+(?:\.\d+)?(?:{'|'.join(re.escape(unit) for unit in tables['families']['energy'])})"  # 20兆瓦/40兆瓦时
    pattern = (
        rf"(?P<unit>{'|'.join(map(alternative, ordered))})?"
        rf"(?P<per>/\s?(?!{sizes})(?:\d+(?:\.\d+)?[百千万亿]*|[百千万亿]+|(?={per}))(?:{per})?(?:·(?:{per}))?)?"
    )
    return re.compile(pattern), families


@functools.cache
def _bounds() -> tuple[re.Pattern[str], dict[str, Bound], re.Pattern[str], dict[str, Bound], re.Pattern[str]]:
    """Patterns and bounds of the words before a number, after it, and before a bare 百 or 千."""
    tables = table("quantity")

    def group(name: str) -> tuple[str, dict[str, Bound]]:
        words: dict[str, Bound] = {word: bound for bound, words in tables[name].items() for word in words}
        return "|".join(re.escape(word) for word in sorted(words, key=lambda word: -len(word))), words

    before, before_words = group("before")
    after, after_words = group("after")
    bare, bare_words = group("bare")
    gap = "|".join(tables["gap"]["words"])
    far = rf"(?P<far>{gap})[^，。；、,;:：”“（）()《》\d]{{1,8}}"
    reach = rf"(?:{far}|(?P<word>{before})(?:达到?|有|为|于)?)\s*(?:(?P<each>各)\s*)?$"
    each = r"(?P<only>各)\s*$"
    return (
        re.compile(f"{reach}|{each}"),
        before_words | bare_words,
        re.compile(rf"\s{{0,9}}(?:[(（]含[^)）]{{0,6}}[)）]\s{{0,9}})?(?P<word>{after})"),
        after_words,
        re.compile(rf"(?P<word>{bare})\s*$"),
    )


def family(unit: str) -> str:
    """The family a unit belongs to, "" for none.

    >>> family("家"), family("万元"), family("元"), family("人/平方公里"), family("")
    ('body', '', 'money', 'person', '')
    """
    return _units()[1].get(unit.split("/")[0], "rate" if unit.startswith("/") else "")


def number(text: str) -> Decimal | None:
    """The value of a numeral without unit, None where it is none.

    >>> number("1,200"), number("１２．５"), number("三万五千"), number("一百零二"), number("二〇二五")
    (Decimal('1200'), Decimal('12.5'), Decimal('35000'), Decimal('102'), Decimal('2025'))
    >>> number("1.3万亿"), number("3亿5000万"), number("两千五"), number("十"), number("六点五")
    (Decimal('1300000000000'), Decimal('350000000'), Decimal('2500'), Decimal('10'), Decimal('6.5'))
    >>> number("建设") is None
    True
    """
    text = text.translate(_HALF).strip()
    if len(text) > 2 * _LONGEST:
        return None
    match = re.fullmatch(rf"({_AR}(?:[亿万](?=\d)\d+(?:\.\d+)?)*)({_SCALES})?", text)
    if match:
        head, last = _arabic(match[1])
        return _whole(head + last * _scale(match[2]))
    return _han(text) if re.fullmatch(_HAN, text) else None


def _arabic(text: str) -> tuple[Decimal, Decimal]:
    """The value of digits in two parts, because a scale behind 3亿5000 belongs to the 5000 alone."""
    *head, last = re.findall(r"([\d,.]+)([亿万]?)", text)
    total = sum((Decimal(part) * _SCALE[scale] for part, scale in head), Decimal(0))
    return total, Decimal(last[0].replace(",", ""))


def _whole(value: Decimal) -> Decimal:
    """16000.0 → 16000; 85.0 as written would be lost, but only a scaled number comes here."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


def _scale(text: str | None) -> int:
    value = 1
    for char in text or "":
        value *= _TEN.get(char) or _SCALE[char]
    return value


def _han(text: str) -> Decimal | None:
    whole, _, decimals = text.partition("点")
    if len(whole) > 1 and all(char in _DIGIT for char in whole):
        value = int("".join(str(_DIGIT[char]) for char in whole))
    else:
        value = _han_places(whole)
    if not decimals:
        return Decimal(value)
    return Decimal(f"{value}.{''.join(str(_DIGIT[char]) for char in decimals)}")


def _han_places(text: str) -> int:
    """一百零二 → 102, 三万五 → 35000, 两千五 → 2500: a last digit without its place takes the one below."""
    total = section = digit = 0
    place = 0
    for char in text:
        if char in _DIGIT:
            digit = _DIGIT[char]
            place = 0 if char in "零〇" else place
        elif char in _TEN:
            section += (digit or 1) * _TEN[char]
            digit, place = 0, _TEN[char] // 10
        else:
            section += digit
            total = (
                (total + (section or (0 if total else 1))) * _SCALE[char]
                if char == "亿"
                else (total + (section or 1) * _SCALE[char])
            )
            section = digit = 0
            place = _SCALE[char] // 10
    return total + section + digit * (place or 1)


def find(text: str, damage: Sequence[Span] = ()) -> tuple[Found, ...]:
    """Every quantity of `text` in order; `damage` are the spots where a character was swallowed.

    >>> for found in find("新增托位1.6万个，5—6家、不少于２０名，占比达43%以上，6.5/10万和5.0‰以下"):
    ...     q = found.quantity
    ...     print(q.text, q.lo, q.hi, q.unit, q.bound)
    1.6万个 16000 16000 个 =
    5—6家 5 6 家 range
    不少于２０名 20 20 名 >=
    43%以上 43 43 % >=
    6.5/10万 6.5 6.5 /10万 <=
    5.0‰以下 5.0 5.0 ‰ <=
    >>> [f.quantity.text for f in find("到2025年10月底，第3批、党的二十大、三级医院统一建设一批，进一步")]
    []
    >>> [(f.quantity.text, f.name) for f in find("“十四五”期间，5G、“2+7”家医院和12356热线")]
    [('十四五', True), ('5G', True), ('2+7', True), ('12356', True)]
    >>> broken = find("占比达?0%，新增?个，又建3家", [Span(3, 4), Span(9, 10)])
    >>> [(f.quantity.text, f.damaged, f.quantity.lo) for f in broken]
    [('?0%', True, None), ('?个', True, None), ('3家', False, Decimal('3'))]
    """
    plain = text.translate(_HALF)
    found = _shared(plain, list(_scan(plain)))
    if damage:
        found = list(_broken(plain, found, damage))
    settled = (_settled(plain, item) for item in found)
    return tuple(replace(f, quantity=replace(f.quantity, text=f.span.of(text))) for f in settled if f is not None)


def is_bound(word: str) -> bool:
    """Whether a word is one that bounds a number: 不低于, 以上, 左右.

    >>> is_bound("不低于"), is_bound("以上"), is_bound("去年")
    (True, True, False)
    """
    return any(word in words for side in ("before", "after") for words in table("quantity")[side].values())


def in_figures(text: str) -> str:
    """The text with its numbers written one way: bound sign, digits in base units, unit; names stay as they are.

    >>> in_figures("到二〇二五年建成三所学校，不少于1.6万个学位，达到百分之六十"), in_figures("每3万人口1辆，5G")
    ('到2025年建成3所学校，>=16000个学位，达到60%', '每30000人口1辆，5G')
    """
    text = with_years(text)
    out, last = [], 0
    for item in find(text):
        value = item.quantity
        if item.name or value.lo is None or value.hi is None:
            continue
        near = len(item.span) - len(item.core) <= _LONGEST_BOUND
        span = item.span if near else item.core
        sign = value.bound if near and value.bound not in ("=", "range") else ""
        figures = "-".join(f"{each.normalize():f}" for each in dict.fromkeys((value.lo, value.hi)))
        out += [text[last : span.start], "各" * item.each, sign, figures, value.unit]
        last = span.end
    plain = _BASE.sub(lambda base: f"{number(base[0]):f}", "".join([*out, text[last:]]))
    return _FAR_BOUND.sub(lambda word: _bounds()[1][word[0]], plain)


def cell(text: str, unit: str = "") -> tuple[Found, ...]:
    """The numbers of a table cell, which need no unit of their own; `unit` is that of its column or row.

    >>> [(f.quantity.lo, f.quantity.unit, f.quantity.bound) for f in cell("7.65(7.28)", "张")]
    [(Decimal('7.65'), '张', '='), (Decimal('7.28'), '张', '=')]
    >>> [(f.quantity.lo, f.quantity.unit, f.quantity.bound) for f in cell("6.5以下", "1/10万")]
    [(Decimal('6.5'), '/10万', '<=')]
    >>> [(f.quantity.lo, f.quantity.unit) for f in cell("1.6", "万个")], cell("—"), cell("持续提高")
    ([(Decimal('16000'), '个')], (), ())
    """
    plain = text.translate(_HALF)
    scale, unit = _column_unit(unit)
    out = []
    for found in _shared(plain, list(_scan(plain))):
        quantity = found.quantity
        if found.name or quantity.lo is None or quantity.hi is None:
            continue
        if not quantity.unit:
            low, high = (_whole(value * scale) if scale > 1 else value for value in (quantity.lo, quantity.hi))
            quantity = replace(quantity, lo=low, hi=high, unit=unit)
        out.append(replace(found, quantity=replace(quantity, text=found.span.of(text))))
    return tuple(out)


def _column_unit(text: str) -> tuple[int, str]:
    """1/10万 → /10万; 万人 → 10000 人; — → no unit.

    >>> _column_unit("亿元"), _column_unit("1／10万"), _column_unit("—"), _column_unit("张/千人")
    ((100000000, '元'), (1, '/10万'), (1, ''), (1, '张/千人'))
    """
    plain = re.sub(r"\s", "", text.translate(_HALF)).strip("()（）")
    plain = re.split("[,，、]", plain)[-1]  # （小学，元）
    if match := re.fullmatch(r"(?:1)?/(\d*[百千万亿]+.*)", plain):
        return 1, "/" + match[1]
    if match := re.fullmatch(rf"({_SCALES})分之一", plain):
        return 1, "/10万" if match[1] == "十万" else "/" + match[1]
    if not plain.strip("—–-－/~无"):
        return 1, ""
    match = re.fullmatch(rf"({_SCALES})?(.*)", plain)
    assert match is not None
    found = _units()[0].fullmatch(match[2])
    return _scale(match[1]), match[2] if found is not None or "/" in match[2] else re.sub(r"[^%‰\w/]", "", match[2])


def _scan(plain: str) -> Iterator[Found]:
    """Numbers one after the other; a range is one."""
    at = 0
    while match := _NUMERAL.search(plain, at):
        at = match.end()
        found = _one(plain, match)
        if found is not None:
            yield found
            at = max(at, found.span.end)


def _one(plain: str, match: re.Match[str]) -> Found | None:
    """The number that starts at `match`, by the form it has."""
    kind = match.lastgroup
    start, end = match.span()
    if kind == "skip":
        return None
    if kind in ("plan", "sum"):
        return _found(plain, start, end, None, None, "", name=True)
    if kind == "ratio":
        return _ratio(plain, match)
    if kind == "part":
        return _part(plain, match)
    if kind == "over":
        part, _, whole = match[0].partition("/")
        share = Decimal(part) / Decimal(whole) * 100 if whole.strip("0") else None
        return _found(plain, start, end, share, None, "%") if share is not None else None
    if kind == "fan":
        doublings = {"一": 1, "两": 2, "三": 3}.get(match[0][1], 1) if not match[0][1].isdigit() else int(match[0][1])
        return _found(plain, start, end, Decimal(2) ** doublings, None, "倍")
    if kind == "half":
        found = _found(plain, start, end, Decimal(50), None, "%")
        return _bound_to(found, ">") if match[0] == "过半" else found
    if kind == "digits":
        return _digits(plain, match)
    return _hanzi(plain, match)


def _ratio(plain: str, match: re.Match[str]) -> Found | None:
    left, right = match[0].split(":")
    if plain[match.end() : match.end() + 1] == ":":
        return None
    if Decimal(left) == 1:
        return _found(plain, *match.span(), Decimal(right), None, "1:")
    if Decimal(right) == 1:
        return _found(plain, *match.span(), Decimal(left), None, ":1")
    return None


def _part(plain: str, match: re.Match[str]) -> Found | None:
    whole, _, part = match[0].partition("分之")
    value = number(part)
    if value is None:
        return None
    unit = {"百": "%", "千": "‰", "万": "‱"}.get(whole)
    if unit is None:
        value, unit = value / (number(whole) or 1) * 100, "%"
    return _found(plain, *match.span(), value, None, unit)


@dataclass(slots=True)
class _Piece:
    """A number with scale and unit: value, where it ends, and what was seen on the way."""

    value: Decimal
    end: int
    unit: str
    scaled: bool
    vague: bool
    number_end: int


def _piece(plain: str, value: Decimal, end: int, *, han: bool) -> _Piece:
    """Reads on behind the digits: 余 万 个 /10万."""
    inside = _INSIDE.match(plain, end)
    assert inside is not None
    vague, scale = inside["vague"] or inside["more"], inside["scale"]
    if inside["vague"] == "来" and not han:
        vague = scale = None
    at = inside.end() if (scale or vague or inside[0].strip() == "") else end
    if scale is None and not vague:
        at = end
    units = _units()[0].match(plain, at)
    if units is not None and not units[0] and plain[at : at + 1] == " ":
        units = _units()[0].match(plain, at + 1)
    assert units is not None
    if vague and not scale and not units[0]:
        vague, at = None, end
    unit = (units["unit"] or "") + re.sub(r"\s", "", units["per"] or "")
    value = _whole(value * _scale(scale)) if scale else value
    return _Piece(value, units.end() if units[0] else at, unit, bool(scale), bool(vague), at)


def _digits(plain: str, match: re.Match[str]) -> Found | None:
    start = match.start()
    if len(match[0]) > _LONGEST:
        return None
    head, digits = _arabic(match[0])
    first = _piece(plain, digits, match.end(), han=False)
    first.value += head
    if plain[start - 1 : start] == "每":  # 每3万人口 is what the next number is counted by
        return None
    if not first.unit and (letters := re.match(r"[A-Za-z]+", plain[first.end : first.end + 12])):
        code = letters[0].isupper() and len(letters[0]) <= 2
        return _found(plain, start, first.end + len(letters[0]), first.value, None, "", name=True) if code else None
    last = _range_end(plain, start, first)
    if last is not None:
        return _range(plain, start, first, last)
    first = _tenths(plain, first)
    if first.unit == "年" and first.value >= 1000:
        return None
    return _sized(plain, start, first)


def _tenths(plain: str, piece: _Piece) -> _Piece:
    """七成 → 70%, 六成五 → 65%; 建成, 成员 are no tenths."""
    tenths = None if piece.unit else _TENTHS.match(plain, piece.end)
    if tenths is None:
        return piece
    rest = 5 if tenths["rest"] == "半" else _DIGIT.get(tenths["rest"] or "", 0)
    return replace(piece, value=piece.value * 10 + rest, unit="%", end=tenths.end())


def _range_end(plain: str, start: int, first: _Piece) -> _Piece | None:
    """The second number of 5—6家, 10%～15%, 5000—1万元; None where there is none."""
    joint = re.compile(_TO).match(plain, first.end)
    if joint is None or (joint[0].strip() in "至到" and plain[start - 1 : start] in ("从", "由")):
        return None
    match = _NUMERAL.match(plain, joint.end())
    if match is None or match.lastgroup not in ("digits", "han") or len(match[0]) > _LONGEST:
        return None
    value = number(match[0])
    if value is None:
        return None
    last = _tenths(plain, _piece(plain, value, match.end(), han=match.lastgroup == "han"))
    if last.unit != first.unit and first.unit:
        return None
    shared = first.value * (last.value / value if value else 1)
    low = first.value if first.scaled or shared >= last.value else shared
    if low >= last.value:
        return None
    first.value = low
    return last


def _range(plain: str, start: int, first: _Piece, last: _Piece) -> Found:
    found = _found(plain, start, last.end, first.value, last.value, last.unit)
    return _bound_to(found, "range")


def _sized(plain: str, start: int, piece: _Piece) -> Found:
    found = _found(plain, start, piece.end, piece.value, None, piece.unit)
    return _bound_to(found, "~") if piece.vague and found.quantity.bound == "=" else found


def _hanzi(plain: str, match: re.Match[str]) -> Found | None:
    """Chinese numerals count only with a unit, and 一 only where something says that it counts."""
    text, start = match[0], match.start()
    if text[0] in "零〇" or len(text) > _LONGEST:
        return None
    alone = text[0] in "百千万亿" and not _has(_bounds()[4], plain, start)
    value = _han(text)
    if value is None:
        return None
    low, high = value, None
    if len(text) == 2 and text[0] in _DIGIT and text[1] in _DIGIT:
        low, high = Decimal(_DIGIT[text[0]]), Decimal(_DIGIT[text[1]])
        if not 0 < low < high <= low + 2:
            return None
        value = high
    piece = _tenths(plain, _piece(plain, value, match.end(), han=True))
    if alone and (not piece.unit or plain[start - 1 : start] in tuple("每几数成")):
        return None
    if not piece.unit:
        last = _range_end(plain, start, piece)
        return _range(plain, start, piece, last) if last and last.unit else _unitless_hanzi(plain, start, piece)
    if _no_count(plain, value, piece) or plain[start - 1 : start] == "每":
        return None
    if piece.unit == "年" and _SPAN_OF_PAST.search(plain[max(0, start - 4) : start]):
        return None
    if family(piece.unit) == "rank" and not _level_of_net(plain, start, piece):
        return None
    if high is not None:
        low *= piece.value / high
        return _bound_to(_found(plain, start, piece.end, low, piece.value, piece.unit), "range")
    listed = _list_start(plain, start)
    if listed is not None:
        return _bound_to(_found(plain, listed[1], piece.end, listed[0], piece.value, piece.unit), "range")
    last = _range_end(plain, start, piece)
    if last is not None:
        return _range(plain, start, piece, last)
    found = _sized(plain, start, piece)
    if alone and found.quantity.bound == "=":  # 百姓, 万元; but 百余家, 百万人次以上
        return None
    return found if text != "一" or piece.unit in ("倍", "%") or _counts_one(plain, found) else None


def _no_count(plain: str, value: Decimal, piece: _Piece) -> bool:
    """党的二十大, 医院二期, 十分重要, 二次全会."""
    if piece.unit == "大":
        return value > 15
    if piece.unit == "次":
        return plain.startswith(("全会", "会议", "分配", "供水", "污染", "开发", "函数"), piece.end)
    return piece.unit in ("期", "分", "度", "版", "届", "号", "类", "星", "乡", "镇", "村", "县", "街道", "床")


def _unitless_hanzi(plain: str, start: int, piece: _Piece) -> Found | None:
    """进入全国前十 is a rank to reach; a Chinese numeral without a unit is nothing else."""
    if not _has(_RANKED, plain, start):
        return None
    return _bound_to(_found(plain, start, piece.end, piece.value, None, "位"), "<=")


def _list_start(plain: str, start: int) -> tuple[Decimal, int] | None:
    """二、三人间 is a range like 二三人间."""
    if start < 2 or plain[start - 1] != "、" or plain[start - 2] not in _DIGIT:
        return None
    low, high = _DIGIT[plain[start - 2]], _DIGIT.get(plain[start], 0)
    if high != low + 1 or plain[start - 3 : start - 2] in ("第", "十"):
        return None
    return Decimal(low), start - 2


def _level_of_net(plain: str, start: int, piece: _Piece) -> bool:
    """市、区两级 and 四级疾控网络 count levels; 三级医院 and 二级以上 are grades."""
    if plain[piece.end - 1] != "级" or _GRADED.match(plain, piece.end):
        return False
    return plain[start - 1 : start] in _LEVELS or bool(_GRADE_OF_NET.match(plain, piece.end))


def _counts_one(plain: str, found: Found) -> bool:
    if found.quantity.bound != "=" or found.each:
        return True
    window = plain[max(0, found.span.start - _LOOK_BACK) : found.span.start]
    concrete = found.quantity.unit in ("家", "所", "座", "条", "艘", "辆", "名", "支")
    return concrete and any(pattern.search(window) for pattern in (_BUILT_ONE, _EACH, _AT_LEAST))


def _has(pattern: re.Pattern[str], plain: str, start: int) -> re.Match[str] | None:
    return pattern.search(plain[max(0, start - _LOOK_BACK) : start])


def _found(
    plain: str, start: int, end: int, low: Decimal | None, high: Decimal | None, unit: str, *, name: bool = False
) -> Found:
    """Puts a number together with the bounds on either side of it."""
    unit = {"百分点": "个百分点", "人口": "人", "元人民币": "元", "元钱": "元", "块钱": "元"}.get(unit, unit)
    core = Span(start, end)
    high = low if high is None else high
    if name:
        return Found(Quantity(low, high, unit, "=", ""), core, core, name=True)
    before, before_words, after, after_words, bare = _bounds()
    rough = plain[start] in "百千万亿" and not plain.startswith("分之", start + 1)
    ahead = (bare if rough else before).search(plain[max(0, start - _LOOK_BACK) : start])
    behind = after.match(plain, end)
    if behind is not None and behind["word"] == "内" and not _near(unit, plain[behind.end() : behind.end() + 1]):
        behind = None
    bound: Bound = "="
    each = False
    if ahead is not None:
        groups = ahead.groupdict()
        word = groups.get("far") or groups["word"]
        each = bool(groups.get("each") or groups.get("only"))
        bound = before_words[word] if word else "="
        start -= len(ahead[0])
    if behind is not None:
        end = behind.end()
        if bound == "=" or (ahead is not None and "控" in ahead[0]):
            bound = after_words[behind["word"]]
    if bound == "=" and plain[start - 1 : start] == "前" and _has(_RANKED, plain, start):
        start, bound = start - 1, "<="
    found = Found(Quantity(low, high, unit, bound, ""), Span(start, end), core, each=each)
    return replace(found, before=ahead is not None and bound != "=", after=behind is not None)


def _near(unit: str, following: str) -> bool:
    """10分钟内 and 3公里内 bind; 5家内部 does not."""
    return family(unit) in ("time", "length") and following not in ("部", "容", "涵", "外", "科")


def _bound_to(found: Found, bound: Bound) -> Found:
    return replace(found, quantity=replace(found.quantity, bound=bound))


def _shared(plain: str, found: list[Found]) -> list[Found]:
    """Numbers side by side share unit and bound: 分别达到5.9和6.3人, 2个、12个以上."""
    for i in range(len(found) - 2, -1, -1):
        one, two = found[i], found[i + 1]
        if one.name or two.name or not _adjacent(plain, one, two):
            continue
        if not one.quantity.unit and two.quantity.unit and not one.after:
            one = replace(one, quantity=replace(one.quantity, unit=two.quantity.unit))
        full = one.quantity.unit == "%" and one.quantity.lo == 100  # 分别达到100%和98%以上
        if two.after and not two.before and one.quantity.bound == "=" and not full and not _dealt_out(plain, one):
            one = _bound_to(one, two.quantity.bound)
        found[i] = one
    for i in range(1, len(found)):
        one, two = found[i - 1], found[i]
        if one.before and two.quantity.bound == "=" and not two.name and _adjacent(plain, one, two, bound=True):
            found[i] = replace(_bound_to(two, one.quantity.bound), before=True)
    return found


def _dealt_out(plain: str, item: Found) -> bool:
    """分别下降15%、20%以上: what is dealt out one by one keeps the bound behind the last to the last."""
    return bool(_DEALT_OUT.search(plain[max(0, item.span.start - _LOOK_BACK) : item.span.start]))


def _adjacent(plain: str, one: Found, two: Found, *, bound: bool = False) -> bool:
    """Whether two numbers stand side by side and count alike; the `bound` of 分别突破3万人、50吨 binds unlike ones."""
    gap = two.core.start - one.span.end
    units = one.quantity.unit, two.quantity.unit
    dealt = bound and "分别" in plain[max(0, one.span.start - 4) : one.span.start]
    if all(units) and family(units[0]) != family(units[1]) and not dealt:
        return False
    return 0 < gap <= 4 and bool(_JOINT.fullmatch(plain, one.span.end, two.core.start))


def _settled(plain: str, found: Found) -> Found | None:
    """None for a number that says nothing without a unit; 12356热线 and “5个100” are names by their form."""
    quantity, core = found.quantity, found.core
    if found.name or found.damaged:
        return found
    if quantity.unit in ("号", "届", "版"):
        return None
    if quantity.unit or quantity.bound != "=" or core.of(plain)[-1] in "万亿":
        return found
    if quantity.lo is None or (core.of(plain).isdigit() and 1900 <= quantity.lo <= 2100):
        return None
    before = plain[max(0, core.start - _LOOK_BACK) : core.start]
    if before.endswith(("由", "从")) and _MOVES.match(plain, core.end):
        return found
    if _RANKED.search(before):
        return _bound_to(replace(found, quantity=replace(quantity, unit="位")), "<=")
    if _SAYS.search(before) and not re.match(r"[\dA-Za-z]|\s*[（(][^）)]*[）)]号", plain[core.end : core.end + 12]):
        return found
    following = plain[core.end : core.end + 1]
    quoted = len(core) > 1 and before[-1:] in '“‘"' and following in '”’"'
    long_name = core.of(plain).isdigit() and 3 <= len(core) <= 6 and "\u4e00" <= following <= "\u9fff"
    return replace(found, name=True) if before and (quoted or long_name) else None


def _broken(plain: str, found: Sequence[Found], damage: Sequence[Span]) -> Iterator[Found]:
    """Numbers that a damaged spot touches lose their value; a spot before a bare unit swallowed a whole number."""
    spots = [spot for spot in damage if plain[spot.start : spot.end]]
    used: set[int] = set()
    at = 0
    marked: list[Found] = []
    for item in found:
        while at < len(spots) and spots[at].end < item.core.start - 1:
            at += 1
        touching = [i for i in range(at, min(at + 3, len(spots))) if _touches(plain, item, spots[i])]
        used.update(touching)
        cut = _swallowed(plain, spots[touching[-1]]) if touching and not item.quantity.unit else None
        marked.append(cut or (_without_value(item, [spots[i] for i in touching]) if touching else item))
    taken = {item.span.start for item in marked}
    for i, spot in enumerate(spots):
        lost = None if i in used else _swallowed(plain, spot)
        if lost is not None and lost.span.start not in taken:
            marked.append(lost)
    yield from sorted((m for m in marked if not _broken_date(plain, m)), key=lambda m: m.span.start)


def _touches(plain: str, item: Found, spot: Span) -> bool:
    """Whether a spot stands at the digits, at a dash before them, or between them and the unit."""
    if plain[spot.end - 1] == ";":  # ?ldquo;18: the sign is a quotation mark's, the digits are whole
        return False
    start = item.core.start
    while start > 0 and plain[start - 1] in "-—–~":
        start -= 1
    unit_start = item.core.end - len(item.quantity.unit)
    return (
        spot.end == start
        or spot.end == item.core.start
        or (item.core.start < spot.start <= unit_start)
        or (not item.quantity.unit and spot.start == item.core.end)
    )


def _without_value(item: Found, spots: Sequence[Span]) -> Found:
    span = Span(min(item.span.start, spots[0].start), max(item.span.end, spots[-1].end))
    core = Span(min(item.core.start, spots[0].start), max(item.core.end, spots[-1].end))
    return replace(item, quantity=replace(item.quantity, lo=None, hi=None), span=span, core=core, damaged=True)


def _swallowed(plain: str, spot: Span) -> Found | None:
    """建?所学校: all digits are gone, the classifier is left."""
    if plain[spot.start : spot.end].strip("?"):
        return None
    digits = re.search(r"(?<![\d.])[\d.]+$", plain[max(0, spot.start - 8) : spot.start])
    start = spot.start - len(digits[0]) if digits else spot.start
    piece = _piece(plain, Decimal(0), spot.end, han=False)
    if family(piece.unit) not in ("body", "person", "thing", "rate", "money") or piece.unit in _OFTEN_A_WORD:
        return None
    following = plain[piece.end : piece.end + 1]
    if (re.match(r"[?\d]", following) and not digits) or (piece.unit == "个" and following in tuple("人体性别案税")):
        return None
    found = _found(plain, start, piece.end, None, None, piece.unit)
    return replace(found, damaged=True)


_OFTEN_A_WORD = frozenset(
    ["大", "次", "对", "村", "镇", "乡", "县", "单位", "组", "本", "节", "片", "部", "班", "口", "块", "期", "人"]
)
"""Units that are as often words of their own: behind a lost character they prove no lost number."""


def _broken_date(plain: str, item: Found) -> bool:
    """深圳?022年 and 第?批 were a date and an ordinal."""
    if not item.damaged:
        return False
    digits = re.sub(r"\D", "", item.core.of(plain))
    if item.quantity.unit in ("年", "日") and (len(digits) >= 3 or not digits or item.quantity.unit == "日"):
        return True
    return item.quantity.unit in ("", "号", "届", "版", "级") or plain[item.core.start - 1 : item.core.start] == "第"
