"""Gradients made by differences, complex steps and dual numbers are flagged; honest ones, however slow or coarse, are not."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradcheck.grading import fake_backprop
from gradcheck.grading.doors import SubmissionDoor
from gradcheck.grading.engine import grade
from gradcheck.grading.fake_backprop import Suspect, flags_of_gradient
from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.rubric import Rubric, load_rubric
from gradcheck.grading.sandbox import Zygote
from gradcheck.grading.starting_rubric import starting_rubric
from gradcheck.grading.submissions import submissions_in
from gradcheck.results.grades import Flag, FlagCode, Severity
from tests.grading.asking_for_tests import needs_sandbox, written
from tests.grading.classes_for_tests import seeds
from tests.grading.fakes_for_tests import FAKES, HONEST, HONEST_ONES, program

pytestmark = needs_sandbox

SHOWS = {
    "forward differences": {FlagCode.COST_RATIO, FlagCode.FINGERPRINT, FlagCode.COST_DOMINATED},
    "central differences": {FlagCode.COST_RATIO, FlagCode.FINGERPRINT, FlagCode.COST_DOMINATED},
    "Richardson": {FlagCode.COST_RATIO, FlagCode.FINGERPRINT, FlagCode.COST_DOMINATED},
    "complex step": {FlagCode.COST_RATIO},
    "dual numbers": {FlagCode.COST_RATIO},
}
"""What each is told by: complex steps and dual numbers are as exact as backpropagation, and cost P forward passes."""


@functools.cache
def rubric() -> Rubric:
    return starting_rubric(SubmissionProtocol.NETWORK)


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    """One zygote for all."""
    with Zygote() as started:
        yield started


def flags(
    zygote: Zygote, folder: Path, source: str, seed: int = 1, policy: Severity = Severity.REVIEW
) -> tuple[Flag, ...]:
    door = SubmissionDoor(zygote, written(folder, source, "network.py"), "network.py", rubric())
    return flags_of_gradient(Suspect(door, rubric().items[3], seed, policy))


@pytest.mark.parametrize("name", sorted(FAKES))
def test_a_fake_is_told_by_its_price_and_differences_by_their_digits_too(
    zygote: Zygote, tmp_path: Path, name: str
) -> None:
    found = flags(zygote, tmp_path, program(FAKES[name]))
    assert {flag.code for flag in found} == SHOWS[name]
    assert all(evidence.value >= evidence.limit for flag in found for evidence in flag.evidence)


@pytest.mark.parametrize("name", sorted(HONEST_ONES))
@pytest.mark.parametrize("seed", [1, 2])
def test_an_honest_gradient_is_not_flagged(zygote: Zygote, tmp_path: Path, name: str, seed: int) -> None:
    assert flags(zygote, tmp_path, program(HONEST_ONES[name]), seed) == ()


@pytest.mark.parametrize("example", ["network_right", "network_matrix_right", "network_tanh_right"])
def test_no_shipped_program_is_flagged(zygote: Zygote, tmp_path: Path, example: str) -> None:
    source = Path(fake_backprop.__file__).parent.parent / "examples" / f"{example}.py"
    assert flags(zygote, tmp_path, source.read_text()) == ()


def test_a_gradient_that_is_wrong_by_a_little_is_wrong_and_no_fake(zygote: Zygote, tmp_path: Path) -> None:
    wrong = program(HONEST.replace("delta @ activations[i].T", "0.99 * delta @ activations[i].T"))
    assert flags(zygote, tmp_path, wrong) == ()


def test_a_gradient_whose_equations_are_wrong_is_no_fake_by_its_digits(zygote: Zygote, tmp_path: Path) -> None:
    # Off by as little as differences are, and yet by a mistake that was told.
    wrong = program(HONEST.replace("delta @ activations[i].T", "1.000001 * delta @ activations[i].T"))
    (ada,) = submissions_in(written(tmp_path, wrong, "ada.py"), rubric())
    sheet = grade(ada, rubric(), zygote, seeds())
    assert {item.id for item in sheet.items[:7] if item.lost} == {"bp4"}
    assert sheet.flags == ()


def test_a_program_that_is_slow_by_the_clock_and_idle_is_not_flagged(zygote: Zygote, tmp_path: Path) -> None:
    idle = HONEST.replace("    zs, activations", "    import time\n\n    time.sleep(0.02)\n    zs, activations")
    assert flags(zygote, tmp_path, program(idle)) == ()


def test_a_price_that_does_not_grow_with_the_network_is_a_slow_programs(zygote: Zygote, tmp_path: Path) -> None:
    # As much work in every call, whatever the network: a table that is built again, say.
    busy = HONEST.replace("    zs, activations", "    sum(i * i for i in range(200_000))\n    zs, activations")
    assert flags(zygote, tmp_path, program(busy)) == ()


def policy_rubric(folder: Path, policy: str) -> Rubric:
    path = folder / "rubric.toml"
    text = rubric().path.read_text().replace('fake_backprop = "review" ', f'fake_backprop = "{policy}" ')
    path.write_text(text)
    return load_rubric(path)


@pytest.mark.parametrize(("policy", "points"), [("review", 18.0), ("points", 8.0)])
def test_the_rubric_decides_whether_a_fake_costs_points(
    zygote: Zygote, tmp_path: Path, policy: str, points: float
) -> None:
    read = policy_rubric(tmp_path, policy)
    (ada,) = submissions_in(written(tmp_path, program(FAKES["complex step"]), "ada.py"), read)
    sheet = grade(ada, read, zygote, seeds())
    assert [flag.code for flag in sheet.flags] == [FlagCode.COST_RATIO]
    assert sheet.total == points


def test_two_gradings_of_a_fake_say_the_same(zygote: Zygote, tmp_path: Path) -> None:
    one, two = (flags(zygote, tmp_path, program(FAKES["central differences"])) for _ in range(2))
    assert one == two
