"""What a layer's pair must keep besides its numbers: inputs and cotangents left alone, and a cache that holds all it needs."""

from __future__ import annotations

import dataclasses
import math
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.checks.answers import change, same_answer
from gradcheck.checks.claims import Claim
from gradcheck.checks.guards import described
from gradcheck.checks.layer_calls import LayerCalls
from gradcheck.checks.linearity import LinearMap, broken_linearity
from gradcheck.errors import UserCodeError
from gradcheck.results import Fault, FaultKind
from gradcheck.subjects.layers import ForwardPass

Vector = npt.NDArray[Any]


@dataclasses.dataclass(frozen=True)
class Contracts:
    """What was learnt of a layer before its numbers are judged.

    Attributes
    ----------
    here : ForwardPass
        At the point.
    elsewhere : ndarray or None
        Its output far from the point.
    fault : Fault or None
    is_bound : bool
        Whether backward, which gets no cache, answers for one point only, whatever the forward pass was run at: a vjp made for
        the inputs, or a layer that is linear.

    Examples
    --------
    >>> Contracts(ForwardPass(np.ones(1), ()), None).fault is None
    True
    """

    here: ForwardPass
    elsewhere: Vector | None
    fault: Fault | None = None
    is_bound: bool = False


def layer_contracts(calls: LayerCalls, generator: np.random.Generator) -> Contracts:
    """Look whether a layer keeps its contracts; 3 or 4 forward passes and 6 backward ones, without a cache up to 7 and 6.

    What (BP2) to (BP4) take for granted of backward: it is linear in delta, and its numbers are those of the forward pass that
    made the cache, however often it is called and whatever was run in between.

    Examples
    --------
    >>> from gradcheck.checks.meter import Meter
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.subjects.layers import LayerSubject
    >>> layer = LayerSubject("relu", lambda x: np.maximum(x, 0), lambda u: u * (u > 0), (np.ones(3),), ("x",))
    >>> layer_contracts(LayerCalls(layer, Meter(Options())), np.random.default_rng(0)).fault.where
    'x'
    """
    # Elsewhere first: a layer that keeps the first point it ever saw is then judged on its answer here.
    far = calls.forward_elsewhere(generator)
    elsewhere = None if far is None else np.array(far.out)
    shape = () if elsewhere is None else elsewhere.shape
    u = generator.standard_normal(math.prod(shape))
    bound = None if far is None or far.has_cache else _asked_far(calls, u, far)
    here = calls.forward()
    kept = dataclasses.replace(here, out=np.array(here.out))
    found = Contracts(kept, elsewhere, calls.fault)
    if here.out.dtype.kind != "f" or not np.all(np.isfinite(here.out)) or calls.fault is not None:
        return found
    if here.out.shape != shape:
        u = generator.standard_normal(here.out.size)
    first = calls.backward(u, here)
    if calls.fault is not None or first.faults or first.vector is None:
        return dataclasses.replace(found, fault=calls.fault)
    fault = _cache_fault(calls, u, here, first) if here.has_cache else None
    is_bound = bound is not None and np.array_equal(bound, first.vector)
    if fault is None:
        fault = broken_linearity(
            _as_map(calls, here, is_bound=is_bound), first, u, lambda: generator.standard_normal(u.size)
        )
    return dataclasses.replace(found, fault=calls.fault or fault or calls.overwritten(), is_bound=is_bound)


def _asked_far(calls: LayerCalls, u: Vector, far: ForwardPass) -> Vector | None:
    """Return what backward says far from the point, None where it does not work there."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return calls.backward(u, far).vector
    except UserCodeError:
        return None


def _as_map(calls: LayerCalls, here: ForwardPass, *, is_bound: bool) -> LinearMap:
    """Return the backward pass as a map of the cotangent: on the one cache, or on what a forward pass of its own left behind."""

    def apply(u: Vector) -> Claim:
        return calls.backward(u, here if here.has_cache or is_bound else calls.forward())

    return LinearMap("backward", "cotangent", apply, calls.layout, here.out.dtype)


def _cache_fault(calls: LayerCalls, u: Vector, here: ForwardPass, first: Claim) -> Fault | None:
    """Run the forward pass at another point, and backward again on the old cache: its answer must be the old one.

    Where it is not, a fresh cache tells whether the last forward pass did it, or what the first answer left of the cache.
    Nothing, where even that does not give the first answer again: chance and accumulation are found by whoever judges the numbers.
    """
    before = np.array(here.out)
    calls.forward_there_again()
    if not np.array_equal(here.out, before):
        return _overwritten(calls)
    try:
        again = calls.backward(u, here)
    except UserCodeError as error:
        return _used_up(calls, error)
    if same_answer(calls.layout, first, again):
        return None
    run = calls.forward()
    third, fourth = calls.backward(u, run), calls.backward(u, run)
    if not same_answer(calls.layout, first, third):
        return None
    leaf, seen = change(calls.layout, first, again)
    if same_answer(calls.layout, first, fourth):
        sentence = (
            f"the gradient of {leaf.name} {seen} once the forward pass had been run at another point: backward must use the cache it is "
            "given, not what the last forward pass left behind"
        )
        return Fault(FaultKind.STALE, leaf.name, sentence)
    sentence = f"the gradient of {leaf.name} {seen} when backward was run again on the same cache: it changes the cache; work on a copy"
    return Fault(FaultKind.MUTATION, leaf.name, sentence)


def _used_up(calls: LayerCalls, error: UserCodeError) -> Fault:
    """Return the fault of a backward pass that works once for each cache."""
    cause = described(error.__cause__ or error)
    sentence = f"the backward pass raised {cause} when it was run again on the same cache: it used the cache up; leave it as it is"
    return Fault(FaultKind.MUTATION, calls.layout.leaves[0].name, sentence)


def _overwritten(calls: LayerCalls) -> Fault:
    """Return the fault of a forward pass whose output a later one overwrites."""
    sentence = (
        "the output of the forward pass was overwritten when it was run at another point: return a new array, not a buffer; "
        "a network that runs the layer twice would lose the first output"
    )
    return Fault(FaultKind.STALE, calls.layout.leaves[0].name, sentence)
