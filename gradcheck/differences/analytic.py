"""Complex arrays that refuse what is not analytic: the complex step would silently lose what goes through it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from gradcheck.errors import GradcheckError

NOT_ANALYTIC_UFUNCS: Final = frozenset({np.absolute, np.conjugate, np.sign})
"""Elementwise functions of a complex number that have no complex derivative."""

NOT_ANALYTIC_FUNCTIONS: Final = frozenset(
    {
        np.vdot,
        np.var,
        np.std,
        np.angle,
        np.linalg.norm,
        np.linalg.cholesky,
        np.linalg.qr,
        np.linalg.svd,
        np.linalg.eigh,
        np.linalg.eigvalsh,
        np.linalg.lstsq,
        np.linalg.pinv,
        np.linalg.cond,
        np.linalg.matrix_rank,
    }
)
"""Functions of complex arrays that conjugate or take sizes within."""


class NotAnalyticError(GradcheckError):
    """A cost does something to complex parameters that has no complex derivative.

    Examples
    --------
    >>> issubclass(NotAnalyticError, GradcheckError)
    True
    """


class AnalyticArray(np.ndarray[Any, Any]):
    """A complex array that raises where a function is applied to it, or to what is computed from it, that is not analytic.

    The real part alone may be looked at, since branches are chosen by it. What is converted to a plain array is not followed.

    Examples
    --------
    >>> z = np.array([3.0 + 1e-100j]).view(AnalyticArray)
    >>> complex((z * z)[0]) == (3.0 + 1e-100j) ** 2
    True
    >>> np.abs(z)
    Traceback (most recent call last):
    ...
    gradcheck.differences.analytic.NotAnalyticError: absolute of complex parameters is not analytic
    """

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any) -> Any:
        if ufunc in NOT_ANALYTIC_UFUNCS and any(map(np.iscomplexobj, inputs)):
            raise NotAnalyticError(f"{ufunc.__name__} of complex parameters is not analytic")
        if "out" in keywords:
            keywords["out"] = tuple(map(_plain, keywords["out"]))
        if "where" in keywords:
            keywords["where"] = _plain(keywords["where"])
        found = getattr(ufunc, method)(*map(_plain, inputs), **keywords)
        return tuple(map(_followed, found)) if isinstance(found, tuple) else _followed(found)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if func in NOT_ANALYTIC_FUNCTIONS:
            raise NotAnalyticError(f"{func.__name__} of complex parameters is not analytic")
        return super().__array_function__(func, types, args, kwargs)

    def __getitem__(self, key: Any) -> Any:
        return _followed(super().__getitem__(key))


def _plain(value: Any) -> Any:
    return value.view(np.ndarray) if isinstance(value, AnalyticArray) else value


def _followed(value: Any) -> Any:
    """Return a complex result as an array that is followed on, a number too."""
    return np.asarray(value).view(AnalyticArray) if np.iscomplexobj(value) else value
