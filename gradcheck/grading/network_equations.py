"""(BP1) to (BP4) of what a check of a network class found, each as the outcome of an item."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Final

from gradcheck.grading.other_depths import is_unexplained
from gradcheck.grading.outcomes import Outcome
from gradcheck.grading.parts import EQUATIONS, Part
from gradcheck.grading.rubric_model import CarriedForward
from gradcheck.results import CheckResult, Diagnosis, EquationResult, EquationStatus, Explains, Verdict
from gradcheck.results.grades import ItemStatus

_ALL: Final = frozenset(part.value for part in EQUATIONS)

UNTOLD: Final = "backprop is wrong in a way that does not let the equations be judged one by one"
VACUOUS: Final = "it was met by nothing but zeros, which any program meets"
UNSUPPORTED: Final = "it was met by numbers that no other equation leads to or from, and any numbers meet it so"


def equation_outcome(part: Part, whole: Outcome, policy: CarriedForward) -> Outcome:
    """Return what became of one equation.

    Parameters
    ----------
    part : Part
        (BP1) to (BP4).
    whole : Outcome
        Of the check of the class.
    policy : CarriedForward
        What a step that is right of a wrong input is worth.

    Examples
    --------
    >>> from gradcheck.examples.network_bp1_no_sigma_prime_wrong import Network
    >>> from gradcheck import Options, check_network
    >>> whole = Outcome(ItemStatus.FAIL, check_network(Network, options=Options(seed=0)))
    >>> [equation_outcome(part, whole, CarriedForward.CREDIT).status.value for part in (Part.BP1, Part.BP2)]
    ['fail', 'pass']
    >>> equation_outcome(Part.BP2, whole, CarriedForward.NONE).status.value
    'fail'
    """
    if whole.result is None:
        return whole
    if whole.status is ItemStatus.ERROR:
        return _of_squares(part, whole, policy)
    backprop = next((one for one in whole.result.parts if one.part == "backprop"), None)
    if backprop is None:
        return dataclasses.replace(whole, status=ItemStatus.FAIL)
    found = next((one for one in whole.result.parts if one.part == part.value), None)
    if found is None:
        return _unjudged(backprop, whole)
    counts = [_is_right(one, policy) for one in found.equations]
    carried = any(one.status is EquationStatus.CARRIED for one in found.equations)
    outcome = Outcome(
        ItemStatus.PASS, found, carried=carried, share=Fraction(sum(counts), len(counts)), seed=whole.seed
    )
    blamed = _blamed(whole.result, backprop)
    if blamed and (part.value in blamed) is all(counts):
        return _as_blamed(outcome, blamed, _told(found, backprop, part.value), policy)
    if is_unexplained(whole.result):
        return _unjudged(backprop, whole)
    if part is Part.BP3 and all(counts) and _is_alone(whole.result):
        return dataclasses.replace(outcome, status=ItemStatus.FAIL, share=Fraction(0), words=UNSUPPORTED, carried=False)
    if all(counts):
        return outcome
    told = _told(found, backprop, part.value)
    is_still = all(one.status is EquationStatus.VACUOUS for one in found.equations)
    words = VACUOUS if is_still else ""
    return dataclasses.replace(
        outcome, status=ItemStatus.FAIL, result=told, words=words, carried=carried and any(counts)
    )


def _blamed(whole: CheckResult, backprop: CheckResult) -> frozenset[str]:
    """Return the equations of mistakes that explain the numbers, where these are others than those that look broken, and no more.

    Where neither nabla_b nor nabla_w shows the delta, because (BP3) and (BP4) are both wrong, the equations alone blame too many.
    """
    broken = {part.part for part in whole.parts for one in part.equations if one.status is EquationStatus.BROKEN}
    named = [
        frozenset(one.equation.replace("(", "").replace(")", "").split(", "))
        for one in backprop.diagnosis
        if one.kind is Explains.MISTAKE
    ]
    fewest = min((one for one in named if one <= _ALL), key=len, default=frozenset[str]())
    return fewest if len(fewest) <= len(broken & _ALL) and broken & _ALL not in named else frozenset()


def _as_blamed(outcome: Outcome, blamed: frozenset[str], told: CheckResult, policy: CarriedForward) -> Outcome:
    """Return the outcome of an equation that the mistakes put another blame on than its own numbers do."""
    if told.part in blamed:
        return dataclasses.replace(outcome, status=ItemStatus.FAIL, result=told, share=Fraction(0), carried=False)
    if policy is CarriedForward.CREDIT:
        return dataclasses.replace(outcome, share=Fraction(1), carried=True)
    return dataclasses.replace(outcome, status=ItemStatus.FAIL, result=told)


def _is_alone(whole: CheckResult) -> bool:
    """Tell whether nothing bears (BP3) out: all other equations fail in all layers, and no mistake explains the numbers.

    The delta that (BP3) is right of is then nabla_b itself, random numbers be it.
    """
    others = [one for part in whole.parts if part.part in ("BP1", "BP2", "BP4") for one in part.equations]
    is_explained = any(one.kind is Explains.MISTAKE for part in whole.parts for one in part.diagnosis)
    return bool(others) and not is_explained and all(one.status is EquationStatus.BROKEN for one in others)


def _of_squares(part: Part, whole: Outcome, policy: CarriedForward) -> Outcome:
    """Return the outcome of one equation of a backprop that stops where layers are of different widths, as it is where they are not."""
    found = None if whole.result is None else next((one for one in whole.result.parts if one.part == part.value), None)
    if found is None or whole.result is None:
        return dataclasses.replace(whole, result=None)
    counts = [_is_right(one, policy) for one in found.equations]
    if all(counts):
        return Outcome(ItemStatus.PASS, found, carried=True, share=Fraction(1), seed=whole.seed)
    told = _told(found, whole.result, part.value)
    return Outcome(ItemStatus.FAIL, told, whole.words, share=Fraction(sum(counts), len(counts)), seed=whole.seed)


def _unjudged(backprop: CheckResult, whole: Outcome) -> Outcome:
    """Return the outcome where no equation could be judged by itself: differences decide of them all."""
    status = {
        Verdict.AGREE: ItemStatus.PASS,
        Verdict.DISAGREE: ItemStatus.FAIL,
        Verdict.INCONCLUSIVE: ItemStatus.INCONCLUSIVE,
    }[backprop.verdict]
    words = UNTOLD if status is ItemStatus.FAIL else ""
    return Outcome(status, backprop, words, share=Fraction(int(status is ItemStatus.PASS)), seed=whole.seed)


def _is_right(one: EquationResult, policy: CarriedForward) -> bool:
    if one.status is EquationStatus.CARRIED:
        return policy is CarriedForward.CREDIT
    return one.status is EquationStatus.HOLDS


def _told(found: CheckResult, backprop: CheckResult, equation: str) -> CheckResult:
    """Return the part on an equation with what was found of the gradient: the mistake, and the smallest network."""
    every = dict.fromkeys((*found.diagnosis, *backprop.diagnosis))
    here = tuple(one for one in every if _is_about(one, equation))
    return dataclasses.replace(
        found,
        verdict=Verdict.DISAGREE,
        reason=None,
        diagnosis=here,
        counterexample=backprop.counterexample if here else None,
    )


def _is_about(told: Diagnosis, equation: str) -> bool:
    """Tell whether a diagnosis explains this equation: a mistake that is known not to be in it does not."""
    return told.kind is not Explains.COMPARISON and (f"({equation})" in told.equation or "BP" not in told.equation)
