"""What is installed and what is released: locked versions, and files that anyone can build again byte by byte."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
SUFFIXES = {
    ".css", ".docx", ".html", ".js", ".json", ".md", ".npz", ".py", ".toml", ".tsv", ".txt", ".typed", ".xml",
}  # fmt: skip
SOURCES = {"planlens", "samples", "alignments", "tests", "benchmarks", "fuzz", "docs", ".ci"}


def needed() -> list[Requirement]:
    """Every requirement of pyproject.toml, those of the extras among them."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lines = [*told["build-system"]["requires"], *told["project"]["dependencies"]]
    lines += [line for extra in told["project"]["optional-dependencies"].values() for line in extra]
    return [need for need in map(Requirement, lines) if need.name != "planlens"]


def locked(python: str) -> dict[str, str]:
    """Package → version that .ci/constraints.txt names for a Python on Linux."""
    lines = (ROOT / ".ci" / "constraints.txt").read_text("utf-8").splitlines()
    where = {"python_version": python, "python_full_version": f"{python}.1", "sys_platform": "linux"}
    found: dict[str, str] = {}
    for one in (Requirement(line) for line in lines if line and not line.startswith("#")):
        if one.marker is None or one.marker.evaluate(where):
            (pin,) = one.specifier
            assert pin.operator == "==" and canonicalize_name(one.name) not in found, one
            found[canonicalize_name(one.name)] = pin.version
    return found


@pytest.mark.parametrize("python", PYTHONS)
def test_every_package_that_is_asked_for_is_locked_within_its_bounds(python: str) -> None:
    versions = locked(python)
    for need in needed():
        if need.marker is None or need.marker.evaluate({"python_version": python, "platform_machine": "x86_64"}):
            version = versions.get(canonicalize_name(need.name))
            assert version and need.specifier.contains(version), f"{need}, locked {version}: run .ci/lock"


def built(tree: Path, into: Path) -> tuple[Path, Path]:
    """The sdist and the wheel of a source tree, as the command in CONTRIBUTING.md makes them."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(into)],
        cwd=tree, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    (sdist,), (wheel,) = into.glob("*.tar.gz"), into.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return built(ROOT, tmp_path_factory.mktemp("dist"))


def test_the_wheel_holds_the_package_and_its_data_alone(release: tuple[Path, Path]) -> None:
    wheel = release[1]
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"planlens", f"{wheel.name.split('-py3')[0]}.dist-info"}
    inside = [name for name in names if name.startswith("planlens/")]
    assert {Path(name).suffix or Path(name).name for name in inside} <= SUFFIXES, "what is this file for?"
    assert not [name for name in inside if "__pycache__" in name or "/tests/" in name]
    assert {"planlens/py.typed", "planlens/samples/plans.toml", "planlens/data/weights.json"} <= set(names)


def test_the_source_archive_holds_nothing_that_is_made(release: tuple[Path, Path]) -> None:
    with tarfile.open(release[0]) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert {name.split("/")[0] for name in names if "/" in name} == SOURCES
    made = ("__pycache__", ".part", ".lock", "cache/", "fuzz/found")
    assert not [name for name in names if any(part in name for part in made)]


def test_the_source_archive_builds_the_same_files_again(release: tuple[Path, Path], tmp_path: Path) -> None:
    """In another folder, from files of another date: the same bytes."""
    sdist, wheel = release
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    (tree,) = tmp_path.iterdir()
    for file in tree.rglob("*.py"):
        file.touch()
    again = built(tree, tmp_path / "again")
    assert [file.read_bytes() for file in again] == [sdist.read_bytes(), wheel.read_bytes()]
