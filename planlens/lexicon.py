"""The words of policy language with what each one means for a commitment: how firm, how far along, who, until when.

    load()      the lexicon that ships in data/*.toml
    load(path)  the same, with a person's own lists (a folder of files of the same names, or one such file) in front

A `Lexicon` reads text and answers in the names of its levels; every answer can be traced to a line of a TOML file.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from . import cache
from .errors import SettingsError
from .words import tokens, with_years

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_T = TypeVar("_T")
_FILES = ("strength", "stage", "verbs", "negation", "deadlines", "bodies", "scope", "means", "stock", "terms")
_OPEN = frozenset({"renamed", "families", "acts"})  # tables whose keys a person may add to
_PATTERNS = frozenset({"pattern", "patterns"})  # keys whose texts are regular expressions
_KINDS: Mapping[type[object], str] = {str: "texts in quotation marks", list: "lists of texts", dict: "tables"}
_TITLE = re.compile(r"《[^《》]{1,80}》")
_QUOTED = re.compile(r"“[^“”]{1,40}”|\"[^\"]{1,40}\"|‘[^‘’]{1,40}’")
_HALF = {0xFF10 + n: 0x30 + n for n in range(10)}
_YEAR_SPAN = re.compile(r"[0-9][—–~～-]$")
_JOINS = re.compile(r"[并、和及且或]?(?:全面|加快|组织|尽快|正式|全部|逐步)?$")
# Families of verbs that say nothing of the stage themselves: they bring about what follows, or hold a verb as object.
_BRINGS_ABOUT = frozenset({"推动", "支持", "鼓励", "争取", "指导", "统筹", "加强"})
_EMPTY = frozenset({"开展", "推动", "落实", "加强"})


_SHORT = 2  # characters: a name so short may stand inside a longer word
_AROUND = 8  # characters on either side that decide how a short name is cut


@dataclass(frozen=True, slots=True)
class Level:
    """One step of an ordered scale: its name, what it means, and the words that stand for it."""

    name: str
    meaning: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """A verb found in a text: where it stands, its levels (None where it has none) and its families."""

    start: int
    end: int
    word: str
    strength: str | None
    stage: str | None
    families: tuple[str, ...]


class Words:
    """A set of words that finds its members in a text, the longest first, left to right, none overlapping."""

    __slots__ = ("_lengths", "_words")

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        lengths: dict[str, set[int]] = {}
        for word in self._words:
            lengths.setdefault(word[0], set()).add(len(word))
        self._lengths = {first: tuple(sorted(sizes, reverse=True)) for first, sizes in lengths.items()}

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def __len__(self) -> int:
        return len(self._words)

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """(start, end) of each member that stands in the text.

        >>> [text[s:e] for text in ["研究制定办法"] for s, e in Words(["研究", "研究制定", "办法"]).find(text)]
        ['研究制定', '办法']
        """
        lengths, words, free, end = self._lengths, self._words, 0, len(text)
        if lengths.keys().isdisjoint(text):
            return
        for at, first in enumerate(text):
            if first not in lengths or at < free:
                continue
            for size in lengths[first]:
                if at + size <= end and text[at : at + size] in words:
                    yield at, at + size
                    free = at + size
                    break


@dataclass(frozen=True, eq=False)
class Lexicon:
    """What the TOML files of a lexicon say, ready to read texts with.

    `origin` names a person's own lists and their digest; empty for the shipped lexicon alone.
    """

    origin: str
    strength: tuple[Level, ...]
    stage: tuple[Level, ...]
    scope: tuple[Level, ...]
    hedge: Level
    assurance: Level
    acts: Mapping[str, Words]
    negations: Words
    harmless: Words
    instruments: Mapping[str, str]
    papers: Words
    families: Mapping[str, tuple[str, ...]]
    done: Words
    adverbs: tuple[str, ...]
    stock: Words
    purposes: re.Pattern[str]
    deadlines: re.Pattern[str]
    body_suffixes: tuple[str, ...]
    public_suffixes: tuple[str, ...]
    not_bodies: tuple[str, ...]
    leads: tuple[str, ...]
    supports: tuple[str, ...]
    body_joins: tuple[str, ...]
    renamed: Mapping[str, str]
    same: tuple[tuple[str, ...], ...]
    successors: tuple[tuple[str, ...], ...]
    _strength_of: Mapping[str, str]
    _stage_of: Mapping[str, str]
    _scope_of: Mapping[str, str]
    _canonical: Mapping[str, str]
    _verbs: Words
    _names: Words
    _scopes: Words
    _means: Words
    _acts: Words
    _act_of: Mapping[str, str]
    _terms: Words
    _frames: tuple[tuple[re.Pattern[str], str], ...]

    def actions(self, text: str) -> tuple[Action, ...]:
        """The verbs of a text in order; names that contain a verb, titles and quoted names are read over.

        >>> [a.word for a in load().actions("研究制定《建设管理办法》，推动示范区建设局建成3个中心")]
        ['研究制定', '推动', '建成']
        """
        masked = mask(text)
        found = []
        for start, end in self._verbs.find(masked):
            end = self._before_name(masked, start, end)
            word = masked[start:end]
            known = word in self._strength_of or word in self._stage_of or word in self.families
            attributive = masked[end : end + 1] == "的" or (start > 0 and masked[start - 1] == "的")
            if not known or attributive:
                continue
            levels = self._strength_of.get(word), self._stage_of.get(word)
            found.append(Action(start, end, word, *levels, self.families.get(word, ())))
        return tuple(found)

    def _before_name(self, text: str, start: int, end: int) -> int:
        """Where a verb ends that runs into a name: 印发实施方案 is 印发 and a 实施方案, not 印发实施."""
        for at in range(start + 2, end):
            if (
                any(s == 0 and at + e > end for s, e in self._names.find(text[at : end + 4]))
                and text[start:at] in self._verbs
            ):
                return at
        return end

    def strength_in(self, text: str, actions: tuple[Action, ...] | None = None) -> str | None:
        """The level of strength that governs a statement: that of its first verb, lowered by a hedge, raised by 确保.

        >>> lexicon = load()
        >>> [lexicon.strength_in(t) for t in ["探索建立机制", "加快建设", "争取完成评审", "建成3家", "确保建立"]]
        ['探索', '推动', '鼓励', '确保', '确保']
        """
        found = self.actions(text) if actions is None else actions
        chain = [a for a in head(text, found) if a.strength]
        if not chain:
            return None
        names = [level.name for level in self.strength]
        before = mask(text)[: chain[-1].end]
        if any(word in before for word in self.hedge.words):
            return self.hedge.name
        if any(word in before for word in self.assurance.words):
            return self.assurance.name
        object_level = self._strength_of.get(self._object_verb(text, found) or "")
        if object_level in names[:2]:  # 开展…试点 is a trial, 开展…调研 a study
            return object_level
        first = chain[0].strength or ""
        if names.index(first) <= names.index("推动"):
            return first
        return max((a.strength or "" for a in chain), key=names.index)

    def hedged(self, text: str) -> bool:
        """Whether a word in front of its verb makes a statement promise less: 争取完成, 力争达到."""
        first = next(iter(self.actions(text)), None)
        return any(word in mask(text)[: first.end if first else 0] for word in self.hedge.words)

    def papers_in(self, text: str) -> frozenset[str]:
        """The sorts of paper a statement names: 意见, 细则, 方案, 条例.

        >>> load().papers_in("出台《数据管理办法》实施细则") == {"办法", "细则"}
        True
        """
        return frozenset(text[s:e] for s, e in self.papers.find(text))

    def stage_in(self, text: str, actions: tuple[Action, ...] | None = None) -> str | None:
        """Where the thing of a statement stands: by its first verbs, the object of 开展, or what 推动 brings about.

        >>> lexicon = load()
        >>> [lexicon.stage_in(t) for t in ["研究制定办法", "推动某县出台方案", "建成并投入使用", "完善评估机制"]]
        ['起草', '出台', '投用', None]
        >>> [lexicon.stage_in(t) for t in ["启动街区规划编制工作", "开展普惠托育试点"]]
        ['起草', '试点']
        """
        if framed := self.stage_framed(text):
            return framed
        found = self.actions(text) if actions is None else actions
        of_object = self._stage_of.get(self._object_verb(text, found) or "")
        if of_object:
            return of_object
        names = [level.name for level in self.stage]
        chain = head(text, found)
        stages = [a.stage for a in chain if a.stage]
        if stages:
            masked = mask(text)
            joined = [a.stage for a in found[len(chain) :] if a.stage and masked[a.start - 1] == "并"]
            return max([*stages, *joined], key=names.index)
        if chain and set(chain[0].families) & _BRINGS_ABOUT:
            later = (a.stage for a in found[len(chain) :] if a.stage not in (None, "评估", "修订"))
            return next(later, None)
        return None

    def says_done(self, text: str) -> bool:
        """Whether a statement tells what has been done, not what will be.

        >>> load().says_done("三号线全线通车，新增泊位1.2万个"), load().says_done("推进三号线建设")
        (True, False)
        """
        return next(self.done.find(text), None) is not None or self.stage_in(text) in ("建成", "投用")

    def stage_framed(self, text: str) -> str | None:
        """The stage that a verb and its far object say together, at the head of a statement: 发挥委员会作用."""
        head_of = self.without_stock(mask(text)).lstrip("，,、 ")
        return next((level for frame, level in self._frames if frame.match(head_of)), None)

    def _object_verb(self, text: str, found: tuple[Action, ...]) -> str | None:
        """The verb that ends a statement as the object of an empty one: 开展…评估, 启动…编制工作."""
        if len(found) < 2 or not set(found[0].families) & _EMPTY:
            return None
        tail = mask(text)[found[-1].end :]
        return found[-1].word if re.fullmatch(r"(?:工作|活动|任务)?[，。；,;、\s]*", tail) else None

    def deadline_in(self, text: str) -> str | None:
        """The first deadline, as written; a year inside a title or a span of years (2023—2025年) is none.

        >>> [load().deadline_in(t) for t in ["到2025年底建成", "10月底前完成", "《规划（2025年）》", "制定2030年规划"]]
        ['到2025年底', '10月底前', None, None]
        """
        return next(self._dates(text), None)

    def deadlines_in(self, text: str) -> tuple[str, ...]:
        """All deadlines, as written.

        >>> load().deadlines_in("6月底前达到60%，年底前达到100%")
        ('6月底前', '年底前')
        """
        return tuple(self._dates(text))

    def _dates(self, text: str) -> Iterator[str]:
        masked = _TITLE.sub(lambda title: "\u0000" * len(title.group()), with_years(text.translate(_HALF)))
        for match in self.deadlines.finditer(masked):
            before = masked[: match.start()]
            if not _YEAR_SPAN.search(before[-2:]) and not self._verbs_end(before):
                yield text[match.start() : match.end()]

    def _verbs_end(self, before: str) -> bool:
        """Whether a verb runs into what follows: the year of 制定2030年前碳达峰方案 belongs to a name."""
        tail = before[-6:]
        ends = [tail[start:end] for start, end in self._verbs.find(tail) if end == len(tail)]
        return any(word in self._stage_of for word in ends)

    def acts_in(self, text: str) -> tuple[tuple[str, str], ...]:
        """The words that forbid, allow, oblige, stop: (class of act, word), in order; harmless compounds read over.

        >>> load().acts_in("不得向患者收取费用，不断完善服务")
        (('禁止', '不得'),)
        """
        masked = mask(text)
        words = [(start, masked[start:end]) for start, end in self._acts.find(masked)]
        whole = _whole_words(masked) if any(len(word) == 1 for _, word in words) else frozenset()
        return tuple(
            (self._act_of[word], word)
            for start, word in words
            if word in self._act_of and (len(word) > 1 or (start, word) in whole)
        )

    def negations_in(self, text: str) -> tuple[str, ...]:
        """The plain negations, in order: words of their own, not a part of 不断 or 无障碍.

        >>> load().negations_in("规模不发生变化，坚持不懈")
        ('不',)
        """
        masked = mask(text)
        found = [(start, masked[start:end]) for start, end in self.negations.find(masked)]
        found = [(start, word) for start, word in found if word not in self.harmless]
        whole = _whole_words(masked) if found else frozenset()
        return tuple(word for start, word in found if len(word) > 1 or (start, word) in whole)

    def scope_in(self, text: str) -> tuple[tuple[str, str], ...]:
        """The words of coverage: (level, word), in order.

        >>> load().scope_in("在各区试点推广")
        (('全部', '各区'), ('试点', '试点'))
        """
        return tuple((self._scope_of[text[s:e]], text[s:e]) for s, e in self._scopes.find(text))

    def instruments_in(self, text: str) -> frozenset[str]:
        """The instruments a statement works through: 条例, 平台, 专项债…"""
        return frozenset(text[s:e] for s, e in self._means.find(text) if text[s:e] in self.instruments)

    def canonical(self, text: str) -> str:
        """The text with every known synonym and former name in the form of today.

        >>> load().canonical("做好慢病管理")
        '做好慢性病管理'
        >>> load().canonical("国家医学中心的家医团队")
        '国家医学中心的家庭医生团队'
        """
        out, last = [], 0
        for start, end in self._terms.find(text):
            if end - start <= _SHORT and not _is_whole(text, start, end):
                continue
            out += [text[last:start], self._canonical[text[start:end]]]
            last = end
        return "".join([*out, text[last:]])

    def is_purpose(self, item: str) -> bool:
        """Whether an item says what for and promises nothing of its own.

        >>> [load().is_purpose(text) for text in ["，让群众少跑腿", "，为企业提供有力支撑", "，为企业提供贷款"]]
        [True, True, False]
        """
        return bool(self.purposes.match(item.strip("，,；;。、 ")))

    def without_stock(self, text: str) -> str:
        """The text without phrases that carry nothing of their own.

        >>> load().without_stock("进一步加快推进医院建设工作")
        '推进医院建设'
        """
        keep, last = [], 0
        for start, end in self.stock.find(text):
            keep.append(text[last:start])
            last = end
        return "".join([*keep, text[last:]])

    def body(self, name: str) -> str:
        """The name of today of a body, whatever its level: 市卫计委 and 市卫生健康委 are one.

        >>> load().body("市卫生计生委")
        '市卫生健康委'
        """
        if any(name.endswith(today) for today in self.renamed.values()):
            return name
        for size in range(len(name), 1, -1):
            if name[-size:] in self.renamed:
                return name[:-size] + self.renamed[name[-size:]]
        return name

    def is_manner(self, word: str) -> bool:
        """Whether a word says how or how firmly something is done, not what: 加强, 注重, 必须, 显著.

        >>> [load().is_manner(word) for word in ["加强", "必须", "湿地"]]
        [True, True, False]
        """
        return word in self.families or word in self._strength_of or word in self._act_of or word in self.adverbs

    def rank(self, scale: str, name: str) -> int:
        """Where a level stands on `strength`, `stage` or `scope`, counted from 0."""
        levels: tuple[Level, ...] = getattr(self, scale)
        return next(i for i, level in enumerate(levels) if level.name == name)


def _whole_words(text: str) -> frozenset[tuple[int, str]]:
    """The words of one character, each with its place."""
    at, out = 0, []
    for word in tokens(text):
        if len(word) == 1:
            out.append((at, word))
        at += len(word)
    return frozenset(out)


def head(text: str, found: tuple[Action, ...]) -> list[Action]:
    """The first verb and those joined to it: 出台并组织实施, 建成投用."""
    masked = mask(text)
    chain: list[Action] = []
    for action in found:
        if chain and not _JOINS.fullmatch(masked[chain[-1].end : action.start]):
            break
        chain.append(action)
    return chain


@functools.lru_cache(maxsize=8192)
def mask(text: str) -> str:
    """The text with titles and quoted names blanked out, so that a verb inside one is not read as an action."""
    for pattern in (_TITLE, _QUOTED):
        text = pattern.sub(lambda match: "\u0000" * len(match.group()), text)
    return text


@functools.cache
def load(path: Path | None = None) -> Lexicon:
    """The shipped lexicon; with `path`, a folder of TOML files of the same names or one of them, laid over it.

    Raises SettingsError where a file cannot be read, holds no TOML, has a name or a key that no list has, or puts one
    word on two levels of a scale.
    """
    tables = cache.recall("table", ("lexicon",), lambda: {name: tomllib.loads(_shipped(name)) for name in _FILES})
    own = {} if path is None else _own(path)
    for file, data in own.items():
        mine = _parsed(file, data)
        _check_keys(mine, tables[file.stem], str(file))
        try:
            tables[file.stem] = _merge(tables[file.stem], mine)
        except SettingsError as error:
            raise SettingsError(f"{file}: {error}") from None
    digest = hashlib.sha256(b"".join(file.name.encode() + b"\0" + data for file, data in own.items())).hexdigest()[:12]
    return _build(tables, f"{path.resolve().name} sha256:{digest}" if path is not None else "")


def _shipped(name: str) -> str:
    return importlib.resources.files(__package__).joinpath(f"data/{name}.toml").read_text("utf-8")


def _own(path: Path) -> dict[Path, bytes]:
    """The files of a person's lists and what they hold, in order of their names."""
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    lists = ", ".join(f"{name}.toml" for name in _FILES)
    if not files:
        raise SettingsError(f"{path}: holds no list of a lexicon; there are {lists}")
    for file in files:
        if file.exists() and (file.suffix != ".toml" or file.stem not in _FILES):
            raise SettingsError(f"{file}: no list of a lexicon has this name; there are {lists}")
    try:
        return {file: file.read_bytes() for file in files}
    except OSError as error:
        raise SettingsError(f"{error.filename or path}: {error.strerror or error}") from error


def _parsed(file: Path, data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file}: {error}") from error


def _check_keys(mine: object, shipped: object, where: str) -> None:
    """Refuse a key or a kind of value that the shipped list has not; a misspelt one would be ignored in silence."""
    if isinstance(shipped, dict):
        if not isinstance(mine, dict):
            raise SettingsError(f"{where}: must be a table with {', '.join(shipped)}")
        for key, value in mine.items():
            if not key.strip():
                raise SettingsError(f"{where}: a key is empty")
            if key not in shipped and where.rpartition(": ")[2] not in _OPEN:
                raise SettingsError(f"{where}: {key}: no such key; there are {', '.join(shipped)}")
            _check_keys(value, shipped.get(key, next(iter(shipped.values()))), f"{where}: {key}")
    elif isinstance(shipped, list):
        kind: type[object] = type(shipped[0])
        if not isinstance(mine, list) or not all(isinstance(one, kind) for one in mine):
            raise SettingsError(f"{where}: must be a list of {_KINDS[kind]}")
        for one in mine:
            _check_keys(one, {**shipped[0], **shipped[-1]} if kind is dict else shipped[0], where)
    elif not isinstance(mine, str) or not mine.strip():
        raise SettingsError(f"{where}: must be text in quotation marks")
    elif where.rpartition(": ")[2] in _PATTERNS:
        _check_pattern(mine, where)


def _check_pattern(pattern: str, where: str) -> None:
    """Refuse a regular expression that cannot be read, or that finds nothing at all everywhere."""
    try:
        empty = re.compile(pattern).match("")
    except re.error as error:
        raise SettingsError(f"{where}: {pattern}: no regular expression ({error})") from None
    if empty:
        raise SettingsError(f"{where}: {pattern}: would be found everywhere, also where nothing stands")


def _merge(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Lists are joined, levels of one name are joined, tables are merged; a new entry wins over a shipped one."""
    out = dict(ours)
    for key, value in theirs.items():
        old = out.get(key)
        if key == "level" and isinstance(old, list):
            out[key] = _merge_levels(old, value)
        elif key == "frame":
            _check_frames(value, [level["name"] for level in ours["level"]])
            out[key] = value + old
        elif isinstance(old, dict) and isinstance(value, dict):
            out[key] = _merge(old, value)
        elif isinstance(old, list) and isinstance(value, list):
            out[key] = value + old
        else:
            out[key] = value
    return out


def _check_frames(frames: list[dict[str, Any]], levels: list[str]) -> None:
    for frame in frames:
        if not {"pattern", "level"} <= frame.keys():
            raise SettingsError("frame: needs a pattern and a level")
        if frame["level"] not in levels:
            raise SettingsError(f"frame: no level {frame['level']}; there are {', '.join(levels)}")


def _merge_levels(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for level in new:
        if "name" not in level or "words" not in level:
            raise SettingsError("level: needs a name and words")
    added = {level["name"]: list(level["words"]) for level in new}
    unknown = added.keys() - {level["name"] for level in old}
    if unknown:
        known = ", ".join(level["name"] for level in old)
        raise SettingsError(f"level: no level {', '.join(sorted(unknown))}; there are {known}")
    moved = {word for words in added.values() for word in words}
    return [
        {**level, "words": added.get(level["name"], []) + [w for w in level["words"] if w not in moved]}
        for level in old
    ]


def _build(tables: Mapping[str, dict[str, Any]], origin: str) -> Lexicon:
    try:
        strength, stage, scope = (_levels(tables[name], name) for name in ("strength", "stage", "scope"))
        names = tuple(tables["verbs"]["names"]["words"])
        families = _invert(tables["verbs"]["families"])
        acts = {name: tuple(words) for name, words in tables["negation"]["acts"].items()}
        harmless = tuple(tables["negation"]["harmless"]["words"])
        instruments = {word: name for name, words in tables["means"]["families"].items() for word in words}
        bodies, stock, terms = tables["bodies"], tables["stock"], tables["terms"]
        strength_of, stage_of = _by_word(strength), _by_word(stage)
        verbs = {*strength_of, *stage_of, *families}
        strength_of = _compounds(verbs, strength_of)
        stage_of = _compounds(verbs, stage_of)
        families = _compounds(verbs, families)
        canonical = {word: group[0] for group in terms["same"]["groups"] for word in group[1:]}
        act_of = {word: name for name, words in acts.items() for word in words}
        kept = frozenset(stock["kept"])
        return Lexicon(
            origin=origin,
            strength=strength,
            stage=stage,
            scope=scope,
            hedge=_level({"name": tables["strength"]["hedge"]["level"], **tables["strength"]["hedge"]}),
            assurance=_level({"name": tables["strength"]["assurance"]["level"], **tables["strength"]["assurance"]}),
            acts={name: Words(words) for name, words in acts.items()},
            negations=Words([*tables["negation"]["negation"]["words"], *harmless]),
            harmless=Words(harmless),
            instruments=instruments,
            papers=Words(tables["means"]["papers"]["words"]),
            families=families,
            done=Words(tables["stage"]["done"]["words"]),
            adverbs=tuple(sorted(tables["verbs"]["adverbs"]["words"], key=len, reverse=True)),
            stock=Words([phrase for phrase in stock["phrases"] if phrase not in kept]),
            purposes=re.compile("|".join(f"(?:{pattern})" for pattern in stock["purpose"]["patterns"])),
            deadlines=_dated(tables["deadlines"], own=bool(origin)),
            body_suffixes=tuple(sorted(bodies["suffixes"], key=len, reverse=True)),
            public_suffixes=tuple(bodies["public"]),
            not_bodies=tuple(bodies["not_bodies"]),
            leads=tuple(bodies["lead"]["words"]),
            supports=tuple(bodies["support"]["words"]),
            body_joins=tuple(sorted(bodies["between"]["words"], key=len, reverse=True)),
            renamed=dict(bodies["renamed"]),
            same=tuple(map(tuple, terms["same"]["groups"])),
            successors=tuple(map(tuple, terms["successor"]["groups"])),
            _strength_of=strength_of,
            _stage_of=stage_of,
            _scope_of=_by_word(scope),
            _canonical=canonical,
            _names=Words(names),
            _verbs=Words([*strength_of, *stage_of, *families, *names]),
            _scopes=Words(_by_word(scope)),
            _means=Words([*instruments, *families, *tables["means"]["not_instruments"]["words"]]),
            _acts=Words([*act_of, *harmless]),
            _act_of=act_of,
            _terms=Words(canonical),
            _frames=tuple((re.compile(row["pattern"]), row["level"]) for row in tables["stage"]["frame"]),
        )
    except (KeyError, TypeError, AttributeError, re.error) as error:
        raise SettingsError(f"the lexicon does not hold what it must: {error!r}") from error


def _dated(table: dict[str, Any], *, own: bool) -> re.Pattern[str]:
    """All patterns of deadlines in one; the shipped ones are not tried where a text goes on as none of them begins."""
    known = "|".join(f"(?:{pattern})" for pattern in table["patterns"])
    return re.compile(known if own else f"(?=[{table['opens']}])(?:{known})")


def _levels(table: dict[str, Any], name: str) -> tuple[Level, ...]:
    levels = tuple(map(_level, table["level"]))
    seen: dict[str, str] = {}
    for level in levels:
        for word in level.words:
            if seen.setdefault(word, level.name) != level.name:
                raise SettingsError(f"{name}.toml: {word} stands on two levels, {seen[word]} and {level.name}")
    return levels


def _level(table: dict[str, Any]) -> Level:
    return Level(table["name"], table.get("meaning", ""), tuple(dict.fromkeys(table["words"])))


def _by_word(levels: tuple[Level, ...]) -> dict[str, str]:
    return {word: level.name for level in levels for word in level.words}


def _invert(families: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    out: dict[str, tuple[str, ...]] = {}
    for name, words in families.items():
        for word in words:
            out[word] = (*out.get(word, ()), name)
    return out


def _compounds(verbs: set[str], known: dict[str, _T]) -> dict[str, _T]:
    """What is said of a verb, said of the compounds that open with it: 加快建设 is as firm as 加快."""
    parts = Words(known)
    out = dict(known)
    for verb in verbs - known.keys():
        first = next(parts.find(verb), None)
        if first is not None:
            out[verb] = known[verb[slice(*first)]]
    return out


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a piece of a text begins and ends where words do: 家医 does not in 国家医学中心."""
    around = max(0, start - _AROUND)
    ends, at = {around}, around
    for word in tokens(text[around : end + _AROUND]):
        at += len(word)
        ends.add(at)
    return start in ends and end in ends


def fold(text: str) -> str:
    """Width folded (NFKC) without losing the marks Chinese text needs.

    >>> fold("３５家（ＡＢ）")
    '35家(AB)'
    """
    return unicodedata.normalize("NFKC", text)
