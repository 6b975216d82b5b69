"""Plant errors into clean plans and count which of them `planlens check` finds, and what it says beside.

    python benchmarks/drafts.py [N]      N errors of each kind (default 15); the same seed plants the same
    python benchmarks/drafts.py --list   each error that was not found, and each false alarm, in words

Clean plans are the samples and the made-up plans of tests/gold_sectors and tests/gold_sectors2. An alarm is false where
the untouched plan had none there and it does not touch what was planted. Right twins (figures that do add up, old names
in titles and history) are planted too: nothing may be said of them.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from plansynth import Draw
from synthscore import plan_of

from planlens.check import against, within
from planlens.check.findings import Finding
from planlens.compare import compare
from planlens.model import Clause, Plan, PlanInfo, Span, Target
from planlens.restated import headlines

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
FOLDERS = (ROOT / "samples", ROOT / "tests" / "gold_sectors", ROOT / "tests" / "gold_sectors2")
SEED = 20250701
COUNT = 15
_CN = "一二三四五六七八九十"


@dataclass(frozen=True)
class Planted:
    """A plan with one error, or a right twin: `kind` is what must be found at `span`, "" for nothing."""

    source: str
    kind: str
    text: str
    span: Span
    before: str = ""
    """The text it was made from, where it is held against that."""


@cache
def data() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


@cache
def sources() -> dict[str, str]:
    """Name → text of every clean plan."""
    files = sorted(path for folder in FOLDERS for path in folder.glob("*.txt"))
    return {path.stem: path.read_text("utf-8") for path in files}


@cache
def plan(name: str, text: str | None = None) -> Plan:
    """The plan a text holds; its years are those of its name."""
    made = plan_of(sources()[name] if text is None else text, name)
    years = [int(year) for year in re.findall(r"\d{4}", name)]
    info = PlanInfo(name, name, start_year=years[0], end_year=years[-1])
    return Plan(info, made.document, made.clauses, made.commitments, made.targets, made.notes)


# --- what is planted ------------------------------------------------------------------------------------------------


def _put(text: str, at: int, words: str) -> tuple[str, Span]:
    return text[:at] + words + text[at:], Span(at, at + len(words))


def _leaves(of: Plan) -> list[Clause]:
    """Task clauses of the body with sentences of their own."""
    parents = {clause.parent for clause in of.clauses}
    text = of.document.text
    return [
        c for c in of.clauses if c.role == "task" and c.key not in parents and text[c.body.end - 1 : c.body.end] == "。"
    ]


def _other_value(target: Target, draw: Draw, text: str) -> str:
    """The written number moved by a tenth to a half."""
    written = target.span.of(text)
    digits = re.search(r"\d+(?:\.\d+)?", written)
    assert digits is not None
    old = Decimal(digits[0])
    step = max(old / 10, Decimal(1) if old == old.to_integral_value() else Decimal("0.2")) * draw.between(1, 4)
    new = old - step if old > step * 2 and (draw.yes() or old > 90) else old + step
    shown = f"{new:.{max(0, -int(old.as_tuple().exponent))}f}"
    return written[: digits.start()] + shown + written[digits.end() :]


def _items(of: Plan, *, tabled: bool = False) -> list[tuple[Span, Target]]:
    """Items between commas that hold one number and name what it counts: 新增床位1200张."""
    text, rows = of.document.text, {b.span for b in of.document.blocks if b.kind == "row"}
    out = []
    for target in headlines(of.targets):
        if (target.quote in rows) is not tabled or not re.search(r"\d", target.span.of(text)):
            continue
        start = max(text.rfind(mark, 0, target.span.start) for mark in "，。；\n：") + 1
        end = min(at for mark in "，。；\n" if (at := text.find(mark, target.span.end)) > 0)
        item = text[start:end]
        named = len(re.findall("[一-鿿]", text[start : target.span.start])) >= 5
        if named and len(re.findall(r"\d+(?:\.\d+)?", item)) == 1 and not re.search("其中|分别|各|每[个家所名]", item):
            out.append((Span(start, end), target))
    return out


def two_values(name: str, draw: Draw) -> Planted | None:
    """An item is said again in another clause, with another number."""
    of = plan(name)
    text, items, leaves = of.document.text, _items(of), _leaves(of)
    if not items or len(leaves) < 3:
        return None
    item, target = draw.one(items)
    places = [c for c in leaves if c.span.end < item.start or c.span.start > item.end]
    when = re.search(r"20\d\d年", target.period or "")
    said = f"到{when[0]}，" if when and when[0] not in text[item.start : item.end] else ""
    said += text[item.start : target.span.start] + _other_value(target, draw, text) + text[target.span.end : item.end]
    made, span = _put(text, draw.one(places).body.end, said.strip() + "。")
    return Planted(name, "two_values", made, span)


def table_and_sentence(name: str, draw: Draw) -> Planted | None:
    """A row of a table is said in a sentence with another number."""
    of = plan(name)
    text, rows = of.document.text, {b.span for b in of.document.blocks if b.kind == "row"}
    targets = [  # in names with a number or a sum of their own (56人以上大班额) the sentence would not be a person's
        t
        for t in of.targets
        if t.quote in rows
        and t.role == "target"
        and not re.search(r"\d{2}|累计", t.indicator)
        and re.fullmatch(r"\d+(\.\d+)?", t.span.of(text))
    ]
    if not targets:
        return None
    target = draw.one(targets)
    unit = target.quantity.unit if target.quantity.unit != "1:" else ""
    number = _other_value(target, draw, text)
    verb = "" if re.search("(降低|下降|增长|提高)$", target.indicator) else draw.one(("达到", "为", "达"))
    said = f"{'' if target.period is None else '到' + target.period + '，'}{target.indicator}{verb}{number}{unit}。"
    made, span = _put(text, draw.one(_leaves(of)).body.end, said)
    return Planted(name, "table_and_sentence", made, span)


def _sum(draw: Draw, *, wrong: bool) -> str:
    """A sentence with three figures, the third right or off."""
    template = draw.one(data()["sum"])
    a = draw.between(20, 60) * 2
    b, d = a + a // 2 * draw.between(1, 3), draw.between(5, 30)
    p, q = draw.between(40, 60), draw.between(65, 90)
    o = p - draw.between(3, 15)
    right = {
        "percent": (b - a) * 100 / a, "points": q - p, "sum": a + d, "difference": b - a,
        "drop": (b - a) * 100 / b, "drop_po": (p - o) * 100 / p,
    }[template["right"]]  # fmt: skip
    c = round(right * (1.3 if draw.yes() else 0.75) + 2 if wrong else right, 1)
    return str(template["text"]).format(a=a, b=b, d=d, p=p, q=q, o=o, c=f"{c:g}" if c % 1 else int(c))


def arithmetic(name: str, draw: Draw) -> Planted | None:
    made, span = _put(sources()[name], draw.one(_leaves(plan(name))).body.end, _sum(draw, wrong=True))
    return Planted(name, "arithmetic", made, span)


def right_sums(name: str, draw: Draw) -> Planted | None:
    made, span = _put(sources()[name], draw.one(_leaves(plan(name))).body.end, _sum(draw, wrong=False))
    return Planted(name, "", made, span)


def _listed(name: str, draw: Draw, words: Sequence[str], kind: str) -> Planted | None:
    """Every clause of a level gets a list but one."""
    of = plan(name)
    parents = {clause.parent for clause in of.clauses}
    leaves = [
        c
        for c in of.clauses
        if c.role == "task" and c.label and c.key not in parents and len(c.body) and not re.match("附件|.*¶", c.key)
    ]
    leaves = [c for c in leaves if not re.search("目标|指标|要求|思路|原则", c.heading)]
    depth = Counter(c.depth for c in leaves).most_common(1)
    group = [c for c in leaves if depth and c.depth == depth[0][0]]
    text = of.document.text
    dated = r"[（(][^（()）]*[年月][^（()）]*[)）][。\s]*$" if kind == "no_body" else "月|年底|年末|年内|季度"
    free = [c for c in group if not re.search(dated, c.body.of(text))]
    if len(group) < 6 or not free:
        return None
    bare = draw.one(free)
    for clause in reversed(group):
        if clause is not bare:
            text = text[: clause.body.end] + draw.one(words) + text[clause.body.end :]
    own = of.document.text[bare.span.start : bare.body.end]
    at = text.index(own)
    without = re.sub(r"[（(][^（()）]{2,60}[)）](?=[。\s]*$)", "", own) if kind == "no_body" else own
    return Planted(name, kind, text.replace(own, without, 1), Span(at, at + len(without)))


def no_body(name: str, draw: Draw) -> Planted | None:
    return _listed(name, draw, data()["phrases"]["bodies"], "no_body")


def no_deadline(name: str, draw: Draw) -> Planted | None:
    return _listed(name, draw, data()["phrases"]["deadlines"], "no_deadline")


def old_name(name: str, draw: Draw) -> Planted | None:
    if int(re.findall(r"\d{4}", name)[0]) < 2022:
        return None
    words = draw.one(data()["phrases"]["former"]).format(draw.one(data()["former"])["old"])
    made, span = _put(sources()[name], draw.one(_leaves(plan(name))).body.end, words)
    return Planted(name, "old_name", made, span)


def spared_names(name: str, draw: Draw) -> Planted | None:
    words = draw.one(data()["phrases"]["spared"]).format(draw.one(data()["former"])["old"])
    made, span = _put(sources()[name], draw.one(_leaves(plan(name))).body.end, words)
    return Planted(name, "", made, span)


def numbering(name: str, draw: Draw) -> Planted | None:
    """A number is one too high, the one before again, or written at another level."""
    of = plan(name)
    text = of.document.text
    labelled = [
        c for c in of.clauses if re.fullmatch(rf"[（(][{_CN}]{{1,3}}[）)]|[{_CN}]{{1,3}}、|\d{{1,2}}[.．、]", c.label)
    ]
    inner = [c for at, c in enumerate(labelled) if at and labelled[at - 1].parent == c.parent]
    if not inner:
        return None
    clause = draw.one(inner)
    number = _number(clause.label)
    ways = {"skip": number + 1, "again": number - 1}
    way = draw.one(("skip", "again", "level"))
    if way == "level" and clause.label[0] in "（(":
        label = f"{_han(number)}、"
    else:
        new = ways["skip" if way == "level" else way]
        label = clause.label.replace(
            str(number) if clause.label[0].isdigit() else _han(number),
            str(new) if clause.label[0].isdigit() else _han(new),
        )
    at = clause.span.start
    made = text[:at] + label + text[at + len(clause.label) :]
    return Planted(name, "numbering", made, Span(at, at + len(label) + 12))


def _number(label: str) -> int:
    bare = re.sub(r"\W", "", label)
    if bare.isascii():
        return int(bare)
    tens, ten, ones = bare.rpartition("十")
    return (_CN.index(tens) + 1 if tens else 1) * 10 * bool(ten) + (_CN.index(ones) + 1 if ones else 0)


def _han(number: int) -> str:
    tens, ones = divmod(number, 10)
    return (_CN[tens - 1] if tens > 1 else "") + ("十" if tens else "") + (_CN[ones - 1] if ones else "")


def two_levels(name: str, draw: Draw) -> Planted | None:
    leaves = _leaves(plan(name))
    if len(leaves) < 3:
        return None
    title, (one, two) = draw.one(data()["phrases"]["titles"]), draw.some(leaves, 2)
    first, later = sorted((one.body.end, two.body.end))
    text, _ = _put(sources()[name], later, title.format("省"))
    made, span = _put(text, first, title.format("国家"))
    return Planted(name, "two_values", made, Span(span.start, later + len(span) + 20))


def reference(name: str, draw: Draw) -> Planted | None:
    text = sources()[name]
    boxes = [int(n) for n in re.findall(r"^(?:专栏|表|附件)(\d)", text, re.MULTILINE)]
    kind = re.search(r"^(专栏|表|附件)\d", text, re.MULTILINE)
    if kind is None or sorted(set(boxes)) != list(range(1, max(boxes) + 1)):
        return None
    words = f"具体安排（见{kind[1]}{max(boxes) + draw.between(1, 3)}）按计划推进。"
    made, span = _put(text, draw.one(_leaves(plan(name))).body.end, words)
    return Planted(name, "reference", made, span)


def lower(name: str, draw: Draw) -> Planted | None:
    """A target of the draft is less than in the plan it was made from."""
    of = plan(name)
    text = of.document.text
    items = [
        (s, t)
        for s, t in _items(of)
        if not re.search("死亡|失业|能耗|降|减|时限|控制|不超过|以内|以下|低于", s.of(text))
        and t.quantity.bound in ("=", ">=")
    ]
    items = [
        (s, t) for s, t in items if t.quantity.lo is not None and t.quantity.lo >= 5 and "万" not in t.span.of(text)
    ]
    if not items:
        return None
    _, target = draw.one(items)
    written = target.span.of(text)
    digits = re.search(r"\d+(?:\.\d+)?", written)
    assert digits is not None
    old = Decimal(digits[0])
    new = f"{old * draw.between(5, 8) / 10:.{max(0, -int(old.as_tuple().exponent))}f}"
    said = written[: digits.start()] + new + written[digits.end() :]
    made = text[: target.span.start] + said + text[target.span.end :]
    return Planted(name, "lower", made, Span(target.span.start, target.span.start + len(said)), text)


PLANTS: dict[str, Callable[[str, Draw], Planted | None]] = {
    "two_values": two_values, "two_levels": two_levels, "table_and_sentence": table_and_sentence,
    "arithmetic": arithmetic, "no_body": no_body, "no_deadline": no_deadline, "old_name": old_name,
    "numbering": numbering, "reference": reference, "lower": lower,
    "right sums": right_sums, "spared names": spared_names,
}  # fmt: skip


def planted(kind: str, count: int) -> Iterator[Planted]:
    """`count` plans with one error each, drawn from the sources in turn."""
    draw, names, made, tried = Draw(SEED, kind), list(sources()), 0, 0
    while made < count and tried < 40 * count:
        one = PLANTS[kind](names[tried % len(names)], draw)
        tried += 1
        if one is not None:
            made += 1
            yield one


# --- what is found --------------------------------------------------------------------------------------------------


def findings(of: Planted) -> Sequence[Finding]:
    draft = plan(of.source, of.text)
    if of.kind == "lower":
        return list(against.last(compare(plan(of.source), draft)))
    return within(draft)


@cache
def usual(name: str) -> frozenset[tuple[str, str]]:
    """What is said of the untouched plan: (reason, words)."""
    of = plan(name)
    return frozenset((f.reason, f.place.span.of(of.document.text)) for f in within(of) if f.place)


def judged(of: Planted) -> tuple[bool, list[Finding]]:
    """Whether it was found, and what else was said."""
    hit, false = False, []
    for finding in findings(of):
        spots = [
            spot for spot in (finding.place, finding.other) if spot and (spot is finding.place or of.kind != "lower")
        ]
        near = any(spot.span.overlap(of.span) for spot in spots)
        if near and finding.kind == of.kind:
            hit = True
        elif not near and finding.place and (finding.reason, finding.place.span.of(of.text)) not in usual(of.source):
            false.append(finding)
    return hit, false


def score(count: int = COUNT) -> dict[str, tuple[int, int, int]]:
    """Kind → planted, found, false alarms."""
    out = {}
    for kind in PLANTS:
        results = [judged(one) for one in planted(kind, count)]
        out[kind] = (len(results), sum(hit for hit, _ in results), sum(len(false) for _, false in results))
    return out


def _listing(count: int) -> None:
    for kind in PLANTS:
        for one in planted(kind, count):
            hit, false = judged(one)
            if one.kind and not hit:
                print(f"missed  {kind:20} {one.source:22} {one.span.of(one.text)[:70]}")
            for finding in false:
                spot = finding.place.span.of(one.text)[:40] if finding.place else ""
                print(f"false   {kind:20} {one.source:22} {finding.reason}: {spot} {dict(finding.values)}")


if __name__ == "__main__":
    asked = next((int(word) for word in sys.argv[1:] if word.isdigit()), COUNT)
    if "--list" in sys.argv:
        _listing(asked)
    print(f"{'kind':20} planted found recall false alarms")
    for kind, (made, found, false) in score(asked).items():
        recall = f"{found / made:.2f}" if made and PLANTS[kind] not in (right_sums, spared_names) else "   –"
        print(f"{kind:20} {made:7} {found:5} {recall:>6} {false:5}")
