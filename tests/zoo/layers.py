"""Families of layers: forward with backward, judged by `check_vjp`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.zoo.specimen import Layer, Pair, family, layer_specimen, shares

Array = Any


def pair_of(
    generator: np.random.Generator, forward: Callable[..., Any], backwards: tuple[Any, Any], inputs: tuple[Any, ...]
) -> Pair:
    """Return the pair of a layer with its right and its wrong backward pass, under one cotangent."""
    seed = int(generator.integers(2**31))
    right, wrong = (
        layer_specimen(Layer(forward, backward, inputs), np.random.default_rng(seed)) for backward in backwards
    )
    truth = right.gradient(right.at)
    share = max(shares(truth, wrong.gradient(wrong.at)))
    name = getattr(backwards[1], "__doc__", None) or "backward pass wrong"
    return Pair(
        dataclasses.replace(right, truth=truth),
        dataclasses.replace(wrong, is_right=False, truth=truth, share=share, mistake=name),
    )


def spoiled(backward: Callable[..., Any], index: int, edit: Callable[[Array], Array]) -> Callable[..., Any]:
    """Return the backward pass with one of its gradients edited."""

    def wrong(*arguments: Any) -> Any:
        found = list(backward(*arguments))
        found[index] = edit(found[index])
        return tuple(found)

    wrong.__doc__ = f"gradient {index} edited"
    return wrong


@family()
def affine(generator: np.random.Generator) -> Pair:
    """x w + b; wrong: the bias's gradient a mean."""

    def forward(x: Array, w: Array, b: Array) -> Any:
        return x @ w + b, (x, w)

    def backward(u: Array, cache: Any) -> Any:
        x, w = cache
        return u @ w.T, x.T @ u, u.sum(axis=0)

    inputs = (generator.standard_normal((6, 4)), generator.standard_normal((4, 3)), generator.standard_normal(3))
    return pair_of(generator, forward, (backward, spoiled(backward, 2, lambda g: g / 6)), inputs)


@family(draws=2)
def zero_gradient_of_a_thousand_outputs(generator: np.random.Generator) -> Pair:
    """1000 outputs, elementwise; wrong: a gradient that is zero everywhere."""
    backwards = (lambda u, x: (u * np.cos(x),), lambda u, x: (np.zeros_like(u),))
    return pair_of(generator, lambda x: (np.sin(x), x), backwards, (0.3 * generator.standard_normal(1000),))


def _windows(x: Array, k: int) -> Array:
    return np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))


@family(draws=4)
def convolution(generator: np.random.Generator) -> Pair:
    """A 3 by 3 convolution; wrong: the kernel not flipped on the way back."""

    def forward(x: Array, k: Array, b: Array) -> Any:
        return np.einsum("nchwij,ocij->nohw", _windows(x, 3), k) + b[:, None, None], (x, k)

    def back(turned: Callable[[Array], Array]) -> Any:
        def backward(u: Array, cache: Any) -> Any:
            x, k = cache
            padded = np.pad(u, ((0, 0), (0, 0), (2, 2), (2, 2)))
            dx = np.einsum("nohwij,ocij->nchw", _windows(padded, 3), turned(k))
            return dx, np.einsum("nchwij,nohw->ocij", _windows(x, 3), u), u.sum(axis=(0, 2, 3))

        return backward

    inputs = tuple(generator.standard_normal(s) for s in ((2, 2, 6, 6), (3, 2, 3, 3), (3,)))
    return pair_of(generator, forward, (back(lambda k: k[:, :, ::-1, ::-1]), back(lambda k: k)), inputs)


def _normalised(axis: int) -> Any:
    def forward(x: Array, gain: Array, shift: Array) -> Any:
        centred = x - x.mean(axis=axis, keepdims=True)
        scale = 1 / np.sqrt(np.mean(centred**2, axis=axis, keepdims=True) + 1e-5)
        return gain * centred * scale + shift, (centred * scale, scale, gain)

    def backward(u: Array, cache: Any) -> Any:
        y, scale, gain = cache
        v = u * gain
        dx = scale * (v - v.mean(axis=axis, keepdims=True) - y * np.mean(v * y, axis=axis, keepdims=True))
        return dx, (u * y).sum(axis=0), u.sum(axis=0)

    def wrong(u: Array, cache: Any) -> Any:
        """the mean's and the variance's part forgotten"""
        y, scale, gain = cache
        return u * gain * scale, (u * y).sum(axis=0), u.sum(axis=0)

    return forward, (backward, wrong)


@family(draws=4)
def batch_normalisation(generator: np.random.Generator) -> Pair:
    """Normalised over the batch; wrong: mean and variance taken for constants."""
    inputs = tuple(generator.standard_normal(s) for s in ((8, 3), (3,), (3,)))
    return pair_of(generator, *_normalised(0), inputs)


@family(draws=4)
def layer_normalisation(generator: np.random.Generator) -> Pair:
    """Normalised over the features."""
    inputs = tuple(generator.standard_normal(s) for s in ((5, 6), (6,), (6,)))
    return pair_of(generator, *_normalised(-1), inputs)


@family()
def root_mean_square_normalisation(generator: np.random.Generator) -> Pair:
    """x over its root mean square; wrong: the second term's sign."""

    def forward(x: Array) -> Any:
        scale = 1 / np.sqrt(np.mean(x**2, axis=-1, keepdims=True))
        return x * scale, (x * scale, scale)

    def back(sign: float) -> Any:
        return lambda u, c: (c[1] * (u + sign * c[0] * np.mean(u * c[0], axis=-1, keepdims=True)),)

    return pair_of(generator, forward, (back(-1.0), back(1.0)), (generator.standard_normal((4, 6)),))


@family()
def pooling(generator: np.random.Generator) -> Pair:
    """The largest of each window, no two within 0.05 of each other; wrong: spread over the window."""
    x = generator.permutation(24).reshape(6, 4) * 0.1

    def forward(x: Array) -> Any:
        return x.max(axis=1), x

    def backward(u: Array, x: Array) -> Any:
        return (u[:, None] * (np.arange(4) == np.argmax(x, axis=1)[:, None]),)

    return pair_of(generator, forward, (backward, lambda u, x: (np.repeat(u[:, None] / 4, 4, axis=1),)), (x,))


@family()
def broadcast_sum(generator: np.random.Generator) -> Pair:
    """A column times a row; wrong: the two summed over each other's axis."""
    inputs = (generator.standard_normal((4, 1)), generator.standard_normal((1, 4)))
    backwards = (
        lambda u, c: ((u * c[1]).sum(axis=1, keepdims=True), (u * c[0]).sum(axis=0, keepdims=True)),
        lambda u, c: ((u * c[1]).sum(axis=0, keepdims=True).T, (u * c[0]).sum(axis=1, keepdims=True).T),
    )
    return pair_of(generator, lambda a, b: (a * b, (a, b)), backwards, inputs)


@family()
def unit_length(generator: np.random.Generator) -> Pair:
    """x over its length; wrong: the length taken for a constant."""

    def forward(x: Array) -> Any:
        n = np.sqrt(np.sum(x * x))
        return x / n, (x / n, n)

    backwards = (lambda u, c: ((u - c[0] * (u @ c[0])) / c[1],), lambda u, c: (u / c[1],))
    return pair_of(generator, forward, backwards, (generator.standard_normal(5),))


@family()
def fixed_dropout(generator: np.random.Generator) -> Pair:
    """Dropout with one fixed mask; wrong: the rescaling forgotten on the way back."""
    mask = generator.random((5, 4)) < 0.7
    backwards = (lambda u, c: (u * mask / 0.7,), lambda u, c: (u * mask,))
    return pair_of(generator, lambda x: (x * mask / 0.7, None), backwards, (generator.standard_normal((5, 4)),))


@family()
def gelu(generator: np.random.Generator) -> Pair:
    """The smooth rectifier by tanh; wrong: the inner derivative forgotten."""
    k = np.sqrt(2 / np.pi)

    def inner(x: Array) -> Array:
        return np.tanh(k * (x + 0.044715 * x**3))

    def backward(u: Array, x: Array) -> Any:
        t = inner(x)
        return (u * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * k * (1 + 3 * 0.044715 * x**2)),)

    backwards = (backward, lambda u, x: (u * 0.5 * (1 + inner(x)),))
    return pair_of(generator, lambda x: (0.5 * x * (1 + inner(x)), x), backwards, (generator.standard_normal((3, 4)),))


@family()
def no_cache(generator: np.random.Generator) -> Pair:
    """A forward pass that returns its output alone: a linear map; wrong: not transposed."""
    a = generator.standard_normal((4, 4))
    return pair_of(generator, lambda x: a @ x, (lambda u: a.T @ u, lambda u: a @ u), (generator.standard_normal(4),))


@family()
def cache_kept_in_the_object(generator: np.random.Generator) -> Pair:
    """A cache handed over; wrong: kept aside from the first call on, and never renewed."""
    kept: list[Array] = []

    def forward(x: Array) -> Any:
        if not kept:
            kept.append(0.5 * x)
        return np.exp(x), np.exp(x)

    backwards = (lambda u, y: (u * y,), lambda u, y: (u * np.exp(kept[0]),))
    return pair_of(generator, forward, backwards, (generator.standard_normal(5),))
