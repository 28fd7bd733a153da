"""The matrix-based network with one mistake: (BP3) is not summed over the examples, so that each bias gets a row of
m gradients and becomes one itself.
"""

import numpy as np


class Network:
    """A feedforward network of sigmoid neurons with the quadratic cost (27)."""

    def __init__(self, sizes):
        """Draw starting weights and biases for layers of the given sizes, inputs first."""
        self.num_layers = len(sizes)
        self.sizes = sizes
        self.rng = np.random.default_rng(0)
        self.biases = [self.rng.standard_normal((n, 1)) for n in sizes[1:]]
        self.weights = [self.rng.standard_normal((n, k)) for k, n in zip(sizes, sizes[1:])]

    def feedforward(self, a):
        """Return the output of the network for inputs in the columns of a, by (25)."""
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(w @ a + b)
        return a

    def SGD(self, training_data, epochs, mini_batch_size, eta):
        """Train on a list of pairs (x, y), shuffled anew in every epoch."""
        for _ in range(epochs):
            order = self.rng.permutation(len(training_data))
            for start in range(0, len(order), mini_batch_size):
                chosen = order[start : start + mini_batch_size]
                self.update_mini_batch([training_data[i] for i in chosen], eta)

    def update_mini_batch(self, mini_batch, eta):
        """Take one step of gradient descent on the mean cost (26) of a list of pairs (x, y)."""
        m = len(mini_batch)
        X = np.hstack([x for x, _ in mini_batch])
        Y = np.hstack([y for _, y in mini_batch])
        nabla_b, nabla_w = self.backprop(X, Y)
        self.biases = [b - eta / m * nb for b, nb in zip(self.biases, nabla_b)]
        self.weights = [w - eta / m * nw for w, nw in zip(self.weights, nabla_w)]

    def backprop(self, X, Y):
        """Return (nabla_b, nabla_w), the gradients of the examples in the columns, summed."""
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]

        Zs, activations = [], [X]
        for b, w in zip(self.biases, self.weights):
            Zs.append(w @ activations[-1] + b)
            activations.append(sigmoid(Zs[-1]))

        Delta = self.cost_derivative(activations[-1], Y) * sigmoid_prime(Zs[-1])  # (BP1)
        for i in range(len(self.weights) - 1, -1, -1):
            nabla_b[i] = Delta  # (BP3)
            nabla_w[i] = Delta @ activations[i].T  # (BP4)
            if i > 0:
                Delta = (self.weights[i].T @ Delta) * sigmoid_prime(Zs[i - 1])  # (BP2)
        return nabla_b, nabla_w

    def cost_derivative(self, output_activations, y):
        """Return the partial derivatives of the cost with respect to the output activations."""
        return output_activations - y


def sigmoid(z):
    """Return the sigmoid of z, element by element."""
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    """Return the derivative of the sigmoid at z, element by element."""
    s = sigmoid(z)
    return s * (1.0 - s)


if __name__ == "__main__":
    xor = [(np.array([[p], [q]]), np.array([[abs(p - q)]])) for p in (0.0, 1.0) for q in (0.0, 1.0)]
    net = Network([2, 4, 1])

    def mean_cost():
        return sum(0.5 * np.sum((net.feedforward(x) - y) ** 2) for x, y in xor) / len(xor)

    print(f"cost before training: {mean_cost():.4f}")
    net.SGD(xor, epochs=300, mini_batch_size=2, eta=3.0)
    print(f"cost after training: {mean_cost():.4f}")
