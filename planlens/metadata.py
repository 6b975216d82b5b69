"""What a document says of itself: title, place, years, issuer, number and dates, each with where it stands.

    recognise(document).info                -> PlanInfo(title=…, region=深圳市, …)
    recognise(document).facts               -> Fact(number, 中府函〔2023〕225号, record, Span(…)) …

A Chinese official document says these things in fixed places (GB/T 9704): the red head and the record above the title,
the notice that issues a plan, the signature with its date (落款), and the imprint (版记). What is not sure is told in
`facts` with its doubt and left out of `info`: a wrong date is worse than none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import islice
from pathlib import PurePath

from planlens import regions, titles
from planlens.model import Document, PlanInfo, Span
from planlens.titles import Place, words
from planlens.traditional import simplified

_HEAD = 100
_TAIL = 60
"""Lines above which a plan begins, and below which it ends: a record of 30 lines, a notice, a table of contents."""
_SHORT = 60  # a line this long is a sentence or a cell, no label, signer or part of a title
_LONGEST = 2000  # characters of a line that are looked at
_BLANK = " \t\r\v\f\u00a0\u3000\u200b\ufeff-·•*"
_TITLE_LINES = 3  # a title is broken into no more lines
_TITLE_SHORTEST, _TITLE_LONGEST = 6, 90
_SIGNERS = 8  # lines of signers above a date: a joint notice of more bodies sets several in a line

_HAN_NUMBER = "〇○Ｏ零一二三四五六七八九十廿卅"
_DAY = (
    r"(?P<y>(?:19|20)\d{2})\s*[年./-]\s*(?P<m>\d{1,2})\s*[月./-]\s*(?P<d>\d{1,2})(?!\d)\s*日?"
    rf"|(?P<cy>[一二][〇○Ｏ零一二三四五六七八九]{{3}})\s*年\s*(?P<cm>[{_HAN_NUMBER}]{{1,3}})\s*月\s*(?P<cd>[{_HAN_NUMBER}]{{1,3}})\s*日"
)
_DATE = re.compile(_DAY)
_DATE_AT_END = re.compile(rf"(?:{_DAY})\s*(?P<printed>印发|印制|印)?[)）]?$")
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
_HAN_DIGITS = str.maketrans("〇○Ｏ零一二三四五六七八九", "00001234567890"[:13])

_OPEN, _CLOSE = r"〔\[［(（【{｛「<＜〈《«﹝", r"〕\]］)）】}｝」>＞〉》»﹞"
# 中府函〔2023〕225号 in any brackets; the name of the issuer (代字) before them has no other character than 汉字.
_NUMBER = re.compile(
    rf"(?P<name>[\u4e00-\u9fff]{{1,14}}(?:[（(][\u4e00-\u9fff]{{1,6}}[）)][\u4e00-\u9fff]{{0,8}})?)\s*[{_OPEN}]{{1,2}}\s*"
    rf"(?P<year>(?:19|20)[0-9０-９]{{2}})\s*年?\s*[{_CLOSE}]{{1,2}}\s*第?\s*(?P<serial>[0-9０-９]{{1,5}})\s*号"
)
# The same with its brackets lost: 中府函2023 225号, 深卫健发2022-28号. Taken only in a field of the record or alone.
_NUMBER_BARE = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,12}[发函字办政通文规])\s{0,9}(?P<year>(?:19|20)[0-9]{2})\s{0,9}(?:年\s{0,9})?"
    r"[-—–－ \u3000第]{1,2}\s{0,9}(?P<serial>[0-9]{1,5})\s{0,9}号"
)
_ORDER = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,24}令)\s{0,9}(?:第\s{0,9})?(?P<serial>[0-9]{1,4}|[一二三四五六七八九十百]{1,6})\s{0,9}号"
)
_NUMBER_LIKE = re.compile(r"[\u4e00-\u9fff]{2,8}[发函字办政][^\u4e00-\u9fff，。；、]{2,14}(?:号|叶|$)|\d\s*号")

_ISSUES = re.compile(
    r"(?P<issuer>.{0,80}?)(?:关于)?(?:印发|转发|公布|发布|下发|批转)(?:实施)?(?:[《<＜〈](?P<quoted>[^》>＞〉]{4,80})[》>＞〉].{0,14}|(?P<plain>.{4,80}?))"
    r"的(?:通知|公告|通告|函|决定)$"
)
_ABOUT = re.compile(r"^(?P<issuer>.{2,60}?)关于")
_NUMBERED = re.compile(
    r"[(（]?[一二三四五六七八九十]{1,3}[)）、.．]|第[一二三四五六七八九十\d]{1,3}[章节编条部]|\d{1,2}[.．、](?!\d)|附[件表]\d{0,2}[:：]"
)
_SESSION = re.compile(
    r"在(?P<who>[\u4e00-\u9fff]{0,24}?)第[一二三四五六七八九十\d]{1,4}届(?P<nation>全国)?人民代表大会"
)
_STARTS = re.compile(
    rf"(?:自|从)\s*(?:(?P<day>{_DAY})|(?P<issue>(?:印发|发布|公布|颁布|签发|下发)之日))\s*起\s*(?:施行|实施|执行|生效|试行|开始施行)"
)
_OURS = re.compile("本(?:规划|纲要|要点|方案|计划|意见|办法|措施|通知|文件|规定|细则|政策|行动|决定)")
_UNTIL = re.compile(rf"有效期(?:限)?[^，。；]{{0,16}}?[至到]\s*(?:{_DAY})")
_REPLACED = ("?", "\ufffd")  # what stands where a character was lost


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing recognised: `field` of PlanInfo, its value, and where it stands.

    `source`: title, notice, record, head, signature, imprint, text, session, meta, properties, file. `span` is None
    where it stands in no text (a tag, the file's name). `doubt` says why a value was not taken; empty for one that was.
    """

    field: str
    value: str
    source: str
    span: Span | None = None
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a document says of itself, and every fact behind it, the doubtful ones too."""

    info: PlanInfo
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it stands without its outer blanks; `kept` where the reader took it for the plan's, not the page's.

    A row of a table is a line for each of its cells.
    """

    text: str
    span: Span
    kept: bool
    cell: bool = False

    @property
    def bare(self) -> str:
        return re.sub(r"[\s\u200b\ufeff]", "", self.text)

    def sub(self, start: int, end: int) -> Span:
        return Span(self.span.start + start, self.span.start + end)


def describe(document: Document) -> PlanInfo:
    """All that a file says of itself; the file's name stands in for a title or a year that the text does not give."""
    return recognise(document).info


def recognise(document: Document, properties: Mapping[str, str] | None = None) -> Recognised:
    """What a document says of itself, each with its place; `properties` are what its format says beside the text."""
    head, tail = _ends(document)
    front = head[: next((n for n, line in enumerate(head) if line.kept and _NUMBERED.match(line.bare)), len(head))]
    ends = front[-1].span.end if front else 0
    found = _Found(document, properties or {}, head, front, [line for line in tail if line.span.start >= ends])
    return found.result()


def _ends(document: Document) -> tuple[list[_Line], list[_Line]]:
    """The first and the last lines with words in them, which overlap in a short text; a row is cut into its cells."""
    text = document.text
    kept = sorted((block.span.start, block.span.end) for block in document.blocks)
    starts = [start for start, _ in kept]
    first = list(islice(_lines(text, 0, len(text), kept, starts), _HEAD))
    after = text.rfind("\n", 0, max(len(text) - _TAIL * _SHORT, 0)) + 1
    last = list(_lines(text, after, len(text), kept, starts))[-_TAIL:]
    return first, last


def _lines(text: str, at: int, end: int, kept: Sequence[tuple[int, int]], starts: Sequence[int]) -> Iterator[_Line]:
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        place = bisect_right(starts, stop) - 1
        holds = place >= 0 and kept[place][1] > at
        cells = [cell for cell in re.finditer(r"[^|｜]+", text[at:stop]) if not cell[0].isspace()]
        for cell in cells:
            said = cell[0][:_LONGEST].strip(_BLANK)
            if said:
                begin = at + cell.start() + cell[0].index(said)
                yield _Line(said, Span(begin, begin + len(said)), holds, len(cells) > 1)
        at = stop + 1


@dataclass(frozen=True, slots=True)
class _Found:
    """The places where a document speaks of itself."""

    document: Document
    properties: Mapping[str, str]
    head: list[_Line]
    front: list[_Line]
    tail: list[_Line]

    def result(self) -> Recognised:
        title = list(self._titles())
        number = list(self._numbers())
        signed = list(_signatures([*self.front, *self.tail]))
        dates = list(self._dates(signed))
        issuers = list(self._issuers(signed))
        shown = title[0].value if title else PurePath(self.document.path).stem
        years = self._years(title, dates, number)
        span = _as_years(years[0].value) if years and not years[0].doubt else None
        places = self._places(title, issuers, span)
        effects = list(self._effects(next((fact for fact in dates if not fact.doubt), None)))
        chosen = {f: _first(found) for f, found in (("number", number), ("date", dates), ("issuer", issuers))}
        start, end = span or (None, None)
        where = places[0][0] if places and not places[0][1].doubt else None
        info = PlanInfo(
            PurePath(self.document.path).stem,
            shown,
            where.name if where else None,
            where.level if where else None,
            where.parent if where else None,
            start,
            end,
            source=self.document.path,
            effect=_first(effects, "effect"),
            expiry=_first(effects, "expiry"),
            **chosen,
        )
        codes = [_coded(*places[0])] if places and places[0][0].level != "national" else []
        facts = (title, [fact for _, fact in places], codes, years, issuers, number, dates, effects)
        return Recognised(info, tuple(fact for group in facts for fact in _told(group)))

    # -- title ---------------------------------------------------------------------------------------------------

    def _titles(self) -> Iterator[Fact]:
        """The plan's own title, else the one a notice announces, else that of the paper, the page, the file."""
        candidates = list(_title_lines(self.front))
        notice = next((line for line in _spelled(self.front, kept=False) if _ISSUES.match(line.bare)), None)
        own = [line for line in candidates if _is_title(line.bare, words()["kinds"])]
        if own:
            yield Fact("title", _tidy(own[0].text), "title", own[0].span)
        if notice:
            yield _announced(notice)
        papers = [line for line in candidates if _is_title(line.bare, words()["papers"])]
        yield from (Fact("title", _tidy(line.text), "title", line.span) for line in papers[:1])
        yield from (
            Fact("title", value, "record", span) for value, span in self._record("title") if _is_any_title(value)
        )
        for source in ("meta", "properties"):
            value = self.properties.get(f"{source}.title", "")
            inner = _ISSUES.match(re.sub(r"\s", "", value))
            if inner or _is_any_title(value):
                yield Fact("title", (inner["quoted"] or inner["plain"]) if inner else value, source)
        yield Fact("title", PurePath(self.document.path).stem, "file")

    # -- years ---------------------------------------------------------------------------------------------------

    def _years(self, title: Sequence[Fact], dates: Sequence[Fact], numbers: Sequence[Fact]) -> list[Fact]:
        """The years in the title, below it, in the notice's title, in the file's name; else the year of issue."""
        found = []
        for fact in title:
            span = fact.span
            text = fact.value if span is None else fact.value + self._subtitle(span)
            if years := titles.period(text):
                found.append(Fact("period", _shown(years), fact.source, span))
        session = next((line for line in self.front[:12] if _SESSION.search(line.bare)), None)
        if session and (day := _DATE.search(session.text.translate(_WIDE))):
            found.append(Fact("period", _iso(day)[:4], "session", session.span))
        told = [fact for fact in (_first_fact(dates), _first_fact(numbers)) if fact]
        if told and not re.search("规划|纲要", title[0].value):  # those are for years to come, and say which
            year = re.search(r"(?:19|20)\d\d", told[0].value)
            found += [replace(told[0], field="period", value=year[0])] if year else []
        return sorted(found, key=lambda fact: fact.source == "file" and "-" not in fact.value)

    def _subtitle(self, span: Span) -> str:
        """What stands in brackets on the line below a title: （2025—2027年）."""
        after = [line for line in self.head if line.span.start >= span.end][:1]
        return after[0].text if after and re.match(r"[（(].{4,24}[)）]$", after[0].bare) else ""

    # -- place ---------------------------------------------------------------------------------------------------

    def _places(
        self, title: Sequence[Fact], issuers: Sequence[Fact], years: tuple[int, int] | None
    ) -> list[tuple[Place, Fact]]:
        """Places that title, session, issuer and page name, the surest first; those of one name with what they are."""
        named = [(fact, titles.place(fact.value, years)) for fact in (*title[:-1], *issuers)]
        session = next((line for line in self.front[:12] if _SESSION.search(line.bare)), None)
        if session and (who := _SESSION.search(session.bare)):
            body = (who["nation"] or who["who"]) + "人大"
            named.insert(1, (Fact("region", "", "session", session.span), titles.place(body, years)))
        if title:
            named.append((title[-1], titles.place(title[-1].value, years)))
        found = [(place, fact) for fact, place in named if place]
        local = [pair for pair in found if pair[0].level != "national"]
        if local and found[0][0].level == "national" and found[0][1].source == "title":
            found = [*local, *(pair for pair in found if pair not in local)]  # 全国文明城市创建方案 of a city
        return [self._settled(place, fact, local) for place, fact in found]

    def _settled(self, place: Place, fact: Fact, others: Sequence[tuple[Place, Fact]]) -> tuple[Place, Fact]:
        """A place of a name that several bear is the one whose city or province the text names, and no other's."""
        told = replace(fact, field="region", value=place.name)
        if place.region or not place.doubt:
            return place, told
        better = [other for other, _ in others if other.name == place.name and other.region]
        if better:
            return better[0], told
        around = "".join(line.text for line in (*self.head, *self.tail))
        several = [r for r in regions.find(place.name) if r.level == place.level]
        near = [r for r in several if any(a.name in around for a in regions.above(r))]
        if len(near) == 1:
            over = regions.above(near[0])
            return replace(place, region=near[0], parent=over[0].name if over else None, doubt=""), told
        return place, told

    # -- who, number, dates --------------------------------------------------------------------------------------

    def _issuers(self, signed: Sequence[_Signature]) -> Iterator[Fact]:
        """The bodies that sign, that a notice names, that the record and the red head name; in full where one does."""
        found: list[Fact] = []
        for signature in signed:
            if signature.bodies and not signature.printed:
                found.append(Fact("issuer", "、".join(signature.bodies), "signature", signature.bodies_span))
        for line in _spelled(self.front, kept=False):
            about = _ISSUES.match(line.bare) or _ABOUT.match(line.bare)
            if about and (bodies := _bodies(line.text[: _reach(line.text, len(about["issuer"]))].rstrip("关于"))):
                found.append(Fact("issuer", "、".join(bodies), "notice", line.span))
        for value, span in self._record("issuer"):
            if bodies := _bodies(value):
                found.append(Fact("issuer", "、".join(bodies), "record", span))
        for line in self.front[:12]:
            if line.bare.endswith("文件") and (bodies := _bodies(line.text.rstrip()[:-2])):
                found.append(Fact("issuer", "、".join(bodies), "head", line.span))
        for value, span in self._record("source"):
            if bodies := _bodies(value):
                found.append(Fact("issuer", "、".join(bodies), "record", span))
        for name in ("meta.issuer", "meta.site"):
            if bodies := _bodies(re.sub("(?:门户)?(?:网站|官网|网)$", "", self.properties.get(name, ""))):
                found.append(Fact("issuer", "、".join(bodies), "meta"))
        for line in self.front[:3]:  # 某厅2025年工作要点: a bureau's own plan
            if (body := _opening_body(line.bare)) and not found:
                found.append(Fact("issuer", body, "title", line.span))
        yield from sorted(found, key=lambda fact: _in_full(fact, found), reverse=True)

    def _numbers(self) -> Iterator[Fact]:
        """Document numbers in the record, alone on a line, behind a title; never one that a sentence cites."""
        for value, span in self._record("number"):
            if found := _NUMBER.search(value) or _NUMBER_BARE.search(value) or _ORDER.search(value):
                yield Fact(
                    "number", _number(found), "record", Span(span.start + found.start(), span.start + found.end())
                )
            elif _NUMBER_LIKE.search(value) or any(mark in value for mark in _REPLACED):
                yield Fact("number", value, "record", span, doubt="文号受损或不全")
        for line in self.front:
            if len(line.text) > 2 * _SHORT:
                continue
            alone = _NUMBER.fullmatch(line.text) or _NUMBER_BARE.fullmatch(line.text) or _ORDER.fullmatch(line.text)
            behind = re.search(r"(?:签发人|通知|方案|规划|要点|意见|计划|[（(])", line.text) and "《" not in line.text
            found = alone or (_last(_NUMBER, line.text) if behind else None)
            if found and (alone or re.fullmatch(r"\s*(?:[）)]\s*)?(?:签发人.{0,12})?", line.text[found.end() :])):
                yield Fact("number", _number(found), "head", line.sub(*found.span()))

    def _dates(self, signed: Sequence[_Signature]) -> Iterator[Fact]:
        """When it was written: the record, the signature, the imprint, else when it was published."""
        found = [*self._record_dates("written", "date", "record")]
        found += [s.fact for s in signed if not s.printed]
        session = next((line for line in self.front[:12] if _SESSION.search(line.bare)), None)
        if session and (day := _DATE.search(session.text.translate(_WIDE))):
            found.append(Fact("date", _iso(day), "session", session.sub(*day.span())))
        found += [s.fact for s in signed if s.printed]
        found += self._record_dates("published", "date", "record")
        if (told := self.properties.get("meta.date")) and (day := _DATE.search(told)) and _iso(day):
            found.append(Fact("date", _iso(day), "meta"))
        yield from (fact for fact in found if fact.value)

    def _effects(self, dated: Fact | None) -> Iterator[Fact]:
        """From when and until when it holds: the record, else what it says of itself."""
        yield from self._record_dates("effect", "effect", "record")
        yield from self._record_dates("expiry", "expiry", "record")
        for line in (*self.front, *self.tail):
            text = line.text.translate(_WIDE)
            for found in _STARTS.finditer(text):
                if not _OURS.search(text[max(found.start() - 24, 0) : found.start()]) and found.start() > 4:
                    continue  # another document's day
                if found["issue"]:
                    where = line.sub(*found.span())
                    doubt = "" if dated else f"{found['issue']}，而未写明何日"
                    yield Fact("effect", dated.value if dated else found[0], "text", where, doubt)
                elif day := _DATE.search(found["day"]):
                    yield Fact("effect", _iso(day), "text", line.sub(*found.span()))
            if (until := _UNTIL.search(text)) and (day := _DATE.search(until[0])):
                yield Fact("expiry", _iso(day), "text", line.sub(*until.span()))

    def _record_dates(self, kind: str, field: str, source: str) -> Iterator[Fact]:
        for value, span in self._record(kind):
            day = _DATE.match(value.translate(_WIDE))
            if day and _iso(day):
                yield Fact(field, _iso(day), source, Span(span.start + day.start(), span.start + day.end()))
            elif any(mark in value for mark in _REPLACED) and re.search(r"\d", value):
                yield Fact(field, value, source, span, doubt="日期受损")

    def _record(self, kind: str) -> Iterator[tuple[str, Span]]:
        """Values of the fields of a kind, from labels before the plan begins."""
        for number, line in enumerate(self.front):
            marks = list(_labels().finditer(line.text))
            if not marks or (len(line.text) > 3 * _SHORT and line.kept):
                continue
            for at, mark in enumerate(marks):
                if _kind_of(mark["label"]) != kind:
                    continue
                stop = marks[at + 1].start() if at + 1 < len(marks) else len(line.text)
                value = line.text[mark.end() : stop]
                if value.strip():
                    yield _value(value, line.span.start + mark.end())
                elif at + 1 == len(marks) and number + 1 < len(self.front):
                    after = self.front[number + 1]
                    if len(after.text) < _SHORT and not _labels().match(after.text):
                        yield after.text, after.span


def _coded(place: Place, fact: Fact) -> Fact:
    """The administrative code of a place, or why it has none."""
    if place.region and not place.doubt:
        return replace(fact, field="code", value=place.region.code)
    return replace(fact, field="code", value="", doubt=place.doubt or "区划代码表中没有此名")


def _value(text: str, start: int) -> tuple[str, Span]:
    bare = text.strip(" \t\u3000，,；;。")
    at = start + text.index(bare)
    return bare, Span(at, at + len(bare))


def _first(facts: Iterable[Fact], field: str | None = None) -> str | None:
    fact = _first_fact(fact for fact in facts if field in (None, fact.field))
    return fact.value if fact else None


def _first_fact(facts: Iterable[Fact]) -> Fact | None:
    return next((fact for fact in facts if not fact.doubt), None)


def _told(facts: Sequence[Fact]) -> list[Fact]:
    """The fact of each field that was taken, with those that were doubted where none was, and other values."""
    told: list[Fact] = []
    for name in dict.fromkeys(fact.field for fact in facts):
        own = [fact for fact in facts if fact.field == name]
        sure = _first_fact(own)
        told += [sure] if sure else own[:1]
    return told


# -- titles ------------------------------------------------------------------------------------------------------


def _title_lines(lines: Sequence[_Line]) -> Iterator[_Line]:
    """Lines of the plan that read as a title, put together where one is broken over several."""
    yield from (line for line in _spelled(lines, kept=True) if not _ISSUES.match(line.bare))


def _spelled(lines: Sequence[_Line], *, kept: bool) -> Iterator[_Line]:
    """Each line that ends as a title does, alone or with those it was broken into; in order of where they begin."""
    pool = [line for line in lines if line.kept or not kept]
    ends = (*words()["kinds"], *words()["papers"])
    for at in range(len(pool)):
        for count in range(1, _TITLE_LINES + 1):
            parts = pool[at : at + count]
            if len(parts) < count or not all(_may_be_title(part, last=part is parts[-1]) for part in parts):
                break
            whole = _joined(parts)
            broken = re.search("(?:印发|转发|关于)", whole.bare) and not re.search(
                "的(?:通知|函|公告|决定)$|关于(?!印发|转发)", whole.bare
            )
            if _is_title(whole.bare, ends) and not (broken and count < _TITLE_LINES and at + count < len(pool)):
                yield whole
                break


def _joined(parts: Sequence[_Line]) -> _Line:
    text = "".join(part.text for part in parts)
    return _Line(text, Span(parts[0].span.start, parts[-1].span.end), all(part.kept for part in parts))


def _may_be_title(line: _Line, *, last: bool) -> bool:
    bare = line.bare
    if line.cell or len(bare) > _TITLE_LONGEST or re.search("[。；;：:！!？?|]", bare) or _labels().match(line.text):
        return False
    if _DATE_AT_END.search(bare) or _NUMBERED.match(bare) or re.match(r"[【\[首]|——|—|当前位置", bare):
        return False
    if not last and re.fullmatch(r"[（(].*[)）]", bare):
        return False  # （此件公开发布）
    return last or not (_bodies(line.text) or bare.endswith("文件") or _NUMBER.fullmatch(bare))


@cache
def _ending(kinds: tuple[str, ...]) -> re.Pattern[str]:
    either = "|".join(sorted(kinds, key=len, reverse=True))
    return re.compile(rf"(?:{either})(?:[（(〔\[【][^）)〕\]】]{{1,40}}[）)〕\]】]){{0,2}}$")


def _is_title(bare: str, kinds: Iterable[str]) -> bool:
    plain = simplified(bare)
    if not _TITLE_SHORTEST <= len(plain) <= _TITLE_LONGEST or re.search("[。；！!]", plain):
        return False
    if re.fullmatch(words()["headings"], plain) or _NUMBERED.match(plain):
        return False
    return bool(_ending(tuple(kinds)).search(plain))


def _is_any_title(value: str) -> bool:
    bare = re.sub(r"\s", "", value)
    return _is_title(bare, (*words()["kinds"], *words()["papers"])) and not any(mark in bare for mark in _REPLACED)


def _announced(notice: _Line) -> Fact:
    """The title of the plan that a notice issues, with its place in the notice where it stands there in one piece."""
    found = _ISSUES.match(notice.bare)
    assert found is not None
    inner = found["quoted"] or found["plain"]
    at = notice.text.find(inner)
    doubt = "标题受损" if any(mark in inner for mark in _REPLACED) else ""
    return Fact("title", inner, "notice", notice.sub(at, at + len(inner)) if at >= 0 else notice.span, doubt)


def _tidy(text: str) -> str:
    """A title on one line: spaces that a layout put between its characters go, those between words stay."""
    text = re.sub(r"(?<=[\u4e00-\u9fff，、（）()“”《》\d])\s+(?=[\u4e00-\u9fff，、（）()“”《》\d])", "", text)
    text = re.sub(r"\s+", " ", text.strip(" \u3000\u200b\ufeff"))
    return text[1:-1] if text[:1] == "《" and text[-1:] == "》" and text.count("《") == 1 else text


# -- bodies and signatures ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Signature:
    bodies: tuple[str, ...]
    bodies_span: Span | None
    fact: Fact
    printed: bool


@cache
def _body() -> re.Pattern[str]:
    ends = "|".join(sorted(words()["bodies"], key=len, reverse=True))
    return re.compile(
        rf"[\u4e00-\u9fff（）()]{{1,40}}(?:{ends})(?:等(?:[0-9一二三四五六七八九十]{{1,3}}个?)?(?:部门|单位|部委|委局|厅局))?"
    )


def _bodies(text: str) -> tuple[str, ...]:
    """The names of public bodies that make up the whole of a line: 市卫生健康委　市财政局; else nothing."""
    text = text.strip(" \t\u3000、")
    parts = [part for part in re.split(r"[\s\u3000、，,]+", text) if part]
    if len(parts) > 2 and all(len(part) == 1 for part in parts):
        parts = ["".join(parts)]  # 某 市 人 民 政 府, letters spaced out
    if not parts or len(text) > 4 * _SHORT:
        return ()
    return tuple(parts) if all(_is_body(part) for part in parts) else ()


def _is_body(name: str) -> bool:
    plain = simplified(name)
    if any(plain.endswith(word) for word in words()["not_bodies"]) or _NUMBERED.match(plain):
        return False
    if re.match("各|有关|其他|相关|市各|区各|县各|省各", plain):
        return False
    return bool(_body().fullmatch(plain)) or plain in words()["national"]


def _opening_body(bare: str) -> str | None:
    """The bureau whose own plan a title announces: 岭东省交通运输厅2024年工作要点."""
    found = re.match(
        r"(?P<year>(?:19|20)\d\d年)?(?P<body>[\u4e00-\u9fff]{4,30}?(?:局|厅|委员会|委|办公室|管委会|人民政府|署))(?=(?:19|20)\d\d|“|关于)",
        bare,
    )
    return found["body"] if found and titles.place(found["body"]) and _is_body(found["body"]) else None


def _in_full(fact: Fact, all_: Sequence[Fact]) -> tuple[bool, int]:
    """Bodies with their place before those without (市卫生健康委), a full name before its short form."""
    fuller = sum(other.value.startswith(fact.value) and len(other.value) > len(fact.value) for other in all_)
    return titles.place(fact.value) is not None, -fuller


def _signatures(lines: Sequence[_Line]) -> Iterator[_Signature]:
    """Dates that stand alone or behind a body, with the bodies above them."""
    for at, line in enumerate(lines):
        text = line.text.translate(_WIDE)
        if len(text) > _SHORT or not (found := _DATE_AT_END.search(text)):
            continue
        before = text[: found.start()].strip(" \t\u3000（(，,")
        if before and not _bodies(before):
            continue
        signers, span = _signers(lines[max(at - _SIGNERS, 0) : at]) if not before else ([before], line.span)
        if not signers and not before and not _may_stand_alone(lines, at):
            continue
        value = _iso(found)
        fact = Fact("date", value, "imprint" if found["printed"] else "signature", line.sub(found.start(), found.end()))
        names = tuple(name for signer in signers for name in _bodies(signer))
        yield _Signature(names, span, fact, bool(found["printed"]))


def _signers(above: Sequence[_Line]) -> tuple[list[str], Span | None]:
    """The bodies on the lines right above a date, the first first."""
    found: list[_Line] = []
    for line in reversed(above):
        if not _bodies(line.text) or line.text.rstrip().endswith((":", "：")):
            break
        found.insert(0, line)
    if not found:
        return [], None
    return [line.text for line in found], Span(found[0].span.start, found[-1].span.end)


def _may_stand_alone(lines: Sequence[_Line], at: int) -> bool:
    """A date without a signer is one where it ends the text or stands right below a title."""
    return at == len(lines) - 1 or (at > 0 and _is_any_title(lines[at - 1].text)) or lines[at].text[:1] in "（("


# -- labels, dates, numbers --------------------------------------------------------------------------------------


@cache
def _labels() -> re.Pattern[str]:
    """A label of the record at the beginning of a line or behind a blank: 索 引 号：, 【文号】, 发布日期 2022-04-29."""
    known = sorted((label for group in words()["record"].values() for label in group), key=len, reverse=True)
    either = "|".join(r"[ \u3000]{0,4}".join(label) for label in known)
    return re.compile(
        rf"(?:^|(?<=[\s，,；;。|（(【\[]))[【\[]?(?P<label>{either})(?:[】\]]\s*[:：]?|\s*[:：]|(?=[\s\d]|$))\s*"
    )


@cache
def _kinds() -> dict[str, str]:
    return {label: kind for kind, labels in words()["record"].items() for label in labels}


def _kind_of(label: str) -> str:
    return _kinds()[re.sub(r"\s", "", label)]


def _iso(found: re.Match[str]) -> str:
    """2021年3月5日, 2021-03-05, 二〇二一年三月五日 → 2021-03-05; empty where there is no such day."""
    if found["y"]:
        year, month, day = int(found["y"]), int(found["m"]), int(found["d"])
    else:
        year, month, day = int(found["cy"].translate(_HAN_DIGITS)), _han(found["cm"]), _han(found["cd"])
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _han(text: str) -> int:
    """十二 → 12, 三十一 → 31, 廿三 → 23, 〇五 → 5."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int(text.translate(_HAN_DIGITS))
    digits = (int(part.translate(_HAN_DIGITS)) if part else default for part, default in ((tens, 1), (ones, 0)))
    high, low = digits
    return 10 * high + low


def _number(found: re.Match[str]) -> str:
    """A document number in its standard form: 中府函（2023）第 225 号 → 中府函〔2023〕225号."""
    if "year" not in found.re.groupindex:
        return f"{found['name']}第{found['serial']}号"
    name = re.sub(r"\s", "", found["name"])
    return f"{name}〔{found['year'].translate(_WIDE)}〕{found['serial'].translate(_WIDE)}号"


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(iter(reversed(list(pattern.finditer(text)))), None)


def _reach(text: str, count: int) -> int:
    """The offset behind the first `count` characters that are no blanks."""
    solid = (at for at, char in enumerate(text, 1) if not char.isspace())
    return next(islice(solid, count - 1, None), len(text)) if count > 0 else 0


def _shown(years: tuple[int, int]) -> str:
    return str(years[0]) if years[0] == years[1] else f"{years[0]}-{years[1]}"


def _as_years(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)
