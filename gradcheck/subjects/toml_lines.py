"""On which line each key of a TOML file stands, which Python's own reader does not tell."""

from __future__ import annotations

import contextlib
import re
import tomllib
from typing import Any, Final

KeyPath = tuple[str | int, ...]
"""Keys from the top of the file, with the place (from 0) in an array: ("subject", 1, "target")."""

_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE: Final = re.compile(r"[ \t]*")
_STRING: Final = re.compile(
    r'"""(?:\\.|(?!""").)*"{3,5}|\'\'\'(?:(?!\'\'\').)*\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL
)
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR: Final = re.compile(r"[^,\]}#\n]+")


class TomlLines:
    """Where the keys and tables of a TOML text stand; of a text that is not TOML, those before the fault.

    Parameters
    ----------
    text : str
        With line feeds alone at the ends of its lines.

    Examples
    --------
    >>> lines = TomlLines('[[subject]]\\ntarget = "a = 1"  # not = a key\\nshapes = { w = [\\n4] }\\n')
    >>> lines.of(("subject", 0)), lines.of(("subject", 0, "shapes", "w"))
    (1, 3)
    """

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._lines: dict[KeyPath, int] = {}
        self._tables: dict[KeyPath, int] = {}  # how many tables an array has so far
        # What is known by a fault is right; of the rest the table's line is told.
        with contextlib.suppress(_UnexpectedError, tomllib.TOMLDecodeError, RecursionError):
            self._read()

    def of(self, path: KeyPath) -> int:
        """Return the line of a key, or of the nearest thing around it whose line is known; 0 where none is."""
        for end in range(len(path), 0, -1):
            if path[:end] in self._lines:
                return self._lines[path[:end]]
        return 0

    def _read(self) -> None:
        table: KeyPath = ()
        while True:
            self._skip(_BLANK)
            if self._at >= len(self._text):
                return
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._assignment(table)

    def _header(self) -> KeyPath:
        """Read [table] or [[array of tables]], and return its path."""
        line, is_array = self._line(), self._text.startswith("[[", self._at)
        self._at += 2 if is_array else 1
        *before, last = self._key()
        self._expect("]]" if is_array else "]")
        path = (*self._resolved(before), last)
        if is_array:
            number = self._tables.get(path, 0)
            self._tables[path] = number + 1
            path = (*path, number)
        self._lines.setdefault(path, line)
        return path

    def _resolved(self, keys: list[str]) -> KeyPath:
        """Return the path of a header's keys: what stands in an array of tables is of its last element."""
        path: KeyPath = ()
        for key in keys:
            path = (*path, key)
            if path in self._tables:
                path = (*path, self._tables[path] - 1)
        return path

    def _assignment(self, table: KeyPath) -> None:
        """Read key = value."""
        line, path = self._line(), table
        for key in self._key():
            path = (*path, key)
            self._lines.setdefault(path, line)
        self._expect("=")
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        start = self._text[self._at : self._at + 1]
        if start == "[":
            self._array(path)
        elif start == "{":
            self._inline_table(path)
        else:
            self._skip(_STRING if start in ('"', "'") else _SCALAR, required=True)

    def _array(self, path: KeyPath) -> None:
        self._at += 1
        number = 0
        while not self._ends("]"):
            self._lines.setdefault((*path, number), self._line())
            self._value((*path, number))
            number += 1
            self._comma("]")

    def _inline_table(self, path: KeyPath) -> None:
        self._at += 1
        while not self._ends("}"):
            self._assignment(path)
            self._comma("}")

    def _ends(self, end: str) -> bool:
        """Tell whether an array or a table ends here, and go behind the end."""
        self._skip(_BLANK)
        is_end = self._text.startswith(end, self._at)
        self._at += is_end
        return is_end

    def _comma(self, end: str) -> None:
        self._skip(_BLANK)
        if not self._text.startswith(end, self._at):
            self._expect(",")

    def _key(self) -> list[str]:
        """Read a key, with dots for keys inside keys."""
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            quoted = self._text[self._at : self._at + 1] in ('"', "'")
            written = self._skip(_STRING if quoted else _BARE_KEY, required=True)
            parts.append(_unquoted(written) if quoted else written)
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return parts
            self._at += 1

    def _skip(self, pattern: re.Pattern[str], *, required: bool = False) -> str:
        found = pattern.match(self._text, self._at)
        if found is None and required:
            raise _UnexpectedError
        if found is not None:
            self._at = found.end()
        return "" if found is None else found.group()

    def _expect(self, mark: str) -> None:
        self._skip(_SPACE)
        if not self._text.startswith(mark, self._at):
            raise _UnexpectedError
        self._at += len(mark)

    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1


class _UnexpectedError(Exception):
    """The text is no TOML from here on."""


def _unquoted(written: str) -> str:
    """Return the key that a string stands for, with its escapes read."""
    data: dict[str, Any] = tomllib.loads(f"key = {written}")
    return str(data["key"])
