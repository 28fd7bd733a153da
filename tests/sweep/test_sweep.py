"""The sweep beside the slow way: a plain loop of full forward passes, and backpropagation."""

from __future__ import annotations

import dataclasses
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.errors import UsageError
from gradcheck.network import Network, WeightDecay, backprop, custom, modified_neuron
from gradcheck.network.activations import LINEAR, RELU, SIGMOID
from gradcheck.network.arrays import Array
from gradcheck.network.costs import COSTS
from gradcheck.sweep import Difference, Form, Sweep, SweepSettings, sweep
from gradcheck.sweep.bounds import rounding_bound
from gradcheck.sweep.estimating import prepared
from gradcheck.sweep.every_cost import assembled
from gradcheck.sweep.rooms import ROOMS
from gradcheck.sweep.settings import UNIT_ROUNDOFF
from gradcheck.sweep.sizes import path_sizes
from gradcheck.sweep.spot_check import HALF_THE_DIGITS
from tests.networks_for_tests import Case, cases

FORMS = st.sampled_from(Form)
DIFFERENCES = st.sampled_from(Difference)


def flat(weights: tuple[Array, ...], biases: tuple[Array, ...]) -> Array:
    return np.concatenate([array.ravel() for array in (*weights, *biases)])


def slow_changes(case: Case, step: float) -> Iterator[float]:
    """Yield C(w + step e_jk) - C(w) by full forward passes: all weights, then all biases."""
    weights = [np.array(w) for w in case.network.weights]
    biases = [np.array(b) for b in case.network.biases]
    before = case.network.cost_of(case.x, case.y)
    for array in (*weights, *biases):
        for place in np.ndindex(array.shape):
            kept = array[place]
            array[place] = kept + step
            yield case.network.with_parameters(weights, biases).cost_of(case.x, case.y) - before
            array[place] = kept


@settings(max_examples=60, deadline=None)
@given(case=cases(), form=FORMS)
@pytest.mark.equation("46")
def test_every_cost_is_that_of_a_full_forward_pass(case: Case, form: Form) -> None:
    step = 2.0**-12
    chosen = SweepSettings(form=form, difference=Difference.FORWARD, step=step)
    found = sweep(case.network, case.x, case.y, settings=chosen)
    sizes = path_sizes(case.network, case.network.feedforward(case.x), case.y, UNIT_ROUNDOFF)
    slow = np.array(list(slow_changes(case, step)))
    # Both ways round the costs; a full pass also rounds w + step to a double.
    allowed = (
        6 * sizes.cost + 2.0**-50 * (1 + np.abs(flat(case.network.weights, case.network.biases))) * np.abs(slow) / step
    )
    assert (np.abs(flat(found.nabla_w, found.nabla_b) * step - slow) <= allowed).all()


@settings(max_examples=60, deadline=None)
@given(case=cases(), form=FORMS, difference=DIFFERENCES)
def test_backpropagation_is_within_the_bound_of_every_component(case: Case, form: Form, difference: Difference) -> None:
    found = sweep(case.network, case.x, case.y, settings=SweepSettings(form=form, difference=difference))
    exact = backprop(case.network, case.x, case.y)
    gap = np.abs(flat(found.nabla_w, found.nabla_b) - flat(exact.nabla_w, exact.nabla_b))
    assert (gap <= 2 * flat(found.bound_w, found.bound_b)).all()


@settings(max_examples=60, deadline=None)
@given(case=cases(), form=FORMS, seed=st.integers(0, 2**32))
def test_displacements_of_each_neurons_own_are_those_of_each_by_itself(case: Case, form: Form, seed: int) -> None:
    sweeping, generator = prepared(case.network, case.x, case.y, SweepSettings(form=form)), np.random.default_rng(seed)
    sizes = path_sizes(case.network, sweeping.forward, case.y, UNIT_ROUNDOFF)
    of_costs = 4 * sizes.cost * case.x.shape[1]  # of the mean, so of no one more than m times as much
    for layer, n in enumerate(case.network.sizes[1:]):
        neurons, displacements = generator.integers(n, size=3), generator.normal(size=(3, 2)) * 2.0**-12
        of_paths = sizes.rounding[layer] * sizes.by_z[layer] + sizes.shift[layer]
        for i, example in enumerate(sweeping.examples):
            together = example.cost_changes(layer, neurons, displacements)
            each = [
                example.cost_changes(layer, slice(j, j + 1), d) for j, d in zip(neurons, displacements, strict=True)
            ]
            # As the spot check has it.
            allowed = 2 * of_paths[neurons, i][:, None] * np.abs(displacements) + HALF_THE_DIGITS * np.abs(together)
            assert (np.abs(together - np.vstack(each)) <= allowed + of_costs).all()


@settings(max_examples=30, deadline=None)
@given(case=cases(hidden=[SIGMOID], outputs=[(SIGMOID, Network.random([1, 1], np.random.default_rng(0)).cost)]))
def test_the_delta_form_reaches_full_precision(case: Case) -> None:
    """Relative to the sizes of the paths: thirteen digits, where a quotient of plain costs has ten."""
    found = sweep(case.network, case.x, case.y)
    exact = backprop(case.network, case.x, case.y)
    gap = flat(found.nabla_w, found.nabla_b) - flat(exact.nabla_w, exact.nabla_b)
    assert np.linalg.norm(gap) <= 1e-13 * np.linalg.norm(flat(exact.nabla_w, exact.nabla_b)) + 1e-16


def drawn(*sizes: int, m: int = 1) -> tuple[Network, Array, Array]:
    generator = np.random.default_rng(3)
    network = Network.random(sizes, generator)
    return network, generator.uniform(size=(sizes[0], m)), generator.uniform(size=(sizes[-1], m))


def test_the_counts_are_exact() -> None:
    network, x, y = drawn(4, 3, 2)
    one_sided = sweep(network, x, y, settings=SweepSettings(difference=Difference.FORWARD)).counts
    assert (one_sided.costs, one_sided.evaluations) == (24, 24)  # P + 1
    assert one_sided.for_bounds == 4 * 5
    # Layer 2: 15 costs and 12 of the bounds, of a rank-one update (2) each; layer 3: none; and C by one pass (12 + 6).
    assert (one_sided.multiplications, one_sided.pass_multiplications) == (27 * 2 + 18, 18)
    assert one_sided.full_passes == 9  # C, and 4 parameters at two steps
    central = sweep(network, x, y).counts
    assert (central.costs, central.evaluations, central.multiplications) == (46, 46, 84)


def test_equal_inputs_are_evaluated_once_and_zeros_not_at_all() -> None:
    network, _, y = drawn(4, 3, 2)
    counts = sweep(network, [0.5, 0.0, 0.5, 0.25], y).counts
    assert counts.costs == 46
    assert counts.evaluations == 2 * (3 * 3 + 8)  # 0.5, 0.25 and the bias, of 5


def test_equal_inputs_give_equal_estimates() -> None:
    network, _, y = drawn(4, 3, 2)
    found = sweep(network, [0.5, 0.0, 0.5, 0.25], y).nabla_w[0]
    assert (found[:, 0] == found[:, 2]).all()
    assert (found[:, 1] == 0).all()


def same(one: Sweep, other: Sweep) -> bool:
    names = ("nabla_b", "nabla_w", "bound_b", "bound_w")
    return all(
        a.tobytes() == b.tobytes()
        for name in names
        for a, b in zip(getattr(one, name), getattr(other, name), strict=True)
    )


def test_the_result_does_not_depend_on_the_number_of_processes() -> None:
    network, x, y = drawn(40, 30, 20, 3, m=2)
    assert same(sweep(network, x, y), sweep(network, x, y, settings=SweepSettings(jobs=2)))


def test_ctrl_c_is_the_first_processs_to_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reaches the whole group: each of the others would print a traceback."""
    chosen: dict[str, Any] = {}
    config = joblib.parallel_config

    def noted(**given: Any) -> Any:
        chosen.update(given)
        return config(**given)

    monkeypatch.setattr(joblib, "parallel_config", noted)
    network, x, y = drawn(4, 3, 2)
    sweep(network, x, y, settings=SweepSettings(jobs=2))
    assert (chosen["initializer"], chosen["initargs"]) == (signal.signal, (signal.SIGINT, signal.SIG_IGN))


def test_progress_counts_every_cost() -> None:
    network, x, y = drawn(4, 3, 2)
    told: list[tuple[int, int]] = []
    sweep(network, x, y, settings=SweepSettings(progress=lambda done, total: told.append((done, total))))
    assert told == [(30, 46), (46, 46)]


def test_what_has_no_identity_is_told_and_bounded_so() -> None:
    generator = np.random.default_rng(0)
    sine = custom("sine", np.sin, np.cos)
    network = Network.random([3, 4, 2], generator, activations=[sine, LINEAR])
    x, y = generator.normal(size=(3, 1)), generator.normal(size=(2, 1))
    found = sweep(network, x, y)
    assert found.plain == ("layer 2: sine",)
    exact = backprop(network, x, y)
    gap = np.abs(flat(found.nabla_w, found.nabla_b) - flat(exact.nabla_w, exact.nabla_b))
    assert (gap <= flat(found.bound_w, found.bound_b)).all()


def test_a_modified_neuron_is_swept_as_itself() -> None:
    generator = np.random.default_rng(0)
    network = Network.random([3, 4, 2], generator, activations=[modified_neuron(SIGMOID, 2, LINEAR), SIGMOID])
    x, y = generator.normal(size=(3, 1)), generator.normal(size=(2, 1))
    for form in Form:
        found = sweep(network, x, y, settings=SweepSettings(form=form))
        assert np.allclose(found.nabla_w[0], backprop(network, x, y).nabla_w[0], rtol=1e-6, atol=1e-9)


def test_at_a_kink_the_bound_holds_both_slopes() -> None:
    network = Network([[[1.0]]], [[[0.0]]], [RELU], Network.random([1, 1], np.random.default_rng(0)).cost)
    found = sweep(network, [0.0], [1.0])
    assert found.nabla_b[0][0, 0] == pytest.approx(-0.5)
    assert found.bound_b[0][0, 0] >= 0.5


def test_overflow_is_answered_as_the_plain_form_does() -> None:
    network = Network.random([1, 1, 1], np.random.default_rng(0)).with_parameters(
        [[[1.0]], [[1e200]]], [[[0.0]], [[0.0]]]
    )
    found = sweep(network, [1.0], [1.0], settings=SweepSettings(step=1e150))
    assert np.isfinite(found.nabla_w[0]).all()


def test_a_wider_batch_changes_rounding_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    network, x, y = drawn(40, 30, 20, 3)
    chosen = SweepSettings()
    whole = assembled(prepared(network, x, y, chosen), y)
    monkeypatch.setattr("gradcheck.sweep.partition.BATCH_NUMBERS", 256)
    cut = assembled(prepared(network, x, y, chosen), y)
    sweeping = prepared(network, x, y, chosen)
    sizes = path_sizes(network, sweeping.forward, y, UNIT_ROUNDOFF)
    for layer, (one, other) in enumerate(zip(whole, cut, strict=True)):
        allowed = rounding_bound(sizes, layer, sweeping.with_ones[layer])
        assert (np.abs(one.quotient - other.quotient) <= allowed).all()


def test_a_network_of_single_precision_is_swept_in_double() -> None:
    network, x, y = drawn(4, 3, 2)
    single = network.with_parameters(
        [w.astype(np.float32) for w in network.weights], [b.astype(np.float32) for b in network.biases]
    )
    assert sweep(single, x, y).nabla_w[0].dtype == np.float64


def test_a_complex_network_is_refused() -> None:
    network, x, y = drawn(4, 3, 2)
    with pytest.raises(UsageError, match="complex128"):
        sweep(network.with_parameters([w + 0j for w in network.weights], network.biases), x, y)


@pytest.mark.parametrize("given_", [{"step": 0.0}, {"step": np.nan}, {"jobs": 0}, {"spot_checks": 0}])
def test_no_choice_is_refused(given_: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=next(iter(given_))):
        dataclasses.replace(SweepSettings(), **given_)  # type: ignore[arg-type]


def test_the_weight_decay_is_in_every_quotient() -> None:
    network, x, y = drawn(4, 3, 2)
    heavy = Network(
        network.weights, network.biases, network.activations, network.cost, weight_decay=WeightDecay(l2=3.0)
    )
    gap = sweep(heavy, x, y).nabla_w[0] - sweep(network, x, y).nabla_w[0]
    assert np.allclose(gap, 3.0 * network.weights[0], rtol=1e-7)


def test_an_infinite_cost_is_said_to_have_no_derivative() -> None:
    network, x, _ = drawn(4, 3, 2)
    linear = Network(network.weights, network.biases, [SIGMOID, LINEAR], network.cost)
    with pytest.raises(UsageError, match="the cost is inf"), np.errstate(over="ignore"):
        sweep(linear, x, [1e200, 0.0])


def test_ctrl_c_between_two_batches_of_two_processes_leaves_none_behind() -> None:
    network, x, y = drawn(40, 30, 20, 3)

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(network, x, y, settings=SweepSettings(jobs=2, progress=interrupt))
    assert same(sweep(network, x, y), sweep(network, x, y, settings=SweepSettings(jobs=2)))


@settings(max_examples=200, deadline=None)
@given(distance=st.floats(-2e-8, 2e-8), x=st.floats(0.1, 30))
def test_a_kink_within_a_step_is_in_the_bound(distance: float, x: float) -> None:
    """However little of the step is beyond it: either slope may be what was claimed."""
    cost = Network.random([1, 1], np.random.default_rng(0)).cost
    network = Network([[[1.0]], [[1.0]]], [[[distance - x]], [[0.0]]], [RELU, LINEAR], cost)
    found, exact = sweep(network, [x], [1.0]), backprop(network, [x], [1.0])
    assert (np.abs(found.nabla_w[0] - exact.nabla_w[0]) <= 2 * found.bound_w[0]).all()


def test_an_output_that_rounds_to_one_is_within_the_rounding_of_its_cost() -> None:
    network = Network([[[1.0]]], [[[45.0]]], [SIGMOID], COSTS["log_likelihood"])
    found, exact = sweep(network, [0.5], [1.0]), backprop(network, [0.5], [1.0])
    assert (np.abs(found.nabla_w[0] - exact.nabla_w[0]) <= 2 * found.bound_w[0]).all()


def test_sweeps_side_by_side_in_threads_do_not_share_their_rooms() -> None:
    ours = ROOMS.array("rank one", (2, 3))
    with ThreadPoolExecutor(1) as thread:
        theirs = thread.submit(ROOMS.array, "rank one", (2, 3)).result()
    assert not np.shares_memory(ours, theirs)
    assert np.shares_memory(ours, ROOMS.array("rank one", (3, 2)))
