"""A specimen in the shapes its judges take: functions of one vector, or a layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import optree

from tests.zoo.specimen import Layer, Specimen


class Refused(Exception):
    """The peer's numbers, or the form of the gradient, say that it is wrong."""


class Flat:
    """A specimen as functions of one vector of shape (P,)."""

    def __init__(self, specimen: Specimen) -> None:
        self.specimen = specimen
        leaves, self.spec = optree.tree_flatten(specimen.at)
        self.leaves = [np.asarray(leaf) for leaf in leaves]
        self.point = np.concatenate([leaf.astype(float).ravel() for leaf in self.leaves])

    def structure(self, vector: Any) -> Any:
        """Return a vector as parameters, each leaf in its own dtype."""
        ends = np.cumsum([leaf.size for leaf in self.leaves])[:-1]
        chunks = np.split(np.asarray(vector, dtype=float), ends)
        parts = zip(chunks, self.leaves, strict=True)
        return self.spec.unflatten([chunk.reshape(leaf.shape).astype(leaf.dtype)[()] for chunk, leaf in parts])

    def cost(self, vector: Any) -> float:
        """Return the cost at a vector."""
        return float(self.specimen.cost(self.structure(vector)))

    def gradient(self, vector: Any) -> Any:
        """Return the gradient at a vector; one without the parameters' structure and shapes refuses itself."""
        return np.concatenate([g.astype(float).ravel() for g in self.claimed(self.structure(vector))])

    def claimed(self, parameters: Any) -> list[Any]:
        """Return the leaves of the gradient as arrays."""
        found = self.specimen.gradient(parameters)
        try:
            leaves = [np.asarray(leaf) for leaf in self.spec.flatten_up_to(found)]
        except (ValueError, TypeError) as error:
            raise Refused("another structure") from error
        if any(g.shape != leaf.shape for g, leaf in zip(leaves, self.leaves, strict=True)):
            raise Refused("another shape")
        return leaves


def layer_of(specimen: Specimen) -> Layer:
    """Return the layer, or the cost as a layer without cache: forward(*leaves), backward(u) at the last point."""
    if specimen.layer is not None:
        return specimen.layer
    flat = Flat(specimen)

    def forward(*leaves: Any) -> Any:
        moved = flat.spec.unflatten([np.asarray(leaf)[()] for leaf in leaves])
        return np.asarray(specimen.cost(moved)), moved

    def backward(u: Any, moved: Any) -> Any:
        return [np.asarray(u) * g for g in flat.claimed(moved)]

    return Layer(forward, backward, tuple(flat.leaves))


def backward_of(layer: Layer, u: Any, out: Any) -> list[Any]:
    """Return the gradients by the floating inputs."""
    found = layer.backward(u, out[1]) if isinstance(out, tuple) else layer.backward(u)
    found = list(found) if isinstance(found, (tuple, list)) else [found]
    floating = [i for i, x in enumerate(layer.inputs) if np.asarray(x).dtype.kind == "f"]
    return [found[i] for i in floating] if len(found) == len(layer.inputs) else found


def filled(layer: Layer, moved: Any) -> list[Any]:
    """Return all inputs of a layer, the floating ones moved."""
    rest = iter(moved)
    return [next(rest) if np.asarray(x).dtype.kind == "f" else x for x in layer.inputs]
