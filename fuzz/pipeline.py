"""Takes one file through every stage as a user would, and names what must not happen: a crash, a hang, a false span."""

from __future__ import annotations

import contextlib
import io
import json
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType

from planlens import check, cli, coverage, overlap
from planlens.errors import PlanlensError
from planlens.library import Library
from planlens.model import Document, Plan
from planlens.read import lines

SAMPLES = Path(__file__).parents[1] / "samples"
SECONDS = 5.0
"""Of processor time an input may take, so that a busy machine is no hang."""
BYTES, TIMES = 200 * 2**20, 10
"""Memory an input may take: so many bytes, and so many times its own size."""
_CAUGHT = ("nested too deeply", "does not fit into memory")
"""What the command line says where a stage did not think of its input."""


class Hang(BaseException):
    """Raised in the middle of whatever takes too long."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an input: `said` is plan, refused or the fault; `where` names the line that failed."""

    said: str
    where: str = ""
    trace: str = ""
    seconds: float = 0.0
    kilobytes: int = 0
    message: str = ""

    @property
    def failed(self) -> bool:
        return self.said not in ("plan", "refused")


def run(data: bytes, suffix: str, *, thorough: bool = False) -> Outcome:
    """The outcome of one file; `thorough`: with the commands that compare it and their writers as well."""
    with tempfile.TemporaryDirectory(prefix="planlens-fuzz-", dir=_fast()) as folder:
        path = Path(folder) / f"plan{suffix}"
        path.write_bytes(data)
        return read(path, thorough=thorough)


def read(path: Path, *, thorough: bool = False, seconds: float = SECONDS) -> Outcome:
    """The same of a file that is there, in so many seconds."""
    start, memory, size = time.process_time(), _peak(), path.stat().st_size
    message = where = trace = ""
    try:
        with _limit(seconds):
            plan = _stages(path)
        if thorough:
            _compared(plan, path, seconds)
        said = "plan"
    except PlanlensError as error:
        said, message = "refused" if _is_one_line(error) else "message", str(error)
    except (Exception, Hang) as error:
        said, where, trace = type(error).__name__, _place(error), "".join(traceback.format_exception(error)[-30:])
    taken, grown = time.process_time() - start, _peak() - memory
    if said in ("plan", "refused") and grown * 1024 > BYTES + TIMES * size:
        said = "memory"
    return Outcome(said, where, trace, taken, grown, message)


def _fast() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


@contextlib.contextmanager
def _limit(seconds: float) -> Iterator[None]:
    def over(_: int, __: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGVTALRM, over)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _peak() -> int:
    """The most kilobytes this process has held so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


def _is_one_line(error: PlanlensError) -> bool:
    return "\n" not in str(error) and 0 < len(str(error)) < 1000


def _place(error: BaseException) -> str:
    """The last line of the package that the error went through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/planlens/" in frame.filename] or frames[-1:]
    told = f" ({str(error)[:100]!a})" if isinstance(error, AssertionError) else ""
    return "; ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in ours[-1:]) + told


@cache
def _shelf() -> Library:
    return Library.open(SAMPLES)


@cache
def _sample(name: str) -> Plan:
    return _shelf().read(_shelf().find(name))


def _stages(path: Path) -> Plan:
    plan = _shelf().read(_shelf().find(str(path)))
    _holds(plan)
    check.within(plan)
    return plan


def _compared(plan: Plan, path: Path, seconds: float) -> None:
    """The plan held against others, and reports in every form, as the command line writes them; each in its time."""
    with _limit(seconds):
        coverage.cover(_sample("guangdong-2021-2025"), (plan,))
    with _limit(seconds):
        overlap.overlap((plan, _sample("zhongshan-2023")))
    out = path.parent
    forms = [part for form in ("html", "xlsx", "docx", "json", "csv") for part in ("-o", str(out / f"out.{form}"))]
    shelf = ["--library", str(SAMPLES)]
    with _limit(seconds):
        _command("diff", *shelf, "--no-reviewed", "shenzhen-2023", str(path), *forms)
    for name in ("out.json", "out.csv", "out.html"):
        if (out / name).exists():
            text = (out / name).read_text("utf-8")
            assert name != "out.json" or json.loads(text)
    english = ("--no-reviewed", str(path), "shenzhen-2023", "--lang", "en", "--full")
    for words in (("diff", *english), ("check", str(path), "-o", str(out / "check.docx")), ("show", str(path))):
        with _limit(seconds):
            _command(*words, *shelf)


def _command(*arguments: str) -> None:
    said = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        code = cli.main(arguments)
    told = said.getvalue()
    assert code in (0, 2) and "Traceback" not in told, f"{arguments[0]}: exit {code}"
    assert not any(phrase in told for phrase in _CAUGHT), f"{arguments[0]}: {told[:200]}"


def _holds(plan: Plan) -> None:
    """Nothing is lost and every span lies where it says: the promises of `Document`, `Clause` and `Target`."""
    text = plan.document.text
    _accounted(plan.document)
    for clause in plan.clauses:
        assert 0 <= clause.span.start <= clause.body.start <= clause.body.end <= clause.span.end <= len(text), clause
    for made in (plan.clauses, plan.commitments, plan.targets):
        keys = [item.key for item in made]
        assert len(keys) == len(set(keys)), "a key twice"
    for item in plan.commitments:
        assert item.span.of(text) == item.text, item
    for target in plan.targets:
        assert target.span.of(text) == target.quantity.text, target
        assert target.quote.start <= target.span.start and target.span.end <= target.quote.end, target


def _accounted(document: Document) -> None:
    """Kept blocks and notes account for every character but what leaves no ink."""
    seen = bytearray(len(document.text))
    for span in (*(block.span for block in document.blocks), *(note.span for note in document.notes if note.span)):
        assert 0 <= span.start < span.end <= len(document.text), span
        seen[span.start : span.end] = b"\1" * len(span)
    lost = [char for char, known in zip(document.text, seen, strict=True) if not known and char not in lines.BLANK]
    assert not lost, f"not accounted for: {lost[:20]!a}"
