"""The complex step as arbiter: what differences see too coarsely is judged, and a cost that is not analytic never leads it astray."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcheck.checks.complex_arbiter import BELIEVED_DIGITS, DIRECTIONS, SATURATION, ComplexArbiter
from gradcheck.checks.evidence import WANTED_LIMIT
from gradcheck.checks.gradient import check
from gradcheck.checks.limits import MISS_PROBABILITY, PASSING_CHANCE
from gradcheck.checks.measuring import prepare
from gradcheck.checks.options import Options
from gradcheck.checks.preflight import preflight
from gradcheck.checks.problem import Problem
from gradcheck.differences.directions import gaussian_direction
from gradcheck.results import Arbiter, Reason, Status, Verdict
from gradcheck.subjects.protocol import GradientSubject
from tests.calibration_for_tests import known_networks
from tests.problems_for_tests import Counted, network_case, spoiled

EPS = float(np.finfo(np.float64).eps)
AT = np.array([0.7, -0.3, 1.1])


def arbiter_of(cost: Any, gradient: Any, at: Any, options: Options) -> ComplexArbiter:
    problem = Problem(GradientSubject("made up", cost, gradient, at), options)
    setting = prepare(problem, preflight(problem, np.random.default_rng(0)), np.random.default_rng(1))
    return ComplexArbiter(setting, np.random.default_rng(2))


# --- its constants ---


def test_complex_slopes_of_random_networks_are_right_to_12_digits() -> None:
    worst = 0.0
    for known in known_networks(60, seed=11):
        problem = Problem(known.subject, Options(seed=1))
        arbiter = arbiter_of(known.subject.cost, known.subject.gradient, known.subject.at, Options(seed=1))
        true = problem.layout.to_vector(known.by_complex_step)
        for leaf in problem.layout.leaves:
            direction = gaussian_direction(problem.w, leaf.place, arbiter.generator)
            slope = arbiter.slope(direction)
            assert slope is not None
            size = float(np.linalg.norm(true[leaf.place]) * np.linalg.norm(direction[leaf.place]))
            worst = max(worst, abs(slope - float(true @ direction)) / size)
    assert worst < 1e-12 < EPS**BELIEVED_DIGITS


def test_three_directions_with_half_of_the_digits_see_the_wanted_limit() -> None:
    limit = (PASSING_CHANCE * 2 * EPS**BELIEVED_DIGITS) / MISS_PROBABILITY ** (1 / DIRECTIONS)
    assert limit <= WANTED_LIMIT
    assert (PASSING_CHANCE * 2 * EPS**BELIEVED_DIGITS) / MISS_PROBABILITY ** (1 / (DIRECTIONS - 1)) > WANTED_LIMIT


def test_saturation_is_where_a_sigmoid_has_lost_its_last_digit() -> None:
    def slope(z: float) -> float:
        s = 1.0 / (1.0 + np.exp(-z))
        return float(s * (1.0 - s))

    assert slope(SATURATION - 2.0) > 0.0 and slope(SATURATION + 2.0) == 0.0


# --- slopes ---


def test_a_slope_takes_one_pass_and_none_once_the_cost_has_refused() -> None:
    cost = Counted(lambda w: float(2 * float(np.sum(np.exp(w)))))
    arbiter = arbiter_of(cost, np.exp, AT, Options(seed=1))
    before = cost.calls
    assert arbiter.slope(np.ones(3)) is None and cost.calls == before + 1
    assert arbiter.slope(np.ones(3)) is None and cost.calls == before + 1


def test_a_cost_that_is_another_at_complex_parameters_is_not_believed() -> None:
    cost = lambda w: np.sum(np.exp(w)) + (1.0 if np.iscomplexobj(w) else 0.0)  # noqa: E731
    assert arbiter_of(cost, np.exp, AT, Options(seed=1)).slope(np.ones(3)) is None


def test_at_the_end_of_the_budget_there_is_no_slope() -> None:
    spent = arbiter_of(lambda w: np.sum(np.exp(w)), np.exp, AT, Options(seed=1)).setting.problem.forward_passes
    options = Options(seed=1, max_forward_passes=spent + 1)
    arbiter = arbiter_of(lambda w: np.sum(np.exp(w)), np.exp, AT, options)
    assert arbiter.slope(np.ones(3)) == pytest.approx(np.sum(np.exp(AT)))
    assert arbiter.slope(np.ones(3)) is None


# --- offsets ---


def test_an_offset_beside_which_differences_tell_nothing_leaves_it_unproved() -> None:
    # A part that lost its imaginary part would look the same: see tests/test_complex_trust.py.
    case = network_case([3, 4, 2], np.random.default_rng(2))
    right = check(lambda p: case.cost(p) - 1e14, case.gradient, case.at, options=Options(seed=2))
    assert (right.verdict, right.reason) == (Verdict.INCONCLUSIVE, Reason.NOISE)


@pytest.mark.parametrize("offset", [1e11, 1e12])
def test_an_offset_that_hides_everything_from_differences_hides_nothing_from_it(offset: float) -> None:
    case = network_case([3, 4, 2], np.random.default_rng(2))
    for seed in range(3):
        options = Options(seed=seed)
        right = check(lambda p: case.cost(p) + offset, case.gradient, case.at, options=options)
        assert right.verdict is Verdict.AGREE
        assert {block.arbiter for block in right.blocks} == {Arbiter.COMPLEX_STEP}
        for part, layer in (("w", 0), ("w", 1), ("b", 0), ("b", 1)):
            wrong = spoiled(case.gradient, lambda g, a=part, i=layer: g[a].__setitem__(i, 1.001 * g[a][i]))
            assert check(lambda p: case.cost(p) + offset, wrong, case.at, options=options).verdict is not Verdict.AGREE


# --- vanished layers ---

CHANGES: dict[str, Callable[[Any], Any]] = {
    "doubled": lambda w: 2 * w,
    "zeroed": lambda w: 0 * w,
    "negated": lambda w: -w,
    "a thousandth off": lambda w: 1.001 * w,
}


@pytest.mark.parametrize("layers", [8, 12, 14])
@pytest.mark.parametrize("change", CHANGES)
def test_a_vanished_first_layer_agrees_and_a_wrong_one_disagrees(layers: int, change: str) -> None:
    for seed in range(2):
        case = network_case([10] * (layers + 1), np.random.default_rng(seed))
        assert check(case.cost, case.gradient, case.at, options=Options(seed=seed)).verdict is Verdict.AGREE
        wrong = spoiled(case.gradient, lambda g: g["w"].__setitem__(0, CHANGES[change](g["w"][0])))
        result = check(case.cost, wrong, case.at, options=Options(seed=seed))
        disagreeing = [block.name for block in result.blocks if block.status is Status.DISAGREE]
        if layers < 14 and change != "a thousandth off":
            assert disagreeing == ["w[0]"]
        assert result.verdict is not Verdict.AGREE


@pytest.mark.parametrize("change", CHANGES)
def test_of_20_layers_the_first_agrees_and_a_wrong_one_never_does(change: str) -> None:
    """Its slopes, 1e-15, are of the size of roundings: a wrong one may be inaccurate, and stays open."""
    for seed in range(3):
        case = network_case([4] * 21, np.random.default_rng(seed))
        assert check(case.cost, case.gradient, case.at, options=Options(seed=seed)).verdict is Verdict.AGREE
        wrong = spoiled(case.gradient, lambda g: g["w"].__setitem__(0, CHANGES[change](g["w"][0])))
        assert check(case.cost, wrong, case.at, options=Options(seed=seed)).verdict is not Verdict.AGREE


# --- costs that are not analytic, or do not take complex parameters ---

HIDING = 1e12
STRANGE: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "absolute value": (lambda w: np.sum(np.abs(np.exp(w))), np.exp),
    "real part": (lambda w: np.sum(np.exp(w).real), np.exp),
    "float": (lambda w: float(np.sum(np.exp(w))), np.exp),
    "two floats": (
        lambda w: float(w[0] ** 2) + float(np.sum(np.exp(w))),
        lambda w: np.exp(w) + np.array([2 * w[0], 0, 0]),
    ),
    "cast that warns": (lambda w: np.sum(np.exp(np.asarray(w).astype(float))), np.exp),
    "square of the absolute value": (lambda w: np.sum(np.abs(w) ** 2), lambda w: 2 * w),
    "norm": (lambda w: np.linalg.norm(w) ** 2, lambda w: 2 * w),
    "half of it dropped": (lambda w: np.sum(np.exp(w)) + np.sum(np.abs(w) ** 2), lambda w: np.exp(w) + 2 * w),
    "its real half dropped": (lambda w: np.sum(np.exp(w)) + np.real(np.sum(w**2)), lambda w: np.exp(w) + 2 * w),
    "overflow": (
        lambda w: np.sum(1 / (1 + np.exp(-1000 * w))),
        lambda w: 1000 / (2 + np.exp(-1000 * w) + np.exp(1000 * w)),
    ),
    "comparison": (lambda w: np.sum(np.where(w > 0, np.sin(w), w)), lambda w: np.where(w > 0, np.cos(w), 1.0)),
}


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("offset", [0.0, 1.0, HIDING])
@pytest.mark.filterwarnings("ignore:overflow")
def test_a_cost_that_loses_its_imaginary_parts_leads_to_no_wrong_verdict(name: str, offset: float) -> None:
    cost, gradient = STRANGE[name]
    for seed in range(5):
        options = Options(seed=seed)
        right = check(lambda w: offset + cost(w), gradient, AT, options=options)
        assert right.verdict is not Verdict.DISAGREE
        wrong = check(lambda w: offset + cost(w), lambda w: 2 * gradient(w) + 1e-3, AT, options=options)
        assert wrong.verdict is not Verdict.AGREE


@pytest.mark.parametrize("name", ["absolute value", "real part", "square of the absolute value"])
def test_imaginary_parts_that_are_all_dropped_say_nothing(name: str) -> None:
    cost, gradient = STRANGE[name]
    result = check(lambda w: HIDING + cost(w), gradient, AT, options=Options(seed=1))
    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.NOISE)
    assert [block.arbiter for block in result.blocks] == [Arbiter.DIFFERENCES]


@pytest.mark.parametrize("name", ["half of it dropped", "its real half dropped"])
def test_what_the_complex_step_sees_of_half_a_cost_is_no_gradient(name: str) -> None:
    cost, _ = STRANGE[name]
    for seed in range(5):
        assert check(lambda w: HIDING + cost(w), np.exp, AT, options=Options(seed=seed)).verdict is Verdict.DISAGREE


def test_it_refutes_nothing_where_it_contradicts_differences() -> None:
    """The leaf a shows that imaginary parts are dropped: what is seen of b proves nothing."""

    def cost(p: Any) -> Any:
        return 1e8 * np.sum(np.exp(np.real(p["a"]))) + 1e-9 * np.sum(np.exp(p["b"]) + np.abs(p["b"]) ** 2)

    def gradient(p: Any) -> Any:
        return {"a": 1e8 * np.exp(p["a"]), "b": 1e-9 * (np.exp(p["b"]) + 2 * p["b"])}

    for seed in range(5):
        result = check(cost, gradient, {"a": AT, "b": AT}, options=Options(seed=seed))
        assert [block.status for block in result.blocks] == [Status.AGREE, Status.INCONCLUSIVE]


def test_it_refutes_only_where_differences_that_could_tell_bear_it_out() -> None:
    gradient = lambda p: {"a": 2 * np.exp(p["a"]), "b": 2 * p["b"]}  # noqa: E731
    arbiter = arbiter_of(
        lambda p: np.sum(np.exp(p["a"])) + np.sum(p["b"] ** 2), gradient, {"a": AT, "b": AT}, Options(seed=1)
    )
    a, b = arbiter.setting.problem.layout.leaves
    known = arbiter.setting.measure(gaussian_direction(arbiter.setting.problem.w, b.place, arbiter.generator))
    value = known.estimate.value
    other = dataclasses.replace(known, estimate=dataclasses.replace(known.estimate, value=1.01 * value))
    coarse = dataclasses.replace(known, estimate=dataclasses.replace(known.estimate, truncation_error=abs(value)))
    for measured, status in ((known, Status.DISAGREE), (other, Status.INCONCLUSIVE), (coarse, Status.INCONCLUSIVE)):
        found = arbiter.refutation(a, [measured])
        assert found is not None
        assert (found.status, found.reason) == (status, None)


def test_a_slope_of_exactly_zero_refutes_nothing() -> None:
    """The leaf is not used, or its imaginary part was dropped: which of them cannot be told."""
    gradient = lambda p: {"a": 0 * p["a"] + 1.0, "b": 2 * p["b"]}  # noqa: E731
    arbiter = arbiter_of(lambda p: np.sum(p["b"] ** 2), gradient, {"a": AT, "b": AT}, Options(seed=1))
    a, b = arbiter.setting.problem.layout.leaves
    known = arbiter.setting.measure(gaussian_direction(arbiter.setting.problem.w, b.place, arbiter.generator))
    assert arbiter.refutation(a, [known]) is None


def test_a_claim_too_noisy_for_its_digits_is_not_agreed_upon() -> None:
    arbiter = arbiter_of(lambda w: np.sum(np.exp(w)), np.exp, AT, Options(seed=1))
    leaves = arbiter.setting.problem.layout.leaves
    assert len(arbiter.agreement(leaves)) == 1
    arbiter.setting = dataclasses.replace(arbiter.setting, gradient_noise=0.1 * np.ones(3))
    assert arbiter.agreement(leaves) == []


# --- inaccurate, not wrong ---


def saturated(z: float, *, factor: float = 1.0) -> tuple[Callable[[Any], Any], Callable[[Any], Any], Any]:
    """Return tanh deep in saturation beside a leaf that is not, with 1 - tanh(z)**2 as its slope."""

    def cost(p: Any) -> Any:
        return np.sum(np.tanh(p["a"])) + np.sum(p["b"] ** 2)

    def gradient(p: Any) -> Any:
        return {"a": factor * (1.0 - np.tanh(p["a"]) ** 2), "b": 2 * p["b"]}

    return cost, gradient, {"a": z * np.array([1.0, -0.9, 0.95]), "b": AT}


@pytest.mark.parametrize("z", [3, 8, 12, 15, 16, 17, 18, 19, 20, 25, 40])
def test_a_slope_that_loses_its_digits_is_inaccurate_and_not_wrong(z: float) -> None:
    cost, gradient, at = saturated(z)
    for seed in range(15):
        result = check(cost, gradient, at, options=Options(seed=seed))
        assert result.verdict is Verdict.AGREE or result.reason in (Reason.DTYPE, Reason.NOISE)
        assert (result.verdict is Verdict.AGREE) or z > 8


@pytest.mark.parametrize("z", [3, 8, 12, 15])
def test_a_wrong_one_is_caught_above_the_rounding(z: float) -> None:
    cost, gradient, at = saturated(z, factor=2.0)
    for seed in range(5):
        result = check(cost, gradient, at, options=Options(seed=seed))
        assert [block.status for block in result.blocks] == [Status.DISAGREE, Status.AGREE]


@pytest.mark.parametrize("z", [16, 18, 20, 25])
def test_a_wrong_one_is_never_agreed_upon_below_it(z: float) -> None:
    cost, gradient, at = saturated(z, factor=2.0)
    for seed in range(5):
        assert check(cost, gradient, at, options=Options(seed=seed)).verdict is not Verdict.AGREE


@pytest.mark.parametrize(("error", "status"), [(0.0, Status.INCONCLUSIVE), (1e-8, Status.DISAGREE)])
def test_terms_that_cancel_in_the_cost_too_are_seen_where_the_leaf_is_zero(error: float, status: Status) -> None:
    """The cost is 0.2 and its terms are 1,000: the roundings of the gradient are those of the terms."""

    def cost(p: Any) -> Any:
        return 1e3 * (np.tanh(p["a"][0]) - np.tanh(p["a"][1])) + 0.1 * np.sum(p["b"] ** 2)

    def gradient(p: Any) -> Any:
        return {"a": 1e3 * (1.0 - np.tanh(p["a"]) ** 2) * np.array([1.0, -1.0]) + error, "b": 0.2 * p["b"]}

    for seed in range(10):
        at = {"a": np.random.default_rng(seed).uniform(20.0, 20.3, 2), "b": AT}
        arbiter = arbiter_of(cost, gradient, at, Options(seed=seed))
        a, b = arbiter.setting.problem.layout.leaves
        known = arbiter.setting.measure(gaussian_direction(arbiter.setting.problem.w, b.place, arbiter.generator))
        found = arbiter.refutation(a, [known])
        assert found is not None
        assert (found.status, found.reason) == (status, None if status is Status.DISAGREE else Reason.DTYPE)
        unknown = arbiter.refutation(a, [])  # nothing says that the complex step is right here
        assert unknown is not None and unknown.status is Status.INCONCLUSIVE


def test_where_a_cost_is_beyond_its_domain_there_are_no_terms_that_excuse_a_wrong_gradient() -> None:
    """At 0 the logarithm is that of a number below 0: the pi of its other branch is no slope."""

    def cost(p: Any) -> Any:
        return -np.sum(np.log(p["a"] - 1.0)) + 0.1 * np.sum(p["b"] ** 2)

    def gradient(p: Any) -> Any:
        return {"a": -2.0 / (p["a"] - 1.0), "b": 0.2 * p["b"]}

    arbiter = arbiter_of(cost, gradient, {"a": np.array([3.0, 2.5]), "b": AT}, Options(seed=0))
    a, b = arbiter.setting.problem.layout.leaves
    known = arbiter.setting.measure(gaussian_direction(arbiter.setting.problem.w, b.place, arbiter.generator))
    found = arbiter.refutation(a, [known])
    assert found is not None
    assert (found.status, found.inexact) == (Status.DISAGREE, None)


def test_in_two_layers_deep_in_saturation_a_right_program_is_not_refuted() -> None:
    found = []
    for seed in range(60):
        generator = np.random.default_rng(seed)
        x, w, v = generator.normal(size=(3, 4)), generator.normal(size=4), generator.normal(size=(2, 3))
        w *= generator.uniform(15.0, 20.0) / np.max(np.abs(x @ w))
        amplitude = 10.0 ** generator.uniform(-3.0, 3.0)

        def cost(p: Any, x: Any = x, a: float = amplitude) -> Any:
            return 0.5 * a * np.sum(np.tanh(p["v"] @ np.tanh(x @ p["w"])) ** 2)

        def gradient(p: Any, x: Any = x, a: float = amplitude) -> Any:
            h = np.tanh(x @ p["w"])
            y = np.tanh(p["v"] @ h)
            delta = a * y * (1.0 - y * y)
            return {"w": x.T @ ((p["v"].T @ delta) * (1.0 - h * h)), "v": np.outer(delta, h)}

        arbiter = arbiter_of(cost, gradient, {"w": w, "v": v}, Options(seed=seed))
        leaves = {leaf.name: leaf for leaf in arbiter.setting.problem.layout.leaves}
        direction = gaussian_direction(arbiter.setting.problem.w, leaves["v"].place, arbiter.generator)
        refutation = arbiter.refutation(leaves["w"], [arbiter.setting.measure(direction)])
        found.append(None if refutation is None else refutation.status)
    assert Status.INCONCLUSIVE in found and Status.DISAGREE not in found


def test_a_gap_that_differences_saw_is_not_denied_by_what_would_not_see_it() -> None:
    """Half of the digits are believed: an error below 3e-8 of a single number, seen by differences, is not denied."""
    for seed in range(20):
        for error in (1e-9, 3e-9, 1e-8, 2e-8, 3e-8):
            result = check(np.exp, lambda w, f=1.0 + error: f * np.exp(w), 0.3, options=Options(seed=seed))
            assert result.verdict is not Verdict.AGREE


def test_a_single_number_is_moved_along_its_axis_and_its_limit_is_true() -> None:
    at = {"a": np.array([0.7]), "b": AT}
    cost = lambda p: HIDING + np.sum(np.exp(p["a"])) + np.sum(np.exp(p["b"]))  # noqa: E731
    for seed in range(40):
        arbiter = arbiter_of(cost, lambda p: {"a": np.exp(p["a"]), "b": np.exp(p["b"])}, at, Options(seed=seed))
        a = arbiter.setting.problem.layout.leaves[0]
        before = arbiter.setting.problem.forward_passes
        (found,) = arbiter.agreement([a])
        assert arbiter.setting.problem.forward_passes == before + 1
        error = 1.01 * found.detection_limit
        wrong = arbiter_of(
            cost, lambda p, e=error: {"a": (1 + e) * np.exp(p["a"]), "b": p["b"]}, at, Options(seed=seed)
        )
        assert wrong.agreement([a]) == []
