"""What stands between a submission and this machine, and what of it this machine has."""

from __future__ import annotations

import ctypes
import dataclasses
import enum
import errno
import functools
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np

from gradcheck.grading.syscalls import NUMBERS

NOBODY: Final = 65534
"""The user that root becomes in a submission's process (a number of the kernel's)."""


class Layer(enum.Enum):
    """One kind of protection.

    Examples
    --------
    >>> Layer("Landlock")
    <Layer.LANDLOCK: 'Landlock'>
    """

    LIMITS = "limits"
    SECCOMP = "seccomp"
    LANDLOCK = "Landlock"
    NAMESPACES = "namespaces"
    OTHER_USER = "another user"


class Tier(enum.IntEnum):
    """Layers that stand on each other; a tier has all of those below it.

    Examples
    --------
    >>> Tier.T2 > Tier.T1
    True
    """

    T0 = 0
    """A process of its own, with limits."""
    T1 = 1
    """And seccomp: no network, no processes, no signals, no ptrace."""
    T2 = 2
    """And Landlock: it reads the library and the allowed packages, and writes in its scratch folder."""
    T3 = 3
    """And namespaces of its own: no network device, no sight of other processes, a scratch folder of a fixed size."""
    T4 = 4
    """And another user than the grader, who is root."""


LADDER: Final = (Layer.LIMITS, Layer.SECCOMP, Layer.LANDLOCK, Layer.NAMESPACES, Layer.OTHER_USER)

WITHOUT: Final = {
    Layer.LIMITS: "a submission can use up this machine, and run on after a grader that is killed",
    Layer.SECCOMP: "a submission can open network connections, start processes and signal others of this user",
    Layer.LANDLOCK: "a submission can read what this user can read, gradcheck and the rubric among it, and write where this user can",
    Layer.NAMESPACES: "the size of its scratch folder is measured now and then instead of fixed; the rest is forbidden by the layers below",
    Layer.OTHER_USER: "it runs as the same user; what that user may do is forbidden by the layers below, as far as they are there",
}
"""What it means that a layer is missing."""


def layers_of(tier: Tier) -> frozenset[Layer]:
    """Return the layers of a tier.

    Examples
    --------
    >>> sorted(layer.value for layer in layers_of(Tier.T1))
    ['limits', 'seccomp']
    """
    return frozenset(LADDER[: tier + 1])


def tier_of(layers: Iterable[Layer]) -> Tier | None:
    """Return the highest tier all of whose layers are there; None where not even limits are.

    Examples
    --------
    >>> tier_of([Layer.LIMITS, Layer.SECCOMP, Layer.OTHER_USER])
    <Tier.T1: 1>
    >>> tier_of([]) is None
    True
    """
    there = frozenset(layers)
    return max((tier for tier in Tier if layers_of(tier) <= there), default=None)


@dataclasses.dataclass(frozen=True)
class Machine:
    """What was found on this machine.

    Attributes
    ----------
    system, kernel, processor : str
    landlock_abi : int
        The version of the kernel's Landlock, 0 if there is none.
    layers : frozenset of Layer
        What works here.
    missing : tuple of (Layer, str)
        What does not, and why.
    uid : int
        Of this process.

    Examples
    --------
    >>> Machine("Plan9", "4", "mips", 0, frozenset(), (), 0).tier is None
    True
    """

    system: str
    kernel: str
    processor: str
    landlock_abi: int
    layers: frozenset[Layer]
    missing: tuple[tuple[Layer, str], ...]
    uid: int

    @property
    def tier(self) -> Tier | None:
        """The highest tier that this machine has."""
        return tier_of(self.layers)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "schema": "gradcheck-machine/1",
            "system": self.system,
            "kernel": self.kernel,
            "processor": self.processor,
            "uid": self.uid,
            "landlock_abi": self.landlock_abi,
            "tier": None if self.tier is None else self.tier.name,
            "layers": [layer.value for layer in LADDER if layer in self.layers],
            "missing": [{"layer": layer.value, "why": why, "without": WITHOUT[layer]} for layer, why in self.missing],
        }


@functools.cache
def probe(python: str = sys.executable) -> Machine:
    """Return what this machine gives; nothing is changed by asking.

    Parameters
    ----------
    python : str
        The interpreter that submissions are to run with.

    Examples
    --------
    >>> probe().tier in (None, *Tier)
    True
    """
    abi = landlock_abi()
    why = {
        Layer.LIMITS: _why_no_limits(),
        Layer.SECCOMP: _why_no_seccomp(),
        Layer.LANDLOCK: ""
        if abi
        else _not_linux() or "this kernel has no Landlock, or it is not switched on (Linux 5.13, lsm=landlock)",
        Layer.NAMESPACES: _why_no_namespaces(),
        Layer.OTHER_USER: _why_no_other_user(python),
    }
    return Machine(
        system=platform.system() or "unknown",
        kernel=platform.release(),
        processor=platform.machine(),
        landlock_abi=abi,
        layers=frozenset(layer for layer, reason in why.items() if not reason),
        missing=tuple((layer, why[layer]) for layer in LADDER if why[layer]),
        uid=os.getuid() if hasattr(os, "getuid") else -1,
    )


def landlock_abi() -> int:
    """Return the version of the kernel's Landlock, 0 where there is none.

    Examples
    --------
    >>> landlock_abi() >= 0
    True
    """
    if sys.platform != "linux" or platform.machine() not in NUMBERS:
        return 0
    create_ruleset, version = 444, 1
    answer: int = ctypes.CDLL(None).syscall(
        ctypes.c_long(create_ruleset), None, ctypes.c_size_t(0), ctypes.c_uint32(version)
    )
    return max(answer, 0)


def _not_linux() -> str:
    return (
        "" if sys.platform == "linux" else f"{platform.system()} has nothing like it that is used here: only Linux has"
    )


def _why_no_limits() -> str:
    return "" if os.name == "posix" and sys.platform == "linux" else _not_linux()


def _why_no_seccomp() -> str:
    if _not_linux():
        return _not_linux()
    if platform.machine() not in NUMBERS:
        return f"its system calls are listed for {' and '.join(NUMBERS)}, and this is {platform.machine()}"
    # A filter that is nowhere: a kernel that has filters looks for it, and says that the address is bad.
    set_seccomp, filters = 22, 2
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(set_seccomp, ctypes.c_ulong(filters), None, ctypes.c_ulong(0), ctypes.c_ulong(0))
    return "" if ctypes.get_errno() == errno.EFAULT else "this kernel has no seccomp filters"


def _why_no_namespaces() -> str:
    if _not_linux():
        return _not_linux()
    everything, user = 0x20000 | 0x4000000 | 0x8000000 | 0x20000000 | 0x40000000, 0x10000000
    trial = (
        "import ctypes, os, sys; unshare = ctypes.CDLL(None).unshare\n"
        f"sys.exit(0 if os.geteuid() == 0 and unshare({everything}) == 0 or unshare({everything | user}) == 0 else 1)"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", trial], capture_output=True, check=False, env={})
    return (
        ""
        if done.returncode == 0
        else "this user may not make namespaces here (containers and some distributions forbid it)"
    )


def _why_no_other_user(python: str) -> str:
    if _not_linux():
        return _not_linux()
    if os.getuid() != 0:
        return "this user is not root, and only root can become another"
    for path, what in ((Path(python), "Python"), (Path(np.__file__), "numpy")):
        hidden = hidden_from_nobody(path.resolve())
        if hidden:
            return f"{hidden} is closed to other users, and {what} is in it"
    return ""


def hidden_from_nobody(path: Path) -> str:
    """Return the folder above a path, or the path, that a user without rights cannot pass; empty where there is none.

    Examples
    --------
    >>> hidden_from_nobody(Path("/dev/null"))
    ''
    """
    for part in (*reversed(path.parents), path):
        needed = 0o001 if part.is_dir() else 0o004
        if not part.stat().st_mode & needed:
            return str(part)
    return ""
