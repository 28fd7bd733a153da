"""What pytest calls. Nothing heavy is imported before a test asks for a check: pytest loads this at every start."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from gradcheck.pytest_plugin.current import CURRENT
from gradcheck.pytest_plugin.settings import MARKER, OF_ONE_TEST, SESSION, add_options, session_settings, settings_for

if TYPE_CHECKING:
    from gradcheck.pytest_plugin.fixture import Gradcheck


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    arguments = ", ".join(f"{name}=" for name in OF_ONE_TEST)
    config.addinivalue_line("markers", f"{MARKER}({arguments}): options for the gradients that a test checks")
    config.stash[SESSION] = session_settings(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["gradcheck_seed"] = node.config.stash[SESSION].seed


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    item.session.stash[CURRENT] = item
    try:
        return (yield)
    finally:
        item.session.stash[CURRENT] = None


@pytest.fixture(scope="session", name="gradcheck")
def _gradcheck(request: pytest.FixtureRequest) -> Gradcheck:
    """Assert that gradients written by hand are right: gradcheck(cost, gradient, at), .check_vjp, .check_jvp, .check_network."""
    from gradcheck.pytest_plugin.fixture import Gradcheck

    return Gradcheck(request.session)
