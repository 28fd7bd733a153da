"""The quotients of (46) of one piece of a sweep."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gradcheck.network.arrays import Array
from gradcheck.network.model import ForwardPass, Network
from gradcheck.sweep.exact_example import ExactExample, without_identity
from gradcheck.sweep.partition import Unit
from gradcheck.sweep.plain_example import PlainExample
from gradcheck.sweep.prefix import Example, Prefix, prefixes
from gradcheck.sweep.settings import Form, SweepSettings


@dataclass(frozen=True, eq=False)
class Inputs:
    """Hold the distinct inputs of one layer's weights: those of equal a_k have the same perturbed z_j, and so the same cost.

    Parameters
    ----------
    values : ndarray, shape (V,)
        The distinct a_k but for 0, and 1 for the bias. A weight whose a_k is 0 has the cost C itself.
    places : ndarray of int, shape (n_(l-1) + 1,)
        Where in `values` the input of each weight is, the bias last; V for 0.

    Examples
    --------
    >>> inputs_of(np.array([0.0, 0.5, 0.5])).values
    array([0.5, 1. ])
    """

    values: Array
    places: Array

    def spread(self, of_values: Array) -> Array:
        """Return, for numbers of shape (J, V), those of each weight and the bias, shape (J, n_(l-1) + 1)."""
        padded = np.zeros((len(of_values), len(self.values) + 1))
        padded[:, :-1] = of_values
        return padded[:, self.places]


def inputs_of(a: Array) -> Inputs:
    """Return the distinct inputs of a layer for one example.

    Parameters
    ----------
    a : ndarray, shape (n_(l-1),)
        Activations of the layer before, dimensionless.

    Examples
    --------
    >>> inputs_of(np.array([0.0, 0.5, 0.5])).places
    array([2, 0, 0, 1])
    """
    values, places = np.unique(np.append(a, 1.0), return_inverse=True)
    kept = values != 0.0
    renumbered = np.where(kept, np.cumsum(kept) - 1, kept.sum())
    return Inputs(values[kept], renumbered[places])


@dataclass(frozen=True, eq=False)
class Sweeping:
    """Hold what every piece of one sweep shares.

    Parameters
    ----------
    network : Network
    forward : ForwardPass
        Of all examples.
    examples : tuple of Example
    inputs : tuple of tuple of Inputs
        By example, then by layer.
    settings : SweepSettings

    Examples
    --------
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> len(prepared(network, np.ones((2, 5)), np.ones((1, 5)), SweepSettings()).examples)
    5
    """

    network: Network
    forward: ForwardPass
    examples: tuple[Example, ...]
    inputs: tuple[tuple[Inputs, ...], ...]
    settings: SweepSettings

    @cached_property
    def with_ones(self) -> tuple[Array, ...]:
        """Return a^(l-1) of every layer and example, with a row of ones for the biases, shape (n_(l-1) + 1, m) each."""
        ones = np.ones((1, len(self.examples)))
        return tuple(np.vstack([a, ones]) for a in self.forward.activations[:-1])

    @cached_property
    def has_plain_layer(self) -> bool:
        """Tell whether two values are subtracted somewhere."""
        return self.settings.form is Form.Z or bool(without_identity(self.network))

    def estimate(self, unit: Unit) -> Estimated:
        """Return the quotients of one piece, the mean over the examples."""
        shape, m = (unit.stop - unit.start, self.network.sizes[unit.layer] + 1), len(self.examples)
        sums = [np.zeros(shape) for _ in self.settings.difference.sides]
        for example, by_layer in zip(self.examples, self.inputs, strict=True):
            inputs = by_layer[unit.layer]
            for sum_, of_values in zip(sums, self._quotients(self.changes(example, unit, inputs.values)), strict=True):
                sum_ += inputs.spread(of_values)
        for sum_ in sums:
            sum_ /= m
        return Estimated(*sums)

    def changes(self, example: Example, unit: Unit, values: Array) -> Array:
        """Return the changes of one example's cost for every side and input, shape (J, sides V)."""
        step = self.settings.realised_step
        displacements = np.concatenate([side * step * values for side in self.settings.difference.sides])
        return example.cost_changes(unit.layer, unit.rows, displacements)

    @np.errstate(all="ignore")  # infinite costs make quotients that are not numbers
    def _quotients(self, changes: Array) -> tuple[Array, ...]:
        """Return the quotients from the changes of one side, or from those of both and half of what the two slopes differ by."""
        step, sides = self.settings.realised_step, len(self.settings.difference.sides)
        if sides == 1:
            return (changes / step,)
        above, below = np.split(changes, 2, axis=1)
        return (above - below) / (2 * step), (above + below) / (2 * step)


@dataclass(frozen=True, eq=False)
class Estimated:
    """Hold the quotients of one piece, in cost per unit of parameter.

    Parameters
    ----------
    quotient : ndarray, shape (J, n_(l-1) + 1)
        The estimates of dC/dw_jk, and of dC/db_j in the last column; without the weight decay.
    half_gap : ndarray, shape (J, n_(l-1) + 1), optional
        Half of what the slopes of both sides differ by; none for forward differences.

    Examples
    --------
    >>> Estimated(np.ones((1, 2))).quotient.shape
    (1, 2)
    """

    quotient: Array
    half_gap: Array | None = None

    def put(self, rows: slice, part: Estimated) -> None:
        """Write those of some neurons in their rows."""
        self.quotient[rows] = part.quotient
        if self.half_gap is not None:
            self.half_gap[rows] = part.half_gap


def prepared(network: Network, x: Array, y: Array, settings: SweepSettings) -> Sweeping:
    """Return what every piece shares: one forward pass an example.

    Examples
    --------
    >>> network = Network.random([1, 1], np.random.default_rng(0))
    >>> sweeping = prepared(network, np.ones((1, 1)), np.ones((1, 1)), SweepSettings())
    >>> sweeping.estimate(Unit(0, 0, 1)).quotient.shape
    (1, 2)
    """
    _keep_what_batches_free()
    before = prefixes(network, x, y)
    return Sweeping(
        network,
        network.feedforward(x),
        tuple(example_in(settings.form, prefix) for prefix in before),
        tuple(tuple(inputs_of(a[:, 0]) for a in prefix.forward.activations[:-1]) for prefix in before),
        settings,
    )


def example_in(form: Form, prefix: Prefix) -> Example:
    """Return the example in the form that was chosen.

    Examples
    --------
    >>> network = Network.random([1, 1], np.random.default_rng(0))
    >>> type(example_in(Form.Z, prefixes(network, np.ones((1, 1)), np.ones((1, 1)))[0])).__name__
    'PlainExample'
    """
    return PlainExample(prefix) if form is Form.Z else ExactExample(prefix)


def _keep_what_batches_free() -> None:
    """Make an array of 16 MiB, untouched, and drop it: glibc then keeps as much as that instead of giving it back at every batch.

    Without it each batch's arrays come from the system anew, page by page: half of the time of a small network's sweep.
    """
    np.empty(2**21)
