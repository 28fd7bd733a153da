"""How strictly submissions are confined: what is asked for, what is required, and what was put on."""

from __future__ import annotations

import dataclasses
import sys
from typing import Final

from gradcheck.grading.failures import SandboxError
from gradcheck.grading.isolation import LADDER, WITHOUT, Layer, Machine, Tier, layers_of, tier_of


@dataclasses.dataclass(frozen=True)
class Settings:
    """How a zygote is confined, and what its submissions may import.

    Attributes
    ----------
    packages : tuple of str
        Installed packages beside numpy and the standard library, by the names they are installed under.
    use : frozenset of Layer, optional
        The layers to put on; all that this machine has unless something is said.
    require : frozenset of Layer
        Those without which no zygote starts.
    python : str
        The interpreter.

    Examples
    --------
    >>> sorted(layer.value for layer in Settings().require)
    ['Landlock', 'limits', 'seccomp']
    """

    packages: tuple[str, ...] = ()
    use: frozenset[Layer] | None = None
    require: frozenset[Layer] = layers_of(Tier.T2)
    python: str = sys.executable


DEFAULT_SETTINGS: Final = Settings()


@dataclasses.dataclass(frozen=True)
class Isolation:
    """What stands between a submission and this machine, as it was put on and tried.

    Attributes
    ----------
    layers : tuple of Layer
    landlock_abi : int

    Examples
    --------
    >>> str(Isolation((Layer.LIMITS, Layer.SECCOMP, Layer.LANDLOCK), 7))
    'T2: limits, seccomp, Landlock (ABI 7)'
    """

    layers: tuple[Layer, ...]
    landlock_abi: int

    @property
    def tier(self) -> Tier | None:
        """The highest tier all of whose layers are on."""
        return tier_of(self.layers)

    def __str__(self) -> str:
        words = [f"Landlock (ABI {self.landlock_abi})" if one is Layer.LANDLOCK else one.value for one in self.layers]
        return f"{'no tier' if self.tier is None else self.tier.name}: {', '.join(words)}"


def chosen_layers(settings: Settings, machine: Machine) -> tuple[Layer, ...]:
    """Return the layers to put on.

    Raises
    ------
    SandboxError
        If one that is required is not there, or not to be used.

    Examples
    --------
    >>> bare = Machine("Linux", "5.4", "x86_64", 0, frozenset({Layer.LIMITS}), ((Layer.SECCOMP, "no filters"),), 1000)
    >>> chosen_layers(Settings(require=layers_of(Tier.T1)), bare)
    Traceback (most recent call last):
    ...
    gradcheck.grading.failures.SandboxError: no submission is run: seccomp is required and not here (no filters), so a submission can open network connections, start processes and signal others of this user; run where it is there (`gradcheck doctor` says what is missing), or require less
    """
    wanted = machine.layers if settings.use is None else settings.use & machine.layers
    why = dict(machine.missing)
    for layer in LADDER:
        if layer in settings.require and layer not in wanted:
            reason = why.get(layer, "switched off by the settings")
            raise SandboxError(
                f"no submission is run: {layer.value} is required and not here ({reason}), so {WITHOUT[layer]}; "
                "run where it is there (`gradcheck doctor` says what is missing), or require less"
            )
    if Layer.LIMITS not in machine.layers:
        raise SandboxError(f"no submission is run: {why.get(Layer.LIMITS, 'there are no limits')}")
    return tuple(layer for layer in LADDER if layer in wanted or layer is Layer.LIMITS)
