"""Write reports/startup.md: what it costs to start, as ratios to starting Python, to importing numpy, and to pytest without us."""

from __future__ import annotations

import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from tests.evidence import plugin_startup

REPORT = Path(__file__).parent.parent.parent / "reports" / "startup.md"
ROUNDS = 25

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "python -c 'import click'": ["-c", "import click"],
    "python -c 'import gradcheck'": ["-c", "import gradcheck"],
    "gradcheck --version": ["-m", "gradcheck", "--version"],
    "gradcheck --help": ["-m", "gradcheck", "--help"],
    "python -c 'import numpy'": ["-c", "import numpy"],
    "gradcheck check sigma_pair_right": [
        "-m",
        "gradcheck",
        "check",
        "gradcheck.examples.sigma_pair_right",
        "--seed",
        "0",
    ],
    "gradcheck check network_right": ["-m", "gradcheck", "check", "gradcheck.examples.network_right", "--seed", "0"],
    "gradcheck check network_bp2_no_sigma_prime_wrong": [
        *("-m", "gradcheck", "check", "gradcheck.examples.network_bp2_no_sigma_prime_wrong", "--seed", "0")
    ],
}


def seconds(arguments: list[str]) -> float:
    """Return how long one run takes."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, *arguments], capture_output=True, check=False)
    return time.perf_counter() - begun


def measure() -> dict[str, list[float]]:
    """Return the times of every command, the rounds interleaved so that a busy moment meets them all."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, arguments in COMMANDS.items():
            times[name].append(seconds(arguments))
    return times


def table(times: dict[str, list[float]]) -> list[str]:
    """Return the lines of the report on our own commands: medians of the ratios within each round."""
    plain, numpy_import = times["python -c pass"], times["python -c 'import numpy'"]
    lines = [
        "# Start-up",
        "",
        "Remade by `python -m tests.evidence.startup` (`tox -e reports`): each command as a whole process,",
        f"{ROUNDS} rounds, interleaved; medians of the ratios within a round, with their quartiles.",
        f"Python {platform.python_version()}, numpy {np.__version__}, {platform.system()}, 2 cores, shared.",
        "`import gradcheck`, `--version` and `--help` import no numpy: `tests/test_architecture.py` asserts it.",
        "",
        "| command | times `python -c pass` | times `import numpy` |",
        "|---|---|---|",
    ]
    for name, own in times.items():
        lines.append(f"| `{name}` | {ratio(own, plain)} | {ratio(own, numpy_import)} |")
    return lines


def ratio(own: list[float], other: list[float]) -> str:
    """Return the median ratio with its quartiles."""
    low, middle, high = statistics.quantiles([a / b for a, b in zip(own, other, strict=True)], n=4)
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


if __name__ == "__main__":
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text("\n".join([*table(measure()), "", *plugin_startup.table(), ""]))
    print(f"wrote {REPORT.name}")
