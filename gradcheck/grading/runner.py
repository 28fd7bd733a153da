"""The child: a zygote with numpy ready, which forks once for each submission and item; the fork only answers.

It is copied into a folder of its own with `answering.py`, `protocol.py` and `confinement.py`; nothing else of ours is there, and no
answer, no point and no verdict ever is.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import socket
import time
from typing import Any, Final, NoReturn

import answering  # type: ignore[import-not-found, unused-ignore]
import confinement  # type: ignore[import-not-found, unused-ignore]
import protocol  # type: ignore[import-not-found, unused-ignore]

CONTROL: Final = 3
"""The descriptor of the zygote's socket, and in a fork of the submission's."""

ENDING: Final = 5.0
"""How long the zygote tries to end what a submission left behind [seconds]."""


def serve(descriptor: int) -> NoReturn:
    """Be the zygote: one configuration, then forks until the parent's end of the socket is gone."""
    os.dup2(descriptor, CONTROL)
    wire = answering.Wire(CONTROL, protocol.Bounds())
    first = wire.receive()
    try:
        zygote = Zygote(wire, first.value)
    except Exception as error:
        wire.send(protocol.Kind.RAISED, first.request, f"{type(error).__name__}: {error}"[: answering.MESSAGE])
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

    def __init__(self, wire: Any, told: dict[str, Any]) -> None:
        self.wire, self.told = wire, told
        self.child = 0
        self.versions = {name: _imported(name) for name in told["imports"]}
        if told["namespaces"]:
            confinement.enter_namespaces(told["scratch"], told["scratch_bytes"])
        confinement.adopt_orphans()
        confinement.hide_memory()
        confinement.bar_capabilities()
        rules = list(zip(told["paths"], told["rights"], strict=True))
        self.program = told["seccomp"].tobytes()
        self.ruleset = confinement.landlock_ruleset(told["handled"], rules) if told["handled"] else -1
        gc.collect()
        gc.freeze()  # no fork looks through, and so copies, what is here for good

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
            wire = answering.Wire(CONTROL, protocol.Bounds(size=frame.value["reply_bytes"]))
            wire.send(protocol.Kind.VALUE, 0, None)  # confined: whatever goes wrong from here on is the submission's
            answering.answer_all(wire)
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
        confinement.close_from(CONTROL + (2 if keep >= 0 else 1))
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
            for process in self._children():
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

    def _children(self) -> list[int]:
        """Return whom to kill: all processes of a namespace of ours, else every child, orphans among them."""
        if self.told["namespaces"] and confinement.is_first():
            return [-1]
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return [int(word) for word in file.read().split()]

    def _empty_scratch(self) -> None:
        """Leave no file to the next submission: the parent does not see into a folder of this namespace."""
        for name in os.listdir(self.told["scratch"]):
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(self.told["scratch"], name))


def _control() -> socket.socket:
    return socket.socket(fileno=os.dup(CONTROL))


def _imported(name: str) -> str:
    return str(getattr(importlib.import_module(name), "__version__", ""))
