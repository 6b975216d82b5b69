"""Fit the weights of `counterparts` from pairs of plans of different places whose shared items a person has annotated.

    python -m planlens.fit_places collect GOLD LIBRARY   measure the annotated pairs -> data/fitting_places.npz
    python -m planlens.fit_places weights                fit on it -> data/weights_places.json, …_semantic.json
    python -m planlens.fit_places check                  honest figures: each pair from the weights of the others

GOLD is a folder with A/A__B.items.jsonl and B/… of two annotators, as tests/gold/overlap has them. A pair of
commitments is a counterpart where either annotator called a pair of items in them firm; those that were called a looser
relation are left out of the fit. data/fitting_places.npz holds numbers alone.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import counterparts, evidence
from .counterparts import Floats, Weights
from .model import Plan

DATA = Path(__file__).with_name("data")
PENALTY = 0.1  # scikit-learn's C; .03 and .3 differ by less than the noise


@dataclass(frozen=True, slots=True)
class Pair:
    """An annotated pair as numbers: the features of its candidates, and which of them were called counterparts."""

    name: str
    features: tuple[str, ...]
    values: Floats
    firm: NDArray[np.bool_]
    loose: NDArray[np.bool_]
    wanted: int
    """Counterparts in the gold, whether candidates or not."""


def collect(a: Plan, b: Plan, gold: Path) -> Pair:
    """Measure one annotated pair with all the evidence there is."""
    from .semantic import installed

    measured = counterparts.measure(a, b, installed())
    name = f"{a.info.id}__{b.info.id}"
    said: dict[tuple[int, int], bool] = {}
    for who in ("A", "B"):
        for row in _jsonl(gold / who / f"{name}.items.jsonl"):
            for i in _holding(a, row["a"]):
                for j in _holding(b, row["b"]):
                    said[i, j] = said.get((i, j), False) or row["firm"]
    at = list(zip(measured.old.tolist(), measured.new.tolist(), strict=True))
    return Pair(
        name,
        measured.features,
        measured.values,
        np.array([said.get(pair, False) for pair in at]),
        np.array([pair in said and not said[pair] for pair in at]),
        sum(said.values()),
    )


def _jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _holding(plan: Plan, place: dict[str, Any]) -> list[int]:
    """Commitments that share half of the shorter with an annotated passage."""
    start, end = place["start"], place["end"]
    spans = [(max(0, min(c.span.end, end) - max(c.span.start, start)), len(c.span)) for c in plan.commitments]
    return [n for n, (both, size) in enumerate(spans) if 2 * both >= min(size, end - start)]


def fit(pairs: Sequence[Pair], *, semantic: bool) -> Weights:
    """Logistic regression on all pairs; it is calibrated by itself, and accepts from even odds."""
    from sklearn.linear_model import LogisticRegression

    names = evidence.FEATURES + (evidence.MEANING if semantic else ())
    shown = [p.values[~p.loose][:, [p.features.index(n) for n in names]] for p in pairs]
    values, labels = np.vstack(shown), np.concatenate([p.firm[~p.loose] for p in pairs])
    mean, scale = values.mean(axis=0), values.std(axis=0) + 1e-9
    model = LogisticRegression(C=PENALTY, max_iter=5000).fit((values - mean) / scale, labels)
    return Weights(names, mean, scale, model.coef_[0], float(model.intercept_[0]), 0.5)


def predict(pair: Pair, weights: Weights) -> Floats:
    """Probability of every candidate."""
    values = pair.values[:, [pair.features.index(n) for n in weights.features]]
    total = ((values - weights.mean) / weights.scale * weights.weight).sum(axis=1) + weights.intercept
    return np.asarray(1 / (1 + np.exp(-total)), dtype=np.float64)


def score(pair: Pair, probability: Floats, threshold: float) -> dict[str, float]:
    """Precision, recall and F1 of the accepted pairs of commitments, the looser ones counted neither way."""
    taken = (probability >= threshold) & ~pair.loose
    right = int((taken & pair.firm).sum())
    p, r = right / max(1, int(taken.sum())), right / max(1, pair.wanted)
    return {"precision": p, "recall": r, "f1": 2 * p * r / (p + r) if p + r else 0.0}


def check(pairs: Sequence[Pair]) -> dict[str, dict[str, float]]:
    """Figures of each pair from weights fitted on the others."""
    out = {}
    for semantic in (False, True):
        for pair in pairs:
            weights = fit([p for p in pairs if p is not pair], semantic=semantic)
            name = f"{pair.name} from the others{', with meaning' if semantic else ''}"
            out[name] = score(pair, predict(pair, weights), weights.threshold)
    return out


def save(pairs: Sequence[Pair], path: Path) -> None:
    """Write annotated pairs as numbers."""
    arrays: dict[str, Any] = {"features": np.array(pairs[0].features)}
    for pair in pairs:
        arrays[f"{pair.name}/values"] = pair.values.astype(np.float32)
        arrays[f"{pair.name}/firm"], arrays[f"{pair.name}/loose"] = pair.firm, pair.loose
        arrays[f"{pair.name}/wanted"] = np.array(pair.wanted)
    np.savez_compressed(path, **arrays)


def load(path: Path) -> list[Pair]:
    """Read what `save` wrote."""
    with np.load(path) as arrays:
        features = tuple(str(name) for name in arrays["features"])
        names = sorted({key.rsplit("/", 1)[0] for key in arrays if "/" in key})
        return [
            Pair(
                name,
                features,
                arrays[f"{name}/values"].astype(np.float64),
                arrays[f"{name}/firm"],
                arrays[f"{name}/loose"],
                int(arrays[f"{name}/wanted"]),
            )
            for name in names
        ]


def write(weights: Weights, pairs: Sequence[Pair], figures: dict[str, dict[str, float]], path: Path) -> None:
    """Write weights with what they were fitted on and how well they did on what they had not seen."""
    columns = zip(weights.features, weights.mean, weights.scale, weights.weight, strict=True)
    document = {
        "fitted_on": [
            {
                "pair": p.name,
                "candidates": len(p.values),
                "counterparts": p.wanted,
                "sha256": hashlib.sha256(p.values.astype(np.float32).tobytes()).hexdigest(),
            }
            for p in pairs
        ],
        "figures": {name: {k: round(v, 3) for k, v in row.items()} for name, row in figures.items()},
        "features": [
            {"name": name, "mean": float(m), "scale": float(s), "weight": float(w)} for name, m, s, w in columns
        ],
        "intercept": weights.intercept,
        "thresholds": {"accept": round(weights.threshold, 3)},
    }
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")


def main(arguments: Sequence[str]) -> int:
    """The three commands above."""
    match list(arguments):
        case ["collect", gold, folder]:
            from .library import Library

            library = Library.open(folder)
            names = sorted(path.name.removesuffix(".items.jsonl") for path in (Path(gold) / "A").glob("*.items.jsonl"))
            plans = {n: library.read(library.find(n)) for pair in names for n in pair.split("__")}
            sides = [[plans[n] for n in pair.split("__")] for pair in names]
            measured = [collect(a, b, Path(gold)) for a, b in sides]
            save(measured, DATA / "fitting_places.npz")
        case ["weights"]:
            pairs = load(DATA / "fitting_places.npz")
            figures = check(pairs)
            for semantic, file in enumerate(counterparts.WEIGHTS):
                write(fit(pairs, semantic=bool(semantic)), pairs, figures, DATA / file)
        case ["check"]:
            for name, row in check(load(DATA / "fitting_places.npz")).items():
                print(f"{name:60}", "  ".join(f"{key} {value:.3f}" for key, value in row.items()))
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
