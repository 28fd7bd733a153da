"""The networks that checks draw: what is drawn, what it shrinks to, and that right gradients are never called wrong on them."""

from __future__ import annotations

import importlib
import random
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from gradcheck import Options, Reason, UsageError, Verdict
from gradcheck.checks.gradient import check_gradient
from gradcheck.network import ACTIVATIONS, COSTS, Network, WeightDecay, backprop
from gradcheck.strategies.cases import NetworkCase
from gradcheck.strategies.numbers_drawn import ORDER_ONE
from gradcheck.strategies.recipes import Recipe, recipe_cases, recipe_networks
from gradcheck.subjects.protocol import GradientSubject

A, C = ACTIVATIONS, COSTS

# Every output activation that a cost is defined for: logarithms need outputs above 0, and below 1 for the cross-entropy.
PAIRS = [
    *((activation, C["quadratic"]) for activation in A.values()),
    *((A[name], C["cross_entropy"]) for name in ("sigmoid", "softmax")),
    *((A[name], C["log_likelihood"]) for name in ("sigmoid", "softplus", "softmax")),
]


def drawn(strategy: st.SearchStrategy[Any], count: int, *, seed: int = 0) -> list[Any]:
    """Return `count` values as Hypothesis draws them from a seed."""
    seen: list[Any] = []
    quiet = settings(max_examples=count, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    with pytest.raises(NoSuchExample):
        find(strategy, lambda value: bool(seen.append(value)), settings=quiet, random=random.Random(seed))
    return seen


def parameters(network: Network) -> list[Any]:
    """Return all weights and biases."""
    return [*network.weights, *network.biases]


@settings(deadline=None, max_examples=40)
@given(recipe_cases(Recipe(max_layers=5, max_width=3), max_examples=4))
def test_networks_and_examples_have_the_shapes_and_ranges_that_are_said(case: NetworkCase) -> None:
    sizes = case.network.sizes
    assert 2 <= len(sizes) <= 5
    assert all(1 <= n <= 3 for n in sizes)
    assert [w.shape for w in case.network.weights] == [(n, k) for k, n in pairwise(sizes)]
    assert [b.shape for b in case.network.biases] == [(n, 1) for n in sizes[1:]]
    assert case.x.shape == (sizes[0], case.m)
    assert case.y.shape == (sizes[-1], case.m)
    assert 1 <= case.m <= 4
    numbers = np.concatenate([np.ravel(values) for values in (*parameters(case.network), case.x)])
    assert np.all((np.abs(numbers) >= 0.05) & (np.abs(numbers) <= 2.0))
    assert np.all((case.y >= 0.0) & (case.y <= 1.0))


def test_no_number_to_draw_is_zero_and_none_stands_there_twice() -> None:
    assert 0.0 not in ORDER_ONE
    assert len(set(ORDER_ONE)) == len(ORDER_ONE) == 80


def test_square_weight_matrices_have_full_rank_most_of_the_time() -> None:
    drawn_networks = drawn(recipe_networks(Recipe(max_width=3)), 200)
    square = [w for network in drawn_networks for w in network.weights if w.shape[0] == w.shape[1] > 1]
    full = sum(np.linalg.matrix_rank(w) == len(w) for w in square)
    # Independent uniform draws would give nearly all; Hypothesis repeats itself on purpose. 0.92 to 0.99 over the seeds 0 to 3.
    assert len(square) >= 60
    assert full >= 0.8 * len(square)


def test_neighbouring_widths_differ_often_so_that_a_transpose_shows() -> None:
    sizes = [network.sizes for network in drawn(recipe_networks(), 200)]
    differ = sum(any(a != b for a, b in pairwise(s)) for s in sizes)
    # Independent draws: two widths out of four differ with probability 3/4. Hypothesis repeats itself on purpose: 0.64 to 0.75 over
    # the seeds 0 to 7.
    assert differ >= 0.5 * len(sizes)
    assert set(Counter(map(len, sizes))) == {2, 3, 4, 5, 6}


def test_a_network_shrinks_to_one_neuron_with_ones() -> None:
    case = find(
        recipe_cases(max_examples=5), lambda case: True, settings=settings(database=None), random=random.Random(0)
    )
    assert case.network.sizes == (1, 1)
    assert [float(p.item()) for p in parameters(case.network)] == [1.0, 1.0]
    assert (case.x.item(), case.y.item()) == (1.0, 0.0)


def test_a_case_shrinks_to_the_least_that_is_asked_for() -> None:
    found = find(
        recipe_cases(max_examples=5),
        lambda case: case.m > 1 and len(case.network.sizes) > 2 and case.network.sizes[0] > 1,
        settings=settings(database=None),
        random=random.Random(0),
    )
    assert (found.network.sizes, found.m) == ((2, 1, 1), 2)
    assert np.all(found.network.weights[0] == 1.0)


def test_the_same_seed_draws_the_same_cases_and_another_seed_others() -> None:
    def numbers(seed: int) -> list[float]:
        cases = drawn(recipe_cases(max_examples=3), 20, seed=seed)
        return [float(v) for case in cases for p in (*parameters(case.network), case.x, case.y) for v in np.ravel(p)]

    assert numbers(1) == numbers(1)
    assert numbers(1) != numbers(2)


def test_what_a_seed_draws_does_not_depend_on_the_files_that_are_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def numbers() -> list[float]:
        cases = drawn(recipe_cases(max_examples=3), 100, seed=4)
        return [float(v) for case in cases for p in (*parameters(case.network), case.x, case.y) for v in np.ravel(p)]

    before = numbers()
    # Hypothesis also draws integers that it reads in the user's own files, where they are beyond 99.
    name = "their_numbers"
    (tmp_path / f"{name}.py").write_text(
        f"numbers = {list(range(-400, 400))}\nfloats = [0.75, 1.25]\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module(name)
    assert numbers() == before
    monkeypatch.delitem(sys.modules, name)


def test_a_softmax_output_has_at_least_two_classes() -> None:
    cases = drawn(recipe_cases(Recipe((A["softmax"],), C["log_likelihood"], max_layers=2), max_examples=3), 60)
    assert {case.network.sizes[-1] for case in cases} == {2, 3, 4}
    for case in cases:  # one class an example
        assert set(np.ravel(case.y)) == {0.0, 1.0}
        assert np.all(case.y.sum(axis=0) == 1.0)


def test_desired_outputs_of_other_costs_are_any_numbers_from_0_to_1() -> None:
    labels = {float(v) for case in drawn(recipe_cases(Recipe(cost=C["cross_entropy"])), 60) for v in np.ravel(case.y)}
    assert len(labels) > 20


def test_one_activation_a_layer_fixes_the_number_of_layers() -> None:
    recipe = Recipe((A["relu"], A["tanh"], A["softmax"]))
    assert recipe.layers == (4, 4)
    for network in drawn(recipe_networks(recipe), 10):
        assert [a.name for a in network.activations] == ["relu", "tanh", "softmax"]


def test_the_cost_and_the_weight_decay_are_those_of_the_recipe() -> None:
    network = drawn(recipe_networks(Recipe(cost=C["cross_entropy"], weight_decay=WeightDecay(l1=0.5, l2=2.0))), 1)[0]
    assert network.cost is C["cross_entropy"]
    assert (network.weight_decay.l1, network.weight_decay.l2) == (0.5, 2.0)


@pytest.mark.parametrize(
    ("wrong", "seen"),
    [
        ({"activations": ()}, "activations is empty"),
        ({"max_layers": 1}, "max_layers is 1"),
        ({"max_width": 0}, "max_width 0"),
    ],
)
def test_a_recipe_for_no_network_is_refused_with_the_value(wrong: dict[str, Any], seen: str) -> None:
    with pytest.raises(UsageError, match=seen):
        Recipe(**wrong)


@pytest.mark.parametrize(("least", "most"), [(0, 1), (3, 2)])
def test_impossible_numbers_of_examples_are_refused_with_the_values(least: int, most: int) -> None:
    with pytest.raises(UsageError, match=f"min_examples is {least} and max_examples {most}"):
        find(recipe_cases(min_examples=least, max_examples=most), lambda case: True)


def reference(case: NetworkCase, *, factor: float = 1.0) -> GradientSubject:
    """Return the reference's cost with its backprop; times `factor` in the first layer."""
    network = case.network

    def at(p: dict[str, Any]) -> Network:
        return network.with_parameters(p["weights"], p["biases"])

    def gradient(p: dict[str, Any]) -> dict[str, Any]:
        found = backprop(at(p), case.x, case.y)
        return {"biases": list(found.nabla_b), "weights": [factor * found.nabla_w[0], *found.nabla_w[1:]]}

    point = {"biases": list(network.biases), "weights": list(network.weights)}
    return GradientSubject("reference", lambda p: at(p).cost_of(case.x, case.y), gradient, point)


@st.composite
def any_case(draw: st.DrawFn) -> NetworkCase:
    """Draw a network of any activations with any cost that suits its output, weight decay or none."""
    output, cost = draw(st.sampled_from(PAIRS))
    elementwise = [activation for activation in A.values() if activation.derivative is not None]
    hidden = draw(st.lists(st.sampled_from(elementwise), max_size=2))
    decay = draw(st.sampled_from([WeightDecay(), WeightDecay(l1=0.25, l2=0.5)]))
    case: NetworkCase = draw(recipe_cases(Recipe((*hidden, output), cost, decay, max_layers=2), max_examples=3))
    return case


@settings(deadline=None, max_examples=100)
@given(any_case(), st.integers(0, 2**31))
def test_the_reference_backprop_and_the_differences_never_disagree(case: NetworkCase, seed: int) -> None:
    subject = reference(case)
    result = check_gradient(subject, Options(seed=seed))
    if result.reason is Reason.NOISE:
        # A central difference errs by some (eps C)^(2/3) where derivatives are of order one, and 10^3.1 times that is required.
        claimed, cost = subject.gradient(subject.at), subject.cost(subject.at)
        least = min(float(np.linalg.norm(leaf)) for leaves in claimed.values() for leaf in leaves)
        assert least <= 10**3.1 * (np.finfo(float).eps * cost) ** (2 / 3), str(result)
    else:
        assert result.verdict is Verdict.AGREE or result.reason in (Reason.KINK, Reason.VACUOUS), str(result)


@settings(deadline=None, max_examples=20)
@given(recipe_cases(Recipe((A["tanh"],), weight_decay=WeightDecay(l2=0.5))), st.integers(0, 2**31))
def test_a_first_layer_off_by_a_hundredth_is_never_agreed_to(case: NetworkCase, seed: int) -> None:
    assert check_gradient(reference(case, factor=1.01), Options(seed=seed)).verdict is not Verdict.AGREE
