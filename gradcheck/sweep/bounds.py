"""The error of each estimate: truncation, measured once a neuron; rounding, by the sizes of the paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gradcheck.network.arrays import Array
from gradcheck.sweep.estimating import Sweeping
from gradcheck.sweep.partition import batch_rows, pieces
from gradcheck.sweep.settings import Difference
from gradcheck.sweep.sizes import PathSizes

BENDS: Final = 4
"""Costs of one example that measure the bends at one neuron (a count)."""

TRUNCATION_SAFETY: Final = 2.0
"""The next derivative may be larger within a step than where it was measured, by this factor (dimensionless)."""


@dataclass(frozen=True, eq=False)
class Bends:
    """Hold the sizes of the second and third derivatives of C_x by z_j, for one layer.

    Parameters
    ----------
    second, third : ndarray, shape (n_l, m)
        Cost per unit of z squared, and cubed.
    reach : ndarray, shape (m,)
        The largest displacement of z_j in the sweep: the scale on which they were measured.

    Examples
    --------
    >>> Bends(np.zeros((3, 1)), np.zeros((3, 1)), np.ones(1)).second.shape
    (3, 1)
    """

    second: Array
    third: Array
    reach: Array


@np.errstate(all="ignore")  # what is not a number is no bound
def bends(sweeping: Sweeping, layer: int) -> Bends:
    """Measure the bends of one layer from the costs at four displacements of each z_j.

    Examples
    --------
    >>> from gradcheck.network.model import Network
    >>> from gradcheck.sweep.estimating import prepared
    >>> from gradcheck.sweep.settings import SweepSettings
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> bends(prepared(network, np.ones((2, 1)), np.ones((1, 1)), SweepSettings()), 0).third.shape
    (3, 1)
    """
    n, m = sweeping.network.sizes[layer + 1], len(sweeping.examples)
    found = Bends(np.empty((n, m)), np.empty((n, m)), np.empty(m))
    for i, example in enumerate(sweeping.examples):
        values = sweeping.inputs[i][layer].values
        H = found.reach[i] = np.float64(sweeping.settings.realised_step * np.abs(values).max())
        displacements = H * np.array([1.0, 2.0, -1.0, -2.0])
        for rows in pieces(n, max(1, batch_rows(sweeping.network, layer) // len(displacements))):
            above, far_above, below, far_below = example.cost_changes(layer, rows, displacements).T
            found.second[rows, i] = np.abs(above + below) / H**2
            found.third[rows, i] = np.abs((far_above - far_below) - 2 * (above - below)) / (2 * H**3)
    return found


@np.errstate(all="ignore")
def estimate_bound(sweeping: Sweeping, sizes: PathSizes, layer: int, half_gap: Array | None) -> Array:
    """Return the error bound of one layer's estimates.

    Parameters
    ----------
    sweeping : Sweeping
    sizes : PathSizes
        Of the arithmetic of the sweep.
    layer : int
        Weight matrices counted from 0.
    half_gap : ndarray, shape (n_l, n_(l-1) + 1), or None
        As in `Estimated`.

    Returns
    -------
    ndarray, shape (n_l, n_(l-1) + 1)
        Cost per unit of parameter, the bias last; not a number where the costs were none.

    Examples
    --------
    >>> from gradcheck.network.model import Network
    >>> from gradcheck.sweep.estimating import prepared
    >>> from gradcheck.sweep.settings import SweepSettings
    >>> from gradcheck.sweep.sizes import path_sizes
    >>> network, x, y = Network.random([1, 1], np.random.default_rng(0)), np.ones((1, 1)), np.ones((1, 1))
    >>> sweeping = prepared(network, x, y, SweepSettings())
    >>> sizes = path_sizes(network, network.feedforward(x), y, 2.0**-53)
    >>> float(estimate_bound(sweeping, sizes, 0, None).max()) < 1e-14
    True
    """
    settings, bend = sweeping.settings, bends(sweeping, layer)
    a = sweeping.with_ones[layer]
    step, terms = settings.realised_step, _rounding_terms(sizes, layer, a)
    if settings.difference is Difference.FORWARD:
        terms.append((TRUNCATION_SAFETY * step / 2 * bend.second, a**2))
        if _has_kinks(sweeping):  # what a kink nearby may do to a quotient that sees one side alone
            terms.append((bend.second * bend.reach, np.abs(a)))
    else:
        terms.append((TRUNCATION_SAFETY * step**2 / 6 * bend.third, np.abs(a) ** 3))
    bound = _mean(terms)
    if sweeping.has_plain_layer:
        bound += (2 if settings.difference is Difference.FORWARD else 1) * sizes.cost / step
    if half_gap is not None and _has_kinks(sweeping):
        # The slopes of both sides differ there: either may be what was claimed, and lies so far from their mean.
        bound += TRUNCATION_SAFETY * np.abs(half_gap)
    return bound


def rounding_bound(sizes: PathSizes, layer: int, a: Array) -> Array:
    """Return how far two right derivatives may lie apart for the rounding of one layer's paths.

    Parameters
    ----------
    sizes : PathSizes
    layer : int
    a : ndarray, shape (n_(l-1) + 1, m)
        Inputs of the layer, with a row of ones for the biases.

    Examples
    --------
    >>> sizes = PathSizes((np.ones((2, 1)),), (np.zeros((2, 1)),), (np.zeros((3, 1)),), (1e-15,), 0.0)
    >>> rounding_bound(sizes, 0, np.ones((4, 1))).shape
    (2, 4)
    """
    return _mean(_rounding_terms(sizes, layer, a))


def _rounding_terms(sizes: PathSizes, layer: int, a: Array) -> list[tuple[Array, Array]]:
    """Return the terms of `rounding_bound`: what there is by each z_j, and by each input."""
    of_delta = sizes.rounding[layer] * sizes.by_z[layer] + sizes.shift[layer]
    input_shift = np.vstack([sizes.input_shift[layer], np.zeros((1, a.shape[1]))])
    return [(of_delta, np.abs(a)), (sizes.by_z[layer], input_shift)]


def _mean(terms: list[tuple[Array, Array]]) -> Array:
    """Return the mean over the examples of the sum of all products, shape (n_l, n_(l-1) + 1): as one matrix product."""
    of_z, of_inputs = (np.hstack(arrays) for arrays in zip(*terms, strict=True))
    return np.asarray(of_z @ (of_inputs.T / terms[0][0].shape[1]))


def _has_kinks(sweeping: Sweeping) -> bool:
    """Tell whether some activation has a kink."""
    return any(activation.kinks for activation in sweeping.network.activations)
