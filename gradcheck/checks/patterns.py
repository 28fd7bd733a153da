"""Why a gradient is wrong, of any cost: the simple pattern that turns what is claimed into what was measured."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.findings import Finding
from gradcheck.checks.fits import Fit, fit, together
from gradcheck.checks.hypotheses import BESIDE_DECAY, Hypothesis, claimed_of, with_a_number, without_a_number
from gradcheck.checks.locate import Location
from gradcheck.checks.measuring import Setting
from gradcheck.checks.partly import partly_wrong
from gradcheck.checks.pattern_words import told
from gradcheck.checks.sizes import sizes_of
from gradcheck.checks.slopes import Slope, slope_of, slopes_of
from gradcheck.checks.supporting import ONE_NUMBER, Named, known_ratios, merge, name
from gradcheck.differences.directions import component_scales, gaussian_direction
from gradcheck.errors import BudgetExceeded
from gradcheck.parameters import Leaf
from gradcheck.results import Diagnosis

Vector = npt.NDArray[Any]

MOST_MORE: Final = 3
"""Directions measured at most of one leaf for its diagnosis (a count): some 6 forward passes each. A number is fitted to one slope, and two
more confirm it; where bounds are coarse another one or two make up for that."""

MOST_LEAVES: Final = 4
"""Leaves that are looked at one by one, the worst first, where no pattern explains all of them (a count)."""


@dataclasses.dataclass(frozen=True)
class Wrong:
    """A leaf that disagrees, with what was measured of it.

    Examples
    --------
    >>> [field.name for field in dataclasses.fields(Wrong)]
    ['leaf', 'finding', 'location']
    """

    leaf: Leaf
    finding: Finding
    location: Location


def diagnose(setting: Setting, wrong: Sequence[Wrong], generator: np.random.Generator) -> tuple[Diagnosis, ...]:
    """Return the patterns that explain the leaves that disagree, simplest first; none where nothing fits.

    Each pattern gives a gradient, and that is judged by the slopes of (46) that refuted the claim, and by as many more as it takes
    to be sure: it has to explain every one to within its own bound. A budget that ends leaves out what was not confirmed yet.

    Examples
    --------
    >>> from gradcheck.checks.gradient import check
    >>> check(lambda w: np.sum(w**3), lambda w: 6 * w**2, np.arange(1.0, 5.0)).diagnosis[0].id
    'factor'
    """
    judge = _Judge(setting, generator)
    tests = [_Test(judge, one) for one in sorted(wrong, key=_severity, reverse=True)]
    facts = [fact for test in tests for fact in partly_wrong(setting, test.leaf, test.location, test.slopes)]
    found = _overall(judge, tests) if len(tests) > 1 else []
    if not found:
        for test in tests[MOST_LEAVES:]:
            test.measured = MOST_MORE  # what is known of them has to do
        found = merge([named for test in tests for named in test.run()])
    live = {leaf.name for leaf in setting.problem.layout.leaves if np.any(setting.claimed[leaf.place])}
    is_everywhere = len(tests) > 1 and live <= {one.leaf.name for one in wrong}
    return (*facts, *told(found, tuple(one.leaf.name for one in wrong) if is_everywhere else ()))


def _severity(one: Wrong) -> float:
    block = one.finding.block
    return abs(block.claimed - block.estimated) / block.bound if block.bound > 0.0 else 0.0


class _Judge:
    """What the tests of all leaves share."""

    def __init__(self, setting: Setting, generator: np.random.Generator) -> None:
        self.setting, self.generator = setting, generator
        self.sizes = sizes_of(setting.problem.subject)
        self.is_spent = False

    def another(self, leaf: Leaf) -> Slope | None:
        """Measure one more direction of a leaf; None where that failed."""
        direction = gaussian_direction(self.setting.problem.w, leaf.place, self.generator)
        try:
            return slope_of(self.setting, leaf, self.setting.measure(direction))
        except BudgetExceeded:
            self.is_spent = True
            return None


class _Test:
    """The patterns of one leaf beside its slopes."""

    def __init__(self, judge: _Judge, wrong: Wrong) -> None:
        self.judge, self.leaf, self.location = judge, wrong.leaf, wrong.location
        self.claimed = claimed_of(judge.setting, wrong.leaf).values
        self.scales = component_scales(judge.setting.problem.w[wrong.leaf.place])
        self.slopes = slopes_of(judge.setting, wrong.leaf, wrong.finding, wrong.location)
        self.with_a_number = with_a_number(judge.setting, wrong.leaf, known_ratios(judge.sizes))
        self.measured = 0

    @property
    def can_measure(self) -> bool:
        """Whether another direction could tell more: one of n components is known after n of them."""
        return self.measured < MOST_MORE and len(self.slopes) < self.leaf.size and not self.judge.is_spent

    def measure(self) -> None:
        """Measure one more direction."""
        self.measured += 1
        slope = self.judge.another(self.leaf)
        if slope is not None:
            self.slopes.append(slope)

    def fit(self, hypothesis: Hypothesis) -> Fit | None:
        """Return how a pattern explains the slopes, None where it does not."""
        found = fit(hypothesis, self.slopes, self.claimed, self.scales)
        # A factor that needs no decay beside it is told as a factor.
        return None if found is not None and found.id == BESIDE_DECAY and found.allows(0.0) else found

    def run(self) -> list[Named]:
        """Return the patterns that explain the leaf, after as many more directions as it takes to be sure of each."""
        tried = [*without_a_number(self.judge.setting, self.leaf), *self.with_a_number]
        alive = tried
        while True:
            fits = {id(one): self.fit(one) for one in alive}
            alive = [one for one in alive if fits[id(one)] is not None]
            named = [self._named(fits[id(one)], len(tried)) for one in alive]
            if all(named) or not self.can_measure:
                return _simplest([one for each in named for one in each])
            self.measure()

    def _named(self, found: Fit | None, tried: int) -> list[Named]:
        return [] if found is None else name(found, self.judge.sizes, tried)


def _simplest(named: list[Named]) -> list[Named]:
    """Return the patterns without those of two parts, where there are others."""
    return [one for one in named if one.fit.id != BESIDE_DECAY] or named


def _overall(judge: _Judge, tests: Sequence[_Test]) -> list[Named]:
    """Return the patterns that explain all leaves at once, with one number; further directions are those of the largest leaf."""
    largest = max(tests, key=lambda test: test.leaf.size)
    while True:
        alive = [both for pattern in ONE_NUMBER if (both := _in_all(tests, pattern)) is not None]
        named = [name(one, judge.sizes, len(ONE_NUMBER)) for one in alive]
        if all(named) or not largest.can_measure:
            return [one for each in named for one in each]
        largest.measure()


def _in_all(tests: Sequence[_Test], pattern: str) -> Fit | None:
    """Return one pattern as it explains every leaf, None where it does not."""
    each = [test.fit(one) for test in tests for one in test.with_a_number if one.id == pattern]
    known = [one for one in each if one is not None]
    return together(known) if len(known) == len(tests) else None
