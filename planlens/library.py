"""A folder of plans with its catalogue plans.toml: plans found by id, year or path, added and paired.

An entry is what is known of a plan before it is read; `Library.read` turns it into a `Plan`.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import sys
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

from planlens import cache
from planlens.errors import InputError, KnownError, LibraryError, PlanlensError, SettingsError
from planlens.files import inside, locked, made, write_atomically
from planlens.model import Document, Note, Plan, PlanInfo

if TYPE_CHECKING:
    from planlens.lexicon import Lexicon
    from planlens.metadata import Recognised

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CATALOGUE = "plans.toml"
LOCK = ".plans.lock"
_ADDING = ".plans.adding"  # what an `add` that is under way has put in, so that the next one can undo half of it
_DIGESTS = ("fetched", "sha256", "text_sha256")
_SUBJECT = 16  # characters of a title in an id
LEVELS = ("national", "province", "city", "district", "town")
_INFO_FIELDS = tuple(field.name for field in fields(PlanInfo))
_YEAR_OR_PERIOD = re.compile(r"([0-9]{4})(?:\s*年?\s*(?:[-－—–~～]{1,2}|至)\s*([0-9]{4}))?\s*年?")
UNSAFE_IN_ID = re.compile(r"[^\w.-]+")
# Names that no file has on Windows, whatever follows a point (Microsoft, "Naming Files, Paths, and Namespaces").
_DEVICES = frozenset(("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789¹²³")))
_NEAR = 50  # rapidfuzz ratio of 100: below it an id has too little in common with what was typed to be worth naming
_NAMED = 8  # candidates an error names before it says how many more there are

NO_LIBRARY = "no library here: `planlens init DIR` starts one, --library or PLANLENS_LIBRARY names one"
_HEAD = """\
# The catalogue of this library: one [[plan]] a file. `planlens add` appends to it; edit it freely.
# region and parent are administrative names; level is national, province, city, district or town.
# An annual plan has one year: start_year = end_year.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a plan lies and what is known of it; `sha256` is None for a file in no library."""

    info: PlanInfo
    path: Path
    sha256: str | None = None
    catalogued: bool = True
    fetched: str | None = None
    """When a plan from a web address was downloaded; the address is `info.source`."""
    text_sha256: str | None = None
    """Of its words alone: the same for one plan in two formats."""


@dataclass(frozen=True, slots=True)
class Library:
    """The plans of one folder. `shipped` marks the samples that came with planlens, which nothing is added to."""

    folder: Path
    entries: tuple[Entry, ...]
    shipped: bool = False

    @classmethod
    def open(cls, folder: str | os.PathLike[str] | None = None) -> Library:
        """The library at `folder`, else at PLANLENS_LIBRARY, else here, else in ./samples, else the shipped samples."""
        chosen = folder or os.environ.get("PLANLENS_LIBRARY") or None
        if chosen is not None:
            root = Path(chosen)
            if not root.is_dir():
                raise LibraryError(f"{root}: no such folder; `planlens init {root}` starts a library there")
            if not (root / CATALOGUE).is_file():
                raise LibraryError(f"{root}: holds no {CATALOGUE}; `planlens init {root}` starts a library there")
            return cls(root, _load(root))
        for root in (Path(), Path("samples")):
            if (root / CATALOGUE).is_file():
                return cls(root, _load(root))
        root = _shipped()
        return cls(root, _load(root), shipped=True)

    def of_region(self, region: str | None) -> list[Entry]:
        """All entries, or those of one region; an error names the regions there are."""
        if region is None:
            return list(self.entries)
        found = [entry for entry in self.entries if _same_region(entry.info.region, region)]
        if not found:
            known = sorted({entry.info.region for entry in self.entries if entry.info.region})
            raise LibraryError(f"{region}: no plan of this region; there are {_listed(known)}")
        return found

    def find(self, ref: str, *, region: str | None = None) -> Entry:
        """The one plan that `ref` names: an id, a year or period (`region` narrows), or a path to any file."""
        for entry in self.entries:
            if entry.info.id == ref:
                return entry
        if years := _years(ref):
            return self._one(ref, self._of_period(ref, years, region))
        path = Path(ref)
        if path.exists() or path.suffix or len(path.parts) > 1:
            return self._outside(path)
        raise LibraryError(f"{ref}: no plan has this id{self._nearest(ref)}")

    def pair(self, old: str, new: str, *, region: str | None = None) -> tuple[Entry, Entry]:
        """Two different plans. Two years take the one region that has plans for both; one year, the other's region."""
        years = [_years(ref) if self._by_id(ref) is None else None for ref in (old, new)]
        if years[0] and years[1]:
            entries = self._pair_of_years((old, years[0]), (new, years[1]), region)
        elif years[0]:
            known = self.find(new, region=region)
            entries = self._beside(old, known, region), known
        elif years[1]:
            known = self.find(old, region=region)
            entries = known, self._beside(new, known, region)
        else:
            entries = self.find(old, region=region), self.find(new, region=region)
        return _different(*entries)

    def all(self, refs: Sequence[str], *, region: str | None = None) -> tuple[Entry, ...]:
        """Several plans, each once; ids that two files share are told apart."""
        found = [self.find(ref, region=region) for ref in refs]
        seen: dict[str, Entry] = {}
        for entry in found:
            content = _digest(entry.path) or str(entry.path.resolve())
            if content in seen:
                _different(seen[content], entry)
            seen[content] = entry
        ids = [entry.info.id for entry in found]
        return tuple(_renamed(entry) if ids.count(entry.info.id) > 1 else entry for entry in found)

    def uppers(self, plans: Sequence[Plan]) -> list[Entry]:
        """The plans of higher levels that reach into the years of one of these plans or before."""
        latest = max((plan.info.end_year or 9999 for plan in plans), default=0)
        mine = {plan.info.id for plan in plans}
        higher = [e for e in self.entries if e.info.level in ("national", "province") and e.info.id not in mine]
        return [entry for entry in higher if (entry.info.start_year or 0) <= latest]

    def read(self, entry: Entry, lexicon: Lexicon | None = None) -> Plan:
        """The plan read and parsed; notes say where the file is no longer the one that was catalogued."""
        settings = tuple(map(os.environ.get, ("PLANLENS_MAX_BYTES", "PLANLENS_LIMITS")))
        known = (entry, _digest(entry.path), lexicon.origin if lexicon else "", settings)
        if known[1] is None:  # no regular file: the reader says what is wrong with it
            return _parsed(entry, lexicon)
        return cache.recall("plan", known, lambda: _parsed(entry, lexicon))

    def add(
        self,
        file: str | os.PathLike[str],
        *,
        name: str | None = None,
        period: str | None = None,
        fetched: str | None = None,
        **facts: str | None,
    ) -> Entry:
        """Copy a plan in as `name` and catalogue it; what `period` and `facts` (title, region …) do not say is taken
        from its text, `fetched` is when it was downloaded. Nothing is left behind where that fails.

        Raises KnownError where the library has the file, or its text in another format. The catalogue is read and
        written under a lock, so that several processes may add at once.
        """
        if self.shipped:
            raise LibraryError(NO_LIBRARY)
        source = Path(file)
        document = _read(source)
        info = _complete(_proposed(document), source, name, period, facts)
        data = _bytes_of(document, source)
        if name is not None:
            _check_id(name)
        made = Entry(
            info, source, hashlib.sha256(data).hexdigest(), fetched=fetched, text_sha256=_text_digest(document)
        )
        with locked(self.folder, LOCK):
            there = _load(self.folder)
            _undo_interrupted(self.folder, there)
            _check_new(made, there, source, anyway=name is not None)
            if name is None:
                taken = {entry.info.id.casefold() for entry in there}
                taken |= {path.stem.casefold() for path in self.folder.iterdir()}
                made = replace(made, info=replace(info, id=free_id(info, taken)))
            elif any(entry.info.id == name for entry in there):
                raise LibraryError(f"{name}: the library has a plan of this id; give another with --id")
            return self._put(made, source.suffix.lower(), data)

    def _put(self, made: Entry, suffix: str, data: bytes) -> Entry:
        target, catalogue = self.folder / (made.info.id + suffix), self.folder / CATALOGUE
        if target.exists() or target.is_symlink():
            raise LibraryError(f"{target}: the library's folder has a file of this name; give another id with --id")
        text = catalogue.read_text("utf-8-sig").rstrip("\n") + "\n\n" + _block(made, target.name)
        journal = inside(self.folder / _ADDING, self.folder)
        write_atomically(journal, f"{made.sha256} {target.name}\n".encode())
        try:
            write_atomically(target, data)
            write_atomically(inside(catalogue, self.folder), text.encode())
        except BaseException:
            with suppress(OSError, PlanlensError):  # the folder itself may be gone
                _undo_interrupted(self.folder, _load(self.folder))
            raise
        with suppress(OSError):
            journal.unlink()
        return replace(made, path=target)

    def _by_id(self, ref: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.info.id == ref), None)

    def _of_period(self, ref: str, years: tuple[int, int], region: str | None) -> list[Entry]:
        """Plans of exactly these years; an error names the years there are."""
        pool = self.of_region(region)
        found = [entry for entry in pool if (entry.info.start_year, entry.info.end_year) == years]
        if not found:
            where = f" of {region}" if region else ""
            raise LibraryError(f"{ref}: no plan{where} has exactly this period; there are {_periods(pool)}")
        return found

    def _one(self, ref: str, found: Sequence[Entry]) -> Entry:
        if len(found) == 1:
            return found[0]
        raise LibraryError(f"{ref}: several plans, name one by its id or narrow with --region: {_candidates(found)}")

    def _pair_of_years(
        self, old: tuple[str, tuple[int, int]], new: tuple[str, tuple[int, int]], region: str | None
    ) -> tuple[Entry, Entry]:
        olds, news = (self._of_period(ref, years, region) for ref, years in (old, new))
        if old[1] == new[1]:
            return self._one(old[0], olds), self._one(new[0], news)
        pairs = [(a, b) for a in olds for b in news if a.info.region == b.info.region]
        if len(pairs) == 1:
            return pairs[0]
        if not pairs:
            raise LibraryError(
                f"no region has plans for both {old[0]} and {new[0]}: {_candidates(olds)}; {_candidates(news)}"
            )
        listed = _listed([f"{a.info.id} → {b.info.id}" for a, b in pairs])
        raise LibraryError(f"{old[0]} → {new[0]}: several pairs, name ids or narrow with --region: {listed}")

    def _beside(self, ref: str, known: Entry, region: str | None) -> Entry:
        """The plan of a year that stands beside a known plan: its region decides where several have that year."""
        years = _years(ref)
        assert years is not None
        found = self._of_period(ref, years, region)
        if len(found) > 1:
            place = known.info.region if known.catalogued else _described(known.path).region
            found = [entry for entry in found if place and entry.info.region == place] or found
        return self._one(ref, found)

    def _outside(self, path: Path) -> Entry:
        """A file by its path: the catalogue's entry where it is one of ours, else one that describes itself."""
        if not path.exists():
            raise InputError(f"{path}: no such file")
        real = path.resolve()
        for entry in self.entries:
            if entry.path.resolve() == real:
                return entry
        return Entry(PlanInfo(path.stem, path.stem, source=str(path)), path, catalogued=False)

    def _nearest(self, ref: str) -> str:
        from rapidfuzz import fuzz, process

        ids = [entry.info.id for entry in self.entries]
        near = [hit[0] for hit in process.extract(ref, ids, scorer=fuzz.WRatio, limit=3, score_cutoff=_NEAR)]
        if near:
            return f"; did you mean {_listed(near)}?"
        return f"; there are {_listed(ids)}" if ids else "; the library is empty"


def init(folder: str | os.PathLike[str]) -> Path:
    """Start an empty library at `folder` and return its catalogue; a folder that has one is left as it is."""
    root = Path(folder)
    catalogue = root / CATALOGUE
    if catalogue.exists():
        raise LibraryError(f"{catalogue}: there is a library here already")
    if root.exists() and not root.is_dir():
        raise LibraryError(f"{root}: not a folder")
    with made(root):
        write_atomically(catalogue, _HEAD.encode())
    return catalogue


def _read(path: Path) -> Document:
    from planlens.parse import comparable
    from planlens.read import read_document

    return comparable(read_document(path))


def _bytes_of(document: Document, source: Path) -> bytes:
    """The bytes that a document was read from; InputError where the file is another by now."""
    try:
        data = source.read_bytes()
    except OSError as error:
        raise InputError(f"{source}: cannot be read ({error.strerror or error})") from None
    if hashlib.sha256(data).hexdigest() != document.sha256:
        raise InputError(f"{source}: changed while it was read; try again")
    return data


def _proposed(document: Document) -> PlanInfo:
    """What a file says of itself, with an id made of its name."""
    info = recognised(document).info
    return replace(info, id=UNSAFE_IN_ID.sub("-", Path(document.path).stem).strip("-._"), source=None)


def free_id(info: PlanInfo, taken: Collection[str]) -> str:
    """An id that no plan has: 深圳-2025, else 深圳-2025-卫生健康工作要点, else with a number.

    A file that is named by its years keeps its name (shenzhen-2025.txt), as one does whose place is not known.
    """
    from planlens.regions import short

    years = str(info.start_year) if info.start_year == info.end_year else f"{info.start_year}-{info.end_year}"
    named = bool(info.id) and not _years(info.id)
    if named and (re.fullmatch(rf"[A-Za-z][A-Za-z_-]*-{years}", info.id) or not info.region):
        tried = [info.id]
    else:
        place = UNSAFE_IN_ID.sub("", short(info.region) if info.region else "plan")
        subject = re.sub(r"[（(].*|[^\u4e00-\u9fffA-Za-z]", "", info.title.replace(info.region or "\0", ""))
        tried = [f"{place}-{years}", f"{place}-{years}-{re.sub('^[年度]+', '', subject)[:_SUBJECT]}".rstrip("-")]
    free = (name for name in tried if name.casefold() not in taken)
    counted = (name for n in itertools.count(2) if (name := f"{tried[-1]}-{n}").casefold() not in taken)
    return next(free, None) or next(counted)


def _check_new(made: Entry, there: Iterable[Entry], source: Path, *, anyway: bool) -> None:
    """Raises KnownError where the library has these bytes, or (unless `anyway`) these words in another format."""
    for entry in there:
        if made.sha256 == (entry.sha256 or _digest(entry.path)):
            raise KnownError(f"{source}: the library has this file already, as {entry.info.id}")
        if not anyway and _words_digest(entry, made) == made.text_sha256:
            raise KnownError(
                f"{source}: the library has this text already, as {entry.info.id} ({entry.path.suffix}); --id adds it"
            )


def _words_digest(entry: Entry, made: Entry) -> str | None:
    """That of the catalogue, else of the file, which is read only where it is of the same years."""
    if entry.text_sha256 or (entry.info.start_year, entry.info.end_year) != (made.info.start_year, made.info.end_year):
        return entry.text_sha256
    try:
        return _text_digest(_read(entry.path))
    except PlanlensError:
        return None


def _text_digest(document: Document) -> str:
    """SHA-256 of the letters and digits of a document: layout and format leave them alone."""
    said = unicodedata.normalize("NFKC", "".join(block.span.of(document.text) for block in document.blocks))
    return hashlib.sha256(re.sub(r"[\W_]+", "", said).encode()).hexdigest()


def _undo_interrupted(folder: Path, there: Iterable[Entry]) -> None:
    """Take away the file of an `add` that ended before its entry was written; nothing where its bytes are others."""
    journal = folder / _ADDING
    if not journal.is_file() or journal.is_symlink():
        return
    digest, _, name = journal.read_text("utf-8", "replace").strip().partition(" ")
    path = folder / name
    ours = name == PurePosixPath(name).name == PureWindowsPath(name).name and not path.is_symlink()
    if ours and name not in {entry.path.name for entry in there} and _digest(path) == digest:
        path.unlink()
    journal.unlink()


def _complete(
    info: PlanInfo, source: Path, name: str | None, period: str | None, facts: Mapping[str, str | None]
) -> PlanInfo:
    """The proposed facts with those a person gave put over them; a plan without years could not be found by them."""
    if name is not None:
        info = replace(info, id=name)
    if period is not None:
        years = _years(period)
        if years is None or years[0] > years[1]:
            raise LibraryError(f"{period}: a year is written 2025, a period 2021-2025")
        info = replace(info, start_year=years[0], end_year=years[1])
    if info.start_year is None:
        raise LibraryError(f"{source}: the text does not say which year it is for; give it with --year")
    given: dict[str, Any] = {key: value for key, value in facts.items() if value}
    for key in ("date", "effect"):
        if key in given and not _is_day(given[key]):
            raise LibraryError(f"{given[key]}: a day is written 2025-03-01")
    if "region" in given and given["region"] != info.region:
        info = replace(info, level=None, parent=None)  # they were guessed with the region that is not it
        given = _in_full(given["region"], given.get("parent")) | given
    return replace(info, **given)


def _in_full(name: str, parent: str | None) -> dict[str, str | None]:
    """Level and parent of the one division so called."""
    from planlens import regions

    found = regions.one(name, parent)
    if found is None:
        return {}
    over = regions.above(found)
    return {"level": found.level, "parent": over[0].name if over else None}


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _shipped() -> Path:
    """The samples inside an installed planlens, or beside the package in a source checkout."""
    package = Path(__file__).parent
    for root in (package / "samples", package.parent / "samples"):
        if (root / CATALOGUE).is_file():
            return root
    raise LibraryError(NO_LIBRARY)


def _load(root: Path) -> tuple[Entry, ...]:
    catalogue = root / CATALOGUE
    try:
        data = tomllib.loads(catalogue.read_text("utf-8-sig"))
    except OSError as error:
        raise LibraryError(f"{catalogue}: cannot be read ({error.strerror or error})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{catalogue}: not valid TOML ({error})".replace("\n", " ")) from None
    rows = data.get("plan", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SettingsError(f"{catalogue}: plans stand in [[plan]] tables")
    entries = tuple(_entry(root, catalogue, number, row) for number, row in enumerate(rows, 1))
    ids = [entry.info.id for entry in entries]
    if twice := next((name for name in ids if ids.count(name) > 1), None):
        raise SettingsError(f"{catalogue}: two plans have the id {twice}")
    return entries


def _entry(root: Path, catalogue: Path, number: int, row: dict[str, Any]) -> Entry:
    """One [[plan]] checked: every value of its type, the file inside the folder."""
    where = f"{catalogue}: plan {number}" + (f" ({row['id']})" if isinstance(row.get("id"), str) else "")
    for key in ("id", "file"):
        if not isinstance(row.get(key), str) or not row[key]:
            raise SettingsError(f"{where}: has no {key}")
    values: dict[str, Any] = {}
    for key in _INFO_FIELDS:
        value = row.get(key)
        kind = int if key.endswith("_year") else str
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            raise SettingsError(f"{where}: {key} must be {'a whole number' if kind is int else 'text in quotes'}")
        values[key] = value
    values["title"] = values["title"] or values["id"]
    start, end = values["start_year"], values["end_year"]
    values["start_year"], values["end_year"] = start or end, end or start
    if start and end and start > end:
        raise SettingsError(f"{where}: start_year {start} is after end_year {end}")
    if values["level"] not in (None, *LEVELS):
        raise SettingsError(f"{where}: level must be one of {', '.join(LEVELS)}")
    said = {name: row[name] for name in _DIGESTS if isinstance(row.get(name), str)}
    return Entry(PlanInfo(**values), _inside(root, row["file"], where), **said)


def _inside(root: Path, name: str, where: str) -> Path:
    """The path of a catalogued file, which never leaves the library's folder, not through a link either."""
    parts = (*PurePosixPath(name).parts, *PureWindowsPath(name).parts)
    if ".." in parts or PurePosixPath(name).is_absolute() or PureWindowsPath(name).anchor or "\0" in name:
        raise SettingsError(f"{where}: file {name!r} must lie in the library's folder")
    path = root / name
    if not path.resolve().is_relative_to(root.resolve()):
        raise SettingsError(f"{where}: file {name!r} leads out of the library's folder")
    return path


def _years(ref: str) -> tuple[int, int] | None:
    """2025 → (2025, 2025), 2021-2025 → (2021, 2025), anything else → None."""
    found = _YEAR_OR_PERIOD.fullmatch(ref.strip())
    if not found:
        return None
    return int(found[1]), int(found[2] or found[1])


def _parsed(entry: Entry, lexicon: Lexicon | None) -> Plan:
    from planlens.parse import build, comparable
    from planlens.read import read_document

    document = comparable(read_document(entry.path))
    info = entry.info if entry.catalogued else replace(recognised(document).info, id=entry.info.id)
    plan = build(document, info, lexicon)
    if entry.sha256 and entry.sha256 != document.sha256:
        changed = Note("catalogue", None, f"与编目时的文件不同（sha256 不符）：{entry.path.name}")
        plan = replace(plan, notes=(*plan.notes, changed))
    return plan


def recognised(document: Document) -> Recognised:
    """What a document says of itself, in its text and, where it is a file, in what its format says beside it."""
    from planlens.metadata import recognise
    from planlens.read.properties import properties

    return recognise(document, properties(Path(document.path)))


def _described(path: Path) -> PlanInfo:
    return recognised(_read(path)).info


def _different(old: Entry, new: Entry) -> tuple[Entry, Entry]:
    """The two entries, unless they are one plan; two files of one name get ids that tell them apart."""
    if old.path.resolve() == new.path.resolve():
        raise LibraryError(f"{old.info.id}: the same plan twice")
    digests = _digest(old.path), _digest(new.path)
    if digests[0] is not None and digests[0] == digests[1]:
        raise LibraryError(f"{old.path} and {new.path}: the same plan twice (the files are equal)")
    if old.info.id == new.info.id:
        return _renamed(old), _renamed(new)
    return old, new


def _renamed(entry: Entry) -> Entry:
    return entry if entry.catalogued else replace(entry, info=replace(entry.info, id=entry.path.as_posix()))


def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None  # a pipe would be waited for
    except OSError:
        return None


def _check_id(name: str) -> None:
    if not name or UNSAFE_IN_ID.search(name) or name.startswith((".", "-")) or name.endswith("."):
        raise LibraryError(f"{name!r}: an id is letters, digits, '-', '_' and '.', and has no '.' at either end")
    if name.partition(".")[0].casefold() in _DEVICES:
        raise LibraryError(f"{name}: Windows keeps this name for a device; take another id")
    if _years(name):
        raise LibraryError(f"{name}: an id must not look like a year or period")


def _same_region(name: str | None, asked: str) -> bool:
    """深圳 and 深圳市 name one region."""
    return name is not None and _short(name) == _short(asked)


def _short(name: str) -> str:
    name = name.strip()
    return name[:-1] if len(name) > 2 and name[-1] in "省市区县旗" else name


def _periods(entries: Iterable[Entry]) -> str:
    found = sorted(
        {(e.info.start_year, e.info.end_year) for e in entries if e.info.start_year and e.info.end_year},
        key=lambda years: (years[0] or 0, years[1] or 0),
    )
    return _listed([str(a) if a == b else f"{a}-{b}" for a, b in found]) or "none"


def _candidates(entries: Sequence[Entry]) -> str:
    return _listed([f"{entry.info.id} ({entry.info.region or entry.info.title})" for entry in entries])


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _block(made: Entry, file: str) -> str:
    """One [[plan]] of the catalogue, without what is not known."""
    values: list[tuple[str, str | int | None]] = [("id", made.info.id), ("file", file)]
    values += [(name, getattr(made.info, name)) for name in _INFO_FIELDS if name != "id"]
    values += [(name, getattr(made, name)) for name in _DIGESTS]
    lines = [f"{key} = {value if isinstance(value, int) else _quoted(value)}" for key, value in values if value]
    return "[[plan]]\n" + "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes, and DEL, which TOML forbids and JSON lets pass."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
