"""Single components, each measured at the block's scale and, where it is far smaller than that, at finer steps and at its own."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.gaps import Allowance, Gap, gap_of
from gradcheck.checks.measuring import Measurement, Setting
from gradcheck.differences.directions import block_scale
from gradcheck.parameters import Leaf
from gradcheck.results import Component

Vector = npt.NDArray[Any]

FAR_BELOW: Final = 2.0**-10
"""A parameter below this share of its block's scale is also measured at finer steps, and at its own scale (dimensionless): twice the first step of the ladder in
float64, so that no step at the block's scale is shorter than half of it."""

BATCH: Final = 8
"""Components measured side by side (a count): what a budget that runs out can lose, and the width an executor sees."""

LEAST_PASSES: Final = 6
"""Forward passes that a ladder takes at least (a count)."""


@dataclasses.dataclass(frozen=True)
class Measured:
    """One component as it was measured: whether the claim is refuted, and the gap in units of the block's scale.

    Examples
    --------
    >>> Measured(Component("w", (0,), 1.0, 2.0, 1e-9), Gap(-1.0, 1e-9), is_wrong=True).gap.value
    -1.0
    """

    component: Component
    gap: Gap
    is_wrong: bool


class Components:
    """The components of one block that have been measured so far, each once.

    Parameters
    ----------
    setting : Setting
    leaf : Leaf
    allowance : Allowance
    size : float
        A slope along one component that need not be known better than to a share of this [cost per unit of step].

    Examples
    --------
    >>> Components.__name__
    'Components'
    """

    def __init__(self, setting: Setting, leaf: Leaf, allowance: Allowance, *, size: float = 0.0) -> None:
        self.setting, self.leaf, self.allowance, self.size = setting, leaf, allowance, size
        self.scale = block_scale(setting.problem.w[leaf.place])
        self.measured: dict[int, Measured] = {}

    def wrong(self) -> tuple[Component, ...]:
        """Return the wrong components so far, the worst first."""
        found = [one.component for one in self.measured.values() if one.is_wrong]
        return tuple(sorted(found, key=lambda component: -abs(component.claimed - component.estimated)))

    def tried(self) -> tuple[Component, ...]:
        """Return all that could be measured so far, right or wrong."""
        return tuple(one.component for one in self.measured.values() if math.isfinite(one.gap.bound))

    def measure(self, numbers: Sequence[int]) -> list[Measured]:
        """Measure components, given by their places within the block; 6 forward passes or more for each that is new."""
        new = [number for number in dict.fromkeys(map(int, numbers)) if number not in self.measured]
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            self.allowance.check(LEAST_PASSES * len(batch))
            found = self.setting.measure_all([self._direction(number, self.scale) for number in batch], size=self.size)
            for number, measurement in zip(batch, found, strict=True):
                self.measured[number] = self._judged(number, measurement)
        return [self.measured[int(number)] for number in numbers]

    def _judged(self, number: int, measurement: Measurement) -> Measured:
        """Return a component with its verdict: wrong where the claim is refuted at every scale that it has."""
        scale, is_wrong = self.scale, _is_refuted(measurement)
        own = abs(float(self.setting.problem.w[self.leaf.start + number]))
        if is_wrong and own < FAR_BELOW * scale:
            measurement = self.setting.look_closer(measurement)
            is_wrong = _is_refuted(measurement)
        if is_wrong and 0.0 < own < FAR_BELOW * scale:
            closer = self.setting.measure(self._direction(number, own))
            is_wrong = _is_refuted(closer)
            if not is_wrong or _contradict(measurement, scale, closer, own):
                measurement, scale = closer, own
        gap = gap_of(self.setting, measurement)
        component = self._component(number, measurement, scale)
        return Measured(component, gap.times(self.scale / scale), is_wrong)

    def _direction(self, number: int, scale: float) -> Vector:
        direction = np.zeros(self.setting.problem.w.size)
        direction[self.leaf.start + number] = scale
        return direction

    def _component(self, number: int, measurement: Measurement, scale: float) -> Component:
        """Return a measured component in units of cost per unit of parameter."""
        estimate = measurement.estimate
        return Component(
            block=self.leaf.name,
            index=tuple(int(i) for i in np.unravel_index(number, self.leaf.shape)),
            claimed=float(self.setting.claimed[self.leaf.start + number]),
            estimated=estimate.value / scale,
            bound=measurement.bound / scale,
            truncation_error=estimate.truncation_error / scale,
            condition_error=estimate.condition_error / scale,
            gradient_noise=measurement.gradient_noise / scale,
        )


def _is_refuted(measurement: Measurement) -> bool:
    """Tell whether one measurement refutes the claim; at a kink there is nothing to refute."""
    return measurement.stands_out and math.isfinite(measurement.gap) and not measurement.estimate.is_kinked


def _contradict(first: Measurement, scale: float, second: Measurement, own: float) -> bool:
    """Tell whether two measurements of one component, at two scales, exclude each other."""
    apart = abs(first.estimate.value / scale - second.estimate.value / own)
    return not apart <= first.bound / scale + second.bound / own
