"""What grading found: points for each item of one submission, with their reasons; frozen records, which carry all that a page shows."""

from __future__ import annotations

import dataclasses
import enum
import math
import typing
from collections.abc import Iterable, Mapping
from typing import Any

from gradcheck.results.codec import SCHEMA_VERSION, decode, encode
from gradcheck.results.records import CheckResult


class ItemStatus(enum.Enum):
    """What became of one item of a rubric.

    Examples
    --------
    >>> ItemStatus("pass").name
    'PASS'
    """

    PASS = "pass"
    PARTIAL = "partial"
    FAIL = "fail"
    MISSING = "missing"
    """The submission lacks what the item asks for."""
    ERROR = "error"
    """The submission's own code raised, or answered with what is no answer."""
    TIMEOUT = "timeout"
    """It did not answer within the limits of time."""
    LIMIT = "limit"
    """It was stopped at another limit: memory, output, a forbidden call."""
    INCONCLUSIVE = "inconclusive"
    """Nothing was shown: no points, and a note to whoever runs the course."""
    UNGRADED = "ungraded"
    """A fault of the grader's: neither points nor their loss."""


class Visibility(enum.Enum):
    """When a student sees an item.

    Examples
    --------
    >>> Visibility("hidden").name
    'HIDDEN'
    """

    VISIBLE = "visible"
    HIDDEN = "hidden"
    AFTER_DUE_DATE = "after_due_date"
    AFTER_PUBLISHED = "after_published"


class SheetStatus(enum.Enum):
    """What became of one submission.

    Examples
    --------
    >>> SheetStatus("graded").name
    'GRADED'
    """

    GRADED = "graded"
    ERROR = "error"
    """It could not be read or imported: every item has its points lost, with the reason."""
    UNGRADED = "ungraded"
    """A fault of the grader's: it counts for nothing until it is graded again."""


class FlagCode(enum.Enum):
    """What a submission is flagged for.

    Examples
    --------
    >>> FlagCode.COST_RATIO.value
    'fake-backprop-cost-ratio'
    """

    COST_RATIO = "fake-backprop-cost-ratio"
    """The gradient takes many times the work of the forward pass."""
    FINGERPRINT = "fake-backprop-fingerprint"
    """The gradient errs as differences err, and not as rounding does."""
    COST_DOMINATED = "fake-backprop-cost-dominated"
    """Where the cost is large and its gradient small, the gradient is lost as differences lose it."""
    IMPORTS = "imports"
    """It tried to import a package that the rubric does not allow."""


class Severity(enum.Enum):
    """What a flag asks for.

    Examples
    --------
    >>> Severity("review").name
    'REVIEW'
    """

    REVIEW = "review"
    POINTS = "points"
    """The rubric takes the points away."""


@dataclasses.dataclass(frozen=True)
class Evidence:
    """One number behind a flag, beside the limit it was held against (in `unit`).

    Examples
    --------
    >>> Evidence("gradient over forward pass", 812.0, 25.0, "times the work").value
    812.0
    """

    name: str
    value: float
    limit: float
    unit: str = ""


@dataclasses.dataclass(frozen=True)
class Flag:
    """Something a person should look at, with what was measured.

    Examples
    --------
    >>> Flag(FlagCode.COST_RATIO, Severity.REVIEW, "backprop takes 812 times the work of a forward pass").severity.value
    'review'
    """

    code: FlagCode
    severity: Severity
    sentence: str
    evidence: tuple[Evidence, ...] = ()


@dataclasses.dataclass(frozen=True)
class ItemGrade:
    """The points of one item, and why.

    Attributes
    ----------
    id, title : str
    status : ItemStatus
    points, max_points : float
        Points given and possible.
    equation : str
        "BP1" to "BP4", or empty.
    visibility : Visibility
    explain : int
        How much `feedback` tells, 0 to 4 (see reporting.levels).
    carried_forward : bool
        Whether points were given for what is right of a wrong input.
    feedback : str
        What the student may read: never more than `explain` allows.
    diagnosis : tuple of str
        The ids of the mistakes that fit, for the course's statistics; not for the student.
    seed : int
        Reproduces the item; not for the student.
    result : CheckResult or None
        All that was found; not for the student.
    student_output : str
        What the submission printed, cleaned and bounded.
    seconds : float
        Wall time; no part of what two gradings are compared by.

    Examples
    --------
    >>> ItemGrade("bp1", "The output error", ItemStatus.PASS, 2.0, 2.0).lost
    0.0
    """

    id: str
    title: str
    status: ItemStatus
    points: float
    max_points: float
    equation: str = ""
    visibility: Visibility = Visibility.VISIBLE
    explain: int = 0
    carried_forward: bool = False
    feedback: str = ""
    diagnosis: tuple[str, ...] = ()
    seed: int = 0
    result: CheckResult | None = None
    student_output: str = ""
    seconds: float = dataclasses.field(default=0.0, compare=False)

    @property
    def lost(self) -> float:
        """The points that were not given."""
        return self.max_points - self.points


@dataclasses.dataclass(frozen=True)
class Isolation:
    """How far a submission was shut in while it ran.

    Attributes
    ----------
    tier : str
        "T0" to "T4".
    landlock_abi : int
        0 where there is no Landlock.
    has_seccomp : bool
    limits : tuple of str
        The limits that held, in words with their units.

    Examples
    --------
    >>> Isolation("T2", 5, has_seccomp=True).tier
    'T2'
    """

    tier: str
    landlock_abi: int = 0
    has_seccomp: bool = False
    limits: tuple[str, ...] = ()


DECIMALS: typing.Final = 9
"""Decimals that a sum of points is kept to: three tenths are 0.3 (a count)."""


def _sum(points: Iterable[float]) -> float:
    return round(math.fsum(points), DECIMALS)


@dataclasses.dataclass(frozen=True)
class GradeSheet:
    """All that was found of one submission.

    Attributes
    ----------
    submission : str
        Its name: that of its folder or file.
    status : SheetStatus
    items : tuple of ItemGrade
        In the rubric's order.
    reason : str
        Why it was not graded, or could not be read; what a student may read.
    files : tuple of str
        The files it is made of.
    sha256 : str
        Of its content: equal submissions are graded equally.
    rubric, rubric_sha256 : str
        The assignment's title, and the hash of the rubric's text.
    seed_id : str
        Names the course secret that the seeds were made from, without telling it.
    flags : tuple of Flag
    isolation : Isolation or None
    notes : tuple of str
        Sentences for the student: magics dropped from a notebook, and the like.
    versions : tuple of str
        Such as "gradcheck 0.1.0", "python 3.11.7", "numpy 2.4.6".
    seconds : float
        Wall time; no part of what two gradings are compared by.

    Examples
    --------
    >>> sheet = GradeSheet("ada", SheetStatus.GRADED, (ItemGrade("bp1", "The output error", ItemStatus.PASS, 2.0, 2.0),))
    >>> sheet.total, sheet.max_points, sheet.percent
    (2.0, 2.0, 100.0)
    >>> GradeSheet.from_dict(sheet.as_dict()) == sheet
    True
    """

    submission: str
    status: SheetStatus
    items: tuple[ItemGrade, ...] = ()
    reason: str = ""
    files: tuple[str, ...] = ()
    sha256: str = ""
    rubric: str = ""
    rubric_sha256: str = ""
    seed_id: str = ""
    flags: tuple[Flag, ...] = ()
    isolation: Isolation | None = None
    notes: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    seconds: float = dataclasses.field(default=0.0, compare=False)
    schema_version: int = SCHEMA_VERSION

    @property
    def total(self) -> float:
        """The points given."""
        return _sum(item.points for item in self.items)

    @property
    def max_points(self) -> float:
        """The points possible."""
        return _sum(item.max_points for item in self.items)

    @property
    def percent(self) -> float:
        """The share of the points given [percent]; 0 where there are none to give."""
        return 100.0 * self.total / self.max_points if self.max_points else 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return the sheet as dictionaries, lists, strings and finite numbers, ready for JSON."""
        return typing.cast(dict[str, Any], encode(self))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> GradeSheet:
        """Return the sheet that `as_dict` wrote.

        Raises
        ------
        ValueError
            If the schema version is another, or a field is missing or unknown.
        """
        return typing.cast(GradeSheet, decode(cls, data))
