"""The million-and-one check beside the naive loop: perturb one parameter in place, one full forward pass, put it back."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Final
from unittest import mock

import numpy as np

from gradcheck.sweep import Form
from tests.evidence.million import MILLION
from tests.evidence.pairs import Bar, Section, number, ratios, shown, table
from tests.evidence.sweep_cases import LARGE, MINI_BATCH, SMALL, Case, Naive, Paired, case_of, paired
from tests.evidence.sweep_precision import memory, precision

LEAST, LEAST_SPLIT, LEAST_SCIPY = 400.0, 300.0, 2000.0
STEPS: Final = 500
"""Steps of a naive loop that are measured at a time (a count)."""


def measure() -> Section:
    """Measure the bars on the sweep."""
    parts = [speed(), library_functions(), scipys(), processes(), precision(), memory()]
    return Section(
        [line for part in parts for line in part.lines],
        [bar for part in parts for bar in part.bars],
        {name: value for part in parts for name, value in part.data.items()},
    )


def speed() -> Section:
    """Time sweeps beside the naive loop."""
    batch = case_of(MILLION, MINI_BATCH)
    runs = {
        "[784, 30, 10]": (paired(case_of(SMALL), 2000, 7), 100.0),
        "[784, 1000, 200, 10]": (paired(case_of(MILLION), STEPS, 5), LEAST),
        "[784, 1000, 200, 10], mini-batch of 100": (paired(batch, 20, 1, forms=(Form.DELTA,)), 80.0),
        "[784, 10000, 200, 10]": (paired(case_of(LARGE), 50, 1), 5000.0),
    }
    rows, bars = [], []
    for name, (run, least) in runs.items():
        best, form = _best(run)
        what, bar = f"every cost of {name}, naive over the {form}", f"at least {least:,.0f}"
        bars.append(Bar(what, bar, shown(best), best[0] >= least, "" if best[0] >= least else why(run, least)))
        cells = (_cell(run, one) for one in (run.z, run.delta))
        rows.append([name, f"{run.costs:,}", number(_middle(run.naive)), *cells])
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


def why(run: Paired, least: float) -> str:
    """Return what the bar leaves for each of layer 3's numbers, and what numpy takes for one here."""
    generator = np.random.default_rng(0)
    z, w, two = generator.normal(size=(200, 785)), generator.normal(size=(10, 200)), np.ones((200, 2))
    room, rows, ends = np.empty_like(z), np.empty((10, 785)), np.ones((2, 785))
    acts = {
        "the rank-one update": lambda: np.matmul(two, ends, out=room),
        "a sum": lambda: np.add(z, 1.0, out=room),
        "a quotient": lambda: np.divide(z, z, out=room),
        "its share in the product of ten rows": lambda: np.matmul(w, z, out=rows),
        "an exponential": lambda: np.exp(z, out=room),
    }
    taken = ", ".join(f"{name} {number(_nanoseconds(act) / z.size)}" for name, act in acts.items())
    left = 1e9 * _middle(run.naive) / least / run.costs / 200
    return (
        f"the bar leaves {number(left)} ns for each number of a layer of 200, and here numpy takes, in ns: {taken}; the delta-form needs the "
        "update, the quotient and the share, the z-form an exponential, a change of sign and a sum beside them; where numpy has AVX-512 kernels "
        "all but the quotient and the sum are two to eight times faster"
    )


def _nanoseconds(act: Callable[[], object]) -> float:
    """Return the least of several times of one call."""
    found = []
    for _ in range(9):
        begun = time.process_time()
        for _ in range(20):
            act()
        found.append((time.process_time() - begun) / 20)
    return 1e9 * min(found)


def _best(run: Paired) -> tuple[tuple[float, float, float], str]:
    """Return the ratio of the faster form, and its name."""
    taken = {"z-form": run.z, "delta-form": run.delta}
    return max((ratios(run.naive, seconds), name) for name, seconds in taken.items() if seconds)


def _cell(run: Paired, taken: list[float]) -> str:
    return f"{number(_middle(taken))} ({shown(ratios(run.naive, taken))})" if taken else "-"


def _middle(values: list[float]) -> float:
    return float(np.median(values))


def library_functions() -> Section:
    """Time the delta-form with numpy's own tanh and expm1 instead of those for small arguments."""
    case = case_of(MILLION)
    times: dict[str, list[float]] = {"ours": [], "numpy's": []}
    for _ in range(3):
        times["ours"].append(_seconds(case))
        with mock.patch("gradcheck.sweep.small_arguments._terms", lambda series, largest: None):
            times["numpy's"].append(_seconds(case))
    seen = shown(ratios(times["numpy's"], times["ours"]))
    line = (
        "The identities of the delta-form are of tanh d and expm1 d of a change d of a weighted input; for a small d these are evaluated as a library "
        "does, by a polynomial to the last bit (`gradcheck/sweep/small_arguments.py`); where tanh d is d itself, a layer's changes are found by fewer "
        f"operations (`gradcheck/sweep/small_changes.py`). With numpy's own functions the same sweep takes {seen} times as long here."
    )
    return Section([line, ""], [], {"sweep_library_functions": times})


def _seconds(case: Case) -> float:
    begun = time.process_time()
    case.swept(Form.DELTA)
    return time.process_time() - begun


def scipys() -> Section:
    """Time scipy's approx_fprime beside the delta-form."""
    case = case_of(MILLION)
    naive, costs = Naive(case), case.network.num_parameters + 1
    theirs, ours = [], []
    for _ in range(3):
        theirs.append(naive.scipys_seconds_a_cost(STEPS) * costs)
        ours.append(_seconds(case))
    seen = ratios(theirs, ours)
    reason = "as the bar beside the naive loop"
    bar = Bar(
        "scipy's approx_fprime over the sweep",
        f"at least {LEAST_SCIPY:,.0f}",
        shown(seen),
        seen[0] >= LEAST_SCIPY,
        reason,
    )
    return Section([], [bar], {"sweep_scipy": {"scipy": theirs, "delta": ours}})


def processes() -> Section:
    """Time one process and two by the clock, and the naive loop split over two."""
    case = case_of(MILLION)
    taken: dict[str, list[float]] = {}
    case.swept(Form.DELTA, jobs=2)  # starts the processes
    for _ in range(3):
        taken.setdefault("the naive loop split over two processes", []).append(split(case.network.num_parameters + 1))
        for jobs, name in ((1, "one process"), (2, "two processes")):
            begun = time.perf_counter()
            case.swept(Form.DELTA, jobs=jobs)
            taken.setdefault(f"delta-form, {name}", []).append(time.perf_counter() - begun)
    naive, one, two = taken.values()
    faster, name = (one, "one process") if _middle(one) <= _middle(two) else (two, "two processes")
    seen = ratios(naive, faster)
    reason = "as the bar for one process; by the clock"
    what = f"every cost of [784, 1000, 200, 10], naive split over two processes over the delta-form in {name}, the faster way"
    bar = Bar(what, f"at least {LEAST_SPLIT:,.0f}", shown(seen), seen[0] >= LEAST_SPLIT, reason)
    rows = [[name, number(_middle(seconds))] for name, seconds in taken.items()]
    line = (
        f"By the clock, on {os.cpu_count()} cores. A second process takes its start, and the first one hands it the work and puts its answer together: for a "
        "network of this size that may take as long as it spares."
    )
    return Section([line, *table(["", "seconds (median)"], rows)], [bar], {"sweep_clock": taken})


def split(costs: int) -> float:
    """Return the seconds of the naive loop split over two processes, extrapolated from steps that both take at the same time."""
    code = f"from tests.evidence.sweep_cases import print_step; print_step({STEPS})"
    both = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    steps = [float(one.communicate()[0]) for one in both]
    return max(steps) * costs / 2
