"""What one call of the user's backprop costs is counted on two networks, told in the result, and changes nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcheck import CheckResult, Declared, Options, Verdict, check_network
from gradcheck.checks.every_weight_part import DIFFERENCED
from gradcheck.checks.network_run import NetworkRun
from gradcheck.checks.own_passes import own_passes
from gradcheck.network import ACTIVATIONS, COSTS
from gradcheck.results import CountedStep
from gradcheck.subjects.network_class import NetworkSubject
from tests import student_networks_for_tests as students
from tests.student_networks_for_tests import Array, Student, sigmoid, sigmoid_prime

ONE_OF_BOTH = "one forward and one backward pass: "


class ByDifferences(Student):
    """Not backpropagation at all: (46), P + 1 times its own forward pass."""

    def backprop(self, x: Array, y: Array) -> Any:
        cost = self.cost(x, y)
        return self.slopes(self.biases, x, y, cost), self.slopes(self.weights, x, y, cost)

    def cost(self, x: Array, y: Array) -> float:
        return 0.5 * float(np.sum((self.feedforward(x) - y) ** 2))

    def slopes(self, leaves: list[Array], x: Array, y: Array, cost: float) -> list[Array]:
        found = [np.zeros(leaf.shape) for leaf in leaves]
        for leaf, slope in zip(leaves, found, strict=True):
            for index in np.ndindex(leaf.shape):
                kept = leaf[index]
                leaf[index] = kept + 1e-7
                slope[index] = (self.cost(x, y) - cost) / 1e-7
                leaf[index] = kept
        return found


class ByCentralDifferencesOfItsSigmas(ByDifferences):
    """2P forward passes that no method of the class is called for, but sigma."""

    def backprop(self, x: Array, y: Array) -> Any:
        return self.slopes(self.biases, x, y, 0.0), self.slopes(self.weights, x, y, 0.0)

    def cost(self, x: Array, y: Array) -> float:
        return 0.5 * float(np.sum((self.forward(x)[1][-1] - y) ** 2))

    def slopes(self, leaves: list[Array], x: Array, y: Array, cost: float) -> list[Array]:
        found = [np.zeros(leaf.shape) for leaf in leaves]
        for leaf, slope in zip(leaves, found, strict=True):
            for index in np.ndindex(leaf.shape):
                kept, sides = leaf[index], []
                for step in (1e-5, -1e-5):
                    leaf[index] = kept + step
                    sides.append(self.cost(x, y))
                leaf[index] = kept
                slope[index] = (sides[0] - sides[1]) / 2e-5
        return found


class NeuronByNeuron(Student):
    """A right program whose loops are over neurons."""

    def sigma(self, z: Array, layer: int) -> Array:
        return np.array([[sigmoid(float(one))] for one in z[:, 0]])

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return np.array([[sigmoid_prime(float(one))] for one in z[:, 0]])


class KeepsItsSigma(Student):
    """Looks its activation up when it is made."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__(sizes)
        self.kept = sigmoid

    def sigma(self, z: Array, layer: int) -> Array:
        return self.kept(z)


class SigmaOfItsOwn(Student):
    """Holds sigma and sigma' itself; the one calls the other."""

    @staticmethod
    def swish(z: Array) -> Array:
        return sigmoid(z)

    @classmethod
    def swish_prime(cls, z: Array) -> Array:
        return cls.swish(z) * (1 - cls.swish(z))

    def sigma(self, z: Array, layer: int) -> Array:
        return self.swish(z)

    def sigma_prime(self, z: Array, layer: int) -> Array:
        return self.swish_prime(z)


class CallsFeedforward(Student):
    """Goes forward by its feedforward, and once more for the activations."""

    def backprop(self, x: Array, y: Array) -> Any:
        self.feedforward(x)
        return super().backprop(x, y)


class Counts(Student):
    """Counts all calls of backprop, of all objects."""

    calls = 0

    def backprop(self, x: Array, y: Array) -> Any:
        type(self).calls += 1
        return super().backprop(x, y)


def counted(make: type[Any], declared: Declared = Declared()) -> dict[tuple[int, ...], dict[str, int]]:  # noqa: B008
    """Return the calls by size and function."""
    run = NetworkRun(NetworkSubject(make.__name__, make, declared), Options(seed=0))
    found: dict[tuple[int, ...], dict[str, int]] = {}
    for one in own_passes(run):
        found.setdefault(one.sizes, {})[one.function] = one.calls
    return found


def checked(make: type[Any]) -> CheckResult:
    return check_network(make, options=Options(seed=1))


def told(result: CheckResult) -> str:
    """Return the sentence of the report on the passes, on one line."""
    _, found, rest = " ".join(str(result).split()).partition("One call of your backprop makes ")
    assert found
    return rest.partition(").")[0]


@pytest.mark.equation("BP1", "BP2", "25")
def test_a_right_backprop_makes_one_forward_and_one_backward_pass() -> None:
    assert counted(Student) == {
        (2, 3, 4): {"sigmoid": 2, "sigmoid_prime": 2, "cost_derivative": 1},
        (4, 5, 6, 7): {"sigmoid": 3, "sigmoid_prime": 3, "cost_derivative": 1},
    }
    assert told(checked(Student)).startswith(ONE_OF_BOTH + "2 calls of sigmoid, 2 of sigmoid_prime and 1 of")


@pytest.mark.equation("46")
def test_differences_inside_backprop_are_told_by_their_p_plus_1_forward_passes() -> None:
    result = checked(ByDifferences)
    assert {one.calls - one.parameters for one in result.own_passes} == {1}
    assert DIFFERENCED in next(part for part in result.parts if part.part == "backprop").notes
    assert told(result) == (
        "P + 1 forward passes, as equation (46) takes, where backpropagation makes one forward and one backward pass: 26 calls of "
        "feedforward on a network of sizes 2, 3, 4 (25 parameters), and 111 on one of sizes 4, 5, 6, 7 (110 parameters"
    )


def test_central_differences_are_told_by_the_calls_of_sigma() -> None:
    assert counted(ByCentralDifferencesOfItsSigmas) == {(2, 3, 4): {"sigmoid": 100}, (4, 5, 6, 7): {"sigmoid": 660}}
    words = told(checked(ByCentralDifferencesOfItsSigmas))
    assert words.startswith("2P forward passes, as central differences take, where")
    assert "100 calls of sigmoid on" in words


def test_loops_over_neurons_are_one_pass_too() -> None:
    assert counted(NeuronByNeuron)[4, 5, 6, 7] == {"sigmoid": 18, "sigmoid_prime": 18, "cost_derivative": 1}
    assert told(checked(NeuronByNeuron)).startswith(ONE_OF_BOTH)


def test_a_sigma_kept_by_the_object_is_counted() -> None:
    assert counted(KeepsItsSigma)[2, 3, 4]["sigmoid"] == 2


def test_functions_of_the_class_are_counted_and_what_they_call_is_theirs() -> None:
    assert counted(SigmaOfItsOwn)[2, 3, 4] == {"swish": 2, "swish_prime": 2, "cost_derivative": 1}
    assert vars(SigmaOfItsOwn)["swish"].__class__ is staticmethod


def test_two_ways_forward_are_not_called_one() -> None:
    assert counted(CallsFeedforward)[2, 3, 4] == {
        "feedforward": 1,
        "sigmoid": 2,
        "sigmoid_prime": 2,
        "cost_derivative": 1,
    }
    assert told(checked(CallsFeedforward)).startswith(
        "1 call of feedforward, 2 of sigmoid, 2 of sigmoid_prime and 1 of"
    )


def test_an_output_layer_without_sigma_prime_makes_one_backward_pass() -> None:
    result = check_network(
        students.CrossEntropy, declared=Declared(cost=COSTS["cross_entropy"]), options=Options(seed=1)
    )
    assert told(result).startswith(ONE_OF_BOTH + "2 calls of sigmoid, 1 of sigmoid_prime")


def test_where_the_depth_is_declared_the_widths_differ() -> None:
    declared = Declared((ACTIVATIONS["relu"], ACTIVATIONS["softmax"]), COSTS["log_likelihood"])
    assert list(counted(students.ReluThenSoftmax, declared)) == [(2, 3, 4), (4, 5, 6)]


def test_of_a_class_whose_functions_are_not_called_nothing_is_said() -> None:
    result = checked(students.Constant)
    assert {one.step for one in result.own_passes} == {CountedStep.COST_DERIVATIVE}
    assert "One call of your backprop" not in str(result)


def test_a_class_that_stops_is_judged_as_before() -> None:
    class StopsWhenNarrow(Student):
        def backprop(self, x: Array, y: Array) -> Any:
            if self.sizes == [4, 5, 6, 7]:
                raise RuntimeError("not of these sizes")
            return super().backprop(x, y)

    result = checked(StopsWhenNarrow)
    assert (result.verdict, result.own_passes) == (Verdict.AGREE, ())


def test_the_two_calls_are_counted_and_everything_is_put_back() -> None:
    before, own = dict(vars(students)), dict(vars(Student))
    Counts.calls = 0
    run = NetworkRun(NetworkSubject("Counts", Counts), Options(seed=0))
    assert own_passes(run)
    assert (run.calls, Counts.calls, run.budget.spent) == (2, 2, 0)
    assert (vars(students), dict(vars(Student))) == (before, own)


def test_the_verdict_on_a_wrong_class_is_no_other() -> None:
    result = checked(students.NoSigmaPrimeInHiddenLayers)
    assert result.verdict is Verdict.DISAGREE
    assert told(result).startswith("one forward pass: 2 calls of sigmoid, 1 of sigmoid_prime")
