"""How fast and how rightly `planlens targets` reads numbers, beside the packages that read Chinese numerals.

    python benchmarks/targets.py            speed, the cases of tests/cases, other packages that are installed
    python benchmarks/targets.py --numerals 100,000 generated numerals, each read back

cn2an is a development dependency; jionlp and recognizers-text-suite are tried when they are there.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from test_targets import as_row, differences, read_cases, read_text  # noqa: E402

from planlens.metadata import describe  # noqa: E402
from planlens.outline import parse  # noqa: E402
from planlens.read import read_document  # noqa: E402
from planlens.targets import extract  # noqa: E402

Reader = Callable[[str], list[tuple[Decimal, str]]]
_BEHIND = r"(?:万|亿|千)?(%|‰|[\u4e00-\u9fff]{1,2})?"


def speed(copies: int = 40) -> None:
    """Characters a second of `extract` on the sample plans, one core."""
    whole = cost = targets = 0.0
    for path in sorted((ROOT / "samples").glob("*.txt")):
        document = read_document(path)
        clauses, _ = parse(document)
        first_year = describe(document).start_year
        start = time.process_time()
        for _ in range(copies):
            targets += len(extract(document, clauses, (), first_year=first_year))
        cost += time.process_time() - start
        whole += len(document.text) * copies
    print(f"{whole:,.0f} characters, {targets:,.0f} numbers: {whole / cost:,.0f} characters/s")


def cases() -> None:
    """How many of the cases come out as a reader would say."""
    table = read_cases()
    wrong = [where for where, text, want in table if differences(text, want)]
    records = sum(max(1, len(want)) for _, _, want in table)
    print(f"{len(table)} texts, {records} records, {len(wrong)} texts wrong {wrong or ''}")


def packages() -> None:
    """Values and units found in the cases without damage, and numbers found where there is nothing to find."""
    table = [(text, want) for _, text, want in read_cases() if not text.startswith("[")]
    readers: dict[str, Reader | None] = {
        "planlens": _ours, "cn2an": _cn2an(), "jionlp": _jionlp(), "recognizers-text-suite": _recognizers(),
    }  # fmt: skip
    print(f"\n{'reader':24}{'values':>10}{'with unit':>11}{'false':>7}{'ms a text':>11}")
    for name, reader in readers.items():
        if reader is None:
            print(f"{name:24}{'not installed':>20}")
            continue
        values = units = false = wanted = 0
        start = time.perf_counter()
        for text, want in table:
            got = reader(text)
            right = [(Decimal(part), row[2]) for row in want if row[1] != "-" for part in row[1].split("..")]
            wanted += len(right)
            values += sum(any(_same(value, v) for v, _ in got) for value, _ in right)
            units += sum(any(_same(value, v) and unit == u for v, u in got) for value, unit in right)
            false += len(got) if not want else 0
        cost = (time.perf_counter() - start) * 1000 / len(table)
        print(f"{name:24}{f'{values}/{wanted}':>10}{f'{units}/{wanted}':>11}{false:>7}{cost:>11.3f}")


def _same(a: Decimal, b: Decimal) -> bool:
    return abs(a - b) <= abs(a) / 10**9


def _ours(text: str) -> list[tuple[Decimal, str]]:
    found = [target.quantity for target in read_text(text) if target.role != "name" or target.quantity.lo is not None]
    return [(value, q.unit) for q in found for value in (q.lo, q.hi) if value is not None]


def _digits(text: str) -> list[tuple[Decimal, str]]:
    found = re.finditer(rf"(\d+(?:\.\d+)?){_BEHIND}", text)
    return [(Decimal(match[1]), (match[2] or "")[:1]) for match in found]


def _cn2an() -> Reader | None:
    try:
        cn2an = importlib.import_module("cn2an")
    except ImportError:
        return None
    warnings.simplefilter("ignore")  # it warns of every 万 that stands in a word
    return lambda text: _digits(str(cn2an.transform(text)))


def _jionlp() -> Reader | None:
    try:
        jionlp = importlib.import_module("jionlp")
    except ImportError:
        return None

    def reader(text: str) -> list[tuple[Decimal, str]]:
        found = jionlp.ner.extract_money(text, with_parsing=True)
        return [(Decimal(str(item["detail"]["num"])), item["detail"]["case"]) for item in found]

    return reader


def _recognizers() -> Reader | None:
    try:
        suite = importlib.import_module("recognizers_suite")
    except ImportError:
        return None

    def reader(text: str) -> list[tuple[Decimal, str]]:
        found = suite.recognize_number(text, suite.Culture.Chinese)
        plain = [item.resolution["value"] for item in found if item.resolution and item.resolution["value"]]
        return [(Decimal(str(value).rstrip("%")), "%" if str(value).endswith("%") else "") for value in plain]

    return reader


def numerals() -> int:
    """The property tests of tests/test_quantity.py with 100,000 examples a form."""
    environment = os.environ | {"PLANLENS_EXAMPLES": "100000"}
    command = [sys.executable, "-m", "pytest", "-q", str(ROOT / "tests/test_quantity.py"), "-k", "read_back"]
    return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--numerals", action="store_true")
    if parser.parse_args().numerals:
        return numerals()
    speed()
    cases()
    packages()
    example = "新增公园12个、球场80片以上"
    print("\n" + "\n".join(" ".join(as_row(target)) for target in read_text(example)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
