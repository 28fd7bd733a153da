"""The equations (BP1) to (BP4), each on its own, in what a backprop returned for one example: an earlier mistake is carried forward."""

from __future__ import annotations

import copy
import dataclasses
import enum
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.forward import SIGMA_ROUNDINGS, Rounding, forward_rounding, through, unit_roundoff
from gradcheck.mistakes.program import Answer, Call
from gradcheck.network.activations import Activation
from gradcheck.network.backprop import backprop_from
from gradcheck.network.model import ForwardPass, Network
from gradcheck.results import EquationResult, EquationStatus, Matrix, WeightGradient

Array = npt.NDArray[Any]

WRITTEN: Final = float(np.sqrt(np.finfo(np.float64).eps))
"""What rounding may become in the user's own sigma' and nabla_a C, half of the digits: more is no rounding, but other numbers for each
call, and any answer would be near them (relative to the largest)."""

BOTH_SIDES: Final = 2.0
"""A residual may be this many times the rounding bound of one side: the user's side rounds too (dimensionless)."""


@dataclasses.dataclass(frozen=True, eq=False)
class Side:
    """One side of an equation, and a bound of its rounding error, of one shape.

    Examples
    --------
    >>> Side(np.ones(2), np.full(2, 1e-16)).fits(np.ones(2))
    True
    """

    value: Array
    bound: Array

    def fits(self, other: Array) -> bool:
        """Tell whether the other side is this one to within rounding; NaN fits nothing."""
        return self.value.shape == other.shape and bool(np.all(np.abs(other - self.value) <= BOTH_SIDES * self.bound))

    def worst(self, other: Array) -> tuple[float, float]:
        """Return the residual that is largest beside its bound, and that bound."""
        if self.value.shape != other.shape:
            return float("nan"), float("nan")
        gap, bound = np.abs(other - self.value).ravel(), BOTH_SIDES * self.bound.ravel()
        worst = int(np.argmax(gap / np.maximum(bound, np.finfo(np.float64).tiny)))
        return float(gap[worst]), float(bound[worst])


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
        self.network, self.call, self.theirs = call.network, call, theirs
        self.forward = forward or self.network.feedforward(call.x)
        self.unit = max(unit, *(unit_roundoff(np.asarray(leaf).dtype) for leaf in answer.leaves))
        self.rounding = forward_rounding(self.network, self.forward, self.unit)
        self.true = self._true()
        self.nabla_b = answer.nabla_b
        decays = [self.network.weight_decay.nabla_w(w) for w in self.network.weights]
        self.decays = [np.abs(decay) for decay in decays]
        self.nabla_w = [
            nabla - decay if nabla.shape == decay.shape else nabla
            for nabla, decay in zip(answer.nabla_w, decays, strict=True)
        ]

    def as_declared(self) -> Example:
        """Return the same beside the declared sigma' and nabla_a C, and no others."""
        other = copy.copy(self)
        other.theirs = None
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
        z, a = self.forward.zs[layer - 2], self.forward.activations[layer - 1]
        if delta_next is None:
            return _output_error(network, self.forward, self.call.y, self.rounding, self.unit)
        w = network.weights[layer - 1]
        cotangent = w.T @ delta_next
        blurred = (len(w) + 2) * self.unit * (np.abs(w).T @ np.abs(delta_next))
        near = _Near(z, a, self.rounding.zs[layer - 2], self.unit)
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
        if example.theirs is not None:
            self.targets.append(_as_written(example.target(example.theirs, layer, delta_next)))
        self.implied = self._implied()
        self.delta = self._carried()

    def judged(self) -> list[EquationResult]:
        first = "BP1" if self.is_output else "BP2"
        by_biases = self.nabla_b if self.nabla_b.shape == self.delta.shape else np.full(self.delta.shape, np.nan)
        by_weights = self._product(self.delta)
        statuses = (
            (first, self._of_delta(), self.targets[0].worst(self.delta)),
            ("BP3", self._of(Side(self.delta, self._blur_of_implied()).fits(by_biases)), self._worst(by_biases)),
            ("BP4", self._of(by_weights.fits(self.nabla_w)), by_weights.worst(self.nabla_w)),
        )
        *others, last = [
            EquationResult(equation, self.layer, status, residual, bound, 1, self.example.network.sizes)
            for equation, status, (residual, bound) in statuses
        ]
        return [*others, dataclasses.replace(last, weights=self._wrong_weights(last.status))]

    def _wrong_weights(self, status: EquationStatus) -> WeightGradient | None:
        """Return nabla_w beside what it should be, where it is wrong, be it for an earlier mistake."""
        if status not in (EquationStatus.BROKEN, EquationStatus.CARRIED) or self.nabla_w.ndim != 2:
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

    def _of(self, fits: bool) -> EquationStatus:  # noqa: FBT001 - what was compared, no switch
        """Return whether (BP3) or (BP4) holds of the delta that is carried on."""
        if not fits:
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
        return (len(self.a) + 4) * unit * (terms + np.abs(self.delta)) + in_a * np.abs(self.delta)

    def _product(self, delta: Array) -> Side:
        """Return delta a^T, the right-hand side of (BP4)."""
        value: Array = delta @ self.a.T
        decay = self.example.decays[self.layer - 2]
        bound = np.abs(delta) @ self.blur.T + 4 * self.example.unit * (np.abs(value) + decay)
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
        own = (
            own.reshape(shape) if own.size == self.true.value.size else own
        )  # a vector in a column's place: (BP3) tells
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


@dataclasses.dataclass(frozen=True, eq=False)
class _Near:
    """Weighted inputs of one layer, how far rounding may have moved them, and their activations."""

    z: Array
    a: Array
    blur: Array
    unit: float

    def through(self, activation: Activation, cotangent: Side) -> Side:
        """Return cotangent * sigma'(z), with what rounding of z, of the cotangent and of sigma' itself may do to it."""
        c = cotangent.value
        value = activation.vjp(self.z, c)
        moved = sum(np.abs(activation.vjp(z, c) - value) for z in (self.z + self.blur, self.z - self.blur))
        own = (
            np.abs(c) * (1.0 + np.abs(activation.derivative(self.z)))
            if activation.derivative is not None
            else len(c) * np.abs(self.a) * (np.abs(c) + np.sum(np.abs(self.a * c), axis=0, keepdims=True))
        )
        return Side(
            value, moved + through(activation, self.z, self.a, cotangent.bound) + SIGMA_ROUNDINGS * self.unit * own
        )


def _output_error(network: Network, forward: ForwardPass, y: Array, rounding: Rounding, unit: float) -> Side:
    """Return the right-hand side of (BP1), and what rounding does to it where nothing is fused."""
    a, blur, nabla_a = forward.output, rounding.activations[-1], network.cost.nabla_a
    slope = nabla_a(a, y)
    moved = sum(np.abs(nabla_a(near, y) - slope) for near in (a + blur, a - blur))
    blurred = moved + SIGMA_ROUNDINGS * unit * (np.abs(slope) + np.abs(a) + np.abs(y))
    near = _Near(forward.zs[-1], a, rounding.zs[-1], unit)
    side = near.through(network.activations[-1], Side(slope, blurred))
    if network.matched_pair is None:
        return side
    return Side(network.matched_pair.delta(forward.zs[-1], y), side.bound)


def _as_written(side: Side) -> Side:
    """Return a side that is made with the user's own functions, its bound in bounds."""
    size = np.abs(side.value)
    return Side(side.value, np.minimum(side.bound, WRITTEN * (size + np.max(size, initial=0.0))))


def judged_together(examples: Sequence[Example]) -> tuple[EquationResult, ...]:
    """Return what several examples say, with the delta carried on in all layers that leaves the fewest equations broken.

    Where (BP2) and (BP3) are both wrong, say, nabla_w shows the delta, and nothing supports it in its own layer.

    Examples
    --------
    >>> from gradcheck.mistakes.program import REFERENCE, Asked
    >>> call = Call(Network.random([2, 3, 1], np.random.default_rng(0)), np.ones((2, 1)), np.zeros((1, 1)))
    >>> {one.status.value for one in judged_together([Example(call, REFERENCE.gradient(call, Asked.ONE))])}
    {'holds'}
    """
    examples = examples if _tell_apart(examples) else [one.as_declared() for one in examples]
    found: tuple[EquationResult, ...] = ()
    for carries in Carries:
        other = together([one.judged(carries) for one in examples])
        if not found or len(_unmet(other)) < len(_unmet(found)):
            found = other
        if len(_unmet(found)) <= 1:
            break
    return found


def _tell_apart(examples: Sequence[Example]) -> bool:
    """Tell whether (BP1) as written differs between examples: where its factors are constant, any constant is an answer to it."""
    written = [one.target(one.theirs, one.network.num_layers, None).value for one in examples if one.theirs is not None]
    return not written or any(not np.array_equal(one, written[0]) for one in written)


def _unmet(equations: tuple[EquationResult, ...]) -> set[str]:
    """Return the equations that are broken, or met by zeros alone."""
    unmet = (EquationStatus.BROKEN, EquationStatus.VACUOUS)
    return {one.equation for one in equations if one.status in unmet}


def _matrix(array: Array) -> Matrix:
    rows, columns = array.shape
    return Matrix(rows, columns, tuple(map(float, array.ravel())))


def together(judged: list[list[EquationResult]]) -> tuple[EquationResult, ...]:
    """Return what several examples of networks of one depth say of each equation at each layer: what is broken in one is broken.

    Examples
    --------
    >>> broken, holds = (EquationResult("BP1", 2, status, examples=1) for status in (EquationStatus.BROKEN, EquationStatus.HOLDS))
    >>> [(one.status.value, one.examples) for one in together([[holds], [broken]])]
    [('broken', 2)]
    """
    found = []
    for same in zip(*judged, strict=True):
        worst = min(same, key=lambda one: GRAVITY.index(one.status))
        found.append(dataclasses.replace(worst, examples=len(same)))
    return tuple(found)


GRAVITY: Final = (
    EquationStatus.BROKEN,
    EquationStatus.CARRIED,
    EquationStatus.HOLDS,
    EquationStatus.VACUOUS,
    EquationStatus.UNJUDGED,
)
"""Of several examples, the first of these that occurred is the status of the equation."""
