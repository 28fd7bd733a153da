"""Functions and objects in a submission's process, called from here as if they were ours."""

from __future__ import annotations

import builtins
import inspect
from collections.abc import Sequence
from keyword import iskeyword
from typing import Any, Final

import numpy as np

from gradcheck.grading.failures import Failure, SubmissionError, harmless
from gradcheck.grading.protocol import Handle, Keep, arrays_of
from gradcheck.grading.returned import Returned
from gradcheck.grading.session import Session

METHODS: Final = ("backprop", "feedforward", "update_mini_batch", "cost", "cost_derivative")
"""What a class has or has not once and for all; other attributes may come with a call."""

_LONGEST_NAME: Final = 64

_NOT_RAISED_HERE: Final = (StopIteration, StopAsyncIteration)
"""What would end a loop of ours."""


class RemoteFunction:
    """A function in a submission's process; what it raises there is raised here, and what it writes to is written to here.

    Parameters
    ----------
    session : Session
    name : str
    keep : Keep

    Examples
    --------
    >>> RemoteFunction(None, "sigmoid").__name__
    'sigmoid'
    """

    def __init__(self, session: Session, name: str, *, keep: Keep = Keep.NOTHING) -> None:
        self.session, self.keep = session, keep
        self.__name__ = name

    def __call__(self, *arguments: Any) -> Any:
        return _called(self.session, None, self.__name__, arguments, keep=self.keep).value

    @property
    def __signature__(self) -> inspect.Signature:
        return _signature(self.session.look(None, [self.__name__]).get(self.__name__))


class RemoteClass:
    """What makes networks in a submission's process.

    Examples
    --------
    >>> RemoteClass(None, "Network").__name__
    'Network'
    """

    def __init__(self, session: Session, name: str) -> None:
        self.session = session
        self.__name__ = name
        self.methods: dict[str, Any] | None = None

    def __call__(self, sizes: list[int]) -> RemoteNetwork:
        made = _called(self.session, None, self.__name__, [sizes], keep=Keep.ALL).value
        if not isinstance(made, Handle):
            raise self.session.fail(Failure.MALFORMED, f"{self.__name__} was answered with something that is no object")
        if self.methods is None:
            self.methods = {name: one for name, one in self.session.look(made, METHODS).items() if _is_callable(one)}
        return RemoteNetwork(self.session, made, self.methods)


class RemoteNetwork:
    """A network in a submission's process: its parameters are sent along with every call, and come back where the call changed them.

    Examples
    --------
    >>> network = RemoteNetwork(None, Handle(0, "a Network"), {"backprop": ["callable", ["x", "y"], 0, 0]})
    >>> network.weights = [np.ones((1, 2))]
    >>> network.weights[0].shape, str(inspect.signature(network.backprop))
    ((1, 2), '(x, y)')
    """

    def __init__(self, session: Session, handle: Handle, methods: dict[str, Any]) -> None:
        self.session, self.handle, self.methods = session, handle, methods
        self.state: dict[str, Any] = {}
        self.sends: set[str] = set()

    @property
    def weights(self) -> Any:
        """The weight matrices, one a layer after the input."""
        return self._parameters("weights")

    @weights.setter
    def weights(self, value: Any) -> None:
        self._set("weights", value)

    @property
    def biases(self) -> Any:
        """The bias vectors, one a layer after the input."""
        return self._parameters("biases")

    @biases.setter
    def biases(self, value: Any) -> None:
        self._set("biases", value)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in METHODS:
            if name in self.methods:
                return RemoteMethod(self, name)
            raise AttributeError(f"the submission has no method {name}")
        return self._got(name)

    def call(self, name: str, arguments: Sequence[Any]) -> Any:
        """Call a method with the parameters as they are here."""
        state = {one: self.state[one] for one in self.sends}
        returned = _called(self.session, self.handle, name, arguments, state=state)
        for changed, value in returned.attributes.items():
            if changed not in self.sends:
                raise self.session.fail(
                    Failure.MALFORMED, f"{name} was answered with an attribute that was not asked for"
                )
            self.state[changed] = value
        if not self.sends:  # parameters of its own, which the call may have changed
            self.state.clear()
        return returned.value

    def give(self, method: str, answers: list[Any]) -> None:
        """Put a method in place of the object's own that answers with these, in turn."""
        self._set(f"given {method}", answers)

    def _parameters(self, name: str) -> Any:
        if name not in self.state:
            self.state[name] = self._got(name)
        return self.state[name]

    def _set(self, name: str, value: Any) -> None:
        self.state[name] = value
        self.sends.add(name)

    def _got(self, name: str) -> Any:
        try:
            return _plain(self.session.get(self.handle, name))
        except SubmissionError as error:
            if error.failure is Failure.MISSING:
                raise AttributeError(f"the submission has no {name}") from error
            raise _as_raised(error) from error


class RemoteMethod:
    """A method of a network in a submission's process.

    Examples
    --------
    >>> RemoteMethod(None, "backprop").__name__
    'backprop'
    """

    def __init__(self, network: RemoteNetwork, name: str) -> None:
        self.network = network
        self.__name__ = name

    def __call__(self, *arguments: Any) -> Any:
        return self.network.call(self.__name__, arguments)

    @property
    def __signature__(self) -> inspect.Signature:
        return _signature(self.network.methods[self.__name__])


def _called(session: Session, owner: Handle | None, name: str, arguments: Sequence[Any], **how: Any) -> Returned:
    """Call, raise what was raised, and write to the arrays that were written to."""
    try:
        returned = session.call_on(owner, name, arguments, **how)
    except SubmissionError as error:
        raise _as_raised(error) from error
    given = arrays_of([how.get("state", {}), list(arguments)])
    for place, array in returned.written:
        if not 0 <= place < len(given) or not _is_like(array, given[place]):
            raise session.fail(Failure.MALFORMED, f"{name} was answered with an array that it was not given")
        if given[place].flags.writeable:
            given[place][...] = array
    value = returned.value if how.get("keep", Keep.NOTHING) is not Keep.NOTHING else _plain(returned.value)
    return Returned(value, returned.written, {one: _plain(value) for one, value in returned.attributes.items()})


def _is_like(array: Any, given: np.ndarray[Any, Any]) -> bool:
    return isinstance(array, np.ndarray) and array.shape == given.shape and array.dtype == given.dtype


def _plain(value: Any) -> Any:
    """Return an answer; what is no number, array or list in it as an empty object of a class of the same name."""
    if isinstance(value, list | tuple):
        return type(value)(map(_plain, value))
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, Handle):
        name = harmless(value.description.removeprefix("a "), _LONGEST_NAME)
        return type(name if name.isidentifier() else "object", (), {})()
    return value


def _as_raised(error: SubmissionError) -> BaseException:
    """Return what a submission raised as an exception of that name, a kind of the built-in one it is; a failure as it is."""
    if error.raised is None:
        return error
    base = getattr(builtins, error.raised.builtin, None)
    if not (isinstance(base, type) and issubclass(base, Exception)) or issubclass(base, _NOT_RAISED_HERE):
        base = Exception
    exception, words = error.raised.exception, error.raised.words
    name = exception[:_LONGEST_NAME] if exception.isidentifier() else base.__name__
    says = {"__str__": lambda _: words}  # a KeyError would put its words in quotes once more
    try:
        raised: Exception = type(name, (base,), says)(words)
    except TypeError:  # it takes other arguments than words
        raised = type(name, (Exception,), says)(words)
    return raised


def _is_callable(looked: Any) -> bool:
    return isinstance(looked, list) and looked[:1] == ["callable"]


def _signature(looked: Any) -> inspect.Signature:
    """Return how something is called, from what the submission's process says of it; any arguments where that makes no sense."""
    match looked:
        case ["callable", list(needed), int(optional), int(several)] if 0 <= optional <= _LONGEST_NAME:
            names = [*map(str, needed), *(f"optional{i}" for i in range(optional))]
            if len(set(names)) == len(names) and all(name.isidentifier() and not iskeyword(name) for name in names):
                return inspect.Signature(_as_parameters(names, len(needed), several))
    return inspect.Signature(_as_parameters([], 0, 1))


def _as_parameters(names: list[str], needed: int, several: int) -> list[inspect.Parameter]:
    kind, empty = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.empty
    found = [inspect.Parameter(name, kind, default=empty if i < needed else None) for i, name in enumerate(names)]
    return [*found, inspect.Parameter("others", inspect.Parameter.VAR_POSITIONAL)] if several else found
