"""Single parts of a network check, each by itself: what a grader asks for one after the other, so that none takes another down with it."""

from __future__ import annotations

import dataclasses

from gradcheck.checks.forward_part import forward_part
from gradcheck.checks.gradient_part import STEP, Claimed, gradient_part, of_columns
from gradcheck.checks.listening import Listening
from gradcheck.checks.network_run import NetworkRun
from gradcheck.checks.options import DEFAULT_OPTIONS, Options, seeded
from gradcheck.errors import UsageError
from gradcheck.results import CheckResult
from gradcheck.subjects.network_class import NetworkSubject


def check_feedforward(subject: NetworkSubject, options: Options = DEFAULT_OPTIONS) -> CheckResult:
    """Tell whether a class's `feedforward` is equation (25) with the neurons that are declared.

    Raises
    ------
    UsageError
        If the class cannot be used, or has no feedforward.
    UserCodeError
        If the user's code raises.

    Examples
    --------
    >>> from gradcheck.examples.network_tanh_right import Network  # declared as sigmoid
    >>> check_feedforward(NetworkSubject("Network", Network)).verdict
    <Verdict.DISAGREE: 'disagree'>
    """
    run = NetworkRun(subject, seeded(options))
    _require(run, "feedforward")
    return forward_part(run)


def check_step(subject: NetworkSubject, options: Options = DEFAULT_OPTIONS) -> CheckResult:
    """Tell whether a class's `update_mini_batch` goes down the gradient of the mini-batch's mean cost, by eta times it.

    The chapter's w -> w - eta/m sum_x delta^x (a^x)^T, beside the differences of (46). Errors: as for `check_feedforward`.

    Examples
    --------
    >>> from gradcheck.examples.network_update_no_mean_wrong import Network
    >>> check_step(NetworkSubject("Network", Network)).verdict
    <Verdict.DISAGREE: 'disagree'>
    """
    run = NetworkRun(subject, seeded(options))
    if not run.user.takes_update():
        raise UsageError(f"{subject.name} has no update_mini_batch(mini_batch, eta): it is what is asked for")
    return _judged(run, STEP)


def check_columns(subject: NetworkSubject, options: Options = DEFAULT_OPTIONS) -> CheckResult:
    """Tell whether a class's `backprop` of a whole mini-batch, one column an example, is the sum or mean that is declared.

    The fully matrix-based form of (BP1) to (BP4), beside the differences of (46). Errors: as for `check_feedforward`.

    Examples
    --------
    >>> from gradcheck.examples.network_matrix_bias_axis_wrong import Network
    >>> from gradcheck.subjects.network_class import Batch, Declared
    >>> check_columns(NetworkSubject("Network", Network, Declared(batch=Batch.SUM))).verdict
    <Verdict.DISAGREE: 'disagree'>
    """
    run = NetworkRun(subject, seeded(options))
    return _judged(run, of_columns(subject.declared.batch))


def _judged(run: NetworkRun, claimed: Claimed) -> CheckResult:
    """Return the part on one gradient, with all that was called for it."""
    part = gradient_part(run, claimed, Listening(run))
    return dataclasses.replace(part, forward_passes=run.budget.spent, gradient_calls=part.gradient_calls + run.calls)


def _require(run: NetworkRun, method: str) -> None:
    if not run.user.has(method):
        raise UsageError(f"{run.subject.name} has no {method}: it is what is asked for")
