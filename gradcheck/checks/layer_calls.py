"""A layer's forward and backward pass as they are called: counted, on fresh copies, and what they write to is seen."""

from __future__ import annotations

import dataclasses
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.checks.answers import rewritten
from gradcheck.checks.claims import Claim, read_claim
from gradcheck.checks.elsewhere import FAR_SPREAD, LEAST_SHARE
from gradcheck.checks.guards import call_user
from gradcheck.checks.meter import Meter
from gradcheck.differences.directions import block_scale
from gradcheck.errors import GradcheckError
from gradcheck.parameters import Layout, lay_out
from gradcheck.results import Fault, FaultKind
from gradcheck.subjects.inputs import fresh
from gradcheck.subjects.layers import ForwardPass, LayerSubject

Vector = npt.NDArray[Any]


class LayerCalls:
    """A layer's pair behind counters, called at its point and elsewhere.

    Parameters
    ----------
    layer : LayerSubject
    meter : Meter

    Raises
    ------
    UsageError
        If no input can be differentiated.

    Examples
    --------
    >>> from gradcheck.checks.options import Options
    >>> layer = LayerSubject("double", lambda x: 2 * x, lambda c: 2 * c, (np.ones(3),), ("x",))
    >>> calls = LayerCalls(layer, Meter(Options()))
    >>> calls.forward().out, calls.meter.forward_passes
    (array([2., 2., 2.]), 1)
    """

    def __init__(self, layer: LayerSubject, meter: Meter) -> None:
        self.layer, self.meter = layer, meter
        self.layout: Layout = lay_out(layer.arguments.at)
        self.fault: Fault | None = None
        """The first input or cotangent that was written to."""
        self._there: tuple[Any, ...] | None = None
        self._first: tuple[tuple[Any, ...], tuple[Any, ...]] = ((), ())

    def forward(self) -> ForwardPass:
        """Run the forward pass at the point."""
        self.meter.pay_passes(1)
        inputs = self.layer.arguments.copies()
        run: ForwardPass = call_user("the forward pass", self.layer.run, inputs)
        names = self.layer.input_names
        self.fault = self.fault or rewritten("the forward pass", "its input", names, self.layer.inputs, inputs)
        return run

    def forward_elsewhere(self, generator: np.random.Generator) -> ForwardPass | None:
        """Run the forward pass far from the point, where masks are others; None where it does not work there, nor nearer to 0."""
        w = self.layout.to_vector(self.layer.arguments.at)
        for moved in (self._turned(w, generator), w * generator.uniform(LEAST_SHARE, 1.0 - LEAST_SHARE, w.size)):
            self.meter.pay_passes(1)
            inputs = self.layer.arguments.filled(self.layout.to_structure(self.layout.realise(moved)))
            run = self._silently(tuple(map(fresh, inputs)))
            if run is not None and run.out.dtype.kind == "f" and np.all(np.isfinite(run.out)):
                self._there = inputs
                return run
        return None

    def forward_there_again(self) -> None:
        """Run the forward pass at that far point once more, if there is one."""
        if self._there is not None:
            self.meter.pay_passes(1)
            self._silently(tuple(map(fresh, self._there)))

    def _silently(self, inputs: tuple[Any, ...]) -> ForwardPass | None:
        """Run the forward pass, None where it does not work: nobody promised that it works there."""
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                run: ForwardPass = call_user("the forward pass", self.layer.run, inputs)
                return run
        except GradcheckError:
            return None

    def backward(self, u: Vector, run: ForwardPass) -> Claim:
        """Run the backward pass on a fresh cotangent made of `u`, of as many components as the output."""
        self.meter.pay_gradient()
        cotangent = np.array(u.reshape(run.out.shape), dtype=run.out.dtype)[()]
        kept = np.array(cotangent)
        returned = call_user("the backward pass", self.layer.pull_back, cotangent, run.cache)
        if self.fault is None and isinstance(cotangent, np.ndarray):
            fault = rewritten("the backward pass", "the cotangent", ("",), (kept,), (cotangent,))
            self.fault = fault and dataclasses.replace(fault, where=self.layout.leaves[0].name)
        return self._kept(read_claim(self.layout, returned))

    def overwritten(self) -> Fault | None:
        """Return a fault if the arrays of the first answer are others by now: views of a buffer that later answers overwrite."""
        for leaf, was, now in zip(self.layout.leaves, *self._first, strict=False):
            if not np.array_equal(was, now, equal_nan=True):
                sentence = f"the array returned for {leaf.name} was overwritten by a later call of backward: return a copy, not a buffer"
                return Fault(FaultKind.STALE, leaf.name, sentence)
        return None

    def _kept(self, claim: Claim) -> Claim:
        """Return a claim whose leaves later calls cannot overwrite, and remember those of the first."""
        if claim.vector is None:
            return claim
        copies = tuple(np.array(value) for value in claim.leaves)
        if not self._first[0]:
            self._first = (copies, claim.leaves)
        return dataclasses.replace(claim, leaves=copies)

    def _turned(self, w: Vector, generator: np.random.Generator) -> Vector:
        moved = -w
        for leaf in self.layout.leaves:
            if leaf.size:
                moved[leaf.place] += FAR_SPREAD * block_scale(w[leaf.place]) * generator.standard_normal(leaf.size)
        return moved
