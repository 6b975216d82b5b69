"""One table as comma-separated values that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from typing import Any

from planlens.model import Table
from planlens.report.look import Look, safe

# A spreadsheet takes a cell that begins so for a formula, full-width forms included in some of them.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
BOM = b"\xef\xbb\xbf"  # so that Excel opens the file as UTF-8
_SPACES = re.compile("([\\t\\r\\n])")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?%?")


def write(tables: Sequence[Table], look: Look) -> str:  # noqa: ARG001  the signature of every writer
    """The rows of all tables under the first one's columns (commands give one table)."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    for number, table in enumerate(tables):
        if number == 0:
            writer.writerow(map(guard, table.columns))
        writer.writerows([guard(cell) for cell in row] for row in table.rows)
    return stream.getvalue()


def metadata(name: str, tables: Sequence[Table], manifest: dict[str, Any]) -> str:
    """What stands beside NAME.csv: its columns, and under `notes` what it rests on.

    In the form of W3C "Metadata Vocabulary for Tabular Data" (2015), §5.3; the file is NAME.csv-metadata.json.
    """
    columns = [{"titles": guard(column)} for column in tables[0].columns] if tables else []
    found = {"@context": "http://www.w3.org/ns/csvw", "url": name, "tableSchema": {"columns": columns}}
    return json.dumps({**found, "notes": [{"manifest": manifest}]}, ensure_ascii=False, indent=1) + "\n"


def guard(cell: str) -> str:
    """A cell that stays text: what a spreadsheet would run gets an apostrophe; plain numbers stay numbers.

    Control and direction characters become �: the rows may be printed in a terminal.

    >>> guard("=HYPERLINK(1)"), guard("-5"), guard("+7%"), guard("-3项"), guard(" =1+1")
    ("'=HYPERLINK(1)", '-5', '+7%', "'-3项", "' =1+1")
    """
    cell = "".join(part if _SPACES.fullmatch(part) else safe(part) for part in _SPACES.split(cell))
    starts = cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA)
    return "'" + cell if starts and not _NUMBER.fullmatch(cell) else cell
