"""Layers: each forward pass returns what its backward pass needs."""

import numpy as np


def affine_forward(x, w, b):
    """x (m, n), w (n, k), b (k,) -> (m, k)."""
    return x @ w + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def layernorm_forward(x, gain, bias):
    """Each row of x (m, n) brought to mean 0 and variance 1, then scaled and shifted."""
    centred = x - x.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)
    normal = centred / spread
    return gain * normal + bias, (normal, spread, gain)


def layernorm_backward(dout, cache):
    normal, spread, gain = cache
    dnormal = dout * gain
    dx = dnormal - dnormal.mean(axis=1, keepdims=True)
    dx -= normal * (dnormal * normal).mean(axis=1, keepdims=True)
    return dx / spread, (dout * normal).sum(axis=0), dout.sum(axis=0)
