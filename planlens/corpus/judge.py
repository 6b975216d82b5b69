"""Say of pairs of commitments how probable it is that `diff` or `overlap` would hold them for counterparts.

    gather(corpus)                       -> Statements: all commitments, ready to be held against each other
    estimate(statements, left, right)    -> a probability for each pair, of any number of pairs
    exact(older, newer, one_place=…)     -> what the evidence of `diff` (one place) or `overlap` (two) says of two plans

The evidence of two plans takes about a second a pair of plans: nothing to be done for 20,000 of them. The estimate is
a logistic regression on what can be measured of all pairs at once, fitted to what `exact` says of the same pairs
(`python benchmarks/corpus_judge.py fit`); how well the two agree is told by `benchmarks/corpus_judge.py check`.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from planlens import align, counterparts, instruments, places, regions, words
from planlens.corpus import join
from planlens.counterparts import Weights
from planlens.errors import SettingsError
from planlens.model import Commitment, Plan, PlanInfo, Span
from planlens.traditional import simplified

if TYPE_CHECKING:
    from planlens.corpus.scheduler import Scheduler
    from planlens.corpus.store import Corpus

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

FEATURES = (
    "words",  # cosine of the words, each weighed by how rare it is in plans and reports
    "characters",  # cosine of the pairs of letters or Han characters
    "ratio",  # rapidfuzz's ratio of the two texts
    "share",  # information of the shared words over that of the poorer side
    "shared",  # ln(1 + information of the shared words)
    "rarest",  # information of the rarest shared word
    "length",  # ln of the shorter text's characters
    "longer",  # ln of shorter over longer
    "clause",  # cosine of the words of the clauses around them
    "counted",  # likeness of the two most alike indicators
    "names",  # 1 where a 《title》 or “name” stands in both
    "instruments",  # shared instruments, each the weightier the fewer statements of the two plans name it
    "instrument",  # 1 where one is shared
    "instruments_apart",  # 1 where both name instruments and none is shared
    "alike",  # mean of words, characters and ratio
    "lead_left",  # the same above the best rival in the other plan, of the first statement
    "lead_right",  # … of the second
    "above_hubs",  # twice the same less the mean of the eight best rivals on either side
)
KINDS = ("years", "places", "places_alone")
"""Pairs of one place; of two places; of two places in a field whose instruments the lexicon does not know."""
WEIGHTS = "weights_corpus.json"
LEAST = 0.1
"""Similarity of words below which no pair is looked at; three in four pairs that `overlap` accepts lie below 0.3."""
NEAREST = 20
"""Texts elsewhere that each commitment is held against."""
COPIES = 5
"""Commitments with one text that each is held against."""
_AT_ONCE = 1 << 16  # pairs measured at once: bounds memory to some 100 MB
_RIVALS = 3  # of FEATURES, the last, which rest on all pairs of a statement with one plan
_HUBS = 8  # rivals that say how much a statement resembles everything, as in planlens.evidence
_NAMED = 0.4  # share of the commitments of a plan with a known instrument from which its field is known
_STOCK = 6.5  # information of a word that one of 250 sentences has; pairs without a rarer one share stock phrases
UNKNOWN = ""  # the place of a plan that does not say whose it is
_NATION = "全国"


@dataclass(frozen=True, slots=True)
class Bags:
    """Lists of terms as one sparse matrix, row by row: `rows` is a scipy.sparse.csr_array."""

    rows: Any
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statements:
    """All commitments of a corpus that say something, in the order of plans and of their texts.

    Texts and words are without the names of the plan's own place and those around it.
    """

    plans: tuple[PlanInfo, ...]
    plan: Places
    """Number of each statement's plan."""
    place: Places
    """Number of each plan's place; plans whose place is not known have one each."""
    known: NDArray[np.bool_]
    """Whether a plan's place is known."""
    place_name: tuple[str, ...]
    """What a report calls the place of each plan; its id where the place is not known."""
    key: tuple[str, ...]
    text: tuple[str, ...]
    """As the file has it."""
    start: Places
    """Where each text begins in that of its plan."""
    plain: tuple[str, ...]
    """Without marks, spaces and local names."""
    bags: Bags
    around: Any
    """Words of the clause of each statement, one row a clause, normalised."""
    home: Places
    """Row of `around` of each statement."""
    indicators: tuple[tuple[str, ...], ...]
    passed_over: int
    """Commitments left out: bare headings and guiding thoughts."""

    def one_place(self, left: Places, right: Places) -> NDArray[np.bool_]:
        return np.asarray(self.place[self.plan[left]] == self.place[self.plan[right]])

    def order(self) -> Places:
        """The rank of each plan: by years, then by id."""
        last = max((info.start_year or 0 for info in self.plans), default=0) + 1
        by = [(info.start_year or last, info.end_year or last, info.id) for info in self.plans]
        rank = np.empty(len(by), dtype=np.int64)
        rank[sorted(range(len(by)), key=by.__getitem__)] = np.arange(len(by))
        return rank

    def wording(self) -> tuple[Places, int]:
        """A number of each statement, that of all which are equal but for marks and local names; how many there are."""
        number: dict[str, int] = {}
        return np.array([number.setdefault(plain, len(number)) for plain in self.plain], dtype=np.int64), len(number)

    def words(self) -> list[list[str]]:
        """The words of every statement, as `join.neighbours` takes them."""
        rows, terms = self.bags.rows, self.bags.terms
        counts = np.rint(rows.data).astype(int)
        flat = np.repeat(rows.indices, counts)
        ends = np.concatenate([[0], np.cumsum(counts)])[rows.indptr]
        named = [terms[k] for k in flat.tolist()]
        return [named[a:b] for a, b in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)]


# --- gathering ------------------------------------------------------------------------------------------------------

_COLUMNS = ("plan", "key", "clause", "text", "words", "indicators", "verb", "start")
_MARKS = re.compile(r"[\W_]+")


def gather(corpus: Corpus) -> Statements:
    """The commitments of a corpus but for bare headings and guiding thoughts, which any plan has."""
    infos = tuple(corpus.plans())
    number = {info.id: n for n, info in enumerate(infos)}
    found = corpus.table("commitments", _COLUMNS).to_pydict()
    says = [_states(text, verb) for text, verb in zip(found["text"], found["verb"], strict=True)]
    keep = np.flatnonzero(says).tolist()
    plan = np.array([number[found["plan"][k]] for k in keep], dtype=np.int64)
    text = tuple(found["text"][k] for k in keep)
    clause = tuple(found["clause"][k] for k in keep)
    place, names, known, local = places_of(corpus, infos)
    bare = [
        [word for word in found["words"][k] if word not in local[n]] for k, n in zip(keep, plan.tolist(), strict=True)
    ]
    bags = bags_of(bare)
    home, around = _clauses(corpus, plan, clause, infos, bags)
    return Statements(
        plans=infos,
        plan=plan,
        place=place,
        known=known,
        place_name=names,
        key=tuple(found["key"][k] for k in keep),
        text=text,
        start=np.array([found["start"][k] for k in keep], dtype=np.int64),
        plain=tuple(_plain(regions.mask(simplified(t), local[n])) for t, n in zip(text, plan.tolist(), strict=True)),
        bags=bags,
        around=around,
        home=home,
        indicators=tuple(tuple(found["indicators"][k]) for k in keep),
        passed_over=len(says) - len(keep),
    )


def _states(text: str, verb: str | None) -> bool:
    return counterparts.states(Commitment("", "", text, verb, None, None, None, None, (), (), Span(0, len(text))))


def _plain(text: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFKC", text)).lower()


def places_of(
    corpus: Corpus, infos: Sequence[PlanInfo]
) -> tuple[Places, tuple[str, ...], NDArray[np.bool_], list[frozenset[str]]]:
    """For each plan the number and the name of its place, whether it is known, and the names that say no more."""
    codes, called, local = [], [], []
    for info in infos:
        code, name, names = _place(info) or _place_of_text(corpus, info)
        codes.append(code)
        called.append(name)
        local.append(names)
    known = np.array([code != UNKNOWN for code in codes], dtype=np.bool_)
    numbers: dict[str, int] = {}
    place = [numbers.setdefault(code or f"?{n}", len(numbers)) for n, code in enumerate(codes)]
    return np.array(place, dtype=np.int64), tuple(called), known, local


def _place(info: PlanInfo) -> tuple[str, str, frozenset[str]] | None:
    """Code, name, and names that say no more; None where neither catalogue nor title names the place."""
    if info.level == "national":
        return _NATION, _NATION, frozenset()
    region = regions.one(info.region, info.parent)
    if region is not None:
        return region.code, region.name, regions.local_names(region)
    return (info.region, info.region, frozenset((info.region,))) if info.region else None  # a zone, a park


def _place_of_text(corpus: Corpus, info: PlanInfo) -> tuple[str, str, frozenset[str]]:
    """Where neither catalogue nor title names the place: what the text names most."""
    plan = corpus.plan(info.id)
    region = places.of(plan)
    if region is not None:
        return region.code, region.name, regions.local_names(region)
    return (_NATION, _NATION, frozenset()) if places.national(plan) else (UNKNOWN, info.region or info.id, frozenset())


def bags_of(lists: Sequence[Sequence[str]]) -> Bags:
    """Counts of the terms of each list."""
    from scipy import sparse

    index: dict[str, int] = {}
    at = np.array([index.setdefault(term, len(index)) for one in lists for term in one], dtype=np.int32)
    ends = np.concatenate([[0], np.cumsum([len(one) for one in lists])])
    rows = sparse.csr_array((np.ones(len(at)), at, ends), shape=(len(lists), max(len(index), 1)))
    rows.sum_duplicates()
    return Bags(rows, tuple(index) or ("",))


def _clauses(
    corpus: Corpus, plan: Places, clause: Sequence[str], infos: Sequence[PlanInfo], bags: Bags
) -> tuple[Places, Any]:
    """The clause of each statement by number, and for each clause the words of its heading and its statements."""
    from scipy import sparse

    heading = corpus.table("clauses", ("plan", "key", "heading")).to_pydict()
    told = dict(zip(zip(heading["plan"], heading["key"], strict=True), heading["heading"], strict=True))
    index: dict[tuple[str, str], int] = {}
    home = [index.setdefault((infos[n].id, key), len(index)) for n, key in zip(plan.tolist(), clause, strict=True)]
    terms = {term: n for n, term in enumerate(bags.terms)}
    above = [[w for w in words.terms(told.get(name, "")) if w in terms] for name in index]
    at = [terms[w] for one in above for w in one]
    ends = np.concatenate([[0], np.cumsum([len(one) for one in above])])
    shape = (max(len(index), 1), bags.rows.shape[1])
    headings = sparse.csr_array((np.ones(len(at)), np.array(at, dtype=np.int32), ends), shape=shape) if index else None
    if headings is None:
        return np.zeros(0, dtype=np.int64), sparse.csr_array(shape)
    inside = sparse.csr_array((np.ones(len(home)), (home, np.arange(len(home)))), shape=(len(index), len(home)))
    return np.array(home, dtype=np.int64), _weighed(Bags(inside @ bags.rows + headings, bags.terms))


# --- measuring ------------------------------------------------------------------------------------------------------


def _weighed(bags: Bags) -> Any:
    """Rows of (1 + ln count) · information, each of length 1."""
    rows = bags.rows.copy()
    rows.data = 1 + np.log(rows.data)
    rows.data *= _information(bags)[rows.indices]
    return _normal(rows)


def _information(bags: Bags) -> Floats:
    return np.array([words.informative(term) for term in bags.terms])


def _normal(rows: Any) -> Any:
    size = np.sqrt(np.add.reduceat(np.append(rows.data**2, 0.0), rows.indptr[:-1])) if rows.shape[0] else np.zeros(0)
    size[np.diff(rows.indptr) == 0] = 1.0
    rows.data = (rows.data / np.repeat(np.maximum(size, 1e-12), np.diff(rows.indptr))).astype(np.float32)
    return rows


def _bigrams(texts: Sequence[str]) -> Any:
    """Pairs of neighbouring letters or Han characters of each text, one normalised row a text."""
    from scipy import sparse

    code = np.frombuffer("\n".join((*texts, "")).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
    letter = (code >= 0x3400) & (code <= 0x9FFF) | (code >= ord("a")) & (code <= ord("z"))
    row = np.cumsum(code == ord("\n"))
    here = np.flatnonzero(letter[:-1] & letter[1:]) if len(code) else np.zeros(0, dtype=np.int64)
    names, at = np.unique(code[here] << 21 | code[here + 1], return_inverse=True)
    ends = np.searchsorted(row[here], np.arange(len(texts) + 1))
    shape = (len(texts), max(len(names), 1))
    rows = sparse.csr_array((np.ones(len(at)), at.astype(np.int32), ends), shape=shape)
    rows.sum_duplicates()
    rows.data = 1 + np.log(rows.data)
    return _normal(rows)


def _dots(one: Any, other: Any, i: Places, j: Places) -> Floats:
    return np.asarray(one[i].multiply(other[j]).sum(axis=1), dtype=np.float64).ravel()


_NAME = re.compile(r"《([^《》\n]{2,60})》|“([^“”\n]{2,30})”")
_PERIOD = re.compile("十[一二三四五六七八九]?五")


def _names(text: str) -> set[str]:
    """Titles and quoted names; “十四五” says when, not what."""
    return {name for pair in _NAME.findall(text) if not _PERIOD.fullmatch(name := max(pair))}


@dataclass(frozen=True, slots=True)
class _Sides:
    """What the features of any pair are read from, one row a statement."""

    statements: Statements
    weighed: Any
    characters: Any
    has: Any
    """1 where a word stands in a statement."""
    information: Any
    """Its information in the place of 1."""
    mass: Floats
    names: Any
    named: Any
    """Instruments, each over the root of how many statements of its plan name it."""
    field_known: NDArray[np.bool_]
    """Of each plan: whether the lexicon knows its field."""

    @classmethod
    def of(cls, s: Statements, wanted: NDArray[np.bool_]) -> _Sides:
        """`wanted` are the statements whose instruments are asked for."""
        has = s.bags.rows.copy()
        has.data = np.ones(len(has.data), dtype=np.float32)
        information = has.copy()
        information.data = _information(s.bags)[information.indices].astype(np.float32)
        mass = np.asarray(information.sum(axis=1), dtype=np.float64).ravel()
        names = bags_of([sorted(_names(text)) for text in s.text]).rows
        named, known = _instruments(s, wanted)
        return cls(s, _weighed(s.bags), _bigrams(s.plain), has, information, mass, names, named, known)

    def kind(self, left: Places, right: Places) -> NDArray[np.int64]:
        """Number in KINDS of each pair."""
        plan = self.statements.plan
        known = self.field_known[plan[left]] & self.field_known[plan[right]]
        return np.where(self.statements.one_place(left, right), 0, np.where(known, 1, 2))

    def alike(self, i: Places, j: Places) -> tuple[Floats, Floats, Floats]:
        from rapidfuzz import fuzz, process

        plain = self.statements.plain
        texts = [[plain[k] for k in side.tolist()] for side in (i, j)]
        ratio = process.cpdist(*texts, scorer=fuzz.ratio, dtype=np.float32).astype(np.float64) / 100
        return _dots(self.weighed, self.weighed, i, j), _dots(self.characters, self.characters, i, j), ratio

    def features(self, i: Places, j: Places) -> Floats:
        """FEATURES but for the last three, which rest on all pairs."""
        word, character, ratio = self.alike(i, j)
        met = self.information[i].multiply(self.has[j]).tocsr()
        total = np.asarray(met.sum(axis=1), dtype=np.float64).ravel()
        rarest = np.asarray(met.max(axis=1).toarray(), dtype=np.float64).ravel() if met.nnz else np.zeros(len(i))
        size = np.array([len(self.statements.plain[k]) for k in (*i.tolist(), *j.tolist())], dtype=np.float64) + 1
        short, long = np.minimum(*np.split(size, 2)), np.maximum(*np.split(size, 2))
        around, home = self.statements.around, self.statements.home
        shared = _dots(self.named, self.named, i, j)
        both = (np.diff(self.named.indptr)[i] > 0) & (np.diff(self.named.indptr)[j] > 0)
        return np.column_stack([
            word, character, ratio,
            total / np.maximum(np.minimum(self.mass[i], self.mass[j]), 1), np.log1p(total), rarest,
            np.log(short), np.log(short / long),
            _dots(around, around, home[i], home[j]),
            _counted(self.statements.indicators, i, j),
            _dots(self.names, self.names, i, j) > 0,
            np.log1p(shared), shared > 0, both & (shared == 0),
            (word + character + ratio) / 3,
        ])  # fmt: skip


def _instruments(s: Statements, wanted: NDArray[np.bool_]) -> tuple[Any, NDArray[np.bool_]]:
    """Rows of instruments, and whether each plan's field is known."""
    labels = [
        sorted(instruments.labels(text)) if ask else [] for text, ask in zip(s.text, wanted.tolist(), strict=True)
    ]
    rows = bags_of(labels).rows
    plans = len(s.plans)
    often = np.zeros((plans, rows.shape[1]))
    home = np.repeat(s.plan, np.diff(rows.indptr))
    np.add.at(often, (home, rows.indices), 1)
    rows.data = 1 / np.sqrt(often[home, rows.indices])
    naming = np.bincount(s.plan[np.diff(rows.indptr) > 0], minlength=plans)
    asked = np.bincount(s.plan[wanted], minlength=plans)
    return rows, naming >= _NAMED * np.maximum(asked, 1)


def _counted(indicators: Sequence[tuple[str, ...]], i: Places, j: Places) -> Floats:
    """Likeness of the two most alike indicators counted on both sides; 0 where a side counts nothing."""
    out = np.zeros(len(i))
    counts = np.array([bool(one) for one in indicators], dtype=np.bool_)
    for k in np.flatnonzero(counts[i] & counts[j]).tolist():
        out[k] = max(_dice(x, y) for x in indicators[i[k]] for y in indicators[j[k]])
    return out


@functools.lru_cache(maxsize=1 << 16)
def _dice(a: str, b: str) -> float:
    left, right = ({s[i : i + 2] for i in range(len(s) - 1)} or {s} for s in (a, b))
    return 2 * len(left & right) / (len(left) + len(right))


def _among_rivals(s: Statements, left: Places, right: Places, alike: NDArray[np.float32]) -> Floats:
    """The last three FEATURES: rivals are the other pairs of one statement with statements of the same plan."""
    plans = len(s.plans)
    leads, hubs = [], np.zeros(len(alike))
    for mine, other in ((left, right), (right, left)):
        group = np.unique(mine * plans + s.plan[other], return_inverse=True)[1]
        order = np.lexsort((-alike, group))
        start = np.searchsorted(group[order], np.arange(int(group.max(initial=-1)) + 2))
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order)) - start[group[order]]
        first = alike[order][start[:-1]]
        second = np.zeros(len(first))
        second[group[rank == 1]] = alike[rank == 1]
        leads.append(alike - np.where(rank == 0, second[group], first[group]))
        hubs += (np.bincount(group, np.where(rank < _HUBS, alike, 0.0)) / _HUBS)[group]
    return np.column_stack([*leads, 2 * alike - hubs])


def candidates(
    s: Statements,
    group: Places,
    *,
    among: Places | None = None,
    k: int = NEAREST,
    least: float = LEAST,
    scheduler: Scheduler | None = None,
) -> tuple[Places, Places]:
    """The pairs worth judging: each statement (of those `among`) with its nearest outside its group, by words."""
    rows = np.arange(len(s.plan)) if among is None else among
    texts = s.words()
    asked = texts if among is None else [texts[row] for row in rows.tolist()]
    found = join.neighbours(asked, group[rows], k=k, least=least, each=COPIES, scheduler=scheduler)
    return pairs(s, rows[found.left], rows[found.right])


def pairs(s: Statements, left: Places, right: Places) -> tuple[Places, Places]:
    """Each pair once, the statement of the older plan left, in a fixed order."""
    rank = s.order()[s.plan]
    older = rank[left] <= rank[right]
    one, other = np.where(older, left, right), np.where(older, right, left)
    both = distinct(one * len(s.plan) + other)
    return both // max(len(s.plan), 1), both % max(len(s.plan), 1)


def distinct(numbers: Places) -> Places:
    """The numbers in order, each once; np.unique takes ten times as long over millions."""
    ordered = np.sort(numbers)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]


# --- judging --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Estimated:
    """Of each pair its probability, whether it would be accepted, whether it shares stock phrases alone."""

    probability: Floats
    accepted: NDArray[np.bool_]
    stock: NDArray[np.bool_]
    similarity: NDArray[np.float32]
    """Cosine of the words."""
    ratio: NDArray[np.float32]
    """rapidfuzz's ratio of the texts without marks and local names, 1 where these are equal."""


def estimate(statements: Statements, left: Places, right: Places, weights: Sequence[Weights] = ()) -> Estimated:
    """Pairs of statements (rows), each pair once, of one place the older plan first.

    `weights`, one for each of KINDS, are the shipped ones where none are given. Raises SettingsError where the shipped
    ones do not fit.
    """
    weights = weights or [load_weights(kind) for kind in KINDS]
    sides = _Sides.of(statements, _of_two_places(statements, left, right))
    kinds = sides.kind(left, right)
    total, word, ratio, rarest, alike = (np.zeros(len(left), dtype=np.float32) for _ in range(5))
    stock = np.zeros(len(left), dtype=np.bool_)
    for part in _portions(len(left)):
        values = sides.features(left[part], right[part])
        total[part] = _weighed_up(values, kinds[part], weights, 0)
        word[part], ratio[part], rarest[part], alike[part] = (
            values[:, FEATURES.index(name)] for name in ("words", "ratio", "rarest", "alike")
        )
        stock[part] = (rarest[part] < _STOCK) & (values[:, FEATURES.index("instrument")] == 0)
    rivals = _among_rivals(statements, left, right, alike)
    for part in _portions(len(left)):
        total[part] += _weighed_up(rivals[part], kinds[part], weights, len(FEATURES) - _RIVALS)
    probability = np.asarray(1 / (1 + np.exp(-total.astype(np.float64))), dtype=np.float64)
    probability[(kinds == 0) & (ratio == 1)] = 1.0  # `diff` links equal texts whatever stands around them
    least = np.array([weight.threshold for weight in weights])[kinds]
    return Estimated(probability, probability >= least, stock, word, ratio)


def _weighed_up(values: Floats, kinds: Places, weights: Sequence[Weights], first: int) -> Floats:
    """What some columns of FEATURES, from the `first` on, add to the log-odds; the intercept goes with the first."""
    out = np.zeros(len(values))
    at = slice(first, first + values.shape[1])
    for kind, w in enumerate(weights):
        here = kinds == kind
        parts = (values[here] - w.mean[at]) / w.scale[at] * w.weight[at]
        out[here] = parts.sum(axis=1) + (w.intercept if first == 0 else 0.0)
    return out


def _of_two_places(s: Statements, left: Places, right: Places) -> NDArray[np.bool_]:
    """The statements that stand in a pair of two places: those whose instruments are asked for."""
    wanted = np.zeros(len(s.plan), dtype=np.bool_)
    apart = ~s.one_place(left, right)
    wanted[left[apart]] = wanted[right[apart]] = True
    return wanted


def measured(s: Statements, left: Places, right: Places) -> tuple[Places, Floats]:
    """Kind (number in KINDS) and FEATURES of each pair: what the weights are fitted on."""
    sides = _Sides.of(s, _of_two_places(s, left, right))
    values = np.vstack([sides.features(left[part], right[part]) for part in _portions(len(left))])
    rivals = _among_rivals(s, left, right, values[:, FEATURES.index("alike")].astype(np.float32))
    return sides.kind(left, right), np.hstack([values, rivals])


def _portions(size: int) -> Iterator[slice]:
    for first in range(0, size, _AT_ONCE):
        yield slice(first, min(first + _AT_ONCE, size))


@functools.cache
def load_weights(kind: str) -> Weights:
    """The fitted weights of one of KINDS. Raises SettingsError where they do not fit FEATURES."""
    raw = json.loads(importlib.resources.files("planlens").joinpath("data", WEIGHTS).read_text("utf-8"))[kind]
    names = tuple(row["name"] for row in raw["features"])
    if names != FEATURES:
        raise SettingsError(f"data/{WEIGHTS} was fitted on other features than this version measures: fit it again")
    column = {field: np.array([row[field] for row in raw["features"]]) for field in ("mean", "scale", "weight")}
    return Weights(names, column["mean"], column["scale"], column["weight"], raw["intercept"], raw["accept"])


# --- exactly --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Exact:
    """What the evidence says of the pairs of two plans, by their keys; pairs it finds too unlike are missing."""

    probability: dict[tuple[str, str], float]
    accepted: frozenset[tuple[str, str]]


def exact(older: Plan, newer: Plan, *, one_place: bool) -> Exact:
    """All pairs of two plans as `diff` (without reviewed links) or `overlap` judges them; keys in the order given."""
    if one_place:
        found = align.align(older, newer)
        links = {(link.old, link.new): link.score.probability for link in found.links}
        near = {(link.old, link.new): link.score.probability for link in align.candidates(older, newer, 0.0)}
        return Exact(near | links, frozenset(links))
    measured_pairs, judged = counterparts.judged_pairs(older, newer)
    keys = [
        (older.commitments[i].key, newer.commitments[j].key)
        for i, j in zip(measured_pairs.a.tolist(), measured_pairs.b.tolist(), strict=True)
    ]
    told = dict(zip(keys, judged.probability.tolist(), strict=True))
    least = judged.weights.threshold
    return Exact(told, frozenset(pair for pair, p in told.items() if p >= least))
