"""What a check leaves for the pictures, at no forward pass more: components, matrices of wrong layers, what is too small to be judged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gradcheck
from gradcheck import Locate, Options, Status, Verdict
from gradcheck.checks.judging import MOST_KEPT
from gradcheck.examples.network_bp2_no_sigma_prime_wrong import Network as NoSigmaPrime
from gradcheck.examples.network_bp4_transposed_wrong import Network as Transposed
from gradcheck.results import CheckResult, EquationStatus, WeightGradient


def test_every_component_of_a_small_wrong_block_is_kept_right_or_wrong() -> None:
    factor = np.array([[1.0, 1.0, 2.0], [1.0, 1.0, 1.0]])
    at = {"w": np.arange(1.0, 7.0).reshape(2, 3), "b": np.ones(2)}

    def cost(p: Any) -> Any:
        return np.sum(p["w"] ** 3) + np.sum(np.sin(p["b"]))

    def gradient(p: Any) -> Any:
        return {"w": factor * 3 * p["w"] ** 2, "b": np.cos(p["b"])}

    result = gradcheck.check(cost, gradient, at, options=Options(seed=1))
    assert [one.name for one in result.measured] == [f"w[{i}, {j}]" for i in range(2) for j in range(3)]
    assert [one.name for one in result.wrong] == ["w[0, 2]"]
    by_index = {one.index: one for one in result.measured}
    assert by_index[0, 2].claimed == pytest.approx(2 * 27.0) and by_index[0, 2].estimated == pytest.approx(27.0)


def test_of_many_components_those_furthest_off_are_kept_in_their_order() -> None:
    factor = np.ones(MOST_KEPT + 200)
    factor[[7, -3]] = 1.5
    result = gradcheck.check(
        lambda w: np.sum(w**2),
        lambda w: factor * 2 * w,
        np.ones(factor.size),
        options=Options(seed=1, locate=Locate.FULL),
    )
    kept = [one.index[0] for one in result.measured]
    assert len(kept) == MOST_KEPT and kept == sorted(kept)
    assert {7, factor.size - 3} <= set(kept)


def test_what_agrees_by_its_blocks_leaves_no_components() -> None:
    assert gradcheck.check(np.sin, np.cos, np.float64(1.0)).measured == ()


def checked(network: Any) -> CheckResult:
    return gradcheck.check_network(network, options=Options(seed=1))


def weights_of(result: CheckResult, layer: int) -> WeightGradient | None:
    (found,) = [one.weights for one in result.equations if (one.equation, one.layer) == ("BP4", layer)]
    return found


@pytest.mark.equation("BP4")
def test_a_transposed_matrix_is_kept_as_it_was_claimed_beside_the_right_one() -> None:
    result = checked(Transposed)
    for layer, (columns, rows) in {2: (4, 7), 3: (7, 6), 4: (6, 3)}.items():
        weights = weights_of(result, layer)
        assert weights is not None and not weights.fits
        assert (weights.right.rows, weights.right.columns) == (rows, columns)
        assert (weights.claimed.rows, weights.claimed.columns) == (columns, rows)
        transposed = np.reshape(weights.claimed.values, (columns, rows)).T
        assert transposed == pytest.approx(np.reshape(weights.right.values, (rows, columns)))


@pytest.mark.equation("BP2")
def test_a_matrix_that_is_wrong_for_an_earlier_mistake_is_kept_and_a_right_one_is_not() -> None:
    result = checked(NoSigmaPrime)
    assert weights_of(result, 4) is None
    carried = [one for one in result.equations if one.equation == "BP4" and one.status is EquationStatus.CARRIED]
    assert [one.layer for one in carried] == [3, 2]
    for one in carried:
        assert one.weights is not None and one.weights.fits
        ratio = np.reshape(one.weights.claimed.values, (one.weights.claimed.rows, -1)) / np.reshape(
            one.weights.right.values, (one.weights.right.rows, -1)
        )
        assert np.all(np.abs(ratio) > 2.0)  # of each neuron of layer 3: sigma' is at most 1/4
        if one.layer == 3:
            assert ratio == pytest.approx(np.repeat(ratio[:, :1], ratio.shape[1], axis=1))
    others = [one for one in result.equations if one.equation != "BP4"]
    assert all(one.weights is None for one in others)


def test_components_below_their_resolution_are_mapped_and_a_block_without_any_is_not() -> None:
    x = np.random.default_rng(0).standard_normal((5, 4))
    at = {"w": np.random.default_rng(1).standard_normal((3, 4)), "b": np.array([0.0, -60.0, 0.1])}

    def cost(p: Any) -> Any:
        return np.sum(np.maximum(x @ p["w"].T + p["b"], 0.0) ** 2)

    def gradient(p: Any) -> Any:
        z = np.maximum(x @ p["w"].T + p["b"], 0.0)
        return {"w": 2 * z.T @ x, "b": 2 * z.sum(axis=0)}

    result = gradcheck.check(cost, gradient, at, options=Options(seed=1))
    assert result.verdict is Verdict.AGREE
    by_name = {block.name: block for block in result.blocks}
    b, w = by_name["b"].sizes, by_name["w"].sizes
    assert b is not None and w is not None
    assert [size > 1.0 for size in b.values] == [True, False, True]
    assert (w.rows, w.columns) == (3, 4) and set(w.row(1)) == {0.0}
    awake = gradcheck.check(lambda w: np.sum(w**2), lambda w: 2 * w, np.ones(3), options=Options(seed=1))
    assert awake.blocks[0].sizes is None


def test_a_vacuous_block_is_mapped_and_one_too_large_for_a_map_is_not() -> None:
    at = {"live": np.ones(2), "dead": np.ones((2, 2)), "wide": np.ones((1, 41)), "deep": np.ones((2, 2, 2))}
    gradient = {name: np.zeros_like(value) for name, value in at.items()} | {"live": 2 * at["live"]}
    result = gradcheck.check(lambda p: np.sum(p["live"] ** 2), gradient, at, options=Options(seed=1))
    by_name = {block.name: block for block in result.blocks}
    assert by_name["dead"].status is Status.VACUOUS
    dead = by_name["dead"].sizes
    assert dead is not None and dead.values == (0.0,) * 4
    assert by_name["wide"].sizes is None and by_name["deep"].sizes is None
