"""Families of gradients that are right once and break what a gradient promises across calls, and faults of form."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from tests.zoo.networks import specimen_of
from tests.zoo.perceptron import Shape, draw
from tests.zoo.planting import edited, plant
from tests.zoo.specimen import AGREE, DISAGREE, OPEN, Expected, Kind, Pair, Specimen, beside, family

NOT_IN_NUMBERS = float("nan")


def _network(generator: np.random.Generator) -> Specimen:
    return specimen_of(*draw(generator, Shape((3, 4, 2), str(generator.choice(["tanh", "sigmoid"])))))


def _faulty(right: Specimen, gradient: Any, mistake: str, **changes: Any) -> Pair:
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

    return _faulty(right, lambda p: right.gradient(last[0]), "stale forward pass", cost=cost, clean=None)


@family(Kind.CONTRACT)
def half_stale_cache(generator: np.random.Generator) -> Pair:
    """The weights are the new ones, the inner activations those of the last forward pass."""
    net, at = draw(generator, Shape((3, 4, 2)))
    right = specimen_of(net, at)
    last: list[Any] = [net._forward(at)[1][1]]

    def cost(p: Any) -> Any:
        last[0] = net._forward(p)[1][1]
        return net.cost(p)

    def gradient(p: Any) -> Any:
        found = net.gradient(p)
        delta = (p["w"][1] @ last[0] + p["b"][1] - net.y) / net.y.shape[1]
        found["w"][1] = delta @ last[0].T
        return found

    return _faulty(right, gradient, "stale activations", cost=cost, clean=None)


@family(Kind.CONTRACT)
def accumulating(generator: np.random.Generator) -> Pair:
    """Gradients added to those of the call before."""
    right = _network(generator)
    total: list[Any] = []

    def gradient(p: Any) -> Any:
        found = right.gradient(p)
        total.append(found)
        return {name: [sum(one[name][i] for one in total) for i in range(len(found[name]))] for name in found}

    return _faulty(right, gradient, "accumulates")


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

    return _faulty(right, gradient, "buffer overwritten", cost=cost, clean=None)


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

    return _faulty(right, gradient, "mutates the parameters")


@family(Kind.CONTRACT)
def first_point_for_ever(generator: np.random.Generator) -> Pair:
    """The answer for the first point ever seen, whatever is asked."""
    right = _network(generator)
    kept: list[Any] = []

    def gradient(p: Any) -> Any:
        if not kept:
            kept.append(right.gradient(p))
        return kept[0]

    return _faulty(right, gradient, "answers for the first point")


@family(Kind.CONTRACT)
def previous_point(generator: np.random.Generator) -> Pair:
    """The answer for the point of the call before; at the first call for this one."""
    right = _network(generator)
    kept: list[Any] = []

    def gradient(p: Any) -> Any:
        kept.append(right.gradient(p))
        return kept[-2] if len(kept) > 1 else kept[-1]

    return _faulty(right, gradient, "answers for the previous point")


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

    return _faulty(dataclasses.replace(right, gradient=gradient), coarse, "cache keyed by shapes")


@family(Kind.CONTRACT)
def nan_component(generator: np.random.Generator) -> Pair:
    """NaN or infinity in one component."""
    right = _network(generator)
    value = float(generator.choice([np.nan, np.inf, -np.inf]))
    leaf = int(generator.integers(4))

    def spoil(leaves: list[Any]) -> None:
        leaves[leaf][tuple(generator.integers(leaves[leaf].shape) * 0)] = value

    return _faulty(right, edited(right.gradient, spoil), f"one component is {value}")


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
    return _faulty(right, forms[name], name)


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


def _dropout(generator: np.random.Generator, seed: int | None) -> Specimen:
    net, at = draw(generator, Shape((6, 8, 2)))
    source = np.random.default_rng(5)

    def masked() -> Any:
        mask = (np.random.default_rng(seed) if seed is not None else source).random(net.x.shape) < 0.8
        return dataclasses.replace(net, x=net.x * mask / 0.8)

    return Specimen(lambda p: masked().cost(p), lambda p: masked().gradient(p), at)


@family()
def dropout_with_a_seed(generator: np.random.Generator) -> Pair:
    """Dropout that draws the same mask at every call."""
    return plant(generator, _dropout(generator, 3))


@family(Kind.RANDOM, expected=Expected(OPEN, DISAGREE | OPEN))
def dropout_without_a_seed(generator: np.random.Generator) -> Pair:
    """Dropout that draws another mask at every call: neither right nor wrong by numbers."""
    right = dataclasses.replace(_dropout(generator, None), by_construction="the gradient under a mask of its own")
    return _faulty(right, lambda p: {k: [2 * g for g in v] for k, v in right.gradient(p).items()}, "doubled as well")


@family(Kind.CONTRACT, expected=Expected(AGREE, DISAGREE | OPEN))
def random_gradient(generator: np.random.Generator) -> Pair:
    """A cost without chance, and a gradient estimated from a random half of the examples."""
    net, at = draw(generator, Shape((4, 5, 2), examples=8))
    source = np.random.default_rng(11)

    def gradient(p: Any) -> Any:
        some = source.permutation(8)[:4]
        return dataclasses.replace(net, x=net.x[:, some], y=net.y[:, some]).gradient(p)

    return _faulty(specimen_of(net, at), gradient, "another half of the examples at each call")


@family(Kind.CONTRACT, expected=Expected(AGREE, DISAGREE))
def last_batch_only(generator: np.random.Generator) -> Pair:
    """The gradient of the last mini-batch where the cost is of all."""
    net, at = draw(generator, Shape((4, 5, 2), examples=8))
    return beside(
        specimen_of(net, at), dataclasses.replace(net, x=net.x[:, 4:], y=net.y[:, 4:]).gradient, "last batch only"
    )


@family(Kind.RANDOM, expected=Expected(OPEN, OPEN | DISAGREE))
def drifting_cost(generator: np.random.Generator) -> Pair:
    """A cost that grows a little at each call, as a running mean in it does."""
    net, at = draw(generator, Shape((3, 4, 2)))
    calls = [0]

    def cost(p: Any) -> Any:
        calls[0] += 1
        return net.cost(p) + 1e-3 * calls[0]

    right = Specimen(cost, net.gradient, at, clean=net.cost)
    return plant(generator, right, "everything doubled", visible=0.0)
