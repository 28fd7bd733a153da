"""The page of a session of pytest: what came of all gradients, a table of them, and each that did not agree in full."""

from __future__ import annotations

import dataclasses
from typing import Final

from gradcheck.reporting.html.templates import fill
from gradcheck.reporting.html.told import Told, tell, tell_plainly
from gradcheck.reporting.levels import Explain
from gradcheck.results import Failure, Report, Session, SessionGradient, Verdict

MOST_PICTURED: Final = 5
"""Gradients that are shown with pictures (a count): a page of hundreds takes no minute to make, and no megabytes."""

MARKS: Final = {Verdict.AGREE.value: "✓", Verdict.DISAGREE.value: "✗", Verdict.INCONCLUSIVE.value: "?"}


ORDER: Final = {Verdict.DISAGREE.value: 0, Verdict.INCONCLUSIVE.value: 2}
"""What is told first of what does not agree: after what is wrong comes what was not checked."""


@dataclasses.dataclass(frozen=True)
class Line:
    """One line of the table: one gradient, with all that the page tells of it.

    Examples
    --------
    >>> Line(SessionGradient("test_a.py::test_b", 3, "gradient", "agree"), "gradient-1").mark
    '✓'
    """

    gradient: SessionGradient
    name: str
    told: Told | None = None
    failure: Failure | None = None

    @property
    def mark(self) -> str:
        """What stands beside the outcome."""
        return MARKS.get(self.gradient.outcome, "!")

    @property
    def agrees(self) -> bool:
        """Whether it is no more than a line for most readers."""
        return self.gradient.outcome == Verdict.AGREE.value


def render(report: Report) -> str:
    """Return the page of a report that is one of a session; each gradient tells as much as its test does.

    Raises
    ------
    MissingExtra
        If jinja2 or matplotlib is not installed.

    Examples
    --------
    >>> page = render(Report(session=Session(("no gradient was checked",), seed=1)))
    >>> "no gradient was checked" in page
    True
    """
    session = report.session or Session(())
    lines: list[Line] = []
    for number, gradient in enumerate(session.gradients, 1):
        pictured = sum(not line.agrees and line.told is not None for line in lines) < MOST_PICTURED
        lines.append(_line(report, gradient, f"gradient-{number}", "pictured" if pictured else "plain"))
    apart = sorted((line for line in lines if not line.agrees), key=lambda line: ORDER.get(line.gradient.outcome, 1))
    alike = [line for line in lines if line.agrees]
    return fill("session.html.j2", title=_title(session), session=session, lines=lines, apart=apart, alike=alike)


def _line(report: Report, gradient: SessionGradient, name: str, how: str) -> Line:
    """Return a gradient with what was found of it; pictures only where it does not agree."""
    line = Line(gradient, name)
    explain = Explain(gradient.explain)
    if gradient.outcome not in MARKS:
        found = report.failures[gradient.place] if gradient.place < len(report.failures) else None
        return dataclasses.replace(line, failure=found)
    if gradient.place >= len(report.results):
        return line
    result = report.results[gradient.place]
    pictured = how == "pictured" and not line.agrees
    return dataclasses.replace(
        line, told=tell(result, name, explain) if pictured else tell_plainly(result, name, explain)
    )


def _title(session: Session) -> str:
    """Return what the window is called: the first line of the summary."""
    return f"gradcheck: {session.summary[0]}" if session.summary else "gradcheck"
