"""Floors: a module imports only from lower ones, whether at its head or inside a function."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "planlens"

# Lowest first. A package (read, report) stands on one floor as a whole; inside it anything may import anything.
FLOORS = (
    {"errors", "model"},
    {"files", "settings", "cache"},
    {"words", "columns", "semantic", "lexicon", "instruments", "traditional", "blanks"},
    {"quantity", "regions", "read", "titles", "metadata"},
    {
        "outline",
        "commitments",
        "wording",
        "phrases",
        "indicators",
        "periods",
        "tables",
        "roles",
        "targets",
        "naming",
        "convert",
        "restated",
        "repeats",
        "redline",
        "evidence",
        "namesakes",
        "alignments",
    },
    {"parse"},
    {"align", "places", "counterparts", "sections"},
    {"kinds", "moves", "changes", "verdicts", "shifts", "absence", "pieces"},
    {"compare", "lineage", "overlap", "pledge", "track", "coverage"},
    {"check"},
    {"fit", "fit_places", "fetch", "library", "recall", "report", "frames", "review", "verify"},
    {"intake", "results"},
    {"corpus"},
    {"verbs"},
    {"cli"},
    {"__main__"},
)
# The edges of the house, where alone document libraries are imported.
EDGES = ("read", "report")
DOCUMENT_LIBRARIES = (
    "docx",
    "doc2docx",
    "lxml",
    "ofdkit",
    "openpyxl",
    "xlsxwriter",
    "pypdfium2",
    "pdfplumber",
    "tabulate",
)
FACADE = "__init__"  # planlens/__init__.py gives the public verbs of any floor, by name when asked


def floor(module: str) -> int:
    for number, names in enumerate(FLOORS):
        if module in names:
            return number
    raise AssertionError(f"planlens/{module} stands on no floor: give it one in FLOORS")


def imports(path: Path) -> set[str]:
    """Dotted names that a file imports, relative ones made absolute."""
    inside = ("planlens", *path.relative_to(PACKAGE).parts[:-1])
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(inside[: len(inside) - node.level + 1]) if node.level else ""
            base = ".".join(filter(None, (base, node.module)))
            names |= {f"{base}.{alias.name}" for alias in node.names}
    return names


def own_modules(path: Path) -> set[str]:
    """First name below planlens of everything of ours that a file imports."""
    ours = {name.split(".")[1] for name in imports(path) if name.startswith("planlens.")}
    return {name for name in ours if (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()}


def files() -> list[tuple[str, Path]]:
    """(module of the floor, file) of the whole package but the façade."""
    found = [(path.relative_to(PACKAGE).parts[0].removesuffix(".py"), path) for path in PACKAGE.rglob("*.py")]
    return sorted((module, path) for module, path in found if module != FACADE)


def test_a_module_imports_only_from_lower_floors() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} (floor {floor(module)}) imports {other} (floor {floor(other)})"
        for module, path in files()
        for other in own_modules(path)
        if other != module and floor(other) > floor(module)
    ]
    assert wrong == []


def test_no_two_modules_import_each_other() -> None:
    graph: dict[str, set[str]] = {}
    for module, path in files():
        graph.setdefault(module, set()).update(own_modules(path) - {module})
    done: set[str] = set()

    def visit(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, " → ".join((*above, module))
        if module not in done:
            for other in sorted(graph.get(module, ())):
                visit(other, (*above, module))
            done.add(module)

    for module in sorted(graph):
        visit(module, ())


def test_document_libraries_are_imported_at_the_edges() -> None:
    for library in DOCUMENT_LIBRARIES:
        users = {module for module, path in files() if any(name.split(".")[0] == library for name in imports(path))}
        assert users <= set(EDGES), f"{library}: {users}"


def test_only_the_command_line_prints_or_exits() -> None:
    for _, path in files():
        if path.parent.name == "cli" or path.name in (
            "__main__.py",
            "fit.py",
            "fit_places.py",
        ):  # python -m planlens.fit is a command
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            assert name not in ("print", "exit", "sys.exit", "click.echo"), f"{path}:{node.lineno}"  # type: ignore[attr-defined]


def test_every_module_opens_with_one_sentence() -> None:
    for _, path in files():
        opening = ast.get_docstring(ast.parse(path.read_text("utf-8")))
        assert opening, path
        assert opening.split("\n\n")[0].strip(), path
