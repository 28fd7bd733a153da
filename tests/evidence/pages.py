"""Write an example of each page into reports/: a wrong network checked by the command, a session of pytest in the worked project, with
two mistakes planted in it, and of a small class of the programs of reports/grading.md the class's page and one student's."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import numpy as np

from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.starting_rubric import write_rubric
from tests.evidence.grading import SEED
from tests.grading.class_of_500_for_tests import Kind, Member, class_of_500

ROOT = Path(__file__).parent.parent.parent
REPORTS = ROOT / "reports"
WRONG = "gradcheck.examples.network_bp2_no_sigma_prime_wrong"
PROJECT = ROOT / "tests" / "plugin" / "worked_project"
MISTAKES = (
    ("smallnet/layers.py", "dx -= normal * (dnormal * normal).mean(axis=1, keepdims=True)", "pass"),
    ("smallnet/network.py", "delta = (w.T @ delta) * tanh_prime(z)", "delta = w.T @ delta"),
)
"""What is planted in the project: a mean that is forgotten in a layer, and a derivative in its network."""

CLASS: Final = {Kind.RIGHT: 6, Kind.SINGLE: 11, Kind.PAIR: 4, Kind.BROKEN: 2, Kind.FAKE: 1}
"""How many of each kind the small class has."""

SECRET: Final = "the secret of an example is none"


def run(*words: str, folder: Path = ROOT) -> None:
    """Run a command of ours that is expected to find something wrong.

    Raises
    ------
    RuntimeError
        If it ends as no command does that found something.
    """
    done = subprocess.run([sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")


def check_page() -> None:
    """Write the page of one check."""
    run("gradcheck", "check", WRONG, "--seed", "1", "--format", "html", "--out", str(REPORTS / "check.html"))


def session_page() -> None:
    """Write the page of a session."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache", ".hypothesis"))
        for file, right, wrong in MISTAKES:
            source = (project / file).read_text(encoding="utf-8")
            if source.count(right) != 1:
                raise RuntimeError(
                    f"{file} of the worked project holds {right!r} {source.count(right)} times: once is required"
                )
            (project / file).write_text(source.replace(right, wrong), encoding="utf-8")
        run("pytest", "-q", "-p", "no:cacheprovider", "--gradcheck-seed=1", "--gradcheck-report=report", folder=project)
        shutil.copyfile(project / "report" / "gradcheck.html", REPORTS / "session.html")


def graded_pages() -> None:
    """Write the page of a class, and that of the first in it with two mistakes."""
    members = small_class()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rubric, handed, results, secret = (folder / one for one in ("rubric.toml", "handed in", "results", "secret"))
        write_rubric(SubmissionProtocol.NETWORK, folder)
        secret.touch(mode=0o600)
        secret.write_text(SECRET, encoding="utf-8")
        handed.mkdir()
        for number, one in enumerate(members, 1):
            (handed / f"student{number:02d}{one.ending}").write_bytes(one.content)
        words = ("--jobs", "2", "--out", str(results), "--secret-file", str(secret), "--format", "html")
        run("gradcheck", "grade", str(rubric), str(handed), *words)
        first = next(number for number, one in enumerate(members, 1) if one.kind is Kind.PAIR)
        shutil.copyfile(results / "class.html", REPORTS / "class.html")
        shutil.copyfile(results / f"student{first:02d}" / "report.html", REPORTS / "student.html")


def small_class() -> tuple[Member, ...]:
    """Return some of each kind of the class of 500, in an order that tells nothing."""
    generator = np.random.default_rng(SEED)
    members = class_of_500(generator)
    found: list[Member] = []
    for kind, count in CLASS.items():
        alike = [one for one in members if one.kind is kind]
        found += [alike[number] for number in generator.choice(len(alike), count, replace=False)]
    return tuple(found[number] for number in generator.permutation(len(found)))


if __name__ == "__main__":
    for write in (check_page, session_page, graded_pages):
        write()
    print(f"written: {', '.join(f'{name}.html' for name in ('check', 'session', 'class', 'student'))}")
