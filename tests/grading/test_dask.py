"""A class graded on a Dask cluster: a real one, of two workers on loopback; run by the tox environment that installs Dask."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcheck.errors import UsageError
from gradcheck.grading.class_run import grade_class
from gradcheck.grading.formats.report import fingerprint
from gradcheck.grading.jobs import Backend, Jobs
from gradcheck.grading.results_folder import ResultsFolder
from gradcheck.grading.submissions import submissions_in
from tests.grading.asking_for_tests import needs_sandbox
from tests.grading.classes_for_tests import course, handed_in

distributed = pytest.importorskip("distributed", reason="the extra dask is not installed here")

pytestmark = [needs_sandbox, pytest.mark.filterwarnings("default")]
"""What Dask and joblib warn each other of is theirs to mend."""


def test_a_cluster_finds_what_one_machine_finds(tmp_path: Path) -> None:
    submissions = submissions_in(handed_in(tmp_path / "class"), course().rubric)
    here = grade_class(course(), submissions, ResultsFolder(tmp_path / "here"))
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        jobs = Jobs(backend=Backend.DASK, scheduler=cluster.scheduler_address)
        there = grade_class(course(), submissions, ResultsFolder(tmp_path / "there"), jobs=jobs)
    assert list(map(fingerprint, there)) == list(map(fingerprint, here))


def test_a_scheduler_that_is_not_there_is_told(tmp_path: Path) -> None:
    submissions = submissions_in(handed_in(tmp_path / "class", ("ada",)), course().rubric)
    jobs = Jobs(backend=Backend.DASK, scheduler="tcp://127.0.0.1:1")
    with pytest.raises(UsageError, match="no Dask scheduler at tcp"):
        grade_class(course(), submissions, ResultsFolder(tmp_path / "out"), jobs=jobs)
