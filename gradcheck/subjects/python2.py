"""Programs written in Python 2, recognised by the errors they raise in Python 3."""

from __future__ import annotations

import re
import traceback
from pathlib import Path
from typing import Final

_NAMES: Final = {
    "xrange": "`range`",
    "raw_input": "`input`",
    "unicode": "`str`",
    "unichr": "`chr`",
    "basestring": "`str`",
    "long": "`int`",
    "reduce": "`functools.reduce` (with `import functools`)",
    "cmp": "`(a > b) - (a < b)`",
    "execfile": "`exec(open(name).read())`",
    "reload": "`importlib.reload` (with `import importlib`)",
}

_MODULES: Final = {
    "cPickle": "pickle",
    "cStringIO": "io",
    "StringIO": "io",
    "urllib2": "urllib.request",
    "urlparse": "urllib.parse",
    "Queue": "queue",
    "ConfigParser": "configparser",
    "Tkinter": "tkinter",
    "__builtin__": "builtins",
}

_ATTRIBUTES: Final = {
    "iteritems": "`.items()`",
    "itervalues": "`.values()`",
    "iterkeys": "`.keys()`",
    "has_key": "`key in d`",
    "maxint": "`sys.maxsize`",
    "izip": "`zip`",
    "imap": "`map`",
}

_LINES: Final = (
    (re.compile(r"^\s*print\s*>>"), "`print >>f, x`", "`print(x, file=f)`"),
    (re.compile(r"(^|[;:])\s*print\b(?!\s*[(=.,:\[])"), "`print x`", "`print(x)`"),
    (re.compile(r"(^|[;:])\s*exec\b(?!\s*[(=.,:\[])"), "`exec code`", "`exec(code)`"),
    (re.compile(r"^\s*except\s+[\w.]+\s*,\s*\w+\s*:"), "`except E, e`", "`except E as e`"),
    (re.compile(r"^\s*except\s*\(.*\)\s*,\s*\w+\s*:"), "`except (E, F), e`", "`except (E, F) as e`"),
    (re.compile(r"^\s*raise\s+[\w.]+\s*,"), "`raise E, text`", "`raise E(text)`"),
    (re.compile(r"`"), "the backticks", "`repr(x)`"),
    (re.compile(r"<>"), "`<>`", "`!=`"),
    (re.compile(r"\b\d+[lL]\b"), "an `L` after a number", "the number alone"),
    (re.compile(r"\b0\d+\b"), "a number that starts with 0", "`0o17` where `017` was meant in base 8"),
)

_LAZY: Final = re.compile(
    r"'(zip|map|filter|range|dict_keys|dict_values|dict_items)' (?:object )?(?:has no len|is not sub|does not supp)"
)

_CHEVRONS: Final = re.compile(r"unsupported operand type\(s\) for >>: 'builtin_function_or_method'")


def explain_python_2(error: BaseException) -> str | None:
    """Return the sentence that says that this is Python 2 and what to write instead, or None if it does not look so.

    Parameters
    ----------
    error : BaseException
        What the user's code raised, when it was imported or later; its traceback gives the line.

    Returns
    -------
    str or None

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
        return _in_syntax(error)
    if isinstance(error, NameError):
        return _looked_up(_NAMES, error.name)
    if isinstance(error, ModuleNotFoundError):
        name = error.name or ""
        return (f"`import {name}`", f"`import {_MODULES[name]}`") if name in _MODULES else None
    if isinstance(error, ImportError):
        name = str(error).partition("cannot import name '")[2].partition("'")[0]
        return _looked_up(_ATTRIBUTES, name) if error.name == "itertools" else None
    if isinstance(error, AttributeError):
        return _looked_up(_ATTRIBUTES, error.name)
    return _in_types(error) if isinstance(error, TypeError) else None


def _looked_up(table: dict[str, str], name: str | None) -> tuple[str, str] | None:
    """Return a name of Python 2 and its successor."""
    return (f"`{name}`", table[name]) if name in table else None


def _in_types(error: TypeError) -> tuple[str, str] | None:
    """Recognise `print >>f`, and lists that are lists no more."""
    if _CHEVRONS.search(str(error)):
        return "`print >>f, x`", "`print(x, file=f)`"
    lazy = _LAZY.search(str(error))
    if lazy is None:
        return None
    made = lazy[1] if not lazy[1].startswith("dict_") else f"d.{lazy[1].removeprefix('dict_')}"
    return f"`{made}(...)` used as a list", f"`list({made}(...))`"


def _in_syntax(error: SyntaxError) -> tuple[str, str] | None:
    """Recognise what the grammar of Python 3 refuses."""
    if isinstance(error, TabError):
        return "an indentation of tabs mixed with spaces", "with four spaces a level throughout"
    line = _without_strings((error.text or "").partition("#")[0])
    for pattern, old, new in _LINES:
        if pattern.search(line):
            return old, new
    return None


def _without_strings(line: str) -> str:
    """Return a line with what stands in its quotes taken out."""
    return re.sub(r"\"[^\"]*\"|'[^']*'", '""', line)


def _where(error: BaseException) -> str:
    """Return the place of an error, in parentheses."""
    if isinstance(error, SyntaxError):
        return f" ({Path(error.filename).name}, line {error.lineno})" if error.filename and error.lineno else ""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<frozen")]
    return f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
