"""A whole class: graded side by side, whole folders only, gone on with wherever the grader was killed."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from gradcheck.errors import UsageError
from gradcheck.grading import engine, jobs
from gradcheck.grading.class_run import grade_class
from gradcheck.grading.formats.report import fingerprint
from gradcheck.grading.jobs import Backend, Jobs
from gradcheck.grading.results_folder import REPLACED, WRITING, ResultsFolder
from gradcheck.grading.rubric import load_rubric
from gradcheck.grading.starting_rubric import write_rubric
from gradcheck.grading.submissions import Submission, submissions_in
from gradcheck.grading.worker import Course
from gradcheck.results.grades import GradeSheet, ItemStatus, SheetStatus
from tests.grading.asking_for_tests import needs_sandbox
from tests.grading.classes_for_tests import PAIRS, POINTS, command, course, handed_in

KILLS = 10
"""Times that the grader is killed (a count)."""

WHOLE = "[!.]*/report.json"
"""The reports of the submissions that are finished."""


def prints(results: Path) -> dict[str, str]:
    """Return what was found of each submission, without times."""
    return {one.submission: fingerprint(one) for one in ResultsFolder(results).all_kept(PAIRS)}


def written(results: Path, files: str = "**/*") -> dict[str, str]:
    """Return what is in the files of a results folder, which is left as it is, but the seconds that grading took."""
    found = [path for path in sorted(results.glob(files)) if path.is_file()]
    timeless = [re.sub(r'("seconds": )[0-9.e+-]+', r"\g<1>0", path.read_bytes().decode()) for path in found]
    return {str(path.relative_to(results)): text for path, text in zip(found, timeless, strict=True)}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a class, and its results in results/, graded by one job without a break."""
    folder = tmp_path_factory.mktemp("class")
    submissions = submissions_in(handed_in(folder / "submissions"), course().rubric)
    results = ResultsFolder(folder / "results", ["markdown"])
    results.write_tables(grade_class(course(), submissions, results))
    return folder


@needs_sandbox
def test_each_submission_gets_what_it_deserves_whatever_the_others_do(graded: Path) -> None:
    assert {one.submission: one.total for one in ResultsFolder(graded / "results").all_kept(PAIRS)} == POINTS


@needs_sandbox
def test_the_gradebook_has_a_row_for_each(graded: Path) -> None:
    rows = (graded / "results" / "gradebook.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows[2:]] == sorted(POINTS)
    assert (graded / "results" / "items.csv").exists()


@needs_sandbox
def test_each_folder_has_the_report_and_the_formats_and_nothing_else(graded: Path) -> None:
    folders = [path for path in (graded / "results").iterdir() if path.is_dir()]
    assert {path.name for folder in folders for path in folder.iterdir()} == {"report.json", "feedback.md"}


@needs_sandbox
def test_two_jobs_find_what_one_finds(graded: Path, tmp_path: Path) -> None:
    submissions = submissions_in(graded / "submissions", course().rubric)
    grade_class(course(), submissions, ResultsFolder(tmp_path), jobs=Jobs(2))
    assert prints(tmp_path) == prints(graded / "results")


@needs_sandbox
def test_a_grader_killed_at_ten_moments_loses_nothing_finished_and_goes_on_to_the_same_results(
    graded: Path, tmp_path: Path
) -> None:
    words = [write_pair(tmp_path), graded / "submissions", tmp_path / "results"]
    generator = random.Random(4)
    for kill in range(KILLS):
        before = written(words[2], WHOLE)
        if len(before) == len(PAIRS):
            shutil.rmtree(words[2])
            before = {}
        more, delay, count = generator.randrange(1, 4), generator.uniform(0.0, 0.1), generator.choice((1, 1, 2))
        with subprocess.Popen(
            command(*words, "--resume", "--format", "markdown", "--jobs", str(count)),
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            while process.poll() is None and len(written(words[2], WHOLE)) < min(len(before) + more, len(PAIRS)):
                time.sleep(0.01)
            time.sleep(delay)
            with contextlib.suppress(ProcessLookupError):  # it had come to its end
                os.killpg(process.pid, signal.SIGKILL)
        where = f"kill {kill}, {delay:.3f} s after {more} more, {count} jobs"
        assert before.items() <= written(words[2], WHOLE).items(), where
    done = subprocess.run(command(*words, "--resume", "--format", "markdown"), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert written(words[2]) == written(graded / "results")


def write_pair(folder: Path) -> Path:
    from gradcheck.grading.parts import SubmissionProtocol

    return write_rubric(SubmissionProtocol.PAIR, folder)


@needs_sandbox
def test_ctrl_c_leaves_what_is_finished_whole_and_exits_130(graded: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    process = subprocess.Popen(
        command(write_pair(tmp_path), graded / "submissions", out, "--jobs", "2"),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    process.stderr.readline()
    os.killpg(process.pid, signal.SIGINT)
    told = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 130
    assert "--resume goes on" in told
    assert "Traceback" not in told
    assert prints(out).items() <= prints(graded / "results").items()
    assert (out / "gradebook.csv").exists()


@needs_sandbox
def test_going_on_grades_nothing_twice_that_would_come_out_the_same(
    graded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submissions = submissions_in(handed_in(tmp_path / "submissions", ("ada", "bob")), course().rubric)
    results = ResultsFolder(tmp_path / "results")
    asked: list[str] = []
    right = jobs.grade_one

    def noted(course: Course, submission: Submission, scratch: str) -> GradeSheet:
        asked.append(submission.name)
        return right(course, submission, scratch)

    monkeypatch.setattr(jobs, "grade_one", noted)
    grade_class(course(), submissions, results)
    grade_class(course(), submissions, results)
    assert asked == ["ada", "bob"]
    (tmp_path / "submissions" / "bob.py").write_text("x = 1\n")
    again = submissions_in(tmp_path / "submissions", course().rubric)
    assert grade_class(course(), again, results)[1].total == 0.0
    assert asked == ["ada", "bob", "bob"]


@needs_sandbox
def test_what_was_not_graded_is_graded_again(tmp_path: Path) -> None:
    (ada,) = submissions_in(handed_in(tmp_path / "submissions", ("ada",)), course().rubric)
    results = ResultsFolder(tmp_path / "results")
    whole = grade_class(course(), [ada], results)[0]
    item = dataclasses.replace(whole.items[0], status=ItemStatus.UNGRADED, points=0.0)
    for lacking in (
        dataclasses.replace(whole, status=SheetStatus.UNGRADED, items=()),
        dataclasses.replace(whole, items=(item, *whole.items[1:])),
    ):
        results.keep(lacking)
        assert grade_class(course(), [ada], results)[0] == whole


@needs_sandbox
def test_one_submission_is_graded_again_exactly(graded: Path, tmp_path: Path) -> None:
    rubric, out = write_pair(tmp_path), tmp_path / "results"
    done = subprocess.run(
        command(rubric, graded / "submissions", out, "--only", "bob", "--format", "gradescope"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert prints(out) == {"bob": prints(graded / "results")["bob"]}
    assert (out / "bob" / "results.json").exists()


@needs_sandbox
def test_regrading_one_asks_it_again_and_leaves_the_others_in_the_gradebook(tmp_path: Path) -> None:
    rubric, out = write_pair(tmp_path), tmp_path / "results"
    submissions = handed_in(tmp_path / "submissions", ("ada", "bob"))
    assert subprocess.run(command(rubric, submissions, out), capture_output=True).returncode == 0
    before = (out / "bob" / "report.json").stat().st_mtime_ns
    table = (out / "gradebook.csv").read_text()
    assert subprocess.run(command(rubric, submissions, out, "--only", "bob"), capture_output=True).returncode == 0
    assert (out / "bob" / "report.json").stat().st_mtime_ns > before
    assert (out / "gradebook.csv").read_text() == table


@needs_sandbox
def test_a_reference_that_was_mended_has_all_graded_again(tmp_path: Path) -> None:
    path = write_pair(tmp_path)
    path.write_text(path.read_text().replace('"example:sigma_pair_right"', '"right.py"'))
    results = ResultsFolder(tmp_path / "results")
    totals = []
    for reference in (PAIRS["dan"], PAIRS["ada"]):
        (tmp_path / "right.py").write_text(reference)
        read = dataclasses.replace(course(), rubric=load_rubric(path))
        submissions = submissions_in(handed_in(tmp_path / "submissions", ("ada",)), read.rubric)
        engine.reference_at.cache_clear()
        totals.append(grade_class(read, submissions, results)[0].total)
    assert totals == [3.0, 6.0]


def test_what_no_process_lives_to_grade_is_ungraded_and_no_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(*_: object) -> GradeSheet:
        raise BrokenProcessPool("a process was ended")

    monkeypatch.setattr(jobs, "grade_one", ended)
    (sheet,) = grade_class(course(), [Submission("ada")], ResultsFolder(tmp_path))
    assert sheet.status is SheetStatus.UNGRADED
    assert ResultsFolder(tmp_path).kept("ada") == sheet


def test_a_folder_moved_aside_when_the_grader_was_killed_comes_back(tmp_path: Path) -> None:
    results = ResultsFolder(tmp_path)
    results.keep(GradeSheet("ada", SheetStatus.ERROR, reason="first"))
    (tmp_path / "ada").rename(tmp_path / f"{REPLACED}ada")
    (tmp_path / f"{WRITING}ada").mkdir()
    again = ResultsFolder(tmp_path)
    kept = again.kept("ada")
    assert kept is not None and kept.reason == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["ada"]


def test_a_submission_called_like_a_table_of_the_class_does_not_stand_in_its_place(tmp_path: Path) -> None:
    results = ResultsFolder(tmp_path)
    sheet = GradeSheet("gradebook.csv", SheetStatus.ERROR)
    results.keep(sheet)
    results.write_tables([sheet])
    assert (tmp_path / "gradebook.csv").is_file()
    assert results.kept("gradebook.csv") == sheet


def test_a_cluster_without_an_address_is_told(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="the extra dask is not installed here")
    one = Submission("ada", problem="nothing")
    with pytest.raises(UsageError, match="say where"):
        grade_class(course(), [one], ResultsFolder(tmp_path), jobs=Jobs(backend=Backend.DASK))


def test_what_a_killed_grader_left_is_taken_away_and_what_a_living_one_uses_is_not(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    names = [f"{jobs.SCRATCH}{number}-x" for number in (ended.pid, os.getpid())]
    for name in (*names, f"{jobs.SCRATCH}others-x"):
        (tmp_path / name).mkdir()
    jobs.clear_scratch(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([names[1], f"{jobs.SCRATCH}others-x"])
