"""What pages and pictures need beside the package itself, and what is said where it is not installed."""

from __future__ import annotations

import importlib
from typing import Any, Final

COMMAND: Final = "python -m pip install 'gradcheck[report]'"

COMES_WITH: Final = {"markupsafe": "jinja2"}
"""What is no requirement of the extra itself, and the one that brings it."""


class MissingExtra(ImportError):
    """The extra `report` is not installed.

    Examples
    --------
    >>> issubclass(MissingExtra, ImportError)
    True
    """


def required(module: str) -> Any:
    """Return a module of the extra `report`.

    Raises
    ------
    MissingExtra
        If it is not installed, with the command that installs it.

    Examples
    --------
    >>> required("json").__name__
    'json'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.split(".")[0]
        if error.name is None or error.name.split(".")[0] != package:
            raise
        needed = COMES_WITH.get(package, package)
        raise MissingExtra(f"for pages and pictures {needed} is needed, and it is not installed: {COMMAND}") from None
