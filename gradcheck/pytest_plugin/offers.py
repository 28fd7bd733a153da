"""What a declared target offers to be checked: loaded when tests are collected, checked when they run."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from gradcheck.checks.dispatch import check_subject
from gradcheck.checks.options import Options
from gradcheck.checks.targets import failure_of, subjects_in, titled
from gradcheck.errors import UsageError, UserCodeError
from gradcheck.results import CheckResult
from gradcheck.subjects.discover import Found
from gradcheck.subjects.load import LoadedModule, load
from gradcheck.subjects.spec import SubjectSpec
from gradcheck.subjects.surroundings import forget
from gradcheck.subjects.targets import parse_target


class NotOfferedError(Exception):
    """A target offers nothing: the text says why, with the user's own traceback where the user's code raised."""


@dataclasses.dataclass(frozen=True)
class Offer:
    """One subject that a target offers.

    Attributes
    ----------
    spec : SubjectSpec
    found : Found
    loaded : LoadedModule
    folder : Path
        The current folder of whoever checks it: that of the gradcheck.toml.
    """

    spec: SubjectSpec
    found: Found
    loaded: LoadedModule
    folder: Path

    @property
    def name(self) -> str:
        """What it is called: the class, the layer, the function, or the first of two."""
        return self.found.subject.name.partition(",")[0]

    @property
    def place(self) -> str:
        """The file or module that it stands in, without the ending."""
        target = parse_target(self.spec.target)
        return Path(target.place).stem if target.is_file else target.place

    def check(self, options: Options) -> CheckResult:
        """Return what a check finds.

        Raises
        ------
        UsageError
            If it cannot be checked.
        UserCodeError
            If the user's code raises.
        """
        with contextlib.chdir(self.folder), _importable(self.loaded.path):
            return check_subject(self.found.subject, options)

    def study(self, result: CheckResult, options: Options) -> CheckResult:
        """Return a result of it with the steps that a page draws."""
        from gradcheck.checks.steps import with_step_study

        with contextlib.chdir(self.folder), _importable(self.loaded.path):
            return with_step_study(self.found.subject, result, options)

    def titled(self, result: CheckResult) -> CheckResult:
        """Return what was found under the name of the file, with what it was taken for."""
        return titled(result, self.spec, self.found, self.loaded)

    def text_of(self, error: UsageError | UserCodeError) -> str:
        """Return what is told of a check that gave no result."""
        return _text(self.spec, error, self.loaded.path)


def offers_of(spec: SubjectSpec, folder: Path, options: Options) -> tuple[Offer, ...]:
    """Return what a target offers, of which a file is named as seen from a folder.

    Raises
    ------
    NotOfferedError
        If it cannot be loaded or there is nothing in it.

    Examples
    --------
    >>> spec = SubjectSpec("gradcheck.examples.sigma_pair_right:swish")
    >>> [offer.name for offer in offers_of(spec, Path.cwd(), Options(seed=0))]
    ['swish_prime']
    """
    path = None
    try:
        with contextlib.chdir(folder):
            loaded = load(parse_target(spec.target))
            path = loaded.path
            return tuple(Offer(spec, found, loaded, folder) for found in subjects_in(loaded, spec, options))
    except (UsageError, UserCodeError) as error:
        raise NotOfferedError(_text(spec, error, path)) from None
    finally:
        forget()  # whatever tests import is theirs


def distinct_names(offers: Sequence[Offer]) -> list[str]:
    """Return a name for each offer that no other has: where two are called alike, with the file; where that is one too, with a number.

    Examples
    --------
    >>> spec = SubjectSpec("gradcheck.examples.sigma_pair_right:swish")
    >>> distinct_names(2 * offers_of(spec, Path.cwd(), Options(seed=0)))[1]
    'gradcheck.examples.sigma_pair_right:swish_prime#2'
    """
    alike = Counter(one.name for one in offers)
    names = [one.name if alike[one.name] == 1 else f"{one.place}:{one.name}" for one in offers]
    taken: Counter[str] = Counter()
    found = []
    for name in names:
        taken[name] += 1
        found.append(name if taken[name] == 1 else f"{name}#{taken[name]}")
    return found


def _text(spec: SubjectSpec, error: UsageError | UserCodeError, path: Path | None) -> str:
    failure = failure_of(spec, error, path)
    return f"{failure.traceback}{failure.sentence}"


@contextlib.contextmanager
def _importable(path: Path | None) -> Iterator[None]:
    """Let the files beside a user's file be imported: some are when a function is called."""
    entries = list(sys.path)
    sys.path += [] if path is None else [str(path.resolve().parent)]
    try:
        yield
    finally:
        sys.path[:] = entries
