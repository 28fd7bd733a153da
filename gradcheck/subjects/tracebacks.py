"""Where in the user's files an exception comes from, without our own frames."""

from __future__ import annotations

import dataclasses
import os
import traceback
from pathlib import Path

from gradcheck.subjects.ownership import is_ours, is_users


@dataclasses.dataclass(frozen=True)
class UserFile:
    """A file of the user's, and the folder whose files count as the user's too.

    Attributes
    ----------
    path : Path
    folder : str

    Examples
    --------
    >>> from pathlib import Path
    >>> UserFile(Path("/home/ada/network.py"), "/home/ada").owns("/home/ada/mnist_loader.py")
    True
    """

    path: Path
    folder: str

    def owns(self, file: str) -> bool:
        """Tell whether a frame's file is the user's own."""
        return file == str(self.path) or is_users(file, self.folder)

    def line(self, error: BaseException) -> traceback.FrameSummary | None:
        """Return the innermost frame of an exception in the user's files."""
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if self.owns(frame.filename)]
        return frames[-1] if frames else None


def user_traceback(error: BaseException, *, inside: str | os.PathLike[str] | None) -> str:
    """Return the traceback of the user's exception, with the user's frames and those they called.

    Parameters
    ----------
    error : BaseException
    inside : path or None
        The user's file, or a folder: what stands before its first frame is cut away too.

    Returns
    -------
    str
        As Python prints it, causes and contexts included.

    Examples
    --------
    >>> print(user_traceback(ZeroDivisionError("division by zero"), inside=None), end="")
    ZeroDivisionError: division by zero
    """
    told = traceback.TracebackException.from_exception(error)
    waiting = [told]
    while waiting:
        one = waiting.pop()
        one.stack = _users_part(one.stack, None if inside is None else Path(os.path.abspath(inside)))
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


def _users_part(stack: traceback.StackSummary, inside: Path | None) -> traceback.StackSummary:
    """Return the frames of a stack from the user's first on, without ours."""
    frames = list(stack)
    start = next((i for i, frame in enumerate(frames) if _is_inside(frame.filename, inside)), 0)
    return traceback.StackSummary.from_list([frame for frame in frames[start:] if not is_ours(frame.filename)])


def _is_inside(file: str, inside: Path | None) -> bool:
    """Tell whether a frame's file is the one meant, or lies in the folder meant."""
    if inside is None or file.startswith("<"):
        return False
    return any(place == inside or inside in place.parents for place in (Path(file), Path(os.path.realpath(file))))
