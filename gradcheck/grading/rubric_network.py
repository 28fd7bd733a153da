"""[network] of a rubric.toml."""

from __future__ import annotations

import enum
from typing import Annotated

from pydantic import BeforeValidator, Field

from gradcheck.grading.rubric_table import AtLeast0, Table, Texts


class BatchReturns(enum.Enum):
    """What a backprop of several columns returns.

    Examples
    --------
    >>> BatchReturns("mean").name
    'MEAN'
    """

    SUM = "sum"
    MEAN = "mean"


class NetworkTable(Table):
    """[network]: the network that the class is to be.

    Attributes
    ----------
    activation : tuple of str
        One for all layers after the input, or one for each.
    cost : str
    l1, l2 : float
        Weight decay: l2/2 sum w**2 + l1 sum |w|, biases left alone.
    batch : BatchReturns or None
        What its backprop returns for several columns; None where it takes one example.

    Examples
    --------
    >>> NetworkTable().activation
    ('sigmoid',)
    """

    activation: Annotated[Texts, BeforeValidator(lambda value: [value] if isinstance(value, str) else value)] = (
        "sigmoid",
    )
    cost: str = "quadratic"
    l1: AtLeast0 = 0.0
    l2: AtLeast0 = 0.0
    batch: Annotated[BatchReturns | None, Field(strict=False)] = None
