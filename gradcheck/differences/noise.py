"""The noise of one cost evaluation, measured from values so near each other that the cost is smooth between them."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.differences.lines import Line
from gradcheck.differences.quantisation import fitting_eps
from gradcheck.differences.settling import UNIFORM, Spacing, settle
from gradcheck.differences.smoothness import Model, kinked
from gradcheck.differences.survey import Survey

AGREEMENT: Final = 4.0
"""Three estimates in a row must agree within this factor: Moré and Wild's criterion (dimensionless)."""

FLOOR_ROUNDINGS: Final = 1.0
"""The noise is at least this many roundings of |C| in the cost's own dtype: its last operation rounds once
(dimensionless)."""

WIDE_TABLES: Final = 4
"""Tables of wider points at most (a count): with the first, 30 evaluations."""


@dataclasses.dataclass(frozen=True)
class Noise:
    """The standard deviation of one cost evaluation, and how it was found.

    Attributes
    ----------
    level : float
        [cost]
    spacing : Spacing
        What the values said of their points: settled at once or in the end, or stood still everywhere, or never settled.
    eps : float
        Machine precision of the dtype the values were seen to be computed in, at least that of the parameters (dimensionless).
    quantum : float
        The step that all values are multiples of; 0 where there is none above rounding [cost].
    forward_passes : int
        Evaluations it took.

    Examples
    --------
    >>> Noise(1e-16, Spacing.GOOD).level
    1e-16
    """

    level: float
    spacing: Spacing
    eps: float = float(np.finfo(np.float64).eps)
    quantum: float = 0.0
    forward_passes: int = 0


def difference_table_noise(values: npt.NDArray[Any]) -> Noise:
    """Return the noise in equally spaced values of a smooth function.

    Moré and Wild (2011): the k-th differences of smooth values vanish as their spacing does, those of noise with
    standard deviation s have mean square s**2 (2k)! / (k!)**2, so that the columns of the table agree on s once the
    function has dropped out.

    Parameters
    ----------
    values : ndarray, shape (n,), n >= 4
        Function values [cost].

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> noise = difference_table_noise(1.0 + 1e-3 * rng.standard_normal(7))
    >>> noise.spacing, 1e-4 < noise.level < 1e-2
    (<Spacing.GOOD: 'good'>, True)
    """
    differences = np.asarray(values, dtype=np.float64)
    levels, changes_sign = [], []
    for order in range(1, len(values)):
        differences = np.diff(differences)
        if order == 1 and np.count_nonzero(differences == 0.0) >= len(values) / 2:
            return Noise(0.0, Spacing.FINE)
        gamma = math.factorial(order) ** 2 / math.factorial(2 * order)
        levels.append(math.sqrt(gamma * float(np.mean(differences**2))))
        changes_sign.append(bool(np.min(differences) < 0.0 < np.max(differences)))
    for start in range(len(levels) - 2):
        three = levels[start : start + 3]
        if max(three) <= AGREEMENT * min(three) and changes_sign[start]:
            return Noise(levels[start], Spacing.GOOD)
    # Every column holds the noise and what is left of the function: the least of those with three differences or more
    # is an upper estimate.
    return Noise(min(levels[:-2]), Spacing.COARSE)


def measure_noise(line: Line, centre: float, *, spacing: float, eps: float) -> Noise:
    """Measure the noise of one evaluation of a cost along a line; 6 forward passes as a rule, 30 at most.

    Needed for the condition error of equation (46): noise / step. The first six values, at three distances, settle it where their
    noise is one at all of them. Values that stand still, or move in steps, are looked at farther off, until they move by many
    steps; others once more at the farthest distance, where a cost that bends, or has a kink, is told from one that jumps.

    Parameters
    ----------
    line : Line
    centre : float
        phi(0), already evaluated [cost].
    spacing : float
        Distance of the nearest points, in units of the line's direction: they must differ in the parameters' own dtype.
    eps : float
        Machine precision of the dtype the cost computes in; the noise is at least one rounding, eps / 2, of |C|
        (dimensionless).

    Examples
    --------
    >>> import numpy as np
    >>> line = Line(lambda w: float(np.exp(w[0])), np.array([1.0]), np.array([1.0]), lambda w: w)
    >>> noise = measure_noise(line, line.value(0.0), spacing=1e-10, eps=2.2e-16)
    >>> 1e-16 < noise.level < 1e-14
    True
    """
    return survey_noise(Survey(line, centre, spacing=spacing, eps=eps), kinked, wide_tables=WIDE_TABLES)


def survey_noise(survey: Survey, breaking: Model, *, wide_tables: int) -> Noise:
    """Measure the noise of a function that may break in one way without being noisy; see `settle`.

    Examples
    --------
    >>> line = Line(lambda w: abs(float(w[0])), np.zeros(1), np.ones(1), lambda w: w)
    >>> survey_noise(Survey(line, 0.0, spacing=1e-10, eps=2.2e-16), kinked, wide_tables=3).forward_passes
    12
    """
    settled = settle(survey, breaking, wide_tables=wide_tables)
    seen, step = fitting_eps(survey.samples.values, eps=survey.eps), survey.quantum
    floor = max(FLOOR_ROUNDINGS * seen / 2.0 * abs(survey.centre), UNIFORM * step)
    return Noise(max(settled.level, floor), settled.spacing, seen, step, survey.forward_passes)
