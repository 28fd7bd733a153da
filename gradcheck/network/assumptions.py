"""Nielsen's two assumptions about a cost, tested on a user's own: an average over examples, a function of a^L alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.errors import UsageError
from gradcheck.network.arrays import Array, as_columns
from gradcheck.network.model import Network

# Rounding errors, in units of u = eps/2, that one elementary function may make: numpy's own tests allow 4 ulp.
ELEMENTARY: Final = 8


@dataclass(frozen=True)
class AssumptionResult:
    """Hold what became of a test of an assumption.

    Parameters
    ----------
    holds : bool
        Whether the two values agree to rounding, and could have disagreed.
    vacuous : bool
        Whether they agree at a point where a cost that breaks the assumption would agree as well; try another point.
    value : float
        The user's cost as it stands, dimensionless.
    other : float
        What the assumption says that it equals.
    bound : float
        How far apart rounding alone may put the two.

    Examples
    --------
    >>> AssumptionResult(holds=False, vacuous=False, value=2.0, other=1.0, bound=1e-15).bound
    1e-15
    """

    holds: bool
    vacuous: bool
    value: float
    other: float
    bound: float


def satisfies_assumption_1(
    cost: Callable[[Array, Array], float], a: npt.ArrayLike, y: npt.ArrayLike
) -> AssumptionResult:
    """Tell whether a cost is an average over examples: C = 1/n sum_x C_x.

    Assumption 1. The cost of the batch is set against the mean of its single examples' costs. The bound: the two add
    the same n_L m terms in two orders, each sum with an error of at most (n_L m + ELEMENTARY) u times the sum of the
    terms' absolute values. We do not see the terms: those of an example are taken to add up to |C_x|, and n_L times the
    largest square that 1, a and y make (which a cost that expands (a - y)^2 has inside).

    Vacuous: all examples cost the same to within the bound, so that mean, largest and smallest are one.

    Parameters
    ----------
    cost : callable
        ``cost(a, y)`` of a batch, without weight decay: a number.
    a, y : array_like, shape (n_L, m)
        Output activations and targets of two examples or more, dimensionless.

    Raises
    ------
    UsageError
        If there is only one example, for which a sum is a mean, or a and y differ in shape.

    Examples
    --------
    >>> import numpy as np
    >>> a, y = np.array([[1.0, 2.0]]), np.zeros((1, 2))
    >>> satisfies_assumption_1(lambda a, y: ((a - y) ** 2).sum(axis=0).mean() / 2, a, y).holds
    True
    >>> satisfies_assumption_1(lambda a, y: ((a - y) ** 2).sum() / 2, a, y).holds
    False
    """
    outputs, targets = _batch(a, y)
    value = cost(outputs, targets)
    examples = np.array([cost(outputs[:, [x]], targets[:, [x]]) for x in range(outputs.shape[1])])
    other = float(examples.mean())
    square = max(1.0, float(np.abs(outputs).max()), float(np.abs(targets).max())) ** 2
    terms = float(np.abs(examples).mean()) + len(outputs) * square
    roundings = outputs.size + ELEMENTARY
    bound = 2 * roundings * _unit_roundoff(outputs, value) * terms
    return _compare(value, other, bound, distinct=float(np.ptp(examples)) > bound)


def satisfies_assumption_2(
    cost: Callable[[Network, Array, Array], float], network: Network, x: npt.ArrayLike, y: npt.ArrayLike
) -> AssumptionResult:
    """Tell whether a cost sees the network only through its output activations a^L.

    Assumption 2. Two changes of the parameters leave a^L as it is, and must leave the cost as it is:

    - the hidden units of every layer change places (rows of w^l and b^l, columns of w^(l+1)); a^L then moves by
      rounding alone, see `permutation_bound`;
    - the first input is made 0 in all examples, and the weights that carry it are moved; a^L then keeps every bit, and
      so must the cost. This also shows costs that no permutation can, such as a sum of squared weights.

    The result is the first that shows a difference, else the first that is vacuous, else that of the second change.
    Without a hidden layer there is only the second. A cost that sees the later weights through their squares alone is
    past what this can tell.

    Vacuous: a change is, if it left a weight matrix that it is about as it was (layers of one unit cannot change
    places), or if its bound reaches the cost itself.

    Parameters
    ----------
    cost : callable
        ``cost(network, x, y)``, without weight decay: a number. `network.cost` should be of its kind: the bound takes
        from it how steep the cost is.
    network : Network
        Where the assumption is tested; random weights serve.
    x, y : array_like, shapes (n_1, m) and (n_L, m)
        Inputs and targets, dimensionless.

    Raises
    ------
    ShapeError
        If x or y does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> network, x, y = Network.random([2, 3, 1], rng), rng.normal(size=(2, 4)), np.zeros((1, 4))
    >>> satisfies_assumption_2(Network.cost_of, network, x, y).holds
    True
    >>> satisfies_assumption_2(lambda net, x, y: net.cost_of(x, y) + net.weights[0][0, 0], network, x, y).holds
    False
    """
    forward = network.feedforward(x)
    inputs, targets = forward.activations[0], network.targets(forward, y)
    results = [_silent_input_trial(cost, network, inputs, targets)]
    if network.num_layers > 2:
        results.insert(0, _permutation_trial(cost, network, inputs, targets))
    broken = [result for result in results if not result.holds and not result.vacuous]
    vacuous = [result for result in results if result.vacuous]
    return (broken or vacuous or results[-1:])[0]


def permute_hidden_units(network: Network) -> Network:
    """Return a network with the same output, whose hidden units of each layer have moved up by one place.

    Layers whose neurons differ (one modified neuron) stay as they are.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> np.array_equal(permute_hidden_units(network).biases[0][0], network.biases[0][1])
    True
    """
    weights, biases = list(network.weights), list(network.biases)
    for i, activation in enumerate(network.activations[:-1]):
        if activation.uniform:
            order = np.roll(np.arange(len(biases[i])), -1)
            weights[i], biases[i], weights[i + 1] = weights[i][order], biases[i][order], weights[i + 1][:, order]
    return network.with_parameters(weights, biases)


def permutation_bound(network: Network, x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Return how far rounding alone may move the cost when hidden units change places.

    To first order, layer by layer: a weighted input is a sum of n + 1 terms, so two orders of it differ by
    2 (n + 1) u (|w| |a| + |b|), and by |w| times what its inputs differ; an activation passes that on times its slope
    |sigma'(z)| (for a softmax, at most 1) and rounds by ELEMENTARY u max(1, |z|) |a|. The mean cost moves by
    |nabla_a C| times what a^L moved, as equation (29) has it for z, and sums n_L m terms in its own way:
    (n_L m + ELEMENTARY) u times the cost.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.random([2, 3, 1], np.random.default_rng(0))
    >>> 0 < permutation_bound(network, np.ones((2, 4)), np.zeros((1, 4))) < 1e-13
    True
    """
    forward = network.feedforward(x)
    targets = network.targets(forward, y)
    u = float(np.finfo(network.dtype).eps) / 2
    moved = np.zeros(forward.activations[0].shape)
    parts = zip(network.weights, network.biases, network.activations, forward.zs, forward.activations, strict=False)
    for (w, b, activation, z, a), a_next in zip(parts, forward.activations[1:], strict=True):
        moved_z = 2 * (w.shape[1] + 1) * u * (abs(w) @ abs(a) + abs(b)) + abs(w) @ moved
        slope = 1.0 if activation.derivative is None else abs(activation.derivative(z))
        moved = slope * moved_z + 2 * ELEMENTARY * u * np.maximum(1, abs(z)) * abs(a_next)
    nabla_a = abs(network.cost.nabla_a(forward.output, targets))
    own = abs(network.cost.value(forward.output, targets)).mean()
    if not np.isfinite(nabla_a).all():  # a^L rounded to 0 or 1, on the wrong side: nothing is known there
        return np.inf
    return float((nabla_a * moved).sum() / targets.shape[1] + 2 * (targets.size + ELEMENTARY) * u * own)


def _permutation_trial(
    cost: Callable[[Network, Array, Array], float], network: Network, x: Array, y: Array
) -> AssumptionResult:
    """Return the comparison of the network with itself after its hidden units changed places."""
    other = permute_hidden_units(network)
    value, other_value = cost(network, x, y), cost(other, x, y)
    own = abs(network.cost.value(network.feedforward(x).output, y)).mean()
    scale = max(1.0, abs(value) / own) if own else 1.0  # the user's cost may be in other units than the network's
    coarser = _unit_roundoff(network.weights[0], value) / _unit_roundoff(network.weights[0], 0.0)
    bound = scale * coarser * permutation_bound(network, x, y)
    changed = not any(np.array_equal(w, moved) for w, moved in zip(network.weights, other.weights, strict=True))
    return _compare(value, other_value, bound, distinct=changed and bound < abs(value))


def _silent_input_trial(
    cost: Callable[[Network, Array, Array], float], network: Network, x: Array, y: Array
) -> AssumptionResult:
    """Return the comparison of the network with one that has other weights from an input that is 0."""
    silent = x.copy()
    silent[0] = 0
    first = network.weights[0].copy()
    first[:, 0] = 2 * first[:, 0] + 1
    other = network.with_parameters([first, *network.weights[1:]], network.biases)
    changed = not np.array_equal(first, network.weights[0])
    return _compare(cost(network, silent, y), cost(other, silent, y), 0.0, distinct=changed)


def _compare(value: Any, other: Any, bound: float, *, distinct: bool) -> AssumptionResult:
    """Return the result for two values; `distinct` says whether a broken assumption would have shown."""
    agrees = bool(abs(value - other) <= bound)  # NaN does not agree
    return AssumptionResult(
        holds=agrees and distinct,
        vacuous=agrees and not distinct,
        value=float(value),
        other=float(other),
        bound=float(bound),
    )


def _batch(a: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Array, Array]:
    """Return outputs and targets as columns of the outputs' dtype, two examples or more."""
    array = np.asarray(a)
    dtype = array.dtype if np.issubdtype(array.dtype, np.floating) else np.dtype(np.float64)
    outputs, targets = as_columns(array, dtype, "a"), as_columns(y, dtype, "y")
    if outputs.shape != targets.shape or outputs.shape[1] < 2:
        raise UsageError(
            f"a has shape {outputs.shape} and y has shape {targets.shape}: two examples or more, one column each, "
            "are needed in both"
        )
    return outputs, targets


def _unit_roundoff(array: Array, value: Any) -> float:
    """Return u = eps/2 of the coarser of an array and a number returned by the user."""
    dtypes = [array.dtype, *([value.dtype] if isinstance(value, np.floating) else [])]
    return max(float(np.finfo(dtype).eps) for dtype in dtypes) / 2
