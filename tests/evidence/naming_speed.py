"""One wrong weight of a million: how often it is named, and in how many forward passes."""

from __future__ import annotations

import statistics

import numpy as np

import gradcheck
from gradcheck import Locate, Options
from tests.evidence.million import FACTOR, MILLION, Program
from tests.evidence.pairs import Bar, Section
from tests.evidence.verdict_speed import MOST_PASSES

TRIES = 100
MOST_MORE, NAMED = 100, 99
TRIED_TWICE = 20
"""Tries of which the verdict alone is measured too (a count): what it takes to name is the difference."""


def measure() -> Section:
    """Make one weight of the first layer wrong, another in every try, and see whether it is named and in how many passes."""
    generator, program, named = np.random.default_rng(7), Program(MILLION), 0
    passes: list[int] = []
    alone: list[int] = []
    all_judged: list[int] = []
    for seed in range(TRIES):
        program.wrong = int(generator.integers(MILLION[1])), int(generator.integers(MILLION[0]))
        result = checked(program, seed, Locate.AUTO)
        passes.append(result.forward_passes)
        named += [(one.block, one.index) for one in result.wrong] == [("w[0]", program.wrong)]
        if seed < TRIED_TWICE:
            alone.append(checked(program, seed, Locate.FIRST).forward_passes)
            all_judged.append(checked(program, seed, Locate.NEVER).forward_passes)
        print(f"\rone wrong weight: {seed + 1} of {TRIES}", end="", flush=True)
    print()
    more = [whole - verdict for whole, verdict in zip(passes, alone, strict=False)]
    lines = [
        "## One wrong weight of a million",
        "",
        f"One weight of the first layer's {MILLION[0] * MILLION[1]:,}, another in each of {TRIES} tries, with {FACTOR:g} times its gradient: named, and nothing else, in {named}.",
        f"Forward passes from the first to the name: {spread(passes)}. In the first {TRIED_TWICE} tries DISAGREE was certain after {spread(alone)}",
        f"(`locate=FIRST`), and the other five arrays were judged and the name found in {spread(more)} more; the verdict on all six arrays without the",
        f"name takes {spread(all_judged)}. Where the error changes the slope of its array by less than a rounding of float32 the verdict itself",
        "needs the component: there the name is found before it.",
        "",
    ]
    return Section(
        lines,
        bars(named, passes, alone, more),
        {"naming_passes": passes, "verdict_alone_passes": alone, "all_judged_passes": all_judged, "named": named},
    )


def checked(program: Program, seed: int, locate: Locate) -> gradcheck.CheckResult:
    """Return the result of one try."""
    return gradcheck.check(program.cost, program.gradient, program.at, options=Options(seed=seed, locate=locate))


def bars(named: int, passes: list[int], alone: list[int], more: list[int]) -> list[Bar]:
    """Return the bars on naming, and that on the verdict's passes where it is DISAGREE."""
    is_short = max(alone) <= MOST_PASSES
    why = (
        f"{max(alone) - MOST_PASSES} passes too many at most, {sum(n > MOST_PASSES for n in alone)} of {len(alone)} tries over the bar: noise that is not told by the first "
        "six values takes six more, and an error that changes the slope of its array by less than a rounding of float32 is called wrong only with "
        "its component at hand"
    )
    whole = sum(n <= MOST_PASSES + MOST_MORE for n in passes)
    total = f"at most {MOST_PASSES + MOST_MORE} in {NAMED} of {TRIES}"
    beyond = f"{TRIES - whole} tries took more, for the verdict's passes"
    return [
        Bar(
            "the one wrong weight named, and nothing else",
            f"{NAMED} of {TRIES}",
            f"{named} of {TRIES}",
            named >= NAMED,
            "" if named >= NAMED else "missed",
        ),
        Bar(
            "forward passes more than the verdict's to name it",
            f"at most {MOST_MORE}",
            spread(more),
            max(more) <= MOST_MORE,
            "the verdict's own included" if max(more) > MOST_MORE else "",
        ),
        Bar(
            "the verdict's forward passes, wrong gradient",
            f"at most {MOST_PASSES}",
            spread(alone),
            is_short,
            "" if is_short else why,
        ),
        Bar(
            "both together",
            total,
            f"{spread(passes)}: {whole} of {TRIES}",
            whole >= NAMED,
            "" if whole >= NAMED else beyond,
        ),
    ]


def spread(counts: list[int]) -> str:
    """Return the least, the largest and the middle of some counts."""
    return f"{min(counts)} to {max(counts)}, {statistics.median(counts):g} in the middle"
