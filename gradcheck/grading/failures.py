"""How a submission fails to answer, in words that are safe to show."""

from __future__ import annotations

import dataclasses
import enum
import unicodedata
from typing import Final

from gradcheck.errors import GradcheckError, UserCodeError

LONGEST: Final = 2000
"""Characters of a stranger's text that are kept (a count)."""


class Failure(enum.Enum):
    """Why there is no answer.

    Examples
    --------
    >>> Failure("timeout")
    <Failure.TIMEOUT: 'timeout'>
    """

    RAISED = "raised"
    """Its code raised an exception; it can be asked on."""
    MISSING = "missing name"
    """It has no such function, class or attribute; it can be asked on."""
    TIMEOUT = "timeout"
    """One answer took too long, or the processor time was used up."""
    LATE = "late"
    """The time of the whole item was used up, or it had ended before this question."""
    MEMORY = "memory"
    """Its memory was used up."""
    KILLED = "killed"
    """Its process ended: by itself, or by a signal."""
    MALFORMED = "malformed"
    """Its bytes were no answer, or the answer to something else, or came unasked."""
    UNREADABLE = "unreadable"
    """It returned what is no number, array, text, or list of these."""
    OUTPUT = "output too large"
    """It printed too much, or an answer or the scratch folder grew too large."""


@dataclasses.dataclass(frozen=True)
class Raised:
    """An exception of a submission's, in harmless words.

    Attributes
    ----------
    exception, builtin : str
        Its name, and the name of the built-in exception that it is.
    words : str
    line : int
        Where in its file, 0 if unknown.

    Examples
    --------
    >>> Raised("ZeroDivisionError", "ZeroDivisionError", "division by zero", 3).line
    3
    """

    exception: str
    builtin: str
    words: str
    line: int


class SubmissionError(UserCodeError):
    """A submission gave no answer; no fault of ours, and never points.

    Attributes
    ----------
    failure : Failure
    raised : Raised or None
        What its code raised, where that is the failure.

    Examples
    --------
    >>> SubmissionError(Failure.TIMEOUT, "backprop did not answer within 5 s").failure.value
    'timeout'
    """

    def __init__(self, failure: Failure, words: str, *, raised: Raised | None = None) -> None:
        super().__init__(words)
        self.failure, self.raised = failure, raised


def raised_error(what: str, raised: Raised) -> SubmissionError:
    """Return the error that says what a submission's code raised.

    Examples
    --------
    >>> str(raised_error("backprop", Raised("ZeroDivisionError", "ZeroDivisionError", "division by zero", 3)))
    'backprop raised ZeroDivisionError: division by zero (line 3)'
    """
    where = f" (line {raised.line})" if raised.line > 0 else ""
    failure = Failure.MEMORY if raised.builtin == "MemoryError" else Failure.RAISED
    said = f"{raised.exception}: {raised.words}" if raised.words else raised.exception
    return SubmissionError(failure, f"{what} raised {said}{where}", raised=raised)


class SandboxError(GradcheckError):
    """The sandbox itself failed, or cannot be as strict here as is required: no fault of any submission.

    Examples
    --------
    >>> issubclass(SandboxError, UserCodeError)
    False
    """


def harmless(text: str, longest: int = LONGEST) -> str:
    """Return a stranger's text without control characters, escape sequences and invisible marks, and not longer than that.

    It is plain text: what shows it in HTML or Markdown must escape it as such.

    Examples
    --------
    >>> harmless("red: \\x1b[31mfail\\x1b[0m\\u202e")
    'red: [31mfail[0m'
    """
    text = text[: longest + 1]
    kept = "".join(c for c in text if c in "\n\t" or not unicodedata.category(c).startswith("C"))
    return kept if len(text) <= longest else f"{kept[:longest]}..."
