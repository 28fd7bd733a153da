"""What this machine has to run strangers' code safely, in plain words."""

from __future__ import annotations

import json

from gradcheck.grading.isolation import LADDER, WITHOUT, Layer, Machine, Tier, layers_of

REQUIRED = Tier.T2
"""What grading requires unless something else is said."""


def as_text(machine: Machine) -> str:
    """Return what was found as text, what is missing with what that means.

    Examples
    --------
    >>> none = Machine("Darwin", "24.1", "arm64", 0, frozenset(), ((Layer.LIMITS, "only Linux has it"),), 501)
    >>> print(as_text(none).splitlines()[0])
    Darwin 24.1 on arm64, as user 501
    """
    why = dict(machine.missing)
    width = max(len(layer.value) for layer in LADDER) + 2
    user = "root" if machine.uid == 0 else f"user {machine.uid}"
    lines = [f"{machine.system} {machine.kernel} on {machine.processor}, as {user}", ""]
    for tier, layer in zip(Tier, LADDER, strict=True):
        name = f"{tier.name}  {layer.value:{width}}"
        if layer in machine.layers:
            lines.append(f"{name}yes{f', ABI {machine.landlock_abi}' if layer is Layer.LANDLOCK else ''}")
            continue
        lines.append(f"{name}no: {why.get(layer, 'not looked for')}")
        lines.append(f"{'':{width + 4}}without it {WITHOUT[layer]}")
    return "\n".join([*lines, "", _conclusion(machine)])


def as_json(machine: Machine) -> str:
    """Return what was found as JSON.

    Examples
    --------
    >>> json.loads(as_json(Machine("Plan9", "4", "mips", 0, frozenset(), (), 0)))["tier"] is None
    True
    """
    whole = machine.as_dict() | {"required": REQUIRED.name, "grades": can_grade(machine)}
    return json.dumps(whole, indent=2)


def can_grade(machine: Machine) -> bool:
    """Tell whether submissions are run here without being asked to require less.

    Examples
    --------
    >>> can_grade(Machine("Linux", "6.8", "x86_64", 4, layers_of(Tier.T2), (), 1000))
    True
    """
    return layers_of(REQUIRED) <= machine.layers


def _conclusion(machine: Machine) -> str:
    tier = "no tier" if machine.tier is None else machine.tier.name
    if can_grade(machine):
        return f"Strangers' code can be run here: {tier}, and {REQUIRED.name} is required."
    lacking = ", ".join(layer.value for layer in LADDER if layer in layers_of(REQUIRED) - machine.layers)
    return f"Strangers' code is not run here: {tier}, and {REQUIRED.name} is required; missing: {lacking}."
