"""The printed counterexample is code that runs, with the user's class, and shows the mistake again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcheck import Batch, Declared, Options, check_network
from gradcheck.checks.counterexample import as_code
from gradcheck.network import Network
from gradcheck.strategies.cases import NetworkCase
from gradcheck.subjects.network_class import UPDATE_ETA, NetworkSubject
from tests import student_networks_for_tests as students
from tests.student_networks_for_tests import Array, Student

STEP = np.finfo(float).eps ** (1 / 3)
# A central difference at this step errs by some STEP^2 = 4e-11 of a third derivative, here of order one.
ALLOWED = 1e-8


class FlatWrong(students.Flat):
    """A wrong program on vectors of shape (n,)."""

    def cost_derivative(self, a: Array, y: Array) -> Array:
        return 2.0 * (a - y)


def differences(net: Any, x: Array, y: Array) -> list[Array]:
    """Return the gradient of 1/2 |a - y|^2 by biases, then weights, from the program's own forward pass."""
    gradient = []
    for leaf in [*net.biases, *net.weights]:
        found = np.zeros(leaf.shape)
        for index in np.ndindex(leaf.shape):
            kept = leaf[index]
            costs = []
            for moved in (kept + STEP, kept - STEP):
                leaf[index] = moved
                costs.append(0.5 * np.sum((net.feedforward(x) - y) ** 2))
            leaf[index] = kept
            found[index] = (costs[0] - costs[1]) / (2.0 * STEP)
        gradient.append(found)
    return gradient


def run(code: str, make: type[Any]) -> dict[str, Any]:
    """Execute what was printed."""
    names: dict[str, Any] = {"np": np, make.__name__: make}
    exec(code, names)
    return names


def gap(names: dict[str, Any]) -> float:
    """Return the largest difference between what backprop returned and the differences."""
    claimed = [*names["nabla_b"], *names["nabla_w"]]
    measured = differences(names["net"], names["x"], names["y"])
    return max(float(np.max(np.abs(c - m))) for c, m in zip(claimed, measured, strict=True))


@pytest.mark.parametrize(
    "make",
    [
        students.NoSigmaPrimeAtTheOutput,
        students.NoSigmaPrimeInHiddenLayers,
        students.WeightedInputForActivation,
        students.MeanOverTheNextLayer,
        students.BiasSummedOverNeurons,
        students.LeftoverFactor,
        students.CostDerivativeTwice,
        FlatWrong,
    ],
)
def test_the_mistake_shows_again_where_the_right_program_shows_none(make: type[Any]) -> None:
    result = check_network(make, options=Options(seed=1))
    assert result.counterexample is not None
    assert gap(run(result.counterexample, make)) > 1e-3
    base = students.Flat if make is FlatWrong else Student
    right = result.counterexample.replace(f"net = {make.__name__}(", f"net = {base.__name__}(")
    assert gap(run(right, base)) <= ALLOWED


def test_a_wrong_step_shows_again() -> None:
    result = check_network(students.UpdateWithoutMean, options=Options(seed=1))
    assert result.counterexample is not None
    wrong = run(result.counterexample, students.UpdateWithoutMean)["net"]
    right = run(result.counterexample.replace("UpdateWithoutMean(", "Student("), Student)["net"]
    assert result.worst is not None
    # What was claimed and estimated are the two steps, divided by eta, from the bias 1 of the smallest network.
    assert ((1.0 - wrong.biases[0]) / UPDATE_ETA).item() == pytest.approx(result.worst.claimed, abs=ALLOWED)
    assert ((1.0 - right.biases[0]) / UPDATE_ETA).item() == pytest.approx(result.worst.estimated, abs=ALLOWED)


def test_a_wrong_forward_pass_shows_again() -> None:
    result = check_network(students.Tanh, options=Options(seed=1))
    assert result.counterexample is not None
    assert result.worst is not None
    assert run(result.counterexample, students.Tanh)["a"].item() == result.worst.claimed


def test_a_batch_is_shown_as_columns() -> None:
    result = check_network(students.OneExamplesBias, declared=Declared(batch=Batch.SUM), options=Options(seed=1))
    assert result.counterexample is not None
    names = run(result.counterexample, students.OneExamplesBias)
    assert names["x"].shape == (1, 2)
    assert names["nabla_b"][0].shape == (1, 1)


@pytest.mark.parametrize("make", [Student, students.Flat])
@pytest.mark.parametrize("method", ["feedforward", "backprop", "update_mini_batch"])
def test_numbers_are_given_back_exactly_in_the_users_own_shapes(make: type[Student], method: str) -> None:
    generator = np.random.default_rng(3)
    network = Network.random([3, 2, 2], generator)
    m = 2 if method == "update_mini_batch" else 1
    case = NetworkCase(network, generator.standard_normal((3, m)), generator.uniform(size=(2, m)))
    code = as_code(NetworkSubject(make.__name__, make), case, method)
    loaded = run("\n".join(code.splitlines()[:3]), make)["net"]
    assert all(np.array_equal(a, b) for a, b in zip(loaded.weights, network.weights, strict=True))
    assert all(np.array_equal(a, b.reshape(a.shape)) for a, b in zip(loaded.biases, network.biases, strict=True))
    assert [b.shape for b in loaded.biases] == [b.shape for b in make([3, 2, 2]).biases]
    names = run(code, make)
    if method == "backprop":
        assert np.array_equal(names["x"].ravel(), case.x.ravel())
    assert method in code.splitlines()[-1]
