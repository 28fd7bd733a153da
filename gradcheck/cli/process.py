"""What is set in the process of a command, before anything heavy is imported."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from typing import Final, NoReturn

ENDING: Final = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""What ends a program politely, beside ctrl-C."""


class Ended(KeyboardInterrupt):
    """The process was told to end, by a signal that is treated as ctrl-C is.

    Parameters
    ----------
    number : int
        Of the signal.

    Examples
    --------
    >>> Ended(signal.SIGTERM).number == signal.SIGTERM
    True
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def own_the_process() -> None:
    """Set what must be set before numpy is imported: one BLAS thread, for small arrays that several only slow down.

    Examples
    --------
    >>> own_the_process()
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


@contextlib.contextmanager
def ended_as_by_ctrl_c() -> Iterator[None]:
    """Raise `Ended` where SIGTERM or SIGHUP would end the process at once; a signal that was ignored before (nohup) stays so.

    Examples
    --------
    >>> try:
    ...     with ended_as_by_ctrl_c():
    ...         signal.raise_signal(signal.SIGTERM)
    ... except Ended as ended:
    ...     ended.number
    15
    """
    is_main = threading.current_thread() is threading.main_thread()  # no other thread may set what a signal does
    plain = [number for number in ENDING if is_main and signal.getsignal(number) is signal.SIG_DFL]
    for number in plain:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in plain:
            signal.signal(number, signal.SIG_DFL)


def _end(number: int, _: object) -> NoReturn:
    raise Ended(number)
