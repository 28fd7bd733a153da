"""Small classes of submissions: right, wrong, broken and hostile ones, quick to grade."""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from typing import Final

from gradcheck.examples import sigma_pair_right, sigma_pair_wrong
from gradcheck.grading.class_run import settings_for
from gradcheck.grading.isolation import Tier
from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.seeds import Seeds, seeds_of
from gradcheck.grading.starting_rubric import starting_rubric
from gradcheck.grading.worker import Course

SECRET: Final = "correct horse battery staple"

RIGHT: Final = Path(sigma_pair_right.__file__).read_text()
WRONG: Final = Path(sigma_pair_wrong.__file__).read_text()

PAIRS: Final = {
    "ada": RIGHT,
    "bob": WRONG,
    "cyd": RIGHT.replace("np.logaddexp(0.0, z)", "np.log(1.0 + np.exp(z))"),
    "dan": RIGHT.replace("return z * sigmoid(z)", "return 2.0 * z * sigmoid(z)"),
    "eve": "import os\nos._exit(0)\n",
    "fay": "def softplus(z:\n",
    "gus": RIGHT.replace("def swish_prime", "def swish_slope"),
    "hal": RIGHT.replace("return sigmoid(z)", "return sigmoid(z) * float('nan')"),
    "ivy": RIGHT + "\nprint('hello from', __name__)\n",
    "jan": RIGHT.replace("return sigmoid(z)", "raise RuntimeError('no idea')"),
    "kim": RIGHT + "\n# another file of the same program\n",
    "leo": "import gradcheck\n",
}
"""Of the rubric to start from for pairs."""

POINTS: Final = {
    "ada": 6.0,
    "bob": 4.0,
    "cyd": 6.0,
    "dan": 5.0,
    "eve": 0.0,
    "fay": 0.0,
    "gus": 4.0,
    "hal": 4.0,
    "ivy": 6.0,
    "jan": 4.0,
    "kim": 6.0,
    "leo": 0.0,
}
"""What each deserves, of 6."""


def handed_in(folder: Path, names: tuple[str, ...] = tuple(PAIRS)) -> Path:
    """Write a class of submissions into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / f"{name}.py").write_text(PAIRS[name])
    return folder


@functools.cache
def seeds(secret: str = SECRET) -> Seeds:
    """Return the seeds of a secret, which is stretched once: that is meant to take long."""
    return seeds_of(secret)


def course() -> Course:
    """Return the course that the pairs are graded in."""
    rubric = starting_rubric(SubmissionProtocol.PAIR)
    return Course(rubric, seeds(), settings_for(rubric, Tier.T2))


def command(rubric: Path, submissions: Path, out: Path, *more: str) -> list[str]:
    """Return the words that grade a class in a process of its own, by the secret of these tests."""
    secret = out.parent / "secret"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(SECRET)
    words = [sys.executable, "-m", "gradcheck", "grade", str(rubric), str(submissions)]
    return [*words, "--out", str(out), "--secret-file", str(secret), *more]
