"""Write reports/grading.md and reports/grading.json: a class of 500 graded, points given beside points deserved, and how fast.

    python -m tests.evidence.grading [--seed N] [--jobs N] [--rounds N] [--results FOLDER] [PART ...]

About ten minutes on two free cores; with parts of names given, those submissions alone are graded and the page is printed.
A folder of results is gone on with: what was graded before, of the same files, is taken as it is.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from pathlib import Path

import numpy as np

from gradcheck import __version__
from gradcheck.grading.class_run import grade_class, settings_for
from gradcheck.grading.isolation import Tier, probe
from gradcheck.grading.jobs import Jobs
from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.results_folder import ResultsFolder
from gradcheck.grading.seeds import seeds_of
from gradcheck.grading.starting_rubric import starting_rubric
from gradcheck.grading.submissions import submissions_in
from gradcheck.grading.worker import Course
from gradcheck.results.grades import GradeSheet
from tests.evidence.grading_speed import SECRET, speeds
from tests.evidence.grading_tables import (
    Graded,
    agreement,
    by_item,
    fakes,
    flags,
    not_as_deserved,
    not_typed,
    speed_table,
)
from tests.grading.class_of_500_for_tests import Member, class_of_500, handed_in, lost_by

REPORTS = Path(__file__).parent.parent.parent / "reports"
SEED = 4099

EARLIER = "Results of earlier sittings, of the same files, were gone on with (`--results`).\n"
"""What the page says where its results are not all of this run."""


def main() -> None:
    """Read the arguments, grade, measure, write."""
    given = _arguments()
    members = class_of_500(np.random.default_rng(given.seed))
    chosen = tuple(one for one in members if not given.parts or any(part in one.name for part in given.parts))
    is_gone_on_with = given.results is not None and given.results.exists() and any(given.results.iterdir())
    with tempfile.TemporaryDirectory() as folder:
        graded = _graded(chosen, given.jobs, Path(folder), given.results or Path(folder) / "results")
    parts = [
        _head(given, EARLIER if is_gone_on_with else ""),
        agreement(graded),
        by_item(graded),
        not_as_deserved(graded),
        flags(graded),
        fakes(graded),
    ]
    if given.parts:
        print("\n".join(parts))
        return
    parts += [speed_table(speeds(given.rounds), graded, given.jobs), not_typed()]
    (REPORTS / "grading.md").write_text("\n".join(parts))
    (REPORTS / "grading.json").write_text(_data(given.seed, graded))
    print("wrote grading.md and grading.json")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.evidence.grading")
    parser.add_argument("parts", nargs="*", help="parts of the names of submissions")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--rounds", type=int, default=5, help="turns of each way that is timed")
    parser.add_argument("--results", type=Path, help="a folder that the results are kept in, to go on with")
    return parser.parse_args()


def _graded(members: tuple[Member, ...], jobs: int, folder: Path, kept: Path) -> list[Graded]:
    """Grade the class as `gradcheck grade --jobs` does."""
    rubric = starting_rubric(SubmissionProtocol.NETWORK)
    course = Course(rubric, seeds_of(SECRET), settings_for(rubric, Tier.T2))
    handed = submissions_in(handed_in(members, folder / "submissions"), rubric)
    by_name = {one.name: one for one in members}

    def shown(sheet: GradeSheet, done: int, of: int) -> None:
        is_met = by_name[sheet.submission].is_met_by(sheet)
        told = "" if is_met else f", not as deserved: {' '.join(sorted(lost_by(sheet))) or 'nothing'} lost"
        print(f"{done} of {of}: {sheet.submission}{told}", file=sys.stderr)

    sheets = grade_class(course, handed, ResultsFolder(kept), jobs=Jobs(jobs), shown=shown)
    return [Graded(by_name[one.submission], one) for one in sheets]


def _head(given: argparse.Namespace, earlier: str) -> str:
    machine = probe()
    layers = ", ".join(sorted(one.value for one in machine.layers))
    return (
        "# A class of 500, graded\n\n"
        f"Remade by `python -m tests.evidence.grading --seed {given.seed} --jobs {given.jobs} --rounds {given.rounds}` (`tox -e grading`).\n"
        f"gradcheck {__version__}, Python {platform.python_version()}, numpy {np.__version__}; {os.cpu_count()} cores "
        f"({platform.machine()}), shared with others, {platform.system()}, one BLAS thread a process; layers of isolation here: {layers}.\n"
        f"The class is drawn from the seed {given.seed}; the secret of the course is {SECRET!r}; the rubric is that of `gradcheck init rubric`.\n"
        + earlier
    )


def _data(seed: int, graded: list[Graded]) -> str:
    """Return what each submission deserved and got, a line each."""
    rows = [
        {
            "name": one.member.name,
            "kind": one.member.kind.value,
            "must": sorted(one.member.deserves.must),
            "may": sorted(one.member.deserves.may),
            "status": one.sheet.status.value,
            "lost": {item.id: item.lost for item in one.sheet.items if item.lost > 0.0},
            "flags": [flag.code.value for flag in one.sheet.flags],
        }
        for one in graded
    ]
    lines = ",\n".join(json.dumps(row) for row in rows)
    return f'{{"seed": {seed}, "submissions": [\n{lines}\n]}}\n'


if __name__ == "__main__":
    main()
