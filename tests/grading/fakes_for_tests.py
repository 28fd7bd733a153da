"""Programs whose gradient is right: made by differences, complex steps or dual numbers, and made honestly but slowly or coarsely."""

from __future__ import annotations

from typing import Final

HEAD: Final = """
import numpy as np


class Network:
    def __init__(self, sizes):
        self.sizes = sizes
        self.biases = [np.zeros((n, 1)) for n in sizes[1:]]
        self.weights = [np.zeros((n, k)) for k, n in zip(sizes[:-1], sizes[1:])]

    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(w @ a + b)
        return a

    def cost_derivative(self, a, y):
        return a - y

    def update_mini_batch(self, mini_batch, eta):
        sums = [self.backprop(x, y) for x, y in mini_batch]
        m = len(mini_batch)
        self.biases = [b - eta / m * sum(s[0][i] for s in sums) for i, b in enumerate(self.biases)]
        self.weights = [w - eta / m * sum(s[1][i] for s in sums) for i, w in enumerate(self.weights)]

    def cost(self, x, y):
        return 0.5 * np.sum((self.feedforward(x) - y) ** 2)

    def by_components(self, slope):
        nablas = []
        for arrays in (self.biases, self.weights):
            nabla = []
            for i in range(len(arrays)):
                kept = arrays[i]
                out = np.zeros(kept.shape)
                for index in np.ndindex(kept.shape):
                    out[index] = slope(arrays, i, index)
                    arrays[i] = kept
                nabla.append(out)
            nablas.append(nabla)
        return nablas[0], nablas[1]


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1.0 - sigmoid(z))


def moved(array, index, by):
    array = array.astype(complex) if isinstance(by, complex) else array.copy()
    array[index] += by
    return array
"""

FORWARD_DIFFERENCES: Final = """

def backprop(self, x, y, h=1e-7):
    base = self.cost(x, y)

    def slope(arrays, i, index):
        arrays[i] = moved(arrays[i], index, h)
        return (self.cost(x, y) - base) / h

    return self.by_components(slope)
"""

CENTRAL_DIFFERENCES: Final = """

def backprop(self, x, y, h=1e-5):
    def slope(arrays, i, index):
        kept, found = arrays[i], []
        for by in (h, -h):
            arrays[i] = moved(kept, index, by)
            found.append(self.cost(x, y))
        return (found[0] - found[1]) / (2 * h)

    return self.by_components(slope)
"""

RICHARDSON: Final = """

def backprop(self, x, y, h=2e-3):
    def slope(arrays, i, index):
        kept, found = arrays[i], []
        for by in (h, -h, h / 2, -h / 2, h / 4, -h / 4):
            arrays[i] = moved(kept, index, by)
            found.append(self.cost(x, y))
        wide, half, narrow = ((found[j] - found[j + 1]) / (2 * h / 2 ** (j // 2)) for j in (0, 2, 4))
        first, second = (4 * half - wide) / 3, (4 * narrow - half) / 3
        return (16 * second - first) / 15

    return self.by_components(slope)
"""

COMPLEX_STEP: Final = """

def backprop(self, x, y, h=1e-30):
    def slope(arrays, i, index):
        arrays[i] = moved(arrays[i], index, h * 1j)
        return self.cost(x, y).imag / h

    return self.by_components(slope)
"""

DUAL_NUMBERS: Final = """

def backprop(self, x, y):
    def slope(arrays, i, index):
        a, da = x, np.zeros(x.shape)
        for layer, (b, w) in enumerate(zip(self.biases, self.weights)):
            db, dw = np.zeros(b.shape), np.zeros(w.shape)
            if layer == i:
                (db if arrays is self.biases else dw)[index] = 1.0
            a, da = sigmoid(w @ a + b), sigmoid_prime(w @ a + b) * (dw @ a + w @ da + db)
        return np.sum((a - y) * da)

    return self.by_components(slope)
"""

HONEST: Final = """

def backprop(self, x, y):
    zs, activations = [], [x]
    for b, w in zip(self.biases, self.weights):
        zs.append(w @ activations[-1] + b)
        activations.append(sigmoid(zs[-1]))
    nabla_b, nabla_w = [None] * len(zs), [None] * len(zs)
    delta = self.cost_derivative(activations[-1], y) * sigmoid_prime(zs[-1])
    for i in range(len(zs) - 1, -1, -1):
        nabla_b[i], nabla_w[i] = delta, delta @ activations[i].T
        delta = self.weights[i].T @ delta * (sigmoid_prime(zs[i - 1]) if i else 1.0)
    return nabla_b, nabla_w
"""

SLOW_LOOPS: Final = """

def feedforward(self, a):
    a = [float(v) for v in np.ravel(a)]
    for b, w in zip(self.biases, self.weights):
        rows = [[float(v) for v in row] for row in w]
        a = [float(sigmoid(sum(r * v for r, v in zip(row, a)) + float(c[0]))) for row, c in zip(rows, b)]
    return np.array(a).reshape(-1, 1)


def backprop(self, x, y):
    activations, zs = [[float(v) for v in np.ravel(x)]], []
    for b, w in zip(self.biases, self.weights):
        z = []
        for j in range(w.shape[0]):
            total = float(b[j, 0])
            for k in range(w.shape[1]):
                total += float(w[j, k]) * activations[-1][k]
            z.append(total)
        zs.append(z)
        activations.append([float(sigmoid(v)) for v in z])
    nabla_b = [np.zeros(b.shape) for b in self.biases]
    nabla_w = [np.zeros(w.shape) for w in self.weights]
    delta = [(a - float(t)) * float(sigmoid_prime(z)) for a, t, z in zip(activations[-1], np.ravel(y), zs[-1])]
    for i in range(len(zs) - 1, -1, -1):
        for j in range(len(delta)):
            nabla_b[i][j, 0] = delta[j]
            for k in range(len(activations[i])):
                nabla_w[i][j, k] = delta[j] * activations[i][k]
        if i:
            before = []
            for k in range(len(activations[i])):
                total = 0.0
                for j in range(len(delta)):
                    total += float(self.weights[i][j, k]) * delta[j]
                before.append(total * float(sigmoid_prime(zs[i - 1][k])))
            delta = before
    return nabla_b, nabla_w


Network.feedforward = feedforward
"""

SINGLE_PRECISION: Final = (
    HONEST.replace("def backprop(", "def in_double(")
    + """

def backprop(self, x, y):
    kept = self.biases, self.weights
    self.biases, self.weights = ([a.astype(np.float32) for a in arrays] for arrays in kept)
    try:
        return in_double(self, x.astype(np.float32), y.astype(np.float32))
    finally:
        self.biases, self.weights = kept
"""
)

SINGLE_INSIDE: Final = (
    SINGLE_PRECISION
    + """

def in_single(self, x, y, single=backprop):
    return tuple([a.astype(np.float64) for a in arrays] for arrays in single(self, x, y))


backprop = in_single
"""
)

END: Final = "\n\nNetwork.backprop = backprop\n"

FAKES: Final = {
    "forward differences": FORWARD_DIFFERENCES,
    "central differences": CENTRAL_DIFFERENCES,
    "Richardson": RICHARDSON,
    "complex step": COMPLEX_STEP,
    "dual numbers": DUAL_NUMBERS,
}

HONEST_ONES: Final = {
    "arrays": HONEST,
    "slow loops": SLOW_LOOPS,
    "single precision": SINGLE_PRECISION,
    "single precision inside": SINGLE_INSIDE,
}


def program(body: str) -> str:
    """Return a whole submission."""
    return HEAD + body + END
