"""Writes the numbers that Word shows but does not store: 一、 (一) 1. 第一章 ①, counted from numbering.xml.

Formats as Word 16 renders them (ECMA-376 part 1, 17.18.59; docling pull request 4336 has the table): chineseCounting
goes digit by digit from 一〇〇 on, chineseCountingThousand has its units, 一百〇一.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planlens.read.made import whole

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from lxml.etree import _Element as Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HIGHEST = 32_767
"""The highest number that Word counts to; letters and Roman numerals grow as long as their numbers."""
_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)
_LEVELS = 9
_STYLE_CHAIN = 20
"""Styles looked up from one to its base; a chain that long is a circle."""
_ENDS_ITSELF = re.compile(r"[、．.）)】：:—]$")


def chinese(number: int, digits: str = _DIGITS, units: tuple[str, ...] = ("", "十", "百", "千")) -> str:
    """A counting number with its units, up to 9999.

    >>> [chinese(n) for n in (1, 10, 12, 20, 101, 110, 2025)]
    ['一', '十', '十二', '二十', '一百〇一', '一百一十', '二千〇二十五']
    """
    if number > 9999:
        return str(number)
    out = ""
    figures = str(number)
    for place, figure in enumerate(figures):
        if figure != "0":
            out += digits[int(figure)] + units[len(figures) - 1 - place]
        elif out and not out.endswith(digits[0]) and figures[place:].strip("0"):
            out += digits[0]
    return out[1:] if 10 <= number < 20 and digits == _DIGITS else out


def _by_digit(number: int) -> str:
    return "".join(_DIGITS[int(figure)] for figure in str(number))


def _chinese_counting(number: int) -> str:
    return chinese(number) if number < 100 else _by_digit(number)


def _legal(number: int) -> str:
    return chinese(number, _LEGAL, ("", "拾", "佰", "仟"))


def _roman(number: int) -> str:
    out = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        out += letters * count
    return out


def _letters(number: int) -> str:
    """a … z, aa, bb: Word repeats the letter."""
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _from(first: str, last: int) -> Callable[[int], str]:
    return lambda number: chr(ord(first) + number - 1) if 1 <= number <= last else str(number)


def _listed(characters: str) -> Callable[[int], str]:
    return lambda number: characters[number - 1] if 1 <= number <= len(characters) else str(number)


FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02d}",
    "decimalHalfWidth": str,
    "decimalFullWidth": lambda number: "".join(chr(0xFF10 + int(figure)) for figure in str(number)),
    "decimalEnclosedCircle": _from("①", 20),
    "decimalEnclosedCircleChinese": _from("①", 20),
    "decimalEnclosedParen": _from("⑴", 20),
    "decimalEnclosedFullstop": _from("⒈", 20),
    "ideographEnclosedCircle": _from("㊀", 10),
    "chineseCounting": _chinese_counting,
    "taiwaneseCounting": _chinese_counting,
    "chineseCountingThousand": chinese,
    "taiwaneseCountingThousand": chinese,
    "japaneseCounting": lambda number: re.sub("一(?=[百千])|〇", "", chinese(number)),
    "ideographDigital": _by_digit,
    "japaneseDigitalTenThousand": _by_digit,
    "taiwaneseDigital": _by_digit,
    "chineseLegalSimplified": _legal,
    "ideographTraditional": _listed(_STEMS),
    "ideographZodiac": _listed(_BRANCHES),
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": lambda number: _roman(number).lower(),
    "upperRoman": _roman,
    "bullet": lambda _: "",
    "none": lambda _: "",
}


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list as numbering.xml describes it."""

    start: int = 1
    format: str = "decimal"
    text: str = ""
    style: str | None = None
    legal: bool = False
    restart: int | None = None


@dataclass(frozen=True, slots=True)
class Instance:
    """One use of a list: which list it is, its levels, and where it starts them anew."""

    list_id: str
    levels: dict[int, Level]
    starts: dict[int, int]


@dataclass(slots=True)
class Numbering:
    """Counts the numbered paragraphs of one document, which must be asked for in reading order."""

    instances: dict[str, Instance]
    styles: dict[str | None, Element]
    default_style: str | None
    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    begun: set[tuple[str, int]] = field(default_factory=set)

    def number(self, paragraph: Element) -> str:
        """The number Word shows before this paragraph, with a space where it does not end itself; "" for none."""
        found = self._place(paragraph)
        if found is None:
            return ""
        instance_id, depth = found
        instance = self.instances[instance_id]
        counts = self.counts.setdefault(instance.list_id, {})
        self._count(instance_id, instance, counts, depth)
        shown = self._shown(instance, counts, depth)
        return shown + " " if shown and not _ENDS_ITSELF.search(shown) else shown

    def _count(self, instance_id: str, instance: Instance, counts: dict[int, int], depth: int) -> None:
        level = instance.levels.get(depth, Level())
        if (instance_id, depth) not in self.begun and depth in instance.starts:
            counts[depth] = instance.starts[depth] - 1
        self.begun.add((instance_id, depth))
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [at for at in counts if at > depth]:
            restart = instance.levels.get(deeper, Level()).restart
            if restart is None or (restart and depth < restart):
                del counts[deeper]

    def _shown(self, instance: Instance, counts: dict[int, int], depth: int) -> str:
        own = instance.levels.get(depth, Level())

        def written(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            level = instance.levels.get(at, Level())
            name = "decimal" if own.legal else level.format
            return FORMATS.get(name, str)(counts.get(at, level.start))

        if own.format in ("bullet", "none"):
            return ""
        return re.sub(r"%([1-9])", written, own.text)

    def _place(self, paragraph: Element) -> tuple[str, int] | None:
        """The list and level of a paragraph: its own, or its style's, or that of a style its style is based on."""
        properties = paragraph.find(f"{_W}pPr")
        instance_id, depth = _num_pr(properties)
        style = (_value(properties, "pStyle") if properties is not None else None) or self.default_style
        styled: str | None = None
        for _ in range(_STYLE_CHAIN):
            node = self.styles.get(style)
            if instance_id is not None or node is None:
                break
            instance_id, level = _num_pr(node.find(f"{_W}pPr"))
            depth = level if depth is None else depth
            styled = style if instance_id is not None else None
            style = _value(node, "basedOn")
        if instance_id is None or instance_id not in self.instances:
            return None
        if depth is None and styled is not None:
            depth = next((at for at, lv in self.instances[instance_id].levels.items() if lv.style == styled), 0)
        return instance_id, min(depth or 0, _LEVELS - 1)


def _num_pr(properties: Element | None) -> tuple[str | None, int | None]:
    number = properties.find(f"{_W}numPr") if properties is not None else None
    if number is None:
        return None, None
    depth = _value(number, "ilvl")
    return _value(number, "numId"), whole(depth)


def _value(node: Element, name: str) -> str | None:
    child = node.find(_W + name)
    return None if child is None else child.get(f"{_W}val")


def _integer(node: Element, name: str) -> int | None:
    value = whole(_value(node, name))
    return None if value is None else min(value, _HIGHEST)


def numbering_of(document: WordDocument) -> Numbering:
    """The lists of a document, not yet counted."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml.parser import parse_xml

    nodes: list[Element] = document.styles.element.findall(f"{_W}style")
    styles: dict[str | None, Element] = {node.get(f"{_W}styleId"): node for node in nodes}
    default = next((at for at, node in styles.items() if _is_default(node)), None)
    try:
        part = document.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING)
    except KeyError:
        return Numbering({}, styles, default)
    root: Element = parse_xml(part.blob)  # a part of another type than it should have is bytes to python-docx
    lists = {node.get(f"{_W}abstractNumId"): node for node in root.findall(f"{_W}abstractNum")}
    instances = {node.get(f"{_W}numId") or "": _instance(node, lists) for node in root.findall(f"{_W}num")}
    return Numbering(instances, styles, default)


def _is_default(style: Element) -> bool:
    return style.get(f"{_W}type") == "paragraph" and style.get(f"{_W}default") in ("1", "true")


def _instance(node: Element, lists: dict[str | None, Element]) -> Instance:
    list_id = _value(node, "abstractNumId") or ""
    levels = _levels(_linked(lists, list_id))
    starts: dict[int, int] = {}
    for override in node.findall(f"{_W}lvlOverride"):
        at = _depth(override)
        if (own := override.find(f"{_W}lvl")) is not None:
            levels[at] = _level(own)
        if (start := _integer(override, "startOverride")) is not None:
            starts[at] = start
    return Instance(list_id, levels, starts)


def _linked(lists: dict[str | None, Element], list_id: str) -> Element | None:
    """A list that only names a list style has its levels where that style is defined."""
    node = lists.get(list_id)
    link = _value(node, "numStyleLink") if node is not None else None
    if link is None:
        return node
    return next((other for other in lists.values() if _value(other, "styleLink") == link), node)


def _levels(node: Element | None) -> dict[int, Level]:
    if node is None:
        return {}
    return {_depth(level): _level(level) for level in node.findall(f"{_W}lvl")}


def _depth(level: Element) -> int:
    return whole(level.get(f"{_W}ilvl")) or 0


def _level(node: Element) -> Level:
    legal = node.find(f"{_W}isLgl")
    start = _integer(node, "start")
    return Level(
        start=1 if start is None else start,
        format=_format(node),
        text=_value(node, "lvlText") or "",
        style=_value(node, "pStyle"),
        legal=legal is not None and legal.get(f"{_W}val") not in ("0", "false"),
        restart=_integer(node, "lvlRestart"),
    )


def _format(node: Element) -> str:
    """The number format, also where a newer one is wrapped with a choice for older versions of Word."""
    found = next(node.iter(f"{_W}numFmt"), None)
    return "decimal" if found is None else found.get(f"{_W}val") or "decimal"
