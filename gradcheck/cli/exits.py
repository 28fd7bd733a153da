"""What the exit codes of the command line mean."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from gradcheck.cli.process import Ended

if TYPE_CHECKING:
    from gradcheck.results import Report


class Exit(enum.IntEnum):
    """What the exit code of `check` means.

    Examples
    --------
    >>> int(Exit.DISAGREES)
    1
    """

    AGREES = 0
    DISAGREES = 1
    MISUSE = 2
    INCONCLUSIVE = 3
    USER_CODE_RAISED = 4


GRAVITY: Final = (Exit.USER_CODE_RAISED, Exit.MISUSE, Exit.DISAGREES, Exit.INCONCLUSIVE, Exit.AGREES)
"""With several targets the first of these that occurred is the exit code: what was not checked at all comes before what was."""

INTERRUPTED: Final = 130
"""The exit code after ctrl-C, as shells give it: 128 and the number of the signal."""


def interrupted_by(interrupt: KeyboardInterrupt) -> int:
    """Return the exit code after ctrl-C, or after a signal that is treated as it.

    Examples
    --------
    >>> from gradcheck.cli.process import Ended
    >>> interrupted_by(KeyboardInterrupt()), interrupted_by(Ended(15))
    (130, 143)
    """
    return 128 + interrupt.number if isinstance(interrupt, Ended) else INTERRUPTED


def exit_code(report: Report) -> int:
    """Return the exit code of `check` for what was found.

    Examples
    --------
    >>> from gradcheck.results import CheckResult, Report, Verdict
    >>> exit_code(Report((CheckResult("a", Verdict.AGREE), CheckResult("b", Verdict.DISAGREE))))
    1
    """
    from gradcheck.results import FailureKind, Verdict

    by_verdict = {
        Verdict.AGREE: Exit.AGREES,
        Verdict.DISAGREE: Exit.DISAGREES,
        Verdict.INCONCLUSIVE: Exit.INCONCLUSIVE,
    }
    by_failure = {FailureKind.MISUSE: Exit.MISUSE, FailureKind.USER_CODE: Exit.USER_CODE_RAISED}
    seen = {by_verdict[result.verdict] for result in report.results}
    seen |= {by_failure[failure.kind] for failure in report.failures}
    # Nothing found and nothing failed is nothing checked.
    return next((int(code) for code in GRAVITY if code in seen), int(Exit.MISUSE))
