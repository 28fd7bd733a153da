"""What is set in the process of a command, before anything heavy is imported."""

from __future__ import annotations

import os


def own_the_process() -> None:
    """Set what must be set before numpy is imported: one BLAS thread, for small arrays that several only slow down.

    Examples
    --------
    >>> own_the_process()
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
