"""Whose a frame is, and the tracebacks of users' exceptions without our own frames."""

from __future__ import annotations

import dataclasses
import importlib
import os
import traceback
from pathlib import Path
from types import ModuleType
from typing import Final

_PACKAGE: Final = Path(__file__).parent.parent
_EXAMPLES: Final = _PACKAGE / "examples"
_IMPORTLIB: Final = Path(importlib.__file__).parent
_STANDARD: Final = Path(os.__file__).parent
_INSTALLED: Final = {"site-packages", "dist-packages"}


@dataclasses.dataclass(frozen=True)
class UserFile:
    """A file of the user's, and the folder whose files count as the user's too.

    Examples
    --------
    >>> from pathlib import Path
    >>> ada = UserFile(Path("/home/ada/network.py"), "/home/ada")
    >>> ada.owns("/home/ada/mnist_loader.py"), ada.owns("/home/ada/.venv/lib/site-packages/numpy/linalg.py")
    (True, False)
    >>> import json
    >>> everything = UserFile(Path("/network.py"), "/")
    >>> everything.owns(json.__file__), everything.owns(__file__)
    (False, False)
    """

    path: Path
    folder: str

    def owns(self, file: str) -> bool:
        """Tell whether a file is the user's own: this one, or one in the folder and in no Python that lies there."""
        place, folder = Path(file), Path(self.folder)
        if place == self.path:
            return True
        if is_ours(file) or not place.is_relative_to(folder):
            return False
        in_python = _STANDARD.is_relative_to(folder) and place.is_relative_to(_STANDARD)
        return not in_python and _INSTALLED.isdisjoint(place.relative_to(folder).parts)

    def brought(self, module: ModuleType) -> bool:
        """Tell whether a module is a file or a folder of the user's."""
        # Its dictionary, as a module may answer for every name; a folder without __init__.py is a module without a file.
        held = getattr(module, "__dict__", {})
        places = [held.get("__file__"), *(held.get("__path__") or ())]
        return any(isinstance(place, str) and self.owns(place) for place in places)

    def line(self, error: BaseException) -> traceback.FrameSummary | None:
        """Return the innermost frame of an exception in the user's files."""
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if self.owns(frame.filename)]
        return frames[-1] if frames else None


def is_ours(file: str) -> bool:
    """Tell whether a file is gradcheck's own or the import machinery's; the examples count as a user's.

    Examples
    --------
    >>> is_ours(__file__), is_ours("<frozen importlib._bootstrap>"), is_ours("/home/ada/network.py")
    (True, True, False)
    >>> from gradcheck.examples import network_right
    >>> is_ours(network_right.__file__)
    False
    """
    place = Path(file)
    ours = place.is_relative_to(_PACKAGE) and not place.is_relative_to(_EXAMPLES)
    return ours or file.startswith("<frozen importlib") or place.is_relative_to(_IMPORTLIB)


def user_traceback(error: BaseException, *, inside: str | os.PathLike[str] | None) -> str:
    """Return the traceback of the user's exception, with the user's frames and those they called, causes included.

    Parameters
    ----------
    error : BaseException
    inside : path or None
        The user's file, or a folder: what stands before its first frame is cut away too.

    Examples
    --------
    >>> print(user_traceback(ZeroDivisionError("division by zero"), inside=None), end="")
    ZeroDivisionError: division by zero
    """
    told = traceback.TracebackException.from_exception(error)
    waiting = [told]
    while waiting:
        one = waiting.pop()
        one.stack = _users_part(one.stack, None if inside is None else os.path.realpath(inside))
        waiting.extend(behind for behind in (one.__cause__, one.__context__, *(one.exceptions or ())) if behind)
    return "".join(told.format())


def describe(error: BaseException) -> str:
    """Return an exception in one line, even if its own text cannot be had.

    Examples
    --------
    >>> describe(ValueError("no\\nsuch thing"))
    'ValueError: no such thing'
    """
    return " ".join("".join(traceback.TracebackException(type(error), error, None).format_exception_only()).split())


def _users_part(stack: traceback.StackSummary, inside: str | None) -> traceback.StackSummary:
    """Return the frames of a stack from the user's first on, without ours."""
    frames = list(stack)
    start = next((i for i, frame in enumerate(frames) if inside and _lies_in(frame.filename, inside)), 0)
    return traceback.StackSummary.from_list([frame for frame in frames[start:] if not is_ours(frame.filename)])


def _lies_in(file: str, place: str) -> bool:
    """Tell whether a frame's file is the one meant, or lies in the folder meant."""
    return Path(os.path.realpath(file)).is_relative_to(place)
