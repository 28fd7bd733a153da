"""check_vjp: layers in every shape of forward and backward, each mistake beside the right one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.checks.options import Options
from gradcheck.checks.vjp import check_layer, check_vjp
from gradcheck.errors import UsageError, UserCodeError
from gradcheck.results import CheckResult, FaultKind, Reason, Status, Verdict
from gradcheck.subjects.layers import LayerSubject
from tests.layers_for_tests import KINDS, affine_tanh, batch_norm, convolution, logarithm
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
    assert [block.name for block in result.blocks] == ["b", "w", "x"]
    assert result.parameters == 24


@pytest.mark.parametrize(
    ("wrong", "block"),
    [
        (lambda u, c: (u @ c[1], c[0].T @ u, u.sum(axis=0)), "x"),  # W for W^T
        (lambda u, c: (u @ c[1].T, (c[0].T @ u).T, u.sum(axis=0)), "w"),  # transposed, square
        (lambda u, c: (u @ c[1].T, 2 * c[0].T @ u, u.sum(axis=0)), "w"),
        (lambda u, c: (u @ c[1].T, c[0].T @ u / 4, u.sum(axis=0)), "w"),  # 1/m of its own
        (lambda u, c: (u @ c[1].T, c[0].T @ u, u.mean(axis=0)), "b"),  # mean instead of sum
        (lambda u, c: (u @ c[1].T, c[0].T @ u, u[0]), "b"),  # the first example only
        (lambda u, c: (-u @ c[1].T, c[0].T @ u, u.sum(axis=0)), "x"),
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
    ("output", "seen"), [(LABELS, "int64"), (X > 0, "bool"), (X + 0j, "complex128"), ({}, "object")]
)
def test_an_output_that_is_not_real_and_floating_is_misuse(output: Any, seen: str) -> None:
    with pytest.raises(UsageError, match=f"layer returned dtype {seen}: a real floating array is required"):
        judged(lambda x: output, lambda u: u, [X])


def test_no_floating_input_is_misuse_and_what_raises_is_the_users() -> None:
    with pytest.raises(UsageError, match="no input is floating"):
        judged(lambda labels: labels * 1.0, lambda u: u, [LABELS])
    with pytest.raises(UserCodeError, match="the forward pass raised ValueError"):
        judged(lambda x, w: x @ w, lambda u: u, [X, X])
    with pytest.raises(UserCodeError, match="the backward pass raised TypeError"):
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
    assert result.gradient_calls == 6 + 2 * 6
    wrong = Counted(lambda u, c: (2 * u @ c[1].T, c[0].T @ u, u.sum(axis=0)))
    forward = Counted(affine)
    result = judged(forward, wrong, [X, W, B])
    assert (result.forward_passes, result.gradient_calls) == (forward.calls, wrong.calls)
    assert 6 + 6 <= result.gradient_calls < 6 + 2 * 6  # the first cotangent that disagrees is the result


@pytest.mark.parametrize("budget", [1, 2, 11, 40, 41, 60, 61, 90, 1000])
def test_a_budget_is_kept_over_both_cotangents_and_shown_as_it_was_given(budget: int) -> None:
    forward = Counted(affine)
    result = check_vjp(forward, affine_backward, [X, W, B], options=Options(seed=1, max_forward_passes=budget))
    assert result.forward_passes == forward.calls <= budget
    needed = judged(affine, affine_backward, [X, W, B]).forward_passes
    assert (result.verdict is Verdict.AGREE) == (budget >= needed)
    if budget < needed:
        assert result.reason is Reason.BUDGET
        assert result.notes[0].startswith(f"the budget of {budget} forward pass")


def test_the_seed_reproduces_it_bit_for_bit() -> None:
    first, second = (judged(affine, affine_backward, [X, W, B], seed=5) for _ in range(2))
    assert repr(first.as_dict()) == repr(second.as_dict())
    assert "check_vjp" in first.reproduce and "seed=5" in first.reproduce
    assert judged(affine, affine_backward, [X, W, B], seed=6).blocks != first.blocks


def test_a_layer_without_a_cache_cannot_know_the_cosine() -> None:
    layer = LayerSubject("sine", np.sin, lambda u: u, (np.ones(3),), ("x",))
    result = check_layer(layer, SEED)
    assert result.verdict is Verdict.DISAGREE and result.title == "sine" and result.blocks[0].name == "x"


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(KINDS), st.sampled_from([np.float64, np.float32]), st.integers(0, 2**31))
def test_right_layers_agree_with_exact_counts_and_none_keeps_a_fault(kind: Any, dtype: Any, seed: int) -> None:
    layer = kind(np.random.default_rng(seed), dtype)
    forward, backward = Counted(layer.forward), Counted(layer.backward)
    result = judged(forward, backward, layer.inputs, seed)
    assert result.faults == () and result.verdict is not Verdict.DISAGREE
    assert result.verdict is Verdict.AGREE or result.reason in (Reason.VACUOUS, Reason.KINK, Reason.DTYPE)
    assert (result.forward_passes, result.gradient_calls) == (forward.calls, backward.calls)


def added(backward: Any) -> Any:
    return lambda u, cache: mapped(lambda g: g + g.dtype.type(1e-3), backward(u, cache))


def squared(backward: Any) -> Any:
    return lambda u, cache: backward(u * np.abs(u), cache)


def rectified(backward: Any) -> Any:
    return lambda u, cache: backward(u * (u > 0), cache)


def clipped(backward: Any) -> Any:
    return lambda u, cache: mapped(lambda g: g / (1 + np.linalg.norm(g)), backward(u, cache))


def thresholded(backward: Any) -> Any:
    """In proportion to u, whatever the factor, and yet no sum for a sum."""
    return lambda u, cache: backward(u * np.linalg.norm(u) / (np.max(np.abs(u)) or 1.0), cache)


def normalised(backward: Any) -> Any:
    return lambda u, cache: backward(u / np.linalg.norm(u), cache)


def mapped(edit: Any, gradients: Any) -> Any:
    if isinstance(gradients, tuple):
        return tuple(None if g is None else edit(g) for g in gradients)
    return edit(np.asarray(gradients))


LINEAR_WORDS = (
    (added, "for a cotangent of zeros: 0 is required; is a constant added"),
    (squared, "of -2 times a cotangent gives"),
    (rectified, "of -2 times a cotangent gives"),
    (clipped, "of -2 times a cotangent gives"),
    (thresholded, "of the sum of two cotangents gives"),
    (normalised, "is nan at|gives nan at"),
)


@pytest.mark.parametrize(("mutant", "words"), LINEAR_WORDS)
@settings(deadline=None, max_examples=15)
@given(st.sampled_from([affine_tanh, batch_norm, convolution, logarithm]), st.integers(0, 2**31))
def test_a_backward_that_is_not_linear_in_its_cotangent_is_told_so(
    mutant: Any, words: str, kind: Any, seed: int
) -> None:
    layer = kind(np.random.default_rng(seed), np.float64)
    if np.size(layer.forward(*layer.inputs)[0]) < 3:
        return  # one number is as good as its norm
    forward, backward = Counted(layer.forward), Counted(mutant(layer.backward))
    result = judged(forward, backward, layer.inputs, seed)
    assert result.verdict is Verdict.DISAGREE
    (fault,) = result.faults
    assert re.search(words, fault.sentence), fault.sentence
    assert [block.name for block in result.blocks] == [fault.where]
    assert (result.forward_passes, result.gradient_calls) == (forward.calls, backward.calls)


def test_a_gradient_that_ignores_its_cotangent_is_told_so() -> None:
    result = judged(affine, lambda u, c: (u @ c[1].T, c[0].T @ u, np.full(3, 4.0)), [X, W, B])
    (fault,) = result.faults
    assert fault.where == "b" and "gives 4 at b[0]" in fault.sentence
    assert fault.sentence.endswith("the same as for any other: the cotangent is not used")


def consuming(u: Any, cache: Any) -> Any:
    return u * np.cos(cache.pop())


def mutating(u: Any, cache: Any) -> Any:
    cache[0] *= 2.0
    return u * cache[0] / 2.0


def masking(u: Any, cache: Any) -> Any:
    u *= cache[0]
    return u


def cached(u: Any, cache: Any) -> Any:
    return u * cache[0]


@pytest.mark.parametrize(
    ("forward", "backward", "kind", "words"),
    [
        (lambda x: (np.sin(x), [x]), consuming, FaultKind.MUTATION, "raised IndexError.* used the cache up"),
        (lambda x: (np.sin(x), [np.cos(x)]), mutating, FaultKind.MUTATION, "run again on the same cache: it changes"),
        (lambda x: (np.maximum(x, 0), [x > 0]), masking, FaultKind.MUTATION, r"changed the cotangent in place \(\["),
    ],
)
def test_a_cache_or_a_cotangent_that_is_written_to_is_a_fault(
    forward: Any, backward: Any, kind: FaultKind, words: str
) -> None:
    for seed in range(5):
        one, other = Counted(forward), Counted(backward)
        result = judged(one, other, [X], seed)
        assert result.verdict is Verdict.DISAGREE
        assert result.faults[0].kind is kind and re.search(words, result.faults[0].sentence)
        assert (result.forward_passes, result.gradient_calls) == (one.calls, other.calls)
    right = judged(lambda x: (np.sin(x), [np.cos(x)]), cached, [X])
    assert right.verdict is Verdict.AGREE


def test_a_mask_of_the_last_forward_pass_is_a_fault_where_there_is_a_cache_and_a_layers_state_is_none_without() -> None:
    class Relu:
        def forward(self, x: Any) -> Any:
            self.mask = x > 0
            return np.maximum(x, 0)

        def backward(self, u: Any) -> Any:
            return u * self.mask

    layer = Relu()
    for seed in range(5):
        result = judged(lambda x: (layer.forward(x), x), lambda u, x: layer.backward(u), [X], seed)
        assert result.faults[0].kind is FaultKind.STALE
        assert "not what the last forward pass left behind" in result.faults[0].sentence
        assert judged(layer.forward, layer.backward, [X], seed).verdict is Verdict.AGREE
        none = judged(lambda x: (layer.forward(x), None), lambda u, _: layer.backward(u), [X], seed)
        assert none.verdict is Verdict.AGREE


def test_a_vjp_made_for_the_inputs_given_is_judged_there() -> None:
    def vjp_at(x: Any) -> Any:
        return lambda u: u * np.cos(x)

    backward = Counted(vjp_at(X))
    result = judged(np.sin, backward, [X])
    assert result.verdict is Verdict.AGREE and result.gradient_calls == backward.calls
    assert judged(np.sin, vjp_at(X + 1e-3), [X]).verdict is Verdict.DISAGREE


def test_a_layer_that_keeps_the_first_point_it_ever_saw_is_not_believed() -> None:
    kept: list[Any] = []

    def forward(x: Any) -> Any:
        kept.append(x)
        return np.sin(x)

    assert judged(forward, lambda u: u * np.cos(kept[0]), [X]).verdict is Verdict.DISAGREE


def test_buffers_that_are_used_again_are_faults_of_backward_and_of_forward() -> None:
    buffer, output = np.zeros_like(X), np.zeros_like(X)
    again = judged(lambda x: (np.sin(x), np.cos(x)), lambda u, c: np.multiply(u, c, out=buffer), [X])
    assert "the array returned for x was overwritten" in again.faults[0].sentence
    linear = judged(lambda x: 2 * x, lambda u: np.multiply(u, 2.0, out=buffer), [X])
    assert linear.verdict is Verdict.DISAGREE and "overwritten" in linear.faults[0].sentence
    result = judged(lambda x: (np.sin(x, out=output), np.cos(x)), lambda u, c: u * c, [X])
    assert result.faults[0].kind is FaultKind.STALE and "the output of the forward pass" in result.faults[0].sentence


@pytest.mark.parametrize("which", [0, 1])
def test_a_forward_pass_that_writes_to_an_input_is_told_which(which: int) -> None:
    def forward(x: Any, labels: Any) -> Any:
        out = np.sin(x) * labels[:, None], (np.cos(x) * labels[:, None])
        (x, labels)[which][...] = 7
        return out

    result = judged(forward, lambda u, c: u * c, [X, LABELS])
    (fault,) = result.faults
    assert fault.kind is FaultKind.MUTATION and fault.where == ("x", "labels")[which]
    assert re.search(
        rf"the forward pass changed its input {fault.where} in place \(\[0.*\] was .*, is 7\)", fault.sentence
    )


def test_settings_that_a_forward_pass_keeps_count_in_are_no_fault() -> None:
    def forward(x: Any, settings: Any) -> Any:
        settings["calls"] = settings.get("calls", 0) + 1
        return np.sin(x), np.cos(x)

    chosen: dict[str, Any] = {}
    assert judged(forward, lambda u, c: (u * c, None), [X, chosen]).verdict is Verdict.AGREE
    assert chosen == {}


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**31))
def test_an_error_under_small_outputs_is_seen_beside_large_ones(seed: int) -> None:
    sizes = np.array([1e8, 1.0, 1e-8])
    x = np.random.default_rng(seed).normal(size=(4, 3))
    forward = lambda x: (sizes * np.tanh(x @ W), (x, np.tanh(x @ W)))  # noqa: E731

    def backward(u: Any, cache: Any, last: float = 1e-8) -> Any:
        return (u * np.array([1e8, 1.0, last]) * (1 - cache[1] ** 2)) @ W.T

    assert judged(forward, backward, [x], seed).verdict is Verdict.AGREE
    assert judged(forward, lambda u, c: backward(u, c, 2e-8), [x], seed).verdict is Verdict.DISAGREE


def test_batch_norm_without_the_gradient_through_its_statistics_disagrees() -> None:
    for seed in range(10):
        layer = batch_norm(np.random.default_rng(seed), np.float64)

        def frozen(u: Any, cache: Any) -> Any:
            normal, gamma, deviation = cache
            return u * gamma / deviation, (u * normal).sum(axis=0), u.sum(axis=0)

        def no_variance(u: Any, cache: Any) -> Any:
            normal, gamma, deviation = cache
            d = u * gamma
            return (d - d.mean(axis=0)) / deviation, (u * normal).sum(axis=0), u.sum(axis=0)

        for wrong in (frozen, no_variance):
            result = judged(layer.forward, wrong, layer.inputs, seed)
            assert result.verdict is Verdict.DISAGREE and not result.faults
            statuses = {block.name: block.status for block in result.blocks}
            assert statuses == {"x": Status.DISAGREE, "gamma": Status.AGREE, "beta": Status.AGREE}


def test_an_agreement_says_under_how_many_cotangents_and_takes_the_figures_of_the_one_that_proves_less() -> None:
    result = judged(affine, affine_backward, [X, W, B])
    assert any("under 2 independent random cotangents" in note for note in result.notes)
    assert all(block.directions >= 2 for block in result.blocks)


def test_an_output_that_is_not_finite_is_told_where() -> None:
    result = judged(lambda x: (np.where(x < 0, np.nan, x), x), lambda u, x: u, [np.array([1.0, -1.0])])
    assert result.verdict is Verdict.INCONCLUSIVE and result.reason is Reason.DOMAIN
    assert result.notes == ("the output is nan at [1]: a finite output is required",)
