"""The notebook of docs/ runs from a clone, without a network, and is kept without its outputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
NOTEBOOK = Path(__file__).parents[1] / "docs" / "notebook.ipynb"


def notebook() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)


def test_the_notebook_is_kept_without_outputs() -> None:
    cells = [cell for cell in notebook().cells if cell.cell_type == "code"]
    assert cells and not any(cell.outputs or cell.execution_count for cell in cells)


@pytest.mark.filterwarnings("ignore")  # those of the kernel's own libraries
def test_the_notebook_runs() -> None:
    client = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    book = notebook()
    client.NotebookClient(book, timeout=120, resources={"metadata": {"path": str(NOTEBOOK.parent)}}).execute()
    told = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    assert any("image/png" in output.get("data", {}) for output in told)
    assert sum("text/html" in output.get("data", {}) for output in told) >= 6
    assert not any(output.get("name") == "stderr" for output in told), "a cell warns"
