"""A user's program and tests of it, run by a pytest of its own."""

from __future__ import annotations

import tomllib
import warnings
from pathlib import Path

import pytest

PROGRAM = """
import numpy as np

AT = np.array([1.0, 2.0])


def cost(w):
    return np.sum(w**3)


def right(w):
    return 3 * w**2


def wrong(w):
    return 2 * w**2


def bent(w):  # a kink at 0
    return np.sum(np.abs(w))


def raising(w):
    raise ValueError("no data")
"""

HEAD = "import numpy as np, pytest\nfrom program import *\n"

RIGHT = "def test_right(gradcheck):\n    gradcheck(cost, right, AT)\n"
WRONG = "def test_wrong(gradcheck):\n    gradcheck(cost, wrong, AT)\n"
KINK = "def test_kink(gradcheck):\n    gradcheck(bent, np.sign, np.zeros(2))\n"
RAISING = "def test_raising(gradcheck):\n    gradcheck(raising, right, AT)\n"
UNUSED = "def test_unused():\n    pass\n"

SEEDED = "--gradcheck-seed=5"


def written(pytester: pytest.Pytester, *tests: str) -> Path:
    """Write the program and a file of tests, test_it.py."""
    pytester.makepyfile(program=PROGRAM)
    return pytester.makepyfile(test_it=HEAD + "\n".join(tests))


def run(pytester: pytest.Pytester, *words: str, plugin: str = "gradcheck.pytest_plugin") -> pytest.RunResult:
    """Run a pytest session within this process, with a plugin beside those that are installed; an internal error is never right.

    A process for each would take three times as long. What holds of a whole process, what it imports say, is for `run_apart`.
    """
    with warnings.catch_warnings():
        warnings.resetwarnings()  # the filters of the session around it are none of its own, Python's are
        for silent in (ImportWarning, ResourceWarning):
            warnings.simplefilter("ignore", silent)
        return _sound(pytester.runpytest_inprocess(*_words(plugin), *words))


def run_apart(pytester: pytest.Pytester, *words: str, plugin: str = "gradcheck.pytest_plugin") -> pytest.RunResult:
    """Run pytest as its user would, in a process of its own."""
    return _sound(pytester.runpytest_subprocess(*_words(plugin), *words))


def _words(plugin: str) -> list[str]:
    return ["-p", "no:randomly", *(["-p", plugin] if plugin else [])]


def _sound(done: pytest.RunResult) -> pytest.RunResult:
    assert "INTERNALERROR" not in done.stdout.str() + done.stderr.str()
    return done


def install(pytester: pytest.Pytester) -> None:
    """Let the folder of the tests hold what an installed gradcheck tells pytest: the entry point of pyproject.toml."""
    pyproject = Path(__file__).parent.parent.parent / "pyproject.toml"
    points = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["entry-points"]["pytest11"]
    info = pytester.mkdir("probe-1.0.dist-info")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: probe\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pytest11]\n" + "".join(f"{k} = {v}\n" for k, v in points.items()))
