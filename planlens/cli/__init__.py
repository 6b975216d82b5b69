"""The command line: arguments, one call, and what it gave; the only place that prints, exits or reports an error."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Sequence

import click

from planlens.cli import corpus, places, plans, reports, years
from planlens.cli.options import cli
from planlens.cli.output import ReaderGoneError
from planlens.cli.run import BAD_INPUT, OK
from planlens.errors import PlanlensError

_OBJECTS = 100_000
"""Objects made between two searches for rings of garbage, of which reading and comparing leaves hardly any: a tenth
of the time of a diff at Python's own 700."""

__all__ = ["cli", "corpus", "main", "places", "plans", "reports", "years"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 it ran, 1 changes with --exit-code, 2 bad input."""
    gc.set_threshold(_OBJECTS, 20, 50)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = cli.main(args=arguments, prog_name="planlens", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else OK
    except click.UsageError as error:
        return _misused(error)
    except click.ClickException as error:
        return _fail(error.format_message())
    except (click.Abort, KeyboardInterrupt):
        return _fail("stopped")
    except ReaderGoneError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what Python flushes at its end goes nowhere
        return OK
    except PlanlensError as error:
        return _fail(str(error))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _fail(f"{place}{error.strerror or error}")
    except RecursionError:
        return _fail("the input is nested too deeply")
    except MemoryError:
        return _fail("the input does not fit into memory")


def _misused(error: click.UsageError) -> int:
    """One line on what is wrong and where to look; the whole help where no command was given."""
    if type(error).__name__ == "NoArgsIsHelpError":  # click before 8.2 has no such class, and shows the help itself
        error.show()
        return BAD_INPUT
    path = error.ctx.command_path if error.ctx else "planlens"
    return _fail(f"{error.format_message().rstrip('.')}; see `{path} --help`")


def _fail(message: str) -> int:
    line = " ".join(message.split())
    with contextlib.suppress(OSError):  # nowhere to say it: the exit code does
        click.echo(f"planlens: {line}", err=True)
    return BAD_INPUT
