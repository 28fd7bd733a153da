"""Results made by hand in which the point given could not decide, and a nearby one was judged."""

from __future__ import annotations

import dataclasses
from typing import Final

from gradcheck.results import BlockResult, CheckResult, Reason, Status, Verdict
from tests.golden.pieces import (
    FORWARD,
    ONE_WRONG,
    VACUOUS,
    agreeing,
    at_point,
    disagreeing,
    network,
    part,
    undecided,
)

AGREES_NEARBY: Final = at_point(
    Verdict.AGREE, blocks=(agreeing("b2", (10, 1)), agreeing("w1", (30, 784), 9.42, 4.4e-7)), reproduce=""
)
WRONG_NEARBY: Final = at_point(
    Verdict.DISAGREE,
    blocks=(agreeing("b2", (10, 1)), disagreeing("w1", (30, 784), 61, 1)),
    worst=ONE_WRONG,
    wrong=(ONE_WRONG,),
    reproduce="",
)
NOISY_NEARBY: Final = at_point(
    Verdict.INCONCLUSIVE,
    reason=Reason.NOISE,
    blocks=(undecided("b2", Reason.NOISE),),
    notes=("one evaluation of the cost is uncertain by 2.1e-04",),
    reproduce="",
)
ALL_VACUOUS: Final = (VACUOUS, BlockResult("w1", (30, 784), Status.VACUOUS, claimed=0.0, estimated=0.0, bound=1e-15))
AT_A_KINK: Final = (agreeing("b2", (10, 1)), undecided("w1", Reason.KINK))
ACCEPTED: Final = (
    agreeing("b2", (10, 1)),
    BlockResult("w1", (30, 784), Status.AGREE, Reason.KINK, claimed=0.0, estimated=0.5, directions=4),
)


def judged_nearby(verdict: Verdict, nearby: CheckResult, *blocks: BlockResult, reason: Reason | None) -> CheckResult:
    """Return a result whose point could not decide, with what was found nearby."""
    return at_point(verdict, reason=reason, blocks=blocks, nearby=nearby)


DISAGREE_KINK: Final = judged_nearby(Verdict.DISAGREE, WRONG_NEARBY, *AT_A_KINK, reason=Reason.KINK)

NEARBY: Final = {
    "agree_nearby_vacuous": judged_nearby(Verdict.AGREE, AGREES_NEARBY, *ALL_VACUOUS, reason=None),
    "agree_nearby_accepted_kink": judged_nearby(Verdict.AGREE, AGREES_NEARBY, *ACCEPTED, reason=None),
    "agree_here_and_nearby": judged_nearby(Verdict.AGREE, AGREES_NEARBY, agreeing("w1", (3,)), VACUOUS, reason=None),
    "disagree_nearby_kink": DISAGREE_KINK,
    "disagree_nearby_vacuous": judged_nearby(Verdict.DISAGREE, WRONG_NEARBY, *ALL_VACUOUS, reason=None),
    "disagree_nearby_of_a_part": network(
        Verdict.DISAGREE,
        FORWARD,
        part("backprop", Verdict.DISAGREE, **{name: getattr(DISAGREE_KINK, name) for name in ("blocks", "nearby")}),
    ),
    "inconclusive_nearby_agrees": judged_nearby(Verdict.INCONCLUSIVE, AGREES_NEARBY, *AT_A_KINK, reason=Reason.KINK),
    "inconclusive_nearby_open": judged_nearby(Verdict.INCONCLUSIVE, NOISY_NEARBY, *ALL_VACUOUS, reason=Reason.VACUOUS),
    "disagree_nearby_copied": dataclasses.replace(
        DISAGREE_KINK, reason=None, blocks=WRONG_NEARBY.blocks, worst=WRONG_NEARBY.worst, wrong=WRONG_NEARBY.wrong
    ),
}
