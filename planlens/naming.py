"""What an indicator counts, told from its words: the thing, its administrative level, and how alike two names are.

thing(indicator)      without the action before it and the counting word behind it
plain(indicator)      words of one meaning written one way
same_name(a, b)       one name, written in full or in short
likeness(a, b)        0 to 1, by words and characters
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from . import words
from .model import Target
from .quantity import table

SAME_THING = 0.62
"""Likeness of two indicators from which they name the same thing wherever they stand."""

FIELD = 5.0
"""Information from which a word narrows a field: 中医药 does, 卫生 and 建设 do not."""


def any_of(found: Iterable[str]) -> str:
    """One alternative of a pattern for each word, the longest first."""
    return "|".join(map(re.escape, sorted(found, key=len, reverse=True)))


@functools.cache
def patterns() -> dict[str, re.Pattern[str]]:
    """data/counting.toml, ready to match."""
    raw = table("counting")
    action = raw["action"]
    return {
        "lead": re.compile(rf"^(?:{any_of(action['lead'] + action['specific'])})+"),
        "tail": re.compile(rf"的?(?:{any_of(raw['tail']['words'])})$"),
        "actions": re.compile(any_of(action["specific"])),
        "begins": re.compile(any_of(action["begins"])),
        "ends": re.compile(any_of(action["ends"])),
        "recruits": re.compile(any_of(action["recruits"])),
        "creates": re.compile(any_of(action["creates"])),
        "renews": re.compile(any_of(action["renews"])),
        "adds": re.compile(any_of(action["adds"])),
        "generic": re.compile(rf"^(?:{any_of(raw['generic']['words'])})?$"),
        "people": re.compile(any_of(raw["people"]["words"])),
        "metric": re.compile(any_of(raw["metric"]["words"])),
        "lower": re.compile(any_of(raw["lower_is_better"]["words"])),
        "reduced": re.compile(any_of(raw["lower_is_better"]["reductions"])),
        "filler": re.compile(any_of(raw["filler"]["words"])),
        "hedged": re.compile(any_of(raw["firmness"]["hedged"])),
        "firm": re.compile(any_of(raw["firmness"]["firm"])),
    }


@functools.cache
def _levels() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(rf"(?:{p})(及?以上)?")) for name, p in table("counting")["levels"].items())


@functools.cache
def _synonyms() -> tuple[re.Pattern[str], dict[str, str]]:
    words_of = {other: word for word, others in table("counting")["same"].items() for other in others}
    partial = table("counting")["part_of_economy"]["before"]
    return re.compile(rf"(?<![{partial}](?=经济))(?:{any_of({*words_of, *table('counting')['same']})})"), words_of


@functools.lru_cache(maxsize=1 << 16)
def thing(indicator: str) -> str:
    """What an indicator counts, without the action before it and the counting word behind it.

    >>> thing("新增社康机构"), thing("招聘人数"), thing("引进高精尖缺人才")
    ('社康机构', '招聘人数', '高精尖缺人才')
    """
    folded = re.sub(r"[“”\"《》\s]", "", unicodedata.normalize("NFKC", indicator))
    bare = patterns()["tail"].sub("", patterns()["lead"].sub("", folded))
    return bare if len(bare) >= 2 else folded


@functools.lru_cache(maxsize=1 << 14)
def plain(indicator: str) -> str:
    """An indicator with words of one meaning written one way, each once and the longest first.

    >>> plain("GDP增速"), plain("地区生产总值增长"), plain("经济增长")
    ('国内生产总值增长', '国内生产总值增长', '国内生产总值增长')
    """
    pattern, words_of = _synonyms()
    return pattern.sub(lambda found: words_of.get(found[0], found[0]), unicodedata.normalize("NFKC", indicator))


_PER_HEADS = re.compile(r"每?([十百千万]{1,8}|\d{1,9}万)名?(?:常住|户籍)?人口?(?=.)")


@functools.lru_cache(maxsize=1 << 16)
def core(indicator: str) -> str:
    """The thing counted in its shortest form, for telling that two names are one: fillers and marks left out.

    >>> core("居民人均期望寿命") == core("人均预期寿命"), core("出生缺陷发生率") == core("出生缺陷率")
    (True, True)
    """
    bare = patterns()["filler"].sub("", _PER_HEADS.sub(r"\1人", thing(plain(indicator))))
    short = re.sub(r"[（(][^（()）]*[)）]|[、，的]", "", bare)
    return short if len(short) >= 2 else bare


def without_base(name: str) -> str:
    """A name without the base of its rate.

    >>> without_base("千人口托位数"), without_base("每10万人口发明专利")
    ('托位数', '发明专利')
    """
    return _PER_HEADS.sub("", name)


def same_name(a: str, b: str) -> bool:
    """Whether two indicators are one name, one of them perhaps in short.

    >>> same_name("城镇调查失业率", "城镇登记失业率"), same_name("居民健康素养水平", "健康素养水平")
    (False, True)
    """
    return core(a) == core(b)


def near_name(a: str, b: str) -> bool:
    """Whether two indicators of one exact figure are one name, more freely told; words that part kinds must agree.

    >>> near_name("每千人口3岁以下婴幼儿托位数", "千人口托位数"), near_name("城镇居民收入增长", "农村居民收入增长")
    (True, False)
    """
    left, right = core(a), core(b)
    if kinds(left) != kinds(right):
        return False
    short, long = sorted((left, right), key=len)
    return short in long or set(short) <= set(long) or _by_characters(left, right) >= SAME_THING


def kinds(name: str) -> frozenset[str]:
    """The words of a name that part it from its kin: 登记 of 城镇登记失业率, which is not the 调查失业率.

    >>> sorted(kinds("城镇登记失业率"))
    ['城镇', '登记']
    """
    short = core(name)
    return frozenset(word for kin in table("counting")["contrast"]["kinds"] for word in kin if word in short)


def opposed(a: str, b: str) -> bool:
    """Whether two names tell of two kinds of one thing, whatever else they share: 高中学位 and 义务教育学位.

    >>> opposed("新增高中学位", "新增义务教育学位"), opposed("新增学位", "新增高中学位")
    (True, False)
    """
    pairs = zip(_kin(core(a)), _kin(core(b)), strict=True)
    return any(left and right and not left & right for left, right in pairs)


@functools.lru_cache(maxsize=1 << 12)  # every number of one plan is held against every one of the other
def _kin(name: str) -> tuple[frozenset[str], ...]:
    """For each set of words that part a thing from its kin, those that stand in a name."""
    return tuple(frozenset(word for word in kin if word in name) for kin in table("counting")["contrast"]["kinds"])


@functools.lru_cache(maxsize=1 << 14)
def levels(indicator: str) -> tuple[str, ...]:
    """Administrative levels an indicator names, highest first.

    >>> levels("创建国家或省级示范区"), levels("市级以上示范机构"), levels("新增床位")
    (('国家', '省'), ('市以上',), ())
    """
    found = []
    for name, pattern in _levels():
        match = pattern.search(indicator)
        if match:
            found.append(name + ("以上" if match[1] else ""))
    return tuple(found)


def without_levels(indicator: str) -> str:
    """An indicator less its administrative levels and counting words: 新增国家级 → 新增."""
    for _, pattern in _levels():
        indicator = pattern.sub("", indicator)
    return re.sub("[级家]|以上", "", indicator)


def described(a: str, b: str) -> bool:
    """Whether one name is confined by a clause that the other does not have: 提供夜诊的机构 are not all 机构."""
    clauses = [thing(name).rpartition("的")[0] for name in (a, b)]
    return any(clause and clause not in other for clause, other in zip(clauses, (b, a), strict=True))


def each(target: Target) -> bool:
    """Whether a number holds for each of several: 各区1个 is not 全市1个; 每千人口 is a base, and told as such."""
    scope = target.scope or ""
    return re.match(r"[每各逐](?!\d*[十百千万]|\d{3})", scope) is not None


def without_scope(target: Target) -> str:
    """The indicator less the words of its scope, where enough is left: 设立中医科的二级医院占比 → 设立中医科."""
    scope = re.sub(r"^(?:全市|全区|全省|全国|每个?|各个?|所有)", "", target.scope or "")
    left = target.indicator.replace(scope, "") if len(scope) >= 3 else target.indicator
    left = re.sub(r"的?(?:比例|占比|比重|率|数)$", "", left) if left != target.indicator else left
    return left if len(left) >= 4 else target.indicator


def act(indicator: str) -> str | None:
    """What a number is done with, of the acts that part numbers of one statement: finished, begun, added, recruited.

    >>> act("完成评审的医院"), act("新启动评审的医院"), act("新增社康机构"), act("床位数")
    ('ends', 'begins', 'adds', None)
    """
    return next((name for name in ("ends", "begins", "adds", "recruits") if patterns()[name].search(indicator)), None)


def names_nothing(target: Target) -> bool:
    """Whether an indicator says no more than its action: 招聘人数."""
    return patterns()["generic"].match(patterns()["lead"].sub("", target.indicator)) is not None


def compared(target: Target) -> str:
    """The name by which a number is held against others: its indicator without its scope, in plain words, the thing."""
    return thing(plain(without_scope(target)))


def likeness(a: str, b: str) -> float:
    """How alike two indicators are, 0 to 1: shared information of words and shared character pairs, half each.

    >>> likeness("新增社康机构", "新增社康机构")
    1.0
    >>> likeness("引进高层次医学团队", "引进高精尖缺人才") < 0.3
    True
    """
    left, right = thing(plain(a)), thing(plain(b))
    if left == right:
        return 1.0
    value = (_by_characters(left, right) + _by_words(left, right)) / 2
    return min(value, SAME_THING - 0.05) if each_has_its_own(left, right) else value


def may_reach(a: str, b: str, least: float) -> bool:
    """Whether the likeness of two indicators can reach a value, told by their characters alone, as if all words met."""
    return (_by_characters(thing(plain(a)), thing(plain(b))) + 1) / 2 >= least


def each_has_its_own(a: str, b: str) -> bool:
    """Whether both name something the other has no word for: 提供中医服务的机构占比 and 提供儿科服务的机构占比."""
    return bool(own_words(a, b) and own_words(b, a))


def own_words(mine: str, other: str) -> list[str]:
    """The words by which one name is confined to a field that the other does not speak of, in order."""
    others = read(other).things
    return [word for word in read(mine).fields if word not in other and not any(_alike(word, v) for v in others)]


@dataclass(frozen=True, slots=True)
class Name:
    """What is compared of a name, read once: it is held against many."""

    pairs: Mapping[str, int]
    """Each pair of characters with how often it stands there; a name of one character is a pair of its own."""
    size: int
    bag: frozenset[str]
    """Its words; the whole name where it has none."""
    mass: float
    things: tuple[str, ...]
    """Its words, levels aside."""
    fields: tuple[str, ...]
    """Those of them that narrow a field, each once."""


@functools.lru_cache(maxsize=1 << 14)
def read(name: str) -> Name:
    """A name taken apart as `likeness` compares it."""
    pairs = Counter(name[i : i + 2] for i in range(len(name) - 1)) or Counter([name])
    said = words.terms(name)
    bag = frozenset(said) or frozenset((name,))
    things = tuple(word for word in said if not levels(word))
    fields = tuple(word for word in dict.fromkeys(things) if words.informative(word) >= FIELD)
    return Name(pairs, pairs.total(), bag, math.fsum(map(words.informative, bag)), things, fields)


SHORTER, LONGER = 0.7, 0.3
"""What two names share is measured against the shorter one, eased towards the longer."""


def _by_characters(a: str, b: str) -> float:
    """Share of the character pairs of the shorter name, eased towards the longer."""
    left, right = read(a), read(b)
    common = sum(min(times, right.pairs[pair]) for pair, times in left.pairs.items() if pair in right.pairs)
    return common / (SHORTER * min(left.size, right.size) + LONGER * max(left.size, right.size))


def _by_words(a: str, b: str) -> float:
    """The same of the information of words; a word partly like another counts for that part."""
    left, right = read(a), read(b)
    common = math.fsum(max(_alike(w, v) for v in right.bag) * words.informative(w) for w in left.bag)
    return min(1.0, common / (SHORTER * min(left.mass, right.mass) + LONGER * max(left.mass, right.mass)))


def _alike(a: str, b: str) -> float:
    if a == b:
        return 1.0
    share = len(_characters(a) & _characters(b)) / max(len(a), len(b))
    return 0.6 * share if share >= 0.5 else 0.0


_characters = functools.lru_cache(maxsize=1 << 14)(frozenset[str])
