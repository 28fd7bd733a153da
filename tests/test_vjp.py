"""check_vjp: layers in every shape of forward and backward, each mistake beside the right one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcheck.checks.options import Options
from gradcheck.checks.vjp import check_layer, check_vjp
from gradcheck.errors import UsageError, UserCodeError
from gradcheck.results import CheckResult, FaultKind, Reason, Verdict
from gradcheck.subjects.layers import LayerSubject
from tests.problems_for_tests import SEED, Counted

GENERATOR = np.random.default_rng(0)
X, W, B = GENERATOR.normal(size=(4, 3)), GENERATOR.normal(size=(3, 3)), GENERATOR.normal(size=3)
LABELS = np.array([2, 0, 1, 2])


def affine(x: Any, w: Any, b: Any) -> Any:
    return x @ w + b, (x, w)


def affine_backward(u: Any, cache: Any) -> Any:
    x, w = cache
    return u @ w.T, x.T @ u, u.sum(axis=0)


def softmax(x: Any) -> Any:
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax_loss(x: Any, labels: Any) -> Any:
    p = softmax(x)
    return -np.mean(np.log(p[np.arange(len(labels)), labels])), (p, labels)


def softmax_loss_backward(u: Any, cache: Any) -> Any:
    p, labels = cache
    d = p.copy()
    d[np.arange(len(labels)), labels] -= 1
    return u * d / len(labels)


def judged(forward: Any, backward: Any, inputs: Any, seed: int = 1) -> CheckResult:
    return check_vjp(forward, backward, inputs, options=Options(seed=seed))


@pytest.mark.parametrize("container", [tuple, list])
def test_several_inputs_and_a_cache(container: Callable[[Any], Any]) -> None:
    result = judged(affine, lambda u, cache: container(affine_backward(u, cache)), [X, W, B])
    assert result.verdict is Verdict.AGREE
    assert [block.name for block in result.blocks] == ["input_0", "input_1", "input_2"]
    assert result.parameters == 24


@pytest.mark.parametrize(
    ("wrong", "block"),
    [
        (lambda u, c: (u @ c[1], c[0].T @ u, u.sum(axis=0)), "input_0"),  # W for W^T
        (lambda u, c: (u @ c[1].T, (c[0].T @ u).T, u.sum(axis=0)), "input_1"),  # transposed, square
        (lambda u, c: (u @ c[1].T, 2 * c[0].T @ u, u.sum(axis=0)), "input_1"),
        (lambda u, c: (u @ c[1].T, c[0].T @ u / 4, u.sum(axis=0)), "input_1"),  # 1/m of its own
        (lambda u, c: (u @ c[1].T, c[0].T @ u, u.mean(axis=0)), "input_2"),  # mean instead of sum
        (lambda u, c: (u @ c[1].T, c[0].T @ u, u[0]), "input_2"),  # the first example only
        (lambda u, c: (u @ c[1].T, c[0].T @ u, np.full(3, 4.0)), "input_2"),  # the cotangent ignored
        (lambda u, c: (-u @ c[1].T, c[0].T @ u, u.sum(axis=0)), "input_0"),
    ],
)
def test_a_wrong_gradient_of_one_input_is_placed(wrong: Any, block: str) -> None:
    for seed in range(3):
        result = judged(affine, wrong, [X, W, B], seed)
        assert result.verdict is Verdict.DISAGREE
        assert result.worst is not None and {found.block for found in result.wrong} == {block}


def test_a_backward_that_assumes_a_cotangent_of_ones() -> None:
    ones = lambda u, cache: affine_backward(np.ones_like(u), cache)  # noqa: E731
    assert judged(affine, ones, [X, W, B]).verdict is Verdict.DISAGREE
    only_shape = judged(lambda x: x**2, lambda u: 2 * X, [X])
    assert only_shape.verdict is Verdict.DISAGREE
    assert judged(lambda x: x**2, lambda u: 2 * X * u, [X]).verdict is Verdict.AGREE


def test_without_a_cache_and_with_one_input_in_or_out_of_a_tuple() -> None:
    for backward in (lambda u: u @ W.T, lambda u: (u @ W.T,), lambda u: [u @ W.T]):
        assert judged(lambda x: x @ W, backward, [X]).verdict is Verdict.AGREE
    assert judged(lambda x: x @ W, lambda u: u @ W, [X]).verdict is Verdict.DISAGREE


def test_integer_inputs_are_handed_on_and_not_differentiated() -> None:
    seen: list[Any] = []

    def forward(x: Any, labels: Any) -> Any:
        seen.append(labels.dtype.kind)
        return softmax_loss(x, labels)

    assert judged(forward, softmax_loss_backward, [X, LABELS]).verdict is Verdict.AGREE
    assert set(seen) == {"i"}
    both = lambda u, cache: (softmax_loss_backward(u, cache), None)  # noqa: E731
    assert judged(softmax_loss, both, [X, LABELS]).verdict is Verdict.AGREE
    no_mean = lambda u, cache: 4 * softmax_loss_backward(u, cache)  # noqa: E731
    assert judged(softmax_loss, no_mean, [X, LABELS]).verdict is Verdict.DISAGREE
    cotangent_forgotten = lambda u, cache: softmax_loss_backward(1.0, cache)  # noqa: E731
    assert judged(softmax_loss, cotangent_forgotten, [X, LABELS]).verdict is Verdict.DISAGREE


@pytest.mark.parametrize("x", [0.7, np.float64(0.7), np.array(0.7)])
def test_a_scalar_in_and_a_scalar_out(x: Any) -> None:
    assert judged(np.sin, lambda u: u * np.cos(0.7), [x]).verdict is Verdict.AGREE
    assert judged(np.sin, lambda u: u * np.sin(0.7), [x]).verdict is Verdict.DISAGREE


@pytest.mark.parametrize(
    ("returned", "count"),
    [
        (lambda u, c: affine_backward(u, c)[:2], "2 arrays"),
        (lambda u, c: (*affine_backward(u, c), u), "4 arrays"),
        (lambda u, c: None, "1 array"),
    ],
)
def test_another_number_of_gradients_than_inputs_is_a_fault_of_structure(returned: Any, count: str) -> None:
    result = judged(affine, returned, [X, W, B])
    assert result.verdict is Verdict.DISAGREE
    (fault,) = result.faults
    assert fault.kind is FaultKind.STRUCTURE
    assert count in fault.sentence or "is None" in fault.sentence


def test_gradients_in_another_order_have_other_shapes_or_other_numbers() -> None:
    turned = judged(affine, lambda u, c: affine_backward(u, c)[::-1], [X, W, B])
    assert turned.verdict is Verdict.DISAGREE and turned.faults[0].kind is FaultKind.SHAPE
    square = judged(affine, lambda u, c: [affine_backward(u, c)[i] for i in (1, 0, 2)], [X[:3], W, B])
    assert square.verdict is Verdict.DISAGREE and not square.faults


@pytest.mark.parametrize(
    ("output", "seen"), [(LABELS, "int64"), (X > 0, "bool"), (X + 0j, "complex128"), (None, "object")]
)
def test_an_output_that_is_not_real_and_floating_is_misuse(output: Any, seen: str) -> None:
    with pytest.raises(UsageError, match=f"layer_forward returned dtype {seen}: a real floating array is required"):
        judged(lambda x: output, lambda u: u, [X])


def test_no_floating_input_is_misuse_and_what_raises_is_the_users() -> None:
    with pytest.raises(UsageError, match="no number at all"):
        judged(lambda labels: labels * 1.0, lambda u: u, [LABELS])
    with pytest.raises(UserCodeError, match="the forward pass raised ValueError"):
        judged(lambda x, w: x @ w, lambda u: u, [X, X])
    with pytest.raises(UserCodeError, match="the gradient raised TypeError"):
        judged(lambda x: x @ W, lambda u, cache: u, [X])


def test_the_users_arrays_are_not_written() -> None:
    x, labels = X.copy(), LABELS.copy()

    def forward(x: Any, labels: Any) -> Any:
        value = np.sum(x**2)
        labels += 1
        x *= 0.5
        return value

    result = judged(forward, lambda u: u, [x, labels])
    assert result.verdict is Verdict.DISAGREE and result.faults[0].kind is FaultKind.MUTATION
    assert np.array_equal(x, X) and np.array_equal(labels, LABELS)


def test_two_cotangents_and_exact_counts() -> None:
    forward, backward = Counted(affine), Counted(affine_backward)
    result = judged(forward, backward, [X, W, B])
    assert (result.forward_passes, result.gradient_calls) == (forward.calls, backward.calls)
    assert result.gradient_calls == 12
    wrong = Counted(lambda u, c: (2 * u @ c[1].T, c[0].T @ u, u.sum(axis=0)))
    forward = Counted(affine)
    result = judged(forward, wrong, [X, W, B])
    assert (result.forward_passes, result.gradient_calls) == (forward.calls, wrong.calls)
    assert result.gradient_calls == 6  # the first cotangent that disagrees is the result


@pytest.mark.parametrize("budget", [1, 2, 11, 40, 41, 60, 61, 90, 1000])
def test_a_budget_is_kept_over_both_cotangents_and_shown_as_it_was_given(budget: int) -> None:
    forward = Counted(affine)
    result = check_vjp(forward, affine_backward, [X, W, B], options=Options(seed=1, max_forward_passes=budget))
    assert result.forward_passes == forward.calls <= budget
    needed = judged(affine, affine_backward, [X, W, B]).forward_passes
    assert (result.verdict is Verdict.AGREE) == (budget >= needed)
    if budget < needed:
        assert result.reason is Reason.BUDGET
        assert result.notes[0].startswith(f"the budget of {budget} forward passes")


def test_the_seed_reproduces_it_bit_for_bit() -> None:
    first, second = (judged(affine, affine_backward, [X, W, B], seed=5) for _ in range(2))
    assert repr(first.as_dict()) == repr(second.as_dict())
    assert "check_vjp" in first.reproduce and "seed=5" in first.reproduce
    assert judged(affine, affine_backward, [X, W, B], seed=6).blocks != first.blocks


def test_a_layer_without_a_cache_cannot_know_the_cosine() -> None:
    layer = LayerSubject("sine", np.sin, lambda u: u, (np.ones(3),), ("x",))
    result = check_layer(layer, SEED)
    assert result.verdict is Verdict.DISAGREE and result.title == "sine" and result.blocks[0].name == "x"
