"""Where the point given cannot decide, because of a kink or because everything is zero there, the code is judged beside it."""

from __future__ import annotations

import dataclasses

import numpy as np

from gradcheck.checks.judging import Judgement, judge_point
from gradcheck.checks.options import Options, Subgradients
from gradcheck.checks.preflight import GRADIENT_ROUNDINGS, Nearby, Preflight
from gradcheck.checks.problem import Problem
from gradcheck.errors import BudgetExceeded
from gradcheck.results import BlockResult, CheckResult, Reason, Status, Verdict


def judge_nearby(
    problem: Problem, first: Preflight, judged: Judgement, blank: CheckResult, options: Options
) -> CheckResult:
    """Return the result at the point given, or, where it is undecided for its kinks or its zeros, what is known beside it.

    A disagreement found beside it is one of the code; an agreement there settles a point where nothing but zeros was compared,
    and a kink where the claim lies between the slopes of both sides and `Subgradients.ACCEPT` was chosen.

    Examples
    --------
    >>> from gradcheck.checks.gradient import check
    >>> result = check(lambda w: np.sum(np.abs(w)), lambda w: np.sign(w), np.zeros(3))
    >>> result.reason, result.nearby.verdict
    (<Reason.KINK: 'kink'>, <Verdict.AGREE: 'agree'>)
    """
    result = judged.result
    kinked = any(block.reason is Reason.KINK for block in result.blocks)
    vacuous = result.reason is Reason.VACUOUS
    if result.verdict is not Verdict.INCONCLUSIVE or not (kinked or vacuous):
        return result
    places = [first.nearby] if kinked else [first.nearby, first.far]
    near = None
    for place in places:
        if place is None or (near is not None and near.verdict is not Verdict.INCONCLUSIVE):
            continue
        try:
            near = _judge_at(problem, place, blank, options)
        except BudgetExceeded:
            break
    if near is None:
        return result
    return _settled(dataclasses.replace(result, nearby=near), judged, options)


def _judge_at(problem: Problem, place: Nearby, blank: CheckResult, options: Options) -> CheckResult:
    """Judge the code at another point, where its cost and its gradient are already known."""
    spent, calls = problem.forward_passes, problem.gradient_calls
    eps = np.concatenate([np.full(leaf.size, problem.layout.eps(leaf)) for leaf in problem.layout.leaves])
    first = Preflight(place.centre, place.claimed, GRADIENT_ROUNDINGS * eps * np.abs(place.claimed))
    result = judge_point(problem.at(place.w), first, blank, options.derived("nearby")).result
    return dataclasses.replace(
        result, forward_passes=problem.forward_passes - spent, gradient_calls=problem.gradient_calls - calls
    )


def _settled(result: CheckResult, judged: Judgement, options: Options) -> CheckResult:
    """Return what the point given and the one beside it say together."""
    near = result.nearby
    if near is None or near.verdict is Verdict.INCONCLUSIVE:
        return result
    if near.verdict is Verdict.DISAGREE:
        return dataclasses.replace(
            result,
            verdict=Verdict.DISAGREE,
            reason=None,
            worst=near.worst,
            wrong=near.wrong,
            measured=near.measured,
            census=near.census,
            diagnosis=near.diagnosis,
        )
    if result.reason is Reason.VACUOUS:
        return dataclasses.replace(result, verdict=Verdict.AGREE, reason=None)
    open_elsewhere = any(
        block.status is Status.INCONCLUSIVE and block.reason is not Reason.KINK for block in result.blocks
    )
    if options.subgradients is Subgradients.ACCEPT and judged.is_subgradient and not open_elsewhere:
        return dataclasses.replace(
            result, verdict=Verdict.AGREE, reason=None, blocks=tuple(map(_accepted, result.blocks))
        )
    return dataclasses.replace(result, reason=Reason.KINK)


def _accepted(block: BlockResult) -> BlockResult:
    """Return a block whose claim is a subgradient as one that agrees; its reason still says that there is a kink."""
    return dataclasses.replace(block, status=Status.AGREE) if block.reason is Reason.KINK else block
