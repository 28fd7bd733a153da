"""The gradcheck.toml that `gradcheck init` writes: its schema as comments, and a table for each subject that is known."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from gradcheck.errors import UsageError
from gradcheck.subjects.discover import Found, discover, named
from gradcheck.subjects.load import load
from gradcheck.subjects.network_class import NetworkSubject
from gradcheck.subjects.spec import KEYS, SubjectSpec
from gradcheck.subjects.spec_place import FILE_NAME, PYPROJECT, declares
from gradcheck.subjects.targets import parse_target

WIDTH: Final = 100
"""Columns of a comment at most."""

OF_NETWORKS: Final = ("activation", "cost", "l1", "l2", "batch")
"""Keys that say something of networks alone."""

HEAD: Final = """\
# What gradcheck checks in this folder, when `gradcheck check` is given no target, and when `pytest` runs.
# One [[subject]] table for each. Its keys, of which all but target may be left out:
#
"""

TEMPLATE: Final = """\
# Take away the # of the next two lines and name your own file; repeat them for each file there is.
# [[subject]]
# target = "network.py"
"""


def template() -> str:
    """Return a gradcheck.toml that explains itself and names no subject yet.

    Examples
    --------
    >>> print(*template().splitlines()[:5], sep="\\n")
    # What gradcheck checks in this folder, when `gradcheck check` is given no target, and when `pytest` runs.
    # One [[subject]] table for each. Its keys, of which all but target may be left out:
    #
    #   target = "network.py"
    #       What is checked: file.py, file.py:Name, file.py:cost,gradient or package.module:Name.
    """
    return f"{_schema()}\n{TEMPLATE}"


def starting_spec(targets: Sequence[str]) -> str:
    """Return a gradcheck.toml with a table for each subject that the targets offer.

    Raises
    ------
    UsageError
        If a target cannot be loaded, or offers nothing to check.
    UserCodeError
        If the user's code raises.

    Examples
    --------
    >>> print(*starting_spec(["gradcheck.examples.sigma_pair_right:swish"]).splitlines()[-3:], sep="\\n")
    # swish with its derivative swish_prime
    [[subject]]
    target = "gradcheck.examples.sigma_pair_right:swish"
    """
    tables: dict[str, str] = {}
    for target in targets:
        for alone, found in _found(target):
            tables.setdefault(alone, _table(alone, found))
    return "\n".join((_schema(), *tables.values()))


def write_new(folder: Path, text: str) -> Path:
    """Write the gradcheck.toml of a folder, whole or not at all, and return its path.

    Raises
    ------
    UsageError
        If there is one already, or a pyproject.toml that declares subjects, which it would hide; or if it cannot be written.

    Examples
    --------
    >>> write_new(Path(tempfile.mkdtemp()), template()).name
    'gradcheck.toml'
    """
    path = folder / FILE_NAME
    pyproject = folder / PYPROJECT
    if pyproject.is_file() and not path.exists() and declares(pyproject):
        raise UsageError(
            f"{PYPROJECT} has a table [tool.gradcheck], which a {FILE_NAME} would hide: add subjects there"
        )
    try:
        handle, name = tempfile.mkstemp(prefix=f".{FILE_NAME}.", dir=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            os.chmod(name, 0o644)
            _give_name(Path(name), path, text)
        finally:
            os.unlink(name)
    except FileExistsError as error:
        raise UsageError(
            f"there is a {FILE_NAME} in {folder} already, and it is left as it is: add to it, or rename it"
        ) from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
    return path


def _give_name(whole: Path, path: Path, text: str) -> None:
    """Give a file that is complete its name, unless something has it; never overwrites, whoever else writes meanwhile."""
    try:
        os.link(whole, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        with open(path, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)


def _schema() -> str:
    """Return every key as comments."""
    lines = []
    for key in KEYS:
        lines.append(f"#   {key.name} = {key.example}")
        lines += textwrap.wrap(key.meaning, WIDTH, initial_indent="#       ", subsequent_indent="#       ")
    return HEAD + "\n".join(lines) + "\n"


def _found(target: str) -> list[tuple[str, Found]]:
    """Return what a target offers, each with the target that means it alone."""
    parsed = parse_target(target)
    loaded, spec, generator = load(parsed), SubjectSpec(target), np.random.default_rng(0)
    place = _place(parsed.place) if parsed.is_file else parsed.place
    if parsed.names:
        return [(f"{place}:{','.join(parsed.names)}", named(loaded.module, parsed.names, spec, generator))]
    return [(f"{place}:{','.join(found.names)}", found) for found in discover(loaded.module, spec, generator)]


def _place(file: str) -> str:
    """Return a file as seen from the current folder, with slashes, where it is below."""
    with contextlib.suppress(ValueError):
        return Path(os.path.abspath(file)).relative_to(os.getcwd()).as_posix()
    return file


def _table(target: str, found: Found) -> str:
    """Return the table of one subject, with the keys that may have to be said of such a one as comments."""
    lines = [f"# {found.words}", "[[subject]]", f"target = {json.dumps(target, ensure_ascii=False)}"]
    if isinstance(found.subject, NetworkSubject):
        lines += [f"# {key.name} = {key.example}" for key in KEYS if key.name in OF_NETWORKS]
    return "\n".join(lines) + "\n"
