"""All that may be chosen for a test: the names, what they are for, and how a value is read wherever it stands."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest


class Inconclusive(enum.Enum):
    """What becomes of a test whose check is inconclusive.

    Examples
    --------
    >>> Inconclusive("warn")
    <Inconclusive.WARN: 'warn'>
    """

    FAIL = "fail"
    """It fails: nothing was shown."""
    WARN = "warn"
    """It goes on, with an InconclusiveWarning."""
    SKIP = "skip"
    """It is skipped, with the reason."""


@dataclasses.dataclass(frozen=True)
class Choice:
    """One thing that may be chosen: its name, what it is for, and how a value of it is read.

    Examples
    --------
    >>> CHOICES["budget"].read("40", "--gradcheck-budget")
    40
    """

    metavar: str
    help: str
    read: Callable[[Any, str], Any]


def whole(least: int, most: int | None = None) -> Callable[[Any, str], int]:
    """Return a reader of whole numbers in a range.

    Examples
    --------
    >>> whole(0, 4)("3", "--gradcheck-explain")
    3
    """
    span = f"of at least {least}" if most is None else f"from {least} to {most}"

    def read(value: Any, origin: str) -> int:
        try:
            number = int(value) if isinstance(value, str) else value.__index__()
        except (ValueError, AttributeError):
            number = least - 1
        if isinstance(value, bool) or number < least or (most is not None and number > most):
            raise pytest.UsageError(f"{origin} is {value!r}: a whole number {span} is required")
        return int(number)

    return read


def one_of(*words: str) -> Callable[[Any, str], str]:
    """Return a reader of one of some words, or of an enumeration's member with that value.

    Examples
    --------
    >>> one_of("refuse", "accept")("accept", "--gradcheck-subgradients")
    'accept'
    """

    def read(value: Any, origin: str) -> str:
        word = value.value if isinstance(value, enum.Enum) else value
        if not isinstance(word, str) or word not in words:
            listed = f"{', '.join(words[:-1])} or {words[-1]}"
            raise pytest.UsageError(f"{origin} is {value!r}: {listed} is required")
        return word

    return read


def _policy(value: Any, origin: str) -> Inconclusive:
    return Inconclusive(one_of(*(one.value for one in Inconclusive))(value, origin))


def _folder(value: Any, origin: str) -> Path:
    if not str(value).strip():
        raise pytest.UsageError(f"{origin} is {value!r}: the name of a folder is required")
    return Path(value)


CHOICES: Final = {
    "seed": Choice("N", "Reproduces all checks. [default: a new one, shown]", whole(0)),
    "explain": Choice(
        "LEVEL",
        "How much a failure tells: 0 pass or fail, 1 where, 2 how and a hint, 3 the mistake by name, 4 the right numbers too. [default: 4]",
        whole(0, 4),
    ),
    "budget": Choice(
        "PASSES",
        "Forward passes at most of one test; what they leave open is inconclusive. [default: no limit]",
        whole(1),
    ),
    "inconclusive": Choice(
        "{fail,warn,skip}", "What becomes of a test whose check is inconclusive. [default: fail]", _policy
    ),
    "subgradients": Choice(
        "{refuse,accept}",
        "Whether a claim between the slopes of both sides of a kink is right. [default: refuse]",
        one_of("refuse", "accept"),
    ),
    "report": Choice("DIR", "Write all results to DIR/gradcheck.json and DIR/gradcheck.txt.", _folder),
}
"""All that may be chosen, by its name: --gradcheck-NAME, gradcheck_NAME in the ini file, NAME= of the marker (but for report)."""

INI_TYPE: Final[Any] = str | int if pytest.version_tuple >= (9, 2) else "string"
"""A pytest that reads an ini file in TOML hands on a number as one, where it can be told that both are right."""

OF_ONE_TEST: Final = tuple(name for name in CHOICES if name != "report")


def add_options(parser: pytest.Parser) -> None:
    """Add each choice to the command line and to the ini file."""
    group = parser.getgroup("gradcheck", "gradients (gradcheck)")
    for name, choice in CHOICES.items():
        group.addoption(f"--gradcheck-{name}", metavar=choice.metavar, help=choice.help)
        parser.addini(f"gradcheck_{name}", choice.help, type=INI_TYPE, default=None)
