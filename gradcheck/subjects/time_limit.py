"""A limit to the time that somebody else's code may take, where the system has timers."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Final, TypeVar

Result = TypeVar("Result")

LONGEST: Final = 1e8
"""Limits beyond this (three years) are no limit: timers cannot hold every float (seconds)."""

_PATIENCE: Final = 0.2
"""How long code may take to unwind before it is interrupted again (seconds)."""

_INSISTENCE: Final = 1e-6
"""The step of the times after which code that swallowed an interruption is interrupted again (seconds)."""

_SWEEP: Final = 50
"""How many such steps those times run through: one of them ends between a `try` and its next turn (counts)."""

_AT_ONCE: Final = 1e-3
"""When somebody else's timer rings that ran out while ours was set (seconds)."""


class TimeIsUp(BaseException):
    """The time is up; not an Exception, so that a loop that catches those ends too.

    Attributes
    ----------
    file : str or None
        The file of the user's that was running.
    line : int or None

    Examples
    --------
    >>> TimeIsUp("network.py", 12).line
    12
    """

    def __init__(self, file: str | None, line: int | None) -> None:
        super().__init__(file, line)
        self.file = file
        self.line = line


def can_limit() -> bool:
    """Tell whether a limit holds here: only where there are timers, and only in the main thread.

    Examples
    --------
    >>> can_limit() in (True, False)
    True
    """
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


def run_within(seconds: float, act: Callable[[], Result], *, is_users: Callable[[str], bool]) -> Result:
    """Call `act`, for at most so many seconds where `can_limit()` holds and without a limit elsewhere.

    One long call of compiled code (a huge matrix product) is interrupted only when it returns.

    Parameters
    ----------
    seconds : float
        More than 0; more than LONGEST means no limit.
    act : callable
    is_users : callable
        is_users(file) tells which frames are the user's.

    Returns
    -------
    object
        What `act` returns.

    Raises
    ------
    TimeIsUp
        If it took longer, even when `act` swallowed the interruption and went on.

    Examples
    --------
    >>> run_within(10.0, lambda: 3, is_users=lambda file: True)
    3
    """
    if not can_limit() or not (seconds <= LONGEST):
        return act()
    bell = _Bell(is_users)
    # Stopped first: somebody else's alarm must not ring at our bell.
    remaining, interval = signal.setitimer(signal.ITIMER_REAL, 0)
    started = time.monotonic()
    handler = signal.signal(signal.SIGALRM, bell)
    signal.setitimer(signal.ITIMER_REAL, seconds, _PATIENCE)
    try:
        return _guarded(act, bell)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if handler is None else handler)
        if remaining:
            left = remaining - (time.monotonic() - started)
            signal.setitimer(signal.ITIMER_REAL, max(left, _AT_ONCE), interval)


class _Bell:
    """The handler of the alarm: raises, again and again, as long as the limited code is on the stack."""

    def __init__(self, is_users: Callable[[str], bool]) -> None:
        self.is_users = is_users
        self.rung: TimeIsUp | None = None
        self.again = 0

    def __call__(self, signal_number: int, frame: FrameType | None) -> None:
        """Raise TimeIsUp, with the line of the user's file that was running."""
        if not _is_running(frame):
            return
        if self.rung is None:
            self.rung = TimeIsUp(*_users_line(frame, self.is_users))
        else:
            self.again += 1
            signal.setitimer(signal.ITIMER_REAL, _INSISTENCE * (1 + self.again % _SWEEP), _PATIENCE)
        raise self.rung.with_traceback(None)


def _guarded(act: Callable[[], Result], bell: _Bell) -> Result:
    """Call `act`, and say that the time is up whatever it made of the interruption."""
    try:
        result = _limited(act)
    except KeyboardInterrupt:
        raise
    except BaseException:
        if bell.rung is None:
            raise
    else:
        if bell.rung is None:
            return result
    raise bell.rung.with_traceback(None)


def _limited(act: Callable[[], Result]) -> Result:
    """Call `act`: the frame that tells the bell that the limited code is running."""
    return act()


def _is_running(frame: FrameType | None) -> bool:
    """Tell whether the limited code is on the stack: what puts things in order afterwards is never interrupted."""
    while frame is not None:
        if frame.f_code is _limited.__code__:
            return True
        frame = frame.f_back
    return False


def _users_line(frame: FrameType | None, is_users: Callable[[str], bool]) -> tuple[str | None, int | None]:
    """Return file and line of the innermost frame that is the user's."""
    while frame is not None:
        if is_users(frame.f_code.co_filename):
            return frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back
    return None, None
