"""A classifier: tanh neurons, a softmax output, the log-likelihood cost."""

import numpy as np


def tanh(z):
    return np.tanh(z)


def tanh_prime(z):
    return 1.0 - np.tanh(z) ** 2


def softmax(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


class Network:
    def __init__(self, sizes):
        rng = np.random.default_rng(0)
        self.biases = [rng.standard_normal((n, 1)) for n in sizes[1:]]
        self.weights = [rng.standard_normal((n, k)) for k, n in zip(sizes[:-1], sizes[1:])]

    def feedforward(self, a):
        for w, b in zip(self.weights[:-1], self.biases[:-1]):
            a = tanh(w @ a + b)
        return softmax(self.weights[-1] @ a + self.biases[-1])

    def backprop(self, x, y):
        activations, zs = [x], []
        for w, b in zip(self.weights[:-1], self.biases[:-1]):
            zs.append(w @ activations[-1] + b)
            activations.append(tanh(zs[-1]))
        delta = softmax(self.weights[-1] @ activations[-1] + self.biases[-1]) - y
        nabla_b, nabla_w = [delta], [delta @ activations[-1].T]
        for w, z, a in zip(self.weights[:0:-1], zs[::-1], activations[-2::-1]):
            delta = (w.T @ delta) * tanh_prime(z)
            nabla_b.insert(0, delta)
            nabla_w.insert(0, delta @ a.T)
        return nabla_b, nabla_w

    def update_mini_batch(self, mini_batch, eta):
        steps = [self.backprop(x, y) for x, y in mini_batch]
        scale = eta / len(steps)
        self.biases = [b - scale * sum(s[0][i] for s in steps) for i, b in enumerate(self.biases)]
        self.weights = [w - scale * sum(s[1][i] for s in steps) for i, w in enumerate(self.weights)]
