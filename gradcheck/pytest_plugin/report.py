"""The report of a session on disk: all results as JSON, and as text and as a page at the level of each test."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from gradcheck.pytest_plugin.ledger import NOT_CHECKED
from gradcheck.pytest_plugin.summary import summary_lines
from gradcheck.reporting import data, text
from gradcheck.reporting.extra import MissingExtra
from gradcheck.reporting.html.pages import page
from gradcheck.reporting.levels import Explain
from gradcheck.results import CheckResult, Failure, Report, Session, SessionGradient
from gradcheck.whole_files import write_whole

KEPT: Final = ("line", "title", "outcome", "checks", "forward_passes", "seconds")
"""What a page shows of a record."""


def write(folder: Path, tests: Sequence[dict[str, Any]], *, seed: int) -> str:
    """Write gradcheck.json, gradcheck.txt and gradcheck.html, each whole or not at all, and return a line that says so.

    Where what makes pages is not installed, there is none, and the line says what to install.

    Parameters
    ----------
    folder : Path
    tests : sequence of dict
        What `telling.tell_all` returned of each.
    seed : int
        Of the session.

    Raises
    ------
    OSError
        If a file cannot be written; one that was there is left as it was.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = write(folder, [], seed=1)
    >>> sorted(one.name for one in folder.iterdir())
    ['gradcheck.html', 'gradcheck.json', 'gradcheck.txt']
    """
    report = session_report(tests, seed=seed)
    told = [(one.explain, _found(report, one)) for one in _gradients(report)]
    write_whole(folder / "gradcheck.json", data.render(report) + "\n")
    write_whole(folder / "gradcheck.txt", "\n\n".join(_page(one, Explain(explain)) for explain, one in told) + "\n")
    line = f"report: {folder / 'gradcheck.json'}, {folder / 'gradcheck.txt'}"
    try:
        write_whole(folder / "gradcheck.html", page(report))
    except MissingExtra as error:
        return f"{line}; {error}"
    return f"{line}, {folder / 'gradcheck.html'}"


def session_report(tests: Sequence[dict[str, Any]], *, seed: int) -> Report:
    """Return all that a session found, each gradient with the place of its result.

    Examples
    --------
    >>> session_report([], seed=1).session.summary[0]
    'no gradient was checked'
    """
    results: list[CheckResult] = []
    failures: list[Failure] = []
    gradients: list[SessionGradient] = []
    for test in tests:
        for record, one in zip(test["records"], _titled(test), strict=True):
            place = len(results) if isinstance(one, CheckResult) else len(failures)
            if isinstance(one, CheckResult):
                results.append(one)
            else:
                failures.append(one)
            kept = {name: record[name] for name in KEPT}
            gradients.append(SessionGradient(test=test["nodeid"], explain=test["explain"], place=place, **kept))
    session = Session(tuple(summary_lines(tests, seed=seed)), seed, tuple(gradients))
    return Report(tuple(results), tuple(failures), session)


def _gradients(report: Report) -> tuple[SessionGradient, ...]:
    return () if report.session is None else report.session.gradients


def _found(report: Report, one: SessionGradient) -> CheckResult | Failure:
    """Return what was found of a gradient."""
    return report.failures[one.place] if one.outcome == NOT_CHECKED else report.results[one.place]


def _titled(test: dict[str, Any]) -> Iterator[CheckResult | Failure]:
    """Yield what a test found, each under the name of the test and the line that checks it."""
    for record, plain in zip(test["records"], test["found"], strict=True):
        place = test["nodeid"] + (f", line {record['line']}" if record["line"] else "")
        if "verdict" in plain:
            result = CheckResult.from_dict(plain)
            yield dataclasses.replace(result, title=f"{place}: {result.title}")
        else:
            failure = Report.from_dict({**Report().as_dict(), "failures": [plain]}).failures[0]
            yield dataclasses.replace(failure, target=place)


def _page(one: CheckResult | Failure, explain: Explain) -> str:
    """Return one result as text, or what was in place of one."""
    if isinstance(one, CheckResult):
        return text.render(one, explain)
    return f"{one.traceback}ERROR  {one.target}: {one.sentence}"
