"""Which system calls a submission may make: a list of what is allowed, assembled into a filter of the kernel."""

from __future__ import annotations

import dataclasses
import enum
import errno
import struct
from typing import Final

from gradcheck.grading.syscalls import AUDIT_ARCHITECTURE, NUMBERS


class Files(enum.Enum):
    """Who says which files may be written to.

    Examples
    --------
    >>> Files.READ_ONLY.value
    'read only'
    """

    BY_LANDLOCK = "by Landlock"
    READ_ONLY = "read only"
    """Nobody: then the filter forbids to open any file for writing, the scratch folder's too."""


class Test(enum.Enum):
    """What an argument of a system call is tested for.

    Examples
    --------
    >>> Test.NO_BITS.value
    'no bits'
    """

    __test__ = False

    ONE_OF = "one of"
    NO_BITS = "no bits"


@dataclasses.dataclass(frozen=True)
class Condition:
    """What the argument in a place must be, for a call to be allowed.

    Examples
    --------
    >>> Condition(0, Test.ONE_OF, (0,)).place
    0
    """

    place: int
    test: Test
    values: tuple[int, ...]


CHANGES_OF_FILES: Final = (
    "mkdir",
    "mkdirat",
    "rmdir",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
    "ftruncate",
)

# fcntl: duplicate, flags, locks; not F_SETOWN, F_SETSIG, F_SETLEASE, F_NOTIFY, which send signals to whomever one likes.
_FCNTL: Final = Condition(1, Test.ONE_OF, (0, 1, 2, 3, 4, 5, 6, 7, 1030))
# ioctl: is it a terminal and how wide; close-on-exec; blocking or not; bytes waiting.
_IOCTL: Final = Condition(1, Test.ONE_OF, (0x5401, 0x5413, 0x5450, 0x5451, 0x5421, 0x541B))
# Limits of this process alone: those of the grader, of the same user, could be lowered until it dies.
_OWN: Final = Condition(0, Test.ONE_OF, (0,))
# O_WRONLY, O_RDWR, O_CREAT, O_TRUNC.
_WRITES: Final = 0o3 | 0o100 | 0o1000

_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EPERM
_NOT_THERE: Final = 0x00050000 | errno.ENOSYS
_KILL: Final = 0x80000000

_LOAD: Final = 0x20
_EQUALS: Final = 0x15
_AT_LEAST: Final = 0x35
_HAS_BITS: Final = 0x45
_RETURN: Final = 0x06
_X32: Final = 0x40000000

_NUMBER_AT: Final = 0
_ARCHITECTURE_AT: Final = 4
_ARGUMENTS_AT: Final = 16


def seccomp_filter(machine: str, files: Files) -> bytes:
    """Return the filter: 8 bytes an instruction, as the kernel reads them.

    Everything that is not listed is refused (EPERM), a call for another architecture ends the process. No sockets, no ptrace, no signals,
    no processes, no threads, no programs, no namespaces, no keys, no io_uring, no memory of other processes, no changes of owner or mode.

    Raises
    ------
    KeyError
        If the machine is none of those in `NUMBERS`.

    Examples
    --------
    >>> len(seccomp_filter("x86_64", Files.BY_LANDLOCK)) % 8
    0
    """
    numbers = NUMBERS[machine]
    program = [
        _instruction(_LOAD, _ARCHITECTURE_AT),
        _instruction(_EQUALS, AUDIT_ARCHITECTURE[machine], 1, 0),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _NUMBER_AT),
        _instruction(_AT_LEAST, _X32, 0, 1),
        _instruction(_RETURN, _KILL),
    ]
    conditions = _conditions(files)
    for name, number in numbers.items():
        if name == "clone3" or (files is Files.READ_ONLY and name in CHANGES_OF_FILES):
            continue
        block = _tested(conditions[name]) if name in conditions else [_instruction(_RETURN, _ALLOW)]
        program += [_instruction(_EQUALS, number, 0, len(block)), *block]
    # Where there is no clone3, whose arguments no filter can read, clone is called.
    program += [_instruction(_EQUALS, numbers["clone3"], 0, 1), _instruction(_RETURN, _NOT_THERE)]
    return b"".join([*program, _instruction(_RETURN, _REFUSE)])


def _conditions(files: Files) -> dict[str, Condition]:
    always = {"fcntl": _FCNTL, "ioctl": _IOCTL, "prlimit64": _OWN}
    if files is Files.BY_LANDLOCK:
        return always
    return always | {"open": Condition(1, Test.NO_BITS, (_WRITES,)), "openat": Condition(2, Test.NO_BITS, (_WRITES,))}


def _tested(condition: Condition) -> list[bytes]:
    """Return the instructions that allow a call, or refuse it, by the low half of an argument, and a high half of zero."""
    low = _ARGUMENTS_AT + 8 * condition.place
    if condition.test is Test.NO_BITS:
        (bits,) = condition.values
        return [
            _instruction(_LOAD, low),
            _instruction(_HAS_BITS, bits, 1, 0),
            _instruction(_RETURN, _ALLOW),
            _instruction(_RETURN, _REFUSE),
        ]
    count = len(condition.values)
    equal = [_instruction(_EQUALS, value, count - i, 0) for i, value in enumerate(condition.values)]
    return [_instruction(_LOAD, low), *equal, _instruction(_RETURN, _REFUSE), _instruction(_RETURN, _ALLOW)]


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)
