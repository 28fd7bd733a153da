"""The child, when it has become a submission's process: it answers requests, and whatever a submission raises is an answer as well.

It is copied into the child's folder, beside `protocol.py`; nothing else of ours is there, and no answer, no point and no verdict ever is.
"""

from __future__ import annotations

import importlib.util
import inspect
import os
import socket
import sys
from typing import Any, Final, NoReturn

import numpy as np
import protocol  # type: ignore[import-not-found, unused-ignore]

MESSAGE: Final = 2000
"""Characters of an exception that are told (a count)."""

SIGNATURE: Final = 32
"""Arguments of a function that are told (a count)."""

GIVEN: Final = "given "
"""What a name among the attributes starts with that stands for a backprop to be given: its value are the answers, in turn."""

_POSITIONAL: Final = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Wire:
    """One end of a socket, by read and write alone: the filter allows no call that is for sockets only."""

    def __init__(self, descriptor: int, bounds: Any) -> None:
        self.descriptor, self.bounds = descriptor, bounds

    def read(self, count: int) -> bytes:
        """Return exactly so many bytes.

        Raises
        ------
        EOFError
            When the other end is gone.
        """
        parts = []
        while count:
            part = os.read(self.descriptor, count)
            if not part:
                raise EOFError
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def receive(self) -> Any:
        """Return the next frame."""
        return protocol.receive(self.read, self.bounds)

    def send(self, kind: Any, request: int, value: Any) -> None:
        """Send a frame, or say why its value cannot be sent."""
        try:
            raw = protocol.encode(protocol.Frame(kind, request, value))
        except protocol.Unencodable as error:
            raw = protocol.encode(protocol.Frame(protocol.Kind.REFUSED, request, str(error)[:MESSAGE]))
        view = memoryview(raw)
        while view:
            view = view[os.write(self.descriptor, view) :]


def answer_all(wire: Wire) -> NoReturn:
    """Answer requests for as long as there are any."""
    answers = Answers()
    try:
        while True:
            frame = wire.receive()
            kind, value = _answered(answers, frame)
            try:
                wire.send(kind, frame.request, value)
            except MemoryError:
                wire.send(
                    protocol.Kind.RAISED, frame.request, ["MemoryError", "MemoryError", "its answer is too large", 0]
                )
    finally:
        os._exit(0)


def _answered(answers: Answers, frame: Any) -> tuple[Any, Any]:
    """Return the kind and the value of an answer; whatever a submission raises is an answer as well."""
    act: Any = {
        protocol.Kind.LOAD: answers.load,
        protocol.Kind.CALL: answers.call,
        protocol.Kind.GET: answers.get,
        protocol.Kind.LOOK: answers.look,
        protocol.Kind.TRY: answers.try_out,
    }[frame.kind]
    try:
        with np.errstate():
            return protocol.Kind.VALUE, act(*frame.value)
    except _Missing as error:
        return protocol.Kind.MISSING, str(error)[:MESSAGE]
    except BaseException as error:
        return protocol.Kind.RAISED, _described(error, answers.folder)


class _Missing(Exception):
    """A name that is not there."""


class _Given:
    """A backprop that is given to an object in place of its own: see `hiding.give`."""

    def __init__(self, holder: Any, answers: Any) -> None:
        self.holder, self.answers, self.calls = holder, answers, 0

    def __call__(self, *_: Any, **__: Any) -> Any:
        answer = self.answers[self.calls % len(self.answers)]
        self.calls += 1
        now = (self.holder.biases, self.holder.weights)
        return [[a + b for a, b in zip(*pair, strict=True)] for pair in zip(answer, now, strict=True)]


class Answers:
    """A submission, what it made, and what is done with it."""

    def __init__(self) -> None:
        self.module: Any = None
        self.folder = ""
        self.kept: dict[int, Any] = {}

    def load(self, path: str) -> None:
        """Import the submission."""
        self.folder, file = os.path.split(path)
        name = file.removesuffix(".py")
        name = "submission" if name in sys.modules else name
        sys.argv, sys.path[:] = [path], [self.folder, *sys.path]
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{file} is no Python file")
        self.module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.module)

    def call(self, owner: Any, name: str, state: dict[str, Any], arguments: list[Any], keep: int) -> list[Any]:
        """Set attributes, call, and tell what is returned, which arrays were written to and which attributes are others now."""
        holder = self._holder(owner)
        function = self._found(holder, name)
        arrays = protocol.arrays_of([state, arguments])
        before = [array.copy() for array in arrays]
        given = {attribute: list(value) if isinstance(value, list) else value for attribute, value in state.items()}
        for attribute, value in state.items():
            if attribute.startswith(GIVEN):
                setattr(holder, attribute.removeprefix(GIVEN), _Given(holder, given.pop(attribute)))
            else:
                setattr(holder, attribute, value)
        returned = function(*[self._unpacked(argument) for argument in arguments])
        written = [
            [i, now] for i, (was, now) in enumerate(zip(before, arrays, strict=True)) if was.tobytes() != now.tobytes()
        ]
        changed = {
            name: self._value(getattr(holder, name)) for name in given if _is_other(getattr(holder, name), given[name])
        }
        return [self._returned(returned, keep), written, changed]

    def get(self, owner: Any, name: str) -> Any:
        """Return an attribute's value."""
        return self._value(self._found(self._holder(owner), name))

    def look(self, owner: Any, names: list[str]) -> dict[str, Any]:
        """Tell of each name whether it is there, and how it is called."""
        holder = self._holder(owner)
        return {name: _looked(getattr(holder, name)) for name in names if hasattr(holder, name)}

    def try_out(self, secret: str, code: str, scratch: str) -> list[str]:
        """Return what this process can do and must not, and cannot and must: asked once, before any stranger's code runs."""
        forbidden = {
            "read": lambda: open(secret).close(),
            "write": lambda: open(f"{secret}.written", "w").close(),
            "socket": socket.socket,
            "fork": lambda: os.fork() or os._exit(0),
            "chmod": lambda: os.chmod(secret, 0o600),
        }
        needed = {"no code": lambda: open(code).close(), "no scratch": lambda: open(f"{scratch}/tried", "w").close()}
        found = [name for name, attempt in forbidden.items() if _succeeds(attempt)]
        return found + [name for name, attempt in needed.items() if not _succeeds(attempt)]

    def _holder(self, owner: Any) -> Any:
        return self.module if owner is None else self._unpacked(owner)

    def _found(self, holder: Any, name: str) -> Any:
        for part in name.split("."):
            if not hasattr(holder, part):
                raise _Missing(name)
            holder = getattr(holder, part)
        return holder

    def _unpacked(self, value: Any) -> Any:
        return self.kept[value.number] if isinstance(value, protocol.Handle) else value

    def _returned(self, returned: Any, keep: int) -> Any:
        if keep == protocol.Keep.ALL:
            return self._keep(returned)
        if (
            keep == protocol.Keep.SECOND
            and isinstance(returned, tuple)
            and len(returned) == 2
            and returned[1] is not None
        ):
            return (self._value(returned[0]), self._keep(returned[1]))
        return self._value(returned)

    def _keep(self, value: Any) -> Any:
        self.kept[len(self.kept)] = value
        return protocol.Handle(len(self.kept) - 1, f"a {type(value).__name__}")

    def _value(self, value: Any) -> Any:
        """Return a value as a frame carries it: arrays of objects as lists, what has no other form as a handle."""
        if isinstance(value, np.ndarray) and value.dtype == object:
            value = list(value)
        if isinstance(value, list | tuple):
            return (
                type(value)(map(self._value, value)) if type(value) in (list, tuple) else list(map(self._value, value))
            )
        if isinstance(value, dict):
            return {str(key): self._value(one) for key, one in value.items()}
        if value is None or type(value) in (float, bool, str):
            return value
        is_number = isinstance(value, np.ndarray | np.generic) and protocol.is_number(value)
        if is_number or (type(value) is int and -(2**63) <= value < 2**63):
            return value
        return self._keep(value)


def _is_other(now: Any, given: Any) -> bool:
    """Tell whether an attribute holds other objects than those it was given."""
    if not isinstance(given, list):
        return now is not given
    same = (
        isinstance(now, list | tuple)
        and len(now) == len(given)
        and all(a is b for a, b in zip(now, given, strict=True))
    )
    return not same


def _looked(value: Any) -> list[Any]:
    """Return what kind of thing it is, the arguments that it needs, how many it can do without, and whether it takes any number."""
    if not callable(value):
        return ["value", [], 0, 0]
    try:
        parameters = list(inspect.signature(value).parameters.values())
    except (TypeError, ValueError):
        return ["callable", [], SIGNATURE, 1]
    plain = [p for p in parameters if p.kind in _POSITIONAL]
    needed = [p.name for p in plain if p.default is p.empty][:SIGNATURE]
    several = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return ["callable", needed, min(len(plain) - len(needed), SIGNATURE), int(several)]


def _described(error: BaseException, folder: str) -> list[Any]:
    """Return an exception's name, the name of the built-in one it is, what it says, and the line of the submission it came from."""
    try:
        words = str(error)[:MESSAGE]
    except BaseException:  # its own __str__ raised
        words = ""
    line, trace = 0, error.__traceback__
    while trace is not None:
        line = trace.tb_lineno if os.path.dirname(trace.tb_frame.f_code.co_filename) == folder else line
        trace = trace.tb_next
    builtin = next((one.__name__ for one in type(error).__mro__ if one.__module__ == "builtins"), "Exception")
    return [str(type(error).__name__)[:200], builtin, words, line]


def _succeeds(attempt: Any) -> bool:
    try:
        attempt()
    except Exception:
        return False
    return True
