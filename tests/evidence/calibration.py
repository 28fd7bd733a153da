"""Write reports/calibration.md: how true the stated errors are, and what becomes of right and of planted wrong gradients.

    python -m tests.evidence.calibration [N]

N random networks each (default 1500); about 40 seconds a thousand.
"""

from __future__ import annotations

import contextlib
import io
import platform
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from gradcheck.checks.measuring import SAFETY
from gradcheck.results import Verdict
from tests.calibration_for_tests import Planted, error_ratios, judge_planted, judge_right, known_networks

REPORT = Path(__file__).parent.parent.parent / "reports" / "calibration.md"
SEED = 2024
DECADES = range(-6, -1)


def main(count: int) -> None:
    """Write the three tables."""
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        _errors(count)
        _right(count)
        _planted(count)
    head = (
        "# Calibration\n\n"
        f"Remade by `python -m tests.evidence.calibration {count}` (`tox -e reports`): {count} random networks a table, seed {SEED};\n"
        f"Python {platform.python_version()}, numpy {np.__version__}. True values are those of the reference's backpropagation and complex step.\n"
    )
    REPORT.write_text(f"{head}\n```text{shown.getvalue()}```\n")


def _errors(count: int) -> None:
    ratios = np.array(
        [ratio for i, known in enumerate(known_networks(count, SEED)) for ratio in error_ratios(known, i)]
    )
    print(f"\ntrue error / stated error, {len(ratios)} directions")
    for quantile in (0.5, 0.9, 0.99, 0.999, 1.0):
        print(f"  quantile {quantile:<6} {np.quantile(ratios, quantile):.3g}")
    print(f"  above 1: {np.sum(ratios > 1)}; above SAFETY = {SAFETY:g}: {np.sum(ratios > SAFETY)}")


def _right(count: int) -> None:
    results = [judge_right(known, i) for i, known in enumerate(known_networks(count, SEED + 1))]
    verdicts = Counter(result.verdict for result in results)
    print("\nright gradients")
    print("  " + ", ".join(f"{verdict.name} {verdicts[verdict]}" for verdict in Verdict))
    reasons = Counter(result.reason.value for result in results if result.reason is not None)
    print(f"  reasons: {dict(reasons)}")
    vacuous = sum(block.status.name == "VACUOUS" for result in results for block in result.blocks)
    print(f"  vacuous blocks: {vacuous} of {sum(len(result.blocks) for result in results)}")
    passes = [result.forward_passes for result in results]
    print(f"  forward passes: median {np.median(passes):.0f}, most {max(passes)}")


def _planted(count: int) -> None:
    planted = [judge_planted(known, i) for i, known in enumerate(known_networks(count, SEED + 2))]
    print("\nplanted errors, by their share of the block's norm")
    print(
        f"  {'share':>14} {'planted':>8} {'DISAGREE':>9} {'AGREE':>6} {'open':>5} {'vacuous':>8} {'missed above limit':>19}"
    )
    for decade in DECADES:
        _row(decade, [one for one in planted if 10.0**decade <= one.relative < 10.0 ** (decade + 1)])


def _row(decade: int, some: list[Planted]) -> None:
    status = Counter(one.status.name for one in some)
    missed = sum(
        one.limit is not None and one.relative > one.limit and one.verdict is not Verdict.DISAGREE for one in some
    )
    print(
        f"  {f'1e{decade} to 1e{decade + 1}':>14} {len(some):>8} {status['DISAGREE']:>9} {status['AGREE']:>6} "
        f"{status['INCONCLUSIVE']:>5} {status['VACUOUS']:>8} {missed:>19}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1500)
    print(f"wrote {REPORT.name}")
