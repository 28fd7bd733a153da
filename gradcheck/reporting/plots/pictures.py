"""The pictures of one result, in the order of a page: those that it has the numbers for, and that its reader may see."""

from __future__ import annotations

from gradcheck.reporting.levels import Explain
from gradcheck.reporting.plots.equations import equations_picture
from gradcheck.reporting.plots.picture import Picture
from gradcheck.reporting.plots.price import price_picture
from gradcheck.results import CheckResult


def pictures_of(result: CheckResult, explain: Explain = Explain.NUMBERS) -> list[Picture]:
    """Return the pictures; none with a right value in it below `Explain.NUMBERS`.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> [one.name for one in pictures_of(CheckResult("gradient", Verdict.AGREE, parameters=2, forward_passes=24))]
    ['price']
    """
    found = [] if explain is Explain.VERDICT else [equations_picture(result)]
    return [picture for picture in (*found, price_picture(result)) if picture is not None]
