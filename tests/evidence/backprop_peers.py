"""Other ways to the gradient of a network of sigmoids: the loop over its examples, and other libraries, made ready to be timed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcheck.network import Network


def loop(network: Network, x: Any, y: Any) -> Callable[[], None]:
    """Return the chapter's program: one example after the other, their gradients added up."""
    layers = list(zip(network.weights, network.biases, strict=True))

    def act() -> None:
        nabla_b, nabla_w = [np.zeros_like(b) for _, b in layers], [np.zeros_like(w) for w, _ in layers]
        for k in range(x.shape[1]):
            a = [x[:, [k]]]
            for w, b in layers:
                a.append(1.0 / (1.0 + np.exp(-(w @ a[-1] + b))))
            delta = (a[-1] - y[:, [k]]) * a[-1] * (1.0 - a[-1])
            for i in reversed(range(len(layers))):
                nabla_b[i] += delta
                nabla_w[i] += delta @ a[i].T
                if i > 0:
                    delta = (layers[i][0].T @ delta) * a[i] * (1.0 - a[i])

    return act


def torch_backprop(network: Network, x: Any, y: Any) -> Callable[[], None]:
    """Return autograd's forward and backward pass, on one thread."""
    import torch

    torch.set_num_threads(1)
    weights = [torch.tensor(w, requires_grad=True) for w in network.weights]
    biases = [torch.tensor(b, requires_grad=True) for b in network.biases]
    inputs, targets = torch.tensor(x), torch.tensor(y)

    def act() -> None:
        a = inputs
        for w, b in zip(weights, biases, strict=True):
            a = torch.sigmoid(w @ a + b)
        torch.autograd.grad(0.5 * ((a - targets) ** 2).sum() / x.shape[1], weights + biases)

    return act


def jax_backprop(network: Network, x: Any, y: Any) -> Callable[[], None]:
    """Return the compiled gradient; the environment has said that it is of float64."""
    import jax

    def cost(p: Any) -> Any:
        a = x
        for w, b in p:
            a = jax.nn.sigmoid(w @ a + b)
        return 0.5 * ((a - y) ** 2).sum() / x.shape[1]

    gradient = jax.jit(jax.grad(cost))
    p = [(jax.numpy.asarray(w), jax.numpy.asarray(b)) for w, b in zip(network.weights, network.biases, strict=True)]
    return lambda: jax.block_until_ready(gradient(p))


def sklearn_backprop(network: Network, x: Any, y: Any) -> Callable[[], None]:
    """Return the passes inside MLPRegressor, with an output layer that is linear and a term for L2: slightly other work."""
    from sklearn.neural_network import MLPRegressor

    rows, targets = np.ascontiguousarray(x.T), np.ascontiguousarray(y.T)
    model = MLPRegressor(hidden_layer_sizes=network.sizes[1:-1], activation="logistic", batch_size=x.shape[1])
    model.partial_fit(rows, targets)
    sizes = model.coefs_
    room = [np.empty_like(w) for w in sizes], [np.empty_like(b) for b in model.intercepts_]
    layers = [rows, *(np.empty((len(rows), w.shape[1])) for w in sizes)]
    deltas = [np.empty_like(layer) for layer in layers[1:]]
    weighted = [None] if "sample_weight" in inspect.signature(model._backprop).parameters else []
    return lambda: model._backprop(rows, targets, *weighted, layers, deltas, *room)


PEERS = {"torch": torch_backprop, "jax": jax_backprop, "sklearn": sklearn_backprop}
