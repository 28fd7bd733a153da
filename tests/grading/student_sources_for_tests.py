"""Networks that students hand in, all of them right: the same assignment as its text is typed by different people."""

from __future__ import annotations

from typing import Final

from tests.grading.student_objects_for_tests import DATACLASS, IN_ACTIVATIONS, STORED
from tests.grading.student_styles_for_tests import COLUMNS, EINSUM, LOOPS

PLAIN: Final = '''\
"""Exercise 2: a network and its gradient."""
import numpy as np


class Network:
    def __init__(self, sizes):
        self.num_layers = len(sizes)
        self.sizes = sizes
        rng = np.random.default_rng(1)
        self.biases = [rng.standard_normal((n, 1)) for n in sizes[1:]]
        self.weights = [rng.standard_normal((n, k)) for k, n in zip(sizes[:-1], sizes[1:])]

    def feedforward(self, a):
        for bias, weight in zip(self.biases, self.weights):
            a = sigmoid(np.dot(weight, a) + bias)
        return a

    def update_mini_batch(self, mini_batch, eta):
        sum_b = [np.zeros(b.shape) for b in self.biases]
        sum_w = [np.zeros(w.shape) for w in self.weights]
        m = len(mini_batch)
        for x, y in mini_batch:
            nabla_b, nabla_w = self.backprop(x, y)
            sum_b = [s + nb for s, nb in zip(sum_b, nabla_b)]
            sum_w = [s + nw for s, nw in zip(sum_w, nabla_w)]
        self.biases = [b - (eta / m) * s for b, s in zip(self.biases, sum_b)]
        self.weights = [w - (eta / m) * s for w, s in zip(self.weights, sum_w)]

    def backprop(self, x, y):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activations, zs = [x], []
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, activations[-1]) + b
            zs.append(z)
            activations.append(sigmoid(z))
        # the output layer
        error = self.cost_derivative(activations[-1], y)
        delta = error * sigmoid_prime(zs[-1])
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].T)
        # back through the hidden layers
        for i in range(len(zs) - 2, -1, -1):
            back = np.dot(self.weights[i + 1].T, delta)
            delta = back * sigmoid_prime(zs[i])
            nabla_b[i] = delta
            nabla_w[i] = np.dot(delta, activations[i].T)
        return nabla_b, nabla_w

    def cost_derivative(self, output_activations, y):
        return output_activations - y


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1.0 - sigmoid(z))
'''

ONE_LOOP: Final = '''\
import numpy as np

sigma = lambda z: 1 / (1 + np.exp(-z))


def sigma_prime(z):
    s = sigma(z)
    return s * (1 - s)


class Network(object):
    """One loop over the layers, from the last to the first."""

    def __init__(self, layer_sizes):
        self.L = len(layer_sizes) - 1
        self.biases = [0.1 * np.ones((n, 1)) for n in layer_sizes[1:]]
        self.weights = [np.random.randn(n, k) / np.sqrt(k) for k, n in zip(layer_sizes, layer_sizes[1:])]

    def feedforward(self, inputs):
        out = inputs
        for l in range(self.L):
            out = sigma(self.weights[l] @ out + self.biases[l])
        return out

    def cost_derivative(self, a, y):
        return a - y

    def backprop(self, x, y):
        a, z = [x], [None]
        for l in range(self.L):
            z.append(self.weights[l] @ a[l] + self.biases[l])
            a.append(sigma(z[l + 1]))
        dC_da = self.cost_derivative(a[self.L], y)
        grad_b, grad_w = [], []
        for l in range(self.L, 0, -1):
            dC_dz = dC_da * sigma_prime(z[l])
            grad_b.insert(0, dC_dz)
            grad_w.insert(0, dC_dz @ a[l - 1].transpose())
            dC_da = self.weights[l - 1].transpose() @ dC_dz
        return grad_b, grad_w

    def update_mini_batch(self, batch, eta):
        grads = [self.backprop(x, y) for x, y in batch]
        rate = eta / len(batch)
        for l in range(self.L):
            self.biases[l] = self.biases[l] - rate * sum(gb[l] for gb, gw in grads)
            self.weights[l] = self.weights[l] - rate * sum(gw[l] for gb, gw in grads)
'''

EXERCISES: Final = (
    PLAIN
    + '''

class LinearNetwork(Network):
    """Backpropagation with linear neurons: sigma(z) = z, so sigma' is 1."""

    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = w @ a + b
        return a

    def backprop(self, x, y):
        linear = [x]
        for b, w in zip(self.biases, self.weights):
            linear.append(w @ linear[-1] + b)
        d = linear[-1] - y
        found = []
        for w, before in zip(self.weights[::-1], linear[-2::-1]):
            found.append((d, d @ before.T))
            d = w.T @ d
        return [b for b, _ in found[::-1]], [w for _, w in found[::-1]]


class ModifiedNetwork(Network):
    """The first neuron of the first hidden layer has tanh, all others the sigmoid."""

    def backprop(self, x, y):
        values, slopes = [x], []
        for i, (b, w) in enumerate(zip(self.biases, self.weights)):
            u = w @ values[-1] + b
            v, s = sigmoid(u), sigmoid_prime(u)
            if i == 0:
                v[0], s[0] = np.tanh(u[0]), 1 - np.tanh(u[0]) ** 2
            values.append(v)
            slopes.append(s)
        e = (values[-1] - y) * slopes[-1]
        by_b, by_w = [e], [e @ values[-2].T]
        for i in range(len(slopes) - 2, -1, -1):
            e = (self.weights[i + 1].T @ e) * slopes[i]
            by_b.insert(0, e)
            by_w.insert(0, e @ values[i].T)
        return by_b, by_w


class MatrixNetwork(Network):
    """All examples of a mini-batch at once, one in each column; the sums over them are returned."""

    def backprop(self, X, Y):
        A, Z = [X], []
        for b, w in zip(self.biases, self.weights):
            Z.append(w @ A[-1] + b)
            A.append(sigmoid(Z[-1]))
        D = (A[-1] - Y) * sigmoid_prime(Z[-1])
        B = [D.sum(axis=1, keepdims=True)]
        W = [D @ A[-2].T]
        for i in range(len(Z) - 2, -1, -1):
            D = (self.weights[i + 1].T @ D) * sigmoid_prime(Z[i])
            B.insert(0, np.sum(D, axis=1, keepdims=True))
            W.insert(0, D @ A[i].T)
        return B, W
'''
)

SOURCES: Final = {
    "plain": PLAIN,
    "one_loop": ONE_LOOP,
    "loops": LOOPS,
    "einsum": EINSUM,
    "columns": COLUMNS,
    "stored": STORED,
    "in_activations": IN_ACTIVATIONS,
    "dataclass": DATACLASS,
    "exercises": EXERCISES,
}
"""Every right program for the built-in network rubric, by what it is called."""
