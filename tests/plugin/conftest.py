"""The worked project is run by its test, as a session of its own, and is no part of this one."""

import importlib
import pkgutil

import pytest

from gradcheck import checks, pytest_plugin, reporting, strategies

collect_ignore = ["worked_project"]


@pytest.fixture(scope="session", autouse=True)
def imported_once() -> None:
    """Import what sessions within this process import where they need it: pytester would have each do it again, which numpy refuses."""
    for package in (checks, pytest_plugin, reporting, strategies):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    for name in ("hypothesis.extra.numpy", "numpy.fft", "scipy.special"):
        importlib.import_module(name)
