"""A block that is known to disagree, located alone, with the passes that the cost itself counted."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import optree

from gradcheck.checks.locate import Location, locate
from gradcheck.checks.measuring import Measurement, Setting, prepare
from gradcheck.checks.options import Locate, Options
from gradcheck.checks.preflight import preflight
from gradcheck.checks.problem import Problem
from gradcheck.differences.directions import gaussian_direction
from gradcheck.parameters import Leaf
from gradcheck.subjects.protocol import GradientSubject
from tests.problems_for_tests import Case, Counted


@dataclasses.dataclass(frozen=True)
class Prepared:
    """A problem ready to be measured, its cost counting its own calls."""

    setting: Setting
    cost: Counted
    generator: np.random.Generator

    def leaf(self, name: str) -> Leaf:
        (leaf,) = (leaf for leaf in self.setting.problem.layout.leaves if leaf.name == name)
        return leaf

    def seen(self, leaf: Leaf, directions: int) -> list[Measurement]:
        w = self.setting.problem.w
        return [self.setting.measure(gaussian_direction(w, leaf.place, self.generator)) for _ in range(directions)]


@dataclasses.dataclass(frozen=True)
class Located:
    """A location, the indices it names, and the forward passes it took."""

    location: Location
    passes: int

    @property
    def indices(self) -> set[tuple[int, ...]]:
        return {component.index for component in self.location.wrong}


def prepared(case: Case, claimed: Any, options: Options) -> Prepared:
    """Return the setting of a cost beside a gradient that is given by its value at the point, and is as wrong elsewhere."""
    generator, cost = np.random.default_rng(options.seed), Counted(case.cost)
    right = case.gradient(case.at)

    def gradient(p: Any) -> Any:
        return optree.tree_map(lambda c, r, here: (c + (here - r)).astype(c.dtype), claimed, right, case.gradient(p))

    problem = Problem(GradientSubject("case", cost, gradient, case.at), options)
    first = preflight(problem, generator)
    assert first.faults == () and first.reason is None
    return Prepared(prepare(problem, first, generator), cost, generator)


def located(  # noqa: PLR0913 - one argument for each thing a test may vary
    case: Case,
    claimed: Any,
    *,
    block: str = "parameters",
    depth: Locate = Locate.AUTO,
    seed: int = 1,
    directions: int = 0,
) -> Located:
    """Return where a block is wrong, after the verdict saw it along some directions."""
    with np.errstate(all="ignore"):
        ready = prepared(case, claimed, Options(seed=seed))
        leaf = ready.leaf(block)
        seen = ready.seen(leaf, directions)
        before = ready.cost.calls
        location = locate(ready.setting, leaf, depth, ready.generator, seen)
    return Located(location, ready.cost.calls - before)


def flat(case: Case) -> Case:
    """Return a network's case with all its parameters in one vector."""
    arrays = [*case.at["w"], *case.at["b"]]
    ends = np.cumsum([array.size for array in arrays])[:-1]
    weights = len(case.at["w"])

    def split(vector: Any) -> Any:
        found = [part.reshape(array.shape) for part, array in zip(np.split(vector, ends), arrays, strict=True)]
        return {"w": found[:weights], "b": found[weights:]}

    def join(structure: Any) -> Any:
        return np.concatenate([np.ravel(array) for array in [*structure["w"], *structure["b"]]])

    return Case(lambda v: case.cost(split(v)), lambda v: join(case.gradient(split(v))), join(case.at))


def tanh_case(shape: tuple[int, ...], generator: np.random.Generator) -> Case:
    """Return a sum of weighted tanh of one array, cheap at any size."""
    weights = generator.normal(size=shape)
    return Case(
        lambda w: float(np.sum(weights * np.tanh(w))),
        lambda w: weights / np.cosh(w) ** 2,
        generator.normal(size=shape),
    )


def planted(case: Case, errors: dict[Any, float]) -> Any:
    """Return the right gradient of one array with errors added at some indices."""
    claimed = np.array(case.gradient(case.at))
    for index, error in errors.items():
        claimed[index] += error
    return claimed


def drawn(generator: np.random.Generator, shape: tuple[int, ...], k: int) -> list[tuple[int, ...]]:
    """Return k different indices."""
    numbers = generator.choice(int(np.prod(shape)), k, replace=False)
    return [tuple(int(i) for i in np.unravel_index(number, shape)) for number in numbers]
