"""Every option, wherever it may be said: that it works, that a bad value is refused where it stands, and which of two holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcheck.pytest_plugin.choices import CHOICES, OF_ONE_TEST
from tests.plugin.running_for_tests import KINK, RIGHT, SEEDED, UNUSED, WRONG, run, written

pytest_plugins = ("pytester",)

SHOWS = """
def test_shows(gradcheck, request):
    from gradcheck.pytest_plugin.settings import settings_for
    settings = settings_for(request.node)
    print(f"SHOWN {settings.seed} {settings.explain} {settings.budget} {settings.inconclusive.value} {settings.subgradients}")
    print(f"SEED {gradcheck(cost, right, AT).seed}")
"""

BAD = {
    "seed": ("-1", "a whole number of at least 0 is required"),
    "explain": ("5", "a whole number from 0 to 4 is required"),
    "budget": ("many", "a whole number of at least 1 is required"),
    "inconclusive": ("pass", "fail, warn or skip is required"),
    "subgradients": ("maybe", "refuse or accept is required"),
    "report": (" ", "the name of a folder is required"),
}

GOOD = {"seed": "7", "explain": "2", "budget": "500", "inconclusive": "skip", "subgradients": "accept"}
OTHER = {"seed": "8", "explain": "3", "budget": "600", "inconclusive": "warn", "subgradients": "refuse"}


def ini(pytester: pytest.Pytester, values: dict[str, str]) -> None:
    pytester.makeini("[pytest]\n" + "".join(f"gradcheck_{name} = {value}\n" for name, value in values.items()))


def marked(values: dict[str, str]) -> str:
    words = ", ".join(f"{name}={value if value.isdigit() else repr(value)}" for name, value in values.items())
    return f"@pytest.mark.gradcheck({words})"


def command(values: dict[str, str]) -> list[str]:
    return [f"--gradcheck-{name}={value}" for name, value in values.items()]


def test_every_option_has_a_bad_value_here_and_every_one_of_a_test_a_good_one() -> None:
    assert set(BAD) == set(CHOICES)
    assert set(GOOD) == set(OTHER) == set(OF_ONE_TEST)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_on_the_command_line_is_a_usage_error(pytester: pytest.Pytester, name: str) -> None:
    value, required = BAD[name]
    done = run(pytester, f"--gradcheck-{name}={value}")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([f"ERROR: --gradcheck-{name} is {value!r}: {required}"])


@pytest.mark.parametrize("name", [name for name in BAD if name != "report"])
def test_a_bad_value_in_the_ini_file_is_a_usage_error(pytester: pytest.Pytester, name: str) -> None:
    value, required = BAD[name]
    ini(pytester, {name: value})
    done = run(pytester)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([f"ERROR: gradcheck_{name} in tox.ini is {value!r}: {required}"])


def test_a_bad_value_that_overrides_the_ini_file_is_named_so(pytester: pytest.Pytester) -> None:
    ini(pytester, GOOD)
    done = run(pytester, "-o", "gradcheck_seed=x")
    done.stderr.fnmatch_lines(["ERROR: gradcheck_seed given with -o is 'x': a whole number of at least 0 is required"])


@pytest.mark.skipif(pytest.version_tuple < (9, 2), reason="an older pytest reads numbers in TOML as text alone, or not")
def test_an_ini_file_in_toml_may_hold_numbers(pytester: pytest.Pytester) -> None:
    written(pytester, SHOWS)
    settings = pytester.path / "pytest.toml"
    settings.write_text("[pytest]\ngradcheck_seed = 7\ngradcheck_explain = '2'\n")
    assert "SHOWN 7 2 None fail refuse" in run(pytester, "-s").stdout.str()
    settings.write_text("[pytest]\ngradcheck_seed = 1.5\n")
    assert run(pytester).ret == pytest.ExitCode.USAGE_ERROR
    settings.write_text("[pytest]\ngradcheck_explain = 5\n")
    run(pytester).stderr.fnmatch_lines(
        ["ERROR: gradcheck_explain in pytest.toml is 5: a whole number from 0 to 4 is *"]
    )


MARKERS = {
    "seed=-1": "seed is -1: a whole number of at least 0 is required",
    "seed=True": "seed is True: a whole number of at least 0 is required",
    "explain=1.0": "explain is 1.0: a whole number from 0 to 4 is required",
    "budget=None": "budget is None: a whole number of at least 1 is required",
    "inconclusive='pass'": "inconclusive is 'pass': fail, warn or skip is required",
    "subgradients=1": "subgradients is 1: refuse or accept is required",
    "sed=1": "unknown option 'sed', did you mean 'seed'?",
    "report='out'": "unknown option 'report', it has seed, explain, budget, inconclusive, subgradients",
    "5": "5 has no name: name each option, as in @pytest.mark.gradcheck(seed=1)",
}


def badly_marked(pytester: pytest.Pytester) -> None:
    tests = [f"@pytest.mark.gradcheck({words})\ndef test_{i}():\n    pass\n" for i, words in enumerate(MARKERS)]
    written(pytester, *tests, UNUSED)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_bad_marker_fails_its_test_alone(pytester: pytest.Pytester, workers: str) -> None:
    badly_marked(pytester)
    done = run(pytester, "-n", workers)
    done.assert_outcomes(errors=len(MARKERS), passed=1)
    for i, told in enumerate(MARKERS.values()):
        assert f"\nthe marker gradcheck of test_it.py::test_{i}: {told}\n" in done.stdout.str()
    assert "hidden" not in done.stdout.str()


def test_a_bad_marker_is_found_by_collecting_alone(pytester: pytest.Pytester) -> None:
    badly_marked(pytester)
    done = run(pytester, "--collect-only")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["ERROR: the marker gradcheck of test_it.py::test_0: seed is -1: *"])


def test_a_bad_marker_that_is_added_while_the_test_runs_fails_it_too(pytester: pytest.Pytester) -> None:
    late = "@pytest.fixture\ndef late(request):\n    request.node.add_marker(pytest.mark.gradcheck(sed=3))\n"
    written(pytester, late, RIGHT.replace("(gradcheck)", "(late, gradcheck)"))
    text = run(pytester).stdout.str()
    assert (
        "UsageError: the marker gradcheck of test_it.py::test_right: unknown option 'sed', did you mean 'seed'?" in text
    )
    assert "/gradcheck/" not in text


def shown(values: dict[str, str]) -> str:
    return "SHOWN " + " ".join(values[name] for name in OF_ONE_TEST)


def test_every_option_is_taken_from_the_ini_file_and_a_folder_in_it_is_beside_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    ini(pytester, {**GOOD, "report": "out"})
    written(pytester, SHOWS)
    monkeypatch.chdir(pytester.mkdir("deeper"))
    done = run(pytester, "-s", "../test_it.py")
    assert shown(GOOD) in done.stdout.str()
    assert f"SEED {GOOD['seed']}" in done.stdout.str()
    assert (pytester.path / "out" / "gradcheck.json").is_file()


def test_the_command_line_holds_against_the_ini_file(pytester: pytest.Pytester) -> None:
    ini(pytester, GOOD)
    written(pytester, SHOWS)
    assert shown(OTHER) in run(pytester, "-s", *command(OTHER)).stdout.str()


def test_the_marker_holds_against_both_and_the_closest_one_against_others(pytester: pytest.Pytester) -> None:
    ini(pytester, {"seed": "1"})
    whole, class_ = f"pytestmark = {marked(OTHER)[1:]}\n", f"{marked({'explain': '1', 'seed': '9'})}\n"
    method = SHOWS.replace("(gradcheck", "(self, gradcheck").replace("\n", "\n    ")
    written(pytester, whole, f"{class_}class TestIt:\n    {marked({'seed': '4'})}{method}\n")
    done = run(pytester, "-s", *command({**GOOD, "seed": "2"}))
    assert shown({**OTHER, "explain": "1", "seed": "4"}) in done.stdout.str()
    assert "SEED 4" in done.stdout.str()


def test_the_call_holds_against_all(pytester: pytest.Pytester) -> None:
    calls = """
@pytest.mark.gradcheck(seed=4, budget=1)
def test_call(gradcheck):
    options = gradcheck.Options(seed=3, max_forward_passes=1000, subgradients=gradcheck.Subgradients.ACCEPT)
    assert gradcheck(cost, right, AT, options=options).seed == 3
    gradcheck(bent, np.sign, np.zeros(2), options=options)

@pytest.mark.gradcheck(budget=30)
def test_own_budget(gradcheck):
    with pytest.raises(AssertionError, match="budget"):
        gradcheck(cost, right, AT, options=gradcheck.Options(max_forward_passes=2))
    gradcheck(cost, right, AT, options=gradcheck.Options(max_forward_passes=1000))
    gradcheck(cost, right, AT)
"""
    written(pytester, calls)
    run(pytester, "--gradcheck-subgradients=refuse").assert_outcomes(passed=2)


def test_explain_says_how_much_a_failure_tells(pytester: pytest.Pytester) -> None:
    written(pytester, WRONG, marked({"explain": "4"}), WRONG.replace("test_wrong", "test_all"))
    text = run(pytester, "--gradcheck-explain=0").stdout.str()
    assert "DISAGREE  gradient\n" in text
    assert text.split("short test summary info")[0].count("estimated 12.0000") == 1


def test_inconclusive_fails_warns_or_skips(pytester: pytest.Pytester) -> None:
    tests = [
        f"{marked({'inconclusive': policy})}\n" + KINK.replace("kink", policy) for policy in ("fail", "warn", "skip")
    ]
    written(pytester, *tests)
    done = run(pytester, "-rs")
    done.assert_outcomes(failed=1, passed=1, skipped=1, warnings=1)
    text = done.stdout.str()
    assert "GradientMismatch: INCONCLUSIVE  gradient - the cost has a kink here" in text
    assert "test_it.py:9: InconclusiveWarning: INCONCLUSIVE  gradient - the cost has a kink here" in text
    assert "SKIPPED [1] test_it.py:13: INCONCLUSIVE  gradient - the cost has a kink here" in text


def test_a_warning_that_is_an_error_fails_each_example_alike(pytester: pytest.Pytester) -> None:
    given = (
        "from hypothesis import given, settings, strategies as st\n@settings(deadline=None)\n@given(n=st.integers())\n"
    )
    written(pytester, given + KINK.replace("check)", "check, n)"))
    done = run(pytester, "--gradcheck-inconclusive=warn", "-W", "error")
    done.assert_outcomes(failed=1)
    assert "InconclusiveWarning: INCONCLUSIVE  gradient" in done.stdout.str()
    assert "Flaky" not in done.stdout.str()


def test_a_kink_is_accepted_where_that_is_said(pytester: pytest.Pytester) -> None:
    written(pytester, KINK)
    run(pytester).assert_outcomes(failed=1)
    run(pytester, "--gradcheck-subgradients=accept").assert_outcomes(passed=1)


def test_the_seed_is_new_unless_given_and_repeats_a_run(pytester: pytest.Pytester) -> None:
    written(pytester, SHOWS, WRONG)
    first, second = run(pytester, "-s"), run(pytester, "-s")
    seeds = [done.stdout.str().split("SEED ")[1].split()[0] for done in (first, second)]
    assert seeds[0] != seeds[1]
    assert "gradcheck: seed" not in first.stdout.str()
    done = run(pytester, "-s", f"--gradcheck-seed={seeds[0]}")
    done.stdout.fnmatch_lines([f"gradcheck: seed {seeds[0]}", f"SEED {seeds[0]}"])
    assert f"reproduce: pytest test_it.py::test_wrong --gradcheck-seed={seeds[0]}" in first.stdout.str()


def test_what_repeats_a_failure_is_said_from_where_pytest_was_started(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(
        pytester, WRONG.replace("def", "@pytest.mark.parametrize('n', ['a b'])\ndef").replace("check)", "check, n)")
    )
    pytester.makeini("[pytest]")
    monkeypatch.chdir(pytester.mkdir("inner"))
    done = run(pytester, SEEDED, "--gradcheck-budget=900", "--gradcheck-explain=1", "..")
    told = "pytest '../test_it.py::test_wrong[a b]' --gradcheck-seed=5 --gradcheck-explain=1 --gradcheck-budget=900"
    assert f"reproduce: {told}\n" in done.stdout.str()


def test_what_repeats_a_failure_names_the_file_also_outside_of_the_root_folder(pytester: pytest.Pytester) -> None:
    written(pytester, WRONG)
    root = pytester.mkdir("elsewhere")
    done = run(pytester, SEEDED, f"--rootdir={root}", "test_it.py")
    assert "reproduce: pytest test_it.py::test_wrong --gradcheck-seed=5\n" in done.stdout.str()


def test_a_seed_in_the_code_is_repeated_by_the_code(pytester: pytest.Pytester) -> None:
    written(pytester, marked({"seed": "3"}), WRONG)
    assert "reproduce: pytest test_it.py::test_wrong\n" in run(pytester).stdout.str()


def test_strict_markers_know_the_marker_and_the_options_are_explained(pytester: pytest.Pytester) -> None:
    written(pytester, marked({"seed": "3"}), RIGHT)
    run(pytester, "--strict-markers", "-W", "error").assert_outcomes(passed=1)
    told = run(pytester, "--help").stdout.str()
    assert all(f"--gradcheck-{name}=" in told and f"gradcheck_{name}" in told for name in CHOICES)
    assert (
        "@pytest.mark.gradcheck(seed=, explain=, budget=, inconclusive=, subgradients=)"
        in run(pytester, "--markers").stdout.str()
    )


def test_a_folder_that_cannot_be_made_is_a_usage_error_at_the_start(pytester: pytest.Pytester) -> None:
    written(pytester, "raise SystemExit('collected')")
    Path(pytester.path / "taken").write_text("a file")
    done = run(pytester, "--gradcheck-report=taken/out")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["ERROR: the report's folder *taken/out cannot be made: Not a directory"])
