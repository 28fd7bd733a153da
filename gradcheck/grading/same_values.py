"""Whether a function has the values of the right one, to within what rounding does to either."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.results import CheckResult, Component, Fault, FaultKind, Verdict

Array = npt.NDArray[Any]

ROUNDINGS: Final = 1024.0
"""How many times the effect of one rounding of every argument two ways to compute the same may differ by (a count)."""

SHIFTS: Final = 4
"""Roundings of all arguments at random whose effect is looked at (a count)."""


def compare(title: str, claimed: Any, right: Callable[..., Any], arguments: Sequence[Any]) -> CheckResult:
    """Compare what was returned with the right function's value of the same arguments.

    Parameters
    ----------
    title : str
    claimed : object
        What the submission returned.
    right : callable
        The course's own function.
    arguments : sequence
        Arrays, or dictionaries and lists of arrays.

    Examples
    --------
    >>> z = np.array([0.5, -2.0])
    >>> compare("exp", np.exp(z), np.exp, [z]).verdict
    <Verdict.AGREE: 'agree'>
    >>> compare("exp", np.exp(z) + 1e-9, np.exp, [z]).verdict
    <Verdict.DISAGREE: 'disagree'>
    """
    wanted = np.asarray(right(*arguments), dtype=np.float64)
    fault = _fault(claimed, wanted.shape)
    if fault is not None:
        return CheckResult(title, Verdict.DISAGREE, faults=(fault,))
    said = np.asarray(claimed)
    bound = _bound(right, arguments, wanted, said.dtype)
    gap = np.abs(said - wanted)
    if bool(np.all(gap <= bound)):
        return CheckResult(title, Verdict.AGREE)
    worst = int(np.argmax(np.where(gap <= bound, -1.0, np.nan_to_num(gap, nan=np.inf))))
    index = tuple(int(i) for i in np.unravel_index(worst, gap.shape))
    component = Component("out", index, float(said[index]), float(wanted[index]), float(bound[index]))
    return CheckResult(title, Verdict.DISAGREE, worst=component)


def _fault(claimed: Any, shape: tuple[int, ...]) -> Fault | None:
    """Return what keeps an answer from being compared."""
    try:
        said = np.asarray(claimed)
    except ValueError:  # rows of unequal length
        said = np.empty(0, dtype=object)
    if said.dtype.kind not in "fiu":
        sentence = f"it returned a {type(claimed).__name__} of dtype {said.dtype}: real numbers are required"
        return Fault(FaultKind.DTYPE, "out", sentence)
    if said.shape != shape:
        return Fault(FaultKind.SHAPE, "out", f"it returned shape {said.shape}: {shape} is required")
    if not bool(np.all(np.isfinite(said))):
        return Fault(FaultKind.NAN, "out", "it returned numbers that are not finite")
    return None


def _bound(right: Callable[..., Any], arguments: Sequence[Any], wanted: Array, dtype: np.dtype[Any]) -> Array:
    """Return how far another way to compute the same may be off: by what roundings of the arguments change, and of the value."""
    eps = float(np.finfo(dtype if dtype.kind == "f" else np.float64).eps)
    generator = np.random.default_rng(0)  # of the roundings: the bound is the same in every grading
    moved = [np.asarray(right(*_shifted(list(arguments), eps, generator)), np.float64) for _ in range(SHIFTS)]
    spread = np.max([np.abs(one - wanted) for one in moved], axis=0)
    size = float(np.max(np.abs(wanted), initial=0.0))
    bound: Array = ROUNDINGS * (spread + eps * max(size, 1.0))
    return bound


def _shifted(value: Any, eps: float, generator: np.random.Generator) -> Any:
    """Return arguments with every number moved by one rounding, up or down."""
    if isinstance(value, list | tuple):
        return [_shifted(one, eps, generator) for one in value]
    if isinstance(value, dict):
        return {name: _shifted(one, eps, generator) for name, one in value.items()}
    array = np.asarray(value)
    return array * (1.0 + eps * generator.choice([-1.0, 1.0], array.shape)) if array.dtype.kind == "f" else value


def named(result: CheckResult, part: str, seed: int) -> CheckResult:
    """Return a result under the name of a part, with the seed of its arguments.

    Examples
    --------
    >>> named(CheckResult("f", Verdict.AGREE), "function", 3).part
    'function'
    """
    return dataclasses.replace(result, part=part, seed=seed)
