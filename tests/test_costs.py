"""Costs and matched pairs against 50-digit truth, where outputs round to 0 or 1 too, beside the usual wrong forms."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.errors import UsageError
from gradcheck.network.activations import SIGMOID, SOFTMAX, TANH, custom
from gradcheck.network.arrays import Array
from gradcheck.network.costs import (
    COSTS,
    CROSS_ENTROPY,
    LOG_LIKELIHOOD,
    QUADRATIC,
    Cost,
    MatchedPair,
    WeightDecay,
    cost_named,
    matched_pair,
)
from tests.networks_for_tests import ROUNDINGS, U, mp_example_cost, mp_layer, targets_for

QUICK = settings(max_examples=60, deadline=None, database=None)
TINY = float(np.finfo(np.float64).tiny)
each_cost = pytest.mark.parametrize("cost", COSTS.values(), ids=lambda cost: cost.name)


def pair_of(activation: object, cost: Cost) -> MatchedPair:
    """Return a matched pair that is known to exist."""
    pair = matched_pair(activation, cost)  # type: ignore[arg-type]
    assert pair is not None
    return pair


PAIRS = (pair_of(SIGMOID, CROSS_ENTROPY), pair_of(SOFTMAX, LOG_LIKELIHOOD))
each_pair = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.cost.name)


@st.composite
def outputs_and_targets(draw: st.DrawFn, cost: Cost) -> tuple[Array, Array]:
    """Draw activations within (0, 1), exactly 0 and 1 where the target is the same, and targets that suit the cost."""
    shape = (draw(st.integers(1, 4)), draw(st.integers(1, 3)))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    y = targets_for(cost, shape, generator)
    a = generator.uniform(size=shape) ** draw(st.integers(1, 12))
    certain = generator.uniform(size=shape) < 0.2
    return np.where(certain & ((y == 0) | (y == 1)), y, a), y


def mp_columns(a: Array) -> list[list[object]]:
    """Return the columns as lists of exact numbers."""
    return [[mp.mpf(v) for v in column] for column in a.T.tolist()]


@pytest.mark.equation("27")
@each_cost
@QUICK
@given(data=st.data())
def test_the_cost_of_an_example_is_its_definition(cost: Cost, data: st.DataObject) -> None:
    a, y = data.draw(outputs_and_targets(cost))
    with mp.workdps(250):  # activations go down to 1e-191, and 1 - a is to show it
        pairs = zip(mp_columns(a), mp_columns(y), strict=True)
        truth = np.array([float(mp_example_cost(cost, a_x, y_x)) for a_x, y_x in pairs])
    # n terms of two logarithms or one square each, added up; none is negative
    bound = (ROUNDINGS + len(a)) * U * truth
    assert cost.value(a, y).shape == (a.shape[1],)
    assert (abs(cost.value(a, y) - truth) <= bound).all()


def test_a_quadratic_cost_without_its_half_is_another() -> None:
    a, y = np.array([[3.0]]), np.array([[1.0]])
    assert QUADRATIC.value(a, y).item() == 2.0 != ((a - y) ** 2).item()


def nabla_a_error(nabla_a: Callable[[Array, Array], Array], cost: Cost, a: Array, y: Array) -> float:
    """Return the worst error of nabla_a over its bound of six roundings, against a complex step in 60 digits."""
    truth = np.zeros(a.shape)
    with mp.workdps(60):
        for x, (a_x, y_x) in enumerate(zip(mp_columns(a), mp_columns(y), strict=True)):
            for j in range(len(a_x)):
                moved = [*a_x[:j], mp.mpc(a_x[j], mp.mpf(10) ** -500), *a_x[j + 1 :]]
                truth[j, x] = float(mp.im(mp_example_cost(cost, moved, y_x)) * mp.mpf(10) ** 500)
    return float((abs(nabla_a(a, y) - truth) / np.maximum(6 * U * abs(truth), TINY)).max())


@pytest.mark.equation("BP1", "30")
@each_cost
@QUICK
@given(data=st.data())
def test_nabla_a_is_the_derivative_of_the_cost(cost: Cost, data: st.DataObject) -> None:
    a, y = data.draw(outputs_and_targets(cost))
    assert nabla_a_error(cost.nabla_a, cost, a, y) <= 1


def test_a_wrong_nabla_a_fails_the_same_test() -> None:
    a, y = np.array([[0.25, 0.5]]), np.array([[1.0, 0.0]])
    assert nabla_a_error(lambda a, y: y - a, QUADRATIC, a, y) > 1
    assert nabla_a_error(lambda a, y: (a - y) / a.shape[1], QUADRATIC, a, y) > 1
    assert nabla_a_error(lambda a, y: a - y, CROSS_ENTROPY, a, y) > 1
    assert nabla_a_error(lambda a, y: -y / a + (1 - y), LOG_LIKELIHOOD, a, y) > 1


def test_certainty_that_is_right_costs_nothing_and_certainty_that_is_wrong_costs_infinitely() -> None:
    a, y = np.array([[0.0, 1.0, 0.0, 1.0]]), np.array([[0.0, 1.0, 1.0, 0.0]])
    assert CROSS_ENTROPY.value(a, y).tolist() == [0, 0, np.inf, np.inf]
    assert CROSS_ENTROPY.nabla_a(a, y).tolist() == [[1, -1, -np.inf, np.inf]]
    assert LOG_LIKELIHOOD.value(a, y).tolist() == [0, 0, np.inf, 0]
    assert LOG_LIKELIHOOD.nabla_a(a, y).tolist() == [[0, -1, -np.inf, 0]]


@st.composite
def inputs_and_targets(draw: st.DrawFn, pair: MatchedPair) -> tuple[Array, Array]:
    """Draw weighted inputs out to 700 and targets that suit the pair, hard and soft."""
    shape = (draw(st.integers(2, 4)), draw(st.integers(1, 2)))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    z = generator.normal(size=shape) * draw(st.sampled_from([1.0, 10.0, 40.0, 200.0]))
    y = targets_for(pair.cost, shape, generator)
    if draw(st.booleans()):
        y = np.eye(shape[0])[:, generator.integers(shape[0], size=shape[1])]
    return np.clip(z, -700, 700), y


def fused_truth(pair: MatchedPair, z: Array, y: Array) -> tuple[Array, Array, Array]:
    """Return value, delta^L and delta's absolute terms, in 700 digits, in which 1 - 1e-608 is not 1."""
    values, deltas, terms = [], [], []
    with mp.workdps(700):
        for z_x, y_x in zip(mp_columns(z), mp_columns(y), strict=True):
            a = mp_layer(pair.activation, z_x)
            values.append(float(mp_example_cost(pair.cost, a, y_x)))
            whole = mp.fsum(y_x) if pair.activation is SOFTMAX else mp.mpf(1)
            deltas.append([float(a_j * whole - y_j) for a_j, y_j in zip(a, y_x, strict=True)])
            terms.append([float(a_j * (whole - y_j) + y_j * (1 - a_j)) for a_j, y_j in zip(a, y_x, strict=True)])
    return np.array(values), np.array(deltas).T, np.array(terms).T


def fused_errors(
    pair: MatchedPair, z: Array, y: Array, others: tuple[Array, Array] | None = None
) -> tuple[float, float]:
    """Return the worst errors of value and delta over their bounds, for the fused forms or for `others`.

    All terms of a value are positive. Exponents of the softmax, z_k - z_top, are rounded once: at most ptp(z) u.
    """
    value, delta = others if others is not None else (pair.value(z, y), pair.delta(z, y))
    value_true, delta_true, terms = fused_truth(pair, z, y)
    roundings = (2 * ROUNDINGS + 3 * len(z) + (4 * np.ptp(z) if pair.activation is SOFTMAX else 0)) * U
    value_error = abs(value - value_true) / np.maximum(roundings * abs(value_true), TINY)
    delta_error = abs(delta - delta_true) / np.maximum(roundings * terms, TINY)
    return float(value_error.max()), float(delta_error.max())


@pytest.mark.equation("BP1")
@each_pair
@QUICK
@given(data=st.data())
def test_fused_forms_keep_their_digits_where_outputs_round_to_0_or_1(pair: MatchedPair, data: st.DataObject) -> None:
    z, y = data.draw(inputs_and_targets(pair))
    value_error, delta_error = fused_errors(pair, z, y)
    assert value_error <= 1
    assert delta_error <= 1


@each_pair
def test_the_unfused_forms_fail_the_same_test(pair: MatchedPair) -> None:
    z, y = np.array([[40.0], [-40.0]]), np.array([[1.0], [0.0]])
    a = pair.activation.value(z)
    value_error, delta_error = fused_errors(pair, z, y, (pair.cost.value(a, y), a - y))
    assert value_error > 1
    assert delta_error > 1
    assert max(fused_errors(pair, z, y)) <= 1


@pytest.mark.equation("BP1")
@each_pair
@QUICK
@given(seed=st.integers(0, 2**32))
def test_the_fused_delta_is_bp1(pair: MatchedPair, seed: int) -> None:
    generator = np.random.default_rng(seed)
    z = generator.uniform(-3, 3, size=(3, 2))
    y = targets_for(pair.cost, (3, 2), generator)
    a = pair.activation.value(z)
    nabla_a = pair.cost.nabla_a(a, y)
    # each of nabla_a's entries carries ROUNDINGS for 1 - a, amplified by 1 / (1 - a) at most
    smallest = np.minimum(a, 1 - a).min()
    bound = (4 * ROUNDINGS) * U * (1 + abs(nabla_a).max()) / smallest
    assert (abs(pair.delta(z, y) - pair.activation.vjp(z, nabla_a)) <= bound).all()
    assert not (abs(pair.delta(z, y) - nabla_a) <= bound).all(), "without sigma' (BP1) does not hold"


@each_pair
def test_the_fused_value_has_the_fused_delta_as_its_complex_derivative(pair: MatchedPair) -> None:
    rng = np.random.default_rng(3)
    z, y = rng.normal(size=(3, 1)) * 5, targets_for(pair.cost, (3, 1), rng)
    for j in range(3):
        moved = z.astype(complex)
        moved[j] += 1e-100j
        slope = pair.value(moved, y).item().imag / 1e-100
        assert abs(slope - pair.delta(z, y)[j, 0]) <= 4 * ROUNDINGS * U


@each_cost
def test_costs_take_complex_activations(cost: Cost) -> None:
    a, y = np.array([[0.25, 0.5], [0.75, 0.125]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    moved = a + 1e-100j * np.array([[1.0, 1.0], [0.0, 0.0]])
    assert np.allclose(cost.value(moved, y).imag / 1e-100, cost.nabla_a(a, y)[0], rtol=ROUNDINGS * U, atol=0)
    assert np.allclose(cost.value(moved, y).real, cost.value(a, y), rtol=ROUNDINGS * U, atol=0)


@each_cost
def test_costs_keep_float32(cost: Cost) -> None:
    a, y = np.full((2, 3), 0.25, np.float32), np.eye(2, 3, dtype=np.float32)
    assert cost.value(a, y).dtype == cost.nabla_a(a, y).dtype == np.float32
    for pair in PAIRS:
        assert pair.value(a, y).dtype == pair.delta(a, y).dtype == np.float32


def test_only_matching_pairs_are_fused() -> None:
    assert matched_pair(SIGMOID, QUADRATIC) is None
    assert matched_pair(TANH, CROSS_ENTROPY) is None
    assert matched_pair(SOFTMAX, CROSS_ENTROPY) is None
    assert matched_pair(custom("sigmoid", np.tanh, np.cos), CROSS_ENTROPY) is None, "a user's sigmoid is not ours"
    assert matched_pair(*pickle.loads(pickle.dumps((SIGMOID, CROSS_ENTROPY)))) is PAIRS[0]


@QUICK
@given(seed=st.integers(0, 2**32))
def test_weight_decay_is_its_formula_and_its_gradient_the_derivative(seed: int) -> None:
    generator = np.random.default_rng(seed)
    decay = WeightDecay(l1=generator.uniform(), l2=generator.uniform())
    weights = [generator.normal(size=(2, 3)), generator.normal(size=(1, 2))]
    entries = np.concatenate([w.ravel() for w in weights])
    terms = decay.l2 / 2 * entries**2 + decay.l1 * abs(entries)
    assert abs(decay.value(weights) - terms.sum()) <= 2 * (len(entries) + 4) * U * terms.sum()
    moved = [weights[0].astype(complex), weights[1]]
    moved[0][1, 2] += 1e-100j
    assert abs(decay.value(moved).imag / 1e-100 - decay.nabla_w(weights[0])[1, 2]) <= 8 * U * (decay.l1 + decay.l2 * 9)
    assert WeightDecay(l1=2.0).nabla_w(np.array([[0.0, -1.0]])).tolist() == [[0.0, -2.0]]


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: cost_named("quadratik"), "'quadratik'.*quadratic, cross_entropy, log_likelihood"),
        (lambda: WeightDecay(l2=-1.0), "l2 is -1.0"),
        (lambda: WeightDecay(l1=float("nan")), "l1 is nan"),
    ],
)
def test_misuse_says_what_was_seen(build: Callable[[], object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        build()


@each_cost
def test_every_cost_is_found_by_name(cost: Cost) -> None:
    assert cost_named(cost.name) is cost
