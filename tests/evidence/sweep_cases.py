"""What the million-and-one check is measured on, and the loops it is measured beside."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from typing import Final

import numpy as np
from scipy.optimize import approx_fprime

from gradcheck.network import Network
from gradcheck.network.arrays import Array
from gradcheck.sweep import Difference, Form, Sweep, SweepSettings, sweep
from tests.evidence.million import MILLION

SMALL: Final = (784, 30, 10)
LARGE: Final = (784, 10_000, 200, 10)
MINI_BATCH: Final = 100


@dataclasses.dataclass(frozen=True, eq=False)
class Case:
    """A network of sigmoids with the quadratic cost, m examples with inputs from 0 to 1, no two alike."""

    network: Network
    x: Array
    y: Array

    def swept(self, form: Form, difference: Difference = Difference.FORWARD, *, jobs: int = 1) -> Sweep:
        """Return the sweep, spot checks and bounds included."""
        return sweep(self.network, self.x, self.y, settings=SweepSettings(form=form, difference=difference, jobs=jobs))


def case_of(sizes: tuple[int, ...], m: int = 1) -> Case:
    """Draw a case."""
    generator = np.random.default_rng(0)
    network = Network.random(sizes, generator)
    return Case(network, generator.uniform(size=(sizes[0], m)), generator.uniform(size=(sizes[-1], m)))


class _Enough(Exception):
    """The cost was evaluated often enough."""


class Naive:
    """The loop of (46) as it is written by hand, over plain arrays."""

    def __init__(self, case: Case) -> None:
        self.w = [np.array(w) for w in case.network.weights]
        self.b = [np.array(b) for b in case.network.biases]
        self.x, self.y = case.x, case.y
        self.generator = np.random.default_rng(1)

    def cost(self) -> float:
        """Return C."""
        a = self.x
        for w, b in zip(self.w, self.b, strict=True):
            a = 1.0 / (1.0 + np.exp(-(w @ a + b)))
        return 0.5 * float(np.sum((a - self.y) ** 2)) / self.x.shape[1]

    def seconds_a_cost(self, count: int) -> float:
        """Return the processor's time of one step of the loop, over some of its steps."""
        flat = self.w[0].reshape(-1)
        places = self.generator.integers(flat.size, size=count)
        begun = time.process_time()
        before = self.cost()
        for place in places:
            kept = flat[place]
            flat[place] = kept + 1e-6
            _ = (self.cost() - before) / 1e-6
            flat[place] = kept
        return (time.process_time() - begun) / (count + 1)

    def scipys_seconds_a_cost(self, count: int) -> float:
        """Return the processor's time of one step of scipy's approx_fprime over some of its steps, what it does once left out."""
        shapes, kept = [w.shape for w in self.w], self.w
        flat = np.concatenate([w.ravel() for w in kept])
        edges, times = np.cumsum([w.size for w in kept])[:-1], [time.process_time()]

        def cost(v: Array) -> float:
            times.append(time.process_time())
            if len(times) > count + 2:
                raise _Enough
            self.w = [part.reshape(shape) for part, shape in zip(np.split(v, edges), shapes, strict=True)]
            return self.cost()

        with contextlib.suppress(_Enough):
            approx_fprime(flat, cost, 1e-6)
        self.w = kept
        return (times[-1] - times[2]) / (len(times) - 3)  # from the second evaluation on: C itself is the first


@dataclasses.dataclass(frozen=True)
class Paired:
    """Seconds of rounds in turns: the whole naive loop, extrapolated from measured steps, and each form's sweep."""

    costs: int
    naive: list[float]
    z: list[float]
    delta: list[float]


def paired(case: Case, steps: int, rounds: int, *, forms: tuple[Form, ...] = (Form.Z, Form.DELTA)) -> Paired:
    """Time the naive steps and the sweeps in turns, after one of each."""
    naive = Naive(case)
    naive.seconds_a_cost(3)
    found = Paired(case.network.num_parameters + 1, [], [], [])
    if rounds > 1:
        case.swept(forms[-1])
    for _ in range(rounds):
        found.naive.append(naive.seconds_a_cost(steps) * found.costs)
        for form in forms:
            begun = time.process_time()
            case.swept(form)
            (found.z if form is Form.Z else found.delta).append(time.process_time() - begun)
    return found


def print_step(count: int) -> None:
    """Print the seconds of one naive step by the clock; in a process of its own, beside another."""
    naive = Naive(case_of(MILLION))
    naive.seconds_a_cost(3)
    begun = time.perf_counter()
    naive.seconds_a_cost(count)
    print((time.perf_counter() - begun) / count)
