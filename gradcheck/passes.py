"""How often functions are called: so that a test can say what a backprop costs in forward and backward passes."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator, Mapping
from types import BuiltinFunctionType, ModuleType
from typing import Any, Final, ParamSpec, Protocol, TypeVar, cast, overload

from gradcheck.errors import UsageError, seen

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)

NAMES_SHOWN: Final = 20
"""How many names a message lists (a count)."""

_ABSENT: Final = object()
_ADDING: Final = threading.Lock()  # one for all: a lock of its own would make what holds a counter impossible to copy


class Counted(Protocol[P, R_co]):
    """A function that counts its calls.

    Attributes
    ----------
    passes : int
        Calls so far, in all threads together, also those that raised.

    Examples
    --------
    >>> counted = count_passes(abs)
    >>> counted(-2.0), counted.passes
    (2.0, 1)
    """

    passes: int

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Call the function."""


class PassCounts(Mapping[str, int]):
    """The calls of several functions by their names, those made from inside one of them left to that one.

    Examples
    --------
    >>> PassCounts(["sigmoid"]) == {"sigmoid": 0}
    True
    """

    def __init__(self, names: list[str]) -> None:
        self._calls = dict.fromkeys(names, 0)
        self._thread = threading.local()

    def __getitem__(self, name: str) -> int:
        if name not in self._calls:
            raise KeyError(f"{name!r} is not counted here, but {', '.join(self._calls)}")
        return self._calls[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._calls)

    def __len__(self) -> int:
        return len(self._calls)

    def __contains__(self, name: object) -> bool:
        return name in self._calls

    def __repr__(self) -> str:
        return repr(self._calls)

    def counting(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return `function` as one whose calls are counted under a name.

        Examples
        --------
        >>> passes = PassCounts(["abs"])
        >>> passes.counting("abs", abs)(-2.0), passes["abs"]
        (2.0, 1)
        """

        def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True  # what the function raises is told by its own frames alone
            if getattr(self._thread, "is_inside", False):
                return function(*args, **kwargs)
            with _ADDING:
                self._calls[name] += 1
            self._thread.is_inside = True
            try:
                return function(*args, **kwargs)
            finally:
                self._thread.is_inside = False

        return _calling(function, call)


def _calling(function: Callable[..., Any], call: Callable[..., Any]) -> Callable[..., Any]:
    """Return what stands in the place of a function, and is called as call(function, *args, **kwargs)."""
    if not hasattr(type(function), "__get__") and not isinstance(function, BuiltinFunctionType):
        return _CalledObject(function, call)

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return call(function, *args, **kwargs)

    return called


class _CalledObject:
    """What stands in the place of an object that can be called, such as a layer: all but its calls, its backward and what its forward
    kept for that, is the object's own."""

    def __init__(self, function: Any, call: Callable[..., Any]) -> None:
        names = [str(name) for name in functools.WRAPPER_ASSIGNMENTS if hasattr(function, name)]
        vars(self).update({name: getattr(function, name) for name in names}, __wrapped__=function, _gradcheck_call=call)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return self._gradcheck_call(self.__wrapped__, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked of a copy that holds no object yet
            raise AttributeError(name)
        return getattr(self.__wrapped__, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in vars(self):
            vars(self)[name] = value
        else:
            setattr(self.__wrapped__, name, value)


@overload
def count_passes(function: Callable[P, R_co], /) -> Counted[P, R_co]: ...


@overload
def count_passes(owner: object, name: str, /, *names: str) -> contextlib.AbstractContextManager[Mapping[str, int]]: ...


def count_passes(counted: Any, /, *names: str) -> Any:
    """Count the calls of a function, or, for the time of a `with` block, of functions of a module, a class or an object by name.

    `count_passes(forward)` returns a function that does what `forward` does and has its number of calls as `.passes`; it can
    decorate a function or a method. `with count_passes(owner, "sigmoid", "sigmoid_prime") as passes:` counts the calls that look
    the names up on `owner`, and puts back what stood there; `passes["sigmoid"]` is the number of calls, and `passes` can be compared
    with a dict. There a call made from inside another of the counted functions belongs to that one and is not counted again: backprop
    (BP1)-(BP4) of a network of L layers makes L - 1 calls of sigma, one forward pass, and L - 1 of sigma', one backward pass,
    whatever the number of its parameters P, where (46) makes P + 1 forward passes.

    Calls in any thread are counted, each thread by itself being inside a counted function or not; calls in other processes are not
    seen, nor those that reach the function past the name, such as through `from activations import sigmoid`: name the module that
    calls it. Of a generator, the call that makes it is counted.

    Parameters
    ----------
    counted : callable; with names a module, class or object
    *names : str
        Of functions, methods, class methods or static methods of `counted`, its own or inherited.

    Raises
    ------
    UsageError
        If what is to be counted is not there, cannot be called, or cannot be replaced.

    Examples
    --------
    >>> import numpy as np, gradcheck
    >>> from gradcheck.examples import network_right
    >>> net = network_right.Network([2, 30, 3])
    >>> x, y = np.ones((2, 1)), np.zeros((3, 1))
    >>> with gradcheck.count_passes(network_right, "sigmoid", "sigmoid_prime") as passes:
    ...     nabla_b, nabla_w = net.backprop(x, y)
    >>> passes
    {'sigmoid': 2, 'sigmoid_prime': 2}
    >>> forward = gradcheck.count_passes(net.feedforward)
    >>> forward(x).shape, forward.passes
    ((3, 1), 1)
    """
    if names:
        return _counted_within(counted, list(dict.fromkeys(names)))
    if isinstance(counted, type) or not callable(counted):
        what = f"the class {counted.__name__}" if isinstance(counted, type) else seen(counted)
        raise UsageError(
            f"count_passes was given {what}: a function is required, or a module, class or object with the names of what is to be "
            'counted in it, as in count_passes(network, "sigmoid")'
        )
    return _counted(counted)


def _counted(function: Callable[..., Any]) -> Counted[..., Any]:
    """Return a function that counts all its calls."""

    def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        with _ADDING:
            itself.passes += 1
        return function(*args, **kwargs)

    itself = cast(Counted[..., Any], _calling(function, call))
    vars(itself)["passes"] = 0
    return itself


def _counted_within(owner: Any, names: list[str]) -> contextlib.AbstractContextManager[PassCounts]:
    """Return the block within which the named functions of an owner count, the names looked at first."""
    for name in names:
        _require_function(owner, name)
    return _block(owner, names)


@contextlib.contextmanager
def _block(owner: Any, names: list[str]) -> Iterator[PassCounts]:
    passes = PassCounts(names)
    with contextlib.ExitStack() as put_back:
        for name in names:
            put_back.enter_context(replaced(owner, name, passes))
        yield passes


@contextlib.contextmanager
def replaced(owner: Any, name: str, passes: PassCounts) -> Iterator[None]:
    """Put a counting function in the place of a named one, and what stood there back at the end, whatever happens.

    Raises
    ------
    UsageError
        If the owner does not let it be replaced.

    Examples
    --------
    >>> import math
    >>> passes = PassCounts(["sqrt"])
    >>> with replaced(math, "sqrt", passes):
    ...     root = math.sqrt(4.0)
    >>> passes["sqrt"], math.sqrt
    (1, <built-in function sqrt>)
    """
    before = _standing(owner, name)
    counting = _CountingAttribute(owner, name, passes) if isinstance(owner, type) else None
    try:
        setattr(owner, name, counting or passes.counting(name, getattr(owner, name)))
    except (AttributeError, TypeError) as error:  # built-in types, __slots__, frozen objects
        hint = "" if isinstance(owner, type) else f": count on its class, {type(owner).__name__}"
        raise UsageError(
            f"{_called(owner)} does not let {name!r} be replaced by a counting one ({error}){hint}"
        ) from error
    try:
        yield
    finally:
        if before is _ABSENT:
            delattr(owner, name)
        else:
            setattr(owner, name, before)


class _CountingAttribute:
    """A class's attribute that counts: bound as what stands there is bound, be it a method, a class method or no method at all."""

    def __init__(self, owner: type, name: str, passes: PassCounts) -> None:
        self.name, self.passes = name, passes
        of_metaclass = staticmethod(getattr(owner, name))
        self.raw = next((vars(one)[name] for one in owner.__mro__ if name in vars(one)), of_metaclass)

    def __get__(self, instance: Any, owner: type | None = None) -> Callable[..., Any]:
        bound = self.raw.__get__(instance, owner) if hasattr(type(self.raw), "__get__") else self.raw
        return self.passes.counting(self.name, bound)


def _standing(owner: Any, name: str) -> Any:
    """Return what an owner itself holds under a name, as it holds it; absent where it has it from its class."""
    held = getattr(owner, "__dict__", {})
    if name in held:
        return held[name]
    is_slot = not isinstance(owner, type) and hasattr(getattr(type(owner), name, None), "__set__")
    return getattr(owner, name) if is_slot else _ABSENT


def _require_function(owner: Any, name: Any) -> None:
    """Raise UsageError unless the owner has something of this name that can be called and, replaced, is what is called."""
    if not isinstance(name, str):
        raise UsageError(
            f"count_passes was given {seen(name)} as a name: the names of functions are required, as in 'sigmoid'"
        )
    value = getattr(owner, name, _ABSENT)
    if value is _ABSENT:
        raise UsageError(f"{_called(owner)} has no {name!r} to count: {_there(owner, name)}")
    if not callable(value):
        raise UsageError(f"{name} of {_called(owner)} is {seen(value)}, which cannot be called: {_there(owner, name)}")
    is_special = name.startswith("__") and name.endswith("__")
    if is_special and not isinstance(owner, type | ModuleType):
        kind = type(owner).__name__
        raise UsageError(
            f"{name} is looked up on the class, not on {_called(owner)}: count_passes({kind}, {name!r}) counts it"
        )


def _called(owner: Any) -> str:
    """Return a few words for an owner."""
    if isinstance(owner, type | ModuleType):
        return f"{'the class' if isinstance(owner, type) else 'the module'} {owner.__name__}"
    return seen(owner)


def _there(owner: Any, name: str) -> str:
    """Say what can be counted instead."""
    import difflib

    names = [one for one in dir(owner) if not one.startswith("_") and _is_function(owner, one)]
    alike = difflib.get_close_matches(name, names, n=3)
    hint = f"did you mean {' or '.join(alike)}? " if alike else ""
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return f"{hint}it has {', '.join(names[:NAMES_SHOWN])}{more}" if names else "it has nothing that can be called"


def _is_function(owner: Any, name: str) -> bool:
    """Tell whether an attribute can be called; one that raises when it is looked at cannot."""
    try:
        return callable(getattr(owner, name, None))
    except Exception:  # the owner's own
        return False
