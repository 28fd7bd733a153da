"""Write reports/performance.md, with its data and its plot beside it: every bar on speed, with the peers in the same run.

Run as `python -m tests.evidence.performance` (`tox -e bench`); about a quarter of an hour on two busy cores.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("JAX_ENABLE_X64", "1")
# XLA has a thread pool of its own.
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

from tests.evidence import backprop_speed, black_box_speed, naming_speed, sweep_speed, verdict_speed  # noqa: E402  # numpy reads the variables when it is imported
from tests.evidence.pairs import Section, machine, table  # noqa: E402

REPORT = Path(__file__).parent.parent.parent / "reports" / "performance.md"
DATA = REPORT.with_suffix(".json")


def sections() -> list[tuple[str, Callable[[], Section]]]:
    """Return what is measured, in the report's order."""
    return [
        ("the sweep", sweep_speed.measure),
        ("black-box loops", black_box_speed.measure),
        ("a verdict", verdict_speed.measure),
        ("one wrong weight", naming_speed.measure),
        ("backpropagation", backprop_speed.measure),
    ]


def page(parts: list[Section], words: str, seconds: float) -> str:
    """Return the report's text."""
    bars = [bar for part in parts for bar in part.bars]
    missed = [bar for bar in bars if not bar.is_met]
    rows = [[bar.what, bar.bar, bar.seen, "met" if bar.is_met else "**missed**"] for bar in bars]
    why = [f"- {bar.what}: {bar.seen}, the bar is {bar.bar}; {bar.why}." for bar in missed]
    return "\n".join(
        [
            "# Performance",
            "",
            f"Remade by `python -m tests.evidence.performance` (`tox -e bench`) in {seconds / 60:.0f} minutes; data in `performance.json`. Ratios are of ways that took",
            "turns within one run, on the processor's time of this process: medians, with the least and the largest of a round.",
            words,
            "",
            f"## The bars: {len(bars) - len(missed)} of {len(bars)} met",
            *table(["what", "bar", "seen", ""], rows),
            *(["Those missed, by how much and why:", "", *why, ""] if missed else []),
            *(line for part in parts for line in part.lines),
        ]
    )


def main() -> None:
    """Measure all and write it."""
    begun, load, parts = time.perf_counter(), os.getloadavg(), []
    for name, measure in sections():
        print(f"{time.perf_counter() - begun:4.0f} s  {name}", flush=True)
        parts.append(measure())
    words = machine(load)
    data = {"machine": words, **{name: value for part in parts for name, value in part.data.items()}}
    REPORT.write_text(page(parts, words, time.perf_counter() - begun), encoding="utf-8")
    DATA.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {REPORT.name}, {DATA.name} and {verdict_speed.PLOT.name}")


if __name__ == "__main__":
    main()
