"""The price of a check, counted in one place: forward passes, gradient calls, and the budget for them."""

from __future__ import annotations

from gradcheck.checks.options import Options
from gradcheck.errors import BudgetExceeded


class Meter:
    """Counts what a check spends, refuses what goes over its budget, and tells the progress.

    Equation (46) is judged by this count: one forward pass is one evaluation of the cost, over whatever batch it has.

    Parameters
    ----------
    options : Options
    passes_per_gradient : int
        Forward passes that one gradient call makes: 1 for a (loss, gradient) function, else 0.

    Examples
    --------
    >>> meter = Meter(Options(max_forward_passes=3), passes_per_gradient=1)
    >>> meter.pay_passes(2)
    >>> meter.pay_gradient()
    >>> meter.forward_passes, meter.gradient_calls
    (3, 1)
    """

    def __init__(self, options: Options, *, passes_per_gradient: int = 0) -> None:
        self._options = options
        self._passes_per_gradient = passes_per_gradient
        self.forward_passes = 0
        self.gradient_calls = 0

    def pay_passes(self, passes: int) -> None:
        """Count forward passes that are about to be made.

        Raises
        ------
        BudgetExceeded
            If the budget has not so many left; nothing is counted then.
        """
        budget = self._options.max_forward_passes
        if budget is not None and self.forward_passes + passes > budget:
            raise BudgetExceeded(f"the budget of {budget} forward passes is used up")
        for _ in range(passes):
            self.forward_passes += 1
            if self._options.progress is not None:
                self._options.progress(self.forward_passes)

    def pay_gradient(self) -> None:
        """Count a gradient call that is about to be made, with the forward passes within it."""
        self.pay_passes(self._passes_per_gradient)
        self.gradient_calls += 1
