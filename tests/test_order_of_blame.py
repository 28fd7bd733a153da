"""check_network in the order of blame: each part judged by itself, none by a broken thing before it, what is unused only noted."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final

import numpy as np
import pytest

from gradcheck import CheckResult, Declared, Options, UserCodeError, Verdict, check_network
from gradcheck.checks.demon import cost_of_weighted_input
from gradcheck.checks.exposing import CALLS, M, exposing, exposing_square
from gradcheck.checks.hearing import hear
from gradcheck.mistakes.program import REFERENCE, Asked
from gradcheck.network import ACTIVATIONS, COSTS, Network
from gradcheck.results import EquationStatus, Explains
from gradcheck.subjects.functions import SigmaSubject
from gradcheck.subjects.network_class import NetworkSubject
from tests import student_networks_for_tests as students
from tests.student_networks_for_tests import Array, Student, sigmoid, sigmoid_prime, wrong_sigmoid_prime

A, C = ACTIVATIONS, COSTS
SEED: Final = 3
DECLARED: Final = (
    Declared(),
    Declared((A["relu"], A["softmax"]), C["log_likelihood"]),
    Declared((A["relu"],)),
    Declared((A["leaky_relu"], A["tanh"], A["linear"])),
    Declared(cost=C["cross_entropy"]),
)


def judged(make: type[Any], declared: Declared = DECLARED[0], sigma_prime: Any = None, **options: Any) -> CheckResult:
    sigma = None if sigma_prime is None else SigmaSubject("sigmoid_prime", sigmoid, sigma_prime)
    return check_network(NetworkSubject(make.__name__, make, declared, sigma), options=Options(seed=SEED, **options))


def verdicts(result: CheckResult) -> dict[str, Verdict]:
    return {part.title.partition(": ")[2]: part.verdict for part in result.parts}


def broken(result: CheckResult) -> set[tuple[str, int]]:
    return {(one.equation, one.layer) for one in result.equations if one.status is EquationStatus.BROKEN}


# --- networks on which mistakes show ---


@pytest.mark.parametrize("declared", DECLARED)
def test_the_networks_are_generic(declared: Declared) -> None:
    for seed in range(10):
        one = exposing(declared, np.random.default_rng(seed))
        sizes = one.network.sizes
        assert len(set(sizes)) == len(sizes) and M not in sizes
        assert all(np.all(leaf != 0.0) for leaf in (*one.network.weights, *one.network.biases, one.x))
        for z, activation in zip(one.network.feedforward(one.x).zs, one.network.activations, strict=True):
            for kink in activation.kinks:
                share = np.mean(z[:, :CALLS] > kink, axis=0)
                assert np.all((share > 0.0) & (share < 1.0))
        assert not np.allclose(one.y, one.y[:, :1])


def test_square_networks_have_one_width() -> None:
    assert set(exposing_square(DECLARED[1], np.random.default_rng(0)).network.sizes) == {4}


def test_what_was_answered_is_kept_as_it_was_then() -> None:
    class OneBuffer(Student):
        def backprop(self, x: Array, y: Array) -> Any:
            found = super().backprop(x, y)
            if not hasattr(self, "kept"):
                self.kept = found
            for kept, new in zip((*self.kept[0], *self.kept[1]), (*found[0], *found[1]), strict=True):
                kept[...] = new
            return self.kept

    question = exposing(Declared(), np.random.default_rng(0)).examples()
    for one in hear(NetworkSubject("OneBuffer", OneBuffer), question):
        right = REFERENCE.answer(one.question)
        for heard, leaf in zip(one.answer.leaves, right.leaves, strict=True):
            np.testing.assert_allclose(heard, leaf, rtol=1e-12)


def test_a_step_is_heard_divided_by_eta() -> None:
    question = exposing(Declared(), np.random.default_rng(0)).batches(Asked.STEP)
    for one in hear(NetworkSubject("Student", Student), question):
        for heard, leaf in zip(one.answer.leaves, REFERENCE.answer(one.question).leaves, strict=True):
            np.testing.assert_allclose(heard, leaf, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("returned", [None, 3.0, ([np.ones(2)],), ("text", "text"), ([[1.0, [2.0]]], [np.ones(1)])])
def test_what_is_no_pair_of_arrays_is_no_answer(returned: Any) -> None:
    class Strange(Student):
        def backprop(self, x: Array, y: Array) -> Any:
            return returned

    assert hear(NetworkSubject("Strange", Strange), exposing(Declared(), np.random.default_rng(0)).examples()) == []


# --- sigma' ---


def test_a_wrong_sigma_prime_is_its_own_part_and_bp1_and_bp2_are_judged_with_it() -> None:
    result = judged(students.SigmaPrimeFormula, sigma_prime=wrong_sigmoid_prime)
    assert next(iter(verdicts(result).items())) == ("sigmoid_prime as the derivative of its sigma", Verdict.DISAGREE)
    assert broken(result) == set()
    assert any(one.status is EquationStatus.CARRIED for one in result.equations if one.equation == "BP1")
    assert any(one.id == "sigma-prime" for one in result.diagnosis)
    alone = judged(students.SigmaPrimeFormula)  # without the function beside it, it is (BP1) and (BP2) that are wrong
    assert {equation for equation, _ in broken(alone)} == {"BP1", "BP2"}


def test_a_wrong_sigma_prime_that_the_class_does_not_use_is_noted_and_no_disagreement() -> None:
    result = judged(Student, sigma_prime=wrong_sigmoid_prime)
    assert result.verdict is Verdict.AGREE
    assert "not so, and backprop does not need it: sigmoid_prime as the derivative of its sigma" in result.notes


def test_a_sigma_prime_that_raises_takes_nothing_from_the_verdict() -> None:
    def raises(z: Any) -> Any:
        raise RuntimeError("not used")

    assert judged(Student, sigma_prime=raises).verdict is Verdict.AGREE
    assert judged(students.NoSigmaPrimeInHiddenLayers, sigma_prime=raises).verdict is Verdict.DISAGREE


def test_right_sigma_prime_agrees_with_its_digits() -> None:
    result = judged(Student, sigma_prime=sigmoid_prime)
    assert verdicts(result)["sigmoid_prime as the derivative of its sigma"] is Verdict.AGREE
    assert "digits at 9 weighted inputs" in result.parts[0].notes[-1]
    assert (result.parts[0].forward_passes, result.parts[0].blocks) == (0, ())


# --- nabla_a C and the cost ---


def test_a_wrong_cost_derivative_is_its_own_part_and_bp1_is_judged_with_it() -> None:
    result = judged(students.CostDerivativeTwice)
    assert verdicts(result)["cost_derivative as nabla_a C of the quadratic cost"] is Verdict.DISAGREE
    assert broken(result) == set()
    assert result.title == "CostDerivativeTwice: backprop, whose cost_derivative is wrong"
    assert "cost-derivative" in [one.id for one in result.diagnosis]


def test_of_mistakes_that_explain_it_equally_the_one_in_a_step_known_to_be_wrong_is_named() -> None:
    class Sign(Student):
        def cost_derivative(self, a: Array, y: Array) -> Array:
            return y - a

    class SignInTheLine(Student):
        def output_error(self, z: Array, a: Array, y: Array) -> Array:
            return (y - a) * sigmoid_prime(z)

    def named(make: type[Any]) -> list[str]:
        return [one.id for one in judged(make).diagnosis if one.kind is Explains.MISTAKE]

    assert named(Sign) == ["bp1-sign"]
    assert named(SignInTheLine) == ["bp1-sign", "descent-direction"]


def test_an_unused_cost_derivative_is_only_noted() -> None:
    class Unused(Student):
        def cost_derivative(self, a: Array, y: Array) -> Array:
            return y - a

        def output_error(self, z: Array, a: Array, y: Array) -> Array:
            return (a - y) * sigmoid_prime(z)

    result = judged(Unused)
    assert result.verdict is Verdict.AGREE
    assert any("backprop does not need it: cost_derivative as" in note for note in result.notes)


@pytest.mark.parametrize("shape", ["method", "object"])
@pytest.mark.parametrize(("factor", "verdict"), [(0.5, Verdict.AGREE), (1.0, Verdict.DISAGREE)])
def test_a_cost_of_its_own_is_compared_with_the_declared_one(shape: str, factor: float, verdict: Verdict) -> None:
    def value(a: Array, y: Array) -> Any:
        return factor * np.sum((a - y) ** 2)

    class Doubled(students.CostDerivativeTwice):
        cost = staticmethod(value) if shape == "method" else SimpleNamespace(fn=value)

    result = judged(Doubled)
    assert verdicts(result)["cost as the quadratic cost"] is verdict
    told = [one.sentence for one in result.diagnosis if one.id == "cost"]
    assert [("but 2 times it" in sentence) for sentence in told] == ([] if verdict is Verdict.AGREE else [True])


def test_a_cost_of_other_arguments_is_not_called() -> None:
    class Called(Student):
        def cost(self, x: Array, y: Array) -> Any:
            raise AssertionError("x is no output")

    assert "cost as the quadratic cost" not in verdicts(judged(Called))


# --- the equations ---


@pytest.mark.parametrize(
    ("make", "equations"),
    [
        (students.NoSigmaPrimeAtTheOutput, {("BP1", 4)}),
        (students.NoSigmaPrimeInHiddenLayers, {("BP2", 3), ("BP2", 2)}),
        (students.MeanOverTheNextLayer, {("BP2", 3), ("BP2", 2)}),
        (students.WeightedInputForActivation, {("BP4", 4), ("BP4", 3)}),
        (students.BiasTimesActivation, {("BP3", 4), ("BP3", 3), ("BP3", 2)}),
    ],
)
def test_the_broken_equation_is_told_with_its_layers_and_has_a_part_of_its_own(
    make: type[Any], equations: set[tuple[str, int]]
) -> None:
    result = judged(make)
    assert broken(result) == equations
    names = {equation for equation, _ in equations}
    for title, verdict in verdicts(result).items():
        if title.startswith("(BP"):
            assert verdict is (Verdict.DISAGREE if title[1:4] in names else Verdict.AGREE)


def test_beside_another_forward_pass_the_equations_are_not_judged() -> None:
    result = judged(students.Tanh)
    assert result.equations == ()
    assert [title for title in verdicts(result) if title.startswith("(BP")] == []
    assert [one for one in result.diagnosis if one.kind is Explains.MISTAKE] == []


def test_a_mistake_that_shows_only_on_the_networks_that_expose_is_found_there() -> None:
    """Random networks have at most 4 neurons a layer."""

    class WrongInWideLayers(Student):
        def by_biases(self, delta: Array, before: Array) -> Array:
            return super().by_biases(delta, before) * (1.0 if len(delta) < 7 else 2.0)

    result = judged(WrongInWideLayers)
    assert result.verdict is Verdict.DISAGREE
    assert broken(result) == {("BP3", 2)}
    assert result.counterexample is not None and result.counterexample.startswith(
        "net = WrongInWideLayers([4, 7, 6, 3])"
    )


def test_a_gradient_of_fewer_digits_is_no_broken_equation() -> None:
    class Rounded(Student):
        def backprop(self, x: Array, y: Array) -> Any:
            return tuple([leaf * (1.0 + 1e-13) for leaf in layers] for layers in super().backprop(x, y))

    result = judged(Rounded)
    assert (result.verdict, result.equations) == (Verdict.AGREE, ())
    assert any("to fewer digits than float64 has" in note for part in result.parts for note in part.notes)


# --- a class that stops where layers differ ---


class WeightsAsTheyAre(Student):
    """W for W^T: on layers of different widths numpy stops it."""

    def hidden_error(self, layer: int, delta: Array, zs: list[Array], activations: list[Array]) -> Array:
        return (self.weights[layer + 1] @ delta) * self.sigma_prime(zs[layer], layer)


def test_a_class_that_stops_where_layers_differ_is_told_what_it_does_where_they_do_not() -> None:
    with pytest.raises(UserCodeError, match=r"where all layers are of one width it runs, and there .*bp2-") as raised:
        judged(WeightsAsTheyAre)
    assert isinstance(raised.value.__cause__, ValueError)


# --- the demon ---


def test_the_cost_of_a_weighted_input_is_that_of_the_network() -> None:
    for declared in DECLARED:
        one = exposing(declared, np.random.default_rng(1))
        x, y = one.x[:, :1], one.y[:, :1]
        zs = one.network.feedforward(x).zs
        for layer in range(2, one.network.num_layers + 1):
            value = float(cost_of_weighted_input(one.network, layer, y)(zs[layer - 2]))
            assert value == pytest.approx(one.network.cost_of(x, y), rel=1e-12)


class Shows(Student):
    """Keeps its zs and deltas where they can be seen."""

    def backprop(self, x: Array, y: Array) -> Any:
        self.zs, activations = self.forward(x)
        self.deltas = [np.zeros(0)] * len(self.weights)
        delta = self.output_error(self.zs[-1], activations[-1], y)
        for layer in reversed(range(len(self.weights))):
            self.deltas[layer] = delta
            if layer:
                delta = self.hidden_error(layer - 1, delta, self.zs, activations)
        return super().backprop(x, y)


def test_errors_that_a_class_shows_are_measured_by_the_demon() -> None:
    result = judged(Shows)
    assert result.verdict is Verdict.AGREE
    shown = {title: verdict for title, verdict in verdicts(result).items() if title.startswith(("zs", "deltas"))}
    assert shown == dict.fromkeys(
        ["zs as the weighted inputs (25)", *(f"deltas[{i}] as the error of layer {i + 2} (29)" for i in (2, 1, 0))],
        Verdict.AGREE,
    )


def test_a_wrong_error_is_measured_in_its_layer() -> None:
    class Wrong(Shows, students.NoSigmaPrimeInHiddenLayers):
        pass

    found = verdicts(judged(Wrong))
    assert found["deltas[2] as the error of layer 4 (29)"] is Verdict.AGREE
    assert found["deltas[1] as the error of layer 3 (29)"] is Verdict.DISAGREE


def test_wrong_weighted_inputs_are_told_from_their_layer_on() -> None:
    class NoBias(Shows, students.NoSigmaPrimeInHiddenLayers):
        def backprop(self, x: Array, y: Array) -> Any:
            found = super().backprop(x, y)
            self.zs[1:2] = [z - b for z, b in zip(self.zs[1:2], self.biases[1:2], strict=True)]
            return found

    result = judged(NoBias)
    assert verdicts(result)["zs as the weighted inputs (25)"] is Verdict.DISAGREE
    part = next(part for part in result.parts if part.title.endswith("weighted inputs (25)"))
    assert part.notes == ("the zs that backprop keeps are not w a + b from layer 3 on",)


def test_errors_that_are_something_else_beside_a_right_gradient_are_only_noted() -> None:
    class Other(Shows):
        def backprop(self, x: Array, y: Array) -> Any:
            found = super().backprop(x, y)
            self.deltas = [2.0 * delta for delta in self.deltas]
            return found

    assert judged(Other).verdict is Verdict.AGREE


# --- what is spent ---


@pytest.mark.parametrize("make", [Shows, students.NoSigmaPrimeInHiddenLayers])
def test_passes_of_all_parts_are_counted(make: type[Any]) -> None:
    shown: list[int] = []
    result = judged(make, progress=shown.append)
    assert result.forward_passes == len(shown) == sum(part.forward_passes for part in result.parts)


def test_calls_of_backprop_are_counted_where_nothing_else_calls_it() -> None:
    calls = []

    class Counted(Student):
        def backprop(self, x: Array, y: Array) -> Any:
            calls.append(1)
            return super().backprop(x, y)

        def update_mini_batch(self, mini_batch: Any, eta: float, more: Any) -> None:
            raise AssertionError("not called: it takes more arguments")

    result = judged(Counted)
    assert result.gradient_calls == len(calls)


@pytest.mark.parametrize("budget", [1, 30, 200, 700])
def test_a_budget_is_kept_by_all_parts(budget: int) -> None:
    for make in (Shows, students.NoSigmaPrimeInHiddenLayers):
        result = judged(make, max_forward_passes=budget)
        assert result.forward_passes <= budget


def test_the_network_of_an_exposing_case_is_the_one_the_seed_gives() -> None:
    first, again = (exposing(Declared(), np.random.default_rng(5)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first.network.weights, again.network.weights, strict=True))
    assert isinstance(first.network, Network)
