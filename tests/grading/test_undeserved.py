"""Programs that answer without computing, which earn nothing by it; and what is right beside something that is not, which is not lost."""

from __future__ import annotations

import numpy as np
import pytest

from gradcheck.checks.exposing import exposing_of
from gradcheck.grading.narrow_networks import NARROW
from gradcheck.grading.rubric_model import CarriedForward, Policy
from gradcheck.network.activations import ACTIVATIONS
from gradcheck.subjects.network_class import Declared
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

STEADY = (
    "        self.biases = [b - eta for b in self.biases]\n        self.weights = [w - eta for w in self.weights]\n\n"
)
CONSTANT = "        return [0 * b + n for b in self.biases], [0 * w + n for w in self.weights]\n\n"
BY_NAME = ("self.backprop(x, y)", "self.backprop(x=x, y=y)")
BP3_ZERO = ("nabla_b[i] = delta", "nabla_b[i] = 0 * delta")

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
            BP3_ZERO,
            ("self.biases = [b - eta / m * total", "self.biases = [b + 0 * total"),
        ),
        {"bp3", "descent_step"},
    ),
    "a (BP2) that is right at one depth alone": (
        edited(
            (
                BP2,
                BP2.replace(
                    "* sigmoid_prime(zs[i - 1])", "* (sigmoid_prime(zs[i - 1]) if len(self.weights) == 3 else 1.0)"
                ),
            )
        ),
        {"bp2"},
    ),
    "a (BP2) that is off beside one array in half precision": (
        edited(
            (BP2, BP2.replace("delta = ", "delta = 1.01 * ")),
            (HALF[0], "        return [*nabla_b[:-1], nabla_b[-1].astype(np.float16)], nabla_w"),
        ),
        {*BPS},
    ),
    "steps and gradients that differ by less than is allowed": (
        edited(
            (STEP, STEADY),
            (BODY, "        n = 1.0 + 1.2e-13 * np.sign(x.flat[0])\n" + CONSTANT),
        ),
        {*BPS, *STEPS},
    ),
    "a mini-batch that is told by its length": (
        edited(
            (
                STEP,
                "        move = eta * (2.0 + (2.4e-13 * np.sign(mini_batch[0][0].flat[0]) if len(mini_batch) == 1 else 0.0))\n"
                + STEADY.replace("- eta", "- move"),
            )
        ),
        {*STEPS},
    ),
    "one array that is moved by no gradient": (
        edited(
            (
                STEP,
                "        self.biases[0] = self.biases[0] - sum(x.flat[0] for x, y in mini_batch) / len(mini_batch)\n\n",
            )
        ),
        {*STEPS},
    ),
    "columns that a step leaves as vectors": (
        edited(("self.biases = [b - eta / m * total for", "self.biases = [(b - eta / m * total).ravel() for")),
        {*STEPS},
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
    "steps of a backprop that returns no numbers": (
        edited(
            (
                BODY,
                "        return [np.full(b.shape, None) for b in self.biases], [np.full(w.shape, None) for w in self.weights]\n\n",
            )
        ),
        {*BPS},
    ),
    "a backprop that is called by the names of its arguments": (edited(BP3_ZERO, BY_NAME), {"bp3"}),
    "a step beside a gradient of another name": (RIGHT.replace("backprop(", "gradient("), {*BPS}),
    "(BP4) stops where there are several activations": (
        edited(("delta @ activations[i].T", "delta @ activations[i]")),
        {"bp4"},
    ),
    "(BP2) is still to be written": (edited((BP2, "raise NotImplementedError")), {"bp2", "bp3", "bp4"}),
}

ALL = ("feedforward", *FACTORS, *BPS, *STEPS)


@pytest.mark.parametrize("name", [*UNDESERVED, *DESERVED])
def test_a_program_loses_exactly_what_it_does_not_do(name: str) -> None:
    source, deserved = {**UNDESERVED, **DESERVED}[name]
    assert {item.id for item in graded(source, *ALL).items if item.lost} == deserved


def test_half_precision_is_no_wrong_input_where_those_are_not_forgiven() -> None:
    policy = Policy(carried_forward=CarriedForward.NONE)
    assert not [item.id for item in graded(edited(HALF), *BPS, *STEPS, policy=policy).items if item.lost]


@pytest.mark.parametrize("seed", range(12))
def test_a_layer_of_one_relu_neuron_is_alive(seed: int) -> None:
    """A dead one would prove nothing of the equations before it."""
    declared = Declared(activations=(ACTIVATIONS["relu"],))
    exposed = exposing_of(NARROW, declared, np.random.default_rng(seed))
    assert np.all(exposed.network.feedforward(exposed.examples().calls[0].x).zs[-1] > 0.0)
