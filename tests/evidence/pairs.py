"""Times of several ways to do one thing, taken in turns, and the ratios between them; and the machine they were taken on, in words."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import importlib.util
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Times = dict[str, list[float]]


@dataclasses.dataclass(frozen=True)
class Bar:
    """One bar of the table: what, how high, what was seen, and why where it was missed."""

    what: str
    bar: str
    seen: str
    is_met: bool
    why: str = ""


@dataclasses.dataclass(frozen=True)
class Section:
    """One part of the report: its lines, its bars, and its data as they are written beside it."""

    lines: list[str]
    bars: list[Bar]
    data: dict[str, Any]


def take_turns(ways: dict[str, Callable[[], object]], rounds: int) -> Times:
    """Return the seconds of this process that each way took in each round; a busy moment meets them all.

    The processor's time and not the clock's: what other processes were given meanwhile is not counted, what they take of caches and
    memory is.
    """
    for act in ways.values():
        act()
    times: Times = {name: [] for name in ways}
    for _ in range(rounds):
        for name, act in ways.items():
            begun = time.process_time()
            act()
            times[name].append(time.process_time() - begun)
    return times


def ratios(over: Sequence[float], under: Sequence[float]) -> tuple[float, float, float]:
    """Return the median ratio within a round, and the least and the largest."""
    each = sorted(a / b for a, b in zip(over, under, strict=True))
    return statistics.median(each), each[0], each[-1]


def shown(found: tuple[float, float, float]) -> str:
    """Return a ratio with its spread."""
    return " ".join([number(found[0]), f"({number(found[1])} to {number(found[2])})"])


def number(value: float) -> str:
    """Return a number in three digits."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Return a table's lines, with an empty one around it."""
    cells = [header, ["---"] * len(header), *rows]
    return ["", *("| " + " | ".join(map(str, row)) + " |" for row in cells), ""]


def is_installed(package: str) -> bool:
    """Tell whether a peer can be imported."""
    return importlib.util.find_spec(package) is not None


def machine(load: tuple[float, float, float]) -> str:
    """Return the versions, the BLAS with its threads, the cores, and the load before the run."""
    peers = ("scipy", "statsmodels", "numdifftools", "torch", "jax", "scikit-learn")
    versions = [f"{name} {version}" for name in peers if (version := _version(name))]
    return (
        f"Python {platform.python_version()}, numpy {np.__version__}, {', '.join(versions)}; {_blas()}, "
        f"{os.environ.get('OPENBLAS_NUM_THREADS', 'any number of')} thread; {os.cpu_count()} cores, shared: load {load[0]:.1f} before "
        f"the run and {os.getloadavg()[0]:.1f} after it; {platform.system()}."
    )


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _blas() -> str:
    """Return which BLAS numpy calls, and the processor it takes this one for."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return "an unknown BLAS"
    np.ones((2, 2)) @ np.ones((2, 2))
    each = [one for one in threadpool_info() if one["user_api"] == "blas"]
    found = next((one for one in each if "numpy" in one["filepath"]), each[0])  # scipy brings another
    return f"{found['internal_api']} {found['version']} (kernels for {found.get('architecture', 'any processor')})"
