"""What pytest calls. Nothing heavy is imported before a test asks for a check: pytest loads this at every start."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final

import pytest

from gradcheck.pytest_plugin.choices import OF_ONE_TEST, add_options
from gradcheck.pytest_plugin.current import CURRENT, LEDGER
from gradcheck.pytest_plugin.gathering import Gathering
from gradcheck.pytest_plugin.settings import MARKER, SESSION, make_folder, seed_is_given, session_settings, settings_for

if TYPE_CHECKING:
    from gradcheck.pytest_plugin.fixture import Gradcheck

REFUSED: Final = pytest.StashKey[str]()
"""Of a test: what is wrong with its marker."""


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    arguments = ", ".join(f"{name}=" for name in OF_ONE_TEST)
    config.addinivalue_line("markers", f"{MARKER}({arguments}): options for the gradients that a test checks")
    config.stash[SESSION] = session_settings(config)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Gathering(config), "gradcheck-gathering")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["gradcheck_seed"] = node.config.stash[SESSION].seed


def pytest_report_header(config: pytest.Config) -> str | None:
    shown = seed_is_given(config) or config.get_verbosity() > 0
    return f"gradcheck: seed {config.stash[SESSION].seed}" if shown else None


def pytest_sessionstart(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        make_folder(session.config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker(MARKER) is None:
            continue
        try:
            settings_for(item)
        except pytest.UsageError as error:
            if config.option.collectonly:
                raise
            # Raised here it would end a worker of pytest-xdist with an internal error: the test fails, and says why.
            item.stash[REFUSED] = str(error)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    item.session.stash[CURRENT] = item
    outcome = yield
    # An interrupted test stays the current one: what it had checked is told at the end of the session.
    item.session.stash[CURRENT] = None
    return outcome


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if LEDGER in item.stash:  # of the run before, where a test is run again
        del item.stash[LEDGER]
    if REFUSED in item.stash:
        pytest.fail(item.stash[REFUSED], pytrace=False)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    # Innermost: what the user's code prints and warns of here is the test's, as before. After ctrl-C nothing more is run.
    try:
        outcome = yield
    except Exception:
        _study(item)
        raise
    _study(item)
    return outcome


def _study(item: pytest.Item) -> None:
    ledger = item.stash.get(LEDGER, None)
    if ledger is not None:
        ledger.study()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    ledger = item.stash.get(LEDGER, None)
    if ledger is None or ledger.is_told:
        return (yield)
    from gradcheck.pytest_plugin.telling import add_properties, reword, tell_all

    if call.excinfo is not None:
        reword(call.excinfo.value)
    add_properties(item, ledger)
    report = yield
    report.gradcheck = tell_all(item.nodeid, ledger)  # type: ignore[attr-defined]
    return report


@pytest.fixture(scope="session", name="gradcheck")
def _gradcheck(request: pytest.FixtureRequest) -> Gradcheck:
    """Assert that gradients written by hand are right, and return the result: gradcheck(cost, gradient, at).

    Beside it .check_vjp, .check_jvp and .check_network, and all other names of the module gradcheck. It may be used in tests of
    Hypothesis's: every example is checked, with the seed of the session, and the smallest that fails is reported. A check makes tens of
    forward passes, that of a network thousands: where they take longer than Hypothesis's deadline of 200 ms for an example, the test
    fails with DeadlineExceeded, so give it @settings(deadline=None).
    """
    from gradcheck.pytest_plugin.fixture import Gradcheck

    return Gradcheck(request.session)
