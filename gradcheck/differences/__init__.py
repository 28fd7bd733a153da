"""What a gradient is MEASURED to be: equation (46), its better relatives, and the errors of each.

These modules know functions of a vector and no networks.
"""

from gradcheck.differences.complex_step import (
    complex_step_component,
    complex_step_direction,
    complex_step_gradient,
)
from gradcheck.differences.counting import CountedFunction
from gradcheck.differences.directions import block_scale, gaussian_direction
from gradcheck.differences.estimates import Accuracy, LadderEstimate
from gradcheck.differences.formulas import CENTRAL, FORWARD, STENCILS, Scale, Stencil
from gradcheck.differences.ladder import climb, climbing, first_step
from gradcheck.differences.lines import Line
from gradcheck.differences.lockstep import follow, follow_all
from gradcheck.differences.noise import Noise, difference_table_noise, measure_noise
from gradcheck.differences.stencils import estimate_component, estimate_direction, estimate_gradient

__all__ = [
    "CENTRAL",
    "FORWARD",
    "STENCILS",
    "Accuracy",
    "CountedFunction",
    "LadderEstimate",
    "Line",
    "Noise",
    "Scale",
    "Stencil",
    "block_scale",
    "climb",
    "climbing",
    "complex_step_component",
    "complex_step_direction",
    "complex_step_gradient",
    "difference_table_noise",
    "estimate_component",
    "estimate_direction",
    "estimate_gradient",
    "first_step",
    "follow",
    "follow_all",
    "gaussian_direction",
    "measure_noise",
]
