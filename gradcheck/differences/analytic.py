"""Complex arrays that refuse what is not analytic: the complex step would silently lose what goes through it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
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


_HANDED: ContextVar[list[complex] | None] = ContextVar("gradcheck.handed", default=None)
"""The complex numbers whose real parts were handed out so far in one evaluation."""


class HandedOut(complex):
    """A complex cost whose real part alone was returned: it was handed out once, as a float, and came back as it was.

    Examples
    --------
    >>> HandedOut(2.0 + 1e-100j).real
    2.0
    """


class AnalyticNumber(complex):
    """A complex number whose conversion to a float is remembered.

    Examples
    --------
    >>> followed_value(lambda z: float(z.item()), np.array(3.0 + 1e-100j).view(AnalyticArray))
    (3+1e-100j)
    """

    def __float__(self) -> float:
        return _real_part(complex(self))


def followed_value(cost: Callable[[Any], Any], parameters: Any) -> Any:
    """Return what a cost returns for complex parameters, or, where it ends in one conversion to a float, what was converted.

    None where more was converted, or the float that came back is another: an imaginary part was lost.

    Examples
    --------
    >>> z = np.array([1.0, 2.0 + 1e-100j]).view(AnalyticArray)
    >>> followed_value(lambda z: float(np.sum(z * z)), z)
    (5+4e-100j)
    >>> followed_value(lambda z: float(z[0]) + float(z[1]), z) is None
    True
    """
    with _handing_out() as handed:
        returned = cost(parameters)
    if not handed:
        return returned
    (first, *others) = handed
    is_kept = not others and isinstance(returned, float) and returned == first.real
    return HandedOut(first) if is_kept else None


@contextlib.contextmanager
def _handing_out() -> Iterator[list[complex]]:
    """Remember what is handed out while the block runs."""
    handed: list[complex] = []
    token = _HANDED.set(handed)
    try:
        yield handed
    finally:
        _HANDED.reset(token)


def _real_part(number: complex) -> float:
    """Hand out a real part, which may be the whole cost's, or what a branch is chosen by."""
    handed = _HANDED.get()
    if handed is None:
        raise NotAnalyticError("a complex parameter that is made a real number is not analytic")
    handed.append(number)
    return number.real


class AnalyticArray(np.ndarray[Any, Any]):
    """A complex array that raises where a function is applied to it, or to what is computed from it, that is not analytic.

    The real part alone may be looked at, since branches are chosen by it, and a conversion to a float is remembered, see
    `followed_value`. What is converted to a plain array is not followed.

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
        found = super().__array_function__(func, types, args, kwargs)
        return _followed(found) if isinstance(found, np.complexfloating) else found

    def __getitem__(self, key: Any) -> Any:
        return _followed(super().__getitem__(key))

    def dot(self, other: Any, out: Any = None) -> Any:
        """Return the product with another array."""
        return _followed(super().dot(_plain(other)) if out is None else super().dot(_plain(other), _plain(out)))

    def __float__(self) -> float:
        return _real_part(complex(self)) if np.iscomplexobj(self) else float(_plain(self))

    def item(self, *place: Any) -> Any:
        """Return one element as a number of Python's own; of a complex one it is remembered whether it is made a float."""
        found = super().item(*place)
        return AnalyticNumber(found) if isinstance(found, complex) else found


def _plain(value: Any) -> Any:
    return value.view(np.ndarray) if isinstance(value, AnalyticArray) else value


def _followed(value: Any) -> Any:
    """Return a complex result as an array that is followed on, a number too."""
    return np.asarray(value).view(AnalyticArray) if np.iscomplexobj(value) else value
