"""check_jvp: forward derivatives in the shapes people write them, each mistake and each broken contract beside the right one."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.checks.jvp import check_jvp
from gradcheck.checks.options import Options
from gradcheck.errors import UsageError, UserCodeError
from gradcheck.results import CheckResult, FaultKind, Reason, Status, Verdict
from tests.problems_for_tests import Counted

GENERATOR = np.random.default_rng(0)
X, W, B = GENERATOR.normal(size=(4, 5)), GENERATOR.normal(size=(5, 3)), GENERATOR.normal(size=3)
LABELS = np.array([2, 0, 1, 2])


def layer(x: Any, w: Any, b: Any) -> Any:
    return np.tanh(x @ w + b)


def layer_jvp(primals: Any, tangents: Any) -> Any:
    (x, w, b), (dx, dw, db) = primals, tangents
    return (1 - layer(x, w, b) ** 2) * (dx @ w + x @ dw + db)


def judged(function: Any, jvp: Any, inputs: Any, seed: int = 1, **chosen: Any) -> CheckResult:
    return check_jvp(function, jvp, inputs, options=Options(seed=seed, **chosen))


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**31), st.sampled_from([np.float64, np.float32]), st.sampled_from(["tangent", "both"]))
def test_a_right_jvp_agrees_with_one_block_an_input_and_exact_counts(seed: int, dtype: Any, returned: str) -> None:
    generator = np.random.default_rng(seed)
    inputs = [generator.normal(size=shape).astype(dtype) for shape in ((4, 5), (5, 3), (3,))]

    def both(primals: Any, tangents: Any) -> Any:
        return layer(*primals), layer_jvp(primals, tangents)

    function, jvp = Counted(layer), Counted(both if returned == "both" else layer_jvp)
    result = judged(function, jvp, inputs, seed)
    assert result.verdict is Verdict.AGREE, str(result)
    assert [(block.name, block.shape) for block in result.blocks] == [
        ("input_0", (4, 5)),
        ("input_1", (5, 3)),
        ("input_2", (3,)),
    ]
    assert result.parameters == 38
    assert (result.forward_passes, result.gradient_calls) == (function.calls, jvp.calls)


@pytest.mark.parametrize(
    ("wrong", "blocks"),
    [
        (lambda p, t: 2 * layer_jvp(p, t), {"input_0", "input_1", "input_2"}),
        (lambda p, t: -layer_jvp(p, t), {"input_0", "input_1", "input_2"}),
        (lambda p, t: layer_jvp(p, (t[0], t[1], 0 * t[2])), {"input_2"}),  # an input forgotten
        (lambda p, t: layer_jvp(p, (t[0], 0 * t[1], t[2])), {"input_1"}),
        (lambda p, t: layer_jvp(p, (t[0], t[1], -t[2])), {"input_2"}),
        (lambda p, t: layer_jvp(p, (t[0], np.roll(t[1], 1, axis=0), t[2])), {"input_1"}),
        (lambda p, t: t[0] @ p[1] + p[0] @ t[1] + t[2], {"input_0", "input_1", "input_2"}),  # no sigma'
        (lambda p, t: layer_jvp((p[0], p[1], 0 * p[2]), t), {"input_0", "input_1", "input_2"}),  # at another point
    ],
)
def test_a_wrong_jvp_is_placed(wrong: Any, blocks: set[str]) -> None:
    for seed in range(3):
        function, jvp = Counted(layer), Counted(wrong)
        result = judged(function, jvp, [X, W, B], seed)
        assert result.verdict is Verdict.DISAGREE and not result.faults
        assert {block.name for block in result.blocks if block.status is Status.DISAGREE} == blocks
        assert (result.forward_passes, result.gradient_calls) == (function.calls, jvp.calls)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**31))
def test_an_error_of_one_part_in_10_000_of_one_input_is_seen(seed: int) -> None:
    generator = np.random.default_rng(seed)
    inputs = [generator.normal(size=shape) for shape in ((2, 3), (3, 2), (2,))]
    error = generator.normal(size=(3, 2))
    slight = lambda p, t: layer_jvp(p, (t[0], t[1] * (1 + 1e-4 * error), t[2]))  # noqa: E731
    result = judged(layer, slight, inputs, seed)
    assert result.verdict is Verdict.DISAGREE
    assert {block.name for block in result.blocks if block.status is Status.DISAGREE} == {"w"}


def test_the_components_of_a_small_input_are_named_and_in_its_own_units() -> None:
    at = np.array([[1e3], [2e3]])
    slope = lambda p, t: np.sum(6.0 * p[0] * t[0] * np.array([[1.0], [1.5]]))  # noqa: E731
    result = judged(lambda x: np.sum(3.0 * x**2), slope, [at])
    (component,) = result.wrong
    assert component.name == "x[1, 0]"
    assert component.claimed == pytest.approx(1.5 * component.estimated)
    (other,) = judged(lambda x: np.sum(3.0 * x**2), slope, [at / 1e3]).wrong
    assert component.estimated == pytest.approx(1e3 * other.estimated)
    assert component == result.worst


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda p, t: layer_jvp(p, t) + 1e-3, "for a tangent of zeros: 0 is required; is a constant added"),
        (lambda p, t: layer(*p), "the same as for any other: the tangent is not used"),
        (lambda p, t: np.abs(layer_jvp(p, t)), "of -2 times a tangent gives"),
        (lambda p, t: layer_jvp(p, t) ** 2, "of -2 times a tangent gives"),
        (lambda p, t: layer_jvp(p, t) / np.linalg.norm(t[0]), "nan|inf"),
        (
            lambda p, t: layer_jvp(p, tuple(v * np.linalg.norm(t[0]) / (np.abs(t[0]).max() or 1.0) for v in t)),
            "of the sum of two tangents gives",
        ),
    ],
)
def test_a_jvp_that_is_not_linear_in_its_tangents_is_told_so(wrong: Any, words: str) -> None:
    for seed in range(5):
        function, jvp = Counted(layer), Counted(np.errstate(all="ignore")(wrong))
        result = judged(function, jvp, [X, W, B], seed)
        assert result.verdict is Verdict.DISAGREE
        assert re.search(words, result.faults[0].sentence), result.faults[0].sentence
        assert (result.forward_passes, result.gradient_calls) == (function.calls, jvp.calls)


@pytest.mark.parametrize(
    ("returned", "kind", "words"),
    [
        (lambda d: d.T, FaultKind.SHAPE, r"the jvp of output has shape \(3, 4\): \(4, 3\) was required"),
        (lambda d: d.astype(int), FaultKind.DTYPE, "the jvp of output has dtype int64"),
        (lambda d: d * np.nan, FaultKind.NAN, "the jvp is nan at output"),
        (lambda d: None, FaultKind.STRUCTURE, "the jvp of output is None"),
    ],
)
def test_a_tangent_that_is_no_tangent_of_the_output_is_a_fault(returned: Any, kind: FaultKind, words: str) -> None:
    result = judged(layer, lambda p, t: returned(layer_jvp(p, t)), [X, W, B])
    assert result.verdict is Verdict.DISAGREE
    assert result.faults[0].kind is kind and re.search(words, result.faults[0].sentence), result.faults[0].sentence


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda out: out + 1e-6, "where the function gives"),
        (lambda out: np.arctanh(out), "where the function gives"),
        (lambda out: out.T, r"of shape \(3, 4\)"),
    ],
)
def test_an_output_that_is_not_the_functions_is_a_fault(edit: Any, words: str) -> None:
    result = judged(layer, lambda p, t: (edit(layer(*p)), layer_jvp(p, t)), [X, W, B])
    assert result.verdict is Verdict.DISAGREE and re.search(words, result.faults[0].sentence)
    otherwise_rounded = lambda p, t: (layer(*p) * 3.0 / 3.0, layer_jvp(p, t))  # noqa: E731
    assert judged(layer, otherwise_rounded, [X, W, B]).verdict is Verdict.AGREE


def test_what_is_written_to_is_named() -> None:
    def on_input(p: Any, t: Any) -> Any:
        d = layer_jvp(p, t)
        p[1][...] = 0.0
        return d

    def on_tangent(p: Any, t: Any) -> Any:
        d = layer_jvp(p, t)
        t[2][...] = 0.0
        return d

    def function(x: Any, w: Any, b: Any) -> Any:
        out = layer(x, w, b)
        x *= 2
        return out

    for wrong, words in (
        (on_input, "the jvp changed its input w"),
        (on_tangent, "changed the tangent of b"),
    ):
        fault = judged(layer, wrong, [X, W, B]).faults[0]
        assert fault.kind is FaultKind.MUTATION and words in fault.sentence
    fault = judged(function, layer_jvp, [X, W, B]).faults[0]
    assert fault.kind is FaultKind.MUTATION and "the function changed its input x" in fault.sentence
    assert judged(layer, layer_jvp, [X, W, B]).verdict is Verdict.AGREE


def test_a_jvp_that_answers_for_the_last_point_of_the_function_or_by_chance_disagrees() -> None:
    kept: list[Any] = []

    def function(x: Any) -> Any:
        kept.append(np.array(x))
        return np.sin(x)

    stale = judged(function, lambda p, t: np.cos(kept[-1]) * t[0], [X])
    assert stale.verdict is Verdict.DISAGREE and stale.faults[0].kind is FaultKind.STALE
    assert "the jvp" in stale.faults[0].sentence and "gradient" not in stale.faults[0].sentence
    generator = np.random.default_rng(0)
    chance = judged(np.sin, lambda p, t: np.cos(p[0]) * t[0] * generator.normal(1.0, 0.1), [X])
    assert chance.verdict is Verdict.DISAGREE and chance.faults[0].kind is FaultKind.NONDETERMINISTIC


def test_inputs_of_integers_have_no_tangent() -> None:
    seen: list[Any] = []

    def jvp(primals: Any, tangents: Any) -> Any:
        seen.append(tangents[1])
        return tangents[0][np.arange(4), primals[1]]

    assert judged(lambda x, labels: x[np.arange(4), labels], jvp, [X, LABELS]).verdict is Verdict.AGREE
    assert seen and all(tangent is None for tangent in seen)


@pytest.mark.parametrize("x", [0.7, np.float64(0.7), np.array(0.7)])
def test_a_scalar_in_and_a_scalar_out(x: Any) -> None:
    assert judged(np.sin, lambda p, t: np.cos(p[0]) * t[0], [x]).verdict is Verdict.AGREE
    assert judged(np.sin, lambda p, t: np.sin(p[0]) * t[0], [x]).verdict is Verdict.DISAGREE


def test_an_error_under_small_outputs_is_seen_beside_large_ones() -> None:
    sizes = np.array([1e8, 1.0, 1e-8])
    function = lambda x: sizes * np.sin(x)  # noqa: E731
    x = np.random.default_rng(3).normal(size=(6, 3))
    right = lambda p, t: sizes * np.cos(p[0]) * t[0]  # noqa: E731
    wrong = lambda p, t: sizes * np.array([1, 1, 2]) * np.cos(p[0]) * t[0]  # noqa: E731
    assert judged(function, right, [x]).verdict is Verdict.AGREE
    assert judged(function, wrong, [x]).verdict is Verdict.DISAGREE


def test_a_point_where_all_is_zero_is_judged_elsewhere_or_not_at_all() -> None:
    assert judged(lambda x: 0.0 * x, lambda p, t: 0.0 * t[0], [X]).reason is Reason.VACUOUS
    assert judged(lambda x: x**2, lambda p, t: 3 * p[0] * t[0], [np.zeros(6)]).verdict is Verdict.DISAGREE


@pytest.mark.parametrize("budget", [1, 2, 3, 9, 20, 40, 1000])
def test_a_budget_is_kept(budget: int) -> None:
    function = Counted(layer)
    result = judged(function, layer_jvp, [X, W, B], max_forward_passes=budget)
    assert result.forward_passes == function.calls <= budget
    needed = judged(layer, layer_jvp, [X, W, B]).forward_passes
    assert (result.verdict is Verdict.AGREE) == (budget >= needed)
    if budget < needed:
        assert result.reason is Reason.BUDGET and f"the budget of {budget} forward pass" in result.notes[0]


def test_the_detection_limit_of_a_block_holds() -> None:
    result = judged(layer, layer_jvp, [X, W, B])
    assert all(block.detection_limit is not None and block.detection_limit < 1e-4 for block in result.blocks)
    assert all(block.covered is None and block.resolution is None for block in result.blocks)
    limit = max(block.detection_limit or 0.0 for block in result.blocks)
    for seed in range(20):
        error = 10.0 * limit * np.random.default_rng(seed).normal(size=W.shape)
        slight = lambda p, t, e=error: layer_jvp(p, (t[0], t[1] * (1 + e), t[2]))  # noqa: E731
        assert judged(layer, slight, [X, W, B], seed).verdict is Verdict.DISAGREE


def test_misuse_and_what_raises_are_told_apart() -> None:
    with pytest.raises(UsageError, match="no input is floating"):
        judged(lambda labels: labels * 1.0, lambda p, t: 0.0, [LABELS])
    with pytest.raises(UsageError, match="the function returned dtype int64"):
        judged(lambda x: LABELS, lambda p, t: t[0], [X])
    with pytest.raises(UsageError, match="the function returned 2 values: one array is required"):
        judged(lambda x: (x, x), lambda p, t: t[0], [X])
    with pytest.raises(UserCodeError, match="the function raised ValueError"):
        judged(lambda x, w: x @ w, lambda p, t: t[0], [X, X])
    with pytest.raises(UserCodeError, match="the jvp raised TypeError"):
        judged(np.sin, lambda x: x, [X])


def test_the_seed_reproduces_it_bit_for_bit() -> None:
    first, second = (judged(layer, layer_jvp, [X, W, B], seed=5) for _ in range(2))
    assert repr(first.as_dict()) == repr(second.as_dict())
    assert "check_jvp" in first.reproduce and "seed=5" in first.reproduce and first.seed == 5
    assert judged(layer, layer_jvp, [X, W, B], seed=6).blocks != first.blocks
