"""Programs written in Python 2, recognised by the errors they raise in Python 3."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Final

_NAMES: Final = {"xrange": "range", "raw_input": "input", "unicode": "str"}

_MODULES: Final = {"cPickle": "pickle"}

_SYNTAX: Final = {
    "Missing parentheses in call to 'print'": ("`print x`", "`print(x)`"),
    "multiple exception types must be parenthesized": ("`except E, e`", "`except E as e`"),
    "inconsistent use of tabs": ("an indentation of tabs mixed with spaces", "with four spaces a level throughout"),
}
"""By how Python's own message starts: what was written, and what to write instead."""


def explain_python_2(error: BaseException) -> str | None:
    """Return the sentence that says that this is Python 2 and what to write instead, or None if it does not look so.

    Parameters
    ----------
    error : BaseException
        What the user's code raised, when it was imported or later; its traceback gives the line.

    Examples
    --------
    >>> explain_python_2(NameError("name 'xrange' is not defined", name="xrange"))
    "this is Python 2 (as the chapter's own program is): `xrange` is written `range` in Python 3"
    >>> explain_python_2(NameError("name 'sigma' is not defined", name="sigma")) is None
    True
    """
    found = _recognise(error)
    if found is None:
        return None
    old, new = found
    return f"this is Python 2 (as the chapter's own program is): {old}{_where(error)} is written {new} in Python 3"


def _recognise(error: BaseException) -> tuple[str, str] | None:
    """Return what was written and what to write instead, in words."""
    if isinstance(error, SyntaxError):
        return next((words for start, words in _SYNTAX.items() if str(error.msg).startswith(start)), None)
    if isinstance(error, NameError) and error.name in _NAMES:
        return f"`{error.name}`", f"`{_NAMES[error.name]}`"
    if isinstance(error, ModuleNotFoundError) and error.name in _MODULES:
        return f"`import {error.name}`", f"`import {_MODULES[error.name]}`"
    return None


def _where(error: BaseException) -> str:
    """Return the place of an error, in parentheses."""
    if isinstance(error, SyntaxError):
        return f" ({Path(error.filename).name}, line {error.lineno})" if error.filename and error.lineno else ""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<frozen")]
    return f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
