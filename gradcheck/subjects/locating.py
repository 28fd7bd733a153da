"""The file that a target means, and whether it is one that Python can read."""

from __future__ import annotations

import difflib
import os
import tokenize
from io import BytesIO
from pathlib import Path
from typing import Final

from gradcheck.errors import LoadError
from gradcheck.subjects.targets import Target

_SHOWN_FILES: Final = 20
"""How many files a message lists (counts)."""


def find_file(target: Target) -> Path | None:
    """Return the file that is meant, or None for a module that only Python can find.

    Raises
    ------
    LoadError
        If there is no such file, or it is a folder, a notebook or no Python file.

    Examples
    --------
    >>> find_file(Target(__file__, __file__)).name
    'locating.py'
    """
    place = Path(target.place)
    if not target.is_file:
        beside = Path(f"{target.place}.py")
        if beside.is_file():
            return Path(os.path.abspath(beside))
        _refuse_unless_module(place)
        return None
    if place.is_dir():
        raise LoadError(f"{target.place} is a folder: name one file in it, {_examples_in(place)}")
    if place.suffix.lower() == ".ipynb":
        raise LoadError(
            f"{target.place} is a notebook, which cannot be imported: save its code as a .py file "
            f"(File > Save and Export As > Executable Script), or call gradcheck.check in a cell of the notebook"
        )
    if not place.is_file():
        raise LoadError(f"there is no file {target.place}{_alike(place)}")
    if place.suffix.lower() != ".py":
        raise LoadError(f"{target.place} is no Python file: its name ends in {place.suffix!r}, and .py is needed")
    return Path(os.path.abspath(place))


def _refuse_unless_module(place: Path) -> None:
    """Refuse a name that is no module but a folder or a file here."""
    if place.is_dir() and not (place / "__init__.py").is_file():
        raise LoadError(f"{place} is a folder: name one file in it, {_examples_in(place)}")
    if place.is_file():
        raise LoadError(f"{place} is no Python file: its name ends in {place.suffix!r}, and .py is needed")


def _examples_in(folder: Path) -> str:
    """Return the names of some Python files of a folder."""
    files = sorted(str(folder / file.name) for file in folder.glob("*.py"))
    return f"such as {', '.join(files[:3])}" if files else "though there is no .py file in it"


def _alike(place: Path) -> str:
    """Return what has a name like the missing file's and lies where it should."""
    if not place.parent.is_dir():
        return f", and no folder {place.parent} either: look at the path, which starts from {os.getcwd()}"
    files = sorted(file.name for file in place.parent.iterdir() if file.suffix == ".py")
    lowered = {file.lower(): file for file in files}
    alike = [lowered[one] for one in difflib.get_close_matches(place.name.lower(), lowered, n=3)]
    where = f"in {os.path.abspath(place.parent)}"
    if alike:
        return f" {where}: did you mean {' or '.join(alike)}?"
    there = f": the .py files there are {', '.join(files[:_SHOWN_FILES])}" if files else ", nor any other .py file"
    return f" {where}{there}"


def check_text(path: Path) -> None:
    """Refuse a file that is no text in the encoding that it claims.

    Raises
    ------
    LoadError

    Examples
    --------
    >>> from pathlib import Path
    >>> check_text(Path(__file__))
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise LoadError(f"{path} cannot be read: {error.strerror or error}") from error
    if b"\0" in data:
        where = f"the first is byte {data.index(0)}"
        raise LoadError(f"{path.name} has null bytes ({where}): it is no text, or text in UTF-16; save it as UTF-8")
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
    except SyntaxError as error:
        # Raised for an unknown encoding, and for a first line that is not UTF-8.
        raise LoadError(f"{path.name} cannot be read as text ({error.msg}): save it as UTF-8") from error
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise LoadError(
            f"{path.name}, line {line}, has the byte 0x{data[error.start]:02x}, which is not {encoding.upper()}: save "
            f"the file as UTF-8, or name its encoding in the first line, as in # -*- coding: latin-1 -*-"
        ) from error
