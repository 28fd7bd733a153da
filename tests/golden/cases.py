"""Results made by hand, one for every way a report can look."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from gradcheck.results import (
    BlockResult,
    CheckResult,
    Component,
    Diagnosis,
    Fault,
    FaultKind,
    Reason,
    Status,
    Verdict,
)

CALL: Final = "gradcheck.check(cost, gradient, at, options=gradcheck.Options(seed=4182))"
NETWORK_CALL: Final = "gradcheck.check_network(Network, options=gradcheck.Options(seed=4182))"

CODE: Final = """\
net = Network([1, 1])
net.weights = [np.array([[1.0]])]
net.biases = [np.array([[1.0]])]
x, y = np.array([[1.0]]), np.array([[0.0]])
nabla_b, nabla_w = net.backprop(x, y)"""


def agreeing(name: str, shape: tuple[int, ...], digits: float = 11.68, limit: float = 3.07e-9) -> BlockResult:
    """Return a block that agrees."""
    return BlockResult(
        name,
        shape,
        Status.AGREE,
        claimed=1.5,
        estimated=1.5,
        bound=3e-12,
        directions=1,
        digits=digits,
        detection_limit=limit,
        miss_probability=1e-6,
    )


def disagreeing(name: str, shape: tuple[int, ...], measured: int = 0, wrong: int = 0) -> BlockResult:
    """Return a block that disagrees along two directions."""
    errors = {"truncation_error": 2.6e-13, "condition_error": 1.2e-12, "gradient_noise": 1.6e-15}
    return BlockResult(
        name,
        shape,
        Status.DISAGREE,
        claimed=1.598461,
        estimated=1.678270,
        bound=4.0 * sum(errors.values()),
        step=1.3e-3,
        directions=2,
        components_measured=measured,
        components_wrong=wrong,
        **errors,
    )


def undecided(name: str, reason: Reason) -> BlockResult:
    """Return a block that is inconclusive."""
    return BlockResult(name, (30, 784), Status.INCONCLUSIVE, reason, directions=4)


def wrong(block: str, index: tuple[int, ...], claimed: float, estimated: float) -> Component:
    """Return a wrong component with the errors of an ordinary estimate."""
    errors = {"truncation_error": 6.0e-12, "condition_error": 3.7e-11, "gradient_noise": 1.2e-16}
    return Component(block, index, claimed, estimated, bound=4.0 * sum(errors.values()), **errors)


VACUOUS: Final = BlockResult("b2", (10, 1), Status.VACUOUS, claimed=0.0, estimated=1e-17, bound=1e-15)
EMPTY: Final = BlockResult("w3", (0, 4), Status.VACUOUS)
ONE_WRONG: Final = wrong("w1", (2, 0), -0.412381, 0.13746)
MANY_WRONG: Final = tuple(wrong("w2", (k // 5, k % 5), 3.0 / (k + 1), -1.0 / (k + 1)) for k in range(10))


def at_point(verdict: Verdict, **fields: Any) -> CheckResult:
    """Return the result of a check of one gradient at one point."""
    start = CheckResult("gradient", verdict, parameters=24_680, forward_passes=81, gradient_calls=5, seed=4182)
    return dataclasses.replace(start, reproduce=CALL, **fields)


def part(title: str, verdict: Verdict, **fields: Any) -> CheckResult:
    """Return one part of the check of a network."""
    start = CheckResult(f"Network: {title}", verdict, forward_passes=1226, gradient_calls=150, seed=4182)
    return dataclasses.replace(start, **{"example_passes": 1226, **fields})


def network(verdict: Verdict, *parts: CheckResult, **fields: Any) -> CheckResult:
    """Return the result of a check of a network."""
    start = CheckResult("Network", verdict, parts=parts, forward_passes=2477, gradient_calls=300, seed=4182)
    return dataclasses.replace(start, **{"example_passes": 3769, "reproduce": NETWORK_CALL, **fields})


FORWARD: Final = part(
    "feedforward is that of sigmoid neurons (25)",
    Verdict.AGREE,
    forward_passes=25,
    notes=("25 of 25 random networks agree",),
)
BACKPROP: Final = part("backprop", Verdict.AGREE, notes=("25 of 25 random networks agree",))
BACKPROP_WRONG: Final = part(
    "backprop",
    Verdict.DISAGREE,
    blocks=(disagreeing("biases[0]", (1, 1), 1, 1), disagreeing("weights[0]", (1, 1), 1, 1)),
    worst=wrong("biases[0]", (0, 0), 0.25125608, 0.12562804),
    wrong=(wrong("biases[0]", (0, 0), 0.25125608, 0.12562804), wrong("weights[0]", (0, 0), 0.0025125608, 0.0012562804)),
    diagnosis=(
        Diagnosis(
            "cost-cross-entropy",
            "(BP1)",
            "it is the gradient of the cross-entropy cost, not of the quadratic cost: if that is your cost, say "
            "--cost cross-entropy; if not, (BP1) is where the two differ",
        ),
        Diagnosis("sigma-prime", "(BP1), (BP2)", "sigmoid_prime is not the derivative of sigmoid"),
    ),
    counterexample=CODE,
    parameters=2,
)
COPIED: Final = ("title", "blocks", "worst", "wrong", "diagnosis", "counterexample", "parameters")
MINI_BATCH_NOTE: Final = "mini-batches were not judged: they stand on backprop, which is to be mended first"

FORWARD_WRONG: Final = dataclasses.replace(
    FORWARD,
    verdict=Verdict.DISAGREE,
    worst=Component("a^L", (0, 0), claimed=0.9640275800758169, estimated=0.8807970779778823, bound=1.9e-15),
    counterexample="net = Network([1, 1])\na = net.feedforward(np.array([[1.0]]))",
    notes=(
        "feedforward does not compute sigma(w a + b), equation (25), with sigmoid neurons, so everything below is about "
        "another network; tanh fits it: if that is what you mean, say --activation tanh",
    ),
)

AGREEING: Final = {
    "agree": at_point(Verdict.AGREE, blocks=(agreeing("b1", (30, 1)), agreeing("w1", (30, 784), 9.42, 4.4e-7))),
    "agree_exact": at_point(Verdict.AGREE, blocks=(agreeing("w", (), float("inf"), 0.0),), example_passes=81_000),
    "agree_vacuous": at_point(Verdict.AGREE, blocks=(agreeing("b1", (30, 1)), VACUOUS, EMPTY)),
    "agree_parts": network(Verdict.AGREE, FORWARD, BACKPROP, notes=("there is no update_mini_batch to check",)),
    "agree_part_blocks": network(
        Verdict.AGREE, FORWARD, dataclasses.replace(BACKPROP, blocks=(agreeing("b1", (3, 1)),))
    ),
}

DISAGREEING: Final = {
    "disagree_component": at_point(
        Verdict.DISAGREE,
        blocks=(agreeing("b1", (30, 1)), disagreeing("w1", (3, 4), 12, 1)),
        worst=ONE_WRONG,
        wrong=(ONE_WRONG,),
    ),
    "disagree_close": at_point(
        Verdict.DISAGREE,
        blocks=(disagreeing("w1", (3, 4), 12, 1),),
        worst=wrong("w1", (2, 0), 0.5, 0.50000000018),
        wrong=(wrong("w1", (2, 0), 0.5, 0.50000000018),),
    ),
    "disagree_faults": at_point(
        Verdict.DISAGREE,
        faults=(
            Fault(FaultKind.SHAPE, "b1", "the gradient of b1 has shape (30,): (30, 1) was required"),
            Fault(FaultKind.NAN, "w1", "the gradient of w1 holds 3 NaN, the first at (0, 2): finite numbers only"),
        ),
        blocks=(BlockResult("b1", (30, 1), Status.DISAGREE), BlockResult("w1", (30, 784), Status.DISAGREE)),
    ),
    "disagree_many": at_point(
        Verdict.DISAGREE,
        blocks=(disagreeing("b2", (500,), 1, 1), disagreeing("w2", (6, 5), 30, 28), disagreeing("w3", (2, 2), 4, 0)),
        worst=MANY_WRONG[0],
        wrong=MANY_WRONG,
    ),
    "disagree_unlocated": at_point(Verdict.DISAGREE, blocks=(agreeing("b1", (30, 1)), disagreeing("w1", (30, 784)))),
    "disagree_explained": dataclasses.replace(BACKPROP_WRONG, reproduce=NETWORK_CALL),
    "disagree_parts": network(
        Verdict.DISAGREE,
        FORWARD,
        BACKPROP_WRONG,
        **{name: getattr(BACKPROP_WRONG, name) for name in COPIED},
        notes=(MINI_BATCH_NOTE,),
    ),
    "disagree_forward": dataclasses.replace(
        FORWARD_WRONG, parts=(FORWARD_WRONG, BACKPROP), notes=(*FORWARD_WRONG.notes, MINI_BATCH_NOTE)
    ),
    "disagree_told_by_part": network(Verdict.DISAGREE, FORWARD, BACKPROP_WRONG, notes=(MINI_BATCH_NOTE,)),
}

NOTES: Final = {
    Reason.NOISE: "one evaluation of the cost is uncertain by 2.1e-04",
    Reason.NONDETERMINISTIC: (
        "the cost is not deterministic: two evaluations at the same point gave 0.5129 and 0.4977, 1.5e-02 apart; "
        "fix its seed inside the cost (dropout, shuffling, a global random state)"
    ),
    Reason.DOMAIN: "the cost is nan at the point given: a finite cost is required",
    Reason.BUDGET: (
        "the budget of 40 forward passes ran out: raise it (--budget, max_forward_passes) to decide the rest"
    ),
}


def inconclusive(reason: Reason) -> CheckResult:
    """Return a result that is inconclusive for this reason, with a block that agrees beside the one that does not."""
    if reason is Reason.VACUOUS:
        return at_point(Verdict.INCONCLUSIVE, reason=reason, blocks=(VACUOUS,))
    notes = (NOTES[reason],) if reason in NOTES else ()
    if reason in (Reason.NONDETERMINISTIC, Reason.DOMAIN):
        return at_point(Verdict.INCONCLUSIVE, reason=reason, notes=notes)
    return at_point(
        Verdict.INCONCLUSIVE, reason=reason, blocks=(agreeing("b1", (30, 1)), undecided("w1", reason)), notes=notes
    )


INCONCLUSIVE: Final = {
    **{f"inconclusive_{reason.value}": inconclusive(reason) for reason in Reason},
    "inconclusive_unexplained": at_point(Verdict.INCONCLUSIVE),
    "inconclusive_two_reasons": at_point(
        Verdict.INCONCLUSIVE, reason=Reason.KINK, blocks=(undecided("b1", Reason.KINK), undecided("w1", Reason.NOISE))
    ),
    "inconclusive_parts": network(
        Verdict.INCONCLUSIVE,
        FORWARD,
        part(
            "backprop",
            Verdict.INCONCLUSIVE,
            reason=Reason.KINK,
            notes=("9 of 25 random networks agree, 16 inconclusive (kink)",),
        ),
        reason=Reason.KINK,
    ),
}

CASES: Final = {**AGREEING, **DISAGREEING, **INCONCLUSIVE}
