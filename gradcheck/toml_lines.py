"""On which line of a TOML file each key and each element stands: what its reader does not say, and an error needs."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from bisect import bisect_right
from pathlib import Path
from typing import Any, Final

from gradcheck.errors import UsageError

KeyPath = tuple[str | int, ...]
"""The keys from the top to a value; a whole number is a place in a list, counted from 0."""

_SPACE: Final = re.compile(r"[ \t]*")
_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_STRING: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}' + r"|'''.*?'{3,5}" + r'|"(?:\\.|[^"\\])*"' + r"|'[^']*'", re.DOTALL
)
_BARE_VALUE: Final = re.compile(r"[^,\]}#\r\n]+")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+$")


@dataclasses.dataclass(frozen=True)
class TomlFile:
    """A TOML file that was read.

    Attributes
    ----------
    path : Path
    text : str
    data : dict
        What tomllib makes of it.
    lines : dict of KeyPath to int
        The line of everything in it.

    Examples
    --------
    >>> TomlFile(Path("some.toml"), "a = 1", {"a": 1}, {("a",): 1}).where(("a",))
    'some.toml, line 1: a'
    """

    path: Path
    text: str
    data: dict[str, Any]
    lines: dict[KeyPath, int]

    def where(self, path: KeyPath) -> str:
        """Return the file, the line and the key path in words."""
        words = words_of(path)
        return f"{self.path}, line {line_of(self.lines, path)}" + (f": {words}" if words else "")


def read_toml(path: Path) -> TomlFile:
    """Read a TOML file.

    Raises
    ------
    UsageError
        If there is no such file, or it is no TOML; with the line.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "some.toml"
    >>> _ = file.write_text("a = 1")
    >>> read_toml(file).data
    {'a': 1}
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")  # some editors begin a file with a mark
        return TomlFile(path, text, tomllib.loads(text), lines_of(text))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UsageError(
            f"{path}, line {line}: the byte 0x{error.object[error.start]:02x} is not UTF-8: save the file as UTF-8"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not TOML: {error}") from error
    except RecursionError as error:
        raise UsageError(f"{path} is no TOML that can be read: lists or tables in it are nested too deep") from error


def lines_of(text: str) -> dict[KeyPath, int]:
    """Return the line, counted from 1, of every key, table and list element of a text that is TOML.

    Examples
    --------
    >>> lines_of('[[item]]\\nid = "a"\\n[[item]]\\nid = "b"\\nof = [1,\\n2]')
    {('item',): 1, ('item', 0): 1, ('item', 0, 'id'): 2, ('item', 1): 3, ('item', 1, 'id'): 4, ('item', 1, 'of'): 5, ('item', 1, 'of', 0): 5, ('item', 1, 'of', 1): 6}
    """
    return _Scanner(text).scan()


def line_of(lines: dict[KeyPath, int], path: KeyPath) -> int:
    """Return the line of a key path, or of the nearest table around what is not there; 1 for the file itself.

    Examples
    --------
    >>> line_of({("item",): 3}, ("item", 0, "points")), line_of({}, ("item",))
    (3, 1)
    """
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


def words_of(path: KeyPath) -> str:
    """Return a key path as people write it, places counted from 1.

    Examples
    --------
    >>> words_of(("item", 2, "points")), words_of(("a b", "c"))
    ('item 3, points', '"a b".c')
    """
    words = ""
    for key in path:
        if isinstance(key, int):
            words += f" {key + 1}"
        else:
            after = "" if not words else ", " if words[-1].isdigit() and " " in words else "."
            words += after + (key if _BARE.match(key) else f'"{key}"')
    return words


class _Scanner:
    """Goes once through a text that tomllib has read, and so need not check it."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.starts = [match.end() for match in re.finditer("\n", text)]
        self.lines: dict[KeyPath, int] = {}
        self.lengths: dict[KeyPath, int] = {}  # of the lists of tables: how many [[...]] were met

    def scan(self) -> dict[KeyPath, int]:
        """Return the lines."""
        table: KeyPath = ()
        while self._skip(_BLANK) < len(self.text):
            table = self._header() if self.text[self.at] == "[" else self._pair(table)
        return self.lines

    def _skip(self, pattern: re.Pattern[str]) -> int:
        """Go on to the end of what a pattern matches here."""
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def _note(self, path: KeyPath) -> None:
        self.lines.setdefault(path, bisect_right(self.starts, self.at) + 1)

    def _header(self) -> KeyPath:
        """Read [a.b] or [[a.b]] and return the path of its table."""
        is_list = self.text.startswith("[[", self.at)
        begin = self.at
        self.at += 2 if is_list else 1
        keys = self._keys()
        end, self.at = self.at + (2 if is_list else 1), begin
        path: KeyPath = ()
        for number, key in enumerate(keys, 1):
            path = (*path, key)
            self._note(path)
            if number == len(keys) and is_list:
                self.lengths[path] = self.lengths.get(path, 0) + 1
            if path in self.lengths:
                path = (*path, self.lengths[path] - 1)
                self._note(path)
        self.at = end
        return path

    def _pair(self, table: KeyPath) -> KeyPath:
        """Read key = value, and return the table that it stands in."""
        begin = self.at
        keys = self._keys()
        end, self.at = self.at, begin
        for length in range(1, len(keys) + 1):
            self._note((*table, *keys[:length]))
        self.at = end + 1
        self._skip(_SPACE)
        self._value((*table, *keys))
        return table

    def _keys(self) -> list[str]:
        """Read a dotted key, up to what follows it."""
        keys = []
        while True:
            self._skip(_SPACE)
            begin = self.at
            if self.text[begin] in "\"'":
                keys.append(next(iter(tomllib.loads(self.text[begin : self._skip(_STRING)] + "=0"))))
            else:
                keys.append(self.text[begin : self._skip(_BARE_KEY)])
            self._skip(_SPACE)
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _value(self, path: KeyPath) -> None:
        """Read one value of any kind."""
        start = self.text[self.at]
        if start in "\"'":
            self._skip(_STRING)
        elif start == "[":
            self._list(path)
        elif start == "{":
            self._inline_table(path)
        else:
            self._skip(_BARE_VALUE)

    def _list(self, path: KeyPath) -> None:
        self.at += 1
        place = 0
        while self.text[self._skip(_BLANK)] != "]":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._note((*path, place))
            self._value((*path, place))
            place += 1
        self.at += 1

    def _inline_table(self, path: KeyPath) -> None:
        self.at += 1
        while self.text[self._skip(_BLANK)] != "}":
            if self.text[self.at] == ",":
                self.at += 1
            else:
                self._pair(path)
        self.at += 1
