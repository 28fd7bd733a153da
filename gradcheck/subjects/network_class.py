"""A class in the shape of the chapter's Network, made to answer as a cost with a gradient."""

from __future__ import annotations

import dataclasses
import enum
import inspect
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.errors import USER_CODE_RAISES, UsageError, seen
from gradcheck.network.activations import SIGMOID, Activation
from gradcheck.network.costs import QUADRATIC, Cost
from gradcheck.network.model import Network
from gradcheck.network.weight_decay import NO_DECAY, WeightDecay
from gradcheck.subjects.functions import SigmaSubject
from gradcheck.subjects.protocol import GradientSubject
from gradcheck.subjects.storage import construct, takes_columns

Array = npt.NDArray[Any]

PROBE_SIZES: Final = (2, 4, 3)
"""Sizes of the network that is built to see how a class stores its parameters: no two alike, so that no transpose hides (counts)."""

UPDATE_ETA: Final = 2.0
"""Learning rate of the descent step that is judged: a power of two, so that dividing by it rounds nothing, and not 1, so that a
rule that forgets it shows (dimensionless)."""


class Batch(enum.Enum):
    """What a `backprop` that takes a whole mini-batch as columns returns.

    Examples
    --------
    >>> Batch("sum")
    <Batch.SUM: 'sum'>
    """

    UPDATE = "update"
    """Not declared: it is judged together with the division in `update_mini_batch`."""
    SUM = "sum"
    """The sum over the columns."""
    MEAN = "mean"
    """The mean over the columns."""


@dataclasses.dataclass(frozen=True)
class Declared:
    """What the user says of a network: without a word, sigmoid neurons and the quadratic cost of equation (26).

    Attributes
    ----------
    activations : tuple of Activation
        One for all layers after the input, or one for each.
    cost : Cost
    weight_decay : WeightDecay
    batch : Batch

    Examples
    --------
    >>> Declared().cost.name
    'quadratic'
    """

    activations: tuple[Activation, ...] = (SIGMOID,)
    cost: Cost = QUADRATIC
    weight_decay: WeightDecay = NO_DECAY
    batch: Batch = Batch.UPDATE


DEFAULT_DECLARED: Final = Declared()


@dataclasses.dataclass(frozen=True)
class NetworkSubject:
    """A class, or a function of the sizes, that makes networks in the chapter's shape.

    Attributes
    ----------
    name : str
    make : callable
        make([n_1, ..., n_L]) -> an object with `weights`, `biases`, `backprop(x, y)` and, usually, `feedforward(a)`.
    declared : Declared
    sigma : SigmaSubject, optional
        The user's activation and its derivative, where the file has them.

    Examples
    --------
    >>> from gradcheck.examples.network_right import Network as Theirs
    >>> NetworkSubject("Network", Theirs).name
    'Network'
    """

    name: str
    make: Callable[[list[int]], Any]
    declared: Declared = DEFAULT_DECLARED
    sigma: SigmaSubject | None = None


class UserNetwork:
    """One object of the user's, with a network's parameters put into it.

    Parameters
    ----------
    subject : NetworkSubject
    sizes : sequence of int

    Raises
    ------
    UsageError
        If it cannot be made from sizes, or lacks `weights`, `biases` or `backprop`, or stores them in another shape.
    UserCodeError
        If its constructor raises.

    Examples
    --------
    >>> from gradcheck.examples.network_right import Network as Theirs
    >>> UserNetwork(NetworkSubject("Network", Theirs), (2, 3)).takes_columns
    True
    """

    def __init__(self, subject: NetworkSubject, sizes: Sequence[int]) -> None:
        self.subject = subject
        self.theirs = construct(subject.name, subject.make, list(sizes))
        self.takes_columns = takes_columns(subject.name, self.theirs, tuple(sizes))

    def load(self, weights: Sequence[Array], biases: Sequence[Array]) -> None:
        """Put parameters in; the arrays themselves, so that writing to them is seen."""
        try:
            self.theirs.weights = list(weights)
            self.theirs.biases = list(biases) if self.takes_columns else [b.reshape(-1) for b in biases]
        except AttributeError as error:
            raise UsageError(
                f"{self.subject.name} does not let its weights and biases be set ({error}): they must be attributes that can be"
            ) from error

    def column(self, vector: Array) -> Array:
        """Return one example in the form the user's code takes."""
        return vector if self.takes_columns else vector.reshape(-1)

    def feedforward(self, x: Array) -> Array:
        """Return what the user's forward pass says, of shape (n_L, m); equation (25)."""
        returned = self.theirs.feedforward(self.column(x))
        output = (
            np.asarray(returned)
            if isinstance(returned, np.ndarray | np.generic | list | float)
            else np.empty(0, object)
        )
        # Complex where its weights are: the complex step is taken through the user's own forward pass.
        if output.dtype.kind not in ("fiuc" if any(map(np.iscomplexobj, self.theirs.weights)) else "fiu"):
            raise UsageError(
                f"{self.subject.name}.feedforward returned {seen(returned)}: an array of real numbers, the activations of the last "
                "layer, is required (is a return missing?)"
            )
        return output if output.ndim == 2 else output.reshape(-1, 1)

    def backprop(self, x: Array, y: Array) -> Any:
        """Return what the user's backprop returns."""
        return self.theirs.backprop(self.column(x), self.column(y))

    def takes_update(self) -> bool:
        """Tell whether there is an update_mini_batch that can be called with (mini_batch, eta)."""
        if not self.has("update_mini_batch"):
            return False
        try:
            inspect.signature(self.theirs.update_mini_batch).bind([], UPDATE_ETA)
        except TypeError:
            return False
        return True

    def has(self, method: str) -> bool:
        """Tell whether the object has a method of this name."""
        return callable(getattr(self.theirs, method, None))


def gradient_subject(subject: NetworkSubject, network: Network, x: Array, y: Array) -> GradientSubject:
    """Return the user's network, loaded with `network`'s parameters, as a cost and the gradient its backprop claims.

    Equations (BP1) to (BP4) as the user wrote them, against the cost of the user's own forward pass, (26).

    Parameters
    ----------
    subject : NetworkSubject
    network : Network
    x, y : ndarray, shape (n_1, m) and (n_L, m)
        Several columns only where the subject declares what its backprop returns for them.
    """
    user = UserNetwork(subject, network.sizes)
    divisor = x.shape[1] if subject.declared.batch is Batch.SUM else 1

    def gradient(parameters: dict[str, list[Array]]) -> Any:
        user.load(parameters["weights"], parameters["biases"])
        returned = user.backprop(np.array(x), np.array(y))
        _write_back(user, parameters)
        return _as_structure(returned, divisor)

    return GradientSubject(
        f"{subject.name}.backprop", cost_of(user, network, x, y), gradient, _parameters(user, network)
    )


def update_subject(subject: NetworkSubject, network: Network, x: Array, y: Array) -> GradientSubject:
    """Return the user's mini-batch step as a cost and the gradient that the step went down.

    The chapter's rule w -> w - eta/m sum_x delta^x (a^x)^T: the step taken, divided by eta, is the gradient of (26) over the mini-batch.
    """
    user = UserNetwork(subject, network.sizes)
    precision = _precision(user, x[:, [0]], y[:, [0]])

    def gradient(parameters: dict[str, list[Array]]) -> Any:
        before = {name: [np.array(leaf) for leaf in leaves] for name, leaves in parameters.items()}
        user.load(before["weights"], before["biases"])
        mini_batch = [(user.column(x[:, [i]]), user.column(y[:, [i]])) for i in range(x.shape[1])]
        user.theirs.update_mini_batch(mini_batch, UPDATE_ETA)
        after = {"weights": list(user.theirs.weights), "biases": list(user.theirs.biases)}
        return {
            name: [
                _step_taken(old, np.asarray(new)).astype(precision, copy=False)
                for old, new in zip(leaves, after[name], strict=False)
            ]
            for name, leaves in parameters.items()
        }

    return GradientSubject(
        f"{subject.name}.update_mini_batch", cost_of(user, network, x, y), gradient, _parameters(user, network)
    )


def _step_taken(old: Array, new: Array) -> Array:
    """Return the step divided by eta; where the update changed the shape the new array itself, whose shape is then told."""
    return (old - new) / UPDATE_ETA if new.shape == old.shape else new


def cost_of(user: UserNetwork, network: Network, x: Array, y: Array) -> Callable[[dict[str, list[Array]]], float]:
    """Return the declared cost (26) of the user's own forward pass, or of the reference's where the class has none."""

    def cost(parameters: dict[str, list[Array]]) -> Any:
        user.load(parameters["weights"], parameters["biases"])
        if not user.has("feedforward"):
            biases = [np.reshape(b, (-1, 1)) for b in parameters["biases"]]
            return network.with_parameters(parameters["weights"], biases).cost_of(x, y)
        total: Any = 0.0
        for i in range(x.shape[1]):
            output = user.feedforward(x[:, [i]])
            if output.shape != (network.sizes[-1], 1):
                raise UsageError(
                    f"feedforward returned shape {output.shape} for one example of a network with sizes {list(network.sizes)}: "
                    f"{(network.sizes[-1], 1)} is required"
                )
            total = total + network.cost.value(output, y[:, [i]])[0]
        return total / x.shape[1] + network.weight_decay.value(parameters["weights"])

    return cost


def _precision(user: UserNetwork, x: Array, y: Array) -> np.dtype[Any]:
    """Return the coarsest floating dtype that backprop returns: a step made of its gradients knows no more digits."""
    try:
        leaves = [np.asarray(leaf) for layers in user.backprop(x, y) for leaf in layers]
    except USER_CODE_RAISES:  # a backprop that fails is judged, and told, elsewhere
        leaves = []
    floating = [leaf.dtype for leaf in leaves if leaf.dtype.kind == "f"]
    return min([np.dtype(np.float64), *floating], key=lambda dtype: dtype.itemsize)


def _parameters(user: UserNetwork, network: Network) -> dict[str, list[Array]]:
    """Return the network's parameters in the user's own shapes."""
    biases = [np.array(b if user.takes_columns else b.reshape(-1)) for b in network.biases]
    return {"biases": biases, "weights": [np.array(w) for w in network.weights]}


def _as_structure(returned: Any, divisor: int) -> Any:
    """Return (nabla_b, nabla_w) as the structure of the parameters; anything else is passed on, to be described as it is."""
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        return returned
    nabla_b, nabla_w = returned
    structure = {"biases": _as_list(nabla_b), "weights": _as_list(nabla_w)}
    if divisor == 1:
        return structure
    return {name: [np.asarray(leaf) / divisor for leaf in leaves] for name, leaves in structure.items()}


def _as_list(layers: Any) -> Any:
    """Return an object array or tuple of layers as a list."""
    return (
        list(layers)
        if isinstance(layers, tuple) or (isinstance(layers, np.ndarray) and layers.dtype == object)
        else layers
    )


def _write_back(user: UserNetwork, parameters: dict[str, list[Array]]) -> None:
    """Write parameters that backprop replaced by others back into ours, where the change is noticed."""
    for name in ("weights", "biases"):
        for ours, theirs in zip(parameters[name], getattr(user.theirs, name), strict=False):
            if theirs is not ours and np.shape(ours) == np.shape(theirs):
                ours[...] = theirs
