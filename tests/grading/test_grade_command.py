"""`gradcheck grade` and its neighbours as an instructor and a student type them."""

from __future__ import annotations

import base64
import zipfile
from pathlib import Path
from typing import NoReturn

import pytest
from click.testing import CliRunner, Result

from gradcheck.cli import main
from gradcheck.grading.isolation import Machine
from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.starting_rubric import write_rubric
from tests.grading.asking_for_tests import needs_sandbox
from tests.grading.classes_for_tests import PAIRS, handed_in


def gradcheck(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], prog_name="gradcheck")


@pytest.fixture
def rubric(tmp_path: Path) -> Path:
    """The rubric to start from for pairs."""
    return write_rubric(SubmissionProtocol.PAIR, tmp_path)


@needs_sandbox
def test_a_class_that_was_graded_exits_0_and_says_where_the_gradebook_is(rubric: Path, tmp_path: Path) -> None:
    done = gradcheck("grade", rubric, handed_in(tmp_path / "class", ("ada", "fay")), "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "gradebook.csv" in done.output
    assert "1 of 2: ada: 6 of 6 points." in done.output


@pytest.fixture
def workflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that a workflow's step hands its outputs over in, with one of an earlier command's in it."""
    path = tmp_path / "outputs"
    path.write_text("earlier=1\n")
    monkeypatch.setenv("GITHUB_OUTPUT", str(path))
    return path


@needs_sandbox
def test_a_workflow_gets_the_result_of_its_one_submission(rubric: Path, tmp_path: Path, workflow: Path) -> None:
    words = ("grade", rubric, handed_in(tmp_path / "class", ("bob",)), "--out", tmp_path / "out")
    done = gradcheck(*words, "--format", "github-classroom")
    assert done.exit_code == 0, done.output
    earlier, line = workflow.read_text().splitlines()
    assert (earlier, line[:7]) == ("earlier=1", "result=")
    (written,) = [path for path in (tmp_path / "out" / "bob").iterdir() if path.name != "report.json"]
    assert base64.b64decode(line[7:]) == written.read_bytes()


@needs_sandbox
@pytest.mark.parametrize(
    ("names", "formats"),
    [(("ada", "fay"), ("--format", "github-classroom")), (("ada",), ("--format", "markdown"))],
    ids=["several submissions", "another format"],
)
def test_a_workflow_is_told_nothing_of(
    rubric: Path, tmp_path: Path, workflow: Path, names: tuple[str, ...], formats: tuple[str, ...]
) -> None:
    done = gradcheck("grade", rubric, handed_in(tmp_path / "class", names), "--out", tmp_path / "out", *formats)
    assert done.exit_code == 0, done.output
    assert workflow.read_text() == "earlier=1\n"


@needs_sandbox
def test_outside_of_a_workflow_the_format_is_a_file_alone(
    rubric: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_OUTPUT", raising=False)
    words = ("grade", rubric, handed_in(tmp_path / "class", ("ada",)), "--out", tmp_path / "out")
    assert gradcheck(*words, "--format", "github-classroom").exit_code == 0
    assert len(list((tmp_path / "out" / "ada").iterdir())) == 2


@needs_sandbox
def test_outputs_that_cannot_be_written_to_are_told(
    rubric: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path))
    words = ("grade", rubric, handed_in(tmp_path / "class", ("ada",)), "--out", tmp_path / "out")
    done = gradcheck(*words, "--format", "github-classroom")
    assert done.exit_code == 2 and "GITHUB_OUTPUT" in done.output
    assert f"1 submissions: {tmp_path / 'out' / 'gradebook.csv'}" in done.output


@needs_sandbox
def test_a_flag_is_told_to_whoever_grades(rubric: Path, tmp_path: Path) -> None:
    done = gradcheck("grade", rubric, handed_in(tmp_path / "class", ("leo",)), "--out", tmp_path / "out")
    assert "1 have flags" in done.output
    assert "imports" in (tmp_path / "out" / "gradebook.csv").read_text()


@needs_sandbox
def test_a_fault_of_ours_exits_1_and_gives_no_points(
    rubric: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("ours")

    monkeypatch.setattr("gradcheck.grading.function_parts.compare", broken)
    done = gradcheck("grade", rubric, handed_in(tmp_path / "class", ("ada",)), "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert "ada" in done.output and "not graded" in done.output
    assert "ada,ungraded,,6,," in (tmp_path / "out" / "gradebook.csv").read_text()


@needs_sandbox
def test_results_that_are_there_are_not_written_over(rubric: Path, tmp_path: Path) -> None:
    words = ("grade", rubric, handed_in(tmp_path / "class", ("ada",)), "--out", tmp_path / "out")
    assert gradcheck(*words).exit_code == 0
    again = gradcheck(*words)
    assert again.exit_code == 2 and "--resume" in again.output
    assert gradcheck(*words, "--resume").exit_code == 0


def interrupt(*_: object, **__: object) -> NoReturn:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("where", "told"),
    [
        (("rubric.load_rubric",), "interrupted: nothing was graded yet"),
        (("class_run.grade_class",), "interrupted: 0 of 1 are graded and whole; --resume goes on"),
        (
            ("class_run.grade_class", "results_folder.ResultsFolder.all_kept"),
            "interrupted again: what is graded is whole; --resume goes on",
        ),
    ],
    ids=["while it reads", "while it grades", "while it answers the first"],
)
def test_an_interrupt_is_told_with_how_far_grading_is(
    rubric: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: tuple[str, ...], told: str
) -> None:
    for name in where:
        monkeypatch.setattr(f"gradcheck.grading.{name}", interrupt)
    done = gradcheck("grade", rubric, handed_in(tmp_path / "class", ("ada",)), "--out", tmp_path / "out")
    assert done.exit_code == 130
    assert [line for line in done.output.splitlines() if line.startswith("interrupted")] == [told]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--only", "zoe"), "there is no submission 'zoe'"),
        (("--format", "moodle"), "there is no format 'moodle'"),
        (("--require-isolation", "T9"), "T9"),
        (("--jobs", "0"), "--jobs"),
    ],
)
def test_misuse_exits_2_with_what_is_wrong(rubric: Path, tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    done = gradcheck("grade", rubric, handed_in(tmp_path / "class", ("ada",)), "--out", tmp_path / "out", *words)
    assert done.exit_code == 2
    assert told in done.output


def test_nothing_is_graded_where_the_isolation_required_is_not_there(
    rubric: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = Machine("Linux", "4.4", "x86_64", 0, frozenset(), (), 1000)
    monkeypatch.setattr("gradcheck.grading.class_run.probe", lambda _: bare)
    done = gradcheck("grade", rubric, handed_in(tmp_path / "class", ("ada",)), "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "no submission is run" in done.output
    assert not (tmp_path / "out").exists()


def test_a_rubric_with_a_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "rubric.toml"
    path.write_text("[assignment]\ntitle = 3\n")
    done = gradcheck("grade", path, handed_in(tmp_path / "class", ("ada",)), "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "line 2" in done.output


def test_a_student_sees_what_the_course_allows_of_the_public_items(rubric: Path, tmp_path: Path) -> None:
    text = rubric.read_text()
    hidden = text.replace('id = "softplus"\n', 'id = "softplus"\nvisibility = "hidden"\n').replace(
        "explain = 2 ", "explain = 0 "
    )
    rubric.write_text(hidden)
    (tmp_path / "mine.py").write_text(PAIRS["bob"])
    done = gradcheck("check", tmp_path / "mine.py", "--rubric", rubric)
    assert done.exit_code == 1, done.output
    assert "3 of 5 points." in done.output
    assert "Softplus\n" not in done.output
    assert "component" not in done.output
    (tmp_path / "mine.py").write_text(PAIRS["ada"])
    assert gradcheck("check", tmp_path / "mine.py", "--rubric", rubric).exit_code == 0


def test_a_student_names_one_file(rubric: Path, tmp_path: Path) -> None:
    done = gradcheck("check", tmp_path / "nothing.py", "--rubric", rubric)
    assert done.exit_code == 2 and "one file" in done.output


def test_the_zip_for_gradescope_holds_the_rubric_and_a_secret(rubric: Path, tmp_path: Path) -> None:
    done = gradcheck("gradescope", rubric, "--out", tmp_path / "autograder.zip")
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        assert archive.read("rubric.toml") == rubric.read_bytes()
        assert len(archive.read(".gradcheck-secret")) == 64


def test_a_rubric_whose_mistakes_no_catalogue_has_is_not_tried(rubric: Path) -> None:
    done = gradcheck("rubric", "test", rubric)
    assert done.exit_code == 2 and "networks alone" in done.output
