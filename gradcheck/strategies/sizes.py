"""Strategies for the numbers of neurons in the layers of a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from gradcheck.errors import UsageError
from gradcheck.strategies.arguments import count, counts


def layer_sizes(
    *, min_layers: int = 2, max_layers: int = 5, min_width: int = 1, max_width: int = 4
) -> st.SearchStrategy[list[int]]:
    """Return a strategy for the numbers of neurons in each layer, the input layer first.

    Widths are drawn one by one, so that neighbours mostly differ and a transpose shows.

    Parameters
    ----------
    min_layers, max_layers : int
        The input layer included; at least 2.
    min_width, max_width : int
        Neurons in a layer; at least 1.

    Raises
    ------
    UsageError
        If a number is too small, or a smallest is larger than its largest.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(layer_sizes(), lambda sizes: len(sizes) > 2)
    [1, 1, 1]
    """
    least, most = counts(("min_layers", min_layers), ("max_layers", max_layers), 2)
    narrow, wide = counts(("min_width", min_width), ("max_width", max_width), 1)
    return st.lists(st.integers(narrow, wide), min_size=least, max_size=most)


def as_sizes(sizes: Any) -> list[int]:
    """Return the sizes of a network as whole numbers.

    Raises
    ------
    UsageError
        If there are fewer than two, or one is smaller than 1.

    Examples
    --------
    >>> as_sizes((2, 3))
    [2, 3]
    """
    if isinstance(sizes, str) or not isinstance(sizes, Sequence) or len(sizes) < 2:
        raise UsageError(f"sizes is {sizes!r}: neurons of two layers or more are required, such as [2, 3, 1]")
    return [count(f"sizes[{i}]", size, 1) for i, size in enumerate(sizes)]
