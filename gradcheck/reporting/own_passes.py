"""What one call of the user's backprop costs, in passes: one forward and one backward, or as many as differences take."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Final

from gradcheck.reporting.layout import Line, sentence
from gradcheck.reporting.words import listed
from gradcheck.results import CountedStep, PassCount

WHERE_ONE_DOES: Final = ", where backpropagation makes one forward and one backward pass"


@dataclasses.dataclass(frozen=True)
class _Call:
    """One call of backprop on one network."""

    counts: tuple[PassCount, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        return self.counts[0].sizes

    @property
    def p(self) -> int:
        return self.counts[0].parameters

    def of(self, step: CountedStep) -> int:
        """Return the calls of all functions that are one step."""
        return sum(one.calls for one in self.counts if one.step is step)

    def forward(self, unit: int) -> float:
        """Return the forward passes, if each that is not feedforward's calls sigma so often; NaN, which is no number, for never."""
        return self.of(CountedStep.FORWARD_PASS) + self.of(CountedStep.SIGMA) / unit if unit > 0 else math.nan


UNITS: Final[tuple[Callable[[tuple[int, ...]], int], ...]] = (
    lambda sizes: len(sizes) - 1,
    lambda sizes: len(sizes) - 2,
    lambda sizes: sum(sizes[1:]),
    lambda sizes: sum(sizes[1:-1]),
)
"""Calls of sigma in one forward pass, or of sigma' in one backward pass: one a layer or one a neuron; of the hidden ones alone where
the output layer has another activation, or a cost that cancels its sigma' (counts)."""

BY_DIFFERENCES: Final[dict[str, Callable[[int], int]]] = {
    "P + 1 forward passes, as equation (46) takes": lambda p: p + 1,
    "2P forward passes, as central differences take": lambda p: 2 * p,
    "2P + 1 forward passes, as central differences and the cost itself take": lambda p: 2 * p + 1,
}
"""Forward passes that differences make for P parameters (counts)."""


def own_pass_lines(counts: tuple[PassCount, ...]) -> list[Line]:
    """Say how many passes one call of backprop makes, and of which calls that was seen; nothing where no pass was counted.

    Examples
    --------
    >>> one = PassCount("feedforward", CountedStep.FORWARD_PASS, (2, 3, 4), calls=26)
    >>> for line in own_pass_lines((one, PassCount("feedforward", CountedStep.FORWARD_PASS, (4, 5), calls=26))):
    ...     print(line.text)
    One call of your backprop makes P + 1 forward passes, as equation (46) takes,
    where backpropagation makes one forward and one backward pass: 26 calls of
    feedforward on a network of sizes 2, 3, 4 (25 parameters), and 26 on one of
    sizes 4, 5 (25 parameters).
    """
    if all(one.step is CountedStep.COST_DERIVATIVE for one in counts):
        return []
    each = dict.fromkeys(one.sizes for one in counts)
    calls = [_Call(tuple(one for one in counts if one.sizes == sizes)) for sizes in each]
    passes = _passes(calls)
    return sentence(f"One call of your backprop makes {f'{passes}: ' if passes else ''}{_seen(calls)}.")


def _passes(calls: list[_Call]) -> str:
    """Return how many passes these are; empty where the counts do not say."""
    differences = _differences(calls)
    if differences:
        return differences + WHERE_ONE_DOES
    forward = _forward_passes(calls)
    is_backward_one = _is_one(calls, CountedStep.SIGMA_PRIME) and all(
        call.of(CountedStep.COST_DERIVATIVE) <= 1 for call in calls
    )
    if forward == 1:
        return "one forward and one backward pass" if is_backward_one else "one forward pass"
    if forward == 0:
        return "one backward pass" if is_backward_one else ""
    return "" if forward is None else f"{forward} forward passes"


def _forward_passes(calls: list[_Call]) -> int | None:
    """Return the forward passes that were seen, the same on every network; None where that is not known."""
    whole = {call.of(CountedStep.FORWARD_PASS) for call in calls}
    if any(call.of(CountedStep.SIGMA) for call in calls):
        # More calls of sigma than in one pass may be passes, or a sigma' made of sigma.
        return 1 if whole == {0} and _is_one(calls, CountedStep.SIGMA) else None
    return whole.pop() if len(whole) == 1 else None


def _differences(calls: list[_Call]) -> str:
    """Return as what differences the forward passes grow with the parameters; empty where they do not."""
    for words, passes in BY_DIFFERENCES.items():
        for unit in UNITS[:2]:
            if all(call.forward(unit(call.sizes)) == passes(call.p) for call in calls):
                return words
    if all(call.of(CountedStep.FORWARD_PASS) >= call.p for call in calls):
        return "at least as many forward passes as there are parameters"
    return ""


def _is_one(calls: list[_Call], step: CountedStep) -> bool:
    """Tell whether a step was called as often as one pass calls it, in every network by the same measure."""
    return any(all(call.of(step) == unit(call.sizes) > 0 for call in calls) for unit in UNITS)


def _seen(calls: list[_Call]) -> str:
    """Return what was counted, on each network."""
    first, *others = calls
    words = [f"{one.calls:,} of {one.function}" for one in first.counts]
    made = first.counts[0].calls
    words[0] = words[0].replace(" of ", f" call{'' if made == 1 else 's'} of ", 1)
    found = f"{listed(words, len(words))} on a network of sizes {_network(first)}"
    for other in others:
        numbers = [f"{one.calls:,}" for one in other.counts]
        found += f", and {listed(numbers, len(numbers))} on one of sizes {_network(other)}"
    return found


def _network(call: _Call) -> str:
    return f"{', '.join(map(str, call.sizes))} ({call.p:,} parameters)"
