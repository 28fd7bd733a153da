"""Components of fewer digits than their dtype has: rounding, inaccuracy and mistakes are told apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcheck.checks.component_verdicts import Compared, block_result
from gradcheck.checks.every_weight import check_every_weight
from gradcheck.checks.fewer_digits import allowing_for, notes_on_digits
from gradcheck.checks.measuring import SHARE_OF_DIGITS
from gradcheck.checks.slightness import SLIGHT
from gradcheck.checks.swept_case import drawn_case
from gradcheck.examples.network_right import Network as Right
from gradcheck.results import Inexact, Reason, Status, Verdict
from gradcheck.strategies.cases import NetworkCase
from gradcheck.subjects.network_class import Declared, NetworkSubject
from gradcheck.sweep import SweepSettings

EPS = 2.0**-52
ONE = np.ones(10)


def off(gap: Any, *, size: Any = ONE, allowed: Any = EPS) -> Compared:
    return Compared("w", size + gap, size, 0.0 * ONE, allowed * ONE, EPS)


def test_the_noise_of_some_explains_what_stands_out_of_others() -> None:
    """Of ten components of one noise, seven values of the last happen to agree."""
    noise = np.full(10, 1e-9)
    noise[-1] = 0.0
    (allowed,) = allowing_for(noise, [off(np.full(10, 1e-9))])
    assert not allowed.wrong.any() and not allowed.inaccurate.any()


def test_one_that_stands_out_of_the_noise_of_the_others_is_wrong() -> None:
    gap = np.full(10, 1e-9)
    gap[3] = 1e-6
    (allowed,) = allowing_for(np.full(10, 1e-9), [off(gap)])
    assert np.flatnonzero(allowed.wrong).tolist() == [3]
    assert notes_on_digits([off(gap)], [allowed])


@pytest.mark.parametrize(("share", "status"), [(0.9 * SLIGHT, Status.INCONCLUSIVE), (1.1 * SLIGHT, Status.DISAGREE)])
def test_a_slight_gap_is_inaccurate_and_a_larger_one_wrong(share: float, status: Status) -> None:
    gap = np.zeros(10)
    gap[3] = share
    (allowed,) = allowing_for(np.zeros(10), [off(gap)])
    block = block_result(allowed)
    assert block.status is status
    is_open = status is Status.INCONCLUSIVE
    assert (block.reason, block.inexact) == ((Reason.DTYPE, Inexact.SLIGHT) if is_open else (None, None))


def test_a_small_component_is_wrong_by_its_own_size_where_the_others_are_right() -> None:
    size = np.where(np.arange(10) == 3, 1e-10, 1.0)
    gap = np.where(np.arange(10) == 3, 1e-10, 0.0)
    (alone,) = allowing_for(np.zeros(10), [off(gap, size=size, allowed=1e-16 * size)])
    assert np.flatnonzero(alone.wrong).tolist() == [3]
    (everywhere,) = allowing_for(np.zeros(10), [off(np.full(10, 1e-10), size=size, allowed=1e-16 * size)])
    assert not everywhere.wrong.any() and everywhere.inaccurate.all()


def test_a_component_is_open_where_more_could_hide_than_an_agreement_leaves() -> None:
    limit = EPS**SHARE_OF_DIGITS
    assert not off(0.0 * ONE, allowed=0.99 * limit).open.any()
    assert off(0.0 * ONE, allowed=1.01 * limit).open.all()
    assert block_result(off(0.0 * ONE, allowed=0.99 * limit)).status is Status.AGREE
    assert block_result(off(0.0 * ONE, allowed=1.01 * limit)).status is Status.INCONCLUSIVE


def test_a_weight_behind_a_faint_input_is_named_as_any_other() -> None:
    class OneDoubled(Right):
        def backprop(self, x, y):  # type: ignore[no-untyped-def]
            nabla_b, nabla_w = super().backprop(x, y)
            nabla_w[0] = np.array(nabla_w[0])
            nabla_w[0][1, 2] *= 2.0
            return nabla_b, nabla_w

    case = drawn_case(Declared(), (6, 4, 3), 1, seed=0)
    x = case.x.copy()
    x[2] = 1e-12
    faint = NetworkCase(case.network, x, case.y)
    result = check_every_weight(NetworkSubject("Network", OneDoubled), faint, SweepSettings())
    assert result.verdict is Verdict.DISAGREE
    assert [component.name for component in result.wrong] == ["weights[0][1, 2]"]
