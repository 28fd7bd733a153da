"""The picture of the price: forward passes used, beside those that equation (46) and central differences would take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradcheck.reporting.layout import Row, Table
from gradcheck.reporting.plots.axes import span, spread
from gradcheck.reporting.plots.canvas import BLUE, FAINT, INK, new_figure, write
from gradcheck.reporting.plots.picture import Picture, figure_of
from gradcheck.reporting.words import deciding
from gradcheck.results import CheckResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Bars = tuple[tuple[str, int], ...]


def plot_price(result: CheckResult) -> Figure:
    """Return the bars of forward passes, on a logarithmic axis: used, P + 1 of equation (46), and 2P of central differences.

    Raises
    ------
    ValueError
        If the result is not of one number of parameters, as that of many random networks is.
    MissingExtra
        If matplotlib is not installed.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> figure = plot_price(CheckResult("gradient", Verdict.AGREE, parameters=100, forward_passes=24))
    >>> [text.get_text() for text in figure.get_axes()[0].texts]
    ['24', '101', '200']
    """
    return figure_of(price_picture(result), "forward passes can be compared with P + 1 where there is one P only")


def price_picture(result: CheckResult) -> Picture | None:
    """Return the picture, where the number of parameters is that of the whole check.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> price_picture(CheckResult("gradient", Verdict.AGREE, parameters=2, forward_passes=24)).words
    'This check took 24 forward passes; equation (46) would take 3 (P + 1), central differences 4 (2P).'
    """
    p = result.parameters
    if p <= 0 or result.forward_passes <= 0 or deciding(result).counterexample:
        return None
    bars: Bars = (("this check", result.forward_passes), ("(46): P + 1", p + 1), ("central: 2P", 2 * p))
    words = (
        f"This check took {result.forward_passes:,} forward passes; equation (46) would take {p + 1:,} (P + 1), central differences "
        f"{2 * p:,} (2P)."
    )
    table = Table(("way", "forward passes"), tuple(Row((name, f"{passes:,}")) for name, passes in bars), left=1)
    return Picture("price", "The price", words, lambda: _draw(bars), table)


def _draw(bars: Bars) -> Figure:
    figure = new_figure(1.55)
    axes = figure.subplots()
    names, passes = zip(*bars, strict=True)
    axes.barh(names, passes, color=[BLUE, FAINT, FAINT], height=0.62)
    for bar, hatch in zip(axes.patches, ("", "//", "//"), strict=True):
        bar.set(hatch=hatch, edgecolor=bar.get_facecolor(), fill=not hatch)
    axes.invert_yaxis()
    lowest, highest = span([1.0, *passes])
    exponents = spread(lowest, highest)
    axes.set_xscale("log")
    axes.set_xticks([10.0**n for n in exponents], [f"{10**n:,}" for n in exponents])
    axes.minorticks_off()
    axes.set_xlim(0.8, 8.0 * max(passes))
    axes.set_xlabel("forward passes (logarithmic)")
    for height, count in enumerate(passes):
        write(axes, 1.12 * count, height, f"{count:,}", va="center", color=INK)
    return figure
