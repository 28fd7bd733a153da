"""Gradescope's autograder: the zip for a rubric, and the grader that runs in its container."""

from __future__ import annotations

import dataclasses
import secrets
from pathlib import Path

from gradcheck.errors import UsageError
from gradcheck.grading.engine import grade
from gradcheck.grading.gradescope_run import Container, Grader
from gradcheck.grading.gradescope_zip import gradescope_zip
from gradcheck.grading.isolation import Layer
from gradcheck.grading.rubric import EXAMPLE, Rubric, load_rubric
from gradcheck.grading.sandbox import Zygote
from gradcheck.grading.seeds import FILE_NAME, course_seeds
from gradcheck.grading.settings import Settings
from gradcheck.grading.submissions import submissions_in
from gradcheck.results.grades import GradeSheet


def autograder_zip(rubric: Rubric, out: Path, secret_file: Path | None = None) -> Path:
    """Write the zip, with the rubric, what it refers to, and the course's secret.

    Raises
    ------
    UsageError
        If something that belongs in it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from gradcheck.grading.parts import SubmissionProtocol
    >>> from gradcheck.grading.starting_rubric import starting_rubric
    >>> autograder_zip(starting_rubric(SubmissionProtocol.PAIR), Path(tempfile.mkdtemp()) / "autograder.zip").name
    'autograder.zip'
    """
    beside: dict[str, bytes] = {}
    try:
        secret = secrets.token_hex(32).encode() if secret_file is None else secret_file.read_bytes()
        if rubric.reference is not None and not rubric.assignment.reference.startswith(EXAMPLE):
            beside[rubric.assignment.reference] = rubric.reference.read_bytes()
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be read: {error.strerror}") from error
    beside[FILE_NAME] = secret
    return gradescope_zip(rubric.path, out, beside=beside, packages=rubric.assignment.packages)


def container_grader(container: Container) -> Grader:
    """Return what grades the submission in a folder, in Gradescope's container.

    Raises
    ------
    UsageError
        If the rubric or the secret cannot be read.
    """
    rubric = load_rubric(container.rubric)
    secret = container.rubric.parent / FILE_NAME
    secret.chmod(0o600)  # a zip keeps no owner
    seeds = course_seeds(container.rubric.parent, secret_file=secret, environment={})
    layers = frozenset({Layer.LIMITS, *map(Layer, container.layers)})
    settings = Settings(tuple(one for one in rubric.assignment.packages if one.lower() != "numpy"), require=layers)

    def graded(folder: Path) -> GradeSheet:
        one, *others = submissions_in(folder, dataclasses.replace(rubric))
        if others:
            one = dataclasses.replace(
                one, problem=f"there are several programs, and none is called {rubric.assignment.file}"
            )
        with Zygote(settings) as zygote:
            return grade(one, rubric, zygote, seeds)

    return graded
