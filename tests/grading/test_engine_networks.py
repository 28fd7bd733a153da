"""Every shipped network graded by the rubric to start from: right ones have full marks, each wrong one loses exactly its items."""

from __future__ import annotations

import dataclasses
import functools
import importlib
from pathlib import Path
from typing import Any, Final

import pytest

from gradcheck import examples
from gradcheck.grading.declaring import declared_for
from gradcheck.grading.engine import grade_program
from gradcheck.grading.parts import Part, SubmissionProtocol
from gradcheck.grading.planting import plantings
from gradcheck.grading.rubric import Rubric, load_rubric
from gradcheck.grading.rubric_model import Item
from gradcheck.grading.starting_rubric import starting_rubric
from gradcheck.mistakes.catalogue import mistake_named
from gradcheck.results.grades import GradeSheet, ItemStatus
from gradcheck.subjects.functions import SigmaSubject
from gradcheck.subjects.network_class import NetworkSubject
from tests.grading.classes_for_tests import SECRET, seeds

EQUATIONS: Final = {"bp1", "bp2", "bp3", "bp4"}

LOSES: Final[dict[str, set[str]]] = {
    "network_right": set(),
    "network_matrix_right": set(),
    "network_accumulates_wrong": {"bp1", "bp2", "bp4"},
    "network_aliased_delta_wrong": {"bp1"},
    "network_bp1_no_sigma_prime_wrong": {"bp1"},
    "network_bp1_sign_wrong": {"cost_derivative"},
    "network_bp1_uses_z_wrong": {"bp1"},
    "network_bp2_mean_not_sum_wrong": {"bp2"},
    "network_bp2_no_sigma_prime_wrong": {"bp2"},
    "network_bp3_bias_forgotten_wrong": {"bp3"},
    "network_bp4_transposed_wrong": {"bp4"},
    "network_bp4_uses_z_wrong": {"bp4"},
    "network_factor_two_wrong": {"cost_derivative"},
    "network_first_layer_zero_wrong": {"bp2", "bp3", "bp4"},
    "network_forward_no_bias_wrong": {"bp1", "bp2", "bp4"},
    "network_integer_gradient_wrong": EQUATIONS,
    "network_sigma_prime_formula_wrong": {"sigma_prime"},
    "network_sigma_prime_of_a_wrong": {"bp1", "bp2"},
    "network_stale_forward_wrong": {"bp1", "bp2", "bp4"},
    "network_swapped_order_wrong": EQUATIONS,
    "network_update_ascends_wrong": {"descent_step"},
    "network_update_last_example_wrong": {"mini_batch"},
    "network_update_mean_twice_wrong": {"mini_batch"},
    "network_update_no_mean_wrong": {"mini_batch"},
    "network_matrix_bias_axis_wrong": {"mini_batch", "matrix_batch"},
    "network_matrix_bias_not_summed_wrong": {"mini_batch", "matrix_batch"},
    "network_matrix_mean_twice_wrong": {"mini_batch", "matrix_batch"},
    # The step is taken inside backprop: neither a mean over the mini-batch nor down the gradient where it began.
    "network_updates_while_going_back_wrong": {"bp2", "mini_batch", "descent_step"},
    # Right programs of another assignment.
    "network_cross_entropy_right": {"cost_derivative", "bp1"},
    "network_tanh_right": {"feedforward", "sigma_prime", "bp1", "bp2", "bp4"},
}
"""What each loses; those of matrices are asked for the batch as well."""


@functools.cache
def rubric() -> Rubric:
    return starting_rubric(SubmissionProtocol.NETWORK)


def subject(name: str, item: Item, read: Rubric) -> NetworkSubject:
    module = importlib.import_module(f"gradcheck.examples.{name}")
    prime = getattr(module, "sigmoid_prime", None)
    sigma = None if prime is None else SigmaSubject("sigmoid_prime", module.sigmoid, prime)
    assert read.network is not None
    return NetworkSubject("Network", module.Network, declared_for(item, read.network), sigma)


@functools.cache
def graded(name: str) -> GradeSheet:
    parts = {item.part for item in rubric().items[:9]} | ({Part.MATRIX_BATCH} if "matrix" in name else set())
    items = tuple(item for item in rubric().items if item.part in parts)
    read = dataclasses.replace(rubric(), items=items)
    return grade_program(lambda item: subject(name, item, read), read, seeds())


def lost(sheet: GradeSheet) -> set[str]:
    return {item.id for item in sheet.items if item.lost > 0.0}


def test_every_shipped_network_is_among_them() -> None:
    found = {path.stem for path in Path(examples.__file__).parent.glob("network_*.py")}
    assert found == set(LOSES)


@pytest.mark.parametrize("name", sorted(LOSES))
def test_it_loses_exactly_its_items(name: str) -> None:
    assert lost(graded(name)) == LOSES[name]


def test_a_right_program_has_full_marks_to_the_last_digit() -> None:
    assert (graded("network_right").total, graded("network_right").percent) == (18.0, 100.0)


def test_a_step_that_is_right_of_a_wrong_input_says_so() -> None:
    by_id = {item.id: item for item in graded("network_bp1_no_sigma_prime_wrong").items}
    assert by_id["bp2"].carried_forward and by_id["bp4"].carried_forward
    assert not by_id["feedforward"].carried_forward


def test_the_mistake_is_named_for_the_statistics() -> None:
    by_id = {item.id: item for item in graded("network_bp2_no_sigma_prime_wrong").items}
    assert by_id["bp2"].diagnosis[0] == "sigma-prime-missing"
    assert by_id["bp1"].diagnosis == ()


def with_policy(folder: Path, text: str, *more: str) -> Rubric:
    """Return a rubric of some items for the sigmoid network."""
    path = folder / "rubric.toml"
    head = '[assignment]\ntitle = "T"\nprotocol = "network"\nnames = ["Network"]\n'
    path.write_text("\n".join([head, text, *more]))
    return load_rubric(path)


def item(part: str, *more: str) -> str:
    return "\n".join(
        ["[[item]]", f'id = "{part.lower()}"', f'title = "{part}"', f'part = "{part}"', "points = 3", *more]
    )


def total(read: Rubric, name: str) -> dict[str, tuple[str, float]]:
    sheet = grade_program(lambda one: subject(name, one, read), read, seeds())
    return {one.id: (one.status.value, one.points) for one in sheet.items}


def test_without_carrying_forward_every_step_after_a_mistake_loses_its_points(tmp_path: Path) -> None:
    given = ('[policy]\ncarried_forward = "none"', item("BP1"), item("BP2", 'given = ["bp1"]'))
    assert total(with_policy(tmp_path, *given), "network_bp1_no_sigma_prime_wrong") == {
        "bp1": ("fail", 0.0),
        "bp2": ("fail", 0.0),
    }


def test_a_share_of_the_points_is_given_for_each_layer_that_holds(tmp_path: Path) -> None:
    read = with_policy(tmp_path, "", item("BP4", 'partial = "layers"'))
    # Of the three layers after the input the first keeps a gradient of zeros.
    assert total(read, "network_first_layer_zero_wrong") == {"bp4": ("partial", 2.0)}


def test_a_share_of_the_points_is_given_for_each_array_that_agrees(tmp_path: Path) -> None:
    read = with_policy(tmp_path, "", item("backprop", 'partial = "blocks"'))
    # nabla_b of three layers, and nabla_w of the two that are reached; a wrong step elsewhere is not made good by these.
    assert total(read, "network_first_layer_zero_wrong") == {"backprop": ("partial", 2.0)}


def test_an_item_earns_nothing_without_the_one_it_requires(tmp_path: Path) -> None:
    read = with_policy(tmp_path, "", item("BP1"), item("BP4", 'requires = ["bp1"]'))
    assert total(read, "network_bp1_no_sigma_prime_wrong") == {"bp1": ("fail", 0.0), "bp4": ("fail", 0.0)}
    assert total(read, "network_right") == {"bp1": ("pass", 3.0), "bp4": ("pass", 3.0)}


@pytest.mark.parametrize(
    ("ahead", "example"),
    [("sigma_prime", "network_sigma_prime_formula_wrong"), ("cost_derivative", "network_bp1_sign_wrong")],
)
def test_what_is_not_given_takes_the_points_of_what_is_made_of_it(tmp_path: Path, ahead: str, example: str) -> None:
    alone = with_policy(tmp_path, "", item(ahead), item("BP1"))
    assert total(alone, example)["bp1"] == ("fail", 0.0)
    given = with_policy(tmp_path, "", item(ahead), item("BP1", f'given = ["{ahead}"]'))
    assert total(given, example)["bp1"] == ("pass", 3.0)


def planted(id: str) -> dict[str, float]:
    """Return what a mistake of the catalogue loses of the items of the class."""
    read = dataclasses.replace(rubric(), items=rubric().items[:9])
    assert read.network is not None
    network, one = read.network, plantings(mistake_named(id))[0]
    sheet = grade_program(lambda item: one.subject(declared_for(item, network), "Network"), read, seeds())
    return {item.id: item.lost for item in sheet.items if item.lost > 0.0}


@pytest.mark.parametrize(
    ("id", "loses"),
    [
        ("bp2-w-not-transposed", {"bp2"}),
        ("bp2-sigma-prime-of-z-before", {"bp2"}),
        ("bp4-elementwise", {"bp4"}),
        ("step-sums-not-reset", {"mini_batch", "descent_step"}),
        ("step-biases-never", {"descent_step"}),
        ("all-zero", EQUATIONS),
    ],
)
def test_a_mistake_that_stops_the_program_or_shows_later_loses_exactly_its_items(id: str, loses: set[str]) -> None:
    assert set(planted(id)) == loses


def test_a_program_that_is_right_where_it_runs_and_runs_on_one_width_only_is_not_right() -> None:
    from gradcheck.examples.network_right import Network

    class Narrow(Network):  # type: ignore[misc]
        def backprop(self, x: Any, y: Any) -> Any:
            if len({len(b) for b in self.biases} | {len(x)}) > 1:
                raise ValueError("all my layers are of one width")
            return super().backprop(x, y)

    read = dataclasses.replace(rubric(), items=rubric().items[3:7])
    assert read.network is not None
    network = read.network
    sheet = grade_program(lambda one: NetworkSubject("Narrow", Narrow, declared_for(one, network)), read, seeds())
    assert {one.status for one in sheet.items} == {ItemStatus.ERROR}
    assert "one width" in sheet.items[0].feedback


def zeros(sizes: list[int]) -> Any:
    """Return a network whose gradient is zero throughout."""
    from gradcheck.examples.network_right import Network

    class Idle(Network):  # type: ignore[misc]
        def backprop(self, x: Any, y: Any) -> Any:
            nabla_b, nabla_w = super().backprop(x, y)
            return [0.0 * b for b in nabla_b], [0.0 * w for w in nabla_w]

    return Idle(sizes)


def test_zeros_earn_no_equation_and_no_step_of_descent() -> None:
    read = dataclasses.replace(rubric(), items=rubric().items[3:9])
    assert read.network is not None
    network = read.network
    sheet = grade_program(lambda one: NetworkSubject("Network", zeros, declared_for(one, network)), read, seeds())
    assert {one.id for one in sheet.items if one.points > 0.0} <= {"mini_batch", "descent_step"}
    assert "nothing but zeros" in {one.id: one for one in sheet.items}["bp4"].feedback


def test_a_step_that_is_never_taken_is_the_mean_of_nothing() -> None:
    from gradcheck.examples.network_right import Network

    class Still(Network):  # type: ignore[misc]
        def update_mini_batch(self, mini_batch: Any, eta: float) -> None:
            pass

    read = dataclasses.replace(rubric(), items=rubric().items[7:9])
    assert read.network is not None
    network = read.network
    sheet = grade_program(lambda one: NetworkSubject("Still", Still, declared_for(one, network)), read, seeds())
    assert [one.points for one in sheet.items] == [0.0, 0.0]


def test_what_the_mini_batch_makes_of_a_backprop_that_is_given_is_its_own_merit() -> None:
    by_id = {one.id: one for one in graded("network_bp4_transposed_wrong").items}
    assert by_id["mini_batch"].status is ItemStatus.PASS
    assert by_id["mini_batch"].carried_forward


def test_the_same_secret_grades_the_same_and_another_asks_other_questions() -> None:
    read = dataclasses.replace(rubric(), items=rubric().items[:1])
    one, same, other = (
        grade_program(lambda item: subject("network_right", item, read), read, seeds(secret))
        for secret in (SECRET, SECRET, SECRET[::-1])
    )
    assert one.items == same.items
    assert one.items[0].seed != other.items[0].seed
