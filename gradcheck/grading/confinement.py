"""What a process does to itself before it runs a stranger's code; by ctypes, from tables that the parent made.

This file is copied into the child's folder: it imports the standard library only.
"""

from __future__ import annotations

import ctypes
import dataclasses
import os
import resource
from typing import Any, Final

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PR_SET_SECCOMP: Final = 22
_PR_CAPBSET_DROP: Final = 24
_PR_SET_CHILD_SUBREAPER: Final = 36
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_MODE_FILTER: Final = 2
_CAPABILITIES: Final = 64
_CAPSET: Final = {"x86_64": 126, "aarch64": 91}
_CLOSE_RANGE: Final = 436
_LANDLOCK_CREATE_RULESET: Final = 444
_LANDLOCK_ADD_RULE: Final = 445
_LANDLOCK_RESTRICT_SELF: Final = 446
_CLONE: Final = {
    "NEWNS": 0x20000,
    "NEWUTS": 0x4000000,
    "NEWIPC": 0x8000000,
    "NEWUSER": 0x10000000,
    "NEWPID": 0x20000000,
    "NEWNET": 0x40000000,
}
_MS_PRIVATE: Final = 0x44000  # with MS_REC: everything below, too
_MS_REMOUNT: Final = 0x20
_MS_SEALED: Final = 0xE  # no set-uid, no devices, no programs

_MOST_FILES: Final = 1024
"""In a scratch folder of its own (a count)."""

_libc = ctypes.CDLL(None, use_errno=True)


@dataclasses.dataclass(frozen=True)
class Resources:
    """Limits of the kernel for one process.

    Examples
    --------
    >>> Resources(cpu=1, memory=2**28, file=0, open_files=16).cpu
    1
    """

    cpu: int
    memory: int
    file: int
    open_files: int


def _call(number: int, *arguments: Any) -> int:
    """Make a system call; raise OSError with its number where it fails."""
    answer: int = _libc.syscall(ctypes.c_long(number), *arguments)
    if answer < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"system call {number}: {os.strerror(error)}")
    return answer


def prctl(option: int, *arguments: Any) -> None:
    """Call prctl with up to four arguments; raise OSError where it fails."""
    given = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments]
    padding = [ctypes.c_ulong(0) for _ in range(4 - len(given))]
    if _libc.prctl(ctypes.c_int(option), *given, *padding) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"prctl {option}: {os.strerror(error)}")


def hide_memory() -> None:
    """Let no other process of the same user read this one's memory or environment."""
    prctl(_PR_SET_DUMPABLE, 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, so that none gets away."""
    prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> None:
    """Be killed when the parent ends."""
    prctl(_PR_SET_PDEATHSIG, 9)


def close_from(descriptor: int) -> None:
    """Close a descriptor and all above it."""
    try:
        _call(_CLOSE_RANGE, ctypes.c_uint(descriptor), ctypes.c_uint(0xFFFFFFFF), ctypes.c_uint(0))
    except OSError:  # Linux before 5.9
        os.closerange(descriptor, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def limit(resources: Resources) -> None:
    """Set the kernel's limits, hard ones, which cannot be raised again.

    At the processor time it gets SIGXCPU, which says why it ended; if it ignores that, it is killed a second later.
    """
    resource.setrlimit(resource.RLIMIT_CPU, (resources.cpu, resources.cpu + 1))
    for name, value in (
        ("RLIMIT_AS", resources.memory),
        ("RLIMIT_FSIZE", resources.file),
        ("RLIMIT_NOFILE", resources.open_files),
        ("RLIMIT_NPROC", 0),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_MEMLOCK", 0),
        ("RLIMIT_MSGQUEUE", 0),
    ):
        resource.setrlimit(getattr(resource, name), (value, value))


def drop_user(uid: int) -> None:
    """Become another user, for good."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def bar_capabilities() -> None:
    """Let no program that is executed from here on, by any descendant, have a capability; this process keeps its own."""
    for capability in range(_CAPABILITIES):
        if _libc.prctl(_PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0) != 0:
            return  # beyond the last, or none to give up


def drop_capabilities(machine: str) -> None:
    """Give up every capability that root or a user namespace gives."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    none = (ctypes.c_uint32 * 6)()
    _call(_CAPSET[machine], header, none)


def no_new_privileges() -> None:
    """Let no program that is executed have more rights than this process."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)


def landlock_ruleset(handled: list[int], rules: list[tuple[str, int]]) -> int:
    """Return the descriptor of a Landlock ruleset: rights on files, on the network, scopes; then one rule for each path."""
    attributes = (ctypes.c_uint64 * len(handled))(*handled)
    ruleset = _call(_LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(8 * len(handled)), ctypes.c_uint32(0))
    for path, rights in rules:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            rule = ctypes.create_string_buffer(rights.to_bytes(8, "little") + opened.to_bytes(4, "little"), 12)
            _call(_LANDLOCK_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint32(0))
        finally:
            os.close(opened)
    return ruleset


def enter_landlock(ruleset: int) -> None:
    """Restrict this process to a ruleset, for good, and close it."""
    _call(_LANDLOCK_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    os.close(ruleset)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def enter_seccomp(program: bytes) -> None:
    """Filter the system calls of this process, for good."""
    held = ctypes.create_string_buffer(program, len(program))
    whole = _Program(len(program) // 8, ctypes.cast(held, ctypes.c_void_p))
    prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(whole))


def enter_namespaces(scratch: str, size: int) -> None:
    """Go on in namespaces of its own, as their first process: no network, no view of others, a scratch folder with a quota.

    The process that was called with stays behind and ends when the new one does.
    """
    uid, gid, user = os.geteuid(), os.getegid(), 0
    names = ["NEWNS", "NEWUTS", "NEWIPC", "NEWPID", "NEWNET"]
    if uid != 0 or _libc.unshare(sum(_CLONE[name] for name in names)) != 0:
        user = _CLONE["NEWUSER"]
        if _libc.unshare(sum(_CLONE[name] for name in names) | user) != 0:
            raise OSError(ctypes.get_errno(), "no namespaces")
        for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    _mount(b"none", b"/", b"", _MS_PRIVATE, b"")
    owner = os.stat(scratch)
    options = f"size={size},nr_inodes={_MOST_FILES},mode=0700,uid={owner.st_uid},gid={owner.st_gid}"
    _mount(b"scratch", os.fsencode(scratch), b"tmpfs", _MS_SEALED, options.encode())
    _go_on_as_first()


def resize(scratch: str, size: int) -> None:
    """Give the scratch folder another quota, in bytes."""
    _mount(b"scratch", os.fsencode(scratch), b"tmpfs", _MS_SEALED | _MS_REMOUNT, b"size=%d" % size)


def _mount(source: bytes, target: bytes, kind: bytes, flags: int, options: bytes) -> None:
    if _libc.mount(source, target, kind, ctypes.c_ulong(flags), options) != 0:
        raise OSError(ctypes.get_errno(), f"{os.fsdecode(target)} cannot be mounted")


def _go_on_as_first() -> None:
    """Fork into the new process namespace; the one outside only waits."""
    first = os.fork()
    if first == 0:
        die_with_parent()
        return
    close_from(0)
    _, status = os.waitpid(first, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def is_first() -> bool:
    """Tell whether this process is the first of a process namespace: it sees no parent."""
    return os.getpid() == 1 and os.getppid() == 0
