"""The way to the smallest network: glances at the claim beside the reference, and differences for the first and the last."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from gradcheck import Declared, Options, Verdict, check_network
from gradcheck.checks.exposing import exposing
from gradcheck.checks.glance import Glance
from gradcheck.checks.network_run import NetworkRun
from gradcheck.checks.search import Budget, search
from gradcheck.mistakes.program import Asked
from gradcheck.network import ACTIVATIONS, Network
from gradcheck.results import CheckResult
from gradcheck.strategies.cases import NetworkCase
from gradcheck.strategies.recipes import recipe_cases
from gradcheck.subjects.network_class import Batch, NetworkSubject
from tests import student_networks_for_tests as students
from tests.student_networks_for_tests import Array, Student


def glance_at(make: type[Any], asked: Asked = Asked.ONE, declared: Declared = Declared()) -> Glance:  # noqa: B008
    return Glance(NetworkRun(NetworkSubject(make.__name__, make, declared), Options(seed=0)), asked)


def case_of(seed: int = 0, examples: int = 1) -> NetworkCase:
    one = exposing(Declared(), np.random.default_rng(seed))
    return NetworkCase(one.network, one.x[:, :examples], one.y[:, :examples])


@pytest.mark.parametrize("asked", [Asked.ONE, Asked.SUM, Asked.STEP])
def test_a_right_program_shares_its_digits_and_a_wrong_one_does_not(asked: Asked) -> None:
    declared = Declared(batch=Batch.SUM) if asked is Asked.SUM else Declared()
    case = case_of(examples=1 if asked is Asked.ONE else 5)
    right, wrong = (glance_at(make, asked, declared) for make in (Student, students.NoSigmaPrimeInHiddenLayers))
    assert right(case) > 11.0
    assert wrong(case) < 1.0
    assert (right.run.calls, right.run.budget.spent) == (1, 0)


@pytest.mark.parametrize("make", [students.Transposed, students.ReturnsNothing, students.NotANumber])
def test_what_has_a_fault_cannot_be_compared(make: type[Any]) -> None:
    assert glance_at(make)(case_of()) == math.inf


def test_what_raises_cannot_be_compared() -> None:
    class Raises(Student):
        def backprop(self, x: Array, y: Array) -> Any:
            raise RuntimeError("no")

    assert glance_at(Raises)(case_of()) == math.inf


def test_at_a_kink_nothing_is_compared() -> None:
    network = Network([[[1.0]]], [[[-1.0]]], [ACTIVATIONS["relu"]], Declared().cost)
    declared = Declared((ACTIVATIONS["relu"],))
    at, beside = (NetworkCase(network, np.array([[x]]), np.array([[0.5]])) for x in (1.0, 1.5))
    glance = glance_at(Student, declared=declared)  # sigmoid neurons: wrong wherever it is compared
    assert (glance(at), glance(beside) < 1.0) == (math.inf, True)


def test_after_the_first_disagreement_no_network_is_judged_but_by_a_glance() -> None:
    judged, glanced = [], []

    def judge(case: NetworkCase, options: Options) -> CheckResult:
        judged.append(case)
        return CheckResult("x", Verdict.DISAGREE if len(judged) == 3 else Verdict.AGREE)

    def glance(case: NetworkCase) -> float:
        glanced.append(case)
        return 1.0 if case.network.sizes[0] > 1 else 9.0

    seen = search(recipe_cases(), judge, Budget(Options(seed=4)), glance=glance)
    assert len(judged) == 3 and len(glanced) > 10
    assert seen.is_glanced and seen.smallest is not None and seen.first is judged[2]
    assert seen.smallest.network.sizes == (2, 1)


def test_where_the_first_gap_was_small_a_smaller_case_may_have_one_digit_more() -> None:
    def judge(case: NetworkCase, options: Options) -> CheckResult:
        return CheckResult("x", Verdict.DISAGREE)

    seen = search(recipe_cases(), judge, Budget(Options(seed=4)), glance=lambda case: 6.0)
    assert seen.smallest is not None and seen.smallest.network.sizes == (1, 1)
    digits = iter([6.0])
    seen = search(recipe_cases(), judge, Budget(Options(seed=4)), glance=lambda case: next(digits, 7.5))
    assert seen.smallest is seen.first


def test_what_differences_do_not_refute_is_not_told_as_the_smallest() -> None:
    """Wrong by 1e-5 on one neuron and by half on networks on which the cost's slope is hidden, and nothing else is."""

    class HidesWhereSmall(Student):
        def backprop(self, x: Array, y: Array) -> Any:
            nabla_b, nabla_w = super().backprop(x, y)
            if len(self.weights) > 2:
                return nabla_b, [2.0 * nw for nw in nabla_w]
            # Wrong in the first call on a network alone: a glance sees it, and differences call twice.
            self.called = getattr(self, "called", 0) + 1
            return (
                (nabla_b, [2.0 * nw for nw in nabla_w]) if self.called == 1 and self.glanced() else (nabla_b, nabla_w)
            )

        @staticmethod
        def glanced() -> bool:
            import inspect

            return any(frame.function == "hear" for frame in inspect.stack())

    result = check_network(HidesWhereSmall, options=Options(seed=1))
    assert result.verdict is Verdict.DISAGREE
    assert result.counterexample is not None
    assert result.counterexample.splitlines()[0].count(",") >= 3  # three layers of weights or more, as the first had


def test_the_smallest_network_costs_no_forward_passes_but_its_own() -> None:
    result = check_network(students.WeightedInputForActivation, options=Options(seed=1))
    assert result.counterexample is not None and "([1, 1, 1])" in result.counterexample
    shown: list[int] = []
    again = check_network(students.WeightedInputForActivation, options=Options(seed=1, progress=shown.append))
    assert again.forward_passes == len(shown) < 1500  # 3,920 where each smaller network was judged
