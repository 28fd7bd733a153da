"""Check a layer: its forward pass and the backward pass written for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcheck.checks.cotangents import Several, draw_cotangent, settle, spent, undefined
from gradcheck.checks.gradient import budget_note
from gradcheck.checks.guards import call_user, told_of
from gradcheck.checks.layer_calls import LayerCalls
from gradcheck.checks.layer_contracts import layer_contracts
from gradcheck.checks.meter import Meter
from gradcheck.checks.options import DEFAULT_OPTIONS, Options, seeded
from gradcheck.errors import BudgetExceeded
from gradcheck.results import CheckResult, Reason, Verdict
from gradcheck.subjects.inputs import as_inputs
from gradcheck.subjects.layers import LayerSubject, layer_gradient
from gradcheck.subjects.protocol import GivenGradient, GradientSubject


def check_vjp(
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    inputs: Sequence[Any],
    *,
    options: Options = DEFAULT_OPTIONS,
) -> CheckResult:
    """Tell whether backward(cotangent) is the vector-Jacobian product of forward at `inputs`.

    What (BP2) to (BP4) are for one layer: <u, forward(inputs)> is a cost, backward(u) its claimed gradient, for random u. And
    whether the pair keeps its contracts: backward is linear in u, leaves u and the cache alone, and answers for the cache it
    is given, whatever was run since; forward leaves its inputs alone.

    Parameters
    ----------
    forward : callable
        forward(*inputs) -> out, or (out, cache). Two values are always (out, cache), any cache: a tuple, a list, a dict.
    backward : callable
        backward(cotangent), or backward(cotangent, cache) -> one gradient for each input, or one for each floating input; what it
        returns for an input of integers is not looked at. Without a cache it may use what the last forward pass kept.
    inputs : sequence of arrays
        Those of integers are handed on and not differentiated.
    options : Options

    Raises
    ------
    UsageError
        If no input is floating, or the output is no real floating array.
    UserCodeError
        If the user's forward or backward raises.

    Examples
    --------
    >>> import numpy as np
    >>> x, w = np.ones((2, 3)), np.full((3, 1), 0.5)
    >>> forward = lambda x, w: (x @ w, (x, w))
    >>> check_vjp(forward, lambda u, cache: (u @ cache[1].T, cache[0].T @ u), [x, w]).verdict
    <Verdict.AGREE: 'agree'>
    >>> check_vjp(forward, lambda u, cache: (u @ cache[1].T, 2 * cache[0].T @ u), [x, w]).verdict
    <Verdict.DISAGREE: 'disagree'>
    """
    given = as_inputs(inputs, forward, of="forward")
    return check_layer(LayerSubject("layer", forward, backward, given.values, given.names), options)


def check_layer(subject: LayerSubject, options: Options = DEFAULT_OPTIONS) -> CheckResult:
    """Check a layer's contracts, and its numbers under two random cotangents; the first that disagrees is the result.

    Examples
    --------
    >>> import numpy as np
    >>> layer = LayerSubject("sine", np.sin, lambda u: u, (np.ones(3),), ("x",))
    >>> check_layer(layer).verdict  # no cache, so backward cannot know the cosine
    <Verdict.DISAGREE: 'disagree'>
    """
    options = seeded(options)
    calls = LayerCalls(subject, Meter(options))
    call = f"gradcheck.check_vjp(forward, backward, inputs, options=gradcheck.Options(seed={options.seed}))"
    blank = CheckResult(
        subject.name, Verdict.INCONCLUSIVE, parameters=calls.layout.size, seed=options.seed or 0, reproduce=call
    )
    try:
        contracts = layer_contracts(calls, options.generator("contracts"))
    except BudgetExceeded:
        return spent(dataclasses.replace(blank, reason=Reason.BUDGET, notes=(budget_note(options),)), calls.meter)
    settled = settle(blank, calls.layout, contracts.fault) or undefined(blank, contracts.here.out)
    if settled is not None:
        return spent(settled, calls.meter)

    def under(generator: np.random.Generator) -> GradientSubject:
        here = contracts.here
        cotangent = draw_cotangent(here.out, contracts.elsewhere, generator)
        judged = layer_gradient(subject, cotangent)
        if not contracts.is_bound:
            return judged
        # Made for the inputs given: there is nothing to ask it elsewhere.
        value = call_user("the backward pass", subject.pull_back, cotangent.given(here.out.dtype), here.cache)
        return dataclasses.replace(judged, gradient=GivenGradient(value), passes_per_gradient=0)

    several = Several(blank, options, calls.meter, under)
    with told_of("the forward pass", "the forward or the backward pass"):
        return several.as_one(several.judge())
