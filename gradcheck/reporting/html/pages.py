"""Which page a report is shown on."""

from __future__ import annotations

from gradcheck.reporting.html import check_page, session_page
from gradcheck.reporting.levels import Explain
from gradcheck.results import Report


def page(report: Report, explain: Explain = Explain.NUMBERS) -> str:
    """Return the page of a report: of a session of pytest where it is one, each test at its own level, else of a run of the command.

    Raises
    ------
    MissingExtra
        If jinja2 or matplotlib is not installed.

    Examples
    --------
    >>> page(Report())[:15]
    '<!doctype html>'
    """
    if report.session is not None:
        return session_page.render(report)
    return check_page.render(report, explain)
