"""One submission graded by a rubric: each item in a process of its own, and nothing written to disk but the submission for its sandbox."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import logging
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np

from gradcheck import __version__
from gradcheck.grading.doors import ProgramDoor, SubmissionDoor, sandbox_limits
from gradcheck.grading.fake_backprop import Suspect, flags_of_gradient
from gradcheck.grading.function_parts import FunctionJudge
from gradcheck.grading.imports import flag_of_imports
from gradcheck.grading.network_parts import NetworkJudge
from gradcheck.grading.outcomes import OUR_FAULT, Outcome, of_error
from gradcheck.grading.parts import EQUATIONS, Part, SubmissionProtocol
from gradcheck.grading.points import grade_of, ungraded, with_requirements, without_points
from gradcheck.grading.reference import Reference
from gradcheck.grading.returned import Usage
from gradcheck.grading.rubric import Rubric
from gradcheck.grading.rubric_coverage import Program
from gradcheck.grading.rubric_model import Item
from gradcheck.grading.sandbox import Zygote
from gradcheck.grading.seeds import Seeds
from gradcheck.grading.submissions import Submission, stage
from gradcheck.results.grades import Flag, GradeSheet, Isolation, ItemGrade, ItemStatus, Severity, SheetStatus

log = logging.getLogger("gradcheck.grading")

Outcomes = Callable[[Item], Outcome]

OF_GRADIENTS: Final = frozenset(
    {Part.BACKPROP, *EQUATIONS, Part.MATRIX_BATCH, Part.LINEAR_NEURONS, Part.MODIFIED_NEURON}
    | {Part.DERIVATIVE, Part.BACKWARD, Part.GRADS}
)
"""Items whose points a gradient that is no backpropagation may cost."""

FAKE: Final = "What is asked for is backpropagation: this gradient was made in another way."


# Numbers of a submission that are not finite fit nothing, and are told to the student: numpy's warnings of them are no news of the grader's.
@np.errstate(all="ignore")
def grade(submission: Submission, rubric: Rubric, zygote: Zygote, seeds: Seeds) -> GradeSheet:
    """Grade one submission.

    Whatever is missing, late, malformed or not finite earns nothing, with its reason; a fault of the grader's is no loss of points,
    but leaves the item ungraded.

    Parameters
    ----------
    submission : Submission
    rubric : Rubric
    zygote : Zygote
        Started.
    seeds : Seeds
        Of the course's secret.

    Examples
    --------
    >>> from gradcheck.examples import network_bp2_no_sigma_prime_wrong as example
    >>> from gradcheck.grading.seeds import seeds_of
    >>> from gradcheck.grading.starting_rubric import starting_rubric
    >>> from gradcheck.grading.submissions import submissions_in
    >>> rubric = starting_rubric(SubmissionProtocol.NETWORK)
    >>> (ada,) = submissions_in(Path(example.__file__), rubric)
    >>> with Zygote() as zygote:
    ...     sheet = grade(ada, rubric, zygote, seeds_of("correct horse battery staple"))
    >>> sheet.total, sheet.max_points, [item.id for item in sheet.items if item.lost]
    (14.0, 18.0, ['bp2'])
    """
    begun = time.monotonic()
    blank = GradeSheet(
        submission.name,
        SheetStatus.ERROR,
        files=tuple(one.path for one in submission.files),
        sha256=submission.sha256,
        rubric=rubric.assignment.title,
        rubric_sha256=hash_of_rubric(rubric),
        seed_id=seeds.id,
        isolation=isolation_of(zygote, rubric),
        flags=tuple(
            flag_of_imports(submission.source, rubric.assignment.packages, [one.path for one in submission.files])
        ),
        notes=submission.notes,
        versions=versions_of(zygote),
    )
    try:
        sheet = _graded(blank, submission, rubric, (zygote, seeds))
    except Exception as error:
        sheet = _failed(blank, rubric, of_error(error), error)
    return dataclasses.replace(sheet, seconds=time.monotonic() - begun)


@np.errstate(all="ignore")
def grade_program(program: Program, rubric: Rubric, seeds: Seeds) -> GradeSheet:
    """Grade a class of ours, with no sandbox: how a rubric is tried before it grades.

    Examples
    --------
    >>> from gradcheck.examples.network_right import Network
    >>> from gradcheck.grading.seeds import seeds_of
    >>> from gradcheck.grading.starting_rubric import starting_rubric
    >>> from gradcheck.subjects.network_class import NetworkSubject
    >>> rubric = dataclasses.replace(starting_rubric(SubmissionProtocol.NETWORK), items=starting_rubric(SubmissionProtocol.NETWORK).items[:1])
    >>> grade_program(lambda item: NetworkSubject("Network", Network), rubric, seeds_of("correct horse battery staple")).total
    2.0
    """
    judge = NetworkJudge(ProgramDoor(program), rubric, functools.partial(seeds.seed, "the rubric's own trial"))
    items = outcomes_as_items(rubric, judge.outcome)
    status = SheetStatus.UNGRADED if any(one.status is ItemStatus.UNGRADED for one in items) else SheetStatus.GRADED
    return GradeSheet("program", status, items, rubric=rubric.assignment.title, rubric_sha256=rubric.sha256)


def outcomes_as_items(rubric: Rubric, outcomes: Outcomes) -> tuple[ItemGrade, ...]:
    """Return the grade of every item, those that require others without points among them.

    Examples
    --------
    >>> from gradcheck.grading.starting_rubric import starting_rubric
    >>> items = outcomes_as_items(starting_rubric(SubmissionProtocol.LOSS), lambda item: Outcome(ItemStatus.PASS))
    >>> [item.points for item in items]
    [2.0, 4.0]
    """
    return with_requirements(rubric, tuple(grade_of(item, outcomes(item)) for item in rubric.items))


def _graded(blank: GradeSheet, submission: Submission, rubric: Rubric, by: tuple[Zygote, Seeds]) -> GradeSheet:
    """Return the sheet of a submission that can be read."""
    zygote, seeds = by
    if submission.problem:
        return _lost(blank, rubric, Outcome(ItemStatus.ERROR, words=submission.problem))
    with tempfile.TemporaryDirectory(prefix="gradcheck-submission-") as folder:
        stage(submission, Path(folder))
        seed_of = functools.partial(seeds.seed, submission.sha256)
        door = SubmissionDoor(zygote, Path(folder), submission.entry, rubric)
        outcomes = _judge(door, rubric, seed_of)
        items = tuple(_item(item, outcomes, door.usages, rubric) for item in rubric.items)
        flags = (*blank.flags, *_flags(door, items, rubric, seed_of))
    items = with_requirements(rubric, _after_flags(rubric, items, flags))
    return dataclasses.replace(blank, status=SheetStatus.GRADED, items=items, flags=flags)


def _judge(door: SubmissionDoor, rubric: Rubric, seed_of: Callable[[str], int]) -> Outcomes:
    if rubric.assignment.protocol is SubmissionProtocol.NETWORK:
        return NetworkJudge(door, rubric, seed_of).outcome
    return FunctionJudge(door, rubric, reference_at(rubric.reference), seed_of).outcome


@functools.lru_cache(maxsize=8)
def reference_at(path: Path) -> Reference:
    """Return the reference in a file, loaded once.

    Examples
    --------
    >>> from gradcheck.examples import sigma_pair_right
    >>> reference_at(Path(sigma_pair_right.__file__)) is reference_at(Path(sigma_pair_right.__file__))
    True
    """
    return Reference(path)


def _item(item: Item, outcomes: Outcomes, usages: list[Usage], rubric: Rubric) -> ItemGrade:
    """Grade one item; a fault of ours leaves it ungraded."""
    begun, before = time.monotonic(), len(usages)
    try:
        found = grade_of(item, outcomes(item))
    except Exception:
        log.exception("the grader failed at %s", item.id)
        found = ungraded(grade_of(item, Outcome(ItemStatus.UNGRADED, words=OUR_FAULT)))
    printed = "".join(dict.fromkeys(one.output for one in usages[before:]))
    kept = printed[: rubric.limits.output_kb << 10]
    return dataclasses.replace(found, student_output=kept, seconds=time.monotonic() - begun)


def _flags(
    door: SubmissionDoor, items: tuple[ItemGrade, ...], rubric: Rubric, seed_of: Callable[[str], int]
) -> Iterator[Flag]:
    """Yield what a person should look at; what cannot be measured is no evidence."""
    stops = (ItemStatus.TIMEOUT, ItemStatus.LIMIT)
    if any(one.status in stops for one in items):  # what is asked for would stop it again
        return
    pairs = list(zip(rubric.items, items, strict=True))
    of_one_example = [found for item, found in pairs if item.part in (Part.BACKPROP, *EQUATIONS)]
    for item, found in pairs:
        if rubric.network is not None and item.part in OF_GRADIENTS and found.points > 0.0:
            is_right = all(one.status is ItemStatus.PASS and not one.carried_forward for one in of_one_example)
            suspect = Suspect(door, item, seed_of("fake backprop"), rubric.policy.fake_backprop, is_right)
            try:
                yield from flags_of_gradient(suspect)
            except Exception as error:
                if of_error(error) is None:
                    log.exception("the grader failed at the flags of %s", item.id)
            return


def _after_flags(rubric: Rubric, items: tuple[ItemGrade, ...], flags: tuple[Flag, ...]) -> tuple[ItemGrade, ...]:
    """Take the points of a gradient that was found to be no backpropagation, where the rubric says so."""
    if all(flag.severity is not Severity.POINTS for flag in flags):
        return items
    pairs = zip(rubric.items, items, strict=True)
    return tuple(
        without_points(one, FAKE) if item.part in OF_GRADIENTS and one.points > 0.0 else one for item, one in pairs
    )


def _failed(blank: GradeSheet, rubric: Rubric, theirs: Outcome | None, error: Exception) -> GradeSheet:
    """Return the sheet of a submission that could not be imported, or that we failed at."""
    if theirs is not None:
        return _lost(blank, rubric, theirs)
    log.error("the grader failed at %s", blank.submission, exc_info=error)
    outcome = Outcome(ItemStatus.UNGRADED, words=OUR_FAULT)
    items = tuple(grade_of(item, outcome) for item in rubric.items)
    reason = "It could not be graded: a fault of the grader's, not yours."
    return dataclasses.replace(blank, status=SheetStatus.UNGRADED, items=items, reason=reason)


def _lost(blank: GradeSheet, rubric: Rubric, outcome: Outcome) -> GradeSheet:
    """Return the sheet of a submission that cannot be run: no points, with the reason; what may be missing is."""
    absent = Outcome(ItemStatus.MISSING, words=outcome.words)
    outcomes = [absent if item.if_missing.value == "leave_out" else outcome for item in rubric.items]
    items = tuple(grade_of(item, one) for item, one in zip(rubric.items, outcomes, strict=True))
    return dataclasses.replace(blank, items=items, reason=outcome.words)


def hash_of_rubric(rubric: Rubric) -> str:
    """Return the hash of what grades: the rubric's text, and its reference's where it has one.

    Examples
    --------
    >>> from gradcheck.grading.starting_rubric import starting_rubric
    >>> network, pair = (starting_rubric(SubmissionProtocol(name)) for name in ("network", "pair"))
    >>> hash_of_rubric(network) == network.sha256, hash_of_rubric(pair) == pair.sha256
    (True, False)
    """
    if rubric.reference is None:
        return rubric.sha256
    return hashlib.sha256(rubric.sha256.encode() + rubric.reference.read_bytes()).hexdigest()


def isolation_of(zygote: Zygote, rubric: Rubric) -> Isolation:
    """Return how far submissions are shut in, with the limits in words."""
    limits, layers = sandbox_limits(rubric.limits), {one.value for one in zygote.isolation.layers}
    tier = zygote.isolation.tier
    words = (
        f"{limits.wall_seconds:g} s for an item, {limits.call_seconds:g} s for an answer",
        f"{limits.cpu_seconds} s of processor time",
        f"{limits.memory_bytes >> 20} MiB of memory",
        f"{limits.scratch_bytes >> 20} MiB of files",
    )
    return Isolation("none" if tier is None else tier.name, zygote.isolation.landlock_abi, "seccomp" in layers, words)


def versions_of(zygote: Zygote) -> tuple[str, ...]:
    """Return the versions of what grades, and of what submissions may import."""
    theirs = [f"{name} {version}" for name, version in sorted(zygote.versions.items()) if version]
    return (f"gradcheck {__version__}", f"python {platform.python_version()}", *theirs)
