"""Weight decay: the part of a cost that depends on the weights alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from gradcheck.errors import UsageError
from gradcheck.network.arrays import Array


@dataclass(frozen=True)
class WeightDecay:
    """Hold the term l2/2 sum w^2 + l1 sum |w| over all weights; biases are left alone.

    Parameters
    ----------
    l1, l2 : float
        Coefficients, not negative; cost per unit of weight and per unit of weight squared. Not divided by m.

    Raises
    ------
    UsageError
        If a coefficient is negative or not finite.

    Examples
    --------
    >>> import numpy as np
    >>> WeightDecay(l1=1.0, l2=2.0).value([np.array([[3.0, -1.0]])])
    14.0
    """

    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        """Refuse coefficients that are no decay."""
        for name, coefficient in (("l1", self.l1), ("l2", self.l2)):
            if not (0 <= coefficient < np.inf):
                raise UsageError(f"{name} is {coefficient!r}: a weight decay is a finite number, 0 or more")

    def value(self, weights: Iterable[Array]) -> Any:
        """Return the term that is added to the cost: a float, or complex for complex weights.

        Examples
        --------
        >>> import numpy as np
        >>> WeightDecay(l2=2.0).value([np.array([[3.0]]), np.array([[1.0]])])
        10.0
        """
        total: Any = 0.0
        for w in weights:
            if self.l2:
                total += self.l2 / 2 * (w * w).sum().item()
            if self.l1:
                total += self.l1 * (w * np.sign(w.real)).sum().item()
        return total

    def nabla_w(self, w: Array) -> Array:
        """Return the term's gradient for one weight matrix, l2 w + l1 sign(w), with sign(0) = 0.

        Examples
        --------
        >>> import numpy as np
        >>> WeightDecay(l1=1.0, l2=2.0).nabla_w(np.array([[3.0, 0.0]]))
        array([[7., 0.]])
        """
        nabla_w: Array = self.l2 * w + self.l1 * np.sign(w.real)
        return nabla_w


NO_DECAY: Final = WeightDecay()
