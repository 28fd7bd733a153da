"""A fast path that is wrong is caught by true forward passes: the run stops and names the parameter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from gradcheck.network import Network
from gradcheck.network.arrays import Array
from gradcheck.sweep import Difference, Form, SpotCheckFailed, Subject, SweepSettings, sweep
from gradcheck.sweep import exact_example as exact_module
from gradcheck.sweep import plain_example as plain_module
from gradcheck.sweep.estimating import Inputs
from gradcheck.sweep.full_passes import FullPasses, Parameter, reference_cost
from gradcheck.sweep.spot_check import drawn_parameters


def drawn(*sizes: int, m: int = 1) -> tuple[Network, Array, Array]:
    generator = np.random.default_rng(3)
    network = Network.random(sizes, generator)
    return network, generator.uniform(size=(sizes[0], m)), generator.uniform(size=(sizes[-1], m))


@pytest.mark.parametrize("form", Form)
def test_a_fault_of_one_part_in_a_thousand_in_the_fast_path_is_caught(
    form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, x, y = drawn(20, 12, 8, 3)
    for module in (plain_module, exact_module):
        right = module.rank_one
        monkeypatch.setattr(module, "rank_one", lambda moved, *others, right=right: right(moved * 1.001, *others))
    with pytest.raises(SpotCheckFailed, match=r"^weights\[|^biases\["):
        sweep(network, x, y, settings=SweepSettings(form=form))


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("difference", Difference)
def test_numbers_put_in_another_weights_place_are_caught(
    form: Form, difference: Difference, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a full pass does not see the sweep's own step."""
    network, x, y = drawn(20, 12, 8, 3)
    right = Inputs.spread
    monkeypatch.setattr(Inputs, "spread", lambda self, of_values: np.roll(right(self, of_values), 1, axis=1))
    with pytest.raises(SpotCheckFailed):
        sweep(network, x, y, settings=SweepSettings(form=form, difference=difference))


def test_the_message_names_the_parameter_both_numbers_and_what_to_do() -> None:
    network, x, y = drawn(4, 3, 2)

    def half(weights: Sequence[Array], biases: Sequence[Array]) -> Any:
        return reference_cost(network, x, y)(weights, biases) / 2

    with pytest.raises(SpotCheckFailed) as caught:
        sweep(network, x, y, subject=Subject(half))
    words = str(caught.value)
    ours, theirs = (float(number) for number in re.findall(r"by (-?[0-9.e-]+) in", words))
    assert ours == pytest.approx(2 * theirs, rel=1e-3)
    assert re.match(r"(weights\[[01]\]\[\d, \d\]|biases\[[01]\]\[\d\]) changed by", words)
    assert "not that of the network that was declared" in words


def test_a_subject_whose_forward_pass_is_right_passes() -> None:
    network, x, y = drawn(4, 3, 2, m=3)
    found = sweep(network, x, y, subject=Subject(reference_cost(network, x, y)))
    assert found.counts.full_passes > 0


def test_a_subject_that_is_no_number_fails() -> None:
    network, x, y = drawn(4, 3, 2)
    with pytest.raises(SpotCheckFailed, match="nan"):
        sweep(network, x, y, subject=Subject(lambda weights, biases: np.nan))


def test_every_layer_is_looked_at() -> None:
    network, _, _ = drawn(4, 3, 2)
    assert {one.layer for one in drawn_parameters(network, 2, np.random.default_rng(0))} == {0, 1}


def test_a_parameter_is_put_back_also_when_the_cost_raises() -> None:
    network, _, _ = drawn(4, 3, 2)
    seen: list[float] = []

    def cost(weights: Sequence[Array], biases: Sequence[Array]) -> float:
        seen.append(float(weights[0][0, 0]))
        if len(seen) == 1:
            raise RuntimeError
        return 0.0

    passes = FullPasses(network, cost)
    with pytest.raises(RuntimeError):
        passes.at(Parameter(0, 0, 0), 1.0)
    passes.base()
    before = float(network.weights[0][0, 0])
    assert seen == [before + 1.0, before]
