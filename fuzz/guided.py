"""Fuzzes guided by coverage, with atheris (`pip install atheris`): `python fuzz/guided.py .docx --seconds 300`.

Inputs that reach new lines of planlens are kept in the corpus (one folder a format, begun with whole files) and mutated
on; half of the mutations are those of `fuzz/mutate.py`, which know the format. The first fault ends the run: its input
and its trace are left in the folder named. What fails is what fails in `fuzz/run.py`.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

import atheris  # noqa: E402

with atheris.instrument_imports(include=["planlens"], enable_loader_override=False):
    import planlens.check
    import planlens.compare
    import planlens.parse
    import planlens.read.csv
    import planlens.read.docx
    import planlens.read.html
    import planlens.read.mhtml
    import planlens.read.ofd
    import planlens.read.office
    import planlens.read.pdf
    import planlens.read.xlsx  # noqa: F401

import mutate  # noqa: E402
import pipeline  # noqa: E402
import run  # noqa: E402
import seeds  # noqa: E402

LARGEST = 1 << 20


class Target:
    """What libFuzzer calls: one input of a format through every stage, and a mutation that knows the format."""

    def __init__(self, suffix: str, found: Path) -> None:
        self.suffix, self.found = suffix, found

    def __call__(self, data: bytes) -> None:
        if not data:
            return
        outcome = pipeline.run(data, self.suffix)
        if outcome.failed:
            name = hashlib.sha256(data).hexdigest()[:12]
            self.found.mkdir(parents=True, exist_ok=True)
            (self.found / f"{name}{self.suffix}").write_bytes(data)
            (self.found / f"{name}.trace").write_text(outcome.trace, "utf-8", "backslashreplace")
            raise RuntimeError(f"{outcome.said} at {outcome.where}: {self.found / name}{self.suffix}")

    def mutated(self, data: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if not data or chance.random() < 0.5:
            return bytes(atheris.Mutate(data, most))
        return mutate.damaged(data, self.suffix, chance, chance.choice(seeds.pool(self.suffix)))[:most]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suffix", choices=[*seeds.FORMATS, *seeds.BY_OFFICE])
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--corpus", type=Path, default=Path("fuzz/corpus"), help="a folder, kept from run to run")
    parser.add_argument("--folder", type=Path, default=Path("fuzz/found"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--office", action="store_true", help="let LibreOffice open what it would, seconds a file")
    asked = parser.parse_args()
    run.prepare(asked.office)
    corpus = asked.corpus / asked.suffix[1:]
    corpus.mkdir(parents=True, exist_ok=True)
    for data in seeds.pool(asked.suffix)[:8]:
        (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    target = Target(asked.suffix, asked.folder)
    options = (f"-max_total_time={asked.seconds}", f"-max_len={LARGEST}", f"-seed={asked.seed}", "-print_final_stats=1")
    command = [
        sys.argv[0],
        *options,
        "-rss_limit_mb=0",
        "-timeout=120",
        f"-artifact_prefix={asked.folder}/",
        str(corpus),
    ]
    asked.folder.mkdir(parents=True, exist_ok=True)
    atheris.Setup(command, target, custom_mutator=target.mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
