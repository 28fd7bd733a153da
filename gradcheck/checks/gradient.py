"""Check one gradient of one cost at one point."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from gradcheck.checks.locate import locate
from gradcheck.checks.measuring import Setting, prepare
from gradcheck.checks.options import DEFAULT_OPTIONS, Locate, Options
from gradcheck.checks.preflight import Preflight, preflight
from gradcheck.checks.problem import Problem
from gradcheck.checks.verdict import judge_block
from gradcheck.errors import BudgetExceeded, GradientMismatch
from gradcheck.results import BlockResult, CheckResult, Component, Reason, Status, Verdict
from gradcheck.subjects.protocol import GradientSubject

MOST_LISTED: Final = 10
"""Wrong components listed in a result (a count); how many there are stands in the blocks."""


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
    claim = gradient if callable(gradient) else lambda _: gradient
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
    options = options.seeded()
    generator = np.random.default_rng(options.seed)
    problem = Problem(subject, options)
    seed = options.seed or 0
    call = f"gradcheck.check(cost, gradient, at, options=gradcheck.Options(seed={seed}))"
    blank = CheckResult(subject.name, Verdict.INCONCLUSIVE, parameters=problem.layout.size, seed=seed, reproduce=call)
    try:
        result = _judge(problem, blank, options, generator)
    except BudgetExceeded:
        result = dataclasses.replace(blank, reason=Reason.BUDGET, notes=(budget_note(options),))
    return dataclasses.replace(result, forward_passes=problem.forward_passes, gradient_calls=problem.gradient_calls)


def _judge(problem: Problem, blank: CheckResult, options: Options, generator: np.random.Generator) -> CheckResult:
    """Return the verdict on a problem; the counts are filled in by the caller."""
    first = preflight(problem, generator)
    if first.faults:
        return _faulty(problem, blank, first)
    if first.reason is not None:
        return dataclasses.replace(blank, reason=first.reason, notes=(first.note,))
    with np.errstate(all="ignore"):
        return _measured(problem, first, blank, options, generator)


def _measured(
    problem: Problem, first: Preflight, blank: CheckResult, options: Options, generator: np.random.Generator
) -> CheckResult:
    """Return the verdict of the measurements."""
    setting = prepare(problem, first, generator)
    blocks: list[BlockResult] = []
    for leaf in problem.layout.leaves:
        blocks.append(judge_block(setting, leaf, generator))
        if options.locate is Locate.FIRST and blocks[-1].status is Status.DISAGREE:
            break
    blocks, wrong = _located(setting, blocks, options, generator)
    verdict, reason = aggregate([block.status for block in blocks], [block.reason for block in blocks])
    notes = (budget_note(options),) if reason is Reason.BUDGET else ()
    return dataclasses.replace(
        blank,
        verdict=verdict,
        reason=reason,
        blocks=tuple(blocks),
        wrong=tuple(wrong[:MOST_LISTED]),
        worst=wrong[0] if wrong else None,
        notes=notes,
    )


def aggregate(statuses: list[Status], reasons: list[Reason | None]) -> tuple[Verdict, Reason | None]:
    """Return the verdict over blocks: one DISAGREE decides, all must be judged for AGREE, and vacuous ones prove nothing.

    Examples
    --------
    >>> aggregate([Status.AGREE, Status.VACUOUS], [None, None])
    (<Verdict.AGREE: 'agree'>, None)
    >>> aggregate([Status.VACUOUS], [None])
    (<Verdict.INCONCLUSIVE: 'inconclusive'>, <Reason.VACUOUS: 'vacuous'>)
    """
    if Status.DISAGREE in statuses:
        return Verdict.DISAGREE, None
    if Status.INCONCLUSIVE in statuses:
        return Verdict.INCONCLUSIVE, next(reason for reason in reasons if reason is not None)
    if Status.AGREE in statuses:
        return Verdict.AGREE, None
    return Verdict.INCONCLUSIVE, Reason.VACUOUS


def _faulty(problem: Problem, blank: CheckResult, first: Preflight) -> CheckResult:
    """Return DISAGREE with the faults; nothing was measured."""
    where = {fault.where for fault in first.faults}
    blocks = tuple(
        BlockResult(leaf.name, leaf.shape, Status.DISAGREE) for leaf in problem.layout.leaves if leaf.name in where
    )
    return dataclasses.replace(blank, verdict=Verdict.DISAGREE, faults=first.faults, blocks=blocks)


def _located(
    setting: Setting, blocks: list[BlockResult], options: Options, generator: np.random.Generator
) -> tuple[list[BlockResult], list[Component]]:
    """Return the blocks with their counts of wrong components, and those components, worst first."""
    wrong: list[Component] = []
    counted = []
    for leaf, block in zip(setting.problem.layout.leaves, blocks, strict=False):
        if block.status is Status.DISAGREE:
            location = locate(setting, leaf, options.locate, generator)
            wrong.extend(location.wrong)
            block = dataclasses.replace(
                block, components_measured=location.measured, components_wrong=len(location.wrong)
            )
        counted.append(block)
    wrong.sort(key=lambda component: -abs(component.claimed - component.estimated))
    return counted, wrong


def budget_note(options: Options) -> str:
    """Return the sentence for a budget that ran out.

    Examples
    --------
    >>> budget_note(Options(max_forward_passes=9))[:38]
    'the budget of 9 forward passes ran out'
    """
    return f"the budget of {options.max_forward_passes} forward passes ran out: raise it (--budget, max_forward_passes) to decide the rest"
