"""Write reports/false_alarms.md: random correct networks, judged, with every verdict counted; none may be DISAGREE.

    python -m tests.evidence.false_alarms [N]

Default 20,000 networks, in two processes; some ten minutes. Run outside `tox -e reports`, which takes no more than minutes.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import itertools
import os
import platform
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from gradcheck.checks.gradient import check_gradient
from gradcheck.checks.options import Locate, Options
from gradcheck.network.activations import ACTIVATIONS, SIGMOID, SOFTMAX, Activation
from gradcheck.network.backprop import backprop
from gradcheck.network.costs import CROSS_ENTROPY, LOG_LIKELIHOOD, QUADRATIC, Cost
from gradcheck.network.model import Network
from gradcheck.results import Verdict
from gradcheck.subjects.protocol import GradientSubject

REPORT = Path(__file__).parent.parent.parent / "reports" / "false_alarms.md"
SEED = 2026
OFFSETS = (0.0, 0.0, 0.0, 1e3, 1e6)
CHUNK = 100


@dataclasses.dataclass(frozen=True)
class Drawn:
    """One random network as a subject, and what is special about it, in words."""

    subject: GradientSubject
    regime: str


@dataclasses.dataclass(frozen=True)
class Judged:
    """What became of one network."""

    number: int
    regime: str
    verdict: Verdict
    reason: str
    passes: int


def draw(number: int) -> Drawn:
    """Return the network of a number: 1 to 5 layers, 1 to 8 neurons each, any activations and costs, 1 to 6 examples."""
    generator = np.random.default_rng([SEED, number])
    sizes = [int(n) for n in generator.integers(1, 9, generator.integers(2, 7))]
    activations, cost = _functions(len(sizes) - 1, generator)
    network = Network.random(sizes, generator, activations=activations, cost=cost)
    gain = float(10.0 ** generator.uniform(-1.0, 1.0))
    offset = float(generator.choice(OFFSETS))
    single, zero = generator.random() < 0.2, generator.random() < 0.2
    x = generator.normal(size=(sizes[0], int(generator.integers(1, 7))))
    y = _targets(network, x.shape[1], generator)
    dtype = np.float32 if single else np.float64
    at = {
        "w": [np.array(gain * w, dtype=dtype) for w in network.weights],
        "b": [np.array(0.0 * b if zero else b, dtype=dtype) for b in network.biases],
    }
    words = ["float32"] * single + ["zero biases"] * zero + [f"offset {offset:g}"] * bool(offset)
    words += ["gain above 3"] * (gain > 3.0) + ["kinks"] * any(a.kinks for a in activations)
    return Drawn(_subject(network, x, y, at, offset), ", ".join(words) or "plain")


def _functions(layers: int, generator: np.random.Generator) -> tuple[list[Activation], Cost]:
    """Return activations and a cost that fit: the cross-entropy on sigmoids, the log-likelihood on a softmax."""
    elementwise = [activation for activation in ACTIVATIONS.values() if activation.derivative is not None]
    activations = [elementwise[generator.integers(len(elementwise))] for _ in range(layers)]
    kind = int(generator.integers(4))
    if kind == 0:
        return [*activations[:-1], SIGMOID], CROSS_ENTROPY
    if kind == 1:
        return [*activations[:-1], SOFTMAX], LOG_LIKELIHOOD
    return activations, QUADRATIC


def _targets(network: Network, examples: int, generator: np.random.Generator) -> Any:
    """Return targets of shape (n_L, m): one class an example for the log-likelihood."""
    outputs = network.sizes[-1]
    if network.cost is LOG_LIKELIHOOD:
        return np.eye(outputs)[:, generator.integers(outputs, size=examples)]
    return generator.uniform(size=(outputs, examples))


def _subject(network: Network, x: Any, y: Any, at: Any, offset: float) -> GradientSubject:
    """Return the network's cost and its own backprop as functions of its parameters."""

    def cost(p: Any) -> Any:
        return network.with_parameters(p["w"], p["b"]).cost_of(x, y) + offset

    def gradient(p: Any) -> Any:
        found = backprop(network.with_parameters(p["w"], p["b"]), x, y)
        return {"w": [np.array(w) for w in found.nabla_w], "b": [np.array(b) for b in found.nabla_b]}

    return GradientSubject("network", cost, gradient, at)


def judge(number: int) -> Judged:
    """Judge one network at the default options but for the seed."""
    drawn = draw(number)
    result = check_gradient(drawn.subject, Options(seed=number, locate=Locate.NEVER))
    reason = result.reason.value if result.reason is not None else ""
    return Judged(number, drawn.regime, result.verdict, reason, result.forward_passes)


def judge_many(numbers: range) -> list[Judged]:
    """Judge a chunk of networks, in a process of its own."""
    with np.errstate(all="ignore"):
        return [judge(number) for number in numbers]


def main(count: int) -> None:
    """Judge them all and write the report."""
    chunks = [range(i, min(i + CHUNK, count)) for i in range(0, count, CHUNK)]
    judged: list[Judged] = []
    with concurrent.futures.ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        for done in pool.map(judge_many, chunks):
            judged += done
            print(f"\r{len(judged)} of {count}", end="", file=sys.stderr, flush=True)
    REPORT.write_text(report(judged))
    print(f"\nwrote {REPORT.name}", file=sys.stderr)


def report(judged: list[Judged]) -> str:
    """Return the text of the report."""
    passes = [one.passes for one in judged]
    wrong = [one for one in judged if one.verdict is Verdict.DISAGREE]
    lines = [
        "# Random correct networks",
        "",
        f"Remade by `python -m tests.evidence.false_alarms {len(judged)}`: seed {SEED}, Python {platform.python_version()}, numpy {np.__version__}.",
        "Networks of 1 to 5 layers with 1 to 8 neurons each, all elementwise activations and softmax, the three costs, 1 to 6 examples,",
        "weights times 0.1 to 10, a fifth with zero biases, a fifth in float32, two fifths with an offset of 1e3 or 1e6 under the cost.",
        "",
        f"**{len(judged)} networks, {len(wrong)} false alarms.** "
        f"Forward passes: median {np.median(passes):.0f}, 95 % {np.quantile(passes, 0.95):.0f}, most {max(passes)}.",
        "",
        "| regime | networks | AGREE | INCONCLUSIVE | DISAGREE |",
        "|---|---|---|---|---|",
    ]
    ordered = sorted(judged, key=lambda one: one.regime)
    groups = {regime: list(some) for regime, some in itertools.groupby(ordered, key=lambda one: one.regime)}
    for regime, some in sorted(groups.items(), key=lambda item: -len(item[1])):
        verdicts = Counter(one.verdict for one in some)
        reasons = Counter(one.reason for one in some if one.verdict is Verdict.INCONCLUSIVE)
        told = ", ".join(f"{n} {reason}" for reason, n in reasons.most_common())
        undecided = f"{verdicts[Verdict.INCONCLUSIVE]}" + (f" ({told})" if told else "")
        lines.append(
            f"| {regime} | {len(some)} | {verdicts[Verdict.AGREE]} | {undecided} | {verdicts[Verdict.DISAGREE]} |"
        )
    lines += ["", *(f"False alarm: number {one.number}, {one.regime}." for one in wrong)]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
