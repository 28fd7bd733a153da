"""What pictures show beside the verdict: matrices of a wrong layer, and the errors of differences at many steps."""

from __future__ import annotations

import dataclasses
import math


@dataclasses.dataclass(frozen=True)
class Matrix:
    """A matrix, row after row.

    Examples
    --------
    >>> Matrix(rows=1, columns=2, values=(1.0, 2.0)).row(0)
    (1.0, 2.0)
    """

    rows: int
    columns: int
    values: tuple[float, ...]

    def row(self, number: int) -> tuple[float, ...]:
        """Return one row."""
        return self.values[number * self.columns : (number + 1) * self.columns]


@dataclasses.dataclass(frozen=True)
class WeightGradient:
    """The gradient by the weights of one layer as it was claimed, and as (BP1) to (BP4) give it, for one example.

    Both are without weight decay [cost per unit of weight]; `claimed` may have another shape.

    Examples
    --------
    >>> one = Matrix(1, 1, (1.0,))
    >>> WeightGradient(one, one).fits
    True
    """

    claimed: Matrix
    right: Matrix

    @property
    def fits(self) -> bool:
        """Whether both have one shape."""
        return (self.claimed.rows, self.claimed.columns) == (self.right.rows, self.right.columns)

    @property
    def difference(self) -> Matrix:
        """The claimed one less the right one, where both have one shape."""
        gaps = (claimed - right for claimed, right in zip(self.claimed.values, self.right.values, strict=True))
        return Matrix(self.right.rows, self.right.columns, tuple(gaps))


@dataclasses.dataclass(frozen=True)
class StepErrors:
    """What differences with one step are off by, and what the claimed slope leaves of the cost [cost per unit of step; cost].

    Attributes
    ----------
    step : float
        In units of the direction.
    plain, central, extrapolated : float
        Errors of (46), of the central difference, and of the central ones with this step and with 3 times it extrapolated to 0; NaN where the
        cost has no value.
    remainder : float
        |C(w + t v) - C(w) - t times the claimed slope|, Taylor's remainder if the claim is right.

    Examples
    --------
    >>> StepErrors(1e-3, plain=1e-3, central=1e-6).remainder
    nan
    """

    step: float
    plain: float = math.nan
    central: float = math.nan
    extrapolated: float = math.nan
    remainder: float = math.nan


@dataclasses.dataclass(frozen=True)
class StepStudy:
    """One direction, measured with steps of every size: for a page, beside the check and counted apart from it.

    Attributes
    ----------
    where : str
        The component or the block that the direction moves, and the example it was on, in words.
    steps : tuple of StepErrors
        From the smallest.
    claimed, estimated, error : float
        The slope that is claimed, the one that was measured, and the error of that [cost per unit of step].
    chosen : float
        The step at which it was measured [in units of the direction].
    noise : float
        Error of one evaluation of the cost, as measured [cost].
    forward_passes, gradient_calls : int
        What the study took, not counted in the check's own.

    Examples
    --------
    >>> StepStudy("w[0]").steps
    ()
    """

    where: str
    steps: tuple[StepErrors, ...] = ()
    claimed: float = math.nan
    estimated: float = math.nan
    error: float = math.nan
    chosen: float = math.nan
    noise: float = math.nan
    forward_passes: int = 0
    gradient_calls: int = 0


@dataclasses.dataclass(frozen=True)
class SessionGradient:
    """One gradient of a pytest session: the line of a test that checks it, and what came of it.

    Attributes
    ----------
    test : str
        Of pytest, such as test_layers.py::test_affine.
    line : int
        Of the test's file; 0 where there is none.
    title : str
    outcome : str
        The gravest of its checks': a verdict's value, or "not checked".
    checks, forward_passes : int
    seconds : float
        Of all its checks.
    explain : int
        How much the test tells, from 0 to 4.
    place : int
        Where what was found stands: among the report's failures for what was not checked, else among its results.

    Examples
    --------
    >>> SessionGradient("test_a.py::test_b", 3, "gradient", "agree").checks
    0
    """

    test: str
    line: int
    title: str
    outcome: str
    checks: int = 0
    forward_passes: int = 0
    seconds: float = 0.0
    explain: int = 4
    place: int = 0


@dataclasses.dataclass(frozen=True)
class Session:
    """A pytest session: its summary in sentences, and its gradients in the order of the tests.

    Examples
    --------
    >>> Session(("no gradient was checked",), seed=1).gradients
    ()
    """

    summary: tuple[str, ...]
    seed: int = 0
    gradients: tuple[SessionGradient, ...] = ()
