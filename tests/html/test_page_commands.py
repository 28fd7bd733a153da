"""Pages from the command line: to standard output or a file, and again from a result that was kept."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gradcheck.cli import main
from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.results_folder import ResultsFolder
from gradcheck.grading.starting_rubric import write_rubric
from gradcheck.reporting.data import parse
from tests.golden.grading.cases import CASES
from tests.grading.asking_for_tests import needs_sandbox
from tests.grading.classes_for_tests import handed_in

WRONG = "gradcheck.examples.cost_gradient_wrong"


def gradcheck(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), prog_name="gradcheck")


def test_a_page_goes_to_standard_output_or_whole_into_a_file(tmp_path: Path) -> None:
    shown = gradcheck("check", WRONG, "--seed", "1", "--format", "html")
    assert shown.exit_code == 1
    assert shown.stdout.startswith("<!doctype html>") and shown.stdout.rstrip().endswith("</html>")
    file = tmp_path / "new" / "page.html"
    kept = gradcheck("check", WRONG, "--seed", "1", "--format", "html", "--out", str(file))
    assert (kept.exit_code, kept.stdout) == (1, "")
    assert f"{file} is written" in kept.stderr
    assert file.read_text().rstrip() == shown.stdout.rstrip()
    assert [one.name for one in file.parent.iterdir()] == ["page.html"]


def test_a_page_alone_spends_passes_on_its_pictures_and_says_how_many(tmp_path: Path) -> None:
    kept = tmp_path / "result.json"
    assert gradcheck("check", WRONG, "--seed", "1", "--format", "json", "--out", str(kept)).exit_code == 1
    (result,) = parse(kept.read_text()).results
    assert result.steps is None
    page = gradcheck("check", WRONG, "--seed", "1", "--format", "html").stdout
    assert f"forward passes: {result.forward_passes}, " in page
    assert "beside the check, for the pictures of the steps: " in page
    again = gradcheck("report", str(kept))
    assert again.exit_code == 0
    assert "beside the check" not in again.stdout and "Claimed against estimated" in again.stdout


@pytest.mark.parametrize("layout", ["text", "json", "junit"])
def test_a_result_that_was_kept_is_rendered_as_it_was_at_first(tmp_path: Path, layout: str) -> None:
    kept = tmp_path / "result.json"
    gradcheck("check", WRONG, "--seed", "1", "--format", "json", "--out", str(kept))
    first = gradcheck("check", WRONG, "--seed", "1", "--format", layout, "--explain", "2").stdout
    assert gradcheck("report", str(kept), "--format", layout, "--explain", "2").stdout == first


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A folder of results of two submissions, one of which is called like a table of the class."""
    results = ResultsFolder(tmp_path / "results")
    for name, case in (("ada", "partial"), ("gradebook.csv", "all_right")):
        results.keep(dataclasses.replace(CASES[case], submission=name))
    return results.path


def test_a_report_of_grading_is_the_students_page_to_standard_output_or_into_a_file(
    results: Path, tmp_path: Path
) -> None:
    shown = gradcheck("report", str(results / "ada" / "report.json"))
    assert shown.exit_code == 0
    assert "(BP1) fails at layer 3" in shown.stdout and "A mini-batch" not in shown.stdout
    file = tmp_path / "page.html"
    assert gradcheck("report", str(results / "ada" / "report.json"), "--out", str(file)).exit_code == 0
    assert file.read_text().rstrip() == shown.stdout.rstrip()


def test_a_folder_of_results_gets_a_page_for_each_student_and_one_of_the_class(results: Path) -> None:
    done = gradcheck("report", str(results))
    assert done.exit_code == 0 and f"2 submissions: {results / 'class.html'}" in done.output
    for link in ("ada/report.html", "gradebook.csv_/report.html"):
        assert link in (results / "class.html").read_text()
        assert (results / link).read_text().startswith("<!doctype html>")
    files = sorted(path.relative_to(results).as_posix() for path in results.rglob("*.*") if path.is_file())
    assert files == [
        "ada/report.html",
        "ada/report.json",
        "class.html",
        "gradebook.csv_/report.html",
        "gradebook.csv_/report.json",
    ]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--format", "text"), "shown as html"),
        (("--explain", "2"), "as much as its rubric lets it"),
        (("--out", "page.html"), "without --out"),
    ],
)
def test_what_cannot_be_asked_of_graded_pages_is_told(results: Path, more: tuple[str, ...], words: str) -> None:
    done = gradcheck("report", str(results), *more)
    assert done.exit_code == 2 and words in " ".join(done.output.split())


def test_a_report_that_is_none_is_named_and_no_class_page_is_written(results: Path) -> None:
    (results / "ada" / "report.json").write_text("{}")
    done = gradcheck("report", str(results))
    assert done.exit_code == 2 and f"{results / 'ada' / 'report.json'} holds no report" in done.output
    assert not (results / "class.html").exists()
    (results / "ada" / "report.json").write_text('{"schema": "gradcheck-report/99"}')
    done = gradcheck("report", str(results / "ada" / "report.json"))
    assert done.exit_code == 2 and "'gradcheck-report/1' was required" in done.output


def test_a_folder_without_results_is_told_in_one_line(tmp_path: Path) -> None:
    done = gradcheck("report", str(tmp_path))
    assert done.exit_code == 2 and "holds no results" in done.output


@needs_sandbox
def test_grading_writes_the_pages_beside_the_reports(tmp_path: Path) -> None:
    rubric, out = write_rubric(SubmissionProtocol.PAIR, tmp_path), tmp_path / "results"
    words = ("grade", str(rubric), str(handed_in(tmp_path / "class", ("bob",))), "--out", str(out), "--format", "html")
    done = gradcheck(*words)
    assert done.exit_code == 0, done.output
    assert str(out / "class.html") in done.output
    written = {path: path.read_bytes() for path in out.rglob("*.html")}
    assert sorted(path.relative_to(out).as_posix() for path in written) == ["bob/report.html", "class.html"]
    assert gradcheck("report", str(out)).exit_code == 0
    assert written == {path: path.read_bytes() for path in out.rglob("*.html")}


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"results": 3}', "no json", '{"schema_version": 99}'])
def test_what_is_no_result_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    kept = tmp_path / "result.json"
    kept.write_text(text)
    done = gradcheck("report", str(kept))
    assert done.exit_code == 2
    assert "result.json holds no result of gradcheck check --format json" in done.output


def test_a_file_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = gradcheck("check", WRONG, "--format", "html", "--out", str(tmp_path / "file" / "page.html"))
    assert done.exit_code == 2
    assert "could not be written" in done.output
