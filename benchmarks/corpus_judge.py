"""The estimate of a corpus beside the evidence it stands for: fit it, and say how well the two agree.

    python benchmarks/corpus_judge.py check [FOLDER…]   both on the plans of each FOLDER (else the samples)
    python benchmarks/corpus_judge.py fit               -> planlens/data/weights_corpus.json

Each folder becomes a corpus; the candidates of its join are judged by `judge.estimate`, and plan pair by plan pair by
the code of `diff` and `overlap`. `fit` regresses the second on what the first measures: on the samples, the plans of
tests/gold_sectors*, and PlanSynth; no annotation is used. `check` on other folders is the fair test.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from plansynth import pairs as synthetic

from planlens import counterparts
from planlens.corpus import build, judge, scheduler, store
from planlens.corpus.judge import FEATURES, KINDS, Statements
from planlens.model import Plan

ROOT = Path(__file__).parents[1]
SYNTH = {"noise": 2, "mixed": 10, "slots": 3, "drop_add": 3, "lists": 3, "split": 3, "merge": 3, "reword": 3}
SEED = 7
MOST = 120  # plan pairs of a folder that are judged exactly; spread over all
PENALTY = 0.3  # scikit-learn's C, as for the other weights


@dataclass(frozen=True)
class Judged:
    """The candidates of a corpus: their kind, what is measured, and what the evidence says of them."""

    name: str
    kinds: Any
    values: Any
    estimated: Any
    accepted: Any
    truth: Any
    links: Any
    alone: Any
    """Of pairs of two places what the evidence says without instruments, as of a field the lexicon does not know."""
    found: dict[str, tuple[int, int]]
    """Of the pairs that the evidence accepts: how many are candidates, and how many there are."""


def judged(folder: Path) -> Judged:
    """One folder of plans, both ways."""
    with tempfile.TemporaryDirectory() as made:
        build.build([str(folder)], made, scheduler=scheduler.of(None, 0))
        corpus = store.open(made)
        s = judge.gather(corpus)
        left, right = judge.candidates(s, s.plan)
        kinds, values = judge.measured(s, left, right)
        estimate = judge.estimate(s, left, right)
        keep, truth, links, alone, found = _exactly(corpus, s, left, right, kinds)
    return Judged(
        folder.name,
        kinds[keep],
        values[keep],
        estimate.probability[keep],
        estimate.accepted[keep],
        truth,
        links,
        alone,
        found,
    )


def _exactly(corpus: Any, s: Statements, left: Any, right: Any, kinds: Any) -> tuple[Any, ...]:
    held = s.plan[left] * len(s.plans) + s.plan[right]
    every = np.unique(held)
    chosen = every[:: len(every) // MOST + 1]
    plans = {n: corpus.plan(s.plans[n].id) for n in np.unique([chosen // len(s.plans), chosen % len(s.plans)])}
    keep, truth, links, alone = [], [], [], []
    found: dict[str, tuple[int, int]] = {}
    for pair in chosen.tolist():
        a, b = divmod(pair, len(s.plans))
        at = np.flatnonzero(held == pair)
        told = judge.exact(plans[a], plans[b], one_place=bool(s.place[a] == s.place[b]))
        keys = [(s.key[i], s.key[j]) for i, j in zip(left[at].tolist(), right[at].tolist(), strict=True)]
        keep.append(at)
        truth += [told.probability.get(key, 0.0) for key in keys]
        links += [key in told.accepted for key in keys]
        without = {} if s.place[a] == s.place[b] else _alone(plans[a], plans[b])
        alone += [without.get(key, 0.0) for key in keys]
        kind = KINDS[kinds[at[0]]]
        met, size = found.get(kind, (0, 0))
        found[kind] = met + len(told.accepted & set(keys)), size + len(told.accepted)
    return np.concatenate(keep), np.array(truth), np.array(links), np.array(alone), found


def _alone(a: Plan, b: Plan) -> dict[tuple[str, str], float]:
    """The probability of each candidate by the weights that know no instruments."""
    measured = counterparts.measure(a, b)
    weights = counterparts.load_weights("words_alone", counterparts.features_of("words_alone"))
    told = counterparts.judge(measured.features, measured.values, weights).probability.tolist()
    keys = ((a.commitments[i].key, b.commitments[j].key) for i, j in zip(measured.a, measured.b, strict=True))
    return dict(zip(keys, told, strict=True))


def check(found: Judged) -> Iterator[str]:
    """One line a kind of pair."""
    for number, kind in enumerate(KINDS):
        here = found.kinds == number
        if not here.any():
            continue
        mine, theirs = found.accepted[here], found.links[here]
        both = int((mine & theirs).sum())
        met, size = found.found.get(kind, (0, 0))
        yield (
            f"{found.name:16} {kind:13} {here.sum():7} pairs  same decision {np.mean(mine == theirs):.3f}  "
            f"|difference| {np.abs(found.estimated[here] - found.truth[here]).mean():.3f}  "
            f"accepted {mine.sum()} and {theirs.sum()}, both {both}: "
            f"precision {both / max(mine.sum(), 1):.3f} recall {both / max(theirs.sum(), 1):.3f}  "
            f"candidates hold {met} of {size}"
        )


def sources(folder: Path) -> Iterator[Path]:
    """The folders to fit on, PlanSynth's written into `folder`."""
    yield ROOT / "samples"
    yield from (ROOT / "tests" / name for name in ("gold_sectors", "gold_sectors2", "gold_sectors3"))
    for pair in synthetic(SEED, SYNTH):
        into = folder / pair.name
        into.mkdir()
        for year, side in ((2023, pair.old), (2024, pair.new)):
            (into / f"{pair.name}-{year}.txt").write_bytes(side.text.encode())
        yield into


def fit(found: Sequence[Judged]) -> dict[str, Any]:
    """Weights of each kind: a regression on the probabilities that the evidence gives."""
    from sklearn.linear_model import LogisticRegression

    out = {}
    kinds = np.concatenate([one.kinds for one in found])
    every = np.vstack([one.values for one in found]).astype(np.float64)
    told, alone = (np.concatenate([getattr(one, name) for one in found]) for name in ("truth", "alone"))
    for number, kind in enumerate(KINDS):
        here = kinds > 0 if kind == "places_alone" else kinds == number  # nearly all that is linked has instruments
        values, truth = every[here], (alone if kind == "places_alone" else told)[here]
        least = counterparts.load_weights("words_alone", counterparts.features_of("words_alone")).threshold
        links = truth >= least if kind == "places_alone" else np.concatenate([one.links for one in found])[here]
        mean, scale = values.mean(axis=0), values.std(axis=0)
        if kind == "places_alone":
            scale[[n for n, name in enumerate(FEATURES) if "instrument" in name]] = 0
        scaled = np.where(scale > 0, (values - mean) / np.where(scale > 0, scale, 1), 0)
        model = LogisticRegression(C=PENALTY, max_iter=1000)
        twice = np.vstack([scaled, scaled]), np.repeat([1, 0], len(truth))
        model.fit(*twice, sample_weight=np.concatenate([truth, 1 - truth]))
        probability = model.predict_proba(scaled)[:, 1]
        out[kind] = {
            "fitted_on": int(here.sum()),
            "accept": _threshold(probability, links),
            "intercept": round(float(model.intercept_[0]), 4),
            "features": [
                {"name": n, "mean": round(m, 6), "scale": round(s, 6) or 1.0, "weight": round(w, 4)}
                for n, m, s, w in zip(FEATURES, mean.tolist(), scale.tolist(), model.coef_[0].tolist(), strict=True)
            ],
        }
    return out


def _threshold(probability: Any, links: Any) -> float:
    """The probability from which on accepting agrees best with the evidence (F1)."""
    tried = np.arange(0.2, 0.8, 0.01)
    scores = [2 * (links & (probability >= t)).sum() / max(links.sum() + (probability >= t).sum(), 1) for t in tried]
    return round(float(tried[int(np.argmax(scores))]), 3)


def main(arguments: Sequence[str]) -> int:
    if arguments[:1] == ["check"]:
        for folder in map(Path, arguments[1:] or [ROOT / "samples"]):
            print(*check(judged(folder)), sep="\n", flush=True)
        return 0
    if arguments == ["fit"]:
        with tempfile.TemporaryDirectory() as made:
            found = [judged(folder) for folder in sources(Path(made))]
        weights = fit(found)
        path = ROOT / "planlens" / "data" / judge.WEIGHTS
        path.write_text(json.dumps(weights, indent=1) + "\n", "utf-8")
        for kind, told in weights.items():
            print(kind, told["fitted_on"], "pairs")
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
