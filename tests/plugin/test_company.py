"""Beside other plugins, installed or named, unused or switched off; and how light it is."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.plugin.running_for_tests import KINK, RAISING, RIGHT, SEEDED, UNUSED, WRONG, install, run, run_apart, written

pytest_plugins = ("pytester",)

HEAVY = {"numpy", "scipy", "hypothesis", "click", "rich", "optree", "matplotlib"}

SAYS = """
def pytest_sessionfinish():
    import sys
    print("IMPORTED", " ".join(sys.modules))
"""


def test_a_session_within_this_process_says_what_one_in_a_process_of_its_own_says(pytester: pytest.Pytester) -> None:
    written(pytester, RIGHT, WRONG, KINK, RAISING, UNUSED)
    within, apart = (run_one(pytester, SEEDED, "-v", "-ra").stdout.str() for run_one in (run, run_apart))
    assert re.sub(r"in \d.*s ", "", within) == re.sub(r"in \d.*s ", "", apart)
    assert "DISAGREE" in within and "INCONCLUSIVE" in within and "no data" in within


@pytest.mark.parametrize("plugin", ["", "gradcheck", "gradcheck.pytest_plugin"])
def test_an_installed_plugin_may_be_named_again(pytester: pytest.Pytester, plugin: str) -> None:
    install(pytester)
    written(pytester, RIGHT)
    done = run_apart(pytester, SEEDED, "-W", "error", plugin=plugin)
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["gradcheck: seed 5", "1 gradient agreed"])


def test_where_it_is_switched_off_tests_without_it_run_and_others_lack_the_fixture(pytester: pytest.Pytester) -> None:
    install(pytester)
    written(pytester, RIGHT, UNUSED)
    done = run_apart(pytester, "-p", "no:gradcheck", plugin="")
    done.assert_outcomes(passed=1, errors=1)
    done.stdout.fnmatch_lines(["E       fixture 'gradcheck' not found"])


def test_a_conftest_may_name_it_too(pytester: pytest.Pytester) -> None:
    install(pytester)
    pytester.makeconftest("pytest_plugins = ['gradcheck.pytest_plugin']")
    written(pytester, RIGHT)
    run_apart(pytester, plugin="").assert_outcomes(passed=1)


def test_nothing_is_run_where_tests_are_only_collected(pytester: pytest.Pytester) -> None:
    written(pytester, WRONG)
    done = run_apart(pytester, "--collect-only", "-q")
    assert done.ret == pytest.ExitCode.OK
    assert "test_it.py::test_wrong" in done.stdout.str()
    assert "gradient" not in done.stdout.str()


def test_the_last_failed_are_run_again(pytester: pytest.Pytester) -> None:
    written(pytester, RIGHT, WRONG)
    run_apart(pytester).assert_outcomes(passed=1, failed=1)
    done = run_apart(pytester, "--lf")
    done.assert_outcomes(failed=1)
    assert "1 gradient disagreed" in done.stdout.str()


def test_beside_pytest_randomly_a_run_is_repeated_by_its_seed(pytester: pytest.Pytester) -> None:
    pytest.importorskip("pytest_randomly", reason="an extra of the tests")
    written(pytester, RIGHT, WRONG)
    words = ["-p", "gradcheck.pytest_plugin", SEEDED, "-p", "randomly", "-p", "no:cacheprovider"]
    texts = [pytester.runpytest_subprocess(*words).stdout.str() for _ in range(2)]
    assert "Using --randomly-seed=" in texts[0]
    reports = [text.split("GradientMismatch: ")[1].split("test_it.py:")[0] for text in texts]
    assert reports[0] == reports[1]
    assert "2 gradients: 1 agreed, 1 disagreed" in texts[0]


def test_beside_pytest_cov_the_code_under_test_is_covered(pytester: pytest.Pytester) -> None:
    pytest.importorskip("pytest_cov", reason="an extra of the tests")
    written(pytester, RIGHT)
    done = run_apart(pytester, "--cov=program", "--cov-report=term-missing", "-W", "error")
    done.assert_outcomes(passed=1)
    lines = (pytester.path / "program.py").read_text().splitlines()
    missed = [
        lines.index(line) + 1
        for line in ("    return 2 * w**2", "    return np.sum(np.abs(w))", '    raise ValueError("no data")')
    ]
    assert re.search(rf"program.py .* {', '.join(map(str, missed))}\n", done.stdout.str())
    assert "1 gradient agreed" in done.stdout.str()


def imported(pytester: pytest.Pytester, *words: str) -> set[str]:
    """Return the names of all modules that a run has imported at its end, and of the packages they are in."""
    pytester.makeconftest(SAYS)
    names = run_apart(pytester, "-s", *words).stdout.str().split("IMPORTED ")[1].split("\n")[0].split()
    return {*names, *(name.split(".")[0] for name in names)}


def test_unused_it_imports_nothing_heavy_nor_any_check(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it=UNUSED)
    seen = imported(pytester, "-p", "no:hypothesispytest", "-p", "no:cov", "-p", "no:xdist")
    assert "gradcheck.pytest_plugin.hooks" in seen
    assert not seen & HEAVY
    unused = {"gradcheck.results", "gradcheck.checks", "gradcheck.reporting", "gradcheck.subjects"}
    assert not seen & {*unused, "gradcheck.pytest_plugin.ledger", "gradcheck.pytest_plugin.nodes"}


def test_a_used_one_imports_no_hypothesis_before_a_network_is_checked(pytester: pytest.Pytester) -> None:
    written(pytester, RIGHT)
    seen = imported(pytester)
    assert "numpy" in seen
    assert "hypothesis" not in seen


def test_importing_the_plugin_takes_no_more_than_pytest_has() -> None:
    code = (
        "import sys, pytest, _pytest.config; before = set(sys.modules); import gradcheck.pytest_plugin.hooks; "
        "print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"gradcheck"}
