"""Fit the weights of the alignment from pairs of plans whose links a person has annotated.

    python -m planlens.fit collect OLD NEW GOLD [OLD NEW GOLD ...]   measure annotated pairs -> data/fitting.npz
    python -m planlens.fit weights        fit on data/fitting.npz -> data/weights.json, data/weights_semantic.json
    python -m planlens.fit check          honest figures of both: across pairs and cross-validated

Two sets of weights: without and with evidence of meaning; `collect` needs the semantic extra for the second. GOLD is a
folder with sentences/NAME.jsonl and alignment/sentences/OLD__NEW.jsonl, as tests/gold has them; OLD and NEW are files
NAME.txt. Pairs of like names are two wordings of one pair: what is said of either is fitted on neither.
data/fitting.npz holds numbers alone, so that anyone can fit again without the texts.

Two logistic regressions, the second knowing the competition. Each linked pair is seen twice, once with the label "any
counterpart" and once with "main counterpart", so that a secondary counterpart counts half. A last line makes the
log-odds those of any counterpart.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import align, evidence, semantic
from .align import Floats, Weights
from .model import Plan, PlanInfo

DATA = Path(__file__).with_name("data")
PENALTY = 0.3  # scikit-learn's C of both regressions; .1 and 1 differ by less than the noise
FOLDS = 5
_SOLVER = "newton-cholesky"  # many rows, few columns: exact, and ten times as fast as lbfgs
_SEED = 20230515  # any fixed number: folds must be the same on every machine


@dataclass(frozen=True, slots=True)
class Pair:
    """An annotated pair as numbers: candidates, their features and labels, and what to score against.

    `name` is FOLDER/OLD__NEW. Statements are numbered as the plan has them, sentences as the gold has them.
    """

    name: str
    features: tuple[str, ...]
    old: NDArray[np.intp]
    new: NDArray[np.intp]
    values: Floats
    any_link: Floats
    main_link: Floats
    usable: NDArray[np.bool_]
    """False where the new statement is not annotated, or the annotators disagreed."""
    old_sentence: NDArray[np.intp]
    """The sentence of each old statement."""
    new_sentence: NDArray[np.intp]
    state_old: NDArray[np.intp]
    """Of each old sentence: LINKED, ALONE (dropped), or DOUBTFUL."""
    state_new: NDArray[np.intp]

    @property
    def plans(self) -> str:
        """OLD__NEW: equal for two wordings of one pair."""
        return self.name.rpartition("/")[2]

    @property
    def group(self) -> NDArray[np.intp]:
        """One number a candidate: candidates of one group are never split between folds."""
        return self.new // _TOGETHER


DOUBTFUL, LINKED, ALONE = 0, 1, 2
_TOGETHER = 4  # new statements that stand together in one fold: neighbours are alike


def collect(old: Path, new: Path, gold: Path) -> Pair:
    """Measure one annotated pair. A statement takes the annotation of the sentence it shares most characters with."""
    from .parse import build
    from .read import read_document

    plans = [build(read_document(path), PlanInfo(path.stem, path.stem)) for path in (old, new)]
    rows = jsonl(gold / "alignment" / "sentences" / f"{old.stem}__{new.stem}.jsonl")
    rows = [row for row in rows if not row.get("ambiguous")]
    fair = {row["new"]: {*row.get("old", []), *row.get("also", [])} for row in rows if "new" in row}
    main = {row["new"]: {*(row.get("primary") or row.get("old", [])[:1])} for row in rows if "new" in row}
    sentences = [jsonl(gold / "sentences" / f"{plan.info.id}.jsonl") for plan in plans]
    at = [_sentence_of(plan, side) for plan, side in zip(plans, sentences, strict=True)]
    ids = [[str(row["id"]) for row in side] for side in sentences]
    measured = evidence.measure(align.side_of(plans[0]), align.side_of(plans[1]), semantic.installed())
    pairs = [(ids[0][at[0][i]], ids[1][at[1][j]]) for i, j in zip(measured.old, measured.new, strict=True)]
    return Pair(
        name=f"{old.parent.name}/{old.stem}__{new.stem}",
        features=measured.features,
        old=measured.old,
        new=measured.new,
        values=measured.values,
        any_link=np.array([o in fair.get(n, ()) for o, n in pairs], dtype=float),
        main_link=np.array([o in main.get(n, ()) for o, n in pairs], dtype=float),
        usable=np.array([n in fair for _, n in pairs]),
        old_sentence=at[0],
        new_sentence=at[1],
        state_old=_states(ids[0], _linked_olds(rows), {row["old"] for row in rows if "new" not in row}),
        state_new=_states(ids[1], {n for n in fair if main[n]}, {n for n in fair if not main[n]}),
    )


def _linked_olds(rows: Sequence[dict[str, Any]]) -> set[str]:
    return {o for row in rows if "new" in row for o in row.get("old", [])}


def _states(ids: Sequence[str], linked: Collection[str], alone: Collection[str]) -> NDArray[np.intp]:
    return np.array([LINKED if i in linked else ALONE if i in alone else DOUBTFUL for i in ids], dtype=np.intp)


def jsonl(path: Path) -> list[dict[str, Any]]:
    """The rows of an annotation file, one JSON object a line."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _sentence_of(plan: Plan, sentences: Sequence[dict[str, Any]]) -> NDArray[np.intp]:
    starts, ends = (np.array([row[side] for row in sentences]) for side in ("start", "end"))
    shared = [np.minimum(ends, c.span.end) - np.maximum(starts, c.span.start) for c in plan.commitments]
    return np.array([int(s.argmax()) for s in shared], dtype=np.intp)


def without_meaning(pair: Pair) -> Pair:
    """The pair as it is measured without an encoder."""
    kept = [n for n, name in enumerate(pair.features) if name not in evidence.MEANING]
    return replace(pair, features=evidence.FEATURES, values=pair.values[:, kept])


def fit(pairs: Sequence[Pair], masks: Sequence[NDArray[np.bool_]]) -> Weights:
    """Weights from the masked candidates of each pair; thresholds from predictions made out of fold."""
    mean, scale, weight, intercept = _regress(
        np.vstack([p.values[m] for p, m in zip(pairs, masks, strict=True)]), *_labels(pairs, masks)
    )
    among = [_among(pairs, masks, n) for n in range(len(pairs))]
    stacked = np.vstack([rows[m] for rows, m in zip(among, masks, strict=True)])
    mean2, scale2, weight2, intercept2 = _regress(stacked, *_labels(pairs, masks))
    coefficient = weight2 / scale2
    start = intercept2 - float((coefficient * mean2).sum())
    slope, shift = _calibrate(stacked @ coefficient + start, _labels(pairs, masks)[0])
    coefficient, start = slope * coefficient, slope * start + shift
    draft = Weights(
        pairs[0].features,
        mean,
        scale,
        weight,
        intercept,
        float(coefficient[0]),
        coefficient[1:],
        start,
        align.Thresholds(0.5, 0.5, 0.5),
    )
    probability = [1 / (1 + np.exp(-(rows @ coefficient + draft.competition_intercept))) for rows in among]
    return replace(draft, thresholds=_thresholds(pairs, masks, probability))


def _calibrate(total: Floats, any_link: Floats) -> tuple[float, float]:
    """Slope and shift that make the log-odds those of any counterpart (Platt 1999); the labels seen twice pull
    them down towards those of the main one.
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e6, solver=_SOLVER).fit(total[:, None], any_link)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _labels(pairs: Sequence[Pair], masks: Sequence[NDArray[np.bool_]]) -> tuple[Floats, Floats]:
    return (
        np.concatenate([p.any_link[m] for p, m in zip(pairs, masks, strict=True)]),
        np.concatenate([p.main_link[m] for p, m in zip(pairs, masks, strict=True)]),
    )


def _regress(values: Floats, any_link: Floats, main_link: Floats) -> tuple[Floats, Floats, Floats, float]:
    from sklearn.linear_model import LogisticRegression

    mean, scale = values.mean(axis=0), values.std(axis=0) + 1e-9
    standard = (values - mean) / scale
    model = LogisticRegression(C=PENALTY, solver=_SOLVER, tol=1e-8)
    model.fit(np.vstack([standard, standard]), np.concatenate([any_link, main_link]))
    return mean, scale, model.coef_[0], float(model.intercept_[0])


def _among(pairs: Sequence[Pair], masks: Sequence[NDArray[np.bool_]], n: int) -> Floats:
    """Own log-odds out of fold, and the competition that follows from them, for every candidate of pair n."""
    pair = pairs[n]
    folds = _folds(pair, _SEED)
    alone = np.zeros(len(pair.old))
    for fold in range(FOLDS):
        kept = [m & (folds != fold) if k == n else m for k, m in enumerate(masks)]
        mean, scale, weight, intercept = _regress(
            np.vstack([p.values[m] for p, m in zip(pairs, kept, strict=True)]), *_labels(pairs, kept)
        )
        held = folds == fold
        alone[held] = ((pair.values[held] - mean) / scale) @ weight + intercept
    return np.column_stack([alone, align.competition(alone, pair.old, pair.new)])


def _folds(pair: Pair, seed: int) -> NDArray[np.intp]:
    draw = np.random.RandomState(seed).randint(0, FOLDS, int(pair.group.max()) + 1)
    return np.asarray(draw[pair.group], dtype=np.intp)


def _thresholds(
    pairs: Sequence[Pair], masks: Sequence[NDArray[np.bool_]], probability: Sequence[Floats]
) -> align.Thresholds:
    """The middle of all settings within .004 of the best mean of link F1 and a little of new and dropped F1."""
    tried = []
    for values in _TRIED:
        thresholds = align.Thresholds(*values)
        figures = [score(p, choose(p, q, m, thresholds), m) for p, q, m in zip(pairs, probability, masks, strict=True)]
        gain = [f["links_f1"] + _ABSENCE * (f["new_f1"] + f["dropped_f1"]) for f in figures]
        tried.append((float(np.mean(gain)), values))
    best = max(tried)[0]
    near = np.array([values for value, values in tried if value > best - 0.004])
    return align.Thresholds(*(round(float(middle), 3) for middle in near.mean(axis=0)))


_ABSENCE = 0.15  # weight of new and dropped F1 beside link F1 when thresholds are chosen
_TRIED = tuple(
    (first, first_old, further)
    for first in (0.24, 0.29, 0.34, 0.39, 0.44, 0.49, 0.54, 0.59)
    for further in (0.4, 0.5, 0.6, 0.7, 0.8)
    for first_old in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    if max(first, first_old) <= further
)


def choose(pair: Pair, probability: Floats, mask: NDArray[np.bool_], thresholds: align.Thresholds) -> NDArray[np.intp]:
    """Candidates that become links."""
    return align.decode(pair.old, pair.new, probability, np.flatnonzero(mask), thresholds)


def score(pair: Pair, chosen: NDArray[np.intp], mask: NDArray[np.bool_]) -> dict[str, float]:
    """Figures as tests/scoring.py counts them, by sentences: precision of every link, recall of the main counterpart
    of each new sentence, their F1, and F1 of what is called new and dropped. New sentences of the mask alone are
    scored; without them all, of the old ones those that they are linked to or that are dropped.
    """
    old, new = pair.old_sentence[pair.old], pair.new_sentence[pair.new]
    made = chosen[pair.usable[chosen]]
    _, first = np.unique(old[made] * len(pair.state_new) + new[made], return_index=True)  # one sentence, several items
    p = float(pair.any_link[made[first]].mean()) if len(first) else 0.0
    right = chosen[pair.main_link[chosen] > 0]
    shown, linked, main = (_marked(new[at], pair.state_new) for at in (np.flatnonzero(mask), chosen, right))
    wanted = shown & (pair.state_new == LINKED)
    r = int((main & wanted).sum()) / max(1, int(wanted.sum()))
    says_new = shown & ~linked & (pair.state_new != DOUBTFUL)
    says_dropped = _marked(pair.old_sentence, pair.state_old) & ~_marked(old[chosen], pair.state_old)
    says_dropped &= pair.state_old != DOUBTFUL
    return {
        "links_precision": p,
        "links_recall": r,
        "links_f1": 2 * p * r / (p + r) if p + r else 0.0,
        "new_f1": _f1(says_new, shown & (pair.state_new == ALONE)),
        "dropped_f1": _f1(says_dropped, pair.state_old == ALONE),
    }


def _marked(places: NDArray[np.intp], sentences: NDArray[np.intp]) -> NDArray[np.bool_]:
    out = np.zeros(len(sentences), dtype=bool)
    out[places] = True
    return out


def _f1(said: NDArray[np.bool_], true: NDArray[np.bool_]) -> float:
    return 2 * int((said & true).sum()) / max(1, int(said.sum() + true.sum()))


def check(pairs: Sequence[Pair]) -> dict[str, dict[str, float]]:
    """Figures on data the weights have not seen: each pair from all the others, and cross-validated with the others."""
    out: dict[str, dict[str, float]] = {}
    for pair in pairs:
        others = [p for p in pairs if p.plans != pair.plans]
        if others:
            weights = fit(others, [p.usable for p in others])
            out[f"{pair.name} from the others"] = _figures(pair, _predict(pair, weights), weights)
        out[f"{pair.name} cross-validated"] = _cross_validated([*others, pair], len(others))
    return out


def _predict(pair: Pair, weights: Weights) -> Floats:
    measured = evidence.Measured(pair.features, pair.old, pair.new, pair.values, np.zeros((0, 0), np.float32))
    return align.judge(measured, weights).probability


def _figures(pair: Pair, probability: Floats, weights: Weights) -> dict[str, float]:
    figures = score(pair, choose(pair, probability, pair.usable, weights.thresholds), pair.usable)
    return {**figures, **calibration(pair, probability)}


def calibration(pair: Pair, probability: Floats) -> dict[str, float]:
    """Expected calibration error over candidates with p >= 0.1, in ten bins of equal width."""
    shown = pair.usable & (probability >= 0.1)
    p, y = probability[shown], pair.any_link[shown]
    bins = np.minimum((p * 10).astype(int), 9)
    gaps = [abs(p[bins == b].mean() - y[bins == b].mean()) * (bins == b).sum() for b in range(10) if (bins == b).any()]
    return {"calibration_error": float(sum(gaps) / max(1, shown.sum()))}


def _cross_validated(pairs: Sequence[Pair], n: int) -> dict[str, float]:
    pair = pairs[n]
    folds = _folds(pair, _SEED + 1)
    probability = np.zeros(len(pair.old))
    chosen: list[int] = []
    for fold in range(FOLDS):
        masks = [p.usable & (folds != fold) if k == n else p.usable for k, p in enumerate(pairs)]
        weights = fit(pairs, masks)
        held = pair.usable & (folds == fold)
        predicted = _predict(pair, weights)
        probability[held] = predicted[held]
        chosen += choose(pair, predicted, held, weights.thresholds).tolist()
    return {**score(pair, np.array(chosen, dtype=np.intp), pair.usable), **calibration(pair, probability)}


def save(pairs: Sequence[Pair], path: Path) -> None:
    """Write annotated pairs as numbers."""
    arrays: dict[str, Any] = {"features": np.array(pairs[0].features)}
    for pair in pairs:
        for field, kind in _ARRAYS.items():
            arrays[f"{pair.name}/{field}"] = getattr(pair, field).astype(kind)
    np.savez_compressed(path, **arrays)


_ARRAYS: dict[str, Any] = {
    **dict.fromkeys(("old", "new", "old_sentence", "new_sentence"), np.int32),
    **dict.fromkeys(("state_old", "state_new"), np.int8),
    **dict.fromkeys(("any_link", "main_link", "usable"), np.bool_),
    "values": np.float32,
}
_READ_AS: dict[str, Any] = {"any_link": np.float64, "main_link": np.float64, "usable": np.bool_, "values": np.float64}


def load(path: Path) -> list[Pair]:
    """Read what `save` wrote."""
    with np.load(path) as arrays:
        features = tuple(map(str, arrays["features"]))
        names = sorted({key.rpartition("/")[0] for key in arrays if "/" in key})
        return [
            Pair(name, features, **{f: arrays[f"{name}/{f}"].astype(_READ_AS.get(f, np.intp)) for f in _ARRAYS})
            for name in names
        ]


def write(weights: Weights, pairs: Sequence[Pair], figures: dict[str, dict[str, float]], path: Path) -> None:
    """Write weights with what they were fitted on and how well they did on what they had not seen."""
    columns = zip(weights.features, weights.mean, weights.scale, weights.weight, strict=True)
    document = {
        "fitted_on": [
            {
                "pair": p.name,
                "candidates": int(p.usable.sum()),
                "links": int(p.any_link[p.usable].sum()),
                "sha256": hashlib.sha256(p.values.astype(np.float32).tobytes()).hexdigest(),
            }
            for p in pairs
        ],
        "figures": {name: {k: round(v, 3) for k, v in row.items()} for name, row in figures.items()},
        "features": [
            {"name": name, "mean": float(m), "scale": float(s), "weight": float(w)} for name, m, s, w in columns
        ],
        "intercept": weights.intercept,
        "competition": {
            "own": weights.own,
            **{name: float(w) for name, w in zip(align.COMPETITION, weights.competition, strict=True)},
            "intercept": weights.competition_intercept,
        },
        "thresholds": asdict(weights.thresholds),
    }
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _both() -> list[tuple[str, list[Pair]]]:
    """What each file of weights is fitted on; the second only where meanings were measured."""
    pairs = load(DATA / "fitting.npz")
    lexical = align.WEIGHTS[0], [without_meaning(pair) for pair in pairs]
    return [lexical] if pairs[0].features == evidence.FEATURES else [lexical, (align.WEIGHTS[1], pairs)]


def main(arguments: Sequence[str]) -> int:
    """The three commands above."""
    match list(arguments):
        case ["collect", *paths] if paths and len(paths) % 3 == 0:
            triples = zip(paths[0::3], paths[1::3], paths[2::3], strict=True)
            pairs = [collect(Path(old), Path(new), Path(gold)) for old, new, gold in triples]
            save(pairs, DATA / "fitting.npz")
        case ["weights"]:
            for file, pairs in _both():
                write(fit(pairs, [p.usable for p in pairs]), pairs, check(pairs), DATA / file)
        case ["check"]:
            for file, pairs in _both():
                print(file)
                for name, row in check(pairs).items():
                    print(" ", name, " ".join(f"{k} {v:.3f}" for k, v in row.items()))
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
