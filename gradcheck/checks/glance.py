"""A glance at a network on the way to the smallest one: the claim beside the reference, instead of a whole check by differences."""

from __future__ import annotations

import dataclasses
import math
from typing import Final

import numpy as np

from gradcheck.checks.digits import common_digits, is_finite
from gradcheck.checks.forward import unit_roundoff
from gradcheck.checks.hearing import Heard, hear
from gradcheck.checks.network_run import NetworkRun
from gradcheck.checks.residuals import Example
from gradcheck.errors import GradcheckError
from gradcheck.mistakes.program import REFERENCE, Asked, Call, Question
from gradcheck.network.model import Network
from gradcheck.results import EquationStatus
from gradcheck.strategies.cases import NetworkCase

AT_KINK: Final = 1e-9
"""Weighted inputs this near to a kink are at it (dimensionless): there a right program may say another slope than the reference."""


SINGLE_ROUNDING: Final = 64.0 * float(np.finfo(np.float32).eps) / 2.0
"""A step this near to the reference's, as a share of its largest entry, is right to 64 roundings of float32 (dimensionless): the deepest
of the random networks has five layers of weights, and some ten roundings are made on the way back through each."""


@dataclasses.dataclass(frozen=True)
class Glance:
    """What a gradient of a class shares with the reference's: one call of the class, and no forward pass.

    Only where the forward pass was found to be that of (25): then the reference's gradient is the right one.

    Examples
    --------
    >>> from gradcheck.checks.exposing import exposing
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.examples.network_bp1_sign_wrong import Network as Theirs
    >>> from gradcheck.subjects.network_class import NetworkSubject
    >>> run = NetworkRun(NetworkSubject("Network", Theirs), Options(seed=0))
    >>> Glance(run, Asked.ONE)(exposing(run.subject.declared, np.random.default_rng(0)).case())
    0.0
    """

    run: NetworkRun
    asked: Asked

    def __call__(self, case: NetworkCase) -> float:
        """Return the fewest digits that any array of the claim shares with the right one; infinity where they cannot be compared."""
        heard = self._heard(case)
        return math.inf if heard is None else common_digits(heard.answer, REFERENCE.answer(heard.question))

    def is_right_in_single_precision(self, case: NetworkCase) -> bool:
        """Tell whether a claim is the right one to the roundings of float32: of one example equation by equation.

        Zeros are no rounding: they prove nothing.
        """
        heard = self._heard(case)
        if heard is None:
            return False
        if self.asked is not Asked.ONE:
            right = REFERENCE.answer(heard.question)
            gaps = [np.abs(one - two).max() for one, two in zip(heard.answer.leaves, right.leaves, strict=True)]
            return bool(max(gaps) <= SINGLE_ROUNDING * right.largest)
        judged = Example(heard.question.last, heard.answer, unit=unit_roundoff(np.dtype(np.float32))).judged()
        return all(one.status in (EquationStatus.HOLDS, EquationStatus.CARRIED) for one in judged)

    def _heard(self, case: NetworkCase) -> Heard | None:
        """Return what the class answers, None where that cannot be compared."""
        if _is_at_kink(case.network, case):
            return None
        self.run.calls += 1
        try:
            heard = hear(self.run.subject, Question(self.asked, (Call(case.network, case.x, case.y),)))
        except GradcheckError:
            return None
        for one in heard:
            right = REFERENCE.answer(one.question)
            has_shapes = [np.shape(leaf) for leaf in one.answer.leaves] == [leaf.shape for leaf in right.leaves]
            if has_shapes and is_finite(one.answer):
                return one
        return None


def _is_at_kink(network: Network, case: NetworkCase) -> bool:
    zs = network.feedforward(case.x).zs
    return any(
        bool(np.min(np.abs(z - kink)) <= AT_KINK)
        for z, activation in zip(zs, network.activations, strict=True)
        for kink in activation.kinks
    )
