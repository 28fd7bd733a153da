"""A layer's pair as a subject: the random cotangent, the cache, and which inputs are differentiated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcheck.errors import UsageError
from gradcheck.subjects.layers import LayerSubject, layer_gradient

X, LABELS = np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([1, 0])


def layer(forward: Any, backward: Any, *inputs: Any) -> LayerSubject:
    return LayerSubject("layer", forward, backward, inputs, tuple("xyz"[: len(inputs)]))


def test_the_cost_is_the_outputs_weighted_by_the_cotangent_that_backward_gets() -> None:
    seen: list[Any] = []
    subject = layer_gradient(layer(np.exp, lambda u: seen.append(u) or u, X), np.random.default_rng(0))
    subject.gradient(subject.at)
    (u,) = seen
    assert u.shape == X.shape and len(np.unique(u)) == u.size
    assert subject.cost(subject.at) == pytest.approx(np.sum(u * np.exp(X)))
    assert subject.passes_per_gradient == 1


def test_the_cotangent_is_gaussian_of_the_generator_and_a_fresh_copy_each_time() -> None:
    def overwriting(u: Any) -> Any:
        u *= 0.0
        return u

    subject = layer_gradient(layer(np.exp, overwriting, X), np.random.default_rng(0))
    before = subject.cost(subject.at)
    subject.gradient(subject.at)
    assert subject.cost(subject.at) == before == np.sum(np.random.default_rng(0).standard_normal(X.shape) * np.exp(X))


def test_backward_gets_the_cache_of_the_same_point() -> None:
    subject = layer_gradient(layer(lambda x: (x**2, x.copy()), lambda u, x: 2 * u * x, X), np.random.default_rng(0))
    u = np.random.default_rng(0).standard_normal(X.shape)
    subject.cost({"x": 5 * X})
    assert np.array_equal(subject.gradient({"x": 3 * X})["x"], 6 * u * X)


def test_a_scalar_output_has_a_scalar_cotangent() -> None:
    seen: list[Any] = []
    subject = layer_gradient(layer(lambda x: np.sum(x), lambda u: seen.append(u) or X, X), np.random.default_rng(0))
    subject.gradient(subject.at)
    assert np.ndim(seen[0]) == 0 and isinstance(seen[0], float)


def test_only_floating_inputs_are_parameters_and_the_others_are_handed_on() -> None:
    seen: list[Any] = []

    def forward(x: Any, y: Any, z: Any) -> Any:
        seen.append((y, z))
        return x * z

    subject = layer_gradient(layer(forward, lambda u: (u, None, u), X, LABELS, 2.0), np.random.default_rng(0))
    assert list(subject.at) == ["x", "z"]
    assert list(subject.gradient({"x": X, "z": 3.0})) == ["x", "z"]
    assert [z for _, z in seen] == [2.0, 3.0]
    assert all(np.array_equal(y, LABELS) for y, _ in seen)


def test_one_gradient_for_each_floating_input_will_do() -> None:
    for returned in ((X, None), (X,), [X], X):
        subject = layer_gradient(layer(lambda x, y: x, lambda u, r=returned: r, X, LABELS), np.random.default_rng(0))
        assert np.array_equal(subject.gradient(subject.at)["x"], X)


def test_what_is_no_gradient_for_each_input_is_given_back_as_it_is() -> None:
    subject = layer_gradient(layer(lambda x, y: x + y, lambda u: (u, u, u), X, X), np.random.default_rng(0))
    assert isinstance(subject.gradient(subject.at), tuple)


@pytest.mark.parametrize(("output", "dtype"), [(LABELS, "int64"), (1j * X, "complex128"), (X > 0, "bool")])
def test_an_output_that_cannot_be_weighted_is_misuse(output: Any, dtype: str) -> None:
    with pytest.raises(UsageError, match=f"layer_forward returned dtype {dtype}"):
        layer_gradient(layer(lambda x: output, lambda u: u, X), np.random.default_rng(0))


def test_inputs_are_copied_before_the_users_code_sees_them() -> None:
    x, labels, names = X.copy(), LABELS.copy(), ["a"]

    def forward(x: Any, y: Any, z: Any) -> Any:
        x[:] = 0.0
        y[:] = 7
        z.append("b")
        return x.sum()

    subject = layer_gradient(layer(forward, lambda u: u, x, labels, names), np.random.default_rng(0))
    subject.cost({"x": X.copy()})
    assert np.array_equal(x, X) and np.array_equal(labels, LABELS) and names == ["a"]


def test_a_forward_pass_with_several_caches_is_told_what_is_required() -> None:
    with pytest.raises(UsageError, match=r"the forward pass of layer returned 3 values: out, or \(out, cache\)"):
        layer_gradient(layer(lambda x: (x, x, x), lambda u: u, X), np.random.default_rng(0))
