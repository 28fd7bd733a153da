"""The house rules that a machine can hold: who imports whom, no assert, no print, no boolean door."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import gradcheck

PACKAGE = Path(gradcheck.__file__).parent

FLOORS = (
    ("cli", "pytest_plugin", "__main__"),
    ("grading",),
    ("checks",),
    ("subjects", "strategies", "mistakes", "sweep"),
    ("differences", "network"),
    ("parameters", "reporting"),
    ("arrays", "passes", "whole_files"),
    ("errors", "results"),
)
"""The floors of the house, highest first; the door, `gradcheck/__init__.py`, stands above all of them."""

SIDEWAYS = {("strategies", "mistakes"), ("__main__", "cli")}
"""Imports within a floor that are allowed."""

WHEN_CALLED = {("results", "reporting")}
"""An import upwards that is allowed inside a function."""

REPORTING_MAY_IMPORT = {"results", "reporting"}


def floor_of(room: str) -> int:
    for height, rooms in enumerate(reversed(FLOORS)):
        if room in rooms:
            return height
    raise AssertionError(f"{room} stands on no floor: add it to FLOORS, where DESIGN puts it")


def imported_rooms(tree: ast.AST) -> list[tuple[str, bool, int]]:
    """Return (room, whether at the top of the module, line) for every import of ours."""
    top = {id(node) for node in getattr(tree, "body", [])}
    top |= {id(inner) for node in getattr(tree, "body", []) if isinstance(node, ast.If) for inner in node.body}
    found = []
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.ImportFrom):
            names = [
                f"{node.module}.{alias.name}" if node.module == "gradcheck" else node.module for alias in node.names
            ]
            assert node.level == 0, f"line {node.lineno}: relative import"
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = (name or "").split(".")
            if parts[0] == "gradcheck" and len(parts) > 1:
                found.append((parts[1], id(node) in top, node.lineno))
    return found


def violations(room: str, source: str, file: str = "") -> list[str]:
    """Return every import in `source`, a module of `room`, that the house forbids."""
    wrong = []
    for other, at_top, line in imported_rooms(ast.parse(source)):
        if other in (room, "__version__"):
            continue
        where = f"{file or room}:{line}: {room} imports {other}"
        if room == "reporting" and other not in REPORTING_MAY_IMPORT:
            wrong.append(f"{where}: reporting reads results only")
        elif (room, other) in SIDEWAYS or (not at_top and (room, other) in WHEN_CALLED):
            continue
        elif floor_of(other) >= floor_of(room):
            wrong.append(f"{where}: not a floor below")
    return wrong


def modules() -> list[Path]:
    files = [path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] != "examples"]
    assert len(files) > 20
    return files


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


@pytest.mark.parametrize(
    "path", [p for p in modules() if room_of(p) != "__init__"], ids=lambda p: str(p.relative_to(PACKAGE))
)
def test_imports_go_down_the_floors(path: Path) -> None:
    assert violations(room_of(path), path.read_text(), str(path.relative_to(PACKAGE))) == []


@pytest.mark.parametrize(
    ("room", "planted"),
    [
        ("differences", "from gradcheck.checks.gradient import check"),
        ("differences", "from gradcheck.network.model import Network"),
        ("network", "def f():\n    import gradcheck.differences.ladder"),
        ("reporting", "from gradcheck.errors import UsageError"),
        ("errors", "from gradcheck import results"),
        ("results", "from gradcheck.reporting.text import render"),
    ],
)
def test_a_planted_import_upwards_is_found(room: str, planted: str) -> None:
    assert len(violations(room, planted)) == 1


CHILD = PACKAGE / "grading"
"""Where the files are that are copied into a submission's sandbox, and nothing else of ours with them."""


def imports_of_the_child(source: str) -> set[str]:
    """Return the top-level modules that a file of the child's imports, but for the standard library."""
    found = set()
    for tree in ast.walk(ast.parse(source)):
        if isinstance(tree, ast.Import):
            found |= {alias.name.split(".")[0] for alias in tree.names}
        elif isinstance(tree, ast.ImportFrom):
            found.add((tree.module or "").split(".")[0])
    return found - sys.stdlib_module_names


@pytest.mark.parametrize(
    ("file", "allowed"),
    [
        ("protocol.py", {"numpy"}),
        ("confinement.py", set()),
        ("answering.py", {"numpy", "protocol"}),
        ("runner.py", {"answering", "confinement", "protocol"}),
    ],
)
def test_the_childs_files_import_numpy_and_each_other_only(file: str, allowed: set[str]) -> None:
    assert imports_of_the_child((CHILD / file).read_text()) <= allowed


def test_an_import_of_ours_in_the_child_is_found() -> None:
    assert imports_of_the_child("def f():\n    from gradcheck.network import backprop\nimport os") == {"gradcheck"}


def test_a_relative_import_is_found() -> None:
    with pytest.raises(AssertionError, match="relative"):
        violations("checks", "from . import gradient")


def test_no_assert_and_no_print_in_the_package() -> None:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            assert not isinstance(node, ast.Assert), f"{path}:{node.lineno}: a verdict by assert is gone under -O"
            is_print = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
            assert not is_print, f"{path}: print"


def test_the_examples_import_nothing_of_ours() -> None:
    for path in (PACKAGE / "examples").glob("*.py"):
        assert imported_rooms(ast.parse(path.read_text())) == [], path


def test_every_name_at_the_door_is_there_and_sorted() -> None:
    assert list(gradcheck.__all__) == sorted(gradcheck.__all__)
    for name in gradcheck.__all__:
        assert getattr(gradcheck, name) is not None
    assert set(gradcheck.__all__) <= set(dir(gradcheck))


def test_an_unknown_name_at_the_door_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="chekc"):
        gradcheck.chekc  # noqa: B018 - the access is the test


def imported_by(*words: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after running `words`."""
    code = f"import sys\ntry:\n    {'; '.join(words)}\nexcept SystemExit: pass\nsys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stderr.split()}


HEAVY = {"numpy", "scipy", "hypothesis", "optree", "rich", "matplotlib", "pytest"}


def test_importing_the_package_imports_nothing_heavy() -> None:
    assert not imported_by("import gradcheck") & (HEAVY | {"click"})


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(option: str) -> None:
    run = f"from gradcheck.cli import main; main(['{option}'], prog_name='gradcheck')"
    seen = imported_by(run)
    assert "click" in seen
    assert not seen & HEAVY


def test_the_test_of_imports_sees_a_heavy_one() -> None:
    assert "numpy" in imported_by("import gradcheck; gradcheck.check")
