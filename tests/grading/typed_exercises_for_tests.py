"""Mistakes in the classes of the chapter's exercises and problem, typed beside a right Network."""

from __future__ import annotations

from typing import Final

from tests.grading.typed_mistake_for_tests import typed

EXERCISES: Final = tuple(
    typed("exercises", mistake, item, *edits)
    for mistake, item, *edits in (
        ("mean-where-sum-is-declared", "matrix_batch", ("D = (A[-1] - Y) *", "D = (A[-1] - Y) / Y.shape[1] *")),
        (
            "last-example-only",
            "matrix_batch",
            ("A, Z = [X], []", "X, Y = X[:, -1:], Y[:, -1:]\n        A, Z = [X], []"),
        ),
        ("first-example-only", "matrix_batch", ("A, Z = [X], []", "X, Y = X[:, :1], Y[:, :1]\n        A, Z = [X], []")),
        (
            "bp3-not-summed",
            "matrix_batch",
            ("[D.sum(axis=1, keepdims=True)]", "[D]"),
            ("np.sum(D, axis=1, keepdims=True)", "D"),
        ),
        ("bp3-first-example-only", "matrix_batch", ("np.sum(D, axis=1, keepdims=True)", "D[:, :1]")),
        (
            "bp3-rows-and-columns-mixed",
            "matrix_batch",
            ("[D.sum(axis=1, keepdims=True)]", "[D.reshape(D.shape[::-1]).sum(axis=0)[:, None]]"),
            ("np.sum(D, axis=1, keepdims=True)", "D.reshape(D.shape[::-1]).sum(axis=0)[:, None]"),
        ),
        (
            "bp3-vector",
            "matrix_batch",
            ("[D.sum(axis=1, keepdims=True)]", "[D.sum(axis=1)]"),
            ("np.sum(D, axis=1, keepdims=True)", "np.sum(D, axis=1)"),
        ),
        ("bp3-wrong-axis", "matrix_batch", ("np.sum(D, axis=1, keepdims=True)", "np.sum(D, axis=0, keepdims=True)")),
        ("sigma-prime-missing", "matrix_batch", ("(A[-1] - Y) * sigmoid_prime(Z[-1])", "A[-1] - Y")),
        ("bp2-sign", "matrix_batch", ("D = (self.weights[i + 1].T @ D)", "D = -(self.weights[i + 1].T @ D)")),
        (
            "sigma-prime-of-the-other-neurons",
            "modified_neuron",
            ("v[0], s[0] = np.tanh(u[0]), 1 - np.tanh(u[0]) ** 2", "v[0] = np.tanh(u[0])"),
        ),
        (
            "sigma-prime-of-the-modified-neuron",
            "modified_neuron",
            ("v[0], s[0] = np.tanh(u[0]), 1 - np.tanh(u[0]) ** 2", "v[0], s = np.tanh(u[0]), 1 - np.tanh(u) ** 2"),
        ),
        (
            "bp2-mean-not-sum",
            "modified_neuron",
            ("e = (self.weights[i + 1].T @ e) *", "e = (self.weights[i + 1].T @ e) / len(e) *"),
        ),
        ("bp1-sign", "linear_neurons", ("d = linear[-1] - y", "d = y - linear[-1]")),
        ("bp4-own-activation", "linear_neurons", ("linear[-2::-1]", "linear[::-1]")),
        ("sigma-prime-of-sigmoid", "linear_neurons", ("d = w.T @ d\n", "d = w.T @ d * sigmoid_prime(before)\n")),
    )
)
