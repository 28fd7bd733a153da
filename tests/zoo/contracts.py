"""Families of gradients that are right once and break what a gradient promises across calls, and faults of form."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from tests.zoo.networks import specimen_of
from tests.zoo.perceptron import Shape, draw
from tests.zoo.planting import edited
from tests.zoo.specimen import AGREE, DISAGREE, OPEN, Expected, Kind, Pair, Specimen, beside, family

NOT_IN_NUMBERS = float("nan")


def _network(generator: np.random.Generator) -> Specimen:
    return specimen_of(*draw(generator, Shape((3, 4, 2), str(generator.choice(["tanh", "sigmoid"])))))


def faulty(right: Specimen, gradient: Any, mistake: str, **changes: Any) -> Pair:
    """Return the pair of a right specimen and a gradient whose fault no number at one point shows."""
    truth = right.gradient(right.at)
    wrong = dataclasses.replace(
        right, gradient=gradient, is_right=False, share=NOT_IN_NUMBERS, mistake=mistake, truth=truth, **changes
    )
    return Pair(dataclasses.replace(right, truth=truth), wrong)


@family(Kind.CONTRACT)
def stale_forward_cache(generator: np.random.Generator) -> Pair:
    """Gradient from the activations of the last forward pass, whatever its parameters were."""
    right = _network(generator)
    last: list[Any] = [right.at]

    def cost(p: Any) -> Any:
        last[0] = {name: [leaf.copy() for leaf in leaves] for name, leaves in p.items()}
        return right.cost(p)

    return faulty(right, lambda p: right.gradient(last[0]), "stale forward pass", cost=cost, clean=None)


@family(Kind.CONTRACT)
def half_stale_cache(generator: np.random.Generator) -> Pair:
    """The weights are the new ones, the inner activations those of the last forward pass."""
    net, at = draw(generator, Shape((3, 4, 2)))
    right = specimen_of(net, at)
    last: list[Any] = [net.forward(at)[1][1]]

    def cost(p: Any) -> Any:
        last[0] = net.forward(p)[1][1]
        return net.cost(p)

    def gradient(p: Any) -> Any:
        found = net.gradient(p)
        delta = (p["w"][1] @ last[0] + p["b"][1] - net.y) / net.y.shape[1]
        found["w"][1] = delta @ last[0].T
        return found

    return faulty(right, gradient, "stale activations", cost=cost, clean=None)


@family(Kind.CONTRACT)
def accumulating(generator: np.random.Generator) -> Pair:
    """Gradients added to those of the call before."""
    right = _network(generator)
    total: list[Any] = []

    def gradient(p: Any) -> Any:
        found = right.gradient(p)
        total.append(found)
        return {name: [sum(one[name][i] for one in total) for i in range(len(found[name]))] for name in found}

    return faulty(right, gradient, "accumulates")


@family(Kind.CONTRACT)
def overwritten_buffer(generator: np.random.Generator) -> Pair:
    """The returned arrays are one buffer, overwritten by the next forward pass."""
    right = _network(generator)
    buffer = right.gradient(right.at)

    def gradient(p: Any) -> Any:
        for name, leaves in right.gradient(p).items():
            for kept, leaf in zip(buffer[name], leaves, strict=True):
                kept[...] = leaf
        return buffer

    def cost(p: Any) -> Any:
        for leaves in buffer.values():
            for kept in leaves:
                kept[...] = 0.0
        return right.cost(p)

    return faulty(right, gradient, "buffer overwritten", cost=cost, clean=None)


@family(Kind.CONTRACT)
def mutating(generator: np.random.Generator) -> Pair:
    """The gradient takes a step of descent in place, or scales the parameters."""
    right = _network(generator)
    step = bool(generator.integers(2))

    def gradient(p: Any) -> Any:
        found = right.gradient(p)
        for leaf, slope in zip(p["w"], found["w"], strict=True):
            leaf -= 0.1 * slope if step else 0.01 * leaf
        return found

    return faulty(right, gradient, "mutates the parameters")


@family(Kind.CONTRACT)
def first_point_for_ever(generator: np.random.Generator) -> Pair:
    """The answer for the first point ever seen, whatever is asked."""
    right = _network(generator)
    kept: list[Any] = []

    def gradient(p: Any) -> Any:
        if not kept:
            kept.append(right.gradient(p))
        return kept[0]

    return faulty(right, gradient, "answers for the first point")


@family(Kind.CONTRACT)
def previous_point(generator: np.random.Generator) -> Pair:
    """The answer for the point of the call before; at the first call for this one."""
    right = _network(generator)
    kept: list[Any] = []

    def gradient(p: Any) -> Any:
        kept.append(right.gradient(p))
        return kept[-2] if len(kept) > 1 else kept[-1]

    return faulty(right, gradient, "answers for the previous point")


@family(Kind.CONTRACT)
def good_cache(generator: np.random.Generator) -> Pair:
    """A cache that asks whether the parameters changed is no fault; one keyed by their shapes is."""
    right = _network(generator)
    kept: dict[bytes, Any] = {}

    def gradient(p: Any) -> Any:
        key = b"".join(leaf.tobytes() for name in sorted(p) for leaf in p[name])
        if key not in kept:
            kept[key] = right.gradient(p)
        return {name: [leaf.copy() for leaf in leaves] for name, leaves in kept[key].items()}

    memo: dict[Any, Any] = {}

    def coarse(p: Any) -> Any:
        return memo.setdefault(tuple(leaf.shape for leaf in p["w"]), right.gradient(p))

    return faulty(dataclasses.replace(right, gradient=gradient), coarse, "cache keyed by shapes")


@family(Kind.CONTRACT)
def nan_component(generator: np.random.Generator) -> Pair:
    """NaN or infinity in one component."""
    right = _network(generator)
    value = float(generator.choice([np.nan, np.inf, -np.inf]))
    leaf = int(generator.integers(4))

    def spoil(leaves: list[Any]) -> None:
        leaves[leaf][tuple(generator.integers(leaves[leaf].shape) * 0)] = value

    return faulty(right, edited(right.gradient, spoil), f"one component is {value}")


@family(Kind.CONTRACT, draws=6)
def wrong_form(generator: np.random.Generator) -> Pair:
    """A missing leaf, another shape, integers, a scalar, None."""
    right = _network(generator)
    found = right.gradient
    forms: dict[str, Any] = {
        "a leaf missing": lambda p: {"w": found(p)["w"], "b": found(p)["b"][:-1]},
        "flat biases": lambda p: {"w": found(p)["w"], "b": [b.ravel() for b in found(p)["b"]]},
        "integers": lambda p: {k: [(10 * g).astype(int) for g in v] for k, v in found(p).items()},
        "transposed weights": lambda p: {"w": [w.T for w in found(p)["w"]], "b": found(p)["b"]},
        "one name missing": lambda p: {"w": found(p)["w"]},
        "nothing": lambda p: None,
    }
    name = list(forms)[generator.integers(len(forms))]
    return faulty(right, forms[name], name)


@family(Kind.CONTRACT, expected=Expected(AGREE | OPEN, DISAGREE), draws=8)
def differences_inside(generator: np.random.Generator) -> Pair:
    """A gradient that differences the cost in secret: right to 1e-7, and wrong with a step of 0.05."""
    right = _network(generator)

    def differenced(h: float, central: float) -> Any:
        def gradient(p: Any) -> Any:
            found = {name: [np.zeros_like(leaf) for leaf in leaves] for name, leaves in p.items()}
            for name, leaves in p.items():
                for k, leaf in enumerate(leaves):
                    for index in np.ndindex(leaf.shape):
                        kept = leaf[index]
                        leaf[index] = kept + h
                        above = right.cost(p)
                        leaf[index] = kept - central * h
                        below = right.cost(p)
                        leaf[index] = kept
                        found[name][k][index] = (above - below) / (h * (1 + central))
            return found

        return gradient

    h, central = [(1e-5, 1.0), (1e-6, 1.0), (1.5e-8, 0.0)][generator.integers(3)]
    shown = dataclasses.replace(right, gradient=differenced(h, central), by_construction="differences: right to 1e-7")
    return beside(shown, differenced(0.05, 0.0), "forward differences of step 0.05")
