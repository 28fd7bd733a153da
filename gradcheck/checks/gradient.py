"""The check of a gradient: a cost, what is claimed for it, and the verdict."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from gradcheck.checks.judging import judge_point
from gradcheck.checks.nearby import judge_nearby
from gradcheck.checks.options import DEFAULT_OPTIONS, Options, Subgradients, seeded
from gradcheck.checks.precision import fault_of_rounding, is_narrow, promote
from gradcheck.checks.preflight import Preflight, preflight
from gradcheck.checks.problem import Problem
from gradcheck.errors import BudgetExceeded, GradientMismatch
from gradcheck.results import BlockResult, CheckResult, Reason, Status, Verdict
from gradcheck.subjects.protocol import GivenGradient, GradientSubject

JUDGED_IN_FLOAT64: Final = (
    "the parameters were given to your code in float64, which it accepts: more digits can be measured there"
)
"""The note of a result whose parameters are of a narrower dtype."""

JUDGED_IN_FEW_DIGITS: Final = (
    "the parameters were given to your code in float64, which it accepts; no more digits could be measured there than in their "
    "own dtype, as if it computed in that one inside"
)
"""The note in its place, where that has gained nothing."""


def check(cost: Callable[[Any], Any], gradient: Any, at: Any, *, options: Options = DEFAULT_OPTIONS) -> CheckResult:
    """Tell whether `gradient` is the gradient of `cost` at `at`, with no step and no tolerance to choose.

    The differences of equation (46), central and extrapolated, along random directions within each leaf; the allowed gap
    comes from measured truncation, condition and rounding errors.

    Parameters
    ----------
    cost : callable
        cost(parameters) -> one real number.
    gradient : callable or structure
        gradient(parameters), or its value at `at`: the structure and shapes of `at`, floating [cost per unit of parameter].
    at : array, or any nesting of lists, tuples and dicts of real arrays
        The parameters to judge it at; they are copied and never written.
    options : Options

    Returns
    -------
    CheckResult

    Raises
    ------
    UsageError
        If `at` is empty, complex, not floating or not finite, or the cost does not return one real number.
    UserCodeError
        If the user's cost or gradient raises; its exception is the cause.

    Examples
    --------
    >>> import numpy as np
    >>> check(lambda w: np.sum(w**3), lambda w: 3 * w**2, np.array([1.0, 2.0])).verdict
    <Verdict.AGREE: 'agree'>
    >>> check(lambda w: np.sum(w**3), lambda w: 2 * w**2, np.array([1.0, 2.0])).verdict
    <Verdict.DISAGREE: 'disagree'>
    """
    claim = gradient if callable(gradient) else GivenGradient(gradient)
    return check_gradient(GradientSubject("gradient", cost, claim, at), options)


def assert_gradient(cost: Callable[[Any], Any], gradient: Any, at: Any, *, options: Options = DEFAULT_OPTIONS) -> None:
    """Raise unless `check` says AGREE; what is inconclusive is not agreed.

    The differences of equation (46); parameters as for `check`.

    Raises
    ------
    GradientMismatch
        An AssertionError with the report as its text.

    Examples
    --------
    >>> import numpy as np
    >>> assert_gradient(np.sin, np.cos, 1.0)
    """
    __tracebackhide__ = True
    result = check(cost, gradient, at, options=options)
    if result.verdict is not Verdict.AGREE:
        raise GradientMismatch(str(result))


def check_gradient(subject: GradientSubject, options: Options = DEFAULT_OPTIONS) -> CheckResult:
    """Check a subject's gradient at its point; see `check`.

    Examples
    --------
    >>> from gradcheck.subjects.protocol import GradientSubject
    >>> check_gradient(GradientSubject("square", lambda w: w * w, lambda w: 2 * w, at=3.0)).verdict
    <Verdict.AGREE: 'agree'>
    """
    options = seeded(options)
    problem = Problem(subject, options)
    seed = options.seed or 0
    call = f"gradcheck.check(cost, gradient, at, options=gradcheck.Options(seed={seed}))"
    blank = CheckResult(
        subject.name,
        Verdict.INCONCLUSIVE,
        parameters=problem.layout.size,
        seed=seed,
        reproduce=call,
        accepts_subgradients=options.subgradients is Subgradients.ACCEPT,
    )
    try:
        result = _judge(problem, blank, options)
    except BudgetExceeded:
        result = dataclasses.replace(blank, reason=Reason.BUDGET)
    if Reason.BUDGET in (result.reason, *(block.reason for block in result.blocks)):
        result = dataclasses.replace(result, notes=(*result.notes, budget_note(options)))
    return dataclasses.replace(result, forward_passes=problem.forward_passes, gradient_calls=problem.gradient_calls)


def _judge(problem: Problem, blank: CheckResult, options: Options) -> CheckResult:
    """Return the verdict on a problem; the counts are filled in by the caller."""
    first = preflight(problem, options.generator("preflight"))
    if first.faults:
        return _faulty(problem, blank, first)
    if first.reason is not None:
        return dataclasses.replace(blank, reason=first.reason, notes=(first.note,))
    blank = dataclasses.replace(blank, notes=first.notes)
    wide = promote(problem, options) if is_narrow(problem) else None
    if wide is None:
        return _judged(problem, first, blank, options)
    lost = fault_of_rounding(problem, first, wide[1])
    blank = dataclasses.replace(blank, notes=(*blank.notes, lost or JUDGED_IN_FLOAT64))
    result = _judged(*wide, blank, options)
    if not lost and not _gained(problem, result):
        result = dataclasses.replace(
            result, notes=(*first.notes, JUDGED_IN_FEW_DIGITS, *result.notes[len(blank.notes) :])
        )
    if lost and result.verdict is Verdict.AGREE:
        return dataclasses.replace(result, verdict=Verdict.INCONCLUSIVE, reason=Reason.DTYPE)
    return result


def _gained(problem: Problem, result: CheckResult) -> bool:
    """Tell whether more digits were measured in float64 than the parameters' own dtypes hold, or none."""
    digits = [block.digits for block in result.blocks if block.digits is not None]
    held = max(-math.log10(problem.layout.eps(leaf)) for leaf in problem.layout.leaves if leaf.dtype != np.float64)
    return not digits or max(digits) > held


def _judged(problem: Problem, first: Preflight, blank: CheckResult, options: Options) -> CheckResult:
    """Return the verdict at the point, or beside it where the point cannot decide."""
    return judge_nearby(problem, first, judge_point(problem, first, blank, options), blank, options)


def _faulty(problem: Problem, blank: CheckResult, first: Preflight) -> CheckResult:
    """Return DISAGREE with the faults; nothing was measured."""
    where = {fault.where for fault in first.faults}
    leaves = problem.layout.leaves if problem.gradient_calls else ()  # where the fault is the cost's, no leaf is judged
    blocks = tuple(BlockResult(leaf.name, leaf.shape, Status.DISAGREE) for leaf in leaves if leaf.name in where)
    return dataclasses.replace(blank, verdict=Verdict.DISAGREE, faults=first.faults, blocks=blocks)


def budget_note(options: Options) -> str:
    """Return the sentence for a budget that ran out.

    Examples
    --------
    >>> budget_note(Options(max_forward_passes=9))[:38]
    'the budget of 9 forward passes ran out'
    """
    passes = f"{options.max_forward_passes} forward pass{'' if options.max_forward_passes == 1 else 'es'}"
    return f"the budget of {passes} ran out: raise it to decide the rest"
