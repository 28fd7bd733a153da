"""The parts of a network check by name: known without a check, and the same as those that a check has."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcheck import Batch, Declared, Options, Verdict, check_network
from gradcheck.checks.part_names import part_names
from gradcheck.results import CheckResult
from gradcheck.subjects.functions import SigmaSubject
from gradcheck.subjects.network_class import NetworkSubject
from tests import student_networks_for_tests as students
from tests.student_networks_for_tests import Student, sigmoid, sigmoid_prime


class WithCost(Student):
    """A class with a cost of its own, which keeps its deltas."""

    def cost(self, a: Any, y: Any) -> float:
        """Return the quadratic cost."""
        return float(0.5 * np.sum((a - y) ** 2))


def subject_of(make: Any, declared: Declared = Declared()) -> NetworkSubject:  # noqa: B008 - frozen
    return NetworkSubject("Network", make, declared, SigmaSubject("sigmoid_prime", sigmoid, sigmoid_prime))


@pytest.mark.parametrize(
    ("make", "declared"),
    [
        (Student, Declared()),
        (students.Flat, Declared()),
        (WithCost, Declared(batch=Batch.SUM)),
        (students.WithoutExtras, Declared()),
        (lambda sizes: Student(sizes), Declared()),
    ],
)
def test_the_parts_of_a_check_that_agrees_are_those_foretold(make: Any, declared: Declared) -> None:
    subject = subject_of(make, declared)
    result = check_network(subject, options=Options(seed=1))
    assert result.verdict is Verdict.AGREE, str(result)
    assert tuple(part.part for part in result.parts) == part_names(subject)
    assert result.part == ""


def test_a_class_that_cannot_be_made_is_foretold_from_its_methods() -> None:
    def make(sizes: list[int]) -> Student:
        raise RuntimeError("not today")

    class Broken(Student):
        def __init__(self, sizes: list[int]) -> None:
            raise RuntimeError("not today")

    assert part_names(subject_of(Broken)) == part_names(subject_of(Student))
    assert part_names(subject_of(make)) == ("sigmoid_prime", "backprop", "BP1", "BP2", "BP3", "BP4")


def test_parts_have_names_and_a_whole_told_by_a_part_has_none() -> None:
    wrong = check_network(students.NoSigmaPrimeInHiddenLayers, options=Options(seed=1))
    by_name = {part.part: part.verdict for part in wrong.parts}
    assert by_name["BP2"] is by_name["backprop"] is Verdict.DISAGREE
    assert wrong.part == "" and CheckResult.from_dict(wrong.as_dict()) == wrong


def test_the_output_layer_of_a_network_is_called_so_in_the_part_on_no_other() -> None:
    wrong = check_network(students.NoSigmaPrimeInHiddenLayers, options=Options(seed=1))
    bp1, bp2 = (str(next(part for part in wrong.parts if part.part == name)) for name in ("BP1", "BP2"))
    assert "4 (output)" in bp1 and "(output)" not in bp2
