"""Tells the plan from the page it was saved on: breadcrumbs, buttons, records, feet, and advertising inside sentences.

Every verdict is a note with its reason; what no rule is sure of stays.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from planlens.model import Block, Note, Span
from planlens.read.lines import BLANK

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_HEAD = 40
"""Blocks at the top among which a record of the document is looked for; the longest seen had 25."""
_BODY_LINE = 60
"""A line this long is the plan's own text, not a label or a link."""
_BETWEEN = 3
"""Short lines between two lines of the record belong to it: the value of a label, on lines of its own."""
_CONTENTS = 4
"""Lines of a table of contents below its title before it is believed to be one."""

_NUMBERED = re.compile(
    r"[(（]?[一二三四五六七八九十百]{1,4}[)）、.．]|第[一二三四五六七八九十百\d]{1,4}[章节编条部]"
    r"|[(（]?\d{1,3}[)）.．、](?!\d)|——|附[件表]|专栏|表\s?\d|[①-⑳]|[一二三四五六七八九十]是"
)
_TITLE = re.compile("通知|规划|要点|方案|意见|计划|纲要|报告|办法|措施|决定|关于")
_ADDRESSEES = re.compile("[各区市县镇局委府位院门关构司校][)）]?[:：]$|^各[位区县市]")
_OF_SITE = re.compile("ICP备|公网安备|网站标识码|版权|本网|本站|转载|责任编辑")
_ENDS = tuple("。！？!；;.")
_CONTENTS_TITLE = re.compile(r"^目\s*[录次]$")
_LEADERS = re.compile(r"(?:……|(?:[.．·‥]\s?){3})\s*\d{1,4}$")
_PAGE = re.compile(r"(?<![\s.．…·])[\s.．…·]*\d{0,4}$")


@dataclass(frozen=True, slots=True)
class Advertising:
    """A run of tokens of betting sites, and the kinds of token by name."""

    why: str
    run: re.Pattern[str]
    token: re.Pattern[str]

    def accuses(self, run: str) -> bool:
        """Whether a run holds what no plan says in one breath."""
        kinds = {found.lastgroup for found in self.token.finditer(run)}
        if kinds & {"games", "sites"}:
            return len(kinds - {"calls"}) > 1 or ("sites" in kinds and "calls" in kinds)
        if "names" in kinds and kinds & {"code", "sure", "ways"}:
            return True
        if "common" in kinds:
            return len(kinds & {"code", "sure", "ways", "calls"}) > 1 and bool(kinds & {"sure", "ways"})
        return {"code", "sure"} <= kinds


@dataclass(frozen=True, slots=True)
class Rules:
    """The patterns of chrome.toml, compiled."""

    lines: tuple[tuple[re.Pattern[str], int, str], ...]
    record: re.Pattern[str]
    record_weak: re.Pattern[str]
    record_longest: int
    record_why: str
    abstract: re.Pattern[str]
    leftovers: re.Pattern[str]
    foot: re.Pattern[str]
    foot_why: str
    advertising: Advertising


@cache
def rules() -> Rules:
    """Read from planlens/data/chrome.toml, once."""
    data = tomllib.loads(files("planlens").joinpath("data/chrome.toml").read_text("utf-8"))
    record, foot = data["record"], data["foot"]
    lines = [(re.compile("|".join(kind["patterns"])), kind["longest"], kind["why"]) for kind in data["line"]]
    return Rules(
        lines=tuple(lines),
        record=_labels(record["labels"]),
        record_weak=_labels(record["weak"]),
        record_longest=record["longest"],
        record_why=record["why"],
        abstract=re.compile(rf"^[【\[]?(?:{'|'.join(record['abstracts'])})[】\]]?\s*[:：]"),
        leftovers=re.compile(record["leftovers"]),
        foot=re.compile("|".join(foot["patterns"])),
        foot_why=foot["why"],
        advertising=_advertising(data["advertising"]),
    )


def _labels(labels: list[str]) -> re.Pattern[str]:
    """A line that begins with one of the labels, spaced out or not: 索 引 号：, 【文号】, 有效性状?."""
    either = "|".join(r"\s?".join(map(re.escape, label)) for label in sorted(labels, key=len, reverse=True))
    return re.compile(rf"^[-·•*\s【\[]*(?:{either})(?:状[态?])?\s*(?:[:：】\]?/|]|\s|$)")


def _advertising(data: dict[str, Any]) -> Advertising:
    def longest(words: list[str]) -> str:
        return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))

    spared = longest(data["spared"])
    code = rf"(?<![A-Za-z\d.])(?!(?:{spared})\d)(?:[A-Za-z]{{1,8}}\d{{2,5}}|\d{{2,4}}[a-z]{{2,8}})(?![A-Za-z\d])"
    kinds = ("sites", "names", "games", "common", "sure", "ways", "calls")
    token = "|".join([*(f"(?P<{kind}>{longest(data[kind])})" for kind in kinds), f"(?P<code>{code})"])
    plain = re.sub(r"\?P<\w+>", "?:", token)
    first = re.escape("".join(sorted({word[0] for kind in kinds for word in data[kind]})))
    run = rf"(?=[{first}A-Za-z\d])(?:{plain})(?:\s?(?:{plain})){{1,5}}"
    return Advertising(data["why"], re.compile(run, re.ASCII), re.compile(token, re.ASCII))


def advertising(text: str) -> tuple[Note, ...]:
    """Names of betting sites glued into sentences: 各级xy88注册 进一步."""
    known = rules().advertising
    runs = (found for found in known.run.finditer(text) if known.accuses(found[0]))
    return tuple(Note("advertising", Span(*found.span()), known.why) for found in runs)


def separate(text: str, blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], tuple[Note, ...]]:
    """The blocks of the plan, and a note for every block that is page furniture."""
    lines = [block.span.of(text).strip(BLANK) for block in blocks]
    why: dict[int, str] = {at: reason for at, line in enumerate(lines) if (reason := _anywhere(line))}
    why |= _record(lines, why)
    why |= _foot(lines, blocks, why)
    why |= _contents(lines)
    if len(why) == len(blocks):  # a page that is nothing but furniture is a text we do not understand
        return blocks, ()
    notes = tuple(Note("chrome", blocks[at].span, why[at]) for at in sorted(why))
    kept = tuple(block for at, block in enumerate(blocks) if at not in why)
    return _renumbered(kept), notes


def _anywhere(line: str) -> str | None:
    for pattern, longest, why in rules().lines:
        if len(line) <= longest and pattern.search(line):
            return why
    return None


def _record(lines: list[str], known: dict[int, str]) -> dict[int, str]:
    """Fields like 索引号 and 发布日期 before the plan begins, with values on lines of their own."""
    found: dict[int, str] = {}
    weak: list[int] = []
    for at, line in enumerate(lines[:_HEAD]):
        if at in known:
            continue
        if rules().abstract.search(line):
            found[at] = "网页自拟的摘要"
        elif _is_field(line):
            found[at] = rules().record_why
        elif len(line) <= rules().record_longest and rules().record_weak.search(line):
            weak.append(at)
        elif _begins_plan(line):
            break
    if found:
        found |= dict.fromkeys(weak, rules().record_why)
    marks = sorted(found.keys() | {at for at in known if found and at < max(found)})
    for left, right in pairwise(marks):
        between = range(left + 1, right)
        if len(between) <= _BETWEEN and all(_is_value(lines[at]) for at in between):
            found |= dict.fromkeys(between, rules().record_why)
    return found


def _is_field(line: str) -> bool:
    """索引号：… or the rest of a table of such fields, whose tags were cut."""
    if len(line) > rules().record_longest:
        return False
    return bool(rules().record.search(line) or rules().leftovers.search(line))


def _begins_plan(line: str) -> bool:
    if len(line) >= _BODY_LINE and line.endswith(_ENDS):
        return True
    return bool(_NUMBERED.match(line) or _ADDRESSEES.search(line))


def _is_value(line: str) -> bool:
    return len(line) < _BODY_LINE / 2 and not line.endswith(_ENDS) and not _TITLE.search(line)


def _foot(lines: list[str], blocks: tuple[Block, ...], known: dict[int, str]) -> dict[int, str]:
    """Everything after the plan's last line, from the first line that speaks of the page."""
    last = max((at for at in range(len(lines)) if at not in known and _of_plan(lines[at], blocks[at])), default=-1)
    if last < 0:
        return {}
    after = range(last + 1, len(lines))
    first = next((at for at in after if at in known or rules().foot.search(lines[at])), len(lines))
    return {at: rules().foot_why for at in range(first, len(lines)) if at not in known}


def _of_plan(line: str, block: Block) -> bool:
    if block.kind == "row" or _NUMBERED.match(re.sub(r"\s", "", line[:_BODY_LINE])):
        return True
    if len(line) >= _BODY_LINE and line.endswith(("。", "；")):  # a sentence of a plan may speak of 新媒体 and 二维码
        return not _OF_SITE.search(line)
    return len(line) >= _BODY_LINE / 2 and not rules().foot.search(line)


def _contents(lines: list[str]) -> dict[int, str]:
    """A table of contents: lines with leaders to a page number, or short lines after 目录 that come again below."""
    found = {at for at, line in enumerate(lines) if len(line) < 2 * _BODY_LINE and _LEADERS.search(line)}
    title = next((at for at, line in enumerate(lines) if _CONTENTS_TITLE.match(line)), None)
    if title is not None:
        entries = _entries(lines, title)
        below = {_heading(line) for line in lines[title + 1 + len(entries) :]}
        again = sum(heading in below for heading in entries)
        if len(entries) >= _CONTENTS and 2 * again >= len(entries):
            found |= set(range(title, title + 1 + len(entries)))
        if title + 1 in found:
            found.add(title)
    return dict.fromkeys(found, "目录")


def _entries(lines: list[str], title: int) -> list[str]:
    """The short lines after 目录, up to the first that repeats one: there the text begins."""
    entries: dict[str, None] = {}
    for line in lines[title + 1 :]:
        heading = _heading(line)
        if not 0 < len(heading) < _BODY_LINE or line.endswith(_ENDS) or heading in entries:
            break
        entries[heading] = None
    return list(entries)


def _heading(line: str) -> str:
    """A heading without its page number and blanks, as contents and text may space it differently."""
    return re.sub(r"\s", "", _PAGE.sub("", line))


def _renumbered(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Tables numbered from 1 again, for the record of the document may have been one."""
    tables = {table: at for at, table in enumerate(dict.fromkeys(b.table for b in blocks if b.table), 1)}
    return tuple(replace(block, table=tables[block.table]) if block.table else block for block in blocks)
