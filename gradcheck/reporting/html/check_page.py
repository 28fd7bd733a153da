"""The page of one run of the command: of one check, or of several with a list of them first."""

from __future__ import annotations

from gradcheck.reporting.html.templates import fill
from gradcheck.reporting.html.told import Told, tell
from gradcheck.reporting.levels import Explain
from gradcheck.results import Report


def render(report: Report, explain: Explain = Explain.NUMBERS) -> str:
    """Return a run as one page that stands alone; the same for the same report, byte by byte.

    Raises
    ------
    MissingExtra
        If jinja2 or matplotlib is not installed.

    Examples
    --------
    >>> from gradcheck.results import CheckResult, Verdict
    >>> page = render(Report((CheckResult("gradient", Verdict.AGREE),)))
    >>> page[:15], "</span>AGREE</p>" in page
    ('<!doctype html>', True)
    """
    told = [tell(result, f"check-{number}", explain) for number, result in enumerate(report.results, 1)]
    return fill("check.html.j2", title=_title(told, report), told=told, failures=report.failures)


def _title(told: list[Told], report: Report) -> str:
    """Return what the window is called."""
    if len(told) == 1 and not report.failures:
        return f"{told[0].verdict} {told[0].title}"
    if len(report.failures) == 1 and not told:
        return f"ERROR {report.failures[0].target}"
    return f"gradcheck: {len(told) + len(report.failures)} checks"
