"""The cost of a swept network by the user's own forward passes, each of them counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gradcheck.checks.forward import forward_mismatch, unit_roundoff
from gradcheck.checks.guards import call_user
from gradcheck.checks.meter import Meter
from gradcheck.errors import UsageError
from gradcheck.network.arrays import Array
from gradcheck.strategies.cases import NetworkCase
from gradcheck.subjects.network_class import NetworkSubject, UserNetwork, cost_of


class OwnCost:
    """Evaluate the declared cost (26) of a user's own forward pass, or of the reference's where the class has none.

    Parameters
    ----------
    subject : NetworkSubject
    case : NetworkCase
    meter : Meter
        Counts the forward passes.

    Examples
    --------
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.checks.swept_case import drawn_case
    >>> from gradcheck.examples.network_right import Network as Theirs
    >>> subject, meter = NetworkSubject("Network", Theirs), Meter(Options())
    >>> case = drawn_case(subject.declared, (4, 3, 2), 5, seed=0)
    >>> own = OwnCost(subject, case, meter)
    >>> bool(np.isclose(own(case.network.weights, case.network.biases), case.network.cost_of(case.x, case.y)))
    True
    >>> own.unit_roundoff() == 2.0**-53, meter.forward_passes, own.example_passes
    (True, 2, 6)
    """

    def __init__(self, subject: NetworkSubject, case: NetworkCase, meter: Meter) -> None:
        self._case, self._meter = case, meter
        self._user = UserNetwork(subject, case.network.sizes)
        self._cost = cost_of(self._user, case.network, case.x, case.y)
        self.example_passes = 0

    @property
    def is_own(self) -> bool:
        """Tell whether the class has a forward pass."""
        return self._user.has("feedforward")

    def __call__(self, weights: Sequence[Array], biases: Sequence[Array]) -> float:
        """Return C at these parameters; one forward pass."""
        self._count(self._case.x.shape[1])
        return float(call_user("the forward pass", self._cost, {"weights": list(weights), "biases": list(biases)}))

    def unit_roundoff(self) -> float:
        """Return the unit roundoff of the user's forward pass by what it returns for the first example (dimensionless); one pass.

        Raises
        ------
        UsageError
            If that is not a^L of equation (25) with the declared neurons.
        UserCodeError
            If the user's code raises.
        """
        network, x = self._case.network, self._case.x[:, :1]
        if not self.is_own:
            return unit_roundoff(network.dtype)
        self._user.load([np.array(w) for w in network.weights], [np.array(b) for b in network.biases])
        self._count(1)
        output: Array = call_user("feedforward", self._user.feedforward, np.array(x))
        off = forward_mismatch(network, x, output)
        if off is not None:
            names = ", ".join(activation.name for activation in self._user.subject.declared.activations)
            seen = f"{off.name} is {off.claimed!r}, and equation (25) with {names} neurons says {off.estimated!r}"
            shape = f"it returned shape {output.shape}, and {(network.sizes[-1], 1)} is required"
            raise UsageError(
                f"feedforward is not that of the network that was declared: for one example {seen if off.index else shape}; "
                "declare its activations (--activation, or activation in gradcheck.toml), or mend it first: gradcheck check says more"
            )
        return unit_roundoff(output.dtype)

    def _count(self, examples: int) -> None:
        self._meter.pay_passes(1)
        self.example_passes += examples
