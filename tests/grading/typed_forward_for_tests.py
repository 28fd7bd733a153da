"""Mistakes in the forward pass and in (BP1), typed into right programs."""

from __future__ import annotations

from typing import Final

from tests.grading.typed_mistake_for_tests import typed

Z = "np.dot(w, activations[-1]) + b"
LOOP_Z = "@ a[l] + self.biases[l])"
EINSUM_Z = 'np.einsum("jk,km->jm", W, h[-1]) + B'
ACTS_Z = "sigmoid(w.dot(acts[-1]) + b)"
KEPT = "activations.append(sigmoid(z))"

FORWARD_INSIDE: Final = (
    typed("plain", "forward-bias-forgotten", "?", (Z, "np.dot(w, activations[-1])")),
    typed("one_loop", "forward-bias-forgotten", "?", (LOOP_Z, "@ a[l])")),
    typed("einsum", "forward-bias-forgotten", "?", (EINSUM_Z, EINSUM_Z.removesuffix(" + B"))),
    typed("in_activations", "forward-bias-forgotten", "?", (ACTS_Z, "sigmoid(w.dot(acts[-1]))")),
    typed(
        "plain",
        "forward-bias-after-sigma",
        "?",
        (Z, "np.dot(w, activations[-1])"),
        (KEPT, "activations.append(sigmoid(z) + b)"),
    ),
    typed("in_activations", "forward-bias-after-sigma", "?", (ACTS_Z, "sigmoid(w.dot(acts[-1])) + b")),
    typed("plain", "forward-bias-subtracted", "?", (Z, "np.dot(w, activations[-1]) - b")),
    typed("einsum", "forward-bias-subtracted", "?", (EINSUM_Z, EINSUM_Z.replace("+ B", "- B"))),
    typed("plain", "forward-w-transposed", "?", ("np.dot(w, activations", "np.dot(w.T, activations")),
    typed("one_loop", "forward-w-transposed", "?", ("z.append(self.weights[l] @", "z.append(self.weights[l].T @")),
    typed(
        "plain",
        "forward-hidden-linear",
        "?",
        (KEPT, "activations.append(sigmoid(z) if len(zs) == len(self.weights) else z)"),
    ),
    typed(
        "one_loop",
        "forward-hidden-linear",
        "?",
        ("a.append(sigma(z[l + 1]))", "a.append(sigma(z[l + 1]) if l == self.L - 1 else z[l + 1])"),
    ),
    typed(
        "plain",
        "forward-hidden-tanh",
        "?",
        (KEPT, "activations.append(sigmoid(z) if len(zs) == len(self.weights) else np.tanh(z))"),
    ),
    typed(
        "one_loop",
        "forward-hidden-tanh",
        "?",
        ("a.append(sigma(z[l + 1]))", "a.append(sigma(z[l + 1]) if l == self.L - 1 else np.tanh(z[l + 1]))"),
    ),
    typed("plain", "forward-input-squashed", "?", ("activations, zs = [x], []", "activations, zs = [sigmoid(x)], []")),
    typed("in_activations", "forward-input-squashed", "?", ("acts = [x]", "acts = [sigmoid(x)]")),
)
"""Of the forward pass that backprop makes for itself."""

OUT_Z = "sigmoid(np.dot(weight, a) + bias)"

FORWARD_OWN: Final = (
    typed("plain", "forward-bias-forgotten", "feedforward", (OUT_Z, "sigmoid(np.dot(weight, a))")),
    typed("plain", "forward-bias-after-sigma", "feedforward", (OUT_Z, "sigmoid(np.dot(weight, a)) + bias")),
    typed("plain", "forward-bias-subtracted", "feedforward", (OUT_Z, "sigmoid(np.dot(weight, a) - bias)")),
    typed("plain", "forward-w-transposed", "feedforward", ("np.dot(weight, a)", "np.dot(weight.T, a)")),
    typed(
        "plain",
        "forward-input-squashed",
        "feedforward",
        ("for bias, weight in", "a = sigmoid(a)\n        for bias, weight in"),
    ),
    typed("one_loop", "forward-bias-forgotten", "feedforward", ("@ out + self.biases[l])", "@ out)")),
    typed("one_loop", "forward-bias-subtracted", "feedforward", ("@ out + self.biases[l])", "@ out - self.biases[l])")),
    typed(
        "in_activations",
        "forward-w-transposed",
        "feedforward",
        ("self.weights[layer].dot(a)", "self.weights[layer].T.dot(a)"),
    ),
    typed(
        "in_activations",
        "forward-hidden-tanh",
        "feedforward",
        ("a = sigmoid(self", "a = (sigmoid if layer == len(self.weights) - 1 else np.tanh)(self"),
    ),
    typed(
        "in_activations",
        "forward-hidden-linear",
        "feedforward",
        ("a = sigmoid(self", "a = (sigmoid if layer == len(self.weights) - 1 else lambda z: z)(self"),
    ),
    typed("einsum", "forward-bias-forgotten", "feedforward", ('"jk,km->jm", W, a) + B', '"jk,km->jm", W, a)')),
)
"""Of feedforward alone: backprop makes a right one for itself."""

FORWARD_SHARED: Final = (
    typed("loops", "forward-bias-forgotten", "feedforward", ("total = b[j, 0]", "total = 0.0")),
    typed("loops", "forward-bias-subtracted", "feedforward", ("total = b[j, 0]", "total = -b[j, 0]")),
    typed("columns", "forward-bias-forgotten", "feedforward", ("W.dot(As[-1]) + b", "W.dot(As[-1])")),
    typed(
        "columns",
        "forward-bias-after-sigma",
        "feedforward",
        ("W.dot(As[-1]) + b", "W.dot(As[-1])"),
        ("As.append(sigmoid(Zs[-1]))", "As.append(sigmoid(Zs[-1]) + b)"),
    ),
    typed(
        "stored",
        "forward-input-squashed",
        "feedforward",
        ("self.zs, self.activations = [], [a]", "self.zs, self.activations = [], [self.sigmoid(a)]"),
    ),
    typed(
        "stored", "forward-bias-forgotten", "feedforward", ("@ self.activations[-1] + b)", "@ self.activations[-1])")
    ),
    typed("dataclass", "forward-bias-subtracted", "feedforward", ("w @ before + b", "w @ before - b")),
)
"""Of one forward pass that feedforward and backprop share: its points, and by carried-forward credit no others."""

ERROR = "error = self.cost_derivative(activations[-1], y)"
DC_DA = "dC_da = self.cost_derivative(a[self.L], y)"
G = "self.cost_derivative(h[-1], y)"
DELTA = "Delta = self.cost_derivative"
BY_A = "by_a = self.cost_derivative(layers[-1].a, y)"
LOOPED = "delta = [(a - t) *"

OUTPUT_INSIDE: Final = (
    typed("plain", "bp1-sign", "bp1", ("error = self", "error = -self")),
    typed("one_loop", "bp1-sign", "bp1", ("dC_da = self.cost_derivative(a[self.L], y)", "dC_da = y - a[self.L]")),
    typed("loops", "bp1-sign", "bp1", (LOOPED, "delta = [(t - a) *")),
    typed("columns", "bp1-sign", "bp1", (DELTA, "Delta = -self.cost_derivative")),
    typed("dataclass", "bp1-sign", "bp1", (BY_A, "by_a = y - layers[-1].a")),
    typed("plain", "bp1-doubled", "bp1", ("error = self", "error = 2 * self")),
    typed("loops", "bp1-doubled", "bp1", (LOOPED, "delta = [2 * (a - t) *")),
    typed("stored", "bp1-doubled", "bp1", ("return self.cost_derivative", "return 2 * self.cost_derivative")),
    typed("plain", "bp1-halved", "bp1", ("error = self", "error = 0.5 * self")),
    typed("einsum", "bp1-halved", "bp1", (G, G + " / 2")),
    typed("plain", "bp1-mean-over-outputs", "bp1", (ERROR, ERROR + " / len(y)")),
    typed("columns", "bp1-mean-over-outputs", "bp1", (DELTA, "Delta = 1 / Y.shape[0] * self.cost_derivative")),
    typed("dataclass", "bp1-mean-over-outputs", "bp1", (BY_A, BY_A + " / len(y)")),
    typed(
        "plain", "bp1-summed-over-outputs", "bp1", (ERROR, "error = np.sum(self.cost_derivative(activations[-1], y))")
    ),
    typed("einsum", "bp1-summed-over-outputs", "bp1", (G, f"np.sum({G})")),
    typed("plain", "bp1-absolute", "bp1", (ERROR, "error = np.abs(activations[-1] - y)")),
    typed("loops", "bp1-absolute", "bp1", (LOOPED, "delta = [abs(a - t) *")),
    typed("one_loop", "bp1-absolute", "bp1", (DC_DA, "dC_da = abs(self.cost_derivative(a[self.L], y))")),
    typed("plain", "bp1-squared", "bp1", (ERROR, ERROR + " ** 2")),
    typed("loops", "bp1-squared", "bp1", (LOOPED, "delta = [(a - t) ** 2 *")),
    typed("plain", "bp1-cost-itself", "bp1", (ERROR, "error = 0.5 * np.sum((activations[-1] - y) ** 2)")),
    typed("einsum", "bp1-cost-itself", "bp1", (G, "np.linalg.norm(h[-1] - y) ** 2 / 2")),
    typed("plain", "bp1-target-forgotten", "bp1", (ERROR, "error = activations[-1]")),
    typed("dataclass", "bp1-target-forgotten", "bp1", (BY_A, "by_a = layers[-1].a")),
    typed("plain", "bp1-uses-z", "bp1", ("cost_derivative(activations[-1], y)", "cost_derivative(zs[-1], y)")),
    typed("columns", "bp1-uses-z", "bp1", ("cost_derivative(As[-1], Y)", "cost_derivative(Zs[-1], Y)")),
    typed(
        "stored", "bp1-uses-z", "bp1", ("self.cost_derivative(self.activations[-1]", "self.cost_derivative(self.zs[-1]")
    ),
    typed(
        "in_activations",
        "bp1-overwrites-a",
        "bp1",
        ("deltas = [self.cost_derivative(out, y) *", "out -= y\n        deltas = [out *"),
    ),
)
"""Of the error of the output layer, in backprop."""

PLAIN_OWN = "return output_activations - y"

OUTPUT_OWN: Final = (
    typed("plain", "bp1-sign", "cost_derivative", (PLAIN_OWN, "return y - output_activations")),
    typed("one_loop", "bp1-sign", "cost_derivative", ("return a - y", "return y - a")),
    typed("plain", "bp1-doubled", "cost_derivative", (PLAIN_OWN, "return 2 * (output_activations - y)")),
    typed("einsum", "bp1-doubled", "cost_derivative", ("np.subtract(a, y)", "2 * np.subtract(a, y)")),
    typed("plain", "bp1-halved", "cost_derivative", (PLAIN_OWN, "return (output_activations - y) / 2")),
    typed("plain", "bp1-mean-over-outputs", "cost_derivative", (PLAIN_OWN, "return (output_activations - y) / len(y)")),
    typed(
        "columns",
        "bp1-mean-over-outputs",
        "cost_derivative",
        (PLAIN_OWN, "return (output_activations - y) / y.shape[0]"),
    ),
    typed("plain", "bp1-absolute", "cost_derivative", (PLAIN_OWN, "return np.abs(output_activations - y)")),
    typed("stored", "bp1-absolute", "cost_derivative", ("return output - target", "return abs(output - target)")),
    typed("plain", "bp1-squared", "cost_derivative", (PLAIN_OWN, "return (output_activations - y) ** 2")),
    typed("dataclass", "bp1-squared", "cost_derivative", (PLAIN_OWN, "return (output_activations - y) ** 2")),
    typed("plain", "bp1-target-forgotten", "cost_derivative", (PLAIN_OWN, "return output_activations")),
    typed("in_activations", "bp1-sign", "cost_derivative", (PLAIN_OWN, "return y - output_activations")),
    typed("loops", "bp1-sign", "cost_derivative", (PLAIN_OWN, "return y - output_activations")),
)
"""Of cost_derivative, which backprop calls, or would."""
