"""check(): the cases other checkers got wrong, each right gradient with a wrong one beside it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.checks.gradient import JUDGED_IN_FLOAT64, assert_gradient, check, check_gradient
from gradcheck.checks.options import Locate, Options
from gradcheck.errors import GradientMismatch
from gradcheck.network.activations import RELU
from gradcheck.network.backprop import backprop
from gradcheck.results import CheckResult, FaultKind, Reason, Status, Verdict
from gradcheck.subjects.functions import loss_and_gradient
from tests.digits import trained_digits_network
from tests.problems_for_tests import SEED, WAVE_AT, Case, Counted, network_case, spoiled, wave, wave_gradient


def judge(case: Case, edit: Callable[[Any], None] | None = None, options: Options = SEED) -> CheckResult:
    """Check a case, with an edit of its gradient or without."""
    gradient = case.gradient if edit is None else spoiled(case.gradient, edit)
    return check(case.cost, gradient, case.at, options=options)


def put(block: str, layer: int, change: Callable[[Any], Any]) -> Callable[[Any], None]:
    """Return an edit of one array of a network's gradient."""
    return lambda g: g[block].__setitem__(layer, change(g[block][layer]))


def disagreeing(result: CheckResult) -> list[str]:
    return [block.name for block in result.blocks if block.status is Status.DISAGREE]


# --- what other checkers passed or refused ---


@pytest.mark.parametrize("p", [1000, 20_000])
def test_a_zero_gradient_of_many_parameters(p: int) -> None:
    assert check(lambda w: np.sum(w**3), lambda w: 3 * w**2, np.ones(p), options=SEED).verdict is Verdict.AGREE
    assert check(lambda w: np.sum(w**3), lambda w: 0 * w, np.ones(p), options=SEED).verdict is Verdict.DISAGREE


def test_a_doubled_bias_gradient_among_23860_parameters() -> None:
    case = network_case([784, 30, 10], np.random.default_rng(0))
    right = judge(case)
    assert right.verdict is Verdict.AGREE and right.parameters == 23_860
    assert right.forward_passes < 200
    assert disagreeing(judge(case, put("b", 0, lambda b: 2 * b))) == ["b[0]"]


def test_a_vanished_first_layer_of_eight_is_still_judged() -> None:
    case = network_case([4] * 9, np.random.default_rng(0))
    assert judge(case).verdict is Verdict.AGREE
    assert disagreeing(judge(case, put("w", 0, np.zeros_like))) == ["w[0]"]


def test_one_nan_among_23860_components() -> None:
    case = network_case([784, 30, 10], np.random.default_rng(0))

    def spoil(w: Any) -> Any:
        w[17, 400] = np.nan
        return w

    result = judge(case, put("w", 0, spoil))
    assert result.verdict is Verdict.DISAGREE
    assert [(fault.kind, fault.where) for fault in result.faults] == [(FaultKind.NAN, "w[0]")]
    assert "w[0][17, 400], and not finite in 1 of 23520 components" in result.faults[0].sentence


def test_a_swapped_pair_is_seen_under_every_seed() -> None:
    at = np.array([1.0, 1.001, 3.0])
    for seed in range(20):
        result = check(lambda w: np.sum(w**3), lambda w: 3 * w[[1, 0, 2]] ** 2, at, options=Options(seed=seed))
        assert result.verdict is Verdict.DISAGREE
        assert {component.index for component in result.wrong} == {(0,), (1,)}


@pytest.mark.parametrize("offset", [1e6, -1e6])
def test_a_large_constant_in_the_cost(offset: float) -> None:
    case = network_case([4, 5, 3], np.random.default_rng(0))
    moved = Case(lambda p: case.cost(p) + offset, case.gradient, case.at)
    assert judge(moved).verdict is Verdict.AGREE
    assert disagreeing(judge(moved, put("w", 1, lambda w: 1.01 * w))) == ["w[1]"]


def test_weights_times_thirty() -> None:
    case = network_case([4, 5, 3], np.random.default_rng(0), gain=30.0)
    assert judge(case).verdict is not Verdict.DISAGREE
    assert disagreeing(judge(case, put("w", 1, lambda w: 1.5 * w))) == ["w[1]"]


def test_float32_code() -> None:
    """It takes float64 too, and is judged there: with more digits than its own dtype has."""
    for seed in range(5):
        case = network_case([4, 5, 3], np.random.default_rng(seed), dtype=np.float32)
        right = judge(case)
        assert right.verdict is Verdict.AGREE and JUDGED_IN_FLOAT64 in right.notes
        assert min(block.digits or 0.0 for block in right.blocks) > 7.3
        assert disagreeing(judge(case, put("w", 1, lambda w: w * np.float32(1.5)))) == ["w[1]"]


def test_float32_code_that_takes_nothing_else() -> None:
    def strict(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def checked(p: Any) -> Any:
            if p["w"][0].dtype != np.float32:
                raise TypeError("float32 is required")
            return function(p)

        return checked

    for seed in range(5):
        case = network_case([4, 5, 3], np.random.default_rng(seed), dtype=np.float32)
        right = judge(Case(strict(case.cost), strict(case.gradient), case.at))
        assert right.verdict is Verdict.AGREE and right.notes == ()
        assert max(block.digits or 0.0 for block in right.blocks) < 7.3
        wrong = spoiled(case.gradient, put("w", 1, lambda w: np.float32(1.5) * w))
        assert disagreeing(judge(Case(strict(case.cost), strict(wrong), case.at))) == ["w[1]"]


def test_a_float32_cost_of_float64_parameters() -> None:
    cost = lambda w: np.float32(wave(w.astype(np.float32)))  # noqa: E731
    for seed in range(5):
        assert check(cost, wave_gradient, WAVE_AT, options=Options(seed=seed)).verdict is not Verdict.DISAGREE
        wrong = check(cost, lambda w: 1.5 * wave_gradient(w), WAVE_AT, options=Options(seed=seed))
        assert wrong.verdict is Verdict.DISAGREE


@pytest.mark.parametrize("x", [1e-3, 1e-9, 1e-12, 1e-300])
def test_log_near_the_end_of_its_domain(x: float) -> None:
    assert check(np.log, lambda x: 1 / x, x, options=SEED).verdict is Verdict.AGREE
    assert check(np.log, lambda x: 1.001 / x, x, options=SEED).verdict is Verdict.DISAGREE


@pytest.mark.parametrize("x", [0.3, np.float64(0.3), np.array(0.3), np.array([0.3]), np.array([[0.3]]), [0.3]])
def test_a_single_parameter(x: Any) -> None:
    agrees = check(lambda w: float(np.sum(np.sin(w))), lambda w: _like(w, np.cos), x, options=SEED)
    assert (agrees.verdict, agrees.parameters) == (Verdict.AGREE, 1)
    differs = check(lambda w: float(np.sum(np.sin(w))), lambda w: _like(w, lambda v: -np.cos(v)), x, options=SEED)
    assert differs.verdict is Verdict.DISAGREE


def _like(w: Any, function: Callable[[Any], Any]) -> Any:
    """Return the function of w, in a list where w is one."""
    return [function(w[0])] if isinstance(w, list) else function(w)


SCALES = {"a": np.array([1e-8, 2e-8]), "b": np.array([1e8, 3e8])}


def scaled_cost(p: Any) -> Any:
    return np.sum(np.sin(p["a"] * 1e8)) + np.sum(np.cos(p["b"] * 1e-8))


def scaled_gradient(p: Any) -> Any:
    return {"a": 1e8 * np.cos(p["a"] * 1e8), "b": -1e-8 * np.sin(p["b"] * 1e-8)}


@pytest.mark.parametrize("block", ["a", "b"])
def test_scales_of_1e_minus_8_and_1e8_in_one_structure(block: str) -> None:
    case = Case(scaled_cost, scaled_gradient, SCALES)
    assert judge(case).verdict is Verdict.AGREE
    assert disagreeing(judge(case, lambda g: g.__setitem__(block, 1.0001 * g[block]))) == [block]


@pytest.mark.parametrize("spread", [1e2, 1e6, 1e8])
def test_scales_within_one_array_are_never_a_wrong_verdict_on_a_right_gradient(spread: float) -> None:
    k = np.array([spread, 1.0])
    at = np.array([0.7 / spread, 1.3])
    for seed in range(5):
        for cost, slope in ((np.sin, np.cos), (np.tanh, lambda z: 1 / np.cosh(z) ** 2)):
            result = check(
                lambda w, f=cost: np.sum(f(w * k)), lambda w, f=slope: k * f(w * k), at, options=Options(seed=seed)
            )
            assert result.verdict is not Verdict.DISAGREE
    wrong = check(lambda w: np.sum(np.sin(w * k)), lambda w: 2 * k * np.cos(w * k), at, options=SEED)
    assert wrong.verdict is not Verdict.AGREE


# --- kinks ---


def hinge(offset: float) -> tuple[Callable[[Any], Any], Callable[[float], Callable[[Any], Any]], Any]:
    """Return relu(w x) + 0.3 sin w_1 with w x = `offset`, its gradient for a given slope of relu, and the point."""
    x = np.array([2.0, 1.0 - offset])

    def cost(w: Any) -> Any:
        return max(w @ x, 0.0) + 0.3 * np.sin(w[0])

    return cost, lambda slope: lambda w: slope * x + np.array([0.3 * np.cos(w[0]), 0.0]), np.array([0.5, -1.0])


@pytest.mark.parametrize("slope", [1.0, 0.0, 0.5, 1.7])
def test_exactly_at_a_kink_there_is_no_gradient_to_agree_with(slope: float) -> None:
    cost, gradient, at = hinge(0.0)

    def right_elsewhere(w: Any) -> Any:
        z = w @ np.array([2.0, 1.0])
        return gradient(slope if z == 0.0 else float(z > 0.0))(w)

    for seed in range(10):
        result = check(cost, right_elsewhere, at, options=Options(seed=seed))
        assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.KINK)
        assert result.nearby is not None and result.nearby.verdict is Verdict.AGREE


@pytest.mark.parametrize("slope", [1.0, 0.0, 0.5, 1.7])
def test_a_gradient_that_knows_no_kink_is_wrong_beside_it_on_one_side_at_least(slope: float) -> None:
    cost, gradient, at = hinge(0.0)
    for seed in range(10):
        result = check(cost, gradient(slope), at, options=Options(seed=seed))
        assert result.nearby is not None
        agrees = slope in (0.0, 1.0) and result.nearby.verdict is Verdict.AGREE
        assert agrees or (result.verdict, result.nearby.verdict) == (Verdict.DISAGREE, Verdict.DISAGREE)
        assert result.verdict is not Verdict.AGREE


@pytest.mark.parametrize(("offset", "right"), [(3e-7, 1.0), (-3e-7, 0.0)])
@pytest.mark.parametrize("slope", [1.0, 0.0, 0.5, 1.7])
def test_3e_minus_7_from_a_kink_there_is_one(offset: float, right: float, slope: float) -> None:
    cost, gradient, at = hinge(offset)
    for seed in range(10):
        verdict = check(cost, gradient(slope), at, options=Options(seed=seed)).verdict
        assert verdict is not (Verdict.DISAGREE if slope == right else Verdict.AGREE)
    settled = Verdict.AGREE if slope == right else Verdict.DISAGREE
    assert check(cost, gradient(slope), at, options=SEED).verdict is settled


@pytest.mark.parametrize("claim", [-1.0, 0.0, 1.0])
def test_the_absolute_value_at_zero(claim: float) -> None:
    at = np.array([1.0, 0.0, -2.0])

    def gradient(w: Any) -> Any:
        return np.where(w == 0.0, claim, np.sign(w))

    result = check(lambda w: np.sum(np.abs(w)), gradient, at, options=SEED)
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.KINK)
    beside = check(lambda w: np.sum(np.abs(w)), gradient, at + 0.25, options=SEED)
    assert beside.verdict is Verdict.AGREE


def test_two_units_at_their_kinks_that_hide_each_other_along_some_directions() -> None:
    def gradient(b: Any) -> Any:
        return np.array([1.0, -1.0]) * (b > 0.0)

    for seed in range(10):
        options = Options(seed=seed)
        result = check(lambda b: max(b[0], 0.0) - max(b[1], 0.0), gradient, np.zeros(2), options=options)
        assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.KINK)
        wrong = check(
            lambda b: max(b[0], 0.0) - max(b[1], 0.0), lambda b: 3 * gradient(b) + 1, np.zeros(2), options=options
        )
        assert wrong.verdict is Verdict.DISAGREE


def test_relu_networks_with_zero_biases_and_zero_inputs() -> None:
    generator = np.random.default_rng(4)
    case = network_case([3, 6, 2], generator, activations=RELU)
    at = {"w": case.at["w"], "b": [np.zeros_like(b) for b in case.at["b"]]}
    for seed in range(5):
        assert check(case.cost, case.gradient, at, options=Options(seed=seed)).verdict is not Verdict.DISAGREE
    wrong = spoiled(case.gradient, put("w", 0, lambda w: -w))
    assert check(case.cost, wrong, at, options=SEED).verdict is not Verdict.AGREE


# --- the seed ---


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**31), factor=st.sampled_from([1.0, 1.01]))
def test_the_seed_reproduces_the_result_bit_for_bit(seed: int, factor: float) -> None:
    case = network_case([3, 4, 2], np.random.default_rng(seed))
    edit = put("w", 0, lambda w: factor * w)
    first, second = (judge(case, edit, Options(seed=seed)) for _ in range(2))
    assert repr(first.as_dict()) == repr(second.as_dict())
    assert first.seed == seed and f"seed={seed}" in first.reproduce


def test_without_a_seed_one_is_drawn_shown_and_reproduces_the_result() -> None:
    drawn = check(wave, wave_gradient, WAVE_AT)
    again = check(wave, wave_gradient, WAVE_AT, options=Options(seed=drawn.seed))
    assert repr(drawn.as_dict()) == repr(again.as_dict())
    other = check(wave, wave_gradient, WAVE_AT, options=Options(seed=drawn.seed + 1))
    assert other.blocks[0].estimated != drawn.blocks[0].estimated


def test_the_point_and_the_global_random_state_are_left_alone() -> None:
    at = {"w": WAVE_AT.copy(), "c": [1.5]}
    state = repr(np.random.get_state())  # noqa: NPY002 (this is the state that must not move)
    check(lambda p: wave(p["w"]) + p["c"][0], lambda p: {"w": wave_gradient(p["w"]), "c": [1.0]}, at)
    assert np.array_equal(at["w"], WAVE_AT) and at["c"] == [1.5]
    assert repr(np.random.get_state()) == state  # noqa: NPY002


# --- the budget ---


@pytest.mark.parametrize("budget", [1, 2, 3, 4, 9, 15, 20, 30, 60])
@pytest.mark.parametrize("factor", [1.0, 1.01])
def test_a_budget_is_kept_exactly_and_what_it_leaves_open_is_said(budget: int, factor: float) -> None:
    case = network_case([3, 4, 2], np.random.default_rng(0))
    cost = Counted(case.cost)
    result = judge(
        Case(cost, case.gradient, case.at),
        put("w", 1, lambda w: factor * w),
        Options(seed=1, max_forward_passes=budget),
    )
    assert result.forward_passes == cost.calls <= budget
    unlimited = judge(case, put("w", 1, lambda w: factor * w))
    if unlimited.forward_passes <= budget:
        assert result.verdict is unlimited.verdict
    elif result.verdict is not Verdict.DISAGREE:
        assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.BUDGET)
        assert result.notes[0].startswith(f"the budget of {budget} forward pass{'es' * (budget > 1)} ran out")


def test_a_budget_counts_the_passes_within_gradient_calls() -> None:
    def judged(budget: int | None) -> CheckResult:
        both = Counted(lambda w: (wave(w), wave_gradient(w)))
        result = check_gradient(loss_and_gradient("both", both, WAVE_AT), Options(seed=1, max_forward_passes=budget))
        assert result.forward_passes == both.calls <= (budget or both.calls)
        return result

    enough = judged(None).forward_passes
    assert 20 <= enough <= 40
    found = [judged(budget) for budget in range(1, enough + 2)]
    agreed = [result.verdict is Verdict.AGREE for result in found]
    # With a direction less it may agree already, and says that it knows less.
    assert agreed == sorted(agreed) and agreed[-2:] == [True, True] and not any(agreed[:19])
    assert all(result.verdict is Verdict.AGREE or result.reason is Reason.BUDGET for result in found)
    limits = [result.blocks[0].detection_limit or 1.0 for result in found if result.verdict is Verdict.AGREE]
    assert limits == sorted(limits, reverse=True)


def test_progress_hears_of_every_pass() -> None:
    heard: list[int] = []
    result = check(wave, wave_gradient, WAVE_AT, options=Options(seed=1, progress=heard.append))
    assert heard == list(range(1, result.forward_passes + 1))
    heard.clear()
    both = loss_and_gradient("both", lambda w: (wave(w), wave_gradient(w)), WAVE_AT)
    result = check_gradient(both, Options(seed=1, progress=heard.append))
    assert heard == list(range(1, result.forward_passes + 1))


@pytest.mark.parametrize("factor", [1.0, 1.01])
@pytest.mark.parametrize("depth", list(Locate))
def test_counts_are_those_of_the_users_own_counter(factor: float, depth: Locate) -> None:
    case = network_case([3, 4, 2], np.random.default_rng(0))
    cost, gradient = Counted(case.cost), Counted(spoiled(case.gradient, put("w", 1, lambda w: factor * w)))
    result = check(cost, gradient, case.at, options=Options(seed=1, locate=depth))
    assert (result.forward_passes, result.gradient_calls) == (cost.calls, gradient.calls)


# --- assert_gradient ---


def test_assert_gradient_raises_the_report_unless_it_agrees() -> None:
    assert_gradient(wave, wave_gradient, WAVE_AT, options=SEED)
    with pytest.raises(GradientMismatch, match="DISAGREE") as raised:
        assert_gradient(wave, lambda w: 2 * wave_gradient(w), WAVE_AT, options=SEED)
    assert isinstance(raised.value, AssertionError)
    assert str(raised.value) == str(check(wave, lambda w: 2 * wave_gradient(w), WAVE_AT, options=SEED))
    with pytest.raises(GradientMismatch, match="INCONCLUSIVE"):
        assert_gradient(lambda _: 1.0, lambda w: 0 * w, WAVE_AT, options=SEED)


def test_a_failing_gradient_reads_back_the_numbers_it_was_given() -> None:
    result = check(lambda w: math.exp(w), lambda w: 1.5 * math.exp(w), 0.0, options=SEED)
    assert result.worst is not None
    assert result.worst.claimed == 1.5
    assert abs(result.worst.estimated - 1.0) <= result.worst.bound < 1e-9


def test_a_leaf_that_another_hides_is_not_agreed_upon() -> None:
    """Beside a cost of 1e20 nothing of b can be seen: its claim of 7 is neither right nor nothing."""
    at = {"a": np.ones(2), "b": np.ones(2)}
    claimed = {"a": np.full(2, 1e20), "b": np.full(2, 7.0)}
    result = check(lambda p: 1e20 * np.sum(p["a"]) + np.sum(p["b"]), claimed, at, options=Options(seed=1))
    assert result.verdict is Verdict.INCONCLUSIVE
    assert [block.status for block in result.blocks] == [Status.AGREE, Status.INCONCLUSIVE]


@pytest.mark.parametrize("seed", range(5))
def test_a_cost_that_returns_float32_is_measured_as_such(seed: int) -> None:
    """One unit in the last place of 1000 is 6e-5 there: a gradient of 1e-5 can be neither confirmed nor refused."""

    def cost(w: Any) -> Any:
        return np.float32(1000.0 + np.sum(w**3))

    result = check(cost, lambda w: 3 * w**2, np.full(3, 1.7e-3), options=Options(seed=seed))
    assert result.verdict is Verdict.INCONCLUSIVE


def test_values_at_the_end_of_floating_point_are_not_called_wrong() -> None:
    result = check(lambda w: np.sum(w**2), lambda w: 2 * w, np.full(3, 1e-160), options=Options(seed=1))
    assert result.verdict is not Verdict.DISAGREE


def test_trained_and_saturated_weights_are_a_point_like_any_other() -> None:
    """The network that its own descent trained on handwritten digits: right it agrees, a millionth off in one weight it does not."""
    digits = trained_digits_network(np.random.default_rng(0))
    network, x, y = digits.network, digits.x[:, :10], digits.y[:, :10]

    def cost(p: Any) -> Any:
        return network.with_parameters(p["w"], p["b"]).cost_of(x, y)

    def gradient(p: Any) -> Any:
        nabla = backprop(network.with_parameters(p["w"], p["b"]), x, y)
        return {"w": [np.array(w) for w in nabla.nabla_w], "b": list(nabla.nabla_b)}

    def wrong(p: Any) -> Any:
        nabla = gradient(p)
        nabla["w"][0][3, 20] += 1e-6
        return nabla

    at = {"w": list(network.weights), "b": list(network.biases)}
    assert check(cost, gradient, at, options=Options(seed=1)).verdict is Verdict.AGREE
    result = check(cost, wrong, at, options=Options(seed=1))
    assert result.verdict is Verdict.DISAGREE
    assert result.worst is not None
    assert result.worst.name == "w[0][3, 20]"
