"""What (46) costs beside the cost's own evaluations: the overhead of a pass, with nothing in it, beside other libraries'."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import approx_fprime

from gradcheck.differences import estimate_gradient
from gradcheck.differences.in_place import values_moved
from gradcheck.differences.stencils import CHUNK
from tests.evidence.pairs import Bar, Section, Times, is_installed, number, ratios, shown, table, take_turns

BARS = {100: 50.0, 1_000_000: 5_000.0}
SIZES = (100, 10_000, 1_000_000)
ROUNDS = 9
MOST = 1_000
"""Passes after which a peer is stopped (a count): each of its passes costs the same."""

LARGEST_FOR_NUMDIFFTOOLS = 100
"""It makes a matrix of P by P numbers."""

LOOP, WHOLE, NAIVE, SCIPY = "ours: the loop", "ours: estimate_gradient", "naive loop in place", "scipy"
BARE, COUNTED = "bare", "bare, counted"


class _Enough(Exception):
    """The cost was evaluated often enough."""


def nothing(w: Any) -> float:
    """Return a cost that takes no time."""
    return 1.0


def counted(passes: int) -> Callable[[Any], float]:
    """Return a cost that takes no time, and ends the run after so many passes."""
    left = passes

    def cost(w: Any) -> float:
        nonlocal left
        left -= 1
        if left < 0:
            raise _Enough
        return 1.0

    return cost


def stopped(gradient: Callable[[Callable[[Any], float]], object], passes: int) -> Callable[[], None]:
    """Return a run of another library that ends after so many passes."""

    def run() -> None:
        with contextlib.suppress(_Enough):
            gradient(counted(passes))

    return run


def looped(w: Any, moved: Any) -> None:
    """Evaluate at every component moved, so many at a time as `estimate_gradient` does."""
    for start in range(0, w.size, CHUNK):
        places = range(start, min(start + CHUNK, w.size))
        values_moved(nothing, w, places, moved[places.start : places.stop])


def naive(w: Any) -> None:
    """Perturb and restore each component as one would write it."""
    for j in range(w.size):
        kept = w[j]
        w[j] = kept + 1e-8
        nothing(w)
        w[j] = kept


def peers(w: Any, passes: int) -> dict[str, Callable[[], None]]:
    """Return the other libraries' runs."""
    found = {SCIPY: stopped(lambda cost: approx_fprime(w, cost, 1e-8), passes)}
    if is_installed("statsmodels"):
        from statsmodels.tools import numdiff

        found["statsmodels"] = stopped(lambda cost: numdiff.approx_fprime(w, cost), passes)
    if is_installed("numdifftools") and w.size <= LARGEST_FOR_NUMDIFFTOOLS:
        import numdifftools

        found["numdifftools"] = stopped(numdifftools_gradient(numdifftools, w), passes)
    if is_installed("torch"):
        found["torch gradcheck"] = torch_gradcheck(w, passes)
    return found


def numdifftools_gradient(numdifftools: Any, w: Any) -> Callable[[Callable[[Any], float]], object]:
    """Return its forward difference with one given step: its cheapest."""
    return lambda cost: numdifftools.Gradient(cost, step=1e-6, method="forward", order=1)(w)


def torch_gradcheck(w: Any, passes: int) -> Callable[[], None]:
    """Return a run of torch.autograd.gradcheck, whose pass is the cheapest that autograd can follow."""
    import torch

    torch.set_num_threads(1)
    point = torch.tensor(w, requires_grad=True)

    def run() -> None:
        left = passes

        def cost(v: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise _Enough
            return v[0]

        with contextlib.suppress(_Enough):
            torch.autograd.gradcheck(cost, (point,), raise_exception=False)

    return run


def overheads(size: int) -> Times:
    """Return the seconds of overhead of a pass, a list of rounds for each way."""
    w = np.random.default_rng(0).normal(size=size)
    moved = (w + 1e-8).reshape(-1, 1)
    ours = {
        WHOLE: (lambda: estimate_gradient(nothing, w), size + 1),
        LOOP: (lambda: looped(w, moved), size),
        NAIVE: (lambda: naive(w), size),
        BARE: (lambda: [nothing(w) for _ in range(MOST)], MOST),
        COUNTED: (lambda: [cost(w) for cost in [counted(MOST)] for _ in range(MOST)], MOST),
    }
    passes = min(size + 1, MOST)
    others = {name: (run, passes) for name, run in peers(w, passes).items()}
    # What is done before the first pass is no part of the others: it counts once in P + 1 passes, not once in those made here.
    begun = {f"{name}, begun": (run, 1) for name, run in peers(w, 1).items()}
    # Short ones many times: the clock's own step is no part of them, nor is a processor's memory that others have filled.
    often = {name: max(1, 5_000 // count) for name, (_, count) in ours.items()}
    often |= {name: max(1, 5_000 // size) for name in (*others, *begun)}
    runs = {name: repeated(run, often[name]) for name, (run, _) in {**ours, **others, **begun}.items()}
    times = {name: np.array(taken) / often[name] for name, taken in take_turns(runs, ROUNDS).items()}
    bare, counting = (times[name] / MOST for name in (BARE, COUNTED))
    found = {name: times[name] / ours[name][1] - bare for name in (WHOLE, LOOP, NAIVE)}
    for name in others:
        first = times[f"{name}, begun"]
        found[name] = (first + (times[name] - first) * size / (passes - 1)) / (size + 1) - counting
    return {name: taken.tolist() for name, taken in found.items()}


def repeated(run: Callable[[], object], often: int) -> Callable[[], None]:
    """Return so many runs as one."""

    def act() -> None:
        for _ in range(often):
            run()

    return act


def measure() -> Section:
    """Measure at every size."""
    found = {size: overheads(size) for size in SIZES}
    names = list(dict.fromkeys(name for times in found.values() for name in times))
    rows = [[name, *(_cell(found[size], name) for size in SIZES)] for name in names]
    lines = [
        "## Black-box loops: overhead of a pass",
        "",
        "Seconds that (46) takes beside the evaluations of a cost that does nothing, a pass, in millionths; in brackets how many times ours is",
        f"less, its loop and its whole. {ROUNDS} rounds in turns; medians (least to largest). Peers are stopped after {MOST:,} passes, and what they do",
        "before the first is counted once in P + 1 passes. The loop is `differences.in_place.values_moved`; the whole is `estimate_gradient`, with the two errors of every component. numdifftools makes a matrix",
        f"of P by P and is measured at P = {LARGEST_FOR_NUMDIFFTOOLS} alone; torch's pass has one operation in it. jax has no loop over components.",
        *table(["", *(f"P = {size:,}" for size in SIZES)], rows),
    ]
    bars = [bar for size, least in BARS.items() for bar in _bars(size, least, found[size])]
    return Section(lines, bars, {"overhead_seconds_a_pass": {str(size): times for size, times in found.items()}})


def _cell(times: Times, name: str) -> str:
    """Return one overhead, and how many times ours is less."""
    if name not in times:
        return "-"
    micro = [1e6 * t for t in times[name]]
    words = shown((float(np.median(micro)), min(micro), max(micro)))
    if name in (LOOP, WHOLE):
        return words
    return f"{words} [{number(ratios(times[name], times[LOOP])[0])}, {number(ratios(times[name], times[WHOLE])[0])}]"


def _bars(size: int, least: float, times: Times) -> list[Bar]:
    """Return the two bars at one size: of the loop, and of the whole estimate."""
    why = {
        LOOP: "a pass is one turn of a loop of Python's, as the naive loop's is (a number written, the cost called, the number written back), "
        "and keeps what the cost returned; what is done once a call (views, whether the cost keeps what it is handed) is a third of a hundred",
        WHOLE: "the loop itself, and some forty operations of numpy a call or a chunk, each a millionth of a second or less, for validation, steps "
        "as they are realised and the two errors of every component",
    }
    found = []
    for name in (LOOP, WHOLE):
        ratio = ratios(times[SCIPY], times[name])
        what = f"black-box overhead a pass, P = {size:,}, scipy's over {name}"
        is_met = ratio[0] >= least
        missed = f"{number(least / ratio[0])} times short: {why[name]}"
        found.append(Bar(what, f"at least {least:,.0f}", shown(ratio), is_met, "" if is_met else missed))
    return found
