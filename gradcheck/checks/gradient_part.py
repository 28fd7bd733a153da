"""A part of a network check that judges a gradient of the user's class by differences, and says what is wrong with it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Final

from gradcheck.checks.blame import blame
from gradcheck.checks.counterexample import as_code
from gradcheck.checks.glance import Glance
from gradcheck.checks.gradient import check_gradient
from gradcheck.checks.listening import Listening
from gradcheck.checks.network_run import NetworkRun, agreement_note, of_case, on_the_smallest, with_note
from gradcheck.checks.options import Locate, Options
from gradcheck.errors import BudgetExceeded, UserCodeError
from gradcheck.mistakes.program import Asked
from gradcheck.results import CheckResult, Diagnosis, Explains, Reason, Verdict
from gradcheck.strategies.cases import NetworkCase
from gradcheck.subjects.network_class import Batch, gradient_subject, update_subject
from gradcheck.subjects.protocol import GradientSubject

MINI_BATCH: Final = 5
"""Examples in a mini-batch at most (a count): above the width of the networks, so that no sum over the wrong axis hides."""


SINGLE: Final = "to the digits of float32, which it or the forward pass seems to be computed in, and no further"


@dataclasses.dataclass(frozen=True)
class Claimed:
    """Which gradient of a network class is judged.

    Attributes
    ----------
    part : str
        The part's name, as in `CheckResult.part`.
    title : str
    method : str
        What the user's method is called.
    make : callable
        (subject, network, x, y) -> GradientSubject
    asked : Asked
    examples : tuple of int
        Examples at least and at most.

    Examples
    --------
    >>> BACKPROP.method, STEP.examples
    ('backprop', (1, 5))
    """

    part: str
    title: str
    method: str
    make: Callable[..., GradientSubject]
    asked: Asked
    examples: tuple[int, int]


BACKPROP: Final = Claimed("backprop", "backprop", "backprop", gradient_subject, Asked.ONE, (1, 1))
STEP: Final = Claimed(
    "update_mini_batch", "update_mini_batch", "update_mini_batch", update_subject, Asked.STEP, (1, MINI_BATCH)
)


def of_columns(batch: Batch) -> Claimed:
    """Return what backprop says of several columns at once, declared to be their sum or their mean.

    Examples
    --------
    >>> of_columns(Batch.SUM).asked
    <Asked.SUM: 'sum'>
    """
    title = f"backprop of a mini-batch as columns, declared to return the {batch.value}"
    return Claimed("backprop_of_columns", title, "backprop", gradient_subject, Asked(batch.value), (2, MINI_BATCH))


def gradient_part(run: NetworkRun, claimed: Claimed, listening: Listening) -> CheckResult:
    """Judge a gradient on random networks; on disagreement say what is wrong on the smallest, and by which mistake.

    Equations (BP1) to (BP4), or the descent step, beside the differences of (46).

    Examples
    --------
    >>> from gradcheck.examples.network_bp1_sign_wrong import Network
    >>> from gradcheck.subjects.network_class import NetworkSubject
    >>> run = NetworkRun(NetworkSubject("Network", Network), Options(seed=0))
    >>> gradient_part(run, BACKPROP, Listening(run)).verdict
    <Verdict.DISAGREE: 'disagree'>
    """

    glance = Glance(run, claimed.asked) if listening.is_possible else None
    coarse: list[NetworkCase] = []

    def judge(case: NetworkCase, options: Options) -> CheckResult:
        result = _judged(run, claimed, case, options)
        if glance is None or not _is_of_single_precision(result, glance, case):
            return result
        coarse.append(case)
        return dataclasses.replace(result, verdict=Verdict.AGREE, blocks=())

    seen = run.search(judge, claimed.examples, glance)
    part = run.blank(claimed.part, claimed.title, seen)
    if seen.first is None or seen.smallest is None:
        part = with_note(part, agreement_note(seen))
        return with_note(part, f"{len(coarse)} of them {SINGLE}") if coarse else part
    if not seen.is_glanced:
        return disagreement(run, part, claimed, seen.smallest, listening)
    # What a glance took for the smallest stands only where differences say so too.
    told = judge_case(run, part, claimed, seen.smallest, listening)
    if told.counterexample is not None:
        return told
    part = dataclasses.replace(told, verdict=Verdict.DISAGREE, reason=None)
    return disagreement(run, part, claimed, seen.first, listening)


def _is_of_single_precision(result: CheckResult, glance: Glance, case: NetworkCase) -> bool:
    """Tell whether a claim that differences refute, or see too coarsely, is the reference's to the digits of float32."""
    is_open = result.reason in (Reason.NOISE, Reason.DTYPE)
    if result.faults or not (result.verdict is Verdict.DISAGREE or is_open):
        return False
    return glance.is_right_in_single_precision(case)


def _judged(run: NetworkRun, claimed: Claimed, case: NetworkCase, options: Options) -> CheckResult:
    """Judge one network by differences, as far as it takes to know whether it disagrees."""
    quick = dataclasses.replace(of_case(options, case), locate=Locate.FIRST)
    return check_gradient(claimed.make(run.subject, case.network, case.x, case.y), quick)


def judge_case(
    run: NetworkRun, part: CheckResult, claimed: Claimed, case: NetworkCase, listening: Listening
) -> CheckResult:
    """Return a part that agreed on random networks with what differences say on one network more."""
    spent = run.budget.spent
    found: CheckResult | None = None
    try:
        found = _judged(run, claimed, case, run.budget.left())
    except BudgetExceeded:
        return dataclasses.replace(part, verdict=Verdict.INCONCLUSIVE, reason=Reason.BUDGET)
    except UserCodeError:  # it stops on this network, and was judged on others
        pass
    passes = run.budget.spent - spent
    part = dataclasses.replace(
        part, forward_passes=part.forward_passes + passes, example_passes=part.example_passes + passes * case.m
    )
    if found is None:
        return part
    part = dataclasses.replace(part, gradient_calls=part.gradient_calls + found.gradient_calls)
    is_coarse = listening.is_possible and _is_of_single_precision(found, Glance(run, claimed.asked), case)
    is_wrong = found.verdict is Verdict.DISAGREE and not is_coarse
    return disagreement(run, part, claimed, case, listening) if is_wrong else part


def disagreement(
    run: NetworkRun, part: CheckResult, claimed: Claimed, case: NetworkCase, listening: Listening
) -> CheckResult:
    """Return the part with what is wrong on a case: in numbers, and by which mistake."""
    part = dataclasses.replace(part, counterexample=as_code(run.subject, case, claimed.method))
    spent = run.budget.spent
    try:
        with on_the_smallest(case):
            options = of_case(run.budget.left(), case)
            detail = check_gradient(claimed.make(run.subject, case.network, case.x, case.y), options)
        if detail.verdict is Verdict.AGREE:
            note = "what failed on one call did not fail on the same network again: the code answers by chance"
            part = dataclasses.replace(part, verdict=Verdict.INCONCLUSIVE, reason=Reason.NONDETERMINISTIC)
            return with_note(part, note)
        if detail.reason is Reason.BUDGET:
            raise BudgetExceeded("nothing is left to locate it with")
        part = _filled(part, detail)
        part = dataclasses.replace(part, diagnosis=listening.diagnosis(claimed.asked))
        others = blame(run.subject, case, claimed.make, detail, run.budget)
        if not part.diagnosis:
            others = (*_patterns(run, claimed, listening), *others)
        part = dataclasses.replace(part, diagnosis=(*part.diagnosis, *others))
    except BudgetExceeded:
        budget = run.options.max_forward_passes
        part = with_note(part, f"the budget of {budget} forward passes ran out before all was known about it")
    passes = run.budget.spent - spent
    return dataclasses.replace(
        part, forward_passes=part.forward_passes + passes, example_passes=part.example_passes + passes * case.m
    )


def _patterns(run: NetworkRun, claimed: Claimed, listening: Listening) -> tuple[Diagnosis, ...]:
    """Return how the gradient differs where no mistake is known by name, on a network wide enough for patterns to show."""
    if not listening.is_possible:
        return ()
    case = listening.networks[0].case(claimed.examples[1])
    try:
        found = check_gradient(
            claimed.make(run.subject, case.network, case.x, case.y), of_case(run.budget.left(), case)
        )
    except UserCodeError:  # it stops on layers of different widths
        return ()
    run.calls += found.gradient_calls
    return tuple(one for one in found.diagnosis if one.kind is Explains.PATTERN)


def _filled(part: CheckResult, detail: CheckResult) -> CheckResult:
    """Return a part with what the check of one case found."""
    return dataclasses.replace(
        part,
        verdict=Verdict.DISAGREE,
        reason=None,
        faults=detail.faults,
        blocks=detail.blocks,
        worst=detail.worst,
        wrong=detail.wrong,
        measured=detail.measured,
        census=detail.census,
        parameters=detail.parameters,
        gradient_calls=part.gradient_calls + detail.gradient_calls,
    )
