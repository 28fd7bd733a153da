"""Counting forward passes: how often a function was called, and no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcheck.errors import BudgetExceeded


class CountedFunction:
    """A function that counts its calls, and refuses the one that goes over a limit.

    Equation (46) is judged by this count: one forward pass is one evaluation of the cost, over whatever batch it has.

    Parameters
    ----------
    function : callable
        Called with whatever arguments come.
    limit : int, optional
        How many calls are allowed; None for any number.
    on_pass : callable, optional
        Called with the count after every call, for progress.

    Raises
    ------
    BudgetExceeded
        When called once more than `limit`.

    Examples
    --------
    >>> square = CountedFunction(lambda x: x * x)
    >>> square(3.0), square(4.0), square.forward_passes
    (9.0, 16.0, 2)
    """

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        limit: int | None = None,
        on_pass: Callable[[int], None] | None = None,
    ) -> None:
        self.function = function
        self.limit = limit
        self.on_pass = on_pass
        self.forward_passes = 0

    def __call__(self, *args: Any) -> Any:
        if self.limit is not None and self.forward_passes >= self.limit:
            raise BudgetExceeded(f"the budget of {self.limit} forward passes is used up")
        self.forward_passes += 1
        try:
            return self.function(*args)
        finally:  # a call that raised was made too
            if self.on_pass is not None:
                self.on_pass(self.forward_passes)
