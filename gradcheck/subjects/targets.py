"""What the user typed to say which code is meant: a file or a module, and names inside it; and where that file is."""

from __future__ import annotations

import dataclasses
import difflib
import keyword
import os
import tokenize
from io import BytesIO
from pathlib import Path
from typing import Final

from gradcheck.errors import LoadError

_FILE_ENDINGS: Final = (".py", ".ipynb")
_EXAMPLE: Final = "write it as in network.py, network.py:Network, network.py:cost,gradient or package.module:Name"

_SHOWN_FILES: Final = 20
"""How many files a message lists (counts)."""


@dataclasses.dataclass(frozen=True)
class Target:
    """A file or module of the user's, and the names meant in it.

    Attributes
    ----------
    text : str
        What the user typed.
    place : str
        The file's path, or the module's dotted name.
    names : tuple of str
        Names in it, with dots for names inside names; empty where none was given.

    Examples
    --------
    >>> Target("network.py:Network", "network.py", ("Network",)).is_file
    True
    """

    text: str
    place: str
    names: tuple[str, ...] = ()

    @property
    def is_file(self) -> bool:
        """Whether the place is written as a path, and not as a module's name."""
        return _is_path(self.place)


def parse_target(text: str) -> Target:
    r"""Take apart what the user typed; nothing is looked up on the disk, which `load` does.

    Parameters
    ----------
    text : str
        `file.py`, `folder/file.py:Name`, `file.py:cost,gradient`, `file.py:net.layer`, `package.module:Name`.

    Raises
    ------
    LoadError
        If it is empty, if the place can be neither a file nor a module, or if a name is no identifier.

    Examples
    --------
    >>> parse_target("network.py:cost,gradient").names
    ('cost', 'gradient')
    >>> parse_target(r"C:\x\net.py:Name").place
    'C:\\x\\net.py'
    >>> parse_target("package.module:net.layer")
    Target(text='package.module:net.layer', place='package.module', names=('net.layer',))
    """
    stripped = text.strip()
    if not stripped:
        raise LoadError(f"the target is empty ({text!r}): {_EXAMPLE}")
    if "::" in stripped:
        raise LoadError(f"the target {text!r} has two colons in a row: one stands between file and name; {_EXAMPLE}")
    place, listed = _split(stripped)
    if not place:
        raise LoadError(f"the target {text!r} has no file or module before the colon: {_EXAMPLE}")
    names = () if listed is None else tuple(name.strip() for name in listed.split(","))
    for name in names:
        if not name:
            raise LoadError(f"the target {text!r} has an empty name after the colon: {_EXAMPLE}")
        if not _is_dotted_name(name):
            raise LoadError(
                f"the target {text!r} asks for the name {name!r}, which is no Python identifier: {_EXAMPLE}"
            )
    if not _is_path(place) and not _is_dotted_name(place):
        raise LoadError(
            f"{place!r} is neither the path of a .py file nor the name of a module that can be imported: "
            f"if it is a file, write its ending too ({place}.py); {_EXAMPLE}"
        )
    return Target(text, place, names)


def find_file(target: Target) -> Path | None:
    """Return the file that is meant, or None for a module that only Python can find.

    Raises
    ------
    LoadError
        If there is no such file, or it is a folder, a notebook or no Python file.

    Examples
    --------
    >>> find_file(Target(__file__, __file__)).name
    'targets.py'
    """
    place, beside = Path(target.place), Path(f"{target.place}.py")
    if not target.is_file:
        if beside.is_file():
            return Path(os.path.abspath(beside))
        if not place.exists() or (place / "__init__.py").is_file():
            return None
    if place.is_dir():
        files = sorted(str(place / file.name) for file in place.glob("*.py"))[:3]
        examples = f"such as {', '.join(files)}" if files else "though there is no .py file in it"
        raise LoadError(f"{target.place} is a folder: name one file in it, {examples}")
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


def check_text(path: Path) -> None:
    """Refuse, with a LoadError, a file that is no text in the encoding that it claims.

    Examples
    --------
    >>> from pathlib import Path
    >>> check_text(Path(__file__))
    """
    try:
        check_bytes(path.name, path.read_bytes())
    except OSError as error:
        raise LoadError(f"{path} cannot be read: {error.strerror or error}") from error


def check_bytes(name: str, data: bytes) -> None:
    """Refuse, with a LoadError, the content of a Python file that is no text in the encoding that it claims.

    Examples
    --------
    >>> check_bytes("net.py", b"x = 1")
    """
    encoding = ""
    try:
        if b"\0" in data:
            where = f"the first is byte {data.index(0)}"
            raise LoadError(f"{name} has null bytes ({where}): it is no text, or text in UTF-16; save it as UTF-8")
        encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
        data.decode(encoding)
    except SyntaxError as error:
        # Raised for an unknown encoding, and for a first line that is not UTF-8.
        raise LoadError(f"{name} cannot be read as text ({error.msg}): save it as UTF-8") from error
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise LoadError(
            f"{name}, line {line}, has the byte 0x{data[error.start]:02x}, which is not {encoding.upper()}: save "
            f"the file as UTF-8, or name its encoding in the first line, as in # -*- coding: latin-1 -*-"
        ) from error


def _split(text: str) -> tuple[str, str | None]:
    """Return the place, and what follows its colon or None."""
    head, colon, tail = text.rpartition(":")
    # The colon of a drive (C:\x) or in a folder's name (a:b/net.py) is another.
    in_folder = "/" in tail or "\\" in tail
    file_after_colon = tail.lower().endswith(_FILE_ENDINGS) and not head.lower().endswith(_FILE_ENDINGS)
    if not colon or in_folder or file_after_colon:
        return text, None
    return head, tail


def _is_path(place: str) -> bool:
    """Tell whether a place is written as a path."""
    return "/" in place or "\\" in place or place.lower().endswith(_FILE_ENDINGS)


def _is_dotted_name(name: str) -> bool:
    """Tell whether a name is made of identifiers with dots between them."""
    return all(part.isidentifier() and not keyword.iskeyword(part) for part in name.split("."))


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
