"""The million-and-one check beside the naive loop: perturb one parameter in place, one full forward pass, put it back."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from gradcheck.network import Network, backprop
from gradcheck.network.arrays import Array
from gradcheck.sweep import Difference, Form, Sweep, SweepSettings, sweep
from tests.evidence.million import MILLION
from tests.evidence.pairs import Bar, Section, number, ratios, shown, table

SMALL: Final = (784, 30, 10)
LARGE: Final = (784, 10_000, 200, 10)
MINI_BATCH: Final = 100
LEAST: Final = 400.0
MOST_MEMORY: Final = 100.0
"""Beyond the network's own [MiB]."""


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


def measure() -> Section:
    """Measure the bars on the sweep."""
    parts = [speed(), precision(), processes()]
    return Section(
        [line for part in parts for line in part.lines],
        [bar for part in parts for bar in part.bars],
        {name: value for part in parts for name, value in part.data.items()},
    )


def speed() -> Section:
    """Time sweeps beside the naive loop."""
    runs = {
        "[784, 30, 10]": (paired(case_of(SMALL), 2000, 7), 100.0),
        "[784, 1000, 200, 10]": (paired(case_of(MILLION), 500, 5), LEAST),
        "[784, 1000, 200, 10], mini-batch of 100": (
            paired(case_of(MILLION, MINI_BATCH), 20, 1, forms=(Form.DELTA,)),
            80.0,
        ),
        "[784, 10000, 200, 10]": (paired(case_of(LARGE), 50, 1), 5000.0),
    }
    rows, bars, reason = [], [], why()
    for name, (run, least) in runs.items():
        best, form = _best(run)
        rows.append(
            [name, f"{run.costs:,}", number(_middle(run.naive)), *(_cell(run, one) for one in (run.z, run.delta))]
        )
        bars.append(
            Bar(
                f"every cost of {name}, naive over the {form}",
                f"at least {least:,.0f}",
                shown(best),
                best[0] >= least,
                reason,
            )
        )
    million = runs["[784, 1000, 200, 10]"][0]
    beside = ratios(million.delta, million.z)
    bars.append(Bar("the delta-form's time over the z-form's", "at most 2", shown(beside), beside[0] <= 2.0))
    lines = [
        "## Every cost that (46) asks for",
        "",
        "P + 1 costs of a network of sigmoids with the quadratic cost, inputs drawn from 0 to 1, no two alike, so that none is spared by equal",
        "inputs. Naive: perturb in place, one full forward pass, put back; extrapolated from measured steps, in turns with the sweeps, which",
        "include their bounds and their spot checks by true full forward passes. Forward differences, one process.",
        *table(["network", "costs", "naive [s]", "z-form [s] (times faster)", "delta-form [s] (times faster)"], rows),
    ]
    return Section(lines, bars, {"sweep": {name: dataclasses.asdict(run) for name, (run, _) in runs.items()}})


def why() -> str:
    """Return what a sweep's work is made of, measured here: numpy's exponential and its matrix product of ten rows."""
    generator = np.random.default_rng(0)
    z, w = generator.normal(size=(200, 600)), generator.normal(size=(10, 200))
    room, rows = np.empty_like(z), np.empty((10, 600))
    exponential = _nanoseconds(lambda: np.exp(z, out=room)) / z.size
    product = _nanoseconds(lambda: np.matmul(w, z, out=rows)) / z.size
    return (
        f"an exponential of numpy takes {number(exponential)} ns here and a number's share in a product of ten rows {number(product)} ns, "
        "and every cost asks for as many of both as layer 3 has neurons; where numpy has AVX-512 kernels the exponential is several times faster"
    )


def _nanoseconds(act: Callable[[], object]) -> float:
    """Return the least of several times of one call."""
    found = []
    for _ in range(9):
        begun = time.process_time()
        for _ in range(50):
            act()
        found.append((time.process_time() - begun) / 50)
    return 1e9 * min(found)


def _best(run: Paired) -> tuple[tuple[float, float, float], str]:
    """Return the ratio of the faster form, and its name."""
    found = [
        (ratios(run.naive, taken), name) for taken, name in ((run.z, "z-form"), (run.delta, "delta-form")) if taken
    ]
    return max(found)


def _cell(run: Paired, taken: list[float]) -> str:
    return f"{number(_middle(taken))} ({shown(ratios(run.naive, taken))})" if taken else "-"


def _middle(values: list[float]) -> float:
    return float(np.median(values))


def precision() -> Section:
    """Compare both forms with backpropagation in every component."""
    case = case_of(MILLION)
    exact = backprop(case.network, case.x, case.y)
    truth = _flat(exact.nabla_w, exact.nabla_b)
    rows, data, bars = [], {}, []
    for form in Form:
        for difference in Difference:
            found = case.swept(form, difference)
            gap = np.abs(_flat(found.nabla_w, found.nabla_b) - truth)
            whole, worst = float(np.linalg.norm(gap) / np.linalg.norm(truth)), float(np.max(gap / np.abs(truth)))
            outside = int((gap > _flat(found.bound_w, found.bound_b)).sum())
            rows.append(
                [
                    form.value,
                    difference.value,
                    f"{found.settings.realised_step:.1e}",
                    f"{whole:.1e}",
                    f"{worst:.1e}",
                    outside,
                ]
            )
            data[f"{form.value} {difference.value}"] = {"relative_l2": whole, "worst": worst, "outside_bound": outside}
    seen = data["delta central"]
    bars.append(
        Bar(
            "delta-form, central: relative L2 error against backprop",
            "at most 1e-14",
            f"{seen['relative_l2']:.1e}",
            seen["relative_l2"] <= 1e-14,
        )
    )
    bars.append(Bar("its worst single component", "at most 1e-11", f"{seen['worst']:.1e}", seen["worst"] <= 1e-11))
    lines = [
        "",
        f"All {truth.size:,} components of {list(MILLION)} against the reference backprop:",
        *table(["form", "difference", "step", "relative L2 error", "worst component", "outside their bounds"], rows),
    ]
    return Section(lines, bars, {"sweep_precision": data})


def processes() -> Section:
    """Time one process and two by the clock, and take the memory."""
    case = case_of(MILLION)
    taken: dict[str, list[float]] = {}
    for _ in range(3):
        for jobs in (1, 2):
            begun = time.perf_counter()
            case.swept(Form.DELTA, jobs=jobs)
            taken.setdefault(f"{jobs}", []).append(time.perf_counter() - begun)
    peak, own = _memory(), sum(w.nbytes for w in case.network.weights) / 2**20
    rows = [
        [f"{jobs} process{'' if jobs == '1' else 'es'}", number(_middle(seconds))] for jobs, seconds in taken.items()
    ]
    lines = [
        "",
        f"By the clock, {os.cpu_count()} cores, other work beside it; the first run with two processes starts them. Beyond the network's own {own:.1f} MiB a sweep takes {peak:.0f} MiB.",
        *table(["delta-form, forward", "seconds (median)"], rows),
    ]
    bars = [Bar("memory beyond the network's own [MiB]", "below 100", f"{peak:.0f}", peak < MOST_MEMORY)]
    return Section(lines, bars, {"sweep_clock": taken, "sweep_memory": peak})


def _memory() -> float:
    """Return how much a sweep adds to the peak of a fresh process [MiB]."""
    code = f"from tests.evidence.sweep_speed import print_memory; print_memory({MILLION!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def print_memory(sizes: tuple[int, ...]) -> None:
    """Print it; in a process of its own, whose peak is that of nothing else."""
    case = case_of(sizes)
    case_of((2, 3, 1)).swept(Form.DELTA)  # what is imported when a sweep runs
    before = _peak()
    case.swept(Form.DELTA, Difference.CENTRAL)
    print(_peak() - before)


def _peak() -> float:
    """Return the most memory that this program has had [MiB]; what getrusage says is that of the process that started it too."""
    words = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()
    return float(words[0]) / 1024


def _flat(weights: tuple[Any, ...], biases: tuple[Any, ...]) -> Array:
    return np.concatenate([array.ravel() for array in (*weights, *biases)])
