"""Has LibreOffice turn .rtf, .odt and others into .docx or .xlsx: without a window, in a profile of its own, in time.

The profile is thrown away afterwards; macros, links and the network are switched off in it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from planlens.errors import InputError

_SECONDS = 120
"""LibreOffice starts in 2 to 10 seconds and converts a plan of 200 pages in 5."""
_NAMES = ("soffice", "libreoffice")
_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
)
_OPTIONS = ("--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck", "--nofirststartwizard")
_SAFE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{items}
</oor:items>
"""
_ITEM = '<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
_SETTINGS = (
    ("/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("/org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "2"),
    ("/org.openoffice.Office.Calc/Content/Update", "Link", "2"),
    ("/org.openoffice.Inet/Settings", "ooInetProxyType", "1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)


def program() -> str | None:
    """Where LibreOffice is, None where it is not."""
    found = (shutil.which(name) for name in _NAMES)
    return next((name for name in found if name), None) or next((p for p in _PLACES if Path(p).is_file()), None)


def converted(data: bytes, where: str, suffix: str, target: str) -> bytes:
    """The file as `target`, .docx or .xlsx. Raises InputError where LibreOffice is not there, fails or is too slow."""
    office = program()
    if office is None:
        raise InputError(f"{where}: reading {suffix} needs LibreOffice; install it, or save the file as {target}")
    with tempfile.TemporaryDirectory(prefix="planlens-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        source = root / f"plan{suffix}"
        source.write_bytes(data)
        _profile(root / "profile")
        command = [office, *_OPTIONS, f"-env:UserInstallation={(root / 'profile').as_uri()}"]
        command += ["--convert-to", target[1:], "--outdir", str(root / "out"), str(source)]
        _run(command, root, where)
        out = root / "out" / f"plan{target}"
        if not out.is_file():
            raise InputError(
                f"{where}: LibreOffice cannot open it (damaged, or protected by a password); save it as {target}"
            )
        return out.read_bytes()


def _profile(folder: Path) -> None:
    (folder / "user").mkdir(parents=True)
    items = "\n".join(_ITEM.format(path=path, name=name, value=value) for path, name, value in _SETTINGS)
    (folder / "user" / "registrymodifications.xcu").write_text(_SAFE.format(items=items), "utf-8")


def _run(command: list[str], root: Path, where: str) -> None:
    """Wait for the command within the limit; it and whatever it started are ended in any case."""
    home = {"HOME": str(root), "TMPDIR": str(root), "XDG_CONFIG_HOME": str(root), "XDG_CACHE_HOME": str(root)}
    silent = subprocess.DEVNULL
    try:
        process = subprocess.Popen(
            command, stdin=silent, stdout=silent, stderr=silent, env={**os.environ, **home}, start_new_session=True
        )
    except OSError as error:
        raise InputError(f"{where}: LibreOffice does not start ({error.strerror or error})") from error
    try:
        process.wait(_SECONDS)
    except subprocess.TimeoutExpired:
        raise InputError(
            f"{where}: LibreOffice was not done with it in {_SECONDS} s; save it as .docx yourself"
        ) from None
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
