"""Random networks whose gradients are known: how true the stated errors are, and what becomes of right and wrong gradients."""

from __future__ import annotations

import copy
import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from gradcheck.checks.gradient import check_gradient
from gradcheck.checks.measuring import prepare
from gradcheck.checks.options import Locate, Options
from gradcheck.checks.preflight import preflight
from gradcheck.checks.problem import Problem
from gradcheck.differences.directions import gaussian_direction
from gradcheck.network.activations import SIGMOID, SOFTPLUS, TANH
from gradcheck.network.backprop import backprop
from gradcheck.network.complex_step import complex_step_gradient
from gradcheck.network.model import Network
from gradcheck.results import CheckResult, Status, Verdict
from gradcheck.subjects.protocol import GradientSubject

RIGHT_STATUS = (Status.AGREE, Status.VACUOUS)


@dataclasses.dataclass(frozen=True, eq=False)
class Known:
    """A network's cost with its own backprop and the gradient by the complex step."""

    subject: GradientSubject
    by_complex_step: Any


@dataclasses.dataclass(frozen=True)
class Planted:
    """One planted error: its relative size in its block, what became of it, and the limit stated for the right gradient."""

    relative: float
    status: Status
    limit: float | None
    verdict: Verdict


def known_networks(count: int, seed: int) -> Iterator[Known]:
    """Yield random sigmoid, tanh and softplus networks of 1 to 3 layers, 1 to 8 neurons each, on 1 to 5 examples."""
    generator = np.random.default_rng(seed)
    for _ in range(count):
        sizes = generator.integers(1, 9, generator.integers(2, 5))
        kinds = [SIGMOID, TANH, SOFTPLUS]
        activations = [kinds[generator.integers(3)] for _ in sizes[1:]]
        network = Network.random([int(n) for n in sizes], generator, activations=activations)
        x = generator.normal(size=(sizes[0], generator.integers(1, 6)))
        y = generator.uniform(size=(sizes[-1], x.shape[1]))
        yield Known(_subject(network, x, y), _structure(complex_step_gradient(network, x, y)))


def _structure(gradient: Any) -> Any:
    return {"b": [np.array(b) for b in gradient.nabla_b], "w": [np.array(w) for w in gradient.nabla_w]}


def _subject(network: Network, x: Any, y: Any) -> GradientSubject:
    def moved(p: Any) -> Network:
        return network.with_parameters(p["w"], p["b"])

    at = {"b": [np.array(b) for b in network.biases], "w": [np.array(w) for w in network.weights]}
    return GradientSubject(
        "network", lambda p: moved(p).cost_of(x, y), lambda p: _structure(backprop(moved(p), x, y)), at
    )


def noisy(cost: Callable[[Any], Any], noise: float) -> Callable[[Any], float]:
    """Return a cost with a normal error of its own at each point, the same whenever it is asked there."""

    def moved(p: Any) -> float:
        seed = [int(leaf.view(np.uint64).sum(dtype=np.uint64)) for leaf in (*p["b"], *p["w"])]
        return float(cost(p) + noise * np.random.default_rng(seed).standard_normal())

    return moved


def error_ratios(known: Known, seed: int) -> list[float]:
    """Return, for one direction a block, the true error of the estimate in units of the errors it states."""
    generator = np.random.default_rng(seed)
    problem = Problem(known.subject, Options(seed=seed))
    setting = prepare(problem, preflight(problem, generator), generator)
    true = problem.layout.to_vector(known.by_complex_step)
    ratios = []
    for leaf in problem.layout.leaves:
        direction = gaussian_direction(problem.w, leaf.place, generator)
        measured = setting.measure(direction)
        tangent = measured.estimate.tangent(setting.line(direction))
        ratios.append(abs(float(true @ tangent) - measured.estimate.value) / measured.estimate.error)
    return ratios


def judge_right(known: Known, seed: int) -> CheckResult:
    """Check the network's own backprop."""
    return check_gradient(known.subject, Options(seed=seed, locate=Locate.NEVER))


def judge_planted(known: Known, seed: int) -> Planted:
    """Plant an error of relative size 1e-1 to 1e-6 in one component or along a random direction of one block."""
    generator = np.random.default_rng(seed)
    part = ("b", "w")[generator.integers(2)]
    layer = int(generator.integers(len(known.by_complex_step[part])))
    relative = float(10.0 ** generator.uniform(-6.0, -1.0))
    block = known.by_complex_step[part][layer]
    error = np.zeros(block.size)
    error[generator.integers(block.size)] = 1.0
    if generator.integers(2):
        error = generator.standard_normal(block.size)
    error *= relative * np.linalg.norm(block) / np.linalg.norm(error)

    def wrong(p: Any) -> Any:
        gradient = copy.deepcopy(known.subject.gradient(p))
        gradient[part][layer] += error.reshape(block.shape)
        return gradient

    name = f"{part}[{layer}]"
    right = next(one for one in judge_right(known, seed).blocks if one.name == name)
    result = check_gradient(dataclasses.replace(known.subject, gradient=wrong), Options(seed=seed, locate=Locate.NEVER))
    status = next(one.status for one in result.blocks if one.name == name)
    return Planted(relative, status, right.detection_limit, result.verdict)


def verdicts(count: int, seed: int) -> Counter[Verdict]:
    """Return how often each verdict was reached on right gradients."""
    return Counter(judge_right(known, seed + i).verdict for i, known in enumerate(known_networks(count, seed)))
