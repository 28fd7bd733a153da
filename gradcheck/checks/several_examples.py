"""What several examples say of (BP1) to (BP4): broken in one is broken, and one delta is carried on in all."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

from gradcheck.checks.residuals import Carries, Example
from gradcheck.results import EquationResult, EquationStatus


def judged_together(examples: Sequence[Example]) -> tuple[EquationResult, ...]:
    """Return what several examples say, with the delta carried on in all layers that leaves the fewest equations broken.

    Where (BP2) and (BP3) are both wrong, say, nabla_w shows the delta, and nothing supports it in its own layer.

    Examples
    --------
    >>> import numpy as np
    >>> from gradcheck.mistakes.program import REFERENCE, Asked, Call
    >>> from gradcheck.network.model import Network
    >>> call = Call(Network.random([2, 3, 1], np.random.default_rng(0)), np.ones((2, 1)), np.zeros((1, 1)))
    >>> {one.status.value for one in judged_together([Example(call, REFERENCE.gradient(call, Asked.ONE))])}
    {'holds'}
    """
    examples = examples if _tell_apart(examples) else [one.with_declared_output_error() for one in examples]
    found: tuple[EquationResult, ...] = ()
    for carries in Carries:
        other = together([one.judged(carries) for one in examples])
        if not found or len(_unmet(other)) < len(_unmet(found)):
            found = other
        if len(_unmet(found)) <= 1:
            break
    return found


def _tell_apart(examples: Sequence[Example]) -> bool:
    """Tell whether no constant is an answer to (BP1) as written in all examples: where its factors are constant, to rounding, some is."""
    written = [side for side in (one.output_error_as_written() for one in examples) if side is not None]
    return not written or any(one.is_apart_from(written[0]) for one in written)


def _unmet(equations: tuple[EquationResult, ...]) -> set[str]:
    """Return the equations that are broken, or met by zeros alone."""
    unmet = (EquationStatus.BROKEN, EquationStatus.VACUOUS)
    return {one.equation for one in equations if one.status in unmet}


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
