"""What holds for a test, of all that is said of it.

What the call says (`options=`, each field that is not left at its default) comes first, then the marker (the closest), then the command
line, then the ini file, then the default.
"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any, Final

import pytest

from gradcheck.pytest_plugin.choices import CHOICES, OF_ONE_TEST, Inconclusive

MARKER: Final = "gradcheck"


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


SESSION: Final = pytest.StashKey[Settings]()


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
