"""How well planlens links the statements of two plans, beside the similarities that are commonly used for it.

    python benchmarks/align.py            gold of the samples, gold beside the repository where there is any, PlanSynth
    python benchmarks/align.py --fast     the same with fewer PlanSynth pairs
    python benchmarks/align.py --speed    processor time and memory on two plans of 300 and of 2,000 statements

A similarity links each new statement to its best old ones, two at most, above a threshold; it is given the threshold
at which its F1 on that very data is highest. planlens is given none: its weights and thresholds are fitted without the
pair it is scored on, and reviewed links are left aside, for those of the samples were made from the same gold.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import groupby
from pathlib import Path
from unittest import mock

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "benchmarks")]

import scoring  # noqa: E402
from plansynth import COUNTS, pairs  # noqa: E402
from synthscore import Said, compared, plan_of  # noqa: E402

import planlens.align  # noqa: E402
from planlens import fit, words  # noqa: E402
from planlens.evidence import character_grams  # noqa: E402
from planlens.semantic import installed  # noqa: E402

Matrix = NDArray[np.float64]
Links = set[tuple[str, str]]
CAP = 2
"""Most old statements a similarity may link to one new statement."""
STEPS = np.arange(0.02, 1.0, 0.02)
SYNTH = [family for family in COUNTS if family != "noise"]
SYNTH_PAIRS = 6
"""PlanSynth pairs of a family; with --fast two."""


# --- similarities ---------------------------------------------------------------------------------------------------


def difflib_ratio(olds: Sequence[str], news: Sequence[str]) -> Matrix:
    """difflib's ratio where it can be among the best CAP of a new statement, else 0: its upper bound comes first."""
    out = np.zeros((len(olds), len(news)))
    for j, new in enumerate(news):
        matcher = SequenceMatcher(None, "", new, autojunk=False)
        bounds = []
        for i, old in enumerate(olds):
            matcher.set_seq1(old)
            bounds.append((matcher.quick_ratio(), i))
        best: list[float] = []
        for bound, i in sorted(bounds, reverse=True):
            if len(best) >= CAP and bound <= sorted(best)[-CAP]:
                break
            matcher.set_seq1(olds[i])
            out[i, j] = matcher.ratio()
            best.append(out[i, j])
    return out


def rapidfuzz_ratio(olds: Sequence[str], news: Sequence[str]) -> Matrix:
    from rapidfuzz import fuzz, process

    return process.cdist(olds, news, scorer=fuzz.ratio, dtype=np.float64) / 100


def tfidf(analyzer: Callable[[str], list[str]]) -> Callable[[Sequence[str], Sequence[str]], Matrix]:
    """Cosine of TF-IDF vectors (sublinear tf) over the statements of both plans."""

    def similarity(olds: Sequence[str], news: Sequence[str]) -> Matrix:
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(analyzer=analyzer, sublinear_tf=True).fit([*olds, *news])
        product: Matrix = (vectorizer.transform(olds) @ vectorizer.transform(news).T).toarray()
        return product

    return similarity


_KEYWORDS = frozenset(
    re.findall("..", "应当不得禁止违反处罚罚款吊销责令没收承担赔偿登记备案审批许可撤销行政民事刑事法律规定依法权利义务")
)


def composite(olds: Sequence[str], news: Sequence[str]) -> Matrix:
    """The published composite of LikeRainDay/law_diff: .3 character ratio, .2 Jaccard and .3 containment of words,
    .2 of its legal keywords (.5 where neither text has one).
    """
    cut = [[frozenset(words.tokens(text)) for text in side] for side in (olds, news)]
    legal = [[frozenset(word for word in _KEYWORDS if word in text) for text in side] for side in (olds, news)]
    out = 0.3 * rapidfuzz_ratio(olds, news)
    for i, (tokens, keys) in enumerate(zip(cut[0], legal[0], strict=True)):
        for j, (other, others) in enumerate(zip(cut[1], legal[1], strict=True)):
            shared = len(tokens & other)
            either = len(keys | others)
            keyword = len(keys & others) / either if either else 0.5
            out[i, j] += 0.2 * shared / (len(tokens | other) or 1)
            out[i, j] += 0.3 * shared / (min(len(tokens), len(other)) or 1) + 0.2 * keyword
    return out


SIMILARITIES: dict[str, Callable[[Sequence[str], Sequence[str]], Matrix]] = {
    "difflib ratio": difflib_ratio,
    "rapidfuzz ratio": rapidfuzz_ratio,
    "TF-IDF, words": tfidf(words.terms),
    "TF-IDF, characters": tfidf(character_grams),
    "law_diff composite": composite,
}


# --- data -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    precision: float
    recall: float
    links: float
    new: float
    dropped: float


@dataclass(frozen=True)
class Data:
    """Pairs to score on: the statements by name, and how links are scored."""

    name: str
    olds: list[dict[str, str]]
    news: list[dict[str, str]]
    score: Callable[[list[Links]], Figures]
    planlens: Callable[[bool], list[Links]]
    """Links that planlens finds; with evidence of meaning or without."""
    unseen: str


def gold_data(case: scoring.Case) -> Data:
    """A pair annotated by reading; planlens speaks of commitments, which stand for sentences."""
    pair = scoring.Pair(case.gold, *case.plans)
    olds = {key: s.text for key, s in pair.olds.items() if key in pair.substantive_old}
    news = {key: s.text for key, s in pair.news.items() if key in pair.substantive_new}
    others, unseen = _fitted_on_others("__".join(case.plans))

    def score(found: list[Links]) -> Figures:
        said = _said(found[0], news, olds)
        figures = scoring.score_links(pair, said) | scoring.score_statuses(pair, said)
        names = ("links_precision", "links_recall", "links_f1", "new_f1", "dropped_f1")
        return Figures(*(figures[name] for name in names))

    def planlens_links(semantic: bool) -> list[Links]:
        scoring.run.cache_clear()  # what was said with other weights
        with mock.patch.object(planlens.align, "load_weights", lambda semantic: others[semantic]):
            output = scoring.run(
                "diff", *(case._argument(p) for p in case.plans), *replace(case, semantic=semantic).options
            )
        scoring.run.cache_clear()
        if any(link["source"] == "reviewed" for link in output["links"]):
            raise RuntimeError(f"{case.name}: reviewed links are made from this gold; scored on it they say nothing")
        said = scoring.read_output(pair, output)
        return [{(old, new) for new, found in said.links.items() for old in found}]

    return Data(f"{case.dataset} {' → '.join(case.plans)}", [olds], [news], score, planlens_links, unseen)


def _said(links: Links, news: dict[str, str], olds: dict[str, str]) -> scoring.Said:
    """Links as a scorer reads them: what has none is new or dropped."""
    said = scoring.Said(defaultdict(set), set(), defaultdict(set), defaultdict(set), set(olds), set(olds))
    for old, new in links:
        said.links[new].add(old)
        said.linked_old.add(old)
    for new in news:
        said.status[new] = {"changed"} if said.links[new] else {"new"}
    return said


def _fitted_on_others(plans: str) -> tuple[dict[bool, planlens.align.Weights], str]:
    """Weights without and with evidence of meaning that have not seen this pair in any wording."""
    fitted = [pair for pair in fit.load(fit.DATA / "fitting.npz") if pair.plans != plans]
    weights = {
        semantic: fit.fit(pairs, [pair.usable for pair in pairs])
        for semantic, pairs in ((False, [fit.without_meaning(pair) for pair in fitted]), (True, fitted))
    }
    return weights, "weights fitted on " + ", ".join(pair.name for pair in fitted)


def synth_data(each: int) -> Iterator[Data]:
    """PlanSynth by family, then the whole."""
    made = list(pairs(counts=dict.fromkeys(SYNTH, each)))
    groups = [(family, list(group)) for family, group in groupby(made, key=lambda pair: pair.family)]
    for name, group in [*groups, ("all", made)]:
        olds = [{n: p.old.text[a:b] for n, (a, b) in p.old.spans.items()} for p in group]
        news = [{n: p.new.text[a:b] for n, (a, b) in p.new.spans.items()} for p in group]
        truth = [set(p.links) for p in group]

        def score(
            found: list[Links], truth: list[Links] = truth, olds: list[dict[str, str]] = olds, news: object = news
        ) -> Figures:
            return _synth_figures(found, truth, olds, news)  # type: ignore[arg-type]

        yield Data(
            f"PlanSynth {name}, {len(group)} pairs",
            olds,
            news,
            score,
            lambda semantic, group=group: [  # type: ignore[misc]
                Said(p, compared(p, installed() if semantic else None)).links for p in group
            ],
            "shipped weights, fitted on no made-up pair",
        )


def _synth_figures(
    found: list[Links], truth: list[Links], olds: list[dict[str, str]], news: list[dict[str, str]]
) -> Figures:
    hit = sum(len(f & t) for f, t in zip(found, truth, strict=True))
    said, true = sum(map(len, found)), sum(map(len, truth))
    lonely = [_lonely(found, names, side) for side, names in ((1, news), (0, olds))]
    really = [_lonely(truth, names, side) for side, names in ((1, news), (0, olds))]
    new, dropped = (_f1(len(a & b), len(a), len(b)) for a, b in zip(lonely, really, strict=True))
    return Figures(hit / said if said else 0.0, hit / true, _f1(hit, said, true), new, dropped)


def _lonely(links: list[Links], names: list[dict[str, str]], side: int) -> set[tuple[int, str]]:
    return {(n, name) for n, own in enumerate(names) for name in set(own) - {link[side] for link in links[n]}}


def _f1(hit: int, said: int, true: int) -> float:
    return 2 * hit / (said + true) if said + true else float("nan")


# --- the table ------------------------------------------------------------------------------------------------------


def best_threshold(data: Data, similarity: Callable[[Sequence[str], Sequence[str]], Matrix]) -> tuple[Figures, float]:
    """Figures at the threshold where the F1 of the links is highest."""
    sides = [(list(o), list(n)) for o, n in zip(data.olds, data.news, strict=True)]
    matrices = [similarity(list(o.values()), list(n.values())) for o, n in zip(data.olds, data.news, strict=True)]
    tops = [np.argsort(-m, axis=0, kind="stable")[:CAP] for m in matrices]
    best: tuple[Figures, float] | None = None
    for threshold in STEPS:
        found = [
            {(olds[i], news[j]) for j in range(len(news)) for i in top[:, j] if m[i, j] >= threshold}
            for (olds, news), m, top in zip(sides, matrices, tops, strict=True)
        ]
        figures = data.score(found)
        if best is None or figures.links > best[0].links:
            best = figures, float(threshold)
    assert best is not None
    return best


def print_table(data: Data) -> None:
    heads = f"{'P':>7}{'R':>7}{'links F1':>10}{'new F1':>8}{'dropped F1':>12}{'threshold':>11}{'s':>7}"
    print(f"\n{data.name}\n  {'':22}{heads}")
    cases = [("planlens", False), *([("planlens[semantic]", True)] if installed() else [])]
    rows = [(name, lambda semantic=semantic: (data.score(data.planlens(semantic)), None)) for name, semantic in cases]  # type: ignore[misc]
    rows += [(name, lambda s=s: best_threshold(data, s)) for name, s in SIMILARITIES.items()]  # type: ignore[misc]
    for name, measure in rows:
        start = time.perf_counter()
        figures, threshold = measure()
        at = f"{threshold:.2f}" if threshold else "fitted"
        f = figures
        values = f"{f.precision:7.3f}{f.recall:7.3f}{f.links:10.3f}{f.new:8.3f}{f.dropped:12.3f}"
        print(f"  {name:22}{values}{at:>11}{time.perf_counter() - start:7.1f}", flush=True)
    print(f"  planlens: {data.unseen}")


# --- speed ----------------------------------------------------------------------------------------------------------

SIZES = (300, 2000)
_CLAUSE = 8  # statements a clause


def long_plans(size: int) -> tuple[str, str]:
    """Two texts of so many statements: those of made-up pairs one after the other, in clauses of their own."""
    sides: tuple[list[str], list[str]] = ([], [])
    for pair in pairs(counts=dict.fromkeys(("mixed", "slots", "reword", "move_edit", "drop_add"), 40)):
        for side, written in zip(sides, (pair.old, pair.new), strict=True):
            side += [written.text[a:b] for a, b in written.spans.values()]
        if min(map(len, sides)) >= size:
            break
    return _outlined(sides[0][:size]), _outlined(sides[1][:size])


def _outlined(statements: Sequence[str]) -> str:
    clauses = [statements[n : n + _CLAUSE] for n in range(0, len(statements), _CLAUSE)]
    return "".join(f"{n}.第{n}项工作\n" + "\n".join(clause) + "\n" for n, clause in enumerate(clauses, 1))


def print_speed() -> None:
    import resource  # of POSIX alone

    planlens.align.align(*(plan_of(text, "warm") for text in long_plans(20)))  # imports, dictionaries
    for size in SIZES:
        plans = [plan_of(text, name) for text, name in zip(long_plans(size), ("old", "new"), strict=True)]
        start = time.process_time()
        found = planlens.align.align(*plans)
        used = time.process_time() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        counts = " × ".join(str(len(plan.commitments)) for plan in plans)
        print(f"{counts} commitments, {len(found.links)} links: {used:.1f} s of processor time, peak {peak:.0f} MB")


def main(arguments: Sequence[str]) -> int:
    if "--speed" in arguments:
        print_speed()
        return 0
    for file in planlens.align.WEIGHTS:
        shipped = json.loads((ROOT / "planlens/data" / file).read_text("utf-8"))["fitted_on"]
        print(f"{file} is fitted on " + ", ".join(row["pair"] for row in shipped) + ".")
    for case in scoring.cases():
        if case.command == "diff" and not case.semantic:
            print_table(gold_data(case))
    for data in synth_data(2 if "--fast" in arguments else SYNTH_PAIRS):
        print_table(data)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
