"""Results made by hand that stay open although something was seen: claims at a kink, and gradients that are inaccurate."""

from __future__ import annotations

import dataclasses
from typing import Final

from gradcheck.results import BlockResult, CheckResult, Inexact, Reason, Status, Verdict
from tests.golden.measured_cases import TOO_SMALL
from tests.golden.pieces import agreeing, at_point

BETWEEN: Final = BlockResult(
    "w1",
    (30, 784),
    Status.INCONCLUSIVE,
    Reason.KINK,
    claimed=0.25,
    estimated=0.5,
    directions=1,
    between_slopes=True,
    slope_left=0.0,
    slope_right=1.0,
)
"""A relu at 0: any slope from 0 to 1 is a subgradient."""

OUTSIDE: Final = dataclasses.replace(BETWEEN, claimed=3.5, between_slopes=False)

CANCELS: Final = BlockResult(
    "w1",
    (30, 784),
    Status.INCONCLUSIVE,
    Reason.DTYPE,
    claimed=1.0214e-10,
    estimated=1.0215e-10,
    bound=2e-18,
    directions=3,
    inexact=Inexact.CANCELLATION,
)
"""1 - tanh(z)**2 at z = 14, judged by the complex step."""

TOGETHER: Final = dataclasses.replace(
    TOO_SMALL,
    claimed=8e-13,
    estimated=8e-13,
    bound=1.1e-14,
    leaves_together=70,
    claimed_alone=3.9e-35,
    least_seen=1.1e-14,
)
"""One of 70 blocks whose common slope was seen, and whose own is far below that."""


def still_open(*blocks: BlockResult, reason: Reason) -> CheckResult:
    """Return an inconclusive check of some blocks."""
    return at_point(Verdict.INCONCLUSIVE, reason=reason, blocks=blocks)


UNDECIDED: Final = {
    "inconclusive_kink_between": still_open(agreeing("b1", (30, 1)), BETWEEN, reason=Reason.KINK),
    "inconclusive_kink_outside": still_open(agreeing("b1", (30, 1)), OUTSIDE, reason=Reason.KINK),
    "inconclusive_kink_refused": dataclasses.replace(
        still_open(agreeing("b1", (30, 1)), BETWEEN, reason=Reason.KINK), accepts_subgradients=True
    ),
    "inconclusive_cancels": still_open(CANCELS, reason=Reason.DTYPE),
    "inconclusive_slight": still_open(
        dataclasses.replace(CANCELS, claimed=1.0, estimated=1.00000001, inexact=Inexact.SLIGHT), reason=Reason.DTYPE
    ),
    "inconclusive_jumps": still_open(
        dataclasses.replace(CANCELS, claimed=1.0, estimated=1.001, inexact=Inexact.JUMPS), reason=Reason.DTYPE
    ),
    "inconclusive_vanishing": still_open(
        dataclasses.replace(TOGETHER, name="b[0]", shape=(8,)),
        dataclasses.replace(TOGETHER, name="b[35]", shape=(8,), claimed_alone=3e-11),
        reason=Reason.NOISE,
    ),
}
