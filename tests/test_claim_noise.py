"""The rounding of a claim is measured: that of its arithmetic and no more, and no error that is the same at every point."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gradcheck.checks.claim_noise import claim_noise
from gradcheck.checks.meter import Meter
from gradcheck.checks.network_claim import network_claim
from gradcheck.checks.options import Options
from gradcheck.checks.swept_case import drawn_case
from gradcheck.examples.network_right import Network as Right
from gradcheck.network.backprop import backprop
from gradcheck.subjects.network_class import Declared, NetworkSubject

SIZES = (20, 15, 10)


def noise_and_errors(make: type[Right], examples: int, seed: int) -> tuple[Any, Any, Any, Meter]:
    subject, meter = NetworkSubject("Network", make), Meter(Options())
    case = drawn_case(Declared(), SIZES, examples, seed=seed)
    claim = network_claim(subject, case, meter)
    noise = claim_noise(subject, case, claim, np.random.default_rng(seed), meter=meter)
    right = backprop(case.network, case.x, case.y)
    true = np.concatenate([leaf.ravel() for leaf in (*right.nabla_b, *right.nabla_w)])
    return noise, np.abs(np.concatenate([leaf.ravel() for leaf in claim.leaves]) - true), true, meter


class Single(Right):
    def backprop(self, x, y):  # type: ignore[no-untyped-def]
        kept = self.weights, self.biases
        self.weights = [np.asarray(w, np.float32) for w in self.weights]
        self.biases = [np.asarray(b, np.float32) for b in self.biases]
        found = super().backprop(x.astype(np.float32), y.astype(np.float32))
        self.weights, self.biases = kept
        return tuple([leaf.astype(float) for leaf in layers] for layers in found)


class Doubled(Right):
    def backprop(self, x, y):  # type: ignore[no-untyped-def]
        return tuple([2.0 * leaf for leaf in layers] for layers in super().backprop(x, y))


class NotThere(Right):
    calls = 0

    def backprop(self, x, y):  # type: ignore[no-untyped-def]
        NotThere.calls += 1
        nabla_b, nabla_w = super().backprop(x, y)
        return nabla_b, [np.nan * leaf if NotThere.calls > 3 else leaf for leaf in nabla_w]


@pytest.mark.parametrize("seed", range(5))
def test_float32_within_is_seen_in_its_size(seed: int) -> None:
    noise, errors, _, _ = noise_and_errors(Single, 1, seed)
    assert np.median(errors) / 4.0 < np.median(noise) < 4.0 * np.median(errors)


@pytest.mark.parametrize("make", [Right, Doubled])
@pytest.mark.parametrize("seed", range(5))
def test_what_is_wrong_everywhere_alike_is_no_noise(make: type[Right], seed: int) -> None:
    noise, _, true, _ = noise_and_errors(make, 1, seed)
    assert np.all(noise < 1e-14 * np.max(np.abs(true)))


@pytest.mark.parametrize("examples", [1, 3])
def test_six_calls_are_made_an_example(examples: int) -> None:
    *_, meter = noise_and_errors(Right, examples, 0)
    assert (meter.gradient_calls, meter.forward_passes) == (examples + 1 + 6 * examples, 0)


def test_where_a_claim_is_no_number_there_is_no_noise() -> None:
    noise, *_ = noise_and_errors(NotThere, 1, 0)
    assert not noise.any()
