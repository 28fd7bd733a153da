"""Pieces of results made by hand: blocks, components, checks at one point and of a network."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Final

from gradcheck.results import (
    BlockResult,
    CheckResult,
    Component,
    Diagnosis,
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
        covered=math.prod(shape),
        resolution=2.1e-13,
    )


def disagreeing(name: str, shape: tuple[int, ...], measured: int = 0, wrong: int = 0) -> BlockResult:
    """Return a block that disagrees along two directions."""
    errors: dict[str, Any] = {"truncation_error": 2.6e-13, "condition_error": 1.2e-12, "gradient_noise": 1.6e-15}
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
    return dataclasses.replace(start, **{"reproduce": CALL, **fields})


def part(title: str, verdict: Verdict, **fields: Any) -> CheckResult:
    """Return one part of the check of a network."""
    start = CheckResult(f"Network: {title}", verdict, forward_passes=1226, gradient_calls=150, seed=4182)
    return dataclasses.replace(start, **{"example_passes": 1226, **fields})


def network(verdict: Verdict, *parts: CheckResult, **fields: Any) -> CheckResult:
    """Return the result of a check of a network."""
    start = CheckResult("Network", verdict, parts=parts, forward_passes=2477, gradient_calls=300, seed=4182)
    return dataclasses.replace(start, **{"example_passes": 3769, "reproduce": NETWORK_CALL, **fields})


FORWARD: Final = part(
    "feedforward as that of sigmoid neurons (25)",
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
        'another network; tanh fits it: if that is what you mean, say --activation tanh, or activation = "tanh" in '
        "gradcheck.toml",
    ),
)
