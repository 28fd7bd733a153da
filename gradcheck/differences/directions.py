"""Random directions: Gaussian, within one block, in the block's own scale."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[Any]


UNEVEN: Final = 100.0
"""A block is uneven when its root mean square is this many times the median size of its components (dimensionless): 1.5 for normal
weights, below 100 for all of nine evenly spread over four decades."""


MANY: Final = 2**16
"""From so many components on their random numbers are drawn the cheaper way (a count): a million normal ones take as long as 40 passes
of a network with as many weights."""


def block_scale(block: Vector) -> float:
    """Return the root mean square of a block's components, or 1 where they are all 0 [unit of parameter].

    It is the length by which steps of equation (46) are measured.

    Examples
    --------
    >>> import numpy as np
    >>> block_scale(np.array([3.0, -3.0])), block_scale(np.zeros(2))
    (3.0, 1.0)
    """
    largest = float(max(block.max(), -block.min()))
    # Divided first: the squares of 1e-200 or 1e200 are 0 or infinite.
    return largest * float(np.sqrt(((block / largest) ** 2).sum() / block.size)) if largest > 0.0 else 1.0


def is_uneven(block: Vector) -> bool:
    """Tell whether one scale is no measure for the components of a block: few are far larger than most.

    Examples
    --------
    >>> import numpy as np
    >>> is_uneven(np.array([1e-6, 1.0, 1e6])), is_uneven(np.random.default_rng(0).normal(size=9999))
    (True, False)
    """
    sizes = np.abs(block)
    if not sizes.all():
        sizes = sizes[sizes != 0.0]
    if sizes.size < 2:
        return False
    scale = block_scale(sizes)
    # Where more than half are so large, so is the median, which takes 20 times as long to find.
    if 2 * np.count_nonzero(UNEVEN * sizes >= scale) > sizes.size:
        return False
    return bool(scale > UNEVEN * np.median(sizes))


def component_scales(block: Vector) -> Vector:
    """Return the length by which each component of a block is moved, of its shape [unit of parameter].

    The block's scale for all of them, or in an uneven block each one's own size, for those that are 0 the median of the others:
    where the components differ by many orders, steps of equation (46) in one scale are far too long for the small ones.

    Examples
    --------
    >>> import numpy as np
    >>> component_scales(np.array([3.0, -3.0])), component_scales(np.array([1e-8, 0.0, 1.0, 1e8]))
    (array([3., 3.]), array([1.e-08, 1.e+00, 1.e+00, 1.e+08]))
    """
    if not is_uneven(block):
        return np.full(block.shape, block_scale(block))
    sizes = np.abs(block)
    return np.where(sizes == 0.0, np.median(sizes[sizes != 0.0]), sizes)


def spread_numbers(size: int, generator: np.random.Generator) -> Vector:
    """Return random numbers of both signs, no two alike, of shape (size,): N(0, 1), or where they are many uniform in +-sqrt(pi).

    A uniform one is drawn in a quarter of the time, and an error e hides from them with no more than a Gaussian direction's
    probability, sqrt(2 / pi) delta / |e|: the sum of e_i U_i, U_i uniform in +-h, has a density of at most 1 / (sqrt(2) h |e|), Ball (1986).

    Examples
    --------
    >>> import numpy as np
    >>> many = spread_numbers(100_000, np.random.default_rng(0))
    >>> bool(np.max(np.abs(many)) < 1.7725), bool(abs(np.std(many) - 1.0233) < 0.01)
    (True, True)
    """
    if size < MANY:
        return generator.standard_normal(size)
    numbers = generator.random(size)
    numbers -= 0.5
    numbers *= 2.0 * math.sqrt(math.pi)
    return numbers


def random_signs(size: int, generator: np.random.Generator) -> Vector:
    """Return 1 or -1, each as often, of shape (size,); many are read off random bits, in a tenth of the time.

    Examples
    --------
    >>> import numpy as np
    >>> signs = random_signs(100_001, np.random.default_rng(0))
    >>> signs.shape, np.unique(signs), bool(abs(np.mean(signs)) < 0.02)
    ((100001,), array([-1.,  1.]), True)
    """
    if size < MANY:
        return generator.choice([-1.0, 1.0], size)
    bits = np.unpackbits(np.frombuffer(generator.bytes(-(-size // 8)), np.uint8), count=size)
    signs: Vector = 1.0 - 2.0 * bits
    return signs


def gaussian_direction(w: Vector, place: slice, generator: np.random.Generator) -> Vector:
    """Return a direction of shape (P,) that is 0 outside `place` and scale * N(0, 1) within it; see `component_scales`.

    Gaussian, never +-1 and never all positive: an error (c, -c) hides from +-1 half of the time, while from k Gaussian
    directions
    an error e hides with probability at most (0.8 delta / |e|)**k when gaps up to delta are accepted.

    Examples
    --------
    >>> import numpy as np
    >>> direction = gaussian_direction(np.ones(4), slice(1, 3), np.random.default_rng(0))
    >>> np.flatnonzero(direction)
    array([1, 2])
    """
    direction = np.zeros(w.size)
    block = w[place]
    direction[place] = component_scales(block) * spread_numbers(block.size, generator)
    return direction


def component_direction(w: Vector, place: slice, generator: np.random.Generator) -> Vector:
    """Return a direction of shape (P,) that moves each component of `place` in its own size; one that is 0 in the block's scale.

    Where the components of one array differ by many orders, a step of equation (46) in the array's scale is far too long for
    the small ones.

    Examples
    --------
    >>> import numpy as np
    >>> w = np.array([1e-8, 1e8])
    >>> bool(np.all(np.abs(component_direction(w, slice(0, 2), np.random.default_rng(0))) < 9 * w))
    True
    """
    direction = np.zeros(w.size)
    lengths = component_lengths(w[place])
    direction[place] = lengths * spread_numbers(lengths.size, generator)
    return direction


def component_lengths(block: Vector) -> Vector:
    """Return each component's own size, for those that are 0 the block's scale, of its shape [unit of parameter].

    Examples
    --------
    >>> import numpy as np
    >>> component_lengths(np.array([-3.0, 0.0, 3.0, 0.0]))
    array([3.        , 2.12132034, 3.        , 2.12132034])
    """
    lengths: Vector = np.abs(block)
    if not lengths.all():
        lengths[lengths == 0.0] = block_scale(block)
    return lengths
