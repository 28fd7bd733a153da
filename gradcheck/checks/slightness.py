"""A gap smaller than mistakes make: the gradient is inaccurate rather than wrong, and the verdict is left open."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gradcheck.checks.locate import Location
from gradcheck.checks.measuring import Measurement, Setting, norm
from gradcheck.parameters import Leaf
from gradcheck.results import BlockResult, Inexact

Vector = npt.NDArray[Any]

SLIGHT: Final = float(np.finfo(np.float32).eps)
"""A gap is slight up to this share of a component (dimensionless): one rounding of float32. A cost that is iterated, interpolated or
tabulated to single precision has a slope of its own, up to 5e-8 from the derivative it stands for (tests/zoo: solver_stopped_early,
linear_iteration_stopped); a mistake in a derivation that changes a component by so little is not known."""


def share_of_slight(setting: Setting) -> float:
    """Return the share of a slope up to which a gap is slight: half of the digits where the arithmetic is coarser than float64."""
    return max(SLIGHT, math.sqrt(setting.eps))


def is_slight(setting: Setting, seen: Measurement, size: float) -> bool:
    """Tell whether a gap is slight, beside the slope along its direction or the typical one of its block."""
    return bool(seen.gap <= share_of_slight(setting) * max(abs(seen.claimed), abs(seen.estimate.value), size))


def is_slight_everywhere(setting: Setting, leaf: Leaf, location: Location) -> bool:
    """Tell whether each wrong component is so by no more than a slight share of itself, or of the typical one where most are wrong.

    What a solver leaves in all components alike may be a large share of a small one.
    """
    few = location.census is None and 2 * len(location.wrong) <= leaf.size
    typical = 0.0 if few else norm(setting.claimed[leaf.place]) / math.sqrt(leaf.size)
    share = share_of_slight(setting)
    return all(
        abs(c.claimed - c.estimated) <= share * max(abs(c.claimed), abs(c.estimated), typical) for c in location.wrong
    )


def slight_note(block: BlockResult) -> str:
    """Return the sentence for a block that is inaccurate rather than wrong, an empty one for any other.

    Examples
    --------
    >>> from gradcheck.results import Status
    >>> slight_note(BlockResult("w", (2,), Status.AGREE))
    ''
    """
    if block.inexact is not Inexact.SLIGHT:
        return ""
    gap = abs(block.claimed - block.estimated)
    return (
        f"the slope that the gradient of {block.name} claims differs by {gap:.1e} from the measured one of {abs(block.estimated):.1e}: more than "
        "rounding explains and less than most mistakes make. A cost that stops iterating early, or computes in coarser arithmetic "
        "somewhere, does that; so does a very small term that is missing, a weight decay of 1e-8 say"
    )
