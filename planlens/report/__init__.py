"""Writers by name: each turns the tables of a result into one text; JSON is made from the result itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from planlens.model import Table
from planlens.report import csv, markdown, terminal
from planlens.report.look import Look

Writer = Callable[[Sequence[Table], Look], str]

WRITERS: dict[str, Writer] = {"table": terminal.write, "md": markdown.write, "csv": csv.write}

# What -o FILE means by its suffix where no --format is given.
SUFFIXES = {".txt": "table", ".md": "md", ".csv": "csv", ".json": "json"}
FORMATS = ("table", "md", "csv", "json")
