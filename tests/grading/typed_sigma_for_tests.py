"""Mistakes in sigma', typed into right programs: at the output, in the hidden layers, in both, and in the function of its own."""

from __future__ import annotations

from typing import Final

from tests.grading.typed_mistake_for_tests import Typed, typed

OUTPUT = "error * sigmoid_prime(zs[-1])"
HIDDEN = "back * sigmoid_prime(zs[i])"

AT_OUTPUT: Final = {
    "sigma-prime-missing": "error",
    "sigma-prime-of-a": "error * sigmoid_prime(activations[-1])",
    "sigma-prime-is-sigma": "error * sigmoid(zs[-1])",
    "sigma-prime-formula-with-z": "error * zs[-1] * (1 - zs[-1])",
    "sigma-prime-plus-for-minus": "error * activations[-1] * (1 + activations[-1])",
    "sigma-prime-one-minus-a": "error * (1 - activations[-1])",
    "sigma-prime-twice": "error * sigmoid_prime(zs[-1]) ** 2",
    "sigma-prime-as-product": "error * sigmoid(zs[-1]) * zs[-1]",
    "sigma-prime-dot-product": "np.full(error.shape, np.vdot(error, sigmoid_prime(zs[-1])))",
    "sigma-prime-of-tanh": "error * (1 - np.tanh(zs[-1]) ** 2)",
    "sigma-prime-formula-of-tanh": "error * (1 - activations[-1] ** 2)",
    "sigma-prime-of-relu": "error * (zs[-1] > 0)",
}
"""What is typed for the error of the output layer of the program called plain."""

AT_HIDDEN: Final = {
    "sigma-prime-missing": "back",
    "sigma-prime-of-a": "back * sigmoid_prime(activations[i + 1])",
    "sigma-prime-is-sigma": "back * sigmoid(zs[i])",
    "sigma-prime-formula-with-z": "back * zs[i] * (1 - zs[i])",
    "sigma-prime-plus-for-minus": "back * activations[i + 1] * (1 + activations[i + 1])",
    "sigma-prime-one-minus-a": "back * (1 - activations[i + 1])",
    "sigma-prime-twice": "back * sigmoid_prime(zs[i]) ** 2",
    "sigma-prime-as-product": "back * sigmoid(zs[i]) * zs[i]",
    "sigma-prime-not-diagonal": "np.sum(back) * sigmoid_prime(zs[i])",
    "sigma-prime-dot-product": "np.full(back.shape, np.vdot(back, sigmoid_prime(zs[i])))",
    "sigma-prime-of-tanh": "back * (1 - np.tanh(zs[i]) ** 2)",
    "sigma-prime-formula-of-tanh": "back * (1 - activations[i + 1] ** 2)",
    "sigma-prime-of-relu": "back * (zs[i] > 0)",
}
"""The same for that of the hidden layers."""

ONE_LOOP = "dC_da * sigma_prime(z[l])"

EVERYWHERE: Final = {
    "sigma-prime-missing": "dC_da",
    "sigma-prime-of-a": "dC_da * sigma_prime(a[l])",
    "sigma-prime-is-sigma": "dC_da * sigma(z[l])",
    "sigma-prime-formula-with-z": "dC_da * z[l] * (1 - z[l])",
    "sigma-prime-plus-for-minus": "dC_da * a[l] * (1 + a[l])",
    "sigma-prime-one-minus-a": "dC_da * (1 - a[l])",
    "sigma-prime-sign": "dC_da * -sigma_prime(z[l])",
    "sigma-prime-twice": "dC_da * sigma_prime(z[l]) * sigma_prime(z[l])",
    "sigma-prime-as-product": "dC_da * sigma(z[l]) * z[l]",
    "sigma-prime-not-diagonal": "np.sum(dC_da) * sigma_prime(z[l])",
    "sigma-prime-dot-product": "np.ones_like(dC_da) * (dC_da.T @ sigma_prime(z[l]))",
    "sigma-prime-of-tanh": "dC_da * (1 - np.tanh(z[l]) ** 2)",
    "sigma-prime-formula-of-tanh": "dC_da * (1 - a[l] ** 2)",
    "sigma-prime-of-relu": "dC_da * np.where(z[l] > 0, 1.0, 0.0)",
}
"""The same for the program with one loop, where the one line is that of all layers."""

OWN = "return sigmoid(z) * (1.0 - sigmoid(z))"

ALONE: Final = {
    "sigma-prime-missing": "return np.ones_like(z)",
    "sigma-prime-of-a": "return sigmoid(sigmoid(z)) * (1.0 - sigmoid(sigmoid(z)))",
    "sigma-prime-is-sigma": "return sigmoid(z)",
    "sigma-prime-plus-for-minus": "return sigmoid(z) * (1.0 + sigmoid(z))",
    "sigma-prime-one-minus-a": "return 1.0 - sigmoid(z)",
    "sigma-prime-sign": "return sigmoid(z) * (sigmoid(z) - 1.0)",
    "sigma-prime-twice": "return (sigmoid(z) * (1.0 - sigmoid(z))) ** 2",
    "sigma-prime-as-product": "return sigmoid(z) * z",
    "sigma-prime-of-tanh": "return 1.0 - np.tanh(z) ** 2",
    "sigma-prime-formula-of-tanh": "return 1.0 - sigmoid(z) ** 2",
    "sigma-prime-of-relu": "return np.where(z > 0, 1.0, 0.0)",
}
"""The same for the function of its own."""

EXP_OWN = "return e / (1.0 + e) ** 2"

OTHERS: Final = (
    # z (1 - z) is sigma' where it is called with a, and the call is wrong then: either may be meant.
    typed("plain", "sigma-prime-formula-with-z", "? sigma_prime bp1 bp2", (OWN, "return z * (1.0 - z)")),
    typed("in_activations", "sigma-prime-missing", "bp1", (" * out * (1 - out)]", "]")),
    typed("in_activations", "sigma-prime-missing", "bp2", (".dot(deltas[-1]) * a * (1 - a)", ".dot(deltas[-1])")),
    typed("in_activations", "sigma-prime-plus-for-minus", "bp1", ("out * (1 - out)", "out * (1 + out)")),
    typed("in_activations", "sigma-prime-plus-for-minus", "bp2", ("* a * (1 - a)", "* a * (1 + a)")),
    typed("in_activations", "sigma-prime-one-minus-a", "bp1", ("* out * (1 - out)", "* (1 - out)")),
    typed("in_activations", "sigma-prime-one-minus-a", "bp2", ("* a * (1 - a)", "* (1 - a)")),
    typed("in_activations", "sigma-prime-formula-of-tanh", "bp1", ("* out * (1 - out)", "* (1 - out * out)")),
    typed("in_activations", "sigma-prime-formula-of-tanh", "bp2", ("* a * (1 - a)", "* (1 - a * a)")),
    typed("in_activations", "sigma-prime-missing", "sigma_prime", (EXP_OWN, "return e")),
    typed("columns", "sigma-prime-missing", "bp1", ("Y) * sigmoid_prime(Zs[-1])", "Y)")),
    typed("columns", "sigma-prime-of-a", "bp2", ("* sigmoid_prime(Z)", "* sigmoid_prime(sigmoid(Z))")),
    typed("columns", "sigma-prime-plus-for-minus", "sigma_prime", ("(1 - t * t)", "(1 + t * t)")),
    typed("loops", "sigma-prime-of-a", "bp1", ("(a - t) * sigmoid_prime(z)", "(a - t) * sigmoid_prime(a)")),
    typed("loops", "sigma-prime-missing", "bp2", ("s * sigmoid_prime(all_z[l - 1][k])", "s")),
    typed(
        "loops",
        "sigma-prime-one-minus-a",
        "sigma_prime",
        ("return sigmoid(z) * (1 - sigmoid(z))", "return 1 - sigmoid(z)"),
    ),
    typed("dataclass", "sigma-prime-of-a", "bp1 bp2", ("sigmoid_prime(self.z)", "sigmoid_prime(self.a)")),
    typed("dataclass", "sigma-prime-missing", "bp1 bp2", ("return by_a * sigmoid_prime(self.z)", "return by_a")),
    typed(
        "dataclass",
        "sigma-prime-plus-for-minus",
        "sigma_prime",
        ("sigmoid(z) - sigmoid(z) ** 2", "sigmoid(z) + sigmoid(z) ** 2"),
    ),
    typed("einsum", "sigma-prime-is-sigma", "bp2", ("sigmoid_derivative(pre[n])", "sigmoid(pre[n])")),
    typed("einsum", "sigma-prime-is-sigma", "bp1", ("sigmoid_derivative(pre[top])", "sigmoid(pre[top])")),
    typed("einsum", "sigma-prime-sign", "sigma_prime", ("sigmoid(x) * sigmoid(-x)", "sigmoid(x) * -sigmoid(-x)")),
    typed("stored", "sigma-prime-missing", "bp1", (", y) * sigmoid_prime(self.zs[-1])", ", y)")),
    typed("stored", "sigma-prime-of-a", "bp2", ("sigmoid_prime(self.zs[i])", "sigmoid_prime(self.activations[i + 1])")),
)


def _at(mistake: str) -> list[Typed]:
    """Return the edits of the program called plain."""
    found = []
    if mistake in AT_OUTPUT:
        found.append(typed("plain", mistake, "bp1", (OUTPUT, AT_OUTPUT[mistake])))
    if mistake in AT_HIDDEN:
        found.append(typed("plain", mistake, "bp2", (HIDDEN, AT_HIDDEN[mistake])))
    if mistake in ALONE:
        found.append(typed("plain", mistake, "sigma_prime", (OWN, ALONE[mistake])))
    return found


SIGMA_PRIME: Final = (
    *(one for mistake in AT_HIDDEN | ALONE for one in _at(mistake)),
    *(typed("one_loop", mistake, "bp1 bp2", (ONE_LOOP, new)) for mistake, new in EVERYWHERE.items()),
    *OTHERS,
)
