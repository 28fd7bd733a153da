"""The rounding of a claimed gradient, measured: how far each component jumps between points so near that it is smooth between them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.meter import Meter
from gradcheck.checks.network_claim import NetworkClaim, claim_beside
from gradcheck.differences.directions import block_scale, spread_numbers
from gradcheck.differences.slope_noise import table_spacing
from gradcheck.differences.survey import APART, FAR
from gradcheck.strategies.cases import NetworkCase
from gradcheck.subjects.network_class import NetworkSubject

Vector = npt.NDArray[Any]

PLACES: Final = (-1.0, -2.0 / 3.0, -1.0 / 3.0, 1.0 / 3.0, 2.0 / 3.0, 1.0)
"""Where the gradient is asked again, as shares of the farthest (dimensionless): with the one at the point seven values, of which a
parabola leaves four."""


def claim_noise(
    subject: NetworkSubject, case: NetworkCase, claim: NetworkClaim, generator: np.random.Generator, *, meter: Meter
) -> Vector:
    """Return the standard deviation of each component's rounding, shape (P,) [cost per unit of parameter]; 6 gradient calls an example.

    What rounding within equations (BP1) to (BP4) as the user wrote them leaves, in float32 say: the rest of a parabola through the
    claims at points on one line. An error that is the same at all of them leaves nothing. 0 where one of them is no gradient.

    Parameters
    ----------
    subject : NetworkSubject
    case : NetworkCase
    claim : NetworkClaim
        What it claims at the case itself; without faults.
    generator : numpy.random.Generator
        Draws the line.
    meter : Meter
        Counts the gradient calls.

    Raises
    ------
    UserCodeError
        If the user's code raises.

    Examples
    --------
    >>> from gradcheck.checks.network_claim import network_claim
    >>> from gradcheck.checks.options import Options
    >>> from gradcheck.checks.swept_case import drawn_case
    >>> from gradcheck.examples.network_right import Network as Theirs
    >>> subject, meter = NetworkSubject("Network", Theirs), Meter(Options())
    >>> case = drawn_case(subject.declared, (4, 3, 2), 1, seed=0)
    >>> claim = network_claim(subject, case, meter)
    >>> bool(np.all(claim_noise(subject, case, claim, np.random.default_rng(0), meter=meter) < 1e-15))
    True
    """
    claimed = np.concatenate([leaf.ravel() for leaf in claim.leaves])
    farthest = max(FAR, APART**2 * table_spacing(claim.eps)) * _direction(case, generator)
    rests = np.zeros((4, claimed.size))
    for place, shares in zip(PLACES, _rest_of_a_parabola(), strict=True):
        beside = claim_beside(subject, case, place * farthest, meter)
        if beside is None:
            return np.zeros(claimed.size)
        rests += np.outer(shares, beside - claimed)
    return np.asarray(np.sqrt(np.mean(rests**2, axis=0)))


def _direction(case: NetworkCase, generator: np.random.Generator) -> Vector:
    """Return a random direction, each array moved in its own scale, the biases first."""
    arrays = [array.ravel() for array in (*case.network.biases, *case.network.weights)]
    return np.concatenate([block_scale(array) * spread_numbers(array.size, generator) for array in arrays])


def _rest_of_a_parabola() -> Vector:
    """Return what each of the values beside the point adds to the four independent rests of a parabola, shape (6, 4)."""
    places = np.array([0.0, *PLACES])
    basis, _ = np.linalg.qr(np.vander(places, 3), mode="complete")
    return np.asarray(basis[1:, 3:])
