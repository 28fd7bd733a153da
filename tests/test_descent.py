"""Gradient descent: the chapter's own update rule, and a network that learns to read digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.errors import ShapeError, UsageError
from gradcheck.network.activations import SIGMOID
from gradcheck.network.arrays import Array
from gradcheck.network.backprop import backprop
from gradcheck.network.costs import QUADRATIC
from gradcheck.network.descent import Schedule, accuracy, gradient_descent_step, sgd
from gradcheck.network.gradient import Gradient
from gradcheck.network.model import Network
from gradcheck.network.weight_decay import NO_DECAY
from tests.digits import trained_digits_network
from tests.networks_for_tests import Case, U, cases, gradient_bounds, worst_ratio

QUICK = settings(max_examples=60, deadline=None, database=None)


class ChapterNetwork:
    """The chapter's algorithm as a learner writes it: lists of columns, one example at a time, the sum divided."""

    def __init__(self, weights: list[Array], biases: list[Array]) -> None:
        """Take the parameters."""
        self.weights, self.biases = weights, biases

    def update_mini_batch(self, mini_batch: list[tuple[Array, Array]], eta: float) -> None:
        """Take one step of gradient descent."""
        total_b = [np.zeros(b.shape) for b in self.biases]
        total_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in mini_batch:
            nabla_b, nabla_w = self.backprop(x, y)
            total_b = [total + nabla for total, nabla in zip(total_b, nabla_b, strict=True)]
            total_w = [total + nabla for total, nabla in zip(total_w, nabla_w, strict=True)]
        rate = eta / len(mini_batch)
        self.weights = [w - rate * total for w, total in zip(self.weights, total_w, strict=True)]
        self.biases = [b - rate * total for b, total in zip(self.biases, total_b, strict=True)]

    def backprop(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        """Return one example's (nabla_b, nabla_w)."""
        outputs, inputs = [x], []
        for w, b in zip(self.weights, self.biases, strict=True):
            inputs.append(np.dot(w, outputs[-1]) + b)
            outputs.append(self.sigmoid(inputs[-1]))
        delta = self.cost_derivative(outputs[-1], y) * self.sigmoid_prime(inputs[-1])
        nabla_b, nabla_w = [delta], [np.dot(delta, outputs[-2].T)]
        for back in range(2, len(self.weights) + 1):
            delta = np.dot(self.weights[-back + 1].T, delta) * self.sigmoid_prime(inputs[-back])
            nabla_b.insert(0, delta)
            nabla_w.insert(0, np.dot(delta, outputs[-back - 1].T))
        return nabla_b, nabla_w

    def cost_derivative(self, output_activations: Array, y: Array) -> Array:
        """Return dC_x/da of the quadratic cost."""
        return output_activations - y

    def sigmoid(self, z: Array) -> Array:
        """Return sigma(z)."""
        return np.asarray(1.0 / (1.0 + np.exp(-z)))

    def sigmoid_prime(self, z: Array) -> Array:
        """Return sigma'(z), in the learner's form: 1 - sigma cancels, so its error is u, not u sigma'."""
        return self.sigmoid(z) * (1 - self.sigmoid(z))


def as_gradient(biases: list[Array] | tuple[Array, ...], weights: list[Array] | tuple[Array, ...]) -> Gradient:
    """Return parameters in the shape that `worst_ratio` compares."""
    return Gradient(nabla_b=tuple(biases), nabla_w=tuple(weights))


def step_bounds(case: Case, eta: float, *, slope_roundings: float) -> Gradient:
    """Return how far two computations of one step may differ: eta times both gradients' bounds, and one rounding each.

    `slope_roundings` multiplies the gradient's bound where sigma' is taken in a form that cancels: its error is
    u sigma against u sigma', and sigma/sigma' = 1/(1 - sigma).
    """
    gradient, bounds = backprop(case.network, case.x, case.y), gradient_bounds(case)
    parts = []
    for parameters, nablas, errors in (
        (case.network.biases, gradient.nabla_b, bounds.nabla_b),
        (case.network.weights, gradient.nabla_w, bounds.nabla_w),
    ):
        rounded = [4 * U * (abs(p) + eta * abs(n)) for p, n in zip(parameters, nablas, strict=True)]
        parts.append([r + 2 * eta * slope_roundings * e for r, e in zip(rounded, errors, strict=True)])
    return as_gradient(parts[0], parts[1])


@pytest.mark.equation("Mini-batch gradient descent")
@QUICK
@given(case=cases(), eta=st.floats(0.01, 10))
def test_a_step_is_the_rule_spelled_out_example_by_example(case: Case, eta: float) -> None:
    network, m = case.network, case.x.shape[1]
    gradients = [backprop(network, case.x[:, [i]], case.y[:, [i]]) for i in range(m)]
    forwards = [network.feedforward(case.x[:, [i]]) for i in range(m)]
    weights, biases = [], []
    for i, (w, b) in enumerate(zip(network.weights, network.biases, strict=True)):
        products = [g.deltas[i] @ f.activations[i].T for g, f in zip(gradients, forwards, strict=True)]
        decay = 0 if network.weight_decay == NO_DECAY else network.weight_decay.nabla_w(w)
        weights.append(w - eta / m * sum(products) - eta * decay)
        biases.append(b - eta / m * sum(g.deltas[i] for g in gradients))
    after = gradient_descent_step(network, case.x, case.y, eta)
    bounds = step_bounds(case, eta, slope_roundings=1)
    assert worst_ratio(as_gradient(after.biases, after.weights), as_gradient(biases, weights), bounds) <= 1
    doubled = gradient_descent_step(network, case.x, case.y, 2 * eta)
    moved = any(abs(n).max() > 1e-6 for n in backprop(network, case.x, case.y).nabla_b)
    ratio = worst_ratio(as_gradient(doubled.biases, doubled.weights), as_gradient(biases, weights), bounds)
    assert ratio > 1 or not moved, "another learning rate is seen"


@pytest.mark.equation("The chapter's code", "Mini-batch gradient descent", "Fully matrix-based mini-batch")
@QUICK
@given(case=cases(hidden=[SIGMOID], outputs=[(SIGMOID, QUADRATIC)]), eta=st.floats(0.01, 10))
def test_a_step_is_the_chapters_update_mini_batch(case: Case, eta: float) -> None:
    plain = Network(case.network.weights, case.network.biases, case.network.activations, QUADRATIC)
    point = Case(plain, case.x, case.y)
    chapter = ChapterNetwork(list(plain.weights), list(plain.biases))
    examples = list(zip(np.hsplit(case.x, case.x.shape[1]), np.hsplit(case.y, case.y.shape[1]), strict=True))
    chapter.update_mini_batch(examples, eta)
    after = gradient_descent_step(plain, case.x, case.y, eta)
    largest = max(abs(z).max() for z in plain.feedforward(case.x).zs)
    bounds = step_bounds(point, eta, slope_roundings=1 + np.exp(largest))
    ours = as_gradient(after.biases, after.weights)
    assert worst_ratio(ours, as_gradient(chapter.biases, chapter.weights), bounds) <= 1
    once_more = ChapterNetwork(list(plain.weights), list(plain.biases))
    once_more.update_mini_batch(examples, eta * (1 + 1e-6))
    moved = any(abs(n).max() * eta > 1e-4 for n in backprop(plain, case.x, case.y).nabla_b)
    near = worst_ratio(ours, as_gradient(once_more.biases, once_more.weights), bounds)
    assert near > 1 or not moved or largest > 5, "a rate that is 1e-6 larger is seen"


@pytest.mark.equation("The chapter's code")
def test_the_chapters_backprop_returns_nabla_b_first_for_one_example() -> None:
    rng = np.random.default_rng(0)
    network, x, y = Network.random([3, 4, 2], rng), rng.normal(size=(3, 1)), rng.normal(size=(2, 1))
    nabla_b, nabla_w = ChapterNetwork(list(network.weights), list(network.biases)).backprop(x, y)
    largest = max(abs(z).max() for z in network.feedforward(x).zs)
    bounds = gradient_bounds(Case(network, x, y))
    room = as_gradient(
        [(2 + np.exp(largest)) * b for b in bounds.nabla_b], [(2 + np.exp(largest)) * w for w in bounds.nabla_w]
    )
    ours = backprop(network, x, y)
    assert worst_ratio(as_gradient(nabla_b, nabla_w), ours, room) <= 1
    assert worst_ratio(as_gradient(nabla_b, [w.T.reshape(w.shape) for w in nabla_w]), ours, room) > 1


def test_a_step_leaves_the_network_as_it_was() -> None:
    rng = np.random.default_rng(1)
    network = Network.random([2, 1], rng)
    before = network.weights[0].copy()
    assert not np.array_equal(gradient_descent_step(network, [1.0, 1.0], [0.0], 1.0).weights[0], before)
    assert np.array_equal(network.weights[0], before)


def learning(schedule: Schedule, seed: int) -> Iterator[Network]:
    """Return an epoch-by-epoch run on seven examples."""
    rng = np.random.default_rng(seed)
    network = Network.random([2, 3, 1], rng)
    return sgd(network, rng.normal(size=(2, 7)), rng.uniform(size=(1, 7)), schedule, rng)


def test_every_example_is_seen_once_an_epoch_and_the_last_short_batch_too(monkeypatch: pytest.MonkeyPatch) -> None:
    batches: list[list[float]] = []

    def watch(network: Network, x: Array, y: Array, eta: float) -> Network:
        assert np.array_equal(x[:1], y), "each x keeps its own y"
        batches.append(y[0].tolist())
        return network

    monkeypatch.setattr("gradcheck.network.descent.gradient_descent_step", watch)
    network = Network.random([1, 1], np.random.default_rng(0))
    numbers = np.arange(7.0).reshape(1, 7)
    assert len(list(sgd(network, numbers, numbers, Schedule(2, 3, 1.0), np.random.default_rng(0)))) == 2
    assert [len(batch) for batch in batches] == [3, 3, 1, 3, 3, 1]
    first, second = list(chain(*batches[:3])), list(chain(*batches[3:]))
    assert sorted(first) == sorted(second) == list(range(7))
    assert first != second != sorted(second), "shuffled anew"


def test_learning_can_be_stopped_and_depends_on_the_seed_alone() -> None:
    runs = [learning(Schedule(50, 2, 0.5), seed) for seed in (3, 3, 4)]
    first, again, other = (next(run).weights[0] for run in runs)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    runs[0].close()  # type: ignore[attr-defined]


def test_the_cost_falls() -> None:
    rng = np.random.default_rng(5)
    network, x, y = Network.random([2, 3, 1], rng), rng.normal(size=(2, 7)), rng.uniform(size=(1, 7))
    costs = [after.cost_of(x, y) for after in sgd(network, x, y, Schedule(20, 7, 0.5), rng)]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] < network.cost_of(x, y)


@pytest.mark.equation("Mini-batch gradient descent")
def test_a_network_learns_to_read_digits() -> None:
    digits = trained_digits_network(np.random.default_rng(0))
    assert digits.x.shape == (64, 359)
    assert accuracy(digits.network, digits.x, digits.labels) >= 0.95
    assert accuracy(digits.network, digits.x, (digits.labels + 1) % 10) < 0.05


def test_generators_in_the_same_state_share_one_trained_network() -> None:
    first, again = (trained_digits_network(np.random.default_rng(0)) for _ in range(2))
    assert first is again


@pytest.mark.parametrize(
    ("build", "error", "words"),
    [
        (lambda: Schedule(0, 1, 1.0), UsageError, "epochs is 0"),
        (lambda: Schedule(1, 0, 1.0), UsageError, "mini_batch_size is 0"),
        (lambda: Schedule(1, 1, float("nan")), UsageError, "eta is nan"),
        (
            lambda: next(
                sgd(Network.random([1, 1], np.random.default_rng(0)), np.ones((1, 2)), np.ones((1, 3)),
                    Schedule(1, 1, 1.0), np.random.default_rng(0))
            ),
            ShapeError,
            "2 examples and y holds 3",
        ),
        (
            lambda: accuracy(Network.random([1, 1], np.random.default_rng(0)), np.ones((1, 2)), [0]),
            ShapeError,
            r"shape \(1,\): 2 examples",
        ),
    ],
)  # fmt: skip
def test_misuse_says_what_was_seen(build: Callable[[], object], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        build()
