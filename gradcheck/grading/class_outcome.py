"""What a check of a network class comes to, with its equations from other networks, or beside its own forward pass, where these say more."""

from __future__ import annotations

import dataclasses

from gradcheck.checks.equations import check_network
from gradcheck.checks.options import Options
from gradcheck.errors import UserCodeError
from gradcheck.grading.failures import SubmissionError, harmless
from gradcheck.grading.narrow_networks import check_on_narrow
from gradcheck.grading.other_depths import check_on_other_depths, is_unexplained
from gradcheck.grading.outcomes import Outcome, of_verdict
from gradcheck.grading.own_forward_pass import check_on_own_forward_pass
from gradcheck.grading.parts import EQUATIONS
from gradcheck.grading.square_networks import check_on_squares
from gradcheck.results import CheckResult, Verdict
from gradcheck.results.grades import ItemStatus
from gradcheck.subjects.network_class import NetworkSubject


def class_outcome(subject: NetworkSubject, options: Options) -> Outcome:
    """Return what a check of a class comes to; where it stops on layers of different widths, with its equations where it does not.

    Raises
    ------
    SubmissionError
        If the submission fails otherwise than by what its code raises.

    Examples
    --------
    >>> from gradcheck.examples.network_bp1_sign_wrong import Network
    >>> class_outcome(NetworkSubject("Network", Network), Options(seed=0)).status.value
    'fail'
    """
    try:
        whole = check_network(subject, options=options)
    except UserCodeError as error:
        if isinstance(error, SubmissionError):
            raise
        found = check_on_squares(subject, options) or check_on_narrow(subject, options)
        return Outcome(ItemStatus.ERROR, found, harmless(str(error)), seed=options.seed or 0)
    equations = {part.value for part in EQUATIONS}
    is_told = whole.verdict is not Verdict.DISAGREE or any(one.part in equations for one in whole.parts)
    squares = None if is_told else check_on_squares(subject, options)
    if squares is not None:
        whole = dataclasses.replace(whole, parts=(*whole.parts, *squares.parts))
    if is_unexplained(whole):
        whole = _with_equations(whole, check_on_other_depths(subject, options))
    return of_verdict(whole, options.seed or 0)


def _with_equations(whole: CheckResult, other: CheckResult | None) -> CheckResult:
    """Return the result with the equations of another in place of its own."""
    if other is None:
        return whole
    told = {part.part for part in other.parts}
    return dataclasses.replace(whole, parts=(*(part for part in whole.parts if part.part not in told), *other.parts))


def on_own_forward_pass(outcome: Outcome, subject: NetworkSubject, options: Options) -> Outcome:
    """Return the outcome with the equations as they are beside the class's own wrong forward pass, where fewer are broken there.

    A backprop may have a right forward pass of its own.

    Examples
    --------
    >>> from gradcheck.examples.network_right import Network
    >>> outcome = Outcome(ItemStatus.PASS)
    >>> on_own_forward_pass(outcome, NetworkSubject("Network", Network), Options(seed=0)) is outcome  # its own is the right one
    True
    """
    own = check_on_own_forward_pass(subject, options)
    if own is None or outcome.result is None or _broken(own) >= max(_broken(outcome.result), 1):
        return outcome
    return dataclasses.replace(outcome, result=_with_equations(outcome.result, own))


def _broken(result: CheckResult) -> int:
    """Return how many of (BP1) to (BP4) are broken."""
    equations = {part.value for part in EQUATIONS}
    return sum(part.part in equations and part.verdict is Verdict.DISAGREE for part in result.parts)
