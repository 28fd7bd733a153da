"""Patterns: a planted mistake is named exactly, a look-alike is not, and what has no pattern gets no name."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.checks.gradient import check, check_gradient
from gradcheck.checks.jvp import check_jvp
from gradcheck.checks.options import Locate, Options
from gradcheck.checks.vjp import check_vjp
from gradcheck.results import CheckResult, Verdict
from gradcheck.subjects.functions import cost_and_gradient
from tests.patterns_for_tests import SHAPES, Edit, ids, judged, only, wave
from tests.problems_for_tests import SEED

# --- one array ---


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("shape", [*SHAPES, (3,), (30, 40)])
@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (2.0, "is twice the right one"),
        (0.5, "is half the right one"),
        (-1.0, "is -1 times"),
        (-2.0, "is -2 times"),
        (-0.5, "is -1/2 times"),
        (0.75, "is 3/4 times"),
        (7.0, "is 7 times"),
        (-5 / 12, "is -5/12 times"),
        (0.3712345, "is 0.3712345 times"),
    ],
)
def test_a_factor(shape: tuple[int, ...], factor: float, words: str, seed: int) -> None:
    found = only(judged(shape, lambda g, w: factor * g, seed))
    assert (found.id, found.where) == ("factor", "parameters") and words in found.sentence
    assert found.digits is not None and 8.0 < found.digits < 14.0


@pytest.mark.parametrize("factor", [2.0, -1.0, 3.3])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_factor_of_float32_code_has_its_few_digits(shape: tuple[int, ...], factor: float) -> None:
    found = only(judged(shape, lambda g, w: factor * g, 1, np.float32))
    assert found.id == "factor" and found.digits is not None and 2.0 < found.digits < 7.0


@pytest.mark.parametrize("factor", [2.0, -1.0, 0.5])
def test_a_single_number_has_a_known_factor_or_none(factor: float) -> None:
    cost, gradient = lambda w: w**3, lambda w: 3 * w**2
    assert ids(check(cost, lambda w: factor * gradient(w), 1.3, options=SEED)) == ["factor"]
    assert ids(check(cost, lambda w: 0.77 * gradient(w), 1.3, options=SEED)) == []


def test_a_factor_that_two_numbers_share_is_none_unless_it_is_known() -> None:
    cost, gradient, at = wave((2,), 0)
    assert ids(check(cost, lambda w: 0.77 * gradient(w), at, options=SEED)) == []
    assert ids(check(cost, lambda w: 2.0 * gradient(w), at, options=SEED)) == ["factor"]


def test_one_error_in_a_gradient_of_zeros_is_no_factor() -> None:
    """Claimed and right are multiples of each other, and prove nothing by it."""
    generator = np.random.default_rng(0)
    at = generator.normal(size=(20, 3))
    result = check(
        lambda w: np.sin(w[4, 1]), lambda w: 0.77 * np.cos(w) * np.eye(1, 60, 13).reshape(20, 3), at, options=SEED
    )
    assert ids(result) == ["one-entry"]


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("shape", [*SHAPES, (30, 40)])
@pytest.mark.parametrize("t", [0.1, -0.25])
def test_a_weight_decay(shape: tuple[int, ...], t: float, seed: int) -> None:
    found = only(judged(shape, lambda g, w: g - t * w, seed))
    assert found.id == "weight-decay" and f"{abs(t)} * parameters" in found.sentence
    assert ("missing" if t > 0 else "too much") in found.sentence


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("shape", [*SHAPES, (30, 40)])
@pytest.mark.parametrize("t", [0.1, -0.25])
def test_signs_and_a_constant(shape: tuple[int, ...], t: float, seed: int) -> None:
    found = only(judged(shape, lambda g, w: g - t * np.sign(w), seed))
    assert found.id == "signs" and f"{abs(t)} * sign(parameters)" in found.sentence
    found = only(judged(shape, lambda g, w: g - t, seed))
    assert found.id == "constant" and f"each is {abs(t)} too {'small' if t > 0 else 'large'}" in found.sentence


@pytest.mark.parametrize("shape", SHAPES)
def test_missing_terms_of_float32_code(shape: tuple[int, ...]) -> None:
    for edit, id in (
        (lambda g, w: g - w, "weight-decay"),
        (lambda g, w: g - np.sign(w), "signs"),
        (lambda g, w: g + 1, "constant"),
    ):
        assert ids(judged(shape, edit, 2, np.float32)) == [id]


ORDERS: list[tuple[Edit, str, str]] = [
    (lambda g, w: np.roll(g, 1, 0), "shifted", "rows, each one place too late"),
    (lambda g, w: np.roll(g, -1, 0), "shifted", "rows, each one place too early"),
    (lambda g, w: np.roll(g, 1, 1), "shifted", "columns, each one place too late"),
    (lambda g, w: np.roll(g, -1, 1), "shifted", "columns, each one place too early"),
    (lambda g, w: g[::-1], "reversed", "rows in reverse"),
    (lambda g, w: g[:, ::-1], "reversed", "columns in reverse"),
    (lambda g, w: g.T.reshape(g.shape), "transposed", "transpose"),
    (lambda g, w: g.reshape(g.shape[::-1]).T, "transposed", "transpose"),
]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(6, 5), (4, 4), (5, 7), (30, 40)])
@pytest.mark.parametrize(("edit", "id", "words"), ORDERS)
def test_another_order(edit: Edit, id: str, words: str, shape: tuple[int, ...], dtype: Any) -> None:
    found = only(judged(shape, edit, 3, dtype))
    assert found.id == id and words in found.sentence


def test_what_looks_like_a_pattern_and_is_not_one() -> None:
    """The same edits, one component of them left out, or slightly off."""

    def but_one(edit: Edit) -> Edit:
        def edited(g: Any, w: Any) -> Any:
            changed = np.array(edit(g, w))
            changed.flat[7] = g.flat[7] + 0.01
            return changed

        return edited

    edits: list[Edit] = [lambda g, w: 2 * g, lambda g, w: g - w, lambda g, w: g - np.sign(w), lambda g, w: g + 1]
    for edit in [*edits, *(edit for edit, _, _ in ORDERS)]:
        for shape in ((5, 4), (30, 40)):
            assert ids(judged(shape, but_one(edit), 0)) == []
    assert ids(judged((30, 40), lambda g, w: 2 * g * (1 + 1e-7 * np.sin(w)), 0)) == []


def test_patterns_that_explain_it_equally_are_all_told_simplest_first() -> None:
    result = check(lambda w: w @ w, lambda w: w, np.arange(1.0, 31.0), options=SEED)
    assert ids(result) == ["factor", "weight-decay"]


# --- part of an array ---


@pytest.mark.parametrize("shape", [(4, 5), (30, 40)])
@pytest.mark.parametrize("seed", [0, 1])
def test_one_entry_one_row_one_column(shape: tuple[int, ...], seed: int) -> None:
    def spoiled(place: Any, change: Callable[[Any], Any]) -> CheckResult:
        def edit(g: Any, w: Any) -> Any:
            g = g.copy()
            g[place] = change(g[place])
            return g

        return judged(shape, edit, seed)

    found = only(spoiled((2, 3), lambda g: 1.5 * g))
    assert found.id == "one-entry" and "[2, 3]; all" in found.sentence
    assert "[2, 3], where it is 0;" in only(spoiled((2, 3), lambda g: 0 * g)).sentence
    found = only(spoiled(shape[0] - 1, lambda g: np.cos(np.arange(g.size))))
    assert found.id == "one-row" and f"row {shape[0] - 1} (the last one)" in found.sentence
    found = only(spoiled((slice(None), 0), lambda g: np.cos(np.arange(g.size))))
    assert found.id == "one-column" and "column 0 (the first one)" in found.sentence
    assert ids(spoiled((slice(1, 3), slice(1, 3)), lambda g: np.cos(1 + np.arange(4)).reshape(2, 2))) == []


@pytest.mark.parametrize("shape", [(), (4,), (30, 40)])
def test_nothing_but_zeros(shape: tuple[int, ...]) -> None:
    assert only(judged(shape, lambda g, w: 0 * g, 0)).id == "zero"


# --- several arrays ---


def two(
    edit: Callable[[dict[str, Any]], dict[str, Any]], names: str = "ab", shape: tuple[int, ...] = (6, 7)
) -> CheckResult:
    """Check the sum of a wave of each of some arrays, with an edit of the gradients."""
    waves = {name: wave(shape, seed) for seed, name in enumerate(names)}

    def cost(p: Any) -> Any:
        return sum(waves[name][0](p[name]) for name in names)

    def gradient(p: Any) -> Any:
        return edit({name: waves[name][1](p[name]) for name in names})

    return check(cost, gradient, {name: waves[name][2] for name in names}, options=SEED)


@pytest.mark.parametrize("shape", [(6, 7), (3,), (2, 2)])
def test_leaves_in_each_others_places(shape: tuple[int, ...]) -> None:
    found = only(two(lambda g: {"a": g["b"], "b": g["a"]}, shape=shape))
    assert (found.id, found.where, found.sentence) == (
        "swapped-leaves",
        "a and b",
        "the gradients of a and b are swapped.",
    )
    found = only(two(lambda g: {"a": g["b"], "b": g["c"], "c": g["a"]}, "abc", shape))
    assert found.id == "misplaced-leaves" and "what is returned for c is the right gradient of a" in found.sentence
    found = only(two(lambda g: {"a": g["a"], "b": g["a"]}, shape=shape))
    assert (found.id, found.where) == ("same-leaf", "b")


def test_the_same_number_throughout_is_no_other_leafs() -> None:
    at = {name: np.random.default_rng(0).normal(size=5) for name in "ab"}
    ones = lambda p: {name: np.ones(5) for name in p}  # noqa: E731
    result = check(lambda p: np.sum(p["a"]) + 2.0 * np.sum(p["b"]), ones, at, options=SEED)
    assert ids(result) == ["factor", "constant"] and result.diagnosis[0].where == "b"


def test_a_pattern_of_all_leaves_is_told_once_and_of_some_with_their_names() -> None:
    whole = only(two(lambda g: {name: 3 * each for name, each in g.items()}, "abcdef"))
    assert whole.where == "" and whole.sentence.startswith("the whole gradient is 3 times")
    some = only(two(lambda g: {**g, "b": 3 * g["b"], "c": 3 * g["c"]}, "abc"))
    assert some.where == "b and c" and some.sentence.startswith("the gradient of b and c is 3 times")
    each = two(lambda g: {"a": 2 * g["a"], "b": -g["b"]})
    assert [(one.id, one.where) for one in each.diagnosis] in ([("factor", n) for n in order] for order in ("ab", "ba"))


def test_single_numbers_share_a_factor_where_three_of_them_do() -> None:
    assert ids(two(lambda g: {n: 0.77 * v for n, v in g.items()}, "ab", ())) == []
    assert ids(two(lambda g: {n: 0.77 * v for n, v in g.items()}, "abcd", ())) == ["factor"]


# --- what else is known: sizes and indices ---


def regression(factor: float, m: int = 7) -> CheckResult:
    generator = np.random.default_rng(0)
    X, y, w = generator.normal(size=(m, 3)), generator.normal(size=m), generator.normal(size=3)
    cost = lambda w, X, y: np.mean((X @ w - y) ** 2)  # noqa: E731
    gradient = lambda w, X, y: factor * 2 * (X @ w - y) @ X / len(X)  # noqa: E731
    return check_gradient(cost_and_gradient("fit", cost, gradient, w, data=(X, y)), SEED)


def test_a_sum_for_a_mean_and_a_mean_of_a_mean() -> None:
    found = only(regression(7.0))
    assert found.id == "sum-not-mean" and "is 7 times the right one, and 7 is the number of rows of X" in found.sentence
    found = only(regression(1 / 7))
    assert found.id == "mean-twice" and "is 1/7 of the right one, and 7 is the number of rows of X" in found.sentence
    assert "sign is turned" in only(regression(-7.0)).sentence
    assert only(regression(6.0)).id == "factor"
    assert ids(regression(2.0, m=2)) == ["factor", "sum-not-mean"]


def embedding(backward: Callable[[Any, Any], Any], shape: tuple[int, ...], indices: Any) -> CheckResult:
    at = np.random.default_rng(0).normal(size=shape)
    return check_vjp(lambda W, i: (W[i] * 1.0, (W, i)), backward, [at, np.array(indices)], options=SEED)


@pytest.mark.parametrize("shape", [(8, 6), (7, 2), (9,)])
def test_indices_that_come_twice_and_are_counted_once(shape: tuple[int, ...]) -> None:
    def assigns(u: Any, cache: Any) -> Any:
        g = np.zeros_like(cache[0])
        g[cache[1]] = u
        return g, None

    found = only(embedding(assigns, shape, [1, 3, 3, 0, 5, 5, 5]))
    assert found.id == "counted-once" and "3 and 5, are exactly those that i holds more than once" in found.sentence

    def spoils_others(u: Any, cache: Any) -> Any:
        g = np.zeros_like(cache[0])
        np.add.at(g, cache[1], u)
        g[[0, 5]] *= 1.5 + np.sin(np.arange(2 * g[0].size)).reshape(g[[0, 5]].shape)
        return g, None

    result = embedding(spoils_others, shape, [1, 3, 3, 0, 5, 5, 5])
    assert result.verdict is Verdict.DISAGREE and not result.faults and ids(result) == []


def test_components_that_are_whole_numbers_of_times_the_claimed_ones() -> None:
    indices, at = np.array([1, 3, 3, 0, 5, 5, 5]), np.random.default_rng(0).normal(size=8)
    times = np.bincount(indices, minlength=8)

    def times_claimed(factors: Any) -> CheckResult:
        return check(lambda w: np.sum(np.sin(w)[indices]), lambda w: np.cos(w) * factors, at, options=SEED)

    found = only(times_claimed(np.minimum(times, 1)))
    assert found.id == "counted-once" and "(1, 2 and 3 times)" in found.sentence
    assert ids(times_claimed(np.minimum(times, 1) * np.where(times == 3, 1.001, 1.0))) == []


# --- other doors ---


def test_a_layer_and_a_forward_derivative() -> None:
    generator = np.random.default_rng(0)
    x, w = generator.normal(size=(5, 3)), generator.normal(size=(3, 4))
    forward = lambda x, w: ((x @ w).mean(0), (x, w))  # noqa: E731
    product = lambda x, w: x @ w  # noqa: E731
    sums = lambda u, cache: (np.tile(u @ cache[1].T, (5, 1)), np.outer(cache[0].sum(0), u))  # noqa: E731
    found = only(check_vjp(forward, sums, [x, w], options=SEED))
    assert found.id == "sum-not-mean" and "5 is the number of rows of x" in found.sentence
    found = only(check_jvp(product, lambda p, t: t[0] @ p[1] + 2 * p[0] @ t[1], [x, w], options=SEED))
    assert found.id == "factor" and found.sentence.startswith("the jvp of w is twice")
    found = only(check_jvp(product, lambda p, t: t[0] @ p[1], [x, w], options=SEED))
    assert found.sentence == "the jvp of w is 0 in every component, and the function does change with w."


def test_of_a_forward_derivative_no_component_is_told_in_numbers_of_tangents() -> None:
    x = np.random.default_rng(0).normal(size=(2, 2))
    wrong = lambda p, t: np.cos(p[0]) * t[0] * np.array([[1.0, 1.0], [1.5, 1.0]])  # noqa: E731
    result = check_jvp(lambda x: np.sin(x), wrong, [x], options=SEED)
    assert [one.name for one in result.wrong] == ["x[1, 0]"] and not result.faults and ids(result) == []


def test_a_point_that_only_the_one_beside_it_decides() -> None:
    C = np.arange(1.0, 31.0)
    result = check(lambda w: np.sum(np.abs(w) * C), lambda w: 2 * np.sign(w) * C, np.zeros(30), options=SEED)
    assert result.nearby is not None and only(result).id == "factor" and result.nearby.diagnosis == result.diagnosis


# --- no name ---


@pytest.mark.parametrize("seed", range(30))
def test_random_errors_have_no_name(seed: int) -> None:
    generator = np.random.default_rng(seed)
    shape = [(40,), (6, 5), (4, 4), (3, 4, 5), (30, 40), (5,)][seed % 6]
    size = 10.0 ** generator.uniform(-6, 1)
    error = size * generator.normal(size=shape)
    assert ids(judged(shape, lambda g, w: g + error, seed, np.float64)) == []
    if size > 0.1:
        assert ids(judged(shape, lambda g, w: g + error, seed, np.float32)) == []


@pytest.mark.parametrize("shape", [*SHAPES, ()])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_right_gradients_have_no_diagnosis(shape: tuple[int, ...], dtype: Any) -> None:
    cost, gradient, at = wave(shape, 0, dtype)
    result = check(cost, gradient, at, options=Options(seed=0, locate=Locate.FULL))
    assert result.verdict is Verdict.AGREE and result.diagnosis == ()


@pytest.mark.parametrize("locate", [Locate.NEVER, Locate.FIRST])
def test_where_only_the_verdict_is_asked_for_there_is_no_diagnosis(locate: Locate) -> None:
    cost, gradient, at = wave((6, 5), 0)
    assert check(cost, lambda w: 2 * gradient(w), at, options=Options(seed=1, locate=locate)).diagnosis == ()


# --- any cost ---


@settings(max_examples=25, deadline=None)
@given(
    factor=st.floats(-20.0, 20.0).filter(lambda c: abs(c) > 1e-3 and abs(c - 1.0) > 1e-3),
    shape=st.sampled_from([(3,), (25,), (2, 3), (5, 6), (2, 3, 4)]),
    seed=st.integers(0, 2**16),
)
def test_any_factor_is_recovered(factor: float, shape: tuple[int, ...], seed: int) -> None:
    found = only(judged(shape, lambda g, w: factor * g, seed))
    said = re.search(r"is (\S+)(?: times)? the right one", found.sentence)
    assert said is not None and found.id == "factor" and found.digits is not None
    value = {"twice": 2.0, "half": 0.5}.get(said[1]) or float(Fraction(said[1]))
    assert math.isclose(value, factor, rel_tol=7 * 10.0 ** -math.floor(min(found.digits, 12)))


@pytest.mark.parametrize("ratio", [2.0, 0.5, -1.0])
def test_a_known_factor_in_all_but_the_weight_decay(ratio: float) -> None:
    for shape in ((40,), (6, 5)):
        cost, gradient, at = wave(shape, 0)

        def decayed(w: Any, cost: Any = cost) -> Any:
            return cost(w) + 0.05 * np.sum(w**2)

        def forgot(w: Any, gradient: Any = gradient) -> Any:
            return ratio * gradient(w) + 0.1 * w

        found = only(check(decayed, forgot, at, options=Options(seed=0)))
        assert found.id == "factor-beside-decay"
        assert f"its weight decay of 0.1 * parameters is {Fraction(ratio)} times the right one" in found.sentence


def test_a_mean_forgotten_before_the_weight_decay_is_added() -> None:
    generator = np.random.default_rng(0)
    X, y, at = generator.normal(size=(8, 12)), generator.normal(size=8), generator.normal(size=12)

    def cost(w: Any, X: Any, y: Any) -> Any:
        return np.mean((X @ w - y) ** 2) / 2 + 0.1 * np.sum(w**2)

    def gradient(w: Any, X: Any, y: Any) -> Any:
        return X.T @ (X @ w - y) + 0.2 * w

    subject = cost_and_gradient("ridge", cost, gradient, at, data=(X, y))
    found = only(check_gradient(subject, Options(seed=0)))
    assert found.id == "factor-beside-decay"
    assert "divided by 8 and 0.175 * " in found.sentence
    assert "weight decay of 0.2 * " in found.sentence
