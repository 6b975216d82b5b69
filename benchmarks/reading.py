"""How well and how fast files are read: the encoding found on a matrix of texts, and MB/s with memory.

    python benchmarks/reading.py                   speed and memory of decode → lines → document
    python benchmarks/reading.py --matrix          share of right encodings, and every miss
    python benchmarks/reading.py --texts FOLDER    more texts (.txt in UTF-8) beside those of the repository

A row of the matrix is a text in an encoding, whole, cut anywhere, damaged, or behind a wrong declaration. It is right
where the text comes back but for what was damaged.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

SIMPLIFIED = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "gb2312")
TRADITIONAL = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "big5", "big5hkscs")
CUTS = (40, 41, 57, 80, 120, 121, 250, 500, 501, 1000, 2000, 4000)
DAMAGED = 0.005
"""Share of bytes replaced by any other in a damaged copy."""
DECLARED = ("utf-8", "gb2312", "gbk", "big5", "utf-16", "iso-8859-1", "windows-1252", "x-unknown")
_ALIKE = 0.96
"""Share of characters that must come back from a damaged copy: 0.5 % of bytes touch 1.5 % of UTF-8's characters."""


class Row(NamedTuple):
    """One cell of the matrix: `expected` is what a reader of the right encoding would see."""

    name: str
    encoding: str
    how: str
    data: bytes
    expected: str
    declared: str | None


def texts(folders: list[Path]) -> dict[str, str]:
    """Texts by name: every .txt of the folders, and its traditional version."""
    from opencc import OpenCC

    convert = OpenCC("s2t").convert
    found = {path.stem: path.read_text("utf-8-sig") for folder in folders for path in sorted(folder.glob("*.txt"))}
    return found | {f"{name}-traditional": convert(text) for name, text in found.items()}


def matrix(found: dict[str, str], seed: int = 7) -> Iterator[Row]:
    """Every text in every encoding that can hold it, whole, cut, damaged and wrongly declared."""
    chance = random.Random(seed)
    for name, text in found.items():
        for encoding in TRADITIONAL if name.endswith("traditional") else SIMPLIFIED:
            yield from _rows(name, _representable(text, encoding), encoding, chance)


def _rows(name: str, text: str, encoding: str, chance: random.Random) -> Iterator[Row]:
    whole = text.encode(encoding)
    yield Row(name, encoding, "whole", whole, text, None)
    for size in CUTS:
        piece = whole[:size]
        yield Row(name, encoding, f"cut at {size}", piece, _seen(piece, encoding), None)
        start = chance.randrange(0, max(1, len(whole) - size)) & ~1
        middle = _from(text, encoding, start)[:size]
        yield Row(name, encoding, f"{size} from {start}", middle, _seen(middle, encoding), None)
    hurt = bytearray(whole)
    for at in chance.sample(range(4, len(hurt)), int(len(hurt) * DAMAGED)):
        hurt[at] = chance.randrange(256)
    yield Row(name, encoding, "damaged", bytes(hurt), text, None)
    for declared in DECLARED:
        yield Row(name, encoding, f"declared {declared}", whole[:2000], _seen(whole[:2000], encoding), declared)


def _from(text: str, encoding: str, start: int) -> bytes:
    """The encoded text from a character near byte `start` on, with the mark that its encoding begins with."""
    return text[start * len(text) // max(1, len(text.encode(encoding))) :].encode(encoding)


def _seen(data: bytes, encoding: str) -> str:
    return data.decode(encoding, "replace").removeprefix("\ufeff")


def _representable(text: str, encoding: str) -> str:
    """The text without the characters that an encoding lacks, line ends kept."""
    return text.encode(encoding, "ignore").decode(encoding)


def right(row: Row) -> bool:
    """Whether the text comes back: whole where nothing was damaged, else nearly."""
    from planlens.errors import InputError
    from planlens.read.encoding import decode

    try:
        text = decode(row.data, row.name, declared=row.declared).text
    except InputError:
        return False
    if row.how == "damaged":
        return sum((Counter(text) & Counter(row.expected)).values()) >= _ALIKE * len(row.expected)
    return text.rstrip("\ufffd") == row.expected.rstrip("\ufffd")


def show_matrix(found: dict[str, str]) -> float:
    """Print the share of right rows by encoding and every miss; gives the share back."""
    rows, misses = Counter[str](), list[Row]()
    for row in matrix(found):
        rows[row.encoding] += 1
        if not right(row):
            misses.append(row)
    wrong = Counter(row.encoding for row in misses)
    for encoding, count in rows.items():
        print(f"{encoding:10} {count - wrong[encoding]:5}/{count:5} {1 - wrong[encoding] / count:.4f}")
    for row in misses:
        print(f"  missed: {row.name} {row.encoding} {row.how}: {row.expected[:30]!r}")
    share = 1 - len(misses) / rows.total()
    print(f"right on {rows.total() - len(misses)} of {rows.total()}: {share:.4f}")
    return share


def show_speed(found: dict[str, str], megabytes: int) -> None:
    """Print MB/s of reading a file of plain text of that size made of the texts, and the memory it took."""
    from planlens.read import read_document

    source = "\n".join(found[name] for name in sorted(found) if not name.endswith("traditional")) + "\n"
    read_one(source)  # what is loaded once is no part of the speed
    data = (source * (megabytes * 2**20 // len(source.encode()) + 1)).encode()[: megabytes * 2**20]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.txt"
        path.write_bytes(data)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun = time.process_time()
        document = read_document(path)
        took = time.process_time() - begun
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"{megabytes} MB in {took:.2f} s of the processor: {megabytes / took:.1f} MB/s, {len(document.blocks)} blocks"
    )
    print(f"memory: {memory:.0f} MB more than before, {memory / megabytes:.1f} × the file")


def read_one(text: str) -> None:
    """Read a text once."""
    from planlens.read import read_document

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "plan.txt").write_text(text[:10_000], "utf-8")
        read_document(Path(folder) / "plan.txt")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--matrix", action="store_true", help="the encodings instead of the speed")
    parser.add_argument("--texts", action="append", type=Path, default=[], metavar="FOLDER")
    parser.add_argument("--size", type=int, default=10, metavar="MB", help="of the file whose reading is timed")
    given = parser.parse_args()
    folders = [ROOT / "samples", *sorted((ROOT / "tests").glob("gold_sectors*")), *given.texts]
    if given.matrix:
        show_matrix(texts(folders))
    else:
        show_speed(texts(folders), given.size)


if __name__ == "__main__":
    main()
