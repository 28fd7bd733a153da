"""A subject made ready to be measured: one flat vector, one counted cost, one claimed gradient."""

from __future__ import annotations

import dataclasses
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.checks.guards import LEAVES_THE_DOMAIN, Probed, as_cost, call_user, cost_at_probe, described, eps_of
from gradcheck.checks.options import Options
from gradcheck.differences.counting import CountedFunction
from gradcheck.errors import USER_CODE_RAISES, BudgetExceeded, GradcheckError, UsageError, UserCodeError
from gradcheck.parameters import Layout, lay_out, leaf_names, leaves_beside
from gradcheck.results import Fault, FaultKind
from gradcheck.subjects.protocol import GradientSubject

Vector = npt.NDArray[Any]


@dataclasses.dataclass(frozen=True)
class Claim:
    """What one gradient call returned: the vector of shape (P,), or the faults that keep it from being one.

    Examples
    --------
    >>> Claim(None, faults=(), leaves=()).vector is None
    True
    """

    vector: Vector | None
    faults: tuple[Fault, ...]
    leaves: tuple[Any, ...]

    def eps(self, position: int) -> float:
        """Return the machine precision of the dtype one leaf was returned in (dimensionless)."""
        return float(np.finfo(np.asarray(self.leaves[position]).dtype).eps)


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
        self._options = options
        self.cost_eps = float(np.finfo(np.float64).eps)
        self._cost = CountedFunction(subject.cost, on_pass=self._tell)
        self._gradient = CountedFunction(subject.gradient, on_pass=self._tell if subject.passes_per_gradient else None)
        self._probes = 0

    @property
    def forward_passes(self) -> int:
        """Evaluations of the cost so far, those within gradient calls of a (loss, gradient) function included."""
        return self._cost.forward_passes + self._probes + self.subject.passes_per_gradient * self.gradient_calls

    @property
    def gradient_calls(self) -> int:
        """Calls of the gradient so far."""
        return self._gradient.forward_passes

    def parameters(self, w: Vector) -> Any:
        """Return a fresh structure that holds `w`: the user's code may write to it and change nothing of ours."""
        return self.layout.to_structure(np.array(w))

    def cost(self, w: Vector) -> float:
        """Return the cost at the user's point."""
        return self.cost_keeps_parameters(w)[0]

    def probe(self, w: Vector) -> float:
        """Return the cost at a point of ours, NaN outside its domain."""
        return self.probes([w])[0]

    def probes(self, points: list[Vector]) -> list[float]:
        """Return the cost at several points of ours, side by side where there is an executor; NaN outside its domain."""
        self._afford(len(points))
        structures = [self.parameters(w) for w in points]
        probed = self._probed(structures) if self._options.executor is None else self._submitted(structures)
        self.cost_eps = max([self.cost_eps, *(one.eps for one in probed)])
        return [one.value for one in probed]

    def _probed(self, structures: list[Any]) -> list[Probed]:
        """Evaluate the cost here, one point after the other."""
        found = []
        for structure in structures:
            self._probes += 1
            try:
                found.append(cost_at_probe(self.subject.cost, structure))
            finally:  # a call that raised was made too
                self._tell(self._probes)
        return found

    def _submitted(self, structures: list[Any]) -> list[Probed]:
        """Evaluate the cost in the user's executor; its results are taken in the order of the points."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # here for its threads: they share the filters
            submit = self._options.executor.submit
            futures = [submit(cost_at_probe, self.subject.cost, structure) for structure in structures]
            self._probes += len(futures)
            try:
                return [future.result() for future in futures]
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
                self._tell(self._probes)

    def cost_keeps_parameters(self, w: Vector) -> tuple[float, Fault | None]:
        """Return the cost, and a fault if it wrote to its parameters."""
        self._afford(1)
        structure = self.parameters(w)
        returned = call_user("the cost", self._cost, structure)
        self.cost_eps = max(self.cost_eps, eps_of(returned))
        return as_cost(returned), self._mutation(structure, w, "cost")

    def claim(self, w: Vector) -> Claim:
        """Return what the gradient says at `w`, as a vector if it is one."""
        self._afford(self.subject.passes_per_gradient)
        structure = self.parameters(w)
        returned = call_user("the gradient", self._gradient, structure)
        claim = read_claim(self.layout, returned)
        mutation = self._mutation(structure, w, "gradient")
        return claim if mutation is None else dataclasses.replace(claim, faults=(*claim.faults, mutation))

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

    def _afford(self, passes: int) -> None:
        """Raise if so many passes more would go over the budget, which counts those within gradient calls as well."""
        budget = self._options.max_forward_passes
        if budget is not None and self.forward_passes + passes > budget:
            raise BudgetExceeded(f"the budget of {budget} forward passes is used up")

    def _tell(self, _: int) -> None:
        """Tell the progress after a pass."""
        if self._options.progress is not None:
            self._options.progress(self.forward_passes)

    def _mutation(self, structure: Any, w: Vector, what: str) -> Fault | None:
        """Return a fault if the structure no longer holds `w`."""
        try:
            after = self.layout.to_vector(structure)
        except (TypeError, ValueError):
            after = np.zeros(0)
        if after.shape != w.shape:
            sentence = f"the {what} changed its parameters in place (they no longer have their structure and shapes): work on a copy"
            return Fault(FaultKind.MUTATION, self.layout.leaves[0].name, sentence)
        changed = np.flatnonzero(after != self.layout.realise(np.array(w)))
        if changed.size == 0:
            return None
        leaf = next(leaf for leaf in self.layout.leaves if changed[0] < leaf.place.stop)
        index = np.unravel_index(int(changed[0]) - leaf.start, leaf.shape)
        where = f"{leaf.name}{[int(i) for i in index]}" if index else leaf.name
        return Fault(
            FaultKind.MUTATION,
            leaf.name,
            f"the {what} changed its parameters in place ({where} was {w[changed[0]]:.6g}, is {after[changed[0]]:.6g}): "
            "work on a copy",
        )


def read_claim(layout: Layout, returned: Any) -> Claim:
    """Return a gradient as the user gave it in the form of `layout`, or the faults of its structure, shapes and dtypes.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.parameters import lay_out
    >>> claim = read_claim(lay_out(np.zeros(3)), np.zeros((3, 1)))
    >>> claim.faults[0].sentence
    'the gradient of parameters has shape (3, 1): (3,) was required'
    """
    leaves = leaves_beside(layout, returned)
    if returned is None:
        sentence = "the gradient is None: is a return missing?"
        return Claim(None, (Fault(FaultKind.STRUCTURE, layout.leaves[0].name, sentence),), ())
    if leaves is None:
        wanted, seen = [leaf.name for leaf in layout.leaves], leaf_names(returned)
        sentence = (
            f"the gradient holds {_listing(seen)}: {_listing(wanted)} was required, in the structure of the parameters"
        )
        return Claim(None, (Fault(FaultKind.STRUCTURE, _first_difference(wanted, seen), sentence),), ())
    faults = tuple(
        fault
        for leaf, value in zip(layout.leaves, leaves, strict=True)
        for fault in _leaf_faults(leaf.name, leaf.shape, value)
    )
    if any(fault.kind is not FaultKind.NAN for fault in faults):
        return Claim(None, faults, tuple(leaves))
    vector = np.concatenate([np.ravel(np.asarray(value, dtype=np.float64)) for value in leaves])
    return Claim(vector, faults, tuple(leaves))


def _leaf_faults(name: str, shape: tuple[int, ...], value: Any) -> list[Fault]:
    """Return what is wrong with one leaf of a gradient."""
    if value is None or isinstance(value, dict):
        seen = "None" if value is None else f"a dict of {_listing(leaf_names(value))}"
        sentence = f"the gradient of {name} is {seen}: one array of shape {shape} was required"
        return [Fault(FaultKind.STRUCTURE, name, sentence)]
    try:
        array = np.asarray(value)
    except ValueError as error:
        return [
            Fault(FaultKind.SHAPE, name, f"the gradient of {name} is no array ({error}): shape {shape} was required")
        ]
    if array.dtype.kind != "f":
        seen = f"is {repr(value)[:60]}" if array.ndim == 0 else f"has dtype {array.dtype}"
        hint = "; its fractions are cut off" if array.dtype.kind in "iub" else ""
        return [Fault(FaultKind.DTYPE, name, f"the gradient of {name} {seen}: a floating dtype was required{hint}")]
    if array.shape != shape:
        return [Fault(FaultKind.SHAPE, name, f"the gradient of {name} has shape {array.shape}: {shape} was required")]
    bad = np.argwhere(~np.isfinite(array))
    if len(bad) == 0:
        return []
    index = tuple(int(i) for i in bad[0])
    place = f"{name}{list(index)}" if index else name
    return [
        Fault(
            FaultKind.NAN,
            name,
            f"the gradient is {array[index]} at {place}, and not finite in {len(bad)} of {array.size} components",
        )
    ]


def _first_difference(wanted: list[str], seen: list[str]) -> str:
    """Return the first leaf that is missing or unexpected."""
    return next((name for name in [*wanted, *seen] if (name in wanted) != (name in seen)), wanted[0])


def _listing(names: list[str]) -> str:
    """Return a few names as a phrase."""
    shown = ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")
    return f"{len(names)} arrays ({shown})" if len(names) != 1 else f"1 array ({shown})"
