"""A layer's pair as a subject: the random cotangent, the cache, and which inputs are differentiated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcheck.errors import UsageError
from gradcheck.subjects.layers import Cotangent, LayerSubject
from gradcheck.subjects.layers import layer_gradient as judged_under
from gradcheck.subjects.protocol import GradientSubject

X, LABELS = np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([1, 0])


def layer(forward: Any, backward: Any, *inputs: Any) -> LayerSubject:
    return LayerSubject("layer", forward, backward, inputs, tuple("xyz"[: len(inputs)]))


def layer_gradient(subject: LayerSubject, seed: int = 0) -> GradientSubject:
    out = np.asarray(subject.run(subject.arguments.copies()).out)
    return judged_under(subject, cotangent(out, seed))


def cotangent(out: Any, seed: int = 0) -> Cotangent:
    return Cotangent(np.random.default_rng(seed).standard_normal(out.shape).astype(out.dtype), out, level=1.0)


def test_the_cost_is_what_the_outputs_change_weighted_by_the_cotangent_that_backward_gets() -> None:
    seen: list[Any] = []
    subject = layer_gradient(layer(np.exp, lambda u: seen.append(u) or u, X))
    subject.gradient(subject.at)
    (u,) = seen
    assert np.array_equal(u, cotangent(np.exp(X)).values)
    assert subject.cost(subject.at) == 1.0
    assert subject.cost({"x": 2 * X}) == pytest.approx(1.0 + np.sum(u * (np.exp(2 * X) - np.exp(X))))
    assert subject.passes_per_gradient == 1


def test_a_large_output_that_does_not_change_leaves_the_cost_its_digits() -> None:
    subject = layer_gradient(layer(lambda x: np.append(1e12, x.ravel()), lambda u: u, X))
    u = cotangent(np.ones(5)).values[1:].reshape(X.shape)
    assert subject.cost({"x": X + 1e-3}) - 1.0 == pytest.approx(1e-3 * np.sum(u), rel=1e-9)


def test_the_cost_comes_in_the_outputs_dtype_where_that_is_coarser_and_takes_complex_inputs() -> None:
    coarse = layer_gradient(layer(lambda x: x.astype(np.float32), lambda u: u, X))
    assert coarse.cost(coarse.at).dtype == np.float32
    single = layer_gradient(layer(lambda x: x, lambda u: u, X.astype(np.float32)))
    assert isinstance(single.cost(single.at), float)
    fine = layer_gradient(layer(np.exp, lambda u: u, X))
    assert fine.cost({"x": X + 1e-30j}).imag == pytest.approx(1e-30 * np.sum(cotangent(X).values * np.exp(X)))


def test_the_cotangent_has_the_outputs_dtype_and_is_a_fresh_copy_each_time() -> None:
    seen: list[Any] = []

    def overwriting(u: Any) -> Any:
        seen.append((u.dtype, u.copy()))
        u *= 0.0
        return u

    subject = layer_gradient(layer(np.exp, overwriting, X.astype(np.float32)))
    before = subject.cost({"x": 2 * X.astype(np.float32)})
    for _ in range(2):
        subject.gradient(subject.at)
    assert subject.cost({"x": 2 * X.astype(np.float32)}) == before
    assert [dtype for dtype, _ in seen] == [np.float32, np.float32]
    assert np.array_equal(seen[0][1], seen[1][1]) and np.all(seen[0][1] != 0.0)
    subject.gradient({"x": X})
    assert seen[2][0] == np.float64 and np.array_equal(seen[2][1], seen[0][1])


def test_backward_gets_the_cache_of_the_same_point() -> None:
    subject = layer_gradient(layer(lambda x: (x**2, x.copy()), lambda u, x: 2 * u * x, X))
    u = np.random.default_rng(0).standard_normal(X.shape)
    subject.cost({"x": 5 * X})
    assert np.array_equal(subject.gradient({"x": 3 * X})["x"], 6 * u * X)


def test_a_scalar_output_has_a_scalar_cotangent() -> None:
    seen: list[Any] = []
    subject = layer_gradient(layer(lambda x: np.sum(x), lambda u: seen.append(u) or X, X))
    subject.gradient(subject.at)
    assert np.ndim(seen[0]) == 0 and isinstance(seen[0], float)


def test_only_floating_inputs_are_parameters_and_the_others_are_handed_on() -> None:
    seen: list[Any] = []

    def forward(x: Any, y: Any, z: Any) -> Any:
        seen.append((y, z))
        return x * z

    subject = layer_gradient(layer(forward, lambda u: (u, None, u), X, LABELS, 2.0))
    seen.clear()
    assert list(subject.at) == ["x", "z"]
    assert list(subject.gradient({"x": X, "z": 3.0})) == ["x", "z"]
    assert [z for _, z in seen] == [3.0]
    assert all(np.array_equal(y, LABELS) for y, _ in seen)


def test_one_gradient_for_each_floating_input_will_do() -> None:
    for returned in ((X, None), (X,), [X], X):
        subject = layer_gradient(layer(lambda x, y: x, lambda u, r=returned: r, X, LABELS))
        assert np.array_equal(subject.gradient(subject.at)["x"], X)


def test_what_is_no_gradient_for_each_input_is_given_back_as_it_is() -> None:
    subject = layer_gradient(layer(lambda x, y: x + y, lambda u: (u, u, u), X, X))
    assert isinstance(subject.gradient(subject.at), tuple)


def test_inputs_are_copied_before_the_users_code_sees_them() -> None:
    x, labels, names, settings = X.copy(), LABELS.copy(), ["a"], {"mean": np.zeros(2)}

    def forward(x: Any, y: Any, z: Any, settings: Any) -> Any:
        x[:] = 0.0
        y[:] = 7
        z.append("b")
        settings["mean"] += 1.0
        return x.sum()

    four = LayerSubject("layer", forward, lambda u: u, (x, labels, names, settings), ("x", "y", "z", "settings"))
    subject = layer_gradient(four)
    subject.cost({"x": X.copy()})
    assert np.array_equal(x, X) and np.array_equal(labels, LABELS) and names == ["a"]
    assert np.array_equal(settings["mean"], np.zeros(2))


def test_a_forward_pass_with_several_caches_is_told_what_is_required() -> None:
    with pytest.raises(UsageError, match=r"the forward pass of layer returned 3 values: out, or \(out, cache\)"):
        layer_gradient(layer(lambda x: (x, x, x), lambda u: u, X))


def test_an_output_or_an_input_of_rows_that_do_not_fit_is_misuse() -> None:
    with pytest.raises(UsageError, match=r"the output of layer is no array .*: join several outputs into one array"):
        layer_gradient(layer(lambda x: [x, np.ones(3)], lambda u: u, X))
    with pytest.raises(
        UsageError, match=r"the input x is a list of arrays of several shapes .*: give each as an input"
    ):
        layer_gradient(layer(lambda x: x[0], lambda u: u, [X, np.ones(3)]))


def test_a_complex_input_is_not_passed_over() -> None:
    assert list(layer(lambda x, y: x, lambda u: u, X, 1j * X).arguments.at) == ["x", "y"]
