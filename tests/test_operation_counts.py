"""Multiplications, counted as they are made: those of the forward and the backward pass are exactly what theory says."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.network import Network
from gradcheck.network.backprop import Gradient, backprop_from
from gradcheck.network.model import ForwardPass
from gradcheck.strategies import layer_sizes
from tests import operation_counts_for_tests as counts_module
from tests.evidence.cost import MINI_BATCHES, REPORT, SHAPES, parameters_of, row
from tests.operation_counts_for_tests import Tally, counting, expected, measured


def test_every_way_to_multiply_is_counted() -> None:
    tally = Tally()
    a, b = np.ones((2, 3)), np.ones((3, 4))
    for product in (counting(a, tally) @ b, a @ counting(b, tally), np.matmul(a, counting(b, tally))):
        assert np.array_equal(product, np.full((2, 4), 3.0))
    assert tally == Tally(products=3 * 2 * 3 * 4)
    tally = Tally()
    counted = counting(np.full((2, 3), 2.0), tally)
    results = [counted * a, a * counted, counted / 2.0, 1.0 / counted, np.square(counted)]
    assert tally == Tally(elementwise=5 * 6)
    counted *= a
    np.multiply(a, a, out=counted)
    assert tally == Tally(elementwise=7 * 6)
    assert [float(result.sum()) for result in results] == [12.0, 12.0, 6.0, 3.0, 24.0]


def test_sums_exponentials_and_comparisons_are_not_counted() -> None:
    tally = Tally()
    counted = counting(np.ones((2, 3)), tally)
    np.exp(counted + 1.0 - counted)
    counted.sum()
    np.maximum(counted, 0.0)
    assert tally == Tally()


def test_what_is_computed_from_a_counting_array_counts_on() -> None:
    tally = Tally()
    z = counting(np.ones((2, 2)), tally) + 1.0
    _ = np.exp(z.T)[0] * 3.0
    assert tally == Tally(elementwise=2)


@settings(deadline=None, max_examples=60)
@given(layer_sizes(max_layers=6, max_width=6), st.integers(1, 5))
def test_both_passes_take_exactly_the_multiplications_that_theory_counts(sizes: list[int], m: int) -> None:
    assert measured(sizes, m) == expected(sizes, m)


@pytest.mark.parametrize("m", MINI_BATCHES)
@pytest.mark.parametrize("sizes", [sizes for _, sizes in SHAPES], ids=str)
def test_the_shapes_of_the_report_are_counted_as_theory_says(sizes: tuple[int, ...], m: int) -> None:
    counts = measured(sizes, m)
    assert counts == expected(sizes, m)
    weights = sum(n * k for k, n in pairwise(sizes))
    assert counts.ratio_of_products == pytest.approx(2.0 - sizes[0] * sizes[1] / weights)
    assert 1.0 <= counts.ratio_of_products < 2.0


@pytest.mark.parametrize("m", MINI_BATCHES)
@pytest.mark.parametrize("sizes", [(784, 30, 10), (784, 100, 10)], ids=str)
def test_the_chapters_about_the_same_holds_to_two_in_a_hundred_for_its_network(sizes: tuple[int, ...], m: int) -> None:
    assert 1.0 < measured(sizes, m).ratio < 1.02


def forward_again(network: Network, forward: ForwardPass, y: object) -> Gradient:
    """Return the reference's gradient after one forward pass too many."""
    network.feedforward(forward.activations[0])
    return backprop_from(network, forward, y)  # type: ignore[arg-type]


def test_a_backward_pass_that_runs_forward_again_is_seen_in_the_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts_module, "backprop_from", forward_again)
    counts, theory = measured((3, 4, 2), 2), expected((3, 4, 2), 2)
    assert counts.backward.products == theory.backward.products + theory.forward.products


def test_the_report_is_what_is_counted() -> None:
    lines = REPORT.read_text(encoding="utf-8").splitlines()
    rows = [row(name, sizes, m, measured(sizes, m)) for name, sizes in SHAPES for m in MINI_BATCHES]
    assert [line for line in lines if line in rows] == rows, "remake it: python -m tests.evidence.cost"


def test_the_report_counts_the_passes_of_46_by_the_networks_own_parameters() -> None:
    for _, sizes in SHAPES[:4]:
        assert parameters_of(sizes) == Network.random(sizes, np.random.default_rng(0)).num_parameters


def test_a_ratio_is_of_all_multiplications() -> None:
    counts = expected((1, 1), 1)
    assert (counts.ratio, counts.ratio_of_products) == (3.0, 1.0)
