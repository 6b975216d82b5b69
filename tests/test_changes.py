"""Changes: each kind from its slot, negation never missed, noise never a change, every commitment in exactly one."""

from __future__ import annotations

import json
import random
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from planlens import targets
from planlens.changes import KINDS, classify
from planlens.commitments import read
from planlens.compare import located
from planlens.lexicon import load
from planlens.model import Alignment, Block, Change, Clause, Document, Link, Plan, PlanInfo, Score, Span

CASES = Path(__file__).parent / "cases"


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CASES / name).read_text("utf-8").splitlines()]


def plan(chapters: list[list[str]], year: int) -> Plan:
    """A plan of chapters 1, 2 …, each with clauses 1/1, 1/2 … of one statement."""
    text, blocks, clauses, commitments = "", [], [], []
    for c, statements in enumerate(chapters, 1):
        start = len(text)
        for s, statement in enumerate(statements, 1):
            span = Span(len(text), len(text) + len(statement))
            text += statement + "\n"
            blocks.append(Block("paragraph", span))
            clauses.append(Clause(f"{c}/{s}", "", "", span, span, 2, str(c), "task"))
            commitments.append(read(f"{c}/{s}#1", f"{c}/{s}", statement, span, load()))
        clauses.append(Clause(str(c), "", "", Span(start, len(text)), Span(start, start), 1, None, "task"))
    document = Document("x", "", text, "utf-8", tuple(blocks))
    numbers = targets.extract(document, tuple(clauses), tuple(commitments), first_year=year)
    info = PlanInfo(str(year), str(year), start_year=year, end_year=year)
    return Plan(info, document, tuple(clauses), tuple(commitments), numbers)


def aligned(*links: tuple[str, str, float]) -> Alignment:
    return Alignment((), tuple(Link(a, b, Score(0.0, p), "scored") for a, b, p in links), (), ())


def compare(old: list[str], new: list[str], *, same_year: bool = False) -> tuple[Change, ...]:
    a, b = plan([old], 2023), plan([new], 2023 if same_year else 2025)
    pairs = product(a.commitments, b.commitments)
    return classify(a, b, aligned(*((x.key, y.key, 0.9) for x, y in pairs)))


@pytest.mark.parametrize("case", rows("changes.jsonl"), ids=lambda case: case["old"][0][:10])
def test_kinds(case: dict[str, Any]) -> None:
    (change,) = compare(case["old"], case["new"])
    assert set(case["kinds"]) <= set(change.kinds)
    assert change.status == case.get("status", "changed" if set(case["kinds"]) - {"repeated"} else change.status)
    if case.get("status") == "kept":
        assert set(change.kinds) == set(case["kinds"])
    if "line" in case:
        assert case["line"] in change.details


def test_negation_is_never_missed() -> None:
    probes = rows("changes_negation.jsonl")
    assert len(probes) == 200
    missed = [p for p in probes if "negation" not in compare([p["old"]], [p["new"]])[0].kinds]
    assert missed == []


STATEMENTS = (
    "加强冷链食品监管，开展专项抽检。",
    "新增公办学位1.2万个，引进教师300名以上。",
    "出台《数据交易管理办法》，规范场内交易。",
    "推进轨道交通六号线建设，年底前全线贯通。",
    "不得向企业摊派会费，严禁强制培训。",
    "完善慢性病管理机制，每个社区配备1名健康管理员。",
    "到2027年，森林覆盖率达到55%以上。",
    "探索建立河湖生态补偿机制。",
    "鼓励社会力量举办普惠托育机构。",
    "开工建设西部净水厂，建成泵站3座。",
)
WIDTH = str.maketrans("0123456789，；：（）%", "０１２３４５６７８９,;:()％")


def noisy(text: str, rng: random.Random) -> str:
    """The same statement with other width, marks, numbering, spaces, stock words or synonyms."""
    changes = [
        lambda t: t.translate(WIDTH),
        lambda t: t.replace("，", ","),
        lambda t: t[:-1] + rng.choice("；;"),
        lambda t: f"（{rng.choice('一二三四五六')}）" + t,
        lambda t: f"{rng.randint(1, 30)}." + t,
        lambda t: t.replace("，", "，切实"),
        lambda t: t.replace("慢性病", "慢病"),
        lambda t: t.replace("，", "， "),
        lambda t: t,
    ]
    for change in rng.sample(changes, 3):
        text = change(text)
    return text


def test_noise_is_no_change() -> None:
    rng = random.Random(20250101)
    pairs = [(text, noisy(text, rng)) for text in rng.choices(STATEMENTS, k=500)]
    old, new = plan([[a for a, _ in pairs]], 2025), plan([[b for _, b in pairs]], 2025)
    found = classify(old, new, aligned(*((f"1/{n}#1", f"1/{n}#1", 0.9) for n in range(1, 501))))
    spurious = [(pairs[int(c.new[0][2:-2]) - 1], c.details) for c in found if c.kinds or c.status != "kept"]
    assert spurious == []


def test_a_plan_against_itself_is_all_kept() -> None:
    one = plan([list(STATEMENTS[:5]), list(STATEMENTS[5:])], 2025)
    found = classify(one, one, aligned(*((c.key, c.key, 1.0) for c in one.commitments)))
    assert {(c.status, c.kinds) for c in found} == {("kept", ())}


def test_every_commitment_in_exactly_one_change() -> None:
    rng = random.Random(7)
    for _ in range(40):
        olds = [f"加强第{n}类场所监管。" for n in range(12)]
        news = [f"强化第{n}类场所监管。" for n in range(12)]
        a, b = plan([olds], 2023), plan([news], 2025)
        pairs = rng.sample(list(product(a.commitments, b.commitments)), 14)
        links = aligned(*((x.key, y.key, rng.random()) for x, y in pairs))
        found = classify(a, b, links)
        assert sorted(k for c in found for k in c.old) == sorted(c.key for c in a.commitments)
        assert sorted(k for c in found for k in c.new) == sorted(c.key for c in b.commitments)
        linked = {(k.old, k.new) for k in links.links}
        for change in found:
            assert set(change.kinds) <= set(KINDS)
            assert (change.status in ("new", "dropped")) == (not change.old or not change.new)
            assert (change.status == "new") == (not change.old)
            if change.old and change.new:
                assert all(any((o, n) in linked for n in change.new) for o in change.old)
                assert all(any((o, n) in linked for o in change.old) for n in change.new)


def test_a_chain_falls_apart_at_its_weak_links() -> None:
    a = plan([["加强湿地保护。", "加强林地保护，修复湿地。"]], 2023)
    b = plan([["强化湿地保护。", "强化林地保护。"]], 2025)
    found = classify(a, b, aligned(("1/1#1", "1/1#1", 0.9), ("1/2#1", "1/1#1", 0.4), ("1/2#1", "1/2#1", 0.9)))
    assert [(c.old, c.new) for c in found] == [(("1/1#1",), ("1/1#1",)), (("1/2#1",), ("1/2#1",))]
    assert "split" in found[1].kinds


def test_what_stays_alone_shows_its_nearest() -> None:
    a, b = plan([["建设绿道。"]], 2023), plan([["建设机场。"]], 2025)
    found = classify(a, b, Alignment((), (), (("1/1#1", "1/1#1", 0.2),), (("1/1#1", "1/1#1", 0.2),)))
    assert [(c.status, c.nearest) for c in found] == [("new", ("1/1#1", 0.2)), ("dropped", ("1/1#1", 0.2))]


THINGS = (["湿地", "林地", "草原", "海岛"], ["文物", "古村", "老街", "名木"])
CHAPTERS = [[f"完善{thing}保护制度。" for thing in group] for group in THINGS]


def keys_by_text(one: Plan) -> dict[str, str]:
    return {c.text: c.key for c in one.commitments}


def moved_texts(new: list[list[str]]) -> set[str]:
    a, b = plan(CHAPTERS, 2023), plan(new, 2025)
    there = keys_by_text(b)
    found = classify(a, b, aligned(*((c.key, there[c.text], 0.95) for c in a.commitments if c.text in there)))
    text = {c.key: c.text for c in b.commitments}
    return {text[c.new[0]] for c in found if "moved" in c.kinds}


def test_a_move_to_another_chapter_is_told() -> None:
    moved = CHAPTERS[0][1]
    assert moved_texts([[t for t in CHAPTERS[0] if t != moved], [*CHAPTERS[1], moved]]) == {moved}


def test_a_move_within_a_chapter_is_told() -> None:
    moved = CHAPTERS[1][0]
    assert moved_texts([CHAPTERS[0], [*CHAPTERS[1][1:], moved]]) == {moved}


def test_renumbering_moves_nothing() -> None:
    assert moved_texts([["建设新机场。", *CHAPTERS[0][1:]], CHAPTERS[1]]) == set()
    assert moved_texts([["建设新机场。"], CHAPTERS[0], CHAPTERS[1]]) == set()


def reviewed(past: str, statement: str, year: int) -> Plan:
    """A plan that opens with a review of what was done."""
    one = plan([[statement]], year)
    text = past + "\n" + one.document.text
    told = Span(0, len(past))
    later = plan([[past, statement]], year)
    clauses = (Clause("回顾", "", "", told, told, 1, None, "review"), *(c for c in later.clauses if c.key == "1/2"))
    kept = tuple(c for c in later.commitments if c.clause == "1/2")
    document = Document("x", "", text, "utf-8", (Block("paragraph", told),))
    return Plan(one.info, document, clauses, kept, ())


PAST = "过去一年，跨江大桥主桥合龙并建成通车，群众出行更加便捷。"


def test_what_the_new_review_tells_as_done_was_not_given_up() -> None:
    old, new = plan([["加快建设跨江大桥主桥，2024年通车。"]], 2023), reviewed(PAST, "加强养老服务。", 2025)
    dropped = next(c for c in classify(old, new, Alignment((), (), (), ())) if c.status == "dropped")
    assert dropped.trace is not None and dropped.trace.kind == "completed"
    assert dropped.trace.span.of(new.document.text) == "跨江大桥主桥合龙并建成通车"


def test_what_the_old_review_tells_already_is_not_quite_new() -> None:
    old, new = reviewed(PAST, "加强养老服务。", 2023), plan([["加快建设跨江大桥主桥。"]], 2025)
    found = next(c for c in classify(old, new, Alignment((), (), (), ())) if c.status == "new")
    assert found.trace is not None and found.trace.kind == "continued"


def test_what_a_dropped_one_carried() -> None:
    old = plan([["落实《节水条例》，2024年底前新建泵站12座。", "加强宣传。"]], 2023)
    found = classify(old, plan([["建设机场。"]], 2025), Alignment((), (), (), ()))
    carried = {c.old[0]: c.carried for c in found if c.status == "dropped"}
    assert carried == {"1/1#1": ("number", "deadline", "document"), "1/2#1": ()}


def test_a_number_that_another_heir_keeps_is_not_lost() -> None:
    a = plan([["新增公办学位3000个，建设智慧校园，培训校长。"]], 2023)
    b = plan([["新增公办学位5000个。", "建设智慧校园，培训校长。"]], 2025)
    (change,) = classify(a, b, aligned(("1/1#1", "1/1#1", 0.9), ("1/1#1", "1/2#1", 0.9)))
    assert "split" in change.kinds
    assert [line for line in change.details if "数值" in line] == ["1/1#1 数值: 3000个 → 5000个"]


def test_two_that_bring_the_same_words_are_not_merged() -> None:
    a = plan([["做好湿地保护。", "加强湿地保护。"], ["治理黑臭水体。"]], 2023)
    b = plan([["强化湿地保护，治理黑臭水体。"]], 2025)
    (change,) = classify(a, b, aligned(*((key, "1/1#1", 0.9) for key in ("1/1#1", "1/2#1", "2/1#1"))))
    assert "merged" not in change.kinds


def test_the_item_a_link_rests_on() -> None:
    a = plan([["推进产教融合，新建充电桩800个，清理河道。"]], 2023)
    b = plan([["建设充电桩1200个。"]], 2025)
    (link,) = located(a, b, aligned(("1/1#1", "1/1#1", 0.9))).links
    old, new = link.items[0]
    assert old.of(a.document.text) == "新建充电桩800个" and new.of(b.document.text) == "建设充电桩1200个"
