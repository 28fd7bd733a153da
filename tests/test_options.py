"""Options: what is refused and in which words, the seed, and what is left of a budget."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcheck.checks.options import Locate, Options
from gradcheck.errors import UsageError


@pytest.mark.parametrize(
    ("field", "value", "seen"),
    [
        ("seed", -1, "seed is -1: a whole number of at least 0"),
        ("seed", 1.5, "seed is 1.5: a whole number"),
        ("seed", "7", "seed is '7'"),
        ("seed", True, "seed is True"),
        ("max_forward_passes", False, "max_forward_passes is False"),
        ("max_forward_passes", 0, "max_forward_passes is 0: a whole number of at least 1"),
        ("max_forward_passes", -3, "max_forward_passes is -3"),
        ("max_forward_passes", 10.0, "max_forward_passes is 10.0"),
        ("locate", "full", "locate is 'full': one of Locate.AUTO, Locate.NEVER, Locate.FIRST, Locate.FULL is required"),
        ("locate", True, "locate is True"),
        (
            "subgradients",
            "accept",
            "subgradients is 'accept': one of Subgradients.REFUSE, Subgradients.ACCEPT is required",
        ),
        ("executor", 3, "executor is 3: an object with submit, as in concurrent.futures, is required"),
    ],
)
def test_what_is_out_of_range_is_refused_with_its_value(field: str, value: Any, seen: str) -> None:
    with pytest.raises(UsageError, match=f"^{seen}"):
        Options(**{field: value})


def test_the_least_values_are_allowed() -> None:
    options = Options(seed=0, max_forward_passes=1, locate=Locate.FULL)
    assert (options.seed, options.max_forward_passes, options.locate) == (0, 1, Locate.FULL)


def test_numpys_whole_numbers_are_whole_numbers() -> None:
    options = Options(seed=np.random.default_rng(0).integers(9), max_forward_passes=np.int32(7))
    assert type(options.seed) is int and (type(options.max_forward_passes), options.max_forward_passes) == (int, 7)


def test_there_is_no_step_and_no_tolerance_to_choose() -> None:
    assert set(Options.__dataclass_fields__) == {
        "seed",
        "max_forward_passes",
        "locate",
        "subgradients",
        "executor",
        "progress",
    }


def test_a_given_seed_is_kept_and_a_missing_one_is_drawn_each_time() -> None:
    assert Options(seed=0).seeded().seed == 0
    drawn = {Options().seeded().seed for _ in range(4)}
    assert None not in drawn and len(drawn) > 1


def test_seeding_keeps_the_other_options() -> None:
    seeded = Options(max_forward_passes=9, locate=Locate.NEVER).seeded()
    assert (seeded.max_forward_passes, seeded.locate) == (9, Locate.NEVER)


@pytest.mark.parametrize(("spent", "left"), [(0, 10), (9, 1), (10, None), (11, None)])
def test_what_is_left_of_a_budget(spent: int, left: int | None) -> None:
    options = Options(seed=3, max_forward_passes=10).left(spent)
    assert (None if options is None else options.max_forward_passes) == left
    assert options is None or options.seed == 3


def test_no_budget_is_never_spent() -> None:
    assert Options(seed=3).left(10**9) == Options(seed=3)
