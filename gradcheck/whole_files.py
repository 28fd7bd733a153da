"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, text: str) -> Path:
    """Write a text so that whoever looks finds the old file or the new one, and no part of either.

    Raises
    ------
    OSError
        If it cannot be written; a file that was there is left as it was.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(Path(folder) / "a.txt", "whole").read_text()
    'whole'
    """
    return write_bytes_whole(path, text.encode())


def write_bytes_whole(path: Path, data: bytes) -> Path:
    """Write bytes so that whoever looks finds the old file or the new one, and no part of either.

    Raises
    ------
    OSError
        If they cannot be written; a file that was there is left as it was.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_bytes_whole(Path(folder) / "a.zip", b"PK").read_bytes()
    b'PK'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path
