"""The fixture: what it asserts, what it returns, and what a failure shows of whose code."""

from __future__ import annotations

import re

import pytest

from tests.plugin.running_for_tests import KINK, RAISING, RIGHT, SEEDED, WRONG, run, written

pytest_plugins = ("pytester",)

EACH = """
def test_each_right(gradcheck):
    x, u = np.ones((2, 3)), np.full((3, 1), 0.5)
    jvp = lambda p, t: t[0] @ p[1] + p[0] @ t[1]
    layer = lambda x, u: (x @ u, (x, u))
    from gradcheck.examples.network_right import Network
    results = [
        gradcheck.check(cost, right, AT),
        gradcheck.assert_gradient(cost, right(AT), AT),
        gradcheck.check_vjp(layer, lambda v, cache: (v @ cache[1].T, cache[0].T @ v), [x, u]),
        gradcheck.check_jvp(np.matmul, jvp, [x, u]),
        gradcheck.check_network(Network),
    ]
    assert {result.verdict for result in results} == {gradcheck.Verdict.AGREE}
    assert {result.seed for result in results} == {5}

@pytest.mark.parametrize("check", ["check", "assert_gradient"])
def test_wrong(gradcheck, check):
    with pytest.raises(gradcheck.GradientMismatch, match="DISAGREE"):
        getattr(gradcheck, check)(cost, wrong, AT)

def test_wrong_vjp(gradcheck):
    with pytest.raises(gradcheck.GradientMismatch, match="DISAGREE"):
        gradcheck.check_vjp(np.sin, lambda u: u, [AT])

def test_wrong_jvp(gradcheck):
    with pytest.raises(AssertionError, match="DISAGREE"):
        gradcheck.check_jvp(np.sin, lambda p, t: t[0], [AT])

def test_wrong_network(gradcheck):
    from gradcheck.examples.network_tanh_right import Network
    with pytest.raises(AssertionError, match="DISAGREE"):
        gradcheck.check_network(Network)
    from gradcheck.network.activations import TANH
    assert gradcheck.check_network(Network, declared=gradcheck.Declared((TANH,)))

class TestIt:
    @pytest.mark.parametrize("n", [1, 2])
    def test_method(self, gradcheck, n):
        gradcheck(cost, right, n * AT)

@pytest.fixture(scope="session")
def checked(gradcheck):
    return gradcheck(cost, right, AT)

def test_in_a_fixture(checked, gradcheck):
    assert checked.verdict is gradcheck.Verdict.AGREE
"""


def test_every_check_asserts_and_returns_its_result(pytester: pytest.Pytester) -> None:
    written(pytester, EACH)
    done = run(pytester, SEEDED, "-W", "error")
    done.assert_outcomes(passed=9)


def failure(text: str, name: str) -> str:
    """Return what pytest shows of one failed test."""
    return re.split(r"\n_+ ", text.split(f"_ {name} _")[1])[0].split("\n====")[0]


def test_a_failure_shows_the_line_of_the_user_and_the_report_and_nothing_of_ours(pytester: pytest.Pytester) -> None:
    misuse = "def test_misuse(gradcheck):\n    gradcheck(cost, right, np.zeros(0))\n"
    options = "def test_options(gradcheck):\n    gradcheck(cost, right, AT, options={})\n"
    name = "def test_name(gradcheck):\n    gradcheck.check_netwrok\n"
    plain = "def test_plain(gradcheck):\n    assert gradcheck(cost, right, AT).forward_passes == -1\n"
    written(pytester, RIGHT, WRONG, KINK, RAISING, misuse, options, name, plain)
    text = run(pytester, SEEDED).stdout.str()
    assert "pytest_plugin" not in text.replace("-p gradcheck.pytest_plugin", "")
    assert "/gradcheck/" not in text
    assert "0x" not in text
    wrong = failure(text, "test_wrong")
    assert (
        ">       gradcheck(cost, wrong, AT)\nE       gradcheck.errors.GradientMismatch: DISAGREE  gradient - p" in wrong
    )
    assert "E         parameters[1]  8.00000    12.0000     4.0e+00\n" in wrong
    assert "reproduce: pytest test_it.py::test_wrong --gradcheck-seed=5\n" in wrong
    assert "What to do: check at a point a little away from this one." in failure(text, "test_kink")
    raising = failure(text, "test_raising")
    assert '>       raise ValueError("no data")\nE       ValueError: no data\n\nprogram.py:' in raising
    assert "UserCodeError: the cost raised ValueError: no data\n\ntest_it.py:13: UserCodeError" in raising
    assert raising.count("\n>  ") == 2
    assert "UsageError: the parameters hold no number at all" in failure(text, "test_misuse")
    assert "UsageError: options is {}: gradcheck.Options(...) is required" in failure(text, "test_options")
    assert "has 'check_netwrok': did you mean 'check_network'?" in failure(text, "test_name")
    plain = failure(text, "test_plain")
    assert "E       assert 1" in plain or "E       AssertionError: assert" in plain
    assert ".forward_passes" in plain


def test_two_gradients_of_a_test_are_two_and_a_warning_is_told_once(pytester: pytest.Pytester) -> None:
    test = """
@pytest.mark.gradcheck(inconclusive="warn")
def test_many(gradcheck):
    for n in range(20):
        gradcheck(bent, np.sign, np.zeros(2))
    gradcheck(bent, np.sign, np.zeros(2))
"""
    written(pytester, test)
    done = run(pytester, "-W", "always")
    done.assert_outcomes(passed=1, warnings=2)
    assert "2 gradients inconclusive (2 kink)" in done.stdout.str()
    run(pytester, "-W", "error::gradcheck.errors.InconclusiveWarning").assert_outcomes(failed=1)


def test_outside_of_a_test_what_holds_for_the_session_holds(pytester: pytest.Pytester) -> None:
    conftest = """
import numpy as np
kept = []

def pytest_sessionfinish():
    result = kept[0](np.sum, np.ones_like, np.ones(2))
    print("OUTSIDE", result.seed, result.reproduce)
"""
    pytester.makeconftest(conftest)
    written(
        pytester,
        "from conftest import kept\n@pytest.mark.gradcheck(seed=4)\ndef test_it(gradcheck):\n    kept.append(gradcheck)",
    )
    done = run(pytester, "-s", SEEDED)
    assert "OUTSIDE 5 gradcheck.check(cost, gradient, at, options=gradcheck.Options(seed=5))" in done.stdout.str()
    assert "1 gradient agreed" in done.stdout.str()
