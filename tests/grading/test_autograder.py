"""The zip for a rubric, unpacked where Gradescope unpacks it: the engine grades in it as it does at home."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from gradcheck.errors import UsageError
from gradcheck.grading.autograder import autograder_zip
from gradcheck.grading.gradescope_run import engine_grader, run
from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.rubric import Rubric, load_rubric
from gradcheck.grading.seeds import FILE_NAME
from gradcheck.grading.starting_rubric import write_rubric
from tests.grading.asking_for_tests import needs_sandbox
from tests.grading.classes_for_tests import PAIRS, SECRET


def unpacked(folder: Path, rubric: Rubric) -> Path:
    """Return Gradescope's folder, with the zip unpacked in it."""
    secret = folder / "secret"
    secret.write_text(SECRET)
    root = folder / "autograder"
    (root / "submission").mkdir(parents=True)
    with zipfile.ZipFile(autograder_zip(rubric, folder / "autograder.zip", secret)) as archive:
        archive.extractall(root / "source")
    # As setup.sh notes it where the kernel has Landlock.
    (root / "source" / "isolation.json").write_text('{"layers": ["seccomp", "Landlock"], "landlock_abi": 1}')
    return root


def results(root: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((root / "results" / "results.json").read_text())
    return read


@needs_sandbox
@pytest.mark.parametrize(("name", "file", "points"), [("ada", "activations.py", 6.0), ("bob", "my_homework.py", 4.0)])
def test_a_submission_is_graded_in_the_container(tmp_path: Path, name: str, file: str, points: float) -> None:
    root = unpacked(tmp_path, load_rubric(write_rubric(SubmissionProtocol.PAIR, tmp_path)))
    (root / "submission" / file).write_text(PAIRS[name])
    assert run(root, engine_grader) == 0
    assert sum(test["score"] for test in results(root)["tests"]) == points


@needs_sandbox
def test_several_programs_of_which_none_is_meant_earn_nothing(tmp_path: Path) -> None:
    root = unpacked(tmp_path, load_rubric(write_rubric(SubmissionProtocol.PAIR, tmp_path)))
    for name in ("one.py", "two.py"):
        (root / "submission" / name).write_text(PAIRS["ada"])
    assert run(root, engine_grader) == 0
    found = results(root)
    assert sum(test["score"] for test in found["tests"]) == 0.0
    assert "several programs" in found["output"]


def test_the_reference_and_the_secret_go_with_the_rubric_and_a_shipped_example_stays_at_home(tmp_path: Path) -> None:
    path = write_rubric(SubmissionProtocol.PAIR, tmp_path)
    (tmp_path / "right.py").write_text(PAIRS["ada"])
    path.write_text(path.read_text().replace('"example:sigma_pair_right"', '"right.py"'))
    with zipfile.ZipFile(autograder_zip(load_rubric(path), tmp_path / "autograder.zip")) as archive:
        assert archive.read("right.py").decode() == PAIRS["ada"]
        assert len(archive.read(FILE_NAME)) == 64


def test_a_secret_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    rubric = load_rubric(write_rubric(SubmissionProtocol.PAIR, tmp_path))
    with pytest.raises(UsageError, match="nowhere"):
        autograder_zip(rubric, tmp_path / "autograder.zip", tmp_path / "nowhere")
