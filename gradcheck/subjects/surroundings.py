"""What a user's file sees of the process while it is imported, and how the process is put back."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import io
import os
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any, TextIO

from gradcheck.subjects.tracebacks import UserFile


class NoInputError(EOFError):
    """Somebody asked for input where there is none.

    Examples
    --------
    >>> issubclass(NoInputError, EOFError)
    True
    """


class _NoInput(io.RawIOBase):
    """An input that is closed, and says so when it is read."""

    def readable(self) -> bool:
        """Say yes: the attempt is what is reported."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Raise NoInputError."""
        raise NoInputError("standard input is closed")


@dataclasses.dataclass(frozen=True)
class _Visit:
    """What one load found in sys.modules, and what it left at the end of sys.path."""

    file: UserFile
    modules: dict[str, ModuleType]
    entries: list[str]


_visits: list[_Visit] = []
"""The loads that `forget()` has not undone: one, or more where a file loads another."""


@contextlib.contextmanager
def surroundings(file: UserFile) -> Iterator[None]:
    """Change the process to what the user's file should see, and back, whatever happens.

    Afterwards its folder, and what it added to sys.path itself, are at the end of sys.path, where they shadow nothing.

    Examples
    --------
    >>> import sys
    >>> from pathlib import Path
    >>> with surroundings(UserFile(Path("/home/ada/network.py"), "/home/ada")):
    ...     raise RuntimeError(sys.argv)
    Traceback (most recent call last):
    RuntimeError: ['/home/ada/network.py']
    """
    changed = ("argv", "stdin", "stdout", "stderr", "dont_write_bytecode", "path")
    before = {name: getattr(sys, name) for name in changed}
    modules, entries = dict(sys.modules), list(sys.path)
    left: list[str] = []
    try:
        sys.argv, sys.dont_write_bytecode, sys.stdout = [str(file.path)], True, _standard_error()
        sys.stderr = _standard_error()
        sys.stdin = io.TextIOWrapper(io.BufferedReader(_NoInput()), encoding="utf-8")
        sys.path.insert(0, file.folder)
        with contextlib.chdir("."), _plots_off():
            yield
        left = [entry for entry in dict.fromkeys([file.folder, *sys.path]) if entry not in entries]
    finally:
        for name, value in before.items():
            setattr(sys, name, value)
        sys.path[:] = [*entries, *left]
        _visits.append(_Visit(file, modules, left))


def forget() -> None:
    """Forget what earlier loads imported from users' folders, so that no file gets the siblings of another.

    Examples
    --------
    >>> forget()
    """
    while _visits:
        visit = _visits.pop()
        sys.path[:] = [entry for entry in sys.path if entry not in visit.entries]
        for name, module in list(sys.modules.items()):
            before = visit.modules.get(name)
            if before is not module and visit.file.brought(module):
                del sys.modules[name]
                if before is not None:  # imported by somebody else, a test say, who goes on with it
                    sys.modules[name] = before
    importlib.invalidate_caches()


def _standard_error() -> TextIO | None:
    """Return a stream to where standard error goes; to wrap, detach or close it does no harm to ours."""
    try:
        return open(sys.stderr.fileno(), "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)
    except (AttributeError, OSError):
        # There is none (pythonw), or it is no file (a notebook, a test).
        return sys.stderr


@contextlib.contextmanager
def _plots_off() -> Iterator[None]:
    """Let matplotlib draw into memory only, and a pyplot that is imported already show nothing."""
    backend, pyplot = os.environ.get("MPLBACKEND"), sys.modules.get("matplotlib.pyplot")
    show = getattr(pyplot, "show", None)
    os.environ["MPLBACKEND"] = "Agg"
    try:
        if pyplot is not None:
            setattr(pyplot, "show", lambda *args, **kwargs: None)  # noqa: B010 - mypy knows no such attribute
        yield
    finally:
        if pyplot is not None:
            setattr(pyplot, "show", show)  # noqa: B010
        os.environ.pop("MPLBACKEND", None)
        if backend is not None:
            os.environ["MPLBACKEND"] = backend
