"""Gaps measured on few points, for what they are worth; the syndrome read from them; components at every scale they have."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from gradcheck.checks.axes import single
from gradcheck.checks.components import Components
from gradcheck.checks.gaps import Allowance, Gap, Gauge, gap_of, gauges_of, measure_by
from gradcheck.checks.halving import Outcome, Probes, Search
from gradcheck.checks.measuring import SAFETY, Measurement
from gradcheck.checks.options import Options
from gradcheck.checks.syndrome import explaining, is_within, read
from gradcheck.differences.estimates import LadderEstimate
from gradcheck.differences.ladder import RATIO
from gradcheck.errors import BudgetExceeded
from tests.locating_for_tests import Prepared, planted, prepared, tanh_case
from tests.problems_for_tests import Case


def spoiled(errors: dict[Any, float], *, size: int = 60, dtype: Any = np.float64) -> Prepared:
    """Return a problem with errors at some places; its cost computes in float64, whatever its parameters are rounded to."""
    exact = tanh_case((size,), np.random.default_rng(5))
    case = Case(lambda w: exact.cost(np.asarray(w, dtype=np.float64)), exact.gradient, exact.at.astype(dtype))
    return prepared(case, planted(case, errors).astype(dtype), Options(seed=1))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("seed", range(10))
def test_every_gauge_holds_its_bound_along_parts(seed: int, dtype: Any) -> None:
    ready = spoiled({(3,): 0.5}, dtype=dtype)
    generator = np.random.default_rng(seed)
    scale = generator.uniform(0.5, 1.5, 60)
    whole = ready.setting.measure(scale)
    error = float(
        ready.setting.claimed[3] - tanh_case((60,), np.random.default_rng(5)).gradient(ready.setting.problem.w)[3]
    )
    for gauge in [*gauges_of(ready.setting, whole), None]:
        for _ in range(5):
            direction = np.where(generator.random(60) < 0.3, scale, 0.0)
            direction[3] = scale[3] * generator.integers(0, 2)
            direction[7] = scale[7]
            gap = measure_by(ready.setting, gauge, direction)
            assert abs(gap.value - error * direction[3]) <= gap.bound
            assert gap.stands_out == (direction[3] != 0.0)


def test_a_direction_that_rounding_bends_is_known_less_well() -> None:
    ready = spoiled({(3,): 0.5}, dtype=np.float32)
    direction = np.zeros(60)
    direction[3] = 1e-3
    whole = ready.setting.measure(direction)
    assert gap_of(ready.setting, whole).bound > whole.bound
    gauge = Gauge(((1e-3, 500.0), (-1e-3, -500.0)), 0.0, 0.0)
    assert measure_by(ready.setting, gauge, direction).bound > 1e-3 * 0.5e-3


def test_the_coarse_gauge_takes_two_passes_and_the_fine_one_four() -> None:
    ready = spoiled({(3,): 0.5})
    whole = ready.setting.measure(np.ones(60))
    before = ready.cost.calls
    coarse, fine = gauges_of(ready.setting, whole)
    assert ready.cost.calls == before + 2
    measure_by(ready.setting, coarse, np.ones(60))
    assert ready.cost.calls == before + 4
    measure_by(ready.setting, fine, np.ones(60))
    assert ready.cost.calls == before + 8
    assert fine.bound < coarse.bound


def test_a_coarse_gauge_does_not_believe_a_truncation_that_vanishes_by_chance() -> None:
    ready = spoiled({(3,): 0.5})
    whole = ready.setting.measure(np.ones(60))
    plus, minus = ready.setting.line(np.ones(60)).values([whole.estimate.step, -whole.estimate.step])
    lucky = dataclasses.replace(whole.estimate, value=(plus - minus) / (2.0 * whole.estimate.step))
    coarse = gauges_of(ready.setting, dataclasses.replace(whole, estimate=lucky))[0]
    assert coarse.stencil[0][0] < 0.9 * whole.estimate.step
    assert coarse.bound > 10.0 * SAFETY * lucky.error


def test_one_side_of_the_point_gives_no_central_gauge_and_costs_nothing() -> None:
    ready = spoiled({(3,): 0.5})
    estimate = LadderEstimate(1.0, 1e-9, 1e-9, 1e-3, 0.0, 1.0, 4, ((1e-3, 1.0), (3e-3, -1.0)))
    before = ready.cost.calls
    assert len(gauges_of(ready.setting, Measurement(1.0, estimate, 0.0, np.ones(60)))) == 1
    assert gauges_of(ready.setting, Measurement(1.0, dataclasses.replace(estimate, stencil=()), 0.0, np.ones(60))) == []
    assert ready.cost.calls == before


def test_the_noise_of_the_gradient_is_in_every_bound() -> None:
    ready = spoiled({(3,): 0.5})
    setting = dataclasses.replace(ready.setting, gradient_noise=np.full(60, 1e-2))
    whole = setting.measure(np.ones(60))
    for gauge in [*gauges_of(setting, whole), None]:
        assert measure_by(setting, gauge, np.ones(60)).bound >= SAFETY * 1e-2 * math.sqrt(60) * (1.0 - 1e-9)


def test_an_allowance_is_kept_by_every_batch() -> None:
    ready = spoiled({(3,): 0.5})
    components = Components(ready.setting, ready.leaf("parameters"), Allowance(ready.setting.problem, most=47))
    before = ready.cost.calls
    with pytest.raises(BudgetExceeded, match="47 forward passes"):
        components.measure(range(8))
    assert ready.cost.calls == before
    components.measure(range(7))
    assert ready.cost.calls >= before + 42
    again = ready.cost.calls
    components.measure(range(7))
    assert ready.cost.calls == again


def fits(value: float, bound: float, direction: Any) -> Measurement:
    """Return a measurement whose gap is `value` within `bound`."""
    step = 2.0**-10
    stencil = ((step, 0.5 / step), (-step, -0.5 / step))
    estimate = LadderEstimate(-value, bound / SAFETY, 0.0, step, 0.0, 1.0, 3, stencil)
    return Measurement(0.0, estimate, 0.0, np.asarray(direction, dtype=float))


def test_two_random_directions_name_the_only_component_that_fits_both() -> None:
    ready, generator = spoiled({}), np.random.default_rng(0)
    u, v = generator.normal(size=(2, 60))
    place = slice(0, 60)
    assert explaining(ready.setting, place, [fits(u[7], 1e-6, u), fits(v[7], 1e-6, v)]) == [7]
    assert explaining(ready.setting, place, [fits(u[7], 1e-6, u)]) == []
    assert explaining(ready.setting, place, []) == []
    assert explaining(ready.setting, place, [fits(u[7], 1e-6, u), fits(v[8], 1e-6, v)]) == []
    assert explaining(ready.setting, place, [fits(u[7], 1e-6, u), fits(1e-7, 1e-6, v)]) == []
    assert explaining(ready.setting, place, [fits(u[7], 0.5 * abs(u[7]), u), fits(v[7], 0.5 * abs(v[7]), v)]) == []


def test_a_direction_belongs_to_a_block_when_it_moves_nothing_else() -> None:
    direction = np.zeros(10)
    assert not is_within(slice(2, 5), fits(1.0, 1e-9, direction))
    direction[[2, 4]] = 1.0
    assert is_within(slice(2, 5), fits(1.0, 1e-9, direction))
    assert not is_within(slice(2, 4), fits(1.0, 1e-9, direction))
    assert not is_within(slice(3, 5), fits(1.0, 1e-9, direction))


def test_no_syndrome_is_taken_of_an_error_that_is_hardly_known() -> None:
    taken = []

    def measure(parts: Any, weights: Any) -> Gap:
        taken.append(parts.size)
        return Gap(0.5, 0.2)

    assert read(Gap(1.0, 0.2), np.arange(100), measure) is None
    assert taken == []


def test_a_gauge_too_coarse_for_the_error_is_passed_over() -> None:
    errors = np.zeros(100)
    errors[4] = 2e-6
    used = []

    def gap(weights: Any, gauge: Gauge | None) -> Gap:
        used.append(gauge)
        return Gap(float(errors @ weights), 1e-10)

    coarse = Gauge((), 1e-6 / SAFETY, 0.0)
    settle = Probes(gap, lambda part: Gap(errors[part], 1e-10) if errors[part] else None, (coarse, None))
    search = Search(single((100,)), Gap(2e-6, 1e-10), settle)
    assert search.run(most=10) is Outcome.COMPLETE
    assert set(used) == {None}


class TwoScales:
    """A setting whose ladders say what they are told for each length of the direction."""

    def __init__(self, ready: Prepared, gaps: dict[float, float]) -> None:
        self.problem, self.claimed, self.gaps = ready.setting.problem, np.zeros(60), gaps
        self.line, self.looked = ready.setting.line, 0

    def measure(self, direction: Any) -> Measurement:
        (length,) = direction[direction != 0.0]
        return fits(self.gaps[float(length)] * length, 1e-6 * length, direction)

    def measure_all(self, directions: Any, *, size: float) -> list[Measurement]:
        return [self.measure(direction) for direction in directions]

    def look_closer(self, seen: Measurement) -> Measurement:
        self.looked += 1
        return seen


@pytest.mark.parametrize(("own", "is_wrong", "gap"), [(0.5, True, 0.5), (0.0, False, 0.0), (0.3, True, 0.3)])
def test_a_tiny_parameter_is_wrong_when_its_own_scale_says_so_too(own: float, is_wrong: object, gap: float) -> None:
    ready = spoiled({})
    ready.setting.problem.w[7] = 1e-6
    components = Components(ready.setting, ready.leaf("parameters"), Allowance(ready.setting.problem, most=math.inf))
    stub: Any = TwoScales(ready, {components.scale: 0.5, 1e-6: own})
    components.setting = stub
    (measured,) = components.measure([7])
    assert measured.is_wrong == is_wrong
    assert measured.gap.value == pytest.approx(gap * components.scale, abs=1e-12)
    assert measured.component.claimed - measured.component.estimated == pytest.approx(gap, abs=1e-12)
    assert stub.looked == 1


def test_a_parameter_of_the_blocks_size_is_measured_once() -> None:
    ready = spoiled({})
    components = Components(ready.setting, ready.leaf("parameters"), Allowance(ready.setting.problem, most=math.inf))
    stub: Any = TwoScales(ready, {components.scale: 0.5})
    components.setting = stub
    assert components.measure([int(np.argmax(np.abs(ready.setting.problem.w)))])[0].is_wrong
    assert stub.looked == 0


def test_the_first_step_of_a_ladder_is_no_shorter_than_a_coarse_gauge_may_go() -> None:
    ready = spoiled({(3,): 0.5})
    whole = ready.setting.measure(np.ones(60))
    coarse, _ = gauges_of(ready.setting, whole)
    assert whole.estimate.step * RATIO**-6 <= coarse.stencil[0][0] <= whole.estimate.step
