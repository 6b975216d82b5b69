"""The page: what it holds, that nothing in a plan can act on it, and how it behaves in a real browser."""

from __future__ import annotations

import base64
import hashlib
import json as stdlib_json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from rendering import CHROMIUM, FLAGS, lacking, letters, need, pages

from planlens.cli import cli
from planlens.compare import compare
from planlens.library import Library
from planlens.model import (
    Block,
    Change,
    Clause,
    Commitment,
    Comparison,
    Document,
    Link,
    Part,
    Plan,
    PlanInfo,
    Quantity,
    Score,
    Shift,
    Span,
    Table,
    Target,
)
from planlens.report import Report, html, json, messages, plots, tables
from planlens.report.charts import Moved, Moves, Shares
from planlens.report.look import Look

ROOT = Path(__file__).parents[1]
DATA = ROOT / "planlens" / "data"
HOSTILE = '</script><img src=x onerror="alert(1)">&amp;\u202e\x07“新增'


def made_up(name: str, count: int) -> Plan:
    """A plan of `count` clauses, two commitments in each; the third has a target."""
    text, clauses, commitments, targets = f"{name}要点\n", list[Clause](), list[Commitment](), list[Target]()
    for n in range(1, count + 1):
        parts = [f"推动第{n}项工作，由甲局牵头。", f"建成{n}个站点；"]
        start = len(text)
        text += f"（{n}）第{n}条\n"
        body = len(text)
        for at, part in enumerate(parts, 1):
            inside = Span(len(text), len(text) + len(part))
            strength = "推动" if at == 1 else "实现"
            key = f"一/{n}#{at}"
            commitments.append(Commitment(key, f"一/{n}", part, "推动", None, strength, None, None, (), (), inside))
            text += part
        number = Span(len(text) - len(parts[1]) + 2, len(text) - 3)
        quantity = Quantity(Decimal(n), Decimal(n), "个", "=", number.of(text))
        whole = Span(len(text) - len(parts[1]), len(text) - 1)
        targets.append(
            Target(
                f"一/{n}#2.1", f"一/{n}#2", f"站点{n}", quantity, "count", "target", None, None, False, number, whole
            )
        )
        clauses.append(
            Clause(f"一/{n}", f"（{n}）", f"第{n}条", Span(start, len(text)), Span(body, len(text)), 0, None, "task")
        )
        text += "\n"
    info = PlanInfo(name, f"某市{name}要点", "某市", "city", None, 2023, 2023)
    document = Document(f"{name}.txt", "0" * 64, text, "utf-8", (Block("paragraph", Span(0, len(text))),))
    return Plan(info, document, tuple(clauses), tuple(commitments), tuple(targets))


def compared(count: int) -> Comparison:
    """Every first commitment linked, one with two of the new plan; every second one dropped here and new there."""
    old, new = made_up("old", count), made_up("new", count)
    parts = (Part("start", 1.0, -5.0), Part("item", 0.5, 6.0), Part("clause", 0.2, 0.05))
    links = [Link(f"一/{n}#1", f"一/{n}#1", Score(1.05, 0.74, parts), "scored") for n in range(1, count + 1)]
    changes = [
        Change("changed", ("strength",), (x.old,), (x.new,), 0.74, "scored", None, ("力度: 探索 → 推动",))
        for x in links
    ]
    lone = [f"一/{n}#2" for n in range(1, count + 1)]
    changes += [Change("new", (), (), (key,), None, None, ("一/1#1", 0.1), (), ("number",)) for key in lone]
    changes += [Change("dropped", (), (key,), (), None, None) for key in lone]
    moved = Shift("like", "comparable", "up", "站点2", ("一/2#2.1",), ("一/2#2.1",), Decimal(1), Decimal(50), "")
    return Comparison(old, new, (), tuple(links), tuple(changes), (moved,), "words")


def report(result: Comparison, lang: str = "zh", only: tuple[str, ...] = tables.SHOWN) -> Report:
    m = messages.load(lang)
    return Report(
        m, Look(nothing=m("mark.no_rows")), lambda: tables.diff(result, m, only=only), list,
        lambda: json.diff(result), result,
    )  # fmt: skip


def listed(*made: Table, lang: str = "zh") -> str:
    return html.write(Report(messages.load(lang), Look(), lambda: made, lambda: made, dict)).decode()


@pytest.fixture(scope="module")
def small() -> str:
    return html.write(report(compared(3))).decode()


class Reader(HTMLParser):
    """Elements with their attributes, and the text that a reader sees."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._silent = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag in ("script", "style", "title"):
            self._silent = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.text += data


def test_the_policy_names_the_only_script_and_style(small: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', small)
    assert policy and policy[1].startswith("default-src 'none'")
    for kind, tag in (("script", "<script>"), ("style", "<style>")):
        source = small.split(tag)[1].split(f"</{kind}>")[0]
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy[1]
        assert small.count(tag) == 1


def test_nothing_is_loaded_and_nothing_runs_by_itself(small: str) -> None:
    for tag, attributes in Reader(small).elements:
        assert tag not in ("img", "link", "iframe", "object", "embed", "base"), tag
        assert not {name for name in attributes if name.startswith("on") or name in ("style", "src")}, tag
        assert attributes.get("href", "#").startswith("#")


def test_ids_are_unique_and_addresses_lead_somewhere(small: str) -> None:
    elements = Reader(small).elements
    ids = Counter(attributes["id"] for _, attributes in elements if "id" in attributes)
    assert [name for name, count in ids.items() if count > 1] == []
    assert {"n-一/1#1", "o-一/1#1", "c-n-一/1#1", "c-o-一/2#2"} <= set(ids)
    targets = {attributes["href"][1:] for _, attributes in elements if "href" in attributes}
    assert targets - set(ids) == set()


def test_words_of_a_plan_stay_words() -> None:
    result = compared(2)
    info = replace(result.old.info, title=HOSTILE, id="a'\"<b>")
    page = html.write(report(replace(result, old=replace(result.old, info=info)))).decode()
    assert "<img" not in page and "\u202e" not in page and "\x07" not in page and page.count("</script>") == 2
    assert "</script><img src=x" in Reader(page).text
    other = listed(Table("x", HOSTILE, ("a", HOSTILE), (("=1+1", HOSTILE),)))
    assert "<img" not in other and "=1+1" in Reader(other).text and "\u202e" not in other


def test_the_data_cannot_end_their_element() -> None:
    assert stdlib_json.loads(html.embedded({"a": HOSTILE + "\u2028"})) == {"a": HOSTILE + "\u2028"}
    assert not set("<>&\u2028") & set(html.embedded(HOSTILE + "\u2028"))


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_every_cell_of_every_table_is_on_the_page(lang: str) -> None:
    made = report(compared(3), lang, tables.SECTIONS)
    seen = "".join(Reader(html.write(made).decode()).text.split())
    for table in made.tables():
        assert "".join(table.title.split()) in seen or table.name in ("counts", "closing")
        for row in table.rows:
            for cell in row:
                assert "".join(cell.split()) in seen, cell


def test_the_same_report_gives_the_same_bytes() -> None:
    assert html.write(report(compared(3))) == html.write(report(compared(3)))


def test_only_narrows_the_page_too() -> None:
    page = html.write(report(compared(3), only=("dropped",))).decode()
    assert 's-dropped" id="c-' in page and 's-new" id="c-' not in page and 'class="moves"' not in page


def test_two_plans_of_one_name_are_told_apart() -> None:
    result = compared(3)
    same = replace(result, new=replace(result.new, info=result.old.info))
    ids = [attributes.get("id") for _, attributes in Reader(html.write(report(same)).decode()).elements]
    assert "c-n-一/1#2" in ids and "c-o-一/1#2" in ids


def test_two_plans_of_one_title_are_named_by_their_ids() -> None:
    result = compared(1)
    title = result.old.info.title
    same = replace(result, new=replace(result.new, info=replace(result.new.info, title=title)))
    assert f"{title}（old）" in html.write(report(same)).decode().split("</h1>")[0]


def test_a_comparison_without_anything_is_a_page() -> None:
    result = replace(compared(1), links=(), changes=(), shifts=())
    assert "新增" in html.write(report(result)).decode()
    assert "planlens" in listed()


def test_the_script_knows_its_words_and_no_others() -> None:
    script = (DATA / "page.js").read_text("utf-8")
    known = {key.removeprefix("page.js_") for key in messages.raw() if key.startswith("page.js_")}
    assert set(re.findall(r"\bwords\.(\w+)", script)) == known
    told = "".join((ROOT / "planlens" / "report" / f"{name}.py").read_text("utf-8") for name in ("html", "html_diff"))
    named = set(re.findall(r'\bm\("(page\.\w+)"[,)]', told))
    assert named == {key for key in messages.raw() if key.startswith("page.") and not key.startswith("page.js_")}


def test_an_outlier_does_not_flatten_the_others() -> None:
    rows = (Moved("甲", "1个", "9个", "+8个", 800.0), Moved("乙", "10个", "12个", "+2个", 20.0))
    drawn = plots.dumbbell(Moves("", "", "x", "", rows, "%"))
    assert "+200%" in drawn and "+250%" not in drawn and drawn.count("<path") == 1


def test_a_chart_shows_no_control_or_direction_characters() -> None:
    rows = (Moved("甲\x1b[31m\u202e<b>", "1个", "9个", "+8个", 8.0),)
    drawn = plots.dumbbell(Moves("", "", "x", "", rows, "%"))
    assert "甲�[31m�&lt;b&gt;" in drawn


@pytest.fixture(scope="module")
def sample() -> Comparison:
    shelf = Library.open(ROOT / "samples")
    return compare(*(shelf.read(shelf.find(name)) for name in ("shenzhen-2023", "shenzhen-2025")))


@pytest.fixture(scope="module")
def large(sample: Comparison) -> bytes:
    return html.write(report(sample))


def test_every_commitment_of_the_samples_stands_in_its_plan(sample: Comparison, large: bytes) -> None:
    assert len(large) < 1_000_000
    elements = Reader(large.decode()).elements
    marked = Counter(attributes["id"][:2] for tag, attributes in elements if attributes.get("class", "")[:4] == "u s-")
    assert marked == {"o-": len(sample.old.commitments), "n-": len(sample.new.commitments)}


# ---- in a browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    need(str(CHROMIUM))
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        lacking("not installed: playwright (it is in the extra dev)")
    with sync_playwright() as running:
        context = running.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"), executable_path=str(CHROMIUM), headless=True, args=FLAGS
        )
        yield context
        context.close()


class Opened:
    """A page in the browser: what it complained of and what it asked the network for."""

    def __init__(self, browser: Any, path: Path, page: bytes | str, address: str = "", width: int = 1200) -> None:
        path.write_bytes(page if isinstance(page, bytes) else page.encode())
        self.complaints: list[str] = []
        self.tab = browser.new_page()
        self.tab.on("console", lambda message: self.complaints.append(message.text))
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.tab.on("request", lambda request: self.asked(request.url))
        self.tab.on("dialog", self.spoken)
        self.tab.set_viewport_size({"width": width, "height": 800})
        self.tab.goto(path.as_uri() + address)

    def asked(self, url: str) -> None:
        if not url.startswith("file:"):
            self.complaints.append(url)

    def spoken(self, dialog: Any) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def tells(self, words: str) -> None:
        """Wait until the line of counts says so."""
        self.tab.wait_for_selector(f"#count:has-text('{words}')")

    def count(self, selector: str) -> int:
        return int(self.tab.locator(selector).count())

    def close(self) -> None:
        self.tab.close()
        assert self.complaints == []


def test_filter_search_step_and_reason(browser: Any, tmp_path: Path, small: str) -> None:
    page = Opened(browser, tmp_path / "a.html", small)
    assert page.tab.inner_text("#count") == "显示 9 项变化，共 9 项"
    page.tab.uncheck("input[value=new]")
    page.tab.select_option("select[name=strength]", "推动")
    page.tells("显示 3 项")
    page.tab.click("button[type=reset]")
    page.tab.fill("#find", "第2项")
    page.tells("显示 1 项")
    page.tab.press("#find", "Escape")
    page.tab.keyboard.press("j")
    assert page.tab.inner_text("#step") == "1 / 1"
    page.tab.click(".card[aria-current] summary")
    page.tab.wait_for_selector(".why tbody tr")
    assert "0.74" in page.tab.inner_text(".card[aria-current] .why")
    page.close()


def test_a_search_leaves_its_box_in_sight(browser: Any, tmp_path: Path, large: bytes) -> None:
    page = Opened(browser, tmp_path / "a.html", large)
    page.tab.keyboard.press("/")
    page.tab.keyboard.type("社康")
    page.tab.wait_for_selector("#count:has-text('表中')")
    page.tab.wait_for_timeout(50)
    assert 0 < page.tab.locator("#find").bounding_box()["y"] < 800
    page.tab.keyboard.press("Escape")
    page.tab.keyboard.press("j")
    assert page.tab.inner_text("#step").startswith("1 / ")
    page.close()


def test_stepping_goes_through_what_the_filter_leaves(browser: Any, tmp_path: Path, small: str) -> None:
    page = Opened(browser, tmp_path / "a.html", small)
    page.tab.uncheck("input[value=changed]")
    page.tells("显示 6 项")
    for key, told in (("j", "1 / 6"), ("ArrowRight", "2 / 6"), ("k", "1 / 6"), ("k", "1 / 6")):
        page.tab.keyboard.press(key)
        assert page.tab.inner_text("#step") == told
    assert page.tab.evaluate("document.activeElement.matches('.card[aria-current]')")
    page.close()


def test_a_commitment_finds_its_counterpart_and_a_line_joins_them(browser: Any, tmp_path: Path, small: str) -> None:
    page = Opened(browser, tmp_path / "a.html", small)
    page.tab.click("[id='n-一/2#1']")
    page.tab.wait_for_selector("#links path.on", state="attached")
    assert page.tab.locator("a.u.on").evaluate_all("units => units.map(unit => unit.id)") == ["o-一/2#1", "n-一/2#1"]
    assert "有变化" in page.tab.inner_text("#now")
    page.close()


@pytest.mark.parametrize("name", ["n-一/2#1", "一/2#1", "c-n-一/2#1"])
def test_an_address_leads_to_its_change(browser: Any, tmp_path: Path, small: str, name: str) -> None:
    page = Opened(browser, tmp_path / "a.html", small, "#" + name)
    page.tab.wait_for_selector(".card[aria-current]")
    assert page.tab.get_attribute(".card[aria-current]", "id") == "c-n-一/2#1"
    page.close()


def test_an_address_of_a_clause_leads_into_its_plan(browser: Any, tmp_path: Path) -> None:
    page = Opened(browser, tmp_path / "a.html", html.write(report(compared(80))), "#一/60")
    page.tab.wait_for_timeout(100)
    box = page.tab.locator("[id='n-一/60']").bounding_box()
    assert 0 < box["y"] < 800 - box["height"]
    page.close()


def test_a_table_is_sorted_by_number_and_searched(browser: Any, tmp_path: Path) -> None:
    rows = (("甲", "约300名"), ("乙", "1.6万个"), ("丙", "—"), ("丁", "20个"))
    page = Opened(browser, tmp_path / "a.html", listed(Table("x", "表", ("名", "数"), rows)))
    page.tab.click("thead th:nth-child(2) button")
    names = page.tab.locator("tbody td:first-child").all_inner_texts()
    assert names == ["丁", "甲", "乙", "丙"]
    assert page.tab.get_attribute("thead th:nth-child(2)", "aria-sort") == "ascending"
    page.tab.fill("#find", "万")
    page.tells("显示 1 行")
    page.close()


def test_no_width_scrolls_sideways(browser: Any, tmp_path: Path, large: bytes) -> None:
    for width in (320, 360, 800):
        page = Opened(browser, tmp_path / "a.html", large, width=width)
        assert page.tab.evaluate("document.documentElement.scrollWidth") <= width
        page.close()


def test_two_thousand_changes_open_and_filter_at_once(browser: Any, tmp_path: Path) -> None:
    page = Opened(browser, tmp_path / "a.html", html.write(report(compared(670))))
    assert page.count(".card") == 2010
    opened = page.tab.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    page.tab.fill("#find", "第77项")
    page.tells("显示 1 项")
    assert opened < 5000  # under 1 s on an idle machine; tests share theirs
    page.close()


def test_a_matrix_of_shares_is_drawn_with_its_numbers() -> None:
    shares = {("甲<市", "乙市"): 0.25, ("乙市", "甲<市"): 1.0}
    drawn = plots.svg(plots.drawing(Shares("", "", "重合", "", ("甲<市", "乙市"), shares)))
    assert drawn.count("<rect") == 4 and "25%" in drawn and "100%" in drawn and "甲&lt;市" in drawn


def test_lines_join_counterparts_and_point_at_those_out_of_sight(browser: Any, tmp_path: Path) -> None:
    page = Opened(browser, tmp_path / "a.html", html.write(report(compared(80))))
    page.tab.evaluate("document.getElementById('plans').scrollIntoView()")
    page.tab.wait_for_selector("#links path:not(.far)", state="attached")
    page.tab.evaluate("document.getElementById('text-new').scrollTop = 1e6")
    page.tab.wait_for_selector("#links path.far", state="attached")
    ends = page.tab.locator("#links path.far").evaluate_all("lines => lines.map(line => line.getAttribute('d'))")
    bottom = page.tab.evaluate("document.getElementById('links').getBoundingClientRect().height")
    assert all(
        line.startswith("M0 0C") or float(line.split()[-1]) in (0, bottom) or f"M0 {bottom}" in line for line in ends
    )
    page.close()


def test_the_bars_of_a_reason_begin_where_the_last_one_ended(browser: Any, tmp_path: Path, small: str) -> None:
    page = Opened(browser, tmp_path / "a.html", small)
    page.tab.click(".card.s-changed summary")
    page.tab.wait_for_selector(".card.s-changed .why tbody tr")
    bars = page.tab.locator(".card.s-changed .why >> nth=0 >> rect").evaluate_all(
        "bars => bars.map(bar => [bar.getAttribute('class'), bar.x.baseVal.value, bar.width.baseVal.value])"
    )
    at = max(x + width for kind, x, width in bars if kind == "sum")
    adds = page.tab.locator(".card.s-changed .why >> nth=0 >> tbody td:nth-child(3)").all_inner_texts()
    *parts, whole = (float(value.replace("−", "-")) for value in adds)
    assert sum(parts) == pytest.approx(whole, abs=0.01) and len(parts) == 3
    (_, start, wide), (_, up, rise), (_, rest, more), (_, begin, _) = bars
    assert up == pytest.approx(start, abs=0.1) and rest == pytest.approx(up + rise, abs=0.1)
    assert (begin, at) == pytest.approx((start + wide, rest + more), abs=1.1)
    page.close()


def test_text_of_a_plan_cannot_act(browser: Any, tmp_path: Path) -> None:
    words = [
        "</script><script>alert(1)</script>", "<img src=x onerror=alert(2)>", '=HYPERLINK("http://x.example","a")',
        "<a href=javascript:alert(3)>点</a>", "\x07\x1b[31m", "\u202e倒\u2066", "&lt;b&gt;", "]]><!--", "{{7*7}}${7}",
    ]  # fmt: skip
    for year in (2023, 2025):
        lines = [f"（{n}）推进第{n}项{word}\n新增{year - n}家机构，支持{word}。" for n, word in enumerate(words, 1)]
        text = f"某市{year}年工作要点\n一、{words[0]}\n" + "\n".join(lines)
        (tmp_path / f"{year}.txt").write_text(text, "utf-8")
    out = tmp_path / "out.html"
    run = CliRunner().invoke(
        cli, ["diff", str(tmp_path / "2023.txt"), str(tmp_path / "2025.txt"), "--full", "-o", str(out)]
    )
    assert run.exit_code == 0, run.output
    page = Opened(browser, tmp_path / "a.html", out.read_bytes())
    for summary in page.tab.locator("summary").all():
        summary.click()
    page.tab.fill("#find", "<img src=x")
    page.tells("显示")
    page.tab.keyboard.press("Escape")
    page.tab.keyboard.press("j")
    shown = page.tab.text_content("#text-new")
    assert all(word in shown for word in words if word.isprintable())
    assert not set("\u202e\u2066\x07\x1b") & set(page.tab.text_content("body"))
    assert page.count("img") == page.count("a[href^=java]") == 0
    page.close()


@pytest.mark.parametrize(
    ("made", "scheme", "width"),
    [("large", "dark", 360), ("small", "light", 1280), ("list", "light", 360), ("list", "dark", 1280)],
)
def test_nothing_stands_in_the_way_of_a_keyboard_or_a_screen_reader(
    browser: Any, tmp_path: Path, small: str, large: bytes, made: str, scheme: str, width: int
) -> None:
    """The rules of axe-core (WCAG 2 A and AA, best practice): no finding of any weight."""
    try:
        import axe_playwright_python
    except ImportError:
        lacking("not installed: axe-playwright-python (it is in the extra dev)")
    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
    table = Table("x", "表", ("名", "数", "年", "注"), (("甲", "1", "2025", HOSTILE),))
    page = Opened(
        browser, tmp_path / "a.html", {"large": large, "small": small}.get(made) or listed(table), width=width
    )
    page.tab.emulate_media(color_scheme=scheme)
    if page.count("summary"):
        page.tab.locator(".card summary").first.click()
        page.tab.keyboard.press("j")
    page.tab.evaluate(axe)
    found = page.tab.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    page.close()


def test_the_page_is_printed_whole_on_numbered_a4(browser: Any, tmp_path: Path, large: bytes) -> None:
    page = Opened(browser, tmp_path / "a.html", large)
    page.tab.emulate_media(color_scheme="dark")
    page.tab.pdf(path=tmp_path / "a.pdf", prefer_css_page_size=True)
    told = pages(tmp_path / "a.pdf")
    for number, text in enumerate(told, 1):
        assert text.strip().splitlines()[-1].split() == [str(number), "/", str(len(told))]
    cards = "".join(page.tab.locator(".card .sides").all_text_contents())
    assert letters(cards) <= letters("".join(told))
    page.close()


def test_no_character_is_drawn_as_a_box(browser: Any, tmp_path: Path, large: bytes) -> None:
    """What no font has is drawn as the same box: as one that no font can have (a code point not assigned)."""
    page = Opened(browser, tmp_path / "a.html", large)
    text = "".join(Reader(large.decode()).text)
    boxes = page.tab.evaluate(
        """chars => {
          const pen = new OffscreenCanvas(24, 24).getContext("2d", { willReadFrequently: true });
          pen.font = "16px " + getComputedStyle(document.body).fontFamily;
          const drawn = (char) => {
            pen.clearRect(0, 0, 24, 24);
            pen.fillText(char, 2, 18);
            return pen.getImageData(0, 0, 24, 24).data.join();
          };
          const box = drawn("\\u0378");
          return chars.filter((char) => drawn(char) === box);
        }""",
        sorted({*letters(text), "\u0379"}),
    )
    assert boxes == ["\u0379"]
    page.close()


def test_two_thousand_changes_scroll_smoothly(browser: Any, tmp_path: Path) -> None:
    page = Opened(browser, tmp_path / "a.html", html.write(report(compared(670))))
    frames = page.tab.evaluate(
        """() => new Promise((done) => {
          const took = [];
          let last = performance.now();
          document.getElementById("changes").scrollIntoView();
          const next = (now) => {
            took.push(now - last);
            last = now;
            scrollBy(0, 400);
            if (took.length < 60) requestAnimationFrame(next); else done(took);
          };
          requestAnimationFrame(next);
        })"""
    )
    assert sorted(frames)[len(frames) // 2] < 50  # 17 ms on an idle machine; tests share theirs
    page.close()
