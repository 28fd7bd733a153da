"""Results made by hand, one for every way a report can look."""

from __future__ import annotations

import dataclasses
from typing import Final

from gradcheck.results import (
    BlockResult,
    CheckResult,
    Fault,
    FaultKind,
    Reason,
    Status,
    Verdict,
)
from tests.golden.diagnosed_cases import DIAGNOSED
from tests.golden.measured_cases import MEASURED
from tests.golden.nearby_cases import NEARBY
from tests.golden.pieces import (
    BACKPROP,
    BACKPROP_WRONG,
    COPIED,
    EMPTY,
    FORWARD,
    FORWARD_WRONG,
    MANY_WRONG,
    MINI_BATCH_NOTE,
    NETWORK_CALL,
    ONE_WRONG,
    VACUOUS,
    agreeing,
    at_point,
    disagreeing,
    network,
    part,
    undecided,
    wrong,
)
from tests.golden.undecided_cases import UNDECIDED

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
    Reason.BUDGET: ("the budget of 40 forward passes ran out: raise it to decide the rest"),
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

CASES: Final = {**AGREEING, **DISAGREEING, **INCONCLUSIVE, **MEASURED, **NEARBY, **UNDECIDED, **DIAGNOSED}

LEVELLED: Final = (
    *DIAGNOSED,
    "disagree_component",
    "disagree_unlocated",
    "disagree_nearby_of_a_part",
    "inconclusive_too_small",
    "inconclusive_kink_outside",
)
"""Cases that are shown at every level that tells something else than the level before it."""
