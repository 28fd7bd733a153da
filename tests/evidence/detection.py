"""Write reports/detection.md and reports/detection.json: right and wrong gradients judged by us and by our peers.

    python -m tests.evidence.detection [--limit SECONDS] [--seed N] [--estimates N] [--workers N] [FAMILY ...]

About 20 minutes on two cores, most of it the peers'; with some families named it writes nothing and prints the page.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import scipy

from gradcheck import __version__
from gradcheck.checks.measuring import SAFETY
from tests.calibration_for_tests import error_ratios, known_networks
from tests.evidence.detection_tables import by_kind, by_peer, heading, how_asked, own_families, own_faults
from tests.zoo import FAMILIES, SEED
from tests.zoo.contest import Answer, Contest, hold
from tests.zoo.judging import Judged
from tests.zoo.peers import PEERS
from tests.zoo.specimen import MissingLibrary
from tests.zoo.truth import verify

REPORTS = Path(__file__).parent.parent.parent / "reports"
ESTIMATES = 10_000
NETWORKS_PER_ESTIMATE = 0.27
"""Networks drawn for one estimate (a ratio): each gives one for every leaf, 4 on average."""


def main() -> None:
    """Read the arguments, hold the contest, write."""
    given = _arguments()
    names = [name for name in FAMILIES if not given.families or any(part in name for part in given.families)]
    versions = {peer.name: peer.version() for peer in PEERS}
    contest = Contest(names, given.seed, given.limit, [name for name, version in versions.items() if version])
    judged, answers, missing = hold(contest, given.workers)
    page = _page(given, judged, answers, (versions, missing))
    if given.families:
        print(page)
        return
    (REPORTS / "detection.md").write_text(page)
    (REPORTS / "detection.json").write_text(_data(given, judged, answers))
    print("wrote detection.md and detection.json")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.evidence.detection")
    parser.add_argument("families", nargs="*")
    parser.add_argument("--limit", type=float, default=10.0, help="seconds a peer may take for one answer")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--estimates", type=int, default=ESTIMATES)
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    return parser.parse_args()


def _page(
    given: argparse.Namespace,
    judged: list[Judged],
    answers: list[Answer],
    versions: tuple[dict[str, str | None], list[str]],
) -> str:
    head = (
        "# Right and wrong gradients, judged by us and by others\n\n"
        f"Remade by `python -m tests.evidence.detection --limit {given.limit:g} --seed {given.seed} --estimates {given.estimates} "
        f"--workers {given.workers}` (`tox -e detection`).\n"
        f"gradcheck {__version__}, Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}; "
        f"{_machine()}.\nSeeds: the zoo is drawn from {given.seed}, and draw n is checked under Options(seed={given.seed} + n).\n"
    )
    parts = [
        head,
        heading(judged),
        by_peer(judged, answers, given.limit),
        how_asked(*versions),
        by_kind(judged, answers),
        _calibrated(given.estimates, given.seed),
        _verified(given.seed, {one.family for one in judged}),
        own_families(judged),
        own_faults(judged),
    ]
    return "\n".join(parts)


def _machine() -> str:
    return f"{os.cpu_count()} cores ({platform.machine()}), {platform.system()}, one BLAS thread a process"


def _calibrated(estimates: int, seed: int) -> str:
    """Return the section on stated errors: true error in units of the bound, on networks whose gradient is known."""
    networks = round(estimates * NETWORKS_PER_ESTIMATE)
    ratios = np.array([r for i, known in enumerate(known_networks(networks, seed)) for r in error_ratios(known, i)])
    lines = [
        "## Calibration\n",
        f"{ratios.size} estimates, one for each leaf of {networks} random networks (sigmoid, tanh, softplus), against the complex step.",
        f"An estimate is judged within its bound, which is {SAFETY:g} times its stated error.\n",
        "| | true error / bound |\n| --- | ---: |",
        *(f"| quantile {q:g} | {np.quantile(ratios, q) / SAFETY:.3g} |" for q in (0.5, 0.9, 0.99, 0.999, 0.9999)),
        f"| largest | {np.max(ratios) / SAFETY:.3g} |",
        f"| **above the bound** | **{np.sum(~(ratios <= SAFETY))} of {ratios.size}** |",
        f"| above the stated error, within the bound | {np.sum((ratios > 1) & (ratios <= SAFETY))} |\n",
    ]
    return "\n".join(lines)


def _verified(seed: int, families: set[str]) -> str:
    """Return how the right gradients themselves were verified."""
    found: Counter[str] = Counter()
    doubtful: list[str] = []
    for name in sorted(families):
        for number in range(FAMILIES[name].draws):
            try:
                right = FAMILIES[name].draw(seed, number).right
            except MissingLibrary:
                break
            verified = verify(right, np.random.default_rng([seed, number]))
            found[verified.how] += 1
            doubtful += [] if verified.gap <= 1 else [f"{right.name} ({verified.gap:.3g} times what is allowed)"]
    lines = [
        "## Whether the zoo is right\n",
        "Each right gradient was compared, along one direction a leaf (six leaves at most), with slopes measured by code that shares",
        "nothing with the package (`tests/zoo/truth.py`); the wrong ones are these with an error of known size planted.\n",
        "| verified by | gradients |\n| --- | ---: |",
        *(f"| {how} | {count} |" for how, count in found.most_common()),
        f"\nNot confirmed: {', '.join(doubtful) or 'none'}.\n",
    ]
    return "\n".join(lines)


def _data(given: argparse.Namespace, judged: list[Judged], answers: list[Answer]) -> str:
    """Return everything as JSON: our judgements, and for each specimen [outcome, passes, seconds] of every checker."""
    checkers = list(dict.fromkeys(one.checker for one in answers))
    table: dict[str, list[Any]] = {one.name: [None] * len(checkers) for one in answers}
    for one in answers:
        cell = [one.outcome, one.passes, round(one.seconds, 4), *([one.note] if one.note else [])]
        table[one.name][checkers.index(one.checker)] = cell
    ours = [{k: v for k, v in dataclasses.asdict(one).items() if v not in ("", None)} for one in judged]
    for record in ours:
        record["share"] = record["share"] if np.isfinite(record["share"]) else str(record["share"])
        record["seconds"] = round(record["seconds"], 4)
    head = json.dumps({"seed": given.seed, "limit": given.limit, "checkers": checkers})[:-1]
    rows = ",\n".join(json.dumps(record) for record in ours)
    cells = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in table.items())
    return f'{head},\n"ours": [\n{rows}\n],\n"answers": {{\n{cells}\n}}}}\n'


if __name__ == "__main__":
    main()
