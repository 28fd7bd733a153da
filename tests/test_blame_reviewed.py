"""Programs on which an earlier check_network stopped, or told the wrong thing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcheck import CheckResult, Options, Verdict, check_network
from tests import student_networks_for_tests as students
from tests.student_networks_for_tests import Array, Student, sigmoid, sigmoid_prime


def judged(make: type[Any], seed: int = 1) -> CheckResult:
    return check_network(make, options=Options(seed=seed))


# --- float32 somewhere inside is right, to its digits ---


class SingleWithin(Student):
    """z rounded to float32 on the way, and back."""

    def forward(self, x: Array) -> tuple[list[Array], list[Array]]:
        zs, activations = super().forward(x)
        return [z.astype(np.float32).astype(float) for z in zs], activations


class SingleEverywhere(Student):
    """Parameters and examples rounded to float32 by whatever is called."""

    def forward(self, x: Array) -> tuple[list[Array], list[Array]]:
        zs, activations = [], [np.float32(x)]
        for w, b in zip(self.weights, self.biases, strict=True):
            zs.append(np.float32(w) @ activations[-1] + np.float32(b))
            activations.append(sigmoid(zs[-1]))
        return zs, activations


class SingleAndWrong(SingleWithin):
    def hidden_error(self, layer: int, delta: Array, zs: list[Array], activations: list[Array]) -> Array:
        return super().hidden_error(layer, delta, zs, activations) * 1.001


@pytest.mark.parametrize("make", [SingleWithin, SingleEverywhere])
def test_float32_within_is_right_to_its_digits(make: type[Any]) -> None:
    for seed in range(2):
        result = judged(make, seed)
        assert result.verdict is Verdict.AGREE, str(result)
    assert any("to the digits of float32" in note for part in result.parts for note in part.notes)


def test_float32_within_hides_no_mistake() -> None:
    for seed in range(2):
        assert judged(SingleAndWrong, seed).verdict is Verdict.DISAGREE


def test_zeros_are_no_rounding_of_float32() -> None:
    class FirstLayerZero(SingleWithin):
        def backprop(self, x: Array, y: Array) -> Any:
            nabla_b, nabla_w = super().backprop(x, y)
            return [0.0 * nabla_b[0], *nabla_b[1:]], [0.0 * nabla_w[0], *nabla_w[1:]]

    assert judged(FirstLayerZero).verdict is Verdict.DISAGREE


# --- what raises beside the matter ---


def test_an_attribute_that_raises_takes_nothing_from_the_verdict() -> None:
    class Raises(Student):
        @property
        def deltas(self) -> Any:
            raise RuntimeError("not yet")

    assert judged(Raises).verdict is Verdict.AGREE


def test_a_class_that_stops_on_wide_networks_is_still_told_by_the_small_one_it_fails_on() -> None:
    class StopsOnWide(Student):
        def backprop(self, x: Array, y: Array) -> Any:
            if max(map(len, self.biases)) > 4:
                raise ValueError("shapes (4,7) and (3,1) not aligned")
            nabla_b, nabla_w = super().backprop(x, y)
            return [3.0 * nb for nb in nabla_b], nabla_w

    result = judged(StopsOnWide)
    assert result.verdict is Verdict.DISAGREE
    assert result.counterexample is not None and "([1, 1])" in result.counterexample


# --- what is told ---


def test_an_update_that_changes_shapes_is_told_with_the_shape_it_leaves() -> None:
    class Flattens(Student):
        def update_mini_batch(self, mini_batch: Any, eta: float) -> None:
            super().update_mini_batch(mini_batch, eta)
            self.biases = [b.reshape(-1) for b in self.biases]

    result = judged(Flattens)
    assert result.faults[0].sentence.startswith("the gradient of biases[0] has shape (1,): (1, 1) was required")


def test_a_step_that_is_never_stored_is_told_as_zero() -> None:
    class Local(Student):
        def update_mini_batch(self, mini_batch: Any, eta: float) -> None:
            kept = list(self.weights), list(self.biases)
            super().update_mini_batch(mini_batch, eta)
            self.weights, self.biases = kept

    result = judged(Local)
    assert result.verdict is Verdict.DISAGREE
    assert {one.id for one in result.diagnosis} == {"zero"}


def test_a_pattern_of_many_leaves_names_them_all() -> None:
    class Many(Student):
        def by_biases(self, delta: Array, before: Array) -> Array:
            return 3.3 * super().by_biases(delta, before)

        def by_weights(self, delta: Array, before: Array, layer: int) -> Array:
            return super().by_weights(delta, before, layer) * (3.3 if layer else 1.0)

    (factor,) = (one for one in judged(Many).diagnosis if one.id == "factor")
    assert all(f"biases[{i}]" in factor.sentence for i in range(3))
    assert all(f"weights[{i}]" in factor.sentence for i in (1, 2)) and "weights[0]" not in factor.sentence


def test_the_equations_shown_are_those_of_the_whole_network() -> None:
    class Shows(students.NoSigmaPrimeInHiddenLayers):
        def backprop(self, x: Array, y: Array) -> Any:
            self.zs, _ = self.forward(x)
            self.deltas = [np.zeros((len(b), 1)) for b in self.biases]
            return super().backprop(x, y)

    result = judged(Shows)
    assert result.title == "Shows: backprop"
    assert {one.equation for one in result.equations} == {"BP1", "BP2", "BP3", "BP4"}


def test_a_pair_names_each_equation_once() -> None:
    class Two(students.NoSigmaPrimeInHiddenLayers):
        def output_error(self, z: Array, a: Array, y: Array) -> Array:
            return 2.0 * (a - y) * sigmoid_prime(z)

    for one in judged(Two).diagnosis:
        parts = one.equation.split(", ")
        assert len(parts) == len(set(parts))
