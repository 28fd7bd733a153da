"""What every table of a rubric.toml is, as a frozen pydantic model; importing this needs the extra `grade`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Texts = Annotated[tuple[str, ...], Field(strict=False)]
"""A TOML list of strings."""

AtLeast0 = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]


class Table(BaseModel):
    """A table: keys that are not known are refused, TOML types are taken as they are, and nothing is changed later.

    Examples
    --------
    >>> Table.model_config["extra"]
    'forbid'
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
