"""The child: a zygote with numpy ready, which forks once for each submission and item; the fork only answers.

It is copied into a folder of its own with `protocol.py` and `confinement.py`; nothing else of ours is there, and no answer, no point
and no verdict ever is.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import inspect
import os
import signal
import socket
import sys
import time
from typing import Any, Final, NoReturn

import confinement  # type: ignore[import-not-found, unused-ignore]
import numpy as np
import protocol  # type: ignore[import-not-found, unused-ignore]

CONTROL: Final = 3
"""The descriptor of the zygote's socket, and in a fork of the submission's."""

MESSAGE: Final = 2000
"""Characters of an exception that are told (a count)."""

SIGNATURE: Final = 32
"""Arguments of a function that are told (a count)."""

ENDING: Final = 5.0
"""How long the zygote tries to end what a submission left behind [seconds]."""

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


def serve(descriptor: int) -> NoReturn:
    """Be the zygote: one configuration, then forks until the parent's end of the socket is gone."""
    os.dup2(descriptor, CONTROL)
    wire = Wire(CONTROL, protocol.Bounds(nodes=65536, text=65536))
    first = wire.receive()
    try:
        zygote = Zygote(wire, first.value)
    except Exception as error:
        wire.send(protocol.Kind.RAISED, first.request, f"{type(error).__name__}: {error}"[:MESSAGE])
        os._exit(1)
    try:
        wire.send(protocol.Kind.VALUE, first.request, zygote.versions)
        while True:
            frame = wire.receive()
            if frame.kind == protocol.Kind.FORK:
                zygote.fork(frame)
            else:
                wire.send(protocol.Kind.VALUE, frame.request, zygote.end())
    except (EOFError, OSError):  # the parent is gone
        zygote.end()
        os._exit(0)


class Zygote:
    """What the zygote was told once: whom to import, and how its forks are confined."""

    def __init__(self, wire: Wire, told: dict[str, Any]) -> None:
        self.wire, self.told = wire, told
        self.child = 0
        self.versions = {name: _imported(name) for name in told["imports"]}
        if told["namespaces"]:
            confinement.enter_namespaces(told["scratch"], told["scratch_bytes"])
        confinement.adopt_orphans()
        confinement.hide_memory()
        rules = list(zip(told["paths"], told["rights"], strict=True))
        self.program = told["seccomp"].tobytes()
        self.ruleset = confinement.landlock_ruleset(told["handled"], rules) if told["handled"] else -1

    def fork(self, frame: Any) -> None:
        """Fork for one submission and item; the parent sends its socket and its output pipe along."""
        _, descriptors, _, _ = socket.recv_fds(_control(), 1, 2)
        if self.told["namespaces"]:
            confinement.resize(self.told["scratch"], frame.value["scratch_bytes"])
        self.child = os.fork()
        if self.child == 0:
            try:
                self._become(descriptors, frame.value)
            except BaseException as error:
                with contextlib.suppress(OSError):
                    os.write(2, f"{type(error).__name__}: {error}".encode())
                os._exit(1)
            _answer_all(Wire(CONTROL, protocol.Bounds(*frame.value["bounds"])))
        for one in descriptors:
            os.close(one)
        self.wire.send(protocol.Kind.VALUE, frame.request, self.child)

    def _become(self, descriptors: list[int], told: dict[str, Any]) -> None:
        """Be a confined process with a socket, an output and nothing else."""
        os.setsid()
        confinement.die_with_parent()
        answers, output = descriptors
        null = os.open("/dev/null", os.O_RDONLY)
        keep = os.dup(self.ruleset) if self.ruleset >= 0 else -1
        for one, place in ((null, 0), (output, 1), (output, 2), (answers, CONTROL)):
            os.dup2(one, place)
        if keep >= 0:
            os.dup2(keep, CONTROL + 1)
        os.closerange(CONTROL + (2 if keep >= 0 else 1), 1024)
        os.chdir(self.told["code"])
        os.umask(0o077)
        confinement.limit(confinement.Resources(*told["resources"]))
        if self.told["uid"]:
            confinement.drop_user(self.told["uid"])
        confinement.drop_capabilities(self.told["machine"])
        confinement.hide_memory()
        confinement.die_with_parent()  # another user forgets it
        confinement.no_new_privileges()
        if keep >= 0:
            confinement.enter_landlock(CONTROL + 1)
        if self.program:
            confinement.enter_seccomp(self.program)

    def end(self) -> list[Any]:
        """Kill the fork and all it left behind, and tell how it ended: exit code or -signal, CPU seconds, memory in bytes."""
        ended = [0, 0.0, 0]
        until = time.monotonic() + ENDING
        while time.monotonic() < until:
            for process in _children():
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(process, signal.SIGKILL)
            try:
                process, status, used = os.wait4(-1, 0)
            except ChildProcessError:
                self._empty_scratch()
                return ended
            ended[1] += used.ru_utime + used.ru_stime
            if process == self.child:
                ended[0], ended[2] = os.waitstatus_to_exitcode(status), used.ru_maxrss * 1024
        os._exit(1)  # something does not die: the parent sees this end, and ends the rest

    def _empty_scratch(self) -> None:
        """Leave no file to the next submission: the parent does not see into a folder of this namespace."""
        for name in os.listdir(self.told["scratch"]):
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(self.told["scratch"], name))


def _control() -> socket.socket:
    return socket.socket(fileno=os.dup(CONTROL))


def _children() -> list[int]:
    """Return whom to kill: all processes of a namespace of ours, else every child, orphans among them."""
    if confinement.is_first():
        return [-1]
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return [int(word) for word in file.read().split()]


def _imported(name: str) -> str:
    return str(getattr(importlib.import_module(name), "__version__", ""))


def _answer_all(wire: Wire) -> NoReturn:
    """Answer requests for as long as there are any."""
    answers = Answers()
    try:
        while True:
            frame = wire.receive()
            kind, value = _answered(answers, frame)
            wire.send(kind, frame.request, value)
    finally:
        os._exit(0)


def _answered(answers: Answers, frame: Any) -> tuple[Any, Any]:
    """Return the kind and the value of an answer; whatever a submission raises is an answer as well."""
    act = {
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
        return protocol.Kind.RAISED, _described(error)


class _Missing(Exception):
    """A name that is not there."""


class Answers:
    """A submission, what it made, and what is done with it."""

    def __init__(self) -> None:
        self.module: Any = None
        self.kept: dict[int, Any] = {}

    def load(self, path: str) -> None:
        """Import the submission."""
        folder, file = os.path.split(path)
        name = file.removesuffix(".py")
        name = "submission" if name in sys.modules else name
        sys.argv, sys.path[:] = [path], [folder, *sys.path]
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{file} is no Python file")
        self.module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.module)

    def call(self, owner: Any, name: str, state: dict[str, Any], arguments: list[Any], keep: int) -> list[Any]:
        """Set attributes, call, and tell what is returned, which arrays were written to and which attributes are others now."""
        holder = self._holder(owner)
        function = self._found(holder, name)
        arrays = _arrays([state, arguments])
        before = [array.copy() for array in arrays]
        given = {attribute: list(value) if isinstance(value, list) else value for attribute, value in state.items()}
        for attribute, value in state.items():
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

    def try_out(self, secret: str, scratch: str) -> list[str]:
        """Return what this process can do and must not: asked once, before any stranger's code runs."""
        attempts = {
            "read": lambda: open(secret).close(),
            "write": lambda: open(f"{secret}.written", "w").close(),
            "socket": socket.socket,
            "fork": lambda: os.fork() or os._exit(0),
            "prctl": lambda: confinement.prctl(4, 1),
        }
        done = [name for name, attempt in attempts.items() if _succeeds(attempt)]
        return done if _succeeds(lambda: open(f"{scratch}/tried", "w").close()) else [*done, "no scratch"]

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


def _arrays(value: Any) -> list[np.ndarray[Any, Any]]:
    """Return every array of a request, in the order of its nodes."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [array for part in value for array in _arrays(part)] if isinstance(value, list | tuple) else []


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


def _described(error: BaseException) -> list[Any]:
    """Return an exception's name, the name of the built-in one it is, what it says, and the line it came from."""
    try:
        words = str(error)[:MESSAGE]
    except BaseException:  # its own __str__ raised
        words = ""
    line, trace = 0, error.__traceback__
    while trace is not None:
        line = line if trace.tb_frame.f_code.co_filename == __file__ else trace.tb_lineno
        trace = trace.tb_next
    builtin = next((one.__name__ for one in type(error).__mro__ if one.__module__ == "builtins"), "Exception")
    return [str(type(error).__name__)[:200], builtin, words, line]


def _succeeds(attempt: Any) -> bool:
    try:
        attempt()
    except Exception:
        return False
    return True
