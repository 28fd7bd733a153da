"""Components of fewer digits than their dtype has: rounding, inaccuracy and mistakes are told apart."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from gradcheck.checks.component_verdicts import Compared, block_result
from gradcheck.checks.every_weight import check_every_weight
from gradcheck.checks.evidence import COARSEST_SHARE
from gradcheck.checks.fewer_digits import allowing_for, notes_on_digits
from gradcheck.checks.measuring import SHARE_OF_DIGITS
from gradcheck.checks.slightness import SLIGHT
from gradcheck.checks.swept_case import drawn_case
from gradcheck.examples.network_right import Network as Right
from gradcheck.network.activations import TANH
from gradcheck.network.costs import QUADRATIC
from gradcheck.network.model import Network
from gradcheck.results import Inexact, Reason, Status, Verdict
from gradcheck.strategies.cases import NetworkCase
from gradcheck.subjects.network_class import Declared, NetworkSubject
from gradcheck.sweep import SweepSettings

EPS = 2.0**-52
ONE = np.ones(10)
COARSE = 1e-5 * ONE


def off(gap: Any, *, size: Any = ONE, allowed: Any = EPS) -> Compared:
    return Compared("w", size + gap, size, 0.0 * ONE, allowed * ONE, EPS)


def test_the_noise_of_some_explains_what_stands_out_of_others() -> None:
    """Of ten components of one noise, seven values of the last happen to agree."""
    noise = np.full(10, 1e-9)
    noise[-1] = 0.0
    (allowed,) = allowing_for(noise, [COARSE], [off(np.full(10, 1e-9))])
    assert not allowed.wrong.any() and not allowed.inaccurate.any()


def test_one_that_stands_out_of_the_noise_of_the_others_is_wrong() -> None:
    gap = np.full(10, 1e-9)
    gap[3] = 1e-6
    (allowed,) = allowing_for(np.full(10, 1e-9), [COARSE], [off(gap)])
    assert np.flatnonzero(allowed.wrong).tolist() == [3]
    assert notes_on_digits([off(gap)], [allowed])


def test_noise_is_allowed_up_to_what_coarse_arithmetic_makes_and_no_more() -> None:
    for noise, is_wrong in ((0.9 * COARSEST_SHARE, False), (1.1 * COARSEST_SHARE, True)):
        (allowed,) = allowing_for(np.full(10, noise), [COARSE], [off(np.full(10, noise))])
        assert allowed.wrong.all() == allowed.wrong.any() == is_wrong


def test_noise_in_sums_of_zeros_is_none_of_the_others() -> None:
    """Where all inputs are 0 nothing is allowed but what is lost near 0: a share of that is no unit of noise."""
    at_zero = np.arange(10) < 6
    size, allowed = np.where(at_zero, 0.0, 1.0), np.where(at_zero, 1e-300, EPS)
    noise, gap = np.where(at_zero, 1e-9, 0.0), np.where(at_zero, 1e-9, 1e-3)
    one = Compared("w", size + gap, size, 0.0 * ONE, np.where(at_zero, np.finfo(float).tiny, allowed), EPS)
    (found,) = allowing_for(noise, [COARSE], [one])
    assert found.wrong[~at_zero].all()
    assert block_result(found).status is Status.DISAGREE


def test_what_is_off_everywhere_by_no_more_than_coarse_arithmetic_makes_is_left_open() -> None:
    (within,) = allowing_for(np.zeros(10), [COARSE], [off(np.full(10, 0.9e-5))])
    assert within.inaccurate.all() and not within.wrong.any()
    gap = np.where(np.arange(10) == 3, 0.9e-5, 0.0)
    (alone,) = allowing_for(np.zeros(10), [COARSE], [off(gap)])
    assert np.flatnonzero(alone.wrong).tolist() == [3]


@pytest.mark.parametrize(("share", "status"), [(0.9 * SLIGHT, Status.INCONCLUSIVE), (1.1 * SLIGHT, Status.DISAGREE)])
def test_a_slight_gap_is_inaccurate_and_a_larger_one_wrong(share: float, status: Status) -> None:
    gap = np.zeros(10)
    gap[3] = share
    (allowed,) = allowing_for(np.zeros(10), [COARSE], [off(gap)])
    block = block_result(allowed)
    assert block.status is status
    is_open = status is Status.INCONCLUSIVE
    assert (block.reason, block.inexact) == ((Reason.DTYPE, Inexact.SLIGHT) if is_open else (None, None))


def test_a_small_component_is_wrong_by_its_own_size_where_the_others_are_right() -> None:
    size = np.where(np.arange(10) == 3, 1e-10, 1.0)
    gap = np.where(np.arange(10) == 3, 1e-10, 0.0)
    (alone,) = allowing_for(np.zeros(10), [0.0 * ONE], [off(gap, size=size, allowed=1e-16 * size)])
    assert np.flatnonzero(alone.wrong).tolist() == [3]
    (everywhere,) = allowing_for(np.zeros(10), [0.0 * ONE], [off(np.full(10, 1e-10), size=size, allowed=1e-16 * size)])
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


class Tanh32(Right):
    """All of backprop in float32, with 1 - tanh^2 for sigma'; returned in float64."""

    def backprop(self, x, y):  # type: ignore[no-untyped-def]
        weights, biases = ([np.asarray(one, np.float32) for one in each] for each in (self.weights, self.biases))
        a = [np.asarray(x, np.float32)]
        for w, b in zip(weights, biases, strict=True):
            a.append(np.tanh(w @ a[-1] + b))
        delta = (a[-1] - np.asarray(y, np.float32)) * (1 - a[-1] ** 2)
        nabla_b, nabla_w = [delta], [delta @ a[-2].T]
        for i in range(len(weights) - 1, 0, -1):
            delta = (weights[i].T @ delta) * (1 - a[i] ** 2)
            nabla_b.insert(0, delta)
            nabla_w.insert(0, delta @ a[i - 1].T)
        return tuple(
            [np.asarray(one, float) / 3.0 * 3.0 if self.apart else np.asarray(one, float) for one in each]
            for each in (nabla_b, nabla_w)
        )

    apart = False

    def feedforward(self, a):  # type: ignore[no-untyped-def]
        for w, b in zip(self.weights, self.biases, strict=True):
            a = np.tanh(w @ a + b)
        return a


class Tanh32Apart(Tanh32):
    """The same, with numbers that are none of float32 any more."""

    apart = True


@pytest.mark.parametrize("make", [Tanh32, Tanh32Apart])
@pytest.mark.parametrize("sizes", [(20, 1), (20, 5, 3)])
@pytest.mark.parametrize("scale", [1.0, 3.0, 10.0])
def test_single_precision_within_is_never_called_wrong_where_it_stands_still(
    make: type[Right], sizes: tuple[int, ...], scale: float
) -> None:
    """1 - tanh^2 moves in steps of 6e-8: at neighbouring points its rounding is the same."""
    declared = Declared((TANH,))
    verdicts = Counter()
    for seed in range(30):
        case = drawn_case(declared, sizes, 1, seed=seed)
        network = Network(
            [scale * w for w in case.network.weights], case.network.biases, [TANH] * (len(sizes) - 1), QUADRATIC
        )
        scaled = NetworkCase(network, case.x, case.y)
        verdicts[check_every_weight(NetworkSubject("Network", make, declared), scaled, SweepSettings()).verdict] += 1
    assert Verdict.DISAGREE not in verdicts
    assert scale > 1.0 or verdicts[Verdict.AGREE] >= 25


def test_what_is_added_to_the_gradient_of_inputs_that_are_0_hides_nothing_elsewhere() -> None:
    class Off(Right):
        def backprop(self, x, y):  # type: ignore[no-untyped-def]
            nabla_b, nabla_w = super().backprop(x, y)
            return [1.001 * one for one in nabla_b], [
                one + 1e-9 * np.sin(1e9 * w) for one, w in zip(nabla_w, self.weights, strict=True)
            ]

    case = drawn_case(Declared(), (20, 5, 3), 1, seed=0)
    blank = NetworkCase(case.network, np.where(np.arange(20)[:, None] < 15, 0.0, case.x), case.y)
    result = check_every_weight(NetworkSubject("Network", Off), blank, SweepSettings())
    assert result.verdict is Verdict.DISAGREE
    assert {block.name: block.status for block in result.blocks if block.name.startswith("biases")} == {
        "biases[0]": Status.DISAGREE,
        "biases[1]": Status.DISAGREE,
    }
