"""Check a layer: its forward pass and the backward pass written for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from gradcheck.checks.gradient import budget_note, check_gradient
from gradcheck.checks.guards import call_user
from gradcheck.checks.options import DEFAULT_OPTIONS, Options
from gradcheck.results import CheckResult, Reason, Verdict
from gradcheck.subjects.layers import LayerSubject, layer_gradient

COTANGENTS: Final = 2
"""Independent random cotangents a layer is judged under (a count): a mistake that one of them hides has probability 0."""


def check_vjp(
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    inputs: Sequence[Any],
    *,
    options: Options = DEFAULT_OPTIONS,
) -> CheckResult:
    """Tell whether backward(cotangent) is the vector-Jacobian product of forward at `inputs`.

    What (BP2) to (BP4) are for one layer: <u, forward(inputs)> is a cost, backward(u) its claimed gradient, for random u.

    Parameters
    ----------
    forward : callable
        forward(*inputs) -> out, or (out, cache).
    backward : callable
        backward(cotangent), or backward(cotangent, cache) -> one gradient for each input, or one for each floating input.
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
    names = tuple(f"input_{i}" for i in range(len(inputs)))
    return check_layer(LayerSubject("layer", forward, backward, tuple(inputs), names), options)


def check_layer(subject: LayerSubject, options: Options = DEFAULT_OPTIONS) -> CheckResult:
    """Check a layer under two random cotangents; the first that does not agree is the result.

    Examples
    --------
    >>> import numpy as np
    >>> layer = LayerSubject("sine", np.sin, lambda u: u, (np.ones(3),), ("x",))
    >>> check_layer(layer).verdict  # no cache, so backward cannot know the cosine
    <Verdict.DISAGREE: 'disagree'>
    """
    options = options.seeded()
    generator = np.random.default_rng([options.seed or 0, 2])  # apart from the directions' own
    passes = calls = 0
    result = CheckResult(subject.name, Verdict.INCONCLUSIVE)
    for _ in range(COTANGENTS):
        left = options.left(passes + 1)
        if left is None:
            result = dataclasses.replace(result, verdict=Verdict.INCONCLUSIVE, reason=Reason.BUDGET)
            break
        gradient = call_user("the forward pass", layer_gradient, subject, generator)
        passes += 1
        result = check_gradient(gradient, left)
        passes, calls = passes + result.forward_passes, calls + result.gradient_calls
        if result.verdict is not Verdict.AGREE:
            break
    call = f"gradcheck.check_vjp(forward, backward, inputs, options=gradcheck.Options(seed={options.seed}))"
    notes = (budget_note(options),) if result.reason is Reason.BUDGET else result.notes
    return dataclasses.replace(
        result, notes=notes, forward_passes=passes, gradient_calls=calls, seed=options.seed or 0, reproduce=call
    )
