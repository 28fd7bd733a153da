"""What strategies are called with, looked at when they are called: a wrong value is shown at once, not at the first draw."""

from __future__ import annotations

import math
import numbers
import operator
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from gradcheck.errors import UsageError


def count(name: str, value: Any, least: int) -> int:
    """Return a whole number of at least `least`.

    Raises
    ------
    UsageError
        If it is none.

    Examples
    --------
    >>> count("max_width", 0, 1)
    Traceback (most recent call last):
    ...
    gradcheck.errors.UsageError: max_width is 0: a whole number of at least 1 is required
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if isinstance(value, bool) or number < least:
        raise UsageError(f"{name} is {value!r}: a whole number of at least {least} is required")
    return number


def counts(low: tuple[str, Any], high: tuple[str, Any], least: int) -> tuple[int, int]:
    """Return a smallest and a largest number, each given with its name.

    Raises
    ------
    UsageError
        If one is no whole number of at least `least`, or the smallest is larger than the largest.

    Examples
    --------
    >>> counts(("min_size", 3), ("max_size", 2), 1)
    Traceback (most recent call last):
    ...
    gradcheck.errors.UsageError: min_size is 3 and max_size 2: min_size <= max_size is required
    """
    smallest, largest = count(*low, least), count(*high, least)
    if smallest > largest:
        raise UsageError(f"{low[0]} is {smallest} and {high[0]} {largest}: {low[0]} <= {high[0]} is required")
    return smallest, largest


def elements_strategy(elements: Any) -> st.SearchStrategy[Any] | None:
    """Return a strategy of numbers, or None where none was given.

    Raises
    ------
    UsageError
        If it is no strategy; when it is drawn from, if what it draws is no real number.

    Examples
    --------
    >>> elements_strategy(3.0)
    Traceback (most recent call last):
    ...
    gradcheck.errors.UsageError: elements is 3.0: a strategy of numbers is required, such as st.floats(-1, 1)
    """
    if elements is None:
        return None
    if isinstance(elements, st.SearchStrategy):
        return elements.map(_real)
    raise UsageError(f"elements is {elements!r}: a strategy of numbers is required, such as st.floats(-1, 1)")


def _real(drawn: Any) -> Any:
    if isinstance(drawn, numbers.Real):
        return drawn
    raise UsageError(f"elements draws {drawn!r}: a strategy of real numbers is required, such as st.floats(-1, 1)")


def value_or_strategy(value: Any, checked: Callable[[Any], Any]) -> st.SearchStrategy[Any]:
    """Return a strategy of checked values: a value is checked at once, those of a strategy when they are drawn.

    Examples
    --------
    >>> value_or_strategy(3, lambda number: count("width", number, 1))
    just(3)
    """
    return value.map(checked) if isinstance(value, st.SearchStrategy) else st.just(checked(value))


def finite_numbers(name: str, values: Any) -> tuple[float, ...]:
    """Return finite numbers as a tuple of floats.

    Raises
    ------
    UsageError
        If there is something else among them.

    Examples
    --------
    >>> finite_numbers("kinks", [0])
    (0.0,)
    """
    try:
        finite = () if isinstance(values, str) else tuple(float(value) for value in values)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name} is {values!r}: a sequence of finite numbers is required") from error
    if isinstance(values, str) or not all(map(math.isfinite, finite)):
        raise UsageError(f"{name} is {values!r}: a sequence of finite numbers is required")
    return finite
