"""A student checks their own program: in the sandbox where there is one, and by themselves where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcheck.errors import UsageError
from gradcheck.examples import network_bp2_no_sigma_prime_wrong, sigma_pair_right
from gradcheck.grading.isolation import Machine
from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.rubric import Rubric, load_rubric
from gradcheck.grading.self_check import ALONE, grade_yourself
from gradcheck.grading.starting_rubric import starting_rubric, write_rubric
from tests.grading.asking_for_tests import needs_sandbox


def public(folder: Path, *ids: str) -> Rubric:
    """Return the network's rubric with all items hidden but some."""
    path = write_rubric(SubmissionProtocol.NETWORK, folder)
    text = path.read_text().replace('visibility = "visible" ', 'visibility = "hidden" ', 1)
    for id in ids:
        text = text.replace(f'id = "{id}"\n', f'id = "{id}"\nvisibility = "visible"\n')
    path.write_text(text)
    return load_rubric(path)


def without_a_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = Machine("Darwin", "24", "arm64", 0, frozenset(), (), 501)
    monkeypatch.setattr("gradcheck.grading.self_check.probe", lambda: bare)


WRONG = Path(network_bp2_no_sigma_prime_wrong.__file__)


@needs_sandbox
def test_the_public_items_alone_are_shown(tmp_path: Path) -> None:
    sheet = grade_yourself(WRONG, public(tmp_path, "feedforward", "bp2"), 1)
    assert {item.id: item.points for item in sheet.items} == {"feedforward": 2.0, "bp2": 0.0}


def test_without_a_sandbox_ones_own_program_is_run_as_one_runs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_a_sandbox(monkeypatch)
    sheet = grade_yourself(WRONG, public(tmp_path, "sigma_prime", "bp1", "bp2"), 1)
    assert {item.id: item.points for item in sheet.items} == {"sigma_prime": 1.0, "bp1": 3.0, "bp2": 0.0}
    assert sheet.notes == (ALONE,)


def test_functions_want_a_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    without_a_sandbox(monkeypatch)
    with pytest.raises(UsageError, match="run this on Linux"):
        grade_yourself(Path(sigma_pair_right.__file__), starting_rubric(SubmissionProtocol.PAIR))


def test_a_rubric_without_public_items_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no public items"):
        grade_yourself(WRONG, public(tmp_path))


def test_a_folder_of_several_is_not_ones_own(tmp_path: Path) -> None:
    for name in ("one.py", "two.py"):
        (tmp_path / "class").mkdir(exist_ok=True)
        (tmp_path / "class" / name).write_text("x = 1\n")
    with pytest.raises(UsageError, match="2 submissions"):
        grade_yourself(tmp_path / "class", starting_rubric(SubmissionProtocol.NETWORK))
