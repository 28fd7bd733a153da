"""Times of ways that take turns, and the ratios within a round."""

from __future__ import annotations

from tests.evidence.pairs import number, ratios, shown, take_turns


def test_ways_take_turns_after_one_round_that_is_not_timed() -> None:
    done: list[str] = []
    times = take_turns({"a": lambda: done.append("a"), "b": lambda: done.append("b")}, 3)
    assert done == ["a", "b"] * 4
    assert {name: len(taken) for name, taken in times.items()} == {"a": 3, "b": 3}


def test_a_ratio_is_the_median_within_a_round_with_the_least_and_the_largest() -> None:
    assert ratios([2.0, 30.0, 4.0], [1.0, 10.0, 4.0]) == (2.0, 1.0, 3.0)
    assert shown((2.0, 1.0, 3.0)) == "2 (1 to 3)"
    assert [number(1234.5), number(12.345), number(0.0012345)] == ["1,234", "12.3", "0.00123"]
