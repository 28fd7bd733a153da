"""What the user typed to say which code is meant: a file or a module, and names inside it."""

from __future__ import annotations

import dataclasses
import keyword
from typing import Final

from gradcheck.errors import LoadError

_FILE_ENDINGS: Final = (".py", ".ipynb")
_EXAMPLE: Final = "write it as in network.py, network.py:Network, network.py:cost,gradient or package.module:Name"


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

    Returns
    -------
    Target

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
        _check_name(name, text)
    if not _is_path(place) and not _is_dotted_name(place):
        raise LoadError(
            f"{place!r} is neither the path of a .py file nor the name of a module that can be imported: "
            f"if it is a file, write its ending too ({place}.py); {_EXAMPLE}"
        )
    return Target(text, place, names)


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


def _check_name(name: str, text: str) -> None:
    """Refuse a name that no Python program can define."""
    if not name:
        raise LoadError(f"the target {text!r} has an empty name after the colon: {_EXAMPLE}")
    if not _is_dotted_name(name):
        raise LoadError(f"the target {text!r} asks for the name {name!r}, which is no Python identifier: {_EXAMPLE}")
