"""Programs that answer without computing, which earn nothing by it; and what is right beside something that is not, which is not lost."""

from __future__ import annotations

import pytest

from tests.grading.sources_for_tests import BPS, RIGHT, STEPS, edited, graded

FACTORS = ("cost_derivative", "sigma_prime")

STEP = RIGHT[RIGHT.index("        m = len(mini_batch)") : RIGHT.index("    def backprop")]
BODY = RIGHT[
    RIGHT.index("        nabla_b = [np.zeros(b.shape) for b in self.biases]") : RIGHT.index("    def cost_derivative")
]
BP1 = "delta = self.cost_derivative(activations[-1], y) * sigmoid_prime(zs[-1])"
BP2 = "delta = (self.weights[i].T @ delta) * sigmoid_prime(zs[i - 1])"
ZEROS = "return [0 * b for b in self.biases], [0 * w for w in self.weights]\n\n"
MOVES = "        self.biases = [b - 1.0 for b in self.biases]\n        self.weights = [w - 1.0 for w in self.weights]\n"
HALF = (
    "        return nabla_b, nabla_w",
    "        return [b.astype(np.float16) for b in nabla_b], [w.astype(np.float16) for w in nabla_w]",
)
NEARLY_ONE = ("return output_activations - y", "return np.ones(output_activations.shape) + 1e-15 * output_activations")
PLACEHOLDER = ("return output_activations - y", "return np.ones(output_activations.shape)")
SIGMA_PLACEHOLDER = ("return s * (1.0 - s)", "return np.ones(np.shape(z))")
DROPS = (
    "for x, y in mini_batch:\n            nabla_b",
    "for x, y in (mini_batch[:-1] or mini_batch):\n            nabla_b",
)

UNDESERVED = {
    "a constant beside factors that are constant to rounding": (
        edited(NEARLY_ONE, SIGMA_PLACEHOLDER, (BP1, "delta = np.ones(zs[-1].shape)")),
        {*FACTORS, "bp1"},
    ),
    "a backprop that shifts the parameters and returns zeros": (
        edited(
            (STEP, "        for x, y in mini_batch:\n            self.backprop(x, y)\n\n"),
            (BODY, f"{MOVES}        {ZEROS}"),
        ),
        {*BPS, *STEPS},
    ),
    "one and the same step for every example": (
        edited((STEP, f"{MOVES}\n"), (BODY, f"        {ZEROS}")),
        {*BPS, *STEPS},
    ),
    "one and the same step beside a right backprop": (edited((STEP, f"{MOVES}\n")), {*STEPS}),
    "biases that never move beside a backprop that returns zeros for them": (
        edited(
            ("nabla_b[i] = delta", "nabla_b[i] = 0 * delta"),
            ("self.biases = [b - eta / m * total", "self.biases = [b + 0 * total"),
        ),
        {"bp3", "descent_step"},
    ),
    "an example that is dropped beside half precision": (edited(HALF, DROPS), {"mini_batch"}),
}

DESERVED = {
    "half precision": (edited(HALF), set[str]()),
    "a right backprop beside placeholders": (edited(PLACEHOLDER, SIGMA_PLACEHOLDER), {*FACTORS, "bp1"}),
    "a right forward pass of its own beside a wrong feedforward": (
        edited(
            ("a = sigmoid(w @ a + b)\n        return a", "a = sigmoid(w @ a)\n        return a"),
            (BP2, BP2.replace("delta = ", "delta = 0.01 + 1.37 * ")),
        ),
        {"feedforward", "bp2"},
    ),
    "steps of a backprop that returns nothing": (
        edited(("        return nabla_b, nabla_w", "        return None")),
        {*BPS},
    ),
    "(BP2) is still to be written": (edited((BP2, "raise NotImplementedError")), {"bp2", "bp3", "bp4"}),
}

ALL = ("feedforward", *FACTORS, *BPS, *STEPS)


@pytest.mark.parametrize("name", [*UNDESERVED, *DESERVED])
def test_a_program_loses_exactly_what_it_does_not_do(name: str) -> None:
    source, deserved = {**UNDESERVED, **DESERVED}[name]
    assert {item.id for item in graded(source, *ALL).items if item.lost} == deserved
