"""The network itself: parameters that do not change, its forward pass and its cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.errors import ShapeError, UsageError
from gradcheck.network.activations import SIGMOID, SOFTMAX, Activation
from gradcheck.network.arrays import Array, as_columns, check_layers, common_dtype, read_only_copy
from gradcheck.network.costs import QUADRATIC, Cost, MatchedPair, matched_pair
from gradcheck.network.weight_decay import NO_DECAY, WeightDecay


@dataclass(frozen=True, eq=False)
class ForwardPass:
    """Hold what one forward pass computed, one column an example.

    Parameters
    ----------
    zs : tuple of ndarray, shape (n_l, m) each
        Weighted inputs of the layers 2 to L, dimensionless.
    activations : tuple of ndarray, shape (n_l, m) each
        Activations of the layers 1 to L; the first is x.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.ones((2, 1))
    >>> ForwardPass(zs=(x,), activations=(x, x)).output is x
    True
    """

    zs: tuple[Array, ...]
    activations: tuple[Array, ...]

    @property
    def output(self) -> Array:
        """Return a^L, shape (n_L, m)."""
        return self.activations[-1]


@dataclass(frozen=True, eq=False)
class Network:
    """Hold a feedforward network; its arrays are read-only copies of one dtype.

    Parameters
    ----------
    weights : sequence of array, shape (n_l, n_(l-1)) each
        w^l of the layers 2 to L, dimensionless. Their dtype is kept: float32, or complex for the complex step.
    biases : sequence of array, shape (n_l, 1) each
        b^l of the layers 2 to L, dimensionless.
    activations : sequence of Activation
        One a layer, 2 to L; softmax at the output layer only.
    cost : Cost
        C_x as a function of a^L.
    weight_decay : WeightDecay
        Added to the mean of the examples' costs.

    Raises
    ------
    ShapeError
        If the arrays do not make a network.
    UsageError
        If the softmax is not at the output.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.network.activations import LINEAR
    >>> network = Network([np.array([[1.0, 2.0]])], [np.array([[3.0]])], [LINEAR], QUADRATIC)
    >>> network.feedforward([1.0, 1.0]).output
    array([[6.]])
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    activations: tuple[Activation, ...]
    cost: Cost
    weight_decay: WeightDecay = NO_DECAY

    def __init__(  # written out so that lists are welcome and tuples are kept
        self,
        weights: Sequence[npt.ArrayLike],
        biases: Sequence[npt.ArrayLike],
        activations: Sequence[Activation],
        cost: Cost,
        *,
        weight_decay: WeightDecay = NO_DECAY,
    ) -> None:
        """Copy the parameters and check that they fit together."""
        arrays = tuple(np.asarray(array) for array in (*weights, *biases))
        if not arrays:
            raise ShapeError("a network of 0 weight matrices: at least one layer after the input is needed")
        dtype = common_dtype(arrays)
        object.__setattr__(self, "weights", tuple(read_only_copy(array, dtype) for array in arrays[: len(weights)]))
        object.__setattr__(self, "biases", tuple(read_only_copy(array, dtype) for array in arrays[len(weights) :]))
        object.__setattr__(self, "activations", tuple(activations))
        object.__setattr__(self, "cost", cost)
        object.__setattr__(self, "weight_decay", weight_decay)
        check_layers(self.weights, self.biases)
        _check_activations(self)

    @classmethod
    def random(
        cls,
        sizes: Sequence[int],
        generator: np.random.Generator,
        *,
        activations: Activation | Sequence[Activation] = SIGMOID,
        cost: Cost = QUADRATIC,
        weight_decay: WeightDecay = NO_DECAY,
    ) -> Network:
        """Return a network with weights from N(0, 1/n_(l-1)) and biases from N(0, 1), float64.

        Parameters
        ----------
        sizes : sequence of int
            Neurons a layer, the input layer first.
        generator : numpy.random.Generator
            The only source of chance.
        activations : Activation or sequence of Activation
            One for all layers, or one for each of the layers 2 to L.
        cost, weight_decay :
            As for the network itself.

        Raises
        ------
        UsageError
            If there are fewer than two layers, or a layer without neurons.

        Examples
        --------
        >>> import numpy as np
        >>> Network.random([2, 3, 1], np.random.default_rng(0)).num_parameters
        13
        """
        if len(sizes) < 2 or min(sizes) < 1:
            raise UsageError(f"sizes are {list(sizes)}: two layers or more are needed, each of one neuron or more")
        pairs = list(pairwise(sizes))
        weights = [generator.normal(size=(n, n_before)) / np.sqrt(n_before) for n_before, n in pairs]
        biases = [generator.normal(size=(n, 1)) for _, n in pairs]
        each = [activations] * len(pairs) if isinstance(activations, Activation) else activations
        return cls(weights, biases, each, cost, weight_decay=weight_decay)

    def with_parameters(self, weights: Sequence[npt.ArrayLike], biases: Sequence[npt.ArrayLike]) -> Network:
        """Return the same network with other weights and biases, whose dtype is kept.

        Examples
        --------
        >>> import numpy as np
        >>> network = Network.random([1, 1], np.random.default_rng(0))
        >>> network.with_parameters([[[0.0]]], [[[0.0]]]).feedforward([5.0]).output
        array([[0.5]])
        """
        return Network(weights, biases, self.activations, self.cost, weight_decay=self.weight_decay)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Return the number of neurons of each layer, the input layer first."""
        return (self.weights[0].shape[1], *(len(b) for b in self.biases))

    @property
    def num_layers(self) -> int:
        """Return L, the input layer included."""
        return len(self.weights) + 1

    @property
    def num_parameters(self) -> int:
        """Return P, the number of weights and biases."""
        return sum(array.size for array in (*self.weights, *self.biases))

    @property
    def dtype(self) -> np.dtype[Any]:
        """Return the dtype of all parameters."""
        return self.weights[0].dtype

    @cached_property
    def matched_pair(self) -> MatchedPair | None:
        """Return the fused forms of the output activation with the cost, or None when they do not match."""
        return matched_pair(self.activations[-1], self.cost)

    def feedforward(self, x: npt.ArrayLike) -> ForwardPass:
        """Return z^l and a^l of every layer.

        Equation (25): a^l = sigma(w^l a^(l-1) + b^l), equation (23) for all neurons and all examples at once.

        Parameters
        ----------
        x : array_like, shape (n_1, m) or (n_1,)
            One column an example, dimensionless.

        Raises
        ------
        ShapeError
            If x does not have n_1 rows.

        Examples
        --------
        >>> import numpy as np
        >>> Network.random([2, 3, 1], np.random.default_rng(0)).feedforward(np.ones((2, 5))).output.shape
        (1, 5)
        """
        a = as_columns(x, self.dtype, "x")
        if len(a) != self.sizes[0]:
            raise ShapeError(f"x has {len(a)} rows, shape {np.shape(x)}: the network has {self.sizes[0]} inputs")
        zs, activations = [], [a]
        for w, b, activation in zip(self.weights, self.biases, self.activations, strict=True):
            z = w @ a
            z += b
            a = activation.value(z)
            zs.append(z)
            activations.append(a)
        return ForwardPass(tuple(zs), tuple(activations))

    def cost_of(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Any:
        """Return C: the mean of the examples' costs, plus the weight decay.

        Equation (26) for the quadratic cost.

        Parameters
        ----------
        x : array_like, shape (n_1, m) or (n_1,)
            Inputs, dimensionless.
        y : array_like, shape (n_L, m) or (n_L,)
            Targets, dimensionless.

        Returns
        -------
        float
            Dimensionless; complex when parameters or inputs are.

        Raises
        ------
        ShapeError
            If x or y does not fit.

        Examples
        --------
        >>> import numpy as np
        >>> from gradcheck.network.activations import LINEAR
        >>> network = Network([np.array([[1.0]])], [np.array([[0.0]])], [LINEAR], QUADRATIC)
        >>> network.cost_of([[1.0, 3.0]], [[0.0, 0.0]])
        2.5
        """
        return self.cost_from(self.feedforward(x), y)

    def cost_from(self, forward: ForwardPass, y: npt.ArrayLike) -> Any:
        """Return C from a forward pass that is already made.

        Equation (26) for the quadratic cost. See `cost_of`.

        Examples
        --------
        >>> import numpy as np
        >>> network = Network.random([2, 1], np.random.default_rng(0))
        >>> x, y = np.ones((2, 3)), np.zeros((1, 3))
        >>> network.cost_from(network.feedforward(x), y) == network.cost_of(x, y)
        True
        """
        return self.example_costs(forward, y).mean().item() + self.weight_decay.value(self.weights)

    def example_costs(self, forward: ForwardPass, y: npt.ArrayLike) -> Array:
        """Return C_x of every example, shape (m,), without the weight decay; fused where the pair matches.

        Examples
        --------
        >>> import numpy as np
        >>> network = Network.random([2, 1], np.random.default_rng(0))
        >>> network.example_costs(network.feedforward(np.ones((2, 3))), np.zeros((1, 3))).shape
        (3,)
        """
        targets = self.targets(forward, y)
        if self.matched_pair is not None:
            return self.matched_pair.value(forward.zs[-1], targets)
        return self.cost.value(forward.output, targets)

    def targets(self, forward: ForwardPass, y: npt.ArrayLike) -> Array:
        """Return y with one column an example and the network's precision.

        Raises
        ------
        ShapeError
            If there is not one target for each output.

        Examples
        --------
        >>> import numpy as np
        >>> network = Network.random([2, 3], np.random.default_rng(0))
        >>> network.targets(network.feedforward([1.0, 1.0]), [1, 0, 0]).shape
        (3, 1)
        """
        targets = as_columns(y, self.dtype, "y")
        if targets.shape != forward.output.shape:
            raise ShapeError(
                f"y has shape {np.shape(y)}: the output a^L has shape {forward.output.shape}, "
                "one row an output neuron and one column an example"
            )
        return targets

    def __reduce__(self) -> tuple[Any, ...]:
        """Rebuild through the constructor, so that a pickled copy is read-only as well."""
        return _rebuild, (self.weights, self.biases, self.activations, self.cost, self.weight_decay)


def component_form(network: Network, x: npt.ArrayLike, layer: int, j: int) -> Any:
    """Return the activation of one neuron for one example, with every sum spelled out.

    Equation (23): a_j^l = sigma(sum_k w_jk^l a_k^(l-1) + b_j^l).

    Parameters
    ----------
    network : Network
        Any network.
    x : array_like, shape (n_1,) or (n_1, 1)
        One example, dimensionless.
    layer : int
        l, from 2 to L.
    j : int
        The neuron's row, counted from 0.

    Raises
    ------
    ShapeError
        If x is not one example.
    UsageError
        If there is no such neuron.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.network.activations import LINEAR
    >>> network = Network([np.array([[1.0, 2.0]])], [np.array([[3.0]])], [LINEAR], QUADRATIC)
    >>> component_form(network, [1.0, 1.0], 2, 0)
    6.0
    """
    if not 2 <= layer <= network.num_layers or not 0 <= j < network.sizes[layer - 1]:
        raise UsageError(f"neuron {j} of layer {layer}: layers are 2 to {network.num_layers} of sizes {network.sizes}")
    column = as_columns(x, network.dtype, "x")
    if column.shape != (network.sizes[0], 1):
        raise ShapeError(f"x has shape {np.shape(x)}: one example of {network.sizes[0]} inputs is needed")
    a = [value.item() for value in column[:, 0]]
    for w, b, activation in list(zip(network.weights, network.biases, network.activations, strict=True))[: layer - 1]:
        z = [sum(w[row, k].item() * a[k] for k in range(len(a))) + b[row, 0].item() for row in range(len(b))]
        a = [value.item() for value in activation.value(np.array(z).reshape(-1, 1))[:, 0]]
    return a[j]


def _rebuild(weights: Any, biases: Any, activations: Any, cost: Cost, weight_decay: WeightDecay) -> Network:
    """Return the network of these parts."""
    return Network(weights, biases, activations, cost, weight_decay=weight_decay)


def _check_activations(network: Network) -> None:
    """Refuse a wrong number of activations, and a softmax anywhere but at the output."""
    if len(network.activations) != len(network.weights):
        raise ShapeError(
            f"{len(network.activations)} activations for {len(network.weights)} weight matrices: "
            "one is needed for every layer after the input"
        )
    for layer, activation in enumerate(network.activations[:-1], start=2):
        if activation.value is SOFTMAX.value:
            raise UsageError(f"layer {layer} of {network.num_layers} is a softmax: only the output layer may be one")
