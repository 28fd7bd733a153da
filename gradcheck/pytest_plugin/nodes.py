"""What pytest collects without a test: files that declare subjects or hold some, the subjects, and the parts of a network."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from gradcheck.checks.options import Options
from gradcheck.checks.part_names import part_names
from gradcheck.errors import GradcheckError, UsageError, UserCodeError
from gradcheck.pytest_plugin.judging import judge, tell
from gradcheck.pytest_plugin.offers import NotOfferedError, Offer, distinct_names, offers_of
from gradcheck.pytest_plugin.parts import BACKPROP, Run, part_of
from gradcheck.pytest_plugin.settings import MARKER, SESSION
from gradcheck.results import CheckResult
from gradcheck.subjects.network_class import NetworkSubject
from gradcheck.subjects.spec import SubjectSpec
from gradcheck.subjects.spec_file import read_spec
from gradcheck.subjects.spec_place import TABLE, shown

Node = pytest.Item | pytest.Collector


class SpecFile(pytest.File):
    """A gradcheck.toml or a pyproject.toml, with the subjects that it names."""

    def collect(self) -> Iterator[Node]:
        """Yield a node for each subject; one that offers nothing tells so itself, and takes nothing from the others."""
        try:
            specs = read_spec(self.path)
        except UsageError as error:
            raise self.CollectError(str(error)) from None
        if not specs:
            table = ".".join((*TABLE.get(self.path.name, ()), "subject"))
            raise self.CollectError(f"{shown(self.path)} names no subject: add a table [[{table}]] with a target")
        offers: list[Offer] = []
        for spec in specs:
            try:
                offers += offers_of(spec, self.path.parent, _options(self.config))
            except NotOfferedError as error:
                yield NothingOffered.from_parent(self, name=spec.target, words=str(error))
        yield from _nodes(self, offers)


class BareFile(pytest.File):
    """A file of a user's, with what can be checked in it."""

    def collect(self) -> Iterator[Node]:
        """Yield a node for each subject."""
        folder = self.config.invocation_params.dir
        spec = SubjectSpec(os.path.relpath(self.path, folder))
        try:
            offers = offers_of(spec, folder, _options(self.config))
        except NotOfferedError as error:
            raise self.CollectError(str(error)) from None
        return _nodes(self, offers)


class NothingOffered(pytest.Collector):
    """A subject that is declared and cannot be had: collecting it fails, and says why."""

    def __init__(self, *, words: str, **known: Any) -> None:
        super().__init__(**known)
        self.words = words

    def collect(self) -> Iterator[Node]:
        """Raise what is to be told."""
        raise self.CollectError(self.words)


class Network(pytest.Collector):
    """A network class: one check, run when the first of its parts is, tells them all."""

    def __init__(self, *, offer: Offer, **known: Any) -> None:
        super().__init__(**known)
        self.offer = offer
        self._runs: dict[tuple[object, ...], Run] = {}

    def collect(self) -> Iterator[Node]:
        """Yield an item for each part that a check of the class has."""
        for name in self.part_names():
            yield Part.from_parent(self, name=name, offer=self.offer)

    def part_names(self) -> tuple[str, ...]:
        """Return the names of the items."""
        subject = self.offer.found.subject
        return part_names(subject) if isinstance(subject, NetworkSubject) else ()

    def run(self, item: pytest.Item, options: Options) -> Run:
        """Return what the one check finds, run for this item where none was run yet."""
        asked = (options.seed, options.max_forward_passes, options.subgradients)
        if asked not in self._runs:
            try:
                self._runs[asked] = Run(self.offer.check(options), item.nodeid)
            except GradcheckError as error:
                self._runs[asked] = Run(error, item.nodeid)
        return self._runs[asked]


class Subject(pytest.Item):
    """One subject, checked as one item; what it tells of a failure is the report."""

    def __init__(self, *, offer: Offer, **known: Any) -> None:
        super().__init__(**known)
        self.offer = offer
        self.add_marker(MARKER)

    @property
    def line(self) -> int:
        """The line of the table that declares it; 0 where none does."""
        origin = self.offer.spec.origin
        return 0 if origin is None else origin.line

    def found(self, options: Options) -> CheckResult:
        """Return what a check finds."""
        return self.offer.titled(self.offer.check(options))

    def study(self, result: CheckResult, options: Options) -> CheckResult:
        """Return what was found with the steps that a page draws."""
        return self.offer.study(result, options)

    def runtest(self) -> None:
        """Check it, and fail unless it agrees."""
        tell(self, judge(self, self.found, line=self.line, study=self.study), line=self.line)

    def reportinfo(self) -> tuple[os.PathLike[str], int | None, str]:
        """Return where it is declared."""
        names = [one.name for one in self.listchain() if isinstance(one, Network | Subject)]
        return self.path, self.line - 1 if self.line else None, ".".join(names)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the report alone, without a traceback through ours; what the user's code raised with the user's traceback."""
        error = excinfo.value
        if not isinstance(error, GradcheckError):
            return super().repr_failure(excinfo, style)
        words = self.offer.text_of(error) if isinstance(error, UsageError | UserCodeError) else str(error)
        shown: Any = excinfo.getrepr(style="value", chain=False)
        shown.reprtraceback.reprentries[-1].lines[:] = words.splitlines()
        if shown.reprcrash is not None:  # the line of the short summary, and where it points to
            shown.reprcrash.message = str(error).partition("\n")[0]
            shown.reprcrash.path, shown.reprcrash.lineno = str(self.path), self.line
        return shown


class Part(Subject):
    """One part of the check of a network class."""

    def found(self, options: Options) -> CheckResult:
        """Return what the one check of the class finds of this part."""
        if not isinstance(self.parent, Network):
            raise TypeError(f"{self.nodeid} is no part of a network")
        return self.offer.titled(part_of(self.parent.run(self, options), self, self.parent.part_names()))

    def study(self, result: CheckResult, options: Options) -> CheckResult:
        """Return what was found, with the steps where it is of the whole gradient."""
        return self.offer.study(result, options) if self.name == BACKPROP else result


def _options(config: pytest.Config) -> Options:
    """Return the options that data is drawn with: every process of pytest-xdist draws the same."""
    return Options(seed=config.stash[SESSION].seed)


def _nodes(parent: pytest.File, offers: Sequence[Offer]) -> Iterator[Node]:
    for name, offer in zip(distinct_names(offers), offers, strict=True):
        kind = Network if isinstance(offer.found.subject, NetworkSubject) else Subject
        yield kind.from_parent(parent, name=name, offer=offer)
