"""What is seen of an error with near certainty, held against drawn directions."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gradcheck.checks.limits import MISS_PROBABILITY, PASSING_CHANCE, Portion, least_seen
from gradcheck.checks.measuring import SAFETY, Measurement
from gradcheck.differences.estimates import LadderEstimate


def measured(bound: float) -> Measurement:
    """Return a measurement whose allowed gap is `bound`."""
    return Measurement(1.0, LadderEstimate(1.0, 0.0, bound / SAFETY, 1e-3, 0.0, math.inf, 3), 0.0)


def test_two_directions_miss_the_least_error_seen_once_in_a_million() -> None:
    size = least_seen([1e-9, 4e-9])
    assert PASSING_CHANCE**2 * 4e-18 / size**2 == pytest.approx(MISS_PROBABILITY)


def test_nothing_measured_nothing_seen() -> None:
    assert least_seen([]) == math.inf
    assert Portion(np.arange(3), np.ones(3), ()).worst == math.inf
    assert Portion(np.arange(1), np.ones(1), (measured(math.inf),)).worst == math.inf


def test_chance_has_no_part_in_an_axis() -> None:
    axis = Portion(np.array([4]), np.array([0.5]), (measured(1e-9),))
    assert axis.resolutions == pytest.approx([4e-9])


def test_of_several_components_the_one_that_moves_least_is_known_least() -> None:
    some = Portion(np.array([0, 3]), np.array([1.0, 0.1]), (measured(1e-9), measured(1e-9)))
    reach = least_seen([2e-9, 2e-9])
    assert some.resolutions == pytest.approx([reach, 10 * reach]) and some.worst == pytest.approx(10 * reach)
