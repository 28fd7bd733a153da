"""Judge the zoo by our checker alone: a table by family, and every specimen it is wrong about.

python -m tests.zoo [FAMILY or part of its name ...] [--seed N] [--workers N] [--all]
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from collections.abc import Sequence

import numpy as np

from gradcheck.results import Verdict
from tests.zoo import FAMILIES, SEED
from tests.zoo.judging import Judged, judge_zoo, undecided_elsewhere


def main() -> None:
    """Read the arguments, judge, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.zoo")
    parser.add_argument("families", nargs="*")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--all", action="store_true", help="list every specimen, not only those it is wrong about")
    given = parser.parse_args()
    names = [name for name in FAMILIES if not given.families or any(part in name for part in given.families)]
    start = time.perf_counter()
    judged, missing = judge_zoo(names, given.seed, given.workers)
    for line in (*table(names, judged), *summary(judged), *(f"missing library: {name}" for name in missing)):
        print(line)  # noqa: T201
    for line in offenders(judged if given.all else [one for one in judged if one.fault]):
        print(line)  # noqa: T201
    print(f"{time.perf_counter() - start:.0f} s")  # noqa: T201


def table(names: Sequence[str], judged: Sequence[Judged]) -> list[str]:
    """Return the table by family: counts of agree / inconclusive / disagree / other for right and wrong, and the passes."""
    lines = [
        f"{'family':<48}{'kind':<17}{'right A':>8}{'I':>4}{'D':>4}{'?':>4}{'wrong D':>9}{'I':>4}{'A':>4}{'?':>4}{'faults':>8}{'passes':>8}"
    ]
    for name in names:
        some = [one for one in judged if one.family == name]
        if not some:
            lines.append(f"{name:<48}(library missing)")
            continue
        right = Counter(one.outcome for one in some if one.is_right)
        wrong = Counter(one.outcome for one in some if not one.is_right)
        cells = [*_cells(right), *reversed(_cells(wrong)[:3]), _cells(wrong)[3]]
        widths = (8, 4, 4, 4, 9, 4, 4, 4)
        shown = "".join(f"{cell or '.':>{width}}" for cell, width in zip(cells, widths, strict=True))
        faults = sum(bool(one.fault) for one in some)
        passes = np.median([one.passes for one in some if one.is_right])
        lines.append(f"{name:<48}{some[0].kind:<17}{shown}{faults or '':>8}{passes:>8.0f}")
    return lines


def _cells(outcomes: Counter[str]) -> list[int]:
    three = [outcomes[v.value] for v in (Verdict.AGREE, Verdict.INCONCLUSIVE, Verdict.DISAGREE)]
    return [*three, sum(outcomes.values()) - sum(three)]


def summary(judged: Sequence[Judged]) -> list[str]:
    """Return the totals."""
    right, wrong = [one for one in judged if one.is_right], [one for one in judged if not one.is_right]
    faults = Counter(one.fault for one in judged if one.fault)
    still_open, of = undecided_elsewhere(judged)
    passes = [one.passes for one in right] or [0]
    return [
        "",
        f"{len(right)} right, {len(wrong)} wrong gradients; {sum(bool(one.library) for one in right)} right ones of other people's libraries",
        ", ".join(f"{name}: {count}" for name, count in sorted(faults.items())) or "no fault",
        f"right and inconclusive outside kinks, noise and vacuous points: {still_open} of {of}",
        f"forward passes on right ones: median {np.median(passes):.0f}, 95 % {np.quantile(passes, 0.95):.0f}, most {max(passes)}",
        "",
    ]


def offenders(some: Sequence[Judged]) -> list[str]:
    """Return one line for each specimen."""
    return [
        f"{one.fault or 'ok'}: {one.name} ({one.mistake or 'right'}"
        f"{'' if one.is_right else f', share {one.share:.1e}'}) -> {one.outcome} {one.reason} {one.note}".rstrip()
        for one in sorted(some, key=lambda one: (one.fault, one.name))
    ]


if __name__ == "__main__":
    main()
