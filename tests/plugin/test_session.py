"""What is told of a whole session: the summary, JUnit XML and the report on disk, in one process and in several."""

from __future__ import annotations

import dataclasses
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gradcheck.pytest_plugin.ledger import GradientRecord
from gradcheck.pytest_plugin.summary import summary_lines
from gradcheck.reporting.data import parse
from gradcheck.results import FailureKind, Verdict
from tests.plugin.running_for_tests import KINK, RAISING, RIGHT, SEEDED, UNUSED, WRONG, run, written

pytest_plugins = ("pytester",)

WORKERS = pytest.mark.parametrize("workers", ["0", "2"])
FOUR = "4 gradients: 1 agreed, 1 disagreed, 1 inconclusive (1 kink), 1 not checked (its code raised, or the call was wrong)"


def between(text: str) -> str:
    """Return the summary without its heading."""
    return text.split("= gradients =")[1].split("\n", 1)[1].split("\n=")[0]


@WORKERS
def test_the_summary_the_junit_file_and_the_report_tell_the_same_in_one_process_and_in_two(
    pytester: pytest.Pytester, workers: str
) -> None:
    written(pytester, RIGHT, WRONG, KINK, RAISING, UNUSED)
    words = ["-n", workers, SEEDED, "--junitxml=junit.xml", "--gradcheck-report=new/out", "--gradcheck-explain=1"]
    done = run(pytester, *words)
    done.assert_outcomes(passed=2, failed=3)
    lines = between(done.stdout.str()).split("\n")
    assert lines[0] == FOUR
    assert lines[1].startswith("components with a gradient large enough to be judged: 2 of 4")
    assert lines[2].endswith(" in 4 checks; equation (46) would take 9 (P + 1 for each)")
    assert lines[3] == "seed: 5 (repeat with --gradcheck-seed=5)"
    folder = pytester.path / "new" / "out"
    files = [folder / f"gradcheck.{ending}" for ending in ("json", "txt", "html")]
    assert lines[4] == f"report: {', '.join(map(str, files))}"
    assert sorted(folder.iterdir()) == sorted(files)
    passes = reported(folder)
    assert sum(passes.values()) == int(lines[2].split()[2])
    properties = junit(pytester.path / "junit.xml")
    assert properties["test_right"] == {
        "gradcheck_verdict": "agree",
        "gradcheck_checks": "1",
        "gradcheck_forward_passes": str(passes["test_right"]),
        "gradcheck_seed": "5",
    }
    assert properties["test_wrong"]["gradcheck_verdict"] == "disagree"
    assert properties["test_kink"]["gradcheck_reason"] == "kink"
    assert properties["test_raising"]["gradcheck_verdict"] == "not checked"
    assert properties["test_unused"] == {}


def reported(folder: Path) -> dict[str, int]:
    """Look at the report in a folder, and return the forward passes of each test."""
    report = parse((folder / "gradcheck.json").read_text())
    by_title = {result.title: result for result in report.results}
    assert set(by_title) == {
        "test_it.py::test_right, line 4: gradient",
        "test_it.py::test_wrong, line 7: gradient",
        "test_it.py::test_kink, line 10: gradient",
    }
    wrong = by_title["test_it.py::test_wrong, line 7: gradient"]
    assert wrong.verdict is Verdict.DISAGREE
    assert wrong.worst is not None and wrong.worst.estimated == pytest.approx(12.0)  # json tells all, at any level
    (failure,) = report.failures
    assert (failure.target, failure.kind) == ("test_it.py::test_raising, line 13", FailureKind.USER_CODE)
    assert "ValueError: no data" in failure.traceback
    assert "pytest_plugin" not in failure.traceback
    text = (folder / "gradcheck.txt").read_text()
    assert (
        "DISAGREE  test_it.py::test_wrong, line 7: gradient - wrong in several components, most in parameters[1]\n"
        in text
    )
    assert "reproduce: pytest test_it.py::test_wrong --gradcheck-seed=5 --gradcheck-explain=1\n" in text
    assert "estimated 12.0" not in text
    assert "ERROR  test_it.py::test_raising, line 13: the cost raised ValueError: no data\n" in text
    page = (folder / "gradcheck.html").read_text()
    assert FOUR in page and "test_it.py::test_wrong, line 7: gradient" in page
    assert "estimated 12.0" not in page and "12.0000" not in page
    return {title.split("::")[1].split(",")[0]: result.forward_passes for title, result in by_title.items()}


def junit(path: Path) -> dict[str | None, dict[str | None, str | None]]:
    """Return our properties of each test case."""
    cases = ElementTree.parse(path).getroot().iter("testcase")
    return {case.get("name"): {one.get("name"): one.get("value") for one in case.iter("property")} for case in cases}


def test_workers_take_the_seed_of_the_session(pytester: pytest.Pytester) -> None:
    test = "@pytest.mark.parametrize('n', range(4))\ndef test_n(gradcheck, n, record_property):\n    record_property('seen', gradcheck(cost, right, AT).seed)\n"
    written(pytester, test)
    done = run(pytester, "-n", "2", "--junitxml=junit.xml")
    seen = {case["seen"] for case in junit(pytester.path / "junit.xml").values()}
    assert len(seen) == 1
    assert f"seed: {seen.pop()} (" in done.stdout.str()


def test_nothing_is_told_where_nothing_was_checked(pytester: pytest.Pytester) -> None:
    written(pytester, UNUSED)
    text = run(pytester).stdout.str()
    assert "gradients" not in text
    assert "gradcheck:" not in text


def test_quiet_runs_are_told_less_and_verbose_ones_the_seed_at_the_start(pytester: pytest.Pytester) -> None:
    written(pytester, RIGHT)
    quiet = run(pytester, SEEDED, "-q").stdout.str()
    assert "1 gradient agreed\n" in quiet
    assert "forward passes" not in quiet and "= gradients =" not in quiet
    assert "gradient agreed" not in run(pytester, SEEDED, "-qq").stdout.str()
    assert "gradient agreed" not in run(pytester, SEEDED, "--no-summary").stdout.str()
    run(pytester, "-v").stdout.fnmatch_lines(["gradcheck: seed *", "*= gradients =*"])


def test_an_interrupted_session_leaves_a_whole_report(pytester: pytest.Pytester) -> None:
    hanging = "def test_zhanging(gradcheck):\n    gradcheck(cost, right, 2 * AT)\n    open('here', 'w').close()\n    import time; time.sleep(60)\n"
    written(pytester, RIGHT, hanging)
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:randomly",
        "-p",
        "gradcheck.pytest_plugin",
        "--gradcheck-report=out",
    ]
    process = subprocess.Popen(words, cwd=pytester.path, stdout=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while not (pytester.path / "here").exists() and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    text = process.communicate(timeout=60)[0]
    assert process.returncode == pytest.ExitCode.INTERRUPTED
    assert "2 gradients agreed" in text
    titles = [result.title for result in parse((pytester.path / "out" / "gradcheck.json").read_text()).results]
    assert titles == ["test_it.py::test_right, line 4: gradient", "test_it.py::test_zhanging, line 7: gradient"]


def test_a_report_that_cannot_be_written_fails_the_run(pytester: pytest.Pytester) -> None:
    lines = ("gradcheck(cost, right, AT)", "import shutil; shutil.rmtree('out')", "open('out', 'w').close()")
    written(pytester, "\n    ".join(["def test_gone(gradcheck):", *lines]) + "\n")
    done = run(pytester, "--gradcheck-report=out")
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done.stdout.fnmatch_lines(["the report could not be written to *out: *"])


def test_collecting_alone_leaves_the_report_before_as_it_was(pytester: pytest.Pytester) -> None:
    written(pytester, RIGHT)
    run(pytester, "--gradcheck-report=out")
    before = (pytester.path / "out" / "gradcheck.json").read_bytes()
    run(pytester, "--gradcheck-report=out", "--collect-only")
    assert (pytester.path / "out" / "gradcheck.json").read_bytes() == before
    assert json.loads(before)["results"]


def test_checks_in_setup_and_teardown_are_told_with_their_test(pytester: pytest.Pytester) -> None:
    fixture = """
@pytest.fixture
def around(gradcheck):
    gradcheck(cost, right, AT)
    yield
    gradcheck(cost, wrong, AT)

def test_between(around, gradcheck):
    gradcheck(cost, right, AT)
"""
    written(pytester, fixture)
    done = run(pytester, "--junitxml=junit.xml")
    done.assert_outcomes(passed=1, errors=1)
    assert "3 gradients: 2 agreed, 1 disagreed" in done.stdout.str()
    assert junit(pytester.path / "junit.xml")["test_between"]["gradcheck_verdict"] == "disagree"


def told(*records: GradientRecord) -> list[str]:
    return summary_lines([{"nodeid": "test_a.py::b", "records": [dataclasses.asdict(one) for one in records]}], seed=1)


def test_slow_gradients_are_named_the_slowest_first() -> None:
    records = [GradientRecord("gradient", n, checks=n, seconds=n / 2) for n in range(1, 7)]
    assert told(*records)[1:-1] == [
        "slowest:",
        "  3.0 s  test_a.py::b, line 6 (6 checks)",
        "  2.5 s  test_a.py::b, line 5 (5 checks)",
        "  2.0 s  test_a.py::b, line 4 (4 checks)",
    ]


def test_reasons_are_counted_the_commonest_first() -> None:
    reasons = ["noise", "kink", "kink"]
    records = [GradientRecord("gradient", n, outcome="inconclusive", reason=reasons[n]) for n in range(3)]
    assert told(*records)[0] == "3 gradients inconclusive (2 kink, 1 noise)"


def test_passes_are_put_beside_those_of_46_where_there_is_one_p() -> None:
    gradient = {"title": "gradient", "line": 3, "checks": 1, "forward_passes": 24, "plain_passes": 3}
    network = {"title": "Network", "line": 4, "checks": 1, "forward_passes": 900}
    lines = summary_lines([{"nodeid": "test_a.py::test_b", "records": [gradient, network]}], seed=1)
    assert lines[1] == "forward passes: 924 in 2 checks; for 24 of them equation (46) would take 3 (P + 1 for each)"
    lines = summary_lines([{"nodeid": "test_a.py::test_b", "records": [network]}], seed=1)
    assert lines[1] == "forward passes: 900 in 1 check"


def test_a_test_that_is_run_again_begins_anew(pytester: pytest.Pytester) -> None:
    conftest = """
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):  # as plugins do that run failed tests again
    for last in (False, True):
        if last:
            item._initrequest()
        reports = runtestprotocol(item, nextitem=nextitem if last else None, log=False)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    return True
"""
    pytester.makeconftest(conftest)
    written(pytester, RIGHT)
    done = run(pytester, "--gradcheck-budget=25")
    done.assert_outcomes(passed=1)
    assert "in 1 check;" in done.stdout.str()
