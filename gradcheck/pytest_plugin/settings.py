"""What may be chosen for a test, where it may be said, and which of several words holds.

What the call says (`options=`) comes first, then the marker (the closest), then the command line, then the ini file, then the default.
"""

from __future__ import annotations

import dataclasses
import enum
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

MARKER: Final = "gradcheck"


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
class Settings:
    """What holds for the checks of one test.

    Attributes
    ----------
    seed : int
        Of every check that has none of its own.
    explain : int
        How much a failure tells, 0 to 4: a level of `reporting.levels.Explain`.
    budget : int or None
        Forward passes of one test, shared by all its checks; None for no budget.
    inconclusive : Inconclusive
    subgradients : str
        "refuse" or "accept": a value of `gradcheck.Subgradients`.
    report : Path or None
        The folder that the report of the session is written to.

    Examples
    --------
    >>> Settings(seed=7).inconclusive
    <Inconclusive.FAIL: 'fail'>
    """

    seed: int
    explain: int = 4
    budget: int | None = None
    inconclusive: Inconclusive = Inconclusive.FAIL
    subgradients: str = "refuse"
    report: Path | None = None


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

SESSION: Final = pytest.StashKey[Settings]()


def add_options(parser: pytest.Parser) -> None:
    """Add each choice to the command line and to the ini file."""
    group = parser.getgroup("gradcheck", "gradients (gradcheck)")
    for name, choice in CHOICES.items():
        group.addoption(f"--gradcheck-{name}", metavar=choice.metavar, help=choice.help)
        parser.addini(f"gradcheck_{name}", choice.help, type=INI_TYPE, default=None)


def session_settings(config: pytest.Config) -> Settings:
    """Return what the command line and the ini file say, with a seed: given, the controller's, or a new one.

    Raises
    ------
    pytest.UsageError
        If a value is none that it may have; the message names where it stands.
    """
    said = {**_of_the_ini_file(config), **_of_the_command_line(config)}
    workerinput = getattr(config, "workerinput", None)
    if workerinput is not None:
        said["seed"] = workerinput["gradcheck_seed"]
    said.setdefault("seed", int.from_bytes(os.urandom(4), "big") >> 1)
    return Settings(**said)


def _of_the_ini_file(config: pytest.Config) -> dict[str, Any]:
    """Return what the ini file says; a folder in it is beside it."""
    try:
        found = {name: config.getini(f"gradcheck_{name}") for name in CHOICES}
    except (TypeError, ValueError) as error:  # of another type than text, in TOML
        raise pytest.UsageError(str(error)) from error
    said = {
        name: CHOICES[name].read(value, _place_in_ini(config, name))
        for name, value in found.items()
        if value is not None
    }
    if "report" in said and config.inipath is not None:
        said["report"] = config.inipath.parent / said["report"]
    return said


def _of_the_command_line(config: pytest.Config) -> dict[str, Any]:
    """Return what the command line says."""
    said = {
        name: choice.read(value, f"--gradcheck-{name}")
        for name, choice in CHOICES.items()
        if (value := config.getoption(f"gradcheck_{name}")) is not None
    }
    if "report" in said:
        said["report"] = config.invocation_params.dir / said["report"]
    return said


def seed_is_given(config: pytest.Config) -> bool:
    """Tell whether the command line or the ini file says the seed."""
    return any(value is not None for value in (config.getoption("gradcheck_seed"), config.getini("gradcheck_seed")))


def make_folder(config: pytest.Config) -> None:
    """Make the folder that the report is to be written to, if one is.

    Raises
    ------
    pytest.UsageError
        If it cannot be made or written to.
    """
    folder = config.stash[SESSION].report
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise pytest.UsageError(f"the report's folder {folder} cannot be made: {error.strerror or error}") from error
    if not os.access(folder, os.W_OK):
        raise pytest.UsageError(f"the report's folder {folder} cannot be written to")


def settings_for(node: pytest.Item | pytest.Session) -> Settings:
    """Return what holds for one test: its markers, the closest first, over what holds for the session.

    Raises
    ------
    pytest.UsageError
        If a marker says something that it cannot.
    """
    settings = node.config.stash[SESSION]
    for marker in reversed([*node.iter_markers(MARKER)]):
        settings = dataclasses.replace(settings, **_said(marker, f"the marker {MARKER} of {node.nodeid}"))
    return settings


def _said(marker: pytest.Mark, origin: str) -> dict[str, Any]:
    """Return what a marker says, each value read."""
    if marker.args:
        example = f"@pytest.mark.{MARKER}(seed=1)"
        raise pytest.UsageError(f"{origin}: {marker.args[0]!r} has no name: name each option, as in {example}")
    for name in marker.kwargs:
        if name not in OF_ONE_TEST:
            raise pytest.UsageError(f"{origin}: unknown option {name!r}, {_suggestion(name)}")
    return {name: CHOICES[name].read(value, f"{origin}: {name}") for name, value in marker.kwargs.items()}


def _suggestion(name: str) -> str:
    import difflib

    close = difflib.get_close_matches(name, OF_ONE_TEST, n=1)
    return f"did you mean {close[0]!r}?" if close else f"it has {', '.join(OF_ONE_TEST)}"


def _place_in_ini(config: pytest.Config, name: str) -> str:
    """Return where a value of the ini file stands."""
    overridden = config.getoption("override_ini") or ()
    if any(one.split("=")[0] == f"gradcheck_{name}" for one in overridden) or config.inipath is None:
        return f"gradcheck_{name} given with -o"
    return f"gradcheck_{name} in {config.inipath.name}"
