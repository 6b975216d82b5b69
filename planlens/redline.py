"""What words were struck out and put in between two versions of a sentence, for a person to read.

    words(old, new)      -> runs of words that were kept, deleted or inserted; all of both texts stands in them
    same_text(a, b)      whether two texts differ in nothing but width, punctuation, spaces and numbering
    same_said(a, b)      the same where numbers may be written in another way: 三所 and 3所, 1万 and 10000

A word is never cut, nor a number from its unit and bound: 20个 → 50个 is one word for another.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Indel

from . import quantity
from .traditional import simplified
from .words import tokens

_NUMBERING = re.compile(
    r"^\s*(?:第[一二三四五六七八九十百零〇0-9]{1,5}[章节条编]\s*|[（(]\s*[一二三四五六七八九十百]{1,4}\s*[）)][、.．]?"
    r"|[一二三四五六七八九十百]{1,4}[、．.]|(?:[（(]\s*)?[0-9０-９]{1,3}\s*[）)]|[0-9０-９]{1,3}\s*[、．]|[0-9]{1,3}\.(?![0-9])|[①-⑳]|[●■◆▲•—-]+\s*)\s*"
)
_MARKS = {
    mark: kind[0]
    for kind in (",，、;；", "。.!！?？", "（([【〔", "）)]】〕", "“\"‘'『「", "”\"’'』」", "—-–~～")
    for mark in kind
}
_LINKING = frozenset("的和与及并等对在以为将使")  # kept alone between two edits, such a word only breaks them up


@dataclass(frozen=True, slots=True)
class Op:
    """A run of words: kept (`old` and `new` differ at most in width and marks), deleted (`new` empty) or inserted."""

    kind: Literal["kept", "deleted", "inserted"]
    old: str
    new: str


def words(old: str, new: str) -> tuple[Op, ...]:
    """The runs of kept, deleted and inserted words, in reading order, deleted before inserted.

    Joining the `old` of all runs gives `old` exactly, joining the `new` gives `new`.

    >>> [(op.kind, op.old or op.new) for op in words("引进团队20个。", "引进团队50个。")]
    [('kept', '引进团队'), ('deleted', '20个'), ('inserted', '50个'), ('kept', '。')]
    """
    left, right = _units(simplified(old)), _units(simplified(new))
    codes = Indel.opcodes([_key(unit) for unit in left], [_key(unit) for unit in right])
    runs: list[Op] = []
    for code in codes:
        a, b = left[code.src_start : code.src_end], right[code.dest_start : code.dest_end]
        if code.tag == "equal":
            runs += [Op("kept", x, y) for x, y in zip(a, b, strict=True)]
        else:
            runs += [Op("deleted", x, "") for x in a] + [Op("inserted", "", y) for y in b]
    return tuple(_as_written(_joined(_without_islands(runs)), old, new))


def same_text(a: str, b: str) -> bool:
    """Whether nothing but width, punctuation, spaces or a leading number differs.

    >>> same_text("（一）建设 3 家医院，", "2.建设３家医院；"), same_text("降低3.5%", "降低35%")
    (True, False)
    """
    return bare(a) == bare(b)


def same_said(a: str, b: str) -> bool:
    """Whether two texts differ in no more than that and how their numbers and years are written.

    >>> same_said("新增三所学校，不少于1.6万个学位", "新增3所学校,16000个以上学位"), same_said("3所", "3家")
    (True, False)
    """
    if bare(a) == bare(b):
        return True
    figures = [re.sub("[><=~]+", _spelt, quantity.in_figures(simplified(text))) for text in (a, b)]
    return bare(figures[0]) == bare(figures[1])


def _spelt(sign: re.Match[str]) -> str:
    """A sign of a bound as a word, so that no rule for punctuation takes it for a dash."""
    return {"~": "约"}.get(sign[0], sign[0])


_DASHES = str.maketrans("–—~", "---")  # 1—2家 and 1-2家 are one text


@functools.lru_cache(maxsize=4096)  # a comparison asks for each statement several times
def bare(text: str) -> str:
    """The text without numbering, punctuation and spaces, width folded; signs that belong to a number stay.

    >>> bare("（十二）力争达到 98.5%以上。")
    '力争达到98.5%以上'
    """
    simple = simplified(_NUMBERING.sub("", text, count=1))
    folded = unicodedata.normalize("NFKC", simple).translate(_DASHES)
    return _said(folded)


_SILENT = re.compile(r"(?!(?<=\d)[.:/–—~-]\d)(?:[^\w%‰+<>=≥≤℃]|_)")


def _said(text: str) -> str:
    """The characters that say something; between two digits a point, a colon or a dash does."""
    return _SILENT.sub("", text)


def _key(unit: str) -> str:
    """What two units must share to be one word: width and the choice of mark do not count."""
    folded = unicodedata.normalize("NFKC", unit)
    return _said(folded) or "".join(_MARKS.get(char, char) for char in folded.strip())


def _units(text: str) -> list[str]:
    """The words of a text, those of one quantity joined: 不少于 20 名 is one unit."""
    spans = [(found.span.start, found.span.end) for found in quantity.find(text)]
    out: list[str] = []
    at, inside = 0, -1
    for word in tokens(text):
        end = at + len(word)
        now = next((n for n, (s, e) in enumerate(spans) if s < end and at < e), -1)
        if out and now >= 0 and now == inside:
            out[-1] += word
        else:
            out.append(word)
        at, inside = end, now
    return out


def _without_islands(runs: list[Op]) -> list[Op]:
    """A lone linking word or mark kept between two edits reads better as part of them."""
    out: list[Op] = []
    for n, op in enumerate(runs):
        edited = 0 < n < len(runs) - 1 and runs[n - 1].kind != "kept" and runs[n + 1].kind != "kept"
        if op.kind == "kept" and edited and len(op.old) == len(op.new) == 1 and op.old in _LINKING:
            out += [Op("deleted", op.old, ""), Op("inserted", "", op.new)]
        else:
            out.append(op)
    return out


def _joined(runs: list[Op]) -> Iterator[Op]:
    """Neighbours of one kind in one run; between two kept runs one deletion, then one insertion."""
    kept_old: list[str] = []
    kept_new: list[str] = []
    gone: list[str] = []
    come: list[str] = []
    for op in [*runs, Op("kept", "", "")]:
        if op.kind == "deleted":
            gone.append(op.old)
        elif op.kind == "inserted":
            come.append(op.new)
        if op.kind != "kept":
            continue
        if gone or come:
            yield from _run("kept", kept_old, kept_new)
            yield from _run("deleted", gone, [])
            yield from _run("inserted", [], come)
            kept_old, kept_new, gone, come = [], [], [], []
        kept_old.append(op.old)
        kept_new.append(op.new)
    yield from _run("kept", kept_old, kept_new)


def _as_written(runs: Iterable[Op], old: str, new: str) -> Iterator[Op]:
    """The runs in the characters of the two texts, which may be traditional ones."""
    a = b = 0
    for op in runs:
        yield Op(op.kind, old[a : a + len(op.old)], new[b : b + len(op.new)])
        a, b = a + len(op.old), b + len(op.new)


def _run(kind: Literal["kept", "deleted", "inserted"], old: list[str], new: list[str]) -> Iterator[Op]:
    if any(old) or any(new):
        yield Op(kind, "".join(old), "".join(new))
