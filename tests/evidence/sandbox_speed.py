"""How many submissions a second answer one question, forked in the sandbox beside a fresh interpreter each; and what a remote call costs.

Run as `python -m tests.evidence.sandbox_speed [ROUNDS]`. The two ways take turns, so that a busy machine is as busy for both.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gradcheck.examples import network_right
from gradcheck.grading.isolation import Tier, layers_of, probe
from gradcheck.grading.remote_calls import RemoteClass
from gradcheck.grading.sandbox import Zygote
from gradcheck.grading.settings import Settings

SOURCE = Path(network_right.__file__)

FRESH = f"""
import importlib.util, sys
import numpy as np
spec = importlib.util.spec_from_file_location("network", {str(SOURCE)!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.Network([2, 3, 1]).backprop(np.ones((2, 1)), np.ones((1, 1)))
"""

TOGETHER = 10
"""Submissions a turn of the sandbox (a count): a fresh interpreter has one."""


def forked(zygote: Zygote) -> None:
    """Ask one submission one question in the sandbox."""
    with zygote.submission(SOURCE) as session:
        network = session.make("Network", [2, 3, 1])
        session.call_on(network, "backprop", [np.ones((2, 1)), np.ones((1, 1))])


def fresh() -> None:
    """Ask the same in an interpreter of its own, without any isolation."""
    one_thread = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", FRESH], check=True, env=one_thread)


def seconds_of(act: Callable[[], None], times: int) -> float:
    """Return the seconds of one of so many acts in a row."""
    started = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - started) / times


def calls(zygote: Zygote, sizes: list[int]) -> tuple[float, float]:
    """Return the seconds of one backprop in the sandbox, its parameters sent along, and in this process."""
    here = network_right.Network(sizes)
    x, y = np.ones((sizes[0], 1)), np.ones((sizes[-1], 1))
    with zygote.submission(SOURCE) as session:
        there = RemoteClass(session, "Network")(sizes)
        there.weights, there.biases = list(here.weights), list(here.biases)
        remote = [seconds_of(lambda: there.backprop(x, y), 50) for _ in range(9)]
    local = [seconds_of(lambda: here.backprop(x, y), 50) for _ in range(9)]
    return statistics.median(remote), statistics.median(local)


def main(rounds: int) -> None:
    """Print both, with every tier that this machine has."""
    one_fresh = []
    for tier in Tier:
        if not layers_of(tier) <= probe().layers:
            print(f"{tier.name}: not here")
            continue
        with Zygote(Settings(use=layers_of(tier), require=layers_of(tier))) as zygote:
            forked(zygote)
            turns = [(seconds_of(lambda: forked(zygote), TOGETHER), seconds_of(fresh, 1)) for _ in range(rounds)]
            ratios = [new / fork for fork, new in turns]
            one_fresh += [new for _, new in turns]
            fork = statistics.median(fork for fork, _ in turns)
            print(
                f"{zygote.isolation}: {1 / fork:.0f} submissions/s, {statistics.median(ratios):.0f} times a fresh interpreter each"
            )
    print(f"a fresh interpreter each, no isolation: {1 / statistics.median(one_fresh):.1f} submissions/s")
    with Zygote() as zygote:
        for sizes in ([2, 3, 4], [784, 30, 10]):
            remote, local = calls(zygote, sizes)
            print(f"backprop of {sizes}: {remote * 1e6:.0f} us in the sandbox, {local * 1e6:.0f} us in this process")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
