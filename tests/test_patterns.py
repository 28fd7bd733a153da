"""Patterns: a planted mistake is named exactly, a look-alike is not, and what has no pattern gets no name."""

from __future__ import annotations

import dataclasses
import math
import re
import zlib
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.checks import judging
from gradcheck.checks.evidence import Evidence
from gradcheck.checks.findings import Finding, describe
from gradcheck.checks.gradient import check, check_gradient
from gradcheck.checks.jvp import check_jvp
from gradcheck.checks.locate import Location
from gradcheck.checks.measuring import Setting, prepare
from gradcheck.checks.options import Locate, Options
from gradcheck.checks.patterns import MOST_LEAVES, Wrong, diagnose
from gradcheck.checks.preflight import preflight
from gradcheck.checks.problem import Problem
from gradcheck.checks.vjp import check_vjp
from gradcheck.differences.directions import gaussian_direction
from gradcheck.errors import BudgetExceeded
from gradcheck.results import CheckResult, Diagnosis, Explains, Status, Verdict
from gradcheck.subjects.functions import cost_and_gradient
from gradcheck.subjects.protocol import GradientSubject
from tests.problems_for_tests import SEED, Counted

Edit = Callable[[Any, Any], Any]

SHAPES = [(40,), (6, 5), (4, 4), (3, 4, 5)]


def wave(shape: tuple[int, ...], seed: int, dtype: Any = np.float64) -> tuple[Any, Any, Any]:
    """Return a cost of one array, its gradient, and a point: sum C sin(w) with random C."""
    generator = np.random.default_rng(seed)
    C = generator.normal(size=shape).astype(dtype)
    # float32 alone: float64 parameters are refused, so that the code is judged in its own precision.
    needed = np.dtype(dtype)

    def cost(w: Any) -> Any:
        if w.dtype != needed:
            raise TypeError(w.dtype)
        return np.sum(C * np.sin(w))

    return cost, lambda w: C * np.cos(w), generator.normal(size=shape).astype(dtype)


def judged(shape: tuple[int, ...], edit: Edit, seed: int, dtype: Any = np.float64) -> CheckResult:
    """Check the wave's gradient with an edit(gradient, w)."""
    cost, gradient, at = wave(shape, seed, dtype)
    wrong = lambda w: np.asarray(edit(gradient(w), w), dtype=dtype)  # noqa: E731
    result = check(cost, wrong, at, options=Options(seed=seed))
    assert result.verdict is Verdict.DISAGREE
    return result


def ids(result: CheckResult) -> list[str]:
    return [one.id for one in result.diagnosis]


def only(result: CheckResult) -> Diagnosis:
    """Return the one explanation there is."""
    (found,) = result.diagnosis
    assert (
        found.kind is Explains.PATTERN and found.hint and found.sentence[0].isupper() and found.sentence.endswith(".")
    )
    return found


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
        "The gradients of a and b are swapped.",
    )
    found = only(two(lambda g: {"a": g["b"], "b": g["c"], "c": g["a"]}, "abc", shape))
    assert found.id == "misplaced-leaves" and "what is returned for c is the right gradient of a" in found.sentence
    found = only(two(lambda g: {"a": g["a"], "b": g["a"]}, shape=shape))
    assert (found.id, found.where) == ("same-leaf", "b")


def test_a_pattern_of_all_leaves_is_told_once_and_of_some_with_their_names() -> None:
    whole = only(two(lambda g: {name: 3 * each for name, each in g.items()}, "abcdef"))
    assert whole.where == "" and whole.sentence.startswith("The whole gradient is 3 times")
    some = only(two(lambda g: {**g, "b": 3 * g["b"], "c": 3 * g["c"]}, "abc"))
    assert some.where == "b and c" and some.sentence.startswith("The gradient of b and c is 3 times")
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
    assert (
        found.id == "counted-once" and "3 and 5, are exactly those that input_1 holds more than once" in found.sentence
    )

    def spoils_others(u: Any, cache: Any) -> Any:
        g = np.zeros_like(cache[0])
        np.add.at(g, cache[1], u)
        g[[0, 5]] += np.arange(1.0, 2 * g[0].size + 1).reshape(g[[0, 5]].shape)
        return g, None

    assert ids(embedding(spoils_others, shape, [1, 3, 3, 0, 5, 5, 5])) == []


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
    sums = lambda u, cache: (np.tile(u @ cache[1].T, (5, 1)), np.outer(cache[0].sum(0), u))  # noqa: E731
    found = only(check_vjp(forward, sums, [x, w], options=SEED))
    assert found.id == "sum-not-mean" and "5 is the number of rows of input_0" in found.sentence
    found = only(check_jvp(np.matmul, lambda p, t: t[0] @ p[1] + 2 * p[0] @ t[1], [x, w], options=SEED))
    assert found.id == "factor" and found.sentence.startswith("The jvp of input_1 is twice")
    found = only(check_jvp(np.matmul, lambda p, t: t[0] @ p[1], [x, w], options=SEED))
    assert found.sentence == "The jvp of input_1 is 0 in every component, and the function does change with input_1."
    # Its components are slopes along random tangents: the place of one of them means nothing.
    constant = lambda p, t: t[0] @ p[1] + p[0] @ t[1] + 1.0  # noqa: E731
    assert not {"one-entry", "constant", "weight-decay"} & set(
        ids(check_jvp(np.matmul, constant, [x, w], options=SEED))
    )


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


# --- what it costs ---


def without_diagnosis(monkeypatch: pytest.MonkeyPatch, run: Callable[[], CheckResult]) -> CheckResult:
    with monkeypatch.context() as patched:
        patched.setattr(judging, "_explanations", lambda *_: ())
        return run()


EDITS: list[Edit] = [
    lambda g, w: 2 * g,
    lambda g, w: 0.77 * g,
    lambda g, w: g - w,
    lambda g, w: np.roll(g, 1, 0),
    lambda g, w: g * np.sin(w),
]


@pytest.mark.parametrize("edit", EDITS)
def test_the_slopes_of_the_verdict_and_of_the_location_are_enough(edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    for shape in ((5, 4), (30, 40)):
        run = lambda shape=shape: judged(shape, edit, 0)  # noqa: E731
        result = run()
        before = without_diagnosis(monkeypatch, run)
        assert result.forward_passes == before.forward_passes
        assert dataclasses.replace(result, diagnosis=()) == before


def test_passes_are_counted_and_the_budget_is_kept() -> None:
    cost, gradient, at = wave((30, 40), 0)
    free = check(cost, lambda w: 0.77 * gradient(w), at, options=SEED)
    assert ids(free) == ["factor"]
    for budget in [*range(10, free.forward_passes + 3, 7), free.forward_passes]:
        counted = Counted(cost)
        result = check(counted, lambda w: 0.77 * gradient(w), at, options=Options(seed=1, max_forward_passes=budget))
        assert result.forward_passes == counted.calls <= budget
        assert ids(result) in ([], ["factor"])
    assert ids(result) == ["factor"]


# --- further directions, where the verdict and the location did not measure enough ---


def diagnosed(gradient_of_wave: Edit, leaves: int, budget: int | None = None) -> tuple[list[str], int, int]:
    """Return the patterns of leaves along one direction each, how many more were measured, and the passes that took."""
    names = "abcdefgh"[:leaves]
    waves = {name: wave((6, 7), seed) for seed, name in enumerate(names)}
    cost = Counted(lambda p: sum(waves[name][0](p[name]) for name in names))
    subject = GradientSubject(
        "waves",
        cost,
        lambda p: {name: gradient_of_wave(waves[name][1](p[name]), p[name]) for name in names},
        {name: waves[name][2] for name in names},
    )
    problem, generator = Problem(subject, Options(seed=1, max_forward_passes=budget)), np.random.default_rng(0)
    setting = prepare(problem, preflight(problem, generator), generator)
    wrong = []
    for leaf in problem.layout.leaves:
        measured = setting.measure(gaussian_direction(problem.w, leaf.place, generator))
        evidence = Evidence(setting, leaf, (measured,), (1.0,))
        wrong.append(Wrong(leaf, Finding(describe(evidence, Status.DISAGREE, None), evidence), Location((), 0)))
    before, directions = cost.calls, Counted(Setting.measure)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Setting, "measure", lambda *args, **options: directions(*args, **options))
        found = diagnose(setting, wrong, generator)
    assert problem.forward_passes == cost.calls
    return [one.id for one in found], directions.calls, cost.calls - before


@pytest.mark.parametrize(
    ("edit", "leaves", "found", "directions"),
    [
        # One more direction refutes the patterns with a number: they fit any one slope.
        (lambda g, w: 2 * g, 1, ["factor"], 1),
        (lambda g, w: np.roll(g, 1, 0), 1, ["shifted"], 1),
        (lambda g, w: 0.77 * g, 1, ["factor"], 2),
        (lambda g, w: g - w, 1, ["weight-decay"], 2),
        (lambda g, w: g * np.sin(w), 1, [], 1),
        # One number in several leaves: each has a direction already.
        (lambda g, w: 0.77 * g, 2, ["factor"], 1),
        (lambda g, w: 0.77 * g, 3, ["factor"], 0),
        (lambda g, w: g * np.sin(w), 8, [], MOST_LEAVES),
    ],
)
def test_as_many_more_directions_as_it_takes(edit: Edit, leaves: int, found: list[str], directions: int) -> None:
    named, measured, passes = diagnosed(edit, leaves)
    assert (named, measured) == (found, directions)
    assert 6 * measured <= passes <= 10 * measured


def test_a_budget_that_ends_leaves_out_what_is_not_confirmed() -> None:
    _, _, free = diagnosed(lambda g, w: 0.77 * g, 1)
    whole = 0
    for budget in range(1, 200):
        try:
            found, _, passes = diagnosed(lambda g, w: 0.77 * g, 1, budget)
        except BudgetExceeded:
            continue  # before there was anything to explain
        whole += passes == free
        assert found == (["factor"] if passes == free else []) and passes <= free
        if whole:
            break
    assert whole == 1


NOISE = (1e-3, 1e-6)


@pytest.mark.parametrize("noise", NOISE)
@pytest.mark.parametrize("seed", range(12))
def test_noise_is_no_pattern(noise: float, seed: int) -> None:
    """Where little can be measured little is named, and never something else."""
    shape = [(40,), (6, 5), (3,), (30, 40)][seed % 4]
    cost, gradient, at = wave(shape, seed)
    error = 10.0 ** np.random.default_rng(seed).uniform(-3.0, 0.5) * np.random.default_rng(seed).normal(size=shape)

    def noisy(w: Any) -> Any:
        return cost(w) + noise * (zlib.crc32(np.asarray(w).tobytes()) / 2.0**32 - 0.5)

    def named(edit: Edit) -> list[str]:
        return ids(check(noisy, lambda w: edit(gradient(w), w), at, options=Options(seed=seed)))

    assert named(lambda g, w: g + error) == []
    assert named(lambda g, w: 0.77 * g) in ([], ["factor"])
    assert named(lambda g, w: g - w) in ([], ["weight-decay"])
    assert named(lambda g, w: np.roll(g, 1, 0)) in ([], ["shifted"])


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
