"""The sentence on the passes of the user's own backprop says no more than the counts do."""

from __future__ import annotations

import pytest

from gradcheck.reporting.levels import Explain
from gradcheck.reporting.own_passes import own_pass_lines
from gradcheck.reporting.text import render
from gradcheck.results import CountedStep, PassCount
from tests.golden.cases import CASES

SIZES = ((2, 3, 4), (4, 5, 6, 7))
F, S, D, C = CountedStep.FORWARD_PASS, CountedStep.SIGMA, CountedStep.SIGMA_PRIME, CountedStep.COST_DERIVATIVE
NOT_ONE = ", where backpropagation makes one forward and one backward pass: "


def told(calls: dict[CountedStep, tuple[int, int]]) -> str:
    """Return what is said of the calls of one function a step on the two networks."""
    counts = [
        PassCount(step.name.lower(), step, sizes, each[i])
        for i, sizes in enumerate(SIZES)
        for step, each in calls.items()
    ]
    return " ".join(line.text for line in own_pass_lines(tuple(counts)))


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        ({S: (2, 3), D: (2, 3), C: (1, 1)}, "one forward and one backward pass: 2 calls of sigma, 2 of"),
        ({F: (1, 1), D: (1, 2)}, "one forward and one backward pass: 1 call of forward_pass and 1 of sigma_prime on"),
        ({S: (7, 18), D: (3, 11)}, "one forward and one backward pass: 7 calls"),
        ({S: (2, 3)}, "one forward pass: 2 calls"),
        ({S: (2, 3), D: (1, 1)}, "one forward pass: 2 calls"),
        ({S: (2, 3), D: (2, 3), C: (2, 3)}, "one forward pass: 2 calls"),
        ({D: (2, 3), C: (1, 1)}, "one backward pass: 2 calls"),
        ({F: (2, 2), C: (1, 1)}, "2 forward passes: 2 calls"),
        ({S: (6, 9)}, "6 calls of sigma on"),
        ({F: (1, 1), S: (2, 3)}, "1 call of forward_pass and 2 of sigma on"),
        ({S: (2, 7)}, "2 calls of sigma on"),
        ({D: (4, 6)}, "4 calls of sigma_prime on"),
        ({F: (3, 4)}, "3 calls of forward_pass on"),
    ],
)
def test_one_pass_is_said_only_where_the_calls_are_those_of_one(
    calls: dict[CountedStep, tuple[int, int]], words: str
) -> None:
    assert told(calls).startswith(f"One call of your backprop makes {words}")


@pytest.mark.equation("46")
@pytest.mark.parametrize(
    ("calls", "words"),
    [
        ({F: (26, 111)}, "P + 1 forward passes, as equation (46) takes"),
        ({S: (52, 333)}, "P + 1 forward passes, as equation (46) takes"),
        ({F: (25, 110), S: (2, 3)}, "P + 1 forward passes, as equation (46) takes"),
        ({F: (50, 220), D: (2, 3)}, "2P forward passes, as central differences take"),
        ({S: (51, 442)}, "2P + 1 forward passes, as central differences and the cost itself take"),
        ({F: (100, 500)}, "at least as many forward passes as there are parameters"),
    ],
)
def test_passes_that_grow_with_the_parameters_are_not_backpropagation(
    calls: dict[CountedStep, tuple[int, int]], words: str
) -> None:
    assert told(calls).startswith(f"One call of your backprop makes {words}{NOT_ONE}")


def test_of_no_counts_and_of_a_cost_derivative_alone_nothing_is_said() -> None:
    assert told({}) == told({C: (1, 1)}) == ""


def test_the_first_level_is_pass_or_fail_alone() -> None:
    words = "One call of your backprop"
    assert words not in render(CASES["agree_own_passes"], Explain.VERDICT)
    assert words in render(CASES["agree_own_passes"], Explain.WHERE)
