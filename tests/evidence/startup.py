"""Write reports/startup.md: what it costs to start, as ratios to starting Python and to importing numpy."""

from __future__ import annotations

import importlib.metadata
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

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


PYTEST = {
    "pytest --version": ["-m", "pytest", "--version"],
    "pytest, one test that uses none of ours": ["-m", "pytest", "-q", "-p", "no:cacheprovider", "test_one.py"],
}
"""Commands that are run with the plugin, installed and unused, and without it."""

WITHOUT = ["-p", "no:gradcheck"]


def seconds(arguments: list[str], *, folder: str | None = None) -> float:
    """Return how long one run takes."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, *arguments], capture_output=True, check=False, cwd=folder)
    return time.perf_counter() - begun


def measure() -> dict[str, list[float]]:
    """Return the times of every command, the rounds interleaved so that a busy moment meets them all."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, arguments in COMMANDS.items():
            times[name].append(seconds(arguments))
    return times


def measure_pytest() -> dict[str, tuple[list[float], list[float]]]:
    """Return the times of pytest with the plugin and without it, in pairs, either first in turn."""
    if not any(point.name == "gradcheck" for point in importlib.metadata.entry_points(group="pytest11")):
        raise SystemExit("the plugin is not installed: pip install -e . once more")
    times: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in PYTEST}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "test_one.py").write_text("def test_one():\n    pass\n")
        for number in range(2 * ROUNDS):
            for name, arguments in PYTEST.items():
                pair = [(arguments, times[name][0]), ([*arguments, *WITHOUT], times[name][1])]
                for words, own in pair if number % 2 else reversed(pair):
                    own.append(seconds(words, folder=folder))
    return times


def table_of_pytest(times: dict[str, tuple[list[float], list[float]]]) -> str:
    """Return the text about the plugin: medians of the ratios within each pair."""
    lines = [
        "",
        f"The pytest plugin, installed and unused, beside the same command with `{' '.join(WITHOUT)}`: {2 * ROUNDS} pairs.",
        "",
        "| command | times the command without the plugin |",
        "|---|---|",
    ]
    return "\n".join([*lines, *(f"| `{name}` | {ratio(*pair)} |" for name, pair in times.items())]) + "\n"


def table(times: dict[str, list[float]]) -> str:
    """Return the report's text: medians of the ratios within each round."""
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
    return "\n".join(lines) + "\n"


def ratio(own: list[float], other: list[float]) -> str:
    """Return the median ratio with its quartiles."""
    low, middle, high = statistics.quantiles([a / b for a, b in zip(own, other, strict=True)], n=4)
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


if __name__ == "__main__":
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(table(measure()) + table_of_pytest(measure_pytest()))
    print(f"wrote {REPORT.name}")
