"""A verdict over a million parameters beside as many bare passes, and its growth with P."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import gradcheck
from gradcheck.sweep import Form
from tests.evidence.million import MILLION, Program
from tests.evidence.pairs import Bar, Section, number, ratios, shown, table, take_turns
from tests.evidence.sweep_cases import case_of

PLOT = Path(__file__).parent.parent.parent / "reports" / "performance.svg"
GROWING = ((5, 10, 5), (20, 40, 10), (100, 100, 10), (784, 120, 10), MILLION, (784, 10_000, 200, 10))
FITTED_FROM = 10_000
"""Below, a verdict costs what its own lines of Python cost, whatever P is."""

NAMES = {"seconds": "a verdict", "sweep_seconds": "all costs by a sweep"}
"""What is drawn, by its name in the data."""

ROUNDS = 7
MOST_PASSES, MOST_TIMES = 60, 12.0


def measure() -> Section:
    """Measure the verdict and its growth."""
    parts = [verdict_beside_passes(), growth()]
    return Section(
        [line for part in parts for line in part.lines],
        [bar for part in parts for bar in part.bars],
        {name: value for part in parts for name, value in part.data.items()},
    )


def verdict_beside_passes() -> Section:
    """Time verdicts on the right gradient in turns with as many bare passes, and with as many bare gradient calls."""
    program, results = Program(MILLION), []
    first = program.check(0)
    ways = {
        "verdict": lambda: results.append(program.check(len(results))),
        "as many bare passes": lambda: [program.cost(program.at) for _ in range(first.forward_passes)],
        "and as many bare gradient calls": lambda: [program.gradient(program.at) for _ in range(first.gradient_calls)],
    }
    times = take_turns(ways, ROUNDS)
    verdict, passes, calls = times.values()
    share = systems_share(lambda: program.check(0))
    beside = ratios(verdict, passes)
    whole = ratios(verdict, [a + b for a, b in zip(passes, calls, strict=True)])
    most = max(result.forward_passes for result in results)
    agree = sum(result.verdict is gradcheck.Verdict.AGREE for result in results)
    rows = [[name, number(1e3 * statistics.median(taken))] for name, taken in times.items()]
    lines = [
        f"## A verdict over P = {program.parameters:,}",
        "",
        f"{list(MILLION)}, one example, a right gradient, {ROUNDS} rounds in turns after one more: {agree} of {len(results)} AGREE, {most} forward passes and {first.gradient_calls} gradient",
        f"calls at most. The verdict's time is {shown(beside)} times that of the passes alone, and {shown(whole)} times that of",
        "the passes and the gradient calls.",
        *table(["", "thousandths of a second (median)"], rows),
    ]
    why = (
        f"{number(beside[0] / MOST_TIMES)} times too long. A pass reads a million weights once and writes nothing as long; each pass of ours writes the point and "
        "a copy of it for the user's code to keep or write to, each gradient call writes a million numbers that are compared with those of "
        "two others, and a direction is drawn, scaled, and its realised displacement formed from six points; "
        f"{share:.0%} of the time is the system's, which hands out fresh memory for vectors of 8 MB"
    )
    bars = [
        Bar("a verdict's forward passes, right gradient", f"at most {MOST_PASSES}", str(most), most <= MOST_PASSES),
        Bar(
            "its time over as many bare passes",
            f"at most {MOST_TIMES:g}",
            shown(beside),
            beside[0] <= MOST_TIMES,
            "" if beside[0] <= MOST_TIMES else why,
        ),
    ]
    return Section(lines, bars, {"verdict_seconds": times, "verdict_passes": most})


def systems_share(act: Callable[[], object]) -> float:
    """Return the share of the processor's time that the system took for us, of three runs."""
    before = os.times()
    for _ in range(3):
        act()
    after = os.times()
    system, user = after.system - before.system, after.user - before.user
    return system / (system + user)


def growth() -> Section:
    """Time verdicts of networks of growing size, and fit the power of P."""
    rows, data = [], []
    for sizes in GROWING:
        program = Program(sizes)
        program.check(0)
        taken = [_seconds(program, seed) for seed in range(3 if program.parameters < 5e6 else 1)]
        bare = min(_bare(program) for _ in range(3))
        seconds, passes = statistics.median(t for t, _ in taken), max(n for _, n in taken)
        one = {"parameters": program.parameters, "seconds": seconds, "passes": passes, "seconds_a_pass": bare}
        data.append({**one, "sweep_seconds": _swept(sizes)})
        rows.append(
            [
                list(sizes),
                f"{program.parameters:,}",
                passes,
                number(1e3 * seconds),
                number(seconds / (passes * bare)),
                number((program.parameters + 1) * bare),
                number(1e3 * data[-1]["sweep_seconds"]),
            ]
        )
    fits = {seconds: fitted(data, seconds) for seconds in NAMES}
    draw(data, fits)
    exponent, sweeps_exponent = (fits[seconds][0] for seconds in NAMES)
    lines = [
        "## Growth",
        "",
        f"A verdict on a right gradient against P. From P = {FITTED_FROM:,} on its time grows as P to the power {exponent:.2f} (least squares of the",
        f"logarithms), its passes are {min(one['passes'] for one in data)} to {max(one['passes'] for one in data)} everywhere; (46) takes P + 1 passes, each of which grows as P: a power of 2. The last column is extrapolated from bare",
        f"passes. A sweep has all of these P + 1 costs (delta-form, forward) in a time that grows as P to the power {sweeps_exponent:.2f}.",
        "![times of a verdict and of a sweep against P](performance.svg)",
        *table(
            [
                "network",
                "P",
                "passes",
                "thousandths of a second",
                "times as many bare passes",
                "(46): seconds of P + 1 bare passes",
                "(46) by a sweep: thousandths of a second",
            ],
            rows,
        ),
    ]
    return Section(lines, [], {"growth": data, "growth_exponent": exponent, "sweep_exponent": sweeps_exponent})


def _swept(sizes: tuple[int, ...]) -> float:
    """Return how long a sweep takes."""
    case = case_of(sizes)
    begun = time.process_time()
    case.swept(Form.DELTA)
    return time.process_time() - begun


def _seconds(program: Program, seed: int) -> tuple[float, int]:
    """Return how long one verdict takes, and its passes."""
    begun = time.process_time()
    result = program.check(seed)
    return time.process_time() - begun, result.forward_passes


def _bare(program: Program) -> float:
    """Return how long one pass takes."""
    times = max(1, int(2e6 / program.parameters))
    begun = time.process_time()
    for _ in range(times):
        program.cost(program.at)
    return (time.process_time() - begun) / times


def fitted(data: list[dict[str, Any]], seconds: str) -> tuple[float, float]:
    """Return the exponent and the factor of seconds = factor P**exponent."""
    far = [one for one in data if one["parameters"] >= FITTED_FROM]
    exponent, intercept = np.polyfit(
        np.log([one["parameters"] for one in far]), np.log([one[seconds] for one in far]), 1
    )
    return float(exponent), float(np.exp(intercept))


def draw(data: list[dict[str, Any]], fits: dict[str, tuple[float, float]]) -> None:
    """Draw the growths of a verdict, of a sweep and of (46), the same file from the same numbers."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "gradcheck"
    from matplotlib import pyplot

    sizes = np.array([one["parameters"] for one in data], dtype=float)
    far = sizes[sizes >= FITTED_FROM]
    figure, axes = pyplot.subplots(figsize=(6, 4), layout="constrained")
    for seconds, (exponent, factor) in fits.items():
        (points,) = axes.loglog(sizes, [one[seconds] for one in data], "o", label=NAMES[seconds])
        axes.loglog(far, factor * far**exponent, "-", color=points.get_color(), label=f"P to the power {exponent:.2f}")
    passes = [(n + 1) * one["seconds_a_pass"] for n, one in zip(sizes, data, strict=True)]
    axes.loglog(sizes, passes, "--", label="P + 1 bare passes, (46)")
    axes.set(xlabel="P, weights and biases", ylabel="seconds")
    axes.legend()
    figure.savefig(PLOT, metadata={"Date": None})
