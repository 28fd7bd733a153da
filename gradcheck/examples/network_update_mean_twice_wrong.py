"""The chapter's network with one mistake: update_mini_batch divides by m twice, where (26) has one 1/m."""

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
        """Return the output of the network for the input column a, by (25)."""
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
        sum_b = [np.zeros(b.shape) for b in self.biases]
        sum_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in mini_batch:
            nabla_b, nabla_w = self.backprop(x, y)
            sum_b = [total + nb / m for total, nb in zip(sum_b, nabla_b)]
            sum_w = [total + nw / m for total, nw in zip(sum_w, nabla_w)]
        self.biases = [b - eta / m * total for b, total in zip(self.biases, sum_b)]
        self.weights = [w - eta / m * total for w, total in zip(self.weights, sum_w)]

    def backprop(self, x, y):
        """Return (nabla_b, nabla_w), the gradient of one example's cost, layer by layer."""
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]

        zs, activations = [], [x]
        for b, w in zip(self.biases, self.weights):
            zs.append(w @ activations[-1] + b)
            activations.append(sigmoid(zs[-1]))

        delta = self.cost_derivative(activations[-1], y) * sigmoid_prime(zs[-1])  # (BP1)
        for i in range(len(self.weights) - 1, -1, -1):
            nabla_b[i] = delta  # (BP3)
            nabla_w[i] = delta @ activations[i].T  # (BP4)
            if i > 0:
                delta = (self.weights[i].T @ delta) * sigmoid_prime(zs[i - 1])  # (BP2)
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
