"""A TOML file with what it says, and words for where in it something stands."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path
from typing import Any, Final

from gradcheck.errors import UsageError
from gradcheck.subjects.toml_lines import KeyPath, TomlLines

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
    lines : TomlLines
        The line of everything in it.

    Examples
    --------
    >>> TomlFile(Path("some.toml"), "a = 1", {"a": 1}, TomlLines("a = 1")).where(("a",))
    'some.toml, line 1: a'
    """

    path: Path
    text: str
    data: dict[str, Any]
    lines: TomlLines

    def line_of(self, path: KeyPath) -> int:
        """Return the line of a key path, or of the nearest table around what is not there; 1 for the file itself."""
        return self.lines.of(path) or 1

    def where(self, path: KeyPath) -> str:
        """Return the file, the line and the key path in words."""
        words = words_of(path)
        return f"{self.path}, line {self.line_of(path)}" + (f": {words}" if words else "")


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
        # Some editors begin a file with a mark, or end its lines with two characters.
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        return TomlFile(path, text, tomllib.loads(text), TomlLines(text))
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
