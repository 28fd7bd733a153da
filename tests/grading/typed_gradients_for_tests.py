"""Mistakes in (BP2), (BP3) and (BP4), typed into right programs."""

from __future__ import annotations

from typing import Final

from tests.grading.typed_mistake_for_tests import Typed, typed

BACK = "back = np.dot(self.weights[i + 1].T, delta)"
SIGMA = "back * sigmoid_prime(zs[i])"
LOOP_BACK = "dC_da = self.weights[l - 1].transpose() @ dC_dz"
EIN_BACK = 'g = np.einsum("kj,km->jm", self.weights[n + 1], g)'
KEPT_BACK = "(self.weights[i + 1].T @ delta)"

HIDDEN_ERROR: Final = tuple(
    typed(source, mistake, "bp2", *edits)
    for source, mistake, *edits in (
        ("plain", "bp2-w-not-transposed", (BACK, "back = np.dot(self.weights[i + 1], delta)")),
        ("one_loop", "bp2-w-not-transposed", (LOOP_BACK, "dC_da = self.weights[l - 1] @ dC_dz")),
        ("columns", "bp2-w-not-transposed", ("W.T.dot(Delta)", "W.dot(Delta)")),
        ("plain", "bp2-elementwise", (BACK, "back = self.weights[i + 1].T * delta")),
        ("stored", "bp2-elementwise", (KEPT_BACK, "(self.weights[i + 1].T * delta)")),
        (
            "plain",
            "bp2-sum-over-wrong-index",
            (BACK, "back = np.sum(self.weights[i + 1], axis=1, keepdims=True) * delta"),
        ),
        ("plain", "bp2-own-weights", (BACK, "back = np.dot(self.weights[i].T, delta)")),
        ("einsum", "bp2-own-weights", ("self.weights[n + 1], g)", "self.weights[n], g)")),
        ("plain", "bp2-weights-forgotten", (BACK, "back = delta")),
        ("stored", "bp2-weights-forgotten", (KEPT_BACK, "delta")),
        ("plain", "bp2-mean-not-sum", (BACK, "back = np.dot(self.weights[i + 1].T, delta) / len(delta)")),
        ("loops", "bp2-mean-not-sum", ("previous.append(s *", "previous.append(s / len(delta) *")),
        ("dataclass", "bp2-mean-not-sum", ("by_a = layer.w.T @ delta", "by_a = layer.w.T @ delta / len(delta)")),
        ("plain", "bp2-absolute-weights", (BACK, "back = np.dot(np.abs(self.weights[i + 1]).T, delta)")),
        ("columns", "bp2-absolute-weights", ("W.T.dot(Delta)", "abs(W.T).dot(Delta)")),
        ("plain", "bp2-sign", (BACK, "back = -np.dot(self.weights[i + 1].T, delta)")),
        ("one_loop", "bp2-sign", (LOOP_BACK, "dC_da = -self.weights[l - 1].transpose() @ dC_dz")),
        ("loops", "bp2-sign", ("s += self.weights", "s -= self.weights")),
        ("plain", "bp2-doubled", (SIGMA, "2 * back * sigmoid_prime(zs[i])")),
        ("in_activations", "bp2-doubled", ("deltas.append(w.T", "deltas.append(2 * w.T")),
        (
            "plain",
            "bp2-delta-not-updated",
            ("delta = back *", "hidden = back *"),
            ("nabla_b[i] = delta", "nabla_b[i] = hidden"),
            ("nabla_w[i] = np.dot(delta", "nabla_w[i] = np.dot(hidden"),
        ),
        ("in_activations", "bp2-delta-not-updated", ("w.T.dot(deltas[-1])", "w.T.dot(deltas[0])")),
        (
            "plain",
            "bp2-weights-already-updated",
            (
                "activations[-2].T)\n",
                "activations[-2].T)\n        self.weights[-1] = self.weights[-1] - 0.4 * nabla_w[-1]\n",
            ),
            (
                "activations[i].T)\n",
                "activations[i].T)\n            self.weights[i] = self.weights[i] - 0.4 * nabla_w[i]\n",
            ),
        ),
        (
            "plain",
            "bp2-order-of-34",
            (BACK, "back = np.dot(self.weights[i + 1].T, delta * sigmoid_prime(zs[i + 1]))"),
            (SIGMA, "back"),
        ),
        (
            "stored",
            "bp2-order-of-34",
            (
                "(self.weights[i + 1].T @ delta) * sigmoid_prime(self.zs[i])",
                "self.weights[i + 1].T @ (delta * sigmoid_prime(self.zs[i + 1]))",
            ),
        ),
        ("plain", "bp2-as-output", (SIGMA, "(activations[i + 1] - y) * sigmoid_prime(zs[i])")),
        ("plain", "bp2-sigma-prime-of-next-z", (SIGMA, "back * sigmoid_prime(zs[i + 1])")),
        ("loops", "bp2-sigma-prime-of-next-z", ("all_z[l - 1][k]", "all_z[l][k]")),
        ("plain", "bp2-sigma-prime-of-z-before", (SIGMA, "back * sigmoid_prime(zs[max(i - 1, 0)])")),
        ("stored", "bp2-sigma-prime-of-z-before", ("sigmoid_prime(self.zs[i])", "sigmoid_prime(self.zs[i - 1])")),
        ("plain", "bp2-sigma-prime-of-output-z", (SIGMA, "back * sigmoid_prime(zs[-1])")),
        ("einsum", "bp2-sigma-prime-of-output-z", ("sigmoid_derivative(pre[n])", "sigmoid_derivative(pre[top])")),
    )
)

B_OUT, B_IN = "nabla_b[-1] = delta", "nabla_b[i] = delta"
W_OUT, W_IN = "np.dot(delta, activations[-2].T)", "np.dot(delta, activations[i].T)"
LOOP_B = "grad_b.insert(0, dC_dz)"
LOOP_W = "dC_dz @ a[l - 1].transpose()"

FOR_BIASES: Final = {
    "bp3-forgotten": ("nabla_b[-1] = nabla_b[-1]", "nabla_b[i] = nabla_b[i]"),
    "bp3-sign": ("nabla_b[-1] = -delta", "nabla_b[i] = -delta"),
    "bp3-summed-over-all": ("nabla_b[-1] += np.sum(delta)", "nabla_b[i] += np.sum(delta)"),
    "bp3-sum-without-axis": ("nabla_b[-1] = np.sum(delta)", "nabla_b[i] = np.sum(delta)"),
    "bp3-sum-without-axis-keepdims": (
        "nabla_b[-1] = delta.sum(keepdims=True)",
        "nabla_b[i] = delta.sum(keepdims=True)",
    ),
    "bp3-mean-over-neurons": ("nabla_b[-1] += np.mean(delta)", "nabla_b[i] += np.mean(delta)"),
    "bp3-wrong-axis": (
        "nabla_b[-1] = delta.sum(axis=0, keepdims=True)",
        "nabla_b[i] = delta.sum(axis=0, keepdims=True)",
    ),
    "bp3-vector": ("nabla_b[-1] = delta.sum(axis=1)", "nabla_b[i] = delta.sum(axis=1)"),
    "bp3-grown-to-matrix": ("nabla_b[-1] = nabla_b[-1] + delta.ravel()", "nabla_b[i] = nabla_b[i] + delta.ravel()"),
    "bp3-times-own-activation": ("nabla_b[-1] = delta * activations[-1]", "nabla_b[i] = delta * activations[i + 1]"),
    "bp3-row-sums-of-nabla-w": (
        "nabla_b[-1] = delta * activations[-2].sum()",
        "nabla_b[i] = delta * activations[i].sum()",
    ),
    "bp3-times-mean-activation": (
        "nabla_b[-1] = delta * activations[-2].mean()",
        "nabla_b[i] = delta * activations[i].mean()",
    ),
    "bp3-times-b": ("nabla_b[-1] = delta * self.biases[-1]", "nabla_b[i] = delta * self.biases[i]"),
    "bp3-before-sigma-prime": ("nabla_b[-1] = error", "nabla_b[i] = back"),
}
"""What is typed for the two lines of the program called plain that store nabla_b: of the output layer, and of a hidden one."""

FOR_WEIGHTS: Final = {
    "bp4-forgotten": ("np.zeros(self.weights[-1].shape)", "np.zeros(self.weights[i].shape)"),
    "bp4-sign": ("-np.dot(delta, activations[-2].T)", "-np.dot(delta, activations[i].T)"),
    "bp4-transposed": ("np.dot(activations[-2], delta.T)", "np.dot(activations[i], delta.T)"),
    "bp4-own-activation": ("np.dot(delta, activations[-1].T)", "np.dot(delta, activations[i + 1].T)"),
    "bp4-uses-x": ("np.dot(delta, x.T)", "np.dot(delta, x.T)"),
    "bp4-elementwise": ("delta * activations[-2]", "delta * activations[i]"),
    "bp4-delta-missing": ("np.ones(delta.shape) @ activations[-2].T", "np.ones(delta.shape) @ activations[i].T"),
    "bp4-activation-missing": (
        "np.repeat(delta, len(activations[-2]), axis=1)",
        "np.repeat(delta, len(activations[i]), axis=1)",
    ),
    "bp4-times-w": (f"{W_OUT} * self.weights[-1]", f"{W_IN} * self.weights[i]"),
    "bp4-before-sigma-prime": ("np.dot(error, activations[-2].T)", "np.dot(back, activations[i].T)"),
}
"""The same for nabla_w."""

OTHERS: Final = (
    typed("one_loop", "bp3-forgotten", "bp3", (LOOP_B, "grad_b.insert(0, np.zeros(dC_dz.shape))")),
    typed("one_loop", "bp3-sign", "bp3", (LOOP_B, "grad_b.insert(0, -dC_dz)")),
    typed("one_loop", "bp3-vector", "bp3", (LOOP_B, "grad_b.insert(0, dC_dz.flatten())")),
    typed("one_loop", "bp3-before-sigma-prime", "bp3", (LOOP_B, "grad_b.insert(0, dC_da)")),
    typed("loops", "bp3-forgotten", "bp3", ("                nabla_b[l][j, 0] = delta[j]\n", "")),
    typed(
        "loops",
        "bp3-times-own-activation",
        "bp3",
        ("nabla_b[l][j, 0] = delta[j]", "nabla_b[l][j, 0] = delta[j] * all_a[l + 1][j]"),
    ),
    typed("einsum", "bp3-sum-without-axis", "bp3", ('np.einsum("jm->j", g)[:, None]', 'np.einsum("jm->", g)')),
    typed("einsum", "bp3-vector", "bp3", ('np.einsum("jm->j", g)[:, None]', 'np.einsum("jm->j", g)')),
    typed(
        "columns",
        "bp3-wrong-axis",
        "bp3 mini_batch",
        ("[Delta.sum(axis=1, keep", "[Delta.sum(axis=0, keep"),
        ("np.sum(Delta, axis=1, keep", "np.sum(Delta, axis=0, keep"),
    ),
    typed(
        "columns",
        "bp3-not-summed",
        "mini_batch",
        ("[Delta.sum(axis=1, keepdims=True)]", "[Delta]"),
        ("np.sum(Delta, axis=1, keepdims=True)", "Delta"),
    ),
    typed(
        "columns",
        "bp3-first-example-only",
        "mini_batch",
        ("[Delta.sum(axis=1, keepdims=True)]", "[Delta[:, :1]]"),
        ("np.sum(Delta, axis=1, keepdims=True)", "Delta[:, :1]"),
    ),
    typed(
        "dataclass",
        "bp3-times-b",
        "bp3",
        ("nabla_b.append(delta)", "nabla_b.append(delta * (layer.z - layer.w @ layer.before))"),
    ),
    typed("stored", "bp3-sign", "bp3", ("self.nabla_b[i] + delta", "self.nabla_b[i] - delta")),
    typed("one_loop", "bp4-sign", "bp4", (LOOP_W, f"-{LOOP_W}")),
    typed("one_loop", "bp4-transposed", "bp4", (LOOP_W, "a[l - 1] @ dC_dz.transpose()")),
    typed("one_loop", "bp4-uses-z", "bp4", (LOOP_W, "dC_dz @ (z[l - 1] if l > 1 else x).transpose()")),
    typed("plain", "bp4-uses-z", "bp4", (W_IN, "np.dot(delta, (zs[i - 1] if i else x).T)")),
    typed("one_loop", "bp4-own-activation", "bp4", ("a[l - 1].transpose()", "a[l].transpose()")),
    typed("one_loop", "bp4-two-layers-before", "bp4", ("a[l - 1].transpose()", "a[max(l - 2, 0)].transpose()")),
    typed("plain", "bp4-two-layers-before", "bp4", (W_IN, "np.dot(delta, activations[i - 1].T)")),
    typed("one_loop", "bp4-input-squashed", "bp4", (LOOP_W, "dC_dz @ (a[l - 1] if l > 1 else sigma(x)).transpose()")),
    typed("plain", "bp4-input-squashed", "bp4", (W_IN, "np.dot(delta, (activations[i] if i else sigmoid(x)).T)")),
    typed("one_loop", "bp4-before-sigma-prime", "bp4", (LOOP_W, "dC_da @ a[l - 1].transpose()")),
    typed("einsum", "bp4-transposed", "bp4", ('"jm,km->jk"', '"jm,km->kj"')),
    typed("einsum", "bp4-uses-x", "bp4", ("g, h[n])", "g, x)")),
    typed(
        "loops",
        "bp4-delta-missing",
        "bp4",
        ("nabla_w[l][j, k] = delta[j] * all_a[l][k]", "nabla_w[l][j, k] = all_a[l][k]"),
    ),
    typed(
        "loops",
        "bp4-activation-missing",
        "bp4",
        ("nabla_w[l][j, k] = delta[j] * all_a[l][k]", "nabla_w[l][j, k] = delta[j]"),
    ),
    typed("loops", "bp4-times-w", "bp4", ("delta[j] * all_a[l][k]", "delta[j] * all_a[l][k] * self.weights[l][j, k]")),
    typed("loops", "bp4-forgotten", "bp4", ("nabla_w[l][j, k] = delta[j]", "nabla_w[l][j, k] += 0 * delta[j]")),
    typed("dataclass", "bp4-transposed", "bp4", ("np.outer(delta, layer.before)", "np.outer(layer.before, delta)")),
    typed("dataclass", "bp4-own-activation", "bp4", ("np.outer(delta, layer.before)", "np.outer(delta, layer.a)")),
    typed(
        "columns",
        "bp4-uses-z",
        "bp4",
        ("nabla_w = [Delta.dot(As[-2].T)]", "nabla_w = [Delta.dot((Zs[-2] if len(Zs) > 1 else X).T)]"),
    ),
    typed("stored", "bp4-sign", "bp4", ("self.nabla_w[i] + delta @", "self.nabla_w[i] - delta @")),
    typed("in_activations", "bp4-elementwise", "bp4", ("d.dot(a.T)", "d * a")),
)


def _both(mistake: str, old: tuple[str, str], new: tuple[str, str], item: str) -> list[Typed]:
    """Return a mistake typed in all layers, and in the hidden ones alone."""
    return [
        typed("plain", mistake, item, *zip(old, new, strict=True)),
        typed("plain", mistake, item, (old[1], new[1])),
    ]


BIASES: Final = tuple(one for id, new in FOR_BIASES.items() for one in _both(id, (B_OUT, B_IN), new, "bp3"))
WEIGHTS: Final = (*(one for id, new in FOR_WEIGHTS.items() for one in _both(id, (W_OUT, W_IN), new, "bp4")), *OTHERS)
