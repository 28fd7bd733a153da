"""Patterns: what they cost, and what it takes to be sure of one."""

from __future__ import annotations

import dataclasses
import math
import zlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gradcheck.checks import judging
from gradcheck.checks.evidence import Evidence
from gradcheck.checks.findings import Finding, describe
from gradcheck.checks.fits import Fit, fit
from gradcheck.checks.gradient import check
from gradcheck.checks.hypotheses import Hypothesis, Term
from gradcheck.checks.locate import Location
from gradcheck.checks.measuring import Setting, prepare
from gradcheck.checks.options import Options
from gradcheck.checks.partly import partly_wrong
from gradcheck.checks.patterns import MOST_LEAVES, Wrong, diagnose
from gradcheck.checks.preflight import preflight
from gradcheck.checks.problem import Problem
from gradcheck.checks.slopes import Slope, slope_of
from gradcheck.checks.supporting import Named, merge, name
from gradcheck.differences.directions import gaussian_direction
from gradcheck.errors import BudgetExceeded
from gradcheck.parameters import Leaf
from gradcheck.results import CheckResult, Component, Status
from gradcheck.subjects.protocol import GradientSubject
from tests.patterns_for_tests import Edit, ids, judged, wave
from tests.problems_for_tests import SEED, Counted

# --- what it costs ---


def without_diagnosis(monkeypatch: pytest.MonkeyPatch, run: Callable[[], CheckResult]) -> CheckResult:
    with monkeypatch.context() as patched:
        patched.setattr(judging, "_explanations", lambda *_: ())
        return run()


EDITS: list[Edit] = [
    lambda g, w: 2 * g,
    lambda g, w: 0.77 * g,
    lambda g, w: g - w,
    lambda g, w: np.roll(g, 1, 0),
    lambda g, w: g * np.sin(w),
]


@pytest.mark.parametrize("edit", EDITS)
def test_the_slopes_of_the_verdict_and_of_the_location_are_enough(edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    for shape in ((5, 4), (30, 40)):
        run = lambda shape=shape: judged(shape, edit, 0)  # noqa: E731
        result = run()
        before = without_diagnosis(monkeypatch, run)
        assert result.forward_passes == before.forward_passes
        assert dataclasses.replace(result, diagnosis=()) == before


def test_passes_are_counted_and_the_budget_is_kept() -> None:
    cost, gradient, at = wave((30, 40), 0)
    free = check(cost, lambda w: 0.77 * gradient(w), at, options=SEED)
    assert ids(free) == ["factor"]
    for budget in [*range(10, free.forward_passes + 3, 7), free.forward_passes]:
        counted = Counted(cost)
        result = check(counted, lambda w: 0.77 * gradient(w), at, options=Options(seed=1, max_forward_passes=budget))
        assert result.forward_passes == counted.calls <= budget
        assert ids(result) in ([], ["factor"])
    assert ids(result) == ["factor"]


# --- further directions, where the verdict and the location did not measure enough ---


def diagnosed(
    gradient_of_wave: Edit, leaves: int, budget: int | None = None, shape: tuple[int, ...] = (6, 7)
) -> tuple[list[str], int, int]:
    """Return the patterns of leaves along one direction each, how many more were measured, and the passes that took."""
    names = "abcdefgh"[:leaves]
    waves = {name: wave(shape, seed) for seed, name in enumerate(names)}
    cost = Counted(lambda p: sum(waves[name][0](p[name]) for name in names))
    subject = GradientSubject(
        "waves",
        cost,
        lambda p: {name: gradient_of_wave(waves[name][1](p[name]), p[name]) for name in names},
        {name: waves[name][2] for name in names},
    )
    problem, generator = Problem(subject, Options(seed=1, max_forward_passes=budget)), np.random.default_rng(0)
    setting = prepare(problem, preflight(problem, generator), generator)
    wrong = []
    for leaf in problem.layout.leaves:
        measured = setting.measure(gaussian_direction(problem.w, leaf.place, generator))
        evidence = Evidence(setting, leaf, (measured,), (1.0,))
        wrong.append(Wrong(leaf, Finding(describe(evidence, Status.DISAGREE, None), evidence), Location((), 0)))
    before, directions = cost.calls, Counted(Setting.measure)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Setting, "measure", lambda *args, **options: directions(*args, **options))
        found = diagnose(setting, wrong, generator)
    assert problem.forward_passes == cost.calls
    return [one.id for one in found], directions.calls, cost.calls - before


@pytest.mark.parametrize(
    ("edit", "leaves", "found", "directions"),
    [
        # One more direction refutes the patterns with a number: they fit any one slope.
        (lambda g, w: 2 * g, 1, ["factor"], 1),
        (lambda g, w: np.roll(g, 1, 0), 1, ["shifted"], 1),
        (lambda g, w: 0.77 * g, 1, ["factor"], 2),
        (lambda g, w: g - w, 1, ["weight-decay"], 2),
        (lambda g, w: g * np.sin(w), 1, [], 1),
        # One number in several leaves: each has a direction already.
        (lambda g, w: 0.77 * g, 2, ["factor"], 1),
        (lambda g, w: 0.77 * g, 3, ["factor"], 0),
        (lambda g, w: g * np.sin(w), 8, [], MOST_LEAVES),
    ],
)
def test_as_many_more_directions_as_it_takes(edit: Edit, leaves: int, found: list[str], directions: int) -> None:
    named, measured, passes = diagnosed(edit, leaves)
    assert (named, measured) == (found, directions)
    assert 6 * measured <= passes <= 10 * measured


def test_no_more_directions_than_there_are_components() -> None:
    assert diagnosed(lambda g, w: 0.77 * g, 1, shape=(2,))[:2] == ([], 1)
    assert diagnosed(lambda g, w: 0.77 * g, 1, shape=())[:2] == ([], 0)


def test_a_budget_that_ends_leaves_out_what_is_not_confirmed() -> None:
    _, _, free = diagnosed(lambda g, w: 0.77 * g, 1)
    whole = 0
    for budget in range(1, 200):
        try:
            found, _, passes = diagnosed(lambda g, w: 0.77 * g, 1, budget)
        except BudgetExceeded:
            continue  # before there was anything to explain
        whole += passes == free
        assert found == (["factor"] if passes == free else []) and passes <= free
        if whole:
            break
    assert whole == 1


NOISE = (1e-3, 1e-6)


@pytest.mark.parametrize("noise", NOISE)
@pytest.mark.parametrize("seed", range(12))
def test_noise_is_no_pattern(noise: float, seed: int) -> None:
    """Where little can be measured little is named, and never something else."""
    shape = [(40,), (6, 5), (3,), (30, 40)][seed % 4]
    cost, gradient, at = wave(shape, seed)
    error = 10.0 ** np.random.default_rng(seed).uniform(-3.0, 0.5) * np.random.default_rng(seed).normal(size=shape)

    def noisy(w: Any) -> Any:
        return cost(w) + noise * (zlib.crc32(np.asarray(w).tobytes()) / 2.0**32 - 0.5)

    def named(edit: Edit) -> list[str]:
        return ids(check(noisy, lambda w: edit(gradient(w), w), at, options=Options(seed=seed)))

    assert named(lambda g, w: g + error) == []
    assert named(lambda g, w: 0.77 * g) in ([], ["factor"])
    assert named(lambda g, w: g - w) in ([], ["weight-decay"])
    assert named(lambda g, w: np.roll(g, 1, 0)) in ([], ["shifted"])


# --- what a slope is worth ---


def test_a_slope_tells_nothing_of_errors_that_it_does_not_see() -> None:
    blind = Fit("shifted", math.nan, math.nan, tests=((1e-9, 1e-9),) * 3, errors=(1.0, 1.0, 1.0))
    assert blind.chance(fitted=0) > 0.5
    assert dataclasses.replace(blind, tests=((1e-9, 1.0),) * 3).chance(fitted=0) < 1e-26


def test_the_best_slope_is_used_up_by_what_is_fitted_to_it() -> None:
    uneven = Fit("factor", 0.5, 0.5, tests=((1e-30, 1.0), (1e-2, 1.0), (1e-2, 1.0)), errors=(1.0, 1.0, 1.0))
    assert 1e-5 < uneven.chance(fitted=1) < 1e-4


def test_a_known_factor_needs_digits_too() -> None:
    coarse = Fit("factor", 0.4, 0.6, tests=((0.2, 1.0),), errors=(1.0,))
    assert name(coarse, (), 1) == [] and name(dataclasses.replace(coarse, tests=((1e-9, 1.0),)), (), 1) != []


def test_what_is_right_for_two_leaves_at_once_is_told_of_both() -> None:
    both = [Named(Fit("other-leaf", math.nan, math.nan, (), (), names=(leaf,), detail="c")) for leaf in "ab"]
    assert merge(both) == both


@pytest.mark.parametrize("id", ["factor", "shifted"])
def test_the_rounding_of_the_claim_is_part_of_the_bound(id: str) -> None:
    leaf = Leaf("w", (3,), np.dtype(float), 0)
    claimed, zero = np.array([1.0, 2.0, 3.0]), np.zeros(3)
    slopes = [
        Slope(np.array([i]), np.ones(1), 2.0 * c * (1 + r), 0.0)
        for i, c, r in zip(range(3), claimed, (1e-3, 0, -1e-3), strict=True)
    ]

    def fitted(noise: float, coarser: float) -> Fit | None:
        term = Term(claimed, noise * claimed)
        doubled = Term(2.0 * claimed, 2.0 * noise * claimed)
        hypothesis = Hypothesis(id, leaf, *((Term(zero, zero), term) if id == "factor" else (doubled, None)))
        return fit(hypothesis, [dataclasses.replace(one, coarser=coarser) for one in slopes], claimed, np.ones(3))

    assert fitted(0.0, 1.0) is None and fitted(1e-4, 1.0) is None
    assert fitted(1e-3, 1.0) is not None and fitted(1e-4, 10.0) is not None


def test_nothing_is_concluded_from_a_kink() -> None:
    cost, gradient, at = wave((5,), 0)
    problem, generator = Problem(GradientSubject("wave", cost, gradient, at), SEED), np.random.default_rng(0)
    setting = prepare(problem, preflight(problem, generator), generator)
    measured, leaf = setting.measure(gaussian_direction(problem.w, slice(0, 5), generator)), problem.layout.leaves[0]
    kinked = dataclasses.replace(
        measured, estimate=dataclasses.replace(measured.estimate, slope_gap=1.0, slope_gap_error=0.0)
    )
    assert slope_of(setting, leaf, measured) is not None and slope_of(setting, leaf, kinked) is None


def test_whole_numbers_that_may_be_chance_are_none() -> None:
    """Where each bound allows a tenth of what is claimed, five ratios are near whole numbers now and then."""
    leaf = Leaf("w", (5,), np.dtype(float), 0)
    layout = SimpleNamespace(leaves=(leaf,))
    claimed = np.arange(1.0, 6.0)
    problem = SimpleNamespace(layout=layout, w=np.ones(5), subject=SimpleNamespace(data=()))
    setting: Any = SimpleNamespace(claimed=claimed, gradient_noise=np.zeros(5), problem=problem)

    def told(bound: float) -> list[str]:
        each = tuple(Component("w", (i,), c, c * (1 + i % 2), bound * c) for i, c in enumerate(claimed))
        location = Location(each[1::2], 5, is_complete=True, each=each)
        return [one.id for one in partly_wrong(setting, leaf, location, [])]

    assert told(1e-6) == ["counted-once"] and told(0.05) == []
