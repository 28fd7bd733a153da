"""Write reports/diagnosis.md: what wrong programs are called, those with a mistake of the catalogue and those with another.

    python -m tests.evidence.diagnosis [--networks N] [--pool N] [--pairs N] [--rounds N] [--workers N]

About ten minutes in two processes. The numbers do not depend on the number of processes, but for the times.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import os
import platform
from collections import Counter
from pathlib import Path

import numpy as np

from gradcheck import __version__
from gradcheck.mistakes.catalogue import CATALOGUE
from tests.drawn_networks_for_tests import drawn
from tests.evidence.diagnosis_tables import by_entry, calibrated, heading, pairs_table, programs_table, shipped_table
from tests.evidence.injections import Bench, Injection, PairOutcome, Task, inject, inject_pair, put
from tests.evidence.judged_programs import judge_program, program_names, shipped, times_of_shipped

REPORT = Path(__file__).parent.parent.parent / "reports" / "diagnosis.md"
SEED = 2027
DIFFERENCES = 20
"""Networks of each entry on which differences are asked too (a count)."""

PAIRS_A_NETWORK = 5


def main() -> None:
    """Read the arguments, put the mistakes in, write."""
    given = _arguments()
    with concurrent.futures.ProcessPoolExecutor(given.workers) as pool:
        planned = list(pool.map(plan, range(given.pool), chunksize=10))
        tasks = allocate(planned, given.networks, given.pairs)
        found = list(pool.map(work, tasks, chunksize=2))
        programs = list(pool.map(judge_program, program_names(), chunksize=2))
        examples = list(pool.map(shipped, range(len(times_of_shipped(0)))))
    single = [one for injections, _ in found for one in injections]
    pairs = [one for _, some in found for one in some]
    parts = [
        _head(given),
        heading(single, pairs, programs),
        by_entry(single, given.networks, DIFFERENCES),
        pairs_table(pairs),
        programs_table(programs),
        calibrated(single),
        shipped_table(examples, times_of_shipped(given.rounds)),
    ]
    REPORT.write_text("\n".join(parts))
    print(f"wrote {REPORT.name}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.evidence.diagnosis")
    parser.add_argument("--networks", type=int, default=200, help="networks for each entry")
    parser.add_argument("--pool", type=int, default=900, help="networks they are taken from")
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3, help="times that each example is timed")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    return parser.parse_args()


def _head(given: argparse.Namespace) -> str:
    return (
        "# Wrong programs, and what they are called\n\n"
        f"Remade by `python -m tests.evidence.diagnosis --networks {given.networks} --pool {given.pool} --pairs {given.pairs} "
        f"--rounds {given.rounds} --workers {given.workers}` (`tox -e reports`).\n"
        f"gradcheck {__version__}, Python {platform.python_version()}, numpy {np.__version__}; "
        f"{os.cpu_count()} cores ({platform.machine()}), shared with others, {platform.system()}, one BLAS thread a process.\n"
        f"Seeds: network n is drawn from [{SEED}, n], entry i is put into it by [{SEED}, n, i] and pair k by [{SEED}, n, 1000 + k]; "
        "differences there have Options(seed=n).\n"
    )


def plan(number: int) -> list[tuple[int, bool]]:
    """Return which entries can be made in a network, and whether they are seen there."""
    network = drawn(SEED, number)
    made = ((i, put(mistake, network, _generator(number, i))) for i, mistake in enumerate(CATALOGUE))
    return [(i, one.asked is not None) for i, one in made if one is not None]


def _generator(number: int, which: int) -> np.random.Generator:
    return np.random.default_rng([SEED, number, which])


def allocate(planned: list[list[tuple[int, bool]]], networks: int, pairs: int) -> list[Task]:
    """Return what is done in each network: every entry in the first `networks` that take it, in the first few with differences."""
    taken: Counter[int] = Counter()
    asked: Counter[int] = Counter()
    tasks = []
    for number, entries in enumerate(planned):
        chosen = [(i, is_seen) for i, is_seen in entries if taken[i] < networks]
        with_differences = frozenset(i for i, is_seen in chosen if is_seen and asked[i] < DIFFERENCES)
        taken.update(i for i, _ in chosen)
        asked.update(with_differences)
        count = max(0, min(PAIRS_A_NETWORK, pairs - number * PAIRS_A_NETWORK))
        tasks.append(Task(number, tuple(i for i, _ in chosen), with_differences, count))
    return tasks


def work(task: Task) -> tuple[list[Injection], list[PairOutcome]]:
    """Put the entries and pairs of a task into its network."""
    bench = Bench(drawn(SEED, task.number))
    found = []
    for i in task.entries:
        one = put(CATALOGUE[i], bench.network, _generator(task.number, i))
        if one is not None:
            found.append(inject(bench, i, one, differences=i in task.differences))
    return found, [inject_pair(bench, _generator(task.number, 1000 + k)) for k in range(task.pairs)]


if __name__ == "__main__":
    main()
