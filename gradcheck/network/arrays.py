"""What the network calls an array, and how numbers become columns of one dtype."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from gradcheck.errors import ShapeError

Array: TypeAlias = npt.NDArray[Any]


def common_dtype(arrays: tuple[Array, ...]) -> np.dtype[Any]:
    """Return the one dtype that holds all `arrays`; integers become float64.

    Examples
    --------
    >>> import numpy as np
    >>> common_dtype((np.zeros(2, np.float32), np.zeros(3, np.float32)))
    dtype('float32')
    """
    dtype = np.result_type(*arrays)
    return dtype if np.issubdtype(dtype, np.inexact) else np.dtype(np.float64)


def as_columns(values: npt.ArrayLike, dtype: np.dtype[Any], what: str) -> Array:
    """Return `values` with one column an example, a vector becoming one column.

    Real values take the precision of `dtype` (float64 inputs do not turn a float32 network into a float64 one);
    complex values stay complex.

    Parameters
    ----------
    values : array_like, shape (n,) or (n, m)
        Inputs or targets, dimensionless.
    dtype : numpy dtype
        The network's.
    what : str
        The name used in the message.

    Raises
    ------
    ShapeError
        If `values` is neither a vector nor a matrix, or holds no example.

    Examples
    --------
    >>> import numpy as np
    >>> as_columns([1, 2], np.dtype(np.float64), "x")
    array([[1.],
           [2.]])
    """
    array = np.asarray(values)
    if array.ndim not in (1, 2) or array.size == 0:
        raise ShapeError(
            f"{what} has shape {array.shape}: one column an example is needed, (n, m), or one vector, (n,). "
            "Put the examples of a mini-batch side by side as columns"
        )
    if not np.iscomplexobj(array):
        array = array.astype(np.empty(0, dtype).real.dtype, copy=False)
    return array.reshape(-1, 1) if array.ndim == 1 else array


def read_only_copy(array: Array, dtype: np.dtype[Any]) -> Array:
    """Return a copy of this dtype that cannot be written to.

    Examples
    --------
    >>> import numpy as np
    >>> read_only_copy(np.zeros(2), np.dtype(np.float32)).flags.writeable
    False
    """
    copy = np.array(array, dtype=dtype)
    copy.flags.writeable = False
    return copy


def check_layers(weights: tuple[Array, ...], biases: tuple[Array, ...]) -> None:
    """Refuse weights and biases that do not make the layers of one network.

    Raises
    ------
    ShapeError
        If their numbers differ, or a layer's shapes do not fit the layer before.

    Examples
    --------
    >>> import numpy as np
    >>> check_layers((np.zeros((2, 3)), np.zeros((1, 2))), (np.zeros((2, 1)), np.zeros((1, 1))))
    """
    if len(weights) != len(biases):
        raise ShapeError(f"{len(weights)} weight matrices and {len(biases)} biases: one of each is needed for a layer")
    n_before = weights[0].shape[-1] if weights[0].ndim else 0
    for layer, (w, b) in enumerate(zip(weights, biases, strict=True), start=2):
        if w.ndim != 2 or w.size == 0 or w.shape[1] != n_before or b.shape != (len(w), 1):
            raise ShapeError(
                f"layer {layer} has weights of shape {w.shape} and biases of shape {b.shape} after a layer of "
                f"{n_before}: weights (n, {n_before}) and biases (n, 1) are needed"
            )
        n_before = len(w)
