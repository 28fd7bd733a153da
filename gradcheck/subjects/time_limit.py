"""A limit to the time that a user's code may take, where the system has timers."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Final

_LONGEST: Final = 1e8
"""Three years stand for no limit: timers cannot hold every float (seconds)."""

_AT_ONCE: Final = 1e-3
"""When somebody else's timer rings that ran out while ours was set (seconds)."""


class TimeIsUp(BaseException):
    """The time is up; not an Exception, so that a loop that catches those ends too.

    Examples
    --------
    >>> issubclass(TimeIsUp, Exception)
    False
    """


def can_limit() -> bool:
    """Tell whether a limit holds here: only where there are timers, and only in the main thread.

    Examples
    --------
    >>> can_limit() in (True, False)
    True
    """
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


def run_within(seconds: float, act: Callable[[], ModuleType]) -> ModuleType:
    """Call `act`; where `can_limit()` holds, interrupt it once, with TimeIsUp, after so many seconds.

    One long call of compiled code (a huge matrix product) is interrupted only when it returns.

    Examples
    --------
    >>> import math
    >>> run_within(10.0, lambda: math).__name__
    'math'
    """
    if not can_limit():
        return act()
    # Stopped first: somebody else's alarm must not ring at our bell.
    remaining, interval = signal.setitimer(signal.ITIMER_REAL, 0)
    started = time.monotonic()
    handler = signal.signal(signal.SIGALRM, _ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, min(seconds, _LONGEST))
        try:
            return act()
        finally:
            # It may still ring here, but only once: the outer `finally` is never interrupted.
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.signal(signal.SIGALRM, signal.SIG_DFL if handler is None else handler)
        if remaining:
            left = remaining - (time.monotonic() - started)
            signal.setitimer(signal.ITIMER_REAL, max(left, _AT_ONCE), interval)


def _ring(signal_number: int, frame: FrameType | None) -> None:
    """Raise TimeIsUp; its traceback says where the code was."""
    raise TimeIsUp
