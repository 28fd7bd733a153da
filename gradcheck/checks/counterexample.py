"""A case as Python code that a user can paste."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.strategies.cases import NetworkCase
from gradcheck.subjects.network_class import UPDATE_ETA, NetworkSubject, UserNetwork


def as_code(subject: NetworkSubject, case: NetworkCase, method: str) -> str:
    """Return code that makes the network of a case and calls one method on its examples.

    For equations (25), (BP1) to (BP4) or the descent step, by `method`: feedforward, backprop or update_mini_batch.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.examples.network_right import Network as Theirs
    >>> from gradcheck.network import ACTIVATIONS, COSTS, Network
    >>> network = Network([[[0.5]]], [[[1.0]]], [ACTIVATIONS["sigmoid"]], COSTS["quadratic"])
    >>> case = NetworkCase(network, np.array([[2.0]]), np.array([[0.0]]))
    >>> print(as_code(NetworkSubject("Network", Theirs), case, "backprop"))
    net = Network([1, 1])
    net.weights = [np.array([[0.5]])]
    net.biases = [np.array([[1.0]])]
    x, y = np.array([[2.0]]), np.array([[0.0]])
    nabla_b, nabla_w = net.backprop(x, y)
    """
    columns = UserNetwork(subject, case.network.sizes).takes_columns
    biases = case.network.biases if columns else tuple(b.reshape(-1) for b in case.network.biases)
    head = [
        f"net = {subject.name}({list(case.network.sizes)})",
        f"net.weights = [{', '.join(map(_array, case.network.weights))}]",
        f"net.biases = [{', '.join(map(_array, biases))}]",
    ]
    return "\n".join([*head, *_call(case, method, columns)])


def _call(case: NetworkCase, method: str, columns: bool) -> list[str]:  # noqa: FBT001 - how the user's vectors are stored, no switch
    """Return the lines that call the method on the case's examples."""
    pairs = [(_example(case.x, i, columns), _example(case.y, i, columns)) for i in range(case.m)]
    if method == "update_mini_batch":
        listed = ", ".join(f"({x}, {y})" for x, y in pairs)
        return [f"net.update_mini_batch([{listed}], {UPDATE_ETA})"]
    if method == "feedforward":
        return [f"a = net.feedforward({pairs[0][0]})"]
    x, y = pairs[0] if case.m == 1 else (_array(case.x), _array(case.y))
    return [f"x, y = {x}, {y}", "nabla_b, nabla_w = net.backprop(x, y)"]


def _example(batch: npt.NDArray[Any], i: int, columns: bool) -> str:  # noqa: FBT001 - as above
    return _array(batch[:, [i]] if columns else batch[:, i])


def _array(values: npt.NDArray[Any]) -> str:
    """Return an array as code that gives it back exactly."""
    return f"np.array({np.asarray(values).tolist()})"
