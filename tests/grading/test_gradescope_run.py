"""What runs in Gradescope's container, with stand-ins for a grader: what stands in results.json, and when."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from gradcheck.grading import gradescope_run
from gradcheck.grading.formats import gradescope
from gradcheck.grading.gradescope_run import BROKEN, STOPPED, WITH_LANDLOCK, WITHOUT_LANDLOCK, Container
from gradcheck.results.grades import GradeSheet
from tests.golden.grading.cases import CASES, SEEDS


def graded(root: Path, grade: Any) -> tuple[int, Any, list[Container]]:
    """Run a grader in a folder tree; return the exit code, the results and the containers it was given."""
    seen: list[Container] = []

    def make(container: Container) -> Any:
        seen.append(container)
        return grade

    (root / "source").mkdir(parents=True, exist_ok=True)
    code = gradescope_run.run(root, make)
    return code, json.loads((root / "results" / "results.json").read_text()), seen


def test_the_failing_results_stand_while_the_grader_works(tmp_path: Path) -> None:
    meanwhile = []

    def grade(submission: Path) -> GradeSheet:
        meanwhile.append((tmp_path / "results" / "results.json").read_text())
        return CASES["partial"]

    code, data, _ = graded(tmp_path, grade)
    assert code == 0
    assert meanwhile == [gradescope.failing(STOPPED)]
    assert data == json.loads(gradescope.render(CASES["partial"]))


def test_seeds_go_to_standard_output_which_students_do_not_see(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, data, _ = graded(tmp_path, lambda submission: CASES["partial"])
    assert data["stdout_visibility"] == "hidden"
    assert str(SEEDS[0]) in capsys.readouterr().out


@pytest.mark.parametrize(("abi", "layers"), [(5, WITH_LANDLOCK), (0, WITHOUT_LANDLOCK)])
def test_a_run_requires_what_setup_found(tmp_path: Path, abi: int, layers: tuple[str, ...]) -> None:
    gradescope_run.note_isolation(tmp_path, abi)
    _, _, (container,) = graded(tmp_path, lambda submission: CASES["partial"])
    assert container.layers == layers
    assert container.rubric == tmp_path / "source" / "rubric.toml"


def test_landlock_is_required_where_nothing_was_noted(tmp_path: Path) -> None:
    _, _, (container,) = graded(tmp_path, lambda submission: CASES["partial"])
    assert container.layers == WITH_LANDLOCK


def test_a_note_of_weaker_isolation_than_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "isolation.json").write_text('{"layers": []}')
    code, data, seen = graded(tmp_path, lambda submission: CASES["partial"])
    assert (code, seen) == (1, [])
    assert data == json.loads(gradescope.failing(BROKEN))


def test_links_are_not_followed_when_a_folder_is_closed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("")
    outside.chmod(0o644)
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "link").symlink_to(outside)
    gradescope_run.close(tmp_path / "inside")
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644
