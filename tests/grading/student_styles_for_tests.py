"""Right networks of students who write loops over numbers, einsum, or whole matrices."""

from __future__ import annotations

from typing import Final

LOOPS: Final = """\
import math
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


class Network:
    def __init__(self, sizes):
        self.sizes = list(sizes)
        self.weights = []
        self.biases = []
        for i in range(1, len(sizes)):
            self.weights.append(np.random.normal(size=(sizes[i], sizes[i - 1])))
            self.biases.append(np.random.normal(size=(sizes[i], 1)))

    def forward(self, x):
        all_z, all_a = [], [[float(v) for v in x[:, 0]]]
        for w, b in zip(self.weights, self.biases):
            z = []
            for j in range(w.shape[0]):
                total = b[j, 0]
                for k in range(w.shape[1]):
                    total += w[j, k] * all_a[-1][k]
                z.append(total)
            all_z.append(z)
            all_a.append([1 / (1 + math.exp(-t)) for t in z])
        return all_z, all_a

    def feedforward(self, a):
        out = self.forward(a)[1][-1]
        return np.array(out).reshape(-1, 1)

    def cost_derivative(self, output_activations, y):
        return output_activations - y

    def backprop(self, x, y):
        all_z, all_a = self.forward(x)
        nabla_b = [np.zeros_like(b) for b in self.biases]
        nabla_w = [np.zeros_like(w) for w in self.weights]
        last = len(self.weights) - 1
        delta = [(a - t) * sigmoid_prime(z) for a, t, z in zip(all_a[-1], y[:, 0], all_z[-1])]
        for l in range(last, -1, -1):
            for j in range(len(delta)):
                nabla_b[l][j, 0] = delta[j]
                for k in range(len(all_a[l])):
                    nabla_w[l][j, k] = delta[j] * all_a[l][k]
            if l == 0:
                break
            previous = []
            for k in range(self.weights[l].shape[1]):
                s = 0.0
                for j in range(len(delta)):
                    s += self.weights[l][j, k] * delta[j]
                previous.append(s * sigmoid_prime(all_z[l - 1][k]))
            delta = previous
        return nabla_b, nabla_w

    def update_mini_batch(self, mini_batch, eta):
        n = len(mini_batch)
        total_b = [np.zeros_like(b) for b in self.biases]
        total_w = [np.zeros_like(w) for w in self.weights]
        for x, y in mini_batch:
            db, dw = self.backprop(x, y)
            for i in range(len(db)):
                total_b[i] += db[i]
                total_w[i] += dw[i]
        for i in range(len(total_b)):
            self.biases[i] = self.biases[i] - eta * total_b[i] / n
            self.weights[i] = self.weights[i] - eta * total_w[i] / n
"""

EINSUM: Final = """\
import numpy as np


def sigmoid(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))))


def sigmoid_derivative(x):
    return sigmoid(x) * sigmoid(-x)


class Network:
    def __init__(self, sizes):
        gen = np.random.default_rng()
        self.weights = [gen.normal(0, 1, (o, i)) for i, o in zip(sizes, sizes[1:])]
        self.biases = [gen.normal(0, 1, (o, 1)) for o in sizes[1:]]

    def feedforward(self, a):
        for W, B in zip(self.weights, self.biases):
            a = sigmoid(np.einsum("jk,km->jm", W, a) + B)
        return a

    def cost_derivative(self, a, y):
        return np.subtract(a, y)

    def backprop(self, x, y):
        h, pre = [x], []
        for W, B in zip(self.weights, self.biases):
            pre.append(np.einsum("jk,km->jm", W, h[-1]) + B)
            h.append(sigmoid(pre[-1]))
        gb = [None for _ in self.biases]
        gw = [None for _ in self.weights]
        top = len(pre) - 1
        g = np.multiply(self.cost_derivative(h[-1], y), sigmoid_derivative(pre[top]))
        for n in range(top, -1, -1):
            if n < top:
                g = np.einsum("kj,km->jm", self.weights[n + 1], g)
                g = np.multiply(g, sigmoid_derivative(pre[n]))
            gb[n] = np.einsum("jm->j", g)[:, None]
            gw[n] = np.einsum("jm,km->jk", g, h[n])
        return gb, gw

    def update_mini_batch(self, mini_batch, eta):
        gradients = [self.backprop(x, y) for x, y in mini_batch]
        for n in range(len(self.weights)):
            mean_b = np.mean([gb[n] for gb, _ in gradients], axis=0)
            mean_w = np.mean([gw[n] for _, gw in gradients], axis=0)
            self.biases[n] = self.biases[n] - eta * mean_b
            self.weights[n] = self.weights[n] - eta * mean_w
"""

COLUMNS: Final = '''\
import numpy as np


def sigmoid(z):
    return 0.5 * (1 + np.tanh(z / 2))


def sigmoid_prime(z):
    t = np.tanh(z / 2)
    return 0.25 * (1 - t * t)


class Network:
    """A mini-batch is one matrix: the examples are its columns."""

    def __init__(self, sizes):
        self.sizes = sizes
        self.biases = [np.random.randn(n, 1) for n in sizes[1:]]
        self.weights = [np.random.randn(n, k) for n, k in zip(sizes[1:], sizes[:-1])]

    def forward(self, X):
        As, Zs = [X], []
        for W, b in zip(self.weights, self.biases):
            Zs.append(W.dot(As[-1]) + b)
            As.append(sigmoid(Zs[-1]))
        return Zs, As

    def feedforward(self, a):
        return self.forward(a)[1][-1]

    def backprop(self, X, Y):
        Zs, As = self.forward(X)
        Delta = self.cost_derivative(As[-1], Y) * sigmoid_prime(Zs[-1])
        nabla_b = [Delta.sum(axis=1, keepdims=True)]
        nabla_w = [Delta.dot(As[-2].T)]
        for W, Z, A in zip(self.weights[:0:-1], Zs[-2::-1], As[-3::-1]):
            Delta = W.T.dot(Delta) * sigmoid_prime(Z)
            nabla_b.append(np.sum(Delta, axis=1, keepdims=True))
            nabla_w.append(Delta.dot(A.T))
        return nabla_b[::-1], nabla_w[::-1]

    def cost_derivative(self, output_activations, y):
        return output_activations - y

    def update_mini_batch(self, mini_batch, eta):
        X = np.hstack([x for x, _ in mini_batch])
        Y = np.hstack([y for _, y in mini_batch])
        m = X.shape[1]
        nabla_b, nabla_w = self.backprop(X, Y)
        self.biases = [b - eta / m * nb for b, nb in zip(self.biases, nabla_b)]
        self.weights = [w - eta / m * nw for w, nw in zip(self.weights, nabla_w)]
'''
