"""The identities of the delta-form beside exact arithmetic, and the series of small arguments beside numpy's functions."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.network.activations import ACTIVATIONS, GELU, SIGMOID, SOFTMAX, custom
from gradcheck.network.costs import COSTS, MATCHED_PAIRS
from gradcheck.sweep.activation_changes import exact_change
from gradcheck.sweep.cost_changes import exact_cost_change, exact_fused_change
from gradcheck.sweep.small_arguments import expm1_in_place, tanh_in_place
from tests.networks_for_tests import MP_ACTIVATIONS, mp_example_cost, mp_layer

ELEMENTWISE = [one for one in ACTIVATIONS.values() if one not in (GELU, SOFTMAX)]
ROUNDINGS = 32 * 2.0**-53
"""Of the terms of a change: some eight operations, each within an ulp or two."""


@pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda one: one.name)
@settings(max_examples=60, deadline=None)
@given(z=st.floats(-8, 8), exponent=st.floats(-14, 0.5), sign=st.sampled_from([-1, 1]))
def test_the_change_of_an_activation_is_exact(activation, z: float, exponent: float, sign: int) -> None:  # type: ignore[no-untyped-def]
    d, exact = sign * 10**exponent, exact_change(activation)
    assert exact is not None
    seen = exact.at(np.array([[z]]))(np.array([[d]]), abs(d))[0, 0]
    with mp.workdps(60):
        sigma = MP_ACTIVATIONS[activation.name]
        true = sigma(mp.mpf(z) + mp.mpf(d)) - sigma(mp.mpf(z))
        # Relative to the sizes of its terms, at the steeper of both ends.
        size = max(float(np.max(exact.slope_size(np.array([z, z + d])))), abs(float(true) / d))
        assert abs(seen - true) <= ROUNDINGS * abs(d) * size


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), exponent=st.floats(-14, 0))
def test_the_change_of_a_softmax_is_exact(seed: int, exponent: float) -> None:
    generator = np.random.default_rng(seed)
    z, d = generator.normal(size=4), generator.normal(size=4) * 10**exponent
    exact = exact_change(SOFTMAX)
    assert exact is not None
    seen = exact.at(z[:, None])(d[:, None].copy(), float(np.abs(d).max()))[:, 0]
    with mp.workdps(60):
        before = mp_layer(SOFTMAX, [mp.mpf(one) for one in z])
        after = mp_layer(SOFTMAX, [mp.mpf(one) + mp.mpf(e) for one, e in zip(z, d, strict=True)])
        gaps = [abs(one - (b - a)) for one, a, b in zip(seen, before, after, strict=True)]
    assert max(gaps) <= ROUNDINGS * np.abs(d).max() * 4


@pytest.mark.parametrize("cost", COSTS.values(), ids=lambda one: one.name)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), exponent=st.floats(-14, -1.5))
def test_the_change_of_a_cost_is_exact(cost, seed: int, exponent: float) -> None:  # type: ignore[no-untyped-def]
    generator = np.random.default_rng(seed)
    a, y = generator.uniform(0.1, 0.9, size=4), generator.integers(0, 2, size=4).astype(float)
    D = generator.normal(size=4) * 10**exponent
    found = exact_cost_change(cost, a, y)
    assert found is not None
    seen = found.change(D[:, None])[0]
    with mp.workdps(60):
        targets, before = [mp.mpf(one) for one in y], [mp.mpf(one) for one in a]
        after = [one + mp.mpf(e) for one, e in zip(before, D, strict=True)]
        true = mp_example_cost(cost, after, targets) - mp_example_cost(cost, before, targets)
    assert abs(seen - true) <= 2 * ROUNDINGS * ((found.size + np.abs(D)) @ np.abs(D))


@pytest.mark.parametrize("pair", MATCHED_PAIRS, ids=lambda one: one.cost.name)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), exponent=st.floats(-14, 0), scale=st.sampled_from([1.0, 20.0]))
def test_the_change_of_a_fused_cost_is_exact(pair, seed: int, exponent: float, scale: float) -> None:  # type: ignore[no-untyped-def]
    generator = np.random.default_rng(seed)
    z, d = scale * generator.normal(size=4), generator.normal(size=4) * 10**exponent
    y = generator.uniform(size=4) if generator.integers(2) else np.eye(4)[generator.integers(4)]
    found = exact_fused_change(pair, z, y)
    seen = found.change(d[:, None])[0]
    with mp.workdps(80):
        targets, zs = [mp.mpf(one) for one in y], [mp.mpf(one) for one in z]
        moved = [one + mp.mpf(e) for one, e in zip(zs, d, strict=True)]
        costs = [mp_example_cost(pair.cost, mp_layer(pair.activation, at), targets) for at in (zs, moved)]
    ends = found.size + exact_fused_change(pair, z + d, y).size
    assert abs(seen - (costs[1] - costs[0])) <= 4 * ROUNDINGS * (ends @ np.abs(d))


def test_what_is_not_ours_has_no_identity() -> None:
    assert exact_change(GELU) is None
    assert exact_change(custom("sigmoid", np.sin, np.cos)) is None  # by its function, not its name
    assert exact_change(SIGMOID) is not None


@pytest.mark.parametrize(("ours", "numpys"), [(tanh_in_place, np.tanh), (expm1_in_place, np.expm1)])
@pytest.mark.parametrize("largest", [1e-20, 1e-9, 1e-8, 1e-6, 1e-4, 1e-3, 3e-3, 0.1, 30.0])
def test_a_series_is_the_function_to_the_last_bit_but_one(ours, numpys, largest: float) -> None:  # type: ignore[no-untyped-def]
    x = np.random.default_rng(0).uniform(-largest, largest, size=20_000)
    x[:2] = -largest, largest
    true = numpys(x)
    assert (np.abs(ours(x.copy(), largest) - true) <= 2 * np.spacing(np.abs(true))).all()


def test_nothing_is_left_out_that_a_wrong_limit_would_show() -> None:
    """The number of terms follows the limit: with a limit too small the answer is that of the first term."""
    x = np.array([1e-3])
    assert tanh_in_place(x.copy(), 1e-12)[0] != np.tanh(1e-3)
    assert tanh_in_place(x.copy(), 1e-3)[0] == pytest.approx(np.tanh(1e-3), rel=3e-16, abs=0)
