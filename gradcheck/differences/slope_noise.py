"""The noise of a claimed slope: how far a gradient's own arithmetic can be trusted along a direction."""

from __future__ import annotations

from typing import Final

from gradcheck.differences.lines import Line
from gradcheck.differences.noise import Noise, survey_noise
from gradcheck.differences.smoothness import broken
from gradcheck.differences.survey import Survey

SPACING: Final = 1e-10
"""Distance of the nearest points in float64 [in units of the direction]: a million roundings of the parameters."""

SPACING_ROUNDINGS: Final = 8.0
"""The nearest points are at least this many roundings of the parameters away, so that they exist (dimensionless)."""

WIDE_TABLES: Final = 3
"""Tables of wider points at most (a count): the slope of a linear cost stands still everywhere, and each value is a gradient call."""


def table_spacing(eps: float) -> float:
    """Return the distance of the nearest points of a table [in units of the direction]: a few roundings in float32, far above them in float64.

    Examples
    --------
    >>> table_spacing(2.0**-52), table_spacing(2.0**-23)
    (1e-10, 9.5367431640625e-07)
    """
    return max(SPACING, SPACING_ROUNDINGS * eps)


def claimed_slope_noise(line: Line, centre: float, *, eps: float) -> Noise:
    """Measure the noise of s(t) = g(w + t v) . v, a claimed gradient along a direction; 6 gradient calls as a rule, 24 at most.

    What rounding within backpropagation does to the slope it is compared with. A gradient computed in float32, one that is
    differenced, and 1 - tanh^2 in saturation are noisier than their last digit. A jump at one place, a ReLU that switches, is
    taken for a jump and no noise; several within the same 3e-6 are noise, as are all of a slope that never settles. A slope
    that stands still, that of a linear cost, has the rounding of its value.

    Parameters
    ----------
    line : Line
        Its `cost` is w -> g(w) . v [cost per unit of step].
    centre : float
        s(0), already evaluated.
    eps : float
        Machine precision of the coarsest dtype among the parameters and the gradient (dimensionless).

    Examples
    --------
    >>> import numpy as np
    >>> v = np.array([1.0])
    >>> line = Line(lambda w: float((1.0 - np.tanh(w) ** 2) @ v), np.array([15.0]), v, lambda w: w)
    >>> noise = claimed_slope_noise(line, line.value(0.0), eps=2.2e-16)
    >>> noise.quantum == 2.0**-52, noise.level > 1e-17
    (True, True)
    """
    return survey_noise(Survey(line, centre, spacing=table_spacing(eps), eps=eps), broken, wide_tables=WIDE_TABLES)
