"""A user's own repository, with its gradients checked in each of the three ways; then with mistakes in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

pytest_plugins = ("pytester",)

PROJECT = Path(__file__).parent / "worked_project"


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """The project, copied to a folder of its own."""
    ignored = shutil.ignore_patterns("__pycache__", ".pytest_cache", ".hypothesis")
    shutil.copytree(PROJECT, pytester.path, dirs_exist_ok=True, ignore=ignored)
    return pytester


def plant(project: pytest.Pytester, file: str, right: str, wrong: str) -> None:
    """Put a mistake into a file of the project."""
    path = project.path / file
    source = path.read_text(encoding="utf-8")
    assert source.count(right) == 1
    path.write_text(source.replace(right, wrong), encoding="utf-8")


def test_all_of_it_passes_as_it_stands(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess("-v")
    assert result.ret == 0
    result.stdout.fnmatch_lines_random(
        [
            "*gradcheck.toml::Network::BP2 PASSED*",
            "*gradcheck.toml::affine PASSED*",
            "*test_layers.py::test_layernorm?shape1? PASSED*",
            "*test_network.py::test_backprop_is_one_forward_and_one_backward_pass PASSED*",
        ]
    )


def test_a_mean_that_is_forgotten_in_a_layer_fails_with_the_block_it_is_in(project: pytest.Pytester) -> None:
    plant(project, "smallnet/layers.py", "dx -= normal * (dnormal * normal).mean(axis=1, keepdims=True)", "pass")
    result = project.runpytest_subprocess("tests/test_layers.py")
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines(["E *GradientMismatch: DISAGREE *", "E * x *DISAGREE*"])
    result.stdout.no_fnmatch_line("*gradcheck/checks*")


def test_a_missing_derivative_fails_the_items_that_it_is_in_and_the_property(project: pytest.Pytester) -> None:
    plant(project, "smallnet/network.py", "delta = (w.T @ delta) * tanh_prime(z)", "delta = w.T @ delta")
    result = project.runpytest_subprocess("-v")
    assert result.ret == 1
    result.stdout.fnmatch_lines_random(
        [
            "*gradcheck.toml::Network::feedforward PASSED*",
            "*gradcheck.toml::Network::BP1 PASSED*",
            "*gradcheck.toml::Network::BP2 FAILED*",
            "*gradcheck.toml::Network::BP4 PASSED*",
        ]
    )


def test_a_backprop_by_finite_differences_fails_the_count_of_its_passes_and_nothing_else(
    project: pytest.Pytester,
) -> None:
    plant(
        project,
        "smallnet/network.py",
        "zs.append(w @ activations[-1] + b)",
        "zs.append(w @ activations[-1] + b); tanh(zs[-1])",
    )
    result = project.runpytest_subprocess("tests/test_network.py")
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["*assert (2, 1, 1) == (1, 1, 1)*"])
