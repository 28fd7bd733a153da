"""Measuring one problem: the noise of its cost, and its slope along a direction with the claim beside it."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.preflight import GRADIENT_ROUNDINGS, Nearby, Preflight
from gradcheck.checks.problem import Problem
from gradcheck.differences.directions import component_lengths, spread_numbers
from gradcheck.differences.estimates import Accuracy, LadderEstimate
from gradcheck.differences.ladder import FIRST_RUNGS, LARGEST_STEP, RATIO, climbing, first_step
from gradcheck.differences.lines import Line
from gradcheck.differences.lockstep import Procedure, follow, follow_all
from gradcheck.differences.noise import measure_noise
from gradcheck.differences.rungs import EXTRAPOLATED_CONDITION
from gradcheck.differences.slope_noise import table_spacing
from gradcheck.parameters import Leaf

Vector = npt.NDArray[Any]

SAFETY: Final = 4.0
"""The allowed gap is this many times the sum of the errors (dimensionless). The errors are estimates, not bounds; over the random
networks of tests/test_calibration.py the true error stays below 1.5 times the sum: the rest of the factor is margin."""

NOISE_SAFETY: Final = 4.0
"""Noise taken for one evaluation, in measured standard deviations (dimensionless): a normal error passes 4 once in 16,000."""

WANTED_ACCURACY: Final = 1.5e-9
"""A ladder stops at an error of this share of the slope (dimensionless): with it two directions see an error of 1e-5 of a block's norm
with probability 1 - 1e-6, since 0.80 * 2 * SAFETY * 1.5e-9 < 1e-8 = 1e-5 * sqrt(1e-6)."""

SHARE_OF_DIGITS: Final = 1 / 5
"""An agreement counts when at least this share of the dtype's decimal digits was measured: 3.1 of float64, 1.4 of float32."""

CONVENTION_SHARE: Final = 1e-4
"""At a kink no more than this share of the slopes is taken for the rounding of a claim (dimensionless): SAFETY times it, and three slopes,
are a rounding of float16. A claim that is another within a rounding of the point, that of max at a tie, would have any size else."""

FINEST_SHARE: Final = 8.0
"""A gap is looked at again at the step where it is this many times the noise of one evaluation over that step (dimensionless): half
of it then stands out of SAFETY times the noise."""

FINEST_STEP: Final = math.sqrt(float(np.finfo(np.float64).tiny))
"""No gap is looked at with a step below this [in units of the direction]: its square would be 0, and where the cost is 0 at parameters
of 0 there is no noise to stop at."""

WAVES: Final = 1e4
"""Noise of so many roundings may be waves that are smooth at finer steps (dimensionless): true noise seems to have the claimed slope
there with a chance of about its inverse."""


FINE_STEPS: Final = 1e-5
"""Steps of a cost that are no farther apart are rounding [in units of a direction]: float32's are 6e-8 to 1e-6. Wider ones are those of
a shorter dtype or of what hardly moves beside a larger number, or of a quantiser, whose derivative is 0."""


@dataclasses.dataclass(frozen=True)
class Setting:
    """What every measurement of one problem at one point shares.

    Attributes
    ----------
    problem : Problem
        Its `w` is the point.
    centre : float
        The cost there.
    claimed, gradient_noise : ndarray, shape (P,)
        The claimed gradient and the rounding error of each of its components [cost per unit of parameter].
    noise : float
        Error of one evaluation of the cost [cost].
    eps : float
        Machine precision of the coarsest dtype among cost and parameters (dimensionless).
    steps : float
        How far apart the steps are that a part of the cost moves in, which the noise is of: below them its slope is no slope;
        0 where none are known [in units of a direction].

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(Setting)]
    ['problem', 'centre', 'claimed', 'gradient_noise', 'noise', 'eps', 'steps']
    """

    problem: Problem
    centre: float
    claimed: Vector
    gradient_noise: Vector
    noise: float
    eps: float
    steps: float = 0.0

    @property
    def is_stepped(self) -> bool:
        """Whether a part of the cost is known to move in steps."""
        return self.steps > 0.0

    @property
    def may_be_meant(self) -> bool:
        """Whether the steps are so wide that someone may have made them: the slope between them is then the derivative."""
        return self.steps > FINE_STEPS

    @property
    def resolvable(self) -> float:
        """The least slope that the longest step could tell from the noise [cost per unit of step]."""
        return SAFETY * EXTRAPOLATED_CONDITION * self.noise / (LARGEST_STEP / RATIO)

    @property
    def wanted_digits(self) -> float:
        """The decimal digits that an agreement must have measured."""
        return -SHARE_OF_DIGITS * math.log10(self.eps)

    def claimed_size(self, leaf: Leaf) -> float:
        """Return the typical claimed slope along a direction of a leaf: the norm of its gradient times its scale [cost per unit of step]."""
        return self._claimed_sizes[leaf.start] if leaf.size else 0.0

    @functools.cached_property
    def _claimed_sizes(self) -> dict[int, float]:
        """The typical claimed slope of every leaf, by where it starts."""
        leaves = [leaf for leaf in self.problem.layout.leaves if leaf.size]
        return {leaf.start: norm(self.claimed[leaf.place] * self.problem.scales(leaf)) for leaf in leaves}

    def beside(self, nearby: Nearby) -> Setting:
        """Return the setting at another point, where the cost and the claim are already known."""
        roundings = GRADIENT_ROUNDINGS * self.eps * np.abs(nearby.claimed)
        return dataclasses.replace(
            self,
            problem=self.problem.at(nearby.w),
            centre=nearby.centre,
            claimed=nearby.claimed,
            gradient_noise=np.fmax(self.gradient_noise, roundings),
        )

    def just_beside(self, generator: np.random.Generator) -> Setting | None:
        """Return the setting at a generic point just beside this one, off any kink it lies on; None where nothing sound is said there.

        One forward pass and one gradient call; none where the gradient is known as a value only.
        """
        if self.problem.subject.gives_value_only:
            return None
        moved = self.moved_a_little(generator)
        centre, claim = self.problem.probe(moved), self.problem.claim_elsewhere(moved)
        if not math.isfinite(centre) or claim is None or claim.vector is None or claim.faults:
            return None
        return self.beside(Nearby(moved, centre, claim.vector))

    def moved_a_little(self, generator: np.random.Generator) -> Vector:
        """Return a generic point just beside this one: half of the digits away."""
        moved = self.problem.w.copy()
        for leaf in self.problem.layout.leaves:
            if leaf.size:
                distance = math.sqrt(max(self.eps, self.problem.layout.eps(leaf)))
                away = self.problem.scales(leaf) * spread_numbers(leaf.size, generator)
                away *= distance
                moved[leaf.place] += away
        return self.problem.layout.realise(moved)

    def line(self, direction: Vector) -> Line:
        """Return the cost along a direction of shape (P,)."""
        problem = self.problem
        return Line(problem.probe, problem.w, direction, problem.layout.realise, problem.probes)

    def accuracy(self, size: float = 0.0) -> Accuracy:
        """Return how well the cost can be evaluated, and how well a slope of at least `size` is to be known."""
        return Accuracy(self.noise, NOISE_SAFETY * self.eps / 2.0, WANTED_ACCURACY, size)

    def measure(self, direction: Vector, *, size: float = 0.0) -> Measurement:
        """Measure the cost's slope along `direction` and put the claim beside it; 6 forward passes or more."""
        return self.measure_all([direction], size=size)[0]

    def measure_all(self, directions: Sequence[Vector], *, size: float = 0.0) -> list[Measurement]:
        """Measure along several directions; an executor evaluates their points side by side."""
        lines = [self.line(direction) for direction in directions]
        found = follow_all(lines, [self._climbing(line, self._first_step(size), size) for line in lines])
        return [self._beside_claim(line, estimate) for line, estimate in zip(lines, found, strict=True)]

    def look_closer(self, seen: Measurement) -> Measurement:
        """Look again, at the finest steps that could tell, at a gap that stands out; return what then is known.

        The cost may have its claimed slope on a scale below all steps of the ladder: parameters of very different scale in
        one array, a fast oscillation, a kink beside the point. Where the claim is refuted down to the step at which the
        noise hides the gap, the measurement stands; else the ladder starts again below the step that did not refute it.
        """
        closer = self._look_down_to_the_noise(seen)
        return self._look_below_the_noise(closer) if closer.stands_out and not self.is_stepped else closer

    def _look_down_to_the_noise(self, seen: Measurement) -> Measurement:
        line = self.line(seen.direction)
        finest = (
            max(FINEST_SHARE * self._noise_along(line, seen) / seen.gap, FINEST_STEP) if seen.gap > 0.0 else math.inf
        )
        if not RATIO * finest < seen.estimate.step:
            return seen
        steps = [math.sqrt(finest * seen.estimate.step), finest]
        refuted = follow(line, self._refuting(line, steps, seen))
        if all(refuted):
            return seen
        step = steps[refuted.index(False)] / RATIO
        return self._beside_claim(line, follow(line, self._climbing(line, step, 0.0)))

    def _look_below_the_noise(self, seen: Measurement) -> Measurement:
        """Look where no more than rounding hides the gap: what was taken for noise may be waves, and the claim the slope of one."""
        rounding = NOISE_SAFETY * self.eps / 2.0 * abs(self.centre)
        line, quiet = self.line(seen.direction), dataclasses.replace(self, noise=rounding)
        least = quiet._noise_along(line, seen)
        if not (self.noise > WAVES * least and seen.gap > 0.0):
            return seen
        step = max(FINEST_SHARE * least / seen.gap, FINEST_STEP)
        (refuted,) = follow(line, quiet._refuting(line, [step], seen))
        return seen if refuted else quiet._beside_claim(line, follow(line, quiet._climbing(line, step / RATIO, 0.0)))

    def _first_step(self, size: float) -> float:
        """Return where to begin: the smaller the slope beside the noise, the longer the steps that measure it."""
        noise = max(self.eps, self.noise / size if size > 0.0 else self.eps)
        return min(first_step(noise), LARGEST_STEP / RATIO ** (FIRST_RUNGS - 1))

    def _climbing(self, line: Line, step: float, size: float) -> Procedure[LadderEstimate]:
        return climbing(self.centre, line.distance, accuracy=self.accuracy(size), step=step)

    def _noise_along(self, line: Line, seen: Measurement) -> float:
        """Return the noise of one evaluation along a line, that of its rounded point included."""
        slope = max(abs(seen.estimate.value), abs(seen.claimed))
        return max(self.noise, NOISE_SAFETY * self.eps / 2.0 * max(abs(self.centre), slope * line.distance))

    def _refuting(self, line: Line, steps: list[float], seen: Measurement) -> Procedure[list[bool]]:
        """Tell for each step whether the extrapolated difference with it refutes the claim; the central one has a truncation error."""
        stencils = [_extrapolated(t) for t in steps]
        values = yield [t for stencil in stencils for t, _ in stencil]
        refuted = []
        for i, (t, stencil) in enumerate(zip(steps, stencils, strict=True)):
            there = values[len(stencil) * i : len(stencil) * (i + 1)]
            slope = sum(c * (value - self.centre) for (_, c), value in zip(stencil, there, strict=True))
            claimed = float(self.claimed @ line.displacement(stencil))
            noise = EXTRAPOLATED_CONDITION * self._noise_along(line, seen) / t
            # Where a side of the point has no value, nothing speaks against the measurement.
            refuted.append(not abs(slope - claimed) <= SAFETY * (noise + seen.gradient_noise))
        return refuted

    def _beside_claim(self, line: Line, estimate: LadderEstimate) -> Measurement:
        """Put the claim for the direction as it was realised beside an estimate."""
        tangent = estimate.tangent(line) if math.isfinite(estimate.value) else line.direction
        gradient_noise = norm(self.gradient_noise * tangent)
        return Measurement(float(self.claimed @ tangent), estimate, gradient_noise, line.direction)


@dataclasses.dataclass(frozen=True)
class Measurement:
    """One direction: the claimed slope, the measured one, and the gap between them that is allowed [cost per unit of step].

    An error is missed with a probability at most `dilution` times that along a Gaussian direction (dimensionless).

    Examples
    --------
    >>> right = Measurement(1.0, LadderEstimate(1.0, 1e-12, 1e-12, 1e-3, 0.0, 1e-9, 3), 1e-16)
    >>> right.stands_out
    False
    """

    claimed: float
    estimate: LadderEstimate
    gradient_noise: float
    direction: Vector = dataclasses.field(default_factory=lambda: np.zeros(0), compare=False, repr=False)
    dilution: float = 1.0

    @property
    def bound(self) -> float:
        """The gap that is allowed."""
        return SAFETY * (self.estimate.error + self.gradient_noise)

    @property
    def gap(self) -> float:
        """The gap that is seen."""
        return abs(self.claimed - self.estimate.value)

    @property
    def is_measured(self) -> bool:
        """Whether anything could be measured at all."""
        return math.isfinite(self.bound)

    @property
    def stands_out(self) -> bool:
        """Whether the gap is more than the errors allow; NaN stands out."""
        return self.is_measured and not (self.gap <= self.bound)

    @property
    def is_subgradient(self) -> bool:
        """Whether the claim lies between the slopes of both sides of the point, or is the one slope there is; to within the errors.

        What the claim changes by within a rounding of a kink, from one convention to another, is no rounding of it.
        """
        return self.is_measured and self.gap <= self.allowed_at_kink + 0.5 * abs(self.slopes[1] - self.slopes[0])

    @property
    def slopes(self) -> tuple[float, float]:
        """The backward and the forward slope at the point; one and the same where there is no kink."""
        half = 0.5 * self.estimate.slope_gap if self.estimate.is_kinked else 0.0
        return self.estimate.value - half, self.estimate.value + half

    @property
    def allowed_at_kink(self) -> float:
        """How far outside the slopes of both sides a claim is still taken to lie between them."""
        error = 0.5 * self.estimate.slope_gap_error if self.estimate.is_kinked else 0.0
        largest = abs(self.claimed) + sum(map(abs, self.slopes))
        return SAFETY * (self.estimate.error + min(self.gradient_noise, CONVENTION_SHARE * largest)) + error


def prepare(problem: Problem, preflight: Preflight, generator: np.random.Generator) -> Setting:
    """Measure the noise of the cost along one direction over all blocks; 6 to 24 forward passes."""
    eps = max(problem.cost_eps, *(problem.layout.eps(leaf) for leaf in problem.layout.leaves if leaf.size))
    direction = np.zeros(problem.w.size)
    for leaf in problem.layout.leaves:
        if leaf.size:
            direction[leaf.place] = component_lengths(problem.w[leaf.place]) * spread_numbers(leaf.size, generator)
    line = Line(problem.probe, problem.w, direction, problem.layout.realise, problem.probes)
    noise = measure_noise(line, preflight.centre, spacing=table_spacing(eps), eps=eps)
    # Near the smallest numbers there are, their spacing is the noise.
    level = max(noise.level, float(np.finfo(np.float64).tiny) * eps)
    error = max(NOISE_SAFETY * level, preflight.cost_noise)
    eps = max(eps, noise.eps)  # of float32 arithmetic inside a cost that takes and returns float64
    claimed = np.zeros(problem.w.size) if preflight.claimed is None else preflight.claimed
    return Setting(problem, preflight.centre, claimed, preflight.gradient_noise, error, eps)


def _extrapolated(t: float) -> tuple[tuple[float, float], ...]:
    """Return the points and coefficients of the central differences with t and with RATIO * t, extrapolated to 0."""
    near, far = RATIO**2 / (RATIO**2 - 1.0) / (2.0 * t), 1.0 / (RATIO**2 - 1.0) / (2.0 * RATIO * t)
    return (t, near), (-t, -near), (RATIO * t, -far), (-RATIO * t, far)


def norm(vector: Vector) -> float:
    """Return the Euclidean norm, also of components whose squares would be 0 or infinite.

    Examples
    --------
    >>> norm(np.array([3e-200, 4e-200]))
    5e-200
    """
    largest = float(np.maximum(np.max(vector, initial=0.0), -np.min(vector, initial=0.0)))
    return largest * float(np.linalg.norm(vector / largest)) if largest > 0.0 else 0.0
