"""Finds by when a number is due: the date before it, that of its list or heading, or one of several dealt out.

dated(before, ...)      -> the last date of the words before a number that is no mere point of comparison
dealt(text, spans, at)  -> 2024年、2025年分别完成300户、400户: the date of one number of several
of_heading(heading)     -> 2025年主要目标: the date that holds for all that stands below
standing_for(before)    -> 每人每月1800元: for whom and how often a standard is paid, which is no period
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from itertools import pairwise

from .model import Span
from .quantity import table

_YEARS = r"20\d{2}年?\s*(?:[—–~-]+|至|到)\s*20\d{2}年"
_PLAN = r"[“\"]?十[一二三四五六七八九]?五[”\"]?(?:规划)?"
_MONTH = r"\d{1,2}月(?:\d{1,2}日|底|末|份|中旬)?"
PERIOD = re.compile(
    rf"(?:到|至|截至|截止)?(?:(?:{_YEARS}|20\d{{2}}年)(?:\d{{1,2}}月(?:\d{{1,2}}日)?)?(?:底|末|初|内|上半年|下半年)?(?:之?前|以前)?)"
    rf"|{_PLAN}(?:期间|时期|末|期末)|{_MONTH}(?:之?前|以前|内)|年底(?:之?前|以前)?"
    r"|(?:\d{1,2}|[一二三四五六七八九十两]{1,2})年内|年内|全年|今年|明年|当年|上半年|下半年|第[一二三四]季度"
    r"|(?<![^，,；;：:。、\s])(?:\d{1,2}|[一二三四五六七八九十两]{1,2})年(?:累计|合计|(?=培训|培养|发放|建设|建成|完成|新增|新建|改造|推动|投入))"
    r"|每(?:[年月周天日]|季度|半年|学[年期])|规划期内?|未来[三五十两]年"
)
"""A time by which, or how often."""

HORIZON = re.compile(r"\s*(?:[一二三四五六七八九十]是)?(?:力争|确保|争取)?(?P<date>(?:到|至)20\d{2}年(?:底|末)?)")
"""到2025年, which opens a sentence and holds for those behind it."""

_FREQUENT = re.compile(r"每|当年|(?:\d{1,2}|[一二三四五六七八九十两]{1,2})年(?!内)")
"""每年 and 三年累计 hold only for the numbers of their own segment."""

_DEALT = rf"(?:20\d{{2}}年(?:底|末)?|{_MONTH}(?:之?前|以前)?|(?:上|下)半年|第?[一二三四]季度)"
_RUN = re.compile(rf"{_DEALT}(?:[、和及与]{_DEALT})+(?=[^，,；;]{{0,24}}(?:分别|各))")
_YEARLY = re.compile(r"(20\d{2})年?\s*(?:[—–~-]+|至|到)\s*(20\d{2})年(?=分年度|逐年|分别|各年|每年分别)")
_HEADED = re.compile(
    rf"(?:力争|确保|做好|扎实做好|全面做好|全力做好|关于)?(?P<date>到?(?:{_YEARS}|20\d{{2}}年)(?:底|末)?|{_PLAN}(?:时期|期间))"
    r"(?:末|度)?[^，,；;：:。《》]{0,14}?(?:目标|任务|工作|指标|安排|打算|要点|重点|计划|草案|预算)[^，,；;：:。《》]{0,6}"
)
_FROM = re.compile(rf"(?:由|从)(?P<date>{PERIOD.pattern})[^，,；;\d]{{0,6}}$")
_RULING = re.compile(
    rf"(?P<date>{_PLAN}(?:时期|期间))(?:的|经济社会发展|[^，,；;。：:]{{0,8}}?)(?:主要目标|目标任务|发展目标|重大任务|主要指标)"
)
_EACH_OFTEN = r"每[人户生名亩件次床孩班校村](?:均)?每(?:[年月周天日]|学[年期])"
_STANDARD = re.compile(rf"{_EACH_OFTEN}|每(?:[年月周天日]|学[年期])(?=\d|$)")
_WHOSE = re.compile(r"每[人户生名亩件次床孩班校村](?:均)?$")


def of_heading(heading: str) -> str | None:
    """The date of a heading that says what is to be reached or done by then.

    >>> of_heading("“十四五”时期主要目标"), of_heading("2026年工作安排"), of_heading("落实2025年版目录")
    ('“十四五”时期', '2026年', None)
    >>> of_heading("“十三五”时期成就和“十四五”时期目标")
    """
    found = _HEADED.fullmatch(heading.strip())
    return found["date"] if found and len(re.findall(r"20\d{2}年|十[一二三四五六七八九]?五", heading)) == 1 else None


def ruling(words: str) -> str | None:
    """The date that a sentence sets for itself and the list behind it: 到2025年，…; “十四五”时期主要目标….

    >>> ruling("力争到2025年，建成体系。"), ruling("纲要明确了“十五五”时期的主要目标，这里概述几点。")
    ('到2025年', '“十五五”时期')
    """
    found = HORIZON.match(words) or _RULING.search(words)
    return found["date"] if found else None


def opening(words: str) -> str | None:
    """The date that a statement opens with, a frequency aside: 今年的主要预期目标是：…"""
    found = PERIOD.match(words.lstrip())
    return found[0] if found and not _FREQUENT.match(found[0]) else None


def standing_for(before: str) -> str | None:
    """For whom and how often a standard is paid, in the words before its sum.

    >>> standing_for("养育标准提高到每人每月"), standing_for("补助由每月"), standing_for("每年安排资金")
    ('每人每月', '每月', None)
    """
    found = list(_STANDARD.finditer(before))
    return found[-1][0] if found else None


def dealt(text: str, numbers: Sequence[Span], at: int) -> str | None:
    """The date of number `at` where a text deals out as many dates as it has numbers behind them."""
    if run := _RUN.search(text):
        dates = re.findall(_DEALT, run[0])
    elif run := _YEARLY.search(text):
        dates = [f"{year}年" for year in range(int(run[1]), int(run[2]) + 1)]
    else:
        return None
    behind = [number for number in numbers if number.start >= run.end()]
    own = [number for number in behind if number.start <= numbers[at].start]
    return dates[len(own) - 1] if 0 < len(own) <= len(dates) and _fits(dates, behind, text) else None


def _fits(dates: Sequence[str], behind: Sequence[Span], text: str) -> bool:
    """As many numbers as dates, side by side; others may follow in the sentence."""
    if len(behind) < len(dates):
        return False
    gaps = (text[one.end : two.start] for one, two in pairwise(behind[: len(dates)]))
    return all(len(gap) <= 2 for gap in gaps) or len(behind) == len(dates)


def since(before: str) -> str | None:
    """The date of the first of two numbers: 由2020年末的21.6公里增至…; None where it has none of its own."""
    found = _FROM.search(before)
    return found["date"] if found else None


def dated(before: str, own: int, first_year: int | None, *, first: bool = False) -> str | None:
    """The last date of `before`, or the first; a frequency counts only from `own` on, and not as part of a standard."""
    last = None
    for match in PERIOD.finditer(before):
        often = _FREQUENT.match(match[0])
        if often and (match.start() < own or _WHOSE.search(before[: match.start()])):
            continue
        if _is_base(before, match, first_year):
            continue
        last = match[0].strip()
        if first:
            break
    return last


@functools.cache
def compared() -> re.Pattern[str]:
    """Words before a date that is only compared with: 比, 较."""
    words = sorted(table("targets")["past"]["compare"], key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(map(re.escape, words))})$")


def _is_base(before: str, match: re.Match[str], first_year: int | None) -> bool:
    """Whether a date only says what a number is measured by: 较2020年, 恢复至2019年的, 由2015年的71.3%."""
    ahead, behind = before[: match.start()], before[match.end() :]
    if compared().search(ahead):
        return True
    if ahead.endswith("在") and re.match("[^，,；;]{0,14}基础上", behind):
        return True
    if ahead.endswith(("由", "从")):
        return bool(re.search(r"\d", behind)) and not behind.startswith("起")
    year = re.search(r"(20\d{2})年", match[0])
    past = year is not None and first_year is not None and int(year[1]) < first_year
    return past and bool(re.match("[^，,；;]{0,4}的", behind))
