"""The files of a submission's folder, or one file alone: bounded, and never through a link."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gradcheck.errors import LoadError
from gradcheck.grading.gathering import (
    DEEPEST,
    Gathered,
    ReadFiles,
    is_junk,
    is_odd,
)
from gradcheck.grading.submission_names import printable

_READ_ONLY: Final = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)


def files_of_folder(folder: Path, most_bytes: int) -> ReadFiles:
    """Read the files of a folder and those in it; links are left out, and said to be.

    Raises
    ------
    LoadError
        If there are too many, too much, too deep, or one cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "network.py").write_text("x = 1")
    >>> files_of_folder(folder, 1000).files
    (SubmittedFile(path='network.py'),)
    """
    gathered = Gathered(most_bytes)
    for path, entry in _walked(folder, ""):
        if is_odd(path):
            gathered.notes.append(f"the name {printable(path)} cannot be written everywhere: the file was left out")
        else:
            _add_file(gathered, path, Path(entry.path))
    return gathered.read()


def file_alone(path: Path, most_bytes: int) -> bytes:
    """Return the content of one file.

    Raises
    ------
    LoadError
        If it is a link or no plain file, is too large, or cannot be read.

    Examples
    --------
    >>> len(file_alone(Path(__file__), 1_000_000)) > 1000
    True
    """
    gathered = Gathered(most_bytes)
    _add_file(gathered, path.name, path)
    if path.name not in gathered.files:
        raise LoadError("it is a symbolic link or no plain file: hand in the file itself")
    return gathered.files[path.name]


def _walked(folder: Path, before: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield what is in a folder and the folders in it, with its path; links are yielded and not followed."""
    if before.count("/") > DEEPEST:
        raise LoadError(f"it has folders more than {DEEPEST} deep: hand in the program and what it needs")
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        raise LoadError(f"the folder {printable(before) or 'itself'} cannot be read: {error.strerror}") from error
    for entry in entries:
        path = f"{before}{entry.name}"
        if is_junk(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walked(Path(entry.path), f"{path}/")
        else:
            yield path, entry


def _add_file(gathered: Gathered, path: str, file: Path) -> None:
    """Read a plain file; anything else, a pipe say, is left out: to open one could wait for ever."""
    if file.is_symlink():
        gathered.notes.append(f"{printable(path)} is a symbolic link: it was left out")
        return
    try:
        descriptor = os.open(file, _READ_ONLY)
    except OSError as error:  # among these: it has become a link since
        raise LoadError(f"{printable(path)} cannot be read: {error.strerror}") from error
    with os.fdopen(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            gathered.notes.append(f"{printable(path)} is no plain file: it was left out")
            return
        gathered.add(path, opened)
