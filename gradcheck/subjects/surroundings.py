"""What a user's file sees of the process while it is imported."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

from gradcheck.subjects.plots_off import plots_off
from gradcheck.subjects.streams import no_input, onto
from gradcheck.subjects.tracebacks import UserFile
from gradcheck.subjects.user_folders import opened


@contextlib.contextmanager
def surroundings(file: UserFile) -> Iterator[None]:
    """Change the process to what the user's file should see, and back, whatever happens.

    Examples
    --------
    >>> import sys
    >>> from pathlib import Path
    >>> with surroundings(UserFile(Path("/home/ada/network.py"), "/home/ada")):
    ...     raise RuntimeError(sys.argv)
    Traceback (most recent call last):
    RuntimeError: ['/home/ada/network.py']
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(_same_folder())
        outputs = onto(sys.stderr), onto(sys.stderr)
        for name, value in (("argv", [str(file.path)]), ("stdin", no_input()), ("dont_write_bytecode", True)):
            stack.enter_context(_replaced(name, value))
        for name, output in zip(("stdout", "stderr"), outputs, strict=True):
            stack.enter_context(_replaced(name, output))
        stack.enter_context(opened(file.folder))
        stack.enter_context(plots_off())
        yield


@contextlib.contextmanager
def _replaced(name: str, value: object) -> Iterator[None]:
    """Set an attribute of sys, and set it back."""
    before = getattr(sys, name)
    setattr(sys, name, value)
    try:
        yield
    finally:
        setattr(sys, name, before)


@contextlib.contextmanager
def _same_folder() -> Iterator[None]:
    """Go back to the current folder afterwards."""
    before = os.getcwd()
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.chdir(before)
