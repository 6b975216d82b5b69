"""Every regular expression of the package takes time in proportion to its text, whatever the text is.

The patterns are those that the package compiles while its modules load and its commands run (those made of word lists
among them) and those written out in its source. Each is tried on texts made to mislead it: long runs of every
character it speaks of, runs that follow a beginning of its own, and its own matches cut short over and over.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    from re import _constants as constants
    from re import _parser as parser
else:
    import sre_constants as constants
    import sre_parse as parser

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "planlens"
SIZES = (2_000, 4_000, 8_000, 16_000)
QUICK = 3e-7
"""Seconds a character: what takes less is linear, for the steps of a quadratic pattern alone take three times as much
at the shortest text; the others are tried on longer ones."""
LONG = 1.0
SLACK = 2.2
"""From one text to the one after the next, four times as long, linear time grows by four, quadratic by sixteen."""
CALLS = ("compile", "search", "match", "fullmatch", "split", "sub", "subn", "findall", "finditer")
ANCHORED = {"match", "fullmatch"}

RECORDER = """
import contextlib, importlib, io, json, pkgutil, re, sys
from pathlib import Path
found, inner = {}, re._compile

def recorded(pattern, flags):
    made = inner(pattern, flags)
    frame = sys._getframe(1)
    while frame.f_globals.get("__name__", "").partition(".")[0] in ("re", "enum", "functools"):
        frame = frame.f_back
    if "/planlens/" in frame.f_code.co_filename.replace("\\\\", "/"):
        text = made.pattern if isinstance(made.pattern, str) else made.pattern.decode("latin-1")
        key = (text, made.flags, isinstance(made.pattern, bytes))
        found.setdefault(key, set()).add((frame.f_code.co_filename, frame.f_lineno))
    return made

re._compile = recorded
import planlens
from planlens import cli
for module in pkgutil.walk_packages(planlens.__path__, "planlens."):
    if not module.name.endswith("__main__"):
        with contextlib.suppress(ImportError):
            importlib.import_module(module.name)
from planlens.quantity import number
home = sys.argv[1]
number("12.5")
texts = [Path(home, name) for name in ("a.txt", "b.txt", "c.txt", "d.md", "e.txt")]
for path, sample in zip(texts, sorted(Path("samples").glob("*.txt"))):
    path.write_bytes(sample.read_bytes())
rest = "\\n一、总体要求\\n新增托位480个。\\n"
texts[1].write_text("火炬高技术产业开发区2025年公共服务要点" + rest + "青河市教育局\\n2025年3月1日\\n", "utf-8")
texts[2].write_text("青河市沙溪镇2025年工作要点" + rest, "utf-8")
texts[4].write_text("国家卫生健康委2025年工作要点" + rest + "国家卫生健康委\\n2025年3月1日\\n", "utf-8")
one, two, up = "shenzhen-2023", "shenzhen-2025", "guangdong-2021-2025"
forms = [part for form in ("html", "xlsx", "docx", "json", "csv", "md") for part in ("-o", f"{home}/diff.{form}")]
for command in (
    ["plans"], ["show", two], ["targets", two], ["diff", one, two, *forms], ["diff", one, two, "--lang", "en"],
    ["coverage", up, two], ["overlap", two, up], ["check", two, "--last", one, "--goals", up], ["align", one, two],
    ["track", "床位", one, two], ["trace", "床位"], *(["show", str(path)] for path in texts),
    ["init", f"{home}/own"], ["add", *map(str, texts), "--library", f"{home}/own"],
):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        cli.main(command)
rows = [[*key, sorted(places)] for key, places in found.items()]
Path(home, "patterns.json").write_text(json.dumps(rows), "utf-8")
"""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int, bool], set[tuple[str, int]]]:
    """Patterns (text, flags, of bytes) that a run compiled, and where."""
    home = tmp_path_factory.mktemp("patterns")
    subprocess.run([sys.executable, "-c", RECORDER, str(home)], cwd=ROOT, check=True, timeout=120)
    rows = json.loads((home / "patterns.json").read_text("utf-8"))
    return {(text, flags, data): {(file, line) for file, line in places} for text, flags, data, places in rows}


@cache
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


def calls() -> Iterator[tuple[Path, ast.Call]]:
    """Every call of a function of `re` that takes a pattern."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            called = node.func if isinstance(node, ast.Call) else None
            if not isinstance(called, ast.Attribute) or called.attr not in CALLS:
                continue
            if isinstance(called.value, ast.Name) and called.value.id == "re":
                assert isinstance(node, ast.Call)
                yield path, node


def literal(path: Path, node: ast.expr) -> str | bytes | None:
    """A pattern that the source spells out, at once or as a constant; None where names are set in."""
    if isinstance(node, ast.Name):
        given = (n for n in trees()[path].body if isinstance(n, ast.Assign) and name_of(n.targets[0]) == node.id)
        node = next((assigned.value for assigned in given), node)
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return value if isinstance(value, str | bytes) else None


@cache
def uses() -> dict[tuple[Path, str], set[str]]:
    """What each name of a module is asked for: _MARK.match gives "match"; handed on as a value, "any"."""
    out: dict[tuple[Path, str], set[str]] = defaultdict(set)
    for path, tree in trees().items():
        owners = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
                out[(path, name_of(node.value))].add(node.attr)
                owners.add(node.value)
        for node in ast.walk(tree):
            loaded = isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load)
            if loaded and node not in owners:
                out[(path, name_of(node))].add("any")
    return out


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


@cache
def asked() -> dict[tuple[Path, int], set[str]]:
    """How the pattern made on a line is used, by line."""
    out: dict[tuple[Path, int], set[str]] = {}
    named: dict[ast.expr, str] = {}
    at_once: dict[ast.expr, set[str]] = {}
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                named[node.value] = name_of(node.targets[0])
            elif isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call):
                named[node.value] = name_of(node.target)
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call):
                at_once[node.value] = {node.attr}
    for path, call in calls():
        function = name_of(call.func)
        how = (
            {function} if function != "compile" else uses().get((path, named.get(call, "")), at_once.get(call, {"any"}))
        )
        for line in range(call.lineno, (call.end_lineno or call.lineno) + 1):
            out[(path, line)] = how
    return out


def pieces(tree: Any) -> Iterator[str]:
    """A character of each literal, class and range that a pattern speaks of."""
    for operation, argument in tree:
        name = str(operation)
        if name in ("LITERAL", "NOT_LITERAL"):
            yield chr(argument)
        elif name == "IN":
            yield sample(argument)
        elif name == "RANGE":
            yield chr(argument[0])
        elif name == "BRANCH":
            for branch in argument[1]:
                yield from pieces(branch)
        elif isinstance(argument, tuple) and argument:
            yield from pieces(argument[-1]) if name not in ("AT", "CATEGORY", "GROUPREF") else ()


KINDS = {"DIGIT": "7", "SPACE": " ", "WORD": "字"}


def sample(items: Any) -> str:
    """A character of a class."""
    (operation, argument), *rest = items
    name = str(operation)
    if name == "NEGATE":
        taken = {chr(value) for kind, value in rest if str(kind) == "LITERAL"}
        return next(char for char in "字a 7一%" if char not in taken)
    if name == "RANGE":
        return chr(argument[0])
    if name == "CATEGORY":
        return next((char for kind, char in KINDS.items() if str(argument).endswith("_" + kind)), "a")
    return chr(argument)


def shortest(tree: Any) -> str:
    """A text that the pattern matches, or nearly: each repeat once, the first branch, nothing that looks around."""
    out = ""
    for operation, argument in tree:
        name = str(operation)
        if name == "LITERAL":
            out += chr(argument)
        elif name == "NOT_LITERAL" or name == "ANY":
            out += "字"
        elif name == "IN":
            out += sample(argument)
        elif name == "BRANCH":
            out += shortest(argument[1][0])
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            out += shortest(argument[2]) * max(1, min(argument[0], 5))
        elif name == "SUBPATTERN":
            out += shortest(argument[-1])
        elif name == "ATOMIC_GROUP":
            out += shortest(argument)
    return out


def texts(pattern: str, flags: int, size: int) -> Iterator[str]:
    """Texts of this size that a pattern of more than linear time would stumble over."""
    tree = parser.parse(pattern, flags & ~constants.SRE_FLAG_UNICODE)
    chars = list(dict.fromkeys([*pieces(tree), " ", "7", "一"]))[:7]
    match = shortest(tree)
    for char in chars:
        yield char * size
        yield (match[: max(1, len(match) // 2)] + char * size)[:size]
    yield (match[:1] * 2 + match[1:-1]) * (size // max(1, len(match)))
    yield (match * size)[:size]
    for left, right in zip(chars, [*chars[1:], chars[0]], strict=True):
        yield (left + right) * (size // 2)
        yield left * (size // 2) + right * (size // 2)


def seconds(pattern: re.Pattern[Any], text: Any, how: set[str], times: int = 1) -> float:
    """The shortest time that it takes to go through the text once, as the package does."""
    taken = []
    for _ in range(times):
        start = time.thread_time()
        if how <= ANCHORED:
            for name in how:
                getattr(pattern, name)(text)
        else:
            for _ in pattern.finditer(text):
                pass
        taken.append(time.thread_time() - start)
    return min(taken)


def slow(pattern: str, flags: int, data: bool, how: set[str]) -> str:
    """What the pattern stumbles over; empty where it takes linear time. Shorter texts first: one may take for ever."""
    made: re.Pattern[Any] = re.compile(pattern.encode("latin-1"), flags) if data else re.compile(pattern, flags)
    for text in zip(*(texts(pattern, flags, size) for size in SIZES), strict=True):
        tried = [part.encode("utf-8", "replace") if data else part for part in text]
        times: list[float] = []
        for part in tried:
            times.append(seconds(made, part, how))
            if times[-1] < QUICK * len(part):
                break
            grows = len(times) > 2 and times[-1] > 4 * SLACK * times[-3]
            if grows and seconds(made, part, how, 3) > 4 * SLACK * seconds(made, tried[len(times) - 3], how, 3):
                return f"{times[-1]:.3f} s for {len(part)} characters: {part[:6]!a}…{part[-6:]!a}"
            if times[-1] > LONG:
                return f"{times[-1]:.3f} s for {len(part)} characters: {part[:6]!a}…{part[-6:]!a}"
    return ""


def test_all_patterns_are_known(compiled: dict[tuple[str, int, bool], set[tuple[str, int]]]) -> None:
    """A pattern that is neither spelled out nor compiled by a run would go untested."""
    seen = {(Path(file), line) for places in compiled.values() for file, line in places}
    missed = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, call in calls()
        if literal(path, call.args[0]) is None
        and not isinstance(call.args[0], ast.Name)
        and not any((path, line) in seen for line in range(call.lineno, (call.end_lineno or call.lineno) + 1))
    ]
    assert missed == []


def test_every_pattern_takes_linear_time(compiled: dict[tuple[str, int, bool], set[tuple[str, int]]]) -> None:
    known: dict[tuple[str, int, bool], set[str]] = defaultdict(set)
    where: dict[tuple[str, int, bool], str] = {}
    for key, places in compiled.items():
        for file, line in places:
            known[key] |= asked().get((Path(file), line), {"any"})
            where[key] = f"{Path(file).name}:{line}"
    for path, call in calls():
        text = literal(path, call.args[0])
        if text is not None:
            made = re.compile(text)
            key = (text if isinstance(text, str) else text.decode("latin-1"), made.flags, isinstance(text, bytes))
            known[key] |= asked()[(path, call.lineno)]
            where.setdefault(key, f"{path.name}:{call.lineno}")
    assert len(known) > 300
    found = {where[key]: why for key, how in known.items() if (why := slow(*key, how))}
    assert found == {}, "\n" + "\n".join(f"{place}: {why}" for place, why in sorted(found.items()))
