"""Numbers that are not finite, or not for long: told to the student, and no warning of numpy's leaves the grader. Warnings are errors here."""

from __future__ import annotations

import numpy as np
import pytest

from gradcheck.checks.digits import digits_of_leaf
from gradcheck.checks.residuals import Example
from gradcheck.differences.lines import Line
from gradcheck.differences.settling import settle
from gradcheck.differences.smoothness import kinked
from gradcheck.differences.survey import Survey
from gradcheck.mistakes.program import REFERENCE, Asked, Call
from gradcheck.network.model import Network
from gradcheck.results import EquationStatus
from tests.grading.sources_for_tests import BPS, RIGHT, STEPS, edited, graded


def returning(fill: str) -> str:
    """Return the right program with a backprop that returns arrays of these numbers."""
    start, end = RIGHT.index("    def backprop"), RIGHT.index("    def cost_derivative")
    body = f"        return [{fill} for a in self.biases], [{fill} for a in self.weights]\n\n"
    return RIGHT[:start] + "    def backprop(self, x, y):\n" + body + RIGHT[end:]


@pytest.mark.parametrize(
    ("source", "loses"),
    [
        (returning("np.full(a.shape, np.inf)"), set(BPS)),
        (returning("np.full(a.shape, 1e308)"), set(BPS)),
        (edited(("b - eta / m * total", "b * np.inf")), set(STEPS)),
    ],
    ids=["infinite", "nearly infinite", "step"],
)
def test_what_is_not_finite_loses_its_items_and_warns_nobody(source: str, loses: set[str]) -> None:
    sheet = graded(source, *BPS, *STEPS)
    assert {item.id: item.status.value for item in sheet.items if item.lost} == dict.fromkeys(loses, "fail")
    assert "ungraded" not in {item.status.value for item in sheet.items}


def test_equations_of_infinite_numbers_are_broken_and_warn_nobody() -> None:
    network = Network.random([2, 3, 1], np.random.default_rng(0))
    call = Call(network, np.ones((2, 1)), np.zeros((1, 1)))
    infinite = REFERENCE.gradient(call, Asked.ONE).each(lambda leaf: np.where(leaf > 0.0, np.inf, -np.inf))
    assert {one.status for one in Example(call, infinite).judged()} >= {EquationStatus.BROKEN}


def test_infinite_arrays_share_no_digits() -> None:
    infinite, finite = np.full(2, np.inf), np.ones(2)
    assert (digits_of_leaf(infinite, infinite), digits_of_leaf(infinite, finite)) == (0.0, 0.0)


def test_values_of_which_none_is_finite_have_no_noise() -> None:
    line = Line(lambda _: float("inf"), np.zeros(1), np.ones(1), lambda w: w)
    assert settle(Survey(line, float("inf"), spacing=1e-10, eps=2.2e-16), kinked, wide_tables=3).level == 0.0
