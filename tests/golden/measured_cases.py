"""Results made by hand that show what was measured: coverage, arbiters, many leaves, smallness, a census."""

from __future__ import annotations

import dataclasses
from typing import Final

from gradcheck.results import Arbiter, BlockResult, Census, Inexact, Reason, Status, Verdict
from tests.golden.pieces import ONE_WRONG, agreeing, at_point, disagreeing, wrong

BELOW: Final = dataclasses.replace(agreeing("w1", (30, 784), 9.42, 4.4e-7), covered=23_472)
"""A block with 48 components whose gradient is below its resolution: pixels that are almost always 0."""

BY_COMPLEX_STEP: Final = dataclasses.replace(agreeing("w1", (30, 784)), arbiter=Arbiter.COMPLEX_STEP)

LAYERS: Final = tuple(
    dataclasses.replace(agreeing(name, shape, 11.9 - 0.1 * layer, 10.0 ** (layer / 10.0 - 9.0)), leaves_together=20)
    for layer in range(50)
    for name, shape in ((f"weights[{layer}]", (20, 20)), (f"biases[{layer}]", (20, 1)))
)
"""One hundred leaves of a network with 50 layers, the last of them the weakest."""

TOO_SMALL: Final = BlockResult(
    "weights[0]",
    (20, 20),
    Status.INCONCLUSIVE,
    Reason.NOISE,
    claimed=-1.02e-15,
    estimated=4.0e-15,
    truncation_error=1.0e-14,
    condition_error=6.51e-14,
    gradient_noise=1e-28,
    bound=3.01e-13,
    directions=2,
)
"""A gradient that vanished in many saturated layers: the claim is below what could be seen."""

LOSES_DIGITS: Final = BlockResult(
    "w1",
    (30, 784),
    Status.INCONCLUSIVE,
    Reason.DTYPE,
    claimed=4.1e-9,
    estimated=4.3e-9,
    truncation_error=1e-14,
    condition_error=3e-13,
    gradient_noise=1.2e-9,
    bound=4.8e-9,
    directions=2,
    inexact=Inexact.ROUNDING,
)
"""1 - tanh(z)**2 where tanh(z) is all but 1."""


def mixed() -> tuple[BlockResult, ...]:
    """Return one hundred leaves of which a dozen disagree and a dozen lie at a kink."""
    found = list(LAYERS)
    for k in range(12):
        base = disagreeing(found[k].name, found[k].shape)
        found[k] = dataclasses.replace(base, estimated=base.estimated + 0.01 * k)
        found[40 + k] = BlockResult(found[40 + k].name, found[40 + k].shape, Status.INCONCLUSIVE, Reason.KINK)
        found[60 + k] = BlockResult(found[60 + k].name, found[60 + k].shape, Status.VACUOUS)
    return tuple(found)


MEASURED: Final = {
    "agree_coverage": at_point(Verdict.AGREE, blocks=(agreeing("b1", (30, 1)), BELOW)),
    "agree_complex_step": at_point(Verdict.AGREE, blocks=(agreeing("b1", (30, 1)), BY_COMPLEX_STEP)),
    "agree_many_leaves": at_point(Verdict.AGREE, blocks=LAYERS, parameters=21_000, forward_passes=131),
    "disagree_many_leaves": at_point(Verdict.DISAGREE, blocks=mixed(), parameters=21_000, forward_passes=311),
    "disagree_census": at_point(
        Verdict.DISAGREE,
        blocks=(agreeing("b1", (30, 1)), disagreeing("w1", (30, 784), 61, 48), disagreeing("w2", (3, 4), 12, 1)),
        worst=ONE_WRONG,
        wrong=(ONE_WRONG, wrong("w2", (1, 1), 0.25, -0.25)),
        census=(Census("w1", (30, 784), 48, 61, rows=30, columns=784, wrong_rows=(2, 3, 4), wrong_columns=()),),
    ),
    "inconclusive_too_small": at_point(
        Verdict.INCONCLUSIVE, reason=Reason.NOISE, blocks=(TOO_SMALL, agreeing("weights[7]", (20, 20)))
    ),
    "inconclusive_loses_digits": at_point(Verdict.INCONCLUSIVE, reason=Reason.DTYPE, blocks=(LOSES_DIGITS,)),
}
