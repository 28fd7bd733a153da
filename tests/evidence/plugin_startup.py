"""What the pytest plugin costs where it is installed and unused: two environments that differ by our wheel alone, run in pairs."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAIRS = 60
BAR = 1.05
"""The most that a run may take with the plugin, as a ratio to one without."""

COMMANDS = {"`pytest --version`": ["--version"], "`pytest -q`, one test": ["-q", "-p", "no:cacheprovider"]}
TEST = "def test_one():\n    assert 1 + 1 == 2\n"


def table(pairs: int = PAIRS) -> list[str]:
    """Build the two environments, measure, and return the lines of the report."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        without, with_it, packages = environments(folder)
        measured = {command: measure((without, with_it), command, folder, pairs) for command in COMMANDS}
    return [
        "## With the pytest plugin installed and unused",
        "",
        f"Two new environments with {packages}; in one of them",
        "gradcheck's wheel too. Whole processes in an empty folder with one test file, in pairs, the order within a pair",
        f"alternating, {pairs} pairs; medians of the ratios within a pair, with their quartiles. At most {BAR} is allowed.",
        "Processor time is that of the process and all its children, user and system; it is disturbed less by what else runs.",
        "",
        "| command | time with, times without | processor time with, times without |",
        "|---|---|---|",
        *(f"| {command} | {ratio(wall)} | {ratio(cpu)} |" for command, (wall, cpu) in measured.items()),
    ]


def environments(folder: Path) -> tuple[Path, Path, str]:
    """Return the folders of an environment without our wheel and of one with it, and what is in both, in words."""
    pip(Path(sys.prefix), "wheel", "--no-deps", "-w", str(folder), str(ROOT))
    (wheel,) = folder.glob("gradcheck-*.whl")
    without, with_it = folder / "without", folder / "with"
    for place in (with_it, without):
        venv.create(place, with_pip=True)
    pip(with_it, "install", str(wheel), "pytest")
    everything = pip(with_it, "freeze").splitlines()
    others = [one for one in everything if not one.startswith("gradcheck")]
    pip(without, "install", "--no-deps", *others)
    if pip(without, "freeze").splitlines() != others:
        raise RuntimeError("the two environments differ by more than gradcheck")
    named = [
        one.replace("==", " ") for one in others if one.split("==")[0] in ("pytest", "hypothesis", "numpy", "scipy")
    ]
    return without, with_it, f"{', '.join(sorted(named))} and their dependencies"


def pip(place: Path, *words: str) -> str:
    """Run pip in an environment and return what it prints."""
    command = [str(place / "bin" / "python"), "-m", "pip", "--quiet", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def measure(places: tuple[Path, Path], command: str, folder: Path, pairs: int) -> tuple[list[float], list[float]]:
    """Return the ratios, with the plugin to without, of the time and of the processor time, one of each a pair."""
    project = folder / "project"
    project.mkdir(exist_ok=True)
    (project / "test_one.py").write_text(TEST)
    walls, cpus = [], []
    for place in places:  # what is compiled on a first run is not start-up
        run(place, COMMANDS[command], project)
    for number in range(pairs):
        order = places if number % 2 else places[::-1]
        taken = {place: run(place, COMMANDS[command], project) for place in order}
        (wall, cpu), (wall_with, cpu_with) = (taken[place] for place in places)
        walls.append(wall_with / wall)
        cpus.append(cpu_with / cpu)
    return walls, cpus


def run(place: Path, words: list[str], project: Path) -> tuple[float, float]:
    """Return the time and the processor time of one run of an environment's own pytest (seconds)."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([str(place / "bin" / "pytest"), *words], cwd=project, env=clean, capture_output=True, check=True)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ratio(values: list[float]) -> str:
    """Return the median with its quartiles."""
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:.3f} ({low:.3f} to {high:.3f})"
