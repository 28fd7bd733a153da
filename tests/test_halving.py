"""Halving with additivity, on errors that are known: what is found, by how many measurements, and when it gives up."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.checks import syndrome
from gradcheck.checks.axes import along, single
from gradcheck.checks.gaps import Gap, Gauge
from gradcheck.checks.halving import Outcome, Probes, Search
from gradcheck.checks.measuring import SAFETY

COARSE = Gauge(((1.0, 0.5), (-1.0, -0.5)), 1e-6 / 4, 0.0)
"""A gauge whose bound is 1e-6."""


class Known:
    """Errors that are known, measured with a deviation of the size that bounds are 4 times of, and a count of the measurements."""

    def __init__(self, errors: Any, bound: float = 1e-9, *, seed: int = 0) -> None:
        self.errors, self.bound = np.asarray(errors, dtype=float), bound
        self.generator, self.gaps, self.settled = np.random.default_rng(seed), 0, []

    def gap(self, weights: Any, gauge: Gauge | None) -> Gap:
        self.gaps += 1
        bound = self.bound if gauge is None else gauge.bound
        return Gap(float(self.errors @ weights) + self.generator.uniform(-bound, bound) / SAFETY, bound)

    def settle(self, part: int) -> Gap | None:
        self.settled.append(part)
        gap = Gap(float(self.errors[part]), self.bound)
        return gap if gap.stands_out else None

    def search(self, gauges: tuple[Gauge | None, ...] = (None,)) -> Search:
        parts = single(self.errors.shape)
        return Search(parts, Gap(float(np.sum(self.errors)), self.bound), Probes(self.gap, self.settle, gauges))


def errors_at(size: int, errors: dict[int, float]) -> Any:
    found = np.zeros(size)
    for place, error in errors.items():
        found[place] = error
    return found


@settings(max_examples=100, deadline=None, database=None)
@given(size=st.integers(2, 5000), k=st.integers(1, 10), seed=st.integers(0, 2**31))
def test_the_exact_set_of_any_few(size: int, k: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    places = generator.choice(size, min(k, size), replace=False)
    known = Known(errors_at(size, {int(i): generator.normal() + 1e-3 for i in places}), 1e-12)
    search = known.search()
    assert search.run(most=10) is Outcome.COMPLETE
    assert set(search.found) == {i for i in map(int, places) if abs(known.errors[i]) > known.bound}
    assert len(known.settled) == len(set(known.settled))


@pytest.mark.parametrize("size", [100, 23860, 10**5])
def test_a_single_one_takes_one_syndrome(size: int) -> None:
    known = Known(errors_at(size, {size // 3: 1.0}), 1e-7)
    assert known.search().run(most=10) is Outcome.COMPLETE
    assert (known.gaps, known.settled) == (1, [size // 3])


def test_a_coarse_measurement_takes_a_syndrome_of_two_stages() -> None:
    known = Known(errors_at(23860, {999: 1.0}), 1e-3)
    assert known.search().run(most=10) is Outcome.COMPLETE
    assert (known.gaps, known.settled) == (2, [999])


@pytest.mark.parametrize("k", [1, 3, 10])
def test_halving_alone_measures_one_half_of_each_set(monkeypatch: pytest.MonkeyPatch, k: int) -> None:
    monkeypatch.setattr(syndrome, "FEWEST", 10**9)
    generator = np.random.default_rng(k)
    places = generator.choice(23860, k, replace=False)
    known = Known(errors_at(23860, {int(i): generator.choice([-1.0, 1.0]) * generator.uniform(1, 2) for i in places}))
    assert known.search().run(most=10) is Outcome.COMPLETE
    assert sorted(known.settled) == sorted(map(int, places))
    assert known.gaps <= k * (math.log2(23860 / k) + 2.0)


def test_more_than_asked_for_ends_early_and_may_be_continued() -> None:
    known = Known(np.random.default_rng(0).normal(size=1024), 1e-12)
    search = known.search()
    assert search.run(most=10) is Outcome.MANY
    assert 11 <= search.known <= 12 and known.gaps < 40
    few = Known(errors_at(1024, dict.fromkeys(range(0, 1024, 50), 1.5)), 1e-12)
    search = few.search()
    assert search.run(most=10) is Outcome.MANY
    assert search.run(most=1024) is Outcome.COMPLETE
    assert sorted(search.found) == list(range(0, 1024, 50))


def test_errors_that_no_part_shows_are_lost_not_looked_for_forever() -> None:
    known = Known(np.full(64, 1e-10), 1e-9)
    search = Search(single((64,)), Gap(6.4e-9, 1e-9), Probes(known.gap, known.settle, (COARSE, None)))
    assert search.run(most=64) is Outcome.LOST
    assert search.found == {}
    assert known.gaps < 200


def test_measurements_without_a_value_end_the_search() -> None:
    def nothing(weights: Any, gauge: Gauge | None) -> Gap:
        return Gap(math.nan, math.inf)

    search = Search(single((64,)), Gap(1.0, 1e-9), Probes(nothing, lambda part: None, (COARSE, None)))
    assert search.run(most=10) is Outcome.LOST


def test_a_finer_gauge_takes_over_what_a_coarse_one_does_not_show() -> None:
    known = Known(errors_at(1000, {10: 1.0, 700: 1e-7}), 1e-10)
    used: list[Gauge | None] = []

    def gap(weights: Any, gauge: Gauge | None) -> Gap:
        used.append(gauge)
        return known.gap(weights, gauge)

    search = Search(single((1000,)), Gap(1.0 + 1e-7, 1e-10), Probes(gap, known.settle, (COARSE, None)))
    assert search.run(most=10) is Outcome.COMPLETE
    assert sorted(search.found) == [10, 700]
    assert used[0] is COARSE and used[-1] is None


def test_a_gauge_that_promises_too_much_is_found_out() -> None:
    # Its errors are a thousand times its bound: sets seem wrong that are not.
    known = Known(errors_at(4096, {77: 1.0}), 1e-10)
    noise = np.random.default_rng(4)

    def gap(weights: Any, gauge: Gauge | None) -> Gap:
        found = known.gap(weights, gauge)
        return found if gauge is None else Gap(found.value + 1e-3 * noise.normal(), found.bound)

    search = Search(single((4096,)), Gap(1.0, 1e-10), Probes(gap, known.settle, (COARSE, None)))
    assert search.run(most=10) is Outcome.COMPLETE
    assert sorted(search.found) == [77]


def test_what_the_difference_leaves_open_is_measured() -> None:
    # The whole is known to 0.5 only; the second half's error of 0.1 shows when it is measured.
    known = Known(errors_at(4, {0: 3.0, 3: 0.1}), 1e-3)
    search = Search(single((4,)), Gap(3.1, 0.5), Probes(known.gap, known.settle, (None,)))
    search.run(most=10)
    assert sorted(search.found) == [0, 3]


def test_halves_end_between_rows() -> None:
    parts = single((5, 7))
    assert parts.strides == (7,)
    assert [parts.middle(0, 35), parts.middle(0, 14), parts.middle(7, 14)] == [21, 7, 10]
    assert single((2, 3, 4)).strides == (12, 4)
    assert single((2, 3, 4)).middle(0, 24) == 12
    assert single((2, 3, 4)).middle(0, 12) == 8


@settings(max_examples=100, deadline=None, database=None)
@given(shape=st.lists(st.integers(1, 7), min_size=1, max_size=4).map(tuple), data=st.data())
def test_halves_are_never_empty(shape: tuple[int, ...], data: st.DataObject) -> None:
    parts = single(shape)
    if parts.count >= 2:
        low = data.draw(st.integers(0, parts.count - 2))
        high = data.draw(st.integers(low + 2, parts.count))
        assert low < parts.middle(low, high) < high


@settings(max_examples=50, deadline=None, database=None)
@given(shape=st.lists(st.integers(1, 6), min_size=2, max_size=4).map(tuple), data=st.data())
def test_a_slice_owns_the_components_with_its_index(shape: tuple[int, ...], data: st.DataObject) -> None:
    axis = data.draw(st.integers(0, len(shape) - 1))
    parts = along(shape, axis=axis)
    assert parts.count == shape[axis]
    assert np.array_equal(parts.owner, np.indices(shape)[axis].ravel())
