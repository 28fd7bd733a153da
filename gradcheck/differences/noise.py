"""The noise of one cost evaluation, measured from a table of differences (Moré and Wild's ECnoise)."""

from __future__ import annotations

import dataclasses
import enum
import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.differences.lines import Line

TABLE_POINTS: Final = 7
"""Values a difference table is made of: Moré and Wild's own choice, six differences deep (a count)."""

AGREEMENT: Final = 4.0
"""Three estimates in a row must agree within this factor: Moré and Wild's criterion (dimensionless)."""

TRIES: Final = 4
"""How many spacings are tried before the floor alone is used (a count): a cost computed in float32 stands still up to
the third."""

WIDER: Final = 1000.0
"""How much wider points are set whose values hardly change (dimensionless): from 1e-10 four tries reach 0.1, the steps
of a float16 cost.

Points this much wider see up to 500 of the steps that made half of the differences 0, and their curvature is still far
below one step."""

NARROWER: Final = 0.01
"""How much narrower points are set whose values change too much: Moré and Wild's own choice (dimensionless)."""

FLOOR_ROUNDINGS: Final = 1.0
"""The noise is at least this many roundings of |C| in the cost's own dtype: its last operation rounds once
(dimensionless)."""


class Spacing(enum.Enum):
    """What a difference table says of the spacing of its points.

    Examples
    --------
    >>> Spacing.FINE.value
    'too fine'
    """

    GOOD = "good"
    FINE = "too fine"
    COARSE = "too coarse"


@dataclasses.dataclass(frozen=True)
class Noise:
    """The standard deviation of one cost evaluation [cost], and whether the table settled on it.

    Examples
    --------
    >>> Noise(1e-16, Spacing.GOOD).level
    1e-16
    """

    level: float
    spacing: Spacing


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
    """Measure the noise of one evaluation of a cost along a line; 6 forward passes a try, at most 4 tries.

    Needed for the condition error of equation (46): noise / step.

    Parameters
    ----------
    line : Line
    centre : float
        phi(0), already evaluated [cost].
    spacing : float
        First distance between points, in units of the line's direction; it is widened where the values hardly change
        and narrowed where they change too much.
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
    floor = FLOOR_ROUNDINGS * eps / 2.0 * abs(centre)
    half = TABLE_POINTS // 2
    unsettled: list[float] = []
    stood_still = False
    for _ in range(TRIES):
        values = np.array([centre if i == 0 else line.value(i * spacing) for i in range(-half, half + 1)])
        noise = difference_table_noise(values)
        if noise.spacing is Spacing.GOOD:
            return Noise(max(noise.level, floor), noise.spacing)
        # Once values have stood still, they move in steps: those of a cost computed in a coarser dtype than its
        # parameters.
        stood_still = stood_still or noise.spacing is Spacing.FINE
        unsettled.append(max(noise.level, _rounding_to_steps(values)) if stood_still else noise.level)
        spacing *= WIDER if noise.spacing is Spacing.FINE else NARROWER
    level = min((level for level in unsettled if 0.0 < level < math.inf), default=0.0)
    return Noise(max(level, floor), noise.spacing)


def _rounding_to_steps(values: npt.NDArray[Any]) -> float:
    """Return the standard deviation of rounding to the smallest step between neighbours, step / sqrt(12); 0 where none
    moves."""
    steps = np.abs(np.diff(values))
    return float(np.min(steps[steps > 0.0], initial=math.inf)) / math.sqrt(12.0) if np.any(steps > 0.0) else 0.0
