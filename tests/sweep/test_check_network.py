"""`check_network` judges every weight of a network of a real size: what 25 small networks and random directions cannot see."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.checks.every_weight import check_every_weight
from gradcheck.checks.every_weight_part import with_every_weight
from gradcheck.checks.gradient import check_gradient
from gradcheck.checks.network_run import NetworkRun
from gradcheck.checks.options import Locate, Options
from gradcheck.checks.swept_case import drawn_case
from gradcheck.errors import UsageError
from gradcheck.examples.network_right import Network as Right
from gradcheck.network.activations import RELU, SIGMOID
from gradcheck.results import CheckResult, FaultKind, Inexact, Reason, Status, Verdict
from gradcheck.subjects.network_class import Declared, NetworkSubject, gradient_subject
from gradcheck.sweep import SweepSettings
from tests.right_programs_for_tests import RIGHT

AGREED = CheckResult("Network: backprop", Verdict.AGREE, forward_passes=5, gradient_calls=2, example_passes=5)


def altered(factor: float, *, least: int = 0, place: int = 0) -> type[Right]:
    """Return a class that has one component of the first layer's weights wrong, where it has so many inputs at least."""

    class Altered(Right):
        def backprop(self, x, y):  # type: ignore[no-untyped-def]
            nabla_b, nabla_w = super().backprop(x, y)
            if len(x) >= least:
                nabla_w[0] = np.array(nabla_w[0])
                nabla_w[0].flat[place % nabla_w[0].size] *= factor
            return nabla_b, nabla_w

    return Altered


def part_of(make: Any, **chosen: Any) -> CheckResult:
    run = NetworkRun(NetworkSubject("Network", make), Options(seed=0, **chosen))
    part = with_every_weight(run, AGREED)
    assert part.forward_passes - AGREED.forward_passes == run.budget.spent
    return part


def test_one_weight_of_a_large_network_that_is_wrong_by_a_millionth_is_named() -> None:
    import gradcheck

    result = gradcheck.check_network(altered(1 + 1e-6, least=100, place=12_345), options=Options(seed=0))
    assert result.verdict is Verdict.DISAGREE
    assert [component.name for component in result.wrong] == ["weights[0][15, 585]"]
    assert "every weight and bias of [784, 30, 10]" in result.title
    assert result.forward_passes == sum(part.forward_passes for part in result.parts)


def test_an_agreement_says_what_was_asked_what_was_evaluated_and_what_it_cost() -> None:
    part = part_of(Right)
    assert part.verdict is Verdict.AGREE
    assert "47,720 costs were asked for; 47,720 of one example were evaluated" in part.notes[0]
    assert (
        "multiplications as 20 full forward passes; 160 more measured the truncation, and 9 true ones of yours"
        in part.notes[0]
    )
    # One pass for the precision, C, and 4 weights at two steps; a gradient and the same once more.
    assert (part.forward_passes, part.example_passes, part.gradient_calls) == (15, 15, 4)


@pytest.mark.parametrize("name", RIGHT)
def test_right_programs_of_all_styles_agree_in_every_weight(name: str) -> None:
    run = NetworkRun(RIGHT[name], Options(seed=0))
    part = with_every_weight(run, AGREED)
    assert part.verdict is Verdict.AGREE, str(part)
    assert "agrees by itself" in part.notes[0]


def in_all_weights(factor: float, noise: float, *, key: Any = lambda weights: 0) -> type[Right]:
    """Return a class that is wrong by a factor in every component of a large network, and off by noise: another for another key."""

    class Off(Right):
        def backprop(self, x, y):  # type: ignore[no-untyped-def]
            generator = np.random.default_rng(key(self.weights))
            large = factor if len(x) > 100 else 1.0
            found = super().backprop(x, y)
            return tuple([g * (large + noise * generator.normal(size=g.shape)) for g in layers] for layers in found)

    return Off


def bits(weights: Any) -> int:
    """Return another number for weights that differ in one bit."""
    return int(sum(np.asarray(w).view(np.uint64).sum(dtype=np.uint64) for w in weights) % np.uint64(2**63))


@pytest.mark.parametrize("noise", [1e-13, 1e-9, 1e-6])
def test_a_gradient_of_fewer_digits_than_float64_has_is_no_wrong_weight(noise: float) -> None:
    part = part_of(in_all_weights(1.0, noise, key=bits))
    assert part.verdict is Verdict.AGREE, str(part)
    assert "to fewer digits than its dtype has" in part.notes[-1]


@pytest.mark.parametrize("noise", [1e-13, 1e-8])
def test_what_is_off_by_less_than_mistakes_make_and_is_no_rounding_is_left_open(noise: float) -> None:
    subject = NetworkSubject("Network", in_all_weights(1.0, noise))
    result = check_every_weight(subject, drawn_case(Declared(), (784, 30, 10), 1, seed=0), SweepSettings())
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.DTYPE)
    assert Inexact.SLIGHT in {block.inexact for block in result.blocks} <= {Inexact.SLIGHT, None}
    assert "components are off by more than their rounding explains" in result.notes[-1]
    part = part_of(in_all_weights(1.0, noise))
    assert part.verdict is Verdict.AGREE
    assert "components are off by more than their rounding explains" in part.notes[-2]


@pytest.mark.parametrize(("excess", "verdict"), [(1e-6, Verdict.INCONCLUSIVE), (-1e-2, Verdict.DISAGREE)])
def test_an_excess_of_all_components_alike_is_no_rounding(excess: float, verdict: Verdict) -> None:
    """One that single precision within could make is left open: its rounding may be the same at neighbouring points."""
    subject = NetworkSubject("Network", in_all_weights(1.0 + excess, 0.0))
    result = check_every_weight(subject, drawn_case(Declared(), (784, 30, 10), 1, seed=0), SweepSettings())
    assert result.verdict is verdict
    assert (verdict is Verdict.INCONCLUSIVE) or all(block.status is Status.DISAGREE for block in result.blocks)


def test_one_wrong_weight_stands_out_of_a_gradient_of_fewer_digits() -> None:
    class Both(in_all_weights(1.0, 1e-12)):  # type: ignore[misc]
        def backprop(self, x, y):  # type: ignore[no-untyped-def]
            nabla_b, nabla_w = super().backprop(x, y)
            nabla_w[0][15, 585] *= 1 + 1e-6
            return nabla_b, nabla_w

    assert [component.name for component in part_of(Both).wrong] == ["weights[0][15, 585]"]


def test_an_error_of_all_weights_of_a_large_network_is_one() -> None:
    part = part_of(in_all_weights(1.1, 0.0))
    assert part.verdict is Verdict.DISAGREE
    assert all(2 * block.components_wrong > block.components_measured for block in part.blocks)


def test_a_class_that_stops_at_this_size_keeps_its_verdict_and_is_told_so() -> None:
    class Small(Right):
        def __init__(self, sizes: list[int]) -> None:
            if sizes[0] > 100:
                raise OverflowError("too large for me")
            super().__init__(sizes)

    part = part_of(Small)
    assert part.verdict is Verdict.AGREE
    assert "were not measured each by itself" in part.notes[0]
    assert "too large for me" in part.notes[0]


def test_a_budget_that_ends_in_it_is_inconclusive() -> None:
    part = part_of(Right, max_forward_passes=7)
    assert (part.verdict, part.reason, part.forward_passes) == (Verdict.INCONCLUSIVE, Reason.BUDGET, 5 + 7)


def test_a_gradient_that_answers_otherwise_the_second_time_is_a_fault() -> None:
    class Grows(Right):
        calls = 0

        def backprop(self, x, y):  # type: ignore[no-untyped-def]
            Grows.calls += 1
            nabla_b, nabla_w = super().backprop(x, y)
            return [Grows.calls * one for one in nabla_b], [Grows.calls * one for one in nabla_w]

    assert [fault.kind for fault in part_of(Grows).faults] == [FaultKind.ACCUMULATION]


class Single(Right):
    """All of it in float32; what backprop returns is in `returned`."""

    returned: Any = np.float32

    def _in_single(self, method: Any, *arrays: Any) -> Any:
        kept = self.weights, self.biases
        self.weights = [np.asarray(w, np.float32) for w in self.weights]
        self.biases = [np.asarray(b, np.float32) for b in self.biases]
        found = method(*(np.asarray(array, np.float32) for array in arrays))
        self.weights, self.biases = kept
        return found

    def feedforward(self, a):  # type: ignore[no-untyped-def]
        return self._in_single(super().feedforward, a)

    def backprop(self, x, y):  # type: ignore[no-untyped-def]
        found = self._in_single(super().backprop, x, y)
        return tuple([leaf.astype(self.returned) for leaf in layers] for layers in found)


@pytest.mark.parametrize("returned", [np.float32, np.float64])
def test_single_precision_is_right_to_its_own_digits(returned: Any) -> None:
    program = type("Network", (Single,), {"returned": returned})
    part = part_of(program)
    assert part.verdict is Verdict.AGREE, str(part)
    assert not any("to fewer digits than its dtype has" in note for note in part.notes)


def test_another_forward_pass_than_the_declared_one_is_misuse() -> None:
    class Off(Right):
        def feedforward(self, a):  # type: ignore[no-untyped-def]
            return super().feedforward(a) * np.inf

    subject = NetworkSubject("Network", Off)
    with pytest.raises(UsageError, match=r"a\^L\[0, 0\] is inf, and equation \(25\) with sigmoid neurons says 0\."):
        check_every_weight(subject, drawn_case(Declared(), (4, 3, 2), 1, seed=0), SweepSettings())


@pytest.mark.parametrize(("sizes", "examples"), [((10**6, 10**6), 1), ((10**12, 10**12), 1), ((784, 30, 10), 10**8)])
def test_more_than_fits_into_memory_is_misuse(sizes: tuple[int, ...], examples: int) -> None:
    with pytest.raises(UsageError, match=r"does not fit into memory \(it takes [\d,]+ GiB, and this machine has \d"):
        drawn_case(Declared(), sizes, examples, seed=0)


def test_the_depth_of_the_real_network_is_the_declared_one() -> None:
    result = part_of_declared(Declared((RELU, RELU, SIGMOID)))
    assert "[784, 30, 30, 10]" in result.notes[0]


def part_of_declared(declared: Declared) -> CheckResult:
    class Nothing(Right):
        def feedforward(self, a):  # type: ignore[no-untyped-def]
            return a

    run = NetworkRun(NetworkSubject("Network", Nothing, declared), Options(seed=0))
    return with_every_weight(run, AGREED)


@settings(max_examples=20, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 4), min_size=2, max_size=4),
    factor=st.sampled_from([1.0, 1.0 + 1e-4, 1.1, -1.0]),
    place=st.integers(0, 15),
    seed=st.integers(0, 1000),
)
def test_the_verdict_is_that_of_the_slow_way(sizes: list[int], factor: float, place: int, seed: int) -> None:
    """Every component by differences of the user's own full forward passes, beside every one by the sweep."""
    subject = NetworkSubject("Network", altered(factor, place=place))
    case = drawn_case(Declared(), sizes, 1, seed=seed)
    fast = check_every_weight(subject, case, SweepSettings(seed=seed))
    slow = check_gradient(
        gradient_subject(subject, case.network, case.x, case.y), Options(seed=seed, locate=Locate.FULL)
    )
    assert fast.verdict is slow.verdict
    assert {one.name for one in fast.wrong} == {one.name for one in slow.wrong}
    assert (fast.verdict is Verdict.AGREE) is (factor == 1.0)
