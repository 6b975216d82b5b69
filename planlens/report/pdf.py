"""Reports as PDF on A4: the page of `html`, printed by a browser on this machine, else laid out by WeasyPrint.

    write(report) -> bytes

The browser is one of those on PATH, or the one that PLANLENS_CHROMIUM names. It gets a profile of its own that is
thrown away, no network, and an end if it does not come to one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path

from planlens.errors import OutputError
from planlens.report import Report, html
from planlens.report.stamp import stamp

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge",
            "microsoft-edge")  # fmt: skip
_OWN = "PLANLENS_CHROMIUM"
_SECONDS = 120  # two plans of 2,000 commitments take a browser 15
_QUIET = (
    "--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-extensions",
    "--disable-sync", "--disable-breakpad", "--disable-background-networking", "--disable-component-update",
    "--disable-default-apps", "--host-resolver-rules=MAP * ~NOTFOUND", "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)  # fmt: skip
# WeasyPrint does not colour a drawing by the style of its page: it would be black. The tables say the same.
_NO_CHARTS = "svg, .legend, .chart, .moves .axis, #flow { display: none !important }"
_DAY = re.compile(rb"(/(?:CreationDate|ModDate) ?\(D:)[0-9]{14}")
_NODE = re.compile(rb"\(node([0-9]{8})\)")
_IDENTITY = re.compile(rb"/ID ?\[ ?<([0-9A-Fa-f]+)> ?<([0-9A-Fa-f]+)>")


def write(report: Report) -> bytes:
    """The report as a .pdf file; the same report and browser give the same bytes.

    Raises OutputError where nothing on this machine can print a page, or what can fails.
    """
    return of_page(html.write(report), stamp(report.result))


def of_page(page: bytes, when: datetime) -> bytes:
    """A page of `html` as a PDF that carries the time `when`."""
    browser = find()
    return fixed(printed(browser, page) if browser else _laid_out(page), when)


def find() -> str | None:
    """The browser to print with: the one named by PLANLENS_CHROMIUM, else the first on PATH."""
    if named := os.environ.get(_OWN):
        if found := shutil.which(named):
            return found
        raise OutputError(f"{_OWN}={named}: no program that can be run")
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def printed(browser: str, page: bytes, *, seconds: float = _SECONDS) -> bytes:
    """A page printed by a browser. Raises OutputError where it fails, or is not done after `seconds`."""
    with tempfile.TemporaryDirectory(prefix="planlens-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source, target = folder / "page.html", folder / "page.pdf"
        source.write_bytes(page)
        command = [browser, *_QUIET, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={target}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # a browser refuses to run as root with one
        said = _run([*command, source.as_uri()], folder / "said", seconds)
        made = target.read_bytes() if target.is_file() else b""
    if not made.startswith(b"%PDF-") or b"%%EOF" not in made[-1024:]:
        raise OutputError(f"{browser}: printed no page{said}; {_OWN} can name another browser")
    return made


def _run(command: list[str], log: Path, seconds: float) -> str:
    """Run a program and what it starts, to its end or ours; the last line it said, as " (…)"."""
    with log.open("wb") as stream:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, env={**os.environ, "TZ": "UTC"},
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            return f" ({error.strerror or error})"
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return f" (not done after {seconds:g} s)"
        finally:
            _end(process)
    lines = log.read_bytes().decode("utf-8", "replace").split("\n")
    return next((f" ({line.strip()[:200]})" for line in reversed(lines) if line.strip()), "")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what still runs, the helpers of a browser with it."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _laid_out(page: bytes) -> bytes:
    try:
        import weasyprint
    except (ImportError, OSError):  # OSError: it is there, the library that draws its letters is not
        raise OutputError(
            f"writing .pdf needs a browser: install Chromium, Chrome or Edge, name one in {_OWN}, or "
            "pip install weasyprint; any browser prints the .html as well"
        ) from None
    document = weasyprint.HTML(string=page.decode(), url_fetcher=_refuse)
    made: bytes = document.write_pdf(stylesheets=[weasyprint.CSS(string=_NO_CHARTS)])
    return made


def _refuse(url: str, *_: object, **__: object) -> dict[str, object]:
    raise ValueError(f"{url}: a report loads nothing")


def fixed(made: bytes, when: datetime) -> bytes:
    """A PDF with the time of the report for that of printing, and nothing in it that differs from run to run.

    Every replacement is as long as what it replaces, so that the table of positions at the end still holds. Names of
    nodes (a browser counts them from wherever it is) are counted from 1.

    >>> fixed(b"/CreationDate (D:20260101120000+00'00') (node00000044) (node00000047)", datetime(2025, 3, 1))
    b"/CreationDate (D:20250301000000+00'00') (node00000001) (node00000002)"
    """
    day = when.strftime("%Y%m%d%H%M%S").encode()
    numbers: dict[bytes, int] = {}
    made = _DAY.sub(lambda found: found[1] + day, made)
    made = _NODE.sub(lambda found: b"(node%08d)" % numbers.setdefault(found[1], len(numbers) + 1), made)
    digest = hashlib.sha256(_IDENTITY.sub(b"", made)).hexdigest().encode() * 2
    return _IDENTITY.sub(lambda found: _renamed(found[0], found[1], digest), made)


def _renamed(whole: bytes, name: bytes, digest: bytes) -> bytes:
    return whole.replace(name, digest[: len(name)]) if len(name) <= len(digest) else whole
