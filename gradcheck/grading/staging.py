"""Submissions are copied into a folder of their own before they run, and what they leave behind is measured and taken away."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gradcheck.errors import UsageError

MOST_FILES: Final = 1000
"""Files of one submission (a count)."""

MOST_BYTES: Final = 64 * 2**20
"""Of one submission in all [bytes]."""

_FOLDER: Final = 0o755
_FILE: Final = 0o644
"""Another user reads them, whatever the umask is."""


def stage(source: Path, entry: str, code: Path) -> Path:
    """Copy a submission, one file or a folder, into an empty folder; return the copy of the file to import.

    Raises
    ------
    UsageError
        If it is not there, has links or devices in it, is too large, or lacks its entry file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "network.py").write_text("w = 1")
    ...     (Path(folder) / "code").mkdir()
    ...     stage(Path(folder) / "network.py", "", Path(folder) / "code").name
    'network.py'
    """
    total = 0
    for number, (path, relative) in enumerate(_files(source)):
        raw = _read(path)
        total += len(raw)
        if number >= MOST_FILES or total > MOST_BYTES:
            raise UsageError(f"{source} has more than {MOST_FILES} files or {MOST_BYTES} bytes: a submission has less")
        target = code / relative
        for folder in reversed([parent for parent in target.parents if code in parent.parents]):
            folder.mkdir(exist_ok=True)
            folder.chmod(_FOLDER)
        target.write_bytes(raw)
        target.chmod(_FILE)
    entry = entry or source.name
    if not entry.isprintable():
        raise UsageError(f"{entry!r} is no name that can be imported: letters, digits and the like are required")
    if not (code / entry).is_file():
        raise UsageError(f"{source} has no file {entry!r}: the submission's entry file is required")
    return code / entry


def _files(source: Path) -> Iterator[tuple[Path, Path]]:
    """Yield the files of a submission with their places in it; links are refused, wherever they lead."""
    if source.is_symlink():
        raise UsageError(f"{source} is a symbolic link: the file itself is required")
    if not source.is_dir():
        yield source, Path(source.name)
        return
    for folder, folders, files in os.walk(source):
        here = Path(folder)
        for name in (*folders, *files):
            if (here / name).is_symlink():
                raise UsageError(f"{here / name} is a symbolic link: a submission holds files and folders only")
        folders[:] = sorted(name for name in folders if name not in ("__pycache__", ".git"))
        yield from ((here / name, (here / name).relative_to(source)) for name in sorted(files))


def _read(path: Path) -> bytes:
    """Return the bytes of a file that is a plain one when it is opened, and not larger than a submission may be."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    with os.fdopen(opened, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise UsageError(f"{path} is no plain file: a submission holds files and folders only")
        return file.read(MOST_BYTES + 1)


def used_bytes(folder: Path) -> int:
    """Return how much is stored in the files of a folder, a thousand bytes for each file among it [bytes].

    Examples
    --------
    >>> used_bytes(Path("/nowhere"))
    0
    """
    total = 0
    try:
        names = os.listdir(folder)
    except OSError:
        return 0
    for name in names:
        try:
            status = os.lstat(folder / name)
        except OSError:
            continue
        total += 1000 + max(status.st_size, 512 * status.st_blocks)
    return total


def empty(folder: Path) -> None:
    """Take away all that is in a folder, and leave the folder itself.

    Folders in it are lifted to its top first: they may be nested deeper than any path is long.
    """
    lifted = 0
    while names := os.listdir(folder):
        for name in names:
            path = folder / name
            if path.is_symlink() or not path.is_dir():
                path.unlink()
                continue
            path.chmod(0o700)
            for inner in os.listdir(path):
                (path / inner).rename(folder / f"lifted {lifted}")
                lifted += 1
            path.rmdir()
