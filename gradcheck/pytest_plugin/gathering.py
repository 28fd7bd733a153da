"""What all tests did, gathered in the process that reports it: under pytest-xdist the controller."""

from __future__ import annotations

from typing import Any

import pytest

from gradcheck.pytest_plugin.current import LEDGER, current_item
from gradcheck.pytest_plugin.settings import SESSION


class Gathering:
    """Gathers what the reports of tests tell; at the end writes the report and the summary.

    Parameters
    ----------
    config : Config
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._tests: dict[tuple[str, str], dict[str, Any]] = {}
        self._written = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a test did so far, in place of what it had done before."""
        told = report.__dict__.get("gradcheck")
        if told is not None:
            self._tests[report.__dict__.get("worker_id", ""), told["nodeid"]] = told

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the report where one is wanted, also after ctrl-C."""
        self._take_unreported(session)
        folder = self._config.stash[SESSION].report
        if folder is None or self._config.option.collectonly:
            return
        from gradcheck.pytest_plugin.report import write

        try:
            self._written = write(folder, self._told(), seed=self._config.stash[SESSION].seed)
        except OSError as error:
            self._written = f"the report could not be written to {folder}: {error}"
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was found of all gradients: with -q in one line, with -qq not at all."""
        verbosity = self._config.get_verbosity()
        if not (self._tests or self._written) or verbosity < -1 or self._config.getoption("no_summary"):
            return
        from gradcheck.pytest_plugin.summary import summary_lines

        lines = summary_lines(self._told(), seed=self._config.stash[SESSION].seed)
        if verbosity >= 0:
            terminalreporter.write_sep("=", "gradients")
        for line in [*(lines if verbosity >= 0 else lines[:1]), *([self._written] if self._written else [])]:
            terminalreporter.write_line(line)

    def _told(self) -> list[dict[str, Any]]:
        return [told for _, told in sorted(self._tests.items(), key=lambda one: one[0][1])]

    def _take_unreported(self, session: pytest.Session) -> None:
        """Take what an interrupted test had done, and what was checked outside of any test."""
        for node in (current_item(session), session):
            ledger = node.stash.get(LEDGER, None)
            if ledger is not None and not ledger.is_told:
                from gradcheck.pytest_plugin.telling import tell_all

                nodeid = node.nodeid or "outside of a test"
                self._tests["", nodeid] = tell_all(nodeid, ledger)
