"""The parent's end of a socket to a process that nobody trusts: every wait has an end, and output is read and bounded meanwhile."""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Callable
from typing import Final

from gradcheck.grading.protocol import Bounds, Frame, receive

GLANCE: Final = 0.05
"""How often, while waiting, the scratch folder is looked at [seconds]."""

_CHUNK: Final = 65536


class Silence(Exception):
    """No answer by the deadline.

    Examples
    --------
    >>> issubclass(Silence, Exception)
    True
    """


class Gone(Exception):
    """The other end of the socket is closed.

    Examples
    --------
    >>> issubclass(Gone, Exception)
    True
    """


class Output:
    """What a process prints: the beginning is kept, the rest is counted.

    Parameters
    ----------
    descriptor : int
        The reading end of its pipe, which is closed with it.
    kept_bytes : int

    Examples
    --------
    >>> reading, writing = os.pipe()
    >>> output = Output(reading, 3)
    >>> _ = os.write(writing, b"printed"); os.close(writing)
    >>> output.drain(); output.close()
    >>> output.kept, output.total
    (b'pri', 7)
    """

    def __init__(self, descriptor: int, kept_bytes: int) -> None:
        self.descriptor, self.kept_bytes = descriptor, kept_bytes
        self.kept, self.total, self.is_open = b"", 0, True
        os.set_blocking(descriptor, False)

    def drain(self, most: int = 64) -> None:
        """Read what is there, so many chunks at most."""
        for _ in range(most):
            try:
                chunk = os.read(self.descriptor, _CHUNK) if self.is_open else b""
            except BlockingIOError:
                return
            if not chunk:
                self.close()
                return
            self.total += len(chunk)
            self.kept += chunk[: self.kept_bytes - len(self.kept)]

    def close(self) -> None:
        """Close the pipe."""
        if self.is_open:
            self.is_open = False
            os.close(self.descriptor)


class Channel:
    """Frames to and from a process, with deadlines.

    Parameters
    ----------
    end : socket.socket
    output : Output or None
    glance : callable
        Called now and then while waiting; what it raises ends the wait.

    Examples
    --------
    >>> ours, theirs = socket.socketpair()
    >>> channel = Channel(ours)
    >>> channel.is_spoken_to()
    False
    >>> channel.close(); theirs.close()
    """

    def __init__(
        self, end: socket.socket, output: Output | None = None, glance: Callable[[], None] | None = None
    ) -> None:
        self.end, self.output, self.glance = end, output, glance
        self.poll = select.poll()
        end.settimeout(0.0)

    def is_spoken_to(self) -> bool:
        """Tell whether there are bytes that nobody asked for.

        Raises
        ------
        Gone
        """
        try:
            waiting = self.end.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError as error:
            raise Gone from error
        if not waiting:
            raise Gone
        return True

    def send(self, raw: bytes, deadline: float) -> None:
        """Send bytes before a deadline of the monotonic clock [seconds].

        Raises
        ------
        Silence, Gone
        """
        view = memoryview(raw)
        while view:
            try:
                view = view[self.end.send(view) :]
            except BlockingIOError:
                self._wait(select.POLLOUT, deadline)
            except OSError as error:
                raise Gone from error

    def receive(self, bounds: Bounds, deadline: float) -> Frame:
        """Return the next frame.

        Raises
        ------
        Silence, Gone, ProtocolError
        """
        return receive(lambda count: self._read(count, deadline), bounds)

    def close(self) -> None:
        """Close the socket, and the output when all of it has been read."""
        self.end.close()
        if self.output is not None:
            self.output.drain()
            self.output.close()

    def _read(self, count: int, deadline: float) -> bytearray:
        """Return exactly so many bytes; the caller has checked that there may be so many."""
        whole = bytearray(count)
        view, filled = memoryview(whole), 0
        while filled < count:
            try:
                got = self.end.recv_into(view[filled:])
            except BlockingIOError:
                self._wait(select.POLLIN, deadline)
                continue
            except OSError as error:
                raise Gone from error
            if not got:
                raise Gone
            filled += got
        return whole

    def _wait(self, event: int, deadline: float) -> None:
        """Wait until the socket is ready, and read what is printed meanwhile."""
        poll, output = self.poll, self.output
        poll.register(self.end, event)
        if output is not None and output.is_open:
            poll.register(output.descriptor, select.POLLIN)
        left = deadline - time.monotonic()
        if left <= 0:
            raise Silence
        ready = poll.poll(1000.0 * min(left, GLANCE))
        is_printed = output is not None and output.is_open and any(one == output.descriptor for one, _ in ready)
        if output is not None and is_printed:
            poll.unregister(output.descriptor)
            output.drain()
        if self.glance is not None and (is_printed or not ready):
            self.glance()
