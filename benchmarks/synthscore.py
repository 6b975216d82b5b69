"""Set what `compare` says of a PlanSynth pair against what is true of it.

python benchmarks/synthscore.py [SHARE]                 the table of all families, or of a share of it (0.1)
python benchmarks/synthscore.py [SHARE] --semantic      the same with evidence of meaning

tally(pair)        -> counts of one pair
figures(tallies)   -> the counts added up, as precision, recall and F1
"""

from __future__ import annotations

import math
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from plansynth import COUNTS, Pair, Written, pairs  # noqa: E402

from planlens import parse  # noqa: E402
from planlens.compare import compare  # noqa: E402
from planlens.model import Change, Comparison, Plan, PlanInfo  # noqa: E402
from planlens.read import read_document  # noqa: E402
from planlens.semantic import Encoder, installed  # noqa: E402

SLOTS = ("number", "bound", "deadline", "strength", "actors")
_GROUPED = {"move": "moved", "split": "split", "merge": "merged"}
"""What is done, and the kind that must say so."""


def plan_of(text: str, name: str) -> Plan:
    """The plan that a text holds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.txt"
        path.write_bytes(text.encode())
        return parse.build(read_document(path), PlanInfo(name, name))


def compared(pair: Pair, encoder: Encoder | None = None) -> Comparison:
    return compare(plan_of(pair.old.text, "old"), plan_of(pair.new.text, "new"), encoder=encoder)


def names_of(written: Written, plan: Plan) -> dict[str, str]:
    """Key of a commitment → name of the statement it stands for: the one it shares most characters with."""
    out = {}
    for commitment in plan.commitments:
        shared = {
            name: min(end, commitment.span.end) - max(start, commitment.span.start)
            for name, (start, end) in written.spans.items()
        }
        name = max(shared, key=lambda n: shared[n])
        if 2 * shared[name] >= min(len(commitment.span), written.spans[name][1] - written.spans[name][0]):
            out[commitment.key] = name
    return out


class Said:
    """What a comparison says, in the names of the statements."""

    def __init__(self, pair: Pair, comparison: Comparison) -> None:
        self.olds, self.news = names_of(pair.old, comparison.old), names_of(pair.new, comparison.new)
        self.links = {
            (self.olds[link.old], self.news[link.new])
            for link in comparison.links
            if link.old in self.olds and link.new in self.news
        }
        self.of_old: dict[str, list[Change]] = defaultdict(list)
        self.of_new: dict[str, list[Change]] = defaultdict(list)
        self.pairs_of_kind: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for change in comparison.changes:
            self._note(change)

    def _note(self, change: Change) -> None:
        olds = [self.olds[key] for key in change.old if key in self.olds]
        news = [self.news[key] for key in change.new if key in self.news]
        for name in olds:
            self.of_old[name].append(change)
        for name in news:
            self.of_new[name].append(change)
        for kind in change.kinds:
            self.pairs_of_kind[kind] |= {(o, n) for o in olds for n in news if (o, n) in self.links}

    def only(self, name: str) -> Change | None:
        """The one change a new statement stands in."""
        return self.of_new[name][0] if len(self.of_new[name]) == 1 else None


def tally(pair: Pair, comparison: Comparison | None = None) -> Counter[str]:
    """Counts under "what hit", "what said" and "what true" for links, new, dropped and each event."""
    said = Said(pair, comparison or compared(pair))
    out: Counter[str] = Counter()
    _count(out, "links", said.links, set(pair.links))
    gone = set(pair.old.spans) - {o for o, _ in pair.links}
    come = set(pair.new.spans) - {n for _, n in pair.links}
    _count(out, "new", {n for n in pair.new.spans if {c.status for c in said.of_new[n]} == {"new"}}, come)
    _count(out, "dropped", {o for o in pair.old.spans if {c.status for c in said.of_old[o]} == {"dropped"}}, gone)
    for event, kind in _GROUPED.items():
        true = {(o, n) for e in pair.events if e.kind == event for o in e.old for n in e.new}
        if event == "move" and any(e.kind == "reorder" for e in pair.events):
            continue  # which items of a shuffled list are the ones that moved is anybody's guess
        _count(out, event, said.pairs_of_kind[kind], true)
    for event in pair.events:
        if event.kind in SLOTS:
            out[f"{event.kind} true"] += 1
            out[f"{event.kind} hit"] += exactly(said, event.new[0], event.old, (event.kind,))
        if event.kind == "reword":
            out["reword true"] += 1
            out["reword hit"] += exactly(said, event.new[0], event.old, ())
    touched = {name for event in pair.events for name in (*event.old, *event.new)}
    for name in set(pair.new.spans) - touched:
        out["untouched"] += 1
        out["spurious"] += not exactly(said, name, (name,), ())
    return out


def exactly(said: Said, new: str, olds: tuple[str, ...], kinds: tuple[str, ...]) -> bool:
    """Whether a new statement is linked to these olds alone, and exactly these kinds of change are told of it."""
    change = said.only(new)
    linked = {o for o, n in said.links if n == new}
    return (
        change is not None
        and linked == set(olds)
        and change.kinds == kinds
        and (change.status == "kept") == (not kinds)
    )


def _count(out: Counter[str], what: str, said: set[object], true: set[object]) -> None:
    out[f"{what} hit"] += len(said & true)
    out[f"{what} said"] += len(said)
    out[f"{what} true"] += len(true)


def prf(total: Mapping[str, int], what: str) -> tuple[float, float, float]:
    """Precision, recall, F1; nan where there is nothing to say."""
    hit, said, true = (total.get(f"{what} {k}", 0) for k in ("hit", "said", "true"))
    precision = hit / said if said else math.nan
    recall = hit / true if true else math.nan
    return precision, recall, 2 * hit / (said + true) if said + true else math.nan


def share_right(total: Mapping[str, int], what: str) -> float:
    """Share of the events of a kind that are told exactly so."""
    return total.get(f"{what} hit", 0) / total[f"{what} true"] if total.get(f"{what} true") else math.nan


def run(counts: Mapping[str, int], encoder: Encoder | None = None) -> dict[str, Counter[str]]:
    """Counts of every family."""
    out: dict[str, Counter[str]] = {family: Counter() for family in counts}
    for pair in pairs(counts=counts):
        out[pair.family].update(tally(pair, compared(pair, encoder)))
        out[pair.family]["pairs"] += 1
    return out


def report(totals: Mapping[str, Counter[str]]) -> Iterable[str]:
    """The table, a line a family, then the kinds of change."""
    yield f"{'family':11}{'pairs':>6}{'links P':>9}{'R':>7}{'F1':>7}{'new F1':>8}{'dropped':>9}{'spurious':>14}"
    for family, total in totals.items():
        p, r, f = prf(total, "links")
        new, dropped = prf(total, "new")[2], prf(total, "dropped")[2]
        spurious = f"{total['spurious']}/{total['untouched']}"
        yield f"{family:11}{total['pairs']:6}{p:9.3f}{r:7.3f}{f:7.3f}{new:8.3f}{dropped:9.3f}{spurious:>14}"
    whole = sum(totals.values(), Counter[str]())
    yield ""
    for event in _GROUPED:
        p, r, f = prf(whole, event)
        yield f"{event:11} {whole[event + ' true']:5} links   P {p:.3f}  R {r:.3f}  F1 {f:.3f}"
    for kind in (*SLOTS, "reword"):
        yield f"{kind:11} {whole[kind + ' true']:5} events  told exactly so {share_right(whole, kind):.3f}"


def main(arguments: list[str]) -> int:
    share = float(next((a for a in arguments if not a.startswith("-")), 1.0))
    counts = {family: max(1, round(count * share)) for family, count in COUNTS.items()}
    print("\n".join(report(run(counts, installed() if "--semantic" in arguments else None))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
