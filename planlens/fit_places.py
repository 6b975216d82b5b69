"""Fit the weights of `counterparts` from pairs of plans of different places whose shared items a person has annotated.

    python -m planlens.fit_places collect GOLD LIBRARY   measure the annotated pairs -> data/fitting_places*.npz
    python -m planlens.fit_places weights                fit on it -> data/weights_places.json
    python -m planlens.fit_places check                  honest figures: each pair from the weights of the others

Four sets of weights: from words alone or with an encoder's evidence of meaning, each with and without instruments, for
plans of a field whose instruments are not known. GOLD is a folder with A/PLAN__PLAN.items.jsonl and B/… by two
annotators, as tests/gold/overlap has them. A pair of commitments is a counterpart where either annotator called a pair
of items in them firm; those that were called a looser relation are left out of the fit. data/fitting_places.npz holds
numbers alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import counterparts, sections, settings
from .counterparts import Floats, Weights
from .fit import jsonl
from .model import Plan

DATA = Path(__file__).with_name("data")
PENALTY = 0.03  # scikit-learn's C; .1 does .01 worse on plans the weights have not seen, .3 .02 worse
PENALTY_CLAUSES = 1.0  # few features, each telling
KINDS = ("words", "words_alone", "semantic", "semantic_alone", "clauses", "clauses_semantic")
PRECISE = 0.75  # precision to keep on plans the weights have not seen; a wrong pair is worse than a missed one


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
        for row in jsonl(gold / who / f"{name}.items.jsonl"):
            for i in _holding(a, row["a"]):
                for j in _holding(b, row["b"]):
                    said[i, j] = said.get((i, j), False) or row["firm"]
    at = list(zip(measured.a.tolist(), measured.b.tolist(), strict=True))
    return Pair(
        name,
        measured.features,
        measured.values,
        np.array([said.get(pair, False) for pair in at]),
        np.array([pair in said and not said[pair] for pair in at]),
        sum(said.values()),
    )


def collect_clauses(a: Plan, b: Plan, gold: Path) -> Pair:
    """The same for the clauses of an annotated pair; what one annotator alone paired is not used."""
    from .semantic import installed

    found = counterparts.find(a, b, least=sections.LEAST, encoder=installed())
    measured = sections.measure(a, b, found, installed())
    name = f"{a.info.id}__{b.info.id}"
    said: dict[tuple[str | None, str | None], int] = {}
    for who in ("A", "B"):
        for row in jsonl(gold / who / f"{name}.clauses.jsonl"):
            at = _headed(a, row["a"]), _headed(b, row["b"])
            said[at] = said.get(at, 0) + 1
    pairs = [(x, y) for x in measured.a for y in measured.b]
    return Pair(
        name,
        measured.features,
        measured.values,
        np.array([said.get(pair, 0) == 2 for pair in pairs]),
        np.array([said.get(pair, 0) == 1 for pair in pairs]),
        sum(count == 2 for count in said.values()),
    )


def _headed(plan: Plan, place: dict[str, Any]) -> str | None:
    """The deepest clause around an annotated heading."""
    around = [c for c in plan.clauses if c.span.start <= place["start"] < c.span.end]
    return max(around, key=lambda c: c.depth).key if around else None


def _holding(plan: Plan, place: dict[str, Any]) -> list[int]:
    """Commitments that share half of the shorter with an annotated passage."""
    start, end = place["start"], place["end"]
    spans = [(max(0, min(c.span.end, end) - max(c.span.start, start)), len(c.span)) for c in plan.commitments]
    return [n for n, (both, size) in enumerate(spans) if 2 * both >= min(size, end - start)]


def features_of(kind: str) -> tuple[str, ...]:
    """What the weights of a kind weigh."""
    if kind.startswith("clauses"):
        return sections.FEATURES + (sections.MEANING if kind == "clauses_semantic" else ())
    return counterparts.features_of(kind)


def fit(pairs: Sequence[Pair], kind: str) -> Weights:
    """Logistic regression on all pairs, its log-odds and its threshold set on pairs that it has not seen.

    Each pair in turn is judged by the weights of the others: a line makes those log-odds calibrated (Platt 1999), and
    the threshold is the lowest from which PRECISE of what is accepted, pairs taken together, is right.
    """
    held = [_regress([p for p in pairs if p is not pair], kind) for pair in pairs] if len(pairs) > 1 else []
    totals = [_totals(pair, weights)[~pair.loose] for pair, weights in zip(pairs, held, strict=bool(held))]
    weights = _regress(pairs, kind)
    if not totals:
        return weights
    total, firm = np.concatenate(totals), np.concatenate([p.firm[~p.loose] for p in pairs])
    slope, shift = _line(total, firm)
    probability = _logistic(slope * total + shift)
    scaled = replace(weights, weight=slope * weights.weight, intercept=slope * weights.intercept + shift)
    best = _balanced if kind.startswith("clauses") else _threshold
    return replace(scaled, threshold=best(probability, firm))


def _regress(pairs: Sequence[Pair], kind: str) -> Weights:
    from sklearn.linear_model import LogisticRegression

    names = features_of(kind)
    shown = [p.values[~p.loose][:, [p.features.index(n) for n in names]] for p in pairs]
    values, labels = np.vstack(shown), np.concatenate([p.firm[~p.loose] for p in pairs])
    mean, scale = values.mean(axis=0), values.std(axis=0) + 1e-9
    penalty = PENALTY_CLAUSES if kind.startswith("clauses") else PENALTY
    model = LogisticRegression(C=penalty, max_iter=5000).fit((values - mean) / scale, labels)
    return Weights(names, mean, scale, model.coef_[0], float(model.intercept_[0]), 0.5)


def _line(total: Floats, firm: NDArray[np.bool_]) -> tuple[float, float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e6, max_iter=5000).fit(total[:, None], firm)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _threshold(probability: Floats, firm: NDArray[np.bool_]) -> float:
    order = np.argsort(-probability, kind="stable")
    precision = np.cumsum(firm[order]) / np.arange(1, len(order) + 1)
    last = int(np.flatnonzero(precision >= PRECISE).max(initial=0))
    return float(probability[order][last])


def _balanced(probability: Floats, firm: NDArray[np.bool_]) -> float:
    """Where F1 is best: a reader of clause pairs wants all of them."""
    order = np.argsort(-probability, kind="stable")
    both = 2 * np.cumsum(firm[order]) / (np.arange(1, len(order) + 1) + firm.sum())
    return float(probability[order][int(both.argmax())])


def _totals(pair: Pair, weights: Weights) -> Floats:
    values = pair.values[:, [pair.features.index(n) for n in weights.features]]
    total: Floats = ((values - weights.mean) / weights.scale * weights.weight).sum(axis=1) + weights.intercept
    return total


def _logistic(total: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-total)), dtype=np.float64)


def score(pair: Pair, weights: Weights) -> dict[str, float]:
    """Precision, recall and F1 of the accepted pairs of commitments, the looser ones counted neither way."""
    taken = (_logistic(_totals(pair, weights)) >= weights.threshold) & ~pair.loose
    right = int((taken & pair.firm).sum())
    p, r = right / max(1, int(taken.sum())), right / max(1, pair.wanted)
    return {"precision": p, "recall": r, "f1": 2 * p * r / (p + r) if p + r else 0.0}


def check(kinds: Sequence[str] = KINDS) -> dict[str, dict[str, dict[str, float]]]:
    """Figures of each pair from weights and thresholds of the others alone, by kind."""
    out = {}
    for kind in kinds:
        pairs = load(DATA / _file(kind))
        out[kind] = {pair.name: score(pair, fit([p for p in pairs if p is not pair], kind)) for pair in pairs}
    return out


def _file(kind: str) -> str:
    return "fitting_places_clauses.npz" if kind.startswith("clauses") else "fitting_places.npz"


def save(pairs: Sequence[Pair], path: Path) -> None:
    """Write annotated pairs as numbers."""
    arrays: dict[str, Any] = {"features": np.array(pairs[0].features)}
    for pair in pairs:
        arrays[f"{pair.name}/values"] = pair.values.round(4).astype(np.float32)
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


def written(weights: Weights, pairs: Sequence[Pair], figures: dict[str, dict[str, float]]) -> dict[str, Any]:
    """Weights as JSON, with what they were fitted on and how well the others' weights did on each."""
    columns = zip(weights.features, weights.mean, weights.scale, weights.weight, strict=True)
    return {
        "fitted_on": [{"pair": p.name, "candidates": len(p.values), "counterparts": p.wanted} for p in pairs],
        "figures_from_the_others": {n: {k: round(v, 3) for k, v in row.items()} for n, row in figures.items()},
        "features": [
            {"name": name, "mean": float(m), "scale": float(s), "weight": float(w)} for name, m, s, w in columns
        ],
        "intercept": weights.intercept,
        "accept": round(weights.threshold, 3),
    }


def _write(*kinds: str) -> None:
    figures, document = check(kinds), {}
    for kind in kinds:
        pairs = load(DATA / _file(kind))
        document[kind] = written(fit(pairs, kind), pairs, figures[kind])
    path = DATA / settings.PLACES_WEIGHTS
    before = json.loads(path.read_text("utf-8")) if path.exists() else {}
    path.write_text(json.dumps(before | document, ensure_ascii=False, indent=1) + "\n", "utf-8")
    counterparts.load_weights.cache_clear()


def main(arguments: Sequence[str]) -> int:
    """The three commands above."""
    match list(arguments):
        case ["collect", gold, folder]:
            from .library import Library

            library = Library.open(folder)
            names = sorted(path.name.removesuffix(".items.jsonl") for path in (Path(gold) / "A").glob("*.items.jsonl"))
            plans = {n: library.read(library.find(n)) for pair in names for n in pair.split("__")}
            sides = [[plans[n] for n in pair.split("__")] for pair in names]
            save([collect(a, b, Path(gold)) for a, b in sides], DATA / _file("words"))
            _write("words", "words_alone", "semantic", "semantic_alone")  # clauses are measured with these
            save([collect_clauses(a, b, Path(gold)) for a, b in sides], DATA / _file("clauses"))
        case ["weights"]:
            _write(*KINDS)
        case ["check"]:
            for kind, rows in check().items():
                for name, row in rows.items():
                    print(f"{kind:16} {name:34}", "  ".join(f"{key} {value:.3f}" for key, value in row.items()))
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
