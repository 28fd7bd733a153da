"""A class in the chapter's shape as a subject: how it is made, what it stores, and what it is asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcheck import Batch, Declared, UsageError, UserCodeError
from gradcheck.network import ACTIVATIONS, COSTS, Network, WeightDecay, backprop
from gradcheck.subjects.network_class import (
    NetworkSubject,
    UserNetwork,
    cost_of,
    gradient_subject,
    update_subject,
)
from tests import student_networks_for_tests as students
from tests.student_networks_for_tests import Array, Student

SIZES = [3, 4, 2]


def reference(**given: Any) -> tuple[Network, Array, Array]:
    """Return a random network and three examples."""
    generator = np.random.default_rng(7)
    network = Network.random(SIZES, generator, **given)
    return network, generator.standard_normal((3, 3)), generator.uniform(size=(2, 3))


def close(claimed: list[Array], expected: Any) -> bool:
    """Tell whether two lists of layers are alike to a few roundings (64 eps of the largest component)."""
    allowed = 64 * np.finfo(float).eps * max(np.max(np.abs(e)) for e in expected)
    return all(np.all(np.abs(c - e.reshape(c.shape)) <= allowed) for c, e in zip(claimed, expected, strict=True))


@pytest.mark.parametrize("make", [Student, students.Flat])
def test_cost_and_gradient_are_those_of_the_reference(make: type[Student]) -> None:
    network, x, y = reference()
    subject = gradient_subject(NetworkSubject("net", make), network, x[:, [0]], y[:, [0]])
    right = backprop(network, x[:, [0]], y[:, [0]])
    assert subject.name == "net.backprop"
    assert subject.cost(subject.at) == pytest.approx(network.cost_of(x[:, [0]], y[:, [0]]), rel=1e-14)
    gradient = subject.gradient(subject.at)
    assert close(gradient["biases"], right.nabla_b)
    assert close(gradient["weights"], right.nabla_w)
    assert [np.shape(b) for b in subject.at["biases"]] == [b.shape for b in make(SIZES).biases]


@pytest.mark.parametrize("make", [Student, students.Flat])
def test_the_step_of_a_mini_batch_is_the_gradient_of_the_mean(make: type[Student]) -> None:
    network, x, y = reference()
    subject = update_subject(NetworkSubject("net", make), network, x, y)
    right = backprop(network, x, y)
    gradient = subject.gradient(subject.at)
    assert close(gradient["biases"], right.nabla_b)
    assert close(gradient["weights"], right.nabla_w)
    assert subject.cost(subject.at) == pytest.approx(network.cost_of(x, y), rel=1e-14)


def test_a_step_that_writes_to_the_arrays_in_place_is_read_just_as_well() -> None:
    class InPlace(Student):
        def update_mini_batch(self, mini_batch: Any, eta: float) -> None:
            before = [w.copy() for w in self.weights], [b.copy() for b in self.biases]
            super().update_mini_batch(mini_batch, eta)
            stepped = self.weights, self.biases
            for mine, start, end in zip(self.given, before[0] + before[1], stepped[0] + stepped[1], strict=True):
                mine += end - start
            self.weights, self.biases = self.given[: len(before[0])], self.given[len(before[0]) :]

        @property
        def given(self) -> list[Array]:
            return self.kept

        def keep(self) -> None:
            self.kept = [*self.weights, *self.biases]

    class Kept(InPlace):
        def update_mini_batch(self, mini_batch: Any, eta: float) -> None:
            self.keep()
            super().update_mini_batch(mini_batch, eta)

    network, x, y = reference()
    subject = update_subject(NetworkSubject("net", Kept), network, x, y)
    kept = [np.array(w) for w in subject.at["weights"]]
    assert close(subject.gradient(subject.at)["weights"], backprop(network, x, y).nabla_w)
    assert all(np.array_equal(a, b) for a, b in zip(kept, subject.at["weights"], strict=True))


@pytest.mark.parametrize(("batch", "make"), [(Batch.SUM, Student), (Batch.MEAN, students.Mean)])
def test_a_declared_batch_is_read_as_the_mean(batch: Batch, make: type[Student]) -> None:
    network, x, y = reference()
    subject = gradient_subject(NetworkSubject("net", make, Declared(batch=batch)), network, x, y)
    assert close(subject.gradient(subject.at)["weights"], backprop(network, x, y).nabla_w)


def test_the_declared_cost_and_decay_are_those_that_are_measured() -> None:
    network, x, y = reference(cost=COSTS["cross_entropy"], weight_decay=WeightDecay(l1=0.5, l2=0.25))
    user = UserNetwork(NetworkSubject("net", Student), SIZES)
    parameters = {"weights": [np.array(w) for w in network.weights], "biases": [np.array(b) for b in network.biases]}
    assert cost_of(user, network, x, y)(parameters) == pytest.approx(network.cost_of(x, y), rel=1e-14)


def test_without_feedforward_the_cost_is_the_references() -> None:
    network, x, y = reference(activations=[ACTIVATIONS["tanh"]] * 2)
    user = UserNetwork(NetworkSubject("net", students.WithoutExtras), SIZES)
    assert not user.has("feedforward")
    parameters = {"weights": list(network.weights), "biases": list(network.biases)}
    assert cost_of(user, network, x, y)(parameters) == network.cost_of(x, y)


def test_the_form_of_vectors_is_that_of_the_biases() -> None:
    columns, flat = (UserNetwork(NetworkSubject("net", make), SIZES) for make in (Student, students.Flat))
    assert (columns.takes_columns, flat.takes_columns) == (True, False)
    assert columns.column(np.ones((3, 1))).shape == (3, 1)
    assert flat.column(np.ones((3, 1))).shape == (3,)
    assert flat.feedforward(np.ones((3, 1))).shape == (2, 1)


@pytest.mark.parametrize("pack", [tuple, list])
def test_a_pair_of_tuples_or_object_arrays_is_taken_as_lists(pack: Any) -> None:
    class Packed(Student):
        def backprop(self, x: Array, y: Array) -> Any:
            nabla_b, nabla_w = super().backprop(x, y)
            listed = np.empty(len(nabla_w), dtype=object)
            listed[:] = nabla_w
            return pack((tuple(nabla_b), listed))

    network, x, y = reference()
    subject = gradient_subject(NetworkSubject("net", Packed), network, x[:, [0]], y[:, [0]])
    gradient = subject.gradient(subject.at)
    assert isinstance(gradient["biases"], list)
    assert isinstance(gradient["weights"], list)


@pytest.mark.parametrize("returned", [None, 3.0, (1, 2, 3), "text"])
def test_anything_else_that_backprop_returns_is_passed_on_as_it_is(returned: Any) -> None:
    class Odd(Student):
        def backprop(self, x: Array, y: Array) -> Any:
            return returned

    network, x, y = reference()
    subject = gradient_subject(NetworkSubject("net", Odd), network, x[:, [0]], y[:, [0]])
    assert subject.gradient(subject.at) is returned


def test_parameters_that_backprop_replaces_are_written_back_to_be_noticed() -> None:
    class Replaces(Student):
        def backprop(self, x: Array, y: Array) -> Any:
            found = super().backprop(x, y)
            self.weights = [w + 1.0 for w in self.weights]
            return found

    network, x, y = reference()
    subject = gradient_subject(NetworkSubject("net", Replaces), network, x[:, [0]], y[:, [0]])
    before = subject.at["weights"][0].copy()
    subject.gradient(subject.at)
    assert np.array_equal(subject.at["weights"][0], before + 1.0)


def test_each_call_hands_on_fresh_examples() -> None:
    class Spoils(Student):
        def backprop(self, x: Array, y: Array) -> Any:
            found = super().backprop(x, y)
            x[...] = 0.0
            y[...] = 0.0
            return found

    network, x, y = reference()
    subject = gradient_subject(NetworkSubject("net", Spoils), network, x[:, [0]], y[:, [0]])
    first = subject.gradient(subject.at)["weights"][0]
    assert np.array_equal(subject.gradient(subject.at)["weights"][0], first)


# --- refusals ---------------------------------------------------------------------------------------------------------


def test_a_constructor_that_wants_other_arguments_is_told_how_to_go_on() -> None:
    class TwoArguments(Student):
        def __init__(self, inputs: int, outputs: int) -> None:
            super().__init__([inputs, outputs])

    with pytest.raises(UsageError, match=r"TwoArguments\(\[3, 4, 2\]\) could not be called .*def make\(sizes\)"):
        UserNetwork(NetworkSubject("TwoArguments", TwoArguments), SIZES)


@pytest.mark.parametrize("error", [TypeError("inside"), ValueError("inside")])
def test_a_constructor_that_raises_is_the_users_error(error: Exception) -> None:
    class Raises(Student):
        def __init__(self, sizes: list[int]) -> None:
            raise error

    with pytest.raises(UserCodeError, match=rf"Raises\(\[3, 4, 2\]\) raised {type(error).__name__}: inside") as raised:
        UserNetwork(NetworkSubject("Raises", Raises), SIZES)
    assert raised.value.__cause__ is error


@pytest.mark.parametrize("missing", ["weights", "biases", "backprop"])
def test_what_is_missing_is_named(missing: str) -> None:
    whole = {"weights": [], "biases": [], "backprop": lambda x, y: None}
    partial = type("Partial", (), {name: value for name, value in whole.items() if name != missing})
    with pytest.raises(UsageError, match=f"Partial has no {missing}: .*file.py:cost,gradient"):
        UserNetwork(NetworkSubject("Partial", lambda sizes: partial()), SIZES)


def test_transposed_weights_are_recognised() -> None:
    class RowsAreInputs(Student):
        def __init__(self, sizes: list[int]) -> None:
            super().__init__(sizes)
            self.weights = [w.T for w in self.weights]

    with pytest.raises(UsageError, match=r"\[\(3, 4\), \(4, 2\)\] \(they are transposed\): \[\(4, 3\), \(2, 4\)\]"):
        UserNetwork(NetworkSubject("RowsAreInputs", RowsAreInputs), SIZES)


@pytest.mark.parametrize("shape", [(1, 4), (4, 4), ()])
def test_biases_of_another_shape_are_refused_with_both_that_would_do(shape: tuple[int, ...]) -> None:
    class Biases(Student):
        def __init__(self, sizes: list[int]) -> None:
            super().__init__(sizes)
            self.biases = [np.zeros(shape), *self.biases[1:]]

    with pytest.raises(UsageError, match=r"\[\(4, 1\), \(2, 1\)\] is required, or \[\(4,\), \(2,\)\]"):
        UserNetwork(NetworkSubject("Biases", Biases), SIZES)


def test_an_output_of_another_shape_is_refused_with_the_sizes() -> None:
    class Sums(Student):
        def feedforward(self, a: Array) -> Array:
            return np.sum(super().feedforward(a), keepdims=True)

    network, x, y = reference()
    subject = gradient_subject(NetworkSubject("Sums", Sums), network, x[:, [0]], y[:, [0]])
    with pytest.raises(UsageError, match=r"returned shape \(1, 1\) .*sizes \[3, 4, 2\]: \(2, 1\) is required"):
        subject.cost(subject.at)
