"""Write an example of each page into reports/: a wrong network checked by the command, and a session of pytest in the worked project,
with two mistakes planted in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
REPORTS = ROOT / "reports"
WRONG = "gradcheck.examples.network_bp2_no_sigma_prime_wrong"
PROJECT = ROOT / "tests" / "plugin" / "worked_project"
MISTAKES = (
    ("smallnet/layers.py", "dx -= normal * (dnormal * normal).mean(axis=1, keepdims=True)", "pass"),
    ("smallnet/network.py", "delta = (w.T @ delta) * tanh_prime(z)", "delta = w.T @ delta"),
)
"""What is planted in the project: a mean that is forgotten in a layer, and a derivative in its network."""


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


if __name__ == "__main__":
    check_page()
    session_page()
    print(f"written: {REPORTS / 'check.html'}, {REPORTS / 'session.html'}")
