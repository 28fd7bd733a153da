"""Where the class of an item comes from: each time anew, so that nothing that was asked before can be felt."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, Protocol

from gradcheck.errors import UsageError
from gradcheck.grading.declaring import declared_for
from gradcheck.grading.limits import Limits
from gradcheck.grading.remote import remote_network
from gradcheck.grading.returned import Usage
from gradcheck.grading.rubric import Rubric
from gradcheck.grading.rubric_coverage import Program
from gradcheck.grading.rubric_model import Item
from gradcheck.grading.rubric_model import Limits as Allowed
from gradcheck.grading.sandbox import Zygote
from gradcheck.grading.session import Session
from gradcheck.subjects.discover import PRIMES
from gradcheck.subjects.network_class import NetworkSubject

SIGMAS: Final = ("sigmoid", "sigma", "activation", "activation_function", "act", "f", "g", "phi", "tanh", "relu")
"""What a sigma may be called, beside the declared activation's name."""

CALL_SECONDS: Final = 5.0
"""For one answer at most [seconds]: an item asks many."""


class NetworkDoor(Protocol):
    """Gives the class that an item is about, in a process or with objects of its own."""

    def class_of(self, item: Item) -> str | None:
        """Return what the class is called; None where there is none."""

    def sigma_names(self) -> tuple[str, str] | None:
        """Return what sigma and its derivative are called; None where there is no such pair."""

    def open(self, item: Item) -> AbstractContextManager[NetworkSubject]:
        """Give the class for as long as it is asked; what the submission failed by is raised at the end."""


class ProgramDoor:
    """A door to a class of ours, such as the rubric is tried with.

    Examples
    --------
    >>> from gradcheck.examples.network_right import Network
    >>> item = Item(id="bp1", title="BP1", points=1.0, part="BP1")
    >>> ProgramDoor(lambda item: NetworkSubject("Network", Network)).class_of(item)
    'Network'
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self._sigma: tuple[str, str] | None = None

    def class_of(self, item: Item) -> str | None:
        """Return what the class is called."""
        sigma = self.program(item).sigma
        self._sigma = self._sigma or (None if sigma is None else ("sigma", sigma.name))
        return self.program(item).name

    def sigma_names(self) -> tuple[str, str] | None:
        """Return what sigma and its derivative are called."""
        return self._sigma

    @contextlib.contextmanager
    def open(self, item: Item) -> Iterator[NetworkSubject]:
        """Give the class."""
        yield self.program(item)


class SubmissionDoor:
    """A door to a submission in its sandbox: a fresh fork each time it is opened.

    Parameters
    ----------
    zygote : Zygote
    path : Path
        The submission's file, or folder.
    entry : str
        The program's path in the folder.
    rubric : Rubric

    Attributes
    ----------
    usages : list of Usage
        What each fork used, in order.

    Raises
    ------
    SubmissionError
        If it cannot be imported.

    Examples
    --------
    >>> from gradcheck.examples import network_right
    >>> from gradcheck.grading.parts import SubmissionProtocol
    >>> from gradcheck.grading.starting_rubric import starting_rubric
    >>> with Zygote() as zygote:
    ...     door = SubmissionDoor(zygote, Path(network_right.__file__), "", starting_rubric(SubmissionProtocol.NETWORK))
    >>> door.has("Network"), door.sigma_names()
    (True, ('sigmoid', 'sigmoid_prime'))
    """

    def __init__(self, zygote: Zygote, path: Path, entry: str, rubric: Rubric) -> None:
        self.zygote, self.path, self.entry, self.rubric = zygote, path, entry, rubric
        self.limits = sandbox_limits(rubric.limits)
        self.usages: list[Usage] = []
        with self.session() as session:
            self.names: dict[str, Any] = session.look(None, sorted(_wanted(rubric)))

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """Fork, and raise at the end what the submission failed by, whatever was made of it."""
        session: Session | None = None
        try:
            with self.zygote.submission(self.path, self.limits, entry=self.entry) as session:
                try:
                    yield session
                except Exception as error:
                    if session.failure is not None and error is not session.failure:
                        raise session.failure from error
                    raise
                if session.failure is not None:
                    raise session.failure
        finally:
            if session is not None:
                self.usages.append(session.usage)

    def has(self, name: str) -> bool:
        """Tell whether the program has something callable of that name."""
        found = self.names.get(name)
        return isinstance(found, list) and found[:1] == ["callable"]

    def class_of(self, item: Item) -> str | None:
        """Return the first of the item's names that the program has."""
        return next(filter(self.has, self.rubric.names_of(item)), None)

    def sigma_names(self) -> tuple[str, str] | None:
        """Return the first pair of a sigma and its derivative that the program has, the declared activation's first."""
        pairs = ((sigma, sigma + prime) for sigma in _sigmas(self.rubric) for prime in PRIMES)
        return next((pair for pair in pairs if all(map(self.has, pair))), None)

    @contextlib.contextmanager
    def open(self, item: Item) -> Iterator[NetworkSubject]:
        """Give the class, as a subject whose every call is one to the fork."""
        name = self.class_of(item) or self.rubric.names_of(item)[0]  # a sigma may stand there without a class
        if self.rubric.network is None:
            raise UsageError(f"{self.rubric.path} declares no network")
        declared = declared_for(item, self.rubric.network)
        with self.session() as session:
            yield remote_network(session, name, declared=declared, sigma=self.sigma_names())


def sandbox_limits(allowed: Allowed) -> Limits:
    """Return what a rubric allows, as the sandbox counts it.

    Examples
    --------
    >>> sandbox_limits(Allowed(wall_seconds=2.0)).call_seconds
    2.0
    """
    seconds = min(CALL_SECONDS, allowed.wall_seconds)
    return dataclasses.replace(
        Limits(),
        import_seconds=seconds,
        call_seconds=seconds,
        wall_seconds=allowed.wall_seconds,
        cpu_seconds=max(1, round(allowed.cpu_seconds)),
        memory_bytes=allowed.memory_mb << 20,
        kept_output_bytes=max(1, allowed.output_kb << 10),
    )


def _sigmas(rubric: Rubric) -> tuple[str, ...]:
    declared = rubric.network.activation if rubric.network is not None else ()
    return tuple(dict.fromkeys((*declared, *SIGMAS)))


def _wanted(rubric: Rubric) -> set[str]:
    """Return every name that grading may ask for."""
    names = {name for item in rubric.items for name in rubric.names_of(item)}
    names |= {name for function in rubric.functions for name in rubric.functions_named(function)}
    if rubric.network is not None:
        names |= {sigma + ending for sigma in _sigmas(rubric) for ending in ("", *PRIMES)}
    return names
