"""Options: what is refused and in which words, the seed, and what is left of a budget."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


WORDS = st.lists(st.text(min_size=1, max_size=8), max_size=3).map(tuple)


@settings(deadline=None)
@given(seed=st.integers(0, 2**63), purposes=st.sets(WORDS, min_size=2, max_size=6))
def test_streams_are_the_same_in_every_run_and_another_for_every_purpose(
    seed: int, purposes: set[tuple[str, ...]]
) -> None:
    options = Options(seed=seed)
    first = {purpose: options.generator(*purpose).bytes(16) for purpose in purposes}
    assert first == {purpose: Options(seed=seed).generator(*purpose).bytes(16) for purpose in reversed(list(purposes))}
    assert len(set(first.values())) == len(purposes)


def test_streams_depend_on_the_seed_and_not_on_what_was_drawn_before() -> None:
    options = Options(seed=5)
    kept = options.generator("directions", "w").bytes(16)
    options.generator("directions", "w").bytes(1000)
    options.generator("preflight").bytes(1000)
    assert options.generator("directions", "w").bytes(16) == kept
    assert Options(seed=6).generator("directions", "w").bytes(16) != kept


def test_streams_of_a_seed_stay_what_they_are() -> None:
    """The seed in a report reproduces it: a change here is one of every stored report."""
    assert Options(seed=1).generator("directions", "w").integers(10**6, size=3).tolist() == [718446, 660519, 690953]


def test_streams_of_two_purposes_are_uncorrelated() -> None:
    one, other = (Options(seed=2).generator("directions", name).standard_normal(10_000) for name in ("w", "b"))
    # 5 standard deviations of the correlation of 10,000 pairs.
    assert abs(float(np.corrcoef(one, other)[0, 1])) < 5 / np.sqrt(10_000)


def test_derived_options_have_a_seed_of_their_own_and_the_rest_of_the_others() -> None:
    options = Options(seed=3, max_forward_passes=9, locate=Locate.NEVER, progress=print)
    nearby, again, far = options.derived("nearby"), options.derived("nearby"), options.derived("far")
    assert nearby == again
    assert len({options.seed, nearby.seed, far.seed, nearby.derived("nearby").seed}) == 4
    assert dataclasses.replace(nearby, seed=3) == options
    assert nearby.generator("w").bytes(16) != options.generator("w").bytes(16)


def test_options_without_a_seed_draw_as_with_seed_0() -> None:
    """Only seeded options reach a check: this is what an engine used on its own does."""
    assert Options().generator("w").bytes(16) == Options(seed=0).generator("w").bytes(16)


def test_anything_that_can_submit_is_an_executor() -> None:
    class Pool:
        def submit(self, function: Any, *arguments: Any) -> Any: ...

    pool = Pool()
    assert Options(executor=pool).executor is pool
    for wrong in (object(), "threads"):
        with pytest.raises(UsageError, match="an object with submit"):
            Options(executor=wrong)
