"""A subject made ready to be measured: one flat vector, one counted cost, one claimed gradient."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.checks.buffers import Buffers
from gradcheck.checks.claims import Claim, mutation, read_claim
from gradcheck.checks.guards import LEAVES_THE_DOMAIN, Probed, as_cost, call_user, cost_at_probe, described, eps_of
from gradcheck.checks.meter import Meter
from gradcheck.checks.options import Options
from gradcheck.differences.analytic import AnalyticArray, HandedOut, followed_value
from gradcheck.differences.directions import component_scales
from gradcheck.errors import USER_CODE_RAISES, BudgetExceeded, GradcheckError, UsageError, UserCodeError
from gradcheck.parameters import Layout, Leaf, lay_out
from gradcheck.results import Fault
from gradcheck.subjects.protocol import GradientSubject

Vector = npt.NDArray[Any]


class Problem:
    """A subject behind counters, with its parameters as one vector.

    Parameters
    ----------
    subject : GradientSubject
    options : Options

    Raises
    ------
    UsageError
        If the parameters are empty, complex, of a dtype that is not floating, or not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.checks.options import Options
    >>> problem = Problem(GradientSubject("square", lambda w: w @ w, lambda w: 2 * w, at=np.ones(3)), Options())
    >>> problem.cost(problem.w), problem.forward_passes
    (3.0, 1)
    """

    def __init__(self, subject: GradientSubject, options: Options) -> None:
        self.subject = subject
        self.layout: Layout = lay_out(subject.at)
        self.w = self.layout.to_vector(subject.at)
        self.cost_eps = float(np.finfo(np.float64).eps)
        self.meter = Meter(options, passes_per_gradient=subject.passes_per_gradient)
        self._executor = options.executor
        self._buffers = Buffers()
        self._scales: dict[tuple[int, int], Vector] = {}

    def at(self, w: Vector) -> Problem:
        """Return the same problem at another point; what is spent there is counted here."""
        moved = copy.copy(self)
        moved.w, moved._scales = w, {}
        return moved

    def promoted(self) -> Problem:
        """Return the same problem with all parameters in float64; what is spent there is counted here."""
        wide = copy.copy(self)
        wide.layout = self.layout.promoted()
        wide.cost_eps = float(np.finfo(np.float64).eps)  # what the cost returned so far was of the narrow dtype
        return wide

    @property
    def forward_passes(self) -> int:
        """Evaluations of the cost so far, those within gradient calls of a (loss, gradient) function included."""
        return self.meter.forward_passes

    @property
    def gradient_calls(self) -> int:
        """Calls of the gradient so far."""
        return self.meter.gradient_calls

    def parameters(self, w: Vector) -> Any:
        """Return a fresh structure that holds `w`: the user's code may write to it and change nothing of ours."""
        return self.layout.to_structure(self._buffers.copy_of(w))

    def scales(self, leaf: Leaf) -> Vector:
        """Return how far each component of a leaf is moved, found once a point; see `component_scales`."""
        key = leaf.start, leaf.size
        if key not in self._scales:
            self._scales[key] = component_scales(self.w[leaf.place])
            self._scales[key].flags.writeable = False
        return self._scales[key]

    def cost(self, w: Vector) -> float:
        """Return the cost at the user's point."""
        return self.cost_keeps_parameters(w)[0]

    def probe(self, w: Vector) -> float:
        """Return the cost at a point of ours, evaluated here and not by an executor; NaN outside its domain."""
        return self._taken(self._probed([self.parameters(w)]))[0]

    def probes(self, points: Iterable[Vector]) -> list[float]:
        """Return the cost at several points of ours, side by side where there is an executor; NaN outside its domain."""
        structures = map(self.parameters, points)
        return self._taken(self._probed(structures) if self._executor is None else self._submitted(list(structures)))

    def _taken(self, probed: list[Probed]) -> list[float]:
        """Return the values, and remember the coarsest precision any of them came in."""
        self.cost_eps = max([self.cost_eps, *(one.eps for one in probed)])
        return [one.value for one in probed]

    def _probed(self, structures: Iterable[Any]) -> list[Probed]:
        """Evaluate the cost here, one point after the other."""
        found = []
        for structure in structures:
            self.meter.pay_passes(1)
            found.append(cost_at_probe(self.subject.cost, structure))
        return found

    def _submitted(self, structures: list[Any]) -> list[Probed]:
        """Evaluate the cost in the user's executor; its results are taken in the order of the points."""
        affordable = []
        with contextlib.suppress(BudgetExceeded):
            for structure in structures:
                self.meter.pay_passes(1)
                affordable.append(structure)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # here for its threads: they share the filters
            futures: list[Any] = []
            try:
                futures.extend(self._executor.submit(cost_at_probe, self.subject.cost, one) for one in affordable)
                found: list[Probed] = [future.result() for future in futures]
            except USER_CODE_RAISES as error:
                if isinstance(error, GradcheckError):
                    raise
                raise UsageError(
                    f"the executor could not evaluate the cost ({described(error)}): with processes the cost and its parameters "
                    "must pickle, so define the cost at the top of a module, or use threads"
                ) from error
            finally:
                for future in futures:
                    future.cancel()
        if len(found) < len(structures):
            self.meter.pay_passes(1)  # says that the budget is used up
        return found

    def probe_complex(self, w: Vector) -> complex | None:
        """Return the cost at complex parameters, None where it does not take them or is seen not to be analytic; one forward pass."""
        self.meter.pay_passes(1)
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                warnings.simplefilter("error", np.exceptions.ComplexWarning)
                structure = self.layout.to_structure(np.array(w).view(AnalyticArray))
                returned = followed_value(self.subject.cost, structure)
                value = np.asarray(returned)
        except USER_CODE_RAISES:
            return None
        if isinstance(returned, HandedOut):
            return returned if np.isfinite(value) else None
        if value.size != 1 or value.dtype.kind != "c" or not np.isfinite(value).all():
            return None
        return complex(value.reshape(()))

    def cost_keeps_parameters(self, w: Vector) -> tuple[float, Fault | None]:
        """Return the cost, and a fault if it wrote to its parameters."""
        self.meter.pay_passes(1)
        structure = self.parameters(w)
        returned = call_user("the cost", self.subject.cost, structure)
        self.cost_eps = max(self.cost_eps, eps_of(returned))
        return as_cost(returned), mutation(self.layout, structure, w, "cost")

    def claim(self, w: Vector) -> Claim:
        """Return what the gradient says at `w`, as a vector if it is one."""
        self.meter.pay_gradient()
        structure = self.parameters(w)
        returned = call_user("the gradient", self.subject.gradient, structure)
        claim = read_claim(self.layout, returned)
        written = mutation(self.layout, structure, w, "gradient")
        return claim if written is None else dataclasses.replace(claim, faults=(*claim.faults, written))

    def claim_elsewhere(self, w: Vector) -> Claim | None:
        """Return what the gradient says at a point of ours: silent, and None where it is outside its domain."""
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return self.claim(w)
        except UserCodeError as error:
            if isinstance(error.__cause__, LEAVES_THE_DOMAIN):
                return None
            raise
