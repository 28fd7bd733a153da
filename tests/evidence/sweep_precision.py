"""The million-and-one check beside exact backpropagation, component by component; and the memory it takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np

from gradcheck.network import backprop
from gradcheck.network.arrays import Array
from gradcheck.sweep import Difference, Form
from tests.evidence.million import MILLION
from tests.evidence.pairs import Bar, Section, table
from tests.evidence.sweep_cases import case_of

MOST_MEMORY: Final = 100.0
"""Beyond the network's own [MiB]."""


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


def memory() -> Section:
    """Measure what a sweep takes."""
    peak, own = _memory(), sum(w.nbytes for w in case_of(MILLION).network.weights) / 2**20
    line = f"Beyond the network's own {own:.1f} MiB a sweep of {list(MILLION)} takes {peak:.0f} MiB."
    bars = [Bar("memory beyond the network's own [MiB]", "below 100", f"{peak:.0f}", peak < MOST_MEMORY)]
    return Section([line, ""], bars, {"sweep_memory": peak})


def _memory() -> float:
    """Return how much a sweep adds to the peak of a fresh process [MiB]."""
    code = f"from tests.evidence.sweep_precision import print_memory; print_memory({MILLION!r})"
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
