"""What becomes of submissions that do not answer as they should: no points, with the reason, and no other item pays for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from gradcheck.examples import network_bp4_transposed_wrong, network_right
from gradcheck.grading.engine import grade
from gradcheck.grading.failures import SandboxError
from gradcheck.grading.parts import SubmissionProtocol
from gradcheck.grading.rubric import Rubric, load_rubric
from gradcheck.grading.sandbox import Zygote
from gradcheck.grading.starting_rubric import starting_rubric
from gradcheck.grading.submissions import submissions_in
from gradcheck.results.grades import FlagCode, GradeSheet, SheetStatus
from tests.grading.asking_for_tests import needs_sandbox, written
from tests.grading.classes_for_tests import seeds

RIGHT: Final = Path(network_right.__file__).read_text()

RUBRIC: Final = """
[assignment]
title = "Statuses"
protocol = "network"
names = ["Network"]
[policy]
explain = 1
[limits]
wall_seconds = 4.0
cpu_seconds = 2.0
memory_mb = 400
"""

PARTS: Final = ("feedforward", "cost_derivative", "sigma_prime", "backprop", "mini_batch", "descent_step")

pytestmark = needs_sandbox


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    """One zygote for all."""
    with Zygote() as started:
        yield started


@pytest.fixture
def rubric(tmp_path: Path) -> Rubric:
    """A rubric of six parts, a point each."""
    items = [f'[[item]]\nid = "{part}"\ntitle = "{part}"\npart = "{part}"\npoints = 1' for part in PARTS]
    path = tmp_path / "rubric.toml"
    path.write_text("\n".join([RUBRIC, *items]))
    return load_rubric(path)


def graded(source: str, rubric: Rubric, zygote: Zygote) -> GradeSheet:
    path = rubric.path.parent / "ada.py"
    path.write_text(source)
    (one,) = submissions_in(path, rubric)
    return grade(one, rubric, zygote, seeds())


def statuses(sheet: GradeSheet) -> dict[str, str]:
    return {item.id: item.status.value for item in sheet.items if item.status.value != "pass"}


def method(name: str, *body: str) -> str:
    """Return the right program with one method that does something else."""
    lines = "\n".join(f"    {line}" for line in body)
    return f"{RIGHT}\n\ndef other(self, *arguments):\n{lines}\n\n\nNetwork.{name} = other\n"


def signed(name: str, arguments: str, *body: str) -> str:
    return method(name, *body).replace("def other(self, *arguments)", f"def other(self, {arguments})")


def test_an_honest_submission_has_all_points(rubric: Rubric, zygote: Zygote) -> None:
    sheet = graded(RIGHT, rubric, zygote)
    assert (statuses(sheet), sheet.total, sheet.flags) == ({}, 6.0, ())
    assert sheet.isolation is not None and sheet.isolation.has_seccomp


def test_a_forward_pass_that_never_returns_costs_itself_alone(rubric: Rubric, zygote: Zygote) -> None:
    sheet = graded(signed("feedforward", "a", "while True:", "    pass"), rubric, zygote)
    assert statuses(sheet) == {"feedforward": "timeout"}


def test_a_backprop_that_ends_its_process_takes_nothing_else_with_it(rubric: Rubric, zygote: Zygote) -> None:
    sheet = graded(signed("backprop", "x, y", "import os", "os._exit(0)"), rubric, zygote)
    assert statuses(sheet)["backprop"] == "limit"
    assert not {"feedforward", "cost_derivative", "sigma_prime"} & set(statuses(sheet))


def test_a_program_that_ends_where_a_check_forgives_it_is_forgiven_nothing(rubric: Rubric, zygote: Zygote) -> None:
    # The network that the equations are listened to on has these widths; what fails there is no answer, and all else is right.
    source = RIGHT + (
        "\n\nright = Network.backprop\n\n\ndef backprop(self, x, y):\n    import os\n"
        "    return os._exit(0) if len(self.weights) == 3 and len(x) == 4 else right(self, x, y)\n\n\nNetwork.backprop = backprop\n"
    )
    assert statuses(graded(source, rubric, zygote))["backprop"] == "limit"


def test_what_is_raised_is_told_at_a_level_that_allows_it(rubric: Rubric, zygote: Zygote) -> None:
    source = signed("cost_derivative", "a, y", "raise RuntimeError('\\x1b[31mno idea')")
    by_id = {item.id: item for item in graded(source, rubric, zygote).items}
    assert by_id["cost_derivative"].status.value == "error"
    assert "no idea" in by_id["cost_derivative"].feedback
    assert "\x1b" not in by_id["cost_derivative"].feedback


def test_memory_without_end_is_stopped_at_its_limit(rubric: Rubric, zygote: Zygote) -> None:
    source = signed("cost_derivative", "a, y", "return np.ones(10**9)")
    assert statuses(graded(source, rubric, zygote))["cost_derivative"] == "limit"


def test_not_a_number_earns_nothing(rubric: Rubric, zygote: Zygote) -> None:
    source = signed("feedforward", "a", "return np.full((len(self.biases[-1]), 1), np.nan)")
    sheet = graded(source, rubric, zygote)
    assert statuses(sheet)["feedforward"] == "fail"


@pytest.mark.parametrize(("gone", "lost"), [("feedforward", {"feedforward"}), ("cost_derivative", {"cost_derivative"})])
def test_what_is_not_there_is_missing_and_all_else_is_judged(
    rubric: Rubric, zygote: Zygote, gone: str, lost: set[str]
) -> None:
    # backprop calls it under another name: it is not there to be asked for.
    source = RIGHT.replace(f"def {gone}(", f"def own_{gone}(").replace(f"self.{gone}(", f"self.own_{gone}(")
    sheet = graded(source, rubric, zygote)
    assert statuses(sheet) == dict.fromkeys(lost, "missing")


def test_a_program_without_the_class_has_nothing_but_its_sigma(rubric: Rubric, zygote: Zygote) -> None:
    sheet = graded(RIGHT.replace("class Network", "class Net"), rubric, zygote)
    assert sheet.total == 1.0
    assert set(statuses(sheet).values()) == {"missing"}


def test_a_program_that_cannot_be_imported_loses_all_with_the_reason(rubric: Rubric, zygote: Zygote) -> None:
    sheet = graded("raise ValueError('not today')\n", rubric, zygote)
    assert sheet.status is SheetStatus.ERROR
    assert "not today" in sheet.reason
    assert (sheet.total, sheet.max_points) == (0.0, 6.0)


def test_a_fault_of_ours_is_no_loss_of_points(
    rubric: Rubric, zygote: Zygote, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise SandboxError("the machine is on fire")

    monkeypatch.setattr("gradcheck.grading.network_parts.check_sigma", broken)
    sheet = graded(RIGHT, rubric, zygote)
    assert statuses(sheet) == {"sigma_prime": "ungraded"}
    assert "on fire" in caplog.text
    assert "on fire" not in str([item.feedback for item in sheet.items])


def test_what_it_prints_is_kept_and_bounded(rubric: Rubric, zygote: Zygote) -> None:
    short = dataclasses.replace(rubric, limits=rubric.limits.model_copy(update={"output_kb": 1}))
    sheet = graded(RIGHT + "\nprint('<b>' + 'x' * 100000)\n", short, zygote)
    printed = [item.student_output for item in sheet.items]
    assert all(text.startswith("<b>xxx") and len(text) <= 1024 for text in printed if text)
    assert any(printed)


def test_a_program_that_names_a_package_it_may_not_have_is_flagged(rubric: Rubric, zygote: Zygote) -> None:
    source = "try:\n    import torch\nexcept ImportError:\n    pass\n" + RIGHT
    sheet = graded(source, rubric, zygote)
    assert [flag.code for flag in sheet.flags] == [FlagCode.IMPORTS]
    assert sheet.total == 6.0


def test_a_forward_pass_of_its_own_choosing_makes_no_gradient_right(rubric: Rubric, zygote: Zygote) -> None:
    source = (
        signed("feedforward", "a", "return self.biases[-1]")
        + "\n\ndef easy(self, x, y):\n    nabla_w = [np.zeros(w.shape) for w in self.weights]\n"
        + "    return [np.zeros(b.shape) for b in self.biases[:-1]] + [self.biases[-1] - y], nabla_w\n\n\nNetwork.backprop = easy\n"
    )
    sheet = graded(source, rubric, zygote)
    assert {"feedforward", "backprop"} <= set(statuses(sheet))


def test_the_mini_batch_of_a_backprop_that_is_wrong_is_asked_with_one_that_is_given(
    tmp_path: Path, zygote: Zygote
) -> None:
    source = Path(network_bp4_transposed_wrong.__file__).read_text()
    read = starting_rubric(SubmissionProtocol.NETWORK)
    (one,) = submissions_in(written(tmp_path, source, "ada.py"), read)
    by_id = {item.id: item for item in grade(one, read, zygote, seeds()).items}
    assert {id for id, item in by_id.items() if item.lost} == {"bp4"}
    assert by_id["mini_batch"].carried_forward and by_id["descent_step"].carried_forward


def test_what_the_program_finds_in_a_given_backprop_is_no_right_gradient(rubric: Rubric, zygote: Zygote) -> None:
    # It hands on what it is given as its own answer, and keeps it in a file for the next question.
    thief = signed(
        "update_mini_batch",
        "mini_batch, eta",
        "import os, tempfile",
        "found = [self.backprop(x, y) for x, y in mini_batch]",
        "np.save(os.path.join(tempfile.gettempdir(), 'found.npy'), found[0][0][0])",
    )
    source = (
        thief
        + "\n\ndef backprop(self, x, y):\n    import os, tempfile\n"
        + (
            "    kept = np.load(os.path.join(tempfile.gettempdir(), 'found.npy'))\n    return kept, kept\n\n\nNetwork.backprop = backprop\n"
        )
    )
    assert {"backprop", "mini_batch", "descent_step"} <= set(statuses(graded(source, rubric, zygote)))


def test_the_seed_stands_in_no_feedback(rubric: Rubric, zygote: Zygote) -> None:
    sheet = graded(signed("cost_derivative", "a, y", "return y - a"), rubric, zygote)
    told = "".join(item.feedback for item in sheet.items)
    assert told
    assert not [item.seed for item in sheet.items if str(item.seed) in told]
    assert "seed" not in told


@pytest.mark.parametrize("number", ["np.inf", "np.nan", "self.rng.standard_normal"])
def test_answers_that_are_not_finite_or_come_by_chance_earn_no_equation(
    zygote: Zygote, tmp_path: Path, number: str
) -> None:
    fill = f"{number}(a.shape)" if number.endswith("normal") else f"np.full(a.shape, {number})"
    start = RIGHT.index("    def backprop")
    body = "    def backprop(self, x, y):\n        return [%s for a in self.biases], [%s for a in self.weights]\n\n"
    source = RIGHT[:start] + body % (fill, fill) + RIGHT[RIGHT.index("    def cost_derivative") :]
    sheet = graded(
        source, dataclasses.replace(starting_rubric(SubmissionProtocol.NETWORK), path=tmp_path / "r"), zygote
    )
    assert {item.id: item.points for item in sheet.items if item.id.startswith("bp")} == dict.fromkeys(
        ("bp1", "bp2", "bp3", "bp4"), 0.0
    )
    assert sheet.items[0].points == sheet.items[0].max_points


def test_a_cost_derivative_that_is_never_the_same_makes_no_answer_right(zygote: Zygote, tmp_path: Path) -> None:
    slope = "1e3 * np.random.default_rng().standard_normal(np.shape(y))"
    source = RIGHT.replace("return output_activations - y", f"return {slope}").replace(
        "nabla_b[i] = delta  # (BP3)", "nabla_b[i] = delta = self.rng.standard_normal(delta.shape)  # (BP3)"
    )
    assert source.count("standard_normal(delta.shape)") == 1
    sheet = graded(
        source, dataclasses.replace(starting_rubric(SubmissionProtocol.NETWORK), path=tmp_path / "r"), zygote
    )
    points = {item.id: item.points for item in sheet.items}
    assert (points["cost_derivative"], points["bp1"], points["bp2"]) == (0.0, 0.0, 0.0)
    assert points["feedforward"] > 0.0


def test_steps_beside_a_backprop_that_is_not_finite_are_not_near_it(zygote: Zygote, tmp_path: Path) -> None:
    backprop = (
        "return [np.full(b.shape, np.inf) for b in self.biases], [np.full(w.shape, np.inf) for w in self.weights]"
    )
    source = RIGHT.replace("        nabla_b = [np.zeros(b.shape) for b in self.biases]\n", f"        {backprop}\n", 1)
    source = source.replace("self.backprop(x, y)", "([7.0 for b in self.biases], [5.0 for w in self.weights])")
    sheet = graded(
        source, dataclasses.replace(starting_rubric(SubmissionProtocol.NETWORK), path=tmp_path / "r"), zygote
    )
    points = {item.id: item.points for item in sheet.items}
    assert (points["descent_step"], points["bp1"]) == (0.0, 0.0)
