"""What explains a wrong backprop: sigma', the cost's derivative, another cost, the order; and nothing that is right is blamed."""

from __future__ import annotations

import ast
import re
from typing import Any

import numpy as np
import pytest

from gradcheck import CheckResult, Declared, Options, check_network
from gradcheck.network import ACTIVATIONS, COSTS, WeightDecay
from gradcheck.results import Diagnosis, Explains
from gradcheck.subjects.functions import SigmaSubject
from gradcheck.subjects.network_class import NetworkSubject
from tests import student_networks_for_tests as students
from tests.student_networks_for_tests import Array, sigmoid, sigmoid_prime, wrong_sigmoid_prime

C = COSTS
CROSS_ENTROPY = Declared(cost=C["cross_entropy"])


def judged(make: type[Any], declared: Declared = Declared(), sigma_prime: Any = None) -> CheckResult:  # noqa: B008
    """Return the result for a class with the sigma' that stands beside it."""
    sigma = None if sigma_prime is None else SigmaSubject("sigmoid_prime", sigmoid, sigma_prime)
    return check_network(NetworkSubject(make.__name__, make, declared, sigma), options=Options(seed=1))


def told(result: CheckResult) -> list[Diagnosis]:
    """Return what was found beside the mistakes that have a name."""
    return [diagnosis for diagnosis in result.diagnosis if diagnosis.kind is not Explains.MISTAKE]


def ids(result: CheckResult) -> list[str]:
    return [diagnosis.id for diagnosis in told(result)]


def test_a_wrong_sigma_prime_is_named_with_both_values() -> None:
    result = judged(students.SigmaPrimeFormula, sigma_prime=wrong_sigmoid_prime)
    assert ids(result) == ["sigma-prime"]
    sentence = told(result)[0].sentence
    assert sentence.startswith("sigmoid_prime is not the derivative of sigmoid: at z = ")
    z = float(sentence.split("z = ")[1].split(" ")[0])
    says, differences = sentence.split("it says ")[1].split(", differences give ")
    assert float(says) == pytest.approx(wrong_sigmoid_prime(z), rel=1e-3)  # z is printed with four decimals
    assert float(differences) == pytest.approx(sigmoid_prime(z), rel=1e-3)


@pytest.mark.parametrize("sigma_prime", [sigmoid_prime, lambda a: a * (1.0 - a)])
def test_a_right_sigma_prime_of_z_or_of_a_is_not_blamed(sigma_prime: Any) -> None:
    assert ids(judged(students.NoSigmaPrimeInHiddenLayers, sigma_prime=sigma_prime)) == []


def test_a_wrong_cost_derivative_is_named_with_both_values() -> None:
    result = judged(students.CostDerivativeTwice)
    assert ids(result) == ["cost-derivative"]
    a, y, says, right = (
        np.array(ast.literal_eval(numbers)) for numbers in re.findall(r"\[[^]]*\]", told(result)[0].sentence)
    )
    np.testing.assert_allclose(right, a - y, atol=1e-5)
    np.testing.assert_allclose(says, 2.0 * (a - y), atol=1e-5)


def test_the_gradient_of_the_cross_entropy_under_the_quadratic_cost_is_named() -> None:
    result = judged(students.NoSigmaPrimeAtTheOutput)
    assert ids(result) == ["cost-cross_entropy"]
    assert "say --cost cross_entropy" in told(result)[0].sentence


def test_the_gradient_of_the_quadratic_cost_under_the_cross_entropy_is_named() -> None:
    assert "cost-quadratic" in ids(judged(students.Student, CROSS_ENTROPY))


def test_another_cost_is_named_with_a_weight_decay_too() -> None:
    class Decay(students.Decay, students.CrossEntropy):
        pass

    assert ids(judged(Decay, Declared(weight_decay=WeightDecay(l1=0.2, l2=0.3)))) == ["cost-cross_entropy"]


def test_a_cost_derivative_that_cancels_sigma_prime_is_not_blamed_for_another_mistake() -> None:
    class Fused(students.NoSigmaPrimeInHiddenLayers, students.CrossEntropy):
        pass

    assert ids(judged(Fused, CROSS_ENTROPY)) == []


def test_a_cost_derivative_of_the_declared_cost_is_not_blamed_for_another_mistake() -> None:
    class Plain(students.NoSigmaPrimeInHiddenLayers):
        def cost_derivative(self, a: Array, y: Array) -> Array:
            return (a - y) / (a * (1.0 - a))

    assert ids(judged(Plain, CROSS_ENTROPY)) == []


@pytest.mark.parametrize("returned", [None, "text", np.zeros(7)])
def test_a_cost_derivative_with_other_arguments_or_results_does_not_stop_the_check(returned: Any) -> None:
    class Three(students.NoSigmaPrimeInHiddenLayers):
        def cost_derivative(self, a: Array, y: Array, z: Array | None = None) -> Any:
            if returned is None and z is None:
                raise TypeError("z is required")
            return returned

        def output_error(self, z: Array, a: Array, y: Array) -> Array:
            return (a - y) * sigmoid_prime(z)

    result = judged(Three)
    assert result.verdict.value == "disagree"
    assert ids(result) == (["cost-derivative"] if isinstance(returned, np.ndarray) else [])


def test_vectors_of_shape_n_are_compared_in_their_own_form() -> None:
    class Flat(students.Flat):
        def cost_derivative(self, a: Array, y: Array) -> Array:
            return 3.0 * (a - y)

    assert ids(judged(Flat)) == ["factor", "cost-derivative"]

    class Other(students.Flat):
        def hidden_error(self, layer: int, delta: Array, zs: list[Array], activations: list[Array]) -> Array:
            return self.weights[layer + 1].T @ delta

    assert ids(judged(Other)) == []


def test_the_swapped_order_is_named_by_the_shapes() -> None:
    result = judged(students.SwappedOrder)
    assert ids(result) == ["swapped-order"]
    assert "(nabla_b, nabla_w), nabla_b first" in told(result)[0].sentence


def test_transposed_weights_alone_are_not_called_swapped() -> None:
    assert ids(judged(students.Transposed)) == []


def test_a_wrong_update_is_not_explained_by_backprops_ingredients() -> None:
    class Wrong(students.UpdateWithoutMean):
        def cost_derivative(self, a: Array, y: Array) -> Array:
            return np.zeros(1)

        def output_error(self, z: Array, a: Array, y: Array) -> Array:
            return (a - y) * sigmoid_prime(z)

    assert ids(judged(Wrong)) == []


def test_a_network_of_tanh_neurons_is_not_explained_by_a_cost_that_it_has_no_logarithm_for() -> None:
    assert ids(judged(students.TanhPrimeOfItsSquare, Declared((ACTIVATIONS["tanh"],)))) == []
