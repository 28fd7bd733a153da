"""The reference's backpropagation beside its own matrix products, the loop over examples, and other libraries; and backward beside forward."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

import numpy as np

from gradcheck.network import Network, backprop, backprop_from
from tests.evidence.backprop_peers import PEERS, loop
from tests.evidence.pairs import Bar, Section, Times, is_installed, number, ratios, shown, table, take_turns
from tests.operation_counts_for_tests import measured

SHAPES = ((784, 30, 10), (784, 100, 10), (784, 1000, 200, 10))
MINI_BATCHES = (10, 100, 1000)
MOST_PRODUCTS, LEAST_LOOP = 1.25, 10.0
LOOPED = 100
"""Examples up to which the loop over them is timed (a count)."""

COUNTED = (
    (784, 30, 10),
    (784, 100, 10),
    (784, 10),
    (784, 100, 100, 10),
    (200,) * 12,
    (2, 300, 300, 2),
    (784, 1000, 200, 10),
)
OURS, PRODUCTS, SIGMAS, LOOP = (
    "ours",
    "its matrix products alone",
    "its sigma and sigma' alone",
    "loop over the examples",
)
ROUNDS = 9


def examples(sizes: tuple[int, ...], m: int) -> tuple[Network, Any, Any]:
    """Return a network of sigmoids with a mini-batch."""
    generator = np.random.default_rng(0)
    return (
        Network.random(sizes, generator),
        generator.uniform(size=(sizes[0], m)),
        generator.uniform(size=(sizes[-1], m)),
    )


def products(network: Network, x: Any, y: Any) -> Callable[[], Any]:
    """Return the matrix products that backpropagation makes, and nothing else; each is kept, as there, in memory of its own."""
    forward = network.feedforward(x)
    deltas = backprop_from(network, forward, y).deltas

    def act() -> Any:
        zs = [w @ a for w, a in zip(network.weights, forward.activations, strict=False)]
        nabla_a = [w.T @ delta for w, delta in zip(network.weights[1:], deltas[1:], strict=True)]
        nabla_w = [delta @ a.T for delta, a in zip(deltas, forward.activations, strict=False)]
        return zs, nabla_a, nabla_w

    return act


def sigmas(network: Network, x: Any, y: Any) -> Callable[[], None]:
    """Return sigma of every layer's weighted inputs and (BP1)'s and (BP2)'s products with sigma', and nothing else."""
    forward = network.feedforward(x)

    def act() -> None:
        for z, a, activation in zip(forward.zs, forward.activations[1:], network.activations, strict=True):
            activation.value(z)
            activation.vjp(z, a)

    return act


def timed(sizes: tuple[int, ...], m: int) -> Times:
    """Return the seconds of every way to one gradient."""
    network, x, y = examples(sizes, m)
    ways = {OURS: lambda: backprop(network, x, y), PRODUCTS: products(network, x, y), SIGMAS: sigmas(network, x, y)}
    if m <= LOOPED:
        ways[LOOP] = loop(network, x, y)
    ways |= {name: peer(network, x, y) for name, peer in PEERS.items() if is_installed(name)}
    often = max(1, int(2e8 / (network.num_parameters * m * 6)))
    return take_turns({name: _repeated(way, 1 if name == LOOP else often) for name, way in ways.items()}, ROUNDS) | {
        "often": [often]
    }


def _repeated(way: Callable[[], object], often: int) -> Callable[[], None]:
    def act() -> None:
        for _ in range(often):
            way()

    return act


def beside() -> Section:
    """Time the reference beside its products, the loop and the peers."""
    rows, bars, data = [], [], {}
    for sizes in SHAPES:
        for m in MINI_BATCHES:
            times = timed(sizes, m)
            (often,) = times.pop("often")
            times = {name: [t / (1 if name == LOOP else often) for t in taken] for name, taken in times.items()}
            data[f"{list(sizes)}, m = {m}"] = times
            others = [shown(ratios(times[name], times[OURS])) if name in times else "-" for name in (LOOP, *PEERS)]
            own = ratios(times[OURS], times[PRODUCTS])
            share = ratios(times[SIGMAS], times[PRODUCTS])
            rows.append(
                [list(sizes), m, number(1e6 * statistics.median(times[OURS])), shown(own), shown(share), *others]
            )
            bars += _bars(sizes, m, times)
    lines = [
        "## Reference backpropagation",
        "",
        f"One gradient of the mean quadratic cost, sigmoid neurons, float64, {ROUNDS} rounds in turns: ours over its own matrix products alone, and every",
        "other way over ours; medians (least to largest). scikit-learn's output layer is linear, and it adds an L2 term.",
        *table(
            [
                "network",
                "m",
                "ours, millionths of a second",
                "ours / its products",
                "its sigma and sigma' / its products",
                *(f"{name} / ours" for name in (LOOP, *PEERS)),
            ],
            rows,
        ),
    ]
    return Section(lines, bars, {"backprop_seconds": data})


def _bars(sizes: tuple[int, ...], m: int, times: Times) -> list[Bar]:
    """Return the bars of one cell."""
    found = []
    if m >= 100:
        own = ratios(times[OURS], times[PRODUCTS])
        share = number(ratios(times[SIGMAS], times[PRODUCTS])[0])
        elsewhere = (
            f"sigma and sigma' alone, an exp of every z each so that both tails are exact, take {share} times as long as the products; beside "
            "them numpy begins some thirty operations, whatever their size"
        )
        why = "" if own[0] <= MOST_PRODUCTS else f"{number(own[0] / MOST_PRODUCTS)} times too long: {elsewhere}"
        found.append(
            Bar(
                f"backprop over its products, {list(sizes)}, m = {m}",
                f"at most {MOST_PRODUCTS}",
                shown(own),
                not why,
                why,
            )
        )
    if LOOP in times and m >= 100:
        ratio = ratios(times[LOOP], times[OURS])
        why = (
            ""
            if ratio[0] >= LEAST_LOOP
            else f"{number(LEAST_LOOP / ratio[0])} times short: few examples share a product"
        )
        found.append(
            Bar(f"loop over backprop, {list(sizes)}, m = {m}", f"at least {LEAST_LOOP:g}", shown(ratio), not why, why)
        )
    return found


def backward_over_forward() -> Section:
    """Time the backward pass beside the forward pass, and count both."""
    rows, data = [], {}
    for sizes in COUNTED:
        network, x, y = examples(sizes, 100)
        forward = network.feedforward(x)
        ways = {
            "forward": lambda n=network, x=x: n.feedforward(x),
            "backward": lambda n=network, f=forward, y=y: backprop_from(n, f, y),
        }
        often = max(1, int(3e7 / (network.num_parameters * 100)))
        times = take_turns({name: _repeated(way, often) for name, way in ways.items()}, ROUNDS)
        counts = measured(sizes, 100)
        data[str(list(sizes))] = times
        shape = list(sizes) if len(sizes) < 6 else f"{len(sizes)} layers of {sizes[0]}"
        rows.append(
            [
                shape,
                shown(ratios(times["backward"], times["forward"])),
                f"{counts.ratio_of_products:.3f}",
                f"{counts.ratio:.3f}",
            ]
        )
    lines = [
        "## Backward over forward",
        "",
        'The chapter: "about the same". By time, m = 100, medians (least to largest), beside the multiplications as `reports/cost.md` counts them.',
        *table(["network", "by time", "by products", "by all multiplications"], rows),
    ]
    return Section(lines, [], {"backward_over_forward_seconds": data})


def measure() -> Section:
    """Measure both."""
    parts = [beside(), backward_over_forward()]
    data = {name: value for part in parts for name, value in part.data.items()}
    return Section([line for part in parts for line in part.lines], [bar for part in parts for bar in part.bars], data)
