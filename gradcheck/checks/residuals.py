"""The equations (BP1) to (BP4), each on its own, in what a backprop returned for one example: an earlier mistake is carried forward."""

from __future__ import annotations

import copy
import dataclasses
import enum
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.checks.equation_sides import BOTH_SIDES, Near, Side, as_written, output_error
from gradcheck.checks.forward import forward_rounding, through, underflow, unit_roundoff
from gradcheck.mistakes.program import Answer, Call
from gradcheck.network.backprop import backprop_from
from gradcheck.network.model import ForwardPass, Network
from gradcheck.results import EquationResult, EquationStatus, Matrix, WeightGradient

Array = npt.NDArray[Any]


class Carries(enum.Enum):
    """Which of the two deltas that an answer implies is carried on.

    Examples
    --------
    >>> [one.value for one in Carries]
    ['better supported', 'nabla_w', 'nabla_b']
    """

    SUPPORTED = "better supported"
    WEIGHTS = "nabla_w"
    """Before nabla_b, which says nothing of itself: nabla_w is a product with a, or it is not."""
    BIASES = "nabla_b"


class Example:
    """One example of a network with what a backprop answered, seen layer by layer from the output.

    Parameters
    ----------
    call : Call
        One example.
    answer : Answer
        Biases' gradients as (n, 1) columns.
    theirs : Network or None
        The same network with sigma' and nabla_a C as the user wrote them, where those were found wrong before.
    unit : float
        Unit roundoff of the arithmetic, where that is coarser than the answer's dtype says (dimensionless).
    forward : ForwardPass or None
        Where the answer stands on another forward pass than (25).

    Examples
    --------
    >>> from gradcheck.mistakes.program import REFERENCE, Asked
    >>> call = Call(Network.random([2, 3, 1], np.random.default_rng(0)), np.ones((2, 1)), np.zeros((1, 1)))
    >>> [(one.equation, one.layer, one.status.value) for one in Example(call, REFERENCE.gradient(call, Asked.ONE)).judged()][:2]
    [('BP1', 3, 'holds'), ('BP3', 3, 'holds')]
    """

    @np.errstate(all="ignore")
    def __init__(
        self,
        call: Call,
        answer: Answer,
        theirs: Network | None = None,
        *,
        unit: float = 0.0,
        forward: ForwardPass | None = None,
    ) -> None:
        self.network, self.call = call.network, call
        self.theirs = self.theirs_at_output = theirs
        self.is_declared_forward = forward is None
        self.forward = forward or self.network.feedforward(call.x)
        dtypes = [np.asarray(leaf).dtype for leaf in answer.leaves]
        self.unit = max([unit, *map(unit_roundoff, dtypes)])
        self.underflow = max(map(underflow, dtypes), default=0.0)
        self.rounding = forward_rounding(self.network, self.forward, self.unit)
        self.true = self._true()
        self.nabla_b = answer.nabla_b
        decays = [self.network.weight_decay.nabla_w(w) for w in self.network.weights]
        self.decays = [np.abs(decay) for decay in decays]
        self.nabla_w = [
            nabla - decay if nabla.shape == decay.shape else nabla
            for nabla, decay in zip(answer.nabla_w, decays, strict=True)
        ]

    def output_error_as_written(self) -> Side | None:
        """Return the right-hand side of (BP1) with sigma' and nabla_a C as the user wrote them, where those were found wrong."""
        if self.theirs_at_output is None:
            return None
        return as_written(self.target(self.theirs_at_output, self.network.num_layers, None))

    def with_declared_output_error(self) -> Example:
        """Return the same with (BP1) beside the declared sigma' and nabla_a C, and no others."""
        other = copy.copy(self)
        other.theirs_at_output = None
        return other

    @np.errstate(all="ignore")  # what is not finite, or becomes so here, fits nothing: numpy need not say it too
    def judged(self, carries: Carries = Carries.SUPPORTED) -> list[EquationResult]:
        """Return (BP1) or (BP2), (BP3) and (BP4) of every layer, the output layer first."""
        found: list[EquationResult] = []
        delta: Array | None = None
        for layer in range(self.network.num_layers, 1, -1):
            one = _Layer(self, layer, delta, carries)
            found.extend(one.judged())
            delta = one.delta
        return found

    def _true(self) -> list[Side]:
        """Return delta^l of every layer as it should be, with what rounding does to it on the way from the output."""
        deltas = backprop_from(self.network, self.forward, self.call.y).deltas
        found = [self.target(self.network, self.network.num_layers, None)]
        for layer in range(self.network.num_layers - 1, 1, -1):
            w, activation = self.network.weights[layer - 1], self.network.activations[layer - 2]
            z, a = self.forward.zs[layer - 2], self.forward.activations[layer - 1]
            here = self.target(self.network, layer, deltas[layer - 1])
            passed_on = through(activation, z, a, np.abs(w).T @ found[-1].bound)
            found.append(Side(here.value, here.bound + passed_on))
        return found[::-1]

    def target(self, network: Network, layer: int, delta_next: Array | None) -> Side:
        """Return the right-hand side of (BP1) or (BP2) at a layer, from the delta of the next as it was returned."""
        side = self._unrounded_target(network, layer, delta_next)
        return Side(side.value, side.bound + self.underflow)

    def _unrounded_target(self, network: Network, layer: int, delta_next: Array | None) -> Side:
        z, a = self.forward.zs[layer - 2], self.forward.activations[layer - 1]
        if delta_next is None:
            return output_error(network, self.forward, self.call.y, self.rounding, self.unit)
        w = network.weights[layer - 1]
        cotangent = w.T @ delta_next
        blurred = (len(w) + 2) * self.unit * (np.abs(w).T @ np.abs(delta_next))
        near = Near(z, a, self.rounding.zs[layer - 2], self.unit)
        return near.through(network.activations[layer - 2], Side(cotangent, blurred))


class _Layer:
    """The equations of one layer: which of the two deltas that the answer implies is carried on, and what holds of it."""

    def __init__(self, example: Example, layer: int, delta_next: Array | None, carries: Carries) -> None:
        self.example, self.layer, self.is_output, self.carries = example, layer, delta_next is None, carries
        self.a = example.forward.activations[layer - 2]
        self.blur = example.rounding.activations[layer - 2]
        self.nabla_b, self.nabla_w = example.nabla_b[layer - 2], example.nabla_w[layer - 2]
        self.true = example.true[layer - 2]
        self.targets = [example.target(example.network, layer, delta_next)]
        written = example.theirs_at_output if self.is_output else example.theirs
        if written is not None:
            self.targets.append(as_written(example.target(written, layer, delta_next)))
        self.implied = self._implied()
        self.delta = self._carried()

    def judged(self) -> list[EquationResult]:
        first = "BP1" if self.is_output else "BP2"
        by_biases = self.nabla_b if self.nabla_b.shape == self.delta.shape else np.full(self.delta.shape, np.nan)
        by_weights = self._product(self.delta)
        statuses = (
            (first, self._of_delta(), self.targets[0].worst(self.delta)),
            ("BP3", self._of(Side(self.delta, self._blur_of_implied()), by_biases), self._worst(by_biases)),
            ("BP4", self._of(by_weights, self.nabla_w), by_weights.worst(self.nabla_w)),
        )
        *others, last = [
            EquationResult(equation, self.layer, status, residual, bound, 1, self.example.network.sizes)
            for equation, status, (residual, bound) in statuses
        ]
        return [*others, dataclasses.replace(last, weights=self._wrong_weights(last.status))]

    def _wrong_weights(self, status: EquationStatus) -> WeightGradient | None:
        """Return nabla_w beside what it should be, where it is wrong, be it for an earlier mistake.

        Beside another forward pass than (25) nothing is as it should be.
        """
        is_wrong = status in (EquationStatus.BROKEN, EquationStatus.CARRIED)
        if not is_wrong or not self.example.is_declared_forward or self.nabla_w.ndim != 2:
            return None
        return WeightGradient(_matrix(self.nabla_w), _matrix(self.true.value @ self.a.T))

    def _of_delta(self) -> EquationStatus:
        """Return whether (BP1) or (BP2) holds of the delta that is carried on."""
        blur = self._blur_of_delta()
        fitting = [Side(target.value, target.bound + blur).fits(self.delta) for target in self.targets]
        if not any(fitting):
            return EquationStatus.BROKEN
        if self._is_still():
            return EquationStatus.VACUOUS
        is_true = fitting[0] and self.true.fits(self.targets[0].value)
        return EquationStatus.HOLDS if is_true else EquationStatus.CARRIED

    def _of(self, wanted: Side, nabla: Array) -> EquationStatus:
        """Return whether (BP3) or (BP4) holds of the delta that is carried on."""
        if not wanted.fits(nabla):
            return EquationStatus.BROKEN
        if self._is_still():
            return EquationStatus.VACUOUS
        is_true = Side(self.true.value, self.true.bound + self._blur_of_delta()).fits(self.delta)
        return EquationStatus.HOLDS if is_true else EquationStatus.CARRIED

    def _is_still(self) -> bool:
        """Tell whether delta is 0 to within rounding: then what it makes is 0 whatever the equations are."""
        return bool(np.all(np.abs(self.delta) <= BOTH_SIDES * self.true.bound))

    def _worst(self, by_biases: Array) -> tuple[float, float]:
        return Side(self.delta, self._blur_of_implied()).worst(by_biases)

    def _implied(self) -> Array | None:
        """Return dbar = nabla_w a / ||a||^2, the delta that nabla_w implies; None where it has another shape or is not finite, or a is 0."""
        size = float(np.sum(self.a**2))
        if self.nabla_w.shape != self.example.network.weights[self.layer - 2].shape or not size > 0.0:
            return None
        implied: Array = self.nabla_w @ self.a / size
        return implied if np.all(np.isfinite(implied)) else None

    def _blur_of_implied(self) -> Array:
        """Bound the rounding error of dbar, and of the nabla_b it is compared with."""
        unit, size = self.example.unit, float(np.linalg.norm(self.a))
        in_a = float(np.linalg.norm(self.blur)) / size if size > 0.0 else 0.0
        terms = (
            (np.abs(self.nabla_w) + self.example.decays[self.layer - 2]) @ np.abs(self.a) / max(size**2, 1e-300)
            if self.implied is not None
            else np.abs(self.delta)
        )
        lost = self.example.underflow * (1.0 + float(np.sum(np.abs(self.a))) / max(size**2, 1e-300))
        return (len(self.a) + 4) * unit * (terms + np.abs(self.delta)) + in_a * np.abs(self.delta) + lost

    def _product(self, delta: Array) -> Side:
        """Return delta a^T, the right-hand side of (BP4)."""
        value: Array = delta @ self.a.T
        decay = self.example.decays[self.layer - 2]
        bound = np.abs(delta) @ self.blur.T + 4 * self.example.unit * (np.abs(value) + decay)
        bound = bound + self.example.underflow * (1.0 + np.abs(self.a).T)
        # The delta is dbar where nabla_b is wrong: as far from the one that was used as dbar's rounding allows.
        return Side(value, bound + self._blur_of_delta() @ np.abs(self.a).T)

    def _blur_of_delta(self) -> Array:
        return (
            self._blur_of_implied()
            if self.implied is not None and self.delta is self.implied
            else np.zeros((len(self.delta), 1))
        )

    def _carried(self) -> Array:
        """Return the delta that is carried on: nabla_b, or the one that nabla_w implies where that is better supported.

        Supported is what the cost's own slopes support, the true delta here, or the equation from the layer before.
        """
        implied, own, shape = self.implied, self.nabla_b, self.true.value.shape
        if own.size == self.true.value.size:  # a vector in a column's place: (BP3) tells
            own = own.reshape(shape)
        if own.shape != shape or not np.all(np.isfinite(own)):
            return implied if implied is not None else np.zeros(shape)
        if self.carries is Carries.WEIGHTS and implied is not None:
            return implied
        self.delta = own
        if self.carries is Carries.BIASES:
            return own
        if implied is None or Side(own, self._blur_of_implied()).fits(implied):
            return own
        for side in (self.true, *self.targets):
            if side.fits(own):
                return own
            if Side(side.value, side.bound + self._blur_of_implied()).fits(implied):
                return implied
        self.delta = implied
        return implied if self._product(implied).fits(self.nabla_w) and self._is_nearer(implied, own) else own

    def _is_nearer(self, implied: Array, own: Array) -> bool:
        """Tell whether dbar lies nearer to the equation's other side than nabla_b does."""
        wanted = self.targets[0].value
        return bool(np.linalg.norm(implied - wanted) < np.linalg.norm(own - wanted))


def _matrix(array: Array) -> Matrix:
    rows, columns = array.shape
    return Matrix(rows, columns, tuple(map(float, array.ravel())))
