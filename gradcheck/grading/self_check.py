"""A submission checked by whoever wrote it, on their own machine: the public items alone, in the sandbox where there is one."""

from __future__ import annotations

import dataclasses
import functools
import secrets
from pathlib import Path

from gradcheck.errors import UsageError
from gradcheck.grading.declaring import declared_for
from gradcheck.grading.doors import ProgramDoor
from gradcheck.grading.engine import grade, outcomes_as_items
from gradcheck.grading.isolation import Layer, probe
from gradcheck.grading.network_parts import NetworkJudge
from gradcheck.grading.rubric import Rubric
from gradcheck.grading.rubric_model import Item
from gradcheck.grading.sandbox import Zygote
from gradcheck.grading.seeds import seeds_of
from gradcheck.grading.settings import Settings
from gradcheck.grading.submissions import submissions_in
from gradcheck.results.grades import GradeSheet, SheetStatus, Visibility
from gradcheck.subjects.discover import PRIMES
from gradcheck.subjects.functions import SigmaSubject
from gradcheck.subjects.load import load
from gradcheck.subjects.network_class import NetworkSubject
from gradcheck.subjects.targets import parse_target

ALONE = "this machine has no sandbox, so your program was run as you would run it; the course runs it within limits"


def grade_yourself(path: Path, rubric: Rubric, seed: int | None = None) -> GradeSheet:
    """Grade one's own submission by the public items of a rubric.

    Raises
    ------
    UsageError
        If there is not one submission at `path`, the rubric shows no items, or such programs cannot be run here.

    Examples
    --------
    >>> from gradcheck.examples import sigma_pair_wrong
    >>> from gradcheck.grading.parts import SubmissionProtocol
    >>> from gradcheck.grading.starting_rubric import starting_rubric
    >>> grade_yourself(Path(sigma_pair_wrong.__file__), starting_rubric(SubmissionProtocol.PAIR), 1).total
    4.0
    """
    public = tuple(item for item in rubric.items if item.visibility is Visibility.VISIBLE)
    if not public:
        raise UsageError(f"{rubric.path} has no public items: nothing can be checked before the course grades")
    shown = dataclasses.replace(rubric, items=public)
    submission, *others = submissions_in(path, shown)
    if others:
        raise UsageError(f"{path} holds {len(others) + 1} submissions: name your own file")
    seeds = seeds_of(f"one's own check {secrets.token_hex() if seed is None else seed}".ljust(32))
    packages = tuple(name for name in rubric.assignment.packages if name.lower() != "numpy")
    if Layer.LIMITS in probe().layers:
        with Zygote(Settings(packages, require=frozenset({Layer.LIMITS}))) as zygote:
            return grade(submission, shown, zygote, seeds)
    if shown.network is None:
        raise UsageError("functions are checked in a sandbox alone, and this machine has none: run this on Linux")
    judge = NetworkJudge(_OwnDoor(path, shown), shown, functools.partial(seeds.seed, submission.sha256))
    items = outcomes_as_items(shown, judge.outcome)
    return GradeSheet(submission.name, SheetStatus.GRADED, items, rubric=rubric.assignment.title, notes=(ALONE,))


class _OwnDoor(ProgramDoor):
    """A door to a class that is imported here: the student's own, by the student."""

    def __init__(self, path: Path, rubric: Rubric) -> None:
        super().__init__(self._subject)
        self.rubric, self.module = rubric, load(parse_target(str(path))).module

    def class_of(self, item: Item) -> str | None:
        """Return the first of the item's names that the module has."""
        return next((name for name in self.rubric.names_of(item) if callable(getattr(self.module, name, None))), None)

    def sigma_names(self) -> tuple[str, str] | None:
        """Return the first pair of a sigma and its derivative."""
        names = [name for name in vars(self.module) if callable(getattr(self.module, name))]
        pairs = ((name, name + prime) for name in names for prime in PRIMES)
        return next((pair for pair in pairs if pair[1] in names), None)

    def _subject(self, item: Item) -> NetworkSubject:
        name, pair = self.class_of(item), self.sigma_names()
        if name is None or self.rubric.network is None:
            raise UsageError(f"there is no class {' or '.join(self.rubric.names_of(item))}")
        sigma = None if pair is None else SigmaSubject(pair[1], *(getattr(self.module, one) for one in pair))
        return NetworkSubject(name, getattr(self.module, name), declared_for(item, self.rubric.network), sigma)
