"""Gradients that pytest collects without a test: gradcheck.toml, [tool.gradcheck], and files named with --gradcheck."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gradcheck.checks.examples import FOLDER
from tests.plugin.running_for_tests import SEEDED, run

pytest_plugins = ("pytester",)

PARTS = ["sigmoid_prime", "feedforward", "cost_derivative", "backprop", "BP1", "BP2", "BP3", "BP4", "update_mini_batch"]
WRONG = "network_bp2_no_sigma_prime_wrong"


def example(pytester: pytest.Pytester, name: str, file: str) -> None:
    """Copy a shipped example into the user's folder."""
    (pytester.path / file).parent.mkdir(parents=True, exist_ok=True)
    (pytester.path / file).write_text((FOLDER / f"{name}.py").read_text(encoding="utf-8"), encoding="utf-8")


def declare(pytester: pytest.Pytester, *tables: str, name: str = "gradcheck.toml", table: str = "subject") -> Path:
    """Write a gradcheck.toml with these tables."""
    path = pytester.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"[[{table}]]\n{one}\n" for one in tables), encoding="utf-8")
    return path


def outcomes(done: pytest.RunResult) -> dict[str, str]:
    """Return the outcome of each item of a run with -v."""
    found = re.findall(r"^(\S+::\S+) (PASSED|FAILED|SKIPPED|ERROR)", done.stdout.str(), re.MULTILINE)
    return dict(found)


def collected(done: pytest.RunResult) -> list[str]:
    """Return the items of a run with --collect-only -q."""
    return [line for line in done.stdout.lines if "::" in line and "ERROR" not in line]


def without_our_insides(done: pytest.RunResult) -> str:
    """Return what a run said, in which no line of ours stands."""
    said = done.stdout.str() + done.stderr.str()
    assert "pytest_plugin/" not in said and "gradcheck/subjects" not in said and "gradcheck/checks" not in said
    return said


# --- gradcheck.toml ---


def test_each_part_of_a_network_and_each_other_subject_is_an_item_with_its_own_outcome(
    pytester: pytest.Pytester,
) -> None:
    example(pytester, WRONG, "network.py")
    example(pytester, "layer_affine_relu_right", "layers.py")
    example(pytester, "sigma_pair_wrong", "sigma.py")
    example(pytester, "cost_gradient_right", "costs.py")
    pytester.makepyfile(
        test_it="import sys, network\ndef test_it():\n    assert sys.modules['network'] is network\n"
        "    assert not hasattr(network, '__gradcheck__') and 'layers' not in sys.modules\n"
    )
    targets = ("network.py", "layers.py:affine_forward", "costs.py", "sigma.py:swish")
    declare(pytester, *(f'target = "{target}"' for target in targets))
    done = run(pytester, "-v", "-rsf", SEEDED, "--junitxml=junit.xml", "--strict-markers", "-W", "error")
    found = outcomes(done)
    names = [f"gradcheck.toml::Network::{part}" for part in PARTS]
    names += ["gradcheck.toml::affine", "gradcheck.toml::cost", "gradcheck.toml::swish_prime", "test_it.py::test_it"]
    assert [*found] == names
    wrong = {"gradcheck.toml::Network::backprop", "gradcheck.toml::Network::BP2", "gradcheck.toml::swish_prime"}
    assert {name for name, outcome in found.items() if outcome == "FAILED"} == wrong
    assert {name for name, outcome in found.items() if outcome == "SKIPPED"} == {names[8]}
    said = without_our_insides(done)
    assert "Traceback" not in said
    done.stdout.fnmatch_lines([
        "*_ Network.backprop _*",
        "DISAGREE  network.py: Network: backprop (BP2), hidden layers - the factor sigma'(z) is left out*",
        "*_ Network.BP2 _*",
        "DISAGREE  network.py: Network: the error of a layer from that of the next (BP2), hidden layers - the factor*",
        "(BP2) in layer 3: off by *",
        "reproduce: pytest gradcheck.toml::Network::BP2 --gradcheck-seed=5",
        "*_ swish_prime _*",
        "SKIPPED [[]1] gradcheck.toml:1: not judged, as backprop disagrees: see gradcheck.toml::Network::backprop",
        "FAILED gradcheck.toml::Network::BP2 - DISAGREE *",
    ])  # fmt: skip
    cases = ElementTree.parse(pytester.path / "junit.xml").iter("testcase")
    failed = {case.get("name"): case.find("failure") for case in cases if case.find("failure") is not None}
    assert set(failed) == {"backprop", "BP2", "swish_prime"}
    failure = failed["backprop"]
    assert failure is not None and str(failure.get("message")).startswith("DISAGREE  network.py: Network: backprop")
    assert str(failure.text).startswith("DISAGREE  network.py: Network: backprop")
    # One check for all items of the class, whose passes are counted once.
    passes = [int(one) for one in re.findall(r'gradcheck_forward_passes" value="(\d+)"', (pytester.path / "junit.xml").read_text())]  # fmt: skip
    assert len(passes) == 11 and sum(one > 0 for one in passes) == 4


def test_a_part_that_was_not_judged_fails_where_the_one_to_blame_is_not_run(pytester: pytest.Pytester) -> None:
    example(pytester, "network_tanh_right", "network.py")
    declare(pytester, 'target = "network.py"')
    done = run(pytester, "-k", "BP2 or update", "-v")
    assert outcomes(done)["gradcheck.toml::Network::BP2"] == "FAILED"
    words = "not judged, as feedforward disagrees: see gradcheck.toml::Network::feedforward"
    done.stdout.fnmatch_lines([words, f"FAILED *BP2 - *{words[:20]}*"])
    pytester.makeconftest(
        "import pytest\ndef pytest_collection_modifyitems(items):\n"
        "    [one.add_marker(pytest.mark.xfail) for one in items if one.name == 'feedforward']\n"
    )
    done = run(pytester, "gradcheck.toml::Network::BP2", "gradcheck.toml::Network::feedforward")
    done.assert_outcomes(failed=1, xfailed=1)
    declare(pytester, 'target = "network.py"\nactivation = "tanh"')
    run(pytester, "gradcheck.toml::Network::BP2", "gradcheck.toml::Network::BP1").assert_outcomes(passed=2)


def test_with_several_processes_and_for_the_last_failed_it_is_the_same(pytester: pytest.Pytester) -> None:
    example(pytester, WRONG, "network.py")
    declare(pytester, 'target = "network.py"')
    done = run(pytester, "-n", "2", SEEDED)
    done.assert_outcomes(passed=6, failed=2, skipped=1)
    done.stdout.fnmatch_lines(["DISAGREE  network.py: Network: backprop (BP2)*", "FAILED *BP* - DISAGREE *"])
    done = run(pytester, "--lf", "-v")
    assert set(outcomes(done)) == {"gradcheck.toml::Network::backprop", "gradcheck.toml::Network::BP2"}


def test_subjects_of_the_same_name_have_names_of_their_own_and_markers_choose_them(pytester: pytest.Pytester) -> None:
    for file in ("one.py", "deep/two.py"):
        example(pytester, "network_right", file)
    example(pytester, "cost_gradient_right", "costs.py")
    pytester.makepyfile(test_it="def test_it():\n    pass\n")
    targets = ('target = "one.py"', 'target = "deep/two.py"', 'target = "one.py:Network"', 'target = "costs.py"')
    declare(pytester, *targets)
    done = run(pytester, "--collect-only", "-q")
    names = ["one:Network", "two:Network", "one:Network#2"]
    expected = [f"gradcheck.toml::{name}::{part}" for name in names for part in PARTS]
    assert collected(done) == [*expected, "gradcheck.toml::cost", "test_it.py::test_it"]
    assert "gradcheck.toml::one:Network#2::BP2" in collected(
        run(pytester, "--collect-only", "-q", "gradcheck.toml::one:Network#2")
    )
    chosen = collected(run(pytester, "--collect-only", "-q", "-m", "gradcheck", "-k", "not Network"))
    assert chosen == ["gradcheck.toml::cost"]
    assert run(pytester, "-p", "no:gradcheck", "-p", "no:gradcheck.pytest_plugin", plugin="").ret == pytest.ExitCode.OK


def test_what_cannot_be_had_is_an_error_of_its_own_and_the_others_are_collected(pytester: pytest.Pytester) -> None:
    example(pytester, "cost_gradient_right", "folder/costs.py")
    pytester.makepyfile(**{"folder/raises": "def f(x):\n    return 1 / x\n\nf(0)\n", "folder/nothing": "x = 1\n"})
    targets = ("raises.py", "nothing.py", "missing.py", "costs.py", "costs.py:nowhere")
    declare(pytester, *(f'target = "{target}"' for target in targets), name="folder/gradcheck.toml")
    done = run(pytester, "-q")
    assert done.ret == pytest.ExitCode.INTERRUPTED
    done.assert_outcomes(errors=4)
    done.stdout.fnmatch_lines([
        "Traceback (most recent call last):",
        '  File "*raises.py", line 2, in f',
        "raises.py, line 2, raised an exception when it was imported: ZeroDivisionError: division by zero",
        "folder/gradcheck.toml, line 3, [[][[]subject]] number 2: nothing.py has nothing to check: a class with backprop*",
        "folder/gradcheck.toml, line 6, [[][[]subject]] number 3: there is no file missing.py in *",
        "folder/gradcheck.toml, line 10, [[][[]subject]] number 5: costs has no 'nowhere': *",
        "ERROR folder/gradcheck.toml::raises.py*",
    ])  # fmt: skip
    without_our_insides(done)
    done = run(pytester, "folder/gradcheck.toml::cost")
    done.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "gradcheck.toml names no subject: add a table [[][[]subject]] with a target"),
        ("[[subject]", "gradcheck.toml is not TOML: *(at line 1, column 10)"),
        (
            '[[subject]]\ntarget = "a.py"\nactivaton = "tanh"',
            "gradcheck.toml, line 3, [[][[]subject]] number 1: the key 'activaton' is not known: *did you mean activation?",
        ),
    ],
)
def test_a_file_that_says_nothing_or_something_wrong_is_an_error(
    pytester: pytest.Pytester, text: str, words: str
) -> None:
    (pytester.path / "gradcheck.toml").write_text(text)
    done = run(pytester)
    assert done.ret == pytest.ExitCode.INTERRUPTED
    done.stdout.fnmatch_lines([words])
    assert "Traceback" not in without_our_insides(done)


def test_what_the_code_raises_is_told_once_with_the_users_traceback(pytester: pytest.Pytester) -> None:
    example(pytester, "network_right", "network.py")
    path = pytester.path / "network.py"
    source = path.read_text()
    path.write_text(source.replace("def backprop(self, x, y):", "def backprop(self, x, y):\n        import sibling"))
    pytester.makepyfile(sibling="raise ValueError('no data')")
    declare(pytester, 'target = "network.py"')
    done = run(pytester, "-rs")
    done.assert_outcomes(failed=1, skipped=8)
    assert "in backprop" in without_our_insides(done)
    done.stdout.fnmatch_lines([
        "*_ Network.backprop _*",
        "ValueError: no data",
        "SKIPPED [[]8] gradcheck.toml:1: not judged, see gradcheck.toml::Network::backprop: the gradient raised ValueError*",
    ])  # fmt: skip
    done = run(pytester, "-k", "BP1 or BP2", "-v")
    assert outcomes(done) == {"gradcheck.toml::Network::BP1": "FAILED", "gradcheck.toml::Network::BP2": "SKIPPED"}


def test_a_module_is_found_as_from_the_folder_of_the_file(pytester: pytest.Pytester) -> None:
    example(pytester, "cost_gradient_right", "inner/mine.py")
    declare(pytester, 'target = "mine:cost"', name="inner/gradcheck.toml")
    done = run(pytester, "--gradcheck-budget=7", "-v")
    assert outcomes(done) == {"inner/gradcheck.toml::cost": "FAILED"}
    done.stdout.fnmatch_lines(["INCONCLUSIVE  mine: cost, gradient *"])
    run(pytester, "--gradcheck-budget=7", "--gradcheck-inconclusive=warn").assert_outcomes(passed=1, warnings=1)


# --- pyproject.toml, and testpaths ---


def test_a_table_in_pyproject_is_collected_too_unless_a_gradcheck_toml_beside_it_hides_it(
    pytester: pytest.Pytester,
) -> None:
    example(pytester, "cost_gradient_right", "costs.py")
    example(pytester, "sigma_pair_right", "tests/sigma.py")
    (pytester.path / "tests" / "test_it.py").write_text("def test_it():\n    pass\n")
    declare(pytester, 'target = "sigma.py:swish"', name="tests/pyproject.toml", table="tool.gradcheck.subject")
    declare(pytester, 'target = "costs.py"', name="pyproject.toml", table="tool.gradcheck.subject")
    with (pytester.path / "pyproject.toml").open("a") as file:
        file.write('[tool.pytest.ini_options]\ntestpaths = ["tests"]\n')
    names = ["tests/pyproject.toml::swish_prime", "tests/test_it.py::test_it", "pyproject.toml::cost"]
    assert collected(run(pytester, "--collect-only", "-q")) == names
    assert collected(run(pytester, "--collect-only", "-q", "tests")) == names[:2]
    declare(pytester, 'target = "costs.py:cost,gradient"')
    done = run(pytester, "-v", "-n", "1")
    done.assert_outcomes(passed=3)
    done.stdout.fnmatch_lines(["*gradcheck.toml::cost*"])
    text = (pytester.path / "pyproject.toml").read_text().replace('["tests"]', '["."]')
    (pytester.path / "pyproject.toml").write_text(text)
    done = run(pytester, "--collect-only", "-q")
    assert sorted(collected(done)) == ["gradcheck.toml::cost", *names[:2]]


# --- files named on the command line ---


def test_a_file_named_on_the_command_line_is_collected_by_what_it_offers_and_imported_once(
    pytester: pytest.Pytester,
) -> None:
    example(pytester, "network_tanh_right", "network.py")
    with (pytester.path / "network.py").open("a") as file:
        file.write("\nopen('imports.txt', 'a').write('once ')\n")
    example(pytester, "sigma_pair_wrong", "sigma.py")
    pytester.makepyfile(test_it="def test_it():\n    pass\n")
    declare(pytester, 'target = "network.py"\nactivation = "tanh"')
    done = run(pytester, "--gradcheck", "network.py", "sigma.py", "test_it.py", "-v")
    found = outcomes(done)
    parts = [f"network.py::Network::{part}" for part in ["tanh_prime", *PARTS[1:]]]
    assert [*found] == [*parts, "sigma.py::softplus_prime", "sigma.py::swish_prime", "test_it.py::test_it"]
    assert {found[part] for part in parts} == {"PASSED"} and found["test_it.py::test_it"] == "PASSED"
    assert "FAILED" in (found["sigma.py::swish_prime"], found["sigma.py::softplus_prime"])
    assert (pytester.path / "imports.txt").read_text() == "once "
    done = run(pytester, "--gradcheck", "network.py::Network::BP2", "-q", "--collect-only")
    assert collected(done) == ["network.py::Network::BP2"]


def test_a_file_that_offers_nothing_is_an_error_and_without_the_flag_nothing_is_collected(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(nothing="x = 1\n", raises="1 / 0\n")
    done = run(pytester, "--gradcheck", "nothing.py", "raises.py")
    assert done.ret == pytest.ExitCode.INTERRUPTED
    done.stdout.fnmatch_lines([
        "nothing.py has nothing to check: a class with backprop*; it defines nothing",
        '  File "*raises.py", line 1, in <module>',
        "raises.py, line 1, raised an exception when it was imported: ZeroDivisionError*",
    ])  # fmt: skip
    without_our_insides(done)
    assert run(pytester, "nothing.py").ret == pytest.ExitCode.NO_TESTS_COLLECTED
    run(pytester, "--gradcheck").stdout.fnmatch_lines(["gradcheck: --gradcheck is about files named *"])
