"""What all hostile submissions are made of: a program that is wrong in everything, and an attack at its import or in each of its calls."""

from __future__ import annotations

import textwrap
from typing import Final

MARK: Final = "ZXQ-the-planted-secret-QXZ"
"""What must be found nowhere in what is written about a class: it is in the environment of the grader, in files, in other submissions."""

SHELL: Final = '''
import ctypes, gc, glob, json, os, signal, socket, subprocess, sys, tempfile, threading, time
import numpy as np

FOUND = []


def tell(what):
    """Hand out what was found in every way there is."""
    FOUND.append(str(what))
    print(what, flush=True)
    print(what, file=sys.stderr, flush=True)


def attack():
{in_call}


def attacked():
    try:
        attack()
    except Exception as error:
        tell(repr(error))
    if FOUND:
        raise ValueError(" ".join(FOUND)[-1500:])


class Network:
    def __init__(self, sizes):
        self.sizes = list(sizes)
        self.biases = [np.zeros((n, 1)) for n in self.sizes[1:]]
        self.weights = [np.zeros((n, k)) for k, n in zip(self.sizes, self.sizes[1:])]

    def feedforward(self, a):
        attacked()
        return np.full((self.sizes[-1], 1), 7.0)

    def backprop(self, x, y):
        attacked()
        return [np.full(b.shape, 3.0) for b in self.biases], [np.full(w.shape, 5.0) for w in self.weights]

    def update_mini_batch(self, mini_batch, eta):
        attacked()
        self.weights = [w + 11.0 for w in self.weights]
        self.biases = [b * len(mini_batch) - 13.0 for b in self.biases]

    def cost_derivative(self, output_activations, y):
        attacked()
        return np.full(np.shape(y), 9.0)


def sigmoid(z):
    attacked()
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return np.cos(z) + 2.0


{at_import}
'''


def in_every_call(body: str) -> str:
    """Return a submission that attacks in each of its calls."""
    return SHELL.format(in_call=_indented(body), at_import="").lstrip()


def at_import(body: str) -> str:
    """Return a submission that attacks when it is imported."""
    return SHELL.format(in_call="    pass", at_import=textwrap.dedent(body).strip("\n")).lstrip()


def _indented(body: str) -> str:
    return textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
