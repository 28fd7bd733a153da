"""Grades one submission within Gradescope's container: what `run_autograder` starts, as root.

The grader stays root, since the submission must be kept from it: the submission's own process has a uid that nothing else
has. Before anything else a `results.json` is written that gives no points and no zero; it is replaced, whole, by that of
the graded submission.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from gradcheck.errors import UsageError
from gradcheck.grading.formats import gradescope
from gradcheck.grading.formats.writing import write_whole
from gradcheck.results.grades import GradeSheet

Grader = Callable[[Path], GradeSheet]
"""Grades the submission in a folder."""

ROOT: Final = Path("/autograder")
"""Where Gradescope's container has its folders."""

USER: Final = "gradcheck-submission"
"""The user that setup.sh makes for submissions, and for nothing else."""

STOPPED: Final = "The grader was stopped before it had finished."
BROKEN: Final = "The grader met an error of its own; whoever runs the course finds it in the autograder's output."


@dataclasses.dataclass(frozen=True)
class Container:
    """What the container offers a grader.

    Attributes
    ----------
    rubric : Path
        The instructor's, in the closed source folder.
    user : str
        Whom the submission runs as.
    require : str
        The isolation that setup.sh found when the image was built, and below which nothing is graded: "landlock" (with seccomp) or
        "uid" (the container, a uid of its own, and seccomp).
    """

    rubric: Path
    user: str = USER
    require: str = "landlock"
