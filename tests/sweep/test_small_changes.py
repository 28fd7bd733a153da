"""The fewer operations of small changes beside those of all changes, and what a fault in them is caught by."""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.network import Network
from gradcheck.network.activations import SIGMOID, TANH, Activation
from gradcheck.network.arrays import Array
from gradcheck.sweep import Difference, SpotCheckFailed, SweepSettings, exact_example, sweep
from gradcheck.sweep.activation_changes import exact_change
from gradcheck.sweep.bounds import rounding_bound
from gradcheck.sweep.estimating import prepared
from gradcheck.sweep.every_cost import assembled
from gradcheck.sweep.hops import Hop
from gradcheck.sweep.prefix import FEW, largest, rank_one
from gradcheck.sweep.settings import UNIT_ROUNDOFF
from gradcheck.sweep.sizes import path_sizes
from gradcheck.sweep.small_arguments import is_own_tanh
from gradcheck.sweep.small_changes import are_small, changed_by_small, over_small

BENT = st.sampled_from([SIGMOID, TANH])
SEEDS = st.integers(0, 2**32)
EXPONENTS = st.floats(-20, -8.5)


def moved_before(seed: int, exponent: float) -> tuple[Array, Array, Array]:
    """Return z of a layer, how three neurons before it move, and their weights."""
    generator = np.random.default_rng(seed)
    moved = generator.uniform(-1, 1, size=(3, FEW + 5)) * 10**exponent
    return 4 * generator.normal(size=(7, 1)), moved, generator.uniform(-1, 1, size=(7, 3))


@settings(max_examples=60, deadline=None)
@given(activation=BENT, seed=SEEDS, exponent=EXPONENTS)
def test_the_changes_of_a_layer_are_those_of_its_identity(activation: Activation, seed: int, exponent: float) -> None:
    z, moved, before = moved_before(seed, exponent)
    exact = exact_change(activation)
    assert exact is not None
    change = exact.at(z)
    scaled = before * change.scale
    assert are_small(moved, largest(moved) * largest(scaled))
    slow = change((before[:, :, None] * moved).reshape(len(z), -1), largest(moved) * largest(before))
    fast = changed_by_small(change, moved, scaled).reshape(slow.shape)
    assert (np.abs(fast - slow) <= 8 * 2.0**-53 * np.abs(slow)).all()


@settings(max_examples=60, deadline=None)
@given(activation=BENT, seed=SEEDS, exponent=EXPONENTS)
def test_the_way_over_a_layer_is_that_of_its_identity(activation: Activation, seed: int, exponent: float) -> None:
    z, moved, before = moved_before(seed, exponent)
    exact = exact_change(activation)
    assert exact is not None
    hop = Hop.to(exact.at(z), np.random.default_rng(seed + 1).normal(size=(4, len(z))))
    assert hop.bend is not None
    scaled = before * hop.scale
    most = largest(moved) * largest(scaled)
    fast = over_small(hop.w, hop.bend, moved, scaled)
    slow = hop.over_scaled(rank_one(moved, scaled), most)
    sizes = (np.abs(hop.w) @ np.abs(scaled))[:, :, None] * np.abs(moved)
    assert (np.abs(fast - slow) <= (2 * len(z) + 16) * 2.0**-53 * sizes).all()


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, columns=st.sampled_from([1, FEW - 1, FEW, 2 * FEW]), size=st.sampled_from([0.0, 1.0]))
def test_a_rank_one_update_is_a_product_and_a_sum(seed: int, columns: int, size: float) -> None:
    generator = np.random.default_rng(seed)
    moved, w = generator.normal(size=(3, columns)), generator.normal(size=(5, 3))
    z = size * generator.normal(size=(5, 1))
    products = w[:, :, None] * moved
    allowed = 2 * 2.0**-53 * (np.abs(products) + np.abs(z)[:, :, None])
    assert (np.abs(rank_one(moved, w, z if size else None) - (products + z[:, :, None])) <= allowed).all()


def drawn(*sizes: int, m: int = 1) -> tuple[Network, Array, Array]:
    generator = np.random.default_rng(3)
    network = Network.random(sizes, generator)
    return network, generator.uniform(size=(sizes[0], m)), generator.uniform(size=(sizes[-1], m))


@pytest.mark.parametrize("sizes", [(2 * FEW, 6, 3), (2 * FEW, 6, 5, 3), (2 * FEW, 6, 5, 4, 3)])
@pytest.mark.parametrize("difference", Difference)
def test_a_sweep_without_them_differs_by_rounding_alone(
    sizes: tuple[int, ...], difference: Difference, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, x, y = drawn(*sizes, m=2)
    sweeping = prepared(network, x, y, SweepSettings(difference=difference))
    fast = assembled(sweeping, y)
    monkeypatch.setattr(exact_example, "are_small", lambda moved, most: False)
    slow = assembled(sweeping, y)
    bounds = path_sizes(network, sweeping.forward, y, UNIT_ROUNDOFF)
    assert (fast[0].quotient != slow[0].quotient).any()  # two ways, and not one way twice
    for layer, (one, other) in enumerate(zip(fast, slow, strict=True)):
        allowed = rounding_bound(bounds, layer, sweeping.with_ones[layer])
        assert (np.abs(one.quotient - other.quotient) <= allowed).all()


@pytest.mark.parametrize(("name", "sizes"), [("changed_by_small", (2 * FEW, 6, 3)), ("over_small", (2 * FEW, 6, 5, 3))])
@pytest.mark.parametrize("difference", Difference)
def test_a_fault_of_one_part_in_a_million_is_caught(
    name: str, sizes: tuple[int, ...], difference: Difference, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a full pass does not see the sweep's own step: by the change of that step evaluated by itself."""
    network, x, y = drawn(*sizes)
    right: Callable[..., Array] = getattr(exact_example, name)
    monkeypatch.setattr(exact_example, name, lambda *given_: right(*given_) * (1 + 1e-6))
    with pytest.raises(SpotCheckFailed, match="evaluated by itself"):
        sweep(network, x, y, settings=SweepSettings(difference=difference))


@settings(max_examples=200, deadline=None)
@given(x=st.floats(1e-12, 1e-7))
def test_what_is_its_own_tanh_is_so_to_the_last_bit(x: float) -> None:
    if is_own_tanh(x):
        with mp.workdps(60):
            assert float(mp.tanh(mp.mpf(x))) == x


def test_what_is_too_large_to_be_its_own_tanh_is_told() -> None:
    assert is_own_tanh(1.2e-8)
    assert not is_own_tanh(2e-8)
    assert not is_own_tanh(np.nan)


def test_larger_steps_take_the_other_way(monkeypatch: pytest.MonkeyPatch) -> None:
    network, x, y = drawn(2 * FEW, 6, 5, 3)
    monkeypatch.setattr(exact_example, "over_small", None)
    monkeypatch.setattr(exact_example, "changed_by_small", None)
    found = sweep(network, x, y, settings=SweepSettings(step=1e-4))
    assert all(np.isfinite(one).all() and one.any() for one in found.nabla_w)
