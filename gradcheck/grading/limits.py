"""What a submission may use up while it answers for one item."""

from __future__ import annotations

import dataclasses
import math

from gradcheck.errors import UsageError


@dataclasses.dataclass(frozen=True)
class Limits:
    """Limits of one submission and item: of the kernel where it has them, of the parent's clock and counts where it has not.

    Threads and processes beside its own it has none.

    Attributes
    ----------
    import_seconds : float
        For importing the submission, by the clock.
    call_seconds : float
        For one answer, by the clock.
    wall_seconds : float
        For the item in all, by the clock.
    cpu_seconds : int
        Of processor time.
    memory_bytes : int
        Address space, the interpreter's and numpy's some 200 MB among it.
    scratch_bytes : int
        The scratch folder's, and no file is larger.
    open_files : int
    reply_bytes : int
        One answer.
    kept_output_bytes, output_bytes : int
        What is kept of standard output and error, and the amount that ends the item.

    Raises
    ------
    UsageError
        If one of them is not positive or no finite number.

    Examples
    --------
    >>> Limits(wall_seconds=5.0).cpu_seconds
    10
    """

    import_seconds: float = 5.0
    call_seconds: float = 5.0
    wall_seconds: float = 30.0
    cpu_seconds: int = 10
    memory_bytes: int = 768 * 2**20
    scratch_bytes: int = 8 * 2**20
    open_files: int = 32
    reply_bytes: int = 16 * 2**20
    kept_output_bytes: int = 64 * 2**10
    output_bytes: int = 16 * 2**20

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if not (math.isfinite(value) and value > 0):
                raise UsageError(f"{field.name} is {value!r}: a finite number above 0 is required")


DEFAULT_LIMITS = Limits()
