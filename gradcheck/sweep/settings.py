"""What one may choose of a sweep."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gradcheck.errors import UsageError


class Form(enum.Enum):
    """How a perturbed cost is recomputed.

    Examples
    --------
    >>> Form("delta")
    <Form.DELTA: 'delta'>
    """

    Z = "z"
    """Plainly: sigma of the perturbed weighted inputs, layer by layer, and the two costs subtracted."""
    DELTA = "delta"
    """Changes of activations and of the cost by exact identities, so that nothing cancels."""


class Difference(enum.Enum):
    """Which quotient of costs estimates a derivative.

    Examples
    --------
    >>> Difference("central").sides
    (1.0, -1.0)
    """

    FORWARD = "forward"
    """(C(w + step) - C(w)) / step: equation (46)."""
    CENTRAL = "central"
    """(C(w + step) - C(w - step)) / (2 step)."""

    @property
    def sides(self) -> tuple[float, ...]:
        """Return the signs of the displacements."""
        return (1.0,) if self is Difference.FORWARD else (1.0, -1.0)


UNIT_ROUNDOFF: Final = 2.0**-53
STEPS: Final = {
    (Form.Z, Difference.FORWARD): math.sqrt(UNIT_ROUNDOFF),
    (Form.Z, Difference.CENTRAL): UNIT_ROUNDOFF ** (1 / 3),
    (Form.DELTA, Difference.FORWARD): UNIT_ROUNDOFF,
    (Form.DELTA, Difference.CENTRAL): math.sqrt(UNIT_ROUNDOFF),
}
"""Steps in units of the parameter at which truncation and rounding balance, for derivatives of size 1 in a parameter of size 1: where
nothing cancels only truncation counts."""


@dataclass(frozen=True)
class SweepSettings:
    """Hold what one may choose of a sweep.

    Parameters
    ----------
    form : Form
    difference : Difference
    step : float, optional
        eps of (46), in units of the parameter; by default that of `STEPS`.
    jobs : int
        Processes, of one BLAS thread each; never more than there are cores. The result does not depend on it.
    seed : int
        Chooses the parameters that are spot-checked.
    spot_checks : int, optional
        How many these are; by default 4, and of a larger network one for each 10,000 parameters, up to 64.
    progress : callable, optional
        ``progress(done, total)``, in costs.

    Raises
    ------
    UsageError
        If the step is not a positive finite number, or a count is not positive.

    Examples
    --------
    >>> SweepSettings(step=1e-6).realised_step
    1e-06
    """

    form: Form = Form.DELTA
    difference: Difference = Difference.CENTRAL
    step: float | None = None
    jobs: int = 1
    seed: int = 0
    spot_checks: int | None = None
    progress: Callable[[int, int], object] | None = None

    def __post_init__(self) -> None:
        """Refuse what is no choice."""
        if not 0 < self.realised_step < math.inf:
            raise UsageError(f"step is {self.step!r}: a positive finite number is required, in units of the parameter")
        for name, count in (("jobs", self.jobs), ("spot_checks", self.spot_checks)):
            if count is not None and count < 1:
                raise UsageError(f"{name} is {count!r}: 1 or more is required")

    @property
    def realised_step(self) -> float:
        """Return the step that is taken."""
        return STEPS[self.form, self.difference] if self.step is None else self.step

    def checks_of(self, parameters: int) -> int:
        """Return how many of a network's parameters are spot-checked.

        Examples
        --------
        >>> SweepSettings().checks_of(23_860), SweepSettings().checks_of(987_210)
        (4, 64)
        """
        return min(64, max(4, parameters // 10_000)) if self.spot_checks is None else self.spot_checks


DEFAULT_SETTINGS: Final = SweepSettings()
