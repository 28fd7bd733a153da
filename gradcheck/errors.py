"""What can go wrong, in plain words: every message shows the value that caused it."""

from __future__ import annotations

from typing import Final

USER_CODE_RAISES: Final = (Exception, SystemExit, GeneratorExit)
"""What the user's code may raise: all but the interrupt of the person at the keyboard. An exit is no verdict."""


def seen(value: object) -> str:
    """Return a few words for a value of the wrong kind.

    Examples
    --------
    >>> seen(None), seen((1, 2)), seen("x")
    ('None', '2 values', 'a str')
    """
    if isinstance(value, tuple | list):
        return f"{len(value)} values"
    return "None" if value is None else f"a {type(value).__name__}"


class GradcheckError(Exception):
    """Any error this package raises on purpose.

    Examples
    --------
    >>> issubclass(ShapeError, GradcheckError)
    True
    """


class UsageError(GradcheckError, ValueError):
    """The call itself is wrong: a target, a spec, an option, empty parameters (exit code 2).

    Examples
    --------
    >>> issubclass(UsageError, ValueError)
    True
    """


class ShapeError(UsageError):
    """Arrays that must fit together do not.

    Examples
    --------
    >>> str(ShapeError("x has 3 rows: the network has 2 inputs"))
    'x has 3 rows: the network has 2 inputs'
    """


class LoadError(UsageError):
    """A target that could not be found, read or imported.

    Examples
    --------
    >>> issubclass(LoadError, UsageError)
    True
    """


class UserCodeError(GradcheckError):
    """The user's own code raised; the exception it raised is the ``__cause__`` (exit code 4).

    Examples
    --------
    >>> issubclass(UserCodeError, UsageError)
    False
    """


class GradientMismatch(GradcheckError, AssertionError):
    """A gradient that was asserted did not agree; the report is the text.

    Examples
    --------
    >>> issubclass(GradientMismatch, AssertionError)
    True
    """


class BudgetExceeded(GradcheckError):
    """One more forward pass would have gone over `max_forward_passes`.

    Examples
    --------
    >>> issubclass(BudgetExceeded, GradcheckError)
    True
    """


class InconclusiveWarning(UserWarning):
    """A check within a test was inconclusive, and the test was told to go on (`--gradcheck-inconclusive=warn`).

    Examples
    --------
    >>> issubclass(InconclusiveWarning, GradcheckError)
    False
    """
