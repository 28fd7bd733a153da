"""Zygotes of several tiers, strangers' programs written into files, and the honest one that must still answer beside them."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from gradcheck.examples import network_right
from gradcheck.grading.isolation import Layer, Tier, layers_of, probe
from gradcheck.grading.limits import Limits
from gradcheck.grading.sandbox import Zygote
from gradcheck.grading.settings import Settings

HONEST = Path(network_right.__file__)

SMALL = Limits(
    import_seconds=10.0,
    call_seconds=10.0,
    wall_seconds=20.0,
    cpu_seconds=5,
    memory_bytes=400 * 2**20,
    scratch_bytes=2**20,
    kept_output_bytes=1000,
    output_bytes=2**20,
)

SYSTEM_PYTHON = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
"""An interpreter that other users may read, where the system has one of our version."""

needs_sandbox = pytest.mark.skipif(
    not layers_of(Tier.T2) <= probe().layers, reason=f"this machine has only {probe().tier}: no seccomp or no Landlock"
)


def settings_of(tier: Tier) -> Settings:
    """Return settings that put on the layers of a tier and no others; skip where this machine does not have them."""
    python = SYSTEM_PYTHON if tier is Tier.T4 and Path(SYSTEM_PYTHON).exists() else sys.executable
    missing = layers_of(tier) - probe(python).layers
    if missing:
        why = dict(probe(python).missing)
        pytest.skip(f"{tier.name} is not to be had here: {[why[layer] for layer in missing]}")
    return Settings(use=layers_of(tier), require=layers_of(tier), python=python)


def written(folder: Path, source: str, name: str = "stranger.py") -> Path:
    """Write a stranger's program."""
    path = folder / name
    path.write_text(source)
    return path


def answers_honestly(zygote: Zygote) -> bool:
    """Tell whether an honest submission gets its right answers through, to the last bit."""
    theirs = network_right.Network([2, 3, 1])
    x, y = np.array([[0.25], [-0.5]]), np.array([[1.0]])
    with zygote.submission(HONEST, SMALL) as session:
        network = session.make("Network", [2, 3, 1])
        got = session.call_on(network, "backprop", [x, y]).value
    want = theirs.backprop(x, y)
    return all(
        np.array_equal(a, b) for one, other in zip(got, want, strict=True) for a, b in zip(one, other, strict=True)
    )


def attempted(zygote: Zygote, folder: Path, body: str, *arguments: object) -> object:
    """Run `body`, the body of a function of `target`, in the sandbox; return its value, or -errno where it was refused."""
    lines = "\n".join(f"        {line}" for line in body.strip().splitlines())
    source = (
        "import array, ctypes, errno, fcntl, gc, mmap, os, resource, select, signal, socket, struct, subprocess, sys, time\n"
        "import numpy as np\n\n\n"
        f"def attack(*target):\n    try:\n{lines}\n    except OSError as error:\n        return -error.errno\n"
    )
    with zygote.submission(written(folder, source), SMALL) as session:
        return session.call("attack", *arguments)


def is_layer_on(zygote: Zygote, layer: Layer) -> bool:
    """Tell whether a zygote has put on a layer."""
    return layer in zygote.isolation.layers
