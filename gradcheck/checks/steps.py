"""One direction measured with steps of every size: the picture of the two errors of (46), for the user's own function."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.dispatch import Subject
from gradcheck.checks.listening import Listening
from gradcheck.checks.measuring import Measurement, Setting, prepare
from gradcheck.checks.network_run import NetworkRun
from gradcheck.checks.options import Options, seeded
from gradcheck.checks.preflight import preflight
from gradcheck.checks.problem import Problem
from gradcheck.checks.single_components import axis
from gradcheck.differences.directions import gaussian_direction
from gradcheck.differences.ladder import RATIO
from gradcheck.errors import GradcheckError
from gradcheck.parameters import Leaf
from gradcheck.results import BlockResult, CheckResult, Component, Status, StepErrors, StepStudy
from gradcheck.subjects.functions import SigmaSubject, sigma_gradient
from gradcheck.subjects.layers import Cotangent, LayerSubject, layer_gradient
from gradcheck.subjects.network_class import NetworkSubject, gradient_subject
from gradcheck.subjects.protocol import GradientSubject

Vector = npt.NDArray[Any]

STEPS: Final = 28
"""Steps in ratio 3 (a count): from the scale of the parameters itself down to where a step is lost in their last digits."""


def with_step_study(subject: Subject, result: CheckResult, options: Options) -> CheckResult:
    """Return a result with one direction of its subject measured with steps of every size, for a page.

    Equation (46), central differences and those extrapolated, each with 28 steps: some 70 forward passes, which are counted in the
    study and not in the check. Where nothing can be measured so, or the budget is used up, the result as it was.

    Parameters
    ----------
    subject : Subject
        That the result is of.
    result : CheckResult
    options : Options
        Those of the check.

    Examples
    --------
    >>> from gradcheck.checks.dispatch import check_subject
    >>> subject, options = GradientSubject("square", lambda w: w * w, lambda w: 2 * w, at=3.0), Options(seed=0)
    >>> studied = with_step_study(subject, check_subject(subject, options), options).steps
    >>> len(studied.steps), round(studied.claimed / studied.estimated, 9)
    (28, 1.0)
    """
    left = seeded(options).left(result.forward_passes)
    if left is None or result.faults:
        return result
    try:
        with np.errstate(all="ignore"):
            study = _study(subject, result, left.derived("steps"))
    except GradcheckError:  # what the user's code raises at points of ours is no news of the gradient
        return result
    return dataclasses.replace(result, steps=study)


@dataclasses.dataclass(frozen=True, eq=False)
class _Moved:
    """A direction of shape (P,), and what it moves in words."""

    direction: Vector
    name: str


def _study(subject: Subject, result: CheckResult, options: Options) -> StepStudy | None:
    """Measure one direction; None where the cost or the gradient has no sound value at the point."""
    studied = _as_gradient(subject, options)
    problem = Problem(studied, options)
    first = preflight(problem, options.generator("preflight"))
    if first.faults or first.reason is not None or first.claimed is None:
        return None
    setting = prepare(problem, first, options.generator("noise"))
    moved = _worst(setting, result, options)
    measured = setting.measure(moved.direction)
    if not measured.is_measured:
        return None
    of = "" if isinstance(subject, GradientSubject | SigmaSubject) else f" of {_case(subject)}"
    return StepStudy(
        where=moved.name + of,
        steps=_errors(setting, measured),
        claimed=measured.claimed,
        estimated=measured.estimate.value,
        error=measured.estimate.error,
        chosen=measured.estimate.step,
        noise=setting.noise,
        forward_passes=problem.forward_passes,
        gradient_calls=problem.gradient_calls,
    )


def _as_gradient(subject: Subject, options: Options) -> GradientSubject:
    """Return a subject as one cost with its gradient: a layer under a random cotangent, a network class on a network of ours."""
    if isinstance(subject, SigmaSubject):
        return sigma_gradient(subject, options.generator("sigma"))
    if isinstance(subject, LayerSubject):
        out = subject.run(subject.inputs).out
        u = options.generator("cotangent").standard_normal(out.shape).astype(out.dtype)
        return layer_gradient(subject, Cotangent(u, out, float(np.linalg.norm(u * out))))
    if isinstance(subject, NetworkSubject):
        case = Listening(NetworkRun(subject, options)).networks[0].case()
        return gradient_subject(subject, case.network, case.x, case.y)
    return subject


def _case(subject: Subject) -> str:
    """Return what a subject was made one cost by, in words."""
    return "a random network" if isinstance(subject, NetworkSubject) else "the layer under a random cotangent"


def _worst(setting: Setting, result: CheckResult, options: Options) -> _Moved:
    """Return the axis of the worst component, or a random direction in the worst block."""
    leaves = {leaf.name: leaf for leaf in setting.problem.layout.leaves if leaf.size}
    worst = result.worst
    if worst is not None and _is_in(worst, leaves):
        leaf = leaves[worst.block]
        number = int(np.ravel_multi_index(worst.index, leaf.shape)) if worst.index else 0
        return _Moved(axis(setting, leaf, number), worst.name)
    blocks = [block for block in result.blocks if block.name in leaves]
    name = min(blocks, key=_strength).name if blocks else max(leaves, key=lambda name: leaves[name].size)
    leaf = leaves[name]
    direction = gaussian_direction(setting.problem.w, leaf.place, options.generator("direction"))
    return _Moved(direction, f"{name}, along a random direction")


def _is_in(worst: Component, leaves: dict[str, Leaf]) -> bool:
    """Tell whether a component is one of these leaves': that of a smaller network need not be."""
    shape = leaves[worst.block].shape if worst.block in leaves else ()
    is_known = worst.block in leaves and len(shape) == len(worst.index)
    return is_known and all(i < size for i, size in zip(worst.index, shape, strict=True))


def _strength(block: BlockResult) -> tuple[bool, float]:
    """Return what sorts a block that disagrees first, and then the one of which fewest digits are known."""
    return block.status is not Status.DISAGREE, math.inf if block.digits is None else block.digits


def _errors(setting: Setting, measured: Measurement) -> tuple[StepErrors, ...]:
    """Return what each kind of difference is off by, at every step."""
    steps = [RATIO ** float(-number) for number in reversed(range(STEPS))]
    values = setting.line(measured.direction).values([*steps, *(-t for t in steps)])
    ahead, behind = values[:STEPS], values[STEPS:]
    central = [(plus - minus) / (2.0 * t) for t, plus, minus in zip(steps, ahead, behind, strict=True)]
    return tuple(
        StepErrors(
            step=t,
            plain=abs((ahead[n] - setting.centre) / t - measured.estimate.value),
            central=abs(central[n] - measured.estimate.value),
            extrapolated=_extrapolated(central, n, measured.estimate.value),
            remainder=abs(ahead[n] - setting.centre - t * measured.claimed),
        )
        for n, t in enumerate(steps)
    )


def _extrapolated(central: Sequence[float], n: int, slope: float) -> float:
    """Return the error of the central differences with one step and the next, extrapolated to 0; NaN for the last."""
    if n + 1 == len(central):
        return math.nan
    return abs(central[n] + (central[n] - central[n + 1]) / (RATIO**2 - 1.0) - slope)
