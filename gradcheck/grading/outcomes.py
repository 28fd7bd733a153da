"""What became of one part of a submission, before any points are counted."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from gradcheck.checks.options import Options
from gradcheck.errors import GradcheckError
from gradcheck.grading.failures import Failure, SandboxError, SubmissionError, harmless
from gradcheck.results import CheckResult, Verdict
from gradcheck.results.grades import ItemStatus

log = logging.getLogger("gradcheck.grading")

STATUSES: Final = {
    Failure.RAISED: ItemStatus.ERROR,
    Failure.MISSING: ItemStatus.MISSING,
    Failure.TIMEOUT: ItemStatus.TIMEOUT,
    Failure.LATE: ItemStatus.TIMEOUT,
    Failure.MEMORY: ItemStatus.LIMIT,
    Failure.OUTPUT: ItemStatus.LIMIT,
    Failure.KILLED: ItemStatus.LIMIT,
    Failure.MALFORMED: ItemStatus.ERROR,
    Failure.UNREADABLE: ItemStatus.ERROR,
}

OUR_FAULT: Final = (
    "This item could not be graded: a fault of the grader's, not yours. It counts neither way until it is graded."
)

RAISED_THERE: Final = "gradcheck.grading.remote_calls"
"""The module in which what a submission raised is raised again."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of one part.

    Attributes
    ----------
    status : ItemStatus
        PASS, FAIL, or why nothing could be judged; shares are counted later.
    result : CheckResult or None
        What was found.
    words : str
        What is to be said beside it, without a right value; what a student may read.
    carried : bool
        Whether it is right of a wrong input.
    share : Fraction or None
        The share of its layers or arrays that is right, where a rubric asks for that.
    seed : int

    Examples
    --------
    >>> Outcome(ItemStatus.PASS).is_right
    True
    """

    status: ItemStatus
    result: CheckResult | None = None
    words: str = ""
    carried: bool = False
    share: Fraction | None = None
    seed: int = 0

    @property
    def is_right(self) -> bool:
        """Whether it is as asked for."""
        return self.status is ItemStatus.PASS


def of_verdict(result: CheckResult, seed: int = 0) -> Outcome:
    """Return what a check comes to: what is inconclusive is no pass.

    Examples
    --------
    >>> of_verdict(CheckResult("gradient", Verdict.INCONCLUSIVE)).status
    <ItemStatus.INCONCLUSIVE: 'inconclusive'>
    """
    statuses = {
        Verdict.AGREE: ItemStatus.PASS,
        Verdict.DISAGREE: ItemStatus.FAIL,
        Verdict.INCONCLUSIVE: ItemStatus.INCONCLUSIVE,
    }
    return Outcome(statuses[result.verdict], result, seed=seed)


def missing(words: str) -> Outcome:
    """Return the outcome of what a submission has not.

    Examples
    --------
    >>> missing("there is no class Network").status.value
    'missing'
    """
    return Outcome(ItemStatus.MISSING, words=words)


def of_error(error: BaseException) -> Outcome | None:
    """Return the outcome of an error that is the submission's; None for one of ours.

    Examples
    --------
    >>> of_error(SubmissionError(Failure.TIMEOUT, "backprop did not come to an end within 5 s")).status.value
    'timeout'
    >>> of_error(KeyError("ours")) is None
    True
    """
    if isinstance(error, SandboxError):
        return None
    if isinstance(error, SubmissionError):
        return Outcome(STATUSES[error.failure], words=harmless(str(error)))
    if isinstance(error.__cause__, MemoryError):
        return Outcome(ItemStatus.LIMIT, words=harmless(str(error)))
    if isinstance(error, GradcheckError) or type(error).__module__ == RAISED_THERE:
        return Outcome(ItemStatus.ERROR, words=harmless(str(error) or type(error).__name__))
    return None


def judged(what: str, seed: int, judge: Callable[[Options], Outcome]) -> Outcome:
    """Judge one thing: an error of the submission's is its outcome, one of ours is nobody's loss.

    Examples
    --------
    >>> judged("bp1", 3, lambda options: Outcome(ItemStatus.PASS)).seed
    3
    """
    try:
        outcome = judge(Options(seed=seed))
    except Exception as error:
        theirs = of_error(error)
        if theirs is None:
            log.exception("the grader failed at %s", what)
        outcome = theirs or Outcome(ItemStatus.UNGRADED, words=OUR_FAULT)
    return dataclasses.replace(outcome, seed=seed)
