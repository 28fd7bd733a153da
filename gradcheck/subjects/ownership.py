"""Whose a file is: ours, the user's, or a library's."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parent.parent
_EXAMPLES: Final = _PACKAGE / "examples"
_IMPORTLIB: Final = Path(importlib.__file__).parent
_STANDARD: Final = Path(os.__file__).parent
_INSTALLED: Final = ("site-packages", "dist-packages")


def is_ours(file: str) -> bool:
    """Tell whether a file is gradcheck's own or the import machinery's; the examples count as a user's.

    Examples
    --------
    >>> is_ours(__file__), is_ours("<frozen importlib._bootstrap>"), is_ours("/home/ada/network.py")
    (True, True, False)
    >>> from gradcheck.examples import network_right
    >>> is_ours(network_right.__file__)
    False
    """
    parents = Path(file).parents
    return is_import_machinery(file) or (_PACKAGE in parents and _EXAMPLES not in parents)


def is_import_machinery(file: str) -> bool:
    """Tell whether a file is Python's own code for imports.

    Examples
    --------
    >>> is_import_machinery("<frozen importlib._bootstrap>"), is_import_machinery(__file__)
    (True, False)
    """
    return file.startswith("<frozen importlib") or _IMPORTLIB in Path(file).parents


def is_users(file: str, folder: str) -> bool:
    """Tell whether a file or folder is one of the user's: in the user's folder, and in no Python that lies there.

    Examples
    --------
    >>> is_users("/home/ada/network.py", "/home/ada"), is_users("/home/bob/network.py", "/home/ada")
    (True, False)
    >>> import json, os
    >>> is_users(json.__file__, os.path.dirname(os.path.dirname(os.__file__)))
    False
    >>> is_users("/home/ada/.venv/lib/python3.12/site-packages/numpy/linalg.py", "/home/ada")
    False
    """
    place = Path(file)
    around = (place, *place.parents)
    if Path(folder) not in around or is_ours(file):
        return False
    return _STANDARD not in around and not any(part in _INSTALLED for part in place.parts)
