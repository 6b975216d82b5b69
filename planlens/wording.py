"""Tells verbs, words that only help them along and metrics apart at the ends of a phrase, without a segmenter.

lists() -> the word lists of data/targets.toml and data/verbs.toml, ready to be asked
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from .quantity import table

VAIN = " \t\r\n\u3000\u200b,，、;；:：—-–·.。"


class _Words:
    """Looks for words of a list at the start or at the end of a text, the longest first."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = frozenset(words)
        self.sizes = tuple(sorted({len(word) for word in words}, reverse=True))

    def at_end(self, text: str) -> str:
        return next((text[-n:] for n in self.sizes if n <= len(text) and text[-n:] in self.words), "")

    def at_start(self, text: str) -> str:
        """Words of one character begin too many nouns: 在建, 设区."""
        return next((text[:n] for n in self.sizes if 1 < n <= len(text) and text[:n] in self.words), "") or (
            text[:1] if text[:1] in self.words and text[:1] not in "设建配聘" else ""
        )


@dataclass(frozen=True)
class _Lists:
    """The lists of data/targets.toml in the form in which they are asked."""

    level: _Words
    change: _Words
    more: _Words
    helping: _Words
    loose: frozenset[str]
    verbs: _Words
    adverbs: _Words
    names: _Words
    share: tuple[str, ...]
    bare: frozenset[str]
    metric: _Words


@functools.cache
def lists() -> _Lists:
    """The word lists, read once."""
    own, shared = table("targets"), table("verbs")
    verbs = {word for words in shared["families"].values() for word in words} | set(own["verbs"]["words"])
    verbs |= set(own["more"]["words"])
    return _Lists(
        _Words(own["level"]["words"]),
        _Words(own["change"]["up"] + own["change"]["down"]),
        _Words(own["more"]["words"]),
        _Words(own["helping"]["words"]),
        frozenset(own["helping"]["loose"]),
        _Words([*sorted(word for word in verbs if len(word) > 1), "设", "建", "配", "聘"]),
        _Words(shared["adverbs"]["words"] + own["helping"]["words"]),
        _Words(shared["names"]["words"]),
        tuple(sorted(own["share"]["verbs"], key=len, reverse=True)),
        frozenset(own["bare"]["words"]),
        _Words(own["metric"]["endings"]),
    )


def has_verb(text: str) -> bool:
    return any(
        len(lists().verbs.at_start(text[at:])) > 1 and not lists().names.at_start(text[at:]) for at in range(len(text))
    )


def without_help(text: str) -> str:
    """Without 推动, 力争, 年内 in front, as long as something is left."""
    while help_word := lists().helping.at_start(text):
        if lists().names.at_start(text) or lists().verbs.at_start(text) not in ("", help_word):
            break
        rest = text[len(help_word) :].lstrip(VAIN)
        if help_word in lists().loose and rest and not (starts_with_verb(rest) or lists().helping.at_start(rest)):
            break
        text = rest
    return text


def adverb_at_end(text: str) -> str:
    found = re.search(
        r"(?:原则上|一般|总体上|(?:\d{1,2}|[一两二三四五六七八九十]{1,2})年(?:累计|合计|共计?|内|间)?|分别|均|都|再|只|(?<![许认])可|继续|力争|预计|预期|平均|年均|总体|基本|逐步|全部|实际|同比|约|各|拟|首次|仅|进一步|稳步|累计|要|将|也|共)$",
        text,
    )
    return found[0] if found and not text.endswith(("人均",)) else ""


def verb_and_thing(text: str) -> tuple[str, str]:
    """新增社康机构 → 新增, 社康机构; only verbs of doing, helping ones are dropped."""
    text = without_help(text)
    end = verbs_at_start(text)
    if end == len(text):
        return strong(text), ""
    return strong(text[:end]), text[end:].lstrip(VAIN + "了")


def strong(text: str) -> str:
    """The verbs of a run that do something: 推动建设 → 建设, 高质量“靶向引进” as it is."""
    while (word := lists().helping.at_start(text) or _plain_adverb(text) or _empty_verb(text)) and word != text:
        if len(lists().verbs.at_start(text)) > len(word):
            break
        text = text[len(word) :]
    return "" if text in lists().helping.words else text


def _plain_adverb(text: str) -> str:
    word = lists().adverbs.at_start(text)
    return word if word and not lists().verbs.at_start(text).startswith(word) else ""


def _empty_verb(text: str) -> str:
    """完成新增 is 新增."""
    word = next((w for w in ("完成", "组织", "实施") if text.startswith(w)), "")
    return word if word and lists().verbs.at_start(text[len(word) :]) else ""


def verbs_at_start(text: str) -> int:
    """Where the verbs at the head of a text end, 0 where there are none."""
    at = verbs = 0
    while at < len(text):
        rest = text[at:]
        if lists().names.at_start(rest):
            break
        if word := lists().verbs.at_start(rest):
            at += len(word)
            verbs = at
        elif word := lists().adverbs.at_start(rest):
            at += len(word)
        elif verbs == at and rest[0] in "、或和及" and lists().verbs.at_start(rest[1:]):
            at += 1
        else:
            break
    return verbs


def verbs_at_end(text: str) -> int:
    """Where the run of verbs at the end of a text begins, its length where there is none."""
    begin = at = len(text)
    while at > 0:
        head = text[:at].rstrip('”“"')
        word = lists().verbs.at_end(head) or (lists().adverbs.at_end(head) if begin < len(text) else "")
        if word:
            begin = at = len(head) - len(word)
        elif begin < len(text) and head[-1:] in tuple("或和与及并、") and lists().verbs.at_end(head[:-1]):
            at = len(head) - 1
        else:
            break
    return begin


def starts_with_verb(text: str) -> bool:
    return bool(lists().verbs.at_start(text)) and not lists().names.at_start(text)


def all_verbs(text: str) -> bool:
    return verbs_at_start(text) == len(text) or not without_help(text)


def is_metric(thing: str) -> bool:
    """Whether a thing is a rate or an amount: 床位数, 覆盖率."""
    return bool(lists().metric.at_end(re.sub(r"[（(][^（）()]*[)）]$", "", thing)))
