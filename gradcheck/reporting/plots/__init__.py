"""Pictures of results, as figures of matplotlib; nothing of it is imported before one is drawn."""

from gradcheck.reporting.plots.equations import plot_equations
from gradcheck.reporting.plots.price import plot_price

__all__ = ["plot_equations", "plot_price"]
