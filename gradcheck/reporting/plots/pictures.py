"""The pictures of one result, in the order of a page: those that it has the numbers for, and that its reader may see."""

from __future__ import annotations

from gradcheck.reporting.levels import Explain
from gradcheck.reporting.plots.compared import compared_picture
from gradcheck.reporting.plots.equations import equations_picture
from gradcheck.reporting.plots.matrices import matrix_pictures
from gradcheck.reporting.plots.picture import Picture
from gradcheck.reporting.plots.remainder import remainder_picture
from gradcheck.reporting.plots.steps import steps_picture
from gradcheck.reporting.plots.stillness import stillness_picture
from gradcheck.results import CheckResult


def pictures_of(result: CheckResult, explain: Explain = Explain.NUMBERS) -> list[Picture]:
    """Return the pictures, but for that of the price; none with a right value in it below `Explain.NUMBERS`.

    Examples
    --------
    >>> from gradcheck.results import EquationResult, EquationStatus, Verdict
    >>> holds = EquationResult("BP1", 2, EquationStatus.HOLDS)
    >>> [one.name for one in pictures_of(CheckResult("Network", Verdict.AGREE, equations=(holds,)))]
    ['equations']
    """
    if explain is Explain.VERDICT:
        return []
    found = [equations_picture(result)]
    if explain is Explain.NUMBERS:
        found += [*matrix_pictures(result), compared_picture(result), steps_picture(result), remainder_picture(result)]
        found.append(stillness_picture(result))
    return [picture for picture in found if picture is not None]
