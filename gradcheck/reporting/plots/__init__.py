"""Pictures of results, as figures of matplotlib; nothing of it is imported before one is drawn."""

from gradcheck.reporting.plots.compared import plot_claimed_against_estimated
from gradcheck.reporting.plots.equations import plot_equations
from gradcheck.reporting.plots.matrices import plot_matrices
from gradcheck.reporting.plots.price import plot_price
from gradcheck.reporting.plots.remainder import plot_remainder
from gradcheck.reporting.plots.steps import plot_steps
from gradcheck.reporting.plots.stillness import plot_stillness

__all__ = [
    "plot_claimed_against_estimated",
    "plot_equations",
    "plot_matrices",
    "plot_price",
    "plot_remainder",
    "plot_steps",
    "plot_stillness",
]
