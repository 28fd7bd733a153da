"""Components that the directions of a whole leaf would let be wrong are measured by themselves, or with others of their scale."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.evidence import WANTED_LIMIT, Evidence
from gradcheck.checks.limits import Portion
from gradcheck.checks.measuring import Measurement, Setting, norm
from gradcheck.checks.second_look import look
from gradcheck.checks.slightness import share_of_slight
from gradcheck.differences.directions import block_scale
from gradcheck.errors import BudgetExceeded
from gradcheck.parameters import Leaf
from gradcheck.results import Component

Vector = npt.NDArray[Any]
Look = Callable[[Vector, float], Measurement]
"""How to measure along a direction of shape (P,), a slope that need not be known better than to a share of a size."""

MOST_AXES: Final = 12
"""Leaves of at most this many components are measured along their axes (a count): those of one scale where a claim is below the
resolution, and 12 axes take the passes of the 12 directions that a larger leaf may take."""

DIRECTIONS: Final = 2
"""Directions along which components of one scale are measured (a count): as many as see WANTED_LIMIT at the accuracy of a ladder."""

DECADE: Final = 10.0
"""Components whose scales differ by at most this factor share a direction (dimensionless): an error in the least of them is then seen
from ten times the size on of one in the largest."""

MOST_DECADES: Final = 8
"""Such sets of one leaf that are measured at most, the least scales first (a count): 12 passes or more each."""

SHORTER: Final = 30.0
"""By how much the steps that a ladder comes to are shorter than the longest there is, and the noise over them larger (dimensionless): over
the smooth costs of tests/zoo they are 1e-3 to 1e-1 of the scale, 1e-2 as a rule, beside 1/3. No axis is measured for less."""

TEN_TIMES: Final = 10.0
"""A claim below its resolution is measured along its axis where it is so many times what that could resolve (dimensionless): one digit of
it. With less, a cost with true noise would be asked for a dozen axes that tell nothing."""

OTHER: Final = 10.0
"""A second scale for the same components is tried where it is so many times the first (dimensionless): the noise over it is as much
smaller."""


@dataclasses.dataclass(frozen=True)
class Sounded:
    """The evidence with what was measured besides, and the portion and measurement that stand out of it, if any does.

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(Sounded)]
    ['evidence', 'flagged']
    """

    evidence: Evidence
    flagged: Portion | None = None


def sound(evidence: Evidence, look_along: Look, generator: np.random.Generator) -> Sounded:
    """Return the evidence with portions measured until no component is hidden, or no more can be seen of it; the first that clearly stands out ends it.

    Hidden is a component in which an error above WANTED_LIMIT of the leaf's norm could pass because its scale is less than that of
    others, and in a small leaf one whose claim is below its resolution.

    Examples
    --------
    >>> from gradcheck.checks.gradient import check
    >>> check(lambda w: np.sum(np.log(w)), lambda w: [1, 1, 2] / w, np.array([1e-8, 1.0, 2.0])).worst.name
    'parameters[2]'
    """
    try:
        for plan in (
            (_axes, _axes_at_typical, _axes_at_block) if evidence.leaf.size <= MOST_AXES else (_least, _decades)
        ):
            for portion in plan(evidence):
                measured = _measured(evidence, portion, look_along, generator)
                if not any(m.stands_out for m in measured.measurements):
                    evidence = _with(evidence, measured)
                elif _is_clear(
                    evidence.setting, measured
                ):  # what is slight is told by the directions of the whole alone
                    return Sounded(dataclasses.replace(evidence, portions=(*evidence.portions, measured)), measured)
    except BudgetExceeded:
        pass  # the limit is what was seen so far
    return Sounded(evidence)


def hidden(evidence: Evidence) -> Vector:
    """Return the places within a leaf of the components that are to be measured by themselves."""
    size, claim, resolutions = evidence.leaf.size, np.abs(evidence.claim), evidence.resolutions
    if size == 1 and evidence.leaves_together == 1:
        return np.zeros(0, dtype=int)
    is_hidden = np.zeros(size, dtype=bool)
    if evidence.scales.max() > evidence.scales.min():
        is_hidden |= resolutions > WANTED_LIMIT * norm(claim)
    if size <= MOST_AXES:
        best = 2.0 * SHORTER * evidence.setting.resolvable / np.fmax(evidence.scales, _of_block(evidence))
        below = (claim <= resolutions) & (best < resolutions)
        worth = below & (claim > TEN_TIMES * best)
        # A claim of 0 is below any resolution: it is looked at beside others that are.
        is_hidden |= (worth | (below & (claim == 0.0))) if np.any(worth) else False
        if evidence.leaves_together == 1:
            wanted = WANTED_LIMIT * norm(claim)
            is_hidden |= (resolutions > wanted) & (best <= wanted)
    return np.flatnonzero(is_hidden)


def is_confirmed(
    setting: Setting, beside: Setting | None, evidence: Evidence, flagged: Portion, generator: np.random.Generator
) -> bool:
    """Tell whether a portion that stood out does so again along an independent direction, and just beside the point.

    Where its own scale is far below the leaf's the noise may hide it: then one by a longer scale counts as well.
    """
    scales = [flagged.scales]
    for longer in (_typical(evidence), _of_block(evidence)):
        if np.any(longer >= OTHER * scales[-1]):
            scales.append(np.fmax(scales[-1], longer))
    for place in (setting,) if beside is None else (setting, beside):
        looks = (look(place, _moved(place, evidence.leaf, flagged, moved, generator)) for moved in scales)
        if not any(m.stands_out and not m.estimate.is_kinked for m in looks):
            return False
    return True


def _is_clear(setting: Setting, flagged: Portion) -> bool:
    """Tell whether the gap of a portion is more than slight beside its own slope."""
    m = _told(flagged)
    return not m.gap <= share_of_slight(setting) * max(abs(m.claimed), abs(m.estimate.value))


def component_of(setting: Setting, leaf: Leaf, flagged: Portion) -> Component | None:
    """Return a portion of one component as it was measured [cost per unit of parameter]; None for one of several."""
    if flagged.numbers.size > 1:
        return None
    m, number = _told(flagged), int(flagged.numbers[0])
    scale = float(m.direction[leaf.start + number])
    return Component(
        block=leaf.name,
        index=tuple(int(i) for i in np.unravel_index(number, leaf.shape)),
        claimed=float(setting.claimed[leaf.start + number]),
        estimated=m.estimate.value / scale,
        bound=m.bound / scale,
        truncation_error=m.estimate.truncation_error / scale,
        condition_error=m.estimate.condition_error / scale,
        gradient_noise=m.gradient_noise / scale,
    )


def _told(flagged: Portion) -> Measurement:
    """Return the measurement that stands out."""
    return next(m for m in flagged.measurements if m.stands_out)


def _with(evidence: Evidence, portion: Portion) -> Evidence:
    """Return the evidence with one portion more, where it sees more than another of the same components."""
    for i, other in enumerate(evidence.portions):
        if np.array_equal(other.numbers, portion.numbers):
            better = min(other, portion, key=lambda one: one.worst)
            return dataclasses.replace(evidence, portions=(*evidence.portions[:i], better, *evidence.portions[i + 1 :]))
    return dataclasses.replace(evidence, portions=(*evidence.portions, portion))


def _axes(evidence: Evidence) -> Iterator[Portion]:
    """Yield the hidden components one by one, each to be moved by its own scale."""
    for number in hidden(evidence):
        yield Portion(np.array([number]), evidence.scales[[number]], ())


def _axes_at_typical(evidence: Evidence) -> Iterator[Portion]:
    """Yield those that their own scale is too short for, each to be moved by the typical one."""
    return _axes_by(evidence, _typical(evidence))


def _axes_at_block(evidence: Evidence) -> Iterator[Portion]:
    """Yield those that this is too short for as well, each to be moved by the scale of the whole leaf."""
    return _axes_by(evidence, _of_block(evidence))


def _axes_by(evidence: Evidence, scale: float) -> Iterator[Portion]:
    """Yield the hidden components one by one, where a scale is far longer than those they were moved by."""
    moved = evidence.scales.copy()
    for portion in evidence.portions:
        moved[portion.numbers] = np.fmax(moved[portion.numbers], portion.scales)
    for number in hidden(evidence):
        if scale >= OTHER * moved[number]:
            yield Portion(np.array([number]), np.array([scale]), ())


def _least(evidence: Evidence) -> Iterator[Portion]:
    """Yield the hidden components below the typical scale, to be moved by that: they may be far below it by chance."""
    typical, numbers = _typical(evidence), hidden(evidence)
    low = numbers[evidence.scales[numbers] <= typical]
    if low.size:
        yield Portion(low, np.full(low.size, typical), ())


def _decades(evidence: Evidence) -> Iterator[Portion]:
    """Yield what is still hidden in sets of similar scale, the least first."""
    numbers = hidden(evidence)
    numbers = numbers[np.argsort(evidence.scales[numbers], kind="stable")]
    for _ in range(MOST_DECADES):
        if not numbers.size:
            return
        scales = evidence.scales[numbers]
        count = int(np.searchsorted(scales, DECADE * scales[0], side="right"))
        yield Portion(np.sort(numbers[:count]), evidence.scales[np.sort(numbers[:count])], ())
        numbers = numbers[count:]


def _typical(evidence: Evidence) -> float:
    """Return the median of a leaf's scales."""
    return float(np.median(evidence.scales))


def _of_block(evidence: Evidence) -> float:
    """Return the one scale of a whole leaf."""
    return block_scale(evidence.setting.problem.w[evidence.leaf.place])


def _size(evidence: Evidence, portion: Portion) -> float:
    """Return the slope that a portion need not be known better than to a share of."""
    claim = norm(evidence.claim[portion.numbers] * portion.scales)
    least = WANTED_LIMIT * norm(evidence.claim) * float(np.min(portion.scales))
    return max(claim, least, evidence.setting.resolvable)


def _measured(evidence: Evidence, portion: Portion, look_along: Look, generator: np.random.Generator) -> Portion:
    """Return a portion with its measurements: up to the first that stands out; one at a kink says nothing."""
    found: list[Measurement] = []
    setting, leaf, size = evidence.setting, evidence.leaf, _size(evidence, portion)
    for _ in range(1 if portion.numbers.size == 1 else DIRECTIONS):
        m = look_along(_direction(setting, leaf, portion, generator), size)
        if math.isfinite(m.gap) and not m.estimate.is_kinked:
            found.append(m)
        if m.stands_out or m.estimate.is_kinked:
            break
    return dataclasses.replace(portion, measurements=tuple(found))


def _direction(setting: Setting, leaf: Leaf, portion: Portion, generator: np.random.Generator) -> Vector:
    """Return a direction that moves a portion alone: one component along its axis, several Gaussian."""
    direction = np.zeros(setting.problem.w.size)
    one = portion.numbers.size == 1
    share: Any = 1.0 if one else generator.standard_normal(portion.numbers.size)
    direction[leaf.start + portion.numbers] = share * portion.scales
    return direction


def _moved(setting: Setting, leaf: Leaf, portion: Portion, scales: Vector, generator: np.random.Generator) -> Vector:
    """Return an independent direction by given scales: for one component half to the whole of its axis."""
    direction = _direction(setting, leaf, dataclasses.replace(portion, scales=scales), generator)
    return direction * generator.uniform(0.5, 1.0) if portion.numbers.size == 1 else direction
