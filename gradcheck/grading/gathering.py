"""The files of one submission as they are read, held to the limits."""

from __future__ import annotations

import dataclasses
from pathlib import PurePosixPath
from typing import IO, Final

from gradcheck.errors import LoadError
from gradcheck.grading.submission_names import printable

MOST_FILES: Final = 1000
"""Files that a submission may have (a count)."""

DEEPEST: Final = 20
"""Folders within folders (a count)."""

LONGEST_PATH: Final = 240
"""Of a file within its submission, in UTF-8 (bytes)."""

SMALL: Final = 1 << 20
"""Below this a file may be packed as well as it likes (bytes)."""

_JUNK: Final = frozenset({"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini"})
"""What systems leave behind; of hidden files and folders nothing is read either."""

_ARCHIVES: Final = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".rar", ".7z")


@dataclasses.dataclass(frozen=True)
class SubmittedFile:
    """One file of a submission.

    Attributes
    ----------
    path : str
        Within the submission, with / between folders; checked: no "..", not absolute, no control characters.
    content : bytes

    Examples
    --------
    >>> SubmittedFile("network.py", b"x = 1").path
    'network.py'
    """

    path: str
    content: bytes = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class ReadFiles:
    """What was read of one submission.

    Attributes
    ----------
    files : tuple of SubmittedFile
        By path.
    notes : tuple of str
        What was left out.

    Examples
    --------
    >>> ReadFiles(()).notes
    ()
    """

    files: tuple[SubmittedFile, ...]
    notes: tuple[str, ...] = ()


class Gathered:
    """Files as they are read, held to the limits.

    Parameters
    ----------
    most_bytes : int
        Of all files together.

    Examples
    --------
    >>> import io
    >>> gathered = Gathered(1000)
    >>> gathered.add("network.py", io.BytesIO(b"x = 1"))
    >>> gathered.left
    995
    """

    def __init__(self, most_bytes: int) -> None:
        self.left, self.most = most_bytes, most_bytes
        self.files: dict[str, bytes] = {}
        self.notes: list[str] = []

    def add(self, path: str, file: IO[bytes]) -> None:
        """Read one file, no further than the limit.

        Raises
        ------
        LoadError
            If it is one too many, or too much.
        """
        if len(self.files) >= MOST_FILES:
            raise LoadError(f"it has more than {MOST_FILES} files: hand in the program and what it needs")
        content = file.read(self.left + 1)
        self.left -= len(content)
        if self.left < 0:
            raise LoadError(f"it has more than {self.most / SMALL:g} MiB: hand in the program and what it needs")
        self.files[path] = content

    def read(self) -> ReadFiles:
        """Return what was read, by path."""
        return ReadFiles(tuple(SubmittedFile(*one) for one in sorted(self.files.items())), tuple(self.notes))


def is_junk(path: str) -> bool:
    """Tell whether a file is nothing that was handed in: hidden, compiled, or left behind by a system.

    Examples
    --------
    >>> is_junk("__MACOSX/._network.py"), is_junk("network.py")
    (True, False)
    """
    parts = PurePosixPath(path).parts
    return any(part in _JUNK or part.startswith(".") for part in parts) or path.endswith(".pyc")


def is_archive(path: str) -> bool:
    """Tell whether a file is named as an archive is.

    Examples
    --------
    >>> is_archive("hw.ZIP"), is_archive("mnist.pkl.gz")
    (True, False)
    """
    return path.lower().endswith(_ARCHIVES)


def is_odd(path: str) -> bool:
    """Tell whether a path has characters that do not show, or is too long or too deep to be written.

    Examples
    --------
    >>> is_odd("network.py"), is_odd("a" * 300)
    (False, True)
    """
    return (
        printable(path) != path
        or len(path.encode("utf-8", "replace")) > LONGEST_PATH
        or path.count("/") > DEEPEST
        or any(len(part.encode("utf-8", "replace")) > LONGEST_PATH for part in path.split("/"))
    )
