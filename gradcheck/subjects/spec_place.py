"""Which files declare subjects; light enough to be asked at every start of pytest."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from gradcheck.errors import UsageError

FILE_NAME: Final = "gradcheck.toml"
PYPROJECT: Final = "pyproject.toml"

TABLE: Final = {PYPROJECT: ("tool", "gradcheck")}
"""The table of a file of that name in which all stands; of any other file it is the file itself."""


def declares(path: Path) -> bool:
    """Tell whether a file is a gradcheck.toml, or a pyproject.toml with [tool.gradcheck] that no gradcheck.toml beside it hides.

    A pyproject.toml that does not mention gradcheck is read, and no more. One that is no TOML counts where it has tool.gradcheck
    written in it: whoever reads it then says what is wrong.

    Examples
    --------
    >>> declares(Path("gradcheck.toml")), declares(Path("setup.cfg"))
    (True, False)
    """
    if path.name != PYPROJECT or (path.parent / FILE_NAME).is_file():
        return path.name == FILE_NAME
    try:
        data = path.read_bytes()
        if b"gradcheck" not in data:
            return False
        found: Any = parsed(text_of(path), path)
    except OSError:
        return False
    except UsageError:
        return b"tool.gradcheck" in data
    for key in TABLE[PYPROJECT]:
        found = found.get(key) if isinstance(found, dict) else None
    return found is not None


def text_of(path: Path) -> str:
    """Return a file's text; a byte order mark, as some editors of Windows write one, is no part of it.

    Raises
    ------
    UsageError
        If it cannot be read, or is no text in UTF-8.

    Examples
    --------
    >>> text_of(Path(__file__)).splitlines()[2]
    'from __future__ import annotations'
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{shown(path)} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{shown(path)} is not TOML: {error}") from error


def parsed(text: str, path: Path) -> dict[str, Any]:
    """Return what a text says as TOML.

    Raises
    ------
    UsageError
        If it is not TOML; the message says where.

    Examples
    --------
    >>> parsed("a = 1", Path("gradcheck.toml"))
    {'a': 1}
    """
    import tomllib

    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{shown(path)} is not TOML: {error}") from error


def shown(path: Path, line: int = 0) -> str:
    """Return a file in words, as seen from the current folder where it is below, with a line where one is known.

    Examples
    --------
    >>> shown(Path.cwd() / "gradcheck.toml", 3), shown(Path("/nowhere/gradcheck.toml"))
    ('gradcheck.toml, line 3', '/nowhere/gradcheck.toml')
    """
    absolute, here = Path.cwd() / path, Path.cwd()
    name = absolute.relative_to(here) if absolute.is_relative_to(here) else path
    return f"{name}, line {line}" if line else str(name)
